//! What preparing the roads of large extracts costs, against merely decoding the file once with `osmpbf` and the same zlib.
//!
//! ```text
//! python3 benches/scale/copies.py 100 malta_100.osm.pbf
//! cargo bench -p catchment-io --bench prepare -- malta_100.osm.pbf
//! ```
//!
//! For every file that is named: CPU time on one thread (medians of paired runs) of reading the walkable roads, classifying, measuring,
//! projecting them, and building the network; its ratio to decoding; and the memory of the process at its peak (Linux alone).

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a bench prints, and stops where its own data is broken")]

use std::hint::black_box;
use std::path::{Path, PathBuf};

use catchment::{Metric, Profile, RoadNetwork};
use catchment_io::crs::Crs;
use catchment_io::plan::RoadsPlan;
use catchment_io::{Folder, read_roads};
use cpu_time::ProcessTime;

/// The CRS of all sizes, so that they do the same sums: equal-area, as the largest are too wide for a zone of UTM.
const CRS: &str = "+proj=laea +lat_0=35.5 +lon_0=14 +datum=WGS84 +units=m";

/// Decodes every blob and looks at every object once.
fn decode(file: &Path) -> usize {
    let mut objects = 0;
    let reader = osmpbf::ElementReader::from_path(file).expect("the file opens");
    reader.for_each(|_| objects += 1).expect("the extract is sound");
    objects
}

/// What one preparation took: seconds of reading and of building, nodes, bytes at the peak of either.
struct Prepared {
    read_s: f64,
    build_s: f64,
    nodes: usize,
    read_peak: u64,
    peak: u64,
}

fn prepare(file: &Path, crs: &Crs) -> Prepared {
    let profile = Profile::walk().expect("it ships with the crate");
    forget_peak();
    let start = ProcessTime::now();
    let folder = Folder(PathBuf::from("."));
    let prepared = read_roads(&folder, &RoadsPlan::new(file.to_string_lossy()), &profile, Some(crs)).expect("the extract is sound");
    let (read_s, read_peak) = (start.elapsed().as_secs_f64(), peak_bytes());
    let network = RoadNetwork::build(&prepared.roads, Metric::Time).expect("the roads are sound");
    let all_s = start.elapsed().as_secs_f64();
    Prepared { read_s, build_s: all_s - read_s, nodes: black_box(network).node_count(), read_peak, peak: peak_bytes() }
}

/// Asks Linux to count the peak anew.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most memory that the process had, bytes; 0 where the system does not say.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    1024 * kib.unwrap_or_default()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn report(file: &Path, crs: &Crs) {
    let megabytes = file.metadata().map_or(0, |facts| facts.len()) / 1_000_000;
    let pairs = (300 / megabytes.max(1)).clamp(3, 11);
    let runs: Vec<(f64, Prepared)> = (0..pairs)
        .map(|_| {
            let start = ProcessTime::now();
            black_box(decode(file));
            (start.elapsed().as_secs_f64(), prepare(file, crs))
        })
        .collect();
    let (_, first) = &runs[0];
    let nodes = first.nodes as f64;
    let of = |what: fn(&(f64, Prepared)) -> f64| median(runs.iter().map(what));
    println!(
        "{}: {} road nodes; decode {:.2} s, read {:.2} s, build {:.2} s: ratio {:.2} (reading alone {:.2}), {:.0} ns a road node; \
         peak {:.0} MB, {:.0} bytes a road node (reading alone {:.0}); medians of {pairs} pairs",
        file.display(),
        first.nodes,
        of(|run| run.0),
        of(|run| run.1.read_s),
        of(|run| run.1.build_s),
        of(|run| (run.1.read_s + run.1.build_s) / run.0),
        of(|run| run.1.read_s / run.0),
        of(|run| run.1.read_s + run.1.build_s) / nodes * 1e9,
        first.peak as f64 / 1e6,
        first.peak as f64 / nodes,
        first.read_peak as f64 / nodes,
    );
}

fn main() {
    let files: Vec<PathBuf> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).map(PathBuf::from).collect();
    if files.is_empty() {
        println!("skipped: name extracts after `--`; benches/scale/copies.py makes them");
    }
    let crs: Crs = CRS.parse().expect("a known CRS");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    for file in files {
        match std::path::absolute(&file) {
            Ok(file) if file.is_file() => pool.install(|| report(&file, &crs)),
            _ => println!("skipped: there is no {}", file.display()),
        }
    }
}
