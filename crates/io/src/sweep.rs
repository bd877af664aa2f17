//! Sweeps: the values of a limit or a speed that a service is measured at besides its own.

use std::fmt;
use std::str::FromStr;

use catchment::{Limit, Metric, parse_speed};
use serde::{Deserialize, Serialize};

use crate::plan::PlanError;

const MOST: usize = 1000;
const FORM: &str = "`limit=5..30min/5`, `limit=5min,10min`, `speed=1.0,1.2` (m/s) or `speed=3..5km/h/0.5`";

/// The values of one parameter, ascending, each once; a range holds its first value, and its last where the steps meet it.
///
/// ```
/// use catchment_io::Sweep;
///
/// let sweep: Sweep = "limit=5..15min/5".parse()?;
/// assert_eq!(sweep.to_string(), "limit=5min,10min,15min");
/// assert_eq!("speed=1.0,1.39".parse::<Sweep>()?, Sweep::Speeds(vec![1.0, 1.39]));
/// # Ok::<(), catchment_io::PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Sweep {
    /// Limits of one metric.
    Limits(Vec<Limit>),
    /// General speeds of the profile, metres a second.
    Speeds(Vec<f64>),
}

impl Sweep {
    /// Whether a service with this limit can be swept: limits must count the same; a speed changes times alone.
    pub fn fits(&self, limit: Limit) -> bool {
        match self {
            Sweep::Limits(limits) => limits.iter().all(|l| l.metric == limit.metric),
            Sweep::Speeds(_) => limit.metric == Metric::Time,
        }
    }
}

impl FromStr for Sweep {
    type Err = PlanError;

    fn from_str(text: &str) -> Result<Sweep, PlanError> {
        let (parameter, list) = text.split_once('=').ok_or_else(|| error(text, FORM))?;
        let values = list.split(',').map(str::trim);
        match parameter.trim() {
            "limit" => {
                let mut limits = Vec::new();
                for value in values {
                    let values = expand(text, value, "")?;
                    let parsed = values.iter().map(|v| v.parse()).collect::<Result<Vec<Limit>, _>>();
                    limits.extend(parsed.map_err(|e| error(&e.found, e.expected))?);
                }
                limits.sort_by_key(|limit: &Limit| (limit.metric, limit.cost));
                limits.dedup();
                let mixed = limits.windows(2).any(|pair| pair[0].metric != pair[1].metric);
                if mixed { Err(error(text, "limits of time or of distance, not both")) } else { Ok(Sweep::Limits(limits)) }
            }
            "speed" => {
                let mut speeds = Vec::new();
                for value in values {
                    let values = expand(text, value, "m/s")?;
                    let parsed = values.iter().map(|v| parse_speed(v)).collect::<Result<Vec<f64>, _>>();
                    speeds.extend(parsed.map_err(|e| error(&e.found, e.expected))?);
                }
                speeds.sort_by(f64::total_cmp);
                speeds.dedup();
                Ok(Sweep::Speeds(speeds))
            }
            _ => Err(error(text, FORM)),
        }
    }
}

/// A value with its unit, or each one of a range; `unit` stands where none is written.
fn expand(text: &str, value: &str, unit: &str) -> Result<Vec<String>, PlanError> {
    let with_unit = |value: &str| if value.contains(char::is_alphabetic) { value.to_owned() } else { format!("{value}{unit}") };
    let Some((from, rest)) = value.split_once("..") else { return Ok(vec![with_unit(value)]) };
    const RANGE: &str = "a range as FROM..TO UNIT/STEP, such as `5..30min/5`, that climbs from FROM to TO";
    let bad = || error(text, RANGE);
    let (to, step) = rest.rsplit_once('/').ok_or_else(bad)?;
    let split = to.find(char::is_alphabetic).unwrap_or(to.len());
    let (to, unit) = (&to[..split], if split < to.len() { &to[split..] } else { unit });
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0).ok_or_else(bad);
    let bare = |text: &str| text.trim().strip_suffix(unit).map_or_else(|| text.to_owned(), str::to_owned);
    let (from, to, step) = (number(&bare(from))?, number(to)?, number(&bare(step))?);
    if step <= 0.0 || to < from {
        return Err(bad());
    }
    let steps = ((to - from) / step + 1e-9).floor();
    if steps >= MOST as f64 {
        return Err(error(text, "at most 1,000 values"));
    }
    // to nine decimals: 1.0 + 2 × 0.1 is 1.2
    let at = |i: usize| ((from + i as f64 * step) * 1e9).round() / 1e9;
    Ok((0..=steps as usize).map(|i| format!("{}{unit}", at(i))).collect())
}

