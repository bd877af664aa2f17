//! Published optima: OR-Library's p-median files (Beasley 1985; p-centre by Pullan 2008), Swain's 55 nodes, spopt's San Francisco sample.

use std::ops::RangeInclusive;

use catchment::*;
use serde_json::Value;

/// A file of the folder of truths; none, said aloud, where the folder is not there.
fn truth(name: &str) -> Option<String> {
    let shared = std::env::var("CATCHMENT_SHARED").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let file = format!("{shared}/truth/{name}");
    let text = std::fs::read_to_string(&file).ok();
    if text.is_none() {
        eprintln!("skipped: no {file} (set CATCHMENT_SHARED)");
    }
    text
}

fn json(name: &str) -> Option<Value> {
    truth(name).map(|text| serde_json::from_str(&text).unwrap())
}

/// A matrix of costs, by site and point, and sites that are all alike.
struct Case {
    table: ReachTable,
    costs: Vec<Vec<u32>>,
    people: Vec<People>,
    within: Vec<Cost>,
    sites: Vec<Site>,
}

impl Case {
    fn new(costs: Vec<Vec<u32>>, people: Vec<People>, within: u32, copies: u32) -> Case {
        let row = |row: &Vec<u32>| row.iter().enumerate().map(|(i, cost)| (DemandId(i as u32), Cost(*cost))).collect();
        Case {
            table: ReachTable::new(costs.iter().map(row).collect()),
            within: vec![Cost(within); people.len()],
            people,
            sites: vec![Site { at_most: copies, ..Site::CANDIDATE }; costs.len()],
            costs,
        }
    }

    fn solve(&self, model: SitingModel, p: Option<u32>) -> Located {
        let all = |p| Quota { name: format!("{p} sites"), sites: (0..self.sites.len() as u32).collect(), at_least: p, at_most: p };
        let quotas: Vec<Quota> = p.map(all).into_iter().collect();
        let siting = Siting {
            table: &self.table,
            people: &self.people,
            within: &self.within,
            sites: &self.sites,
            quotas: &quotas,
            budget: None,
            model,
        };
        let found = locate(&siting, &SitingOptions::default(), &NoProgress).unwrap();
        assert!(p.is_none_or(|p| found.copies.iter().sum::<u32>() == p), "{p:?} asked for: {found:?}");
        assert!(found.copies.iter().zip(&self.sites).all(|(copies, site)| *copies <= site.at_most), "{found:?}");
        found
    }

    /// The same; where it is not proven, that is added to `open`.
    fn best(&self, model: SitingModel, p: Option<u32>, open: &mut Vec<String>) -> Located {
        let found = self.solve(model, p);
        let about = (found.bound - found.value).abs() <= 1e-12 * found.value.abs();
        if !found.proven || !about {
            open.push(format!("{model:?} with {p:?}: {} of {} after {} nodes", found.value, found.bound, found.nodes));
        }
        found
    }

    /// By point, how many open sites are within a cost.
    fn times(&self, found: &Located, limit: u32) -> Vec<u32> {
        let near = |i: usize| (0..self.sites.len()).filter(|j| self.costs[*j][i] <= limit).map(|j| found.copies[j]).sum();
        (0..self.people.len()).map(near).collect()
    }

    /// People who are that often within a cost, counted again.
    fn reached(&self, found: &Located, limit: u32, times: u32) -> f64 {
        let counts = self.times(found, limit).into_iter().zip(&self.people);
        counts.filter(|(n, _)| *n >= times).map(|(_, people)| people.as_f64()).sum()
    }
}

/// By point, the least of the real distances to sites of the plan.
fn nearest(found: &Located, distances: &[Vec<f64>]) -> Vec<f64> {
    let open = || distances.iter().zip(&found.copies).filter(|(_, copies)| **copies > 0).map(|(row, _)| row);
    (0..distances[0].len()).map(|i| open().map(|row| row[i]).fold(f64::INFINITY, f64::min)).collect()
}

/// Σ w d in real distances.
fn paid(found: &Located, distances: &[Vec<f64>], people: &[People]) -> f64 {
    nearest(found, distances).iter().zip(people).map(|(d, people)| d * people.as_f64()).sum()
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance * expected.abs(), "{what}: {found}, not {expected}");
}

