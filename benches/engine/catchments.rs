//! Catchments and coverage rows: one bounded search a facility.

use catchment::{Catchment, Cost, Direction, Linkage, NodeId, People, Residents, Sources};
use serde_json::json;

use crate::graphs::{Arrays, Order, Study, draw};
use crate::peers::{Dump, Peer, seconds, whole};
use crate::report::{Bar, Contender, Seconds, Table, figure, median, timed};
use crate::{judge, limits};

/// Rows that scipy is asked for: they are dense, so that its time is scaled from these.
const SAMPLE: usize = 64;
/// Bytes of dense rows up to which the allocator reuses memory: beyond, scipy's time is mostly the system's, who hands out empty pages.
const REUSED: usize = 1 << 25;

/// What is asked of one study, and the bars.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ask {
    pub(crate) facilities: usize,
    pub(crate) bound: u32,
    pub(crate) petgraph: Option<f64>,
    pub(crate) scipy: Option<f64>,
    pub(crate) replay: Option<f64>,
}

/// Facilities at drawn nodes, and everybody at their node.
pub(crate) struct Asked<'s> {
    study: &'s Study,
    facilities: Vec<NodeId>,
    linkage: Linkage,
    homes: Linkage,
    bound: u32,
}

impl<'s> Asked<'s> {
    pub(crate) fn new(study: &'s Study, facilities: usize, bound: u32) -> Asked<'s> {
        let facilities = draw(facilities, &study.network);
        let linkage = Linkage::at_nodes(&study.network, &facilities);
        let nodes: Vec<NodeId> = (0..study.network.node_count()).map(NodeId::at).collect();
        Asked { study, facilities, linkage, homes: Linkage::at_nodes(&study.network, &nodes), bound }
    }

    /// People by chain: made once, like the network.
    pub(crate) fn residents(&self) -> Residents<'_> {
        Residents::new(&self.study.network, Direction::FromFacility, &self.homes, &self.study.people).expect("sound input")
    }

    pub(crate) fn catchments(&self, residents: &Residents<'_>) -> (Seconds, Vec<Catchment>) {
        timed(|| {
            Sources::new(&self.study.network, &self.linkage, Direction::FromFacility)
                .expect("sound input")
                .catchments(Cost(self.bound), residents)
                .expect("sound input")
        })
    }

    /// Of each facility the number of points in its row, and the sum of their costs.
    fn rows(&self, residents: &Residents<'_>) -> (Seconds, Vec<(u64, u64)>) {
        timed(|| {
            let sources = Sources::new(&self.study.network, &self.linkage, Direction::FromFacility).expect("sound input");
            sources
                .coverage_rows(Cost(self.bound), residents, |_, row| {
                    (row.len() as u64, row.iter().map(|(_, cost)| u64::from(cost.0)).sum::<u64>())
                })
                .expect("sound input")
        })
    }

    /// The judge's answer for the first `count` facilities: people, points and the sum of costs.
    fn judged(&self, arrays: &Arrays, graph: &judge::JudgeGraph, people: &[People], count: usize) -> Vec<(People, u64, u64)> {
        let search = |start| {
            let mut sum = (People::ZERO, 0, 0);
            judge::bounded(graph, start, self.bound, |node, cost| {
                sum.0 += people[node as usize];
                sum.1 += 1;
                sum.2 += u64::from(cost);
            });
            sum
        };
        arrays.numbers(&self.facilities)[..count].iter().map(|&start| search(start)).collect()
    }

    fn question(&self, what: &str) -> String {
        format!("{what}, {}, {} facilities, {}", self.study.name, self.facilities.len(), self.study.limit(self.bound))
    }
}

/// People of each facility: ours against the hand-bounded petgraph search, a replay of the settled lists and, with `peers`, scipy.
pub(crate) fn compete(table: &mut Table, study: &Study, ask: Ask, peers: bool) {
    let asked = Asked::new(study, ask.facilities, ask.bound);
    let residents = asked.residents();
    let truth = asked.catchments(&residents).1;
    let entries: u64 = truth.iter().map(|catchment| catchment.points as u64).sum();
    let mut others = vec![replay(&asked, ask.replay, entries)];
    for arrays in [&study.as_read, &study.hilbert] {
        let graph = judge::graph(arrays);
        let people = arrays.by_number(study.people.iter().copied(), People::ZERO);
        let (asked, truth) = (&asked, &truth);
        others.push(Contender::new(format!("petgraph, bounded by hand, {}", arrays.order), Bar::Peer(ask.petgraph), move || {
            let (time, found) = timed(|| asked.judged(arrays, &graph, &people, truth.len()));
            for (ours, theirs) in truth.iter().zip(found) {
                assert_eq!((ours.people, ours.points as u64), (theirs.0, theirs.1), "petgraph and ours agree");
            }
            time
        }));
        if peers {
            let sample = SAMPLE.min(truth.len());
            let people: u64 = truth[..sample].iter().map(|catchment| catchment.people.0).sum();
            others.push(scipy(asked, arrays, ask.scipy, sample, move |found| {
                assert_eq!(whole(found, "people") * People::PER_PERSON, people, "scipy and ours agree");
            }));
        }
    }
    let us = || {
        let (time, found) = asked.catchments(&residents);
        assert_eq!(found, truth, "the same answer every time");
        time
    };
    let time = table.compete(&asked.question("catchments"), 3, us, others);
    let each = entries as f64 / truth.len() as f64;
    eprintln!("  {each:.0} nodes each, {} ns a settled node", figure(1e9 * time.cpu / entries as f64));
}

