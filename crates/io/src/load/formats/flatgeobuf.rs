//! FlatGeobuf: features behind a header with their columns and CRS, with or without an index (which is passed over).
//!
//! The crate checks that every table lies within the file; counts within them are checked here, as its own readers trust them.

use catchment::geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use catchment::{Finding, FindingKind, Stage};
use flatgeobuf::packed_r_tree::PackedRTree;
use flatgeobuf::{
    ColumnType, Feature, Geometry as Drawn, GeometryType, Header, size_prefixed_root_as_feature, size_prefixed_root_as_header,
};
use geojson::JsonObject;
use serde_json::{Value, json};

use super::wkb::DEEPEST;
use super::{OpenRing, Raw, Told, real, wkt};
use crate::error::{Error, data};
use crate::files::{Files, InputFile};

const EXPECTED: &str = "a FlatGeobuf of version 3 (.fgb): copy or export it again";
/// `fgb`, the version, `fgb`, a patch level.
const MAGIC: usize = 8;

/// Reads a layer.
pub(super) fn read(files: &dyn Files, name: &str, stage: Stage) -> Result<Raw, Error> {
    let bytes = files.read(name)?;
    let wrong = |found: &str| data(name, "", found, EXPECTED);
    if !(bytes.starts_with(b"fgb\x03fgb") && bytes.len() > MAGIC) {
        return Err(wrong("no FlatGeobuf by its first bytes"));
    }
    let header_bytes = sized(&bytes, MAGIC).ok_or_else(|| wrong("a header that ends beyond the file"))?;
    let header = size_prefixed_root_as_header(header_bytes).map_err(|_| wrong("a broken header"))?;
    let mut at =
        MAGIC + header_bytes.len() + index_size(&header, bytes.len()).ok_or_else(|| wrong("an index that ends beyond the file"))?;
    let columns: Vec<(String, ColumnType)> =
        header.columns().iter().flatten().map(|column| (column.name().to_owned(), column.type_())).collect();
    let names: usize = columns.iter().map(|(name, _)| name.len()).sum();
    if names > bytes.len() {
        return Err(wrong("names of columns that are longer than the file"));
    }
    let (mut rows, mut open, mut findings) = (Vec::new(), Vec::new(), Vec::new());
    while at < bytes.len() {
        let place = || format!("feature {}", rows.len() + 1);
        let own = sized(&bytes, at).ok_or_else(|| {
            data(name, place(), "an end beyond that of the file: it was cut off, or something else stands behind its end", EXPECTED)
        })?;
        let feature = size_prefixed_root_as_feature(own).map_err(|_| data(name, place(), "broken bytes", EXPECTED))?;
        at += own.len();
        let properties = properties(&feature, &columns).ok_or_else(|| data(name, place(), "broken properties", EXPECTED))?;
        let geometry = shape(&feature, own.len(), (header.geometry_type(), rows.len()), &mut open).unwrap_or_else(|what| {
            findings.push(Finding::new(stage, name, place(), FindingKind::BrokenShape, format!("{what}; read without a shape")));
            None
        });
        rows.push((geometry, properties).into());
        if let Some(found) = super::sparse_names(rows.len(), columns.iter().map(|(name, _)| name.as_str()), bytes.len()) {
            return Err(data(name, "", found, super::FILLED));
        }
    }
    if header.features_count() > 0 && header.features_count() != rows.len() as u64 {
        return Err(wrong(&format!("{} features where its header says {}: it was cut off", rows.len(), header.features_count())));
    }
    for (own, _) in columns.iter().filter(|(_, kind)| *kind == ColumnType::Binary) {
        findings.push(super::bytes_left_out(own, name, stage));
    }
    let mut input = InputFile::new(name, &bytes);
    input.rows = vec![("features".to_owned(), rows.len() as u64)];
    Ok(Raw { rows, open, crs: crs(&header), format: "FlatGeobuf", files: vec![input], findings })
}

