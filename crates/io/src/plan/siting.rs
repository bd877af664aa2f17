//! `[siting]`: where to build.

use std::collections::BTreeMap;

use catchment::{Limit, Metric};
use serde::{Deserialize, Serialize};

use super::error::{distinct, nearest, positive, value};
use super::{CALLS, PEOPLE, Plan, PlanError, ServicePlan};

/// Candidates at every road junction.
pub const JUNCTIONS: &str = "junctions";
/// Candidates on a grid.
pub const GRID: &str = "grid";
/// Those that the service's own set of facilities marks as candidates or as planned.
pub const OWN: &str = "own";

/// What is best.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelName {
    /// The fewest sites (the least price) that cover everybody who can be, or `share` of all people.
    Lscp,
    /// The most people covered.
    #[default]
    Mclp,
    /// The least mean cost.
    PMedian,
    /// The least greatest cost.
    #[serde(alias = "p-center")]
    PCentre,
    /// Everybody covered, the most people twice.
    Bacop1,
    /// `theta` × people covered + (1 − `theta`) × people covered twice.
    Bacop2,
    /// Double standard: everybody within the limit, `share` within `near`, the most people twice within `near`.
    Dsm,
    /// The most people who find a vehicle free, each busy with probability `busy`.
    Mexclp,
    /// The most people within the limit of a site with room for them.
    CapacitatedMclp,
    /// The least mean cost, each at a site with room.
    CapacitatedPMedian,
}

impl ModelName {
    /// All of them with their names.
    pub const ALL: [(&'static str, ModelName); 10] = [
        ("lscp", ModelName::Lscp),
        ("mclp", ModelName::Mclp),
        ("p-median", ModelName::PMedian),
        ("p-centre", ModelName::PCentre),
        ("bacop1", ModelName::Bacop1),
        ("bacop2", ModelName::Bacop2),
        ("dsm", ModelName::Dsm),
        ("mexclp", ModelName::Mexclp),
        ("capacitated-mclp", ModelName::CapacitatedMclp),
        ("capacitated-p-median", ModelName::CapacitatedPMedian),
    ];

    /// Its name in plans and outputs.
    pub fn name(self) -> &'static str {
        ModelName::ALL.iter().find(|(_, own)| *own == self).map_or("", |(name, _)| name)
    }

    /// Who described it first.
    pub fn reference(self) -> &'static str {
        match self {
            ModelName::Lscp => "Toregas, Swain, ReVelle and Bergman 1971",
            ModelName::Mclp => "Church and ReVelle 1974",
            ModelName::PMedian => "Hakimi 1964",
            ModelName::PCentre => "Hakimi 1965",
            ModelName::Bacop1 | ModelName::Bacop2 => "Hogan and ReVelle 1986",
            ModelName::Dsm => "Gendreau, Laporte and Semet 1997",
            ModelName::Mexclp => "Daskin 1983",
            ModelName::CapacitatedMclp => "Current and Storbeck 1988; the people of a point may part",
            ModelName::CapacitatedPMedian => "Mulvey and Beck 1984; the people of a point may part",
        }
    }

    /// Whether it looks beyond the limit.
    pub fn looks_beyond(self) -> bool {
        matches!(self, ModelName::PMedian | ModelName::PCentre | ModelName::CapacitatedPMedian)
    }

    /// Whether sites have room for so many.
    pub fn has_rooms(self) -> bool {
        matches!(self, ModelName::CapacitatedMclp | ModelName::CapacitatedPMedian)
    }
}

