//! Roads from layers of lines: what is joined, what is not, and what the columns say. 0.001° are 111.319 m of the equator and 110.574 m of
//! the meridian; at 1.2 m/s a metre of way is 833.333 ms.

use catchment::{Cost, NoProgress};
use catchment_io::{Error, InMemory, Inputs, Plan, run};

use super::world::{World, of_kind, only, points};

/// A line by places in units of 0.0001°, and its properties as JSON.
fn line(places: &[(f64, f64)], properties: &str) -> String {
    let places: Vec<String> = places.iter().map(|(x, y)| format!("[{:.8},{:.8}]", 9.0 + x * 1e-4, y * 1e-4)).collect();
    let places = places.join(",");
    format!("{{\"type\":\"Feature\",\"properties\":{{{properties}}},\"geometry\":{{\"type\":\"LineString\",\"coordinates\":[{places}]}}}}")
}

fn layer(features: &[String]) -> String {
    format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", features.join(","))
}

/// A town around the lines, and a clinic at the origin.
fn world() -> World {
    let mut world = World::default();
    world.town(1, -60, 60, &[]).node(500, 0, 0, &[("amenity", "clinic")]);
    world
}

/// `points()` with roads of the layer.
fn plan(more: &str) -> String {
    points().replacen("source = \"world.osm\"", &format!("source = \"roads.geojson\"\n{more}"), 1)
}

fn load(plan: &str, features: &[String]) -> Inputs {
    world().load(plan, &[("people.csv", "lon,lat,people\n9.0,0,1\n"), ("roads.geojson", &layer(features))])
}

/// What it costs people at these places to walk to the clinic, ms.
fn costs(plan: &str, features: &[String], places: &[(f64, f64)]) -> Vec<Option<u32>> {
    let table =
        places.iter().fold("lon,lat,people\n".to_owned(), |text, (x, y)| format!("{text}{:.8},{:.8},1\n", 9.0 + x * 1e-4, y * 1e-4));
    let done = world().run(plan, &[("people.csv", &table), ("roads.geojson", &layer(features))]);
    done.reports[0].assessments.iter().map(|a| Some(a.label.cost.0).filter(|cost| *cost < Cost::UNREACHED.0)).collect()
}

fn near(found: Option<u32>, expected: f64, within: f64) {
    let found = found.unwrap_or_else(|| panic!("unreached, not {expected}"));
    assert!((f64::from(found) - expected).abs() <= within, "{found}, not {expected}");
}

/// Milliseconds of units of 0.0001° east and north.
fn ms(east: f64, north: f64) -> f64 {
    (east * 11.131_949 + north * 11.057_428) / 1.2 * 1000.0
}

#[test]
fn a_street_that_falls_short_of_another_by_30_cm_meets_it() {
    // 0.3 m of the meridian are 0.0271 units
    let features = [line(&[(0.0, 0.0), (20.0, 0.0)], ""), line(&[(10.0, 0.0271), (10.0, 10.0)], "")];
    let found = costs(&plan(""), &features, &[(10.0, 10.0), (20.0, 0.0)]);
    // a place is kept to 5.5 mm, a foot to 7.9 mm
    near(found[0], ms(10.0, 10.0), 12.0);
    near(found[1], ms(20.0, 0.0), 12.0);
    let finding = load(&plan(""), &features).findings;
    let finding = only(&finding, "ends_snapped");
    assert!(finding.detail.starts_with("1 ends of lines were moved") && finding.detail.contains("by up to 0.30 m"), "{}", finding.detail);
    // a tolerance of 20 cm leaves it where it is, and says that it may have been meant
    let strict = plan("snap_m = 0.2");
    assert_eq!(costs(&strict, &features, &[(10.0, 10.0)]), [None]);
    let inputs = load(&strict, &features);
    let gap = &only(&inputs.findings, "ends_near_lines").detail;
    assert!(gap.starts_with("1 ends meet nothing and lie within 1 m") && gap.contains("0.30 m away, at 9.001000, 0.000003"), "{gap}");
    assert!(only(&inputs.findings, "road_pieces").detail.starts_with("the lines form 2 pieces"));
}

