//! Noding: where the lines of a layer are joined. Lines of a survey know nothing of junctions; those of a network meet in nodes.
//!
//! - Ends that lie within the tolerance of one another are one node, whatever their levels: a ramp ends where the bridge begins.
//! - An end within the tolerance of the inside of a line of its level is a node of that line. It moves there.
//! - Lines of one level that cross or touch with their insides are joined there, a line with itself too.
//! - What is left between an end and such a node, and is shorter than the tolerance, vanishes into it.
//!
//! Crossings are exact in whole 10⁻⁷ degrees; an R-tree finds the sides that may share a place. Nothing depends on the order of lines but
//! the numbers of nodes.

use std::collections::{HashMap, HashSet};

use petgraph::unionfind::UnionFind;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::crossings::{Crossing, crossings};
use super::ends::{Ends, Joint};
use super::plane::{Frame, side_m};
use crate::osm::Position;

/// Places are kept to a centimetre: nearer ones are the same, metres.
pub(super) const SAME_M: f64 = 0.02;
/// Ends that dangle within so many tolerances of another line are told.
pub(super) const NEAR: f64 = 5.0;

/// A line to be joined with others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Two or more, none twice in a row.
    pub places: &'a [Position],
    pub level: i32,
}

/// Joined lines.
#[derive(Debug, Default)]
pub(super) struct Noded {
    /// Where nodes are.
    pub places: Vec<Position>,
    /// The nodes of each line; none where it vanished.
    pub lines: Vec<Vec<u32>>,
    pub facts: Facts,
}

/// What was done.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Facts {
    /// Ends that were moved to what they are joined with, and the farthest of them, metres.
    pub snapped: usize,
    pub farthest_m: f64,
    /// Lines that were no longer than the tolerance and fell into a node.
    pub vanished: usize,
    /// Places where the insides of lines were joined, and those where levels forbid it.
    pub joined: usize,
    pub apart: usize,
    /// Ends of one line alone, near a line that they do not meet: the line, its end, metres.
    pub near: Vec<(usize, Position, f64)>,
    /// The same, upon a line of another level.
    pub other_level: usize,
}

/// A side in the index: its line, and its number there.
pub(super) type Side = GeomWithData<Rectangle<[f64; 2]>, (u32, u32)>;

/// A place on a line: the place itself, or a share of the side behind it.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(super) struct Spot {
    pub side: u32,
    pub along: f64,
}

impl Spot {
    pub(super) fn new(line: &Line<'_>, side: u32, along: f64, place: Position) -> Spot {
        match (line.places[side as usize] == place, line.places[side as usize + 1] == place) {
            (true, _) => Spot { side, along: 0.0 },
            (_, true) => Spot { side: side + 1, along: 0.0 },
            _ => Spot { side, along },
        }
    }

    pub(super) fn is_end(self, line: &Line<'_>) -> bool {
        self.along == 0.0 && (self.side == 0 || self.side as usize + 1 == line.places.len())
    }
}

/// How a node comes to be on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    OwnEnd,
    OtherEnd,
    Crossing,
}

/// A node on a line.
#[derive(Debug, Clone, Copy)]
struct Event {
    spot: Spot,
    metre: f64,
    by: By,
    node: u32,
}

