//! Where the road file ends: no data, the gate before a run, `catchment check`, and what a plan accepts.
//!
//! The town of [`super::town`]: 2^k people at corner k of the equator, 111.319 m apart, 2,047 in all; in 15 minutes at 1.2 m/s the clinic at
//! corner 0 reaches corners 0 to 9.

use std::fmt::Write as _;

use super::desk::{Desk, find, number};
use super::town::{EAST, PLAN, WEST, collection, rectangle, roads};

/// The town's roads from corner 0 to `last`, in a file that says that it ends at this longitude.
fn bounded(last: u32, east: &str) -> String {
    let mut xml = format!("<osm version=\"0.6\">\n<bounds minlat=\"-0.001\" minlon=\"8.999\" maxlat=\"0.0105\" maxlon=\"{east}\"/>\n");
    for (row, column) in (0..11).flat_map(|row| (0..=last).map(move |column| (row, column))) {
        let _ = writeln!(xml, "<node id=\"{}\" lon=\"9.{column:03}\" lat=\"0.{row:03}\"/>", 100 * row + column + 1);
    }
    let way = |id: u32, nodes: Vec<u32>| {
        let refs: String = nodes.iter().map(|node| format!("<nd ref=\"{node}\"/>")).collect();
        format!("<way id=\"{id}\">{refs}<tag k=\"highway\" v=\"residential\"/></way>\n")
    };
    xml.extend((0..11).map(|row| way(row + 1, (0..=last).map(|column| 100 * row + column + 1).collect())));
    xml.extend((0..=last).map(|column| way(column + 101, (0..11).map(|row| 100 * row + column + 1).collect())));
    xml + "</osm>\n"
}

/// Ten people at each corner of the equator: 110 in all.
fn tens() -> String {
    (0..11).fold("lon,lat,people\n".to_owned(), |text, k| format!("{text}9.{k:03},0,10\n"))
}

const RUN: [&str; 5] = ["run", "town.toml", "--no-map", "--out", "out"];