#[test]
fn ends_that_miss_each_other_are_one_junction_and_overshoots_vanish() {
    // three ends around (10, 0), up to 0.02 units (0.22 m) apart, and a street that overshoots the first by 0.3 m at (5, 0)
    let features = [
        line(&[(0.0, 0.0), (9.99, 0.0)], ""),
        line(&[(10.0, 0.01), (20.0, 0.0)], ""),
        line(&[(10.0, -0.01), (10.0, -10.0)], ""),
        line(&[(5.0, 10.0), (5.0, -0.0271)], ""),
    ];
    let found = costs(&plan(""), &features, &[(20.0, 0.0), (10.0, -10.0), (5.0, 10.0)]);
    for (found, expected) in found.into_iter().zip([ms(20.0, 0.0), ms(10.0, 10.0), ms(5.0, 10.0)]) {
        near(found, expected, 300.0);
    }
    let inputs = load(&plan(""), &features);
    // the overshoot became the crossing: no end of a third of a metre
    assert_eq!(inputs.roads["walk"].1.edge_count(), 5);
    assert!(only(&inputs.findings, "ends_snapped").detail.starts_with("3 ends"), "{:?}", inputs.findings);
    assert!(of_kind(&inputs.findings, "road_pieces").is_empty() && of_kind(&inputs.findings, "ends_near_lines").is_empty());
}

#[test]
fn crossings_are_joined_at_one_level_only() {
    let cross = |level: i32| {
        [
            line(&[(-20.0, 0.0), (20.0, 0.0)], "\"level\": 0"),
            line(&[(10.0, -10.0), (10.0, 10.0)], &format!("\"level\": {level}")),
            line(&[(30.0, 0.0), (40.0, 0.0)], "\"level\": 0"),
        ]
    };
    near(costs(&plan(""), &cross(0), &[(10.0, 10.0)])[0], ms(10.0, 10.0), 12.0);
    assert_eq!(costs(&plan(""), &cross(1), &[(10.0, 10.0)]), [None]);
    let said = |features: &[String]| only(&load(&plan(""), features).findings, "crossings_joined").detail.clone();
    assert_eq!(said(&cross(1)), "0 crossings of one level were joined, 1 of different levels were not");
    assert_eq!(said(&cross(0)), "1 crossings of one level were joined, 0 of different levels were not");
    let without = cross(1).map(|feature| feature.replace("level", "no_level"));
    near(costs(&plan(""), &without, &[(10.0, 10.0)])[0], ms(10.0, 10.0), 12.0);
    assert!(said(&without).starts_with("all 1 crossings were joined, bridges and tunnels too: columns = { level"));
}

#[test]
fn a_bridge_begins_where_its_ramps_end() {
    // a bridge at level 1 from (5, 0) to (15, 0) over a street at x = 10; the street ends below it at (10, 0)
    let features = [
        line(&[(0.0, 0.0), (5.0, 0.0)], "\"层级\": 0"),
        line(&[(5.0, 0.0), (15.0, 0.0)], "\"层级\": 1"),
        line(&[(15.0, 0.0), (20.0, 0.0), (20.0, 10.0), (10.0, 10.0)], "\"层级\": 0"),
        line(&[(10.0, 10.0), (10.0, -10.0)], "\"层级\": 0"),
        line(&[(8.0, 5.0), (8.0, 0.0)], "\"层级\": 0"),
    ];
    let found = costs(&plan(""), &features, &[(20.0, 0.0), (10.0, 0.0), (8.0, 5.0)]);
    near(found[0], ms(20.0, 0.0), 12.0);
    // the place below the bridge is tied to the nearest road, which is the bridge: as near as the street
    near(found[1], ms(10.0, 0.0), 12.0);
    assert_eq!(found[2], None);
    // below the bridge, five units south: over the bridge and back, 20 + 10 + 10 + 15
    near(costs(&plan(""), &features, &[(10.0, -5.0)])[0], ms(30.0, 25.0), 12.0);
    let findings = load(&plan(""), &features).findings;
    assert!(only(&findings, "ends_at_other_level").detail.starts_with("1 ends"));
}

