//! Shapefiles: shapes in `.shp`, attributes in `.dbf`, the CRS in `.prj`, the encoding in `.cpg`.

use std::borrow::Cow;
use std::io::Cursor;

use catchment::geo::algorithm::bool_ops::FillRule;
use catchment::geo::{BooleanOps, Geometry, LineString, MultiPolygon, Polygon};
use catchment::{Finding, FindingKind, Stage};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8, WINDOWS_1252};
use geojson::JsonObject;
use serde_json::{Value, json};
use shapefile::dbase::{self, FieldType, FieldValue};
use shapefile::{Shape, ShapeReader};

use super::{OpenRing, Raw, Told, frame, real, wkt};
use crate::error::{Error, data};
use crate::files::{Files, InputFile};
use crate::load::tangles::are_tangled;
use crate::load::text::{known, looks_like};

/// Reads a shapefile and what lies beside it; `named` is how its text is encoded, above what its files say.
pub(super) fn read(files: &dyn Files, name: &str, named: Option<&str>, stage: Stage) -> Result<Raw, Error> {
    let mut inputs = Vec::new();
    let mut beside = |end: &str| -> Option<(String, Cow<'_, [u8]>)> {
        // as it is, or all in capitals
        let stem = &name[..name.len() - 3];
        let (own, bytes) = [end.to_owned(), end.to_uppercase()].into_iter().find_map(|end| {
            let own = format!("{stem}{end}");
            files.read(&own).ok().map(|bytes| (own, bytes))
        })?;
        inputs.push(InputFile::new(&own, &bytes));
        Some((own, bytes))
    };
    let crs =
        beside("prj").filter(|(_, bytes)| !bytes.trim_ascii().is_empty()).map(|(_, bytes)| wkt::crs(&String::from_utf8_lossy(&bytes)));
    let named = named.map(|named| known(named, name)).transpose()?;
    let page = beside("cpg").map(|(_, bytes)| String::from_utf8_lossy(&bytes).trim().to_owned());
    let attributes = beside("dbf");
    let bytes = files.read(name)?;
    let mut findings = Vec::new();
    if let Some(found) = frame::fault(&bytes) {
        return Err(data(name, "", found, frame::EXPECTED));
    }
    let shapes = ShapeReader::new(Cursor::new(bytes.as_ref())).and_then(ShapeReader::read);
    let shapes = shapes.map_err(|error| data(name, "", error.to_string(), frame::EXPECTED))?;
    let mut shape_input = InputFile::new(name, &bytes);
    shape_input.rows = vec![("features".to_owned(), shapes.len() as u64)];
    inputs.insert(0, shape_input);
    let mut records = match &attributes {
        Some((file, bytes)) => records(bytes, file, (named, page.as_deref()), stage, &mut findings)?,
        None => {
            findings.push(Finding::new(
                stage,
                name,
                "",
                FindingKind::NoAttributes,
                "no .dbf beside it: its features have neither names nor ids",
            ));
            Vec::new()
        }
    };
    let mut shapes = shapes;
    if let Some((file, bytes)) = &attributes {
        let deleted = deleted_records(bytes);
        if !deleted.is_empty() && records.len() + deleted.len() == shapes.len() {
            let detail = format!("{} rows are marked as deleted: they and their shapes are left out", deleted.len());
            findings.push(Finding::new(stage, file, "", FindingKind::DeletedRows, detail));
            let mut row = 0;
            shapes.retain(|_| {
                row += 1;
                deleted.binary_search(&(row - 1)).is_err()
            });
        }
    }
    if attributes.is_some() && records.len() != shapes.len() {
        let found = format!("{} shapes and {} rows of attributes", shapes.len(), records.len());
        return Err(data(name, "", found, "a .dbf of the same layer: as many rows as shapes"));
    }
    records.resize_with(shapes.len(), JsonObject::new);
    let (mut rows, mut open) = (Vec::new(), Vec::new());
    for (row, (shape, properties)) in shapes.into_iter().zip(records).enumerate() {
        let mut polygon = |rings: Vec<LineString<f64>>| {
            open.extend(rings.iter().filter_map(|ring| OpenRing::of_line(row, ring)));
            by_containment(rings.into_iter())
        };
        let geometry = match shape {
            Shape::NullShape => None,
            Shape::Polygon(own) => Some(polygon(own.rings().iter().map(|ring| places(ring.points(), |p| (p.x, p.y))).collect())),
            Shape::PolygonM(own) => Some(polygon(own.rings().iter().map(|ring| places(ring.points(), |p| (p.x, p.y))).collect())),
            Shape::PolygonZ(own) => Some(polygon(own.rings().iter().map(|ring| places(ring.points(), |p| (p.x, p.y))).collect())),
            shape => match Geometry::try_from(shape) {
                Ok(geometry) => Some(geometry),
                Err(error) => {
                    let detail = format!("{error}; read without a shape");
                    findings.push(Finding::new(stage, name, format!("feature {}", row + 1), FindingKind::BrokenShape, detail));
                    None
                }
            },
        };
        rows.push((geometry, properties).into());
    }
    let crs = match crs {
        Some(Told::Unknown(text)) => Some(Told::Unknown(format!("{text} (.prj)"))),
        told => told,
    };
    Ok(Raw { rows, open, crs, format: "Shapefile", files: inputs, findings })
}

