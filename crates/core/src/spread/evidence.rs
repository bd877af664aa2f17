//! Where people live, by what they leave on the map: the roads with front doors, else the buildings.

use geo::{Area, BooleanOps, BoundingRect, Centroid, Coord, Intersects, LineString, MultiLineString, MultiPolygon, Point, Rect};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::{SpreadRules, WhyPassedOver};
use crate::index::BoxIndex;
use crate::input::Zone;
use crate::proximity::Proximity;

/// Roads are looked at in pieces of at most this length, metres.
const PIECE_M: f64 = 25.0;

/// Fewer buildings tell nothing of where people live: a church and a mill stand apart.
const FEWEST_BUILDINGS: usize = 5;

/// Roads and buildings with R-trees of their boxes.
pub(super) struct LivedIn<'a> {
    roads: &'a [LineString<f64>],
    road_boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, u32>>,
    buildings: &'a [MultiPolygon<f64>],
    building_boxes: BoxIndex,
}

impl<'a> LivedIn<'a> {
    pub(super) fn new(roads: &'a [LineString<f64>], buildings: &'a [MultiPolygon<f64>]) -> LivedIn<'a> {
        let boxed = roads.iter().enumerate().filter_map(|(i, road)| {
            let bounds = road.bounding_rect()?;
            Some(GeomWithData::new(Rectangle::from_corners(bounds.min().into(), bounds.max().into()), i as u32))
        });
        let road_boxes = RTree::bulk_load(boxed.collect());
        LivedIn { roads, road_boxes, buildings, building_boxes: BoxIndex::new(buildings) }
    }

    /// The roads whose boxes meet `bounds`, in their order.
    pub(super) fn near(&self, bounds: Rect<f64>) -> impl Iterator<Item = &LineString<f64>> {
        let envelope = AABB::from_corners(bounds.min().into(), bounds.max().into());
        let mut near: Vec<u32> = self.road_boxes.locate_in_envelope_intersecting(envelope).map(|own| own.data).collect();
        near.sort_unstable();
        near.into_iter().map(|i| &self.roads[i as usize])
    }

    /// What tells where the people of a zone live.
    pub(super) fn evidence(&self, zone: &Zone, roads_m: f64) -> Evidence {
        let Some(bounds) = zone.area.bounding_rect() else { return Evidence::default() };
        let near = MultiLineString::new(self.near(bounds).cloned().collect());
        let pieces = if near.0.is_empty() { Vec::new() } else { cut(&zone.area.clip(&near, false)) };
        if weight(&pieces) >= roads_m && !pieces.is_empty() {
            return Evidence { places: pieces, of_roads: true };
        }
        let building = |i: usize| {
            let Point(at) = self.buildings[i].centroid()?;
            zone.area.intersects(&at).then(|| (at, self.buildings[i].unsigned_area()))
        };
        let places: Vec<(Coord<f64>, f64)> = self.building_boxes.meeting(bounds).into_iter().filter_map(building).collect();
        if places.len() < FEWEST_BUILDINGS { Evidence::default() } else { Evidence { places, of_roads: false } }
    }
}

/// The pieces of roads in their middles, with their lengths; or buildings, with their ground.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    places: Vec<(Coord<f64>, f64)>,
    of_roads: bool,
}

impl Evidence {
    /// Why people do not live on `ground`; `None` if they may.
    pub(super) fn against(&self, ground: &MultiPolygon<f64>, rules: SpreadRules) -> Option<WhyPassedOver> {
        let all = weight(&self.places);
        if all <= 0.0 {
            return None;
        }
        let surface = Proximity::new(std::slice::from_ref(ground));
        let near: f64 = self.places.iter().filter(|(at, _)| surface.within(*at, rules.near_m)).map(|(_, weight)| weight).sum();
        let near_share = near / all;
        let why = match self.of_roads {
            true => WhyPassedOver::MissesRoads { near_share, roads_m: all },
            false => WhyPassedOver::MissesBuildings { near_share },
        };
        (near_share < rules.near_share).then_some(why)
    }
}

fn weight(places: &[(Coord<f64>, f64)]) -> f64 {
    places.iter().map(|(_, weight)| weight).sum()
}

/// Lines in pieces of equal length, by their middles.
fn cut(lines: &MultiLineString<f64>) -> Vec<(Coord<f64>, f64)> {
    let sides = lines.iter().flat_map(LineString::lines);
    let pieces = sides.flat_map(|side| {
        let way = side.delta();
        let length = way.x.hypot(way.y);
        let count = (length / PIECE_M).ceil().max(1.0);
        (0..count as u32).map(move |i| (side.start + way * ((f64::from(i) + 0.5) / count), length / count))
    });
    pieces.collect()
}
