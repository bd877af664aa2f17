//! Loading: small hand-made files whose answers are known, and the findings that faulty ones must leave.

#[cfg(test)]
#[path = "load/world.rs"]
mod world;

#[cfg(test)]
#[path = "load/barriers.rs"]
mod barriers;
#[cfg(test)]
#[path = "load/extract.rs"]
mod extract;
#[cfg(test)]
#[path = "load/facilities.rs"]
mod facilities;
#[cfg(all(test, feature = "geoparquet"))]
#[path = "load/geoparquet.rs"]
mod geoparquet;
#[cfg(test)]
#[path = "load/layers.rs"]
mod layers;
#[cfg(test)]
#[path = "load/limits.rs"]
mod limits;
#[cfg(test)]
#[path = "load/masks.rs"]
mod masks;
#[cfg(test)]
#[path = "load/people.rs"]
mod people;
#[cfg(test)]
#[path = "load/people_cells.rs"]
mod people_cells;
#[cfg(test)]
#[path = "load/people_rasters.rs"]
mod people_rasters;
#[cfg(test)]
#[path = "load/places.rs"]
mod places;
#[cfg(test)]
#[path = "load/raster.rs"]
mod raster;
#[cfg(test)]
#[path = "load/response.rs"]
mod response;
#[cfg(test)]
#[path = "load/road_lines.rs"]
mod road_lines;
#[cfg(test)]
#[path = "load/roads.rs"]
mod roads;
#[cfg(test)]
#[path = "load/tables.rs"]
mod tables;
#[cfg(test)]
#[path = "load/turns.rs"]
mod turns;
#[cfg(test)]
#[path = "load/zones.rs"]
mod zones;
