//! Gaps of single zones while facilities open and close, before a new analysis of everything.

use catchment::*;
use proptest::prelude::*;

use crate::cases;
use crate::common::random::Random;
use crate::common::*;
use crate::plan::plan;

/// A gap but for its rank, with its facility's own id.
fn bare(gap: &Gap, facility_id: impl Fn(FacilityId) -> String) -> (Gap, Option<String>) {
    (Gap { rank: 0, nearest: None, ..gap.clone() }, gap.nearest.map(facility_id))
}

/// What an analysis says of one zone.
fn of_zone(report: &Report, facilities: &[Facility], zone: ZoneId) -> (Vec<(Gap, Option<String>)>, geo::MultiPolygon<f64>) {
    let own = report.gaps.gaps.iter().filter(|gap| gap.zone == zone);
    (own.map(|gap| bare(gap, |id| facilities[id.index()].id.clone())).collect(), report.gaps.covered[zone.index()].clone())
}

/// Opens, closes and takes back, `steps` times; every time the gaps of the touched zones are those of a new analysis, and all other zones
/// keep theirs, as long as facilities have the same small pieces of the network in use. How many zones were touched, and how many not.
fn change(scene: &Scene, random: &mut Random, steps: usize, place: impl Fn(&mut Random) -> (f64, f64)) -> [usize; 2] {
    scene.ask(|study, service| {
        let mut counts = [0, 0];
        let edges = service.edge_grid().unwrap();
        let tied = |places: &[Facility]| Linkage::new(&edges, &places.iter().map(|f| f.location).collect::<Vec<_>>());
        let homes = Linkage::new(&edges, &study.demand.locations);
        let residents = Residents::new(service.network, service.direction, &homes, &study.demand.people).unwrap();
        let mut facilities = scene.facilities.clone();
        let mut what_if = WhatIf::new(&residents, &tied(&facilities), &study.demand.zones, service.limits(), Cost::UNREACHED).unwrap();
        let mut zone_gaps = ZoneGaps::new(*study, *service, &edges, &homes).unwrap();
        let open = |what_if: &WhatIf<'_>, all: &[Facility]| -> Vec<Facility> {
            what_if.open_facilities().map(|(id, _)| all[id.index()].clone()).collect()
        };
        let mut changes: Vec<(Change, bool)> = Vec::new();
        let mut before = Some((scene.analyse(), scene.facilities.clone()));
        for _ in 0..steps {
            let (x, y) = place(random);
            let ids: Vec<FacilityId> = what_if.open_facilities().map(|(id, _)| id).collect();
            let touched = match random.below(4) {
                0 | 1 => {
                    let known = scene.clone().clinics(&[(x, y)]).facilities.pop().unwrap();
                    facilities.push(Facility { id: format!("new {}", facilities.len()), ..known });
                    let change = what_if.open(tied(&facilities[facilities.len() - 1..]).snaps(0));
                    let touched = zone_gaps.touched(&change, &facilities);
                    changes.push((change, true));
                    touched
                }
                2 if !ids.is_empty() => {
                    let change = what_if.close(ids[random.below(ids.len())]);
                    let touched = zone_gaps.touched(&change, &facilities);
                    changes.push((change, false));
                    touched
                }
                _ => {
                    let Some((change, opened)) = changes.pop() else { continue };
                    let touched = zone_gaps.touched(&change, &facilities);
                    assert!(what_if.undo());
                    facilities.truncate(facilities.len() - usize::from(opened));
                    touched
                }
            };
            let now = open(&what_if, &facilities);
            let judged = Scene { facilities: now.clone(), ..scene.clone() };
            let ours = zone_gaps.trace(&mut what_if, &facilities, &touched, &NoProgress).unwrap();
            assert!(ours.gaps.iter().enumerate().all(|(i, gap)| gap.rank == i + 1));
            if judged.ask(|_, own| own.edge_grid().unwrap().islands() != edges.islands()) {
                before = None;
                continue;
            }
            let judge = judged.analyse();
            counts[0] += touched.len();
            for (i, &zone) in touched.iter().enumerate() {
                let own = ours.gaps.iter().filter(|gap| gap.zone == zone);
                let own: Vec<_> = own.map(|gap| bare(gap, |id| facilities[id.index()].id.clone())).collect();
                assert_eq!((own, ours.covered[i].clone()), of_zone(&judge, &now, zone), "{zone:?}");
            }
            for zone in (0..study.zones.len()).map(ZoneId::at).filter(|zone| !touched.contains(zone)) {
                let Some((was, were)) = &before else { continue };
                counts[1] += 1;
                assert_eq!(of_zone(&judge, &now, zone), of_zone(was, were, zone), "{zone:?} was not touched");
            }
            if touched.len() == study.zones.len() {
                assert_eq!(ours.unlisted(), judge.gaps.unlisted());
            }
            before = Some((judge, now));
        }
        counts
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn gaps_of_touched_zones_are_those_of_a_new_analysis(plan in plan(), seed in any::<u64>()) {
        let scene = plan.scene();
        change(&scene, &mut Random::new(seed), 3, |random| (random.between(-80.0, 680.0), random.between(-80.0, 580.0)));
    }
}

/// A town of 36 zones: crooked streets with bends, one-ways and holes between them, a river with bridges, a lake that is no land.
pub(crate) fn large(seed: u64) -> Scene {
    let mut random = Random::new(seed);
    let mut scene = Scene::new(["300s", "500m", "700s", "250m"][seed as usize % 4]);
    let speed = if scene.limit.metric == Metric::Time { 1.3 } else { 1.0 };
    let crossing = |random: &mut Random, column: usize, row: usize| {
        let off = |random: &mut Random| random.between(-45.0, 45.0);
        (150.0 * column as f64 + off(random), 150.0 * row as f64 + off(random))
    };
    let places: Vec<(f64, f64)> = (0..441).map(|i| crossing(&mut random, i % 21, i / 21)).collect();
    for i in 0..441 {
        for (next, there) in [(i + 1, i % 21 < 20), (i + 21, i < 420)] {
            if !there || random.one_in(4) {
                continue;
            }
            let backward = Some(speed).filter(|_| !random.one_in(12));
            let (a, b) = (places[i], places[next]);
            let middle = ((a.0 + b.0) / 2.0 + random.between(-30.0, 30.0), (a.1 + b.1) / 2.0 + random.between(-30.0, 30.0));
            scene.piece(a, middle, Some(speed), backward);
            scene.piece(middle, b, Some(speed), backward);
        }
    }
    for i in 0..36 {
        let (x, y) = (f64::from(i % 6) * 510.0 - 30.0, f64::from(i / 6) * 510.0 - 30.0);
        // crooked borders
        let corner = |dx: f64, dy: f64| (x + dx + (y + dy) / 20.0, y + dy - (x + dx) / 25.0);
        let ring = [corner(0.0, 0.0), corner(510.0, 0.0), corner(510.0, 510.0), corner(0.0, 510.0)];
        let area = geo::Polygon::new(geo::LineString::from(ring.to_vec()), vec![]);
        scene = if i == 8 { scene.unknown_zone("unknown", area.into()) } else { scene.zone(&format!("z{i}"), area.into()) };
    }
    let zones = scene.zones.clone();
    let index = ZoneIndex::new(&zones);
    for _ in 0..500 {
        let (x, y) = (random.between(-60.0, 3100.0), random.between(-60.0, 3100.0));
        scene.point(x, y, index.locate(at(x, y)), People::persons(random.below(50) as u64));
    }
    let clinics: Vec<(f64, f64)> = (0..14).map(|_| (random.between(0.0, 3000.0), random.between(0.0, 3000.0))).collect();
    scene = scene.clinics(&clinics);
    scene.link.snap_m = 120.0;
    scene.link.min_component = 4;
    scene.direction = [Direction::ToFacility, Direction::FromFacility][seed as usize / 2 % 2];
    scene.gaps.ground = if seed.is_multiple_of(3) { GapGround::All } else { GapGround::Inhabited };
    if seed.is_multiple_of(2) {
        let lake = rect(1200.0, 1300.0, 1500.0, 1550.0);
        scene = scene.barrier("river", &[(-100.0, 900.0), (1400.0, 1020.0), (3200.0, 800.0)]).lake(lake.clone());
        scene = scene.water(lake).masks(&[Share::Land, Share::Zone]);
        let general = scene.limit;
        scene.zone_limits = (0..36).map(|i| Limit { cost: Cost(general.cost.0 * (2 + i % 3) / 3), ..general }).collect();
    }
    scene
}

#[test]
fn a_change_touches_few_zones_of_many() {
    let mut counts = [0, 0];
    for seed in 0..8 {
        let own = change(&large(seed), &mut Random::new(seed), 12, |random| (random.between(-50.0, 3050.0), random.between(-50.0, 3050.0)));
        counts = [counts[0] + own[0], counts[1] + own[1]];
    }
    assert!(counts[0] > 500 && counts[1] > counts[0], "{counts:?}");
}
