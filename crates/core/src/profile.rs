//! Profiles: which ways a traveller may use, in which direction, at which speed.

mod drive;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use drive::{AMBULANCE, BarrierUse, Drive};

/// The walking profile as it ships, in TOML, with a comment on every value.
pub const WALK: &str = include_str!("walk.toml");

/// How a way of some class is treated where no other tag decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassAccess {
    /// Used.
    Open,
    /// Not used, unless a tag for this traveller opens it.
    Closed,
    /// Not used whatever else is tagged: not built, or no longer there.
    Never,
}

/// Which ways a walker or, with [`Profile::drive`], a vehicle may use, in which direction, at which speed.
///
/// For walkers (for vehicles see [`Drive`]):
///
/// | tag | effect |
/// |---|---|
/// | `highway=*` | by the table `highway`: `open`, `closed` or `never`; a class that is not listed is closed |
/// | `foot=yes, designated, …` (`opening_values`) | opens a closed class, `access=no`, `motorroad=yes` and a separate sidewalk; not a class that is `never` open |
/// | `foot=no, private, use_sidepath` (`closing_values`) | shuts the way |
/// | `access=no, private` (`closing_values`) | shuts the way where `foot` does not say otherwise |
/// | `motorroad=yes` | shuts the way (`motorroad = "open"` changes that) |
/// | `sidewalk=separate` | shuts the classes in `sidewalk_separate`: the sidewalk is mapped as a way of its own |
/// | `oneway:foot=yes, 1, -1` | one direction; the `oneway` of vehicles does not bind walkers |
/// | `area=yes` | the outline is walked |
/// | `highway=steps` | at `steps_m_s` |
/// | `route=ferry` | only with `ferry = true`; at the speed of `duration=*` where tagged, else `ferry_m_s` |
/// | crossing with signals (node) | `crossing_delay_s` |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Walking speed, metres a second. For a vehicle, of the straight-line comparison alone.
    pub speed_m_s: f64,
    /// Speed on steps, metres a second.
    pub steps_m_s: f64,
    /// Speed on the straight leg between a point and the road, metres a second.
    pub access_speed_m_s: f64,
    /// Other walking speeds, metres a second, at which coverage stands beside a headline: a slow and a brisk one. Empty for none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub range_m_s: Vec<f64>,
    /// Longest straight leg, metres.
    pub snap_m: f64,
    /// Fewest nodes that a connected piece of the network must have for a point to be linked to it.
    pub min_component: u32,
    /// Waiting at a crossing with signals, seconds.
    pub crossing_delay_s: f64,
    /// Road distance over straight-line distance, for the straight-line comparison only.
    pub detour_factor: f64,
    /// Whether ferries are used.
    pub ferry: bool,
    /// Speed of a ferry without a `duration`, metres a second.
    pub ferry_m_s: f64,
    /// Values of `foot`, and in its absence of `access`, that shut a way; for a vehicle, of its [`Drive::access_keys`].
    pub closing_values: Vec<String>,
    /// Values of `foot` (for a vehicle, of its [`Drive::access_keys`]) that open a way whatever its class.
    pub opening_values: Vec<String>,
    /// What `motorroad=yes` does.
    pub motorroad: ClassAccess,
    /// Classes that `sidewalk=separate` shuts.
    pub sidewalk_separate: Vec<String>,
    /// What each value of `highway` does.
    pub highway: BTreeMap<String, ClassAccess>,
    /// What a vehicle adds; none for walkers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drive: Option<Drive>,
}

/// The speeds of a way by direction, metres a second; `None` where it is shut.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WayUse {
    /// In the direction in which it is drawn.
    pub forward_m_s: Option<f64>,
    /// Against it.
    pub backward_m_s: Option<f64>,
}

impl WayUse {
    /// Whether it can be used at all.
    pub fn is_open(&self) -> bool {
        self.forward_m_s.is_some() || self.backward_m_s.is_some()
    }
}

/// A profile that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// Not TOML, or a key of the wrong name or kind.
    #[error("profile: {0}")]
    Toml(#[from] toml::de::Error),
    /// A value out of its range.
    #[error("profile: {key} is {value}; expected {expected}")]
    Range {
        /// The key.
        key: &'static str,
        /// What it holds.
        value: f64,
        /// What it may hold.
        expected: &'static str,
    },
    /// A class that vehicles use, at no speed.
    #[error("profile: highway.{class} is open, but drive.speeds_km_h has no speed for it")]
    NoSpeed {
        /// The class.
        class: String,
    },
}

