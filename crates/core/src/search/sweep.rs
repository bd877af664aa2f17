//! One sweep from all facilities: junctions block by block, then the bends between them.
//!
//! Labels start at many places at once. A single queue would jump between them all, out of every cache. So junctions are cut into
//! blocks of consecutive ids, which lie together on the ground, and each block is searched to its end with a queue of its own; what
//! crosses its border goes to the other block for the next round. The blocks of a round run in parallel. A label only ever falls, and the
//! least label of a node does not depend on the order in which labels reach it, so blocks and threads change nothing in the result.

use std::ops::Range;

use rayon::prelude::*;

use super::label::{UNREACHED, cost, longer};
use super::queue::Queue;
use super::{Sources, Spread};
use crate::network::{Arc, RoadNetwork};

/// Junctions in a block: their labels and arcs fill about half of a second-level cache.
const BLOCK: usize = 1 << 13;

/// A block of junctions between rounds.
#[derive(Debug, Clone)]
struct Block {
    queue: Queue,
    /// Labels offered to its junctions.
    inbox: Vec<(u32, u64)>,
    /// Labels for junctions of other blocks.
    outbox: Vec<(u32, u64)>,
    /// Whether it ran in this sweep.
    ran: bool,
}

/// The blocks of a network, kept from search to search.
#[derive(Debug, Clone, Default)]
pub(super) struct Blocks {
    blocks: Vec<Block>,
    shift: u32,
}

impl Blocks {
    fn prepare(&mut self, junctions: usize, shift: u32) {
        let count = junctions.div_ceil(BLOCK);
        if self.blocks.len() != count || self.shift != shift {
            self.shift = shift;
            self.blocks = vec![Block { queue: Queue::new(shift), inbox: Vec::new(), outbox: Vec::new(), ran: false }; count];
        }
    }

    fn start(&mut self) {
        self.blocks.iter_mut().for_each(|block| block.ran = false);
    }

    fn post(&mut self, node: u32, label: u64) {
        self.blocks[node as usize / BLOCK].inbox.push((node, label));
    }

    /// Rounds until no block has anything left to look at.
    fn run(&mut self, first: &[u32], arcs: &[Arc], labels: &mut [u64], limit: u64) {
        while self.blocks.iter().any(|block| !block.inbox.is_empty()) {
            let work = self.blocks.par_iter_mut().zip(labels.par_chunks_mut(BLOCK)).enumerate();
            work.filter(|(_, (block, _))| !block.inbox.is_empty())
                .for_each(|(i, (block, labels))| block.run(i * BLOCK, first, arcs, labels, limit));
            for from in 0..self.blocks.len() {
                let mut outbox = std::mem::take(&mut self.blocks[from].outbox);
                outbox.drain(..).for_each(|(node, label)| self.post(node, label));
                self.blocks[from].outbox = outbox;
            }
        }
    }
}

impl Block {
    /// Takes what is in the inbox, and spreads it as far as the block's border.
    fn run(&mut self, base: usize, first: &[u32], arcs: &[Arc], labels: &mut [u64], limit: u64) {
        let Block { queue, inbox, outbox, ran } = self;
        if !std::mem::replace(ran, true) {
            fetch(first, arcs, base..base + labels.len());
        }
        queue.start(inbox.iter().map(|(_, label)| cost(*label)).min().unwrap_or(0));
        for (node, label) in inbox.drain(..) {
            let held = &mut labels[node as usize - base];
            if label < *held {
                *held = label;
                queue.push(cost(label), node);
            }
        }
        while let Some((at_cost, node)) = queue.pop() {
            let label = labels[node as usize - base];
            if cost(label) != at_cost {
                continue;
            }
            for arc in &arcs[first[node as usize] as usize..first[node as usize + 1] as usize] {
                let next = longer(label, arc.cost);
                if next >= limit {
                    continue;
                }
                match labels.get_mut(arc.head.index().wrapping_sub(base)) {
                    Some(held) if next < *held => {
                        *held = next;
                        queue.push(cost(next), arc.head.0);
                    }
                    Some(_) => {}
                    None => outbox.push((arc.head.0, next)),
                }
            }
        }
    }
}

/// Reads all arcs of a block in a row, so that they are in cache when the search reads them here and there: most of its time would be waiting.
fn fetch(first: &[u32], arcs: &[Arc], junctions: Range<usize>) {
    let arcs = &arcs[first[junctions.start] as usize..first[junctions.end] as usize];
    std::hint::black_box(arcs.iter().fold(0, |seen, arc| seen ^ arc.cost.0));
}

impl Sources<'_> {
    /// Labels of all nodes, each from its nearest facility, below `limit`.
    pub(super) fn sweep(&self, limit: u64, labels: &mut Vec<u64>, blocks: &mut Blocks) {
        let network = self.network;
        labels.clear();
        labels.resize(network.node_count(), UNREACHED);
        blocks.prepare(network.junction_count(), self.shift());
        blocks.start();
        for facility in 0..self.linkage.len() {
            self.seed(facility, limit, |node, label| {
                if network.is_junction(node) {
                    blocks.post(node.0, label);
                } else {
                    let held = &mut labels[node.index()];
                    *held = label.min(*held);
                }
            });
        }
        let (junctions, bends) = labels.split_at_mut(network.junction_count());
        blocks.run(network.first_arcs(), self.arcs(), junctions, limit);
        expand(network, self.spread(), 0..network.chain_count(), junctions, bends, limit);
    }
}

/// Labels of the bends of `chains` from those of the junctions; `bends` are theirs alone, and hold what facilities on their edges gave them.
fn expand(network: &RoadNetwork, spread: Spread, chains: Range<usize>, junctions: &[u64], bends: &mut [u64], limit: u64) {
    const AT_ONCE: usize = 1 << 13;
    if chains.len() > AT_ONCE {
        let middle = chains.start + chains.len() / 2;
        let before = network.bends_before(middle) - network.bends_before(chains.start);
        let (low, high) = bends.split_at_mut(before);
        rayon::join(
            || expand(network, spread, chains.start..middle, junctions, low, limit),
            || expand(network, spread, middle..chains.end, junctions, high, limit),
        );
        return;
    }
    let mut rest = bends;
    for edges in network.edges_of_chains(chains) {
        if let [first, .., last] = edges {
            let (own, others) = rest.split_at_mut(edges.len() - 1);
            rest = others;
            spread.along(edges, junctions[first.tail.index()], junctions[last.head.index()], own, limit);
        }
    }
}
