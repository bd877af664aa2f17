//! What must hold of any siting problem, whatever its numbers.

use std::sync::atomic::{AtomicUsize, Ordering};

use catchment::*;

use crate::cases::{KINDS, Kind, small};
use crate::oracle::Small;
use crate::random::Random;

pub(crate) fn seeded(seed: u64) -> SitingOptions {
    SitingOptions { seed, ..SitingOptions::default() }
}

/// A run that is ended when it asks for the so manyth time.
struct Impatient {
    after: usize,
    asked: AtomicUsize,
}

impl Impatient {
    fn new(after: usize) -> Impatient {
        Impatient { after, asked: AtomicUsize::new(0) }
    }
}

impl Progress for Impatient {
    fn is_cancelled(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.after
    }
}

/// A plan of a run that was cut short: it is allowed, its value is right, and its bound holds.
#[track_caller]
fn holds(small: &Small, found: &Located, what: &str) {
    let value = small.value(&found.copies).unwrap_or_else(|| panic!("{what}: not allowed: {found:?} for {small:?}"));
    let best = small.optimum().unwrap();
    let slack = small.tolerance(best);
    let bounded = if small.minimises() { found.bound <= best + slack } else { found.bound >= best - slack };
    let right = small.same(value, found.value) && bounded && (!found.proven || small.same(best, value));
    assert!(right, "{what}: worth {value}, the best {best}, {found:?} for {small:?}");
}

/// A square of sites and points with full rows: enough entries that sites are scored in parallel.
fn wide(model: SitingModel) -> Small {
    let random = &mut Random::new(7);
    let (sites, points) = (450, 560);
    let place = |random: &mut Random| (random.below(1000) as i64, random.below(1000) as i64);
    let at: Vec<(i64, i64)> = (0..sites).map(|_| place(random)).collect();
    let live: Vec<(i64, i64)> = (0..points).map(|_| place(random)).collect();
    let apart = |a: &(i64, i64), b: &(i64, i64)| Some(((a.0 - b.0).abs() + (a.1 - b.1).abs()) as u32);
    // from a corner to its opposite everything is within the limit of a few: what a cover keeps of the rows is still long
    let limit = |random: &mut Random| if random.one_in(20) { 300 } else { 1500 };
    let all: Vec<u32> = (0..sites as u32).collect();
    Small {
        reach: at.iter().map(|a| live.iter().map(|b| apart(a, b)).collect()).collect(),
        people: (0..points).map(|_| (1 + random.below(9)) as u64 * People::PER_PERSON).collect(),
        within: (0..points).map(|_| limit(random)).collect(),
        sites: (0..sites).map(|_| Site { capacity: Some(People::persons(300)), ..Site::CANDIDATE }).collect(),
        quotas: vec![Quota { name: "all".to_owned(), sites: all, at_least: 12, at_most: 12 }],
        budget: None,
        model,
    }
}

#[test]
fn threads_do_not_change_what_is_found() {
    let models = [
        SitingModel::Median { unreached: Cost(5000) },
        SitingModel::MaxCover,
        SitingModel::ExpectedCover { busy: 0.3 },
        SitingModel::Centre,
        SitingModel::CapacitatedMedian { unreached: Cost(5000) },
    ];
    let options = SitingOptions { nodes: 3, tries: 1, ..seeded(3) };
    let on = |threads: usize, run: &(dyn Fn() -> Result<Located, SitingError> + Sync)| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run)
    };
    for model in models {
        let mut wide = wide(model);
        if matches!(model, SitingModel::CapacitatedMedian { .. }) {
            // rooms take longer
            wide.sites.truncate(60);
            wide.reach.truncate(60);
            wide.quotas[0].sites.truncate(60);
        }
        let alone = on(1, &|| wide.locate(&options, &NoProgress)).unwrap();
        for threads in [2, 4] {
            assert_eq!(on(threads, &|| wide.locate(&options, &NoProgress)).unwrap(), alone, "{model:?} on {threads} threads");
        }
    }
    for kind in KINDS {
        for seed in 0..20 {
            let small = small(kind, seed);
            let alone = on(1, &|| small.locate(&seeded(seed), &NoProgress));
            assert_eq!(on(4, &|| small.locate(&seeded(seed), &NoProgress)), alone, "{kind:?}, seed {seed}");
        }
    }
}

