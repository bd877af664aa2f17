//! Small siting problems from a seed, and smaller ones of the same kind.

use catchment::*;

use crate::oracle::Small;
use crate::random::Random;

/// A model without its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    SetCover,
    ShareCover,
    MaxCover,
    Median,
    Centre,
    Backup,
    WeightedBackup,
    DoubleStandard,
    ExpectedCover,
    CapacitatedCover,
    CapacitatedMedian,
}

pub(crate) const KINDS: [Kind; 11] = [
    Kind::SetCover,
    Kind::ShareCover,
    Kind::MaxCover,
    Kind::Median,
    Kind::Centre,
    Kind::Backup,
    Kind::WeightedBackup,
    Kind::DoubleStandard,
    Kind::ExpectedCover,
    Kind::CapacitatedCover,
    Kind::CapacitatedMedian,
];

/// Costs of a case are below this.
const FARTHEST: u32 = 100;

fn model(kind: Kind, random: &mut Random, costs: usize) -> SitingModel {
    let share = |random: &mut Random| random.below(101) as f64 / 100.0;
    let unreached = Cost(FARTHEST + random.below(40) as u32);
    match kind {
        Kind::SetCover => SitingModel::SetCover { share: 1.0 },
        Kind::ShareCover => SitingModel::SetCover { share: random.below(100) as f64 / 100.0 },
        Kind::MaxCover => SitingModel::MaxCover,
        Kind::Median => SitingModel::Median { unreached },
        Kind::Centre => SitingModel::Centre,
        Kind::Backup => SitingModel::Backup,
        Kind::WeightedBackup => SitingModel::WeightedBackup { theta: random.below(11) as f64 / 10.0 },
        Kind::DoubleStandard => {
            SitingModel::DoubleStandard { near: Cost(random.below(costs) as u32), share: share(random) * share(random) }
        }
        Kind::ExpectedCover => SitingModel::ExpectedCover { busy: random.below(100) as f64 / 100.0 },
        Kind::CapacitatedCover => SitingModel::CapacitatedCover,
        Kind::CapacitatedMedian => SitingModel::CapacitatedMedian { unreached },
    }
}

/// A case with ties, zeros, what is out of reach, fixed and closed sites, several facilities a site, quotas and budgets that mostly can be
/// met.
pub(crate) fn small(kind: Kind, seed: u64) -> Small {
    let random = &mut Random::new(seed.wrapping_mul(0x9e37_79b9).wrapping_add(kind as u64));
    let rooms = matches!(kind, Kind::CapacitatedCover | Kind::CapacitatedMedian);
    let (most_sites, most_points) = if rooms { (6, 6) } else { (8, 10) };
    // now and then nothing at all
    let few = random.one_in(20);
    let sites = if few { random.below(2) } else { 2 + random.below(most_sites - 1) };
    let points = if few { random.below(3) } else { 1 + random.below(most_points) };
    let costs = [2, 5, FARTHEST as usize][random.below(3)];
    let reaches = 1 + random.below(4);
    let cost = |random: &mut Random| (random.below(4) < reaches).then(|| random.below(costs) as u32);
    let mut reach: Vec<Vec<Option<u32>>> = (0..sites).map(|_| (0..points).map(|_| cost(random)).collect()).collect();
    let weights = [3, 6, 50][random.below(3)];
    // people come in whole persons, in millionths, and in thirds
    let unit = [People::PER_PERSON, People::PER_PERSON, 1, 333_333][random.below(4)];
    let mut people: Vec<u64> = (0..points).map(|_| random.below(weights) as u64 * unit).collect();
    let same_limit = random.one_in(2).then(|| random.below(costs) as u32);
    let mut within: Vec<u32> = (0..points).map(|_| same_limit.unwrap_or_else(|| random.below(costs) as u32)).collect();
    // sites and points that are alike
    for j in 1..sites {
        if random.one_in(4) {
            reach[j] = reach[random.below(j)].clone();
        }
    }
    for i in 1..points {
        if random.one_in(5) {
            let other = random.below(i);
            reach.iter_mut().for_each(|row| row[i] = row[other]);
            within[i] = within[other];
            people[i] = if random.one_in(2) { people[other] } else { people[i] };
        }
    }
    let (vehicles, prices, stands) = (random.one_in(2) || kind == Kind::ExpectedCover, random.one_in(2), 2 + random.below(6));
    let mut own: Vec<Site> = (0..sites)
        .map(|_| {
            let (at_least, at_most) = match random.below(4 * stands) {
                0..4 => (1, 1),
                4..6 => (0, 0),
                6 => (1, 2),
                _ if vehicles => (0, 1 + random.below(3) as u32),
                _ => (0, 1),
            };
            let capacity = (rooms && !random.one_in(6)).then(|| People(random.below(2 * weights) as u64 * unit));
            Site { at_least, at_most, price: if prices { random.below(5) as u64 } else { 1 }, capacity }
        })
        .collect();
    while own.iter().map(|site| u64::from(site.at_most - site.at_least) + 1).product::<u64>() > if rooms { 300 } else { 3000 } {
        let many = own.iter_mut().max_by_key(|site| site.at_most - site.at_least).unwrap();
        many.at_most -= 1;
    }
    let model = model(kind, random, costs);
    let mut small = Small { reach, people, within, sites: own, quotas: Vec::new(), budget: None, model };
    quotas(&mut small, random);
    small
}

