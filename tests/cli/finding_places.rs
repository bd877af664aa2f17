//! Findings about places: facilities, people, zones and new facilities that cannot lie where the files say.

use std::fmt::Write as _;

use super::desk::{Desk, Row, number};
use super::town::{EAST, PLAN, WEST, collection, rectangle, zones};

/// The town with these clinics; ten minutes at 1.2 m/s are 720 m.
fn town(clinics: &str) -> Desk {
    let desk = Desk::town();
    desk.put("clinics.csv", format!("id,name,lon,lat\n{clinics}")).put("town.toml", plan(""));
    desk
}

fn plan(more: &str) -> String {
    format!("{}[outputs]\nmap = false\n{more}", PLAN.replace("15min", "10min"))
}

fn run(desk: &Desk) -> Vec<Row> {
    desk.works(&["run", "town.toml", "--no-map", "--out", "o"]);
    desk.rows("o/issues.csv")
}

/// The findings of a kind, by severity.
fn kinds<'r>(rows: &'r [Row], kind: &str) -> Vec<(&'r str, &'r Row)> {
    rows.iter().filter(|row| row["kind"] == kind).map(|row| (row["severity"].as_str(), row)).collect()
}

fn only<'r>(rows: &'r [Row], kind: &str, severity: &str) -> &'r Row {
    let found = kinds(rows, kind);
    let [(own, row)] = found.as_slice() else { panic!("{kind}: {found:?}") };
    assert_eq!(*own, severity, "{row:?}");
    row
}

fn silent(desk: &Desk, silent: &[&str]) {
    let rows = run(desk);
    for kind in silent {
        assert_eq!(kinds(&rows, kind), [], "{kind}");
    }
    assert!(rows.iter().all(|row| row["severity"] != "error"), "{rows:?}");
}

fn refuses(desk: &Desk, words: &[&str]) -> String {
    let done = desk.fails(&["run", "town.toml", "--no-map", "--out", "refused"], 3, words);
    assert!(!desk.path("refused").exists(), "something was written");
    done.err
}

/// Clinics on corners of the grid, and such as lie 498 m north of the zones' border, where no road is within 300 m.
fn linked_and_not(linked: usize, unlinked: usize) -> String {
    let mut rows = String::new();
    for k in 0..linked {
        let _ = writeln!(rows, "g{k},Good {k},9.{:03},0.{:03}", k % 11, k / 11);
    }
    for k in 0..unlinked {
        let _ = writeln!(rows, "b{k},Bad {k},9.{:03},0.015", k % 11);
    }
    rows
}

#[test]
fn facilities_without_a_road_are_a_warning_and_above_half_an_error() {
    let rows = run(&town(&linked_and_not(17, 3)));
    let found = only(&rows, "facilities_unlinked", "warning");
    let said = "3 of 20 facilities in reach of the zones (15.0 %) are linked to no road (`Bad 0`, `Bad 1`, `Bad 2`)";
    assert!(found["detail"].starts_with(said) && found["detail"].contains("3 with no road within 300 m"), "{found:?}");
    assert!(found["source"] == "walk" && found["remedy"].starts_with("Check their coordinates"), "{found:?}");
    let desk = town(&linked_and_not(8, 12).replace("0.015\n", "0.0149\n"));
    refuses(&desk, &["facilities_unlinked", "12 of 20 facilities in reach of the zones (60.0 %)"]);
    // accepted up to its size, and no further
    desk.put("town.toml", plan("[checks]\naccept = { facilities_unlinked = \"59 %\" }\n"));
    refuses(&desk, &["60.0 %"]);
    desk.put("town.toml", plan("[checks]\naccept = { facilities_unlinked = \"60 %\" }\n"));
    only(&run(&desk), "facilities_unlinked", "warning");
    // 1 of 60 is below 2 %
    silent(&town(&linked_and_not(59, 1)), &["facilities_unlinked", "no_usable_facility", "far_outlier"]);
}

