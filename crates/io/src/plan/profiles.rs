//! Profiles: the built-in ones, and what a plan changes of them.

use catchment::{AMBULANCE, Profile, WALK};

use super::{PlanError, hint, in_words, nearest};

/// A profile that ships with the program, at another speed if one is given.
///
/// # Errors
///
/// [`PlanError`] for an unknown name, or a speed out of its range.
pub fn built_in(name: &str, speed_m_s: Option<f64>) -> Result<Profile, PlanError> {
    let mut changes = toml::Table::new();
    if let Some(speed) = speed_m_s {
        set_speed(&mut changes, speed);
    }
    changed(name, changes)
}

pub(super) fn set_speed(changes: &mut toml::Table, metres_a_second: f64) {
    changes.insert("speed_m_s".to_owned(), toml::Value::Float(metres_a_second));
}

/// The speeds that change by the same factor as the walking speed, where a plan does not set them.
const FOLLOWING: [&str; 3] = ["access_speed_m_s", "steps_m_s", "range_m_s"];

/// Lets legs, steps and the range of a built-in profile follow a walking speed that is changed.
fn follow(whole: &toml::Table, changes: &mut toml::Table) {
    let number = |value: &toml::Value| value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64));
    let speed = |table: &toml::Table| table.get("speed_m_s").and_then(number);
    let (Some(own), Some(changed)) = (speed(whole), speed(changes)) else { return };
    // whole micrometres a second: 0.45, not 0.44999999999999996
    let scaled = |value: f64| toml::Value::Float((value * changed / own * 1e6).round() / 1e6);
    for key in FOLLOWING {
        let followed = match whole.get(key) {
            Some(toml::Value::Array(speeds)) => Some(speeds.iter().filter_map(number).map(scaled).collect::<Vec<_>>().into()),
            Some(value) => number(value).map(scaled),
            None => None,
        };
        if let Some(value) = followed.filter(|_| !changes.contains_key(key)) {
            changes.insert(key.to_owned(), value);
        }
    }
}

/// The profile that `changes` make of a built-in one.
pub(super) fn changed(name: &str, mut changes: toml::Table) -> Result<Profile, PlanError> {
    let error = |message: String, hint: String| PlanError::Profile { name: name.to_owned(), message, hint };
    let base = match changes.remove("base") {
        Some(toml::Value::String(base)) => base,
        Some(_) => String::new(),
        None => name.to_owned(),
    };
    let text = match base.as_str() {
        "walk" => WALK,
        "ambulance" => AMBULANCE,
        _ => {
            let message = "is no built-in profile; expected `walk` or `ambulance`, or one of them as its `base`".to_owned();
            return Err(error(message, nearest(&base, &["walk", "ambulance"])));
        }
    };
    if base == "ambulance" && changes.contains_key("speed_m_s") {
        let message = "a vehicle has a speed for each class of road: change drive.speeds_km_h, or all by drive.speed_factor".to_owned();
        return Err(error(message, String::new()));
    }
    let whole: toml::Table = toml::from_str(text).map_err(|e| error(e.to_string(), String::new()))?;
    // one by one, so that an error can say which
    for (key, change) in &changes {
        let mut one = whole.clone();
        overlay(&mut one, toml::Table::from_iter([(key.clone(), change.clone())]));
        one.try_into::<Profile>().map_err(|e| error(format!("{key}: {}", in_words(e.message())), hint(e.message())))?;
    }
    follow(&whole, &mut changes);
    let mut all = whole;
    overlay(&mut all, changes);
    let profile: Profile = all.try_into().map_err(|e: toml::de::Error| error(in_words(e.message()), hint(e.message())))?;
    profile.check().map_err(|e| error(e.to_string(), String::new()))?;
    Ok(profile)
}

/// Lays `changes` over `base`, tables within tables.
fn overlay(base: &mut toml::Table, changes: toml::Table) {
    for (key, change) in changes {
        match (base.get_mut(&key), change) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(change)) => overlay(inner, change),
            (_, change) => {
                base.insert(key, change);
            }
        }
    }
}
