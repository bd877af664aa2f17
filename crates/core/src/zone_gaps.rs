//! Gaps of single zones, while facilities open and close.

use geo::{Coord, Rect};

use crate::analysis::{Service, Study, straight_reach};
use crate::assess::{Assessment, Status};
use crate::check::{self, AnalysisError, InputError};
use crate::gap_facts::GapSources;
use crate::gaps::{Gaps, MARGIN, Traced, listed, points_by_zone, trace_zones};
use crate::ids::{DemandId, ZoneId};
use crate::index::{DemandIndex, PlaceIndex, ZoneIndex};
use crate::input::Facility;
use crate::link::{EdgeGrid, Linkage, distance};
use crate::progress::Progress;
use crate::search::{Change, Label, WhatIf};

/// The gaps of the zones that a change touched, from the costs that a [`WhatIf`] holds at present, at the price of these zones.
///
/// They are what [`analyse`](crate::analyse) reports of these zones with the facilities that are open, to the last corner, and all other
/// zones keep the gaps that they had (but for a limit's line that comes in off the roads, through more than a few squares without a road whose
/// costs changed), where the `WhatIf` was made without a bound ([`Cost::UNREACHED`](crate::Cost::UNREACHED)): where an
/// outline runs depends on costs a little beyond the limit, and what a gap's people pay lies beyond it. Whoever is beyond a bound counts as
/// if they could reach nothing.
///
/// Three things differ from a new analysis: facilities keep their ids, while an analysis without a closed one counts the later ones anew; ranks
/// are those among the zones asked about; and the small pieces of the network in use ([`EdgeGrid::islands`]) stay those of the service's own
/// facilities, while an analysis uses a piece where a facility opens on it.
///
/// ```
/// use catchment::geo::{Coord, Rect};
/// use catchment::*;
///
/// // a street of one kilometre, walked at 1.2 m/s, with a clinic at its western end and eleven people
/// let street: Vec<_> = (0..=10).map(|i| Coord { x: 100.0 * f64::from(i), y: 0.0 }).collect();
/// let segment = |from| RoadSegment {
///     from, to: from + 1, length_mm: 100_000, forward_m_s: Some(1.2), backward_m_s: Some(1.2), delay_ms: 0,
/// };
/// let roads = Roads { nodes: street.clone(), segments: (0..10).map(segment).collect(), ..Roads::default() };
/// let network = RoadNetwork::build(&roads, Metric::Time)?;
/// let town = Rect::new((-50.0, -50.0), (1050.0, 50.0)).to_polygon().into();
/// let zones = [Zone { id: "1".into(), name: "Street".into(), area: town, people: Some(People::persons(11)), class: None }];
/// let demand = Demand {
///     locations: street, zones: vec![Some(ZoneId(0)); 11], people: vec![People::persons(1); 11], groups: vec![],
/// };
/// let clinic = |id: &str, x| Facility {
///     id: id.into(), name: id.into(), kind: "clinic".into(), location: Coord { x, y: 0.0 }, twins: vec![], vehicles: None, record: FacilityRecord::default(),
/// };
/// let mut facilities = vec![clinic("west", 0.0)];
/// let ground = Ground::new(&zones, GroundRules { cell_m: 25.0 }, &NoProgress)?;
/// let study = Study { zones: &zones, demand: &demand, ground: &ground, places: &[] };
/// let opened_at = facilities.clone();
/// let service = Service {
///     id: "walk", facilities: &opened_at, network: &network, homes: &demand.locations, limit: "5min".parse()?, zone_limits: &[], direction: Direction::ToFacility,
///     pre_travel: Cost::ZERO, link: LinkRules { snap_m: 300.0, access_speed_m_s: 1.2, min_component: 2 }, barriers: &Barriers::default(),
///     gaps: GapRules { ground: GapGround::Inhabited, min_people: 0.0, min_area_m2: 0.0 },
///     speed_m_s: 1.2, detour_factor: 1.3, sweep: &[], keep_field: false, extent: None,
/// };
/// let edges = service.edge_grid()?;
/// let homes = Linkage::new(&edges, &demand.locations);
/// let residents = Residents::new(&network, service.direction, &homes, &demand.people)?;
/// let clinics = Linkage::new(&edges, &[facilities[0].location]);
/// let mut what_if = WhatIf::new(&residents, &clinics, &demand.zones, service.limits(), Cost::UNREACHED)?;
/// let mut zone_gaps = ZoneGaps::new(study, service, &edges, &homes)?;
///
/// // a second clinic in the east covers the people from 700 m on: three in between are left
/// facilities.push(clinic("east", 1000.0));
/// let change = what_if.open(Linkage::new(&edges, &[facilities[1].location]).snaps(0));
/// let touched = zone_gaps.touched(&change, &facilities);
/// let gaps = zone_gaps.trace(&mut what_if, &facilities, &touched, &NoProgress)?;
/// assert_eq!((gaps.gaps.len(), gaps.gaps[0].people), (1, Some(People::persons(3))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ZoneGaps<'a> {
    study: Study<'a>,
    service: Service<'a>,
    edges: &'a EdgeGrid<'a>,
    links: &'a Linkage,
    places: PlaceIndex,
    near: DemandIndex,
    zones: ZoneIndex<'a>,
    /// The demand points of each zone.
    points: Vec<Vec<usize>>,
    /// Of each demand point, as when its zone was last traced.
    assessments: Vec<Assessment>,
    straight: Vec<[bool; 2]>,
}

