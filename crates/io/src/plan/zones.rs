//! `[zones]`: towns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Columns;

/// `[zones]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZonesPlan {
    /// An OpenStreetMap extract or a GeoJSON file of polygons.
    pub source: String,
    /// For OpenStreetMap: the `admin_level` of the boundaries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_level: Option<u8>,
    /// For GeoJSON: the property that holds the id (the feature's own id where none is named).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// For GeoJSON: the property that holds the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For layers: the CRS of their coordinates, where the file does not tell it or tells it wrongly (`gcj02`, `EPSG:4549`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// The property (for OpenStreetMap: the tag of the boundary) that holds the zone's class, which `services.limits` refer to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The property or tag that holds the zone's own limit with its unit, `30min`. Services of that metric use it before all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// A CSV with the columns `zone_id` or `zone_name`, and `class`, `limit` or both: it stands above properties and tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Of that table: its columns `id` and `name`, its encoding, its sheet.
    #[serde(default, skip_serializing_if = "Columns::is_empty")]
    pub columns: Columns,
    /// Names that tables use for zones, each with the id or the name of the zone that is meant: `"江川街道" = "江川路街道"`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub aliases: BTreeMap<String, String>,
}
