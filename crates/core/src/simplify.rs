//! Simplifying outlines without letting them cross a road, a ring or one another.
//!
//! A corner is dropped where the straight line past it stays within the tolerance of every corner dropped so far, and the triangle that is
//! cut off holds no other corner and no road but within the tolerance of where the limit falls on it.

use std::collections::HashMap;

use geo::{BooleanOps, Coord, LineString, MultiPolygon, Polygon};
use rayon::prelude::*;

use crate::along::knots;
use crate::link::EdgeGrid;
use crate::mask::oriented;
use crate::search::NearestFacility;
use crate::units::Limit;

/// Most corners in a row that one straight line replaces: bounds the work on long straight lines.
const LONGEST_RUN: usize = 64;

/// Simplifies the shapes of `limits` (ascending), each within `tolerance` metres; nested shapes stay nested.
pub(crate) fn simplify(
    shapes: &mut [MultiPolygon<f64>],
    limits: &[Limit],
    edges: &EdgeGrid<'_>,
    nearest: &NearestFacility<'_>,
    tolerance: f64,
) {
    shapes.par_iter_mut().zip(limits).for_each(|(shape, limit)| {
        let rings: Vec<&LineString<f64>> = shape.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors())).collect();
        let mut work = Work::new(&rings, tolerance);
        let blocked = |triangle| edges.holds_far(nearest, *limit, triangle, tolerance);
        for ring in 0..work.rings.len() {
            work.thin(ring, &blocked);
        }
        let mut thinned = work.finish().into_iter();
        let mut next = || thinned.next().unwrap_or(LineString(vec![]));
        *shape = shape.iter().map(|p| Polygon::new(next(), p.interiors().iter().map(|_| next()).collect())).collect();
    });
    for i in (1..shapes.len()).rev() {
        let inner = shapes[i - 1].intersection(&shapes[i]);
        shapes[i - 1] = oriented(&inner);
    }
}

/// Rings in the making: corners by ring, those that still stand, and all of them by place.
struct Work {
    tolerance: f64,
    rings: Vec<Ring>,
    near: HashMap<(i64, i64), Vec<(u32, u32)>>,
}

struct Ring {
    corners: Vec<Coord<f64>>,
    stands: Vec<bool>,
}

impl Work {
    fn new(rings: &[&LineString<f64>], tolerance: f64) -> Work {
        let ring = |line: &&LineString<f64>| {
            let corners = line.0[..line.0.len().saturating_sub(1)].to_vec();
            Ring { stands: vec![true; corners.len()], corners }
        };
        let mut work = Work { tolerance, rings: rings.iter().map(ring).collect(), near: HashMap::new() };
        for (r, ring) in work.rings.iter().enumerate() {
            for (i, corner) in ring.corners.iter().enumerate() {
                work.near.entry(bucket(*corner, tolerance)).or_default().push((r as u32, i as u32));
            }
        }
        work
    }

    /// Drops corners of a ring until none can go.
    fn thin(&mut self, r: usize, blocked: &dyn Fn([Coord<f64>; 3]) -> bool) {
        let count = self.rings[r].corners.len();
        let mut left = count;
        let mut dropped = true;
        while dropped && left > 4 {
            dropped = false;
            let mut before = self.next(r, count - 1);
            let start = before;
            loop {
                let corner = self.next(r, before);
                let after = self.next(r, corner);
                if left > 4 && corner != start && self.can_drop(r, before, corner, after, blocked) {
                    self.rings[r].stands[corner] = false;
                    left -= 1;
                    dropped = true;
                } else {
                    before = corner;
                }
                if before == start || corner == start {
                    break;
                }
            }
        }
    }

    /// The next standing corner of a ring.
    fn next(&self, r: usize, from: usize) -> usize {
        let ring = &self.rings[r];
        let count = ring.corners.len();
        (1..=count).map(|step| (from + step) % count).find(|i| ring.stands[*i]).unwrap_or(from)
    }

