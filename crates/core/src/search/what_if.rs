//! What if: one facility more or one fewer, at the price of what it touches.
//!
//! Costs and coverage stand as after a sweep. Opening a facility lets its label spread as far as it is the better one; closing one takes its
//! label back and lets the labels around flow in. Then the chains at the junctions that changed are looked at again, and the people of
//! their points move between covered and not covered. Every change keeps what it overwrote, so that it can be taken back. Labels of bends
//! are worked out when somebody asks for them: [`WhatIf::nearest`].

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::label::{UNREACHED, cost, limit, longer, packed, unpacked};
use super::queue::Queue;
use super::residents::Residents;
use super::{Direction, Label, NearestFacility, SearchSpace, Sources};
use crate::check::{self, InputError};
use crate::ids::{DemandId, FacilityId, NodeId, ZoneId};
use crate::limits::Limits;
use crate::link::{Linkage, Snap};
use crate::network::{Arc, ChainId};
use crate::units::{Cost, People};

/// Coverage of a study's people, kept true while facilities open and close.
///
/// Every change keeps what it overwrote, about 16 bytes for each junction and point that it touched, until [`WhatIf::undo`] takes it back
/// or [`WhatIf::commit`] makes it final. The gaps of the zones that a change touched: [`ZoneGaps`](crate::ZoneGaps).
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
/// let grid = EdgeGrid::new(&network, LinkRules { snap_m: 50.0, access_speed_m_s: 1.0, min_component: 1 })?;
/// let homes = Linkage::new(&grid, &[place(1000.0)]);
/// let people = [People::persons(7)];
/// let residents = Residents::new(&network, Direction::ToFacility, &homes, &people)?;
/// let limits = Limits::same("5min".parse()?);
/// let mut what_if = WhatIf::new(&residents, &Linkage::new(&grid, &[place(0.0)]), &[Some(ZoneId(0))], limits, Cost(300_000))?;
/// assert_eq!(what_if.covered(Some(ZoneId(0))), People::ZERO);
/// let change = what_if.open(Linkage::new(&grid, &[place(800.0)]).snaps(0));
/// assert_eq!((change.gained, what_if.covered(Some(ZoneId(0)))), (People::persons(7), People::persons(7)));
/// what_if.undo();
/// assert_eq!(what_if.covered(Some(ZoneId(0))), People::ZERO);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct WhatIf<'a> {
    sources: Sources<'a>,
    /// Of each facility of the sources, whether it is open.
    open: Vec<bool>,
    residents: &'a Residents<'a>,
    zones: &'a [Option<ZoneId>],
    limits: Limits<'a>,
    /// Labels count below this.
    limit: u64,
    /// What open facilities give to the junctions at the ends of their chains.
    seeds: BTreeMap<u32, Vec<u64>>,
    /// Of each node; those of a stale chain's bends are out of date.
    labels: Vec<u64>,
    /// Of each chain.
    bends: Vec<Bends>,
    /// The chains that are not [`Bends::Fresh`].
    spoilt: Vec<ChainId>,
    /// Of each demand point.
    points: Vec<u64>,
    /// By zone, and last of the points outside all.
    covered: Vec<People>,
    queue: Queue,
    steps: Vec<Step>,
}

/// Whether the labels of a chain's bends are those of its junctions and its facilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bends {
    Fresh,
    /// They are, and the chain is still among the spoilt.
    Freshened,
    Stale,
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
    /// Zones of those points, ascending.
    pub zones: Vec<ZoneId>,
    /// The chains at whose ends or on which something changed, ascending.
    #[serde(skip)]
    pub(crate) chains: Vec<ChainId>,
}

impl Change {
    fn none(facility: FacilityId) -> Change {
        Change { facility, gained: People::ZERO, lost: People::ZERO, points: 0, zones: Vec::new(), chains: Vec::new() }
    }
}

