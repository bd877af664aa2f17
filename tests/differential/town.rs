//! Random towns: one-ways, parallel edges, loops, edges of no length, several pieces; clinics and people inside edges and at nodes.

use catchment::*;

use crate::common::at;
use crate::common::random::Random;

/// Speeds that divide exactly: a cost in ms is `length × over.0 / over.1`, rounded half up.
const SPEEDS: [(f64, (u64, u64)); 4] = [(0.5, (2, 1)), (1.0, (1, 1)), (2.0, (1, 2)), (4.0, (1, 4))];

pub(crate) struct Town {
    pub(crate) roads: Roads,
    pub(crate) network: RoadNetwork,
    facilities: Vec<geo::Coord<f64>>,
    people: Vec<geo::Coord<f64>>,
    min_component: u32,
}

/// Both ends (as bits, the lesser place first), length, cost there and back.
type EdgeKey = ([u64; 2], [u64; 2], u32, Option<u64>, Option<u64>);

fn key(a: geo::Coord<f64>, b: geo::Coord<f64>, length_mm: u32, there: Option<u64>, back: Option<u64>) -> EdgeKey {
    let bits = |c: geo::Coord<f64>| [c.x.to_bits(), c.y.to_bits()];
    if bits(a) <= bits(b) { (bits(a), bits(b), length_mm, there, back) } else { (bits(b), bits(a), length_mm, back, there) }
}

impl Town {
    pub(crate) fn new(seed: u64) -> Town {
        Town::of_size(seed, 30)
    }

    /// A town whose streets wind: each is a row of up to ten straight pieces, so that most nodes are bends.
    pub(crate) fn winding(seed: u64) -> Town {
        let mut random = Random::new(seed ^ 0x77);
        let town = Town::of_size(seed, 12);
        let mut roads = Roads { nodes: town.roads.nodes.clone(), ..Roads::default() };
        for street in &town.roads.segments {
            let pieces = 1 + random.below(10) as u32;
            let [a, b] = [street.from, street.to].map(|n| town.roads.nodes[n as usize]);
            let mut from = street.from;
            for piece in 1..=pieces {
                let along = f64::from(piece) / f64::from(pieces);
                let mut to = street.to;
                if piece < pieces {
                    to = roads.nodes.len() as u32;
                    let off = random.between(-20.0, 20.0);
                    roads.nodes.push(at(a.x + along * (b.x - a.x) + off, a.y + along * (b.y - a.y) + off));
                }
                // now and then a piece is shut one way that the street is not
                let backward_m_s = street.backward_m_s.filter(|_| !random.one_in(20));
                let length_mm = street.length_mm / pieces + random.below(3) as u32;
                // and drawn the other way round
                roads.segments.push(match random.below(2) {
                    0 => RoadSegment { from, to, length_mm, backward_m_s, ..*street },
                    _ => RoadSegment {
                        from: to,
                        to: from,
                        length_mm,
                        forward_m_s: backward_m_s,
                        backward_m_s: street.forward_m_s,
                        ..*street
                    },
                });
                from = to;
            }
        }
        let network = RoadNetwork::build(&roads, town.network.metric()).unwrap();
        let [facilities, people] = [4, 40].map(|count| (0..count).map(|_| place(&mut random, &roads)).collect());
        Town { roads, network, facilities, people, min_component: town.min_component }
    }

    /// A town of up to `most` nodes: by time where `seed` is odd; on a lattice, where ties abound, in two of four.
    pub(crate) fn of_size(seed: u64, most: usize) -> Town {
        let mut random = Random::new(seed);
        let count = 2 + random.below(most - 1);
        let lattice = seed % 4 < 2;
        let mut roads = Roads::default();
        while roads.nodes.len() < count {
            let mut coordinate = || if lattice { 100.0 * random.below(8) as f64 } else { random.between(0.0, 800.0) };
            let place = at(coordinate(), coordinate());
            if !roads.nodes.contains(&place) {
                roads.nodes.push(place);
            }
        }
        for _ in 0..count + random.below(count) {
            let segment = segment(&mut random, &roads);
            roads.segments.push(segment);
        }
        let metric = if seed % 2 == 1 { Metric::Time } else { Metric::Distance };
        let network = RoadNetwork::build(&roads, metric).unwrap();
        let facilities = (0..1 + random.below(5)).map(|_| place(&mut random, &roads)).collect::<Vec<_>>();
        let mut people: Vec<_> = (0..20).map(|_| place(&mut random, &roads)).collect();
        // some live at a clinic
        people.extend(&facilities);
        Town { roads, network, facilities, people, min_component: [1, 1, 3][seed as usize % 3] }
    }

