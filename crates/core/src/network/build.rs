//! From segments of road to a frozen network.

use geo::Coord;
use petgraph::unionfind::UnionFind;
use rayon::prelude::*;

use super::copies::Copies;
use super::{Arc, Edge, RoadNetwork, Stamp};
use crate::ids::NodeId;
use crate::input::{RoadSegment, Roads};
use crate::units::{Cost, Metric};

/// Roads that make no network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// A segment names a node that is not there.
    #[error("segment {segment} names node {node}, but there are {nodes} nodes")]
    NoSuchNode {
        /// Position of the segment.
        segment: usize,
        /// What it names.
        node: u32,
        /// How many there are.
        nodes: usize,
    },
    /// A node's place is no number.
    #[error("node {node} lies at no finite place")]
    NoPlace {
        /// Position of the node.
        node: usize,
    },
    /// An invalid speed: zero, negative, or not a number.
    #[error("segment {segment} has a speed of {found} m/s; expected a finite number above 0, or no speed where it is shut")]
    Speed {
        /// Position of the segment.
        segment: usize,
        /// What it names.
        found: f64,
    },
    /// Arrays of a network that do not fit together.
    #[error("the array `{array}` of the network does not fit to the others")]
    Parts {
        /// Which one.
        array: &'static str,
    },
    /// More than ids can count.
    #[error("{count} segments are more than the 2,000,000,000 that one network can hold")]
    TooLarge {
        /// How many there are.
        count: usize,
    },
}

impl RoadNetwork {
    /// Freezes `roads` into a network whose costs are in `metric`.
    ///
    /// Segments that are shut in both directions are left out, and then nodes that no segment touches. Loops and parallel segments are
    /// kept. The same segments in any order give the same network.
    ///
    /// # Errors
    ///
    /// [`NetworkError`] where a segment names no node or has an impossible speed, a node has no place, or there are more than ids can count.
    ///
    /// # Complexity
    ///
    /// O(n log n) for `n` nodes and segments.
    pub fn build(roads: &Roads, metric: Metric) -> Result<RoadNetwork, NetworkError> {
        RoadNetwork::from_segments(&roads.nodes, roads.segments.iter().copied(), metric)
    }

    /// As [`RoadNetwork::build`], of segments that come one by one and need not be held anywhere; they name positions in `nodes`.
    ///
    /// # Errors
    ///
    /// As for [`RoadNetwork::build`].
    pub fn from_segments(
        nodes: &[Coord<f64>],
        segments: impl IntoIterator<Item = RoadSegment>,
        metric: Metric,
    ) -> Result<RoadNetwork, NetworkError> {
        if let Some(node) = nodes.iter().position(|c| !(c.x.is_finite() && c.y.is_finite())) {
            return Err(NetworkError::NoPlace { node });
        }
        let mut edges = timed_edges(nodes.len(), segments)?;
        let order = hilbert_order(nodes, &edges);
        rank_ends(&mut edges, &order, nodes.len());
        // parallel edges are in the order of their times whatever the metric, so that both metrics give the same ids
        edges.par_sort_unstable();
        if metric == Metric::Distance {
            edges.iter_mut().for_each(measure_by_distance);
        }
        let chains = Chains::of(order.len(), &edges);
        Ok(chains.into_network(metric, edges, |rank| nodes[order[rank as usize] as usize]))
    }
}

/// Edges with the nodes' positions for ends and costs in time.
fn timed_edges(nodes: usize, segments: impl IntoIterator<Item = RoadSegment>) -> Result<Vec<Edge>, NetworkError> {
    let mut edges = Vec::new();
    for (segment, s) in segments.into_iter().enumerate() {
        if let Some(node) = [s.from, s.to].into_iter().find(|&n| n as usize >= nodes) {
            return Err(NetworkError::NoSuchNode { segment, node, nodes });
        }
        let speeds = [s.forward_m_s, s.backward_m_s];
        if let Some(found) = speeds.into_iter().flatten().find(|speed| !(speed.is_finite() && *speed > 0.0)) {
            return Err(NetworkError::Speed { segment, found });
        }
        let cost = |speed: Option<f64>| match speed {
            None => Cost::UNREACHED,
            Some(speed) => Cost::from_units(f64::from(s.length_mm) / speed) + Cost(s.delay_ms),
        };
        let (forward, backward) = (cost(s.forward_m_s), cost(s.backward_m_s));
        if !forward.is_reached() && !backward.is_reached() {
            continue;
        }
        edges.push(Edge { tail: NodeId(s.from), head: NodeId(s.to), length_mm: s.length_mm, forward, backward });
    }
    if edges.len() > 2_000_000_000 {
        return Err(NetworkError::TooLarge { count: edges.len() });
    }
    edges.shrink_to_fit();
    Ok(edges)
}

