//! Edges in a uniform grid of buckets, 12 bytes for each bucket that an edge passes through.
//!
//! A bucket holds, of each edge, only the piece that lies in it. So the ends of pieces fit into 16 bits: they are whole units of a 1024th
//! of a bucket, of which the lowest 16 bits are kept. Differences of such numbers are right up to 32 buckets either way. Distances from
//! them are quick but not exact: they serve to leave out edges that cannot be the nearest, and whoever asks looks at the rest again, at
//! their places in the network.
//!
//! **How wrong such a distance can be** ([`ERROR`]), in units: rounding moves the ends of a piece, so all of it, by √½ at the most, and
//! the point by as much; that makes 1.414. `f32` adds less than 0.03: a step has at most 1027 units either way, so that its square is
//! exact, and a point is within 2¹⁵·√2 of a piece's start, so that rounding (2⁻²⁴ of a number, ten times at the most) moves the foot by
//! less than 0.01 and the distance by less than 0.02.

use std::cmp::Ordering;
use std::ops::{Range, RangeInclusive};

use geo::Coord;

use super::TIE_M;
use super::segment::Segment;
use crate::network::{Edge, RoadNetwork};

/// Units a bucket.
const UNITS: f64 = 1024.0;
/// The longest way, in buckets, at which distances are computed from pieces: with the rest of the last bucket it is less than 32.
const NEAR: f64 = 30.0;
/// What a distance from a piece may be wrong by, units.
const ERROR: f64 = 1.5;
/// Buckets are taken to be larger by this share when edges are put into them, so that rounding loses no piece.
const HAIR: f64 = 1e-6;
/// Pieces are compared with a point so many at a time.
const LANES: usize = 4;

/// What keeps lanes out that are not used: of this, as many lanes from as far from the middle as are used.
const UNUSED: [f32; 2 * LANES] = {
    let mut unused = [0.0; 2 * LANES];
    let mut lane = LANES;
    while lane < 2 * LANES {
        unused[lane] = f32::INFINITY;
        lane += 1;
    }
    unused
};

/// Edges by bucket.
#[derive(Debug)]
pub(super) struct Buckets {
    low: Coord<f64>,
    /// Metres a bucket.
    size: f64,
    per_size: f64,
    columns: i64,
    rows: i64,
    /// Of each bucket its first piece; one more at the end.
    first: Vec<u32>,
    /// Of each piece where it starts, in units, the x in the low half. (Like `steps` with some more at the end, for the last lanes.)
    starts: Vec<u32>,
    /// Of each piece the way from its start to its end, in units, the x in the low half.
    steps: Vec<u32>,
    /// Of each piece its edge.
    edges: Vec<u32>,
}

/// What was found near a point, and room on the way.
#[derive(Debug, Clone, Default)]
pub(super) struct Near {
    /// The edges.
    pub edges: Vec<u32>,
    groups: Vec<(u32, [f32; LANES])>,
}

impl Buckets {
    /// Puts those of `network`'s edges that are `wanted` into buckets.
    ///
    /// # Complexity
    ///
    /// O(edges + buckets), with at most about four buckets an edge.
    pub(super) fn new(network: &RoadNetwork, wanted: impl Fn(&Edge) -> bool) -> Buckets {
        let edges = || (0..).zip(network.edges()).filter(|(_, edge)| wanted(edge)).map(|(id, _)| (id, Segment::of(network, id)));
        let mut count = 0u32;
        let (mut low, mut high) = (Coord { x: f64::INFINITY, y: f64::INFINITY }, Coord { x: f64::NEG_INFINITY, y: f64::NEG_INFINITY });
        for (_, segment) in edges() {
            count += 1;
            for end in [segment.a, segment.at(1.0)] {
                low = Coord { x: low.x.min(end.x), y: low.y.min(end.y) };
                high = Coord { x: high.x.max(end.x), y: high.y.max(end.y) };
            }
        }
        if count == 0 {
            (low, high) = (Coord::zero(), Coord::zero());
        }
        let (width, height) = ((high.x - low.x).max(1.0), (high.y - low.y).max(1.0));
        let size = (width * height / (4.0 * f64::from(count.max(1)))).sqrt().max(50.0);
        let size = size.max(width.max(height) / 1e6);
        let (columns, rows) = ((width / size) as i64 + 1, (height / size) as i64 + 1);
        let first = vec![0; (columns * rows) as usize + 1];
        let mut buckets =
            Buckets { low, size, per_size: 1.0 / size, columns, rows, first, starts: Vec::new(), steps: Vec::new(), edges: Vec::new() };
        buckets.fill(edges);
        buckets
    }

