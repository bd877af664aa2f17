//! `catchment site`: where to build, how good that is, and what else would do.

mod answers;
mod candidates;
mod dictionary;
mod evaluate;
mod problem;
mod rows;
mod write;

use std::cell::Cell;

use catchment::geo::Coord;
use catchment::{
    ExactSolver, Facility, FacilityId, FacilityIndex, Finding, FindingKind, Linkage, Located, NoProgress, People, Progress, SitingError,
    SitingModel, SitingOptions, Stage, begin,
};

use crate::error::Error;
use crate::files::{Files, InputFile};
use crate::gate::{checked, judged, stop_at_errors};
use crate::load::{Inputs, load};
use crate::map::Lang;
use crate::plan::{CALLS, ChangePlan, Plan, PlanError, ScenarioPlan, SitingPlan, Verb, value};
use crate::planning::NewBuild;
use crate::scenarios::{Comparison, compared};
use crate::solver::Cbc;
use crate::write::inverse;
use problem::Problem;

pub use answers::APART_M;
pub use candidates::Candidate;
pub use rows::{AlternativeRow, EvaluationRow, FrontierRow, QuotaRow, SiteRow};

/// The id of the scenario that builds what was chosen.
pub const PROPOSED: &str = "proposed";

/// Where to build, with all that is known of it.
#[derive(Debug, Clone)]
pub struct SitingRun {
    /// What went in; its plan has the scenario [`PROPOSED`].
    pub inputs: Inputs,
    /// What was asked.
    pub siting: SitingPlan,
    /// The service's position in the plan.
    pub service: usize,
    /// How many candidates there are.
    pub candidates: usize,
    /// The plan that was found, and what is proven of it.
    pub located: Located,
    /// What stands is worth so much, in the units of the model.
    pub standing: Option<f64>,
    /// What is built, closed and moved, in the order of building.
    pub sites: Vec<SiteRow>,
    /// The best plans with fewer.
    pub frontier: Vec<FrontierRow>,
    /// Other plans within 1 %.
    pub alternatives: Vec<AlternativeRow>,
    /// A scenario held against the best plan of the same counts.
    pub evaluation: Vec<EvaluationRow>,
    /// What the count of each town costs.
    pub quotas: Vec<QuotaRow>,
    /// What values are in: people, calls, sites, price, s, m, or the mean of those.
    pub unit: &'static str,
    /// Whether the search was ended through `progress`: then nothing else was asked.
    pub interrupted: bool,
    /// The study as it stands and with what is proposed, where that was run.
    pub comparison: Option<Comparison>,
    /// Files that were read for siting alone.
    pub files: Vec<InputFile>,
    /// What was not used, or should be looked at.
    pub findings: Vec<Finding>,
}

/// Loads a plan, finds where to build, and holds that against the study as it stands. Where the search leaves a gap, `solver` has the last
/// word.
///
/// # Errors
///
/// As [`run`](crate::run()); [`Error::Plan`] where `[siting]` cannot be answered; [`Error::Siting`] where no plan is allowed.
///
/// # Example
///
/// Where would one more facility do most in Liechtenstein?
///
/// ```no_run
/// use catchment::NoProgress;
/// use catchment_io::plan::SitingPlan;
/// use catchment_io::{Folder, Plan, site};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut plan = Plan::read("data/liechtenstein/plan.toml".as_ref())?;
/// plan.siting = Some(SitingPlan { add: Some(1), ..SitingPlan::default() });
/// let found = site(&plan, &Folder("data/liechtenstein".into()), None, &NoProgress)?;
/// println!("{}: {} people of at most {}", found.sites[0].zone_name, found.located.value, found.located.bound);
/// # Ok(())
/// # }
/// ```
pub fn site(plan: &Plan, files: &dyn Files, solver: Option<&Cbc>, progress: &dyn Progress) -> Result<SitingRun, Error> {
    let wrong = |source: PlanError| Error::Plan { file: plan.study.id.clone(), source };
    let siting =
        plan.siting.as_ref().ok_or_else(|| wrong(value("siting", "missing", "[siting] in the plan, or flags: --model mclp --add 5")))?;
    siting.check(plan).map_err(wrong)?;
    let mut found = sited(load(plan, files, progress)?, files, solver, progress)?;
    if !found.interrupted {
        found.comparison = Some(compared(found.inputs.clone(), files, progress)?);
    }
    Ok(found)
}