/// Lengths for times, in the directions that are open.
pub(super) fn measure_by_distance(edge: &mut Edge) {
    for cost in [&mut edge.forward, &mut edge.backward] {
        *cost = if cost.is_reached() { Cost(edge.length_mm) } else { Cost::UNREACHED };
    }
}

/// Nodes that an edge touches, along a Hilbert curve of 2¹⁶ × 2¹⁶ squares over their box; ties by place.
fn hilbert_order(nodes: &[Coord<f64>], edges: &[Edge]) -> Vec<u32> {
    let mut used = vec![false; nodes.len()];
    for e in edges {
        used[e.tail.index()] = true;
        used[e.head.index()] = true;
    }
    let places = || nodes.iter().zip(&used).filter(|(_, used)| **used).map(|(c, _)| *c);
    let low = places().fold(Coord { x: f64::MAX, y: f64::MAX }, |a, c| Coord { x: a.x.min(c.x), y: a.y.min(c.y) });
    let high = places().fold(Coord { x: f64::MIN, y: f64::MIN }, |a, c| Coord { x: a.x.max(c.x), y: a.y.max(c.y) });
    let side = (high.x - low.x).max(high.y - low.y).max(f64::MIN_POSITIVE);
    let square = |v: f64, low: f64| ((v - low) / side * 65535.0) as u16;
    let mut keyed: Vec<(u32, u32)> = (0..nodes.len() as u32)
        .into_par_iter()
        .filter(|&i| used[i as usize])
        .map(|i| {
            let c = nodes[i as usize];
            (fast_hilbert::xy2h(square(c.x, low.x), square(c.y, low.y), 16), i)
        })
        .collect();
    let place = |i: u32| nodes[i as usize];
    keyed.par_sort_unstable_by(|a, b| {
        let (p, q) = (place(a.1), place(b.1));
        a.0.cmp(&b.0).then(p.x.total_cmp(&q.x)).then(p.y.total_cmp(&q.y)).then(a.1.cmp(&b.1))
    });
    keyed.into_iter().map(|(_, i)| i).collect()
}

/// Gives edges the ranks of their ends in `order`, the lower one as tail.
fn rank_ends(edges: &mut [Edge], order: &[u32], nodes: usize) {
    let mut rank = vec![u32::MAX; nodes];
    for (new, &old) in order.iter().enumerate() {
        rank[old as usize] = new as u32;
    }
    for e in edges {
        let (from, to) = (NodeId(rank[e.tail.index()]), NodeId(rank[e.head.index()]));
        *e = if from <= to { Edge { tail: from, head: to, ..*e } } else { flipped(&Edge { tail: from, head: to, ..*e }) };
    }
}

fn flipped(edge: &Edge) -> Edge {
    Edge { tail: edge.head, head: edge.tail, forward: edge.backward, backward: edge.forward, ..*edge }
}

/// Edges put into chains, while nodes are still named by rank.
struct Chains {
    is_junction: Vec<bool>,
    /// Edges in the order of chains: twice the position, and one more where the chain runs against the edge.
    steps: Vec<u32>,
    /// Of each chain its first step; one more at the end.
    first: Vec<u32>,
}

/// Edges by node: those of node `v` are `rows[first[v] .. first[v + 1]]`, ascending; a loop comes twice.
struct ByNode {
    first: Vec<u32>,
    rows: Vec<u32>,
}

