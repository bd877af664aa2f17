//! What kind of file a name is that of.

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

/// Whether a name is that of a table: text in columns, or a workbook.
pub fn is_table(name: &str) -> bool {
    let name = name.to_lowercase();
    [".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods"].iter().any(|end| name.ends_with(end))
}

/// What [`is_layer`] takes, in an error.
pub(crate) const LAYERS: &str =
    "a layer: GeoJSON (.geojson), Shapefile (.shp), GeoPackage (.gpkg), FlatGeobuf (.fgb) or GeoParquet (.parquet)";

/// Whether a file is a prepared network, by its name.
pub fn is_prepared(name: &str) -> bool {
    name.to_lowercase().ends_with(".cnet")
}