impl<'a> ZoneGaps<'a> {
    /// `edges` are the service's ([`Service::edge_grid`]), and `links` ties the study's demand points to them. The service's own facilities
    /// do not matter.
    ///
    /// # Errors
    ///
    /// [`InputError`] where the study or the service cannot be so, `links` has not one entry for each demand point, or `links` or `edges` is of
    /// another network than the service's.
    ///
    /// # Complexity
    ///
    /// O(n log n) for the `n` points, places and zones of the study.
    pub fn new(study: Study<'a>, service: Service<'a>, edges: &'a EdgeGrid<'a>, links: &'a Linkage) -> Result<ZoneGaps<'a>, InputError> {
        study.check()?;
        service.check_in(study.zones.len())?;
        check::length("links", links.len(), "demand point", study.demand.len())?;
        links.check("demand points", service.network)?;
        check::same_network("the edges", edges.network(), service.network)?;
        let unknown = Assessment { status: Status::Unlinked, label: Label::UNREACHED };
        Ok(ZoneGaps {
            study,
            service,
            edges,
            links,
            places: PlaceIndex::of_places(study.places),
            near: DemandIndex::of_demand(study.demand),
            zones: ZoneIndex::new(study.zones),
            points: points_by_zone(study.zones.len(), &study.demand.zones),
            assessments: vec![unknown; study.demand.len()],
            straight: vec![[false; 2]; study.demand.len()],
        })
    }

    /// The zones whose gaps and covered ground may be others after a change than before, and after it is taken back, ascending. They are
    /// those of [`Change::zones`]; those that a road with other costs lies in or near, as it may be how one leaves their ground; and those
    /// of the points to which the facility is near by a straight line, which a gap's facts compare with.
    ///
    /// `facilities` are those of the `WhatIf` by id, closed ones and the one that opened among them: ask before that one is taken off the list.
    pub fn touched(&self, change: &Change, facilities: &[Facility]) -> Vec<ZoneId> {
        let mut touched = change.zones.clone();
        let network = self.service.network;
        let roads = change.chains.iter().map(|chain| {
            let edges = network.chain(*chain).edges;
            let ends = edges.iter().map(|edge| edge.head).chain(edges.first().map(|edge| edge.tail));
            bounds(ends.map(|node| network.location(node)))
        });
        let roads: Vec<Rect<f64>> = roads.flatten().collect();
        // lattice points of a zone lie this far from it at most, and a leg from the road
        let away_m = self.service.link.snap_m + (MARGIN + 3) as f64 * self.study.ground.grid().size;
        if let Some(all) = bounds(roads.iter().flat_map(|road| [road.min(), road.max()])) {
            for (zone, own) in self.zones.meeting(grown(all, away_m)) {
                let around = grown(own, away_m);
                let meets = |road: &Rect<f64>| {
                    let (low, high) = (around.min(), around.max());
                    road.min().x <= high.x && road.max().x >= low.x && road.min().y <= high.y && road.max().y >= low.y
                };
                if roads.iter().any(meets) {
                    touched.push(zone);
                }
            }
        }
        if let Some(facility) = facilities.get(change.facility.index()) {
            let reach = |zone| straight_reach(&self.service, self.service.limit_of(zone))[0];
            let farthest = straight_reach(&self.service, self.service.limits().greatest())[0];
            let zone = |(point, metres): (DemandId, f64)| {
                let zone = self.study.demand.zones[point.index()];
                zone.filter(|_| metres <= reach(zone))
            };
            touched.extend(self.near.within(facility.location, farthest).into_iter().filter_map(zone));
        }
        touched.sort_unstable();
        touched.dedup();
        touched
    }

    /// The gaps of `zones` with the facilities that are open in `what_if`: by rank among themselves, with the covered ground that they leave
    /// in the order of `zones`. Zones that the study lacks are passed over.
    ///
    /// `what_if` is of this study's points, tied by the same links, and of this service's limits. `facilities` are its facilities by id,
    /// closed ones among them: their places count for straight lines, and those without an entry have none.
    ///
    /// # Errors
    ///
    /// [`AnalysisError`]: `what_if` is of another network or of other points; [`Cancelled`](crate::Cancelled) through `progress`.
    ///
    /// # Complexity
    ///
    /// That of tracing these zones alone: their cells, points and roads; and O(facilities × zones).
    pub fn trace(
        &mut self,
        what_if: &mut WhatIf<'_>,
        facilities: &[Facility],
        zones: &[ZoneId],
        progress: &dyn Progress,
    ) -> Result<Gaps, AnalysisError> {
        let residents = what_if.residents();
        check::same_network("the what-if", residents.network(), self.service.network)?;
        check::length("the what-if", residents.people().len(), "demand point", self.study.demand.len())?;
        check::facilities(facilities)?;
        let zones: Vec<usize> = zones.iter().map(|zone| zone.index()).filter(|z| *z < self.points.len()).collect();
        for &z in &zones {
            self.assess(z, what_if, facilities);
        }
        let traced = Traced {
            zones: self.study.zones,
            demand: self.study.demand,
            assessments: &self.assessments,
            ground: self.study.ground,
            edges: self.edges,
            nearest: &what_if.nearest(),
            limits: self.service.limits(),
            rules: self.service.gaps,
            sources: GapSources { facilities, links: self.links, straight: &self.straight, places: &self.places },
        };
        let far_as_need_be = (self.study.ground.window(), usize::MAX / 4);
        let found = trace_zones(&traced, &zones, &self.points, &self.near, far_as_need_be, progress)?;
        Ok(listed(found.into_iter().flatten().collect(), traced.rules, self.study.ground.grid().cell_area()))
    }

    /// What became of the points of zone `z`, by road and by straight line.
    fn assess(&mut self, z: usize, what_if: &WhatIf<'_>, facilities: &[Facility]) {
        let limit = self.service.limit_of(Some(ZoneId::at(z)));
        let reach = straight_reach(&self.service, limit);
        let locations = &self.study.demand.locations;
        let around = bounds(self.points[z].iter().map(|point| locations[*point])).map(|own| grown(own, reach[0].max(reach[1])));
        let open = what_if.open_facilities().filter_map(|(id, _)| Some(facilities.get(id.index())?.location));
        let open: Vec<Coord<f64>> = open.filter(|at| around.is_some_and(|around| holds(around, *at))).collect();
        for &point in &self.points[z] {
            let label = what_if.label(DemandId::at(point));
            self.assessments[point] = Assessment::new(self.links.status(point), label, limit);
            let metres = open.iter().map(|at| distance(*at, locations[point])).fold(f64::INFINITY, f64::min);
            self.straight[point] = reach.map(|reach| metres <= reach);
        }
    }
}

/// The box around places; `None` without any.
fn bounds(places: impl Iterator<Item = Coord<f64>>) -> Option<Rect<f64>> {
    places.map(|at| Rect::new(at, at)).reduce(|a, b| {
        let low = Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
        Rect::new(low, Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) })
    })
}

fn grown(bounds: Rect<f64>, metres: f64) -> Rect<f64> {
    let margin = Coord { x: metres, y: metres };
    Rect::new(bounds.min() - margin, bounds.max() + margin)
}

fn holds(bounds: Rect<f64>, at: Coord<f64>) -> bool {
    (bounds.min().x..=bounds.max().x).contains(&at.x) && (bounds.min().y..=bounds.max().y).contains(&at.y)
}
