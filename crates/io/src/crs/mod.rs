//! Coordinate reference systems: the only place where coordinates change from one to another.
//!
//! A [`Crs`] is read from text, a [`Projector`] turns coordinates in bulk into the working CRS and back, [`auto_crs`] picks a
//! working CRS for a place, and [`geodesic_length_m`] measures on the ellipsoid. Two engines give the same answers: `proj4rs`
//! (pure Rust, the default) and, with cargo feature `proj`, PROJ itself. Degrees of Chinese map services (GCJ-02, BD-09) are turned into
//! WGS84 and back by iteration. A city's own grid is tied to a known CRS by control points ([`FittedGrid`]).

mod auto;
mod china;
mod definition;
mod distortion;
mod error;
mod geodesic;
mod proj4rs_engine;
#[cfg(feature = "proj")]
mod proj_engine;
mod projector;
mod similarity;

#[cfg(test)]
mod tests;

pub use auto::{AutoCrs, auto_crs};
pub use definition::Crs;
pub use distortion::MAX_AREAL_DISTORTION;
pub use error::CrsError;
pub(crate) use geodesic::road_length_m;
pub use geodesic::{geodesic_length_m, geodesic_lengths_m};
pub(crate) use projector::on_plane;
pub use projector::{Engine, Projector};
pub use similarity::FittedGrid;

/// A coordinate that an engine could not transform.
#[derive(Debug)]
struct Fault {
    index: usize,
    coord: geo::Coord<f64>,
    reason: String,
}

impl Fault {
    /// The same fault, seen from a slice that starts `offset` coordinates earlier.
    fn moved_by(mut self, offset: usize) -> Self {
        self.index += offset;
        self
    }
}
