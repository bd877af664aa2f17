//! When to stop, and what all searches need.

use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::progress::Progress;

/// Says when time is up.
pub(super) struct Watch<'p> {
    end: Option<Instant>,
    progress: &'p dyn Progress,
}

impl<'p> Watch<'p> {
    pub(super) fn new(seconds: Option<f64>, progress: &'p dyn Progress) -> Watch<'p> {
        let span = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok());
        Watch { end: span.and_then(|span| Instant::now().checked_add(span)), progress }
    }

    /// Whether time is up, or somebody asked to stop.
    pub(super) fn is_over(&self) -> bool {
        self.progress.is_cancelled() || self.end.is_some_and(|end| Instant::now() >= end)
    }

    /// How many seconds are left; none where there is no end.
    pub(super) fn left(&self) -> Option<f64> {
        self.end.map(|end| end.saturating_duration_since(Instant::now()).as_secs_f64())
    }

    pub(super) fn progress(&self) -> &'p dyn Progress {
        self.progress
    }
}

/// One number a site, in parallel where there is enough to do: `work` is how many entries all of them look at.
pub(super) fn by_site(sites: usize, work: usize, score: impl Fn(usize) -> i128 + Sync + Send, scores: &mut Vec<i128>) {
    scores.clear();
    // with less than this, handing out the work takes longer than doing it
    if work < 200_000 {
        scores.extend((0..sites).map(score));
    } else {
        scores.par_extend((0..sites).into_par_iter().with_min_len(1 + sites * 20_000 / work).map(score));
    }
}

/// The greatest number that divides both; of 0 and another, the other.
pub(super) fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}