/// Joins lines; ends are joined within `snap_m`.
///
/// # Errors
///
/// How many crossings are too many, where the lines have more.
pub(super) fn node(lines: &[Line<'_>], snap_m: f64) -> Result<Noded, usize> {
    let snap_m = snap_m.max(SAME_M);
    let tree = index(lines);
    let (crossings, apart) = crossings(lines, &tree)?;
    let ends = Ends::new(lines);
    let metres: Vec<Vec<f64>> = lines.iter().map(|line| metres(line.places)).collect();
    let (joints, near) = ends.joints(lines, &metres, &tree, snap_m);
    let mut work = Work::new(lines, &metres, &ends, &crossings, &joints, snap_m);
    work.merge();
    let mut noded = work.noded();
    noded.facts.apart = apart;
    let (near, other_level) = work.dangling(&noded, near);
    (noded.facts.near, noded.facts.other_level) = (near, other_level);
    Ok(noded)
}

fn index(lines: &[Line<'_>]) -> RTree<Side> {
    let sides = lines.iter().enumerate().flat_map(|(l, line)| {
        line.places.windows(2).enumerate().map(move |(s, pair)| {
            let corner = |at: Position| [f64::from(at.lon_e7), f64::from(at.lat_e7)];
            GeomWithData::new(Rectangle::from_corners(corner(pair[0]), corner(pair[1])), (l as u32, s as u32))
        })
    });
    RTree::bulk_load(sides.collect())
}

/// The box of a side.
pub(super) fn box_of(pair: [Position; 2]) -> AABB<[f64; 2]> {
    let corner = |at: Position| [f64::from(at.lon_e7), f64::from(at.lat_e7)];
    AABB::from_corners(corner(pair[0]), corner(pair[1]))
}

/// How far along the line each of its places is, metres.
fn metres(places: &[Position]) -> Vec<f64> {
    let mut all = vec![0.0];
    for pair in places.windows(2) {
        all.push(all[all.len() - 1] + side_m(pair[0], pair[1]));
    }
    all
}

/// How far along the line a spot is, metres.
pub(super) fn metre(spot: Spot, metres: &[f64]) -> f64 {
    let here = metres[spot.side as usize];
    let next = metres.get(spot.side as usize + 1).copied().unwrap_or(here);
    here + spot.along * (next - here)
}

/// The nodes on each line, in their order: its own ends, and these.
fn events(lines: &[Line<'_>], metres: &[Vec<f64>], ends: &Ends, more: impl Iterator<Item = (u32, Spot, By, u32)>) -> Vec<Vec<Event>> {
    let mut events: Vec<Vec<Event>> = vec![Vec::new(); lines.len()];
    let own = lines.iter().zip(0u32..).flat_map(|(line, l)| {
        let last = line.places.len() - 1;
        [0, last].map(|at| (l, Spot { side: at as u32, along: 0.0 }, By::OwnEnd, ends.number(line.places[at])))
    });
    for (line, spot, by, node) in own.chain(more) {
        events[line as usize].push(Event { spot, metre: metre(spot, &metres[line as usize]), by, node });
    }
    for events in &mut events {
        events.sort_by(|a, b| {
            (a.spot.side.cmp(&b.spot.side)).then(a.spot.along.total_cmp(&b.spot.along)).then((a.by, a.node).cmp(&(b.by, b.node)))
        });
        events.dedup_by_key(|event| (event.spot.side, event.spot.along.to_bits(), event.by, event.node));
    }
    events
}

struct Work<'a> {
    lines: &'a [Line<'a>],
    ends: &'a Ends,
    snap_m: f64,
    /// By line, in their order.
    events: Vec<Vec<Event>>,
    /// First the places of ends, then crossings.
    nodes: UnionFind<u32>,
    /// Where a node would lie, and how much that counts: the least wins.
    wishes: Vec<(u32, u64, Position)>,
    joined: usize,
}

impl<'a> Work<'a> {
    fn new(lines: &'a [Line<'a>], metres: &[Vec<f64>], ends: &'a Ends, crossings: &[Crossing], joints: &[Joint], snap_m: f64) -> Work<'a> {
        let key = |crossing: &Crossing| (crossing.place, crossing.level);
        let mut keys: Vec<(Position, i32)> = crossings.iter().map(key).collect();
        keys.sort_unstable();
        keys.dedup();
        let number = |crossing: &Crossing| (ends.places.len() + keys.partition_point(|own| *own < key(crossing))) as u32;
        let overlaps: HashSet<u32> = crossings.iter().filter(|crossing| crossing.overlap).map(number).collect();
        // an end moves to the nearest line that it is joined with; several ends move to where most of them are
        let alone = ends.places.iter().zip(&ends.lines).map(|(place, lines)| (2, u64::MAX - lines.len() as u64, *place));
        let mut wishes: Vec<(u32, u64, Position)> = alone.chain(keys.iter().map(|(place, _)| (0, 0, *place))).collect();
        for joint in joints {
            let wish = &mut wishes[joint.end as usize];
            *wish = (*wish).min((1, (joint.distance_m * 1e6) as u64, joint.place));
        }
        let at_crossings =
            crossings.iter().flat_map(|crossing| crossing.at.map(|(line, spot)| (line, spot, By::Crossing, number(crossing))));
        let at_ends = joints.iter().map(|joint| (joint.line, joint.spot, By::OtherEnd, joint.end));
        let events = events(lines, metres, ends, at_crossings.chain(at_ends));
        let nodes = UnionFind::new(wishes.len());
        Work { lines, ends, snap_m, events, nodes, wishes, joined: keys.len() - overlaps.len() }
    }

    fn merge(&mut self) {
        for (a, b) in self.ends.near_pairs(self.lines, self.snap_m) {
            self.nodes.union(a, b);
        }
        for events in &self.events {
            let (first, last) = (events[0], events[events.len() - 1]);
            for event in events.iter().filter(|event| event.by != By::OwnEnd) {
                for end in [first, last].iter().filter(|end| (end.metre - event.metre).abs() <= self.snap_m) {
                    self.nodes.union(end.node, event.node);
                }
            }
            for pair in events.windows(2).filter(|pair| pair.iter().all(|event| event.by != By::OwnEnd)) {
                let metres = pair[1].metre - pair[0].metre;
                if metres <= SAME_M || (metres <= self.snap_m && pair[0].by != pair[1].by) {
                    self.nodes.union(pair[0].node, pair[1].node);
                }
            }
        }
        for node in 0..self.wishes.len() as u32 {
            let root = self.nodes.find_mut(node) as usize;
            self.wishes[root] = self.wishes[root].min(self.wishes[node as usize]);
        }
    }

    fn place(&self, node: u32) -> Position {
        self.wishes[self.nodes.find(node) as usize].2
    }

    fn noded(&self) -> Noded {
        let mut made = Noded { facts: Facts { joined: self.joined, ..Facts::default() }, ..Noded::default() };
        let mut numbers: HashMap<u32, u32> = HashMap::new();
        for (line, events) in self.lines.iter().zip(&self.events) {
            let own = self.of_line(line, events, &mut numbers, &mut made.places);
            if own.is_empty() {
                made.facts.vanished += 1;
            } else {
                for event in events.iter().filter(|event| event.by == By::OwnEnd) {
                    let away = Frame::new(line.places[event.spot.side as usize]).distance(self.place(event.node));
                    made.facts.snapped += usize::from(away > SAME_M);
                    made.facts.farthest_m = made.facts.farthest_m.max(away);
                }
            }
            made.lines.push(own);
        }
        made
    }

    /// The nodes along a line: joints, and the places between them; none where the line vanished.
    fn of_line(&self, line: &Line<'_>, events: &[Event], numbers: &mut HashMap<u32, u32>, places: &mut Vec<Position>) -> Vec<u32> {
        let mut stops: Vec<(Option<u32>, Position)> = Vec::new();
        for (e, event) in events.iter().enumerate() {
            let root = self.nodes.find(event.node);
            if let Some(last) = e.checked_sub(1).map(|last| &events[last]) {
                let looped = self.nodes.find(last.node) == root && event.metre - last.metre <= 2.0 * self.snap_m;
                let end = event.spot.side + u32::from(event.spot.along > 0.0);
                let between = (last.spot.side + 1..end).filter(|_| !looped);
                stops.extend(between.map(|place| (None, line.places[place as usize])));
            }
            stops.push((Some(root), self.wishes[root as usize].2));
        }
        // a place on the way at which a node has come to lie is the node
        let apart = |s: &usize| {
            let same = |other: Option<&(Option<u32>, Position)>| other.is_some_and(|other| other.1 == stops[*s].1);
            stops[*s].0.is_some() || !(same(stops.get(s + 1)) || same(s.checked_sub(1).and_then(|s| stops.get(s))))
        };
        let mut new = |place: Position| {
            places.push(place);
            places.len() as u32 - 1
        };
        let number = |stop: usize| match stops[stop] {
            (Some(root), place) => *numbers.entry(root).or_insert_with(|| new(place)),
            (None, place) => new(place),
        };
        let mut own: Vec<u32> = (0..stops.len()).filter(apart).map(number).collect();
        own.dedup();
        if own.len() < 2 { Vec::new() } else { own }
    }

    /// Of ends near lines those that nothing else meets; and how many of them lie upon a line of another level.
    fn dangling(&self, noded: &Noded, near: Vec<super::ends::Near>) -> (Vec<(usize, Position, f64)>, usize) {
        let mut lines_of: HashMap<u32, Vec<u32>> = HashMap::new();
        for (l, events) in self.events.iter().enumerate() {
            for event in events {
                lines_of.entry(self.nodes.find(event.node)).or_default().push(l as u32);
            }
        }
        let meets = |node: u32| lines_of.get(&self.nodes.find(node)).map_or(&[][..], Vec::as_slice);
        let (mut found, mut other_level) = (Vec::new(), 0);
        for end in near {
            let line = self.ends.lines[end.end as usize][0];
            if meets(end.end).len() > 1 || noded.lines[line as usize].is_empty() {
                continue;
            }
            // what a short line meets at its other end is near without being missed
            let here = self.events[line as usize].iter().find(|event| event.node == end.end).map_or(0.0, |event| event.metre);
            let close = |event: &&Event| (event.metre - here).abs() <= 2.0 * NEAR * self.snap_m;
            let met: Vec<u32> = self.events[line as usize].iter().filter(close).flat_map(|event| meets(event.node)).copied().collect();
            other_level += usize::from(end.other_level);
            let others = end.lines.iter().filter(|(other, _)| !met.contains(other));
            if let Some((_, away)) = others.min_by(|a, b| a.1.total_cmp(&b.1)) {
                found.push((line as usize, self.ends.places[end.end as usize], *away));
            }
        }
        (found, other_level)
    }
}
