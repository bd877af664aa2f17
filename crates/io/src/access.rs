//! `[[access]]`: floating catchment areas on the network of a service.

use catchment::{
    Access, AccessRules, Decay, Facility, FacilityId, Finding, FindingKind, Limit, People, Progress, ReachTable, Service, Stage, access,
    begin, reach_table,
};

use crate::error::Error;
use crate::load::Inputs;
use crate::plan::{AccessMethod, AccessPlan};
use crate::planning::{Fair, Held};

/// How much people can draw on, by one measure of the plan.
#[derive(Debug, Clone)]
pub struct AccessRun {
    /// The measure's position in the plan.
    pub place: usize,
    /// The position of its service.
    pub service: usize,
    /// The catchment.
    pub limit: Limit,
    /// By facility, what it supplies; `None` where nobody knows, and then it supplies nothing.
    pub supply: Vec<Option<f64>>,
    /// By facility, who has it in their catchment.
    pub people_in_reach: Vec<People>,
    /// By demand point, who draws.
    pub people: Vec<People>,
    /// Ratios and scores.
    pub found: Access,
    /// What each pair costs, where the plan asks for it.
    pub pairs: Option<ReachTable>,
    /// By zone, and last of the points outside all.
    pub zones: Vec<ZoneAccess>,
    /// All of them together.
    pub total: ZoneAccess,
    /// How evenly scores are spread: over demand points and over zones.
    pub fair: Fair,
    /// Facilities whose supply nobody knows.
    pub findings: Vec<Finding>,
}

/// How much those of a zone can draw on; all in supply a person.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ZoneAccess {
    /// Demand points with people.
    pub points: usize,
    /// Who draws.
    pub people: People,
    /// Those with no supply in reach.
    pub people_without: People,
    /// The mean of their scores, by people; `None` where nobody lives, or nobody knows how many do.
    pub mean: Option<f64>,
    /// The least score of anybody.
    pub least: Option<f64>,
    /// The greatest.
    pub most: Option<f64>,
}

impl AccessPlan {
    /// The catchment: the last band, the limit, or the service's own.
    fn catchment(&self, service: Limit) -> Limit {
        self.bands.last().copied().or(self.limit).unwrap_or(service)
    }

    fn decay(&self) -> Decay {
        match self.method {
            AccessMethod::TwoStep => Decay::Uniform,
            AccessMethod::Gaussian => Decay::Gaussian,
            AccessMethod::KernelDensity => Decay::Epanechnikov,
            AccessMethod::Enhanced | AccessMethod::Modified | AccessMethod::ThreeStep => {
                Decay::Bands(self.bands.iter().zip(&self.weights).map(|(band, weight)| (band.cost, *weight)).collect())
            }
        }
    }
}

