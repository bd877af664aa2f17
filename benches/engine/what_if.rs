//! What if: one facility opens or closes, and all costs and totals are true again. CPU time of each change, and of taking it back.

use catchment::{Cost, Direction, FacilityId, Limit, Limits, Linkage, NodeId, People, Residents, WhatIf, ZoneId};

use crate::graphs::{Study, draw};
use crate::judge::{self, JudgeGraph};
use crate::report::{Bar, Seconds, Table, figure, timed};

/// Candidates that open one after the other, and the most facilities that close.
const CHANGES: usize = 2000;

/// The judge's coverage: of each node the number of open facilities within the bound.
struct Judged<'a> {
    study: &'a Study,
    graph: JudgeGraph,
    bound: u32,
    people: Vec<People>,
    near: Vec<u32>,
}

impl Judged<'_> {
    /// People of those in reach of a node whom exactly `others` open facilities reach.
    fn people(&self, node: NodeId, others: u32) -> People {
        let mut sum = People::ZERO;
        judge::bounded(&self.graph, self.study.hilbert.number[node.index()], self.bound, |node, _| {
            if self.near[node as usize] == others {
                sum += self.people[node as usize];
            }
        });
        sum
    }
}

/// Changes on top of each number of facilities.
pub(crate) fn measure(table: &mut Table, study: &Study, counts: &[usize], bound: u32) {
    let nodes: Vec<NodeId> = (0..study.network.node_count()).map(NodeId::at).collect();
    let homes = Linkage::at_nodes(&study.network, &nodes);
    let residents = Residents::new(&study.network, Direction::FromFacility, &homes, &study.people).expect("sound input");
    for &count in counts {
        let drawn = draw(count + CHANGES, &study.network);
        let (open, candidates) = drawn.split_at(count);
        change(table, study, &residents, open, candidates, bound);
    }
}

fn change(table: &mut Table, study: &Study, residents: &Residents<'_>, open: &[NodeId], candidates: &[NodeId], bound: u32) {
    let graph = judge::graph(&study.hilbert);
    let people = study.hilbert.by_number(study.people.iter().copied(), People::ZERO);
    let mut near = vec![0; people.len()];
    for start in study.hilbert.numbers(open) {
        judge::bounded(&graph, start, bound, |node, _| near[node as usize] += 1);
    }
    let covered: People = near.iter().zip(&people).filter(|(near, _)| **near > 0).map(|(_, people)| *people).sum();
    let judged = Judged { study, graph, bound, people, near };
    let zones = vec![Some(ZoneId(0)); study.people.len()];
    let limits = Limits::same(Limit { metric: study.network.metric(), cost: Cost(bound) });
    let linkage = Linkage::at_nodes(&study.network, open);
    let mut what_if = WhatIf::new(residents, &linkage, &zones, limits, Cost(bound)).expect("sound input");
    assert_eq!(what_if.covered_in_all(), covered, "petgraph and ours agree");
    let (mut opening, mut closing, mut undoing) = (Vec::new(), Vec::new(), Vec::new());
    let places = Linkage::at_nodes(&study.network, candidates);
    for (i, &node) in candidates.iter().enumerate() {
        let (time, change) = timed(|| what_if.open(places.snaps(i)));
        assert_eq!((change.gained, change.lost), (judged.people(node, 0), People::ZERO), "petgraph and ours agree");
        opening.push(time);
        undoing.push(timed(|| what_if.undo()).0);
    }
    for (i, &node) in open.iter().enumerate().take(CHANGES) {
        let (time, change) = timed(|| what_if.close(FacilityId::at(i)));
        assert_eq!((change.gained, change.lost), (People::ZERO, judged.people(node, 1)), "petgraph and ours agree");
        closing.push(time);
        undoing.push(timed(|| what_if.undo()).0);
    }
    assert_eq!(what_if.covered_in_all(), covered, "all changes are taken back");
    for (what, times) in [("opens", opening), ("closes", closing), ("is taken back", undoing)] {
        let question = format!("what if: one of {} facilities {what}, {}, {}", open.len(), study.name, study.limit(bound));
        rows(table, &question, times);
    }
}

/// The median against a tenth of a millisecond, and the worst against one.
fn rows(table: &mut Table, question: &str, times: Vec<Seconds>) {
    let mut ms: Vec<f64> = times.iter().map(|time| 1e3 * time.cpu).collect();
    ms.sort_by(f64::total_cmp);
    for (which, ms, most) in [("median", ms[ms.len() / 2], 0.1), ("worst", ms[ms.len() - 1], 1.0)] {
        let question = format!("{question}, {which} of {}", times.len());
        table.told(&question, &figure(ms), "the bar", &figure(most), ms / most, Bar::Over(Some(1.0)));
    }
}
