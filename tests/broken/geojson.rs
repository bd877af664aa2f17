//! Layers of GeoJSON, whole and a feature a line.

use std::fmt::Write as _;

use super::bytes::utf16;
use super::case::{Case, file, record, sound, works};
use super::check::check;

fn swapped(case: Case, from: &str, to: &str) -> Case {
    case.swap("zones.geojson", from, to)
}

/// The ring of the eastern zone, and its coordinates.
const EAST: &str = "[[[100.0025, 9.9995], [100.0045, 9.9995], [100.0045, 10.0045], [100.0025, 10.0045], [100.0025, 9.9995]]]";

/// The eastern zone with another geometry.
fn east(case: Case, geometry: &str) -> Case {
    swapped(case, &format!("\"geometry\": {{\"type\": \"Polygon\",\n  \"coordinates\": {EAST}}}"), &format!("\"geometry\": {geometry}"))
}

/// The eastern zone with other coordinates.
fn ring(case: Case, coordinates: &str) -> Case {
    swapped(case, EAST, coordinates)
}

/// One more feature in the zones.
fn more(case: Case, feature: &str) -> Case {
    swapped(case, "\n]}", &format!(",\n{feature}\n]}}"))
}

#[test]
fn zones() {
    let text = sound("zones.geojson");
    check(
        "zones",
        vec![
            works("a byte-order mark").put("zones.geojson", format!("\u{feff}{text}")),
            file("an empty file").put("zones.geojson", ""),
            file("spaces alone").put("zones.geojson", " \n \n"),
            file("no JSON").put("zones.geojson", "code,name\nW,West\n"),
            file("a page of the web").put("zones.geojson", "<html><body>404</body></html>"),
            file("cut off").put("zones.geojson", &text[..text.len() / 2]),
            file("more behind the end").put("zones.geojson", text.clone() + "}"),
            file("UTF-16").put("zones.geojson", utf16(&format!("\u{feff}{text}"))),
            file("not UTF-8").put("zones.geojson", super::bytes::gb18030(&text.replace("West", "西区"))),
            file("JSON, and no GeoJSON").put("zones.geojson", "{\"zones\": [1, 2]}"),
            file("a list").put("zones.geojson", "[1, 2]"),
            file("a type that nobody knows").put("zones.geojson", text.replace("\"Polygon\"", "\"Hexagon\"")),
            file("TopoJSON").put("zones.geojson", "{\"type\": \"Topology\", \"objects\": {}, \"arcs\": []}"),
            file("a bare geometry").put("zones.geojson", format!("{{\"type\": \"Polygon\", \"coordinates\": {EAST}}}")),
            file("no feature").put("zones.geojson", "{\"type\": \"FeatureCollection\", \"features\": []}"),
            file("features that are none").put("zones.geojson", "{\"type\": \"FeatureCollection\", \"features\": {}}"),
            swapped(
                file("a CRS of metres"),
                "\"features\"",
                "\"crs\": {\"type\": \"name\", \"properties\": {\"name\": \"urn:ogc:def:crs:EPSG::32647\"}}, \"features\"",
            ),
            swapped(
                works("a CRS that says what is so"),
                "\"features\"",
                "\"crs\": {\"type\": \"name\", \"properties\": {\"name\": \"urn:ogc:def:crs:OGC:1.3:CRS84\"}}, \"features\"",
            ),
            swapped(
                file("a CRS of metres whose number begins with that of WGS84"),
                "\"features\"",
                "\"crs\": {\"type\": \"name\", \"properties\": {\"name\": \"EPSG:43261\"}}, \"features\"",
            ),
            file("metres that say nothing").put("zones.geojson", text.replace("100.00", "6.00e5, 1").replace("99.99", "5.99e5, 1")),
            file("metres for degrees").put("zones.geojson", text.replace("100.00", "6100.00").replace("99.99", "6099.99")),
            ring(file("coordinates as texts"), &EAST.replace("100.0025, 9.9995", "\"100.0025\", \"9.9995\"")),
            ring(file("NaN in it"), &EAST.replacen("9.9995", "NaN", 1)),
            ring(file("Infinity in it"), &EAST.replacen("9.9995", "-Infinity", 1)),
            ring(file("1e999 in it"), &EAST.replacen("9.9995", "1e999", 1)),
            ring(file("null for a number"), &EAST.replacen("9.9995", "null", 1)),
            ring(record("a position of one number"), &EAST.replacen("100.0025, 9.9995", "100.0025", 1)),
            ring(works("heights"), &EAST.replace("95]", "95, 12.5]").replace("45]", "45, 12.5]")),
            ring(file("a ring that is not closed"), &EAST.replace(", [100.0025, 9.9995]]]", "]]")),
            ring(record("a ring of two corners"), "[[[100.0025, 9.9995], [100.0045, 9.9995], [100.0025, 9.9995]]]"),
            ring(record("a ring of one corner"), "[[[100.0025, 9.9995]]]"),
            ring(record("a ring of no corner"), "[[]]"),
            ring(record("a polygon without a ring"), "[]"),
            ring(
                record("a ring that crosses itself"),
                "[[[100.0025, 9.9995], [100.0045, 10.0045], [100.0045, 9.9995], [100.0025, 10.0045], [100.0025, 9.9995]]]",
            ),
            ring(record("a ring without area"), "[[[100.0025, 9.9995], [100.0045, 9.9995], [100.0035, 9.9995], [100.0025, 9.9995]]]"),
            ring(record("a hole outside"), &EAST.replace("]]]", "]], [[101, 11], [101, 11.1], [101.1, 11.1], [101, 11]]]")),
            ring(
                record("a hole as large as the zone"),
                &EAST.replace(
                    "]]]",
                    "]], [[100.0025, 9.9995], [100.0025, 10.0045], [100.0045, 10.0045], [100.0045, 9.9995], [100.0025, 9.9995]]]",
                ),
            ),
            ring(record("a corner at 95° north"), &EAST.replace("10.0045", "95")),
            ring(
                record("longitude and latitude swapped"),
                "[[[9.9995, 100.0025], [9.9995, 100.0045], [10.0045, 100.0045], [10.0045, 100.0025], [9.9995, 100.0025]]]",
            ),
            ring(file("a zone at zero and zero"), "[[[0, 0], [0.002, 0], [0.002, 0.002], [0, 0.002], [0, 0]]]"),
            ring(file("a zone as large as the world"), "[[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]"),
            east(record("no geometry"), "null"),
            east(record("a point for a zone"), "{\"type\": \"Point\", \"coordinates\": [100.0035, 10]}"),
            east(record("a line for a zone"), "{\"type\": \"LineString\", \"coordinates\": [[100.0025, 9.9995], [100.0045, 9.9995]]}"),
            east(
                record("a collection for a zone"),
                &format!("{{\"type\": \"GeometryCollection\", \"geometries\": [{{\"type\": \"Polygon\", \"coordinates\": {EAST}}}]}}"),
            ),
            east(file("coordinates of another type"), "{\"type\": \"MultiPolygon\", \"coordinates\": [[100, 10], [100.1, 10]]}"),
            east(file("no coordinates"), "{\"type\": \"Polygon\"}"),
            swapped(file("an id twice"), "\"E\"", "\"W\""),
            swapped(file("no id in one"), "\"code\": \"E\", ", ""),
            swapped(file("an id that is null"), "\"code\": \"E\"", "\"code\": null"),
            swapped(file("an id that is empty"), "\"code\": \"E\"", "\"code\": \"\""),
            swapped(works("an id that is a number"), "\"code\": \"E\"", "\"code\": 3101120060001"),
            swapped(file("a property that the plan names and no zone has"), "code", "number").swap("zones.geojson", "code", "number"),
            swapped(record("no name"), "\"name\": \"East\"", "\"name\": null"),
            swapped(file("properties that are none"), "{\"code\": \"E\", \"name\": \"East\"}", "7"),
            more(
                record("a zone over another"),
                &format!(
                    "{{\"type\": \"Feature\", \"properties\": {{\"code\": \"F\", \"name\": \"Again\"}}, \"geometry\": {{\"type\": \"Polygon\", \"coordinates\": {EAST}}}}}"
                ),
            ),
            file("nested deep").put("zones.geojson", "[".repeat(1_000_000)),
            file("collections nested deep").put(
                "zones.geojson",
                "{\"type\": \"FeatureCollection\", \"features\": [{\"type\": \"Feature\", \"properties\": null, \"geometry\": ".to_owned()
                    + &"{\"type\": \"GeometryCollection\", \"geometries\": [".repeat(100_000),
            ),
            file("a million corners, one of them NaN").put("zones.geojson", million(&text, "NaN")),
            record("a million corners, one of them at 95° north").put("zones.geojson", million(&text, "95")),
            file("a layer that is named by nothing known")
                .without("zones.geojson")
                .put("zones.kml", "<kml/>")
                .plan("zones.geojson", "zones.kml"),
        ],
    );
}

