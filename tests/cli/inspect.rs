//! `inspect`: what a file is, what looks wrong, what it is held against.

use serde_json::Value;

use super::desk::{Desk, data};

fn looked(desk: &Desk, args: &[&str]) -> Value {
    let done = desk.works(&[&["inspect", "--json"], args].concat());
    serde_json::from_str(&done.out).unwrap()
}

fn kinds(found: &Value) -> Vec<String> {
    found["findings"].as_array().unwrap().iter().map(|finding| finding["kind"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn tables_tell_their_encoding_their_ids_and_what_is_odd() {
    let desk = Desk::new();
    let text = "编号,名称,经度,纬度,人口\n01,浦江,121.5,31.1,100\n02,莘庄,121.4,31.1,50.5\n02,莘庄,121.4,31.1,\n03,马桥,,31,7\n";
    desk.put("t.csv", encoding_rs::GB18030.encode(text).0);
    let found = looked(&desk, &["t.csv"]);
    assert_eq!(found["format"], "table, gb18030");
    assert_eq!((found["rows"].as_u64(), found["repeated_places"].as_u64()), (Some(4), Some(1)));
    assert_eq!(found["repeated_ids"], serde_json::json!(["编号", 1]));
    assert_eq!(kinds(&found), ["encoding_guessed", "no_place"]);
    assert_eq!(found["extent"], serde_json::json!([121.4, 31.1, 121.5, 31.1]));
    // people sum up to 157.5
    let people = found["fields"].as_array().unwrap().iter().find(|field| field["name"] == "人口").unwrap();
    assert_eq!(people["numbers"], serde_json::json!([157.5, 7.0, 100.0]));
    for (rows, kind, part) in [
        ("lon,lat\n31.1,121.5\n31.2,121.4\n", "swapped", "latitudes"),
        ("x,y\n40631742,3444212\n", "metres_in_degrees", "EPSG:4528"),
        ("x,y\n-3120.5,8044.1\n", "metres_in_degrees", "[grids]"),
    ] {
        desk.put("odd.csv", rows);
        let done = desk.works(&["inspect", "odd.csv"]);
        assert!(done.out.contains(kind) && done.out.contains(part), "{}", done.out);
    }
}

#[test]
fn what_a_plan_says_where_a_suspicion_is_right() {
    let desk = Desk::new();
    for (text, line) in [
        ("经度,纬度\n31.1,121.5\n31.2,121.4\n", "# columns = { x = \"纬度\", y = \"经度\" }\n"),
        ("x,y\n3444212,40631742\n", "# columns = { x = \"y\", y = \"x\", crs = \"EPSG:4528\" }\n"),
        ("x,y\n40631742,3444212\n", "# columns = { crs = \"EPSG:4528\" }\n"),
    ] {
        desk.put("odd.csv", text);
        let plan = looked(&desk, &["odd.csv"])["plan"].as_str().unwrap().to_owned();
        assert!(plan.ends_with(line), "{plan}");
    }
    desk.put("fine.csv", "lon,lat\n121.5,31.1\n");
    assert!(!looked(&desk, &["fine.csv"])["plan"].as_str().unwrap().contains('#'));
}

#[test]
fn geojson_with_a_crs_of_its_own_is_read_by_it() {
    let desk = Desk::new();
    // the natural origin of UTM zone 32: 9° east on the equator
    let text = |crs: &str| {
        format!(
            "{{\"type\": \"FeatureCollection\", \"crs\": {{\"type\": \"name\", \"properties\": {{\"name\": \"{crs}\"}}}}, \
             \"attribution\": \"© Land\", \"generator\": \"x\", \"features\": [{{\"type\": \"Feature\", \"properties\": {{}}, \
             \"geometry\": {{\"type\": \"Point\", \"coordinates\": [500000, 0]}}}}]}}"
        )
    };
    desk.put("m.geojson", text("urn:ogc:def:crs:EPSG::32632"));
    let found = looked(&desk, &["m.geojson"]);
    assert_eq!(found["crs"], "EPSG:32632 (its `crs` member says so)");
    assert_eq!(found["extent"], serde_json::json!([9.0, 0.0, 9.0, 0.0]));
    // whose data it is goes along, where there is a place for it; else that is said, as of what has none anywhere
    let done = desk.works(&["convert", "m.geojson", "d.geojson"]);
    assert!(done.err.contains("left out: generator") && !done.err.contains("no place"), "{}", done.err);
    let made = std::fs::read_to_string(desk.path("d.geojson")).unwrap();
    assert!(made.contains("\"attribution\":\"© Land\"") && !made.contains("\"crs\""), "{made}");
    let done = desk.works(&["convert", "m.geojson", "d.csv"]);
    assert!(done.err.contains("has no place in this format: \"© Land\""), "{}", done.err);
    desk.put("odd.geojson", text("urn:ogc:def:crs:EPSG::43261"));
    assert_eq!(kinds(&looked(&desk, &["odd.geojson"])), ["crs_missing"]);
    desk.fails(&["convert", "odd.geojson", "e.geojson"], 3, &["a CRS that is not understood: urn:ogc:def:crs:EPSG::43261"]);
}

#[test]
fn layers_in_a_crs_that_is_not_theirs() {
    let desk = Desk::town();
    desk.works(&["convert", "clinics.csv", "clinics.csv.gpkg"]);
    desk.put("m.csv", "x,y\n500000,0\n500100,10\n");
    desk.works(&["convert", "m.csv", "metres.gpkg", "--from", "EPSG:32632"]);
    assert_eq!(kinds(&looked(&desk, &["metres.gpkg"])), Vec::<String>::new());
    // degrees that are said to be metres
    desk.works(&["convert", "clinics.csv", "said.gpkg", "--from", "EPSG:32632"]);
    assert_eq!(kinds(&looked(&desk, &["said.gpkg"])), ["degrees_in_metres"]);
}

#[test]
fn places_are_held_against_roads_and_zones() {
    let desk = Desk::town();
    // corner 0 on the street, one 0.02° (2.2 km) north of the last street, one off the globe's other side
    desk.put("p.csv", "lon,lat,people\n9.000,0,5\n9.010,0,7\n9.005,0.03,11\n");
    let found = looked(&desk, &["p.csv", "--roads", "town.osm", "--zones", "zones.geojson"]);
    assert_eq!(kinds(&found), ["far_from_roads"]);
    let detail = found["findings"][0]["detail"].as_str().unwrap();
    // 0.02° of the meridian from the street at 0.01°: 2,211 m
    assert!(detail.starts_with("1 of 3 places lie more than 300 m from every road, the farthest 221"), "{detail}");
    let zones: Vec<(u64, f64)> =
        found["zones"].as_array().unwrap().iter().map(|zone| (zone["rows"].as_u64().unwrap(), zone["people"].as_f64().unwrap())).collect();
    assert_eq!(zones, [(1, 5.0), (1, 7.0), (1, 11.0)]);
    assert_eq!(found["zones"][2]["zone_id"], "outside");
    let done = desk.works(&["inspect", "p.csv", "--zones", "zones.geojson"]);
    assert!(done.out.contains("古美路街道") && done.out.contains("outside"), "{}", done.out);
    desk.fails(&["inspect", "p.csv", "--zones", "none.geojson"], 3, &["none.geojson"]);
}

#[test]
fn a_set_that_is_shifted_is_said_to_look_so() {
    let desk = Desk::new();
    // twelve corners of a grid of streets near Shanghai, as a map service gives them
    let mut xml = String::from("<?xml version=\"1.0\"?><osm version=\"0.6\">");
    for k in 0..12 {
        xml += &format!(
            "<node id=\"{}\" lon=\"{}\" lat=\"31.11\"/><node id=\"{}\" lon=\"{}\" lat=\"31.19\"/>",
            k + 1,
            121.40 + 0.013 * f64::from(k),
            k + 101,
            121.40 + 0.013 * f64::from(k)
        );
        xml +=
            &format!("<way id=\"{}\"><nd ref=\"{}\"/><nd ref=\"{}\"/><tag k=\"highway\" v=\"residential\"/></way>", k + 1, k + 1, k + 101);
    }
    desk.put("r.osm", xml + "</osm>");
    let rows = (0..12).fold("lon,lat\n".to_owned(), |text, k| format!("{text}{},31.15\n", 121.40 + 0.013 * f64::from(k)));
    desk.put("w.csv", rows);
    desk.works(&["convert", "w.csv", "g.csv", "--to", "gcj02"]);
    assert_eq!(kinds(&looked(&desk, &["w.csv", "--roads", "r.osm"])), Vec::<String>::new());
    let found = looked(&desk, &["g.csv", "--roads", "r.osm"]);
    assert!(kinds(&found).contains(&"likely_shifted".to_owned()), "{found}");
    // a prepared network will do
    desk.works(&["prepare", &data("liechtenstein/liechtenstein-2013-08-03.osm.pbf"), "-o", "l.cnet", "-q"]);
    desk.put("v.csv", "lon,lat\n9.5209,47.1410\n");
    assert_eq!(kinds(&looked(&desk, &["v.csv", "--roads", "l.cnet"])), Vec::<String>::new());
}

#[test]
fn what_a_file_does_not_tell_of_its_crs_ends_no_look() {
    let desk = Desk::town();
    desk.works(&["convert", "zones.geojson", "zones.gpkg"]);
    // the package's own word is that its CRS is not defined
    let bytes = desk.bytes("zones.gpkg");
    desk.put("u.gpkg", &bytes);
    let done = std::process::Command::new("sqlite3").arg(desk.path("u.gpkg")).arg("UPDATE gpkg_geometry_columns SET srs_id = -1").output();
    if done.is_ok_and(|done| done.status.success()) {
        let found = looked(&desk, &["u.gpkg"]);
        assert_eq!((kinds(&found), found["rows"].as_u64()), (vec!["crs_missing".to_owned()], Some(2)), "{found}");
        assert_eq!(kinds(&looked(&desk, &["u.gpkg", "--crs", "EPSG:4326"])), Vec::<String>::new());
    }
    // one file that is none does not keep the others from being looked at
    let done = desk.run(&["inspect", "none.csv", "clinics.csv", "zones.docx"]);
    assert_eq!(done.code, Some(3), "{}", done.err);
    assert!(done.out.contains("clinics.csv: table") && done.err.contains("none.csv") && done.err.contains("zones.docx"), "{}", done.err);
    // H3 cells are known by their column
    desk.put("h.csv", "h3,people\n89a901291abffff,5\n");
    assert!(desk.works(&["inspect", "h.csv"]).out.contains("method = \"cells\""));
    // a place at 0, 0 is far from every road, and no reason to stop
    desk.put("zero.csv", "lon,lat\n-170,80\n9.0,0\n");
    assert_eq!(kinds(&looked(&desk, &["zero.csv", "--roads", "town.osm"])), ["far_from_roads"]);
}

#[test]
fn what_is_shown_has_a_bound() {
    let desk = Desk::new();
    // each feature has a property of its own, and one of a name and a text without end
    let feature = |k: usize| {
        let long = "长".repeat(5000);
        format!(
            "{{\"type\": \"Feature\", \"properties\": {{\"id\": {k}, \"k{k}\": {k}, \"{long}\": \"{long}{k}\"}}, \
             \"geometry\": {{\"type\": \"Point\", \"coordinates\": [9, 0]}}}}"
        )
    };
    let features: Vec<String> = (0..700).map(feature).collect();
    desk.put("k.geojson", format!("{{\"type\": \"FeatureCollection\", \"features\": [{}]}}", features.join(",")));
    let found = looked(&desk, &["k.geojson"]);
    let fields = found["fields"].as_array().unwrap();
    assert_eq!((fields.len(), found["more_fields"].as_u64()), (500, Some(202)));
    let named = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap();
    assert_eq!((named("k3")["filled"].as_u64(), &named("k3")["examples"]), (Some(1), &serde_json::json!(["3"])));
    assert_eq!((named("id")["filled"].as_u64(), named("id")["distinct"].as_u64()), (Some(700), Some(700)));
    let long = format!("{}…", "长".repeat(200));
    assert_eq!(named(&long)["examples"], serde_json::json!([long, long, long]));
    assert_eq!(named(&long)["distinct"], 700);
    let shown = desk.works(&["inspect", "k.geojson"]).out;
    assert!(shown.contains("and 202 more columns"), "{shown}");
    // a row and a rule for each of 500; four texts of 200 letters, each two columns wide
    let widest = shown.lines().map(|line| line.chars().count()).max();
    assert!(shown.lines().count() < 1050 && widest < Some(1800), "{} lines, {widest:?} letters", shown.lines().count());
}
