//! The analysis: the one place that joins the stages.

use geo::{Coord, MultiPolygon};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::assess::{Assessment, Status, assess};
use crate::barriers::Barriers;
use crate::check::{AnalysisError, InputError};
use crate::coverage::{CoverageTable, Measured, summed};
use crate::curve::{CurvePoint, curve};
use crate::extent::Extent;
use crate::findings::{Checks, Finding};
use crate::gap_facts::GapSources;
use crate::gaps::{GapRules, Gaps, Traced, trace};
use crate::ground::Ground;
use crate::ids::{DemandId, FacilityId, ZoneId};
use crate::index::{FacilityIndex, PlaceIndex, ZoneIndex};
use crate::input::{Demand, Facility, Place, Zone};
use crate::limits::Limits;
use crate::link::{EdgeGrid, LinkRules, LinkStatus, Linkage};
use crate::network::RoadNetwork;
use crate::planning::ReachTable;
use crate::progress::{Cancelled, Progress, begin};
use crate::raster::CostRaster;
use crate::reach::CostField;
use crate::search::{Direction, Residents, SearchSpace, Sources};
use crate::tile::FacilityLink;
use crate::units::{Cost, Limit, Metric, People};
use crate::warnings;

/// What all services of a study share.
#[derive(Debug, Clone, Copy)]
pub struct Study<'a> {
    /// Towns; a zone's id is its row.
    pub zones: &'a [Zone],
    /// People.
    pub demand: &'a Demand,
    /// The ground of the zones.
    pub ground: &'a Ground,
    /// Named places, to say where a gap is; a place's id is its row.
    pub places: &'a [Place],
}

impl Study<'_> {
    /// The ground of all zones that covered ground and gaps are drawn on: land, or all of it where the first mask is the whole zone.
    pub fn drawn_ground(&self) -> MultiPolygon<f64> {
        let drawn: Vec<MultiPolygon<f64>> = self.zones.iter().enumerate().map(|(z, zone)| self.ground.drawn_on(z, zone).clone()).collect();
        geo::unary_union(&drawn)
    }
}

/// One question: who reaches one of these facilities within this limit?
#[derive(Debug, Clone, Copy)]
pub struct Service<'a> {
    /// Its name in outputs.
    pub id: &'a str,
    /// Facilities; a facility's id is its row. Ties go to the lower one.
    pub facilities: &'a [Facility],
    /// Roads, in the limit's metric.
    pub network: &'a RoadNetwork,
    /// How points are linked to roads.
    pub link: LinkRules,
    /// Where people live: with a facility they make a small piece of the network one that is used, see [`EdgeGrid::with_facilities`].
    pub homes: &'a [Coord<f64>],
    /// What straight legs to them do not cross.
    pub barriers: &'a Barriers,
    /// The limit, where a zone has none of its own.
    pub limit: Limit,
    /// The limit of each zone, by its id and in the metric of `limit`; empty where `limit` holds everywhere.
    pub zone_limits: &'a [Limit],
    /// Who travels.
    pub direction: Direction,
    /// What passes before anybody travels, in the limit's metric: of an ambulance, call handling and turnout. It is part of every cost, so
    /// that costs are response times.
    pub pre_travel: Cost,
    /// Which pieces of ground are gaps.
    pub gaps: GapRules,
    /// Speed of the straight-line comparison, metres a second.
    pub speed_m_s: f64,
    /// Road distance over straight-line distance, for the comparison.
    pub detour_factor: f64,
    /// Whether the report keeps the cost of every ground cell, 4 bytes a cell.
    pub keep_field: bool,
    /// Further limits, in the metric of `limit`, for the coverage curve: each holds in every zone.
    pub sweep: &'a [Limit],
    /// Where the roads are known; `None` where they are known everywhere. The ground of the study is cut by the same.
    pub extent: Option<&'a Extent>,
}

impl Service<'_> {
    /// The edges that points are linked to, by the service's rules, its facilities and its barriers.
    ///
    /// # Errors
    ///
    /// As [`EdgeGrid::new`].
    pub fn edge_grid(&self) -> Result<EdgeGrid<'_>, InputError> {
        Ok(EdgeGrid::new(self.network, self.link)?.with_barriers(self.barriers).with_facilities(&self.places(), self.homes))
    }

    /// Places linked to `edges`; those outside the extent of the roads are no data.
    pub fn demand_links(&self, edges: &EdgeGrid<'_>, places: &[Coord<f64>]) -> Linkage {
        let links = Linkage::new(edges, places);
        match self.extent {
            Some(extent) => links.within(extent, places),
            None => links,
        }
    }

    /// The facilities linked to `edges`; their access legs include the time before travel.
    pub fn facility_links(&self, edges: &EdgeGrid<'_>) -> Linkage {
        Linkage::new(edges, &self.places()).after(self.pre_travel)
    }

    /// Where its facilities are.
    fn places(&self) -> Vec<Coord<f64>> {
        self.facilities.iter().map(|facility| facility.location).collect()
    }

    /// The limits that apply.
    pub fn limits(&self) -> Limits<'_> {
        Limits::checked(self.limit, self.zone_limits)
    }

    /// The limit of who lives in a zone, and of its ground; the general one outside all zones.
    pub fn limit_of(&self, zone: Option<ZoneId>) -> Limit {
        self.limits().of(zone)
    }
}

