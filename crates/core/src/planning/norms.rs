//! Allocation norms (配置标准): how many facilities so many people, villages or committees should have, and whether they do.

use serde::{Deserialize, Serialize};

use super::equity::Undefined;
use super::indicators::amount;

/// What representing decimals in binary may be off by.
const DUST: f64 = 1e-9;

/// How many are needed: exact numbers, before they are made whole.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Need {
    /// No fewer.
    pub low: f64,
    /// No more; `None` where there may be any number.
    pub high: Option<f64>,
}

/// How the needs of an either-or rule go together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Combine {
    /// It is enough to meet one of them (或).
    #[default]
    Either,
    /// All are to be met.
    Both,
}

impl Need {
    /// One for each `fewest` to `most` of something: 「每30—50万人口配置1家」 for 2,653,489 people is 5.3 to 8.8.
    ///
    /// ```
    /// use catchment::Need;
    ///
    /// let need = Need::one_per(2_653_489.0, 300_000.0, 500_000.0);
    /// assert_eq!((need.low * 10.0).round() / 10.0, 5.3);
    /// assert_eq!(need.high.map(|high| (high * 10.0).round() / 10.0), Some(8.8));
    /// ```
    pub fn one_per(amount: f64, fewest: f64, most: f64) -> Need {
        Need { low: amount / most, high: Some(amount / fewest) }
    }

    /// Several needs as one; `None` where there is none of them.
    pub fn combined(needs: &[Need], how: Combine) -> Option<Need> {
        let lows = needs.iter().map(|need| need.low);
        let highs = needs.iter().map(|need| need.high.unwrap_or(f64::INFINITY));
        let (low, high) = match how {
            Combine::Either => (lows.reduce(f64::min)?, highs.reduce(f64::max)?),
            Combine::Both => (lows.reduce(f64::max)?, highs.reduce(f64::min)?),
        };
        Some(Need { low, high: Some(high.max(low)).filter(|high| high.is_finite()) })
    }
}

/// How a need becomes a whole number: the table shows the exact one beside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WholeNumbers {
    /// The least number that serves all: 2.65 are 3.
    #[default]
    Up,
    /// To the nearest, halves up: 2.65 are 3, and 2.4 are 2.
    Nearest,
    /// Full ones only: 2.65 are 2.
    Down,
    /// Not at all, as for beds.
    Exact,
}

impl WholeNumbers {
    fn apply(self, value: f64) -> f64 {
        match self {
            WholeNumbers::Up => (value - DUST).ceil(),
            WholeNumbers::Nearest => (value + 0.5 + DUST).floor(),
            WholeNumbers::Down => (value + DUST).floor(),
            WholeNumbers::Exact => value,
        }
    }
}

/// How a zone stands to a norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NormStatus {
    /// 不足: fewer than needed.
    Short,
    /// 达标.
    Met,
    /// 超配: more than the norm has a place for.
    Over,
    /// A figure that the norm needs is not known.
    Unknown,
}

impl NormStatus {
    /// The word in outputs: `short`, `met`, `over`, `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            NormStatus::Short => "short",
            NormStatus::Met => "met",
            NormStatus::Over => "over",
            NormStatus::Unknown => "unknown",
        }
    }

    /// The word that Chinese plans print.
    pub fn name_zh(self) -> &'static str {
        match self {
            NormStatus::Short => "不足",
            NormStatus::Met => "达标",
            NormStatus::Over => "超配",
            NormStatus::Unknown => "不详",
        }
    }
}

/// What a norm says of a number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Verdict {
    /// The least that is needed, made whole.
    pub low: f64,
    /// The most that there is a place for, made whole: full ones, but never fewer than `low`.
    pub high: Option<f64>,
    /// How many are missing.
    pub gap: f64,
    /// How the number stands.
    pub status: NormStatus,
}

/// Holds a number against a need.
///
/// # Errors
///
/// [`Undefined::NotANumber`] where the number (0), the least of the need (1) or the most (2) is negative or no number.
pub fn judge(have: f64, need: Need, rounding: WholeNumbers) -> Result<Verdict, Undefined> {
    amount(0, have)?;
    amount(1, need.low)?;
    need.high.map_or(Ok(()), |high| amount(2, high))?;
    let low = rounding.apply(need.low);
    let whole = |high: f64| if rounding == WholeNumbers::Exact { high } else { (high + DUST).floor() };
    let high = need.high.map(|high| whole(high).max(low));
    let status = match high {
        _ if have < low - DUST => NormStatus::Short,
        Some(high) if have > high + DUST => NormStatus::Over,
        _ => NormStatus::Met,
    };
    Ok(Verdict { low, high, gap: (low - have).max(0.0), status })
}
