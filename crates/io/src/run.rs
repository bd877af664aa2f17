//! Running: from loaded inputs to one report a service.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use catchment::geo::{Coord, MultiPolygon};
use catchment::{
    Barriers, Coverage, CoverageTable, Extent, Facility, Finding, FindingKind, GapRules, Ground, GroundRules, Limit, LinkRules, Mask,
    Metric, People, Profile, Progress, Report, RoadNetwork, Service, SquareMm, Study, Zone, analyse, begin, cover,
};
use serde::Serialize;

use crate::access::{self, AccessRun};
use crate::error::Error;
use crate::files::{Files, InputFile};
use crate::gate::{checked_ground, stop_at_errors};
use crate::load::{Inputs, MaskPolygons, load};
use crate::out::{OutFolder, Results};
use crate::plan::{self, Format, GroundPlan, Plan, ReferralPlan, ScenarioPlan, ServicePlan};
use crate::planning::{Fair, Held, OfficeRun, opened_for_run};
use crate::range::{RangePoint, at_a_range_of_speeds, at_other_speeds};
use crate::referrals::{ReferralRun, refer};
use crate::response::{ResponseRun, respond};
use crate::sensitivity::doubts;
use crate::shapes::{OwnAudit, audit_coverage};

/// A finished run: what went in, and one report a service, in the plan's order.
#[derive(Debug, Clone)]
pub struct Run {
    /// What went in.
    pub inputs: Inputs,
    /// The scenario of the plan that it is of; none for the study as it stands.
    pub scenario: Option<ScenarioPlan>,
    /// By mask of the plan, the area of its polygons in all zones, m²: what the ground by status must add up to.
    pub mask_areas_m2: Vec<f64>,
    /// One a service.
    pub reports: Vec<Report>,
    /// One a service, where the plan asks for an audit of its covered ground.
    pub audits: Vec<OwnAudit>,
    /// One a service, where the plan asks for the error of area: its covered ground (of the first mask) measured at half the cell.
    pub covered_at_half_cell: Vec<SquareMm>,
    /// Response times, radius, stations and corridors of the services that ask for them.
    pub responses: Vec<ResponseRun>,
    /// Coverage at other speeds, by service and speed.
    pub speeds: Vec<SpeedPoint>,
    /// Coverage at a slow and at a brisk walk, by service and speed.
    pub ranges: Vec<RangePoint>,
    /// How much people can draw on: one a measure of the plan.
    pub access: Vec<AccessRun>,
    /// The nearest facilities of facilities: one a question of the plan.
    pub referrals: Vec<ReferralRun>,
    /// Norms, indicators and minimum amounts, where the plan names standards.
    pub office: Option<OfficeRun>,
    /// How evenly coverage is spread over zones, access over people and zones, and the resources that the standards name.
    pub fair: Fair,
    /// Networks by profile and metric.
    pub networks: BTreeMap<(String, Metric), NetworkFacts>,
    /// Wall time of each step, seconds, in order.
    pub timings: Vec<(String, f64)>,
}

/// Coverage of a service at another speed of its profile; all else is the plan's.
#[derive(Debug, Clone)]
pub struct SpeedPoint {
    /// The service's position in the plan.
    pub service: usize,
    /// The general speed and that of the legs, metres a second.
    pub speed_m_s: f64,
    /// What a run at that speed would say.
    pub coverage: CoverageTable,
}

/// How large a network is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NetworkFacts {
    /// Nodes.
    pub nodes: usize,
    /// Edges.
    pub edges: usize,
    /// Connected pieces.
    pub components: usize,
    /// Nodes of the largest.
    pub largest_component: u32,
}

