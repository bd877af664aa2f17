//! From a plan to a siting problem: sites that stand and candidates, whom they reach, which plans are allowed.

use std::collections::BTreeMap;
use std::sync::Arc;

use catchment::{
    Cost, Demand, ExactSolver, Facility, FacilityId, FacilityRecord, FacilityStatus, Finding, FindingKind, Limits, LinkStatus, Located,
    Metric, People, Progress, Quota, ReachTable, Service, Site, Siting, SitingError, SitingModel, SitingOptions, Stage, locate_with,
    reach_table,
};

use super::candidates::Candidate;
use super::near;
use crate::error::Error;
use crate::load::Inputs;
use crate::plan::{CALLS, ModelName, PEOPLE, SitingPlan, value};
use crate::planning::NewBuild;

/// A siting problem of a study. Its first sites are the facilities that stand, the others its candidates.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub table: Arc<ReachTable>,
    /// Whom the plan is for, and where they are.
    pub demand: Arc<Demand>,
    pub within: Arc<[Cost]>,
    pub sites: Vec<Site>,
    pub quotas: Vec<Quota>,
    /// Of each quota, the town and the kind whose count it is; none of another quota.
    pub towns: Towns,
    pub budget: Option<u64>,
    pub model: SitingModel,
    pub options: SitingOptions,
    /// How many of the sites stand.
    pub standing: usize,
    /// What values are in, and what makes them so.
    pub unit: (&'static str, f64),
}

/// Of quotas, the town and the kind whose count each is.
pub(super) type Towns = Vec<Option<(usize, String)>>;

/// More entries than this do not fit into the memory of a usual machine: 8 bytes each.
const MOST_ENTRIES: u64 = 1_500_000_000;

impl Problem {
    pub(super) fn new(
        inputs: &Inputs,
        siting: &SitingPlan,
        service: &Service<'_>,
        candidates: &[Candidate],
        counts: Option<&NewBuild>,
        progress: &dyn Progress,
    ) -> Result<(Problem, Vec<Finding>), Error> {
        let wrong = |source| Error::Plan { file: inputs.plan.study.id.clone(), source };
        let demand = whom(inputs, siting, service)?;
        let mut findings = Vec::new();
        let standing = service.facilities;
        let all_close = siting.close.iter().any(|id| id == "*");
        if let Some(id) = siting.close.iter().find(|id| *id != "*" && !standing.iter().any(|own| own.id == **id)) {
            return Err(wrong(value(
                "siting.close",
                &format!("`{id}`"),
                &format!("the id of a facility of `{}` that is open, or * for all", service.id),
            )));
        }
        let closes = |own: &Facility| all_close || siting.close.contains(&own.id);
        let mut facilities: Vec<Facility> = standing.to_vec();
        facilities.extend(candidates.iter().map(facility));
        let limits = service.limits();
        let within: Arc<[Cost]> = demand.zones.iter().map(|zone| limits.of(*zone).cost).collect();
        let bound = bound(siting, limits);
        if siting.model.looks_beyond() && bound == Cost::UNREACHED {
            let entries = facilities.len() as u64 * demand.len() as u64;
            if entries > MOST_ENTRIES {
                let found = format!("missing, for {} sites and {} points with people", facilities.len(), demand.len());
                return Err(wrong(value(
                    "siting.reach",
                    &found,
                    "how far to look, such as \"60min\": fewer candidates, or points, would do too",
                )));
            }
        }
        let table = reach_table(&demand, &Service { facilities: &facilities, ..*service }, bound, progress)?;
        let moves = siting.moves > 0;
        let room = |own: &Facility| siting.room.as_ref().and_then(|name| own.record.amounts.get(name).copied());
        let capacity = |room: Option<f64>| room.filter(|_| siting.model.has_rooms()).and_then(People::from_f64);
        let mut sites: Vec<Site> = Vec::with_capacity(facilities.len());
        for own in standing {
            let at_least = u32::from(!closes(own) && !moves);
            let at_most = u32::from(!closes(own));
            if siting.model.has_rooms() && room(own).is_none() && at_most > 0 {
                let detail =
                    format!("`{}` has no number of {}: it takes as many as come", own.id, siting.room.as_deref().unwrap_or("people"));
                findings.push(Finding::new(Stage::Planning, service.id, &own.id, FindingKind::NoRoom, detail));
            }
            sites.push(Site { at_least, at_most, price: 0, capacity: capacity(room(own)) });
        }
        let per_site = if matches!(siting.model, ModelName::Mexclp | ModelName::Dsm) { siting.per_site } else { 1 };
        sites.extend(candidates.iter().map(|own| Site { at_least: 0, at_most: per_site, price: own.price, capacity: capacity(own.room) }));
        let unreached = unreached(&table, bound);
        let mut problem = Problem {
            table: Arc::new(table),
            within,
            sites,
            quotas: Vec::new(),
            towns: Vec::new(),
            budget: siting.budget,
            model: model(siting, bound, unreached),
            options: options(siting),
            standing: standing.len(),
            unit: unit(siting, service, &demand, candidates),
            demand: Arc::new(demand),
        };
        (problem.quotas, problem.towns) = quotas(inputs, siting, service, candidates, counts, &problem).map_err(wrong)?;
        problem.towns.resize(problem.quotas.len(), None);
        Ok((problem, findings))
    }

