//! Stations: what falls to each of them when all its vehicles are there.

use rayon::prelude::*;
use serde::Serialize;

use super::costs::CostRow;
use crate::analysis::Service;
use crate::assess::Assessment;
use crate::check::{self, AnalysisError, InputError};
use crate::coverage::CostSummary;
use crate::ids::FacilityId;
use crate::input::Demand;
use crate::progress::{Cancelled, Progress, begin};
use crate::search::{SearchSpace, Sources};
use crate::units::{Cost, Limit, Metric, People};

/// How far those who fall to a station are sought at first: eight kilometres.
const FIRST_BOUND: Cost = Cost(8_000_000);

/// What falls to one station: those whom it reaches before any other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StationReport {
    /// Their response times; shares within the limits asked about.
    pub response: CostRow,
    /// The shortest drivable distance from this station to them: mean, median and ninth decile.
    pub distance: CostSummary,
}

/// Reports every station: `assessments` are those of `demand` by time, `by_distance` is the same service counting distance.
///
/// # Complexity
///
/// One search a station, as far as those who fall to it live.
///
/// # Errors
///
/// [`AnalysisError`] where columns are not of one length, a station is not there, the network of `by_distance` counts no distance, `limits`
/// are not by time; or through `progress`.
pub fn stations(
    demand: &Demand,
    assessments: &[Assessment],
    by_distance: &Service<'_>,
    limits: &[Limit],
    progress: &dyn Progress,
) -> Result<Vec<StationReport>, AnalysisError> {
    let count = by_distance.facilities.len();
    let metric = by_distance.network.metric();
    if metric != Metric::Distance {
        let input = InputError::NetworkMetric { what: "the distance of stations", found: metric, expected: Metric::Distance };
        return Err(input.into());
    }
    demand.check()?;
    by_distance.check_search()?;
    check::assessments(assessments, demand.len(), Some(count))?;
    check::limits("limits", limits, Metric::Time)?;
    begin(progress, "stations", count)?;
    let mut own: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (i, assessment) in assessments.iter().enumerate().filter(|(_, assessment)| assessment.label.cost.is_reached()) {
        own[assessment.label.facility.index()].push(i);
    }
    let edges = by_distance.edge_grid()?;
    let facilities = by_distance.facility_links(&edges);
    let points = by_distance.demand_links(&edges, &demand.locations);
    let sources = Sources::new(by_distance.network, &facilities, by_distance.direction)?;
    let station = |space: &mut SearchSpace, (i, own): (usize, &Vec<usize>)| {
        if progress.is_cancelled() {
            return Err(Cancelled.into());
        }
        let response = CostRow::new(own, demand, assessments, limits);
        // far enough for most; where somebody lies beyond, farther
        let mut bound = FIRST_BOUND;
        let costs: Vec<(Cost, People)> = loop {
            let nearest = sources.catchment(FacilityId::at(i), bound, space);
            let costs: Vec<(Cost, People)> =
                own.iter().map(|&point| (nearest.point(points.snaps(point)).cost, demand.people[point])).collect();
            if bound == Cost::UNREACHED || costs.iter().all(|(cost, _)| *cost <= bound) {
                break costs;
            }
            bound = Cost(bound.0.saturating_mul(4));
        };
        progress.advance(1);
        Ok(StationReport { response, distance: CostSummary::new(costs) })
    };
    own.par_iter().enumerate().map_init(SearchSpace::default, station).collect()
}
