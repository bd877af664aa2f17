//! `curve.csv`: coverage at the limits and speeds of the sweeps.

use catchment::{Coverage, CoverageTable, Limit, Metric, Zone};
use serde_json::{Value, json};

use super::response::set_stand_in;
use super::row::{Row, more_masks, round, services};
use crate::plan::Mask;
use crate::run::Run;

/// A value that a service was swept at, with the coverage there.
pub struct SweepPoint<'r> {
    /// The limit of every zone; `None` where speeds are swept and zones keep those of the service.
    pub limit: Option<Limit>,
    /// The general speed, metres a second: the profile's own where limits are swept; `None` for a vehicle, which has many.
    pub speed_m_s: Option<f64>,
    /// Which of them is swept: `limit` or `speed`.
    pub parameter: &'static str,
    /// Coverage by zone and in all.
    pub coverage: &'r CoverageTable,
}

/// What the service at this position in the plan was swept at: limits, then speeds, ascending.
pub fn sweep_points(run: &Run, service: usize) -> Vec<SweepPoint<'_>> {
    let (plan, report) = (&run.inputs.plan.services[service], &run.reports[service]);
    let profile = run.inputs.roads.get(&plan.profile).map(|(profile, _)| profile);
    let own_speed = profile.filter(|profile| profile.drive.is_none()).map(|profile| profile.speed_m_s);
    let limits = report.curve.iter().map(|point| SweepPoint {
        limit: Some(point.limit),
        speed_m_s: own_speed,
        parameter: "limit",
        coverage: &point.coverage,
    });
    let speeds = run.speeds.iter().filter(|point| point.service == service).map(|point| SweepPoint {
        limit: None,
        speed_m_s: Some(point.speed_m_s),
        parameter: "speed",
        coverage: &point.coverage,
    });
    limits.chain(speeds).collect()
}

/// One row a service, value and zone, then `outside` where there is one, then `all`; none without a sweep.
pub(super) fn rows(run: &Run) -> Vec<Row> {
    let mut rows = Vec::new();
    for (i, _) in services(run).enumerate() {
        for point in sweep_points(run, i) {
            let mut add = |id: &str, name: &str, coverage: &Coverage| rows.push(row(run, i, &point, [id, name], coverage));
            for (zone, coverage) in run.inputs.zones.iter().zip(&point.coverage.zones) {
                let Zone { id, name, .. } = zone;
                add(id, name, coverage);
            }
            if let Some(outside) = &point.coverage.outside {
                add("outside", "outside", outside);
            }
            add("all", "all", &point.coverage.total);
        }
    }
    rows
}

fn row(run: &Run, service: usize, point: &SweepPoint<'_>, [id, name]: [&str; 2], coverage: &Coverage) -> Row {
    let (plan, report) = (&run.inputs.plan, &run.reports[service]);
    let metrics = [Metric::Time, Metric::Distance].map(|m| plan.services.iter().any(|s| s.limit.metric == m));
    let mut row = Row::new();
    let mut set = |key: &str, value: Value| {
        row.insert(key.to_owned(), value);
    };
    set("service", json!(plan.services[service].id));
    set("parameter", json!(point.parameter));
    let total = id == "all" && report.limits().differ();
    let limit = point.limit.or_else(|| (!total).then(|| report.limit_of(coverage.zone)));
    for (metric, _) in [Metric::Time, Metric::Distance].into_iter().zip(metrics).filter(|(_, wanted)| *wanted) {
        let limit = limit.filter(|limit| limit.metric == metric);
        set(&format!("limit_{}", metric.suffix()), json!(limit.map(|limit| limit.as_f64())));
    }
    set("speed_m_s", json!(point.speed_m_s));
    set("zone_id", json!(id));
    set("zone_name", json!(name));
    set("people_total", json!(coverage.people.map(|p| round(p.total().as_f64(), 6))));
    set("people_covered", json!(coverage.people.map(|p| round(p.covered.as_f64(), 6))));
    set("people_no_data", json!(coverage.people.map(|p| round(p.no_data.as_f64(), 6))));
    set("people_share", json!(coverage.people_share().map(|s| round(s, 6))));
    set("mask", json!(run.inputs.plan.ground.mask.first().map(Mask::name)));
    set("mask_area_m2", json!(round(coverage.area.total().m2(), 3)));
    set("area_covered_m2", json!(round(coverage.area.covered.m2(), 3)));
    set("area_no_data_m2", json!(round(coverage.area.no_data.m2(), 3)));
    set("area_share", json!(coverage.area_share().map(|s| round(s, 6))));
    more_masks(run, coverage, &mut row);
    set_stand_in(plan, &plan.services[service], &mut row);
    row
}
