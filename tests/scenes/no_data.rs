//! Where the roads end: people and ground outside their extent are no data, in no share and in no gap.

use catchment::geo::{Area, BoundingRect};
use catchment::*;

use crate::common::*;

/// A town of 1,000 × 100 m on a street of 1 km, walked 350 m from the clinic at its western end; its roads are known up to x = 600.
fn town() -> Scene {
    let scene = Scene::new("350m").street(&[(0.0, 0.0), (1000.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    let scene = scene.zone("Town", rect(0.0, -50.0, 1000.0, 50.0));
    let places = [(100.0, 0.0), (300.0, 0.0), (500.0, 0.0), (700.0, 0.0), (900.0, 0.0)];
    scene.people(&places).known(rect(-100.0, -100.0, 600.0, 100.0))
}

#[test]
fn people_beyond_the_roads_are_in_no_share() {
    let report = town().analyse();
    let people = report.coverage.total.people.unwrap();
    assert_eq!([people.covered, people.uncovered, people.unreachable, people.unlinked, people.no_data].map(whole), [3, 4, 0, 0, 24]);
    assert_eq!((whole(people.total()), whole(people.known()), whole(people.not_covered())), (31, 7, 4));
    assert_eq!(report.coverage.total.people_share(), Some(3.0 / 7.0));
    use Status::{Covered, NoData, Uncovered};
    assert_eq!(statuses(&report), [Covered, Covered, Uncovered, NoData, NoData]);
    assert_eq!(whole(report.facilities[0].people_within_limit), 3);
}

#[test]
fn ground_beyond_the_roads_is_measured_apart_to_the_square_millimetre() {
    let area = town().analyse().coverage.zones[0].area;
    assert_eq!(area.no_data, SquareMm(40_000_000_000));
    assert_eq!((area.total(), area.known()), (SquareMm(100_000_000_000), SquareMm(60_000_000_000)));
    // masks side by side: a lake of 100 × 50 m half of which lies beyond, and half of the town as a polygon
    let lake = town().water(rect(550.0, 0.0, 650.0, 50.0));
    let half = Share::Within(vec![rect(500.0, -50.0, 1000.0, 50.0)]);
    let row = lake.masks(&[Share::Land, Share::Zone, half]).analyse().coverage.zones[0].clone();
    let no_data = [row.area, row.masks[0], row.masks[1]].map(|mask| mask.no_data.0 / 1_000_000);
    assert_eq!(no_data, [37_500, 40_000, 40_000]);
    assert_eq!([row.area, row.masks[0], row.masks[1]].map(|mask| mask.total().0 / 1_000_000), [95_000, 100_000, 50_000]);
}

#[test]
fn nothing_is_drawn_where_nothing_is_known() {
    let report = town().limit("650m").analyse();
    let gaps: f64 = report.gaps.gaps.iter().map(|gap| gap.area_m2).sum();
    let covered: f64 = report.gaps.covered.iter().map(Area::unsigned_area).sum();
    // the whole known part but for its corners is within 650 m
    assert!((gaps + covered - 60_000.0).abs() < 1.0, "{gaps} + {covered}");
    let east = |area: &geo::MultiPolygon<f64>| area.bounding_rect().map_or(0.0, |bounds| bounds.max().x);
    assert!(report.gaps.covered.iter().all(|area| east(area) <= 600.0 + 1e-6));
    assert!(report.gaps.gaps.iter().all(|gap| gap.people == Some(People::ZERO)));

    let report = town().analyse();
    assert_eq!(report.gaps.gaps.iter().filter_map(|gap| gap.people).map(whole).sum::<u64>(), 4);
    assert!(report.gaps.gaps.iter().all(|gap| east(&gap.polygon.clone().into()) <= 600.0 + 1e-6));
}

#[test]
fn a_facility_beyond_the_roads_still_serves_those_whom_it_reaches() {
    let scene = town().clinics(&[(700.0, 0.0)]);
    let people = scene.analyse().coverage.total.people.unwrap();
    assert_eq!([people.covered, people.uncovered, people.no_data].map(whole), [7, 0, 24]);
}

#[test]
fn a_zone_that_lies_beyond_has_no_share() {
    let scene = town().zone("East", rect(1000.0, -50.0, 1200.0, 50.0)).people(&[(1100.0, 0.0)]);
    let report = scene.analyse();
    let east = &report.coverage.zones[1];
    assert_eq!((east.people_share(), east.area_share()), (None, None));
    assert_eq!((whole(east.people.unwrap().no_data), east.area.no_data), (32, SquareMm(20_000_000_000)));
    // the other town is as if it were alone
    assert_eq!(report.coverage.total.people_share(), Some(3.0 / 7.0));
}

#[test]
fn an_extent_that_holds_all_changes_nothing() {
    let scene = town().known(rect(-1e6, -1e6, 1e6, 1e6));
    let alone = Scene { known: None, ..scene.clone() };
    let [wide, alone] = [scene, alone].map(|scene| serde_json::to_string(&scene.analyse()).unwrap());
    assert_eq!(wide, alone);
}

#[test]
fn another_limit_and_another_table_know_no_more() {
    let mut scene = town();
    scene.sweep = ["10km"].map(|limit| limit.parse().unwrap()).into();
    let people = scene.analyse().curve[0].coverage.total.people.unwrap();
    assert_eq!([people.covered, people.uncovered, people.no_data].map(whole), [7, 0, 24]);
    scene.ask(|study, service| {
        let found = assess_demand(study.demand, service).unwrap();
        let table = CostTable::new(1, study.demand, &found, &[service.limit]).unwrap();
        let total = &table.total;
        assert_eq!([total.weight, total.known(), total.reached(), total.no_data, total.within[0]].map(whole), [31, 7, 7, 24, 3]);
        assert_eq!(total.share(total.within[0]), Some(3.0 / 7.0));
    });
}

#[test]
fn ground_without_a_road_inside_the_extent_is_not_covered_and_said() {
    // a street along the southern border of a zone of 1 × 1 km, all of it within the extent
    let scene = Scene::new("350m").street(&[(0.0, 0.0), (1000.0, 0.0)]).clinics(&[(0.0, 0.0)]).known(rect(-100.0, -100.0, 1100.0, 1100.0));
    let scene = scene.zone("Town", rect(0.0, 0.0, 1000.0, 1000.0)).people(&[(100.0, 0.0), (300.0, 0.0), (500.0, 900.0)]);
    let report = scene.analyse();
    let people = report.coverage.total.people.unwrap();
    assert_eq!([people.covered, people.unlinked, people.no_data].map(whole), [3, 4, 0]);
    assert_eq!(report.coverage.total.people_share(), Some(3.0 / 7.0));
    let found = report.findings.iter().find(|finding| finding.kind == FindingKind::Roadless).unwrap();
    assert_eq!((found.severity, found.people.map(whole)), (Severity::Warning, Some(4)));
    assert!(found.detail.starts_with("4.0 people (57.1 %)"), "{}", found.detail);
    assert!(report.gaps.gaps.iter().filter_map(|gap| gap.people).map(whole).sum::<u64>() == 4);
    // a strip along the street has none
    let report = town().known(rect(-1e6, -1e6, 1e6, 1e6)).analyse();
    assert!(!report.findings.iter().any(|finding| finding.kind == FindingKind::Roadless));
}
