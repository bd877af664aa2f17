//! Warnings that planners need: what was not used, what looks wrong, what to check by hand.

mod pieces;

use std::collections::BTreeMap;

use crate::analysis::{FacilityReport, Links, Service, Study};
use crate::assess::{Assessment, Status};
use crate::coverage::CoverageTable;
use crate::findings::{Checks, Finding, FindingKind, Stage};
use crate::gaps::Gaps;
use crate::ids::{FacilityId, ZoneId};
use crate::index::FacilityIndex;
use crate::input::Facility;
use crate::link::LinkStatus;
use crate::units::People;

/// Facilities of different names this near each other are listed for review, metres.
pub const SAME_SPOT_M: f64 = 25.0;
/// So many zones without a facility are named.
const MOST_ZONES: usize = 20;

pub(crate) struct Found<'a> {
    pub study: &'a Study<'a>,
    pub service: &'a Service<'a>,
    pub checks: &'a Checks,
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
    findings.extend(pieces::small_islands(found));
    findings.extend(pieces::small_components(found));
    same_spot(found, &mut findings);
    zones(found, &mut findings);
    findings.extend(all_or_nothing(found));
    points(found, &mut findings);
    findings.extend(roadless(found));
    beyond_barrier(found, &mut findings);
    unlisted(found, &mut findings);
    findings.sort();
    findings
}

fn facilities(found: &Found<'_>, findings: &mut Vec<Finding>) {
    let service = found.service;
    let snap_m = service.link.snap_m;
    for (i, (facility, report)) in service.facilities.iter().zip(found.facilities).enumerate() {
        let mut add = |stage, kind, detail: String| {
            findings.push(Finding::new(stage, service.id, &facility.id, kind, detail).facilities(1).rows(1));
        };
        let name = name(&facility.name);
        match report.status {
            LinkStatus::TooFar => {
                add(Stage::Link, FindingKind::FacilityTooFar, format!("{name}: no road within {snap_m} m; it serves nobody"))
            }
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
                "{name}: a barrier lies before the nearest road; linked to another one, {leg_m:.1} m away: check where it is entered"
            );
            add(Stage::Link, FindingKind::FacilityNearestRoadBeyondBarrier, detail);
        }
    }
}

/// A facility's name in a sentence.
fn name(name: &str) -> &str {
    if name.is_empty() { "(no name)" } else { name }
}

/// A headline of 0 % or of 100 %, of those whose number is known.
fn all_or_nothing(found: &Found<'_>) -> Option<Finding> {
    let service = found.service;
    let people = found.coverage.total.people.filter(|people| people.known() > People::ZERO)?;
    let limit = if service.limits().differ() { "their zone's limit".to_owned() } else { service.limit.to_string() };
    let (kind, detail) = match people.covered {
        People::ZERO => {
            let (total, count) = (people.known().as_f64(), service.facilities.len());
            (FindingKind::NothingCovered, format!("0 of {total:.0} people are within {limit} of a facility (facilities: {count})"))
        }
        covered if covered == people.known() => {
            (FindingKind::EverythingCovered, format!("all {:.0} people are within {limit} of a facility", covered.as_f64()))
        }
        _ => return None,
    };
    Some(Finding::new(Stage::Coverage, service.id, "", kind, detail).people(people.known()).facilities(service.facilities.len()))
}

/// Facilities of different names at the same spot: one place several times, or several services under one roof; one finding a spot.
/// Without a name there is nothing to compare.
fn same_spot(found: &Found<'_>, findings: &mut Vec<Finding>) {
    const SHOWN: usize = 5;
    let named: Vec<&Facility> = found.service.facilities.iter().filter(|own| !own.name.is_empty()).collect();
    let index = FacilityIndex::new(named.iter().map(|own| own.location), FacilityId::at);
    for group in index.into_groups(SAME_SPOT_M) {
        let spot: Vec<&Facility> = group.iter().map(|own| named[own.index()]).collect();
        let first = spot[0];
        if spot.iter().all(|own| own.name == first.name) {
            continue;
        }
        let detail = match spot[..] {
            [_, other] => {
                let step = other.location - first.location;
                format!(
                    "`{}` and `{}` ({}) lie {:.1} m apart: one facility twice, or two under one roof? Both are counted",
                    first.name,
                    other.name,
                    other.id,
                    step.x.hypot(step.y)
                )
            }
            _ => {
                let shown: Vec<String> = spot.iter().take(SHOWN).map(|own| format!("`{}` ({})", own.name, own.id)).collect();
                let more = spot.len() - shown.len();
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!(
                    "{} facilities lie at one spot, each within {SAME_SPOT_M} m of another: {}{more}: one facility several times, or \
                     several under one roof? All are counted",
                    spot.len(),
                    shown.join(", ")
                )
            }
        };
        let finding = Finding::new(Stage::Facilities, found.service.id, &first.id, FindingKind::SameSpot, detail);
        findings.push(finding.facilities(spot.len()).rows(spot.len() - 1));
    }
}

