//! Local grids, as the plan names them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Plan, PlanError, file_name, value};
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

/// Checks the names of grids: none may be that of a CRS.
pub(super) fn check(grids: &BTreeMap<String, GridPlan>) -> Result<(), PlanError> {
    for name in grids.keys() {
        file_name("a name of [grids]", name)?;
        if name.parse::<Crs>().is_ok() || name == "auto" {
            return Err(value("a name of [grids]", &format!("`{name}`"), "a name that no CRS has"));
        }
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
