//! Layers of other formats than GeoJSON, as features in WGS84 degrees.
//!
//! | format | named | its CRS |
//! |---|---|---|
//! | GeoJSON | `.geojson`, `.json` | WGS84 (RFC 7946), unless the plan names another |
//! | newline-delimited GeoJSON | `.geojsonl`, `.geojsons`, `.ndjson` | the same |
//! | Shapefile | `.shp`, with `.dbf`, `.prj` and `.cpg` beside it | that of the `.prj` |
//! | GeoPackage | `.gpkg`; one layer of several: `file.gpkg\|layername=towns` | that of the layer |

mod frame;
mod geopackage;
mod shapefile;
mod wkt;

use std::cell::RefCell;

use catchment::geo::{CoordsIter, Densify, Euclidean, Geometry, MapCoordsInPlace};
use catchment::{Issue, Stage};
use geojson::{Feature, JsonObject};
use serde_json::{Value, json};

use super::layer;
use crate::crs::{Crs, Projector};
use crate::error::{Error, data};
use crate::files::{Files, InputFile};
use crate::plan::{LAYERS, is_layer};

/// The longest straight side of a shape that is turned into degrees by its ends alone, metres.
const STRAIGHT_M: f64 = 200.0;

/// What a layer holds.
pub(crate) struct Layer {
    /// Its features, WGS84 degrees, in the order of the file.
    pub features: Vec<Feature>,
    /// What kind of file it is.
    pub format: &'static str,
    /// The CRS that it came in, and who says so.
    pub crs: String,
    /// The files that were read.
    pub files: Vec<InputFile>,
    /// What was found amiss.
    pub issues: Vec<Issue>,
}

/// A layer before its coordinates are WGS84.
struct Raw {
    rows: Vec<(Option<Geometry<f64>>, JsonObject)>,
    /// What the file says of its CRS.
    crs: Option<Told>,
    files: Vec<InputFile>,
    issues: Vec<Issue>,
}

/// A CRS as a file tells it.
enum Told {
    Known(Crs),
    /// A text that is not understood.
    Unknown(String),
}

/// The file and the layer in it that a name means: `file.gpkg|layername=towns`.
fn parts(name: &str) -> (&str, Option<&str>) {
    match name.split_once('|') {
        Some((file, rest)) => (file, Some(rest.strip_prefix("layername=").unwrap_or(rest))),
        None => (name, None),
    }
}

/// Reads a layer; `crs` is what the plan says of its coordinates, and stands above what the file says.
pub(crate) fn read(files: &dyn Files, name: &str, crs: Option<&str>, stage: Stage) -> Result<Layer, Error> {
    if !is_layer(name) {
        return Err(data(name, "", "no layer by its name", LAYERS));
    }
    let mut read = as_it_is(files, name, crs, stage)?;
    layer::check(&mut read.features, name, stage, &mut read.issues)?;
    Ok(read)
}

/// A layer, its shapes not yet checked.
fn as_it_is(files: &dyn Files, name: &str, crs: Option<&str>, stage: Stage) -> Result<Layer, Error> {
    let (file, layer_name) = parts(name);
    let lower = file.to_lowercase();
    let raw = if lower.ends_with(".shp") {
        shapefile::read(files, file, stage)?
    } else if lower.ends_with(".gpkg") {
        geopackage::read(files, file, layer_name, stage)?
    } else {
        return geojson(files, file, crs, lower.ends_with("json") && !lower.ends_with(".ndjson"), stage);
    };
    let given = crs.map(|text| parsed(text, name)).transpose()?;
    let (own, who) = match (given, raw.crs) {
        (Some(given), _) => (given, "the plan"),
        (None, Some(Told::Known(own))) => (own, "the file"),
        (None, Some(Told::Unknown(text))) => {
            return Err(data(name, "", format!("a CRS that is not understood: {text}"), "one that the plan names: crs = \"EPSG:…\""));
        }
        (None, None) => {
            let beside = if lower.ends_with(".shp") { " (there is no .prj beside it)" } else { "" };
            return Err(data(name, "", format!("no word of its CRS{beside}"), "one that the plan names: crs = \"EPSG:…\""));
        }
    };
    let degrees = Degrees::new(&own, name)?;
    let (mut features, mut issues) = (Vec::new(), raw.issues);
    for (row, (geometry, properties)) in raw.rows.into_iter().enumerate() {
        let geometry = geometry.and_then(|geometry| degrees.of(geometry, row, stage, &mut issues));
        features.push(feature(geometry.as_ref(), properties));
    }
    let format = if lower.ends_with(".shp") { "Shapefile" } else { "GeoPackage" };
    Ok(Layer { features, format, crs: format!("{own} ({who} says so)"), files: raw.files, issues })
}

