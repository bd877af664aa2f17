//! Segments of rings: cut where they touch, cancelled where they coincide, refused where they cross.

use super::error::RingError;
use crate::osm::model::ObjectId;
use crate::osm::positions::Position;

/// What a member says about the side that it bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Outer,
    Inner,
    /// Not said.
    Open,
}

impl Role {
    pub(super) fn of(role: &str) -> Self {
        match role {
            "outer" | "exclave" => Role::Outer,
            "inner" | "enclave" => Role::Inner,
            _ => Role::Open,
        }
    }
}

/// A straight piece of a way; `from` is the western end (the southern one of a meridian).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segment {
    pub(super) from: Position,
    pub(super) to: Position,
    pub(super) way: i64,
    pub(super) role: Role,
}

impl Segment {
    /// None when both ends are at the same place.
    pub(super) fn between(a: Position, b: Position, way: i64, role: Role) -> Option<Self> {
        let (from, to) = if a < b { (a, b) } else { (b, a) };
        let segment = Segment { from, to, way, role };
        (a != b).then_some(segment)
    }

    /// Whether the place lies on the segment, but not at an end.
    fn holds_inside(&self, place: Position) -> bool {
        // On a straight line, the order of places is the order along the line.
        self.from < place && place < self.to && turn(self.from, self.to, place) == 0
    }

    fn lats(&self) -> (i32, i32) {
        let (a, b) = (self.from.lat_e7, self.to.lat_e7);
        (a.min(b), a.max(b))
    }
}

/// Positive when the path a, b, c turns left, negative when right, zero when straight.
pub(super) fn turn(a: Position, b: Position, c: Position) -> i128 {
    let (bx, by) = offset(a, b);
    let (cx, cy) = offset(a, c);
    i128::from(bx) * i128::from(cy) - i128::from(by) * i128::from(cx)
}

/// The way from `a` to `b` in 10⁻⁷ degrees east and north.
pub(super) fn offset(a: Position, b: Position) -> (i64, i64) {
    (i64::from(b.lon_e7) - i64::from(a.lon_e7), i64::from(b.lat_e7) - i64::from(a.lat_e7))
}

/// Segments that meet at their ends only.
#[derive(Debug)]
pub(super) struct Untangled {
    pub(super) segments: Vec<Segment>,
    /// Where coinciding segments were first met, and how many places there were.
    pub(super) overlap: Option<(Position, usize)>,
}

pub(super) fn untangle(object: ObjectId, mut segments: Vec<Segment>) -> Result<Untangled, RingError> {
    segments.sort_unstable();
    let mut cuts = cuts(object, &segments)?;
    if !cuts.is_empty() {
        cuts.sort_unstable();
        cuts.dedup();
        segments = cut(&segments, &cuts);
        segments.sort_unstable();
    }
    Ok(cancel(segments))
}

/// The places where segments have to be cut because another one ends on them, as (index, place).
fn cuts(object: ObjectId, segments: &[Segment]) -> Result<Vec<(usize, Position)>, RingError> {
    let mut cuts = Vec::new();
    for (i, one) in segments.iter().enumerate() {
        let (low, high) = one.lats();
        let later = segments.iter().enumerate().skip(i + 1);
        let beside = later.take_while(|(_, other)| other.from.lon_e7 <= one.to.lon_e7);
        for (j, other) in beside {
            let (other_low, other_high) = other.lats();
            if other_high < low || high < other_low {
                continue;
            }
            if cross(one, other) {
                return Err(crossing(object, one, other));
            }
            for (k, segment, place) in [(i, one, other.from), (i, one, other.to), (j, other, one.from), (j, other, one.to)] {
                if segment.holds_inside(place) {
                    cuts.push((k, place));
                }
            }
        }
    }
    Ok(cuts)
}

/// Whether the segments cross at a place that is no end of either.
fn cross(one: &Segment, other: &Segment) -> bool {
    let split = |a: &Segment, b: &Segment| {
        let start = turn(a.from, a.to, b.from).signum();
        let end = turn(a.from, a.to, b.to).signum();
        start * end < 0
    };
    split(one, other) && split(other, one)
}

fn crossing(object: ObjectId, one: &Segment, other: &Segment) -> RingError {
    let start = turn(one.from, one.to, other.from) as f64;
    let end = turn(one.from, one.to, other.to) as f64;
    let along = start / (start - end);
    RingError::Crossing {
        object,
        way: one.way.min(other.way),
        other_way: one.way.max(other.way),
        lon: other.from.lon() + along * (other.to.lon() - other.from.lon()),
        lat: other.from.lat() + along * (other.to.lat() - other.from.lat()),
    }
}

/// `cuts` are sorted, so those of one segment follow each other in its direction.
fn cut(segments: &[Segment], cuts: &[(usize, Position)]) -> Vec<Segment> {
    let mut pieces = Vec::with_capacity(segments.len() + cuts.len());
    let mut cuts = cuts.iter().peekable();
    for (i, segment) in segments.iter().enumerate() {
        let mut rest = *segment;
        while let Some((_, place)) = cuts.next_if(|(k, _)| *k == i) {
            pieces.push(Segment { to: *place, ..rest });
            rest.from = *place;
        }
        pieces.push(rest);
    }
    pieces
}

/// Of equal segments an even number vanishes and an odd number counts once. `segments` are sorted.
fn cancel(segments: Vec<Segment>) -> Untangled {
    let mut overlap: Option<(Position, usize)> = None;
    let mut left = Vec::with_capacity(segments.len());
    for equal in segments.chunk_by(|a, b| (a.from, a.to) == (b.from, b.to)) {
        if equal.len() % 2 == 1 {
            left.push(equal[0]);
        }
        if equal.len() > 1 {
            overlap.get_or_insert((equal[0].from, 0)).1 += 1;
        }
    }
    Untangled { segments: left, overlap }
}
