//! Linking: points tied to the nearest road edge, at the exact place along it.
//!
//! A [`Linkage`] is separate from both the points and the network: it owns, for each point, the edge, the place along it, the straight
//! leg and a status. Edges are found through a uniform grid of buckets, which answers many queries in order faster than a tree.

mod clear;

use geo::{Coord, Rect};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::barriers::Barriers;
use crate::ids::{EdgeId, NodeId};
use crate::network::{Edge, RoadNetwork};
use crate::units::{Cost, Metric};

/// Edges whose distances differ by less are tied: the cheapest answer wins, then the lowest edge.
const TIE_M: f64 = 0.001;

/// How points are tied to roads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LinkRules {
    /// Longest straight leg, metres.
    pub snap_m: f64,
    /// Speed on it, metres a second.
    pub access_speed_m_s: f64,
    /// Fewest nodes of a connected piece that is linked to.
    pub min_component: u32,
}

/// What became of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkStatus {
    /// Tied to an edge.
    Linked,
    /// No road within the snap limit.
    TooFar,
    /// Roads within the snap limit, but all of them on islands of fewer than `min_component` nodes.
    OnIsland,
    /// Roads within the snap limit, but barriers on the straight ways to all of them.
    BehindBarrier,
}

impl LinkStatus {
    /// The status in outputs.
    pub fn name(self) -> &'static str {
        match self {
            LinkStatus::Linked => "linked",
            LinkStatus::TooFar => "too_far",
            LinkStatus::OnIsland => "on_island",
            LinkStatus::BehindBarrier => "behind_barrier",
        }
    }
}

/// A place on an edge and the straight leg to it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Snap {
    /// The edge.
    pub edge: EdgeId,
    /// From the edge's tail along it, millimetres.
    pub offset_mm: u32,
    /// What the straight leg costs.
    pub leg: Cost,
    /// Its length, metres.
    pub leg_m: f32,
}

/// Points tied to a network: for each, a status and the edges that it may use (more than one only where they are tied).
#[derive(Debug, Clone, Default, Serialize)]
pub struct Linkage {
    first: Vec<u32>,
    snaps: Vec<Snap>,
    status: Vec<LinkStatus>,
    beyond_barrier: Vec<bool>,
}

impl Linkage {
    /// Ties `points` to the nearest eligible edge of `grid`'s network to which no barrier cuts the way off, in parallel.
    ///
    /// # Complexity
    ///
    /// O(points × edges nearby).
    pub fn new(grid: &EdgeGrid<'_>, points: &[Coord<f64>]) -> Linkage {
        let order = grid.order(points);
        let parts: Vec<Linkage> = order
            .par_chunks(4096)
            .map(|chunk| {
                let mut part = Linkage::default();
                let mut scratch = Snaps::default();
                for &point in chunk {
                    part.first.push(part.snaps.len() as u32);
                    part.status.push(grid.snap(points[point as usize], &mut scratch));
                    part.beyond_barrier.push(scratch.beyond_barrier());
                    part.snaps.extend_from_slice(&scratch);
                }
                part.first.push(part.snaps.len() as u32);
                part
            })
            .collect();
        Linkage::joined(&order, &parts)
    }

    /// The answers of all parts, whose points are those of `order`, in the order of the points.
    fn joined(order: &[u32], parts: &[Linkage]) -> Linkage {
        let rows = || parts.iter().flat_map(|part| (0..part.len()).map(move |i| (part, i)));
        let mut first = vec![0; order.len() + 1];
        let mut status = vec![LinkStatus::TooFar; order.len()];
        let mut beyond_barrier = vec![false; order.len()];
        for (&point, (part, i)) in order.iter().zip(rows()) {
            let point = point as usize;
            first[point + 1] = part.snaps(i).len() as u32;
            (status[point], beyond_barrier[point]) = (part.status[i], part.beyond_barrier[i]);
        }
        for point in 0..order.len() {
            first[point + 1] += first[point];
        }
        let nowhere = Snap { edge: EdgeId(0), offset_mm: 0, leg: Cost::ZERO, leg_m: 0.0 };
        let mut snaps = vec![nowhere; parts.iter().map(|part| part.snaps.len()).sum()];
        for (&point, (part, i)) in order.iter().zip(rows()) {
            let start = first[point as usize] as usize;
            snaps[start..start + part.snaps(i).len()].copy_from_slice(part.snaps(i));
        }
        Linkage { first, snaps, status, beyond_barrier }
    }

