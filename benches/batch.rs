//! What a batch costs over its work: 100 shards of Liechtenstein by `batch run --jobs 2`, against as many `catchment run`, two at a time, each in
//! a process of its own with a plan of its own, without manifest, receipts or flushing to the disk.
//!
//! ```text
//! cargo bench -p catchment-cli --bench batch
//! ```
//!
//! Interleaved, three of each: the medians of clock and CPU time (of the processes waited for; Linux alone).

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a bench prints, and stops where its own data is broken")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

const PROGRAM: &str = env!("CARGO_BIN_EXE_catchment");
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/liechtenstein");
const SHARDS: usize = 100;
const ROUNDS: usize = 3;

fn main() {
    let desk = tempfile::tempdir().expect("room on the disk");
    let desk = desk.path();
    let plan = fs::read_to_string(format!("{DATA}/plan.toml")).expect("the plan of data/liechtenstein");
    for entry in fs::read_dir(DATA).expect("data/liechtenstein") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), desk.join(entry.file_name())).expect("room on the disk");
    }
    // limits of 5 min and 7 s, 14 s, …: no two shards are the same
    let limit = |shard: usize| format!("{}s", 300 + 7 * shard);
    let mut job = "[batch]\nid = \"bench\"\nplans = [\"plan.toml\"]\n[[axes]]\nname = \"limit\"\n".to_owned();
    for shard in 0..SHARDS {
        let _ = writeln!(job, "[[axes.values]]\nid = \"{0}\"\nset = {{ \"services.care-walk.limit\" = \"{0}\" }}", limit(shard));
        let own = plan.replace("limit      = \"15min\"", &format!("limit = \"{}\"", limit(shard)));
        assert_ne!(own, plan, "the plan has no such limit any more");
        fs::write(desk.join(format!("{shard}.toml")), own).expect("room on the disk");
    }
    fs::write(desk.join("job.toml"), job).expect("room on the disk");

    let (mut batches, mut runs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let out = format!("batch-{round}");
        run(desk, &["batch", "plan", "job.toml", "--out", &out]);
        batches.push(timed(|| run(desk, &["batch", "run", &out, "--jobs", "2", "--threads", "1", "--quiet"])));
        let out = format!("runs-{round}");
        runs.push(timed(|| two_at_a_time(desk, &out)));
        fs::remove_dir_all(desk.join(&out)).expect("what was written");
    }
    let ([clock, cpu], [own_clock, own_cpu]) = (medians(&batches), medians(&runs));
    println!("batch run --jobs 2, {SHARDS} shards: {clock:.2} s, {cpu:.2} s CPU");
    println!("{SHARDS} runs, two at a time: {own_clock:.2} s, {own_cpu:.2} s CPU");
    println!("the batch over the runs: {:.3} by the clock, {:.3} by CPU", clock / own_clock, cpu / own_cpu);
    let begun = Instant::now();
    run(desk, &["batch", "run", "batch-0", "--jobs", "2", "--quiet"]);
    println!("the batch again, nothing to do: {:.3} s", begun.elapsed().as_secs_f64());
}

fn two_at_a_time(desk: &Path, out: &str) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let shard = next.fetch_add(1, Ordering::Relaxed);
                    if shard >= SHARDS {
                        return;
                    }
                    run(desk, &["run", &format!("{shard}.toml"), "--threads", "1", "--quiet", "--out", &format!("{out}/{shard}")]);
                }
            });
        }
    });
}

fn run(desk: &Path, words: &[&str]) {
    let done = Command::new(PROGRAM).args(words).current_dir(desk).stdout(Stdio::null()).status().expect("the program");
    assert!(done.success(), "{words:?}: {done}");
}

/// Seconds by the clock, and of CPU in the processes that were waited for.
fn timed(work: impl FnOnce()) -> [f64; 2] {
    let (begun, before) = (Instant::now(), cpu_of_children());
    work();
    [begun.elapsed().as_secs_f64(), cpu_of_children() - before]
}

/// Seconds, from `/proc/self/stat`: hundredths, fields 16 and 17.
fn cpu_of_children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    (ticks(16) + ticks(17)) / 100.0
}

fn medians(times: &[[f64; 2]]) -> [f64; 2] {
    std::array::from_fn(|which| {
        let mut own: Vec<f64> = times.iter().map(|time| time[which]).collect();
        own.sort_by(f64::total_cmp);
        own[own.len() / 2]
    })
}
