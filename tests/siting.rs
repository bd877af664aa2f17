//! Where to build: against published optima, brute force, and what theory says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "test code, which says what it skips and what it found"
)]

#[path = "siting/brute.rs"]
mod brute;
#[path = "siting/cases.rs"]
mod cases;
#[path = "siting/laws.rs"]
mod laws;
#[path = "siting/numbers.rs"]
mod numbers;
#[path = "siting/oracle.rs"]
mod oracle;
#[path = "siting/program.rs"]
mod program;
#[path = "common/random.rs"]
#[allow(dead_code, reason = "shared by test programs")]
mod random;
#[path = "siting/truth.rs"]
mod truth;
