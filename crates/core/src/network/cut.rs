//! A part of a network that keeps the order of the whole, and knows how large its connected pieces are there.

use std::collections::BTreeMap;

use geo::{Coord, Rect};
use rstar::primitives::Rectangle;
use rstar::{AABB, RTree};

use super::copies::Copies;
use super::{Arc, ChainId, Edge, RoadNetwork};
use crate::ids::{EdgeId, NodeId};

/// The chains of a network that come near some places.
///
/// Nodes and edges have new ids in the order of the old ones, so that what depends on that order (which of two edges at one distance a point is
/// tied to) is as in the whole. Connected pieces have the sizes that they have there.
#[derive(Debug, Clone)]
pub struct RoadCut {
    /// The part.
    pub network: RoadNetwork,
    /// Of each of its nodes, the node of the whole.
    pub nodes: Vec<NodeId>,
    /// Of each of its edges, the edge of the whole; ascending.
    pub edges: Vec<EdgeId>,
    /// Junctions at which roads of the whole are missing.
    pub rims: Vec<NodeId>,
}

impl RoadNetwork {
    /// The chains of which some edge's box meets one of the boxes `near`.
    ///
    /// # Complexity
    ///
    /// O(edges × log boxes).
    pub fn cut(&self, near: &[Rect<f64>]) -> RoadCut {
        let near = RTree::bulk_load(near.iter().map(|own| envelope(own.min(), own.max())).map(Rectangle::from_aabb).collect());
        let meets = |edge: &Edge| {
            let (a, b) = (self.location(edge.tail), self.location(edge.head));
            let (low, high) = (Coord { x: a.x.min(b.x), y: a.y.min(b.y) }, Coord { x: a.x.max(b.x), y: a.y.max(b.y) });
            near.locate_in_envelope_intersecting(envelope(low, high)).next().is_some()
        };
        let chains: Vec<ChainId> =
            (0..self.chain_count() as u32).map(ChainId).filter(|chain| self.chain(*chain).edges.iter().any(meets)).collect();
        let mut new_chain = vec![u32::MAX; self.chain_count()];
        chains.iter().enumerate().for_each(|(new, old)| new_chain[old.index()] = new as u32);
        // junctions in their order, then bends chain by chain
        let mut is_kept = vec![false; self.junction_count()];
        for chain in &chains {
            let chain = self.chain(*chain);
            [chain.start, chain.end].into_iter().for_each(|end| is_kept[end.index()] = true);
        }
        let mut nodes: Vec<NodeId> = (0..self.junction_count()).filter(|junction| is_kept[*junction]).map(NodeId::at).collect();
        let junctions = nodes.len();
        let mut new_junction = vec![u32::MAX; self.junction_count()];
        nodes.iter().enumerate().for_each(|(new, old)| new_junction[old.index()] = new as u32);

        let (mut edges, mut old_edges, mut first_edge, mut bend_chain) = (Vec::new(), Vec::new(), vec![0], Vec::new());
        for (new, old) in chains.iter().enumerate() {
            let chain = self.chain(*old);
            let mut tail = NodeId(new_junction[chain.start.index()]);
            for (i, edge) in chain.edges.iter().enumerate() {
                let head = if i + 1 == chain.edges.len() {
                    NodeId(new_junction[chain.end.index()])
                } else {
                    nodes.push(edge.head);
                    bend_chain.push(new as u32);
                    NodeId::at(nodes.len() - 1)
                };
                old_edges.push(EdgeId(chain.first_edge.0 + i as u32));
                edges.push(Edge { tail, head, ..*edge });
                tail = head;
            }
            first_edge.push(edges.len() as u32);
        }

        let mut rims = Vec::new();
        let (mut first_arc, mut arcs_out, mut arcs_into, mut arc_chain) = (vec![0], Vec::new(), Vec::new(), Vec::new());
        for (new, old) in nodes[..junctions].iter().enumerate() {
            for arc in self.arc_range(*old) {
                let (chain, at_end) = self.arc_chain(arc);
                if new_chain[chain.index()] == u32::MAX {
                    if rims.last() != Some(&NodeId::at(new)) {
                        rims.push(NodeId::at(new));
                    }
                    continue;
                }
                let moved = |arc: Arc| Arc { head: NodeId(new_junction[arc.head.index()]), ..arc };
                arcs_out.push(moved(self.arcs_out[arc]));
                arcs_into.extend(self.arcs_into.get(arc).copied().map(moved));
                arc_chain.push(2 * new_chain[chain.index()] + u32::from(at_end));
            }
            first_arc.push(arcs_out.len() as u32);
        }

        let mut pieces: BTreeMap<u32, u32> = BTreeMap::new();
        let mut component_nodes = Vec::new();
        let mut piece = |old: &NodeId| {
            let own = self.component[old.index()];
            *pieces.entry(own).or_insert_with(|| {
                component_nodes.push(self.component_nodes[own as usize]);
                component_nodes.len() as u32 - 1
            })
        };
        let component = nodes[..junctions].iter().map(&mut piece).collect();
        let copies = self.copies.kept(&nodes, &old_edges);
        let network = RoadNetwork {
            metric: self.metric,
            locations: nodes.iter().map(|node| self.location(*node)).collect(),
            edges,
            first_edge,
            bend_chain,
            first_arc,
            arcs_out,
            arcs_into,
            arc_chain,
            component,
            component_nodes,
            common_arc: self.common_arc,
            copies,
        };
        RoadCut { network, nodes, edges: old_edges, rims }
    }
}

