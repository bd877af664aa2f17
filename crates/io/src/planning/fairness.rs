//! How evenly resources are spread over zones, by people and by land.

use std::collections::BTreeMap;

use catchment::Zone;
use catchment::geo::Area;
use catchment::{
    Agglomeration, LogBase, Undefined, agglomeration, gini, lorenz, max_min_ratio, mean_absolute_deviation, palma, theil_l, theil_parts,
    theil_t, variation,
};
use serde::Serialize;

use super::office::{Office, Place};
use super::standards::Fairness;

/// How evenly something is spread. What has no value is empty, and `detail` says why.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FairnessRow {
    /// What: a quantity, the people that a service covers, or access by its id.
    pub resource: String,
    /// Over what it is spread: zones, or demand points.
    pub units: String,
    /// How many units were looked at.
    pub unit_count: usize,
    /// Units whose people or resource are not known.
    pub units_unknown: usize,
    /// Of all of it, a head.
    pub mean_per: Option<f64>,
    /// For so many people.
    pub per: f64,
    /// Gini's coefficient by people.
    pub gini_people: Option<f64>,
    /// Gini's coefficient by area.
    pub gini_area: Option<f64>,
    /// Theil's L to base 10, as Chinese health papers print it.
    pub theil_l_log10: Option<f64>,
    /// Theil's L, natural.
    pub theil_l_ln: Option<f64>,
    /// Theil's T, natural.
    pub theil_t_ln: Option<f64>,
    /// Of Theil's L to base 10: between classes of zones.
    pub theil_between_log10: Option<f64>,
    /// Within classes of zones.
    pub theil_within_log10: Option<f64>,
    /// The share of it that lies between.
    pub theil_between_share: Option<f64>,
    /// The share of it that lies within each class: `centre 0.21; suburb 0.34`.
    pub theil_class_shares: String,
    /// Coefficient of variation, weighted by people.
    pub cv_people_weighted: Option<f64>,
    /// The same with every unit counting once.
    pub cv_unweighted: Option<f64>,
    /// Mean absolute deviation, weighted by people, for `per` people.
    pub mean_absolute_deviation: Option<f64>,
    /// The best-off unit over the worst-off.
    pub max_min_ratio: Option<f64>,
    /// The best-off tenth of people over the worst-off four tenths.
    pub palma: Option<f64>,
    /// Why a measure has no value, and which zones are not known.
    pub detail: String,
}

/// A zone's part: resource, people and land gathered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgglomerationRow {
    /// What: a quantity.
    pub resource: String,
    /// The zone.
    pub zone_id: String,
    /// Its name.
    pub zone_name: String,
    /// How much it holds.
    pub amount: f64,
    /// Its people.
    pub people: f64,
    /// Its land.
    pub area_km2: Option<f64>,
    /// For so many people.
    pub per_people: Option<f64>,
    /// HRAD.
    pub hrad: Option<f64>,
    /// PAD.
    pub pad: Option<f64>,
    /// HRAD over PAD.
    pub hrad_over_pad: Option<f64>,
}

/// A point of a Lorenz curve.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LorenzRow {
    /// What: a quantity, or access by its id.
    pub resource: String,
    /// Over what: `people` or `area`.
    pub by: String,
    /// Cumulative share of people or land, those who hold least first.
    pub base_share: f64,
    /// The share of the resource that they hold.
    pub resource_share: f64,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fair {
    /// One a resource.
    pub rows: Vec<FairnessRow>,
    /// One a resource and zone.
    pub zones: Vec<AgglomerationRow>,
    /// The curves.
    pub lorenz: Vec<LorenzRow>,
}

/// A zone with its people and what it holds of a resource.
pub(crate) struct Held<'z> {
    pub zone: &'z Zone,
    pub people: f64,
    pub amount: f64,
}

