//! GeoJSON features: their ids, properties and geometries, in longitude and latitude.

use std::collections::HashSet;

use catchment::geo::{Coord, Geometry, MultiPolygon, Rect};
use catchment::{Finding, FindingKind, Stage};
use geojson::{Feature, FeatureCollection, GeoJson, GeometryValue, JsonObject, Position};

use super::TOO_FAR;
use super::table::shown;
use crate::crs::{Crs, Projector};
use crate::error::{Error, data};

/// The features of a GeoJSON text, and what it says beside them.
pub(crate) fn collection(bytes: &[u8], file: &str) -> Result<FeatureCollection, Error> {
    let expected = "GeoJSON (RFC 7946) in UTF-8, WGS84 longitude and latitude";
    let text = text(bytes, file, expected)?;
    let parsed: GeoJson = text.parse().map_err(|error| malformed(file, text, 0, &error, expected))?;
    match parsed {
        GeoJson::FeatureCollection(collection) => Ok(collection),
        GeoJson::Feature(feature) => Ok(FeatureCollection::from_iter([feature])),
        GeoJson::Geometry(_) => Err(data(file, "", "a bare geometry", "a FeatureCollection: features carry ids and names")),
    }
}

/// The features of newline-delimited GeoJSON, one a line; lines may begin with a record separator (RFC 8142).
pub(super) fn lines(bytes: &[u8], file: &str) -> Result<Vec<Feature>, Error> {
    let expected = "a GeoJSON feature a line, in UTF-8 (a file of one collection ends in .geojson)";
    let text = text(bytes, file, expected)?;
    let lines =
        text.lines().enumerate().map(|(i, line)| (i, line.trim_start_matches('\u{1e}').trim())).filter(|(_, line)| !line.is_empty());
    let feature = |(above, line): (usize, &str)| line.parse::<Feature>().map_err(|error| malformed(file, line, above, &error, expected));
    lines.map(feature).collect()
}

fn text<'b>(bytes: &'b [u8], file: &str, expected: &str) -> Result<&'b str, Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        data(file, format!("line {line}"), "text that is not UTF-8", expected)
    })?;
    if text.trim().is_empty() {
        return Err(data(file, "", "an empty file", expected));
    }
    Ok(text)
}

/// What is wrong with a text below `above` lines of the file, and what stands there.
fn malformed(file: &str, text: &str, above: usize, error: &geojson::Error, expected: &str) -> Error {
    let geojson::Error::MalformedGeoJson(error) = error else {
        return data(file, format!("line {}", above + 1), error.to_string(), expected);
    };
    let (line, column) = (error.line(), error.column());
    let what = in_words(error.to_string().split(" at line ").next().unwrap_or_default());
    let found = if error.is_eof() {
        "a file that is cut off".to_owned()
    } else if error.is_syntax() {
        // columns count bytes, and the one at fault is the last that was read
        let of_line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default().as_bytes();
        let mut start = column.saturating_sub(1).min(of_line.len());
        while start > 0 && (of_line[start - 1].is_ascii_alphanumeric() || b"+-._".contains(&of_line[start - 1])) {
            start -= 1;
        }
        let rest = String::from_utf8_lossy(&of_line[start..]).into_owned();
        format!("no JSON ({what}): `{}`", shown(&rest, 20))
    } else {
        what
    };
    let place = if line == 0 { String::new() } else { format!("line {}, byte {column}", above + line) };
    data(file, place, found, expected)
}

