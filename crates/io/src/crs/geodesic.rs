//! Lengths on the WGS84 ellipsoid.

use geo::Coord;
use geographiclib_rs::{Geodesic, InverseGeodesic};
use rayon::prelude::*;

/// Length in metres of the geodesic between two (longitude, latitude) points in degrees on WGS84 (Karney 2013; good to nanometres).
///
/// Not finite in, NaN out: check coordinates at the door.
///
/// ```
/// let degree = catchment_io::crs::geodesic_length_m(geo::coord! { x: 0.0, y: 0.0 }, geo::coord! { x: 1.0, y: 0.0 });
/// assert!((degree - 111_319.490_793).abs() < 1e-6); // equator: a·π/180
/// ```
#[must_use]
pub fn geodesic_length_m(a: Coord<f64>, b: Coord<f64>) -> f64 {
    Geodesic::wgs84().inverse(a.y, a.x, b.y, b.x)
}

/// [`geodesic_length_m`] of every segment, in order, on all threads.
#[must_use]
pub fn geodesic_lengths_m(segments: &[[Coord<f64>; 2]]) -> Vec<f64> {
    let ellipsoid = Geodesic::wgs84();
    segments.par_iter().with_min_len(1024).map(|[a, b]| ellipsoid.inverse(a.y, a.x, b.y, b.x)).collect()
}
