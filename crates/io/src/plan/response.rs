//! What a plan asks of ambulances beyond coverage: `[services.response]`.

use std::collections::BTreeMap;

use catchment::{Cost, Direction, Limit, Metric};
use serde::{Deserialize, Serialize};

use super::{Columns, LAYERS, PlanError, ServicePlan, file_name, is_layer, positive, value};

/// `[services.response]`: the limit of the service is then one of response time: call handling, turnout and drive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResponsePlan {
    /// From the call to the order to go.
    pub call_handling: Limit,
    /// From the order to the wheels turning.
    pub turnout: Limit,
    /// Response times whose shares are reported; one isochrone each.
    pub within: Vec<Limit>,
    /// The target of the service radius.
    pub radius: Limit,
    /// Further times of the day, by name: what all speeds are multiplied by. `free` is the profile as it stands.
    pub periods: BTreeMap<String, f64>,
    /// A CSV of calls, one a row or so many as a column `calls` says: a further weight beside people and their groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls: Option<String>,
    /// Its columns: `x`, `y`, `crs`; `people` names that of the calls.
    #[serde(skip_serializing_if = "Columns::is_empty")]
    pub calls_columns: Columns,
    /// Fewest stations in each zone.
    pub min_stations_per_zone: u32,
    /// Fewest vehicles per 10,000 people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vehicles_per_10000: Option<f64>,
    /// A GeoJSON file of lines: the corridors along which stations are to lie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corridors: Option<String>,
    /// Its property with the name of a corridor; features of one name are one corridor.
    pub corridor_name: String,
}

impl Default for ResponsePlan {
    fn default() -> ResponsePlan {
        ResponsePlan {
            call_handling: minutes(1),
            turnout: minutes(2),
            within: [8, 12, 15].map(minutes).to_vec(),
            radius: Limit { metric: Metric::Distance, cost: Cost(3_500_000) },
            periods: BTreeMap::from([("peak".to_owned(), 0.7)]),
            calls: None,
            calls_columns: Columns::default(),
            min_stations_per_zone: 1,
            vehicles_per_10000: None,
            corridors: None,
            corridor_name: "name".to_owned(),
        }
    }
}

fn minutes(count: u32) -> Limit {
    Limit { metric: Metric::Time, cost: Cost(count * 60_000) }
}

impl ResponsePlan {
    /// What passes before the vehicle moves.
    pub fn pre_travel(&self) -> Cost {
        self.call_handling.cost + self.turnout.cost
    }

    /// The response times whose shares are reported: those of `within` and the service's own, ascending, each once.
    pub fn limits(&self, own: Limit) -> Vec<Limit> {
        let mut limits: Vec<Limit> = self.within.iter().copied().chain([own]).collect();
        limits.sort_by_key(|limit| limit.cost);
        limits.dedup();
        limits
    }

    pub(super) fn check(&self, service: &ServicePlan) -> Result<(), PlanError> {
        let key = |name: &str| format!("services.response.{name} of `{}`", service.id);
        if service.limit.metric != Metric::Time {
            let expected = "a limit of response time, such as \"12min\": the service radius is response.radius; coverage by distance alone \
                            needs no [services.response]";
            return Err(value(&format!("services.limit of `{}`", service.id), &service.limit.to_string(), expected));
        }
        if service.direction != Direction::FromFacility {
            let expected = "\"from-facility\" beside [services.response]: the ambulance drives to the scene";
            return Err(value(&format!("services.direction of `{}`", service.id), "\"to-facility\"", expected));
        }
        let times = [("call_handling", self.call_handling), ("turnout", self.turnout)];
        for (name, limit) in times.into_iter().chain(self.within.iter().map(|limit| ("within", *limit))) {
            if limit.metric != Metric::Time {
                return Err(value(&key(name), &limit.to_string(), "a time, such as \"2min\""));
            }
        }
        let shortest = self.within.iter().chain(service.limits.values()).chain([&service.limit]).min_by_key(|limit| limit.cost);
        if let Some(shortest) = shortest.filter(|limit| limit.cost <= self.pre_travel()) {
            let before = Limit { metric: Metric::Time, cost: self.pre_travel() };
            let expected = format!("more than call handling and turnout, which take {before}");
            return Err(value(&format!("a response time of `{}`", service.id), &shortest.to_string(), &expected));
        }
        if self.radius.metric != Metric::Distance || self.radius.cost.0 == 0 {
            return Err(value(&key("radius"), &self.radius.to_string(), "a distance, such as \"3.5km\""));
        }
        for (name, factor) in &self.periods {
            file_name(&key("periods"), name)?;
            positive(&key(&format!("periods.{name}")), *factor, 0.05, 2.0)?;
            if name == FREE {
                return Err(value(&key("periods"), "`free`", "another name: `free` is the profile as it stands"));
            }
        }
        if let Some(target) = self.vehicles_per_10000 {
            positive(&key("vehicles_per_10000"), target, 0.0, 10_000.0)?;
        }
        match &self.corridors {
            Some(file) if !is_layer(file) => Err(value(&key("corridors"), &format!("`{file}`"), LAYERS)),
            _ => Ok(()),
        }
    }
}

/// The period of the profile as it stands.
pub const FREE: &str = "free";

/// The weight of all people.
pub const PEOPLE: &str = "people";
/// The weight of calls.
pub const CALLS: &str = "calls";
/// Names that no group of people may have beside a response.
pub(super) const RESERVED: [&str; 2] = [PEOPLE, CALLS];
