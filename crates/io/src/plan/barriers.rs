//! Barriers, as the plan names them.

use serde::{Deserialize, Serialize};

use super::{PlanError, is_layer, value};

/// `[barriers]`: what cuts the straight leg between a point and its road. Roads pass: over a bridge, through a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BarriersPlan {
    /// Kinds of barriers that are taken from the roads' OpenStreetMap extract.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub osm: Vec<BarrierKind>,
    /// A GeoJSON file of lines and polygons that are barriers too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The CRS of `source`, where the file does not tell it or tells it wrongly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// The property of `source` that says what each of them is: `kind` unless another is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// A kind of barrier that OpenStreetMap knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BarrierKind {
    /// Lakes, rivers and canals.
    Water,
    /// The line between land and sea.
    Coast,
    /// Railways in use.
    Railway,
    /// Motorways, and motor roads, which are signed like them.
    Motorway,
    /// Walls and fences.
    Wall,
}

impl BarrierKind {
    /// The kind in plans and outputs.
    pub fn name(self) -> &'static str {
        match self {
            BarrierKind::Water => "water",
            BarrierKind::Coast => "coast",
            BarrierKind::Railway => "railway",
            BarrierKind::Motorway => "motorway",
            BarrierKind::Wall => "wall",
        }
    }
}

impl BarriersPlan {
    pub(super) fn check(&self) -> Result<(), PlanError> {
        if self.osm.is_empty() && self.source.is_none() {
            return Err(value("barriers", "empty", "kinds in barriers.osm, or a GeoJSON file in barriers.source"));
        }
        if let Some((_, twice)) = self.osm.iter().enumerate().find(|(i, kind)| self.osm[..*i].contains(kind)) {
            return Err(value("barriers.osm", &format!("`{}` twice", twice.name()), "each kind once"));
        }
        if let Some(file) = self.source.as_ref().filter(|file| !is_layer(file)) {
            return Err(value(
                "barriers.source",
                &format!("`{file}`"),
                "a layer (GeoJSON, Shapefile or GeoPackage); what is in the roads' extract goes into barriers.osm",
            ));
        }
        match (&self.kind, &self.source) {
            (Some(kind), None) => {
                Err(value("barriers.kind", &format!("`{kind}`"), "barriers.source beside it: it names a property of that file"))
            }
            _ => Ok(()),
        }
    }
}
