//! GeoPackages: layers in an SQLite database, shapes as well-known binary.

use catchment::geo::Geometry;
use catchment::{Finding, FindingKind, Stage};
use geojson::JsonObject;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, MAIN_DB};
use serde_json::{Value, json};

use super::{OpenRing, Raw, RawFeature, Told, real, wkb, wkt};
use crate::error::{Error, data};
use crate::files::{Files, InputFile};
use crate::load::usual::{ID, ZONE_ID};

const TABLE: &str = "a table of features, or a view that ends: export the layer anew, in QGIS by Export > Save Features As";
const EXPECTED: &str = "a GeoPackage (.gpkg) with a layer of points, lines or polygons, as QGIS or GDAL write it";

/// Steps of SQLite's machine for a file, and for each of its bytes: some hundred times what a table needs, so that views that end do.
const STEPS: u64 = 100_000_000;
const STEPS_A_BYTE: u64 = 1000;
/// Steps between two looks at how many there were.
const STRIDE: i32 = 100_000;
/// All values of a layer, in bytes: so many, and so many for each byte of the file.
const VALUES: usize = 16 << 20;
const VALUES_A_BYTE: usize = 4;

/// Binds SQLite to what a file of so many bytes can hold: a value is no longer than the file, and a query ends.
fn bind(database: &Connection, bytes: usize) -> rusqlite::Result<()> {
    database.set_limit(Limit::SQLITE_LIMIT_LENGTH, i32::try_from(bytes).unwrap_or(i32::MAX))?;
    let mut left = STEPS.saturating_add(STEPS_A_BYTE.saturating_mul(bytes as u64)) / STRIDE as u64;
    database.progress_handler(
        STRIDE,
        Some(move || {
            left = left.saturating_sub(1);
            left == 0
        }),
    );
    Ok(())
}