/// Finds where to build in a study that is loaded, by `[siting]` of its plan: as [`site`], without running the study as proposed.
///
/// # Errors
///
/// As [`site`].
pub fn sited(inputs: Inputs, files: &dyn Files, solver: Option<&Cbc>, progress: &dyn Progress) -> Result<SitingRun, Error> {
    let mut inputs = checked(inputs)?;
    let plan = &inputs.plan.clone();
    let wrong = |source: PlanError| Error::Plan { file: plan.study.id.clone(), source };
    let mut siting = plan.siting.clone().unwrap_or_default();
    siting.check_counted().map_err(wrong)?;
    let asked = siting.service(plan).map_err(wrong)?;
    let place = inputs.plan.services.iter().position(|own| own.id == asked.id).unwrap_or_default();
    let (mut read, mut findings) = (Vec::new(), Vec::new());
    let mut counts = siting.counts.as_deref().map(|file| new_build(file, &inputs, files, &mut read, &mut findings)).transpose()?;
    let scenario = siting.evaluate.as_ref().and_then(|id| plan.scenarios.iter().find(|own| own.id == *id));
    if let (None, Some(file)) = (&counts, scenario.and_then(|own| own.new_build.as_deref())) {
        counts = Some(new_build(file, &inputs, files, &mut read, &mut findings)?);
    }
    findings = judged(findings, &plan.checks);
    stop_at_errors(inputs.findings.iter().chain(&findings))?;
    match (siting.add, &counts, scenario) {
        (None, None, Some(scenario)) => siting.add = Some(added(scenario, &asked.facilities)).filter(|_| siting.kinds.is_empty()),
        (Some(add), Some(counts), _) => {
            let detail = format!("siting.add = {add} is left aside: {} says how many", counts.file);
            findings.push(Finding::new(Stage::Planning, "siting", "add", FindingKind::AddLeftAside, detail));
            siting.add = None;
        }
        _ => {}
    }
    let networks = inputs.networks([asked].into_iter(), &[]);
    let service = &inputs.plan.services[place];
    let zone_limits = &inputs.zone_limits[place];
    let Some(own) = inputs.service(service, zone_limits, &networks) else {
        return Err(wrong(value("siting.service", &format!("`{}`", asked.id), "a service with facilities and roads")));
    };
    begin(progress, "candidates", 0)?;
    let edges = own.edge_grid()?;
    let candidates = candidates::candidates(&inputs, &siting, service, &edges, files, &mut read, &mut findings)?;
    findings = judged(findings, &plan.checks);
    stop_at_errors(inputs.findings.iter().chain(&findings))?;
    let (problem, left_out) = Problem::new(&inputs, &siting, &own, &candidates, counts.as_ref(), progress)?;
    findings.extend(left_out);
    let failed = |source| match source {
        SitingError::Cancelled(cancelled) => Error::Cancelled(cancelled),
        SitingError::Input(input) => Error::Input(input),
        source => Error::Siting { source },
    };
    let exact = solver.map(|solver| solver as &dyn ExactSolver);
    // what time there is, the search does not take from the solver
    let nodes = if exact.is_some() { SitingOptions::default().nodes } else { problem.options.nodes };
    let located = problem.solve_with(&SitingOptions { nodes, ..problem.options }, exact, progress).map_err(failed)?;
    if let Some(why) = solver.and_then(Cbc::failure) {
        findings.push(Finding::new(Stage::Planning, "siting", "solver", FindingKind::SolverFailed, why));
    }
    findings.extend(beyond(&located, &siting));
    findings.extend(unknown(&inputs, &siting));
    // whoever ends the search wants what it has found: the plan and its bound, without the questions that would take as long again
    let interrupted = progress.is_cancelled();
    if interrupted {
        let detail = "the search was ended: the plan is the best so far, and nothing was asked beside it".to_owned();
        findings.push(Finding::new(Stage::Planning, "siting", siting.model.name(), FindingKind::Interrupted, detail));
        (siting.frontier, siting.alternatives) = (false, 0);
    }
    let facilities: Vec<Facility> = candidates.iter().map(problem::facility).collect();
    let mut answers = answers::Answers {
        places: FacilityIndex::of_facilities(&facilities),
        inputs: &inputs,
        siting: &siting,
        service: &own,
        edges: &edges,
        candidates: &candidates,
        problem: &problem,
        located,
        counts: counts.as_ref().filter(|_| !interrupted),
        brief: interrupted,
        unanswered: Cell::new(false),
        progress: if interrupted { &NoProgress } else { progress },
    };
    let standing = answers.standing()?;
    let without = answers.without_each()?;
    let sites = answers.sites(&without)?;
    let frontier = answers.frontier()?;
    let alternatives = answers.alternatives(without)?;
    let quotas = answers.quotas()?;
    let evaluation = scenario.filter(|_| !interrupted).map(|own| answers.evaluation(own)).transpose()?.unwrap_or_default();
    let located = answers.located;
    findings.extend(unreached(&problem, &located, &siting));
    let count = candidates.len();
    let unit = problem.unit.0;
    let built = proposed(&sites, service.facilities.clone(), plan.study.lang);
    drop(edges);
    inputs.plan.scenarios = scenario.cloned().into_iter().chain([built]).collect();
    findings.sort();
    findings.dedup();
    Ok(SitingRun {
        inputs,
        siting,
        service: place,
        candidates: count,
        located,
        standing,
        sites,
        frontier,
        alternatives,
        evaluation,
        quotas,
        unit,
        comparison: None,
        interrupted,
        files: read,
        findings,
    })
}

