//! What a run finds out for services with `[services.response]`.

use catchment::geo::{BooleanOps, LineString, MultiPolygon};
use catchment::{
    Barriers, CostTable, Demand, Isochrone, IsochroneRules, Limit, LinkRules, Metric, People, Progress, RadiusReport, Report, Service,
    StationReport, Stretch, Study, assess_demand, begin, isochrones, radius, service_areas, stations, stretches,
};

use rayon::prelude::*;

use crate::error::Error;
use crate::load::Inputs;
use crate::plan::{CALLS, FREE, Format, PEOPLE};
use crate::run::Networks;

/// The speed of the last metres if they were driven too: 20 km/h.
pub const DRIVEN_LEGS_M_S: f64 = 20.0 / 3.6;

/// Response times, service radius, stations and corridors of a service; all with all vehicles at their stations.
#[derive(Debug, Clone)]
pub struct ResponseRun {
    /// The service's position in the plan.
    pub service: usize,
    /// Response times whose shares are reported, ascending.
    pub limits: Vec<Limit>,
    /// Response times by weight and period: people first, the profile as it stands first.
    pub times: Vec<ResponseTimes>,
    /// Periods of the plan that were not measured: a prepared network has one speed.
    pub unmeasured: Vec<String>,
    /// Those of people, if the last metres were driven at [`DRIVEN_LEGS_M_S`] instead.
    pub driven_legs: CostTable,
    /// The service radius.
    pub radius: RadiusReport,
    /// By station.
    pub stations: Vec<StationReport>,
    /// The ground that each station reaches first.
    pub areas: Vec<MultiPolygon<f64>>,
    /// The ground of the zones within each of the limits; none unless GeoJSON is written.
    pub isochrones: Vec<Isochrone>,
    /// By corridor of [`Inputs::corridors`], its stretches within the service's limit and beyond it.
    pub corridors: Vec<Vec<Stretch>>,
}

/// How response times fall on one weight in one period.
#[derive(Debug, Clone)]
pub struct ResponseTimes {
    /// `people`, the name of a group, or `calls`.
    pub weight: String,
    /// `free`, or a period of the plan.
    pub period: String,
    /// What the speeds of the profile are multiplied by.
    pub speed_factor: f64,
    /// By zone and in all.
    pub table: CostTable,
}

impl ResponseRun {
    /// Response times of people at the speeds of the profile.
    pub fn of_people(&self) -> &CostTable {
        &self.times[0].table
    }

    /// The part of `row` within the service's own limit.
    pub fn within(&self, row: &catchment::CostRow, limit: Limit) -> People {
        let place = self.limits.iter().position(|own| *own == limit);
        place.map_or(People::ZERO, |place| row.within[place])
    }
}

