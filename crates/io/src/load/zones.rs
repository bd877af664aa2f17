//! Zones: boundary relations of an extract, or polygons of a GeoJSON file; still in longitude and latitude.

mod overlaps;

use catchment::geo::algorithm::bool_ops::FillRule;
use catchment::geo::{Area, BooleanOps, LineString, MultiPolygon, Polygon, Validation, unary_union};
use catchment::{Finding, FindingKind, Severity, Stage, Zone, ZoneIndex};
use geojson::Feature;
use rayon::prelude::*;

use super::areas::faults;
use super::limits::Told;
use super::usual::{NAME, ZONE_NAME};
use super::{layer, tangles};
use crate::error::{Error, data};
use crate::files::Files;
use crate::osm::{OsmData, Relation, RingError, multipolygon};
use crate::plan::{ZonesPlan, is_osm};

pub(super) use overlaps::part;

/// Overlaps and voids smaller than this are not worth a planner's time, m².
const LEAST_M2: f64 = 100.0;

/// Zones from the boundary relations that were selected from `osm`, by id. Broken ones are findings and left out. Limits go to `told`.
pub(super) fn from_osm(osm: &OsmData, plan: &ZonesPlan, told: &mut Told, findings: &mut Vec<Finding>) -> Result<Vec<Zone>, Error> {
    let level = plan.admin_level.map(|level| level.to_string());
    let boundaries: Vec<_> =
        osm.relations.iter().filter(|r| r.tags.get("boundary").is_some() && r.tags.get("admin_level") == level.as_deref()).collect();
    let assembled: Vec<_> = boundaries.par_iter().map(|relation| multipolygon(relation, osm)).collect();
    let mut zones = Vec::new();
    for (relation, area) in boundaries.iter().zip(assembled) {
        let name = relation.tags.get("name").unwrap_or_default();
        match area {
            Ok(area) => {
                findings.extend(faults(&area, Stage::Zones, &plan.source));
                let [class, limit] = [&plan.class, &plan.limit].map(|key| tag(relation, key.as_deref()));
                let id = relation.id.to_string();
                told.extend(limit.map(|limit| (id.clone(), limit)));
                zones.push(Zone { id, name: named(name, relation.id), area: area.polygons, people: None, class });
            }
            Err(error) => {
                // what the extract lacks lies beyond its edge, and so do the neighbours that it cuts
                let cut = matches!(error, RingError::MissingWays { .. } | RingError::MissingNode { .. });
                let severity = if cut { Severity::Note } else { Severity::Warning };
                let detail = format!("{}: {error}; left out", named(name, relation.id));
                findings.push(
                    Finding::new(Stage::Zones, &plan.source, format!("relation/{}", relation.id), FindingKind::BrokenBoundary, detail)
                        .severity(severity),
                );
            }
        }
    }
    finish(zones, plan)
}

fn tag(relation: &Relation, key: Option<&str>) -> Option<String> {
    key.and_then(|key| relation.tags.get(key)).filter(|value| !value.is_empty()).map(str::to_owned)
}

fn named(name: &str, id: impl std::fmt::Display) -> String {
    if name.is_empty() { format!("zone {id}") } else { name.to_owned() }
}

