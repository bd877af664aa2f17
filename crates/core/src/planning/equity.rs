//! How evenly a resource is spread over people or over land.
//!
//! Units are towns: each has a base (its people, or its area) and holds some of the resource; slices of equal length, unit by unit. What has
//! no value says why ([`Undefined`]) instead of being 0.

use serde::Serialize;

/// Why a measure has no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Undefined {
    /// The base of all units is 0.
    #[error("nobody and nothing to share among")]
    NoBase,
    /// No unit holds any of the resource.
    #[error("there is none of it")]
    NoResource,
    /// A unit, by its position, that has a base and none of the resource.
    #[error("a place with none of it")]
    UnitWithout(usize),
    /// A unit, by its position, that holds some of the resource and has no base.
    #[error("a zone that holds some of it for nobody")]
    UnitForNobody(usize),
    /// A number, by its position, that is negative or no number.
    #[error("a negative number, or no number")]
    NotANumber(usize),
    /// Columns that do not tell of the same units.
    #[error("a column of {found} units; expected {expected}, as in the first")]
    UnequalColumns {
        /// How many entries the first column has.
        expected: usize,
        /// How many this one has.
        found: usize,
    },
    /// A unit, by its position, in a group of a higher number than there are units.
    #[error("a group with too high a number: groups are counted from 0 and are no more than units")]
    NoSuchGroup(usize),
}

/// Whether a column tells of as many units as the first.
fn same_length(expected: usize, found: usize) -> Result<(), Undefined> {
    if found == expected { Ok(()) } else { Err(Undefined::UnequalColumns { expected, found }) }
}

/// The logarithm of a Theil index: the same data give 0.0212 (to base 10) or 0.0487 (natural).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogBase {
    /// Base 10, as Chinese health papers take it.
    #[default]
    Ten,
    /// Base e.
    Natural,
}

impl LogBase {
    fn log(self, value: f64) -> f64 {
        match self {
            LogBase::Ten => value.log10(),
            LogBase::Natural => value.ln(),
        }
    }
}

/// Sums of both columns, where shares of them have a meaning.
fn totals(base: &[f64], resource: &[f64]) -> Result<(f64, f64), Undefined> {
    same_length(base.len(), resource.len())?;
    let sound = |value: &f64| value.is_finite() && *value >= 0.0;
    if let Some(unit) = base.iter().zip(resource).position(|(base, held)| !sound(base) || !sound(held)) {
        return Err(Undefined::NotANumber(unit));
    }
    let (all, held): (f64, f64) = (base.iter().sum(), resource.iter().sum());
    match (all > 0.0, held > 0.0) {
        (false, _) => Err(Undefined::NoBase),
        (_, false) => Err(Undefined::NoResource),
        _ => Ok((all, held)),
    }
}

/// The Lorenz curve: cumulative shares of the base and of the resource, from (0, 0) to (1, 1), units by what they hold a head, least first.
///
/// # Errors
///
/// [`Undefined`] where there is no base or no resource, a number is negative or none, or columns are not of one length.
pub fn lorenz(base: &[f64], resource: &[f64]) -> Result<Vec<(f64, f64)>, Undefined> {
    let (all, held) = totals(base, resource)?;
    let mut units: Vec<(f64, f64)> = base.iter().copied().zip(resource.iter().copied()).filter(|unit| *unit != (0.0, 0.0)).collect();
    // what a head has; who holds some of it for nobody comes last
    let a_head = |unit: &(f64, f64)| unit.1 / unit.0;
    units.sort_by(|a, b| a_head(a).total_cmp(&a_head(b)).then(a.0.total_cmp(&b.0)));
    let (mut below, mut with) = (0.0, 0.0);
    let mut curve = vec![(0.0, 0.0)];
    for (base, resource) in units {
        below += base;
        with += resource;
        curve.push((below / all, with / held));
    }
    Ok(curve)
}

/// The Gini coefficient: twice the area between the [`lorenz`] curve and equality; 0 where every unit holds the same a head.
///
/// Chinese papers print it by people and by area side by side: beds of the country, 0.07 and 0.64.
///
/// ```
/// use catchment::gini;
///
/// assert!((gini(&[100.0, 200.0, 300.0], &[30.0, 30.0, 40.0])? - 0.15).abs() < 1e-12);
/// # Ok::<(), catchment::Undefined>(())
/// ```
///
/// # Errors
///
/// As [`lorenz`].
pub fn gini(base: &[f64], resource: &[f64]) -> Result<f64, Undefined> {
    let curve = lorenz(base, resource)?;
    let area: f64 = curve.windows(2).map(|pair| (pair[1].0 - pair[0].0) * (pair[1].1 + pair[0].1)).sum();
    // rounding alone takes it below
    Ok((1.0 - area).max(0.0))
}