fn envelope(low: Coord<f64>, high: Coord<f64>) -> AABB<[f64; 2]> {
    AABB::from_corners([low.x, low.y], [high.x, high.y])
}

impl Copies {
    /// The copies among some nodes and edges, by their places in these lists.
    fn kept(&self, nodes: &[NodeId], edges: &[EdgeId]) -> Copies {
        let places = |olds: &mut dyn Iterator<Item = u32>| olds.enumerate().map(|(new, old)| (old, new as u32)).collect::<BTreeMap<_, _>>();
        let ring = |ring: &[[u32; 2]], olds: &mut dyn Iterator<Item = u32>| {
            if ring.is_empty() {
                return Vec::new();
            }
            let new = places(olds);
            // on to the next of the ring that is kept
            let next = |old: u32| Copies::others(ring, old).find_map(|other| new.get(&other).copied());
            let mut kept: Vec<[u32; 2]> = ring.iter().filter_map(|[old, _]| Some([*new.get(old)?, next(*old)?])).collect();
            kept.sort_unstable();
            kept
        };
        Copies {
            edges: ring(&self.edges, &mut edges.iter().map(|edge| edge.0)),
            nodes: ring(&self.nodes, &mut nodes.iter().map(|node| node.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{RoadSegment, Roads};
    use crate::units::Metric;

    /// A grid of streets: a part holds what is near, knows the size of the whole, and is a network like any other.
    #[test]
    fn a_part_keeps_order_and_sizes() {
        let side = 9u32;
        let at = |row: u32, column: u32| Coord { x: 100.0 * f64::from(column), y: 100.0 * f64::from(row) };
        let nodes: Vec<Coord<f64>> = (0..side * side).map(|i| at(i / side, i % side)).collect();
        let segment = |from: u32, to: u32| RoadSegment {
            from,
            to,
            length_mm: 100_000,
            forward_m_s: Some(1.0),
            backward_m_s: (!from.is_multiple_of(3)).then_some(1.0),
            delay_ms: 0,
        };
        let across = (0..side).flat_map(|row| (1..side).map(move |column| (row * side + column - 1, row * side + column)));
        // only every other street goes north: corners of the others are bends
        let north = (1..side).flat_map(|row| (0..side).step_by(2).map(move |column| ((row - 1) * side + column, row * side + column)));
        let segments = across.chain(north).map(|(a, b)| segment(a, b)).collect();
        let whole = RoadNetwork::build(&Roads { nodes, segments, ..Roads::default() }, Metric::Time).unwrap();
        let near = Rect::new((150.0, 150.0), (450.0, 350.0));
        let cut = whole.cut(&[near]);
        assert!(cut.edges.len() > 10 && cut.edges.len() < whole.edge_count() / 2);
        assert!(cut.edges.is_sorted() && cut.nodes[..cut.network.junction_count()].is_sorted());
        for (new, old) in cut.edges.iter().enumerate() {
            let (own, other) = (cut.network.edge(EdgeId::at(new)), whole.edge(*old));
            assert_eq!((cut.nodes[own.tail.index()], cut.nodes[own.head.index()]), (other.tail, other.head));
            assert_eq!((own.forward, own.backward, own.length_mm), (other.forward, other.backward, other.length_mm));
        }
        for (new, old) in cut.nodes.iter().enumerate() {
            let new = NodeId::at(new);
            assert_eq!(cut.network.component_nodes(new), whole.component_nodes(*old));
            let missing = whole.incident(*old).count() - cut.network.incident(new).count();
            assert_eq!(missing > 0, cut.rims.contains(&new));
            let heads = |network: &RoadNetwork, node: NodeId| network.arcs_from(node).map(|arc| arc.head).collect::<Vec<_>>();
            let own: Vec<NodeId> = heads(&cut.network, new).iter().map(|head| cut.nodes[head.index()]).collect();
            let kept: Vec<NodeId> = heads(&whole, *old).into_iter().filter(|head| own.contains(head)).collect();
            assert_eq!(own, kept, "in the order of the whole");
        }
        // its arrays fit together
        let again = RoadNetwork::from_parts(Metric::Time, cut.network.to_parts()).unwrap();
        assert_eq!(again.to_parts(), cut.network.to_parts());
        let all = whole.cut(&[whole.bounds().unwrap()]);
        assert_eq!(all.network.to_parts(), whole.to_parts());
        assert!(all.rims.is_empty());
    }
}