impl ByNode {
    fn of(nodes: usize, edges: &[Edge]) -> ByNode {
        let mut first = vec![0u32; nodes + 2];
        for e in edges {
            first[e.tail.index() + 2] += 1;
            first[e.head.index() + 2] += 1;
        }
        for i in 2..first.len() {
            first[i] += first[i - 1];
        }
        let mut rows = vec![0; 2 * edges.len()];
        for (i, e) in edges.iter().enumerate() {
            for node in [e.tail, e.head] {
                let slot = &mut first[node.index() + 1];
                rows[*slot as usize] = i as u32;
                *slot += 1;
            }
        }
        first.pop();
        ByNode { first, rows }
    }

    fn at(&self, node: usize) -> &[u32] {
        &self.rows[self.first[node] as usize..self.first[node + 1] as usize]
    }
}

impl Chains {
    /// Follows edges from every junction, in order, through bends to the next junction; then round the circles without one, whose first
    /// node is made a junction.
    fn of(nodes: usize, edges: &[Edge]) -> Chains {
        let by_node = ByNode::of(nodes, edges);
        let is_bend = |node: usize| matches!(by_node.at(node), [a, b] if a != b);
        let mut chains =
            Chains { is_junction: (0..nodes).map(|node| !is_bend(node)).collect(), steps: Vec::with_capacity(edges.len()), first: vec![0] };
        let mut used = vec![false; edges.len()];
        for circles in [false, true] {
            for node in 0..nodes {
                if circles && !chains.is_junction[node] && by_node.at(node).iter().all(|edge| !used[*edge as usize]) {
                    chains.is_junction[node] = true;
                }
                if chains.is_junction[node] {
                    for &edge in by_node.at(node) {
                        chains.follow(node, edge, edges, &by_node, &mut used);
                    }
                }
            }
        }
        chains
    }

    fn follow(&mut self, from: usize, edge: u32, edges: &[Edge], by_node: &ByNode, used: &mut [bool]) {
        if used[edge as usize] {
            return;
        }
        let (mut at, mut edge) = (from, edge);
        loop {
            used[edge as usize] = true;
            let e = &edges[edge as usize];
            let against = e.tail.index() != at;
            self.steps.push(2 * edge + u32::from(against));
            at = if against { e.tail } else { e.head }.index();
            let next = by_node.at(at).iter().find(|next| **next != edge);
            match next {
                Some(next) if !self.is_junction[at] => edge = *next,
                _ => break,
            }
        }
        self.first.push(self.steps.len() as u32);
    }

    fn into_network(self, metric: Metric, ranked: Vec<Edge>, location: impl Fn(u32) -> Coord<f64>) -> RoadNetwork {
        let Chains { is_junction, steps, first: first_edge } = self;
        let mut edges: Vec<Edge> = steps
            .iter()
            .map(|step| {
                let edge = &ranked[(step / 2) as usize];
                if step % 2 == 0 { *edge } else { flipped(edge) }
            })
            .collect();
        drop((ranked, steps));
        // nodes of one place are neighbours in rank
        let shared: Vec<u32> = (1..is_junction.len() as u32).filter(|&rank| location(rank - 1) == location(rank)).collect();
        let (ids, locations, bend_chain) = number(&is_junction, &edges, &first_edge, location);
        for e in &mut edges {
            (e.tail, e.head) = (NodeId(ids[e.tail.index()]), NodeId(ids[e.head.index()]));
        }
        let shared: Vec<u32> = shared.into_iter().flat_map(|rank| [rank - 1, rank]).map(|rank| ids[rank as usize]).collect();
        let copies = Copies::of(&edges, &locations, shared);
        drop((ids, is_junction));
        let junctions = locations.len() - bend_chain.len();
        let mut network = RoadNetwork {
            metric,
            locations,
            edges,
            first_edge,
            bend_chain,
            first_arc: Vec::new(),
            arcs_out: Vec::new(),
            arcs_into: Vec::new(),
            arc_chain: Vec::new(),
            component: Vec::new(),
            component_nodes: Vec::new(),
            common_arc: Cost::ZERO,
            copies,
            stamp: Stamp::new(),
        };
        network.label_components(junctions);
        network.join();
        network
    }
}

