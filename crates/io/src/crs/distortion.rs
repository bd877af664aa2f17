//! How far areas in a projection are from areas on the ground.

use geo::{Coord, Rect, coord};

use super::{CrsError, Projector};

/// Largest areal distortion that a working CRS may have anywhere in a study: 0.1 %.
pub const MAX_AREAL_DISTORTION: f64 = 0.001;

/// WGS84: semi-major axis in metres, and first eccentricity squared.
const WGS84_A: f64 = 6_378_137.0;
const WGS84_E2: f64 = 0.006_694_379_990_141_316_5;
/// Half of the differencing step in degrees: truncation and rounding both stay near 1e-10 of the scale.
const STEP: f64 = 1e-3;
/// Samples along each side of a box.
const SAMPLES: u32 = 5;

impl Projector {
    /// Area in the projection over area on the WGS84 ellipsoid, at a point: 1 where areas are true.
    ///
    /// Measured by central differences (error about 1e-9); `lon` and `lat` in degrees.
    ///
    /// # Errors
    /// [`CrsError::NotFromGeographic`], or [`CrsError::Coordinate`] where the projection has no answer.
    pub fn areal_scale(&self, lon: f64, lat: f64) -> Result<f64, CrsError> {
        if !self.from().is_geographic() {
            return Err(CrsError::NotFromGeographic { from: self.from().to_string() });
        }
        // Away from the poles, where the area element vanishes.
        let lat = lat.clamp(-90.0 + 2.0 * STEP, 90.0 - 2.0 * STEP);
        let mut star =
            [(-STEP, 0.0), (STEP, 0.0), (0.0, -STEP), (0.0, STEP)].map(|(d_lon, d_lat)| coord! { x: lon + d_lon, y: lat + d_lat });
        self.forward(&mut star)?;
        let [west, east, south, north] = star;
        let (along_lon, along_lat) = (east - west, north - south);
        let area = (along_lon.x * along_lat.y - along_lon.y * along_lat.x).abs();
        Ok(area / ((2.0 * STEP).to_radians().powi(2) * area_element(lat)))
    }

    /// Largest |[`areal_scale`](Self::areal_scale) − 1| over a grid of points on and in a box of longitudes and latitudes in degrees.
    ///
    /// # Errors
    /// As [`areal_scale`](Self::areal_scale).
    pub fn worst_areal_distortion(&self, bbox: Rect<f64>) -> Result<f64, CrsError> {
        let mut worst = 0.0_f64;
        for point in grid(bbox) {
            worst = worst.max((self.areal_scale(point.x, point.y)? - 1.0).abs());
        }
        Ok(worst)
    }

    /// Checks that areas in a box are within [`MAX_AREAL_DISTORTION`] of the truth, and gives the worst distortion found.
    ///
    /// # Errors
    /// [`CrsError::TooDistorted`], or as [`areal_scale`](Self::areal_scale).
    pub fn check_distortion(&self, bbox: Rect<f64>) -> Result<f64, CrsError> {
        let worst = self.worst_areal_distortion(bbox)?;
        if worst <= MAX_AREAL_DISTORTION {
            return Ok(worst);
        }
        Err(CrsError::TooDistorted {
            crs: self.to().to_string(),
            percent: worst * 100.0,
            limit_percent: MAX_AREAL_DISTORTION * 100.0,
            west: bbox.min().x,
            south: bbox.min().y,
            east: bbox.max().x,
            north: bbox.max().y,
        })
    }
}

/// Square metres on the WGS84 ellipsoid of one square radian of longitude and latitude.
fn area_element(lat: f64) -> f64 {
    let (sin, cos) = lat.to_radians().sin_cos();
    WGS84_A.powi(2) * (1.0 - WGS84_E2) * cos / (1.0 - WGS84_E2 * sin * sin).powi(2)
}

fn grid(bbox: Rect<f64>) -> impl Iterator<Item = Coord<f64>> {
    let at = move |i: u32, j: u32| {
        let (u, v) = (f64::from(i) / f64::from(SAMPLES - 1), f64::from(j) / f64::from(SAMPLES - 1));
        coord! { x: bbox.min().x + u * bbox.width(), y: bbox.min().y + v * bbox.height() }
    };
    (0..SAMPLES).flat_map(move |i| (0..SAMPLES).map(move |j| at(i, j)))
}
