//! Zones as they come from planning offices: Chinese names, long ids, faulty polygons.

use serde_json::Value;

use super::desk::{Desk, find, number};
use super::town::{EAST, WEST, collection, rectangle};

const RUN: [&str; 5] = ["run", "town.toml", "-q", "--out", "o"];

#[test]
fn chinese_names_reach_the_table_and_the_map() {
    let desk = Desk::town();
    desk.works(&[&RUN[..], &["--lang", "zh"]].concat());
    let rows = desk.rows("o/zones.csv");
    assert_eq!(find(&rows, "walk", WEST)["zone_name"], "古美路街道");
    assert_eq!(find(&rows, "walk", EAST)["zone_name"], "莘庄镇");
    let svg = desk.text("o/map.svg");
    assert!(svg.contains("古美路街道") && svg.contains("莘庄镇"));
    assert!(desk.findings("o", "missing_glyphs").is_empty());
    assert!(desk.bytes("o/map.png").starts_with(b"\x89PNG\r\n\x1a\n"));
}

#[test]
fn glyphs_that_the_font_lacks_are_listed() {
    let desk = Desk::town();
    // a cuneiform sign: in no font for maps
    desk.put("zones.geojson", collection(&[rectangle(WEST, "𒀀 Town", 8.9995, 9.0105)]));
    desk.works(&RUN);
    let missing = desk.findings("o", "missing_glyphs");
    assert_eq!(missing.len(), 1);
    assert!(missing[0]["detail"].contains('𒀀'), "{missing:?}");
}

#[test]
fn numeric_ids_of_thirteen_digits_stay_text() {
    let desk = Desk::town();
    desk.works(&[&RUN[..], &["--no-map"]].concat());
    let ids: Vec<String> = desk.rows("o/zones.csv").iter().map(|row| row["zone_id"].clone()).collect();
    assert_eq!(ids, ["3101120060001", "3101120060002"]);
    for layer in ["zones", "gaps", "coverage"] {
        let features = desk.json(&format!("o/{layer}.geojson"))["features"].clone();
        let ids: Vec<&Value> = features.as_array().unwrap().iter().map(|f| &f["properties"]["zone_id"]).collect();
        assert!(!ids.is_empty() && ids.iter().all(|id| *id == WEST || *id == EAST), "{layer}: {ids:?}");
    }
}

#[test]
fn a_bow_tie_is_repaired_and_listed() {
    let desk = Desk::town();
    // two triangles that meet in (9.005, 0.005), drawn as one ring that crosses itself
    let bow_tie = r#"{"type": "Feature", "properties": {"code": 7, "name": "Bow tie"}, "geometry": {"type": "Polygon",
        "coordinates": [[[9, 0], [9.01, 0.01], [9.01, 0], [9, 0.01], [9, 0]]]}}"#;
    desk.put("zones.geojson", collection(&[bow_tie.to_owned()]));
    desk.works(&[&RUN[..], &["--no-map"]].concat());
    let repaired = desk.findings("o", "polygon_repaired");
    assert_eq!((repaired.len(), repaired[0]["id"].as_str()), (1, "7"), "{repaired:?}");
    // half of 0.01° × 0.01°: 1,113.19 m × 1,105.74 m / 2
    let rows = desk.rows("o/zones.csv");
    let area = number(find(&rows, "walk", "7"), "area_m2");
    assert!((area / 615_450.0 - 1.0).abs() < 0.002, "{area}");
}

