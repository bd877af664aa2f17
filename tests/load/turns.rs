//! Ambulances: one-way streets, turn restrictions, roundabouts, barriers, by arithmetic. A block east costs 20,037 ms (111,319 mm at
//! 20 km/h), a block north 19,903 ms (110,574 mm).

use catchment::Cost;

use super::world::{World, only, points};

const EAST: u32 = 20_037;
const NORTH: u32 = 19_903;

fn plan() -> String {
    let services = "limit = \"30min\"\nprofile = \"ambulance\"\ndirection = \"from-facility\"";
    points().replace("limit = \"15min\"", services).replace("[profiles.walk]", "[profiles.ambulance]")
}

/// What it costs from the clinic to each place.
fn costs(world: &World, plan: &str, places: &[(i64, i64)]) -> Vec<Option<u32>> {
    let row = |text: String, (x, y): &(i64, i64)| format!("{text}{:.4},{:.4},1\n", 9.0 + *x as f64 * 1e-4, *y as f64 * 1e-4);
    let done = world.run(plan, &[("people.csv", &places.iter().fold("lon,lat,people\n".to_owned(), row))]);
    done.reports[0].assessments.iter().map(|a| Some(a.label.cost.0).filter(|cost| *cost < Cost::UNREACHED.0)).collect()
}

/// A town, and a clinic at a place.
fn town(x: i64, y: i64) -> World {
    let mut world = World::default();
    world.rectangle(1001, [-20, -30, 60, 30], &[]);
    world.relation(1, &[1001], &[("type", "boundary"), ("boundary", "administrative"), ("admin_level", "8")]);
    world.node(500, x, y, &[("amenity", "clinic")]);
    world
}

/// Corners 1 (west), 2 (middle), 3 (east), 4 (north), 5 (south); ways 1 to 4 from the middle to each, but way 1 to it.
fn crossroads() -> World {
    let mut world = town(0, 0);
    world.node(1, 0, 0, &[]).node(2, 10, 0, &[]).node(3, 20, 0, &[]).node(4, 10, 10, &[]).node(5, 10, -10, &[]);
    for (way, refs) in [(1, [1, 2]), (2, [2, 3]), (3, [2, 4]), (4, [2, 5])] {
        world.way(way, &refs, &[("highway", "residential")]);
    }
    world
}

fn restriction(world: &mut World, tags: &str, from: i64, via: &str, to: i64) {
    let member = |role: &str, way: i64| format!("<member type=\"way\" ref=\"{way}\" role=\"{role}\"/>");
    let (from, to) = (member("from", from), member("to", to));
    world.raw(&format!("<relation id=\"77\">{from}{via}{to}<tag k=\"type\" v=\"restriction\"/>{tags}</relation>"));
}

fn tag(key: &str, value: &str) -> String {
    format!("<tag k=\"{key}\" v=\"{value}\"/>")
}

const VIA_2: &str = "<member type=\"node\" ref=\"2\" role=\"via\"/>";

#[test]
fn a_one_way_block_is_driven_round() {
    for tags in [[("oneway", "yes")], [("junction", "roundabout")]] {
        // the station stands at the second corner, one block behind the first
        let mut world = town(10, 0);
        world.node(1, 0, 0, &[]).node(2, 10, 0, &[]).node(3, 10, 10, &[]).node(4, 0, 10, &[]);
        world.way(1, &[1, 2, 3, 4, 1], &[tags[0], ("highway", "residential")]);
        assert_eq!(costs(&world, &plan(), &[(0, 0), (10, 10)]), [Some(NORTH + EAST + NORTH), Some(NORTH)], "{tags:?}");
        let both_ways = plan() + "[profiles.ambulance.drive]\noneway = false\n";
        assert_eq!(costs(&world, &both_ways, &[(0, 0)]), [Some(EAST)]);
    }
}

#[test]
fn a_station_in_the_middle_of_a_one_way_edge() {
    let mut world = town(5, 0);
    world.node(1, 0, 0, &[]).node(2, 10, 0, &[]).node(3, 10, 10, &[]).node(4, 0, 10, &[]);
    world.way(1, &[1, 2, 3, 4, 1], &[("oneway", "yes"), ("highway", "residential")]);
    let round = NORTH + EAST + NORTH;
    let expected = [EAST / 2 + round, EAST * 3 / 10, EAST / 2 + round + EAST / 5];
    for (ours, expected) in costs(&world, &plan(), &[(0, 0), (8, 0), (2, 0)]).into_iter().zip(expected) {
        assert!(ours.unwrap().abs_diff(expected) <= 2, "{ours:?} {expected}");
    }
}

