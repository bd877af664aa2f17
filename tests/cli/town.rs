//! A town whose answers are known by arithmetic.
//!
//! Eleven by eleven street corners, 0.001° apart, from (9° E, 0° N) north and east. A thousandth of a degree of the equator is
//! 6,378,137 m × π / 180,000 = 111.319 m, or 92.766 s at 1.2 m/s. At the k-th corner of the southernmost street, which is the equator,
//! live 2^k people (k = 0 … 10, 2,047 in all), so that one sum names who was reached: the clinic at corner 0 reaches corner k within
//! k × 92.766 s. The border of the two zones runs between corners 4 and 5: 31 people west of it, 2,016 east.

use std::fmt::Write as _;

use super::desk::Desk;

/// Ids of 13 digits, as statistical offices give them: text, whatever JSON thinks.
pub(crate) const WEST: &str = "3101120060001";
pub(crate) const EAST: &str = "3101120060002";

pub(crate) fn roads() -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<osm version=\"0.6\">\n");
    for row in 0..11 {
        for column in 0..11 {
            let (id, lon, lat) = (100 * row + column + 1, 9000 + column, row);
            let _ = writeln!(xml, "<node id=\"{id}\" lon=\"{}.{:03}\" lat=\"0.{lat:03}\"/>", lon / 1000, lon % 1000);
        }
    }
    for line in 0..11 {
        for (way, step, start) in [(line + 1, 1, 100 * line + 1), (line + 101, 100, line + 1)] {
            let refs: String = (0..11).map(|k| format!("<nd ref=\"{}\"/>", start + step * k)).collect();
            let _ = writeln!(xml, "<way id=\"{way}\">{refs}<tag k=\"highway\" v=\"residential\"/></way>");
        }
    }
    xml + "</osm>\n"
}

/// A rectangle as a GeoJSON feature, its id a number.
pub(crate) fn rectangle(id: &str, name: &str, west: f64, east: f64) -> String {
    let (south, north) = (-0.0005, 0.0105);
    format!(
        r#"{{"type": "Feature", "properties": {{"code": {id}, "name": "{name}"}}, "geometry": {{"type": "Polygon",
        "coordinates": [[[{west}, {south}], [{east}, {south}], [{east}, {north}], [{west}, {north}], [{west}, {south}]]]}}}}"#
    )
}

pub(crate) fn collection(features: &[String]) -> String {
    format!("{{\"type\": \"FeatureCollection\", \"features\": [{}]}}", features.join(",\n"))
}

pub(crate) fn zones() -> String {
    collection(&[rectangle(WEST, "古美路街道", 8.9995, 9.0045), rectangle(EAST, "莘庄镇", 9.0045, 9.0105)])
}

/// `lon,lat,people`: 2^k people at corner k of the equator.
pub(crate) fn people() -> String {
    (0..11).fold("lon,lat,people\n".to_owned(), |text, k| format!("{text}9.{k:03},0,{}\n", 1 << k))
}

pub(crate) const CLINICS: &str = "id,name,lon,lat\nc1,West clinic,9.000,0\n";

pub(crate) const PLAN: &str = r#"
[study]
id = "town"
title = "A town on the equator"
[roads]
source = "town.osm"
[zones]
source = "zones.geojson"
id = "code"
name = "name"
[people]
method = "points"
source = "people.csv"
[[facilities]]
id = "clinics"
source = "clinics.csv"
[[services]]
id = "walk"
facilities = "clinics"
limit = "15min"
"#;

impl Desk {
    /// A desk with the town's files and its plan, `town.toml`.
    pub(crate) fn town() -> Desk {
        let desk = Desk::new();
        desk.put("town.osm", roads()).put("zones.geojson", zones()).put("people.csv", people());
        desk.put("clinics.csv", CLINICS).put("town.toml", PLAN);
        desk
    }
}