#[test]
fn overlapping_zones_are_measured() {
    let desk = Desk::town();
    // both hold the strip from 9.0035 to 9.0055
    desk.put("zones.geojson", collection(&[rectangle("1", "West", 8.9995, 9.0055), rectangle("2", "East", 9.0035, 9.0105)]));
    desk.works(&[&RUN[..], &["--no-map"]].concat());
    let overlaps = desk.findings("o", "zones_overlap");
    assert_eq!((overlaps.len(), overlaps[0]["id"].as_str()), (1, "1"), "{overlaps:?}");
    let detail = &overlaps[0]["detail"];
    let words: Vec<&str> = detail.split(' ').collect();
    let area: f64 = words[words.iter().position(|w| w.starts_with("m²")).unwrap() - 1].parse().unwrap();
    // 2 × 111.319 m, and 0.011° of latitude at 110.574 m a thousandth
    assert!((area / (2.0 * 111.319 * 11.0 * 110.574) - 1.0).abs() < 0.002, "{detail}");
    // nobody and no ground is counted twice: corner 4's 16 people, corner 5's 32 and the strip are the first zone's
    let rows = desk.rows("o/zones.csv");
    assert_eq!(rows.iter().map(|row| number(row, "people_total")).collect::<Vec<_>>(), [63.0, 1984.0]);
    for (row, thousandths) in rows.iter().zip([6.0, 5.0]) {
        let area = number(row, "area_m2");
        assert!((area / (thousandths * 111.319 * 11.0 * 110.574) - 1.0).abs() < 0.002, "{area}");
    }
}

#[test]
fn a_zone_within_another_is_swallowed_and_said() {
    let desk = Desk::town();
    desk.put("zones.geojson", collection(&[rectangle("1", "Whole", 8.9995, 9.0105), rectangle("2", "Part", 9.002, 9.005)]));
    desk.works(&RUN);
    let overlaps = desk.findings("o", "zones_overlap");
    assert!(overlaps.len() == 1 && overlaps[0]["detail"].ends_with("nothing is left of the other"), "{overlaps:?}");
    let rows = desk.rows("o/zones.csv");
    assert_eq!(rows.iter().map(|row| number(row, "people_total")).collect::<Vec<_>>(), [2047.0, 0.0]);
    assert_eq!((number(&rows[1], "mask_area_m2"), rows[1]["area_share"].as_str()), (0.0, ""));
}

#[test]
fn a_void_between_zones_is_measured() {
    let desk = Desk::town();
    let ring = r#"{"type": "Feature", "properties": {"code": 5, "name": "Ring"}, "geometry": {"type": "Polygon", "coordinates": [
        [[8.9995, -0.0005], [9.0105, -0.0005], [9.0105, 0.0105], [8.9995, 0.0105], [8.9995, -0.0005]],
        [[9.004, 0.004], [9.004, 0.006], [9.006, 0.006], [9.006, 0.004], [9.004, 0.004]]]}}"#;
    desk.put("zones.geojson", collection(&[ring.to_owned()]));
    desk.works(&[&RUN[..], &["--no-map"]].concat());
    let voids = desk.findings("o", "void_between_zones");
    // 222.639 m × 221.149 m
    assert_eq!(voids.len(), 1);
    let area: f64 = voids[0]["detail"].split(' ').next().unwrap().parse().unwrap();
    assert!((area / (222.639 * 221.149) - 1.0).abs() < 0.002, "{}", voids[0]["detail"]);
}

#[test]
fn features_that_are_no_polygon_are_left_out_and_listed() {
    let desk = Desk::town();
    let point = r#"{"type": "Feature", "properties": {"code": 9}, "geometry": {"type": "Point", "coordinates": [9, 0]}}"#;
    desk.put("zones.geojson", collection(&[rectangle("1", "All", 8.9995, 9.0105), point.to_owned()]));
    desk.works(&[&RUN[..], &["--no-map"]].concat());
    assert_eq!(desk.findings("o", "not_a_polygon").len(), 1);
    assert_eq!(desk.rows("o/zones.csv").len(), 1);
    // two zones of one id cannot be told apart: an error, not a guess
    desk.put("zones.geojson", collection(&[rectangle("1", "A", 8.9995, 9.004), rectangle("1", "B", 9.004, 9.0105)]));
    desk.fails(&RUN, 3, &["zones.geojson", "`1` twice", "zones.id"]);
}
