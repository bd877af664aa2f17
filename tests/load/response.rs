//! Services with a response, from a plan to the files: a street of 4,453 m along the equator, driven at 20 km/h, in two towns; a station at
//! its western end, and one at its eastern end, outside both. A block of 0.001° (111.319 m) takes 20,037 ms, at half the speed 40,075 ms.

use std::collections::BTreeMap;

use catchment_io::{Plan, Run, render};
use serde_json::Value;

use super::world::{World, of_kind, only};

const PLAN: &str = r#"
[study]
id = "world"
title = "World"
[roads]
source = "world.osm"
[zones]
source = "world.osm"
admin_level = 8
[people]
method = "points"
source = "people.csv"
groups = ["old"]
[[facilities]]
id = "stations"
source = "stations.csv"
stand_in_for = "fire stations"
[[services]]
id = "ambulance"
facilities = "stations"
profile = "ambulance"
limit = "9min"
direction = "from-facility"
[services.response]
within = ["5min", "10min"]
radius = "1km"
periods = { peak = 0.5 }
calls = "calls.csv"
vehicles_per_10000 = 200
corridors = "corridors.geojson"
[profiles.ambulance]
min_component = 2
[outputs]
map = false
"#;
const STATIONS: &str = "id,name,lon,lat,vehicles\nw,West station,9.0,0,3\ne,East station,9.04,0,2\n";
/// 280.185, 560.703 and 380.370 s after a call; 556.595, 2,115.061 and 1,113.190 m from the nearest station.
const PEOPLE: &str = "lon,lat,people,old\n9.005,0,100,10\n9.021,0,50,40\n9.030,0,30,0\n";
const CALLS: &str = "lon,lat,calls\n9.021,0,3\n9.005,0,1\n9.005,0,many\n9.036,0,1\n";
const CORRIDORS: &str = r#"{"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"name": "Equator"}, "geometry": {"type": "LineString", "coordinates": [[9.0, 0], [9.02, 0]]}},
    {"type": "Feature", "properties": {"name": "Equator"}, "geometry": {"type": "LineString", "coordinates": [[9.02, 0], [9.03, 0]]}},
    {"type": "Feature", "properties": {"name": "a place"}, "geometry": {"type": "Point", "coordinates": [9.0, 0]}}
]}"#;

fn world() -> World {
    let mut world = World::default();
    for k in 0..=40 {
        world.node(k + 1, 10 * k, 0, &[]);
    }
    world.way(1, &(1..=41).collect::<Vec<_>>(), &[("highway", "residential")]);
    world.town(1, -10, 150, &[("name", "West")]).town(2, 150, 320, &[("name", "East")]);
    world
}

fn run(plan: &str) -> Run {
    let files = [("stations.csv", STATIONS), ("people.csv", PEOPLE), ("calls.csv", CALLS), ("corridors.geojson", CORRIDORS)];
    world().run(plan, &files)
}

/// The files of a run: tables as rows by column, layers and sheets as JSON.
struct Written(BTreeMap<String, Vec<u8>>);

impl Written {
    fn of(run: &Run) -> Written {
        Written(render(run).unwrap().into_iter().collect())
    }

    fn table(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_reader(self.0[name].as_slice());
        reader.deserialize().map(Result::unwrap).collect()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.0[name]).unwrap()
    }

    /// Cells of the row where these columns have these values.
    fn cells<const N: usize>(&self, name: &str, key: &[(&str, &str)], columns: [&str; N]) -> [String; N] {
        let rows = self.table(name);
        let fits = |row: &&BTreeMap<String, String>| key.iter().all(|(column, value)| row[*column] == *value);
        let hits: Vec<_> = rows.iter().filter(fits).collect();
        assert_eq!(hits.len(), 1, "{name} {key:?}");
        columns.map(|column| hits[0][column].clone())
    }
}

