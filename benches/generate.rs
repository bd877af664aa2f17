//! Road networks in the likeness of real ones, seeded, in any size: the same numbers give the same roads on every machine.
//!
//! A lattice of crossings, 92 m apart and shifted at random, with 72 of 100 streets between neighbours. What is left out makes dead
//! ends, bends, blocks of all shapes and a few islands. Streets have bends of their own; some crossings have a loop street, some
//! neighbours two streets side by side. As in PERFORMANCE.md, the average degree is 2.38 and 68 % of nodes lie within a street.
//!
//! Nothing is kept but the roads themselves: streets are drawn from hashes of their place, once to count and once to write.

use std::f64::consts::{PI, TAU};

use catchment::geo::Coord;
use catchment::{RoadSegment, Roads};

/// Metres between crossings of the lattice.
const SPACING_M: f64 = 92.0;
/// Share of the streets of the full lattice that are there.
const KEPT: f64 = 0.72;
/// Nodes of the network for each crossing of the lattice.
const NODES_PER_CROSSING: f64 = 2.36;
/// Shares of streets with no bend, one, two, three and four.
const BENDS: [f64; 5] = [0.445, 0.30, 0.15, 0.07, 0.035];
/// Shares of crossings with a loop street, and of streets with a twin.
const LOOPS: f64 = 0.004;
const TWINS: f64 = 0.004;
/// Share of one-way streets among driven ones.
const ONE_WAY: f64 = 0.12;
const WALK_M_S: f64 = 1.2;

/// Who uses the roads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Walkers: all streets both ways, one speed.
    Walked,
    /// Drivers: 12 % one-way streets, and five classes of speed, from 30 km/h in side streets to 100 km/h on every 64th line.
    Driven,
}

/// What a network looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    pub(crate) nodes: usize,
    pub(crate) arcs: usize,
    pub(crate) degree_2: usize,
}

struct Lattice {
    side: u32,
    kind: Kind,
    seed: u64,
}

/// A street between two crossings (the same one for a loop).
struct Street {
    from: u32,
    to: u32,
    bends: u32,
    /// How far its middle lies beside the straight line, metres.
    bow_m: f64,
    /// The rank of its line in the lattice: every 64th, every 16th, every 4th, others.
    line: u32,
    hash: u64,
}

/// Roads of about `nodes` nodes.
pub(crate) fn roads(nodes: usize, kind: Kind, seed: u64) -> Roads {
    let side = (nodes as f64 / NODES_PER_CROSSING).sqrt().round().max(2.0) as u32;
    let lattice = Lattice { side, kind, seed };
    let crossings = side * side;
    let (mut bends, mut pieces) = (0, 0);
    lattice.for_each_street(|street| {
        bends += street.bends as usize;
        pieces += street.bends as usize + 1;
    });
    let mut places = Vec::with_capacity(crossings as usize + bends);
    places.extend((0..crossings).map(|crossing| lattice.place(crossing)));
    let mut segments = Vec::with_capacity(pieces);
    lattice.for_each_street(|street| lattice.draw(&street, &mut places, &mut segments));
    Roads { nodes: places, segments, cut_ends: Vec::new() }
}

/// Counts nodes, open directions and nodes of degree 2.
pub(crate) fn facts(roads: &Roads) -> Facts {
    let mut degree = vec![0u8; roads.nodes.len()];
    let mut arcs = 0;
    for segment in &roads.segments {
        for end in [segment.from, segment.to] {
            degree[end as usize] = degree[end as usize].saturating_add(1);
        }
        arcs += usize::from(segment.forward_m_s.is_some()) + usize::from(segment.backward_m_s.is_some());
    }
    let count = |wanted: fn(u8) -> bool| degree.iter().filter(|&&d| wanted(d)).count();
    Facts { nodes: count(|d| d > 0), arcs, degree_2: count(|d| d == 2) }
}

impl std::fmt::Display for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = |count: usize| 100.0 * count as f64 / self.nodes as f64;
        write!(
            f,
            "{} nodes, {} arcs ({:.3} a node), degree 2: {:.1} %, junctions and ends: {} ({:.1} %)",
            self.nodes,
            self.arcs,
            self.arcs as f64 / self.nodes as f64,
            share(self.degree_2),
            self.nodes - self.degree_2,
            share(self.nodes - self.degree_2),
        )
    }
}

