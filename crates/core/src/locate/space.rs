//! Which plans are allowed: how many copies of each site, quotas over sets of sites, a budget.

use super::SitingError;
use super::problem::{Quota, Site};

/// A quota over the open part of the problem: how many of its sites open, beside those that are fixed.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    pub(super) sites: Vec<u32>,
    pub(super) at_least: u64,
    pub(super) at_most: u64,
}

/// The allowed plans: `x[j]` copies of site `j`, from none to `most[j]`.
#[derive(Debug, Clone, Default)]
pub(super) struct Space {
    pub(super) most: Vec<u32>,
    pub(super) price: Vec<u64>,
    pub(super) quotas: Vec<Bounds>,
    pub(super) budget: Option<u64>,
    /// By site, the quotas that it counts in.
    pub(super) of_site: Vec<Vec<u32>>,
    /// Quotas that share no site and are kept as they are when bounds are made; the others are priced.
    pub(super) kept: Vec<u32>,
    pub(super) priced: Vec<u32>,
    /// Of each kept quota, the quotas that lie within it and share no site with one another.
    within: Vec<Vec<u32>>,
}

impl Space {
    /// What is left to decide once fixed sites are open.
    pub(super) fn new(sites: &[Site], quotas: &[Quota], budget: Option<u64>) -> Result<Space, SitingError> {
        let price: Vec<u64> = sites.iter().map(|site| site.price).collect();
        if let Some(j) = sites.iter().position(|site| site.at_least > site.at_most) {
            return Err(SitingError::Site { site: j });
        }
        let mut own = Vec::new();
        for quota in quotas {
            if let Some(j) = quota.sites.iter().find(|j| **j as usize >= sites.len()) {
                return Err(SitingError::Site { site: *j as usize });
            }
            let mut members = quota.sites.clone();
            members.sort_unstable();
            members.dedup();
            if quota.at_least > quota.at_most {
                return Err(SitingError::Crossed { name: quota.name.clone(), at_least: quota.at_least, at_most: quota.at_most });
            }
            let sum = |of: fn(&Site) -> u32| members.iter().map(|j| u64::from(of(&sites[*j as usize]))).sum::<u64>();
            let (least, most) = (sum(|site| site.at_least), sum(|site| site.at_most));
            let fault = |found, asked| SitingError::Quota { name: quota.name.clone(), found, asked };
            if most < u64::from(quota.at_least) {
                return Err(fault(most, format!("at least {}", quota.at_least)));
            }
            if least > u64::from(quota.at_most) {
                return Err(fault(least, format!("at most {}", quota.at_most)));
            }
            let (at_least, at_most) = (u64::from(quota.at_least).saturating_sub(least), u64::from(quota.at_most) - least);
            own.push(Bounds { sites: members, at_least, at_most });
        }
        too_many_within(&own, quotas, sites)?;
        let most = copies(sites, &own)?;
        too_dear(sites, &most)?;
        let spent: u64 = sites.iter().map(|site| u64::from(site.at_least).saturating_mul(site.price)).fold(0, u64::saturating_add);
        let budget = budget.map(|budget| budget.checked_sub(spent).ok_or(SitingError::Budget { least: spent, budget })).transpose()?;
        Ok(Space { most, price, quotas: own, budget, ..Space::default() }.indexed())
    }

    /// No plan has more copies open than this, fixed ones included.
    pub(super) fn most_open(&self, sites: &[Site]) -> u64 {
        let mut left: Vec<u64> = self.most.iter().map(|most| u64::from(*most)).collect();
        let mut open: u64 = sites.iter().map(|site| u64::from(site.at_least)).sum();
        for quota in self.kept.iter().map(|q| &self.quotas[*q as usize]) {
            let all: u64 = quota.sites.iter().map(|j| std::mem::take(&mut left[*j as usize])).sum();
            open += all.min(quota.at_most);
        }
        open + left.iter().sum::<u64>()
    }

