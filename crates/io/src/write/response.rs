//! What services with a response write: the tables `response`, `radius`, `stations`, their layers, and the tables of rules and corridors.

use catchment::geo::{Area, Coord};
use catchment::{Circles, CostRow, Coverage, Farthest, Limit, People, PlaceIndex, nominal_radius_m, stations_for_radius};
use geojson::{Feature, JsonObject};
use serde_json::{Value, json};

use super::corridors::{corridor_gaps, corridor_rows};
use super::formats::{LayerOut, TableOut};
use super::layers::{feature, inverse, style, wgs84};
use super::row::{Row, round};
use super::rules::rules;
use crate::error::Error;
use crate::plan::{CALLS, FacilitiesPlan, Plan, ResponsePlan, ServicePlan};
use crate::response::{ResponseRun, ResponseTimes};
use crate::run::Run;

/// What every response time is measured with.
pub(super) const ASSUMPTION: &str = "all_vehicles_at_their_stations";

/// From the shortest response to the longest (ColorBrewer RdYlGn, from its green end).
const RESPONSE_FILLS: [&str; 5] = ["#1a9641", "#a6d96a", "#ffffbf", "#fdae61", "#d7191c"];
/// Neighbouring service areas differ (ColorBrewer Set3).
const AREA_FILLS: [&str; 12] =
    ["#8dd3c7", "#ffffb3", "#bebada", "#fb8072", "#80b1d3", "#fdb462", "#b3de69", "#fccde5", "#d9d9d9", "#bc80bd", "#ccebc5", "#ffed6f"];

/// A response with the plan of its service.
pub(super) struct Asked<'r> {
    pub service: &'r ServicePlan,
    pub plan: &'r ResponsePlan,
    pub found: &'r ResponseRun,
}

/// The services with a response, in the plan's order.
pub(super) fn responses(run: &Run) -> impl Iterator<Item = Asked<'_>> {
    run.responses.iter().filter_map(|found| {
        let service = &run.inputs.plan.services[found.service];
        Some(Asked { service, plan: service.response.as_ref()?, found })
    })
}

/// What the facilities of a service stand in for, if they do.
pub(crate) fn stand_in<'p>(plan: &'p Plan, service: &ServicePlan) -> Option<&'p str> {
    let set = plan.facilities.iter().find(|set: &&FacilitiesPlan| set.id == service.facilities)?;
    set.stand_in_for.as_deref()
}

/// Adds `stand_in_for` where any set of the plan stands in for something.
pub(crate) fn set_stand_in(plan: &Plan, service: &ServicePlan, row: &mut Row) {
    if plan.facilities.iter().any(|set| set.stand_in_for.is_some()) {
        row.insert("stand_in_for".to_owned(), json!(stand_in(plan, service)));
    }
}

/// Whether any service with a response names corridors.
fn has_corridors(run: &Run) -> bool {
    responses(run).any(|asked| asked.plan.corridors.is_some())
}

/// The tables of all services with a response; none without one.
pub(super) fn tables(run: &Run) -> Result<Vec<TableOut>, Error> {
    if run.responses.is_empty() {
        return Ok(Vec::new());
    }
    let mut tables = vec![
        TableOut::of_rows("response", times(run)),
        TableOut::of_rows("radius", radii(run)?),
        TableOut::of_rows("stations", responses(run).flat_map(|asked| stations(run, &asked)).collect()),
        TableOut::of_rows("rules", responses(run).flat_map(|asked| rules(run, &asked)).collect()),
    ];
    if has_corridors(run) {
        tables.push(TableOut::of_rows("corridors", responses(run).flat_map(|asked| corridor_rows(run, &asked)).collect()));
    }
    Ok(tables)
}

/// The layers of all services with a response; none without one.
pub(super) fn layers(run: &Run) -> Result<Vec<LayerOut>, Error> {
    if run.responses.is_empty() {
        return Ok(Vec::new());
    }
    let mut layers = vec![
        LayerOut::new("service_areas", "The ground that each station reaches first", areas(run)?),
        LayerOut::new("response", "The ground within response times", isochrones(run)?),
    ];
    if has_corridors(run) {
        layers.push(LayerOut::new("corridor_gaps", "Stretches of corridors beyond the limit", corridor_gaps(run)?));
    }
    Ok(layers)
}