    /// Points that stand at nodes of `network`, with no leg to walk. (A node all of whose edges have no length is one place with the
    /// other end of one of them.)
    pub fn at_nodes(network: &RoadNetwork, nodes: &[NodeId]) -> Linkage {
        let mut whole = Linkage::default();
        for &node in nodes {
            whole.first.push(whole.snaps.len() as u32);
            let edge = network.incident(node).max_by_key(|at| network.edge(at.edge).length_mm);
            whole.snaps.extend(edge.map(|at| {
                let offset_mm = if at.at_head { network.edge(at.edge).length_mm } else { 0 };
                Snap { edge: at.edge, offset_mm, leg: Cost::ZERO, leg_m: 0.0 }
            }));
            whole.status.push(if edge.is_some() { LinkStatus::Linked } else { LinkStatus::TooFar });
            whole.beyond_barrier.push(false);
        }
        whole.first.push(whole.snaps.len() as u32);
        whole
    }

    /// One point more, tied to `snaps`.
    pub(crate) fn push(&mut self, snaps: &[Snap]) {
        if self.first.is_empty() {
            self.first.push(0);
        }
        self.snaps.extend_from_slice(snaps);
        self.first.push(self.snaps.len() as u32);
        self.status.push(if snaps.is_empty() { LinkStatus::TooFar } else { LinkStatus::Linked });
        self.beyond_barrier.push(false);
    }

    /// Drops the last point.
    pub(crate) fn pop(&mut self) {
        self.status.pop();
        self.beyond_barrier.pop();
        self.first.truncate(self.status.len() + 1);
        self.snaps.truncate(self.first.last().map_or(0, |first| *first as usize));
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.status.len()
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.status.is_empty()
    }

    /// What became of point `i`.
    pub fn status(&self, i: usize) -> LinkStatus {
        self.status[i]
    }

    /// Whether a barrier lies between point `i` and its nearest eligible road: it is tied to a farther one, or to none.
    pub fn beyond_barrier(&self, i: usize) -> bool {
        self.beyond_barrier[i]
    }

    /// The places that point `i` is tied to; empty unless linked.
    pub fn snaps(&self, i: usize) -> &[Snap] {
        &self.snaps[self.first[i] as usize..self.first[i + 1] as usize]
    }
}

/// A uniform grid of buckets over the edges of a network.
#[derive(Debug)]
pub struct EdgeGrid<'n> {
    network: &'n RoadNetwork,
    rules: LinkRules,
    barriers: Option<&'n Barriers>,
    low: Coord<f64>,
    size: f64,
    per_size: f64,
    columns: i64,
    rows: i64,
    eligible: Buckets,
    islands: Buckets,
}

/// Edges by bucket: those of bucket `b` are `rows[first[b] .. first[b + 1]]`, each with its ends beside it.
#[derive(Debug, Default)]
struct Buckets {
    first: Vec<u32>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    a: Coord<f64>,
    step: Coord<f64>,
    /// One over the square of its length; zero where it has none.
    per_length_2: f64,
    edge: u32,
}

impl Buckets {
    /// The edges of the buckets from `first` to `last`.
    fn along(&self, first: i64, last: i64) -> &[Row] {
        &self.rows[self.first[first as usize] as usize..self.first[last as usize + 1] as usize]
    }
}

