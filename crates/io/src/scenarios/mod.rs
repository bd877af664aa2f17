//! `catchment compare`: the study as it stands, each scenario of its plan, and what differs.

mod changed;
mod dictionary;
mod effects;
mod rows;
mod write;

use std::collections::BTreeSet;

use catchment::{Facility, Finding, FindingKind, Ground, People, Progress, Service, Severity, Stage, Status, Study, analyse, begin};

use crate::checks;
use crate::error::Error;
use crate::files::Files;
use crate::gate::{checked_ground, judged, stop_at_errors};
use crate::load::{Inputs, load};
use crate::plan::{BASELINE, Plan, ScenarioPlan, Verb, value};
use crate::planning::opened_for_run;
use crate::run::{Clock, Run, answered};

pub use effects::ProjectRow;
pub(crate) use rows::{comparison_rows, metrics};
pub use write::WithoutBaseline;

/// The warnings of a run.
fn warnings(run: &Run) -> impl Iterator<Item = &Finding> {
    run.findings().into_iter().filter(|finding| finding.severity == Severity::Warning)
}

/// The study as it stands and its scenarios, side by side.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The study as it stands.
    pub baseline: Run,
    /// One a scenario, in the plan's order.
    pub scenarios: Vec<Compared>,
}

/// A scenario and what its steps do.
#[derive(Debug, Clone)]
pub struct Compared {
    /// Its run, as of any plan.
    pub run: Run,
    /// What each of its steps does to each service that it concerns, in the order of building.
    pub projects: Vec<ProjectRow>,
    /// Steps that do nothing for want of a road.
    pub findings: Vec<Finding>,
}

impl Comparison {
    /// People of a service (by its position in the plan) who are covered in a scenario and not in the study as it stands, and those who are
    /// covered there and not in the scenario: counted point by point.
    pub fn people_moved(&self, scenario: &Compared, service: usize) -> [People; 2] {
        let reports = [&self.baseline, &scenario.run].map(|run| run.reports.get(service).map_or(&[][..], |report| &report.assessments));
        let mut moved = [People::ZERO; 2];
        for ((was, is), people) in reports[0].iter().zip(reports[1]).zip(&self.baseline.inputs.demand.people) {
            match (was.status == Status::Covered, is.status == Status::Covered) {
                (false, true) => moved[0] += *people,
                (true, false) => moved[1] += *people,
                _ => {}
            }
        }
        moved
    }

    /// What may make a number of the comparison wrong: warnings of the study as it stands, those of scenarios that it does not have, steps
    /// that do nothing, and what was found of the tables of any of them.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = warnings(&self.baseline).cloned().collect();
        let of_baseline: BTreeSet<(FindingKind, String)> = findings.iter().map(|own| (own.kind, own.source.clone())).collect();
        for own in &self.scenarios {
            let of_tables = || own.run.office.iter().flat_map(|office| &office.findings);
            let other = |finding: &&Finding| {
                !of_baseline.contains(&(finding.kind, finding.source.clone())) && !of_tables().any(|table| table == *finding)
            };
            let scenario = own.run.scenario.iter();
            findings.extend(
                scenario.flat_map(|scenario| warnings(&own.run).filter(other).map(|finding| in_scenario(scenario, finding.clone()))),
            );
            findings.extend(own.findings.iter().cloned());
        }
        findings.extend(self.runs().flat_map(|(_, run)| run.office.iter().flat_map(|office| &office.findings)).cloned());
        findings.sort();
        findings.dedup();
        findings
    }

    /// The name and the run of the study as it stands, then those of each scenario.
    pub fn runs(&self) -> impl Iterator<Item = (&str, &Run)> {
        let scenarios = self.scenarios.iter().map(|own| (own.run.scenario.as_ref().map_or("", |scenario| &scenario.id), &own.run));
        std::iter::once((BASELINE, &self.baseline)).chain(scenarios)
    }
}

/// Runs a plan as it stands and with each of its scenarios. Files are read, ground is measured once.
///
/// # Errors
///
/// As [`run`](crate::run()); and [`Error::Plan`] for a plan without scenarios, for one that names a facility that is not there, and for
/// one that closes all of a set.
pub fn compare(plan: &Plan, files: &dyn Files, progress: &dyn Progress) -> Result<Comparison, Error> {
    if plan.scenarios.is_empty() {
        let expected =
            "[[scenarios]] in the plan: id = \"new-clinics\", changes = [{ add = \"new-1\", facilities = \"clinics\", lon = …, lat = … }]";
        return Err(Error::Plan { file: plan.study.id.clone(), source: value("scenarios", "missing", expected) });
    }
    let mut clock = Clock::new();
    let inputs = load(plan, files, progress)?;
    clock.lap("load");
    of_inputs(inputs, clock, files, progress)
}

/// The same of what was loaded already, with the scenarios of its plan.
pub(crate) fn compared(inputs: Inputs, files: &dyn Files, progress: &dyn Progress) -> Result<Comparison, Error> {
    of_inputs(inputs, Clock::new(), files, progress)
}

