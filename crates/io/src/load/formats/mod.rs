//! Layers of other formats than GeoJSON, as features in WGS84 degrees.
//!
//! | format | named | its CRS |
//! |---|---|---|
//! | GeoJSON | `.geojson`, `.json` | WGS84 (RFC 7946), unless the plan names another |
//! | newline-delimited GeoJSON | `.geojsonl`, `.geojsons`, `.ndjson` | the same |
//! | Shapefile | `.shp`, with `.dbf`, `.prj` and `.cpg` beside it | that of the `.prj` |
//! | GeoPackage | `.gpkg`; one layer of several: `file.gpkg\|layername=towns` | that of the layer |

mod geopackage;
mod shapefile;
mod wkt;

use std::cell::RefCell;

use catchment::geo::{CoordsIter, Densify, Euclidean, Geometry, MapCoordsInPlace};
use catchment::{Issue, Stage};
use geojson::{Feature, JsonObject};

use super::layer;
use crate::crs::{Crs, Projector};
use crate::error::{Error, data};
use crate::files::{Files, InputFile};

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
    let (file, layer_name) = parts(name);
    let lower = file.to_lowercase();
    let raw = if lower.ends_with(".shp") {
        shapefile::read(files, file, stage)?
    } else if lower.ends_with(".gpkg") {
        geopackage::read(files, file, layer_name, stage)?
    } else {
        return geojson(files, file, crs, lower.ends_with("json") && !lower.ends_with(".ndjson"));
    };
    let given = crs.map(|text| parsed(text, name)).transpose()?;
    let (own, who) = match (given, raw.crs) {
        (Some(given), _) => (given, "the plan"),
        (None, Some(Told::Known(own))) => (own, "the file"),
        (None, Some(Told::Unknown(text))) => {
            return Err(data(name, "", format!("a CRS that is not understood: {text}"), "one that the plan names: crs = \"EPSG:…\""));
        }
        (None, None) => return Err(data(name, "", "no word of its CRS", "one that the plan names: crs = \"EPSG:…\"")),
    };
    let mut features = Vec::new();
    for (geometry, properties) in raw.rows {
        let geometry = geometry.map(|geometry| in_degrees(geometry, &own, name)).transpose()?;
        features.push(feature(geometry.as_ref(), properties));
    }
    let format = if lower.ends_with(".shp") { "Shapefile" } else { "GeoPackage" };
    Ok(Layer { features, format, crs: format!("{own} ({who} says so)"), files: raw.files, issues: raw.issues })
}

fn parsed(text: &str, name: &str) -> Result<Crs, Error> {
    text.parse().map_err(|source| Error::Crs { what: format!("{name}, crs"), source })
}

fn feature(geometry: Option<&Geometry<f64>>, properties: JsonObject) -> Feature {
    Feature { bbox: None, geometry: geometry.map(geojson::Geometry::from), id: None, properties: Some(properties), foreign_members: None }
}

/// Turns a shape into WGS84 degrees, its long straight sides cut so that they stay where they are.
fn in_degrees(geometry: Geometry<f64>, crs: &Crs, name: &str) -> Result<Geometry<f64>, Error> {
    let error = |source| Error::Crs { what: name.to_owned(), source };
    if *crs == Crs::wgs84() {
        return Ok(geometry);
    }
    let mut geometry = match geometry {
        Geometry::LineString(line) if !crs.is_geographic() => Euclidean.densify(&line, STRAIGHT_M).into(),
        Geometry::MultiLineString(lines) if !crs.is_geographic() => Euclidean.densify(&lines, STRAIGHT_M).into(),
        Geometry::Polygon(polygon) if !crs.is_geographic() => Euclidean.densify(&polygon, STRAIGHT_M).into(),
        Geometry::MultiPolygon(polygons) if !crs.is_geographic() => Euclidean.densify(&polygons, STRAIGHT_M).into(),
        other => other,
    };
    let projector = Projector::new(crs, &Crs::wgs84()).map_err(error)?;
    let mut places: Vec<_> = geometry.coords_iter().collect();
    projector.forward(&mut places).map_err(error)?;
    let places = RefCell::new(places.into_iter());
    geometry.map_coords_in_place(|old| places.borrow_mut().next().unwrap_or(old));
    Ok(geometry)
}

/// GeoJSON, whole or a feature a line; of another CRS where the plan says so.
fn geojson(files: &dyn Files, file: &str, crs: Option<&str>, whole: bool) -> Result<Layer, Error> {
    let bytes = files.read(file)?;
    let mut input = InputFile::new(file, &bytes);
    let mut features = if whole { layer::features(&bytes, file)? } else { layer::lines(&bytes, file)? };
    if let Some(text) = crs {
        let crs = parsed(text, file)?;
        for (row, feature) in features.iter_mut().enumerate() {
            let Some(geometry) = &feature.geometry else { continue };
            let place = format!("feature {}", row + 1);
            let own: Geometry<f64> =
                geometry.try_into().map_err(|e: geojson::Error| data(file, place, e.to_string(), "a geometry of RFC 7946"))?;
            feature.geometry = Some(geojson::Geometry::from(&in_degrees(own, &crs, file)?));
        }
    }
    input.rows = vec![("features".to_owned(), features.len() as u64)];
    let own = crs.map_or_else(|| "EPSG:4326 (RFC 7946 says so)".to_owned(), |crs| format!("{crs} (the plan says so)"));
    let format = if whole { "GeoJSON" } else { "GeoJSON, a feature a line" };
    Ok(Layer { features, format, crs: own, files: vec![input], issues: Vec::new() })
}