#[test]
fn the_order_of_sites_and_points_does_not_change_what_is_proven() {
    let mut compared = 0;
    for (kind, seed) in KINDS.into_iter().flat_map(|kind| (1000..1060).map(move |seed| (kind, seed))) {
        let known = small(kind, seed);
        let random = &mut Random::new(seed);
        let mut sites: Vec<usize> = (0..known.sites.len()).collect();
        let mut points: Vec<usize> = (0..known.people.len()).collect();
        random.shuffle(&mut sites);
        random.shuffle(&mut points);
        let mut other = known.clone();
        other.reach = sites.iter().map(|j| points.iter().map(|i| known.reach[*j][*i]).collect()).collect();
        other.sites = sites.iter().map(|j| known.sites[*j]).collect();
        other.people = points.iter().map(|i| known.people[*i]).collect();
        other.within = points.iter().map(|i| known.within[*i]).collect();
        for quota in &mut other.quotas {
            quota.sites.iter_mut().for_each(|j| *j = sites.iter().position(|own| own == &(*j as usize)).unwrap() as u32);
        }
        random.shuffle(&mut other.quotas);
        match (known.locate(&seeded(seed), &NoProgress), other.locate(&seeded(seed), &NoProgress)) {
            (Ok(a), Ok(b)) if a.proven && b.proven => {
                compared += 1;
                let same = known.same(a.value, b.value) && known.same(a.bound, b.bound) && a.beyond == b.beyond;
                assert!(same, "{kind:?}, seed {seed}: {a:?}, then {b:?} for {known:?}");
            }
            (a, b) => assert_eq!(a.is_ok(), b.is_ok(), "{kind:?}, seed {seed}: {a:?}, then {b:?} for {known:?}"),
        }
    }
    assert!(compared > 400, "only {compared}");
}

#[test]
fn one_more_candidate_is_never_worse() {
    let (mut better, mut compared) = (0, 0);
    for (kind, seed) in KINDS.into_iter().flat_map(|kind| (2000..2060).map(move |seed| (kind, seed))) {
        let mut known = small(kind, seed);
        known.budget = known.budget.filter(|_| seed % 2 == 0);
        let Ok(before) = known.locate(&seeded(seed), &NoProgress) else { continue };
        let random = &mut Random::new(seed);
        let mut more = known.clone();
        // where everybody who can be has to be covered, the newcomer reaches nobody who could not be
        let reached =
            |i: usize| known.reach.iter().zip(&known.sites).filter(|(_, site)| site.at_most > 0).filter_map(|(row, _)| row[i]).min();
        let cost = |i: usize, random: &mut Random| reached(i).filter(|_| !random.one_in(3)).map(|least| least + random.below(3) as u32);
        more.reach.push((0..known.people.len()).map(|i| cost(i, random)).collect());
        more.sites.push(Site { price: random.below(3) as u64, capacity: Some(People::persons(10)), ..Site::CANDIDATE });
        // a quota of all sites is one of the newcomer too
        let newcomer = known.sites.len() as u32;
        more.quotas.iter_mut().filter(|quota| quota.name == "all").for_each(|quota| quota.sites.push(newcomer));
        let after = more.locate(&seeded(seed), &NoProgress).unwrap_or_else(|error| panic!("{kind:?}, seed {seed}: {error:?} for {more:?}"));
        if before.proven && after.proven {
            compared += 1;
            let gained = if known.minimises() { before.value - after.value } else { after.value - before.value };
            assert!(gained >= -known.tolerance(before.value), "{kind:?}, seed {seed}: {before:?}, then {after:?} for {more:?}");
            better += usize::from(gained > known.tolerance(before.value));
        }
    }
    assert!(compared > 400 && better > 20, "{compared} compared, {better} better");
}