    pub(crate) fn grid(&self) -> EdgeGrid<'_> {
        EdgeGrid::new(&self.network, LinkRules { snap_m: 200.0, access_speed_m_s: 1.0, min_component: self.min_component }).unwrap()
    }

    /// Where people and clinics are.
    pub(crate) fn places(&self) -> impl Iterator<Item = geo::Coord<f64>> {
        self.facilities.iter().chain(&self.people).copied()
    }

    pub(crate) fn linkages(&self) -> (Linkage, Linkage) {
        let grid = self.grid();
        (Linkage::new(&grid, &self.facilities), Linkage::new(&grid, &self.people))
    }

    pub(crate) fn edges_of_network(&self) -> Vec<EdgeKey> {
        let cost = |c: Cost| c.is_reached().then_some(u64::from(c.0));
        let edge =
            |e: &Edge| key(self.network.location(e.tail), self.network.location(e.head), e.length_mm, cost(e.forward), cost(e.backward));
        let mut edges: Vec<_> = self.network.edges().iter().map(edge).collect();
        edges.sort_unstable();
        edges
    }

    pub(crate) fn edges_of_segments(&self) -> Vec<EdgeKey> {
        let cost = |speed: Option<f64>, s: &RoadSegment| {
            let (over, under) = SPEEDS.iter().find(|(known, _)| Some(*known) == speed)?.1;
            Some(match self.network.metric() {
                Metric::Distance => u64::from(s.length_mm),
                Metric::Time => (2 * u64::from(s.length_mm) * over + under) / (2 * under) + u64::from(s.delay_ms),
            })
        };
        let edge = |s: &RoadSegment| {
            let [a, b] = [s.from, s.to].map(|n| self.roads.nodes[n as usize]);
            key(a, b, s.length_mm, cost(s.forward_m_s, s), cost(s.backward_m_s, s))
        };
        let open = self.roads.segments.iter().filter(|s| s.forward_m_s.is_some() || s.backward_m_s.is_some());
        let mut edges: Vec<_> = open.map(edge).collect();
        edges.sort_unstable();
        edges
    }
}

fn segment(random: &mut Random, roads: &Roads) -> RoadSegment {
    let count = roads.nodes.len();
    let (mut from, mut to) = (random.below(count), random.below(count));
    match random.below(8) {
        0 => to = from,
        1 if !roads.segments.is_empty() => {
            let other = roads.segments[random.below(roads.segments.len())];
            (from, to) = (other.to as usize, other.from as usize);
        }
        _ => {}
    }
    let (a, b) = (roads.nodes[from], roads.nodes[to]);
    let straight = (a.x - b.x).hypot(a.y - b.y);
    let length_mm = match random.below(10) {
        0 => 0,
        1 => random.below(5) as u32,
        2 => ((straight + 10.0) * random.between(1000.0, 1300.0)) as u32,
        _ => (straight * 1000.0).round() as u32,
    };
    let (there, back) = (SPEEDS[random.below(4)].0, SPEEDS[random.below(4)].0);
    let (forward_m_s, backward_m_s) = match random.below(5) {
        0 => (Some(there), None),
        1 => (None, Some(back)),
        _ => (Some(there), Some(back)),
    };
    let delay_ms = if random.one_in(4) { 7500 } else { 0 };
    RoadSegment { from: from as u32, to: to as u32, length_mm, forward_m_s, backward_m_s, delay_ms }
}

/// On a segment, at one of its ends, beside it, or anywhere.
fn place(random: &mut Random, roads: &Roads) -> geo::Coord<f64> {
    if random.one_in(8) {
        return at(random.between(-100.0, 900.0), random.between(-100.0, 900.0));
    }
    let s = roads.segments[random.below(roads.segments.len())];
    let [a, b] = [s.from, s.to].map(|n| roads.nodes[n as usize]);
    let along = [0.0, 0.5, 1.0, random.between(0.0, 1.0)][random.below(4)];
    let off = [0.0, random.between(-10.0, 10.0)][random.below(2)];
    at(a.x + along * (b.x - a.x) + off, a.y + along * (b.y - a.y) - off)
}
