//! Survey: where a limit passes, as roads, cells and legs tell it, before anything is drawn.

use std::borrow::Cow;

use geo::Coord;
use rayon::prelude::*;

use crate::along::{Knot, knots};
use crate::assess::Status;
use crate::cells::Cell;
use crate::ground::Window;
use crate::ids::EdgeId;
use crate::link::Snaps;
use crate::relief::{
    Detail, End, FINE, OFF_LINE_M, POINTS, Piece, Region, SHIFT_M, Side, Surveyed, fine_low, is_square, line, real, units,
};
use crate::units::Limit;

/// What details are measured with.
pub(crate) struct Survey<'a> {
    pub from: Surveyed<'a>,
    pub window: Window,
    pub step: f64,
    /// Where not all squares are wanted, those that are.
    squares: Option<&'a [bool]>,
    /// The roads that may lie in them.
    pub roads: Cow<'a, [u32]>,
}

impl<'a> Survey<'a> {
    pub(crate) fn new(from: Surveyed<'a>, region: Option<&'a Region>) -> Survey<'a> {
        let all = || (0..from.edges.network().edges().len() as u32).collect();
        Survey {
            from,
            window: from.field.window(),
            step: from.field.grid().size / f64::from(FINE),
            squares: region.map(|region| &region.squares[..]),
            roads: region.map_or_else(|| Cow::Owned(all()), |region| Cow::Borrowed(&region.roads[..])),
        }
    }

    pub(crate) fn holds(&self, square: usize) -> bool {
        self.squares.is_none_or(|squares| squares[square])
    }

    /// Whether a position is that of a square, and of one that is wanted.
    pub(crate) fn is_held(&self, square: usize) -> bool {
        is_square(self.window, square) && self.holds(square)
    }

    /// Marks the squares whose corners differ, or in which a road differs from a corner.
    pub(crate) fn mark(&self, limit: Limit, active: &mut [bool]) {
        let within = f64::from(limit.cost.0);
        let corner: Vec<bool> =
            (0..self.window.len()).into_par_iter().map(|p| self.from.field.cost_at(p).status(limit) == Some(Status::Covered)).collect();
        let columns = self.window.columns;
        let corners = |square: usize| [square, square + 1, square + columns, square + columns + 1].map(|p| corner[p]);
        active.par_iter_mut().enumerate().filter(|(square, _)| is_square(self.window, *square)).for_each(|(square, active)| {
            let [a, b, c, d] = corners(square);
            *active |= a != b || a != c || a != d;
        });
        let odd: Vec<Vec<u32>> = self
            .roads
            .par_chunks(8192)
            .map(|chunk| {
                let mut found = Vec::new();
                for id in chunk.iter().map(|id| EdgeId(*id)) {
                    let sure = self.side_of(id, within);
                    if sure.is_some_and(|side| self.squares_around(id).all(|square| corners(square) == [side; 4] || !self.holds(square))) {
                        continue;
                    }
                    self.walk(id, &mut |square, piece| {
                        let ends = [piece.from.cost <= within, piece.to.cost <= within];
                        if ends != [corner[square]; 2] {
                            found.push(square as u32);
                        }
                    });
                }
                found
            })
            .collect();
        odd.into_iter().flatten().for_each(|square| active[square as usize] = true);
    }

    /// Whether all of an edge lies within the limit, or all of it beyond; `None` where a closer look is needed.
    pub(crate) fn side_of(&self, id: EdgeId, within: f64) -> Option<bool> {
        let edge = self.from.edges.network().edge(id);
        let [tail, head] = [edge.tail, edge.head].map(|node| real(self.from.nearest.node(node).cost));
        // its nodes may be nearer than it is, and so may roads that lie on it
        let network = self.from.edges.network();
        let beside = || [edge.tail, edge.head].into_iter().any(|node| network.nodes_beside(node).next().is_some());
        if self.from.nearest.on_edge(id).next().is_some() || beside() {
            return None;
        }
        let along = real(edge.forward).max(real(edge.backward));
        if tail > within && head > within { Some(false) } else { (tail.max(head) + along <= within).then_some(true) }
    }

    /// The squares of the window that the box around an edge meets, and some beside it.
    pub(crate) fn squares_around(&self, id: EdgeId) -> impl Iterator<Item = usize> + use<'a> {
        let (network, size, window) = (self.from.edges.network(), self.from.field.grid().size, self.window);
        let edge = network.edge(id);
        let (a, b) = (network.location(edge.tail), network.location(edge.head));
        // half a cell from cells to squares, and a hair for roads that are moved off a line
        let range = |a: f64, b: f64, low: i32, count: usize| {
            let place = |v: f64| v / size - 0.5 - f64::from(low);
            let hair = (SHIFT_M + OFF_LINE_M) / size;
            let (low, high) = (place(a.min(b)) - hair, place(a.max(b)) + hair);
            match count.checked_sub(2) {
                Some(most) if high >= 0.0 => low.max(0.0) as usize..(high as usize).min(most) + 1,
                _ => 0..0,
            }
        };
        let columns = range(a.x, b.x, window.low.column, window.columns);
        let rows = range(a.y, b.y, window.low.row, window.rows);
        rows.flat_map(move |row| columns.clone().map(move |column| row * window.columns + column))
    }

    /// The lattice costs of a square.
    pub(crate) fn lattice(&self, square: u32, snaps: &mut Snaps) -> Detail {
        Detail { costs: std::array::from_fn(|i| self.lattice_cost(square as usize, i, snaps)), pieces: Vec::new() }
    }

    /// The cost of lattice point `i` of a square.
    pub(crate) fn lattice_cost(&self, square: usize, i: usize, snaps: &mut Snaps) -> f64 {
        let (row, column, last) = (i / POINTS, i % POINTS, POINTS - 1);
        if row % last == 0 && column % last == 0 {
            return units(self.from.field.cost_at(square + row / last * self.window.columns + column / last));
        }
        let low = self.fine_low(square);
        let at = Coord { x: line(low[0] + column as i64, self.step), y: line(low[1] + row as i64, self.step) };
        match self.from.edges.snap(at, snaps) {
            crate::link::LinkStatus::Linked => real(self.from.nearest.point(snaps).cost),
            _ => f64::INFINITY,
        }
    }

    /// The lattice point of a square's south-western corner: column, row.
    fn fine_low(&self, square: usize) -> [i64; 2] {
        let cell = self.window.cell(square);
        fine_low(cell)
    }

    /// Hands `visit` every piece of an eligible edge with the position of its square, as far as the window goes.
    pub(crate) fn walk(&self, id: EdgeId, visit: &mut dyn FnMut(usize, Piece)) {
        let edges = self.from.edges;
        let network = edges.network();
        if !edges.is_eligible(id) || network.is_copy(id) {
            return;
        }
        let edge = network.edge(id);
        let (a, b) = (network.location(edge.tail), network.location(edge.head));
        let mut own: Vec<Knot> = Vec::with_capacity(4);
        knots(self.from.nearest, id, &mut own);
        let length = f64::from(edge.length_mm.max(1));
        // the very places of the nodes, which other edges share
        let place = |knot: &Knot| match knot.offset_mm / length {
            share if share <= 0.0 => self.off_lines(a),
            share if share >= 1.0 => self.off_lines(b),
            share => self.off_lines(Coord { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) }),
        };
        for pair in own.windows(2) {
            let ends = [(place(&pair[0]), pair[0].cost), (place(&pair[1]), pair[1].cost)];
            self.cut(ends, visit);
        }
    }

    /// The place, moved off the lattice's lines.
    fn off_lines(&self, at: Coord<f64>) -> Coord<f64> {
        let off = |v: f64| {
            let near = line(((v - SHIFT_M) / self.step).round() as i64, self.step);
            match v - near {
                d if d.abs() >= OFF_LINE_M => v,
                d if d < 0.0 => near - OFF_LINE_M,
                _ => near + OFF_LINE_M,
            }
        };
        Coord { x: off(at.x), y: off(at.y) }
    }

    /// Cuts a straight piece of road at the lattice's lines, in order.
    fn cut(&self, [(a, cost_a), (b, cost_b)]: [(Coord<f64>, f64); 2], visit: &mut dyn FnMut(usize, Piece)) {
        let step = self.step;
        let fine = |v: f64| ((v - SHIFT_M) / step).floor() as i64;
        let mut cell = [fine(a.x), fine(a.y)];
        let last = [fine(b.x), fine(b.y)];
        let ends = [cost_a, cost_b];
        let cost_at = |t: f64| if ends.iter().all(|c| c.is_finite()) { cost_a + t * (cost_b - cost_a) } else { f64::INFINITY };
        let mut from = End { at: a, cost: cost_a, side: Side::Inside };
        // the share of the piece at which it next crosses a line of each axis
        let next = |cell: i64, last: i64, from: f64, to: f64| match last - cell {
            0 => f64::INFINITY,
            d => (line(cell + i64::from(d > 0), step) - from) / (to - from),
        };
        while cell != last {
            let t = [next(cell[0], last[0], a.x, b.x), next(cell[1], last[1], a.y, b.y)];
            let axis = usize::from(t[1] < t[0]);
            let share = t[axis].clamp(0.0, 1.0);
            let forward = last[axis] > cell[axis];
            let crossed = line(cell[axis] + i64::from(forward), step);
            let within = |v: f64, cell: i64| v.clamp(line(cell, step) + OFF_LINE_M, line(cell + 1, step) - OFF_LINE_M);
            let (at, leaves, enters) = if axis == 0 {
                let at = Coord { x: crossed, y: within(a.y + share * (b.y - a.y), cell[1]) };
                if forward { (at, Side::East, Side::West) } else { (at, Side::West, Side::East) }
            } else {
                let at = Coord { x: within(a.x + share * (b.x - a.x), cell[0]), y: crossed };
                if forward { (at, Side::North, Side::South) } else { (at, Side::South, Side::North) }
            };
            let cost = cost_at(share);
            self.hand(cell, from, End { at, cost, side: leaves }, visit);
            from = End { at, cost, side: enters };
            cell[axis] += if forward { 1 } else { -1 };
        }
        self.hand(cell, from, End { at: b, cost: cost_b, side: Side::Inside }, visit);
    }

    /// Hands on a piece with its square, if the window holds it.
    fn hand(&self, fine: [i64; 2], from: End, to: End, visit: &mut dyn FnMut(usize, Piece)) {
        let (step, half) = (i64::from(FINE), i64::from(FINE / 2));
        let square = fine.map(|v| (v - half).div_euclid(step));
        let within = |v: i64| i32::try_from(v).ok();
        let (Some(column), Some(row)) = (within(square[0]), within(square[1])) else { return };
        let Some(position) = self.window.position(Cell { row, column }) else { return };
        if is_square(self.window, position) {
            let [column, row] = fine.map(|v| (v - half).rem_euclid(step));
            visit(position, Piece { fine: (row * step + column) as u8, from, to });
        }
    }
}
