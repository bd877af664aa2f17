//! Rivers, motorways and walls: they cut the straight leg, never the road.

use catchment::geo::Contains;
use catchment::*;

use crate::common::*;

/// A river along y = 0 between two streets at y = −20 and y = 20, joined by a bridge at x = 0; the clinic on the southern one.
fn river() -> Scene {
    Scene::new("150m")
        .street(&[(200.0, -20.0), (0.0, -20.0), (0.0, 20.0), (200.0, 20.0)])
        .barrier("water", &[(-500.0, 0.0), (500.0, 0.0)])
        .clinics(&[(50.0, -20.0)])
        .zone("town", rect(-100.0, -100.0, 300.0, 100.0))
}

#[test]
fn people_of_the_far_bank_are_tied_to_their_own_road() {
    // at 5 m north of the river 15 m to their own street (25 m to the other), and by the bridge 50 + 40 + 50 m
    let scene = river().people(&[(50.0, 5.0), (50.0, -5.0)]);
    assert_eq!(scene.costs(), [Some(155_000), Some(15_000)]);
    assert_eq!(scene.sums(), [2, 1, 0, 0]);
    assert_eq!(scene.analyse().people_nearest_road_beyond_barrier, People::ZERO);
}

#[test]
fn where_the_nearest_road_lies_over_the_river_the_next_one_counts() {
    // the northern street runs 30 m farther off: from 5 m north of the river it is 45 m away, the southern one 25 m
    let mut scene = river().people(&[(50.0, 5.0), (50.0, 10.0), (50.0, 16.0)]);
    scene.roads = Roads::default();
    let scene = scene.street(&[(200.0, -20.0), (0.0, -20.0), (0.0, 50.0), (200.0, 50.0)]);
    // 45, 40, 34 m of leg, then 50 + 70 + 50 m; from y = 16 the northern street is nearer anyway
    let report = scene.analyse();
    assert_eq!(costs(&report), [Some(215_000), Some(210_000), Some(204_000)]);
    assert_eq!(report.people_nearest_road_beyond_barrier, People::persons(3));
    let finding = report.findings.iter().find(|finding| finding.kind == "nearest_road_beyond_barrier").unwrap();
    assert_eq!((finding.stage, finding.id.as_str()), (Stage::Link, "town"));
    assert_eq!(finding.detail, "town: 3.0 people at 2 points are linked to a farther road, as a barrier lies before the nearest");
    // without the river: 25 and 30 m to the southern street, at the clinic's own place; the third is nearer to the north
    let mut dry = scene;
    dry.barriers.clear();
    assert_eq!(dry.costs(), [Some(25_000), Some(30_000), Some(204_000)]);
    assert_eq!(dry.analyse().people_nearest_road_beyond_barrier, People::ZERO);
}

#[test]
fn without_a_road_of_their_own_people_are_behind_the_barrier() {
    // no street in the north: 25 m to the south, within 50 m, but over the river; the third is too far from any road
    let mut scene = river().people(&[(50.0, 5.0), (50.0, -5.0), (50.0, 90.0)]);
    scene.roads = Roads::default();
    let scene = scene.street(&[(200.0, -20.0), (0.0, -20.0)]);
    let report = scene.analyse();
    assert_eq!(costs(&report), [None, Some(15_000), None]);
    assert_eq!(statuses(&report), [Status::Unlinked, Status::Covered, Status::Unlinked]);
    assert_eq!(persons(report.coverage.total.people.unwrap()), [2, 0, 0, 5]);
    assert_eq!(report.people_nearest_road_beyond_barrier, People::persons(1));
    let of_kind = |kind: &str| report.findings.iter().find(|finding| finding.kind == kind).map(|finding| finding.detail.as_str()).unwrap();
    let said = "town: 1.0 people at 1 points, barriers lie before all roads within 50 m; counted as not covered";
    assert_eq!(of_kind("people_behind_barrier"), said);
    assert_eq!(of_kind("people_too_far"), "town: 4.0 people at 1 points, no road within 50 m; counted as not covered");
}

#[test]
fn the_ground_beyond_the_river_is_not_covered_from_this_side() {
    // a street along y = −20 and a limit that reaches 30 m to its north everywhere; the river takes what lies beyond y = 0
    let mut scene = Scene::new("230m").street(&[(0.0, -20.0), (100.0, -20.0), (200.0, -20.0)]).clinics(&[(100.0, -20.0)]);
    scene = scene.zone("town", rect(0.0, -50.0, 200.0, 50.0)).people(&[(100.0, -20.0)]);
    scene.link.snap_m = 100.0;
    assert_eq!(scene.analyse().coverage.total.area.covered.m2(), 20_000.0);
    let walled = scene.barrier("water", &[(-10.0, 0.0), (210.0, 0.0)]).analyse();
    let area = walled.coverage.total.area;
    assert_eq!([area.covered, area.uncovered, area.unreachable, area.unlinked].map(SquareMm::m2), [10_000.0, 0.0, 0.0, 10_000.0]);
    // and the gap is the far bank
    assert_eq!(walled.gaps.gaps.len(), 1);
    assert!(walled.gaps.gaps[0].polygon.exterior().points().all(|corner| corner.y() > -12.5));
}

#[test]
fn a_motorway_is_passed_by_the_underpass() {
    // the motorway along x = 0; a path beneath it at y = 0 joins both sides; people 10 m west of it, the street 20 m east of it
    let scene = Scene::new("1km")
        .street(&[(-30.0, 0.0), (20.0, 0.0), (20.0, 300.0)])
        .barrier("motorway", &[(0.0, -500.0), (0.0, 500.0)])
        .clinics(&[(20.0, 100.0)])
        .people(&[(-10.0, 30.0), (-10.0, 100.0), (10.0, 100.0)]);
    // 30 m of leg down to the path at x = −10, 30 m beneath the motorway, 100 m up; and the one to the east: 10 m
    assert_eq!(scene.costs(), [Some(160_000), None, Some(10_000)]);
    assert_eq!(scene.analyse().people_nearest_road_beyond_barrier, People::persons(2));
}

