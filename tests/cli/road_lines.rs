//! A planning office's study: every file is the office's own, the roads too, and OpenStreetMap has no part in it.

use serde_json::Value;

use super::desk::{Desk, find, number};
use super::town::{EAST, PLAN, WEST, collection, rectangle};

/// The town's 22 streets as a survey draws them: a line each, which know nothing of each other.
fn streets() -> String {
    let street = |(number, west_east): (usize, bool)| {
        let corner = |k: usize| if west_east { format!("[9.{k:03},0.{number:03}]") } else { format!("[9.{number:03},0.{k:03}]") };
        let corners: Vec<String> = (0..11).map(corner).collect();
        format!(
            "{{\"type\":\"Feature\",\"properties\":{{\"道路等级\":\"支路\",\"路名\":\"{number} 号\"}},\"geometry\":{{\"type\":\"LineString\",\
             \"coordinates\":[{}]}}}}",
            corners.join(",")
        )
    };
    collection(&(0..11).flat_map(|number| [(number, true), (number, false)]).map(street).collect::<Vec<_>>())
}

fn town() -> Desk {
    let desk = Desk::town();
    desk.put("streets.geojson", streets()).put("lines.toml", PLAN.replace("town.osm", "streets.geojson"));
    desk
}

#[test]
fn a_town_of_lines_is_the_town_of_its_extract() {
    let desk = town();
    desk.works(&["run", "town.toml", "--out", "a", "-q"]);
    desk.works(&["run", "lines.toml", "--out", "b", "-q"]);
    assert_eq!(desk.list("a"), desk.list("b"));
    for name in ["zones.csv", "gaps.csv"] {
        assert!(desk.bytes(&format!("a/{name}")) == desk.bytes(&format!("b/{name}")), "{name}");
    }
    for name in ["gaps", "coverage", "facilities", "zones"] {
        let features = |out: &str| desk.json(&format!("{out}/{name}.geojson"))["features"].clone();
        assert!(features("a") == features("b"), "{name}");
    }
    // nothing is OpenStreetMap's, and nothing says so
    assert!(desk.text("a/README.txt").contains("OpenStreetMap contributors"));
    let said = ["b/README.txt", "b/map.svg", "b/manifest.json", "b/gaps.geojson"].map(|file| desk.text(file)).concat();
    assert!(!said.contains("OpenStreetMap contributors"));
    // 9 × 9 corners within the town; on its edge streets end at streets
    let said = desk.findings("b", "crossings_joined");
    assert!(said[0]["detail"].starts_with("all 81 crossings were joined"), "{said:?}");
    assert_eq!(desk.findings("b", "water_unknown").len(), 1);
    let input = &desk.json("b/manifest.json")["inputs"][0];
    assert_eq!((input["file"].as_str(), input["rows"][0][1].as_u64()), (Some("streets.geojson"), Some(22)), "{input}");
    assert!(desk.text("b/manifest.json").contains("streets.geojson"));
    // the same from flags alone, and by other commands
    let flags = ["--roads", "streets.geojson", "--zones", "zones.geojson", "--facilities", "clinics.csv", "--people", "people.csv"];
    desk.works(&[&["coverage"], &flags[..], &["--zone-id", "code", "--out", "c", "-q"]].concat());
    assert_eq!(desk.covered("c"), desk.covered("a"));
    desk.works(&["isochrones", "town.toml", "--out", "d", "-q"]);
    desk.works(&["isochrones", "lines.toml", "--out", "e", "-q"]);
    let shapes = |out: &str| desk.json(&format!("{out}/isochrones.geojson"))["features"].clone();
    assert!(shapes("d") == shapes("e") && shapes("d").as_array().is_some_and(|all| !all.is_empty()));
}