/// What the parser says, without the words of programmers.
fn in_words(message: &str) -> String {
    let pairs = [
        (", expected ", ", not "),
        ("invalid type: map", "an object"),
        ("invalid type: sequence", "a list"),
        ("invalid type: ", ""),
        ("a sequence", "a list"),
        ("a map", "an object"),
        ("f64", "a number"),
        ("missing field", "nothing by the name"),
        ("unknown variant", "the type"),
        ("recursion limit exceeded", "nested too deep"),
        ("Encountered geometry type:", "a geometry of the type"),
        (" with unexpected coordinates dimensions", " with coordinates nested as they are not in it"),
        ("GeoJson", "GeoJSON"),
    ];
    pairs.iter().fold(message.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// What the `crs` member of a collection says, as GeoJSON had it before RFC 7946, and as GDAL and QGIS write it to this day where
/// coordinates are no degrees of WGS84: easting first, whatever the order of axes that the CRS itself has.
pub(super) fn crs_member(collection: &FeatureCollection) -> Option<String> {
    let crs = collection.foreign_members.as_ref()?.get("crs").filter(|crs| !crs.is_null())?;
    let name = crs.pointer("/properties/name").and_then(|name| name.as_str());
    Some(name.map_or_else(|| shown(&crs.to_string(), 80), str::to_owned))
}

/// The features of a GeoJSON text that is in WGS84 degrees, as everything that we write is.
pub(crate) fn features(bytes: &[u8], file: &str) -> Result<Vec<Feature>, Error> {
    let collection = collection(bytes, file)?;
    match crs_member(&collection) {
        Some(own) if !own.parse::<Crs>().is_ok_and(|crs| crs == Crs::wgs84()) => {
            Err(data(file, "", format!("the CRS {own}"), "WGS84 longitude and latitude, as RFC 7946 has it: convert the file"))
        }
        _ => Ok(collection.features),
    }
}

/// Checks shapes in WGS84 degrees before they are used. A shape with a position off the globe is a finding and goes.
///
/// # Errors
///
/// [`Error::Data`] where all shapes are such: the file is in another CRS.
pub(crate) fn check(features: &mut [Feature], file: &str, stage: Stage, findings: &mut Vec<Finding>) -> Result<(), Error> {
    let mut wrong = Vec::new();
    let mut shapes = 0;
    for (row, feature) in features.iter_mut().enumerate() {
        let Some(geometry) = &feature.geometry else { continue };
        shapes += 1;
        let mut odd = None;
        walk(&geometry.value, &mut |place| odd = odd.take().or_else(|| what_is_wrong(place)), &mut |_| {});
        if let Some(what) = odd {
            feature.geometry = None;
            wrong.push((row, what));
        }
    }
    match wrong.first() {
        Some((row, what)) if wrong.len() == shapes => {
            let expected = "longitude −180 to 180, latitude −90 to 90; metres need their CRS in the plan: crs = \"EPSG:…\"";
            Err(data(file, format!("feature {}", row + 1), format!("the position {what}"), expected))
        }
        _ => {
            findings.extend(wrong.into_iter().map(|(row, what)| {
                let detail = format!("the position {what}; read without a shape");
                Finding::new(stage, file, format!("feature {}", row + 1), FindingKind::BadPlace, detail)
            }));
            Ok(())
        }
    }
}

/// The first place of each feature's shape, in the coordinates of its file.
pub(super) fn first_places(features: &[Feature]) -> Vec<Option<Coord<f64>>> {
    let first = |feature: &Feature| {
        let mut first = None;
        walk(
            &feature.geometry.as_ref()?.value,
            &mut |place| {
                if let (None, &[x, y, ..]) = (first, place.as_slice()) {
                    first = Some(Coord { x, y });
                }
            },
            &mut |_| {},
        );
        first
    };
    features.iter().map(first).collect()
}

/// Takes the shapes away that lie too far from the study to be projected; each is a finding.
pub(super) fn near(features: &mut [Feature], projector: &Projector, file: &str, stage: Stage, findings: &mut Vec<Finding>) {
    for (row, feature) in features.iter_mut().enumerate() {
        let Some(geometry) = &feature.geometry else { continue };
        let mut bounds: Option<Rect<f64>> = None;
        walk(&geometry.value, &mut |place| bounds = around(bounds, place), &mut |_| {});
        let Some(bounds) = bounds else { continue };
        let [low, high] = [bounds.min(), bounds.max()];
        let mut corners = [low, high, Coord { x: low.x, y: high.y }, Coord { x: high.x, y: low.y }];
        if projector.forward(&mut corners).is_err() {
            feature.geometry = None;
            let detail = format!("its place, {}, {}, {TOO_FAR}; read without a shape", low.x, low.y);
            findings.push(Finding::new(stage, file, format!("feature {}", row + 1), FindingKind::BadPlace, detail));
        }
    }
}

fn around(bounds: Option<Rect<f64>>, place: &Position) -> Option<Rect<f64>> {
    let &[x, y, ..] = place.as_slice() else { return bounds };
    let own = Rect::new((x, y), (x, y));
    let wider = |b: Rect<f64>| Rect::new((b.min().x.min(x), b.min().y.min(y)), (b.max().x.max(x), b.max().y.max(y)));
    Some(bounds.map_or(own, wider))
}

/// Hands out every position of a geometry, and every ring.
pub(super) fn walk(geometry: &GeometryValue, place: &mut dyn FnMut(&Position), ring: &mut dyn FnMut(&[Position])) {
    match geometry {
        GeometryValue::Point { coordinates } => place(coordinates),
        GeometryValue::MultiPoint { coordinates } | GeometryValue::LineString { coordinates } => coordinates.iter().for_each(place),
        GeometryValue::MultiLineString { coordinates } => coordinates.iter().flatten().for_each(place),
        GeometryValue::Polygon { coordinates } => {
            coordinates.iter().flatten().for_each(place);
            coordinates.iter().for_each(|own| ring(own));
        }
        GeometryValue::MultiPolygon { coordinates } => {
            coordinates.iter().flatten().flatten().for_each(place);
            coordinates.iter().flatten().for_each(|own| ring(own));
        }
        GeometryValue::GeometryCollection { geometries } => geometries.iter().for_each(|own| walk(&own.value, place, ring)),
    }
}

/// Whether any position has more than two numbers.
pub(crate) fn has_heights(geometry: &GeometryValue) -> bool {
    let mut high = false;
    walk(geometry, &mut |place| high |= place.len() > 2, &mut |_| {});
    high
}

/// A position that is no longitude and latitude, in words.
fn what_is_wrong(place: &Position) -> Option<String> {
    let &[x, y, ..] = place.as_slice() else { return Some("of one number".to_owned()) };
    let swapped = if on_globe(Coord { x: y, y: x }) { " (are longitude and latitude swapped?)" } else { "" };
    (!on_globe(Coord { x, y })).then(|| format!("{x}, {y} is no longitude, latitude{swapped}"))
}

/// A property as text: numbers without a decimal point stay as written.
pub(crate) fn property(feature: &Feature, key: &str) -> Option<String> {
    match feature.property(key)? {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Null => None,
        other => Some(other.to_string()),
    }
}

/// A property as a finding shows it.
pub(super) fn value(feature: &Feature, key: &str) -> String {
    match property(feature, key) {
        Some(text) if !text.is_empty() => format!("`{}`", shown(&text, 40)),
        _ => "nothing".to_owned(),
    }
}

/// Every key of some objects once, in order of appearance.
pub(crate) fn keys<'o>(objects: impl IntoIterator<Item = &'o JsonObject>) -> Vec<&'o str> {
    let mut met: HashSet<&str> = HashSet::new();
    objects.into_iter().flat_map(JsonObject::keys).map(String::as_str).filter(|key| met.insert(key)).collect()
}

