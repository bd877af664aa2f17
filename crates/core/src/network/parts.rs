//! A network as plain arrays of numbers, to be stored and read back without work.

use geo::Coord;
use serde::{Deserialize, Serialize};

use super::build::NetworkError;
use super::copies::Copies;
use super::{Arc, Edge, RoadNetwork, Stamp};
use crate::ids::NodeId;
use crate::units::{Cost, Metric};

/// The arrays of a [`RoadNetwork`], in memory order: what a file of a prepared network holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NetworkParts {
    /// Of each node its place, metres of the working CRS; junctions first.
    pub locations: Vec<[f64; 2]>,
    /// Of each edge its tail, head, length in millimetres, and cost forward and backward.
    pub edges: Vec<[u32; 5]>,
    /// Of each chain its first edge; one more at the end.
    pub first_edge: Vec<u32>,
    /// Of each bend its chain.
    pub bend_chain: Vec<u32>,
    /// Of each junction its first arc; one more at the end.
    pub first_arc: Vec<u32>,
    /// Arcs away from each junction: head and cost.
    pub arcs_out: Vec<[u32; 2]>,
    /// Arcs to each junction; empty where they are the same.
    pub arcs_into: Vec<[u32; 2]>,
    /// Of each arc its chain, doubled, and one more at the chain's end.
    pub arc_chain: Vec<u32>,
    /// Of each junction its connected piece.
    pub component: Vec<u32>,
    /// Of each connected piece its number of nodes.
    pub component_nodes: Vec<u32>,
    /// The mean cost of open arcs.
    pub common_arc: u32,
    /// Of each edge that lies on others (copies of one road), itself and the next of them, all round; by edge.
    pub edge_copies: Vec<[u32; 2]>,
    /// The same of nodes at one place.
    pub node_copies: Vec<[u32; 2]>,
}

impl RoadNetwork {
    /// Its arrays.
    pub fn to_parts(&self) -> NetworkParts {
        let arcs = |arcs: &[Arc]| arcs.iter().map(|arc| [arc.head.0, arc.cost.0]).collect();
        let edge = |e: &Edge| [e.tail.0, e.head.0, e.length_mm, e.forward.0, e.backward.0];
        NetworkParts {
            locations: self.locations.iter().map(|c| [c.x, c.y]).collect(),
            edges: self.edges.iter().map(edge).collect(),
            first_edge: self.first_edge.clone(),
            bend_chain: self.bend_chain.clone(),
            first_arc: self.first_arc.clone(),
            arcs_out: arcs(&self.arcs_out),
            arcs_into: arcs(&self.arcs_into),
            arc_chain: self.arc_chain.clone(),
            component: self.component.clone(),
            component_nodes: self.component_nodes.clone(),
            common_arc: self.common_arc.0,
            edge_copies: self.copies.edges.clone(),
            node_copies: self.copies.nodes.clone(),
        }
    }

    /// The network that `parts` were taken from, whose costs are in `metric`.
    ///
    /// # Errors
    ///
    /// [`NetworkError::Parts`] where the arrays do not fit together. What they say of roads is not judged.
    ///
    /// # Complexity
    ///
    /// One pass over the arrays.
    pub fn from_parts(metric: Metric, parts: NetworkParts) -> Result<RoadNetwork, NetworkError> {
        parts.check()?;
        let copies = Copies { edges: parts.edge_copies, nodes: parts.node_copies };
        let fits = copies.fits(parts.locations.len(), parts.edges.len());
        if !fits || copies.edges.iter().any(|[a, b]| parts.edges[*a as usize][2] != parts.edges[*b as usize][2]) {
            return Err(NetworkError::Parts { array: "copies" });
        }
        let arcs = |arcs: Vec<[u32; 2]>| arcs.into_iter().map(|[head, cost]| Arc { head: NodeId(head), cost: Cost(cost) }).collect();
        let edge = |[tail, head, length_mm, forward, backward]: [u32; 5]| Edge {
            tail: NodeId(tail),
            head: NodeId(head),
            length_mm,
            forward: Cost(forward),
            backward: Cost(backward),
        };
        Ok(RoadNetwork {
            metric,
            locations: parts.locations.into_iter().map(|[x, y]| Coord { x, y }).collect(),
            edges: parts.edges.into_iter().map(edge).collect(),
            first_edge: parts.first_edge,
            bend_chain: parts.bend_chain,
            first_arc: parts.first_arc,
            arcs_out: arcs(parts.arcs_out),
            arcs_into: arcs(parts.arcs_into),
            arc_chain: parts.arc_chain,
            component: parts.component,
            component_nodes: parts.component_nodes,
            common_arc: Cost(parts.common_arc),
            copies,
            stamp: Stamp::new(),
        })
    }
}

