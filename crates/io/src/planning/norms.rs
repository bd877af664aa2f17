//! Norms: how many there should be, and whether there are.

use catchment::{Finding, FindingKind, Need, NormStatus, Stage, judge};
use serde::Serialize;

use super::office::{Basis, Office, Place};
use super::standards::{Level, Norm};

/// A norm of a zone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NormRow {
    /// The zone; `all` for all together.
    pub zone_id: String,
    /// Its name.
    pub zone_name: String,
    /// Its class.
    pub zone_class: Option<String>,
    /// The norm.
    pub norm: String,
    /// What it asks.
    pub title: String,
    /// The same in Chinese.
    pub title_zh: String,
    /// What is counted.
    pub quantity: String,
    /// How many there are.
    pub have: Option<f64>,
    /// Where that is known from.
    pub have_from: Option<Basis>,
    /// The least that is needed, before it is made whole.
    pub need_low_exact: Option<f64>,
    /// The most that there is a place for, before it is made whole.
    pub need_high_exact: Option<f64>,
    /// How numbers are made whole: `up`, `nearest`, `down`, `exact`.
    pub rounding: String,
    /// The least, whole.
    pub need_low: Option<f64>,
    /// The most, whole; empty where there may be any number.
    pub need_high: Option<f64>,
    /// How many are missing.
    pub gap: Option<f64>,
    /// `short`, `met`, `over` or `unknown`.
    pub status: NormStatus,
    /// What the need was made of, and what is not known.
    pub detail: String,
    /// The zone's position; none for all.
    #[serde(skip)]
    pub zone: Option<usize>,
    /// Whether the norm is a ceiling: then more than it is no excess but a breach.
    #[serde(skip)]
    pub ceiling: bool,
}

impl Office {
    /// Every norm of every zone that it is for.
    pub fn norms(&self) -> (Vec<NormRow>, Vec<Finding>) {
        let (mut rows, mut findings) = (Vec::new(), Vec::new());
        let before = self.before();
        for norm in &self.standards.norms {
            let of_class = |zone: &usize| {
                let class = self.zones[*zone].class.as_deref();
                norm.class.is_empty() || class.is_some_and(|class| norm.class.iter().any(|asked| asked == class))
            };
            let zones: Vec<usize> = (0..self.zones.len()).filter(of_class).collect();
            if zones.is_empty() && !norm.class.is_empty() {
                let detail = format!("no zone has the class {}: the norm is left aside", norm.class.join(" or "));
                findings.push(Finding::new(Stage::Planning, "planning", &norm.id, FindingKind::NormWithoutZones, detail));
                continue;
            }
            match norm.by {
                Level::Zone => rows.extend(zones.iter().map(|zone| self.norm(&before, norm, Some(*zone), Place::Zone(*zone)))),
                Level::All if norm.class.is_empty() => rows.push(self.norm(&before, norm, None, Place::All)),
                Level::All => rows.push(self.norm(&before, norm, None, Place::Some(&zones))),
            }
        }
        (rows, findings)
    }

    fn norm(&self, before: &Office, norm: &Norm, zone: Option<usize>, place: Place<'_>) -> NormRow {
        let year = norm.year.or(self.year);
        let have = self.value(&norm.have, place, year);
        let (need, mut told) = self.need(before, norm, place, year);
        match &have {
            Ok(have) => told.extend(changed(have.value, before.value(&norm.have, place, year).ok())),
            Err(why) => told.push(why.clone()),
        }
        let verdict = have.as_ref().ok().zip(need).and_then(|(have, need)| judge(have.value, need, norm.round).ok());
        let rounding = serde_json::to_value(norm.round).ok().and_then(|word| word.as_str().map(str::to_owned));
        NormRow {
            zone_id: self.place_id(zone).to_owned(),
            zone_name: self.place_name(zone).to_owned(),
            zone_class: zone.and_then(|zone| self.zones[zone].class.clone()),
            norm: norm.id.clone(),
            title: norm.title.clone(),
            title_zh: norm.title_zh.clone(),
            quantity: norm.have.clone(),
            have: have.as_ref().ok().map(|have| have.value),
            have_from: have.as_ref().ok().map(|have| have.basis),
            need_low_exact: need.map(|need| need.low),
            need_high_exact: need.and_then(|need| need.high),
            rounding: rounding.unwrap_or_default(),
            need_low: verdict.map(|verdict| verdict.low),
            need_high: verdict.and_then(|verdict| verdict.high),
            gap: verdict.map(|verdict| verdict.gap),
            status: verdict.map_or(NormStatus::Unknown, |verdict| verdict.status),
            detail: told.join("; "),
            zone,
            ceiling: norm.no_more_than_in.is_some(),
        }
    }

    /// What a norm asks of a place, and what that is made of. Of an either-or rule, what is not known is left out, and said.
    fn need(&self, before: &Office, norm: &Norm, place: Place<'_>, year: Option<i32>) -> (Option<Need>, Vec<String>) {
        let mut told = Vec::new();
        if let Some(year) = norm.no_more_than_in {
            return match before.value(&norm.have, place, Some(year)) {
                Ok(most) => {
                    told.push(format!("no more than the {} of {year}", most.value));
                    (Some(Need { low: 0.0, high: Some(most.value) }), told)
                }
                Err(why) => (None, vec![why]),
            };
        }
        let mut needs = Vec::new();
        let mut unknown = 0;
        for rule in &norm.need {
            let [fewest, most] = rule.every.band();
            match self.value(&rule.per, place, year) {
                Ok(amount) => {
                    let every = if fewest < most { format!("{fewest}–{most}") } else { most.to_string() };
                    told.push(format!("one for every {every} of {} {}", amount.value, rule.per));
                    needs.push(Need::one_per(amount.value, fewest, most));
                }
                Err(why) => {
                    unknown += 1;
                    told.push(why);
                }
            }
        }
        if unknown > 0 && norm.combine == catchment::Combine::Both {
            return (None, told);
        }
        let mut need = Need::combined(&needs, norm.combine);
        if let (Some(more), Some(need)) = (&norm.may_add, &mut need) {
            match self.value(&more.quantity, place, year) {
                Ok(amount) if amount.value > more.above => {
                    need.high = need.high.map(|high| high + more.count);
                    told.push(format!("{} more may be added: {} is {}, above {}", more.count, more.quantity, amount.value, more.above));
                }
                Ok(_) => {}
                Err(why) => told.push(why),
            }
        }
        if let Some(need) = need.as_mut().filter(|_| norm.at_least) {
            need.high = None;
        }
        (need, told)
    }
}

/// By how much a value differs from that of the study as it stands: what a plan would build is not there yet.
pub(super) fn changed(value: f64, before: Option<super::office::Value>) -> Option<String> {
    let more = value - before?.value;
    match more {
        _ if more.abs() <= 1e-9 * value.abs().max(1.0) => None,
        _ if more > 0.0 => Some(format!("{more} more than as it stands")),
        _ => Some(format!("{} fewer than as it stands", -more)),
    }
}
