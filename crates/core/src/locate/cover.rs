//! Problems that count: each row is worth something by how many open sites reach it. All covers are of this kind.

use std::collections::HashMap;

use super::lists::Lists;
use super::merge::Merged;
use super::problem::{Siting, SitingError, SitingModel};
use super::space::Space;
use super::watch::gcd;
use crate::ids::FacilityId;
use crate::units::{Cost, People};

/// Whole numbers: what one millionth of a person is worth at full gain.
pub(super) const ONE: i128 = 1 << 30;

/// People who are reached by the same sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    /// Sites that are fixed and reach it.
    pub(super) base: u32,
    /// Whether it has to be reached.
    pub(super) hard: bool,
    /// Millionths of a person.
    pub(super) weight: i128,
}

/// Maximise Σ weight × gain(sites that reach the row) − Σ price × copies, with hard rows reached and a share of the weight.
#[derive(Debug, Clone, Default)]
pub(super) struct Cover {
    pub(super) rows: Vec<Row>,
    /// What it is worth to be reached so many times; more often than the table is long is worth no more.
    pub(super) gains: Vec<i128>,
    /// By site, its rows; by row, its sites.
    pub(super) of_site: Lists,
    pub(super) of_row: Lists,
    /// The weight of rows that are reached must come to this; what fixed sites reach is taken off.
    pub(super) share: Option<i128>,
    /// By row, how often all its sites together can reach it, fixed ones not counted.
    pub(super) reach: Vec<u32>,
    /// What a copy of each site takes off the value.
    pub(super) price: Vec<i128>,
    /// What is certain: rows that no decision changes.
    pub(super) constant: i128,
    pub(super) space: Space,
    /// By site of the reduced problem, the sites it stands for and how many copies of each.
    pub(super) members: Vec<Vec<(u32, u32)>>,
    /// People whom no site reaches, though the model wants everybody reached.
    pub(super) beyond: People,
    /// All values are multiples of this, above `constant`.
    pub(super) grain: i128,
}

/// What a model makes of a point: the rows that it becomes.
struct Shape {
    gains: Vec<i128>,
    soft: Option<Within>,
    hard: Option<Within>,
    /// Whether hard rows are worth something, too.
    weighted: bool,
    share: Option<f64>,
    priced: bool,
}

/// How near a site has to be.
#[derive(Clone, Copy)]
enum Within {
    Limit,
    Same(Cost),
}

impl Shape {
    fn of(siting: &Siting<'_>, space: &Space) -> Result<Shape, SitingError> {
        let share_of_one = |what, found: f64| {
            let fault = SitingError::Value { what, found: found.to_string(), expected: "a share from 0 to 1" };
            if (0.0..=1.0).contains(&found) { Ok(found) } else { Err(fault) }
        };
        let gain = |share: f64| (share * ONE as f64).round() as i128;
        let plain = Shape { gains: vec![0, ONE], soft: Some(Within::Limit), hard: None, weighted: false, share: None, priced: false };
        Ok(match siting.model {
            SitingModel::SetCover { share } if share_of_one("the share to cover", share)? >= 1.0 => {
                Shape { gains: vec![0], soft: None, hard: Some(Within::Limit), priced: true, ..plain }
            }
            SitingModel::SetCover { share } => Shape { gains: vec![0, 0], share: Some(share), priced: true, ..plain },
            SitingModel::Backup => Shape { gains: vec![0, 0, ONE], soft: None, hard: Some(Within::Limit), weighted: true, ..plain },
            SitingModel::WeightedBackup { theta } => Shape { gains: vec![0, gain(share_of_one("theta", theta)?), ONE], ..plain },
            SitingModel::DoubleStandard { near, share } => Shape {
                gains: vec![0, 0, ONE],
                soft: Some(Within::Same(near)),
                hard: Some(Within::Limit),
                weighted: false,
                share: Some(share_of_one("the share within the shorter limit", share)?),
                priced: false,
            },
            SitingModel::ExpectedCover { busy } => {
                if !(0.0..1.0).contains(&busy) {
                    return Err(SitingError::Value { what: "the busy fraction", found: busy.to_string(), expected: "from 0 to below 1" });
                }
                // so many are as good as certain, and so many there may be
                let certain = 1.0 + (-32.0 / busy.max(1e-9).log2()).ceil();
                let most = certain.min(space.most_open(siting.sites) as f64);
                if most > 100_000.0 {
                    let expected = "less, or fewer vehicles: more than 100,000 at one place are not told apart";
                    return Err(SitingError::Value { what: "the busy fraction", found: busy.to_string(), expected });
                }
                Shape { gains: (0..=most.max(1.0) as i32).map(|k| gain(1.0 - busy.powi(k))).collect(), ..plain }
            }
            _ => plain,
        })
    }
}

