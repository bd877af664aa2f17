//! New facilities of scenarios: do they stand where they can be reached?

use std::collections::BTreeMap;

use catchment::geo::Coord;
use catchment::{Facility, Finding, FindingKind, LinkStatus, Severity, Stage};

use super::links::Roads;
use super::{first_names, is_swapped};
use crate::load::Inputs;
use crate::load::axes::{Axes, InZones, Written};
use crate::plan::ScenarioPlan;

/// The error that changes of a scenario have longitude and latitude swapped.
pub(crate) fn swapped(inputs: &Inputs, scenario: &ScenarioPlan) -> Option<Finding> {
    let placed = scenario.changes.iter().filter_map(|own| Some((own.verb()?.1, own.lon.zip(own.lat)?)));
    let (ids, places): (Vec<&str>, Vec<(f64, f64)>) = placed.unzip();
    let written = places.into_iter().map(|(x, y)| Some(Coord { x, y })).collect();
    let places = Written::new(written, inputs.projector.clone());
    let zones = InZones::new(&inputs.zones, inputs.plan.checks.far_outlier_m);
    zones.swapped(&places, &Axes::LonLat, &|row| ids[row].to_owned(), (Stage::Planning, &scenario.id))
}

/// New facilities of a scenario, each with its set, that are linked to no road: an error where a service gets none that is.
pub(crate) fn unlinked(inputs: &Inputs, scenario: &ScenarioPlan, new: &[(&str, &Facility)]) -> Option<Finding> {
    if is_swapped(inputs, &scenario.id) {
        return None;
    }
    let mut roads = Roads::new(inputs);
    let mut without: BTreeMap<&str, (LinkStatus, f64)> = BTreeMap::new();
    let mut useless = false;
    for service in &inputs.plan.services {
        let own: Vec<&Facility> = new.iter().filter(|(set, _)| *set == service.facilities).map(|(_, facility)| *facility).collect();
        let places: Vec<Coord<f64>> = own.iter().map(|facility| facility.location).collect();
        if places.is_empty() {
            continue;
        }
        let Some((links, profile)) = roads.link(&service.profile, &places) else { continue };
        let apart = own.iter().zip(&links).filter(|(_, link)| **link != LinkStatus::Linked);
        without.extend(apart.map(|(facility, link)| (facility.id.as_str(), (*link, profile.snap_m))));
        useless |= links.iter().all(|link| *link != LinkStatus::Linked);
    }
    let (first, (status, snap_m)) = without.first_key_value()?;
    let why = match status {
        LinkStatus::BehindBarrier => "barriers lie between it and all roads nearby".to_owned(),
        _ => format!("there is no road within {snap_m} m of it"),
    };
    let are = if without.len() == 1 { "is" } else { "are" };
    let detail = format!(
        "{} of the new facilities {are} linked to no road ({}), `{first}` because {why}: no people gain by it",
        without.len(),
        first_names(without.keys().copied())
    );
    let severity = if useless { Severity::Error } else { Severity::Warning };
    let found = Finding::new(Stage::Planning, &scenario.id, first, FindingKind::ProjectUnlinked, detail);
    Some(found.severity(severity).facilities(without.len()).rows(without.len()))
}