/// `n m p`, then edges; of the edges between two nodes the last one counts. All shortest paths, by Floyd and Warshall.
fn pmed(text: &str) -> (Vec<Vec<u32>>, u32) {
    let mut numbers = text.split_whitespace().map(|word| word.parse::<u32>().unwrap());
    let (n, m, p) = (numbers.next().unwrap() as usize, numbers.next().unwrap(), numbers.next().unwrap());
    let mut d = vec![vec![u32::MAX / 4; n]; n];
    (0..n).for_each(|i| d[i][i] = 0);
    for _ in 0..m {
        let (i, j, cost) = (numbers.next().unwrap() as usize - 1, numbers.next().unwrap() as usize - 1, numbers.next().unwrap());
        (d[i][j], d[j][i]) = (cost, cost);
    }
    for k in 0..n {
        let via = d[k].clone();
        for row in &mut d {
            let first = row[k];
            row.iter_mut().zip(&via).for_each(|(d, rest)| *d = (*d).min(first + rest));
        }
    }
    (d, p)
}

/// The published optima are found, with bounds that hold and are near; at least so many of the medians are proven.
fn orlib(files: RangeInclusive<u32>, least_proven: usize) {
    let Some(expected) = json("orlib_pmed/expected.json") else { return };
    let mut proven = Vec::new();
    for k in files {
        let name = format!("pmed{k}");
        let (costs, p) = pmed(&truth(&format!("orlib_pmed/{name}.txt")).unwrap());
        let known = |what: &str| expected[&name][what].as_f64().unwrap();
        let nodes = costs.len();
        let case = Case::new(costs, vec![People::persons(1); nodes], 0, 1);
        let begun = std::time::Instant::now();
        let median = case.solve(SitingModel::Median { unreached: Cost(1_000_000) }, Some(p));
        let between = begun.elapsed();
        let (optimum, value, bound) = (known("pmedian_opt"), median.value, median.bound);
        let far = case.solve(SitingModel::Centre, Some(p));
        eprintln!(
            "{name}: median {value} of {bound:.3}, {} nodes, {between:.1?}; centre {} of {}, {} nodes, {:.1?}",
            median.nodes,
            far.value,
            far.bound,
            far.nodes,
            begun.elapsed() - between
        );
        assert_eq!(value, optimum, "{name}");
        assert!(bound <= optimum && median.gap() <= 0.01 && (value - bound) <= 0.01 * value, "{name}: {value} of {bound}");
        assert_eq!(median.proven, bound == value, "{name}");
        proven.extend(median.proven.then_some(k));
        // what is printed is what the plan comes to
        let least = |i: usize| (0..nodes).filter(|j| median.copies[*j] > 0).map(|j| case.costs[j][i]).min().unwrap();
        assert_eq!(f64::from((0..nodes).map(least).sum::<u32>()), value, "{name}");
        let optimum = known("pcenter_opt");
        assert_eq!(far.value, optimum, "{name}: p-centre");
        assert!(far.bound > 0.0 && far.bound <= optimum, "{name}: p-centre {}", far.bound);
        assert_eq!(far.proven, far.bound == far.value, "{name}: p-centre");
        assert!(case.times(&far, optimum as u32).iter().all(|n| *n > 0), "{name}: p-centre");
    }
    eprintln!("proven: {proven:?}");
    assert!(proven.len() >= least_proven, "proven: {proven:?}");
}

#[test]
fn ten_files_of_orlib_have_their_published_medians_and_centres() {
    orlib(1..=10, 8);
}

#[test]
#[ignore = "slow unless in release: cargo test --release -p catchment --test siting -- --ignored all_files"]
fn all_files_of_orlib_have_their_published_medians_and_centres() {
    orlib(1..=20, 16);
}

/// Swain's nodes: every one is a point and a site. Euclidean distances, and the costs that they are in millionths.
struct Swain {
    distances: Vec<Vec<f64>>,
    people: Vec<People>,
}

impl Swain {
    const SCALE: f64 = 1e6;

