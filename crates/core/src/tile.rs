//! A study in parts: what some of its zones say of a service, from the roads around them alone; and all parts together.
//!
//! Whom a facility reaches within a limit is decided by roads no farther away than one gets within it. What the nearest facility costs, however
//! far away it is, is not: so the search is made once, on the whole network, and each part knows its labels ([`KnownLabels`]).

mod scope;

use serde::{Deserialize, Serialize};

use crate::analysis::{FacilityReport, Links, Report, Service, Study, straight_lines, within_reach};
use crate::assess::{Assessment, ByStatus, Status, assess};
use crate::check::{self, AnalysisError, InputError};
use crate::coverage::{Measured, summed};
use crate::curve::{CurvePoint, at_limit};
use crate::findings::Checks;
use crate::gap_facts::GapSources;
use crate::gaps::{GapRules, Traced, ZoneDrawn, listed, points_by_zone, trace_zones};
use crate::ground::{SquareMm, Window};
use crate::ids::{DemandId, FacilityId, ZoneId};
use crate::index::{DemandIndex, PlaceIndex, ZoneIndex};
use crate::limits::Limits;
use crate::link::{EdgeGrid, LinkStatus, Linkage, PointLink};
use crate::progress::{Cancelled, Progress, begin};
use crate::reach::CostField;
use crate::search::{KnownLabels, NearestFacility, Residents, Sources};
use crate::units::{Limit, People};
use crate::warnings;

pub use scope::{TileScope, halo_m, tile_scopes};

/// How many squares of ground around a zone a part has, unless more are asked for.
pub const TILE_MARGIN: usize = 31;

/// What a part of a study is asked.
#[derive(Debug, Clone, Copy)]
pub struct Tile<'a> {
    /// The zones that it answers for.
    pub zones: &'a [ZoneId],
    /// Of each of its demand points, the row in the whole study; ascending.
    pub rows: &'a [DemandId],
    /// Which of them it answers for. The others are those whom its facilities may reach, and those near its zones.
    pub own: &'a [bool],
    /// The facilities whose catchments it finds.
    pub facilities: &'a [FacilityId],
    /// The window of the whole study's ground.
    pub window: Window,
    /// How many squares of ground around a zone it has.
    pub margin: usize,
    /// The service's facilities on its part of the network.
    pub links: &'a Linkage,
    /// The small pieces of its part of the network that the whole study uses: see [`RoadCut::pieces`](crate::RoadCut::pieces).
    pub islands: &'a [u32],
    /// What the search of the whole network found.
    pub known: &'a KnownLabels,
}

/// What a part of a study says of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TilePart {
    zones: Vec<ZonePart>,
    points: Vec<PointPart>,
    facilities: Vec<(FacilityId, People, usize)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ZonePart {
    zone: ZoneId,
    /// At the service's limit, then at each of its sweep: by mask, whole mm² by status.
    areas: Vec<Vec<[u128; 5]>>,
    drawn: ZoneDrawn,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PointPart {
    row: DemandId,
    assessment: Assessment,
    link: PointLink,
}

/// Why a part cannot be answered.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TileError {
    /// It was ended.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// Input that cannot be what it is said to be.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A limit's line comes in from beyond the ground that the part has.
    #[error("the outline of zone {zone} depends on ground more than {margin} cells away from it")]
    Far {
        /// The zone's name.
        zone: String,
        /// The margin that was too little.
        margin: usize,
    },
    /// A row, a zone or a facility that no part answers for, or that several do.
    #[error("{0}: not answered for by exactly one part")]
    Parts(String),
}

impl From<AnalysisError> for TileError {
    fn from(error: AnalysisError) -> TileError {
        match error {
            AnalysisError::Input(input) => TileError::Input(input),
            AnalysisError::Cancelled(cancelled) => TileError::Cancelled(cancelled),
        }
    }
}

