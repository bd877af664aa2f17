//! Findings about people, each with its sound negative: where they are spread, how close together, which rows are lost, who is outside.

use std::fmt::Write as _;

use super::desk::{Desk, Done, Row, data, number};
use super::town::collection;

/// Streets of corners 0.001° apart (111.3 m east, 110.6 m north), `columns` from (9° E, 0° N); more objects behind them.
fn streets(columns: std::ops::RangeInclusive<i64>, more: &str) -> String {
    let mut xml = String::from("<osm version=\"0.6\">\n");
    xml += &grid(columns, 10, 0);
    xml + more + "</osm>\n"
}

/// Residential streets of corners `columns` × 0..=`rows`, numbered from `base`.
fn grid(columns: std::ops::RangeInclusive<i64>, rows: i64, base: i64) -> String {
    let (mut nodes, mut ways) = (String::new(), String::new());
    let id = |column: i64, row: i64| base + 1000 * row + column + 1;
    for row in 0..=rows {
        for column in columns.clone() {
            let _ = writeln!(nodes, "<node id=\"{}\" lon=\"{:.3}\" lat=\"{:.3}\"/>", id(column, row), lon(column), row as f64 / 1000.0);
        }
    }
    let mut way = |id: i64, refs: Vec<i64>| {
        let refs: String = refs.iter().map(|node| format!("<nd ref=\"{node}\"/>")).collect();
        let _ = writeln!(ways, "<way id=\"{id}\">{refs}<tag k=\"highway\" v=\"residential\"/></way>");
    };
    for row in 0..=rows {
        way(base + 100_000 + row, columns.clone().map(|column| id(column, row)).collect());
    }
    for column in columns.clone() {
        way(base + 200_000 + column, (0..=rows).map(|row| id(column, row)).collect());
    }
    nodes + &ways
}

fn lon(column: i64) -> f64 {
    9.0 + column as f64 / 1000.0
}

/// A closed way around a rectangle of degrees.
fn area(id: i64, [west, south, east, north]: [f64; 4], tag: (&str, &str)) -> String {
    let corners = [(west, south), (east, south), (east, north), (west, north)];
    let node = |(i, (x, y)): (i64, &(f64, f64))| format!("<node id=\"{}\" lon=\"{x:.7}\" lat=\"{y:.7}\"/>\n", 10 * id + i);
    let nodes: String = (0..).zip(&corners).map(node).collect();
    let refs: String = [0, 1, 2, 3, 0].iter().map(|i| format!("<nd ref=\"{}\"/>", 10 * id + i)).collect();
    format!("{nodes}<way id=\"{id}\">{refs}<tag k=\"{}\" v=\"{}\"/></way>\n", tag.0, tag.1)
}

fn zone(id: &str, name: &str, [west, south, east, north]: [f64; 4]) -> String {
    format!(
        r#"{{"type": "Feature", "properties": {{"code": "{id}", "name": "{name}"}}, "geometry": {{"type": "Polygon",
        "coordinates": [[[{west}, {south}], [{east}, {south}], [{east}, {north}], [{west}, {north}], [{west}, {south}]]]}}}}"#
    )
}

const TOWN: [f64; 4] = [8.9995, -0.0005, 9.0105, 0.0105];
const WEST: [f64; 4] = [8.9995, -0.0005, 9.0045, 0.0105];
const EAST: [f64; 4] = [9.0045, -0.0005, 9.0105, 0.0105];

fn plan(people: &str) -> String {
    format!(
        "[study]\nid = \"town\"\ntitle = \"Town\"\n[roads]\nsource = \"town.osm\"\n[zones]\nsource = \"zones.geojson\"\nid = \"code\"\n\
         name = \"name\"\n[people]\n{people}\n[[facilities]]\nid = \"clinics\"\nsource = \"clinics.csv\"\n[[services]]\nid = \"walk\"\n\
         facilities = \"clinics\"\nlimit = \"10min\"\n[outputs]\nmap = false\n"
    )
}