    /// The best plan.
    pub(super) fn solve(&self, options: &SitingOptions, progress: &dyn Progress) -> Result<Located, SitingError> {
        self.solve_with(options, None, progress)
    }

    /// The same, with an exact solver that has the last word.
    pub(super) fn solve_with(
        &self,
        options: &SitingOptions,
        solver: Option<&dyn ExactSolver>,
        progress: &dyn Progress,
    ) -> Result<Located, SitingError> {
        let siting = Siting {
            table: &self.table,
            people: &self.demand.people,
            within: &self.within,
            sites: &self.sites,
            quotas: &self.quotas,
            budget: self.budget,
            model: self.model,
        };
        let mut found = locate_with(&siting, options, solver, progress)?;
        (found.value, found.bound) = (found.value * self.unit.1, found.bound * self.unit.1);
        Ok(found)
    }

    /// By point, whether it is within the limit of a plan's site; and those people.
    pub(super) fn covered(&self, copies: &[u32]) -> (Vec<bool>, People) {
        let mut covered = vec![false; self.demand.len()];
        for j in (0..copies.len()).filter(|j| copies[*j] > 0) {
            near(self, j).for_each(|point| covered[point] = true);
        }
        let people = covered.iter().zip(&self.demand.people).filter(|(covered, _)| **covered).map(|(_, people)| *people).sum();
        (covered, people)
    }

    /// People whom no site of a plan reaches, however far it looks.
    pub(super) fn unreached(&self, copies: &[u32]) -> People {
        let mut reached = vec![false; self.demand.len()];
        for j in (0..copies.len()).filter(|j| copies[*j] > 0) {
            self.table.row(FacilityId::at(j)).iter().for_each(|(point, _)| reached[point.index()] = true);
        }
        reached.iter().zip(&self.demand.people).filter(|(reached, _)| !**reached).map(|(_, people)| *people).sum()
    }

    /// The same problem with these copies of each site and no choice.
    pub(super) fn with(&self, copies: &[u32]) -> Problem {
        let fixed = self.sites.iter().zip(copies).map(|(site, copies)| Site { at_least: *copies, at_most: *copies, ..*site });
        Problem { sites: fixed.collect(), quotas: Vec::new(), budget: None, ..self.clone() }
    }
}

/// A candidate as a facility that stands.
pub(super) fn facility(own: &Candidate) -> Facility {
    let record = FacilityRecord { status: FacilityStatus::Candidate, ..FacilityRecord::default() };
    let (id, name, kind) = (own.id.clone(), own.name.clone(), own.kind.clone());
    Facility { id, name, kind, location: own.location, twins: Vec::new(), vehicles: None, record }
}

