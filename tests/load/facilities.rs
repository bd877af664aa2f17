//! Facilities: what is one, what is two, and what cannot be used.

use catchment::Facility;

use super::world::{PLAN, World, of_kind, only};

const CLINIC: (&str, &str) = ("amenity", "clinic");

fn facilities(world: &World) -> (Vec<Facility>, Vec<catchment::Finding>) {
    let mut inputs = world.load(PLAN, &[]);
    (inputs.facilities.remove("clinics").unwrap(), inputs.findings)
}

#[test]
fn two_records_of_one_name_within_150_m_are_one_facility() {
    let mut world = World::bare_street(40);
    // 133.6 m apart (0.0012°), and a namesake 166.9 m farther (0.0015°): too far
    world.node(500, 0, 1, &[CLINIC, ("name", "Health Centre")]);
    world.node(501, 12, 1, &[CLINIC, ("name", "health centre ")]);
    world.node(502, 27, 1, &[CLINIC, ("name", "Health Centre")]);
    let (found, findings) = facilities(&world);
    let shown: Vec<_> = found.iter().map(|f| (f.id.as_str(), f.twins.clone())).collect();
    assert_eq!(shown, [("node/500", vec!["node/501".to_owned()]), ("node/502", vec![])]);
    let finding = only(&findings, "twin_merged");
    assert_eq!(finding.id, "node/501");
    assert!(finding.detail.contains("node/500") && finding.detail.contains("134 m"), "{}", finding.detail);
}

#[test]
fn the_distance_is_the_plan_s() {
    let mut world = World::bare_street(40);
    world.node(500, 0, 1, &[CLINIC, ("name", "A")]).node(501, 12, 1, &[CLINIC, ("name", "A")]);
    let near = PLAN.replace("osm = [", "merge_within_m = 130\nosm = [");
    assert_eq!(world.load(&near, &[]).facilities["clinics"].len(), 2);
    let wide = PLAN.replace("osm = [", "merge_within_m = 140\nosm = [");
    assert_eq!(world.load(&wide, &[]).facilities["clinics"].len(), 1);
}

#[test]
fn a_node_inside_an_outline_of_its_name_is_merged_however_large() {
    let mut world = World::bare_street(60);
    // a hospital ground of 556 m × 553 m; the node lies 300 m from its centre, farther than 150 m
    world.rectangle(60, [0, 0, 50, 50], &[CLINIC, ("name", "Big Clinic"), ("building", "yes")]);
    world.node(500, 2, 25, &[CLINIC, ("name", "Big Clinic")]);
    world.node(501, 48, 25, &[CLINIC, ("name", "Other Clinic")]);
    let (found, findings) = facilities(&world);
    let shown: Vec<_> = found.iter().map(|f| (f.id.as_str(), f.twins.clone())).collect();
    assert_eq!(shown, [("node/500", vec!["way/60".to_owned()]), ("node/501", vec![])]);
    assert_eq!(only(&findings, "twin_merged").id, "way/60");
}

#[test]
fn facilities_without_a_name_are_never_one() {
    let mut world = World::bare_street(40);
    world.node(500, 0, 1, &[CLINIC]).node(501, 1, 1, &[CLINIC]);
    let (found, findings) = facilities(&world);
    assert_eq!((found.len(), of_kind(&findings, "twin_merged").len()), (2, 0));
}

#[test]
fn areas_are_a_point_that_lies_inside() {
    let mut world = World::bare_street(60);
    // a U: its centroid lies in the court, outside
    for (id, (x, y)) in (600..).zip([(0, 0), (30, 0), (30, 30), (28, 30), (28, 2), (2, 2), (2, 30), (0, 30)]) {
        world.node(id, x, y, &[]);
    }
    world.way(60, &[600, 601, 602, 603, 604, 605, 606, 607, 600], &[CLINIC]);
    // a ring that the file breaks off
    world.way(61, &[600, 601, 602], &[CLINIC, ("name", "Broken")]);
    let (found, findings) = facilities(&world);
    assert_eq!(found.len(), 1);
    let mut at = [found[0].location];
    world.load(PLAN, &[]).projector.inverse(&mut at).unwrap();
    let (x, y) = ((at[0].x - 9.0) * 1e4, at[0].y * 1e4);
    let inside = (0.0..=30.0).contains(&x) && (0.0..=30.0).contains(&y) && !((2.0..=28.0).contains(&x) && y > 2.0);
    assert!(inside, "{x} {y}");
    let broken = only(&findings, "broken_area");
    assert!(broken.id == "way/61" && broken.detail.starts_with("Broken: "), "{}", broken.detail);
}

#[test]
fn other_names_at_one_spot_are_kept_and_put_up_for_review() {
    let mut world = World::bare_street(40);
    world.node(500, 0, 0, &[CLINIC, ("name", "Polyclinic")]).node(501, 1, 0, &[CLINIC, ("name", "Health centre")]);
    let done = world.run(PLAN, &[]);
    assert_eq!(done.inputs.facilities["clinics"].len(), 2);
    let finding = only(&done.reports[0].findings, "same_spot");
    assert!(
        finding.detail.contains("Polyclinic") && finding.detail.contains("Health centre") && finding.detail.contains("11.1 m"),
        "{finding:?}"
    );
}

#[test]
fn rows_of_a_table_that_cannot_be_used_are_issues() {
    let world = World::bare_street(40);
    let plan = PLAN.replace("source = \"world.osm\"\nosm = [\"amenity=clinic\"]", "source = \"clinics.csv\"");
    let table = "id,name,lon,lat\n1,Good,9.001,0\n2,Words,east,0\n3,Swapped,0,100\n4,Empty,,\n1,Again,9.003,0\n,No id,9.002,0\n";
    let inputs = world.load(&plan, &[("clinics.csv", table)]);
    let ids: Vec<&str> = inputs.facilities["clinics"].iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids, ["1", "1#2", "line 7"]);
    let rows = |kind: &str| of_kind(&inputs.findings, kind).iter().map(|i| i.id.clone()).collect::<Vec<_>>();
    assert_eq!(
        (rows("bad_number"), rows("bad_place"), rows("repeated_id")),
        (vec!["3".into(), "5".into(), "5".into()], vec!["4".into()], vec!["1#2".into()])
    );
    assert!(only(&inputs.findings, "bad_place").detail.contains("swapped?"));
}

#[test]
fn an_empty_set_is_an_error_that_names_it() {
    let error = World::bare_street(5).try_load(PLAN, &[]).unwrap_err().to_string();
    assert!(error.contains("world.osm") && error.contains("`clinics`"), "{error}");
}
