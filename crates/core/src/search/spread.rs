//! How costs spread along the edges of a chain, against travel or with it.

use super::label::longer;
use super::{Direction, part};
use crate::ids::{EdgeId, NodeId};
use crate::network::{Edge, RoadNetwork};
use crate::units::Cost;

/// The direction in which labels spread from facilities: against travel where people go to them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread(pub Direction);

impl Spread {
    /// What a label at the tail of `edge` costs more at its head.
    pub(super) fn down(self, edge: &Edge) -> Cost {
        match self.0 {
            Direction::ToFacility => edge.backward,
            Direction::FromFacility => edge.forward,
        }
    }

    /// What a label at the head of `edge` costs more at its tail.
    pub(super) fn up(self, edge: &Edge) -> Cost {
        match self.0 {
            Direction::ToFacility => edge.forward,
            Direction::FromFacility => edge.backward,
        }
    }

    /// What a label costs more at the tail and at the head of `edge`, from a place `offset_mm` along it.
    pub(super) fn out_of(self, edge: &Edge, offset_mm: u32) -> [Cost; 2] {
        [part(self.up(edge), offset_mm, edge.length_mm), part(self.down(edge), edge.length_mm - offset_mm, edge.length_mm)]
    }

    /// What labels at the tail and at the head of `edge` cost more at a place `offset_mm` along it.
    pub(super) fn into(self, edge: &Edge, offset_mm: u32) -> [Cost; 2] {
        [part(self.down(edge), offset_mm, edge.length_mm), part(self.up(edge), edge.length_mm - offset_mm, edge.length_mm)]
    }

    /// Labels of the bends between `edges` from those at the chain's two junctions, below `limit`; `bends` may hold labels already.
    pub(super) fn along(self, edges: &[Edge], start: u64, end: u64, bends: &mut [u64], limit: u64) {
        let mut label = start;
        for (edge, held) in edges.iter().zip(bends.iter_mut()) {
            label = better(longer(label, self.down(edge)), held, limit);
        }
        let mut label = end;
        for (edge, held) in edges[1..].iter().zip(bends).rev() {
            label = better(longer(label, self.up(edge)), held, limit);
        }
    }

    /// Labels that spread from an edge whose ends hold `tail` and `head`, to all nodes of its chain on either side and to its junctions.
    pub(super) fn both_ways(self, network: &RoadNetwork, edge: EdgeId, tail: u64, head: u64, mut visit: impl FnMut(NodeId, u64)) {
        let edges = network.edges();
        let (mut at, mut label, mut node) = (edge.index(), tail, edges[edge.index()].tail);
        visit(node, label);
        while !network.is_junction(node) {
            at -= 1;
            label = longer(label, self.up(&edges[at]));
            node = edges[at].tail;
            visit(node, label);
        }
        let (mut at, mut label, mut node) = (edge.index(), head, edges[edge.index()].head);
        visit(node, label);
        while !network.is_junction(node) {
            at += 1;
            label = longer(label, self.down(&edges[at]));
            node = edges[at].head;
            visit(node, label);
        }
    }
}

fn better(label: u64, held: &mut u64, limit: u64) -> u64 {
    if label < limit && label < *held {
        *held = label;
    }
    *held
}
