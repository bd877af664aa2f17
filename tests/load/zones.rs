//! Zones of an extract.

use catchment::geo::Area;

use super::world::{PLAN, World, of_kind};

#[test]
fn a_boundary_that_does_not_close_is_listed_and_left_out() {
    let mut world = World::street(5);
    // three sides of a square, as where an extract cuts a neighbour off
    world.node(71, 60, 0, &[]).node(72, 80, 0, &[]).node(73, 80, 20, &[]).node(74, 60, 20, &[]);
    world.way(70, &[71, 72, 73, 74], &[]);
    let tags = [("type", "boundary"), ("boundary", "administrative"), ("admin_level", "8"), ("name", "Neighbour")];
    world.relation(7, &[70], &tags).relation(8, &[70, 999], &tags);
    let inputs = world.load(PLAN, &[]);
    assert_eq!(inputs.zones.iter().map(|z| (z.id.as_str(), z.name.as_str())).collect::<Vec<_>>(), [("1", "Town")]);
    let broken = of_kind(&inputs.findings, "broken_boundary");
    assert_eq!(broken.iter().map(|i| i.id.as_str()).collect::<Vec<_>>(), ["relation/7", "relation/8"]);
    assert!(broken[0].detail.starts_with("Neighbour: ") && broken[0].detail.contains("does not close"), "{}", broken[0].detail);
    assert!(broken[1].detail.contains("999"), "{}", broken[1].detail);
}

#[test]
fn other_levels_and_other_boundaries_are_no_zones() {
    let mut world = World::street(5);
    world.rectangle(80, [0, 0, 5, 5], &[]).rectangle(81, [5, 5, 9, 9], &[]);
    world.relation(2, &[80], &[("type", "boundary"), ("boundary", "administrative"), ("admin_level", "6")]);
    world.relation(3, &[81], &[("type", "boundary"), ("boundary", "postal_code"), ("admin_level", "8")]);
    assert_eq!(world.load(PLAN, &[]).zones.len(), 1);
}

#[test]
fn a_level_that_no_boundary_has_is_an_error_that_says_what_to_try() {
    let error = World::street(5).try_load(&PLAN.replace("admin_level = 8", "admin_level = 9"), &[]).unwrap_err().to_string();
    assert!(error.contains("world.osm") && error.contains("admin_level=9") && error.contains("try another"), "{error}");
}

#[test]
fn rings_in_parts_of_any_direction_and_a_hole() {
    let mut world = World::street(5);
    // a square of 0.01° in two halves, the second drawn backwards, with a hole of 0.002°
    world.node(91, 200, 0, &[]).node(92, 300, 0, &[]).node(93, 300, 100, &[]).node(94, 200, 100, &[]);
    world.way(90, &[91, 92, 93], &[]).way(91, &[91, 94, 93], &[]).rectangle(95, [240, 40, 260, 60], &[]);
    let relation = "<relation id=\"9\"><member type=\"way\" ref=\"95\" role=\"inner\"/><member type=\"way\" ref=\"91\" role=\"\"/>\
        <member type=\"way\" ref=\"90\" role=\"outer\"/><tag k=\"type\" v=\"boundary\"/><tag k=\"boundary\" v=\"administrative\"/>\
        <tag k=\"admin_level\" v=\"8\"/></relation>\n";
    world.raw(relation);
    let inputs = world.load(PLAN, &[]);
    let zone = &inputs.zones[1];
    assert_eq!((zone.id.as_str(), zone.name.as_str()), ("9", "zone 9"));
    // 1,113.19 m × 1,105.74 m less 222.64 m × 221.15 m, in UTM (scale 0.9996 at the meridian, squared)
    let expected = (1113.19 * 1105.74 - 222.64 * 221.15) * 0.9996 * 0.9996;
    assert!((zone.area.unsigned_area() / expected - 1.0).abs() < 1e-3, "{}", zone.area.unsigned_area());
}

#[test]
fn zones_come_by_number() {
    let mut world = World::street(5);
    world.town(10, 100, 120, &[("name", "Ten")]).town(9, 120, 140, &[("name", "Nine")]);
    let ids: Vec<String> = world.load(PLAN, &[]).zones.into_iter().map(|z| z.id).collect();
    assert_eq!(ids, ["1", "9", "10"]);
}
