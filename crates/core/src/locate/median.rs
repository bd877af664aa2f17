//! The least cost over all people, each to the cheapest site that is open: p-median.

use std::collections::HashMap;

use rayon::prelude::*;

use super::lists::Lists;
use super::merge::Merged;
use super::problem::Siting;
use super::program::Program;
use super::relax::Problem;
use super::space::{Node, Open, Space};
use super::watch::{Watch, by_site, gcd};
use crate::ids::FacilityId;
use crate::random::Random;
use crate::units::Cost;

/// Maximise − Σ weight × the least cost of an open site, or of what is fixed.
#[derive(Debug, Clone, Default)]
pub(super) struct Median {
    /// By row, millionths of a person, and what it costs without any site of the plan.
    pub(super) rows: Vec<(u64, u32)>,
    /// By site, rows that it serves for less than that, with the cost.
    pub(super) of_site: Vec<Vec<(u32, u32)>>,
    pub(super) space: Space,
    pub(super) members: Vec<Vec<(u32, u32)>>,
    grain: i128,
    entries: usize,
}

/// Nobody's site.
const NONE: u32 = u32::MAX;

impl Median {
    pub(super) fn new(siting: &Siting<'_>, space: &Space, unreached: Cost) -> Median {
        let mut base: Vec<u32> = vec![unreached.0; siting.people.len()];
        let row = |j: usize| siting.table.row(FacilityId::at(j));
        for j in (0..siting.sites.len()).filter(|j| siting.sites[*j].at_least > 0) {
            row(j).iter().for_each(|(point, cost)| base[point.index()] = base[point.index()].min(cost.0));
        }
        let mut entries: Vec<Vec<(u32, u32)>> = Vec::with_capacity(siting.sites.len());
        for (j, most) in space.most.iter().enumerate() {
            let counts = |i: usize, cost: Cost| *most > 0 && siting.people[i].0 > 0 && cost.0 < base[i];
            let own = row(j).iter().filter(|(point, cost)| counts(point.index(), *cost));
            let mut own: Vec<(u32, u32)> = own.map(|(point, cost)| (point.0, cost.0)).collect();
            own.sort_unstable();
            entries.push(own);
        }
        let (rows, place) = merged_rows(siting, &base, &entries);
        for own in &mut entries {
            own.iter_mut().for_each(|(i, _)| *i = place[*i as usize]);
            own.sort_unstable();
            own.dedup();
        }
        let mut median = Median { rows, ..Median::default() };
        median.merge_sites(entries, space);
        median.entries = median.of_site.iter().map(Vec::len).sum();
        let weights = median.rows.iter().fold(0, |a, (weight, _)| gcd(a, i128::from(*weight)));
        let bases = median.rows.iter().map(|(_, base)| *base);
        let costs = bases.chain(median.of_site.iter().flatten().map(|(_, cost)| *cost)).fold(0, |a, cost| gcd(a, i128::from(cost)));
        median.grain = (weights * costs).max(1);
        median
    }

    /// Sites that serve the same rows at the same costs, and count in the same quotas at the same price, become one; all but the first
    /// of them serve nobody.
    fn merge_sites(&mut self, mut entries: Vec<Vec<(u32, u32)>>, space: &Space) {
        type Key<'k> = (&'k [u32], u64, &'k [(u32, u32)]);
        let mut places: HashMap<Key<'_>, usize> = HashMap::new();
        let mut alike: Vec<Vec<usize>> = Vec::new();
        let mut merged = Merged::default();
        for j in (0..space.sites()).filter(|j| space.most[*j] > 0) {
            if entries[j].is_empty() {
                merged.spare(&[j], &space.most);
                continue;
            }
            let place = *places.entry((&space.of_site[j], space.price[j], &entries[j])).or_insert_with(|| {
                alike.push(Vec::new());
                alike.len() - 1
            });
            alike[place].push(j);
        }
        drop(places);
        alike.iter().for_each(|own| merged.keep(own, &space.most, true));
        let Merged { first, members, .. } = merged.with_spare(space);
        self.members = members;
        self.space = space.of_some(&first, &self.members);
        self.of_site = first.iter().map(|j| std::mem::take(&mut entries[*j])).collect();
        self.of_site[alike.len()..].iter_mut().for_each(Vec::clear);
    }