/// The answer.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The service's name.
    pub service: String,
    /// The limit, where a zone had none of its own.
    pub limit: Limit,
    /// The limit of each zone, by its id; empty where `limit` held everywhere.
    pub zone_limits: Vec<Limit>,
    /// Coverage by zone and in all.
    pub coverage: CoverageTable,
    /// Gaps by rank, and the covered ground.
    pub gaps: Gaps,
    /// What became of each facility.
    pub facilities: Vec<FacilityReport>,
    /// What became of each demand point.
    pub assessments: Vec<Assessment>,
    /// People whose nearest road lies beyond a barrier: they are tied to a farther one, or to none.
    pub people_nearest_road_beyond_barrier: People,
    /// Findings for a planner to look at.
    pub findings: Vec<Finding>,
    /// What it costs from every ground cell, where [`Service::keep_field`] asks for it.
    #[serde(skip)]
    pub field: Option<CostRaster>,
    /// Coverage at each limit of [`Service::sweep`].
    pub curve: Vec<CurvePoint>,
}

impl Report {
    /// The limits that applied.
    pub fn limits(&self) -> Limits<'_> {
        Limits::checked(self.limit, &self.zone_limits)
    }

    /// The limit that applied in a zone; the general one outside all zones.
    pub fn limit_of(&self, zone: Option<ZoneId>) -> Limit {
        self.limits().of(zone)
    }
}

/// What became of a facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FacilityReport {
    /// Its zone; `None` outside all.
    pub zone: Option<ZoneId>,
    /// Whether it is tied to a road.
    pub status: LinkStatus,
    /// Its straight leg, metres.
    pub leg_m: Option<f64>,
    /// Nodes of the connected piece of the network that it is tied to, as a share of all.
    pub network_share: Option<f64>,
    /// People who have it within their limit, whoever else they can reach: its own catchment.
    pub people_within_limit: People,
    /// Demand points that have it within their limit.
    pub points_within_limit: usize,
    /// Covered people to whom it is the nearest.
    pub people_nearest: People,
}

/// Measures one service of a study, on rayon's current thread pool. Its findings are judged by `checks`: an error that they accept is a warning.
///
/// # Errors
///
/// [`AnalysisError::Input`] where the study or the service cannot be so; [`AnalysisError::Cancelled`] through `progress`.
///
/// # Example
///
/// Data in memory, in metres: a street of one kilometre with a clinic at its western end.
///
/// ```
/// use catchment::geo::{Coord, Rect};
/// use catchment::*;
///
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
/// let clinic = Facility {
///     id: "c".into(), name: "Clinic".into(), kind: "clinic".into(), location: Coord { x: 0.0, y: 0.0 }, twins: vec![], vehicles: None, record: FacilityRecord::default(),
/// };
/// let ground = Ground::new(&zones, GroundRules { cell_m: 25.0 }, &NoProgress)?;
/// let report = analyse(
///     &Study { zones: &zones, demand: &demand, ground: &ground, places: &[] },
///     &Service {
///         id: "walk", facilities: &[clinic], network: &network, homes: &demand.locations, limit: "5min".parse()?, zone_limits: &[], direction: Direction::ToFacility,
///         pre_travel: Cost::ZERO, link: LinkRules { snap_m: 300.0, access_speed_m_s: 1.2, min_component: 2 }, barriers: &Barriers::default(),
///         gaps: GapRules { ground: GapGround::Inhabited, min_people: 0.0, min_area_m2: 0.0 },
///         speed_m_s: 1.2, detour_factor: 1.3, sweep: &["10min".parse()?], keep_field: false, extent: None,
///     },
///     &Checks::default(),
///     &NoProgress,
/// )?;
/// // five minutes are 360 m: the people at 0, 100, 200 and 300 m are covered, the other seven are one gap
/// assert_eq!(report.coverage.total.people.map(|p| p.covered), Some(People::persons(4)));
/// assert_eq!((report.gaps.gaps.len(), report.gaps.gaps[0].people), (1, Some(People::persons(7))));
/// // in ten minutes it would be eight of them
/// assert_eq!(report.curve[0].coverage.total.people.map(|p| p.covered), Some(People::persons(8)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn analyse(study: &Study<'_>, service: &Service<'_>, checks: &Checks, progress: &dyn Progress) -> Result<Report, AnalysisError> {
    let mut report = answer(study, service, Some(checks), progress)?;
    report.findings = checks.judged_all(report.findings);
    Ok(report)
}

