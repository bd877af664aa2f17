//! Ground: shapes whose area is known, measured in cells.

use catchment::geo::{Area, Polygon, Rotate, polygon};
use catchment::*;

use crate::common::*;

/// A straight street of 2 km, its middle (the clinic) at `(x, y)`, `degrees` from the x axis; 500 m reached, legs up to 300 m.
fn straight(x: f64, y: f64, degrees: f64) -> Scene {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let along = |s: f64| (x + s * cos, y + s * sin);
    let mut scene = Scene::new("500m").street(&[along(-1000.0), (x, y), along(1000.0)]).clinics(&[(x, y)]);
    scene.link.snap_m = 300.0;
    scene
}

/// From (s, t), s along the street and t off it, the cost is |s| + |t|; |t| ≤ 300. That is a diamond without its tips:
/// 4 × ∫₀³⁰⁰ (500 − t) dt = 420,000 m² within 2 × 400 m and 4 × 300 √2 m of border.
const BAND_M2: f64 = 420_000.0;
const BAND_BORDER_M: f64 = 800.0 + 4.0 * 300.0 * std::f64::consts::SQRT_2;
/// Half of a part of a cell: cells of 25 m are measured in parts of 12.5 m where the limit passes.
const HALF_PART_M: f64 = 12.5 / 2.0;

#[test]
fn a_band_along_a_street_to_the_square_millimetre() {
    // The border runs along the parts' sides and through their corners. Parts i + j = 39 that it halves have their centre exactly at
    // the limit, so they are covered: 24 of them (t < 300 m) in each quarter, half of 12.5² m² too much each: 4 × 24 × 78.125 = 7,500
    let report = straight(0.0, 0.0, 0.0).zone("Town", rect(-600.0, -400.0, 600.0, 400.0)).analyse();
    let area = report.coverage.zones[0].area;
    assert_eq!(area.covered, SquareMm(427_500_000_000));
    // legs over 300 m: 2 × 100 m × 1,200 m
    assert_eq!(area.unlinked, SquareMm(240_000_000_000));
    assert_eq!((area.unreachable, area.total()), (SquareMm(0), SquareMm(960_000_000_000)));
}

#[test]
fn a_band_in_any_place_and_direction() {
    let town = || rect(-600.0, -600.0, 600.0, 600.0);
    for (x, y, degrees) in [(3.7, 8.9, 0.0), (0.0, 0.0, 30.0), (-11.3, 6.1, 77.0), (12.5, 12.5, 45.0)] {
        let report = straight(x, y, degrees).zone("Town", town()).analyse();
        let covered = report.coverage.zones[0].area.covered.m2();
        assert!((covered - BAND_M2).abs() <= BAND_BORDER_M * HALF_PART_M, "{covered} at {x}, {y}, {degrees}°");
        // the drawn ground is that of whole cells
        let drawn = report.gaps.covered[0].unsigned_area();
        assert!((drawn - BAND_M2).abs() <= BAND_BORDER_M * 12.5, "{drawn} at {x}, {y}, {degrees}°");
    }
}

#[test]
fn a_town_cuts_the_band_exactly() {
    // a town within the covered ground: all of it, whatever its shape. Corners: |s| + |t| ≤ 250
    let town: Polygon<f64> = polygon![(x: -150., y: -90.), (x: 170., y: -70.), (x: 110., y: 130.), (x: -100.3, y: 99.7)];
    let area = town.unsigned_area();
    for degrees in [0.0, 10.0, 33.0] {
        let town = town.rotate_around_centroid(degrees);
        let report = straight(0.0, 0.0, 0.0).zone("Town", town.into()).analyse();
        let row = &report.coverage.zones[0];
        assert_eq!(row.area.not_covered(), SquareMm(0));
        // each of the fewer than 300 cells is rounded to whole mm² by itself
        assert!((row.area.covered.m2() - area).abs() < 300.0 * 0.5e-6 + 1e-9 * area);
        assert_eq!(row.area_share(), Some(1.0));
    }
}

