//! The office: what there is of anything, by zone and year, wherever it is known from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use catchment::{CostRow, Coverage, Facility, Finding, FindingKind, People, Report, Severity, Stage, Zone, ZoneIndex};
use serde::Serialize;

use super::figures::Figures;
use super::new_build::NewBuild;
use super::standards::{Quantity, Standards};
use crate::load::Inputs;
use crate::plan::Plan;
use crate::response::ResponseRun;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The plan's table of new facilities alone.
    NewBuild,
    /// The table of figures.
    Figures,
    /// Facilities of the study, counted or summed up.
    Counted,
    /// People and ground of the study.
    Study,
}

/// A value and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Value {
    /// The number.
    pub value: f64,
    /// Where it comes from; of a sum, the last of this order among its parts.
    pub basis: Basis,
}

/// Of which zones a value is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// One of them.
    Zone(usize),
    /// All of them.
    All,
    /// Some of them, together.
    Some(&'a [usize]),
}

/// A facility and the zone that it stands in.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub set: String,
    pub zone: Option<usize>,
    pub facility: Facility,
}

/// What is known of zones beside figures and facilities.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// By name (`people`, groups, `area_km2`) and zone; none where nobody told.
    amounts: BTreeMap<String, Vec<Option<f64>>>,
}

/// Facilities, and which of them stand in a zone (`None`: in none).
#[derive(Debug, Clone, Default)]
pub(super) struct Placements {
    pub all: Vec<Placed>,
    by_zone: BTreeMap<Option<usize>, Vec<usize>>,
}

impl Placements {
    /// Facilities of sets, in the order of the sets' names.
    fn new<'f>(sets: impl Iterator<Item = (&'f String, &'f Vec<Facility>)>, index: &ZoneIndex) -> Placements {
        let mut placed = Placements::default();
        for (set, facilities) in sets {
            for facility in facilities {
                let zone = index.locate(facility.location).map(|zone| zone.index());
                placed.by_zone.entry(zone).or_default().push(placed.all.len());
                placed.all.push(Placed { set: set.clone(), zone, facility: facility.clone() });
            }
        }
        placed
    }

    fn within(&self, zone: Option<usize>) -> impl Iterator<Item = &Placed> {
        self.by_zone.get(&zone).into_iter().flatten().map(|place| &self.all[*place])
    }
}

/// All that norms and indicators are held against.
#[derive(Debug, Clone)]
pub struct Office {
    pub(super) zones: Arc<Vec<Zone>>,
    pub(super) standards: Arc<Standards>,
    pub(super) figures: Arc<Figures>,
    pub(super) facilities: Arc<Placements>,
    /// Those of the study as it stands, where a scenario changed them.
    standing: Arc<Placements>,
    pub(super) year: Option<i32>,
    pub(super) findings: Vec<Finding>,
    pub(super) new_build: Option<NewBuild>,
    known: Known,
}

impl Office {
    pub(super) fn new(zones: Vec<Zone>, standards: Standards, figures: Figures, year: Option<i32>) -> Office {
        let (zones, standards, figures) = (Arc::new(zones), Arc::new(standards), Arc::new(figures));
        let (facilities, standing) = <(Arc<Placements>, Arc<Placements>)>::default();
        Office { zones, standards, figures, facilities, standing, year, findings: Vec::new(), new_build: None, known: Known::default() }
    }

    /// With the people, the ground and the facilities of a study.
    pub(super) fn with_study(mut self, inputs: &Inputs, areas_m2: &[f64]) -> Office {
        let persons = |of: &dyn Fn(usize) -> Option<People>| (0..inputs.zones.len()).map(|z| of(z).map(People::as_f64)).collect();
        let by_zone = |people: &[People]| {
            let mut sums = vec![People::ZERO; inputs.zones.len()];
            for (zone, people) in inputs.demand.zones.iter().zip(people) {
                if let Some(zone) = zone {
                    sums[zone.index()] += *people;
                }
            }
            sums
        };
        let sums = by_zone(&inputs.demand.people);
        let known = |z: usize| inputs.zones[z].people.is_some();
        let all: Vec<Option<f64>> = persons(&|z| known(z).then(|| sums[z]));
        self.known.amounts.insert("people".to_owned(), all);
        for group in &inputs.demand.groups {
            let sums = by_zone(&group.people);
            self.known.amounts.insert(group.name.clone(), persons(&|z| Some(sums[z])));
        }
        self.known.amounts.insert("area_km2".to_owned(), areas_m2.iter().map(|area| Some(area / 1e6)).collect());
        let index = ZoneIndex::new(&inputs.zones);
        self.facilities = Arc::new(Placements::new(inputs.facilities.iter().chain(&inputs.not_open), &index));
        self.standing = match &inputs.standing {
            Some(sets) => Arc::new(Placements::new(sets.iter().flatten(), &index)),
            None => Arc::clone(&self.facilities),
        };
        self
    }

