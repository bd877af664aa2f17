//! What coverage hangs on: small pieces of the network, the edge of the data, barriers that the plan does not name, nothing and everything.
//!
//! Towns of corners 0.001° apart from (9° E, 0° N): 111.32 m east, 110.57 m north. Ten people live at each of 11 × 11 corners unless a test
//! says otherwise. Ten minutes are 720 m.

use std::fmt::Write as _;

use super::desk::{Desk, Row};
use super::town::{collection, rectangle, zones};

/// Nodes and ways of a map.
#[derive(Default)]
struct Map {
    nodes: String,
    ways: String,
    count: usize,
}

impl Map {
    /// A way through places, degrees; each place is a node of its own id, so that ways meet where they share one.
    fn way(mut self, places: &[(f64, f64)], tags: &[(&str, &str)]) -> Map {
        self.count += 1;
        let mut refs = String::new();
        for (lon, lat) in places {
            let id = Map::id(*lon, *lat);
            let _ = writeln!(self.nodes, "<node id=\"{id}\" lon=\"{lon:.7}\" lat=\"{lat:.7}\"/>");
            let _ = write!(refs, "<nd ref=\"{id}\"/>");
        }
        let tags: String = tags.iter().map(|(key, value)| format!("<tag k=\"{key}\" v=\"{value}\"/>")).collect();
        let _ = writeln!(self.ways, "<way id=\"{}\">{refs}{tags}</way>", self.count);
        self
    }

    fn id(lon: f64, lat: f64) -> u64 {
        let e7 = |degrees: f64| (degrees * 1e7).round() as u64;
        e7(lon - 8.0) * 100_000_000 + e7(lat + 1.0)
    }

    fn street(self, places: &[(f64, f64)]) -> Map {
        self.way(places, &[("highway", "residential")])
    }

    /// Streets along all rows and columns of corners.
    fn grid(mut self, columns: std::ops::RangeInclusive<i32>, rows: std::ops::RangeInclusive<i32>) -> Map {
        let corner = |column: i32, row: i32| (9.0 + f64::from(column) / 1000.0, f64::from(row) / 1000.0);
        for row in rows.clone() {
            self = self.street(&columns.clone().map(|column| corner(column, row)).collect::<Vec<_>>());
        }
        for column in columns {
            self = self.street(&rows.clone().map(|row| corner(column, row)).collect::<Vec<_>>());
        }
        self
    }

    /// Streets that go on east from the last corners of the town to `lon`.
    fn stubs(mut self, lon: f64) -> Map {
        for row in 0..11 {
            let lat = f64::from(row) / 1000.0;
            self = self.street(&[(9.010, lat), (lon, lat)]);
        }
        self
    }

    /// The file; `bounds` are west, south, east, north.
    fn xml(&self, bounds: Option<[f64; 4]>) -> String {
        let bounds = bounds.map(|[west, south, east, north]| {
            format!("<bounds minlon=\"{west}\" minlat=\"{south}\" maxlon=\"{east}\" maxlat=\"{north}\"/>\n")
        });
        let mut nodes: Vec<&str> = self.nodes.lines().collect();
        nodes.sort_unstable();
        nodes.dedup();
        format!("<osm version=\"0.6\">\n{}{}\n{}</osm>\n", bounds.unwrap_or_default(), nodes.join("\n"), self.ways)
    }
}

const PLAN: &str = r#"
[study]
id = "town"
title = "A town on the equator"
[roads]
source = "town.osm"
[zones]
source = "zones.geojson"
id = "code"
name = "name"
[people]
method = "points"
source = "people.csv"
[[facilities]]
id = "clinics"
source = "clinics.csv"
[[services]]
id = "walk"
facilities = "clinics"
limit = "10min"
[outputs]
map = false
"#;

fn town() -> Map {
    Map::default().grid(0..=10, 0..=10)
}