/// Loads what `plan` names from `files` and answers all its services.
///
/// Runs on rayon's current thread pool: install one of your own to choose how many threads.
///
/// # Errors
///
/// [`Error`] as [`load`], or where the run was ended through `progress`.
///
/// # Example
///
/// Liechtenstein: its municipalities, its pharmacies, doctors and hospital, fifteen minutes on foot.
///
/// ```
/// use catchment::NoProgress;
/// use catchment_io::{Claim, Folder, OutFolder, Plan, run, write};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/liechtenstein");
/// # let out = std::env::temp_dir().join(format!("catchment-doc-{}", std::process::id()));
/// # let out = out.as_path();
/// let plan = Plan::parse(&std::fs::read_to_string(format!("{folder}/plan.toml"))?)?;
/// let done = run(&plan, &Folder(folder.into()), &NoProgress)?;
/// let report = &done.reports[0];
/// let people = report.coverage.total.people.unwrap_or_default();
/// println!("{:.0} of {:.0} people are covered", people.covered.as_f64(), people.total().as_f64());
/// for gap in report.gaps.gaps.iter().take(3) {
///     let town = &done.inputs.zones[gap.zone.index()];
///     println!("{}. {}: {:.0} people", gap.rank, town.name, gap.people.unwrap_or_default().as_f64());
/// }
/// write(&done, OutFolder::claim(out, Claim::of_run(&plan))?)?; // gaps.geojson, coverage.geojson, zones.csv, map.svg, ...
/// # assert_eq!(people.total(), catchment::People::persons(38_749));
/// # std::fs::remove_dir_all(out)?;
/// # Ok(())
/// # }
/// ```
pub fn run(plan: &Plan, files: &dyn Files, progress: &dyn Progress) -> Result<Run, Error> {
    run_with(plan, files, progress, &mut |_, study, service| Ok(analyse(study, service, &plan.checks, progress)?))
}

/// What a service, by its place in the plan, has to say of a study.
pub(crate) type Answer<'a> = dyn FnMut(usize, &Study<'_>, &Service<'_>) -> Result<Report, Error> + 'a;

/// The same with another way to answer a service.
pub(crate) fn run_with(plan: &Plan, files: &dyn Files, progress: &dyn Progress, answer: &mut Answer<'_>) -> Result<Run, Error> {
    let mut clock = Clock::new();
    let mut inputs = load(plan, files, progress)?;
    clock.lap("load");
    let ground = checked_ground(&mut inputs, progress)?;
    clock.lap("cells");
    answered(inputs, None, &ground, clock, files, progress, answer)
}