#[test]
fn a_national_list_is_one_note() {
    let mut clinics = "c1,One,9.005,0.005\nc2,Two,9.000,0\n".to_owned();
    for k in 0..200 {
        let _ = writeln!(clinics, "f{k},Far {k},9.0{:02},0.{:03}", k % 50, 60 + 2 * k);
    }
    let rows = run(&town(&clinics));
    let found = only(&rows, "facilities_unlinked", "note");
    assert!(found["detail"].starts_with("200 of 200 facilities beyond the reach of the zones are linked to no road"), "{found:?}");
    assert_eq!(kinds(&rows, "far_outlier"), []);
    // most of the list farther than 50 km from the town (0.45°): a note, too
    let wider = clinics.replace(",0.", ",1.").replace("9.005,1.005", "9.005,0.005");
    let found = run(&town(&wider));
    assert!(only(&found, "far_outlier", "note")["detail"].contains("as in the list of a wider area"));
}

#[test]
fn a_service_without_a_facility_that_can_be_used_is_an_error() {
    let desk = town(&linked_and_not(0, 2));
    let said = refuses(&desk, &["no_usable_facility", "all 2 facilities in reach of the zones are linked to no road (`Bad 0`, `Bad 1`)"]);
    assert!(!said.contains("facilities_unlinked"), "one cause, two errors: {said}");
    // 1° east of the zones' border, 111 km: the list is of another place
    let desk = town("c1,Elsewhere,10.0105,0\n");
    refuses(
        &desk,
        &["no_usable_facility", "none of the 1 facilities lies in a zone or within 720.0 m of one", "`Elsewhere`", "about 111 km away"],
    );
    desk.put("town.toml", plan("[checks]\naccept = { no_usable_facility = \"100 %\" }\n"));
    let rows = run(&desk);
    assert_eq!(number(only(&rows, "no_usable_facility", "warning"), "people"), 2047.0);
    silent(&town(&linked_and_not(1, 0)), &["no_usable_facility"]);
    // 11 km east, the next town's: 0 % is covered, which is a result
    let rows = run(&town("c1,Elsewhere,9.1105,0\n"));
    assert_eq!(number(only(&rows, "nothing_covered", "warning"), "people"), 2047.0);
    assert_eq!(kinds(&rows, "no_usable_facility"), []);
}

const SWAPPED: &str = "c1,West clinic,0,9.000\nc2,North clinic,0.010,9.010\n";

#[test]
fn swapped_columns_are_an_error_with_the_line_to_write() {
    let desk = town(SWAPPED);
    let said =
        refuses(&desk, &["axes_swapped", "2 of 2 rows have x and y swapped (line 2, line 3)", "columns = { x = \"lat\", y = \"lon\" }"]);
    for other in ["no_usable_facility", "facilities_unlinked", "far_outlier"] {
        assert!(!said.contains(other), "one cause, two findings: {said}");
    }
    // what it says to write ends it
    let mended = plan("").replace("clinics.csv\"\n", "clinics.csv\"\ncolumns = { x = \"lat\", y = \"lon\" }\n");
    desk.put("town.toml", mended);
    silent(&desk, &["axes_swapped"]);
    // from corner (0, 0) and (10, 10), 720 m reach six blocks: corners 0 to 6 of the equator, 2^7 − 1 people
    assert_eq!(desk.covered("o"), 127.0);
}

#[test]
fn single_swapped_rows_are_counted() {
    let clinics = "c1,One,9.000,0\nc2,Two,9.005,0.005\nc3,Three,0.010,9.010\nc4,Four,9.010,0\n";
    refuses(&town(clinics), &["axes_swapped", "1 of 4 rows has x and y swapped (line 4)", "these rows alone"]);
}

