//! The tables of a comparison.

use std::collections::BTreeMap;

use catchment::geo::Coord;
use catchment::{Metric, People, Report, Status};
use geojson::{Feature, Geometry};
use serde_json::{Value, json};

use super::{Compared, Comparison};
use crate::changes::{Change, GapChange, Key, Results, gap_changes, zone_changes};
use crate::error::Error;
use crate::plan::{BASELINE, Verb};
use crate::planning::IndicatorStatus;
use crate::run::Run;
use crate::write::{Row, gap_layer, round, table_rows, zone_layer, zone_rows};

/// What moved between the study as it stands and a scenario.
pub(super) struct Moved {
    /// By service and zone.
    pub zones: Vec<(Key, Row)>,
    pub gaps: Vec<GapChange>,
    /// Points of which people gained or lost coverage.
    pub points: Vec<Feature>,
}

/// Rows of zones and gaps as they are compared.
pub(super) fn results(run: &Run) -> Result<Results, Error> {
    let zones: Vec<Row> = zone_rows(run).into_iter().map(|(_, row)| row).collect();
    Results::new(zones, zone_layer(run)?, gap_layer(run)?, "gaps")
}

/// Holds a scenario against the study as it stands. People who gain and people who lose are counted point by point.
pub(super) fn moved(baseline: (&Run, &Results, &[Coord<f64>]), own: &Compared) -> Result<(Results, Moved), Error> {
    let (before, old, at) = baseline;
    let after = &own.run;
    let new = results(after)?;
    let gaps = gap_changes(old, &new)?;
    let mut zones = zone_changes(old, &new, &gaps);
    let mut points = Vec::new();
    let scenario = name(after);
    let outside = before.inputs.zones.len();
    let places: BTreeMap<&str, usize> = before.inputs.zones.iter().enumerate().map(|(place, zone)| (zone.id.as_str(), place)).collect();
    for (service, (old, new)) in before.inputs.plan.services.iter().zip(before.reports.iter().zip(&after.reports)) {
        let mut by_zone = vec![[People::ZERO; 2]; outside + 1];
        let suffix = service.limit.metric.suffix();
        for (point, (was, is)) in old.assessments.iter().zip(&new.assessments).enumerate() {
            let side = match (was.status == Status::Covered, is.status == Status::Covered) {
                (false, true) => 0,
                (true, false) => 1,
                _ => continue,
            };
            let count = before.inputs.demand.people[point];
            let zone = before.inputs.demand.zones[point];
            by_zone[zone.map_or(outside, |zone| zone.index())][side] += count;
            if count == People::ZERO {
                continue;
            }
            let cost = |label: catchment::Label| label.cost.is_reached().then(|| label.cost.as_f64());
            let zone_id = zone.map_or("outside", |zone| before.inputs.zones[zone.index()].id.as_str());
            let cells = [
                ("scenario", json!(scenario)),
                ("service", json!(service.id)),
                ("change", json!(["gained", "lost"][side])),
                ("zone_id", json!(zone_id)),
                ("people", json!(round(count.as_f64(), 6))),
            ];
            let mut row: Row = cells.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            row.insert(format!("cost_before_{suffix}"), json!(cost(was.label)));
            row.insert(format!("cost_after_{suffix}"), json!(cost(is.label)));
            let place = catchment::geo::Point::new(round(at[point].x, 7), round(at[point].y, 7));
            points.push(crate::write::feature(Some(Geometry::from(&place)), row));
        }
        for (key, row) in zones.iter_mut().filter(|(key, _)| key.0 == service.id) {
            let zone = places.get(key.1.as_str()).copied().unwrap_or(outside);
            let known = row.get("people_gained").is_some_and(|value| !value.is_null());
            if known {
                row.insert("people_gained".to_owned(), json!(round(by_zone[zone][0].as_f64(), 6)));
                row.insert("people_lost".to_owned(), json!(round(by_zone[zone][1].as_f64(), 6)));
            }
        }
    }
    let named = |row: &mut Row| *row = std::iter::once(("scenario".to_owned(), json!(scenario))).chain(std::mem::take(row)).collect();
    let mut gaps = gaps;
    zones.iter_mut().for_each(|(_, row)| named(row));
    gaps.iter_mut().for_each(|gap| named(&mut gap.row));
    Ok((new, Moved { zones, gaps, points }))
}

/// The scenario of a run, or the study as it stands.
pub(super) fn name(run: &Run) -> &str {
    run.scenario.as_ref().map_or(BASELINE, |own| &own.id)
}

/// 选址方案比较表: one row a scenario and service, the study as it stands first.
pub(super) fn comparison(all: &Comparison, moved: &[Moved]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (place, service) in all.baseline.inputs.plan.services.iter().enumerate() {
        rows.push(compared(all, None, place));
        for (own, moved) in all.scenarios.iter().zip(moved) {
            let steps: Vec<&str> = own.projects.iter().filter(|row| row.service == service.id).map(|row| row.change).collect();
            rows.push(compared(all, Some((own, &steps, moved)), place));
        }
    }
    rows
}

/// The same, with what moved worked out for it.
pub(crate) fn comparison_rows(all: &Comparison) -> Result<Vec<Row>, Error> {
    let before = results(&all.baseline)?;
    let mut at = all.baseline.inputs.demand.locations.clone();
    crate::write::inverse(&all.baseline.inputs.projector, &mut at)?;
    let own = |own| Ok(moved((&all.baseline, &before, &at), own)?.1);
    let moved: Vec<Moved> = all.scenarios.iter().map(own).collect::<Result<_, Error>>()?;
    Ok(comparison(all, &moved))
}