/// The table at a place, with the four bytes that tell its size.
fn sized(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let size: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    let end = at.checked_add(4)?.checked_add(usize::try_from(u32::from_le_bytes(size)).ok()?)?;
    // what is smaller holds no table
    bytes.get(at..end).filter(|own| own.len() >= 12)
}

/// Bytes of the index between header and features; nothing where it cannot lie in a file of this length.
fn index_size(header: &Header<'_>, length: usize) -> Option<usize> {
    let (count, node) = (usize::try_from(header.features_count()).ok()?, header.index_node_size());
    match (count, node) {
        (_, 0) | (0, _) => Some(0),
        (_, 1) => None,
        // a node for each feature at the least
        (count, _) if count > length / 40 => None,
        (count, node) => Some(PackedRTree::index_size(count, node)).filter(|size| *size <= length),
    }
}

fn crs(header: &Header<'_>) -> Option<Told> {
    let crs = header.crs()?;
    let by_code = (crs.code() > 0).then(|| format!("{}:{}", crs.org().unwrap_or("EPSG"), crs.code()).parse().ok()).flatten();
    by_code.map(Told::Known).or_else(|| crs.wkt().map(wkt::crs)).or_else(|| {
        let code = (crs.code() > 0).then(|| format!("{}:{}", crs.org().unwrap_or("EPSG"), crs.code()));
        code.map(Told::Unknown)
    })
}

/// The values of a feature: pairs of a column's number and a value; columns without a value are null.
fn properties(feature: &Feature<'_>, columns: &[(String, ColumnType)]) -> Option<JsonObject> {
    let mut own: JsonObject = columns.iter().map(|(name, _)| (name.clone(), Value::Null)).collect();
    let mut bytes = feature.properties().map_or(&[][..], |bytes| bytes.bytes());
    while !bytes.is_empty() {
        let column = u16::from_le_bytes(take(&mut bytes)?);
        let (name, kind) = columns.get(usize::from(column))?;
        own.insert(name.clone(), value(&mut bytes, *kind)?);
    }
    Some(own)
}

