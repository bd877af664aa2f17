//! OR-Library's p-median files, read from the shared folder of truths.

use std::time::Duration;

use catchment::{Cost, DemandId, People, ReachTable, SitingModel, SitingOptions};

use crate::{Case, shared, timed};

pub(crate) fn bench() {
    let folder = shared().join("truth/orlib_pmed");
    let Ok(expected) = std::fs::read_to_string(folder.join("expected.json")) else {
        eprintln!("orlib: skipped, no {} (set CATCHMENT_SHARED)", folder.display());
        return;
    };
    let expected: serde_json::Value = serde_json::from_str(&expected).expect("JSON");
    let (mut all, mut proven, mut centres) = (Duration::ZERO, 0, 0);
    for k in 1..=20 {
        let name = format!("pmed{k}");
        let (case, p) = read(&std::fs::read_to_string(folder.join(format!("{name}.txt"))).expect("a file"));
        let median = SitingModel::Median { unreached: Cost(1_000_000) };
        let (found, cpu, _) = timed(|| case.solve(median, p, &SitingOptions::default()));
        let (far, more, _) = timed(|| case.solve(SitingModel::Centre, p, &SitingOptions::default()));
        all += cpu + more;
        proven += u32::from(found.proven);
        centres += u32::from(far.proven);
        println!(
            "{name}: p-median {} (published {}), bound {:.2}, {:.2} s; p-centre {} (published {}), bound {}, {:.2} s",
            found.value,
            expected[&name]["pmedian_opt"],
            found.bound,
            cpu.as_secs_f64(),
            far.value,
            expected[&name]["pcenter_opt"],
            far.bound,
            more.as_secs_f64()
        );
        assert_eq!(Some(found.value), expected[&name]["pmedian_opt"].as_f64());
        assert_eq!(Some(far.value), expected[&name]["pcenter_opt"].as_f64());
    }
    println!("orlib: {proven} p-medians and {centres} p-centres proven; {:.1} s CPU in all", all.as_secs_f64());
}

/// `n m p`, then edges, of which the last between two nodes counts; all shortest paths by Floyd and Warshall.
fn read(text: &str) -> (Case, u32) {
    let mut numbers = text.split_whitespace().map(|word| word.parse::<u32>().expect("a number"));
    let mut next = || numbers.next().expect("a number");
    let (n, m, p) = (next() as usize, next(), next());
    let mut d = vec![vec![u32::MAX / 4; n]; n];
    (0..n).for_each(|i| d[i][i] = 0);
    for _ in 0..m {
        let (i, j, cost) = (next() as usize - 1, next() as usize - 1, next());
        (d[i][j], d[j][i]) = (cost, cost);
    }
    for k in 0..n {
        let through = d[k].clone();
        for row in &mut d {
            let first = row[k];
            row.iter_mut().zip(&through).for_each(|(cost, last)| *cost = (*cost).min(first + last));
        }
    }
    let rows = d.iter().map(|row| (0..).zip(row).map(|(i, cost)| (DemandId(i), Cost(*cost))).collect()).collect();
    (Case { table: ReachTable::new(rows), people: vec![People::persons(1); n], within: vec![Cost(0); n] }, p)
}
