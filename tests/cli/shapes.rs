//! Isochrones, reached roads and audits, on the town: see `town.rs` for the arithmetic.
//!
//! In 15 minutes one walks 1,080 m from the clinic at the south-western corner, along streets 111.319 m (east and west) and 110.574 m
//! (north and south) apart. Of the k-th street parallel to the equator 1,080 − 110.574 k metres are reached, of the k-th meridian
//! 1,080 − 111.319 k: for k = 0 … 9, 11,614.8 m in all, of 24,408.3.

use serde_json::Value;

use super::desk::Desk;
use super::town::{CLINICS, PLAN, collection, rectangle};

const REACHED_M: f64 = 11_614.8;
const ROADS_M: f64 = 24_408.3;

/// The features of a layer.
fn features(desk: &Desk, file: &str) -> Vec<Value> {
    desk.json(file)["features"].as_array().unwrap().clone()
}

fn property(feature: &Value, key: &str) -> f64 {
    feature["properties"][key].as_f64().unwrap_or_else(|| panic!("{key} in {}", feature["properties"]))
}

/// Metres as whole millimetres.
fn mm(metres: f64) -> i64 {
    (metres * 1000.0).round() as i64
}

fn close(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} is not {expected}");
}

#[test]
fn isochrones_are_drawn_with_what_the_roads_say() {
    let desk = Desk::town();
    let done = desk.works(&["isochrones", "town.toml"]);
    assert_eq!(desk.list("catchment-town-isochrones"), ["README.txt", "isochrones.geojson", "issues.csv", "manifest.json"]);
    assert!(done.out.contains("11.615") && done.out.contains("15 min"), "{}", done.out);
    let all = features(&desk, "catchment-town-isochrones/isochrones.geojson");
    assert_eq!(all.len(), 1);
    let properties = &all[0]["properties"];
    close(property(&all[0], "reached_road_m"), REACHED_M, 0.5);
    let fixed = ["service", "limit_s", "contour", "metric"].map(|key| properties[key].clone());
    assert_eq!(fixed, [Value::from("walk"), 900.0.into(), 15.0.into(), "time".into()]);
    for key in ["facility_id", "facility_name", "beyond_s", "reason"] {
        assert!(properties.as_object().unwrap().contains_key(key) && properties[key].is_null(), "{key} in {properties}");
    }
    let manifest = desk.json("catchment-town-isochrones/manifest.json");
    assert_eq!(manifest["tool"]["command"], "isochrones");
    assert_eq!(manifest["inputs"].as_array().unwrap().len(), 4);
    assert_eq!(manifest["asked"]["cell_m"], 25.0);
}

#[test]
fn reached_lines_add_up_to_the_road_of_the_isochrone() {
    let desk = Desk::town();
    desk.works(&["isochrones", "town.toml", "--limits", "15min,5min,10min", "--out", "i"]);
    let done = desk.works(&["reach", "town.toml", "--limits", "5min,10min,15min", "--out", "r"]);
    assert_eq!(desk.list("r"), ["README.txt", "issues.csv", "manifest.json", "reach.geojson"]);
    let lines = features(&desk, "r/reach.geojson");
    let shapes = features(&desk, "i/isochrones.geojson");
    assert_eq!(shapes.iter().map(|shape| property(shape, "limit_s")).collect::<Vec<_>>(), [300.0, 600.0, 900.0]);
    for shape in &shapes {
        let limit = property(shape, "limit_s");
        let own = || lines.iter().filter(|line| property(line, "limit_s") == limit);
        assert_eq!(own().map(|line| mm(property(line, "length_m"))).sum::<i64>(), mm(property(shape, "reached_road_m")));
        assert!(own().all(|line| property(line, "cost_min_s") <= property(line, "cost_max_s") && property(line, "cost_max_s") <= limit));
        // the farthest ends are cut off where the limit falls, to the millimetre
        assert!(own().any(|line| property(line, "cost_max_s") > limit - 0.002));
        assert!(own().all(|line| line["geometry"]["type"] == "LineString"));
    }
    assert!(done.out.contains("11.615"), "{}", done.out);
}