/// All response times that any service reports shares of, ascending: the columns of every row.
fn all_limits(run: &Run) -> Vec<Limit> {
    let mut limits: Vec<Limit> = run.responses.iter().flat_map(|found| found.limits.iter().copied()).collect();
    limits.sort_by_key(|limit| limit.cost);
    limits.dedup();
    limits
}

/// `8min` of 8 minutes, as in the names of columns.
pub(super) fn short(limit: Limit) -> String {
    limit.to_string().replace(' ', "").replace('.', "_")
}

/// `within_8min` and `share_within_8min`, and the like.
fn set_within(run: &Run, asked: &Asked<'_>, costs: &CostRow, row: &mut Row) {
    for limit in all_limits(run) {
        let own = asked.found.limits.contains(&limit) && costs.known() > People::ZERO;
        let within = own.then(|| asked.found.within(costs, limit));
        row.insert(format!("within_{}", short(limit)), json!(within.map(|p| round(p.as_f64(), 6))));
        row.insert(format!("share_within_{}", short(limit)), json!(within.and_then(|p| costs.share(p)).map(|s| round(s, 6))));
    }
}

fn seconds(cost: Option<catchment::Cost>) -> Value {
    json!(cost.map(|cost| cost.as_f64()))
}

/// `response`: one row a service, weight, period and zone, then `outside`, then `all`.
fn times(run: &Run) -> Vec<Row> {
    let mut rows = Vec::new();
    for asked in responses(run) {
        for times in &asked.found.times {
            let mut add = |id: &str, name: &str, costs: &CostRow| rows.push(time_row(run, &asked, times, [id, name], costs));
            for (zone, costs) in run.inputs.zones.iter().zip(&times.table.zones) {
                add(&zone.id, &zone.name, costs);
            }
            if let Some(outside) = &times.table.outside {
                add("outside", "outside", outside);
            }
            add("all", "all", &times.table.total);
        }
    }
    rows
}

fn time_row(run: &Run, asked: &Asked<'_>, times: &ResponseTimes, [id, name]: [&str; 2], costs: &CostRow) -> Row {
    let known = costs.zone.and_then(|zone| run.inputs.zones[zone.index()].people).is_some() || costs.zone.is_none();
    let known = known || times.weight == CALLS;
    let count = |people: People| json!(known.then(|| round(people.as_f64(), 6)));
    let mut row = Row::new();
    let mut set = |key: &str, value: Value| {
        row.insert(key.to_owned(), value);
    };
    set("service", json!(asked.service.id));
    set("weight", json!(times.weight));
    set("period", json!(times.period));
    set("speed_factor", json!(times.speed_factor));
    set("zone_id", json!(id));
    set("zone_name", json!(name));
    set("total", count(costs.weight));
    set("reached", count(costs.reached()));
    set("unreachable", count(costs.unreachable));
    set("unlinked", count(costs.unlinked));
    set("no_data", count(costs.no_data));
    let share = costs.share(costs.unreachable + costs.unlinked);
    set("share_without_way", json!(share.map(|s| round(s, 6))));
    set("response_mean_s", seconds(costs.costs.mean));
    set("response_p50_s", seconds(costs.costs.p50));
    set("response_p90_s", seconds(costs.costs.p90));
    let report = &run.reports[asked.found.service];
    let several = id == "all" && report.limits().differ();
    set("target_s", json!((!several).then(|| report.limit_of(costs.zone).as_f64())));
    set_within(run, asked, costs, &mut row);
    row.insert("assumption".to_owned(), json!(ASSUMPTION));
    set_stand_in(&run.inputs.plan, asked.service, &mut row);
    row
}

/// A far place in longitude and latitude, with the named place nearest to it.
pub(super) struct FarPlace {
    pub at: Coord<f64>,
    pub near: Option<String>,
}

pub(super) fn far_place(run: &Run, far: &Farthest) -> Result<FarPlace, Error> {
    let mut at = [far.at];
    inverse(&run.inputs.projector, &mut at)?;
    let index = PlaceIndex::of_places(&run.inputs.places);
    let near = index.nearest(far.at, 1).first().map(|(place, _)| run.inputs.places[place.index()].name.clone());
    Ok(FarPlace { at: at[0], near })
}

