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
///
/// Segments of under 0.01° between 80° S and 80° N are measured by Gauss's mid-latitude formula, which agrees with the
/// geodesic to a hundredth of a millimetre there and costs a tenth.
#[must_use]
pub fn geodesic_lengths_m(segments: &[[Coord<f64>; 2]]) -> Vec<f64> {
    segments.par_iter().with_min_len(1024).map(|[a, b]| road_length_m(*a, *b)).collect()
}

/// One of [`geodesic_lengths_m`].
pub(crate) fn road_length_m(a: Coord<f64>, b: Coord<f64>) -> f64 {
    let short = (a.x - b.x).abs() < SHORT_DEGREES && (a.y - b.y).abs() < SHORT_DEGREES && a.y.abs() < 80.0;
    if short { mid_latitude_m(a, b) } else { geodesic_length_m(a, b) }
}

/// Segments that span less are short: about a kilometre.
const SHORT_DEGREES: f64 = 0.01;

/// Length of a short line: the ellipsoid's radii of curvature at its middle (Gauss's mid-latitude formula, without its higher terms).
fn mid_latitude_m(a: Coord<f64>, b: Coord<f64>) -> f64 {
    const A: f64 = 6_378_137.0;
    const E2: f64 = 0.006_694_379_990_141_317;
    let (sin, cos) = ((a.y + b.y) / 2.0).to_radians().sin_cos();
    let w2 = 1.0 - E2 * sin * sin;
    let prime_vertical = A / w2.sqrt();
    let meridional = prime_vertical * (1.0 - E2) / w2;
    let (dx, dy) = ((b.x - a.x).to_radians() * prime_vertical * cos, (b.y - a.y).to_radians() * meridional);
    (dx * dx + dy * dy).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lines_agree_with_the_geodesic() {
        let mut seed = 7u64;
        let mut unit = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 11) as f64 / (1u64 << 53) as f64
        };
        for _ in 0..20_000 {
            let a = Coord { x: 360.0 * unit() - 180.0, y: 159.9 * unit() - 79.95 };
            let b = Coord { x: a.x + 0.0199 * (unit() - 0.5), y: a.y + 0.0199 * (unit() - 0.5) };
            let off = (mid_latitude_m(a, b) - geodesic_length_m(a, b)).abs();
            assert!(off < 1e-5, "{a:?} {b:?}: {off} m");
        }
    }
}
