//! The graphs that are searched, and the same arcs as plain arrays for everybody else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use catchment::geo::Coord;
use catchment::{Cost, Limit, Metric, NodeId, People, Profile, RoadNetwork, Roads};
use catchment_io::plan::RoadsPlan;
use catchment_io::{InMemory, read_roads};
use petgraph::visit::IntoEdgeReferences;

use crate::generate::{Kind, facts, mix, roads};

pub(crate) const SEED: u64 = 4;

/// How nodes are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// As the source has them: what a peer's user has.
    AsRead,
    /// Along a Hilbert curve: the best that could be done for a peer.
    Hilbert,
}

impl std::fmt::Display for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Order::AsRead { "order as read" } else { "Hilbert order" })
    }
}

/// The arcs of a network as petgraph's visit traits show them, by tail, under a numbering of nodes that is not ours.
pub(crate) struct Arrays {
    pub(crate) order: Order,
    /// Of each [`NodeId`] its number.
    pub(crate) number: Vec<u32>,
    /// Of each number its first arc; one more at the end.
    pub(crate) first: Vec<u32>,
    /// Head and cost.
    pub(crate) arcs: Vec<(u32, u32)>,
}

/// A network and what the questions are asked with.
pub(crate) struct Study {
    pub(crate) name: String,
    pub(crate) network: RoadNetwork,
    pub(crate) hilbert: Arrays,
    pub(crate) as_read: Arrays,
    /// Of each [`NodeId`] its people.
    pub(crate) people: Vec<People>,
}

impl Study {
    fn new(name: String, roads: &Roads, metric: Metric) -> Study {
        let network = network(&name, roads, metric);
        let hilbert = Arrays::of(&network, Order::Hilbert, hilbert(&network), network.node_count());
        let as_read = Arrays::of(&network, Order::AsRead, as_read(&network, roads), roads.nodes.len());
        let people = (0..network.node_count() as u64).map(|node| People::persons(1 + mix(SEED ^ mix(node)) % 8)).collect();
        Study { name, network, hilbert, as_read, people }
    }

    /// A generated network: undirected, in millimetres; or directed, in milliseconds.
    pub(crate) fn generated(nodes: usize, kind: Kind) -> Study {
        let (metric, what) = match kind {
            Kind::Walked => (Metric::Distance, ""),
            Kind::Driven => (Metric::Time, ", directed"),
        };
        Study::new(format!("{}{what}", short(nodes)), &roads(nodes, kind, SEED), metric)
    }

    /// Malta or Porto on foot, in millimetres; `None` where the extract is not there.
    pub(crate) fn real(name: &str) -> Option<Study> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let shared = std::env::var_os("CATCHMENT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
        let file = match name {
            "Malta" => root.join("data/malta/malta-2024-03-13.osm.pbf"),
            _ => shared.join("data/porto_pt/porto_portugal.osm.pbf"),
        };
        let Ok(pbf) = std::fs::read(&file) else {
            eprintln!("{name}: skipped, no {} (set CATCHMENT_SHARED)", file.display());
            return None;
        };
        Some(Study::new(name.to_owned(), &walked(&pbf), Metric::Distance))
    }

    /// A bound in words: `1.25 km`, `130 s`.
    pub(crate) fn limit(&self, bound: u32) -> String {
        Limit { metric: self.network.metric(), cost: Cost(bound) }.to_string()
    }
}

impl Arrays {
    fn of(network: &RoadNetwork, order: Order, number: Vec<u32>, nodes: usize) -> Arrays {
        let mut first = vec![0u32; nodes + 1];
        for arc in network.edge_references() {
            first[number[arc.tail.index()] as usize + 1] += 1;
        }
        for i in 0..nodes {
            first[i + 1] += first[i];
        }
        let mut next = first.clone();
        let mut arcs = vec![(0, 0); first[nodes] as usize];
        for arc in network.edge_references() {
            let slot = &mut next[number[arc.tail.index()] as usize];
            arcs[*slot as usize] = (number[arc.head.index()], arc.cost.0);
            *slot += 1;
        }
        Arrays { order, number, first, arcs }
    }

