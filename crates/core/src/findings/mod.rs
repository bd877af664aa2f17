//! Findings: what a study was not used as it stands, what cannot be true, what a planner should look at.
//!
//! Every finding has a [`FindingKind`], which the registry explains, a [`Severity`], and how much hangs on it. Errors mean that a number
//! cannot be true: a run stops before anything is written, unless [`Checks::accept`] accepts the kind up to a size.

mod checks;
mod kinds;

use serde::{Deserialize, Serialize};

use checks::YES;
pub use checks::{Accepted, CheckError, Checks};
pub use kinds::{FindingKind, UnknownKind};

use crate::units::People;

/// The stage of the run that met a [`Finding`], in the order in which the data flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Reading roads.
    Roads,
    /// Reading zones.
    Zones,
    /// Reading or spreading people.
    People,
    /// Reading facilities.
    Facilities,
    /// Reading barriers.
    Barriers,
    /// Linking points to roads.
    Link,
    /// Searching, measuring, tracing gaps.
    Coverage,
    /// Norms, indicators, fairness, access.
    Planning,
    /// Writing results.
    Output,
}

impl Stage {
    /// The stage's name in `issues.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Roads => "roads",
            Stage::Zones => "zones",
            Stage::People => "people",
            Stage::Facilities => "facilities",
            Stage::Barriers => "barriers",
            Stage::Link => "link",
            Stage::Coverage => "coverage",
            Stage::Planning => "planning",
            Stage::Output => "output",
        }
    }
}

/// How grave a finding is; the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A number cannot be true: the run stops.
    Error,
    /// A number may be wrong: it stands beside the headline.
    Warning,
    /// Something was not used as it stands, without consequence for the headline.
    Note,
}

impl Severity {
    /// The severity in `issues.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// How the size of a kind of finding is measured, and so how a plan accepts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// A share of the whole: `"25 %"`.
    Share,
    /// Input rows: `"3 rows"`.
    Rows,
    /// A length: `"120 m"`.
    Metres,
    /// People a square kilometre: `"2000000 /km2"`.
    PerKm2,
    /// It has no size: it is accepted or not, `"yes"`.
    None,
}

impl Measure {
    /// A size in thousandths; of a share, thousandths of a percent.
    pub(crate) fn thousandths(self, size: f64) -> u64 {
        let scale = if self == Measure::Share { 100_000.0 } else { 1000.0 };
        (size * scale).round().clamp(0.0, 1e18) as u64
    }
}

/// An input row that was not used as it stands, or something that a planner should look at.
///
/// Findings are in order by severity, then by the people, facilities and rows that hang on them, the most first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// Where in the run.
    pub stage: Stage,
    /// The file, layer or service that it comes from.
    pub source: String,
    /// The row, feature or object.
    pub id: String,
    /// What it says.
    pub kind: FindingKind,
    /// What was found and what was done about it.
    pub detail: String,
    /// People that hang on it; `None` if unknown or none.
    pub people: Option<People>,
    /// Facilities that hang on it; 0 if none.
    pub facilities: u64,
    /// Ground that hangs on it, m²; 0 if none.
    pub area_m2: u64,
    /// Input rows that it stands for; 0 if it is not about rows.
    pub rows: u64,
    /// Its size in thousandths of the kind's [`Measure`] (of a share: thousandths of a percent).
    pub size_milli: u64,
    /// Whether it was an error that the plan accepts.
    pub accepted: bool,
}

impl Finding {
    /// A finding of the kind's own severity, on which nothing hangs yet.
    pub fn new(stage: Stage, source: &str, id: impl ToString, kind: FindingKind, detail: impl Into<String>) -> Finding {
        Finding {
            severity: kind.severity(),
            stage,
            source: source.to_owned(),
            id: id.to_string(),
            kind,
            detail: plain(detail.into()),
            people: None,
            facilities: 0,
            area_m2: 0,
            rows: 0,
            size_milli: 0,
            accepted: false,
        }
    }

    /// The same with another severity.
    #[must_use]
    pub fn severity(self, severity: Severity) -> Finding {
        Finding { severity, ..self }
    }

    /// The same with the people that hang on it.
    #[must_use]
    pub fn people(self, people: People) -> Finding {
        Finding { people: Some(people), ..self }
    }

    /// The same with the facilities that hang on it.
    #[must_use]
    pub fn facilities(self, facilities: usize) -> Finding {
        Finding { facilities: facilities as u64, ..self }
    }

    /// The same with the ground that hangs on it, m².
    #[must_use]
    pub fn area_m2(self, area_m2: f64) -> Finding {
        Finding { area_m2: area_m2.round().clamp(0.0, 1e18) as u64, ..self }
    }

    /// The same with the input rows that it stands for, which are its size where the kind is measured in rows.
    #[must_use]
    pub fn rows(self, rows: usize) -> Finding {
        let sized = if self.kind.measure() == Measure::Rows { self.sized(rows as f64) } else { self };
        Finding { rows: rows as u64, ..sized }
    }

    /// The same with its size in the kind's [`Measure`]: a share from 0 to 1, rows, metres, people a km².
    #[must_use]
    pub fn sized(self, size: f64) -> Finding {
        Finding { size_milli: self.kind.measure().thousandths(size), ..self }
    }

    /// The same with a size that no number accepts: `"yes"` alone does.
    #[must_use]
    pub fn of_any_size(self) -> Finding {
        Finding { size_milli: u64::MAX, ..self }
    }

    /// Its size in the kind's [`Measure`], a share from 0 to 1.
    pub fn size(&self) -> f64 {
        let scale = if self.kind.measure() == Measure::Share { 100_000.0 } else { 1000.0 };
        self.size_milli as f64 / scale
    }

    /// The least size that accepts it, as a plan writes it: `"25.1 %"`, `"3 rows"`, `"120 m"`, `"2000000 /km2"`, `"yes"`.
    pub fn accepting_size(&self) -> String {
        let tenths = self.size_milli.div_ceil(100);
        let whole = self.size_milli.div_ceil(1000);
        match self.kind.measure() {
            _ if self.size_milli == u64::MAX => YES.to_owned(),
            Measure::Share => format!("{}.{} %", tenths / 10, tenths % 10),
            Measure::Rows if whole == 1 => "1 row".to_owned(),
            Measure::Rows => format!("{whole} rows"),
            Measure::Metres => format!("{whole} m"),
            Measure::PerKm2 => format!("{whole} /km2"),
            Measure::None => YES.to_owned(),
        }
    }

    /// Whether it stops a run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    fn order(&self) -> impl Ord + '_ {
        let people = std::cmp::Reverse(self.people.unwrap_or_default());
        let more = (std::cmp::Reverse(self.facilities), std::cmp::Reverse(self.area_m2), self.stage, &self.source, self.kind);
        ((self.severity, !self.accepted), people, more, (&self.id, &self.detail, self.rows, self.size_milli))
    }
}

/// Text of which names from files are a part, without characters that would move a terminal's cursor.
fn plain(text: String) -> String {
    let moves = |c: char| c.is_control() && c != '\n';
    if text.contains(moves) { text.replace(moves, " ") } else { text }
}

impl PartialOrd for Finding {
    fn partial_cmp(&self, other: &Finding) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Finding {
    fn cmp(&self, other: &Finding) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}
