//! Odd edges: one-way, loops, parallel ones, ones of no length; and points that lie on the same edge as their clinic.

use catchment::*;

use crate::common::*;

const BOTH: [Direction; 2] = [Direction::ToFacility, Direction::FromFacility];

#[test]
fn a_one_way_edge_with_the_person_before_the_clinic() {
    // people walk on from 30 to 70; an ambulance cannot come back
    let scene = Scene::new("100m").one_way(&[(0.0, 0.0), (100.0, 0.0)]).clinics(&[(70.0, 0.0)]).people(&[(30.0, 0.0)]);
    assert_eq!(BOTH.map(|d| scene.clone().direction(d).costs()[0]), [Some(40_000), None]);
}

#[test]
fn a_one_way_edge_with_the_person_behind_the_clinic() {
    let scene = Scene::new("100m").one_way(&[(0.0, 0.0), (100.0, 0.0)]).clinics(&[(30.0, 0.0)]).people(&[(70.0, 0.0)]);
    assert_eq!(BOTH.map(|d| scene.clone().direction(d).costs()[0]), [None, Some(40_000)]);
    assert_eq!(scene.sums(), [0, 0, 1, 0]);
}

#[test]
fn round_a_one_way_block() {
    // a ring of four pieces of 100 m, and both on the first: 40 m along the ring, or 400 − 40 around it
    let ring = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (0.0, 0.0)];
    let scene = |clinic, person| Scene::new("100m").one_way(&ring).clinics(&[(clinic, 0.0)]).people(&[(person, 0.0)]);
    assert_eq!(BOTH.map(|d| scene(70.0, 30.0).direction(d).costs()[0]), [Some(40_000), Some(360_000)]);
    assert_eq!(BOTH.map(|d| scene(30.0, 70.0).direction(d).costs()[0]), [Some(360_000), Some(40_000)]);
    // drawn against its direction, the same ring says the same
    let mut turned = scene(70.0, 30.0);
    for s in &mut turned.roads.segments {
        (s.from, s.to) = (s.to, s.from);
        (s.forward_m_s, s.backward_m_s) = (s.backward_m_s, s.forward_m_s);
    }
    assert_eq!(BOTH.map(|d| turned.clone().direction(d).costs()[0]), [Some(40_000), Some(360_000)]);
}

#[test]
fn at_the_same_spot_of_a_one_way_edge_only_the_legs_count() {
    // both are tied to 50 m: 5 m and 3 m of leg, whatever the direction of the edge or of travel
    for (forward, backward) in [(Some(1.0), None), (None, Some(1.0)), (Some(1.0), Some(1.0))] {
        for direction in BOTH {
            let mut scene = Scene::new("8m").clinics(&[(50.0, 5.0)]).people(&[(50.0, -3.0), (50.0, 3.001)]).direction(direction);
            scene.piece((0.0, 0.0), (100.0, 0.0), forward, backward);
            assert_eq!(scene.costs(), [Some(8000), Some(8001)], "{forward:?} {backward:?} {direction:?}");
            assert_eq!(scene.sums(), [1, 2, 0, 0]);
        }
    }
}

#[test]
fn both_at_the_end_of_a_one_way_edge() {
    // the dead end of a one-way street: whoever is there is there
    for direction in BOTH {
        for (forward, backward) in [(Some(1.0), None), (None, Some(1.0))] {
            let mut scene = Scene::new("10m").clinics(&[(100.0, 4.0)]).people(&[(100.0, -6.0)]).direction(direction);
            scene.piece((0.0, 0.0), (100.0, 0.0), forward, backward);
            assert_eq!(scene.costs(), [Some(10_000)]);
        }
    }
}

#[test]
fn unreachable_by_one_way() {
    // one-way from the clinic: people at its end cannot go back, an ambulance reaches them
    let scene = Scene::new("300m").street(&[(0.0, 0.0), (100.0, 0.0)]).one_way(&[(100.0, 0.0), (200.0, 0.0)]);
    let scene = scene.clinics(&[(0.0, 0.0)]).people(&[(100.0, 0.0), (150.0, 0.0), (200.0, 0.0)]);
    assert_eq!(scene.costs(), [Some(100_000), None, None]);
    assert_eq!(scene.sums(), [1, 0, 6, 0]);
    assert_eq!(scene.direction(Direction::FromFacility).costs(), [Some(100_000), Some(150_000), Some(200_000)]);
}

#[test]
fn different_speeds_in_either_direction() {
    // uphill (east) at 0.5 m/s, downhill at 2 m/s: to the clinic at the top 200 s, from it 50 s; from the middle half of each
    let mut scene = Scene::new("100s").clinics(&[(100.0, 0.0)]).people(&[(0.0, 0.0), (50.0, 0.0)]);
    scene.piece((0.0, 0.0), (100.0, 0.0), Some(0.5), Some(2.0));
    assert_eq!(scene.costs(), [Some(200_000), Some(100_000)]);
    assert_eq!(scene.sums(), [2, 1, 0, 0]);
    assert_eq!(scene.direction(Direction::FromFacility).costs(), [Some(50_000), Some(25_000)]);
}