    /// How many sites one thread looks at before it is worth handing some to another.
    fn chunk(&self) -> usize {
        let sites = self.space.sites();
        if self.entries < 200_000 { sites.max(1) } else { 1 + sites * 20_000 / self.entries }
    }

    /// By row, the cheapest and the second cheapest open site with their costs; what is fixed is nobody's site.
    fn nearest(&self, plan: &[u32]) -> Vec<[(u32, u32); 2]> {
        let mut nearest: Vec<[(u32, u32); 2]> = self.rows.iter().map(|(_, base)| [(*base, NONE); 2]).collect();
        for (j, list) in self.of_site.iter().enumerate().filter(|(j, _)| plan[*j] > 0) {
            for (i, cost) in list {
                let own = &mut nearest[*i as usize];
                let new = (*cost, j as u32);
                if new < own[0] {
                    *own = [new, own[0]];
                } else if new < own[1] {
                    own[1] = new;
                }
            }
        }
        nearest
    }

    fn cost(&self, nearest: &[[(u32, u32); 2]]) -> i128 {
        self.rows.iter().zip(nearest).map(|((weight, _), [(cost, _), _])| i128::from(*weight) * i128::from(*cost)).sum()
    }

    /// What a site would save by itself, given what is open.
    fn saves(&self, site: usize, nearest: &[[(u32, u32); 2]]) -> i128 {
        let saved = |(i, cost): &(u32, u32)| {
            let now = nearest[*i as usize][0].0;
            i128::from(self.rows[*i as usize].0) * i128::from(now.saturating_sub(*cost))
        };
        self.of_site[site].iter().map(saved).sum()
    }

    /// Opens the site that saves most, as long as a quota wants it or it saves something; once time is up, by what was known then.
    fn greedy(&self, open: &mut Open<'_>, by_price: bool, watch: &Watch<'_>) {
        let score = |open: &Open<'_>| -> Vec<i128> {
            let nearest = self.nearest(&open.count);
            let of = |j: usize| match open.may_open(j) {
                true if by_price => self.saves(j, &nearest) / i128::from(self.space.price[j].max(1)),
                true => self.saves(j, &nearest),
                false => 0,
            };
            (0..self.space.sites()).into_par_iter().with_min_len(self.chunk()).map(of).collect()
        };
        let mut saved = score(open);
        loop {
            let wanted = open.shortfall() > 0;
            let may = (0..self.space.sites()).filter(|j| (!wanted || open.is_lacking(*j)) && open.may_open(*j));
            match may.map(|j| (saved[j], std::cmp::Reverse(j))).max().filter(|(saved, _)| wanted || *saved > 0) {
                Some((_, site)) => open.open(site.0),
                None => return,
            }
            if !watch.is_over() {
                saved = score(open);
            }
        }
    }

    /// Swaps as long as one saves something: the best swap of each round (Whitaker 1983; Resende and Werneck 2007).
    fn descend(&self, open: &mut Open<'_>, watch: &Watch<'_>) {
        while !watch.is_over() {
            let nearest = self.nearest(&open.count);
            let closers: Vec<usize> = (0..self.space.sites()).filter(|j| open.count[*j] > 0).collect();
            let mut loss = vec![0i128; self.space.sites()];
            for ((weight, _), [first, second]) in self.rows.iter().zip(&nearest).filter(|(_, [first, _])| first.1 != NONE) {
                loss[first.1 as usize] += i128::from(*weight) * i128::from(second.0 - first.0);
            }
            let best = (0..self.space.sites())
                .into_par_iter()
                .with_min_len(self.chunk())
                .filter(|j| open.count[*j] == 0)
                .map_init(
                    || vec![0i128; self.space.sites()],
                    |back, opens| {
                        let mut saved = 0;
                        for (i, cost) in &self.of_site[opens] {
                            let [first, second] = nearest[*i as usize];
                            let weight = i128::from(self.rows[*i as usize].0);
                            saved += weight * i128::from(first.0.saturating_sub(*cost));
                            if first.1 != NONE && *cost < second.0 {
                                back[first.1 as usize] += weight * i128::from(second.0 - first.0.max(*cost));
                            }
                        }
                        let swaps = closers.iter().filter(|closes| open.may_swap(**closes, opens));
                        let best = swaps.map(|closes| (saved - loss[*closes] + back[*closes], std::cmp::Reverse((*closes, opens)))).max();
                        for (i, _) in &self.of_site[opens] {
                            let first = nearest[*i as usize][0].1;
                            if first != NONE {
                                back[first as usize] = 0;
                            }
                        }
                        best
                    },
                )
                .flatten()
                .max();
            match best.filter(|(saved, _)| *saved > 0) {
                Some((_, std::cmp::Reverse((closes, opens)))) => {
                    open.close(closes);
                    open.open(opens);
                }
                None => return,
            }
        }
    }
}