#[test]
fn response_times_by_weight_and_period() {
    let written = Written::of(&run(PLAN));
    let columns = ["total", "response_mean_s", "response_p50_s", "response_p90_s", "within_9min", "share_within_10min"];
    let all = |weight, period| written.cells("response.csv", &[("weight", weight), ("period", period), ("zone_id", "all")], columns);
    // (100 × 280.185 + 50 × 560.703 + 30 × 380.370) / 180
    assert_eq!(all("people", "free"), ["180.0", "374.804", "280.185", "560.703", "130.0", "1.0"]);
    assert_eq!(all("old", "free"), ["50.0", "504.599", "560.703", "560.703", "10.0", "1.0"]);
    // (3 × 560.703 + 280.185) / 4; the call outside the zones is in the row `outside`, the one without a number is not used
    assert_eq!(all("calls", "free"), ["4.0", "490.574", "560.703", "560.703", "1.0", "1.0"]);
    // 380.375, 941.425, 580.750 s: the drive takes twice as long, what is before it does not
    assert_eq!(all("people", "peak"), ["180.0", "569.618", "380.375", "941.425", "100.0", "0.722222"]);
    let calls =
        written.cells("response.csv", &[("weight", "calls"), ("period", "free"), ("zone_id", "outside")], ["total", "response_mean_s"]);
    assert_eq!(calls, ["1.0", "260.148"]);
    let east =
        written.cells("response.csv", &[("weight", "people"), ("period", "free"), ("zone_name", "East")], ["total", "share_within_5min"]);
    assert_eq!(east, ["80.0", "0.0"]);
    // the coverage of the service is within the same limit
    let covered = written.cells("zones.csv", &[("zone_name", "East")], ["people_covered", "cost_mean_s", "limit_s", "stand_in_for"]);
    assert_eq!(covered, ["30.0", "493.078", "540.0", "fire stations"]);
}

#[test]
fn four_radii_and_the_circle() {
    let written = Written::of(&run(PLAN));
    let columns = ["stations", "distance_mean_m", "distance_p90_m", "distance_max_m", "farthest_lon", "farthest_station_id"];
    let all = written.cells("radius.csv", &[("zone_id", "all")], columns);
    // (100 × 556.595 + 50 × 2115.061 + 30 × 1113.190) / 180; the eastern station lies in no zone and makes no nominal radius smaller
    assert_eq!(all, ["1", "1082.268", "2115.061", "2115.061", "9.021", "e"]);
    let [area, nominal, needed] = written
        .cells("radius.csv", &[("zone_id", "all")], ["area_m2", "nominal_radius_m", "stations_for_target"])
        .map(|cell| cell.parse::<f64>().unwrap());
    // 0.033° × 0.002°
    assert!((area - 33.0 * 111.3195 * 2.0 * 110.5743).abs() < 1000.0, "{area}");
    assert!((nominal - (area / std::f64::consts::PI).sqrt()).abs() < 0.001);
    assert_eq!(needed, 1.0);
    assert_eq!(written.cells("radius.csv", &[("zone_name", "East")], ["stations", "nominal_radius_m"]), ["0", ""]);
    let columns = ["people_within_by_road", "people_within_circle", "people_overstated", "people_across_water"];
    assert_eq!(written.cells("radius.csv", &[("zone_id", "all")], columns), ["100.0", "100.0", "0.0", "0.0"]);
}