/// `[siting]`; flags of `catchment site` stand above it, for all keys but kinds and the names of amounts (price and room).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SitingPlan {
    /// The service; the only one, where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// What is best.
    pub model: ModelName,
    /// How many are built. Not for LSCP, which finds that; with kinds or a table of counts, these say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub add: Option<u32>,
    /// Where one may be built: `junctions`, `grid`, `own` (what the service's set marks as candidate or planned), or a set of
    /// `[[facilities]]`: plots of a layer, parks and squares of OpenStreetMap.
    pub candidates: String,
    /// Side of the grid, metres.
    pub grid_m: f64,
    /// Whom it is for: `people`, one of `people.groups`, or `calls` (those of `services.response`).
    #[serde(rename = "for")]
    pub whom: String,
    /// A layer of areas where nothing is built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forbidden: Option<String>,
    /// A table of how many each town gets: a row a town, a column a kind, `——` for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<String>,
    /// Kinds of facilities that are built at once: how many of each, at what price, with what room.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub kinds: BTreeMap<String, KindPlan>,
    /// Every zone has at least so many, those that stand included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_by_zone: Option<u32>,
    /// So many of those that stand may move to a candidate.
    #[serde(rename = "move")]
    pub moves: u32,
    /// Those that close, by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub close: Vec<String>,
    /// What all that is built may cost together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<u64>,
    /// The amount of candidates (`columns.amounts`) that is their price; 1 each where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    /// For LSCP: the share of all people to cover; for DSM: the share within `near`.
    pub share: f64,
    /// For BACOP2.
    pub theta: f64,
    /// For DSM: the shorter limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near: Option<Limit>,
    /// For MEXCLP: how much of the time a vehicle is busy.
    pub busy: f64,
    /// For DSM and MEXCLP: how many vehicles one site may have.
    pub per_site: u32,
    /// The amount of facilities and candidates that is their room, in people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// The room of a new one, in people, where its record has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_new: Option<f64>,
    /// For p-median and p-centre: how far is looked; everywhere, where none is named. Whom a p-median's plan does not reach counts as that
    /// far; that of a p-centre has to reach everybody whom some site reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reach: Option<Limit>,
    /// Stop where the bound is this close: a share of the value.
    pub gap: f64,
    /// Stop after so many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_limit_s: Option<f64>,
    /// Of the random choices.
    pub seed: u64,
    /// Also the best plans with fewer, from one to `add`.
    pub frontier: bool,
    /// Also, for each new site, the best plan without it.
    pub regret: bool,
    /// How many further plans within 1 % to look for.
    pub alternatives: usize,
    /// A scenario of the plan that is held against the best plan of the same counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluate: Option<String>,
}

/// A kind of facility that is built.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KindPlan {
    /// How many, where no table of counts says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub add: Option<u32>,
    /// Where one may be built, if elsewhere than others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidates: Option<String>,
    /// What one costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<u64>,
    /// How many people one has room for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<f64>,
}

impl Default for SitingPlan {
    fn default() -> SitingPlan {
        SitingPlan {
            service: None,
            model: ModelName::Mclp,
            add: None,
            candidates: JUNCTIONS.to_owned(),
            grid_m: 500.0,
            whom: PEOPLE.to_owned(),
            forbidden: None,
            counts: None,
            kinds: BTreeMap::new(),
            min_by_zone: None,
            moves: 0,
            close: Vec::new(),
            budget: None,
            price: None,
            share: 1.0,
            theta: 0.5,
            near: None,
            busy: 0.3,
            per_site: 1,
            room: None,
            room_new: None,
            reach: None,
            gap: 0.0,
            time_limit_s: None,
            seed: 1,
            frontier: true,
            regret: true,
            alternatives: 3,
            evaluate: None,
        }
    }
}

