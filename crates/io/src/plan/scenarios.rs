//! `[[scenarios]]`: what a plan would change.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::{distinct, file_name, nearest, positive, value};
use super::{Plan, PlanError};

/// The name of the study as it stands, among scenarios.
pub const BASELINE: &str = "baseline";

/// `[[scenarios]]`: a year, changes, or both; or counts by town of what is to be built.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioPlan {
    /// Its name in outputs, and that of its folder.
    pub id: String,
    /// The title in words; the id where none is given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Facilities are those of this year, by their `status`, `opens` and `closes`; figures too. That of the study where none is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// What is built, closed, moved or changed, in that order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ChangePlan>,
    /// A table of how many facilities each town is to get: a row a town, a column a kind, `——` for none. Norms and indicators count them;
    /// coverage cannot, as nobody knows where they will stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_build: Option<String>,
}

/// One change: exactly one of `add`, `open`, `close`, `move` and `change`, with the id of a facility.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePlan {
    /// A new facility of this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add: Option<String>,
    /// This one of the set, which is planned or a candidate, opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
    /// This one closes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close: Option<String>,
    /// This one moves.
    #[serde(default, rename = "move", skip_serializing_if = "Option::is_none")]
    pub moves: Option<String>,
    /// This one gets other amounts (beds, doctors), another tier or other services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// The set that it belongs to.
    pub facilities: String,
    /// The name of a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The kind of a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Where a new one stands, or one moves to: longitude, WGS84.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// Latitude, WGS84.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Its tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// The services that it gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What it holds, by name; others of its amounts stay.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub amounts: BTreeMap<String, f64>,
}

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// A new facility.
    Add,
    /// One that the set holds as planned or as a candidate opens.
    Open,
    /// One closes.
    Close,
    /// One moves.
    Move,
    /// One gets other amounts.
    Change,
}

impl Verb {
    /// Its name in plans and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Verb::Add => "add",
            Verb::Open => "open",
            Verb::Close => "close",
            Verb::Move => "move",
            Verb::Change => "change",
        }
    }
}

impl ScenarioPlan {
    /// The title, or the id.
    pub fn title(&self) -> &str {
        if self.title.is_empty() { &self.id } else { &self.title }
    }
}

impl ChangePlan {
    /// The verb and the facility's id; the first where there are several, which a checked plan has not.
    pub fn verb(&self) -> Option<(Verb, &str)> {
        self.verbs().next()
    }

    fn verbs(&self) -> impl Iterator<Item = (Verb, &str)> {
        let all = [
            (Verb::Add, &self.add),
            (Verb::Open, &self.open),
            (Verb::Close, &self.close),
            (Verb::Move, &self.moves),
            (Verb::Change, &self.change),
        ];
        all.into_iter().filter_map(|(verb, id)| Some((verb, id.as_deref()?)))
    }

    fn check(&self, key: &str, plan: &Plan) -> Result<(), PlanError> {
        let sets: Vec<&str> = plan.facilities.iter().map(|set| set.id.as_str()).collect();
        let verbs: Vec<(Verb, &str)> = self.verbs().collect();
        let [(verb, id)] = verbs.as_slice() else {
            let found = if verbs.is_empty() { "without any of them".to_owned() } else { format!("with {} of them", verbs.len()) };
            return Err(value(
                key,
                &found,
                "one of add, open, close, move and change: { add = \"new-1\", facilities = \"clinics\", lon = 14.5, lat = 35.9 }",
            ));
        };
        let own = |name: &str| format!("{key}: {name} of `{id}`");
        if id.trim().is_empty() {
            return Err(value(&own(verb.name()), "empty", "the id of a facility"));
        }
        if !sets.contains(&self.facilities.as_str()) {
            let expected = format!("a set of [[facilities]]: {}{}", sets.join(", "), nearest(&self.facilities, &sets));
            return Err(value(&own("facilities"), &format!("`{}`", self.facilities), &expected));
        }
        let placed = matches!(verb, Verb::Add | Verb::Move);
        match (placed, self.lon, self.lat) {
            (true, Some(lon), Some(lat)) if (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat) => {}
            (true, Some(lon), Some(lat)) => {
                let swapped = (-180.0..=180.0).contains(&lat) && (-90.0..=90.0).contains(&lon);
                let hint = if swapped { " (are they swapped?)" } else { "" };
                let expected = format!("degrees of WGS84: lon -180 to 180, lat -90 to 90{hint}");
                return Err(value(&own("lon, lat"), &format!("{lon}, {lat}"), &expected));
            }
            (true, ..) => return Err(value(&own("lon, lat"), "missing", "both: where it is to stand, degrees of WGS84")),
            (false, None, None) => {}
            (false, ..) => return Err(value(&own("lon, lat"), "set", "none: nothing moves; use `move`")),
        }
        let described =
            self.kind.is_some() || self.tier.is_some() || self.tags.is_some() || self.owner.is_some() || !self.amounts.is_empty();
        match verb {
            Verb::Add => {}
            _ if self.name.is_some() => return Err(value(&own("name"), "set", "none: only a new facility is named")),
            Verb::Open | Verb::Close | Verb::Move if described => {
                return Err(value(&own("kind, tier, tags, owner, amounts"), "set", "none of them; use `change` for what it holds"));
            }
            Verb::Change if !described => {
                return Err(value(&own("amounts"), "missing", "what changes: amounts = { beds = 100 }, kind, tier, tags or owner"));
            }
            _ => {}
        }
        let set = plan.facilities.iter().find(|set| set.id == self.facilities);
        let known: Vec<&str> = set.iter().flat_map(|set| set.columns.amounts.keys()).map(String::as_str).collect();
        if let Some(name) = self.amounts.keys().find(|name| !known.contains(&name.as_str())) {
            let expected =
                format!("amounts that columns.amounts of `{}` names ({}){}", self.facilities, known.join(", "), nearest(name, &known));
            return Err(value(&own("amounts"), &format!("`{name}`"), &expected));
        }
        self.amounts.iter().try_for_each(|(name, amount)| positive(&own(&format!("amounts.{name}")), *amount, 0.0, 1e12))
    }
}

pub(super) fn check(plan: &Plan) -> Result<(), PlanError> {
    let ids: Vec<&str> = plan.scenarios.iter().map(|scenario| scenario.id.as_str()).collect();
    distinct("scenarios", &ids)?;
    for scenario in &plan.scenarios {
        file_name("scenarios.id", &scenario.id)?;
        let key = format!("scenarios.changes of `{}`", scenario.id);
        if scenario.id == BASELINE {
            return Err(value("scenarios.id", "`baseline`", "another name: that one is the study as it stands"));
        }
        if scenario.year.is_none() && scenario.changes.is_empty() && scenario.new_build.is_none() {
            return Err(value(&key, "missing", "what differs from the study: a year, changes, or new_build"));
        }
        if let Some(year) = scenario.year {
            positive(&format!("scenarios.year of `{}`", scenario.id), f64::from(year), 1800.0, 2199.0)?;
        }
        scenario.changes.iter().try_for_each(|change| change.check(&key, plan))?;
        let mut added: Vec<(&str, &str)> = Vec::new();
        for change in &scenario.changes {
            if let Some((Verb::Add, id)) = change.verb() {
                if added.contains(&(&change.facilities, id)) {
                    return Err(value(&key, &format!("`{id}` added twice"), "an id of its own for each new facility"));
                }
                added.push((&change.facilities, id));
            }
        }
    }
    Ok(())
}
