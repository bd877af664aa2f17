//! Rims: where legs from roads end at the limit.
//!
//! Off the roads, an outline runs where the leg takes up what the way along the road has left of the limit: at that distance, square to
//! the road or around its end. Ground of another cost in the middle of a block may lie between all cell centres; the rims of the roads around
//! it say that it is there.

use std::f64::consts::{PI, SQRT_2, TAU};

use geo::Coord;
use rayon::prelude::*;

use crate::along::{Knot, knots};
use crate::ground::Window;
use crate::ids::{EdgeId, NodeId};
use crate::link::{LinkStatus, Snaps};
use crate::network::Edge;
use crate::survey::Survey;
use crate::units::Limit;

/// A place at the end of a leg is tied to that leg if no road is nearer by more than this, m.
const NEARER_M: f64 = 0.05;

impl Survey<'_> {
    /// Marks the squares in which legs end at the limit, or at the longest leg.
    pub(crate) fn mark_rims(&self, limit: Limit, active: &mut [bool]) {
        let within = f64::from(limit.cost.0);
        let (marked, blocks): (&[bool], _) = (active, Blocks::new(self));
        let found: Vec<Vec<u32>> = self
            .roads
            .par_chunks(8192)
            .map(|chunk| {
                let mut rims = Rims { survey: self, blocks: &blocks, within, marked, snaps: Snaps::default(), found: Vec::new() };
                chunk.iter().for_each(|id| rims.of_edge(EdgeId(*id)));
                rims.found
            })
            .collect();
        found.into_iter().flatten().for_each(|square| active[square as usize] = true);
    }
}

/// Cells by side of a block.
const BLOCK: usize = 4;

/// By blocks of cells, at most how far the nearest road is from any of them, metres: most legs of roads far within the limit end where other
/// roads are nearer, and a look at these few numbers says so.
struct Blocks {
    columns: usize,
    farthest_m: Vec<f32>,
}

impl Blocks {
    fn new(survey: &Survey<'_>) -> Blocks {
        let window = survey.window;
        let columns = window.columns.div_ceil(BLOCK);
        let mut farthest_m = vec![0.0f32; columns * window.rows.div_ceil(BLOCK)];
        farthest_m.par_chunks_mut(columns.max(1)).enumerate().for_each(|(block_row, farthest)| {
            for row in block_row * BLOCK..((block_row + 1) * BLOCK).min(window.rows) {
                for column in 0..window.columns {
                    let metres = survey.from.field.road_within(row * window.columns + column).unwrap_or(0.0);
                    let own = &mut farthest[column / BLOCK];
                    *own = own.max(metres as f32);
                }
            }
        });
        Blocks { columns, farthest_m }
    }

    fn farthest_m(&self, cell: usize, window: Window) -> f64 {
        f64::from(self.farthest_m[cell / window.columns / BLOCK * self.columns + cell % window.columns / BLOCK])
    }
}

struct Rims<'s> {
    survey: &'s Survey<'s>,
    blocks: &'s Blocks,
    /// The limit, units.
    within: f64,
    /// Squares that need no rim.
    marked: &'s [bool],
    snaps: Snaps,
    found: Vec<u32>,
}

