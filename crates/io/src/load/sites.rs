//! Areas where nothing may be built.

use catchment::geo::{Densify, Euclidean, MultiPolygon};
use catchment::{Checks, Finding, FindingKind, Stage};

use super::{STRAIGHT_DEG, formats, layer, project_polygons, rings};
use crate::crs::Projector;
use crate::error::{Error, data};
use crate::files::{Files, InputFile};
use crate::gate::{judged, stop_at_errors};

/// The polygons of a layer, metres of the working CRS; errors of their shapes, by the plan's `checks`, are refused.
///
/// Read after the gate, so that it is one itself.
pub(crate) fn polygons_of_layer(
    files: &dyn Files,
    file: &str,
    projector: &Projector,
    inputs: &mut Vec<InputFile>,
    checks: &Checks,
    findings: &mut Vec<Finding>,
) -> Result<Vec<MultiPolygon<f64>>, Error> {
    let mut read = formats::read(files, file, None, Stage::Planning)?;
    layer::near(&mut read.features, projector, file, Stage::Planning, findings);
    let mut polygons = Vec::new();
    for (row, feature) in read.features.iter().enumerate() {
        let place = format!("feature {}", row + 1);
        match layer::polygons(feature, file, &place)? {
            Some(area) => polygons.push(Euclidean.densify(&area, STRAIGHT_DEG)),
            None => findings.push(Finding::new(Stage::Planning, file, place, FindingKind::NoArea, "not an area; left out")),
        }
    }
    if polygons.is_empty() {
        return Err(data(file, "", "no area", "polygons where nothing may be built"));
    }
    project_polygons(projector, &mut polygons, file)?;
    let found = judged(read.findings.into_iter().map(|own| rings::graded(own, checks)), checks);
    stop_at_errors(&found)?;
    inputs.extend(read.files);
    findings.extend(found);
    Ok(polygons)
}
