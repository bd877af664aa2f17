//! The judge: an explicit petgraph graph in which every facility and every person is a node that splits its edge.
//!
//! Arcs run as travel does. Whoever travels has only arcs out, whoever is travelled to only arcs in, so that nobody walks through a place
//! in the middle of an edge and gains by its rounding.

use std::collections::HashMap;

use catchment::*;
use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::Reversed;

/// A cost, and in its lower half a length in mm: the cheapest, and the shortest of equally cheap ones, in one sum.
type CostThenLength = u128;

fn packed(cost: u64, length_mm: u64) -> CostThenLength {
    (u128::from(cost) << 64) + u128::from(length_mm)
}

pub(crate) struct Judge {
    graph: DiGraph<(), CostThenLength>,
    facilities: Vec<NodeIndex>,
    people: Vec<NodeIndex>,
    all_facilities: NodeIndex,
    direction: Direction,
}

/// What it costs to or from one facility or all.
pub(crate) struct Costs<'j> {
    judge: &'j Judge,
    costs: HashMap<NodeIndex, CostThenLength>,
}

/// The nodes and arcs of a network, without anybody on it.
pub(crate) fn travel<W>(network: &RoadNetwork, weight: impl Fn(&Edge, u64) -> W) -> DiGraph<(), W> {
    let mut graph = DiGraph::new();
    (0..network.node_count()).for_each(|_| {
        graph.add_node(());
    });
    for e in network.edges() {
        let (tail, head) = (NodeIndex::new(e.tail.index()), NodeIndex::new(e.head.index()));
        if e.forward.is_reached() {
            graph.add_edge(tail, head, weight(e, u64::from(e.forward.0)));
        }
        if e.backward.is_reached() {
            graph.add_edge(head, tail, weight(e, u64::from(e.backward.0)));
        }
    }
    graph
}

/// `whole × part ÷ length`, rounded half up; no way costs nothing; `None` where the direction is shut.
pub(crate) fn share(whole: Cost, part_mm: u32, length_mm: u32) -> Option<u64> {
    if part_mm == 0 {
        return Some(0);
    }
    let (whole_cost, part, length) = (u128::from(whole.0), u128::from(part_mm), u128::from(length_mm));
    whole.is_reached().then(|| ((2 * whole_cost * part + length) / (2 * length)) as u64)
}

impl Judge {
    pub(crate) fn new(network: &RoadNetwork, facilities: &Linkage, people: &Linkage, direction: Direction) -> Judge {
        let mut graph = travel(network, |edge, cost| packed(cost, u64::from(edge.length_mm)));
        let facility_nodes: Vec<_> = (0..facilities.len()).map(|_| graph.add_node(())).collect();
        let people_nodes: Vec<_> = (0..people.len()).map(|_| graph.add_node(())).collect();
        let all_facilities = graph.add_node(());
        let snaps = |linkage: &Linkage, nodes: &[NodeIndex]| -> Vec<(NodeIndex, Snap)> {
            let of = |(i, node): (usize, &NodeIndex)| linkage.snaps(i).iter().map(|s| (*node, *s)).collect::<Vec<_>>();
            nodes.iter().enumerate().flat_map(of).collect()
        };
        let (facility_snaps, people_snaps) = (snaps(facilities, &facility_nodes), snaps(people, &people_nodes));
        match direction {
            Direction::ToFacility => {
                insert(&mut graph, network, &people_snaps, &facility_snaps);
                facility_nodes.iter().for_each(|f| {
                    graph.add_edge(*f, all_facilities, 0);
                });
            }
            Direction::FromFacility => {
                insert(&mut graph, network, &facility_snaps, &people_snaps);
                facility_nodes.iter().for_each(|f| {
                    graph.add_edge(all_facilities, *f, 0);
                });
            }
        }
        Judge { graph, facilities: facility_nodes, people: people_nodes, all_facilities, direction }
    }

    pub(crate) fn out_of_facility(&self, facility: usize) -> Costs<'_> {
        self.from(self.facilities[facility])
    }

    pub(crate) fn out_of_any(&self) -> Costs<'_> {
        self.from(self.all_facilities)
    }

    fn from(&self, start: NodeIndex) -> Costs<'_> {
        let costs = match self.direction {
            Direction::ToFacility => dijkstra(Reversed(&self.graph), start, None, |arc| *petgraph::visit::EdgeRef::weight(&arc)),
            Direction::FromFacility => dijkstra(&self.graph, start, None, |arc| *arc.weight()),
        };
        Costs { judge: self, costs: costs.into_iter().collect() }
    }
}

/// Puts those who travel and those who are travelled to on their edges.
fn insert(graph: &mut DiGraph<(), CostThenLength>, network: &RoadNetwork, travellers: &[(NodeIndex, Snap)], goals: &[(NodeIndex, Snap)]) {
    let mut add = |from: NodeIndex, to: NodeIndex, way: Option<u64>, length_mm: u32, legs: CostThenLength| {
        if let Some(way) = way {
            graph.add_edge(from, to, packed(way, u64::from(length_mm)) + legs);
        }
    };
    let leg = |snap: &Snap| {
        let length_mm = match network.metric() {
            Metric::Distance => u64::from(snap.leg.0),
            Metric::Time => (f64::from(snap.leg_m) * 1000.0).round() as u64,
        };
        packed(u64::from(snap.leg.0), length_mm)
    };
    let end = |node: NodeId| NodeIndex::new(node.index());
    for (traveller, snap) in travellers {
        let e = network.edge(snap.edge);
        add(*traveller, end(e.tail), share(e.backward, snap.offset_mm, e.length_mm), snap.offset_mm, leg(snap));
        let rest = e.length_mm - snap.offset_mm;
        add(*traveller, end(e.head), share(e.forward, rest, e.length_mm), rest, leg(snap));
    }
    for (goal, snap) in goals {
        let e = network.edge(snap.edge);
        add(end(e.tail), *goal, share(e.forward, snap.offset_mm, e.length_mm), snap.offset_mm, leg(snap));
        let rest = e.length_mm - snap.offset_mm;
        add(end(e.head), *goal, share(e.backward, rest, e.length_mm), rest, leg(snap));
        for (traveller, other) in travellers.iter().filter(|(_, other)| other.edge == snap.edge) {
            let (start, stop) = (other.offset_mm, snap.offset_mm);
            let whole = if start <= stop { e.forward } else { e.backward };
            let between = start.abs_diff(stop);
            add(*traveller, *goal, share(whole, between, e.length_mm), between, leg(snap) + leg(other));
        }
    }
}

impl Costs<'_> {
    pub(crate) fn node(&self, node: usize) -> Option<u64> {
        self.costs.get(&NodeIndex::new(node)).map(|way| (way >> 64) as u64)
    }

    pub(crate) fn person(&self, person: usize) -> Option<u64> {
        self.costs.get(&self.judge.people[person]).map(|way| (way >> 64) as u64)
    }

    /// Length of the cheapest way, mm; the shortest of equally cheap ones.
    pub(crate) fn way_mm(&self, person: usize) -> Option<u64> {
        self.costs.get(&self.judge.people[person]).map(|way| *way as u64)
    }
}