#[test]
fn one_more_site_never_covers_less_nor_costs_people_more() {
    let kinds =
        [Kind::MaxCover, Kind::Median, Kind::Centre, Kind::Backup, Kind::WeightedBackup, Kind::ExpectedCover, Kind::CapacitatedCover];
    let mut better = 0;
    for (kind, seed) in kinds.into_iter().flat_map(|kind| (3000..3030).map(move |seed| (kind, seed))) {
        let mut known = small(kind, seed);
        known.budget = None;
        let all: Vec<u32> = (0..known.sites.len() as u32).collect();
        let least: u32 = known.sites.iter().map(|site| site.at_least).sum();
        let most: u32 = known.sites.iter().map(|site| site.at_most).sum();
        let mut last: Option<Located> = None;
        for total in least..=most {
            known.quotas = vec![Quota { name: "all".to_owned(), sites: all.clone(), at_least: total, at_most: total }];
            // with too few not everybody may be covered
            let found = match known.locate(&seeded(seed), &NoProgress) {
                Ok(found) => found,
                Err(SitingError::Infeasible { .. } | SitingError::NotFound { .. }) if last.is_none() => continue,
                Err(error) => panic!("{kind:?}, seed {seed}: {error:?} for {known:?}"),
            };
            if let Some(last) = last.filter(|last| last.proven && found.proven) {
                let gained = if known.minimises() { last.value - found.value } else { found.value - last.value };
                assert!(gained >= -known.tolerance(found.value), "{kind:?}, seed {seed}: {last:?}, then {found:?} for {known:?}");
                better += usize::from(gained > known.tolerance(found.value));
            }
            last = Some(found);
        }
    }
    assert!(better > 100, "{better} better");
}

#[test]
fn twice_the_people_are_worth_twice_as_much() {
    let mut compared = 0;
    for (kind, seed) in KINDS.into_iter().flat_map(|kind| (4000..4040).map(move |seed| (kind, seed))) {
        let known = small(kind, seed);
        let mut double = known.clone();
        double.people.iter_mut().for_each(|people| *people *= 2);
        double.sites.iter_mut().for_each(|site| site.capacity = site.capacity.map(|room| People(2 * room.0)));
        // a price is one, and so is a cost
        let times = if matches!(kind, Kind::SetCover | Kind::ShareCover | Kind::Centre) { 1.0 } else { 2.0 };
        match (known.locate(&seeded(seed), &NoProgress), double.locate(&seeded(seed), &NoProgress)) {
            (Ok(a), Ok(b)) if a.proven && b.proven => {
                compared += 1;
                let same = double.same(times * a.value, b.value) && double.same(times * a.bound, b.bound) && 2 * a.beyond.0 == b.beyond.0;
                assert!(same, "{kind:?}, seed {seed}: {a:?}, then {b:?} for {known:?}");
            }
            (a, b) => assert_eq!(a.is_ok(), b.is_ok(), "{kind:?}, seed {seed}: {a:?}, then {b:?} for {known:?}"),
        }
    }
    assert!(compared > 300, "only {compared}");
}

#[test]
fn a_run_that_is_ended_says_so_or_has_a_plan_whose_bound_holds() {
    let (mut cancelled, mut plans) = (0, 0);
    for (kind, seed) in KINDS.into_iter().flat_map(|kind| (5000..5012).map(move |seed| (kind, seed))) {
        let small = small(kind, seed);
        let optimum = small.optimum();
        for after in (0..6).chain([10, 20, 50, 100, 1000, 10_000]) {
            let what = format!("{kind:?}, seed {seed}, ended after {after}");
            match small.locate(&seeded(seed), &Impatient::new(after)) {
                Ok(found) => {
                    plans += 1;
                    holds(&small, &found, &what);
                }
                Err(SitingError::Cancelled(_)) => cancelled += 1,
                Err(error) => assert_eq!(optimum, None, "{what}: {error:?} for {small:?}"),
            }
        }
        assert!(matches!(small.locate(&seeded(seed), &Impatient::new(0)), Err(SitingError::Cancelled(_))), "{kind:?}, seed {seed}");
    }
    assert!(cancelled > 100 && plans > 100, "{cancelled} cancelled, {plans} plans");
}

