//! What the columns of a layer of roads tell of a line, in the words of OpenStreetMap's tags.

use std::collections::BTreeMap;

use catchment::{Finding, FindingKind, Stage};

use super::classes::Classes;
use crate::error::Error;
use crate::load::Table;
use crate::load::numbers::{half_width, number};
use crate::load::usual::{ROAD_CLASS, ROAD_LEVEL, ROAD_NAME, ROAD_ONEWAY, ROAD_SPEED};
use crate::osm::Tags;
use crate::plan::RoadsPlan;

/// Values that are not understood are told one by one, up to so many of a column.
const TOLD: usize = 20;

/// In which direction vehicles use a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Oneway {
    #[default]
    Both,
    Along,
    Against,
}

/// What is told of a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Traits {
    pub class: String,
    /// Thousandths of a level.
    pub level: i32,
    pub oneway: Oneway,
    /// Thousandths of km/h.
    pub speed: Option<u32>,
}

impl Traits {
    /// The same of the line drawn from its other end.
    pub(super) fn reversed(mut self) -> Traits {
        self.oneway = match self.oneway {
            Oneway::Both => Oneway::Both,
            Oneway::Along => Oneway::Against,
            Oneway::Against => Oneway::Along,
        };
        self
    }

    /// The tags by which profiles know it. Both ways are said in so many words: motorways are one-way where nothing is.
    pub(super) fn tags(&self) -> Tags {
        let oneway = match self.oneway {
            Oneway::Both => "no",
            Oneway::Along => "yes",
            Oneway::Against => "-1",
        };
        let speed = self.speed.map(|speed| (f64::from(speed) / 1000.0).to_string());
        let speed = speed.iter().map(|speed| ("maxspeed", speed.as_str()));
        [("highway", self.class.as_str()), ("oneway", oneway)].into_iter().chain(speed).collect()
    }
}

/// Reads the columns of a layer.
pub(super) struct Reader<'t> {
    table: &'t Table<'t>,
    class: Option<usize>,
    speed: Option<usize>,
    oneway: Option<usize>,
    level: Option<usize>,
    name: Option<usize>,
    classes: Classes,
    default_class: &'t str,
    /// Lines without a class.
    classless: usize,
    /// By what was expected, values that are none of it, and their lines.
    unread: BTreeMap<&'static str, BTreeMap<String, usize>>,
}