fn error(found: &str, expected: &str) -> PlanError {
    PlanError::Value { key: "sweep".to_owned(), found: format!("`{found}`"), expected: expected.to_owned() }
}

impl fmt::Display for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parameter, values): (&str, Vec<String>) = match self {
            Sweep::Limits(limits) => ("limit", limits.iter().map(|limit| limit.to_string().replace(' ', "")).collect()),
            Sweep::Speeds(speeds) => ("speed", speeds.iter().map(|speed| format!("{speed}m/s")).collect()),
        };
        write!(f, "{parameter}={}", values.join(","))
    }
}

impl Serialize for Sweep {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sweep {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Sweep, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        text.parse::<Sweep>().unwrap().to_string()
    }

    #[test]
    fn lists_and_ranges() {
        for (text, values) in [
            ("limit=5..30min/5", "limit=5min,10min,15min,20min,25min,30min"),
            ("limit=5min..15min/5min", "limit=5min,10min,15min"),
            ("limit=15min, 5min,300s", "limit=5min,15min"),
            ("limit=0.5..1.1km/0.2", "limit=500m,700m,900m,1.1km"),
            ("limit=5..30min/7", "limit=5min,12min,19min,26min"),
            ("limit=10..10min/5", "limit=10min"),
            ("speed=1.39,1.0,1.2", "speed=1m/s,1.2m/s,1.39m/s"),
            ("speed=1.0..1.4m/s/0.1", "speed=1m/s,1.1m/s,1.2m/s,1.3m/s,1.4m/s"),
            ("speed=1.0..1.4/0.2", "speed=1m/s,1.2m/s,1.4m/s"),
            ("speed=1.8..3.6km/h/1.8", "speed=0.5m/s,1m/s"),
        ] {
            assert_eq!(shown(text), values, "{text}");
            assert_eq!(shown(values), values, "what is written is read again");
        }
    }

    #[test]
    fn faults_say_what_was_expected() {
        for (text, word) in [
            ("15min", "limit=5..30min/5"),
            ("radius=1km", "limit=5..30min/5"),
            ("limit=", "limit with its unit"),
            ("limit=5,10,15min", "limit with its unit"),
            ("limit=5..30min", "FROM..TO"),
            ("limit=30..5min/5", "FROM..TO"),
            ("limit=5..30min/0", "FROM..TO"),
            ("limit=5..30min/x", "FROM..TO"),
            ("limit=5min..30s/5", "FROM..TO"),
            ("limit=0..1e9s/0.001", "at most 1,000"),
            ("limit=5..30/5", "limit with its unit"),
            ("limit=5min,800m", "not both"),
            ("speed=0", "speed with its unit"),
            ("speed=1..2m/s", "FROM..TO"),
            ("speed=fast", "speed with its unit"),
            ("speed=NaN..1/0.1", "FROM..TO"),
        ] {
            let said = text.parse::<Sweep>().unwrap_err().to_string();
            assert!(said.contains(word), "{text}: {said}");
        }
    }

    #[test]
    fn which_services_fit() {
        let fits = |sweep: &str, limit: &str| sweep.parse::<Sweep>().unwrap().fits(limit.parse().unwrap());
        assert!(fits("limit=5min", "15min") && !fits("limit=5min", "800m") && fits("limit=1km", "800m"));
        assert!(fits("speed=1.0", "15min") && !fits("speed=1.0", "800m"));
    }
}
