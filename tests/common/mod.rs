//! Scenes: streets, people, zones and clinics by their coordinates, in metres.
//!
//! Speeds are 1 m/s unless a scene says otherwise, so that a millimetre of way is a millisecond of time.

#![allow(dead_code, reason = "every test target uses its own part of it")]

pub(crate) mod random;

use catchment::geo::{Coord, MultiPolygon, Rect};
use catchment::*;

pub(crate) fn at(x: f64, y: f64) -> Coord<f64> {
    Coord { x, y }
}

pub(crate) fn rect(x0: f64, y0: f64, x1: f64, y1: f64) -> MultiPolygon<f64> {
    Rect::new((x0, y0), (x1, y1)).to_polygon().into()
}

/// A mask that owns its polygons.
#[derive(Debug, Clone)]
pub(crate) enum Share {
    Zone,
    Land,
    Within(Vec<MultiPolygon<f64>>),
}

impl Share {
    fn mask(&self) -> Mask<'_> {
        match self {
            Share::Zone => Mask::Zone,
            Share::Land => Mask::Land,
            Share::Within(polygons) => Mask::Within(polygons),
        }
    }
}

/// All that one call of [`analyse`] needs.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) roads: Roads,
    pub(crate) zones: Vec<Zone>,
    pub(crate) demand: Demand,
    pub(crate) facilities: Vec<Facility>,
    pub(crate) places: Vec<Place>,
    pub(crate) limit: Limit,
    pub(crate) sweep: Vec<Limit>,
    pub(crate) link: LinkRules,
    pub(crate) gaps: GapRules,
    pub(crate) direction: Direction,
    pub(crate) pre_travel: Cost,
    pub(crate) cell_m: f64,
    pub(crate) barriers: Vec<Barrier>,
    pub(crate) masks: Vec<Share>,
    pub(crate) water: Vec<MultiPolygon<f64>>,
    pub(crate) zone_limits: Vec<Limit>,
    /// Where the roads are known; everywhere if `None`.
    pub(crate) known: Option<MultiPolygon<f64>>,
}

impl Scene {
    /// People walk to clinics; legs up to 50 m at 1 m/s; pieces of two nodes count as roads; 25 m cells; gaps on all ground, which is
    /// the only mask.
    pub(crate) fn new(limit: &str) -> Scene {
        Scene {
            roads: Roads::default(),
            zones: Vec::new(),
            demand: Demand::default(),
            facilities: Vec::new(),
            places: Vec::new(),
            limit: limit.parse().unwrap(),
            sweep: Vec::new(),
            link: LinkRules { snap_m: 50.0, access_speed_m_s: 1.0, min_component: 2 },
            gaps: GapRules { ground: GapGround::All, min_people: 0.0, min_area_m2: 0.0 },
            direction: Direction::ToFacility,
            pre_travel: Cost::ZERO,
            cell_m: 25.0,
            barriers: Vec::new(),
            masks: vec![Share::Zone],
            water: Vec::new(),
            zone_limits: Vec::new(),
            known: None,
        }
    }

    /// A road through these places, both ways, at 1 m/s.
    pub(crate) fn street(mut self, places: &[(f64, f64)]) -> Scene {
        for pair in places.windows(2) {
            self.piece(pair[0], pair[1], Some(1.0), Some(1.0));
        }
        self
    }

    /// A road through these places in this order only, at 1 m/s.
    pub(crate) fn one_way(mut self, places: &[(f64, f64)]) -> Scene {
        for pair in places.windows(2) {
            self.piece(pair[0], pair[1], Some(1.0), None);
        }
        self
    }

    /// A straight piece as long as it looks; the segment, to be changed further.
    pub(crate) fn piece(&mut self, a: (f64, f64), b: (f64, f64), forward: Option<f64>, backward: Option<f64>) -> &mut RoadSegment {
        let length_mm = ((b.0 - a.0).hypot(b.1 - a.1) * 1000.0).round() as u32;
        let (from, to) = (self.node(a), self.node(b));
        self.roads.segments.push(RoadSegment { from, to, length_mm, forward_m_s: forward, backward_m_s: backward, delay_ms: 0 });
        self.roads.segments.last_mut().unwrap()
    }