/// Zones from a layer. Limits go to `told`.
pub(super) fn from_layer(
    features: Vec<Feature>,
    plan: &ZonesPlan,
    told: &mut Told,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Zone>, Error> {
    let file = plan.source.as_str();
    for (key, named) in [("zones.id", &plan.id), ("zones.name", &plan.name), ("zones.class", &plan.class), ("zones.limit", &plan.limit)] {
        if let Some(property) = named.as_ref().filter(|own| !features.is_empty() && !layer::has(&features, own)) {
            return Err(layer::lacking(&features, property, key, file));
        }
    }
    tangles::check(&features, file)?;
    let mut zones = Vec::new();
    for (row, feature) in features.into_iter().enumerate() {
        let place = format!("feature {}", row + 1);
        let id = match &plan.id {
            Some(key) => layer::property(&feature, key).filter(|id| !id.trim().is_empty()).ok_or_else(|| {
                data(file, &place, format!("nothing in the property `{key}`"), "the id that zones.id names, in every feature")
            })?,
            None => layer::feature_id(&feature).unwrap_or_else(|| (row + 1).to_string()),
        };
        let usual = NAME.into_iter().chain(ZONE_NAME);
        let name = match &plan.name {
            Some(key) => layer::property(&feature, key),
            None => usual.into_iter().find_map(|key| layer::property(&feature, key)),
        };
        let name = name.unwrap_or_default();
        let Some(polygons) = layer::polygons(&feature, file, &place)? else {
            let detail = "without a polygon; left out".to_owned();
            findings.push(Finding::new(Stage::Zones, file, &id, FindingKind::NotAPolygon, detail));
            continue;
        };
        if let Some(key) = plan.name.as_ref().filter(|_| name.is_empty()) {
            let detail = format!("nothing in the property `{key}`; called {}", named(&name, &id));
            findings.push(Finding::new(Stage::Zones, file, &id, FindingKind::NoName, detail));
        }
        let name = named(&name, &id);
        let (area, repaired) = repair(polygons);
        if let Some(what) = repaired {
            let kind = if area.0.is_empty() { FindingKind::InvalidPolygon } else { FindingKind::PolygonRepaired };
            let done = if area.0.is_empty() { "left out" } else { "mended by joining its parts" };
            findings.push(Finding::new(Stage::Zones, file, &id, kind, format!("{name}: {what}; {done}")));
        }
        if !area.0.is_empty() {
            let property = |key: &Option<String>| layer::property(&feature, key.as_deref()?).filter(|text| !text.is_empty());
            told.extend(property(&plan.limit).map(|limit| (id.clone(), limit)));
            zones.push(Zone { id, name, area, people: None, class: property(&plan.class) });
        }
    }
    finish(zones, plan)
}

/// The zones of a layer by themselves, WGS84 degrees, and what was found amiss.
pub(crate) fn zones_of_layer(files: &dyn Files, name: &str) -> Result<(Vec<Zone>, Vec<Finding>), Error> {
    let plan = ZonesPlan { source: name.to_owned(), ..ZonesPlan::default() };
    let layer = super::formats::read(files, name, None, Stage::Zones)?;
    let mut findings = layer.findings;
    let zones = from_layer(layer.features, &plan, &mut Told::new(), &mut findings)?;
    Ok((zones, findings))
}

/// The polygons as they are where they are valid, else joined into valid ones; and what was wrong. Whatever an outer ring goes around
/// stays, whichever way it goes (both halves of a figure eight), but for what its holes go around. Nothing is left of one without area.
pub(super) fn repair(polygons: MultiPolygon<f64>) -> (MultiPolygon<f64>, Option<String>) {
    let oriented = catchment::geo::Orient::orient(&polygons, catchment::geo::orient::Direction::Default);
    match oriented.check_validation() {
        Ok(()) if oriented.unsigned_area() > 0.0 => (oriented, None),
        Ok(()) => (MultiPolygon::new(Vec::new()), Some("it encloses no ground".to_owned())),
        Err(what) => {
            let parts: Vec<MultiPolygon<f64>> = oriented.into_iter().map(mended).collect();
            (unary_union(&parts), Some(in_words(&what.to_string())))
        }
    }
}

/// What the outer ring goes around, without what the holes do.
fn mended(polygon: Polygon<f64>) -> MultiPolygon<f64> {
    let (outer, holes) = polygon.into_inner();
    let filled = |rings: Vec<LineString<f64>>| {
        let rings: Vec<Polygon<f64>> = rings.into_iter().map(|ring| Polygon::new(ring, Vec::new())).collect();
        MultiPolygon::new(rings).union_with_fill_rule(&MultiPolygon::empty(), FillRule::NonZero)
    };
    filled(vec![outer]).difference(&filled(holes))
}

/// What `geo` finds wrong, without the numbers that it counts by: `polygon at index 0 is invalid: exterior ring has …`.
fn in_words(what: &str) -> String {
    let what = what.split_once(" is invalid: ").map_or(what, |(_, what)| what);
    let words = what.split(' ').collect::<Vec<_>>();
    let at = |i: usize| words.get(i).is_some_and(|word| *word == "at") && words.get(i + 1).is_some_and(|word| *word == "index");
    let kept = (0..words.len()).filter(|i| !(at(*i) || i.checked_sub(1).is_some_and(at) || i.checked_sub(2).is_some_and(at)));
    kept.map(|i| words[i]).collect::<Vec<_>>().join(" ")
}

fn finish(mut zones: Vec<Zone>, plan: &ZonesPlan) -> Result<Vec<Zone>, Error> {
    let file = plan.source.as_str();
    if zones.is_empty() {
        let expected = match plan.admin_level.filter(|_| is_osm(file)) {
            Some(level) => format!("boundary=administrative relations of admin_level={level} that close; try another zones.admin_level"),
            None => "a layer with polygons".to_owned(),
        };
        return Err(data(file, "", "no zone", expected));
    }
    zones.sort_by(|a, b| id_order(&a.id).cmp(&id_order(&b.id)));
    if let Some(twice) = zones.windows(2).find(|w| w[0].id == w[1].id) {
        return Err(data(file, "", format!("the id `{}` twice", twice[0].id), "an id of its own for every zone: see zones.id"));
    }
    Ok(zones)
}

/// Numbers in order of size, then texts.
fn id_order(id: &str) -> (bool, i128, &str) {
    match id.parse::<i128>() {
        Ok(number) => (false, number, id),
        Err(_) => (true, 0, id),
    }
}

/// Voids between zones: measured, reported, left as they are.
fn voids(zones: &[Zone], joined: &MultiPolygon<f64>, file: &str) -> Vec<Finding> {
    let index = ZoneIndex::new(zones);
    let mut findings = Vec::new();
    for hole in joined.iter().flat_map(|polygon| polygon.interiors()) {
        let void = Polygon::new(hole.clone(), vec![]).unsigned_area();
        if void > LEAST_M2 {
            let near = hole.0.first().and_then(|at| index.locate(*at)).map_or("", |z| &zones[z.index()].name);
            let detail = format!("{void:.0} m² between zones, at the border of {near}, belong to none of them");
            findings.push(Finding::new(Stage::Zones, file, "", FindingKind::VoidBetweenZones, detail));
        }
    }
    findings
}