/// Answers one service with a response; `asked` is the service as it was analysed, `report` what came out.
pub(crate) fn respond(
    inputs: &Inputs,
    study: &Study<'_>,
    place: usize,
    (asked, report): (&Service<'_>, &Report),
    networks: &Networks,
    progress: &dyn Progress,
) -> Result<Option<ResponseRun>, Error> {
    let plan = &inputs.plan.services[place];
    let Some(response) = &plan.response else { return Ok(None) };
    let Some(network) = networks.get(&(plan.profile.clone(), Metric::Distance)) else { return Ok(None) };
    let limits = response.limits(plan.limit);
    let by_distance = Service {
        network,
        limit: response.radius,
        zone_limits: &[],
        pre_travel: catchment::Cost::ZERO,
        sweep: &[],
        keep_field: false,
        ..*asked
    };
    begin(progress, &format!("response {}", plan.id), 0)?;
    let weights = weights(inputs, &plan.id);
    let mut unmeasured = Vec::new();
    let mut services = vec![(FREE.to_owned(), 1.0, *asked)];
    for (name, factor) in &response.periods {
        let roads = inputs.periods.iter().find(|period| period.profile == plan.profile && period.factor == *factor);
        match roads {
            Some(roads) => services.push((name.clone(), *factor, Service { network: &roads.network, ..*asked })),
            None => unmeasured.push(name.clone()),
        }
    }
    let zones = study.zones.len();
    let mut times = Vec::new();
    for (period, speed_factor, service) in &services {
        // groups live where people do
        let of_people = if period == FREE { report.assessments.clone() } else { assess_demand(study.demand, service)? };
        for (weight, demand) in &weights {
            let own = if weight == CALLS { Some(assess_demand(demand, service)?) } else { None };
            let table = CostTable::new(zones, demand, own.as_ref().unwrap_or(&of_people), &limits)?;
            times.push(ResponseTimes { weight: weight.clone(), period: period.clone(), speed_factor: *speed_factor, table });
        }
    }
    // by weight, then by period: the sort is stable
    times.sort_by_key(|times| weights.iter().position(|(weight, _)| *weight == times.weight));
    let driven = Service { link: LinkRules { access_speed_m_s: DRIVEN_LEGS_M_S, ..asked.link }, ..*asked };
    let driven_legs = CostTable::new(zones, study.demand, &assess_demand(study.demand, &driven)?, &limits)?;
    let no_water = Barriers::default();
    let radius = radius(study, &by_distance, inputs.water.as_ref().unwrap_or(&no_water), progress)?;
    let stations = stations(study.demand, &report.assessments, &by_distance, &limits, progress)?;
    let areas = service_areas(study, asked, progress)?;
    let isochrones = if inputs.plan.outputs.formats.contains(&Format::Geojson) {
        within_zones(study, asked, &limits, inputs.plan.ground.cell_m, progress)?
    } else {
        Vec::new()
    };
    let corridors = inputs.corridors.get(&plan.id).map_or(&[][..], Vec::as_slice);
    let pieces: Vec<LineString<f64>> = corridors.iter().flat_map(|corridor| corridor.pieces.iter().cloned()).collect();
    let mut found = if pieces.is_empty() { Vec::new() } else { stretches(&pieces, asked, study.zones)? }.into_iter().peekable();
    let mut first = 0;
    let mut of_corridors = Vec::new();
    for corridor in corridors {
        let end = first + corridor.pieces.len();
        let mut own = Vec::new();
        while let Some(stretch) = found.next_if(|stretch| stretch.piece < end) {
            own.push(Stretch { piece: stretch.piece - first, ..stretch });
        }
        of_corridors.push(own);
        first = end;
    }
    Ok(Some(ResponseRun {
        service: place,
        limits,
        times,
        unmeasured,
        driven_legs,
        radius,
        stations,
        areas,
        isochrones,
        corridors: of_corridors,
    }))
}

/// Whom response times are counted by: people, each of their groups, calls.
fn weights(inputs: &Inputs, service: &str) -> Vec<(String, Demand)> {
    let demand = &inputs.demand;
    let mut weights = vec![(PEOPLE.to_owned(), Demand { groups: Vec::new(), ..demand.clone() })];
    for group in &demand.groups {
        weights.push((group.name.clone(), Demand { people: group.people.clone(), groups: Vec::new(), ..demand.clone() }));
    }
    weights.extend(inputs.calls.get(service).map(|calls| (CALLS.to_owned(), calls.clone())));
    weights
}

/// Isochrones of all stations together, cut to the ground of the zones.
fn within_zones(
    study: &Study<'_>,
    service: &Service<'_>,
    limits: &[Limit],
    cell_m: f64,
    progress: &dyn Progress,
) -> Result<Vec<Isochrone>, Error> {
    begin(progress, "response isochrones", 0)?;
    let disks = isochrones(service, &IsochroneRules { limits, cell_m, per_facility: false, simplify_m: 0.0 }, progress)?;
    let whole = study.drawn_ground();
    Ok(disks.into_par_iter().map(|disk| Isochrone { ground: disk.ground.intersection(&whole), ..disk }).collect())
}