const POINTS: &str = "method = \"points\"\nsource = \"people.csv\"";
const SPREAD: &str = "method = \"spread\"\ntotals = \"totals.csv\"";
const OVER_ZONE: &str = "method = \"spread\"\ntotals = \"totals.csv\"\nover = [\"zone\"]";

/// The town of eleven by eleven corners with a clinic in its middle.
fn desk(people: &str, zones: &[String], files: &[(&str, &str)]) -> Desk {
    let desk = Desk::new();
    desk.put("town.osm", streets(0..=10, "")).put("zones.geojson", collection(zones)).put("plan.toml", plan(people));
    desk.put("clinics.csv", "id,name,lon,lat\nc1,Clinic,9.005,0.005\n");
    for (name, text) in files {
        desk.put(name, text);
    }
    desk
}

/// Ten people at each corner of `columns`.
fn corners(columns: std::ops::Range<i64>) -> String {
    let rows = (0..11).flat_map(|row| columns.clone().map(move |column| (column, row)));
    rows.fold("lon,lat,people\n".to_owned(), |text, (column, row)| {
        text + &format!("{:.3},{:.3},10\n", lon(column), f64::from(row) / 1000.0)
    })
}

/// The only finding of a kind, of a run that works.
fn finding(desk: &Desk, kind: &str) -> Row {
    desk.works(&["run", "plan.toml", "--no-map", "--out", "out"]);
    let found = desk.findings("out", kind);
    assert_eq!(found.len(), 1, "{kind}: {found:?}");
    found[0].clone()
}

/// A run that works without a finding of a kind.
fn silent(desk: &Desk, kind: &str) {
    desk.works(&["run", "plan.toml", "--no-map", "--out", "out"]);
    assert_eq!(desk.findings("out", kind), Vec::<Row>::new(), "{kind}");
}

/// A run that errors stop, before anything is written.
fn stopped(desk: &Desk, words: &[&str]) -> Done {
    let done = desk.fails(&["run", "plan.toml", "--no-map", "--out", "out"], 3, words);
    assert_eq!(desk.list("out"), Vec::<String>::new());
    done
}

fn says(row: &Row, severity: &str, words: &[&str]) {
    assert_eq!(row["severity"], severity, "{row:?}");
    for word in words {
        assert!(row["detail"].contains(word), "{word:?} is not in: {}", row["detail"]);
    }
}

#[test]
fn people_do_not_all_live_in_the_only_mapped_hamlet() {
    // streets of 24.4 km in the town; 2.7 km in a hamlet of columns 30 to 33, which has all residential land
    let hamlet = grid(30..=33, 3, 500_000) + &area(600_000, [9.03, 0.0, 9.033, 0.003], ("landuse", "residential"));
    let link = "<way id=\"900000\"><nd ref=\"11\"/><nd ref=\"500031\"/><tag k=\"highway\" v=\"unclassified\"/></way>\n";
    let wide = [zone("z", "Town", [8.9995, -0.0005, 9.0345, 0.0105])];
    let desk = desk(SPREAD, &wide, &[("totals.csv", "zone_name,people\nTown,1210\n")]);
    desk.put("town.osm", streets(0..=10, &(hamlet + link)));
    let found = finding(&desk, "surface_misses_roads");
    // eastwards 111.32 m, northwards 110.57 m: 24,413 m of streets in the town, 2,662 m in the hamlet; 2,662 of 27,076 m are 9.8 %
    says(&found, "warning", &["1 zone with 1210 people", "Town (residential: 10 % of 27.1 km; now roads)"]);
    assert_eq!(number(&found, "people"), 1210.0);
    assert!(found["remedy"].contains("give people by points"), "{found:?}");
    // the ground along the town's streets is some eight times that along the hamlet's
    let covered = desk.covered("out");
    assert!(covered > 400.0, "{covered} people within ten minutes of the middle of the town");
}