/// The complaint that no feature has a property which the plan names, as `key` says; with those that there are.
pub(super) fn lacking(features: &[Feature], property: &str, key: &str, file: &str) -> Error {
    let names = keys(features.iter().filter_map(|feature| feature.properties.as_ref()));
    let expected = match (names.as_slice(), file.to_lowercase().split('|').next().is_some_and(|file| file.ends_with(".shp"))) {
        ([], true) => "properties: those of a shapefile are in the .dbf beside it".to_owned(),
        ([], false) => "features with properties".to_owned(),
        (names, _) => format!("one that its features have: {}", shown(&names.join(", "), 200)),
    };
    data(file, "", format!("no property `{property}`, which {key} names"), expected)
}

/// Whether any feature has a property, empty or not.
pub(super) fn has(features: &[Feature], property: &str) -> bool {
    features.iter().any(|feature| feature.contains_property(property))
}

/// The feature's own id as text.
pub(crate) fn feature_id(feature: &Feature) -> Option<String> {
    match feature.id.as_ref()? {
        geojson::feature::Id::String(text) => Some(text.clone()),
        geojson::feature::Id::Number(number) => Some(number.to_string()),
    }
}

/// The geometry, if there is one.
pub(crate) fn geometry(feature: &Feature, file: &str, place: &str) -> Result<Option<Geometry<f64>>, Error> {
    let Some(geometry) = &feature.geometry else { return Ok(None) };
    let mut short = false;
    walk(&geometry.value, &mut |place| short |= place.len() < 2, &mut |_| {});
    if short {
        return Err(data(file, place, "a position of one number", "two numbers or more in every position"));
    }
    let geometry = geometry.try_into().map_err(|e: geojson::Error| data(file, place, e.to_string(), "a geometry of RFC 7946"))?;
    Ok(Some(geometry))
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
