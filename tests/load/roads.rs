//! Roads: what they cost, and what is wrong with them.

use catchment::{Cost, Limit, RoadNetwork};

use super::world::{PLAN, World, of_kind, only, points};

/// Costs of each point of `people.csv`, one at each place of the equator, in units of 0.0001°.
fn costs(world: &World, plan: &str, east: &[i64]) -> Vec<Option<u32>> {
    let table = east.iter().fold("lon,lat,people\n".to_owned(), |text, x| format!("{text}{:.4},0,1\n", 9.0 + *x as f64 * 1e-4));
    let done = world.run(plan, &[("people.csv", &table)]);
    done.reports[0].assessments.iter().map(|a| Some(a.label.cost.0).filter(|cost| *cost < Cost::UNREACHED.0)).collect()
}

#[test]
fn a_corner_of_the_equator_costs_its_length() {
    // 111.319 m at 1.2 m/s are 92,766 ms; a corner and a half: the half edge is rounded by itself
    assert_eq!(costs(&World::street(5), &points(), &[0, 10, 20]), [Some(0), Some(92_766), Some(185_532)]);
    let half = costs(&World::street(5), &points(), &[15])[0].unwrap();
    assert!(half.abs_diff(92_766 + 46_383) <= 1, "{half}");
}

#[test]
fn crossings_with_signals_delay_on_either_side() {
    let mut world = World::default();
    world.town(1, -10, 60, &[]);
    // signals at the second of three corners, tagged both ways at the third
    world.node(1, 0, 0, &[]).node(2, 10, 0, &[("highway", "traffic_signals")]);
    world.node(3, 20, 0, &[("highway", "crossing"), ("crossing", "traffic_signals")]).node(4, 30, 0, &[("highway", "crossing")]);
    world.way(1, &[1, 2, 3, 4], &[("highway", "residential")]).node(500, 0, 0, &[("amenity", "clinic")]);
    assert_eq!(costs(&world, &points(), &[10, 20, 30]), [92_766, 185_532, 278_298].map(Some));
    let delayed = points() + "crossing_delay_s = 30\n";
    // half of 30 s on each side of each of the two crossings; corner 4 has none
    let expected = [92_766 + 15_000, 185_532 + 45_000, 278_298 + 60_000];
    assert_eq!(costs(&world, &delayed, &[10, 20, 30]), expected.map(Some));
}

#[test]
fn ferries_run_where_the_plan_lets_them_at_the_speed_of_their_duration() {
    let mut world = World::street(3);
    // from corner 3 at 20 across 0.001° of water to a quay with a street of its own
    world.node(50, 30, 0, &[]).node(51, 40, 0, &[]).way(51, &[50, 51], &[("highway", "residential")]);
    world.way(50, &[3, 50], &[("route", "ferry"), ("duration", "00:10")]);
    world.town(2, 30, 60, &[]);
    assert_eq!(costs(&world, &points(), &[20, 40]), [Some(185_532), None]);
    let ferry = points() + "ferry = true\n";
    // two corners, ten minutes, one corner; the duration becomes a speed over whole millimetres: 0.5 mm of 111.3 m are 3 ms of it
    let across = costs(&world, &ferry, &[40])[0].unwrap();
    assert!(across.abs_diff(185_532 + 600_000 + 92_766) <= 3, "{across}");
    // without a duration: 111.319 m at 5 m/s
    world = World::street(3);
    world.node(50, 30, 0, &[]).way(50, &[3, 50], &[("route", "ferry")]);
    assert_eq!(costs(&world, &ferry, &[30]), [Some(185_532 + 22_264)]);
}

#[test]
fn steps_and_one_way_footpaths() {
    let mut world = World::street(2);
    world.node(50, 20, 0, &[]).node(51, 30, 0, &[]);
    world.way(50, &[2, 50], &[("highway", "steps")]).way(51, &[50, 51], &[("highway", "footway"), ("oneway:foot", "yes")]);
    world.town(2, 20, 50, &[]);
    // steps at 0.6 m/s: 185,532 ms; people walk to the clinic, against the arrow
    assert_eq!(costs(&world, &points(), &[20, 30]), [Some(92_766 + 185_532), None]);
    // from the clinic: with it
    let from = points().replace("limit = \"15min\"", "limit = \"15min\"\ndirection = \"from-facility\"");
    assert_eq!(costs(&world, &from, &[30]), [Some(92_766 + 185_532 + 92_766)]);
}