#[test]
fn a_column_of_grades_is_not_taken_for_levels() {
    let features = [line(&[(-20.0, 0.0), (20.0, 0.0)], "\"level\": 3"), line(&[(10.0, -10.0), (10.0, 10.0)], "\"level\": 4")];
    near(costs(&plan(""), &features, &[(10.0, 10.0)])[0], ms(10.0, 10.0), 12.0);
    assert_eq!(only(&load(&plan(""), &features).findings, "level_not_taken").id, "level");
    let named = plan("columns = { level = \"level\" }");
    assert_eq!(costs(&named, &features, &[(10.0, 10.0)]), [None]);
}

/// From the clinic by ambulance: the tolerance of a drive time is that of its legs.
fn driven(more: &str, features: &[String], places: &[(f64, f64)]) -> Vec<Option<u32>> {
    let plan = plan(more).replace("limit = \"15min\"", "limit = \"15min\"\nprofile = \"ambulance\"\ndirection = \"from-facility\"");
    costs(&plan.replace("[profiles.walk]", "[profiles.ambulance]"), features, places)
}

#[test]
fn one_way_along_and_against_the_line() {
    for (value, there) in [("yes", true), ("FT", true), ("-1", false), ("TF", false), ("no", true), ("B", true), ("", true)] {
        let features = [line(&[(0.0, 0.0), (20.0, 0.0)], &format!("\"oneway\": \"{value}\""))];
        let found = driven("", &features, &[(20.0, 0.0)])[0];
        assert_eq!(found.is_some(), there, "{value}");
        // walkers do not care; drawn from the other end it is the other way round, but for both ways
        assert!(costs(&plan(""), &features, &[(20.0, 0.0)])[0].is_some());
        let turned = [line(&[(20.0, 0.0), (0.0, 0.0)], &format!("\"oneway\": \"{value}\""))];
        assert_eq!(driven("", &turned, &[(20.0, 0.0)])[0].is_some(), !there || ["no", "B", ""].contains(&value), "{value}");
    }
    let odd = [line(&[(0.0, 0.0), (20.0, 0.0)], "\"oneway\": \"perhaps\"")];
    assert!(driven("", &odd, &[(20.0, 0.0)])[0].is_some());
    let findings = load(&plan(""), &odd).findings;
    let finding = only(&findings, "oneway_not_read");
    assert_eq!(finding.id, "perhaps");
    assert!(finding.detail.starts_with("1 lines: `perhaps` is no way to say one-way"), "{}", finding.detail);
}

#[test]
fn classes_and_speeds_drive_the_ambulance() {
    // 20 units are 222.639 m: at 35 km/h of a primary, 20 km/h of its column, 10 mph
    let drive = |properties: &str| driven("", &[line(&[(0.0, 0.0), (20.0, 0.0)], properties)], &[(20.0, 0.0)])[0];
    let ms = |km_h: f64| 222.639 / (km_h / 3.6) * 1000.0;
    near(drive("\"道路等级\": \"主干路\""), ms(35.0), 2.0);
    near(drive("\"道路等级\": \"主干路\", \"限速\": 20"), ms(20.0), 2.0);
    near(drive("\"class\": \"primary\", \"speed\": \"10 mph\""), ms(16.093_44), 2.0);
    // a limit above the speed of the class is none; and that is said
    let fast = [line(&[(0.0, 0.0), (20.0, 0.0)], "\"class\": \"primary\", \"speed\": 80")];
    near(driven("", &fast, &[(20.0, 0.0)])[0], ms(35.0), 2.0);
    let plan = plan("").replace("limit = \"15min\"", "limit = \"15min\"\nprofile = \"ambulance\"");
    let findings = load(&plan.replace("[profiles.walk]", "[profiles.ambulance]"), &fast).findings;
    assert!(only(&findings, "speed_above_class").detail.starts_with("1 lines tell a speed above the 35 km/h"));
    // nothing is told: residential, 20 km/h; a speed that is none
    near(drive(""), ms(20.0), 2.0);
    near(drive("\"speed\": 0"), ms(20.0), 2.0);
}

