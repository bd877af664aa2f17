//! Outlines: polygons that separate the ground within a limit from the ground beyond it, with all their holes and parts.
//!
//! Where a limit passes, each fine square is cut into triangles whose sides hold every road in it (a constrained Delaunay triangulation),
//! or, without a road, into marching squares. The outline crosses a road exactly where its cost is the limit, and nowhere else: it
//! separates reached from unreached road by construction. Roads that cross without a junction cannot be parted: there the
//! reached one wins, within [`GUARD_M`] of the crossing.

use geo::{Area, BoundingRect, Contains, Coord, LineString, Polygon};
use spade::{ConstrainedDelaunayTriangulation, HasPosition, Point2, Triangulation};

use crate::ground::Window;
use crate::relief::{Detail, End, FINE, POINTS, Piece, Relief, Side, fine_low, is_square, line};

/// The cheaper of two roads that cross without a junction is taken to be alone so far from the crossing, m.
const GUARD_M: f64 = 0.25;
/// The outline keeps this far from vertices, so that no two rings meet, m.
const CLEAR_M: f64 = 0.01;

/// What is drawn.
#[derive(Clone, Copy)]
pub(crate) enum Shape<'a> {
    /// The ground within the limit.
    Reached,
    /// The ground beyond it, where `depth` (metres at the positions of the window's cells) is above zero.
    Unreached { depth: &'a [f32] },
}

/// The squares of a window that are drawn, and the cells that need no cut afterwards.
pub(crate) struct Patch {
    pub window: Window,
    /// Whether the square with its south-western corner at this cell's centre is drawn: it has all four in the window, and in the relief's.
    pub squares: Vec<bool>,
    /// Whether the cell lies wholly in the ground that is drawn.
    pub full: Vec<bool>,
}

impl Patch {
    /// All squares of a window.
    pub(crate) fn all(window: Window) -> Patch {
        Patch { window, squares: (0..window.len()).map(|p| is_square(window, p)).collect(), full: vec![true; window.len()] }
    }
}

/// A polygon, and whether it lies wholly in full cells.
pub(crate) struct Drawn {
    pub polygon: Polygon<f64>,
    pub whole: bool,
}

/// A place with what is known of it: metres within the limit (negative beyond), metres within the depth, sides of the square.
#[derive(Debug, Clone, Copy)]
struct Vertex {
    at: Coord<f64>,
    within: f64,
    depth: f64,
    sides: u8,
}

impl HasPosition for Vertex {
    type Scalar = f64;

    fn position(&self) -> Point2<f64> {
        Point2::new(self.at.x, self.at.y)
    }
}

#[derive(Debug, Clone, Copy)]
struct Segment {
    from: Coord<f64>,
    to: Coord<f64>,
    whole: bool,
}

/// Draws the ground of `patch` within `limit` (units), or beyond it.
pub(crate) fn draw(relief: &Relief<'_>, patch: &Patch, limit: f64, shape: Shape<'_>) -> Vec<Drawn> {
    let mut pen = Pen { relief, limit, shape, corners: [0.0; 4], low: [0; 2], whole: true, segments: Vec::new() };
    let columns = patch.window.columns.max(1);
    for (row, squares) in patch.squares.chunks(columns).enumerate() {
        let Some(first) = relief.window().position(patch.window.cell(row * columns)) else { continue };
        for (column, _) in squares.iter().enumerate().filter(|(_, drawn)| **drawn) {
            pen.square(patch, row * columns + column, first + column);
        }
    }
    nest(rings(&pen.segments))
}

struct Pen<'p> {
    relief: &'p Relief<'p>,
    limit: f64,
    shape: Shape<'p>,
    /// Depths at the corners of the present square: south-west, south-east, north-west, north-east.
    corners: [f64; 4],
    /// The lattice point of its south-western corner: column, row.
    low: [i64; 2],
    /// Whether the present square's corners are full cells.
    whole: bool,
    segments: Vec<Segment>,
}

/// Bits of a square's sides, in the order south, east, north, west.
const SIDES: [u8; 4] = [1, 2, 4, 8];