    /// With what a run measured, by service: `walk.people`, `walk.people_covered`, `walk.area_km2`, `walk.area_covered_km2` (of the first
    /// mask), `walk.facilities`; of services with a response also `ems.people_reached`, `ems.response_person_minutes` (their quotient is
    /// the mean) and `ems.people_within_target`.
    pub(super) fn know_results(&mut self, plan: &Plan, reports: &[Report], responses: &[ResponseRun]) {
        for (service, report) in plan.services.iter().zip(reports) {
            let mut know = |name: &str, of: &dyn Fn(&Coverage) -> Option<f64>| {
                self.known.amounts.insert(format!("{}.{name}", service.id), report.coverage.zones.iter().map(of).collect());
            };
            know("people", &|row| Some(row.people?.total().as_f64()));
            know("people_covered", &|row| Some(row.people?.covered.as_f64()));
            know("area_km2", &|row| Some(row.area.total().m2() / 1e6));
            know("area_covered_km2", &|row| Some(row.area.covered.m2() / 1e6));
            know("facilities", &|row| Some(row.facilities as f64));
        }
        for run in responses {
            let service = &plan.services[run.service];
            let mut know = |name: &str, of: &dyn Fn(&CostRow) -> f64| {
                let of_zone = |(row, zone): (&CostRow, &Zone)| zone.people.map(|_| of(row));
                let rows = run.of_people().zones.iter().zip(self.zones.iter()).map(of_zone).collect();
                self.known.amounts.insert(format!("{}.{name}", service.id), rows);
            };
            know("people_reached", &|row| row.reached().as_f64());
            know("response_person_minutes", &|row| row.costs.mean.map_or(0.0, |mean| mean.as_f64() / 60.0 * row.reached().as_f64()));
            know("people_within_target", &|row| run.within(row, service.limit).as_f64());
        }
    }

    /// A rule's words for a quantity, where it has any.
    pub(super) fn quantity(&self, id: &str) -> Option<&Quantity> {
        self.standards.quantities.iter().find(|own| own.id == id)
    }

    /// The study as it stands: without a scenario's facilities, without a plan's new ones, and without what a run measured. What was published,
    /// and what there was in a year before, is held against it.
    pub(super) fn before(&self) -> Office {
        let mut before = Office { new_build: None, facilities: Arc::clone(&self.standing), ..self.clone() };
        before.known.amounts.retain(|name, _| !name.contains('.'));
        before
    }

    /// What there is of a quantity, or why nobody knows.
    pub(super) fn value(&self, id: &str, place: Place<'_>, year: Option<i32>) -> Result<Value, String> {
        let declared = self.quantity(id);
        let column = declared.and_then(|own| own.column.as_deref()).unwrap_or(id);
        let built = |zone: Option<usize>| self.built(declared, zone);
        let figure = |zone: Option<usize>| {
            let value = self.figures.get(column, zone, year)? + built(zone);
            Some(Value { value, basis: Basis::Figures })
        };
        let zone = match place {
            Place::Zone(zone) => zone,
            Place::All => {
                let all: Vec<usize> = (0..self.zones.len()).collect();
                return figure(None).map_or_else(|| self.sum(id, &all, year), Ok);
            }
            Place::Some(zones) => return self.sum(id, zones, year),
        };
        if let Some(value) = figure(Some(zone)) {
            return Ok(value);
        }
        let base = match declared {
            Some(quantity) if !quantity.of.is_empty() => self.parts(quantity, zone, year),
            Some(quantity) if quantity.count.is_some() || quantity.facilities.is_some() => self.counted(quantity, zone, year),
            Some(quantity) if !quantity.new_build.is_empty() => Ok(Value { value: 0.0, basis: Basis::NewBuild }),
            _ if id == "zones" => Ok(Value { value: 1.0, basis: Basis::Study }),
            _ => self.own(id, zone, year),
        };
        base.map(|base| Value { value: base.value + built(Some(zone)), ..base })
    }

    /// What the plan's table of new facilities adds to a quantity.
    fn built(&self, quantity: Option<&Quantity>, zone: Option<usize>) -> f64 {
        let (Some(plan), Some(quantity)) = (&self.new_build, quantity) else { return 0.0 };
        plan.of_zone(&quantity.new_build, zone)
    }

