//! What points are linked to.

use geo::Coord;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{EdgeGrid, LinkStatus, Snap, Snaps};
use crate::check::InputError;
use crate::extent::Extent;
use crate::ids::{EdgeId, FacilityId, NodeId};
use crate::network::{RoadNetwork, Stamp};
use crate::units::Cost;

/// Points linked to a network: for each, a status and the edges that it may use (more than one where they are equally far, and beside a small
/// piece of the network that a facility stands on).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Linkage {
    first: Vec<u32>,
    snaps: Vec<Snap>,
    points: Vec<PointLink>,
    /// The network that they are linked to; `None` if that is not known, as of links that were read from a file.
    #[serde(skip)]
    pub(crate) network: Option<Stamp>,
}

/// What is known of a point's link beside its places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PointLink {
    pub status: LinkStatus,
    /// Whether a barrier lies between it and its nearest road.
    pub beyond_barrier: bool,
    /// The small piece that it is linked to, if any: a component of its network.
    pub island: Option<u32>,
    /// Whether it is linked to a large piece.
    pub on_large: bool,
}

impl PointLink {
    /// Of a point with a road, or without one, that nothing is asked about.
    fn of(is_linked: bool) -> PointLink {
        let status = if is_linked { LinkStatus::Linked } else { LinkStatus::TooFar };
        PointLink { status, beyond_barrier: false, island: None, on_large: is_linked }
    }
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
                    part.points.push(grid.link(points[point as usize], &mut scratch));
                    part.snaps.extend_from_slice(&scratch);
                }
                part.first.push(part.snaps.len() as u32);
                part
            })
            .collect();
        Linkage { network: Some(grid.network().stamp()), ..Linkage::joined(&order, &parts) }
    }

    /// The answers of all parts, whose points are those of `order`, in the order of the points.
    fn joined(order: &[u32], parts: &[Linkage]) -> Linkage {
        let rows = || parts.iter().flat_map(|part| (0..part.len()).map(move |i| (part, i)));
        let mut first = vec![0; order.len() + 1];
        let mut points = vec![PointLink::of(false); order.len()];
        for (&point, (part, i)) in order.iter().zip(rows()) {
            let point = point as usize;
            first[point + 1] = part.snaps(i).len() as u32;
            points[point] = part.points[i];
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
        Linkage { first, snaps, points, network: None }
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
            whole.points.push(PointLink::of(edge.is_some()));
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
        let mut moved = Linkage { points: self.points.clone(), first: vec![0], snaps: Vec::new(), network: Some(network.stamp()) };
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
        let no_data = PointLink { status: LinkStatus::NoData, ..PointLink::of(false) };
        let mut known = Linkage { first: vec![0], snaps: Vec::new(), points: Vec::with_capacity(held.len()), network: self.network };
        for (row, held) in held.into_iter().enumerate() {
            if held {
                known.snaps.extend_from_slice(self.snaps(row));
            }
            known.points.push(if held { self.points[row] } else { no_data });
            known.first.push(known.snaps.len() as u32);
        }
        known
    }

    /// The same of some facilities; the others are not linked.
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

    /// Points of which no more is known than this.
    pub(crate) fn of_points(points: Vec<PointLink>) -> Linkage {
        Linkage { first: vec![0; points.len() + 1], snaps: Vec::new(), points, network: None }
    }

    /// One point more, linked to `snaps`.
    pub(crate) fn push(&mut self, snaps: &[Snap]) {
        if self.first.is_empty() {
            self.first.push(0);
        }
        self.snaps.extend_from_slice(snaps);
        self.first.push(self.snaps.len() as u32);
        self.points.push(PointLink::of(!snaps.is_empty()));
    }

    /// Drops the last point.
    pub(crate) fn pop(&mut self) {
        self.points.pop();
        self.first.truncate(self.points.len() + 1);
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
        let rows = self.first.len().saturating_sub(1) == self.len();
        let ends = self.first.last().map_or(0, |last| *last as usize) == self.snaps.len();
        rows && ends && self.first.windows(2).all(|pair| pair[0] <= pair[1])
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// What became of point `i`.
    pub fn status(&self, i: usize) -> LinkStatus {
        self.points[i].status
    }

    /// Whether a barrier lies between point `i` and its nearest eligible road: it is linked to a farther one, or not linked.
    pub fn beyond_barrier(&self, i: usize) -> bool {
        self.points[i].beyond_barrier
    }

    /// What is known of point `i` beside its places.
    pub(crate) fn point(&self, i: usize) -> PointLink {
        self.points[i]
    }

    /// The places that point `i` is linked to; empty unless linked.
    pub fn snaps(&self, i: usize) -> &[Snap] {
        &self.snaps[self.first[i] as usize..self.first[i + 1] as usize]
    }
}