/// Measures the coverage of one service alone, as [`analyse`] does: no gaps, catchments or warnings. For the same question asked many
/// times, at one speed after another.
///
/// # Errors
///
/// As [`analyse`].
pub fn cover(study: &Study<'_>, service: &Service<'_>, progress: &dyn Progress) -> Result<CoverageTable, AnalysisError> {
    Ok(answer(study, service, None, progress)?.coverage)
}

/// What it costs between each facility of a service and each demand point, up to `bound` (inclusive): what [`access()`](crate::access())
/// shares supply by.
///
/// # Errors
///
/// [`AnalysisError`] where the demand or the service cannot be so, or through `progress`.
///
/// # Complexity
///
/// That of [`Sources::coverage_rows`]; 8 bytes for each pair within the bound.
pub fn reach_table(demand: &Demand, service: &Service<'_>, bound: Cost, progress: &dyn Progress) -> Result<ReachTable, AnalysisError> {
    demand.check()?;
    service.check()?;
    begin(progress, "access", service.facilities.len())?;
    let edges = service.edge_grid()?;
    let demand_links = service.demand_links(&edges, &demand.locations);
    let residents = Residents::new(service.network, service.direction, &demand_links, &demand.people)?;
    let facility_links = service.facility_links(&edges);
    let sources = Sources::new(service.network, &facility_links, service.direction)?;
    let row = |_, row: &[(DemandId, Cost)]| {
        if progress.is_cancelled() {
            return Err(AnalysisError::from(Cancelled));
        }
        progress.advance(1);
        Ok(row.to_vec())
    };
    Ok(ReachTable::new(sources.try_coverage_rows(bound, &residents, row)?))
}

/// The report of a service; with coverage alone in it where nothing is to be checked.
fn answer(study: &Study<'_>, service: &Service<'_>, checks: Option<&Checks>, progress: &dyn Progress) -> Result<Report, AnalysisError> {
    study.check()?;
    service.check_in(study.zones.len())?;
    let network = service.network;
    begin(progress, "link", 0)?;
    let edges = service.edge_grid()?;
    let facility_places: Vec<Coord<f64>> = service.facilities.iter().map(|f| f.location).collect();
    let facility_links = service.facility_links(&edges);
    let demand_links = service.demand_links(&edges, &study.demand.locations);
    begin(progress, "search", 0)?;
    let sources = Sources::new(network, &facility_links, service.direction)?;
    let mut space = SearchSpace::default();
    let nearest = sources.nearest_facility(&mut space);
    let assessments = assess(&demand_links, &study.demand.zones, &nearest, service.limits())?;
    begin(progress, "ground", 0)?;
    // a picture of the costs shows them all; tables and shapes ask for none beyond the greatest limit
    let greatest = service.sweep.iter().map(|limit| limit.cost).fold(service.limits().greatest().cost, Cost::max);
    let asked = (!service.keep_field).then_some(greatest);
    let field = CostField::measure(study.ground, &edges, &nearest, asked, progress)?;
    let areas = field.areas(&edges, &nearest, service.limits());
    begin(progress, "coverage", 0)?;
    let zone_index = ZoneIndex::new(study.zones);
    let facility_zones: Vec<Option<ZoneId>> = facility_places.par_iter().map(|&at| zone_index.locate(at)).collect();
    let straight_m = straight_lines(study.demand, service.facilities);
    let straight = within_reach(study.demand, service, service.limits(), &straight_m);
    let measured = Measured {
        zones: study.zones,
        demand: study.demand,
        assessments: &assessments,
        straight: &straight,
        facility_zones: &facility_zones,
        areas: &areas,
    };
    let coverage = summed(&measured);
    let straight_at = |limits: Limits<'_>| within_reach(study.demand, service, limits, &straight_m);
    let curve = curve(service.sweep, &measured, &field, &edges, &nearest, straight_at);
    let (id, limit, zone_limits) = (service.id.to_owned(), service.limit, service.zone_limits.to_vec());
    let report = Report {
        service: id,
        limit,
        zone_limits,
        coverage,
        gaps: Gaps::default(),
        facilities: Vec::new(),
        assessments,
        people_nearest_road_beyond_barrier: people_beyond_barrier(study.demand, &demand_links),
        findings: Vec::new(),
        curve,
        field: None,
    };
    let Some(checks) = checks else { return Ok(report) };
    begin(progress, "gaps", study.zones.len())?;
    let gaps = trace(
        &Traced {
            zones: study.zones,
            demand: study.demand,
            assessments: &report.assessments,
            ground: study.ground,
            edges: &edges,
            nearest: &nearest,
            limits: service.limits(),
            rules: service.gaps,
            sources: GapSources {
                facilities: service.facilities,
                links: &demand_links,
                straight: &straight,
                places: &PlaceIndex::of_places(study.places),
            },
        },
        &field,
        progress,
    )?;
    begin(progress, "catchments", service.facilities.len())?;
    let links = Links { facilities: &facility_links, demand: &demand_links };
    let facilities = facility_reports(study, service, &links, &sources, &report.assessments, &facility_zones, progress)?;
    let findings = warnings::find(&warnings::Found {
        study,
        service,
        links: &links,
        checks,
        coverage: &report.coverage,
        facilities: &facilities,
        gaps: &gaps,
        assessments: &report.assessments,
    });
    let field = service.keep_field.then(|| field.raster());
    Ok(Report { gaps, facilities, findings, field, ..report })
}