impl<'n> EdgeGrid<'n> {
    /// Buckets the edges of `network`.
    ///
    /// # Complexity
    ///
    /// O(edges + buckets), with at most about four buckets an edge.
    pub fn new(network: &'n RoadNetwork, rules: LinkRules) -> EdgeGrid<'n> {
        let bounds = network.bounds().unwrap_or(Rect::new((0.0, 0.0), (0.0, 0.0)));
        let (width, height) = (bounds.width().max(1.0), bounds.height().max(1.0));
        let size = (width * height / (4.0 * network.edges().len().max(1) as f64)).sqrt().max(50.0);
        let size = size.max(width.max(height) / 1e6);
        let (columns, rows) = ((width / size) as i64 + 1, (height / size) as i64 + 1);
        let (eligible, islands) = (Buckets::default(), Buckets::default());
        let mut grid =
            EdgeGrid { network, rules, barriers: None, low: bounds.min(), size, per_size: 1.0 / size, columns, rows, eligible, islands };
        let on_island = |edge: &Edge| network.component_nodes(edge.tail) < rules.min_component;
        grid.eligible = grid.fill(|edge| !on_island(edge));
        grid.islands = grid.fill(on_island);
        grid
    }

    /// The barriers that straight legs do not cross, if there are any.
    pub(crate) fn barriers(&self) -> Option<&'n Barriers> {
        self.barriers
    }

    /// The same grid, with barriers that straight legs do not cross.
    pub fn with_barriers(self, barriers: &'n Barriers) -> EdgeGrid<'n> {
        EdgeGrid { barriers: Some(barriers).filter(|barriers| !barriers.is_empty()), ..self }
    }

    /// Bytes that it takes in memory.
    pub fn bytes(&self) -> usize {
        let of = |buckets: &Buckets| size_of_val(&buckets.first[..]) + size_of_val(&buckets.rows[..]);
        of(&self.eligible) + of(&self.islands)
    }

    /// The network whose edges it holds.
    pub fn network(&self) -> &'n RoadNetwork {
        self.network
    }

    /// The rules by which it ties points.
    pub(crate) fn rules(&self) -> LinkRules {
        self.rules
    }