    /// Sorts out which quota holds which site.
    pub(super) fn indexed(mut self) -> Space {
        self.of_site = vec![Vec::new(); self.most.len()];
        let mut taken = vec![false; self.most.len()];
        (self.kept, self.priced) = (Vec::new(), Vec::new());
        for (q, quota) in (0..).zip(&self.quotas) {
            quota.sites.iter().for_each(|j| self.of_site[*j as usize].push(q));
        }
        // the smaller ones first: what is priced then is few totals, whose prices are soon found
        let copies = |own: &Bounds| own.sites.iter().map(|j| u64::from(self.most[*j as usize])).sum::<u64>();
        let asks = |own: &Bounds| own.at_least > 0 || own.at_most < copies(own);
        let mut order: Vec<u32> = (0..).zip(&self.quotas).filter(|(_, own)| asks(own)).map(|(q, _)| q).collect();
        order.sort_by_key(|q| self.quotas[*q as usize].sites.len());
        for q in order {
            let quota = &self.quotas[q as usize];
            if quota.sites.iter().any(|j| taken[*j as usize]) {
                self.priced.push(q);
            } else {
                quota.sites.iter().for_each(|j| taken[*j as usize] = true);
                self.kept.push(q);
            }
        }
        self.within = self.quotas.iter().map(|quota| self.inside(quota)).collect();
        self
    }

    /// Quotas with a minimum that lie within another, sharing no site, the tighter ones first.
    fn inside(&self, outer: &Bounds) -> Vec<u32> {
        let mut order: Vec<u32> = (0..).zip(&self.quotas).filter(|(_, own)| own.at_least > 0).map(|(q, _)| q).collect();
        order.sort_by_key(|q| self.quotas[*q as usize].sites.len());
        let mut taken = vec![false; self.most.len()];
        let mut found = Vec::new();
        for q in order {
            let own = &self.quotas[q as usize];
            let smaller = own.sites.len() < outer.sites.len();
            let inside = own.sites.iter().all(|j| !taken[*j as usize] && outer.sites.binary_search(j).is_ok());
            if smaller && inside {
                own.sites.iter().for_each(|j| taken[*j as usize] = true);
                found.push(q);
            }
        }
        found
    }

    /// Whether a site may open wherever another may: it counts in the same quotas and costs no more.
    pub(super) fn may_stand_for(&self, site: usize, other: usize) -> bool {
        self.of_site[site] == self.of_site[other] && self.price[site] <= self.price[other]
    }

    pub(super) fn sites(&self) -> usize {
        self.most.len()
    }
}

/// How many copies of each site may open beside those that are fixed: no more than its quotas have room for.
fn copies(sites: &[Site], quotas: &[Bounds]) -> Result<Vec<u32>, SitingError> {
    let mut most: Vec<u32> = sites.iter().map(|site| site.at_most - site.at_least).collect();
    for quota in quotas {
        // one is left to a site of a full quota: it could serve people, were it not for the quota
        let room = u32::try_from(quota.at_most).unwrap_or(u32::MAX).max(1);
        quota.sites.iter().for_each(|j| most[*j as usize] = most[*j as usize].min(room));
    }
    let all: u64 = sites.iter().zip(&most).map(|(site, most)| u64::from(site.at_least) + u64::from(*most)).sum();
    let fault = SitingError::Value { what: "the copies of all sites together", found: all.to_string(), expected: "at most 4,294,967,295" };
    if u32::try_from(all).is_ok() { Ok(most) } else { Err(fault) }
}

/// Refuses prices of which sums cannot be told.
fn too_dear(sites: &[Site], most: &[u32]) -> Result<(), SitingError> {
    let of = |(site, most): (&Site, &u32)| u128::from(site.price) * u128::from(site.at_least + most);
    let all: u128 = sites.iter().zip(most).map(of).sum();
    let fault = SitingError::Value { what: "the price of all sites together", found: all.to_string(), expected: "below 10^21" };
    if all < 1_000_000_000_000_000_000_000 { Ok(()) } else { Err(fault) }
}