    fn sum(&self, id: &str, zones: &[usize], year: Option<i32>) -> Result<Value, String> {
        let mut sum: Option<Value> = None;
        let mut unknown = Vec::new();
        let mut why = String::new();
        for zone in zones {
            match self.value(id, Place::Zone(*zone), year) {
                Ok(own) => {
                    sum = Some(Value { value: sum.map_or(0.0, |sum| sum.value) + own.value, basis: sum.map_or(own.basis, |sum| sum.basis) })
                }
                Err(own) => {
                    why = own;
                    unknown.push(self.zones[*zone].name.as_str());
                }
            }
        }
        match (sum, unknown.len()) {
            (Some(sum), 0) => Ok(sum),
            (None, 0) => Err(format!("no zone has `{id}`")),
            (_, count) if count == zones.len() => Err(why),
            (_, count) => {
                let more = if count > 3 { format!(" and {} more", count - 3) } else { String::new() };
                Err(format!("`{id}` is not known of {}{more}", unknown[..count.min(3)].join(", ")))
            }
        }
    }

    fn parts(&self, quantity: &Quantity, zone: usize, year: Option<i32>) -> Result<Value, String> {
        let parts: Result<Vec<Value>, String> = quantity.of.iter().map(|part| self.value(part, Place::Zone(zone), year)).collect();
        let parts = parts?;
        let basis = parts.iter().map(|part| part.basis).max().unwrap_or(Basis::Figures);
        Ok(Value { value: parts.iter().map(|part| part.value).sum(), basis })
    }

    /// The facilities of a quantity that stand in a year, each once however many sets hold it.
    pub(super) fn admitted<'a>(&'a self, quantity: &'a Quantity, zone: Option<usize>, year: Option<i32>) -> Vec<&'a Facility> {
        let mut met = BTreeSet::new();
        let fits = |own: &&Placed| {
            let facility = &own.facility;
            let (x, y) = (facility.location.x.to_bits(), facility.location.y.to_bits());
            quantity.facilities.as_ref().is_none_or(|set| *set == own.set)
                && quantity.count.as_ref().is_none_or(|only| only.admits(facility))
                && facility.is_open(year)
                && met.insert((facility.id.clone(), x, y))
        };
        self.facilities.within(zone).filter(fits).map(|own| &own.facility).collect()
    }