/// Points of the same base and the same costs become one; by point, the row that it is in.
fn merged_rows(siting: &Siting<'_>, base: &[u32], entries: &[Vec<(u32, u32)>]) -> (Vec<(u64, u32)>, Vec<u32>) {
    let mut of_site = Lists::new();
    entries.iter().for_each(|own| of_site.push(own.iter().map(|(i, _)| *i)));
    let of_row = of_site.turned(base.len());
    let mut next = vec![0; entries.len()];
    let mut costs: Vec<Vec<u32>> = Vec::with_capacity(base.len());
    for i in 0..base.len() {
        let own = of_row.of(i).iter().map(|j| {
            let place = &mut next[*j as usize];
            *place += 1;
            entries[*j as usize][*place - 1].1
        });
        costs.push(own.collect());
    }
    let mut order: Vec<usize> = (0..base.len()).filter(|i| siting.people[*i].0 > 0).collect();
    let key = |i: usize| (base[i], of_row.of(i), &costs[i]);
    order.sort_by(|a, b| key(*a).cmp(&key(*b)).then(a.cmp(b)));
    let mut place = vec![NONE; base.len()];
    let mut rows = Vec::new();
    for group in order.chunk_by(|a, b| key(*a) == key(*b)) {
        group.iter().for_each(|i| place[*i] = rows.len() as u32);
        rows.push((group.iter().map(|i| siting.people[*i].0).fold(0, u64::saturating_add), base[group[0]]));
    }
    (rows, place)
}

impl Problem for Median {
    fn space(&self) -> &Space {
        &self.space
    }

    fn prices(&self, plan: Option<&[u32]>) -> Vec<f64> {
        let none = vec![0; self.space.sites()];
        let nearest = self.nearest(plan.unwrap_or(&none));
        let rows = self.rows.iter().zip(&nearest);
        rows.map(|((weight, _), [first, second])| *weight as f64 * (0.5 * f64::from(first.0) + 0.5 * f64::from(second.0))).collect()
    }

    fn clamp(&self, prices: &mut [f64]) {
        let rows = prices.iter_mut().zip(&self.rows);
        rows.for_each(|(price, (weight, base))| *price = price.clamp(0.0, *weight as f64 * f64::from(*base)));
    }

    fn relaxed(&self, prices: &[f64], scores: &mut Vec<i128>) -> i128 {
        let whole: Vec<i128> = prices.iter().map(|price| price.round() as i128).collect();
        let bounds: Vec<u64> = whole.iter().zip(&self.rows).map(|(price, (weight, _))| below(*price, *weight)).collect();
        let fixed = |(price, (weight, base)): (&i128, &(u64, u32))| (price - i128::from(*weight) * i128::from(*base)).max(0) - price;
        let score = |j: usize| -> i128 {
            let rows = self.of_site[j].iter().filter(|(i, cost)| u64::from(*cost) < bounds[*i as usize]);
            rows.map(|(i, cost)| whole[*i as usize] - i128::from(self.rows[*i as usize].0) * i128::from(*cost)).sum()
        };
        by_site(self.space.sites(), self.entries, score, scores);
        whole.iter().zip(&self.rows).map(fixed).sum()
    }