fn compared(all: &Comparison, changes: Option<(&Compared, &[&str], &Moved)>, place: usize) -> Row {
    let run = changes.map_or(&all.baseline, |(own, ..)| &own.run);
    let (service, report) = (&run.inputs.plan.services[place], &run.reports[place]);
    let total = &report.coverage.total;
    let suffix = service.limit.metric.suffix();
    let mut row = Row::new();
    let mut set = |key: &str, value: Value| {
        row.insert(key.to_owned(), value);
    };
    let count = |verbs: &[Verb]| {
        changes.map_or(0, |(_, steps, _)| steps.iter().filter(|step| verbs.iter().any(|verb| verb.name() == **step)).count())
    };
    let new = count(&[Verb::Add, Verb::Open]);
    set("service", json!(service.id));
    set("scenario", json!(name(run)));
    set("title", json!(run.scenario.as_ref().map_or("", |own| own.title())));
    set("year", json!(run.inputs.plan.planning.as_ref().and_then(|planning| planning.year)));
    set("facilities", json!(report.facilities.len()));
    set("facilities_new", json!(new));
    set("facilities_closed", json!(count(&[Verb::Close])));
    set("facilities_moved", json!(count(&[Verb::Move])));
    let covered = |report: &Report| report.coverage.total.people.map(|people| people.covered);
    set("people_covered", json!(covered(report).map(|people| round(people.as_f64(), 6))));
    set("people_share", json!(total.people_share().map(|share| round(share, 6))));
    set("area_share", json!(total.area_share().map(|share| round(share, 6))));
    set(&format!("cost_mean_{suffix}"), json!(total.costs.mean.map(|cost| cost.as_f64())));
    set(&format!("cost_max_{suffix}"), json!(greatest(run, report)));
    let fair = run.fair.rows.iter().find(|row| row.resource == format!("{}.people_covered", service.id));
    set("gini_of_zones", json!(fair.and_then(|row| row.gini_people).map(|gini| round(gini, 6))));
    set("gaps", json!(report.gaps.gaps.len()));
    let people = changes.map(|(own, ..)| all.people_moved(own, place));
    let gaps = |change: Change| {
        let own = |moved: &Moved| moved.gaps.iter().filter(|gap| gap.change == change && gap.key.0 == service.id).count();
        changes.map(|(.., moved)| own(moved))
    };
    set("gaps_opened", json!(gaps(Change::Opened)));
    set("gaps_closed", json!(gaps(Change::Closed)));
    set("people_gained", json!(people.map(|[gained, _]| round(gained.as_f64(), 6))));
    set("people_lost", json!(people.map(|[_, lost]| round(lost.as_f64(), 6))));
    let net = people.map(|[gained, lost]| gained.as_f64() - lost.as_f64());
    set("people_gained_per_new", json!(net.filter(|_| new > 0).map(|net| round(net / new as f64, 6))));
    crate::write::set_stand_in(&run.inputs.plan, service, &mut row);
    row
}

/// The greatest cost of anybody who can reach a facility.
fn greatest(run: &Run, report: &Report) -> Option<f64> {
    let people = report.assessments.iter().zip(&run.inputs.demand.people).filter(|(_, people)| **people > People::ZERO);
    people.filter(|(own, _)| own.label.cost.is_reached()).map(|(own, _)| own.label.cost).max().map(|cost| cost.as_f64())
}

/// Indicators with a target, by scenario.
pub(super) fn targets(all: &Comparison) -> Vec<Row> {
    let mut rows = Vec::new();
    for (scenario, run) in all.runs() {
        let year = run.inputs.plan.planning.as_ref().and_then(|planning| planning.year);
        for own in run.office.iter().flat_map(|own| &own.indicators.indicators).filter(|own| own.zone.is_none() && own.target.is_some()) {
            let cells = [
                ("scenario", json!(scenario)),
                ("year", json!(year)),
                ("indicator", json!(own.indicator)),
                ("title", json!(own.title)),
                ("title_zh", json!(own.title_zh)),
                ("unit", json!(own.unit)),
                ("unit_zh", json!(own.unit_zh)),
                ("target_year", json!(own.target_year)),
                ("target", json!(own.target)),
                ("value", json!(own.value)),
                ("value_rounded", json!(own.value_rounded)),
                ("status", json!(own.status)),
                ("needed_for_target", json!(own.needed_for_target)),
                ("met", json!((own.status != IndicatorStatus::Unknown).then_some(own.status == IndicatorStatus::Met))),
            ];
            rows.push(cells.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
        }
    }
    rows
}

/// Zones short of each norm, by scenario.
pub(super) fn norms(all: &Comparison) -> Vec<Row> {
    let mut rows = Vec::new();
    for (scenario, run) in all.runs() {
        let own = crate::write::norm_counts(run);
        rows.extend(own.into_iter().map(|row| std::iter::once(("scenario".to_owned(), json!(scenario))).chain(row).collect()));
    }
    rows
}

/// How evenly things are spread, by scenario.
pub(super) fn fairness(all: &Comparison) -> Vec<Row> {
    let of = |(scenario, run): (&str, &Run)| {
        let head = json!(scenario);
        let rows = table_rows(&run.fair.rows).into_iter();
        rows.map(move |row| std::iter::once(("scenario".to_owned(), head.clone())).chain(row).collect()).collect::<Vec<Row>>()
    };
    all.runs().flat_map(of).collect()
}

/// The metrics that costs count in.
pub(crate) fn metrics(all: &Comparison) -> [bool; 2] {
    [Metric::Time, Metric::Distance].map(|metric| all.baseline.inputs.plan.services.iter().any(|own| own.limit.metric == metric))
}
