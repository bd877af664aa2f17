//! Indicators: values, targets, and what published values stand for.

use catchment::Ratio;
use serde::Serialize;

use super::norms::changed;
use super::office::{Basis, Office, Place};
use super::standards::{Indicator, Nature};

/// How an indicator stands to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorStatus {
    /// It is what it should be.
    Met,
    /// It is not.
    NotMet,
    /// It has no target.
    NoTarget,
    /// Its value is not known.
    Unknown,
}

/// An indicator of a place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndicatorRow {
    /// The zone; `all` for all together.
    pub zone_id: String,
    /// Its name.
    pub zone_name: String,
    /// The indicator.
    pub indicator: String,
    /// The field that it belongs to.
    pub domain: String,
    /// The same in Chinese.
    pub domain_zh: String,
    /// What it counts.
    pub title: String,
    /// The same in Chinese.
    pub title_zh: String,
    /// Its unit.
    pub unit: String,
    /// The same in Chinese.
    pub unit_zh: String,
    /// What was published before, and of which year.
    pub baseline_year: Option<i32>,
    /// The value.
    pub baseline: Option<f64>,
    /// The target and its year.
    pub target_year: Option<i32>,
    /// The target as it is printed: `≥6.73`.
    pub target: Option<String>,
    /// The target's number.
    pub target_value: Option<f64>,
    /// `expected` or `binding`.
    pub nature: Nature,
    /// What is counted, and for whom.
    pub numerator: Option<f64>,
    /// For whom.
    pub denominator: Option<f64>,
    /// For so many of them.
    pub per: Option<f64>,
    /// The value, exact.
    pub value: Option<f64>,
    /// The value as its rule rounds it.
    pub value_rounded: Option<f64>,
    /// The way from baseline to target that is done, 0 to 1.
    pub progress: Option<f64>,
    /// Whether the target is met, by the rounded value.
    pub status: IndicatorStatus,
    /// Whole ones that the target still needs, for today's denominator.
    pub needed_for_target: Option<f64>,
    /// The numerator that the published value stands for, with the denominator of its year.
    pub baseline_implies_numerator: Option<f64>,
    /// The denominator that the published value stands for, with the numerator of its year.
    pub baseline_implies_denominator: Option<f64>,
    /// The value worked out again for the published one's year.
    pub baseline_recomputed: Option<f64>,
    /// The denominator at which today's numerator is the target.
    pub target_implies_denominator: Option<f64>,
    /// Rank among zones, most first; of zones alone.
    pub rank: Option<usize>,
    /// How it is counted, where its parts come from, and what is not known.
    pub detail: String,
    /// The zone's position; none for all.
    #[serde(skip)]
    pub zone: Option<usize>,
}

impl Office {
    /// Every indicator for all zones together, and for each zone where its rule asks.
    pub fn indicators(&self) -> Vec<IndicatorRow> {
        let mut rows = Vec::new();
        let before = self.before();
        for indicator in &self.standards.indicators {
            rows.push(self.indicator(&before, indicator, None, Place::All));
            if !indicator.by_zone {
                continue;
            }
            let first = rows.len();
            rows.extend((0..self.zones.len()).map(|zone| self.indicator(&before, indicator, Some(zone), Place::Zone(zone))));
            let values: Vec<Option<f64>> = rows[first..].iter().map(|row| row.value).collect();
            for row in &mut rows[first..] {
                row.rank = row.value.map(|own| 1 + values.iter().flatten().filter(|other| **other > own).count());
            }
        }
        rows
    }

    /// Numerator, denominator and unit in a year.
    fn ratio(&self, indicator: &Indicator, place: Place<'_>, year: Option<i32>) -> Result<(Ratio, Basis), String> {
        let numerator = self.value(&indicator.numerator, place, year)?;
        let denominator = match &indicator.denominator {
            Some(quantity) => self.value(quantity, place, year)?.value,
            None => 1.0,
        };
        Ok((Ratio { numerator: numerator.value, denominator, unit: indicator.per.unwrap_or(1.0) }, numerator.basis))
    }

