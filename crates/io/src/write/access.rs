//! Tables and the layer of `[[access]]`.

use catchment::{FacilityId, Zone};
use geojson::Feature;
use serde_json::{Value, json};

use super::formats::{LayerOut, TableOut};
use super::layers::{feature, inverse, wgs84};
use super::row::{Row, round};
use crate::access::{AccessRun, ZoneAccess};
use crate::error::Error;
use crate::plan::AccessPlan;
use crate::run::Run;

/// Decimals of scores: four more than `per` people need to see a facility's share.
const SCORE: i32 = 9;

/// All tables of access.
pub(super) fn tables(run: &Run) -> Result<Vec<TableOut>, Error> {
    let measures = || run.access.iter().map(|own| (own, &run.inputs.plan.access[own.place]));
    let zones = measures().flat_map(|(own, plan)| zone_rows(run, own, plan)).map(|(_, row)| row).collect();
    let facilities = measures().flat_map(|(own, plan)| facility_rows(run, own, plan)).collect();
    let mut tables = vec![TableOut::of_rows("access", zones), TableOut::of_rows("access_facilities", facilities)];
    let (mut points, mut pairs) = (Vec::new(), Vec::new());
    for (own, plan) in measures().filter(|(own, _)| own.pairs.is_some()) {
        points.extend(point_rows(run, own, plan)?);
        pairs.extend(pair_rows(run, own, plan));
    }
    tables.extend([TableOut::of_rows("access_points", points), TableOut::of_rows("access_pairs", pairs)]);
    tables.retain(|table| !table.rows.is_empty());
    Ok(tables)
}

/// Zones by what their people can draw on.
pub(super) fn layer(run: &Run) -> Result<Option<LayerOut>, Error> {
    let mut features: Vec<Feature> = Vec::new();
    for own in &run.access {
        for (zone, row) in zone_rows(run, own, &run.inputs.plan.access[own.place]) {
            let shape = zone.map(|zone| wgs84(&run.inputs.projector, &zone.area)).transpose()?;
            features.push(feature(shape.flatten(), row));
        }
    }
    Ok((!features.is_empty()).then(|| LayerOut::new("access", "Zones by what their people can draw on", features)))
}

/// What names a measure.
fn head(run: &Run, own: &AccessRun, plan: &AccessPlan) -> Row {
    let service = &run.inputs.plan.services[own.service];
    let mut row = Row::new();
    let mut set = |key: &str, value: Value| {
        row.insert(key.to_owned(), value);
    };
    set("access", json!(plan.id));
    set("method", json!(plan.method.name()));
    set("service", json!(service.id));
    set(&format!("limit_{}", own.limit.metric.suffix()), json!(own.limit.as_f64()));
    set("supply_of", json!(plan.supply.as_deref().unwrap_or("facilities")));
    set("demand_of", json!(plan.demand));
    set("per", json!(plan.per));
    super::set_stand_in(&run.inputs.plan, service, &mut row);
    row
}

fn zone_rows<'r>(run: &'r Run, own: &AccessRun, plan: &AccessPlan) -> Vec<(Option<&'r Zone>, Row)> {
    let score = |score: Option<f64>| json!(score.map(|score| round(score * plan.per, SCORE)));
    let row = |[id, name]: [&str; 2], access: &ZoneAccess, known: bool| {
        let mut row = head(run, own, plan);
        let mut set = |key: &str, value: Value| {
            row.insert(key.to_owned(), value);
        };
        set("zone_id", json!(id));
        set("zone_name", json!(name));
        set("people", json!(known.then(|| round(access.people.as_f64(), 6))));
        set("people_without", json!(known.then(|| round(access.people_without.as_f64(), 6))));
        set("score_mean", score(access.mean));
        set("score_least", score(access.least));
        set("score_most", score(access.most));
        row
    };
    let mut rows: Vec<_> = run
        .inputs
        .zones
        .iter()
        .zip(&own.zones)
        .map(|(zone, access)| (Some(zone), row([&zone.id, &zone.name], access, zone.people.is_some())))
        .collect();
    let outside = own.zones.last().filter(|outside| outside.points > 0);
    rows.extend(outside.map(|outside| (None, row(["outside", "outside"], outside, true))));
    rows
}

