//! Minimum amounts: what every facility of a kind should have at least, floor area by whom it serves.

use serde::Serialize;

use super::office::{Office, Place};
use super::standards::Minimum;

/// A facility held against a minimum.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MinimumRow {
    /// The minimum.
    pub minimum: String,
    /// The facility.
    pub facility_id: String,
    /// Its name.
    pub facility_name: String,
    /// Its tier.
    pub tier: Option<String>,
    /// The zone that it stands in.
    pub zone_id: Option<String>,
    /// Its name.
    pub zone_name: Option<String>,
    /// What is looked at.
    pub amount: String,
    /// How much of it the facility has.
    pub have: Option<f64>,
    /// Whom it serves.
    pub served: Option<f64>,
    /// How much it should have.
    pub asked: Option<f64>,
    /// How much is missing.
    pub gap: Option<f64>,
    /// Whether it has enough; empty where something is not known.
    pub met: Option<bool>,
}

impl Office {
    /// Every facility that a minimum is for.
    pub fn minimums(&self) -> Vec<MinimumRow> {
        self.standards.minimums.iter().flat_map(|minimum| self.minimum(minimum)).collect()
    }

    fn minimum(&self, minimum: &Minimum) -> Vec<MinimumRow> {
        let mut met = std::collections::BTreeSet::new();
        let mut rows = Vec::new();
        for own in &self.facilities.all {
            let facility = &own.facility;
            let in_set = minimum.facilities.as_ref().is_none_or(|set| *set == own.set);
            if !in_set
                || !minimum.only.admits(facility)
                || !facility.is_open(self.year)
                || !met.insert((&facility.id, facility.location.x.to_bits(), facility.location.y.to_bits()))
            {
                continue;
            }
            let amounts = &facility.record.amounts;
            let of_zone = |quantity: &str| self.value(quantity, Place::Zone(own.zone?), self.year).ok().map(|value| value.value);
            let served = minimum.served.as_ref().and_then(|served| amounts.get(served).copied().or_else(|| of_zone(served)));
            let (have, asked) = (amounts.get(&minimum.amount).copied(), minimum.asks(served));
            let both = have.zip(asked);
            rows.push(MinimumRow {
                minimum: minimum.id.clone(),
                facility_id: facility.id.clone(),
                facility_name: facility.name.clone(),
                tier: facility.record.tier.clone(),
                zone_id: own.zone.map(|zone| self.zones[zone].id.clone()),
                zone_name: own.zone.map(|zone| self.zones[zone].name.clone()),
                amount: minimum.amount.clone(),
                have,
                served,
                asked,
                gap: both.map(|(have, asked)| (asked - have).max(0.0)),
                met: both.map(|(have, asked)| have >= asked),
            });
        }
        rows
    }
}
