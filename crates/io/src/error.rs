//! Errors of reading and writing: what, where, what was expected, what to do.

use std::path::PathBuf;

use catchment::{Cancelled, GroundError, NetworkError, ProfileError};

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
    #[error("plan {file}: {source}")]
    Plan {
        /// The plan's file.
        file: String,
        /// What is wrong.
        source: PlanError,
    },
    /// A file that cannot be opened.
    #[error("cannot read {file}: {source}")]
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
    #[error("cannot write {}: {source}", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The run was ended.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<GroundError> for Error {
    fn from(error: GroundError) -> Error {
        match error {
            GroundError::Cancelled(cancelled) => Error::Cancelled(cancelled),
            other => Error::Ground(other),
        }
    }
}

/// A complaint about a table or layer.
pub(crate) fn data(file: &str, place: impl AsRef<str>, found: impl Into<String>, expected: impl Into<String>) -> Error {
    let place = place.as_ref();
    let place = if place.is_empty() { String::new() } else { format!(", {place}") };
    Error::Data { file: file.to_owned(), place, found: found.into(), expected: expected.into() }
}
