//! The plan: one TOML file that says what a study is made of and what it asks.

mod barriers;
mod check;
mod columns;
mod error;
mod file;
mod grids;
mod limits;
mod mask;
mod names;
mod only;
mod outputs;
mod people;
mod planning;
mod profiles;
mod response;
mod roads;
mod scenarios;
mod selector;
mod services;
mod siting;
#[cfg(test)]
mod tests;
mod zones;

use std::collections::BTreeMap;

use catchment::{Checks, GapGround, Profile};
use serde::{Deserialize, Serialize};

use crate::map::Lang;

pub use barriers::{BarrierKind, BarriersPlan};
pub use columns::Columns;
pub use error::PlanError;
pub(crate) use error::{distinct, file_name, nearest, value};
use error::{hint, in_words, positive};
pub(crate) use file::text_of;
pub use grids::GridPlan;
pub(crate) use mask::DEVELOPED;
pub use mask::Mask;
pub(crate) use names::LAYERS;
pub use names::{is_layer, is_osm, is_prepared, is_raster, is_table};
pub use only::Only;
pub use outputs::{CsvEncoding, CsvStyle, Format, OutputsPlan};
pub use people::{PeopleMethod, PeoplePlan, SurfaceName};
pub use planning::{AccessMethod, AccessPlan, PlanningPlan, ReferralPlan};
pub use profiles::built_in;
use profiles::{changed, set_speed};
use response::RESERVED;
pub use response::{CALLS, FREE, PEOPLE, ResponsePlan};
pub use roads::{RoadColumns, RoadsPlan};
pub use scenarios::{BASELINE, ChangePlan, ScenarioPlan, Verb};
pub use selector::Selector;
pub use services::ServicePlan;
pub use siting::{GRID, JUNCTIONS, KindPlan, ModelName, OWN, SitingPlan};
pub use zones::ZonesPlan;

/// What a study is made of and what it asks; every key, with its default.
///
/// ```
/// use catchment_io::Plan;
///
/// let error = Plan::parse("[study]\nid = \"x\"\ntitel = \"X\"").unwrap_err();
/// assert!(error.to_string().contains("did you mean `title`?"), "{error}");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The study as a whole.
    pub study: StudyPlan,
    /// Where roads come from.
    pub roads: RoadsPlan,
    /// Where towns come from.
    pub zones: ZonesPlan,
    /// Where people come from.
    pub people: PeoplePlan,
    /// Sets of facilities.
    pub facilities: Vec<FacilitiesPlan>,
    /// What nobody crosses off the road; nothing where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barriers: Option<BarriersPlan>,
    /// The questions.
    pub services: Vec<ServicePlan>,
    /// What differs from a built-in profile, by name.
    #[serde(default)]
    pub profiles: BTreeMap<String, toml::Table>,
    /// Local grids that data are in, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub grids: BTreeMap<String, GridPlan>,
    /// How area is measured.
    #[serde(default)]
    pub ground: GroundPlan,
    /// Which pieces of ground are gaps.
    #[serde(default)]
    pub gaps: GapsPlan,
    /// Norms, indicators and figures; nothing where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planning: Option<PlanningPlan>,
    /// Floating catchment areas.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<AccessPlan>,
    /// Of each facility of a set, the nearest of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub referrals: Vec<ReferralPlan>,
    /// What would change: `catchment compare` holds them against the study as it stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<ScenarioPlan>,
    /// Where to build: `catchment site`; nothing where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub siting: Option<SitingPlan>,
    /// From which size a finding is a warning or an error, and which errors are accepted.
    #[serde(default)]
    pub checks: Checks,
    /// What is written.
    #[serde(default)]
    pub outputs: OutputsPlan,
}

/// `[study]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyPlan {
    /// Goes into file names: letters, digits, `-` and `_`.
    pub id: String,
    /// The title of the map and the report.
    pub title: String,
    /// The working CRS: `auto`, `EPSG:32633` or a PROJ string; metric and true to area within 0.1 %.
    #[serde(default = "auto")]
    pub crs: String,
    /// The language of the map and the summary.
    #[serde(default)]
    pub lang: Lang,
}

/// `[[facilities]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacilitiesPlan {
    /// The name by which services refer to the set.
    pub id: String,
    /// An OpenStreetMap extract, a GeoJSON file or a CSV.
    pub source: String,
    /// For OpenStreetMap: any of these selectors, each `key=value`, `key=one|other` or `key=*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub osm: Vec<String>,
    /// For CSV: the columns; for GeoJSON: the properties.
    #[serde(default, skip_serializing_if = "Columns::is_empty")]
    pub columns: Columns,
    /// Facilities of the same name this near each other are one, metres.
    #[serde(default = "merge_within")]
    pub merge_within_m: f64,
    /// What these facilities stand in for, such as `ambulance stations`, where those are not known: every output says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stand_in_for: Option<String>,
    /// Of the file, these facilities alone: a tier, a service, an owner.
    #[serde(default, skip_serializing_if = "Only::is_empty")]
    pub only: Only,
}

