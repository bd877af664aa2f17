//! The only door for files and for reprojection: reads and writes the formats, and turns coordinates into metres and back.

pub mod crs;
pub mod map;
pub mod osm;