impl<'t> Reader<'t> {
    /// Finds the columns that the plan names, and those of usual names; says which they are.
    pub(super) fn new(plan: &'t RoadsPlan, table: &'t Table<'t>, findings: &mut Vec<Finding>) -> Result<Reader<'t>, Error> {
        let named = &plan.columns;
        let mut reader = Reader {
            class: table.column(named.class.as_deref(), &ROAD_CLASS)?,
            speed: table.column(named.speed.as_deref(), &ROAD_SPEED)?,
            oneway: table.column(named.oneway.as_deref(), &ROAD_ONEWAY)?,
            level: table.column(named.level.as_deref(), &ROAD_LEVEL)?,
            name: table.column(named.name.as_deref(), &ROAD_NAME)?,
            classes: Classes::new(plan),
            default_class: plan.default_class(),
            classless: 0,
            unread: BTreeMap::new(),
            table,
        };
        if let Some(column) = reader.level.filter(|column| named.level.is_none() && !reader.looks_like_levels(*column)) {
            let detail = format!(
                "fewer than half of the lines are at 0 in `{}`: it looks like a grade of roads and is not read as their level; if it is that: \
                 columns = {{ level = \"{0}\" }}",
                table.name(column)
            );
            findings.push(Finding::new(Stage::Roads, table.file, table.name(column), FindingKind::LevelNotTaken, detail));
            reader.level = None;
        }
        findings.push(reader.columns());
        Ok(reader)
    }

    /// Most roads lie on the ground.
    fn looks_like_levels(&self, column: usize) -> bool {
        let ground = |row: &usize| level(self.table.text(*row, Some(column))) == Some(0);
        2 * (0..self.table.len()).filter(ground).count() >= self.table.len()
    }

    fn columns(&self) -> Finding {
        let all = [("class", self.class), ("speed", self.speed), ("oneway", self.oneway), ("level", self.level), ("name", self.name)];
        let read: Vec<String> =
            all.iter().filter_map(|(key, column)| column.map(|column| format!("{key} = `{}`", self.table.name(column)))).collect();
        let without: Vec<&str> = all.iter().filter_map(|(key, column)| column.is_none().then_some(*key)).collect();
        let read = if read.is_empty() { "no column is read".to_owned() } else { format!("columns read: {}", read.join(", ")) };
        let without = if without.is_empty() {
            String::new()
        } else {
            format!("; none found for {}: columns = {{ … }} names them", without.join(", "))
        };
        Finding::new(Stage::Roads, self.table.file, "", FindingKind::RoadColumns, read + &without)
    }

    pub(super) fn has_levels(&self) -> bool {
        self.level.is_some()
    }

    /// The name of a line, or its number.
    pub(super) fn called(&self, row: usize) -> String {
        match self.table.text(row, self.name) {
            "" => format!("feature {}", self.table.line(row)),
            name => format!("feature {}, `{name}`", self.table.line(row)),
        }
    }

    pub(super) fn traits(&mut self, row: usize) -> Traits {
        let class = match self.table.text(row, self.class) {
            "" => {
                self.classless += 1;
                self.default_class.to_owned()
            }
            own => self.classes.of(own),
        };
        let speed = self.read(row, self.speed, SPEED, |text| if text.is_empty() { Some(None) } else { speed(text).map(Some) });
        let oneway = self.read(row, self.oneway, ONEWAY, oneway);
        let level = self.read(row, self.level, LEVEL, level);
        Traits { class, level: level.unwrap_or(0), oneway: oneway.unwrap_or_default(), speed: speed.flatten() }
    }

    fn read<T>(&mut self, row: usize, column: Option<usize>, what: &'static str, of: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.table.text(row, column);
        let found = of(text);
        if found.is_none() {
            *self.unread.entry(what).or_default().entry(text.to_owned()).or_default() += 1;
        }
        found
    }

    /// What was not understood.
    pub(super) fn finish(self, findings: &mut Vec<Finding>) {
        let file = self.table.file;
        let mut add = |id: &str, kind: FindingKind, detail: String| findings.push(Finding::new(Stage::Roads, file, id, kind, detail));
        if self.classless > 0 {
            let detail = format!(
                "{} lines tell no class and are read as `{}`; columns = {{ class = \"…\" }} names their column, roads.default_class another class",
                self.classless, self.default_class
            );
            add("", FindingKind::ClassAssumed, detail);
        }
        for own in self.classes.unseen() {
            add(own, FindingKind::ClassNotFound, "no line has this class of roads.classes".to_owned());
        }
        for (what, values) in self.unread {
            let mut values: Vec<(String, usize)> = values.into_iter().collect();
            values.sort_by_key(|(_, lines)| std::cmp::Reverse(*lines));
            for (value, lines) in values.iter().take(TOLD) {
                add(value, kind(what), format!("{lines} lines: `{value}` is no {what}"));
            }
            let rest = values.get(TOLD..).unwrap_or_default();
            if !rest.is_empty() {
                let lines: usize = rest.iter().map(|(_, lines)| lines).sum();
                add("", kind(what), format!("{lines} lines: {} further values are no {what}", rest.len()));
            }
        }
    }
}

const SPEED: &str = "speed above 0 and up to 300 km/h (or with its unit: `30 mph`); their speed is that of their class";
const ONEWAY: &str = "way to say one-way (yes, 1, FT along the line; -1, TF against it; no, 0, B both ways); read as both ways";
const LEVEL: &str = "number; read as level 0";

fn kind(what: &str) -> FindingKind {
    match what {
        SPEED => FindingKind::SpeedNotRead,
        ONEWAY => FindingKind::OnewayNotRead,
        _ => FindingKind::LevelNotRead,
    }
}

/// Thousandths of km/h.
fn speed(text: &str) -> Option<u32> {
    let text = half_width(text).to_lowercase();
    let units = [
        ("km/h", 1.0),
        ("kmh", 1.0),
        ("kph", 1.0),
        ("公里/小时", 1.0),
        ("千米/小时", 1.0),
        ("公里", 1.0),
        ("mph", 1.609_344),
        ("m/s", 3.6),
    ];
    let with_unit = units.iter().find_map(|(unit, km_h)| Some((text.strip_suffix(unit)?, *km_h)));
    let (plain, km_h) = with_unit.unwrap_or((&text, 1.0));
    let speed = number(plain)? * km_h;
    (speed > 0.0 && speed <= 300.0).then_some((speed * 1000.0).round() as u32)
}

fn oneway(text: &str) -> Option<Oneway> {
    match half_width(text).to_lowercase().as_str() {
        "yes" | "y" | "1" | "1.0" | "true" | "ft" | "f" | "是" | "单行" => Some(Oneway::Along),
        "-1" | "-1.0" | "tf" | "t" | "reverse" => Some(Oneway::Against),
        "" | "no" | "n" | "0" | "0.0" | "false" | "b" | "both" | "否" | "双行" | "双向" => Some(Oneway::Both),
        _ => None,
    }
}

/// Thousandths of a level; nothing is the ground.
fn level(text: &str) -> Option<i32> {
    if text.is_empty() {
        return Some(0);
    }
    number(text).filter(|level| level.abs() <= 1000.0).map(|level| (level * 1000.0).round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_with_and_without_units() {
        let read = ["50", "50 km/h", "30mph", "６０", "40公里/小时", "10 m/s", "0", "-5", "fast", "50/60", "301"].map(speed);
        let km_h = [50_000, 50_000, 48_280, 60_000, 40_000, 36_000];
        assert_eq!(read[..6], km_h.map(Some));
        assert!(read[6..].iter().all(Option::is_none), "{read:?}");
    }

    #[test]
    fn one_way_in_all_spellings() {
        use Oneway::{Against, Along, Both};
        for (texts, expected) in [
            (&["yes", "1", "true", "FT", "F", "是"][..], Some(Along)),
            (&["-1", "TF", "T", "Reverse"], Some(Against)),
            (&["no", "0", "B", "both", "", "否"], Some(Both)),
            (&["maybe", "2"], None),
        ] {
            texts.iter().for_each(|text| assert_eq!(oneway(text), expected, "{text}"));
        }
        assert_eq!(["1", "-1.5", "", "桥"].map(level), [Some(1000), Some(-1500), Some(0), None]);
    }

    #[test]
    fn tags_are_those_of_openstreetmap() {
        let traits = Traits { class: "primary".to_owned(), level: 0, oneway: Oneway::Along, speed: Some(48_280) };
        let tags = |traits: &Traits| traits.tags().iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ");
        assert_eq!(tags(&traits), "highway=primary oneway=yes maxspeed=48.28");
        assert_eq!(tags(&Traits { speed: None, ..traits.reversed() }), "highway=primary oneway=-1");
    }
}