#[test]
fn sweeps_and_times_of_the_day_take_the_layer_too() {
    let features = [line(&[(0.0, 0.0), (20.0, 0.0)], "\"class\": \"primary\"")];
    let inputs = load(&plan("").replace("\"15min\"", "\"15min\"\nsweep = [\"speed=1.0,1.5\"]"), &features);
    let cost = |network: &catchment::RoadNetwork| network.edges()[0].forward.0;
    let swept: Vec<u32> = inputs.swept_roads["walk"].iter().map(|(_, network)| cost(network)).collect();
    // 222.639 m at 1.0 and 1.5 m/s
    assert_eq!(swept, [222_639, 148_426]);
    let response = "\"15min\"\nprofile = \"ambulance\"\ndirection = \"from-facility\"\n[services.response]\nperiods = { peak = 0.7 }";
    let inputs = load(&plan("").replace("\"15min\"", response).replace("[profiles.walk]", "[profiles.ambulance]"), &features);
    // 35 km/h, and seven tenths of it
    near(Some(cost(&inputs.roads["ambulance"].1)), 222_639.0 * 3.6 / 35.0, 1.0);
    near(Some(cost(&inputs.periods[0].network)), 222_639.0 * 3.6 / 24.5, 1.0);
}

#[test]
fn classes_of_ones_own_are_mapped_and_unknown_ones_told() {
    let features = [
        line(&[(0.0, 0.0), (10.0, 0.0)], "\"等级\": \"县级\""),
        line(&[(10.0, 0.0), (20.0, 0.0)], "\"等级\": \"乡级\""),
        line(&[(20.0, 0.0), (30.0, 0.0)], "\"等级\": null"),
        line(&[(0.0, 0.0), (0.0, 10.0)], "\"等级\": \"高速公路\""),
    ];
    let mapped = "classes = { \"县级\" = \"secondary\", \"村级\" = \"unclassified\" }";
    let found = costs(&plan(mapped), &features, &[(10.0, 0.0), (20.0, 0.0)]);
    near(found[0], ms(10.0, 0.0), 12.0);
    // the second street is shut: its end is tied to the street beyond, from which no way leads
    assert_eq!(found[1], None);
    let findings = load(&plan(mapped), &features).findings;
    let unknown = only(&findings, "unknown_highway");
    assert_eq!(unknown.id, "highway=乡级");
    assert!(unknown.detail.contains("roads.classes = { \"乡级\" = \"residential\" }"), "{}", unknown.detail);
    assert_eq!(only(&findings, "class_not_found").id, "村级");
    assert!(only(&findings, "class_assumed").detail.starts_with("1 lines tell no class and are read as `residential`"));
    assert!(only(&findings, "road_columns").detail.starts_with("columns read: class = `等级`; none found for speed, oneway, level, name"));
    // none of a class that walkers know
    let error = world().try_load(&plan(""), &[("people.csv", "lon,lat,people\n9.0,0,1\n"), ("roads.geojson", &layer(&features[..2]))]);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("lines of the classes `乡级`, `县级` alone") && error.contains("roads.classes"), "{error}");
}

#[test]
fn a_line_that_is_there_twice_is_one() {
    let street = line(&[(0.0, 0.0), (10.0, 0.0), (20.0, 0.0)], "\"oneway\": \"yes\"");
    let turned = line(&[(20.0, 0.0), (10.0, 0.0), (0.0, 0.0)], "\"oneway\": \"-1\"");
    let back = line(&[(20.0, 0.0), (10.0, 0.0), (0.0, 0.0)], "\"oneway\": \"yes\"");
    let inputs = load(&plan(""), &[street.clone(), turned, street.clone()]);
    assert_eq!(inputs.roads["walk"].1.edge_count(), 2);
    assert!(only(&inputs.findings, "duplicate_lines").detail.starts_with("2 lines are there already"));
    // the other direction of the same street is no duplicate
    let features = [street, back];
    assert!(driven("", &features, &[(20.0, 0.0)])[0].is_some());
    let inputs = load(&plan(""), &features);
    assert!(only(&inputs.findings, "duplicate_lines").detail.starts_with("1 lie on another line and differ"));
    assert!(of_kind(&inputs.findings, "crossings_joined").is_empty(), "{:?}", inputs.findings);
}

