//! People on the roads: points by chain, so that a search that reached a chain's ends knows what it costs all of them.

use super::Direction;
use super::spread::Spread;
use crate::link::{Linkage, Snap};
use crate::network::{ChainId, Edge, RoadNetwork};
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
    /// # Panics
    ///
    /// Where `links` and `people` are not of one length, or `links` belongs to another network.
    ///
    /// # Complexity
    ///
    /// O(chains + points log points).
    pub fn new(network: &'a RoadNetwork, direction: Direction, links: &'a Linkage, people: &'a [People]) -> Residents<'a> {
        assert_eq!(links.len(), people.len(), "a link and a number of people for each point");
        let mut residents = Residents { network, direction, links, people, chains: Vec::new(), rows: Vec::new(), tied: Vec::new() };
        let mut placed: Vec<(ChainId, Row)> = Vec::with_capacity(links.len());
        for point in 0..people.len() {
            match links.snaps(point) {
                [] => {}
                [snap] => {
                    let (chain, from) = residents.costs_from_ends(snap);
                    placed.push((chain, Row { point: point as u32, from }));
                }
                snaps => residents.tied.extend(snaps.iter().map(|snap| (network.chain_of(snap.edge), point as u32))),
            }
        }
        placed.sort_by_key(|(chain, row)| (*chain, row.from[0]));
        residents.tied.sort_unstable();
        residents.tied.dedup();
        residents.summarise(&placed);
        residents.rows = placed.into_iter().map(|(_, row)| row).collect();
        residents
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

    /// The chain of a place, and what the place costs from the chain's start and from its end, its leg counted.
    pub(super) fn costs_from_ends(&self, snap: &Snap) -> (ChainId, [Cost; 2]) {
        let id = self.network.chain_of(snap.edge);
        let chain = self.network.chain(id);
        let at = snap.edge.index() - chain.first_edge.index();
        let spread = Spread(self.direction);
        let edge = &chain.edges[at];
        let [tail, head] = spread.into(edge, snap.offset_mm);
        let start = chain.edges[..at].iter().fold(Cost::ZERO, |sum, e| sum + spread.down(e));
        let end = chain.edges[at + 1..].iter().fold(Cost::ZERO, |sum, e| sum + spread.up(e));
        (id, [start + tail + snap.leg, end + head + snap.leg])
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

impl Row {
    /// What its point costs where the ends of its chain cost so much.
    pub(super) fn cost(&self, ends: [Cost; 2]) -> Cost {
        (ends[0] + self.from[0]).min(ends[1] + self.from[1])
    }
}
