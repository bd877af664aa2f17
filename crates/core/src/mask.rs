//! Masks: what area is a share of. The whole zone, its land, or what polygons hold of it; several side by side.

use geo::algorithm::bool_ops::FillRule;
use geo::orient::Direction;
use geo::{Area, BooleanOps, BoundingRect, Contains, MultiPolygon, Orient};
use rayon::prelude::*;

use crate::cells::Grid;
use crate::extent::Extent;
use crate::ground::{SquareMm, Window, ZoneGround, zone_ground};
use crate::index::BoxIndex;
use crate::input::Zone;
use crate::progress::{Cancelled, Progress};
use crate::water::Water;

/// What area is a share of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mask<'a> {
    /// All ground of the zone.
    Zone,
    /// The zone without water.
    Land,
    /// What these polygons hold of the zone, overlaps counted once; metres of the working CRS.
    Within(&'a [MultiPolygon<f64>]),
}

/// Ground beyond the extent of the roads that is smaller than this is rounding, m².
const LEAST_M2: f64 = 0.01;

/// A part of a zone, and its cells.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub polygons: MultiPolygon<f64>,
    pub cells: ZoneGround,
}

/// The cells of a mask by zone.
#[derive(Debug, Clone)]
pub(crate) enum MaskCells {
    /// Those of the zones.
    Zone,
    /// Those of their land.
    Land,
    /// Of its own.
    Within(Vec<ZoneGround>),
}

/// Cuts zones by polygons and the result by the grid.
pub(crate) struct Cutter<'a> {
    pub zones: &'a [Zone],
    pub grid: Grid,
    pub window: Window,
    pub progress: &'a dyn Progress,
}

impl Cutter<'_> {
    /// What `water` leaves of each zone; `None` where it leaves all.
    pub(crate) fn land(&self, water: &[MultiPolygon<f64>]) -> Result<Vec<Option<Piece>>, Cancelled> {
        let water = Water::new(water);
        self.by_zone(|zone| {
            let polygons = water.land(&zone.area)?;
            let cells = zone_ground(&polygons, self.grid, self.window);
            Some(Piece { polygons, cells })
        })
    }

    /// The zones within an extent and what lies beyond it; neither where it holds all of them.
    pub(crate) fn parted(&self, extent: Option<&Extent>) -> Result<[Option<Vec<Zone>>; 2], Cancelled> {
        let Some(extent) = extent else { return Ok([None, None]) };
        let beyond = self.by_zone(|zone| {
            let bounds = zone.area.bounding_rect()?;
            if extent.area().contains(&bounds) {
                return None;
            }
            let beyond = zone.area.difference(extent.area());
            (beyond.unsigned_area() >= LEAST_M2).then_some(beyond)
        })?;
        if beyond.iter().all(Option::is_none) {
            return Ok([None, None]);
        }
        let inside = |(zone, beyond): (&Zone, &Option<MultiPolygon<f64>>)| match beyond {
            Some(_) => Zone { area: zone.area.intersection(extent.area()), ..zone.clone() },
            None => zone.clone(),
        };
        let inside: Vec<Zone> = self.zones.par_iter().zip(&beyond).map(inside).collect();
        let outside = |(zone, beyond): (&Zone, Option<MultiPolygon<f64>>)| Zone {
            area: beyond.unwrap_or_else(|| MultiPolygon::new(Vec::new())),
            ..zone.clone()
        };
        let outside = self.zones.iter().zip(beyond).map(outside).collect();
        Ok([Some(inside), Some(outside)])
    }

    /// By mask, the area of each zone.
    pub(crate) fn areas(&self, masks: &[Mask<'_>], water: &[MultiPolygon<f64>]) -> Result<Vec<Vec<SquareMm>>, Cancelled> {
        let whole = |zone: &Zone| SquareMm::from_m2(zone.area.unsigned_area());
        let areas = |mask: &Mask<'_>| match mask {
            Mask::Zone => Ok(self.zones.iter().map(whole).collect()),
            Mask::Land => {
                let land =
                    |(zone, piece): (&Zone, Option<Piece>)| piece.map_or(whole(zone), |piece| SquareMm::from_m2(piece.cells.area_m2));
                Ok(self.zones.iter().zip(self.land(water)?).map(land).collect())
            }
            Mask::Within(polygons) => Ok(self.within(polygons)?.iter().map(|cells| SquareMm::from_m2(cells.area_m2)).collect()),
        };
        masks.iter().map(areas).collect()
    }

    /// The cells of the zones.
    pub(crate) fn cells(&self) -> Result<Vec<ZoneGround>, Cancelled> {
        self.by_zone(|zone| zone_ground(&zone.area, self.grid, self.window))
    }

    /// The cells of each mask.
    pub(crate) fn masks(&self, masks: &[Mask<'_>]) -> Result<Vec<MaskCells>, Cancelled> {
        let cells = |mask: &Mask<'_>| match mask {
            Mask::Zone => Ok(MaskCells::Zone),
            Mask::Land => Ok(MaskCells::Land),
            Mask::Within(polygons) => self.within(polygons).map(MaskCells::Within),
        };
        masks.iter().map(cells).collect()
    }

    fn within(&self, polygons: &[MultiPolygon<f64>]) -> Result<Vec<ZoneGround>, Cancelled> {
        let layer = Layer::new(polygons);
        self.by_zone(|zone| match layer.near(&zone.area) {
            Some(near) => {
                let held = near.intersection_with_fill_rule(&oriented(&zone.area), FillRule::NonZero);
                zone_ground(&held, self.grid, self.window)
            }
            None => ZoneGround::default(),
        })
    }

    fn by_zone<T: Send>(&self, cut: impl Fn(&Zone) -> T + Sync) -> Result<Vec<T>, Cancelled> {
        let zone = |zone: &Zone| if self.progress.is_cancelled() { Err(Cancelled) } else { Ok(cut(zone)) };
        self.zones.par_iter().map(zone).collect()
    }
}

/// Polygons that may overlap and reach over zones.
#[derive(Debug)]
pub(crate) struct Layer<'a> {
    pub polygons: &'a [MultiPolygon<f64>],
    pub boxes: BoxIndex,
}

impl<'a> Layer<'a> {
    pub(crate) fn new(polygons: &'a [MultiPolygon<f64>]) -> Layer<'a> {
        Layer { polygons, boxes: BoxIndex::new(polygons) }
    }

    /// The polygons whose boxes meet that of `area`, to be joined by whatever cuts with them; `None` without any.
    pub(crate) fn near(&self, area: &MultiPolygon<f64>) -> Option<MultiPolygon<f64>> {
        let near = self.boxes.meeting(area.bounding_rect()?);
        (!near.is_empty()).then(|| near.into_iter().flat_map(|i| oriented(&self.polygons[i])).collect())
    }
}

/// Outer rings counter-clockwise, holes clockwise: then the rule of non-zero winding joins what overlaps and keeps holes.
/// An overlay may hand out a hole that runs the other way.
pub(crate) fn oriented(polygons: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    polygons.orient(Direction::Default)
}
