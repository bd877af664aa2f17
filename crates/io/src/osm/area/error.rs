//! Why an area is not known.

use std::fmt;

use crate::osm::model::ObjectId;

/// Why the rings of a relation or a way do not make an area.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RingError {
    /// The relation has no way as a member.
    #[error("{object} has no member ways")]
    NoMemberWays {
        /// The relation.
        object: ObjectId,
    },
    /// Member ways are not in the file, as happens where an extract is cut off.
    #[error("{object} is incomplete: {count} member ways are not in the file, the first is way {first}{}", with_gap(.gap))]
    MissingWays {
        /// The relation.
        object: ObjectId,
        /// The lowest id of those ways.
        first: i64,
        /// How many they are.
        count: usize,
        /// The widest gap that their absence leaves; none when the other ways make closed rings (or nothing at all).
        gap: Option<Gap>,
    },
    /// A way refers to a node that is not in the file.
    #[error("{object} is incomplete: node {node} of way {way} is not in the file")]
    MissingNode {
        /// The relation or way whose area was asked for.
        object: ObjectId,
        /// The way that refers to the node.
        way: i64,
        /// The node.
        node: i64,
    },
    /// All parts are there, but they do not close.
    #[error("a ring of {object} does not close: {gap}")]
    NotClosed {
        /// The relation or way whose area was asked for.
        object: ObjectId,
        /// The widest gap.
        gap: Gap,
    },
    /// Two segments cross, so that inside and outside are not defined.
    #[error("the rings of {object} cross: way {way} and way {other_way} near {lon:.7} {lat:.7}")]
    Crossing {
        /// The relation or way whose area was asked for.
        object: ObjectId,
        /// The way of one segment.
        way: i64,
        /// The way of the other segment; may be the same way.
        other_way: i64,
        /// Longitude of the crossing in degrees.
        lon: f64,
        /// Latitude of the crossing in degrees.
        lat: f64,
    },
    /// The rings close, but enclose nothing: they run back over themselves or their roles leave no area.
    #[error("the rings of {object} enclose no area")]
    NoArea {
        /// The relation or way whose area was asked for.
        object: ObjectId,
    },
}

/// The gap between two loose ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// The way with the loose end.
    pub way: i64,
    /// Longitude of the loose end in degrees.
    pub lon: f64,
    /// Latitude of the loose end in degrees.
    pub lat: f64,
    /// The distance to the nearest other loose end in metres.
    pub metres: f64,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "way {} ends at {} {}, {:.1} m from the nearest other end", self.way, self.lon, self.lat, self.metres)
    }
}

fn with_gap(gap: &Option<Gap>) -> String {
    gap.map(|gap| format!("; {gap}")).unwrap_or_default()
}