#[test]
fn rings_part_what_disks_hold() {
    let desk = Desk::town();
    let with = |flags: &[&str], out: &str| {
        desk.works(&[&["isochrones", "town.toml", "--limits", "5min,10min,15min", "--out", out], flags].concat());
        features(&desk, &format!("{out}/isochrones.geojson"))
    };
    let (disks, rings) = (with(&["--disks", "--merged"], "d"), with(&["--rings"], "r"));
    let beyond: Vec<Option<f64>> = rings.iter().map(|ring| ring["properties"]["beyond_s"].as_f64()).collect();
    assert_eq!(beyond, [None, Some(300.0), Some(600.0)]);
    let road: i64 = rings.iter().map(|ring| mm(property(ring, "reached_road_m"))).sum();
    assert_eq!(road, mm(property(&disks[2], "reached_road_m")));
    close(rings.iter().map(|ring| property(ring, "area_m2")).sum(), property(&disks[2], "area_m2"), 0.5);
    // three blues, the darkest for the shortest
    let fills: Vec<&str> = rings.iter().map(|ring| ring["properties"]["fill"].as_str().unwrap()).collect();
    assert_eq!(fills, ["#08519c", "#6baed6", "#c6dbef"]);
    // rings fill each other up: together they hold what the disk holds
    let done = desk.works(&["audit", "town.toml", "r/isochrones.geojson", "--out", "a", "--require", "0%"]);
    assert!(done.out.contains("3 of 3 features audited"), "{}", done.out);
    let done = desk.works(&["audit", "town.toml", "d/isochrones.geojson", "--limit", "10min", "--out", "a", "--require", "0%"]);
    assert!(done.out.contains("1 of 3 features audited, 2 of other limits"), "{}", done.out);
}

#[test]
fn a_limit_of_distance_may_be_asked_of_a_service_by_time() {
    let desk = Desk::town();
    desk.works(&["isochrones", "town.toml", "--limits", "500m", "--simplify", "5m", "--cell", "20", "--out", "o"]);
    let shape = &features(&desk, "o/isochrones.geojson")[0];
    assert_eq!((property(shape, "limit_m"), property(shape, "contour")), (500.0, 0.5));
    // Σ 500 − 110.574 k and Σ 500 − 111.319 k for k = 0 … 4
    close(property(shape, "reached_road_m"), 5000.0 - 1105.74 - 1113.19, 0.2);
    let done = desk.works(&["audit", "town.toml", "o/isochrones.geojson", "--limit", "500m", "--leave-out", "6m", "--out", "a"]);
    assert!(done.out.contains("false in 0 (") && done.out.contains("false out 0 ("), "{}", done.out);
    assert_eq!(desk.json("a/audit.json")["leave_out_m"], 6.0);
}

#[test]
fn nothing_reached_is_a_feature_with_a_reason() {
    let desk = Desk::town();
    // one 10 km off every road, one whose straight leg of 199 m takes 166 s
    desk.put("clinics.csv", format!("{CLINICS}far,Sea clinic,9.1,0\nleg,Field clinic,9.0005,-0.0018\n"));
    let done = desk.works(&["isochrones", "town.toml", "--per-facility", "--limits", "1min,15min", "--out", "o"]);
    let told: Vec<(String, bool, Option<String>)> = features(&desk, "o/isochrones.geojson")
        .iter()
        .map(|shape| {
            let text = |key: &str| shape["properties"][key].as_str().map(str::to_owned);
            (text("facility_id").unwrap(), shape["geometry"].is_null(), text("reason"))
        })
        .collect();
    let (unlinked, short) = (Some("facility_unlinked".to_owned()), Some("limit_too_short".to_owned()));
    let expected = [
        ("c1", false, None),
        ("c1", false, None),
        ("far", true, unlinked.clone()),
        ("far", true, unlinked),
        ("leg", true, short),
        ("leg", false, None),
    ];
    assert_eq!(told, expected.map(|(id, empty, reason)| (id.to_owned(), empty, reason)));
    let unlinked = desk.findings("o", "facility_unlinked");
    assert_eq!((unlinked.len(), unlinked[0]["id"].as_str()), (1, "far"));
    assert!(done.err.contains("walk far: too_far"), "{}", done.err);
    desk.works(&["reach", "town.toml", "--per-facility", "--limits", "1min,15min", "--out", "r"]);
    let of_far = features(&desk, "r/reach.geojson").iter().filter(|line| line["properties"]["facility_id"] == "far").count();
    assert_eq!((of_far, desk.findings("r", "facility_unlinked").len()), (0, 1));
}