/// Answers all services of what was loaded; `files` hold standards, figures and the table of new facilities. A scenario comes with the run
/// that it is held against: what no change of facilities touches is taken from there.
pub(crate) fn answered(
    inputs: Inputs,
    scenario: Option<(&ScenarioPlan, &Run)>,
    ground: &Ground,
    mut clock: Clock,
    files: &dyn Files,
    progress: &dyn Progress,
    answer: &mut Answer<'_>,
) -> Result<Run, Error> {
    let plan = inputs.plan.clone();
    // what is wrong with standards and figures is said before hours of work
    let new_build = scenario.and_then(|(own, _)| own.new_build.as_deref());
    let opened = opened_for_run(&inputs, new_build, files, progress)?;
    stop_at_errors(inputs.findings.iter().chain(opened.iter().flat_map(|own| own.read_findings())))?;
    let networks = inputs.networks(plan.services.iter(), &plan.referrals);
    let mut reports = Vec::new();
    let study = Study { zones: &inputs.zones, demand: &inputs.demand, ground, places: &inputs.places };
    let sweeps: Vec<Vec<Limit>> = plan.services.iter().map(ServicePlan::swept_limits).collect();
    for (i, ((service, zone_limits), sweep)) in plan.services.iter().zip(&inputs.zone_limits).zip(&sweeps).enumerate() {
        let key = (service.profile.clone(), service.limit.metric);
        let Some(asked) = inputs.service(service, zone_limits, &networks) else { continue };
        debug_assert!(networks.get(&key).is_some_and(|network| std::ptr::eq(network.as_ref(), asked.network)));
        let known = same(scenario, &inputs, service).map(|run| run.reports[i].clone());
        let is_known = known.is_some();
        let mut report = known.map_or_else(|| answer(i, &study, &Service { sweep, ..asked }), Ok)?;
        clock.lap(&format!("service {}", service.id));
        if !is_known {
            report.findings.extend(doubts(&inputs, &study, i, &asked, &report)?);
            report.findings.sort();
            clock.lap(&format!("sensitivity {}", service.id));
        }
        reports.push(report);
    }
    let mut responses = Vec::new();
    let mut speeds = Vec::new();
    let mut ranges = Vec::new();
    let mut access = Vec::new();
    for (i, (service, zone_limits)) in plan.services.iter().zip(&inputs.zone_limits).enumerate() {
        let (Some(asked), Some(report)) = (inputs.service(service, zone_limits, &networks), reports.get(i)) else { continue };
        if let Some(run) = same(scenario, &inputs, service) {
            responses.extend(run.responses.iter().filter(|own| own.service == i).cloned());
            speeds.extend(run.speeds.iter().filter(|own| own.service == i).cloned());
            ranges.extend(run.ranges.iter().filter(|own| own.service == i).cloned());
            access.extend(run.access.iter().filter(|own| own.service == i).cloned());
            continue;
        }
        responses.extend(respond(&inputs, &study, i, (&asked, report), &networks, progress)?);
        if service.response.is_some() {
            clock.lap(&format!("response {}", service.id));
        }
        speeds.extend(at_other_speeds(&inputs, &study, i, &asked, progress)?);
        if !service.swept_speeds().is_empty() {
            clock.lap(&format!("speeds {}", service.id));
        }
        ranges.extend(at_a_range_of_speeds(&inputs, &study, (i, report), &asked, &speeds, progress)?);
        for (place, own) in plan.access.iter().enumerate().filter(|(_, own)| own.service == service.id) {
            access.push(access::measure(&inputs, place, (i, &asked), progress)?);
            clock.lap(&format!("access {}", own.id));
        }
    }
    access.sort_by_key(|own| own.place);
    let mut referrals = Vec::new();
    for (place, own) in plan.referrals.iter().enumerate() {
        let sets = own.to.iter().chain([&own.from]);
        if let Some((_, run)) =
            scenario.filter(|(_, run)| sets.into_iter().all(|set| run.inputs.facilities.get(set) == inputs.facilities.get(set)))
        {
            referrals.extend(run.referrals.iter().filter(|own| own.place == place).cloned());
            continue;
        }
        referrals.extend(refer(&inputs, place, &networks, progress)?);
        clock.lap(&format!("referrals {}", own.id));
    }
    let covered_at_half_cell = if plan.outputs.measure_error { at_half_cell(&inputs, scenario, &networks, progress)? } else { Vec::new() };
    if plan.outputs.measure_error {
        clock.lap("half cell");
    }
    let office = opened.map(|opened| opened.answers(&plan, &reports, &responses));
    if office.is_some() {
        clock.lap("planning");
    }
    let fair = fairness(&inputs, &reports, &access, office.as_ref());
    let facts = networks.iter().map(|(key, network)| (key.clone(), NetworkFacts::of(network))).collect();
    let mut done = Run {
        mask_areas_m2: ground.mask_areas_m2(),
        inputs: said_once(inputs, &reports),
        scenario: scenario.map(|(own, _)| own.clone()),
        reports,
        responses,
        audits: Vec::new(),
        covered_at_half_cell,
        speeds,
        ranges,
        access,
        referrals,
        office,
        fair,
        networks: facts,
        timings: Vec::new(),
    };
    if plan.outputs.audit {
        done.audits = audit_coverage(&done, ground, &networks, progress)?;
        clock.lap("audit");
    }
    done.timings = clock.laps;
    Ok(done)
}

/// What was loaded, without the note that roads are cut off where a report says for whom that matters.
fn said_once(mut inputs: Inputs, reports: &[Report]) -> Inputs {
    if reports.iter().flat_map(|report| &report.findings).any(|finding| finding.kind == FindingKind::RoadsCutOff) {
        inputs.findings.retain(|finding| finding.kind != FindingKind::RoadsCutOff);
    }
    inputs
}

/// The run that a scenario is held against, where its facilities of a service are the same.
fn same<'r>(scenario: Option<(&ScenarioPlan, &'r Run)>, inputs: &Inputs, service: &ServicePlan) -> Option<&'r Run> {
    let (_, run) = scenario?;
    (run.inputs.facilities.get(&service.facilities) == inputs.facilities.get(&service.facilities)).then_some(run)
}

