//! Linking: points tied to the nearest road edge, at the exact place along it.
//!
//! A [`Linkage`] is separate from both the points and the network: it owns, for each point, the edge, the place along it, the straight
//! leg and a status. Edges are found through a uniform grid of buckets, which answers many queries in order faster than a tree.
//!
//! **Which roads a point is linked to.** A connected piece of the network is *large* from `min_component` nodes on. A small one is *used* if
//! the nearest road of some facility lies on it and people live no farther from it than from a large one (an islet in sight of a mainland, a
//! camp beside a road), or no large one is near that facility (an atoll). Every point, a person, a facility or a cell of the ground, is linked
//!
//! 1. to the nearest edge of a large piece within the snap limit;
//! 2. also to the nearest edge of a used piece that is no farther: the cheaper answer wins, as among tied edges;
//! 3. where neither is there, to the nearest edge of any small piece within the snap limit.
//!
//! So a small piece never takes a facility away from the rest of the network, and is never passed over by the people beside it.

mod buckets;
mod clear;
mod islands;
mod linkage;
mod segment;

use geo::{Coord, Rect};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::buckets::{Buckets, Near};
use self::segment::Segment;
use crate::barriers::Barriers;
use crate::check::InputError;
use crate::ids::{EdgeId, NodeId};
use crate::network::{Edge, RoadNetwork};
use crate::units::{Cost, Metric};

pub use linkage::Linkage;
pub(crate) use linkage::PointLink;

/// Edges whose distances differ by less are tied: the cheapest answer wins, then the lowest edge.
const TIE_M: f64 = 0.001;

/// How points are tied to roads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LinkRules {
    /// Longest straight leg, metres.
    pub snap_m: f64,
    /// Speed on it, metres a second.
    pub access_speed_m_s: f64,
    /// Fewest nodes of a large connected piece: a smaller one is linked to where a facility and people are on it, or no larger one is near.
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

/// The edges of a network, ready to be found by place.
#[derive(Debug)]
pub struct EdgeGrid<'n> {
    network: &'n RoadNetwork,
    rules: LinkRules,
    barriers: Option<&'n Barriers>,
    large: Buckets,
    small: Buckets,
    /// The small pieces that are used, ascending, and their edges.
    used: Vec<u32>,
    used_edges: Option<Buckets>,
}

