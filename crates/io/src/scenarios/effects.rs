//! What each step of a scenario does, in the order of building.

use std::collections::BTreeMap;

use catchment::geo::Coord;
use catchment::{FacilityId, LinkStatus, People, Progress, Project, Study, ZoneIndex, build_in_order};
use serde::Serialize;

use super::changed::Step;
use crate::error::Error;
use crate::load::Inputs;
use crate::plan::{ScenarioPlan, ServicePlan, Verb};
use crate::write::round;

/// What a step does to a service, given the steps before it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProjectRow {
    /// The scenario.
    pub scenario: String,
    /// The service.
    pub service: String,
    /// From 1, in the order of building.
    pub order: usize,
    /// `add`, `open`, `close`, `move`, `change`.
    pub change: &'static str,
    /// The facility.
    pub facility_id: String,
    /// Its name.
    pub facility_name: Option<String>,
    /// The zone that it stands in.
    pub zone_id: String,
    /// Its name.
    pub zone_name: String,
    /// Longitude, WGS84.
    pub lon: f64,
    /// Latitude, WGS84.
    pub lat: f64,
    /// The year of its record that makes it a step.
    pub year: Option<i32>,
    /// How what is new is tied to the roads.
    pub link_status: Option<&'static str>,
    /// People within their limit who were not before it.
    pub people_gained: f64,
    /// People who were within their limit before it and no longer are.
    pub people_lost: f64,
    /// People within their limit when it is built, of all zones and outside.
    pub people_covered: f64,
    /// Their share of all whose number is known.
    pub people_share: Option<f64>,
}

/// The steps of a scenario on every service that they concern.
pub(super) fn effects(
    inputs: &Inputs,
    study: &Study<'_>,
    scenario: &ScenarioPlan,
    steps: &[Step],
    progress: &dyn Progress,
) -> Result<Vec<ProjectRow>, Error> {
    let networks = inputs.networks(inputs.plan.services.iter(), &[]);
    let index = ZoneIndex::new(&inputs.zones);
    let all = inputs.demand.total().as_f64();
    let mut rows = Vec::new();
    for (service, zone_limits) in inputs.plan.services.iter().zip(&inputs.zone_limits) {
        let own: Vec<&Step> = steps.iter().filter(|step| step.set == service.facilities).collect();
        let Some(asked) = inputs.service(service, zone_limits, &networks).filter(|_| !own.is_empty()) else { continue };
        let built = build_in_order(study, &asked, &projects(inputs, service, &own), progress)?;
        for (order, (step, effect)) in own.iter().zip(built).enumerate() {
            let facility = &step.facility;
            let zone = index.locate(facility.location).map(|zone| &inputs.zones[zone.index()]);
            let mut at = [facility.location];
            crate::write::inverse(&inputs.projector, &mut at)?;
            let link = effect.links.first().copied();
            let people = |people: People| round(people.as_f64(), 6);
            rows.push(ProjectRow {
                scenario: scenario.id.clone(),
                service: service.id.clone(),
                order: order + 1,
                change: step.verb.name(),
                facility_id: facility.id.clone(),
                facility_name: Some(facility.name.clone()).filter(|name| !name.is_empty()),
                zone_id: zone.map_or("outside", |zone| zone.id.as_str()).to_owned(),
                zone_name: zone.map_or("outside", |zone| zone.name.as_str()).to_owned(),
                lon: round(at[0].x, 7),
                lat: round(at[0].y, 7),
                year: step.year,
                link_status: link.map(LinkStatus::name),
                people_gained: people(effect.gained),
                people_lost: people(effect.lost),
                people_covered: people(effect.covered),
                people_share: (all > 0.0).then(|| round(effect.covered.as_f64() / all, 6)),
            });
        }
    }
    Ok(rows)
}

/// Steps as the engine takes them: ids of facilities are rows of the set as it stands, then what opened, in order.
fn projects(inputs: &Inputs, service: &ServicePlan, steps: &[&Step]) -> Vec<Project> {
    let standing = inputs.facilities.get(&service.facilities).map_or(&[][..], Vec::as_slice);
    let mut ids: BTreeMap<&str, FacilityId> = standing.iter().enumerate().map(|(i, own)| (own.id.as_str(), FacilityId::at(i))).collect();
    let mut next = standing.len();
    let mut projects = Vec::new();
    for step in steps {
        let id = step.facility.id.as_str();
        let mut project = Project::default();
        if matches!(step.verb, Verb::Close | Verb::Move) {
            project.closes.extend(ids.remove(id));
        }
        if matches!(step.verb, Verb::Add | Verb::Open | Verb::Move) {
            let at: Coord<f64> = step.facility.location;
            project.opens.push(at);
            ids.insert(id, FacilityId::at(next));
            next += 1;
        }
        projects.push(project);
    }
    projects
}
