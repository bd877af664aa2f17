//! Covers and medians whose sites have room for so many people.

use std::cmp::{Ordering, Reverse};

use rayon::prelude::*;

use super::problem::Siting;
use super::program::Program;
use super::relax::Problem;
use super::rooms::Rooms;
use super::space::{Node, Open, Space};
use super::watch::{Watch, by_site, gcd};
use crate::ids::FacilityId;
use crate::random::Random;
use crate::units::Cost;

/// Maximise − Σ people × cost, each person at an open site that has room, or outside.
#[derive(Debug, Clone)]
pub(super) struct Capacity {
    /// By row, millionths of a person, and what it costs to be outside.
    pub(super) rows: Vec<(u64, u32)>,
    /// By site, the rows in its reach with the cost.
    pub(super) of_site: Vec<Vec<(u32, u32)>>,
    /// By site, how many are open whatever the plan, and the room of one.
    pub(super) fixed: Vec<u32>,
    pub(super) room: Vec<u64>,
    space: Space,
    grain: i128,
    pub(super) offset: i128,
    entries: usize,
}

impl Capacity {
    /// `unreached`: what it costs to be outside, for a median; none for a cover, in which all that counts is to be inside.
    pub(super) fn new(siting: &Siting<'_>, space: &Space, unreached: Option<Cost>) -> Capacity {
        let mut place = vec![u32::MAX; siting.people.len()];
        let mut rows = Vec::new();
        for (i, people) in siting.people.iter().enumerate().filter(|(_, people)| people.0 > 0) {
            place[i] = rows.len() as u32;
            rows.push((people.0, unreached.map_or(1, |cost| cost.0)));
        }
        let list = |j: usize| {
            let near = siting.table.row(FacilityId::at(j)).iter().filter_map(|(point, cost)| {
                let i = point.index();
                let counts = siting.people[i].0 > 0 && unreached.map_or(*cost <= siting.within[i], |unreached| *cost < unreached);
                counts.then_some((place[i], if unreached.is_some() { cost.0 } else { 0 }))
            });
            let mut near: Vec<(u32, u32)> = near.collect();
            near.sort_unstable();
            near
        };
        let open = |j: &usize| siting.sites[*j].at_most > 0;
        let of_site: Vec<Vec<(u32, u32)>> = (0..siting.sites.len()).map(|j| if open(&j) { list(j) } else { Vec::new() }).collect();
        let room: Vec<u64> = siting.sites.iter().map(|site| site.capacity.map_or(u64::MAX / 4, |people| people.0)).collect();
        let amounts = rows.iter().map(|(weight, _)| *weight).chain(siting.sites.iter().filter_map(|site| site.capacity).map(|room| room.0));
        let costs = of_site.iter().flatten().map(|(_, cost)| *cost).chain(rows.iter().map(|(_, outside)| *outside));
        let grain = amounts.fold(0, |a, b| gcd(a, b.into())) * costs.fold(0, |a, b| gcd(a, b.into()));
        let all = rows.iter().map(|(weight, _)| i128::from(*weight)).sum();
        Capacity {
            offset: if unreached.is_none() { all } else { 0 },
            entries: of_site.iter().map(Vec::len).sum(),
            rows,
            of_site,
            fixed: siting.sites.iter().map(|site| site.at_least).collect(),
            room,
            space: space.clone(),
            grain: grain.max(1),
        }
    }

    /// Everybody's place, for a plan.
    fn assigned(&self, plan: &[u32]) -> Rooms {
        let open: Vec<usize> = (0..plan.len()).filter(|j| plan[*j] + self.fixed[*j] > 0).collect();
        let room: Vec<u64> =
            open.iter().map(|j| self.room[*j].saturating_mul((plan[*j] + self.fixed[*j]).into()).min(u64::MAX / 4)).collect();
        let mut cost = vec![Vec::new(); self.rows.len()];
        for (place, j) in (0..).zip(&open) {
            self.of_site[*j].iter().for_each(|(i, own)| cost[*i as usize].push((place, *own)));
        }
        Rooms::assign(&self.rows, &room, cost)
    }