impl SitingPlan {
    /// Every source of candidates that it names.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.candidates.as_str()).chain(self.kinds.values().filter_map(|kind| kind.candidates.as_deref()))
    }

    /// The service of a plan that it is about.
    ///
    /// # Errors
    ///
    /// [`PlanError::Value`] where it is not there, or none of several is named.
    pub fn service<'p>(&self, plan: &'p Plan) -> Result<&'p ServicePlan, PlanError> {
        let ids: Vec<&str> = plan.services.iter().map(|own| own.id.as_str()).collect();
        match (&self.service, plan.services.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(value("siting.service", "missing", &format!("one of the services: {}", ids.join(", ")))),
            (Some(id), all) => all.iter().find(|own| own.id == *id).ok_or_else(|| {
                value("siting.service", &format!("`{id}`"), &format!("one of the services: {}{}", ids.join(", "), nearest(id, &ids)))
            }),
        }
    }

    /// Checks that it says how many to build: a flag may, where the plan does not.
    ///
    /// # Errors
    ///
    /// [`PlanError::Value`] where nothing does.
    pub fn check_counted(&self) -> Result<(), PlanError> {
        let counted = self.counts.is_some() || !self.kinds.is_empty() || self.add.is_some() || self.budget.is_some();
        let told = counted || self.moves > 0 || self.evaluate.is_some() || self.model == ModelName::Lscp;
        let expected = "how many to build: add, kinds, counts by town, a budget, or how many may move";
        if told { Ok(()) } else { Err(value("siting.add", "missing", expected)) }
    }

    /// Checks it against the plan that it stands in.
    ///
    /// # Errors
    ///
    /// [`PlanError::Value`] for the first thing found.
    pub fn check(&self, plan: &Plan) -> Result<(), PlanError> {
        let service = self.service(plan)?;
        positive("siting.grid_m", self.grid_m, 10.0, 100_000.0)?;
        positive("siting.share", self.share, 0.0, 1.0)?;
        positive("siting.theta", self.theta, 0.0, 1.0)?;
        positive("siting.busy", self.busy, 0.0, 0.999)?;
        positive("siting.gap", self.gap, 0.0, 1.0)?;
        positive("siting.per_site", f64::from(self.per_site), 1.0, 1000.0)?;
        positive("siting.alternatives", self.alternatives as f64, 0.0, 100.0)?;
        self.time_limit_s.map_or(Ok(()), |seconds| positive("siting.time_limit_s", seconds, 0.0, 1e9))?;
        let sets: Vec<&str> = plan.facilities.iter().map(|set| set.id.as_str()).chain([JUNCTIONS, GRID, OWN]).collect();
        if let Some(found) = self.sources().find(|source| !sets.contains(source)) {
            let expected = format!("junctions, grid, own, or a set of [[facilities]]: {}{}", sets.join(", "), nearest(found, &sets));
            return Err(value("siting.candidates", &format!("`{found}`"), &expected));
        }
        let groups: Vec<&str> = plan.people.groups.iter().map(String::as_str).chain([PEOPLE, CALLS]).collect();
        if !groups.contains(&self.whom.as_str()) {
            let expected = format!("one of {}{}", groups.join(", "), nearest(&self.whom, &groups));
            return Err(value("siting.for", &format!("`{}`", self.whom), &expected));
        }
        if self.whom == CALLS && service.response.as_ref().is_none_or(|response| response.calls.is_none()) {
            let expected = format!("a file of calls: services.response.calls of `{}`", service.id);
            return Err(value("siting.for", "`calls`", &expected));
        }
        if self.model == ModelName::Dsm && self.near.is_none() {
            return Err(value("siting.near", "missing", "the shorter limit of the double standard, such as \"8min\""));
        }
        for (key, limit) in [("siting.near", self.near), ("siting.reach", self.reach)] {
            if let Some(limit) = limit.filter(|limit| limit.metric != service.limit.metric) {
                let unit = if service.limit.metric == Metric::Time { "a time" } else { "a distance" };
                return Err(value(key, &format!("`{limit}`"), &format!("{unit}, as the limit of `{}`", service.id)));
            }
        }
        if self.model.has_rooms() && self.room.is_none() && self.room_new.is_none() && self.kinds.values().all(|kind| kind.room.is_none()) {
            return Err(value(
                "siting.room",
                "missing",
                "how many people a facility has room for: an amount of columns.amounts, or siting.room_new",
            ));
        }
        distinct("siting.close", &self.close.iter().map(String::as_str).collect::<Vec<_>>())?;
        match self.model {
            ModelName::Lscp if self.add.is_some() => Err(value("siting.add", "a number", "none for lscp, which finds how many it takes")),
            ModelName::Lscp => Ok(()),
            _ if self.add.is_some() && (self.counts.is_some() || !self.kinds.is_empty()) => {
                Err(value("siting.add", "a number beside kinds or counts", "one of them: kinds and counts say how many"))
            }
            _ => self.kinds.iter().try_for_each(|(name, kind)| match (&self.counts, kind.add) {
                (None, None) if self.budget.is_none() => {
                    Err(value(&format!("siting.kinds.{name}.add"), "missing", "how many of them to build"))
                }
                (Some(_), Some(_)) => Err(value(&format!("siting.kinds.{name}.add"), "a number beside counts", "one of them")),
                _ => Ok(()),
            }),
        }?;
        if let Some(id) = &self.evaluate {
            let ids: Vec<&str> = plan.scenarios.iter().map(|own| own.id.as_str()).collect();
            if !ids.contains(&id.as_str()) {
                let expected = match ids.is_empty() {
                    true => "a scenario of the plan, which has no [[scenarios]]".to_owned(),
                    false => format!("a scenario of the plan: {}{}", ids.join(", "), nearest(id, &ids)),
                };
                return Err(value("siting.evaluate", &format!("`{id}`"), &expected));
            }
        }
        Ok(())
    }
}
