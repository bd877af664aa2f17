//! Barriers: which tags and which features are some, and what is wrong with others.

use std::collections::BTreeMap;

use catchment::{Finding, People};
use catchment_io::render;

use super::world::{PLAN, TagList, World, of_kind, only, points};

/// 1 person 0.0005° (55 m) north of the third corner of the street.
const NORTH: (&str, &str) = ("people.csv", "lon,lat,people\n9.0020,0.0005,1\n");

fn plan(section: &str) -> String {
    format!("{}\n[barriers]\n{section}\n", points())
}

fn all() -> String {
    plan("osm = [\"water\", \"coast\", \"railway\", \"motorway\", \"wall\"]")
}

/// The street, and a line along all of it and more, 0.0003° (33 m) north of it.
fn with_line(tags: TagList<'_>) -> World {
    let mut world = World::street(5);
    world.node(50, -50, 3, &[]).node(51, 100, 3, &[]).way(50, &[50, 51], tags);
    world
}

fn counts(world: &World, plan: &str) -> BTreeMap<String, usize> {
    let inputs = world.load(plan, &[NORTH]);
    inputs.barriers.counts().into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect()
}

/// What it costs the person in the north, and the findings.
fn north(world: &World, plan: &str, more: &[(&str, &str)]) -> (Option<u32>, Vec<Finding>) {
    let files: Vec<_> = [NORTH].iter().chain(more).copied().collect();
    let done = world.run(plan, &files);
    let label = done.reports[0].assessments[0].label;
    (label.cost.is_reached().then_some(label.cost.0), done.inputs.findings)
}

