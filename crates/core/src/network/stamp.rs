//! Which network it is: a mark that no other network of the process has.

use std::sync::atomic::{AtomicU64, Ordering};

/// The mark of a network. A copy keeps it; it is no part of any output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp(u64);

impl Stamp {
    /// One that no other network has.
    pub(crate) fn new() -> Stamp {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Stamp(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}
