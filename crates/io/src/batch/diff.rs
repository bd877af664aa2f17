//! What moved between two runs: by zone and service, and gap by gap.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use catchment::geo::{Area, BooleanOps, BoundingRect, Intersects, MultiPolygon, Rect};
use geojson::{Feature, FeatureCollection, Geometry, JsonObject};
use serde_json::{Value, json};

use super::merge::rows_of_csv;
use crate::error::{Error, data};
use crate::load::layer::geometry;
use crate::plan::{CsvEncoding, Format};
use crate::write::{About, LayerOut, TableOut, formats_of, place, pretty, round, sha256};

/// What a comparison found, and the files that tell it.
#[derive(Debug, Clone)]
pub struct Diff {
    /// The files.
    pub files: Vec<PathBuf>,
    /// In all, one a service (and value of the axes of merged runs), in order.
    pub totals: Vec<DiffTotal>,
}

/// What moved in a service.
#[derive(Debug, Clone, PartialEq)]
pub struct DiffTotal {
    /// The service, behind the values of the axes of merged runs.
    pub service: String,
    /// People of the zones where more are covered than before: how many more.
    pub people_gained: f64,
    /// People of the zones where fewer are covered than before: how many fewer.
    pub people_lost: f64,
    /// Gaps that touch no gap of before.
    pub gaps_opened: usize,
    /// Gaps of before that no gap touches.
    pub gaps_closed: usize,
}

/// Compares the results in the folder `before` with those in `after`, of single runs or of merged ones, and writes `zones_diff` and
/// `gaps_diff` (a table and a layer each) to `out`.
///
/// People are counted by zone: who gains and who loses in one zone cancel out. A gap has closed where no gap of the same zone and service
/// shares ground with it, and has opened where none of before does.
///
/// # Errors
///
/// [`Error::Read`] where a folder lacks `zones.csv`, `zones.geojson` or `gaps.geojson`; [`Error::Data`] for a broken one.
pub fn diff(before: &Path, after: &Path, out: &Path) -> Result<Diff, Error> {
    let (old, new) = (Results::read(before)?, Results::read(after)?);
    let gaps = gap_changes(&old, &new)?;
    let zones = zone_changes(&old, &new, &gaps);
    let mut totals: Vec<DiffTotal> = Vec::new();
    for (key, row) in &zones {
        let service = key.0.clone();
        let number = |column: &str| row.get(column).and_then(Value::as_f64).unwrap_or_default();
        let own = DiffTotal {
            service,
            people_gained: number("people_gained"),
            people_lost: number("people_lost"),
            gaps_opened: number("gaps_opened") as usize,
            gaps_closed: number("gaps_closed") as usize,
        };
        match totals.iter_mut().find(|total| total.service == own.service) {
            Some(total) => {
                total.people_gained += own.people_gained;
                total.people_lost += own.people_lost;
                total.gaps_opened += own.gaps_opened;
                total.gaps_closed += own.gaps_closed;
            }
            None => totals.push(own),
        }
    }
    let shapes = |key: &Key| new.shapes.get(key).or_else(|| old.shapes.get(key)).cloned();
    let feature = |geometry: Option<Geometry>, properties: &JsonObject| crate::write::feature(geometry, properties.clone());
    let zone_layer = zones.iter().filter_map(|(key, row)| Some(feature(Some(shapes(key)?), row))).collect();
    let gap_layer = gaps.iter().map(|gap| feature(gap.geometry.clone(), &gap.row)).collect();
    let layers = [
        LayerOut::new("zones_diff", "Zones by what moved", zone_layer),
        LayerOut::new("gaps_diff", "Gaps opened, closed and kept", gap_layer),
    ];
    let tables = [
        TableOut::of_rows("zones_diff", zones.into_iter().map(|(_, row)| row).collect()),
        TableOut::of_rows("gaps_diff", gaps.into_iter().map(|gap| gap.row).collect()),
    ];
    let attribution = old.attribution.max(new.attribution);
    let about = About { stem: "diff", attribution: attribution.as_deref(), styled: false, time: "1970-01-01T00:00:00.000Z" };
    let mut files = formats_of(&layers, &tables, &[Format::Geojson, Format::Csv], CsvEncoding::Utf8, &about)?;
    let outputs: Vec<Value> =
        files.iter().map(|(name, bytes)| json!({ "file": name, "bytes": bytes.len(), "sha256": sha256(bytes) })).collect();
    let manifest = json!({
        "tool": { "name": "catchment", "version": env!("CARGO_PKG_VERSION"), "command": COMMAND },
        "inputs": { "before": old.digests, "after": new.digests },
        "outputs": outputs,
    });
    files.push(("manifest.json".to_owned(), pretty(&manifest).into_bytes()));
    Ok(Diff { files: place(out, COMMAND, &files)?, totals })
}

