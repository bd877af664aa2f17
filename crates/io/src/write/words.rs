//! Sentences of a result, in English and Chinese.

use catchment::{Coverage, People, Report};

use super::loud;
use super::shares::{km2, limit_en, limit_zh, mask_en, mask_zh};
use crate::map::Lang;
use crate::plan::{Mask, ServicePlan};
use crate::run::Run;

/// A sentence names towns, those with most people who are not covered first, until so much of all those people is theirs.
const NAMED: f64 = 0.8;

/// The zones with most people who are not covered, most first: their position and those people.
pub fn most_uncovered(report: &Report) -> Vec<(usize, f64)> {
    let zones = report.coverage.zones.iter().enumerate();
    let mut blind: Vec<(usize, f64)> = zones.filter_map(|(z, c)| Some((z, c.people?.not_covered().as_f64()))).collect();
    blind.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    blind.retain(|(_, people)| *people > 0.0);
    blind
}

/// Of those zones, the ones that make up 80 % of the people who are not covered, and their part of them.
pub(super) fn most_of_the_gap(report: &Report) -> (Vec<usize>, f64) {
    let blind = most_uncovered(report);
    let all: f64 = blind.iter().map(|(_, people)| people).sum();
    let (mut named, mut sum) = (Vec::new(), 0.0);
    for (zone, people) in blind {
        named.push(zone);
        sum += people;
        if sum >= NAMED * all {
            break;
        }
    }
    (named, if all > 0.0 { sum / all } else { 0.0 })
}

/// The least and the greatest share of all people that can be covered, 0 to 1, whatever access those have who live outside the extent of the
/// roads; `None` if it is known of all but fewer than one in two thousand.
pub(super) fn bounds(total: &Coverage) -> Option<[f64; 2]> {
    let people = total.people.filter(|people| u128::from(people.no_data.0) * 2000 >= u128::from(people.total().0).max(1))?;
    let of_all = |part: People| part.as_f64() / people.total().as_f64();
    Some([of_all(people.covered), of_all(people.covered + people.no_data)])
}

/// Zones of unknown people, and their share of the measured ground.
fn unknown_zones<'r>(run: &'r Run, report: &Report) -> (Vec<&'r str>, f64) {
    let rows = || run.inputs.zones.iter().zip(&report.coverage.zones).filter(|(zone, _)| zone.people.is_none());
    let ground: f64 = rows().map(|(_, row)| row.area.total().m2()).sum();
    let all = report.coverage.total.area.total().m2();
    (rows().map(|(zone, _)| zone.name.as_str()).collect(), if all > 0.0 { ground / all } else { 0.0 })
}

/// The sentence of a result, as plans print it: towns by people who are not covered, until 80 % of these are named.
///
/// Mask and km² stand beside the area. The Chinese one is that of 闵行's plan, where the service says what care it is:
/// 「居民步行15分钟基层医疗服务圈覆盖率为68.24%，常住人口覆盖率达85.84%，覆盖盲区占比31.76%，主要位于…」.
pub fn sentence(run: &Run, service: &ServicePlan, report: &Report, lang: Lang) -> String {
    let total = &report.coverage.total;
    let percent = |share: Option<f64>| share.map_or("–".to_owned(), |s| format!("{:.2}%", 100.0 * s));
    let (area, people) = (percent(total.area_share()), percent(total.people_share()));
    let mask = run.inputs.plan.ground.mask.first().unwrap_or(&Mask::Zone);
    let (inside, all_ground) = (total.area.known(), total.area.total());
    // a share of a part of the ground says of which
    let in_part = inside.m2() < 0.9995 * all_ground.m2();
    let ground = km2(inside);
    let no_people = total.people.is_none_or(|people| people.known() == People::ZERO);
    let blind = percent(total.area_share().map(|s| 1.0 - s));
    let (most, part) = most_of_the_gap(report);
    let names: Vec<&str> = most.iter().map(|zone| run.inputs.zones[*zone].name.as_str()).collect();
    let sums = total.people.unwrap_or_default();
    let (unknown, unknown_ground) = unknown_zones(run, report);
    let no_data = bounds(total).map(|[low, high]| {
        let beyond = sums.no_data.as_f64();
        (beyond, beyond / sums.total().as_f64(), percent(Some(low)), percent(Some(high)))
    });
    // what is not known comes first where it is much
    let much = no_data.as_ref().map_or(0.0, |(_, share, ..)| *share) + unknown_ground > run.inputs.plan.checks.unknown_in_headline;
    let findings = || run.inputs.findings.iter().chain(&report.findings);
    let english = || {
        let known = match (&no_data, unknown.is_empty()) {
            (Some(_), _) => "residents inside the road data",
            (None, true) => "residents",
            (None, false) => "known residents",
        };
        let doubt = doubt_en(&no_data, &unknown, run.inputs.zones.len());
        let mut text = if much { format!("{doubt}. ") } else { String::new() };
        let of_people = match no_people {
            true => String::new(),
            false => {
                let [covered, all] = [sums.covered, sums.known()].map(|people| thousands(people.as_f64()));
                format!("{people} of {known} ({covered} of {all}) and ")
            }
        };
        let of_ground = match in_part {
            true => format!("{} inside the road data ({ground} of {} km²)", mask_en(mask), km2(all_ground)),
            false => format!("{} ({ground} km²)", mask_en(mask)),
        };
        text += &format!(
            "{}: within {}{}, {of_people}{area} of {of_ground} {} covered; blind spots are {blind} of it",
            title(service),
            limit_en(run, report),
            if service.care.is_empty() { String::new() } else { format!(" of {}", service.care) },
            if no_people { "is" } else { "are" },
        );
        if !names.is_empty() {
            text += &format!(", {:.0}% of their people in {}", 100.0 * part, listed(&names, ", ", " and "));
        }
        if !much && !doubt.is_empty() {
            text += &format!("; {}", lower(&doubt));
        }
        if let Some(accepted) = loud::accepted(findings(), Lang::En) {
            text += &format!(". Accepted by the plan: {accepted}");
        }
        text + "."
    };
    let chinese = || {
        let of_people = if no_people { String::new() } else { format!("常住人口覆盖率达{people}，") };
        let doubt = doubt_zh(&no_data, &unknown, run.inputs.zones.len());
        let mut text = if much { format!("{doubt}。") } else { String::new() };
        text += &format!(
            "{}居民{}{}{}服务圈覆盖率为{area}，{of_people}覆盖盲区占比{blind}",
            if service.care_zh.is_empty() { format!("{}：", title(service)) } else { String::new() },
            if service.profile == "walk" { "步行" } else { "" },
            limit_zh(run, report),
            service.care_zh,
        );
        if !names.is_empty() {
            text += &format!("，主要位于{}", listed(&names, "、", "和"));
        }
        let of_ground = if in_part { format!("道路资料范围内{ground}/{}", km2(all_ground)) } else { ground.clone() };
        text += &format!("（口径：{}，{of_ground}平方公里）", mask_zh(mask));
        if !much && !doubt.is_empty() {
            text += &format!("（{doubt}）");
        }
        if let Some(accepted) = loud::accepted(findings(), Lang::Zh) {
            text += &format!("（已接受：{accepted}）");
        }
        text + "。"
    };
    match lang {
        Lang::En => english(),
        Lang::Zh => chinese(),
        Lang::Both => format!("{}\n{}", english(), chinese()),
    }
}

