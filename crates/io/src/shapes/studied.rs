//! A study that is loaded and ready to be asked for shapes.

use catchment::{Facility, Finding, FindingKind, Limit, LinkStatus, Progress, Service, Stage};

use crate::error::Error;
use crate::files::Files;
use crate::gate::checked;
use crate::load::{Inputs, Scope, load_for};
use crate::plan::{Plan, PlanError, ServicePlan};
use crate::run::Networks;

/// Which services, within which limits.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// A service of the plan; all of them where none is named.
    pub service: Option<String>,
    /// Limits of one metric; each service's own general one where there are none. Limits by zone play no part.
    pub limits: Vec<Limit>,
}

/// What was loaded, and the networks that the question needs.
pub(super) struct Studied {
    pub inputs: Inputs,
    asked: Vec<Asked>,
    networks: Networks,
}

/// A service with the limits that it is asked for: its own limit is the first of them, so that the metric is theirs.
struct Asked {
    plan: ServicePlan,
    limits: Vec<Limit>,
}

/// A service, ready to be searched.
pub(super) struct Ready<'a> {
    pub study: &'a Plan,
    pub plan: &'a ServicePlan,
    pub service: Service<'a>,
    /// The shortest first.
    pub limits: &'a [Limit],
}

impl Studied {
    /// Loads what `plan` names and builds the networks that are asked for.
    pub(super) fn load(plan: &Plan, files: &dyn Files, ask: &Ask, progress: &dyn Progress) -> Result<Studied, Error> {
        let asked = asked(plan, ask)?;
        let scope = Scope { service: ask.service.as_deref(), roads: true, responses: false };
        let inputs = checked(load_for(plan, files, scope, progress)?)?;
        let networks = inputs.networks(asked.iter().map(|asked| &asked.plan), &[]);
        Ok(Studied { inputs, asked, networks })
    }

    /// The services that are asked for, in the plan's order.
    pub(super) fn services(&self) -> impl Iterator<Item = Ready<'_>> {
        self.asked.iter().filter_map(|Asked { plan, limits }| {
            let service = self.inputs.service(plan, &[], &self.networks)?;
            Some(Ready { study: &self.inputs.plan, plan, service, limits })
        })
    }

    /// What was found amiss while loading, and facilities that are tied to no road.
    pub(super) fn findings(&self) -> Result<Vec<Finding>, Error> {
        let mut findings: Vec<Finding> = self.inputs.findings.clone();
        for ready in self.services() {
            findings.extend(unlinked(&ready)?);
        }
        findings.sort();
        Ok(findings)
    }
}

fn asked(plan: &Plan, ask: &Ask) -> Result<Vec<Asked>, Error> {
    let mut limits = ask.limits.clone();
    limits.sort_by_key(|limit| limit.cost);
    limits.dedup();
    if let Some(other) = limits.iter().find(|limit| limit.metric != limits[0].metric) {
        return Err(flag("--limits", &format!("{} beside {other}", limits[0]), "limits of time or limits of distance, not both"));
    }
    if limits.first().is_some_and(|limit| limit.cost.0 == 0) {
        return Err(flag("--limit or --limits", "0", "limits above zero"));
    }
    let wanted = |service: &&ServicePlan| ask.service.as_ref().is_none_or(|id| *id == service.id);
    let services: Vec<Asked> = plan.services.iter().filter(wanted).map(|service| one(service, &limits)).collect();
    match (services.is_empty(), &ask.service) {
        (true, Some(id)) => {
            let known: Vec<&str> = plan.services.iter().map(|service| service.id.as_str()).collect();
            Err(flag("--service", &format!("`{id}`"), &format!("a service of the plan: {}", known.join(", "))))
        }
        _ => Ok(services),
    }
}

fn one(service: &ServicePlan, limits: &[Limit]) -> Asked {
    let limits = if limits.is_empty() { vec![service.limit] } else { limits.to_vec() };
    Asked { plan: ServicePlan { limit: limits[0], ..service.clone() }, limits }
}

/// An error about a flag.
pub(super) fn flag(key: &str, found: &str, expected: &str) -> Error {
    let source = PlanError::Value { key: key.to_owned(), found: found.to_owned(), expected: expected.to_owned() };
    Error::Plan { file: "the flags".to_owned(), source }
}

/// Facilities that no road leads to: no shape holds their ground.
fn unlinked(ready: &Ready<'_>) -> Result<Vec<Finding>, Error> {
    let service = &ready.service;
    let links = service.facility_links(&service.edge_grid()?);
    let left = |(i, _): &(usize, &Facility)| links.status(*i) != LinkStatus::Linked;
    let finding = |(i, facility): (usize, &Facility)| {
        let detail = format!("{}: tied to no road, so that nothing is within any limit of it", links.status(i).name());
        Finding::new(Stage::Link, &ready.plan.id, &facility.id, FindingKind::FacilityUnlinked, detail)
    };
    Ok(service.facilities.iter().enumerate().filter(left).map(finding).collect())
}
