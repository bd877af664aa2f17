//! Search: what it costs to reach a facility, from every node and from every point inside an edge.
//!
//! Searches run on the junctions of the network; bends, and places inside edges, get their costs from the ends of their chain. What a
//! search finds is what Dijkstra's algorithm finds on all nodes, to the last unit.

mod ball;
mod catchments;
mod known;
mod label;
mod queue;
mod residents;
mod spread;
mod sweep;
mod way;
mod what_if;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::check::InputError;
use crate::ids::{EdgeId, FacilityId, NodeId};
use crate::link::{Linkage, Snap};
use crate::network::{Arc, ChainId, Edge, RoadNetwork};
use crate::units::Cost;
use ball::Ball;
use label::{UNREACHED, limit, packed, unpacked};
use spread::Spread;
use sweep::Blocks;

pub use catchments::Catchment;
pub use known::KnownLabels;
pub use residents::Residents;
pub use what_if::{Change, WhatIf};

/// Who travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// People go to the facility: a clinic.
    ToFacility,
    /// The facility comes to people: an ambulance station.
    FromFacility,
}

/// The cheapest facility of a node or a point, and what it costs. The lower cost wins, then the lower facility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Label {
    /// What it costs; [`Cost::UNREACHED`] without a path.
    pub cost: Cost,
    /// The facility; without meaning where there is no path.
    pub facility: FacilityId,
}

impl Label {
    /// No path.
    pub const UNREACHED: Label = Label { cost: Cost::UNREACHED, facility: FacilityId(u32::MAX) };
}

/// What searches need and keep between runs: one a thread.
#[derive(Debug, Clone, Default)]
pub struct SearchSpace {
    labels: Vec<u64>,
    /// Nodes with a label, where only some have one: then those alone are cleared.
    touched: Option<Vec<u32>>,
    blocks: Blocks,
    ball: Option<Ball>,
}

/// Facilities as a search starts from them: tied to the roads, with the edges they sit on.
#[derive(Debug, Clone)]
pub struct Sources<'a> {
    network: &'a RoadNetwork,
    direction: Direction,
    linkage: Cow<'a, Linkage>,
    on_edge: Vec<(EdgeId, u32, Cost, FacilityId)>,
    has_facility: Vec<bool>,
}

/// Nearest facility of every node, and through it of every point on an edge.
#[derive(Debug, Clone)]
pub struct NearestFacility<'a> {
    sources: &'a Sources<'a>,
    labels: &'a [u64],
    only: Option<FacilityId>,
    /// Where roads are missing, as this is a part of a network: how long the rest of the way is, millimetres, by node.
    rests: &'a [(NodeId, u64)],
}

