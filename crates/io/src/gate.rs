//! The gate between what was found and what is written: errors stop a run. The ground is checked here, and `catchment check` writes nothing.

use catchment::{Checks, Finding, FindingKind, Ground, Progress, Severity, Stage, begin};

use crate::checks;
use crate::error::Error;
use crate::files::Files;
use crate::load::{Inputs, load, no_roads};
use crate::plan::{Mask, Plan};
use crate::run::ground;
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

/// Checks what was loaded, before anything is searched or measured; the inputs learn what is found.
pub(crate) fn check_inputs(inputs: &mut Inputs) {
    let found: Vec<Finding> = checks::of_inputs(inputs).into_iter().chain(no_roads(inputs, None)).collect();
    let before = std::mem::take(&mut inputs.findings);
    inputs.findings = judged(before.into_iter().chain(found), &inputs.plan.checks);
}

/// The same, and refuses errors: for what needs no ground.
///
/// # Errors
///
/// [`Error::Findings`].
pub(crate) fn checked(mut inputs: Inputs) -> Result<Inputs, Error> {
    check_inputs(&mut inputs);
    stop_at_errors(&inputs.findings)?;
    Ok(inputs)
}

/// The ground of what was loaded, which learns what its checks find.
pub(crate) fn checked_ground(inputs: &mut Inputs, progress: &dyn Progress) -> Result<Ground, Error> {
    check_inputs(inputs);
    let ground = measured_ground(inputs, progress);
    if ground.is_err() {
        // a zone far away says more than the cells that it would need
        stop_at_errors(&inputs.findings)?;
    }
    ground
}

/// The ground of what was loaded, which learns of masks that hold none.
fn measured_ground(inputs: &mut Inputs, progress: &dyn Progress) -> Result<Ground, Error> {
    begin(progress, "cells", 0)?;
    let ground = ground(inputs, inputs.plan.ground.cell_m, progress)?;
    let areas = ground.mask_areas_m2();
    let mut found = empty_masks(&inputs.plan, &areas);
    let first = |m2: &[f64]| m2.first().copied().unwrap_or(0.0);
    found.extend(no_roads(inputs, Some([first(&ground.no_data_m2()), first(&areas)])));
    let mut before = std::mem::take(&mut inputs.findings);
    // the one that knows the ground takes its place
    before.retain(|finding| finding.kind != FindingKind::NoRoads);
    inputs.findings = judged(before.into_iter().chain(found), &inputs.plan.checks);
    Ok(ground)
}

/// Masks that hold no ground of any zone: their shares are empty.
fn empty_masks(plan: &Plan, areas_m2: &[f64]) -> Vec<Finding> {
    let source = plan.ground.source.as_ref().unwrap_or(&plan.roads.source);
    let empty = plan.ground.mask.iter().zip(areas_m2).filter(|(_, area)| **area <= 0.0);
    let finding = |(mask, _): (&Mask, &f64)| {
        let (file, what) = match mask {
            Mask::Layer(file) => (file, "is this the layer of these zones?"),
            Mask::Zone | Mask::Land => (source, "the zones are empty or under water"),
            Mask::BuiltUp | Mask::Residential => (source, "the extract has no such areas in the zones; name one that has: ground.source"),
        };
        let detail = format!("the mask `{}` holds no ground of any zone and has no shares: {what}", mask.name());
        Finding::new(Stage::Zones, file, mask.name(), FindingKind::EmptyMask, detail)
    };
    empty.map(finding).collect()
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
