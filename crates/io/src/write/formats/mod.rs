//! Layers and tables in the formats that files have.

mod flatgeobuf;
mod geojson;
mod geopackage;
#[cfg(feature = "geoparquet")]
mod geoparquet;
mod schema;
mod sheets;
mod style;
mod text;

use ::geojson::{Feature, JsonObject};
use catchment::geo::{Geometry, MultiLineString, MultiPolygon};

use crate::crs::Crs;
use crate::error::Error;
use crate::load::layer::geometry as shape_of;
use crate::plan::{CsvStyle, Format};

pub(crate) use flatgeobuf::flatgeobuf;
pub(crate) use geojson::{collection, lines};
pub(crate) use geopackage::package;
#[cfg(feature = "geoparquet")]
pub(crate) use geoparquet::geoparquet;
pub(crate) use sheets::{Cell, Sheet, workbook};
pub(crate) use text::{csv, lines_of_csv};

/// A layer before it has a format.
#[derive(Debug, Clone)]
pub(crate) struct LayerOut {
    /// Its name: that of its file, without an ending.
    pub name: String,
    /// What it shows, for people.
    pub title: String,
    /// Its features, in order.
    pub features: Vec<Feature>,
}

impl LayerOut {
    pub(crate) fn new(name: &str, title: &str, features: Vec<Feature>) -> LayerOut {
        LayerOut { name: name.to_owned(), title: title.to_owned(), features }
    }
}

/// A table before it has a format.
#[derive(Debug, Clone)]
pub(crate) struct TableOut {
    /// Its name: that of its file, without an ending.
    pub name: String,
    /// Its columns.
    pub header: Vec<String>,
    /// Its rows, by column.
    pub rows: Vec<JsonObject>,
}

impl TableOut {
    /// A table with every column of its rows, in order of appearance.
    pub(crate) fn of_rows(name: &str, rows: Vec<JsonObject>) -> TableOut {
        TableOut { name: name.to_owned(), header: schema::columns(&rows), rows }
    }
}

/// Layers and tables in the formats asked, each with its file's name; `stem` is that of files that hold all of them.
///
/// # Errors
///
/// [`Error::Data`] where a shape cannot be written.
pub(crate) fn files(
    layers: &[LayerOut],
    tables: &[TableOut],
    formats: &[Format],
    style: CsvStyle,
    about: &About<'_>,
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut files = Vec::new();
    let has = |format| formats.contains(&format);
    for layer in layers {
        let name = &layer.name;
        if has(Format::Geojson) {
            files.push((format!("{name}.geojson"), collection(&layer.features, about.attribution).into_bytes()));
        }
        if has(Format::Geojsonl) {
            files.push((format!("{name}.geojsonl"), lines(&layer.features).into_bytes()));
        }
        if has(Format::Fgb) {
            files.push((format!("{name}.fgb"), flatgeobuf(layer, &Crs::wgs84())?));
        }
        #[cfg(feature = "geoparquet")]
        if has(Format::Parquet) {
            files.push((format!("{name}.parquet"), geoparquet(layer)?));
        }
    }
    if has(Format::Gpkg) && !layers.is_empty() {
        files.push((format!("{}.gpkg", about.stem), package(&by_service(layers), &Crs::wgs84(), about)?));
    }
    for table in tables.iter().filter(|_| has(Format::Csv)) {
        files.push((format!("{}.csv", table.name), csv(table, style)));
    }
    Ok(files)
}

/// What is said of files that hold several layers or tables.
pub(crate) struct About<'a> {
    /// The name of their file, without an ending.
    pub stem: &'a str,
    /// Whose data they are made from.
    pub attribution: Option<&'a str>,
    /// Whether layers have styles of ours.
    pub styled: bool,
    /// The time of the data, ISO 8601: files of the same data are the same, whenever they are written.
    pub time: &'a str,
}

/// Layers that hold several services, parted: each can be shown and styled by itself.
fn by_service(layers: &[LayerOut]) -> Vec<LayerOut> {
    let service = |feature: &Feature| feature.property("service").and_then(|own| own.as_str()).unwrap_or_default().to_owned();
    let mut parted = Vec::new();
    for layer in layers {
        let mut services: Vec<String> = Vec::new();
        for own in layer.features.iter().map(service) {
            if !services.contains(&own) {
                services.push(own);
            }
        }
        if services.len() < 2 {
            parted.push(layer.clone());
            continue;
        }
        for own in services {
            let features = layer.features.iter().filter(|feature| service(feature) == own).cloned().collect();
            parted.push(LayerOut { name: format!("{}_{own}", layer.name), title: format!("{}: {own}", layer.title), features });
        }
    }
    parted
}

/// The shapes of a layer, single ones as those of many parts: then a layer has one kind.
fn many(layer: &LayerOut) -> Result<Vec<Option<Geometry<f64>>>, Error> {
    let many = |shape: Geometry<f64>| match shape {
        Geometry::Polygon(polygon) => Geometry::MultiPolygon(MultiPolygon::new(vec![polygon])),
        Geometry::LineString(line) => Geometry::MultiLineString(MultiLineString::new(vec![line])),
        other => other,
    };
    let shapes = layer.features.iter().enumerate().map(|(row, feature)| Ok(geometry(feature, &layer.name, row)?.map(many)));
    shapes.collect()
}

/// The shape of a feature.
fn geometry(feature: &Feature, layer: &str, row: usize) -> Result<Option<Geometry<f64>>, Error> {
    shape_of(feature, layer, &format!("feature {}", row + 1))
}
