//! The road network: frozen, in Hilbert order, ready to be searched from either end.
//!
//! Two out of three nodes of a road map are bends: they have exactly two edges and only shape the road. A search need not stop at them. So
//! the network is a graph of *junctions* (all other nodes) joined by *chains* (edges in a row, with bends between them):
//!
//! ```text
//!      junction          bend      bend           junction
//!         3 ─────────────  41 ────── 42 ────────────  7           node ids: junctions first, then bends, chain by chain
//!            edge 58          edge 59      edge 60                 edge ids: chain by chain, from its start to its end
//!         └──────────────── chain 17 ─────────────────┘           a chain's start is the junction of the lower id
//! ```
//!
//! The adjacency array holds, for junction `v`, one arc (head and cost, 8 bytes) for each end of a chain at `v`, in either direction of
//! travel. Junctions that lie together are close in memory (Hilbert curve), which is worth more to a search than its queue. Every
//! node and edge keeps its own id, so answers are exact at bends and inside edges too.

mod build;
mod chains;
mod copies;
mod cut;
mod parts;
mod stamp;

use std::ops::Range;

use geo::{Coord, Rect};
use serde::Serialize;

use crate::ids::{EdgeId, NodeId};
use crate::units::{Cost, Metric};

pub use build::NetworkError;
pub(crate) use chains::{Chain, ChainId};
use copies::Copies;
pub use cut::{RoadCut, RoadCutter};
pub use parts::NetworkParts;
pub(crate) use stamp::Stamp;

/// One direction of an edge or of a chain of edges.
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
    /// The node at which it starts, as its chain goes.
    pub tail: NodeId,
    /// The node at which it ends (the same one for a loop).
    pub head: NodeId,
    /// Length on the ellipsoid, millimetres.
    pub length_mm: u32,
    /// From tail to head; [`Cost::UNREACHED`] where that direction is shut.
    pub forward: Cost,
    /// From head to tail; [`Cost::UNREACHED`] where that direction is shut.
    pub backward: Cost,
}

/// An edge as seen from one of its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Incident {
    /// The edge.
    pub edge: EdgeId,
    /// Whether it ends here, rather than starts.
    pub at_head: bool,
    /// Its other end.
    pub other: NodeId,
    /// From here to the other end; [`Cost::UNREACHED`] where that direction is shut.
    pub out: Cost,
    /// From the other end to here; [`Cost::UNREACHED`] where that direction is shut.
    pub into: Cost,
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
    /// Of each node: junctions, then bends.
    locations: Vec<Coord<f64>>,
    /// Of each edge, chain by chain.
    edges: Vec<Edge>,
    /// Of each chain its first edge; one more at the end.
    first_edge: Vec<u32>,
    /// Of each bend its chain.
    bend_chain: Vec<u32>,
    /// Of each junction its first arc; one more at the end.
    first_arc: Vec<u32>,
    /// Arcs of travel away from each junction; those of shut directions cost [`Cost::UNREACHED`].
    arcs_out: Vec<Arc>,
    /// The same arcs by where they lead; empty where every edge costs the same in both directions, as then `arcs_out` says all.
    arcs_into: Vec<Arc>,
    /// Of each arc the end of a chain that it stands for: twice the chain, and one more at its end.
    arc_chain: Vec<u32>,
    /// Of each junction its connected piece.
    component: Vec<u32>,
    component_nodes: Vec<u32>,
    /// The mean cost of the open arcs of chains.
    common_arc: Cost,
    copies: Copies,
    #[serde(skip)]
    stamp: Stamp,
}

impl RoadNetwork {
    /// Which network it is: points linked to another one mean nothing here.
    pub(crate) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// What its costs count.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// Number of nodes.
    pub fn node_count(&self) -> usize {
        self.locations.len()
    }

    /// Number of edges.
    pub fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// Number of junctions: nodes that do not have exactly two edges. Their ids are the lowest.
    pub fn junction_count(&self) -> usize {
        self.component.len()
    }

    /// Number of chains: edges in a row between two junctions.
    pub fn chain_count(&self) -> usize {
        self.first_edge.len() - 1
    }

    /// Length of the roads, millimetres; of roads that turns took into several copies ([`crate::Roads::unfolded`]) it counts one.
    pub fn length_mm(&self) -> u64 {
        self.roads().map(|id| u64::from(self.edge(id).length_mm)).sum()
    }

    /// The edges that stand for roads: one of those that lie on one another.
    pub(crate) fn roads(&self) -> impl Iterator<Item = EdgeId> {
        (0..self.edges.len()).map(EdgeId::at).filter(|id| !self.is_copy(*id))
    }

    /// All edges, by id.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The edge `id`.
    pub fn edge(&self, id: EdgeId) -> &Edge {
        &self.edges[id.index()]
    }

    /// Where a node lies, metres of the working CRS.
    pub fn location(&self, node: NodeId) -> Coord<f64> {
        self.locations[node.index()]
    }