/// Ten people at each corner.
fn corners() -> String {
    let all = (0..11)
        .flat_map(|row| (0..11).map(move |column| format!("{:.3},{:.3},10\n", 9.0 + f64::from(column) / 1000.0, f64::from(row) / 1000.0)));
    "lon,lat,people\n".to_owned() + &all.collect::<String>()
}

fn clinics(places: &[(f64, f64)]) -> String {
    let rows = places.iter().enumerate().map(|(i, (lon, lat))| format!("c{i},Clinic {i},{lon},{lat}\n"));
    "id,name,lon,lat\n".to_owned() + &rows.collect::<String>()
}

fn zone(id: &str, west: f64, east: f64, north: f64) -> String {
    let south = -0.0005;
    format!(
        r#"{{"type": "Feature", "properties": {{"code": "{id}", "name": "{id}"}}, "geometry": {{"type": "Polygon",
        "coordinates": [[[{west}, {south}], [{east}, {south}], [{east}, {north}], [{west}, {north}], [{west}, {south}]]]}}}}"#
    )
}

/// A desk with a town, run without a word of error.
fn ran(roads: &str, zones: &str, people: &str, clinics: &str, plan: &str) -> Desk {
    let desk = Desk::new();
    desk.put("town.osm", roads).put("zones.geojson", zones).put("people.csv", people).put("clinics.csv", clinics).put("plan.toml", plan);
    desk.works(&["run", "plan.toml", "--out", "out"]);
    desk
}

fn one(desk: &Desk, kind: &str) -> Row {
    let mut found = desk.findings("out", kind);
    assert_eq!(found.len(), 1, "{kind}: {found:?}");
    found.remove(0)
}

/// Severity, people and words of the only finding of a kind.
fn is(desk: &Desk, kind: &str, severity: &str, people: f64, words: &[&str]) {
    let found = one(desk, kind);
    assert_eq!((found["severity"].as_str(), found["people"].parse()), (severity, Ok(people)), "{found:?}");
    for word in words {
        assert!(found["detail"].contains(word), "{word:?} is not in {:?}", found["detail"]);
    }
    assert!(!found["remedy"].is_empty());
}

fn silent(desk: &Desk, kinds: &[&str]) {
    for kind in kinds {
        assert!(desk.findings("out", kind).is_empty(), "{:?}", desk.findings("out", kind));
    }
}

/// A street of 30 nodes 33.4 m apart, 968 m long, from `lon` east.
fn islet(lon: f64, lat: f64) -> Vec<(f64, f64)> {
    (0..30).map(|i| (lon + 0.0003 * f64::from(i), lat)).collect()
}

/// Twenty times 30 people along it, 50 m apart.
fn islanders(lon: f64, lat: f64) -> String {
    (0..20).map(|i| format!("{:.5},{lat},30\n", lon + 0.00045 * f64::from(i))).collect()
}

#[test]
fn an_islet_with_a_clinic_is_covered() {
    let people = "lon,lat,people\n".to_owned() + &islanders(9.1, 0.005);
    let roads = Map::default().street(&islet(9.1, 0.005)).xml(None);
    // the clinic stands 55 m off the middle: nobody is farther than 55 + 523 m
    let desk = ran(&roads, &collection(&[zone("i1", 9.0995, 9.1095, 0.0105)]), &people, &clinics(&[(9.104, 0.0055)]), PLAN);
    assert_eq!(desk.covered("out"), 600.0);
    is(&desk, "small_island", "warning", 600.0, &["600 people and 1 facility", "1 small piece", "fewer than 100 nodes"]);
    is(&desk, "everything_covered", "note", 600.0, &["all 600 people"]);
    silent(&desk, &["nothing_covered", "people_unreachable"]);
}