    /// `id, x, y, demand,`
    fn new(text: &str) -> Swain {
        let number = |word: &str| word.trim().parse::<f64>().unwrap();
        let nodes: Vec<Vec<f64>> =
            text.lines().filter(|line| !line.trim().is_empty()).map(|line| line.split(',').take(4).map(number).collect()).collect();
        assert_eq!(nodes.len(), 55);
        let apart = |a: &Vec<f64>, b: &Vec<f64>| (a[1] - b[1]).hypot(a[2] - b[2]);
        let distances = nodes.iter().map(|a| nodes.iter().map(|b| apart(a, b)).collect()).collect();
        let people: Vec<People> = nodes.iter().map(|node| People::persons(node[3] as u64)).collect();
        assert_eq!(people.iter().copied().sum::<People>(), People::persons(640));
        Swain { distances, people }
    }

    fn limit(s: f64) -> u32 {
        (s * Swain::SCALE).round() as u32
    }

    /// Covered where d ≤ S + 1e-9; with so many facilities at a site at most.
    fn case(&self, s: f64, copies: u32) -> Case {
        let near = |d: &f64| (d * Swain::SCALE).round() as u32;
        let costs: Vec<Vec<u32>> = self.distances.iter().map(|row| row.iter().map(near).collect()).collect();
        for (row, own) in self.distances.iter().zip(&costs) {
            assert!(
                row.iter().zip(own).all(|(d, cost)| (*d <= s + 1e-9) == (*cost <= Swain::limit(s))),
                "rounding moves nobody over the limit"
            );
        }
        Case::new(costs, self.people.clone(), Swain::limit(s), copies)
    }
}

/// `NAME_S10_p3_theta0.5`: the name, and the number after each of the letters.
fn key(key: &str) -> (&str, impl Fn(&str) -> f64) {
    let (name, rest) = key.split_once('_').unwrap();
    let parts: Vec<&str> = rest.split('_').collect();
    (name, move |letters: &str| {
        let number = |part: &&str| part.strip_prefix(letters)?.parse::<f64>().ok();
        parts.iter().find_map(number).unwrap_or_else(|| panic!("no {letters} in {rest}"))
    })
}

#[test]
fn swain_s_nodes_have_their_known_covers_medians_and_centres() {
    let (Some(text), Some(Value::Object(known))) = (truth("swain55/swain.dat"), json("swain55/computed_optima.json")) else { return };
    let swain = Swain::new(&text);
    let (mut kinds, mut unproven) = (std::collections::BTreeMap::new(), Vec::new());
    for (name, expected) in &known {
        let (model, of) = key(name);
        *kinds.entry(model).or_insert(0) += 1;
        match model {
            "LSCP" => {
                let found = swain.case(of("S"), 1).best(SitingModel::SetCover { share: 1.0 }, None, &mut unproven);
                assert_eq!(Some(found.value), expected.as_f64(), "{name}");
                assert_eq!(f64::from(found.copies.iter().sum::<u32>()), found.value, "{name}");
            }
            "MCLP" => {
                let case = swain.case(of("S"), 1);
                let found = case.best(SitingModel::MaxCover, Some(of("p") as u32), &mut unproven);
                assert_eq!(Some(found.value), expected[0].as_f64(), "{name}");
                assert_eq!(case.reached(&found, Swain::limit(of("S")), 1), found.value, "{name}");
            }
            "pmed" => {
                let found =
                    swain.case(0.0, 1).best(SitingModel::Median { unreached: Cost(1_000_000_000) }, Some(of("p") as u32), &mut unproven);
                let expected = expected[0].as_f64().unwrap();
                close(paid(&found, &swain.distances, &swain.people), expected, 1e-6, name);
                close(found.value / Swain::SCALE, expected, 1e-6, name);
            }
            // told to nine decimals
            "pcent" => {
                let found = swain.case(0.0, 1).best(SitingModel::Centre, Some(of("p") as u32), &mut unproven);
                let farthest = nearest(&found, &swain.distances).into_iter().fold(0.0, f64::max);
                close(farthest, expected.as_f64().unwrap(), 1e-9, name);
                assert_eq!(found.value, (farthest * Swain::SCALE).round(), "{name}");
            }
            _ => panic!("{name} is new"),
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), [("LSCP", 2), ("MCLP", 14), ("pcent", 10), ("pmed", 10)]);
    assert!(unproven.is_empty(), "not proven: {unproven:#?}");
}

