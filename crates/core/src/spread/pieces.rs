//! Ground cut by the cells of the grid: one piece a cell.

use std::collections::BTreeMap;

use geo::{Coord, MultiPolygon};

use crate::cells::{Cell, Grid, Part, moments, split};
use crate::water::Water;

/// The ground of a cell.
pub(super) struct Piece {
    pub area_mm2: u64,
    /// Its centroid; the nearest shore where that lies on water.
    pub at: Coord<f64>,
}

/// A cell that lacks less than this is all ground, m².
const WHOLE_M2: f64 = 1e-3;

/// Cuts `ground`, which is land, by the grid. `water` is what lies beside it.
pub(super) fn pieces(ground: &MultiPolygon<f64>, water: Option<&Water<'_>>, cell_m: f64) -> Vec<Piece> {
    let grid = Grid { size: cell_m };
    let mut found: BTreeMap<Cell, (f64, f64, f64)> = BTreeMap::new();
    split(ground, grid, &mut |part| {
        let (cell, sign) = match part {
            Part::Full(cell) => (cell, 1.0),
            Part::Hole(cell) => (cell, -1.0),
            Part::Ring(cell, ring) => {
                let (area, mx, my) = moments(ring, grid.corner(cell));
                let sum = found.entry(cell).or_default();
                *sum = (sum.0 + area, sum.1 + mx, sum.2 + my);
                return;
            }
        };
        let (area, half) = (sign * grid.cell_area(), cell_m / 2.0);
        let sum = found.entry(cell).or_default();
        *sum = (sum.0 + area, sum.1 + area * half, sum.2 + area * half);
    });
    let piece = |(cell, (area, mx, my)): (Cell, (f64, f64, f64))| {
        let corner = grid.corner(cell);
        let area_mm2 = (area * 1e6).round() as u64;
        let centroid = Coord { x: corner.x + mx / area, y: corner.y + my / area };
        let whole = area >= grid.cell_area() - WHOLE_M2;
        let at = water.filter(|_| !whole && area_mm2 > 0).map_or(centroid, |water| water.ashore(centroid, ground));
        (area_mm2 > 0).then_some(Piece { area_mm2, at })
    };
    found.into_iter().filter_map(piece).collect()
}