/// The zones, the eastern one with a million corners, and one latitude of `odd`.
fn million(text: &str, odd: &str) -> String {
    let mut corners = String::from("[[[100.0025, 9.9995], ");
    for k in 0..1_000_000 {
        let lat = if k == 500_000 { odd } else { "9.9995" };
        let _ = write!(corners, "[100.{:08}, {lat}], ", 250_000 + k / 5);
    }
    text.replace(EAST, &(corners + "[100.0045, 10.0045], [100.0025, 10.0045], [100.0025, 9.9995]]]"))
}

/// Files of some kilobytes whose lines cross in millions of places.
#[test]
fn tangles() {
    let star = super::bytes::star(1601);
    let corners: Vec<String> = star.iter().map(|[x, y]| format!("[{x}, {y}]")).collect();
    let coordinates = format!("[[{}]]", corners.join(", "));
    let layer = |properties: &str| {
        let geometry = format!("{{\"type\": \"Polygon\", \"coordinates\": {coordinates}}}");
        format!(
            "{{\"type\": \"FeatureCollection\", \"features\": [{{\"type\": \"Feature\", \"properties\": {properties}, \"geometry\": {geometry}}}]}}"
        )
    };
    let across = |(from, to): ([f64; 2], [f64; 2])| {
        format!(
            "{{\"type\": \"Feature\", \"properties\": {{\"highway\": \"service\"}}, \"geometry\": {{\"type\": \"LineString\", \"coordinates\": [{from:?}, {to:?}]}}}}"
        )
    };
    let street = |i: u32| {
        let aside = 0.005 * f64::from(i) / 1500.0;
        let (east, north) = (([100.0 + aside, 10.0], [100.0 + aside, 10.005]), ([100.0, 10.0 + aside], [100.005, 10.0 + aside]));
        [across(east), across(north)].join(",\n")
    };
    let streets: Vec<String> = (0..1500).map(street).collect();
    let extent = "[roads]\nsource = \"town.osm\"\n";
    check(
        "tangles",
        vec![
            ring(file("a zone like a star of 1,601 corners"), &coordinates),
            file("a mask like it")
                .put("star.geojson", layer("{}"))
                .plan("[[services]]", "[ground]\nmask = [\"star.geojson\"]\n\n[[services]]"),
            file("an extent of the roads like it")
                .put("star.geojson", layer("{}"))
                .plan(extent, &format!("{extent}extent = \"star.geojson\"\n")),
            file("people of an area like it")
                .put("star.geojson", layer("{\"people\": 100}"))
                .plan("method = \"points\"\nsource = \"people.csv\"", "method = \"polygons\"\nsource = \"star.geojson\""),
            file("streets that cross each other in two million places")
                .put("streets.geojson", format!("{{\"type\": \"FeatureCollection\", \"features\": [\n{}\n]}}", streets.join(",\n")))
                .plan("source = \"town.osm\"", "source = \"streets.geojson\""),
        ],
    );
}

