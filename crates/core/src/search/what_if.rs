//! What if: one facility more or one fewer, at the price of what it touches.
//!
//! Costs and coverage stand as after a sweep. Opening a facility lets its label spread as far as it is the better one; closing one takes its
//! label back and lets the labels around flow in. Then the chains at the junctions that changed are looked at again, and the people of
//! their points move between covered and not covered. Every change keeps what it overwrote, so that it can be taken back.

use std::collections::BTreeMap;

use serde::Serialize;

use super::label::{UNREACHED, cost, limit, longer, packed, unpacked};
use super::queue::Queue;
use super::residents::Residents;
use super::spread::Spread;
use super::{Direction, Label, SearchSpace, Sources, seeds_of};
use crate::ids::{DemandId, FacilityId, NodeId, ZoneId};
use crate::limits::Limits;
use crate::link::{Linkage, Snap};
use crate::network::{Arc, ChainId, RoadNetwork};
use crate::units::{Cost, People};

/// Coverage of a study's people, kept true while facilities open and close.
///
/// ```
/// use catchment::geo::Coord;
/// use catchment::*;
///
/// // a kilometre of street walked at 1 m/s, a clinic at one end of it, seven people at the other
/// let street = RoadSegment {
///     from: 0, to: 1, length_mm: 1_000_000, forward_m_s: Some(1.0), backward_m_s: Some(1.0), delay_ms: 0,
/// };
/// let place = |x| Coord { x, y: 0.0 };
/// let roads = Roads { nodes: vec![place(0.0), place(1000.0)], segments: vec![street], ..Roads::default() };
/// let network = RoadNetwork::build(&roads, Metric::Time)?;
/// let grid = EdgeGrid::new(&network, LinkRules { snap_m: 50.0, access_speed_m_s: 1.0, min_component: 1 });
/// let homes = Linkage::new(&grid, &[place(1000.0)]);
/// let people = [People::persons(7)];
/// let residents = Residents::new(&network, Direction::ToFacility, &homes, &people);
/// let limits = Limits::same("5min".parse()?);
/// let mut what_if = WhatIf::new(&residents, &Linkage::new(&grid, &[place(0.0)]), &[Some(ZoneId(0))], limits, Cost(300_000));
/// assert_eq!(what_if.covered(Some(ZoneId(0))), People::ZERO);
/// let change = what_if.open(Linkage::new(&grid, &[place(800.0)]).snaps(0));
/// assert_eq!((change.gained, what_if.covered(Some(ZoneId(0)))), (People::persons(7), People::persons(7)));
/// what_if.undo();
/// assert_eq!(what_if.covered(Some(ZoneId(0))), People::ZERO);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct WhatIf<'a> {
    network: &'a RoadNetwork,
    direction: Direction,
    residents: &'a Residents<'a>,
    zones: &'a [Option<ZoneId>],
    limits: Limits<'a>,
    /// Labels count below this.
    limit: u64,
    facilities: Vec<Placed>,
    /// Open facilities by chain.
    on_chain: BTreeMap<ChainId, Vec<FacilityId>>,
    /// What open facilities give to the junctions at the ends of their chains.
    seeds: BTreeMap<u32, Vec<u64>>,
    /// Of each junction.
    labels: Vec<u64>,
    /// Of each demand point.
    points: Vec<u64>,
    /// By zone, and last of the points outside all.
    covered: Vec<People>,
    queue: Queue,
    steps: Vec<Step>,
    /// Labels of the bends of one chain, while nothing changes.
    bends: (Option<ChainId>, Vec<u64>),
}

#[derive(Debug, Clone)]
struct Placed {
    snaps: Vec<Snap>,
    is_open: bool,
}

/// What a change overwrote, in the order in which it did.
#[derive(Debug, Clone)]
struct Step {
    facility: FacilityId,
    opened: bool,
    labels: Vec<(u32, u64)>,
    points: Vec<(u32, u64)>,
}

/// What became of people by one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The facility that opened or closed.
    pub facility: FacilityId,
    /// People who are within their limit now and were not before.
    pub gained: People,
    /// People who were within their limit before and are not now.
    pub lost: People,
    /// Demand points with another cost or another nearest facility.
    pub points: usize,
    /// Zones of those points, ascending: where gaps have to be drawn anew.
    pub zones: Vec<ZoneId>,
}

