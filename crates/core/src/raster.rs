//! The cost of every ground cell on its own, for a picture of it.

use crate::cells::{Cell, Grid};
use crate::ground::Window;
use crate::reach::CellCost;
use crate::units::Cost;

/// What it costs from the centre of every cell that a zone touches.
#[derive(Debug, Clone)]
pub struct CostRaster {
    /// Size and place of its cells.
    pub grid: Grid,
    /// The block of its cells.
    pub window: Window,
    pub(crate) costs: Vec<CellCost>,
}

impl CostRaster {
    /// The cost at a position of the window; `None` without a way, without a road nearby, and outside all zones.
    pub fn cost(&self, position: usize) -> Option<Cost> {
        self.costs.get(position)?.cost()
    }

    /// The cost of a cell, likewise; `None` outside the window.
    pub fn at(&self, cell: Cell) -> Option<Cost> {
        self.cost(self.window.position(cell)?)
    }
}