    pub(crate) fn node(&mut self, place: (f64, f64)) -> u32 {
        let place = at(place.0, place.1);
        let known = self.roads.nodes.iter().position(|n| *n == place);
        known.unwrap_or_else(|| {
            self.roads.nodes.push(place);
            self.roads.nodes.len() - 1
        }) as u32
    }

    /// A town; people who are added next live in it.
    pub(crate) fn zone(mut self, name: &str, area: MultiPolygon<f64>) -> Scene {
        self.zones.push(Zone { id: name.to_owned(), name: name.to_owned(), area, people: Some(People::ZERO), class: None });
        self
    }

    /// A town of unknown people.
    pub(crate) fn unknown_zone(mut self, name: &str, area: MultiPolygon<f64>) -> Scene {
        self.zones.push(Zone { id: name.to_owned(), name: name.to_owned(), area, people: None, class: None });
        self
    }

    /// Points of 1, 2, 4, … persons, on from those there are: one sum of people names the points in it.
    pub(crate) fn people(mut self, places: &[(f64, f64)]) -> Scene {
        let zone = self.zones.len().checked_sub(1).map(ZoneId::at);
        for &(x, y) in places {
            let persons = People::persons(1 << self.demand.len());
            self.point(x, y, zone, persons);
        }
        self
    }

    /// Points outside every zone, counted on like [`Scene::people`].
    pub(crate) fn outsiders(mut self, places: &[(f64, f64)]) -> Scene {
        for &(x, y) in places {
            let persons = People::persons(1 << self.demand.len());
            self.point(x, y, None, persons);
        }
        self
    }

    pub(crate) fn point(&mut self, x: f64, y: f64, zone: Option<ZoneId>, people: People) {
        self.demand.locations.push(at(x, y));
        self.demand.zones.push(zone);
        let row = zone.and_then(|zone| self.zones.get_mut(zone.index()));
        match row.map(|zone| &mut zone.people) {
            Some(None) => self.demand.people.push(People::ZERO),
            Some(Some(total)) => {
                *total += people;
                self.demand.people.push(people);
            }
            None => self.demand.people.push(people),
        }
    }

    pub(crate) fn clinics(mut self, places: &[(f64, f64)]) -> Scene {
        for &(x, y) in places {
            let id = format!("c{}", self.facilities.len());
            self.facilities.push(Facility {
                name: id.clone(),
                id,
                kind: "clinic".into(),
                location: at(x, y),
                twins: vec![],
                vehicles: None,
                record: FacilityRecord::default(),
            });
        }
        self
    }

    /// A barrier along these places.
    pub(crate) fn barrier(mut self, kind: &str, places: &[(f64, f64)]) -> Scene {
        let line = geo::LineString::from(places.to_vec());
        self.barriers.push(Barrier { kind: kind.to_owned(), shape: BarrierShape::Lines(line.into()) });
        self
    }

    /// A lake that nobody walks in.
    pub(crate) fn lake(mut self, area: MultiPolygon<f64>) -> Scene {
        self.barriers.push(Barrier { kind: "water".to_owned(), shape: BarrierShape::Areas(area) });
        self
    }

    pub(crate) fn limit(mut self, limit: &str) -> Scene {
        self.limit = limit.parse().unwrap();
        self
    }

    pub(crate) fn direction(mut self, direction: Direction) -> Scene {
        self.direction = direction;
        self
    }

    pub(crate) fn network(&self) -> RoadNetwork {
        RoadNetwork::build(&self.roads, self.limit.metric).unwrap()
    }

    /// Area is a share of each of these.
    pub(crate) fn masks(mut self, masks: &[Share]) -> Scene {
        self.masks = masks.to_vec();
        self
    }

    pub(crate) fn water(mut self, water: MultiPolygon<f64>) -> Scene {
        self.water.push(water);
        self
    }

    /// One limit a zone, by the order of zones.
    pub(crate) fn zone_limits(mut self, limits: &[&str]) -> Scene {
        self.zone_limits = limits.iter().map(|limit| limit.parse().unwrap()).collect();
        self
    }

    /// The roads are known here alone.
    pub(crate) fn known(mut self, known: MultiPolygon<f64>) -> Scene {
        self.known = Some(known);
        self
    }

