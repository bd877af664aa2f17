//! The street, to be spoilt in one place.

use catchment::geo::{Coord, Rect};
use catchment::*;

/// All that a study and a service are made of.
#[derive(Clone)]
pub(crate) struct Street {
    pub(crate) roads: Roads,
    pub(crate) metric: Metric,
    pub(crate) zones: Vec<Zone>,
    /// The zones that the ground is cut from.
    pub(crate) ground_zones: Vec<Zone>,
    pub(crate) demand: Demand,
    pub(crate) facilities: Vec<Facility>,
    pub(crate) limit: Limit,
    pub(crate) zone_limits: Vec<Limit>,
    pub(crate) sweep: Vec<Limit>,
    pub(crate) link: LinkRules,
    pub(crate) gaps: GapRules,
    pub(crate) speed_m_s: f64,
    pub(crate) detour_factor: f64,
}

pub(crate) fn at(x: f64) -> Coord<f64> {
    Coord { x, y: 0.0 }
}

pub(crate) fn limit(text: &str) -> Limit {
    text.parse().unwrap()
}

pub(crate) fn clinic(at: Coord<f64>) -> Facility {
    let (id, name, kind) = ("c".to_owned(), "Clinic".to_owned(), "clinic".to_owned());
    Facility { id, name, kind, location: at, twins: vec![], vehicles: None, record: FacilityRecord::default() }
}

/// Five minutes' walk.
pub(crate) fn street() -> Street {
    let nodes: Vec<Coord<f64>> = (0..=10).map(|i| at(100.0 * f64::from(i))).collect();
    let segment =
        |from| RoadSegment { from, to: from + 1, length_mm: 100_000, forward_m_s: Some(1.2), backward_m_s: Some(1.2), delay_ms: 0 };
    let area = Rect::new((-50.0, -50.0), (1050.0, 50.0)).to_polygon().into();
    let zones = vec![Zone { id: "1".into(), name: "Street".into(), area, people: Some(People::persons(11)), class: None }];
    let demand = Demand {
        locations: nodes.clone(),
        zones: vec![Some(ZoneId(0)); 11],
        people: vec![People::persons(1); 11],
        groups: vec![Group { name: "age_60_up".into(), people: vec![People::ZERO; 11] }],
    };
    Street {
        roads: Roads { nodes, segments: (0..10).map(segment).collect(), ..Roads::default() },
        metric: Metric::Time,
        ground_zones: zones.clone(),
        zones,
        demand,
        facilities: vec![clinic(at(0.0))],
        limit: limit("5min"),
        zone_limits: vec![],
        sweep: vec![limit("10min")],
        link: LinkRules { snap_m: 300.0, access_speed_m_s: 1.2, min_component: 2 },
        gaps: GapRules { ground: GapGround::Inhabited, min_people: 0.0, min_area_m2: 0.0 },
        speed_m_s: 1.2,
        detour_factor: 1.3,
    }
}

/// The same by distance: 360 m.
pub(crate) fn by_distance() -> Street {
    Street { metric: Metric::Distance, limit: limit("360m"), sweep: vec![limit("720m")], ..street() }
}

impl Street {
    pub(crate) fn network(&self) -> RoadNetwork {
        RoadNetwork::build(&self.roads, self.metric).unwrap()
    }

    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Study<'_>, &Service<'_>) -> T) -> T {
        let (network, barriers) = (self.network(), Barriers::default());
        let ground = Ground::new(&self.ground_zones, GroundRules { cell_m: 25.0 }, &NoProgress).unwrap();
        let study = Study { zones: &self.zones, demand: &self.demand, ground: &ground, places: &[] };
        let service = Service {
            id: "walk",
            facilities: &self.facilities,
            network: &network,
            homes: &self.demand.locations,
            link: self.link,
            barriers: &barriers,
            limit: self.limit,
            zone_limits: &self.zone_limits,
            direction: Direction::ToFacility,
            pre_travel: Cost::ZERO,
            gaps: self.gaps,
            speed_m_s: self.speed_m_s,
            detour_factor: self.detour_factor,
            keep_field: false,
            sweep: &self.sweep,
            extent: None,
        };
        question(&study, &service)
    }

    /// Persons within the limit, and those of the sweep.
    pub(crate) fn covered(&self) -> Result<[u64; 2], AnalysisError> {
        self.ask(|study, service| {
            let report = analyse(study, service, &Checks::default(), &NoProgress)?;
            let persons = |table: &CoverageTable| table.total.people.unwrap().covered.0 / People::PER_PERSON;
            Ok([persons(&report.coverage), report.curve.first().map_or(0, |point| persons(&point.coverage))])
        })
    }

    /// What every entry point for a study and a service says, by its name: nothing where it answers.
    pub(crate) fn said_by_all(&self) -> Vec<(&'static str, Option<String>)> {
        fn said<T, E: ToString>(found: Result<T, E>) -> Option<String> {
            found.err().map(|error| error.to_string())
        }
        let progress = &NoProgress;
        self.ask(|study, service| {
            let opens = [Project { opens: vec![at(1000.0)], closes: vec![] }];
            let rules = IsochroneRules { limits: &[service.limit], cell_m: 25.0, per_facility: false, simplify_m: 0.0 };
            let halos = [500.0];
            vec![
                ("analyse", said(analyse(study, service, &Checks::default(), progress))),
                ("cover", said(cover(study, service, progress))),
                ("build_in_order", said(build_in_order(study, service, &opens, progress))),
                ("service_areas", said(service_areas(study, service, progress))),
                ("tile_scopes", said(tile_scopes(study, &[*service], 1, &halos, TILE_MARGIN))),
                ("reach_table", said(reach_table(study.demand, service, Cost(300_000), progress))),
                ("assess_demand", said(assess_demand(study.demand, service))),
                ("isochrones", said(isochrones(service, &rules, progress))),
                ("stretches", said(stretches(&[], service, study.zones))),
            ]
        })
    }
}
