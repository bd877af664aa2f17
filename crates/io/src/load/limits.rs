//! Limits by zone: what properties, tags and tables tell, and which limit a service applies where.

use std::collections::BTreeMap;

use catchment::{Finding, FindingKind, Limit, Stage, Zone};

use super::names::{Counted, Met, ZoneNames, ZoneRows};
use super::table::Table;
use super::usual::{ZONE_ID, ZONE_NAME};
use crate::error::{Error, data};
use crate::plan::{Columns, ServicePlan, ZonesPlan};

/// Limits as the sources tell them, by the zone's id.
pub(super) type Told = BTreeMap<String, String>;

/// Takes classes and limits of zones from a CSV; they stand above what was told before. And how many rows it has.
pub(super) fn from_table(
    zones: &mut [Zone],
    names: &ZoneNames,
    told: &mut Told,
    bytes: &[u8],
    (file, told_of): (&str, &Columns),
    findings: &mut Vec<Finding>,
) -> Result<u64, Error> {
    let table = Table::read(bytes, file, told_of, Stage::Zones, findings)?;
    let columns: [(&Option<String>, &[&str]); 4] =
        [(&told_of.id, &ZONE_ID), (&told_of.name, &ZONE_NAME), (&None, &["class", "类别"]), (&None, &["limit", "限值"])];
    let [id, name, class, limit] = columns.map(|(named, usual)| table.column(named.as_deref(), usual));
    let (id, name, class, limit) = (id?, name?, class?, limit?);
    if (id.is_none() && name.is_none()) || (class.is_none() && limit.is_none()) {
        let found = format!("the columns {}", table.columns().join(", "));
        return Err(data(file, "header", found, "`zone_id` or `zone_name`, and `class`, `limit` or both"));
    }
    let mut rows = ZoneRows::new(names, file, Stage::Zones, Counted::Nothing);
    for row in 0..table.len() {
        let Met::Zone(zone) = rows.meet(table.line(row), table.zone_labels(row, [id, name]), None) else { continue };
        let zone = &mut zones[zone];
        let [class, limit] = [class, limit].map(|column| table.text(row, column));
        if !class.is_empty() {
            zone.class = Some(class.to_owned());
        }
        if !limit.is_empty() {
            told.insert(zone.id.clone(), limit.to_owned());
        }
    }
    findings.extend(rows.findings("a class or a limit of this table", "the last of them is used"));
    Ok(table.len() as u64)
}

/// The zones' own limits, by row; an invalid limit is a finding and is not used.
pub(super) fn own(zones: &[Zone], told: &Told, file: &str, findings: &mut Vec<Finding>) -> Vec<Option<Limit>> {
    let mut limit = |zone: &Zone| match told.get(&zone.id)?.parse::<Limit>() {
        Ok(limit) => Some(limit),
        Err(error) => {
            let detail = format!("{}: {error}; the limit of its class or of the service applies", zone.name);
            findings.push(Finding::new(Stage::Zones, file, &zone.id, FindingKind::BadLimit, detail));
            None
        }
    };
    zones.iter().map(&mut limit).collect()
}

/// The limit of a service in every zone: the zone's own, else that of its class, else the general one. Empty where they are all the same.
pub(super) fn applied(
    service: &ServicePlan,
    plan: &ZonesPlan,
    zones: &[Zone],
    own: &[Option<Limit>],
    findings: &mut Vec<Finding>,
) -> Vec<Limit> {
    let mut add = |kind, detail: String| findings.push(Finding::new(Stage::Coverage, &service.id, "", kind, detail));
    let metric = service.limit.metric;
    let own: Vec<Option<Limit>> = if service.zone_limits { own.to_vec() } else { vec![None; zones.len()] };
    let others: Vec<&str> =
        zones.iter().zip(&own).filter(|(_, own)| own.is_some_and(|own| own.metric != metric)).map(|(zone, _)| zone.name.as_str()).collect();
    if !others.is_empty() {
        let detail = format!(
            "the limits of {} zones are not by {}, as this service is; that of their class or of the service applies: {}",
            others.len(),
            metric.name(),
            others.join(", ")
        );
        add(FindingKind::ZoneLimitOfOtherMetric, detail);
    }
    if !service.limits.is_empty() {
        classes(service, plan, zones, &mut add);
    }
    let by_class = |zone: &Zone| zone.class.as_ref().and_then(|class| service.limits.get(class)).copied();
    let limit =
        |(zone, own): (&Zone, &Option<Limit>)| own.filter(|own| own.metric == metric).or_else(|| by_class(zone)).unwrap_or(service.limit);
    let limits: Vec<Limit> = zones.iter().zip(&own).map(limit).collect();
    let short = |(_, limit): &(&Zone, &Limit)| service.response.is_some() && limit.cost <= service.pre_travel();
    let over: Vec<&str> = zones.iter().zip(&limits).filter(short).map(|(zone, _)| zone.name.as_str()).collect();
    if !over.is_empty() {
        let detail = format!("call handling and turnout alone take longer than the limits of {}: nobody there is covered", over.join(", "));
        add(FindingKind::LimitOverBeforeTheDrive, detail);
    }
    if limits.iter().any(|limit| *limit != service.limit) { limits } else { Vec::new() }
}

/// Complains of classes that no zone has, and of zones without a class.
fn classes(service: &ServicePlan, plan: &ZonesPlan, zones: &[Zone], add: &mut dyn FnMut(FindingKind, String)) {
    let mut known: Vec<&str> = zones.iter().filter_map(|zone| zone.class.as_deref()).collect();
    known.sort_unstable();
    known.dedup();
    let there_are =
        if known.is_empty() { "no zone has a class".to_owned() } else { format!("the zones' classes are {}", known.join(", ")) };
    for class in service.limits.keys().filter(|class| !known.contains(&class.as_str())) {
        add(FindingKind::UnknownClass, format!("limits: no zone is of the class `{class}`; {there_are}"));
    }
    let without: Vec<&str> = zones.iter().filter(|zone| zone.class.is_none()).map(|zone| zone.name.as_str()).collect();
    if !without.is_empty() && !known.is_empty() {
        let source = plan.class.as_ref().map_or_else(String::new, |key| format!(" (`{key}`)"));
        let detail =
            format!("{} zones have no class{source}; the limit of {} applies: {}", without.len(), service.limit, without.join(", "));
        add(FindingKind::ZonesWithoutClass, detail);
    }
}
