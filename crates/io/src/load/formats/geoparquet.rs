//! GeoParquet: a Parquet file whose metadata say which column holds shapes, as well-known binary, and in which CRS.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use catchment::geo::Geometry;
use catchment::{Finding, FindingKind, Stage};
use geojson::JsonObject;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::{Value, json};

use super::{OpenRing, Raw, RawFeature, Told, pages, real, wkb};
use crate::crs::Crs;
use crate::error::{Error, data};
use crate::files::{Files, InputFile};

const ANEW: &str = "the layer written anew, with pages of a megabyte, plain or by dictionary: ogr2ogr -f Parquet";
/// Bytes of texts and of their columns' names: so many, and so many for each byte of the file, as dictionaries repeat them.
const TEXT: usize = 64 << 20;
const TEXT_A_BYTE: usize = 16;
const EXPECTED: &str = "a GeoParquet (.parquet) with shapes as well-known binary";

/// Reads a layer.
pub(super) fn read(files: &dyn Files, name: &str, stage: Stage) -> Result<Raw, Error> {
    let bytes = files.read(name)?;
    let mut input = InputFile::new(name, &bytes);
    let own = Bytes::copy_from_slice(&bytes);
    // the decoders of the crate are known to panic on broken pages
    let read = catch_unwind(AssertUnwindSafe(|| decoded(own, name, stage)));
    let mut raw = read.unwrap_or_else(|_| Err(data(name, "", "broken pages", EXPECTED)))?;
    input.rows = vec![("features".to_owned(), raw.rows.len() as u64)];
    raw.files = vec![input];
    Ok(raw)
}

fn decoded(bytes: Bytes, name: &str, stage: Stage) -> Result<Raw, Error> {
    let error = |error: parquet::errors::ParquetError| data(name, "", error.to_string(), EXPECTED);
    let reader = SerializedFileReader::new(bytes.clone()).map_err(error)?;
    let values = pages::values(&bytes, reader.metadata()).map_err(|found| data(name, "", found, ANEW))?;
    if let Some(found) = super::sparse(1, values, bytes.len()) {
        return Err(data(name, "", found, super::FILLED));
    }
    let most = TEXT.saturating_add(bytes.len().saturating_mul(TEXT_A_BYTE));
    let entries = reader.metadata().file_metadata().key_value_metadata();
    let geo = entries.into_iter().flatten().find(|entry| entry.key == "geo").and_then(|entry| entry.value.as_deref());
    let geo: Value = geo
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| data(name, "", "a Parquet file without the metadata `geo`", EXPECTED))?;
    let column = geo["primary_column"].as_str().unwrap_or("geometry").to_owned();
    let about = &geo["columns"][column.as_str()];
    if about["encoding"].as_str() != Some("WKB") {
        let found = format!("shapes in the encoding {}", about["encoding"]);
        return Err(data(name, format!("column `{column}`"), found, EXPECTED));
    }
    let (mut rows, mut open, mut findings) = (Vec::new(), Vec::new(), Vec::new());
    let mut text = 0;
    for row in reader.get_row_iter(None).map_err(error)? {
        let own: RawFeature = feature(&row.map_err(error)?, &column, (name, rows.len() + 1), stage, (&mut open, &mut findings));
        text += own.properties.iter().map(|(key, value)| key.len() + value.as_str().map_or(0, str::len)).sum::<usize>();
        rows.push(own);
        if text > most {
            return Err(data(name, "", format!("more than {most} bytes of text in {} bytes", bytes.len()), super::FILLED));
        }
    }
    Ok(Raw { rows, open, crs: crs(about), format: "GeoParquet", files: Vec::new(), findings })
}

/// The CRS of the shapes: longitude and latitude where nothing is said.
fn crs(about: &Value) -> Option<Told> {
    let Some(crs) = about.get("crs") else { return Some(Told::Known(Crs::wgs84())) };
    let code = match &crs["id"]["code"] {
        Value::String(code) => code.clone(),
        Value::Number(code) => code.to_string(),
        _ if crs.is_null() => return None,
        _ => return Some(Told::Unknown(crs["name"].as_str().unwrap_or("without a name").to_owned())),
    };
    let text = format!("{}:{code}", crs["id"]["authority"].as_str().unwrap_or_default());
    Some(text.parse().map_or(Told::Unknown(text), Told::Known))
}

fn feature(
    row: &Row,
    column: &str,
    (name, number): (&str, usize),
    stage: Stage,
    (open, findings): (&mut Vec<OpenRing>, &mut Vec<Finding>),
) -> RawFeature {
    let (mut geometry, mut properties): (Option<Geometry<f64>>, _) = (None, JsonObject::new());
    for (key, field) in row.get_column_iter() {
        match field {
            Field::Bytes(bytes) if key == column => match wkb::plain(bytes.data(), number - 1, open) {
                Ok(shape) => geometry = Some(shape),
                Err(what) => {
                    let detail = format!("{what}; read without a shape");
                    findings.push(Finding::new(stage, name, format!("feature {number}"), FindingKind::BrokenShape, detail));
                }
            },
            _ if key == column => {}
            Field::Bytes(_) => {
                properties.insert(key.clone(), Value::Null);
                let told = super::bytes_left_out(key, name, stage);
                if !findings.contains(&told) {
                    findings.push(told);
                }
            }
            field => {
                properties.insert(key.clone(), value(field));
            }
        }
    }
    RawFeature { geometry, properties, key: None }
}

fn value(field: &Field) -> Value {
    match field {
        Field::Null | Field::Bytes(_) => Value::Null,
        Field::Bool(own) => json!(own),
        Field::Byte(own) => json!(own),
        Field::Short(own) => json!(own),
        Field::Int(own) => json!(own),
        Field::Long(own) => json!(own),
        Field::UByte(own) => json!(own),
        Field::UShort(own) => json!(own),
        Field::UInt(own) => json!(own),
        Field::ULong(own) => json!(own),
        Field::Float(own) => real(f64::from(*own)),
        Field::Double(own) => real(*own),
        Field::Str(own) => json!(own),
        // dates, decimals, lists and groups as the crate writes them
        other => json!(other.to_string()),
    }
}