#[test]
fn the_end_of_a_street_is_round() {
    // the street ends at the clinic: half of the band, and beyond the end half a disc of the snap limit, 300 m
    let mut scene = Scene::new("500m").street(&[(0.0, 0.0), (1000.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    scene.link.snap_m = 300.0;
    let report = scene.zone("Town", rect(-400.0, -400.0, 600.0, 400.0)).analyse();
    let pi = std::f64::consts::PI;
    let (area, border) = (BAND_M2 / 2.0 + pi * 300.0 * 300.0 / 2.0, BAND_BORDER_M / 2.0 + pi * 300.0);
    let covered = report.coverage.zones[0].area.covered.m2();
    assert!((covered - area).abs() <= border * HALF_PART_M, "{covered}, {area}");
}

/// Statuses add up to the zone, cell by cell rounded to mm²: at most half a mm² for each of 16 parts of each cell.
fn adds_up(report: &Report, zone: usize, cells: f64) {
    let row = &report.coverage.zones[zone];
    let tolerance = cells * 16.0 * 0.5e-6 + 1e-9 * row.area_m2;
    let (measured, whole) = (row.area.total().m2(), row.area_m2);
    assert!((measured - whole).abs() <= tolerance, "{measured} m² measured of {whole}");
}

#[test]
fn measured_areas_add_up_to_the_zone() {
    let star: Polygon<f64> = polygon!(
        exterior: [(x: 3.1, y: -201.7), (x: 91.3, y: -80.9), (x: 333.3, y: 7.7), (x: 77.7, y: 111.1), (x: 5.5, y: 298.1), (x: -70.3, y: 88.8), (x: -301.9, y: -3.3)],
        interiors: [[(x: 10., y: 10.), (x: 11., y: 63.), (x: 63., y: 60.), (x: 60., y: 9.)]],
    );
    for cell_m in [7.3, 25.0, 400.0] {
        let limits = ["0m", "50m", "130m", "260m", "1km"].map(|limit| {
            let scene = Scene::new(limit).street(&[(-400.0, -7.0), (400.0, 11.0)]).clinics(&[(31.0, 40.0)]);
            let mut scene = scene.zone("Star", star.clone().into());
            scene.cell_m = cell_m;
            let report = scene.analyse();
            // its box is 636 × 500 m
            adds_up(&report, 0, (636.0 / cell_m + 2.0) * (500.0 / cell_m + 2.0));
            report.coverage.zones[0].area.total()
        });
        // wherever the limit passes, and cells are measured in parts, the ground is the same to the square millimetre
        assert!(limits.iter().all(|total| *total == limits[0]), "{limits:?} in cells of {cell_m} m");
    }
}

#[test]
fn an_island_of_the_zone_in_a_hole_of_the_zone() {
    // 400 × 400 m, a hole of 200 × 200 m in it (a lake, another country), and 70 × 30 m of the zone again within the hole
    let outer: Polygon<f64> = polygon!(
        exterior: [(x: 0., y: 0.), (x: 400., y: 0.), (x: 400., y: 400.), (x: 0., y: 400.)],
        interiors: [[(x: 100., y: 100.), (x: 100., y: 300.), (x: 300., y: 300.), (x: 300., y: 100.)]],
    );
    let island: Polygon<f64> = polygon![(x: 160., y: 190.), (x: 230., y: 190.), (x: 230., y: 220.), (x: 160., y: 220.)];
    let zone = geo::MultiPolygon::new(vec![outer, island]);
    // the limit passes over the island, so its cells are measured in parts
    let scene = Scene::new("200m").street(&[(0.0, 200.0), (400.0, 200.0)]).clinics(&[(0.0, 200.0)]);
    let report = scene.zone("Town", zone).analyse();
    // 160,000 − 40,000 + 2,100
    let row = &report.coverage.zones[0];
    assert_eq!(row.area_m2, 122_100.0);
    adds_up(&report, 0, 18.0 * 18.0);
    // covered: west of the hole 100 × 100 m, the rest is over 50 m off the street; on the island, where x + |y − 200| ≤ 200,
    // 30 × 40 − 10²/2 − 20²/2 = 950. Uncovered: as much east of the hole, and 2,100 − 950. The limit runs 30 √2 m over the island
    let tolerance = 30.0 * 2f64.sqrt() * HALF_PART_M;
    assert!((row.area.covered.m2() - 10_950.0).abs() <= tolerance, "{}", row.area.covered.m2());
    assert!((row.area.uncovered.m2() - 11_150.0).abs() <= tolerance, "{}", row.area.uncovered.m2());
    assert_eq!(row.area.unlinked, SquareMm(100_000_000_000));
}

#[test]
fn two_towns_share_a_crooked_border_and_no_ground() {
    let (a, b) = ((101.3, -150.0), (68.8, 150.0));
    let west: Polygon<f64> = polygon![(x: -200., y: -150.), (x: a.0, y: a.1), (x: b.0, y: b.1), (x: -200., y: 150.)];
    let east: Polygon<f64> = polygon![(x: a.0, y: a.1), (x: 300., y: -150.), (x: 300., y: 150.), (x: b.0, y: b.1)];
    let scene = Scene::new("90m").street(&[(-200.0, 0.0), (300.0, 0.0)]).clinics(&[(80.0, 0.0)]);
    let report = scene.zone("West", west.into()).zone("East", east.into()).analyse();
    adds_up(&report, 0, 14.0 * 14.0);
    adds_up(&report, 1, 12.0 * 14.0);
    // together 500 × 300 m
    assert!((report.coverage.total.area.total().m2() - 150_000.0).abs() < 26.0 * 14.0 * 16.0 * 0.5e-6);
    // within 90 m by |s| + |t| ≤ 90, |t| ≤ 50: 4 × ∫₀⁵⁰ (90 − t) dt = 13,000 m² in both together, bordered by 2 × 80 + 4 × 50 √2 m
    let covered = report.coverage.total.area.covered.m2();
    assert!((covered - 13_000.0).abs() <= (160.0 + 200.0 * 2f64.sqrt()) * HALF_PART_M, "{covered}");
}
