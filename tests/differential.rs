//! The search against two judges on random networks: petgraph's Dijkstra on an explicit graph, and Floyd and Warshall's algorithm.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod common;

#[path = "differential/brute.rs"]
mod brute;
#[path = "differential/judge.rs"]
mod judge;
#[path = "differential/large.rs"]
mod large;
#[path = "differential/rows.rs"]
mod rows;
#[path = "differential/town.rs"]
mod town;
#[path = "differential/turns.rs"]
mod turns;
#[path = "differential/what_if.rs"]
mod what_if;

use std::collections::BTreeSet;

use catchment::*;
use petgraph::algo::{connected_components, dijkstra, tarjan_scc};

use brute::Brute;
use judge::Judge;
use town::Town;

const BOTH: [Direction; 2] = [Direction::ToFacility, Direction::FromFacility];
const SEEDS: std::ops::Range<u64> = 0..200;

/// The cheapest of the facilities' costs, the lowest facility of equal ones.
fn best(costs: impl IntoIterator<Item = Option<u64>>) -> Option<(u64, u32)> {
    costs.into_iter().enumerate().filter_map(|(facility, cost)| Some((cost?, facility as u32))).min()
}

fn found(label: Label) -> Option<(u64, u32)> {
    label.cost.is_reached().then_some((u64::from(label.cost.0), label.facility.0))
}

fn within(label: Label, bound: Cost) -> Option<u64> {
    (label.cost.is_reached() && label.cost <= bound).then_some(u64::from(label.cost.0))
}

/// Towns with many junctions, and towns with many bends.
fn towns() -> impl Iterator<Item = (u64, Town)> {
    SEEDS.flat_map(|seed| [(seed, Town::new(seed)), (seed, Town::winding(seed))])
}

#[test]
fn the_network_holds_the_segments() {
    let (mut nodes, mut bends) = (0, 0);
    for (seed, town) in towns() {
        assert_eq!(town.edges_of_network(), town.edges_of_segments(), "seed {seed}");
        let network = &town.network;
        let edges_at = |node: NodeId| network.incident(node).map(|at| at.edge).collect::<BTreeSet<_>>();
        for node in (0..network.node_count()).map(NodeId::at) {
            let ends = network.edges().iter().enumerate().filter(|(_, e)| e.tail == node || e.head == node);
            assert_eq!(edges_at(node), ends.map(|(i, _)| EdgeId::at(i)).collect(), "seed {seed}, node {node:?}");
            if node.index() >= network.junction_count() {
                assert_eq!(edges_at(node).len(), 2, "seed {seed}, node {node:?}");
                bends += 1;
            }
            nodes += 1;
        }
    }
    assert!(bends > nodes / 2, "{bends} of {nodes} nodes");
}

#[test]
fn the_order_of_segments_makes_no_difference() {
    for (seed, town) in towns() {
        let mut roads = town.roads.clone();
        roads.segments.reverse();
        let half = roads.segments.len() / 2;
        roads.segments.rotate_left(half);
        let other = RoadNetwork::build(&roads, town.network.metric()).unwrap();
        assert_eq!(other.edges(), town.network.edges(), "seed {seed}");
    }
}

#[test]
fn a_network_made_of_its_parts_is_the_same() {
    for (seed, town) in towns() {
        let network = &town.network;
        let again = RoadNetwork::from_parts(network.metric(), network.to_parts()).unwrap();
        assert_eq!(again.to_parts(), network.to_parts());
        let by_time = RoadNetwork::build(&town.roads, Metric::Time).unwrap();
        let by_distance = RoadNetwork::build(&town.roads, Metric::Distance).unwrap();
        assert_eq!(by_time.by_distance().to_parts(), by_distance.to_parts(), "seed {seed}");
    }
}

#[test]
fn parts_that_do_not_fit_are_refused_and_never_panic() {
    let (mut refused, mut kept) = (0, 0);
    for (seed, town) in towns() {
        let mut random = common::random::Random::new(seed);
        for _ in 0..20 {
            let mut parts = town.network.to_parts();
            let wrong = [0, 1, 7, 1000, u32::MAX][random.below(5)];
            let mut change = |values: &mut Vec<u32>| match values.len() {
                0 => values.push(wrong),
                count if random.one_in(3) => values.truncate(count - 1),
                count => values[random.below(count)] = wrong,
            };
            match seed % 7 {
                0 => change(&mut parts.first_edge),
                1 => change(&mut parts.bend_chain),
                2 => change(&mut parts.first_arc),
                3 => change(&mut parts.arc_chain),
                4 => change(&mut parts.component),
                5 => {
                    let edge = random.below(parts.edges.len());
                    parts.edges[edge][random.below(2)] = wrong;
                }
                _ => {
                    let arc = random.below(parts.arcs_out.len());
                    parts.arcs_out[arc][0] = wrong;
                }
            }
            match RoadNetwork::from_parts(Metric::Time, parts) {
                Err(NetworkError::Parts { .. }) => refused += 1,
                Err(other) => panic!("{other}"),
                // other roads, perhaps, and sound enough to search
                Ok(network) => {
                    let everywhere: Vec<NodeId> = (0..network.node_count()).map(NodeId::at).collect();
                    let linkage = Linkage::at_nodes(&network, &everywhere);
                    let sources = Sources::new(&network, &linkage, Direction::ToFacility).unwrap();
                    sources.nearest_facility(&mut SearchSpace::default());
                    let people = vec![People::persons(1); everywhere.len()];
                    let residents = Residents::new(&network, Direction::ToFacility, &linkage, &people).unwrap();
                    sources.catchments(Cost(100_000), &residents).unwrap();
                    kept += 1;
                }
            }
        }
    }
    assert!(refused > 3000 && kept > 300, "{refused}, {kept}");
}

