//! Chains: edges in a row between two junctions.

use std::ops::Range;

use super::{Edge, RoadNetwork};
use crate::ids::{EdgeId, NodeId};

/// The position of a chain among the chains of its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ChainId(pub u32);

/// A chain: its two junctions (one and the same for a loop) and what lies between.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chain<'n> {
    pub start: NodeId,
    pub end: NodeId,
    /// From start to end, at least one; each one's head is the next one's tail.
    pub edges: &'n [Edge],
    /// Of the first of them.
    pub first_edge: EdgeId,
    /// The first of its bends, which are one fewer than its edges.
    pub first_bend: NodeId,
}

impl ChainId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl Chain<'_> {
    /// Gives a label to a node, if that is one of its bends, whose labels are `bends`: the lesser one stays.
    pub(crate) fn offer(&self, node: NodeId, label: u64, bends: &mut [u64]) {
        let held = node.index().checked_sub(self.first_bend.index()).and_then(|at| bends.get_mut(at));
        if let Some(held) = held {
            *held = label.min(*held);
        }
    }

    /// Positions of its bends among the nodes.
    pub(crate) fn bends(&self) -> Range<usize> {
        let first = self.first_bend.index();
        first..first + self.edges.len() - 1
    }
}

impl RoadNetwork {
    /// The chain `id`.
    pub(crate) fn chain(&self, id: ChainId) -> Chain<'_> {
        let range = self.first_edge[id.index()] as usize..self.first_edge[id.index() + 1] as usize;
        let edges = &self.edges[range.clone()];
        Chain {
            start: edges[0].tail,
            end: edges[edges.len() - 1].head,
            edges,
            first_edge: EdgeId::at(range.start),
            first_bend: NodeId::at(self.junction_count() + self.bends_before(id.index())),
        }
    }

    /// The edges of each of some chains.
    pub(crate) fn edges_of_chains(&self, chains: Range<usize>) -> impl Iterator<Item = &[Edge]> {
        self.first_edge[chains.start..=chains.end].windows(2).map(|range| &self.edges[range[0] as usize..range[1] as usize])
    }

    /// How many bends there are in all chains before one: every chain has one fewer than edges.
    pub(crate) fn bends_before(&self, chain: usize) -> usize {
        self.first_edge[chain] as usize - chain
    }

    /// The chain that a bend lies in.
    pub(crate) fn chain_of_bend(&self, bend: NodeId) -> ChainId {
        ChainId(self.bend_chain[bend.index() - self.junction_count()])
    }

    /// The chain of an edge.
    pub(crate) fn chain_of(&self, id: EdgeId) -> ChainId {
        let edge = self.edge(id);
        match (self.is_junction(edge.tail), self.is_junction(edge.head)) {
            (false, _) => self.chain_of_bend(edge.tail),
            (_, false) => self.chain_of_bend(edge.head),
            // an edge that is a chain by itself: the last that begins no later
            _ => ChainId(self.first_edge.partition_point(|first| *first <= id.0) as u32 - 1),
        }
    }

    /// The edge of its chain that ends at a bend; the next one begins there.
    pub(super) fn edge_before(&self, bend: NodeId) -> EdgeId {
        let chain = self.chain_of_bend(bend);
        EdgeId(bend.0 - self.junction_count() as u32 + chain.0)
    }

    /// The chain of an arc of [`RoadNetwork::arc_range`], and whether the arc's junction is the chain's end rather than its start.
    pub(crate) fn arc_chain(&self, arc: usize) -> (ChainId, bool) {
        let end = self.arc_chain[arc];
        (ChainId(end / 2), end % 2 == 1)
    }

    /// The edge with which an arc of [`RoadNetwork::arc_range`] begins, and whether its head is there.
    pub(super) fn end_edge(&self, arc: usize) -> (EdgeId, bool) {
        let (chain, at_end) = self.arc_chain(arc);
        if at_end { (EdgeId(self.first_edge[chain.index() + 1] - 1), true) } else { (EdgeId(self.first_edge[chain.index()]), false) }
    }
}
