//! Plans of a cover: greedy, then swaps; where rows have to be reached, with rows that count for more the longer they are missed.

use super::cover::{Cover, ONE, Row};
use super::gains::Gains;
use super::program::Program;
use super::relax::Problem;
use super::space::{Node, Space};
use super::watch::{Watch, by_site};
use crate::random::Random;

impl Cover {
    /// Opens the site that adds most, as long as that is allowed and adds something or a quota wants it. Where a budget is what limits the
    /// plan, the site that adds most for its price.
    fn greedy(&self, gains: &mut Gains<'_>, by_price: bool) {
        loop {
            let wanted = gains.open.shortfall() > 0;
            let sites = (0..self.space.sites()).filter(|j| if wanted { gains.open.is_lacking(*j) } else { gains.up(*j) > 0 });
            let worth = |j: &usize| {
                let up = gains.up(*j);
                if by_price { up / i128::from(self.space.price[*j].max(1)) } else { up }
            };
            let best = sites.filter(|j| gains.open.may_open(*j)).max_by_key(|j| (worth(j), std::cmp::Reverse(*j)));
            match best {
                Some(site) => gains.open(site),
                None => return,
            }
        }
    }

    /// Closes what adds nothing, and swaps, closes or opens as long as that adds something.
    fn descend(&self, gains: &mut Gains<'_>, watch: &Watch<'_>) {
        loop {
            let mut better = false;
            let mut open: Vec<usize> = (0..self.space.sites()).filter(|j| gains.open.count[*j] > 0).collect();
            open.sort_by_key(|j| (gains.down(*j), *j));
            for closes in open {
                if watch.is_over() {
                    return;
                }
                if gains.open.count[closes] == 0 {
                    continue;
                }
                if gains.open.may_close(closes) && gains.down(closes) < 0 {
                    gains.close(closes);
                    better = true;
                    continue;
                }
                let worth = gains.down(closes);
                let others: Vec<usize> = (0..self.space.sites()).filter(|j| gains.open.may_swap(closes, *j)).collect();
                if others.is_empty() {
                    continue;
                }
                gains.close(closes);
                let best = others.into_iter().max_by_key(|j| (gains.up(*j), std::cmp::Reverse(*j)));
                match best.filter(|j| gains.up(*j) > worth) {
                    Some(opens) => {
                        gains.open(opens);
                        better = true;
                    }
                    None => gains.open(closes),
                }
            }
            while let Some(site) = (0..self.space.sites()).find(|j| gains.up(*j) > 0 && gains.open.may_open(*j)) {
                gains.open(site);
                better = true;
            }
            if !better {
                return;
            }
        }
    }

    /// Swaps that may make the plan worse for a while: what was just opened stays, what was just closed stays away.
    fn wander(&self, gains: &mut Gains<'_>, tries: usize, best: &mut Option<(Vec<u32>, i128)>, chance: &mut Random, watch: &Watch<'_>) {
        let sites = self.space.sites();
        let mut until = vec![0; sites];
        let mut waited = 0;
        let press = Gains::heavy(self, 0);
        for turn in 1.. {
            if waited >= tries || watch.is_over() {
                return;
            }
            waited += 1;
            let open: Vec<usize> = (0..sites).filter(|j| gains.open.count[*j] > 0).collect();
            let kept = open.len() as u64 / 4 + 1;
            let free = || open.iter().copied().filter(|j| until[*j] < turn);
            let closes = match chance.below(8) {
                0 => chance.of(&open).copied(),
                _ => free().min_by_key(|j| (gains.down(*j), *j)),
            };
            let Some(closes) = closes else { continue };
            let others: Vec<usize> = (0..sites).filter(|j| until[*j] < turn && gains.open.may_swap(closes, *j)).collect();
            if others.is_empty() {
                until[closes] = turn + 1 + chance.below(kept) as usize;
                continue;
            }
            gains.close(closes);
            let missed = gains.missed();
            // where rows are missed, one of them is what the next site is for
            let row = chance.of(&missed).copied();
            let reaches = |j: &usize| row.is_none_or(|row| self.of_row.of(row as usize).binary_search(&(*j as u32)).is_ok());
            let pick = |all: &mut dyn Iterator<Item = usize>| all.max_by_key(|j| (gains.up(*j), std::cmp::Reverse((until[*j], *j))));
            let opens = pick(&mut others.iter().copied().filter(reaches)).or_else(|| pick(&mut others.iter().copied()));
            let Some(opens) = opens else { continue };
            gains.open(opens);
            until[closes] = turn + 1 + chance.below(2) as usize;
            until[opens] = turn + chance.below(kept) as usize;
            gains.missed().into_iter().for_each(|row| gains.press(row, press));
            if let Some(value) = gains.value()
                && best.as_ref().is_none_or(|known| value > known.1)
            {
                *best = Some((gains.open.count.clone(), value));
                waited = 0;
            }
        }
    }
}

