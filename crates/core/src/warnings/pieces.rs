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
    if facilities.is_empty() && points == 0 {
        return None;
    }
    let (service, nodes) = (found.service, found.service.link.min_component);
    let is_served = served > People::ZERO && !facilities.is_empty();
    let mut detail = match is_served {
        true => format!(
            "{:.0} people and {} are linked to {} of the road network, of fewer than {nodes} nodes each, which no road of the file connects to \
             the rest: if one is missing, they have other facilities too, and others have theirs",
            served.as_f64(),
            counted(facilities.len(), "facility", "facilities"),
            counted(pieces.len(), "small piece", "small pieces"),
        ),
        false => format!(
            "{} stand on small pieces of the road network, of fewer than {nodes} nodes each",
            counted(facilities.len(), "facility", "facilities")
        ),
    };
    if unserved > People::ZERO {
        detail += &format!("; {:.0} people are linked to small pieces without a facility and are not covered", unserved.as_f64());
    }
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
        "{} are linked to pieces of the road network with under 1 % of its nodes (the least {:.2} %): {}{more}; they are nearest to {:.0} \
         covered people",
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
