//! Facility-coverage analysis for public health: *who cannot reach care, where are they, what would change that?*
//!
//! This crate holds the types and the algorithms. It opens no file, knows no coordinate reference system, prints nothing: everything is
//! in metres of one plane. `catchment-io` reads files and projects them; the command line `catchment` is built on both.
//!
//! | question | here |
//! |---|---|
//! | who is covered, where are the gaps? | [`analyse`] joins the stages below for one [`Service`] of a [`Study`] |
//! | which ways does a walker use, how fast? | [`Profile`] |
//! | what is the road network? | [`RoadNetwork`], built from [`Roads`]; petgraph's algorithms run on it |
//! | which road does a point belong to? | [`EdgeGrid`], [`Linkage`] |
//! | what keeps people from it? | [`Barriers`] |
//! | what does it cost to reach the nearest facility? | [`Sources::nearest_facility`]; one facility alone: [`Sources::catchment`] |
//! | how many people does each facility have within its limit? | [`Sources::catchments`] |
//! | what does it cost from each facility to each point? | [`Sources::coverage_rows`], a row at a time |
//! | what if one facility opens or closes? | [`WhatIf`], with undo; the gaps of the zones that it touched: [`ZoneGaps`] |
//! | what does each project of a plan add, in the order of building? | [`build_in_order`] |
//! | what lies nearby, in a straight line? | R-trees: [`FacilityIndex`], [`DemandIndex`], [`ZoneIndex`] |
//! | where do people live within a zone? | [`spread()`] |
//! | how much ground is covered, of which ground? | [`Ground`], [`Mask`], [`CostField`] |
//! | does another kind of town have another limit? | [`Limits`] |
//! | how many people, by zone? | [`CoverageTable`] |
//! | where are the blind spots? | [`Gaps`] |
//! | when does an ambulance come, how far are stations? | [`CostTable`], [`radius()`], [`stations()`], [`service_areas`], [`stretches`] |
//! | does a town have what the norms ask for? | [`Need`], [`judge`]; indicators: [`Ratio`], [`Target`] |
//! | how evenly is it spread? | [`gini`], [`lorenz`], [`theil_l`], [`theil_parts`], [`palma`], [`agglomeration`] |
//! | how much can each person draw on? | [`access()`]: floating catchment areas on the costs of [`reach_table`] |
//! | and with another limit, or another speed? | [`Service::sweep`]; [`cover`] measures coverage alone |
//!
//! Costs are whole milliseconds or millimetres ([`Cost`]), people whole millionths ([`People`]), ground whole mm² ([`SquareMm`]): sums are
//! exact, a limit is inclusive, and the same input gives the same bytes on any number of threads.
//!
//! Start with the example of [`analyse`].

pub use geo;

mod along;
mod analysis;
mod assess;
mod audit;
mod barriers;
mod cells;
mod coverage;
mod curve;
mod far;
mod findings;
mod gap_facts;
mod gaps;
mod ground;
mod ids;
mod index;
mod input;
mod isochrone;
mod limits;
mod link;
mod locate;
mod mask;
mod network;
mod outline;
mod planning;
mod profile;
mod progress;
mod random;
mod raster;
mod reach;
mod reached;
mod relief;
mod response;
mod rims;
mod scenario;
mod search;
mod sensitivity;
mod simplify;
mod spread;
mod survey;
mod tile;
mod turns;
mod units;
mod visit;
mod warnings;
mod zone_gaps;

pub use analysis::{FacilityReport, Report, Service, Study, analyse, cover, reach_table};
pub use assess::{Assessment, ByStatus, Status, assess};
pub use audit::{Audit, AuditRules, Fault, Offender, audit};
pub use barriers::{Barrier, BarrierShape, Barriers};
pub use cells::{Cell, Grid, Part, moments, signed_area, split};
pub use coverage::{CostSummary, Coverage, CoverageTable, Measured, measure};
pub use curve::CurvePoint;
pub use findings::{Accepted, CheckError, Checks, Finding, FindingKind, Measure, Severity, Stage, UnknownKind};
pub use gap_facts::{GapFacts, GapSources, NearPlace};
pub use gaps::{Gap, GapGround, GapRules, Gaps, INHABITED_M, Traced, Unlisted, trace};
pub use ground::{Ground, GroundError, GroundRules, SquareMm, Window};
pub use ids::{DemandId, EdgeId, FacilityId, NodeId, PlaceId, ZoneId};
pub use index::{DemandIndex, FacilityIndex, PlaceIndex, PointIndex, ZoneIndex};
pub use input::{Demand, Facility, FacilityRecord, FacilityStatus, Group, Place, RoadSegment, Roads, Zone};
pub use isochrone::{Isochrone, IsochroneRules, NothingReached, isochrones, rings};
pub use limits::Limits;
pub use link::{EdgeGrid, LinkRules, LinkStatus, Linkage, Snap, Snaps};
pub use locate::{
    Column, ExactSolver, Located, Program, ProgramRow, Quota, Site, Siting, SitingError, SitingModel, SitingOptions, Solved, locate,
    locate_with,
};
pub use mask::Mask;
pub use network::{Arc, Edge, Incident, Incidents, NetworkError, NetworkParts, RoadCut, RoadCutter, RoadNetwork};
pub use planning::{
    Access, AccessRules, Agglomeration, Combine, Decay, FloatingCatchment, GroupShare, LogBase, Need, NormStatus, Operator, Ratio,
    ReachTable, Rounding, Target, TheilParts, Undefined, Verdict, WholeNumbers, access, agglomeration, gini, judge, lorenz, max_min_ratio,
    mean_absolute_deviation, palma, theil_l, theil_parts, theil_t, variation,
};
pub use profile::{AMBULANCE, BarrierUse, ClassAccess, Drive, Profile, ProfileError, WALK, WayUse};
pub use progress::{Cancelled, NoProgress, Progress, begin};
pub use raster::CostRaster;
pub use reach::{CellCost, CostField, REFINE};
pub use reached::{Interval, ReachedEdges, ReachedLine};
pub use response::{
    Circles, CostRow, CostTable, Farthest, RadiusReport, StationReport, Stretch, assess_demand, nominal_radius_m, radius, service_areas,
    stations, stations_for_radius, stretches,
};
pub use scenario::{Project, ProjectEffect, build_in_order};
pub use search::{Catchment, Change, Direction, KnownLabels, Label, NearestFacility, Residents, SearchSpace, Sources, WhatIf};
pub use sensitivity::{BarrierEffect, Sensitivity, nodes_beyond_zones};
pub use spread::{SpreadNote, SpreadRules, Surface, apportion, spread};
pub use tile::{FacilityLink, TILE_MARGIN, Tile, TileError, TilePart, TileScope, analyse_tile, halo_m, join_tiles, tile_scopes};
pub use turns::{Heading, TURN_DEGREES, TurnKind, TurnRule, Turns, Unfolded};
pub use units::{Cost, Limit, Metric, People, UnitError, parse_speed};
pub use visit::{AllArcs, ArcRef, Arcs, Neighbors, Nodes, Visited};
pub use warnings::SAME_SPOT_M;
pub use zone_gaps::ZoneGaps;
