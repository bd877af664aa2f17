//! Pieces of the network that do not connect to the rest, and what stands on them.

use std::collections::BTreeSet;

use super::{Found, name};
use crate::findings::{Finding, FindingKind, Severity, Stage};
use crate::ids::FacilityId;
use crate::link::PointLink;
use crate::units::People;

/// A piece with less than this share of all nodes is worth a look.
const SMALL_SHARE: f64 = 0.01;
/// So many facilities are named.
const NAMED: usize = 5;

/// People and facilities on pieces of fewer than `min_component` nodes, which are used because a facility stands on them or because no larger
/// one is near. A facility that is linked to a large piece too counts only where people use the small one.
pub(super) fn small_islands(found: &Found<'_>) -> Option<Finding> {
    let (links, demand) = (found.links, found.study.demand);
    let (mut served, mut unserved, mut points) = (People::ZERO, People::ZERO, 0);
    let mut serving: BTreeSet<FacilityId> = BTreeSet::new();
    for (i, assessment) in found.assessments.iter().enumerate().filter(|(i, _)| links.demand.point(*i).island.is_some()) {
        points += 1;
        if assessment.label.cost.is_reached() {
            served += demand.people[i];
            serving.insert(assessment.label.facility);
        } else {
            unserved += demand.people[i];
        }
    }
    let point = |facility: &FacilityId| links.facilities.point(facility.index());
    let counts = |facility: &FacilityId| {
        let PointLink { island, on_large, .. } = point(facility);
        island.is_some() && (!on_large || serving.contains(facility))
    };
    let facilities: Vec<FacilityId> = (0..links.facilities.len()).map(FacilityId::at).filter(counts).collect();
    let pieces: BTreeSet<u32> = facilities.iter().filter_map(|facility| point(facility).island).collect();
    let (service, nodes) = (found.service, found.service.link.min_component);
    let is_served = served > People::ZERO && !facilities.is_empty();
    let small = format!("of the road network, of fewer than {nodes} nodes each");
    let (stations, islands) = (counted(facilities.len(), "facility", "facilities"), counted(pieces.len(), "small piece", "small pieces"));
    let mut parts = Vec::new();
    if is_served {
        parts.push(format!(
            "{:.0} people and {stations} are linked to {islands} {small}, which no road of the file connects to the rest: if one is missing, \
             they have too few facilities, and others do not have theirs",
            served.as_f64()
        ));
    } else if !facilities.is_empty() {
        parts.push(format!("0 people use {islands} {small}, on which the file has {stations}"));
    }
    if unserved > People::ZERO {
        let unserved = unserved.as_f64();
        parts.push(format!("{unserved:.0} people are linked to small pieces {small}, without a facility, and are not covered"));
    }
    if parts.is_empty() {
        return None;
    }
    let detail = parts.join("; ");
    let severity = if is_served { Severity::Warning } else { Severity::Note };
    let finding = Finding::new(Stage::Link, service.id, "", FindingKind::SmallIsland, detail).severity(severity);
    Some(finding.people(served + unserved).facilities(facilities.len()).rows(points))
}

/// Facilities on larger pieces that still hold a small share of all nodes.
pub(super) fn small_components(found: &Found<'_>) -> Option<Finding> {
    let service = found.service;
    let rows = service.facilities.iter().zip(found.facilities).enumerate();
    let on_large = rows.filter(|(i, _)| found.links.facilities.point(*i).on_large);
    let small = on_large.filter_map(|(_, (facility, report))| Some((facility, report, report.network_share?)));
    let mut small: Vec<_> = small.filter(|(_, _, share)| *share < SMALL_SHARE).collect();
    // those with the most people first
    small.sort_by_key(|(facility, report, _)| (std::cmp::Reverse(report.people_nearest), &facility.id));
    let (_, _, least) = small.iter().min_by(|a, b| a.2.total_cmp(&b.2))?;
    let named: Vec<&str> = small.iter().take(NAMED).map(|(facility, _, _)| name(&facility.name)).collect();
    let more = if small.len() > NAMED { ", …" } else { "" };
    let people: People = small.iter().map(|(_, report, _)| report.people_nearest).sum();
    let detail = format!(
        "{} on pieces of the road network with under 1 % of its nodes (the least {:.2} %): {}{more}; nearest to {:.0} covered people",
        counted(small.len(), "facility", "facilities"),
        100.0 * least,
        named.join(", "),
        people.as_f64(),
    );
    let finding = Finding::new(Stage::Link, service.id, "", FindingKind::FacilityInSmallComponent, detail);
    Some(finding.people(people).facilities(small.len()).rows(small.len()))
}

/// A number with its noun.
fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
