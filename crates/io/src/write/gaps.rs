//! The columns of the table `gaps` and the properties of the layer: one definition for both.

use catchment::geo::Coord;
use catchment::{Cost, Gap, GapFacts, Metric, People, Report};
use serde_json::{Value, json};

use super::response::set_stand_in;
use super::row::{Row, round, services};
use crate::error::Error;
use crate::plan::ServicePlan;
use crate::run::Run;

/// One row a gap, by service and rank; a service without gaps gives a row of nulls where `blank`, for the names of the columns.
pub(super) fn rows(run: &Run, blank: bool) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for (service, report) in services(run) {
        let mut at: Vec<Coord<f64>> = report.gaps.gaps.iter().map(|gap| gap.facts.at).collect();
        run.inputs.projector.inverse(&mut at).map_err(|source| Error::Crs { what: "writing WGS84".to_owned(), source })?;
        rows.extend(report.gaps.gaps.iter().zip(at).map(|(gap, at)| row(run, service, report, Some((gap, at)))));
        if blank && report.gaps.gaps.is_empty() {
            rows.push(row(run, service, report, None));
        }
    }
    Ok(rows)
}

/// The facts of a gap whose point lies at a longitude and latitude; nulls without one.
fn row(run: &Run, service: &ServicePlan, report: &Report, gap: Option<(&Gap, Coord<f64>)>) -> Row {
    let (at, gap) = (gap.map(|(_, at)| at), gap.map(|(gap, _)| gap));
    let zone = gap.map(|gap| &run.inputs.zones[gap.zone.index()]);
    let mut row = Row::new();
    let mut set = |key: &str, value: Value| {
        row.insert(key.to_owned(), value);
    };
    set("service", json!(service.id));
    set("rank", json!(gap.map(|g| g.rank)));
    set("zone_id", json!(zone.map(|z| &z.id)));
    set("zone_name", json!(zone.map(|z| &z.name)));
    set("place_name", json!(place(run, gap)));
    set("place_distance_m", json!(gap.and_then(|g| g.facts.place).map(|p| round(p.metres, 1))));
    set("people", json!(gap.and_then(|g| g.people).map(persons)));
    for (i, group) in run.inputs.demand.groups.iter().enumerate() {
        let people = gap.filter(|g| g.people.is_some()).and_then(|g| g.facts.groups.get(i));
        set(&format!("people_{}", group.name), json!(people.map(|p| persons(*p))));
    }
    set("area_m2", json!(gap.map(|g| round(g.area_m2, 1))));
    set("people_share_of_zone", json!(gap.and_then(|g| g.people_share_of_zone).map(|s| round(s, 6))));
    costs(service.limit.metric, gap, &mut set);
    let limit = gap.map(|g| report.limit_of(Some(g.zone)));
    set(&format!("limit_{}", service.limit.metric.suffix()), json!(limit.map(|limit| limit.as_f64())));
    ways(run, service, gap, &mut set);
    set("lon", json!(at.map(|c| round(c.x, 7))));
    set("lat", json!(at.map(|c| round(c.y, 7))));
    set_stand_in(&run.inputs.plan, service, &mut row);
    row
}

fn persons(people: People) -> f64 {
    round(people.as_f64(), 6)
}

/// The named place nearest to a gap.
fn place<'r>(run: &'r Run, gap: Option<&Gap>) -> Option<&'r str> {
    let place = gap?.facts.place?;
    run.inputs.places.get(place.place.index()).map(|place| place.name.as_str())
}

/// What it costs its people, and how far that is beyond the limit.
fn costs(metric: Metric, gap: Option<&Gap>, set: &mut impl FnMut(&str, Value)) {
    let suffix = metric.suffix();
    let mut put = |name: &str, cost: Option<Cost>| set(&format!("{name}_{suffix}"), json!(cost.map(|c| c.as_f64())));
    put("cost_min", gap.and_then(|g| g.cost_min));
    put("cost_mean", gap.and_then(|g| g.cost_mean));
    put("cost_max", gap.and_then(|g| g.facts.cost_max));
    put("excess_mean", gap.and_then(|g| g.facts.excess_mean));
    put("excess_max", gap.and_then(|g| g.facts.excess_max));
}

/// The nearest facility and the way there.
fn ways(run: &Run, service: &ServicePlan, gap: Option<&Gap>, set: &mut impl FnMut(&str, Value)) {
    let facilities = run.inputs.facilities.get(&service.facilities);
    let nearest = gap.and_then(|g| facilities?.get(g.nearest?.index()));
    let facts = gap.map(|g| &g.facts);
    set("nearest_facility_id", json!(nearest.map(|f| &f.id)));
    set("nearest_facility_name", json!(nearest.map(|f| &f.name).filter(|name| !name.is_empty())));
    set("straight_m", json!(facts.and_then(|f| f.straight_m).map(|m| round(m, 1))));
    set("road_m", json!(facts.and_then(|f| f.road_m).map(|m| round(m, 1))));
    set("detour", json!(facts.and_then(GapFacts::detour).map(|d| round(d, 3))));
    set("barrier", json!(facts.map(|f| f.barriers.join(", ")).filter(|kinds| !kinds.is_empty())));
    set("straight_line_share", json!(facts.and_then(|f| f.straight_line_share).map(|s| round(s, 6))));
}
