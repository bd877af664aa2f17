//! Tables and the layer of `[[referrals]]`.

use catchment::geo::{Coord, LineString};
use catchment::{Facility, Status};
use geojson::{Feature, Geometry};
use serde_json::{Value, json};

use super::formats::{LayerOut, TableOut};
use super::layers::{feature, inverse};
use super::row::{Row, round};
use crate::error::Error;
use crate::referrals::ReferralRun;
use crate::run::Run;

/// One row a facility that asks and a set that is looked for.
pub(super) fn table(run: &Run) -> Option<TableOut> {
    let rows: Vec<Row> = run.referrals.iter().flat_map(|own| rows(run, own)).map(|(_, row)| row).collect();
    (!rows.is_empty()).then(|| TableOut::of_rows("referrals", rows))
}

/// Lines from those who ask to what is nearest; not the way there.
pub(super) fn layer(run: &Run) -> Result<Option<LayerOut>, Error> {
    let mut features: Vec<Feature> = Vec::new();
    for (ends, row) in run.referrals.iter().flat_map(|own| rows(run, own)) {
        let mut shape = None;
        if let Some(mut ends) = ends {
            inverse(&run.inputs.projector, &mut ends)?;
            let line: LineString<f64> = ends.iter().map(|at| Coord { x: round(at.x, 7), y: round(at.y, 7) }).collect();
            shape = Some(Geometry::from(&line));
        }
        features.push(feature(shape, row));
    }
    Ok((!features.is_empty()).then(|| LayerOut::new("referrals", "The nearest facility of each facility", features)))
}

/// Both ends of the line, where there is a way, and the columns.
fn rows(run: &Run, own: &ReferralRun) -> Vec<(Option<[Coord<f64>; 2]>, Row)> {
    let plan = &run.inputs.plan.referrals[own.place];
    let set_of = |id: &str| run.inputs.facilities.get(id).map_or(&[][..], Vec::as_slice);
    let name = |facility: &Facility| Some(facility.name.clone()).filter(|name| !name.is_empty());
    let suffix = plan.limit.metric.suffix();
    let mut rows = Vec::new();
    for (i, asks) in set_of(&plan.from).iter().enumerate() {
        for (set, to) in plan.to.iter().enumerate() {
            let found = own.nearest_of(set, i).and_then(|id| set_of(to).get(id.index()));
            let assessment = own.nearest[set][i];
            let zone = own.zones[i].map(|zone| &run.inputs.zones[zone]);
            let mut row = Row::new();
            let mut put = |key: &str, value: Value| {
                row.insert(key.to_owned(), value);
            };
            put("referral", json!(plan.id));
            put("from_set", json!(plan.from));
            put("facility_id", json!(asks.id));
            put("facility_name", json!(name(asks)));
            put("zone_id", json!(zone.map_or("outside", |zone| zone.id.as_str())));
            put("zone_name", json!(zone.map_or("outside", |zone| zone.name.as_str())));
            put("to_set", json!(to));
            put("nearest_id", json!(found.map(|found| &found.id)));
            put("nearest_name", json!(found.and_then(name)));
            put("profile", json!(plan.profile));
            put("direction", json!(plan.travels()));
            put(&format!("cost_{suffix}"), json!(found.map(|_| assessment.label.cost.as_f64())));
            put(&format!("limit_{suffix}"), json!(plan.limit.as_f64()));
            put("within_limit", json!(assessment.status == Status::Covered));
            put("status", json!(if own.itself[set][i] { "itself" } else { assessment.status.name() }));
            rows.push((found.map(|found| [asks.location, found.location]), row));
        }
    }
    rows
}

/// Of `summary.json`: how many have one within the limit.
pub(super) fn summary(run: &Run) -> Vec<Value> {
    let mut all = Vec::new();
    for own in &run.referrals {
        let plan = &run.inputs.plan.referrals[own.place];
        for (set, to) in plan.to.iter().enumerate() {
            let asked = own.asking(set).count();
            let costs: Vec<f64> =
                own.asking(set).filter(|found| found.label.cost.is_reached()).map(|found| found.label.cost.as_f64()).collect();
            let suffix = plan.limit.metric.suffix();
            let mean = (!costs.is_empty()).then(|| round(costs.iter().sum::<f64>() / costs.len() as f64, 3));
            let most = costs.iter().copied().reduce(f64::max);
            let mut value = json!({
                "referral": plan.id, "from_set": plan.from, "to_set": to, "facilities": asked, "within_limit": own.within(set),
                "share_within_limit": (asked > 0).then(|| round(own.within(set) as f64 / asked as f64, 6)),
            });
            if let Some(map) = value.as_object_mut() {
                map.insert(format!("limit_{suffix}"), json!(plan.limit.as_f64()));
                map.insert(format!("cost_mean_{suffix}"), json!(mean));
                map.insert(format!("cost_max_{suffix}"), json!(most));
            }
            all.push(value);
        }
    }
    all
}