#[test]
fn tags_say_what_is_a_barrier() {
    let cases: [(TagList<'_>, Option<&str>); 23] = [
        (&[("waterway", "river")], Some("water")),
        (&[("waterway", "canal"), ("layer", "-1")], Some("water")),
        (&[("waterway", "stream")], None),
        (&[("waterway", "ditch")], None),
        (&[("waterway", "river"), ("tunnel", "culvert")], None),
        (&[("waterway", "canal"), ("bridge", "aqueduct")], None),
        (&[("waterway", "river"), ("bridge", "no"), ("tunnel", "no")], Some("water")),
        (&[("natural", "coastline")], Some("coast")),
        (&[("railway", "rail")], Some("railway")),
        (&[("railway", "narrow_gauge"), ("layer", "0")], Some("railway")),
        (&[("railway", "rail"), ("layer", "-1")], None),
        (&[("railway", "light_rail"), ("layer", "1")], None),
        (&[("railway", "rail"), ("bridge", "viaduct")], None),
        (&[("railway", "rail"), ("disused", "yes")], None),
        (&[("railway", "disused")], None),
        (&[("railway", "tram")], None),
        (&[("highway", "motorway")], Some("motorway")),
        (&[("highway", "trunk"), ("motorroad", "yes"), ("foot", "no")], Some("motorway")),
        (&[("highway", "motorway_link"), ("tunnel", "yes")], None),
        (&[("barrier", "city_wall")], Some("wall")),
        (&[("barrier", "fence"), ("covered", "yes")], None),
        (&[("barrier", "retaining_wall"), ("location", "underground")], None),
        (&[("barrier", "hedge")], None),
    ];
    for (tags, kind) in cases {
        let world = with_line(tags);
        let expected: BTreeMap<String, usize> = kind.iter().map(|kind| ((*kind).to_owned(), 1)).collect();
        assert_eq!(counts(&world, &all()), expected, "{tags:?}");
        // the line cuts the person off from the whole street, or it does nothing: 55.287 m at 1.2 m/s, then two corners
        let cost = north(&world, &all(), &[]).0;
        assert_eq!(cost.is_none(), kind.is_some(), "{tags:?}");
        assert!(cost.is_none_or(|cost| cost.abs_diff(46_073 + 185_532) < 20), "{tags:?}: {cost:?}");
    }
}

#[test]
fn only_the_kinds_of_the_plan_are_barriers() {
    let mut world = with_line(&[("railway", "rail")]);
    world.node(52, -50, 4, &[]).node(53, 100, 4, &[]).way(51, &[52, 53], &[("barrier", "wall")]);
    assert_eq!(counts(&world, &plan("osm = [\"wall\"]")), BTreeMap::from([("wall".to_owned(), 1)]));
    assert_eq!(counts(&world, &points()), BTreeMap::new());
    assert!(north(&world, &points(), &[]).0.is_some());
    // a sea wall is the coast where walls are not asked for
    let sea_wall = with_line(&[("natural", "coastline"), ("barrier", "wall")]);
    assert_eq!(counts(&sea_wall, &plan("osm = [\"coast\"]")), BTreeMap::from([("coast".to_owned(), 1)]));
    assert_eq!(counts(&sea_wall, &plan("osm = [\"wall\", \"coast\"]")), BTreeMap::from([("wall".to_owned(), 1)]));
}

#[test]
fn the_road_passes_and_the_street_on_this_side_counts() {
    // a path from the street's first corner over the river to (0, 8) and along the far bank to (20, 8)
    let mut world = with_line(&[("waterway", "river")]);
    world.node(60, 0, 8, &[]).node(61, 20, 8, &[]).way(60, &[1, 60, 61], &[("highway", "footway")]);
    let done = world.run(&all(), &[NORTH]);
    // 0.0003° of leg north (33.172 m), 0.002° west (222.639 m), 0.0008° south (88.460 m): 344.271 m at 1.2 m/s
    let cost = done.reports[0].assessments[0].label.cost.0;
    assert!(cost.abs_diff(286_893) < 100, "{cost}");
    // the path is nearer than the street anyway; without it all are behind the river
    assert_eq!(done.reports[0].people_nearest_road_beyond_barrier, People::ZERO);
    let cut = with_line(&[("waterway", "river")]).run(&all(), &[NORTH]);
    assert_eq!(cut.reports[0].people_nearest_road_beyond_barrier, People::persons(1));
    assert_eq!(only(&cut.reports[0].findings, "people_behind_barrier").id, "1");
}

#[test]
fn water_areas_are_ways_and_multipolygons() {
    let mut world = World::street(5);
    // a pond around the person, 0.0002° wide, as a way
    world.rectangle(70, [15, 2, 25, 9], &[("natural", "water")]);
    assert_eq!(counts(&world, &all()), BTreeMap::from([("water".to_owned(), 1)]));
    assert_eq!(north(&world, &all(), &[]).0, None);
    // as a relation with an island around the person: cut off all the same
    let mut world = World::street(5);
    world.rectangle(70, [-50, 2, 100, 9], &[]).rectangle(71, [18, 4, 22, 6], &[]);
    let member = |way: i64, role: &str| format!("<member type=\"way\" ref=\"{way}\" role=\"{role}\"/>");
    let tags = "<tag k=\"type\" v=\"multipolygon\"/><tag k=\"natural\" v=\"water\"/>";
    world.raw(&format!("<relation id=\"7\">{}{}{tags}</relation>", member(70, "outer"), member(71, "inner")));
    assert_eq!(counts(&world, &all()), BTreeMap::from([("water".to_owned(), 1)]));
    assert_eq!(north(&world, &all(), &[]).0, None);
    // a path on the island is nearer than anything beyond the water
    world.node(80, 19, 5, &[]).node(81, 21, 5, &[]).way(80, &[80, 81], &[("highway", "path")]);
    assert_eq!(world.run(&all(), &[NORTH]).reports[0].people_nearest_road_beyond_barrier, People::ZERO);
    // underground it is none
    let mut world = World::street(5);
    world.rectangle(70, [15, 2, 25, 9], &[("natural", "water"), ("location", "underground")]);
    assert_eq!(counts(&world, &all()), BTreeMap::new());
}

#[test]
fn broken_water_is_an_issue_and_lines_go_on_behind_missing_nodes() {
    let mut world = World::street(5);
    world.node(70, 15, 2, &[]).node(71, 25, 2, &[]).node(72, 25, 9, &[]);
    world.way(70, &[70, 71, 72], &[("natural", "water"), ("name", "Pond")]);
    let (cost, findings) = north(&world, &all(), &[]);
    assert!(cost.is_some());
    // the mask of the land goes without it, and so do the barriers
    let lost = of_kind(&findings, "broken_area");
    let by = lost.iter().map(|finding| (finding.stage.name(), finding.id.as_str())).collect::<Vec<_>>();
    assert_eq!(by, [("zones", "way/70"), ("barriers", "way/70")]);
    assert!(lost.iter().all(|i| i.detail.starts_with("water: ") && i.detail.ends_with("left out")), "{lost:?}");
    // a river of which the extract lacks the middle node: both ends stay
    let mut river = World::street(5);
    river.node(50, -50, 3, &[]).node(51, 10, 3, &[]).node(53, 18, 3, &[]).node(54, 100, 3, &[]);
    river.way(50, &[50, 51, 902, 53, 54], &[("waterway", "river")]);
    let done = river.run(&all(), &[NORTH]);
    assert_eq!(of_kind(&done.inputs.findings, "missing_nodes").len(), 1);
    // straight down the river is in the way; the leg to the second corner passes at 16, through the hole: 124.295 m, then 111.319 m
    let cost = done.reports[0].assessments[0].label.cost.0;
    assert!(cost.abs_diff(103_579 + 92_766) < 100, "{cost}");
    assert_eq!(done.reports[0].people_nearest_road_beyond_barrier, People::persons(1));
}

const LAYER: &str = r#"{"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"what": "site"}, "geometry": {"type": "LineString", "coordinates": [[8.99, 0.0003], [9.02, 0.0003]]}},
    {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon",
        "coordinates": [[[9.1, 0.1], [9.2, 0.1], [9.2, 0.2], [9.1, 0.2], [9.1, 0.1]]]}},
    {"type": "Feature", "id": "p", "properties": {"what": "gate"}, "geometry": {"type": "Point", "coordinates": [9.0, 0.0]}},
    {"type": "Feature", "properties": {"what": "none"}, "geometry": null}]}"#;

