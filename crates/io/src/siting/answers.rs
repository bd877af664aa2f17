//! What planners ask of a plan: what each site adds and what its loss would cost, what fewer sites would do, which other plans are as good,
//! and what a given plan gives away.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use catchment::{EdgeGrid, FacilityIndex, Linkage, Located, People, Progress, Quota, Service, Site, SitingError, SitingOptions, ZoneIndex};
use serde::Serialize;

use super::candidates::Candidate;
use super::problem::Problem;
use super::{degrees, lighter, near, on_road};
use crate::error::Error;
use crate::load::Inputs;
use crate::plan::{ModelName, ScenarioPlan, SitingPlan, Verb, value};
use crate::planning::NewBuild;
use crate::write::round;

/// A site of the plan, in the order of building.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SiteRow {
    /// The service.
    pub service: String,
    /// From 1: the site that adds most people within their limit, given those before it.
    pub order: usize,
    /// `add` or `close`.
    pub change: &'static str,
    /// The candidate's id, or that of the facility that closes.
    pub facility_id: String,
    /// Its name; of a junction or a place of the grid, the named place that is nearest.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// How many vehicles, of models that count them.
    pub copies: u32,
    /// Its zone.
    pub zone_id: String,
    /// The zone's name.
    pub zone_name: String,
    /// Longitude, WGS84.
    pub lon: f64,
    /// Latitude, WGS84.
    pub lat: f64,
    /// Where it is tied to the road.
    pub road_lon: Option<f64>,
    /// The same.
    pub road_lat: Option<f64>,
    /// How far that is, metres.
    pub road_m: Option<f64>,
    /// Its price.
    pub price: u64,
    /// People within the limit of this site, whoever else covers them.
    pub people_in_reach: f64,
    /// People within the limit of this site and of none before it.
    pub people_gained: f64,
    /// People within the limit of any site when it is built.
    pub people_covered: f64,
    /// Their share of all.
    pub people_share: Option<f64>,
    /// What the model's value loses where this site is not built and nothing takes its place.
    pub loss_without: Option<f64>,
    /// What it loses where the best other plan that was found, without this site or any within [`APART_M`] of it, is built: its regret.
    pub regret: Option<f64>,
}

/// The best plan with so many sites.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrontierRow {
    /// How many are built.
    pub added: u32,
    /// What the plan is worth, in the units of the model.
    pub value: f64,
    /// No plan with so many is worth more (less, for costs).
    pub bound: f64,
    /// The bound's distance, as a share of the value.
    pub gap: f64,
    /// Whether no plan is better.
    pub proven: bool,
    /// People within their limit.
    pub people_covered: f64,
    /// Their share of all.
    pub people_share: Option<f64>,
    /// What the last one added to the value.
    pub value_of_last: Option<f64>,
    /// The sites.
    pub sites: String,
}

/// Another plan that is nearly as good.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlternativeRow {
    /// 1 is the best plan.
    pub rank: usize,
    /// What it is worth, in the units of the model.
    pub value: f64,
    /// That as a share of the best plan's.
    pub share_of_best: f64,
    /// No plan of those that are not listed before it is worth more.
    pub bound: f64,
    /// People within their limit.
    pub people_covered: f64,
    /// How many of its sites are not in the best plan.
    pub differs_in: usize,
    /// Its sites.
    pub sites: String,
}

/// A plan held against the best one of the same counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvaluationRow {
    /// `standing`, `given`, `best of the same counts by town`, `best of the same number`.
    pub plan: String,
    /// How many are built.
    pub added: u32,
    /// What it is worth, in the units of the model.
    pub value: f64,
    /// No plan of these counts is worth more.
    pub bound: f64,
    /// Whether that is proven.
    pub proven: bool,
    /// People within their limit.
    pub people_covered: f64,
    /// Their share of all.
    pub people_share: Option<f64>,
    /// What the plan gives away against this one.
    pub better_by: Option<f64>,
    /// The sites.
    pub sites: String,
}

