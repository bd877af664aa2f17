//! Linking: a million points to their nearest edges, against one question each to an R-tree.

use catchment::geo::Coord;
use catchment::{EdgeGrid, LinkRules, Linkage, NodeId};
use rstar::primitives::{GeomWithData, Line};
use rstar::{PointDistance, RTree};

use crate::generate::mix;
use crate::graphs::{SEED, Study};
use crate::report::{Bar, Contender, Table, timed};

const RULES: LinkRules = LinkRules { snap_m: 5000.0, access_speed_m_s: 1.0, min_component: 0 };

/// Points lie so far from a node, at the most, along either axis, m.
const AROUND_M: f64 = 100.0;

/// `count` points around nodes of `study` (boxes of real ones are half sea), unsorted and along a Hilbert curve.
pub(crate) fn compete(table: &mut Table, study: &Study, count: u64) {
    let bounds = study.network.bounds().expect("a network with nodes");
    let off = |share: u64| AROUND_M * (share as f64 / 2f64.powi(31) - 1.0);
    let point = |i: u64| {
        let (node, hash) = (mix(SEED ^ mix(2 * i)), mix(SEED ^ mix(2 * i + 1)));
        let node = study.network.location(NodeId::at((node % study.network.node_count() as u64) as usize));
        Coord { x: node.x + off(hash >> 32), y: node.y + off(hash & 0xffff_ffff) }
    };
    let points: Vec<Coord<f64>> = (0..count).map(point).collect();
    let mut sorted = points.clone();
    let square = |v: f64, low: f64, width: f64| ((v - low) / width * 65535.0) as u16;
    sorted.sort_by_cached_key(|c| {
        fast_hilbert::xy2h(square(c.x, bounds.min().x, bounds.width()), square(c.y, bounds.min().y, bounds.height()), 16)
    });
    let (building, grid) = timed(|| EdgeGrid::new(&study.network, RULES).expect("sound input"));
    let (bulk_load, tree) = timed(|| RTree::bulk_load(edges(study)));
    table.row(
        &format!("index of the edges, {}", study.name),
        building,
        "rstar bulk load",
        bulk_load,
        bulk_load.cpu / building.cpu,
        Bar::Peer(None),
    );
    for (order, points) in [("unsorted", &points), ("sorted", &sorted)] {
        let legs = |linkage: &Linkage| -> Vec<u32> {
            let leg = |i: usize| linkage.snaps(i).iter().map(|snap| snap.leg.0).min();
            (0..linkage.len()).map(|i| leg(i).expect("a road within 5 km")).collect()
        };
        let truth = legs(&Linkage::new(&grid, points));
        let theirs = Contender::new("rstar, one query each", Bar::Peer(Some(5.0)), || {
            let (time, found) = timed(|| -> Vec<f64> { points.iter().map(|c| nearest(&tree, [c.x, c.y])).collect() });
            for (metres, &leg) in found.iter().zip(&truth) {
                assert!((metres.sqrt() * 1000.0 - f64::from(leg)).abs() < 1.0, "rstar and ours agree: {} m, {leg} mm", metres.sqrt());
            }
            time
        });
        let question = format!("linking {count} points, {order}, {}", study.name);
        let ours = || {
            let (time, linkage) = timed(|| Linkage::new(&grid, points));
            assert_eq!(linkage.len(), points.len());
            time
        };
        table.compete(&question, 3, ours, vec![theirs]);
    }
}

type Edge = GeomWithData<Line<[f64; 2]>, u32>;

fn edges(study: &Study) -> Vec<Edge> {
    let place = |node: NodeId| {
        let at = study.network.location(node);
        [at.x, at.y]
    };
    let edges = study.network.edges().iter().enumerate();
    edges.map(|(id, edge)| GeomWithData::new(Line::new(place(edge.tail), place(edge.head)), id as u32)).collect()
}

/// The square of the distance to the nearest edge.
fn nearest(tree: &RTree<Edge>, point: [f64; 2]) -> f64 {
    tree.nearest_neighbor(point).map_or(f64::INFINITY, |edge| edge.distance_2(&point))
}