impl Tile<'_> {
    /// Checks that it fits to its study and its service.
    fn check(&self, study: &Study<'_>, service: &Service<'_>) -> Result<(), InputError> {
        study.check()?;
        service.check_in(study.zones.len())?;
        let facilities = service.facilities.len();
        check::length("tile.rows", self.rows.len(), "demand point", study.demand.len())?;
        check::length("tile.own", self.own.len(), "demand point", study.demand.len())?;
        check::length("tile.links", self.links.len(), "facility", facilities)?;
        check::ids("tile.zones", "zone", study.zones.len(), self.zones.iter().map(|zone| Some(zone.index())))?;
        check::ids("tile.facilities", "facility", facilities, self.facilities.iter().map(|own| Some(own.index())))
    }
}

/// Answers a part of a study: its demand and its ground are those of the part, its zones and places those of the whole (zones that the part has nothing to do
/// with may lack their area). The service's network is the part's ([`RoadCut`](crate::RoadCut)).
///
/// # Errors
///
/// [`TileError`].
pub fn analyse_tile(study: &Study<'_>, service: &Service<'_>, tile: &Tile<'_>, progress: &dyn Progress) -> Result<TilePart, TileError> {
    tile.check(study, service)?;
    begin(progress, "link", 0)?;
    let edges = EdgeGrid::new(service.network, service.link)?.with_barriers(service.barriers).with_islands(tile.islands.to_vec());
    let links = service.demand_links(&edges, &study.demand.locations);
    let sources = Sources::new(service.network, tile.links, service.direction)?;
    let nearest = sources.with_labels(tile.known)?;
    let assessments = assess(&links, &study.demand.zones, &nearest, service.limits())?;
    begin(progress, "ground", 0)?;
    let ground = study.ground.only(tile.zones);
    let greatest = service.sweep.iter().map(|limit| limit.cost).fold(service.limits().greatest().cost, crate::Cost::max);
    let field = CostField::measure(&ground, &edges, &nearest, Some(greatest), progress)?;
    let at = |limits: Limits<'_>| field.areas(&edges, &nearest, limits);
    let areas: Vec<Vec<Vec<ByStatus<SquareMm>>>> =
        [at(service.limits())].into_iter().chain(service.sweep.iter().map(|limit| at(Limits::same(*limit)))).collect();
    begin(progress, "gaps", tile.zones.len())?;
    let straight = within_reach(study.demand, service, service.limits(), &straight_lines(study.demand, service.facilities));
    let traced = Traced {
        zones: study.zones,
        demand: study.demand,
        assessments: &assessments,
        ground: study.ground,
        edges: &edges,
        nearest: &nearest,
        limits: service.limits(),
        rules: service.gaps,
        sources: GapSources {
            facilities: service.facilities,
            links: &links,
            straight: &straight,
            places: &PlaceIndex::of_places(study.places),
        },
    };
    let own: Vec<usize> = tile.zones.iter().map(|zone| zone.index()).collect();
    let points = points_by_zone(study.zones.len(), &study.demand.zones);
    let drawn = trace_zones(&traced, &own, &points, &DemandIndex::of_demand(study.demand), (tile.window, tile.margin), progress)?;
    let mut zones = Vec::new();
    for (zone, drawn) in tile.zones.iter().zip(drawn) {
        let exact = |area: &ByStatus<SquareMm>| Status::ALL.map(|status| area.of(status).0);
        let areas = areas.iter().map(|masks| masks.iter().map(|by_zone| exact(&by_zone[zone.index()])).collect()).collect();
        let drawn = drawn.ok_or_else(|| TileError::Far { zone: study.zones[zone.index()].name.clone(), margin: tile.margin })?;
        zones.push(ZonePart { zone: *zone, areas, drawn });
    }
    begin(progress, "catchments", tile.facilities.len())?;
    let facilities = catchments(study, service, tile, &links, &nearest, progress)?;
    let points = (0..study.demand.len()).filter(|row| tile.own[*row]).map(|row| PointPart {
        row: tile.rows[row],
        assessment: assessments[row],
        link: links.point(row),
    });
    Ok(TilePart { zones, points: points.collect(), facilities })
}

