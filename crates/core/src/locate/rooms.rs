//! Who goes where, when sites have room for so many: the cheapest assignment of people to what is open.
//!
//! People are handed out point by point along the cheapest way, which may move others on (successive shortest paths; Ahuja, Magnanti and
//! Orlin 1993). Only sites are nodes of that search: between two of them the cheapest person to move counts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Nobody's site: where those are who find no room.
const OUTSIDE: usize = usize::MAX;

/// People at open sites.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    /// By open site, how much room is left.
    left: Vec<u64>,
    /// By point, which open sites hold how many of it.
    held: Vec<Vec<(usize, u64)>>,
    /// By pair of open sites, who would cost least more to move from the first to the second: what it adds, and the point.
    moves: Vec<BinaryHeap<Reverse<(i64, u32)>>>,
    /// By point, what each open site costs.
    cost: Vec<Vec<(u32, u32)>>,
    /// What moving on costs at each site, where it is full: the least that somebody else pays more.
    pub(super) toll: Vec<i64>,
    next: Vec<usize>,
    pub(super) total: i128,
}

impl Rooms {
    /// The cheapest assignment of `people` (by point, with what it costs to be outside) to sites with `room`; `cost`: by point, open sites
    /// in its reach with their costs, ascending by site.
    pub(super) fn assign(people: &[(u64, u32)], room: &[u64], cost: Vec<Vec<(u32, u32)>>) -> Rooms {
        let sites = room.len();
        let mut own = Rooms {
            left: room.to_vec(),
            held: vec![Vec::new(); people.len()],
            moves: (0..sites * (sites + 1)).map(|_| BinaryHeap::new()).collect(),
            cost,
            toll: vec![0; sites],
            next: vec![OUTSIDE; sites],
            total: 0,
        };
        own.tolls();
        for (i, (weight, outside)) in people.iter().enumerate() {
            let mut rest = *weight;
            while rest > 0 {
                let ways = own.cost[i].iter().map(|(j, cost)| (i64::from(*cost) + own.toll[*j as usize], *j as usize));
                let best = ways.min().filter(|(cost, _)| *cost < i64::from(*outside));
                let Some((_, site)) = best else {
                    own.total += i128::from(rest) * i128::from(*outside);
                    break;
                };
                rest -= own.push(i, site, rest, people);
            }
        }
        own
    }

    fn cost_of(&self, point: usize, site: usize) -> Option<u32> {
        let own = &self.cost[point];
        own.binary_search_by_key(&(site as u32), |(j, _)| *j).ok().map(|place| own[place].1)
    }

    /// Puts some people of a point at a site, moving others on where it is full; how many.
    fn push(&mut self, point: usize, site: usize, most: u64, people: &[(u64, u32)]) -> u64 {
        // the way that others take: from a full site to the next, to one with room or out
        let (mut amount, mut at, mut way) = (most, site, Vec::new());
        while at != OUTSIDE && self.left[at] == 0 {
            let to = self.next[at];
            let Some((_, mover)) = self.cheapest(at, to) else { break };
            let held = self.held[mover as usize].iter().find(|(j, _)| *j == at).map_or(0, |(_, held)| *held);
            amount = amount.min(held);
            way.push((mover as usize, at, to));
            at = to;
        }
        if at != OUTSIDE {
            amount = amount.min(self.left[at]);
            self.left[at] -= amount;
        }
        for (mover, from, to) in way.iter().copied() {
            self.shift(mover, from, amount, false, people);
            self.shift(mover, to, amount, true, people);
        }
        self.shift(point, site, amount, true, people);
        if !way.is_empty() || (at != OUTSIDE && self.left[at] == 0) {
            self.tolls();
        }
        amount
    }

    /// Books people of a point in or out of a site.
    fn shift(&mut self, point: usize, site: usize, amount: u64, into: bool, people: &[(u64, u32)]) {
        let outside = people[point].1;
        let cost = if site == OUTSIDE { Some(outside) } else { self.cost_of(point, site) };
        let paid = i128::from(amount) * i128::from(cost.unwrap_or(outside));
        self.total += if into { paid } else { -paid };
        if site == OUTSIDE {
            return;
        }
        let held = &mut self.held[point];
        match held.iter().position(|(j, _)| *j == site) {
            Some(place) if into => held[place].1 += amount,
            Some(place) if held[place].1 == amount => {
                held.swap_remove(place);
            }
            Some(place) => held[place].1 -= amount,
            None => {
                held.push((site, amount));
                let sites = self.left.len();
                let own = i64::from(cost.unwrap_or(outside));
                for (to, cost) in &self.cost[point] {
                    if *to as usize != site {
                        self.moves[site * (sites + 1) + *to as usize].push(Reverse((i64::from(*cost) - own, point as u32)));
                    }
                }
                self.moves[site * (sites + 1) + sites].push(Reverse((i64::from(outside) - own, point as u32)));
            }
        }
    }

    /// Who costs least to move from a site to another, or out.
    fn cheapest(&mut self, from: usize, to: usize) -> Option<(i64, u32)> {
        let sites = self.left.len();
        let heap = &mut self.moves[from * (sites + 1) + to.min(sites)];
        // those who left are still in it
        while let Some(Reverse((more, point))) = heap.peek().copied() {
            if self.held[point as usize].iter().any(|(j, _)| *j == from) {
                return Some((more, point));
            }
            heap.pop();
        }
        None
    }

    /// What somebody has to pay for whom they push on, at each site: the shortest ways from full sites to room (Bellman and Ford).
    fn tolls(&mut self) {
        let sites = self.left.len();
        let full: Vec<usize> = (0..sites).filter(|j| self.left[*j] == 0).collect();
        self.toll.fill(0);
        let mut arcs = Vec::new();
        for from in &full {
            self.toll[*from] = i64::MAX / 4;
            self.next[*from] = OUTSIDE;
            for to in (0..sites).filter(|to| to != from).chain([OUTSIDE]) {
                arcs.extend(self.cheapest(*from, to).map(|(more, _)| (*from, to, more)));
            }
        }
        loop {
            let mut better = false;
            for (from, to, more) in &arcs {
                let onward = if *to == OUTSIDE { 0 } else { self.toll[*to] };
                if more + onward < self.toll[*from] {
                    (self.toll[*from], self.next[*from]) = (more + onward, *to);
                    better = true;
                }
            }
            if !better {
                return;
            }
        }
    }

    /// How many of a point's people pay how much.
    pub(super) fn paid(&self, point: usize, people: u64, outside: u32) -> Vec<(i64, u64)> {
        let held = &self.held[point];
        let inside = held.iter().map(|(j, held)| (i64::from(self.cost_of(point, *j).unwrap_or(outside)), *held));
        let left = people - held.iter().map(|(_, held)| held).sum::<u64>();
        inside.chain([(i64::from(outside), left)]).collect()
    }

    /// What a point would save by one more place at this cost: what it pays now, tolls of the sites that hold it counted, less this.
    pub(super) fn pays(&self, point: usize, outside: u32) -> i64 {
        let ways = self.cost[point].iter().map(|(j, cost)| i64::from(*cost) + self.toll[*j as usize]);
        ways.min().unwrap_or(i64::MAX).min(i64::from(outside))
    }
}
