//! Small towns: blocks, a river, an island, a cul-de-sac, a farm without a road.

use catchment::*;

use crate::common::*;

/// Streets of 5 × 5 crossings, 100 m apart, the first at the origin.
fn blocks() -> Scene {
    let mut scene = Scene::new("200m");
    for i in 0..5 {
        let line: Vec<f64> = (0..5).map(|j| 100.0 * f64::from(j)).collect();
        let here = 100.0 * f64::from(i);
        scene = scene.street(&line.iter().map(|&v| (v, here)).collect::<Vec<_>>());
        scene = scene.street(&line.iter().map(|&v| (here, v)).collect::<Vec<_>>());
    }
    scene
}

fn crossings() -> Vec<(f64, f64)> {
    (0..25).map(|i| (100.0 * f64::from(i % 5), 100.0 * f64::from(i / 5))).collect()
}

#[test]
fn two_blocks_from_the_middle_of_a_street_grid() {
    let scene = blocks().clinics(&[(200.0, 200.0)]).people(&crossings());
    // the diamond |dx| + |dy| ≤ 2 blocks; highest bit first, so row by row from the north
    let diamond = 0b00100_01110_11111_01110_00100;
    let everybody = (1 << 25) - 1;
    assert_eq!(scene.sums(), [diamond, everybody - diamond, 0, 0]);
    // a millimetre less: only |dx| + |dy| ≤ 1
    let cross = 0b00000_00100_01110_00100_00000;
    assert_eq!(scene.limit("199.999m").sums(), [cross, everybody - cross, 0, 0]);
}

#[test]
fn two_clinics_at_the_corners_of_a_street_grid() {
    // two blocks from the south-western corner, and from the north-eastern
    let scene = blocks().clinics(&[(0.0, 0.0), (400.0, 400.0)]).people(&crossings());
    let covered = 0b11100_11000_10001_00011_00111;
    assert_eq!(scene.sums()[0], covered);
    // 4 blocks: everybody; the diagonal is tied, and goes to the first
    let report = scene.limit("400m").analyse();
    let second = 0b11110_11100_11000_10000_00000;
    assert_eq!(report.facilities.iter().map(|f| whole(f.people_nearest)).collect::<Vec<_>>(), [(1 << 25) - 1 - second, second]);
}

#[test]
fn a_river_with_one_bridge() {
    // banks 100 m apart, the bridge at x = 200; the clinic on the southern bank at x = 0.
    // over the bridge to (x, 100): 200 + 100 + |x − 200|
    let bank = |y: f64| [(-300.0, y), (0.0, y), (200.0, y), (500.0, y)];
    let scene = Scene::new("500m").street(&bank(0.0)).street(&bank(100.0)).street(&[(200.0, 0.0), (200.0, 100.0)]);
    let scene = scene.clinics(&[(0.0, 0.0)]).people(&[(0.0, 100.0), (-0.001, 100.0), (400.0, 100.0), (500.0, 0.0), (200.0, 50.0)]);
    assert_eq!(scene.costs(), [Some(500_000), Some(500_001), Some(500_000), Some(500_000), Some(250_000)]);
    // all but 2, who sees the clinic across the water
    assert_eq!(scene.sums(), [29, 2, 0, 0]);
    // the comparison by a straight line would count all five: 100, 100, √(400² + 100²) = 412, 500 and 206 m;
    // with the detour of 1.25 it reaches 400 m: 1 + 2 + 16
    let total = scene.analyse().coverage.total;
    assert_eq!((whole(total.straight_line), whole(total.straight_line_detour)), (31, 19));
}

#[test]
fn an_island_of_roads_is_used_where_nothing_else_is_near() {
    // a piece of two nodes where three are asked for; person 1 on it, 2 between it and the main street
    let scene = Scene::new("300m").street(&[(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)]).street(&[(0.0, 100.0), (100.0, 100.0)]);
    let mut scene = scene.clinics(&[(0.0, 0.0)]).people(&[(50.0, 100.0), (50.0, 49.0)]);
    scene.link.min_component = 3;
    // 2: a leg of 49 m to the main street, though the island is 51 m away; 1: only the island within 50 m, from which no clinic can be reached
    assert_eq!(scene.costs(), [None, Some(99_000)]);
    assert_eq!(scene.sums(), [2, 0, 1, 0]);
    assert!(kinds(&scene.analyse()).contains(&"people_unreachable"));
    // nearer to the island (45 m) but within 55 m of the main street, with a snap limit of 60 m: tied to the main street
    scene.link.snap_m = 60.0;
    scene.demand.locations[1] = at(50.0, 55.0);
    assert_eq!(scene.costs(), [None, Some(105_000)]);
    // where two nodes are enough, the same people have a road from which no clinic can be reached
    scene.link.min_component = 2;
    assert_eq!(scene.sums(), [0, 0, 3, 0]);
    let report = scene.analyse();
    assert_eq!((kinds(&report).contains(&"people_unreachable"), report.gaps.gaps.len()), (true, 0));
}