#[test]
fn an_islet_far_from_a_mainland_is_covered_beside_it() {
    let people = corners() + &islanders(9.1, 0.005);
    let roads = town().street(&islet(9.1, 0.005)).xml(None);
    let mut areas = vec![zone("i1", 9.0995, 9.1095, 0.0105)];
    areas.extend([zone("w1", 8.9995, 9.0045, 0.0105), zone("e1", 9.0045, 9.0105, 0.0105)]);
    let desk = ran(&roads, &collection(&areas), &people, &clinics(&[(9.005, 0.005), (9.104, 0.0055)]), PLAN);
    // 81 corners within 720 m of the corner in the middle: 11 + 2 (11 + 9 + 7 + 5 + 3) = 81; and all of the islet
    assert_eq!(desk.covered("out"), 1410.0);
    is(&desk, "small_island", "warning", 600.0, &["1 facility"]);
}

#[test]
fn an_islet_in_sight_of_a_mainland_keeps_its_clinic_and_lends_it() {
    // 200 m north of the town's last street: within the snap limit of 300 m
    let (lon, lat) = (9.001, 0.0118);
    let people = corners() + &islanders(lon, lat);
    let roads = town().street(&islet(lon, lat)).xml(None);
    let areas = [zone("t1", 8.9995, 9.0105, 0.0109), zone("i1", 8.9995, 9.0105, 0.02).replace("-0.0005", "0.0109")];
    let desk = ran(&roads, &collection(&areas), &people, &clinics(&[(9.0054, 0.0118)]), PLAN);
    let rows = desk.rows("out/zones.csv");
    let covered = |zone: &str| rows.iter().find(|row| row["zone_id"] == zone).unwrap()["people_covered"].parse::<f64>().unwrap();
    // along their street nobody of the islet walks farther than 490 m; 199 m of water lie between the clinic and the street of row 10, from
    // which 521 m are left: corners 1 to 10 of it (the last is 512 m off), and so on down: 10 + 8 + 6 + 4 + 2
    assert_eq!((covered("i1"), covered("t1")), (600.0, 300.0));
    is(&desk, "small_island", "warning", 600.0, &["600 people and 1 facility"]);
}

#[test]
fn a_driveway_with_a_clinic_is_passed_over() {
    let driveway: Vec<(f64, f64)> = (0..5).map(|i| (9.0053 + 0.0001 * f64::from(i), 0.0053)).collect();
    let roads = town().way(&driveway, &[("highway", "service")]).xml(None);
    let desk = ran(&roads, &zones(), &corners(), &clinics(&[(9.0055, 0.00535)]), PLAN);
    assert_eq!(desk.covered("out"), 710.0);
    silent(&desk, &["small_island", "facility_in_small_component", "everything_covered", "nothing_covered"]);
}

#[test]
fn people_whom_the_edge_of_the_file_may_hide_facilities_from() {
    let bounds = Some([8.98, -0.02, 9.0106, 0.02]);
    let west = clinics(&[(9.0, 0.005)]);
    // cut at the box: of the columns 5 to 10 (66 corners) 4 are covered: 62 × 10 of 1,210 = 51.24 points
    let desk = ran(&town().stubs(9.010_599_9).xml(bounds), &zones(), &corners(), &west, PLAN);
    assert_eq!(desk.covered("out"), 470.0);
    is(&desk, "roads_cut_off", "warning", 620.0, &["at most 51.2 points: 620 people", "roads cut off there: 11", "10 min"]);
    // cut at nodes, 33 m before the box: column 4 reaches them too, where 5 of 11 are covered
    let desk = ran(&town().stubs(9.0103).xml(bounds), &zones(), &corners(), &west, PLAN);
    is(&desk, "roads_cut_off", "warning", 680.0, &["at most 56.2 points: 680 people"]);
    // an island: its streets end at the shore, far from the box
    let desk = ran(&town().stubs(9.0103).xml(Some([8.9, -0.1, 9.1, 0.1])), &zones(), &corners(), &west, PLAN);
    assert_eq!(desk.covered("out"), 470.0);
    silent(&desk, &["roads_cut_off", "facilities_at_border"]);
    // everybody near the edge has a clinic: a note
    let east = clinics(&[(9.0, 0.005), (9.01, 0.001), (9.01, 0.005), (9.01, 0.009), (9.005, 0.001), (9.005, 0.005), (9.005, 0.009)]);
    let desk = ran(&town().stubs(9.010_599_9).xml(bounds), &zones(), &corners(), &east, PLAN);
    let note = one(&desk, "roads_cut_off");
    assert_eq!((note["severity"].as_str(), note["people"].as_str()), ("note", ""), "{note:?}");
}

