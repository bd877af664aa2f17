//! How near places are to polygons.

use geo::{Coord, Intersects, MultiPolygon, Rect};
use rstar::RTree;
use rstar::primitives::Line;

use crate::index::BoxIndex;

/// An R-tree of the sides of polygons that tells whether a place lies within a distance of them.
///
/// Bulk-loaded once, in O(n log n); a query takes O(log n), but for places deep inside large polygons, whose sides are counted.
///
/// ```
/// use catchment::Proximity;
/// use catchment::geo::{Coord, Rect};
///
/// let park = [Rect::new((0.0, 0.0), (100.0, 100.0)).to_polygon().into()];
/// let near = Proximity::new(&park);
/// assert!(near.within(Coord { x: 150.0, y: 50.0 }, 50.0));
/// assert!(near.within(Coord { x: 50.0, y: 50.0 }, 0.0));
/// assert!(!near.within(Coord { x: 150.0, y: 50.0 }, 49.0));
/// ```
#[derive(Debug)]
pub struct Proximity<'p> {
    sides: RTree<Line<[f64; 2]>>,
    polygons: &'p [MultiPolygon<f64>],
    boxes: BoxIndex,
}

impl<'p> Proximity<'p> {
    /// Indexes the sides of polygons.
    pub fn new(polygons: &'p [MultiPolygon<f64>]) -> Proximity<'p> {
        let rings = polygons.iter().flatten().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
        let sides = rings.flat_map(|ring| ring.lines()).map(|side| Line::new(side.start.into(), side.end.into()));
        Proximity { sides: RTree::bulk_load(sides.collect()), polygons, boxes: BoxIndex::new(polygons) }
    }

    /// Whether a place lies in a polygon, or within `metres` (inclusive) of one.
    pub fn within(&self, at: Coord<f64>, metres: f64) -> bool {
        let beside = self.sides.locate_within_distance([at.x, at.y], metres * metres).next().is_some();
        beside || self.boxes.meeting(Rect::new(at, at)).into_iter().any(|i| self.polygons[i].intersects(&at))
    }
}