#[test]
fn swain_s_nodes_have_their_known_backup_double_and_expected_covers() {
    let (Some(text), Some(Value::Object(known))) = (truth("swain55/swain.dat"), json("swain55/computed_optima_ems.json")) else { return };
    let swain = Swain::new(&text);
    let (mut kinds, mut unproven) = (std::collections::BTreeMap::new(), Vec::new());
    let mut wrong = Vec::new();
    let mut hold = |found: f64, expected: f64, name: &str| {
        if (found - expected).abs() > 1e-9 * expected {
            wrong.push(format!("{name}: {found}, not {expected}"));
        }
    };
    for (name, expected) in &known {
        let (model, of) = key(name);
        *kinds.entry(model).or_insert(0) += 1;
        match model {
            // one facility a site: two of them are at two places
            "BACOP1" => {
                let case = swain.case(of("S"), 1);
                let found = case.best(SitingModel::Backup, Some(of("p") as u32), &mut unproven);
                hold(found.value, expected.as_f64().unwrap(), name);
                let limit = Swain::limit(of("S"));
                assert_eq!((case.reached(&found, limit, 1), case.reached(&found, limit, 2)), (640.0, found.value), "{name}");
            }
            "BACOP2" => {
                let (case, theta) = (swain.case(of("S"), 1), of("theta"));
                let found = case.best(SitingModel::WeightedBackup { theta }, Some(of("p") as u32), &mut unproven);
                hold(found.value, expected["obj"].as_f64().unwrap(), name);
                let limit = Swain::limit(of("S"));
                let (once, twice) = (case.reached(&found, limit, 1), case.reached(&found, limit, 2));
                close(theta * once + (1.0 - theta) * twice, found.value, 1e-9, name);
                // plans of the same sum may divide it otherwise
                let (best_once, best_twice) = (expected["once"].as_f64().unwrap(), expected["twice"].as_f64().unwrap());
                close(theta * best_once + (1.0 - theta) * best_twice, expected["obj"].as_f64().unwrap(), 1e-9, name);
            }
            // r1, the shorter limit, is glued to its number: r110 is 10, r18 is 8; cap: vehicles at a site
            "DSM" => {
                let (near, far, share, copies) = (of("r1"), of("r2"), of("a"), of("cap") as u32);
                let case = swain.case(far, copies);
                swain.case(near, copies);
                let model = SitingModel::DoubleStandard { near: Cost(Swain::limit(near)), share };
                // half a second cover is worth half: bounds without whole numbers are up to twice as high, and take an exact solver to close
                let found = case.best(model, Some(of("p") as u32), &mut Vec::new());
                let best = expected.as_f64().unwrap();
                assert!((best..=2.0 * best).contains(&found.bound), "{name}: {best}, and no plan is better than {}", found.bound);
                hold(found.value, best, name);
                let reached = |r, times| case.reached(&found, Swain::limit(r), times);
                assert_eq!((reached(far, 1), reached(near, 2)), (640.0, found.value), "{name}");
                assert!(reached(near, 1) >= share * 640.0 - 1e-9, "{name}");
            }
            // any number of vehicles may be at one site
            "MEXCLP" => {
                let (p, busy) = (of("p") as u32, of("q"));
                let case = swain.case(of("S"), p);
                let found = case.best(SitingModel::ExpectedCover { busy }, Some(p), &mut unproven);
                hold(found.value, expected.as_f64().unwrap(), name);
                let free = case.times(&found, Swain::limit(of("S"))).into_iter().map(|n| 1.0 - busy.powi(n as i32));
                close(free.zip(&case.people).map(|(free, people)| free * people.as_f64()).sum(), found.value, 1e-9, name);
            }
            // not among the models
            "MALP1" => {}
            _ => panic!("{name} is new"),
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), [("BACOP1", 4), ("BACOP2", 3), ("DSM", 3), ("MALP1", 3), ("MEXCLP", 4)]);
    assert!(wrong.is_empty() && unproven.is_empty(), "wrong: {wrong:#?}, not proven: {unproven:#?}");
}

