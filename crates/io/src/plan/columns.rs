//! Which columns of a table hold what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which columns of a table hold what. Those that are not named are looked for under their usual English names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// Longitude or easting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// Latitude or northing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// Identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Kind of facility.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// People.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<String>,
    /// Vehicles of an ambulance station; for OpenStreetMap: the tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vehicles: Option<String>,
    /// Tier of a facility; for OpenStreetMap: the tag, as of all that follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Services that a facility gives, parted by `;` or `、`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<String>,
    /// Whose a facility is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Whether a facility stands: `existing` 现状, `planned` 规划 or 在建, `candidate` 备选, `closed` 关闭.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The first year with a facility.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<String>,
    /// The first year without a facility.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<String>,
    /// What a facility holds, each by a name of your own and its column: `{ beds = "床位数" }`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub amounts: BTreeMap<String, String>,
    /// The CRS of `x` and `y`: `EPSG:4326` unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// How the text of a CSV is encoded; found by itself where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The sheet of a workbook; the first one with rows where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
}

impl Columns {
    /// The columns of what planners know of a facility, each with the plan's key for it.
    pub(crate) fn of_record(&self) -> impl Iterator<Item = (String, &str)> {
        let own = [
            ("tier", &self.tier),
            ("tags", &self.tags),
            ("owner", &self.owner),
            ("status", &self.status),
            ("opens", &self.opens),
            ("closes", &self.closes),
        ];
        let own = own.into_iter().filter_map(|(key, column)| Some((key.to_owned(), column.as_deref()?)));
        own.chain(self.amounts.iter().map(|(name, column)| (format!("amounts.{name}"), column.as_str())))
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Columns::default()
    }
}