    fn can_drop(&self, r: usize, before: usize, corner: usize, after: usize, blocked: &dyn Fn([Coord<f64>; 3]) -> bool) -> bool {
        let corners = &self.rings[r].corners;
        let count = corners.len();
        let (a, b, c) = (corners[before], corners[corner], corners[after]);
        let run = (after + count - before) % count;
        if run > LONGEST_RUN {
            return false;
        }
        let close = (1..run).all(|step| away(corners[(before + step) % count], a, c) <= self.tolerance);
        close && self.is_empty(a, b, c) && !blocked([a, b, c])
    }

    /// Whether no standing corner but these three lies in the triangle or on its border.
    fn is_empty(&self, a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> bool {
        let low = bucket(Coord { x: a.x.min(b.x).min(c.x), y: a.y.min(b.y).min(c.y) }, self.tolerance);
        let high = bucket(Coord { x: a.x.max(b.x).max(c.x), y: a.y.max(b.y).max(c.y) }, self.tolerance);
        let turn = |p: Coord<f64>, q: Coord<f64>, r: Coord<f64>| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
        let holds = |p: Coord<f64>| {
            let turns = [turn(a, b, p), turn(b, c, p), turn(c, a, p)];
            p != a && p != b && p != c && (turns.iter().all(|t| *t >= 0.0) || turns.iter().all(|t| *t <= 0.0))
        };
        (low.1..=high.1).all(|row| {
            (low.0..=high.0).all(|column| {
                let here = self.near.get(&(column, row)).map_or(&[][..], Vec::as_slice);
                here.iter().all(|&(r, i)| {
                    let ring = &self.rings[r as usize];
                    !ring.stands[i as usize] || !holds(ring.corners[i as usize])
                })
            })
        })
    }

    /// The rings of what still stands, closed.
    fn finish(self) -> Vec<LineString<f64>> {
        let close = |ring: Ring| {
            let mut line: Vec<Coord<f64>> = ring.corners.iter().zip(&ring.stands).filter(|(_, stands)| **stands).map(|(c, _)| *c).collect();
            line.extend(line.first().copied());
            LineString(line)
        };
        self.rings.into_iter().map(close).collect()
    }
}

fn bucket(at: Coord<f64>, tolerance: f64) -> (i64, i64) {
    let size = (4.0 * tolerance).max(10.0);
    ((at.x / size).floor() as i64, (at.y / size).floor() as i64)
}

/// Distance of a place from the straight line between two others.
fn away(at: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> f64 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length_2 = dx * dx + dy * dy;
    let share = if length_2 > 0.0 { (((at.x - a.x) * dx + (at.y - a.y) * dy) / length_2).clamp(0.0, 1.0) } else { 0.0 };
    (at.x - a.x - share * dx).hypot(at.y - a.y - share * dy)
}

impl EdgeGrid<'_> {
    /// Whether a triangle holds eligible road more than `tolerance` metres (of walking) from where the limit falls on it.
    fn holds_far(&self, nearest: &NearestFacility<'_>, limit: Limit, triangle: [Coord<f64>; 3], tolerance: f64) -> bool {
        let least = f64::from(limit.cost.0);
        let far = |cost: f64| (cost - least).abs() * self.metres_a_unit() > tolerance;
        let (mut found, mut own) = (false, Vec::new());
        self.across(triangle, &mut |edge, part| {
            knots(nearest, edge, &mut own);
            let length = f64::from(self.network().edge(edge).length_mm.max(1));
            let part = part.map(|share| share * length);
            let inner = own.iter().filter(|knot| (part[0]..=part[1]).contains(&knot.offset_mm)).map(|knot| knot.cost);
            let ends = part.map(|offset| f64::from(nearest.place(edge, offset.round() as u32).cost.0));
            found = found || inner.chain(ends).any(far);
        });
        found
    }
}
