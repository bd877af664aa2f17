//! The gate between what was found and what is written: errors stop a run.

use catchment::{Checks, Finding};

use crate::error::Error;

/// The findings as the study takes them, the gravest first.
pub(crate) fn judged(findings: impl IntoIterator<Item = Finding>, checks: &Checks) -> Vec<Finding> {
    let mut judged: Vec<Finding> = findings.into_iter().map(|finding| checks.judged(finding)).collect();
    judged.sort();
    judged.dedup();
    judged
}

/// Refuses findings with an error among them: all their errors together.
///
/// # Errors
///
/// [`Error::Findings`].
pub(crate) fn stop_at_errors<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Result<(), Error> {
    let mut errors: Vec<Finding> = findings.into_iter().filter(|finding| finding.is_error()).cloned().collect();
    errors.sort();
    errors.dedup();
    if errors.is_empty() { Ok(()) } else { Err(Error::Findings(errors)) }
}
