//! Shapefiles: shapes in `.shp`, attributes in `.dbf`, the CRS in `.prj`, the encoding in `.cpg`.

use std::borrow::Cow;
use std::io::Cursor;

use catchment::geo::Geometry;
use catchment::{Issue, Stage};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8};
use geojson::JsonObject;
use serde_json::{Value, json};
use shapefile::dbase::{self, FieldValue};
use shapefile::{Shape, ShapeReader};

use super::{Raw, Told, wkt};
use crate::error::{Error, data};
use crate::files::{Files, InputFile};

/// Reads a shapefile and what lies beside it.
pub(super) fn read(files: &dyn Files, name: &str, stage: Stage) -> Result<Raw, Error> {
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
    let crs = beside("prj").map(|(_, bytes)| wkt::crs(&String::from_utf8_lossy(&bytes)));
    let page = beside("cpg").map(|(_, bytes)| String::from_utf8_lossy(&bytes).trim().to_owned());
    let attributes = beside("dbf");
    let bytes = files.read(name)?;
    let mut issues = Vec::new();
    let shapes = ShapeReader::new(Cursor::new(bytes.as_ref())).and_then(ShapeReader::read);
    let shapes = shapes.map_err(|error| data(name, "", error.to_string(), "a shapefile (.shp)"))?;
    let mut shape_input = InputFile::new(name, &bytes);
    shape_input.rows = vec![("features".to_owned(), shapes.len() as u64)];
    inputs.insert(0, shape_input);
    let mut records = match &attributes {
        Some((file, bytes)) => records(bytes, file, page.as_deref(), stage, &mut issues)?,
        None => {
            issues.push(Issue::new(stage, name, "", "no_attributes", "no .dbf beside it: its features have neither names nor ids"));
            Vec::new()
        }
    };
    if attributes.is_some() && records.len() != shapes.len() {
        let found = format!("{} shapes and {} rows of attributes", shapes.len(), records.len());
        return Err(data(name, "", found, "a .dbf of the same layer: as many rows as shapes"));
    }
    records.resize_with(shapes.len(), JsonObject::new);
    let mut rows = Vec::new();
    for (row, (shape, properties)) in shapes.into_iter().zip(records).enumerate() {
        let geometry = match shape {
            Shape::NullShape => None,
            shape => match Geometry::try_from(shape) {
                Ok(geometry) => Some(geometry),
                Err(error) => {
                    issues.push(Issue::new(
                        stage,
                        name,
                        format!("feature {}", row + 1),
                        "broken_shape",
                        format!("{error}; read without a shape"),
                    ));
                    None
                }
            },
        };
        rows.push((geometry, properties));
    }
    let crs = match crs {
        Some(Told::Unknown(text)) => Some(Told::Unknown(format!("{text} (.prj)"))),
        told => told,
    };
    Ok(Raw { rows, crs, files: inputs, issues })
}

/// The rows of a `.dbf`, deleted ones left out, their fields in the order of the file.
fn records(bytes: &[u8], file: &str, page: Option<&str>, stage: Stage, issues: &mut Vec<Issue>) -> Result<Vec<JsonObject>, Error> {
    let error = |error: dbase::Error| data(file, "", error.to_string(), "a dBASE table (.dbf)");
    let encoding = encoding(bytes, page);
    if page.is_none() && encoding != UTF_8 {
        let detail = format!("no .cpg says how its text is encoded: read as {}, which its bytes look like", encoding.name());
        issues.push(Issue::new(stage, file, encoding.name(), "encoding_guessed", detail));
    }
    let builder = dbase::ReaderBuilder::new().with_encoding(dbase::encoding::EncodingRs::from(encoding));
    let mut reader = builder.build(Cursor::new(bytes)).map_err(error)?;
    let names: Vec<String> = reader.fields().iter().map(|field| field.name().to_owned()).collect();
    let mut rows = Vec::new();
    for record in reader.iter_records() {
        let record = record.map_err(error)?;
        let value = |name: &String| (name.clone(), record.get(name).map_or(Value::Null, value));
        rows.push(names.iter().map(value).collect());
    }
    Ok(rows)
}

/// The encoding that a `.cpg` names; else that which the bytes look like.
fn encoding(bytes: &[u8], page: Option<&str>) -> &'static Encoding {
    let named = page.and_then(|page| match page.trim_start_matches("ANSI ").trim() {
        "936" => Some(GBK),
        "54936" => Some(GB18030),
        "65001" => Some(UTF_8),
        page => Encoding::for_label(page.as_bytes()).or_else(|| Encoding::for_label(format!("windows-{page}").as_bytes())),
    });
    named.unwrap_or_else(|| {
        if std::str::from_utf8(bytes.get(32..).unwrap_or(bytes)).is_ok() {
            return UTF_8;
        }
        let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
        detector.feed(bytes.get(32..).unwrap_or(bytes), true);
        detector.guess(None, chardetng::Utf8Detection::Allow)
    })
}

fn value(field: &FieldValue) -> Value {
    match field {
        FieldValue::Character(text) => json!(text),
        FieldValue::Memo(text) => json!(text),
        // whole numbers as they are written: an id is no 3.0
        FieldValue::Numeric(Some(number)) if number.fract() == 0.0 && number.abs() < 9e15 => json!(*number as i64),
        FieldValue::Numeric(number) => json!(number),
        FieldValue::Float(number) => json!(number),
        FieldValue::Double(number) | FieldValue::Currency(number) => json!(number),
        FieldValue::Integer(number) => json!(number),
        FieldValue::Logical(truth) => json!(truth),
        FieldValue::Date(date) => json!(date.map(|date| date.to_string())),
        FieldValue::DateTime(_) => Value::Null,
    }
}