impl NetworkParts {
    fn check(&self) -> Result<(), NetworkError> {
        let (nodes, edges) = (self.locations.len(), self.edges.len());
        let (junctions, chains, arcs) = (self.component.len(), self.first_edge.len().wrapping_sub(1), self.arcs_out.len());
        let below = |values: &[u32], limit: usize| values.iter().copied().max().is_none_or(|most| (most as usize) < limit);
        let heads_below = |values: &[[u32; 2]]| values.iter().map(|arc| arc[0]).max().is_none_or(|most| (most as usize) < junctions);
        let checks = [
            ("lengths", self.fits(junctions, chains, arcs)),
            ("locations", self.locations.iter().all(|[x, y]| x.is_finite() && y.is_finite())),
            ("first_edge", rises(&self.first_edge, edges, 1)),
            ("first_arc", rises(&self.first_arc, arcs, 0)),
            ("bend_chain", below(&self.bend_chain, chains)),
            ("arc_chain", below(&self.arc_chain, 2 * chains)),
            ("arcs", heads_below(&self.arcs_out) && heads_below(&self.arcs_into)),
            ("component", below(&self.component, self.component_nodes.len())),
            ("edges", self.edges.iter().all(|edge| (edge[0].max(edge[1]) as usize) < nodes)),
        ];
        match checks.iter().find(|(_, holds)| !holds) {
            Some((array, _)) => Err(NetworkError::Parts { array }),
            None if !self.chains_hold(junctions) => Err(NetworkError::Parts { array: "chains" }),
            None => Ok(()),
        }
    }

    fn fits(&self, junctions: usize, chains: usize, arcs: usize) -> bool {
        let bends = self.edges.len().checked_sub(chains);
        !self.first_edge.is_empty()
            && bends == Some(self.bend_chain.len())
            && self.locations.len() == junctions + self.bend_chain.len()
            && self.first_arc.len() == junctions + 1
            && arcs == 2 * chains
            && self.arc_chain.len() == arcs
            && (self.arcs_into.is_empty() || self.arcs_into.len() == arcs)
    }

    /// Whether every chain leads from a junction through its own bends, in order, to a junction.
    fn chains_hold(&self, junctions: usize) -> bool {
        let mut bend = junctions as u32;
        self.first_edge.windows(2).enumerate().all(|(chain, range)| {
            let edges = &self.edges[range[0] as usize..range[1] as usize];
            let last = edges.len() - 1;
            edges.iter().enumerate().all(|(i, edge)| {
                let from_here = if i == 0 { (edge[0] as usize) < junctions } else { edge[0] == bend - 1 };
                let to_there = if i == last {
                    (edge[1] as usize) < junctions
                } else {
                    bend += 1;
                    edge[1] == bend - 1 && self.bend_chain[(bend - 1) as usize - junctions] as usize == chain
                };
                from_here && to_there
            })
        })
    }
}

/// Whether positions start at 0, end at `end` and rise by `least` or more.
fn rises(first: &[u32], end: usize, least: u32) -> bool {
    first.first() == Some(&0)
        && first.last().is_some_and(|last| *last as usize == end)
        && first.windows(2).all(|pair| pair[1] >= pair[0] && pair[1] - pair[0] >= least)
}
