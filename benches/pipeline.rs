//! What the demo costs (its walkers alone, and with its ambulances), against merely decoding its extract once with `osmpbf` and the same zlib.
//!
//! ```text
//! cargo bench -p catchment-io --bench pipeline
//! ```
//!
//! Prints the ratio of CPU times (medians of paired runs on one thread; pictures left out, files rendered in memory), then criterion's
//! own figures of the stages.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a bench prints, and stops where its own data is broken")]

use std::hint::black_box;

use catchment::NoProgress;
use catchment_io::{InMemory, Plan, render, run};
use cpu_time::ProcessTime;
use criterion::Criterion;

const PBF: &[u8] = include_bytes!("../data/malta/malta-2024-03-13.osm.pbf");
const PLAN: &str = include_str!("../data/malta/plan.toml");
const PAIRS: usize = 11;

/// Decodes every blob and looks at every object once.
fn decode() -> usize {
    let mut objects = 0;
    osmpbf::ElementReader::new(PBF).for_each(|_| objects += 1).expect("the extract is sound");
    objects
}

fn demo(plan: &Plan) -> usize {
    let done = run(plan, &InMemory(&[("malta-2024-03-13.osm.pbf", PBF)]), &NoProgress).expect("the demo runs");
    render(&done).expect("the demo writes").len()
}

fn seconds(work: impl FnOnce() -> usize) -> f64 {
    let start = ProcessTime::now();
    black_box(work());
    start.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let mut plan = Plan::parse(PLAN).expect("the demo's plan is sound");
    plan.outputs.map = false;
    let mut walkers = plan.clone();
    walkers.services.truncate(1);
    walkers.facilities.retain(|set| set.id == walkers.services[0].facilities);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    pool.install(|| {
        let mut criterion = Criterion::default().configure_from_args().sample_size(10);
        criterion.bench_function("decode with osmpbf", |b| b.iter(decode));
        for (name, plan) in [("demo's walkers", &walkers), ("demo with its ambulances", &plan)] {
            demo(plan);
            let pairs: Vec<(f64, f64)> = (0..PAIRS).map(|_| (seconds(decode), seconds(|| demo(plan)))).collect();
            let decoded = median(pairs.iter().map(|p| p.0).collect());
            let whole = median(pairs.iter().map(|p| p.1).collect());
            let ratio = median(pairs.iter().map(|p| p.1 / p.0).collect());
            println!("decode {:.1} ms, {name} {:.1} ms: ratio {ratio:.2} (CPU time, medians of {PAIRS} pairs)", 1e3 * decoded, 1e3 * whole);
            criterion.bench_function(&format!("{name}, without pictures"), |b| b.iter(|| demo(plan)));
        }
        criterion.final_summary();
    });
}
