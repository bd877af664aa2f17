//! Loose ends: places where an odd number of segments meet.

use std::collections::BTreeMap;

use geo::{Distance, Haversine, Point};

use super::error::Gap;
use super::segments::{Role, Segment};
use crate::osm::model::{OsmData, Way};
use crate::osm::positions::Position;

/// More loose ends than this are not compared with each other.
const MAX_ENDS: usize = 1000;

/// The gap whose nearest ends are farthest apart; none when everything closes.
pub(super) fn widest(segments: &[Segment]) -> Option<Gap> {
    let mut odd: BTreeMap<Position, (i64, bool)> = BTreeMap::new();
    for segment in segments {
        for place in [segment.from, segment.to] {
            let entry = odd.entry(place).or_insert((segment.way, false));
            entry.1 = !entry.1;
        }
    }
    odd.retain(|_, (_, odd)| *odd);
    let ends: Vec<(Position, i64)> = odd.iter().map(|(at, (way, _))| (*at, *way)).collect();
    let ends = &ends[..ends.len().min(MAX_ENDS)];
    let gaps = ends.iter().map(|&(place, way)| {
        let others = ends.iter().filter(|(other, _)| *other != place);
        let distances = others.map(|&(other, _)| metres(place, other));
        Gap { way, lon: place.lon(), lat: place.lat(), metres: distances.fold(f64::INFINITY, f64::min) }
    });
    gaps.max_by(|a, b| a.metres.total_cmp(&b.metres))
}

/// The segments of the ways as far as their nodes are known.
pub(super) fn known_segments<'a>(ways: impl Iterator<Item = (&'a Way, Role)>, data: &OsmData) -> Vec<Segment> {
    let mut finder = data.positions.finder();
    let mut segments = Vec::new();
    for (way, role) in ways {
        let places = way.refs.iter().filter_map(|&node| finder.get(node));
        let places: Vec<Position> = places.collect();
        let pairs = places.windows(2);
        segments.extend(pairs.filter_map(|pair| Segment::between(pair[0], pair[1], way.id, role)));
    }
    segments
}

fn metres(a: Position, b: Position) -> f64 {
    Haversine.distance(Point(a.coord()), Point(b.coord()))
}