/// `radius`: one row a service and zone, then `outside` where points or stations lie there, then `all`.
fn radii(run: &Run) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for asked in responses(run) {
        let radius = &asked.found.radius;
        for (z, zone) in run.inputs.zones.iter().enumerate() {
            let far = radius.farthest[z].as_ref();
            rows.push(radius_row(run, &asked, [&zone.id, &zone.name], (&radius.coverage.zones[z], far, &radius.circles[z]))?);
        }
        if let Some(outside) = &radius.coverage.outside {
            let far = radius.farthest_outside.as_ref();
            rows.push(radius_row(run, &asked, ["outside", "outside"], (outside, far, &radius.circles_outside))?);
        }
        let far = radius.farthest_of_all.as_ref();
        let mut total = radius.coverage.total.clone();
        total.facilities = stations_in(run, asked.found);
        rows.push(radius_row(run, &asked, ["all", "all"], (&total, far, &radius.circles_of_all))?);
    }
    Ok(rows)
}

/// Stations within the study area.
pub(super) fn stations_in(run: &Run, found: &ResponseRun) -> usize {
    run.reports[found.service].facilities.iter().filter(|f| f.zone.is_some()).count()
}

fn radius_row(
    run: &Run,
    asked: &Asked<'_>,
    [id, name]: [&str; 2],
    (coverage, far, circles): (&Coverage, Option<&Farthest>, &Circles),
) -> Result<Row, Error> {
    let target_m = asked.plan.radius.as_f64();
    let known = coverage.people.is_some();
    let people = |people: People| json!(known.then(|| round(people.as_f64(), 6)));
    let part = |part: f64, whole: f64| json!((whole > 0.0).then(|| round(part / whole, 6)));
    let of_people = coverage.people.unwrap_or_default();
    let mut row = Row::new();
    let mut set = |key: &str, value: Value| {
        row.insert(key.to_owned(), value);
    };
    set("service", json!(asked.service.id));
    set("zone_id", json!(id));
    set("zone_name", json!(name));
    set("target_m", json!(target_m));
    set("area_m2", json!(round(coverage.area_m2, 3)));
    set("stations", json!(coverage.facilities));
    let ground = Some(coverage.area_m2).filter(|area| *area > 0.0);
    set("nominal_radius_m", json!(ground.and_then(|area| nominal_radius_m(area, coverage.facilities)).map(|m| round(m, 3))));
    set("stations_for_target", json!(ground.and_then(|area| stations_for_radius(area, target_m))));
    set("distance_mean_m", seconds(coverage.costs.mean));
    set("distance_p50_m", seconds(coverage.costs.p50));
    set("distance_p90_m", seconds(coverage.costs.p90));
    set("distance_max_m", seconds(far.map(|far| far.cost)));
    let place = far.map(|far| far_place(run, far)).transpose()?;
    let at = |pick: fn(&Coord<f64>) -> f64| json!(place.as_ref().map(|place| round(pick(&place.at), 7)));
    set("farthest_lon", at(|c| c.x));
    set("farthest_lat", at(|c| c.y));
    set("farthest_near", json!(place.as_ref().and_then(|place| place.near.as_ref())));
    let facilities = run.inputs.facilities.get(&asked.service.facilities).map_or(&[][..], Vec::as_slice);
    set("farthest_station_id", json!(far.and_then(|far| facilities.get(far.facility.index())).map(|f| &f.id)));
    let total = of_people.known().as_f64();
    set("people_total", people(of_people.total()));
    set("people_no_data", people(of_people.no_data));
    set("people_without_way", people(of_people.unreachable + of_people.unlinked));
    set("share_without_way", part((of_people.unreachable + of_people.unlinked).as_f64(), total));
    set("people_within_by_road", people(of_people.covered));
    set("people_share_by_road", json!(coverage.people_share().map(|s| round(s, 6))));
    set("people_within_circle", people(circles.people));
    set("people_share_circle", part(circles.people.as_f64(), total));
    set("people_overstated", people(circles.people_overstated));
    set("people_overstated_share_of_circle", part(circles.people_overstated.as_f64(), circles.people.as_f64()));
    let water = run.inputs.water.is_some();
    set("people_across_water", if water { people(circles.people_across_water) } else { Value::Null });
    let m2 = |area: catchment::SquareMm| json!(round(area.m2(), 3));
    set("mask", json!(run.inputs.plan.ground.mask.first().map(crate::plan::Mask::name)));
    set("mask_area_m2", m2(coverage.area.total()));
    set("area_within_by_road_m2", m2(coverage.area.covered));
    set("area_share_by_road", json!(coverage.area_share().map(|s| round(s, 6))));
    set("area_within_circle_m2", m2(circles.area));
    set("area_share_circle", part(circles.area.m2(), coverage.area.total().m2()));
    set("area_overstated_m2", m2(circles.area_overstated));
    set("area_overstated_share_of_circle", part(circles.area_overstated.m2(), circles.area.m2()));
    set("area_across_water_m2", if water { m2(circles.area_across_water) } else { Value::Null });
    set_stand_in(&run.inputs.plan, asked.service, &mut row);
    Ok(row)
}

