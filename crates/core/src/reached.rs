//! Reached edges: which parts of each road lie within a limit, to the millimetre.

use std::collections::BTreeMap;

use geo::{Coord, LineString};
use rayon::prelude::*;
use serde::Serialize;

use crate::ids::{EdgeId, NodeId};
use crate::network::{Edge, RoadNetwork};
use crate::search::{Direction, NearestFacility, part};
use crate::units::Cost;

/// A part of an edge within the limit: both ends inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Interval {
    /// The edge.
    pub edge: EdgeId,
    /// From its tail, mm.
    pub from_mm: u32,
    /// From its tail, mm; above `from_mm`.
    pub to_mm: u32,
}

/// Every part of every edge within a limit: reached from either end, or from a facility that sits on the edge.
///
/// Exact: a place is in an interval if and only if its own cost, in whole units, is within the limit. Parts that only touch are one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReachedEdges {
    /// By edge, then from its tail.
    pub intervals: Vec<Interval>,
}

/// A road of several edges within a limit, from end to end.
#[derive(Debug, Clone, PartialEq)]
pub struct ReachedLine {
    /// Its places, metres of the working CRS.
    pub line: LineString<f64>,
    /// Length on the ellipsoid, mm.
    pub length_mm: u64,
    /// The least cost of its corners and ends.
    pub cost_min: Cost,
    /// The greatest.
    pub cost_max: Cost,
}

impl ReachedEdges {
    /// The parts of all edges whose cost is `limit` or less.
    ///
    /// # Complexity
    ///
    /// O(edges), and 32 steps more for each edge that the limit falls in.
    pub fn new(nearest: &NearestFacility<'_>, limit: Cost) -> ReachedEdges {
        let ids: Vec<u32> = (0..nearest.network().edges().len() as u32).collect();
        let parts: Vec<Vec<Interval>> = ids
            .par_chunks(8192)
            .map(|chunk| {
                let mut found = Vec::new();
                chunk.iter().for_each(|&id| edge_intervals(nearest, EdgeId(id), limit, &mut found));
                found
            })
            .collect();
        ReachedEdges { intervals: parts.into_iter().flatten().collect() }
    }

    /// Their length in all, mm.
    pub fn length_mm(&self) -> u64 {
        self.intervals.iter().map(|i| u64::from(i.to_mm - i.from_mm)).sum()
    }

    /// The parts joined into lines, from junction to junction or to where the limit falls.
    pub fn lines(&self, nearest: &NearestFacility<'_>) -> Vec<ReachedLine> {
        let network = nearest.network();
        let mut at_node: BTreeMap<NodeId, Vec<usize>> = BTreeMap::new();
        for (i, interval) in self.intervals.iter().enumerate() {
            for node in ends(network, interval).into_iter().flatten() {
                at_node.entry(node).or_default().push(i);
            }
        }
        let mut used = vec![false; self.intervals.len()];
        let mut lines = Vec::new();
        // first from every end and junction, then around what is left: rings
        let loose = |i: &usize| {
            let ends = ends(network, &self.intervals[*i]);
            ends.iter().any(|end| end.is_none_or(|node| at_node[&node].len() != 2))
        };
        let (starts, others): (Vec<usize>, Vec<usize>) = (0..self.intervals.len()).partition(loose);
        for start in starts.into_iter().chain(others) {
            if !used[start] {
                lines.push(self.line(nearest, start, &at_node, &mut used));
            }
        }
        lines
    }

    /// The line that starts with interval `start`.
    fn line(&self, nearest: &NearestFacility<'_>, start: usize, at_node: &BTreeMap<NodeId, Vec<usize>>, used: &mut [bool]) -> ReachedLine {
        let network = nearest.network();
        let joint = |end: Option<NodeId>| end.filter(|node| at_node[node].len() == 2);
        let mut walk = Walk { nearest, places: Vec::new(), length_mm: 0, cost_min: Cost::UNREACHED, cost_max: Cost::ZERO };
        let [tail, _] = ends(network, &self.intervals[start]);
        // walk away from the end that goes no further
        let mut backward = joint(tail).is_some();
        let mut at = Some(start);
        while let Some(i) = at {
            used[i] = true;
            let interval = &self.intervals[i];
            walk.add(interval, backward);
            let [tail, head] = ends(network, interval);
            let next = joint(if backward { tail } else { head });
            at = next.and_then(|node| at_node[&node].iter().copied().find(|other| !used[*other]));
            if let (Some(node), Some(next)) = (next, at) {
                backward = ends(network, &self.intervals[next])[0] != Some(node);
            }
        }
        let Walk { places, length_mm, cost_min, cost_max, .. } = walk;
        ReachedLine { line: LineString(places), length_mm, cost_min, cost_max }
    }
}

