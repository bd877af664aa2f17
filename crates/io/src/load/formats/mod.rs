//! Layers of every format, as features in WGS84 degrees or in the CRS that they came in.
//!
//! | format | named | its CRS |
//! |---|---|---|
//! | GeoJSON | `.geojson`, `.json` | WGS84 (RFC 7946), unless its `crs` member or the plan names another |
//! | newline-delimited GeoJSON | `.geojsonl`, `.geojsons`, `.ndjson` | WGS84, unless the plan names another |
//! | Shapefile | `.shp`, with `.dbf`, `.prj` and `.cpg` beside it; its text in another encoding: `file.shp\|encoding=gb18030` | that of the `.prj` |
//! | GeoPackage | `.gpkg`; one layer of several: `file.gpkg\|layername=towns` | that of the layer |
//! | FlatGeobuf | `.fgb` | that of its header |
//! | GeoParquet | `.parquet`; cargo feature `geoparquet` | that of its metadata, else WGS84 |

mod flatgeobuf;
mod frame;
mod geopackage;
#[cfg(feature = "geoparquet")]
mod geoparquet;
#[cfg(feature = "geoparquet")]
mod pages;
mod shapefile;
mod wkb;
mod wkt;

use std::cell::RefCell;

use catchment::geo::{Coord, CoordsIter, Densify, Euclidean, Geometry, MapCoordsInPlace};
use catchment::{Finding, FindingKind, Stage};
use geojson::{Feature, FeatureCollection, JsonObject};
use serde_json::{Value, json};

use super::layer;
use super::rings::{self, OpenRing};
use crate::crs::{Crs, Projector};
use crate::error::{Error, data};
use crate::files::{Files, InputFile};
use crate::plan::{LAYERS, is_layer};

pub(crate) use geopackage::quoted as sql_quoted;
pub(super) use wkt::crs as wkt_crs;

/// The longest straight side of a shape that is turned into degrees by its ends alone, metres.
const STRAIGHT_M: f64 = 200.0;

/// What a layer holds.
pub(crate) struct Layer {
    /// Its features, in the order of the file.
    pub features: Vec<Feature>,
    /// The CRS of their coordinates.
    pub crs: Crs,
    /// Who says so.
    pub told_by: &'static str,
    /// Why the CRS is not known, where it is not: that above is none.
    pub untold: Option<String>,
    /// What kind of file it is.
    pub format: &'static str,
    /// Whose data they are, where the file says so.
    pub attribution: Option<String>,
    /// What else a collection says beside its features, by name: nobody uses it.
    pub beside: Vec<String>,
    /// The files that were read.
    pub files: Vec<InputFile>,
    /// What was found amiss.
    pub findings: Vec<Finding>,
}

/// A layer as its file holds it.
struct Raw {
    rows: Vec<RawFeature>,
    /// Rings that do not end where they begin; shapes have them closed.
    open: Vec<OpenRing>,
    /// What the file says of its CRS.
    crs: Option<Told>,
    format: &'static str,
    files: Vec<InputFile>,
    findings: Vec<Finding>,
}

struct RawFeature {
    geometry: Option<Geometry<f64>>,
    properties: JsonObject,
    /// The number by which the file itself knows the feature.
    key: Option<i64>,
}

impl From<(Option<Geometry<f64>>, JsonObject)> for RawFeature {
    fn from((geometry, properties): (Option<Geometry<f64>>, JsonObject)) -> RawFeature {
        RawFeature { geometry, properties, key: None }
    }
}

impl From<RawFeature> for Feature {
    fn from(raw: RawFeature) -> Feature {
        let id = raw.key.map(|key| geojson::feature::Id::Number(key.into()));
        let geometry = raw.geometry.as_ref().map(geojson::Geometry::from);
        Feature { bbox: None, geometry, id, properties: Some(raw.properties), foreign_members: None }
    }
}

/// A CRS as a file tells it.
pub(super) enum Told {
    Known(Crs),
    /// A text that is not understood.
    Unknown(String),
}

/// The file that a name means, and what it says of the file: the layer in it (`file.gpkg|layername=towns`), or the encoding of its text
/// (`file.shp|encoding=gb18030`).
struct Named<'n> {
    file: &'n str,
    layer: Option<&'n str>,
    encoding: Option<&'n str>,
}