#[test]
fn streets_that_go_on_far_beyond_are_no_edge() {
    let roads = Map::default().grid(-12..=22, -12..=22).xml(Some([8.98, -0.02, 9.03, 0.03]));
    let desk = ran(&roads, &zones(), &corners(), &clinics(&[(9.0, 0.005), (9.013, 0.005)]), PLAN);
    assert_eq!(desk.covered("out"), 630.0);
    silent(&desk, &["roads_cut_off", "facilities_at_border"]);
}

#[test]
fn a_list_of_facilities_that_ends_at_the_border() {
    let roads = Map::default().grid(-12..=22, -12..=22).xml(Some([8.98, -0.02, 9.03, 0.03]));
    let area = collection(&[zone("z1", 8.9995, 9.0105, 0.0105)]);
    // six blocks at the most lead everybody to a corner beyond the border: 800 who are not covered
    let desk = ran(&roads, &area, &corners(), &clinics(&[(9.001, 0.001)]), PLAN);
    assert_eq!(desk.covered("out"), 410.0);
    is(&desk, "facilities_at_border", "warning", 800.0, &["at most 66.1 points: 800 people", "clinics.csv"]);
    // one of the neighbours' is known
    let desk = ran(&roads, &area, &corners(), &clinics(&[(9.001, 0.001), (9.013, 0.005)]), PLAN);
    silent(&desk, &["facilities_at_border", "roads_cut_off"]);
    // beyond the border there is but a loop of streets, which leads nowhere
    let loop_road = [(9.010, 0.005), (9.011, 0.005), (9.011, 0.006), (9.010, 0.006)];
    let desk = ran(&town().street(&loop_road).xml(None), &area, &corners(), &clinics(&[(9.001, 0.001)]), PLAN);
    silent(&desk, &["facilities_at_border"]);
}

/// Two banks and a river between them, with a bridge in the east; 40 people at each column of its north bank.
fn banks() -> String {
    let river = [(8.99, 0.0053), (9.02, 0.0053), (9.02, 0.0060), (8.99, 0.0060), (8.99, 0.0053)];
    let map = Map::default().grid(0..=10, 0..=5).grid(0..=10, 8..=12).way(&river, &[("natural", "water"), ("water", "river")]);
    map.way(&[(9.010, 0.005), (9.010, 0.008)], &[("highway", "residential"), ("bridge", "yes")]).xml(None)
}

fn bank_people(on_the_bank: usize) -> String {
    let rows = (0..=5).chain(8..=12);
    let all = rows
        .flat_map(|row| (0..11).map(move |column| format!("{:.3},{:.3},10\n", 9.0 + f64::from(column) / 1000.0, f64::from(row) / 1000.0)));
    let bank = (0..11).map(|column| format!("{:.3},0.0062,{on_the_bank}\n", 9.0 + f64::from(column) / 1000.0));
    "lon,lat,people\n".to_owned() + &all.chain(bank).collect::<String>()
}

#[test]
fn barriers_that_the_plan_does_not_name() {
    let area = collection(&[zone("z", 8.9995, 9.0105, 0.0125)]);
    let clinic = clinics(&[(9.002, 0.005)]);
    let desk = ran(&banks(), &area, &bank_people(40), &clinic, PLAN);
    // 133 m to the south street and at most 587 m along it: columns 0 to 7, 320 people, and 380 of the south bank
    assert_eq!(desk.covered("out"), 700.0);
    // of the bank, columns 9 and 10 are nearer to the bridge: the way of 9 × 40 crosses the river
    is(&desk, "barriers_matter", "warning", 360.0, &["23.03 %", "42.42 %", "water", "360 people", "0 facilities"]);
    // the plan names them: 380 of 1,650
    let desk = ran(&banks(), &area, &bank_people(40), &clinic, &format!("{PLAN}[barriers]\nosm = [\"water\"]\n"));
    assert_eq!(desk.covered("out"), 380.0);
    silent(&desk, &["barriers_matter"]);
    // they move less than half a point: 8 of 1,210 + 11
    let desk = ran(&banks(), &area, &bank_people(0).replace("9.000,0.0062,0", "9.000,0.0062,6"), &clinic, PLAN);
    assert_eq!(desk.covered("out"), 386.0);
    silent(&desk, &["barriers_matter"]);
}