#[test]
fn threads_change_no_byte_of_shapes() {
    let desk = Desk::town();
    for (threads, out) in [("1", "one"), ("3", "three")] {
        desk.works(&["isochrones", "town.toml", "--limits", "5min,15min", "--simplify", "5m", "-q", "--threads", threads, "--out", out]);
        desk.works(&["audit", "town.toml", "one/isochrones.geojson", "-q", "--threads", threads, "--out", &format!("audit-{out}")]);
    }
    desk.same("one", "three");
    desk.same("audit-one", "audit-three");
}

#[test]
fn wrong_questions_say_what_is_expected() {
    let desk = Desk::town();
    let fails = |flags: &[&str], words: &[&str]| desk.fails(&[&["isochrones", "town.toml"], flags].concat(), 2, words);
    fails(&["--limits", "5min,1km"], &["--limits", "5 min beside 1 km", "not both"]);
    fails(&["--limits", "5"], &["--limits", "with its unit"]);
    fails(&["--limits", "0s"], &["--limits", "above zero"]);
    fails(&["--service", "drive"], &["--service", "`drive`", "walk"]);
    fails(&["--merged", "--per-facility"], &["--merged"]);
    fails(&["--disks", "--rings"], &["--disks"]);
    fails(&["--simplify", "5min"], &["a distance with its unit"]);
    fails(&["--simplify", "2km"], &["--simplify", "0 to 1000 m"]);
    fails(&["--cell", "0"], &["ground.cell_m is 0"]);
    assert!(desk.list("catchment-town-isochrones").is_empty());
}

#[test]
fn a_folder_belongs_to_one_command() {
    let desk = Desk::town();
    desk.works(&["run", "town.toml", "-q", "--no-map", "--out", "o"]);
    let before = desk.list("o");
    desk.fails(&["isochrones", "town.toml", "--out", "o"], 2, &["--out", "`catchment run`", "a folder of its own"]);
    assert_eq!(desk.list("o"), before);
    desk.works(&["reach", "town.toml", "-q", "--out", "r"]);
    desk.fails(&["run", "town.toml", "--out", "r"], 2, &["--out", "`catchment reach`"]);
}

/// A layer of one rectangle from west to east, over all of the town from south to north.
fn layer(desk: &Desk, west: f64, east: f64) {
    desk.put("shapes.geojson", collection(&[rectangle("1", "Hand-made", west, east)]));
}

const AUDIT: [&str; 6] = ["audit", "town.toml", "shapes.geojson", "--out", "a", "--limit"];

#[test]
fn an_audit_of_hand_made_polygons_counts_by_arithmetic() {
    let desk = Desk::town();
    // in an hour all roads are reached: a layer far from the town holds none of the places drawn, one around it all of them
    layer(&desk, 9.02, 9.03);
    desk.works(&[&AUDIT[..], &["1h", "--points", "5000"]].concat());
    let sheet = desk.json("a/audit.json");
    let figures = |sheet: &Value| ["points", "left_out", "counted", "reached"].map(|key| sheet[key].as_u64().unwrap());
    let faults = |sheet: &Value| ["false_in", "false_out"].map(|key| sheet[key]["points"].as_u64().unwrap());
    assert_eq!((figures(&sheet), faults(&sheet)), ([5000, 0, 5000, 5000], [0, 5000]));
    assert_eq!((sheet["wrong_share"].as_f64(), sheet["false_out"]["share_of_counted"].as_f64()), (Some(1.0), Some(1.0)));
    assert_eq!(features(&desk, "a/audit.geojson").len(), 5000);
    layer(&desk, 8.9995, 9.0105);
    desk.works(&[&AUDIT[..], &["1h"]].concat());
    let sheet = desk.json("a/audit.json");
    assert_eq!((figures(&sheet), faults(&sheet)), ([20_000, 0, 20_000, 20_000], [0, 0]));
    // around the western part: 4.5 of 10 blocks of eleven streets, and five meridians of eleven
    layer(&desk, 8.9995, 9.0045);
    desk.works(&[&AUDIT[..], &["1h"]].concat());
    let [inside, outside] = faults(&desk.json("a/audit.json"));
    let held = (11.0 * 4.5 * 111.319 + 5.0 * 1105.74) / ROADS_M;
    assert_eq!(inside, 0);
    close(outside as f64 / 20_000.0, 1.0 - held, 0.015);
    // within 15 minutes, a polygon around all of the town holds what is beyond; 6 m on both sides of 20 ends do not count
    layer(&desk, 8.9995, 9.0105);
    desk.works(&[&AUDIT[..], &["15min"]].concat());
    let sheet = desk.json("a/audit.json");
    let [inside, outside] = faults(&sheet);
    assert_eq!(outside, 0);
    close(inside as f64 / 20_000.0, (ROADS_M - REACHED_M) / ROADS_M, 0.02);
    close(sheet["left_out"].as_f64().unwrap(), 20_000.0 * 20.0 * 12.0 / ROADS_M, 70.0);
    for offender in features(&desk, "a/audit.geojson") {
        assert_eq!(
            (offender["properties"]["fault"].as_str(), offender["properties"]["at_crossing"].as_bool()),
            (Some("false_in"), Some(false))
        );
        assert!(property(&offender, "cost_s") > 905.0 && property(&offender, "limit_s") == 900.0);
    }
}