    fn fill<E: Iterator<Item = (u32, Segment)>>(&mut self, edges: impl Fn() -> E) {
        let mut next = std::mem::take(&mut self.first);
        for (_, segment) in edges() {
            self.for_each_bucket(&segment, |bucket, _| next[bucket + 1] += 1);
        }
        for i in 1..next.len() {
            next[i] += next[i - 1];
        }
        let count = next.last().copied().unwrap_or(0) as usize;
        self.first.clone_from(&next);
        let (mut starts, mut steps) = (vec![0; count + LANES], vec![0; count + LANES]);
        let mut ids = vec![0; count];
        for (id, segment) in edges() {
            self.for_each_bucket(&segment, |bucket, [from, to]| {
                let slot = next[bucket] as usize;
                next[bucket] += 1;
                ids[slot] = id;
                let (from, to) = (self.units(segment.at(from)), self.units(segment.at(to)));
                starts[slot] = packed(from);
                steps[slot] = packed([to[0].wrapping_sub(from[0]), to[1].wrapping_sub(from[1])]);
            });
        }
        (self.starts, self.steps, self.edges) = (starts, steps, ids);
    }

    /// The buckets that a line passes through, and from where to where along it.
    fn for_each_bucket(&self, segment: &Segment, mut visit: impl FnMut(usize, [f64; 2])) {
        let (a, b) = (self.place(segment.a), self.place(segment.at(1.0)));
        let (columns, rows) = (self.within(a.x, b.x, self.columns), self.within(a.y, b.y, self.rows));
        if columns.start() == columns.end() && rows.start() == rows.end() {
            return visit((rows.start() * self.columns + columns.start()) as usize, [0.0, 1.0]);
        }
        for row in rows {
            let [from, to] = part(a.y, b.y, row);
            let [left, right] = [from, to].map(|along| a.x + along * (b.x - a.x));
            for column in self.within(left, right, self.columns) {
                let across = part(a.x, b.x, column);
                let (from, to) = (from.max(across[0]), to.min(across[1]));
                if from <= to {
                    visit((row * self.columns + column) as usize, [from, to]);
                }
            }
        }
    }

    /// The columns (or rows) between two places on their axis.
    fn within(&self, a: f64, b: f64, count: i64) -> RangeInclusive<i64> {
        let at = |v: f64| (v as i64).clamp(0, count - 1);
        at(a.min(b) - HAIR)..=at(a.max(b) + HAIR)
    }

    /// A place in buckets.
    fn place(&self, at: Coord<f64>) -> Coord<f64> {
        Coord { x: (at.x - self.low.x) * self.per_size, y: (at.y - self.low.y) * self.per_size }
    }

    /// A place in whole units, their lowest 16 bits.
    fn units(&self, at: Coord<f64>) -> [u16; 2] {
        let place = self.place(at);
        [place.x, place.y].map(|v| ((v + 64.0) * UNITS) as i64 as u16)
    }

