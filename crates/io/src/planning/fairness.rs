//! How evenly resources are spread over zones, by people and by land.

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
    /// What: a quantity, or access by its id.
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

/// What of units is known: base, resource; and land where it is.
pub(super) struct Units<'a> {
    pub people: &'a [f64],
    pub resource: &'a [f64],
    pub area: Option<&'a [f64]>,
    /// A number and a name for the class of each unit.
    pub classes: Option<(&'a [usize], &'a [String])>,
}

impl FairnessRow {
    /// Measures units; `named` says what a unit is called.
    pub(super) fn of(resource: &str, what: &str, per: f64, units: &Units<'_>, named: &dyn Fn(usize) -> String) -> FairnessRow {
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
                    Undefined::NoBase | Undefined::NoResource => String::new(),
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

/// The curve of a resource.
pub(super) fn curve(resource: &str, by: &str, base: &[f64], held: &[f64]) -> Vec<LorenzRow> {
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
        let column = |pick: fn(&(usize, f64, f64)) -> f64| zones.iter().map(pick).collect::<Vec<f64>>();
        let (base, held) = (column(|zone| zone.1), column(|zone| zone.2));
        let land: Option<Vec<f64>> = zones.iter().map(|(zone, ..)| get("area_km2", *zone).ok()).collect();
        let mut names: Vec<String> = Vec::new();
        let class = |zone: usize, names: &mut Vec<String>| {
            let class = self.zones[zone].class.clone()?;
            Some(names.iter().position(|name| *name == class).unwrap_or_else(|| {
                names.push(class);
                names.len() - 1
            }))
        };
        let classes: Option<Vec<usize>> = zones.iter().map(|(zone, ..)| class(*zone, &mut names)).collect();
        let classes = classes.filter(|_| names.len() > 1);
        let units = Units {
            people: &base,
            resource: &held,
            area: land.as_deref(),
            classes: classes.as_deref().map(|classes| (classes, names.as_slice())),
        };
        let named = |unit: usize| zones.get(unit).map_or_else(String::new, |(zone, ..)| self.zones[*zone].name.clone());
        let mut row = FairnessRow::of(&rule.resource, "zones", per, &units, &named);
        row.units_unknown = unknown.len();
        if let Some((_, why)) = unknown.first() {
            let all: Vec<&str> = unknown.iter().map(|(name, _)| *name).collect();
            let more = format!("left out, as not all of them is known: {} ({why})", all.join(", "));
            row.detail = [row.detail, more].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ");
        }
        fair.rows.push(row);
        fair.lorenz.extend(curve(&rule.resource, "people", &base, &held));
        fair.lorenz.extend(land.iter().flat_map(|land| curve(&rule.resource, "area", land, &held)));
        let gathered: Vec<Option<Agglomeration>> =
            land.as_ref().and_then(|land| agglomeration(land, &base, &held).ok()).unwrap_or_else(|| vec![None; zones.len()]);
        for (unit, ((zone, people, amount), gathered)) in zones.iter().zip(gathered).enumerate() {
            fair.zones.push(AgglomerationRow {
                resource: rule.resource.clone(),
                zone_id: self.zones[*zone].id.clone(),
                zone_name: self.zones[*zone].name.clone(),
                amount: *amount,
                people: *people,
                area_km2: land.as_ref().map(|land| land[unit]),
                per_people: (*people > 0.0).then(|| amount / people * per),
                hrad: gathered.map(|own| own.hrad),
                pad: gathered.map(|own| own.pad),
                hrad_over_pad: gathered.and_then(|own| own.ratio),
            });
        }
    }
}