    /// What a quantity goes by and no facility of its set has: then nobody knows how many there are, and 0 would be a guess.
    fn untold(&self, quantity: &Quantity) -> Option<&'static str> {
        let only = quantity.count.as_ref()?;
        let told = |has: fn(&Facility) -> bool| {
            let of_set = |own: &&Placed| quantity.facilities.as_ref().is_none_or(|set| *set == own.set);
            self.facilities.all.iter().filter(of_set).any(|own| has(&own.facility))
        };
        let by_owner = !only.owner.is_empty() || !only.owner_not.is_empty();
        let asked = [
            ("tier", !only.tier.is_empty() && !told(|own| own.record.tier.is_some())),
            ("tags", !only.tags.is_empty() && !told(|own| !own.record.tags.is_empty())),
            ("owner", by_owner && !told(|own| own.record.owner.is_some())),
        ];
        asked.into_iter().find(|(_, untold)| *untold).map(|(key, _)| key)
    }

    fn counted(&self, quantity: &Quantity, zone: usize, year: Option<i32>) -> Result<Value, String> {
        if let Some(set) = quantity.facilities.as_ref().filter(|set| !self.facilities.all.iter().any(|own| own.set == **set)) {
            return Err(format!("`{}` counts facilities of the set `{set}`, and there are none", quantity.id));
        }
        if self.facilities.all.is_empty() {
            return Err(format!(
                "`{}` counts facilities, and there are none; a column of that name among the figures would do",
                quantity.id
            ));
        }
        if let Some(key) = self.untold(quantity) {
            return Err(format!("`{}` counts facilities by their {key}, and none has any: columns.{key} of the plan", quantity.id));
        }
        let year = year.or(self.year);
        let admitted = self.admitted(quantity, Some(zone), year);
        let Some(amount) = &quantity.sum else { return Ok(Value { value: admitted.len() as f64, basis: Basis::Counted }) };
        let known: Vec<f64> = admitted.iter().filter_map(|facility| facility.record.amounts.get(amount).copied()).collect();
        match known.len() == admitted.len() {
            true => Ok(Value { value: known.iter().sum(), basis: Basis::Counted }),
            false => Err(format!("`{amount}` is not known of {} of {} facilities", admitted.len() - known.len(), admitted.len())),
        }
    }

    fn own(&self, id: &str, zone: usize, year: Option<i32>) -> Result<Value, String> {
        let Some(amounts) = self.known.amounts.get(id) else {
            return Err(match (self.figures.has(id), year) {
                (true, Some(year)) => format!("there is no figure of `{id}` for {} in {year}", self.zones[zone].name),
                (true, None) => format!("there is no figure of `{id}` for {}", self.zones[zone].name),
                (false, _) if id.contains('.') => {
                    format!("`{id}` is no column of the figures; what a service measures is known to `catchment run` alone")
                }
                (false, _) => format!("`{id}` is no column of the figures, and nothing that is counted"),
            });
        };
        let value = amounts.get(zone).copied().flatten();
        value.map(|value| Value { value, basis: Basis::Study }).ok_or_else(|| format!("`{id}` is not known of {}", self.zones[zone].name))
    }

    /// What is at odds: figures against what is counted, facilities outside all zones.
    pub(super) fn discrepancies(&self) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        for quantity in self.standards.quantities.iter().filter(|own| !own.of.is_empty()) {
            for zone in 0..self.zones.len() {
                let column = quantity.column.as_deref().unwrap_or(&quantity.id);
                let told = self.figures.get(column, Some(zone), self.year);
                if let (Some(told), Ok(parts)) = (told, self.parts(quantity, zone, self.year))
                    && (told - parts.value).abs() > 1e-9 * told.abs().max(1.0)
                {
                    // that it is their sum, the standards say and not the table: a warning
                    let detail = format!("{}: the figures say {told}, its parts make {}", self.zones[zone].name, parts.value);
                    let finding = Finding::new(Stage::Planning, &self.figures.file, &quantity.id, FindingKind::SumDiffers, detail);
                    findings.push(finding.severity(Severity::Warning).rows(1));
                }
            }
        }
        for quantity in &self.standards.quantities {
            let counts = quantity.count.is_some() || quantity.facilities.is_some();
            if !counts || self.facilities.all.is_empty() {
                continue;
            }
            let outside = self.admitted(quantity, None, self.year).len();
            if outside > 0 {
                let detail = format!("{outside} of these facilities stand in no zone, and are not counted");
                findings.push(Finding::new(Stage::Planning, "planning", &quantity.id, FindingKind::OutsideZones, detail));
            }
            let all = self.value(&quantity.id, Place::All, self.year);
            let counted: Result<f64, String> = (0..self.zones.len()).map(|zone| Ok(self.counted(quantity, zone, self.year)?.value)).sum();
            if let (Ok(told), Ok(counted)) = (all, counted)
                && told.basis == Basis::Figures
                && (told.value - counted).abs() > 1e-9
            {
                let detail = format!("the figures say {}, the facilities of the study make {counted}; the figures are used", told.value);
                findings.push(Finding::new(Stage::Planning, &self.figures.file, &quantity.id, FindingKind::CountDiffers, detail));
            }
        }
        findings
    }

    /// Figures that stand above what a scenario changes: they tell of before it.
    pub(super) fn unmoved(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if Arc::ptr_eq(&self.facilities, &self.standing) {
            return findings;
        }
        let before = self.before();
        let counts = |own: &&Quantity| own.count.is_some() || own.facilities.is_some();
        for quantity in self.standards.quantities.iter().filter(counts) {
            let sum = |office: &Office| {
                (0..office.zones.len()).map(|zone| Some(office.counted(quantity, zone, office.year).ok()?.value)).sum::<Option<f64>>()
            };
            let used = self.value(&quantity.id, Place::All, self.year).ok().filter(|own| own.basis == Basis::Figures);
            if let (Some(used), Some(then), Some(now)) = (used, sum(&before), sum(self))
                && (then - now).abs() > 1e-9
            {
                let detail =
                    format!("the figures say {}, and are used; by the scenario's facilities it goes from {then} to {now}", used.value);
                findings.push(Finding::new(Stage::Planning, &self.figures.file, &quantity.id, FindingKind::FiguresUnmoved, detail));
            }
        }
        findings
    }

    /// The name of a place.
    pub(super) fn place_name(&self, zone: Option<usize>) -> &str {
        zone.map_or("all", |zone| self.zones[zone].name.as_str())
    }

    /// The id of a place.
    pub(super) fn place_id(&self, zone: Option<usize>) -> &str {
        zone.map_or("all", |zone| self.zones[zone].id.as_str())
    }
}