impl<'n> Named<'n> {
    fn of(name: &'n str) -> Result<Named<'n>, Error> {
        let Some((file, rest)) = name.split_once('|') else { return Ok(Named { file: name, layer: None, encoding: None }) };
        let lower = file.to_lowercase();
        let encoding = rest.strip_prefix("encoding=");
        match encoding {
            Some(_) if lower.ends_with(".shp") => Ok(Named { file, layer: None, encoding }),
            None if lower.ends_with(".gpkg") => {
                Ok(Named { file, layer: Some(rest.strip_prefix("layername=").unwrap_or(rest)), encoding: None })
            }
            _ => Err(data(
                name,
                "",
                format!("`|{rest}` behind its name"),
                "`|layername=…` behind that of a GeoPackage, `|encoding=…` behind that of a Shapefile, nothing behind others",
            )),
        }
    }
}

/// Reads a layer in WGS84 degrees; `crs` is what the plan says of its coordinates, and stands above what the file says.
pub(crate) fn read(files: &dyn Files, name: &str, crs: Option<&str>, stage: Stage) -> Result<Layer, Error> {
    checked(read_own(files, name, crs, stage)?, name, stage)
}

/// A layer as it was read, in WGS84 degrees, its shapes checked.
pub(super) fn checked(own: Layer, name: &str, stage: Stage) -> Result<Layer, Error> {
    no_degrees(&own, name)?;
    let mut read = own.into_wgs84(name, stage)?;
    layer::check(&mut read.features, name, stage, &mut read.findings)?;
    Ok(read)
}

/// Refuses degrees that are said to be metres of a projection: all of them would lie within a stone's throw of its origin.
fn no_degrees(own: &Layer, name: &str) -> Result<(), Error> {
    if own.crs.is_geographic() || own.crs.epsg().is_none() {
        return Ok(());
    }
    let mut places = Vec::new();
    for feature in &own.features {
        places.extend(layer::geometry(feature, name, "")?.iter().flat_map(CoordsIter::coords_iter));
    }
    if places.is_empty() || !places.iter().all(|at| layer::on_globe(*at)) {
        return Ok(());
    }
    let Coord { x, y } = places[0];
    let found = format!("{x}, {y}, and all other places such as degrees are, in {}, which {} says they are in", own.crs, own.told_by);
    Err(data(name, "", found, "metres, or the CRS that they have: crs = \"EPSG:4326\" for longitude and latitude"))
}

impl Layer {
    /// The layer in WGS84 degrees, its shapes not yet checked.
    pub(crate) fn into_wgs84(mut self, name: &str, stage: Stage) -> Result<Layer, Error> {
        if self.crs == Crs::wgs84() {
            return Ok(self);
        }
        let mut degrees = Degrees::new(&self.crs, name)?;
        let (mut shapes, mut wrong) = (0, Vec::new());
        for (row, feature) in self.features.iter_mut().enumerate() {
            let Some(own) = layer::geometry(feature, name, &format!("feature {}", row + 1))? else { continue };
            shapes += 1;
            let placed = degrees.of(own, row)?;
            feature.geometry = placed.as_ref().ok().map(geojson::Geometry::from);
            wrong.extend(placed.err().map(|what| (row, what)));
        }
        match wrong.first() {
            Some((row, what)) if wrong.len() == shapes => {
                let expected = format!("places in {}, which {} says they are in: name the CRS that they have", self.crs, self.told_by);
                Err(data(name, format!("feature {}", row + 1), what.clone(), expected))
            }
            _ => {
                self.findings.extend(wrong.into_iter().map(|(row, what)| {
                    let detail = format!("{what}; read without a shape");
                    Finding::new(stage, name, format!("feature {}", row + 1), FindingKind::BadPlace, detail)
                }));
                Ok(self)
            }
        }
    }
}

#[cfg(feature = "geoparquet")]
fn geoparquet(files: &dyn Files, file: &str, stage: Stage) -> Result<Raw, Error> {
    geoparquet::read(files, file, stage)
}

#[cfg(not(feature = "geoparquet"))]
fn geoparquet(_files: &dyn Files, file: &str, _stage: Stage) -> Result<Raw, Error> {
    Err(data(file, "", "a GeoParquet, which this program was built without", "a build with `--features geoparquet`, or another format"))
}

/// Reads a layer with the coordinates that it has.
pub(crate) fn read_own(files: &dyn Files, name: &str, crs: Option<&str>, stage: Stage) -> Result<Layer, Error> {
    let read = as_it_is(files, name, crs, stage)?;
    match read.untold {
        Some(found) => Err(data(name, "", found, "one that is named: crs = \"EPSG:…\" in the plan")),
        None => Ok(read),
    }
}

/// The same, whether its CRS is known or not.
pub(crate) fn as_it_is(files: &dyn Files, name: &str, crs: Option<&str>, stage: Stage) -> Result<Layer, Error> {
    if !is_layer(name) {
        return Err(data(name, "", "no layer by its name", LAYERS));
    }
    let Named { file, layer: layer_name, encoding } = Named::of(name)?;
    let lower = file.to_lowercase();
    let given = crs.map(|text| parsed(text, name)).transpose()?;
    let raw = if lower.ends_with(".shp") {
        shapefile::read(files, file, encoding, stage)?
    } else if lower.ends_with(".gpkg") {
        geopackage::read(files, file, layer_name, stage)?
    } else if lower.ends_with(".fgb") {
        flatgeobuf::read(files, file, stage)?
    } else if lower.ends_with(".parquet") {
        geoparquet(files, file, stage)?
    } else {
        return geojson(files, (file, stage), given, lower.ends_with("json") && !lower.ends_with(".ndjson"));
    };
    let (crs, told_by, untold) = match (given, raw.crs) {
        (Some(given), _) => (given, "the plan", None),
        (None, Some(Told::Known(own))) => (own, "the file", None),
        (None, Some(Told::Unknown(text))) => (Crs::plain_metres(), "", Some(format!("a CRS that is not understood: {text}"))),
        (None, None) => {
            let beside = if lower.ends_with(".shp") { " (there is no .prj beside it)" } else { "" };
            (Crs::plain_metres(), "", Some(format!("no word of its CRS{beside}")))
        }
    };
    let features = raw.rows.into_iter().map(Feature::from).collect();
    let mut findings = raw.findings;
    findings.extend(rings::not_closed(&raw.open, &crs, name, stage));
    Ok(Layer { features, crs, told_by, untold, format: raw.format, attribution: None, beside: Vec::new(), files: raw.files, findings })
}

/// Cells of a layer's table: so many, and so many for each byte of its file; an empty one takes memory, too.
const CELLS: usize = 2_000_000;
const CELLS_A_BYTE: usize = 4;

/// What is wrong with a table of more cells than a file of so many bytes holds, empty ones counted.
pub(in crate::load) fn sparse(rows: usize, columns: usize, bytes: usize) -> Option<String> {
    let most = CELLS.saturating_add(bytes.saturating_mul(CELLS_A_BYTE));
    (rows.saturating_mul(columns) > most).then(|| format!("{rows} rows of {columns} columns, nearly all empty, in {bytes} bytes"))
}

/// The same of columns whose names stand with every feature: a long one counts as several.
fn sparse_names<'n>(rows: usize, names: impl Iterator<Item = &'n str>, bytes: usize) -> Option<String> {
    sparse(rows, names.map(|name| 1 + name.len() / 32).sum(), bytes)
}

