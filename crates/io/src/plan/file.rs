//! The file that a plan stands in.

use std::io::ErrorKind;
use std::path::Path;

use super::{Plan, PlanError};
use crate::error::Error;

/// The text of a plan or a job.
///
/// # Errors
///
/// [`Error::Plan`] where it cannot be read.
pub(crate) fn text_of(file: &Path) -> Result<String, Error> {
    std::fs::read_to_string(file).map_err(|error| {
        let found = match error.kind() {
            ErrorKind::NotFound => "missing".to_owned(),
            ErrorKind::IsADirectory => "a folder".to_owned(),
            ErrorKind::InvalidData => "not text in UTF-8".to_owned(),
            _ => format!("unreadable ({error})"),
        };
        let expected = "a plan in TOML, saved as UTF-8".to_owned();
        Error::Plan { file: file.display().to_string(), source: PlanError::Value { key: "the file".to_owned(), found, expected } }
    })
}

impl Plan {
    /// Reads a plan from its file and checks it. Its paths are relative to the folder of the file.
    ///
    /// # Errors
    ///
    /// [`Error::Plan`] names the file and what is wrong in it.
    pub fn read(file: &Path) -> Result<Plan, Error> {
        Plan::parse(&text_of(file)?).map_err(|source| Error::Plan { file: file.display().to_string(), source })
    }
}