/// People and points within their limit of each of the tile's facilities.
fn catchments(
    study: &Study<'_>,
    service: &Service<'_>,
    tile: &Tile<'_>,
    links: &Linkage,
    nearest: &NearestFacility<'_>,
    progress: &dyn Progress,
) -> Result<Vec<(FacilityId, People, usize)>, AnalysisError> {
    let residents = Residents::new(service.network, nearest.direction(), links, &study.demand.people)?;
    let own = tile.links.only(tile.facilities);
    let sources = Sources::new(service.network, &own, service.direction)?;
    let found = sources.try_coverage_rows(service.limits().greatest().cost, &residents, |_, row| {
        if progress.is_cancelled() {
            return Err(AnalysisError::from(Cancelled));
        }
        let within = row.iter().filter(|(d, cost)| service.limit_of(study.demand.zones[d.index()]).admits(*cost));
        let people = within.clone().map(|(d, _)| study.demand.people[d.index()]).sum::<People>();
        Ok((people, within.count()))
    })?;
    progress.advance(tile.facilities.len());
    Ok(tile.facilities.iter().map(|id| (*id, found[id.index()].0, found[id.index()].1)).collect())
}

/// What is known of each facility from the whole network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FacilityLink {
    /// Whether it is tied to a road.
    pub status: LinkStatus,
    /// Its straight leg, metres.
    pub leg_m: Option<f64>,
    /// Nodes of the largest connected piece of the network that it is linked to, as a share of all.
    pub network_share: Option<f64>,
    /// What else is known of its link.
    link: PointLink,
}

impl FacilityLink {
    /// Of each facility of a service, tied to its network by `links`.
    ///
    /// # Errors
    ///
    /// [`InputError::OtherNetwork`] where `links` belongs to another network than the service's.
    pub fn of(service: &Service<'_>, links: &Linkage) -> Result<Vec<FacilityLink>, InputError> {
        links.check("facilities", service.network)?;
        let link = |row: usize| {
            // places on large pieces come first
            let snap = links.snaps(row).first();
            let nodes = |s: &crate::link::Snap| service.network.component_nodes(service.network.edge(s.edge).tail);
            FacilityLink {
                status: links.status(row),
                leg_m: snap.map(|s| f64::from(s.leg_m)),
                network_share: snap.map(|s| f64::from(nodes(s)) / service.network.node_count() as f64),
                link: links.point(row),
            }
        };
        Ok((0..links.len()).map(link).collect())
    }
}

