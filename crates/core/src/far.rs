//! Far ground: places around which every road costs more than anybody asks about, so that their own cost need not be known.

use geo::{Coord, Rect};

use crate::ids::EdgeId;
use crate::link::EdgeGrid;
use crate::search::NearestFacility;
use crate::units::Cost;

/// Side of a block, metres.
const BLOCK_M: f64 = 100.0;
/// Farther than so many blocks nobody looks.
const FARTHEST: u8 = 4;

/// How far away, in blocks, the nearest road is that may cost the limit or less, or whose cost has no end.
pub(crate) struct Far {
    low: Coord<f64>,
    columns: usize,
    away: Vec<u8>,
}

impl Far {
    /// Blocks over `bounds`; `None` where barriers make the nearest road no measure of which one is used.
    pub(crate) fn new(bounds: Rect<f64>, edges: &EdgeGrid<'_>, nearest: &NearestFacility<'_>, limit: Cost) -> Option<Far> {
        if edges.barriers().is_some() {
            return None;
        }
        let count = |length: f64| (length / BLOCK_M) as usize + 1;
        let (columns, rows) = (count(bounds.width()), count(bounds.height()));
        let mut far = Far { low: bounds.min(), columns, away: vec![FARTHEST; columns * rows] };
        let network = edges.network();
        for id in (0..network.edges().len()).map(EdgeId::at).filter(|id| edges.is_eligible(*id)) {
            let edge = network.edge(id);
            let [tail, head] = [edge.tail, edge.head].map(|node| nearest.node(node).cost);
            let sure = |cost: Cost| cost > limit && cost.is_reached();
            let open = edge.forward.is_reached() && edge.backward.is_reached();
            if !(sure(tail) && sure(head) && open) || nearest.on_edge(id).next().is_some() {
                far.mark(network.location(edge.tail), network.location(edge.head));
            }
        }
        far.spread();
        Some(far)
    }

    /// Metres around a place of the bounds within which all eligible roads cost more than the limit.
    pub(crate) fn clear_m(&self, at: Coord<f64>) -> f64 {
        let [column, row] = [at.x - self.low.x, at.y - self.low.y].map(|v| (v / BLOCK_M).max(0.0) as usize);
        let away = self.away.get(row * self.columns + column.min(self.columns - 1)).copied().unwrap_or(0);
        f64::from(away.saturating_sub(1)) * BLOCK_M
    }

    /// Marks the blocks of the box around an edge.
    fn mark(&mut self, a: Coord<f64>, b: Coord<f64>) {
        let rows = self.away.len() / self.columns;
        let range = |a: f64, b: f64, low: f64, count: usize| {
            let [first, last] = [a.min(b), a.max(b)].map(|v| (v - low) / BLOCK_M);
            // an edge beyond the bounds counts at their rim: too near is safe
            let place = |v: f64| v.floor().clamp(0.0, count as f64 - 1.0) as usize;
            place(first)..=place(last)
        };
        for row in range(a.y, b.y, self.low.y, rows) {
            let columns = range(a.x, b.x, self.low.x, self.columns);
            self.away[row * self.columns..][columns].fill(0);
        }
    }

    /// Counts blocks from the marked ones, diagonal steps as one.
    fn spread(&mut self) {
        let (columns, rows) = (self.columns, self.away.len() / self.columns);
        for step in 1..FARTHEST {
            let reached: Vec<usize> = (0..self.away.len()).filter(|&p| self.away[p] == step - 1).collect();
            for position in reached {
                let (row, column) = (position / columns, position % columns);
                for r in row.saturating_sub(1)..=(row + 1).min(rows - 1) {
                    for c in column.saturating_sub(1)..=(column + 1).min(columns - 1) {
                        let away = &mut self.away[r * columns + c];
                        *away = step.min(*away);
                    }
                }
            }
        }
    }
}
