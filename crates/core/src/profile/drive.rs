//! Vehicles: which ways they use, in which direction, how fast.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ClassAccess, Profile, ProfileError, WayUse, range};

/// The ambulance profile as it ships, in TOML, with a comment on every value.
pub const AMBULANCE: &str = include_str!("../ambulance.toml");

/// What a vehicle's profile says beside the rest of a [`Profile`].
///
/// | tag | effect | may an ambulance ignore it? |
/// |---|---|---|
/// | `highway=*` | by the tables `highway` and `drive.speeds_km_h` | no |
/// | `motorcar`, `motor_vehicle`, `vehicle`, `access` (the first that is there) | `closing_values` shut the way, `opening_values` open a closed class (`access` only tracks) | `private` is open by default |
/// | `emergency=yes, designated, official` / `no` | opens / shuts, before all others | that is what it says |
/// | `oneway=yes, 1, true, -1, reverse`; `reversible`; `alternating` | one direction; none; both | no (`oneway = false`) |
/// | `oneway:emergency`, `oneway:motorcar`, … (`access_keys`) | before `oneway` | no |
/// | `junction=roundabout, circular`, `highway=motorway` | one direction unless `oneway=no` | no |
/// | `maxspeed`, `maxspeed:forward`, `maxspeed:backward` | the lower of it and the class speed | no (`maxspeed = false`) |
/// | `service=*`, `surface=*` | at most `service_km_h`, `surface_km_h` | no |
/// | `type=restriction` (relation): `no_*`, `only_*`, `except` | turns forbidden or the only ones | no (`turn_restrictions = false`), yes with `except=emergency` |
/// | turns of more than 45° | `turn_delay_s`; where it is above 0, nobody turns back at a junction but at dead ends | 0 by default: one may turn back at junctions without a rule |
/// | traffic signals (node) | `crossing_delay_s` | yes: 0 by default |
/// | `barrier=bollard, block, …` (node) | shut, unless `emergency=yes` or a vehicle's own access (not `access`) | no |
/// | `barrier=gate, lift_gate, swing_gate, sliding_gate` (node) | `gate_delay_s` | opened: 0 by default; `locked=yes` without access shuts it. Any barrier is shut by `emergency=no` and by `closing_values` |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drive {
    /// Keys that say whether a vehicle may use a way or pass a barrier, the most special first.
    pub access_keys: Vec<String>,
    /// Whether `emergency=*` comes before them.
    pub emergency: bool,
    /// Speed on a way of a closed class that a tag opens, km/h.
    pub opened_km_h: f64,
    /// Whether one-way streets are obeyed.
    pub oneway: bool,
    /// Whether speed limits below the speed of the class are obeyed.
    pub maxspeed: bool,
    /// What all speeds are multiplied by.
    pub speed_factor: f64,
    /// Whether turn restrictions are obeyed.
    pub turn_restrictions: bool,
    /// What a turn of more than 45 degrees at a junction costs, seconds.
    pub turn_delay_s: f64,
    /// Values of `barrier` at a node that shut the road there.
    pub closed_barriers: Vec<String>,
    /// What a gate costs, seconds.
    pub gate_delay_s: f64,
    /// Speed by class, km/h.
    pub speeds_km_h: BTreeMap<String, f64>,
    /// Greatest speed by value of `service`, km/h.
    pub service_km_h: BTreeMap<String, f64>,
    /// Greatest speed by value of `surface`, km/h.
    pub surface_km_h: BTreeMap<String, f64>,
}

/// What a barrier at a node does to a road.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarrierUse {
    /// Nothing.
    Open,
    /// It takes time.
    Gate,
    /// Nobody gets through.
    Closed,
}

/// What tags say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    Shut,
    /// To vehicles.
    Open,
    /// By the general `access` alone.
    OpenToSome,
}

const KM_H: f64 = 1.0 / 3.6;
const GATES: [&str; 4] = ["gate", "lift_gate", "swing_gate", "sliding_gate"];

impl Drive {
    /// The tags of a way that [`Profile::classify`] reads for a vehicle, beside `access_keys` and `oneway:*`.
    const TAGS: [&str; 12] = [
        "duration",
        "emergency",
        "highway",
        "junction",
        "maxspeed",
        "maxspeed:backward",
        "maxspeed:forward",
        "oneway",
        "motorroad",
        "route",
        "service",
        "surface",
    ];

