//! The extent of the roads: outside it nothing is known of access, so that its people and its ground are *no data*.

use geo::{Area, BoundingRect, Buffer, ConvexHull, Coord, LineString, MultiPoint, MultiPolygon, Point, Rect};
use serde::{Deserialize, Serialize};

use crate::network::RoadNetwork;

/// How many strips the edges of an extent are sorted into.
const STRIPS: usize = 256;
/// A hull of less ground than this is that of a line, m².
const SLIVER_M2: f64 = 1.0;

/// The ground that a source of roads holds, metres of the working CRS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extent {
    area: MultiPolygon<f64>,
    bounds: Option<Rect<f64>>,
    /// The edges that meet each strip of equal height, from south to north.
    strips: Vec<Vec<[Coord<f64>; 2]>>,
}

impl Extent {
    /// The extent that polygons give; overlaps of several count once only if they are disjoint.
    ///
    /// # Complexity
    ///
    /// O(corners × strips that each edge meets).
    pub fn new(area: MultiPolygon<f64>) -> Extent {
        let bounds = area.bounding_rect();
        let mut extent = Extent { area, bounds, strips: vec![Vec::new(); STRIPS] };
        let rings = extent.area.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
        let edges: Vec<[Coord<f64>; 2]> = rings.flat_map(|ring| ring.0.windows(2).map(|pair| [pair[0], pair[1]])).collect();
        for edge in edges {
            let (low, high) = (extent.strip(edge[0].y.min(edge[1].y)), extent.strip(edge[0].y.max(edge[1].y)));
            extent.strips[low..=high].iter_mut().for_each(|strip| strip.push(edge));
        }
        extent
    }

    /// The outline of roads, as their convex hull, and `margin_m` around it; nothing without roads.
    pub fn around<'n>(networks: impl IntoIterator<Item = &'n RoadNetwork>, margin_m: f64) -> Extent {
        let nodes = |network: &'n RoadNetwork| (0..network.node_count()).map(|node| network.location(crate::ids::NodeId::at(node)).into());
        let hull = MultiPoint(networks.into_iter().flat_map(nodes).collect()).convex_hull();
        if hull.unsigned_area() > SLIVER_M2 {
            return Extent::new(hull.buffer(margin_m));
        }
        // a single straight street: its hull is a line, which has no inside to buffer
        let corners = &hull.exterior().0;
        let Some(&first) = corners.first() else { return Extent::new(MultiPolygon::new(Vec::new())) };
        let farthest = |from: Coord<f64>| {
            let metres = |at: &Coord<f64>| (at.x - from.x).hypot(at.y - from.y);
            corners.iter().copied().max_by(|a, b| metres(a).total_cmp(&metres(b))).unwrap_or(from)
        };
        let end = farthest(first);
        let start = farthest(end);
        Extent::new(if start == end { Point(start).buffer(margin_m) } else { LineString(vec![start, end]).buffer(margin_m) })
    }

    /// Its polygons.
    pub fn area(&self) -> &MultiPolygon<f64> {
        &self.area
    }

    /// Whether it holds a place. A place on its border may count as inside or outside.
    pub fn holds(&self, at: Coord<f64>) -> bool {
        let within =
            |bounds: Rect<f64>| (bounds.min().x..=bounds.max().x).contains(&at.x) && (bounds.min().y..=bounds.max().y).contains(&at.y);
        if !self.bounds.is_some_and(within) {
            return false;
        }
        // a ray to the east crosses the border an odd number of times
        let crosses = |[a, b]: &[Coord<f64>; 2]| (a.y > at.y) != (b.y > at.y) && at.x < a.x + (at.y - a.y) * (b.x - a.x) / (b.y - a.y);
        self.strips[self.strip(at.y)].iter().filter(|edge| crosses(edge)).count() % 2 == 1
    }

    /// The strip of a northing; the first or the last one beyond its bounds.
    fn strip(&self, y: f64) -> usize {
        let Some(bounds) = self.bounds else { return 0 };
        let share = (y - bounds.min().y) / bounds.height().max(f64::MIN_POSITIVE);
        ((share * STRIPS as f64) as usize).min(STRIPS - 1)
    }
}

#[cfg(test)]
mod tests {
    use geo::{Contains, polygon};

    use super::*;
    use crate::input::{RoadSegment, Roads};
    use crate::units::Metric;

    #[test]
    fn roads_on_one_line_have_an_outline_too() {
        let along = |direction: (f64, f64)| {
            let nodes: Vec<Coord<f64>> = (0..=10).map(|i| Coord { x: direction.0 * f64::from(i), y: direction.1 * f64::from(i) }).collect();
            let segment =
                |from| RoadSegment { from, to: from + 1, length_mm: 100_000, forward_m_s: Some(1.2), backward_m_s: Some(1.2), delay_ms: 0 };
            let roads = Roads { nodes, segments: (0..10).map(segment).collect(), ..Roads::default() };
            Extent::around([&RoadNetwork::build(&roads, Metric::Time).unwrap()], 50.0)
        };
        for direction in [(100.0, 0.0), (0.0, 100.0), (60.0, 80.0), (100.0 / 3.0, 100.0 / 7.0)] {
            let extent = along(direction);
            // 40 m aside of the middle, 40 m beyond the ends; not 60 m
            let (length, middle) = (direction.0.hypot(direction.1), (direction.0 * 5.0, direction.1 * 5.0));
            let unit = (direction.0 / length, direction.1 / length);
            for (metres, held) in [(40.0, true), (60.0, false)] {
                assert_eq!(
                    extent.holds(Coord { x: middle.0 - unit.1 * metres, y: middle.1 + unit.0 * metres }),
                    held,
                    "{direction:?} {metres}"
                );
                assert_eq!(extent.holds(Coord { x: -unit.0 * metres, y: -unit.1 * metres }), held, "{direction:?} {metres}");
            }
        }
    }

    #[test]
    fn holds_what_its_polygons_contain() {
        let area = polygon!(
            exterior: [(x: 0.0, y: 0.0), (x: 90.0, y: 10.0), (x: 100.0, y: 100.0), (x: 40.0, y: 60.0), (x: -10.0, y: 90.0)],
            interiors: [[(x: 30.0, y: 20.0), (x: 50.0, y: 20.0), (x: 50.0, y: 40.0), (x: 30.0, y: 40.0)]],
        );
        let other = Rect::new((200.0, 0.0), (210.0, 5.0)).to_polygon();
        let area = MultiPolygon::new(vec![area, other]);
        let extent = Extent::new(area.clone());
        let mut held = 0;
        for (x, y) in (-20..230).flat_map(|x| (-10..110).map(move |y| (f64::from(x) + 0.37, f64::from(y) + 0.61))) {
            let at = Coord { x, y };
            assert_eq!(extent.holds(at), area.contains(&at), "{at:?}");
            held += usize::from(extent.holds(at));
        }
        assert!(held > 5000, "{held}");
        assert!(!Extent::new(MultiPolygon::new(vec![])).holds(Coord { x: 0.0, y: 0.0 }));
        assert!(!extent.holds(Coord { x: f64::NAN, y: 1.0 }));
    }
}