/// Settled lists from the judge, facilities along the Hilbert curve.
fn replay<'a>(asked: &Asked<'a>, bar: Option<f64>, entries: u64) -> Contender<'a> {
    let arrays = &asked.study.hilbert;
    let graph = judge::graph(arrays);
    let mut starts = arrays.numbers(&asked.facilities);
    starts.sort_unstable();
    let list = |start| {
        let mut list = Vec::new();
        judge::bounded(&graph, start, asked.bound, |node, _| list.push(node));
        list
    };
    let lists: Vec<Vec<u32>> = starts.into_iter().map(list).collect();
    assert_eq!(lists.iter().map(|list| list.len() as u64).sum::<u64>(), entries, "as many settled nodes as points");
    let costs = vec![1; arrays.nodes()];
    Contender::new("replay of the settled lists", Bar::Over(bar), move || timed(|| limits::replay(arrays, &lists, &costs)).0)
}

/// scipy's dense rows of the first `sample` facilities, scaled to all: in one call, as its user would, on nodes as read; or at its best, on
/// nodes in Hilbert order and in batches that fit into memory used before.
fn scipy<'a>(
    asked: &Asked<'_>,
    arrays: &Arrays,
    bar: Option<f64>,
    sample: usize,
    check: impl Fn(&serde_json::Value) + 'a,
) -> Contender<'a> {
    let mut scipy = Peer::start("engine_scipy.py", Dump::new(asked.study, arrays, &asked.facilities));
    let (bound, scale) = (asked.bound, asked.facilities.len() as f64 / sample as f64);
    let fits = (REUSED / (8 * arrays.nodes())).clamp(1, sample);
    let (batch, how) = if arrays.order == Order::AsRead { (sample, "in one call".to_owned()) } else { (fits, format!("by {fits}")) };
    let name = format!("scipy, {sample} bounded rows {how}, scaled, {}", arrays.order);
    Contender::new(name, Bar::Peer(bar), move || {
        let found = scipy.ask(&json!({"question": "rows", "bound": bound, "sample": sample, "batch": batch}));
        check(&found);
        seconds(&found).times(scale)
    })
}

/// Coverage rows for ever more facilities: against scipy's bounded rows, and the time for each entry.
pub(crate) fn rows(table: &mut Table, study: &Study, counts: &[usize], bound: u32, peers: bool) {
    let (mut least, mut most) = (f64::INFINITY, 0.0f64);
    for &count in counts {
        let asked = Asked::new(study, count, bound);
        let residents = asked.residents();
        let truth = asked.rows(&residents).1;
        let sample = SAMPLE.min(truth.len());
        let arrays = &study.as_read;
        let people = arrays.by_number(study.people.iter().copied(), People::ZERO);
        let judged = asked.judged(arrays, &judge::graph(arrays), &people, count.min(2000));
        assert!(judged.iter().zip(&truth).all(|(theirs, ours)| (theirs.1, theirs.2) == *ours), "petgraph and ours agree");
        let mut others = Vec::new();
        let (points, sum) = truth[..sample].iter().fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
        for arrays in [&study.as_read, &study.hilbert].into_iter().filter(|_| peers) {
            others.push(scipy(&asked, arrays, Some(40.0), sample, move |found| {
                assert_eq!((whole(found, "reached"), whole(found, "sum")), (points, sum), "scipy and ours agree");
            }));
        }
        let mut times = Vec::new();
        let us = || {
            let (time, found) = asked.rows(&residents);
            assert_eq!(found, truth, "the same answer every time");
            times.push(time.cpu);
            time
        };
        table.compete(&asked.question("coverage rows"), 3, us, others);
        let entries: u64 = truth.iter().map(|row| row.0).sum();
        let ns = 1e9 * median(times) / entries as f64;
        eprintln!("  {count} facilities: {entries} entries, {} ns each", figure(ns));
        (least, most) = (least.min(ns), most.max(ns));
    }
    let ns = |value| format!("{} ns an entry", figure(value));
    let question = format!("coverage rows, {} to {} facilities", counts[0], counts[counts.len() - 1]);
    table.told(&question, &ns(most), "ours, the least of them", &ns(least), most / least, Bar::Over(Some(1.3)));
}
