//! Linking: points tied to the nearest road edge, at the exact place along it.
//!
//! A [`Linkage`] is separate from both the points and the network: it owns, for each point, the edge, the place along it, the straight
//! leg and a status. Edges are found through a uniform grid of buckets, which answers many queries in order faster than a tree.

mod buckets;
mod clear;
mod segment;

use geo::{Coord, Rect};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::buckets::{Buckets, Near};
use self::segment::Segment;
use crate::barriers::Barriers;
use crate::check::InputError;
use crate::extent::Extent;
use crate::ids::{EdgeId, FacilityId, NodeId};
use crate::network::{Edge, RoadNetwork, Stamp};
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
    /// Outside the extent of the roads: nothing is known.
    NoData,
}

impl LinkStatus {
    /// The status in outputs.
    pub fn name(self) -> &'static str {
        match self {
            LinkStatus::Linked => "linked",
            LinkStatus::TooFar => "too_far",
            LinkStatus::OnIsland => "on_island",
            LinkStatus::BehindBarrier => "behind_barrier",
            LinkStatus::NoData => "no_data",
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
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Linkage {
    first: Vec<u32>,
    snaps: Vec<Snap>,
    status: Vec<LinkStatus>,
    beyond_barrier: Vec<bool>,
    /// The network that they are linked to; `None` if that is not known, as of links that were read from a file.
    #[serde(skip)]
    pub(crate) network: Option<Stamp>,
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
        Linkage { network: Some(grid.network.stamp()), ..Linkage::joined(&order, &parts) }
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
        Linkage { first, snaps, status, beyond_barrier, network: None }
    }

    /// Points that stand at nodes of `network`, with no leg to walk. (A node all of whose edges have no length is one place with the
    /// other end of one of them.)
    pub fn at_nodes(network: &RoadNetwork, nodes: &[NodeId]) -> Linkage {
        let mut whole = Linkage { network: Some(network.stamp()), ..Linkage::default() };
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

    /// The same points, the cost of every leg greater by `wait`.
    pub(crate) fn after(mut self, wait: Cost) -> Linkage {
        self.snaps.iter_mut().for_each(|snap| snap.leg = snap.leg + wait);
        self
    }

    /// The same with other edges, those of `network`; what lies on an edge that has none is left out.
    pub(crate) fn moved(&self, network: &RoadNetwork, edge: impl Fn(EdgeId) -> Option<EdgeId>) -> Linkage {
        let (status, beyond_barrier) = (self.status.clone(), self.beyond_barrier.clone());
        let mut moved = Linkage { status, beyond_barrier, first: vec![0], snaps: Vec::new(), network: Some(network.stamp()) };
        for row in 0..self.len() {
            moved.snaps.extend(self.snaps(row).iter().filter_map(|snap| Some(Snap { edge: edge(snap.edge)?, ..*snap })));
            moved.first.push(moved.snaps.len() as u32);
        }
        moved
    }

    /// The same points, those outside `extent` linked to nothing: of them there is no data.
    pub(crate) fn within(self, extent: &Extent, points: &[Coord<f64>]) -> Linkage {
        let held: Vec<bool> = points.par_iter().map(|at| extent.holds(*at)).collect();
        if held.iter().all(|held| *held) {
            return self;
        }
        let mut known = Linkage { first: vec![0], snaps: Vec::new(), ..self.clone() };
        for (row, held) in held.into_iter().enumerate() {
            if held {
                known.snaps.extend_from_slice(self.snaps(row));
            } else {
                (known.status[row], known.beyond_barrier[row]) = (LinkStatus::NoData, false);
            }
            known.first.push(known.snaps.len() as u32);
        }
        known
    }

    /// The same of some facilities; the others are tied to nothing.
    pub(crate) fn only(&self, facilities: &[FacilityId]) -> Linkage {
        let mut some = Linkage { first: vec![0], snaps: Vec::new(), ..self.clone() };
        for row in 0..self.len() {
            if facilities.contains(&FacilityId::at(row)) {
                some.snaps.extend_from_slice(self.snaps(row));
            }
            some.first.push(some.snaps.len() as u32);
        }
        some
    }

    /// Points of which no more is known than their status and whether a barrier lies before the nearest road.
    pub(crate) fn of_statuses(known: impl Iterator<Item = (LinkStatus, bool)>) -> Linkage {
        let (status, beyond_barrier): (Vec<LinkStatus>, Vec<bool>) = known.unzip();
        Linkage { first: vec![0; status.len() + 1], snaps: Vec::new(), status, beyond_barrier, network: None }
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

    /// Checks that it belongs to `network`; `what` is what it links.
    ///
    /// Links of which that is not known, as they were read from a file, must at least lie on edges of it.
    ///
    /// # Errors
    ///
    /// [`InputError::OtherNetwork`].
    pub(crate) fn check(&self, what: &'static str, network: &RoadNetwork) -> Result<(), InputError> {
        let is_there = |snap: &Snap| network.edges().get(snap.edge.index()).is_some_and(|edge| snap.offset_mm <= edge.length_mm);
        let fits = match self.network {
            Some(own) => own == network.stamp(),
            None => self.is_whole() && self.snaps.iter().all(is_there),
        };
        if fits { Ok(()) } else { Err(InputError::OtherNetwork { what }) }
    }

    /// Whether its arrays fit together.
    fn is_whole(&self) -> bool {
        let rows = self.first.len().saturating_sub(1) == self.len() && self.beyond_barrier.len() == self.len();
        let ends = self.first.last().map_or(0, |last| *last as usize) == self.snaps.len();
        rows && ends && self.first.windows(2).all(|pair| pair[0] <= pair[1])
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

/// The edges of a network, ready to be found by place.
#[derive(Debug)]
pub struct EdgeGrid<'n> {
    network: &'n RoadNetwork,
    rules: LinkRules,
    barriers: Option<&'n Barriers>,
    eligible: Buckets,
    islands: Buckets,
}

impl<'n> EdgeGrid<'n> {
    /// Buckets the edges of `network`.
    ///
    /// # Complexity
    ///
    /// O(edges + buckets), with at most about four buckets an edge.
    ///
    /// # Errors
    ///
    /// [`InputError::Number`] for a snap limit or a speed that is impossible.
    pub fn new(network: &'n RoadNetwork, rules: LinkRules) -> Result<EdgeGrid<'n>, InputError> {
        rules.check()?;
        let on_island = |edge: &Edge| network.component_nodes(edge.tail) < rules.min_component;
        let eligible = Buckets::new(network, |edge| !on_island(edge));
        Ok(EdgeGrid { network, rules, barriers: None, eligible, islands: Buckets::new(network, on_island) })
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
        self.eligible.bytes() + self.islands.bytes()
    }

    /// The network whose edges it holds.
    pub fn network(&self) -> &'n RoadNetwork {
        self.network
    }

    /// The rules by which it ties points.
    pub(crate) fn rules(&self) -> LinkRules {
        self.rules
    }

    fn segment(&self, edge: u32) -> Segment {
        Segment::of(self.network, edge)
    }

    /// The order in which points are best tied: their own where they are few or most lie near the one before, else along a Hilbert curve,
    /// which leaves what is looked at in the processor's cache.
    fn order(&self, points: &[Coord<f64>]) -> Vec<u32> {
        const FEW: usize = 1 << 12;
        const NEAR: f64 = 8.0;
        let far = points.windows(2).filter(|w| distance(w[0], w[1]) > NEAR * self.eligible.size()).count();
        if points.len() < FEW || far < points.len() / 2 {
            return (0..points.len() as u32).collect();
        }
        // counted by squares of a curve of 2⁹ × 2⁹ of them
        const ORDER: u8 = 9;
        let side = self.eligible.side();
        let square = |bucket: i64| ((bucket << ORDER) / side) as u16;
        let place = |at: &Coord<f64>| {
            let (column, row) = self.eligible.bucket(*at);
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
        snaps.beyond_barrier = false;
        // the nearest edge is no farther than the last point's, and the way from there (a hair more, for rounding)
        let bound = snaps.last.map_or(f64::INFINITY, |(last, best)| best + distance(last, point) + 1e-6);
        let best_2 = self.search(&self.eligible, point, bound.min(self.rules.snap_m), &mut snaps.tied, &mut snaps.near);
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
        let Snaps { found, tied, near, beyond_barrier, .. } = snaps;
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
        self.search(&self.islands, point, self.rules.snap_m, tied, near);
        if tied.iter().any(|t| t.distance_2 <= limit_2) { LinkStatus::OnIsland } else { LinkStatus::TooFar }
    }

    /// The square of the least distance of an edge from `point`, at most `bound`'s; puts into `tied` all edges within [`TIE_M`] of it (and
    /// some more).
    fn search(&self, buckets: &Buckets, point: Coord<f64>, bound: f64, tied: &mut Vec<Tied>, near: &mut Near) -> f64 {
        tied.clear();
        if !(point.x.is_finite() && point.y.is_finite()) || buckets.is_empty() || buckets.outside_m(point) > bound {
            return bound * bound;
        }
        // a box around the point, larger until it holds all that is as near as the best
        let mut reach = if bound <= buckets.size() { bound } else { buckets.size() / 2.0 };
        loop {
            buckets.nearest(point, reach, bound, near);
            tied.clear();
            tied.extend(near.edges.iter().map(|&edge| {
                let (distance_2, along) = self.segment(edge).foot(point);
                Tied { distance_2, edge, along }
            }));
            let best_2 = tied.iter().fold(bound * bound, |best_2, tied| if tied.distance_2 < best_2 { tied.distance_2 } else { best_2 });
            let nearest = best_2.sqrt();
            if nearest <= reach || reach >= bound {
                return best_2;
            }
            reach = if best_2 < bound * bound { nearest } else { (2.0 * reach).min(bound) };
        }
    }

    /// Hands `visit` every eligible edge that the straight line between two places crosses, and how far along it (0 to 1); an edge may
    /// come more than once.
    pub(crate) fn crossed(&self, a: Coord<f64>, b: Coord<f64>, visit: &mut dyn FnMut(EdgeId, f64)) {
        let corner = |pick: fn(f64, f64) -> f64| Coord { x: pick(a.x, b.x), y: pick(a.y, b.y) };
        for edge in self.eligible.within_box(corner(f64::min), corner(f64::max)) {
            if let Some(along) = self.segment(edge).crossing(a, b) {
                visit(EdgeId(edge), along);
            }
        }
    }

    /// Hands `visit` every eligible edge that a triangle holds a part of, and from where to where along it (0 to 1); an edge may come more
    /// than once.
    pub(crate) fn across(&self, triangle: [Coord<f64>; 3], visit: &mut dyn FnMut(EdgeId, [f64; 2])) {
        let [a, b, c] = triangle;
        let corner = |pick: fn(f64, f64) -> f64| Coord { x: pick(pick(a.x, b.x), c.x), y: pick(pick(a.y, b.y), c.y) };
        for edge in self.eligible.within_box(corner(f64::min), corner(f64::max)) {
            if let Some(part) = self.segment(edge).within(triangle) {
                visit(EdgeId(edge), part);
            }
        }
    }

    /// The eligible edges in a box, and some beside it, ascending.
    pub(crate) fn within(&self, bounds: Rect<f64>) -> Vec<u32> {
        let mut edges: Vec<u32> = self.eligible.within_box(bounds.min(), bounds.max()).collect();
        edges.sort_unstable();
        edges.dedup();
        edges
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
    near: Near,
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

/// Straight-line distance, metres.
pub(crate) fn distance(a: Coord<f64>, b: Coord<f64>) -> f64 {
    let (dx, dy) = (a.x - b.x, a.y - b.y);
    (dx * dx + dy * dy).sqrt()
}
