//! Bounds by Lagrangian relaxation: what holds sites and people together is priced, and what is left falls apart by site.
//!
//! Prices are moved by the subgradient method (Held, Wolfe and Crowder 1974) with steps that remember the last direction (Camerini, Fratta
//! and Maffioli 1975). All sums are whole numbers, rounded so that the bound holds whatever the prices are: a bound is a proof, not an
//! estimate, and it does not depend on threads.

use super::program::Program;
use super::space::{Node, Space};
use super::watch::Watch;
use crate::random::Random;

/// A problem that is relaxed by pricing its rows. Values are maximised.
pub(super) trait Problem: Sync {
    fn space(&self) -> &Space;

    /// Prices to begin with, near to those that would lead to a plan.
    fn prices(&self, plan: Option<&[u32]>) -> Vec<f64>;

    /// Brings prices into their range.
    fn clamp(&self, prices: &mut [f64]);

    /// For these prices, what a copy of each site is worth, and what is certain beside that: Σ of both over a plan is never below the
    /// plan's value.
    fn relaxed(&self, prices: &[f64], scores: &mut Vec<i128>) -> i128;

    /// For each price, by how much a plan gives more than is asked for at these prices.
    fn surplus(&self, prices: &[f64], plan: &[u32], surplus: &mut [f64]);

    /// The value of a plan that is allowed; `None` where it is not, or does not meet what the model demands.
    fn value(&self, plan: &[u32]) -> Option<i128>;

    /// A plan of a node made better, or made allowed, from any; `None` where none is found.
    fn improved(&self, node: &Node, plan: &[u32], chance: &mut Random, effort: usize, watch: &Watch<'_>) -> Option<(Vec<u32>, i128)>;

    /// What is added to a value where it is shown: a gap is a share of that.
    fn offset(&self) -> i128 {
        0
    }

    /// All values differ by multiples of this.
    fn grain(&self) -> i128;

    /// No allowed plan is worth less.
    fn least(&self) -> i128;

    /// None is worth more, whatever it is.
    fn most(&self) -> i128;

    /// How many entries its lists have: what a pass over it costs.
    fn entries(&self) -> usize;

    /// The node as a program for an exact solver.
    fn program(&self, node: &Node) -> Program;
}

/// Where the prices ended.
#[derive(Debug, Clone)]
pub(super) struct Relaxed {
    /// No plan of the node is worth more; `None` where it has none.
    pub(super) bound: Option<i128>,
    pub(super) prices: Vec<f64>,
    /// How much of each site the plans along the way held, the later ones more.
    pub(super) mean: Vec<f64>,
}

/// How far to go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    pub(super) iterations: usize,
    pub(super) patience: usize,
    pub(super) step: f64,
    /// A bound this close is near enough, as a share of the value.
    pub(super) gap: f64,
}

/// Prices of the rows, then of the quotas that bounds do not keep, then of the budget.
pub(super) fn first_prices(problem: &dyn Problem, plan: Option<&[u32]>) -> Vec<f64> {
    let mut prices = problem.prices(plan);
    let space = problem.space();
    prices.resize(prices.len() + space.priced.len() + usize::from(space.budget.is_some()), 0.0);
    prices
}

