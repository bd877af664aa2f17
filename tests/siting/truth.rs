//! Published optima: OR-Library's p-median files (Beasley 1985; p-centre by Pullan 2008), Swain's 55 nodes, spopt's San Francisco sample.

use std::path::PathBuf;

use catchment::*;
use serde_json::Value;

/// A file of the folder of truths; none, said aloud, where the folder is not there.
fn truth(name: &str) -> Option<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/truth").join(name);
    let text = std::fs::read_to_string(&file).ok();
    if text.is_none() {
        eprintln!("skipped: no {}", file.display());
    }
    text
}

fn json(name: &str) -> Option<Value> {
    truth(name).map(|text| serde_json::from_str(&text).unwrap())
}

/// A matrix of costs, and sites that are all candidates.
struct Case {
    table: ReachTable,
    people: Vec<People>,
    within: Vec<Cost>,
    sites: Vec<Site>,
}

impl Case {
    fn new(costs: &[Vec<u32>], people: Vec<People>, within: u32) -> Case {
        let row = |row: &Vec<u32>| row.iter().enumerate().map(|(i, cost)| (DemandId(i as u32), Cost(*cost))).collect();
        Case {
            table: ReachTable::new(costs.iter().map(row).collect()),
            within: vec![Cost(within); people.len()],
            people,
            sites: vec![Site::CANDIDATE; costs.len()],
        }
    }

    fn total(&self, p: u32) -> Quota {
        Quota { name: format!("{p} sites"), sites: (0..self.sites.len() as u32).collect(), at_least: p, at_most: p }
    }

    fn solve(&self, model: SitingModel, p: Option<u32>, options: &SitingOptions) -> Located {
        let quotas: Vec<Quota> = p.map(|p| self.total(p)).into_iter().collect();
        let siting = Siting {
            table: &self.table,
            people: &self.people,
            within: &self.within,
            sites: &self.sites,
            quotas: &quotas,
            budget: None,
            model,
        };
        locate(&siting, options, &NoProgress).unwrap()
    }
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
        for i in 0..n {
            for j in 0..n {
                d[i][j] = d[i][j].min(d[i][k] + d[k][j]);
            }
        }
    }
    (d, p)
}

#[test]
fn orlib() {
    let Some(expected) = json("orlib_pmed/expected.json") else { return };
    for k in 1..=20 {
        let name = format!("pmed{k}");
        let (costs, p) = pmed(&truth(&format!("orlib_pmed/{name}.txt")).unwrap());
        let case = Case::new(&costs, vec![People::persons(1); costs.len()], 0);
        let t = std::time::Instant::now();
        let found = case.solve(SitingModel::Median { unreached: Cost(1_000_000) }, Some(p), &SitingOptions::default());
        let t1 = t.elapsed();
        let t = std::time::Instant::now();
        let far = case.solve(SitingModel::Centre, Some(p), &SitingOptions::default());
        println!(
            "{name} n={} p={p} median {} ({}) bound {:.2} nodes {} {:.2?}; centre {} ({}) bound {} nodes {} {:.2?}",
            costs.len(),
            found.value,
            expected[&name]["pmedian_opt"],
            found.bound,
            found.nodes,
            t1,
            far.value,
            expected[&name]["pcenter_opt"],
            far.bound,
            far.nodes,
            t.elapsed()
        );
    }
}