#[test]
fn nothing_and_everything() {
    // 25 blocks east of the nearest people
    let desk = ran(&Map::default().grid(0..=35, 0..=10).xml(None), &zones(), &corners(), &clinics(&[(9.035, 0.005)]), PLAN);
    is(&desk, "nothing_covered", "warning", 1210.0, &["0 of 1210 people", "10 min"]);
    silent(&desk, &["everything_covered"]);
    let five = clinics(&[(9.002, 0.002), (9.002, 0.008), (9.005, 0.005), (9.008, 0.002), (9.008, 0.008)]);
    let desk = ran(&town().xml(None), &zones(), &corners(), &five, PLAN);
    assert_eq!(desk.covered("out"), 1210.0);
    is(&desk, "everything_covered", "note", 1210.0, &[]);
    silent(&desk, &["nothing_covered"]);
}

#[test]
fn facilities_at_one_spot_are_a_note_and_only_under_two_names() {
    let table =
        "id,name,lon,lat\na,Saint Anna,9.005,0.005\nb,Saint Bert,9.005,0.005\nc,,9.005,0.005\nd,,9.005,0.005\ne,Saint Anna,9.002,0.002\n";
    let desk = ran(&town().xml(None), &zones(), &corners(), table, PLAN);
    let found = one(&desk, "same_spot");
    assert_eq!((found["severity"].as_str(), found["id"].as_str()), ("note", "a"), "{found:?}");
}

#[test]
fn facilities_at_one_spot_are_one_note_however_many() {
    let mut table = String::from("id,name,lon,lat\n");
    for k in 0..200 {
        let _ = writeln!(table, "c{k},Clinic {k},9.005,0.005");
    }
    // two more spots: a pair 11 m apart, and a chain of three that reaches farther than 25 m
    table += "p,Pair P,9.002,0.002\nq,Pair Q,9.0021,0.002\nx,Chain X,9.008,0.008\ny,Chain Y,9.0082,0.008\nz,Chain Z,9.0084,0.008\n";
    let desk = ran(&town().xml(None), &zones(), &corners(), &table, PLAN);
    let found = desk.findings("out", "same_spot");
    let counts: Vec<(&str, &str)> = found.iter().map(|row| (row["id"].as_str(), row["facilities"].as_str())).collect();
    assert_eq!(counts, [("c0", "200"), ("x", "3"), ("p", "2")]);
    let detail = &found[0]["detail"];
    assert!(detail.contains("`Clinic 101` (c101) and 195 more") && detail.len() < 300, "{detail}");
    assert!(found[2]["detail"].starts_with("`Pair P` and `Pair Q` (q) lie 11.1 m apart"), "{}", found[2]["detail"]);
}

#[test]
fn of_many_zones_without_a_facility_the_first_are_named() {
    let strip = |k: usize| {
        let west = 8.9995 + 0.0004 * k as f64;
        rectangle(&k.to_string(), &format!("Strip {k}"), west, west + 0.0004)
    };
    let strips: Vec<String> = (0..27).map(strip).collect();
    let desk = ran(&town().xml(None), &collection(&strips), &corners(), &clinics(&[(9.0001, 0.005)]), PLAN);
    let found = one(&desk, "zones_without_facility");
    let detail = &found["detail"];
    assert!(detail.starts_with("26 zones") && detail.ends_with("Strip 20 and 6 more"), "{detail}");
}