#[test]
fn nearest_facilities_equal_petgraphs() {
    let mut kept = SearchSpace::default();
    let (mut reached, mut unreached, mut ties) = (0, 0, 0);
    for (seed, town) in towns() {
        let (facilities, people) = town.linkages();
        for direction in BOTH {
            let judge = Judge::new(&town.network, &facilities, &people, direction);
            let sources = Sources::new(&town.network, &facilities, direction).unwrap();
            let nearest = sources.nearest_facility(&mut kept);
            let by_facility: Vec<_> = (0..facilities.len()).map(|f| judge.out_of_facility(f)).collect();
            let from_any = judge.out_of_any();
            for node in 0..town.network.node_count() {
                let label = found(nearest.node(NodeId::at(node)));
                assert_eq!(label, best(by_facility.iter().map(|c| c.node(node))), "seed {seed}, {direction:?}, node {node}");
                assert_eq!(label.map(|l| l.0), from_any.node(node));
            }
            for person in 0..people.len() {
                let label = found(nearest.point(people.snaps(person)));
                let costs: Vec<_> = by_facility.iter().map(|c| c.person(person)).collect();
                assert_eq!(label, best(costs.iter().copied()), "seed {seed}, {direction:?}, person {person}");
                assert_eq!(label.map(|l| l.0), from_any.person(person));
                match label {
                    Some((cost, _)) => {
                        reached += 1;
                        ties += usize::from(costs.iter().filter(|c| **c == Some(cost)).count() > 1);
                    }
                    None => unreached += 1,
                }
            }
        }
    }
    // the towns are such that all cases occur often
    assert!(reached > 5000 && unreached > 500 && ties > 100, "{reached} reached, {unreached} not, {ties} tied");
}

#[test]
fn ways_are_as_long_as_petgraphs() {
    let (mut ways, mut shorter_than_others, mut on_one_edge) = (0, 0, 0);
    for (seed, town) in towns() {
        let (facilities, people) = town.linkages();
        for direction in BOTH {
            let judge = Judge::new(&town.network, &facilities, &people, direction);
            let sources = Sources::new(&town.network, &facilities, direction).unwrap();
            let mut space = SearchSpace::default();
            let nearest = sources.nearest_facility(&mut space);
            let by_facility: Vec<_> = (0..facilities.len()).map(|f| judge.out_of_facility(f)).collect();
            for person in 0..people.len() {
                let snaps = people.snaps(person);
                let label = nearest.point(snaps);
                let way = nearest.way_mm(snaps);
                let truth = label.cost.is_reached().then(|| by_facility[label.facility.index()].way_mm(person).unwrap());
                assert_eq!(way, truth, "seed {seed}, {direction:?}, person {person}");
                let Some(way) = way else { continue };
                if town.network.metric() == Metric::Distance {
                    assert_eq!(way, u64::from(label.cost.0), "by distance the way is the cost");
                }
                ways += 1;
                let all = by_facility.iter().filter_map(|facility| facility.way_mm(person));
                shorter_than_others += usize::from(all.min() < Some(way));
                let own: Vec<EdgeId> = snaps.iter().map(|snap| snap.edge).collect();
                on_one_edge += usize::from(facilities.snaps(label.facility.index()).iter().any(|snap| own.contains(&snap.edge)));
            }
        }
    }
    // the cheapest way often leads past a facility that is nearer, or stays on one edge
    assert!(ways > 5000 && shorter_than_others > 100 && on_one_edge > 500, "{ways}, {shorter_than_others}, {on_one_edge}");
}