    fn extent(&self) -> Option<Extent> {
        self.known.clone().map(Extent::new)
    }

    pub(crate) fn ground(&self) -> Ground {
        let masks: Vec<Mask<'_>> = self.masks.iter().map(Share::mask).collect();
        let extent = self.extent();
        Ground::masked(&self.zones, &masks, &self.water, extent.as_ref(), GroundRules { cell_m: self.cell_m }, &NoProgress).unwrap()
    }

    pub(crate) fn analyse(&self) -> Report {
        self.ask(|study, service| analyse(study, service, &NoProgress).unwrap())
    }

    /// Coverage alone.
    pub(crate) fn cover(&self) -> CoverageTable {
        self.ask(|study, service| cover(study, service, &NoProgress).unwrap())
    }

    /// Isochrones of the scene's roads and clinics, not simplified unless `simplify_m` is above zero.
    pub(crate) fn isochrones(&self, limits: &[Limit], per_facility: bool, simplify_m: f64) -> Vec<Isochrone> {
        let rules = IsochroneRules { limits, cell_m: self.cell_m, per_facility, simplify_m };
        self.ask(|_, service| isochrones(service, &rules, &NoProgress).unwrap())
    }

    /// The ground within the scene's own limit, in one shape.
    pub(crate) fn reach(&self) -> Isochrone {
        self.isochrones(&[self.limit], false, 0.0).remove(0)
    }

    /// What the separator audit says of `ground`: 4,000 places, those within `leave_out` mm or ms of the limit left out.
    pub(crate) fn audit(&self, ground: &MultiPolygon<f64>, limit: Limit, leave_out: u32) -> Audit {
        self.ask(|_, service| {
            let edges = service.edge_grid();
            let links = service.facility_links(&edges);
            let sources = Sources::new(service.network, &links, service.direction);
            let mut space = SearchSpace::default();
            let rules = AuditRules { points: 4000, seed: 1, leave_out: Cost(leave_out) };
            audit(ground, &edges, &sources.nearest_facility(&mut space), &|_| Some(limit), rules)
        })
    }

    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Study<'_>, &Service<'_>) -> T) -> T {
        let network = self.network();
        let ground = self.ground();
        let extent = self.extent();
        let barriers = Barriers::new(self.barriers.clone());
        let study = Study { zones: &self.zones, demand: &self.demand, ground: &ground, places: &self.places };
        let service = Service {
            id: "scene",
            facilities: &self.facilities,
            network: &network,
            link: self.link,
            homes: &self.demand.locations,
            barriers: &barriers,
            limit: self.limit,
            zone_limits: &self.zone_limits,
            direction: self.direction,
            pre_travel: self.pre_travel,
            gaps: self.gaps,
            speed_m_s: 1.0,
            detour_factor: 1.25,
            keep_field: false,
            extent: extent.as_ref(),
            sweep: &self.sweep,
        };
        question(&study, &service)
    }

    /// Persons that are covered, uncovered, unreachable, unlinked.
    pub(crate) fn sums(&self) -> [u64; 4] {
        persons(self.analyse().coverage.total.people.unwrap())
    }

    /// What it costs each point; `None` without a way.
    pub(crate) fn costs(&self) -> Vec<Option<u32>> {
        costs(&self.analyse())
    }
}

/// Whole persons.
pub(crate) fn whole(people: People) -> u64 {
    assert_eq!(people.0 % People::PER_PERSON, 0, "scenes hold whole persons");
    people.0 / People::PER_PERSON
}

pub(crate) fn persons(people: ByStatus<People>) -> [u64; 4] {
    assert_eq!(people.no_data, People::ZERO, "of everyone it is known");
    [people.covered, people.uncovered, people.unreachable, people.unlinked].map(whole)
}

pub(crate) fn costs(report: &Report) -> Vec<Option<u32>> {
    report.assessments.iter().map(|a| a.label.cost.is_reached().then_some(a.label.cost.0)).collect()
}

pub(crate) fn statuses(report: &Report) -> Vec<Status> {
    report.assessments.iter().map(|a| a.status).collect()
}

pub(crate) fn kinds(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.kind.name()).collect()
}
