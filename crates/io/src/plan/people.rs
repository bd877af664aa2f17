//! `[people]`: who they are, and what it must name for its method.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Columns, LAYERS, PlanError, is_layer, is_raster, nearest, osm, value};

/// `[people]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeoplePlan {
    /// How people become points.
    pub method: PeopleMethod,
    /// For `spread`: `osm` (the boundary's `population`, else that of its town, village and city nodes) or a CSV of zone totals with
    /// the columns `zone_id` or `zone_name`, `people`, and those of `groups`.
    #[serde(default = "osm")]
    pub totals: String,
    /// For `spread`: the surfaces, the first that is where people live being used in each zone, without mapped water.
    #[serde(default = "surfaces")]
    pub over: Vec<SurfaceName>,
    /// For `spread`: the OpenStreetMap extract with the surfaces and places; the roads' where none is named. For `points`: the table. For
    /// `polygons`: the layer. For `raster`: the GeoTIFF, with its band where it has several (`people.tif|band=2`). For `cells`: the table or
    /// layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// For `raster`: the GeoTIFF of each group, of the same grid.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rasters: BTreeMap<String, String>,
    /// The side of the cells that people are spread over, metres; of a raster, smaller cells are joined to points of about that side.
    #[serde(default = "hundred")]
    pub cell_m: f64,
    /// For `spread`: a mapped surface is passed over in a zone where it covers less than this share of a later mapped one.
    #[serde(default = "tenth")]
    pub min_surface_ratio: f64,
    /// The columns of tables, the properties of layers.
    #[serde(default, skip_serializing_if = "Columns::is_empty")]
    pub columns: Columns,
    /// Further columns, of the points or of the CSV of totals, with the people of a group: ages, workers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// How people become points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PeopleMethod {
    /// Zone totals spread over the ground where people live.
    Spread,
    /// A table of points.
    Points,
    /// A layer of polygons with people: census units, cells of a grid.
    Polygons,
    /// A GeoTIFF with a number of people a cell: WorldPop, GHSL.
    Raster,
    /// H3 cells with people: a table or layer with their indexes.
    Cells,
}

/// A surface that people are spread over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SurfaceName {
    /// `landuse=residential`.
    Residential,
    /// `building=*`, but for `building=no`.
    Building,
    /// The ground within 75 m of local roads: `highway=residential` and `living_street`, which lead to front doors. (`unclassified` joins
    /// places as well, through open country.)
    Roads,
    /// The whole zone.
    Zone,
}

impl SurfaceName {
    /// Whether it is drawn as areas of the extract.
    pub(crate) fn is_area(self) -> bool {
        matches!(self, SurfaceName::Residential | SurfaceName::Building)
    }
}

fn surfaces() -> Vec<SurfaceName> {
    vec![SurfaceName::Residential, SurfaceName::Building, SurfaceName::Roads, SurfaceName::Zone]
}

fn hundred() -> f64 {
    100.0
}

fn tenth() -> f64 {
    0.1
}

const RASTER: &str = "a GeoTIFF (.tif), with its band where it has several (`people.tif|band=2`)";

pub(super) fn check(plan: &PeoplePlan) -> Result<(), PlanError> {
    let source = plan.source.as_deref();
    let found = source.map_or("missing".to_owned(), |source| format!("`{source}`"));
    let wrong =
        |expected: &str, method: &str| Err(value("people.source", &found, &format!("{expected}, since people.method is \"{method}\"")));
    match plan.method {
        PeopleMethod::Points if source.is_none() => wrong("the table of points", "points"),
        PeopleMethod::Polygons if !source.is_some_and(is_layer) => wrong(LAYERS, "polygons"),
        PeopleMethod::Cells if source.is_none() => wrong("the table or layer of H3 cells", "cells"),
        PeopleMethod::Raster if !source.is_some_and(is_raster) => wrong(RASTER, "raster"),
        PeopleMethod::Raster => rasters_of_groups(plan),
        _ if !plan.rasters.is_empty() => Err(value("people.rasters", "set", "nothing, unless people.method is \"raster\"")),
        _ => Ok(()),
    }
}

/// Each group has a raster, and each raster is that of a group.
fn rasters_of_groups(plan: &PeoplePlan) -> Result<(), PlanError> {
    if let Some(name) = plan.groups.iter().find(|name| !plan.rasters.contains_key(*name)) {
        let expected = format!("{RASTER} for each of people.groups: rasters = {{ {name} = \"….tif\" }}");
        return Err(value(&format!("people.rasters.{name}"), "missing", &expected));
    }
    for (name, file) in &plan.rasters {
        if !plan.groups.contains(name) {
            let groups: Vec<&str> = plan.groups.iter().map(String::as_str).collect();
            let expected = format!("one of people.groups: {}{}", groups.join(", "), nearest(name, &groups));
            return Err(value("people.rasters", &format!("`{name}`"), &expected));
        }
        if !is_raster(file) {
            return Err(value(&format!("people.rasters.{name}"), &format!("`{file}`"), RASTER));
        }
    }
    Ok(())
}