/// How evenly the covered people of each service are spread over zones (「布局不均衡」), then access, then what the standards name.
fn fairness<'i>(inputs: &'i Inputs, reports: &[Report], access: &[AccessRun], office: Option<&OfficeRun>) -> Fair {
    let mut fair = Fair::default();
    for report in reports.iter().filter(|_| inputs.zones.len() > 1) {
        let held = |(row, zone): (&Coverage, &'i Zone)| {
            let people = row.people.filter(|people| people.known() > People::ZERO)?;
            Some(Held { zone, people: people.known().as_f64(), amount: people.covered.as_f64() })
        };
        let lived: Vec<Held<'_>> = report.coverage.zones.iter().zip(&inputs.zones).filter_map(held).collect();
        fair.add_ground(&format!("{}.people_covered", report.service), 1.0, &lived);
        let no_people = |row: &Coverage| row.people.is_none_or(|people| people.known() == People::ZERO);
        let without = inputs.zones.iter().zip(&report.coverage.zones).filter(|(_, row)| no_people(row));
        fair.unknown(without.map(|(zone, _)| zone.name.as_str()));
        let service = inputs.plan.services.iter().find(|service| service.id == report.service);
        let set = service.and_then(|own| inputs.plan.facilities.iter().find(|set| set.id == own.facilities));
        if let Some(what) = set.and_then(|set| set.stand_in_for.as_ref()) {
            fair.note(&format!("the facilities stand in for {what}"));
        }
    }
    access.iter().for_each(|own| fair.extend(own.fair.clone()));
    fair.extend(office.map(|own| own.indicators.fair.clone()).unwrap_or_default());
    fair
}

/// The covered ground of every service, measured at half the cell.
fn at_half_cell(
    inputs: &Inputs,
    scenario: Option<(&ScenarioPlan, &Run)>,
    networks: &Networks,
    progress: &dyn Progress,
) -> Result<Vec<SquareMm>, Error> {
    begin(progress, "half cell", 0)?;
    let known = |i: usize, service: &ServicePlan| same(scenario, inputs, service).and_then(|run| run.covered_at_half_cell.get(i).copied());
    let all: Option<Vec<SquareMm>> = inputs.plan.services.iter().enumerate().map(|(i, service)| known(i, service)).collect();
    if let Some(all) = all {
        return Ok(all);
    }
    let ground = ground(inputs, inputs.plan.ground.cell_m / 2.0, progress)?;
    let study = Study { zones: &inputs.zones, demand: &inputs.demand, ground: &ground, places: &[] };
    let mut covered = Vec::new();
    for (i, (service, zone_limits)) in inputs.plan.services.iter().zip(&inputs.zone_limits).enumerate() {
        let Some(asked) = inputs.service(service, zone_limits, networks) else { continue };
        covered.push(match known(i, service) {
            Some(known) => known,
            None => cover(&study, &asked, progress)?.total.area.covered,
        });
    }
    Ok(covered)
}

/// The ground of the zones, with the plan's masks.
pub(crate) fn ground(inputs: &Inputs, cell_m: f64, progress: &dyn Progress) -> Result<Ground, Error> {
    let extent = inputs.extent.as_ref().map(|own| &own.extent);
    ground_of(&inputs.zones, &inputs.plan.ground, (&inputs.masks, extent), cell_m, progress)
}

pub(crate) fn ground_of(
    zones: &[Zone],
    plan: &GroundPlan,
    (masks, extent): (&MaskPolygons, Option<&Extent>),
    cell_m: f64,
    progress: &dyn Progress,
) -> Result<Ground, Error> {
    let named: Vec<Mask<'_>> = plan.mask.iter().zip(&masks.masks).map(|(mask, polygons)| mask_of(mask, polygons)).collect();
    Ok(Ground::masked(zones, &named, &masks.water, extent, GroundRules { cell_m }, progress)?)
}

fn mask_of<'a>(mask: &plan::Mask, polygons: &'a [MultiPolygon<f64>]) -> Mask<'a> {
    match mask {
        plan::Mask::Zone => Mask::Zone,
        plan::Mask::Land => Mask::Land,
        plan::Mask::BuiltUp | plan::Mask::Residential | plan::Mask::Layer(_) => Mask::Within(polygons),
    }
}

/// Networks by profile and metric.
pub(crate) type Networks = BTreeMap<(String, Metric), Arc<RoadNetwork>>;

