//! What the siting models mean, from their definitions, in plain loops over all plans: the judge of `locate` on small cases.

use catchment::*;

/// A problem small enough to try all plans of.
#[derive(Debug, Clone)]
pub(crate) struct Small {
    /// By site, by point: what it costs, where the site reaches the point.
    pub(crate) reach: Vec<Vec<Option<u32>>>,
    /// By point, millionths of a person.
    pub(crate) people: Vec<u64>,
    pub(crate) within: Vec<u32>,
    pub(crate) sites: Vec<Site>,
    pub(crate) quotas: Vec<Quota>,
    pub(crate) budget: Option<u64>,
    pub(crate) model: SitingModel,
}

impl Small {
    pub(crate) fn locate(&self, options: &SitingOptions, progress: &dyn Progress) -> Result<Located, SitingError> {
        self.locate_with(options, None, progress)
    }

    pub(crate) fn locate_with(
        &self,
        options: &SitingOptions,
        solver: Option<&dyn ExactSolver>,
        progress: &dyn Progress,
    ) -> Result<Located, SitingError> {
        let row = |costs: &Vec<Option<u32>>| {
            let near = costs.iter().enumerate().filter_map(|(i, cost)| Some((DemandId(i as u32), Cost((*cost)?))));
            near.collect()
        };
        let siting = Siting {
            table: &ReachTable::new(self.reach.iter().map(row).collect()),
            people: &self.people.iter().copied().map(People).collect::<Vec<_>>(),
            within: &self.within.iter().copied().map(Cost).collect::<Vec<_>>(),
            sites: &self.sites,
            quotas: &self.quotas,
            budget: self.budget,
            model: self.model,
        };
        locate_with(&siting, options, solver, progress)
    }

    /// Whether a smaller value is better.
    pub(crate) fn minimises(&self) -> bool {
        use SitingModel::*;
        matches!(self.model, SetCover { .. } | Median { .. } | Centre | CapacitatedMedian { .. })
    }

    /// How far two values may be apart that are the same: those with fractions are rounded to 2⁻³⁰ of a person.
    pub(crate) fn tolerance(&self, value: f64) -> f64 {
        match self.model {
            SitingModel::WeightedBackup { .. } | SitingModel::ExpectedCover { .. } => 1e-9 * (1.0 + persons(self.people.iter().sum())),
            _ => 1e-12 * (1.0 + value.abs()),
        }
    }

    pub(crate) fn same(&self, a: f64, b: f64) -> bool {
        (a - b).abs() <= self.tolerance(a)
    }

    /// How many plans each site's own bounds admit.
    pub(crate) fn plans(&self) -> u64 {
        self.sites.iter().map(|site| u64::from(site.at_most) + 1 - u64::from(site.at_least)).product()
    }

    /// The best value of all plans; none where no plan is allowed that meets what the model demands.
    pub(crate) fn optimum(&self) -> Option<f64> {
        let mut best: Option<f64> = None;
        let mut plan: Vec<u32> = self.sites.iter().map(|site| site.at_least).collect();
        loop {
            if let Some(value) = self.value(&plan) {
                best = Some(match best {
                    Some(known) if self.minimises() => known.min(value),
                    Some(known) => known.max(value),
                    None => value,
                });
            }
            // the next plan, as a counter counts
            let Some(j) = (0..plan.len()).find(|j| plan[*j] < self.sites[*j].at_most) else { return best };
            plan[j] += 1;
            (0..j).for_each(|k| plan[k] = self.sites[k].at_least);
        }
    }

    /// Whether each site, each quota and the budget admit a plan.
    pub(crate) fn allows(&self, plan: &[u32]) -> bool {
        for (copies, site) in plan.iter().zip(&self.sites) {
            if *copies < site.at_least || *copies > site.at_most {
                return false;
            }
        }
        for quota in &self.quotas {
            let mut count = 0u64;
            for (j, copies) in plan.iter().enumerate() {
                if quota.sites.contains(&(j as u32)) {
                    count += u64::from(*copies);
                }
            }
            if count < u64::from(quota.at_least) || count > u64::from(quota.at_most) {
                return false;
            }
        }
        self.budget.is_none_or(|budget| self.price(plan) <= budget)
    }

    pub(crate) fn price(&self, plan: &[u32]) -> u64 {
        plan.iter().zip(&self.sites).map(|(copies, site)| u64::from(*copies) * site.price).sum()
    }

    /// How many facilities of the plan are within a cost of a point.
    fn times(&self, plan: &[u32], point: usize, cost: u32) -> u32 {
        let mut times = 0;
        for (j, copies) in plan.iter().enumerate() {
            if self.reach[j][point].is_some_and(|own| own <= cost) {
                times += copies;
            }
        }
        times
    }

    /// Whether a site that may have a facility is within a cost of a point.
    fn can_be(&self, point: usize, cost: u32) -> bool {
        let all: Vec<u32> = self.sites.iter().map(|site| site.at_most).collect();
        self.times(&all, point, cost) > 0
    }

