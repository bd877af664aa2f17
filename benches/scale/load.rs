//! What loading a prepared network costs, against merely reading the bytes of its file.
//!
//! ```text
//! catchment prepare malta_100.osm.pbf -o malta_100.cnet
//! cargo bench -p catchment-io --bench load -- malta_100.cnet
//! ```
//!
//! CPU time, medians of paired runs in turns; the file is in the system's cache for both.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a bench prints, and stops where its own data is broken")]

use std::fs::File;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use catchment_io::prepared::read_prepared;
use cpu_time::ProcessTime;

const PAIRS: usize = 9;

fn read(file: &Path) -> usize {
    std::fs::read(file).expect("the file is there").len()
}

fn load(file: &Path) -> usize {
    let file = File::open(file).expect("the file is there");
    let length = file.metadata().expect("it has a length").len();
    read_prepared(file, length).expect("a sound network").network.node_count()
}

fn seconds(work: impl FnOnce() -> usize) -> f64 {
    let start = ProcessTime::now();
    black_box(work());
    start.elapsed().as_secs_f64()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let files: Vec<PathBuf> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).map(PathBuf::from).collect();
    if files.is_empty() {
        println!("skipped: name prepared networks (.cnet)");
    }
    for file in files {
        let nodes = load(&file);
        read(&file);
        let pairs: Vec<(f64, f64)> = (0..PAIRS).map(|_| (seconds(|| read(&file)), seconds(|| load(&file)))).collect();
        let [read, loaded] = [median(pairs.iter().map(|p| p.0)), median(pairs.iter().map(|p| p.1))];
        let ratio = median(pairs.iter().map(|p| p.1 / p.0));
        println!(
            "{}: {nodes} nodes; reading {:.1} ms, loading {:.1} ms: ratio {ratio:.2} (CPU time, medians of {PAIRS} pairs)",
            file.display(),
            1e3 * read,
            1e3 * loaded
        );
    }
}
