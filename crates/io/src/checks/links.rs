//! Facilities of services that are linked to no road, and services without a facility that can be used.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use catchment::geo::{Coord, Distance, Euclidean, Point};
use catchment::{EdgeGrid, Facility, Finding, FindingKind, LinkRules, LinkStatus, Linkage, Profile, Severity, Stage, Zone, ZoneIndex};
use rayon::prelude::*;

use super::{first_names, is_swapped};
use crate::load::zone_boxes::ZoneBoxes;
use crate::load::{Inputs, length, reach_m};
use crate::plan::ServicePlan;

/// The roads of the study's profiles, ready to be linked to; each once.
pub(super) struct Roads<'i> {
    inputs: &'i Inputs,
    grids: BTreeMap<&'i str, EdgeGrid<'i>>,
}

impl<'i> Roads<'i> {
    pub(super) fn new(inputs: &'i Inputs) -> Roads<'i> {
        Roads { inputs, grids: BTreeMap::new() }
    }

    /// How places are linked to the roads of a profile, and the profile; nothing if its roads were not read, or cannot be linked to by its
    /// rules, which the service's own analysis refuses.
    pub(super) fn link(&mut self, profile: &str, places: &[Coord<f64>]) -> Option<(Vec<LinkStatus>, &'i Profile)> {
        let (profile, (rules, network)) = self.inputs.roads.get_key_value(profile)?;
        let edges = match self.grids.entry(profile) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let own = LinkRules { snap_m: rules.snap_m, access_speed_m_s: rules.access_speed_m_s, min_component: rules.min_component };
                free.insert(EdgeGrid::new(network, own).ok()?.with_barriers(&self.inputs.barriers))
            }
        };
        let links = Linkage::new(edges, places);
        Some(((0..links.len()).map(|i| links.status(i)).collect(), rules))
    }
}

/// The zones of a study, to be measured from.
struct Surroundings<'i> {
    index: ZoneIndex<'i>,
    boxes: ZoneBoxes,
    zones: &'i [Zone],
}

impl<'i> Surroundings<'i> {
    fn new(zones: &'i [Zone]) -> Surroundings<'i> {
        Surroundings { index: ZoneIndex::new(zones), boxes: ZoneBoxes::new(zones), zones }
    }

    /// Whether a place lies in a zone or within so many metres of one.
    fn hold(&self, at: Coord<f64>, reach_m: f64) -> bool {
        let is_near = |row: usize| Euclidean.distance(&Point(at), &self.zones[row].area) <= reach_m;
        self.index.locate(at).is_some() || self.boxes.any_within(at, reach_m, is_near)
    }
}

fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// Findings of all services: which share of the facilities in reach of the zones cannot be used.
pub(super) fn of_services(inputs: &Inputs, roads: &mut Roads<'_>) -> Vec<Finding> {
    let zones = Surroundings::new(&inputs.zones);
    let mut findings = Vec::new();
    for (service, limits) in inputs.plan.services.iter().zip(&inputs.zone_limits) {
        let Some(facilities) = inputs.facilities.get(&service.facilities).filter(|own| !own.is_empty()) else { continue };
        let source = inputs.plan.facilities.iter().find(|set| set.id == service.facilities).map(|set| set.source.as_str());
        if source.is_some_and(|file| is_swapped(inputs, file)) {
            continue;
        }
        let places: Vec<Coord<f64>> = facilities.iter().map(|own| own.location).collect();
        let Some((links, profile)) = roads.link(&service.profile, &places) else { continue };
        let reach_m = reach_m(&inputs.plan, service, limits);
        let near: Vec<bool> = places.par_iter().map(|at| zones.hold(*at, reach_m)).collect();
        let found = Links { service, facilities, links, near, snap_m: profile.snap_m };
        findings.extend(found.unusable(inputs, &zones, reach_m).or_else(|| found.unlinked(inputs)));
        findings.extend(found.unlinked_elsewhere());
    }
    findings
}

/// The facilities of a service, how each is linked, and whether it lies in reach of the zones.
struct Links<'i> {
    service: &'i ServicePlan,
    facilities: &'i [Facility],
    links: Vec<LinkStatus>,
    near: Vec<bool>,
    snap_m: f64,
}

