//! Masks: what area is a share of. Streets run along y = 0 with the clinic at x = 0, and legs cost nothing: from (x, y) it costs |x|.

use catchment::geo::{Area, MultiPolygon, polygon};
use catchment::*;

use crate::common::*;

/// 1 km of street eastwards from the clinic; legs of up to 200 m, beyond the border of all towns, that cost nothing: 10⁶ m/s.
fn street(limit: &str) -> Scene {
    let mut scene = Scene::new(limit).street(&[(0.0, 0.0), (1000.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    (scene.link.access_speed_m_s, scene.link.snap_m) = (1e6, 200.0);
    scene
}

fn m2(area: u128) -> SquareMm {
    SquareMm(area * 1_000_000)
}

/// Covered, uncovered, unreachable, unlinked.
fn split(area: ByStatus<SquareMm>) -> [SquareMm; 4] {
    assert_eq!(area.no_data, SquareMm(0), "all of it is known");
    [area.covered, area.uncovered, area.unreachable, area.unlinked]
}

#[test]
fn a_lake_is_no_ground_of_the_land() {
    // 400 × 100 m, a lake of 100 × 50 m in it, drawn twice with half of it in common; and a pond outside the town
    let scene = street("300s").zone("Town", rect(0.0, -50.0, 400.0, 50.0)).masks(&[Share::Land, Share::Zone]);
    let scene = scene.water(rect(150.0, 0.0, 225.0, 50.0)).water(rect(175.0, 0.0, 250.0, 50.0)).water(rect(500.0, 0.0, 600.0, 50.0));
    let row = &scene.analyse().coverage.zones[0];
    // covered up to x = 300: 30,000 m², 5,000 of them water
    assert_eq!(split(row.area), [m2(25_000), m2(10_000), m2(0), m2(0)]);
    assert_eq!(split(row.masks[0]), [m2(30_000), m2(10_000), m2(0), m2(0)]);
    assert_eq!((row.area_share(), row.masks[0].share()), (Some(25.0 / 35.0), Some(0.75)));
    assert_eq!(row.area_m2, 40_000.0, "the town's own area is what it was");
    // to hair's breadth: borders are moved by less than a hundredth of a millimetre
    let areas = scene.ground().mask_areas_m2();
    assert!((areas[0] - 35_000.0).abs() < 0.01 && (areas[1] - 40_000.0).abs() < 1e-9, "{areas:?}");
}

#[test]
fn a_lake_that_the_grid_does_not_fit_is_cut_exactly() {
    // a triangle of 110.3 × 33.1 / 2 = 1,825.465 m² reaching over the border of the town by a corner of 10.3 × 3.0909… / 2 m²
    let lake: MultiPolygon<f64> = polygon![(x: 300., y: 10.), (x: 410.3, y: 10.), (x: 300., y: 43.1)].into();
    let scene = street("1000s").zone("Town", rect(0.0, -50.0, 400.0, 50.0)).masks(&[Share::Land]).water(lake);
    let row = &scene.analyse().coverage.zones[0];
    let beyond = 10.3 * (10.3 * 33.1 / 110.3) / 2.0;
    let land = 40_000.0 - (1825.465 - beyond);
    assert!((row.area.covered.m2() - land).abs() < 0.01, "{} is not {land}", row.area.covered.m2());
    assert_eq!((row.area.not_covered(), row.area_share()), (SquareMm(0), Some(1.0)));
}

#[test]
fn half_of_a_built_up_square_is_covered() {
    // 94 × 40 m from x = 153 to 247; the limit is 200
    let scene = street("200s").zone("Town", rect(0.0, -50.0, 400.0, 50.0));
    let scene = scene.masks(&[Share::Within(vec![rect(153.0, -20.0, 247.0, 20.0)]), Share::Land, Share::Zone]);
    let row = &scene.analyse().coverage.zones[0];
    let [covered, uncovered] = [row.area.covered, row.area.uncovered].map(|area| (area.m2() * 100.0).round() / 100.0);
    assert_eq!((covered, uncovered), (1880.0, 1880.0));
    assert!((row.area_share().unwrap() - 0.5).abs() < 1e-6);
    // no water: the land is the zone, to the square millimetre
    assert_eq!(split(row.masks[0]), [m2(20_000), m2(20_000), m2(0), m2(0)]);
    assert_eq!(row.masks[0], row.masks[1]);
}

#[test]
fn polygons_of_a_mask_that_overlap_count_once() {
    // 100 × 50 m and 100 × 50 m with 50 × 50 m in common; one with a hole of 25 × 25 m that a third fills; one half outside the town
    let ring = polygon!(
        exterior: [(x: 200., y: 0.), (x: 300., y: 0.), (x: 300., y: 50.), (x: 200., y: 50.)],
        interiors: [[(x: 225., y: 0.), (x: 225., y: 25.), (x: 250., y: 25.), (x: 250., y: 0.)]],
    );
    let polygons = vec![
        rect(0.0, 0.0, 100.0, 50.0),
        rect(50.0, 0.0, 150.0, 50.0),
        ring.into(),
        rect(225.0, 0.0, 250.0, 25.0),
        rect(350.0, -50.0, 450.0, 0.0),
    ];
    let scene = street("1000s").zone("Town", rect(0.0, -50.0, 400.0, 50.0)).masks(&[Share::Zone, Share::Within(polygons)]);
    let row = &scene.analyse().coverage.zones[0];
    // 7,500 + 5,000 + 2,500
    assert_eq!(split(row.masks[0]), [m2(15_000), m2(0), m2(0), m2(0)]);
    assert_eq!(split(row.area), [m2(40_000), m2(0), m2(0), m2(0)]);
}

#[test]
fn masks_add_up_by_zone_and_are_null_where_they_hold_nothing() {
    let polygons = vec![rect(100.0, -25.0, 300.0, 25.0)];
    let scene = street("225s").zone("West", rect(0.0, -50.0, 200.0, 50.0)).zone("East", rect(200.0, -50.0, 500.0, 50.0));
    let scene = scene.zone("Far", rect(500.0, -50.0, 900.0, 50.0)).masks(&[Share::Within(polygons), Share::Zone]);
    let report = scene.analyse();
    let rows = &report.coverage.zones;
    // 100 × 50 m of it in the west, as much in the east, a quarter of that covered
    assert_eq!(split(rows[0].area), [m2(5000), m2(0), m2(0), m2(0)]);
    assert_eq!(split(rows[1].area), [m2(1250), m2(3750), m2(0), m2(0)]);
    assert_eq!((split(rows[2].area), rows[2].area_share(), rows[2].masks[0].share()), ([SquareMm(0); 4], None, Some(0.0)));
    let total = &report.coverage.total;
    assert_eq!((split(total.area), total.area_share()), ([m2(6250), m2(3750), m2(0), m2(0)], Some(0.625)));
    assert_eq!(split(total.masks[0]), [m2(22_500), m2(67_500), m2(0), m2(0)]);
    // a mask that holds nothing anywhere has no share, and takes nothing from the others
    let nowhere = scene.masks(&[Share::Zone, Share::Within(vec![])]).analyse();
    assert_eq!(nowhere.coverage.total.masks[0].share(), None);
    assert_eq!(nowhere.coverage.total.area, total.masks[0]);
}

#[test]
fn water_is_no_gap() {
    // covered up to x = 200; a river from 300 to 350 parts the uncovered ground from 200 to 500 into 10,000 m² each
    let scene = street("200s").zone("Town", rect(0.0, -50.0, 500.0, 50.0)).people(&[(250.0, 0.0), (325.0, 0.0), (475.0, 0.0)]);
    let scene = scene.water(rect(300.0, -60.0, 350.0, 60.0)).masks(&[Share::Land]);
    let report = scene.analyse();
    // off the road, the line at the limit is drawn to half a cell: 100 × 12.5 m²
    let near = |area: f64| (area / 2500.0).round() * 2500.0;
    let mut gaps: Vec<_> = report.gaps.gaps.iter().map(|gap| (near(gap.area_m2), whole(gap.people.unwrap()))).collect();
    gaps.sort_by_key(|gap| gap.1);
    // 2 lives on the river, in the middle of it: whichever bank is the first has both
    assert!(gaps == [(10_000.0, 3), (15_000.0, 4)] || gaps == [(10_000.0, 1), (15_000.0, 6)], "{gaps:?}");
    // another first mask draws on land too; the whole zone draws on all of it
    let residential = Share::Within(vec![rect(0.0, -10.0, 500.0, 10.0)]);
    assert_eq!(scene.clone().masks(&[residential, Share::Zone]).analyse().gaps.gaps.len(), 2);
    let over_water = scene.masks(&[Share::Zone, Share::Land]).analyse().gaps.gaps;
    assert_eq!((over_water.len(), near(over_water[0].area_m2)), (1, 30_000.0));
}

#[test]
fn covered_ground_is_drawn_without_water() {
    let scene = street("1000s").zone("Town", rect(0.0, -50.0, 500.0, 50.0)).water(rect(120.0, -10.0, 160.0, 30.0));
    let drawn = |masks: &[Share]| scene.clone().masks(masks).analyse().gaps.covered[0].unsigned_area();
    assert!((drawn(&[Share::Land]) - (50_000.0 - 1600.0)).abs() < 0.01);
    assert!((drawn(&[Share::Zone]) - 50_000.0).abs() < 0.01);
}

#[test]
fn a_town_under_water_has_no_land_and_keeps_its_people() {
    let scene = street("200s").zone("Sunk", rect(300.0, -50.0, 500.0, 50.0)).people(&[(320.0, 0.0), (420.0, 0.0)]);
    let report = scene.water(rect(250.0, -100.0, 550.0, 100.0)).masks(&[Share::Land, Share::Zone]).analyse();
    let row = &report.coverage.zones[0];
    assert_eq!((row.area.total(), row.area_share(), row.masks[0].uncovered), (SquareMm(0), None, m2(20_000)));
    assert_eq!(persons(row.people.unwrap()), [0, 3, 0, 0]);
    assert_eq!(report.gaps.gaps.iter().map(|gap| whole(gap.people.unwrap())).sum::<u64>(), 3);
}
