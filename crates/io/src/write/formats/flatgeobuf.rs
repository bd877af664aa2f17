//! FlatGeobuf: one layer a file, with the index by which parts of it are found.

use ::flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use ::geojson::JsonObject;
use catchment::geo::Geometry;
use geozero::{ColumnValue, PropertyProcessor};

use super::schema::{Field, Kind, fields, text};
use super::{LayerOut, many};
use crate::crs::Crs;
use crate::error::{Error, data};

/// A layer in the CRS of its coordinates. Features lie along a Hilbert curve, as the format has it; those without a shape are left out.
pub(crate) fn flatgeobuf(layer: &LayerOut, crs: &Crs) -> Result<Vec<u8>, Error> {
    let wrong = |what: String| data(&layer.name, "", what, "a layer that a FlatGeobuf holds");
    let code = crs.epsg().ok_or_else(|| wrong(format!("the CRS {crs}, which has no EPSG code")))?;
    let rows: Vec<_> = layer.features.iter().filter_map(|feature| feature.properties.as_ref()).collect();
    let fields = fields(&rows, &[]);
    let shapes: Vec<Option<Geometry<f64>>> = many(layer)?.into_iter().map(|shape| shape.map(single)).collect();
    if let Some(row) = shapes.iter().position(|shape| matches!(shape, Some(Geometry::GeometryCollection(_)))) {
        return Err(data(&layer.name, format!("feature {}", row + 1), "a collection of shapes", "points, lines or polygons"));
    }
    let kind = kind(&shapes);
    let definition = crs.wkt();
    let options = FgbWriterOptions {
        // an index of nothing is one that readers refuse
        write_index: shapes.iter().any(Option::is_some),
        detect_type: false,
        promote_to_multi: false,
        crs: FgbCrs { org: Some("EPSG"), code: i32::from(code), wkt: definition, ..FgbCrs::default() },
        title: Some(&layer.title),
        ..FgbWriterOptions::default()
    };
    let mut writer = FgbWriter::create_with_options(&layer.name, kind, options).map_err(|error| wrong(error.to_string()))?;
    for field in &fields {
        let kind = match field.kind {
            Kind::Boolean => ColumnType::Bool,
            Kind::Integer => ColumnType::Long,
            Kind::Real => ColumnType::Double,
            Kind::Text => ColumnType::String,
        };
        writer.add_column(&field.key, kind, |_, _| {});
    }
    for (feature, shape) in layer.features.iter().zip(shapes) {
        // readers stop at a row without a shape: whoever writes a layer says that it is left out
        let Some(shape) = shape else { continue };
        let mut failed = Ok(());
        let added = writer.add_feature_geom(shape, |own| failed = set(own, &fields, feature.properties.as_ref()));
        added.and(failed).map_err(|error| wrong(error.to_string()))?;
    }
    let mut bytes = Vec::new();
    writer.write(&mut bytes).map_err(|error| wrong(error.to_string()))?;
    Ok(bytes)
}

/// A line of one part as a single line: readers want to know where the parts of others end, and the crate leaves that out for one.
fn single(shape: Geometry<f64>) -> Geometry<f64> {
    match shape {
        Geometry::MultiLineString(mut lines) if lines.0.len() == 1 => {
            lines.0.pop().map_or(Geometry::MultiLineString(lines), Geometry::LineString)
        }
        other => other,
    }
}

/// The kind of all shapes; unknown where there are several, and each tells its own.
fn kind(shapes: &[Option<Geometry<f64>>]) -> GeometryType {
    let one = |shape: &Geometry<f64>| match shape {
        Geometry::Point(_) => GeometryType::Point,
        Geometry::LineString(_) => GeometryType::LineString,
        Geometry::MultiLineString(_) => GeometryType::MultiLineString,
        Geometry::MultiPolygon(_) => GeometryType::MultiPolygon,
        _ => GeometryType::Unknown,
    };
    let mut kinds: Vec<GeometryType> = shapes.iter().flatten().map(one).collect();
    kinds.dedup();
    match kinds.as_slice() {
        [only] => *only,
        _ => GeometryType::Unknown,
    }
}

/// Sets the values that are known.
fn set(own: &mut impl PropertyProcessor, fields: &[Field], values: Option<&JsonObject>) -> geozero::error::Result<()> {
    for (column, field) in fields.iter().enumerate() {
        let Some(value) = values.and_then(|values| values.get(&field.key)).filter(|value| !value.is_null()) else { continue };
        let as_text = text(value);
        let value = match field.kind {
            Kind::Boolean => ColumnValue::Bool(value.as_bool().unwrap_or_default()),
            Kind::Integer => ColumnValue::Long(value.as_i64().unwrap_or_default()),
            Kind::Real => ColumnValue::Double(value.as_f64().unwrap_or_default()),
            Kind::Text => ColumnValue::String(&as_text),
        };
        own.property(column, &field.key, &value)?;
    }
    Ok(())
}
