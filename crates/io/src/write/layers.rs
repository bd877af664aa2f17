//! GeoJSON layers (RFC 7946): WGS84, outer rings counter-clockwise, holes clockwise.

use catchment::geo::{BooleanOps, Coord, MultiPolygon, Point, Polygon};
use catchment::{Gap, Limit, Metric, People, Status};
use geojson::{Feature, Geometry, JsonObject};
use serde_json::{Value, json};

use super::gaps::rows as gap_rows;
use super::response::set_stand_in;
use super::row::{round, rows, services};
use super::valid::rounded;
use crate::crs::Projector;
use crate::error::Error;
use crate::run::Run;
use crate::shape::{places, rebuilt};

pub(super) const COVERED_FILL: &str = "#9ecae1";
/// From few people to many (ColorBrewer YlOrBr); the same in every run, so that layers of several runs compare.
pub(super) const GAP_FILLS: [(f64, &str); 5] =
    [(0.0, "#fff7bc"), (10.0, "#fec44f"), (100.0, "#fe9929"), (1000.0, "#d95f0e"), (10_000.0, "#993404")];
pub(super) const UNKNOWN_FILL: &str = "#bdbdbd";
pub(super) const NO_DATA_FILL: &str = "#d9d9d9";

/// `gaps`, by service and rank.
pub(crate) fn gaps(run: &Run) -> Result<Vec<Feature>, Error> {
    let mut features = Vec::new();
    let gaps = services(run).flat_map(|(_, report)| report.gaps.gaps.iter().map(|gap| (gap, report.limit_of(Some(gap.zone)))));
    for ((gap, limit), mut properties) in gaps.zip(gap_rows(run, false)?) {
        style(&mut properties, limit, gap_fill(gap));
        features.push(feature(wgs84(&run.inputs.projector, &gap.polygon.clone().into())?, properties));
    }
    Ok(features)
}

/// The colour of a gap by its people.
fn gap_fill(gap: &Gap) -> &'static str {
    let class = gap.people.and_then(|people| GAP_FILLS.iter().rev().find(|(least, _)| people.as_f64() >= *least));
    class.map_or(UNKNOWN_FILL, |(_, fill)| fill)
}

/// What styles made for other tools look for: `contour` in minutes or kilometres, `metric`, `fill`.
pub(crate) fn style(properties: &mut JsonObject, limit: Limit, fill: &str) {
    let contour = match limit.metric {
        Metric::Time => limit.as_f64() / 60.0,
        Metric::Distance => limit.as_f64() / 1000.0,
    };
    properties.insert("contour".to_owned(), json!(contour));
    properties.insert("metric".to_owned(), json!(limit.metric.name()));
    properties.insert("fill".to_owned(), json!(fill));
}

/// `coverage`: the covered ground, one feature a service and zone that has any.
pub(crate) fn coverage(run: &Run) -> Result<Vec<Feature>, Error> {
    let mut features = Vec::new();
    for (service, report) in services(run) {
        let zones = run.inputs.zones.iter().zip(&report.gaps.covered).zip(&report.coverage.zones);
        for ((zone, covered), row) in zones.filter(|((_, covered), _)| !covered.0.is_empty()) {
            let limit = report.limit_of(row.zone);
            let mut properties = JsonObject::new();
            properties.insert("service".to_owned(), json!(service.id));
            properties.insert("zone_id".to_owned(), json!(zone.id));
            properties.insert("zone_name".to_owned(), json!(zone.name));
            properties.insert("area_covered_m2".to_owned(), json!(round(row.area.covered.m2(), 3)));
            properties.insert("area_share".to_owned(), json!(row.area_share().map(|s| round(s, 6))));
            properties.insert(format!("limit_{}", limit.metric.suffix()), json!(limit.as_f64()));
            set_stand_in(&run.inputs.plan, service, &mut properties);
            style(&mut properties, limit, COVERED_FILL);
            features.push(feature(wgs84(&run.inputs.projector, covered)?, properties));
        }
    }
    Ok(features)
}

/// `zones`: the towns with the columns of the table `zones`, one feature a service and zone.
pub(crate) fn zones(run: &Run) -> Result<Vec<Feature>, Error> {
    let mut shapes = Vec::new();
    for zone in &run.inputs.zones {
        shapes.push(wgs84(&run.inputs.projector, &zone.area)?);
    }
    Ok(rows(run).into_iter().map(|(zone, row)| feature(zone.and_then(|z| shapes[z].clone()), row)).collect())
}