/// The least whole number that is no less; what is within a millionth of a millionth of a whole number is that number.
pub(super) fn at_least(share: f64) -> i128 {
    let near = share.round();
    if (share - near).abs() <= 1e-12 * near { near as i128 } else { share.ceil() as i128 }
}

impl Cover {
    /// The cover that a siting problem is.
    pub(super) fn new(siting: &Siting<'_>, space: &Space) -> Result<Cover, SitingError> {
        let shape = Shape::of(siting, space)?;
        let mut raw = Raw::default();
        if let Some(within) = shape.soft {
            raw.add(siting, within, false, true);
        }
        if let Some(within) = shape.hard {
            raw.add(siting, within, true, shape.weighted);
        }
        let all: i128 = siting.people.iter().map(|people| i128::from(people.0)).sum();
        // the least whole number of millionths that is at least the share
        let share = shape.share.map(|share| at_least(share * all as f64));
        raw.reduced(siting, space, shape.gains, share, shape.priced)
    }

    /// The cover that asks whether everybody whom some site reaches can be within `radius`.
    pub(super) fn within(siting: &Siting<'_>, space: &Space, radius: Cost) -> Result<Cover, SitingError> {
        let mut raw = Raw::default();
        raw.add(siting, Within::Same(radius), true, false);
        raw.reduced(siting, space, vec![0], None, false)
    }

    /// Whether reaching a row again is worth nothing.
    pub(super) fn once(&self) -> bool {
        self.gains.len() <= 2
    }

    pub(super) fn gain(&self, reached: u32) -> i128 {
        self.gains[(reached as usize).min(self.gains.len() - 1)]
    }

    /// The plan in terms of the sites of the problem; fixed copies are not in it.
    pub(super) fn expand(&self, plan: &[u32], sites: usize) -> Vec<u32> {
        super::expanded(&self.members, plan, sites)
    }

    /// The plan of this problem that is nearest to one of the problem's sites.
    pub(super) fn projected(&self, copies: &[u32]) -> Vec<u32> {
        self.members.iter().map(|own| own.iter().map(|(site, most)| copies[*site as usize].min(*most)).sum()).collect()
    }

    /// How often rows are reached.
    pub(super) fn reached(&self, plan: &[u32]) -> Vec<u32> {
        let mut reached: Vec<u32> = self.rows.iter().map(|row| row.base).collect();
        for (list, copies) in self.of_site.iter().zip(plan).filter(|(_, copies)| **copies > 0) {
            list.iter().for_each(|i| reached[*i as usize] += copies);
        }
        reached
    }

    /// The value of a plan; `None` where a hard row is not reached, or too little weight.
    pub(super) fn value(&self, plan: &[u32]) -> Option<i128> {
        let reached = self.reached(plan);
        let hard = self.rows.iter().zip(&reached).all(|(row, n)| !row.hard || *n > 0);
        let weight = || self.rows.iter().zip(&reached).filter(|(row, n)| !row.hard && **n > 0).map(|(row, _)| row.weight).sum::<i128>();
        if !hard || self.share.is_some_and(|share| weight() < share) {
            return None;
        }
        let gained: i128 = self.rows.iter().zip(&reached).map(|(row, n)| row.weight * self.gain(*n)).sum();
        let paid: i128 = plan.iter().zip(&self.price).map(|(copies, price)| i128::from(*copies) * price).sum();
        Some(self.constant + gained - paid)
    }
}

