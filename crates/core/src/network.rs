//! The road network: frozen, in Hilbert order, ready to be searched from either end.
//!
//! Arcs are stored as an adjacency array: the arcs out of node `v` are `arcs[first[v] .. first[v + 1]]`, each a head and a cost
//! (8 bytes). The reverse half holds the same arcs by their head. Nodes that lie close together are close in memory (Hilbert
//! curve), which is worth more to a search than its queue.

use geo::{Coord, Rect};
use petgraph::unionfind::UnionFind;
use serde::Serialize;

use crate::ids::{EdgeId, NodeId};
use crate::input::Roads;
use crate::units::{Cost, Metric};

/// One direction of an edge, as the search reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Arc {
    /// Where it leads.
    pub head: NodeId,
    /// What it costs.
    pub cost: Cost,
}

/// A straight piece of road between two nodes, with its cost in either direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Edge {
    /// The node with the lower id.
    pub tail: NodeId,
    /// The node with the higher id (the same one for a loop).
    pub head: NodeId,
    /// Length on the ellipsoid, millimetres.
    pub length_mm: u32,
    /// From tail to head; [`Cost::UNREACHED`] where that direction is shut.
    pub forward: Cost,
    /// From head to tail; [`Cost::UNREACHED`] where that direction is shut.
    pub backward: Cost,
}

/// Adjacency array of one direction of travel.
#[derive(Debug, Clone, Default, Serialize)]
struct Adjacency {
    first: Vec<u32>,
    arcs: Vec<Arc>,
}

/// A road network for one profile and one metric, immutable once built.
///
/// Implements petgraph's visit traits by reference, so that every petgraph algorithm runs on it:
///
/// ```
/// use catchment::geo::Coord;
/// use catchment::{Cost, Metric, NodeId, RoadNetwork, RoadSegment, Roads};
///
/// // a ── b ── c, 100 m each, walked at 1 m/s
/// let segment = |from, to| RoadSegment {
///     from, to, length_mm: 100_000, forward_m_s: Some(1.0), backward_m_s: Some(1.0), delay_ms: 0,
/// };
/// let roads = Roads {
///     nodes: (0..3).map(|i| Coord { x: 100.0 * f64::from(i), y: 0.0 }).collect(),
///     segments: vec![segment(0, 1), segment(1, 2)],
///     ..Roads::default()
/// };
/// let network = RoadNetwork::build(&roads, Metric::Time)?;
/// let start = (0..3).map(NodeId).find(|&n| network.location(n).x == 0.0).unwrap();
/// let costs = petgraph::algo::dijkstra(&network, start, None, |arc| arc.cost.0);
/// assert_eq!(costs.values().copied().max(), Some(200_000));
/// # Ok::<(), catchment::NetworkError>(())
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct RoadNetwork {
    metric: Metric,
    locations: Vec<Coord<f64>>,
    edges: Vec<Edge>,
    forward: Adjacency,
    reverse: Adjacency,
    component: Vec<u32>,
    component_nodes: Vec<u32>,
}