/// `no_data`: the ground of each zone outside the extent of the roads; nothing where all of it is known.
pub(super) fn no_data(run: &Run) -> Result<Vec<Feature>, Error> {
    let (Some(report), Some(own)) = (run.reports.first(), &run.inputs.extent) else { return Ok(Vec::new()) };
    let mut features = Vec::new();
    for (zone, row) in run.inputs.zones.iter().zip(&report.coverage.zones) {
        if row.area.no_data.0 == 0 && row.people_of(Status::NoData) == People::ZERO {
            continue;
        }
        let beyond = zone.area.difference(own.extent.area());
        let mut properties = JsonObject::new();
        properties.insert("zone_id".to_owned(), json!(zone.id));
        properties.insert("zone_name".to_owned(), json!(zone.name));
        properties.insert("people_no_data".to_owned(), json!(row.people.map(|people| round(people.no_data.as_f64(), 6))));
        properties.insert("area_no_data_m2".to_owned(), json!(round(row.area.no_data.m2(), 3)));
        properties.insert("outside".to_owned(), json!(own.basis.name_en()));
        properties.insert("fill".to_owned(), json!(NO_DATA_FILL));
        features.push(feature(wgs84(&run.inputs.projector, &beyond)?, properties));
    }
    Ok(features)
}

/// `facilities`: one feature a service and facility.
pub(super) fn facilities(run: &Run) -> Result<Vec<Feature>, Error> {
    let mut features = Vec::new();
    for (service, report) in services(run) {
        let Some(set) = run.inputs.facilities.get(&service.facilities) else { continue };
        // where zones have limits of their own, no single one is the facility's
        let limit = Some(service.limit).filter(|_| !report.limits().differ());
        for (facility, found) in set.iter().zip(&report.facilities) {
            let zone = found.zone.map(|z| &run.inputs.zones[z.index()]);
            let mut at = [facility.location];
            inverse(&run.inputs.projector, &mut at)?;
            let mut properties = JsonObject::new();
            let mut set = |key: &str, value: Value| {
                properties.insert(key.to_owned(), value);
            };
            set("service", json!(service.id));
            set("facility_id", json!(facility.id));
            set("name", json!(Some(&facility.name).filter(|name| !name.is_empty())));
            set("kind", json!(facility.kind));
            set("zone_id", json!(zone.map(|z| &z.id)));
            set("zone_name", json!(zone.map(|z| &z.name)));
            set("link_status", json!(found.status.name()));
            set("link_distance_m", json!(found.leg_m.map(|m| round(m, 3))));
            set("network_share", json!(found.network_share.map(|s| round(s, 6))));
            set("people_within_limit", json!(round(found.people_within_limit.as_f64(), 6)));
            set("people_nearest", json!(round(found.people_nearest.as_f64(), 6)));
            set("serves_nobody", json!(found.points_within_limit == 0));
            set("twins_merged", json!(facility.twins));
            if let Some(vehicles) = facility.vehicles {
                set("vehicles", json!(vehicles));
            }
            set(&format!("limit_{}", service.limit.metric.suffix()), json!(limit.map(|limit| limit.as_f64())));
            set_stand_in(&run.inputs.plan, service, &mut properties);
            let [at] = at.map(|c| Point::new(round(c.x, 7), round(c.y, 7)));
            features.push(feature(Some(Geometry::from(&at)), properties));
        }
    }
    Ok(features)
}

pub(crate) fn feature(geometry: Option<Geometry>, properties: JsonObject) -> Feature {
    Feature { bbox: None, geometry, id: None, properties: Some(properties), foreign_members: None }
}

/// Parts and holes smaller than this are rounding, square degrees: some ten square centimetres.
const LEAST_DEG2: f64 = 1e-13;

/// A polygon in longitude and latitude to 8 decimals (about a millimetre), valid; `None` where nothing is left of it.
pub(crate) fn wgs84(projector: &Projector, polygons: &MultiPolygon<f64>) -> Result<Option<Geometry>, Error> {
    let mut moved = places(polygons);
    inverse(projector, &mut moved)?;
    let moved: Vec<Polygon<f64>> = rebuilt(polygons, &mut moved.into_iter()).into_iter().collect();
    let clean = rounded(moved, |place| Coord { x: round(place.x, 8), y: round(place.y, 8) }, LEAST_DEG2);
    Ok(match clean.len() {
        0 => None,
        1 => clean.first().map(Geometry::from),
        _ => Some(Geometry::from(&MultiPolygon::new(clean))),
    })
}

pub(crate) fn inverse(projector: &Projector, places: &mut [Coord<f64>]) -> Result<(), Error> {
    projector.inverse(places).map_err(|source| Error::Crs { what: "writing WGS84".to_owned(), source })
}
