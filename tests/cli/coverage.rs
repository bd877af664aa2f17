//! `catchment coverage`: the main job from flags alone, on Liechtenstein and on the town.

use serde_json::Value;

use super::desk::{Desk, data, find, number};
use super::town::{EAST, PLAN, WEST};

const TAGS: [&str; 4] = ["--tags", "amenity=hospital|clinic|doctors|pharmacy", "--tags", "healthcare=hospital|clinic|doctor"];

/// Runs `coverage` on Liechtenstein's roads and municipalities with these flags, into `out`.
fn liechtenstein(desk: &Desk, out: &str, flags: &[&str]) {
    let pbf = data("liechtenstein/liechtenstein-2013-08-03.osm.pbf");
    let fixed = ["coverage", "--roads", &pbf, "--zones", &pbf, "--limit", "15min", "--no-map", "-q", "--out", out];
    desk.works(&[&fixed, flags].concat());
}

#[test]
fn from_osm_and_from_layers_of_the_same_facilities() {
    let desk = Desk::new();
    let (pbf, residents) = (data("liechtenstein/liechtenstein-2013-08-03.osm.pbf"), data("liechtenstein/residents.csv"));
    liechtenstein(&desk, "osm", &[&["--facilities", &pbf, "--people", &residents], &TAGS[..]].concat());
    let people = &desk.json("osm/summary.json")["services"][0]["people"];
    assert_eq!(people["total"], 38_749.0);
    // benches/peers/coverage_reference.py: 10,310.88 people, 26.61 %
    let covered = desk.covered("osm");
    assert!((covered - 10_310.88).abs() < 0.005 * 38_749.0, "{covered}");
    // the five facilities that were found, given back as a layer and as a table
    let layer = desk.json("osm/facilities.geojson");
    assert_eq!(layer["features"].as_array().unwrap().len(), 5);
    desk.put("care.geojson", layer.to_string()).put("care.csv", table(&layer));
    liechtenstein(&desk, "geojson", &["--facilities", "care.geojson", "--people", &residents]);
    liechtenstein(&desk, "csv", &["--facilities", "care.csv", "--people", &residents]);
    for out in ["geojson", "csv"] {
        // places are rounded to a centimetre
        assert!((desk.covered(out) - covered).abs() < 1.0, "{out}: {} is not {covered}", desk.covered(out));
        let ids = |out: &str| desk.json(&format!("{out}/facilities.geojson"))["features"].as_array().unwrap().iter().map(id).collect();
        let [mut left, mut right]: [Vec<String>; 2] = [ids("osm"), ids(out)];
        left.sort();
        right.sort();
        assert_eq!(left, right);
    }
}

fn id(feature: &Value) -> String {
    feature["properties"]["facility_id"].as_str().unwrap().to_owned()
}

fn place(feature: &Value) -> (f64, f64) {
    let at = &feature["geometry"]["coordinates"];
    (at[0].as_f64().unwrap(), at[1].as_f64().unwrap())
}

/// `code,Name,LONGITUDE,LATITUDE`
fn table(layer: &Value) -> String {
    layer["features"].as_array().unwrap().iter().fold("code,Name,LONGITUDE,LATITUDE\n".to_owned(), |text, feature| {
        let (lon, lat) = place(feature);
        format!("{text}{},\"{}\",{lon},{lat}\n", id(feature), feature["properties"]["name"].as_str().unwrap_or_default())
    })
}

#[test]
fn people_as_points_with_one_outside_every_zone() {
    let desk = Desk::new();
    let pbf = data("liechtenstein/liechtenstein-2013-08-03.osm.pbf");
    liechtenstein(&desk, "osm", &[&["--facilities", &pbf, "--people", "osm"], &TAGS[..]].concat());
    let layer = desk.json("osm/facilities.geojson");
    // 1, 2, 4, 8, 16 people where the facilities are; 32 in Switzerland, 10 km from the nearest of these roads
    let mut people = String::from("lon,lat,people\n9.40,47.10,32\n");
    for (i, feature) in layer["features"].as_array().unwrap().iter().enumerate() {
        let (lon, lat) = place(feature);
        people += &format!("{lon},{lat},{}\n", 1 << i);
    }
    desk.put("people.csv", people);
    liechtenstein(&desk, "points", &[&["--facilities", &pbf, "--people", "people.csv"], &TAGS[..]].concat());
    let summary = desk.json("points/summary.json");
    let total = &summary["services"][0]["people"];
    assert_eq!(
        ["total", "covered", "uncovered", "unreachable", "unlinked"].map(|key| total[key].as_f64().unwrap()),
        [31.0, 31.0, 0.0, 0.0, 0.0]
    );
    let rows = desk.rows("points/zones.csv");
    let outside = find(&rows, "walk", "outside");
    // and outside the box of the road file
    assert_eq!((number(outside, "people_total"), number(outside, "people_no_data")), (32.0, 32.0));
    let listed = desk.findings("points", "people_outside");
    assert!(listed.len() == 1 && listed[0]["detail"].starts_with("1 points with 32.0 people"), "{listed:?}");
}

