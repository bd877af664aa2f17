//! Nearest facility: what it costs at every node, in one sweep from all facilities.

use catchment::{Cost, Direction, Linkage, NodeId, RoadNetwork, SearchSpace, Sources};
use serde_json::json;

use crate::generate::{Kind, roads};
use crate::graphs::{SEED, Study, draw, network, short};
use crate::peers::{Dump, Peer, seconds, whole};
use crate::report::{Bar, Contender, Seconds, Table, figure, median, timed};
use crate::{judge, limits};

/// What is asked of one study, and the bars.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ask {
    pub(crate) facilities: usize,
    pub(crate) bound: Option<u32>,
    pub(crate) petgraph: Option<f64>,
    pub(crate) scipy: Option<f64>,
    pub(crate) pass: Option<f64>,
}

/// How many nodes are reached, and the sum of their costs: what all contenders must agree on.
pub(crate) type Answer = (u64, u64);

/// Our search with the costs of all nodes read out, sources included; nodes that are not reached within the bound cost `u32::MAX`.
pub(crate) fn ours(network: &RoadNetwork, linkage: &Linkage, bound: Option<u32>, space: &mut SearchSpace, costs: &mut [u32]) -> Seconds {
    let (time, ()) = timed(|| {
        let sources = Sources::new(network, linkage, Direction::FromFacility).expect("sound input");
        let nearest = sources.nearest_facility_within(bound.map_or(Cost::UNREACHED, Cost), space);
        for (node, cost) in costs.iter_mut().enumerate() {
            *cost = nearest.node(NodeId::at(node)).cost.0;
        }
    });
    time
}

fn answer(costs: impl IntoIterator<Item = u32>, most: u32) -> Answer {
    let reached = costs.into_iter().filter(|&cost| cost <= most);
    reached.fold((0, 0), |(count, sum), cost| (count + 1, sum + u64::from(cost)))
}

/// Ours against petgraph, one pass over all arcs and, with `peers`, scipy.
pub(crate) fn compete(table: &mut Table, study: &Study, ask: Ask, peers: bool) {
    let most = ask.bound.unwrap_or(u32::MAX - 1);
    let facilities = draw(ask.facilities, &study.network);
    let linkage = Linkage::at_nodes(&study.network, &facilities);
    let (mut space, mut costs) = (SearchSpace::default(), vec![0; study.network.node_count()]);
    ours(&study.network, &linkage, ask.bound, &mut space, &mut costs);
    let truth = answer(costs.iter().copied(), u32::MAX - 1);
    let known = study.hilbert.by_number(costs.iter().copied(), u32::MAX);
    let mut others = vec![Contender::new("one pass over all arcs", Bar::Over(ask.pass), || {
        let (time, shorter) = timed(|| limits::sweep(&study.hilbert, &known, most));
        assert_eq!(shorter, 0, "no arc shortens a way");
        time
    })];
    for arrays in [&study.as_read, &study.hilbert] {
        let mut graph = judge::graph(arrays);
        let source = judge::add_super_source(&mut graph, &arrays.numbers(&facilities));
        others.push(Contender::new(format!("petgraph `dijkstra`, super-source, {}", arrays.order), Bar::Peer(ask.petgraph), move || {
            let (time, found) = timed(|| judge::nearest(&graph, source));
            let reached = found.into_iter().filter(|(node, _)| *node != source).map(|(_, cost)| cost);
            assert_eq!(answer(reached, most), truth, "petgraph and ours agree");
            time
        }));
        if peers {
            let mut scipy = Peer::start("engine_scipy.py", Dump::new(study, arrays, &facilities));
            others.push(Contender::new(format!("scipy `dijkstra(min_only)`, {}", arrays.order), Bar::Peer(ask.scipy), move || {
                let found = scipy.ask(&json!({"question": "nearest", "bound": ask.bound}));
                assert_eq!((whole(&found, "reached"), whole(&found, "sum")), truth, "scipy and ours agree");
                seconds(&found)
            }));
        }
    }
    let us = || ours(&study.network, &linkage, ask.bound, &mut space, &mut costs);
    let time = table.compete(&question(study, ask.facilities, ask.bound), 3, us, others);
    assert_eq!(answer(costs.iter().copied(), u32::MAX - 1), truth, "the same answer every time");
    eprintln!("  {} ns a node", figure(1e9 * time.cpu / costs.len() as f64));
}