impl Profile {
    /// The tags of a way that [`Profile::classify`] reads for walkers.
    const WALK_TAGS: [&str; 8] = ["access", "duration", "foot", "highway", "motorroad", "oneway:foot", "route", "sidewalk"];

    /// The built-in walking profile, [`WALK`].
    ///
    /// # Errors
    ///
    /// None in practice: the text ships with the crate and a test reads it.
    pub fn walk() -> Result<Profile, ProfileError> {
        Profile::from_toml(WALK)
    }

    /// The built-in ambulance profile, [`AMBULANCE`].
    ///
    /// # Errors
    ///
    /// None in practice: the text ships with the crate and a test reads it.
    pub fn ambulance() -> Result<Profile, ProfileError> {
        Profile::from_toml(AMBULANCE)
    }

    /// Whether [`Profile::classify`] reads a tag of ways: ways alike in these tags are used alike.
    pub fn reads(&self, key: &str) -> bool {
        match &self.drive {
            None => Profile::WALK_TAGS.contains(&key),
            Some(drive) => drive.reads(key),
        }
    }

    /// Reads a profile in TOML.
    ///
    /// # Errors
    ///
    /// [`ProfileError`] names the key.
    pub fn from_toml(text: &str) -> Result<Profile, ProfileError> {
        let profile: Profile = toml::from_str(text)?;
        profile.check()?;
        Ok(profile)
    }

    /// Checks that every number is in its range.
    ///
    /// # Errors
    ///
    /// [`ProfileError::Range`] names the first that is not.
    pub fn check(&self) -> Result<(), ProfileError> {
        for (key, value) in [
            ("speed_m_s", self.speed_m_s),
            ("steps_m_s", self.steps_m_s),
            ("access_speed_m_s", self.access_speed_m_s),
            ("ferry_m_s", self.ferry_m_s),
        ] {
            range(key, value, value > 0.0 && value <= 100.0, "a speed above 0 and at most 100 m/s")?;
        }
        for speed in &self.range_m_s {
            range("range_m_s", *speed, *speed > 0.0 && *speed <= 100.0, "speeds above 0 and at most 100 m/s")?;
        }
        range("snap_m", self.snap_m, (0.0..=100_000.0).contains(&self.snap_m), "0 to 100,000 m")?;
        let delay = self.crossing_delay_s;
        range("crossing_delay_s", delay, (0.0..=3600.0).contains(&delay), "0 to 3,600 s")?;
        range("detour_factor", self.detour_factor, (1.0..=10.0).contains(&self.detour_factor), "1 to 10")?;
        self.drive.as_ref().map_or(Ok(()), |drive| drive.check(&self.highway))
    }

    /// How a way with these tags is used; `tag` is asked for tags that [`Profile::reads`] alone, and `length_m` is its length, for ferries with a `duration`.
    pub fn classify<'t>(&self, tag: impl Fn(&str) -> Option<&'t str>, length_m: impl Fn() -> f64) -> WayUse {
        if let Some(drive) = &self.drive {
            return drive.classify(self, &tag, length_m);
        }
        let Some(speed) = self.way_speed(&tag, length_m) else { return WayUse::default() };
        let (forward, backward) = match tag("oneway:foot") {
            Some("yes" | "1" | "true") => (true, false),
            Some("-1" | "reverse") => (false, true),
            _ => (true, true),
        };
        WayUse { forward_m_s: forward.then_some(speed), backward_m_s: backward.then_some(speed) }
    }

    fn way_speed<'t>(&self, tag: &impl Fn(&str) -> Option<&'t str>, length_m: impl Fn() -> f64) -> Option<f64> {
        let Some(class) = tag("highway") else {
            let ferry = self.ferry && tag("route") == Some("ferry") && !self.shuts(tag("foot").or(tag("access")));
            return ferry.then(|| tag("duration").and_then(seconds).map_or(self.ferry_m_s, |s| length_m() / s));
        };
        let access = self.highway.get(class).copied().unwrap_or(ClassAccess::Closed);
        let foot = tag("foot");
        let opened = foot.is_some_and(|value| self.opening_values.iter().any(|v| v == value));
        let usable = match access {
            ClassAccess::Never => false,
            _ if self.shuts(foot) => false,
            _ if opened => true,
            ClassAccess::Closed => false,
            ClassAccess::Open => {
                !self.shuts(tag("access"))
                    && (self.motorroad == ClassAccess::Open || tag("motorroad") != Some("yes"))
                    && !(tag("sidewalk") == Some("separate") && self.sidewalk_separate.iter().any(|c| c == class))
            }
        };
        usable.then_some(if class == "steps" { self.steps_m_s } else { self.speed_m_s })
    }

    fn shuts(&self, value: Option<&str>) -> bool {
        value.is_some_and(|value| self.closing_values.iter().any(|v| v == value))
    }
}

