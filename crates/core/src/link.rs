//! Linking: points tied to the nearest road edge, at the exact place along it.
//!
//! A [`Linkage`] is separate from both the points and the network: it owns, for each point, the edge, the place along it, the straight
//! leg and a status. Edges are found through a uniform grid of buckets, which answers many queries in order faster than a tree.

use geo::{Coord, Rect};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::EdgeId;
use crate::network::RoadNetwork;
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
}

impl LinkStatus {
    /// The status in outputs.
    pub fn name(self) -> &'static str {
        match self {
            LinkStatus::Linked => "linked",
            LinkStatus::TooFar => "too_far",
            LinkStatus::OnIsland => "on_island",
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
}

impl Linkage {
    /// Ties `points` to the nearest eligible edge of `grid`'s network, in parallel.
    ///
    /// # Complexity
    ///
    /// O(points × edges nearby).
    pub fn new(grid: &EdgeGrid<'_>, points: &[Coord<f64>]) -> Linkage {
        let parts: Vec<Linkage> = points
            .par_chunks(4096)
            .map(|chunk| {
                let mut part = Linkage::default();
                let mut scratch = Vec::new();
                for &point in chunk {
                    part.first.push(part.snaps.len() as u32);
                    part.status.push(grid.snap(point, &mut scratch));
                    part.snaps.extend_from_slice(&scratch);
                }
                part
            })
            .collect();
        let mut whole = Linkage::default();
        for part in parts {
            let base = whole.snaps.len() as u32;
            whole.first.extend(part.first.iter().map(|f| f + base));
            whole.snaps.extend_from_slice(&part.snaps);
            whole.status.extend_from_slice(&part.status);
        }
        whole.first.push(whole.snaps.len() as u32);
        whole
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
    low: Coord<f64>,
    size: f64,
    columns: i64,
    rows: i64,
    first: Vec<u32>,
    edges: Vec<u32>,
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
        let (first, edges) = (Vec::new(), Vec::new());
        let mut grid = EdgeGrid { network, rules, low: bounds.min(), size, columns, rows, first, edges };
        grid.fill();
        grid
    }

    /// The network whose edges it holds.
    pub fn network(&self) -> &'n RoadNetwork {
        self.network
    }