/// Points before they are merged.
#[derive(Debug, Default)]
struct Raw {
    rows: Vec<Row>,
    people: Vec<People>,
    /// By site of the problem, its rows.
    entries: Vec<Vec<u32>>,
}

impl Raw {
    fn add(&mut self, siting: &Siting<'_>, within: Within, hard: bool, weighted: bool) {
        self.entries.resize(siting.sites.len(), Vec::new());
        let first = self.rows.len();
        let mut row_of = vec![u32::MAX; siting.people.len()];
        for (i, people) in siting.people.iter().enumerate().filter(|(_, people)| people.0 > 0) {
            row_of[i] = self.rows.len() as u32;
            self.people.push(*people);
            self.rows.push(Row { base: 0, hard, weight: if weighted { i128::from(people.0) } else { 0 } });
        }
        for (j, own) in self.entries.iter_mut().enumerate() {
            for (point, cost) in siting.table.row(FacilityId::at(j)) {
                let near = match within {
                    Within::Limit => *cost <= siting.within[point.index()],
                    Within::Same(radius) => *cost <= radius,
                };
                if near && row_of[point.index()] != u32::MAX {
                    own.push(row_of[point.index()]);
                }
            }
            let start = own.partition_point(|i| (*i as usize) < first);
            own[start..].sort_unstable();
        }
    }

    /// Fixed sites out, rows of the same sites made one, sites of the same rows made one, what cannot matter out.
    fn reduced(
        mut self,
        siting: &Siting<'_>,
        space: &Space,
        gains: Vec<i128>,
        share: Option<i128>,
        priced: bool,
    ) -> Result<Cover, SitingError> {
        for (list, site) in self.entries.iter().zip(siting.sites) {
            list.iter().for_each(|i| self.rows[*i as usize].base += site.at_least);
        }
        let mut of_site = Lists::new();
        for (list, most) in self.entries.iter().zip(&space.most) {
            of_site.push(list.iter().copied().filter(|_| *most > 0));
        }
        let of_row = of_site.turned(self.rows.len());
        let most_gain = gains.len() as u32 - 1;
        let mut cover = Cover { gains, share, constant: 0, ..Cover::default() };
        let mut order: Vec<u32> = Vec::new();
        for (i, row) in self.rows.iter_mut().enumerate() {
            let decided = of_row.of(i).is_empty();
            if row.hard && row.base == 0 {
                match decided {
                    true => cover.beyond += self.people[i],
                    false => order.push(i as u32),
                }
                continue;
            }
            // what has to be reached is
            row.hard = false;
            if row.weight == 0 {
                continue;
            }
            row.base = row.base.min(most_gain.max(1));
            if decided || row.base >= most_gain.max(1) {
                cover.constant += row.weight * cover.gain(row.base);
                if row.base > 0 {
                    cover.share = cover.share.map(|share| share - row.weight);
                }
            } else {
                order.push(i as u32);
            }
        }
        let key = |i: u32| (self.rows[i as usize].hard, self.rows[i as usize].base, of_row.of(i as usize));
        order.sort_by(|a, b| key(*a).cmp(&key(*b)));
        let mut kept = Lists::new();
        for group in order.chunk_by(|a, b| key(*a) == key(*b)) {
            let weight = group.iter().map(|i| self.rows[*i as usize].weight).sum();
            cover.rows.push(Row { weight, ..self.rows[group[0] as usize] });
            kept.push(of_row.of(group[0] as usize).iter().copied());
        }
        if priced {
            let fixed = siting.sites.iter().map(|site| i128::from(site.at_least) * i128::from(site.price)).sum::<i128>();
            cover.constant -= fixed * ONE;
        }
        cover.merge_sites(&kept.turned(space.sites()), space, siting, priced);
        if cover.rows.iter().all(|row| row.hard && row.weight == 0) {
            cover.drop_implied();
        }
        cover.share = cover.share.filter(|share| *share > 0);
        let soft: i128 = cover.rows.iter().filter(|row| !row.hard).map(|row| row.weight).sum();
        if cover.share.is_some_and(|share| share > soft) {
            return Err(SitingError::Infeasible { what: "the share of all people: all sites together reach fewer".to_owned() });
        }
        let copies = |i: usize| cover.of_row.of(i).iter().map(|j| cover.space.most[*j as usize]).fold(0, u32::saturating_add);
        cover.reach = (0..cover.rows.len()).map(copies).collect();
        let weights = cover.rows.iter().map(|row| row.weight).filter(|weight| *weight > 0);
        let steps = cover.gains.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0);
        let grain = weights.fold(0, gcd) * steps.fold(0, gcd);
        cover.grain = cover.price.iter().fold(grain, |a, b| gcd(a, *b)).max(1);
        Ok(cover)
    }
}