#[test]
fn a_layer_of_lines_and_areas_is_a_barrier_too() {
    let own = plan("source = \"own.geojson\"\nkind = \"what\"");
    let files = [("own.geojson", LAYER)];
    let (cost, findings) = north(&World::street(5), &own, &files);
    assert_eq!(cost, None);
    let left: Vec<_> = of_kind(&findings, "not_a_barrier").iter().map(|finding| (finding.stage.name(), finding.id.as_str())).collect();
    assert_eq!(left, [("barriers", "4"), ("barriers", "p")]);
    let inputs = World::street(5).load(&own, &[NORTH, files[0]]);
    assert_eq!(inputs.barriers.counts(), BTreeMap::from([("barrier", 1), ("site", 1)]));
    assert_eq!(inputs.files.last().unwrap().rows, [("features".to_owned(), 4)]);
    // both sources together, and the property `kind` where none is named
    let both = plan("osm = [\"railway\"]\nsource = \"own.geojson\"");
    let inputs = with_line(&[("railway", "rail")]).load(&both, &[NORTH, ("own.geojson", &LAYER.replace("what", "kind"))]);
    assert_eq!(inputs.barriers.counts(), BTreeMap::from([("barrier", 1), ("railway", 1), ("site", 1)]));
}

#[test]
fn a_layer_without_barriers_is_refused() {
    let own = plan("source = \"own.geojson\"");
    let point = r#"{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [9.0, 0.0]}}"#;
    let error = |text: &str| World::street(5).try_load(&own, &[NORTH, ("own.geojson", text)]).unwrap_err().to_string();
    assert_eq!(error(point), "own.geojson: no barrier; expected lines or polygons, or a plan without barriers.source");
    assert!(error("{").starts_with("own.geojson, line 1, byte 1: a file that is cut off"), "{}", error("{"));
    let far = r#"{"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [[9.0, 0.0], [900.0, 0.0]]}}"#;
    assert!(error(far).starts_with("own.geojson, feature 1: the position 900, 0"), "{}", error(far));
}

#[test]
fn the_outputs_say_how_many_there_are_and_whom_they_cut_off() {
    let done = with_line(&[("waterway", "river")]).run(&plan("osm = [\"water\", \"railway\"]"), &[NORTH]);
    let files: BTreeMap<String, Vec<u8>> = render(&done).unwrap().into_iter().collect();
    let json = |name: &str| -> serde_json::Value { serde_json::from_slice(&files[name]).unwrap() };
    assert_eq!(json("manifest.json")["barriers"], serde_json::json!({ "railway": 0, "water": 1 }));
    let service = &json("summary.json")["services"][0];
    assert_eq!(service["people_nearest_road_beyond_barrier"], 1.0);
    assert_eq!(service["people"]["unlinked"], 1.0);
    let plain = World::street(5).run(&PLAN.replace("[people]", "[outputs]\nmap = false\n[people]"), &[]);
    let files: BTreeMap<String, Vec<u8>> = render(&plain).unwrap().into_iter().collect();
    let manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["barriers"], serde_json::json!({}));
}
