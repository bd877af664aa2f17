//! GeoJSON features: their ids, properties and geometries, in longitude and latitude.

use catchment::geo::{Coord, Geometry, MultiPolygon};
use geojson::{Feature, FeatureCollection, GeoJson};

use crate::error::{Error, data};

/// The features of a GeoJSON text.
pub(crate) fn features(bytes: &[u8], file: &str) -> Result<Vec<Feature>, Error> {
    let expected = "GeoJSON (RFC 7946) in UTF-8, WGS84 longitude and latitude";
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
        .map_err(|e| data(file, format!("byte {}", e.valid_up_to()), "text that is not UTF-8", expected))?;
    let parsed: GeoJson = text.parse().map_err(|e: geojson::Error| data(file, "", e.to_string(), expected))?;
    let collection = match parsed {
        GeoJson::FeatureCollection(collection) => collection,
        GeoJson::Feature(feature) => FeatureCollection::from_iter([feature]),
        GeoJson::Geometry(_) => return Err(data(file, "", "a bare geometry", "a FeatureCollection: features carry ids and names")),
    };
    check_crs(&collection, file)?;
    Ok(collection.features)
}

/// The features of newline-delimited GeoJSON, one a line; lines may begin with a record separator (RFC 8142).
pub(super) fn lines(bytes: &[u8], file: &str) -> Result<Vec<Feature>, Error> {
    let expected = "a GeoJSON feature a line, in UTF-8";
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
        .map_err(|e| data(file, format!("byte {}", e.valid_up_to()), "text that is not UTF-8", expected))?;
    let lines =
        text.lines().enumerate().map(|(i, line)| (i + 1, line.trim_start_matches('\u{1e}').trim())).filter(|(_, line)| !line.is_empty());
    let feature = |(number, line): (usize, &str)| {
        line.parse::<Feature>().map_err(|e: geojson::Error| data(file, format!("line {number}"), e.to_string(), expected))
    };
    lines.map(feature).collect()
}

/// Refuses the `crs` member of old GeoJSON unless it says WGS84: its coordinates would be read wrongly.
fn check_crs(collection: &FeatureCollection, file: &str) -> Result<(), Error> {
    let Some(crs) = collection.foreign_members.as_ref().and_then(|members| members.get("crs")) else { return Ok(()) };
    let text = crs.to_string();
    if crs.is_null() || ["CRS84", "4326", "WGS84", "WGS 84"].iter().any(|known| text.contains(known)) {
        return Ok(());
    }
    Err(data(file, "", format!("\"crs\": {text}"), "WGS84 longitude and latitude, as RFC 7946 has it: convert the file first"))
}

/// A property as text: numbers without a decimal point stay as written.
pub(crate) fn property(feature: &Feature, key: &str) -> Option<String> {
    match feature.property(key)? {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Null => None,
        other => Some(other.to_string()),
    }
}

/// The feature's own id as text.
pub(crate) fn feature_id(feature: &Feature) -> Option<String> {
    match feature.id.as_ref()? {
        geojson::feature::Id::String(text) => Some(text.clone()),
        geojson::feature::Id::Number(number) => Some(number.to_string()),
    }
}

/// The geometry in whatever coordinates, if there is one.
pub(crate) fn own_geometry(feature: &Feature, file: &str, place: &str) -> Result<Option<Geometry<f64>>, Error> {
    let geometry = feature.geometry.as_ref().map(Geometry::try_from).transpose();
    geometry.map_err(|e: geojson::Error| data(file, place, e.to_string(), "a geometry of RFC 7946"))
}

/// The geometry, if there is one; positions off the globe are an error.
pub(crate) fn geometry(feature: &Feature, file: &str, place: &str) -> Result<Option<Geometry<f64>>, Error> {
    let Some(geometry) = own_geometry(feature, file, place)? else { return Ok(None) };
    let off = catchment::geo::CoordsIter::coords_iter(&geometry).find(|c| !on_globe(*c));
    match off {
        Some(c) => Err(data(file, place, format!("the position {}, {}", c.x, c.y), "longitude −180 to 180, latitude −90 to 90")),
        None => Ok(Some(geometry)),
    }
}

/// The polygons of a feature; `None` where it has none.
pub(crate) fn polygons(feature: &Feature, file: &str, place: &str) -> Result<Option<MultiPolygon<f64>>, Error> {
    Ok(match geometry(feature, file, place)? {
        Some(Geometry::Polygon(polygon)) => Some(polygon.into()),
        Some(Geometry::MultiPolygon(polygons)) => Some(polygons),
        _ => None,
    })
}

/// Whether this is a longitude and a latitude.
pub(crate) fn on_globe(c: Coord<f64>) -> bool {
    (-180.0..=180.0).contains(&c.x) && (-90.0..=90.0).contains(&c.y)
}