impl<'a> WhatIf<'a> {
    /// `residents` and what the facilities of `linkage` reach, as far as `bound`: costs beyond it are not kept, so it must not be below the
    /// greatest of the `limits`, and is raised to it. Point `i` lies in zone `zones[i]` and has that zone's limit.
    ///
    /// # Panics
    ///
    /// Where `zones` has not one entry for each point.
    ///
    /// # Complexity
    ///
    /// One sweep and one look at each point.
    pub fn new(
        residents: &'a Residents<'a>,
        linkage: &Linkage,
        zones: &'a [Option<ZoneId>],
        limits: Limits<'a>,
        bound: Cost,
    ) -> WhatIf<'a> {
        assert_eq!(residents.people().len(), zones.len(), "a zone, or none, for each point");
        let (network, direction) = (residents.network(), residents.direction());
        let limit = limit(bound.max(limits.greatest().cost));
        let sources = Sources::new(network, linkage, direction);
        let mut space = SearchSpace::default();
        sources.sweep(limit, &mut space.labels, &mut space.blocks);
        let nearest = super::NearestFacility { sources: &sources, labels: &space.labels, only: None };
        let point = |i: usize| {
            let label = nearest.point(residents.links().snaps(i));
            packed(label.cost, label.facility)
        };
        let points = (0..zones.len()).map(point).map(|label| if label < limit { label } else { UNREACHED }).collect();
        let mut labels = space.labels;
        labels.truncate(network.junction_count());
        labels.shrink_to_fit();
        let zone_count = zones.iter().flatten().map(|zone| zone.index() + 1).max().unwrap_or(0);
        let mut what_if = WhatIf {
            network,
            direction,
            residents,
            zones,
            limits,
            limit,
            facilities: (0..linkage.len()).map(|i| Placed { snaps: linkage.snaps(i).to_vec(), is_open: false }).collect(),
            on_chain: BTreeMap::new(),
            seeds: BTreeMap::new(),
            labels,
            points,
            covered: vec![People::ZERO; zone_count + 1],
            queue: Queue::new(sources.shift()),
            steps: Vec::new(),
            bends: (None, Vec::new()),
        };
        (0..linkage.len()).for_each(|i| what_if.place(FacilityId::at(i), true));
        for point in 0..zones.len() {
            if what_if.is_covered(point, what_if.points[point]) {
                let row = what_if.zone_row(point);
                what_if.covered[row] += residents.people()[point];
            }
        }
        what_if
    }

    /// Opens a facility that is tied to the roads by `snaps`. It gets the next id, so that it loses ties with all others.
    pub fn open(&mut self, snaps: &[Snap]) -> Change {
        self.facilities.push(Placed { snaps: snaps.to_vec(), is_open: false });
        let facility = FacilityId::at(self.facilities.len() - 1);
        self.place(facility, true);
        let mut step = Step { facility, opened: true, labels: Vec::new(), points: Vec::new() };
        let mut seeds = Vec::new();
        seeds_of(self.network, self.direction, snaps, facility, self.limit, |node, label| seeds.push((node, label)));
        let network = self.network;
        seeds.retain(|(node, _)| network.is_junction(*node));
        self.flow(seeds.into_iter().map(|(node, label)| (node.0, label)), &mut step);
        self.finish(step)
    }

    /// Closes a facility; nothing changes where it is closed already, or there is none of that id.
    pub fn close(&mut self, facility: FacilityId) -> Change {
        let mut step = Step { facility, opened: false, labels: Vec::new(), points: Vec::new() };
        if !self.facilities.get(facility.index()).is_some_and(|placed| placed.is_open) {
            return Change { facility, gained: People::ZERO, lost: People::ZERO, points: 0, zones: Vec::new() };
        }
        let region = self.take_back(facility, &mut step);
        self.place(facility, false);
        // what is around the region flows in, and what other facilities give to its junctions
        let back = self.network.chain_arcs(self.direction == Direction::ToFacility);
        let mut inflow = Vec::new();
        for &junction in &region {
            inflow.extend(self.seeds.get(&junction).into_iter().flatten().map(|label| (junction, *label)));
            let arcs = &back[self.network.arc_range(NodeId(junction))];
            inflow.extend(arcs.iter().map(|arc| (junction, longer(self.labels[arc.head.index()], arc.cost))));
        }
        self.flow(inflow.into_iter(), &mut step);
        self.finish(step)
    }

    /// Takes the last change back that was not taken back yet; whether there was one.
    pub fn undo(&mut self) -> bool {
        let Some(step) = self.steps.pop() else { return false };
        step.labels.iter().rev().for_each(|(junction, label)| self.labels[*junction as usize] = *label);
        for &(point, label) in step.points.iter().rev() {
            self.set_point(point as usize, label);
        }
        self.place(step.facility, !step.opened);
        if step.opened {
            self.facilities.pop();
        }
        true
    }

    /// People within their limit: of a zone, or of the points outside all.
    pub fn covered(&self, zone: Option<ZoneId>) -> People {
        let row = zone.map_or(self.covered.len() - 1, ZoneId::index);
        self.covered.get(row).copied().unwrap_or(People::ZERO)
    }

    /// People within their limit, of all zones and outside.
    pub fn covered_in_all(&self) -> People {
        self.covered.iter().copied().sum()
    }

    /// The cost of a point and its facility, as far as the bound goes; [`Label::UNREACHED`] beyond.
    pub fn label(&self, point: DemandId) -> Label {
        unpacked(self.points[point.index()])
    }

    /// The open facilities, by id, and the places that they are tied to.
    pub fn open_facilities(&self) -> impl Iterator<Item = (FacilityId, &[Snap])> {
        let placed = self.facilities.iter().enumerate().filter(|(_, placed)| placed.is_open);
        placed.map(|(i, placed)| (FacilityId::at(i), &placed.snaps[..]))
    }

    /// Notes a facility as open or as closed, with what it gives to the junctions of its chains.
    fn place(&mut self, facility: FacilityId, open: bool) {
        let placed = &mut self.facilities[facility.index()];
        placed.is_open = open;
        for snap in &placed.snaps {
            let there = self.on_chain.entry(self.network.chain_of(snap.edge)).or_default();
            there.retain(|other| *other != facility);
            if open {
                there.push(facility);
            }
        }
        let (network, seeds) = (self.network, &mut self.seeds);
        seeds_of(network, self.direction, &placed.snaps, facility, self.limit, |node, label| {
            if network.is_junction(node) {
                let there = seeds.entry(node.0).or_default();
                there.retain(|other| *other != label);
                if open {
                    there.push(label);
                }
            }
        });
    }

    /// Takes a facility's labels from all junctions that have one, which spread from its own, and says which they are.
    fn take_back(&mut self, facility: FacilityId, step: &mut Step) -> Vec<u32> {
        let mut region = Vec::new();
        let snaps = &self.facilities[facility.index()].snaps;
        let (network, labels) = (self.network, &mut self.labels);
        let mut take = |junction: u32, region: &mut Vec<u32>| {
            let held = &mut labels[junction as usize];
            if *held != UNREACHED && *held as u32 == facility.0 {
                step.labels.push((junction, *held));
                *held = UNREACHED;
                region.push(junction);
            }
        };
        seeds_of(network, self.direction, snaps, facility, self.limit, |node, _| {
            if network.is_junction(node) {
                take(node.0, &mut region);
            }
        });
        let arcs = network.chain_arcs(self.direction == Direction::FromFacility);
        let mut next = 0;
        while let Some(&junction) = region.get(next) {
            next += 1;
            for arc in &arcs[network.arc_range(NodeId(junction))] {
                take(arc.head.0, &mut region);
            }
        }
        region
    }

    /// Lets labels spread from junctions as far as they are better than what is there.
    fn flow(&mut self, offers: impl Iterator<Item = (u32, u64)>, step: &mut Step) {
        let mut held = Vec::new();
        for (junction, label) in offers {
            if self.offer(junction, label, step) {
                held.push(junction);
            }
        }
        self.queue.start(held.iter().map(|junction| cost(self.labels[*junction as usize])).min().unwrap_or(0));
        held.iter().for_each(|&junction| self.queue.push(cost(self.labels[junction as usize]), junction));
        let arcs: &[Arc] = self.network.chain_arcs(self.direction == Direction::FromFacility);
        while let Some((at_cost, junction)) = self.queue.pop() {
            let label = self.labels[junction as usize];
            if cost(label) != at_cost {
                continue;
            }
            for arc in &arcs[self.network.arc_range(NodeId(junction))] {
                let next = longer(label, arc.cost);
                if self.offer(arc.head.0, next, step) {
                    self.queue.push(cost(next), arc.head.0);
                }
            }
        }
    }

    fn offer(&mut self, junction: u32, label: u64, step: &mut Step) -> bool {
        let held = &mut self.labels[junction as usize];
        let better = label < self.limit && label < *held;
        if better {
            step.labels.push((junction, *held));
            *held = label;
        }
        better
    }

    /// Looks again at all points that the changed labels may concern.
    fn finish(&mut self, mut step: Step) -> Change {
        let network = self.network;
        let at = |junction: &(u32, u64)| network.arc_range(NodeId(junction.0)).map(|arc| network.arc_chain(arc).0);
        let mut chains: Vec<ChainId> = step.labels.iter().flat_map(at).collect();
        chains.extend(self.facilities[step.facility.index()].snaps.iter().map(|snap| network.chain_of(snap.edge)));
        chains.sort_unstable();
        chains.dedup();
        self.bends.0 = None;
        let mut change = Change { facility: step.facility, gained: People::ZERO, lost: People::ZERO, points: 0, zones: Vec::new() };
        for chain in chains {
            self.look_again(chain, &mut step, &mut change);
        }
        change.zones.sort_unstable();
        change.zones.dedup();
        self.steps.push(step);
        change
    }

    fn look_again(&mut self, chain: ChainId, step: &mut Step, change: &mut Change) {
        let residents = self.residents;
        let rows = residents.on(chain).1;
        let plain = self.on_chain.get(&chain).is_none_or(Vec::is_empty);
        let [start, end] = self.ends(chain);
        for row in rows {
            let label = match plain {
                true => longer(start, row.from[0]).min(longer(end, row.from[1])),
                false => self.at_places(residents.links().snaps(row.point as usize)),
            };
            self.note(row.point, label, step, change);
        }
        for point in residents.tied(chain) {
            let label = self.at_places(residents.links().snaps(point as usize));
            self.note(point, label, step, change);
        }
    }

    fn ends(&self, chain: ChainId) -> [u64; 2] {
        let chain = self.network.chain(chain);
        [chain.start, chain.end].map(|junction| self.labels[junction.index()])
    }

    /// The label of a point at its places, among them those on chains with open facilities.
    fn at_places(&mut self, snaps: &[Snap]) -> u64 {
        let mut best = UNREACHED;
        for snap in snaps {
            let id = self.network.chain_of(snap.edge);
            self.label_bends(id);
            let first_bend = self.network.chain(id).first_bend.index();
            let node = |node: NodeId| match self.network.is_junction(node) {
                true => self.labels[node.index()],
                false => self.bends.1[node.index() - first_bend],
            };
            let edge = self.network.edge(snap.edge);
            let [tail, head] = Spread(self.direction).into(edge, snap.offset_mm);
            best = best.min(longer(longer(node(edge.tail), tail), snap.leg)).min(longer(longer(node(edge.head), head), snap.leg));
            for facility in self.on_chain.get(&id).into_iter().flatten() {
                for other in self.facilities[facility.index()].snaps.iter().filter(|other| other.edge == snap.edge) {
                    let way = super::along(edge, self.direction, snap.offset_mm, other.offset_mm);
                    best = best.min(packed(snap.leg + way + other.leg, *facility));
                }
            }
        }
        best
    }

    /// Works out the labels of a chain's bends, unless they are those at hand.
    fn label_bends(&mut self, id: ChainId) {
        if self.bends.0 == Some(id) {
            return;
        }
        let chain = self.network.chain(id);
        let [start, end] = self.ends(id);
        let (at, bends) = &mut self.bends;
        *at = Some(id);
        bends.clear();
        bends.resize(chain.bends().len(), UNREACHED);
        for facility in self.on_chain.get(&id).into_iter().flatten() {
            let snaps = &self.facilities[facility.index()].snaps;
            seeds_of(self.network, self.direction, snaps, *facility, self.limit, |node, label| chain.offer(node, label, bends));
        }
        Spread(self.direction).along(chain.edges, start, end, bends, self.limit);
    }

    fn note(&mut self, point: u32, label: u64, step: &mut Step, change: &mut Change) {
        let label = if label < self.limit { label } else { UNREACHED };
        let before = self.points[point as usize];
        if label == before {
            return;
        }
        step.points.push((point, before));
        change.points += 1;
        change.zones.extend(self.zones[point as usize]);
        let people = self.residents.people()[point as usize];
        match self.set_point(point as usize, label) {
            (false, true) => change.gained += people,
            (true, false) => change.lost += people,
            _ => {}
        }
    }

    /// Gives a point another label; whether it was covered before and is now.
    fn set_point(&mut self, point: usize, label: u64) -> (bool, bool) {
        let (before, now) = (self.is_covered(point, self.points[point]), self.is_covered(point, label));
        self.points[point] = label;
        let row = self.zone_row(point);
        let (sum, people) = (&mut self.covered[row], self.residents.people()[point]);
        match (before, now) {
            (false, true) => *sum += people,
            (true, false) => *sum = People(sum.0 - people.0),
            _ => {}
        }
        (before, now)
    }

    fn is_covered(&self, point: usize, label: u64) -> bool {
        self.limits.of(self.zones[point]).admits(unpacked(label).cost)
    }

    fn zone_row(&self, point: usize) -> usize {
        self.zones[point].map_or(self.covered.len() - 1, ZoneId::index)
    }
}