#[test]
fn a_clinic_on_an_island_of_roads_serves_the_island() {
    let scene = Scene::new("100m").street(&[(0.0, 0.0), (100.0, 0.0)]).street(&[(0.0, 500.0), (100.0, 500.0)]);
    let scene = scene.clinics(&[(0.0, 500.0)]).people(&[(0.0, 0.0), (100.0, 500.0)]);
    assert_eq!(scene.sums(), [2, 0, 1, 0]);
    let report = scene.analyse();
    // two of four nodes
    assert_eq!(report.facilities[0].network_share, Some(0.5));
    assert!(!kinds(&report).contains(&"facility_in_small_component"));
}

#[test]
fn an_island_with_a_clinic_is_used_by_those_beside_it() {
    // pieces of two nodes where three are asked for: a main street of three nodes, a street of 200 m that nothing connects, 40 m north of it
    let scene = Scene::new("150m").street(&[(0.0, 0.0), (200.0, 0.0), (400.0, 0.0)]).street(&[(0.0, 40.0), (200.0, 40.0)]);
    let people = [(100.0, 40.0), (100.0, 30.0), (100.0, 10.0), (200.0, 45.0), (300.0, 0.0)];
    let mut scene = scene.clinics(&[(0.0, 40.0)]).people(&people);
    scene.link.min_component = 3;
    // 1 and 2 along the island: 100 m, 10 + 100; 4 likewise, 5 + 200; 3 and 5, nearer to the main street or on it, by it and the clinic's leg
    // of 40 m: 10 + 100 + 40, 300 + 40; without the island 1 would walk 40 + 100 + 40
    assert_eq!(scene.costs(), [Some(100_000), Some(110_000), Some(150_000), Some(205_000), Some(340_000)]);
    let report = scene.analyse();
    let finding = report.findings.iter().find(|finding| finding.kind == "small_island").unwrap();
    assert_eq!((finding.severity, finding.people, finding.facilities), (Severity::Warning, Some(People::persons(1 + 2 + 8)), 1));
    // a clinic on the main street alone: nobody uses the island
    let mut other = scene.clone();
    other.facilities[0].location = at(0.0, 0.0);
    assert_eq!(other.costs(), [Some(140_000), Some(130_000), Some(110_000), Some(245_000), Some(300_000)]);
    assert!(!kinds(&other.analyse()).contains(&"small_island"));
}

#[test]
fn a_cul_de_sac_of_one_block() {
    // main street, 100 m to the turning, 100 m up; its end lies 30 m from a back street with a clinic that no path leads to
    let scene = Scene::new("200m").street(&[(0.0, 0.0), (100.0, 0.0), (100.0, 100.0)]).street(&[(0.0, 130.0), (200.0, 130.0)]);
    let scene = scene.clinics(&[(0.0, 0.0), (100.0, 130.0)]).people(&[(100.0, 100.0), (100.0, 100.001), (100.0, 50.0)]);
    let report = scene.analyse();
    // the second stands 1 mm past the end
    assert_eq!(costs(&report), [Some(200_000), Some(200_001), Some(150_000)]);
    assert_eq!(report.assessments[0].label.facility, FacilityId(0));
    assert_eq!(scene.sums(), [5, 2, 0, 0]);
}

#[test]
fn a_person_without_a_road_within_the_snap_limit() {
    // 50 m is near enough, 50.001 m is not
    let scene = Scene::new("200m").street(&[(0.0, 0.0), (200.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    let scene = scene.people(&[(100.0, 50.0), (100.0, 50.001), (100.0, 5000.0), (240.0, 30.0), (-240.0, 30.0)]);
    // 100 + 50; none; none; past the end: 200 + √(40² + 30²) = 250 m; 242 m from the end: none
    assert_eq!(scene.costs(), [Some(150_000), None, None, Some(250_000), None]);
    assert_eq!(scene.sums(), [1, 8, 0, 22]);
    assert!(kinds(&scene.analyse()).contains(&"people_too_far"));
}

#[test]
fn a_clinic_without_a_road_serves_nobody_and_is_named() {
    let scene = Scene::new("200m").street(&[(0.0, 0.0), (200.0, 0.0)]).clinics(&[(100.0, 50.001), (150.0, 0.0)]).people(&[(100.0, 50.0)]);
    let report = scene.analyse();
    assert_eq!((report.facilities[0].status, report.facilities[0].leg_m), (LinkStatus::TooFar, None));
    assert_eq!(whole(report.facilities[0].people_within_limit), 0);
    assert!(report.findings.iter().any(|i| i.kind == "facility_too_far" && i.id == "c0"));
    // the other one: 50 m of road and 50 m of leg
    assert_eq!(costs(&report), [Some(100_000)]);
}

#[test]
fn coordinates_far_from_the_origin() {
    // the same millimetres at eastings and northings of thousands of kilometres
    let (e, n) = (631_742.976, 3_444_212.295);
    let scene = Scene::new("100m").street(&[(e, n), (e + 200.0, n)]).clinics(&[(e, n)]);
    assert_eq!(scene.people(&[(e + 100.0, n), (e + 100.001, n)]).costs(), [Some(100_000), Some(100_001)]);
}
