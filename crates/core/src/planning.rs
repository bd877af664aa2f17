//! The planning office: what plans say in numbers beside coverage. No module here knows of roads; access is given costs.

mod access;
mod equity;
mod indicators;
mod norms;

pub use access::{Access, AccessRules, Decay, FloatingCatchment, ReachTable, access};
pub use equity::{
    Agglomeration, GroupShare, LogBase, TheilParts, Undefined, agglomeration, gini, lorenz, max_min_ratio, mean_absolute_deviation, palma,
    theil_l, theil_parts, theil_t, variation,
};
pub use indicators::{Operator, Ratio, Rounding, Target};
pub use norms::{Combine, Need, NormStatus, Verdict, WholeNumbers, judge};
