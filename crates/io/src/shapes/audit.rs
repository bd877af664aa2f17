//! The separator audit of a layer of polygons, ours or another tool's: `audit.json` and `audit.geojson`.

use std::time::Instant;

use catchment::geo::{Densify, Euclidean, MultiPolygon, Validation};
use catchment::{Audit, AuditRules, Cost, Finding, FindingKind, Limit, Metric, Progress, SearchSpace, Sources, Stage, begin};
use geojson::Feature;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::dictionary::audit_layer as about;
use super::made::{Command, Made, unit};
use super::own::{figures, offenders};
use super::studied::{Ask, Ready, Studied, flag};
use crate::crs::Crs;
use crate::error::{Error, data};
use crate::files::Files;
use crate::load::layer::{check, feature_id, features, polygons, property};
use crate::load::{STRAIGHT_DEG, not_closed, project_polygons, rings_of};
use crate::plan::Plan;
use crate::write::{collection_of, pretty, sha256};

/// Within which time of the limit a place does not count, unless said otherwise, ms: what a drawing may round.
const LEAVE_OUT_MS: u32 = 5_000;

/// Which places are asked.
#[derive(Debug, Clone, Copy)]
pub struct Points {
    /// How many are drawn on the roads.
    pub count: u32,
    /// The same seed draws the same.
    pub seed: u64,
    /// Places whose cost is this near the limit, or nearer, do not count; 5 s where nothing is given, or what is walked in them.
    pub leave_out: Option<Limit>,
}

/// Which polygons are audited, against what.
#[derive(Debug, Clone, Copy)]
pub struct AuditAsk<'a> {
    /// The layer's file name, for messages.
    pub file: &'a str,
    /// GeoJSON.
    pub bytes: &'a [u8],
    /// The service; may be left out where the plan has one alone.
    pub service: Option<&'a str>,
    /// The limit; the service's own where none is given.
    pub limit: Option<Limit>,
    /// Where they are asked.
    pub points: Points,
}

/// What an audit of a layer found.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerAudit {
    /// The service's id.
    pub service: String,
    /// The limit.
    pub limit: Limit,
    /// Features of the layer.
    pub features: usize,
    /// Features audited.
    pub taken: usize,
    /// Features that say that they are of another limit.
    pub of_other_limits: usize,
    /// Features that say that they are of another service.
    pub of_other_services: usize,
    /// Features without a geometry.
    pub empty: usize,
    /// Features of another geometry than polygons.
    pub not_polygons: usize,
    /// Audited features that are not valid (OGC Simple Features): taken as they are, by the even-odd rule.
    pub invalid: usize,
    /// The margin around the limit that does not count.
    pub leave_out: Cost,
    /// What was found.
    pub audit: Audit,
}

/// Audits the polygons of a layer against the roads and facilities of a plan's service: all of them together, on all roads.
///
/// # Errors
///
/// [`Error`] as [`load`](crate::load()); [`Error::Data`] for a layer that is no GeoJSON or holds nothing of the limit; [`Error::Plan`] for
/// a service that the plan has not, or a margin of another metric.
pub fn audit_layer(plan: &Plan, files: &dyn Files, ask: &AuditAsk<'_>, progress: &dyn Progress) -> Result<Made<LayerAudit>, Error> {
    let started = Instant::now();
    let service = match (ask.service, plan.services.as_slice()) {
        (Some(id), _) => id.to_owned(),
        (None, [only]) => only.id.clone(),
        (None, several) => {
            let known: Vec<&str> = several.iter().map(|service| service.id.as_str()).collect();
            return Err(flag("--service", "missing", &format!("one of the plan's: {}", known.join(", "))));
        }
    };
    let wanted = Ask { service: Some(service), limits: ask.limit.into_iter().collect() };
    let studied = Studied::load(plan, files, &wanted, progress)?;
    let Some(ready) = studied.services().next() else { return Err(flag("--service", "nothing", "a service with roads and facilities")) };
    let mut findings = Vec::new();
    let (drawn, mut found) = taken(ask, &ready, &mut findings)?;
    let mut shapes = [Euclidean.densify(&drawn, STRAIGHT_DEG)];
    project_polygons(&studied.inputs.projector, &mut shapes, ask.file)?;
    begin(progress, "audit", 0)?;
    let rules = AuditRules { points: ask.points.count, seed: ask.points.seed, leave_out: leave_out(ask.points.leave_out, &ready)? };
    found.leave_out = rules.leave_out;
    found.audit = audit(&ready, &shapes[0], rules)?;
    let layer = collection_of(&studied.inputs, &offenders(&studied.inputs.projector, &found.service, &found.audit)?);
    let sheet = pretty(&sheet(ask, &found));
    let files = vec![("audit.json".to_owned(), sheet.into_bytes()), ("audit.geojson".to_owned(), layer.into_bytes())];
    let command = Command { name: "audit", asked: json!({ "shapes": source(ask) }), about: &about(), started };
    command.made(&studied, found, findings, files)
}

fn audit(ready: &Ready<'_>, shapes: &MultiPolygon<f64>, rules: AuditRules) -> Result<Audit, Error> {
    let service = &ready.service;
    let edges = service.edge_grid()?;
    let links = service.facility_links(&edges);
    let sources = Sources::new(service.network, &links, service.direction)?;
    let mut space = SearchSpace::default();
    Ok(catchment::audit(shapes, &edges, &sources.nearest_facility(&mut space), &|_| Some(service.limit), rules)?)
}

