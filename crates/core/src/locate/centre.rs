//! The least cost of whoever is farthest: p-centre, by asking for one cost after another whether everybody can be within it (Minieka 1970).

use super::Found;
use super::branch::{Means, search};
use super::cover::Cover;
use super::problem::{Siting, SitingError, SitingOptions};
use super::space::Space;
use crate::ids::FacilityId;
use crate::units::Cost;

/// The search for one problem.
struct Radii<'a> {
    siting: &'a Siting<'a>,
    space: &'a Space,
    means: Means<'a>,
    reach: Reach,
    costs: Vec<Cost>,
    /// The best plan, and the place of its cost.
    best: Option<(Found, usize)>,
    /// No cost before this place is possible.
    proven: usize,
    nodes: usize,
    outside: bool,
}

/// The plan, and the least cost that is not proven impossible for whoever is farthest; without a plan, whether there is none.
pub(super) fn centre(siting: &Siting<'_>, space: &Space, means: Means<'_>) -> Result<Result<(Found, Cost), bool>, SitingError> {
    let reach = Reach::new(siting);
    let costs = reach.costs(siting);
    let bounds_alone = SitingOptions { nodes: 0, ..*means.options };
    let alone = Means { options: &bounds_alone, solver: None, ..means };
    let mut own = Radii { siting, space, means: alone, reach, costs, best: None, proven: 0, nodes: 0, outside: false };
    // plans first: where none is found, try a greater cost
    let (mut low, mut high) = (0, own.costs.len());
    while low < high {
        if means.watch.is_over() {
            // one question is left to those without any plan: that of all sites as far as they reach
            if own.best.is_none() {
                own.ask(own.costs.len() - 1)?;
            }
            break;
        }
        let middle = low + (high - low) / 2;
        match own.ask(middle)? {
            Some(place) => high = place,
            None => low = middle + 1,
        }
    }
    // then proofs: where there is none, try a lesser cost; by bounds alone, then by branching too, then with help
    let help = means.solver.map(|_| Means { options: &bounds_alone, ..means });
    for means in [alone, Means { solver: None, ..means }].into_iter().chain(help) {
        own.means = means;
        let (mut low, mut high) = (own.proven, own.best.as_ref().map_or(own.costs.len(), |best| best.1));
        while low < high && !means.watch.is_over() && !own.near_enough(means.options.gap) {
            let middle = low + (high - low) / 2;
            let found = own.ask(middle)?;
            high = found.unwrap_or(middle);
            if own.proven > middle {
                (low, high) = (own.proven, own.best.as_ref().map_or(own.costs.len(), |best| best.1));
            }
        }
    }
    let Some((mut found, _)) = own.best else { return Ok(Err(own.proven == own.costs.len())) };
    (found.nodes, found.outside) = (own.nodes, own.outside);
    Ok(Ok((found, own.costs.get(own.proven).copied().unwrap_or(Cost(0)))))
}

impl Radii<'_> {
    /// Whether no plan can be better by more than this share.
    fn near_enough(&self, gap: f64) -> bool {
        let cost = |place: usize| f64::from(self.costs[place].0);
        self.best.as_ref().is_some_and(|(_, place)| *place > self.proven && cost(*place) - cost(self.proven) <= gap * cost(*place))
    }

    /// Asks whether everybody can be within the cost at `place`: a plan's place where one is found, and `proven` moves where none exists.
    fn ask(&mut self, place: usize) -> Result<Option<usize>, SitingError> {
        let cover = Cover::within(self.siting, self.space, self.costs[place])?;
        let known = self.best.as_ref().map(|(known, _)| cover.projected(&known.copies));
        let none = vec![0; cover.space.sites()];
        let plans: Vec<Vec<u32>> = known.into_iter().chain([none]).collect();
        let answer = search(&cover, &plans, self.means);
        self.nodes += answer.nodes;
        self.outside |= answer.outside;
        if answer.bound.is_none() {
            self.proven = self.proven.max(place + 1);
        }
        let Some((plan, _)) = answer.plan else { return Ok(None) };
        let copies = cover.expand(&plan, self.siting.sites.len());
        let farthest = self.reach.farthest(self.siting, &copies);
        let place = self.costs.partition_point(|cost| *cost < farthest);
        let found =
            Found { copies, outside: false, nodes: 0, beyond: self.reach.beyond, rows: cover.rows.len(), sites: cover.space.sites() };
        self.best = Some((found, place));
        Ok(Some(place))
    }
}

/// Who can be reached at all.
pub(super) struct Reach {
    reached: Vec<bool>,
    pub(super) beyond: crate::units::People,
}

impl Reach {
    pub(super) fn new(siting: &Siting<'_>) -> Reach {
        let mut reached = vec![false; siting.people.len()];
        for j in (0..siting.sites.len()).filter(|j| siting.sites[*j].at_most > 0) {
            siting.table.row(FacilityId::at(j)).iter().for_each(|(point, _)| reached[point.index()] = true);
        }
        let beyond = siting.people.iter().zip(&reached).filter(|(_, reached)| !**reached).map(|(people, _)| *people).sum();
        Reach { reached, beyond }
    }

    /// The costs that the farthest may have: no less than everybody's least.
    fn costs(&self, siting: &Siting<'_>) -> Vec<Cost> {
        let mut least = vec![Cost::UNREACHED; siting.people.len()];
        let mut costs = Vec::new();
        for j in (0..siting.sites.len()).filter(|j| siting.sites[*j].at_most > 0) {
            for (point, cost) in siting.table.row(FacilityId::at(j)).iter().filter(|(point, _)| siting.people[point.index()].0 > 0) {
                least[point.index()] = least[point.index()].min(*cost);
                costs.push(*cost);
            }
        }
        let lived = least.iter().zip(siting.people).filter(|(cost, people)| people.0 > 0 && cost.is_reached());
        let floor = lived.map(|(cost, _)| *cost).max().unwrap_or(Cost(0));
        costs.retain(|cost| *cost >= floor);
        costs.sort_unstable();
        costs.dedup();
        if costs.is_empty() {
            // nobody has to be reached: quotas and budget alone say which plans there are
            costs.push(Cost(0));
        }
        costs
    }

    /// What the farthest of those who can be reached pays; unreached where a plan leaves somebody out.
    pub(super) fn farthest(&self, siting: &Siting<'_>, copies: &[u32]) -> Cost {
        let mut least = vec![Cost::UNREACHED; siting.people.len()];
        for (j, site) in siting.sites.iter().enumerate().filter(|(j, site)| copies[*j] + site.at_least > 0) {
            let _ = site;
            siting.table.row(FacilityId::at(j)).iter().for_each(|(point, cost)| least[point.index()] = least[point.index()].min(*cost));
        }
        let lived = least.iter().zip(siting.people).zip(&self.reached).filter(|((_, people), reached)| people.0 > 0 && **reached);
        lived.map(|((cost, _), _)| *cost).max().unwrap_or(Cost(0))
    }
}
