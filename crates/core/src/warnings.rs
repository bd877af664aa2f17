//! Warnings that planners need: what was not used, what looks wrong, what to check by hand.

use std::collections::BTreeMap;

use crate::analysis::{FacilityReport, Links, Service, Study};
use crate::assess::{Assessment, Status};
use crate::coverage::CoverageTable;
use crate::findings::{Finding, FindingKind, Stage};
use crate::gaps::Gaps;
use crate::ids::ZoneId;
use crate::index::FacilityIndex;
use crate::link::LinkStatus;
use crate::units::People;

/// Facilities of different names this near each other are listed for review, metres.
pub const SAME_SPOT_M: f64 = 25.0;

pub(crate) struct Found<'a> {
    pub study: &'a Study<'a>,
    pub service: &'a Service<'a>,
    pub links: &'a Links<'a>,
    pub coverage: &'a CoverageTable,
    pub facilities: &'a [FacilityReport],
    pub gaps: &'a Gaps,
    pub assessments: &'a [Assessment],
}

/// All warnings of a service, sorted.
pub(crate) fn find(found: &Found<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    facilities(found, &mut findings);
    same_spot(found, &mut findings);
    zones(found, &mut findings);
    points(found, &mut findings);
    beyond_barrier(found, &mut findings);
    unlisted(found, &mut findings);
    findings.sort();
    findings
}

fn facilities(found: &Found<'_>, findings: &mut Vec<Finding>) {
    let service = found.service;
    let snap_m = service.link.snap_m;
    for (i, (facility, report)) in service.facilities.iter().zip(found.facilities).enumerate() {
        let mut add = |stage, kind, detail: String| findings.push(Finding::new(stage, service.id, &facility.id, kind, detail));
        let name = if facility.name.is_empty() { "(no name)" } else { &facility.name };
        match report.status {
            LinkStatus::TooFar => {
                add(Stage::Link, FindingKind::FacilityTooFar, format!("{name}: no road within {snap_m} m; it serves nobody"))
            }
            LinkStatus::OnIsland => add(
                Stage::Link,
                FindingKind::FacilityOnIsland,
                format!(
                    "{name}: the roads within {snap_m} m belong to pieces of under {} nodes; it serves nobody",
                    service.link.min_component
                ),
            ),
            LinkStatus::BehindBarrier => add(
                Stage::Link,
                FindingKind::FacilityBehindBarrier,
                format!("{name}: barriers lie before all roads within {snap_m} m; it serves nobody"),
            ),
            LinkStatus::Linked if report.points_within_limit == 0 => {
                let limit = if service.limits().differ() { "their zone's limit".to_owned() } else { service.limit.to_string() };
                add(Stage::Coverage, FindingKind::ServesNobody, format!("{name}: nobody lives within {limit} of it"));
            }
            LinkStatus::Linked | LinkStatus::NoData => {}
        }
        if let (true, Some(leg_m)) = (found.links.facilities.beyond_barrier(i), report.leg_m) {
            let detail = format!(
                "{name}: a barrier lies before the nearest road; tied to another one, {leg_m:.1} m away: check where it is entered"
            );
            add(Stage::Link, FindingKind::FacilityNearestRoadBeyondBarrier, detail);
        }
        if let Some(share) = report.network_share.filter(|share| *share < 0.01) {
            let percent = 100.0 * share;
            add(
                Stage::Link,
                FindingKind::FacilityInSmallComponent,
                format!("{name}: linked to a piece of the network with {percent:.2} % of its nodes; check that roads connect to the rest"),
            );
        }
    }
}

/// Facilities of other names at the same spot: one place twice, or two services under one roof.
fn same_spot(found: &Found<'_>, findings: &mut Vec<Finding>) {
    let facilities = found.service.facilities;
    let index = FacilityIndex::of_facilities(facilities);
    for (i, facility) in facilities.iter().enumerate() {
        for (other, metres) in index.within(facility.location, SAME_SPOT_M) {
            if other.index() > i {
                let other = &facilities[other.index()];
                let detail = format!(
                    "`{}` and `{}` ({}) lie {metres:.1} m apart: one facility twice, or two under one roof? Both are counted",
                    facility.name, other.name, other.id
                );
                findings.push(Finding::new(Stage::Facilities, found.service.id, &facility.id, FindingKind::SameSpot, detail));
            }
        }
    }
}