/// Refuses a quota that has room for fewer than other quotas, which lie within it and share no site, want together.
fn too_many_within(own: &[Bounds], named: &[Quota], sites: &[Site]) -> Result<(), SitingError> {
    for (outer, name) in own.iter().zip(named) {
        let mut inside = vec![false; sites.len()];
        outer.sites.iter().for_each(|j| inside[*j as usize] = true);
        let open = |j: &u32| sites[*j as usize].at_most > sites[*j as usize].at_least;
        let (mut wanted, mut names) = (0, Vec::new());
        for (inner, name) in own.iter().zip(named).filter(|(inner, _)| inner.at_least > 0 && !std::ptr::eq(*inner, outer)) {
            if inner.sites.iter().filter(|j| open(j)).all(|j| inside[*j as usize]) && inner.sites.len() < outer.sites.len() {
                inner.sites.iter().filter(|j| open(j)).for_each(|j| inside[*j as usize] = false);
                wanted += inner.at_least;
                names.push(name.name.as_str());
            }
        }
        if wanted > outer.at_most {
            let asked = format!("{wanted} are wanted by: {}", names.join("; "));
            return Err(SitingError::Within { name: name.name.clone(), found: outer.at_most, asked });
        }
    }
    Ok(())
}

/// A plan that is being made: what is open, and what that means for quotas and budget.
#[derive(Debug, Clone)]
pub(super) struct Open<'s> {
    pub(super) space: &'s Space,
    node: &'s Node,
    pub(super) count: Vec<u32>,
    in_quota: Vec<u64>,
    spent: u64,
}

impl<'s> Open<'s> {
    pub(super) fn new(space: &'s Space, node: &'s Node) -> Open<'s> {
        Open { space, node, count: vec![0; space.sites()], in_quota: vec![0; space.quotas.len()], spent: 0 }
    }

    pub(super) fn open(&mut self, site: usize) {
        self.count[site] += 1;
        self.space.of_site[site].iter().for_each(|q| self.in_quota[*q as usize] += 1);
        self.spent = self.spent.saturating_add(self.space.price[site]);
    }

    pub(super) fn close(&mut self, site: usize) {
        self.count[site] -= 1;
        self.space.of_site[site].iter().for_each(|q| self.in_quota[*q as usize] -= 1);
        self.spent = self.spent.saturating_sub(self.space.price[site]);
    }

    fn lacks(&self, quota: u32) -> u64 {
        self.space.quotas[quota as usize].at_least.saturating_sub(self.in_quota[quota as usize])
    }

    /// How many sites quotas lack.
    pub(super) fn shortfall(&self) -> u64 {
        (0..).zip(&self.space.quotas).map(|(q, _)| self.lacks(q)).sum()
    }

    /// Whether the plan is allowed as it is.
    pub(super) fn allowed(&self) -> bool {
        let quotas = self.space.quotas.iter().zip(&self.in_quota).all(|(own, n)| (own.at_least..=own.at_most).contains(n));
        quotas && self.space.budget.is_none_or(|budget| self.spent <= budget)
    }

    /// Whether one more copy breaks nothing, and leaves room for what quotas within quotas still lack.
    pub(super) fn may_open(&self, site: usize) -> bool {
        let space = self.space;
        if self.count[site] >= self.node.high[site]
            || space.budget.is_some_and(|budget| self.spent.saturating_add(space.price[site]) > budget)
        {
            return false;
        }
        let own = &space.of_site[site];
        own.iter().all(|q| {
            let (q, quota) = (*q as usize, &space.quotas[*q as usize]);
            let room = quota.at_most - self.in_quota[q].min(quota.at_most);
            let after = |inner: &u32| self.lacks(*inner) - u64::from(self.lacks(*inner) > 0 && own.contains(inner));
            room > 0 && (space.within[q].is_empty() || room > space.within[q].iter().map(after).sum())
        })
    }

    /// Whether one fewer leaves all minima met.
    pub(super) fn may_close(&self, site: usize) -> bool {
        self.count[site] > self.node.low[site]
            && self.space.of_site[site].iter().all(|q| self.in_quota[*q as usize] > self.space.quotas[*q as usize].at_least)
    }

    /// Whether `opens` may take the place of `closes`.
    pub(super) fn may_swap(&self, closes: usize, opens: usize) -> bool {
        let space = self.space;
        if closes == opens || self.count[closes] <= self.node.low[closes] || self.count[opens] >= self.node.high[opens] {
            return false;
        }
        let spent = self.spent.saturating_sub(space.price[closes]).saturating_add(space.price[opens]);
        if space.budget.is_some_and(|budget| spent > budget) {
            return false;
        }
        let (from, to) = (&space.of_site[closes], &space.of_site[opens]);
        if from == to {
            return true;
        }
        from.iter().filter(|q| !to.contains(q)).all(|q| self.in_quota[*q as usize] > space.quotas[*q as usize].at_least)
            && to.iter().filter(|q| !from.contains(q)).all(|q| self.in_quota[*q as usize] < space.quotas[*q as usize].at_most)
    }

    /// Sites that could close where a quota or the budget is exceeded; none where nothing is.
    pub(super) fn excess(&self) -> Vec<usize> {
        let over = |q: &u32| self.in_quota[*q as usize] > self.space.quotas[*q as usize].at_most;
        let dear = self.space.budget.is_some_and(|budget| self.spent > budget);
        let sites = (0..self.count.len()).filter(|j| self.count[*j] > self.node.low[*j]);
        sites.filter(|j| dear && self.space.price[*j] > 0 || self.space.of_site[*j].iter().any(over)).collect()
    }

    /// Whether a site counts towards a quota that lacks some.
    pub(super) fn is_lacking(&self, site: usize) -> bool {
        self.space.of_site[site].iter().any(|q| self.lacks(*q) > 0)
    }
}