fn range(key: &'static str, value: f64, holds: bool, expected: &'static str) -> Result<(), ProfileError> {
    if holds { Ok(()) } else { Err(ProfileError::Range { key, value, expected }) }
}

/// Seconds of an OpenStreetMap duration: `HH:MM`, `HH:MM:SS` or plain minutes.
fn seconds(text: &str) -> Option<f64> {
    let parts: Vec<f64> = text.split(':').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let value = match parts.as_slice() {
        [minutes] => minutes * 60.0,
        [hours, minutes] => hours * 3600.0 + minutes * 60.0,
        [hours, minutes, seconds] => hours * 3600.0 + minutes * 60.0 + seconds,
        _ => return None,
    };
    (value.is_finite() && value > 0.0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(tags: &[(&str, &'static str)]) -> WayUse {
        let profile = Profile::walk().unwrap();
        profile.classify(|key| tags.iter().find(|(k, _)| *k == key).map(|(_, v)| *v), || 1000.0)
    }

    fn both(speed: f64) -> WayUse {
        WayUse { forward_m_s: Some(speed), backward_m_s: Some(speed) }
    }

    #[test]
    fn the_table_of_the_docs() {
        let shut = WayUse::default();
        assert_eq!(walked(&[("highway", "residential"), ("oneway", "yes")]), both(1.2));
        assert_eq!(walked(&[("highway", "steps")]), both(0.6));
        assert_eq!(walked(&[("highway", "trunk")]), both(1.2));
        assert_eq!(walked(&[("highway", "trunk"), ("motorroad", "yes")]), shut);
        assert_eq!(walked(&[("highway", "trunk"), ("sidewalk", "separate")]), shut);
        assert_eq!(walked(&[("highway", "trunk"), ("foot", "no")]), shut);
        assert_eq!(walked(&[("highway", "trunk"), ("sidewalk", "separate"), ("foot", "yes")]), both(1.2));
        assert_eq!(walked(&[("highway", "primary"), ("sidewalk", "separate")]), both(1.2));
        assert_eq!(walked(&[("highway", "motorway")]), shut);
        assert_eq!(walked(&[("highway", "motorway"), ("foot", "designated")]), both(1.2));
        assert_eq!(walked(&[("highway", "construction"), ("foot", "yes")]), shut);
        assert_eq!(walked(&[("highway", "service"), ("access", "private")]), shut);
        assert_eq!(walked(&[("highway", "service"), ("access", "private"), ("foot", "permissive")]), both(1.2));
        assert_eq!(walked(&[("highway", "track"), ("foot", "use_sidepath")]), shut);
        assert_eq!(walked(&[("highway", "a_new_kind")]), shut);
        assert_eq!(walked(&[("route", "ferry")]), shut);
        let down = walked(&[("highway", "footway"), ("oneway:foot", "yes")]);
        assert_eq!(down, WayUse { forward_m_s: Some(1.2), backward_m_s: None });
    }

    #[test]
    fn ferries_take_their_duration() {
        let profile = Profile { ferry: true, ..Profile::walk().unwrap() };
        let speed = |tags: &[(&str, &'static str)]| {
            profile.classify(|key| tags.iter().find(|(k, _)| *k == key).map(|(_, v)| *v), || 1200.0).forward_m_s
        };
        assert_eq!(speed(&[("route", "ferry"), ("duration", "00:10")]), Some(2.0));
        assert_eq!(speed(&[("route", "ferry"), ("duration", "soon")]), Some(5.0));
        assert_eq!(speed(&[("route", "ferry"), ("foot", "no")]), None);
    }

    #[test]
    fn bad_values_are_named() {
        let text = WALK.replace("speed_m_s         = 1.2 ", "speed_m_s         = 0 ");
        assert!(Profile::from_toml(&text).unwrap_err().to_string().contains("speed_m_s is 0"));
        assert!(Profile::from_toml("sped = 1").unwrap_err().to_string().contains("sped"));
    }
}