#[test]
fn residential_land_beside_the_streets_is_kept() {
    let land = area(600_000, [8.9996, -0.0004, 9.0104, 0.0104], ("landuse", "residential"));
    let desk = desk(SPREAD, &[zone("z", "Town", TOWN)], &[("totals.csv", "zone_name,people\nTown,1210\n")]);
    desk.put("town.osm", streets(0..=10, &land));
    silent(&desk, "surface_misses_roads");
    assert_eq!(desk.findings("out", "surface_passed_over"), Vec::<Row>::new());
}

#[test]
fn triesenberg_does_not_live_in_its_ski_hamlet() {
    let desk = Desk::new();
    desk.works(&["run", &data("liechtenstein/plan.toml"), "--no-map", "--out", "out"]);
    let found = desk.findings("out", "surface_misses_roads");
    assert_eq!(found.len(), 1, "{found:?}");
    says(&found[0], "warning", &["Triesenberg (residential: "]);
    assert!(number(&found[0], "people") >= 2638.0, "{found:?}");
}

#[test]
fn valletta_falls_and_luqa_with_its_airport_does_not() {
    let desk = Desk::new();
    desk.works(&["run", &data("malta/plan.toml"), "--no-map", "--out", "out"]);
    let found = desk.findings("out", "surface_misses_roads");
    assert_eq!(found.len(), 1, "{found:?}");
    says(&found[0], "warning", &["Valletta (residential: ", "Il-Furjana (residential: "]);
    assert!(!found[0]["detail"].contains("Luqa"), "{found:?}");
}

#[test]
fn no_one_is_spread_on_water() {
    // a zone of 0.022° × 0.011°, the lake over its eastern half
    let lake = area(600_000, [9.0105, -0.001, 9.0225, 0.011], ("natural", "water"));
    let zones = [zone("z", "Shore", [8.9995, -0.0005, 9.0215, 0.0105])];
    for over in ["[\"zone\"]", "[\"roads\", \"zone\"]"] {
        let people = format!("method = \"spread\"\ntotals = \"totals.csv\"\nover = {over}");
        let desk = desk(&people, &zones, &[("totals.csv", "zone_name,people\nShore,2420\n")]);
        let plan = plan(&people).replace("10min", "60min");
        desk.put("town.osm", streets(0..=10, &lake)).put("plan.toml", plan);
        silent(&desk, "people_on_water");
        assert_eq!(desk.covered("out"), 2420.0, "{over}");
    }
}

#[test]
fn a_zone_of_water_keeps_its_people_and_says_so() {
    let lake = area(600_000, [9.0105, -0.001, 9.0225, 0.011], ("waterway", "dock"));
    let zones = [zone("t", "Town", TOWN), zone("d", "Dock", [9.0105, -0.0005, 9.0215, 0.0105])];
    let desk = desk(OVER_ZONE, &zones, &[("totals.csv", "zone_name,people\nTown,1210\nDock,40\n")]);
    desk.put("town.osm", streets(0..=22, &lake));
    let found = finding(&desk, "people_on_water");
    says(&found, "warning", &["Dock: all of it is mapped water; its 40 people"]);
    assert_eq!(number(&found, "people"), 40.0);
}

