//! What the roads of a plan's profiles need of an extract, beside the ways: signals, barriers at nodes, turn restrictions.

use catchment::Profile;

use super::roads::is_signal;
use crate::osm::{Kind, TagView};

/// The profiles that roads are read for.
#[derive(Debug, Clone, Default)]
pub(super) struct RoadNeeds(pub Vec<Profile>);

impl RoadNeeds {
    fn signals(&self) -> bool {
        self.0.iter().any(|profile| profile.crossing_delay_s > 0.0)
    }

    fn drives(&self) -> bool {
        self.0.iter().any(|profile| profile.drive.is_some())
    }

    /// Whether a tag may be the reason to keep a node or a relation.
    pub(super) fn looks_at(&self, kind: Kind, key: &str) -> bool {
        match kind {
            Kind::Node => (self.signals() && (key == "highway" || key == "crossing")) || (self.drives() && key == "barrier"),
            Kind::Way => false,
            Kind::Relation => self.drives() && is_restriction_key(key),
        }
    }

    /// Whether a node or a relation is needed; it has a tag that is looked at.
    pub(super) fn selects(&self, kind: Kind, tags: TagView<'_>) -> bool {
        match kind {
            Kind::Node => (self.signals() && is_signal(|key| tags.get(key))) || (self.drives() && tags.get("barrier").is_some()),
            Kind::Way => false,
            Kind::Relation => self.drives() && tags.iter().any(|(key, _)| is_restriction_key(key)),
        }
    }

    /// Whether a tag of ways says how they are used.
    pub(super) fn line_key(&self, key: &str) -> bool {
        self.0.iter().any(|profile| profile.reads(key))
    }

    /// Whether a tag of such nodes and relations is read.
    pub(super) fn keeps_key(&self, key: &str) -> bool {
        let access = |profile: &Profile| profile.drive.as_ref().is_some_and(|drive| drive.access_keys.iter().any(|own| own == key));
        let driving = || matches!(key, "barrier" | "locked" | "emergency" | "except" | "type") || is_restriction_key(key);
        key == "highway" || key == "crossing" || (self.drives() && driving()) || self.0.iter().any(access)
    }
}

/// Whether a tag says a turn restriction, for all vehicles or for some.
pub(super) fn is_restriction_key(key: &str) -> bool {
    key == "restriction" || key.starts_with("restriction:")
}
