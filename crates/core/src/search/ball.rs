//! The search of one facility as far as a bound: the junctions within it.

use super::queue::Queue;
use crate::ids::NodeId;
use crate::network::Arc;
use crate::units::Cost;

/// What searches of single facilities need and keep: one a thread. Nothing is cleared between searches: a cost counts only with the number
/// of its search beside it.
#[derive(Debug, Clone)]
pub(super) struct Ball {
    /// Of each junction, its cost and the search that gave it.
    labels: Vec<(u32, u32)>,
    search: u32,
    reached: Vec<u32>,
    queue: Queue,
}

impl Ball {
    pub(super) fn new(junctions: usize, shift: u32) -> Ball {
        Ball { labels: vec![(0, 0); junctions], search: 0, reached: Vec::new(), queue: Queue::new(shift) }
    }

    /// Whether it was made for so many junctions and for such buckets.
    pub(super) fn fits(&self, junctions: usize, shift: u32) -> bool {
        self.labels.len() == junctions && self.queue.shift() == shift
    }

    /// Begins a search; the last one's costs are gone.
    pub(super) fn start(&mut self) {
        self.search = self.search.wrapping_add(1);
        if self.search == 0 {
            self.labels.fill((0, 0));
            self.search = 1;
        }
        self.reached.clear();
    }

    /// Offers a cost to a junction; whether it is a better one.
    pub(super) fn offer(&mut self, junction: u32, cost: Cost) -> bool {
        let held = &mut self.labels[junction as usize];
        if held.1 != self.search {
            self.reached.push(junction);
        } else if held.0 <= cost.0 {
            return false;
        }
        *held = (cost.0, self.search);
        true
    }

    /// Spreads what was offered along `arcs` up to `bound`, inclusive.
    pub(super) fn run(&mut self, first: &[u32], arcs: &[Arc], bound: Cost) {
        self.queue.start(self.reached.iter().map(|node| self.labels[*node as usize].0).min().unwrap_or(0));
        self.reached.iter().for_each(|&node| self.queue.push(self.labels[node as usize].0, node));
        let bound = Cost(bound.0.min(u32::MAX - 1));
        while let Some((cost, node)) = self.queue.pop() {
            if self.labels[node as usize].0 != cost {
                continue;
            }
            for arc in &arcs[first[node as usize] as usize..first[node as usize + 1] as usize] {
                let next = Cost(cost) + arc.cost;
                if next <= bound && self.offer(arc.head.0, next) {
                    self.queue.push(next.0, arc.head.0);
                }
            }
        }
        self.reached.sort_unstable();
    }

    /// The junctions within the bound, ascending.
    pub(super) fn reached(&self) -> &[u32] {
        &self.reached
    }

    /// The cost of a junction; [`Cost::UNREACHED`] beyond the bound.
    pub(super) fn cost(&self, junction: NodeId) -> Cost {
        let (cost, search) = self.labels[junction.index()];
        if search == self.search { Cost(cost) } else { Cost::UNREACHED }
    }
}
