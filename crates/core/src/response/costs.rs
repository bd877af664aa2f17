//! How costs fall on people: mean, median, ninth decile and shares within limits, by zone and in all.

use rayon::prelude::*;
use serde::Serialize;

use crate::analysis::Service;
use crate::assess::{Assessment, Status, assess};
use crate::check::{self, InputError};
use crate::coverage::{CostSummary, in_total};
use crate::ids::ZoneId;
use crate::input::Demand;
use crate::search::{SearchSpace, Sources};
use crate::units::{Limit, People};

/// How costs fall on those of one zone, on those outside all zones, or on all.
///
/// Nobody is left out: who cannot be reached is in `weight` and in neither `costs` nor `within`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CostRow {
    /// The zone; `None` outside all zones and for the total.
    pub zone: Option<ZoneId>,
    /// Who is counted: people, a group of them, or calls.
    pub weight: People,
    /// Those on a road that no facility can be reached from, or reached by.
    pub unreachable: People,
    /// Those without an eligible road within the snap limit.
    pub unlinked: People,
    /// Those outside the extent of the roads: in no share.
    pub no_data: People,
    /// Mean, median and ninth decile of those who are reached.
    pub costs: CostSummary,
    /// By limit, those within it (inclusive).
    pub within: Vec<People>,
}

impl CostRow {
    /// Those to whom there is a way: means and quantiles are theirs.
    pub fn reached(&self) -> People {
        People(self.known().0 - self.unreachable.0 - self.unlinked.0)
    }

    /// Those inside the extent of the roads: what shares are of.
    pub fn known(&self) -> People {
        People(self.weight.0 - self.no_data.0)
    }

    /// A part of those who are known, 0 to 1; `None` if there is no one.
    pub fn share(&self, part: People) -> Option<f64> {
        let known = self.known();
        (known > People::ZERO).then(|| part.0 as f64 / known.0 as f64)
    }
}

/// How costs fall, by zone; outside every zone, if anybody is there; and in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CostTable {
    /// One row a zone, by id.
    pub zones: Vec<CostRow>,
    /// Points outside every zone; `None` where there are none.
    pub outside: Option<CostRow>,
    /// All zones together, without the outside; without zones, everyone.
    pub total: CostRow,
}

impl CostTable {
    /// Sums up what became of each point of `demand`, with the shares within `limits`, which count what the costs do.
    ///
    /// # Errors
    ///
    /// [`InputError`] where columns are not of one length, a zone is not there, or limits are of two metrics.
    pub fn new(zones: usize, demand: &Demand, assessments: &[Assessment], limits: &[Limit]) -> Result<CostTable, InputError> {
        demand.check_in(zones)?;
        check::assessments(assessments, demand.len(), None)?;
        limits.first().map_or(Ok(()), |first| check::limits("limits", limits, first.metric))?;
        let mut points: Vec<Vec<usize>> = vec![Vec::new(); zones + 1];
        for (i, zone) in demand.zones.iter().enumerate() {
            points[zone.map_or(zones, ZoneId::index)].push(i);
        }
        let mut rows: Vec<CostRow> = points.par_iter().map(|points| CostRow::new(points, demand, assessments, limits)).collect();
        rows.iter_mut().take(zones).enumerate().for_each(|(z, row)| row.zone = Some(ZoneId::at(z)));
        let inside: Vec<usize> = (0..demand.len()).filter(|&i| in_total(demand.zones[i], zones)).collect();
        let total = CostRow::new(&inside, demand, assessments, limits);
        let outside = rows.pop().filter(|_| !points[zones].is_empty());
        Ok(CostTable { zones: rows, outside, total })
    }
}

impl CostRow {
    /// The row of some points.
    pub(super) fn new(points: &[usize], demand: &Demand, assessments: &[Assessment], limits: &[Limit]) -> CostRow {
        let mut row = CostRow { within: vec![People::ZERO; limits.len()], ..CostRow::default() };
        let mut costs = Vec::with_capacity(points.len());
        for &i in points {
            let (Assessment { status, label }, people) = (assessments[i], demand.people[i]);
            row.weight += people;
            match status {
                Status::Unreachable => row.unreachable += people,
                Status::Unlinked => row.unlinked += people,
                Status::NoData => row.no_data += people,
                Status::Covered | Status::Uncovered => {
                    costs.push((label.cost, people));
                    let within = row.within.iter_mut().zip(limits).filter(|(_, limit)| limit.admits(label.cost));
                    within.for_each(|(sum, _)| *sum += people);
                }
            }
        }
        row.costs = CostSummary::new(costs);
        row
    }
}

/// What became of each point of `demand`: its cost, and the facility that reaches it first. No ground is measured.
///
/// # Errors
///
/// [`InputError`] where the demand or the service cannot be so.
pub fn assess_demand(demand: &Demand, service: &Service<'_>) -> Result<Vec<Assessment>, InputError> {
    demand.check()?;
    service.check()?;
    let edges = service.edge_grid()?;
    let facilities = service.facility_links(&edges);
    let points = service.demand_links(&edges, &demand.locations);
    let sources = Sources::new(service.network, &facilities, service.direction)?;
    let mut space = SearchSpace::default();
    assess(&points, &demand.zones, &sources.nearest_facility(&mut space), service.limits())
}