fn zones(found: &Found<'_>, findings: &mut Vec<Finding>) {
    let service = found.service;
    let rows = found.study.zones.iter().zip(&found.coverage.zones);
    let without: Vec<&str> = rows.filter(|(_, row)| row.facilities == 0).map(|(zone, _)| zone.name.as_str()).collect();
    if !without.is_empty() {
        let detail = format!("{} zones have no facility of this service in them: {}", without.len(), without.join(", "));
        findings.push(Finding::new(Stage::Coverage, service.id, "", FindingKind::ZonesWithoutFacility, detail));
    }
    let outside = found.facilities.iter().filter(|f| f.zone.is_none()).count();
    if outside > 0 {
        let detail = format!("{outside} facilities lie outside every zone; they count for whoever reaches them");
        findings.push(Finding::new(Stage::Coverage, service.id, "", FindingKind::FacilitiesOutside, detail));
    }
}

/// People without a road or without a way, by zone: counted, never dropped.
fn points(found: &Found<'_>, findings: &mut Vec<Finding>) {
    let mut sums: BTreeMap<(Option<ZoneId>, FindingKind), (usize, People)> = BTreeMap::new();
    for (i, assessment) in found.assessments.iter().enumerate() {
        let kind = match (assessment.status, found.links.demand.status(i)) {
            (Status::Covered | Status::Uncovered | Status::NoData, _) => continue,
            (Status::Unreachable, _) => FindingKind::PeopleUnreachable,
            (Status::Unlinked, LinkStatus::OnIsland) => FindingKind::PeopleOnIsland,
            (Status::Unlinked, LinkStatus::BehindBarrier) => FindingKind::PeopleBehindBarrier,
            (Status::Unlinked, _) => FindingKind::PeopleTooFar,
        };
        let sum = sums.entry((found.study.demand.zones[i], kind)).or_default();
        *sum = (sum.0 + 1, sum.1 + found.study.demand.people[i]);
    }
    for ((zone, kind), (count, people)) in sums {
        let (id, name, who) = whose(found, zone, people);
        let why = match kind {
            FindingKind::PeopleUnreachable => "no facility can be reached from their roads".to_owned(),
            FindingKind::PeopleOnIsland => format!("only islands of under {} road nodes nearby", found.service.link.min_component),
            FindingKind::PeopleBehindBarrier => format!("barriers lie before all roads within {} m", found.service.link.snap_m),
            _ => format!("no road within {} m", found.service.link.snap_m),
        };
        let stage = if kind == FindingKind::PeopleUnreachable { Stage::Coverage } else { Stage::Link };
        let detail = format!("{name}: {who} at {count} points, {why}; counted as not covered");
        findings.push(Finding::new(stage, found.service.id, id, kind, detail));
    }
}

/// Id and name of a zone or the outside, and how many people, in words.
fn whose<'a>(found: &Found<'a>, zone: Option<ZoneId>, people: People) -> (&'a str, &'a str, String) {
    let zone = zone.map(|z| &found.study.zones[z.index()]);
    let (id, name) = zone.map_or(("outside", "outside"), |z| (z.id.as_str(), z.name.as_str()));
    let who = match zone {
        Some(zone) if zone.people.is_none() => "an unknown number of people".to_owned(),
        _ => format!("{:.1} people", people.as_f64()),
    };
    (id, name, who)
}

/// People whose nearest road lies beyond a barrier and who are tied to a farther one, by zone.
fn beyond_barrier(found: &Found<'_>, findings: &mut Vec<Finding>) {
    let (links, demand) = (found.links.demand, found.study.demand);
    let mut sums: BTreeMap<Option<ZoneId>, (usize, People)> = BTreeMap::new();
    for i in (0..demand.len()).filter(|&i| links.beyond_barrier(i) && links.status(i) == LinkStatus::Linked) {
        let sum = sums.entry(demand.zones[i]).or_default();
        *sum = (sum.0 + 1, sum.1 + demand.people[i]);
    }
    for (zone, (count, people)) in sums {
        let (id, name, who) = whose(found, zone, people);
        let detail = format!("{name}: {who} at {count} points are tied to a farther road, as a barrier lies before the nearest");
        findings.push(Finding::new(Stage::Link, found.service.id, id, FindingKind::NearestRoadBeyondBarrier, detail));
    }
}

fn unlisted(found: &Found<'_>, findings: &mut Vec<Finding>) {
    let (gaps, rules) = (found.gaps, found.service.gaps);
    let reasons = [
        (gaps.too_few, format!("of fewer than {} people", rules.min_people)),
        (gaps.too_small, format!("of less than {} m²", rules.min_area_m2)),
        (gaps.hairs, "without a demand point, each smaller than a ground cell,".to_owned()),
    ];
    for (unlisted, which) in reasons.iter().filter(|(unlisted, _)| unlisted.gaps > 0) {
        let (count, people, area) = (unlisted.gaps, unlisted.people.as_f64(), unlisted.area_m2);
        let detail = format!("{count} gaps {which} are not listed; {people:.1} people and {area:.0} m² are in them");
        findings.push(Finding::new(Stage::Coverage, found.service.id, "", FindingKind::GapsUnlisted, detail));
    }
}
