//! `rules.csv`: the rules of a service with a response, and its readings, each against its target.

use catchment::{People, nominal_radius_m, stations_for_radius};
use serde_json::{Value, json};

use super::response::{Asked, set_stand_in, stations_in};
use super::row::{Row, round};
use crate::run::Run;

/// A rule or a reading of one zone or of all, against its target.
pub(super) struct Rule {
    pub name: &'static str,
    /// Who is counted and when, of response times.
    pub times: Option<(String, String)>,
    /// The zone's position; `None` for all of them.
    pub zone: Option<usize>,
    pub have: Option<f64>,
    pub need: f64,
    pub kind: RuleKind,
    /// Vehicles or stations that are missing.
    pub gap: Option<f64>,
}

/// What makes a rule kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RuleKind {
    /// At least so much.
    AtLeast,
    /// At most so much.
    AtMost,
    /// No rule: a reading beside the target of another one, which plans do not bind.
    Reading,
}

impl Rule {
    pub(super) fn status(&self) -> &'static str {
        let Some(have) = self.have else { return "unknown" };
        let kept = if self.kind == RuleKind::AtLeast { have >= self.need } else { have <= self.need };
        match (self.kind, kept) {
            (RuleKind::Reading, true) => "within_target",
            (RuleKind::Reading, false) => "beyond_target",
            (_, true) => "met",
            (_, false) => "not_met",
        }
    }
}

/// Stations in each zone.
pub(super) const STATIONS: &str = "stations_per_zone";
/// Vehicles per 10,000 people, in each zone and in all.
pub(super) const VEHICLES: &str = "vehicles_per_10000_people";
/// The mean response time, by zone and in all, of every weight and period.
pub(super) const RESPONSE: &str = "response_mean_s";
/// The nominal radius, of each zone and of all.
pub(super) const NOMINAL: &str = "nominal_radius_m";

/// The rules of a service and its readings.
pub(super) fn ruled(run: &Run, asked: &Asked<'_>) -> Vec<Rule> {
    let coverage = &run.reports[asked.found.service].coverage;
    let need = f64::from(asked.plan.min_stations_per_zone);
    let mut rules: Vec<Rule> = Vec::new();
    for (z, row) in coverage.zones.iter().enumerate() {
        let (have, gap) = (row.facilities as f64, (need - row.facilities as f64).max(0.0));
        rules.push(Rule { name: STATIONS, times: None, zone: Some(z), have: Some(have), need, kind: RuleKind::AtLeast, gap: Some(gap) });
    }
    vehicles(run, asked, &mut rules);
    let target_m = asked.plan.radius.as_f64();
    let zones = (0..run.inputs.zones.len()).map(Some).chain([None]);
    for zone in zones.clone() {
        let (area_m2, stations) = match zone {
            Some(z) => (coverage.zones[z].area_m2, coverage.zones[z].facilities),
            None => (coverage.total.area_m2, stations_in(run, asked.found)),
        };
        let needed = stations_for_radius(area_m2, target_m).map(|needed| needed.saturating_sub(stations) as f64);
        let have = nominal_radius_m(area_m2, stations);
        rules.push(Rule { name: NOMINAL, times: None, zone, have, need: target_m, kind: RuleKind::AtMost, gap: needed });
    }
    let costs = asked.found.radius.coverage.total.costs;
    let farthest = asked.found.radius.farthest_of_all.map(|far| far.cost);
    for (name, cost) in [("distance_mean_m", costs.mean), ("distance_p90_m", costs.p90), ("distance_max_m", farthest)] {
        let have = cost.map(|cost| cost.as_f64());
        rules.push(Rule { name, times: None, zone: None, have, need: target_m, kind: RuleKind::Reading, gap: None });
    }
    let report = &run.reports[asked.found.service];
    for times in &asked.found.times {
        for zone in zones.clone() {
            let row = zone.map_or(&times.table.total, |z| &times.table.zones[z]);
            let have = row.costs.mean.map(|cost| cost.as_f64());
            // the mean of zones of several limits is held against none
            let need = if zone.is_none() && report.limits().differ() { continue } else { report.limit_of(row.zone).as_f64() };
            let of = Some((times.weight.clone(), times.period.clone()));
            rules.push(Rule { name: RESPONSE, times: of, zone, have, need, kind: RuleKind::AtMost, gap: None });
        }
    }
    rules
}

/// Vehicles per 10,000 people against their target, where the plan has one. Unknown where vehicles of a station are, or the people of a zone
/// with stations: vehicles and people must be of the same zones.
fn vehicles(run: &Run, asked: &Asked<'_>, rules: &mut Vec<Rule>) {
    let Some(target) = asked.plan.vehicles_per_10000 else { return };
    let report = &run.reports[asked.found.service];
    let facilities = run.inputs.facilities.get(&asked.service.facilities).map_or(&[][..], Vec::as_slice);
    for zone in (0..run.inputs.zones.len()).map(Some).chain([None]) {
        let own = || facilities.iter().zip(&report.facilities).filter_map(|(facility, found)| Some((facility, found.zone?.index())));
        let own = || own().filter(|(_, z)| zone.is_none_or(|zone| zone == *z));
        let known = match zone {
            Some(z) => run.inputs.zones[z].people,
            None if own().any(|(_, z)| run.inputs.zones[z].people.is_none()) => None,
            None => Some(run.inputs.zones.iter().filter_map(|zone| zone.people).sum()),
        };
        let people = known.filter(|people| *people > People::ZERO).map(People::as_f64);
        let vehicles: Option<u32> = own().map(|(facility, _)| facility.vehicles).sum();
        let have = vehicles.zip(people).map(|(vehicles, people)| f64::from(vehicles) / people * 10_000.0);
        let gap = vehicles.zip(people).map(|(vehicles, people)| (target * people / 10_000.0 - f64::from(vehicles)).ceil().max(0.0));
        rules.push(Rule { name: VEHICLES, times: None, zone, have, need: target, kind: RuleKind::AtLeast, gap });
    }
}

/// `rules.csv`: one row a service, rule and zone; `all` for a rule on all zones together.
pub(super) fn rules(run: &Run, asked: &Asked<'_>) -> Vec<Row> {
    let row = |rule: Rule| {
        let zone = rule.zone.map(|z| &run.inputs.zones[z]);
        let mut row = Row::new();
        let mut set = |key: &str, value: Value| {
            row.insert(key.to_owned(), value);
        };
        set("service", json!(asked.service.id));
        set("rule", json!(rule.name));
        set("weight", json!(rule.times.as_ref().map(|(weight, _)| weight)));
        set("period", json!(rule.times.as_ref().map(|(_, period)| period)));
        set("zone_id", json!(zone.map_or("all", |zone| zone.id.as_str())));
        set("zone_name", json!(zone.map_or("all", |zone| zone.name.as_str())));
        set("have", json!(rule.have.map(|have| round(have, 6))));
        set("need", json!(rule.need));
        set("gap", json!(rule.gap));
        set("status", json!(rule.status()));
        set_stand_in(&run.inputs.plan, asked.service, &mut row);
        row
    };
    ruled(run, asked).into_iter().map(row).collect()
}
