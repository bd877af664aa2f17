//! What an answer hangs on: how many people a facility beyond the edge of the data may cover, and how many a barrier would move.
//!
//! Nothing of the answer changes: a [`Sensitivity`] links the people of a service once more and asks what would be otherwise.

use std::collections::BTreeMap;

use geo::Coord;
use rayon::prelude::*;

use crate::analysis::{Service, Study, straight_reach};
use crate::assess::{Assessment, Status};
use crate::barriers::Barriers;
use crate::ids::{NodeId, ZoneId};
use crate::index::ZoneIndex;
use crate::link::{EdgeGrid, Linkage};
use crate::network::RoadNetwork;
use crate::search::{NearestFacility, SearchSpace, Sources};
use crate::units::People;

/// The people of a service, linked, and their answer. It counts people in zones whose number is known, as a headline does.
#[derive(Debug)]
pub struct Sensitivity<'a> {
    study: &'a Study<'a>,
    service: &'a Service<'a>,
    assessments: &'a [Assessment],
    edges: EdgeGrid<'a>,
    links: Linkage,
}

/// What barriers would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarrierEffect {
    /// People whose access leg crosses a barrier.
    pub people_crossing: People,
    /// Facilities whose access leg crosses one.
    pub facilities_crossing: usize,
    /// The kinds of barriers that legs cross, those that most people cross first.
    pub kinds: Vec<String>,
    /// Covered people without the barriers.
    pub covered: People,
    /// Covered people with them.
    pub covered_with: People,
}

