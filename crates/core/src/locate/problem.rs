//! What siting is asked: sites and what they reach, whom it serves, which plans are allowed, what is best.

use crate::check::InputError;
use crate::planning::ReachTable;
use crate::units::{Cost, People};

/// A place where facilities are, or may be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// How many facilities (or vehicles) are there whatever the plan: 1 for one that exists and stays.
    pub at_least: u32,
    /// How many there may be: 0 for one that closes.
    pub at_most: u32,
    /// What one costs, in the units of [`Siting::budget`] and of a cover of least price.
    pub price: u64,
    /// How many people one can serve, where the model asks; without a number as many as come.
    pub capacity: Option<People>,
}

impl Site {
    /// A candidate: none or one.
    pub const CANDIDATE: Site = Site { at_least: 0, at_most: 1, price: 1, capacity: None };
    /// One that exists and stays.
    pub const FIXED: Site = Site { at_least: 1, ..Site::CANDIDATE };
    /// One that is closed, or may not be built.
    pub const CLOSED: Site = Site { at_most: 0, ..Site::CANDIDATE };
}

/// How many of a set of sites are in the plan: the total, a town's share of a kind, the least of a town, what may move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// What it is, for messages.
    pub name: String,
    /// Its sites, as rows of [`Siting::sites`].
    pub sites: Vec<u32>,
    /// The least, fixed sites included.
    pub at_least: u32,
    /// The most.
    pub at_most: u32,
}

/// What the best plan is.
///
/// Where two plans are equally good, the one that was found first counts: always the same for the same seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SitingModel {
    /// LSCP (Toregas et al. 1971): the least price (the fewest, where all cost 1) that covers everybody who can be covered; with a share
    /// below 1, at least that share of all people.
    SetCover {
        /// Of all people, those that any site could cover or not.
        share: f64,
    },
    /// MCLP (Church and ReVelle 1974): the most people within their limit of a site.
    MaxCover,
    /// p-median (Hakimi 1964): the least cost over all people, each to the cheapest site. Whom no open site reaches costs
    /// `unreached`.
    Median {
        /// What a person costs whom no site reaches: more than any cost of the table.
        unreached: Cost,
    },
    /// p-centre (Hakimi 1965): the least cost of whoever is farthest, among those whom some site reaches.
    Centre,
    /// BACOP1 (Hogan and ReVelle 1986): everybody who can be is covered once; the most people are covered twice.
    Backup,
    /// BACOP2: θ × people covered + (1 − θ) × people covered twice.
    WeightedBackup {
        /// 0 to 1.
        theta: f64,
    },
    /// DSM (Gendreau, Laporte and Semet 1997): everybody who can be is within the limit, a share of all people within `near`; the most
    /// people are twice within `near`.
    DoubleStandard {
        /// The shorter limit.
        near: Cost,
        /// At least this share of all people is within it.
        share: f64,
    },
    /// MEXCLP (Daskin 1983): the most people who find a vehicle free, where each is busy with this probability.
    ExpectedCover {
        /// 0 to below 1.
        busy: f64,
    },
    /// The most people within their limit of a site that has room for them (Current and Storbeck 1988). The people of a point may go to
    /// several sites.
    CapacitatedCover,
    /// p-median with rooms: the least cost over all people, each at a site that has room.
    CapacitatedMedian {
        /// What a person costs who finds no room.
        unreached: Cost,
    },
}

/// A siting problem.
#[derive(Debug, Clone, Copy)]
pub struct Siting<'a> {
    /// By site, the points that it reaches: as far as the model looks, which is the limit for covers.
    pub table: &'a ReachTable,
    /// By point, whom the plan serves: people, those of a group, calls. A point without any asks for nothing, of no model.
    pub people: &'a [People],
    /// By point, the limit within which it is covered.
    pub within: &'a [Cost],
    /// The sites, by row of the table.
    pub sites: &'a [Site],
    /// Which plans are allowed, beside each site's own bounds.
    pub quotas: &'a [Quota],
    /// What all sites of the plan may cost together.
    pub budget: Option<u64>,
    /// What is best.
    pub model: SitingModel,
}

/// How long and how well to search. The same options give the same plan on any number of threads, unless time ran out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SitingOptions {
    /// Of the random choices.
    pub seed: u64,
    /// Stop where the bound is this close: a share of the value (of a cost, for p-centre).
    pub gap: f64,
    /// Stop after this many seconds, with the best plan so far.
    pub seconds: Option<f64>,
    /// How many nodes branch and bound looks at, where the table has 20,000 entries; where it has more, fewer, and the other way
    /// round. p-centre branches for each cost that it asks for.
    pub nodes: usize,
    /// How many changed plans the local search goes on from: of covers for each site that opens, of medians in all. With rooms it stops at
    /// the first that no swap makes better, and there is no choice left to the seed; 0 leaves it out.
    pub tries: usize,
}

impl Default for SitingOptions {
    fn default() -> SitingOptions {
        SitingOptions { seed: 1, gap: 0.0, seconds: None, nodes: 400, tries: 40 }
    }
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SitingError {
    /// Input that cannot be what it is said to be.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A site that the table or a quota has and `sites` has not, or whose least is above its most.
    #[error("site {site} is not among the sites, or has to have more copies than it may have")]
    Site {
        /// Its row.
        site: usize,
    },
    /// A quota that its sites cannot meet by themselves.
    #[error("{name}: {asked} asked for, but its sites can give {found}")]
    Quota {
        /// Its name.
        name: String,
        /// How many there are.
        found: u64,
        /// How many it wants.
        asked: String,
    },
    /// A quota whose least is above its most.
    #[error("{name}: at least {at_least} and at most {at_most} asked for, which no number is")]
    Crossed {
        /// Its name.
        name: String,
        /// The least.
        at_least: u32,
        /// The most.
        at_most: u32,
    },
    /// A quota with room for fewer than those within it want together.
    #[error("{name}: room for {found} beside those that stand, but {asked}")]
    Within {
        /// Its name.
        name: String,
        /// How many it has room for.
        found: u64,
        /// Who wants how many.
        asked: String,
    },
    /// What stands already costs more than the budget.
    #[error("the sites that stand cost {least}, more than the budget of {budget}")]
    Budget {
        /// What they cost.
        least: u64,
        /// The budget.
        budget: u64,
    },
    /// No plan meets quotas, budget and what the model demands: proven.
    #[error("no plan meets {what}: proven")]
    Infeasible {
        /// What cannot be met together.
        what: String,
    },
    /// No plan was found, and none was proven impossible.
    #[error("no plan that meets {what} was found, though one may exist: give the search more time or nodes")]
    NotFound {
        /// What could not be met together.
        what: String,
    },
    /// A number that the model cannot take.
    #[error("{what} is {found}, expected {expected}")]
    Value {
        /// Which one.
        what: &'static str,
        /// What it is.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
    /// The run was ended before a plan was found.
    #[error(transparent)]
    Cancelled(#[from] crate::progress::Cancelled),
}