#[test]
fn an_audit_ends_with_1_where_more_is_wrong_than_allowed() {
    let desk = Desk::town();
    layer(&desk, 8.9995, 9.0045);
    let ask = [&AUDIT[..], &["1h", "--require"]].concat();
    desk.works(&[&ask[..], &["60%"]].concat());
    let done = desk.fails(&[&ask[..], &["50%"]].concat(), 1, &["on the wrong side", "--require allows 50.000 %"]);
    assert!(done.out.contains("false out"), "the numbers are printed and written all the same: {}", done.out);
    assert!(desk.list("a").contains(&"audit.json".to_owned()));
    desk.fails(&[&ask[..], &["0.5"]].concat(), 2, &["such as 0.1%"]);
    desk.fails(&["audit", "town.toml", "shapes.geojson", "--leave-out", "5m"], 2, &["--leave-out", "by time"]);
    desk.fails(&["audit", "town.toml", "none.geojson"], 3, &["none.geojson"]);
}

#[test]
fn features_of_other_limits_services_and_geometries_are_told() {
    let desk = Desk::town();
    let with = |properties: &str| rectangle("1", "x", 8.9995, 9.0105).replace("\"code\": 1", properties);
    let point = r#"{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [9, 0]}}"#;
    let nothing = r#"{"type": "Feature", "properties": {"limit_s": 3600}, "geometry": null}"#;
    let bow = r#"{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[9, 0], [9.01, 0.01], [9.01, 0], [9, 0.01], [9, 0]]]}}"#;
    desk.put(
        "shapes.geojson",
        collection(&[
            with("\"limit_s\": 3600"),
            with("\"contour\": 60, \"metric\": \"time\", \"service\": \"walk\""),
            with("\"contour\": 1, \"metric\": \"distance\""),
            with("\"limit_s\": 300"),
            with("\"service\": \"drive\""),
            point.to_owned(),
            nothing.to_owned(),
            bow.to_owned(),
        ]),
    );
    let done = desk.works(&[&AUDIT[..], &["1h", "--require", "0%"]].concat());
    let shapes = &desk.json("a/audit.json")["shapes"];
    let counts = ["features", "taken", "of_other_limits", "of_other_services", "empty", "not_polygons", "invalid"];
    assert_eq!(counts.map(|key| shapes[key].as_u64().unwrap()), [8, 3, 2, 1, 1, 1, 1]);
    assert!(done.err.contains("shapes.geojson 6: not a polygon"), "{}", done.err);
    assert_eq!(desk.findings("a", "not_a_polygon").len(), 1);
    // nothing of the limit at all is no audit
    desk.put("shapes.geojson", collection(&[with("\"limit_s\": 300")]));
    desk.fails(&[&AUDIT[..], &["1h"]].concat(), 3, &["shapes.geojson", "features 1 of other limits", "60 min"]);
}

