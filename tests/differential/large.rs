//! A network of many blocks: one-way streets on a lattice of 300 × 300 junctions, some of them winding.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use catchment::*;
use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::common::at;
use crate::common::random::Random;
use crate::found;
use crate::judge::travel;

const SIDE: u32 = 300;

fn network() -> RoadNetwork {
    let mut random = Random::new(11);
    let junction = |i: u32| at(f64::from(i % SIDE) * 100.0, f64::from(i / SIDE) * 100.0);
    let mut roads = Roads { nodes: (0..SIDE * SIDE).map(junction).collect(), ..Roads::default() };
    let mut street = |roads: &mut Roads, from: u32, to: u32| {
        let mut ends = vec![from];
        if random.one_in(3) {
            ends.push(roads.nodes.len() as u32);
            let (a, b) = (roads.nodes[from as usize], roads.nodes[to as usize]);
            roads.nodes.push(at((a.x + b.x) / 2.0 + 7.0, (a.y + b.y) / 2.0 - 7.0));
        }
        ends.push(to);
        let one_way = random.one_in(6);
        for pair in ends.windows(2) {
            // few lengths, so that many ways are equally long
            let length_mm = 40_000 + random.below(2) as u32 * 40_000;
            let backward_m_s = (!one_way).then_some(1.0);
            roads.segments.push(RoadSegment { from: pair[0], to: pair[1], length_mm, forward_m_s: Some(1.0), backward_m_s, delay_ms: 0 });
        }
    };
    for i in 0..SIDE * SIDE {
        if i % SIDE + 1 < SIDE {
            street(&mut roads, i, i + 1);
        }
        if i / SIDE + 1 < SIDE {
            street(&mut roads, i, i + SIDE);
        }
    }
    RoadNetwork::build(&roads, Metric::Time).unwrap()
}

/// The least cost of every node, by petgraph from one more node that leads to all starts.
fn judged(network: &RoadNetwork, starts: &[NodeId], direction: Direction) -> Vec<Option<u64>> {
    let mut graph = spread(network, direction);
    let all = graph.add_node(());
    for start in starts {
        graph.add_edge(all, NodeIndex::new(start.index()), 0);
    }
    let costs = dijkstra(&graph, all, None, |arc| *arc.weight());
    (0..network.node_count()).map(|node| costs.get(&NodeIndex::new(node)).copied()).collect()
}

/// Arcs as labels spread.
fn spread(network: &RoadNetwork, direction: Direction) -> DiGraph<(), u64> {
    let mut graph: DiGraph<(), u64> = travel(network, |_, cost| cost);
    if direction == Direction::ToFacility {
        graph.reverse();
    }
    graph
}

/// The least cost of every node and the lowest facility that has it, by Dijkstra's algorithm on pairs.
fn judged_with_ties(network: &RoadNetwork, starts: &[NodeId], direction: Direction) -> Vec<Option<(u64, u32)>> {
    let graph = spread(network, direction);
    let mut best: Vec<Option<(u64, u32)>> = vec![None; network.node_count()];
    let mut heap: BinaryHeap<Reverse<((u64, u32), usize)>> =
        starts.iter().enumerate().map(|(facility, node)| Reverse(((0, facility as u32), node.index()))).collect();
    while let Some(Reverse((label, node))) = heap.pop() {
        if best[node].is_some() {
            continue;
        }
        best[node] = Some(label);
        for arc in graph.edges(NodeIndex::new(node)) {
            heap.push(Reverse(((label.0 + arc.weight(), label.1), arc.target().index())));
        }
    }
    best
}

#[test]
fn sweeps_over_many_blocks_equal_petgraphs_on_any_number_of_threads() {
    let network = network();
    assert!(network.junction_count() > 80_000 && network.node_count() > 140_000, "{}", network.junction_count());
    let mut random = Random::new(5);
    let mut ties = 0;
    for (count, direction) in [(1, Direction::ToFacility), (40, Direction::FromFacility), (3000, Direction::ToFacility)] {
        let starts: Vec<NodeId> = (0..count).map(|_| NodeId::at(random.below(network.node_count()))).collect();
        let linkage = Linkage::at_nodes(&network, &starts);
        let sources = Sources::new(&network, &linkage, direction).unwrap();
        let labels = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut space = SearchSpace::default();
            pool.install(|| {
                let nearest = sources.nearest_facility(&mut space);
                (0..network.node_count()).map(|node| found(nearest.node(NodeId::at(node)))).collect::<Vec<_>>()
            })
        };
        let ours = labels(1);
        assert!(ours == judged_with_ties(&network, &starts, direction), "{count} facilities: facilities of equal cost");
        let costs: Vec<_> = ours.iter().map(|label| label.map(|label| label.0)).collect();
        assert_eq!(costs, judged(&network, &starts, direction), "{count} facilities");
        for threads in [2, 16] {
            assert!(labels(threads) == ours, "{count} facilities, {threads} threads");
        }
        // had the highest facility the ties, others would have them
        let turned: Vec<NodeId> = starts.iter().rev().copied().collect();
        let other = judged_with_ties(&network, &turned, direction);
        ties += ours.iter().zip(&other).filter(|(a, b)| a.map(|a| a.1) != b.map(|b| count as u32 - 1 - b.1)).count();
    }
    assert!(ties > 1000, "{ties} ties");
}
