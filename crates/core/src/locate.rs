//! Where to build: location-allocation with proven answers.
//!
//! A plan opens some of the sites, as many as quotas and a budget allow, so that a [`SitingModel`] is best served. [`locate`] finds one by
//! greedy choice, swaps and Lagrangian relaxation, and proves by branch and bound how much better any other could be. Models and what they
//! are called: Church and Murray, *Location Covering Models* (2018); Daskin, *Network and Discrete Location* (2013).

mod branch;
mod capacity;
mod centre;
mod cover;
mod cover_search;
mod gains;
mod lists;
mod median;
mod merge;
mod problem;
mod program;
mod relax;
mod rooms;
mod space;
mod watch;

pub use problem::{Quota, Site, Siting, SitingError, SitingModel, SitingOptions};
pub use program::{Column, ExactSolver, Program, ProgramRow, Solved};

use branch::{Answer, Means, search};
use capacity::Capacity;
use cover::{Cover, ONE};
use median::Median;
use relax::Problem;
use serde::Serialize;
use space::Space;
use watch::Watch;

use crate::check;
use crate::progress::{Progress, begin};
use crate::units::People;

/// A plan, and what is proven of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Located {
    /// By site, how many are open; fixed ones included.
    pub copies: Vec<u32>,
    /// What the plan is worth, in what the model counts: the price of all its sites (LSCP), people (covers; their expectation in MEXCLP, their weighted sum in
    /// BACOP2), people × cost (medians), a cost (p-centre). Costs are in milliseconds or millimetres.
    pub value: f64,
    /// No plan is better than this.
    pub bound: f64,
    /// Whether no plan is better than this one.
    pub proven: bool,
    /// Whether an exact solver outside had the last word: then both hold within its tolerances.
    pub outside: bool,
    /// How many nodes of the search tree were looked at.
    pub nodes: usize,
    /// How many sets of people that the sites tell apart.
    pub rows: usize,
    /// How many sites that people tell apart.
    pub distinct_sites: usize,
    /// People whom no site reaches, where the model wants everybody reached: they are left out.
    pub beyond: People,
}

impl Located {
    /// How far the bound is from the value, as a share of the value; 0 where it is proven, and beyond all numbers where an unproven plan is
    /// worth nothing.
    pub fn gap(&self) -> f64 {
        if self.proven { 0.0 } else { (self.bound - self.value).abs() / self.value.abs().max(f64::MIN_POSITIVE) }
    }
}

/// A plan in terms of the problem's sites, fixed copies not in it.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    copies: Vec<u32>,
    outside: bool,
    nodes: usize,
    beyond: People,
    rows: usize,
    sites: usize,
}

/// Finds the best plan.
///
/// ```
/// use catchment::*;
///
/// // three plots and four streets, of 10, 20, 30 and 40 people; minutes from each plot to each street
/// let minutes = [[5, 12, 40, 40], [40, 14, 9, 40], [40, 40, 16, 3]];
/// let row = |row: &[u32; 4]| (0..4).zip(row).map(|(street, t)| (DemandId(street), Cost(60_000 * t))).collect();
/// let siting = Siting {
///     table: &ReachTable::new(minutes.iter().map(row).collect()),
///     people: &[10, 20, 30, 40].map(People::persons),
///     within: &[Cost(60_000 * 15); 4],
///     sites: &[Site::CANDIDATE; 3],
///     quotas: &[Quota { name: "two new".to_owned(), sites: vec![0, 1, 2], at_least: 2, at_most: 2 }],
///     budget: None,
///     model: SitingModel::MaxCover,
/// };
/// let found = locate(&siting, &SitingOptions::default(), &NoProgress)?;
/// // the second has 20 + 30 people, the third 40
/// assert_eq!((found.copies, found.value, found.proven), (vec![0, 1, 1], 90.0, true));
/// # Ok::<(), SitingError>(())
/// ```
///
/// # Errors
///
/// [`SitingError`]: a table that has not a row for each site, `people` and `within` that have not an entry for each of its points; quotas that cannot be met, alone or together; numbers that a model cannot take; a run that was ended before a plan
/// was found. One that is ended later gives the best plan so far, with its bound.
///
/// # Complexity
///
/// It ends whatever the problem: some 2 × 10⁹ entries of the table are looked at in the iterations at the root (in 200 of them at least), and
/// as many more as `options.nodes` allows; before and between, the local search goes on while a swap gains something. `options.seconds` and
/// `progress` end all of it, between two steps: merging sites and people is one, a pass over all entries is another.
///
pub fn locate(siting: &Siting<'_>, options: &SitingOptions, progress: &dyn Progress) -> Result<Located, SitingError> {
    locate_with(siting, options, None, progress)
}

