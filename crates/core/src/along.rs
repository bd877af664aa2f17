//! Along an edge: what it costs at every place of it, as straight lines between knots.

use crate::ids::{EdgeId, NodeId};
use crate::network::Edge;
use crate::search::{Direction, NearestFacility};
use crate::units::Cost;

/// Where the cost of an edge jumps (a one-way end, a facility that one cannot drive back to), it does so within this, mm.
const JUMP_MM: f64 = 50.0;

/// A place on an edge and its cost; costs run straight from one knot to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Knot {
    /// From the edge's tail, mm.
    pub offset_mm: f64,
    /// Whole units (ms or mm) as a real number; infinite without a path.
    pub cost: f64,
}

/// A way to leave or enter the edge: what it costs at both ends of a stretch.
#[derive(Debug, Clone, Copy)]
struct Line {
    at_low: f64,
    at_high: f64,
}

impl Line {
    fn at(&self, share: f64) -> f64 {
        if self.at_low.is_finite() { self.at_low + share * (self.at_high - self.at_low) } else { f64::INFINITY }
    }

    /// Where on the stretch, 0 to 1, both cost the same.
    fn meets(&self, other: &Line) -> Option<f64> {
        let (low, high) = (self.at_low - other.at_low, self.at_high - other.at_high);
        let share = low / (low - high);
        (low.is_finite() && high.is_finite() && share > 0.0 && share < 1.0).then_some(share)
    }
}

fn real(cost: Cost) -> f64 {
    if cost.is_reached() { f64::from(cost.0) } else { f64::INFINITY }
}

/// A copy of an edge, as seen along the first of them.
struct Way {
    tail: f64,
    head: f64,
    /// Travel along the edge towards its tail and towards its head, a mm of it, as this search goes.
    down: f64,
    up: f64,
    /// Offset and leg.
    facilities: Vec<(f64, f64)>,
}

impl Way {
    /// The edge `id`, which runs as the edge that is asked about does, or `against` it.
    fn of(nearest: &NearestFacility<'_>, id: EdgeId, against: bool) -> Way {
        let edge = nearest.network().edge(id);
        let length = f64::from(edge.length_mm.max(1));
        let [tail, head] = [edge.tail, edge.head].map(|node| real(nearest.node(node).cost));
        let [down, up] = towards(nearest, edge).map(|cost| real(cost) / length);
        let mut facilities: Vec<(f64, f64)> = nearest.on_edge(id).map(|(offset, leg, _)| (f64::from(offset), real(leg))).collect();
        // thousands may stand at one place
        facilities.dedup();
        if against {
            Way {
                tail: head,
                head: tail,
                down: up,
                up: down,
                facilities: facilities.into_iter().map(|(offset, leg)| (length - offset, leg)).collect(),
            }
        } else {
            Way { tail, head, down, up, facilities }
        }
    }

    /// Adds what this way offers on a stretch of an edge of `length`.
    fn lines(&self, low: f64, high: f64, length: f64, lines: &mut Vec<Line>) {
        let line = |slope: f64, at_low: f64, at_high: f64| if slope.is_finite() { Line { at_low, at_high } } else { NOWHERE };
        let (down, up) = (self.down, self.up);
        lines.push(line(down, self.tail + down * low, self.tail + down * high));
        lines.push(line(up, self.head + up * (length - low), self.head + up * (length - high)));
        for &(offset, leg) in &self.facilities {
            lines.push(match offset <= low {
                true => line(down, leg + down * (low - offset), leg + down * (high - offset)),
                false => line(up, leg + up * (offset - low), leg + up * (offset - high)),
            });
        }
    }
}

/// The knots of edge `id`, from its tail to its head: at least two. Where other edges lie on it, of all of them.
pub(crate) fn knots(nearest: &NearestFacility<'_>, id: EdgeId, knots: &mut Vec<Knot>) {
    knots.clear();
    let network = nearest.network();
    let edge = network.edge(id);
    let length = f64::from(edge.length_mm.max(1));
    let mut ways = vec![Way::of(nearest, id, false)];
    let start = network.location(edge.tail);
    ways.extend(network.copies(id).map(|other| Way::of(nearest, other, network.location(network.edge(other).tail) != start)));
    let mut bounds = vec![0.0, length];
    bounds.extend(ways.iter().flat_map(|way| &way.facilities).map(|(offset, _)| *offset).filter(|o| *o > 0.0 && *o < length));
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    // a node is as near as the nearest of those at its place
    let node = |node: NodeId| {
        std::iter::once(node).chain(network.nodes_beside(node)).map(|at| nearest.node(at).cost).min().map_or(f64::INFINITY, real)
    };
    knots.push(Knot { offset_mm: 0.0, cost: node(edge.tail) });
    let mut lines = Vec::new();
    for pair in bounds.windows(2) {
        lines.clear();
        ways.iter().for_each(|way| way.lines(pair[0], pair[1], length, &mut lines));
        stretch(pair[0], pair[1], &lines, knots);
    }
    part_jumps(knots, Knot { offset_mm: length, cost: node(edge.head) }, length);
}

const NOWHERE: Line = Line { at_low: f64::INFINITY, at_high: f64::INFINITY };

/// What the whole edge costs towards its tail and towards its head, in the direction in which a place on it uses it.
fn towards(nearest: &NearestFacility<'_>, edge: &Edge) -> [Cost; 2] {
    match nearest.direction() {
        Direction::ToFacility => [edge.backward, edge.forward],
        Direction::FromFacility => [edge.forward, edge.backward],
    }
}

/// The lower envelope of `lines` from `low` to `high`.
fn stretch(low: f64, high: f64, lines: &[Line], knots: &mut Vec<Knot>) {
    let mut shares = vec![0.0, 1.0];
    for (i, a) in lines.iter().enumerate() {
        shares.extend(lines[..i].iter().filter_map(|b| a.meets(b)));
    }
    shares.sort_by(f64::total_cmp);
    for share in shares {
        let cost = lines.iter().map(|line| line.at(share)).fold(f64::INFINITY, f64::min);
        knots.push(Knot { offset_mm: low + share * (high - low), cost });
    }
}

/// Ends the knots with the head's own; knots of one place become one, and where their costs differ the dearer moves aside a little.
fn part_jumps(knots: &mut Vec<Knot>, head: Knot, length: f64) {
    knots.push(head);
    let aside = JUMP_MM.min(length / 8.0);
    let same = |a: &Knot, b: &Knot| (a.cost - b.cost).abs() <= 2.0 || a.cost == b.cost;
    knots.dedup_by(|b, a| a.offset_mm == b.offset_mm && same(a, b));
    for i in 1..knots.len() {
        let (a, b) = (knots[i - 1], knots[i]);
        if a.offset_mm == b.offset_mm {
            let dearer_first = a.cost > b.cost && a.offset_mm > 0.0;
            let moved = if dearer_first { &mut knots[i - 1] } else { &mut knots[i] };
            moved.offset_mm += if dearer_first { -aside } else { aside };
        }
    }
    // a stretch shorter than the step aside may have put knots out of order; its costs are those of a hand's breadth
    knots.sort_by(|a, b| a.offset_mm.total_cmp(&b.offset_mm));
}