#[test]
fn a_dual_carriageway_is_crossed_where_it_can_be() {
    // westwards above, eastwards below, joined at both ends; the station stands on the lower one, the scene right above it
    let mut world = town(10, 0);
    world.node(1, 0, 0, &[]).node(2, 10, 0, &[]).node(3, 20, 0, &[]).node(4, 20, 10, &[]).node(5, 10, 10, &[]).node(6, 0, 10, &[]);
    world.way(1, &[1, 2, 3], &[("highway", "residential"), ("oneway", "yes")]);
    world.way(2, &[6, 5, 4], &[("highway", "residential"), ("oneway", "-1")]);
    world.way(3, &[1, 6], &[("highway", "residential")]).way(4, &[3, 4], &[("highway", "residential")]);
    assert_eq!(costs(&world, &plan(), &[(10, 10)]), [Some(EAST + NORTH + EAST)]);
}

#[test]
fn a_banned_left_turn_is_driven_round() {
    let mut world = crossroads();
    assert_eq!(costs(&world, &plan(), &[(10, 10)]), [Some(EAST + NORTH)]);
    restriction(&mut world, &tag("restriction", "no_left_turn"), 1, VIA_2, 3);
    // to the southern end, back, and straight on
    assert_eq!(costs(&world, &plan(), &[(10, 10), (10, -10), (20, 0)]), [Some(EAST + 3 * NORTH), Some(EAST + NORTH), Some(2 * EAST)]);
    let free = plan() + "[profiles.ambulance.drive]\nturn_restrictions = false\n";
    assert_eq!(costs(&world, &free, &[(10, 10)]), [Some(EAST + NORTH)]);
}

#[test]
fn restrictions_say_for_whom_they_are() {
    let turned = |tags: &str| {
        let mut world = crossroads();
        restriction(&mut world, tags, 1, VIA_2, 3);
        match costs(&world, &plan(), &[(10, 10)])[0] {
            Some(cost) if cost == EAST + 3 * NORTH => true,
            Some(cost) if cost == EAST + NORTH => false,
            other => panic!("{other:?}"),
        }
    };
    assert!(!turned(&(tag("restriction", "no_left_turn") + &tag("except", "psv;emergency"))));
    assert!(turned(&(tag("restriction", "no_left_turn") + &tag("except", "psv;bicycle"))));
    assert!(turned(&tag("restriction:motor_vehicle", "no_left_turn")));
    assert!(!turned(&tag("restriction:hgv", "no_left_turn")));
    assert!(!turned(&tag("restriction:conditional", "no_left_turn @ (07:00-09:00)")));
}

#[test]
fn only_straight_on_leaves_no_other_way() {
    let mut world = crossroads();
    restriction(&mut world, &tag("restriction", "only_straight_on"), 1, VIA_2, 2);
    // on to the eastern end and back
    let back = 3 * EAST + NORTH;
    assert_eq!(costs(&world, &plan(), &[(20, 0), (10, 10), (10, -10)]), [Some(2 * EAST), Some(back), Some(back)]);
}

#[test]
fn a_restriction_over_a_via_way() {
    // 1 ─ 2 ─ 3 ─ 4 (north of 3); the detour 2 ─ 5 ─ 6 ─ 3 runs south
    let mut world = town(0, 0);
    world.node(1, 0, 0, &[]).node(2, 10, 0, &[]).node(3, 20, 0, &[]).node(4, 20, 10, &[]).node(5, 10, -10, &[]).node(6, 20, -10, &[]);
    let street = [("highway", "residential")];
    world.way(1, &[1, 2], &street).way(2, &[2, 3], &street).way(3, &[3, 4], &street).way(4, &[2, 5, 6, 3], &street);
    let places = [(20, 10), (20, 0), (20, -10)];
    assert_eq!(costs(&world, &plan(), &places), [Some(2 * EAST + NORTH), Some(2 * EAST), Some(2 * EAST + NORTH)]);
    restriction(&mut world, &tag("restriction", "no_left_turn"), 1, "<member type=\"way\" ref=\"2\" role=\"via\"/>", 3);
    assert_eq!(costs(&world, &plan(), &places), [Some(2 * EAST + 3 * NORTH), Some(2 * EAST), Some(2 * EAST + NORTH)]);
}

