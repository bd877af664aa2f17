//! Noding against all pairs: seeded streets on a lattice, where every distance but nothing is far above the tolerance.

use std::collections::{BTreeMap, BTreeSet};

use super::noding::{Line, Noded, node};
use super::plane::{Frame, side_m};
use crate::osm::Position;

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../../../../../tests/common/random.rs"]
mod random;

use random::Random;

/// About 11 m: two places of a lattice of nine, or a place and a side, lie 0.9 m apart or are the same.
const STEP: i32 = 1000;

#[derive(Debug, Clone)]
struct Street {
    places: Vec<Position>,
    level: i32,
}

fn streets(random: &mut Random, count: usize, corners: usize) -> Vec<Street> {
    let mut place = || {
        let [x, y] = [random.below(9), random.below(9)].map(|steps| steps as i32 * STEP);
        Position { lon_e7: 90_000_000 + x, lat_e7: y }
    };
    let mut all: Vec<Street> = Vec::new();
    while all.len() < count {
        let mut places: Vec<Position> = (0..corners).map(|_| place()).collect();
        places.dedup();
        if places.len() > 1 {
            all.push(Street { places, level: 0 });
        }
    }
    all.iter_mut().for_each(|street| street.level = random.below(2) as i32);
    all
}

/// Moves every place by up to 0.11 m each way.
fn shake(random: &mut Random, streets: &mut [Street]) {
    for place in streets.iter_mut().flat_map(|street| &mut street.places) {
        place.lon_e7 += random.below(21) as i32 - 10;
        place.lat_e7 += random.below(21) as i32 - 10;
    }
}

fn noded(streets: &[Street]) -> Noded {
    node(&streets.iter().map(|street| Line { places: &street.places, level: street.level }).collect::<Vec<_>>(), 0.5).unwrap()
}

/// Whether a place lies on a side, exactly.
fn on(place: Position, side: &[Position]) -> bool {
    let [a, b, c] = [side[0], side[1], place].map(|at| (i64::from(at.lon_e7), i64::from(at.lat_e7)));
    let cross = (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0);
    cross == 0 && (a.0.min(b.0)..=a.0.max(b.0)).contains(&c.0) && (a.1.min(b.1)..=a.1.max(b.1)).contains(&c.1)
}

fn touch(a: &[Position], b: &[Position]) -> bool {
    let side = |p: Position, q: &[Position]| {
        let [a, b, c] = [q[0], q[1], p].map(|at| (i64::from(at.lon_e7), i64::from(at.lat_e7)));
        ((b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)).signum()
    };
    let parted = |q: &[Position], r: &[Position]| side(r[0], q) * side(r[1], q) < 0;
    (parted(a, b) && parted(b, a)) || a.iter().any(|p| on(*p, b)) || b.iter().any(|p| on(*p, a))
}

/// Pairs of lines that have a node in common, by the rules and all pairs of sides.
fn judged(streets: &[Street]) -> BTreeSet<(usize, usize)> {
    let passes = |street: &Street, place: Position| street.places.windows(2).any(|side| on(place, side));
    let mut levels_at: BTreeMap<Position, BTreeSet<i32>> = BTreeMap::new();
    for street in streets {
        for end in [street.places[0], street.places[street.places.len() - 1]] {
            levels_at.entry(end).or_default().insert(street.level);
        }
    }
    let joins = |street: &Street, place: Position, levels: &BTreeSet<i32>| {
        let ends = [street.places.first(), street.places.last()].contains(&Some(&place));
        ends || (levels.contains(&street.level) && passes(street, place))
    };
    let mut pairs = BTreeSet::new();
    for (i, a) in streets.iter().enumerate() {
        for (j, b) in streets.iter().enumerate().skip(i + 1) {
            let cross = || a.places.windows(2).any(|one| b.places.windows(2).any(|other| touch(one, other)));
            let meet = || levels_at.iter().any(|(place, levels)| joins(a, *place, levels) && joins(b, *place, levels));
            if (a.level == b.level && cross()) || meet() {
                pairs.insert((i, j));
            }
        }
    }
    pairs
}

fn shared_nodes(noded: &Noded) -> BTreeSet<(usize, usize)> {
    let mut lines_of: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
    for (l, nodes) in noded.lines.iter().enumerate() {
        for node in nodes {
            lines_of.entry(*node).or_default().insert(l);
        }
    }
    let pairs = |lines: &BTreeSet<usize>| lines.iter().flat_map(|i| lines.range(i + 1..).map(|j| (*i, *j))).collect::<Vec<_>>();
    lines_of.values().flat_map(pairs).collect()
}

fn length_m(places: impl Iterator<Item = Position>) -> f64 {
    let places: Vec<Position> = places.collect();
    places.windows(2).map(|side| side_m(side[0], side[1])).sum()
}

#[test]
fn lines_of_a_lattice_are_joined_as_all_pairs_say() {
    for seed in 0..400 {
        let mut random = Random::new(seed);
        let (count, corners) = (2 + random.below(25), 2 + random.below(4));
        let streets = streets(&mut random, count, corners);
        let noded = noded(&streets);
        assert_eq!(shared_nodes(&noded), judged(&streets), "seed {seed}: {streets:?}");
        // no line changes: its ends are where they were, and its length is the same to the rounding of its nodes
        for (street, nodes) in streets.iter().zip(&noded.lines) {
            let at = |node: &u32| noded.places[*node as usize];
            assert_eq!((nodes.first().map(at), nodes.last().map(at)), (street.places.first().copied(), street.places.last().copied()));
            let change = length_m(nodes.iter().map(at)) - length_m(street.places.iter().copied());
            assert!(change.abs() < 0.02 * nodes.len() as f64, "seed {seed}: {change} m");
        }
        assert_eq!((noded.facts.snapped, noded.facts.vanished), (0, 0), "seed {seed}");
    }
}