#[test]
fn swapped_people_and_layers_are_errors_too() {
    let desk = town("c1,One,9.000,0\n");
    let turned: String = (0..11).map(|k| format!("0,9.{k:03},{}\n", 1 << k)).collect();
    desk.put("people.csv", format!("lon,lat,people\n{turned}"));
    let said = refuses(&desk, &["axes_swapped", "people.csv", "11 of 11 rows", "columns = { x = \"lat\", y = \"lon\" }"]);
    assert!(said.contains("one finding cannot be true"), "one cause, several errors: {said}");

    let point = |x: f64, y: f64| {
        format!(r#"{{"type": "Feature", "properties": {{}}, "geometry": {{"type": "Point", "coordinates": [{x}, {y}]}}}}"#)
    };
    let desk = town("");
    desk.put("clinics.geojson", collection(&[point(0.0, 9.0), point(0.01, 9.01)]));
    desk.put("town.toml", plan("").replace("clinics.csv", "clinics.geojson"));
    refuses(&desk, &["axes_swapped", "clinics.geojson", "2 of 2 rows", "feature 1, feature 2", "x for the longitude"]);
    desk.put("clinics.geojson", collection(&[point(9.0, 0.0), point(9.01, 0.01)]));
    silent(&desk, &["axes_swapped"]);
}

/// A list that reaches beyond the zones: its other rows turn to places beside them.
#[test]
fn the_whole_of_a_wider_list_is_swapped() {
    let desk = town("c1,In,0,9.000\nc2,Beside,0,9.020\nc3,Farther,0.3,9.100\n");
    refuses(&desk, &["axes_swapped", "3 of 3 rows", "columns = { x = \"lat\", y = \"lon\" }"]);
}

/// Zones that lie where no road is, and among the roads once they are swapped: the good files are not blamed.
#[test]
fn swapped_zones_are_their_own_error() {
    let turned = |id: &str, name: &str, west: f64, east: f64| {
        let corners = [[-0.0005, west], [-0.0005, east], [0.0105, east], [0.0105, west], [-0.0005, west]];
        format!(
            r#"{{"type": "Feature", "properties": {{"code": {id}, "name": "{name}"}}, "geometry": {{"type": "Polygon",
            "coordinates": [{corners:?}]}}}}"#
        )
    };
    let desk = town("c1,One,9.000,0\n");
    desk.put("zones.geojson", collection(&[turned(WEST, "West", 8.9995, 9.0045), turned(EAST, "East", 9.0045, 9.0105)]));
    let said = refuses(&desk, &["axes_swapped: zones.geojson", "all 2 zones have x and y swapped", "write the layer again"]);
    assert!(said.contains("one finding cannot be true"), "{said}");
    desk.put("zones.geojson", zones());
    silent(&desk, &["axes_swapped"]);
}

/// The town moved to 121° E, where a swapped latitude is off the globe.
fn in_china(clinics: &str) -> Desk {
    let desk = Desk::town();
    for name in ["town.osm", "zones.geojson", "people.csv"] {
        let text = desk.text(name);
        let moved =
            text.replace("lon=\"9.", "lon=\"121.").replace("[9.", "[121.").replace("[8.9995", "[120.9995").replace("\n9.", "\n121.");
        desk.put(name, moved);
    }
    desk.put("clinics.csv", format!("id,name,lon,lat\n{clinics}")).put("town.toml", plan(""));
    desk
}

#[test]
fn swapped_latitudes_beyond_the_pole_are_the_same_error() {
    refuses(&in_china("c1,One,0.005,121.005\n"), &["axes_swapped", "1 of 1 rows", "columns = { x = \"lat\", y = \"lon\" }"]);
    silent(&in_china("c1,One,121.005,0.005\n"), &["axes_swapped"]);
}

#[test]
fn a_scenario_with_lon_and_lat_swapped_stops_a_comparison() {
    let scenario = |lon: &str, lat: &str| {
        plan(&format!(
            "[[scenarios]]\nid = \"plus\"\nchanges = [{{ add = \"n1\", facilities = \"clinics\", name = \"New\", lon = {lon}, lat = {lat} }}]\n"
        ))
    };
    let desk = town("c1,One,9.000,0\n");
    desk.put("town.toml", scenario("0.0", "9.010"));
    let said =
        desk.fails(&["compare", "town.toml", "--out", "o"], 3, &["axes_swapped", "1 of 1 changes", "(n1)", "lon = 9.01, lat = 0"]).err;
    assert!(!said.contains("project_unlinked") && !desk.path("o").exists(), "{said}");
    // off the globe: the plan itself cannot be right
    desk.put("town.toml", scenario("31.1", "121.4"));
    desk.fails(&["compare", "town.toml", "--out", "o"], 2, &["31.1, 121.4", "lat -90 to 90 (are they swapped?)"]);
    desk.put("town.toml", scenario("9.010", "0.0"));
    desk.works(&["compare", "town.toml", "--out", "o"]);
    // corners 0 to 6 of the equator from the old one, 4 to 10 from the new one: 127 people, then all 2,047
    let rows = desk.rows("o/projects.csv");
    assert_eq!(number(&rows[0], "people_gained"), 1920.0);
}