#[test]
fn a_walled_compound_is_entered_by_its_gate() {
    // walls around 0 … 100, a gate in the south at x = 50 where the drive passes; a street runs along outside, 10 m south of the wall
    let walls = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (0.0, 0.0)];
    let scene = Scene::new("1km")
        .street(&[(0.0, -10.0), (50.0, -10.0), (100.0, -10.0)])
        .street(&[(50.0, -10.0), (50.0, 60.0)])
        .barrier("wall", &walls)
        .clinics(&[(100.0, -10.0)])
        .people(&[(10.0, 5.0), (20.0, 90.0), (10.0, -5.0)]);
    // inside: 40 m to the drive at y = 5, then 15 + 50 m; (30, 30) to its end at y = 60, then 70 + 50 m. Outside: 5 + 90 m
    assert_eq!(scene.costs(), [Some(105_000), Some(162_426), Some(95_000)]);
    // only the first has a nearer road outside (15 m)
    assert_eq!(scene.analyse().people_nearest_road_beyond_barrier, People::persons(1));
}

#[test]
fn a_road_along_the_bank_is_reached_from_either_side() {
    // the road is drawn on the river's own line, and 9 mm beyond it; 11 mm beyond it is beyond it
    let cost = |y: f64, x: f64| {
        let scene = Scene::new("1km").street(&[(0.0, y), (100.0, y)]).barrier("water", &[(-50.0, 0.0), (150.0, 0.0)]);
        scene.clinics(&[(100.0, y)]).people(&[(x, -10.0)]).costs()[0]
    };
    assert_eq!([cost(0.0, 50.0), cost(0.009, 50.0), cost(0.011, 50.0)], [Some(60_000), Some(60_009), None]);
    assert_eq!(cost(-0.011, 50.0), Some(59_989));
}

#[test]
fn nobody_walks_in_a_lake() {
    // a lake of 100 × 60 m with a bridge along x = 50, 20 m of street on either side
    let scene = Scene::new("1km")
        .street(&[(50.0, -20.0), (50.0, 0.0), (50.0, 60.0), (50.0, 80.0)])
        .lake(rect(0.0, 0.0, 100.0, 60.0))
        .clinics(&[(50.0, -20.0)])
        .people(&[(45.0, 30.0), (50.0, 30.0), (45.0, -10.0), (30.0, 0.0)]);
    // in the water nothing is near; on the bridge 50 m; on the shore 5 + 10 m; on the bank along it 20 + 20 m
    assert_eq!(scene.costs(), [None, Some(50_000), Some(15_000), Some(40_000)]);
    assert_eq!(statuses(&scene.analyse())[0], Status::Unlinked);
    assert_eq!(scene.analyse().people_nearest_road_beyond_barrier, People::persons(1));
}

#[test]
fn facilities_are_tied_like_people() {
    // the clinic 5 m north of the wall, the street 5 m south of it, another one 40 m north of the clinic, joined at x = 0
    let scene = |clinic: f64| {
        Scene::new("1km")
            .street(&[(100.0, -5.0), (0.0, -5.0), (0.0, 45.0), (100.0, 45.0)])
            .barrier("wall", &[(10.0, 0.0), (150.0, 0.0)])
            .clinics(&[(50.0, clinic)])
            .people(&[(50.0, -5.0)])
    };
    let report = scene(5.0).analyse();
    assert_eq!(costs(&report), [Some(190_000)]);
    assert_eq!((report.facilities[0].status, report.facilities[0].leg_m), (LinkStatus::Linked, Some(40.0)));
    assert!(kinds(&report).contains(&"facility_nearest_road_beyond_barrier"));
    // in a yard of its own with walls all around: behind a barrier, it serves nobody
    let closed = scene(5.0).barrier("wall", &[(40.0, -2.0), (60.0, -2.0), (60.0, 20.0), (40.0, 20.0), (40.0, -2.0)]).analyse();
    assert_eq!((closed.facilities[0].status, closed.facilities[0].leg_m), (LinkStatus::BehindBarrier, None));
    assert_eq!(closed.facilities[0].status.name(), "behind_barrier");
    assert!(kinds(&closed).contains(&"facility_behind_barrier"));
    assert_eq!(costs(&closed), [None]);
}

#[test]
fn isochrones_end_at_the_wall_and_follow_the_road_through_its_gate() {
    // a street south of the wall, and a lane from it through a gate at x = 50, 60 m beyond
    let scene = Scene::new("200m")
        .street(&[(0.0, -20.0), (50.0, -20.0), (300.0, -20.0)])
        .street(&[(50.0, -20.0), (50.0, 60.0)])
        .barrier("wall", &[(-100.0, 0.0), (400.0, 0.0)])
        .clinics(&[(0.0, -20.0)]);
    let holds = |scene: &Scene| {
        let ground = scene.reach().ground;
        let found = scene.audit(&ground, scene.limit, 250);
        assert_eq!((found.offenders.len(), found.points), (0, 4000));
        // south of the wall, behind it far from the lane, and beside the lane beyond the gate
        [(120.0, -8.0), (120.0, 8.0), (70.0, 40.0)].map(|(x, y)| ground.contains(&at(x, y)))
    };
    let mut open = scene.clone();
    open.barriers.clear();
    assert_eq!(holds(&open), [true, true, true]);
    assert_eq!(holds(&scene), [true, false, true]);
}
