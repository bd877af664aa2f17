//! People of rasters and H3 cells, from the plan to the summary; rasters that are looked at.

use std::path::Path;

use super::desk::Desk;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/load/data/rasters/");

/// The little town with other people; its zones go from 8.9995° to 9.0205° E.
fn desk(people: &str, file: &str, bytes: &[u8]) -> Desk {
    let desk = Desk::town();
    let plan = desk.text("town.toml");
    let start = plan.find("[people]").unwrap();
    let end = start + 1 + plan[start + 1..].find("\n[").unwrap();
    desk.put("town.toml", format!("{}[people]\n{people}\n{}", &plan[..start], &plan[end..]));
    desk.put(file, bytes);
    desk
}

fn raster(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(DATA).join(name)).unwrap()
}

#[test]
fn a_run_says_people_before_and_after() {
    let desk = desk("method = \"raster\"\nsource = \"people.tif\"", "people.tif", &raster("degrees.tif"));
    let done = desk.works(&["run", "town.toml", "--out", "o", "--no-map"]);
    let summary = desk.json("o/summary.json");
    let holds = &summary["services"][0]["conservation"];
    assert_eq!(holds["people_hold"], true, "{holds}");
    let number = |key: &str| holds[key].as_f64().unwrap();
    let (read, inside, outside) = (number("people_input"), number("people_in_zones"), number("people_outside_zones"));
    assert!(read > 0.0 && (inside + outside - read).abs() < 1e-9, "{holds}");
    // columns 0 to 10 and rows 0 to 9 of the raster, of which the zones cut the last ones into halves
    assert_eq!((read, number("people_beyond_not_used")), (658.0, 0.0), "{holds}");
    assert!((inside - 594.5).abs() < 0.01, "{holds}");
    let line = done.out.lines().find(|line| line.starts_with("People: ")).unwrap();
    assert!(line.starts_with("People: 658 read, 658 in the points: "), "{line}");
    let manifest = desk.json("o/manifest.json");
    assert!(manifest["inputs"].as_array().unwrap().iter().any(|input| input["file"] == "people.tif"), "{manifest}");
}

#[test]
fn h3_cells_run() {
    let table = b"h3,people\n8982f5cde23ffff,64\n8982f5cde0fffff,32\n";
    let desk = desk("method = \"cells\"\nsource = \"cells.csv\"", "cells.csv", table);
    let done = desk.works(&["run", "town.toml", "--out", "o", "--no-map"]);
    assert!(done.out.contains("People: 96 read, 96 in the points: "), "{}", done.out);
    assert_eq!(desk.json("o/summary.json")["services"][0]["conservation"]["people_hold"], true);
}

/// What `gdalinfo -stats` says of the files: 359 valid cells, mean 6.0222841225627, 1 to 11.
#[test]
fn a_raster_is_looked_at() {
    let desk = Desk::new();
    for name in ["f32_tiles_deflate_3.tif", "mollweide.tif", "no_crs.tif", "degrees.tif", "bands_apart.tif"] {
        desk.put(name, raster(name));
    }
    let done = desk.works(&["inspect", "f32_tiles_deflate_3.tif", "bands_apart.tif|band=2"]);
    for words in [
        "20 × 18 cells of 100 × 100, in EPSG:32632",
        "Float32, packed by Deflate, in pieces of 16 × 16",
        "359 cells with a number: sum 2162, least 1, greatest 11",
        "method = \"raster\"\nsource = \"f32_tiles_deflate_3.tif\"",
        "2 bands",
        "source = \"bands_apart.tif|band=2\"",
    ] {
        assert!(done.out.contains(words), "{words} is not in: {}", done.out);
    }
    let look = |name: &str| serde_json::from_str::<serde_json::Value>(&desk.works(&["inspect", name, "--json"]).out).unwrap();
    let degrees = look("degrees.tif");
    let extent: Vec<f64> = degrees["extent"].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
    assert!(extent.iter().zip([9.0, -0.009, 9.02, 0.009]).all(|(a, b)| (a - b).abs() < 1e-9), "{extent:?}");
    assert_eq!((&degrees["sum"], &degrees["nodata"], &degrees["kind"]), (&2162.0.into(), &(-200.0).into(), &"Float32".into()));
    let moll = look("mollweide.tif");
    assert_eq!((&moll["crs_missing"], &moll["valid"]), (&false.into(), &359.into()));
    let none = look("no_crs.tif");
    assert_eq!((&none["crs"], &none["extent"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    assert!(none["plan"].as_str().unwrap().contains("columns = { crs = \"EPSG:…\" }"));
}

#[test]
fn broken_rasters_are_bad_data() {
    let desk = Desk::new();
    desk.put("x.tif", "no raster").put("turned.tif", raster("turned.tif"));
    desk.fails(&["inspect", "x.tif"], 3, &["x.tif"]);
    desk.fails(&["inspect", "turned.tif"], 3, &["turned or sheared"]);
    desk.fails(&["inspect", "turned.tif|band=x"], 3, &["|band=2"]);
    desk.fails(&["inspect", "none.tif"], 3, &["cannot read"]);
}

#[test]
fn a_raster_elsewhere_than_the_zones_is_looked_at_all_the_same() {
    let desk = Desk::town();
    desk.put("people.tif", raster("degrees.tif"));
    // 60 degrees east of the raster
    desk.put("far.geojson", desk.text("zones.geojson").replace("[9.", "[69.").replace("[8.", "[68."));
    let look = |zones: &str| {
        let done = desk.works(&["inspect", "people.tif", "--zones", zones, "--json"]);
        serde_json::from_str::<serde_json::Value>(&done.out).unwrap()
    };
    let far = look("far.geojson");
    assert_eq!((&far["sum"], &far["findings"][0]["kind"]), (&2162.0.into(), &"zones_not_summed".into()), "{far}");
    assert!(look("zones.geojson").get("findings").is_none());
    // zones that are no zones are another matter
    desk.put("cut.geojson", &desk.bytes("zones.geojson")[..200]);
    for zones in ["none.geojson", "cut.geojson"] {
        desk.fails(&["inspect", "people.tif", "--zones", zones], 3, &[zones]);
    }
}