#[test]
fn new_facilities_without_a_road_are_an_error_unless_others_have_one() {
    let add = |id: &str, lat: &str| format!("{{ add = \"{id}\", facilities = \"clinics\", name = \"New\", lon = 9.010, lat = {lat} }}");
    let desk = town("c1,One,9.000,0\n");
    let scenario = |changes: &[String]| plan(&format!("[[scenarios]]\nid = \"plus\"\nchanges = [{}]\n", changes.join(", ")));
    desk.put("town.toml", scenario(&[add("n1", "0.015")]));
    let said = ["project_unlinked", "1 of the new facilities is linked to no road (`n1`)", "no road within 300 m"];
    desk.fails(&["compare", "town.toml", "--out", "o"], 3, &said);
    desk.put("town.toml", scenario(&[add("n1", "0.015"), add("n2", "0.0")]));
    desk.works(&["compare", "town.toml", "--out", "o"]);
    let rows: Vec<Row> = desk.rows("o/issues.csv");
    only(&rows, "project_unlinked", "warning");
}

#[test]
fn plots_with_axes_swapped_stop_a_siting() {
    let desk = town("c1,One,9.000,0\n");
    desk.put("plots.csv", "id,lon,lat\np1,0,9.007\np2,0,9.010\n");
    let siting = "[[facilities]]\nid = \"plots\"\nsource = \"plots.csv\"\n[siting]\nadd = 1\ncandidates = \"plots\"\n";
    desk.put("town.toml", plan(siting));
    desk.fails(&["site", "town.toml", "--out", "s"], 3, &["axes_swapped", "plots.csv", "2 of 2 rows"]);
    desk.put("plots.csv", "id,lon,lat\np1,9.007,0\np2,9.010,0\n");
    desk.works(&["site", "town.toml", "--out", "s"]);
}

#[test]
fn one_place_far_from_all_others_is_a_warning() {
    let near = "c1,One,9.000,0\nc2,Two,9.005,0\nc3,Three,9.010,0\n";
    let rows = run(&town(&format!("{near}c4,Lost,9.9105,0\n")));
    let found = only(&rows, "far_outlier", "warning");
    // 0.9° of the equator from the zones' border: 100.19 km; the grid is UTM's, within 0.1 %
    let said = "1 of 4 facilities lies more than 50.00 km from all zones, while the others are near; the farthest, `Lost` at 9.91050, ";
    assert!(found["detail"].starts_with(said) && found["detail"].contains("is 100 km away"), "{found:?}");
    let rows = run(&town(&format!("{near}c4,Null island,0,0\n")));
    assert!(only(&rows, "far_outlier", "warning")["detail"].contains("`Null island`"), "{rows:?}");
    // where the grid has no image of null island it is not lost without a word
    let near = near.replace(",9.", ",121.");
    let rows = run(&in_china(&format!("{near}c4,Null island,0,0\n")));
    let found = only(&rows, "far_outlier", "warning");
    assert!(found["detail"].contains("Null island") || found["detail"].contains("line 5 at 0, 0"), "{found:?}");
    silent(&town("c1,One,9.000,0\nc2,Two,9.2,0\n"), &["far_outlier"]);
}

#[test]
fn people_far_from_all_others_are_a_warning() {
    let desk = town("c1,One,9.000,0\n");
    desk.put("people.csv", desk.text("people.csv") + "9.9105,0,64\n");
    let rows = run(&desk);
    let found = only(&rows, "far_outlier", "warning");
    assert!(found["detail"].starts_with("1 of 12 places with people lies more than 50.00 km from all zones"), "{found:?}");
    assert_eq!((number(found, "people"), number(found, "rows")), (64.0, 1.0));
}

/// The two towns, and a third one between these longitudes.
fn with_zone(west: f64, east: f64) -> Desk {
    let desk = town("c1,One,9.000,0\n");
    let own = [rectangle(WEST, "古美路街道", 8.9995, 9.0045), rectangle(EAST, "莘庄镇", 9.0045, 9.0105)];
    desk.put("zones.geojson", collection(&[own[0].clone(), own[1].clone(), rectangle("3", "Stray", west, east)]));
    desk
}

