//! Units: whole numbers inside, so that sums are exact and a limit is inclusive.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a [`Cost`] counts: milliseconds or millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Milliseconds of travel.
    Time,
    /// Millimetres of way.
    Distance,
}

impl Metric {
    /// `"time"` or `"distance"`, as written in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Time => "time",
            Metric::Distance => "distance",
        }
    }

    /// The suffix of output fields in this metric's unit: `"s"` or `"m"`.
    pub fn suffix(self) -> &'static str {
        match self {
            Metric::Time => "s",
            Metric::Distance => "m",
        }
    }
}

/// A travel cost: whole milliseconds or millimetres, as the [`Metric`] beside it says.
///
/// The greatest value stands for "no path" ([`Cost::UNREACHED`]); sums saturate there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cost(pub u32);

impl Cost {
    /// No cost at all.
    pub const ZERO: Cost = Cost(0);
    /// No path.
    pub const UNREACHED: Cost = Cost(u32::MAX);

    /// Whether there is a path.
    pub fn is_reached(self) -> bool {
        self != Cost::UNREACHED
    }

    /// Seconds or metres.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 1000.0
    }

    /// Nearest whole unit of `seconds_or_metres`; [`Cost::UNREACHED`] beyond the range, or for what is no number.
    pub fn from_f64(seconds_or_metres: f64) -> Cost {
        Cost::from_units(seconds_or_metres * 1000.0)
    }

    /// Nearest whole number of `units`, which are milliseconds or millimetres.
    pub(crate) fn from_units(units: f64) -> Cost {
        let units = units.round();
        if (0.0..f64::from(u32::MAX)).contains(&units) { Cost(units as u32) } else { Cost::UNREACHED }
    }
}

impl Add for Cost {
    type Output = Cost;

    fn add(self, other: Cost) -> Cost {
        Cost(self.0.saturating_add(other.0))
    }
}

/// The greatest cost at which a person still counts as covered; inclusive.
///
/// Written with its unit: `"15min"`, `"900s"`, `"1h"`, `"3.5km"`, `"800m"`.
///
/// ```
/// use catchment::{Cost, Limit, Metric};
///
/// let limit: Limit = "15min".parse()?;
/// assert_eq!((limit.metric, limit.cost), (Metric::Time, Cost(900_000)));
/// assert_eq!("3.5km".parse::<Limit>()?.to_string(), "3.5 km");
/// assert!("15".parse::<Limit>().is_err(), "a unit is always written");
/// # Ok::<(), catchment::UnitError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limit {
    /// What the limit counts.
    pub metric: Metric,
    /// The limit itself.
    pub cost: Cost,
}

impl Limit {
    /// Whether `cost` is within the limit (`<=`); no path never is.
    pub fn admits(&self, cost: Cost) -> bool {
        cost <= self.cost && cost.is_reached()
    }

    /// Seconds or metres.
    pub fn as_f64(&self) -> f64 {
        self.cost.as_f64()
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.as_f64();
        let (scaled, unit) = match self.metric {
            Metric::Time if value >= 60.0 && self.cost.0.is_multiple_of(6_000) => (value / 60.0, "min"),
            Metric::Time => (value, "s"),
            Metric::Distance if value >= 1000.0 => (value / 1000.0, "km"),
            Metric::Distance => (value, "m"),
        };
        write!(f, "{} {unit}", (scaled * 1e6).round() / 1e6)
    }
}

/// A text that is no quantity of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no {expected}")]
pub struct UnitError {
    /// What was written.
    pub found: String,
    /// What is accepted.
    pub expected: &'static str,
}

const LIMIT_FORM: &str = "limit with its unit, such as \"15min\", \"900s\", \"1h\", \"3.5km\" or \"800m\"";
const SPEED_FORM: &str = "speed with its unit, such as \"1.2m/s\" or \"4.3km/h\"";

impl FromStr for Limit {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Limit, UnitError> {
        let error = || UnitError { found: text.to_owned(), expected: LIMIT_FORM };
        let (value, unit) = quantity(text).ok_or_else(error)?;
        let (metric, factor) = match unit.as_str() {
            "ms" => (Metric::Time, 0.001),
            "s" | "sec" => (Metric::Time, 1.0),
            "min" => (Metric::Time, 60.0),
            "h" => (Metric::Time, 3600.0),
            "mm" => (Metric::Distance, 0.001),
            "m" => (Metric::Distance, 1.0),
            "km" => (Metric::Distance, 1000.0),
            _ => return Err(error()),
        };
        let cost = Cost::from_f64(value * factor);
        if cost.is_reached() { Ok(Limit { metric, cost }) } else { Err(error()) }
    }
}