    /// The most that one copy of a site earns at these prices; what it takes of each row is handed to `takes`, as a share.
    fn filled(&self, site: usize, prices: &[i128], mut takes: impl FnMut(usize, f64)) -> i128 {
        let profit = |(i, cost): &(u32, u32)| {
            let (i, weight) = (*i as usize, i128::from(self.rows[*i as usize].0));
            let own = prices[i] - weight * i128::from(*cost);
            (own > 0).then_some((i, own, weight))
        };
        let mut rows: Vec<(usize, i128, i128)> = self.of_site[site].iter().filter_map(profit).collect();
        let mut left = i128::from(self.room[site]);
        let wanted: i128 = rows.iter().map(|row| row.2).sum();
        let small = rows.iter().all(|row| row.1.max(row.2) < 1 << 63);
        let better = |a: &(usize, i128, i128), b: &(usize, i128, i128)| {
            let by_person = if small { (b.1 * a.2).cmp(&(a.1 * b.2)) } else { shares(b.1, b.2, a.1, a.2) };
            by_person.then(a.0.cmp(&b.0))
        };
        let mut sorted = if wanted > left { 0 } else { rows.len() };
        let mut earned = 0;
        for place in 0..rows.len() {
            if place == sorted {
                // as many as will be needed, and hardly more, are put in order
                sorted = rows.len().min((sorted * 2).max(16));
                if sorted < rows.len() {
                    rows[place..].select_nth_unstable_by(sorted - place - 1, better);
                }
                rows[place..sorted].sort_unstable_by(better);
            }
            let (i, own, weight) = rows[place];
            if left >= weight {
                earned += own;
                left -= weight;
                takes(i, 1.0);
            } else {
                if left > 0 {
                    takes(i, left as f64 / weight as f64);
                    earned += own / weight * left + rounded_up(own % weight, left, weight);
                }
                break;
            }
        }
        earned
    }

    fn start<'s>(&'s self, node: &'s Node, plan: &[u32]) -> Open<'s> {
        let mut open = Open::new(&self.space, node);
        for (j, copies) in node.nearest(plan).iter().enumerate() {
            (0..*copies).for_each(|_| open.open(j));
        }
        while let Some(site) = open.excess().first() {
            open.close(*site);
        }
        open
    }

    /// What a site would save, if it were opened beside what is open, where so many of each row pay so much now.
    fn saves(&self, site: usize, paid: &[Vec<(i64, u64)>]) -> i128 {
        let saved = |(i, cost): &(u32, u32)| {
            let cost = i64::from(*cost);
            paid[*i as usize].iter().map(move |(pays, weight)| (pays - cost, *weight)).filter(|(saved, _)| *saved > 0)
        };
        let mut parts: Vec<(i64, u64)> = self.of_site[site].iter().flat_map(saved).collect();
        parts.sort_unstable_by(|a, b| b.cmp(a));
        let mut left = self.room[site];
        let mut sum = 0;
        for (saved, weight) in parts {
            let taken = weight.min(left);
            sum += i128::from(saved) * i128::from(taken);
            left -= taken;
        }
        sum
    }

    /// For each site that may open, what it saves where nobody else moves: no more than it would.
    fn saved(&self, plan: &[u32]) -> Vec<i128> {
        let rooms = self.assigned(plan);
        let paid: Vec<_> = self.rows.iter().enumerate().map(|(i, (weight, outside))| rooms.paid(i, *weight, *outside)).collect();
        (0..self.space.sites()).into_par_iter().map(|j| if self.space.most[j] > 0 { self.saves(j, &paid) } else { 0 }).collect()
    }

    /// The plan with the best of some sites opened beside what is open: of the few that save most where nobody else moves, and of the few
    /// that would save most if all who are full could move somebody on (no site saves less than the first, nor more than the second).
    fn opened(&self, plan: &[u32], sites: impl Fn(usize) -> bool + Sync) -> Option<(i128, usize)> {
        let rooms = self.assigned(plan);
        let rows = || self.rows.iter().enumerate();
        let least: Vec<_> = rows().map(|(i, (weight, outside))| rooms.paid(i, *weight, *outside)).collect();
        let most: Vec<_> = rows().map(|(i, (weight, outside))| vec![(rooms.pays(i, *outside), *weight)]).collect();
        let mut few = Vec::new();
        for paid in [least, most] {
            let sites = (0..self.space.sites()).into_par_iter().filter(|j| sites(*j));
            let mut sites: Vec<_> = sites.map(|j| (Reverse(self.saves(j, &paid)), j)).collect();
            sites.sort_unstable();
            few.extend(sites.into_iter().take(6).map(|(_, j)| j));
        }
        few.sort_unstable();
        few.dedup();
        let tried = few.par_iter().map(|opens| {
            let mut plan = plan.to_vec();
            plan[*opens] += 1;
            (self.assigned(&plan).total, *opens)
        });
        tried.min()
    }

    /// Opens the site that saves most, as long as a quota wants it or it saves something; once time is up, by what was known then.
    fn greedy(&self, open: &mut Open<'_>, watch: &Watch<'_>) {
        let mut saved = self.saved(&open.count);
        loop {
            let wanted = open.shortfall() > 0;
            let may = |j: usize| (!wanted || open.is_lacking(j)) && open.may_open(j);
            let best = (0..self.space.sites()).filter(|j| may(*j)).map(|j| (saved[j], Reverse(j))).max();
            let site = match best.filter(|(saved, _)| wanted || *saved > 0) {
                Some((_, site)) => site.0,
                None if best.is_none() || watch.is_over() => return,
                None => match self.opened(&open.count, may).filter(|(cost, _)| *cost < self.assigned(&open.count).total) {
                    Some((_, site)) => site,
                    None => return,
                },
            };
            open.open(site);
            if !watch.is_over() {
                saved = self.saved(&open.count);
            }
        }
    }

