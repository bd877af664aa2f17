//! Path data: rounded to a tenth of a pixel, thinned to what can be seen, written relative and short.

use std::fmt::Write;

use geo::{LineString, Polygon, Simplify};

/// A place on the page in tenths of a pixel.
pub(super) type Tenths = (i32, i32);

/// How far a thinned line may lie from the full one, in pixels.
const TOLERANCE_PX: f64 = 0.3;

/// Rounds a place in pixels to tenths.
pub(super) fn tenths((x, y): (f64, f64)) -> Tenths {
    ((x * 10.0).round() as i32, (y * 10.0).round() as i32)
}

/// Path data under construction.
#[derive(Default)]
pub(super) struct PathData(pub(super) String);

impl PathData {
    /// Adds polygons with their holes.
    pub(super) fn polygons(&mut self, polygons: &[Polygon<f64>]) {
        for polygon in polygons {
            if !self.ring(polygon.exterior()) {
                self.dot(polygon.exterior());
            }
            for hole in polygon.interiors() {
                self.ring(hole);
            }
        }
    }

    /// Adds a ring; `false` (and nothing added) when it is too small to enclose anything on the page.
    fn ring(&mut self, ring: &LineString<f64>) -> bool {
        let mut points = thin(ring.simplify(TOLERANCE_PX).coords().map(|c| tenths((c.x, c.y))));
        if points.first() == points.last() {
            points.pop();
        }
        if points.len() < 3 {
            return false;
        }
        self.line(&points);
        self.0.push('z');
        true
    }

    /// Adds a mark of a tenth of a pixel for a ring too small to draw: with its stroke it is still seen.
    fn dot(&mut self, ring: &LineString<f64>) {
        if let Some(&c) = ring.0.first() {
            let (x, y) = tenths((c.x, c.y));
            self.line(&[(x, y), (x + 1, y)]);
        }
    }

    /// Adds an open line.
    pub(super) fn line(&mut self, points: &[Tenths]) {
        let Some((&(x, y), rest)) = points.split_first() else {
            return;
        };
        self.0.push('M');
        self.number(x, false);
        self.number(y, true);
        let mut last = (x, y);
        for (i, &(x, y)) in rest.iter().enumerate() {
            if i == 0 {
                self.0.push('l');
            }
            self.number(x - last.0, i > 0);
            self.number(y - last.1, true);
            last = (x, y);
        }
    }

    /// Adds a number of tenths, parted from the one before where its sign does not do so.
    fn number(&mut self, tenths: i32, parted: bool) {
        if parted && tenths >= 0 {
            self.0.push(' ');
        }
        if tenths < 0 {
            self.0.push('-');
        }
        let (whole, part) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
        // Writing to a `String` cannot fail.
        let _ = match (whole, part) {
            (_, 0) => write!(self.0, "{whole}"),
            (0, _) => write!(self.0, ".{part}"),
            _ => write!(self.0, "{whole}.{part}"),
        };
    }
}

/// The points without repeats.
fn thin(points: impl Iterator<Item = Tenths>) -> Vec<Tenths> {
    let mut points: Vec<_> = points.collect();
    points.dedup();
    points
}

/// A line of tenths, thinned.
pub(super) fn thinned(line: &[Tenths]) -> Vec<Tenths> {
    let pixels: LineString<f64> = line.iter().map(|&(x, y)| (f64::from(x) / 10.0, f64::from(y) / 10.0)).collect();
    thin(pixels.simplify(TOLERANCE_PX).coords().map(|c| tenths((c.x, c.y))))
}