#[test]
fn barriers_at_nodes() {
    let street = |tags: &[(&str, &str)]| {
        let mut world = town(0, 0);
        world.node(1, 0, 0, &[]).node(2, 10, 0, tags).node(3, 20, 0, &[]).way(1, &[1, 2, 3], &[("highway", "residential")]);
        world
    };
    let through = |tags: &[(&str, &str)]| costs(&street(tags), &plan(), &[(10, 0), (20, 0)]);
    assert_eq!(through(&[("barrier", "bollard")]), [Some(EAST), None]);
    assert_eq!(through(&[("barrier", "bollard"), ("emergency", "yes")]), [Some(EAST), Some(2 * EAST)]);
    assert_eq!(through(&[("barrier", "gate"), ("access", "private")]), [Some(EAST), Some(2 * EAST)]);
    assert_eq!(through(&[("barrier", "gate"), ("emergency", "no")]), [Some(EAST), None]);
    let shut = street(&[("barrier", "block")]).load(&plan(), &[("people.csv", "lon,lat,people\n9,0,1\n")]);
    assert!(only(&shut.findings, "barriers_shut_roads").detail.starts_with("1 barriers"));
    // half of it on either side
    let waiting = plan() + "[profiles.ambulance.drive]\ngate_delay_s = 10\n";
    assert_eq!(costs(&street(&[("barrier", "lift_gate")]), &waiting, &[(20, 0)]), [Some(2 * EAST + 10_000)]);
}

#[test]
fn peak_against_free() {
    let world = crossroads();
    let peak = plan() + "[profiles.ambulance.drive]\nspeed_factor = 0.5\n";
    // 222,638 mm at 2.777… m/s: 80,150 ms, rounded edge by edge
    assert_eq!(costs(&world, &plan(), &[(20, 0)]), [Some(2 * EAST)]);
    assert_eq!(costs(&world, &peak, &[(20, 0)]), [Some(2 * 40_075)]);
}

#[test]
fn turns_at_junctions_cost_what_the_plan_says() {
    let slow = plan() + "[profiles.ambulance.drive]\nturn_delay_s = 6\n";
    assert_eq!(costs(&crossroads(), &slow, &[(20, 0), (10, 10)]), [Some(2 * EAST), Some(EAST + NORTH + 6_000)]);
}

#[test]
fn a_broken_restriction_is_told() {
    let mut world = crossroads();
    restriction(&mut world, &tag("restriction", "no_left_turn"), 1, "<member type=\"node\" ref=\"3\" role=\"via\"/>", 3);
    let inputs = world.load(&plan(), &[("people.csv", "lon,lat,people\n9,0,1\n")]);
    assert_eq!(only(&inputs.findings, "restriction_not_used").id, "relation 77");
}

#[test]
fn copies_of_a_road_are_one_road() {
    // a left turn is banned, so that both directions of all four streets are roads of their own
    let mut world = crossroads();
    restriction(&mut world, &tag("restriction", "no_left_turn"), 1, VIA_2, 3);
    let audited = plan().replace("30min", "70s") + "[outputs]\naudit = true\n[ground]\nmask = [\"zone\"]\n";
    let done = world.run(&audited, &[("people.csv", "lon,lat,people\n9,0,1\n")]);
    let audit = &done.audits[0].audit;
    assert!(audit.points > 1000 && audit.reached > 100, "{audit:?}");
    assert_eq!(audit.offenders, []);
    assert!(audit.road_mm.abs_diff(2 * (111_319 + 110_574)) <= 4, "{audit:?}");
}

#[test]
fn one_foreign_member_does_not_undo_a_restriction() {
    let mut world = crossroads();
    // way 9 is a footpath; the ban from way 1 stands
    world.node(9, 0, -10, &[]).way(9, &[9, 2], &[("highway", "footway")]);
    world.raw(
        "<relation id=\"77\"><member type=\"way\" ref=\"9\" role=\"from\"/><member type=\"way\" ref=\"1\" role=\"from\"/>\
         <member type=\"node\" ref=\"2\" role=\"via\"/><member type=\"way\" ref=\"3\" role=\"to\"/>\
         <tag k=\"type\" v=\"restriction\"/><tag k=\"restriction\" v=\"no_entry\"/></relation>",
    );
    assert_eq!(costs(&world, &plan(), &[(10, 10)]), [Some(EAST + 3 * NORTH)]);
}
