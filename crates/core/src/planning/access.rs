//! Floating catchment areas: how much of a resource each person can draw on, where catchments overlap and people go across borders.
//!
//! First each facility shares its supply among the people who reach it; then each point adds up the shares of the facilities that it
//! reaches. All of it on network costs. Luo and Wang 2003 (2SFCA), Luo and Qi 2009 (E2SFCA), Dai and Wang 2011 (KD2SFCA), Delamater 2013
//! (M2SFCA), Wan, Zou and Sternberg 2012 (3SFCA).

use serde::Serialize;

use crate::check::{self, InputError};
use crate::ids::{DemandId, FacilityId};
use crate::units::Cost;

/// Which points each facility reaches, at what cost: rows of the coverage matrix, 8 bytes an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReachTable {
    first: Vec<usize>,
    entries: Vec<(DemandId, Cost)>,
}

impl ReachTable {
    /// The rows by facility, as [`Sources::coverage_rows`](crate::Sources::coverage_rows) hands them out.
    pub fn new(rows: Vec<Vec<(DemandId, Cost)>>) -> ReachTable {
        let mut table = ReachTable { first: vec![0], entries: Vec::with_capacity(rows.iter().map(Vec::len).sum()) };
        for row in rows {
            table.entries.extend(row);
            table.first.push(table.entries.len());
        }
        table
    }

    /// How many facilities it has rows of.
    pub fn facilities(&self) -> usize {
        self.first.len().saturating_sub(1)
    }

    /// The points that a facility reaches.
    ///
    /// # Panics
    ///
    /// Where the table has no row of it.
    pub fn row(&self, facility: FacilityId) -> &[(DemandId, Cost)] {
        let i = facility.index();
        &self.entries[self.first[i]..self.first[i + 1]]
    }

    /// Checks that all its points are there.
    pub(crate) fn check(&self, points: usize) -> Result<(), InputError> {
        check::ids("the table", "demand point", points, self.entries.iter().map(|(point, _)| Some(point.index())))
    }

    fn rows(&self) -> impl Iterator<Item = &[(DemandId, Cost)]> {
        self.first.windows(2).map(|pair| &self.entries[pair[0]..pair[1]])
    }
}

/// How the pull of a facility falls with what it costs to reach; beyond the limit there is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decay {
    /// The same up to the limit.
    #[default]
    Uniform,
    /// By bands: the weight of the first bound that is not exceeded. Luo and Qi: 1, 0.68, 0.22 up to 10, 20, 30 minutes.
    Bands(Vec<(Cost, f64)>),
    /// (e^(−½(t/T)²) − e^(−½)) / (1 − e^(−½)).
    Gaussian,
    /// Epanechnikov's kernel: ¾ (1 − (t/T)²).
    Epanechnikov,
}

impl Decay {
    fn check(&self) -> Result<(), InputError> {
        let Decay::Bands(bands) = self else { return Ok(()) };
        bands.iter().try_for_each(|(_, weight)| check::not_negative("the weight of a band", *weight))
    }

    /// The weight of a cost, for a limit.
    pub fn weight(&self, cost: Cost, limit: Cost) -> f64 {
        if cost > limit || !cost.is_reached() {
            return 0.0;
        }
        let share = if limit.0 == 0 { 0.0 } else { f64::from(cost.0) / f64::from(limit.0) };
        match self {
            Decay::Uniform => 1.0,
            Decay::Bands(bands) => bands.iter().find(|(bound, _)| cost <= *bound).map_or(0.0, |(_, weight)| *weight),
            Decay::Gaussian => {
                let floor = (-0.5f64).exp();
                ((-0.5 * share * share).exp() - floor) / (1.0 - floor)
            }
            Decay::Epanechnikov => 0.75 * (1.0 - share * share),
        }
    }
}

/// How supply becomes access.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FloatingCatchment {
    /// R = S / Σ w f; A = Σ R f.
    #[default]
    TwoStep,
    /// A = Σ S f² / Σ w f: supply is lost where people are far (M2SFCA), so that not all of it is handed out.
    Modified,
    /// People choose among facilities by their weights first: G = f / Σ f; R = S / Σ G w f; A = Σ G R f.
    ThreeStep,
}

