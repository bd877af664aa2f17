use geo::{Coord, LineString, Rect};
use proptest::prelude::*;

use super::*;
use crate::progress::NoProgress;

fn square(x: f64, y: f64, side: f64) -> MultiPolygon<f64> {
    Rect::new((x, y), (x + side, y + side)).to_polygon().into()
}

fn zone(area: MultiPolygon<f64>, people: Option<u64>) -> Zone {
    Zone { id: "z".into(), name: "Z".into(), area, people: people.map(People::persons), class: None }
}

fn mapped(name: &str, polygons: Vec<MultiPolygon<f64>>) -> Surface {
    Surface::Mapped { name: name.into(), polygons }
}

const RULES: SpreadRules = SpreadRules { cell_m: 100.0, min_surface_ratio: 0.1, roads_m: 1000.0, near_m: 150.0, near_share: 0.5 };

#[test]
fn overlapping_surfaces_count_once() {
    let surface = mapped("residential", vec![square(0.0, 0.0, 100.0), square(0.0, 0.0, 100.0), square(100.0, 0.0, 50.0)]);
    let zones = [zone(square(0.0, 0.0, 1000.0), Some(5))];
    let (demand, notes) = spread(&zones, &[], &[surface], Surroundings::default(), RULES, &NoProgress).unwrap();
    assert_eq!(notes[0].surface, "residential");
    assert_eq!(demand.people, [People::persons(4), People::persons(1)]);
    assert_eq!(demand.locations, [Coord { x: 50.0, y: 50.0 }, Coord { x: 125.0, y: 25.0 }]);
}

#[test]
fn a_nearly_absent_surface_is_passed_over_and_said() {
    let zones = [zone(square(0.0, 0.0, 1000.0), Some(100))];
    let residential = mapped("residential", vec![square(990.0, 0.0, 20.0)]);
    let buildings = mapped("building", vec![square(0.0, 0.0, 200.0)]);
    let (demand, notes) = spread(&zones, &[], &[residential, buildings], Surroundings::default(), RULES, &NoProgress).unwrap();
    assert_eq!((notes[0].surface.as_str(), notes[0].area_m2), ("building", 40_000.0));
    let sparse = PassedOver { surface: "residential".to_owned(), area_m2: 200.0, why: WhyPassedOver::Sparse };
    assert_eq!(notes[0].passed_over, [sparse]);
    assert_eq!(demand.len(), 4);
}

/// 250 m of road beside the corner with the residential land, and as much elsewhere as is asked for.
fn roads(elsewhere_m: f64) -> [LineString<f64>; 2] {
    [LineString::from(vec![(50.0, 0.0), (50.0, 250.0)]), LineString::from(vec![(0.0, 900.0), (elsewhere_m, 900.0)])]
}

#[test]
fn a_surface_beside_few_of_the_roads_is_passed_over_for_the_ground_along_them() {
    let zones = [zone(square(0.0, 0.0, 1000.0), Some(100))];
    let corner = mapped("residential", vec![square(0.0, 0.0, 100.0)]);
    let roads = roads(1000.0);
    let known = Surroundings { roads: &roads, ..Surroundings::default() };
    let (demand, notes) = spread(&zones, &[], &[corner, Surface::AlongRoads(75.0)], known, RULES, &NoProgress).unwrap();
    let WhyPassedOver::MissesRoads { near_share, roads_m } = notes[0].passed_over[0].why else { panic!("{notes:?}") };
    assert!((near_share - 0.2).abs() < 1e-6 && (roads_m - 1250.0).abs() < 1e-3, "{notes:?}");
    assert_eq!((notes[0].surface.as_str(), notes[0].fallback), ("roads", false));
    // 1000 × 150 m along one road; 125 × 250 m, and at most half a disc, along the other
    let half_disc = std::f64::consts::PI * 75.0 * 75.0 / 2.0;
    assert!((181_250.0..181_250.0 + half_disc).contains(&notes[0].area_m2), "{}", notes[0].area_m2);
    assert_eq!(demand.total(), People::persons(100));
    assert!(demand.locations.iter().all(|at| (at.y - 900.0).abs() < 75.0 || (at.x < 125.0 && at.y < 325.0)), "{demand:?}");
}

#[test]
fn half_of_the_roads_or_few_of_them_leave_a_surface_alone() {
    let corner = [mapped("residential", vec![square(0.0, 0.0, 100.0)]), Surface::WholeZone];
    let surface = |side: f64, roads: &[LineString<f64>], rules| {
        let known = Surroundings { roads, ..Surroundings::default() };
        let (_, notes) = spread(&[zone(square(0.0, 0.0, side), Some(1))], &[], &corner, known, rules, &NoProgress).unwrap();
        notes[0].surface.clone()
    };
    // 250 of 500 m are near: enough; of 550 m not
    let short = SpreadRules { roads_m: 400.0, ..RULES };
    assert_eq!(surface(1000.0, &roads(250.0), short), "residential");
    assert_eq!(surface(1000.0, &roads(300.0), short), "zone");
    // less than a kilometre tells nothing; roads outside the zone are none of its own
    assert_eq!(surface(1000.0, &roads(749.0), RULES), "residential");
    assert_eq!(surface(800.0, &roads(1000.0), RULES), "residential");
}

