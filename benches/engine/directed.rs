//! One-way streets and classes of speed: our time for each node there, over that on the undirected network.

use std::path::Path;

use catchment::{
    Cost, Direction, EdgeGrid, Heading, LinkRules, Linkage, Metric, NodeId, Profile, RoadNetwork, Roads, SearchSpace, Sources, TurnKind,
    TurnRule, Turns,
};
use catchment_io::plan::RoadsPlan;
use catchment_io::{InMemory, read_roads};

use crate::catchments::Asked;
use crate::generate::{Kind, mix, roads};
use crate::graphs::{SEED, Study, draw};
use crate::nearest;
use crate::report::{Bar, Table, figure, median, timed};

/// Nanoseconds a node (nearest facility) or a settled node (catchments) of both, in turns.
pub(crate) fn compete(table: &mut Table, undirected: (&Study, u32), directed: (&Study, u32)) {
    for (facilities, bounded) in [(500, false), (2000, true)] {
        let mut runs = [directed, undirected].map(|(study, bound)| {
            let linkage = Linkage::at_nodes(&study.network, &draw(facilities, &study.network));
            let (mut space, mut costs) = (SearchSpace::default(), vec![0; study.network.node_count()]);
            move || {
                let time = nearest::ours(&study.network, &linkage, bounded.then_some(bound), &mut space, &mut costs);
                1e9 * time.cpu / costs.iter().filter(|&&cost| cost < u32::MAX).count() as f64
            }
        });
        let limit = if bounded { directed.0.limit(directed.1) } else { "unbounded".to_owned() };
        row(table, &format!("directed, nearest facility, {facilities} facilities, {limit}"), &mut runs);
    }
    let both = [directed, undirected].map(|(study, bound)| Asked::new(study, 2000, bound));
    let residents = [both[0].residents(), both[1].residents()];
    let mut runs = [0, 1].map(|i| {
        let (asked, residents) = (&both[i], &residents[i]);
        move || {
            let (time, found) = asked.catchments(residents);
            1e9 * time.cpu / found.iter().map(|catchment| catchment.points as f64).sum::<f64>()
        }
    });
    row(table, &format!("directed, catchments, 2000 facilities, {}", directed.0.limit(directed.1)), &mut runs);
}

fn row(table: &mut Table, question: &str, runs: &mut [impl FnMut() -> f64; 2]) {
    let rounds: Vec<[f64; 2]> = (0..5).map(|_| [runs[0](), runs[1]()]).collect();
    let of = |i: usize| format!("{} ns a node", figure(median(rounds.iter().map(|round| round[i]).collect())));
    let ratio = median(rounds.iter().map(|[directed, undirected]| directed / undirected).collect());
    table.told(question, &of(0), "ours, undirected", &of(1), ratio, Bar::Over(Some(1.5)));
}

/// Turn restrictions and one-way streets against the same roads walked both ways: a sweep from all facilities, and what each node costs.
pub(crate) fn with_turns(table: &mut Table) {
    // a rule at about one junction in ninety
    let driven = roads(1_000_000, Kind::Driven, SEED);
    let turns = random_rules(&driven);
    let rules = turns.rules.len();
    let walked = RoadNetwork::build(&roads(1_000_000, Kind::Walked, SEED), Metric::Distance).expect("a network");
    let ruled = RoadNetwork::build(&driven.unfolded(&turns).roads, Metric::Time).expect("a network");
    compete_with_turns(table, &format!("1M, {rules} turn rules"), &ruled, &walked);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/malta/malta-2024-03-13.osm.pbf");
    let pbf = std::fs::read(file).expect("Malta's extract is in the repository");
    let of = |change: fn(&mut Profile)| {
        let mut profile = Profile::ambulance().expect("it ships with the crate");
        change(&mut profile);
        let read = read_roads(&InMemory(&[("m.osm.pbf", &pbf)]), &RoadsPlan::new("m.osm.pbf"), &profile, None).expect("a sound extract");
        RoadNetwork::build(&read.roads, Metric::Time).expect("a network")
    };
    let both_ways = |profile: &mut Profile| {
        if let Some(drive) = &mut profile.drive {
            (drive.oneway, drive.turn_restrictions) = (false, false);
        }
    };
    compete_with_turns(table, "Malta's ambulances", &of(|_| {}), &of(both_ways).by_distance());
}

/// The same places in both networks; CPU of a whole sweep, whatever the number of nodes that turns add.
fn compete_with_turns(table: &mut Table, name: &str, ruled: &RoadNetwork, walked: &RoadNetwork) {
    for facilities in [16, 500] {
        let places: Vec<_> = draw(facilities, walked).into_iter().map(|node| walked.location(node)).collect();
        let rules = LinkRules { snap_m: 500.0, access_speed_m_s: 1.2, min_component: 1 };
        let mut runs = [ruled, walked].map(|network| {
            let linkage = Linkage::new(&EdgeGrid::new(network, rules).expect("sound input"), &places);
            let (mut space, mut costs) = (SearchSpace::default(), vec![0; network.node_count()]);
            move || {
                // short sweeps several times over
                let times = (4_000_000 / network.node_count()).clamp(1, 40);
                let (time, ()) = timed(|| {
                    for _ in 0..times {
                        let sources = Sources::new(network, &linkage, Direction::FromFacility).expect("sound input");
                        let nearest = sources.nearest_facility_within(Cost::UNREACHED, &mut space);
                        costs.iter_mut().enumerate().for_each(|(node, cost)| *cost = nearest.node(NodeId::at(node)).cost.0);
                    }
                });
                1e9 * time.cpu / times as f64 / walked.node_count() as f64
            }
        });
        row(table, &format!("directed with turns, {name}, nearest facility, {facilities} facilities, unbounded"), &mut runs);
    }
}

/// `no_*` rules between two roads of a crossing: drawn at one of fifty, left out where a road is drawn twice or shut that way.
fn random_rules(roads: &Roads) -> Turns {
    let mut at: Vec<Vec<(u32, bool)>> = vec![Vec::new(); roads.nodes.len()];
    for (segment, road) in roads.segments.iter().enumerate() {
        at[road.from as usize].push((segment as u32, false));
        at[road.to as usize].push((segment as u32, true));
    }
    let mut turns = Turns::default();
    for (node, ends) in at.iter().enumerate().filter(|(_, ends)| ends.len() > 2) {
        let drawn = mix(SEED ^ mix(node as u64));
        let (from, to) = (ends[drawn as usize % ends.len()], ends[(drawn >> 8) as usize % ends.len()]);
        let open = |segment: u32, against: bool| {
            let road = &roads.segments[segment as usize];
            if against { road.backward_m_s.is_some() } else { road.forward_m_s.is_some() }
        };
        // arriving by the first road is against its leaving
        if drawn >> 32 & 0xff < 5 && from.0 != to.0 && open(from.0, !from.1) && open(to.0, to.1) {
            let way = vec![Heading { segment: from.0, against: !from.1 }, Heading { segment: to.0, against: to.1 }];
            turns.rules.push(TurnRule { kind: TurnKind::No, way });
        }
    }
    turns
}