    /// Swaps as long as one saves something: for each site that may close, the few that look best in its place.
    fn descend(&self, open: &mut Open<'_>, watch: &Watch<'_>) {
        let mut total = self.assigned(&open.count).total;
        loop {
            let mut better = false;
            for closes in (0..self.space.sites()).filter(|j| open.count[*j] > 0).collect::<Vec<_>>() {
                if watch.is_over() {
                    return;
                }
                let mut without = open.count.clone();
                without[closes] -= 1;
                let best = self.opened(&without, |j| open.may_swap(closes, j));
                if let Some((cost, opens)) = best.filter(|(cost, _)| *cost < total) {
                    open.close(closes);
                    open.open(opens);
                    (total, better) = (cost, true);
                }
            }
            if !better {
                return;
            }
        }
    }
}

/// Compares two shares, of which neither's product fits.
fn shares(a: i128, of_a: i128, b: i128, of_b: i128) -> Ordering {
    let rest = |a: i128, of_a: i128, of_b: i128| (a % of_a) as u128 * of_b as u128;
    (a / of_a).cmp(&(b / of_b)).then_with(|| rest(a, of_a, of_b).cmp(&rest(b, of_b, of_a)))
}

/// A product's share of a whole, rounded up: each factor is less than 2⁶⁴.
fn rounded_up(a: i128, b: i128, whole: i128) -> i128 {
    (a as u128 * b as u128).div_ceil(whole as u128) as i128
}

impl Problem for Capacity {
    fn space(&self) -> &Space {
        &self.space
    }

    fn prices(&self, plan: Option<&[u32]>) -> Vec<f64> {
        let none = vec![0; self.space.sites()];
        let rooms = self.assigned(plan.unwrap_or(&none));
        let price = |(i, (weight, outside)): (usize, &(u64, u32))| *weight as f64 * rooms.pays(i, *outside) as f64;
        self.rows.iter().enumerate().map(price).collect()
    }

    fn clamp(&self, prices: &mut [f64]) {
        let rows = prices.iter_mut().zip(&self.rows);
        rows.for_each(|(price, (weight, outside))| *price = price.clamp(0.0, *weight as f64 * f64::from(*outside)));
    }

    fn relaxed(&self, prices: &[f64], scores: &mut Vec<i128>) -> i128 {
        let whole: Vec<i128> = prices.iter().map(|price| price.round() as i128).collect();
        by_site(self.space.sites(), 8 * self.entries, |j| self.filled(j, &whole, |_, _| {}), scores);
        let outside =
            |(price, (weight, outside)): (&i128, &(u64, u32))| (price - i128::from(*weight) * i128::from(*outside)).max(0) - price;
        let fixed = self.fixed.iter().zip(scores.iter()).map(|(copies, score)| i128::from(*copies) * score);
        whole.iter().zip(&self.rows).map(outside).sum::<i128>() + fixed.sum::<i128>()
    }

    fn surplus(&self, prices: &[f64], plan: &[u32], surplus: &mut [f64]) {
        let whole: Vec<i128> = prices.iter().map(|price| price.round() as i128).collect();
        for ((own, price), (weight, outside)) in surplus.iter_mut().zip(&whole).zip(&self.rows) {
            *own = if *price > i128::from(*weight) * i128::from(*outside) { 0.0 } else { -1.0 };
        }
        for (j, copies) in plan.iter().zip(&self.fixed).map(|(plan, fixed)| plan + fixed).enumerate().filter(|(_, copies)| *copies > 0) {
            self.filled(j, &whole, |i, share| surplus[i] += f64::from(copies) * share);
        }
    }

    fn value(&self, plan: &[u32]) -> Option<i128> {
        self.space.allows(plan).then(|| -self.assigned(plan).total)
    }

    fn improved(&self, node: &Node, plan: &[u32], _: &mut Random, effort: usize, watch: &Watch<'_>) -> Option<(Vec<u32>, i128)> {
        let mut open = self.start(node, plan);
        self.greedy(&mut open, watch);
        if effort > 0 {
            self.descend(&mut open, watch);
        }
        self.value(&open.count).map(|value| (open.count.clone(), value))
    }

    fn grain(&self) -> i128 {
        self.grain
    }

    /// Of a cover, all people: the value is those who are not outside.
    fn offset(&self) -> i128 {
        self.offset
    }

    fn least(&self) -> i128 {
        -self.rows.iter().map(|(weight, outside)| i128::from(*weight) * i128::from(*outside)).sum::<i128>()
    }

    fn entries(&self) -> usize {
        // each is sorted, too
        8 * self.entries
    }

    fn program(&self, node: &Node) -> Program {
        self.as_program(node)
    }

    fn most(&self) -> i128 {
        let mut least: Vec<u32> = self.rows.iter().map(|(_, outside)| *outside).collect();
        self.of_site.iter().flatten().for_each(|(i, cost)| least[*i as usize] = least[*i as usize].min(*cost));
        -self.rows.iter().zip(least).map(|((weight, _), cost)| i128::from(*weight) * i128::from(cost)).sum::<i128>()
    }
}
