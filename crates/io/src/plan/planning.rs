//! `[planning]`, `[[access]]` and `[[referrals]]`: what plans say in numbers beside coverage.

use catchment::{Direction, FloatingCatchment, Limit};
use serde::{Deserialize, Serialize};

use super::error::{distinct, file_name, nearest, positive, value};
use super::{Columns, Plan, PlanError};

/// `[planning]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlanningPlan {
    /// Files of norms, indicators and targets, TOML; `shanghai-2025` and `example` are in the program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub standards: Vec<String>,
    /// A table with a row a zone (and year): `zone_id` or `zone_name`, `year`, and a column a figure: people, area_km2, beds, ….
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figures: Option<String>,
    /// Of that table: its columns `id` and `name`, its encoding, its sheet.
    #[serde(skip_serializing_if = "Columns::is_empty")]
    pub columns: Columns,
    /// The year that facilities and figures are those of; without one, what stands today and the newest figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
}

/// `[[access]]`: a floating catchment area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessPlan {
    /// Its name in outputs.
    pub id: String,
    /// The service whose facilities, profile and direction it takes.
    pub service: String,
    /// Which of the family.
    #[serde(default)]
    pub method: AccessMethod,
    /// The catchment; the service's own limit where none is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Of the methods by bands: up to where each goes, the last one being the limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<Limit>,
    /// The weight of each band.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<f64>,
    /// What a facility supplies: one of its amounts (`beds`); where none is written, each counts as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supply: Option<String>,
    /// Who draws on it: `people`, or one of `people.groups`.
    #[serde(default = "people", skip_serializing_if = "is_people")]
    pub demand: String,
    /// Scores are printed for so many people.
    #[serde(default = "thousand")]
    pub per: f64,
    /// Whether what each pair costs and each point scores is written too, so that any other program can work it out again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pairs: bool,
}

/// The floating catchment family.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessMethod {
    /// Luo and Wang 2003.
    #[default]
    #[serde(rename = "2sfca")]
    TwoStep,
    /// Luo and Qi 2009: weights by bands.
    #[serde(rename = "e2sfca")]
    Enhanced,
    /// With Gaussian decay.
    #[serde(rename = "gaussian")]
    Gaussian,
    /// Dai and Wang 2011: Epanechnikov's kernel.
    #[serde(rename = "kd2sfca")]
    KernelDensity,
    /// Delamater 2013: weights by bands, squared.
    #[serde(rename = "m2sfca")]
    Modified,
    /// Wan, Zou and Sternberg 2012: weights by bands, and people choose.
    #[serde(rename = "3sfca")]
    ThreeStep,
}

impl AccessMethod {
    /// Its name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            AccessMethod::TwoStep => "2SFCA",
            AccessMethod::Enhanced => "E2SFCA",
            AccessMethod::Gaussian => "Gaussian 2SFCA",
            AccessMethod::KernelDensity => "KD2SFCA",
            AccessMethod::Modified => "M2SFCA",
            AccessMethod::ThreeStep => "3SFCA",
        }
    }

    /// Whether it takes weights by bands.
    pub fn takes_bands(self) -> bool {
        matches!(self, AccessMethod::Enhanced | AccessMethod::Modified | AccessMethod::ThreeStep)
    }

    /// Whether Σ people × score is the supply in reach.
    pub(crate) fn hands_out_all(self) -> bool {
        self != AccessMethod::Modified
    }

    pub(crate) fn family(self) -> FloatingCatchment {
        match self {
            AccessMethod::Modified => FloatingCatchment::Modified,
            AccessMethod::ThreeStep => FloatingCatchment::ThreeStep,
            _ => FloatingCatchment::TwoStep,
        }
    }
}

/// `[[referrals]]`: of each facility, the nearest of other sets: the next tier, or the centre that a care home should be near.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferralPlan {
    /// Its name in outputs.
    pub id: String,
    /// The set whose facilities ask.
    pub from: String,
    /// The sets that are looked for, one after another.
    pub to: Vec<String>,
    /// How one travels.
    #[serde(default = "walk")]
    pub profile: String,
    /// Up to where it is near; its unit also says whether time or distance counts.
    pub limit: Limit,
    /// Who travels: `to-facility`, from the one that asks to the nearest; or the other way.
    #[serde(default = "to_facility")]
    pub direction: Direction,
}

fn people() -> String {
    "people".to_owned()
}

fn is_people(name: &str) -> bool {
    name == "people"
}

fn thousand() -> f64 {
    1000.0
}

fn to_facility() -> Direction {
    Direction::ToFacility
}

fn walk() -> String {
    "walk".to_owned()
}