/// How many facilities of a set a scenario builds.
fn added(scenario: &ScenarioPlan, set: &str) -> u32 {
    let adds = |own: &&ChangePlan| own.facilities == set && matches!(own.verb(), Some((Verb::Add | Verb::Open | Verb::Move, _)));
    scenario.changes.iter().filter(adds).count() as u32
}

fn new_build(
    file: &str,
    inputs: &Inputs,
    files: &dyn Files,
    read: &mut Vec<InputFile>,
    findings: &mut Vec<Finding>,
) -> Result<NewBuild, Error> {
    let bytes = files.read(file)?;
    read.push(InputFile::new(file, &bytes));
    NewBuild::read(&bytes, file, &inputs.zone_names, findings)
}

/// People whom no site reaches, where the model wants everybody reached.
fn beyond(located: &Located, siting: &SitingPlan) -> Option<Finding> {
    let detail = format!("{:.1} people are reached by no site and no candidate; the plan is for all others", located.beyond.as_f64());
    (located.beyond > People::ZERO)
        .then(|| Finding::new(Stage::Planning, "siting", siting.model.name(), FindingKind::PeopleBeyondSites, detail))
}

/// People whom no site of the plan reaches, where what counts is what they pay.
fn unreached(problem: &Problem, located: &Located, siting: &SitingPlan) -> Option<Finding> {
    let people = problem.unreached(&located.copies);
    let (SitingModel::Median { unreached } | SitingModel::CapacitatedMedian { unreached }) = problem.model else { return None };
    let unit = problem.unit.0.chars().next().unwrap_or('s');
    let cost = f64::from(unreached.0) / 1000.0;
    let detail = format!("{:.1} people are reached by no site of the plan: each counts as {cost:.1} {unit}", people.as_f64());
    (people > People::ZERO).then(|| Finding::new(Stage::Planning, "siting", siting.model.name(), FindingKind::PeopleUnreached, detail))
}