    fn indicator(&self, before: &Office, indicator: &Indicator, zone: Option<usize>, place: Place<'_>) -> IndicatorRow {
        let ratio = self.ratio(indicator, place, self.year);
        let now = ratio.as_ref().ok().map(|(ratio, _)| *ratio);
        let value = now.and_then(|ratio| ratio.value().ok());
        let round = |value: f64| indicator.round.apply(value, indicator.decimals);
        let rounded = value.map(round);
        let of_all = zone.is_none();
        let baseline = indicator.baseline.filter(|_| of_all);
        let rule = indicator.target;
        let then = baseline.and_then(|published| before.ratio(indicator, place, Some(published.year)).ok()).map(|(ratio, _)| ratio);
        let shared = indicator.denominator.is_some();
        let implied = baseline.zip(then).filter(|_| shared);
        let status = match (rounded, rule) {
            (None, _) => IndicatorStatus::Unknown,
            (_, None) => IndicatorStatus::NoTarget,
            (Some(value), Some(rule)) if rule.target().met(value) => IndicatorStatus::Met,
            _ => IndicatorStatus::NotMet,
        };
        let mut told = Vec::new();
        told.extend(Some(indicator.basis.clone()).filter(|basis| !basis.is_empty()));
        match &ratio {
            Ok((ratio, basis)) => {
                told.push(format!("{} from {}", indicator.numerator, word(*basis)));
                told.extend(changed(ratio.numerator, before.value(&indicator.numerator, place, self.year).ok()));
            }
            Err(why) => told.push(why.clone()),
        }
        if now.is_some() && value.is_none() {
            told.push(format!("`{}` is 0", indicator.denominator.as_deref().unwrap_or_default()));
        }
        IndicatorRow {
            zone_id: self.place_id(zone).to_owned(),
            zone_name: self.place_name(zone).to_owned(),
            indicator: indicator.id.clone(),
            domain: indicator.domain.clone(),
            domain_zh: indicator.domain_zh.clone(),
            title: indicator.title.clone(),
            title_zh: indicator.title_zh.clone(),
            unit: indicator.unit.clone(),
            unit_zh: indicator.unit_zh.clone(),
            baseline_year: baseline.map(|published| published.year),
            baseline: baseline.map(|published| published.value),
            target_year: rule.map(|rule| rule.year),
            target: rule.map(|rule| rule.text()),
            target_value: rule.map(|rule| rule.value),
            nature: indicator.nature,
            numerator: now.map(|ratio| ratio.numerator),
            denominator: now.filter(|_| shared).map(|ratio| ratio.denominator),
            per: indicator.per,
            value,
            value_rounded: rounded,
            progress: baseline.zip(rounded).zip(rule).and_then(|((from, value), rule)| rule.target().progress(from.value, value)),
            status,
            needed_for_target: now.zip(rule).filter(|_| of_all).and_then(|(ratio, rule)| needed(&ratio, &rule, rounded)),
            baseline_implies_numerator: implied.and_then(|(published, ratio)| ratio.implied_numerator(published.value).ok()),
            baseline_implies_denominator: implied.and_then(|(published, ratio)| ratio.implied_denominator(published.value).ok()),
            baseline_recomputed: baseline.and(then).and_then(|ratio| ratio.value().ok()).map(round),
            target_implies_denominator: now
                .zip(rule)
                .filter(|_| shared && of_all)
                .and_then(|(ratio, rule)| ratio.implied_denominator(rule.value).ok()),
            rank: None,
            detail: told.join("; "),
            zone,
        }
    }
}

/// How many more a target asks for, where more is what it asks for.
fn needed(ratio: &Ratio, rule: &super::standards::TargetRule, value: Option<f64>) -> Option<f64> {
    let rises = rule.operator == catchment::Operator::AtLeast || value.is_some_and(|value| value < rule.value);
    let met = value.is_some_and(|value| rule.target().met(value));
    match rises {
        true if met => Some(0.0),
        true => ratio.increment(rule.value).ok(),
        false => None,
    }
}

pub(super) fn word(basis: Basis) -> &'static str {
    match basis {
        Basis::Figures => "the table of figures",
        Basis::Counted => "facilities of the study",
        Basis::Study => "people and ground of the study",
        Basis::NewBuild => "the plan's new facilities",
    }
}