    fn fill(&self, wanted: impl Fn(&Edge) -> bool) -> Buckets {
        let edges = || self.network.edges().iter().enumerate().filter(|(_, edge)| wanted(edge));
        let mut first = vec![0u32; (self.columns * self.rows) as usize + 1];
        for (id, _) in edges() {
            self.for_each_bucket(id, |bucket| first[bucket + 1] += 1);
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        let mut next = first.clone();
        let nowhere = Coord { x: 0.0, y: 0.0 };
        let mut rows = vec![Row { a: nowhere, step: nowhere, per_length_2: 0.0, edge: 0 }; first.last().copied().unwrap_or(0) as usize];
        for (id, _) in edges() {
            let (a, b) = self.ends(id);
            self.for_each_bucket(id, |bucket| {
                rows[next[bucket] as usize] = Row::new(a, b, id as u32);
                next[bucket] += 1;
            });
        }
        Buckets { first, rows }
    }

    /// The buckets that edge `id` passes through (a few more at its corners).
    fn for_each_bucket(&self, id: usize, mut visit: impl FnMut(usize)) {
        let (a, b) = self.ends(id);
        let (ca, ra) = self.bucket(a);
        let (cb, rb) = self.bucket(b);
        let half_diagonal_2 = self.size * self.size / 2.0;
        for row in ra.min(rb)..=ra.max(rb) {
            for column in ca.min(cb)..=ca.max(cb) {
                let centre = Coord { x: self.low.x + (column as f64 + 0.5) * self.size, y: self.low.y + (row as f64 + 0.5) * self.size };
                if ca == cb || ra == rb || Row::new(a, b, 0).foot(centre).0 <= half_diagonal_2 {
                    visit((row * self.columns + column) as usize);
                }
            }
        }
    }

    fn ends(&self, id: usize) -> (Coord<f64>, Coord<f64>) {
        let edge = &self.network.edges()[id];
        (self.network.location(edge.tail), self.network.location(edge.head))
    }

    #[inline]
    fn bucket(&self, at: Coord<f64>) -> (i64, i64) {
        let [column, row] = [at.x - self.low.x, at.y - self.low.y].map(|v| (v * self.per_size) as i64);
        (column.clamp(0, self.columns - 1), row.clamp(0, self.rows - 1))
    }

    /// The order in which points are best tied: their own where they are few or most lie near the one before, else along a Hilbert curve,
    /// which leaves what is looked at in the processor's cache.
    fn order(&self, points: &[Coord<f64>]) -> Vec<u32> {
        const FEW: usize = 1 << 12;
        const NEAR: f64 = 8.0;
        let far = points.windows(2).filter(|w| distance(w[0], w[1]) > NEAR * self.size).count();
        if points.len() < FEW || far < points.len() / 2 {
            return (0..points.len() as u32).collect();
        }
        // counted by squares of a curve of 2⁹ × 2⁹ of them
        const ORDER: u8 = 9;
        let side = self.columns.max(self.rows);
        let square = |bucket: i64| ((bucket << ORDER) / side) as u16;
        let place = |at: &Coord<f64>| {
            let (column, row) = self.bucket(*at);
            fast_hilbert::xy2h(square(column), square(row), ORDER)
        };
        let places: Vec<u32> = points.par_iter().map(place).collect();
        let mut next = vec![0u32; (1 << (2 * ORDER)) + 1];
        places.iter().for_each(|place| next[*place as usize + 1] += 1);
        for i in 1..next.len() {
            next[i] += next[i - 1];
        }
        let mut order = vec![0; points.len()];
        for (point, place) in (0..).zip(places) {
            let slot = &mut next[place as usize];
            order[*slot as usize] = point;
            *slot += 1;
        }
        order
    }

    /// Ties one point; `snaps` receives its places (none unless linked).
    pub fn snap(&self, point: Coord<f64>, snaps: &mut Snaps) -> LinkStatus {
        snaps.tied.clear();
        snaps.beyond_barrier = false;
        // the nearest edge is no farther than the last point's, and the way from there (a hair more, for rounding)
        let bound = snaps.last.map_or(f64::INFINITY, |(last, best)| best + distance(last, point) + 1e-6);
        let best_2 = self.search(
            &self.eligible,
            point,
            bound.min(self.rules.snap_m),
            Room { tied: &mut snaps.tied, distances_2: &mut snaps.distances_2 },
        );
        let status = self.settle(point, best_2, snaps);
        snaps.last = matches!(status, LinkStatus::Linked | LinkStatus::BehindBarrier).then_some((point, best_2.sqrt()));
        status
    }

    /// From candidates to places: those tied with the best, each node once.
    fn settle(&self, point: Coord<f64>, best_2: f64, snaps: &mut Snaps) -> LinkStatus {
        let limit_2 = self.rules.snap_m * self.rules.snap_m;
        let best = best_2.sqrt();
        let tie_2 = tie_limit_2(best_2);
        snaps.tied.retain(|t| t.distance_2 <= tie_2 && t.distance_2.sqrt() <= best + TIE_M && t.distance_2 <= limit_2);
        if let Some(barriers) = self.barriers {
            self.clear(barriers, point, snaps);
        }
        let Snaps { found, tied, distances_2, beyond_barrier, .. } = snaps;
        found.clear();
        if tied.len() > 1 {
            tied.sort_unstable_by_key(|t| t.edge);
            tied.dedup_by_key(|t| t.edge);
        }
        for tied in tied.iter() {
            let snap = self.place(tied);
            if !found.iter().any(|other| self.same_node(other, &snap)) {
                found.push(snap);
            }
        }
        if !found.is_empty() {
            return LinkStatus::Linked;
        }
        if *beyond_barrier {
            return LinkStatus::BehindBarrier;
        }
        tied.clear();
        self.search(&self.islands, point, self.rules.snap_m, Room { tied, distances_2 });
        if tied.iter().any(|t| t.distance_2 <= limit_2) { LinkStatus::OnIsland } else { LinkStatus::TooFar }
    }

    /// The square of the least distance of an edge from `point`, at most `bound`'s, and in `tied` all edges within [`TIE_M`] of it (and
    /// some more).
    fn search(&self, buckets: &Buckets, point: Coord<f64>, bound: f64, Room { tied, distances_2 }: Room<'_>) -> f64 {
        let mut best_2 = bound * bound;
        if !(point.x.is_finite() && point.y.is_finite()) || buckets.rows.is_empty() || self.outside_m(point) > bound {
            return best_2;
        }
        // a box around the point, larger until it holds all that is as near as the best
        let mut reach = if bound <= self.size { bound } else { self.size / 2.0 };
        loop {
            let boxed = self.boxed(buckets, point, reach);
            // first all distances, without a branch in the loop: quicker than collecting on the way
            distances_2.clear();
            boxed.clone().for_each(|rows| distances_2.extend(rows.iter().map(|row| row.foot(point).0)));
            best_2 = distances_2.iter().fold(best_2, |a, &b| if b < a { b } else { a });
            let nearest = best_2.sqrt();
            if nearest <= reach || reach >= bound {
                let limit_2 = tie_limit_2(best_2);
                let mut before = 0;
                for rows in boxed {
                    for (row, _) in rows.iter().zip(&distances_2[before..]).filter(|(_, distance_2)| **distance_2 <= limit_2) {
                        let (distance_2, along) = row.foot(point);
                        tied.push(Tied { distance_2, edge: row.edge, along });
                    }
                    before += rows.len();
                }
                return best_2;
            }
            reach = if best_2 < bound * bound { nearest } else { (2.0 * reach).min(bound) };
        }
    }

    /// The edges in the buckets of a box around a point (a hair more than [`TIE_M`] larger than `reach`), row by row.
    fn boxed<'b>(&self, buckets: &'b Buckets, point: Coord<f64>, reach: f64) -> impl Iterator<Item = &'b [Row]> + Clone + use<'b> {
        let around = |v: f64| self.bucket(Coord { x: point.x + v, y: point.y + v });
        let (low, high, columns) = (around(-reach - 1.001 * TIE_M), around(reach + 1.001 * TIE_M), self.columns);
        (low.1..=high.1).map(move |row| buckets.along(row * columns + low.0, row * columns + high.0))
    }

