//! Response: what a plan asks of ambulances. Who is reached when, how far stations are, what falls to each, what lies along a corridor.
//!
//! All of it is with **all vehicles at their stations** (车辆全部在站): the nearest station answers every call. Calls that come while a
//! station's vehicles are out are answered from farther away, so that times on record are longer.

mod areas;
mod corridors;
mod costs;
mod radius;
mod stations;

pub use areas::service_areas;
pub use corridors::{Stretch, stretches};
pub use costs::{CostRow, CostTable, assess_demand};
pub use radius::{Circles, Farthest, RadiusReport, nominal_radius_m, radius, stations_for_radius};
pub use stations::{StationReport, stations};
