//! The library refuses what the command refuses: beside every refusal a sound call, and the words of the error.
//!
//! The town is the example of [`catchment::analyse`]: a street of one kilometre, eleven people 100 m apart, a clinic at its western end.
//! Five minutes at 1.2 m/s are 360 m: 4 of the 11 people. By distance, 360 m are the same four.

#[cfg(test)]
#[path = "library/columns.rs"]
mod columns;
#[cfg(test)]
#[path = "library/metrics.rs"]
mod metrics;
#[cfg(test)]
#[path = "library/networks.rs"]
mod networks;
#[cfg(test)]
#[path = "library/numbers.rs"]
mod numbers;
#[cfg(test)]
#[path = "library/street.rs"]
mod street;