#[test]
fn people_of_a_census_unit_live_on_its_land() {
    // a unit of 0.002° on both sides of the border, of which all in the eastern zone is water; another is all water and stays
    let lake = area(600_000, [9.0045, -0.001, 9.0075, 0.011], ("landuse", "reservoir"));
    let unit = |west: f64, people: u32| {
        let east = west + 0.002;
        format!(
            r#"{{"type": "Feature", "properties": {{"people": {people}}}, "geometry": {{"type": "Polygon",
            "coordinates": [[[{west}, 0.004], [{east}, 0.004], [{east}, 0.006], [{west}, 0.006], [{west}, 0.004]]]}}}}"#
        )
    };
    let units = collection(&[unit(9.0035, 64), unit(9.005, 8)]);
    let zones = [zone("w", "West", WEST), zone("e", "East", EAST)];
    let desk = desk("method = \"polygons\"\nsource = \"units.geojson\"", &zones, &[("units.geojson", &units)]);
    desk.put("town.osm", streets(0..=10, &lake));
    let found = finding(&desk, "people_on_water");
    says(&found, "note", &["1 units with 8.0 people lie wholly on mapped water"]);
    let people: Vec<f64> = desk.rows("out/zones.csv").iter().take(2).map(|row| number(row, "people_total")).collect();
    assert!(people.contains(&64.0) && people.contains(&8.0), "{people:?}");
}

/// A block of 0.06 km² (445.28 × 134.74 m) beside the rest of the town.
fn block(east: f64, people: u32) -> Desk {
    let zones = [zone("b", "Block", [9.0, 0.0, east, 0.001_218_6]), zone("r", "Rest", EAST)];
    desk(OVER_ZONE, &zones, &[("totals.csv", &format!("zone_name,people\nBlock,{people}\nRest,660\n"))])
}

#[test]
fn more_people_than_ground_can_hold() {
    // 2,000,000 a km²
    stopped(&block(9.004, 120_000), &["implausible_density", "Block (120000 people", "people.totals"]);
    // 200,000 a km²
    let found = finding(&block(9.004, 12_000), "implausible_density");
    says(&found, "warning", &["more than 150000 people a km²", "Block (12000 people, 200"]);
    assert_eq!(number(&found, "people"), 12_000.0);
    // 133,000 a km², as in Mong Kok; and 8,000 in one tower block of 0.04 km²
    silent(&block(9.004, 8000), "implausible_density");
    silent(&block(9.002_67, 8000), "implausible_density");
}

#[test]
fn an_accepted_density_is_a_warning() {
    let desk = block(9.004, 120_000);
    let accept = |most: &str| plan(OVER_ZONE) + "[checks]\naccept = { implausible_density = \"" + most + " /km2\" }\n";
    desk.put("plan.toml", accept("2100000"));
    says(&finding(&desk, "implausible_density"), "warning", &["Block"]);
    desk.put("plan.toml", accept("1900000"));
    desk.fails(&["run", "plan.toml", "--no-map", "--out", "more"], 3, &["implausible_density"]);
}

/// Boundaries of level 8 west and east, one of level 6 around both, and two places.
fn county(alpha: &str, county: &str) -> Desk {
    let node = |id: i64, lon: f64, lat: f64| format!("<node id=\"{id}\" lon=\"{lon:.4}\" lat=\"{lat:.4}\"/>\n");
    let corners = [(8.9995, -0.0005), (9.0045, -0.0005), (9.0105, -0.0005), (9.0105, 0.0105), (9.0045, 0.0105), (8.9995, 0.0105)];
    let mut xml: String = (800_001..).zip(corners).map(|(id, (lon, lat))| node(id, lon, lat)).collect();
    xml += &format!("<node id=\"700001\" lon=\"9.002\" lat=\"0.005\"><tag k=\"place\" v=\"town\"/>{alpha}</node>\n");
    xml += "<node id=\"700002\" lon=\"9.008\" lat=\"0.005\"><tag k=\"place\" v=\"village\"/><tag k=\"name\" v=\"Beta\"/>\
            <tag k=\"population\" v=\"310\"/></node>\n";
    for (id, refs) in [(21, [5, 6, 1, 2].as_slice()), (22, &[2, 3, 4, 5]), (23, &[2, 5])] {
        let refs: String = refs.iter().map(|i| format!("<nd ref=\"80000{i}\"/>")).collect();
        let _ = writeln!(xml, "<way id=\"8000{id}\">{refs}</way>");
    }
    for (id, ways, level, tags) in [
        (1, [21, 23], 8, "<tag k=\"name\" v=\"Western Ward\"/>"),
        (2, [22, 23], 8, "<tag k=\"name\" v=\"Beta\"/>"),
        (3, [21, 22], 6, county),
    ] {
        let members: String = ways.iter().map(|way| format!("<member type=\"way\" ref=\"8000{way}\" role=\"outer\"/>")).collect();
        let _ = writeln!(
            xml,
            "<relation id=\"{id}\">{members}<tag k=\"type\" v=\"boundary\"/><tag k=\"boundary\" v=\"administrative\"/>\
             <tag k=\"admin_level\" v=\"{level}\"/>{tags}</relation>"
        );
    }
    let desk = desk("", &[], &[]);
    let plan = plan("method = \"spread\"\ntotals = \"osm\"\nover = [\"zone\"]");
    let plan = plan.replace("source = \"zones.geojson\"\nid = \"code\"\nname = \"name\"", "source = \"town.osm\"\nadmin_level = 8");
    desk.put("town.osm", streets(0..=10, &xml)).put("plan.toml", plan);
    desk
}

