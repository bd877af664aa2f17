//! `catchment demo`, whole.

use std::collections::BTreeMap;

use super::desk::{Desk, FILES, data};

#[test]
fn the_demo_writes_its_folder_and_prints_its_table() {
    let desk = Desk::new();
    let done = desk.works(&["demo"]);
    let more = [
        "map-ambulance.png",
        "map-ambulance.svg",
        "radius.csv",
        "response.csv",
        "response.geojson",
        "rules.csv",
        "service_areas.geojson",
        "stations.csv",
    ];
    let mut files: Vec<&str> = FILES.into_iter().chain(more).collect();
    files.sort_unstable();
    assert_eq!(desk.list("catchment-demo"), files);
    // 195,080.67 of 428,591 people: benches/peers/coverage_reference.py says 45.52 % too
    for shown in ["45.52%", "195,081 of 428,591", "total", "Wied il-Għajn", "12,134", "catchment-demo/", "20 files"] {
        assert!(done.out.contains(shown), "{shown:?} is not in\n{}", done.out);
    }
    // of each service, the ten councils with most people not covered, the ten gaps with most people, and Qormi's two records at one spot
    let table = done.out.lines().filter(|line| line.starts_with(' ') && line.ends_with(' ')).count();
    assert_eq!(table, 2 * (1 + 1 + 10 + 1 + 10), "header, total and ten councils; header and ten gaps\n{}", done.out);
    assert!(done.out.contains("Qormi"), "{}", done.out);
    for shown in desk.list("catchment-demo") {
        assert!(desk.text("catchment-demo/README.txt").contains(&shown) || shown == "README.txt", "README.txt is silent on {shown}");
    }
    assert!(done.err.lines().any(|line| line == "gaps"), "one line a stage on stderr: {}", done.err);
}

/// Hospitals answer for the stations that the extract does not know: no table, layer, picture or sentence lets anybody forget it.
#[test]
fn stand_ins_are_named_in_every_output() {
    const WHAT: &str = "ambulance stations";
    let desk = Desk::new();
    let said = desk.works(&["demo", "--out", "o", "--sweep", "limit=8min"]).out;
    assert!(said.contains(WHAT) && said.contains("all vehicles at their stations"), "{said}");
    for name in desk.list("o") {
        let path = format!("o/{name}");
        match name.rsplit_once('.').unwrap() {
            ("issues", "csv") => {}
            (_, "csv") => {
                let bytes = desk.bytes(&path);
                let mut rows = csv::Reader::from_reader(bytes.as_slice());
                let header = rows.headers().unwrap().clone();
                let column = |name: &str| header.iter().position(|own| own == name).unwrap();
                let (service, stand_in) = (column("service"), column("stand_in_for"));
                for row in rows.records().map(Result::unwrap) {
                    assert_eq!(&row[stand_in], if &row[service] == "ambulance" { WHAT } else { "" }, "{name}: {row:?}");
                }
            }
            (_, "geojson") => {
                for feature in desk.json(&path)["features"].as_array().unwrap() {
                    let properties = &feature["properties"];
                    let expected = if properties["service"] == "ambulance" { WHAT.into() } else { serde_json::Value::Null };
                    assert_eq!(properties["stand_in_for"], expected, "{name}: {properties}");
                }
            }
            ("map", _) | (_, "png") => {}
            _ => assert!(desk.text(&path).contains(WHAT), "{name}"),
        }
    }
    // what a circle claims is within the target by road, or overstated; a part of that lies across water
    let rows = csv::Reader::from_reader(desk.bytes("o/radius.csv").as_slice())
        .deserialize()
        .map(Result::unwrap)
        .collect::<Vec<BTreeMap<String, String>>>();
    for row in &rows {
        let of = |column: &str| row[column].parse::<f64>().unwrap_or(0.0);
        assert!((of("people_within_by_road") + of("people_overstated") - of("people_within_circle")).abs() < 1e-3, "{row:?}");
        assert!(of("people_across_water") <= of("people_overstated") && of("area_across_water_m2") <= of("area_overstated_m2"), "{row:?}");
    }
    assert!(rows.iter().any(|row| row["people_across_water"].parse::<f64>().is_ok_and(|people| people > 1000.0)));
}

#[test]
fn shapes_of_stand_ins_say_so_too() {
    let desk = Desk::new();
    desk.works(&["demo", "--save-plan", "m/plan.toml"]);
    for command in ["isochrones", "reach"] {
        desk.works(&[command, "m/plan.toml", "--service", "ambulance", "--limits", "5min", "--out", command, "-q"]);
        let about = desk.text(&format!("{command}/README.txt"));
        assert!(about.contains("stand-ins for ambulance stations") && about.contains("all vehicles at their stations"), "{about}");
        let layer = desk.json(&format!("{command}/{command}.geojson"));
        let properties = &layer["features"][0]["properties"];
        assert_eq!(
            (&properties["stand_in_for"], &properties["pre_travel_s"]),
            (&"ambulance stations".into(), &180.0.into()),
            "{properties}"
        );
    }
}

#[test]
fn a_saved_plan_gives_the_same_bytes_on_any_number_of_threads() {
    let desk = Desk::new();
    let saved = desk.works(&["demo", "--save-plan", "mine/plan.toml"]);
    assert!(saved.out.contains("catchment run mine/plan.toml"), "{}", saved.out);
    assert_eq!(desk.list("mine"), ["LICENSE-ODbL.txt", "malta-2024-03-13.osm.pbf", "plan.toml"]);
    assert_eq!(desk.bytes("mine/plan.toml"), std::fs::read(data("malta/plan.toml")).unwrap());
    desk.works(&["demo", "-q", "--threads", "1", "--out", "demo"]);
    desk.works(&["run", "mine/plan.toml", "-q", "--threads", "2", "--out", "run"]);
    desk.same("demo", "run");
    assert_eq!(desk.json("demo/manifest.json")["run"]["threads"], 1);
    assert_eq!(desk.json("run/manifest.json")["run"]["threads"], 2);
}

#[test]
fn the_manifest_says_what_the_demo_was_made_of() {
    let desk = Desk::new();
    desk.works(&["demo", "-q", "--no-map", "--out", "o"]);
    let manifest = desk.json("o/manifest.json");
    let input = &manifest["inputs"][0];
    // data/README.md; the counts are osmium's
    assert_eq!(input["sha256"], "d106d5270bd92c9c78f5eb1a1458d3f691f52c05d2408493da80137e5a18707d");
    assert_eq!(input["rows"].to_string(), r#"[["nodes",540026],["ways",89991],["relations",1674]]"#);
    assert!(input["osm_timestamp"].as_str().unwrap().starts_with("2024-03-1"), "{input}");
    assert_eq!(manifest["tool"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["plan"]["study"]["id"], "malta");
    let holds = &manifest["conservation"][0]["holds"];
    assert_eq!([&holds["people_hold"], &holds["gaps_hold"], &holds["area_holds"]], [true, true, true]);
    assert_eq!(holds["people_input"], 428_591.0);
}