#[test]
fn what_is_no_line_is_an_issue() {
    let point = "{\"type\":\"Feature\",\"id\":\"p\",\"properties\":{},\"geometry\":{\"type\":\"Point\",\"coordinates\":[9,0]}}".to_owned();
    let none = "{\"type\":\"Feature\",\"properties\":{},\"geometry\":null}".to_owned();
    let dot = line(&[(5.0, 5.0), (5.0, 5.0)], "");
    let inputs = load(&plan(""), &[line(&[(0.0, 0.0), (20.0, 0.0)], ""), point.clone(), none, dot.clone()]);
    let ids: Vec<&str> = of_kind(&inputs.findings, "not_a_line").iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!(ids, ["3", "p"]);
    assert_eq!(only(&inputs.findings, "line_without_length").id, "4");
    let read = |features: &[String]| -> Result<Inputs, Error> {
        world().try_load(&plan(""), &[("people.csv", "lon,lat,people\n9.0,0,1\n"), ("roads.geojson", &layer(features))])
    };
    assert!(read(&[point, dot]).unwrap_err().to_string().contains("roads.geojson: no line; expected lines"));
}

#[test]
fn the_order_and_the_direction_of_lines_do_not_matter() {
    let streets = [
        vec![(0.0, 0.0), (9.99, 0.0)],
        vec![(10.0, 0.01), (20.0, 0.0)],
        vec![(10.0, -0.01), (10.0, -10.0)],
        vec![(5.0, 10.0), (5.0, -0.0271)],
        vec![(3.0, -7.0), (3.5, 9.0), (15.0, -9.0)],
    ];
    let forth: Vec<String> = streets.iter().map(|street| line(street, "")).collect();
    let back: Vec<String> = streets.iter().rev().map(|street| line(&street.iter().rev().copied().collect::<Vec<_>>(), "")).collect();
    let [a, b] = [load(&plan(""), &forth), load(&plan(""), &back)];
    assert_eq!(a.roads["walk"].1.edges(), b.roads["walk"].1.edges());
    assert_eq!(a.findings, b.findings);
}

const SHANGHAI: [(&str, &[u8]); 6] = [
    ("roads.gpkg", include_bytes!("data/roads.gpkg")),
    ("roads.shp", include_bytes!("data/roads.shp")),
    ("roads.shx", include_bytes!("data/roads.shx")),
    ("roads.dbf", include_bytes!("data/roads.dbf")),
    ("roads.prj", include_bytes!("data/roads.prj")),
    ("roads.cpg", include_bytes!("data/roads.cpg")),
];

/// The avenue and the lane, as GDAL puts them into EPSG:4549.
const IN_METRES: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"道路等级":"主干路","限速":30},"geometry":{"type":"LineString","coordinates":
 [[631650.330686758,3443989.33409837],[631888.849380238,3443992.3056352],[632604.40616903,3444001.25253739]]}},
{"type":"Feature","properties":{"道路等级":"支路","限速":10,"单行":"是"},"geometry":{"type":"LineString","coordinates":
 [[631888.849380238,3443992.3056352],[631875.020291983,3445101.17160005]]}}]}"#;