/// The same; where the search leaves a gap, an exact solver has the last word on what is left of the problem.
///
/// # Errors
///
/// As [`locate`].
pub fn locate_with(
    siting: &Siting<'_>,
    options: &SitingOptions,
    solver: Option<&dyn ExactSolver>,
    progress: &dyn Progress,
) -> Result<Located, SitingError> {
    begin(progress, "siting", 0)?;
    check::length("the table", siting.table.facilities(), "site", siting.sites.len())?;
    check::length("within", siting.within.len(), "point", siting.people.len())?;
    siting.table.check(siting.people.len())?;
    let space = Space::new(siting.sites, siting.quotas, siting.budget)?;
    let watch = Watch::new(options.seconds, progress);
    let means = Means { options, solver, watch: &watch };
    // its own bound is a weak one, not worth branching for
    let bounds_alone = SitingOptions { nodes: 0, ..*options };
    if let SitingModel::SetCover { share } = siting.model
        && share < 1.0
        && siting.quotas.is_empty()
        && let Ok(found) = by_problem(siting, &space, Means { options: &bounds_alone, solver: None, ..means })
    {
        let found = by_counts(siting, share, found, means);
        if found.proven || found.gap() <= options.gap || watch.is_over() {
            return Ok(found);
        }
        let again = by_problem(siting, &space, means)?;
        let (best, bound) = if again.value < found.value { (again.clone(), found.bound) } else { (found, again.bound) };
        let bound = best.bound.max(bound).min(best.value);
        return Ok(Located { bound, proven: bound >= best.value, outside: best.outside || again.outside, ..best });
    }
    by_problem(siting, &space, means)
}

/// A share of the people is covered by no fewer sites than some number where the most that fewer can cover is less: that bound (of a maximal
/// cover) is closer than the one of the set cover itself. Fixed sites cost what they cost; all others have to have one price.
fn by_counts(siting: &Siting<'_>, share: f64, mut found: Located, means: Means<'_>) -> Located {
    let open = |site: &&Site| site.at_most > site.at_least;
    let price = siting.sites.iter().filter(open).map(|site| site.price).max().unwrap_or(0);
    let all: i128 = siting.people.iter().map(|people| i128::from(people.0)).sum();
    let wanted = cover::at_least(share * all as f64) as f64 / People::PER_PERSON as f64;
    let fixed: u32 = siting.sites.iter().map(|site| site.at_least).sum();
    let paid: f64 = siting.sites.iter().map(|site| f64::from(site.at_least) * site.price as f64).sum();
    if price == 0 || siting.sites.iter().filter(open).any(|site| site.price != price) {
        return found;
    }
    let cost = |count: f64| paid + count * price as f64;
    while !found.proven && found.gap() > means.options.gap && !means.watch.is_over() {
        // as many as the bound says are the fewest: what can they cover at most?
        let count = ((found.bound - paid) / price as f64 - 1e-9).ceil().max(0.0);
        let most = fixed.saturating_add(count as u32);
        let total = Quota { name: String::new(), sites: (0..siting.sites.len() as u32).collect(), at_least: 0, at_most: most };
        let cover = Siting { quotas: &[total], model: SitingModel::MaxCover, ..*siting };
        let options = SitingOptions { gap: 0.0, ..*means.options };
        let Ok(space) = Space::new(cover.sites, cover.quotas, cover.budget) else { break };
        let Ok(cover) = by_problem(&cover, &space, Means { options: &options, ..means }) else { break };
        found.nodes += cover.nodes;
        found.outside |= cover.outside;
        let before = found.bound;
        if cover.value >= wanted {
            // nobody does with less, and these do with it
            (found.copies, found.value, found.proven) = (cover.copies, cost(count), true);
            found.bound = found.value;
        } else if cover.bound < wanted - 1e-3 {
            found.bound = cost(count + 1.0).min(found.value);
            found.proven = found.bound >= found.value;
        }
        // that is all that can be told so
        if found.bound <= before {
            break;
        }
    }
    found
}