/// Quotas and a budget about a plan that would meet them.
fn quotas(small: &mut Small, random: &mut Random) {
    let sites = small.sites.len();
    let plan: Vec<u32> =
        small.sites.iter().map(|site| site.at_least + random.below((site.at_most - site.at_least) as usize + 1) as u32).collect();
    // seldom, a bound that has nothing to do with the plan
    let astray = if random.one_in(4) { 5 } else { usize::MAX };
    let quota = |name: String, members: Vec<u32>, style: usize, random: &mut Random| {
        let n: u32 = members.iter().map(|j| plan[*j as usize]).sum();
        let n = if random.one_in(astray) { random.below(5) as u32 } else { n };
        let (at_least, at_most) = match style {
            0 => (n, n),
            1 => (0, n),
            2 => (n, u32::MAX),
            _ => (n.saturating_sub(random.below(3) as u32), n + random.below(3) as u32),
        };
        Quota { name, sites: members, at_least, at_most }
    };
    let all: Vec<u32> = (0..sites as u32).collect();
    let parts = |random: &mut Random, count: usize| -> Vec<Vec<u32>> {
        let of: Vec<usize> = (0..sites).map(|_| random.below(count)).collect();
        (0..count).map(|part| all.iter().copied().filter(|j| of[*j as usize] == part).collect()).collect()
    };
    let (total, towns) = (random.below(4), 1 + random.below(3));
    match random.below(8) {
        0 => {}
        1 => small.quotas.push(quota("all".to_owned(), all.clone(), total, random)),
        // counts by town, exactly
        2 => small.quotas = parts(random, towns).into_iter().map(|part| quota("a town".to_owned(), part, 0, random)).collect(),
        // each town has at least so many, of a total
        3 => {
            small.quotas = parts(random, towns).into_iter().map(|part| quota("a town".to_owned(), part, 2, random)).collect();
            let place = random.below(small.quotas.len() + 1);
            small.quotas.insert(place, quota("all".to_owned(), all.clone(), total, random));
        }
        // some of those that exist may move
        4 => {
            let exist = parts(random, 2).swap_remove(0);
            let move_most = random.below(3) as u32;
            let stays = (exist.len() as u32).saturating_sub(move_most);
            let count = exist.len() as u32;
            small.quotas.push(Quota { name: "all".to_owned(), sites: all.clone(), at_least: count, at_most: count });
            small.quotas.push(Quota { name: "stays".to_owned(), sites: exist, at_least: stays, at_most: u32::MAX });
        }
        // kinds and towns cross
        5 | 6 => {
            for count in [2, towns] {
                for part in parts(random, count) {
                    let style = random.below(4);
                    small.quotas.push(quota("a part".to_owned(), part, style, random));
                }
            }
        }
        // any sets, some said twice
        _ => {
            for _ in 0..1 + random.below(4) {
                let mut members: Vec<u32> = all.iter().copied().filter(|_| random.one_in(2)).collect();
                if random.one_in(4) && !members.is_empty() {
                    let again = members[random.below(members.len())];
                    let style = random.below(4);
                    let mut own = quota("a set".to_owned(), members.clone(), style, random);
                    own.sites.push(again);
                    small.quotas.push(own);
                    continue;
                }
                random.shuffle(&mut members);
                let style = random.below(4);
                small.quotas.push(quota("a set".to_owned(), members, style, random));
            }
        }
    }
    if random.one_in(3) {
        small.budget = Some(if random.one_in(astray) { random.below(6) as u64 } else { small.price(&plan) + random.below(3) as u64 });
    }
}

/// The case without a site.
pub(crate) fn without_site(small: &Small, site: usize) -> Small {
    let mut less = small.clone();
    less.reach.remove(site);
    less.sites.remove(site);
    for quota in &mut less.quotas {
        quota.sites.retain(|j| *j as usize != site);
        quota.sites.iter_mut().filter(|j| **j as usize > site).for_each(|j| *j -= 1);
    }
    less
}

/// The case without a point.
pub(crate) fn without_point(small: &Small, point: usize) -> Small {
    let mut less = small.clone();
    less.reach.iter_mut().for_each(|row| _ = row.remove(point));
    less.people.remove(point);
    less.within.remove(point);
    less
}

/// The smallest case of its kind that still fails.
pub(crate) fn shrunk(small: &Small, fails: &dyn Fn(&Small) -> bool) -> Small {
    let mut known = small.clone();
    'again: loop {
        let mut less: Vec<Small> = (0..known.sites.len()).map(|j| without_site(&known, j)).collect();
        less.extend((0..known.people.len()).map(|i| without_point(&known, i)));
        let mut vary = |change: &dyn Fn(&mut Small)| {
            let mut other = known.clone();
            change(&mut other);
            less.push(other);
        };
        (0..known.quotas.len()).for_each(|q| vary(&|other| _ = other.quotas.remove(q)));
        if known.budget.is_some() {
            vary(&|other| other.budget = None);
        }
        for j in 0..known.sites.len() {
            if known.sites[j].at_most > known.sites[j].at_least {
                vary(&|other| other.sites[j].at_most -= 1);
            }
            if known.sites[j].price != 1 {
                vary(&|other| other.sites[j].price = 1);
            }
            if known.sites[j].at_least > 0 {
                vary(&|other| other.sites[j].at_least -= 1);
            }
        }
        for i in (0..known.people.len()).filter(|i| known.people[*i] != People::PER_PERSON) {
            vary(&|other| other.people[i] = People::PER_PERSON);
        }
        for (j, i) in (0..known.sites.len()).flat_map(|j| (0..known.people.len()).map(move |i| (j, i))) {
            if known.reach[j][i].is_some() {
                vary(&|other| other.reach[j][i] = None);
            }
            if known.reach[j][i].is_some_and(|cost| cost > 0) {
                vary(&|other| other.reach[j][i] = Some(0));
            }
        }
        match less.into_iter().find(fails) {
            Some(other) => known = other,
            None => break 'again,
        }
    }
    known
}
