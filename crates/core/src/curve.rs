//! The coverage curve: coverage at other limits, from the costs of one search.

use serde::Serialize;

use crate::assess::{Assessment, Status};
use crate::coverage::{CoverageTable, Measured, summed};
use crate::limits::Limits;
use crate::link::EdgeGrid;
use crate::reach::CostField;
use crate::search::NearestFacility;
use crate::units::Limit;

/// Coverage at one limit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CurvePoint {
    /// The limit.
    pub limit: Limit,
    /// What a run with that limit would say.
    pub coverage: CoverageTable,
}

/// Coverage at each of `limits`, which count what `measured`'s costs do, in every zone; `straight` tells who would be reached by a straight line.
///
/// Neither points nor cells are searched again: people are compared with the limit by their own cost, cells too, and only cells that the
/// limit passes through are measured in parts. The result is that of a run with that limit, to the last digit.
pub(crate) fn curve(
    limits: &[Limit],
    measured: &Measured<'_>,
    field: &CostField<'_>,
    edges: &EdgeGrid<'_>,
    nearest: &NearestFacility<'_>,
    straight: impl Fn(Limits<'_>) -> Vec<[bool; 2]>,
) -> Vec<CurvePoint> {
    let point = |&limit: &Limit| {
        let assessments: Vec<Assessment> = measured.assessments.iter().map(|a| at_limit(*a, limit)).collect();
        let areas = field.areas(edges, nearest, Limits::same(limit));
        let straight = straight(Limits::same(limit));
        let measured = Measured { assessments: &assessments, areas: &areas, straight: &straight, ..*measured };
        CurvePoint { limit, coverage: summed(&measured) }
    };
    limits.iter().map(point).collect()
}

/// What became of a point at another limit.
pub(crate) fn at_limit(assessment: Assessment, limit: Limit) -> Assessment {
    match assessment.status {
        Status::Unlinked | Status::NoData => assessment,
        _ => Assessment { status: Status::of_label(assessment.label, limit), ..assessment },
    }
}
