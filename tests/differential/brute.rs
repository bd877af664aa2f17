//! Brute force: all pairs of nodes by Floyd (1962) and Warshall, then every pair of ways out of one edge and into another.

use catchment::*;

use crate::judge::share;

pub(crate) struct Brute<'n> {
    network: &'n RoadNetwork,
    direction: Direction,
    between: Vec<Vec<Option<u64>>>,
}

fn least(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    [a, b].into_iter().flatten().min()
}

impl<'n> Brute<'n> {
    pub(crate) fn new(network: &'n RoadNetwork, direction: Direction) -> Brute<'n> {
        let n = network.node_count();
        let mut between = vec![vec![None; n]; n];
        for (i, row) in between.iter_mut().enumerate() {
            row[i] = Some(0);
        }
        for e in network.edges() {
            let (tail, head) = (e.tail.index(), e.head.index());
            for (from, to, cost) in [(tail, head, e.forward), (head, tail, e.backward)] {
                between[from][to] = least(between[from][to], cost.is_reached().then_some(u64::from(cost.0)));
            }
        }
        for middle in 0..n {
            for from in 0..n {
                for to in 0..n {
                    let around = between[from][middle].zip(between[middle][to]).map(|(a, b)| a + b);
                    between[from][to] = least(between[from][to], around);
                }
            }
        }
        Brute { network, direction, between }
    }

    /// What it costs between a facility and a person.
    pub(crate) fn cost(&self, facility: &[Snap], person: &[Snap]) -> Option<u64> {
        let (travellers, goals) = match self.direction {
            Direction::ToFacility => (person, facility),
            Direction::FromFacility => (facility, person),
        };
        let pairs = travellers.iter().flat_map(|a| goals.iter().map(move |b| (a, b)));
        pairs.filter_map(|(a, b)| Some(self.way(a, b)? + u64::from(a.leg.0) + u64::from(b.leg.0))).min()
    }

    fn way(&self, a: &Snap, b: &Snap) -> Option<u64> {
        let (from, to) = (self.network.edge(a.edge), self.network.edge(b.edge));
        let out = [
            (from.tail, share(from.backward, a.offset_mm, from.length_mm)),
            (from.head, share(from.forward, from.length_mm - a.offset_mm, from.length_mm)),
        ];
        let into = [
            (to.tail, share(to.forward, b.offset_mm, to.length_mm)),
            (to.head, share(to.backward, to.length_mm - b.offset_mm, to.length_mm)),
        ];
        let mut best = None;
        for (leave, first) in out {
            for (enter, last) in into {
                let middle = self.between[leave.index()][enter.index()];
                let sum = first.zip(middle).zip(last).map(|((first, middle), last)| first + middle + last);
                best = least(best, sum);
            }
        }
        if a.edge == b.edge {
            let whole = if a.offset_mm <= b.offset_mm { from.forward } else { from.backward };
            best = least(best, share(whole, a.offset_mm.abs_diff(b.offset_mm), from.length_mm));
        }
        best
    }
}
