//! `[[services]]`: the questions.

use std::collections::BTreeMap;

use catchment::{Cost, Direction, Limit, Metric};
use serde::{Deserialize, Serialize};

use super::ResponsePlan;
use crate::sweep::Sweep;

/// `[[services]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServicePlan {
    /// The name in outputs.
    pub id: String,
    /// The title in words; the id where none is given.
    #[serde(default)]
    pub title: String,
    /// What kind of care it is, for the sentence: `primary care`; the title stands for it where none is written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub care: String,
    /// The same in Chinese: `基层医疗`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub care_zh: String,
    /// A set of facilities.
    pub facilities: String,
    /// A profile: a built-in one or one of `[profiles]`.
    #[serde(default = "walk")]
    pub profile: String,
    /// `"15min"` or `"3.5km"`: a unit is always written.
    pub limit: Limit,
    /// Another limit for zones of a class, of the same metric: `{ "new-town" = "30min" }`. Other classes keep `limit`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, Limit>,
    /// Whether a zone's own limit (`zones.limit`, or that of `zones.table`) stands above `limit` and `limits`.
    #[serde(default = "yes")]
    pub zone_limits: bool,
    /// Who travels.
    #[serde(default = "to_facility")]
    pub direction: Direction,
    /// Further limits or speeds to measure coverage at: `limit=5..30min/5`, `speed=1.0,1.2,1.39`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sweep: Vec<Sweep>,
    /// For ambulances: response times, service radius, stations, corridors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponsePlan>,
}

impl ServicePlan {
    /// What passes before anybody travels, in the metric of the limit.
    pub fn pre_travel(&self) -> Cost {
        let response = self.response.as_ref().filter(|_| self.limit.metric == Metric::Time);
        response.map_or(Cost::ZERO, ResponsePlan::pre_travel)
    }

    /// All limits of its sweeps, ascending, each once.
    pub fn swept_limits(&self) -> Vec<Limit> {
        let limits = self.sweep.iter().flat_map(|sweep| if let Sweep::Limits(limits) = sweep { limits.as_slice() } else { &[] });
        let mut limits: Vec<Limit> = limits.copied().collect();
        limits.sort_by_key(|limit| limit.cost);
        limits.dedup();
        limits
    }

    /// All speeds of its sweeps, metres a second, ascending, each once.
    pub fn swept_speeds(&self) -> Vec<f64> {
        let speeds = self.sweep.iter().flat_map(|sweep| if let Sweep::Speeds(speeds) = sweep { speeds.as_slice() } else { &[] });
        let mut speeds: Vec<f64> = speeds.copied().collect();
        speeds.sort_by(f64::total_cmp);
        speeds.dedup();
        speeds
    }
}

fn walk() -> String {
    "walk".to_owned()
}

fn yes() -> bool {
    true
}

fn to_facility() -> Direction {
    Direction::ToFacility
}