#[test]
fn san_francisco_s_stores_have_spopt_s_covers_medians_and_centres() {
    let file = "spopt/SF_network_distance_candidateStore_16_censusTract_205_new.csv";
    let (Some(text), Some(Value::Object(known))) = (truth(file), json("spopt/computed_optima.json")) else { return };
    // distance,name,DestinationName,demand
    let (mut stores, mut tracts): (Vec<&str>, Vec<(&str, People)>) = (Vec::new(), Vec::new());
    let mut distances: Vec<Vec<f64>> = Vec::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let j = stores.iter().position(|name| *name == fields[1]).unwrap_or(stores.len());
        if j == stores.len() {
            stores.push(fields[1]);
            distances.push(Vec::new());
        }
        let i = tracts.iter().position(|(name, _)| *name == fields[2]).unwrap_or(tracts.len());
        if i == tracts.len() {
            tracts.push((fields[2], People::persons(fields[3].parse().unwrap())));
        }
        let row = &mut distances[j];
        row.resize(row.len().max(i + 1), f64::NAN);
        row[i] = fields[0].parse().unwrap();
    }
    assert!((stores.len(), tracts.len()) == (16, 205) && distances.iter().all(|row| row.len() == 205 && !row.iter().any(|d| d.is_nan())));
    let people: Vec<People> = tracts.iter().map(|(_, people)| *people).collect();
    // tenths of millimetres
    const SCALE: f64 = 1e4;
    let costs = distances.iter().map(|row| row.iter().map(|d| (d * SCALE).round() as u32).collect()).collect();
    let limit = 5000 * SCALE as u32;
    let case = Case::new(costs, people.clone(), limit, 1);
    let inside = |row: &Vec<f64>, own: &Vec<u32>| row.iter().zip(own).all(|(d, cost)| (*d <= 5000.0) == (*cost <= limit));
    assert!(distances.iter().zip(&case.costs).all(|(row, own)| inside(row, own)), "rounding moves nobody over the limit");
    let (mut kinds, mut unproven) = (std::collections::BTreeMap::new(), Vec::new());
    for (name, expected) in &known {
        let (model, of) = key(name);
        *kinds.entry(model).or_insert(0) += 1;
        let number = |what: &str| expected[what].as_f64().unwrap();
        match model {
            "LSCP" => {
                let found = case.best(SitingModel::SetCover { share: 1.0 }, None, &mut unproven);
                assert_eq!(Some(found.value), expected.as_f64(), "{name}");
                assert_eq!(case.reached(&found, limit, 1), 955_113.0, "{name}");
            }
            "MCLP" => {
                let found = case.best(SitingModel::MaxCover, Some(of("p") as u32), &mut unproven);
                assert_eq!(found.value, number("pop"), "{name}");
                assert_eq!(case.reached(&found, limit, 1), found.value, "{name}");
            }
            "pmedian" => {
                let found = case.best(SitingModel::Median { unreached: Cost(u32::MAX - 1) }, Some(of("p") as u32), &mut unproven);
                let sum = paid(&found, &distances, &people);
                close(sum, number("obj"), 1e-9, name);
                close(sum / 955_113.0, number("mean"), 1e-9, name);
                close(found.value / SCALE, sum, 1e-8, name);
                // the same stores, by name
                let open = stores.iter().zip(&found.copies).filter(|(_, copies)| **copies > 0).map(|(store, _)| *store);
                let named: std::collections::BTreeSet<&str> =
                    expected["sites"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
                assert_eq!(open.collect::<std::collections::BTreeSet<_>>(), named, "{name}");
            }
            "pcenter" => {
                let found = case.best(SitingModel::Centre, Some(of("p") as u32), &mut unproven);
                let farthest = nearest(&found, &distances).into_iter().fold(0.0, f64::max);
                close(farthest, number("obj"), 1e-12, name);
                assert_eq!(found.value, (farthest * SCALE).round(), "{name}");
            }
            _ => panic!("{name} is new"),
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), [("LSCP", 1), ("MCLP", 8), ("pcenter", 5), ("pmedian", 5)]);
    assert!(unproven.is_empty(), "not proven: {unproven:#?}");
}