/// Lowers the bound of a node until it is no more than `target`, or does not fall any more. `seen` is shown each plan that the relaxation
/// comes up with when the bound falls. The node is tightened by what the bound rules out.
pub(super) fn relax(
    problem: &dyn Problem,
    node: &mut Node,
    prices: Vec<f64>,
    mut target: Option<i128>,
    effort: Effort,
    watch: &Watch<'_>,
    seen: &mut dyn FnMut(&[u32]) -> Option<i128>,
) -> Relaxed {
    let space = problem.space();
    let rows = prices.len() - space.priced.len() - usize::from(space.budget.is_some());
    let mut own = prices;
    let mut found = Relaxed { bound: None, prices: own.clone(), mean: vec![0.0; space.sites()] };
    let (mut scores, mut order) = (Vec::new(), Vec::new());
    let mut surplus = vec![0.0; own.len()];
    let mut direction = vec![0.0; own.len()];
    let (mut step, mut waited) = (effort.step, 0);
    let mut weight = 0.0f64;
    for _ in 0..effort.iterations {
        let certain = problem.relaxed(&own[..rows], &mut scores) + price_sides(space, &own[rows..], &mut scores);
        let Some(best) = space.best(node, &scores, &mut order) else {
            return Relaxed { bound: None, ..found };
        };
        let bound = certain + best.value;
        let better = found.bound.is_none_or(|known| bound < known);
        if better {
            waited = 0;
            found.bound = Some(bound);
            found.prices.clone_from(&own);
            target = target.max(seen(&best.plan));
            let wanted = target.map_or(problem.least(), |target| target + problem.grain());
            let near = target.is_some_and(|target| (bound - target) as f64 <= effort.gap * (target + problem.offset()).abs() as f64);
            if bound.min(problem.most()) < wanted || near {
                return Relaxed { bound: target.map(|_| bound), ..found };
            }
            if target.is_some() {
                space.tighten(node, &best, &scores, bound - wanted);
            }
        } else {
            waited += 1;
            if waited >= effort.patience {
                waited = 0;
                step *= 0.5;
                own.clone_from(&found.prices);
                direction.fill(0.0);
                if step < 1e-3 {
                    break;
                }
                continue;
            }
        }
        // plans later on count for more
        weight = 0.9 * weight + 0.1;
        found.mean.iter_mut().zip(&best.plan).for_each(|(mean, copies)| *mean = 0.9 * *mean + 0.1 * f64::from(*copies));
        problem.surplus(&own[..rows], &best.plan, &mut surplus[..rows]);
        side_surplus(space, &own[rows..], &best.plan, &mut surplus[rows..]);
        let turn: f64 = direction.iter().zip(&surplus).map(|(d, s)| d * s).sum();
        let kept = if turn < 0.0 {
            let norm: f64 = direction.iter().map(|d| d * d).sum();
            if norm > 0.0 { -1.5 * turn / norm } else { 0.0 }
        } else {
            0.0
        };
        direction.iter_mut().zip(&surplus).for_each(|(d, s)| *d = s + kept * *d);
        // a row whose price cannot move plays no part in the length of the step
        let norm: f64 = direction.iter().zip(&own).map(|(d, price)| if *d > 0.0 && *price <= 0.0 { 0.0 } else { d * d }).sum();
        if norm <= 0.0 || watch.is_over() {
            break;
        }
        // without a plan to compare with, aim a little below what is worth nothing
        let reach = 0.02 * own[..rows].iter().sum::<f64>();
        let span = target.map_or((bound - problem.least()) as f64 + reach, |target| (bound - target) as f64).max(1.0);
        let length = step * span / norm;
        own.iter_mut().zip(&direction).for_each(|(price, d)| *price -= length * d);
        problem.clamp(&mut own[..rows]);
        if space.budget.is_some() {
            own.last_mut().into_iter().for_each(|price| *price = price.max(0.0));
        }
    }
    if weight > 0.0 {
        found.mean.iter_mut().for_each(|mean| *mean /= weight);
    }
    found
}

/// Takes the prices of quotas and budget off the scores; what is certain of them comes back.
fn price_sides(space: &Space, prices: &[f64], scores: &mut [i128]) -> i128 {
    let mut certain = 0;
    for (q, price) in space.priced.iter().zip(prices) {
        let (quota, price) = (&space.quotas[*q as usize], price.round() as i128);
        certain += price * i128::from(if price > 0 { quota.at_most } else { quota.at_least });
        quota.sites.iter().for_each(|j| scores[*j as usize] -= price);
    }
    if let (Some(budget), Some(price)) = (space.budget, prices.get(space.priced.len())) {
        let price = (price.max(0.0) / space.usual_price()).round() as i128;
        certain += price.saturating_mul(i128::from(budget));
        scores.iter_mut().zip(&space.price).for_each(|(score, paid)| *score -= price * i128::from(*paid));
    }
    certain
}

/// How much more than the plan uses quotas and budget admit; with the sign that moves the price the right way.
fn side_surplus(space: &Space, prices: &[f64], plan: &[u32], surplus: &mut [f64]) {
    for ((q, price), own) in space.priced.iter().zip(prices).zip(surplus.iter_mut()) {
        let quota = &space.quotas[*q as usize];
        let used: u64 = quota.sites.iter().map(|j| u64::from(plan[*j as usize])).sum();
        let (least, most) = (quota.at_least as f64, quota.at_most as f64);
        let used = used as f64;
        *own = match *price {
            price if price > 0.0 => most - used,
            price if price < 0.0 => least - used,
            _ => (least - used).max(0.0) + (most - used).min(0.0),
        };
    }
    if let (Some(budget), Some(own)) = (space.budget, surplus.get_mut(space.priced.len())) {
        let spent: f64 = plan.iter().zip(&space.price).map(|(copies, price)| f64::from(*copies) * *price as f64).sum();
        *own = (budget as f64 - spent) / space.usual_price();
    }
}