/// Bounds on copies of each site: a node of the search tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) low: Vec<u32>,
    pub(super) high: Vec<u32>,
}

impl Node {
    /// Whether a plan lies within.
    pub(super) fn holds(&self, plan: &[u32]) -> bool {
        let within = |(copies, (low, high)): (&u32, (&u32, &u32))| (low..=high).contains(&copies);
        plan.len() == self.low.len() && plan.iter().zip(self.low.iter().zip(&self.high)).all(within)
    }

    /// The plan that is nearest to `plan` within the node.
    pub(super) fn nearest(&self, plan: &[u32]) -> Vec<u32> {
        plan.iter().zip(self.low.iter().zip(&self.high)).map(|(copies, (low, high))| *copies.clamp(low, high)).collect()
    }
}

/// The plan that is best by scores alone, within a node and the kept quotas.
#[derive(Debug, Clone, Default)]
pub(super) struct Best {
    pub(super) plan: Vec<u32>,
    pub(super) value: i128,
    /// By kept quota, and last for sites in none: the least score of a copy that is in and could be out, the greatest of one that is out and could be in.
    margins: Vec<[Option<i128>; 2]>,
}

impl Space {
    /// Quotas and budget in terms of merged sites: `first` stands for the sites in `members`, which count in the same quotas.
    pub(super) fn of_some(&self, first: &[usize], members: &[Vec<(u32, u32)>]) -> Space {
        let mut place_of = vec![Vec::new(); self.quotas.len()];
        for (place, j) in (0..).zip(first) {
            self.of_site[*j].iter().for_each(|q| place_of[*q as usize].push(place));
        }
        Space {
            most: members.iter().map(|own| own.iter().map(|(_, copies)| copies).sum()).collect(),
            price: first.iter().map(|j| self.price[*j]).collect(),
            quotas: self.quotas.iter().zip(place_of).map(|(own, sites)| Bounds { sites, ..own.clone() }).collect(),
            budget: self.budget,
            ..Space::default()
        }
        .indexed()
    }

    /// Whether a plan is allowed.
    pub(super) fn allows(&self, plan: &[u32]) -> bool {
        let used = |quota: &Bounds| quota.sites.iter().map(|j| u64::from(plan[*j as usize])).sum::<u64>();
        let spent = || {
            plan.iter().zip(&self.price).fold(0u64, |sum, (copies, price)| sum.saturating_add(u64::from(*copies).saturating_mul(*price)))
        };
        self.quotas.iter().all(|quota| (quota.at_least..=quota.at_most).contains(&used(quota)))
            && self.budget.is_none_or(|budget| spent() <= budget)
    }