#[test]
fn with_few_roads_buildings_tell() {
    let corner = [mapped("residential", vec![square(0.0, 0.0, 100.0)]), Surface::WholeZone];
    let why = |far: usize, near: usize| {
        let far = (0..far).map(|i| square(500.0 + 20.0 * i as f64, 500.0, 10.0));
        let buildings: Vec<MultiPolygon<f64>> = far.chain((0..near).map(|i| square(20.0 * i as f64, 120.0, 10.0))).collect();
        let known = Surroundings { buildings: &buildings, ..Surroundings::default() };
        let (_, notes) = spread(&[zone(square(0.0, 0.0, 1000.0), Some(1))], &[], &corner, known, RULES, &NoProgress).unwrap();
        notes[0].passed_over.first().map(|passed| passed.why)
    };
    assert_eq!(why(6, 2), Some(WhyPassedOver::MissesBuildings { near_share: 0.25 }));
    assert_eq!(why(3, 3), None);
    // a church and a mill
    assert_eq!(why(2, 0), None);
}

#[test]
fn water_holds_no_one() {
    let lake = [square(100.0, -50.0, 300.0)];
    let known = Surroundings { water: &lake, ..Surroundings::default() };
    let zones = [zone(square(0.0, 0.0, 200.0), Some(8)), zone(square(200.0, 0.0, 100.0), Some(3))];
    let (demand, notes) = spread(&zones, &[], &[Surface::WholeZone], known, RULES, &NoProgress).unwrap();
    assert_eq!((notes[0].area_m2, notes[0].on_water), (20_000.0, false));
    // a zone of water keeps its people
    assert_eq!((notes[1].area_m2, notes[1].on_water), (10_000.0, true));
    assert_eq!(demand.locations, [(50.0, 50.0), (50.0, 150.0), (250.0, 50.0)].map(Coord::from));
    assert_eq!(demand.people, [4, 4, 3].map(People::persons));
}

#[test]
fn people_of_both_banks_do_not_live_in_the_river() {
    let river = [Rect::new((40.0, -10.0), (70.0, 110.0)).to_polygon().into()];
    let known = Surroundings { water: &river, ..Surroundings::default() };
    let (demand, _) = spread(&[zone(square(0.0, 0.0, 100.0), Some(8))], &[], &[Surface::WholeZone], known, RULES, &NoProgress).unwrap();
    // 40 × 100 m on one bank and 30 × 100 m on the other: (40 × 20 + 30 × 85) / 70 = 47.9, in the river, 7.9 m from the western bank
    assert_eq!(demand.locations.len(), 1);
    let at = demand.locations[0];
    assert!((at.x - 39.5).abs() < 1e-6 && (at.y - 50.0).abs() < 1e-6, "{at:?}");
}

#[test]
fn without_any_surface_people_are_spread_over_the_zone() {
    let zones = [zone(square(0.0, 0.0, 200.0), Some(8))];
    let elsewhere = mapped("residential", vec![square(900.0, 900.0, 50.0)]);
    let (demand, notes) = spread(&zones, &[], &[elsewhere], Surroundings::default(), RULES, &NoProgress).unwrap();
    assert_eq!((notes[0].surface.as_str(), notes[0].fallback), ("zone", true));
    assert_eq!(demand.people, [People::persons(2); 4]);
}

#[test]
fn unknown_people_are_nobody_on_known_ground() {
    let zones = [zone(square(0.0, 0.0, 200.0), None)];
    let (demand, notes) = spread(&zones, &[], &[Surface::WholeZone], Surroundings::default(), RULES, &NoProgress).unwrap();
    assert_eq!((demand.len(), demand.total(), notes[0].surface.as_str()), (4, People::ZERO, "zone"));
}

#[test]
fn thirds_by_largest_remainder() {
    let parts = apportion(People(100), &[1, 1, 1]);
    assert_eq!(parts, [People(34), People(33), People(33)]);
    assert_eq!(apportion(People(100), &[0, 0]), [People::ZERO; 2]);
}

proptest! {
    #[test]
    fn parts_add_up_exactly(total in 0..u64::MAX / 2, weights in prop::collection::vec(0..u64::MAX / 2, 1..50)) {
        prop_assume!(weights.iter().any(|&w| w > 0));
        let parts = apportion(People(total), &weights);
        prop_assert_eq!(parts.iter().map(|p| u128::from(p.0)).sum::<u128>(), u128::from(total));
    }
}
