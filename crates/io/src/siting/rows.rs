//! The rows of a siting's tables.

use serde::Serialize;

/// A site of the plan, in the order of building.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SiteRow {
    /// The service.
    pub service: String,
    /// From 1: the site that adds most people within their limit, given those before it.
    pub order: usize,
    /// `add`, `open` (a candidate of the service's own set) or `close`.
    pub change: &'static str,
    /// The candidate's id, or that of the facility that closes.
    pub facility_id: String,
    /// Its name; of a junction or a place of the grid, the named place that is nearest.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// How many vehicles, of models that count them.
    pub copies: u32,
    /// Its zone.
    pub zone_id: String,
    /// The zone's name.
    pub zone_name: String,
    /// Longitude, WGS84.
    pub lon: f64,
    /// Latitude, WGS84.
    pub lat: f64,
    /// Where it is tied to the road.
    pub road_lon: Option<f64>,
    /// The same.
    pub road_lat: Option<f64>,
    /// How far that is, metres.
    pub road_m: Option<f64>,
    /// Its price.
    pub price: u64,
    /// People within the limit of this site, whoever else covers them.
    pub people_in_reach: f64,
    /// How many more people that are than before it.
    pub people_gained: f64,
    /// People within the limit of any site when it is built; of a cover with rooms, those for whom there is room.
    pub people_covered: f64,
    /// Their share of all.
    pub people_share: Option<f64>,
    /// What the model's value loses where this site is not built and nothing takes its place.
    pub loss_without: Option<f64>,
    /// What it loses where the best other plan that was found, without this site or any within [`APART_M`](super::APART_M) of it, is built: its regret.
    pub regret: Option<f64>,
}

/// The best plan with so many sites.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrontierRow {
    /// How many are built.
    pub added: u32,
    /// What the plan is worth, in the units of the model.
    pub value: f64,
    /// No plan with so many is worth more (less, for costs).
    pub bound: f64,
    /// The bound's distance, as a share of the value.
    pub gap: f64,
    /// Whether no plan is better.
    pub proven: bool,
    /// People within their limit.
    pub people_covered: f64,
    /// Their share of all.
    pub people_share: Option<f64>,
    /// What the last one added to the value.
    pub value_of_last: Option<f64>,
    /// The sites.
    pub sites: String,
}

/// Another plan that is nearly as good.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlternativeRow {
    /// 1 is the best plan.
    pub rank: usize,
    /// What it is worth, in the units of the model.
    pub value: f64,
    /// That as a share of the best plan's.
    pub share_of_best: f64,
    /// No plan of those that are not listed before it is worth more.
    pub bound: f64,
    /// People within their limit.
    pub people_covered: f64,
    /// How many of its sites are not in the best plan.
    pub differs_in: usize,
    /// Its sites.
    pub sites: String,
}

/// A plan held against the best one of the same counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvaluationRow {
    /// `standing`, `given`, `best of the same counts by town`, `best of the same number`.
    pub plan: String,
    /// How many are built.
    pub added: u32,
    /// What it is worth, in the units of the model; none where it does not give what the model demands.
    pub value: Option<f64>,
    /// No plan of these counts is worth more.
    pub bound: Option<f64>,
    /// Whether that is proven.
    pub proven: Option<bool>,
    /// People within their limit.
    pub people_covered: f64,
    /// Their share of all.
    pub people_share: Option<f64>,
    /// What the plan gives away against this one; below 0 where its places are no candidates, and better.
    pub better_by: Option<f64>,
    /// The sites.
    pub sites: String,
}

/// What a town's count costs: what could be gained where its sites might stand in any town.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuotaRow {
    /// The zone.
    pub zone_id: String,
    /// Its name.
    pub zone_name: String,
    /// How many it gets.
    pub count: u32,
    /// How much better the best plan is where these may stand anywhere; no more than `bound`.
    pub price: f64,
    /// No more can be gained.
    pub bound: f64,
}
