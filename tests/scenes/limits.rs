//! Exactly at the limit, and one unit beyond it.

use catchment::*;

use crate::common::*;

/// Clinic at the western end of one street of 200 m.
fn street() -> Scene {
    Scene::new("100m").street(&[(0.0, 0.0), (200.0, 0.0)]).clinics(&[(0.0, 0.0)])
}

#[test]
fn a_millimetre_beyond_the_limit_is_not_covered() {
    // 1 at 100.000 m, 2 at 100.001 m, 4 at 99.999 m: covered 1 + 4
    let scene = street().people(&[(100.0, 0.0), (100.001, 0.0), (99.999, 0.0)]);
    assert_eq!(scene.costs(), [Some(100_000), Some(100_001), Some(99_999)]);
    assert_eq!(scene.sums(), [5, 2, 0, 0]);
}

#[test]
fn a_millisecond_beyond_the_limit_is_not_covered() {
    // at 1 m/s: 100 s for 100 m
    let scene = street().limit("100s").people(&[(100.0, 0.0), (100.001, 0.0), (99.999, 0.0)]);
    assert_eq!(scene.costs(), [Some(100_000), Some(100_001), Some(99_999)]);
    assert_eq!(scene.sums(), [5, 2, 0, 0]);
    // the same street under limits a millisecond apart
    assert_eq!(scene.clone().limit("99999ms").sums(), [4, 3, 0, 0]);
    assert_eq!(scene.limit("100001ms").sums(), [7, 0, 0, 0]);
}

#[test]
fn at_planning_speed_fifteen_minutes_are_1080_metres() {
    // 1.2 m/s × 900 s = 1,080 m; 1 mm more is 0.83 ms more, rounded to 1 ms
    let mut scene = Scene::new("15min").clinics(&[(0.0, 0.0)]).people(&[(1080.0, 0.0), (1080.001, 0.0), (540.0, 0.0)]);
    scene.piece((0.0, 0.0), (2160.0, 0.0), Some(1.2), Some(1.2));
    assert_eq!(scene.costs(), [Some(900_000), Some(900_001), Some(450_000)]);
    assert_eq!(scene.sums(), [5, 2, 0, 0]);
}

#[test]
fn both_legs_count() {
    // the clinic stands 30 m off the road, people 20 m off on the other side: 30 + 50 + 20 = 100 m
    let scene = Scene::new("100m").street(&[(0.0, 0.0), (200.0, 0.0)]).clinics(&[(0.0, 30.0)]);
    let scene = scene.people(&[(50.0, -20.0), (50.001, -20.0), (50.0, -20.001), (50.0, 20.0)]);
    assert_eq!(scene.costs(), [Some(100_000), Some(100_001), Some(100_001), Some(100_000)]);
    assert_eq!(scene.sums(), [9, 6, 0, 0]);
}