const ALPHA: &str = "<tag k=\"name\" v=\"Alpha\"/>";

fn population(people: u32) -> String {
    format!("<tag k=\"population\" v=\"{people}\"/>")
}

#[test]
fn a_place_with_its_parent_s_total() {
    let county_of = |people: u32| format!("<tag k=\"name\" v=\"County\"/>{}", population(people));
    let same = county(&(ALPHA.to_owned() + &population(900)), &county_of(900));
    stopped(&same, &["implausible_density", "Western Ward: its total of 900 people is the very total of County (admin_level 6)"]);
    silent(&county(&(ALPHA.to_owned() + &population(590)), &county_of(900)), "implausible_density");
}

#[test]
fn a_place_of_a_higher_level_counts_for_no_ward() {
    // by its own tag, and by a boundary of its name
    let by_tag = county(&(ALPHA.to_owned() + &population(900) + "<tag k=\"admin_level\" v=\"2\"/>"), "<tag k=\"name\" v=\"County\"/>");
    stopped(&by_tag, &["the place Alpha in it has 900 people and is of a higher level (admin_level 2)"]);
    let by_name = county(&(ALPHA.to_owned() + &population(900)), &(ALPHA.to_owned() + &population(880)));
    stopped(&by_name, &["of a higher level (the boundary Alpha, admin_level 6)"]);
    // a capital has its own people, which its nation is tagged beside
    let capital = "<tag k=\"name\" v=\"Western Ward\"/><tag k=\"capital\" v=\"yes\"/><tag k=\"admin_level\" v=\"2\"/>";
    silent(&county(&(capital.to_owned() + &population(900)), "<tag k=\"name\" v=\"County\"/>"), "implausible_density");
}

#[test]
fn one_zone_with_the_people_of_all() {
    let third = |k: i64| zone(&k.to_string(), &format!("Ward {k}"), [lon(3 * k) - 0.0005, -0.0005, lon(3 * k + 3) - 0.0005, 0.0105]);
    let zones = [third(0), third(1), third(2)];
    let one = desk(OVER_ZONE, &zones, &[("totals.csv", "zone_name,people\nWard 1,36000\n")]);
    let done = one.run(&["run", "plan.toml", "--no-map", "--out", "out"]);
    assert_eq!(done.code, Some(3), "{}", done.err);
    assert!(done.err.contains("Ward 1 holds 36000 of 36000 known people"), "{}", done.err);
    let all = desk(OVER_ZONE, &zones, &[("totals.csv", "zone_name,people\nWard 0,100\nWard 1,36000\nWard 2,100\n")]);
    silent(&all, "implausible_density");
}