    /// Whom no site can reach, where the model wants everybody.
    pub(crate) fn beyond(&self) -> u64 {
        let limit = |i: usize| match self.model {
            SitingModel::SetCover { share } if share >= 1.0 => Some(self.within[i]),
            SitingModel::Backup | SitingModel::DoubleStandard { .. } => Some(self.within[i]),
            SitingModel::Centre => Some(u32::MAX),
            _ => None,
        };
        (0..self.people.len()).filter(|i| limit(*i).is_some_and(|limit| !self.can_be(*i, limit))).map(|i| self.people[i]).sum()
    }

    /// What a plan is worth; none where it is not allowed or does not give what the model demands.
    pub(crate) fn value(&self, plan: &[u32]) -> Option<f64> {
        if !self.allows(plan) {
            return None;
        }
        let points = 0..self.people.len();
        let all: u64 = self.people.iter().sum();
        // people by how often they are within their limits, or within one cost
        let reached = |least: u32, near: Option<u32>| -> u64 {
            let mut sum = 0;
            for i in points.clone() {
                if self.times(plan, i, near.unwrap_or(self.within[i])) >= least {
                    sum += self.people[i];
                }
            }
            sum
        };
        let everybody =
            || points.clone().all(|i| self.people[i] == 0 || !self.can_be(i, self.within[i]) || self.times(plan, i, self.within[i]) > 0);
        // a share that is a decimal fraction is not to fail by its last bit
        let enough = |part: u64, share: f64| part as f64 >= share * all as f64 - 1e-9 * all as f64;
        match self.model {
            SitingModel::SetCover { share } => {
                let met = if share >= 1.0 { everybody() } else { enough(reached(1, None), share) };
                met.then(|| self.price(plan) as f64)
            }
            SitingModel::MaxCover => Some(persons(reached(1, None))),
            SitingModel::Median { unreached } => {
                let mut sum = 0.0;
                for i in points {
                    sum += persons(self.people[i]) * f64::from(self.nearest(plan, i).unwrap_or(unreached.0));
                }
                Some(sum)
            }
            SitingModel::Centre => {
                let mut farthest = 0;
                for i in points {
                    if self.people[i] > 0 && self.can_be(i, u32::MAX) {
                        farthest = farthest.max(self.nearest(plan, i)?);
                    }
                }
                Some(f64::from(farthest))
            }
            SitingModel::Backup => everybody().then(|| persons(reached(2, None))),
            SitingModel::WeightedBackup { theta } => Some(theta * persons(reached(1, None)) + (1.0 - theta) * persons(reached(2, None))),
            SitingModel::DoubleStandard { near, share } => {
                let met = everybody() && enough(reached(1, Some(near.0)), share);
                met.then(|| persons(reached(2, Some(near.0))))
            }
            SitingModel::ExpectedCover { busy } => {
                let mut sum = 0.0;
                for i in points {
                    // one after another: the k-th is free, and those before it are busy
                    for k in 0..self.times(plan, i, self.within[i]) {
                        sum += persons(self.people[i]) * (1.0 - busy) * busy.powi(k as i32);
                    }
                }
                Some(sum)
            }
            SitingModel::CapacitatedCover => Some(persons(all - self.handed_out(plan, None) as u64)),
            SitingModel::CapacitatedMedian { unreached } => {
                Some(self.handed_out(plan, Some(unreached.0)) as f64 / People::PER_PERSON as f64)
            }
        }
    }

    fn nearest(&self, plan: &[u32], point: usize) -> Option<u32> {
        (0..plan.len()).filter(|j| plan[*j] > 0).filter_map(|j| self.reach[j][point]).min()
    }

