//! Local grids, as the plan names them.

use serde::{Deserialize, Serialize};

use super::{Plan, PlanError, ServicePlan, file_name, value};
use crate::crs::Crs;

/// `[grids.NAME]`: a city's own coordinates, tied to a known CRS by control points. `crs = "NAME"` then stands wherever a CRS of data is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridPlan {
    /// The table of control points: each with its coordinates in the grid (`x`, `y`) and its known ones (`lon`, `lat`, or `east`, `north`).
    pub points: String,
    /// The CRS of the known coordinates: `EPSG:4326` unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
}

/// Checks the names of grids, none of which may be that of a CRS; and every CRS of the plan, which may be that of a grid.
pub(super) fn check(plan: &Plan) -> Result<(), PlanError> {
    for name in plan.grids.keys() {
        file_name("a name of [grids]", name)?;
        if name.parse::<Crs>().is_ok() || name == "auto" {
            return Err(value("a name of [grids]", &format!("`{name}`"), "a name that no CRS has"));
        }
    }
    let mut named = vec![
        ("roads.crs", plan.roads.crs.as_ref()),
        ("zones.crs", plan.zones.crs.as_ref()),
        ("people.columns.crs", plan.people.columns.crs.as_ref()),
        ("barriers.crs", plan.barriers.as_ref().and_then(|barriers| barriers.crs.as_ref())),
    ];
    named.extend(plan.facilities.iter().map(|set| ("facilities.columns.crs", set.columns.crs.as_ref())));
    let calls = |service: &'_ ServicePlan| service.response.as_ref()?.calls_columns.crs.clone();
    let calls: Vec<String> = plan.services.iter().filter_map(calls).collect();
    named.extend(calls.iter().map(|crs| ("services.response.calls_columns.crs", Some(crs))));
    named.retain(|(_, crs)| crs.is_none_or(|crs| !plan.grids.contains_key(crs)));
    // not for data: these are no grids
    named.push(("study.crs", Some(&plan.study.crs).filter(|crs| *crs != "auto")));
    named.extend(plan.grids.values().map(|grid| ("grids.crs", grid.crs.as_ref())));
    for (key, text) in named {
        let parsed = text.map(|text| text.parse::<Crs>()).transpose();
        parsed.map_err(|source| PlanError::Crs { key: key.to_owned(), source: Box::new(source) })?;
    }
    Ok(())
}

impl Plan {
    /// Every CRS of data that the plan names.
    pub(crate) fn data_crs(&mut self) -> impl Iterator<Item = &mut String> {
        let sets = self.facilities.iter_mut().map(|set| &mut set.columns.crs);
        let calls = self.services.iter_mut().filter_map(|service| Some(&mut service.response.as_mut()?.calls_columns.crs));
        let barriers = self.barriers.iter_mut().map(|barriers| &mut barriers.crs);
        [&mut self.roads.crs, &mut self.zones.crs, &mut self.people.columns.crs]
            .into_iter()
            .chain(sets)
            .chain(calls)
            .chain(barriers)
            .flatten()
    }
}
