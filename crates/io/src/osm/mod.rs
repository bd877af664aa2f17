//! OpenStreetMap extracts: a file of any size in, a small selection in memory out.
//!
//! [`read`] takes the bytes of a `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2` file and a [`Select`] that says which objects
//! are wanted. The answer, [`OsmData`], holds those objects, the ways that the wanted relations are made of, and the
//! positions of the nodes that both need. [`multipolygon`] and [`way_area`] turn relations and closed ways into areas.
//!
//! A file is read backwards along its references: relations say which ways are needed, ways say which nodes are. So memory
//! grows with what is kept and not with the file, and each PBF blob of a sorted file is decoded once.
//!
//! What is wrong with one object becomes a [`Warning`] and reading goes on; what is wrong with the file is an [`OsmError`].
//!
//! ```
//! use catchment_io::osm::{self, Kind, Select, TagView};
//!
//! struct Roads;
//!
//! impl Select for Roads {
//!     fn looks_at(&self, kind: Kind, key: &str) -> bool {
//!         kind == Kind::Way && key == "highway"
//!     }
//!     fn selects(&self, _: Kind, tags: TagView<'_>) -> bool {
//!         tags.get("highway") != Some("proposed")
//!     }
//! }
//!
//! let file = br#"<osm version="0.6">
//!     <node id="1" lon="14.50" lat="35.90"/>
//!     <node id="2" lon="14.51" lat="35.90"/>
//!     <way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>
//! </osm>"#;
//! let data = osm::read(file, &Roads)?;
//! assert_eq!(data.ways[0].tags.get("highway"), Some("residential"));
//! assert_eq!(data.positions.get(2).map(|at| at.lon()), Some(14.51));
//! # Ok::<(), osm::OsmError>(())
//! ```

use std::borrow::Cow;

mod area;
mod error;
mod gather;
mod lines;
mod model;
mod pbf;
mod positions;
mod select;
mod source;
mod xml;

pub use area::{Area, Gap, RingError, multipolygon, way_area};
pub use error::OsmError;
pub use lines::{Line, Lines};
pub use model::{Counts, Header, Kind, Member, Node, ObjectId, OsmData, Relation, Tags, Warning, WarningKind, Way};
pub use pbf::read_pbf;
pub use positions::{Finder, Position, Positions};
pub use select::{Select, TagView};
pub use source::Source;
pub use xml::read_xml;

/// Reads an OpenStreetMap file of any of the known formats, told apart by its first bytes.
///
/// # Errors
/// [`OsmError::UnknownFormat`] when the bytes are neither PBF nor XML, else as [`read_pbf`] and [`read_xml`].
pub fn read(bytes: &[u8], select: &impl Select) -> Result<OsmData, OsmError> {
    read_source(&Source::from(Cow::Borrowed(bytes)), select)
}

/// As [`read()`], from wherever the bytes are. A PBF file on disk is read blob by blob; XML is taken into memory.
///
/// # Errors
/// As [`read()`], and [`OsmError::Read`] where the disk fails.
pub fn read_source(source: &Source<'_>, select: &impl Select) -> Result<OsmData, OsmError> {
    if pbf::is_pbf(&source.piece_of_osm(0, 64)?) {
        read_pbf(source, select)
    } else {
        read_xml(&source.piece_of_osm(0, source.length())?, select)
    }
}

#[cfg(test)]
mod data_tests;
#[cfg(test)]
mod scene_tests;
#[cfg(test)]
mod testing;
