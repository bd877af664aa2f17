//! The gate between what was found and what is written: errors stop a run. And `catchment check`, which looks and writes nothing.

use catchment::{Checks, Finding, Progress, Severity};

use crate::error::Error;
use crate::files::Files;
use crate::load::load;
use crate::plan::Plan;
use crate::scenarios;

/// The findings as the study takes them, the gravest first, each once.
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

/// What can be said of a plan and its files before any search: everything that loading, cutting the ground and linking find, with errors
/// among it. Nothing is written.
///
/// # Errors
///
/// [`Error`] for a file that is missing or broken as a whole.
///
/// # Example
///
/// ```
/// use catchment::NoProgress;
/// use catchment_io::{Folder, Plan, check};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/liechtenstein");
/// let plan = Plan::parse(&std::fs::read_to_string(format!("{folder}/plan.toml"))?)?;
/// let findings = check(&plan, &Folder(folder.into()), &NoProgress)?;
/// assert!(findings.iter().all(|finding| !finding.is_error()));
/// # Ok(())
/// # }
/// ```
pub fn check(plan: &Plan, files: &dyn Files, progress: &dyn Progress) -> Result<Vec<Finding>, Error> {
    let mut inputs = load(plan, files, progress)?;
    let checked = scenarios::checked(&mut inputs, files, progress)?;
    Ok(judged(checked.findings, &plan.checks))
}

/// How many findings are of a severity.
pub fn count(findings: &[Finding], severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity == severity).count()
}