impl Fair {
    /// A resource of zones: by people, by land where it is known of all (km²), by class where all have one; with curves and agglomeration.
    pub(crate) fn add_zones(&mut self, resource: &str, per: f64, held: &[Held<'_>], land: Option<Vec<f64>>) {
        let people: Vec<f64> = held.iter().map(|own| own.people).collect();
        let amounts: Vec<f64> = held.iter().map(|own| own.amount).collect();
        let mut names: Vec<String> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut class = |zone: &Zone| {
            let class = zone.class.clone()?;
            Some(*places.entry(class).or_insert_with_key(|class| {
                names.push(class.clone());
                names.len() - 1
            }))
        };
        let classes: Option<Vec<usize>> = held.iter().map(|own| class(own.zone)).collect();
        let classes = classes.filter(|_| names.len() > 1);
        let units = Units {
            people: &people,
            resource: &amounts,
            area: land.as_deref(),
            classes: classes.as_deref().map(|classes| (classes, names.as_slice())),
        };
        let named = |unit: usize| held.get(unit).map_or_else(String::new, |own| own.zone.name.clone());
        self.rows.push(FairnessRow::of(resource, "zones", per, &units, &named));
        self.lorenz.extend(curve(resource, "people", &people, &amounts));
        self.lorenz.extend(land.iter().flat_map(|land| curve(resource, "area", land, &amounts)));
        let gathered: Vec<Option<Agglomeration>> =
            land.as_ref().and_then(|land| agglomeration(land, &people, &amounts).ok()).unwrap_or_else(|| vec![None; held.len()]);
        for (unit, (own, gathered)) in held.iter().zip(gathered).enumerate() {
            self.zones.push(AgglomerationRow {
                resource: resource.to_owned(),
                zone_id: own.zone.id.clone(),
                zone_name: own.zone.name.clone(),
                amount: own.amount,
                people: own.people,
                area_km2: land.as_ref().map(|land| land[unit]),
                per_people: (own.people > 0.0).then(|| own.amount / own.people * per),
                hrad: gathered.map(|own| own.hrad),
                pad: gathered.map(|own| own.pad),
                hrad_over_pad: gathered.and_then(|own| own.ratio),
            });
        }
    }

    /// The same of a study's zones, which have ground.
    pub(crate) fn add_ground(&mut self, resource: &str, per: f64, held: &[Held<'_>]) {
        let land = held.iter().map(|own| own.zone.area.unsigned_area() / 1e6).collect();
        self.add_zones(resource, per, held, Some(land));
    }

    /// A resource of demand points; `named` says what a unit is called.
    pub(crate) fn add_points(&mut self, resource: &str, per: f64, people: &[f64], held: &[f64], named: &dyn Fn(usize) -> String) {
        let known = Units { people, resource: held, area: None, classes: None };
        self.rows.push(FairnessRow::of(resource, "demand points", per, &known, named));
    }

    /// Names the units that the last row leaves out.
    pub(crate) fn unknown<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        let names: Vec<&str> = names.collect();
        if let Some(row) = self.rows.last_mut().filter(|_| !names.is_empty()) {
            row.units_unknown = names.len();
            self.note(&format!("left out, as their people are not known or none: {}", some_of(&names)));
        }
    }

    /// Says something more of the last row.
    pub(crate) fn note(&mut self, text: &str) {
        if let Some(row) = self.rows.last_mut() {
            row.detail = [row.detail.as_str(), text].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ");
        }
    }

    /// Puts what another found behind this.
    pub(crate) fn extend(&mut self, other: Fair) {
        self.rows.extend(other.rows);
        self.zones.extend(other.zones);
        self.lorenz.extend(other.lorenz);
    }
}

/// What of units is known: base, resource; and land where it is.
struct Units<'a> {
    pub people: &'a [f64],
    pub resource: &'a [f64],
    pub area: Option<&'a [f64]>,
    /// A number and a name for the class of each unit.
    pub classes: Option<(&'a [usize], &'a [String])>,
}