fn zones(found: &Found<'_>, findings: &mut Vec<Finding>) {
    let service = found.service;
    let rows = found.study.zones.iter().zip(&found.coverage.zones);
    let without: Vec<&str> = rows.filter(|(_, row)| row.facilities == 0).map(|(zone, _)| zone.name.as_str()).collect();
    if !without.is_empty() {
        let more = without.len().saturating_sub(MOST_ZONES);
        let shown = without[..without.len() - more].join(", ");
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        let detail = format!("{} zones have no facility of this service in them: {shown}{rest}", without.len());
        findings.push(Finding::new(Stage::Coverage, service.id, "", FindingKind::ZonesWithoutFacility, detail).rows(without.len()));
    }
    let outside = found.facilities.iter().filter(|f| f.zone.is_none()).count();
    if outside > 0 {
        let detail = format!("{outside} facilities lie outside every zone; they count for whoever reaches them");
        findings.push(Finding::new(Stage::Coverage, service.id, "", FindingKind::FacilitiesOutside, detail).facilities(outside));
    }
}

/// People without a road or without a way, by zone: counted, never dropped.
fn points(found: &Found<'_>, findings: &mut Vec<Finding>) {
    let mut sums: BTreeMap<(Option<ZoneId>, FindingKind), (usize, People)> = BTreeMap::new();
    for (i, assessment) in found.assessments.iter().enumerate() {
        let kind = match (assessment.status, found.links.demand.status(i)) {
            (Status::Covered | Status::Uncovered | Status::NoData, _) => continue,
            (Status::Unreachable, _) => FindingKind::PeopleUnreachable,
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
            FindingKind::PeopleBehindBarrier => format!("barriers lie before all roads within {} m", found.service.link.snap_m),
            _ => format!("no road within {} m", found.service.link.snap_m),
        };
        let stage = if kind == FindingKind::PeopleUnreachable { Stage::Coverage } else { Stage::Link };
        let detail = format!("{name}: {who} at {count} points, {why}; counted as not covered");
        findings.push(of_people(found, zone, people, Finding::new(stage, found.service.id, id, kind, detail).rows(count)));
    }
}

/// People and ground without a road where roads are known: an extract may lack some, or there are none.
fn roadless(found: &Found<'_>) -> Option<Finding> {
    let total = &found.coverage.total;
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let people = total.people.unwrap_or_default();
    let of_people = share(people.unlinked.as_f64(), people.known().as_f64());
    let of_ground = share(total.area.unlinked.0 as f64, total.area.known().0 as f64);
    let size = of_people.max(of_ground);
    let (ground, snap_m) = (100.0 * of_ground, found.service.link.snap_m);
    let who = match people.unlinked {
        People::ZERO => format!("{ground:.1} % of the ground, with no people on it, has"),
        unlinked => format!("{:.1} people ({:.1} %) and {ground:.1} % of the ground have", unlinked.as_f64(), 100.0 * of_people),
    };
    let detail = format!("{who} no road within {snap_m} m, inside the extent of the roads: not covered");
    let finding = || {
        let finding = Finding::new(Stage::Link, found.service.id, "", FindingKind::Roadless, detail);
        finding.people(people.unlinked).area_m2(total.area.unlinked.m2()).sized(size)
    };
    (size > found.checks.roadless_warning).then(finding)
}

/// A finding with the people that hang on it, where their zone's are known.
fn of_people(found: &Found<'_>, zone: Option<ZoneId>, people: People, finding: Finding) -> Finding {
    let is_unknown = zone.is_some_and(|zone| found.study.zones[zone.index()].people.is_none());
    if is_unknown { finding } else { finding.people(people) }
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

/// People whose nearest road lies beyond a barrier and who are linked to a farther one, by zone.
fn beyond_barrier(found: &Found<'_>, findings: &mut Vec<Finding>) {
    let (links, demand) = (found.links.demand, found.study.demand);
    let mut sums: BTreeMap<Option<ZoneId>, (usize, People)> = BTreeMap::new();
    for i in (0..demand.len()).filter(|&i| links.beyond_barrier(i) && links.status(i) == LinkStatus::Linked) {
        let sum = sums.entry(demand.zones[i]).or_default();
        *sum = (sum.0 + 1, sum.1 + demand.people[i]);
    }
    for (zone, (count, people)) in sums {
        let (id, name, who) = whose(found, zone, people);
        let detail = format!("{name}: {who} at {count} points are linked to a farther road, as a barrier lies before the nearest");
        let finding = Finding::new(Stage::Link, found.service.id, id, FindingKind::NearestRoadBeyondBarrier, detail);
        findings.push(of_people(found, zone, people, finding.rows(count)));
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
        let finding = Finding::new(Stage::Coverage, found.service.id, "", FindingKind::GapsUnlisted, detail);
        findings.push(finding.people(unlisted.people).area_m2(area).rows(count));
    }
}