    /// Whether it holds no edge.
    pub(super) fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// Bytes that it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        [&self.first, &self.starts, &self.steps, &self.edges].map(|of| size_of_val(&of[..])).iter().sum()
    }

    /// Metres a bucket.
    pub(super) fn size(&self) -> f64 {
        self.size
    }

    /// Columns or rows, whichever are more.
    pub(super) fn side(&self) -> i64 {
        self.columns.max(self.rows)
    }

    /// The column and row of a place, or of the place in the grid that is next to it.
    pub(super) fn bucket(&self, at: Coord<f64>) -> (i64, i64) {
        let place = self.place(at);
        ((place.x as i64).clamp(0, self.columns - 1), (place.y as i64).clamp(0, self.rows - 1))
    }

    /// How far a place lies outside the grid, metres along the axis on which it is farther.
    pub(super) fn outside_m(&self, at: Coord<f64>) -> f64 {
        let outside = |v: f64, low: f64, count: i64| (low - v).max(v - low - count as f64 * self.size);
        outside(at.x, self.low.x, self.columns).max(outside(at.y, self.low.y, self.rows))
    }

    /// The edges in the buckets of a box; an edge may come more than once.
    pub(super) fn within_box(&self, low: Coord<f64>, high: Coord<f64>) -> impl Iterator<Item = u32> {
        self.boxed(low, high).flat_map(|pieces| &self.edges[pieces]).copied()
    }

    /// Looks through rings of buckets around `point`, out to `farthest` metres. `visit` gets the edges of each bucket and then, at the
    /// end of a ring, none and the distance up to which all edges were shown; it returns whether that is enough.
    pub(super) fn for_each_ring(&self, point: Coord<f64>, farthest: f64, mut visit: impl FnMut(&[u32], f64) -> bool) {
        if !(point.x.is_finite() && point.y.is_finite()) || self.is_empty() {
            return;
        }
        let Coord { x, y } = self.place(point);
        let (column, row) = (x.floor(), y.floor());
        let margin = (x - column).min(column + 1.0 - x).min(y - row).min(row + 1.0 - y) * self.size;
        let outside = (-column).max(column - self.columns as f64).max(-row).max(row - self.rows as f64).max(0.0);
        if (outside - 1.0) * self.size > farthest {
            return;
        }
        let (column, row) = (column as i64, row as i64);
        for ring in 0.. {
            self.for_each_in_ring(column, row, ring, |bucket| {
                visit(&self.edges[self.first[bucket] as usize..self.first[bucket + 1] as usize], 0.0);
            });
            let seen = ring as f64 * self.size + margin;
            if visit(&[], seen) || seen > farthest + TIE_M {
                return;
            }
        }
    }

    fn for_each_in_ring(&self, column: i64, row: i64, ring: i64, mut visit: impl FnMut(usize)) {
        for r in (row - ring).max(0)..=(row + ring).min(self.rows - 1) {
            let whole = r == row - ring || r == row + ring;
            let step = if whole || ring == 0 { 1 } else { 2 * ring };
            let mut c = column - ring;
            while c <= column + ring {
                if (0..self.columns).contains(&c) {
                    visit((r * self.columns + c) as usize);
                }
                c += step;
            }
        }
    }

    /// The pieces in the buckets of a box, row by row.
    fn boxed(&self, low: Coord<f64>, high: Coord<f64>) -> impl Iterator<Item = Range<usize>> {
        let (low, high) = (self.bucket(low), self.bucket(high));
        let (columns, first) = (self.columns, &self.first);
        let of = move |row: i64, column: i64| first[(row * columns + column) as usize] as usize;
        (low.1..=high.1).map(move |row| of(row, low.0)..of(row, high.0 + 1))
    }

    /// Puts into `near` all edges in the buckets within `reach` of a point that may be within [`TIE_M`] of the nearest of them, or of
    /// `bound` where that is nearer (and some more; an edge may come more than once).
    pub(super) fn nearest(&self, point: Coord<f64>, reach: f64, bound: f64, near: &mut Near) {
        near.edges.clear();
        let off = reach + 1.001 * TIE_M;
        let [low, high] = [-off, off].map(|v| Coord { x: point.x + v, y: point.y + v });
        if reach.max(self.outside_m(point)) > NEAR * self.size {
            return near.edges.extend(self.within_box(low, high));
        }
        // first all distances, then all that are short enough, without a branch for either: what is near is hard to foretell
        let place = self.units(point);
        let Near { edges, groups } = near;
        groups.clear();
        let mut least = [f32::INFINITY; LANES];
        for pieces in self.boxed(low, high) {
            let mut at = pieces.start;
            while at < pieces.end {
                let distances_2 = self.distances_2(at, pieces.end - at, place);
                for (least, own) in least.iter_mut().zip(distances_2) {
                    *least = if own < *least { own } else { *least };
                }
                groups.push((at as u32, distances_2));
                at += LANES;
            }
        }
        let least = f64::from(least.into_iter().fold(f32::INFINITY, f32::min)).sqrt();
        let limit = (least + ERROR).min(bound * self.per_size * UNITS) + ERROR + TIE_M * self.per_size * UNITS;
        // a number, so that lanes that are not used stay out
        let limit_2 = ((limit * limit) as f32).min(f32::MAX);
        let mut found = 0;
        edges.resize(LANES * groups.len() + 1, 0);
        for (at, distances_2) in groups.iter() {
            for (piece, distance_2) in (*at..).zip(distances_2) {
                edges[found] = piece;
                found += usize::from(*distance_2 <= limit_2);
            }
        }
        edges.truncate(found);
        edges.iter_mut().for_each(|piece| *piece = self.edges[*piece as usize]);
    }

    /// Squares of the distances of a place from `count` pieces, those from `at`, as far as there are lanes; units.
    #[inline]
    fn distances_2(&self, at: usize, count: usize, [x, y]: [u16; 2]) -> [f32; LANES] {
        // the number in the high half
        let high = |v: u32| (v.cast_signed() >> 16) as f32;
        let (starts, steps) = (&self.starts[at..at + LANES], &self.steps[at..at + LANES]);
        let unused = &UNUSED[LANES - count.min(LANES)..][..LANES];
        let mut distances_2 = [0.0; LANES];
        for lane in 0..LANES {
            let (start, step) = (starts[lane], steps[lane]);
            let (dx, dy) = (high(step << 16), high(step));
            let px = high((u32::from(x).wrapping_sub(start)) << 16);
            let py = high((u32::from(y) << 16).wrapping_sub(start & 0xffff_0000));
            let length_2 = dx * dx + dy * dy;
            // whole numbers: the least length but none is one
            let along = (px * dx + py * dy) / if length_2 > 1.0 { length_2 } else { 1.0 };
            let along = if along > 0.0 { along } else { 0.0 };
            let along = if along < 1.0 { along } else { 1.0 };
            let (ex, ey) = (px - along * dx, py - along * dy);
            distances_2[lane] = ex * ex + ey * ey + unused[lane];
        }
        distances_2
    }
}

/// Two numbers in one.
fn packed([x, y]: [u16; 2]) -> u32 {
    u32::from(x) | u32::from(y) << 16
}

/// From where to where, 0 to 1, a way from `a` to `b` lies in a column (or row).
fn part(a: f64, b: f64, column: i64) -> [f64; 2] {
    let at = |side: f64| (side - a) / (b - a);
    let (low, high) = (column as f64 - HAIR, column as f64 + 1.0 + HAIR);
    match a.total_cmp(&b) {
        Ordering::Less => [at(low).max(0.0), at(high).min(1.0)],
        Ordering::Equal => [0.0, 1.0],
        Ordering::Greater => [at(high).max(0.0), at(low).min(1.0)],
    }
}