#[test]
fn people_beyond_the_box_of_the_file_stop_the_run() {
    let desk = Desk::town();
    // roads up to corner 5 serve 300 m beyond it, which is corners 6 and 7; corners 8 to 10 are 256 + 512 + 1,024 of 2,047 people
    desk.put("town.osm", bounded(5, "9.0055"));
    let done = desk.fails(&RUN, 3, &["no_roads", "1792 of 2047 people (87.5 %)", "[checks] accept", "--accept no_roads="]);
    assert!(done.out.is_empty() && desk.list("out").is_empty(), "{}", done.out);
    desk.fails(&["check", "town.toml"], 3, &["no_roads"]);
    desk.fails(&[&RUN[..], &["--accept", "no_roads=87%"]].concat(), 3, &["no_roads"]);

    let done = desk.works(&[&RUN[..], &["--accept", "no_roads=88%"]].concat());
    // the headline begins with what is not known, and says both bounds: 255 of 2,047, and all of them
    let first = done.out.lines().next().unwrap();
    assert!(
        first.starts_with("1,792 residents (87.5 %) live outside the road data: of all residents, 12.5 % to 100.0 % are covered"),
        "{first}"
    );
    assert!(first.contains("100.0 % of residents inside the road data (255 of 255)"), "{first}");
    assert!(first.ends_with("Accepted by the plan: no_roads (87.5 %)."), "{first}");
    let summary = desk.json("out/summary.json");
    let service = &summary["services"][0];
    assert_eq!(service["people_share_bounds"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect::<Vec<_>>(), [0.124573, 1.0]);
    assert_eq!(service["people"]["no_data"], 1792.0);
    assert_eq!(service["conservation"]["people_hold"], true);
    assert_eq!(summary["findings"]["warnings"][0]["accepted"], true);
    assert!(desk.text("out/report.md").contains("Accepted by the plan: no_roads"));
    // the same from the plan
    desk.put("town.toml", format!("{PLAN}[checks]\naccept = {{ no_roads = \"88 %\" }}\n"));
    desk.works(&["run", "town.toml", "--no-map", "--out", "again"]);
    assert_eq!(desk.findings("again", "no_roads")[0]["accepted"], "true");
}

#[test]
fn a_few_people_beyond_are_a_warning_and_no_data_everywhere() {
    let desk = Desk::town();
    // roads up to corner 7; corner 10 is 334 m beyond: 10 of 110 people, 9.1 %. Corner 9 is 9 × 92.766 s = 834.9 s from the clinic: all others are covered
    desk.put("town.osm", bounded(7, "9.0075")).put("people.csv", tens());
    let done = desk.works(&["run", "town.toml", "--out", "out"]);
    assert!(done.out.contains("100.0 % of residents inside the road data (100 of 100)"), "{}", done.out);
    assert!(done.out.contains("of all residents, 90.9 % to 100.0 % are covered"), "{}", done.out);
    assert!(done.out.contains("no_roads (10 people)"), "{}", done.out);
    let found = &desk.findings("out", "no_roads")[0];
    assert_eq!((found["severity"].as_str(), found["people"].as_str(), found["accepted"].as_str()), ("warning", "10.0", "false"));
    assert!(found["remedy"].starts_with("Use a road file that holds all zones"));

    let rows = desk.rows("out/zones.csv");
    let (west, east) = (find(&rows, "walk", WEST), find(&rows, "walk", EAST));
    assert_eq!((number(west, "people_no_data"), number(west, "area_no_data_m2")), (0.0, 0.0));
    assert_eq!((number(east, "people_no_data"), number(east, "people_covered"), number(east, "people_share")), (10.0, 50.0, 1.0));
    // roads serve 300 m: up to 9.007° + 300 m / 111,319 m = 9.00969°, so that 0.00081° of the zone's 0.006° lie beyond
    let beyond = number(east, "area_no_data_m2") / number(east, "mask_area_m2");
    assert!((beyond - 0.000_805 / 0.006).abs() < 1e-3, "{beyond}");
    let parts = ["covered", "uncovered", "unreachable", "unlinked", "no_data"];
    let sum: f64 = parts.iter().map(|part| number(east, &format!("area_{part}_m2"))).sum();
    assert!((sum - number(east, "mask_area_m2")).abs() < 0.01, "{sum}");

    let layer = desk.json("out/no_data.geojson");
    let [feature] = layer["features"].as_array().unwrap().as_slice() else { panic!("{layer}") };
    assert_eq!((&feature["properties"]["zone_id"], &feature["properties"]["people_no_data"]), (&EAST.into(), &10.0.into()));
    let gaps = desk.json("out/gaps.geojson");
    assert!(gaps["features"].as_array().unwrap().iter().all(|gap| gap["properties"]["people"] == 0.0), "{gaps}");
    // people by status add up in what is printed, too: 100 covered, none not covered, 10 of no data
    let total = done.out.lines().find(|line| line.starts_with(" total ")).unwrap();
    assert_eq!(total.split_whitespace().skip(1).take(4).collect::<Vec<_>>(), ["110", "100", "0", "10"], "{}", done.out);
    let printed = desk.rows("out/table-03-coverage.csv");
    let total = printed.iter().find(|row| row["zone"] == "total").unwrap();
    assert_eq!([&total["people"], &total["people not covered"], &total["people of no data"]], ["110", "0", "10"]);
    let map = desk.text("out/map.svg");
    assert!(map.contains("No data: outside the road file") && map.contains("id=\"no-data\""));
    assert!(desk.text("out/README.txt").contains("no_data       outside the extent of the road file"));
    // in Chinese, whole
    let zh = desk.works(&["run", "town.toml", "--no-map", "--lang", "zh", "--out", "zh"]).out;
    assert!(zh.contains("10人（9.09%）在道路资料范围之外，全部常住人口覆盖率在90.91%至100.00%之间"), "{zh}");
    assert!(zh.contains("  no_roads（10人，程度9.1 %）：town.osm：部分居民或居住用地在道路资料范围之外"), "{zh}");
}

#[test]
fn roads_that_reach_all_people_are_no_finding() {
    let desk = Desk::town();
    for osm in [bounded(10, "9.5"), bounded(10, "9.011"), bounded(10, "9.0065"), roads()] {
        desk.put("town.osm", osm);
        let done = desk.works(&[&RUN[..], &["--json"]].concat());
        assert!(!done.out.contains("no_roads"), "{}", done.out);
        assert!(desk.findings("out", "no_roads").is_empty() && !desk.path("out/no_data.geojson").exists());
        assert_eq!(desk.covered("out"), 1023.0);
    }
}

#[test]
fn without_a_box_the_outline_of_the_roads_tells_or_the_plan() {
    let desk = Desk::town();
    let wide = collection(&[rectangle(WEST, "West", 8.9995, 9.0045), rectangle(EAST, "East", 9.0045, 9.0305)]);
    // the roads end at 9.010; 9.0125 is 278 m beyond, 9.020 is 1,113 m: farther than the stated 500 m
    desk.put("zones.geojson", wide).put("people.csv", format!("{}9.0125,0,10\n9.020,0,10\n", tens()));
    desk.works(&RUN);
    let found = &desk.findings("out", "no_roads")[0];
    assert_eq!((found["severity"].as_str(), found["people"].as_str()), ("warning", "10.0"));
    assert!(
        found["detail"].contains("10 of 130 people (7.7 %)") && found["detail"].contains("the outline of the roads and 500 m around it"),
        "{found:?}"
    );

    // a polygon of the plan stands above both
    let clip = collection(&[rectangle("1", "clip", 8.999, 9.0085)]);
    desk.put("clip.geojson", clip).put("town.toml", PLAN.replace("[zones]", "extent = \"clip.geojson\"\n[zones]"));
    desk.fails(&RUN, 3, &["no_roads", "40 of 130 people (30.8 %)", "clip.geojson"]);
    desk.put("clip.geojson", collection(&[]));
    desk.fails(&RUN, 3, &["clip.geojson", "no polygon"]);
}

#[test]
fn a_box_that_is_not_the_roads_is_left_aside() {
    let desk = Desk::town();
    let osm = bounded(10, "9.011").replace("minlon=\"8.999\"", "minlon=\"-1\"").replace("maxlon=\"9.011\"", "maxlon=\"1\"");
    desk.put("town.osm", osm);
    desk.works(&RUN);
    assert!(desk.findings("out", "no_roads").is_empty());
}

#[test]
fn check_looks_and_writes_nothing() {
    let desk = Desk::town();
    desk.put("town.toml", format!("{PLAN}[checks]\nfew_points = 1\n"));
    let before = desk.list("");
    let done = desk.works(&["check", "town.toml"]);
    assert!(!done.out.contains("warning"), "{}", done.out);
    desk.works(&["check", "town.toml", "--strict"]);
    desk.put("town.osm", bounded(7, "9.0075")).put("people.csv", tens());
    let done = desk.works(&["check", "town.toml"]);
    assert!(done.out.contains("\n  no_roads (10 people): town.osm: 10 of 110 people (9.1 %)"), "{}", done.out);
    desk.fails(&["check", "town.toml", "--strict"], 1, &["1 warnings"]);
    let all = desk.works(&["check", "town.toml", "--all"]).out;
    assert!(all.starts_with("warning no_roads: town.osm: "), "{all}");
    let found: serde_json::Value = serde_json::from_str(&desk.works(&["check", "town.toml", "--json"]).out).unwrap();
    assert_eq!((&found[0]["kind"], &found[0]["severity"]), (&"no_roads".into(), &"warning".into()));
    assert_eq!(desk.list(""), before);
}

#[test]
fn what_is_accepted_has_a_kind_and_its_unit() {
    let desk = Desk::town();
    for (text, words) in [
        ("no_road=25%", "KIND=SIZE"),
        ("no_roads", "KIND=SIZE"),
        ("no_roads=25", "a percentage, such as \"25 %\""),
        ("no_roads=3 rows", "a percentage, such as \"25 %\""),
        ("twin_merged=3 rows", "is never an error"),
    ] {
        desk.fails(&["check", "town.toml", "--accept", text], 2, &[words]);
    }
    desk.put("town.toml", format!("{PLAN}[checks]\nno_roads_error = 20\n"));
    desk.fails(&["check", "town.toml"], 2, &["no_roads_error = 20", "a share from 0 to 1"]);
    desk.put("town.toml", format!("{PLAN}[checks]\naccept = {{ no_rods = \"2 %\" }}\n"));
    desk.fails(&["check", "town.toml"], 2, &["no_rods", "did you mean `no_roads`?"]);
}

#[test]
fn a_threshold_of_the_plan_moves_the_severity() {
    let desk = Desk::town();
    desk.put("town.osm", bounded(7, "9.0075")).put("people.csv", tens());
    desk.put("town.toml", format!("{PLAN}[checks]\nno_roads_warning = 0.2\nno_roads_error = 0.5\n"));
    desk.works(&RUN);
    assert_eq!(desk.findings("out", "no_roads")[0]["severity"], "note");
    desk.put("town.toml", format!("{PLAN}[checks]\nno_roads_error = 0.05\n"));
    desk.fails(&RUN, 3, &["no_roads"]);
}

#[test]
fn people_outside_all_zones_are_in_no_total() {
    let desk = Desk::town();
    // the town east of the border alone, without the west: 31 people live outside every zone, all of them covered
    desk.put("zones.geojson", collection(&[rectangle(EAST, "East", 9.0045, 9.0105)]));
    let done = desk.works(&RUN);
    // corners 5 to 9 of 5 to 10: 992 of 2,016
    assert!(done.out.lines().next().unwrap().contains("49.2 % of residents (992 of 2,016)"), "{}", done.out);
    let summary = desk.json("out/summary.json");
    assert_eq!(summary["services"][0]["people"]["total"], 2016.0);
    let conservation = &summary["services"][0]["conservation"];
    assert_eq!((&conservation["people_outside_zones"], &conservation["people_hold"]), (&31.0.into(), &true.into()));
    let rows = desk.rows("out/zones.csv");
    assert_eq!(number(find(&rows, "walk", "outside"), "people_covered"), 31.0);
    let printed = desk.text("out/table-03-coverage.csv");
    let total = printed.lines().find(|line| line.contains(",total,")).unwrap();
    assert!(total.contains(",2016,"), "{total}");
}