impl Problem for Cover {
    fn space(&self) -> &Space {
        &self.space
    }

    fn prices(&self, plan: Option<&[u32]>) -> Vec<f64> {
        let least = self.price.iter().filter(|price| **price > 0).min().copied().unwrap_or(ONE) as f64;
        let longest = self.of_site.iter().map(<[u32]>::len).max().unwrap_or(1).max(1) as f64;
        let reached = plan.map(|plan| self.reached(plan));
        let own = self.rows.iter().enumerate().map(|(i, row)| {
            let share = match reached.as_ref().map(|reached| reached[i] - row.base) {
                Some(0) => 1.0,
                Some(1) | None => 0.5,
                Some(_) => 0.1,
            };
            match (row.weight, row.hard) {
                (0, true) if self.steepest() > 0.0 => share * self.usual_weight() * self.steepest(),
                (0, true) => least / longest,
                (weight, _) => share * weight as f64 * self.steepest(),
            }
        });
        own.chain(self.share.map(|_| 0.0)).collect()
    }

    fn clamp(&self, prices: &mut [f64]) {
        let most = self.steepest();
        let free = if self.share.is_some() { f64::INFINITY } else { 1.0 };
        for (price, row) in prices.iter_mut().zip(&self.rows) {
            // no soft row is worth more than its steepest gain
            *price = price.clamp(0.0, if row.hard { f64::INFINITY } else { free * (row.weight as f64) * most.max(f64::MIN_POSITIVE) });
        }
        if self.share.is_some() {
            prices.last_mut().into_iter().for_each(|price| *price = price.max(0.0));
        }
    }

    fn relaxed(&self, prices: &[f64], scores: &mut Vec<i128>) -> i128 {
        let whole: Vec<i128> = prices[..self.rows.len()].iter().map(|price| price.round() as i128).collect();
        let (bonus, mut certain) = self.share_price(prices);
        certain += self.constant;
        certain += whole
            .iter()
            .zip(&self.rows)
            .zip(&self.reach)
            .map(|((price, row), reach)| self.asked(*price, row, *reach, bonus).1)
            .sum::<i128>();
        let score = |j: usize| self.of_site.of(j).iter().map(|i| whole[*i as usize]).sum::<i128>() - self.price[j];
        by_site(self.space.sites(), self.of_site.items(), score, scores);
        certain
    }

    fn surplus(&self, prices: &[f64], plan: &[u32], surplus: &mut [f64]) {
        let (bonus, _) = self.share_price(prices);
        let mut weight = 0;
        for (((own, row), reach), price) in surplus.iter_mut().zip(&self.rows).zip(&self.reach).zip(prices) {
            let asked = self.asked(price.round() as i128, row, *reach, bonus).0;
            *own = -f64::from(asked);
            if !row.hard && (asked > 0 || row.base > 0) {
                weight += row.weight;
            }
        }
        for (list, copies) in self.of_site.iter().zip(plan).filter(|(_, copies)| **copies > 0) {
            list.iter().for_each(|i| surplus[*i as usize] += f64::from(*copies));
        }
        if let (Some(share), Some(own)) = (self.share, surplus.last_mut()) {
            *own = (weight - share) as f64 / self.usual_weight();
        }
    }

    fn value(&self, plan: &[u32]) -> Option<i128> {
        if self.space.allows(plan) { Cover::value(self, plan) } else { None }
    }