impl Pen<'_> {
    /// Draws the square at position `local` of the patch, `square` of the relief.
    fn square(&mut self, patch: &Patch, local: usize, square: usize) {
        let detail = self.relief.detail(square);
        if detail.is_none() && (self.relief.corner(square) <= self.limit) != matches!(self.shape, Shape::Reached) {
            return;
        }
        let (own, columns) = (self.relief.window(), patch.window.columns);
        self.whole = [local, local + 1, local + columns, local + columns + 1].iter().all(|&p| patch.full.get(p) == Some(&true));
        let positions = [square, square + 1, square + own.columns, square + own.columns + 1];
        if let Shape::Unreached { depth } = self.shape {
            self.corners = positions.map(|p| f64::from(depth[p]));
        }
        self.low = fine_low(patch.window.cell(local));
        match detail {
            Some(detail) => self.detailed(detail),
            None => self.plain(positions),
        }
        // the patch's own border closes the rings
        let beside = |step: i64| usize::try_from(local as i64 + step).ok().and_then(|p| patch.squares.get(p)).copied().unwrap_or(false);
        let row = columns as i64;
        for (side, step) in [(0, -row), (1, 1), (2, row), (3, -1)] {
            if !beside(step) {
                self.close(detail, positions, side);
            }
        }
    }

    /// A square that no limit passes through, all of it in the shape but for the depth.
    fn plain(&mut self, positions: [usize; 4]) {
        if matches!(self.shape, Shape::Reached) || self.corners.iter().all(|depth| *depth > 0.0) {
            return;
        }
        let corners = self.square_corners(positions);
        self.march([corners[0], corners[1], corners[3], corners[2]]);
    }

    /// The corners of a whole square, row by row.
    fn square_corners(&self, positions: [usize; 4]) -> [Vertex; 4] {
        std::array::from_fn(|i| {
            let (column, row) = (i as i32 % 2 * FINE, i as i32 / 2 * FINE);
            self.lattice(column, row, self.relief.corner(positions[i]))
        })
    }

    /// A point of the lattice of a square.
    fn lattice(&self, column: i32, row: i32, cost: f64) -> Vertex {
        let step = self.relief.step();
        let at = Coord { x: line(self.low[0] + i64::from(column), step), y: line(self.low[1] + i64::from(row), step) };
        let on = [row == 0, column == FINE, row == FINE, column == 0];
        let sides = on.iter().zip(SIDES).filter(|(on, _)| **on).map(|(_, bit)| bit).sum();
        self.vertex(at, cost, sides)
    }

    fn vertex(&self, at: Coord<f64>, cost: f64, sides: u8) -> Vertex {
        let within = if cost.is_finite() { (self.limit - cost) * self.relief.metres_a_unit } else { f64::NEG_INFINITY };
        let depth = match self.shape {
            Shape::Reached => f64::INFINITY,
            Shape::Unreached { .. } => {
                let size = self.relief.step() * f64::from(FINE);
                let [x, y] = [(at.x - line(self.low[0], self.relief.step())) / size, (at.y - line(self.low[1], self.relief.step())) / size];
                let [a, b, c, d] = self.corners;
                let between = |a: f64, b: f64, t: f64| {
                    if t <= 0.0 {
                        a
                    } else if t >= 1.0 {
                        b
                    } else {
                        a + t * (b - a)
                    }
                };
                between(between(a, b, x), between(c, d, x), y)
            }
        };
        Vertex { at, within, depth, sides }
    }

    fn is_inside(&self, vertex: &Vertex) -> bool {
        match self.shape {
            Shape::Reached => vertex.within >= 0.0,
            Shape::Unreached { .. } => vertex.within < 0.0 && vertex.depth > 0.0,
        }
    }

    /// A square with its detail: fine square by fine square.
    fn detailed(&mut self, detail: &Detail) {
        let vertices: [Vertex; POINTS * POINTS] =
            std::array::from_fn(|i| self.lattice((i % POINTS) as i32, (i / POINTS) as i32, detail.costs[i]));
        let mut pieces = detail.pieces.as_slice();
        for fine in 0..(FINE * FINE) as usize {
            let own = pieces.iter().take_while(|piece| usize::from(piece.fine) == fine).count();
            let (own, rest) = pieces.split_at(own);
            pieces = rest;
            let low = fine / FINE as usize * POINTS + fine % FINE as usize;
            let corners = [low, low + 1, low + POINTS + 1, low + POINTS].map(|i| vertices[i]);
            if own.is_empty() {
                self.march(corners);
            } else {
                self.triangulate(corners, own);
            }
        }
    }

    /// Marching squares over four corners, counter-clockwise from the south-west.
    fn march(&mut self, corners: [Vertex; 4]) {
        let state = corners.map(|c| self.is_inside(&c));
        if state == [true; 4] || state == [false; 4] {
            return;
        }
        let sum: f64 = corners.iter().map(|c| self.value(c)).sum();
        // a saddle of mean zero: exactly one of the two shapes joins it
        let joined = sum > 0.0 || (sum == 0.0 && matches!(self.shape, Shape::Unreached { .. }));
        for i in 0..4 {
            if state[i] && !state[(i + 1) % 4] {
                let entry = |k: &usize| !state[k % 4] && state[(k + 1) % 4];
                let chosen = if joined { (i + 1..i + 4).find(entry) } else { (i + 1..i + 4).rev().find(entry) };
                if let Some(k) = chosen {
                    let from = self.crossing(&corners[i], &corners[(i + 1) % 4], false);
                    let to = self.crossing(&corners[(k + 1) % 4], &corners[k % 4], false);
                    self.segments.push(Segment { from, to, whole: self.whole });
                }
            }
        }
    }

    /// Metres within the shape, at most a step.
    fn value(&self, vertex: &Vertex) -> f64 {
        let step = self.relief.step();
        match self.shape {
            Shape::Reached => vertex.within.clamp(-step, step),
            Shape::Unreached { .. } => (-vertex.within).min(vertex.depth).clamp(-step, step),
        }
    }

    /// Where the outline crosses the straight line from a vertex inside to one outside.
    fn crossing(&self, inside: &Vertex, outside: &Vertex, road: bool) -> Coord<f64> {
        let step = self.relief.step();
        let metres = |v: f64| if road { v.min(1e9) } else { v.min(step) };
        let (from, to) = (inside.at, outside.at);
        let length = (to.x - from.x).hypot(to.y - from.y);
        let clear = (CLEAR_M / length.max(f64::MIN_POSITIVE)).min(0.25);
        let by_limit = |near: f64, far: f64| {
            let (near, far) = (metres(near), metres(far));
            (near / (near + far)).clamp(clear, 1.0 - clear)
        };
        let share = match self.shape {
            Shape::Reached => by_limit(inside.within, -outside.within),
            Shape::Unreached { .. } => {
                let limit = if outside.within >= 0.0 { 1.0 - by_limit(outside.within, -inside.within) } else { f64::INFINITY };
                let common = inside.sides & outside.sides;
                if outside.depth > 0.0 {
                    limit
                } else if common != 0 {
                    // one place for the whole side, however it is divided
                    let at = self.side_depth(inside, common);
                    let along = (at.x - from.x).hypot(at.y - from.y) / length;
                    if along <= limit {
                        return at;
                    }
                    limit
                } else {
                    limit.min((inside.depth / (inside.depth - outside.depth)).clamp(clear, 1.0 - clear))
                }
            }
        };
        Coord { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) }
    }

    /// Where the depth is zero on a side of the present square; `on` is some vertex of that side.
    fn side_depth(&self, on: &Vertex, side: u8) -> Coord<f64> {
        let [sw, se, nw, ne] = self.corners;
        let step = self.relief.step();
        let along = |low: i64, a: f64, b: f64| line(low, step) + a / (a - b) * step * f64::from(FINE);
        match SIDES.iter().position(|bit| side & bit != 0) {
            Some(0) => Coord { x: along(self.low[0], sw, se), y: on.at.y },
            Some(2) => Coord { x: along(self.low[0], nw, ne), y: on.at.y },
            Some(1) => Coord { x: on.at.x, y: along(self.low[1], se, ne) },
            _ => Coord { x: on.at.x, y: along(self.low[1], sw, nw) },
        }
    }

    /// A fine square with roads in it: triangles whose sides hold the roads.
    fn triangulate(&mut self, corners: [Vertex; 4], pieces: &[Piece]) {
        let first = self.is_inside(&corners[0]);
        let same = |vertex: &Vertex| self.is_inside(vertex) == first;
        let ends = |piece: &Piece| [&piece.from, &piece.to].map(|end| self.road_end(piece.fine, end));
        if corners.iter().all(same) && pieces.iter().all(|piece| ends(piece).iter().all(same)) {
            return;
        }
        let mut net = Net { vertices: corners.to_vec(), roads: Vec::with_capacity(pieces.len()) };
        for piece in pieces {
            let ends = ends(piece).map(|end| net.add(end));
            net.roads.push(ends);
        }
        if net.vertices.iter().all(same) {
            return;
        }
        net.part_crossings();
        let Some(triangles) = net.triangles() else { return };
        for face in triangles.inner_faces() {
            let edges = face.adjacent_edges();
            let state = edges.map(|e| self.is_inside(e.from().data()));
            let leaves = (0..3).find(|&i| state[i] && !state[(i + 1) % 3]);
            let enters = (0..3).find(|&i| !state[i] && state[(i + 1) % 3]);
            if let (Some(leaves), Some(enters)) = (leaves, enters) {
                let (out, back) = (edges[leaves], edges[enters]);
                let from = self.crossing(out.from().data(), out.to().data(), out.is_constraint_edge());
                let to = self.crossing(back.to().data(), back.from().data(), back.is_constraint_edge());
                self.segments.push(Segment { from, to, whole: self.whole });
            }
        }
    }

    /// The vertex at an end of a piece of road in fine square `fine`.
    fn road_end(&self, fine: u8, end: &End) -> Vertex {
        let (row, column) = (i32::from(fine) / FINE, i32::from(fine) % FINE);
        let sides = match end.side {
            Side::South if row == 0 => SIDES[0],
            Side::East if column + 1 == FINE => SIDES[1],
            Side::North if row + 1 == FINE => SIDES[2],
            Side::West if column == 0 => SIDES[3],
            _ => 0,
        };
        self.vertex(end.at, end.cost, sides)
    }

    /// Draws along a side of the present square where it is inside: beyond it nothing is drawn.
    fn close(&mut self, detail: Option<&Detail>, positions: [usize; 4], side: usize) {
        let mut along = self.along_side(detail, positions, side);
        if side > 1 {
            along.reverse();
        }
        let mut start = along.first().filter(|v| self.is_inside(v)).map(|v| v.at);
        for pair in along.windows(2) {
            match [self.is_inside(&pair[0]), self.is_inside(&pair[1])] {
                [false, true] => start = Some(self.crossing(&pair[1], &pair[0], false)),
                [true, false] => {
                    let to = self.crossing(&pair[0], &pair[1], false);
                    self.segments.extend(start.take().map(|from| Segment { from, to, whole: false }));
                }
                _ => {}
            }
        }
        if let (Some(from), Some(last)) = (start, along.last()) {
            self.segments.push(Segment { from, to: last.at, whole: false });
        }
    }

    /// The vertices on a side of the present square, eastwards or northwards.
    fn along_side(&self, detail: Option<&Detail>, positions: [usize; 4], side: usize) -> Vec<Vertex> {
        let Some(detail) = detail else {
            let corners = self.square_corners(positions);
            return [[0, 1], [1, 3], [2, 3], [0, 2]][side].map(|i| corners[i]).to_vec();
        };
        let mut net = Net { vertices: Vec::new(), roads: Vec::new() };
        for i in 0..=FINE {
            let (column, row) = [(i, 0), (FINE, i), (i, FINE), (0, i)][side];
            net.vertices.push(self.lattice(column, row, detail.costs[row as usize * POINTS + column as usize]));
        }
        for piece in &detail.pieces {
            for end in [&piece.from, &piece.to] {
                let vertex = self.road_end(piece.fine, end);
                if vertex.sides == SIDES[side] {
                    net.add(vertex);
                }
            }
        }
        let place = |v: &Vertex| if side.is_multiple_of(2) { v.at.x } else { v.at.y };
        net.vertices.sort_by(|a, b| place(a).total_cmp(&place(b)));
        net.vertices
    }
}