const COMMAND: &str = "batch diff";

/// A service, behind the values of the axes, and a zone.
type Key = (String, String);

/// What a folder holds.
struct Results {
    /// In order.
    zones: Vec<(Key, JsonObject)>,
    shapes: BTreeMap<Key, Geometry>,
    gaps: Vec<OldGap>,
    attribution: Option<String>,
    digests: BTreeMap<String, String>,
}

struct OldGap {
    key: Key,
    area: MultiPolygon<f64>,
    bounds: Option<Rect<f64>>,
    feature: Feature,
}

impl Results {
    fn read(folder: &Path) -> Result<Results, Error> {
        let mut digests = BTreeMap::new();
        let mut bytes = |name: &str| {
            let file = folder.join(name);
            let shown = file.display().to_string();
            let bytes = std::fs::read(&file).map_err(|source| Error::Read { file: shown.clone(), source })?;
            digests.insert(name.to_owned(), sha256(&bytes));
            Ok::<_, Error>((shown, bytes))
        };
        let (shown, text) = bytes("zones.csv")?;
        let zones: Vec<(Key, JsonObject)> = rows_of_csv(&text, &shown)?.into_iter().map(|row| (key(&row), row)).collect();
        let (shown, text) = bytes("zones.geojson")?;
        let (features, _) = collection(&text, &shown)?;
        let shapes = features.into_iter().filter_map(|feature| Some((key(feature.properties.as_ref()?), feature.geometry?))).collect();
        let (shown, text) = bytes("gaps.geojson")?;
        let (features, attribution) = collection(&text, &shown)?;
        let gap = |(row, feature): (usize, Feature)| {
            let area = match geometry(&feature, &shown, &format!("feature {}", row + 1))? {
                Some(catchment::geo::Geometry::Polygon(polygon)) => MultiPolygon::new(vec![polygon]),
                Some(catchment::geo::Geometry::MultiPolygon(polygons)) => polygons,
                _ => MultiPolygon::empty(),
            };
            let key = feature.properties.as_ref().map_or_else(Default::default, key);
            Ok(OldGap { key, bounds: area.bounding_rect(), area, feature })
        };
        let gaps = features.into_iter().enumerate().map(gap).collect::<Result<_, Error>>()?;
        Ok(Results { zones, shapes, gaps, attribution, digests })
    }
}

fn collection(bytes: &[u8], file: &str) -> Result<(Vec<Feature>, Option<String>), Error> {
    let broken = |error: serde_json::Error| data(file, "", error.to_string(), "a collection as a run writes it");
    let collection: FeatureCollection = serde_json::from_slice(bytes).map_err(broken)?;
    let told = collection.foreign_members.as_ref().and_then(|members| Some(members.get("attribution")?.as_str()?.to_owned()));
    Ok((collection.features, told))
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
fn zone_changes(old: &Results, new: &Results, gaps: &[GapChange]) -> Vec<(Key, JsonObject)> {
    let find = |results: &'_ Results| results.zones.iter().map(|(key, row)| (key.clone(), row.clone())).collect::<BTreeMap<_, _>>();
    let (olds, news) = (find(old), find(new));
    let gone = old.zones.iter().filter(|(key, _)| !news.contains_key(key));
    let all = new.zones.iter().chain(gone);
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
        let count = |change: Change| gaps.iter().filter(|gap| gap.key == *key && gap.change == change).count();
        set("gaps_opened", json!(count(Change::Opened)));
        set("gaps_closed", json!(count(Change::Closed)));
        set("gaps_kept", json!(count(Change::Kept)));
        (key.clone(), own)
    };
    all.map(change).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Opened,
    Closed,
    Kept,
}

struct GapChange {
    key: Key,
    change: Change,
    row: JsonObject,
    geometry: Option<Geometry>,
}

/// Gaps of after, opened or kept, then those of before that have closed; both in the order of their files.
fn gap_changes(old: &Results, new: &Results) -> Result<Vec<GapChange>, Error> {
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