impl<'a> Sources<'a> {
    /// Facilities tied to `network` by `linkage`; row `i` of it is facility `i`.
    ///
    /// # Errors
    ///
    /// [`InputError::OtherNetwork`] where `linkage` belongs to another network.
    pub fn new(network: &'a RoadNetwork, linkage: &'a Linkage, direction: Direction) -> Result<Sources<'a>, InputError> {
        linkage.check("facilities", network)?;
        Ok(Sources::tied(network, Cow::Borrowed(linkage), direction))
    }

    fn tied(network: &'a RoadNetwork, linkage: Cow<'a, Linkage>, direction: Direction) -> Sources<'a> {
        let mut on_edge = Vec::new();
        let mut has_facility = vec![false; network.edges().len()];
        for facility in 0..linkage.len() {
            for snap in linkage.snaps(facility) {
                on_edge.push((snap.edge, snap.offset_mm, snap.leg, FacilityId::at(facility)));
                has_facility[snap.edge.index()] = true;
            }
        }
        on_edge.sort_unstable();
        Sources { network, direction, linkage, on_edge, has_facility }
    }

    /// One sweep from all facilities, without a bound, in parallel.
    ///
    /// # Complexity
    ///
    /// Close to O(n + m) for `n` nodes and `m` arcs on roads. A bucket of the queue is not sorted, so networks whose arcs differ by many
    /// orders of magnitude take longer.
    pub fn nearest_facility<'s>(&'s self, space: &'s mut SearchSpace) -> NearestFacility<'s> {
        self.nearest_facility_within(Cost::UNREACHED, space)
    }

    /// One sweep from all facilities as far as `bound` (inclusive): nodes beyond it have no label, and places inside edges beyond it none or
    /// one that is too high.
    ///
    /// # Complexity
    ///
    /// As [`Sources::nearest_facility`], for the nodes within the bound; and O(n) to clear and fill the labels.
    pub fn nearest_facility_within<'s>(&'s self, bound: Cost, space: &'s mut SearchSpace) -> NearestFacility<'s> {
        space.touched = None;
        self.sweep(limit(bound), &mut space.labels, &mut space.blocks);
        NearestFacility { sources: self, labels: &space.labels, only: None, rests: &[] }
    }

    /// The search of one facility alone, as far as `bound` (inclusive); beyond it as in [`Sources::nearest_facility_within`].
    ///
    /// # Complexity
    ///
    /// O(k log k) for the `k` nodes and arcs within the bound, whatever the size of the network.
    pub fn catchment<'s>(&'s self, facility: FacilityId, bound: Cost, space: &'s mut SearchSpace) -> NearestFacility<'s> {
        let ball = self.search_one(facility, bound, &mut space.ball);
        let nodes = self.network.node_count();
        let labels = &mut space.labels;
        let mut touched = match space.touched.take() {
            Some(touched) if labels.len() == nodes => touched,
            _ => {
                labels.clear();
                labels.resize(nodes, UNREACHED);
                Vec::new()
            }
        };
        touched.drain(..).for_each(|node| labels[node as usize] = UNREACHED);
        let limit = limit(bound);
        self.seed(facility.index(), limit, |node, label| {
            touched.push(node.0);
            let held = &mut labels[node.index()];
            *held = label.min(*held);
        });
        for &junction in ball.reached() {
            touched.push(junction);
            labels[junction as usize] = packed(ball.cost(NodeId(junction)), facility);
        }
        self.for_each_chain(ball, |chain, start, end| {
            let chain = self.network.chain(chain);
            touched.extend(chain.bends().map(|bend| bend as u32));
            let ends = [start, end].map(|cost| packed(cost, facility));
            self.spread().along(chain.edges, ends[0], ends[1], &mut labels[chain.bends()], limit);
        });
        space.touched = Some(touched);
        NearestFacility { sources: self, labels: &space.labels, only: Some(facility), rests: &[] }
    }

    /// The junctions within `bound` of one facility.
    fn search_one<'s>(&self, facility: FacilityId, bound: Cost, space: &'s mut Option<Ball>) -> &'s Ball {
        let network = self.network;
        let ball = space.take().filter(|ball| ball.fits(network.junction_count(), self.shift()));
        let ball = space.insert(ball.unwrap_or_else(|| Ball::new(network.junction_count(), self.shift())));
        ball.start();
        self.seed(facility.index(), limit(bound), |node, label| {
            if network.is_junction(node) {
                ball.offer(node.0, unpacked(label).cost);
            }
        });
        ball.run(network.first_arcs(), self.arcs(), bound);
        ball
    }

    /// Hands `visit` the chains at the junctions that were reached, each once, with the costs of its start and its end.
    fn for_each_chain(&self, ball: &Ball, mut visit: impl FnMut(ChainId, Cost, Cost)) {
        let arcs = self.arcs();
        for &junction in ball.reached() {
            let own = ball.cost(NodeId(junction));
            for arc in self.network.arc_range(NodeId(junction)) {
                let (chain, at_end) = self.network.arc_chain(arc);
                let other = ball.cost(arcs[arc].head);
                if !at_end {
                    visit(chain, own, other);
                } else if !other.is_reached() {
                    // a chain that was reached from both sides is the start's
                    visit(chain, other, own);
                }
            }
        }
    }

    /// Arcs of chains along which a label spreads from its facility: against travel where people go to it.
    fn arcs(&self) -> &'a [Arc] {
        self.network.chain_arcs(self.direction == Direction::FromFacility)
    }

    fn spread(&self) -> Spread {
        Spread(self.direction)
    }

    /// One facility more, tied by `snaps`, which is not open yet.
    fn add(&mut self, snaps: &[Snap]) -> FacilityId {
        self.linkage.to_mut().push(snaps);
        FacilityId::at(self.linkage.len() - 1)
    }

    /// Puts a facility on its edges, or takes it off them.
    fn set_open(&mut self, facility: FacilityId, open: bool) {
        if open {
            for snap in self.linkage.snaps(facility.index()) {
                let row = (snap.edge, snap.offset_mm, snap.leg, facility);
                self.on_edge.insert(self.on_edge.partition_point(|other| *other < row), row);
                self.has_facility[snap.edge.index()] = true;
            }
        } else {
            self.on_edge.retain(|row| row.3 != facility);
            for snap in self.linkage.snaps(facility.index()) {
                let next = self.on_edge.partition_point(|row| row.0 < snap.edge);
                self.has_facility[snap.edge.index()] = self.on_edge.get(next).is_some_and(|row| row.0 == snap.edge);
            }
        }
    }

    /// Queues have buckets of 2^shift units: an eighth of a common arc.
    fn shift(&self) -> u32 {
        (self.network.common_arc().0 / 8).max(1).ilog2()
    }

    /// The labels below `limit` that a facility gives to the nodes of its own chains and to their junctions.
    fn seed(&self, facility: usize, limit: u64, visit: impl FnMut(NodeId, u64)) {
        let snaps = self.linkage.snaps(facility);
        seeds_of(self.network, self.direction, snaps, FacilityId::at(facility), limit, visit);
    }

    /// What it costs between a point and a facility that sit on one edge, without leaving it.
    fn along(&self, edge: &Edge, point_mm: u32, facility_mm: u32) -> Cost {
        along(edge, self.direction, point_mm, facility_mm)
    }
}