/// The corners of a fine square and the roads in it.
struct Net {
    vertices: Vec<Vertex>,
    roads: Vec<[usize; 2]>,
}

impl Net {
    /// The vertex at this place: where several meet, the one farthest within the limit counts.
    fn add(&mut self, vertex: Vertex) -> usize {
        match self.vertices.iter().position(|v| v.at == vertex.at) {
            Some(known) => {
                self.vertices[known].within = self.vertices[known].within.max(vertex.within);
                known
            }
            None => {
                self.vertices.push(vertex);
                self.vertices.len() - 1
            }
        }
    }

    /// Cuts roads that cross without a junction where they cross; the cheaper one has the place.
    fn part_crossings(&mut self) {
        let mut cuts: Vec<Vec<(f64, usize)>> = vec![Vec::new(); self.roads.len()];
        let mut found = false;
        for i in 1..self.roads.len() {
            for j in 0..i {
                let Some(shares) = self.cross(self.roads[i], self.roads[j]) else { continue };
                found = true;
                let places = [(i, shares[0]), (j, shares[1])].map(|(road, share)| self.between(self.roads[road], share));
                let cheaper = usize::from(places[1].within > places[0].within);
                let shared = self.add(Vertex { at: places[0].at, ..places[cheaper] });
                for (k, road) in [i, j].into_iter().enumerate() {
                    cuts[road].push((shares[k], shared));
                    if k != cheaper && (places[0].within - places[1].within).abs() > 0.01 {
                        cuts[road].extend(self.guards(self.roads[road], shares[k]));
                    }
                }
            }
        }
        if found {
            let old = std::mem::take(&mut self.roads);
            for ([from, to], mut cut) in old.into_iter().zip(cuts) {
                cut.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                let stops: Vec<usize> = std::iter::once(from).chain(cut.into_iter().map(|(_, v)| v)).chain([to]).collect();
                self.roads.extend(stops.windows(2).filter(|w| w[0] != w[1]).map(|w| [w[0], w[1]]));
            }
        }
    }

