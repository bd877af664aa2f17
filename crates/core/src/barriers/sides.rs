//! The sides of a polygon by height, so that only few are looked at to tell whether it holds a place.

use geo::Coord;
use serde::{Deserialize, Serialize};

use super::Segment;

/// Sides of a polygon, in layers of equal height from south to north.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Sides {
    low: f64,
    height: f64,
    layers: Vec<Vec<[Coord<f64>; 2]>>,
}

impl Sides {
    /// Sorts the segments of all rings of one polygon into about a layer for every four of them.
    pub(super) fn new(segments: &[Segment]) -> Sides {
        let ends = || segments.iter().flat_map(|s| [s.a.y, s.b.y]);
        let (low, high) = (ends().fold(f64::INFINITY, f64::min), ends().fold(f64::NEG_INFINITY, f64::max));
        let count = segments.len().div_ceil(4).clamp(1, 4096);
        let mut sides = Sides { low, height: ((high - low) / count as f64).max(1e-6), layers: vec![Vec::new(); count] };
        for segment in segments {
            let (south, north) = (segment.a.y.min(segment.b.y), segment.a.y.max(segment.b.y));
            for layer in sides.layer(south)..=sides.layer(north) {
                sides.layers[layer].push([segment.a, segment.b]);
            }
        }
        sides
    }

    fn layer(&self, y: f64) -> usize {
        // a cast of what is negative or not a number gives the lowest
        (((y - self.low) / self.height) as usize).min(self.layers.len() - 1)
    }

    /// Whether `at` lies within: an odd number of sides to the east of it. On a side either may be said.
    pub(super) fn hold(&self, at: Coord<f64>) -> bool {
        let crossed = |[a, b]: &&[Coord<f64>; 2]| (a.y > at.y) != (b.y > at.y) && at.x < a.x + (b.x - a.x) * ((at.y - a.y) / (b.y - a.y));
        self.layers[self.layer(at.y)].iter().filter(crossed).count() % 2 == 1
    }
}