    fn surplus(&self, prices: &[f64], plan: &[u32], surplus: &mut [f64]) {
        for ((own, price), (weight, base)) in surplus.iter_mut().zip(prices).zip(&self.rows) {
            let fixed = (price.round() as i128) > i128::from(*weight) * i128::from(*base);
            *own = if fixed { 0.0 } else { -1.0 };
        }
        for (list, _) in self.of_site.iter().zip(plan).filter(|(_, copies)| **copies > 0) {
            for (i, cost) in list {
                let price = prices[*i as usize].round() as i128;
                if u64::from(*cost) < below(price, self.rows[*i as usize].0) {
                    surplus[*i as usize] += 1.0;
                }
            }
        }
    }

    fn value(&self, plan: &[u32]) -> Option<i128> {
        self.space.allows(plan).then(|| -self.cost(&self.nearest(plan)))
    }

    fn improved(&self, node: &Node, plan: &[u32], chance: &mut Random, effort: usize, watch: &Watch<'_>) -> Option<(Vec<u32>, i128)> {
        let mut best: Option<(Vec<u32>, i128)> = None;
        let mut keep = |open: &Open<'_>| {
            let Some(value) = self.value(&open.count) else { return false };
            let better = best.as_ref().is_none_or(|known| value > known.1);
            if better {
                best = Some((open.count.clone(), value));
            }
            better
        };
        let by_price: &[bool] = if self.space.budget.is_some() { &[false, true] } else { &[false] };
        for by_price in by_price {
            let mut open = Open::new(&self.space, node);
            for (j, copies) in node.nearest(plan).iter().enumerate() {
                (0..*copies).for_each(|_| open.open(j));
            }
            while let Some(site) = open.excess().first() {
                open.close(*site);
            }
            self.greedy(&mut open, *by_price, watch);
            self.descend(&mut open, watch);
            keep(&open);
            let mut from = open.clone();
            for _ in 0..effort {
                if watch.is_over() {
                    break;
                }
                let mut other = from.clone();
                for _ in 0..2 + chance.below(3) {
                    let sites: Vec<usize> = (0..self.space.sites()).filter(|j| other.count[*j] > 0).collect();
                    let Some(closes) = chance.of(&sites).copied() else { break };
                    let others: Vec<usize> = (0..self.space.sites()).filter(|j| other.may_swap(closes, *j)).collect();
                    if let Some(opens) = chance.of(&others) {
                        other.close(closes);
                        other.open(*opens);
                    }
                }
                self.greedy(&mut other, *by_price, watch);
                self.descend(&mut other, watch);
                if keep(&other) {
                    from = other;
                }
            }
        }
        best
    }

    fn grain(&self) -> i128 {
        self.grain
    }

    fn least(&self) -> i128 {
        -self.rows.iter().map(|(weight, base)| i128::from(*weight) * i128::from(*base)).sum::<i128>()
    }

    fn entries(&self) -> usize {
        self.entries
    }

    fn program(&self, node: &Node) -> Program {
        self.as_program(node)
    }

    fn most(&self) -> i128 {
        let mut least: Vec<u32> = self.rows.iter().map(|(_, base)| *base).collect();
        self.of_site.iter().flatten().for_each(|(i, cost)| least[*i as usize] = least[*i as usize].min(*cost));
        -self.rows.iter().zip(least).map(|((weight, _), cost)| i128::from(*weight) * i128::from(cost)).sum::<i128>()
    }
}

/// The costs below which a price is more than a row pays: those less than this.
fn below(price: i128, weight: u64) -> u64 {
    let weight = i128::from(weight.max(1));
    u64::try_from((price + weight - 1).div_euclid(weight)).unwrap_or(0)
}