impl<'i> Links<'i> {
    /// Facilities without a road, in reach of the zones or beyond it.
    fn without_road(&self, near: bool) -> Vec<usize> {
        (0..self.links.len()).filter(|&i| self.near[i] == near && self.links[i] != LinkStatus::Linked).collect()
    }

    fn count_near(&self) -> usize {
        self.near.iter().filter(|near| **near).count()
    }

    fn finding(&self, kind: FindingKind, detail: String, facilities: usize, share: f64) -> Finding {
        Finding::new(Stage::Link, &self.service.id, "", kind, detail).facilities(facilities).sized(share)
    }

    fn names(&self, rows: &[usize]) -> String {
        let name = |row: &usize| {
            let own = &self.facilities[*row];
            if own.name.is_empty() { own.id.as_str() } else { own.name.as_str() }
        };
        first_names(rows.iter().map(name))
    }

    /// Why these have no road, in words.
    fn reasons(&self, rows: &[usize]) -> String {
        let count = |status| rows.iter().filter(|row| self.links[**row] == status).count();
        let reasons = [
            (count(LinkStatus::TooFar), format!("with no road within {} m", self.snap_m)),
            (count(LinkStatus::BehindBarrier), "behind barriers".to_owned()),
        ];
        let own: Vec<String> = reasons.iter().filter(|(count, _)| *count > 0).map(|(count, why)| format!("{count} {why}")).collect();
        own.join(", ")
    }

    /// The error that no facility can be used: all that lie in reach are linked to no road, or all lie in another part of the world.
    fn unusable(&self, inputs: &Inputs, zones: &Surroundings<'_>, reach_m: f64) -> Option<Finding> {
        let without = self.without_road(true);
        if without.len() < self.count_near() {
            return None;
        }
        let all = self.facilities.len();
        let nearest = self.facilities.iter().enumerate().map(|(row, own)| (row, zones.boxes.distance(own.location)));
        let (row, metres) = nearest.min_by(|a, b| a.1.total_cmp(&b.1))?;
        // a town whose next facility is beyond its reach has 0 % covered; a list of another place says nothing of it
        if without.is_empty() && metres <= inputs.plan.checks.far_outlier_m {
            return None;
        }
        let detail = match without.len() {
            0 => format!(
                "none of the {all} facilities lies in a zone or within {} of one, which is how far the limit reaches; {}, the nearest, is \
                 about {} away: all people would count as not covered",
                length(reach_m),
                self.names(&[row]),
                length(metres)
            ),
            near => format!(
                "all {near} facilities in reach of the zones are linked to no road ({}), {}: all people would count as not covered",
                self.names(&without),
                self.reasons(&without)
            ),
        };
        Some(self.finding(FindingKind::NoUsableFacility, detail, all, 1.0).people(inputs.demand.total()))
    }

    /// What share of the facilities in reach of the zones is linked to no road.
    fn unlinked(&self, inputs: &Inputs) -> Option<Finding> {
        let (without, near) = (self.without_road(true), self.count_near());
        let share = without.len() as f64 / near.max(1) as f64;
        let checks = &inputs.plan.checks;
        let severity = match share {
            share if share > checks.facilities_unlinked_error => Severity::Error,
            share if share > checks.facilities_unlinked_warning => Severity::Warning,
            _ => return None,
        };
        let detail = format!(
            "{} of {near} facilities in reach of the zones ({:.1} %) {} linked to no road ({}), {}: the numbers are those of a study \
             without them",
            without.len(),
            100.0 * share,
            are(without.len()),
            self.names(&without),
            self.reasons(&without)
        );
        Some(self.finding(FindingKind::FacilitiesUnlinked, detail, without.len(), share).severity(severity))
    }

    /// Facilities beyond the reach of the zones that are linked to no road: one note, as no number hangs on them.
    fn unlinked_elsewhere(&self) -> Option<Finding> {
        let without = self.without_road(false);
        let beyond = self.facilities.len() - self.count_near();
        let detail = format!(
            "{} of {beyond} facilities beyond the reach of the zones {} linked to no road ({}); no number hangs on that",
            without.len(),
            are(without.len()),
            self.names(&without)
        );
        let found = || self.finding(FindingKind::FacilitiesUnlinked, detail, without.len(), 0.0).severity(Severity::Note);
        (!without.is_empty()).then(found)
    }
}
