//! Labels as searches hold them: cost and facility in one number, so that the lower number is the better label.

use super::Label;
use crate::ids::FacilityId;
use crate::units::Cost;

/// No path.
pub(super) const UNREACHED: u64 = u64::MAX;

pub(super) fn packed(cost: Cost, facility: FacilityId) -> u64 {
    u64::from(cost.0) << 32 | u64::from(facility.0)
}

/// The label of a place from which it costs `cost` more.
pub(super) fn longer(label: u64, cost: Cost) -> u64 {
    label.saturating_add(u64::from(cost.0) << 32)
}

/// Its cost, in units.
pub(super) fn cost(label: u64) -> u32 {
    (label >> 32) as u32
}

/// Labels up to `bound`, inclusive, lie below this; none without a path does.
pub(super) fn limit(bound: Cost) -> u64 {
    u64::from(bound.0.min(u32::MAX - 1) + 1) << 32
}

pub(super) fn unpacked(label: u64) -> Label {
    let cost = Cost(cost(label));
    if cost.is_reached() { Label { cost, facility: FacilityId(label as u32) } } else { Label::UNREACHED }
}
