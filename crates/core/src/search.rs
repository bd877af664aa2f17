//! Search: what it costs to reach a facility, from every node and from every point inside an edge.

mod way;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use crate::ids::{EdgeId, FacilityId, NodeId};
use crate::link::{Linkage, Snap};
use crate::network::{Arc, Edge, RoadNetwork};
use crate::units::Cost;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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

/// What a search needs and keeps between runs: one a thread.
///
/// Labels are cleared node by node, only where the last search left one.
#[derive(Debug, Clone, Default)]
pub struct SearchSpace {
    labels: Vec<Label>,
    touched: Vec<NodeId>,
    heap: BinaryHeap<Reverse<(Label, NodeId)>>,
}

/// Facilities as a search starts from them: tied to the roads, with the edges they sit on.
#[derive(Debug, Clone)]
pub struct Sources<'a> {
    network: &'a RoadNetwork,
    direction: Direction,
    linkage: &'a Linkage,
    on_edge: Vec<(EdgeId, u32, Cost, FacilityId)>,
    has_facility: Vec<bool>,
}

/// Nearest facility of every node, and through it of every point on an edge.
#[derive(Debug, Clone)]
pub struct NearestFacility<'a> {
    sources: &'a Sources<'a>,
    labels: &'a [Label],
    only: Option<FacilityId>,
}

impl<'a> Sources<'a> {
    /// Facilities tied to `network` by `linkage`; row `i` of it is facility `i`.
    pub fn new(network: &'a RoadNetwork, linkage: &'a Linkage, direction: Direction) -> Sources<'a> {
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

    /// One sweep from all facilities, without a bound.
    ///
    /// # Complexity
    ///
    /// O((n + m) log n) for `n` nodes and `m` arcs.
    pub fn nearest_facility(&'a self, space: &'a mut SearchSpace) -> NearestFacility<'a> {
        space.start(self.network.node_count());
        for facility in 0..self.linkage.len() {
            self.seed(FacilityId::at(facility), Cost::UNREACHED, space);
        }
        space.run(|node| self.arcs(node), Cost::UNREACHED);
        NearestFacility { sources: self, labels: &space.labels, only: None }
    }

    /// The search of one facility alone, as far as `bound` (inclusive).
    ///
    /// # Complexity
    ///
    /// O(k log k) for the `k` nodes and arcs within the bound, whatever the size of the network.
    pub fn catchment(&'a self, facility: FacilityId, bound: Cost, space: &'a mut SearchSpace) -> NearestFacility<'a> {
        space.start(self.network.node_count());
        self.seed(facility, bound, space);
        space.run(|node| self.arcs(node), bound);
        NearestFacility { sources: self, labels: &space.labels, only: Some(facility) }
    }

    /// Arcs along which a label spreads from its facility: against travel where people go to it.
    fn arcs(&self, node: NodeId) -> &[Arc] {
        match self.direction {
            Direction::ToFacility => self.network.arcs_to(node),
            Direction::FromFacility => self.network.arcs_from(node),
        }
    }

    fn seed(&self, facility: FacilityId, bound: Cost, space: &mut SearchSpace) {
        for snap in self.linkage.snaps(facility.index()) {
            let edge = self.network.edge(snap.edge);
            let [tail, head] = self.to_ends(edge, snap.offset_mm, self.direction == Direction::ToFacility);
            space.offer(edge.tail, Label { cost: snap.leg + tail, facility }, bound);
            space.offer(edge.head, Label { cost: snap.leg + head, facility }, bound);
        }
    }

    /// What it costs between the place `offset_mm` along `edge` and its tail and head; `inward`: from the ends to the place.
    fn to_ends(&self, edge: &Edge, offset_mm: u32, inward: bool) -> [Cost; 2] {
        let (at_tail, at_head) = if inward { (edge.forward, edge.backward) } else { (edge.backward, edge.forward) };
        [part(at_tail, offset_mm, edge.length_mm), part(at_head, edge.length_mm - offset_mm, edge.length_mm)]
    }

    /// What it costs between a point and a facility that sit on one edge, without leaving it.
    fn along(&self, edge: &Edge, point_mm: u32, facility_mm: u32) -> Cost {
        let point_first = point_mm <= facility_mm;
        let towards = self.direction == Direction::ToFacility;
        let whole = if point_first == towards { edge.forward } else { edge.backward };
        part(whole, point_mm.abs_diff(facility_mm), edge.length_mm)
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

    /// The label of a place on an edge, without a leg.
    pub(crate) fn place(&self, edge: EdgeId, offset_mm: u32) -> Label {
        self.snap(&Snap { edge, offset_mm, leg: Cost::ZERO, leg_m: 0.0 })
    }

    /// The label of a node.
    pub fn node(&self, node: NodeId) -> Label {
        self.labels[node.index()]
    }

    /// The label of a point: the best of the places that it is tied to, its leg counted.
    pub fn point(&self, snaps: &[Snap]) -> Label {
        snaps.iter().map(|snap| self.snap(snap)).min().unwrap_or(Label::UNREACHED)
    }

    fn snap(&self, snap: &Snap) -> Label {
        let sources = self.sources;
        let edge = sources.network.edge(snap.edge);
        let [tail, head] = sources.to_ends(edge, snap.offset_mm, sources.direction == Direction::FromFacility);
        let through = |node: NodeId, cost: Cost| {
            let label = self.labels[node.index()];
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

impl SearchSpace {
    fn start(&mut self, nodes: usize) {
        for node in self.touched.drain(..) {
            if let Some(label) = self.labels.get_mut(node.index()) {
                *label = Label::UNREACHED;
            }
        }
        self.labels.resize(nodes, Label::UNREACHED);
        self.heap.clear();
    }

    fn offer(&mut self, node: NodeId, label: Label, bound: Cost) {
        let held = &mut self.labels[node.index()];
        if label.cost <= bound && label.cost.is_reached() && label < *held {
            if *held == Label::UNREACHED {
                self.touched.push(node);
            }
            *held = label;
            self.heap.push(Reverse((label, node)));
        }
    }

    /// Dijkstra's algorithm on labels ordered by cost, then facility: both stay minimal, so ties are settled without regard to order.
    fn run<'n>(&mut self, arcs: impl Fn(NodeId) -> &'n [Arc], bound: Cost) {
        while let Some(Reverse((label, node))) = self.heap.pop() {
            if label != self.labels[node.index()] {
                continue;
            }
            for arc in arcs(node) {
                self.offer(arc.head, Label { cost: label.cost + arc.cost, ..label }, bound);
            }
        }
    }
}