#[test]
fn legs_have_their_own_speed() {
    // 30 m at 0.5 m/s are 60 s, then 40 m at 1 m/s: 100 s; 1 mm more of leg is 2 ms
    let mut scene = Scene::new("100s").street(&[(0.0, 0.0), (200.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    scene.link.access_speed_m_s = 0.5;
    let scene = scene.people(&[(40.0, 30.0), (40.0, 30.001)]);
    assert_eq!(scene.costs(), [Some(100_000), Some(100_002)]);
    assert_eq!(scene.sums(), [1, 2, 0, 0]);
    // by distance the leg is as long as it is
    assert_eq!(scene.limit("70m").costs(), [Some(70_000), Some(70_001)]);
}

#[test]
fn a_clinic_in_the_middle_of_an_edge_serves_both_sides() {
    // clinic at 40 m of 100: the ends are 40 and 60 m away, the people on the same edge 10 m each
    let scene = Scene::new("45m").street(&[(0.0, 0.0), (100.0, 0.0)]).clinics(&[(40.0, 0.0)]);
    let scene = scene.people(&[(0.0, 0.0), (100.0, 0.0), (30.0, 0.0), (50.0, 0.0), (40.0, 0.0)]);
    assert_eq!(scene.costs(), [Some(40_000), Some(60_000), Some(10_000), Some(10_000), Some(0)]);
    // all but 2
    assert_eq!(scene.sums(), [29, 2, 0, 0]);
}

#[test]
fn an_edge_longer_than_the_limit() {
    // clinic in the middle of 10 km: nobody at a node is within 100 m, people on the edge are
    let scene = Scene::new("100m").street(&[(0.0, 0.0), (10_000.0, 0.0)]).clinics(&[(5000.0, 0.0)]);
    let scene = scene.people(&[(4900.0, 0.0), (5100.0, 0.0), (4899.999, 0.0), (5100.001, 0.0), (0.0, 0.0), (10_000.0, 0.0)]);
    let expected = [100_000, 100_000, 100_001, 100_001, 5_000_000, 5_000_000];
    assert_eq!(scene.costs(), expected.map(Some));
    // 1 + 2 covered, 4 + 8 + 16 + 32 not
    assert_eq!(scene.sums(), [3, 60, 0, 0]);
    // the clinic's own catchment says the same
    let report = scene.analyse();
    assert_eq!((whole(report.facilities[0].people_within_limit), report.facilities[0].points_within_limit), (3, 2));
}

#[test]
fn a_clinic_at_a_node_serves_every_arm() {
    // a crossing of four arms of 200 m: 100 m out on each, and 1 mm more on two of them
    let scene = Scene::new("100m").street(&[(-200.0, 0.0), (0.0, 0.0), (200.0, 0.0)]).street(&[(0.0, -200.0), (0.0, 0.0), (0.0, 200.0)]);
    let scene = scene.clinics(&[(0.0, 0.0)]);
    let scene = scene.people(&[(100.0, 0.0), (-100.0, 0.0), (0.0, 100.0), (0.0, -100.0), (0.0, 100.001), (-100.001, 0.0)]);
    // 1 + 2 + 4 + 8 covered, 16 + 32 not
    assert_eq!(scene.sums(), [15, 48, 0, 0]);
}

#[test]
fn nothing_is_within_nothing_but_the_spot_itself() {
    let scene = street().limit("0m").people(&[(0.0, 0.0), (0.001, 0.0), (0.0, 0.001)]);
    // the last one's leg is 1 mm
    assert_eq!(scene.sums(), [1, 6, 0, 0]);
}

#[test]
fn a_part_of_an_edge_is_rounded_half_up_by_itself() {
    // 2 m at 1,000 m/s cost 2 ms: half a metre 0.5 → 1 ms, 0.499 m 0.499 → 0 ms, 1.499 m 1.499 → 1 ms, 1.5 m → 2 ms
    let mut scene = Scene::new("1ms").clinics(&[(0.0, 0.0)]).people(&[(0.5, 0.0), (0.499, 0.0), (1.499, 0.0), (1.5, 0.0)]);
    scene.piece((0.0, 0.0), (2.0, 0.0), Some(1000.0), Some(1000.0));
    assert_eq!(scene.costs(), [Some(1), Some(0), Some(1), Some(2)]);
    assert_eq!(scene.sums(), [7, 8, 0, 0]);
}

#[test]
fn half_a_millisecond_of_an_edge_is_rounded_up_at_planning_speed() {
    // at 1.2 m/s 3 mm are 2.5 ms, and so is every sixth length: length × 5 / 6, half up
    for length_mm in 1..2000u32 {
        let mut scene = Scene::new("1h");
        scene.piece((0.0, 0.0), (1.0, 0.0), Some(1.2), Some(1.2)).length_mm = length_mm;
        let edge = scene.network().edges()[0];
        assert_eq!(edge.forward.0, (length_mm * 10 + 6) / 12, "{length_mm} mm");
    }
    // 517,598 mm at 4 m/s are 129,399.5 ms
    let mut scene = Scene::new("1h");
    scene.piece((0.0, 0.0), (1.0, 0.0), Some(4.0), None).length_mm = 517_598;
    assert_eq!(scene.network().edges()[0].forward, Cost(129_400));
}

#[test]
fn waiting_is_part_of_an_edge() {
    // 10 m at 1 m/s and 5 s of waiting: 15 s in all, 7.5 s to the middle; by distance no wait
    let mut scene = Scene::new("7500ms").clinics(&[(0.0, 0.0)]).people(&[(5.0, 0.0), (10.0, 0.0)]);
    scene.piece((0.0, 0.0), (10.0, 0.0), Some(1.0), Some(1.0)).delay_ms = 5000;
    assert_eq!(scene.costs(), [Some(7500), Some(15_000)]);
    assert_eq!(scene.sums(), [1, 2, 0, 0]);
    assert_eq!(scene.limit("10m").costs(), [Some(5000), Some(10_000)]);
}

#[test]
fn the_length_is_the_ellipsoids_and_not_the_planes() {
    // 100 m in the plane, 99.96 m on the ellipsoid: the middle is 49.98 m away
    let mut scene = Scene::new("49.98m").clinics(&[(0.0, 0.0)]).people(&[(50.0, 0.0), (100.0, 0.0)]);
    scene.piece((0.0, 0.0), (100.0, 0.0), Some(1.0), Some(1.0)).length_mm = 99_960;
    assert_eq!(scene.costs(), [Some(49_980), Some(99_960)]);
    assert_eq!(scene.sums(), [1, 2, 0, 0]);
}

#[test]
fn the_nearest_of_two_clinics_counts_and_a_tie_goes_to_the_lower_id() {
    // clinics at 0 and 100: 50 m is a tie, 50.001 m is the second's
    let scene = Scene::new("60m").street(&[(0.0, 0.0), (100.0, 0.0)]).clinics(&[(0.0, 0.0), (100.0, 0.0)]);
    let scene = scene.people(&[(50.0, 0.0), (50.001, 0.0), (10.0, 0.0)]);
    let facilities = |scene: &Scene| scene.analyse().assessments.iter().map(|a| a.label.facility.0).collect::<Vec<_>>();
    assert_eq!(facilities(&scene), [0, 1, 0]);
    let report = scene.analyse();
    let people = |report: &Report, i: usize| (whole(report.facilities[i].people_nearest), whole(report.facilities[i].people_within_limit));
    // the first: nearest to 1 and 4; within 60 m of it also 2. The second: nearest to 2; within 60 m of it also 1
    assert_eq!((people(&report, 0), people(&report, 1)), ((5, 7), (2, 3)));
    // the other way round, the tie follows the lower id
    let mut turned = scene.clone();
    turned.facilities.reverse();
    assert_eq!(facilities(&turned), [0, 0, 1]);
}
