//! A cover with a plan: what opening or closing each site would gain, kept up to date.

use super::cover::Cover;
use super::space::{Node, Open};

/// A plan of a cover and what one more, or one fewer, copy of each site would do to it.
#[derive(Debug, Clone)]
pub(super) struct Gains<'c> {
    cover: &'c Cover,
    pub(super) open: Open<'c>,
    reached: Vec<u32>,
    /// What a hard row that is reached is worth, by row: more than all else, and more yet where it is often missed.
    hard: Vec<i128>,
    /// What it is worth on top, by unit of weight, to be reached at all.
    first: i128,
    /// By site, what one more copy adds to the rows, and what one fewer takes away.
    up: Vec<i128>,
    down: Vec<i128>,
    /// Hard rows that are not reached.
    missed: usize,
    /// The weight of rows that are reached.
    weight: i128,
    worth: i128,
}

impl<'c> Gains<'c> {
    /// Nothing is open. `first`: what it is worth on top, by unit of weight, to be reached at all.
    pub(super) fn new(cover: &'c Cover, node: &'c Node, first: i128) -> Gains<'c> {
        let more = Gains::heavy(cover, first);
        let mut gains = Gains {
            cover,
            open: Open::new(&cover.space, node),
            reached: cover.rows.iter().map(|row| row.base).collect(),
            hard: cover.rows.iter().map(|row| if row.hard { more } else { 0 }).collect(),
            first,
            up: Vec::new(),
            down: Vec::new(),
            missed: cover.rows.iter().filter(|row| row.hard && row.base == 0).count(),
            weight: cover.rows.iter().filter(|row| !row.hard && row.base > 0).map(|row| row.weight).sum(),
            worth: cover.constant + cover.rows.iter().map(|row| row.weight * cover.gain(row.base)).sum::<i128>(),
        };
        let sums = |step: &dyn Fn(usize) -> i128| cover.of_site.iter().map(|list| list.iter().map(|i| step(*i as usize)).sum()).collect();
        (gains.up, gains.down) = (sums(&|i| gains.step(i, gains.reached[i])), sums(&|i| gains.last(i, gains.reached[i])));
        gains
    }

    /// More than all rows and all prices together.
    pub(super) fn heavy(cover: &Cover, first: i128) -> i128 {
        let weight: i128 = cover.rows.iter().map(|row| row.weight).sum();
        let paid: i128 = cover.price.iter().zip(&cover.space.most).map(|(price, most)| price * i128::from(*most)).sum();
        weight * (cover.gains.iter().copied().max().unwrap_or(0) + first) + paid + 1
    }

    /// The same with a plan.
    pub(super) fn with(cover: &'c Cover, node: &'c Node, first: i128, plan: &[u32]) -> Gains<'c> {
        let mut gains = Gains::new(cover, node, first);
        for (j, copies) in plan.iter().enumerate() {
            (0..*copies).for_each(|_| gains.open(j));
        }
        gains
    }

    /// What the next site that reaches a row adds, where `reached` do.
    fn step(&self, row: usize, reached: u32) -> i128 {
        let own = &self.cover.rows[row];
        let gained = own.weight * (self.cover.gain(reached + 1) - self.cover.gain(reached));
        if reached == 0 { gained + self.hard[row] + if own.hard { 0 } else { own.weight * self.first } } else { gained }
    }

    /// What the last of them added.
    fn last(&self, row: usize, reached: u32) -> i128 {
        if reached == 0 { 0 } else { self.step(row, reached - 1) }
    }

    /// What one more copy of a site adds.
    pub(super) fn up(&self, site: usize) -> i128 {
        self.up[site] - self.cover.price[site]
    }

    /// What one fewer takes away.
    pub(super) fn down(&self, site: usize) -> i128 {
        self.down[site] - self.cover.price[site]
    }

    pub(super) fn open(&mut self, site: usize) {
        self.open.open(site);
        self.turn(site, true);
    }

    pub(super) fn close(&mut self, site: usize) {
        self.open.close(site);
        self.turn(site, false);
    }

    fn turn(&mut self, site: usize, opens: bool) {
        let cover = self.cover;
        let sign = if opens { 1 } else { -1 };
        self.worth -= cover.price[site] * sign;
        for i in cover.of_site.of(site).iter().map(|i| *i as usize) {
            let (was, row) = (self.reached[i], &cover.rows[i]);
            let is = if opens { was + 1 } else { was - 1 };
            self.reached[i] = is;
            self.worth += row.weight * (cover.gain(is) - cover.gain(was));
            if was == 0 || is == 0 {
                match row.hard {
                    true if opens => self.missed -= 1,
                    true => self.missed += 1,
                    false => self.weight += row.weight * sign,
                }
            }
            let up = self.step(i, is) - self.step(i, was);
            let down = self.last(i, is) - self.last(i, was);
            if up != 0 || down != 0 {
                for j in cover.of_row.of(i).iter().map(|j| *j as usize) {
                    self.up[j] += up;
                    self.down[j] += down;
                }
            }
        }
    }

    /// Rows that have to be reached and are not.
    pub(super) fn missed(&self) -> Vec<u32> {
        let rows = (0..).zip(self.cover.rows.iter().zip(&self.reached));
        rows.filter(|(_, (row, n))| row.hard && **n == 0).map(|(i, _)| i).collect()
    }

    /// Makes a missed row count for more.
    pub(super) fn press(&mut self, row: u32, more: i128) {
        self.hard[row as usize] += more;
        self.cover.of_row.of(row as usize).iter().for_each(|j| self.up[*j as usize] += more);
    }

    /// The value of the plan; `None` where it is not allowed, or what the model demands is not met.
    pub(super) fn value(&self) -> Option<i128> {
        let met = self.missed == 0 && self.cover.share.is_none_or(|share| self.weight >= share);
        (met && self.open.allowed()).then_some(self.worth)
    }
}