pub(super) fn check(plan: &Plan) -> Result<(), PlanError> {
    let ids: Vec<&str> = plan.access.iter().map(|access| access.id.as_str()).collect();
    distinct("access", &ids)?;
    let ids: Vec<&str> = plan.referrals.iter().map(|referral| referral.id.as_str()).collect();
    distinct("referrals", &ids)?;
    if let Some(year) = plan.planning.as_ref().and_then(|planning| planning.year) {
        positive("planning.year", f64::from(year), 1800.0, 2199.0)?;
    }
    plan.access.iter().try_for_each(|access| access.check(plan))?;
    plan.referrals.iter().try_for_each(|referral| referral.check(plan))
}

/// One of these names, or an error that lists them.
fn one_of(key: &str, found: &str, known: &[&str]) -> Result<(), PlanError> {
    match known.contains(&found) {
        true => Ok(()),
        false => Err(value(key, &format!("`{found}`"), &format!("one of {}{}", known.join(", "), nearest(found, known)))),
    }
}

impl AccessPlan {
    fn check(&self, plan: &Plan) -> Result<(), PlanError> {
        file_name("access.id", &self.id)?;
        let key = |name: &str| format!("access.{name} of `{}`", self.id);
        let services: Vec<&str> = plan.services.iter().map(|service| service.id.as_str()).collect();
        one_of(&key("service"), &self.service, &services)?;
        let mut groups = vec!["people"];
        groups.extend(plan.people.groups.iter().map(String::as_str));
        one_of(&key("demand"), &self.demand, &groups)?;
        positive(&key("per"), self.per, 1e-6, 1e9)?;
        let metric = plan.services.iter().find(|service| service.id == self.service).map(|service| service.limit.metric);
        if let Some(other) = self.limit.iter().chain(&self.bands).find(|limit| Some(limit.metric) != metric || limit.cost.0 == 0) {
            return Err(value(&key("limit or bands"), &other.to_string(), "what the limit of its service counts, above zero"));
        }
        if let Some(amount) = &self.supply {
            let set = plan.services.iter().find(|service| service.id == self.service).map(|service| &service.facilities);
            let own = plan.facilities.iter().find(|own| Some(&own.id) == set);
            let known: Vec<&str> = own.iter().flat_map(|own| own.columns.amounts.keys()).map(String::as_str).collect();
            if !known.contains(&amount.as_str()) {
                let expected = format!("one of the amounts of its facilities ({}): columns.amounts names them", known.join(", "));
                return Err(value(&key("supply"), &format!("`{amount}`"), &expected));
            }
        }
        self.check_bands(&key("bands"))
    }

    fn check_bands(&self, key: &str) -> Result<(), PlanError> {
        if !self.method.takes_bands() {
            return match self.bands.is_empty() && self.weights.is_empty() {
                true => Ok(()),
                false => Err(value(key, "set", &format!("none: {} takes no bands", self.method.name()))),
            };
        }
        let rising = self.bands.windows(2).all(|pair| pair[0].cost < pair[1].cost);
        if self.bands.is_empty() || !rising || self.bands.len() != self.weights.len() {
            let expected = "bands that rise, [\"10min\", \"20min\", \"30min\"], and a weight for each, weights = [1, 0.68, 0.22]";
            return Err(value(key, &format!("{} bands and {} weights", self.bands.len(), self.weights.len()), expected));
        }
        if self.limit.is_some() {
            return Err(value(key, "set beside a limit", "one of them: the last band is the limit"));
        }
        self.weights.iter().try_for_each(|weight| positive(&key.replace("bands", "weights"), *weight, 0.0, 1e6))?;
        match self.weights.iter().any(|weight| *weight > 0.0) {
            true => Ok(()),
            false => Err(value(&key.replace("bands", "weights"), "nothing but 0", "weights of which one at least is above 0")),
        }
    }
}

impl ReferralPlan {
    fn check(&self, plan: &Plan) -> Result<(), PlanError> {
        file_name("referrals.id", &self.id)?;
        let key = |name: &str| format!("referrals.{name} of `{}`", self.id);
        let sets: Vec<&str> = plan.facilities.iter().map(|set| set.id.as_str()).collect();
        one_of(&key("from"), &self.from, &sets)?;
        if self.to.is_empty() {
            return Err(value(&key("to"), "empty", "at least one set of [[facilities]]"));
        }
        self.to.iter().try_for_each(|set| one_of(&key("to"), set, &sets))?;
        distinct(&format!("referrals.to of `{}`", self.id), &self.to.iter().map(String::as_str).collect::<Vec<_>>())?;
        if self.to.contains(&self.from) {
            return Err(value(
                &key("to"),
                &format!("`{}`, the set that asks", self.from),
                "other sets: each facility would be its own nearest",
            ));
        }
        plan.profile(&self.profile)?;
        match self.limit.cost.0 {
            0 => Err(value(&key("limit"), "0", "a limit above zero")),
            _ => Ok(()),
        }
    }
}