#[test]
fn several_services_are_asked_one_by_one() {
    let desk = Desk::town();
    let second = "[[services]]\nid = \"near\"\nfacilities = \"clinics\"\nlimit = \"500m\"\n";
    desk.put("town.toml", format!("{PLAN}{second}"));
    desk.works(&["isochrones", "town.toml", "--out", "o"]);
    let services: Vec<Value> = features(&desk, "o/isochrones.geojson").iter().map(|shape| shape["properties"]["service"].clone()).collect();
    assert_eq!(services, ["walk", "near"]);
    desk.fails(&["audit", "town.toml", "o/isochrones.geojson", "--out", "a"], 2, &["--service", "walk, near"]);
    let done = desk.works(&["audit", "town.toml", "o/isochrones.geojson", "--service", "near", "--out", "a", "--require", "0%"]);
    assert!(done.out.contains("near within 500 m: 1 of 2 features audited, 1 of other services"), "{}", done.out);
    // both are audited by a run; the margin of the second is what is walked in 5 s
    desk.works(&["run", "town.toml", "--audit", "-q", "--no-map", "--out", "r"]);
    let services = &desk.json("r/audit.json")["services"];
    assert_eq!((services[0]["leave_out_s"].as_f64(), services[1]["leave_out_m"].as_f64()), (Some(5.0), Some(6.0)));
}

#[test]
fn a_run_audits_its_own_covered_ground() {
    let desk = Desk::town();
    let done = desk.works(&["run", "town.toml", "--audit", "--no-map", "--out", "o"]);
    assert!(done.out.contains("Audit of coverage.geojson, walk: "), "{}", done.out);
    let service = &desk.json("o/audit.json")["services"][0];
    assert!(service["points"].as_u64() >= Some(20_000) && service["holds"] == true, "{service}");
    assert_eq!((service["false_in"]["points"].as_u64(), service["false_out"]["points"].as_u64()), (Some(0), Some(0)));
    close(service["reached"].as_f64().unwrap() / service["counted"].as_f64().unwrap(), REACHED_M / ROADS_M, 0.015);
    let outputs = desk.json("o/manifest.json")["outputs"].to_string();
    assert!(outputs.contains("audit.json") && outputs.contains("audit.geojson") && desk.text("o/README.txt").contains("audit.json"));
    desk.fails(&["run", "town.toml", "--audit", "--format", "csv", "--out", "c"], 2, &["outputs.audit", "geojson"]);
    // without being asked for, there is none; and what an earlier run left goes
    desk.works(&["run", "town.toml", "-q", "--no-map", "--out", "o"]);
    assert!(!desk.list("o").contains(&"audit.json".to_owned()));
}

#[test]
fn the_error_of_area_is_measured_at_half_the_cell() {
    let desk = Desk::town();
    let done = desk.works(&["run", "town.toml", "--measure-error", "--no-map", "--out", "o"]);
    assert!(done.out.contains("with cells of 25 m") && done.out.contains("with 12.5 m"), "{}", done.out);
    let service = &desk.json("o/summary.json")["services"][0];
    let of = |key: &str| service[key].as_f64().unwrap();
    let off = of("area_error_measured_m2");
    close(of("area_covered_half_cell_m2") - service["area"]["covered_m2"].as_f64().unwrap(), off, 0.002);
    assert!(off != 0.0 && off.abs() <= of("area_error_bound_m2"));
    close(of("area_error_bound_m2"), 2.0 * of("area_error_estimate_m2"), 1.0);
    // in an hour all ground is covered, whatever the cell
    desk.works(&["run", "town.toml", "--measure-error", "--limit", "1h", "-q", "--no-map", "--out", "o"]);
    let service = &desk.json("o/summary.json")["services"][0];
    close(service["area_error_measured_m2"].as_f64().unwrap(), 0.0, 0.01);
    desk.works(&["run", "town.toml", "-q", "--no-map", "--out", "o"]);
    assert!(desk.json("o/summary.json")["services"][0]["area_covered_half_cell_m2"].is_null());
}

#[test]
fn a_geotiff_is_a_format() {
    let desk = Desk::town();
    desk.works(&["run", "town.toml", "--format", "geotiff", "-q", "--no-map", "--out", "o"]);
    assert_eq!(desk.list("o"), ["README.txt", "cost-walk.tif", "issues.csv", "manifest.json", "report.md", "summary.json"]);
    assert!(matches!(&desk.bytes("o/cost-walk.tif")[..4], b"II*\0" | b"MM\0*"));
    assert!(desk.text("o/README.txt").contains("cost-SERVICE.tif"));
}
