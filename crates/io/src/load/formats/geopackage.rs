//! GeoPackages: layers in an SQLite database, shapes as well-known binary.

use catchment::geo::Geometry;
use catchment::{Issue, Stage};
use geojson::JsonObject;
use geozero::ToGeo;
use geozero::wkb::GpkgWkb;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB};
use serde_json::{Value, json};

use super::{Raw, RawFeature, Told, real, wkt};
use crate::error::{Error, data};
use crate::files::{Files, InputFile};
use crate::load::usual::{ID, ZONE_ID};

const EXPECTED: &str = "a GeoPackage (.gpkg)";

/// Reads a layer: the one named, or the only one.
pub(super) fn read(files: &dyn Files, name: &str, layer: Option<&str>, stage: Stage) -> Result<Raw, Error> {
    let bytes = files.read(name)?;
    if !bytes.starts_with(b"SQLite format 3\0") {
        return Err(data(name, "", "no SQLite database", EXPECTED));
    }
    let error = |error: rusqlite::Error| data(name, "", error.to_string(), EXPECTED);
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
    let table = table(&database, name, layer)?;
    let (column, srs): (String, i64) = database
        .query_row("SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?1 COLLATE NOCASE", [&table], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(error)?;
    let mut input = InputFile::new(name, &bytes);
    let mut statement = database.prepare(&format!("SELECT * FROM {}", quoted(&table))).map_err(error)?;
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    if !names.iter().any(|own| own.eq_ignore_ascii_case(&column)) {
        return Err(data(name, "", format!("no column `{column}` in the layer `{table}`"), EXPECTED));
    }
    let key = key(&database, &table, &names).map_err(error)?;
    let (mut rows, mut issues) = (Vec::new(), Vec::new());
    let mut found = statement.query([]).map_err(error)?;
    while let Some(row) = found.next().map_err(error)? {
        let (mut geometry, mut properties) = (None, JsonObject::new());
        let key = key.map(|column| row.get(column)).transpose().map_err(error)?;
        for (i, own) in names.iter().enumerate() {
            let cell = row.get_ref(i).map_err(error)?;
            if own.eq_ignore_ascii_case(&column) {
                geometry = shape(cell, name, rows.len() + 1, stage, &mut issues);
            } else {
                properties.insert(own.clone(), value(cell));
            }
        }
        rows.push(RawFeature { geometry, properties, key });
    }
    input.rows = vec![("features".to_owned(), rows.len() as u64)];
    let crs = crs(&database, srs);
    Ok(Raw { rows, crs, format: "GeoPackage", files: vec![input], issues })
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
    let found = match cell {
        ValueRef::Null => return None,
        ValueRef::Blob(bytes) if is_sound(bytes) => GpkgWkb(bytes.to_vec()).to_geo().map_err(|error| error.to_string()),
        _ => Err("no shape, or a broken one".to_owned()),
    };
    let wrong = |what: String| Issue::new(stage, name, format!("feature {row}"), "broken_shape", format!("{what}; read without a shape"));
    found.map_err(|what| issues.push(wrong(what))).ok()
}

/// Whether a shape's counts can be true of its bytes, and it is not nested deeper than shapes are: what reads it trusts both.
fn is_sound(bytes: &[u8]) -> bool {
    let envelope = bytes.get(3).map(|flags| [0, 32, 48, 48, 64].get(usize::from(flags >> 1 & 7)).copied());
    let Some(Some(envelope)) = envelope else { return false };
    bytes.starts_with(b"GP") && bytes.get(8 + envelope..).is_some_and(|mut wkb| walk(&mut wkb, 0).is_some())
}

/// Nested so deep no shape is.
const DEEPEST: u32 = 4;

/// Steps over one well-known binary geometry.
fn walk(wkb: &mut &[u8], depth: u32) -> Option<()> {
    let little = take(wkb, 1)?[0] == 1;
    let number = |bytes: &[u8]| {
        let bytes: [u8; 4] = bytes.try_into().ok()?;
        Some(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    };
    let kind = number(take(wkb, 4)?)?;
    let (kind, dimensions) = (
        kind % 1000,
        match kind / 1000 {
            0 => 2,
            1 | 2 => 3,
            3 => 4,
            _ => return None,
        },
    );
    let place = 8 * dimensions;
    let line = |wkb: &mut &[u8]| {
        let count = number(take(wkb, 4)?)? as usize;
        take(wkb, count.checked_mul(place)?).map(|_| ())
    };
    match kind {
        1 => take(wkb, place).map(|_| ()),
        2 => line(wkb),
        3 => {
            let rings = number(take(wkb, 4)?)?;
            (rings as usize <= wkb.len() / 4).then_some(())?;
            (0..rings).try_for_each(|_| line(wkb).ok_or(())).ok()
        }
        4..=7 if depth < DEEPEST => {
            let parts = number(take(wkb, 4)?)?;
            (parts as usize <= wkb.len() / 5).then_some(())?;
            (0..parts).try_for_each(|_| walk(wkb, depth + 1).ok_or(())).ok()
        }
        _ => None,
    }
}

fn take<'b>(wkb: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (head, rest) = wkb.split_at_checked(count)?;
    *wkb = rest;
    Some(head)
}

fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(number) => json!(number),
        ValueRef::Real(number) => real(number),
        ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shape without an envelope: this well-known binary.
    fn blob(wkb: &[u8]) -> Vec<u8> {
        [b"GP\0\x01".as_slice(), &4326u32.to_le_bytes(), wkb].concat()
    }

    #[test]
    fn counts_that_cannot_be_true_are_refused_before_anybody_trusts_them() {
        let point = [&[1, 1, 0, 0, 0][..], &1f64.to_le_bytes(), &2f64.to_le_bytes()].concat();
        assert!(is_sound(&blob(&point)));
        assert!(GpkgWkb(blob(&point)).to_geo().is_ok());
        for kind in [2u8, 3, 4, 5, 6, 7] {
            let endless = [&[1, kind, 0, 0, 0][..], &u32::MAX.to_le_bytes()].concat();
            assert!(!is_sound(&blob(&endless)), "{kind}");
        }
        let deep = [1, 7, 0, 0, 0, 1, 0, 0, 0].repeat(100_000);
        for bytes in [&b""[..], b"GP", b"no shape at all", &blob(&deep), &blob(&point[..20])] {
            assert!(!is_sound(bytes));
        }
    }
}