#[test]
fn rows_that_are_lost_are_said_with_their_people() {
    let town = [zone("z", "Town", TOWN)];
    let two = desk(POINTS, &town, &[("people.csv", "lon,lat,people\n9.001,0.001,5\n500,10,1000\n")]);
    let found = finding(&two, "rows_unused");
    says(&found, "warning", &["1 of 2 rows cannot be used; 1000 people are missing: line 3: 500, 10 is no longitude, latitude"]);
    assert_eq!((number(&found, "people"), number(&found, "rows")), (1000.0, 1.0));
    let many = corners(0..11) + "500,10,1000\n,,40\n9.004,0.004,abc\n";
    let found = finding(&desk(POINTS, &town, &[("people.csv", &many)]), "rows_unused");
    says(&found, "warning", &["3 of 124 rows cannot be used; 1040 people are missing, and 1 without a number that can be read"]);
    assert_eq!(number(&found, "people"), 1040.0);
    // the table's own sum and empty rows are no people
    let sums = corners(0..11) + ",,\n合计,,1210\n";
    silent(&desk(POINTS, &town, &[("people.csv", &sums)]), "rows_unused");
}

#[test]
fn a_file_of_which_most_is_lost_is_an_error() {
    let half = corners(0..11) + "500,10,1300\n";
    let desk = desk(POINTS, &[zone("z", "Town", TOWN)], &[("people.csv", &half)]);
    stopped(&desk, &["rows_unused", "1 of 122 rows cannot be used; 1300 people are missing"]);
    desk.put("plan.toml", plan(POINTS) + "[checks]\naccept = { rows_unused = \"1 rows\" }\n");
    says(&finding(&desk, "rows_unused"), "warning", &["1300 people"]);
}

#[test]
fn facilities_that_are_lost_are_said() {
    let desk = desk(POINTS, &[zone("z", "Town", TOWN)], &[("people.csv", &corners(0..11))]);
    desk.put("clinics.csv", "id,name,lon,lat\nc1,Clinic,9.005,0.005\nc2,Post,east,0.005\n");
    let found = finding(&desk, "rows_unused");
    says(&found, "warning", &["1 of 2 rows cannot be used; their facilities are missing: line 3, column `lon`: `east` is no longitude"]);
    assert_eq!((found["stage"].as_str(), found["source"].as_str()), ("facilities", "clinics.csv"));
}

#[test]
fn a_town_with_few_points_moves_in_large_steps() {
    let zones = [zone("w", "West", WEST), zone("e", "East", EAST)];
    let four = "lon,lat,people\n9.000,0.005,100\n9.003,0.005,100\n9.006,0.005,100\n9.009,0.005,100\n";
    let found = finding(&desk(POINTS, &zones, &[("people.csv", four)]), "few_points");
    says(&found, "warning", &["2 zones have fewer than 10 points", "East (2 points, 200 people)", "West (2 points, 200 people)"]);
    assert_eq!(number(&found, "people"), 400.0);
    silent(&desk(POINTS, &zones, &[("people.csv", &corners(0..11))]), "few_points");
}

#[test]
fn people_beside_the_border_are_a_warning_and_far_ones_a_note() {
    let west = [zone("w", "West", WEST)];
    // columns 5 to 10 are outside: 660 people. The border is at 4.5 columns, so 5 to 8 lie within 390 m of it, 9 at 501 m
    let found = finding(&desk(POINTS, &west, &[("people.csv", &corners(0..11))]), "people_outside");
    says(&found, "warning", &["66 points with 660.0 people lie outside every zone", "440.0 of them within 500 m of a border"]);
    assert_eq!((number(&found, "people"), number(&found, "rows")), (660.0, 66.0));
    let far = corners(0..5) + corners(30..35).split_once('\n').unwrap().1;
    let found = finding(&desk(POINTS, &west, &[("people.csv", &far)]), "people_outside");
    says(&found, "note", &["55 points with 550.0 people"]);
    assert!(!found["detail"].contains("within 500 m"), "{found:?}");
    silent(&desk(POINTS, &west, &[("people.csv", &corners(0..5))]), "people_outside");
}