#[test]
fn loops_change_nothing() {
    let street = || Scene::new("100m").street(&[(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    let places = [(0.0, 0.0), (100.0, 0.0), (100.0, 1.0), (150.0, 0.0)];
    for length_mm in [0, 500_000] {
        let mut scene = street().people(&places);
        // at a node in the middle, at the clinic's own, both ways and one way
        for (x, back) in [(100.0, Some(1.0)), (100.0, None), (0.0, Some(1.0)), (0.0, None)] {
            scene.piece((x, 0.0), (x, 0.0), Some(1.0), back).length_mm = length_mm;
        }
        assert_eq!(scene.costs(), [Some(0), Some(100_000), Some(101_000), Some(150_000)], "{length_mm}");
        assert_eq!(scene.sums(), [3, 12, 0, 0]);
    }
}

#[test]
fn a_network_of_one_loop() {
    // all there is: a loop at one node; clinic 3 m off, person 4 m off
    let mut scene = Scene::new("7m").clinics(&[(3.0, 0.0)]).people(&[(0.0, 4.0), (0.0, 4.001)]);
    scene.link.min_component = 1;
    scene.piece((0.0, 0.0), (0.0, 0.0), Some(1.0), None).length_mm = 50_000;
    assert_eq!(scene.costs(), [Some(7000), Some(7001)]);
}

#[test]
fn of_parallel_edges_the_cheapest_counts() {
    // the same two nodes by 100 m and by a bend of 150 m that is drawn straight: at 30 m the ways are 30 and 45 m
    let mut scene = Scene::new("100m").clinics(&[(0.0, 0.0)]).people(&[(100.0, 0.0), (30.0, 0.0)]);
    scene.piece((0.0, 0.0), (100.0, 0.0), Some(1.0), Some(1.0)).length_mm = 150_000;
    scene.piece((0.0, 0.0), (100.0, 0.0), Some(1.0), Some(1.0));
    assert_eq!(scene.costs(), [Some(100_000), Some(30_000)]);
    // out by the bend and back by the straight: to the clinic (west) 100 m, from it (east) 150 m
    scene.roads.segments[0].backward_m_s = None;
    scene.roads.segments[1].forward_m_s = None;
    assert_eq!(scene.costs(), [Some(100_000), Some(30_000)]);
    assert_eq!(scene.direction(Direction::FromFacility).costs(), [Some(150_000), Some(45_000)]);
}

#[test]
fn an_edge_of_no_length_costs_nothing() {
    // two nodes at one spot, joined by a piece of 0 mm, as where two ways meet in a source
    let mut scene = Scene::new("50m").clinics(&[(0.0, 0.0)]).people(&[(50.0, 0.0), (50.001, 0.0), (25.0, 0.0)]);
    scene.roads.nodes = vec![at(0.0, 0.0), at(25.0, 0.0), at(25.0, 0.0), at(100.0, 0.0)];
    let segment = |from, to, length_mm| RoadSegment { from, to, length_mm, forward_m_s: Some(1.0), backward_m_s: Some(1.0), delay_ms: 0 };
    scene.roads.segments = vec![segment(0, 1, 25_000), segment(1, 2, 0), segment(2, 3, 75_000)];
    assert_eq!(scene.costs(), [Some(50_000), Some(50_001), Some(25_000)]);
    assert_eq!(scene.sums(), [5, 2, 0, 0]);
}

#[test]
fn an_edge_shut_both_ways_leads_nowhere() {
    let mut scene = Scene::new("1km").street(&[(0.0, 0.0), (100.0, 0.0)]).clinics(&[(0.0, 0.0)]).people(&[(100.0, 0.0), (200.0, 0.0)]);
    scene.piece((100.0, 0.0), (200.0, 0.0), None, None);
    assert_eq!(scene.costs(), [Some(100_000), None]);
}

#[test]
fn between_two_edges_tied_within_a_millimetre_the_cheapest_wins() {
    // two streets 20 m apart, joined at x = 0; the clinic on the upper one at x = 50.
    // midway: 10 m of leg to the upper one and there; to the lower one 10 + 50 + 20 + 50 = 130 m
    let scene = Scene::new("100m").street(&[(50.0, 0.0), (0.0, 0.0), (0.0, 20.0), (50.0, 20.0)]).clinics(&[(50.0, 20.0)]);
    let person = |y: f64| scene.clone().people(&[(50.0, y)]).costs()[0];
    assert_eq!(person(10.0), Some(10_000));
    // 9.9996 and 10.0004 m differ by 0.8 mm: tied, and the leg of 10.0004 m is 10,000 mm
    assert_eq!(person(9.9996), Some(10_000));
    // 9.9994 and 10.0006 m differ by 1.2 mm: the nearer one, 9.999 + 120 m
    assert_eq!(person(9.9994), Some(129_999));
}

#[test]
fn a_clinic_tied_between_two_edges_is_on_both() {
    // the clinic midway at x = 50: 10 m to either street, so 10 + 30 m to both people; without the tie one of them walks around
    let scene = Scene::new("40m").street(&[(80.0, 0.0), (0.0, 0.0), (0.0, 20.0), (80.0, 20.0)]).clinics(&[(50.0, 10.0)]);
    let scene = scene.people(&[(80.0, 0.0), (80.0, 20.0), (80.001, 20.0)]);
    // the last one stands 1 mm past the end of the road: its leg is 1 mm
    assert_eq!(scene.costs(), [Some(40_000), Some(40_000), Some(40_001)]);
    assert_eq!(scene.sums(), [3, 4, 0, 0]);
}