impl Serialize for Limit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.to_string().replace(' ', ""))
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Limit, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Reads a speed such as `"1.2m/s"` or `"4.3km/h"` as metres a second.
///
/// # Errors
///
/// [`UnitError`] where the text has no number, an unknown unit or a speed that is not above zero.
pub fn parse_speed(text: &str) -> Result<f64, UnitError> {
    let error = || UnitError { found: text.to_owned(), expected: SPEED_FORM };
    let (value, unit) = quantity(text).ok_or_else(error)?;
    let speed = match unit.as_str() {
        "m/s" => value,
        "km/h" | "kmh" => value / 3.6,
        _ => return Err(error()),
    };
    if speed > 0.0 && speed <= 100.0 { Ok(speed) } else { Err(error()) }
}

/// A number and the unit behind it; white space between them does not count.
fn quantity(text: &str) -> Option<(f64, String)> {
    let text = text.trim();
    let split = text.find(|c: char| c.is_alphabetic())?;
    let (number, unit) = text.split_at(split);
    let value: f64 = number.trim().parse().ok()?;
    (value.is_finite() && value >= 0.0).then(|| (value, unit.trim().to_ascii_lowercase()))
}

/// People, in whole millionths of a person, so that shares of a total add up to it exactly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct People(pub u64);

impl People {
    /// Nobody.
    pub const ZERO: People = People(0);
    /// Units a person.
    pub const PER_PERSON: u64 = 1_000_000;

    /// Whole persons.
    pub fn persons(count: u64) -> People {
        People(count.saturating_mul(People::PER_PERSON))
    }

    /// Nearest millionth of `count` persons; `None` for a negative count or what is no number.
    pub fn from_f64(count: f64) -> Option<People> {
        let units = (count * People::PER_PERSON as f64).round();
        (0.0..1.8e19).contains(&units).then_some(People(units as u64))
    }

    /// Persons.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / People::PER_PERSON as f64
    }
}

impl Add for People {
    type Output = People;

    fn add(self, other: People) -> People {
        People(self.0.saturating_add(other.0))
    }
}

impl AddAssign for People {
    fn add_assign(&mut self, other: People) {
        *self = *self + other;
    }
}

impl Sum for People {
    fn sum<I: Iterator<Item = People>>(values: I) -> People {
        values.fold(People::ZERO, Add::add)
    }
}

impl Serialize for People {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.as_f64())
    }
}

impl<'de> Deserialize<'de> for People {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<People, D::Error> {
        let count = f64::deserialize(deserializer)?;
        People::from_f64(count).ok_or_else(|| serde::de::Error::custom(format!("{count} is no number of people")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_with_their_unit_only() {
        for (text, metric, cost, shown) in [
            ("15min", Metric::Time, 900_000, "15 min"),
            (" 900 s", Metric::Time, 900_000, "15 min"),
            ("0.25h", Metric::Time, 900_000, "15 min"),
            ("90s", Metric::Time, 90_000, "1.5 min"),
            ("45s", Metric::Time, 45_000, "45 s"),
            ("3.5km", Metric::Distance, 3_500_000, "3.5 km"),
            ("800 M", Metric::Distance, 800_000, "800 m"),
        ] {
            let limit: Limit = text.parse().unwrap();
            assert_eq!((limit.metric, limit.cost), (metric, Cost(cost)), "{text}");
            assert_eq!(limit.to_string(), shown);
        }
        for text in ["15", "", "min", "-5min", "NaNmin", "1e400s", "5 parsecs", "9999h999"] {
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
    }

    #[test]
    fn speeds() {
        assert_eq!(parse_speed("1.2m/s").unwrap(), 1.2);
        assert!((parse_speed("4.32 km/h").unwrap() - 1.2).abs() < 1e-12);
        for text in ["1.2", "0m/s", "-1m/s", "fast", "1e9m/s"] {
            assert!(parse_speed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn no_path_stays_no_path() {
        assert_eq!(Cost::UNREACHED + Cost(5), Cost::UNREACHED);
        assert_eq!(Cost::from_f64(f64::NAN), Cost::UNREACHED);
        assert_eq!(Cost::from_f64(0.0004), Cost(0));
        assert_eq!(Cost::from_f64(0.0005), Cost(1));
    }
}
