//! Legs that barriers cut off: the nearest road to which the way is clear.

use geo::Coord;

use super::{EdgeGrid, Snaps, TIE_M, Tied};
use crate::barriers::Barriers;

impl EdgeGrid<'_> {
    /// Takes out of `snaps`' nearest edges those that a barrier cuts off. Where the very nearest is cut off, puts in the nearest edge
    /// within the snap limit to which the way is clear, and those tied with it; none where all are cut off.
    pub(super) fn clear(&self, barriers: &Barriers, point: Coord<f64>, snaps: &mut Snaps) {
        let Snaps { tied, beyond_barrier, .. } = snaps;
        let Some(nearest) = tied.iter().min_by_key(|tied| tied.order()).copied() else { return };
        if nearest.distance_2.sqrt() + TIE_M < barriers.clearance(point) {
            return;
        }
        tied.retain(|tied| self.is_clear(barriers, point, tied));
        *beyond_barrier = tied.is_empty();
        if !tied.iter().any(|tied| tied.edge == nearest.edge) {
            tied.clear();
            // from within an area no leg is clear
            if !barriers.hold(point) {
                self.search_clear(barriers, point, tied);
            }
        }
    }

    /// Goes through the edges around `point` in order of distance, then of their ids; `found` receives the first that is clear and those
    /// tied with it that are clear too.
    fn search_clear(&self, barriers: &Barriers, point: Coord<f64>, found: &mut Vec<Tied>) {
        let limit_2 = self.rules.snap_m * self.rules.snap_m;
        let (mut waiting, mut done) = (Vec::<Tied>::new(), 0.0f64);
        self.eligible.for_each_ring(point, self.rules.snap_m, |edges, seen| {
            for &edge in edges {
                let (distance_2, along) = self.segment(edge).foot(point);
                // edges up to `done` were all shown before
                if distance_2 <= limit_2 && distance_2.sqrt() > done {
                    waiting.push(Tied { distance_2, edge, along });
                }
            }
            if seen <= 0.0 {
                return false;
            }
            waiting.sort_unstable_by_key(Tied::order);
            waiting.dedup_by_key(|tied| tied.edge);
            let ready = waiting.partition_point(|tied| tied.distance_2.sqrt() <= seen);
            let farthest = |found: &[Tied]| found.first().map_or(f64::INFINITY, |first| first.distance_2.sqrt() + TIE_M);
            for tied in waiting.drain(..ready) {
                if tied.distance_2.sqrt() <= farthest(found) && self.is_clear(barriers, point, &tied) {
                    found.push(tied);
                }
            }
            done = seen;
            seen > farthest(found)
        });
    }

    fn is_clear(&self, barriers: &Barriers, point: Coord<f64>, tied: &Tied) -> bool {
        barriers.are_clear(point, self.segment(tied.edge).at(tied.along))
    }
}