/// People of no data with their share, and the least and greatest share of all that can be covered.
type NoData = (f64, f64, String, String);

fn doubt_en(no_data: &Option<NoData>, unknown: &[&str], zones: usize) -> String {
    let mut parts = Vec::new();
    if let Some((beyond, share, low, high)) = no_data {
        parts.push(format!(
            "{} residents ({:.1}%) live outside the road data: of all residents {low} to {high} are covered",
            thousands(*beyond),
            100.0 * share
        ));
    }
    match unknown {
        [] => {}
        few if few.len() <= NAMED_UNKNOWN => parts.push(format!("the people of {} are not known", listed(few, ", ", " and "))),
        many => parts.push(format!("the people of {} of {zones} zones are not known", many.len())),
    }
    let text = parts.join("; ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn doubt_zh(no_data: &Option<NoData>, unknown: &[&str], zones: usize) -> String {
    let mut parts = Vec::new();
    if let Some((beyond, share, low, high)) = no_data {
        parts.push(format!("{}人（{:.2}%）在道路资料范围之外，全部常住人口覆盖率在{low}至{high}之间", thousands(*beyond), 100.0 * share));
    }
    match unknown {
        [] => {}
        few if few.len() <= NAMED_UNKNOWN => parts.push(format!("{}人口不详，未计入", listed(few, "、", "和"))),
        many => parts.push(format!("{zones}个街镇中{}个人口不详，未计入", many.len())),
    }
    parts.join("；")
}

/// So many zones of unknown people are named; more are counted.
const NAMED_UNKNOWN: usize = 5;

/// A sentence as a part of another one.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The service's title, or its id.
pub fn title(service: &ServicePlan) -> &str {
    if service.title.is_empty() { &service.id } else { &service.title }
}

pub(super) fn listed(names: &[&str], comma: &str, and: &str) -> String {
    let plain: Vec<String> = names.iter().map(|name| name.replace(steers, " ")).collect();
    match plain.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] => format!("{}{and}{last}", head.join(comma)),
    }
}

/// Whether a character moves a terminal's cursor, breaks a line, turns the direction of writing, or is not seen. Those that join letters or keep
/// them apart are names' own: Persian and the scripts of India need them.
pub fn steers(c: char) -> bool {
    let unseen = matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{feff}');
    c.is_control() || unseen || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A whole number with thousands parted by commas.
pub fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value <= -0.5 { format!("−{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let shown = [0.0, 999.4, 999.5, 1_234_567.0, -4321.0].map(thousands);
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567", "−4,321"]);
    }

    #[test]
    fn lists_end_with_and() {
        assert_eq!(listed(&["a", "b", "c"], ", ", " and "), "a, b and c");
        assert_eq!(listed(&["吴泾镇", "马桥镇"], "、", "和"), "吴泾镇和马桥镇");
    }
}
