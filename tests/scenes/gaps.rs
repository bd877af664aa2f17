//! Blind spots: where they lie, who is in them, which facility is nearest.

use catchment::geo::{Area, Intersects};
use catchment::*;

use crate::common::*;

fn people_in(report: &Report, zone: u32) -> u64 {
    report.gaps.gaps.iter().filter(|g| g.zone == ZoneId(zone)).map(|g| whole(g.people.unwrap())).sum()
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not within {tolerance} of {expected}");
}

#[test]
fn a_gap_is_cut_at_the_border() {
    // a street of 1 km, the clinic at its western end, 200 m reached; the border at 500 m
    let scene = Scene::new("200m").street(&[(0.0, 0.0), (1000.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    let scene = scene.zone("West", rect(0.0, -50.0, 500.0, 50.0)).people(&[(100.0, 0.0), (300.0, 0.0), (499.0, 0.0)]);
    let scene = scene.zone("East", rect(500.0, -50.0, 1000.0, 50.0)).people(&[(501.0, 0.0), (900.0, 0.0)]);
    let report = scene.analyse();
    let [east, west] = [0, 1].map(|i| &report.gaps.gaps[i]);
    assert_eq!(report.gaps.gaps.len(), 2);
    assert_eq!((east.rank, east.zone, whole(east.people.unwrap()), east.points), (1, ZoneId(1), 24, 2));
    assert_eq!((west.rank, west.zone, whole(west.people.unwrap()), west.points), (2, ZoneId(0), 6, 2));
    assert_eq!((east.people_share_of_zone, west.people_share_of_zone), (Some(1.0), Some(6.0 / 7.0)));
    // east: (501 × 8 + 900 × 16) / 24 = 767; west: (300 × 2 + 499 × 4) / 6 = 432.667
    assert_eq!((east.cost_min, east.cost_mean), (Some(Cost(501_000)), Some(Cost(767_000))));
    assert_eq!((west.cost_min, west.cost_mean), (Some(Cost(300_000)), Some(Cost(432_667))));
    // east: all of its 500 × 100 m. West: beyond x + |y| = 200: 300 × 100 + 50² = 32,500 m²,
    // known to half a cell along the two pieces of limit of 50 √2 m each
    close(east.area_m2, 50_000.0, 1e-3);
    close(west.area_m2, 32_500.0, 2.0 * 50.0 * 2f64.sqrt() * 12.5);
    assert!(west.polygon.intersects(&at(499.9, 0.0)) && !west.polygon.intersects(&at(500.1, 0.0)));
    // what they leave of the west is covered
    close(report.gaps.covered[0].unsigned_area() + west.area_m2, 50_000.0, 1e-3);
    assert_eq!(report.gaps.covered[1].unsigned_area(), 0.0);
}

#[test]
fn people_on_a_path_that_leads_nowhere_have_ground_of_their_own() {
    // streets run through every cell's centre, all within the limit; one person lives on a shed's path that meets no street
    let mut scene = Scene::new("1km").clinics(&[(-50.0, 12.5)]);
    let rows: Vec<f64> = (0..6).map(|i| 25.0 * f64::from(i) - 37.5).collect();
    for &y in &rows {
        scene = scene.street(&[(-50.0, y), (100.0, y)]);
    }
    scene = scene.street(&rows.iter().map(|&y| (-50.0, y)).collect::<Vec<_>>()).street(&[(2.0, 2.0), (3.0, 2.0)]);
    let report = scene.zone("Town", rect(0.0, 0.0, 50.0, 50.0)).people(&[(2.5, 2.0), (30.0, 30.0)]).analyse();
    assert_eq!(statuses(&report), [Status::Unreachable, Status::Covered]);
    assert_eq!(report.coverage.zones[0].area.covered, SquareMm(2_500_000_000));
    // every cell's centre is covered, and yet the ground nearer to the path than to any street is drawn: in town, below the parabola
    // between the point (2, 2) and the line y = 12.5, 81 m², known to within a cell of 625 m²
    assert_eq!(report.gaps.gaps.len(), 1);
    let gap = &report.gaps.gaps[0];
    assert_eq!((whole(gap.people.unwrap()), gap.points, gap.nearest, gap.cost_min, gap.cost_mean), (1, 1, None, None, None));
    assert!(gap.polygon.intersects(&at(2.5, 2.0)) && !gap.polygon.intersects(&at(30.0, 30.0)));
    assert!(gap.area_m2 > 1.0 && gap.area_m2 < 625.0, "{}", gap.area_m2);
    close(report.gaps.covered[0].unsigned_area() + gap.area_m2, 2500.0, 1e-3);
}

/// 550 m of street, the clinic at 0 reaches 100 m either way: 50 m are left in the west, 300 m in the east.
fn two_gaps() -> Scene {
    let scene = Scene::new("100m").street(&[(-150.0, 0.0), (400.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    scene.zone("Town", rect(-150.0, -20.0, 400.0, 20.0)).people(&[(-140.0, 0.0), (200.0, 0.0), (390.0, 0.0), (0.0, 0.0)])
}

fn listed(report: &Report) -> Vec<(u64, usize)> {
    report.gaps.gaps.iter().map(|g| (whole(g.people.unwrap()), g.points)).collect()
}

#[test]
fn gaps_are_ranked_by_people() {
    let report = two_gaps().analyse();
    assert_eq!(listed(&report), [(6, 2), (1, 1)]);
    // beyond |x| + |y| = 100: 300 × 40 + 20² and 50 × 40 + 20² m², to half a cell along 2 × 20 √2 m of limit
    let tolerance = 2.0 * 20.0 * 2f64.sqrt() * 12.5;
    close(report.gaps.gaps[0].area_m2, 12_400.0, tolerance);
    close(report.gaps.gaps[1].area_m2, 2400.0, tolerance);
}

/// Gaps, whole persons and m² that a rule keeps off the list.
fn counted(unlisted: Unlisted) -> (usize, u64, f64) {
    (unlisted.gaps, whole(unlisted.people), unlisted.area_m2)
}

#[test]
fn small_gaps_are_counted_not_listed() {
    let mut scene = two_gaps();
    let small = scene.analyse().gaps.gaps[1].area_m2;
    // exactly as large as asked for is enough
    scene.gaps.min_area_m2 = small;
    assert_eq!(listed(&scene.analyse()), [(6, 2), (1, 1)]);
    scene.gaps.min_area_m2 = 5000.0;
    let report = scene.analyse();
    assert_eq!((listed(&report), report.gaps.gaps[0].rank), (vec![(6, 2)], 1));
    assert_eq!((counted(report.gaps.too_small), counted(report.gaps.too_few)), ((1, 1, small), (0, 0, 0.0)));
    let said = report.findings.iter().find(|finding| finding.kind == "gaps_unlisted").unwrap();
    assert!(said.detail.starts_with("1 gaps of less than 5000 m² are not listed; 1.0 people and"), "{}", said.detail);
    // none is large enough: nobody vanishes
    scene.gaps.min_area_m2 = 1e6;
    let gaps = scene.analyse().gaps;
    assert_eq!((gaps.gaps.len(), gaps.too_small.gaps, whole(gaps.too_small.people)), (0, 2, 7));
}

#[test]
fn gaps_of_few_people_are_counted_not_listed() {
    let mut scene = two_gaps();
    let small = scene.analyse().gaps.gaps[1].area_m2;
    // exactly as many as asked for is enough
    scene.gaps.min_people = 1.0;
    assert_eq!(listed(&scene.analyse()), [(6, 2), (1, 1)]);
    // a gap that fails by both rules is counted once, for its people
    (scene.gaps.min_people, scene.gaps.min_area_m2) = (1.5, 5000.0);
    let report = scene.analyse();
    assert_eq!((listed(&report), counted(report.gaps.too_few), report.gaps.too_small.gaps), (vec![(6, 2)], (1, 1, small), 0));
    assert_eq!(counted(report.gaps.unlisted()), (1, 1, small));
    assert!(kinds(&report).contains(&"gaps_unlisted"));
}

#[test]
fn people_on_the_border_of_covered_ground_get_ground_within_it() {
    // the town lies east of x = 0, all of it covered; someone on an island's path stands 20 m west of its border, counted as the town's
    let mut scene = Scene::new("1km").clinics(&[(50.0, 12.5)]).street(&[(-100.0, 0.0), (-20.0, 0.0)]);
    let rows: Vec<f64> = (0..4).map(|i| 25.0 * f64::from(i) - 37.5).collect();
    for &y in &rows {
        scene = scene.street(&[(0.0, y), (100.0, y)]);
    }
    scene = scene.street(&rows.iter().map(|&y| (0.0, y)).collect::<Vec<_>>());
    let report = scene.zone("Town", rect(0.0, -25.0, 100.0, 25.0)).people(&[(-20.0, 0.0)]).analyse();
    assert_eq!(statuses(&report), [Status::Unreachable]);
    // a square of 25 m around (−20, 0) ends at −7.5; one of 50 m ends at 5: 5 × 50 m² of town
    assert_eq!((report.gaps.gaps.len(), people_in(&report, 0)), (1, 1));
    close(report.gaps.gaps[0].area_m2, 250.0, 1e-3);
    assert!(!report.gaps.gaps[0].polygon.intersects(&at(-1.0, 0.0)) && report.gaps.gaps[0].polygon.intersects(&at(1.0, 0.0)));
}

#[test]
fn the_nearest_facility_is_that_of_most_people() {
    // clinics at both ends of 1 km, 100 m reached; 1 and 2 are nearer to the first, 4 to the second
    let scene = Scene::new("100m").street(&[(0.0, 0.0), (1000.0, 0.0)]).clinics(&[(0.0, 0.0), (1000.0, 0.0)]);
    let scene = scene.zone("Town", rect(0.0, -20.0, 1000.0, 20.0));
    let nearest = |places: &[(f64, f64)]| scene.clone().people(places).analyse().gaps.gaps[0].nearest;
    assert_eq!(nearest(&[(300.0, 0.0), (400.0, 0.0), (700.0, 0.0)]), Some(FacilityId(1)));
    assert_eq!(nearest(&[(300.0, 0.0), (700.0, 0.0), (400.0, 0.0)]), Some(FacilityId(0)));
}

#[test]
fn most_people_without_a_way_have_no_nearest_facility() {
    // one-way from x = 500: whoever lives beyond cannot come back
    let scene = Scene::new("100m").street(&[(0.0, 0.0), (500.0, 0.0)]).one_way(&[(500.0, 0.0), (600.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    let report = scene.zone("Town", rect(0.0, -20.0, 600.0, 20.0)).people(&[(400.0, 0.0), (550.0, 0.0)]).analyse();
    assert_eq!(persons(report.coverage.total.people.unwrap()), [0, 1, 2, 0]);
    let gap = &report.gaps.gaps[0];
    // the costs are those of the one who has a way
    assert_eq!((gap.nearest, gap.cost_min, gap.cost_mean), (None, Some(Cost(400_000)), Some(Cost(400_000))));
    assert_eq!((report.gaps.gaps.len(), whole(gap.people.unwrap())), (1, 3));
}

#[test]
fn gaps_lie_on_inhabited_ground_unless_asked_otherwise() {
    // 2 km of street 50 m wide, 100 m reached, one person beyond, at 1 km
    let scene = Scene::new("100m").street(&[(0.0, 0.0), (2000.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    let mut scene = scene.zone("Town", rect(0.0, -25.0, 2000.0, 25.0)).people(&[(0.0, 0.0), (1000.0, 0.0)]);
    // beyond x + |y| = 100: 1900 × 50 + 25² = 95,625 m²
    let report = scene.analyse();
    assert_eq!(report.gaps.gaps.len(), 1);
    close(report.gaps.gaps[0].area_m2, 95_625.0, 2.0 * 25.0 * 2f64.sqrt() * 12.5);
    // within 100 m of (1000, 0) and |y| ≤ 25: 4 × ∫₀²⁵ √(100² − y²) dy = 9,895 m², to half a cell along its two ends of 50 m;
    // around (0, 0) the inhabited ground beyond the limit is 2 × ∫₀²⁵ √(100² − y²) − (100 − y) dy = 573 m²
    scene.gaps.ground = GapGround::Inhabited;
    let gaps = scene.analyse().gaps.gaps;
    let areas: Vec<f64> = gaps.iter().map(|g| g.area_m2).collect();
    close(areas[0], 9895.0, 2.0 * 50.0 * 12.5);
    assert!(areas[1..].iter().sum::<f64>() <= 573.0 + 50.0 * 12.5, "{areas:?}");
    assert_eq!(gaps[0].people.map(whole), Some(2));
}