impl FairnessRow {
    /// Measures units; `named` says what a unit is called.
    fn of(resource: &str, what: &str, per: f64, units: &Units<'_>, named: &dyn Fn(usize) -> String) -> FairnessRow {
        let (p, r) = (units.people, units.resource);
        let (people, held): (f64, f64) = (p.iter().sum(), r.iter().sum());
        let mean_per = (people > 0.0).then(|| held / people * per);
        if p.len() < 2 {
            let detail = "fewer than two units: there is nothing to compare".to_owned();
            let (resource, units) = (resource.to_owned(), what.to_owned());
            return FairnessRow { resource, units, unit_count: p.len(), per, mean_per, detail, ..FairnessRow::default() };
        }
        let mut told: Vec<String> = Vec::new();
        let mut take = |name: &str, found: Result<f64, Undefined>| match found {
            Ok(value) => Some(value),
            Err(why) => {
                let unit = match why {
                    Undefined::UnitWithout(unit) | Undefined::UnitForNobody(unit) | Undefined::NotANumber(unit) => {
                        format!(" ({})", named(unit))
                    }
                    _ => String::new(),
                };
                told.push(format!("{name} has no value: {why}{unit}"));
                None
            }
        };
        let mut row = FairnessRow {
            resource: resource.to_owned(),
            units: what.to_owned(),
            unit_count: p.len(),
            per,
            mean_per,
            gini_people: take("Gini by people", gini(p, r)),
            gini_area: units.area.and_then(|area| take("Gini by area", gini(area, r))),
            theil_l_log10: take("Theil's L", theil_l(p, r, LogBase::Ten)),
            theil_l_ln: theil_l(p, r, LogBase::Natural).ok(),
            theil_t_ln: take("Theil's T", theil_t(p, r, LogBase::Natural)),
            cv_people_weighted: take("the coefficient of variation", variation(p, r, true)),
            cv_unweighted: variation(p, r, false).ok(),
            mean_absolute_deviation: mean_absolute_deviation(p, r).ok().map(|deviation| deviation * per),
            max_min_ratio: take("max/min", max_min_ratio(p, r)),
            palma: take("Palma's ratio", palma(p, r)),
            ..FairnessRow::default()
        };
        if let Some(parts) = units.classes.and_then(|(classes, _)| theil_parts(p, r, classes, LogBase::Ten).ok()) {
            row.theil_between_log10 = Some(parts.between);
            row.theil_within_log10 = Some(parts.within);
            row.theil_between_share = parts.contribution(parts.between);
            let names = units.classes.map_or(&[][..], |(_, names)| names);
            let share =
                |group: &catchment::GroupShare| Some(format!("{} {:.4}", names.get(group.group)?, parts.contribution(group.weighted)?));
            row.theil_class_shares = parts.groups.iter().filter_map(share).collect::<Vec<_>>().join("; ");
        }
        row.detail = told.join("; ");
        row
    }
}

/// Names, ten of them at most.
pub(crate) fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 10;
    match names.len() {
        count if count > SHOWN => format!("{} and {} more", names[..SHOWN].join(", "), count - SHOWN),
        _ => names.join(", "),
    }
}

/// The curve of a resource.
fn curve(resource: &str, by: &str, base: &[f64], held: &[f64]) -> Vec<LorenzRow> {
    let point = |(base_share, resource_share)| LorenzRow { resource: resource.to_owned(), by: by.to_owned(), base_share, resource_share };
    lorenz(base, held).map(|curve| curve.into_iter().map(point).collect()).unwrap_or_default()
}

impl Office {
    /// How evenly the resources are spread that the standards ask for.
    pub fn fairness(&self) -> Fair {
        let mut fair = Fair::default();
        for rule in &self.standards.fairness {
            self.fair(rule, &mut fair);
        }
        fair
    }

    fn fair(&self, rule: &Fairness, fair: &mut Fair) {
        let people = rule.people.as_deref().unwrap_or("people");
        let per = rule.per.unwrap_or(1000.0);
        let get = |quantity: &str, zone: usize| self.value(quantity, Place::Zone(zone), self.year).map(|value| value.value);
        let (mut zones, mut unknown) = (Vec::new(), Vec::new());
        for zone in 0..self.zones.len() {
            match (get(people, zone), get(&rule.resource, zone)) {
                (Ok(people), Ok(held)) => zones.push((zone, people, held)),
                (Err(why), _) | (_, Err(why)) => unknown.push((self.zones[zone].name.as_str(), why)),
            }
        }
        let land: Option<Vec<f64>> = zones.iter().map(|(zone, ..)| get("area_km2", *zone).ok()).collect();
        let held: Vec<Held<'_>> =
            zones.iter().map(|(zone, people, amount)| Held { zone: &self.zones[*zone], people: *people, amount: *amount }).collect();
        fair.add_zones(&rule.resource, per, &held, land);
        let Some(row) = fair.rows.last_mut() else { return };
        row.units_unknown = unknown.len();
        if let Some((_, why)) = unknown.first() {
            let all: Vec<&str> = unknown.iter().map(|(name, _)| *name).collect();
            fair.note(&format!("left out, as not all of them is known: {} ({why})", some_of(&all)));
        }
    }
}
