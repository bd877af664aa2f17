//! GeoPackages: layers in an SQLite database, shapes as well-known binary.

use catchment::geo::Geometry;
use catchment::{Issue, Stage};
use geojson::JsonObject;
use geozero::ToGeo;
use geozero::wkb::GpkgWkb;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB};
use serde_json::{Value, json};

use super::{Raw, Told, wkt};
use crate::error::{Error, data};
use crate::files::{Files, InputFile};

const EXPECTED: &str = "a GeoPackage (.gpkg)";

/// Reads a layer: the one named, or the only one.
pub(super) fn read(files: &dyn Files, name: &str, layer: Option<&str>, stage: Stage) -> Result<Raw, Error> {
    let bytes = files.read(name)?;
    if !bytes.starts_with(b"SQLite format 3\0") {
        return Err(data(name, "", "no SQLite database", EXPECTED));
    }
    let error = |error: rusqlite::Error| data(name, "", error.to_string(), EXPECTED);
    let mut database = Connection::open_in_memory().map_err(error)?;
    database.deserialize_read_exact(MAIN_DB, bytes.as_ref(), bytes.len(), true).map_err(error)?;
    let table = table(&database, name, layer)?;
    let (column, srs): (String, i64) = database
        .query_row("SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?1", [&table], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(error)?;
    let mut input = InputFile::new(name, &bytes);
    let mut statement = database.prepare(&format!("SELECT * FROM {}", quoted(&table))).map_err(error)?;
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let (mut rows, mut issues) = (Vec::new(), Vec::new());
    let mut found = statement.query([]).map_err(error)?;
    while let Some(row) = found.next().map_err(error)? {
        let (mut geometry, mut properties) = (None, JsonObject::new());
        for (i, own) in names.iter().enumerate() {
            let cell = row.get_ref(i).map_err(error)?;
            if *own == column {
                geometry = shape(cell, name, rows.len() + 1, stage, &mut issues);
            } else {
                properties.insert(own.clone(), value(cell));
            }
        }
        rows.push((geometry, properties));
    }
    input.rows = vec![("features".to_owned(), rows.len() as u64)];
    let crs = crs(&database, srs);
    Ok(Raw { rows, crs, files: vec![input], issues })
}

/// The layer named, or the only one.
fn table(database: &Connection, name: &str, layer: Option<&str>) -> Result<String, Error> {
    let error = |error: rusqlite::Error| data(name, "", error.to_string(), EXPECTED);
    let mut statement =
        database.prepare("SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY table_name").map_err(error)?;
    let layers: Vec<String> = statement.query_map([], |row| row.get(0)).and_then(Iterator::collect).map_err(error)?;
    match layer {
        Some(layer) if layers.iter().any(|own| own == layer) => Ok(layer.to_owned()),
        Some(layer) => Err(data(name, "", format!("no layer `{layer}`"), format!("one of: {}", layers.join(", ")))),
        None => match layers.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(data(name, "", "no layer of features", EXPECTED)),
            several => {
                Err(data(name, "", format!("the layers {}", several.join(", ")), format!("one of them: {name}|layername={}", several[0])))
            }
        },
    }
}

/// An identifier as SQL quotes it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The CRS of a layer: by its organisation's code, else by its well-known text; nothing for the undefined ones.
fn crs(database: &Connection, srs: i64) -> Option<Told> {
    let row = database.query_row(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?1",
        [srs],
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?)),
    );
    let (organization, code, definition) = row.ok().filter(|_| srs > 0)?;
    let by_code = format!("{organization}:{code}").parse().ok().map(Told::Known);
    Some(by_code.unwrap_or_else(|| wkt::crs(&definition)))
}

fn shape(cell: ValueRef<'_>, name: &str, row: usize, stage: Stage, issues: &mut Vec<Issue>) -> Option<Geometry<f64>> {
    let ValueRef::Blob(bytes) = cell else { return None };
    match GpkgWkb(bytes.to_vec()).to_geo() {
        Ok(geometry) => Some(geometry),
        Err(error) => {
            issues.push(Issue::new(stage, name, format!("feature {row}"), "broken_shape", format!("{error}; read without a shape")));
            None
        }
    }
}

fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(number) => json!(number),
        ValueRef::Real(number) => json!(number),
        ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
    }
}
