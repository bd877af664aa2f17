//! People on the roads: points by chain, so that a search that reached a chain's ends knows what it costs all of them.

use super::Direction;
use super::spread::Spread;
use crate::check::{self, InputError};
use crate::ids::EdgeId;
use crate::link::{Linkage, Snap};
use crate::network::{Chain, ChainId, Edge, RoadNetwork};
use crate::units::{Cost, People};

/// Demand points tied to a network, by the chain of road that they are tied to.
///
/// Made once for a network, a direction of travel and a set of points; searches from any facilities use it.
#[derive(Debug, Clone)]
pub struct Residents<'a> {
    network: &'a RoadNetwork,
    direction: Direction,
    links: &'a Linkage,
    people: &'a [People],
    /// Of each chain; one more at the end.
    chains: Vec<ChainSummary>,
    /// Points tied to one place, chain by chain.
    rows: Vec<Row>,
    /// Points tied to several places, by chain.
    tied: Vec<(ChainId, u32)>,
}

/// What is known of the points of a chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChainSummary {
    /// Position of its first row.
    first: u32,
    /// What the farthest of its rows costs from its start, and from its end.
    pub farthest: [Cost; 2],
    /// All people of its rows.
    pub people: People,
    /// Whether points of [`Residents::tied`] are there as well.
    tied: bool,
}

/// A point on a chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub point: u32,
    /// What it costs from the chain's start and from its end, along the chain, its leg counted.
    pub from: [Cost; 2],
}

impl<'a> Residents<'a> {
    /// Points tied to `network` by `links`, each with its `people`, who travel as `direction` says.
    ///
    /// # Errors
    ///
    /// [`InputError`] where `links` and `people` are not of one length, or `links` belongs to another network.
    ///
    /// # Complexity
    ///
    /// O(chains + points log points).
    pub fn new(
        network: &'a RoadNetwork,
        direction: Direction,
        links: &'a Linkage,
        people: &'a [People],
    ) -> Result<Residents<'a>, InputError> {
        check::length("people", people.len(), "linked point", links.len())?;
        links.check("residents", network)?;
        let mut residents = Residents { network, direction, links, people, chains: Vec::new(), rows: Vec::new(), tied: Vec::new() };
        let mut at_one_place: Vec<(EdgeId, u32)> = Vec::with_capacity(links.len());
        for point in 0..people.len() {
            match links.snaps(point) {
                [] => {}
                [snap] => at_one_place.push((snap.edge, point as u32)),
                snaps => residents.tied.extend(snaps.iter().map(|snap| (network.chain_of(snap.edge), point as u32))),
            }
        }
        at_one_place.sort_unstable();
        let mut along: Option<Along<'_>> = None;
        let mut placed: Vec<(ChainId, Row)> = Vec::with_capacity(at_one_place.len());
        for (edge, point) in at_one_place {
            let chain = match along.take().filter(|along| along.holds(edge)) {
                Some(chain) => chain,
                None => Along::new(network, direction, network.chain_of(edge)),
            };
            let from = chain.costs_from_ends(&links.snaps(point as usize)[0]);
            placed.push((chain.id, Row { point, from }));
            along = Some(chain);
        }
        placed.sort_by_key(|(chain, row)| (*chain, row.from[0]));
        residents.tied.sort_unstable();
        residents.tied.dedup();
        residents.summarise(&placed);
        residents.rows = placed.into_iter().map(|(_, row)| row).collect();
        Ok(residents)
    }

    /// The network that they are on.
    pub fn network(&self) -> &'a RoadNetwork {
        self.network
    }

    /// Who travels.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// How they are tied to it.
    pub fn links(&self) -> &'a Linkage {
        self.links
    }

    /// How many there are at each point.
    pub fn people(&self) -> &'a [People] {
        self.people
    }

    fn summarise(&mut self, placed: &[(ChainId, Row)]) {
        let nobody = ChainSummary { first: 0, farthest: [Cost::ZERO; 2], people: People::ZERO, tied: false };
        self.chains = vec![nobody; self.network.chain_count() + 1];
        for (chain, row) in placed {
            let summary = &mut self.chains[chain.index()];
            summary.farthest = [0, 1].map(|end| summary.farthest[end].max(row.from[end]));
            summary.people += self.people[row.point as usize];
            self.chains[chain.index() + 1].first += 1;
        }
        for chain in 1..self.chains.len() {
            self.chains[chain].first += self.chains[chain - 1].first;
        }
        for (chain, _) in &self.tied {
            self.chains[chain.index()].tied = true;
        }
    }

    /// What is known of a chain's points, and the points that are tied to nothing else.
    pub(super) fn on(&self, chain: ChainId) -> (&ChainSummary, &[Row]) {
        let summary = &self.chains[chain.index()];
        (summary, &self.rows[summary.first as usize..self.chains[chain.index() + 1].first as usize])
    }

    /// The points that are tied to a chain and to other places too.
    pub(super) fn tied(&self, chain: ChainId) -> impl Iterator<Item = u32> {
        let rows = if self.chains[chain.index()].tied { &self.tied[..] } else { &[] };
        let first = rows.partition_point(|row| row.0 < chain);
        rows[first..].iter().take_while(move |row| row.0 == chain).map(|row| row.1)
    }

    /// The places on a chain that a point is tied to, each with its edge.
    pub(super) fn places(&self, chain: ChainId, point: u32) -> impl Iterator<Item = (&Edge, &Snap)> {
        let chain = self.network.chain(chain);
        let first = chain.first_edge.index();
        let on_chain = self.links.snaps(point as usize).iter();
        on_chain.filter_map(move |snap| Some((chain.edges.get(snap.edge.index().checked_sub(first)?)?, snap)))
    }
}

/// A chain, with the sums of its edges' costs from either end.
pub(super) struct Along<'n> {
    id: ChainId,
    chain: Chain<'n>,
    spread: Spread,
    /// What a label at the chain's start costs more at each edge's tail.
    from_start: Vec<Cost>,
    /// What a label at the chain's end costs more at each edge's head.
    from_end: Vec<Cost>,
}

impl<'n> Along<'n> {
    pub(super) fn new(network: &'n RoadNetwork, direction: Direction, id: ChainId) -> Along<'n> {
        let (chain, spread) = (network.chain(id), Spread(direction));
        let sums = |sum: &mut Cost, cost: Cost| {
            let before = *sum;
            *sum = before + cost;
            Some(before)
        };
        let from_start = chain.edges.iter().map(|e| spread.down(e)).scan(Cost::ZERO, sums).collect();
        let mut from_end: Vec<Cost> = chain.edges.iter().rev().map(|e| spread.up(e)).scan(Cost::ZERO, sums).collect();
        from_end.reverse();
        Along { id, chain, spread, from_start, from_end }
    }

    fn holds(&self, edge: EdgeId) -> bool {
        edge.index().checked_sub(self.chain.first_edge.index()).is_some_and(|at| at < self.chain.edges.len())
    }

    /// What a place on it costs from its start and from its end, the place's leg counted.
    pub(super) fn costs_from_ends(&self, snap: &Snap) -> [Cost; 2] {
        let at = snap.edge.index() - self.chain.first_edge.index();
        let [tail, head] = self.spread.into(&self.chain.edges[at], snap.offset_mm);
        [self.from_start[at] + tail + snap.leg, self.from_end[at] + head + snap.leg]
    }
}

impl Row {
    /// What its point costs where the ends of its chain cost so much.
    pub(super) fn cost(&self, ends: [Cost; 2]) -> Cost {
        (ends[0] + self.from[0]).min(ends[1] + self.from[1])
    }
}
