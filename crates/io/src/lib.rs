//! io

pub mod map;
