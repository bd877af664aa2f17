//! Shapes of a plan's services: isochrones, reached roads, and the audit of polygons. Each is a command of its own.

mod audit;
mod dictionary;
mod isochrones;
mod made;
mod own;
mod reach;
mod studied;

pub use audit::{AuditAsk, LayerAudit, Points, audit_layer};
pub use isochrones::{IsochroneAsk, IsochroneRow, isochrones};
pub use made::Made;
pub use own::{AUDIT_TOLERANCE, OwnAudit};
pub use reach::{ReachAsk, ReachRow, reach};
pub use studied::Ask;

pub(crate) use dictionary::audit_own;
pub(crate) use own::{audit_coverage, files as audit_files};
