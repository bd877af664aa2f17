//! A uniform grid of buckets, and rows of anything by bucket.

use geo::{Coord, Rect};

use super::{PAD_M, Segment};

/// No bucket is smaller, metres: legs are seldom longer.
const LEAST_M: f64 = 50.0;
/// So many buckets are made for few segments too: then most of them are empty.
const MANY: usize = 250_000;

/// A uniform grid of square buckets, row by row from the south-west.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Grid {
    low: Coord<f64>,
    size: f64,
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
        Grid { low, size, columns: (width / size) as i64 + 1, rows: (height / size) as i64 + 1 }
    }

    fn len(self) -> usize {
        (self.columns * self.rows) as usize
    }

    fn column(self, x: f64) -> i64 {
        ((x - self.low.x) / self.size).floor() as i64
    }

    fn row(self, y: f64) -> i64 {
        ((y - self.low.y) / self.size).floor() as i64
    }

    /// The bucket that holds `at`; `None` outside the grid.
    pub(super) fn bucket(self, at: Coord<f64>) -> Option<usize> {
        let (column, row) = (self.column(at.x), self.row(at.y));
        let inside = (0..self.columns).contains(&column) && (0..self.rows).contains(&row);
        inside.then_some((row * self.columns + column) as usize)
    }

    /// The buckets that the straight line from `a` to `b` passes through or passes within `pad` metres of, each once (and a few at the
    /// corners of its way).
    pub(super) fn for_each_bucket(self, a: Coord<f64>, b: Coord<f64>, pad: f64, mut visit: impl FnMut(usize)) {
        let (a, b) = if a.y <= b.y { (a, b) } else { (b, a) };
        let x_at = |y: f64| a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y)).clamp(0.0, 1.0);
        for row in self.row(a.y - pad).max(0)..=self.row(b.y + pad).min(self.rows - 1) {
            let south = self.low.y + row as f64 * self.size;
            let (mut west, mut east) = (a.x.min(b.x), a.x.max(b.x));
            if b.y > a.y {
                let (x0, x1) = (x_at(south - pad), x_at(south + self.size + pad));
                (west, east) = (x0.min(x1).max(west), x0.max(x1).min(east));
            }
            for column in self.column(west - pad).max(0)..=self.column(east + pad).min(self.columns - 1) {
                visit((row * self.columns + column) as usize);
            }
        }
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
#[derive(Debug, Clone)]
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
