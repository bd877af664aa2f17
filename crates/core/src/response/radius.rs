//! Service radius: four readings that must not be mixed, coverage by road within the target, and what a circle makes of it.
//!
//! | reading | what it is | source |
//! |---|---|---|
//! | nominal | √(A / π n): the radius of n equal circles as large together as the area | the 平均服务半径 of Shanghai's plans: its published figures of 2018 to 2020 follow from it |
//! | mean | people-weighted mean of the shortest drivable distance from the nearest station | |
//! | P90 | the least distance within which 90 % of those reached live | |
//! | greatest | the farthest inhabited place that a road leads to, and where it is | the p-centre radius |

use std::f64::consts::PI;

use geo::Coord;
use rayon::prelude::*;
use serde::Serialize;

use crate::analysis::{Service, Study, straight_lines, within_reach};
use crate::assess::{Assessment, Status, assess};
use crate::barriers::Barriers;
use crate::check::{self, AnalysisError};
use crate::coverage::{CoverageTable, Measured, in_total, summed};
use crate::ground::SquareMm;
use crate::ids::{DemandId, FacilityId, ZoneId};
use crate::index::{FacilityIndex, ZoneIndex};
use crate::progress::{Progress, begin};
use crate::reach::CostField;
use crate::search::{SearchSpace, Sources};
use crate::units::{Cost, Limit, Metric, People};

/// The nominal service radius, metres: √(A / π n), the radius of a circle of the area that falls to one station.
///
/// This reading reproduces what Shanghai published of its ambulance stations; it says nothing of roads or people. `None` without a station.
///
/// ```
/// use catchment::{nominal_radius_m, stations_for_radius};
///
/// // all of Shanghai, with the stations of 2019 (published: 3.4 km) and of 2018 (then still above the target of 3.5 km)
/// let shanghai_m2 = 6_340.5e6;
/// assert_eq!(nominal_radius_m(shanghai_m2, 175).map(f64::round), Some(3396.0));
/// assert_eq!(nominal_radius_m(shanghai_m2, 164).map(f64::round), Some(3508.0));
/// assert_eq!(stations_for_radius(shanghai_m2, 3500.0), Some(165));
/// ```
pub fn nominal_radius_m(area_m2: f64, stations: usize) -> Option<f64> {
    (stations > 0 && area_m2 >= 0.0).then(|| (area_m2 / (PI * stations as f64)).sqrt())
}

/// The fewest stations whose nominal radius is `radius_m` or less; at least one. `None` for a radius or an area that is none.
pub fn stations_for_radius(area_m2: f64, radius_m: f64) -> Option<usize> {
    let stations = (area_m2 / (PI * radius_m * radius_m)).ceil().max(1.0);
    (radius_m > 0.0 && area_m2 >= 0.0 && stations < 1e9).then_some(stations as usize)
}

/// How far stations are by road, against a target.
#[derive(Debug, Clone)]
pub struct RadiusReport {
    /// The target.
    pub target: Limit,
    /// Coverage within the target by the shortest drivable way, legs counted; its costs are distances.
    pub coverage: CoverageTable,
    /// What became of each demand point.
    pub assessments: Vec<Assessment>,
    /// By zone, the farthest inhabited place that is reached.
    pub farthest: Vec<Option<Farthest>>,
    /// That of the places outside all zones.
    pub farthest_outside: Option<Farthest>,
    /// That of all zones.
    pub farthest_of_all: Option<Farthest>,
    /// By zone, what circles around the stations make of it.
    pub circles: Vec<Circles>,
    /// Those who live outside all zones.
    pub circles_outside: Circles,
    /// That of all zones.
    pub circles_of_all: Circles,
}

/// An inhabited place, far from every station.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Farthest {
    /// The demand point.
    pub point: DemandId,
    /// Its place, metres of the working CRS.
    #[serde(skip)]
    pub at: Coord<f64>,
    /// How far it is.
    pub cost: Cost,
    /// The station nearest to it.
    pub facility: FacilityId,
}

