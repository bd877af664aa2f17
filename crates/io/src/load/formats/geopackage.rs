//! GeoPackages: layers in an SQLite database, shapes as well-known binary.

use catchment::geo::Geometry;
use catchment::{Issue, Stage};
use geojson::JsonObject;
use geozero::ToGeo;
use geozero::wkb::GpkgWkb;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB};
use serde_json::{Value, json};

use super::{Raw, Told, layer, real, wkt};
use crate::error::{Error, data};
use crate::files::{Files, InputFile};

const EXPECTED: &str = "a GeoPackage (.gpkg) with a layer of points, lines or polygons, as QGIS or GDAL write it";

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
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    if !names.iter().any(|own| own.eq_ignore_ascii_case(&column)) {
        return Err(data(name, "", format!("no column `{column}` in the layer `{table}`"), EXPECTED));
    }
    let (mut rows, mut issues) = (Vec::new(), Vec::new());
    let mut found = statement.query([]).map_err(error)?;
    while let Some(row) = found.next().map_err(error)? {
        let (mut geometry, mut properties) = (None, JsonObject::new());
        for (i, own) in names.iter().enumerate() {
            let cell = row.get_ref(i).map_err(error)?;
            if own.eq_ignore_ascii_case(&column) {
                geometry = shape(cell, name, rows.len() + 1, stage, &mut issues);
            } else {
                properties.insert(own.clone(), value(cell));
            }
        }
        rows.push((geometry, properties));
        if rows.len() > bytes.len() {
            return Err(data(
                name,
                "",
                format!("more rows in the layer `{table}` than the file has bytes"),
                "a table of features, or a view that ends",
            ));
        }
    }
    input.rows = vec![("features".to_owned(), rows.len() as u64)];
    let crs = crs(&database, srs);
    Ok(Raw { rows, crs, files: vec![input], issues })
}

/// The layer named, or the only one.
fn table(database: &Connection, name: &str, layer: Option<&str>) -> Result<String, Error> {
    let error = |error: rusqlite::Error| broken(name, &error);
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

/// What SQLite says, in other words where it speaks to programmers.
fn broken(name: &str, error: &rusqlite::Error) -> Error {
    let text = error.to_string();
    let found = match text.as_str() {
        text if text.starts_with("no such table: gpkg_") => "a database of SQLite that is no GeoPackage".to_owned(),
        text if text.starts_with("no such table: ") => format!("a layer that the file lists and does not hold ({text})"),
        "database disk image is malformed" | "file is not a database" => "a damaged file, or one that is cut off".to_owned(),
        text => format!("a database that cannot be read ({text})"),
    };
    data(name, "", found, EXPECTED)
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
        ValueRef::Blob(bytes) => match rings_left_open(bytes) {
            Some(open) => {
                issues.extend(layer::not_closed(open, row - 1, name, stage));
                GpkgWkb(bytes.to_vec()).to_geo().map_err(|error| error.to_string())
            }
            None => Err("a broken shape".to_owned()),
        },
        _ => Err("something else than a shape".to_owned()),
    };
    let wrong = |what: String| Issue::new(stage, name, format!("feature {row}"), "broken_shape", format!("{what}; read without a shape"));
    found.map_err(|what| issues.push(wrong(what))).ok()
}

/// How many rings do not end where they begin; nothing where a shape's counts cannot be true of its bytes or it is nested deeper than
/// shapes are: what reads it trusts both.
fn rings_left_open(bytes: &[u8]) -> Option<usize> {
    let envelope = [0, 32, 48, 48, 64].get(usize::from(bytes.get(3)? >> 1 & 7))?;
    let mut wkb = bytes.strip_prefix(b"GP").and_then(|_| bytes.get(8 + envelope..))?;
    let mut open = 0;
    walk(&mut wkb, 0, &mut open)?;
    Some(open)
}

/// Nested so deep no shape is.
const DEEPEST: u32 = 4;

/// Steps over one well-known binary geometry, and counts its open rings.
fn walk(wkb: &mut &[u8], depth: u32, open: &mut usize) -> Option<()> {
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
    let length = |wkb: &mut &[u8]| (number(take(wkb, 4)?)? as usize).checked_mul(place);
    match kind {
        1 => take(wkb, place).map(|_| ()),
        2 => length(wkb).and_then(|length| take(wkb, length)).map(|_| ()),
        3 => {
            let rings = number(take(wkb, 4)?)?;
            (rings as usize <= wkb.len() / 4).then_some(())?;
            for _ in 0..rings {
                let ring = length(wkb).and_then(|length| take(wkb, length))?;
                *open += usize::from(ring.get(..16) != ring.len().checked_sub(place).and_then(|last| ring.get(last..last + 16)));
            }
            Some(())
        }
        4..=7 if depth < DEEPEST => {
            let parts = number(take(wkb, 4)?)?;
            (parts as usize <= wkb.len() / 5).then_some(())?;
            (0..parts).try_for_each(|_| walk(wkb, depth + 1, open).ok_or(())).ok()
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
        assert_eq!(rings_left_open(&blob(&point)), Some(0));
        assert!(GpkgWkb(blob(&point)).to_geo().is_ok());
        for kind in [2u8, 3, 4, 5, 6, 7] {
            let endless = [&[1, kind, 0, 0, 0][..], &u32::MAX.to_le_bytes()].concat();
            assert_eq!(rings_left_open(&blob(&endless)), None, "{kind}");
        }
        let deep = [1, 7, 0, 0, 0, 1, 0, 0, 0].repeat(100_000);
        for bytes in [&b""[..], b"GP", b"no shape at all", &blob(&deep), &blob(&point[..20])] {
            assert_eq!(rings_left_open(bytes), None);
        }
    }
}