#[test]
fn a_run_without_time_nodes_or_tries_has_a_plan_whose_bound_holds_or_none() {
    let hurried = [
        SitingOptions { seconds: Some(0.0), ..seeded(1) },
        SitingOptions { seconds: Some(-1.0), ..seeded(1) },
        SitingOptions { seconds: Some(f64::NAN), nodes: 0, ..seeded(1) },
        SitingOptions { nodes: 0, tries: 0, ..seeded(1) },
        SitingOptions { nodes: 1, tries: 0, ..seeded(1) },
        SitingOptions { gap: 0.3, ..seeded(1) },
        SitingOptions { gap: f64::INFINITY, ..seeded(1) },
    ];
    for (kind, seed) in KINDS.into_iter().flat_map(|kind| (6000..6020).map(move |seed| (kind, seed))) {
        let small = small(kind, seed);
        for options in &hurried {
            let what = format!("{kind:?}, seed {seed}, {options:?}");
            match small.locate(options, &NoProgress) {
                Ok(found) => {
                    holds(&small, &found, &what);
                    let hurry = options.seconds.is_some() || options.nodes < 400;
                    assert!(hurry || found.gap() <= options.gap, "{what}: {found:?}");
                }
                Err(SitingError::NotFound { .. }) => {}
                Err(error) => assert_eq!(small.optimum(), None, "{what}: {error:?} for {small:?}"),
            }
        }
    }
}

/// Every model, with numbers that it can take.
pub(crate) const MODELS: [SitingModel; 12] = [
    SitingModel::SetCover { share: 1.0 },
    SitingModel::SetCover { share: 0.5 },
    SitingModel::SetCover { share: 0.0 },
    SitingModel::MaxCover,
    SitingModel::Median { unreached: Cost(9) },
    SitingModel::Centre,
    SitingModel::Backup,
    SitingModel::WeightedBackup { theta: 0.5 },
    SitingModel::DoubleStandard { near: Cost(1), share: 0.5 },
    SitingModel::ExpectedCover { busy: 0.5 },
    SitingModel::CapacitatedCover,
    SitingModel::CapacitatedMedian { unreached: Cost(9) },
];

