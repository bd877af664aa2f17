//! What moved between two results: by zone and service, and gap by gap.

use std::collections::BTreeMap;

use catchment::geo::{Area, BooleanOps, BoundingRect, Intersects, MultiPolygon, Rect};
use geojson::{Feature, Geometry, JsonObject};
use serde_json::{Value, json};

use crate::error::Error;
use crate::load::layer::geometry;
use crate::write::round;

/// A service, behind the values of the axes, and a zone.
pub(crate) type Key = (String, String);

/// What is compared of results.
pub(crate) struct Results {
    /// In order.
    zones: Vec<(Key, JsonObject)>,
    shapes: BTreeMap<Key, Geometry>,
    gaps: Vec<OldGap>,
}

impl Results {
    /// From rows of zones, and the layers of zones and of gaps; `gaps_file` is the name of the latter's file, for errors.
    pub(crate) fn new(zones: Vec<JsonObject>, shapes: Vec<Feature>, gaps: Vec<Feature>, gaps_file: &str) -> Result<Results, Error> {
        let gap = |(row, feature): (usize, Feature)| {
            let area = match geometry(&feature, gaps_file, &format!("feature {}", row + 1))? {
                Some(catchment::geo::Geometry::Polygon(polygon)) => MultiPolygon::new(vec![polygon]),
                Some(catchment::geo::Geometry::MultiPolygon(polygons)) => polygons,
                _ => MultiPolygon::empty(),
            };
            let key = feature.properties.as_ref().map_or_else(Default::default, key);
            Ok(OldGap { key, bounds: area.bounding_rect(), area, feature })
        };
        Ok(Results {
            zones: zones.into_iter().map(|row| (key(&row), row)).collect(),
            shapes: shapes.into_iter().filter_map(|feature| Some((key(feature.properties.as_ref()?), feature.geometry?))).collect(),
            gaps: gaps.into_iter().enumerate().map(gap).collect::<Result<_, Error>>()?,
        })
    }

    /// The shape of a zone.
    pub(crate) fn shape(&self, key: &Key) -> Option<&Geometry> {
        self.shapes.get(key)
    }
}

struct OldGap {
    key: Key,
    area: MultiPolygon<f64>,
    bounds: Option<Rect<f64>>,
    feature: Feature,
}

/// The columns before `service` are axes of merged runs.
fn axes(row: &JsonObject) -> impl Iterator<Item = (&String, &Value)> {
    row.iter().take_while(|(column, _)| *column != "service")
}

fn key(row: &JsonObject) -> Key {
    let text = |column: &str| row.get(column).and_then(Value::as_str).unwrap_or_default();
    let parts = axes(row).filter_map(|(_, value)| value.as_str()).chain([text("service")]);
    (parts.collect::<Vec<_>>().join("."), text("zone_id").to_owned())
}

/// The key's own columns, to begin a row with.
fn head(row: &JsonObject) -> JsonObject {
    let named =
        ["service", "zone_id", "zone_name"].into_iter().map(|column| (column.to_owned(), row.get(column).cloned().unwrap_or_default()));
    axes(row).map(|(column, value)| (column.clone(), value.clone())).chain(named).collect()
}

/// The number in a column; `None` where it is empty or missing.
fn number(row: Option<&JsonObject>, column: &str) -> Option<f64> {
    let cell = row?.get(column)?;
    cell.as_f64().or_else(|| cell.as_str()?.parse().ok())
}

/// One row a service and zone of either.
pub(crate) fn zone_changes(old: &Results, new: &Results, gaps: &[GapChange]) -> Vec<(Key, JsonObject)> {
    let find = |results: &'_ Results| results.zones.iter().map(|(key, row)| (key.clone(), row.clone())).collect::<BTreeMap<_, _>>();
    let (olds, news) = (find(old), find(new));
    let gone = old.zones.iter().filter(|(key, _)| !news.contains_key(key));
    let all = new.zones.iter().chain(gone);
    let mut counts: BTreeMap<(&Key, Change), usize> = BTreeMap::new();
    for gap in gaps {
        *counts.entry((&gap.key, gap.change)).or_default() += 1;
    }
    let change = |(key, row): &(Key, JsonObject)| {
        let (before, after) = (olds.get(key), news.get(key));
        let mut own = head(row);
        let mut set = |column: &str, value: Value| {
            own.insert(column.to_owned(), value);
        };
        for unit in ["s", "m"] {
            let column = format!("limit_{unit}");
            if row.contains_key(&column) {
                set(&format!("limit_before_{unit}"), json!(number(before, &column)));
                set(&format!("limit_after_{unit}"), json!(number(after, &column)));
            }
        }
        for column in ["people_total", "people_covered", "people_share", "area_covered_m2"] {
            let (stem, unit) = column.strip_suffix("_m2").map_or((column, ""), |stem| (stem, "_m2"));
            set(&format!("{stem}_before{unit}"), json!(number(before, column)));
            set(&format!("{stem}_after{unit}"), json!(number(after, column)));
        }
        let more = number(after, "people_covered").zip(number(before, "people_covered")).map(|(after, before)| after - before);
        set("people_gained", json!(more.map(|more| round(more.max(0.0), 6))));
        set("people_lost", json!(more.map(|more| round((-more).max(0.0), 6))));
        let count = |change: Change| counts.get(&(key, change)).copied().unwrap_or(0);
        set("gaps_opened", json!(count(Change::Opened)));
        set("gaps_closed", json!(count(Change::Closed)));
        set("gaps_kept", json!(count(Change::Kept)));
        (key.clone(), own)
    };
    all.map(change).collect()
}