#[test]
fn stations_and_rules() {
    let run = run(PLAN);
    let written = Written::of(&run);
    let columns = [
        "zone_name",
        "in_study_area",
        "vehicles",
        "people_reached_first",
        "distance_mean_m",
        "response_mean_s",
        "share_within_9min",
        "stand_in_for",
    ];
    let station = |id| written.cells("stations.csv", &[("station_id", id)], columns);
    assert_eq!(station("w"), ["West", "true", "3", "100.0", "556.595", "280.185", "1.0", "fire stations"]);
    // (50 × 2115.061 + 30 × 1113.190) / 80
    assert_eq!(station("e"), ["", "false", "2", "80.0", "1739.359", "493.078", "0.375", "fire stations"]);
    let rule = |rule, zone| written.cells("rules.csv", &[("rule", rule), ("zone_name", zone)], ["have", "need", "gap", "status"]);
    assert_eq!(rule("stations_per_zone", "West"), ["1.0", "1.0", "0.0", "met"]);
    assert_eq!(rule("stations_per_zone", "East"), ["0.0", "1.0", "1.0", "not_met"]);
    // three vehicles in the zones for 180 people: 166.7 per 10,000, where 3.6 would make 200
    assert_eq!(rule("vehicles_per_10000_people", "all"), ["166.666667", "200.0", "1.0", "not_met"]);
    assert_eq!(rule("vehicles_per_10000_people", "West"), ["300.0", "200.0", "0.0", "met"]);
    let response = &written.json("summary.json")["services"][0]["response"];
    assert_eq!(
        response["stations_outside_zones"],
        serde_json::json!({ "stations": 1, "first_to_reach_somebody": 1, "people_reached_first": 80.0 })
    );
    assert_eq!(response["rules"]["zones_without_station"], serde_json::json!(["East"]));
    assert_eq!(only(&run.inputs.findings, "bad_number").id, "4");
    // half way between the stations, at 9.02°: 12 blocks of ground to the east of it, 21 to the west
    let areas = written.json("service_areas.geojson");
    let area = |i: usize| areas["features"][i]["properties"]["area_reached_first_m2"].as_f64().unwrap();
    let block = 111.3195 * 2.0 * 110.5743;
    assert!((area(0) / (12.0 * block) - 1.0).abs() < 1e-3 && (area(1) / (21.0 * block) - 1.0).abs() < 1e-3, "{} {}", area(0), area(1));
}

#[test]
fn means_and_the_nominal_radius_are_held_against_their_targets() {
    let written = Written::of(&run(PLAN));
    let of = |rule, weight, period| {
        let key = [("rule", rule), ("weight", weight), ("period", period), ("zone_id", "all")];
        written.cells("rules.csv", &key, ["have", "need", "status"])
    };
    assert_eq!(of("response_mean_s", "people", "free"), ["374.804", "540.0", "met"]);
    assert_eq!(of("response_mean_s", "people", "peak"), ["569.618", "540.0", "not_met"]);
    assert_eq!(of("distance_p90_m", "", ""), ["2115.061", "1000.0", "beyond_target"]);
    assert_eq!(of("nominal_radius_m", "", "")[1..], ["1000.0", "met"]);
    let east = written.cells("rules.csv", &[("rule", "nominal_radius_m"), ("zone_name", "East")], ["have", "gap", "status"]);
    assert_eq!(east, ["", "1.0", "unknown"]);
    let summary = written.json("summary.json");
    let response = &summary["services"][0]["response"];
    assert_eq!((&response["nominal_radius"], &response["mean_response"][0]["status"]), (&"met".into(), &"met".into()));
    // calls come first where there are any, and every weight has its sentence
    let said = response["sentences"]["en"].to_string();
    let places = ["Response time by calls", "Response time by people", "Response time by old"].map(|words| said.find(words).unwrap());
    assert!(places.is_sorted(), "{said}");
}