    /// How far a place lies outside the grid, metres along the axis on which it is farther.
    fn outside_m(&self, at: Coord<f64>) -> f64 {
        let outside = |v: f64, low: f64, count: i64| (low - v).max(v - low - count as f64 * self.size);
        outside(at.x, self.low.x, self.columns).max(outside(at.y, self.low.y, self.rows))
    }

    /// Hands `visit` every eligible edge that the straight line between two places crosses, and how far along it (0 to 1); an edge may
    /// come more than once.
    pub(crate) fn crossed(&self, a: Coord<f64>, b: Coord<f64>, visit: &mut dyn FnMut(EdgeId, f64)) {
        let corner = |pick: fn(f64, f64) -> f64| Coord { x: pick(a.x, b.x), y: pick(a.y, b.y) };
        self.around(corner(f64::min), corner(f64::max), &mut |row| {
            let step = Coord { x: b.x - a.x, y: b.y - a.y };
            let turn = step.x * row.step.y - step.y * row.step.x;
            let to = Coord { x: row.a.x - a.x, y: row.a.y - a.y };
            let own = (to.x * row.step.y - to.y * row.step.x) / turn;
            let along = (to.x * step.y - to.y * step.x) / turn;
            if (0.0..=1.0).contains(&own) && (0.0..=1.0).contains(&along) {
                visit(EdgeId(row.edge), along);
            }
        });
    }