    fn fill(&mut self) {
        let mut first = vec![0u32; (self.columns * self.rows) as usize + 1];
        for id in 0..self.network.edges().len() {
            self.for_each_bucket(id, |bucket| first[bucket + 1] += 1);
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        let mut next = first.clone();
        let mut edges = vec![0u32; first.last().copied().unwrap_or(0) as usize];
        for id in 0..self.network.edges().len() {
            self.for_each_bucket(id, |bucket| {
                edges[next[bucket] as usize] = id as u32;
                next[bucket] += 1;
            });
        }
        (self.first, self.edges) = (first, edges);
    }

    /// The buckets that edge `id` passes through (a few more at its corners).
    fn for_each_bucket(&self, id: usize, mut visit: impl FnMut(usize)) {
        let (a, b) = self.ends(id);
        let (ca, ra) = self.bucket(a);
        let (cb, rb) = self.bucket(b);
        let half_diagonal = self.size * std::f64::consts::FRAC_1_SQRT_2;
        for row in ra.min(rb)..=ra.max(rb) {
            for column in ca.min(cb)..=ca.max(cb) {
                let centre = Coord { x: self.low.x + (column as f64 + 0.5) * self.size, y: self.low.y + (row as f64 + 0.5) * self.size };
                if ca == cb || ra == rb || foot(centre, a, b).0 <= half_diagonal {
                    visit((row * self.columns + column) as usize);
                }
            }
        }
    }

    fn ends(&self, id: usize) -> (Coord<f64>, Coord<f64>) {
        let edge = &self.network.edges()[id];
        (self.network.location(edge.tail), self.network.location(edge.head))
    }

    fn bucket(&self, at: Coord<f64>) -> (i64, i64) {
        let column = ((at.x - self.low.x) / self.size).floor() as i64;
        let row = ((at.y - self.low.y) / self.size).floor() as i64;
        (column.clamp(0, self.columns - 1), row.clamp(0, self.rows - 1))
    }

    /// Ties one point; `snaps` receives its places (none unless linked).
    pub fn snap(&self, point: Coord<f64>, snaps: &mut Vec<Snap>) -> LinkStatus {
        snaps.clear();
        let mut nearest = Nearest { best: self.rules.snap_m, island: f64::INFINITY, tied: Vec::new() };
        self.search(point, &mut nearest);
        nearest.tied.retain(|t| t.distance <= nearest.best + TIE_M && t.distance <= self.rules.snap_m);
        nearest.tied.sort_unstable_by_key(|t| t.edge);
        nearest.tied.dedup_by_key(|t| t.edge);
        for tied in &nearest.tied {
            let snap = self.place(tied);
            if !snaps.iter().any(|other| self.same_node(other, &snap)) {
                snaps.push(snap);
            }
        }
        match snaps.is_empty() {
            false => LinkStatus::Linked,
            true if nearest.island <= self.rules.snap_m => LinkStatus::OnIsland,
            true => LinkStatus::TooFar,
        }
    }

    /// Looks through rings of buckets around `point` until no nearer edge can come.
    fn search(&self, point: Coord<f64>, nearest: &mut Nearest) {
        if !(point.x.is_finite() && point.y.is_finite()) || self.network.edges().is_empty() {
            return;
        }
        let column = ((point.x - self.low.x) / self.size).floor();
        let row = ((point.y - self.low.y) / self.size).floor();
        let (fx, fy) = ((point.x - self.low.x) / self.size - column, (point.y - self.low.y) / self.size - row);
        let margin = fx.min(1.0 - fx).min(fy).min(1.0 - fy) * self.size;
        let outside = (-column).max(column - self.columns as f64).max(-row).max(row - self.rows as f64).max(0.0);
        if (outside - 1.0) * self.size > self.rules.snap_m {
            return;
        }
        let (column, row) = (column as i64, row as i64);
        for ring in 0.. {
            self.search_ring(point, column, row, ring, nearest);
            let seen = ring as f64 * self.size + margin;
            if seen > nearest.best + TIE_M {
                return;
            }
        }
    }

    fn search_ring(&self, point: Coord<f64>, column: i64, row: i64, ring: i64, nearest: &mut Nearest) {
        for r in (row - ring).max(0)..=(row + ring).min(self.rows - 1) {
            let whole = r == row - ring || r == row + ring;
            let step = if whole || ring == 0 { 1 } else { 2 * ring };
            let mut c = column - ring;
            while c <= column + ring {
                if (0..self.columns).contains(&c) {
                    self.search_bucket(point, (r * self.columns + c) as usize, nearest);
                }
                c += step;
            }
        }
    }

    fn search_bucket(&self, point: Coord<f64>, bucket: usize, nearest: &mut Nearest) {
        for &id in &self.edges[self.first[bucket] as usize..self.first[bucket + 1] as usize] {
            let (a, b) = self.ends(id as usize);
            let (distance, along) = foot(point, a, b);
            if distance > nearest.best + TIE_M && distance >= nearest.island {
                continue;
            }
            let tail = self.network.edges()[id as usize].tail;
            if self.network.component_nodes(tail) < self.rules.min_component {
                nearest.island = nearest.island.min(distance);
            } else if distance <= nearest.best + TIE_M {
                nearest.best = nearest.best.min(distance);
                nearest.tied.push(Tied { distance, edge: id, along });
            }
        }
    }

    fn place(&self, tied: &Tied) -> Snap {
        let edge = &self.network.edges()[tied.edge as usize];
        let leg = match self.network.metric() {
            Metric::Time => Cost::from_f64(tied.distance / self.rules.access_speed_m_s),
            Metric::Distance => Cost::from_f64(tied.distance),
        };
        let offset_mm = (tied.along * f64::from(edge.length_mm)).round() as u32;
        Snap { edge: EdgeId(tied.edge), offset_mm, leg, leg_m: tied.distance as f32 }
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

struct Nearest {
    best: f64,
    island: f64,
    tied: Vec<Tied>,
}

struct Tied {
    distance: f64,
    edge: u32,
    along: f64,
}

/// Distance from `point` to the straight piece `a`–`b`, and the foot's place along it, 0 to 1.
fn foot(point: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> (f64, f64) {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length_2 = dx * dx + dy * dy;
    let along = if length_2 > 0.0 { (((point.x - a.x) * dx + (point.y - a.y) * dy) / length_2).clamp(0.0, 1.0) } else { 0.0 };
    let (ex, ey) = (point.x - (a.x + along * dx), point.y - (a.y + along * dy));
    ((ex * ex + ey * ey).sqrt(), along)
}