/// What became of a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    Opened,
    Closed,
    Kept,
}

/// A gap that opened, closed or stayed.
pub(crate) struct GapChange {
    pub key: Key,
    pub change: Change,
    pub row: JsonObject,
    pub geometry: Option<Geometry>,
}

/// Gaps of after, opened or kept, then those of before that have closed; both in the order of their files.
pub(crate) fn gap_changes(old: &Results, new: &Results) -> Result<Vec<GapChange>, Error> {
    let mut changes = Vec::new();
    let mut touched = vec![false; old.gaps.len()];
    let mut by_key: BTreeMap<&Key, Vec<usize>> = BTreeMap::new();
    for (row, gap) in old.gaps.iter().enumerate() {
        by_key.entry(&gap.key).or_default().push(row);
    }
    for gap in &new.gaps {
        let rivals = by_key.get(&gap.key).map_or(&[][..], Vec::as_slice);
        let shared: Vec<usize> = rivals.iter().copied().filter(|row| shares_ground(&old.gaps[*row], gap)).collect();
        shared.iter().for_each(|row| touched[*row] = true);
        let before: Vec<&OldGap> = shared.iter().map(|row| &old.gaps[*row]).collect();
        changes.push(changed(if before.is_empty() { Change::Opened } else { Change::Kept }, &before, Some(gap)));
    }
    let closed = old.gaps.iter().zip(touched).filter(|(_, touched)| !touched);
    changes.extend(closed.map(|(gap, _)| changed(Change::Closed, &[gap], None)));
    Ok(changes)
}

fn changed(change: Change, before: &[&OldGap], after: Option<&OldGap>) -> GapChange {
    let none = JsonObject::new();
    let one = after.or(before.first().copied());
    let own = one.and_then(|gap| gap.feature.properties.as_ref()).unwrap_or(&none);
    let sum = |column: &str| {
        let all: Option<Vec<f64>> = before.iter().map(|gap| number(gap.feature.properties.as_ref(), column)).collect();
        all.filter(|all| !all.is_empty()).map(|all| round(all.iter().sum(), 6))
    };
    let of_after = |column: &str| number(after.and_then(|gap| gap.feature.properties.as_ref()), column);
    let word = match change {
        Change::Opened => "opened",
        Change::Closed => "closed",
        Change::Kept => "kept",
    };
    let mut row = head(own);
    let cells = [
        ("change", json!(word)),
        ("place_name", own.get("place_name").cloned().unwrap_or_default()),
        ("people_before", json!(sum("people"))),
        ("people_after", json!(of_after("people"))),
        ("area_before_m2", json!(sum("area_m2"))),
        ("area_after_m2", json!(of_after("area_m2"))),
        ("gaps_before", json!(before.len())),
        ("rank_after", json!(of_after("rank").map(|rank| rank as u64))),
    ];
    row.extend(cells.map(|(column, value)| (column.to_owned(), value)));
    let key = one.map(|gap| gap.key.clone()).unwrap_or_default();
    GapChange { key, change, row, geometry: one.and_then(|gap| gap.feature.geometry.clone()) }
}

/// Whether two gaps have ground in common, more than rounding makes.
fn shares_ground(a: &OldGap, b: &OldGap) -> bool {
    // some hundredth of a square metre, in square degrees
    const LEAST: f64 = 1e-12;
    let near = a.bounds.zip(b.bounds).is_some_and(|(a, b)| a.intersects(&b));
    near && a.area.intersection(&b.area).unsigned_area() > LEAST
}