/// A plan and its scenarios before the first run.
pub(crate) struct Checked {
    ground: Ground,
    /// What each scenario changes, step by step.
    changed: Vec<(Inputs, Vec<changed::Step>)>,
    /// New facilities of each scenario that are linked to no road.
    unlinked: Vec<Vec<Finding>>,
    /// What is found of the plan's inputs, its scenarios and the tables of both.
    pub(crate) findings: Vec<Finding>,
}

/// Checks what was loaded and all scenarios of its plan.
pub(crate) fn checked(inputs: &mut Inputs, files: &dyn Files, progress: &dyn Progress) -> Result<Checked, Error> {
    let plan = inputs.plan.clone();
    let swapped = plan.scenarios.iter().filter_map(|scenario| checks::swapped_projects(inputs, scenario));
    let swapped = judged(swapped, &plan.checks);
    inputs.findings.extend(swapped);
    let ground = checked_ground(inputs, progress)?;
    let changed = plan.scenarios.iter().map(|scenario| changed::changed(inputs, scenario)).collect::<Result<Vec<_>, _>>();
    if changed.is_err() {
        // swapped places may be too far away to be projected
        stop_at_errors(&inputs.findings)?;
    }
    let mut changed = changed?;
    let of_scenarios = checks::of_scenarios(inputs, plan.scenarios.iter().zip(changed.iter_mut().map(|(own, _)| own)));
    let unlinked: Vec<Vec<Finding>> =
        plan.scenarios.iter().zip(&changed).map(|(scenario, (_, steps))| unlinked(inputs, scenario, steps)).collect();
    let mut findings = inputs.findings.clone();
    findings.extend(of_scenarios);
    findings.extend(unlinked.iter().flatten().cloned());
    let tables = plan.scenarios.iter().zip(&changed).map(|(scenario, (own, _))| (own, scenario.new_build.as_deref()));
    for (own, new_build) in std::iter::once((&*inputs, None)).chain(tables) {
        let opened = opened_for_run(own, new_build, files, progress)?;
        findings.extend(opened.iter().flat_map(|own| own.read_findings()).cloned());
    }
    Ok(Checked { ground, changed, unlinked, findings })
}

fn of_inputs(mut inputs: Inputs, mut clock: Clock, files: &dyn Files, progress: &dyn Progress) -> Result<Comparison, Error> {
    let plan = &inputs.plan.clone();
    let Checked { ground, changed, unlinked, findings } = checked(&mut inputs, files, progress)?;
    // what is wrong with any scenario's table is said before the first run
    stop_at_errors(&findings)?;
    clock.lap("cells");
    let study = Study { zones: &inputs.zones, demand: &inputs.demand, ground: &ground, places: &inputs.places };
    begin(progress, BASELINE, 0)?;
    let answer = &mut |_, study: &Study<'_>, service: &Service<'_>| Ok(analyse(study, service, &plan.checks, progress)?);
    let baseline = answered(inputs.clone(), None, &ground, clock, files, progress, answer)?;
    let mut scenarios = Vec::new();
    for ((scenario, (own, steps)), mut findings) in plan.scenarios.iter().zip(changed).zip(unlinked) {
        begin(progress, &scenario.id, 0)?;
        let projects = effects::effects(&inputs, &study, scenario, &steps, progress)?;
        findings.extend(undated(&inputs, scenario));
        let run = answered(own, Some((scenario, &baseline)), &ground, Clock::new(), files, progress, answer)?;
        scenarios.push(Compared { run, projects, findings });
    }
    Ok(Comparison { baseline, scenarios })
}

/// New facilities of a scenario that are linked to no road, as the plan takes it.
fn unlinked(inputs: &Inputs, scenario: &ScenarioPlan, steps: &[changed::Step]) -> Vec<Finding> {
    let stands = |step: &&changed::Step| matches!(step.verb, Verb::Add | Verb::Open | Verb::Move);
    let new: Vec<(&str, &Facility)> = steps.iter().filter(stands).map(|step| (step.set.as_str(), &step.facility)).collect();
    judged(checks::unlinked_projects(inputs, scenario, &new), &inputs.plan.checks)
}

/// A finding that is a scenario's: its detail says so.
pub(crate) fn in_scenario(scenario: &ScenarioPlan, mut finding: Finding) -> Finding {
    finding.detail = format!("in the scenario `{}`, {}", scenario.id, finding.detail);
    finding
}

/// A year in which nothing can differ, as no facility says when it opens or closes.
fn undated(inputs: &Inputs, scenario: &ScenarioPlan) -> Option<Finding> {
    let year = scenario.year?;
    let dated = |own: &Facility| own.record.opens.is_some() || own.record.closes.is_some();
    let none = !inputs.facilities.values().chain(inputs.not_open.values()).flatten().any(dated);
    let detail =
        format!("no facility says when it opens or closes, so that {year} has those of today: name columns.status, .opens, .closes");
    none.then(|| Finding::new(Stage::Planning, &scenario.id, year, FindingKind::NoYears, detail))
}
