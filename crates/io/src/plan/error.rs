//! Why a plan cannot be used, in words.

use std::collections::BTreeSet;

use catchment::CheckError;

use crate::crs::CrsError;

/// A plan that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Not TOML, or a key of the wrong name or kind.
    #[error("{message}{hint}")]
    Toml {
        /// What is wrong, with its line.
        message: String,
        /// The nearest known key, if one is near.
        hint: String,
    },
    /// A value that does not fit.
    #[error("{key} is {found}; expected {expected}")]
    Value {
        /// The key.
        key: String,
        /// What it holds.
        found: String,
        /// What it may hold.
        expected: String,
    },
    /// A threshold of a finding, or a size to accept.
    #[error("checks: {0}")]
    Checks(#[from] CheckError),
    /// A coordinate reference system that is none, or not one for its use.
    #[error("{key}: {source}")]
    Crs {
        /// The key.
        key: String,
        /// What is wrong.
        source: Box<CrsError>,
    },
    /// A profile that cannot be used.
    #[error("[profiles.{name}]: {message}{hint}")]
    Profile {
        /// Its name.
        name: String,
        /// What is wrong.
        message: String,
        /// The nearest known key, if one is near.
        hint: String,
    },
}

impl PlanError {
    /// A text that is no TOML, or not of the keys and kinds that were expected.
    pub(crate) fn of_toml(error: &toml::de::Error, text: &str) -> PlanError {
        PlanError::Toml { message: shown(error, text), hint: hint(error.message()) }
    }

    /// The error with the place where it came up.
    pub(crate) fn in_place(self, place: &str) -> PlanError {
        match self {
            PlanError::Toml { message, hint } => PlanError::Toml { message: format!("{place}: {message}"), hint },
            PlanError::Value { key, found, expected } => PlanError::Value { key: format!("{place}: {key}"), found, expected },
            PlanError::Crs { key, source } => PlanError::Crs { key: format!("{place}: {key}"), source },
            PlanError::Checks(error) => PlanError::Checks(error),
            PlanError::Profile { name, message, hint } => PlanError::Profile { name, message: format!("{place}: {message}"), hint },
        }
    }
}

/// What is wrong with a text that is no plan, with its place; without the line where that would fill pages.
pub(super) fn shown(error: &toml::de::Error, text: &str) -> String {
    const LONGEST: usize = 300;
    let message = error.to_string();
    if message.lines().all(|line| line.len() <= LONGEST) {
        return in_words(message.trim_end());
    }
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    in_words(&format!("TOML parse error at line {}: {}", before.matches('\n').count() + 1, error.message()))
}

/// A message of serde's, without the words of programmers.
pub(super) fn in_words(message: &str) -> String {
    let pairs = [
        ("unknown field", "unknown key"),
        ("unknown variant", "unknown value"),
        ("missing field", "missing key"),
        ("expected u8", "expected a whole number of 0 to 255"),
        ("expected u32", "expected a whole number"),
        ("expected f64", "expected a number"),
    ];
    pairs.iter().fold(message.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// `; did you mean …?` for an unknown field, from the fields that serde lists behind it.
pub(super) fn hint(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = message.contains("unknown field") || message.contains("unknown variant");
    match quoted.next() {
        Some(found) if unknown => nearest(found, &quoted.collect::<Vec<_>>()),
        _ => String::new(),
    }
}

pub(crate) fn nearest(found: &str, known: &[&str]) -> String {
    let near = |known: &&str| strsim::damerau_levenshtein(found, known);
    let best = known.iter().map(|k| (near(k), *k)).min();
    match best {
        Some((distance, best)) if distance <= 1 + found.chars().count() / 3 => format!("; did you mean `{best}`?"),
        _ => String::new(),
    }
}

pub(crate) fn value(key: &str, found: &str, expected: &str) -> PlanError {
    PlanError::Value { key: key.to_owned(), found: found.to_owned(), expected: expected.to_owned() }
}

pub(super) fn positive(key: &str, number: f64, low: f64, high: f64) -> Result<(), PlanError> {
    let holds = (low..=high).contains(&number);
    if holds { Ok(()) } else { Err(value(key, &number.to_string(), &format!("{low} to {high}"))) }
}

pub(crate) fn file_name(key: &str, text: &str) -> Result<(), PlanError> {
    let fits = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    if fits { Ok(()) } else { Err(value(key, &format!("`{text}`"), "letters, digits, `-` and `_`")) }
}

pub(crate) fn distinct(key: &str, ids: &[&str]) -> Result<(), PlanError> {
    let mut met = BTreeSet::new();
    match ids.iter().find(|id| !met.insert(**id)) {
        Some(twice) => Err(value(&format!("{key}.id"), &format!("`{twice}` twice"), "each id once")),
        None => Ok(()),
    }
}
