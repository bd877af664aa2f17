//! What kind of file a name is that of; and all names of a plan.

use std::collections::BTreeSet;

use super::{Mask, PeopleMethod, Plan};
use crate::planning::is_built_in;

/// Whether a file is an OpenStreetMap one, by its name.
pub fn is_osm(name: &str) -> bool {
    let name = name.to_lowercase();
    [".pbf", ".osm", ".osm.gz", ".osm.bz2"].iter().any(|end| name.ends_with(end))
}

/// Whether a name is that of a layer of shapes: GeoJSON, Shapefile, GeoPackage (`file.gpkg|layername=towns`), FlatGeobuf or GeoParquet.
pub fn is_layer(name: &str) -> bool {
    let file = name.split('|').next().unwrap_or_default().to_lowercase();
    ["json", ".geojsonl", ".geojsons", ".shp", ".gpkg", ".fgb", ".parquet"].iter().any(|end| file.ends_with(end))
}

/// Whether a name is that of a raster: a GeoTIFF, with its band where it has several (`people.tif|band=2`).
pub fn is_raster(name: &str) -> bool {
    let file = name.split('|').next().unwrap_or_default().to_lowercase();
    [".tif", ".tiff"].iter().any(|end| file.ends_with(end))
}

/// Whether a name is that of a table: text in columns, or a workbook (binary ones are tables, too, and refused when they are read).
pub fn is_table(name: &str) -> bool {
    let name = name.to_lowercase();
    [".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"].iter().any(|end| name.ends_with(end))
}

/// What [`is_layer`] takes, in an error.
pub(crate) const LAYERS: &str =
    "a layer: GeoJSON (.geojson), Shapefile (.shp), GeoPackage (.gpkg), FlatGeobuf (.fgb) or GeoParquet (.parquet)";

/// Whether a file is a prepared network, by its name.
pub fn is_prepared(name: &str) -> bool {
    name.to_lowercase().ends_with(".cnet")
}

impl Plan {
    /// The files that it names, each once, without what stands behind a `|`; beside a Shapefile those that belong to it, whether they are
    /// there or not.
    pub fn files(&self) -> BTreeSet<String> {
        let people = &self.people;
        let masks = self.ground.mask.iter().filter_map(|mask| if let Mask::Layer(file) = mask { Some(file) } else { None });
        let responses = self.services.iter().filter_map(|service| service.response.as_ref());
        let named = [&self.roads.source, &self.zones.source].into_iter();
        let named = named.chain([&self.zones.table, &people.source, &self.ground.source].into_iter().flatten());
        let named = named.chain(Some(&people.totals).filter(|totals| *totals != "osm" && people.method == PeopleMethod::Spread));
        let named = named.chain(people.rasters.values()).chain(masks).chain(self.facilities.iter().map(|set| &set.source));
        let named = named.chain(self.barriers.iter().filter_map(|barriers| barriers.source.as_ref()));
        let named = named.chain(responses.flat_map(|own| [&own.calls, &own.corridors]).flatten());
        let named = named.chain(self.grids.values().map(|grid| &grid.points));
        let standards = self.planning.iter().flat_map(|own| &own.standards).filter(|name| !is_built_in(name));
        let named = named.chain(standards).chain(self.planning.iter().filter_map(|own| own.figures.as_ref()));
        let named = named.chain(&self.roads.extent).chain(self.scenarios.iter().filter_map(|own| own.new_build.as_ref()));
        let named = named.chain(self.siting.iter().flat_map(|own| [&own.forbidden, &own.counts]).flatten());
        named.flat_map(|name| with_those_beside(name.split('|').next().unwrap_or_default())).collect()
    }
}

/// A file, and those that belong to it: ends as they are or all in capitals.
fn with_those_beside(file: &str) -> Vec<String> {
    let mut files = vec![file.to_owned()];
    if let Some(stem) = file.get(..file.len().saturating_sub(3)).filter(|_| file.to_lowercase().ends_with(".shp")) {
        files.extend(["prj", "cpg", "dbf"].iter().flat_map(|end| [format!("{stem}{end}"), format!("{stem}{}", end.to_uppercase())]));
    }
    files
}
