//! The order of the input and the number of threads do not matter.

use catchment::*;
use proptest::prelude::*;

use crate::common::random::Random;
use crate::common::*;
use crate::plan::{cases, plan, zones};

/// The same town with everything in another order, and every other street drawn the other way.
struct Shuffled {
    scene: Scene,
    /// By new row, the old one.
    points: Vec<usize>,
    facilities: Vec<usize>,
}

fn order(random: &mut Random, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    random.shuffle(&mut order);
    order
}

fn shuffled(scene: &Scene, seed: u64) -> Shuffled {
    let random = &mut Random::new(seed);
    let nodes = order(random, scene.roads.nodes.len());
    let zones = order(random, scene.zones.len());
    let points = order(random, scene.demand.len());
    let facilities = order(random, scene.facilities.len());
    let mut new = scene.clone();
    new.roads.nodes = nodes.iter().map(|&old| scene.roads.nodes[old]).collect();
    let place = |order: &[usize], old: usize| order.iter().position(|o| *o == old).unwrap() as u32;
    for (i, s) in new.roads.segments.iter_mut().enumerate() {
        (s.from, s.to) = (place(&nodes, s.from as usize), place(&nodes, s.to as usize));
        if i % 2 == 0 {
            (s.from, s.to) = (s.to, s.from);
            (s.forward_m_s, s.backward_m_s) = (s.backward_m_s, s.forward_m_s);
        }
    }
    random.shuffle(&mut new.roads.segments);
    new.zones = zones.iter().map(|&old| scene.zones[old].clone()).collect();
    new.facilities = facilities.iter().map(|&old| scene.facilities[old].clone()).collect();
    new.demand.locations = points.iter().map(|&old| scene.demand.locations[old]).collect();
    new.demand.people = points.iter().map(|&old| scene.demand.people[old]).collect();
    new.demand.zones = points.iter().map(|&old| scene.demand.zones[old].map(|z| ZoneId(place(&zones, z.index())))).collect();
    for (group, old) in new.demand.groups.iter_mut().zip(&scene.demand.groups) {
        group.people = points.iter().map(|&i| old.people[i]).collect();
    }
    Shuffled { scene: new, points, facilities }
}

/// A row of the table by the zone's own id, with all that it counts.
fn rows(scene: &Scene, report: &Report) -> Vec<(String, Coverage)> {
    let mut rows: Vec<_> = scene.zones.iter().zip(&report.coverage.zones).map(|(z, row)| (z.id.clone(), row.clone())).collect();
    rows.extend(report.coverage.outside.clone().map(|row| ("outside".to_owned(), row)));
    rows.push(("total".to_owned(), report.coverage.total.clone()));
    rows.iter_mut().for_each(|(_, row)| row.zone = None);
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    rows
}

type GapRow = (String, Option<People>, usize, [Option<Cost>; 5], Vec<People>);

/// Gaps by what they count, with their areas.
fn gaps(scene: &Scene, report: &Report) -> (Vec<GapRow>, Vec<f64>) {
    let mut gaps: Vec<_> = report
        .gaps
        .gaps
        .iter()
        .map(|g| {
            let costs = [g.cost_min, g.cost_mean, g.facts.cost_max, g.facts.excess_mean, g.facts.excess_max];
            ((scene.zones[g.zone.index()].id.clone(), g.people, g.points, costs, g.facts.groups.clone()), g.area_m2)
        })
        .collect();
    gaps.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    gaps.into_iter().unzip()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_order_of_the_input_does_not_matter(plan in plan(), seed in any::<u64>()) {
        let scene = plan.scene();
        let other = shuffled(&scene, seed);
        let network = |scene: &Scene| serde_json::to_string(&scene.network()).unwrap();
        prop_assert_eq!(network(&scene), network(&other.scene));
        let (before, after) = (scene.analyse(), other.scene.analyse());
        for (new, &old) in other.points.iter().enumerate() {
            prop_assert_eq!(after.assessments[new].label.cost, before.assessments[old].label.cost);
            prop_assert_eq!(after.assessments[new].status, before.assessments[old].status);
        }
        for (new, &old) in other.facilities.iter().enumerate() {
            let (a, b) = (&before.facilities[old], &after.facilities[new]);
            prop_assert_eq!((a.status, a.people_within_limit, a.points_within_limit), (b.status, b.people_within_limit, b.points_within_limit));
        }
        prop_assert_eq!(rows(&scene, &before).len(), rows(&other.scene, &after).len());
        for ((name, a), (_, b)) in rows(&scene, &before).iter().zip(rows(&other.scene, &after)) {
            // the total of the polygons' areas is a sum of floats
            prop_assert!((a.area_m2 - b.area_m2).abs() < 1e-6);
            prop_assert_eq!(&Coverage { area_m2: 0.0, ..a.clone() }, &Coverage { area_m2: 0.0, ..b }, "{}", name);
        }
        let ((a, a_m2), (b, b_m2)) = (gaps(&scene, &before), gaps(&other.scene, &after));
        prop_assert_eq!(a, b);
        prop_assert!(a_m2.iter().zip(&b_m2).all(|(a, b)| (a - b).abs() < 1e-3), "{:?} {:?}", a_m2, b_m2);
    }

    #[test]
    fn the_number_of_threads_does_not_matter(plan in plan()) {
        let scene = plan.scene();
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| serde_json::to_string(&scene.analyse()).unwrap())
        };
        let one = on(1);
        prop_assert_eq!(&one, &on(2));
        prop_assert_eq!(&one, &on(4));
    }
}

#[test]
fn many_points_on_any_number_of_threads() {
    // more points than one thread takes at a time, spread over two zones of 10,000 and 20,000 people
    let [west, east] = zones();
    let zone = |name: &str, area, n| Zone { id: name.into(), name: name.into(), area, people: Some(People::persons(n)), class: None };
    let zones = vec![zone("West", west, 10_000), zone("East", east, 20_000)];
    let rules = SpreadRules { cell_m: 5.0, ..SpreadRules::default() };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (demand, notes) = spread(&zones, &[], &[Surface::WholeZone], Surroundings::default(), rules, &NoProgress).unwrap();
            let mut scene =
                Scene::new("300m").street(&[(-50.0, 250.0), (300.0, 260.0), (650.0, 240.0)]).clinics(&[(100.0, 250.0), (600.0, 250.0)]);
            (scene.zones, scene.demand) = (zones.clone(), demand);
            (scene.analyse(), serde_json::to_string(&notes).unwrap())
        })
    };
    let (one, notes) = run(1);
    assert!(one.assessments.len() > 10_000);
    // to the millionth of a person
    assert_eq!(one.coverage.zones[0].people.unwrap().total(), People::persons(10_000));
    assert_eq!(one.coverage.total.people.unwrap().total(), People::persons(30_000));
    let text = serde_json::to_string(&one).unwrap();
    for threads in [2, 4] {
        let (other, other_notes) = run(threads);
        assert_eq!(text, serde_json::to_string(&other).unwrap());
        assert_eq!(notes, other_notes);
    }
}
