//! Mapped water, on which no one lives.

use std::borrow::Cow;

use geo::algorithm::bool_ops::FillRule;
use geo::{Area, BooleanOps, Closest, ClosestPoint, Coord, Intersects, MultiPolygon, Point, Rect};

use crate::mask::{Layer, oriented};

/// Ground smaller than this is the rounding of a border, m².
const LEAST_M2: f64 = 0.01;
/// Land smaller than this share of the ground that it is left of is the rounding of a border.
const LEAST_SHARE: f64 = 1e-6;
/// A place is moved so far beyond the shore, m.
const ASHORE_M: f64 = 0.5;

/// Polygons of water with an R-tree of their boxes. They may overlap and reach over zones.
#[derive(Debug)]
pub struct Water<'w>(Layer<'w>);

impl<'w> Water<'w> {
    /// Indexes polygons of water, metres of the working CRS.
    pub fn new(polygons: &'w [MultiPolygon<f64>]) -> Water<'w> {
        Water(Layer::new(polygons))
    }

    /// What water leaves of `area`; `None` where it leaves all.
    pub fn land(&self, area: &MultiPolygon<f64>) -> Option<MultiPolygon<f64>> {
        let near = self.0.near(area)?;
        let land = oriented(area).difference_with_fill_rule(&near, FillRule::NonZero);
        let whole = area.unsigned_area();
        let left = land.unsigned_area();
        if whole - left < LEAST_M2 {
            return None;
        }
        Some(if left > LEAST_M2.max(LEAST_SHARE * whole) { land } else { MultiPolygon::new(Vec::new()) })
    }

    /// What of `area` is land; all of it where none is, and whether that is so.
    pub fn land_or_all<'a>(&self, area: &'a MultiPolygon<f64>) -> (Cow<'a, MultiPolygon<f64>>, bool) {
        match self.land(area) {
            None => (Cow::Borrowed(area), false),
            Some(land) if land.0.is_empty() => (Cow::Borrowed(area), true),
            Some(land) => (Cow::Owned(land), false),
        }
    }

    /// What of `area` is water; `None` where none of it is.
    pub fn within(&self, area: &MultiPolygon<f64>) -> Option<MultiPolygon<f64>> {
        let held = self.0.near(area)?.intersection_with_fill_rule(&oriented(area), FillRule::NonZero);
        (held.unsigned_area() >= LEAST_M2).then_some(held)
    }

    /// Whether a place lies on water.
    pub fn holds(&self, at: Coord<f64>) -> bool {
        self.0.boxes.meeting(Rect::new(at, at)).into_iter().any(|i| self.0.polygons[i].intersects(&at))
    }

    /// The place itself, or, where it lies on water, the nearest one on `land`.
    pub fn ashore(&self, at: Coord<f64>, land: &MultiPolygon<f64>) -> Coord<f64> {
        if !self.holds(at) {
            return at;
        }
        let Closest::SinglePoint(Point(shore)) = land.closest_point(&Point(at)) else { return at };
        let way = shore - at;
        let length = way.x.hypot(way.y);
        let beyond = shore + way * (ASHORE_M / length);
        if length > 0.0 && land.intersects(&beyond) { beyond } else { shore }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, side: f64) -> MultiPolygon<f64> {
        Rect::new((x, y), (x + side, y + side)).to_polygon().into()
    }

    #[test]
    fn water_is_taken_from_land_and_overlaps_count_once() {
        let lakes = [square(50.0, 0.0, 50.0), square(50.0, 0.0, 50.0), square(900.0, 0.0, 10.0)];
        let water = Water::new(&lakes);
        assert_eq!(water.land(&square(0.0, 0.0, 100.0)).unwrap().unsigned_area(), 7500.0);
        assert_eq!(water.within(&square(0.0, 0.0, 100.0)).unwrap().unsigned_area(), 2500.0);
        assert_eq!(water.land(&square(200.0, 0.0, 100.0)), None);
        assert_eq!(water.within(&square(200.0, 0.0, 100.0)), None);
        let afloat = square(60.0, 10.0, 20.0);
        let (all, wet) = water.land_or_all(&afloat);
        assert_eq!((all.unsigned_area(), wet), (400.0, true));
    }

    #[test]
    fn a_place_on_water_goes_to_the_nearest_shore() {
        let lakes = [square(0.0, 0.0, 100.0)];
        let water = Water::new(&lakes);
        let land = water.land(&square(-100.0, 0.0, 300.0)).unwrap();
        assert_eq!(water.ashore(Coord { x: 90.0, y: 50.0 }, &land), Coord { x: 100.5, y: 50.0 });
        assert_eq!(water.ashore(Coord { x: 120.0, y: 50.0 }, &land), Coord { x: 120.0, y: 50.0 });
    }
}
