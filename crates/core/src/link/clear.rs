//! Legs that barriers cut off: the nearest road to which the way is clear.

use geo::Coord;

use super::buckets::Buckets;
use super::{EdgeGrid, TIE_M, Tied};
use crate::barriers::Barriers;

impl EdgeGrid<'_> {
    /// Takes out of the nearest edges those that a barrier cuts off. Where the very nearest is cut off, puts in the nearest of `edges` within
    /// the limit to which the way is clear, and those tied with it; none where all are cut off. Returns whether all of the nearest are.
    pub(super) fn clear(&self, barriers: &Barriers, edges: &Buckets, (point, limit): (Coord<f64>, f64), tied: &mut Vec<Tied>) -> bool {
        let Some(nearest) = tied.iter().min_by_key(|tied| tied.order()).copied() else { return false };
        if nearest.distance_2.sqrt() + TIE_M < barriers.clearance(point) {
            return false;
        }
        tied.retain(|tied| self.is_clear(barriers, point, tied));
        let is_blocked = tied.is_empty();
        if !tied.iter().any(|tied| tied.edge == nearest.edge) {
            tied.clear();
            // from within an area no leg is clear
            if !barriers.hold(point) {
                self.search_clear(barriers, edges, (point, limit), tied);
            }
        }
        is_blocked
    }

    /// Goes through the edges around `point` in order of distance, then of their ids; `found` receives the first that is clear and those
    /// tied with it that are clear too.
    fn search_clear(&self, barriers: &Barriers, edges: &Buckets, (point, limit): (Coord<f64>, f64), found: &mut Vec<Tied>) {
        let limit_2 = limit * limit;
        let (mut waiting, mut done) = (Vec::<Tied>::new(), 0.0f64);
        edges.for_each_ring(point, limit, |edges, seen| {
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
