//! A working CRS for a place.

use geo::Rect;

use super::{Crs, CrsError, MAX_AREAL_DISTORTION, Projector};

/// A working CRS chosen for a study area, with the reason to print.
#[derive(Debug, Clone, PartialEq)]
pub struct AutoCrs {
    /// The CRS.
    pub crs: Crs,
    /// Its name for people, such as `UTM zone 33N (EPSG:32633)`.
    pub name: String,
    /// Why it was chosen, one clause without a full stop.
    pub reason: String,
    /// Largest areal distortion in the box, as a fraction: 0.0005 is 0.05 %.
    pub worst_areal_distortion: f64,
}

impl AutoCrs {
    /// A CRS that the user has chosen, after a look at whether one can work in it.
    ///
    /// # Errors
    /// [`CrsError`] when it is not in metres, not known, or too distorted somewhere in the box of longitudes and latitudes.
    pub fn given(crs: Crs, bbox_lonlat: Rect<f64>) -> Result<Self, CrsError> {
        crs.check_working()?;
        let worst_areal_distortion = Projector::new(&Crs::wgs84(), &crs)?.check_distortion(bbox_lonlat)?;
        Ok(AutoCrs { name: crs.to_string(), crs, reason: "set by the plan".to_owned(), worst_areal_distortion })
    }
}

/// Picks the working CRS for a box of longitudes and latitudes in degrees.
///
/// The UTM zone of the centre if it keeps areas within [`MAX_AREAL_DISTORTION`] of the truth over the whole box, else a Lambert
/// azimuthal equal-area projection centred on the box. A box across the antimeridian counts on beyond 180° (177 to 181).
///
/// ```
/// let malta = geo::Rect::new((14.18, 35.79), (14.58, 36.09));
/// assert_eq!(catchment_io::crs::auto_crs(malta)?.name, "UTM zone 33N (EPSG:32633)");
/// # Ok::<(), catchment_io::crs::CrsError>(())
/// ```
///
/// # Errors
/// [`CrsError::NotLonLat`] when the numbers are no degrees, [`CrsError::TooWide`] when the box spans over 180° of longitude.
pub fn auto_crs(bbox_lonlat: Rect<f64>) -> Result<AutoCrs, CrsError> {
    check_lonlat(bbox_lonlat)?;
    let centre = bbox_lonlat.center();
    let lon = wrapped(centre.x);
    let (code, zone) = utm(lon, centre.y);
    let crs: Crs = format!("EPSG:{code}").parse()?;
    // Far from its zone UTM has no answer at all: as bad as too distorted.
    let distortion = Projector::new(&Crs::wgs84(), &crs)?.worst_areal_distortion(bbox_lonlat).unwrap_or(f64::INFINITY);
    if distortion <= MAX_AREAL_DISTORTION {
        let reason = format!("UTM zone of the centre; areas within {} of the truth", percent(distortion));
        return Ok(AutoCrs { crs, name: format!("UTM zone {zone} (EPSG:{code})"), reason, worst_areal_distortion: distortion });
    }
    equal_area(bbox_lonlat, lon, centre.y, &format!("UTM zone {zone} would distort areas by {}", percent(distortion)))
}

/// Lambert azimuthal equal-area around a centre rounded to 0.01°.
fn equal_area(bbox: Rect<f64>, lon: f64, lat: f64, why_not_utm: &str) -> Result<AutoCrs, CrsError> {
    // + 0.0 turns −0 into 0.
    let hundredths = |degrees: f64| (degrees * 100.0).round() / 100.0 + 0.0;
    let (lat_0, lon_0) = (hundredths(lat), hundredths(lon));
    let crs: Crs = format!("+proj=laea +lat_0={lat_0} +lon_0={lon_0} +datum=WGS84 +units=m").parse()?;
    let worst_areal_distortion = Projector::new(&Crs::wgs84(), &crs)?.worst_areal_distortion(bbox)?;
    Ok(AutoCrs {
        name: format!("Lambert azimuthal equal-area at {} {} ({crs})", hemisphere(lat_0, "N", "S"), hemisphere(lon_0, "E", "W")),
        reason: format!("{why_not_utm}, above {}; this projection keeps areas true", percent(MAX_AREAL_DISTORTION)),
        crs,
        worst_areal_distortion,
    })
}

fn check_lonlat(bbox: Rect<f64>) -> Result<(), CrsError> {
    let (west, south, east, north) = (bbox.min().x, bbox.min().y, bbox.max().x, bbox.max().y);
    let degrees = [west, east].iter().all(|lon| lon.abs() <= 360.0) && [south, north].iter().all(|lat| lat.abs() <= 90.0);
    if !degrees {
        return Err(CrsError::NotLonLat { west, south, east, north });
    }
    if east - west > 180.0 {
        return Err(CrsError::TooWide { west, east, width: east - west });
    }
    Ok(())
}

/// Longitude in −180 (included) to 180 (excluded).
fn wrapped(lon: f64) -> f64 {
    (lon + 180.0).rem_euclid(360.0) - 180.0
}

/// EPSG code and name of the WGS84 UTM zone; Norway's and Svalbard's exceptions are for map sheets and do not matter here.
fn utm(lon: f64, lat: f64) -> (u32, String) {
    let zone = (1..=60).rfind(|zone| lon >= f64::from(*zone) * 6.0 - 186.0).unwrap_or(1);
    if lat < 0.0 { (32_700 + zone, format!("{zone}S")) } else { (32_600 + zone, format!("{zone}N")) }
}

fn percent(fraction: f64) -> String {
    if fraction.is_finite() { format!("{:.3} %", fraction * 100.0) } else { "more than any bound".to_owned() }
}

fn hemisphere(degrees: f64, positive: &str, negative: &str) -> String {
    format!("{:.2}°{}", degrees.abs(), if degrees < 0.0 { negative } else { positive })
}