    /// Vertices on either side of a crossing, from where the dearer road counts again.
    fn guards(&mut self, road: [usize; 2], share: f64) -> Vec<(f64, usize)> {
        let [a, b] = road.map(|v| self.vertices[v].at);
        let step = GUARD_M / (b.x - a.x).hypot(b.y - a.y);
        let near = [share - step.min(share / 2.0), share + step.min((1.0 - share) / 2.0)];
        near.map(|share| {
            let vertex = self.between(road, share);
            (share, self.add(vertex))
        })
        .to_vec()
    }

    /// Where two roads cross between their ends, as shares of each.
    fn cross(&self, a: [usize; 2], b: [usize; 2]) -> Option<[f64; 2]> {
        if a.iter().any(|v| b.contains(v)) {
            return None;
        }
        let [p, q, r, s] = [a[0], a[1], b[0], b[1]].map(|v| self.vertices[v].at);
        let (d, e, f) = ((q.x - p.x, q.y - p.y), (s.x - r.x, s.y - r.y), (r.x - p.x, r.y - p.y));
        let turn = d.0 * e.1 - d.1 * e.0;
        let shares = [(f.0 * e.1 - f.1 * e.0) / turn, (f.0 * d.1 - f.1 * d.0) / turn];
        shares.iter().all(|share| *share > 0.0 && *share < 1.0).then_some(shares)
    }

