//! Errors of reading and writing: what, where, what was expected, what to do.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use catchment::{AnalysisError, Cancelled, Finding, FindingKind, GroundError, InputError, NetworkError, ProfileError, SitingError};

use crate::crs::CrsError;
use crate::map::MapError;
use crate::osm::OsmError;
use crate::plan::PlanError;
use crate::prepared::PreparedError;

/// Why a study could not be read, run or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The plan.
    #[error("{}: {source}", named(file))]
    Plan {
        /// The plan's file.
        file: String,
        /// What is wrong.
        source: PlanError,
    },
    /// A file that cannot be opened.
    #[error("cannot read {file}: {}", in_words(source))]
    Read {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// An OpenStreetMap file.
    #[error("{file}: {source}")]
    Osm {
        /// The file.
        file: String,
        /// What is wrong.
        source: OsmError,
    },
    /// A prepared network.
    #[error("{file}: {source}")]
    Prepared {
        /// The file.
        file: String,
        /// What is wrong.
        source: PreparedError,
    },
    /// A table or layer.
    #[error("{file}{place}: {found}; expected {expected}")]
    Data {
        /// The file.
        file: String,
        /// Row, column or feature, with a leading `, `; or nothing.
        place: String,
        /// What was found.
        found: String,
        /// What was expected, and what to do.
        expected: String,
    },
    /// Coordinates.
    #[error("{what}: {source}")]
    Crs {
        /// The plan's key or the file.
        what: String,
        /// What is wrong.
        source: CrsError,
    },
    /// The network.
    #[error("roads: {0}")]
    Network(#[from] NetworkError),
    /// The profile.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The ground.
    #[error(transparent)]
    Ground(GroundError),
    /// The picture.
    #[error("map: {0}")]
    Map(#[from] MapError),
    /// A file that cannot be written.
    #[error("cannot write {}: {}", file.display(), in_words(source))]
    Write {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No plan of sites.
    #[error("siting: {source}")]
    Siting {
        /// Why.
        source: SitingError,
    },
    /// A folder, or a shard, that another process has for itself.
    #[error("another process {what}: try again when it has ended")]
    Busy {
        /// What that process does.
        what: String,
    },
    /// Findings that cannot be true: nothing is written.
    #[error("{}", listed(.0))]
    Findings(Vec<Finding>),
    /// Input of the analysis that cannot be what it is said to be.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The run was ended.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<AnalysisError> for Error {
    fn from(error: AnalysisError) -> Error {
        match error {
            AnalysisError::Input(input) => Error::Input(input),
            AnalysisError::Cancelled(cancelled) => Error::Cancelled(cancelled),
        }
    }
}

impl From<GroundError> for Error {
    fn from(error: GroundError) -> Error {
        match error {
            GroundError::Cancelled(cancelled) => Error::Cancelled(cancelled),
            GroundError::Input(input) => Error::Input(input),
            other => Error::Ground(other),
        }
    }
}

/// Each error with its remedy, the gravest first; at most twenty of them, and a count of the rest.
fn listed(errors: &[Finding]) -> String {
    const MOST: usize = 20;
    let line = |finding: &Finding| {
        let about = if finding.source.is_empty() { String::new() } else { format!("{}: ", finding.source) };
        format!("error {}: {about}{}\n  {}", finding.kind, finding.detail, finding.kind.remedy())
    };
    let mut lines: Vec<String> = errors.iter().take(MOST).map(line).collect();
    if errors.len() > MOST {
        lines.push(format!("… and {} more", errors.len() - MOST));
    }
    let mut sizes: BTreeMap<FindingKind, &Finding> = BTreeMap::new();
    for finding in errors {
        let largest = sizes.entry(finding.kind).or_insert(finding);
        if finding.size_milli > largest.size_milli {
            *largest = finding;
        }
    }
    let sizes = || sizes.iter().map(|(kind, finding)| (kind, finding.accepting_size()));
    let keys: Vec<String> = sizes().map(|(kind, size)| format!("{kind} = \"{size}\"")).collect();
    let flags: Vec<String> = sizes().map(|(kind, size)| format!("--accept {kind}={}", size.replace(' ', ""))).collect();
    format!(
        "nothing is written: {} cannot be true\n{}\nto go on all the same, accept what was found: [checks] accept = {{ {} }}, or {}",
        if errors.len() == 1 { "one finding".to_owned() } else { format!("{} findings", errors.len()) },
        lines.join("\n"),
        keys.join(", "),
        flags.join(" "),
    )
}

/// What the system says, where it is one of the usual things.
fn in_words(error: &io::Error) -> String {
    let words = match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder",
        ErrorKind::IsADirectory => "a folder of that name stands where the file should be",
        ErrorKind::NotADirectory => "a file stands where one of its folders should be",
        ErrorKind::AlreadyExists => "a file of that name stands where the folder should be",
        ErrorKind::PermissionDenied => "no permission",
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::QuotaExceeded => "your share of the disk is used up",
        ErrorKind::ReadOnlyFilesystem => "the disk can only be read",
        ErrorKind::FileTooLarge => "no file may be as large as that here",
        _ => return error.to_string(),
    };
    words.to_owned()
}

/// What a plan's error calls it: it may be flags.
fn named(file: &str) -> String {
    if file.starts_with("the ") { file.to_owned() } else { format!("plan {file}") }
}

/// A complaint about a table or layer.
pub(crate) fn data(file: &str, place: impl AsRef<str>, found: impl Into<String>, expected: impl Into<String>) -> Error {
    let place = place.as_ref();
    let place = if place.is_empty() { String::new() } else { format!(", {place}") };
    Error::Data { file: file.to_owned(), place, found: found.into(), expected: expected.into() }
}
