//! Assessment: what became of a person, from their own exact cost.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::ZoneId;
use crate::limits::Limits;
use crate::link::{LinkStatus, Linkage};
use crate::search::{Label, NearestFacility};
use crate::units::Limit;

/// What became of a point or a piece of ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Within the limit.
    Covered,
    /// There is a way to a facility, longer than the limit.
    Uncovered,
    /// On a road from which no facility can be reached.
    Unreachable,
    /// No eligible road within the snap limit, or none without a barrier before it.
    Unlinked,
}

impl Status {
    /// All, in the order of reports.
    pub const ALL: [Status; 4] = [Status::Covered, Status::Uncovered, Status::Unreachable, Status::Unlinked];

    /// The status that a cost gives to a point that is linked to a road.
    pub fn of_label(label: Label, limit: Limit) -> Status {
        match label.cost.is_reached() {
            false => Status::Unreachable,
            true if limit.admits(label.cost) => Status::Covered,
            true => Status::Uncovered,
        }
    }

    /// The status in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Status::Covered => "covered",
            Status::Uncovered => "uncovered",
            Status::Unreachable => "unreachable",
            Status::Unlinked => "unlinked",
        }
    }
}

/// A point's status, its cost and its nearest facility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// What became of it.
    pub status: Status,
    /// Cost and facility; [`Label::UNREACHED`] where there is no way.
    pub label: Label,
}

impl Assessment {
    /// What became of a point that is tied so, whose label is this.
    pub(crate) fn new(link: LinkStatus, label: Label, limit: Limit) -> Assessment {
        match link {
            LinkStatus::Linked => Assessment { status: Status::of_label(label, limit), label },
            LinkStatus::TooFar | LinkStatus::BehindBarrier => Assessment { status: Status::Unlinked, label: Label::UNREACHED },
        }
    }
}

/// Assesses every point of `linkage`, in parallel; point `i` lies in zone `zones[i]` and has that zone's limit.
pub fn assess(linkage: &Linkage, zones: &[Option<ZoneId>], nearest: &NearestFacility<'_>, limits: Limits<'_>) -> Vec<Assessment> {
    let point = |i: usize| Assessment::new(linkage.status(i), nearest.point(linkage.snaps(i)), limits.of(zones[i]));
    (0..linkage.len()).into_par_iter().with_min_len(1024).map(point).collect()
}

/// A quantity split by [`Status`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByStatus<T> {
    /// Within the limit.
    pub covered: T,
    /// Beyond it.
    pub uncovered: T,
    /// Without a way.
    pub unreachable: T,
    /// Without a road.
    pub unlinked: T,
}

impl<T: Copy + std::ops::AddAssign + std::ops::Add<Output = T>> ByStatus<T> {
    /// The part of one status.
    pub fn of(&self, status: Status) -> T {
        match status {
            Status::Covered => self.covered,
            Status::Uncovered => self.uncovered,
            Status::Unreachable => self.unreachable,
            Status::Unlinked => self.unlinked,
        }
    }

    /// Adds to the part of one status.
    pub fn add(&mut self, status: Status, amount: T) {
        match status {
            Status::Covered => self.covered += amount,
            Status::Uncovered => self.uncovered += amount,
            Status::Unreachable => self.unreachable += amount,
            Status::Unlinked => self.unlinked += amount,
        }
    }

    /// All parts together.
    pub fn total(&self) -> T {
        self.covered + self.uncovered + self.unreachable + self.unlinked
    }

    /// All parts but the covered one.
    pub fn not_covered(&self) -> T {
        self.uncovered + self.unreachable + self.unlinked
    }

    /// Adds another split, part by part.
    pub fn merge(&mut self, other: &ByStatus<T>) {
        for status in Status::ALL {
            self.add(status, other.of(status));
        }
    }
}