/// Theil's L, the mean logarithmic deviation: Σ p/P · log[(p/P) / (r/R)], the form of Chinese health papers (there to base 10).
///
/// # Errors
///
/// As [`lorenz`], and [`Undefined::UnitWithout`]: it is infinite where a unit has none.
pub fn theil_l(base: &[f64], resource: &[f64], log: LogBase) -> Result<f64, Undefined> {
    let (all, held) = totals(base, resource)?;
    let term = |(unit, (base, resource)): (usize, (&f64, &f64))| match (*base > 0.0, *resource > 0.0) {
        (false, _) => Ok(0.0),
        (true, false) => Err(Undefined::UnitWithout(unit)),
        _ => Ok(base / all * log.log(base / all / (resource / held))),
    };
    let sum: f64 = base.iter().zip(resource).enumerate().map(term).sum::<Result<f64, Undefined>>()?;
    Ok(sum.max(0.0))
}

/// Theil's T: Σ r/R · log[(r/R) / (p/P)].
///
/// # Errors
///
/// As [`lorenz`], and [`Undefined::UnitForNobody`].
pub fn theil_t(base: &[f64], resource: &[f64], log: LogBase) -> Result<f64, Undefined> {
    let (all, held) = totals(base, resource)?;
    let term = |(unit, (base, resource)): (usize, (&f64, &f64))| match (*base > 0.0, *resource > 0.0) {
        (_, false) => Ok(0.0),
        (false, true) => Err(Undefined::UnitForNobody(unit)),
        _ => Ok(resource / held * log.log(resource / held / (base / all))),
    };
    let sum: f64 = base.iter().zip(resource).enumerate().map(term).sum::<Result<f64, Undefined>>()?;
    Ok(sum.max(0.0))
}

/// [`theil_l`] by groups of units: what lies between the groups, and within each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TheilParts {
    /// All of it: `between` and `within`.
    pub total: f64,
    /// As if every unit held the mean of its group.
    pub between: f64,
    /// The groups' own, weighted by their share of the base.
    pub within: f64,
    /// By group, in order of its number.
    pub groups: Vec<GroupShare>,
}

/// A group's part of a Theil index.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupShare {
    /// Its number.
    pub group: usize,
    /// Its own index; `None` where the group has no base.
    pub own: Option<f64>,
    /// That, weighted by its share of the base.
    pub weighted: f64,
}

impl TheilParts {
    /// A part's share of the whole; `None` where there is no inequality to share.
    pub fn contribution(&self, part: f64) -> Option<f64> {
        (self.total > 0.0).then(|| part / self.total)
    }
}