fn question(study: &Study, facilities: usize, bound: Option<u32>) -> String {
    let bound = bound.map_or("unbounded".to_owned(), |bound| study.limit(bound));
    format!("nearest facility, {}, {facilities} facilities, {bound}", study.name)
}

/// pandana on 100,000 nodes: its facilities set and asked, its hierarchy built before.
pub(crate) fn pandana(table: &mut Table, study: &Study, facilities: usize, bound: u32) {
    let nodes = draw(facilities, &study.network);
    let linkage = Linkage::at_nodes(&study.network, &nodes);
    let (mut space, mut costs) = (SearchSpace::default(), vec![0; study.network.node_count()]);
    ours(&study.network, &linkage, Some(bound), &mut space, &mut costs);
    let truth = answer(costs.iter().copied(), bound);
    let mut pandana = Peer::start("engine_pandana.py", Dump::new(study, &study.as_read, &nodes));
    let theirs = Contender::new("pandana `set_pois`, `nearest_pois`", Bar::Peer(Some(100.0)), || {
        let found = pandana.ask(&json!({"question": "nearest", "bound": bound}));
        assert_eq!((whole(&found, "reached"), whole(&found, "sum")), truth, "pandana and ours agree");
        seconds(&found)
    });
    let us = || ours(&study.network, &linkage, Some(bound), &mut space, &mut costs);
    table.compete(&question(study, facilities, Some(bound)), 3, us, vec![theirs]);
}

/// Nanoseconds a node from 1 M nodes up, one facility to 2,000 nodes, and the peak of memory.
pub(crate) fn growth(table: &mut Table, max_nodes: usize) {
    let asked = |nodes: usize| {
        let network = network(&short(nodes), &roads(nodes, Kind::Walked, SEED), catchment::Metric::Distance);
        let linkage = Linkage::at_nodes(&network, &draw(nodes / 2000, &network));
        (network, linkage)
    };
    let run = |(network, linkage): &(RoadNetwork, Linkage), space: &mut SearchSpace, costs: &mut Vec<u32>| {
        costs.resize(network.node_count(), 0);
        ours(network, linkage, None, space, costs).cpu * 1e9 / network.node_count() as f64
    };
    let small = asked(1_000_000);
    let (mut space, mut costs) = ([SearchSpace::default(), SearchSpace::default()], [Vec::new(), Vec::new()]);
    for nodes in [10_000_000, 50_000_000] {
        let question = format!("growth of nearest facility, {} over 1M", short(nodes));
        if nodes > max_nodes {
            table.left_out(&question, "not run: --max-nodes");
            continue;
        }
        let big = asked(nodes);
        let mut pairs = Vec::new();
        for round in 0..4 {
            let pair = [run(&small, &mut space[0], &mut costs[0]), run(&big, &mut space[1], &mut costs[1])];
            if round > 0 {
                pairs.push(pair);
            }
        }
        let of = |i: usize| format!("{} ns a node", figure(median(pairs.iter().map(|pair| pair[i]).collect())));
        let ratio = median(pairs.iter().map(|[small, big]| big / small).collect());
        let bar = if nodes == 50_000_000 { Bar::Over(Some(1.6)) } else { Bar::Over(None) };
        table.told(&question, &of(1), "ours at 1M", &of(0), ratio, bar);
        peak(table, nodes);
    }
}

/// The greatest memory of this process so far: generating, building and searching.
fn peak(table: &mut Table, nodes: usize) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    let question = format!("peak memory, {} generated, built and searched", short(nodes));
    match kib {
        Some(kib) => {
            let gb = kib * 1024.0 / 1e9;
            let bar = if nodes == 50_000_000 { Bar::Over(Some(1.0)) } else { Bar::Over(None) };
            table.told(&question, &format!("{} GB", figure(gb)), "8 GB", "", gb / 8.0, bar);
        }
        None => table.left_out(&question, "not proven: no /proc/self/status here"),
    }
}