    /// The vertex at a share of a road.
    fn between(&self, road: [usize; 2], share: f64) -> Vertex {
        let [a, b] = road.map(|v| self.vertices[v]);
        let mix = |a: f64, b: f64| if a.is_finite() && b.is_finite() { a + share * (b - a) } else { a.min(b) };
        let at = Coord { x: mix(a.at.x, b.at.x), y: mix(a.at.y, b.at.y) };
        Vertex { at, within: mix(a.within, b.within), depth: mix(a.depth, b.depth), sides: 0 }
    }

    /// The triangles; roads that would cross one another in spite of all are left out.
    fn triangles(&self) -> Option<ConstrainedDelaunayTriangulation<Vertex>> {
        let mut triangles = ConstrainedDelaunayTriangulation::new();
        let handles: Vec<_> = self.vertices.iter().map(|v| triangles.insert(*v)).collect::<Result<_, _>>().ok()?;
        for &[from, to] in &self.roads {
            if from != to && triangles.can_add_constraint(handles[from], handles[to]) {
                triangles.add_constraint(handles[from], handles[to]);
            }
        }
        Some(triangles)
    }
}

/// Polygons of directed pieces of outline, inside on the left.
pub(crate) fn polygons(pieces: impl Iterator<Item = [Coord<f64>; 2]>) -> Vec<Polygon<f64>> {
    let segments: Vec<Segment> = pieces.map(|[from, to]| Segment { from, to, whole: false }).collect();
    nest(rings(&segments)).into_iter().map(|drawn| drawn.polygon).collect()
}