/// The best plan by the problem that the model is.
fn by_problem(siting: &Siting<'_>, space: &Space, means: Means<'_>) -> Result<Located, SitingError> {
    let watch = means.watch;
    if siting.model == SitingModel::Centre {
        let (found, least) = centre::centre(siting, space, means)?.map_err(|none| no_plan(siting, watch, none))?;
        let value = centre::Reach::new(siting).farthest(siting, &found.copies);
        return Ok(located(siting, found, f64::from(value.0), f64::from(least.0), value <= least));
    }
    let median = |unreached| {
        let median = Median::new(siting, space, unreached);
        let answer = solve(&median, means);
        let copies = |plan: &[u32]| expanded(&median.members, plan, siting.sites.len());
        let found = |plan: &[u32], nodes| Found {
            copies: copies(plan),
            outside: false,
            nodes,
            beyond: People::ZERO,
            rows: median.rows.len(),
            sites: plan.len(),
        };
        of_answer(siting, watch, answer, &found, &|value| -(value as f64) / People::PER_PERSON as f64)
    };
    let capacity = |unreached| {
        let capacity = Capacity::new(siting, space, unreached);
        let answer = solve(&capacity, means);
        let found = |plan: &[u32], nodes| Found {
            copies: plan.to_vec(),
            outside: false,
            nodes,
            beyond: People::ZERO,
            rows: capacity.rows.len(),
            sites: plan.len(),
        };
        // of a cover, the people who are inside: all but those who are not
        let sign = if unreached.is_none() { 1.0 } else { -1.0 };
        of_answer(siting, watch, answer, &found, &|value| sign * (capacity.offset + value) as f64 / People::PER_PERSON as f64)
    };
    match siting.model {
        SitingModel::Median { unreached } => median(unreached),
        SitingModel::CapacitatedCover => capacity(None),
        SitingModel::CapacitatedMedian { unreached } => capacity(Some(unreached)),
        _ => {
            let cover = Cover::new(siting, space)?;
            let answer = solve(&cover, means);
            let found = |plan: &[u32], nodes| {
                let copies = cover.expand(plan, siting.sites.len());
                Found { copies, outside: false, nodes, beyond: cover.beyond, rows: cover.rows.len(), sites: plan.len() }
            };
            let priced = matches!(siting.model, SitingModel::SetCover { .. });
            let people = |value: i128| value as f64 / ONE as f64 / People::PER_PERSON as f64;
            of_answer(siting, watch, answer, &found, &|value| if priced { (-value) as f64 / ONE as f64 } else { people(value) })
        }
    }
}

fn solve(problem: &dyn Problem, means: Means<'_>) -> Answer {
    let none = vec![0; problem.space().sites()];
    search(problem, &[none], means)
}

fn of_answer(
    siting: &Siting<'_>,
    watch: &Watch<'_>,
    answer: Answer,
    found: &dyn Fn(&[u32], usize) -> Found,
    unit: &dyn Fn(i128) -> f64,
) -> Result<Located, SitingError> {
    let proven = answer.is_proven();
    match (answer.plan, answer.bound) {
        (Some((plan, value)), bound) => {
            debug_assert!(bound.is_none_or(|bound| bound >= value), "a plan of {value} is better than the bound {bound:?}");
            let bound = bound.unwrap_or(value);
            let found = Found { outside: answer.outside, ..found(&plan, answer.nodes) };
            Ok(located(siting, found, unit(value), unit(bound), proven))
        }
        (None, bound) => Err(no_plan(siting, watch, bound.is_none())),
    }
}

fn located(siting: &Siting<'_>, found: Found, value: f64, bound: f64, proven: bool) -> Located {
    let copies = found.copies.iter().zip(siting.sites).map(|(copies, site)| copies + site.at_least).collect();
    let Found { nodes, beyond, rows, sites, outside, .. } = found;
    Located { copies, value, bound, proven, outside, nodes, rows, distinct_sites: sites, beyond }
}

/// Copies of merged sites handed to those they stand for, in order.
fn expanded(members: &[Vec<(u32, u32)>], plan: &[u32], sites: usize) -> Vec<u32> {
    let mut count = vec![0; sites];
    for (copies, own) in plan.iter().zip(members) {
        let mut left = *copies;
        for (site, most) in own {
            let taken = left.min(*most);
            count[*site as usize] += taken;
            left -= taken;
        }
    }
    count
}

/// Why there is no plan.
fn no_plan(siting: &Siting<'_>, watch: &Watch<'_>, proven: bool) -> SitingError {
    if watch.progress().is_cancelled() {
        return SitingError::Cancelled(crate::progress::Cancelled);
    }
    let names = siting.quotas.iter().map(|quota| quota.name.clone());
    let budget = siting.budget.map(|budget| format!("a budget of {budget}"));
    let demand = match siting.model {
        SitingModel::SetCover { share } if share < 1.0 => Some(format!("{:.2} % of the people covered", 100.0 * share)),
        SitingModel::SetCover { .. } | SitingModel::Backup => Some("everybody covered who can be".to_owned()),
        SitingModel::Centre => Some("everybody reached whom some site reaches".to_owned()),
        SitingModel::DoubleStandard { share, .. } => {
            Some(format!("everybody covered who can be, {:.2} % within the shorter limit", 100.0 * share))
        }
        _ => None,
    };
    let what: Vec<String> = names.chain(budget).chain(demand).collect();
    let what = what.join(", ");
    if proven { SitingError::Infeasible { what } } else { SitingError::NotFound { what } }
}