fn places<P>(points: &[P], place: impl Fn(&P) -> (f64, f64)) -> LineString<f64> {
    LineString::from(points.iter().map(place).collect::<Vec<_>>())
}

/// Polygons of rings in any order and direction: what an odd number of rings goes around is inside. (The format puts holes clockwise the
/// other way round, but anywhere; and writers err.)
fn by_containment(rings: impl Iterator<Item = LineString<f64>>) -> Geometry<f64> {
    let mut polygons: Vec<Polygon<f64>> = rings.map(|ring| Polygon::new(ring, Vec::new())).collect();
    let is_finite = |polygon: &Polygon<f64>| polygon.exterior().coords().all(|place| place.x.is_finite() && place.y.is_finite());
    match polygons.len() {
        1 => Geometry::Polygon(polygons.remove(0)),
        // what is no place, or crosses itself without end, is told as in other layers; an overlay would make one of it, or never end
        _ if !polygons.iter().all(is_finite) || are_tangled(&polygons) => Geometry::MultiPolygon(MultiPolygon::new(polygons)),
        _ => {
            let all = MultiPolygon::new(polygons);
            Geometry::MultiPolygon(all.union_with_fill_rule(&MultiPolygon::empty(), FillRule::EvenOdd))
        }
    }
}

/// The rows of a `.dbf`, deleted ones left out, their fields in the order of the file; encoded as it is named, else as the `.cpg` says.
fn records(
    bytes: &[u8],
    file: &str,
    (named, page): (Option<&'static Encoding>, Option<&str>),
    stage: Stage,
    findings: &mut Vec<Finding>,
) -> Result<Vec<JsonObject>, Error> {
    let error = |error: dbase::Error| data(file, "", format!("a table that cannot be read ({})", error.kind()), frame::TABLE);
    if let Some(found) = frame::table_fault(bytes) {
        return Err(data(file, "", found, frame::TABLE));
    }
    let (_, _, count) = frame::layout(bytes);
    if let Some(found) = super::sparse(count, frame::columns(bytes), bytes.len()) {
        return Err(data(file, "", found, super::FILLED));
    }
    let (bytes, odd) = frame::readable(bytes);
    let bytes = &bytes;
    if odd > 0 {
        findings.push(Finding::new(stage, file, "", FindingKind::BadDate, format!("{odd} dates are none; read as empty")));
    }
    let (encoding, told) = named.map_or_else(|| encoding(bytes, page), |named| (named, true));
    if !told && encoding != UTF_8 {
        let why =
            page.map_or("no .cpg says how its text is encoded".to_owned(), |page| format!("the .cpg says `{page}`, which is not known"));
        let detail =
            format!("{why}: read as {}, which its bytes look like; if names look wrong, name it: ….shp|encoding=gb18030", encoding.name());
        findings.push(Finding::new(stage, file, encoding.name(), FindingKind::EncodingGuessed, detail));
    }
    let builder = dbase::ReaderBuilder::new().with_encoding(dbase::encoding::EncodingRs::from(encoding));
    let mut reader = builder.build(Cursor::new(bytes)).map_err(error)?;
    let fields: Vec<(String, usize, bool)> = reader
        .fields()
        .iter()
        .map(|field| {
            let is_number = matches!(field.field_type(), FieldType::Numeric | FieldType::Float);
            (field.name().to_owned(), usize::from(field.length()), is_number)
        })
        .collect();
    let mut written = live_records(bytes);
    let mut rows = Vec::new();
    for record in reader.iter_records() {
        let record = record.map_err(error)?;
        let raw = written.next().unwrap_or_default();
        let (mut at, mut row) = (0, JsonObject::new());
        for (name, length, is_number) in &fields {
            let text = raw.get(at..at + length).unwrap_or_default();
            at += length;
            // numbers as they are written: an id keeps its zeros and all its digits
            let cell = if *is_number { as_written(text) } else { record.get(name).map_or(Value::Null, value) };
            row.insert(name.clone(), cell);
        }
        rows.push(row);
    }
    for (name, ..) in fields.iter().filter(|(_, _, is_number)| *is_number) {
        as_numbers(&mut rows, name);
    }
    let broken =
        rows.iter().flat_map(JsonObject::values).filter(|value| value.as_str().is_some_and(|text| text.contains('\u{fffd}'))).count();
    if broken > 0 {
        let how = if named.is_some() { "as it was named" } else { "is the .cpg right? Another is named ….shp|encoding=gb18030" };
        let detail = format!("{broken} values hold bytes that are no {}: {how}", encoding.name());
        findings.push(Finding::new(stage, file, encoding.name(), FindingKind::BrokenText, detail));
    }
    Ok(rows)
}

/// The bytes of the records that are not deleted, without their mark.
fn live_records(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    frame::rows(bytes).filter(|record| record[0] != b'*').map(|record| &record[1..])
}

/// The numbers of the records that are deleted, from 0, ascending.
fn deleted_records(bytes: &[u8]) -> Vec<usize> {
    frame::rows(bytes).enumerate().filter(|(_, record)| record[0] == b'*').map(|(row, _)| row).collect()
}

fn as_written(text: &[u8]) -> Value {
    let text = String::from_utf8_lossy(text);
    match text.trim_matches([' ', '\0', '*']) {
        "" => Value::Null,
        text => json!(text),
    }
}

/// Turns a column of texts into numbers where all of them are plain ones; else they are ids, and keep their zeros and digits.
fn as_numbers(rows: &mut [JsonObject], name: &str) {
    let number =
        |value: &Value| value.as_str().map_or(Some(Value::Null), |text| if text.contains('.') { decimal(text) } else { whole(text) });
    let numbers: Option<Vec<Value>> = rows.iter().map(|row| number(row.get(name)?)).collect();
    for (row, number) in rows.iter_mut().zip(numbers.unwrap_or_default()) {
        row.insert(name.to_owned(), number);
    }
}

/// A whole number that is written as numbers are, of so many digits as any program keeps.
fn whole(text: &str) -> Option<Value> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text && text.len() <= 15).then(|| json!(number))
}