/// What circles of the target's radius around the stations claim, and how much of that no road bears out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Circles {
    /// People within a circle.
    pub people: People,
    /// Of them, those beyond the target by road.
    pub people_overstated: People,
    /// Of those, the ones that water parts from the station in the middle of the circle.
    pub people_across_water: People,
    /// Ground (of the first mask) within a circle.
    pub area: SquareMm,
    /// Of it, what lies beyond the target by road.
    pub area_overstated: SquareMm,
    /// Of that, what water parts from the station in the middle of the circle.
    pub area_across_water: SquareMm,
}

impl Circles {
    fn add(&mut self, other: &Circles) {
        self.people += other.people;
        self.people_overstated += other.people_overstated;
        self.people_across_water += other.people_across_water;
        self.area += other.area;
        self.area_overstated += other.area_overstated;
        self.area_across_water += other.area_across_water;
    }
}

/// Measures the service radius. `service` counts distance and its limit is the target; `water` is what parts a place from a station.
///
/// # Errors
///
/// [`AnalysisError`] where the study or the service cannot be so, or the limit of `service` is one of time; or through `progress`.
pub fn radius(study: &Study<'_>, service: &Service<'_>, water: &Barriers, progress: &dyn Progress) -> Result<RadiusReport, AnalysisError> {
    check::limit("service.limit", service.limit, Metric::Distance)?;
    study.check()?;
    service.check_in(study.zones.len())?;
    begin(progress, "service radius", 0)?;
    let (demand, zones) = (study.demand, study.zones);
    let edges = service.edge_grid()?;
    let facility_links = service.facility_links(&edges);
    let demand_links = service.demand_links(&edges, &demand.locations);
    let sources = Sources::new(service.network, &facility_links, service.direction)?;
    let mut space = SearchSpace::default();
    let nearest = sources.nearest_facility(&mut space);
    let limits = service.limits();
    let assessments = assess(&demand_links, &demand.zones, &nearest, limits)?;
    let field = CostField::measure(study.ground, &edges, &nearest, Some(limits.greatest().cost), progress)?;
    let areas = field.areas(&edges, &nearest, limits);
    let straight_m = straight_lines(demand, service.facilities);
    let zone_index = ZoneIndex::new(zones);
    let facility_zones: Vec<Option<ZoneId>> = service.facilities.par_iter().map(|f| zone_index.locate(f.location)).collect();
    let coverage = summed(&Measured {
        zones,
        demand,
        assessments: &assessments,
        straight: &within_reach(demand, service, limits, &straight_m),
        facility_zones: &facility_zones,
        areas: &areas,
    });
    let middles = Middles { index: FacilityIndex::of_facilities(service.facilities), service, water };
    let mut circles: Vec<Circles> = (0..zones.len()).into_par_iter().map(|z| middles.ground(study, &field, z)).collect();
    let mut circles_of_all = Circles::default();
    circles.iter().for_each(|own| circles_of_all.add(own));
    let people: Vec<Circles> = (0..demand.len()).into_par_iter().map(|i| middles.people(study, &assessments, i)).collect();
    let mut circles_outside = Circles::default();
    for (own, zone) in people.iter().zip(&demand.zones) {
        zone.map_or(&mut circles_outside, |zone| &mut circles[zone.index()]).add(own);
        if in_total(*zone, zones.len()) {
            circles_of_all.add(own);
        }
    }
    let mut farthest: Vec<Option<Farthest>> = vec![None; zones.len()];
    let mut farthest_outside: Option<Farthest> = None;
    let mut farthest_of_all: Option<Farthest> = None;
    let inhabited = (0..demand.len()).filter(|&i| demand.people[i] > People::ZERO && assessments[i].label.cost.is_reached());
    for i in inhabited {
        let Assessment { label, .. } = assessments[i];
        let here = Farthest { point: DemandId::at(i), at: demand.locations[i], cost: label.cost, facility: label.facility };
        let own = demand.zones[i].map_or(&mut farthest_outside, |zone| &mut farthest[zone.index()]);
        let all = Some(&mut farthest_of_all).filter(|_| in_total(demand.zones[i], zones.len()));
        for held in [Some(own), all].into_iter().flatten() {
            if held.is_none_or(|held| held.cost < here.cost) {
                *held = Some(here);
            }
        }
    }
    Ok(RadiusReport {
        target: service.limit,
        coverage,
        assessments,
        farthest,
        farthest_outside,
        farthest_of_all,
        circles,
        circles_outside,
        circles_of_all,
    })
}

