//! Some of the facilities, by what planners know of them.

use catchment::Facility;
use serde::{Deserialize, Serialize};

/// Which facilities: those that fit every key that is written. A key that is left out asks nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Only {
    /// Any of these kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kind: Vec<String>,
    /// Any of these tiers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tier: Vec<String>,
    /// With any of these services.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Of any of these owners.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owner: Vec<String>,
    /// Of none of these owners (不含市属); those of an unknown owner stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owner_not: Vec<String>,
}

impl Only {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Only::default()
    }

    /// Whether a facility is one of them. Words are the same whatever their case.
    pub fn admits(&self, facility: &Facility) -> bool {
        let record = &facility.record;
        let same = |asked: &str, own: &str| asked.trim().to_lowercase() == own.trim().to_lowercase();
        let any = |asked: &[String], own: &[&str]| asked.is_empty() || asked.iter().any(|asked| own.iter().any(|own| same(asked, own)));
        let owner: Vec<&str> = record.owner.as_deref().into_iter().collect();
        let tags: Vec<&str> = record.tags.iter().map(String::as_str).collect();
        any(&self.kind, &[&facility.kind])
            && any(&self.tier, &record.tier.as_deref().into_iter().collect::<Vec<_>>())
            && any(&self.tags, &tags)
            && any(&self.owner, &owner)
            && (self.owner_not.is_empty() || !any(&self.owner_not, &owner))
    }
}
