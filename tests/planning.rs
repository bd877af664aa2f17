//! The planning office's arithmetic: toys that were worked by hand, what must hold for any numbers, and Shanghai's published figures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "test code, which says what it skips")]

#[path = "planning/laws.rs"]
mod laws;
#[path = "planning/norms.rs"]
mod norms;
#[path = "planning/toys.rs"]
mod toys;