impl<'a> NearestFacility<'a> {
    /// The network that was searched.
    pub fn network(&self) -> &'a RoadNetwork {
        self.sources.network
    }

    /// Who travels.
    pub fn direction(&self) -> Direction {
        self.sources.direction
    }

    /// The facilities of this search that are tied to `edge`: how far from its tail (mm), what their leg costs, which they are.
    pub(crate) fn on_edge(&self, edge: EdgeId) -> impl Iterator<Item = (u32, Cost, FacilityId)> + use<'a> {
        let (sources, only) = (self.sources, self.only);
        let rows = if sources.has_facility[edge.index()] { &sources.on_edge[..] } else { &[] };
        let first = rows.partition_point(|row| row.0 < edge);
        let own = rows[first..].iter().take_while(move |row| row.0 == edge);
        own.filter(move |row| only.is_none_or(|only| only == row.3)).map(|&(_, offset_mm, leg, facility)| (offset_mm, leg, facility))
    }

    /// The label of a place on an edge, and on those that lie on it, without a leg.
    pub(crate) fn place(&self, edge: EdgeId, offset_mm: u32) -> Label {
        let own = |edge, offset_mm| self.snap(&Snap { edge, offset_mm, leg: Cost::ZERO, leg_m: 0.0 });
        let network = self.network();
        let at = network.location(network.edge(edge).tail);
        let others = network.copies(edge).map(|other| {
            let copy = network.edge(other);
            own(other, if network.location(copy.tail) == at { offset_mm } else { copy.length_mm - offset_mm })
        });
        others.fold(own(edge, offset_mm), Label::min)
    }

    /// The label of a node.
    pub fn node(&self, node: NodeId) -> Label {
        unpacked(self.labels[node.index()])
    }

    /// The label of a point: the best of the places that it is tied to, its leg counted.
    pub fn point(&self, snaps: &[Snap]) -> Label {
        snaps.iter().map(|snap| self.snap(snap)).min().unwrap_or(Label::UNREACHED)
    }

    fn snap(&self, snap: &Snap) -> Label {
        let sources = self.sources;
        let edge = sources.network.edge(snap.edge);
        let [tail, head] = sources.spread().into(edge, snap.offset_mm);
        let through = |node: NodeId, cost: Cost| {
            let label = self.node(node);
            Label { cost: label.cost + cost + snap.leg, ..label }
        };
        let mut best = through(edge.tail, tail).min(through(edge.head, head));
        if sources.has_facility[snap.edge.index()] {
            best = best.min(self.along_edge(edge, snap));
        }
        if best.cost.is_reached() { best } else { Label::UNREACHED }
    }

    /// The best facility that sits on the point's own edge, reached without leaving it.
    fn along_edge(&self, edge: &Edge, snap: &Snap) -> Label {
        self.on_edge(snap.edge)
            .map(|(offset_mm, leg, facility)| {
                let way = self.sources.along(edge, snap.offset_mm, offset_mm);
                Label { cost: snap.leg + way + leg, facility }
            })
            .min()
            .unwrap_or(Label::UNREACHED)
    }
}

/// The labels below `limit` that a facility tied by `snaps` gives to the nodes of its own chains and to their junctions.
fn seeds_of(
    network: &RoadNetwork,
    direction: Direction,
    snaps: &[Snap],
    facility: FacilityId,
    limit: u64,
    mut visit: impl FnMut(NodeId, u64),
) {
    for snap in snaps {
        let ends = Spread(direction).out_of(network.edge(snap.edge), snap.offset_mm);
        let [tail, head] = ends.map(|cost| packed(snap.leg + cost, facility));
        Spread(direction).both_ways(network, snap.edge, tail, head, |node, label| {
            if label < limit {
                visit(node, label);
            }
        });
    }
}

/// What it costs between a point and a facility that sit on one edge, without leaving it.
fn along(edge: &Edge, direction: Direction, point_mm: u32, facility_mm: u32) -> Cost {
    let point_first = point_mm <= facility_mm;
    let towards = direction == Direction::ToFacility;
    let whole = if point_first == towards { edge.forward } else { edge.backward };
    part(whole, point_mm.abs_diff(facility_mm), edge.length_mm)
}

/// The cost of `part_mm` of an edge of `length_mm` that costs `whole`, rounded to the nearest unit; nothing where the part is nothing.
pub(crate) fn part(whole: Cost, part_mm: u32, length_mm: u32) -> Cost {
    match part_mm {
        0 => Cost::ZERO,
        _ if !whole.is_reached() => Cost::UNREACHED,
        _ => {
            let length = u64::from(length_mm.max(1));
            Cost(((u64::from(whole.0) * u64::from(part_mm) + length / 2) / length) as u32)
        }
    }
}
