//! Prepared networks: the roads of one profile, ordered and joined once, stored as they lie in memory.
//!
//! A file (`.cnet`) holds, all numbers little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `CATCHNET` |
//! | 4 | version of this layout, 3 |
//! | 4 | CRC-32 of the header |
//! | 8 | length of the header |
//! | 8 | length of the whole file |
//! | … | the header: JSON, filled up with spaces to a multiple of 8 bytes |
//! | … | the arrays that the header lists, one after another, each filled up with zeros to a multiple of 8 bytes |
//!
//! Reading is one pass: every array is read into its place in memory, and its CRC-32 is taken there.

mod error;
mod file;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use catchment::geo::{Coord, Rect};
use catchment::{Finding, Profile, RoadNetwork};
use serde::{Deserialize, Serialize};

use crate::files::{InputFile, iso_time};
use crate::load::ExtractRoads;

pub use error::PreparedError;
pub use file::{is_prepared_file, read_prepared, write_prepared};

/// The roads of one profile, ready to be searched.
#[derive(Debug, Clone)]
pub struct PreparedNetwork {
    /// The network; its costs are times.
    pub network: Arc<RoadNetwork>,
    /// Ends of roads that the source cuts off, metres of the working CRS.
    pub cut_ends: Vec<Coord<f64>>,
    /// Where it came from and how it was made.
    pub about: About,
}

/// Where a prepared network came from and how it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The program that made it, with its version.
    pub program: String,
    /// The profile's name.
    pub profile_name: String,
    /// The profile, in TOML.
    profile: String,
    /// The working CRS, as a plan names it.
    pub crs: String,
    /// The file that the roads came from.
    pub source: String,
    /// Its size.
    pub source_bytes: u64,
    /// Its SHA-256, hexadecimal.
    pub source_sha256: String,
    /// The time up to which OpenStreetMap changes are in it, if it says so: UTC, ISO 8601.
    pub osm_timestamp: Option<String>,
    /// The box that the source says it holds, 10⁻⁷ degrees: west, south, east, north.
    pub bbox_e7: Option<[i32; 4]>,
    /// What was found while reading.
    pub findings: Vec<Finding>,
}

impl About {
    /// The profile that the roads were chosen and timed by.
    ///
    /// # Errors
    ///
    /// [`PreparedError::Header`] where the file's profile is none.
    pub fn profile(&self) -> Result<Profile, PreparedError> {
        Profile::from_toml(&self.profile).map_err(|error| PreparedError::Header(error.to_string()))
    }

    /// The box that the source says it holds, degrees.
    pub(crate) fn bbox(&self) -> Option<Rect<f64>> {
        let [west, south, east, north] = self.bbox_e7?.map(|e7| f64::from(e7) / 1e7);
        Some(Rect::new((west, south), (east, north)))
    }

    pub(crate) fn new(input: &InputFile, read: &ExtractRoads, profile_name: &str, profile: &Profile) -> Result<About, PreparedError> {
        let e7 = |degrees: f64| (degrees * 1e7).round() as i32;
        Ok(About {
            program: concat!("catchment ", env!("CARGO_PKG_VERSION")).to_owned(),
            profile_name: profile_name.to_owned(),
            profile: toml::to_string(profile).map_err(|error| PreparedError::Header(error.to_string()))?,
            crs: read.working.crs.to_string(),
            source: input.file.clone(),
            source_bytes: input.bytes,
            source_sha256: input.sha256.clone(),
            osm_timestamp: read.header.timestamp.map(iso_time),
            bbox_e7: read.header.bbox.map(|b| [b.min().x, b.min().y, b.max().x, b.max().y].map(e7)),
            findings: read.findings.clone(),
        })
    }
}