/// `stations`: one row a station.
fn stations(run: &Run, asked: &Asked<'_>) -> Vec<Row> {
    let facilities = run.inputs.facilities.get(&asked.service.facilities).map_or(&[][..], Vec::as_slice);
    (0..facilities.len()).map(|i| station(run, asked, i)).collect()
}

/// The columns of a station, in its table and on its service area.
fn station(run: &Run, asked: &Asked<'_>, i: usize) -> Row {
    let facility = &run.inputs.facilities[&asked.service.facilities][i];
    let (found, report) = (&asked.found.stations[i], &run.reports[asked.found.service].facilities[i]);
    let zone = report.zone.map(|zone| &run.inputs.zones[zone.index()]);
    let area_m2 = asked.found.areas[i].unsigned_area();
    let mut row = Row::new();
    let mut set = |key: &str, value: Value| {
        row.insert(key.to_owned(), value);
    };
    set("service", json!(asked.service.id));
    set("station_id", json!(facility.id));
    set("station_name", json!(facility.name));
    set("zone_id", json!(zone.map(|zone| &zone.id)));
    set("zone_name", json!(zone.map(|zone| &zone.name)));
    set("in_study_area", json!(zone.is_some()));
    set("link_status", json!(report.status.name()));
    set("vehicles", json!(facility.vehicles));
    set("people_reached_first", json!(round(found.response.weight.as_f64(), 6)));
    set("area_reached_first_m2", json!(round(area_m2, 1)));
    set("nominal_radius_m", json!(nominal_radius_m(area_m2, 1).map(|m| round(m, 3))));
    set("distance_mean_m", seconds(found.distance.mean));
    set("distance_p50_m", seconds(found.distance.p50));
    set("distance_p90_m", seconds(found.distance.p90));
    set("response_mean_s", seconds(found.response.costs.mean));
    set("response_p50_s", seconds(found.response.costs.p50));
    set("response_p90_s", seconds(found.response.costs.p90));
    set_within(run, asked, &found.response, &mut row);
    row.insert("assumption".to_owned(), json!(ASSUMPTION));
    set_stand_in(&run.inputs.plan, asked.service, &mut row);
    row
}

/// `service_areas`: the ground of the zones by the station that reaches it first.
fn areas(run: &Run) -> Result<Vec<Feature>, Error> {
    let mut features = Vec::new();
    for asked in responses(run) {
        for (i, area) in asked.found.areas.iter().enumerate() {
            let mut properties = station(run, &asked, i);
            properties.insert("fill".to_owned(), json!(AREA_FILLS[i % AREA_FILLS.len()]));
            features.push(feature(wgs84(&run.inputs.projector, area)?, properties));
        }
    }
    Ok(features)
}

/// `response`: the ground of the zones within each response time, the longest first so that shorter ones are drawn above.
fn isochrones(run: &Run) -> Result<Vec<Feature>, Error> {
    let mut features = Vec::new();
    for asked in responses(run) {
        let total = &asked.found.of_people().total;
        for (i, isochrone) in asked.found.isochrones.iter().enumerate().rev() {
            let within = asked.found.within(total, isochrone.limit);
            let last = (asked.found.isochrones.len() - 1).max(1);
            let mut properties = JsonObject::new();
            let mut set = |key: &str, value: Value| {
                properties.insert(key.to_owned(), value);
            };
            set("service", json!(asked.service.id));
            set("response_s", json!(isochrone.limit.as_f64()));
            set("drive_s", json!(isochrone.limit.as_f64() - asked.plan.pre_travel().as_f64()));
            set("area_m2", json!(round(isochrone.ground.unsigned_area(), 1)));
            set("people_within", json!(round(within.as_f64(), 6)));
            set("people_share", json!(total.share(within).map(|s| round(s, 6))));
            set("assumption", json!(ASSUMPTION));
            set_stand_in(&run.inputs.plan, asked.service, &mut properties);
            style(&mut properties, isochrone.limit, RESPONSE_FILLS[i * (RESPONSE_FILLS.len() - 1) / last]);
            features.push(feature(wgs84(&run.inputs.projector, &isochrone.ground)?, properties));
        }
    }
    Ok(features)
}