    /// The edges at `node`; a loop comes twice.
    pub fn incident(&self, node: NodeId) -> Incidents<'_> {
        if self.is_junction(node) {
            let arcs = self.arc_range(node);
            Incidents { network: self, before: None, rest: arcs.start as u32..arcs.end as u32 }
        } else {
            Incidents { network: self, before: Some(self.edge_before(node)), rest: 0..2 }
        }
    }

    /// Arcs of single edges that leave `node`.
    pub fn arcs_from(&self, node: NodeId) -> impl Iterator<Item = Arc> {
        self.incident(node).filter(|at| at.out.is_reached()).map(|at| Arc { head: at.other, cost: at.out })
    }

    /// Arcs of single edges that lead to `node`; each one's `head` is the node that it comes from.
    pub fn arcs_to(&self, node: NodeId) -> impl Iterator<Item = Arc> {
        self.incident(node).filter(|at| at.into.is_reached()).map(|at| Arc { head: at.other, cost: at.into })
    }

    /// The connected piece that `node` lies in, directions aside.
    pub fn component(&self, node: NodeId) -> u32 {
        let junction = if self.is_junction(node) { node } else { self.chain(self.chain_of_bend(node)).start };
        self.component[junction.index()]
    }

    /// Number of nodes of the connected piece that `node` lies in.
    pub fn component_nodes(&self, node: NodeId) -> u32 {
        self.component_nodes[self.component(node) as usize]
    }

    /// Number of connected pieces.
    pub fn component_count(&self) -> usize {
        self.component_nodes.len()
    }

    /// The same network with lengths for costs.
    pub fn by_distance(mut self) -> RoadNetwork {
        if self.metric == Metric::Time {
            self.metric = Metric::Distance;
            self.edges.iter_mut().for_each(build::measure_by_distance);
            self.join();
            self.stamp = Stamp::new();
        }
        self
    }

    /// The box around all nodes; `None` without nodes.
    pub fn bounds(&self) -> Option<Rect<f64>> {
        let first = *self.locations.first()?;
        let (low, high) = self.locations.iter().fold((first, first), |(low, high), c| {
            (Coord { x: low.x.min(c.x), y: low.y.min(c.y) }, Coord { x: high.x.max(c.x), y: high.y.max(c.y) })
        });
        Some(Rect::new(low, high))
    }

    /// Bytes that it takes in memory.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.locations[..])
            + size_of_val(&self.edges[..])
            + size_of_val(&self.first_edge[..])
            + size_of_val(&self.bend_chain[..])
            + size_of_val(&self.first_arc[..])
            + size_of_val(&self.arcs_out[..])
            + size_of_val(&self.arcs_into[..])
            + size_of_val(&self.arc_chain[..])
            + size_of_val(&self.component[..])
            + size_of_val(&self.component_nodes[..])
            + size_of_val(&self.copies.edges[..])
            + size_of_val(&self.copies.nodes[..])
    }

    /// Whether a node is a junction; otherwise it is a bend.
    pub(crate) fn is_junction(&self, node: NodeId) -> bool {
        node.index() < self.component.len()
    }

    pub(crate) fn arc_range(&self, junction: NodeId) -> Range<usize> {
        self.first_arc[junction.index()] as usize..self.first_arc[junction.index() + 1] as usize
    }

    /// Of each junction its first arc; one more at the end.
    pub(crate) fn first_arcs(&self) -> &[u32] {
        &self.first_arc
    }

    /// Arcs of whole chains between junctions, of travel away from each junction (`out`) or towards it; shut ones among them.
    pub(crate) fn chain_arcs(&self, out: bool) -> &[Arc] {
        if out || self.arcs_into.is_empty() { &self.arcs_out } else { &self.arcs_into }
    }

    /// What an arc between junctions commonly costs: the mean.
    pub(crate) fn common_arc(&self) -> Cost {
        self.common_arc
    }
}

/// The edges at a node: see [`RoadNetwork::incident`].
#[derive(Debug, Clone)]
pub struct Incidents<'n> {
    network: &'n RoadNetwork,
    /// At a bend, the edge that ends there; the next one begins there.
    before: Option<EdgeId>,
    /// At a junction, its arcs yet to come.
    rest: Range<u32>,
}

impl Iterator for Incidents<'_> {
    type Item = Incident;

    fn next(&mut self) -> Option<Incident> {
        let next = self.rest.next()?;
        let (id, at_head) = match self.before {
            Some(before) => (EdgeId(before.0 + next), next == 0),
            None => self.network.end_edge(next as usize),
        };
        let edge = self.network.edge(id);
        Some(if at_head {
            Incident { edge: id, at_head, other: edge.tail, out: edge.backward, into: edge.forward }
        } else {
            Incident { edge: id, at_head, other: edge.head, out: edge.forward, into: edge.backward }
        })
    }
}