    /// What a site costs on average; never 0.
    pub(super) fn usual_price(&self) -> f64 {
        let sum: f64 = self.price.iter().map(|price| *price as f64).sum();
        (sum / self.sites().max(1) as f64).max(1e-9)
    }

    pub(super) fn root(&self) -> Node {
        Node { low: vec![0; self.sites()], high: self.most.clone() }
    }

    /// Maximises Σ score × copies over a node and the kept quotas; `None` where they admit no plan.
    pub(super) fn best(&self, node: &Node, scores: &[i128], order: &mut Vec<u32>) -> Option<Best> {
        let mut best = Best { plan: node.low.clone(), value: 0, margins: Vec::with_capacity(self.kept.len() + 1) };
        let mut free = vec![true; self.sites()];
        for q in &self.kept {
            let quota = &self.quotas[*q as usize];
            let forced: u64 = quota.sites.iter().map(|j| u64::from(node.low[*j as usize])).sum();
            let room: u64 = quota.sites.iter().map(|j| u64::from(node.high[*j as usize])).sum();
            if forced > quota.at_most || room < quota.at_least {
                return None;
            }
            order.clear();
            order.extend(quota.sites.iter().filter(|j| node.high[**j as usize] > node.low[**j as usize]));
            quota.sites.iter().for_each(|j| free[*j as usize] = false);
            order.sort_unstable_by_key(|j| (std::cmp::Reverse(scores[*j as usize]), *j));
            let (mut taken, mut margins) = (forced, [None, None]);
            for j in order.iter().map(|j| *j as usize) {
                let spare = u64::from(node.high[j] - node.low[j]);
                let wanted = if scores[j] > 0 { quota.at_most } else { quota.at_least };
                let more = spare.min(wanted.saturating_sub(taken));
                best.plan[j] += more as u32;
                taken += more;
                if more > 0 {
                    margins[0] = Some(scores[j]);
                }
                if more < spare && margins[1].is_none() {
                    margins[1] = Some(scores[j]);
                }
            }
            // a copy more or less is possible by itself, where the quota leaves room
            if taken < quota.at_most {
                margins[0] = Some(margins[0].map_or(0, |least: i128| least.min(0)));
            }
            if taken > quota.at_least {
                margins[1] = Some(margins[1].map_or(0, |most: i128| most.max(0)));
            }
            best.margins.push(margins);
        }
        for j in (0..self.sites()).filter(|j| free[*j] && scores[*j] > 0) {
            best.plan[j] = node.high[j];
        }
        best.margins.push([Some(0), Some(0)]);
        best.value = best.plan.iter().zip(scores).map(|(copies, score)| i128::from(*copies) * score).sum();
        Some(best)
    }

    /// Tightens a node: copies without which, or with which, `slack` (bound less what must be beaten) is used up.
    pub(super) fn tighten(&self, node: &mut Node, best: &Best, scores: &[i128], slack: i128) -> usize {
        let mut group = vec![self.kept.len(); self.sites()];
        for (place, q) in self.kept.iter().enumerate() {
            self.quotas[*q as usize].sites.iter().for_each(|j| group[*j as usize] = place);
        }
        let mut fixed = 0;
        for j in 0..self.sites() {
            if node.low[j] == node.high[j] {
                continue;
            }
            let [least_in, most_out] = best.margins[group[j]];
            if best.plan[j] < node.high[j] {
                // one more copy of j pushes out the least that is in
                let loss = least_in.map(|least| least - scores[j]);
                if loss.is_none_or(|loss| loss > slack) {
                    node.high[j] = best.plan[j];
                    fixed += 1;
                }
            }
            if best.plan[j] > node.low[j] {
                let loss = most_out.map(|most| scores[j] - most);
                if loss.is_none_or(|loss| loss > slack) {
                    node.low[j] = best.plan[j];
                    fixed += 1;
                }
            }
        }
        fixed
    }
}
