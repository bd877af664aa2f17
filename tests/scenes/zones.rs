//! Towns: who is counted where.

use catchment::geo::{Polygon, polygon};
use catchment::*;

use crate::common::*;

fn row(report: &Report, zone: usize) -> [u64; 4] {
    persons(report.coverage.zones[zone].people.unwrap())
}

/// Two towns of 150 m × 100 m whose border is x = 100, on one street; the clinic at x = 0.
fn neighbours() -> Scene {
    let scene = Scene::new("120m").street(&[(0.0, 0.0), (200.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    let scene = scene.zone("West", rect(-50.0, -50.0, 100.0, 50.0)).people(&[(0.0, 0.0), (50.0, 0.0), (100.0, 0.0)]);
    scene.zone("East", rect(100.0, -50.0, 250.0, 50.0)).people(&[(100.001, 0.0), (120.0, 0.0), (120.001, 0.0), (200.0, 0.0)])
}

#[test]
fn two_zones_that_share_a_border() {
    let scene = neighbours();
    let report = scene.analyse();
    // west: 1 + 2 + 4, the last of them on the border; east: 8 + 16 within 120 m, 32 + 64 beyond
    assert_eq!((row(&report, 0), row(&report, 1)), ([7, 0, 0, 0], [24, 96, 0, 0]));
    assert_eq!(persons(report.coverage.total.people.unwrap()), [31, 96, 0, 0]);
    assert_eq!(report.coverage.zones[1].people_share(), Some(0.2));
    // 150 × 100 m each, to the square millimetre, and nothing twice
    let area = |i: usize| report.coverage.zones[i].area.total();
    assert_eq!((area(0), area(1)), (SquareMm(15_000_000_000), SquareMm(15_000_000_000)));
    assert_eq!((report.coverage.total.area.total(), report.coverage.total.area_m2), (SquareMm(30_000_000_000), 30_000.0));
    assert!(report.coverage.outside.is_none());
    // what is on the border is the first zone's
    let index = ZoneIndex::new(&scene.zones);
    assert_eq!((index.locate(at(100.0, 0.0)), index.locate(at(100.001, 0.0))), (Some(ZoneId(0)), Some(ZoneId(1))));
}

#[test]
fn a_clinic_on_the_border_is_counted_once_and_serves_both() {
    let mut scene = neighbours();
    scene.facilities[0].location = at(100.0, 0.0);
    let report = scene.analyse();
    assert_eq!((report.coverage.zones[0].facilities, report.coverage.zones[1].facilities, report.coverage.total.facilities), (1, 0, 1));
    // everybody lives within 100 m of it
    assert_eq!(persons(report.coverage.total.people.unwrap()), [127, 0, 0, 0]);
    let without: Vec<&str> = report.findings.iter().filter(|i| i.kind == "zones_without_facility").map(|i| i.detail.as_str()).collect();
    assert_eq!(without, ["1 zones have no facility of this service in them: East"]);
}

#[test]
fn people_and_clinics_outside_every_zone_are_a_row_of_their_own() {
    let scene = neighbours().clinics(&[(400.0, 0.0)]).outsiders(&[(-40.0, 0.0), (300.0, 0.0)]);
    let report = scene.analyse();
    let outside = report.coverage.outside.clone().unwrap();
    // 128 stands 40 m west of the road's end, 256 has no road within 50 m; the clinic has none either
    assert_eq!((persons(outside.people.unwrap()), outside.facilities, outside.zone), ([128, 0, 0, 256], 1, None));
    assert_eq!((outside.area_m2, outside.area.total()), (0.0, SquareMm(0)));
    // they are in no total: neither the people nor the clinic
    assert_eq!(persons(report.coverage.total.people.unwrap()), [31, 96, 0, 0]);
    assert_eq!(report.coverage.total.facilities, 1);
    assert!(kinds(&report).contains(&"facilities_outside"));
    // nobody outside is in a gap: the gaps of the two zones hold the 96
    assert_eq!(report.gaps.gaps.iter().map(|g| whole(g.people.unwrap())).sum::<u64>(), 96);
}

#[test]
fn a_zone_of_unknown_people_has_ground_and_gaps_but_no_count() {
    let scene = Scene::new("120m").street(&[(0.0, 0.0), (400.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    let scene = scene.unknown_zone("Unknown", rect(200.0, -50.0, 400.0, 50.0)).people(&[(250.0, 0.0), (350.0, 0.0)]);
    let scene = scene.zone("Known", rect(0.0, -50.0, 200.0, 50.0)).people(&[(0.0, 0.0), (150.0, 0.0)]);
    let report = scene.analyse();
    let [unknown, known] = [0, 1].map(|i| &report.coverage.zones[i]);
    assert_eq!((unknown.people, unknown.people_share(), unknown.area.total()), (None, None, SquareMm(20_000_000_000)));
    // 4 covered, 8 not; nothing of the unknown ones in the total
    assert_eq!(persons(known.people.unwrap()), [4, 8, 0, 0]);
    assert_eq!(persons(report.coverage.total.people.unwrap()), [4, 8, 0, 0]);
    // the gap of unknown people comes last though its zone comes first; its points weigh the same: (250 + 350) / 2
    let ranks: Vec<_> = report.gaps.gaps.iter().map(|g| (g.rank, g.zone, g.people.map(whole), g.points)).collect();
    assert_eq!(ranks, [(1, ZoneId(1), Some(8), 1), (2, ZoneId(0), None, 2)]);
    let gap = &report.gaps.gaps[1];
    assert_eq!((gap.cost_min, gap.cost_mean, gap.people_share_of_zone), (Some(Cost(250_000)), Some(Cost(300_000)), None));
    // a zone of unknown people is never too small to be listed
    let mut asked = scene.clone();
    asked.gaps.min_people = 9.0;
    let listed = asked.analyse().gaps;
    assert_eq!((listed.gaps.len(), listed.too_few.gaps, whole(listed.too_few.people)), (1, 1, 8));
}

#[test]
fn a_group_is_counted_beside_the_people() {
    let mut scene = neighbours();
    // of 1, 2, 4 | 8, 16, 32, 64 persons so many are 60 or older
    let old = [1, 0, 2 | 1, 8, 0, 16, 64].map(People::persons).to_vec();
    scene.demand.groups = vec![Group { name: "age_60_up".into(), people: old }];
    let report = scene.analyse();
    let group = |coverage: &Coverage| persons(coverage.groups[0]);
    // west 1 + 0 + 3; east 8 + 0 covered, 16 + 64 not
    assert_eq!((group(&report.coverage.zones[0]), group(&report.coverage.zones[1])), ([4, 0, 0, 0], [8, 80, 0, 0]));
    assert_eq!(group(&report.coverage.total), [12, 80, 0, 0]);
    // the people are what they were
    assert_eq!(persons(report.coverage.total.people.unwrap()), [31, 96, 0, 0]);
}

#[test]
fn costs_are_weighted_by_people() {
    let report = neighbours().analyse();
    // west: 0 m × 1, 50 × 2, 100 × 4: mean 500/7 = 71.429 m; half of 7 is reached at 100 m
    let west = report.coverage.zones[0].costs;
    assert_eq!((west.mean, west.p50, west.p90), (Some(Cost(71_429)), Some(Cost(100_000)), Some(Cost(100_000))));
    // east: 100.001 × 8, 120 × 16, 120.001 × 32, 200 × 64: 19,360.04 / 120 = 161.333667; half of 120 is reached at 200
    let east = report.coverage.zones[1].costs;
    assert_eq!((east.mean, east.p50, east.p90), (Some(Cost(161_334)), Some(Cost(200_000)), Some(Cost(200_000))));
}

#[test]
fn without_facilities_everybody_with_a_road_is_unreachable() {
    let mut scene = neighbours();
    scene.facilities.clear();
    let report = scene.analyse();
    assert_eq!(persons(report.coverage.total.people.unwrap()), [0, 0, 127, 0]);
    assert_eq!((report.coverage.total.area.covered, report.coverage.total.area.uncovered), (SquareMm(0), SquareMm(0)));
    assert_eq!(report.coverage.total.area.total(), SquareMm(30_000_000_000));
    assert_eq!(report.coverage.total.costs, CostSummary::default());
    assert_eq!((whole(report.coverage.total.straight_line), report.facilities.len()), (0, 0));
    // each zone is one gap
    let gaps: Vec<_> = report.gaps.gaps.iter().map(|g| (g.people.map(whole), g.nearest, g.cost_min, g.area_m2.round())).collect();
    assert_eq!(gaps, [(Some(120), None, None, 15_000.0), (Some(7), None, None, 15_000.0)]);
}

#[test]
fn without_people_there_is_ground() {
    let mut scene = neighbours();
    scene.demand = Demand::default();
    let report = scene.analyse();
    assert_eq!(persons(report.coverage.total.people.unwrap()), [0; 4]);
    assert_eq!((report.coverage.total.people_share(), report.coverage.total.area.total()), (None, SquareMm(30_000_000_000)));
    assert!(report.coverage.total.area.covered > SquareMm(0));
    assert!(report.gaps.gaps.iter().all(|g| g.people == Some(People::ZERO) && g.points == 0));
    // nobody is near: no inhabited ground, no gap
    scene.gaps.ground = GapGround::Inhabited;
    assert!(scene.analyse().gaps.gaps.is_empty());
}

#[test]
fn without_roads_everybody_is_unlinked() {
    let mut scene = neighbours();
    scene.roads = Roads::default();
    let report = scene.analyse();
    assert_eq!(persons(report.coverage.total.people.unwrap()), [0, 0, 0, 127]);
    assert_eq!(report.coverage.total.area.unlinked, SquareMm(30_000_000_000));
    assert_eq!((report.facilities[0].status, report.facilities[0].network_share), (LinkStatus::TooFar, None));
    assert_eq!(report.gaps.gaps.iter().map(|g| whole(g.people.unwrap())).sum::<u64>(), 127);
}

#[test]
fn without_anything_there_is_an_empty_report() {
    let report = Scene::new("1km").analyse();
    assert_eq!(persons(report.coverage.total.people.unwrap()), [0; 4]);
    assert_eq!((report.coverage.zones.len(), report.gaps.gaps.len(), report.findings.len()), (0, 0, 0));
}

#[test]
fn a_zone_with_a_hole_and_two_parts() {
    // 200 × 200 m less a hole of 100 × 100 m, and an exclave of 50 × 100 m: 40,000 − 10,000 + 5,000
    let ring: Polygon<f64> = polygon!(
        exterior: [(x: 0., y: 0.), (x: 200., y: 0.), (x: 200., y: 200.), (x: 0., y: 200.)],
        interiors: [[(x: 50., y: 50.), (x: 50., y: 150.), (x: 150., y: 150.), (x: 150., y: 50.)]],
    );
    let exclave: Polygon<f64> = polygon![(x: 300., y: 0.), (x: 350., y: 0.), (x: 350., y: 100.), (x: 300., y: 100.)];
    let zone = geo::MultiPolygon::new(vec![ring, exclave]);
    // a street through the hole; the clinic in it belongs to no zone
    let scene = Scene::new("110m").street(&[(0.0, 100.0), (400.0, 100.0)]).clinics(&[(100.0, 100.0)]);
    let report = scene.zone("Ring", zone).people(&[(10.0, 100.0), (190.0, 100.0), (310.0, 100.0)]).analyse();
    assert_eq!((report.coverage.zones[0].area_m2, report.coverage.zones[0].area.total()), (35_000.0, SquareMm(35_000_000_000)));
    // 90 m either way; the exclave is 210 m away
    assert_eq!((row(&report, 0), report.coverage.zones[0].facilities), ([3, 4, 0, 0], 0));
    assert_eq!(report.coverage.outside.as_ref().map(|o| o.facilities), Some(1));
}