/// A survey of Shanghai in its own CRS: an avenue along a parallel (30 km/h), in whose middle a lane begins (10 km/h), and a flyover above
/// that lane. From the ellipsoid: 0.0025° of that parallel are 238.486 m, 0.01° of that meridian are 1,108.714 m.
#[test]
fn a_survey_in_chinese_and_in_metres_drives_the_ambulance() {
    let mut world = World::default();
    world.at(500, 121.38, 31.11, &[("amenity", "clinic")]);
    for (id, lon, lat) in [(10, 121.37, 31.1), (11, 121.4, 31.1), (12, 121.4, 31.13), (13, 121.37, 31.13)] {
        world.at(id, lon, lat, &[]);
    }
    world.way(1, &[10, 11, 12, 13, 10], &[]);
    world.relation(1, &[1], &[("type", "boundary"), ("boundary", "administrative"), ("admin_level", "8")]);
    let people = "lon,lat,people\n121.3825,31.12,1\n121.39,31.11,1\n";
    for (source, more) in [("roads.gpkg", ""), ("roads.shp", ""), ("roads.json", "crs = \"EPSG:4549\"")] {
        let plan = plan(more).replace("roads.geojson", source).replace("[profiles.walk]", "[profiles.ambulance]");
        let service = "limit = \"15min\"\nprofile = \"ambulance\"\ndirection = \"from-facility\"";
        let plan = Plan::parse(&plan.replace("limit = \"15min\"", service)).unwrap();
        let xml = world.xml();
        let mut files = SHANGHAI.to_vec();
        files.extend([("roads.json", IN_METRES.as_bytes()), ("world.osm", xml.as_bytes()), ("people.csv", people.as_bytes())]);
        let done = run(&plan, &InMemory(&files), &NoProgress).unwrap();
        let costs: Vec<u32> = done.reports[0].assessments.iter().map(|a| a.label.cost.0).collect();
        // a place is kept to 5.5 mm, which at 10 km/h are 2 ms, and each side is densified to 200 m
        near(Some(costs[0]), (238.486 / 30.0 + 1108.714 / 10.0) * 3600.0, 20.0);
        near(Some(costs[1]), 4.0 * 238.486 / 30.0 * 3600.0, 20.0);
        let findings = &done.inputs.findings;
        if more.is_empty() {
            assert!(only(findings, "crossings_joined").detail.starts_with("0 crossings of one level were joined, 1 of different"));
            let columns = "columns read: class = `道路等级`, speed = `限速`, oneway = `单行`, level = `层级`, name = `路名`";
            assert_eq!(only(findings, "road_columns").detail, columns);
            assert_eq!(only(findings, "unknown_highway").id, "highway=园区道路");
            let rows = done.inputs.files.iter().find(|file| file.file.starts_with(source)).map(|file| file.rows.clone());
            assert_eq!(rows, Some(vec![("features".to_owned(), 4)]));
        }
    }
}

#[test]
fn other_parts_of_a_plan_that_take_the_roads_extract_say_so() {
    let error = |from: &str, to: &str| Plan::parse(&plan("").replacen(from, to, 1)).unwrap_err().to_string();
    let spread = "method = \"spread\"";
    for (from, to, words) in [
        ("[people]", "[barriers]\nosm = [\"water\"]\n[people]", ["barriers.osm is there", "barriers.source"]),
        ("[people]", "[ground]\nmask = [\"built-up\"]\n[people]", ["ground.source is missing", "`built-up`"]),
        ("method = \"points\"\nsource = \"people.csv\"", spread, ["people.source is missing", "people.totals"]),
        (
            "method = \"points\"\nsource = \"people.csv\"",
            "method = \"spread\"\ntotals = \"t.csv\"",
            ["people.source is missing", "people.over = [\"roads\", \"zone\"]"],
        ),
        ("source = \"roads.geojson\"", "source = \"roads.osm\"\nsnap_m = 2", ["roads.snap_m is there", "a layer of lines alone"]),
        ("source = \"roads.geojson\"", "source = \"roads.shp\"\nsnap_m = 0", ["roads.snap_m is 0", "0.02 to 100"]),
        (
            "source = \"roads.geojson\"",
            "source = \"roads.shp\"\nclasses = { \"主干路\" = \"primry\" }",
            ["roads.classes.\"主干路\" is `primry`", "did you mean `primary`?"],
        ),
        ("source = \"roads.geojson\"", "source = \"roads.shp\"\ncolumns = { klass = \"x\" }", ["klass", "did you mean `class`?"]),
    ] {
        let text = error(from, to);
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
    // totals of a table over whole zones need no extract
    let totals =
        plan("").replace("method = \"points\"\nsource = \"people.csv\"", "method = \"spread\"\ntotals = \"t.csv\"\nover = [\"zone\"]");
    let features = layer(&[line(&[(0.0, 0.0), (20.0, 0.0)], "")]);
    let inputs = world().load(&totals, &[("t.csv", "zone_id,people\n1,8\n"), ("roads.geojson", &features)]);
    assert_eq!(inputs.demand.total().0, 8_000_000);
    assert_eq!(only(&inputs.findings, "water_unknown").id, "land");
}