impl<'a> WhatIf<'a> {
    /// `residents` and what the facilities of `linkage` reach, as far as `bound`: costs beyond it are not kept, so it must not be below the
    /// greatest of the `limits`, and is raised to it. Point `i` lies in zone `zones[i]` and has that zone's limit.
    ///
    /// # Errors
    ///
    /// [`InputError`] where `zones` has not one entry for each point, `linkage` belongs to another network, or a limit counts something
    /// else than the network's costs.
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
    ) -> Result<WhatIf<'a>, InputError> {
        let network = residents.network();
        check::length("zones", zones.len(), "resident point", residents.people().len())?;
        limits.check(network.metric())?;
        linkage.check("facilities", network)?;
        let limit = limit(bound.max(limits.greatest().cost));
        // a linkage of its own, which grows
        let sources = Sources::tied(network, Cow::Owned(linkage.clone()), residents.direction());
        let mut space = SearchSpace::default();
        sources.sweep(limit, &mut space.labels, &mut space.blocks);
        let nearest = NearestFacility { sources: &sources, labels: &space.labels, only: None, rests: &[] };
        let point = |i: usize| {
            let label = nearest.point(residents.links().snaps(i));
            packed(label.cost, label.facility)
        };
        let points = (0..zones.len()).map(point).map(|label| if label < limit { label } else { UNREACHED }).collect();
        let zone_count = zones.iter().flatten().map(|zone| zone.index() + 1).max().unwrap_or(0);
        let mut what_if = WhatIf {
            queue: Queue::new(sources.shift()),
            sources,
            open: vec![true; linkage.len()],
            residents,
            zones,
            limits,
            limit,
            seeds: BTreeMap::new(),
            labels: space.labels,
            bends: vec![Bends::Fresh; network.chain_count()],
            spoilt: Vec::new(),
            points,
            covered: vec![People::ZERO; zone_count + 1],
            steps: Vec::new(),
        };
        (0..linkage.len()).for_each(|i| what_if.give_seeds(FacilityId::at(i), true));
        for point in 0..zones.len() {
            if what_if.is_covered(point, what_if.points[point]) {
                let row = what_if.zone_row(point);
                what_if.covered[row] += residents.people()[point];
            }
        }
        Ok(what_if)
    }

    /// Opens a facility that is tied to the roads by `snaps`. It gets the next id, so that it loses ties with all others. Places that the
    /// network lacks are passed over.
    pub fn open(&mut self, snaps: &[Snap]) -> Change {
        let edges = self.sources.network.edges();
        let is_there = |snap: &Snap| edges.get(snap.edge.index()).is_some_and(|edge| snap.offset_mm <= edge.length_mm);
        let snaps: Vec<Snap> = snaps.iter().copied().filter(is_there).collect();
        let facility = self.sources.add(&snaps);
        self.open.push(false);
        self.set_open(facility, true);
        let mut step = Step { facility, opened: true, labels: Vec::new(), points: Vec::new() };
        let mut seeds = Vec::new();
        self.sources.seed(facility.index(), self.limit, |node, label| seeds.push((node, label)));
        seeds.retain(|(node, _)| self.sources.network.is_junction(*node));
        self.flow(seeds.into_iter().map(|(node, label)| (node.0, label)), &mut step);
        self.finish(step)
    }

    /// Closes a facility; nothing changes where it is closed already, or there is none of that id.
    pub fn close(&mut self, facility: FacilityId) -> Change {
        let mut step = Step { facility, opened: false, labels: Vec::new(), points: Vec::new() };
        if self.open.get(facility.index()) != Some(&true) {
            return Change::none(facility);
        }
        let region = self.take_back(facility, &mut step);
        self.set_open(facility, false);
        // what is around the region flows in, and what other facilities give to its junctions
        let network = self.sources.network;
        let back = network.chain_arcs(self.sources.direction == Direction::ToFacility);
        let mut inflow = Vec::new();
        for &junction in &region {
            inflow.extend(self.seeds.get(&junction).into_iter().flatten().map(|label| (junction, *label)));
            let arcs = &back[network.arc_range(NodeId(junction))];
            inflow.extend(arcs.iter().map(|arc| (junction, longer(self.labels[arc.head.index()], arc.cost))));
        }
        self.flow(inflow.into_iter(), &mut step);
        self.finish(step)
    }

    /// Takes the last change back that was neither taken back yet nor made final, and says whether there was one: where there is none,
    /// nothing changes. It touches the same zones as the change did.
    pub fn undo(&mut self) -> bool {
        let Some(step) = self.steps.pop() else { return false };
        step.labels.iter().rev().for_each(|(junction, label)| self.labels[*junction as usize] = *label);
        for &(point, label) in step.points.iter().rev() {
            self.set_point(point as usize, label);
        }
        let chains = self.chains_of(&step);
        chains.into_iter().for_each(|chain| self.spoil(chain));
        self.set_open(step.facility, !step.opened);
        if step.opened {
            self.open.pop();
            self.sources.linkage.to_mut().pop();
        }
        true
    }

    /// Makes all changes final: nothing is left to take back, and what was kept for that is given up.
    pub fn commit(&mut self) {
        self.steps = Vec::new();
    }

    /// Costs and facilities of all nodes and places at present, as far as the bound goes.
    ///
    /// # Complexity
    ///
    /// O(1), and O(k) for the `k` bends of the chains that changes touched since it was last asked.
    pub fn nearest(&mut self) -> NearestFacility<'_> {
        for chain in std::mem::take(&mut self.spoilt) {
            self.freshen(chain);
            self.bends[chain.index()] = Bends::Fresh;
        }
        NearestFacility { sources: &self.sources, labels: &self.labels, only: None, rests: &[] }
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

    /// The cost of a point and its facility, as far as the bound goes; [`Label::UNREACHED`] beyond, and for a point that there is not.
    pub fn label(&self, point: DemandId) -> Label {
        unpacked(self.points.get(point.index()).copied().unwrap_or(UNREACHED))
    }

    /// The residents whose coverage it keeps.
    pub(crate) fn residents(&self) -> &'a Residents<'a> {
        self.residents
    }

    /// The open facilities, by id, and the places that they are tied to.
    pub fn open_facilities(&self) -> impl Iterator<Item = (FacilityId, &[Snap])> {
        let open = (0..self.open.len()).filter(|i| self.open[*i]);
        open.map(|i| (FacilityId::at(i), self.sources.linkage.snaps(i)))
    }

    /// Notes a facility as open or as closed.
    fn set_open(&mut self, facility: FacilityId, open: bool) {
        self.open[facility.index()] = open;
        self.sources.set_open(facility, open);
        self.give_seeds(facility, open);
    }

    /// Notes what a facility gives to the junctions of its chains, or no longer.
    fn give_seeds(&mut self, facility: FacilityId, open: bool) {
        let (network, seeds) = (self.sources.network, &mut self.seeds);
        self.sources.seed(facility.index(), self.limit, |node, label| {
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
        let (network, labels) = (self.sources.network, &mut self.labels);
        let mut take = |junction: u32, region: &mut Vec<u32>| {
            let held = &mut labels[junction as usize];
            if *held != UNREACHED && *held as u32 == facility.0 {
                step.labels.push((junction, *held));
                *held = UNREACHED;
                region.push(junction);
            }
        };
        self.sources.seed(facility.index(), self.limit, |node, _| {
            if network.is_junction(node) {
                take(node.0, &mut region);
            }
        });
        let arcs = self.sources.arcs();
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
        let (network, arcs): (_, &[Arc]) = (self.sources.network, self.sources.arcs());
        while let Some((at_cost, junction)) = self.queue.pop() {
            let label = self.labels[junction as usize];
            if cost(label) != at_cost {
                continue;
            }
            for arc in &arcs[network.arc_range(NodeId(junction))] {
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

    /// The chains that a change concerns: those at the junctions that it touched, and the facility's own.
    fn chains_of(&self, step: &Step) -> Vec<ChainId> {
        let network = self.sources.network;
        let at = |junction: &(u32, u64)| network.arc_range(NodeId(junction.0)).map(|arc| network.arc_chain(arc).0);
        let own = self.sources.linkage.snaps(step.facility.index()).iter().map(|snap| network.chain_of(snap.edge));
        let mut chains: Vec<ChainId> = step.labels.iter().flat_map(at).chain(own).collect();
        chains.sort_unstable();
        chains.dedup();
        chains
    }

    /// Looks again at all points that the changed labels may concern.
    fn finish(&mut self, mut step: Step) -> Change {
        let mut change = Change { chains: self.chains_of(&step), ..Change::none(step.facility) };
        change.chains.iter().for_each(|chain| self.spoil(*chain));
        for at in 0..change.chains.len() {
            self.look_again(change.chains[at], &mut step, &mut change);
        }
        change.zones.sort_unstable();
        change.zones.dedup();
        self.steps.push(step);
        change
    }

    fn look_again(&mut self, id: ChainId, step: &mut Step, change: &mut Change) {
        let residents = self.residents;
        let (rows, chain) = (residents.on(id).1, self.sources.network.chain(id));
        let plain = !self.sources.has_facility[chain.first_edge.index()..][..chain.edges.len()].contains(&true);
        let [start, end] = [chain.start, chain.end].map(|junction| self.labels[junction.index()]);
        for row in rows {
            let label = match plain {
                true => longer(start, row.from[0]).min(longer(end, row.from[1])),
                false => self.at_places(residents.links().snaps(row.point as usize)),
            };
            self.note(row.point, label, step, change);
        }
        for point in residents.tied(id) {
            let label = self.at_places(residents.links().snaps(point as usize));
            self.note(point, label, step, change);
        }
    }

    /// The label of a point at its places.
    fn at_places(&mut self, snaps: &[Snap]) -> u64 {
        snaps.iter().for_each(|snap| self.freshen(self.sources.network.chain_of(snap.edge)));
        let label = NearestFacility { sources: &self.sources, labels: &self.labels, only: None, rests: &[] }.point(snaps);
        packed(label.cost, label.facility)
    }

    /// Notes that the labels of a chain's bends are out of date.
    fn spoil(&mut self, chain: ChainId) {
        if std::mem::replace(&mut self.bends[chain.index()], Bends::Stale) == Bends::Fresh {
            self.spoilt.push(chain);
        }
    }

    /// Works out the labels of a chain's bends, where they are out of date.
    fn freshen(&mut self, id: ChainId) {
        if self.bends[id.index()] != Bends::Stale {
            return;
        }
        self.bends[id.index()] = Bends::Freshened;
        let chain = self.sources.network.chain(id);
        let [start, end] = [chain.start, chain.end].map(|junction| self.labels[junction.index()]);
        let bends = &mut self.labels[chain.bends()];
        bends.fill(UNREACHED);
        let own = chain.first_edge.0..chain.first_edge.0 + chain.edges.len() as u32;
        let first = self.sources.on_edge.partition_point(|row| row.0.0 < own.start);
        for row in self.sources.on_edge[first..].iter().take_while(|row| row.0.0 < own.end) {
            self.sources.seed(row.3.index(), self.limit, |node, label| chain.offer(node, label, bends));
        }
        self.sources.spread().along(chain.edges, start, end, bends, self.limit);
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
