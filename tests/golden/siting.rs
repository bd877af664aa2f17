//! CBC has the last word on double standards of Swain's 55 nodes, whose bounds alone leave a gap. Skipped, saying so, where
//! `CATCHMENT_CBC` does not name the program, or without the shared folder.

use std::path::PathBuf;

use catchment::*;
use catchment_io::Cbc;

#[test]
fn an_exact_solver_outside_proves_double_standards() {
    let shared = std::env::var_os("CATCHMENT_SHARED").map_or_else(|| PathBuf::from(super::porto_alegre::DEFAULT), PathBuf::from);
    let file = shared.join("truth/swain55/swain.dat");
    let (Ok(text), Ok(command)) = (std::fs::read_to_string(&file), std::env::var("CATCHMENT_CBC")) else {
        eprintln!("skipped: no {} (set CATCHMENT_SHARED), or no CATCHMENT_CBC", file.display());
        return;
    };
    let nodes: Vec<[f64; 3]> = text
        .lines()
        .filter_map(|line| {
            let numbers: Vec<f64> = line.split(',').filter_map(|word| word.trim().parse().ok()).collect();
            Some([*numbers.get(1)?, *numbers.get(2)?, *numbers.get(3)?])
        })
        .collect();
    assert_eq!(nodes.len(), 55);
    let cost = |a: &[f64; 3], b: &[f64; 3]| Cost(((a[0] - b[0]).hypot(a[1] - b[1]) * 1e6).round() as u32);
    let row = |site| nodes.iter().enumerate().map(|(i, node)| (DemandId(i as u32), cost(site, node))).collect();
    let table = ReachTable::new(nodes.iter().map(row).collect());
    let people: Vec<People> = nodes.iter().map(|node| People::persons(node[2] as u64)).collect();
    // computed_optima_ems.json: shorter and longer limit, share, vehicles, at most two of them at a site
    for (near, far, share, p, best) in [(10, 15, 0.8, 6, 220.0), (10, 20, 0.9, 8, 565.0), (8, 15, 0.7, 8, 469.0)] {
        let sites = [Site { at_most: 2, ..Site::CANDIDATE }; 55];
        let quotas = [Quota { name: format!("{p} vehicles"), sites: (0..55).collect(), at_least: p, at_most: p }];
        let within = [Cost(far * 1_000_000); 55];
        let model = SitingModel::DoubleStandard { near: Cost(near * 1_000_000), share };
        let siting = Siting { table: &table, people: &people, within: &within, sites: &sites, quotas: &quotas, budget: None, model };
        let cbc = Cbc::new(&command);
        let options = SitingOptions { nodes: 0, ..SitingOptions::default() };
        let found = locate_with(&siting, &options, Some(&cbc), &NoProgress).unwrap();
        assert_eq!(cbc.failure(), None);
        assert_eq!((found.value, found.proven, found.outside), (best, true, true));
    }
    // a program that is none is said to be none
    let none = Cbc::new("no-such-program");
    assert_eq!(none.solve(&Program::default(), None, &NoProgress), Solved::Unknown);
    assert!(none.failure().is_some_and(|why| why.contains("no-such-program")));
}