    pub(super) fn check(&self, highway: &BTreeMap<String, ClassAccess>) -> Result<(), ProfileError> {
        let speed = |key, value: f64| range(key, value, value > 0.0 && value <= 300.0, "a speed above 0 and at most 300 km/h");
        speed("drive.opened_km_h", self.opened_km_h)?;
        for (key, table) in [
            ("drive.speeds_km_h", &self.speeds_km_h),
            ("drive.service_km_h", &self.service_km_h),
            ("drive.surface_km_h", &self.surface_km_h),
        ] {
            table.values().try_for_each(|value| speed(key, *value))?;
        }
        for (class, access) in highway {
            if *access == ClassAccess::Open && !self.speeds_km_h.contains_key(class) {
                return Err(ProfileError::NoSpeed { class: class.clone() });
            }
        }
        let factor = self.speed_factor;
        range("drive.speed_factor", factor, factor > 0.0 && factor <= 10.0, "above 0 and at most 10")?;
        for (key, delay) in [("drive.turn_delay_s", self.turn_delay_s), ("drive.gate_delay_s", self.gate_delay_s)] {
            range(key, delay, (0.0..=3600.0).contains(&delay), "0 to 3,600 s")?;
        }
        Ok(())
    }

    /// What tags say of a way or a barrier. The general `access` is for whoever the way is for: it shuts, but it opens nothing for vehicles.
    fn told<'t>(&self, profile: &Profile, tag: &impl Fn(&str) -> Option<&'t str>) -> Told {
        let emergency = tag("emergency").filter(|_| self.emergency);
        match emergency {
            Some("yes" | "designated" | "official") => return Told::Open,
            Some("no") => return Told::Shut,
            _ => {}
        }
        let Some((key, value)) = self.access_keys.iter().find_map(|key| Some((key, tag(key)?))) else { return Told::Nothing };
        let among = |values: &[String]| values.iter().any(|v| v == value);
        match (among(&profile.closing_values), among(&profile.opening_values)) {
            (true, _) => Told::Shut,
            (false, true) if key == "access" => Told::OpenToSome,
            (false, true) => Told::Open,
            (false, false) => Told::Nothing,
        }
    }

    /// What a node with these tags does to the roads that it is on.
    pub fn barrier<'t>(&self, profile: &Profile, tag: impl Fn(&str) -> Option<&'t str>) -> BarrierUse {
        let Some(barrier) = tag("barrier") else { return BarrierUse::Open };
        let told = self.told(profile, &tag);
        let gate = GATES.contains(&barrier);
        let closed = self.closed_barriers.iter().any(|closed| closed == barrier) || (gate && tag("locked") == Some("yes"));
        match told {
            Told::Shut => BarrierUse::Closed,
            Told::Nothing if closed => BarrierUse::Closed,
            Told::OpenToSome if closed && !gate => BarrierUse::Closed,
            _ if gate => BarrierUse::Gate,
            _ => BarrierUse::Open,
        }
    }

    pub(super) fn classify<'t>(&self, profile: &Profile, tag: &impl Fn(&str) -> Option<&'t str>, length_m: impl Fn() -> f64) -> WayUse {
        let told = self.told(profile, tag);
        let Some(class) = tag("highway") else {
            let ferry = profile.ferry && tag("route") == Some("ferry") && told != Told::Shut;
            let speed = || tag("duration").and_then(super::seconds).map_or(profile.ferry_m_s, |s| length_m() / s);
            return if ferry { self.directed(tag, "", [speed(); 2]) } else { WayUse::default() };
        };
        let access = profile.highway.get(class).copied().unwrap_or(ClassAccess::Closed);
        let speed = match (access, told) {
            (ClassAccess::Never, _) | (_, Told::Shut) | (ClassAccess::Closed, Told::Nothing) => return WayUse::default(),
            (ClassAccess::Closed, Told::OpenToSome) if class != "track" => return WayUse::default(),
            (ClassAccess::Open, _) => self.speeds_km_h.get(class).copied().unwrap_or(self.opened_km_h),
            (ClassAccess::Closed, Told::Open | Told::OpenToSome) => self.opened_km_h,
        };
        if profile.motorroad != ClassAccess::Open && tag("motorroad") == Some("yes") && told != Told::Open {
            return WayUse::default();
        }
        let at_most = |key: &str, table: &BTreeMap<String, f64>| tag(key).and_then(|value| table.get(value)).copied();
        let caps = [at_most("service", &self.service_km_h), at_most("surface", &self.surface_km_h)];
        let speed = caps.into_iter().flatten().fold(speed, f64::min);
        let limit = |key: &str| tag(key).or(tag("maxspeed")).filter(|_| self.maxspeed).and_then(speed_limit_km_h);
        let speeds = ["maxspeed:forward", "maxspeed:backward"].map(|key| limit(key).map_or(speed, |limit| limit.min(speed)));
        self.directed(tag, class, speeds.map(|km_h| km_h * self.speed_factor * KM_H))
    }

    /// Whom a special `oneway:*` may be for, the most special first.
    fn oneway_keys(&self) -> impl Iterator<Item = &str> {
        let emergency = std::iter::once("emergency").filter(|_| self.emergency);
        emergency.chain(self.access_keys.iter().map(String::as_str).filter(|key| *key != "access"))
    }

    pub(super) fn reads(&self, key: &str) -> bool {
        let special = |name| self.oneway_keys().any(|own| own == name);
        Drive::TAGS.contains(&key) || self.access_keys.iter().any(|own| own == key) || key.strip_prefix("oneway:").is_some_and(special)
    }

    /// The directions in which a way of a class is driven, at these speeds.
    fn directed<'t>(&self, tag: &impl Fn(&str) -> Option<&'t str>, class: &str, [forward, backward]: [f64; 2]) -> WayUse {
        let special = self.oneway_keys().find_map(|key| tag(&format!("oneway:{key}")));
        let around = matches!(tag("junction"), Some("roundabout" | "circular")) || class == "motorway";
        let open = match special.or(tag("oneway")) {
            _ if !self.oneway => [true, true],
            Some("yes" | "1" | "true") => [true, false],
            Some("-1" | "reverse") => [false, true],
            Some("reversible") => [false, false],
            Some("no" | "0" | "false" | "alternating") => [true, true],
            _ => [true, !around],
        };
        WayUse { forward_m_s: open[0].then_some(forward), backward_m_s: open[1].then_some(backward) }
    }
}

