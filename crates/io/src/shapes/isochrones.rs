//! `isochrones.geojson`: the ground within limits, of the nearest facility or of each.

use std::time::Instant;

use catchment::geo::Area;
use catchment::{Cost, Facility, Isochrone, IsochroneRules, Limit, NothingReached, Progress, begin, rings};
use geojson::{Geometry, JsonObject};
use serde_json::{Value, json};

use super::dictionary::ISOCHRONES;
use super::made::{Command, Made, metres, texts, unit};
use super::studied::{Ask, Ready, Studied, flag};
use crate::error::Error;
use crate::files::Files;
use crate::plan::Plan;
use crate::write::{collection_of, feature, round, set_stand_in, style, wgs84};

/// From the shortest limit to the longest (ColorBrewer Blues).
const FILLS: [&str; 5] = ["#08519c", "#3182bd", "#6baed6", "#9ecae1", "#c6dbef"];
/// That of a limit alone.
const ALONE: usize = 3;

/// Which isochrones, and how.
#[derive(Debug, Clone, Default)]
pub struct IsochroneAsk {
    /// Services and limits.
    pub ask: Ask,
    /// One for each facility; else one for all of a service together.
    pub per_facility: bool,
    /// Each without the next shorter one; else each with all that it holds.
    pub rings: bool,
    /// Corners this near the line without them are dropped, metres; 0 keeps all.
    pub simplify_m: f64,
    /// Side of a ground cell, metres; that of the plan where none is given.
    pub cell_m: Option<f64>,
}

/// The isochrones of a service and limit, for a table.
#[derive(Debug, Clone, PartialEq)]
pub struct IsochroneRow {
    /// The service's id.
    pub service: String,
    /// The limit.
    pub limit: Limit,
    /// For rings, the limit that they start beyond.
    pub beyond: Option<Limit>,
    /// Isochrones of that limit: one, or one a facility.
    pub shapes: usize,
    /// Those of them that hold no ground.
    pub empty: usize,
    /// Their parts.
    pub parts: usize,
    /// Their holes.
    pub holes: usize,
    /// Their area in the working CRS, m².
    pub area_m2: f64,
    /// Road in them, mm; a road in several counts in each.
    pub road_mm: u64,
}

/// Draws the isochrones of a plan's services.
///
/// # Errors
///
/// [`Error`] as [`load`](crate::load()); [`Error::Plan`] for a service that the plan has not, limits of two metrics, or a tolerance out of
/// range; [`Error::Ground`] for a cell size out of range.
pub fn isochrones(plan: &Plan, files: &dyn Files, ask: &IsochroneAsk, progress: &dyn Progress) -> Result<Made<Vec<IsochroneRow>>, Error> {
    let started = Instant::now();
    if !(0.0..=1000.0).contains(&ask.simplify_m) {
        return Err(flag("--simplify", &format!("{} m", ask.simplify_m), "0 to 1000 m"));
    }
    let studied = Studied::load(plan, files, &ask.ask, progress)?;
    let cell_m = ask.cell_m.unwrap_or(plan.ground.cell_m);
    let (mut features, mut rows) = (Vec::new(), Vec::new());
    for ready in studied.services() {
        begin(progress, &format!("isochrones {}", ready.plan.id), if ask.per_facility { ready.service.facilities.len() } else { 0 })?;
        let rules = IsochroneRules { limits: ready.limits, cell_m, per_facility: ask.per_facility, simplify_m: ask.simplify_m };
        let disks = catchment::isochrones(&ready.service, &rules, progress)?;
        let shapes = if ask.rings { rings(&disks) } else { disks };
        rows.extend(ready.limits.iter().filter_map(|limit| row(&ready, *limit, &shapes)));
        for shape in &shapes {
            let geometry = wgs84(&studied.inputs.projector, &shape.ground)?;
            let properties = properties(&ready, shape, geometry.as_ref());
            features.push(feature(geometry, properties));
        }
    }
    let command = Command { name: "isochrones", asked: asked(ask, cell_m), about: ISOCHRONES, started };
    let layer = collection_of(&studied.inputs, &features).into_bytes();
    command.made(&studied, rows, Vec::new(), vec![("isochrones.geojson".to_owned(), layer)])
}

fn asked(ask: &IsochroneAsk, cell_m: f64) -> Value {
    json!({
        "service": ask.ask.service, "limits": texts(&ask.ask.limits), "per_facility": ask.per_facility, "rings": ask.rings,
        "simplify_m": ask.simplify_m, "cell_m": cell_m,
    })
}

fn row(ready: &Ready<'_>, limit: Limit, shapes: &[Isochrone]) -> Option<IsochroneRow> {
    let own = || shapes.iter().filter(|shape| shape.limit == limit);
    let grounds = || own().map(|shape| &shape.ground);
    Some(IsochroneRow {
        service: ready.plan.id.clone(),
        limit,
        beyond: own().next()?.beyond,
        shapes: own().count(),
        empty: own().filter(|shape| shape.nothing.is_some()).count(),
        parts: grounds().map(|ground| ground.0.len()).sum(),
        holes: grounds().flatten().map(|polygon| polygon.interiors().len()).sum(),
        area_m2: grounds().map(Area::unsigned_area).sum(),
        road_mm: own().map(|shape| shape.road_mm).sum(),
    })
}

fn properties(ready: &Ready<'_>, shape: &Isochrone, geometry: Option<&Geometry>) -> JsonObject {
    let facility = shape.facility.and_then(|id| ready.service.facilities.get(id.index()));
    let mut properties = whose(ready, facility);
    let mut set = |key: &str, value: Value| {
        properties.insert(key.to_owned(), value);
    };
    let metric = shape.limit.metric;
    set(&unit("limit", metric), json!(shape.limit.as_f64()));
    set(&unit("beyond", metric), json!(shape.beyond.map(|limit| limit.as_f64())));
    set("area_m2", json!(round(shape.ground.unsigned_area(), 1)));
    set("reached_road_m", json!(metres(shape.road_mm)));
    // ground that is too thin for the decimals of a degree is none
    let nothing = shape.nothing.or(geometry.is_none().then_some(NothingReached::LimitTooShort));
    set("reason", json!(nothing));
    let (place, last) = (ready.limits.iter().position(|limit| *limit == shape.limit).unwrap_or(0), ready.limits.len() - 1);
    let fill = (place * (FILLS.len() - 1)).checked_div(last).unwrap_or(ALONE);
    style(&mut properties, shape.limit, FILLS[fill]);
    properties
}

/// `service`, `facility_id` and `facility_name`; both null where the shape is that of the nearest of all.
///
/// And what the facilities stand in for, and the part of limits and costs that passes before anybody travels, where a plan has such things.
pub(super) fn whose(ready: &Ready<'_>, facility: Option<&Facility>) -> JsonObject {
    let mut properties = JsonObject::from_iter([
        ("service".to_owned(), json!(ready.plan.id)),
        ("facility_id".to_owned(), json!(facility.map(|f| &f.id))),
        ("facility_name".to_owned(), json!(facility.map(|f| &f.name).filter(|name| !name.is_empty()))),
    ]);
    set_stand_in(ready.study, ready.plan, &mut properties);
    if ready.service.pre_travel > Cost::ZERO {
        properties.insert("pre_travel_s".to_owned(), json!(ready.service.pre_travel.as_f64()));
    }
    properties
}