/// What is said in one language is said in the other: the same numbers, in the same order of sentences.
#[test]
fn sentences_in_two_languages_hold_the_same_numbers() {
    let written = Written::of(&run(PLAN));
    let sentences = |lang: &str| -> Vec<Vec<String>> {
        let summary = written.json("summary.json");
        let lines = summary["services"][0]["response"]["sentences"][lang].as_array().unwrap().clone();
        let numbers = |line: &Value| {
            let text = line.as_str().unwrap().replace(',', "");
            let mut found: Vec<String> =
                text.split(|c: char| !(c.is_ascii_digit() || c == '.')).map(|n| n.trim_matches('.').to_owned()).collect();
            found.retain(|number| !number.is_empty());
            found.sort();
            found
        };
        lines.iter().map(numbers).collect()
    };
    let (en, zh) = (sentences("en"), sentences("zh"));
    assert_eq!(en.len(), zh.len());
    for (en, zh) in en.iter().zip(&zh) {
        // a number of people per 10,000 is 每万人 in Chinese
        let en: Vec<&String> = en.iter().filter(|number| *number != "10000").collect();
        assert_eq!(en, zh.iter().collect::<Vec<_>>());
    }
}

#[test]
fn vehicles_and_people_are_of_the_same_zones() {
    // people of the East are not known: its vehicles must not be held against the West's people
    let plan = PLAN
        .replace("method = \"points\"\nsource = \"people.csv\"\ngroups = [\"old\"]", "method = \"spread\"\ntotals = \"totals.csv\"")
        + "\n[checks]\nzones_unknown_error = 0.6\n";
    let stations = "id,name,lon,lat,vehicles\nw,West station,9.0,0,3\ne,East station,9.03,0,30\n";
    let files = [
        ("stations.csv", stations),
        ("totals.csv", "zone_name,people\nWest,180\n"),
        ("calls.csv", CALLS),
        ("corridors.geojson", CORRIDORS),
    ];
    let written = Written::of(&world().run(&plan, &files));
    let rule = |zone| written.cells("rules.csv", &[("rule", "vehicles_per_10000_people"), ("zone_name", zone)], ["have", "status"]);
    assert_eq!(
        (rule("West"), rule("East"), rule("all")),
        (["166.666667", "not_met"].map(str::to_owned), ["", "unknown"].map(str::to_owned), ["", "unknown"].map(str::to_owned))
    );
}

#[test]
fn a_zone_s_own_limit_is_its_target() {
    let plan = PLAN.replace("admin_level = 8", "admin_level = 8\ntable = \"limits.csv\"");
    let files = [
        ("stations.csv", STATIONS),
        ("people.csv", PEOPLE),
        ("calls.csv", CALLS),
        ("corridors.geojson", CORRIDORS),
        ("limits.csv", "zone_name,limit\nEast,10min\nWest,2min\n"),
    ];
    let run = world().run(&plan, &files);
    let written = Written::of(&run);
    let target = |zone| written.cells("response.csv", &[("weight", "people"), ("period", "free"), ("zone_name", zone)], ["target_s"]);
    assert_eq!((target("East"), target("all")), (["600.0".to_owned()], [String::new()]));
    // two minutes are over before the drive begins
    assert!(only(&run.inputs.findings, "limit_over_before_the_drive").detail.contains("West"));
    assert_eq!(written.cells("corridors.csv", &[], ["limit_s"]), [""]);
    let said = written.json("summary.json")["services"][0]["response"]["sentences"]["en"].to_string();
    assert!(said.contains("of it within the limit of their zone (2 min in 1, 10 min in 1)"), "{said}");
}

#[test]
fn radii_outside_the_zones_have_a_row_of_their_own() {
    let people = format!("{PEOPLE}9.036,0,7,0\n");
    let files = [("stations.csv", STATIONS), ("people.csv", people.as_str()), ("calls.csv", CALLS), ("corridors.geojson", CORRIDORS)];
    let written = Written::of(&world().run(PLAN, &files));
    let row = |zone| {
        written.cells(
            "radius.csv",
            &[("zone_id", zone)],
            ["stations", "people_total", "people_within_by_road", "people_within_circle", "nominal_radius_m"],
        )
    };
    // 0.004° from the eastern station, which stands there
    assert_eq!(row("outside"), ["1", "7.0", "7.0", "7.0", ""]);
    // of the 187 and 107, the 7 outside are in no total
    assert_eq!(row("all")[1..3], ["180.0", "100.0"]);
    let far = written.cells("radius.csv", &[("zone_id", "outside")], ["distance_max_m", "farthest_station_id"]);
    assert_eq!(far, ["445.276", "e"]);
}