impl Lattice {
    fn for_each_street(&self, mut visit: impl FnMut(Street)) {
        for row in 0..self.side {
            for column in 0..self.side {
                let from = row * self.side + column;
                let hash = |which: u64| mix(self.seed ^ mix(4 * u64::from(from) + which));
                if column + 1 < self.side {
                    self.between(from, from + 1, row, hash(0), &mut visit);
                }
                if row + 1 < self.side {
                    self.between(from, from + self.side, column, hash(1), &mut visit);
                }
                let hash = hash(2);
                if share(hash, 0) < LOOPS {
                    let bends = [0, 3, 3, 4][(mix(hash) % 4) as usize];
                    visit(Street { from, to: from, bends, bow_m: 25.0, line: 1, hash });
                }
            }
        }
    }

    /// The street between two neighbours, if there is one, and its twin.
    fn between(&self, from: u32, to: u32, line: u32, hash: u64, visit: &mut impl FnMut(Street)) {
        if share(hash, 0) >= KEPT {
            return;
        }
        visit(Street { from, to, bends: bends(share(hash, 1)), bow_m: 0.0, line, hash });
        if share(hash, 2) < TWINS {
            let hash = mix(hash);
            visit(Street { from, to, bends: bends(share(hash, 1)), bow_m: 15.0, line, hash });
        }
    }

    fn place(&self, crossing: u32) -> Coord<f64> {
        let hash = mix(self.seed ^ mix(4 * u64::from(crossing) + 3));
        let shift = |part| 0.5 * (share(hash, part) - 0.5);
        let (row, column) = (f64::from(crossing / self.side), f64::from(crossing % self.side));
        Coord { x: SPACING_M * (column + shift(0)), y: SPACING_M * (row + shift(1)) }
    }

    fn draw(&self, street: &Street, places: &mut Vec<Coord<f64>>, segments: &mut Vec<RoadSegment>) {
        let (a, b) = (places[street.from as usize], places[street.to as usize]);
        let (forward_m_s, backward_m_s) = self.speeds(street);
        let (mut from, mut last) = (street.from, a);
        for bend in 0..=street.bends {
            let (to, place) = if bend == street.bends {
                (street.to, b)
            } else {
                places.push(street.bend(a, b, bend));
                (places.len() as u32 - 1, places[places.len() - 1])
            };
            let straight = (place.x - last.x).hypot(place.y - last.y);
            let length = if straight > 0.0 { straight * (1.0 + 0.1 * share(mix(street.hash), bend)) } else { 2.0 * street.bow_m };
            let length_mm = (1000.0 * (length + street.bow_m / 10.0)).round() as u32;
            segments.push(RoadSegment { from, to, length_mm, forward_m_s, backward_m_s, delay_ms: 0 });
            (from, last) = (to, place);
        }
    }

    /// Speeds forward and backward; `None` against a one-way street.
    fn speeds(&self, street: &Street) -> (Option<f64>, Option<f64>) {
        if self.kind == Kind::Walked {
            return (Some(WALK_M_S), Some(WALK_M_S));
        }
        let km_h = match street.line {
            line if line % 64 == 0 => 100.0,
            line if line % 16 == 0 => 80.0,
            line if line % 4 == 0 => 60.0,
            _ if share(street.hash, 3) < 0.3 => 50.0,
            _ => 30.0,
        };
        let speed = Some(km_h / 3.6);
        match share(mix(street.hash), 7) {
            one_way if one_way < ONE_WAY / 2.0 => (speed, None),
            one_way if one_way < ONE_WAY => (None, speed),
            _ => (speed, speed),
        }
    }
}

impl Street {
    /// Where its bend number `bend` lies: beside the straight line, or on a circle for a loop.
    fn bend(&self, a: Coord<f64>, b: Coord<f64>, bend: u32) -> Coord<f64> {
        let along = f64::from(bend + 1) / f64::from(self.bends + 1);
        if self.from == self.to {
            let turn = TAU * (along + share(self.hash, 1));
            return Coord { x: a.x + self.bow_m * turn.cos(), y: a.y + self.bow_m * turn.sin() };
        }
        let aside = 0.15 * (share(mix(self.hash ^ u64::from(bend)), 0) - 0.5) + self.bow_m / SPACING_M * (PI * along).sin();
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        Coord { x: a.x + along * dx - aside * dy, y: a.y + along * dy + aside * dx }
    }
}

fn bends(draw: f64) -> u32 {
    let mut sum = 0.0;
    let below = |share: &&f64| {
        sum += **share;
        sum <= draw
    };
    BENDS[..BENDS.len() - 1].iter().take_while(below).count() as u32
}

/// The finaliser of SplitMix64: a hash of 64 bits.
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// From 0 to 1 (not 1 itself), from the `part`-th eight bits on of a hash.
fn share(hash: u64, part: u32) -> f64 {
    f64::from(hash.rotate_right(8 * part) as u32) / 4_294_967_296.0
}
