//! The judge, frozen: what a careful user of petgraph writes. Do not tune it; ratios are against this text.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BinaryHeap, HashMap};

use petgraph::Graph;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use crate::graphs::Arrays;

/// A petgraph graph of the same arcs, in the order of `arrays`.
pub(crate) type JudgeGraph = Graph<(), u32>;

pub(crate) fn graph(arrays: &Arrays) -> JudgeGraph {
    let mut graph = JudgeGraph::with_capacity(arrays.nodes() + 1, arrays.arcs.len());
    for _ in 0..arrays.nodes() {
        graph.add_node(());
    }
    for tail in 0..arrays.nodes() {
        for &(head, cost) in arrays.of_node(tail) {
            graph.add_edge(NodeIndex::new(tail), NodeIndex::new(head as usize), cost);
        }
    }
    graph
}

/// Adds a node with arcs at no cost to all `starts`.
pub(crate) fn add_super_source(graph: &mut JudgeGraph, starts: &[u32]) -> NodeIndex {
    let source = graph.add_node(());
    for &start in starts {
        graph.add_edge(source, NodeIndex::new(start as usize), 0);
    }
    source
}

/// petgraph's own `dijkstra`: costs of all nodes that are reached, the source's own among them (nothing).
pub(crate) fn nearest(graph: &JudgeGraph, source: NodeIndex) -> impl IntoIterator<Item = (NodeIndex, u32)> {
    petgraph::algo::dijkstra(graph, source, None, |arc| *arc.weight())
}

/// Hand-bounded search: `settle` gets every node within `bound` and its cost, by cost.
pub(crate) fn bounded(graph: &JudgeGraph, start: u32, bound: u32, mut settle: impl FnMut(u32, u32)) {
    let start = NodeIndex::new(start as usize);
    let mut costs = HashMap::new();
    let mut heap = BinaryHeap::new();
    costs.insert(start, 0u32);
    heap.push(Reverse((0u32, start)));
    while let Some(Reverse((cost, node))) = heap.pop() {
        if costs.get(&node).is_some_and(|&best| best < cost) {
            continue;
        }
        settle(node.index() as u32, cost);
        for arc in graph.edges(node) {
            let next = cost.saturating_add(*arc.weight());
            if next > bound {
                continue;
            }
            match costs.entry(arc.target()) {
                Entry::Occupied(held) if *held.get() <= next => continue,
                Entry::Occupied(mut held) => *held.get_mut() = next,
                Entry::Vacant(free) => {
                    free.insert(next);
                }
            }
            heap.push(Reverse((next, arc.target())));
        }
    }
}
