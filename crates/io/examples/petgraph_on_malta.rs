//! Any petgraph algorithm runs on the road graph: here, on the walking network of Malta.
//!
//! `cargo run --release --example petgraph_on_malta`

#![allow(clippy::print_stdout, reason = "an example shows its results")]

use std::collections::BTreeMap;
use std::error::Error;

use catchment::geo::Coord;
use catchment::{Metric, NoProgress, NodeId, RoadNetwork, ZoneIndex};
use catchment_io::{Folder, Plan, load};
use petgraph::algo::{connected_components, dijkstra};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/malta");
    let plan = Plan::parse(&std::fs::read_to_string(format!("{folder}/plan.toml"))?)?;
    let inputs = load(&plan, &Folder(folder.into()), &NoProgress)?;
    let (_, roads) = inputs.roads.get("walk").ok_or("the plan's service walks")?;
    let network = RoadNetwork::build(roads, Metric::Time)?;
    println!("{} nodes, {} edges, costs in milliseconds", network.node_count(), network.edges().len());

    // pieces of roads that no walk joins
    println!("{} connected pieces by petgraph, {} by the network's own labels", connected_components(&network), network.component_count());

    // one walk from the road next to a hospital to everywhere
    let hospital = &inputs.facilities["clinics"][0];
    let start = nearest_node(&network, hospital.location).ok_or("a network has nodes")?;
    let costs = dijkstra(&network, start, None, |arc| u64::from(arc.cost.0));
    let towns = ZoneIndex::new(&inputs.zones);
    let mut reached: BTreeMap<&str, usize> = BTreeMap::new();
    for (node, _) in costs.iter().filter(|(_, cost)| **cost <= 900_000) {
        let town = towns.locate(network.location(*node)).map_or("no town", |zone| &inputs.zones[zone.index()].name);
        *reached.entry(town).or_default() += 1;
    }
    println!("within 15 minutes of {}: {} of {} reachable nodes, in", hospital.name, reached.values().sum::<usize>(), costs.len());
    for (name, nodes) in reached {
        println!("  {nodes:>7} nodes of {name}");
    }
    Ok(())
}

/// The node nearest to a place by a straight line.
fn nearest_node(network: &RoadNetwork, at: Coord<f64>) -> Option<NodeId> {
    let away = |node: &NodeId| {
        let place = network.location(*node);
        (place.x - at.x).hypot(place.y - at.y)
    };
    (0..network.node_count()).map(NodeId::at).min_by(|a, b| away(a).total_cmp(&away(b)))
}