/// New ids by rank, and by new id where each node lies, and the chain of each bend.
fn number(
    is_junction: &[bool],
    edges: &[Edge],
    first_edge: &[u32],
    location: impl Fn(u32) -> Coord<f64>,
) -> (Vec<u32>, Vec<Coord<f64>>, Vec<u32>) {
    let mut ids = vec![0; is_junction.len()];
    let mut locations = Vec::with_capacity(is_junction.len());
    let mut bend_chain = Vec::with_capacity(is_junction.len());
    for rank in (0..is_junction.len()).filter(|rank| is_junction[*rank]) {
        ids[rank] = locations.len() as u32;
        locations.push(location(rank as u32));
    }
    for (chain, range) in first_edge.windows(2).enumerate() {
        for e in &edges[range[0] as usize + 1..range[1] as usize] {
            ids[e.tail.index()] = locations.len() as u32;
            locations.push(location(e.tail.0));
            bend_chain.push(chain as u32);
        }
    }
    bend_chain.shrink_to_fit();
    (ids, locations, bend_chain)
}

impl RoadNetwork {
    /// Joins junctions by chains: the adjacency array.
    pub(super) fn join(&mut self) {
        let junctions = self.junction_count();
        let ends =
            |chain: usize| (self.edges[self.first_edge[chain] as usize].tail, self.edges[self.first_edge[chain + 1] as usize - 1].head);
        let chains = self.first_edge.len() - 1;
        let mut first = vec![0u32; junctions + 2];
        for chain in 0..chains {
            let (start, end) = ends(chain);
            first[start.index() + 2] += 1;
            first[end.index() + 2] += 1;
        }
        for i in 2..first.len() {
            first[i] += first[i - 1];
        }
        let nothing = Arc { head: NodeId(0), cost: Cost::UNREACHED };
        let (mut out, mut into, mut arc_chain) = (vec![nothing; 2 * chains], vec![nothing; 2 * chains], vec![0; 2 * chains]);
        for chain in 0..chains {
            let (start, end) = ends(chain);
            let edges = &self.edges[self.first_edge[chain] as usize..self.first_edge[chain + 1] as usize];
            let forward = edges.iter().fold(Cost::ZERO, |sum, e| sum + e.forward);
            let backward = edges.iter().fold(Cost::ZERO, |sum, e| sum + e.backward);
            for (node, head, leaving, arriving, at_end) in [(start, end, forward, backward, 0), (end, start, backward, forward, 1)] {
                let slot = &mut first[node.index() + 1];
                out[*slot as usize] = Arc { head, cost: leaving };
                into[*slot as usize] = Arc { head, cost: arriving };
                arc_chain[*slot as usize] = 2 * chain as u32 + at_end;
                *slot += 1;
            }
        }
        first.pop();
        if out == into {
            into = Vec::new();
        }
        let open = || out.iter().filter(|arc| arc.cost.is_reached());
        let sum: u64 = open().map(|arc| u64::from(arc.cost.0)).sum();
        self.common_arc = Cost((sum / (open().count() as u64).max(1)) as u32);
        (self.first_arc, self.arcs_out, self.arcs_into, self.arc_chain) = (first, out, into, arc_chain);
    }

    /// Connected pieces, directions aside, numbered by their first junction; and how many nodes each holds.
    fn label_components(&mut self, junctions: usize) {
        let mut union = UnionFind::<u32>::new(junctions);
        let chains = self.first_edge.len() - 1;
        let start = |chain: usize| self.edges[self.first_edge[chain] as usize].tail;
        for chain in 0..chains {
            union.union(start(chain).0, self.edges[self.first_edge[chain + 1] as usize - 1].head.0);
        }
        let mut number = vec![u32::MAX; junctions];
        let mut counts: Vec<u32> = Vec::new();
        let labels: Vec<u32> = (0..junctions as u32)
            .map(|node| {
                let slot = &mut number[union.find_mut(node) as usize];
                if *slot == u32::MAX {
                    *slot = counts.len() as u32;
                    counts.push(0);
                }
                counts[*slot as usize] += 1;
                *slot
            })
            .collect();
        for chain in 0..chains {
            counts[labels[start(chain).index()] as usize] += self.first_edge[chain + 1] - self.first_edge[chain] - 1;
        }
        (self.component, self.component_nodes) = (labels, counts);
    }
}
