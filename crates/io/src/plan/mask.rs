//! What area is a share of, as the plan names it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Plan, PlanError, file_name, is_layer, is_osm, nearest, value};

const KNOWN: [&str; 4] = ["zone", "land", "built-up", "residential"];

/// What area is a share of: a text in the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Mask {
    /// `zone`: all ground of the zone.
    Zone,
    /// `land`: the zone without mapped water (areas of `natural=water`, `waterway=riverbank|dock`, `landuse=reservoir|basin`). The sea is
    /// no area in OpenStreetMap: where boundaries reach out to it, take a layer.
    Land,
    /// `built-up`: developed land, which is `landuse=commercial|construction|education|fairground|industrial|institutional|residential|retail`,
    /// and buildings (`building=*` but for `no`).
    BuiltUp,
    /// `residential`: `landuse=residential`.
    Residential,
    /// The polygons of a GeoJSON file, by its name.
    Layer(String),
}

/// The land uses that OpenStreetMap counts as developed land.
pub(crate) const DEVELOPED: [&str; 8] =
    ["commercial", "construction", "education", "fairground", "industrial", "institutional", "residential", "retail"];

impl Mask {
    /// The name in outputs: the plan's word, or the file's name without folder and extension.
    pub fn name(&self) -> &str {
        match self {
            Mask::Zone => "zone",
            Mask::Land => "land",
            Mask::BuiltUp => "built-up",
            Mask::Residential => "residential",
            Mask::Layer(file) => Path::new(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or(file),
        }
    }

    /// The name as a part of a column's: `-` is `_`.
    pub fn column(&self) -> String {
        self.name().replace('-', "_")
    }

    /// Whether it comes from an OpenStreetMap extract.
    pub fn is_mapped(&self) -> bool {
        matches!(self, Mask::Land | Mask::BuiltUp | Mask::Residential)
    }
}

impl TryFrom<String> for Mask {
    type Error = String;

    fn try_from(text: String) -> Result<Mask, String> {
        Ok(match text.as_str() {
            "zone" => Mask::Zone,
            "land" => Mask::Land,
            "built-up" => Mask::BuiltUp,
            "residential" => Mask::Residential,
            file if is_layer(file) => Mask::Layer(text),
            other => {
                let near = nearest(other, &KNOWN);
                return Err(format!(
                    "the mask `{other}` is not known; expected {}, or a file of polygons (GeoJSON, Shapefile, GeoPackage){near}",
                    KNOWN.join(", ")
                ));
            }
        })
    }
}

impl From<Mask> for String {
    fn from(mask: Mask) -> String {
        match mask {
            Mask::Layer(file) => file,
            other => other.name().to_owned(),
        }
    }
}

/// Columns of `zones.csv` that a mask's may not be taken for.
const TAKEN: [&str; 6] = ["area_covered_m2", "area_share", "area_uncovered_m2", "area_unreachable_m2", "area_unlinked_m2", "mask_area_m2"];

/// At least one mask, each once, each with columns of its own.
pub(super) fn check(plan: &Plan) -> Result<(), PlanError> {
    let ground = &plan.ground;
    if ground.mask.is_empty() {
        return Err(value("ground.mask", "empty", "at least one of zone, land, built-up, residential and GeoJSON files of polygons"));
    }
    ground.mask.iter().try_for_each(|mask| file_name("the name of a mask's file in ground.mask", mask.name()))?;
    let mut columns: Vec<String> = TAKEN.map(str::to_owned).to_vec();
    for mask in &ground.mask {
        let own = ["m2", "covered_m2", "share"].map(|end| format!("area_{}_{end}", mask.column()));
        if let Some(taken) = own.iter().find(|column| columns.contains(column)) {
            let found = format!("`{}`, whose column `{taken}` is another's already", mask.name());
            return Err(value("ground.mask", &found, "each mask once, and files of other names"));
        }
        columns.extend(own);
    }
    match &ground.source {
        Some(source) if !is_osm(source) => {
            Err(value("ground.source", &format!("`{source}`"), "an OpenStreetMap extract: `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`"))
        }
        _ => Ok(()),
    }
}
