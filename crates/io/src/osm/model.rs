//! The selection in memory.

use std::fmt;

use geo::Rect;
use smol_str::SmolStr;

use super::lines::Lines;
use super::positions::Positions;

/// The three kinds of OpenStreetMap objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A point.
    Node,
    /// A chain of nodes.
    Way,
    /// A list of objects with roles.
    Relation,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Node => "node",
            Kind::Way => "way",
            Kind::Relation => "relation",
        })
    }
}

/// The name of an object: ids are unique only within a kind. Prints as `way 12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// What it is.
    pub kind: Kind,
    /// Its number; negative for objects that were never uploaded.
    pub id: i64,
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.id)
    }
}

/// The stored tags of an object, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Tags(Box<[(SmolStr, SmolStr)]>);

impl Tags {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find_map(|(k, v)| (k == key).then_some(v))
    }

    /// Every key with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// The number of tags.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no tag.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Tags {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(tags: I) -> Self {
        Tags(tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }
}

/// A selected node.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its number.
    pub id: i64,
    /// Longitude in degrees (WGS84).
    pub lon: f64,
    /// Latitude in degrees (WGS84).
    pub lat: f64,
    /// Its stored tags.
    pub tags: Tags,
}

/// A selected way, or a way that a selected relation is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Its number.
    pub id: i64,
    /// Its node ids in order, without immediate repetitions. May be shorter than two when the file is faulty, and may name
    /// nodes that the file lacks; both are in the warnings.
    pub refs: Vec<i64>,
    /// Its stored tags.
    pub tags: Tags,
    /// Whether it was selected for its own sake; false when only a selected relation needs it.
    pub selected: bool,
    /// Where each of `refs` stands in the positions; `NOWHERE` for those that the file lacks.
    pub(super) places: Vec<u32>,
}

/// The place in the positions of a node that the file lacks.
pub(super) const NOWHERE: u32 = u32::MAX;

impl Way {
    /// For each of [`Way::refs`] where its node stands in [`OsmData::positions`], for [`Positions::at`]; none when the file lacks it.
    pub fn places(&self) -> impl Iterator<Item = Option<usize>> {
        self.places.iter().map(|place| (*place != NOWHERE).then_some(*place as usize))
    }

    /// Whether the way ends where it starts and can enclose an area.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.refs.len() >= 4 && self.refs.first() == self.refs.last()
    }
}

/// A selected relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Its number.
    pub id: i64,
    /// Its members in order.
    pub members: Vec<Member>,
    /// Its stored tags.
    pub tags: Tags,
}

/// An object's part in a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What the member is.
    pub kind: Kind,
    /// The member's number.
    pub id: i64,
    /// What it is in the relation: `outer`, `inner`, `admin_centre`, often empty.
    pub role: SmolStr,
}

/// What a file says about itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Header {
    /// The extent in degrees that the file claims, x = longitude.
    pub bbox: Option<Rect<f64>>,
    /// The moment of the data in seconds since 1970 (UTC): the replication timestamp, or else the latest edit in the file.
    pub timestamp: Option<i64>,
    /// The program that wrote the file.
    pub writing_program: Option<String>,
}

/// The number of objects in the whole file, kept or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Nodes.
    pub nodes: u64,
    /// Ways.
    pub ways: u64,
    /// Relations.
    pub relations: u64,
}

/// Something about one object that had to be mended or passed over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    /// The object that is at fault.
    pub object: ObjectId,
    /// The kind of fault.
    pub kind: WarningKind,
    /// The facts in words, for a report.
    pub detail: String,
}

impl Warning {
    pub(super) fn new(kind: Kind, id: i64, warning: WarningKind, detail: String) -> Self {
        Warning { object: ObjectId { kind, id }, kind: warning, detail }
    }
}

/// The kinds of faults of single objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// The id occurs more than once among the kept objects; the last in the file is used.
    DuplicateId,
    /// A way names nodes that the file lacks.
    MissingNodes,
    /// A way has fewer than two different nodes.
    TooFewNodes,
    /// A way names the same node twice in a row; one is dropped.
    RepeatedNode,
    /// Two different nodes in a row of a way are at the same place.
    ZeroLengthEdge,
    /// A needed node has no position on the globe; it counts as missing.
    BadPosition,
    /// A relation has the same way as a member twice; it counts once.
    RepeatedMember,
    /// A stretch is covered twice by the rings of one area; the two cancel out.
    OverlappingRings,
    /// A ring's role contradicts where it lies; the role is used and the ring changes nothing.
    RoleConflict,
}

impl WarningKind {
    /// A short, stable word to count and filter by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            WarningKind::DuplicateId => "duplicate_id",
            WarningKind::MissingNodes => "missing_nodes",
            WarningKind::TooFewNodes => "too_few_nodes",
            WarningKind::RepeatedNode => "repeated_node",
            WarningKind::ZeroLengthEdge => "zero_length_edge",
            WarningKind::BadPosition => "bad_position",
            WarningKind::RepeatedMember => "repeated_member",
            WarningKind::OverlappingRings => "overlapping_rings",
            WarningKind::RoleConflict => "role_conflict",
        }
    }
}

/// The part of an OpenStreetMap file that was asked for. Every list is sorted by id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OsmData {
    /// Selected nodes.
    pub nodes: Vec<Node>,
    /// Selected ways and the member ways of selected relations.
    pub ways: Vec<Way>,
    /// Ways kept as lines.
    pub lines: Lines,
    /// Selected relations.
    pub relations: Vec<Relation>,
    /// Where the nodes are that those ways, lines and relations refer to.
    pub positions: Positions,
    /// What the file says about itself.
    pub header: Header,
    /// How much there was in the file.
    pub counts: Counts,
    /// Faults of single objects, ordered by object.
    pub warnings: Vec<Warning>,
}

impl OsmData {
    /// The kept way with this id.
    #[must_use]
    pub fn way(&self, id: i64) -> Option<&Way> {
        let at = self.ways.binary_search_by_key(&id, |way| way.id).ok()?;
        self.ways.get(at)
    }
}