fn parsed(text: &str, name: &str) -> Result<Crs, Error> {
    text.parse().map_err(|source| Error::Crs { what: format!("{name}, crs"), source })
}

/// A real number as it is written: an id is no `3.0`.
fn real(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { json!(number as i64) } else { json!(number) }
}

fn feature(geometry: Option<&Geometry<f64>>, properties: JsonObject) -> Feature {
    Feature { bbox: None, geometry: geometry.map(geojson::Geometry::from), id: None, properties: Some(properties), foreign_members: None }
}

/// From the CRS of a layer to WGS84 degrees.
struct Degrees<'a> {
    name: &'a str,
    crs: &'a Crs,
    projector: Projector,
}

/// Shapes longer than this along their sides lie in no CRS that is used on land, metres: the earth four times around.
const LONGEST_M: f64 = 1.6e8;

impl<'a> Degrees<'a> {
    fn new(crs: &'a Crs, name: &'a str) -> Result<Degrees<'a>, Error> {
        let projector = Projector::new(crs, &Crs::wgs84()).map_err(|source| Error::Crs { what: name.to_owned(), source })?;
        Ok(Degrees { name, crs, projector })
    }

    /// A shape in WGS84 degrees, its long straight sides cut so that they stay where they are; an issue, and none, for one that lies nowhere.
    fn of(&self, geometry: Geometry<f64>, row: usize, stage: Stage, issues: &mut Vec<Issue>) -> Option<Geometry<f64>> {
        if *self.crs == Crs::wgs84() {
            return Some(geometry);
        }
        let mut wrong = |what: String| {
            let detail = format!("{what}; read without a shape");
            issues.push(Issue::new(stage, self.name, format!("feature {}", row + 1), "bad_place", detail));
        };
        let places: Vec<_> = geometry.coords_iter().collect();
        let length: f64 = places.windows(2).map(|pair| (pair[1].x - pair[0].x).hypot(pair[1].y - pair[0].y)).sum();
        if !self.crs.is_geographic() && (length.is_nan() || length > LONGEST_M) {
            wrong(format!("its coordinates are no metres of {}", self.crs));
            return None;
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
            wrong(error.to_string());
            return None;
        }
        let places = RefCell::new(places.into_iter());
        geometry.map_coords_in_place(|old| places.borrow_mut().next().unwrap_or(old));
        Some(geometry)
    }
}

/// GeoJSON, whole or a feature a line; of another CRS where the plan says so.
fn geojson(files: &dyn Files, file: &str, crs: Option<&str>, whole: bool, stage: Stage) -> Result<Layer, Error> {
    let bytes = files.read(file)?;
    let mut input = InputFile::new(file, &bytes);
    let mut features = if whole { layer::features(&bytes, file, crs.is_some())? } else { layer::lines(&bytes, file)? };
    let mut issues = Vec::new();
    if let Some(text) = crs {
        let crs = parsed(text, file)?;
        let degrees = Degrees::new(&crs, file)?;
        for (row, feature) in features.iter_mut().enumerate() {
            let Some(own) = layer::geometry(feature, file, &format!("feature {}", row + 1))? else { continue };
            issues.extend(layer::not_closed(feature.geometry.as_ref().map_or(0, |own| layer::open_rings(&own.value)), row, file, stage));
            feature.geometry = degrees.of(own, row, stage, &mut issues).as_ref().map(geojson::Geometry::from);
        }
    }
    input.rows = vec![("features".to_owned(), features.len() as u64)];
    let own = crs.map_or_else(|| "EPSG:4326 (RFC 7946 says so)".to_owned(), |crs| format!("{crs} (the plan says so)"));
    let format = if whole { "GeoJSON" } else { "GeoJSON, a feature a line" };
    Ok(Layer { features, format, crs: own, files: vec![input], issues })
}