#[test]
fn ends_that_are_off_by_centimetres_are_joined_as_if_they_were_not() {
    for seed in 0..400 {
        let mut random = Random::new(1000 + seed);
        let count = 2 + random.below(25);
        let sound = streets(&mut random, count, 2);
        let mut off = sound.clone();
        shake(&mut random, &mut off);
        let noded = noded(&off);
        assert_eq!(shared_nodes(&noded), judged(&sound), "seed {seed}: {off:?}");
        assert!(noded.facts.farthest_m <= 2.0 * 0.5, "seed {seed}: {} m", noded.facts.farthest_m);
    }
}

#[test]
fn the_order_of_lines_does_not_matter() {
    for seed in 0..100 {
        let mut random = Random::new(2000 + seed);
        let mut streets = streets(&mut random, 20, 3);
        if seed % 2 == 1 {
            shake(&mut random, &mut streets);
        }
        let mut order: Vec<usize> = (0..streets.len()).collect();
        random.shuffle(&mut order);
        let [a, b] = [noded(&streets), noded(&order.iter().map(|i| streets[*i].clone()).collect::<Vec<_>>())];
        let places = |noded: &Noded, line: usize| noded.lines[line].iter().map(|node| noded.places[*node as usize]).collect::<Vec<_>>();
        for (new, old) in order.iter().enumerate() {
            assert_eq!(places(&b, new), places(&a, *old), "seed {seed}");
        }
        assert_eq!((a.facts.joined, a.facts.apart, a.places.len()), (b.facts.joined, b.facts.apart, b.places.len()), "seed {seed}");
    }
}

#[test]
fn a_grid_in_pieces_that_just_miss_each_other_is_the_grid() {
    for seed in 0..20 {
        let mut random = Random::new(3000 + seed);
        let at = |x: i32, y: i32| Position { lon_e7: 90_000_000 + x * STEP, lat_e7: y * STEP };
        let corners = (0..13).flat_map(|x| (0..13).map(move |y| (x, y)));
        let pieces = corners.flat_map(|(x, y)| [(x < 12).then(|| [at(x, y), at(x + 1, y)]), (y < 12).then(|| [at(x, y), at(x, y + 1)])]);
        let mut streets: Vec<Street> = pieces.flatten().map(|places| Street { places: places.to_vec(), level: 0 }).collect();
        shake(&mut random, &mut streets);
        let noded = noded(&streets);
        assert!(noded.lines.iter().all(|nodes| nodes.len() == 2), "seed {seed}");
        assert_eq!(noded.places.len(), 13 * 13, "seed {seed}");
    }
}

#[test]
fn a_curve_in_short_pieces_stays_a_curve() {
    // a quarter of a circle of 20 m in pieces of 0.31 m, each a line of its own, and a street that ends 0.2 m beside its middle
    let at = |metres: [f64; 2]| Position { lon_e7: 90_000_000 + (metres[0] * 89.83) as i32, lat_e7: (metres[1] * 90.44) as i32 };
    let on_curve = |k: i32, radius: f64| {
        let angle = f64::from(k) * std::f64::consts::FRAC_PI_2 / 100.0;
        at([radius * angle.cos(), radius * angle.sin()])
    };
    let mut lines: Vec<Vec<Position>> = (0..100).map(|k| vec![on_curve(k, 20.0), on_curve(k + 1, 20.0)]).collect();
    lines.push(vec![on_curve(50, 20.2), on_curve(50, 60.0)]);
    let noded = node(&lines.iter().map(|places| Line { places, level: 0 }).collect::<Vec<_>>(), 0.5).unwrap();
    let length =
        |lines: &[Vec<u32>]| lines.iter().map(|nodes| length_m(nodes.iter().map(|node| noded.places[*node as usize]))).sum::<f64>();
    // 20 m × π / 2, less the pieces that fell into the junction
    let curve = length(&noded.lines[..100]);
    assert!((curve - 31.4).abs() < 1.5, "{curve} m");
    assert!(noded.facts.vanished <= 4, "{:?}", noded.facts);
    let reached: BTreeSet<u32> = noded.lines[..100].iter().flatten().copied().collect();
    assert!(reached.contains(&noded.lines[100][0]));
}

#[test]
fn a_loop_meets_itself() {
    // a street that goes round a block and ends in its own middle: at a corner of it, and 0.2 m beside it
    let at = |x: i32, y: i32| Position { lon_e7: 90_000_000 + x * STEP, lat_e7: y * STEP };
    for off in [0, 18] {
        let mut places = vec![at(0, 0), at(4, 0), at(8, 0), at(8, 4), at(4, 4), at(4, 0)];
        places[5].lat_e7 += off;
        let noded = node(&[Line { places: &places, level: 0 }], 0.5).unwrap();
        let nodes = &noded.lines[0];
        assert_eq!((nodes.len(), nodes[1] == nodes[5]), (6, true), "{nodes:?}");
        assert!(Frame::new(places[1]).distance(noded.places[nodes[1] as usize]) < 0.01);
        assert!(noded.facts.near.is_empty());
    }
}