/// What is expected in place of such a table.
pub(in crate::load) const FILLED: &str = "only the columns that are needed: export the layer anew without the others";

/// A column of bytes, which no property of GeoJSON holds.
fn bytes_left_out(column: &str, file: &str, stage: Stage) -> Finding {
    Finding::new(stage, file, column, FindingKind::BytesLeftOut, format!("`{column}` holds bytes (pictures and the like): read as empty"))
}

fn parsed(text: &str, name: &str) -> Result<Crs, Error> {
    text.parse().map_err(|source| Error::Crs { what: format!("{name}, crs"), source })
}

/// A real number as it is written: an id is no `3.0`.
fn real(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { json!(number as i64) } else { json!(number) }
}

/// From the CRS of a layer to WGS84 degrees.
struct Degrees<'a> {
    name: &'a str,
    crs: &'a Crs,
    projector: Projector,
    /// Corners of the shapes so far, and those that their straight sides were cut at.
    corners: f64,
    cuts: f64,
}

/// So many cuts of straight sides are made, and so many for each corner: cells of ten kilometres have forty.
const CUTS: f64 = 5e6;
const CUTS_A_CORNER: f64 = 50.0;

/// Shapes longer than this along their sides lie in no CRS that is used on land, metres: the earth four times around.
const LONGEST_M: f64 = 1.6e8;

