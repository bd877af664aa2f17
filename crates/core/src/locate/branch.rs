//! From a first plan to a proven one: relaxation at the root with a local search from the plans that it comes up with, then branch and
//! bound, depth first.

use super::problem::SitingOptions;
use super::program::{ExactSolver, Solved};
use super::relax::{Effort, Problem, first_prices, relax};
use super::space::Node;
use super::watch::Watch;
use crate::random::Random;

/// The best plan that was found, and what no plan can exceed.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// None where no plan was found.
    pub(super) plan: Option<(Vec<u32>, i128)>,
    /// No plan is worth more; none where no plan is allowed.
    pub(super) bound: Option<i128>,
    /// Nodes of the search tree.
    pub(super) nodes: usize,
    /// Whether an exact solver had the last word.
    pub(super) outside: bool,
}

impl Answer {
    /// Whether nothing better exists.
    pub(super) fn is_proven(&self) -> bool {
        match (&self.plan, self.bound) {
            (_, None) => true,
            (Some((_, value)), Some(bound)) => bound <= *value,
            (None, Some(_)) => false,
        }
    }
}

/// How much a search may do, and who may help.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    pub(super) options: &'a SitingOptions,
    pub(super) solver: Option<&'a dyn ExactSolver>,
    pub(super) watch: &'a Watch<'a>,
}

struct Search<'a> {
    problem: &'a dyn Problem,
    options: &'a SitingOptions,
    watch: &'a Watch<'a>,
    chance: Random,
    best: Option<(Vec<u32>, i128)>,
}

impl Search<'_> {
    fn target(&self) -> Option<i128> {
        self.best.as_ref().map(|best| best.1)
    }

    fn offer(&mut self, plan: Vec<u32>, value: i128) {
        if self.target().is_none_or(|known| value > known) {
            self.best = Some((plan, value));
        }
    }

    /// A bound that no plan of the problem exceeds, rounded to what values can be.
    fn rounded(&self, bound: i128) -> i128 {
        let bound = bound.min(self.problem.most());
        match self.target() {
            Some(known) if bound >= known => known + (bound - known) / self.problem.grain() * self.problem.grain(),
            Some(known) => known,
            None => bound,
        }
    }

    fn near_enough(&self, bound: i128) -> bool {
        let Some((_, value)) = &self.best else { return false };
        let gap = (bound - value).max(0) as f64;
        gap <= self.options.gap * ((value + self.problem.offset()).abs() as f64).max(1.0)
    }
}

/// Searches a problem, from these plans.
pub(super) fn search(problem: &dyn Problem, plans: &[Vec<u32>], means: Means<'_>) -> Answer {
    let Means { options, solver, watch } = means;
    let mut own = Search { problem, options, watch, chance: Random(options.seed), best: None };
    let mut root = problem.space().root();
    let given = root.clone();
    for plan in plans {
        let known = problem.value(plan).map(|value| (plan.clone(), value));
        let better = problem.improved(&given, plan, &mut own.chance, options.tries, watch);
        known.into_iter().chain(better).for_each(|(plan, value)| own.offer(plan, value));
    }
    if own.target().is_some_and(|known| known >= problem.most()) {
        return Answer { bound: own.target(), plan: own.best, nodes: 0, outside: false };
    }
    let root_effort = Effort { iterations: (ROOT / (1 + problem.entries())).clamp(200, 2000), patience: 25, step: 1.0, gap: options.gap };
    let mut tried = 0;
    let mut last = Vec::new();
    let relaxed = {
        let own = &mut own;
        let target = own.target();
        let first = first_prices(problem, own.best.as_ref().map(|best| best.0.as_slice()));
        relax(problem, &mut root, first, target, root_effort, watch, &mut |plan| {
            if let Some(value) = problem.value(plan) {
                own.offer(plan.to_vec(), value);
            }
            if tried < 60 && plan != last.as_slice() {
                tried += 1;
                last = plan.to_vec();
                let found = problem.improved(&given, plan, &mut own.chance, 0, watch);
                found.into_iter().for_each(|(plan, value)| own.offer(plan, value));
            }
            own.target()
        })
    };
    let Some(bound) = relaxed.bound else {
        return Answer { bound: own.target(), plan: own.best, nodes: 1, outside: false };
    };
    let mut answer = Answer { plan: None, bound: Some(own.rounded(bound)), nodes: 1, outside: false };
    let open = |own: &Search<'_>, answer: &Answer| answer.bound.is_some_and(|bound| !own.near_enough(bound) && own.target() != Some(bound));
    let given = root.clone();
    if open(&own, &answer) {
        branch(&mut own, root, relaxed.prices, relaxed.mean, bound, &mut answer);
    }
    if let Some(solver) = solver.filter(|_| open(&own, &answer) && !watch.is_over()) {
        finish(&mut own, &given, solver, &mut answer);
    }
    answer.plan = own.best;
    answer
}

