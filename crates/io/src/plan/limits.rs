//! Limits by zone, as the plan gives them.

use catchment::{Limit, Metric};

use super::{Plan, PlanError, ServicePlan, ZonesPlan, value};

impl ZonesPlan {
    /// Whether zones may have a limit of their own.
    fn has_limits(&self) -> bool {
        self.limit.is_some() || self.table.is_some()
    }
}

impl Plan {
    /// Whether a service may have another limit in one zone than in another.
    pub fn has_zone_limits(&self) -> bool {
        self.services.iter().any(|service| !service.limits.is_empty() || (service.zone_limits && self.zones.has_limits()))
    }

    /// Sets the limit of every service in every zone, as `--limit` does: rules by class and the zones' own limits no longer apply, and a
    /// limit of distance knows no response times. Returns the ids of services whose `response` is left aside for that.
    pub fn set_limit(&mut self, limit: Limit) -> Vec<String> {
        let given = self.has_zone_limits();
        let mut left = Vec::new();
        for service in &mut self.services {
            if limit.metric == Metric::Distance && service.response.take().is_some() {
                left.push(service.id.clone());
            }
            service.limit = limit;
            service.limits.clear();
            service.zone_limits &= !given;
        }
        left
    }
}

/// Limits by class are of the service's metric, and there is something that gives zones a class.
pub(super) fn check(plan: &Plan, service: &ServicePlan) -> Result<(), PlanError> {
    if !service.limits.is_empty() && plan.zones.class.is_none() && plan.zones.table.is_none() {
        let expected = "none without zones.class (a property of the zones) or zones.table (a CSV) to tell the class of each zone";
        return Err(value(&format!("services.limits of `{}`", service.id), "limits by class", expected));
    }
    let other = service.limits.iter().find(|(_, limit)| limit.metric != service.limit.metric);
    match other {
        Some((class, limit)) => Err(value(
            &format!("services.limits of `{}`, class `{class}`", service.id),
            &limit.to_string(),
            &format!("a limit by {}, as services.limit is ({})", service.limit.metric.name(), service.limit),
        )),
        None => Ok(()),
    }
}
