//! The engine against its peers and against what the machine allows: one table of ratios.
//!
//! ```text
//! cargo bench -p catchment-io --bench engine                       # 1 M nodes at most, no Python: a few minutes
//! cargo bench -p catchment-io --bench engine -- nearest linking    # some questions alone
//! cargo xtask bench-peers                                          # with scipy and pandana, and the machine's name
//! cargo xtask bench-peers --max-nodes 50000000                     # everything; run on 24 GB
//! ```
//!
//! Everybody searches the same arcs in the same order of nodes, in turns, on one thread; times are medians of rounds, CPU and clock, and
//! ratios medians of the rounds' ratios. Each answer is checked against ours: a fast wrong answer stops the bench. Not counted: building
//! indexes and graphs, and tying points to them. Counted for us: [`catchment::Sources`], and reading out the cost of every node.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench prints, and stops where its own data is broken"
)]

#[path = "engine/catchments.rs"]
mod catchments;
#[path = "engine/directed.rs"]
mod directed;
#[path = "engine/gaps.rs"]
mod gaps;
mod generate;
#[path = "engine/graphs.rs"]
mod graphs;
#[path = "engine/judge.rs"]
mod judge;
#[path = "engine/limits.rs"]
mod limits;
#[path = "engine/linking.rs"]
mod linking;
#[path = "engine/nearest.rs"]
mod nearest;
#[path = "engine/peers.rs"]
mod peers;
#[path = "engine/report.rs"]
mod report;
#[path = "engine/threads.rs"]
mod threads;
#[path = "engine/what_if.rs"]
mod what_if;

use generate::Kind;
use graphs::Study;
use report::Table;

const QUESTIONS: [&str; 9] = ["growth", "nearest", "catchments", "rows", "what-if", "directed", "threads", "pandana", "linking"];
/// Bounds in millimetres: 1.25 km and 3.5 km.
const NEAR: u32 = 1_250_000;
const FAR: u32 = 3_500_000;
/// A drive, in milliseconds, that reaches about as many nodes as 1.25 km on foot.
const DRIVE: u32 = 130_000;

/// What the command line asks for.
struct Wanted {
    questions: Vec<String>,
    max_nodes: usize,
    peers: bool,
}

impl Wanted {
    fn read() -> Wanted {
        let mut wanted = Wanted { questions: Vec::new(), max_nodes: 1_000_000, peers: false };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--bench" => {}
                "--peers" => wanted.peers = true,
                "--max-nodes" => wanted.max_nodes = words.next().and_then(|n| n.parse().ok()).expect("a number after --max-nodes"),
                question => {
                    assert!(QUESTIONS.contains(&question), "no such question: {question}; there are {}", QUESTIONS.join(", "));
                    wanted.questions.push(question.to_owned());
                }
            }
        }
        wanted
    }

    fn asks(&self, question: &str) -> bool {
        self.questions.is_empty() || self.questions.iter().any(|asked| asked == question)
    }
}

fn main() {
    let wanted = Wanted::read();
    let mut table = Table::default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    pool.install(|| ask(&wanted, &mut table));
    table.print();
}

fn ask(wanted: &Wanted, table: &mut Table) {
    // first, so that the peak of memory is its own
    if wanted.asks("growth") {
        nearest::growth(table, wanted.max_nodes);
    }
    let million = Study::generated(1_000_000, Kind::Walked);
    let real: Vec<Study> = ["Malta", "Porto"].into_iter().filter_map(Study::real).collect();
    let porto = real.iter().find(|study| study.name == "Porto");
    if porto.is_none() {
        table.left_out("Porto", "skipped: no extract");
    }
    if wanted.asks("nearest") {
        nearest_facility(wanted, table, &million, &real);
    }
    if wanted.asks("catchments") {
        use catchments::{Ask, compete};
        let near = Ask { facilities: 2000, bound: NEAR, petgraph: Some(5.0), scipy: Some(40.0), replay: Some(3.5) };
        compete(table, &million, near, wanted.peers);
        for study in &real {
            let bars = if study.name == "Porto" { near } else { Ask { bound: NEAR, ..Ask::default() } };
            compete(table, study, Ask { facilities: 500, ..bars }, wanted.peers);
        }
        compete(table, &million, Ask { facilities: 500, bound: FAR, scipy: Some(120.0), replay: None, ..near }, wanted.peers);
    }
    if wanted.asks("rows") {
        catchments::rows(table, &million, &[500, 5000, 50_000], NEAR, wanted.peers);
    }
    if wanted.asks("what-if") {
        what_if::measure(table, &million, &[100, 1000], NEAR);
        gaps::measure(table);
    }
    if wanted.asks("directed") {
        let driven = Study::generated(1_000_000, Kind::Driven);
        nearest::compete(table, &driven, nearest::Ask { facilities: 500, ..Default::default() }, wanted.peers);
        let ask = catchments::Ask { facilities: 2000, bound: DRIVE, ..Default::default() };
        catchments::compete(table, &driven, ask, wanted.peers);
        directed::compete(table, (&million, NEAR), (&driven, DRIVE));
        directed::with_turns(table);
    }
    if wanted.asks("threads") {
        threads::compete(table, &million, NEAR);
    }
    if wanted.asks("pandana") {
        match wanted.peers {
            true => nearest::pandana(table, &Study::generated(100_000, Kind::Walked), 500, NEAR),
            false => table.left_out("nearest facility, 100k, against pandana", "not run: --peers"),
        }
    }
    if wanted.asks("linking") {
        for study in std::iter::once(&million).chain(&real) {
            linking::compete(table, study, 1_000_000);
        }
    }
}

fn nearest_facility(wanted: &Wanted, table: &mut Table, million: &Study, real: &[Study]) {
    use nearest::{Ask, compete};
    compete(table, million, Ask { facilities: 500, ..Ask::default() }, wanted.peers);
    let near = Ask { facilities: 2000, bound: Some(NEAR), petgraph: Some(15.0), scipy: Some(8.0), pass: None };
    compete(table, million, near, wanted.peers);
    for study in real {
        compete(table, study, Ask { facilities: 200, ..Ask::default() }, wanted.peers);
    }
    if wanted.max_nodes >= 10_000_000 {
        let ask = Ask { facilities: 5000, bound: None, petgraph: Some(20.0), scipy: Some(12.0), pass: Some(8.0) };
        compete(table, &Study::generated(10_000_000, Kind::Walked), ask, wanted.peers);
    } else {
        table.left_out("nearest facility, 10M, 5000 facilities, unbounded", "not run: --max-nodes");
    }
}