impl<'a> Sensitivity<'a> {
    /// Links the people of a study by the rules of `service`; `assessments` are those of its report.
    ///
    /// # Complexity
    ///
    /// That of linking: O(edges + points × edges nearby).
    pub fn new(study: &'a Study<'a>, service: &'a Service<'a>, assessments: &'a [Assessment]) -> Sensitivity<'a> {
        let edges = service.edge_grid();
        let links = Linkage::new(&edges, &study.demand.locations);
        Sensitivity { study, service, assessments, edges, links }
    }

    /// How far the longest limit goes by a straight line, metres.
    pub fn straight_reach_m(&self) -> f64 {
        let [reach, _] = straight_reach(self.service, self.service.limits().greatest());
        reach
    }

    /// People who are linked to a road, have no facility within their limit, and have one of some nodes of the network within it: as many as
    /// facilities there would cover, at most.
    ///
    /// # Complexity
    ///
    /// One search within the greatest limit.
    pub fn uncovered_near(&self, nodes: &[NodeId]) -> People {
        let service = self.service;
        if nodes.is_empty() {
            return People::ZERO;
        }
        let places = Linkage::at_nodes(service.network, nodes).after(service.pre_travel);
        let sources = Sources::new(service.network, &places, service.direction);
        let mut space = SearchSpace::default();
        let nearest = sources.nearest_facility_within(service.limits().greatest().cost, &mut space);
        let is_uncovered = |i: usize| matches!(self.assessments[i].status, Status::Uncovered | Status::Unreachable);
        self.sum(|i| is_uncovered(i) && self.is_within(i, &self.links, i, &nearest))
    }

    /// What would change if no access leg crossed `barriers`; `None` where none crosses one.
    ///
    /// # Complexity
    ///
    /// O(legs); where one crosses, also a search within the greatest limit and the linking of facilities and of the people who cross.
    pub fn with_barriers(self, barriers: &Barriers) -> Option<BarrierEffect> {
        let (study, service) = (self.study, self.service);
        let facility_links = service.facility_links(&self.edges);
        let facilities: Vec<Coord<f64>> = service.facilities.iter().map(|facility| facility.location).collect();
        let facilities_crossing = crossings(service.network, barriers, &facilities, &facility_links);
        let crossing = crossings(service.network, barriers, &study.demand.locations, &self.links);
        if facilities_crossing.is_empty() && crossing.is_empty() {
            return None;
        }
        let mut kinds: BTreeMap<&str, People> = facilities_crossing.iter().map(|(_, kind)| (*kind, People::ZERO)).collect();
        for (row, kind) in &crossing {
            *kinds.entry(kind).or_default() += study.demand.people[*row];
        }
        let mut kinds: Vec<(&str, People)> = kinds.into_iter().collect();
        kinds.sort_by_key(|(kind, people)| (std::cmp::Reverse(*people), *kind));
        let mut effect = BarrierEffect {
            people_crossing: crossing.iter().filter(|(row, _)| self.is_known(*row)).map(|(row, _)| study.demand.people[*row]).sum(),
            facilities_crossing: facilities_crossing.len(),
            kinds: kinds.into_iter().map(|(kind, _)| kind.to_owned()).collect(),
            covered: self.sum(|i| self.assessments[i].status == Status::Covered),
            covered_with: People::ZERO,
        };
        let rows: Vec<usize> = crossing.into_iter().map(|(row, _)| row).collect();
        effect.covered_with = self.covered_behind(barriers, &facilities, rows);
        Some(effect)
    }

    /// Covered people once the points of `rows` are linked again, before barriers.
    fn covered_behind(mut self, barriers: &Barriers, facilities: &[Coord<f64>], mut rows: Vec<usize>) -> People {
        let (study, service) = (self.study, self.service);
        let used = self.edges.islands().to_vec();
        let edges = EdgeGrid::new(service.network, service.link).with_barriers(barriers).with_facilities(facilities, service.homes);
        if edges.islands() != used {
            rows = (0..study.demand.len()).collect();
        }
        let places: Vec<Coord<f64>> = rows.iter().map(|row| study.demand.locations[*row]).collect();
        let (again, facility_links) = (Linkage::new(&edges, &places), service.facility_links(&edges));
        let sources = Sources::new(service.network, &facility_links, service.direction);
        let mut space = SearchSpace::default();
        let nearest = sources.nearest_facility_within(service.limits().greatest().cost, &mut space);
        let links = std::mem::take(&mut self.links);
        self.sum(|i| match rows.binary_search(&i) {
            Ok(own) => self.is_within(i, &again, own, &nearest),
            Err(_) => self.is_within(i, &links, i, &nearest),
        })
    }

    /// Whether point `i`, which is linked as row `own` of `links`, is within its limit.
    fn is_within(&self, i: usize, links: &Linkage, own: usize, nearest: &NearestFacility<'_>) -> bool {
        self.service.limit_of(self.study.demand.zones[i]).admits(nearest.point(links.snaps(own)).cost)
    }

    /// Whether point `i` lies in a zone whose people are known.
    fn is_known(&self, i: usize) -> bool {
        self.study.demand.zones[i].is_some_and(|zone: ZoneId| self.study.zones[zone.index()].people.is_some())
    }

    /// The people of some points, of those in zones whose people are known.
    fn sum(&self, counts: impl Fn(usize) -> bool + Sync) -> People {
        let people = |i: usize| if self.is_known(i) && counts(i) { self.study.demand.people[i].0 } else { 0 };
        People((0..self.study.demand.len()).into_par_iter().with_min_len(1024).map(people).sum())
    }
}

/// The points whose access leg crosses a barrier, and the kind that is met first; of several legs, any.
fn crossings<'b>(network: &RoadNetwork, barriers: &'b Barriers, places: &[Coord<f64>], links: &Linkage) -> Vec<(usize, &'b str)> {
    let foot = |snap: &crate::link::Snap| {
        let edge = network.edge(snap.edge);
        let (a, b) = (network.location(edge.tail), network.location(edge.head));
        let along = f64::from(snap.offset_mm) / f64::from(edge.length_mm.max(1));
        Coord { x: a.x + along * (b.x - a.x), y: a.y + along * (b.y - a.y) }
    };
    let crossing = |i: usize| {
        let nearest_m = links.snaps(i).iter().map(|snap| snap.leg_m).fold(0.0, f32::max);
        if f64::from(nearest_m) < barriers.clearance(places[i]) {
            return None;
        }
        links.snaps(i).iter().find_map(|snap| Some((i, barriers.between(places[i], foot(snap))?)))
    };
    (0..links.len()).into_par_iter().with_min_len(1024).filter_map(crossing).collect()
}

/// The nodes outside all zones at which one arrives from within them, where at least `least` nodes hang together outside: roads that lead on.
///
/// # Complexity
///
/// O(nodes × zones nearby), in parallel.
pub fn nodes_beyond_zones(network: &RoadNetwork, zones: &ZoneIndex<'_>, least: u32) -> Vec<NodeId> {
    let is_outside = |node: usize| zones.locate(network.location(NodeId::at(node))).is_none();
    let outside: Vec<bool> = (0..network.node_count()).into_par_iter().with_min_len(1024).map(is_outside).collect();
    let mut seen = vec![false; outside.len()];
    let (mut found, mut piece) = (Vec::new(), Vec::new());
    for start in (0..outside.len()).map(NodeId::at).filter(|node| outside[node.index()]) {
        if std::mem::replace(&mut seen[start.index()], true) {
            continue;
        }
        piece.clear();
        piece.push(start);
        let (mut next, first_found) = (0, found.len());
        while let Some(&node) = piece.get(next) {
            next += 1;
            let beside = |at: crate::network::Incident| at.other;
            if network.incident(node).map(beside).any(|other| !outside[other.index()]) {
                found.push(node);
            }
            for other in network.incident(node).map(beside).filter(|other| outside[other.index()]) {
                if !std::mem::replace(&mut seen[other.index()], true) {
                    piece.push(other);
                }
            }
        }
        if piece.len() < least as usize {
            found.truncate(first_found);
        }
    }
    found.sort_unstable();
    found
}