/// Reads a layer: the one named, or the only one.
pub(super) fn read(files: &dyn Files, name: &str, layer: Option<&str>, stage: Stage) -> Result<Raw, Error> {
    let bytes = files.read(name)?;
    if !bytes.starts_with(b"SQLite format 3\0") {
        return Err(data(name, "", "no database of SQLite, which a GeoPackage is", EXPECTED));
    }
    let error = |error: rusqlite::Error| broken(name, &error);
    // while a program has it open, what was written last may lie beside it
    if files.read(&format!("{name}-wal")).is_ok_and(|log| !log.is_empty()) {
        return Err(data(
            name,
            "",
            "a GeoPackage that a program has open: changes lie in the file `-wal` beside it",
            "one that was closed: close it in QGIS first",
        ));
    }
    let mut own = bytes.to_vec();
    // a closed database may still be marked as one with a log, which memory has not
    own.iter_mut().skip(18).take(2).for_each(|mode| *mode = 1);
    let mut database = Connection::open_in_memory().map_err(error)?;
    database.deserialize_read_exact(MAIN_DB, own.as_slice(), own.len(), true).map_err(error)?;
    bind(&database, bytes.len()).map_err(error)?;
    let table = table(&database, name, layer)?;
    let (column, srs): (String, i64) = database
        .query_row("SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?1 COLLATE NOCASE", [&table], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(|fault| match fault {
            rusqlite::Error::QueryReturnedNoRows => data(name, "", format!("no column of shapes for the layer `{table}`"), EXPECTED),
            other => error(other),
        })?;
    let mut input = InputFile::new(name, &bytes);
    let mut statement = database.prepare(&format!("SELECT * FROM {}", quoted(&table))).map_err(error)?;
    if !are_text(&database, &table).map_err(error)? {
        return Err(data(name, "", format!("a column of the layer `{table}` whose name is no text in UTF-8"), EXPECTED));
    }
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    if !names.iter().any(|own| own.eq_ignore_ascii_case(&column)) {
        return Err(data(name, "", format!("no column `{column}` in the layer `{table}`"), EXPECTED));
    }
    let key = key(&database, &table, &names).map_err(error)?;
    let (mut rows, mut open, mut findings) = (Vec::new(), Vec::new(), Vec::new());
    let mut has_bytes = vec![false; names.len()];
    let mut size = 0_usize;
    let mut found = statement.query([]).map_err(error)?;
    while let Some(row) = found.next().map_err(error)? {
        let (mut geometry, mut properties) = (None, JsonObject::new());
        let key = key.map(|column| row.get(column)).transpose().map_err(error)?;
        for (i, own) in names.iter().enumerate() {
            let cell = row.get_ref(i).map_err(error)?;
            size += match cell {
                ValueRef::Text(own) | ValueRef::Blob(own) => own.len(),
                _ => 0,
            };
            if own.eq_ignore_ascii_case(&column) {
                geometry = shape(cell, rows.len(), &mut open).unwrap_or_else(|what| {
                    let (place, detail) = (format!("feature {}", rows.len() + 1), format!("{what}; read without a shape"));
                    findings.push(Finding::new(stage, name, place, FindingKind::BrokenShape, detail));
                    None
                });
            } else {
                has_bytes[i] |= matches!(cell, ValueRef::Blob(_));
                properties.insert(own.clone(), value(cell));
            }
        }
        rows.push(RawFeature { geometry, properties, key });
        if size > VALUES.saturating_add(bytes.len().saturating_mul(VALUES_A_BYTE)) {
            return Err(data(
                name,
                "",
                format!("more than {size} bytes of values in the layer `{table}`, and {} in the file", bytes.len()),
                TABLE,
            ));
        }
        if let Some(found) = super::sparse_names(rows.len(), names.iter().map(String::as_str), bytes.len()) {
            return Err(data(name, "", found, TABLE));
        }
        if rows.len() > bytes.len() {
            return Err(data(name, "", format!("more rows in the layer `{table}` than the file has bytes"), TABLE));
        }
    }
    findings.extend(names.iter().zip(has_bytes).filter(|(_, has)| *has).map(|(own, _)| super::bytes_left_out(own, name, stage)));
    input.rows = vec![("features".to_owned(), rows.len() as u64)];
    let crs = crs(&database, srs);
    Ok(Raw { rows, open, crs, format: "GeoPackage", files: vec![input], findings })
}

/// Whether the names of all columns are UTF-8: of others the library panics.
fn are_text(database: &Connection, table: &str) -> rusqlite::Result<bool> {
    let mut statement = database.prepare("SELECT name FROM pragma_table_xinfo(?1)")?;
    let mut names = statement.query([table])?;
    while let Some(row) = names.next()? {
        if row.get_ref(0)?.as_str().is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The column of the primary key, which numbers the features where no column of theirs is an id.
fn key(database: &Connection, table: &str, names: &[String]) -> rusqlite::Result<Option<usize>> {
    let mut statement = database.prepare("SELECT name FROM pragma_table_info(?1) WHERE pk = 1 AND type LIKE 'int%'")?;
    let keys: Vec<String> = statement.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let is_id = |name: &String| ID.iter().chain(&ZONE_ID).any(|usual| usual.eq_ignore_ascii_case(name));
    if names.iter().any(is_id) {
        return Ok(None);
    }
    Ok(names.iter().position(|name| keys.contains(name)))
}

/// The layers of a file: as many, and of such names, as files have; what lists them may be a view.
const LAYERS: &str =
    "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' AND length(table_name) < 1000 ORDER BY table_name LIMIT 1000";

/// The layer named, or the only one.
fn table(database: &Connection, name: &str, layer: Option<&str>) -> Result<String, Error> {
    let error = |error: rusqlite::Error| broken(name, &error);
    let mut statement = database.prepare(LAYERS).map_err(error)?;
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

/// What SQLite says, in other words where it speaks to programmers.
fn broken(name: &str, error: &rusqlite::Error) -> Error {
    let text = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::TooBig) => return data(name, "", "a value that is longer than the whole file", TABLE),
        Some(ErrorCode::OperationInterrupted) => {
            return data(name, "", "a layer that takes more steps to read than its bytes warrant", TABLE);
        }
        _ => {}
    }
    let found = match text.as_str() {
        text if text.starts_with("no such table: gpkg_") => "a database of SQLite that is no GeoPackage".to_owned(),
        text if text.starts_with("no such table: ") => format!("a layer that the file lists and does not hold ({text})"),
        "database disk image is malformed" | "file is not a database" => "a damaged file, or one that is cut off".to_owned(),
        text => format!("a database that cannot be read ({text})"),
    };
    data(name, "", found, EXPECTED)
}

/// An identifier as SQL quotes it.
pub(crate) fn quoted(name: &str) -> String {
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

/// The shape of a row, from 0, whose open rings go to `open`.
fn shape(cell: ValueRef<'_>, row: usize, open: &mut Vec<OpenRing>) -> Result<Option<Geometry<f64>>, String> {
    match cell {
        ValueRef::Null => Ok(None),
        ValueRef::Blob(bytes) => wkb::of_geopackage(bytes, row, open).map(Some),
        _ => Err("something else than a shape".to_owned()),
    }
}

fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(number) => json!(number),
        ValueRef::Real(number) => real(number),
        ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
    }
}
