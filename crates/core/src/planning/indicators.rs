//! Indicators: a numerator over a denominator in some unit, what was asked of it, and the questions the other way round.

use serde::{Deserialize, Serialize};

use super::equity::Undefined;

/// What representing decimals in binary may be off by, in units of the last place that is kept.
const DUST: f64 = 1e-9;

/// `numerator` over (`denominator` / `unit`): beds per 1,000 residents have the unit 1,000.
///
/// ```
/// use catchment::Ratio;
///
/// // 闵行 2020: 157 primary-care facilities, 2,653,500 residents, per 100,000
/// let ratio = Ratio { numerator: 157.0, denominator: 2_653_500.0, unit: 100_000.0 };
/// assert!((ratio.value()? - 5.9167).abs() < 1e-4);
/// // the published 6.02 means 160 of them, or 2,607,973 residents
/// assert!((ratio.implied_numerator(6.02)? - 159.74).abs() < 0.01);
/// assert_eq!(ratio.implied_denominator(6.02)?.round(), 2_607_973.0);
/// assert_eq!(ratio.increment(6.73)?, 22.0);
/// # Ok::<(), catchment::Undefined>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ratio {
    /// What is counted.
    pub numerator: f64,
    /// For whom.
    pub denominator: f64,
    /// For how many of them; 1 for a share, 0.01 for one in per cent (`100` of one).
    pub unit: f64,
}

impl Ratio {
    /// The value.
    ///
    /// # Errors
    ///
    /// [`Undefined::NoBase`] without a denominator; [`Undefined::NotANumber`] where the numerator (0), the denominator (1) or the unit (2) is
    /// negative or no number.
    pub fn value(&self) -> Result<f64, Undefined> {
        self.check()?;
        if self.denominator > 0.0 { Ok(self.numerator / (self.denominator / self.unit)) } else { Err(Undefined::NoBase) }
    }

    /// The numerator that a value stands for, with this denominator.
    ///
    /// # Errors
    ///
    /// [`Undefined::NotANumber`] as for [`Ratio::value`], 3 for the value itself.
    pub fn implied_numerator(&self, value: f64) -> Result<f64, Undefined> {
        self.check()?;
        finite(3, value)?;
        Ok(value * self.denominator / self.unit)
    }

    /// The denominator that a value stands for, with this numerator.
    ///
    /// # Errors
    ///
    /// As [`Ratio::implied_numerator`]; [`Undefined::NoResource`] for a value of 0.
    pub fn implied_denominator(&self, value: f64) -> Result<f64, Undefined> {
        self.check()?;
        finite(3, value)?;
        if value == 0.0 { Err(Undefined::NoResource) } else { Ok(self.numerator / value * self.unit) }
    }

    /// How many more a target needs, with this denominator: whole ones, and 0 where it is met.
    ///
    /// # Errors
    ///
    /// As [`Ratio::implied_numerator`].
    pub fn increment(&self, target: f64) -> Result<f64, Undefined> {
        Ok((self.implied_numerator(target)? - self.numerator - DUST).ceil().max(0.0))
    }

    fn check(&self) -> Result<(), Undefined> {
        amount(0, self.numerator)?;
        amount(1, self.denominator)?;
        amount(2, self.unit)?;
        if self.unit > 0.0 { Ok(()) } else { Err(Undefined::NotANumber(2)) }
    }
}

/// Whether the number of this place is one.
fn finite(place: usize, value: f64) -> Result<(), Undefined> {
    if value.is_finite() { Ok(()) } else { Err(Undefined::NotANumber(place)) }
}

/// The same, and whether it is not negative.
pub(super) fn amount(place: usize, value: f64) -> Result<(), Undefined> {
    if value >= 0.0 { finite(place, value) } else { Err(Undefined::NotANumber(place)) }
}

/// How a value is cut to decimals. 44 hospitals over 26.535 are 1.658: published as 1.65, by truncation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// To the nearest; halves go up (away from 0).
    #[default]
    HalfUp,
    /// What lies beyond the last decimal is left out.
    Truncate,
}

impl Rounding {
    /// The value to so many decimals.
    pub fn apply(self, value: f64, decimals: u8) -> f64 {
        let scale = 10f64.powi(i32::from(decimals));
        let size = value.abs() * scale;
        let cut = match self {
            Rounding::HalfUp => (size + 0.5 + DUST).floor(),
            Rounding::Truncate => (size + DUST).floor(),
        };
        cut.copysign(value) / scale
    }
}

/// What a target asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operator {
    /// ≥ 不低于.
    #[default]
    AtLeast,
    /// ≤ 不高于.
    AtMost,
    /// 左右: no farther from it than the tolerance.
    About,
}

/// What a value should be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Which side of the value is right.
    pub operator: Operator,
    /// The value.
    pub value: f64,
    /// How far off [`Operator::About`] admits; for the others, what is forgiven.
    pub tolerance: f64,
}

impl Target {
    /// Whether a value meets it; the limit is inclusive.
    pub fn met(&self, value: f64) -> bool {
        let slack = self.tolerance + DUST * self.value.abs().max(1.0);
        match self.operator {
            Operator::AtLeast => value >= self.value - slack,
            Operator::AtMost => value <= self.value + slack,
            Operator::About => (value - self.value).abs() <= slack,
        }
    }

    /// How much of the way from the baseline to the target is done, 0 to 1; 1 where it is met, `None` where the baseline is not short of it.
    pub fn progress(&self, baseline: f64, value: f64) -> Option<f64> {
        if self.met(value) {
            return Some(1.0);
        }
        let way = self.value - baseline;
        (!self.met(baseline) && way != 0.0).then(|| ((value - baseline) / way).clamp(0.0, 1.0))
    }
}
