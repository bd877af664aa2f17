//! A part of a network that keeps the order of the whole, and knows how large its connected pieces are there.

use std::collections::BTreeMap;

use geo::{Coord, Rect};
use rayon::prelude::*;
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
    /// Of each of its connected pieces, that of the whole.
    pub components: Vec<u32>,
}

/// Cuts parts out of a network, again and again.
#[derive(Debug, Clone)]
pub struct RoadCutter<'n> {
    network: &'n RoadNetwork,
    /// Of each block of chains the box around it: chains that follow one another lie together.
    blocks: Vec<Rect<f64>>,
}

/// Chains in a block.
const BLOCK: usize = 256;

impl<'n> RoadCutter<'n> {
    /// Of a network.
    ///
    /// # Complexity
    ///
    /// One pass over the edges.
    pub fn new(network: &'n RoadNetwork) -> RoadCutter<'n> {
        let bounds = |block: usize| {
            let chains = block * BLOCK..((block + 1) * BLOCK).min(network.chain_count());
            let ends = network.edges_of_chains(chains).flatten().flat_map(|edge| [edge.tail, edge.head]);
            let places = ends.map(|node| network.location(node));
            let far = Coord { x: f64::INFINITY, y: f64::INFINITY };
            let (low, high) = places.fold((far, Coord { x: -far.x, y: -far.y }), |(low, high), at| {
                (Coord { x: low.x.min(at.x), y: low.y.min(at.y) }, Coord { x: high.x.max(at.x), y: high.y.max(at.y) })
            });
            Rect::new(low, high)
        };
        let blocks = (0..network.chain_count().div_ceil(BLOCK)).into_par_iter().map(bounds).collect();
        RoadCutter { network, blocks }
    }

    /// The chains of which some edge's box meets one of the boxes `near`.
    ///
    /// # Complexity
    ///
    /// O(blocks + k log k) for the `k` edges of the blocks that come near.
    pub fn cut(&self, near: &[Rect<f64>]) -> RoadCut {
        let near = RTree::bulk_load(near.iter().map(|own| Rectangle::from_aabb(envelope(own.min(), own.max()))).collect());
        let meets = |low: Coord<f64>, high: Coord<f64>| near.locate_in_envelope_intersecting(envelope(low, high)).next().is_some();
        let network = self.network;
        let edge_meets = |edge: &Edge| {
            let (a, b) = (network.location(edge.tail), network.location(edge.head));
            meets(Coord { x: a.x.min(b.x), y: a.y.min(b.y) }, Coord { x: a.x.max(b.x), y: a.y.max(b.y) })
        };
        let blocks = self.blocks.iter().enumerate().filter(|(_, bounds)| meets(bounds.min(), bounds.max()));
        let chains = blocks.flat_map(|(block, _)| block * BLOCK..((block + 1) * BLOCK).min(network.chain_count()));
        let chains = chains.map(|chain| ChainId(chain as u32)).filter(|chain| network.chain(*chain).edges.iter().any(edge_meets));
        network.part(&chains.collect::<Vec<_>>())
    }
}

impl RoadCut {
    /// Those of some connected pieces of the whole that it holds a part of, as its own; `components` are ascending.
    pub fn pieces(&self, components: &[u32]) -> Vec<u32> {
        let is_held = |(_, whole): &(u32, &u32)| components.binary_search(whole).is_ok();
        (0..).zip(&self.components).filter(is_held).map(|(own, _)| own).collect()
    }
}

impl RoadNetwork {
    /// The part that some chains make up, ascending.
    fn part(&self, chains: &[ChainId]) -> RoadCut {
        let new_chain = |old: ChainId| chains.binary_search(&old).ok().map(|new| new as u32);
        // junctions in their order, then bends chain by chain
        let ends = chains.iter().map(|chain| self.chain(*chain)).flat_map(|chain| [chain.start, chain.end]);
        let mut nodes: Vec<NodeId> = ends.collect();
        nodes.sort_unstable();
        nodes.dedup();
        let kept = nodes.clone();
        let junctions = kept.len();
        let new_junction = |old: NodeId| NodeId::at(kept.partition_point(|own| *own < old));

        let (mut edges, mut old_edges, mut first_edge, mut bend_chain) = (Vec::new(), Vec::new(), vec![0], Vec::new());
        for (new, old) in chains.iter().enumerate() {
            let chain = self.chain(*old);
            let mut tail = new_junction(chain.start);
            for (i, edge) in chain.edges.iter().enumerate() {
                let head = if i + 1 == chain.edges.len() {
                    new_junction(chain.end)
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
                let Some(new_chain) = new_chain(chain) else {
                    if rims.last() != Some(&NodeId::at(new)) {
                        rims.push(NodeId::at(new));
                    }
                    continue;
                };
                let moved = |arc: Arc| Arc { head: new_junction(arc.head), ..arc };
                arcs_out.push(moved(self.arcs_out[arc]));
                arcs_into.extend(self.arcs_into.get(arc).copied().map(moved));
                arc_chain.push(2 * new_chain + u32::from(at_end));
            }
            first_arc.push(arcs_out.len() as u32);
        }

        let mut pieces: BTreeMap<u32, u32> = BTreeMap::new();
        let mut components = Vec::new();
        let mut piece = |old: &NodeId| {
            let own = self.component[old.index()];
            *pieces.entry(own).or_insert_with(|| {
                components.push(own);
                components.len() as u32 - 1
            })
        };
        let component = nodes[..junctions].iter().map(&mut piece).collect();
        let component_nodes = components.iter().map(|own| self.component_nodes[*own as usize]).collect();
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
        RoadCut { network, nodes, edges: old_edges, rims, components }
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
        let cut = RoadCutter::new(&whole).cut(&[near]);
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
        let all = RoadCutter::new(&whole).cut(&[whole.bounds().unwrap()]);
        assert_eq!(all.network.to_parts(), whole.to_parts());
        assert!(all.rims.is_empty());
    }
}
