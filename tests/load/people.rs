//! Totals of zones and the ground that they are spread over.

use catchment::People;

use super::world::{PLAN, World, of_kind, only};

#[test]
fn a_sum_of_several_places_says_that_it_is_one() {
    let mut world = World::street(10);
    world.node(500, 0, 5, &[("place", "town"), ("name", "Mellieħa"), ("population", "10,087")]);
    world.node(501, 50, 5, &[("place", "village"), ("name", "Manikata"), ("population", "539")]);
    // neither a hamlet nor a place elsewhere counts
    world.node(502, 60, 5, &[("place", "hamlet"), ("population", "7")]);
    world.node(503, 900, 5, &[("place", "town"), ("population", "9")]);
    let inputs = world.load(PLAN, &[]);
    assert_eq!(inputs.zones[0].people, Some(People::persons(10_626)));
    let finding = only(&inputs.findings, "total_of_several_places");
    assert_eq!(finding.id, "1");
    assert!(finding.detail.contains("Mellieħa 10087, Manikata 539"), "{}", finding.detail);
    assert_eq!(inputs.demand.total(), People::persons(10_626), "spread exactly");
}

#[test]
fn the_boundary_s_own_population_comes_first() {
    let mut world = World::default();
    world.node(1, 0, 0, &[("amenity", "clinic")]).node(2, 10, 0, &[]).way(1, &[1, 2], &[("highway", "path")]);
    world.town(1, -10, 50, &[("name", "Own"), ("population", "123")]).town(2, 50, 100, &[("name", "Bad"), ("population", "many")]);
    world.node(500, 0, 5, &[("place", "town"), ("population", "999")]);
    world.node(501, 60, 5, &[("place", "city"), ("population", "77")]);
    let inputs = world.load(PLAN, &[]);
    assert_eq!(inputs.zones.iter().map(|z| z.people).collect::<Vec<_>>(), [123, 77].map(|n| Some(People::persons(n))));
    let bad = only(&inputs.findings, "bad_number");
    assert!(bad.id == "2" && bad.detail.contains("`many`"), "{bad:?}");
    assert!(of_kind(&inputs.findings, "total_of_several_places").is_empty());
}

#[test]
fn a_zone_without_a_total_is_unknown() {
    let mut world = World::street(10);
    world.town(2, 100, 200, &[("name", "Silent"), ("population", "5")]);
    let inputs = world.load(PLAN, &[]);
    assert_eq!(inputs.zones.iter().map(|z| z.people).collect::<Vec<_>>(), [None, Some(People::persons(5))]);
    assert_eq!(only(&inputs.findings, "zones_unknown").severity, catchment::Severity::Error);
}

#[test]
fn a_sliver_of_residential_land_is_passed_over_for_buildings() {
    // less than a kilometre of streets, and one building, tell nothing of where people live
    let mut world = World::street(8);
    world.node(500, 0, 5, &[("place", "town"), ("population", "1000")]);
    // 4 units² of residential land, 100 units² of buildings: under a tenth
    world.rectangle(60, [0, 0, 2, 2], &[("landuse", "residential")]);
    world.rectangle(61, [20, -5, 30, 5], &[("building", "yes")]);
    world.rectangle(62, [100, -5, 110, 5], &[("building", "no")]);
    let inputs = world.load(PLAN, &[]);
    let finding = only(&inputs.findings, "surface_passed_over");
    assert!(finding.detail.contains("residential covers only") && finding.detail.contains("spread over building"), "{}", finding.detail);
    // 2 × 11.1319 m × 2 × 11.0574 m
    assert!(finding.detail.contains("492 m²"), "{}", finding.detail);
    assert_eq!(inputs.spread[0].surface, "building");
    let (west, east) = inputs.demand.locations.iter().fold((f64::MAX, f64::MIN), |(w, e), c| (w.min(c.x), e.max(c.x)));
    let mut ends = [(west, 0.0), (east, 0.0)].map(|(x, y)| catchment::geo::Coord { x, y });
    inputs.projector.inverse(&mut ends).unwrap();
    assert!(ends[0].x > 9.0020 && ends[1].x < 9.0030, "all people live in the building: {ends:?}");
    // four times the land: used
    world.rectangle(63, [50, 0, 54, 4], &[("landuse", "residential")]);
    let inputs = world.load(PLAN, &[]);
    assert!(of_kind(&inputs.findings, "surface_passed_over").is_empty());
    assert_eq!(inputs.spread[0].surface, "residential");
}

#[test]
fn totals_of_a_table_by_id_or_name_with_groups() {
    let mut world = World::street(10);
    world.town(2, 100, 200, &[("name", "East")]);
    let plan = PLAN.replace("method = \"spread\"", "method = \"spread\"\ntotals = \"totals.csv\"\ngroups = [\"children\"]");
    let table = "zone_name,people,children,note\nTown,100,30,a\nEast,7.5,2,b\nNowhere,1,1,c\nTown,200,60,d\nEast,x,1,e\n";
    let inputs = world.load(&plan, &[("totals.csv", table)]);
    assert_eq!(inputs.zones.iter().map(|z| z.people.unwrap().as_f64()).collect::<Vec<_>>(), [200.0, 7.5]);
    assert_eq!(inputs.demand.groups.iter().map(|g| g.name.as_str()).collect::<Vec<_>>(), ["children"], "only what the plan names");
    let kinds = ["unmatched_rows", "total_twice", "bad_number"].map(|kind| of_kind(&inputs.findings, kind).len());
    assert_eq!(kinds, [1, 1, 1]);
    assert_eq!(inputs.demand.total(), People::persons(200) + People::from_f64(7.5).unwrap());
}