/// Closed rings of segments, inside on the left: outer ones counter-clockwise, holes clockwise.
fn rings(segments: &[Segment]) -> Vec<(LineString<f64>, bool)> {
    let key = |c: Coord<f64>| (c.x.to_bits(), c.y.to_bits());
    let mut starts: Vec<((u64, u64), u32)> = segments.iter().enumerate().map(|(i, s)| (key(s.from), i as u32)).collect();
    starts.sort_unstable();
    let mut used = vec![false; segments.len()];
    let mut found = Vec::new();
    for first in 0..segments.len() {
        let (mut line, mut whole) = (Vec::new(), true);
        let mut next = Some(first);
        while let Some(i) = next.filter(|i| !used[*i]) {
            used[i] = true;
            whole &= segments[i].whole;
            line.push(segments[i].from);
            let to = key(segments[i].to);
            let from = starts.partition_point(|(start, _)| *start < to);
            let here = starts[from..].iter().take_while(|(start, _)| *start == to).map(|(_, i)| *i as usize);
            next = here.into_iter().find(|i| !used[*i]);
        }
        if line.len() > 2 {
            line.push(line[0]);
            found.push((LineString(line), whole));
        }
    }
    found
}

/// Polygons with their holes, each hole in the smallest ring that holds it.
fn nest(rings: Vec<(LineString<f64>, bool)>) -> Vec<Drawn> {
    let (mut outers, mut holes) = (Vec::new(), Vec::new());
    for (line, whole) in rings {
        let polygon = Polygon::new(line, vec![]);
        if polygon.signed_area() > 0.0 {
            outers.push(Drawn { polygon, whole });
        } else {
            holes.push((polygon.into_inner().0, whole));
        }
    }
    let mut order: Vec<usize> = (0..outers.len()).collect();
    let areas: Vec<f64> = outers.iter().map(|o| o.polygon.unsigned_area()).collect();
    order.sort_by(|&a, &b| areas[a].total_cmp(&areas[b]));
    let boxes: Vec<_> = outers.iter().map(|o| o.polygon.bounding_rect()).collect();
    for (hole, whole) in holes {
        let Some(&first) = hole.0.first() else { continue };
        let holds = |i: &usize| {
            boxes[*i].is_some_and(|b| b.contains(&first)) && Polygon::new(outers[*i].polygon.exterior().clone(), vec![]).contains(&first)
        };
        if let Some(own) = order.iter().copied().find(holds) {
            outers[own].polygon.interiors_push(hole);
            outers[own].whole &= whole;
        }
    }
    outers
}
