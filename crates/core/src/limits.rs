//! Limits by zone: a new town may have another limit than the main city.

use crate::check::{self, InputError};
use crate::ids::ZoneId;
use crate::units::{Limit, Metric};

/// The limit of every zone: one for all, or one a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits<'a> {
    general: Limit,
    zones: &'a [Limit],
}

impl<'a> Limits<'a> {
    /// One limit everywhere.
    pub fn same(limit: Limit) -> Limits<'static> {
        Limits { general: limit, zones: &[] }
    }

    /// One limit a zone, by its id; `general` outside all zones, and where `zones` is empty.
    ///
    /// # Errors
    ///
    /// [`InputError::Metric`] where a zone's limit is of another metric than the general one: costs count in one metric alone.
    pub fn by_zone(general: Limit, zones: &'a [Limit]) -> Result<Limits<'a>, InputError> {
        check::limits("zone limits", zones, general.metric)?;
        Ok(Limits { general, zones })
    }

    /// The same of limits that are checked elsewhere.
    pub(crate) fn checked(general: Limit, zones: &'a [Limit]) -> Limits<'a> {
        Limits { general, zones }
    }

    /// Checks that they count what the costs of a network do, and that there is one for each of so many zones, or for none.
    pub(crate) fn check_in(&self, metric: Metric, zones: usize) -> Result<(), InputError> {
        self.check(metric)?;
        if self.zones.is_empty() { Ok(()) } else { check::length("zone limits", self.zones.len(), "zone", zones) }
    }

    /// Checks that they count what the costs of a network do.
    pub(crate) fn check(&self, metric: Metric) -> Result<(), InputError> {
        check::limit("the limit", self.general, metric)?;
        check::limits("zone limits", self.zones, metric)
    }

    /// The limit that applies in a zone; the general one outside all.
    pub fn of(&self, zone: Option<ZoneId>) -> Limit {
        let own = zone.and_then(|zone| self.zones.get(zone.index()));
        own.copied().unwrap_or(self.general)
    }

    /// The longest limit that applies anywhere: a search need not go farther.
    pub fn greatest(&self) -> Limit {
        let zones = (0..self.zones.len()).map(|z| self.of(Some(ZoneId::at(z))));
        zones.fold(self.general, |greatest, limit| if limit.cost > greatest.cost { limit } else { greatest })
    }

    /// Every limit that applies somewhere, once, the shortest first.
    pub fn all(&self) -> Vec<Limit> {
        let zones = (0..self.zones.len()).map(|z| self.of(Some(ZoneId::at(z))));
        let mut all: Vec<Limit> = zones.chain([self.general]).collect();
        all.sort_by_key(|limit| limit.cost);
        all.dedup();
        all
    }

    /// Whether some zone has another limit than the general one.
    pub fn differ(&self) -> bool {
        (0..self.zones.len()).any(|z| self.of(Some(ZoneId::at(z))) != self.general)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(text: &str) -> Limit {
        text.parse().unwrap()
    }

    #[test]
    fn a_zone_has_its_own_limit_and_the_outside_the_general_one() {
        let zones = ["10min", "30min"].map(limit);
        let limits = Limits::by_zone(limit("15min"), &zones).unwrap();
        let of = |z: u32| limits.of(Some(ZoneId(z)));
        // there is no third zone
        assert_eq!([of(0), of(1), of(2), limits.of(None)], ["10min", "30min", "15min", "15min"].map(limit));
        assert_eq!((limits.greatest(), limits.differ()), (limit("30min"), true));
        assert_eq!(limits.all(), ["10min", "15min", "30min"].map(limit));
    }

    #[test]
    fn one_limit_everywhere_does_not_differ() {
        let zones = ["15min", "900s"].map(limit);
        assert!(!Limits::by_zone(limit("15min"), &zones).unwrap().differ());
        assert!(!Limits::same(limit("15min")).differ());
        assert_eq!(Limits::same(limit("15min")).of(Some(ZoneId(7))), limit("15min"));
        assert_eq!(Limits::by_zone(limit("15min"), &["1min"].map(limit)).unwrap().greatest(), limit("15min"));
        // three kilometres are no time
        assert!(Limits::by_zone(limit("15min"), &["1min", "3km"].map(limit)).is_err());
    }
}