fn facility_rows(run: &Run, own: &AccessRun, plan: &AccessPlan) -> Vec<Row> {
    let set_of = run.inputs.facilities.get(&run.inputs.plan.services[own.service].facilities).map_or(&[][..], Vec::as_slice);
    let mut rows = Vec::new();
    for (i, facility) in set_of.iter().enumerate() {
        let mut row = head(run, own, plan);
        let mut set = |key: &str, value: Value| {
            row.insert(key.to_owned(), value);
        };
        set("facility_id", json!(facility.id));
        set("facility_name", json!(Some(&facility.name).filter(|name| !name.is_empty())));
        set("supply", json!(own.supply[i]));
        set("people_in_reach", json!(round(own.people_in_reach[i].as_f64(), 6)));
        let ratio = own.found.ratios[i].filter(|_| own.supply[i].is_some());
        set("ratio", json!(ratio.map(|ratio| round(ratio * plan.per, SCORE))));
        rows.push(row);
    }
    rows
}

fn point_rows(run: &Run, own: &AccessRun, plan: &AccessPlan) -> Result<Vec<Row>, Error> {
    let demand = &run.inputs.demand;
    let mut at = demand.locations.clone();
    inverse(&run.inputs.projector, &mut at)?;
    let row = |(point, at): (usize, &catchment::geo::Coord<f64>)| {
        let zone = demand.zones[point].map(|zone| &run.inputs.zones[zone.index()]);
        let cells = [
            ("access", json!(plan.id)),
            ("point", json!(point)),
            ("lon", json!(round(at.x, 7))),
            ("lat", json!(round(at.y, 7))),
            ("zone_id", json!(zone.map_or("outside", |zone| zone.id.as_str()))),
            ("people", json!(round(own.people[point].as_f64(), 6))),
            ("score", json!(own.found.scores[point] * plan.per)),
        ];
        cells.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    };
    Ok(at.iter().enumerate().map(row).collect())
}

fn pair_rows(run: &Run, own: &AccessRun, plan: &AccessPlan) -> Vec<Row> {
    let set_of = run.inputs.facilities.get(&run.inputs.plan.services[own.service].facilities).map_or(&[][..], Vec::as_slice);
    let cost = format!("cost_{}", own.limit.metric.suffix());
    let mut rows = Vec::new();
    for (table, (i, facility)) in own.pairs.iter().flat_map(|table| set_of.iter().enumerate().map(move |facility| (table, facility))) {
        for (point, own) in table.row(FacilityId::at(i)) {
            let cells = [
                ("access", json!(plan.id)),
                ("facility_id", json!(facility.id)),
                ("point", json!(point.index())),
                (cost.as_str(), json!(own.as_f64())),
            ];
            rows.push(cells.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
        }
    }
    rows
}

/// Of `summary.json`: what was handed out, and to whom.
pub(super) fn summary(run: &Run) -> Vec<Value> {
    let of = |own: &AccessRun| {
        let plan = &run.inputs.plan.access[own.place];
        let score = |score: Option<f64>| score.map(|score| round(score * plan.per, SCORE));
        let conserved = plan.method.hands_out_all().then(|| own.found.conserves());
        let mut value = head(run, own, plan);
        value.insert("people".to_owned(), json!(round(own.total.people.as_f64(), 6)));
        value.insert("people_without".to_owned(), json!(round(own.total.people_without.as_f64(), 6)));
        value.insert("score_mean".to_owned(), json!(score(own.total.mean)));
        let unknown: Vec<&str> = run.inputs.zones.iter().filter(|zone| zone.people.is_none()).map(|zone| zone.name.as_str()).collect();
        value.insert("zones_of_unknown_people".to_owned(), json!(unknown));
        value.insert("facilities_of_unknown_supply".to_owned(), json!(own.supply.iter().filter(|supply| supply.is_none()).count()));
        value.insert("supply".to_owned(), json!(own.supply.iter().flatten().sum::<f64>()));
        value.insert("supply_in_reach".to_owned(), json!(round(own.found.supply_in_reach, 6)));
        value.insert("people_times_score".to_owned(), json!(round(own.found.handed_out, 6)));
        value.insert("supply_holds".to_owned(), json!(conserved));
        Value::Object(value)
    };
    run.access.iter().map(of).collect()
}
