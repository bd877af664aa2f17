//! The only door for files and for reprojection: reads and writes the formats, and turns coordinates into metres and back.
//!
//! A [`Plan`] names files; [`run()`] loads them from [`Files`] (a [`Folder`], or [`InMemory`]), answers every service with
//! [`catchment::analyse`], and [`write()`] puts the results into a folder. See the example of [`run()`].

mod access;
pub mod batch;
mod changes;
mod checks;
mod convert;
pub mod crs;
mod error;
mod files;
mod gate;
mod geokeys;
mod inspect;
mod inspect_raster;
mod load;
pub mod map;
pub mod osm;
mod out;
pub mod plan;
pub mod planning;
pub mod prepared;
mod range;
mod referrals;
mod response;
mod run;
mod scenarios;
mod sensitivity;
mod shape;
mod shapes;
mod siting;
mod solver;
mod sweep;
mod write;

pub use access::{AccessRun, ZoneAccess};
pub use convert::{ConvertAsk, Converted, convert};
pub use error::Error;
pub use files::{Files, Folder, InMemory, InputFile};
pub use gate::{check, count};
pub use inspect::{Against, Field, InZone, Inspection, inspect};
pub use inspect_raster::{RasterInspection, inspect_raster};
pub use load::{
    Corridor, EXTENT_MARGIN_M, ExtentBasis, ExtractRoads, Inputs, MaskPolygons, PeriodRoads, RoadExtent, load, prepare, read_roads,
};
pub use out::{Claim, OutFile, OutFolder, Placed, Results, write};
pub use plan::{Plan, PlanError};
pub use referrals::ReferralRun;
pub use response::{DRIVEN_LEGS_M_S, ResponseRun, ResponseTimes};
pub use run::{NetworkFacts, Run, SpeedPoint, run};
pub use scenarios::{Compared, Comparison, ProjectRow, WithoutBaseline, compare};
pub use shapes::{
    AUDIT_TOLERANCE, Ask, AuditAsk, IsochroneAsk, IsochroneRow, LayerAudit, Made, OwnAudit, Points, ReachAsk, ReachRow, audit_layer,
    isochrones, reach,
};
pub use siting::{APART_M, AlternativeRow, Candidate, EvaluationRow, FrontierRow, PROPOSED, QuotaRow, SiteRow, SitingRun, site, sited};
pub use solver::Cbc;
pub use sweep::Sweep;
pub use write::{
    AreaError, SweepPoint, area_error, km2, mask_zh, most_uncovered, people_sentence, render, response_sentences, sentence, side_by_side,
    side_by_side_zh, steers, sweep_points, thousands, title, warning_lines,
};
