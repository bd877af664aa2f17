//! The coverage curve of a street.

use catchment::*;

use crate::common::*;

#[test]
fn people_and_ground_by_limit() {
    // 1 km of street 50 m wide, the clinic at its western end; people at 100, 300, 500 and 700 m, and one outside who has no road and is in no total
    let scene = Scene::new("150m").street(&[(0.0, 0.0), (1000.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    let scene = scene.zone("Town", rect(0.0, -25.0, 1000.0, 25.0)).people(&[(100.0, 0.0), (300.0, 0.0), (500.0, 0.0), (700.0, 0.0)]);
    let mut scene = scene.outsiders(&[(1200.0, 0.0)]);
    scene.sweep = ["99.999m", "100m", "500m", "2km"].map(|limit| limit.parse().unwrap()).into();
    let report = scene.analyse();
    let people: Vec<_> = report.curve.iter().map(|point| persons(point.coverage.total.people.unwrap())).collect();
    assert_eq!(people, [[0, 15, 0, 0], [1, 14, 0, 0], [7, 8, 0, 0], [15, 0, 0, 0]]);
    // parts of 12.5 m, their centres 6.25 and 18.75 m off the street: covered up to x = 500 − 6.25 and 500 − 18.75, that is 40 parts (the
    // last centre at 493.75, exactly at the limit) and 39 (at 481.25, the same) of 79 by 25 m: 2 × (40 + 39) × 156.25 m²
    assert_eq!(report.curve[2].coverage.zones[0].area.covered, SquareMm(24_687_500_000));
    assert_eq!(report.curve[3].coverage.zones[0].area.covered, SquareMm(50_000_000_000));
    assert_eq!(persons(report.coverage.total.people.unwrap()), [1, 14, 0, 0], "the result itself is that of its own limit");
}