    /// Hands `visit` every eligible edge that a triangle holds a part of, and from where to where along it (0 to 1); an edge may come more
    /// than once.
    pub(crate) fn across(&self, triangle: [Coord<f64>; 3], visit: &mut dyn FnMut(EdgeId, [f64; 2])) {
        let [a, b, c] = triangle;
        let corner = |pick: fn(f64, f64) -> f64| Coord { x: pick(pick(a.x, b.x), c.x), y: pick(pick(a.y, b.y), c.y) };
        self.around(corner(f64::min), corner(f64::max), &mut |row| {
            if let Some(part) = row.within(triangle) {
                visit(EdgeId(row.edge), part);
            }
        });
    }

    /// Hands `visit` the eligible edges in the buckets of a box.
    fn around(&self, low: Coord<f64>, high: Coord<f64>, visit: &mut dyn FnMut(&Row)) {
        let (low, high) = (self.bucket(low), self.bucket(high));
        for row in low.1..=high.1 {
            for column in low.0..=high.0 {
                let bucket = row * self.columns + column;
                self.eligible.along(bucket, bucket).iter().for_each(&mut *visit);
            }
        }
    }

    /// The eligible edges in a box, and some beside it, ascending.
    pub(crate) fn within(&self, bounds: Rect<f64>) -> Vec<u32> {
        let mut edges = Vec::new();
        self.around(bounds.min(), bounds.max(), &mut |row| edges.push(row.edge));
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// Looks through rings of buckets around `point`, out to `farthest` metres. `visit` gets the edges of each bucket and then, at the
    /// end of a ring, none and the distance up to which all edges were shown; it returns whether that is enough.
    fn for_each_ring(&self, buckets: &Buckets, point: Coord<f64>, farthest: f64, mut visit: impl FnMut(&[Row], f64) -> bool) {
        if !(point.x.is_finite() && point.y.is_finite()) || buckets.rows.is_empty() {
            return;
        }
        let (x, y) = ((point.x - self.low.x) / self.size, (point.y - self.low.y) / self.size);
        let (column, row) = (x.floor(), y.floor());
        let margin = (x - column).min(column + 1.0 - x).min(y - row).min(row + 1.0 - y) * self.size;
        let outside = (-column).max(column - self.columns as f64).max(-row).max(row - self.rows as f64).max(0.0);
        if (outside - 1.0) * self.size > farthest {
            return;
        }
        let (column, row) = (column as i64, row as i64);
        for ring in 0.. {
            self.for_each_in_ring(column, row, ring, |bucket| {
                visit(&buckets.rows[buckets.first[bucket] as usize..buckets.first[bucket + 1] as usize], 0.0);
            });
            let seen = ring as f64 * self.size + margin;
            if visit(&[], seen) || seen > farthest + TIE_M {
                return;
            }
        }
    }

    fn for_each_in_ring(&self, column: i64, row: i64, ring: i64, mut visit: impl FnMut(usize)) {
        for r in (row - ring).max(0)..=(row + ring).min(self.rows - 1) {
            let whole = r == row - ring || r == row + ring;
            let step = if whole || ring == 0 { 1 } else { 2 * ring };
            let mut c = column - ring;
            while c <= column + ring {
                if (0..self.columns).contains(&c) {
                    visit((r * self.columns + c) as usize);
                }
                c += step;
            }
        }
    }

    fn place(&self, tied: &Tied) -> Snap {
        let edge = &self.network.edges()[tied.edge as usize];
        let leg = match self.network.metric() {
            Metric::Time => Cost::from_f64(tied.distance_2.sqrt() / self.rules.access_speed_m_s),
            Metric::Distance => Cost::from_f64(tied.distance_2.sqrt()),
        };
        let offset_mm = (tied.along * f64::from(edge.length_mm)).round() as u32;
        Snap { edge: EdgeId(tied.edge), offset_mm, leg, leg_m: tied.distance_2.sqrt() as f32 }
    }

    /// Whether both places are one node of the network: then one of them says all.
    fn same_node(&self, a: &Snap, b: &Snap) -> bool {
        let node = |snap: &Snap| {
            let edge = self.network.edge(snap.edge);
            match snap.offset_mm {
                0 => Some(edge.tail),
                offset if offset == edge.length_mm => Some(edge.head),
                _ => None,
            }
        };
        node(a).is_some() && node(a) == node(b)
    }
}

/// The places of the point that was snapped last, and room for the search: reuse it from point to point of one [`EdgeGrid`], the next
/// one near the last.
#[derive(Debug, Clone, Default)]
pub struct Snaps {
    found: Vec<Snap>,
    tied: Vec<Tied>,
    distances_2: Vec<f64>,
    /// The last point, where there is a road near it, and how far its nearest edge was (whether or not the way was clear).
    last: Option<(Coord<f64>, f64)>,
    beyond_barrier: bool,
}

impl Snaps {
    /// Whether a barrier lies between the point and its nearest eligible road.
    pub fn beyond_barrier(&self) -> bool {
        self.beyond_barrier
    }
}

impl std::ops::Deref for Snaps {
    type Target = [Snap];