impl Inputs {
    /// The networks that `services` and `referrals` need.
    pub(crate) fn networks<'s>(&self, services: impl Iterator<Item = &'s ServicePlan>, referrals: &[ReferralPlan]) -> Networks {
        let mut networks = Networks::new();
        let radius = |own: &ServicePlan| own.response.as_ref().map(|_| Metric::Distance);
        let of_services =
            services.flat_map(|own| [Some(own.limit.metric), radius(own)].into_iter().flatten().map(|metric| (&own.profile, metric)));
        for (name, metric) in of_services.chain(referrals.iter().map(|own| (&own.profile, own.metric()))) {
            let Some((_, timed)) = self.roads.get(name) else { continue };
            let network = || match metric {
                Metric::Time => Arc::clone(timed),
                Metric::Distance => Arc::new(RoadNetwork::clone(timed).by_distance()),
            };
            networks.entry((name.clone(), metric)).or_insert_with(network);
        }
        networks
    }

    /// A service of the plan, with what was loaded for it.
    pub(crate) fn service<'a>(&'a self, plan: &'a ServicePlan, zone_limits: &'a [Limit], networks: &'a Networks) -> Option<Service<'a>> {
        let (profile, _) = self.roads.get(&plan.profile)?;
        let facilities = self.facilities.get(&plan.facilities)?;
        let network = networks.get(&(plan.profile.clone(), plan.limit.metric))?;
        let homes = &self.demand.locations;
        let asked = service_of(&self.plan, plan, profile, (facilities, network, &self.barriers, zone_limits), homes);
        Some(Service { extent: self.extent.as_ref().map(|own| &own.extent), ..asked })
    }
}

/// A service of a plan, from its facilities, its network, barriers, the limits of zones and where people live; without a sweep, roads known
/// everywhere.
pub(crate) fn service_of<'a>(
    plan: &'a Plan,
    service: &'a ServicePlan,
    profile: &Profile,
    (facilities, network, barriers, zone_limits): (&'a [Facility], &'a RoadNetwork, &'a Barriers, &'a [Limit]),
    homes: &'a [Coord<f64>],
) -> Service<'a> {
    Service {
        id: &service.id,
        facilities,
        network,
        link: LinkRules { snap_m: profile.snap_m, access_speed_m_s: profile.access_speed_m_s, min_component: profile.min_component },
        homes,
        barriers,
        limit: service.limit,
        zone_limits,
        direction: service.direction,
        pre_travel: service.pre_travel(),
        gaps: GapRules { ground: plan.gaps.ground, min_people: plan.gaps.min_people, min_area_m2: plan.gaps.min_area_m2 },
        speed_m_s: profile.speed_m_s,
        detour_factor: profile.detour_factor,
        keep_field: plan.outputs.formats.contains(&Format::Geotiff),
        sweep: &[],
        extent: None,
    }
}

impl Results for Run {
    fn stage(&self, folder: &mut OutFolder, inside: &std::path::Path) -> Result<(), Error> {
        folder.put(inside, &crate::write::render(self)?)
    }
}

impl Run {
    /// Everything that was found, the gravest first.
    pub fn findings(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.inputs.findings.iter().chain(self.reports.iter().flat_map(|own| &own.findings)).collect();
        findings.extend(self.access.iter().flat_map(|own| &own.findings).chain(self.office.iter().flat_map(|own| &own.findings)));
        findings.sort();
        findings.dedup();
        findings
    }

    /// Every file that was read: the study's, standards, figures, the table of new facilities.
    pub fn files(&self) -> impl Iterator<Item = &InputFile> {
        self.inputs.files.iter().chain(self.office.iter().flat_map(|own| &own.files))
    }
}

impl NetworkFacts {
    fn of(network: &RoadNetwork) -> NetworkFacts {
        let nodes = (0..network.node_count()).map(catchment::NodeId::at);
        NetworkFacts {
            nodes: network.node_count(),
            edges: network.edges().len(),
            components: network.component_count(),
            largest_component: nodes.map(|node| network.component_nodes(node)).max().unwrap_or(0),
        }
    }
}

/// Wall time, step by step.
#[derive(Debug)]
pub(crate) struct Clock {
    last: Instant,
    laps: Vec<(String, f64)>,
}

impl Clock {
    pub(crate) fn new() -> Clock {
        Clock { last: Instant::now(), laps: Vec::new() }
    }

    pub(crate) fn lap(&mut self, name: &str) {
        let now = Instant::now();
        self.laps.push((name.to_owned(), now.duration_since(self.last).as_secs_f64()));
        self.last = now;
    }
}