/// The margin around a limit in its metric.
fn leave_out(given: Option<Limit>, ready: &Ready<'_>) -> Result<Cost, Error> {
    let metric = ready.service.limit.metric;
    match given {
        Some(margin) if margin.metric != metric => Err(flag(
            "--leave-out",
            &margin.to_string(),
            &format!("a margin by {}, as the limit is ({})", metric.name(), ready.service.limit),
        )),
        Some(margin) if margin.cost >= ready.service.limit.cost => {
            Err(flag("--leave-out", &margin.to_string(), &format!("a margin shorter than the limit ({})", ready.service.limit)))
        }
        Some(margin) => Ok(margin.cost),
        None => Ok(usual_margin(metric, ready.service.link.access_speed_m_s)),
    }
}

/// Five seconds, or the way walked in them.
pub(super) fn usual_margin(metric: Metric, access_speed_m_s: f64) -> Cost {
    match metric {
        Metric::Time => Cost(LEAVE_OUT_MS),
        Metric::Distance => Cost((f64::from(LEAVE_OUT_MS) * access_speed_m_s).round() as u32),
    }
}

/// The polygons of the layer that are of the service and the limit, in degrees; the audit is still to come.
fn taken(ask: &AuditAsk<'_>, ready: &Ready<'_>, findings: &mut Vec<Finding>) -> Result<(MultiPolygon<f64>, LayerAudit), Error> {
    let limit = ready.service.limit;
    let mut features = features(ask.bytes, ask.file)?;
    findings.extend(not_closed(&rings_of(&features), &Crs::wgs84(), ask.file, Stage::Output));
    check(&mut features, ask.file, Stage::Output, findings)?;
    let (mut drawn, mut taken) = (MultiPolygon::new(Vec::new()), Vec::new());
    let mut found = LayerAudit {
        service: ready.plan.id.clone(),
        limit,
        features: features.len(),
        taken: 0,
        of_other_limits: 0,
        of_other_services: 0,
        empty: 0,
        not_polygons: 0,
        invalid: 0,
        leave_out: Cost::ZERO,
        audit: Audit::default(),
    };
    // rings fill each other up: those of shorter limits belong to this one
    let rings = features.iter().any(|feature| number(feature, &unit("beyond", limit.metric)).is_some());
    for (row, feature) in features.iter().enumerate() {
        let place = format!("feature {}", row + 1);
        let shape = polygons(feature, ask.file, &place)?;
        let own = limit_of(feature);
        if property(feature, "service").is_some_and(|service| service != ready.plan.id) {
            found.of_other_services += 1;
        } else if own.is_some_and(|own| own != limit && !(rings && own.metric == limit.metric && own.cost < limit.cost)) {
            found.of_other_limits += 1;
        } else if feature.geometry.is_none() {
            found.empty += 1;
        } else if let Some(shape) = shape {
            drawn.0.extend(shape.0.iter().cloned());
            taken.push(shape);
        } else {
            let id = feature_id(feature).unwrap_or_else(|| (row + 1).to_string());
            findings.push(Finding::new(Stage::Output, ask.file, id, FindingKind::NotAPolygon, "not a polygon; left out of the audit"));
            found.not_polygons += 1;
        }
    }
    if taken.is_empty() && found.empty == 0 {
        return Err(nothing(ask, &found));
    }
    found.taken = taken.len();
    found.invalid = taken.par_iter().filter(|shape| !shape.is_valid()).count();
    Ok((drawn, found))
}

fn nothing(ask: &AuditAsk<'_>, found: &LayerAudit) -> Error {
    let left = [
        (found.of_other_limits, "of other limits"),
        (found.of_other_services, "of other services"),
        (found.not_polygons, "that are no polygons"),
    ];
    let left: Vec<String> = left.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let left = if left.is_empty() { "no feature".to_owned() } else { format!("features {}", left.join(", ")) };
    data(ask.file, "", left, format!("polygons of {} within {}: see --limit and --service", found.service, found.limit))
}

/// The limit that a feature says it is of: `limit_s` or `limit_m`, else `contour` (minutes or kilometres) with its `metric`.
fn limit_of(feature: &Feature) -> Option<Limit> {
    let limit = |metric, value: f64| Some(Limit { metric, cost: Cost::from_f64(value) });
    if let Some(seconds) = number(feature, "limit_s") {
        return limit(Metric::Time, seconds);
    }
    if let Some(metres) = number(feature, "limit_m") {
        return limit(Metric::Distance, metres);
    }
    match (number(feature, "contour")?, property(feature, "metric")?.as_str()) {
        (minutes, "time") => limit(Metric::Time, 60.0 * minutes),
        (kilometres, "distance") => limit(Metric::Distance, 1000.0 * kilometres),
        _ => None,
    }
}

fn number(feature: &Feature, key: &str) -> Option<f64> {
    property(feature, key)?.parse().ok().filter(|value: &f64| value.is_finite() && *value >= 0.0)
}

fn source(ask: &AuditAsk<'_>) -> Value {
    json!({ "file": ask.file, "bytes": ask.bytes.len(), "sha256": sha256(ask.bytes) })
}

/// `audit.json`.
fn sheet(ask: &AuditAsk<'_>, found: &LayerAudit) -> Value {
    let mut shapes = source(ask);
    let counts = json!({
        "features": found.features, "taken": found.taken, "of_other_limits": found.of_other_limits,
        "of_other_services": found.of_other_services, "empty": found.empty, "not_polygons": found.not_polygons, "invalid": found.invalid,
    });
    let mut value = json!({ "service": found.service });
    if let (Some(shapes), Value::Object(counts), Some(map)) = (shapes.as_object_mut(), counts, value.as_object_mut()) {
        shapes.extend(counts);
        map.insert("shapes".to_owned(), json!(shapes));
        map.insert(unit("limit", found.limit.metric), json!(found.limit.as_f64()));
        map.insert("seed".to_owned(), json!(ask.points.seed));
        map.extend(figures(&found.audit, found.limit.metric, found.leave_out));
    }
    value
}
