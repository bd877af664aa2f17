//! Plans with more than one question, and with profiles of their own.

use super::desk::{Desk, FILES, find, number};
use super::town::{EAST, PLAN, WEST};

/// Two services on two sets: 15 minutes from the clinic at corner 0, 500 m from the hospital at corner 10.
const TWO: &str = r#"
[[facilities]]
id = "hospitals"
source = "hospitals.csv"
columns = { x = "east", y = "north", name = "called" }
[[services]]
id = "ward"
title = "Hospital by distance"
facilities = "hospitals"
limit = "500m"
"#;

fn two_services() -> Desk {
    let desk = Desk::town();
    desk.put("town.toml", format!("{PLAN}{TWO}")).put("hospitals.csv", "called,east,north\nEast hospital,9.010,0\n");
    desk
}

#[test]
fn two_services_of_two_metrics_have_columns_of_their_own() {
    let desk = two_services();
    desk.works(&["run", "town.toml", "-q", "--out", "o"]);
    let mut files = FILES.to_vec();
    files.extend(["map-ward.png", "map-ward.svg"]);
    files.sort_unstable();
    assert_eq!(desk.list("o"), files);
    let rows = desk.rows("o/zones.csv");
    let shown: Vec<_> = rows.iter().map(|row| (row["service"].as_str(), row["zone_id"].as_str())).collect();
    assert_eq!(shown, [("walk", WEST), ("walk", EAST), ("ward", WEST), ("ward", EAST)]);
    // walk reaches corners 0–9; ward reaches 10, 9, 8, 7, 6: 4 × 111.3 m, all of them east
    for (service, zone, covered, total) in [("walk", WEST, 31.0, 31.0), ("walk", EAST, 992.0, 2016.0), ("ward", WEST, 0.0, 31.0)] {
        let row = find(&rows, service, zone);
        assert_eq!((number(row, "people_covered"), number(row, "people_total")), (covered, total), "{service} {zone}");
    }
    assert_eq!(number(find(&rows, "ward", EAST), "people_covered"), 1984.0);
    let facilities: Vec<_> = rows.iter().map(|row| row["facilities"].as_str()).collect();
    assert_eq!(facilities, ["1", "0", "0", "1"]);
}

#[test]
fn costs_are_in_the_unit_of_their_service() {
    let desk = two_services();
    desk.works(&["run", "town.toml", "-q", "--no-map", "--out", "o"]);
    let rows = desk.rows("o/zones.csv");
    let (walk, ward) = (find(&rows, "walk", WEST), find(&rows, "ward", EAST));
    for column in ["cost_mean_m", "cost_p50_m", "cost_p90_m"] {
        assert_eq!(walk[column], "", "a service by time has no {column}");
    }
    for column in ["cost_mean_s", "cost_p50_s", "cost_p90_s"] {
        assert_eq!(ward[column], "", "a service by distance has no {column}");
    }
    // west: Σ k 2^k for k = 0 … 4 is 98, over 31 people: 3.161 corners of 92.766 s; half of 31 is reached at corner 4 (16 people)
    close(number(walk, "cost_mean_s"), 98.0 / 31.0 * 92.766);
    close(number(walk, "cost_p50_s"), 4.0 * 92.766);
    // east: Σ (10 − k) 2^k for k = 5 … 10 is 1824, over 2,016 people; 1,024 of them live at the hospital, nine tenths within three corners
    close(number(ward, "cost_mean_m"), 1824.0 / 2016.0 * 111.319);
    assert_eq!(number(ward, "cost_p50_m"), 0.0);
    close(number(ward, "cost_p90_m"), 3.0 * 111.319);
    let summary = desk.json("o/summary.json");
    assert_eq!(summary["services"][0]["limit_s"], 900.0);
    assert_eq!(summary["services"][1]["limit_m"], 500.0);
    assert_eq!(summary["services"][1]["people"]["covered"], 1984.0);
    let gaps = desk.json("o/gaps.geojson");
    for gap in gaps["features"].as_array().unwrap() {
        let properties = gap["properties"].as_object().unwrap();
        let by_time = properties["service"] == "walk";
        for (key, wanted) in [("limit_s", by_time), ("cost_mean_s", by_time), ("limit_m", !by_time), ("cost_mean_m", !by_time)] {
            assert_eq!(properties.contains_key(key), wanted, "{key} in {properties:?}");
        }
    }
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 0.01, "{found} is not {expected}");
}

#[test]
fn a_profile_of_the_plan_s_own() {
    let desk = Desk::town();
    let older = "facilities = \"clinics\"\nprofile = \"older\"";
    let plan = PLAN.replace("facilities = \"clinics\"", older) + "[profiles.older]\nbase = \"walk\"\nspeed_m_s = 0.8\n";
    desk.put("town.toml", &plan);
    desk.works(&["run", "town.toml", "-q", "--no-map", "--out", "o"]);
    // 900 s × 0.8 m/s = 720 m: 6.5 corners
    assert_eq!(desk.covered("o"), 127.0);
    assert_eq!(desk.json("o/manifest.json")["profiles"]["older"]["snap_m"], 300.0, "what is not changed is the base's");
    // --speed is for the profiles that services use
    desk.works(&["run", "town.toml", "-q", "--no-map", "--speed", "1.0m/s", "--out", "o"]);
    assert_eq!(desk.covered("o"), 511.0);
    desk.put("town.toml", plan.replace("base = \"walk\"\n", ""));
    desk.fails(&["run", "town.toml", "-q", "--out", "o"], 2, &["profiles.older", "base"]);
}

#[test]
fn groups_of_people_have_columns() {
    let desk = Desk::town();
    // a hundred children at corner 0, a thousand at corner 10
    let people = "lon,lat,people,children\n9.000,0,300,100\n9.010,0,3000,1000\n";
    desk.put("people.csv", people).put("town.toml", PLAN.replace("people.csv\"", "people.csv\"\ngroups = [\"children\"]"));
    desk.works(&["run", "town.toml", "-q", "--no-map", "--out", "o"]);
    let rows = desk.rows("o/zones.csv");
    let columns = ["people_total", "people_covered", "people_children_total", "people_children_covered", "people_children_share"];
    assert_eq!(columns.map(|c| number(&rows[0], c)), [300.0, 300.0, 100.0, 100.0, 1.0]);
    assert_eq!(columns.map(|c| number(&rows[1], c)), [3000.0, 0.0, 1000.0, 0.0, 0.0]);
}