/// The stations in the middle of circles.
struct Middles<'a> {
    index: FacilityIndex,
    service: &'a Service<'a>,
    water: &'a Barriers,
}

impl Middles<'_> {
    /// Whether a place is within a circle, and whether water parts it from the nearest station; the second only where it matters.
    fn claim(&self, at: Coord<f64>, radius_m: f64, borne_out: bool) -> (bool, bool) {
        let Some((station, _)) = self.index.nearest(at, 1).first().copied().filter(|(_, metres)| *metres <= radius_m) else {
            return (false, false);
        };
        let parted = !borne_out && self.water.between(self.service.facilities[station.index()].location, at).is_some();
        (true, parted)
    }

    fn people(&self, study: &Study<'_>, assessments: &[Assessment], i: usize) -> Circles {
        let radius_m = self.service.limit_of(study.demand.zones[i]).as_f64();
        let borne_out = assessments[i].status == Status::Covered;
        let (within, parted) = self.claim(study.demand.locations[i], radius_m, borne_out);
        let known = assessments[i].status != Status::NoData;
        let count = |counts: bool| if counts && known { study.demand.people[i] } else { People::ZERO };
        Circles {
            people: count(within),
            people_overstated: count(within && !borne_out),
            people_across_water: count(parted),
            ..Circles::default()
        }
    }

    /// The ground of a zone, cell by cell: whole cells by their centre.
    fn ground(&self, study: &Study<'_>, field: &CostField<'_>, z: usize) -> Circles {
        let limit = self.service.limit_of(Some(ZoneId::at(z)));
        let mut circles = Circles::default();
        study.ground.for_each_cell(z, |cell, area| {
            let borne_out = field.at(cell).and_then(|cost| cost.status(limit)) == Some(Status::Covered);
            let (within, parted) = self.claim(study.ground.grid().centre(cell), limit.as_f64(), borne_out);
            let count = |counts: bool| if counts { area } else { SquareMm::default() };
            circles.area += count(within);
            circles.area_overstated += count(within && !borne_out);
            circles.area_across_water += count(parted);
        });
        circles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_radii_of_shanghai() {
        let near = |found: Option<f64>, expected: f64| assert!((found.unwrap() - expected).abs() < 0.5, "{found:?}, not {expected}");
        // the Health Commission: 175 stations in November 2019, "3.4 km"; 164 in 2018, above the target of 3.5 km
        near(nominal_radius_m(6_340.5e6, 175), 3_396.0);
        near(nominal_radius_m(6_340.5e6, 164), 3_508.0);
        // 江桥镇: "from 3.69 km to 2.61 km" when its second station opened
        let town_m2 = PI * 3_690.0 * 3_690.0;
        near(nominal_radius_m(town_m2, 1), 3_690.0);
        near(nominal_radius_m(town_m2, 2), 2_609.0);
        assert_eq!(nominal_radius_m(town_m2, 0), None);
    }

    #[test]
    fn stations_for_a_radius_are_the_fewest_that_meet_it() {
        // 闵行: 372.56 km² and 3.5 km need ten stations
        assert_eq!(stations_for_radius(372.56e6, 3_500.0), Some(10));
        for stations in [1, 2, 10, 175] {
            let radius = nominal_radius_m(6_340.5e6, stations).unwrap();
            assert_eq!(stations_for_radius(6_340.5e6, radius + 0.001), Some(stations));
            assert_eq!(stations_for_radius(6_340.5e6, radius - 0.001), Some(stations + 1));
        }
        assert_eq!(stations_for_radius(0.0, 3_500.0), Some(1));
        assert_eq!((stations_for_radius(1.0, 0.0), stations_for_radius(f64::NAN, 1.0)), (None, None));
    }
}
