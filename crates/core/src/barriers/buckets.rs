//! A uniform grid of buckets, and rows of anything by bucket.

use geo::{Coord, Rect};
use serde::{Deserialize, Serialize};

use super::{PAD_M, Segment};

/// No bucket is smaller, metres: legs are seldom longer.
const LEAST_M: f64 = 50.0;
/// So many buckets are made for few segments too: then most of them are empty.
const MANY: usize = 250_000;

/// A uniform grid of square buckets, row by row from the south-west.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Grid {
    low: Coord<f64>,
    size: f64,
    /// One over the size.
    per_size: f64,
    columns: i64,
    rows: i64,
}

impl Grid {
    /// A grid that holds all `segments`; without any it has no bucket.
    pub(super) fn around(segments: &[Segment]) -> Grid {
        let join = |a: Rect<f64>, b: Rect<f64>| {
            let low = (a.min().x.min(b.min().x), a.min().y.min(b.min().y));
            Rect::new(low, (a.max().x.max(b.max().x), a.max().y.max(b.max().y)))
        };
        let Some(bounds) = segments.iter().map(Segment::bounds).reduce(join) else { return Grid::default() };
        let (width, height) = (bounds.width() + 2.0 * PAD_M, bounds.height() + 2.0 * PAD_M);
        let size = (width * height / (4 * segments.len()).max(MANY) as f64).sqrt().max(LEAST_M).max(width.max(height) / 1e6);
        let low = Coord { x: bounds.min().x - PAD_M, y: bounds.min().y - PAD_M };
        Grid { low, size, per_size: 1.0 / size, columns: (width / size) as i64 + 1, rows: (height / size) as i64 + 1 }
    }

    fn len(self) -> usize {
        (self.columns * self.rows) as usize
    }

    /// The column of `x`; 0 for what lies west of the grid (a cast cuts off what is behind the point).
    fn column(self, x: f64) -> i64 {
        ((x - self.low.x) * self.per_size) as i64
    }

    fn row(self, y: f64) -> i64 {
        ((y - self.low.y) * self.per_size) as i64
    }

    /// The bucket that holds `at`; `None` outside the grid.
    pub(super) fn bucket(self, at: Coord<f64>) -> Option<usize> {
        let (column, row) = (self.column(at.x), self.row(at.y));
        let inside = at.x >= self.low.x && at.y >= self.low.y && column < self.columns && row < self.rows;
        inside.then_some((row * self.columns + column) as usize)
    }

    /// How far around `at` there is nothing for sure, metres, where `steps` lead from each bucket to the nearest that holds something.
    pub(super) fn clearance(self, at: Coord<f64>, steps: &[u8]) -> f64 {
        match self.bucket(at) {
            Some(bucket) => f64::from(steps[bucket].saturating_sub(1)) * self.size,
            None => {
                let (width, height) = (self.columns as f64 * self.size, self.rows as f64 * self.size);
                let (x, y) = (at.x - self.low.x, at.y - self.low.y);
                (-x).max(x - width).max(-y).max(y - height).max(0.0)
            }
        }
    }

    /// For each bucket how many steps, diagonal ones too, lead to the nearest that is `taken`; at most 255.
    pub(super) fn steps(self, taken: impl Fn(usize) -> bool) -> Vec<u8> {
        let mut steps: Vec<u8> = (0..self.len()).map(|bucket| if taken(bucket) { 0 } else { u8::MAX }).collect();
        let (columns, rows) = (self.columns as usize, self.rows as usize);
        let mut relax = |row: usize, column: usize, beside: [(isize, isize); 4]| {
            for (up, right) in beside {
                if let (Some(r), Some(c)) = (row.checked_add_signed(up), column.checked_add_signed(right))
                    && r < rows
                    && c < columns
                {
                    let known = steps[r * columns + c].saturating_add(1);
                    let own = &mut steps[row * columns + column];
                    *own = known.min(*own);
                }
            }
        };
        // twice over all: from the south-west what lies before, then from the north-east what lies behind
        for row in 0..rows {
            for column in 0..columns {
                relax(row, column, [(0, -1), (-1, -1), (-1, 0), (-1, 1)]);
            }
        }
        for row in (0..rows).rev() {
            for column in (0..columns).rev() {
                relax(row, column, [(0, 1), (1, 1), (1, 0), (1, -1)]);
            }
        }
        steps
    }

    /// Visits the buckets that the straight line from `a` to `b` passes through or passes within `pad` metres of, each once (and a few at
    /// the corners of its way), row by row from `a` on; ends where `visit` returns true, and returns whether it did.
    pub(super) fn any_bucket(self, a: Coord<f64>, b: Coord<f64>, pad: f64, mut visit: impl FnMut(usize) -> bool) -> bool {
        let (west, east) = (a.x.min(b.x), a.x.max(b.x));
        let (south, north) = (a.y.min(b.y), a.y.max(b.y));
        let (first, last) = (self.row(south - pad).max(0), self.row(north + pad).min(self.rows - 1));
        let x_at = |y: f64| a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y)).clamp(0.0, 1.0);
        for i in 0..=last - first {
            let row = if a.y <= b.y { first + i } else { last - i };
            let (mut x0, mut x1) = (west, east);
            if first < last && north > south {
                let low = self.low.y + row as f64 * self.size;
                let ends = (x_at(low - pad), x_at(low + self.size + pad));
                (x0, x1) = (ends.0.min(ends.1).max(west), ends.0.max(ends.1).min(east));
            }
            for column in self.column(x0 - pad).max(0)..=self.column(x1 + pad).min(self.columns - 1) {
                if visit((row * self.columns + column) as usize) {
                    return true;
                }
            }
        }
        false
    }

    /// The buckets that meet `bounds`, with their centres.
    pub(super) fn for_each_within(self, bounds: Rect<f64>, mut visit: impl FnMut(usize, Coord<f64>)) {
        for row in self.row(bounds.min().y).max(0)..=self.row(bounds.max().y).min(self.rows - 1) {
            for column in self.column(bounds.min().x).max(0)..=self.column(bounds.max().x).min(self.columns - 1) {
                let centre = (column as f64 + 0.5, row as f64 + 0.5);
                let centre = Coord { x: self.low.x + centre.0 * self.size, y: self.low.y + centre.1 * self.size };
                visit((row * self.columns + column) as usize, centre);
            }
        }
    }
}

/// Rows by bucket: those of bucket `b` are `rows[first[b] .. first[b + 1]]`, in the order in which they were added.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Rows<T> {
    first: Vec<u32>,
    rows: Vec<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Rows<T> {
        Rows { first: vec![0], rows: Vec::new() }
    }
}

impl<T: Copy> Rows<T> {
    /// Sorts what `each` adds into the buckets of `grid`.
    pub(super) fn fill(grid: Grid, each: impl Fn(&mut dyn FnMut(usize, T))) -> Rows<T> {
        let mut all: Vec<(u32, T)> = Vec::new();
        each(&mut |bucket, row| all.push((bucket as u32, row)));
        all.sort_by_key(|(bucket, _)| *bucket);
        let mut first = vec![0u32; grid.len() + 1];
        all.iter().for_each(|(bucket, _)| first[*bucket as usize + 1] += 1);
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        Rows { first, rows: all.into_iter().map(|(_, row)| row).collect() }
    }

    pub(super) fn of(&self, bucket: usize) -> &[T] {
        &self.rows[self.first[bucket] as usize..self.first[bucket + 1] as usize]
    }
}