fn decimal(text: &str) -> Option<Value> {
    let number: f64 = text.parse().ok()?;
    let plain = !text.trim_start_matches('-').starts_with('0') || text.trim_start_matches('-').starts_with("0.");
    (number.is_finite() && plain).then(|| json!(number))
}

/// The encoding that a `.cpg` names, or the table's own header; else that which the bytes of the records look like. And whether it was told.
fn encoding(bytes: &[u8], page: Option<&str>) -> (&'static Encoding, bool) {
    let named = page.and_then(|page| match page.to_uppercase().trim_start_matches("ANSI ").trim_start_matches("CP").trim() {
        "936" => Some(GBK),
        "54936" | "GB 18030" => Some(GB18030),
        "65001" => Some(UTF_8),
        "88591" => Some(WINDOWS_1252),
        page => Encoding::for_label(page.as_bytes()).or_else(|| Encoding::for_label(format!("windows-{page}").as_bytes())),
    });
    // the language driver of the header
    let own = || matches!(bytes.get(29), Some(0x4d)).then_some(GBK).filter(|_| page.is_none());
    if let Some(told) = named.or_else(own) {
        return (told, true);
    }
    let start = bytes.get(8..10).map_or(32, |two| usize::from(u16::from_le_bytes([two[0], two[1]])));
    let text = bytes.get(start..).unwrap_or_default();
    if std::str::from_utf8(text).is_ok() {
        return (UTF_8, false);
    }
    (looks_like(text), false)
}

fn value(field: &FieldValue) -> Value {
    match field {
        FieldValue::Character(text) => json!(text),
        FieldValue::Memo(text) => json!(text),
        FieldValue::Double(number) | FieldValue::Currency(number) => real(*number),
        FieldValue::Integer(number) => json!(number),
        FieldValue::Logical(truth) => json!(truth),
        FieldValue::Date(date) => json!(date.map(|date| format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()))),
        // as they are written, above
        FieldValue::Numeric(_) | FieldValue::Float(_) | FieldValue::DateTime(_) => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use catchment::geo::{Area, Contains, Point};

    use super::*;

    fn square(low: f64, high: f64, reversed: bool) -> LineString<f64> {
        let mut ring = vec![(low, low), (low, high), (high, high), (high, low), (low, low)];
        if reversed {
            ring.reverse();
        }
        LineString::from(ring)
    }

    #[test]
    fn holes_are_where_they_lie_whatever_their_order_and_direction() {
        // two squares, then the hole of the first one
        for reversed in [false, true] {
            let rings = [square(0.0, 10.0, reversed), square(20.0, 25.0, false), square(2.0, 4.0, reversed)];
            let Geometry::MultiPolygon(found) = by_containment(rings.into_iter()) else { panic!("no polygons") };
            assert_eq!(found.unsigned_area(), 100.0 + 25.0 - 4.0);
            assert!(!found.contains(&Point::new(3.0, 3.0)) && found.contains(&Point::new(22.0, 22.0)));
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(as_written(b"  310112001"), json!("310112001"));
        assert_eq!(as_written(b"000123    "), json!("000123"));
        assert_eq!(as_written(b"310112198001011234"), json!("310112198001011234"));
        assert_eq!((as_written(b"****"), as_written(b"    ")), (Value::Null, Value::Null));
    }
}
