//! Where to build: against published optima, brute force, and what theory says.

#[path = "siting/truth.rs"]
mod truth;