impl<'n> EdgeGrid<'n> {
    /// Buckets the edges of `network`; no small piece of it is used.
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
        let is_small = |edge: &Edge| network.component_nodes(edge.tail) < rules.min_component;
        let large = Buckets::new(network, |edge| !is_small(edge));
        let small = Buckets::new(network, is_small);
        Ok(EdgeGrid { network, rules, barriers: None, large, small, used: Vec::new(), used_edges: None })
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
        self.large.bytes() + self.small.bytes() + self.used_edges.as_ref().map_or(0, Buckets::bytes)
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
        let far = points.windows(2).filter(|w| distance(w[0], w[1]) > NEAR * self.large.size()).count();
        if points.len() < FEW || far < points.len() / 2 {
            return (0..points.len() as u32).collect();
        }
        // counted by squares of a curve of 2⁹ × 2⁹ of them
        const ORDER: u8 = 9;
        let side = self.large.side();
        let square = |bucket: i64| ((bucket << ORDER) / side) as u16;
        let place = |at: &Coord<f64>| {
            let (column, row) = self.large.bucket(*at);
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

    /// Links one point; `snaps` receives its places (none unless linked).
    pub fn snap(&self, point: Coord<f64>, snaps: &mut Snaps) -> LinkStatus {
        let snap_m = self.rules.snap_m;
        snaps.start();
        // the nearest edge is no farther than the last point's, and the way from there (a hair more, for rounding)
        let bound = snaps.last.map_or(f64::INFINITY, |(last, best)| best + distance(last, point) + 1e-6);
        let large_m = self.link_to(&self.large, point, (snap_m, bound), snaps);
        snaps.last = snaps.nearest.map(|(metres, _)| (point, metres));
        snaps.of_large = snaps.found.len();
        if let Some(used) = &self.used_edges {
            let limit = large_m.map_or(snap_m, |metres| (metres + TIE_M).min(snap_m));
            self.link_to(used, point, (limit, limit), snaps);
        }
        snaps.is_fallback = snaps.found.is_empty();
        if snaps.is_fallback {
            self.link_to(&self.small, point, (snap_m, snap_m), snaps);
        }
        match (snaps.found.is_empty(), snaps.nearest) {
            (false, _) => LinkStatus::Linked,
            (true, Some(_)) => LinkStatus::BehindBarrier,
            (true, None) => LinkStatus::TooFar,
        }
    }

    /// Adds to `snaps` the nearest of some edges within `limit` metres to which the way is clear, and those tied with it, each node once;
    /// returns how far it is. No edge is nearer than `bound`, where that is less.
    fn link_to(&self, edges: &Buckets, point: Coord<f64>, (limit, bound): (f64, f64), snaps: &mut Snaps) -> Option<f64> {
        let Snaps { found, tied, nodes, near, nearest, .. } = snaps;
        let best_2 = self.search(edges, point, bound.min(limit), tied, near);
        let (limit_2, best, tie_2) = (limit * limit, best_2.sqrt(), tie_limit_2(best_2));
        tied.retain(|t| t.distance_2 <= tie_2 && t.distance_2.sqrt() <= best + TIE_M && t.distance_2 <= limit_2);
        if tied.is_empty() {
            return None;
        }
        let is_blocked = self.barriers.is_some_and(|barriers| self.clear(barriers, edges, (point, limit), tied));
        if nearest.is_none_or(|(metres, _)| best < metres) {
            *nearest = Some((best, is_blocked));
        }
        if tied.len() > 1 {
            tied.sort_unstable_by_key(|t| t.edge);
            tied.dedup_by_key(|t| t.edge);
        }
        // a node says all of the edges that end there; thousands of edges may lie at one place
        nodes.clear();
        nodes.extend(found.iter().filter_map(|snap| self.node(snap)));
        for tied in tied.iter() {
            let snap = self.place(tied);
            match self.node(&snap) {
                Some(node) if nodes.contains(&node) => continue,
                node => nodes.extend(node),
            }
            found.push(snap);
        }
        tied.iter().map(|t| t.distance_2).reduce(f64::min).map(f64::sqrt)
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
        for edge in self.eligible_in(corner(f64::min), corner(f64::max)) {
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
        for edge in self.eligible_in(corner(f64::min), corner(f64::max)) {
            if let Some(part) = self.segment(edge).within(triangle) {
                visit(EdgeId(edge), part);
            }
        }
    }

    /// The eligible edges in a box, and some beside it, ascending.
    pub(crate) fn within(&self, bounds: Rect<f64>) -> Vec<u32> {
        let mut edges: Vec<u32> = self.eligible_in(bounds.min(), bounds.max()).collect();
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

    /// The node of the network where a place is, if it is one.
    fn node(&self, snap: &Snap) -> Option<NodeId> {
        let edge = self.network.edge(snap.edge);
        match snap.offset_mm {
            0 => Some(edge.tail),
            offset if offset == edge.length_mm => Some(edge.head),
            _ => None,
        }
    }
}

/// The places of the point that was snapped last, and room for the search: reuse it from point to point of one [`EdgeGrid`], the next
/// one near the last.
#[derive(Debug, Clone, Default)]
pub struct Snaps {
    found: Vec<Snap>,
    tied: Vec<Tied>,
    nodes: Vec<NodeId>,
    near: Near,
    /// The last point, where there is a large piece near it, and how far its nearest edge was (whether or not the way was clear).
    last: Option<(Coord<f64>, f64)>,
    /// How far the nearest of the edges looked at is, and whether barriers cut it off.
    nearest: Option<(f64, bool)>,
    /// How many of the places are on large pieces: the first.
    of_large: usize,
    /// Whether the places are on small pieces because nothing else is near.
    is_fallback: bool,
}

impl Snaps {
    /// Whether a barrier lies between the point and its nearest road.
    pub fn beyond_barrier(&self) -> bool {
        self.nearest.is_some_and(|(_, is_blocked)| is_blocked)
    }

    /// Within how many metres the point has a road that its neighbours use too; infinite without one.
    pub(crate) fn road_m(&self) -> f64 {
        let used = if self.is_fallback { &[] } else { &self.found[..] };
        used.iter().map(|snap| f64::from(snap.leg_m)).reduce(f64::max).unwrap_or(f64::INFINITY)
    }

    fn start(&mut self) {
        self.found.clear();
        (self.nearest, self.of_large, self.is_fallback) = (None, 0, false);
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
