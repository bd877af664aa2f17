//! Areas where nothing may be built.

use catchment::geo::{Densify, Euclidean, MultiPolygon};
use catchment::{Finding, FindingKind, Stage};

use super::{STRAIGHT_DEG, formats, layer, project_polygons};
use crate::crs::Projector;
use crate::error::{Error, data};
use crate::files::{Files, InputFile};

/// The polygons of a layer, metres of the working CRS.
pub(crate) fn polygons_of_layer(
    files: &dyn Files,
    file: &str,
    projector: &Projector,
    inputs: &mut Vec<InputFile>,
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
    inputs.extend(read.files);
    findings.extend(read.findings);
    Ok(polygons)
}
