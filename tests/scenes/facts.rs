//! What a gap's facts say: how far beyond the limit, by which way, near which place, and what a rule of thumb would have said.

use catchment::*;

use crate::common::*;

fn close(found: Option<f64>, expected: f64) {
    assert!(found.is_some_and(|found| (found - expected).abs() < 1e-6), "{found:?} is not {expected}");
}

fn facts(scene: &Scene) -> GapFacts {
    let gaps = scene.analyse().gaps.gaps;
    assert_eq!(gaps.len(), 1);
    gaps.into_iter().next().unwrap().facts
}

/// A hairpin: 300 m east, 40 m north, 300 m back west; the clinic is at its start, 240 m are reached.
fn hairpin() -> Scene {
    let scene = Scene::new("240m").street(&[(0.0, 0.0), (300.0, 0.0), (300.0, 40.0), (0.0, 40.0)]).clinics(&[(0.0, 0.0)]);
    scene.zone("Town", rect(-10.0, 30.0, 310.0, 50.0))
}

#[test]
fn the_way_and_the_straight_line() {
    // 1 at (200, 40): 440 m by road; 2 at (100, 40): 540 m; 4 at (0, 40): 640 m
    let scene = hairpin().people(&[(200.0, 40.0), (100.0, 40.0), (0.0, 40.0)]);
    let facts = facts(&scene);
    assert_eq!(facts.cost_max, Some(Cost(640_000)));
    // the mean of 440, 2 × 540 and 4 × 640 is 582.857
    assert_eq!((facts.excess_mean, facts.excess_max), (Some(Cost(342_857)), Some(Cost(400_000))));
    // the centre is at x = (200 + 2 × 100) / 7 = 57.1: the point at 100 is the nearest to it
    assert_eq!(facts.at, at(100.0, 40.0));
    close(facts.straight_m, 11_600f64.sqrt());
    close(facts.road_m, 540.0);
    close(facts.detour(), 540.0 / 11_600f64.sqrt());
    // straight lines: 204 m, 107.7 m and 40 m, all within 240 m
    assert_eq!(facts.straight_line_share, Some(1.0));
}

#[test]
fn legs_belong_to_the_way() {
    // a clinic 30 m south of the street's start, somebody 20 m north of its end
    let scene = Scene::new("100m").street(&[(0.0, 0.0), (500.0, 0.0)]).clinics(&[(0.0, -30.0)]);
    let scene = scene.zone("Town", rect(400.0, -50.0, 600.0, 50.0)).people(&[(500.0, 20.0)]);
    let facts = facts(&scene);
    close(facts.road_m, 550.0);
    close(facts.straight_m, 500f64.hypot(50.0));
    assert_eq!(facts.straight_line_share, Some(0.0));
}