#[test]
fn without_sites_points_or_people_there_is_a_plan_of_what_stands() {
    let quota = |at_least, sites| Quota { name: "some".to_owned(), sites, at_least, at_most: 9 };
    for model in MODELS {
        let nothing =
            Small { reach: Vec::new(), people: Vec::new(), within: Vec::new(), sites: Vec::new(), quotas: Vec::new(), budget: None, model };
        let points = Small { people: vec![5, 0], within: vec![1, 1], ..nothing.clone() };
        let sites = Small { reach: vec![Vec::new(); 3], sites: vec![Site::CANDIDATE, Site::FIXED, Site::CLOSED], ..nothing.clone() };
        let nobody = Small { reach: vec![vec![Some(0), Some(1)]; 3], people: vec![0, 0], within: vec![1, 1], ..sites.clone() };
        let apart = Small { reach: vec![vec![None, None]; 3], people: vec![5, 0], ..nobody.clone() };
        for small in [nothing.clone(), points, sites.clone(), nobody, apart] {
            for budget in [None, Some(0), Some(1), Some(u64::MAX)] {
                let small = Small { budget, ..small.clone() };
                match (small.optimum(), small.locate(&seeded(1), &NoProgress)) {
                    (Some(_), Ok(found)) => holds(&small, &found, "nothing"),
                    (None, Err(error)) => assert!(!matches!(error, SitingError::NotFound { .. }), "{error:?} for {small:?}"),
                    (best, found) => panic!("the best is {best:?}, {found:?} for {small:?}"),
                }
            }
        }
        // a quota of no sites can be met only if it asks for none
        let empty = |at_least| Small { quotas: vec![quota(at_least, Vec::new())], ..nothing.clone() };
        assert!(empty(0).locate(&seeded(1), &NoProgress).is_ok(), "{model:?}");
        assert!(matches!(empty(1).locate(&seeded(1), &NoProgress), Err(SitingError::Quota { .. })), "{model:?}");
        let stands = Small { quotas: vec![quota(3, vec![0, 1, 2])], ..sites };
        assert!(matches!(stands.locate(&seeded(1), &NoProgress), Err(SitingError::Quota { found: 2, .. })), "{model:?}");
    }
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let people = vec![People::PER_PERSON];
    let small = |model| Small {
        reach: vec![vec![Some(1)]],
        people: people.clone(),
        within: vec![1],
        sites: vec![Site::CANDIDATE],
        quotas: Vec::new(),
        budget: None,
        model,
    };
    let run = |small: Small| small.locate(&seeded(1), &NoProgress);
    for model in MODELS {
        let odd = Small { sites: vec![Site { at_least: 2, ..Site::CANDIDATE }], ..small(model) };
        assert_eq!(run(odd).unwrap_err(), SitingError::Site { site: 0 }, "{model:?}");
        let stranger = Quota { name: "stranger".to_owned(), sites: vec![0, 1], at_least: 0, at_most: 1 };
        assert_eq!(run(Small { quotas: vec![stranger], ..small(model) }).unwrap_err(), SitingError::Site { site: 1 }, "{model:?}");
        let crossed = Quota { name: "crossed".to_owned(), sites: vec![0], at_least: 1, at_most: 0 };
        assert!(
            matches!(run(Small { quotas: vec![crossed], ..small(model) }), Err(SitingError::Crossed { name, .. }) if name == "crossed")
        );
        let dear = Small { sites: vec![Site { price: 7, ..Site::FIXED }], budget: Some(6), ..small(model) };
        assert_eq!(run(dear).unwrap_err(), SitingError::Budget { least: 7, budget: 6 }, "{model:?}");
    }
    for number in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        let near = Cost(1);
        for model in [
            SitingModel::SetCover { share: number },
            SitingModel::WeightedBackup { theta: number },
            SitingModel::DoubleStandard { near, share: number },
            SitingModel::ExpectedCover { busy: number },
        ] {
            assert!(matches!(run(small(model)), Err(SitingError::Value { .. })), "{model:?}");
        }
    }
    assert!(matches!(run(small(SitingModel::ExpectedCover { busy: 1.0 })), Err(SitingError::Value { .. })));
    // more vehicles than can be told apart
    let many = vec![Site { at_most: 200_000, ..Site::CANDIDATE }];
    let hardly = small(SitingModel::ExpectedCover { busy: 0.9999 });
    assert!(matches!(run(Small { sites: many.clone(), ..hardly }), Err(SitingError::Value { .. })));
    let usual = small(SitingModel::ExpectedCover { busy: 0.3 });
    assert!(run(Small { sites: many, ..usual }).is_ok());
    let crossed = Quota { name: "crossed".to_owned(), sites: vec![0], at_least: 2, at_most: 1 };
    let said = run(Small { quotas: vec![crossed], ..small(SitingModel::MaxCover) }).unwrap_err().to_string();
    assert_eq!(said, "crossed: at least 2 and at most 1 asked for, which no number is");
}

/// The gap that is asked for is a share of the people who find room, not of those who do not.
#[test]
fn the_gap_of_a_cover_with_rooms_is_of_those_who_are_covered() {
    let random = &mut Random::new(6);
    let (sites, points) = (30, 120);
    let near = |random: &mut Random| if random.one_in(6) { Some(1) } else { None };
    let small = Small {
        reach: (0..sites).map(|_| (0..points).map(|_| near(random)).collect()).collect(),
        people: (0..points).map(|_| (1 + random.below(60)) as u64 * People::PER_PERSON).collect(),
        within: vec![1; points],
        sites: (0..sites).map(|_| Site { capacity: Some(People::persons(20 + random.below(60) as u64)), ..Site::CANDIDATE }).collect(),
        quotas: vec![Quota { name: "few".to_owned(), sites: (0..sites as u32).collect(), at_least: 8, at_most: 8 }],
        budget: None,
        model: SitingModel::CapacitatedCover,
    };
    let found = small.locate(&SitingOptions { gap: 0.05, ..seeded(1) }, &NoProgress).unwrap();
    assert!(found.gap() <= 0.05, "{found:?}");
}

