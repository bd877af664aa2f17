//! Roads read by themselves are those that a run reads.

use std::path::Path;

use catchment::{Metric, NoProgress, Profile, RoadNetwork};
use catchment_io::plan::RoadsPlan;
use catchment_io::{ExtractRoads, Folder, InMemory, Plan, load, read_roads};

use super::world::{World, points};

/// Reads the roads of a plan in `data` with all the rest, and by themselves from the file on disk; the findings of roads agree too.
fn both_ways(folder: &str, plan: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data").join(folder);
    let plan = Plan::parse(&std::fs::read_to_string(folder.join(plan)).unwrap()).unwrap();
    let files = Folder(folder);
    let inputs = load(&plan, &files, &NoProgress).unwrap();
    let (profile, network) = &inputs.roads["walk"];
    let alone = read_roads(&files, &plan.roads, profile, Some(&inputs.working.crs)).unwrap();
    assert!(same(&alone, network), "{} segments and {} edges", alone.roads.segments.len(), network.edge_count());
    assert_eq!((alone.counts.nodes, alone.counts.ways), (inputs.files[0].rows[0].1, inputs.files[0].rows[1].1));
    assert!(alone.findings.iter().all(|finding| inputs.findings.contains(finding)), "{:?}", alone.findings);
    let unknown = |finding: &&catchment::Finding| finding.kind == "unknown_highway";
    assert!(inputs.findings.iter().filter(unknown).eq(alone.findings.iter().filter(unknown)));
}

fn same(alone: &ExtractRoads, network: &RoadNetwork) -> bool {
    RoadNetwork::build(&alone.roads, Metric::Time).unwrap().to_parts() == network.to_parts()
}

#[test]
fn malta_and_liechtenstein() {
    both_ways("malta", "plan.toml");
    both_ways("liechtenstein", "plan.toml");
}

fn alone(world: &World, profile: &Profile) -> ExtractRoads {
    read_roads(&InMemory(&[("world.osm", world.xml().as_bytes())]), &RoadsPlan::new("world.osm"), profile, None).unwrap()
}

#[test]
fn ferries_signals_missing_nodes_and_unknown_classes() {
    let mut world = World::street(5);
    world.node(50, 60, 0, &[("highway", "traffic_signals")]).way(50, &[5, 50], &[("route", "ferry"), ("duration", "00:10")]);
    world.node(51, 70, 0, &[("crossing", "traffic_signals")]).way(51, &[50, 51, 999], &[("highway", "path"), ("oneway:foot", "-1")]);
    world.way(52, &[51, 1], &[("highway", "skyway")]).way(-3, &[51, 2], &[("highway", "steps")]);
    let table = ("people.csv", "lon,lat,people\n9,0,1\n");
    for settings in ["", "ferry = true\n", "crossing_delay_s = 30\nferry = true\n"] {
        let inputs = world.load(&(points() + settings), &[table]);
        let (profile, network) = &inputs.roads["walk"];
        let own = alone(&world, profile);
        assert!(same(&own, network), "{settings}");
        assert_eq!((own.working.name, own.roads.cut_ends.len()), (inputs.working.name, 1));
        let kinds: Vec<&str> = own.findings.iter().map(|finding| finding.kind.name()).collect();
        assert_eq!(kinds, ["missing_nodes", "unknown_highway"]);
    }
}

#[test]
fn a_file_without_roads_is_an_error() {
    let mut world = World::default();
    world.town(1, 0, 10, &[]);
    let xml = world.xml();
    let error =
        read_roads(&InMemory(&[("world.osm", xml.as_bytes())]), &RoadsPlan::new("world.osm"), &Profile::walk().unwrap(), None).unwrap_err();
    assert!(error.to_string().contains("no road"), "{error}");
}
