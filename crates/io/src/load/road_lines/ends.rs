//! The ends of lines: which lie at other ends, and which on or near the inside of another line.

use petgraph::unionfind::UnionFind;
use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::noding::{Line, NEAR, SAME_M, Side, Spot, metre};
use super::plane::Frame;
use crate::osm::Position;

/// The places where lines end, ascending, with the lines: a closed line stands there twice.
pub(super) struct Ends {
    pub places: Vec<Position>,
    pub lines: Vec<Vec<u32>>,
}

/// An end that belongs to the inside of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Joint {
    /// Its number.
    pub end: u32,
    pub line: u32,
    pub spot: Spot,
    pub place: Position,
    pub distance_m: f64,
}

/// An end of one line alone that lies near others.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Near {
    pub end: u32,
    /// Lines of its level that it may have been meant to meet, and how far they are.
    pub lines: Vec<(u32, f64)>,
    /// Whether it lies upon a line of another level.
    pub other_level: bool,
}

/// The nearest place of a line, seen from an end.
struct Nearest {
    line: u32,
    spot: Spot,
    place: Position,
    distance_m: f64,
}

impl Ends {
    pub(super) fn new(lines: &[Line<'_>]) -> Ends {
        let of_line = |(l, line): (usize, &Line<'_>)| [line.places[0], line.places[line.places.len() - 1]].map(|place| (place, l as u32));
        let mut all: Vec<(Position, u32)> = lines.iter().enumerate().flat_map(of_line).collect();
        all.sort_unstable();
        let mut ends = Ends { places: Vec::new(), lines: Vec::new() };
        for (place, line) in all {
            if ends.places.last() != Some(&place) {
                ends.places.push(place);
                ends.lines.push(Vec::new());
            }
            if let Some(lines) = ends.lines.last_mut() {
                lines.push(line);
            }
        }
        ends
    }

    pub(super) fn number(&self, place: Position) -> u32 {
        self.places.partition_point(|own| *own < place) as u32
    }

    /// Ends within the tolerance of one another, but for those that short lines join already: a curve that is cut into pieces shorter than
    /// the tolerance stays a curve.
    pub(super) fn near_pairs(&self, lines: &[Line<'_>], snap_m: f64) -> Vec<(u32, u32)> {
        let mut short = UnionFind::<u32>::new(self.places.len());
        for line in lines {
            let length: f64 = line.places.windows(2).map(|pair| super::plane::side_m(pair[0], pair[1])).sum();
            if length <= snap_m {
                short.union(self.number(line.places[0]), self.number(line.places[line.places.len() - 1]));
            }
        }
        let point = |at: &Position| [f64::from(at.lon_e7), f64::from(at.lat_e7)];
        let tree = RTree::bulk_load(self.places.iter().zip(0u32..).map(|(at, number)| GeomWithData::new(point(at), number)).collect());
        let of_end = |(place, number): (&Position, u32)| {
            let frame = Frame::new(*place);
            let near = |other: &u32| *other > number && frame.distance(self.places[*other as usize]) <= snap_m;
            let found = tree.locate_in_envelope_intersecting(frame.around(snap_m)).map(|other| other.data).filter(near);
            found.map(|other| (number, other)).collect::<Vec<_>>()
        };
        let pairs = self.places.iter().zip(0u32..).flat_map(of_end);
        pairs.filter(|(a, b)| short.find(*a) != short.find(*b)).collect()
    }

    /// Ends that belong to the inside of lines of their level; and ends of one line alone that lie near others.
    pub(super) fn joints(&self, lines: &[Line<'_>], metres: &[Vec<f64>], tree: &RTree<Side>, snap_m: f64) -> (Vec<Joint>, Vec<Near>) {
        let of_end = |end: u32| {
            let own = &self.lines[end as usize];
            let levels: Vec<i32> = own.iter().map(|line| lines[*line as usize].level).collect();
            let (mut joints, mut near) = (Vec::new(), Near { end, lines: Vec::new(), other_level: false });
            for found in self.nearest(end, lines, metres, tree, snap_m) {
                let line = &lines[found.line as usize];
                let at_level = levels.contains(&line.level);
                if at_level && !own.contains(&found.line) {
                    near.lines.push((found.line, found.distance_m));
                }
                let inside = !found.spot.is_end(line) && found.distance_m <= snap_m;
                near.other_level |= inside && !at_level;
                if inside && at_level {
                    let Nearest { line, spot, place, distance_m } = found;
                    joints.push(Joint { end, line, spot, place, distance_m });
                }
            }
            let alone = own.len() == 1 && (near.other_level || !near.lines.is_empty());
            (joints, alone.then_some(near))
        };
        let found: Vec<(Vec<Joint>, Option<Near>)> = (0..self.places.len() as u32).into_par_iter().map(of_end).collect();
        let mut all = (Vec::new(), Vec::new());
        for (joints, near) in found {
            all.0.extend(joints);
            all.1.extend(near);
        }
        all
    }

    /// The nearest place of every line around an end; of a line that ends here what comes after a stretch, so that a loop finds itself.
    fn nearest(&self, end: u32, lines: &[Line<'_>], metres: &[Vec<f64>], tree: &RTree<Side>, snap_m: f64) -> Vec<Nearest> {
        let place = self.places[end as usize];
        let frame = Frame::new(place);
        let mut found: Vec<Nearest> = Vec::new();
        for side in tree.locate_in_envelope_intersecting(frame.around(NEAR * snap_m)) {
            let (l, s) = side.data;
            let line = &lines[l as usize];
            let (foot, along, distance_m) = frame.foot(line.places[s as usize], line.places[s as usize + 1]);
            if distance_m > NEAR * snap_m {
                continue;
            }
            let spot = Spot::new(line, s, along, foot);
            if self.lines[end as usize].contains(&l) {
                let (at, length) = (metre(spot, &metres[l as usize]), metres[l as usize][line.places.len() - 1]);
                let from = |here: Position, away: f64| here != place || away > (4.0 * snap_m).max(SAME_M);
                if !(from(line.places[0], at) && from(line.places[line.places.len() - 1], length - at)) {
                    continue;
                }
            }
            found.push(Nearest { line: l, spot, place: foot, distance_m });
        }
        // of equally near places the one that comes first on the line
        let key = |nearest: &Nearest| (nearest.line, nearest.spot.side);
        found.sort_by(|a, b| {
            let nearer = a.line.cmp(&b.line).then(a.distance_m.total_cmp(&b.distance_m));
            nearer.then(key(a).cmp(&key(b))).then(a.spot.along.total_cmp(&b.spot.along))
        });
        found.dedup_by_key(|nearest| nearest.line);
        found
    }
}
