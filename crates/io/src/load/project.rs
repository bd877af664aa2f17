//! Places and polygons, projected.

use catchment::geo::{Coord, MultiPolygon};

use crate::crs::Projector;
use crate::error::Error;
use crate::shape::{places, rebuilt};

/// Projects places in bulk; an error names the file.
pub(super) fn project(projector: &Projector, places: &mut [Coord<f64>], file: &str) -> Result<(), Error> {
    projector.forward(places).map_err(|source| Error::Crs { what: file.to_owned(), source })
}

/// Why a place has no image in the working CRS.
pub(super) const TOO_FAR: &str = "lies too far from the study for its CRS";

/// Projects places; none for each that lies too far away to be projected.
pub(crate) fn project_each(projector: &Projector, places: &[Coord<f64>]) -> Vec<Option<Coord<f64>>> {
    let mut all = places.to_vec();
    match projector.forward(&mut all) {
        Ok(()) => all.into_iter().map(Some).collect(),
        Err(_) => places.iter().map(|at| projector.forward_one(*at).ok()).collect(),
    }
}

/// Projects polygons, all their points in one go.
pub(crate) fn project_polygons(projector: &Projector, polygons: &mut [MultiPolygon<f64>], file: &str) -> Result<(), Error> {
    let mut moved: Vec<Coord<f64>> = polygons.iter().flat_map(places).collect();
    project(projector, &mut moved, file)?;
    let mut moved = moved.into_iter();
    for polygon in polygons {
        *polygon = rebuilt(polygon, &mut moved);
    }
    Ok(())
}
