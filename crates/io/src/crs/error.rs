//! What can go wrong with a coordinate reference system.

/// What to do about a CRS that the pure Rust engine cannot handle.
const KNOWS_EVERY_CRS: &str = if cfg!(feature = "proj") {
    "PROJ itself does not know it: check the code or the parameters"
} else {
    "a build with `--features proj` (PROJ itself; needs cmake) knows every CRS"
};

/// Why a CRS was refused or a coordinate could not be transformed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CrsError {
    /// A number alone: the authority is missing.
    #[error("CRS \"{given}\" is only a number: write \"EPSG:{given}\"")]
    BareNumber {
        /// The text as given.
        given: String,
    },
    /// `auto` where a CRS of its own is needed.
    #[error("CRS \"auto\" has no meaning here: it is only for the working CRS of a study; write \"EPSG:<code>\"")]
    Auto,
    /// The text has none of the accepted forms.
    #[error(
        "CRS \"{given}\" is not understood: write \"EPSG:32633\", \"OGC:CRS84\", a PROJ string such as \"+proj=utm +zone=33\", or \"gcj02\", \"bd09\" or \"cgcs2000\" for data from China"
    )]
    Malformed {
        /// The text as given.
        given: String,
    },
    /// The form is right, but this build does not know the CRS.
    #[error("CRS \"{given}\" is not known ({detail}); accepted are EPSG codes and PROJ strings; {KNOWS_EVERY_CRS}")]
    Unknown {
        /// The text as given.
        given: String,
        /// The engine's own words.
        detail: String,
    },
    /// The pure Rust engine knows the projection but not the shift between its datum and WGS84.
    #[error(
        "CRS \"{crs}\" needs a datum shift that the pure Rust engine does not have ({detail}): it would be wrong by metres to hundreds of metres; build with `--features proj`, or convert the file first"
    )]
    NoDatumShift {
        /// The CRS.
        crs: String,
        /// What is missing.
        detail: String,
    },
    /// Points that fix no local grid.
    #[error(
        "{found}: a local grid is fixed by three or more that lie apart, x to the east and y to the north, each known in the grid and in another CRS"
    )]
    ControlPoints {
        /// What there is.
        found: String,
    },
    /// A sound CRS, but not one to measure areas and lengths in.
    #[error("{crs} cannot be the working CRS: {reason}; pick a UTM zone (EPSG:326xx north, 327xx south) or \"auto\"")]
    NotWorking {
        /// The CRS.
        crs: String,
        /// Why not.
        reason: String,
    },
    /// Areas in this CRS are too far from those on the ground.
    #[error(
        "{crs} distorts areas by up to {percent:.2} % in the study area (longitude {west:.4} to {east:.4}, latitude {south:.4} to {north:.4}), above the limit of {limit_percent} %: pick a CRS made for the place, or \"auto\""
    )]
    TooDistorted {
        /// The CRS.
        crs: String,
        /// Worst areal distortion found, in percent.
        percent: f64,
        /// The limit, in percent.
        limit_percent: f64,
        /// Western edge, degrees.
        west: f64,
        /// Southern edge, degrees.
        south: f64,
        /// Eastern edge, degrees.
        east: f64,
        /// Northern edge, degrees.
        north: f64,
    },
    /// A coordinate that the transformation has no answer for.
    #[error("coordinate {index} ({x}, {y}) cannot be transformed from {from} to {to}: {reason}")]
    Coordinate {
        /// Position in the slice, from 0.
        index: usize,
        /// First number as given (longitude in degrees, or easting).
        x: f64,
        /// Second number as given (latitude in degrees, or northing).
        y: f64,
        /// Source CRS.
        from: String,
        /// Target CRS.
        to: String,
        /// Why.
        reason: String,
    },
    /// A measurement that starts from longitude and latitude was asked of a projector that does not.
    #[error("areal distortion is measured from longitude and latitude, but the projector starts from {from}")]
    NotFromGeographic {
        /// The source CRS of the projector.
        from: String,
    },
    /// The bounding box is not one of longitudes and latitudes.
    #[error("the box from ({west}, {south}) to ({east}, {north}) is not in degrees of longitude and latitude")]
    NotLonLat {
        /// Western edge.
        west: f64,
        /// Southern edge.
        south: f64,
        /// Eastern edge.
        east: f64,
        /// Northern edge.
        north: f64,
    },
    /// The box spans more than half of the world: most likely it wraps the wrong way round.
    #[error(
        "the data span {width:.1}° of longitude ({west:.3} to {east:.3}): they probably cross the antimeridian (180°); cut the shapes there (RFC 7946, 3.1.9) and name a CRS around it, such as \"+proj=laea +lat_0=-17 +lon_0=180 +datum=WGS84 +units=m\" with the latitude of the study"
    )]
    TooWide {
        /// Western edge, degrees.
        west: f64,
        /// Eastern edge, degrees.
        east: f64,
        /// East minus west, degrees.
        width: f64,
    },
}