/// The demand of the plan: calls, or the people in the zones and the extent of the roads, of whom a run gives a share.
fn whom(inputs: &Inputs, siting: &SitingPlan, service: &Service<'_>) -> Result<Demand, Error> {
    let mut demand = match siting.whom.as_str() {
        PEOPLE => inputs.demand.clone(),
        CALLS => return Ok(inputs.calls.get(service.id).cloned().unwrap_or_default()),
        name => {
            let group = inputs.demand.groups.iter().find(|group| group.name == name);
            Demand { people: group.map(|group| group.people.clone()).unwrap_or_default(), groups: Vec::new(), ..inputs.demand.clone() }
        }
    };
    demand.people = demand.people_in_total(inputs.zones.len());
    if service.extent.is_some() {
        let links = service.demand_links(&service.edge_grid()?, &demand.locations);
        for (row, people) in demand.people.iter_mut().enumerate() {
            if links.status(row) == LinkStatus::NoData {
                *people = People::ZERO;
            }
        }
    }
    Ok(demand)
}

/// How far sites look.
fn bound(siting: &SitingPlan, limits: Limits<'_>) -> Cost {
    match siting.model.looks_beyond() {
        true => siting.reach.map_or(Cost::UNREACHED, |reach| reach.cost),
        false => limits.greatest().cost,
    }
}

/// Whom nothing reaches counts as a unit more than was looked; looking everywhere, than the greatest cost there is.
fn unreached(table: &ReachTable, bound: Cost) -> Cost {
    let costs = (0..table.facilities()).flat_map(|j| table.row(FacilityId::at(j))).map(|(_, cost)| *cost);
    let greatest = if bound == Cost::UNREACHED { costs.max().unwrap_or(Cost::ZERO) } else { bound };
    Cost(greatest.0.saturating_add(1))
}

fn model(siting: &SitingPlan, bound: Cost, unreached: Cost) -> SitingModel {
    match siting.model {
        ModelName::Lscp => SitingModel::SetCover { share: siting.share },
        ModelName::Mclp => SitingModel::MaxCover,
        ModelName::PMedian => SitingModel::Median { unreached },
        ModelName::PCentre => SitingModel::Centre,
        ModelName::Bacop1 => SitingModel::Backup,
        ModelName::Bacop2 => SitingModel::WeightedBackup { theta: siting.theta },
        ModelName::Dsm => SitingModel::DoubleStandard { near: siting.near.map_or(bound, |near| near.cost), share: siting.share },
        ModelName::Mexclp => SitingModel::ExpectedCover { busy: siting.busy },
        ModelName::CapacitatedMclp => SitingModel::CapacitatedCover,
        ModelName::CapacitatedPMedian => SitingModel::CapacitatedMedian { unreached },
    }
}

/// What the values of a model are in, for readers: people, sites or money, seconds or metres (of a median: the mean of all people).
fn unit(siting: &SitingPlan, service: &Service<'_>, demand: &Demand, candidates: &[Candidate]) -> (&'static str, f64) {
    let seconds = service.limit.metric == Metric::Time;
    let people = demand.total().as_f64().max(f64::MIN_POSITIVE);
    match siting.model {
        ModelName::Lscp if candidates.iter().any(|own| own.price != 1) => ("price", 1.0),
        ModelName::Lscp => ("sites", 1.0),
        ModelName::PCentre => (if seconds { "s" } else { "m" }, 1e-3),
        ModelName::PMedian | ModelName::CapacitatedPMedian => (if seconds { "s, mean" } else { "m, mean" }, 1e-3 / people),
        _ if siting.whom == CALLS => ("calls", 1.0),
        _ => ("people", 1.0),
    }
}

/// How long to search: until nodes run out or, where a time is given, as long as that.
fn options(siting: &SitingPlan) -> SitingOptions {
    let usual = SitingOptions { seed: siting.seed, gap: siting.gap, seconds: siting.time_limit_s, ..SitingOptions::default() };
    SitingOptions { nodes: if siting.time_limit_s.is_some() { usize::MAX } else { usual.nodes }, ..usual }
}

