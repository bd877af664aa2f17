//! Roads: some 10⁵ segments joined into long lines, thinned, and packed into few path elements.

use geo::Line;

use super::fit::{Fit, Rect};
use super::paths::{PathData, Tenths, tenths, thinned};

/// Lines in one path element; short enough for any viewer.
const LINES_A_PATH: usize = 4000;

/// Points in one line, which bounds the depth of the thinning.
const POINTS_A_LINE: usize = 2000;

/// The path data of the roads that the frame shows, one string for each path element.
pub(super) fn road_paths(roads: &[Line<f64>], fit: &Fit) -> Vec<String> {
    let lines: Vec<Vec<Tenths>> = join(visible(roads, fit)).iter().map(|line| thinned(line)).collect();
    lines
        .chunks(LINES_A_PATH)
        .map(|chunk| {
            let mut data = PathData::default();
            chunk.iter().filter(|line| line.len() > 1).for_each(|line| data.line(line));
            data.0
        })
        .filter(|data| !data.is_empty())
        .collect()
}

/// The segments that touch the frame and are not shorter than the rounding, each once and from its lesser end.
fn visible(roads: &[Line<f64>], fit: &Fit) -> Vec<[Tenths; 2]> {
    let frame = fit.frame.grown(2.0);
    let seen = |line: &Line<f64>| {
        let (a, b) = (fit.point(line.start)?, fit.point(line.end)?);
        let around = Rect { x: a.0.min(b.0), y: a.1.min(b.1), w: (a.0 - b.0).abs(), h: (a.1 - b.1).abs() };
        frame.meets(&around.grown(0.1)).then(|| [tenths(a), tenths(b)])
    };
    let mut segments: Vec<_> = roads.iter().filter_map(seen).filter(|[a, b]| a != b).collect();
    segments.iter_mut().for_each(|ends| ends.sort_unstable());
    segments.sort_unstable();
    segments.dedup();
    segments
}

/// Joins segments into lines that start at dead ends and crossings and run as straight as they can.
fn join(segments: Vec<[Tenths; 2]>) -> Vec<Vec<Tenths>> {
    let mut ends: Vec<(Tenths, usize)> = Vec::with_capacity(segments.len() * 2);
    for (i, [a, b]) in segments.iter().enumerate() {
        ends.extend([(*a, i), (*b, i)]);
    }
    ends.sort_unstable();
    let mut joiner = Joiner { used: vec![false; segments.len()], segments, ends };
    let mut lines = Vec::new();
    for whole_rings in [false, true] {
        for at in 0..joiner.ends.len() {
            let (node, segment) = joiner.ends[at];
            if !joiner.used[segment] && (whole_rings || joiner.at(node).len() != 2) {
                lines.push(joiner.walk(node, segment));
            }
        }
    }
    lines
}

struct Joiner {
    segments: Vec<[Tenths; 2]>,
    used: Vec<bool>,
    /// Each segment at each of its ends, sorted by place.
    ends: Vec<(Tenths, usize)>,
}

impl Joiner {
    /// The segments that end at a place.
    fn at(&self, node: Tenths) -> &[(Tenths, usize)] {
        let from = self.ends.partition_point(|&(place, _)| place < node);
        let count = self.ends[from..].iter().take_while(|&&(place, _)| place == node).count();
        &self.ends[from..from + count]
    }

    fn other_end(&self, segment: usize, node: Tenths) -> Tenths {
        let [a, b] = self.segments[segment];
        if a == node { b } else { a }
    }

    /// Follows unused segments from `node`, always the one that turns least.
    fn walk(&mut self, node: Tenths, segment: usize) -> Vec<Tenths> {
        let mut line = vec![node];
        let (mut node, mut next) = (node, Some(segment));
        while let Some(segment) = next {
            self.used[segment] = true;
            let to = self.other_end(segment, node);
            line.push(to);
            next = if line.len() < POINTS_A_LINE { self.straightest(node, to) } else { None };
            node = to;
        }
        line
    }

    /// The unused segment at `node` that turns least from the direction of arrival.
    fn straightest(&self, from: Tenths, node: Tenths) -> Option<usize> {
        let direction = |a: Tenths, b: Tenths| {
            let (x, y) = (f64::from(b.0 - a.0), f64::from(b.1 - a.1));
            let length = x.hypot(y);
            (x / length, y / length)
        };
        let along = direction(from, node);
        let ahead = |segment: usize| {
            let d = direction(node, self.other_end(segment, node));
            along.0 * d.0 + along.1 * d.1
        };
        let free = self.at(node).iter().map(|&(_, segment)| segment).filter(|&s| !self.used[s]);
        free.max_by(|&a, &b| ahead(a).total_cmp(&ahead(b)).then(b.cmp(&a)))
    }
}