#[test]
fn lines() {
    let features: Vec<String> = sound("zones.geojson")
        .split("\n{")
        .skip(1)
        .map(|text| "{".to_owned() + text.trim_end_matches("]}\n").trim_end().trim_end_matches(','))
        .collect();
    let [west, east] = [0, 1].map(|i| features[i].replace('\n', " "));
    let lines =
        |case: Case, text: String| case.without("zones.geojson").put("zones.geojsonl", text).plan("zones.geojson", "zones.geojsonl");
    check(
        "lines",
        vec![
            lines(works("sound"), format!("{west}\n{east}\n")),
            lines(works("empty lines and record separators"), format!("\u{1e}{west}\r\n\n\u{1e}{east}\n\n")),
            lines(file("an empty file"), String::new()),
            lines(file("a line that is none"), format!("{west}\nnothing\n{east}\n")),
            lines(file("a line cut off"), format!("{west}\n{}", &east[..90])),
            lines(file("a collection in a line"), sound("zones.geojson").replace('\n', " ")),
            lines(file("a collection over lines"), sound("zones.geojson")),
            lines(file("a geometry in a line"), format!("{west}\n{{\"type\": \"Point\", \"coordinates\": [100, 10]}}\n")),
        ],
    );
}

#[test]
fn clinics() {
    let clinic = |id: &str, geometry: &str| {
        format!(
            "{{\"type\": \"Feature\", \"properties\": {{\"id\": {id}, \"name\": \"Clinic {}\"}}, \"geometry\": {geometry}}}",
            id.replace('"', "")
        )
    };
    let point = |lon: &str, lat: &str| format!("{{\"type\": \"Point\", \"coordinates\": [{lon}, {lat}]}}");
    let both = [clinic("1", &point("100", "10")), clinic("2", &point("100.004", "10.004"))];
    let layer = |case: Case, more: &[String]| {
        let features = both.iter().chain(more).cloned().collect::<Vec<_>>().join(",\n");
        let text = format!("{{\"type\": \"FeatureCollection\", \"features\": [\n{features}\n]}}\n");
        case.without("clinics.csv").put("clinics.geojson", text).plan("clinics.csv", "clinics.geojson")
    };
    check(
        "clinics",
        vec![
            layer(works("sound"), &[]),
            layer(record("a clinic without a place"), &[clinic("3", "null")]),
            layer(
                record("a clinic that is a line"),
                &[clinic("3", "{\"type\": \"LineString\", \"coordinates\": [[100, 10], [100.001, 10]]}")],
            ),
            layer(
                record("a clinic of several points"),
                &[clinic("3", "{\"type\": \"MultiPoint\", \"coordinates\": [[100, 10], [100.001, 10]]}")],
            ),
            layer(record("a clinic at 95° north"), &[clinic("3", &point("100", "95"))]),
            layer(file("longitude and latitude swapped"), &[clinic("3", &point("10", "100"))]),
            layer(record("a clinic at zero and zero"), &[clinic("3", &point("0", "0"))]),
            layer(file("a point without coordinates"), &[clinic("3", "{\"type\": \"Point\", \"coordinates\": []}")]),
            layer(record("an id twice"), &[clinic("1", &point("100.002", "10"))]),
            layer(record("a clinic twice"), &[clinic("1", &point("100", "10"))]),
            layer(
                works("an area that crosses itself"),
                &[clinic(
                    "3",
                    "{\"type\": \"Polygon\", \"coordinates\": [[[100.001, 10.001], [100.0012, 10.0012], [100.0012, 10.001], [100.001, 10.0012], [100.001, 10.001]]]}",
                )],
            ),
            layer(record("an area without corners"), &[clinic("3", "{\"type\": \"Polygon\", \"coordinates\": []}")]),
            layer(file("a property that the plan names and no feature has"), &[])
                .plan("source = \"clinics.geojson\"", "source = \"clinics.geojson\"\ncolumns = { name = \"title\" }"),
        ],
    );
}