struct Walk<'a> {
    nearest: &'a NearestFacility<'a>,
    places: Vec<Coord<f64>>,
    length_mm: u64,
    cost_min: Cost,
    cost_max: Cost,
}

impl Walk<'_> {
    fn add(&mut self, interval: &Interval, backward: bool) {
        let network = self.nearest.network();
        let edge = network.edge(interval.edge);
        let (a, b) = (network.location(edge.tail), network.location(edge.head));
        let mut ends = [interval.from_mm, interval.to_mm];
        if backward {
            ends.reverse();
        }
        for offset in ends {
            let share = f64::from(offset) / f64::from(edge.length_mm.max(1));
            let place = Coord { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) };
            if self.places.last() != Some(&place) {
                self.places.push(place);
            }
            let cost = self.nearest.place(interval.edge, offset).cost;
            self.cost_min = self.cost_min.min(cost);
            self.cost_max = self.cost_max.max(cost);
        }
        self.length_mm += u64::from(interval.to_mm - interval.from_mm);
    }
}

/// The nodes at the ends of an interval, where it goes so far.
fn ends(network: &RoadNetwork, interval: &Interval) -> [Option<NodeId>; 2] {
    let edge = network.edge(interval.edge);
    [(interval.from_mm == 0).then_some(edge.tail), (interval.to_mm == edge.length_mm).then_some(edge.head)]
}

/// Adds the parts of one road that are within the limit: of an edge and of those that lie on it, as parts of the first of them.
fn edge_intervals(nearest: &NearestFacility<'_>, id: EdgeId, limit: Cost, found: &mut Vec<Interval>) {
    let network = nearest.network();
    if network.is_copy(id) {
        return;
    }
    let edge = network.edge(id);
    let mut own: Vec<(u32, u32)> = Vec::new();
    parts_of(nearest, id, limit, &mut own);
    for other in network.copies(id) {
        let before = own.len();
        parts_of(nearest, other, limit, &mut own);
        if network.location(network.edge(other).tail) != network.location(edge.tail) {
            own[before..].iter_mut().for_each(|(from, to)| (*from, *to) = (edge.length_mm - *to, edge.length_mm - *from));
        }
    }
    own.retain(|(from, to)| from < to);
    own.sort_unstable();
    let first = found.len();
    for (from_mm, to_mm) in own {
        match found[first..].last_mut() {
            Some(last) if from_mm <= last.to_mm => last.to_mm = last.to_mm.max(to_mm),
            _ => found.push(Interval { edge: id, from_mm, to_mm }),
        }
    }
}

/// Adds the parts of one edge by itself: from its ends and from the facilities on it.
fn parts_of(nearest: &NearestFacility<'_>, id: EdgeId, limit: Cost, own: &mut Vec<(u32, u32)>) {
    let edge = nearest.network().edge(id);
    let (tail, head) = (nearest.node(edge.tail).cost, nearest.node(edge.head).cost);
    let [down, up] = match nearest.direction() {
        Direction::ToFacility => [edge.backward, edge.forward],
        Direction::FromFacility => [edge.forward, edge.backward],
    };
    let length = edge.length_mm;
    own.extend(way_along(tail, down, edge, length, limit).map(|far| (0, far)));
    own.extend(way_along(head, up, edge, length, limit).map(|far| (length - far, length)));
    for (offset, leg, _) in nearest.on_edge(id) {
        let west = way_along(leg, up, edge, offset, limit).unwrap_or(0);
        let east = way_along(leg, down, edge, length - offset, limit).unwrap_or(0);
        own.push((offset - west, offset + east));
    }
}

/// How far along an edge that costs `whole` the limit lets one go from a place that costs `start`, at most `room`, mm.
fn way_along(start: Cost, whole: Cost, edge: &Edge, room: u32, limit: Cost) -> Option<u32> {
    let within = |mm: u32| start + part(whole, mm, edge.length_mm) <= limit;
    if start > limit || !start.is_reached() || !whole.is_reached() || room == 0 {
        return None;
    }
    if within(room) {
        return Some(room);
    }
    let (mut low, mut high) = (0, room);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if within(middle) { low = middle } else { high = middle }
    }
    Some(low)
}