fn value(bytes: &mut &[u8], kind: ColumnType) -> Option<Value> {
    Some(match kind {
        ColumnType::Byte => json!(i8::from_le_bytes(take(bytes)?)),
        ColumnType::UByte => json!(u8::from_le_bytes(take(bytes)?)),
        ColumnType::Bool => json!(take::<1>(bytes)?[0] != 0),
        ColumnType::Short => json!(i16::from_le_bytes(take(bytes)?)),
        ColumnType::UShort => json!(u16::from_le_bytes(take(bytes)?)),
        ColumnType::Int => json!(i32::from_le_bytes(take(bytes)?)),
        ColumnType::UInt => json!(u32::from_le_bytes(take(bytes)?)),
        ColumnType::Long => json!(i64::from_le_bytes(take(bytes)?)),
        ColumnType::ULong => json!(u64::from_le_bytes(take(bytes)?)),
        ColumnType::Float => real(f64::from(f32::from_le_bytes(take(bytes)?))),
        ColumnType::Double => real(f64::from_le_bytes(take(bytes)?)),
        ColumnType::String | ColumnType::Json | ColumnType::DateTime => json!(String::from_utf8_lossy(counted(bytes)?)),
        ColumnType::Binary => {
            counted(bytes)?;
            Value::Null
        }
        _ => return None,
    })
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

fn counted<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let count = u32::from_le_bytes(take(bytes)?) as usize;
    let (head, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(head)
}

/// The shape of a feature in a row, from 0, whose open rings go to `open`.
fn shape(
    feature: &Feature<'_>,
    bytes: usize,
    (of_all, row): (GeometryType, usize),
    open: &mut Vec<OpenRing>,
) -> Result<Option<Geometry<f64>>, String> {
    let Some(drawn) = feature.geometry() else { return Ok(None) };
    if size(&drawn, 0) > bytes {
        return Err("a shape of more bytes than the feature has".to_owned());
    }
    if drawn.xy().is_none_or(|xy| xy.is_empty()) && drawn.parts().is_none_or(|parts| parts.is_empty()) {
        return Ok(None);
    }
    let kind = if of_all == GeometryType::Unknown { drawn.type_() } else { of_all };
    geometry(&drawn, kind, 0, (row, open)).map(Some)
}

/// Bytes of a shape's places and ends, those that several parts share counted for each.
fn size(drawn: &Drawn<'_>, depth: u32) -> usize {
    let own = 8 * drawn.xy().map_or(0, |xy| xy.len()) + 4 * drawn.ends().map_or(0, |ends| ends.len());
    let parts = drawn.parts().into_iter().flatten().filter(|_| depth <= DEEPEST);
    parts.fold(own, |sum, part| sum.saturating_add(size(&part, depth + 1)).saturating_add(4))
}

fn geometry(drawn: &Drawn<'_>, kind: GeometryType, depth: u32, (row, open): (usize, &mut Vec<OpenRing>)) -> Result<Geometry<f64>, String> {
    if depth > DEEPEST {
        return Err("a shape within shapes within shapes".to_owned());
    }
    Ok(match kind {
        GeometryType::Point => Geometry::Point(Point(*places(drawn)?.first().ok_or("a point without a place")?)),
        GeometryType::MultiPoint => Geometry::MultiPoint(MultiPoint::new(places(drawn)?.into_iter().map(Point).collect())),
        GeometryType::LineString => Geometry::LineString(LineString(places(drawn)?)),
        GeometryType::MultiLineString => Geometry::MultiLineString(MultiLineString::new(lines(drawn)?)),
        GeometryType::Polygon => Geometry::Polygon(polygon(drawn, (row, open))?),
        GeometryType::MultiPolygon => match drawn.parts() {
            Some(parts) => Geometry::MultiPolygon(MultiPolygon::new(
                parts.iter().map(|part| polygon(&part, (row, &mut *open))).collect::<Result<_, _>>()?,
            )),
            // one part alone may be written as it is
            None => Geometry::MultiPolygon(MultiPolygon::new(vec![polygon(drawn, (row, open))?])),
        },
        GeometryType::GeometryCollection => {
            let parts = drawn.parts().into_iter().flatten().map(|part| geometry(&part, part.type_(), depth + 1, (row, &mut *open)));
            Geometry::GeometryCollection(GeometryCollection::new_from(parts.collect::<Result<_, _>>()?))
        }
        other => {
            return Err(format!(
                "a shape of the kind {}, which is none of points, lines and polygons",
                other.variant_name().unwrap_or("?")
            ));
        }
    })
}

fn places(drawn: &Drawn<'_>) -> Result<Vec<Coord<f64>>, String> {
    let numbers: Vec<f64> = drawn.xy().into_iter().flatten().collect();
    if !numbers.len().is_multiple_of(2) {
        return Err("a place of one coordinate".to_owned());
    }
    Ok(numbers.chunks_exact(2).map(|pair| Coord { x: pair[0], y: pair[1] }).collect())
}

/// The lines of a shape, each up to its end.
fn lines(drawn: &Drawn<'_>) -> Result<Vec<LineString<f64>>, String> {
    let places = places(drawn)?;
    let ends: Vec<usize> = drawn.ends().into_iter().flatten().map(|end| end as usize).collect();
    let ends = if ends.is_empty() { vec![places.len()] } else { ends };
    let mut start = 0;
    let line = |end: usize| {
        let own = places.get(start..end).ok_or("parts that end beyond their shape")?;
        start = end;
        Ok(LineString(own.to_vec()))
    };
    ends.into_iter().map(line).collect()
}

fn polygon(drawn: &Drawn<'_>, (row, open): (usize, &mut Vec<OpenRing>)) -> Result<Polygon<f64>, String> {
    let rings = lines(drawn)?;
    open.extend(rings.iter().filter_map(|ring| OpenRing::of_line(row, ring)));
    let mut rings = rings.into_iter();
    let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Ok(Polygon::new(exterior, rings.collect()))
}
