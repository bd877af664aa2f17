//! Coverage rows, catchments and the bounded sweep, before the judge.

use std::collections::BTreeMap;

use catchment::*;

use crate::judge::Judge;
use crate::{BOTH, best, found, towns};

/// Bounds at somebody's exact cost, one unit below it, none, and all.
fn bounds(some: u32) -> [Cost; 4] {
    [0, some.saturating_sub(1), some, u32::MAX].map(Cost)
}

#[test]
fn rows_and_catchments_equal_petgraphs() {
    let (mut entries, mut at_two_places) = (0, 0);
    for (seed, town) in towns() {
        let (facilities, people) = town.linkages();
        let counts: Vec<People> = (0..people.len() as u64).map(|i| People(1 + i * i)).collect();
        for direction in BOTH {
            let judge = Judge::new(&town.network, &facilities, &people, direction);
            let residents = Residents::new(&town.network, direction, &people, &counts).unwrap();
            let sources = Sources::new(&town.network, &facilities, direction).unwrap();
            let truth: Vec<_> = (0..facilities.len()).map(|f| judge.out_of_facility(f)).collect();
            let some = truth[0].person(seed as usize % people.len()).unwrap_or(60_000) as u32;
            for bound in bounds(some) {
                let rows = sources.coverage_rows(bound, &residents, |facility, row| (facility, row.to_vec())).unwrap();
                let sums = sources.catchments(bound, &residents).unwrap();
                assert_eq!((rows.len(), sums.len()), (facilities.len(), facilities.len()));
                for (f, ((facility, row), sum)) in rows.iter().zip(&sums).enumerate() {
                    assert_eq!(facility.index(), f);
                    let met: BTreeMap<usize, u64> = row.iter().map(|(point, cost)| (point.index(), u64::from(cost.0))).collect();
                    assert_eq!(met.len(), row.len(), "seed {seed}: each point once");
                    let within = |person: usize| Some((person, truth[f].person(person).filter(|cost| *cost <= u64::from(bound.0))?));
                    let expected: BTreeMap<usize, u64> = (0..people.len()).filter_map(within).collect();
                    assert_eq!(met, expected, "seed {seed}, {direction:?}, facility {f}, {bound:?}");
                    let people_met = expected.keys().map(|person| counts[*person]).sum();
                    assert_eq!(*sum, Catchment { people: people_met, points: expected.len() }, "seed {seed}, facility {f}, {bound:?}");
                    entries += row.len();
                    at_two_places += met.keys().filter(|person| people.snaps(**person).len() > 1).count();
                }
            }
        }
    }
    assert!(entries > 20_000 && at_two_places > 500, "{entries}, {at_two_places}");
}

#[test]
fn a_bounded_sweep_is_the_unbounded_one_up_to_the_bound() {
    let mut kept = SearchSpace::default();
    for (seed, town) in towns() {
        let (facilities, people) = town.linkages();
        for direction in BOTH {
            let judge = Judge::new(&town.network, &facilities, &people, direction);
            let truth: Vec<_> = (0..facilities.len()).map(|f| judge.out_of_facility(f)).collect();
            let some = best(truth.iter().map(|t| t.person(seed as usize % people.len()))).map_or(60_000, |b| b.0 as u32);
            let sources = Sources::new(&town.network, &facilities, direction).unwrap();
            for bound in bounds(some) {
                let nearest = sources.nearest_facility_within(bound, &mut kept);
                for node in 0..town.network.node_count() {
                    let cost = best(truth.iter().map(|t| t.node(node))).filter(|best| best.0 <= u64::from(bound.0));
                    assert_eq!(found(nearest.node(NodeId::at(node))), cost, "seed {seed}, {direction:?}, {bound:?}, node {node}");
                }
            }
        }
    }
}

#[test]
fn points_at_nodes_have_the_labels_of_their_nodes() {
    for (seed, town) in towns() {
        let has_length = |node: &NodeId| town.network.incident(*node).any(|at| town.network.edge(at.edge).length_mm > 0);
        let nodes: Vec<NodeId> = (0..town.network.node_count()).map(NodeId::at).filter(has_length).collect();
        if nodes.is_empty() {
            continue;
        }
        let everywhere = Linkage::at_nodes(&town.network, &nodes);
        for direction in BOTH {
            let start = &nodes[seed as usize % nodes.len()..][..1];
            let facility = Linkage::at_nodes(&town.network, start);
            let sources = Sources::new(&town.network, &facility, direction).unwrap();
            let mut space = SearchSpace::default();
            let nearest = sources.nearest_facility(&mut space);
            assert_eq!(nearest.node(start[0]).cost, Cost::ZERO);
            for (i, node) in nodes.iter().enumerate() {
                assert_eq!(nearest.point(everywhere.snaps(i)), nearest.node(*node), "seed {seed}, {direction:?}, {node:?}");
            }
        }
    }
}