#[test]
fn a_zone_far_from_all_others_is_a_warning_or_an_error() {
    // from 9.0105 to 9.9105, 0.9° of the equator: 100.19 km
    let rows = run(&with_zone(9.9105, 9.9115));
    let found = only(&rows, "zone_far_away", "warning");
    assert!(found["id"] == "3" && found["detail"].starts_with("the zone Stray lies 100 km from all others"), "{found:?}");
    // half around the equator no plane holds both
    let desk = with_zone(60.0, 60.001);
    refuses(&desk, &["zone_far_away", "the zone Stray lies 5676 km from all others"]);
    // 100 km, at 1 m: 100,200 × 1,230 cells are 123 million, and at 1° north four hundred times as many as are cut
    let desk = with_zone(9.9105, 9.9115);
    let north = desk.text("zones.geojson").replace(
        "[9.9105, -0.0005], [9.9115, -0.0005], [9.9115, 0.0105], [9.9105, 0.0105], [9.9105, -0.0005]",
        "[9.9105, 1.0], [9.9115, 1.0], [9.9115, 1.01], [9.9105, 1.01], [9.9105, 1.0]",
    );
    desk.put("zones.geojson", north).put("town.toml", plan("[ground]\ncell_m = 1\n"));
    let said = refuses(&desk, &["zone_far_away", "no working CRS or no ground grid fits such a box"]);
    assert!(!said.contains("cells of"), "{said}");
    let desk = with_zone(9.0105, 9.0205);
    silent(&desk, &["zone_far_away"]);
}

#[test]
fn all_errors_of_places_come_together() {
    let desk = with_zone(60.0, 60.001);
    desk.put("clinics.csv", format!("id,name,lon,lat\n{SWAPPED}"));
    refuses(&desk, &["zone_far_away", "axes_swapped"]);
}

/// The zones, the first of which ends in this way instead of where it begins.
fn open_ring(end: &str) -> String {
    zones().replace(", [8.9995, -0.0005]]]", end)
}

#[test]
fn open_rings_are_closed_up_to_five_metres() {
    // 0.00002° north of where it begins: 2.21 m (110,574 m a degree of the meridian there)
    let desk = town("c1,One,9.000,0\n");
    desk.put("zones.geojson", open_ring(", [8.9995, -0.00048]]]"));
    let rows = run(&desk);
    let found = only(&rows, "ring_not_closed", "note");
    assert!(found["detail"].contains("a ring of feature 1 does not end where it begins") && found["detail"].contains("2.2 m"), "{found:?}");
    // the whole western side: 0.011° of the meridian, 1,216 m
    desk.put("zones.geojson", open_ring("]]"));
    refuses(&desk, &["ring_not_closed", "a straight line of 1.22 km from 8.9995, 0.0105 to 8.9995, -0.0005"]);
    desk.put("town.toml", plan("[checks]\naccept = { ring_not_closed = \"1.3 km\" }\n"));
    only(&run(&desk), "ring_not_closed", "warning");
    desk.put("town.toml", plan("[checks]\nring_gap_m = 1300\n"));
    only(&run(&desk), "ring_not_closed", "note");
    desk.put("town.toml", plan("")).put("zones.geojson", zones());
    silent(&desk, &["ring_not_closed"]);
}

#[test]
fn open_rings_of_masks_are_errors_too() {
    let desk = town("c1,One,9.000,0\n");
    desk.put("mask.geojson", open_ring("]]")).put("town.toml", plan("[ground]\nmask = [\"mask.geojson\"]\n"));
    refuses(&desk, &["ring_not_closed", "mask.geojson", "1.22 km"]);
}

