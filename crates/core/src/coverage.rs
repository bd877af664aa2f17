//! Coverage: people and area by zone and in all, by status, with the costs that people have.

use geo::Area;
use rayon::prelude::*;
use serde::Serialize;

use crate::assess::{Assessment, ByStatus, Status};
use crate::check::{self, InputError};
use crate::ground::SquareMm;
use crate::ids::ZoneId;
use crate::input::{Demand, Zone};
use crate::units::{Cost, People};

/// Coverage of one zone, of the points outside every zone, or of all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// The zone; `None` for the points outside and for the total.
    pub zone: Option<ZoneId>,
    /// Facilities that lie in it.
    pub facilities: usize,
    /// Area of its polygons, m².
    pub area_m2: f64,
    /// Its measured ground by status: the first mask's.
    pub area: ByStatus<SquareMm>,
    /// The ground of each further mask by status.
    pub masks: Vec<ByStatus<SquareMm>>,
    /// Its people by status; `None` where nobody told how many there are.
    pub people: Option<ByStatus<People>>,
    /// Each of the demand's groups by status.
    pub groups: Vec<ByStatus<People>>,
    /// People whose nearest facility lies within the limit's walk by a straight line: a comparison, never the result.
    pub straight_line: People,
    /// The same with the line lengthened by the detour factor.
    pub straight_line_detour: People,
    /// What it costs those who can reach a facility.
    pub costs: CostSummary,
}

/// People-weighted costs of those who can reach a facility; `None` without any.
///
/// Quantiles are the smallest cost whose cumulative weight reaches `q` of the whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CostSummary {
    /// Mean, rounded to the nearest unit.
    pub mean: Option<Cost>,
    /// Median.
    pub p50: Option<Cost>,
    /// Ninth decile.
    pub p90: Option<Cost>,
}

impl CostSummary {
    /// Summarises costs with their weights; the order does not matter.
    pub fn new(mut costs: Vec<(Cost, People)>) -> CostSummary {
        costs.retain(|(cost, people)| cost.is_reached() && *people > People::ZERO);
        costs.sort_unstable();
        let whole: u128 = costs.iter().map(|(_, people)| u128::from(people.0)).sum();
        if whole == 0 {
            return CostSummary::default();
        }
        let sum: u128 = costs.iter().map(|(cost, people)| u128::from(cost.0) * u128::from(people.0)).sum();
        let quantile = |tenths: u128| {
            let mut seen = 0;
            costs
                .iter()
                .find(|(_, people)| {
                    seen += u128::from(people.0);
                    seen * 10 >= whole * tenths
                })
                .map(|(cost, _)| *cost)
        };
        CostSummary { mean: Some(Cost(((sum + whole / 2) / whole) as u32)), p50: quantile(5), p90: quantile(9) }
    }
}

/// What [`measure`] sums up: points with what became of them, and whether a straight line would reach.
pub struct Measured<'a> {
    /// The zones.
    pub zones: &'a [Zone],
    /// The points.
    pub demand: &'a Demand,
    /// What became of each.
    pub assessments: &'a [Assessment],
    /// Whether its nearest facility lies within its limit by a straight line; and with the detour.
    pub straight: &'a [[bool; 2]],
    /// The zone of each facility.
    pub facility_zones: &'a [Option<ZoneId>],
    /// By mask, each zone's ground by status.
    pub areas: &'a [Vec<ByStatus<SquareMm>>],
}

/// Coverage by zone; of the points outside every zone, if there are any; and in all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CoverageTable {
    /// One row a zone, by id.
    pub zones: Vec<Coverage>,
    /// Points and facilities outside every zone; `None` where there are none.
    pub outside: Option<Coverage>,
    /// All zones together, without the outside; a study without zones counts everyone.
    pub total: Coverage,
}

/// Whether a point counts in totals: it lies in one of the study's `zones`, or the study has none.
pub(crate) fn in_total(zone: Option<ZoneId>, zones: usize) -> bool {
    zone.is_some() || zones == 0
}

/// Sums coverage up by zone.
///
/// # Errors
///
/// [`InputError`] where columns are not of one length, or a zone is not there.
pub fn measure(measured: &Measured<'_>) -> Result<CoverageTable, InputError> {
    let (zones, points) = (measured.zones.len(), measured.demand.len());
    check::zones(measured.zones)?;
    measured.demand.check_in(zones)?;
    check::assessments(measured.assessments, points, None)?;
    check::length("straight", measured.straight.len(), "demand point", points)?;
    check::zone_ids("facility zones", measured.facility_zones, zones)?;
    for (mask, areas) in measured.areas.iter().enumerate() {
        check::length(format!("the areas of mask {mask}"), areas.len(), "zone", zones)?;
    }
    Ok(summed(measured))
}

