//! The real binary, driven in temporary folders as a user drives it.

#[cfg(test)]
#[path = "cli/desk.rs"]
mod desk;
#[cfg(test)]
#[path = "cli/town.rs"]
mod town;

#[cfg(test)]
#[path = "cli/access.rs"]
mod access;
#[cfg(test)]
#[path = "cli/batch.rs"]
mod batch;
#[cfg(test)]
#[path = "cli/compare.rs"]
mod compare;
#[cfg(test)]
#[path = "cli/convert.rs"]
mod convert;
#[cfg(test)]
#[path = "cli/coverage.rs"]
mod coverage;
#[cfg(test)]
#[path = "cli/demo.rs"]
mod demo;
#[cfg(test)]
#[path = "cli/failures.rs"]
mod failures;
#[cfg(test)]
#[path = "cli/finding_gate.rs"]
mod finding_gate;
#[cfg(test)]
#[path = "cli/finding_links.rs"]
mod finding_links;
#[cfg(test)]
#[path = "cli/finding_names.rs"]
mod finding_names;
#[cfg(test)]
#[path = "cli/finding_people.rs"]
mod finding_people;
#[cfg(test)]
#[path = "cli/finding_places.rs"]
mod finding_places;
#[cfg(test)]
#[path = "cli/finding_roads.rs"]
mod finding_roads;
#[cfg(test)]
#[path = "cli/flags.rs"]
mod flags;
#[cfg(test)]
#[path = "cli/folders.rs"]
mod folders;
#[cfg(test)]
#[path = "cli/formats.rs"]
mod formats;
#[cfg(test)]
#[path = "cli/headline.rs"]
mod headline;
#[cfg(test)]
#[path = "cli/inspect.rs"]
mod inspect;
#[cfg(test)]
#[path = "cli/layers.rs"]
mod layers;
#[cfg(test)]
#[path = "cli/names.rs"]
mod names;
#[cfg(test)]
#[path = "cli/norms.rs"]
mod norms;
#[cfg(test)]
#[path = "cli/plans.rs"]
mod plans;
#[cfg(test)]
#[path = "cli/prepare.rs"]
mod prepare;
#[cfg(test)]
#[path = "cli/rasters.rs"]
mod rasters;
#[cfg(test)]
#[path = "cli/real_files.rs"]
mod real_files;
#[cfg(test)]
#[path = "cli/road_lines.rs"]
mod road_lines;
#[cfg(test)]
#[path = "cli/shapes.rs"]
mod shapes;
#[cfg(test)]
#[path = "cli/shares.rs"]
mod shares;
#[cfg(test)]
#[path = "cli/signals.rs"]
mod signals;
#[cfg(test)]
#[path = "cli/site.rs"]
mod site;
#[cfg(test)]
#[path = "cli/sweep.rs"]
mod sweep;