/// Which plans are allowed.
fn quotas(
    inputs: &Inputs,
    siting: &SitingPlan,
    service: &Service<'_>,
    candidates: &[Candidate],
    counts: Option<&NewBuild>,
    problem: &Problem,
) -> Result<(Vec<Quota>, Towns), crate::plan::PlanError> {
    let first = problem.standing as u32;
    let new = |wanted: &dyn Fn(&Candidate) -> bool| -> Vec<u32> {
        (first..).zip(candidates).filter(|(_, own)| wanted(own)).map(|(j, _)| j).collect()
    };
    let open: Vec<u32> = (0..first).filter(|j| problem.sites[*j as usize].at_most > 0).collect();
    let stand = open.len() as u32;
    let mut quotas: Vec<Quota> = Vec::new();
    let mut towns = Towns::new();
    let exactly = |name: String, sites: Vec<u32>, count: u32| Quota { name, sites, at_least: count, at_most: count };
    // counts by town and kind, which make the totals by kind and of all
    let mut total = siting.add;
    let kinds: Vec<&str> = siting.kinds.keys().map(String::as_str).collect();
    if let Some(counts) = counts {
        let mut asked: BTreeMap<(usize, &str), u32> = BTreeMap::new();
        for row in &counts.rows {
            for (kind, count) in counts.kinds.iter().zip(&row.counts) {
                let (Some(zone), Some(count)) = (row.zone, *count) else { continue };
                // without kinds of its own, a plan builds any of them anywhere
                let kind = if kinds.is_empty() { "" } else { kind.as_str() };
                if !kinds.is_empty() && !kinds.contains(&kind) {
                    let expected = format!("a kind of siting.kinds for each column of {}: {}", counts.file, counts.kinds.join(", "));
                    return Err(value("siting.kinds", &format!("without `{kind}`"), &expected));
                }
                *asked.entry((zone, kind)).or_default() += count as u32;
            }
        }
        let kinds = if kinds.is_empty() { vec![""] } else { kinds.clone() };
        for (z, zone) in inputs.zones.iter().enumerate() {
            for kind in &kinds {
                let count = asked.get(&(z, kind)).copied().unwrap_or(0);
                let sites = new(&|own| own.zone.index() == z && own.kind == *kind);
                let name = if kind.is_empty() { zone.name.clone() } else { format!("{} {kind}", zone.name) };
                quotas.push(exactly(format!("{name}: {count}"), sites, count));
                towns.push(Some((z, (*kind).to_owned())));
            }
        }
        total = Some(asked.values().sum());
    } else if !kinds.is_empty() {
        let mut all = Some(0);
        for (name, kind) in &siting.kinds {
            match kind.add {
                Some(count) => quotas.push(exactly(format!("{name}: {count}"), new(&|own| own.kind == *name), count)),
                None => all = None,
            }
            all = all.zip(kind.add).map(|(a, b)| a + b);
        }
        total = all;
    }
    let several = quotas.len() > 1;
    if siting.moves > 0 {
        // those that move are built anew somewhere else
        let kept = stand.saturating_sub(siting.moves);
        let all: Vec<u32> = open.iter().copied().chain(new(&|_| true)).collect();
        if let Some(total) = total.or((siting.budget.is_none()).then_some(0)) {
            quotas.insert(0, exactly(format!("{total} new beside the {stand} that stand"), all, stand + total));
            towns.insert(0, None);
        }
        quotas.push(Quota { name: format!("at least {kept} that stay"), sites: open.clone(), at_least: kept, at_most: stand });
    } else if let Some(total) = total.filter(|_| !several && quotas.is_empty() && siting.model != ModelName::Lscp) {
        quotas.push(exactly(format!("{total} new"), new(&|_| true), total));
    }
    if let Some(least) = siting.min_by_zone {
        let at = catchment::ZoneIndex::new(&inputs.zones);
        let stands: Vec<Option<usize>> = service.facilities.iter().map(|own| at.locate(own.location).map(|zone| zone.index())).collect();
        for (z, zone) in inputs.zones.iter().enumerate() {
            let mut sites: Vec<u32> = open.iter().copied().filter(|j| stands[*j as usize] == Some(z)).collect();
            sites.extend(new(&|own| own.zone.index() == z));
            quotas.push(Quota { name: format!("{}: at least {least}", zone.name), sites, at_least: least, at_most: u32::MAX });
        }
    }
    if several && siting.min_by_zone.is_some() {
        // it follows from the others, and says at once how many are left for those that want some
        quotas.extend(total.map(|total| exactly(format!("{total} new"), new(&|_| true), total)));
    }
    Ok((quotas, towns))
}
