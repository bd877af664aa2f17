//! Projects in the order of building: a street of one kilometre, 2^k people at 100·k m, 1 m/s.

use catchment::*;

use crate::common::{Scene, at, rect, whole};

fn street() -> Scene {
    let corners: Vec<(f64, f64)> = (0..=10).map(|k| (100.0 * f64::from(k), 0.0)).collect();
    let mut scene = Scene::new("250s").street(&corners).zone("town", rect(-50.0, -50.0, 1050.0, 50.0)).clinics(&[(0.0, 0.0)]);
    for k in 0..=10u32 {
        scene.point(100.0 * f64::from(k), 0.0, Some(ZoneId(0)), People::persons(1 << k));
    }
    scene
}

fn built(scene: &Scene, projects: &[Project]) -> Vec<[u64; 3]> {
    let effects = scene.ask(|study, service| build_in_order(study, service, projects, &NoProgress).unwrap());
    effects.iter().map(|own| [whole(own.gained), whole(own.lost), whole(own.covered)]).collect()
}

#[test]
fn each_step_counts_from_the_one_before() {
    let opens = |x: f64| Project { opens: vec![at(x, 0.0)], closes: Vec::new() };
    let projects = [
        // the clinic at 0 has 1 + 2 + 4 people within 250 m; one at 1000 m brings 256 + 512 + 1024
        opens(1000.0),
        // one beside it brings the 128 at 700 m
        opens(900.0),
        // the old clinic moves to 500 m: 8 + 16 + 32 + 64 are new, 1 + 2 + 4 are left behind
        Project { opens: vec![at(500.0, 0.0)], closes: vec![FacilityId(0)] },
        // the first new one closes, whose people the second has too but for none
        Project { opens: Vec::new(), closes: vec![FacilityId(1)] },
        // and nothing is tied to a road half a kilometre off
        Project { opens: vec![at(500.0, 500.0)], closes: Vec::new() },
    ];
    let steps = built(&street(), &projects);
    assert_eq!(steps, [[1792, 0, 1799], [128, 0, 1927], [120, 7, 2040], [0, 0, 2040], [0, 0, 2040]]);
    let last = street().ask(|study, service| build_in_order(study, service, &projects, &NoProgress).unwrap());
    assert_eq!(last[4].links, [LinkStatus::TooFar]);
    // the same as a study of what stands in the end
    let end = street().clinics(&[(900.0, 0.0), (500.0, 0.0)]);
    let report = Scene { facilities: end.facilities[1..].to_vec(), ..end }.analyse();
    assert_eq!(whole(report.coverage.total.people.unwrap().covered), 2040);
}

#[test]
fn who_is_served_in_another_place_is_not_lost() {
    // from 0 to 100 m: those at 0, 100 and 200 m keep it, those at 300 m get it
    let moved = Project { opens: vec![at(100.0, 0.0)], closes: vec![FacilityId(0)] };
    assert_eq!(built(&street(), &[moved]), [[8, 0, 15]]);
}

#[test]
fn what_passes_before_the_drive_counts_for_new_stations_too() {
    let scene = Scene { pre_travel: Cost(200_000), direction: Direction::FromFacility, ..street() };
    // 50 m are left: only those at the very place
    let opens = Project { opens: vec![at(1000.0, 0.0)], closes: Vec::new() };
    assert_eq!(built(&scene, &[opens]), [[1024, 0, 1025]]);
}

#[test]
fn a_table_of_reach_has_what_each_facility_costs() {
    let scene = street().clinics(&[(1000.0, 0.0)]);
    let table = scene.ask(|study, service| reach_table(study.demand, service, Cost(200_000), &NoProgress).unwrap());
    let row = |facility| {
        let mut row: Vec<(u32, u32)> = table.row(FacilityId(facility)).iter().map(|(point, cost)| (point.0, cost.0)).collect();
        row.sort_unstable();
        row
    };
    assert_eq!(row(0), [(0, 0), (1, 100_000), (2, 200_000)]);
    assert_eq!(row(1), [(8, 200_000), (9, 100_000), (10, 0)]);
}