/// The same of columns that are known to fit.
pub(crate) fn summed(measured: &Measured<'_>) -> CoverageTable {
    let count = measured.zones.len();
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); count + 1];
    for (i, zone) in measured.demand.zones.iter().enumerate() {
        rows[zone.map_or(count, ZoneId::index)].push(i);
    }
    let table: Vec<Coverage> = rows.par_iter().enumerate().map(|(z, points)| row(measured, z, points)).collect();
    let inside: Vec<usize> = (0..measured.demand.len()).filter(|&i| in_total(measured.demand.zones[i], count)).collect();
    let mut total = row(measured, count, &inside);
    total.facilities = measured.facility_zones.iter().flatten().count();
    total.area_m2 = table.iter().map(|c| c.area_m2).sum();
    for coverage in &table {
        total.area.merge(&coverage.area);
        total.masks.iter_mut().zip(&coverage.masks).for_each(|(sum, own)| sum.merge(own));
    }
    let mut zones = table;
    let outside = zones.pop().filter(|c| c.facilities > 0 || !rows[count].is_empty());
    CoverageTable { zones, outside, total }
}

/// The row of zone `z`, or of the outside where `z` is past the last; `points` are its demand points.
fn row(measured: &Measured<'_>, z: usize, points: &[usize]) -> Coverage {
    let zone = measured.zones.get(z);
    let demand = measured.demand;
    let mut people = ByStatus::default();
    let mut groups = vec![ByStatus::default(); demand.groups.len()];
    let mut straight = [People::ZERO; 2];
    for &i in points {
        let status = measured.assessments[i].status;
        people.add(status, demand.people[i]);
        for (sums, group) in groups.iter_mut().zip(&demand.groups) {
            sums.add(status, group.people[i]);
        }
        for (sum, reached) in straight.iter_mut().zip(measured.straight[i]) {
            if reached && status != Status::NoData {
                *sum += demand.people[i];
            }
        }
    }
    let costs = points.iter().map(|&i| (measured.assessments[i].label.cost, demand.people[i])).collect();
    let mut areas = measured.areas.iter().map(|mask| mask.get(z).copied().unwrap_or_default());
    let here = |f: &&Option<ZoneId>| f.map_or(measured.zones.len(), ZoneId::index) == z;
    Coverage {
        zone: zone.map(|_| ZoneId::at(z)),
        facilities: measured.facility_zones.iter().filter(here).count(),
        area_m2: zone.map_or(0.0, |zone| zone.area.unsigned_area()),
        area: areas.next().unwrap_or_default(),
        masks: areas.collect(),
        people: zone.is_none_or(|zone| zone.people.is_some()).then_some(people),
        groups,
        straight_line: straight[0],
        straight_line_detour: straight[1],
        costs: CostSummary::new(costs),
    }
}

impl Coverage {
    /// Covered people as a share of those of whom it is known, 0 to 1: people of no data are in neither.
    pub fn people_share(&self) -> Option<f64> {
        let people = self.people?;
        share(people.covered.0.into(), people.known().0.into())
    }

    /// Covered ground as a share of that of which it is known, the first mask's, 0 to 1.
    pub fn area_share(&self) -> Option<f64> {
        self.area.share()
    }

    /// People of one status; none where unknown.
    pub fn people_of(&self, status: Status) -> People {
        self.people.map_or(People::ZERO, |people| people.of(status))
    }
}

impl ByStatus<SquareMm> {
    /// Covered ground as a share of that of which it is known, 0 to 1; `None` if there is none.
    pub fn share(&self) -> Option<f64> {
        share(self.covered.0, self.known().0)
    }
}

fn share(part: u128, whole: u128) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_the_smallest_cost_whose_weight_reaches_q() {
        let people = |n| People::persons(n);
        let summary = CostSummary::new(vec![
            (Cost(400), people(1)),
            (Cost(100), people(5)),
            (Cost(300), people(4)),
            (Cost::UNREACHED, people(90)),
            (Cost(1), People::ZERO),
        ]);
        assert_eq!(summary, CostSummary { mean: Some(Cost(210)), p50: Some(Cost(100)), p90: Some(Cost(300)) });
        assert_eq!(CostSummary::new(vec![]), CostSummary::default());
    }
}
