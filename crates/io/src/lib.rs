//! io

pub mod osm;
