//! Input that no reader should hand over: still no panic, and nobody vanishes.

use catchment::geo::{MultiPolygon, polygon};
use catchment::*;

use crate::common::*;

/// A town of 200 × 100 m, 1 covered and 2 not.
fn town() -> Scene {
    let scene = Scene::new("120m").street(&[(0.0, 0.0), (200.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    scene.zone("Town", rect(0.0, -50.0, 200.0, 50.0)).people(&[(10.0, 0.0), (190.0, 0.0)])
}

fn in_gaps(report: &Report, zone: u32) -> u64 {
    report.gaps.gaps.iter().filter(|g| g.zone == ZoneId(zone)).map(|g| whole(g.people.unwrap())).sum()
}

#[test]
fn the_greatest_limit_does_not_cover_whom_no_path_leads_to() {
    // another street without a clinic, and a limit that is the very number that stands for "no path"
    let mut scene = town().street(&[(1000.0, 0.0), (1100.0, 0.0)]).outsiders(&[(1000.0, 0.0)]);
    scene.limit.cost = Cost::UNREACHED;
    assert_eq!(scene.sums(), [3, 0, 0, 0]);
    assert_eq!(persons(scene.analyse().coverage.outside.unwrap().people.unwrap()), [0, 0, 4, 0]);
    let facility = &scene.analyse().facilities[0];
    assert_eq!((whole(facility.people_within_limit), whole(facility.people_nearest)), (3, 3));
}

#[test]
fn people_farther_off_than_a_plane_is_wide_are_unlinked_and_counted() {
    for ground in [GapGround::All, GapGround::Inhabited] {
        let mut scene = town().people(&[(1e10, 0.0), (1e300, -1e300)]);
        scene.gaps.ground = ground;
        assert_eq!(scene.sums(), [1, 2, 0, 4 + 8]);
        assert_eq!(in_gaps(&scene.analyse(), 0), 2 + 4 + 8);
    }
}

#[test]
fn clinics_farther_off_than_a_plane_is_wide_have_no_catchment() {
    let scene = town().clinics(&[(1e10, 0.0), (1e300, -1e300)]);
    assert_eq!(scene.sums(), [1, 2, 0, 0]);
    assert_eq!(scene.analyse().facilities.iter().map(|f| whole(f.people_within_limit)).collect::<Vec<_>>(), [1, 0, 0]);
}

#[test]
fn a_zone_without_ground_keeps_its_people() {
    let flat: MultiPolygon<f64> = polygon![(x: 150., y: 0.), (x: 180., y: 0.), (x: 190., y: 0.)].into();
    for ground in [MultiPolygon::new(vec![]), flat] {
        // 4 lives 180 m from the clinic
        let report = town().zone("Nowhere", ground).people(&[(180.0, 0.0)]).analyse();
        assert_eq!((report.coverage.zones[1].area_m2, report.coverage.zones[1].area.total()), (0.0, SquareMm(0)));
        assert_eq!((in_gaps(&report, 0), in_gaps(&report, 1)), (2, 4));
    }
}

#[test]
fn zones_farther_off_than_cells_can_be_counted() {
    for far in [1e12, -1e12, 1e300] {
        let zone = rect(far, far, far + 10.0, far + 10.0);
        let alone = Scene::new("120m").zone("Far", zone.clone());
        // beside a town the cells between them are too many to be kept
        let both = town().zone("Far", zone);
        let ground = |scene: &Scene| Ground::new(&scene.zones, GroundRules { cell_m: 25.0 }, &NoProgress).map(|_| ());
        assert!(ground(&alone).is_ok());
        assert!(matches!(ground(&both), Err(GroundError::TooManyCells { .. })), "{far}");
    }
}
