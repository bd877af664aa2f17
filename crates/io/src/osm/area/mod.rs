//! Areas of multipolygon and boundary relations and of closed ways.
//!
//! The member ways are taken apart into segments, so their order and direction do not matter, nor how the rings are cut into
//! ways. Stretches that two rings share cancel out. What is left has an even number of segments at every node, or a ring is
//! open. Every second face of such a drawing is area: the rings are traced around those faces, then nested, where the roles
//! of the members have their say. All of this is done in whole 10⁻⁷ degrees, without rounding. An area that crosses the
//! 180th meridian has to be cut there, as is the custom in OpenStreetMap.

mod error;
mod gap;
mod nest;
mod segments;
mod simple;
mod trace;

use geo::MultiPolygon;

use self::segments::{Role, Segment};
use super::model::{Kind, Member, ObjectId, OsmData, Relation, Warning, WarningKind, Way};
use super::positions::Positions;
pub use error::{Gap, RingError};

/// An area and what was doubtful about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Longitude and latitude in degrees (WGS84). Outer rings run counter-clockwise, holes clockwise; no ring crosses itself or
    /// another one, though rings may touch in single points.
    pub polygons: MultiPolygon<f64>,
    /// Faults that do not keep the area from being known.
    pub warnings: Vec<Warning>,
}

/// The area that the member ways of a relation enclose.
///
/// Ways with the roles `outer` (or `exclave`) and `inner` (or `enclave`) have their say about the rings that consist of such
/// ways alone; for other rings their nesting decides. Member nodes and relations are passed over.
///
/// # Errors
/// [`RingError`] when the extract lacks a member way or one of its nodes, when a ring is open, or when rings cross.
///
/// # Complexity
/// O(n log n) for n segments of everyday shape; O(n²) when most of them overlap in longitude.
pub fn multipolygon(relation: &Relation, data: &OsmData) -> Result<Area, RingError> {
    let object = ObjectId { kind: Kind::Relation, id: relation.id };
    let mut warnings = Vec::new();
    let members = member_ways(relation, &mut warnings);
    if members.is_empty() {
        return Err(RingError::NoMemberWays { object });
    }
    let ways = members.iter().map(|member| (*member, data.way(member.id)));
    let absent: Vec<i64> = ways.clone().filter(|(_, way)| way.is_none()).map(|(member, _)| member.id).collect();
    let present = ways.filter_map(|(member, way)| Some((way?, Role::of(&member.role))));
    if let Some(&first) = absent.first() {
        return Err(RingError::MissingWays { object, first, count: absent.len(), gap: gap::widest(&gap::known_segments(present, data)) });
    }
    assemble(object, present, data, warnings)
}

/// The area inside a closed way.
///
/// # Errors
/// [`RingError`] when the way is not closed, crosses itself, or has a node that the extract lacks.
pub fn way_area(way: &Way, data: &OsmData) -> Result<Area, RingError> {
    let object = ObjectId { kind: Kind::Way, id: way.id };
    let places: Option<Vec<_>> = way.places().map(|place| Some(data.positions.at(place?))).collect();
    if let Some(polygons) = places.and_then(|places| simple::polygon(&places)) {
        return Ok(Area { polygons, warnings: Vec::new() });
    }
    assemble(object, [(way, Role::Open)].into_iter(), data, Vec::new())
}

/// The member ways, each once.
fn member_ways<'a>(relation: &'a Relation, warnings: &mut Vec<Warning>) -> Vec<&'a Member> {
    let ways = relation.members.iter().filter(|m| m.kind == Kind::Way);
    let mut members: Vec<&Member> = ways.collect();
    members.sort_by_key(|member| member.id);
    members.dedup_by(|next, kept| {
        let same = next.id == kept.id;
        if same {
            let detail = format!("has way {} as a member more than once", kept.id);
            let kind = WarningKind::RepeatedMember;
            warnings.push(Warning::new(Kind::Relation, relation.id, kind, detail));
        }
        same
    });
    members
}

fn assemble<'a>(
    object: ObjectId,
    ways: impl Iterator<Item = (&'a Way, Role)>,
    data: &OsmData,
    mut warnings: Vec<Warning>,
) -> Result<Area, RingError> {
    let mut all = Vec::new();
    for (way, role) in ways {
        all.extend(segments_of(object, way, role, &data.positions)?);
    }
    if let Some(gap) = gap::widest(&all) {
        return Err(RingError::NotClosed { object, gap });
    }
    let clean = segments::untangle(object, all)?;
    if let Some((place, count)) = clean.overlap {
        let (lon, lat) = (place.lon(), place.lat());
        let detail = format!("{count} segments of its rings coincide, the first at {lon} {lat}");
        let kind = WarningKind::OverlappingRings;
        warnings.push(Warning::new(object.kind, object.id, kind, detail));
    }
    let rings = trace::rings(&clean.segments);
    let polygons = nest::polygons(object, rings, &mut warnings);
    if polygons.0.is_empty() {
        return Err(RingError::NoArea { object });
    }
    Ok(Area { polygons, warnings })
}

fn segments_of(object: ObjectId, way: &Way, role: Role, positions: &Positions) -> Result<Vec<Segment>, RingError> {
    let mut places = Vec::with_capacity(way.refs.len());
    for (&node, place) in way.refs.iter().zip(way.places()) {
        let way = way.id;
        places.push(positions.at(place.ok_or(RingError::MissingNode { object, way, node })?));
    }
    let pairs = places.windows(2);
    Ok(pairs.filter_map(|pair| Segment::between(pair[0], pair[1], way.id, role)).collect())
}

#[cfg(test)]
mod tests;
