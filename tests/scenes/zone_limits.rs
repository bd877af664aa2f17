//! Limits by zone: two towns on one street, five and ten minutes. Speeds are 1 m/s and legs cost nothing: from (x, y) it costs |x| seconds.

use catchment::*;

use crate::common::*;

/// The clinic at x = 0; West from −1,000 to 0 with 5 minutes, East from 0 to 1,000 with 10, and 7 minutes elsewhere.
fn towns() -> Scene {
    let mut scene = Scene::new("7min").street(&[(-1000.0, 0.0), (0.0, 0.0), (1100.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    scene.link.access_speed_m_s = 1e6;
    let scene = scene.zone("West", rect(-1000.0, -50.0, 0.0, 50.0)).people(&[(-300.0, 0.0), (-300.001, 0.0), (-500.0, 0.0)]);
    let scene = scene.zone("East", rect(0.0, -50.0, 1000.0, 50.0)).people(&[(600.0, 0.0), (600.001, 0.0), (500.0, 0.0)]);
    scene.zone_limits(&["5min", "10min"])
}

#[test]
fn a_person_s_limit_is_that_of_their_zone() {
    let report = towns().analyse();
    let row = |z: usize| persons(report.coverage.zones[z].people.unwrap());
    // west: 1 within 300 m, 2 + 4 not; east: 8 + 32 within 600 m, 16 not
    assert_eq!((row(0), row(1)), ([1, 6, 0, 0], [40, 16, 0, 0]));
    let limits = [None, Some(ZoneId(0)), Some(ZoneId(1))].map(|zone| report.limit_of(zone).to_string());
    assert_eq!(limits, ["7 min", "5 min", "10 min"]);
}

#[test]
fn outside_all_zones_the_general_limit_applies() {
    // 420 m and 1 mm more, 30 m north of the towns
    let report = towns().outsiders(&[(420.0, 60.0), (420.001, 60.0)]).analyse();
    assert_eq!(persons(report.coverage.outside.unwrap().people.unwrap()), [0, 0, 0, 192]);
    let mut near = towns().outsiders(&[(420.0, 60.0), (420.001, 60.0)]);
    near.link.snap_m = 70.0;
    assert_eq!(persons(near.analyse().coverage.outside.unwrap().people.unwrap()), [64, 128, 0, 0]);
}

#[test]
fn ground_has_its_zone_s_limit_and_a_cell_on_the_border_both() {
    // one street eastwards; the border at x = 455 runs through cells that are uncovered in the west and covered in the east
    let mut scene = Scene::new("7min").street(&[(0.0, 0.0), (1000.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    (scene.link.access_speed_m_s, scene.link.snap_m) = (1e6, 200.0);
    let scene = scene.zone("West", rect(0.0, -50.0, 455.0, 50.0)).zone("East", rect(455.0, -50.0, 1000.0, 50.0));
    let report = scene.zone_limits(&["5min", "10min"]).analyse();
    let areas = |z: usize| {
        let area = report.coverage.zones[z].area;
        [area.covered.m2(), area.uncovered.m2()]
    };
    // 300 and 155 m; 145 and 400 m; 100 m high
    assert_eq!((areas(0), areas(1)), ([30_000.0, 15_500.0], [14_500.0, 40_000.0]));
    // gaps and covered ground are drawn by the same limits
    let drawn = |z: usize| catchment::geo::Area::unsigned_area(&report.gaps.covered[z]);
    assert!((drawn(0) - 30_000.0).abs() < 1250.0 && (drawn(1) - 14_500.0).abs() < 1250.0, "{} and {}", drawn(0), drawn(1));
    let gaps: Vec<_> = report.gaps.gaps.iter().map(|gap| (gap.zone.0, (gap.area_m2 / 2500.0).round() * 2500.0)).collect();
    assert_eq!(gaps, [(1, 40_000.0), (0, 15_000.0)]);
}

#[test]
fn a_clinic_s_own_catchment_goes_by_the_limit_of_each_person() {
    let report = towns().analyse();
    let clinic = &report.facilities[0];
    // 1 in the west, 8 and 32 in the east, though 600 s is beyond the west's limit and the general one
    assert_eq!((whole(clinic.people_within_limit), clinic.points_within_limit, whole(clinic.people_nearest)), (41, 3, 41));
}

#[test]
fn the_straight_line_goes_by_the_limit_of_each_person() {
    // as the crow flies: 300 and 600 m; with the detour factor of 1.25 they are 240 and 480 m
    let total = towns().analyse().coverage.total;
    assert_eq!((whole(total.straight_line), whole(total.straight_line_detour)), (41, 0));
    let nearer = towns().people(&[(480.0, 0.0), (480.001, 0.0)]).analyse().coverage.total;
    assert_eq!((whole(nearer.straight_line), whole(nearer.straight_line_detour)), (41 + 192, 64));
}

#[test]
fn nobody_within_their_own_limit_is_said_so() {
    let scene = towns().clinics(&[(-999.0, 0.0)]);
    let report = scene.analyse();
    // 4 at −500 m is 499 m away: within seven and ten minutes, not within five
    assert_eq!((report.facilities[1].points_within_limit, kinds(&report).contains(&"serves_nobody")), (0, true));
    let finding = report.findings.iter().find(|finding| finding.kind == "serves_nobody").unwrap();
    assert_eq!((finding.id.as_str(), finding.detail.as_str()), ("c1", "c1: nobody lives within their zone's limit of it"));
}

#[test]
fn a_limit_of_another_metric_is_an_error() {
    let scene = towns().zone_limits(&["5km", "10min"]);
    let error = scene.ask(|study, service| analyse(study, service, &Checks::default(), &NoProgress).unwrap_err());
    assert_eq!(
        error.to_string(),
        "row 0 of service.zone_limits is 5 km, a limit by distance; costs count time here: expected a limit by time"
    );
}

#[test]
fn a_gap_lies_beyond_the_limit_of_its_zone() {
    let report = towns().analyse();
    let facts = |z: u32| &report.gaps.gaps.iter().find(|gap| gap.zone == ZoneId(z) && gap.points > 0).unwrap().facts;
    // west: 2 at 300.001 and 4 at 500 s, the mean 433.333667; east: 16 at 600.001
    assert_eq!((facts(0).excess_mean, facts(0).excess_max), (Some(Cost(133_334)), Some(Cost(200_000))));
    assert_eq!((facts(1).excess_mean, facts(1).excess_max), (Some(Cost(1)), Some(Cost(1))));
    // a straight line along the street is as long as the way
    assert_eq!((facts(0).straight_line_share, facts(1).straight_line_share), (Some(0.0), Some(0.0)));
}

#[test]
fn a_swept_limit_holds_in_every_zone() {
    let mut scene = towns();
    scene.sweep = vec!["500s".parse().unwrap(), "601s".parse().unwrap()];
    let report = scene.analyse();
    // 500 s: all of the west, 32 in the east; 601 s: everybody
    let covered: Vec<_> = report.curve.iter().map(|point| [0, 1].map(|z| persons(point.coverage.zones[z].people.unwrap())[0])).collect();
    assert_eq!(covered, [[7, 32], [7, 56]]);
    assert_eq!(persons(report.coverage.zones[0].people.unwrap())[0], 1, "the result keeps the zones' own");
}