/// Zones whose people nobody knows: they are not counted.
fn unknown(inputs: &Inputs, siting: &SitingPlan) -> Option<Finding> {
    let zones: Vec<&str> = inputs.zones.iter().filter(|zone| zone.people.is_none()).map(|zone| zone.name.as_str()).collect();
    let detail = format!("the people of {} are not known: whoever lives there is not counted", zones.join(", "));
    let asked = siting.whom != CALLS && !zones.is_empty();
    asked.then(|| Finding::new(Stage::Planning, "siting", siting.model.name(), FindingKind::PeopleUnknown, detail))
}

/// The scenario that does what was chosen.
fn proposed(sites: &[SiteRow], set: String, lang: Lang) -> ScenarioPlan {
    let mut changes = Vec::new();
    for row in sites {
        let place = |own: &mut ChangePlan| (own.lon, own.lat) = (Some(row.lon), Some(row.lat));
        let mut change = ChangePlan { facilities: set.clone(), ..ChangePlan::default() };
        if row.change == "close" {
            change.close = Some(row.facility_id.clone());
        } else if row.change == "open" {
            change.open = Some(row.facility_id.clone());
        } else {
            change.add = Some(row.facility_id.clone());
            change.name = Some(row.name.clone()).filter(|name| !name.is_empty());
            // the map's legend tells what is new by its kind
            change.kind = Some(if row.kind.is_empty() { said(lang, "规划点位", "proposed") } else { row.kind.clone() });
            place(&mut change);
        }
        changes.push(change);
    }
    ScenarioPlan { id: PROPOSED.to_owned(), title: said(lang, "建议点位", "Proposed sites"), changes, ..ScenarioPlan::default() }
}

fn said(lang: Lang, zh: &str, en: &str) -> String {
    match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
        Lang::Both => format!("{zh} {en}"),
    }
}

/// Where a linked place touches its road, metres of the working CRS.
fn on_road(edges: &catchment::EdgeGrid<'_>, links: &Linkage, i: usize) -> Option<(Coord<f64>, f64)> {
    let snap = links.snaps(i).first()?;
    let network = edges.network();
    let edge = network.edge(snap.edge);
    let (tail, head) = (network.location(edge.tail), network.location(edge.head));
    let share = if edge.length_mm == 0 { 0.0 } else { f64::from(snap.offset_mm) / f64::from(edge.length_mm) };
    Some((Coord { x: tail.x + share * (head.x - tail.x), y: tail.y + share * (head.y - tail.y) }, f64::from(snap.leg_m)))
}

/// WGS84 of places in metres.
fn degrees(inputs: &Inputs, places: &[Coord<f64>]) -> Result<Vec<Coord<f64>>, Error> {
    let mut at = places.to_vec();
    inverse(&inputs.projector, &mut at)?;
    Ok(at)
}

/// Ends where the user ends it, and says nothing: for the many questions beside the main one.
struct Quiet<'p>(&'p dyn Progress);

impl Progress for Quiet<'_> {
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// Options for the many questions beside the main one: bounds, and no branching.
fn lighter(options: &SitingOptions) -> SitingOptions {
    SitingOptions { nodes: 0, tries: options.tries.min(10), seconds: options.seconds.map(|seconds| seconds / 20.0), ..*options }
}

/// The points within their limit of a site.
fn near(problem: &Problem, site: usize) -> impl Iterator<Item = usize> + '_ {
    let row = problem.table.row(FacilityId::at(site)).iter();
    row.filter(|(point, cost)| *cost <= problem.within[point.index()]).map(|(point, _)| point.index())
}