impl Rims<'_> {
    fn of_edge(&mut self, id: EdgeId) {
        let from = self.survey.from;
        let network = from.edges.network();
        if !from.edges.is_eligible(id) || network.is_copy(id) || self.survey.side_of(id, self.within) == Some(false) {
            return;
        }
        let edge = network.edge(id);
        let (a, b) = (network.location(edge.tail), network.location(edge.head));
        let mut own: Vec<Knot> = Vec::with_capacity(4);
        knots(from.nearest, id, &mut own);
        let length = f64::from(edge.length_mm.max(1));
        for pair in own.windows(2) {
            self.sides([a, b], [pair[0].offset_mm / length, pair[1].offset_mm / length], [pair[0].cost, pair[1].cost]);
        }
        for (node, knot) in [(edge.tail, own.first()), (edge.head, own.last())] {
            if let Some(metres) = knot.and_then(|knot| self.leg(knot.cost)) {
                self.end(id, edge, node, metres);
            }
        }
    }

    /// How long a leg from a road of this cost may be, metres; `None` beyond the limit.
    fn leg(&self, cost: f64) -> Option<f64> {
        let edges = self.survey.from.edges;
        let left = (self.within - cost) * edges.metres_a_unit();
        (left > 0.0).then(|| left.min(edges.rules().snap_m))
    }

    /// Legs from a stretch of the road from `a` to `b`, its costs straight between these ends.
    fn sides(&mut self, [a, b]: [Coord<f64>; 2], shares: [f64; 2], costs: [f64; 2]) {
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let metres = dx.hypot(dy);
        if !(metres > 0.0 && costs.iter().all(|cost| cost.is_finite())) {
            return;
        }
        let steps = (metres * (shares[1] - shares[0]) / self.survey.step).ceil().max(1.0);
        for step in 0..steps as usize {
            let at = (step as f64 + 0.5) / steps;
            let Some(leg) = self.leg(costs[0] + at * (costs[1] - costs[0])) else { continue };
            let share = shares[0] + at * (shares[1] - shares[0]);
            let (x, y) = (a.x + share * dx, a.y + share * dy);
            let (east, north) = (-dy / metres * leg, dx / metres * leg);
            self.rim(Coord { x: x + east, y: y + north }, leg);
            self.rim(Coord { x: x - east, y: y - north }, leg);
        }
    }

    /// Legs from a node into the corner that its roads leave open, seen once from the edge that opens it.
    fn end(&mut self, id: EdgeId, edge: &Edge, node: NodeId, leg: f64) {
        let network = self.survey.from.edges.network();
        let at = network.location(node);
        let towards = |other: NodeId| {
            let other = network.location(other);
            (other != at).then(|| (other.y - at.y).atan2(other.x - at.x))
        };
        let other = if node == edge.tail { edge.head } else { edge.tail };
        let Some(own) = towards(other) else { return };
        let turns = network.incident(node).filter(|at| at.edge != id).filter_map(|at| towards(at.other));
        // counter-clockwise from this road to the next that does not begin like it
        let open = turns.map(|angle| (angle - own).rem_euclid(TAU)).filter(|open| *open > 0.0).fold(TAU, f64::min);
        if open <= PI {
            return;
        }
        let steps = ((open - PI) * leg / self.survey.step).ceil().max(1.0);
        let turned = |angle: f64| Coord { x: angle.cos(), y: angle.sin() };
        let by = turned((open - PI) / steps);
        let mut towards = turned(own + PI / 2.0 + 0.5 * (open - PI) / steps);
        for _ in 0..steps as usize {
            self.rim(at + towards * leg, leg);
            towards = Coord { x: towards.x * by.x - towards.y * by.y, y: towards.x * by.y + towards.y * by.x };
        }
    }

    /// The end of a leg: an outline passes there, unless another road is nearer.
    fn rim(&mut self, at: Coord<f64>, leg: f64) {
        let (field, window) = (self.survey.from.field, self.survey.window);
        let grid = field.grid();
        let Some(cell) = window.position(grid.cell(at)) else { return };
        // from the place to its cell's centre
        let aside = grid.size / SQRT_2 + NEARER_M;
        if leg > self.blocks.farthest_m(cell, window) + aside || field.road_within(cell).is_none_or(|metres| leg > metres + aside) {
            return;
        }
        let half = Coord { x: grid.size / 2.0, y: grid.size / 2.0 };
        let square = window.position(grid.cell(at - half)).filter(|square| self.survey.is_held(*square));
        let Some(square) = square.filter(|square| !self.marked[*square]) else { return };
        let linked = self.survey.from.edges.snap(at, &mut self.snaps);
        let own = |metres: f64| metres > leg - NEARER_M;
        if linked == LinkStatus::TooFar || self.snaps.iter().any(|snap| own(f64::from(snap.leg_m))) {
            self.found.push(square as u32);
        }
    }
}