/// Works out one measure; `asked` is its service as it was analysed.
pub(crate) fn measure(inputs: &Inputs, place: usize, asked: (usize, &Service<'_>), progress: &dyn Progress) -> Result<AccessRun, Error> {
    let (plan, (position, service)) = (&inputs.plan.access[place], asked);
    begin(progress, &format!("access {}", plan.id), 0)?;
    let limit = plan.catchment(service.limit);
    let table = reach_table(&inputs.demand, service, limit.cost, progress)?;
    let mut findings = Vec::new();
    let supply = service.facilities.iter().map(|facility| supply(plan, facility, &mut findings)).collect::<Vec<Option<f64>>>();
    findings.extend(nobody_knows(inputs, plan));
    let group = inputs.demand.groups.iter().find(|group| group.name == plan.demand);
    let people = group.map_or(&inputs.demand.people, |group| &group.people).clone();
    let weights: Vec<f64> = people.iter().map(|people| people.as_f64()).collect();
    let rules = AccessRules { method: plan.method.family(), decay: plan.decay(), limit: limit.cost };
    let known: Vec<f64> = supply.iter().map(|supply| supply.unwrap_or(0.0)).collect();
    let found = access(&table, &known, &weights, &rules)?;
    let in_reach = |facility: usize| table.row(FacilityId::at(facility)).iter().map(|(point, _)| people[point.index()]).sum();
    let people_in_reach = (0..supply.len()).map(in_reach).collect();
    let (zones, total) = by_zone(inputs, &people, &found);
    let fair = fairness(inputs, plan, &weights, &found.scores, &zones);
    let pairs = plan.pairs.then_some(table);
    Ok(AccessRun { place, service: position, limit, supply, people_in_reach, people, found, pairs, zones, total, fair, findings })
}

/// What a facility supplies; an unknown supply counts as zero, and is a finding.
fn supply(plan: &AccessPlan, facility: &Facility, findings: &mut Vec<Finding>) -> Option<f64> {
    let Some(amount) = &plan.supply else { return Some(1.0) };
    let told = facility.record.amounts.get(amount).copied();
    if told.is_none() {
        let detail = format!("`{amount}` of {} is not known: the facility supplies nothing in the access `{}`", facility.id, plan.id);
        findings.push(Finding::new(Stage::Planning, &plan.id, &facility.id, FindingKind::SupplyUnknown, detail));
    }
    told
}

/// Zones whose people nobody knows: they draw on nothing, so that there is more left for everybody near them than there is.
fn nobody_knows(inputs: &Inputs, plan: &AccessPlan) -> Option<Finding> {
    let unknown: Vec<&str> = inputs.zones.iter().filter(|zone| zone.people.is_none()).map(|zone| zone.name.as_str()).collect();
    let detail =
        format!("the people of {} are not known and draw on nothing: scores around them are too high", crate::planning::some_of(&unknown));
    (!unknown.is_empty()).then(|| Finding::new(Stage::Planning, &plan.id, unknown.len(), FindingKind::PeopleUnknown, detail))
}

fn by_zone(inputs: &Inputs, people: &[People], found: &Access) -> (Vec<ZoneAccess>, ZoneAccess) {
    let outside = inputs.zones.len();
    let mut rows = vec![(ZoneAccess::default(), 0.0); outside + 2];
    for ((zone, people), score) in inputs.demand.zones.iter().zip(people).zip(&found.scores) {
        if *people == People::ZERO {
            continue;
        }
        for row in [zone.map_or(outside, |zone| zone.index()), outside + 1] {
            let (row, drawn) = &mut rows[row];
            row.points += 1;
            row.people += *people;
            if *score <= 0.0 {
                row.people_without += *people;
            }
            row.least = Some(row.least.map_or(*score, |least| least.min(*score)));
            row.most = Some(row.most.map_or(*score, |most| most.max(*score)));
            *drawn += people.as_f64() * score;
        }
    }
    let mean =
        |(row, drawn): (ZoneAccess, f64)| ZoneAccess { mean: (row.people > People::ZERO).then(|| drawn / row.people.as_f64()), ..row };
    let mut rows: Vec<ZoneAccess> = rows.into_iter().map(mean).collect();
    let total = rows.pop().unwrap_or_default();
    (rows, total)
}

/// Over demand points, whoever lives there, and over zones.
fn fairness(inputs: &Inputs, plan: &AccessPlan, weights: &[f64], scores: &[f64], zones: &[ZoneAccess]) -> Fair {
    let mut fair = Fair::default();
    let points: Vec<usize> = (0..weights.len()).filter(|point| weights[*point] > 0.0).collect();
    let base: Vec<f64> = points.iter().map(|point| weights[*point]).collect();
    let drawn: Vec<f64> = points.iter().map(|point| weights[*point] * scores[*point]).collect();
    let resource = format!("access {}", plan.id);
    fair.add_points(&resource, plan.per, &base, &drawn, &|unit| format!("point {}", points[unit]));
    let mut held: Vec<Held<'_>> = Vec::new();
    for (zone, own) in inputs.zones.iter().zip(zones) {
        let people = own.people.as_f64();
        held.extend(own.mean.map(|mean| Held { zone, people, amount: people * mean }));
    }
    fair.add_ground(&resource, plan.per, &held);
    fair.unknown(inputs.zones.iter().enumerate().filter(|(zone, _)| zones[*zone].mean.is_none()).map(|(_, zone)| zone.name.as_str()));
    fair
}