/// A measure of the family.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccessRules {
    /// How supply becomes access.
    pub method: FloatingCatchment,
    /// How the pull falls with cost.
    pub decay: Decay,
    /// The catchment: costs up to it count.
    pub limit: Cost,
}

/// How much each point can draw on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Access {
    /// By facility, what it has for each (weighted) person in reach; `None` where nobody is, and then nobody draws on it.
    pub ratios: Vec<Option<f64>>,
    /// By point, in supply a person.
    pub scores: Vec<f64>,
    /// The supply of facilities with somebody in reach.
    pub supply_in_reach: f64,
    /// Σ people × score. But for [`FloatingCatchment::Modified`] it is `supply_in_reach`: nothing is lost or handed out twice.
    pub handed_out: f64,
}

impl Access {
    /// Whether what is handed out is the supply in reach, to a part in 10⁹.
    pub fn conserves(&self) -> bool {
        (self.handed_out - self.supply_in_reach).abs() <= 1e-9 * self.supply_in_reach.max(f64::MIN_POSITIVE)
    }
}

/// Floating catchment areas: `supply` by facility, `people` by point.
///
/// Sums are taken facility by facility, so that the result does not depend on threads.
///
/// ```
/// use catchment::*;
///
/// // two clinics of 10 and 20 doctors, three towns of 1,000, 2,000 and 1,500 people; minutes to each
/// let minutes = |row: [u32; 3]| (0..3).zip(row).map(|(town, t)| (DemandId(town), Cost(60_000 * t))).collect();
/// let table = ReachTable::new(vec![minutes([5, 12, 28]), minutes([25, 12, 8])]);
/// let rules = AccessRules { method: FloatingCatchment::TwoStep, decay: Decay::Uniform, limit: Cost(60_000 * 15) };
/// let access = access(&table, &[10.0, 20.0], &[1000.0, 2000.0, 1500.0], &rules)?;
/// // the first clinic has 10 for 3,000 people, the second 20 for 3,500; the middle town draws on both
/// assert!((access.scores[1] - (10.0 / 3000.0 + 20.0 / 3500.0)).abs() < 1e-15);
/// assert!(access.conserves());
/// # Ok::<(), InputError>(())
/// ```
///
/// # Errors
///
/// [`InputError`] where `supply` has not an entry for each facility of the table, `people` has none for a point of it, or a supply, a
/// number of people or a weight is negative or no number.
///
/// # Complexity
///
/// O(entries of the table).
pub fn access(table: &ReachTable, supply: &[f64], people: &[f64], rules: &AccessRules) -> Result<Access, InputError> {
    check::length("supply", supply.len(), "facility", table.facilities())?;
    table.check(people.len())?;
    check::none_negative("supply", supply)?;
    check::none_negative("people", people)?;
    rules.decay.check()?;
    let weight = |cost: Cost| rules.decay.weight(cost, rules.limit);
    let mut chosen = vec![0.0; people.len()];
    for (point, cost) in table.rows().flatten() {
        chosen[point.index()] += weight(*cost);
    }
    // how much of a point a facility has: f, and G f where people choose
    let pull = |point: DemandId, cost: Cost| {
        let own = weight(cost);
        match rules.method {
            FloatingCatchment::ThreeStep if own > 0.0 => own * own / chosen[point.index()],
            _ => own,
        }
    };
    let mut found = Access { ratios: Vec::new(), scores: vec![0.0; people.len()], supply_in_reach: 0.0, handed_out: 0.0 };
    for (row, supply) in table.rows().zip(supply) {
        let drawn: f64 = row.iter().map(|(point, cost)| people[point.index()] * pull(*point, *cost)).sum();
        let ratio = (drawn > 0.0).then(|| supply / drawn);
        if let Some(ratio) = ratio {
            found.supply_in_reach += supply;
            for (point, cost) in row {
                let own = pull(*point, *cost);
                let kept = if rules.method == FloatingCatchment::Modified { own } else { 1.0 };
                found.scores[point.index()] += ratio * own * kept;
            }
        }
        found.ratios.push(ratio);
    }
    found.handed_out = found.scores.iter().zip(people).map(|(score, people)| score * people).sum();
    Ok(found)
}