/// Two quarters, one of them with a plot at every corner: the second site there would serve hardly anybody more, whatever others could move.
#[test]
fn a_second_site_goes_where_people_are_without_room() {
    let (corners, streets) = (20, 11);
    let mut reach = vec![[vec![Some(1); streets], vec![None; streets]].concat(); corners];
    reach.push([vec![None; streets], vec![Some(1); streets]].concat());
    let sites = vec![Site { capacity: Some(People::persons(1000)), ..Site::CANDIDATE }; corners + 1];
    let all: Vec<u32> = (0..=corners as u32).collect();
    let small = Small {
        reach,
        people: vec![100 * People::PER_PERSON; 2 * streets],
        within: vec![1; 2 * streets],
        sites,
        quotas: vec![Quota { name: "two".to_owned(), sites: all, at_least: 2, at_most: 2 }],
        budget: None,
        model: SitingModel::CapacitatedCover,
    };
    // 2,000 people is all the room that there is
    let found = small.locate(&SitingOptions { nodes: 0, tries: 0, ..seeded(1) }, &NoProgress).unwrap();
    assert_eq!((found.value, found.copies[corners]), (2000.0, 1), "{found:?}");
}

/// A cost that is near enough ends the search for a lesser one.
#[test]
fn the_gap_of_a_centre_is_of_its_cost() {
    let small = wide(SitingModel::Centre);
    let exact = small.locate(&seeded(1), &NoProgress).unwrap();
    for gap in [0.3, f64::INFINITY] {
        let near = small.locate(&SitingOptions { gap, ..seeded(1) }, &NoProgress).unwrap();
        assert!(near.nodes < exact.nodes && near.gap() <= gap, "{gap}: {near:?} after {exact:?}");
        assert!(near.bound <= exact.value && near.value >= exact.value, "{gap}: {near:?} after {exact:?}");
    }
}

/// A share of the people is covered by no fewer sites where one site fewer covers less at most.
#[test]
fn the_fewest_for_a_share_are_proven_by_the_most_that_one_fewer_covers() {
    let (sites, points) = (90, 240);
    for (seed, share) in [(1, 0.5), (2, 0.6), (3, 0.7)] {
        let random = &mut Random::new(seed);
        let near = |random: &mut Random| if random.one_in(12) { Some(1) } else { None };
        let small = Small {
            reach: (0..sites).map(|_| (0..points).map(|_| near(random)).collect()).collect(),
            people: (0..points).map(|_| (1 + random.below(900)) as u64 * People::PER_PERSON / 10).collect(),
            within: vec![1; points],
            sites: vec![Site::CANDIDATE; sites],
            quotas: Vec::new(),
            budget: None,
            model: SitingModel::SetCover { share },
        };
        let all: f64 = small.people.iter().map(|people| *people as f64 / 1e6).sum();
        let fewest = small.locate(&seeded(1), &NoProgress).unwrap();
        assert!(fewest.proven, "{fewest:?}");
        // whatever time and nodes there are, they do not go to the weaker bound
        let endless = SitingOptions { seconds: Some(1e6), nodes: usize::MAX, ..seeded(1) };
        assert_eq!(small.locate(&endless, &NoProgress).unwrap(), fewest);
        let fewer = Quota { name: "fewer".to_owned(), sites: (0..sites as u32).collect(), at_least: 0, at_most: fewest.value as u32 - 1 };
        let most = Small { quotas: vec![fewer], model: SitingModel::MaxCover, ..small }.locate(&seeded(1), &NoProgress).unwrap();
        assert!(most.bound < share * all, "{fewest:?}, but one fewer may cover {} of {all}", most.bound);
    }
}