/// What a town's count costs: what could be gained where its sites might stand in any town.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuotaRow {
    /// The zone.
    pub zone_id: String,
    /// Its name.
    pub zone_name: String,
    /// How many it gets.
    pub count: u32,
    /// How much better the best plan is where these may stand anywhere; no more than `bound`.
    pub price: f64,
    /// No more can be gained.
    pub bound: f64,
}

/// Another place is one that is at least so far away, metres.
pub const APART_M: f64 = 300.0;

pub(super) struct Answers<'a> {
    /// Where candidates are.
    pub places: FacilityIndex,
    pub inputs: &'a Inputs,
    pub siting: &'a SitingPlan,
    pub service: &'a Service<'a>,
    pub edges: &'a EdgeGrid<'a>,
    pub candidates: &'a [Candidate],
    pub problem: &'a Problem,
    pub located: &'a Located,
    pub counts: Option<&'a NewBuild>,
    /// Whether nothing is asked that takes a search.
    pub brief: bool,
    pub progress: &'a dyn Progress,
}

impl Answers<'_> {
    /// Whether less is better.
    fn costs(&self) -> bool {
        self.siting.model.looks_beyond() || self.siting.model == ModelName::Lscp
    }

    /// How much better one value is than another.
    fn better_by(&self, value: f64, than: f64) -> f64 {
        if self.costs() { than - value } else { value - than }
    }

    /// Ends where the user asked for it; no plan is no answer.
    fn allowed<T>(found: Result<T, SitingError>) -> Result<Option<T>, Error> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(SitingError::Cancelled(cancelled)) => Err(Error::Cancelled(cancelled)),
            Err(_) => Ok(None),
        }
    }

    /// What a plan is worth as it is.
    fn worth(&self, copies: &[u32]) -> Result<Option<f64>, Error> {
        let found = self.problem.with(copies).solve(&self.problem.options, self.progress);
        Ok(Self::allowed(found)?.map(|found| found.value))
    }

    /// What stands, without what closes.
    fn before(&self) -> Vec<u32> {
        let stands = |j: usize, site: &Site| u32::from(j < self.problem.standing && site.at_most > 0);
        self.problem.sites.iter().enumerate().map(|(j, site)| stands(j, site)).collect()
    }

    pub(super) fn standing(&self) -> Option<f64> {
        self.worth(&self.before()).ok().flatten()
    }

    /// By point, whether a plan covers it; the people who are.
    fn covered(&self, copies: &[u32]) -> (Vec<bool>, People) {
        let mut covered = vec![false; self.problem.demand.len()];
        for j in (0..copies.len()).filter(|j| copies[*j] > 0) {
            near(self.problem, j).for_each(|point| covered[point] = true);
        }
        let people = covered.iter().zip(&self.problem.demand.people).filter(|(covered, _)| **covered).map(|(_, people)| *people).sum();
        (covered, people)
    }

    fn share(&self, people: f64) -> Option<f64> {
        let all = self.problem.demand.total().as_f64();
        (all > 0.0).then(|| round(people / all, 6))
    }

    /// New sites of a plan, as rows of the problem.
    fn new_sites(&self, copies: &[u32]) -> Vec<usize> {
        (self.problem.standing..copies.len()).filter(|j| copies[*j] > 0).collect()
    }

    fn candidate(&self, site: usize) -> &Candidate {
        &self.candidates[site - self.problem.standing]
    }

    fn names(&self, copies: &[u32]) -> String {
        let name = |j: usize| {
            let own = self.candidate(j);
            if own.name.is_empty() { own.id.clone() } else { format!("{} ({})", own.id, own.name) }
        };
        self.new_sites(copies).into_iter().map(name).collect::<Vec<_>>().join("; ")
    }

    /// What is closed, then what is built: at each step the site that adds most people.
    pub(super) fn sites(&self) -> Result<Vec<SiteRow>, Error> {
        let copies = &self.located.copies;
        let (mut covered, mut people) = self.covered(&self.before().iter().zip(copies).map(|(a, b)| *a.min(b)).collect::<Vec<_>>());
        let in_zone = ZoneIndex::new(&self.inputs.zones);
        let mut rows = Vec::new();
        let open = self.service.facilities.iter().zip(copies);
        for (own, _) in open.filter(|(_, copies)| **copies == 0) {
            let at = degrees(self.inputs, &[own.location])?[0];
            let zone = in_zone.locate(own.location).map(|zone| &self.inputs.zones[zone.index()]);
            rows.push(SiteRow {
                service: self.service.id.to_owned(),
                order: 0,
                change: "close",
                facility_id: own.id.clone(),
                name: own.name.clone(),
                kind: own.kind.clone(),
                copies: 0,
                zone_id: zone.map_or("outside", |zone| &zone.id).to_owned(),
                zone_name: zone.map_or("outside", |zone| &zone.name).to_owned(),
                lon: round(at.x, 7),
                lat: round(at.y, 7),
                road_lon: None,
                road_lat: None,
                road_m: None,
                price: 0,
                people_in_reach: 0.0,
                people_gained: 0.0,
                people_covered: round(people.as_f64(), 6),
                people_share: self.share(people.as_f64()),
                loss_without: None,
                regret: None,
            });
        }
        let mut left = self.new_sites(copies);
        let of = |covered: &[bool], j: usize, all: bool| -> People {
            near(self.problem, j).filter(|i| all || !covered[*i]).map(|i| self.problem.demand.people[i]).sum()
        };
        while !left.is_empty() {
            let best = (0..left.len()).max_by_key(|i| (of(&covered, left[*i], false), std::cmp::Reverse(left[*i]))).unwrap_or(0);
            let j = left.remove(best);
            let own = self.candidate(j);
            let gained = of(&covered, j, false);
            near(self.problem, j).for_each(|i| covered[i] = true);
            people += gained;
            let links = Linkage::new(self.edges, &[own.location]);
            let road = on_road(self.edges, &links, 0);
            let at = degrees(self.inputs, &[own.location, road.map_or(own.location, |(at, _)| at)])?;
            let zone = &self.inputs.zones[own.zone.index()];
            let mut without = copies.clone();
            without[j] = 0;
            let (mut loss, mut other) = (None, None);
            if !self.brief {
                loss = self.worth(&without)?.map(|worth| self.better_by(self.located.value, worth));
                other = self.best_without(&BTreeSet::from([j]))?.map(|other| self.better_by(self.located.value, other.value));
            }
            rows.push(SiteRow {
                service: self.service.id.to_owned(),
                order: rows.len() + 1,
                change: "add",
                facility_id: own.id.clone(),
                name: own.name.clone(),
                kind: own.kind.clone(),
                copies: copies[j],
                zone_id: zone.id.clone(),
                zone_name: zone.name.clone(),
                lon: round(at[0].x, 7),
                lat: round(at[0].y, 7),
                road_lon: road.map(|_| round(at[1].x, 7)),
                road_lat: road.map(|_| round(at[1].y, 7)),
                road_m: road.map(|(_, metres)| round(metres, 1)),
                price: own.price,
                people_in_reach: round(of(&covered, j, true).as_f64(), 6),
                people_gained: round(gained.as_f64(), 6),
                people_covered: round(people.as_f64(), 6),
                people_share: self.share(people.as_f64()),
                loss_without: loss.map(|loss| round(loss, 6)),
                regret: other.map(|other| round(other.max(0.0), 6)),
            });
        }
        rows.iter_mut().enumerate().for_each(|(place, row)| row.order = place + 1);
        Ok(rows)
    }

    /// The best plan that opens none of these sites, nor any within [`APART_M`] of one.
    fn best_without(&self, forbidden: &BTreeSet<usize>) -> Result<Option<Located>, Error> {
        let mut problem = self.problem.clone();
        for j in forbidden {
            for (other, _) in self.places.within(self.candidate(*j).location, APART_M) {
                let site = &mut problem.sites[problem.standing + other.index()];
                site.at_most = site.at_least;
            }
        }
        Self::allowed(problem.solve(&lighter(&self.problem.options), self.progress))
    }

    /// The best plans with one site, two, … up to what was asked: where all that is asked is how many.
    pub(super) fn frontier(&self) -> Result<Vec<FrontierRow>, Error> {
        let Some(most) = self.siting.add.filter(|_| self.siting.moves == 0 && self.siting.min_by_zone.is_none()) else {
            return Ok(Vec::new());
        };
        let mut rows: Vec<FrontierRow> = Vec::new();
        for added in 1..=most {
            let mut problem = self.problem.clone();
            for quota in &mut problem.quotas {
                (quota.at_least, quota.at_most) = (added, added);
            }
            let found = match added == most {
                true => Some(self.located.clone()),
                false => Self::allowed(problem.solve(&lighter(&self.problem.options), self.progress))?,
            };
            let Some(found) = found else { continue };
            let people = self.covered(&found.copies).1.as_f64();
            let last = rows.last().map(|row| row.value).or_else(|| self.standing());
            rows.push(FrontierRow {
                added,
                value: round(found.value, 6),
                bound: round(found.bound, 6),
                gap: round(found.gap(), 6),
                proven: found.proven,
                people_covered: round(people, 6),
                people_share: self.share(people),
                value_of_last: last.map(|last| round(self.better_by(found.value, last), 6)),
                sites: self.names(&found.copies),
            });
        }
        Ok(rows)
    }

    /// The best plan, and others within 1 % of it. A plan is another one where it has no site within [`APART_M`] of some site of each plan
    /// that is listed; the best of those, over all choices of which site, is the next.
    pub(super) fn alternatives(&self) -> Result<Vec<AlternativeRow>, Error> {
        if self.siting.alternatives == 0 {
            return Ok(Vec::new());
        }
        let best = self.located;
        let mut listed: Vec<Vec<u32>> = vec![best.copies.clone()];
        let mut rows = vec![self.alternative(best, 1)];
        let mut regions: BTreeMap<BTreeSet<usize>, Option<Located>> = BTreeMap::new();
        self.part(&BTreeSet::new(), best, &mut regions)?;
        while rows.len() <= self.siting.alternatives {
            let near = |found: &Located| self.better_by(best.value, found.value) <= 0.01 * best.value.abs();
            let open = regions.iter().filter_map(|(region, found)| found.as_ref().map(|found| (region, found)));
            let next = open.filter(|(_, found)| near(found)).min_by(|a, b| self.better_by(b.1.value, a.1.value).total_cmp(&0.0));
            let Some((region, found)) = next.map(|(region, found)| (region.clone(), found.clone())) else { break };
            if !listed.contains(&found.copies) {
                listed.push(found.copies.clone());
                rows.push(self.alternative(&found, rows.len() + 1));
            }
            regions.insert(region.clone(), None);
            self.part(&region, &found, &mut regions)?;
        }
        Ok(rows)
    }

    /// Adds the best plans that lack what `region` does and one more site of `found`.
    fn part(
        &self,
        region: &BTreeSet<usize>,
        found: &Located,
        regions: &mut BTreeMap<BTreeSet<usize>, Option<Located>>,
    ) -> Result<(), Error> {
        for site in self.new_sites(&found.copies) {
            let mut more = region.clone();
            more.insert(site);
            if let Entry::Vacant(entry) = regions.entry(more) {
                let other = self.best_without(entry.key())?;
                entry.insert(other);
            }
        }
        Ok(())
    }

    fn alternative(&self, found: &Located, rank: usize) -> AlternativeRow {
        let own = self.new_sites(&self.located.copies);
        AlternativeRow {
            rank,
            value: round(found.value, 6),
            share_of_best: if self.located.value == 0.0 { 1.0 } else { round(found.value / self.located.value, 6) },
            bound: round(found.bound, 6),
            people_covered: round(self.covered(&found.copies).1.as_f64(), 6),
            differs_in: self.new_sites(&found.copies).iter().filter(|j| !own.contains(j)).count(),
            sites: self.names(&found.copies),
        }
    }

    /// By town with a count, what it would be worth to let these stand anywhere.
    pub(super) fn quotas(&self) -> Result<Vec<QuotaRow>, Error> {
        let Some(counts) = self.counts else { return Ok(Vec::new()) };
        let mut rows = Vec::new();
        for (z, zone) in self.inputs.zones.iter().enumerate() {
            let count: f64 = counts.rows.iter().filter(|row| row.zone == Some(z)).flat_map(|row| row.counts.iter().flatten()).sum();
            if count <= 0.0 {
                continue;
            }
            let problem = self.freed(z);
            let Some(found) = Self::allowed(problem.solve(&lighter(&self.problem.options), self.progress))? else { continue };
            rows.push(QuotaRow {
                zone_id: zone.id.clone(),
                zone_name: zone.name.clone(),
                count: count as u32,
                price: round(self.better_by(found.value, self.located.value).max(0.0), 6),
                bound: round(self.better_by(found.bound, self.located.value).max(0.0), 6),
            });
        }
        Ok(rows)
    }

    /// The problem where what one zone gets may stand in any: that zone has no least, all others no most; each kind keeps its total.
    fn freed(&self, zone: usize) -> Problem {
        let mut problem = self.problem.clone();
        let place =
            |quota: &Quota| quota.sites.first().and_then(|j| Some(self.candidates.get((*j as usize).checked_sub(problem.standing)?)?.zone));
        let mut totals: BTreeMap<&str, Quota> = BTreeMap::new();
        let mut quotas = Vec::new();
        for quota in &self.problem.quotas {
            let Some(first) = quota.sites.first() else { continue };
            let own = self.candidate(*first as usize);
            let total = totals.entry(&own.kind).or_insert_with(|| Quota {
                name: "all of a kind".to_owned(),
                sites: Vec::new(),
                at_least: 0,
                at_most: 0,
            });
            total.sites.extend(&quota.sites);
            total.at_least += quota.at_least;
            total.at_most += quota.at_most;
            let free = place(quota).is_some_and(|own| own.index() == zone);
            if !free && quota.at_least > 0 {
                quotas.push(Quota { at_most: u32::MAX, ..quota.clone() });
            }
        }
        problem.quotas = totals.into_values().chain(quotas).collect();
        problem
    }

    /// A scenario's sites, or the best places for its counts by town, held against the best plan of the same number.
    pub(super) fn evaluation(&self, scenario: &ScenarioPlan) -> Result<Vec<EvaluationRow>, Error> {
        let mut rows = Vec::new();
        let added = |copies: &[u32]| self.new_sites(copies).iter().map(|j| copies[*j]).sum::<u32>();
        let row = |plan: &str, found: &Located, number: u32| {
            let people = self.covered(&found.copies).1.as_f64();
            EvaluationRow {
                plan: plan.to_owned(),
                added: number,
                value: round(found.value, 6),
                bound: round(found.bound, 6),
                proven: found.proven,
                people_covered: round(people, 6),
                people_share: self.share(people),
                better_by: None,
                sites: self.names(&found.copies),
            }
        };
        if let Some(found) = Self::allowed(self.problem.with(&self.before()).solve(&self.problem.options, self.progress))? {
            rows.push(row("standing", &found, 0));
        }
        let options = SitingOptions { ..self.problem.options };
        if let Some(counts) = self.counts.filter(|_| scenario.new_build.is_some()) {
            let total: f64 = counts.rows.iter().filter(|row| row.zone.is_some()).flat_map(|row| row.counts.iter().flatten()).sum();
            rows.push(row("best of the same counts by town", self.located, added(&self.located.copies)));
            let mut problem = self.problem.clone();
            problem.quotas = vec![self.all_new(total as u32)];
            if let Some(found) = Self::allowed(problem.solve(&options, self.progress))? {
                rows.push(row("best of the same number", &found, total as u32));
            }
        } else {
            let given = self.given(scenario)?;
            let number = added(&given.1);
            if let Some(found) = Self::allowed(given.0.with(&given.1).solve(&options, self.progress))? {
                rows.push(EvaluationRow {
                    sites: given.2,
                    people_covered: round(given.3, 6),
                    people_share: self.share(given.3),
                    ..row("given", &Located { copies: self.before(), ..found }, number)
                });
            }
            let mut problem = self.problem.clone();
            problem.quotas = vec![self.all_new(number)];
            if let Some(found) = Self::allowed(problem.solve(&options, self.progress))? {
                rows.push(row("best of the same number", &found, number));
            }
        }
        let given = rows.iter().find(|row| row.plan == "given" || row.plan == "best of the same counts by town").map(|row| row.value);
        for row in rows.iter_mut().filter(|row| row.plan == "best of the same number") {
            row.better_by = given.map(|given| round(self.better_by(row.value, given), 6));
        }
        Ok(rows)
    }

    fn all_new(&self, count: u32) -> Quota {
        let sites = (self.problem.standing as u32..self.problem.sites.len() as u32).collect();
        Quota { name: format!("{count} new"), sites, at_least: count, at_most: count }
    }

    /// The problem with a scenario's new facilities as its candidates: all of them open, those that it closes shut.
    fn given(&self, scenario: &ScenarioPlan) -> Result<(Problem, Vec<u32>, String, f64), Error> {
        let wrong = |found: &str| Error::Plan {
            file: self.inputs.plan.study.id.clone(),
            source: value(
                "siting.evaluate",
                found,
                "a scenario that adds facilities of the service, with lon and lat, or has counts by town",
            ),
        };
        let mut candidates = Vec::new();
        let mut closed = BTreeSet::new();
        for change in scenario.changes.iter().filter(|own| {
            self.inputs.plan.services.iter().any(|service| service.id == self.service.id && service.facilities == own.facilities)
        }) {
            let Some((verb, id)) = change.verb() else { continue };
            if matches!(verb, Verb::Close | Verb::Move) {
                closed.insert(id.to_owned());
            }
            if let (Verb::Add | Verb::Move, Some(lon), Some(lat)) = (verb, change.lon, change.lat) {
                let mut at = [catchment::geo::Coord { x: lon, y: lat }];
                self.inputs.projector.forward(&mut at).map_err(|_| wrong(&format!("`{id}`, which lies too far away")))?;
                candidates.push(Candidate {
                    id: id.to_owned(),
                    name: change.name.clone().unwrap_or_default(),
                    location: at[0],
                    zone: catchment::ZoneId::at(0),
                    kind: String::new(),
                    price: 0,
                    room: self.siting.room_new,
                });
            }
        }
        if candidates.is_empty() {
            return Err(wrong(&format!("`{}`, which adds none", scenario.id)));
        }
        let plain = SitingPlan {
            counts: None,
            kinds: BTreeMap::new(),
            budget: None,
            min_by_zone: None,
            moves: 0,
            add: None,
            ..self.siting.clone()
        };
        let (problem, _) = Problem::new(self.inputs, &plain, self.service, &candidates, None, self.progress)?;
        let stands = |j: usize| self.before()[j] > 0 && !closed.contains(&self.service.facilities[j].id);
        let copies: Vec<u32> = (0..problem.sites.len()).map(|j| u32::from(j >= problem.standing || stands(j))).collect();
        let names = candidates.iter().map(|own| if own.name.is_empty() { own.id.clone() } else { format!("{} ({})", own.id, own.name) });
        let mut covered = vec![false; problem.demand.len()];
        for j in (0..copies.len()).filter(|j| copies[*j] > 0) {
            near(&problem, j).for_each(|i| covered[i] = true);
        }
        let people: People = covered.iter().zip(&problem.demand.people).filter(|(covered, _)| **covered).map(|(_, people)| *people).sum();
        Ok((problem, copies, names.collect::<Vec<_>>().join("; "), people.as_f64()))
    }
}