/// Streets 300 to 460 m apart near Shanghai, and sixty posts 12 m beside one; every second one beside a street from west to east.
fn planned_town() -> (Desk, String) {
    let desk = Desk::new();
    let (mut lon, mut lat) = (vec![121.40], vec![31.10]);
    for k in 0..20_u32 {
        lon.push(lon[k as usize] + 0.0032 + 0.0004 * f64::from(k * 7 % 5));
        lat.push(lat[k as usize] + 0.0028 + 0.0004 * f64::from(k * 3 % 4));
    }
    let (east, north) = (lon[20], lat[20]);
    let line = |a: (f64, f64), b: (f64, f64)| {
        format!(
            r#"{{"type": "Feature", "properties": {{"highway": "residential"}}, "geometry": {{"type": "LineString", "coordinates": [[{:.6}, {:.6}], [{:.6}, {:.6}]]}}}}"#,
            a.0, a.1, b.0, b.1
        )
    };
    let mut lines: Vec<String> = lon.iter().map(|x| line((*x, 31.10), (*x, north))).collect();
    lines.extend(lat.iter().map(|y| line((121.40, *y), (east, *y))));
    desk.put("roads.geojson", collection(&lines));
    let border = [(121.399, 31.099), (east + 0.001, 31.099), (east + 0.001, north + 0.001), (121.399, north + 0.001), (121.399, 31.099)];
    let ring: Vec<String> = border.iter().map(|(x, y)| format!("[{x}, {y}]")).collect();
    desk.put("zones.geojson", format!(r#"{{"type": "FeatureCollection", "features": [{{"type": "Feature", "properties": {{"code": "1", "name": "Town"}}, "geometry": {{"type": "Polygon", "coordinates": [[{}]]}}}}]}}"#, ring.join(", ")));
    // the middles of blocks, in step with the streets
    let middle = |all: &[f64], k: usize| (all[k] + all[k + 1]) / 2.0;
    let people: String = (0..20)
        .flat_map(|x| (0..20).map(move |y| (x, y)))
        .map(|(x, y)| format!("{:.6},{:.6},10\n", middle(&lon, x), middle(&lat, y)))
        .collect();
    desk.put("people.csv", format!("lon,lat,people\n{people}"));
    let mut posts = "id,name,kind,lon,lat\n".to_owned();
    for k in 0..60_usize {
        let (street, along) = (1 + k * 7 % 19, 0.003 + 0.0011 * (k * 13 % 50) as f64);
        // 12 m are 0.000108° of a meridian and 0.000126° of the parallel
        let (x, y) = if k % 2 == 0 { (lon[street] + 0.000_126, 31.10 + along) } else { (121.40 + along, lat[street] + 0.000_108) };
        let _ = writeln!(posts, "p{k},Post {k},k{},{x:.6},{y:.6}", k % 10);
    }
    desk.put("posts.csv", &posts);
    desk.works(&["convert", "posts.csv", "shifted.csv", "--to", "gcj02"]);
    let plan = plan("[ground]\ncell_m = 100\nmask = [\"zone\"]\n").replace("town.osm", "roads.geojson");
    (desk, plan)
}

#[test]
fn shifted_facilities_are_a_warning_and_people_are_not_asked() {
    let (desk, plan) = planned_town();
    desk.put("town.toml", plan.replace("clinics.csv", "shifted.csv"));
    let rows = run(&desk);
    let found = only(&rows, "likely_shifted", "warning");
    assert!(found["detail"].starts_with("these look like gcj02") && found["detail"].contains("p < 0.000001"), "{found:?}");
    assert!(found["source"] == "shifted.csv" && found["rows"] == "60", "{found:?}");
    // named, it is none
    desk.put("town.toml", plan.replace("clinics.csv\"", "shifted.csv\"\ncolumns = { crs = \"gcj02\" }"));
    silent(&desk, &["likely_shifted"]);
    desk.put("town.toml", plan.replace("clinics.csv", "posts.csv"));
    silent(&desk, &["likely_shifted"]);
    // ten places say too little
    let ten: String = desk.text("shifted.csv").lines().take(11).fold(String::new(), |text, line| text + line + "\n");
    desk.put("ten.csv", ten).put("town.toml", plan.replace("clinics.csv", "ten.csv"));
    silent(&desk, &["likely_shifted"]);
}

#[test]
fn sets_of_one_file_are_asked_together() {
    let (desk, plan) = planned_town();
    let sets: String =
        (0..10).map(|k| format!("[[facilities]]\nid = \"s{k}\"\nsource = \"shifted.csv\"\nonly = {{ kind = [\"k{k}\"] }}\n")).collect();
    let set = "[[facilities]]\nid = \"clinics\"\nsource = \"clinics.csv\"\n";
    assert!(plan.contains(set));
    desk.put("town.toml", plan.replace(set, &sets).replace("facilities = \"clinics\"", "facilities = \"s0\""));
    let rows = run(&desk);
    assert_eq!(only(&rows, "likely_shifted", "warning")["rows"], "60");
}
