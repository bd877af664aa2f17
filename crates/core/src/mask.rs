//! Masks: what area is a share of. The whole zone, its land, or what polygons hold of it; several side by side.

use geo::algorithm::bool_ops::FillRule;
use geo::orient::Direction;
use geo::{BooleanOps, BoundingRect, MultiPolygon, Orient};
use rayon::prelude::*;

use crate::cells::Grid;
use crate::ground::{Window, ZoneGround, zone_ground};
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
pub(crate) fn oriented(polygons: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    polygons.orient(Direction::Default)
}
