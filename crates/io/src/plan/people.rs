//! What `[people]` must name for its method.

use super::{LAYERS, PeopleMethod, PeoplePlan, PlanError, is_layer, is_raster, nearest, value};

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