fn people_beyond_barrier(demand: &Demand, links: &Linkage) -> People {
    (0..demand.len()).filter(|&i| links.beyond_barrier(i)).map(|i| demand.people[i]).sum()
}

/// Both linkages of a service.
pub(crate) struct Links<'a> {
    pub facilities: &'a Linkage,
    pub demand: &'a Linkage,
}

/// How far a limit goes by a straight line, metres: as it is, and shortened by the detour factor.
pub(crate) fn straight_reach(service: &Service<'_>, limit: Limit) -> [f64; 2] {
    let reach = match limit.metric {
        Metric::Time => (limit.as_f64() - service.pre_travel.as_f64()).max(0.0) * service.speed_m_s,
        Metric::Distance => limit.as_f64(),
    };
    [reach, reach / service.detour_factor]
}

/// Straight-line distance of every demand point to its nearest facility, metres; infinite without facilities.
pub(crate) fn straight_lines(demand: &Demand, facilities: &[Facility]) -> Vec<f64> {
    let index = FacilityIndex::of_facilities(facilities);
    let away = |at: &Coord<f64>| index.nearest(*at, 1).first().map_or(f64::INFINITY, |(_, metres)| *metres);
    demand.locations.par_iter().map(away).collect()
}

/// Whether every demand point's nearest facility lies within its limit by a straight line: as it is, and with the detour.
pub(crate) fn within_reach(demand: &Demand, service: &Service<'_>, limits: Limits<'_>, straight_m: &[f64]) -> Vec<[bool; 2]> {
    let reached = |(metres, zone): (&f64, &Option<ZoneId>)| straight_reach(service, limits.of(*zone)).map(|reach| *metres <= reach);
    straight_m.iter().zip(&demand.zones).map(reached).collect()
}

fn facility_reports(
    study: &Study<'_>,
    service: &Service<'_>,
    links: &Links<'_>,
    sources: &Sources<'_>,
    assessments: &[Assessment],
    zones: &[Option<ZoneId>],
    progress: &dyn Progress,
) -> Result<Vec<FacilityReport>, AnalysisError> {
    let mut nearest = vec![People::ZERO; service.facilities.len()];
    for (assessment, people) in assessments.iter().zip(&study.demand.people) {
        if assessment.status == Status::Covered {
            nearest[assessment.label.facility.index()] += *people;
        }
    }
    let residents = Residents::new(service.network, service.direction, links.demand, &study.demand.people)?;
    let known = FacilityLink::of(service, links.facilities)?;
    let report = |facility: FacilityId, row: &[(DemandId, Cost)]| {
        if progress.is_cancelled() {
            return Err(Cancelled.into());
        }
        let i = facility.index();
        // the row goes as far as the greatest limit of any zone
        let within = row.iter().filter(|(d, cost)| service.limit_of(study.demand.zones[d.index()]).admits(*cost));
        let own: Vec<DemandId> = within.map(|(d, _)| *d).collect();
        progress.advance(1);
        let link = &known[i];
        Ok(FacilityReport {
            zone: zones[i],
            status: link.status,
            leg_m: link.leg_m,
            network_share: link.network_share,
            people_within_limit: own.iter().map(|d| study.demand.people[d.index()]).sum(),
            points_within_limit: own.len(),
            people_nearest: nearest[i],
        })
    };
    sources.try_coverage_rows(service.limits().greatest().cost, &residents, report)
}