    fn deref(&self) -> &[Snap] {
        &self.found
    }
}

/// What a search fills: the edges that it found, and squares of distances on the way.
struct Room<'r> {
    tied: &'r mut Vec<Tied>,
    distances_2: &'r mut Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Tied {
    distance_2: f64,
    edge: u32,
    along: f64,
}

impl Tied {
    /// By distance, then by edge. (The bits of numbers that are not negative are in their order.)
    fn order(&self) -> (u64, u32) {
        (self.distance_2.to_bits(), self.edge)
    }
}

/// The square of a distance that is longer by [`TIE_M`] (and a hair, for rounding).
fn tie_limit_2(distance_2: f64) -> f64 {
    let limit = distance_2.sqrt() + TIE_M;
    limit * limit * (1.0 + 1e-12)
}

impl Row {
    fn new(a: Coord<f64>, b: Coord<f64>, edge: u32) -> Row {
        let step = Coord { x: b.x - a.x, y: b.y - a.y };
        let length_2 = step.x * step.x + step.y * step.y;
        Row { a, step, per_length_2: if length_2 > 0.0 { 1.0 / length_2 } else { 0.0 }, edge }
    }

    /// From where to where along it, 0 to 1, it lies in a triangle.
    fn within(&self, [a, b, c]: [Coord<f64>; 3]) -> Option<[f64; 2]> {
        let turn = |p: Coord<f64>, q: Coord<f64>, r: Coord<f64>| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
        let sign = turn(a, b, c).signum();
        let end = Coord { x: self.a.x + self.step.x, y: self.a.y + self.step.y };
        let mut part = [0.0f64, 1.0];
        for (p, q) in [(a, b), (b, c), (c, a)] {
            let (from, to) = (sign * turn(p, q, self.a), sign * turn(p, q, end));
            match (from >= 0.0, to >= 0.0) {
                (false, false) => return None,
                (true, false) => part[1] = part[1].min(from / (from - to)),
                (false, true) => part[0] = part[0].max(from / (from - to)),
                (true, true) => {}
            }
        }
        (part[0] <= part[1]).then_some(part)
    }

    /// Square of the distance from `point` to the straight piece, and the foot's place along it, 0 to 1.
    fn foot(&self, point: Coord<f64>) -> (f64, f64) {
        let (px, py) = (point.x - self.a.x, point.y - self.a.y);
        let along = (px * self.step.x + py * self.step.y) * self.per_length_2;
        // numbers all: quicker than `clamp`, which asks
        let along = if along > 0.0 { along } else { 0.0 };
        let along = if along < 1.0 { along } else { 1.0 };
        let (ex, ey) = (px - along * self.step.x, py - along * self.step.y);
        (ex * ex + ey * ey, along)
    }
}

/// Straight-line distance, metres.
pub(crate) fn distance(a: Coord<f64>, b: Coord<f64>) -> f64 {
    let (dx, dy) = (a.x - b.x, a.y - b.y);
    (dx * dx + dy * dy).sqrt()
}