#[test]
fn vehicles_that_are_not_told_leave_the_rule_open() {
    let world = world();
    let stations = "id,lon,lat,vehicles\nw,9.0,0,\ne,9.04,0,some\n";
    let files = [("stations.csv", stations), ("people.csv", PEOPLE), ("calls.csv", CALLS), ("corridors.geojson", CORRIDORS)];
    let run = world.run(PLAN, &files);
    let rule = [("rule", "vehicles_per_10000_people"), ("zone_id", "all")];
    assert_eq!(Written::of(&run).cells("rules.csv", &rule, ["have", "status"]), ["", "unknown"]);
    assert!(of_kind(&run.inputs.findings, "bad_number").iter().any(|finding| finding.detail.contains("`some`")));
}

#[test]
fn corridors_and_their_gaps() {
    let run = run(PLAN);
    let written = Written::of(&run);
    // 360 s of drive are 2,000 m: from 0 to 2,000 m, and from 2,453 m of 4,453 m on; where the line was cut in two says nothing
    let columns = ["corridor", "length_m", "gaps", "stations_within_1km", "limit_s"];
    assert_eq!(written.cells("corridors.csv", &[], columns), ["Equator", "3339.6", "1", "1", "540.0"]);
    let [within, longest] =
        written.cells("corridors.csv", &[], ["length_within_m", "longest_gap_m"]).map(|cell| cell.parse::<f64>().unwrap());
    assert!((within - (2_000.0 + 3_339.6 - 2_452.8)).abs() < 0.5, "{within}");
    assert!((longest - 452.8).abs() < 0.7, "{longest}");
    let gaps = written.json("corridor_gaps.geojson");
    assert_eq!(gaps["features"].as_array().unwrap().len(), 1);
    let gap = &gaps["features"][0]["properties"];
    assert_eq!((&gap["stand_in_for"], &gap["limit_s"]), (&"fire stations".into(), &540.0.into()));
    assert!((gap["from_m"].as_f64().unwrap() - 2_000.0).abs() < 0.5 && (gap["to_m"].as_f64().unwrap() - 2_452.8).abs() < 0.5, "{gap}");
    // half way: 2,226.4 m and 400.740 s from either station; places are asked every ten metres
    let worst = gap["response_max_s"].as_f64().unwrap();
    assert!((579.8..=580.75).contains(&worst), "{worst}");
    assert_eq!(only(&run.inputs.findings, "not_a_corridor").id, "3");
}