    /// How many numbers there are; those of nodes without a road have no arcs.
    pub(crate) fn nodes(&self) -> usize {
        self.first.len() - 1
    }

    /// The arcs that leave a node.
    pub(crate) fn of_node(&self, number: usize) -> &[(u32, u32)] {
        &self.arcs[self.first[number] as usize..self.first[number + 1] as usize]
    }

    /// The numbers of some nodes.
    pub(crate) fn numbers(&self, nodes: &[NodeId]) -> Vec<u32> {
        nodes.iter().map(|node| self.number[node.index()]).collect()
    }

    /// Values of nodes, by number.
    pub(crate) fn by_number<T: Copy>(&self, values: impl IntoIterator<Item = T>, none: T) -> Vec<T> {
        let mut by_number = vec![none; self.nodes()];
        for (&number, value) in self.number.iter().zip(values) {
            by_number[number as usize] = value;
        }
        by_number
    }
}

/// Numbers along a Hilbert curve.
fn hilbert(network: &RoadNetwork) -> Vec<u32> {
    let bounds = network.bounds().expect("a network with nodes");
    let side = bounds.width().max(bounds.height());
    let square = |v: f64, low: f64| ((v - low) / side * 65535.0) as u16;
    let key = |node: u32| {
        let place = network.location(NodeId(node));
        fast_hilbert::xy2h(square(place.x, bounds.min().x), square(place.y, bounds.min().y), 16)
    };
    let mut keyed: Vec<(u32, u32)> = (0..network.node_count() as u32).map(|node| (key(node), node)).collect();
    keyed.sort_unstable();
    let mut number = vec![0; keyed.len()];
    for (position, (_, node)) in keyed.into_iter().enumerate() {
        number[node as usize] = position as u32;
    }
    number
}

/// Numbers as in `roads`, found by place. (Where two nodes share one place they may change numbers: the graph stays the same.)
fn as_read(network: &RoadNetwork, roads: &Roads) -> Vec<u32> {
    let mut used = vec![false; roads.nodes.len()];
    for segment in &roads.segments {
        used[segment.from as usize] = true;
        used[segment.to as usize] = true;
    }
    let sorted = |mut nodes: Vec<u32>, place: &dyn Fn(u32) -> Coord<f64>| {
        nodes.sort_unstable_by(|&a, &b| {
            let (a, b) = (place(a), place(b));
            a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y))
        });
        nodes
    };
    let theirs = sorted((0..used.len() as u32).filter(|&i| used[i as usize]).collect(), &|i| roads.nodes[i as usize]);
    let ours = sorted((0..network.node_count() as u32).collect(), &|i| network.location(NodeId(i)));
    assert_eq!(ours.len(), theirs.len(), "a node for every place with a road");
    let mut number = vec![0; ours.len()];
    for (node, place) in ours.into_iter().zip(theirs) {
        number[node as usize] = place;
    }
    number
}

/// Builds a network and says what it looks like.
pub(crate) fn network(name: &str, roads: &Roads, metric: Metric) -> RoadNetwork {
    eprintln!("{name}: {}", facts(roads));
    RoadNetwork::build(roads, metric).expect("a network")
}

/// `count` distinct nodes, drawn at random.
pub(crate) fn draw(count: usize, network: &RoadNetwork) -> Vec<NodeId> {
    let nodes = network.node_count();
    let mut seen = BTreeSet::new();
    let draws = (0u64..).map(|i| NodeId((mix(SEED ^ mix(i << 32)) % nodes as u64) as u32));
    draws.filter(|&node| seen.insert(node)).take(count.min(nodes)).collect()
}

/// `100k`, `1M`, `10M`.
pub(crate) fn short(nodes: usize) -> String {
    match nodes {
        n if n >= 1_000_000 => format!("{}M", n / 1_000_000),
        n => format!("{}k", n / 1000),
    }
}

/// The walkable roads of an extract.
fn walked(pbf: &[u8]) -> Roads {
    let profile = Profile::walk().expect("it ships with the crate");
    read_roads(&InMemory(&[("r.osm.pbf", pbf)]), &RoadsPlan::new("r.osm.pbf"), &profile, None).expect("a sound extract").roads
}