/// Asks an exact solver for the best plan of what the root left over: what it lacks is no better than what is known.
fn finish(own: &mut Search<'_>, root: &Node, solver: &dyn ExactSolver, answer: &mut Answer) {
    let program = own.problem.program(root);
    match solver.solve(&program, own.watch.left(), own.watch.progress()) {
        Solved::Optimal(plan) if root.holds(&plan) => {
            let Some(value) = own.problem.value(&plan) else { return };
            own.offer(plan, value);
            (answer.bound, answer.outside) = (own.target(), true);
        }
        // whoever was stopped has not looked everywhere
        Solved::Infeasible if !own.watch.is_over() => (answer.bound, answer.outside) = (own.target(), true),
        _ => {}
    }
}

/// A problem of so many entries gets the nodes that were asked for; smaller ones, of which a node costs less, get more.
const USUAL: usize = 20_000;
/// So many entries are looked at, all iterations at the root together.
const ROOT: usize = 2_000_000_000;

/// A node that waits: its bounds, prices to begin with, and the bound of the node that it came from.
struct Waiting {
    node: Node,
    prices: Vec<f64>,
    mean: Vec<f64>,
    bound: i128,
}

fn branch(own: &mut Search<'_>, root: Node, prices: Vec<f64>, mean: Vec<f64>, bound: i128, answer: &mut Answer) {
    let problem = own.problem;
    let mut waiting = vec![Waiting { node: root, prices, mean, bound }];
    // the same work, whatever a node costs
    let nodes = own.options.nodes.saturating_mul(USUAL) / (1 + problem.entries());
    let nodes = nodes.clamp(own.options.nodes.min(20), own.options.nodes.saturating_mul(40));
    let effort = Effort { iterations: 120, patience: 10, step: 0.5, gap: 0.0 };
    while let Some(next) = waiting.pop() {
        let open = waiting.iter().map(|own| own.bound).fold(next.bound, i128::max);
        answer.bound = Some(own.rounded(open));
        if own.near_enough(own.rounded(open)) || answer.nodes >= nodes || own.watch.is_over() {
            return;
        }
        if own.target().is_some_and(|known| next.bound < known + problem.grain()) {
            continue;
        }
        answer.nodes += 1;
        let Some(site) = undecided(&next.node, &next.mean) else {
            // everything is decided: there is one plan
            if let Some(value) = problem.value(&next.node.low) {
                own.offer(next.node.low, value);
            }
            continue;
        };
        let (low, high) = (next.node.low[site], next.node.high[site]);
        let split = (next.mean[site].round() as u32).clamp(low, high - 1);
        let (mut less, mut more) = (next.node.clone(), next.node.clone());
        less.high[site] = split;
        more.low[site] = split + 1;
        let mut children = Vec::new();
        for mut node in [less, more] {
            let (target, watch) = (own.target(), own.watch);
            let seen = &mut |plan: &[u32]| {
                if let Some(value) = problem.value(plan) {
                    own.offer(plan.to_vec(), value);
                }
                own.target()
            };
            let relaxed = relax(problem, &mut node, next.prices.clone(), target, effort, watch, seen);
            if let Some(bound) = relaxed.bound.map(|bound| bound.min(next.bound)) {
                children.push(Waiting { node, prices: relaxed.prices, mean: relaxed.mean, bound });
            }
        }
        // the more promising one is looked at first
        children.sort_by_key(|child| child.bound);
        waiting.append(&mut children);
    }
    answer.bound = own.target();
}

/// The site that the relaxation is least sure of, among those that are not decided.
fn undecided(node: &Node, mean: &[f64]) -> Option<usize> {
    let open = (0..mean.len()).filter(|j| node.low[*j] < node.high[*j]);
    let unsure = |j: usize| {
        let part = mean[j] - mean[j].floor();
        part.min(1.0 - part)
    };
    open.max_by(|a, b| unsure(*a).total_cmp(&unsure(*b)).then(b.cmp(a)))
}