#[test]
fn nearest_facilities_equal_brute_force() {
    for seed in SEEDS {
        let town = Town::of_size(seed, 8);
        let (facilities, people) = town.linkages();
        for direction in BOTH {
            let brute = Brute::new(&town.network, direction);
            let sources = Sources::new(&town.network, &facilities, direction).unwrap();
            let mut space = SearchSpace::default();
            let nearest = sources.nearest_facility(&mut space);
            for person in 0..people.len() {
                let costs = (0..facilities.len()).map(|f| brute.cost(facilities.snaps(f), people.snaps(person)));
                assert_eq!(found(nearest.point(people.snaps(person))), best(costs), "seed {seed}, {direction:?}, person {person}");
            }
        }
    }
}

#[test]
fn a_bounded_catchment_is_the_unbounded_one_up_to_the_bound() {
    let mut kept = SearchSpace::default();
    for (seed, town) in towns() {
        let (facilities, people) = town.linkages();
        for direction in BOTH {
            let judge = Judge::new(&town.network, &facilities, &people, direction);
            let sources = Sources::new(&town.network, &facilities, direction).unwrap();
            for f in 0..facilities.len() {
                let truth = judge.out_of_facility(f);
                // bounds at somebody's exact cost, one unit below it, none, and all
                let some = truth.person(seed as usize % people.len()).unwrap_or(60_000) as u32;
                for bound in [0, some.saturating_sub(1), some, u32::MAX].map(Cost) {
                    let cut = |cost: Option<u64>| cost.filter(|cost| *cost <= u64::from(bound.0));
                    let reached = sources.catchment(FacilityId::at(f), bound, &mut kept);
                    for person in 0..people.len() {
                        let label = reached.point(people.snaps(person));
                        assert_eq!(
                            within(label, bound),
                            cut(truth.person(person)),
                            "seed {seed}, facility {f}, {bound:?}, person {person}"
                        );
                    }
                    for node in 0..town.network.node_count() {
                        // a node beyond the bound has no label at all
                        let label = reached.node(NodeId::at(node));
                        assert_eq!(found(label), cut(truth.node(node)).map(|c| (c, f as u32)), "seed {seed}, facility {f}, {bound:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_search_space_that_was_used_is_as_good_as_a_new_one() {
    // one space through networks of every size, bounded and unbounded searches in turn
    let mut kept = SearchSpace::default();
    for seed in SEEDS {
        let town = if seed % 4 == 0 { Town::winding(seed) } else { Town::of_size(seed, [30, 3, 12][seed as usize % 3]) };
        let (facilities, _) = town.linkages();
        let sources = Sources::new(&town.network, &facilities, BOTH[seed as usize % 2]).unwrap();
        let labels = |nearest: NearestFacility<'_>| (0..town.network.node_count()).map(|n| nearest.node(NodeId::at(n))).collect::<Vec<_>>();
        for f in 0..facilities.len() {
            let bound = Cost(100_000 * (f as u32 + 1));
            let used = labels(sources.catchment(FacilityId::at(f), bound, &mut kept));
            assert_eq!(used, labels(sources.catchment(FacilityId::at(f), bound, &mut SearchSpace::default())), "seed {seed}");
            let used = labels(sources.nearest_facility(&mut kept));
            assert_eq!(used, labels(sources.nearest_facility(&mut SearchSpace::default())), "seed {seed}");
        }
    }
}

#[test]
fn petgraphs_algorithms_run_on_the_network_itself() {
    for (seed, town) in towns() {
        let network = &town.network;
        let graph = judge::travel(network, |_, cost| cost);
        let start = NodeId::at(seed as usize % network.node_count());
        let ours = dijkstra(network, start, None, |arc| u64::from(arc.cost.0));
        let theirs = dijkstra(&graph, petgraph::graph::NodeIndex::new(start.index()), None, |arc| *arc.weight());
        let ours: BTreeSet<_> = ours.into_iter().map(|(node, cost)| (node.index(), cost)).collect();
        let theirs: BTreeSet<_> = theirs.into_iter().map(|(node, cost)| (node.index(), cost)).collect();
        assert_eq!(ours, theirs, "seed {seed}");
        let ours: BTreeSet<BTreeSet<usize>> = tarjan_scc(network).iter().map(|c| c.iter().map(|n| n.index()).collect()).collect();
        let theirs: BTreeSet<BTreeSet<usize>> = tarjan_scc(&graph).iter().map(|c| c.iter().map(|n| n.index()).collect()).collect();
        assert_eq!(ours, theirs, "seed {seed}");
        // pieces, directions aside: their number, and every arc within one
        assert_eq!(connected_components(network), network.component_count(), "seed {seed}");
        let nodes = || (0..network.node_count()).map(NodeId::at);
        for node in nodes() {
            assert!(network.arcs_from(node).all(|arc| network.component(arc.head) == network.component(node)));
            let size = nodes().filter(|n| network.component(*n) == network.component(node)).count();
            assert_eq!(size as u32, network.component_nodes(node));
        }
    }
}
