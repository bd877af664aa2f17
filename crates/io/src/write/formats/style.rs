//! How QGIS draws the layers of a package: rules with a symbol each, as its style files (QML) have them.

use crate::map::escape;

use super::LayerOut;
use crate::write::layers::{COVERED_FILL, GAP_FILLS, NO_DATA_FILL, UNKNOWN_FILL};

/// From the lowest share of people covered to the highest (ColorBrewer YlGnBu).
const RATES: [(f64, &str); 6] =
    [(0.0, "#ffffcc"), (0.5, "#c7e9b4"), (0.7, "#7fcdbb"), (0.8, "#41b6c4"), (0.9, "#2c7fb8"), (0.95, "#253494")];

/// What a rule draws with.
#[derive(Clone, Copy)]
enum Symbol {
    /// Ground, in a colour.
    Fill(&'static str),
    /// Ground, in the colour of its column `fill`.
    FillOfColumn,
    Line(&'static str),
    Cross(&'static str),
}

/// Which features, what the legend calls them, and how they are drawn.
struct Rule {
    filter: String,
    label: String,
    symbol: Symbol,
}

/// The style of a layer, by its name; nothing for one that is none of ours.
pub(super) fn qml(layer: &LayerOut) -> Option<String> {
    let ours = ["gaps", "coverage", "facilities", "zones", "no_data", "corridor_gaps", "service_areas", "response"];
    let name = ours.into_iter().find(|name| layer.name == *name || layer.name.starts_with(&format!("{name}_")))?;
    let all = |label: &str, symbol| vec![Rule { filter: String::new(), label: label.to_owned(), symbol }];
    let rules = match name {
        "gaps" => classes("people", &GAP_FILLS, |bound| format!("{bound}"), "people 人"),
        "zones" => classes("people_share", &RATES, |bound| format!("{:.0}", 100.0 * bound), "% of people 人口覆盖率"),
        "coverage" => all("within the limit 已覆盖", Symbol::Fill(COVERED_FILL)),
        "no_data" => all("no data 无数据", Symbol::Fill(NO_DATA_FILL)),
        "corridor_gaps" => all("beyond the limit 盲段", Symbol::Line("#d7191c")),
        "facilities" => vec![
            Rule {
                filter: "\"link_status\" = 'linked'".to_owned(), label: "facilities 设施".to_owned(), symbol: Symbol::Cross("#cb181d")
            },
            Rule { filter: "ELSE".to_owned(), label: "no road nearby 未接入路网".to_owned(), symbol: Symbol::Cross("#969696") },
        ],
        _ => all(&layer.title, Symbol::FillOfColumn),
    };
    Some(style(&rules))
}

/// A rule for each class, from its bound to the next one's, and one for what is not known.
fn classes(column: &str, bounds: &[(f64, &'static str)], shown: impl Fn(f64) -> String, unit: &str) -> Vec<Rule> {
    let class = |(i, (bound, fill)): (usize, &(f64, &'static str))| {
        let next = bounds.get(i + 1).map(|(next, _)| *next);
        let below = next.map_or_else(String::new, |next| format!(" AND \"{column}\" < {next}"));
        let label =
            next.map_or_else(|| format!("{} and more {unit}", shown(*bound)), |next| format!("{} – {} {unit}", shown(*bound), shown(next)));
        Rule { filter: format!("\"{column}\" >= {bound}{below}"), label, symbol: Symbol::Fill(fill) }
    };
    let unknown = Rule { filter: "ELSE".to_owned(), label: "unknown 未知".to_owned(), symbol: Symbol::Fill(UNKNOWN_FILL) };
    bounds.iter().enumerate().map(class).chain([unknown]).collect()
}

fn style(rules: &[Rule]) -> String {
    let mut text = String::from(
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<qgis version=\"3.16\" styleCategories=\"Symbology\">\n\
         <renderer-v2 type=\"RuleRenderer\" symbollevels=\"0\" enableorderby=\"0\" forceraster=\"0\">\n<rules key=\"{rules}\">\n",
    );
    for (i, rule) in rules.iter().enumerate() {
        let filter = if rule.filter.is_empty() { String::new() } else { format!(" filter=\"{}\"", escape(&rule.filter)) };
        text += &format!("<rule key=\"{{rule-{i}}}\" symbol=\"{i}\" label=\"{}\"{filter}/>\n", escape(&rule.label));
    }
    text += "</rules>\n<symbols>\n";
    for (i, rule) in rules.iter().enumerate() {
        text += &symbol(i, rule.symbol);
    }
    text + "</symbols>\n</renderer-v2>\n</qgis>\n"
}

fn symbol(number: usize, symbol: Symbol) -> String {
    let (kind, class, own, by_column) = match symbol {
        Symbol::Fill(fill) => ("fill", "SimpleFill", fill_of(fill), false),
        Symbol::FillOfColumn => ("fill", "SimpleFill", fill_of(UNKNOWN_FILL), true),
        Symbol::Line(colour) => ("line", "SimpleLine", vec![("line_color", rgb(colour)), ("line_width", "0.8".to_owned())], false),
        Symbol::Cross(colour) => {
            let own = [("name", "cross_fill"), ("outline_color", "255,255,255,255"), ("outline_width", "0.2"), ("size", "3")];
            let own = own.map(|(key, value)| (key, value.to_owned())).into_iter().chain([("color", rgb(colour))]);
            ("marker", "SimpleMarker", own.collect(), false)
        }
    };
    let alpha = if kind == "fill" { "0.7" } else { "1" };
    let own: String = own.into_iter().map(|(key, value)| format!("<prop k=\"{key}\" v=\"{value}\"/>")).collect();
    let by_column = if by_column { FILL_OF_COLUMN } else { "" };
    format!("<symbol name=\"{number}\" type=\"{kind}\" alpha=\"{alpha}\"><layer class=\"{class}\">{own}{by_column}</layer></symbol>\n")
}

/// Says that the colour is that of the column `fill`.
const FILL_OF_COLUMN: &str = "<data_defined_properties><Option type=\"Map\"><Option name=\"name\" type=\"QString\" value=\"\"/>\
    <Option name=\"properties\" type=\"Map\"><Option name=\"fillColor\" type=\"Map\"><Option name=\"active\" type=\"bool\" value=\"true\"/>\
    <Option name=\"field\" type=\"QString\" value=\"fill\"/><Option name=\"type\" type=\"int\" value=\"2\"/></Option></Option>\
    <Option name=\"type\" type=\"QString\" value=\"collection\"/></Option></data_defined_properties>";

fn fill_of(colour: &str) -> Vec<(&'static str, String)> {
    let outline = [("outline_color", "90,90,90,255"), ("outline_width", "0.1"), ("style", "solid")];
    outline.map(|(key, value)| (key, value.to_owned())).into_iter().chain([("color", rgb(colour))]).collect()
}

/// `#d7191c` as QGIS writes it.
fn rgb(colour: &str) -> String {
    let part = |at: usize| colour.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or_default();
    format!("{},{},{},255", part(1), part(3), part(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_meet_and_leave_nothing_out() {
        let rules = classes("people", &[(0.0, "#000000"), (10.0, "#ffffff")], |bound| format!("{bound}"), "people");
        let found: Vec<(&str, &str)> = rules.iter().map(|rule| (rule.filter.as_str(), rule.label.as_str())).collect();
        let expected = [
            ("\"people\" >= 0 AND \"people\" < 10", "0 – 10 people"),
            ("\"people\" >= 10", "10 and more people"),
            ("ELSE", "unknown 未知"),
        ];
        assert_eq!(found, expected);
        assert_eq!(rgb("#d7191c"), "215,25,28,255");
    }
}
