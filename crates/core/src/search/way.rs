//! The way behind a label: how long the cheapest path to the nearest facility is.
//!
//! Labels hold costs alone. An arc is on a cheapest path where its cost is exactly what the labels of its ends differ by: whole numbers
//! leave no doubt. Among equally cheap paths the shortest counts, so that the answer does not depend on any order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::{Direction, Label, NearestFacility};
use crate::ids::{EdgeId, NodeId};
use crate::link::Snap;
use crate::units::{Cost, Metric};

/// Nodes on cheapest paths, by their way from the point.
#[derive(Default)]
struct Walk {
    ways: BTreeMap<NodeId, u64>,
    heap: BinaryHeap<Reverse<(u64, NodeId)>>,
}

impl Walk {
    fn offer(&mut self, node: NodeId, way_mm: u64) {
        let known = self.ways.entry(node).or_insert(u64::MAX);
        if way_mm < *known {
            *known = way_mm;
            self.heap.push(Reverse((way_mm, node)));
        }
    }

    fn next(&mut self) -> Option<(u64, NodeId)> {
        while let Some(Reverse((way_mm, node))) = self.heap.pop() {
            if self.ways.get(&node) == Some(&way_mm) {
                return Some((way_mm, node));
            }
        }
        None
    }
}

impl NearestFacility<'_> {
    /// Length of the cheapest way between a point and its facility ([`NearestFacility::point`]), both straight legs counted, millimetres;
    /// the shortest where several are equally cheap. `None` without a way.
    ///
    /// ```
    /// use catchment::geo::Coord;
    /// use catchment::*;
    ///
    /// // 300 m of street walked at 1 m/s, a clinic at one end of it, somebody 20 m off the other
    /// let street = RoadSegment {
    ///     from: 0, to: 1, length_mm: 300_000, forward_m_s: Some(1.0), backward_m_s: Some(1.0), delay_ms: 0,
    /// };
    /// let place = |x, y| Coord { x, y };
    /// let roads = Roads { nodes: vec![place(0.0, 0.0), place(300.0, 0.0)], segments: vec![street], ..Roads::default() };
    /// let network = RoadNetwork::build(&roads, Metric::Time)?;
    /// let grid = EdgeGrid::new(&network, LinkRules { snap_m: 50.0, access_speed_m_s: 1.0, min_component: 1 })?;
    /// let (clinic, home) = (Linkage::new(&grid, &[place(0.0, 0.0)]), Linkage::new(&grid, &[place(300.0, 20.0)]));
    /// let sources = Sources::new(&network, &clinic, Direction::ToFacility)?;
    /// let mut space = SearchSpace::default();
    /// assert_eq!(sources.nearest_facility(&mut space).way_mm(home.snaps(0)), Some(320_000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Complexity
    ///
    /// O(k log k) for the `k` nodes and arcs on cheapest ways of the point.
    pub fn way_mm(&self, snaps: &[Snap]) -> Option<u64> {
        let goal = self.point(snaps);
        if !goal.cost.is_reached() {
            return None;
        }
        let mut walk = Walk::default();
        snaps.iter().for_each(|snap| self.leave_edge(snap, goal, &mut walk));
        self.shortest(walk, snaps.iter().filter_map(|snap| self.along_own_edge(snap, goal)).min())
    }

    /// The same from a node.
    pub(super) fn way_from_mm(&self, node: NodeId) -> Option<u64> {
        let mut walk = Walk::default();
        if self.node(node).cost.is_reached() {
            walk.offer(node, 0);
        }
        self.shortest(walk, None)
    }

    /// The shortest of what is known and of all cheapest ways that a walk goes.
    fn shortest(&self, mut walk: Walk, mut shortest: Option<u64>) -> Option<u64> {
        while let Some((way_mm, node)) = walk.next() {
            if shortest.is_some_and(|shortest| shortest <= way_mm) {
                break;
            }
            let rests = [self.rest_mm(node), self.known_rest_mm(node)].into_iter().flatten();
            shortest = rests.map(|rest| way_mm + rest).chain(shortest).min();
            let label = self.node(node);
            for (edge, next_node, cost) in self.onward(node) {
                let next = self.node(next_node);
                if next.facility == label.facility && next.cost + cost == label.cost {
                    walk.offer(next_node, way_mm + u64::from(self.network().edge(edge).length_mm));
                }
            }
        }
        shortest
    }

    /// Offers the ends of the point's edge through which `goal` is reached.
    fn leave_edge(&self, snap: &Snap, goal: Label, walk: &mut Walk) {
        let sources = self.sources;
        let edge = sources.network.edge(snap.edge);
        let costs = sources.spread().into(edge, snap.offset_mm);
        let ends = [(edge.tail, snap.offset_mm), (edge.head, edge.length_mm - snap.offset_mm)];
        for ((node, part_mm), cost) in ends.into_iter().zip(costs) {
            let label = self.node(node);
            if label.facility == goal.facility && label.cost + cost + snap.leg == goal.cost {
                walk.offer(node, self.leg_mm(snap) + u64::from(part_mm));
            }
        }
    }

    /// The way to a facility on the point's own edge that never leaves it, where it costs what `goal` does.
    fn along_own_edge(&self, snap: &Snap, goal: Label) -> Option<u64> {
        let sources = self.sources;
        let same_edge = sources.linkage.snaps(goal.facility.index()).iter().filter(|other| other.edge == snap.edge);
        let as_cheap = same_edge.filter(|other| {
            let edge = sources.network.edge(snap.edge);
            snap.leg + sources.along(edge, snap.offset_mm, other.offset_mm) + other.leg == goal.cost
        });
        let way_mm = |other: &Snap| self.leg_mm(snap) + u64::from(snap.offset_mm.abs_diff(other.offset_mm)) + self.leg_mm(other);
        as_cheap.map(way_mm).min()
    }

    /// The rest of the way from a node of the facility's own edge, where the node's label comes from there.
    fn rest_mm(&self, node: NodeId) -> Option<u64> {
        let sources = self.sources;
        let label = self.node(node);
        let rests = sources.linkage.snaps(label.facility.index()).iter().flat_map(|snap| {
            let edge = sources.network.edge(snap.edge);
            let costs = sources.spread().out_of(edge, snap.offset_mm);
            let ends = [(edge.tail, snap.offset_mm), (edge.head, edge.length_mm - snap.offset_mm)];
            ends.into_iter().zip(costs).filter_map(move |((end, part_mm), cost)| {
                let comes_from_here = end == node && snap.leg + cost == label.cost;
                comes_from_here.then(|| self.leg_mm(snap) + u64::from(part_mm))
            })
        });
        rests.min()
    }

    /// Edges along which a label's way goes on towards its facility, where each leads and what it costs: against those along which it
    /// spread.
    fn onward(&self, node: NodeId) -> impl Iterator<Item = (EdgeId, NodeId, Cost)> {
        let to_facility = self.sources.direction == Direction::ToFacility;
        let edges = self.network().incident(node).map(move |at| (at.edge, at.other, if to_facility { at.out } else { at.into }));
        edges.filter(|(_, _, cost)| cost.is_reached())
    }

    fn leg_mm(&self, snap: &Snap) -> u64 {
        match self.sources.network.metric() {
            Metric::Distance => u64::from(snap.leg.0),
            Metric::Time => (f64::from(snap.leg_m) * 1000.0).round() as u64,
        }
    }
}
