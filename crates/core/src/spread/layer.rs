//! Surfaces, cut by zones.

use geo::algorithm::bool_ops::FillRule;
use geo::algorithm::buffer::{Buffer, BufferStyle, LineCap, LineJoin};
use geo::{Area, BooleanOps, BoundingRect, Coord, MultiLineString, MultiPolygon, Rect};

use super::Surface;
use super::evidence::LivedIn;
use crate::index::BoxIndex;
use crate::input::Zone;

/// Ends and corners of roads are rounded in steps of this angle, radians: within 75 m of a road, the ground differs by less than 2.4 m.
const ROUND: f64 = 0.5;

/// A surface, with an R-tree of its polygons' boxes where it has any.
pub(super) enum Layer<'s> {
    Mapped { name: &'s str, polygons: &'s [MultiPolygon<f64>], areas: Vec<f64>, boxes: BoxIndex },
    AlongRoads { roads: &'s LivedIn<'s>, within_m: f64 },
    WholeZone,
}

impl<'s> Layer<'s> {
    pub(super) fn new(surface: &'s Surface, roads: &'s LivedIn<'s>) -> Layer<'s> {
        match surface {
            Surface::WholeZone => Layer::WholeZone,
            Surface::AlongRoads(within_m) => Layer::AlongRoads { roads, within_m: *within_m },
            Surface::Mapped { name, polygons } => {
                let areas = polygons.iter().map(Area::unsigned_area).collect();
                Layer::Mapped { name, polygons, areas, boxes: BoxIndex::new(polygons) }
            }
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Layer::Mapped { name, .. } => name,
            Layer::AlongRoads { .. } => "roads",
            Layer::WholeZone => "zone",
        }
    }

    /// Polygons whose box meets the zone's.
    fn near(&self, zone: &Zone) -> Vec<usize> {
        let (Layer::Mapped { boxes, .. }, Some(bounds)) = (self, zone.area.bounding_rect()) else { return Vec::new() };
        boxes.meeting(bounds)
    }

    /// The surface within a zone: overlaps counted once, cut at the border.
    pub(super) fn within(&self, zone: &Zone) -> MultiPolygon<f64> {
        let overlapping = match self {
            Layer::WholeZone => return zone.area.clone(),
            Layer::AlongRoads { roads, within_m } => along(roads, *within_m, zone),
            Layer::Mapped { polygons, .. } => {
                MultiPolygon::new(self.near(zone).iter().flat_map(|&i| polygons[i].0.iter().cloned()).collect())
            }
        };
        if overlapping.0.is_empty() {
            return overlapping;
        }
        overlapping.intersection_with_fill_rule(&zone.area, FillRule::NonZero)
    }

    /// Whether the surface is mapped and may cover more than `area_m2` of the zone: its polygons nearby do, overlaps and all. Saves joining
    /// most.
    pub(super) fn may_exceed(&self, zone: &Zone, area_m2: f64) -> bool {
        let Layer::Mapped { areas, .. } = self else { return false };
        self.near(zone).iter().map(|&i| areas[i]).sum::<f64>() > area_m2
    }
}

/// The ground within a distance of the roads in and around a zone.
fn along(roads: &LivedIn<'_>, within_m: f64, zone: &Zone) -> MultiPolygon<f64> {
    let Some(bounds) = zone.area.bounding_rect() else { return MultiPolygon::new(Vec::new()) };
    let margin = Coord { x: within_m, y: within_m };
    let lines = MultiLineString::new(roads.near(Rect::new(bounds.min() - margin, bounds.max() + margin)).cloned().collect());
    let style = BufferStyle::new(within_m).line_cap(LineCap::Round(ROUND)).line_join(LineJoin::Round(ROUND));
    lines.buffer_with_style(style)
}
