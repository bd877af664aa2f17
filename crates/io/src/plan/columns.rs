//! Which columns of a table hold what.

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
    pub(super) fn is_empty(&self) -> bool {
        *self == Columns::default()
    }
}
