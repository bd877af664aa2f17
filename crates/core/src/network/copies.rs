//! Copies: edges and nodes that lie on one another, where turns took a road apart.

use geo::Coord;

use super::{Edge, RoadNetwork};
use crate::ids::{EdgeId, NodeId};

/// Edges with the same ends on the ground, and nodes at the same place: of each the next of its own, all round.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Copies {
    /// Edge and next edge, by edge.
    pub edges: Vec<[u32; 2]>,
    /// Node and next node, by node.
    pub nodes: Vec<[u32; 2]>,
}

impl Copies {
    /// The copies among `edges`, whose nodes lie at `locations`: those at the places of several nodes, which are `shared`.
    pub(super) fn of(edges: &[Edge], locations: &[Coord<f64>], mut shared: Vec<u32>) -> Copies {
        if shared.is_empty() {
            return Copies::default();
        }
        shared.sort_unstable();
        shared.dedup();
        let bits = |node: NodeId| {
            let at = locations[node.index()];
            (at.x.to_bits(), at.y.to_bits())
        };
        let mut nodes: Vec<_> = shared.iter().map(|&node| (bits(NodeId(node)), node)).collect();
        nodes.sort_unstable();
        let is_shared = |node: NodeId| shared.binary_search(&node.0).is_ok();
        let candidates = (0u32..).zip(edges).filter(|(_, e)| is_shared(e.tail) || is_shared(e.head));
        let mut alike: Vec<_> = candidates
            .map(|(id, e)| {
                let (a, b) = (bits(e.tail), bits(e.head));
                ((a.min(b), a.max(b), e.length_mm), id)
            })
            .filter(|((a, b, _), _)| a != b)
            .collect();
        alike.sort_unstable();
        Copies { edges: rings(&alike), nodes: rings(&nodes) }
    }

    pub(super) fn others(ring: &[[u32; 2]], of: u32) -> impl Iterator<Item = u32> {
        let next = move |at: u32| ring.binary_search_by_key(&at, |pair| pair[0]).ok().map(|i| ring[i][1]);
        std::iter::successors(next(of), move |at| next(*at)).take_while(move |at| *at != of).take(ring.len())
    }

    pub(super) fn fits(&self, nodes: usize, edges: usize) -> bool {
        let fits = |ring: &[[u32; 2]], count: usize| {
            ring.is_sorted_by(|a, b| a[0] < b[0]) && ring.iter().all(|pair| pair.iter().all(|id| (*id as usize) < count))
        };
        fits(&self.edges, edges) && fits(&self.nodes, nodes)
    }
}

/// The groups of two or more in sorted rows, each as a ring; by the first of each pair.
fn rings<K: PartialEq>(rows: &[(K, u32)]) -> Vec<[u32; 2]> {
    let groups = rows.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
    let mut rings: Vec<[u32; 2]> =
        groups.flat_map(|group| (0..group.len()).map(|i| [group[i].1, group[(i + 1) % group.len()].1])).collect();
    rings.sort_unstable();
    rings
}

impl RoadNetwork {
    /// The other edges that lie on an edge, as copies of one road that turns took apart.
    pub(crate) fn copies(&self, edge: EdgeId) -> impl Iterator<Item = EdgeId> {
        Copies::others(&self.copies.edges, edge.0).map(EdgeId)
    }

    /// Whether another copy of the same road has a lower id: that one stands for all.
    pub(crate) fn is_copy(&self, edge: EdgeId) -> bool {
        self.copies(edge).any(|other| other < edge)
    }

    /// The other nodes at the place of a node.
    pub(crate) fn nodes_beside(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        Copies::others(&self.copies.nodes, node.0).map(NodeId)
    }
}