/// `[ground]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GroundPlan {
    /// Side of a cell, metres.
    pub cell_m: f64,
    /// What area is a share of: one or several side by side. The first one is that of the sentence, the map and the table.
    pub mask: Vec<Mask>,
    /// The OpenStreetMap extract with the water and the land use of masks; the roads' where none is named. Where roads are a layer and
    /// none is named, nobody knows of water, and land is the whole zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// `[gaps]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GapsPlan {
    /// `inhabited` (within 100 m of a demand point) or `all`.
    pub ground: GapGround,
    /// Gaps of fewer people are counted, not listed.
    pub min_people: f64,
    /// Smaller gaps are counted, not listed, m².
    pub min_area_m2: f64,
}

impl Default for GroundPlan {
    fn default() -> GroundPlan {
        GroundPlan { cell_m: 25.0, mask: vec![Mask::Land], source: None }
    }
}

impl Default for GapsPlan {
    fn default() -> GapsPlan {
        GapsPlan { ground: GapGround::Inhabited, min_people: 0.0, min_area_m2: 0.0 }
    }
}

fn auto() -> String {
    "auto".to_owned()
}

fn osm() -> String {
    "osm".to_owned()
}

fn merge_within() -> f64 {
    150.0
}

impl Plan {
    /// Reads a plan and checks it.
    ///
    /// # Errors
    ///
    /// [`PlanError`] names the key, its line, what was found and what was expected; an unknown key comes with the nearest known one.
    pub fn parse(text: &str) -> Result<Plan, PlanError> {
        let plan: Plan = toml::from_str(text).map_err(|error| PlanError::of_toml(&error, text))?;
        plan.check()?;
        Ok(plan)
    }

    /// The plan as TOML, with every default written out.
    ///
    /// # Errors
    ///
    /// [`PlanError::Toml`] where a profile holds what TOML cannot.
    pub fn to_toml(&self) -> Result<String, PlanError> {
        toml::to_string_pretty(self).map_err(|error| PlanError::Toml { message: error.to_string(), hint: String::new() })
    }

    /// The speeds at which roads are searched beside each profile's own, ascending, each once, and whether a sweep asks for it; others are
    /// those of the range that the costs of one search do not tell.
    pub(crate) fn searched_speeds(&self) -> BTreeMap<String, Vec<(f64, bool)>> {
        let mut searched: BTreeMap<String, Vec<(f64, bool)>> = BTreeMap::new();
        for service in &self.services {
            let swept = service.swept_speeds().into_iter().map(|speed| (speed, true));
            let ranged = self.range_m_s(service).into_iter().filter(|speed| !self.scales(&service.profile, *speed));
            searched.entry(service.profile.clone()).or_default().extend(swept.chain(ranged.map(|speed| (speed, false))));
        }
        for speeds in searched.values_mut() {
            // of one speed the sweep's first
            speeds.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
            speeds.dedup_by_key(|(speed, _)| *speed);
        }
        searched
    }

    /// Leaves of the services one, and of what else asks about services what asks about that one; `key` is who names it.
    ///
    /// # Errors
    ///
    /// [`PlanError::Value`] for a service that the plan does not have.
    pub fn keep_service(&mut self, id: &str, key: &str) -> Result<(), PlanError> {
        let known: Vec<&str> = self.services.iter().map(|own| own.id.as_str()).collect();
        if !known.contains(&id) {
            let expected = format!("a service of the plan: {}{}", known.join(", "), nearest(id, &known));
            return Err(value(key, &format!("`{id}`"), &expected));
        }
        self.services.retain(|own| own.id == id);
        self.access.retain(|own| own.service == id);
        if self.siting.as_ref().is_some_and(|own| own.service.as_ref().is_some_and(|own| own != id)) {
            self.siting = None;
        }
        Ok(())
    }

    /// A profile with another general speed, metres a second, as `--speed` sets it.
    ///
    /// # Errors
    ///
    /// [`PlanError`] as [`Plan::profile`].
    pub fn profile_at(&self, name: &str, metres_a_second: f64) -> Result<Profile, PlanError> {
        let mut plan = self.clone();
        plan.set_speed(name, metres_a_second);
        plan.profile(name)
    }

    /// Whether a profile has one general speed: a vehicle's has one for each class of road.
    pub fn takes_speed(&self, profile: &str) -> bool {
        self.profile(profile).is_ok_and(|profile| profile.drive.is_none())
    }

    /// Sets the general speed of a profile, metres a second, as `--speed` does.
    pub fn set_speed(&mut self, profile: &str, metres_a_second: f64) {
        set_speed(self.profiles.entry(profile.to_owned()).or_default(), metres_a_second);
    }

    /// The profile of that name: a built-in with the plan's changes, or one of the plan's own that says `base = "walk"`.
    ///
    /// # Errors
    ///
    /// [`PlanError`] for an unknown name, an unknown key, or a value out of its range.
    pub fn profile(&self, name: &str) -> Result<Profile, PlanError> {
        changed(name, self.profiles.get(name).cloned().unwrap_or_default())
    }
}