#[test]
fn by_time_a_longer_way_may_be_the_cheaper_one() {
    // 400 m at 0.5 m/s take 800 s; 600 m around at 1 m/s take 600 s
    let mut scene = Scene::new("100s").street(&[(0.0, 0.0), (0.0, 100.0), (400.0, 100.0), (400.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    scene.piece((0.0, 0.0), (400.0, 0.0), Some(0.5), Some(0.5));
    // someone at the corner who is not covered; nobody else
    let scene = scene.zone("Town", rect(390.0, -10.0, 410.0, 10.0)).people(&[(400.0, 0.0)]);
    let facts = facts(&scene);
    assert_eq!((facts.cost_max, facts.excess_max), (Some(Cost(600_000)), Some(Cost(500_000))));
    close(facts.road_m, 600.0);
    close(facts.straight_m, 400.0);
    close(facts.detour(), 1.5);
}

#[test]
fn whoever_stands_for_a_gap_goes_to_the_gap_s_facility() {
    // clinics at both ends of 1 km, 100 m reached. 8 of 15 people are nearer to the eastern one; the centre is that of the middle
    let scene = Scene::new("100m").street(&[(0.0, 0.0), (1000.0, 0.0)]).clinics(&[(0.0, 0.0), (1000.0, 0.0)]);
    let scene = scene.zone("Town", rect(0.0, -20.0, 1000.0, 20.0)).people(&[(480.0, 0.0), (300.0, 0.0), (490.0, 0.0), (650.0, 0.0)]);
    // (480 + 600 + 1960 + 5200) / 15 = 549.3: nearest is 490, whose clinic is the western one; the gap's is the eastern
    let facts = facts(&scene);
    assert_eq!(facts.at, at(650.0, 0.0));
    close(facts.road_m, 350.0);
}

#[test]
fn where_nobody_can_go_there_is_no_way() {
    // a one-way street out of the clinic: nobody comes back; legs up to 50 m
    let scene = Scene::new("100m").one_way(&[(0.0, 0.0), (400.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    let scene = scene.zone("Town", rect(190.0, -20.0, 310.0, 20.0)).people(&[(200.0, 0.0), (300.0, 0.0)]);
    let facts = facts(&scene);
    let none = (facts.cost_max, facts.excess_mean, facts.excess_max);
    assert_eq!((none, facts.straight_m, facts.road_m, facts.detour()), ((None, None, None), None, None, None));
    // the point nearest to (200 + 2 × 300) / 3 = 266.7 stands for it all the same
    assert_eq!((facts.at, facts.straight_line_share), (at(300.0, 0.0), Some(0.0)));
}

#[test]
fn a_clinic_across_the_fence_has_no_detour_to_speak_of() {
    // at the very same place, but the only street leads away from it
    let scene = Scene::new("100m").one_way(&[(0.0, 0.0), (200.0, 0.0), (200.0, 200.0), (0.0, 0.0)]).clinics(&[(10.0, 0.0)]);
    let scene = scene.zone("Town", rect(15.0, -20.0, 30.0, 20.0)).people(&[(20.0, 0.0)]);
    let facts = facts(&scene);
    // 20 m of the street are behind: (200 − 20) + 200 + 282.843 + 10 m
    close(facts.road_m, 672.843);
    close(facts.straight_m, 10.0);
    close(facts.detour(), 67.2843);
    assert_eq!(facts.straight_line_share, Some(1.0));
}

#[test]
fn the_nearest_place_is_that_of_the_centre() {
    let mut scene = hairpin().people(&[(200.0, 40.0), (100.0, 40.0), (0.0, 40.0)]);
    assert_eq!(facts(&scene).place, None);
    let place = |name: &str, x: f64, y: f64| Place { name: name.into(), location: at(x, y) };
    // the centre is at (400/7, 40)
    scene.places = vec![place("Far", 300.0, 40.0), place("Near", 400.0 / 7.0, 70.0), place("Also near", 400.0 / 7.0, 10.0)];
    let found = facts(&scene).place.unwrap();
    assert_eq!(found.place, PlaceId(1), "of two as near, the first");
    close(Some(found.metres), 30.0);
}

#[test]
fn groups_and_unknown_people() {
    let mut scene = hairpin().people(&[(200.0, 40.0), (100.0, 40.0), (0.0, 40.0)]);
    scene.demand.groups = vec![Group { name: "old".into(), people: [1, 1, 3].map(People::persons).into() }];
    assert_eq!(facts(&scene).groups, [People::persons(5)]);
    // nobody told how many there are: every point weighs the same, so the one in the middle stands for all
    let mut scene = Scene { zones: vec![], ..scene }.unknown_zone("Town", rect(-10.0, 30.0, 310.0, 50.0));
    scene.demand.people = vec![People::ZERO; 3];
    scene.demand.groups.clear();
    let facts = facts(&scene);
    assert_eq!((facts.at, facts.straight_line_share, facts.excess_mean), (at(100.0, 40.0), None, Some(Cost(300_000))));
}

#[test]
fn ground_without_anybody_has_a_point_of_its_own() {
    let scene = hairpin();
    let gap = &scene.analyse().gaps.gaps[0];
    assert!(geo::Intersects::intersects(&gap.polygon, &gap.facts.at));
    assert_eq!((gap.facts.cost_max, gap.facts.straight_m, gap.facts.straight_line_share), (None, None, None));
}

#[test]
fn a_gap_names_the_barrier_before_its_facility() {
    // the clinic is 100 m away beyond the railway, and 900 m by the only crossing
    let scene = Scene::new("200m").street(&[(0.0, 0.0), (400.0, 0.0), (400.0, 100.0), (0.0, 100.0)]).clinics(&[(0.0, 100.0)]);
    let scene = scene.zone("Town", rect(-50.0, -50.0, 450.0, 50.0)).people(&[(0.0, 0.0), (5.0, 0.0)]);
    let barriers = |scene: &Scene| scene.analyse().gaps.gaps[0].facts.barriers.clone();
    assert!(barriers(&scene).is_empty());
    let scene = scene.barrier("railway", &[(-100.0, 60.0), (300.0, 60.0)]);
    assert_eq!(barriers(&scene), ["railway"]);
    // a wall on the near side, and another behind the railway: each kind once, in the order met
    let walls = scene.barrier("wall", &[(-100.0, 30.0), (300.0, 30.0)]).barrier("wall", &[(-100.0, 90.0), (300.0, 90.0)]);
    assert_eq!(barriers(&walls), ["wall", "railway"]);
}