fn town(desk: &Desk, flags: &[&str]) {
    let fixed = ["coverage", "--roads", "town.osm", "--zones", "zones.geojson", "--zone-id", "code", "--no-map", "-q", "--out", "o"];
    desk.works(&[&fixed, flags].concat());
}

#[test]
fn the_town_from_flags_is_the_town_from_its_plan() {
    let desk = Desk::town();
    town(&desk, &["--facilities", "clinics.csv", "--people", "people.csv", "--title", "A \"town\"\nof two lines\\"]);
    assert_eq!(desk.covered("o"), 1023.0);
    assert_eq!(desk.json("o/summary.json")["title"], "A \"town\"\nof two lines\\");
    assert_eq!(desk.rows("o/zones.csv")[0]["zone_id"], WEST);
    town(&desk, &["--facilities", "clinics.csv", "--people", "people.csv", "--limit", "10min"]);
    assert_eq!(desk.covered("o"), 127.0);
}

#[test]
fn totals_and_points_are_told_apart_by_their_columns() {
    let desk = Desk::town();
    desk.put("totals.csv", format!("zone_id,people\n{WEST},1000\n{EAST},500\n"));
    town(&desk, &["--facilities", "clinics.csv", "--people", "totals.csv"]);
    let totals = |desk: &Desk| desk.rows("o/zones.csv").iter().map(|row| number(row, "people_total")).collect::<Vec<_>>();
    assert_eq!(totals(&desk), [1000.0, 500.0]);
    desk.put("totals.csv", "\u{feff}zone_name,people\n莘庄镇,500\n古美路街道,1000\n松江,7\n");
    town(&desk, &["--facilities", "clinics.csv", "--people", "totals.csv"]);
    assert_eq!(totals(&desk), [1000.0, 500.0]);
    assert_eq!(desk.findings("o", "unmatched_rows")[0]["id"], "松江");
    // points that say which zone they lie in are points
    desk.put("people.csv", format!("zone_id,lon,lat,people\n{WEST},9.0,0,3\n{WEST},9.001,0,4\n{EAST},9.010,0,5\n"));
    town(&desk, &["--facilities", "clinics.csv", "--people", "people.csv"]);
    assert_eq!(totals(&desk), [7.0, 5.0]);
    assert_eq!(desk.covered("o"), 7.0);
}

#[test]
fn a_zone_without_a_total_is_unknown_and_not_zero() {
    let desk = Desk::town();
    desk.put("totals.csv", format!("zone_id,people\n{WEST},1000\n"));
    let spread = "method = \"spread\"\ntotals = \"totals.csv\"\n[checks]\nzones_unknown_error = 0.6";
    desk.put("town.toml", PLAN.replace("method = \"points\"\nsource = \"people.csv\"", spread));
    desk.works(&["run", "town.toml", "--no-map", "--out", "o"]);
    let rows = desk.rows("o/zones.csv");
    for column in ["people_total", "people_covered", "people_share", "people_uncovered", "gap_people_share_of_all"] {
        assert_eq!(find(&rows, "walk", EAST)[column], "", "{column}");
    }
    assert!(number(find(&rows, "walk", EAST), "area_covered_m2") > 0.0);
    assert_eq!(desk.findings("o", "zones_unknown").len(), 1);
    let gaps = desk.json("o/gaps.geojson");
    let last = gaps["features"].as_array().unwrap().last().unwrap()["properties"].clone();
    assert_eq!((&last["zone_id"], &last["people"]), (&Value::from(EAST), &Value::Null));
}