/// Parts [`theil_l`] by groups: unit `i` belongs to `groups[i]`.
///
/// # Errors
///
/// As [`theil_l`]; [`Undefined::UnequalColumns`] and [`Undefined::NoSuchGroup`] for groups that are not those of the units.
pub fn theil_parts(base: &[f64], resource: &[f64], groups: &[usize], log: LogBase) -> Result<TheilParts, Undefined> {
    let (all, _) = totals(base, resource)?;
    same_length(base.len(), groups.len())?;
    if let Some(unit) = groups.iter().position(|group| *group >= groups.len()) {
        return Err(Undefined::NoSuchGroup(unit));
    }
    theil_l(base, resource, log)?;
    let count = groups.iter().max().map_or(0, |last| last + 1);
    let members = |group: usize, of: &[f64]| -> Vec<f64> {
        groups.iter().zip(of).filter(|(own, _)| **own == group).map(|(_, value)| *value).collect()
    };
    let (mut sums, mut held, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for group in 0..count {
        let (own_base, own_resource) = (members(group, base), members(group, resource));
        let sum: f64 = own_base.iter().sum();
        let own = if sum > 0.0 { Some(theil_l(&own_base, &own_resource, log)?) } else { None };
        shares.push(GroupShare { group, own, weighted: own.unwrap_or(0.0) * sum / all });
        sums.push(sum);
        held.push(own_resource.iter().sum());
    }
    let between = theil_l(&sums, &held, log)?;
    let within = shares.iter().map(|share| share.weighted).sum();
    Ok(TheilParts { total: between + within, between, within, groups: shares })
}

/// What a unit holds a head, with its share of the base; units without base are left out.
fn ratios(base: &[f64], resource: &[f64]) -> Result<Vec<(f64, f64)>, Undefined> {
    let (all, _) = totals(base, resource)?;
    Ok(base.iter().zip(resource).filter(|(base, _)| **base > 0.0).map(|(base, held)| (base / all, held / base)).collect())
}

/// The coefficient of variation of what a unit holds a head: standard deviation over mean, each unit weighted by its base; each the same
/// where `weighted` is false.
///
/// # Errors
///
/// As [`lorenz`].
pub fn variation(base: &[f64], resource: &[f64], weighted: bool) -> Result<f64, Undefined> {
    let units = ratios(base, resource)?;
    let weight = |share: f64| if weighted { share } else { 1.0 / units.len() as f64 };
    let mean: f64 = units.iter().map(|(share, ratio)| weight(*share) * ratio).sum();
    let variance: f64 = units.iter().map(|(share, ratio)| weight(*share) * (ratio - mean).powi(2)).sum();
    if mean > 0.0 { Ok(variance.sqrt() / mean) } else { Err(Undefined::NoResource) }
}

/// The mean distance, weighted by base, of what a unit holds a head from what all hold.
///
/// # Errors
///
/// As [`lorenz`].
pub fn mean_absolute_deviation(base: &[f64], resource: &[f64]) -> Result<f64, Undefined> {
    let units = ratios(base, resource)?;
    let mean: f64 = units.iter().map(|(share, ratio)| share * ratio).sum();
    Ok(units.iter().map(|(share, ratio)| share * (ratio - mean).abs()).sum())
}

/// The best-off unit's holding a head over the worst-off's.
///
/// # Errors
///
/// As [`lorenz`], and [`Undefined::UnitWithout`].
pub fn max_min_ratio(base: &[f64], resource: &[f64]) -> Result<f64, Undefined> {
    let (_, _) = totals(base, resource)?;
    let without = base.iter().zip(resource).position(|(base, held)| *base > 0.0 && *held <= 0.0);
    if let Some(unit) = without {
        return Err(Undefined::UnitWithout(unit));
    }
    let units = ratios(base, resource)?;
    let most = units.iter().map(|(_, ratio)| *ratio).fold(0.0, f64::max);
    let least = units.iter().map(|(_, ratio)| *ratio).fold(f64::INFINITY, f64::min);
    Ok(most / least)
}

/// Palma's ratio: what the best-off tenth of the base holds over what the worst-off four tenths hold, along the [`lorenz`] curve, which is
/// straight within a unit.
///
/// # Errors
///
/// As [`lorenz`]; [`Undefined::UnitWithout`] where four tenths hold nothing.
pub fn palma(base: &[f64], resource: &[f64]) -> Result<f64, Undefined> {
    let curve = lorenz(base, resource)?;
    let held_below = |share: f64| {
        let after = curve.iter().position(|point| point.0 >= share).unwrap_or(curve.len() - 1).max(1);
        let ((x0, y0), (x1, y1)) = (curve[after - 1], curve[after]);
        if x1 > x0 { y0 + (y1 - y0) * (share - x0) / (x1 - x0) } else { y0 }
    };
    let (least, most) = (held_below(0.4), 1.0 - held_below(0.9));
    if least > 0.0 {
        return Ok(most / least);
    }
    let unit = base.iter().zip(resource).position(|(base, held)| *base > 0.0 && *held <= 0.0);
    Err(Undefined::UnitWithout(unit.unwrap_or(0)))
}

/// How a unit's land, people and resource gather (集聚度): each over what its share of the land would be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Agglomeration {
    /// HRAD 卫生资源集聚度: (r/R) / (a/A), what 1 % of the land holds of the resource. Weighted by land, all units' make 1.
    pub hrad: f64,
    /// PAD 人口集聚度: (p/P) / (a/A).
    pub pad: f64,
    /// HRAD/PAD = (r/p) / (R/P): below 1, the unit is short for its people. `None` without people.
    pub ratio: Option<f64>,
}

/// [`Agglomeration`] of every unit; `None` for one without land.
///
/// # Errors
///
/// As [`lorenz`], of the land and of the people.
pub fn agglomeration(area: &[f64], people: &[f64], resource: &[f64]) -> Result<Vec<Option<Agglomeration>>, Undefined> {
    let (land, held) = totals(area, resource)?;
    let (all, _) = totals(people, resource)?;
    let unit = |((area, people), resource): ((&f64, &f64), &f64)| {
        let share = area / land;
        let (held, living) = (resource / held, people / all);
        (share > 0.0).then(|| Agglomeration { hrad: held / share, pad: living / share, ratio: (living > 0.0).then(|| held / living) })
    };
    Ok(area.iter().zip(people).zip(resource).map(unit).collect())
}