/// Roads that make no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
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
    /// Nodes that no segment touches are left out. Loops and parallel segments are kept. The same segments in any order give the
    /// same network.
    ///
    /// # Errors
    ///
    /// [`NetworkError`] where a segment names no node, a node has no place, or there are more than ids can count.
    ///
    /// # Complexity
    ///
    /// O(n log n) for `n` nodes and segments.
    pub fn build(roads: &Roads, metric: Metric) -> Result<RoadNetwork, NetworkError> {
        check(roads)?;
        let order = hilbert_order(roads);
        let mut rank = vec![u32::MAX; roads.nodes.len()];
        for (new, &old) in order.iter().enumerate() {
            rank[old as usize] = new as u32;
        }
        let mut edges: Vec<Edge> = roads.segments.iter().map(|s| edge(s, &rank, metric)).collect();
        edges.sort_unstable();
        let locations: Vec<_> = order.iter().map(|&old| roads.nodes[old as usize]).collect();
        let forward = adjacency(locations.len(), &edges, |e| [(e.tail, e.head, e.forward), (e.head, e.tail, e.backward)]);
        let reverse = adjacency(locations.len(), &edges, |e| [(e.head, e.tail, e.forward), (e.tail, e.head, e.backward)]);
        let (component, component_nodes) = components(locations.len(), &edges);
        Ok(RoadNetwork { metric, locations, edges, forward, reverse, component, component_nodes })
    }

    /// What its costs count.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// Number of nodes.
    pub fn node_count(&self) -> usize {
        self.locations.len()
    }

    /// All edges, by id.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The edge `id`.
    pub fn edge(&self, id: EdgeId) -> &Edge {
        &self.edges[id.index()]
    }

    /// The edges between two nodes, drawn either way: several where streets run side by side.
    pub fn edges_between(&self, a: NodeId, b: NodeId) -> &[Edge] {
        let ends = (a.min(b), a.max(b));
        let first = self.edges.partition_point(|edge| (edge.tail, edge.head) < ends);
        let count = self.edges[first..].partition_point(|edge| (edge.tail, edge.head) == ends);
        &self.edges[first..first + count]
    }

    /// Where a node lies, metres of the working CRS.
    pub fn location(&self, node: NodeId) -> Coord<f64> {
        self.locations[node.index()]
    }

    /// Arcs that leave `node`.
    pub fn arcs_from(&self, node: NodeId) -> &[Arc] {
        self.forward.of(node)
    }

    /// Arcs that lead to `node`; each one's `head` is the node that it comes from.
    pub fn arcs_to(&self, node: NodeId) -> &[Arc] {
        self.reverse.of(node)
    }

    /// The connected piece that `node` lies in, directions aside.
    pub fn component(&self, node: NodeId) -> u32 {
        self.component[node.index()]
    }

    /// Number of nodes of the connected piece that `node` lies in.
    pub fn component_nodes(&self, node: NodeId) -> u32 {
        self.component_nodes[self.component(node) as usize]
    }

    /// Number of connected pieces.
    pub fn component_count(&self) -> usize {
        self.component_nodes.len()
    }

    /// The box around all nodes; `None` without nodes.
    pub fn bounds(&self) -> Option<Rect<f64>> {
        let first = *self.locations.first()?;
        let (low, high) = self.locations.iter().fold((first, first), |(low, high), c| {
            (Coord { x: low.x.min(c.x), y: low.y.min(c.y) }, Coord { x: high.x.max(c.x), y: high.y.max(c.y) })
        });
        Some(Rect::new(low, high))
    }

    pub(crate) fn forward_arc_range(&self, node: NodeId) -> std::ops::Range<usize> {
        self.forward.range(node)
    }

    pub(crate) fn forward_arcs(&self) -> &[Arc] {
        &self.forward.arcs
    }
}

impl Adjacency {
    fn range(&self, node: NodeId) -> std::ops::Range<usize> {
        self.first[node.index()] as usize..self.first[node.index() + 1] as usize
    }

    fn of(&self, node: NodeId) -> &[Arc] {
        &self.arcs[self.range(node)]
    }
}

fn check(roads: &Roads) -> Result<(), NetworkError> {
    let nodes = roads.nodes.len();
    if roads.segments.len() > 2_000_000_000 {
        return Err(NetworkError::TooLarge { count: roads.segments.len() });
    }
    if let Some(node) = roads.nodes.iter().position(|c| !(c.x.is_finite() && c.y.is_finite())) {
        return Err(NetworkError::NoPlace { node });
    }
    for (segment, s) in roads.segments.iter().enumerate() {
        if let Some(node) = [s.from, s.to].into_iter().find(|&n| n as usize >= nodes) {
            return Err(NetworkError::NoSuchNode { segment, node, nodes });
        }
    }
    Ok(())
}

