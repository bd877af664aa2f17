//! The columns of the table and the layer `zones`: one definition for both.

use catchment::{Coverage, CoverageTable, Metric, People, Report, Zone};
use serde_json::{Map, Value, json};

use super::response::set_stand_in;
use super::shares::masks;
use crate::plan::{Mask, ServicePlan};
use crate::run::Run;

/// A row: column names and values in order. Unknown values are null, and empty in CSV.
pub(crate) type Row = Map<String, Value>;

/// One row a service and zone, then `outside` where there is one.
pub(crate) fn rows(run: &Run) -> Vec<(Option<usize>, Row)> {
    let metrics = [Metric::Time, Metric::Distance].map(|m| run.inputs.plan.services.iter().any(|s| s.limit.metric == m));
    let mut rows = Vec::new();
    for (service, report) in run.inputs.plan.services.iter().zip(&run.reports) {
        let blind = not_covered(&report.coverage);
        let add = |(zone, coverage): (Option<&Zone>, &Coverage)| {
            let mut row = row(run, service, zone, coverage, blind, metrics);
            more_masks(run, coverage, &mut row);
            limits(run, report, zone, coverage, metrics, &mut row);
            set_stand_in(&run.inputs.plan, service, &mut row);
            row
        };
        for (z, coverage) in report.coverage.zones.iter().enumerate() {
            rows.push((Some(z), add((run.inputs.zones.get(z), coverage))));
        }
        rows.extend(report.coverage.outside.iter().map(|coverage| (None, add((None, coverage)))));
    }
    rows
}

/// The columns of a zone for all zones together.
pub(super) fn total(run: &Run, service: &ServicePlan, report: &Report) -> Row {
    let metrics = [Metric::Time, Metric::Distance].map(|m| run.inputs.plan.services.iter().any(|s| s.limit.metric == m));
    let all = &report.coverage.total;
    let mut row = row(run, service, None, all, People::ZERO, metrics);
    row.insert("gap_people_share_of_all".to_owned(), json!((not_covered(&report.coverage) > People::ZERO).then_some(1.0)));
    row.insert("zone_id".to_owned(), json!("all"));
    row.insert("zone_name".to_owned(), json!("all"));
    row
}

/// People of all zones who are not covered.
pub(super) fn not_covered(table: &CoverageTable) -> People {
    table.zones.iter().filter_map(|c| c.people).map(|p| p.not_covered()).sum()
}

fn row(run: &Run, service: &ServicePlan, zone: Option<&Zone>, coverage: &Coverage, blind: People, metrics: [bool; 2]) -> Row {
    let area = |mm: catchment::SquareMm| json!(round(mm.m2(), 3));
    let people = |pick: fn(&catchment::ByStatus<People>) -> People| coverage.people.map(|p| round(pick(&p).as_f64(), 6));
    let gap_share = coverage.people.filter(|_| zone.is_some() && blind > People::ZERO);
    let mut row = Row::new();
    let mut set = |key: &str, value: Value| {
        row.insert(key.to_owned(), value);
    };
    set("service", json!(service.id));
    set("zone_id", json!(zone.map_or("outside", |z| z.id.as_str())));
    set("zone_name", json!(zone.map_or("outside", |z| z.name.as_str())));
    set("facilities", json!(coverage.facilities));
    set("area_m2", json!(round(coverage.area_m2, 3)));
    set("mask", json!(run.inputs.plan.ground.mask.first().map(Mask::name)));
    set("mask_area_m2", area(coverage.area.total()));
    set("area_covered_m2", area(coverage.area.covered));
    set("area_share", json!(coverage.area_share().map(|s| round(s, 6))));
    set("area_uncovered_m2", area(coverage.area.uncovered));
    set("area_unreachable_m2", area(coverage.area.unreachable));
    set("area_unlinked_m2", area(coverage.area.unlinked));
    set("area_no_data_m2", area(coverage.area.no_data));
    set("people_total", json!(people(|p| p.total())));
    set("people_covered", json!(people(|p| p.covered)));
    set("people_share", json!(coverage.people_share().map(|s| round(s, 6))));
    set("people_uncovered", json!(people(|p| p.uncovered)));
    set("people_unreachable", json!(people(|p| p.unreachable)));
    set("people_unlinked", json!(people(|p| p.unlinked)));
    set("people_no_data", json!(people(|p| p.no_data)));
    set("gap_people_share_of_all", json!(gap_share.map(|p| round(p.not_covered().as_f64() / blind.as_f64(), 6))));
    for (metric, wanted) in [Metric::Time, Metric::Distance].into_iter().zip(metrics) {
        let costs = Some(coverage.costs).filter(|_| service.limit.metric == metric).unwrap_or_default();
        for (name, cost) in [("mean", costs.mean), ("p50", costs.p50), ("p90", costs.p90)] {
            if wanted {
                set(&format!("cost_{name}_{}", metric.suffix()), json!(cost.map(|c| c.as_f64())));
            }
        }
    }
    for (group, sums) in run.inputs.demand.groups.iter().zip(&coverage.groups) {
        let total = sums.total();
        set(&format!("people_{}_total", group.name), json!(round(total.as_f64(), 6)));
        set(&format!("people_{}_covered", group.name), json!(round(sums.covered.as_f64(), 6)));
        let known = sums.known();
        let share = (known > People::ZERO).then(|| round(sums.covered.as_f64() / known.as_f64(), 6));
        set(&format!("people_{}_share", group.name), json!(share));
    }
    row
}

/// The ground of every mask but the first.
pub(super) fn more_masks(run: &Run, coverage: &Coverage, row: &mut Row) {
    for (mask, area) in masks(run, coverage).skip(1) {
        let column = mask.column();
        row.insert(format!("area_{column}_m2"), json!(round(area.total().m2(), 3)));
        row.insert(format!("area_{column}_covered_m2"), json!(round(area.covered.m2(), 3)));
        row.insert(format!("area_{column}_share"), json!(area.share().map(|s| round(s, 6))));
    }
}

/// The limit that applied, and the class of the zone where any zone has one.
fn limits(run: &Run, report: &Report, zone: Option<&Zone>, coverage: &Coverage, metrics: [bool; 2], row: &mut Row) {
    let limit = report.limit_of(coverage.zone);
    for (metric, _) in [Metric::Time, Metric::Distance].into_iter().zip(metrics).filter(|(_, wanted)| *wanted) {
        let own = Some(limit).filter(|limit| limit.metric == metric);
        row.insert(format!("limit_{}", metric.suffix()), json!(own.map(|limit| limit.as_f64())));
    }
    if run.inputs.zones.iter().any(|zone| zone.class.is_some()) {
        row.insert("zone_class".to_owned(), json!(zone.and_then(|zone| zone.class.as_ref())));
    }
}

/// The report of a service by its position in the plan.
pub(super) fn services(run: &Run) -> impl Iterator<Item = (&ServicePlan, &Report)> {
    run.inputs.plan.services.iter().zip(&run.reports)
}

/// To so many decimals; nothing that is no number reaches a file.
pub(crate) fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    let rounded = (value * scale).round() / scale;
    if rounded == 0.0 { 0.0 } else { rounded }
}