#[test]
fn pieces_of_a_corridor_are_joined_whichever_way_they_are_drawn() {
    let line = |from: f64, to: f64| {
        format!(
            r#"{{"type": "Feature", "properties": {{"name": "Equator"}}, "geometry": {{"type": "LineString", "coordinates": [[{from}, 0], [{to}, 0]]}}}}"#
        )
    };
    let dot =
        r#"{"type": "Feature", "properties": {"name": "dot"}, "geometry": {"type": "LineString", "coordinates": [[9.0, 0], [9.0, 0]]}}"#;
    let far = r#"{"type": "Feature", "properties": {"name": "far"}, "geometry": {"type": "LineString", "coordinates": [[9.0, 0.1], [9.01, 0.1]]}}"#;
    let parts = [line(9.012, 9.02), line(9.0, 9.012), line(9.03, 9.02), dot.to_owned(), far.to_owned()];
    let layer = format!(r#"{{"type": "FeatureCollection", "features": [{}]}}"#, parts.join(","));
    let files = [("stations.csv", STATIONS), ("people.csv", PEOPLE), ("calls.csv", CALLS), ("corridors.geojson", layer.as_str())];
    let run = world().run(PLAN, &files);
    let written = Written::of(&run);
    let row = |name| written.cells("corridors.csv", &[("corridor", name)], ["length_m", "gaps"]);
    assert_eq!(row("Equator"), ["3339.6", "1"]);
    // 11 km north of the only road
    assert_eq!(row("far"), ["1113.2", "1"]);
    assert_eq!(written.cells("corridors.csv", &[("corridor", "far")], ["share_within", "length_within_m"]), ["0.0", "0.0"]);
    let said = written.json("summary.json").to_string();
    assert!(said.contains("1.1 km, 0.00% of it within") && !said.contains("-0.00"), "{said}");
    assert_eq!(only(&run.inputs.findings, "not_a_corridor").id, "dot");
}

#[test]
fn isochrones_of_a_response_are_those_of_what_is_left_to_drive() {
    let written = Written::of(&run(PLAN));
    let layer = written.json("response.geojson");
    let of = |i: usize| &layer["features"][i]["properties"];
    let times: Vec<_> = (0..3).map(|i| (of(i)["response_s"].as_f64().unwrap(), of(i)["drive_s"].as_f64().unwrap())).collect();
    assert_eq!(times, [(600.0, 420.0), (540.0, 360.0), (300.0, 120.0)]);
    assert_eq!(of(1)["people_within"].as_f64(), Some(130.0));
    // all ground of both towns lies within ten minutes (no leg is longer than 111 m, 93 s of walk), but for their corners
    let area = of(0)["area_m2"].as_f64().unwrap();
    assert!(area > 0.9 * 33.0 * 111.3195 * 2.0 * 110.5743, "{area}");
}

#[test]
fn plans_that_cannot_mean_what_they_say() {
    let error = |from: &str, to: &str| {
        let text = PLAN.replace(from, to);
        assert_ne!(text, PLAN, "{from}");
        Plan::parse(&text).unwrap_err().to_string()
    };
    for (from, to, parts) in [
        ("limit = \"9min\"", "limit = \"3.5km\"", ["services.limit of `ambulance`", "response.radius"]),
        ("\"from-facility\"", "\"to-facility\"", ["services.direction of `ambulance`", "from-facility"]),
        ("limit = \"9min\"", "limit = \"3min\"", ["a response time of `ambulance` is 3 min", "take 3 min"]),
        ("within = [\"5min\"", "within = [\"1km\"", ["services.response.within", "a time"]),
        ("radius = \"1km\"", "radius = \"1min\"", ["services.response.radius", "a distance"]),
        ("peak = 0.5", "peak = 0", ["periods.peak", "0.05 to 2"]),
        ("peak = 0.5", "free = 0.5", ["`free`", "another name"]),
        ("corridors.geojson", "corridors.csv", ["services.response.corridors", "GeoJSON"]),
        ("calls = ", "cals = ", ["cals", "did you mean `calls`?"]),
        ("groups = [\"old\"]", "groups = [\"calls\"]", ["people.groups is `calls`", "another name"]),
        ("profile = \"ambulance\"", "profile = \"walk\"", ["services.profile of `ambulance`", "a vehicle's profile"]),
        ("limit = \"9min\"", "limit = \"9min\"\nsweep = [\"speed=1.0\"]", ["services.sweep of `ambulance`", "response.periods"]),
    ] {
        let text = error(from, to);
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }
}

#[test]
fn a_limit_of_distance_leaves_response_times_aside() {
    let mut plan = Plan::parse(PLAN).unwrap();
    assert_eq!(plan.set_limit("2km".parse().unwrap()), ["ambulance"]);
    assert!(plan.check().is_ok() && plan.services[0].response.is_none());
    let mut plan = Plan::parse(PLAN).unwrap();
    assert!(plan.set_limit("10min".parse().unwrap()).is_empty());
    assert!(plan.services[0].response.is_some());
}