/// Puts the parts of a service together. Its findings are judged by `checks`.
///
/// # Errors
///
/// [`TileError::Parts`] where a zone, a point or a facility is answered for by no part, or by several; [`TileError::Input`] where the study
/// or the service cannot be so, or parts name facilities or limits that are not theirs.
pub fn join_tiles(
    study: &Study<'_>,
    service: &Service<'_>,
    checks: &Checks,
    links: &[FacilityLink],
    parts: Vec<TilePart>,
) -> Result<Report, TileError> {
    let zone_count = study.zones.len();
    study.check_rows()?;
    service.check_in(zone_count)?;
    check::length("links", links.len(), "facility", service.facilities.len())?;
    let mut zones: Vec<Option<ZonePart>> = (0..zone_count).map(|_| None).collect();
    let mut points: Vec<Option<PointPart>> = (0..study.demand.len()).map(|_| None).collect();
    let mut catchments: Vec<Option<(People, usize)>> = vec![None; service.facilities.len()];
    for part in parts {
        for zone in part.zones {
            let at = zone.zone.index();
            fill(&mut zones, at, zone, "zone")?;
        }
        for point in part.points {
            let at = point.row.index();
            fill(&mut points, at, point, "demand point")?;
        }
        for (facility, people, count) in part.facilities {
            fill(&mut catchments, facility.index(), (people, count), "facility")?;
        }
    }
    let (zones, points, catchments) = (all(zones, "zone")?, all(points, "demand point")?, all(catchments, "facility")?);
    let assessments: Vec<Assessment> = points.iter().map(|point| point.assessment).collect();
    check::assessments(&assessments, study.demand.len(), Some(service.facilities.len()))?;
    for zone in &zones {
        check::length("the areas of a zone", zone.areas.len(), "limit", 1 + service.sweep.len())?;
    }
    let zone_index = ZoneIndex::new(study.zones);
    let facility_zones: Vec<Option<ZoneId>> = service.facilities.iter().map(|facility| zone_index.locate(facility.location)).collect();
    let straight_m = straight_lines(study.demand, service.facilities);
    let measured_at = |limit: usize, limits: Limits<'_>, assessments: &[Assessment]| {
        let straight = within_reach(study.demand, service, limits, &straight_m);
        let masks = zones.first().map_or(0, |zone| zone.areas[limit].len());
        let areas: Vec<Vec<ByStatus<SquareMm>>> =
            (0..masks).map(|mask| zones.iter().map(|zone| by_status(zone.areas[limit][mask])).collect()).collect();
        summed(&Measured {
            zones: study.zones,
            demand: study.demand,
            assessments,
            straight: &straight,
            facility_zones: &facility_zones,
            areas: &areas,
        })
    };
    let coverage = measured_at(0, service.limits(), &assessments);
    let point_at = |(i, limit): (usize, &Limit)| {
        let at: Vec<Assessment> = assessments.iter().map(|own| at_limit(*own, *limit)).collect();
        CurvePoint { limit: *limit, coverage: measured_at(i + 1, Limits::same(*limit), &at) }
    };
    let curve = service.sweep.iter().enumerate().map(point_at).collect();
    let rules: GapRules = service.gaps;
    let gaps = listed(zones.into_iter().map(|zone| zone.drawn).collect(), rules, study.ground.grid().cell_area());
    let mut nearest = vec![People::ZERO; service.facilities.len()];
    for (assessment, people) in assessments.iter().zip(&study.demand.people) {
        if assessment.status == Status::Covered {
            nearest[assessment.label.facility.index()] += *people;
        }
    }
    let report = |(i, link): (usize, &FacilityLink)| FacilityReport {
        zone: facility_zones[i],
        status: link.status,
        leg_m: link.leg_m,
        network_share: link.network_share,
        people_within_limit: catchments[i].0,
        points_within_limit: catchments[i].1,
        people_nearest: nearest[i],
    };
    let facilities: Vec<FacilityReport> = links.iter().enumerate().map(report).collect();
    let facility_links = Linkage::of_points(links.iter().map(|own| own.link).collect());
    let point_links = Linkage::of_points(points.iter().map(|point| point.link).collect());
    let findings = warnings::find(&warnings::Found {
        study,
        service,
        checks,
        links: &Links { facilities: &facility_links, demand: &point_links },
        coverage: &coverage,
        facilities: &facilities,
        gaps: &gaps,
        assessments: &assessments,
    });
    let beyond = points.iter().zip(&study.demand.people).filter(|(point, _)| point.link.beyond_barrier);
    Ok(Report {
        service: service.id.to_owned(),
        limit: service.limit,
        zone_limits: service.zone_limits.to_vec(),
        coverage,
        gaps,
        facilities,
        people_nearest_road_beyond_barrier: beyond.map(|(_, people)| *people).sum(),
        assessments,
        findings: checks.judged_all(findings),
        field: None,
        curve,
    })
}

/// Puts what a part says in its place.
fn fill<T>(places: &mut [Option<T>], at: usize, value: T, what: &str) -> Result<(), TileError> {
    match places.get_mut(at) {
        Some(free @ None) => {
            *free = Some(value);
            Ok(())
        }
        _ => Err(TileError::Parts(format!("{what} {at}"))),
    }
}

/// What all parts say, which is of every place.
fn all<T>(places: Vec<Option<T>>, what: &str) -> Result<Vec<T>, TileError> {
    places.into_iter().enumerate().map(|(at, value)| value.ok_or_else(|| TileError::Parts(format!("{what} {at}")))).collect()
}

fn by_status([covered, uncovered, unreachable, unlinked, no_data]: [u128; 5]) -> ByStatus<SquareMm> {
    ByStatus {
        covered: SquareMm(covered),
        uncovered: SquareMm(uncovered),
        unreachable: SquareMm(unreachable),
        unlinked: SquareMm(unlinked),
        no_data: SquareMm(no_data),
    }
}
