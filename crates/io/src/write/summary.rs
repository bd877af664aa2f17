//! `summary.json` and `manifest.json`.

use std::collections::{BTreeMap, BTreeSet};

use catchment::{ByStatus, Finding, Limit, NormStatus, People, Report, SquareMm, Unlisted};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::area_error::area_error;
use super::headline::sentence;
use super::people_sums::Sums;
use super::row::{not_covered, round, services};
use super::shares::{limits, masks};
use super::words::{bounds, most_uncovered, title};
use crate::load::Inputs;
use crate::map::Lang;
use crate::plan::{Mask, ServicePlan};
use crate::planning::OfficeRun;
use crate::run::Run;

/// `summary.json`: totals by service, conservation, and the sentence of the result.
pub(super) fn summary(run: &Run, findings: &[&Finding]) -> String {
    let plan = &run.inputs.plan;
    let list: Vec<Value> =
        services(run).enumerate().map(|(place, (service, report))| service_summary(run, place, service, report)).collect();
    let mut summary = json!({
        "study": plan.study.id,
        "title": plan.study.title,
        "attribution": super::attribution(&run.inputs),
        "working_crs": working(&run.inputs),
        "zones": run.inputs.zones.len(),
        "services": list,
        "fairness": super::table_rows(&run.fair.rows),
    });
    let of_all =
        |own: &OfficeRun| super::table_rows(&own.indicators.indicators.iter().filter(|row| row.zone.is_none()).collect::<Vec<_>>());
    let parts = [
        ("access", (!run.access.is_empty()).then(|| super::access::summary(run).into())),
        ("referrals", (!run.referrals.is_empty()).then(|| super::referrals::summary(run).into())),
        ("norms", run.office.as_ref().map(|_| json!(norm_counts(run)))),
        ("indicators", run.office.as_ref().map(|own| json!(of_all(own)))),
        ("issues", Some(by_kind(findings))),
        ("findings", Some(super::loud::summary(findings))),
    ];
    if let Some(map) = summary.as_object_mut() {
        map.extend(parts.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    }
    pretty(&summary)
}

/// How many zones are short of each norm, have what it asks, have more.
pub(crate) fn norm_counts(run: &Run) -> Vec<Map<String, Value>> {
    let rows = run.office.as_ref().map_or(&[][..], |own| &own.norms);
    let mut ids: Vec<&str> = Vec::new();
    for row in rows {
        if !ids.contains(&row.norm.as_str()) {
            ids.push(&row.norm);
        }
    }
    let of = |id: &str| {
        let own = || rows.iter().filter(|row| row.norm == id);
        let count = |status| json!(own().filter(|row| row.status == status).count());
        let cells = [
            ("norm", json!(id)),
            ("zones", json!(own().count())),
            ("short", count(NormStatus::Short)),
            ("met", count(NormStatus::Met)),
            ("over", count(NormStatus::Over)),
            ("unknown", count(NormStatus::Unknown)),
            ("missing", json!(own().filter_map(|row| row.gap).fold(0.0, |sum, gap| sum + gap))),
        ];
        cells.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    };
    ids.into_iter().map(of).collect()
}

fn service_summary(run: &Run, place: usize, service: &ServicePlan, report: &Report) -> Value {
    let total = &report.coverage.total;
    let suffix = service.limit.metric.suffix();
    let people = total.people.unwrap_or_default();
    let known = people.known().as_f64();
    let share_of = |part: People| (known > 0.0).then(|| round(part.as_f64() / known, 6));
    let unknown: Vec<&str> = run.inputs.zones.iter().filter(|z| z.people.is_none()).map(|z| z.name.as_str()).collect();
    let top: Vec<Value> = most_uncovered(report)
        .into_iter()
        .take(10)
        .map(|(z, people)| {
            let zone = &run.inputs.zones[z];
            json!({ "zone_id": zone.id, "zone_name": zone.name, "people_not_covered": round(people, 6) })
        })
        .collect();
    let error = area_error(run, place);
    let mut value = json!({
        "service": service.id,
        "title": title(service),
        "sentence": { "en": sentence(run, service, report, Lang::En), "zh": sentence(run, service, report, Lang::Zh) },
        "profile": service.profile,
        "direction": service.direction,
        "facilities": report.facilities.len(),
        "facilities_outside_zones": report.facilities.iter().filter(|f| f.zone.is_none()).count(),
        "people": split_people(&people),
        "people_share": total.people_share().map(|s| round(s, 6)),
        "people_share_range": run.ranges.iter().filter(|point| point.service == place).map(|point| json!({
            "speed_m_s": point.speed_m_s, "people_covered": round(point.covered.as_f64(), 6), "people_share": point.share.map(|s| round(s, 6)),
        })).collect::<Vec<_>>(),
        "people_share_bounds": bounds(total).map(|bounds| bounds.map(|s| round(s, 6))),
        "zones_of_unknown_people": unknown,
        "people_nearest_road_beyond_barrier": round(report.people_nearest_road_beyond_barrier.as_f64(), 6),
        "area": split_area(&total.area),
        "area_share": total.area_share().map(|s| round(s, 6)),
        "mask": run.inputs.plan.ground.mask.first().map(Mask::name),
        "masks": masks(run, total).map(mask_area).collect::<Vec<_>>(),
        "cell_m": run.inputs.plan.ground.cell_m,
        "area_error_estimate_m2": round(error.estimate_m2, 0),
        "area_error_bound_m2": round(error.bound_m2, 0),
        "straight_line_people_share": share_of(total.straight_line),
        "straight_line_with_detour_people_share": share_of(total.straight_line_detour),
        "gaps": report.gaps.gaps.len(),
        "people_in_gaps": round(report.gaps.gaps.iter().filter_map(|g| g.people).sum::<People>().as_f64(), 6),
        "gaps_unlisted": report.gaps.unlisted().gaps,
        "people_in_gaps_unlisted": round(report.gaps.unlisted().people.as_f64(), 6),
        "area_of_gaps_unlisted_m2": round(report.gaps.unlisted().area_m2, 1),
        "gaps_unlisted_by_reason": {
            "min_people": unlisted(report.gaps.too_few),
            "min_area_m2": unlisted(report.gaps.too_small),
            "no_point_and_under_a_cell": unlisted(report.gaps.hairs),
        },
        "conservation": conservation(run, report),
        "most_uncovered_zones": top,
    });
    if let Some(map) = value.as_object_mut() {
        map.insert(format!("limit_{suffix}"), json!(service.limit.as_f64()));
        if let Some(half) = error.half_cell_m2 {
            map.insert("area_covered_half_cell_m2".to_owned(), json!(round(half, 3)));
            map.insert("area_error_measured_m2".to_owned(), json!(round(half - total.area.covered.m2(), 3)));
        }
        map.extend(super::response::stand_in(&run.inputs.plan, service).map(|what| ("stand_in_for".to_owned(), json!(what))));
        map.extend(super::response_words::summary(run, service).map(|response| ("response".to_owned(), response)));
        if report.limits().differ() {
            map.insert("limits".to_owned(), limits_by_zone(run, report));
        }
        for (name, cost) in [("mean", total.costs.mean), ("p50", total.costs.p50), ("p90", total.costs.p90)] {
            map.insert(format!("cost_{name}_{suffix}"), json!(cost.map(|c| c.as_f64())));
        }
    }
    value
}

fn unlisted(gaps: Unlisted) -> Value {
    json!({ "gaps": gaps.gaps, "people": round(gaps.people.as_f64(), 6), "area_m2": round(gaps.area_m2, 1) })
}

fn split_people(people: &ByStatus<People>) -> Value {
    let of = |p: People| round(p.as_f64(), 6);
    json!({
        "total": of(people.total()), "covered": of(people.covered), "uncovered": of(people.uncovered),
        "unreachable": of(people.unreachable), "unlinked": of(people.unlinked), "no_data": of(people.no_data),
    })
}

fn split_area(area: &ByStatus<SquareMm>) -> Value {
    let of = |a: SquareMm| round(a.m2(), 3);
    json!({
        "mask_m2": of(area.total()), "covered_m2": of(area.covered), "uncovered_m2": of(area.uncovered),
        "unreachable_m2": of(area.unreachable), "unlinked_m2": of(area.unlinked),
        "no_data_m2": of(area.no_data),
    })
}

/// One mask of several: its name, its ground by status and what of it is covered.
fn mask_area((mask, area): (&Mask, &ByStatus<SquareMm>)) -> Value {
    let mut value = json!({ "mask": mask.name(), "share": area.share().map(|s| round(s, 6)) });
    if let (Some(map), Value::Object(parts)) = (value.as_object_mut(), split_area(area)) {
        map.extend(parts);
    }
    value
}

/// Which limit applied where: each with its zones and their classes.
fn limits_by_zone(run: &Run, report: &Report) -> Value {
    let zones = &run.inputs.zones;
    let entry = |(limit, of): (Limit, Vec<usize>)| {
        let classes: BTreeSet<&str> = of.iter().filter_map(|&z| zones[z].class.as_deref()).collect();
        let ids: Vec<&str> = of.iter().map(|&z| zones[z].id.as_str()).collect();
        let mut entry = json!({ "zones": of.len(), "zone_classes": classes, "zone_ids": ids });
        if let Some(map) = entry.as_object_mut() {
            map.insert(format!("limit_{}", limit.metric.suffix()), json!(limit.as_f64()));
        }
        entry
    };
    limits(run, report).into_iter().map(entry).collect()
}

/// What went in against what came out.
fn conservation(run: &Run, report: &Report) -> Value {
    let total = &report.coverage.total;
    let people = Sums::of(&run.inputs);
    let outside = report.coverage.outside.as_ref().and_then(|row| row.people).map_or(People::ZERO, |people| people.total());
    let measured = total.people.unwrap_or_default().total() + outside;
    let listed: People = report.gaps.gaps.iter().filter_map(|g| g.people).sum();
    let in_gaps = listed + report.gaps.unlisted().people;
    let not_covered = not_covered(&report.coverage);
    let measured_m2: Vec<f64> = masks(run, total).map(|(_, area)| area.total().m2()).collect();
    let first = |areas: &[f64]| round(areas.first().copied().unwrap_or_default(), 3);
    let holds = |(polygons, measured): (&f64, &f64)| (polygons - measured).abs() <= 1e-6 * polygons + 1.0;
    json!({
        "people_input": round(people.read.as_f64(), 6),
        "people_in_zones": round(people.in_zones.as_f64(), 6),
        "people_outside_zones": round(people.outside.as_f64(), 6),
        "people_beyond_not_used": round(people.beyond.as_f64(), 6),
        "people_by_status": round(measured.as_f64(), 6),
        "people_hold": people.read == measured && people.in_zones + people.outside == measured,
        "people_not_covered_in_zones": round(not_covered.as_f64(), 6),
        "people_in_gaps": round(in_gaps.as_f64(), 6),
        "gaps_hold": in_gaps == not_covered,
        "area_of_zones_m2": round(total.area_m2, 3),
        "area_of_mask_m2": first(&run.mask_areas_m2),
        "area_by_status_m2": first(&measured_m2),
        "area_holds": run.mask_areas_m2.iter().zip(&measured_m2).all(holds),
    })
}

/// Issues counted by stage and kind.
pub(crate) fn by_kind(findings: &[&Finding]) -> Value {
    let mut counts: BTreeMap<(catchment::Stage, &str), usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry((finding.stage, finding.kind.name())).or_default() += 1;
    }
    counts.into_iter().map(|((stage, kind), count)| (format!("{}.{kind}", stage.name()), json!(count))).collect::<Map<_, _>>().into()
}