impl<'a> Degrees<'a> {
    fn new(crs: &'a Crs, name: &'a str) -> Result<Degrees<'a>, Error> {
        let projector = Projector::new(crs, &Crs::wgs84()).map_err(|source| Error::Crs { what: name.to_owned(), source })?;
        Ok(Degrees { name, crs, projector, corners: 0.0, cuts: 0.0 })
    }

    /// A shape in WGS84 degrees, its long straight sides cut so that they stay where they are; or why it lies nowhere.
    fn of(&mut self, geometry: Geometry<f64>, row: usize) -> Result<Result<Geometry<f64>, String>, Error> {
        let places: Vec<_> = geometry.coords_iter().collect();
        let length: f64 = places.windows(2).map(|pair| (pair[1].x - pair[0].x).hypot(pair[1].y - pair[0].y)).sum();
        if !self.crs.is_geographic() && (length.is_nan() || length > LONGEST_M) {
            return Ok(Err(format!("its coordinates are no metres of {}", self.crs)));
        }
        if !self.crs.is_geographic() && !matches!(geometry, Geometry::Point(_) | Geometry::MultiPoint(_)) {
            (self.corners, self.cuts) = (self.corners + places.len() as f64, self.cuts + length / STRAIGHT_M);
        }
        if self.cuts > CUTS + CUTS_A_CORNER * self.corners {
            let found = format!("{:.0} corners with straight sides of {:.0} km between them", self.corners, self.cuts * STRAIGHT_M / 1e3);
            return Err(data(
                self.name,
                format!("up to feature {}", row + 1),
                found,
                "shapes of a country at the most, in the CRS that they have",
            ));
        }
        let mut geometry = match geometry {
            Geometry::LineString(line) if !self.crs.is_geographic() => Euclidean.densify(&line, STRAIGHT_M).into(),
            Geometry::MultiLineString(lines) if !self.crs.is_geographic() => Euclidean.densify(&lines, STRAIGHT_M).into(),
            Geometry::Polygon(polygon) if !self.crs.is_geographic() => Euclidean.densify(&polygon, STRAIGHT_M).into(),
            Geometry::MultiPolygon(polygons) if !self.crs.is_geographic() => Euclidean.densify(&polygons, STRAIGHT_M).into(),
            other => other,
        };
        let mut places: Vec<_> = geometry.coords_iter().collect();
        if let Err(error) = self.projector.forward(&mut places) {
            return Ok(Err(error.to_string()));
        }
        let places = RefCell::new(places.into_iter());
        geometry.map_coords_in_place(|old| places.borrow_mut().next().unwrap_or(old));
        Ok(Ok(geometry))
    }
}

/// GeoJSON, whole or a feature a line; of another CRS where the plan or the collection says so.
fn geojson(files: &dyn Files, (file, stage): (&str, Stage), given: Option<Crs>, whole: bool) -> Result<Layer, Error> {
    let bytes = files.read(file)?;
    let collection = if whole {
        layer::collection(&bytes, file)?
    } else {
        FeatureCollection { bbox: None, features: layer::lines(&bytes, file)?, foreign_members: None }
    };
    let mut input = InputFile::new(file, &bytes);
    input.rows = vec![("features".to_owned(), collection.features.len() as u64)];
    let own = layer::crs_member(&collection);
    let (crs, told_by, untold) = match (given, own.as_ref().map(|own| own.parse::<Crs>())) {
        (Some(given), _) => (given, "the plan", None),
        (None, None) => (Crs::wgs84(), "RFC 7946", None),
        (None, Some(Ok(own))) => (own, "its `crs` member", None),
        (None, Some(Err(_))) => {
            let text = own.unwrap_or_default();
            (Crs::plain_metres(), "", Some(format!("a CRS that is not understood: {text}")))
        }
    };
    let mut members = collection.foreign_members.unwrap_or_default();
    let attribution = members.get("attribution").and_then(Value::as_str).map(str::to_owned);
    // a result tells these in its own way
    let told = |key: &str| ["crs", "name", "xy_coordinate_resolution"].contains(&key) || (key == "attribution" && attribution.is_some());
    members.retain(|key, _| !told(key));
    let beside = members.keys().cloned().collect();
    let findings = rings::not_closed(&rings::of_features(&collection.features), &crs, file, stage).into_iter().collect();
    let format = if whole { "GeoJSON" } else { "GeoJSON, a feature a line" };
    Ok(Layer { features: collection.features, crs, told_by, untold, format, attribution, beside, files: vec![input], findings })
}
