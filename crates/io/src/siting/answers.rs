//! What planners ask of a plan: what each site adds and what its loss would cost, what fewer sites would do, which other plans are as good,
//! and what a given plan gives away.

use std::cell::Cell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use catchment::{EdgeGrid, FacilityIndex, Linkage, Located, People, Progress, Quota, Service, SitingError, ZoneIndex, begin};

use super::candidates::Candidate;
use super::problem::Problem;
use super::rows::{AlternativeRow, FrontierRow, QuotaRow, SiteRow};
use super::{Quiet, degrees, lighter, near, on_road};
use crate::error::Error;
use crate::load::Inputs;
use crate::plan::{ModelName, SitingPlan};
use crate::planning::NewBuild;
use crate::write::round;

/// The best plans that were found without some sites, by those sites.
pub(super) type Without = BTreeMap<BTreeSet<usize>, Option<Located>>;

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
    pub located: Located,
    pub counts: Option<&'a NewBuild>,
    /// Whether nothing is asked that takes a search.
    pub brief: bool,
    /// Whether some question had no answer in its time.
    pub unanswered: Cell<bool>,
    pub progress: &'a dyn Progress,
}

impl Answers<'_> {
    /// Whether less is better.
    pub(super) fn costs(&self) -> bool {
        self.siting.model.looks_beyond() || self.siting.model == ModelName::Lscp
    }

    /// How much better one value is than another.
    pub(super) fn better_by(&self, value: f64, than: f64) -> f64 {
        if self.costs() { than - value } else { value - than }
    }

    /// Ends where the user asked for it. No plan is no answer, nor is one that leaves out more people than the plan that was found does.
    pub(super) fn allowed(&self, found: Result<Located, SitingError>) -> Result<Option<Located>, Error> {
        match found {
            Ok(found) => Ok(Some(found).filter(|found| found.beyond <= self.located.beyond)),
            Err(SitingError::Cancelled(cancelled)) => Err(Error::Cancelled(cancelled)),
            Err(error) => {
                self.unanswered.set(self.unanswered.get() || matches!(error, SitingError::NotFound { .. }));
                Ok(None)
            }
        }
    }

    /// What a plan is worth as it is.
    fn worth(&self, copies: &[u32]) -> Result<Option<f64>, Error> {
        let found = self.problem.with(copies).solve(&self.problem.options, &Quiet(self.progress));
        Ok(self.allowed(found)?.map(|found| found.value))
    }

    /// What stands, with what closes.
    pub(super) fn stands(&self) -> Vec<u32> {
        (0..self.problem.sites.len()).map(|j| u32::from(j < self.problem.standing)).collect()
    }

    /// What stands, without what closes.
    pub(super) fn stays(&self) -> Vec<u32> {
        self.stands().iter().zip(&self.problem.sites).map(|(copies, site)| *copies.min(&site.at_most)).collect()
    }

    /// What all that stands is worth; none where the model demands more than it gives.
    pub(super) fn standing(&self) -> Result<Option<f64>, Error> {
        self.worth(&self.stands())
    }

    /// People within their limit of a plan's sites; where sites have room for so many, those for whom there is room.
    pub(super) fn people(&self, copies: &[u32]) -> Result<f64, Error> {
        let served = if self.siting.model == ModelName::CapacitatedMclp { self.worth(copies)? } else { None };
        Ok(served.unwrap_or_else(|| self.problem.covered(copies).1.as_f64()))
    }

    pub(super) fn share(&self, people: f64) -> Option<f64> {
        let all = self.problem.demand.total().as_f64();
        (all > 0.0).then(|| round(people / all, 6))
    }

    /// New sites of a plan, as rows of the problem.
    pub(super) fn new_sites(&self, copies: &[u32]) -> Vec<usize> {
        (self.problem.standing..copies.len()).filter(|j| copies[*j] > 0).collect()
    }

    fn candidate(&self, site: usize) -> &Candidate {
        &self.candidates[site - self.problem.standing]
    }

    pub(super) fn names(&self, copies: &[u32]) -> String {
        self.new_sites(copies).into_iter().map(|j| self.candidate(j).label()).collect::<Vec<_>>().join("; ")
    }

    /// What is closed, then what is built: at each step the site that adds most people.
    pub(super) fn sites(&self, without: &Without) -> Result<Vec<SiteRow>, Error> {
        let copies = &self.located.copies;
        let mut built: Vec<u32> = self.stays().iter().zip(copies).map(|(a, b)| *a.min(b)).collect();
        let mut covered = self.problem.covered(&built).0;
        let mut people = self.people(&built)?;
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
                people_covered: round(people, 6),
                people_share: self.share(people),
                loss_without: None,
                regret: None,
            });
        }
        let mut left = self.new_sites(copies);
        let of = |covered: &[bool], j: usize, all: bool| -> People {
            near(self.problem, j).filter(|i| all || !covered[*i]).map(|i| self.problem.demand.people[i]).sum()
        };
        while !left.is_empty() {
            let j = left.remove(self.next(&left, &built, &|j| of(&covered, j, false))?);
            let own = self.candidate(j);
            near(self.problem, j).for_each(|i| covered[i] = true);
            built[j] = copies[j];
            let so_far = self.people(&built)?;
            let gained = so_far - people;
            people = so_far;
            let links = Linkage::new(self.edges, &[own.location]);
            let road = on_road(self.edges, &links, 0);
            let at = degrees(self.inputs, &[own.location, road.map_or(own.location, |(at, _)| at)])?;
            let zone = &self.inputs.zones[own.zone.index()];
            let mut fewer = copies.clone();
            fewer[j] = 0;
            let loss = if self.brief { None } else { self.worth(&fewer)?.map(|worth| self.better_by(self.located.value, worth)) };
            let other = without.get(&BTreeSet::from([j])).and_then(Option::as_ref);
            let other = other.filter(|_| self.siting.regret).map(|other| self.better_by(self.located.value, other.value));
            rows.push(SiteRow {
                service: self.service.id.to_owned(),
                order: rows.len() + 1,
                change: if own.opens { "open" } else { "add" },
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
                people_gained: round(gained, 6),
                people_covered: round(people, 6),
                people_share: self.share(people),
                loss_without: loss.map(|loss| round(loss, 6)),
                regret: other.map(|other| round(other.max(0.0), 6)),
            });
        }
        rows.iter_mut().enumerate().for_each(|(place, row)| row.order = place + 1);
        Ok(rows)
    }

    /// Which of the sites that are left adds most people to what is built.
    fn next(&self, left: &[usize], built: &[u32], adds: &dyn Fn(usize) -> People) -> Result<usize, Error> {
        if self.siting.model != ModelName::CapacitatedMclp {
            return Ok((0..left.len()).max_by_key(|i| (adds(left[*i]), std::cmp::Reverse(left[*i]))).unwrap_or(0));
        }
        let mut best = (0, f64::NEG_INFINITY);
        for (i, j) in left.iter().enumerate() {
            let mut with = built.to_vec();
            with[*j] = self.located.copies[*j];
            let people = self.people(&with)?;
            if people > best.1 {
                best = (i, people);
            }
        }
        Ok(best.0)
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
        self.progress.advance(1);
        self.allowed(problem.solve(&lighter(&self.problem.options), &Quiet(self.progress)))
    }

    /// For each new site, the best plan without it. Where one is better than the plan that was found, which nobody has proven then, it is
    /// taken instead.
    pub(super) fn without_each(&mut self) -> Result<Without, Error> {
        let mut without = Without::new();
        while (self.siting.regret || self.siting.alternatives > 0) && !self.brief {
            begin(self.progress, "regret", self.new_sites(&self.located.copies).len())?;
            self.part(&BTreeSet::new(), &self.located, &mut without)?;
            let found = without.values().flatten().max_by(|a, b| self.better_by(a.value, b.value).total_cmp(&0.0));
            let Some(found) = found.filter(|found| self.better_by(found.value, self.located.value) > 0.0).cloned() else { break };
            let bound = if self.costs() { self.located.bound.min(found.value) } else { self.located.bound.max(found.value) };
            self.located =
                Located { copies: found.copies, value: found.value, bound, proven: bound == found.value, ..self.located.clone() };
            without.clear();
        }
        Ok(without)
    }

    /// The best plans with one site, two, … up to what was asked: where all that is asked is how many.
    pub(super) fn frontier(&self) -> Result<Vec<FrontierRow>, Error> {
        let how_many_alone = self.siting.moves == 0 && self.siting.min_by_zone.is_none() && self.counts.is_none();
        let Some(most) = self.siting.add.filter(|_| self.siting.frontier && how_many_alone) else {
            return Ok(Vec::new());
        };
        begin(self.progress, "frontier", most as usize)?;
        let stays = self.worth(&self.stays())?;
        let mut rows: Vec<FrontierRow> = Vec::new();
        for added in 1..=most {
            let mut problem = self.problem.clone();
            for quota in &mut problem.quotas {
                (quota.at_least, quota.at_most) = (added, added);
            }
            let found = match added == most {
                true => Some(self.located.clone()),
                false => self.allowed(problem.solve(&lighter(&self.problem.options), &Quiet(self.progress)))?,
            };
            self.progress.advance(1);
            let Some(found) = found else { continue };
            let people = self.people(&found.copies)?;
            let last = rows.last().map(|row| row.value).or(stays);
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
    pub(super) fn alternatives(&self, mut regions: Without) -> Result<Vec<AlternativeRow>, Error> {
        if self.siting.alternatives == 0 {
            return Ok(Vec::new());
        }
        begin(self.progress, "alternatives", 0)?;
        let best = &self.located;
        let mut listed: Vec<Vec<u32>> = vec![best.copies.clone()];
        let mut rows = vec![self.alternative(best, best.bound, 1)?];
        while rows.len() <= self.siting.alternatives {
            let near = |found: &Located| self.better_by(best.value, found.value) <= 0.01 * best.value.abs();
            let open = || regions.iter().filter_map(|(region, found)| found.as_ref().map(|found| (region, found)));
            let next = open().filter(|(_, found)| near(found)).min_by(|a, b| self.better_by(b.1.value, a.1.value).total_cmp(&0.0));
            let Some((region, found)) = next.map(|(region, found)| (region.clone(), found.clone())) else { break };
            if !listed.contains(&found.copies) {
                listed.push(found.copies.clone());
                // of all plans that are left; that of all plans where it is closer, or where not all that is left was looked at
                let bounds = open().map(|(_, found)| found.bound).chain([found.bound]);
                let bound = bounds.min_by(|a, b| self.better_by(*b, *a).total_cmp(&0.0)).unwrap_or(found.bound);
                let bound = if self.unanswered.get() || self.better_by(bound, best.bound) > 0.0 { best.bound } else { bound };
                rows.push(self.alternative(&found, bound, rows.len() + 1)?);
            }
            regions.insert(region.clone(), None);
            self.part(&region, &found, &mut regions)?;
        }
        // later questions may find what earlier ones missed
        rows.sort_by(|a, b| self.better_by(b.value, a.value).total_cmp(&0.0));
        rows.iter_mut().enumerate().for_each(|(place, row)| row.rank = place + 1);
        Ok(rows)
    }

    /// Adds the best plans that lack what `region` does and one more site of `found`.
    fn part(&self, region: &BTreeSet<usize>, found: &Located, regions: &mut Without) -> Result<(), Error> {
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

    fn alternative(&self, found: &Located, bound: f64, rank: usize) -> Result<AlternativeRow, Error> {
        let own = self.new_sites(&self.located.copies);
        Ok(AlternativeRow {
            rank,
            value: round(found.value, 6),
            share_of_best: if self.located.value == 0.0 { 1.0 } else { round(found.value / self.located.value, 6) },
            bound: round(bound, 6),
            people_covered: round(self.people(&found.copies)?, 6),
            differs_in: self.new_sites(&found.copies).iter().filter(|j| !own.contains(j)).count(),
            sites: self.names(&found.copies),
        })
    }

    /// By town with a count, what it would be worth to let these stand anywhere.
    pub(super) fn quotas(&self) -> Result<Vec<QuotaRow>, Error> {
        let Some(counts) = self.counts else { return Ok(Vec::new()) };
        let of = |z: usize| counts.rows.iter().filter(|row| row.zone == Some(z)).flat_map(|row| row.counts.iter().flatten()).sum::<f64>();
        let towns: Vec<usize> = (0..self.inputs.zones.len()).filter(|z| of(*z) > 0.0).collect();
        begin(self.progress, "quotas", towns.len())?;
        let mut rows = Vec::new();
        for z in towns {
            let found = self.allowed(self.freed(z).solve(&lighter(&self.problem.options), &Quiet(self.progress)))?;
            self.progress.advance(1);
            let Some(found) = found else { continue };
            let zone = &self.inputs.zones[z];
            rows.push(QuotaRow {
                zone_id: zone.id.clone(),
                zone_name: zone.name.clone(),
                count: of(z) as u32,
                price: round(self.better_by(found.value, self.located.value).max(0.0), 6),
                bound: round(self.better_by(found.bound, self.located.value).max(0.0), 6),
            });
        }
        Ok(rows)
    }

    /// The problem where what one town gets may stand in any: that town has no least, all others no most; each kind keeps its total.
    fn freed(&self, town: usize) -> Problem {
        let mut problem = self.problem.clone();
        let mut totals: BTreeMap<&str, Quota> = BTreeMap::new();
        let mut quotas = Vec::new();
        for (quota, of_town) in self.problem.quotas.iter().zip(&self.problem.towns) {
            let Some((zone, kind)) = of_town else {
                quotas.push(quota.clone());
                continue;
            };
            let none = || Quota { name: "all of a kind".to_owned(), sites: Vec::new(), at_least: 0, at_most: 0 };
            let total = totals.entry(kind).or_insert_with(none);
            total.sites.extend(&quota.sites);
            total.at_least += quota.at_least;
            total.at_most += quota.at_most;
            if *zone != town && quota.at_least > 0 {
                quotas.push(Quota { at_most: u32::MAX, ..quota.clone() });
            }
        }
        problem.quotas = totals.into_values().chain(quotas).collect();
        problem
    }
}