    /// The least cost, in millionths, of people at sites with room: by successive shortest paths in a matrix, source, points, sites,
    /// outside, sink. Without `unreached` those within their limit cost 0, those outside 1.
    fn handed_out(&self, plan: &[u32], unreached: Option<u32>) -> i128 {
        let (points, sites) = (self.people.len(), plan.len());
        let (outside, sink) = (1 + points + sites, 2 + points + sites);
        let mut room = vec![vec![0u64; sink + 1]; sink + 1];
        let mut cost = vec![vec![0i64; sink + 1]; sink + 1];
        let all: u64 = self.people.iter().sum();
        for i in 0..points {
            room[0][1 + i] = self.people[i];
            for j in 0..sites {
                let own = self.reach[j][i].filter(|own| unreached.is_some() || *own <= self.within[i]);
                if let Some(own) = own {
                    let own = if unreached.is_some() { i64::from(own) } else { 0 };
                    room[1 + i][1 + points + j] = all;
                    (cost[1 + i][1 + points + j], cost[1 + points + j][1 + i]) = (own, -own);
                }
            }
            let own = i64::from(unreached.unwrap_or(1));
            room[1 + i][outside] = all;
            (cost[1 + i][outside], cost[outside][1 + i]) = (own, -own);
        }
        for j in 0..sites {
            room[1 + points + j][sink] = self.sites[j].capacity.map_or(all, |own| own.0 * u64::from(plan[j])) * u64::from(plan[j] > 0);
        }
        room[outside][sink] = all;
        let mut total = 0i128;
        loop {
            let mut least = vec![i64::MAX; sink + 1];
            let mut from = vec![0; sink + 1];
            least[0] = 0;
            let mut moved = true;
            while moved {
                moved = false;
                for u in (0..=sink).filter(|u| least[*u] < i64::MAX).collect::<Vec<_>>() {
                    for v in 0..=sink {
                        if room[u][v] > 0 && least[u] + cost[u][v] < least[v] {
                            (least[v], from[v], moved) = (least[u] + cost[u][v], u, true);
                        }
                    }
                }
            }
            if least[sink] == i64::MAX {
                return total;
            }
            let (mut flow, mut at) = (u64::MAX, sink);
            while at != 0 {
                flow = flow.min(room[from[at]][at]);
                at = from[at];
            }
            at = sink;
            while at != 0 {
                room[from[at]][at] -= flow;
                room[at][from[at]] += flow;
                at = from[at];
            }
            total += i128::from(flow) * i128::from(least[sink]);
        }
    }
}

/// Millionths as persons.
fn persons(people: u64) -> f64 {
    people as f64 / People::PER_PERSON as f64
}

#[test]
fn the_judge_judges_a_case_that_was_worked_by_hand() {
    // two sites, three points: the first reaches the first two, the second the last two, at 1, 2 and 2, 1; points of 1, 2 and 4 persons
    let small = |model| Small {
        reach: vec![vec![Some(1), Some(2), None], vec![None, Some(2), Some(1)]],
        people: [1, 2, 4].map(|n| n * People::PER_PERSON).to_vec(),
        within: vec![2, 1, 1],
        sites: vec![
            Site { capacity: Some(People::persons(3)), price: 5, ..Site::CANDIDATE },
            Site { price: 7, at_most: 2, ..Site::CANDIDATE },
        ],
        quotas: Vec::new(),
        budget: None,
        model,
    };
    let value = |model, plan: [u32; 2]| small(model).value(&plan);
    // the middle point is within nobody's limit of 1
    assert_eq!(value(SitingModel::SetCover { share: 1.0 }, [1, 1]), Some(12.0));
    assert_eq!(value(SitingModel::SetCover { share: 1.0 }, [0, 1]), None);
    assert_eq!(value(SitingModel::SetCover { share: 0.5 }, [0, 1]), Some(7.0));
    assert_eq!(small(SitingModel::SetCover { share: 1.0 }).beyond(), 2 * People::PER_PERSON);
    assert_eq!(value(SitingModel::MaxCover, [1, 0]), Some(1.0));
    assert_eq!(value(SitingModel::Median { unreached: Cost(9) }, [1, 0]), Some(1.0 + 4.0 + 36.0));
    assert_eq!(value(SitingModel::Centre, [1, 1]), Some(2.0));
    assert_eq!(value(SitingModel::Centre, [0, 1]), None);
    assert_eq!(value(SitingModel::Backup, [1, 2]), Some(4.0));
    assert_eq!(value(SitingModel::WeightedBackup { theta: 0.25 }, [1, 2]), Some(0.25 * 5.0 + 0.75 * 4.0));
    let double = |near, share| SitingModel::DoubleStandard { near: Cost(near), share };
    assert_eq!(value(double(2, 1.0), [1, 1]), Some(2.0));
    assert_eq!(value(double(1, 1.0), [1, 1]), None);
    assert_eq!(value(SitingModel::ExpectedCover { busy: 0.5 }, [1, 2]), Some(0.5 + 3.0));
    assert_eq!(value(SitingModel::CapacitatedCover, [1, 0]), Some(1.0));
    let rooms = |at_least| Small {
        quotas: vec![Quota { name: "all".to_owned(), sites: vec![0, 1], at_least, at_most: 1 }],
        ..small(SitingModel::MaxCover)
    };
    assert_eq!((rooms(1).optimum(), rooms(1).plans(), rooms(2).optimum()), (Some(4.0), 6, None));
    // three persons fit: 1 at 1 and 2 at 2; four pay 9
    assert_eq!(value(SitingModel::CapacitatedMedian { unreached: Cost(9) }, [1, 0]), Some(1.0 + 4.0 + 36.0));
    let mut tight = small(SitingModel::CapacitatedMedian { unreached: Cost(9) });
    tight.sites[0].capacity = Some(People::persons(2));
    tight.sites[1].capacity = Some(People::persons(2));
    // two of the last point at the second site, the first point and one of the middle at the first, one and two of them outside
    assert_eq!(tight.value(&[1, 1]), Some(2.0 + 1.0 + 2.0 + 27.0));
}
