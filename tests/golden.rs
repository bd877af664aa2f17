//! Whole studies on real data, against numbers that another program found.
//!
//! The literals of Malta and Liechtenstein are those of `benches/peers/coverage_reference.py` (pyosmium, scipy, shapely, pyproj), which
//! shares no code and no intermediate file with this project; people and area covered must agree within 0.5 percentage points.

#[cfg(test)]
#[path = "golden/reference.rs"]
mod reference;

#[cfg(test)]
#[path = "golden/access.rs"]
mod access;
#[cfg(test)]
#[path = "golden/drives.rs"]
mod drives;
#[cfg(test)]
#[path = "golden/porto_alegre.rs"]
mod porto_alegre;
#[cfg(test)]
#[path = "golden/road_lines.rs"]
mod road_lines;
#[cfg(test)]
#[path = "golden/shapes.rs"]
mod shapes;
#[cfg(test)]
#[path = "golden/siting.rs"]
mod siting;
#[cfg(test)]
#[path = "golden/two_countries.rs"]
mod two_countries;
