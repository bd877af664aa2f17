//! Scenes whose answers follow from arithmetic. The k-th point of a scene holds 2^k persons: one sum names who was reached.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod common;

#[path = "scenes/area.rs"]
mod area;
#[path = "scenes/barriers.rs"]
mod barriers;
#[path = "scenes/curve.rs"]
mod curve;
#[path = "scenes/drawn.rs"]
mod drawn;
#[path = "scenes/edges.rs"]
mod edges;
#[path = "scenes/facts.rs"]
mod facts;
#[path = "scenes/gaps.rs"]
mod gaps;
#[path = "scenes/limits.rs"]
mod limits;
#[path = "scenes/masks.rs"]
mod masks;
#[path = "scenes/no_data.rs"]
mod no_data;
#[path = "scenes/odd.rs"]
mod odd;
#[path = "scenes/projects.rs"]
mod projects;
#[path = "scenes/response.rs"]
mod response;
#[path = "scenes/shapes.rs"]
mod shapes;
#[path = "scenes/streets.rs"]
mod streets;
#[path = "scenes/zone_limits.rs"]
mod zone_limits;
#[path = "scenes/zones.rs"]
mod zones;