#[test]
fn lines_are_prepared_as_the_plan_reads_them() {
    let desk = town();
    let own = PLAN.replace("town.osm", "odd.geojson").replace("[zones]", "classes = { \"县级\" = \"residential\" }\n[zones]");
    desk.put("odd.geojson", streets().replace("支路", "县级")).put("odd.toml", &own);
    // without the plan nobody knows what the class is
    let words = ["odd.geojson", "lines of the classes `县级` alone", "roads.classes"];
    desk.fails(&["prepare", "odd.geojson", "-o", "odd.cnet"], 3, &words);
    let said = desk.works(&["prepare", "odd.geojson", "--plan", "odd.toml", "-o", "odd.cnet"]).out;
    for word in ["roads for `walk` out of odd.geojson, in", "24.408 km in 1 pieces: 121 nodes"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(desk.works(&["inspect", "odd.cnet"]).out.contains("out of odd.geojson, in"));
    desk.put("net.toml", PLAN.replace("town.osm", "odd.cnet"));
    desk.works(&["run", "odd.toml", "--out", "a", "-q", "--no-map"]);
    desk.works(&["run", "net.toml", "--out", "b", "-q", "--no-map"]);
    // the network's own name stands in findings for what is told of the roads' file as ground
    for name in desk.list("a").iter().filter(|name| !["manifest.json", "issues.csv"].contains(&name.as_str())) {
        assert!(desk.bytes(&format!("a/{name}")) == desk.bytes(&format!("b/{name}")), "{name}");
    }
    assert_eq!(desk.findings("b", "crossings_joined").len(), 1);
    // a network has no columns any more
    let both = own.replace("odd.geojson", "odd.cnet");
    desk.put("both.toml", both).fails(&["run", "both.toml"], 2, &["roads.classes is there", "`odd.cnet`", "a layer of lines alone"]);
}

/// Zones as GeoJSON, people and clinics as tables, roads as a Shapefile in Gauss-Krüger metres with Chinese columns; the default mask.
#[test]
fn a_study_of_office_files_alone() {
    let desk = Desk::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/load/data");
    for file in ["roads.shp", "roads.shx", "roads.dbf", "roads.prj", "roads.cpg"] {
        desk.put(file, std::fs::read(format!("{folder}/{file}")).unwrap());
    }
    let town = |id: &str, name: &str, west: f64, east: f64| {
        rectangle(id, name, west, east).replace("-0.0005", "31.105").replace("0.0105", "31.125")
    };
    desk.put("zones.geojson", collection(&[town(WEST, "古美路街道", 121.375, 121.386), town(EAST, "莘庄镇", 121.386, 121.395)]));
    desk.put("people.csv", "经度,纬度,人口\n121.3825,31.12,1\n121.38,31.11,2\n121.39,31.11,4\n121.383,31.115,8\n");
    desk.put("clinics.csv", "编号,名称,经度,纬度\nc1,社区卫生服务中心,121.38,31.11\n");
    let plan = PLAN.replace("town.osm", "roads.shp") + "[profiles.walk]\nmin_component = 2\n";
    desk.put("plan.toml", &plan);
    desk.works(&["run", "plan.toml", "--out", "o", "-q"]);
    // the end of the lane is 1,347.2 m away, the end of the avenue 953.9 m, 900 s at 1.2 m/s are 1,080 m; the flyover leads nowhere
    let rows = desk.rows("o/zones.csv");
    let people = |zone: &str| ["people_covered", "people_uncovered", "people_unreachable"].map(|c| number(find(&rows, "walk", zone), c));
    assert_eq!((people(WEST), people(EAST)), ([2.0, 1.0, 8.0], [4.0, 0.0, 0.0]));
    let inputs = desk.json("o/manifest.json")["inputs"].clone();
    let of = |name: &str| inputs.as_array().unwrap().iter().find(|input| input["file"] == name).cloned().unwrap_or(Value::Null);
    for name in ["roads.shp", "roads.dbf", "roads.prj", "roads.cpg"] {
        assert_eq!(of(name)["sha256"].as_str().map(str::len), Some(64), "{name}: {inputs}");
    }
    assert_eq!(of("roads.shp")["rows"][0][1], 4);
    let kinds = ["road_columns", "crossings_joined", "unknown_highway", "road_pieces", "water_unknown"];
    assert_eq!(kinds.map(|kind| desk.findings("o", kind).len()), [1; 5]);
    assert!(desk.findings("o", "empty_mask").is_empty());
    // what is missing is said before anything is read
    for (from, to, word) in [
        ("[study]", "[ground]\nmask = [\"residential\"]\n[study]", "ground.source is missing"),
        ("[study]", "[barriers]\nosm = [\"water\"]\n[study]", "barriers.osm is there"),
        ("method = \"points\"\nsource = \"people.csv\"", "method = \"spread\"", "people.source is missing"),
    ] {
        desk.put("bad.toml", plan.replacen(from, to, 1)).fails(&["run", "bad.toml"], 2, &[word, "`roads.shp`, is a layer of lines"]);
    }
    // the first look at the file gives the lines that read it
    let said = desk.works(&["inspect", "roads.shp"]).out;
    let columns = "columns = { class = \"道路等级\", speed = \"限速\", oneway = \"单行\", level = \"层级\", name = \"路名\" }";
    assert!(said.contains("[roads]\nsource = \"roads.shp\"") && said.contains(columns), "{said}");
    let told = plan.replace("source = \"roads.shp\"\n", &format!("source = \"roads.shp\"\n{columns}\n"));
    desk.put("told.toml", told).works(&["run", "told.toml", "--out", "p", "-q"]);
    assert!(desk.bytes("o/zones.csv") == desk.bytes("p/zones.csv"));
}
