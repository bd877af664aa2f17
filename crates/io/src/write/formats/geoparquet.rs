//! GeoParquet 1.1: one layer a file, shapes as well-known binary in WGS84.

use std::sync::Arc;

use ::geojson::JsonObject;
use catchment::geo::Geometry;
use geozero::{CoordDimensions, ToWkb};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use serde_json::{Value, json};

use super::schema::{Field, Kind, fields, text};
use super::{LayerOut, geometry};
use crate::error::{Error, data};
use crate::shape::kind;

/// The column of the shapes.
const SHAPE: &str = "geometry";

/// A layer in WGS84.
pub(crate) fn geoparquet(layer: &LayerOut) -> Result<Vec<u8>, Error> {
    let rows: Vec<&JsonObject> = layer.features.iter().filter_map(|feature| feature.properties.as_ref()).collect();
    let fields = fields(&rows, &[SHAPE]);
    let mut shapes = Vec::new();
    for (row, feature) in layer.features.iter().enumerate() {
        shapes.push(geometry(feature, &layer.name, row)?);
    }
    let wrong = |error: ParquetError| data(&layer.name, "", error.to_string(), "a layer that a GeoParquet holds");
    written(layer, &fields, &shapes).map_err(wrong)
}

fn written(layer: &LayerOut, fields: &[Field], shapes: &[Option<Geometry<f64>>]) -> Result<Vec<u8>, ParquetError> {
    let mut columns = vec![column(SHAPE, Physical::BYTE_ARRAY, None)?];
    for field in fields {
        columns.push(match field.kind {
            Kind::Boolean => column(&field.name, Physical::BOOLEAN, None)?,
            Kind::Integer => column(&field.name, Physical::INT64, None)?,
            Kind::Real => column(&field.name, Physical::DOUBLE, None)?,
            Kind::Text => column(&field.name, Physical::BYTE_ARRAY, Some(LogicalType::String))?,
        });
    }
    let schema = Arc::new(Type::group_type_builder("schema").with_fields(columns).build()?);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("catchment {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(vec![KeyValue::new("geo".to_owned(), about(shapes).to_string())]))
        .build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    let wkb =
        |shape: &Option<Geometry<f64>>| shape.as_ref().and_then(|shape| shape.to_wkb(CoordDimensions::xy()).ok()).map(ByteArray::from);
    fill::<ByteArrayType>(&mut group, shapes.iter().map(wkb))?;
    for field in fields {
        let values = layer.features.iter().map(|feature| feature.properties.as_ref()?.get(&field.key).filter(|value| !value.is_null()));
        match field.kind {
            Kind::Boolean => fill::<BoolType>(&mut group, values.map(|value| value.and_then(Value::as_bool)))?,
            Kind::Integer => fill::<Int64Type>(&mut group, values.map(|value| value.and_then(Value::as_i64)))?,
            Kind::Real => fill::<DoubleType>(&mut group, values.map(|value| value.and_then(Value::as_f64)))?,
            Kind::Text => fill::<ByteArrayType>(&mut group, values.map(|value| value.map(|own| ByteArray::from(text(own).into_bytes()))))?,
        }
    }
    group.close()?;
    writer.close()?;
    Ok(bytes)
}

fn column(name: &str, kind: Physical, logical: Option<LogicalType>) -> Result<Arc<Type>, ParquetError> {
    let own = Type::primitive_type_builder(name, kind).with_repetition(Repetition::OPTIONAL).with_logical_type(logical);
    own.build().map(Arc::new)
}

/// Writes the next column: what is known, and where nothing is.
fn fill<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, &mut Vec<u8>>,
    values: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    let (mut known, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        known.extend(value);
    }
    column.typed::<T>().write_batch(&known, Some(&levels), None)?;
    column.close()
}

/// What the file says of its shapes; without a CRS they are longitude and latitude.
fn about(shapes: &[Option<Geometry<f64>>]) -> Value {
    let mut kinds: Vec<&str> = shapes.iter().flatten().map(kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    json!({
        "version": "1.1.0",
        "primary_column": SHAPE,
        "columns": { SHAPE: { "encoding": "WKB", "geometry_types": kinds } },
    })
}
