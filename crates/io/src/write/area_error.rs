//! By how much covered area may be off: the bound, the estimate, and what half the cell says.

use catchment::REFINE;
use catchment::geo::{Euclidean, Length, MultiPolygon};

use crate::run::Run;

/// The error of a service's covered area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AreaError {
    /// The stated bound, m²: the length of the covered ground's outline × half a cell.
    pub bound_m2: f64,
    /// The same with the refined cell, into which cells are parted where the limit passes.
    pub estimate_m2: f64,
    /// Covered area measured at half the cell, m², where the plan asks for it.
    pub half_cell_m2: Option<f64>,
}

/// The error of the area of the service at position `place` of the plan.
pub fn area_error(run: &Run, place: usize) -> AreaError {
    let line = |polygons: &MultiPolygon<f64>| -> f64 {
        let rings = polygons.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
        rings.map(|ring| Euclidean.length(ring)).sum()
    };
    let covered = run.reports.get(place).map_or(&[][..], |report| &report.gaps.covered);
    let bound_m2 = covered.iter().map(line).sum::<f64>() * run.inputs.plan.ground.cell_m / 2.0;
    let half_cell_m2 = run.covered_at_half_cell.get(place).map(|area| area.m2());
    AreaError { bound_m2, estimate_m2: bound_m2 / f64::from(REFINE), half_cell_m2 }
}
