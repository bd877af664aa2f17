//! Linking in bulk: a million points to their nearest edges, against one `rstar` query each.
//!
//! ```text
//! cargo bench -p catchment-io --bench linking
//! ```
//!
//! On Malta's roads and on a synthetic network of a million nodes, with the points in order along a Hilbert curve and in none: CPU time on
//! one thread, medians of interleaved runs. Every point's distance is compared with the tree's.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a bench prints, and stops where its own data is broken")]

use std::hint::black_box;

use catchment::geo::Coord;
use catchment::{EdgeGrid, LinkRules, Linkage, Metric, NoProgress, RoadNetwork, RoadSegment, Roads};
use catchment_io::{InMemory, Plan, load};
use cpu_time::ProcessTime;
use rstar::primitives::{GeomWithData, Line};
use rstar::{PointDistance, RTree};

const PBF: &[u8] = include_bytes!("../data/malta/malta-2024-03-13.osm.pbf");
const PLAN: &str = include_str!("../data/malta/plan.toml");
const POINTS: usize = 1_000_000;
const RUNS: usize = 5;
/// Points lie up to so far from a node along either axis, m.
const AROUND_M: f64 = 100.0;
const RULES: LinkRules = LinkRules { snap_m: 300.0, access_speed_m_s: 1.2, min_component: 0 };

type Segment = GeomWithData<Line<[f64; 2]>, u32>;

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    pool.install(|| {
        let plan = Plan::parse(PLAN).expect("the demo's plan is sound");
        let inputs = load(&plan, &InMemory(&[("malta-2024-03-13.osm.pbf", PBF)]), &NoProgress).expect("sound data");
        compare("Malta", &inputs.roads["walk"].1);
        compare("synthetic", &synthetic(1000));
    });
}

fn compare(name: &str, roads: &Roads) {
    let network = RoadNetwork::build(roads, Metric::Time).expect("a network");
    let (grid, grid_s) = timed(|| EdgeGrid::new(&network, RULES));
    let ends = |id: usize| {
        let edge = network.edges()[id];
        [edge.tail, edge.head].map(|node| network.location(node)).map(|c| [c.x, c.y])
    };
    let segment = |id: usize| {
        let [a, b] = ends(id);
        Segment::new(Line::new(a, b), id as u32)
    };
    let count = network.edges().len();
    let (tree, tree_s) = timed(|| RTree::bulk_load((0..count).map(segment).collect::<Vec<_>>()));
    println!("{name}: {count} edges; grid built in {:.0} ms, tree in {:.0} ms", 1e3 * grid_s, 1e3 * tree_s);
    let mut seed = 1u64;
    let mut sorted: Vec<Coord<f64>> = Vec::with_capacity(POINTS);
    for i in 0..POINTS {
        let node = network.location(catchment::NodeId::at(i * network.node_count() / POINTS));
        let mut off = || AROUND_M * (2.0 * unit(&mut seed) - 1.0);
        sorted.push(Coord { x: node.x + off(), y: node.y + off() });
    }
    let mut shuffled = sorted.clone();
    let bounds = network.bounds().expect("a network of roads");
    let (low, side) = (bounds.min(), bounds.width().max(bounds.height()));
    let square = |v: f64, low: f64| ((v - low) / side * 65_535.0) as u16;
    sorted.sort_by_cached_key(|at| fast_hilbert::xy2h(square(at.x, low.x), square(at.y, low.y), 16));
    for i in (1..POINTS).rev() {
        shuffled.swap(i, (unit(&mut seed) * (i + 1) as f64) as usize);
    }
    for (order, points) in [("in order", &sorted), ("in no order", &shuffled)] {
        let mut pairs = Vec::new();
        for _ in 0..RUNS {
            let (links, own_s) = timed(|| Linkage::new(&grid, points));
            let (nearest, tree_s) = timed(|| by_tree(&tree, points));
            check(points, &links, &nearest, &segment);
            pairs.push((own_s, tree_s));
        }
        let own = median(&pairs, |p| p.0);
        let (tree, ratio) = (median(&pairs, |p| p.1), median(&pairs, |p| p.1 / p.0));
        println!("  {POINTS} points {order}: ours {:.0} ms, rstar {:.0} ms: {ratio:.1} times as long", 1e3 * own, 1e3 * tree);
    }
}

/// Every point's nearest edge, one query each.
fn by_tree(tree: &RTree<Segment>, points: &[Coord<f64>]) -> Vec<u32> {
    points.iter().map(|c| tree.nearest_neighbor([c.x, c.y]).expect("the tree has edges").data).collect()
}

/// Stops where any point's edges lie a micrometre farther than the tree's, or nearer.
fn check(points: &[Coord<f64>], links: &Linkage, nearest: &[u32], segment: &impl Fn(usize) -> Segment) {
    for (i, (at, theirs)) in points.iter().zip(nearest).enumerate() {
        let metres = |id: usize| segment(id).distance_2(&[at.x, at.y]).sqrt();
        let own = links.snaps(i).iter().map(|snap| metres(snap.edge.index())).fold(f64::INFINITY, f64::min);
        assert!((own - metres(*theirs as usize)).abs() <= 1e-6, "point {i} at {at:?}: {own} m");
    }
}

/// A town of `side` × `side` crossings every 40 m, moved at random, a third of the streets between them left out.
fn synthetic(side: u32) -> Roads {
    let mut seed = 2u64;
    let mut nodes = Vec::new();
    for i in 0..side * side {
        let mut off = || 30.0 * unit(&mut seed) - 15.0;
        nodes.push(Coord { x: 40.0 * f64::from(i % side) + off(), y: 40.0 * f64::from(i / side) + off() });
    }
    let mut segments = Vec::new();
    for from in 0..side * side {
        let beside = [(from % side + 1 < side).then_some(from + 1), (from / side + 1 < side).then_some(from + side)];
        for to in beside.into_iter().flatten().filter(|_| unit(&mut seed) > 1.0 / 3.0) {
            let (a, b): (Coord<f64>, Coord<f64>) = (nodes[from as usize], nodes[to as usize]);
            let length_mm = (1000.0 * (a.x - b.x).hypot(a.y - b.y)) as u32;
            segments.push(RoadSegment { from, to, length_mm, forward_m_s: Some(1.2), backward_m_s: Some(1.2), delay_ms: 0 });
        }
    }
    Roads { nodes, segments, ..Roads::default() }
}

/// The next of a row of random numbers, 0 to 1 (a linear congruential generator: Knuth's MMIX).
fn unit(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 11) as f64 / (1u64 << 53) as f64
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = ProcessTime::now();
    let done = black_box(work());
    (done, start.elapsed().as_secs_f64())
}

fn median(pairs: &[(f64, f64)], of: impl Fn(&(f64, f64)) -> f64) -> f64 {
    let mut values: Vec<f64> = pairs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