impl Cover {
    /// Sites that reach the same rows, count in the same quotas and cost the same become one. Where only the first counts, what is left of
    /// them, and sites that reach no more than another of the same quotas and no greater price, become one site that reaches nobody.
    fn merge_sites(&mut self, of_site: &Lists, space: &Space, siting: &Siting<'_>, priced: bool) {
        type Key<'k> = (&'k [u32], u64, &'k [u32]);
        let key = |j: usize, list| (&space.of_site[j][..], space.price[j], list);
        let mut places: HashMap<Key<'_>, usize> = HashMap::new();
        let mut alike: Vec<Vec<usize>> = Vec::new();
        for (j, list) in of_site.iter().enumerate().filter(|(j, _)| space.most[*j] > 0) {
            let place = *places.entry(key(j, list)).or_insert_with(|| {
                alike.push(Vec::new());
                alike.len() - 1
            });
            alike[place].push(j);
        }
        let mut lists = Lists::new();
        alike.iter().for_each(|own| lists.push(of_site.of(own[0]).iter().copied()));
        let once = self.once();
        let held = if once {
            lists.held(&lists.turned(self.rows.len()), |i, o| space.may_stand_for(alike[o][0], alike[i][0]))
        } else {
            Vec::new()
        };
        let mut merged = Merged::default();
        self.of_site = Lists::new();
        for (i, own) in alike.iter().enumerate() {
            if once && (lists.of(i).is_empty() || held[i].is_some()) {
                merged.spare(own, &space.most);
            } else {
                merged.keep(own, &space.most, once);
                self.of_site.push(lists.of(i).iter().copied());
            }
        }
        let Merged { first, members, .. } = merged.with_spare(space);
        self.members = members;
        (self.of_site.len()..first.len()).for_each(|_| self.of_site.push([]));
        self.of_row = self.of_site.turned(self.rows.len());
        self.price = first.iter().map(|j| if priced { i128::from(siting.sites[*j].price) * ONE } else { 0 }).collect();
        self.space = space.of_some(&first, &self.members);
    }

    /// Where all rows have to be reached: a row whose sites hold all sites of another is reached with it; a site that reaches no more of
    /// what is left than another reaches nobody.
    fn drop_implied(&mut self) {
        for _ in 0..8 {
            // of a row, one that is reached wherever it is; the other way round for sites
            let mut implied = vec![false; self.rows.len()];
            let narrower = self.of_row.held_by(&self.of_site);
            narrower.iter().for_each(|wider| wider.iter().for_each(|row| implied[*row as usize] = true));
            let useless = self.of_site.held(&self.of_row, |i, o| self.space.may_stand_for(o, i));
            if !implied.contains(&true) && useless.iter().all(Option::is_none) {
                return;
            }
            let mut place = vec![None; self.rows.len()];
            let mut rows = Vec::new();
            for (i, row) in self.rows.iter().enumerate().filter(|(i, _)| !implied[*i]) {
                place[i] = Some(rows.len() as u32);
                rows.push(*row);
            }
            let mut of_site = Lists::new();
            for (list, useless) in self.of_site.iter().zip(&useless) {
                of_site.push(list.iter().filter_map(|i| place[*i as usize]).filter(|_| useless.is_none()));
            }
            (self.of_row, self.rows) = (of_site.turned(rows.len()), rows);
            self.of_site = of_site;
        }
    }
}