#[test]
fn unknown_classes_are_closed_and_said_with_their_number() {
    let mut world = World::street(3);
    world.node(50, 30, 0, &[]).node(51, 40, 0, &[]);
    world.way(50, &[3, 50], &[("highway", "skyway")]).way(51, &[50, 51], &[("highway", "skyway")]);
    let inputs = world.load(PLAN, &[]);
    let finding = only(&inputs.findings, "unknown_highway");
    assert_eq!(finding.id, "highway=skyway");
    assert!(finding.detail.starts_with("2 ways"), "{}", finding.detail);
    // the plan can open it
    let opened = world.load(&(PLAN.to_owned() + "highway = { skyway = \"open\" }\n"), &[]);
    assert!(of_kind(&opened.findings, "unknown_highway").is_empty());
    assert_eq!(opened.roads["walk"].1.edge_count(), inputs.roads["walk"].1.edge_count() + 2);
}

#[test]
fn roads_that_leave_the_extract_are_a_warning() {
    assert!(of_kind(&World::street(5).load(PLAN, &[]).findings, "roads_cut_off").is_empty());
    // the street goes on to nodes that the file lacks, on both sides
    let mut world = World::street(5);
    world.way(2, &[901, 1], &[("highway", "path")]).way(3, &[5, 902, 903], &[("highway", "path")]);
    let inputs = world.load(PLAN, &[]);
    let finding = only(&inputs.findings, "roads_cut_off");
    // 900 s × 1.2 m/s
    assert!(finding.detail.starts_with("2 roads end at the extract's edge within 1080 m"), "{}", finding.detail);
    assert_eq!(of_kind(&inputs.findings, "missing_nodes").len(), 2);
}

#[test]
fn roads_far_from_the_zones_may_be_cut() {
    let mut world = World::street(5);
    // 0.02° (2.2 km) east of the town: out of 1,080 m, within 3 km
    world.node(60, 260, 0, &[]).node(61, 270, 0, &[]).way(60, &[60, 61, 904], &[("highway", "path")]);
    assert!(of_kind(&world.load(PLAN, &[]).findings, "roads_cut_off").is_empty());
    let far = PLAN.replace("15min", "3km");
    assert!(only(&world.load(&far, &[]).findings, "roads_cut_off").detail.contains("within 3000 m"));
    // a sweep looks as far: 2,500 s at 1.2 m/s; 900 s at 4 m/s
    for (sweep, within) in [("limit=2500s", "within 3000 m"), ("speed=4.0", "within 3600 m")] {
        let swept = PLAN.replace("\"15min\"", &format!("\"15min\"\nsweep = [\"{sweep}\"]"));
        assert!(only(&world.load(&swept, &[]).findings, "roads_cut_off").detail.contains(within), "{sweep}");
    }
}

#[test]
fn faulty_ways_are_issues() {
    let mut world = World::street(5);
    world.way(60, &[2], &[("highway", "path")]).way(61, &[2, 2, 3], &[("highway", "path")]);
    world.node(62, 20, 0, &[]).way(62, &[3, 62], &[("highway", "path")]).way(-7, &[4, 5], &[("highway", "path")]);
    let inputs = world.load(PLAN, &[]);
    let kinds = ["too_few_nodes", "repeated_node", "zero_length_edge"];
    assert_eq!(kinds.map(|kind| only(&inputs.findings, kind).id.clone()), ["way 60", "way 61", "way 62"]);
    // the street's four, and one each of ways 61, 62 and −7
    assert_eq!(inputs.roads["walk"].1.edge_count(), 7);
}

#[test]
fn a_distance_network_measures_millimetres() {
    let inputs = World::street(5).load(PLAN, &[]);
    let network = RoadNetwork::clone(&inputs.roads["walk"].1).by_distance();
    // 6,378,137 m × π / 180,000
    assert!(network.edges().iter().all(|edge| edge.length_mm == 111_319), "{:?}", network.edges());
    assert_eq!("111.319m".parse::<Limit>().unwrap().cost, Cost(111_319));
}
