//! Where inside a shape a label may stand.

use geo::{Area, BoundingRect, Polygon};

use super::fit::Fit;

/// How many heights of a shape are tried.
const SCANS: usize = 15;
/// Half the height of a line of text.
const HALF_LINE: f64 = 6.0;

/// A place inside a shape with the free width around it.
pub(super) struct Spot {
    pub(super) at: (f64, f64),
    pub(super) room: f64,
    /// Whether the width is free only at this very height.
    pub(super) loose: bool,
}

/// Places in the largest polygon with the width that is free around them, the best first: wide, and not far from the middle.
pub(super) fn spots(polygons: &[Polygon<f64>], fit: &Fit) -> Vec<Spot> {
    let largest = polygons.iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()));
    let Some((polygon, bounds)) = largest.and_then(|p| Some((p, p.bounding_rect()?))) else {
        return Vec::new();
    };
    let (top, bottom) = (bounds.min().y.max(fit.frame.y), bounds.max().y.min(fit.frame.bottom()));
    let middle = (top + bottom) / 2.0;
    let mut scored: Vec<(f64, Spot)> = Vec::new();
    for scan in 0..SCANS {
        let y = top + (bottom - top) * (scan as f64 + 0.5) / SCANS as f64;
        for (left, right) in inside(polygon, y) {
            let whole = (left.max(fit.frame.x), right.min(fit.frame.right()));
            for (loose, (left, right)) in [(false, narrowed(polygon, y, whole)), (true, whole)] {
                if right > left {
                    let spot = Spot { at: ((left + right) / 2.0, y), room: right - left, loose };
                    scored.push((spot.room - 0.8 * (y - middle).abs(), spot));
                }
            }
        }
    }
    scored.sort_by(|a, b| a.1.loose.cmp(&b.1.loose).then(b.0.total_cmp(&a.0)));
    let spots: Vec<Spot> = scored.into_iter().map(|(_, spot)| spot).collect();
    if spots.is_empty() {
        // A shape without height: its first point will do for a number.
        return polygon.exterior().0.first().map(|c| Spot { at: (c.x, c.y), room: 0.0, loose: true }).into_iter().collect();
    }
    spots
}

/// The part of a stretch at `y` that is inside also half a line above and below; empty if there is none.
fn narrowed(polygon: &Polygon<f64>, y: f64, whole: (f64, f64)) -> (f64, f64) {
    let mut stretch = whole;
    for near in [y - HALF_LINE, y + HALF_LINE] {
        let common = |(left, right): (f64, f64)| (left.max(stretch.0), right.min(stretch.1));
        let parts = inside(polygon, near).into_iter().map(common);
        match parts.max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0))) {
            Some(part) if part.1 > part.0 => stretch = part,
            _ => return (0.0, 0.0),
        }
    }
    stretch
}

/// The stretches of the horizontal line at `y` that lie inside a polygon.
fn inside(polygon: &Polygon<f64>, y: f64) -> Vec<(f64, f64)> {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    let mut crossings: Vec<f64> = rings
        .flat_map(|ring| ring.lines())
        .filter(|line| (line.start.y > y) != (line.end.y > y))
        .map(|line| line.start.x + (y - line.start.y) / (line.end.y - line.start.y) * (line.end.x - line.start.x))
        .collect();
    crossings.sort_by(f64::total_cmp);
    crossings.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}