/// A speed limit in km/h: a plain number, or one in mph or knots, or `walk`. `None` where there is no limit or it is not known.
fn speed_limit_km_h(text: &str) -> Option<f64> {
    let text = text.trim();
    if text == "walk" {
        return Some(5.0);
    }
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor = match unit.trim() {
        "" | "km/h" | "kmh" | "kph" => 1.0,
        "mph" => 1.609_344,
        "knots" => 1.852,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|number| number * factor).filter(|km_h| *km_h > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag<'t>(tags: &[(&'t str, &'t str)], key: &str) -> Option<&'t str> {
        tags.iter().find(|(k, _)| *k == key).map(|(_, v)| *v)
    }

    /// Speeds in both directions, km/h.
    fn driven(tags: &[(&str, &str)]) -> [Option<f64>; 2] {
        let way = Profile::ambulance().unwrap().classify(|key| tag(tags, key), || 1000.0);
        [way.forward_m_s, way.backward_m_s].map(|speed| speed.map(|speed| (speed * 36.0).round() / 10.0))
    }

    fn barrier(tags: &[(&str, &str)]) -> BarrierUse {
        let profile = Profile::ambulance().unwrap();
        profile.drive.as_ref().unwrap().barrier(&profile, |key| tag(tags, key))
    }

    #[test]
    fn the_table_of_the_docs() {
        let both = |speed| [Some(speed); 2];
        let shut = [None; 2];
        assert_eq!(driven(&[("highway", "residential")]), both(20.0));
        assert_eq!(driven(&[("highway", "footway")]), shut);
        assert_eq!(driven(&[("highway", "footway"), ("emergency", "yes")]), both(10.0));
        assert_eq!(driven(&[("highway", "footway"), ("motor_vehicle", "yes")]), both(10.0));
        assert_eq!(driven(&[("highway", "footway"), ("access", "private")]), shut);
        assert_eq!(driven(&[("highway", "path"), ("access", "yes")]), shut);
        assert_eq!(driven(&[("highway", "track"), ("access", "yes")]), both(10.0));
        assert_eq!(driven(&[("highway", "primary"), ("oneway", "alternating")]), both(35.0));
        assert_eq!(driven(&[("highway", "primary"), ("oneway:motorcar", "yes")]), [Some(35.0), None]);
        assert_eq!(driven(&[("highway", "construction"), ("emergency", "yes")]), shut);
        assert_eq!(driven(&[("highway", "service"), ("access", "private")]), both(15.0));
        assert_eq!(driven(&[("highway", "service"), ("access", "no")]), shut);
        assert_eq!(driven(&[("highway", "service"), ("access", "no"), ("motor_vehicle", "yes")]), both(15.0));
        assert_eq!(driven(&[("highway", "service"), ("motor_vehicle", "no"), ("emergency", "yes")]), both(15.0));
        assert_eq!(driven(&[("highway", "primary"), ("emergency", "no")]), shut);
        assert_eq!(driven(&[("highway", "primary"), ("oneway", "yes")]), [Some(35.0), None]);
        assert_eq!(driven(&[("highway", "primary"), ("oneway", "-1")]), [None, Some(35.0)]);
        assert_eq!(driven(&[("highway", "primary"), ("oneway", "reversible")]), shut);
        assert_eq!(driven(&[("highway", "primary"), ("oneway", "yes"), ("oneway:emergency", "no")]), both(35.0));
        assert_eq!(driven(&[("highway", "tertiary"), ("junction", "roundabout")]), [Some(25.0), None]);
        assert_eq!(driven(&[("highway", "motorway")]), [Some(60.0), None]);
        assert_eq!(driven(&[("highway", "motorway"), ("oneway", "no")]), both(60.0));
        assert_eq!(driven(&[("highway", "primary"), ("maxspeed", "20")]), both(20.0));
        assert_eq!(driven(&[("highway", "primary"), ("maxspeed", "80")]), both(35.0));
        assert_eq!(driven(&[("highway", "primary"), ("maxspeed", "10 mph")]), both(16.1));
        assert_eq!(driven(&[("highway", "primary"), ("maxspeed", "MT:urban")]), both(35.0));
        assert_eq!(driven(&[("highway", "primary"), ("maxspeed:backward", "10")]), [Some(35.0), Some(10.0)]);
        assert_eq!(driven(&[("highway", "service"), ("service", "driveway")]), both(10.0));
        assert_eq!(driven(&[("highway", "residential"), ("surface", "gravel")]), both(15.0));
        assert_eq!(driven(&[("highway", "steps"), ("emergency", "yes")]), shut);
        assert_eq!(driven(&[("route", "ferry")]), shut);
    }

    #[test]
    fn barriers_by_their_tags() {
        assert_eq!(barrier(&[("barrier", "bollard")]), BarrierUse::Closed);
        assert_eq!(barrier(&[("barrier", "bollard"), ("emergency", "yes")]), BarrierUse::Open);
        assert_eq!(barrier(&[("barrier", "bollard"), ("access", "private")]), BarrierUse::Closed);
        assert_eq!(barrier(&[("barrier", "bollard"), ("motor_vehicle", "yes")]), BarrierUse::Open);
        assert_eq!(barrier(&[("barrier", "gate")]), BarrierUse::Gate);
        assert_eq!(barrier(&[("barrier", "gate"), ("locked", "yes")]), BarrierUse::Closed);
        assert_eq!(barrier(&[("barrier", "gate"), ("locked", "yes"), ("emergency", "yes")]), BarrierUse::Gate);
        assert_eq!(barrier(&[("barrier", "lift_gate"), ("access", "private")]), BarrierUse::Gate);
        assert_eq!(barrier(&[("barrier", "gate"), ("emergency", "no")]), BarrierUse::Closed);
        assert_eq!(barrier(&[("barrier", "toll_booth")]), BarrierUse::Open);
        assert_eq!(barrier(&[("highway", "crossing")]), BarrierUse::Open);
    }

    #[test]
    fn an_open_class_needs_a_speed() {
        let text = AMBULANCE.replace("track          = \"closed\"", "track          = \"open\"");
        assert_eq!(
            Profile::from_toml(&text).unwrap_err().to_string(),
            "profile: highway.track is open, but drive.speeds_km_h has no speed for it"
        );
    }
}