pub(crate) fn working(inputs: &Inputs) -> Value {
    let working = &inputs.working;
    json!({
        "name": working.name, "definition": working.crs.definition(), "reason": working.reason,
        "worst_areal_distortion": round(working.worst_areal_distortion, 7),
    })
}

/// What `manifest.json` says beside the digests of the files; only the part `run` differs from one run to the next, and is left out of a run
/// without timings.
pub(super) fn known(run: &Run, findings: &[&Finding]) -> Value {
    let plan = serde_json::to_value(&run.inputs.plan).unwrap_or_default();
    let profiles: Map<String, Value> =
        run.inputs.roads.iter().map(|(name, (profile, _))| (name.clone(), serde_json::to_value(profile).unwrap_or_default())).collect();
    let networks: Vec<Value> =
        run.networks.iter().map(|((profile, metric), facts)| json!({ "profile": profile, "metric": metric, "facts": facts })).collect();
    let surfaces: BTreeMap<&str, usize> = run.inputs.spread.iter().fold(BTreeMap::new(), |mut counts, note| {
        *counts.entry(note.surface.as_str()).or_default() += 1;
        counts
    });
    let conserved: Vec<Value> =
        services(run).map(|(service, report)| json!({ "service": service.id, "holds": conservation(run, report) })).collect();
    let timings: Map<String, Value> = run.timings.iter().map(|(name, seconds)| (name.clone(), json!(round(*seconds, 4)))).collect();
    let mut known = json!({
        "tool": { "name": "catchment", "version": env!("CARGO_PKG_VERSION"), "command": "run" },
        "plan": plan,
        "scenario": run.scenario,
        "profiles": profiles,
        "working_crs": working(&run.inputs),
        "inputs": run.files().collect::<Vec<_>>(),
        "standards": run.office.as_ref().map(|own| own.office.standards()),
        "demand_points": run.inputs.demand.len(),
        "zones_by_surface": surfaces,
        "barriers": barriers(run),
        "networks": networks,
        "issues": by_kind(findings),
        "conservation": conserved,
    });
    if let Some(map) = known.as_object_mut().filter(|_| !timings.is_empty()) {
        map.insert("run".to_owned(), json!({ "threads": rayon::current_num_threads(), "seconds": timings }));
    }
    known
}

/// Barriers counted by kind; kinds that were asked for and are not in the extract are 0.
fn barriers(run: &Run) -> Value {
    let asked = run.inputs.plan.barriers.iter().flat_map(|plan| &plan.osm).map(|kind| (kind.name(), 0));
    let counts: BTreeMap<&str, usize> = asked.chain(run.inputs.barriers.counts()).collect();
    json!(counts)
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