    fn improved(&self, node: &Node, plan: &[u32], chance: &mut Random, effort: usize, watch: &Watch<'_>) -> Option<(Vec<u32>, i128)> {
        let mut best: Option<(Vec<u32>, i128)> = None;
        // a first coverage that counts for more is a way to a share that has to be reached, and to second coverages
        let firsts: &[i128] = if self.share.is_some() { &[ONE / 64, ONE / 2, 4 * ONE, 1000 * ONE] } else { &[0] };
        let by_price: &[bool] = if self.space.budget.is_some() { &[false, true] } else { &[false] };
        for (first, by_price) in firsts.iter().flat_map(|first| by_price.iter().map(move |by_price| (*first, *by_price))) {
            let mut gains = Gains::with(self, node, first, &node.nearest(plan));
            self.repair(&mut gains);
            self.greedy(&mut gains, by_price);
            self.descend(&mut gains, watch);
            let open: usize = gains.open.count.iter().map(|copies| *copies as usize).sum();
            let keep = |best: &mut Option<(Vec<u32>, i128)>, gains: &Gains<'_>| {
                if let Some(value) = gains.value().filter(|value| best.as_ref().is_none_or(|known| *value > known.1)) {
                    *best = Some((gains.open.count.clone(), value));
                }
            };
            keep(&mut best, &gains);
            let tries = if best.is_none() { effort.max(4) } else { effort } * open.max(1);
            self.wander(&mut gains, tries, &mut best, chance, watch);
            self.descend(&mut gains, watch);
            keep(&mut best, &gains);
            while let Some(fewer) = self.one_fewer(node, first, &best) {
                let known = best.as_ref().map(|known| known.1);
                self.wander(&mut Gains::with(self, node, first, &fewer), tries, &mut best, chance, watch);
                if best.as_ref().map(|known| known.1) <= known {
                    break;
                }
            }
        }
        best
    }

    fn grain(&self) -> i128 {
        self.grain
    }

    fn least(&self) -> i128 {
        let paid: i128 = self.price.iter().zip(&self.space.most).map(|(price, most)| price * i128::from(*most)).sum();
        self.constant - paid
    }

    fn entries(&self) -> usize {
        self.of_site.items()
    }

    fn program(&self, node: &Node) -> Program {
        self.as_program(node)
    }

    fn most(&self) -> i128 {
        let most = self.gains.iter().copied().max().unwrap_or(0);
        self.constant + self.rows.iter().map(|row| row.weight * most).sum::<i128>()
    }
}

impl Cover {
    /// Where sites are to be few: the best plan without the site that it needs least.
    fn one_fewer(&self, node: &Node, first: i128, best: &Option<(Vec<u32>, i128)>) -> Option<Vec<u32>> {
        let (plan, _) = best.as_ref().filter(|_| self.price.iter().any(|price| *price > 0))?;
        let mut gains = Gains::with(self, node, first, plan);
        let open = (0..self.space.sites()).filter(|j| gains.open.may_close(*j) && self.price[*j] > 0);
        let site = open.min_by_key(|j| (gains.down(*j), *j))?;
        gains.close(site);
        Some(gains.open.count.clone())
    }

    /// Closes what a plan has too much of, the least useful first.
    fn repair(&self, gains: &mut Gains<'_>) {
        while let Some(site) = gains.open.excess().into_iter().min_by_key(|j| (gains.down(*j), *j)) {
            gains.close(site);
        }
    }

    /// The greatest gain of one more site, for a unit of weight.
    fn steepest(&self) -> f64 {
        self.gains.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0) as f64
    }

    fn usual_weight(&self) -> f64 {
        let soft = self.rows.iter().filter(|row| !row.hard);
        (soft.clone().map(|row| row.weight as f64).sum::<f64>() / soft.count().max(1) as f64).max(1.0)
    }

    /// What the share's price adds for each unit of weight that is reached, and what is certain of it.
    fn share_price(&self, prices: &[f64]) -> (i128, i128) {
        let Some(share) = self.share else { return (0, 0) };
        let bonus = prices.last().map_or(0, |price| (price.max(0.0) / self.usual_weight()).round() as i128);
        (bonus, -bonus * share)
    }

    /// By how many sites a row that `reach` can reach would be reached at a price, and what that leaves it with.
    fn asked(&self, price: i128, row: &Row, reach: u32, bonus: i128) -> (u32, i128) {
        let worth = |more: u32| {
            let reached = row.base + more;
            let bonus = if reached > 0 && !row.hard { bonus } else { 0 };
            row.weight * (self.gain(reached) + bonus) - price * i128::from(more)
        };
        let least = u32::from(row.hard && row.base == 0);
        let most = (self.gains.len() as u32 - 1).saturating_sub(row.base).min(reach).max(least);
        let mut best = (least, worth(least));
        for more in least + 1..=most {
            let own = worth(more);
            if own > best.1 {
                best = (more, own);
            }
        }
        best
    }
}