/// Nodes that a segment touches, along a Hilbert curve of 2¹⁶ × 2¹⁶ squares over their box; ties by place.
fn hilbert_order(roads: &Roads) -> Vec<u32> {
    let mut used = vec![false; roads.nodes.len()];
    for s in &roads.segments {
        used[s.from as usize] = true;
        used[s.to as usize] = true;
    }
    let places = || roads.nodes.iter().zip(&used).filter(|(_, used)| **used).map(|(c, _)| *c);
    let low = places().fold(Coord { x: f64::MAX, y: f64::MAX }, |a, c| Coord { x: a.x.min(c.x), y: a.y.min(c.y) });
    let high = places().fold(Coord { x: f64::MIN, y: f64::MIN }, |a, c| Coord { x: a.x.max(c.x), y: a.y.max(c.y) });
    let side = (high.x - low.x).max(high.y - low.y).max(f64::MIN_POSITIVE);
    let square = |v: f64, low: f64| ((v - low) / side * 65535.0) as u16;
    let mut keyed: Vec<(u32, u32)> = (0..roads.nodes.len() as u32)
        .filter(|&i| used[i as usize])
        .map(|i| {
            let c = roads.nodes[i as usize];
            (fast_hilbert::xy2h(square(c.x, low.x), square(c.y, low.y), 16), i)
        })
        .collect();
    let place = |i: u32| roads.nodes[i as usize];
    keyed.sort_unstable_by(|a, b| {
        let (p, q) = (place(a.1), place(b.1));
        a.0.cmp(&b.0).then(p.x.total_cmp(&q.x)).then(p.y.total_cmp(&q.y)).then(a.1.cmp(&b.1))
    });
    keyed.into_iter().map(|(_, i)| i).collect()
}

fn edge(segment: &crate::input::RoadSegment, rank: &[u32], metric: Metric) -> Edge {
    let cost = |speed: Option<f64>| match (speed, metric) {
        (None, _) => Cost::UNREACHED,
        (Some(_), Metric::Distance) => Cost(segment.length_mm),
        (Some(speed), Metric::Time) => Cost::from_units(f64::from(segment.length_mm) / speed) + Cost(segment.delay_ms),
    };
    let (from, to) = (NodeId(rank[segment.from as usize]), NodeId(rank[segment.to as usize]));
    let (there, back) = (cost(segment.forward_m_s), cost(segment.backward_m_s));
    let (tail, head, forward, backward) = if from <= to { (from, to, there, back) } else { (to, from, back, there) };
    Edge { tail, head, length_mm: segment.length_mm, forward, backward }
}

fn adjacency(nodes: usize, edges: &[Edge], ends: impl Fn(&Edge) -> [(NodeId, NodeId, Cost); 2]) -> Adjacency {
    let arcs_of = || edges.iter().flat_map(&ends).filter(|(_, _, cost)| cost.is_reached());
    let mut first = vec![0u32; nodes + 1];
    for (from, _, _) in arcs_of() {
        first[from.index() + 1] += 1;
    }
    for i in 0..nodes {
        first[i + 1] += first[i];
    }
    let mut next = first.clone();
    let mut arcs = vec![Arc { head: NodeId(0), cost: Cost::ZERO }; first[nodes] as usize];
    for (from, head, cost) in arcs_of() {
        let slot = &mut next[from.index()];
        arcs[*slot as usize] = Arc { head, cost };
        *slot += 1;
    }
    Adjacency { first, arcs }
}

/// Connected pieces, directions aside, numbered by their first node; and how many nodes each holds.
fn components(nodes: usize, edges: &[Edge]) -> (Vec<u32>, Vec<u32>) {
    let mut union = UnionFind::<u32>::new(nodes);
    for e in edges {
        union.union(e.tail.0, e.head.0);
    }
    let mut number = vec![u32::MAX; nodes];
    let mut counts: Vec<u32> = Vec::new();
    let labels = (0..nodes as u32)
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
    (labels, counts)
}
