//! Turn rules, closed places and costs of turns against petgraph's Dijkstra on a graph whose nodes are what was driven last.

use std::collections::{BTreeMap, HashMap};

use catchment::geo::Coord;
use catchment::*;
use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::common::random::Random;
use crate::judge::share;

type Arc = (usize, bool);

/// A town with rules, as it was before they were written into its roads.
struct Ruled {
    roads: Roads,
    turns: Turns,
    /// The facility stands in the middle of this segment.
    facility: usize,
}

impl Ruled {
    fn new(seed: u64) -> Ruled {
        let mut random = Random::new(seed);
        let count = 5 + random.below(14);
        let nodes: Vec<Coord<f64>> = (0..count).map(|_| Coord { x: random.between(0.0, 5000.0), y: random.between(0.0, 5000.0) }).collect();
        let mut segments = Vec::new();
        let mut add = |random: &mut Random, from: usize, to: usize| {
            let one_way = random.below(4);
            let speed = |open: bool| open.then_some(10.0);
            segments.push(RoadSegment {
                from: from as u32,
                to: to as u32,
                length_mm: 20 * (1 + random.below(20_000) as u32),
                forward_m_s: speed(one_way != 0),
                backward_m_s: speed(one_way != 1),
                delay_ms: random.below(3) as u32 * 1000,
            });
        };
        // a road through all, so that there are bends, and some more
        for node in 1..count {
            add(&mut random, node - 1, node);
        }
        for _ in 0..random.below(count) {
            let (from, to) = (random.below(count), random.below(count));
            // the facility's own road, one of the first, has none beside it: it would stand on both
            if from.abs_diff(to) != 1 {
                add(&mut random, from, to);
            }
        }
        let mut town = Ruled { roads: Roads { nodes, segments, ..Roads::default() }, turns: Turns::default(), facility: 0 };
        for _ in 0..random.below(9) {
            town.add_rule(&mut random);
        }
        if random.one_in(3) {
            town.turns.blocked.push(random.below(count) as u32);
        }
        town.turns.turn_ms = if random.one_in(3) { 7_000 } else { 0 };
        town.facility = random.below(count - 1);
        town
    }

    /// Two to four arcs in a row, drawn at random.
    fn add_rule(&mut self, random: &mut Random) {
        let mut way: Vec<Arc> = Vec::new();
        for _ in 0..2 + random.below(3) {
            let next: Vec<Arc> = match way.last() {
                None => (0..self.roads.segments.len()).flat_map(|s| [(s, false), (s, true)]).filter(|arc| self.is_open(*arc)).collect(),
                Some(last) => self.exits(self.head(*last)).collect(),
            };
            if next.is_empty() {
                break;
            }
            way.push(next[random.below(next.len())]);
        }
        if way.len() > 1 {
            let kind = if random.one_in(3) { TurnKind::Only } else { TurnKind::No };
            let way = way.into_iter().map(|(segment, against)| Heading { segment: segment as u32, against }).collect();
            self.turns.rules.push(TurnRule { kind, way });
        }
    }

    fn tail(&self, (segment, against): Arc) -> usize {
        let segment = &self.roads.segments[segment];
        (if against { segment.to } else { segment.from }) as usize
    }

    fn head(&self, (segment, against): Arc) -> usize {
        self.tail((segment, !against))
    }

    fn is_open(&self, (segment, against): Arc) -> bool {
        let segment = &self.roads.segments[segment];
        if against { segment.backward_m_s.is_some() } else { segment.forward_m_s.is_some() }
    }

    fn exits(&self, node: usize) -> impl Iterator<Item = Arc> {
        let arcs = (0..self.roads.segments.len()).flat_map(|segment| [(segment, false), (segment, true)]);
        arcs.filter(move |arc| self.is_open(*arc) && self.tail(*arc) == node)
    }

    /// Ends of segments at a node.
    fn degree(&self, node: usize) -> usize {
        self.roads.segments.iter().map(|s| usize::from(s.from as usize == node) + usize::from(s.to as usize == node)).sum()
    }

    fn whole(&self, (segment, _): Arc) -> u64 {
        let segment = &self.roads.segments[segment];
        u64::from(segment.length_mm) / 10 + u64::from(segment.delay_ms)
    }

    /// What half a segment costs.
    fn half(&self, arc: Arc) -> u64 {
        let length = self.roads.segments[arc.0].length_mm;
        share(Cost(self.whole(arc) as u32), length / 2, length).unwrap()
    }

    /// Whether a rule is about the way on from a node.
    fn is_ruled(&self, node: usize) -> bool {
        let inner = |rule: &TurnRule| rule.way[1..].iter().any(|on| self.tail((on.segment as usize, on.against)) == node);
        self.turns.rules.iter().any(inner) || (self.turns.turn_ms > 0 && self.ways(node) > 2)
    }

    fn ways(&self, node: usize) -> usize {
        self.degree(node)
    }

    fn is_blocked(&self, node: usize) -> bool {
        self.turns.blocked.contains(&(node as u32))
    }

    /// What somebody may drive next who drove `driven`, and what the turn costs.
    fn next(&self, driven: &[Arc]) -> Vec<(Arc, u64)> {
        let last = *driven.last().unwrap();
        let (node, back) = (self.head(last), (last.0, !last.1));
        let exits: Vec<Arc> = self.exits(node).collect();
        if self.is_blocked(node) {
            return exits.into_iter().filter(|exit| *exit == back).map(|exit| (exit, 0)).collect();
        }
        let ruled = self.is_ruled(node);
        let two_way = |arc: &Arc| self.is_open(*arc) && self.is_open((arc.0, !arc.1));
        let is_bend = self.degree(node) == 2 && exits.len() == 2 && exits[0].0 != exits[1].0 && exits.iter().all(two_way);
        let alone = exits.iter().all(|exit| *exit == back || !self.is_allowed(driven, *exit));
        let turns_back = if ruled { alone } else { !is_bend };
        let allowed = exits.into_iter().filter(|exit| *exit != back || turns_back).filter(|exit| self.is_allowed(driven, *exit));
        allowed.map(|exit| (exit, if ruled && self.is_turn(last, exit) { u64::from(self.turns.turn_ms) } else { 0 })).collect()
    }

    /// Whether no rule forbids `next` after `driven`.
    fn is_allowed(&self, driven: &[Arc], next: Arc) -> bool {
        self.turns.rules.iter().all(|rule| {
            let way: Vec<Arc> = rule.way.iter().map(|on| (on.segment as usize, on.against)).collect();
            match rule.kind {
                TurnKind::No => !(driven.ends_with(&way[..way.len() - 1]) && next == way[way.len() - 1]),
                TurnKind::Only => (1..way.len()).all(|at| !driven.ends_with(&way[..at]) || next == way[at]),
            }
        })
    }

    fn is_turn(&self, a: Arc, b: Arc) -> bool {
        let bearing = |arc: Arc| {
            let (p, q) = (self.roads.nodes[self.tail(arc)], self.roads.nodes[self.head(arc)]);
            (p != q).then(|| (q.y - p.y).atan2(q.x - p.x).to_degrees())
        };
        let (Some(before), Some(after)) = (bearing(a), bearing(b)) else { return false };
        let change = (after - before).rem_euclid(360.0);
        change.min(360.0 - change) > 45.0
    }

    /// From `starts` (what was driven and its cost at the end of that), the least cost at the end of every arc.
    fn search(&self, starts: &[(Arc, u64)]) -> HashMap<Arc, u64> {
        let mut graph: DiGraph<Vec<Arc>, u64> = DiGraph::new();
        let mut known: BTreeMap<Vec<Arc>, NodeIndex> = BTreeMap::new();
        let start = graph.add_node(vec![]);
        let mut open = Vec::new();
        let mut node = |graph: &mut DiGraph<Vec<Arc>, u64>, open: &mut Vec<NodeIndex>, driven: Vec<Arc>| {
            *known.entry(driven.clone()).or_insert_with(|| {
                let node = graph.add_node(driven);
                open.push(node);
                node
            })
        };
        for &(arc, cost) in starts {
            let first = node(&mut graph, &mut open, vec![arc]);
            graph.add_edge(start, first, cost);
        }
        while let Some(at) = open.pop() {
            let driven = graph[at].clone();
            for (next, turn) in self.next(&driven) {
                let forgets = self.is_blocked(self.tail(next));
                let mut longer = if forgets { vec![] } else { driven.clone() };
                longer.push(next);
                longer.drain(..longer.len().saturating_sub(4));
                let to = node(&mut graph, &mut open, longer);
                graph.add_edge(at, to, turn + self.whole(next));
            }
        }
        let costs = dijkstra(&graph, start, None, |edge| *edge.weight());
        let mut best = HashMap::new();
        for (node, cost) in costs {
            if let Some(arc) = graph[node].last() {
                let held = best.entry(*arc).or_insert(u64::MAX);
                *held = cost.min(*held);
            }
        }
        best
    }
}

fn place(town: &Ruled, segment: usize) -> Coord<f64> {
    let [a, b] = [town.roads.segments[segment].from, town.roads.segments[segment].to].map(|node| town.roads.nodes[node as usize]);
    Coord { x: (a.x + b.x) / 2.0, y: (a.y + b.y) / 2.0 }
}

/// The edges that are (copies of) a segment, with a point in the middle of each.
fn middles(town: &Ruled, network: &RoadNetwork, segment: usize) -> Vec<Snap> {
    let road = &town.roads.segments[segment];
    let (a, b) = (town.roads.nodes[road.from as usize], town.roads.nodes[road.to as usize]);
    let ends = |edge: &Edge| (network.location(edge.tail), network.location(edge.head));
    let own = network
        .edges()
        .iter()
        .enumerate()
        .filter(|(_, edge)| edge.length_mm == road.length_mm && (ends(edge) == (a, b) || ends(edge) == (b, a)));
    own.map(|(i, edge)| Snap { edge: EdgeId::at(i), offset_mm: edge.length_mm / 2, leg: Cost::ZERO, leg_m: 0.0 }).collect()
}

#[test]
fn turns_cost_what_petgraph_finds_on_the_expanded_graph() {
    let (mut rules, mut reached, mut changed) = (0, 0, 0);
    for seed in 0..400 {
        let town = Ruled::new(seed);
        let unfolded = town.roads.clone().unfolded(&town.turns);
        assert_eq!(unfolded.unused, [], "seed {seed}");
        rules += town.turns.rules.len();
        let network = RoadNetwork::build(&unfolded.roads, Metric::Time).unwrap();
        let linkage = linked(&network, &town, town.facility);
        let starts: Vec<(Arc, u64)> = [(town.facility, false), (town.facility, true)]
            .into_iter()
            .filter(|arc| town.is_open(*arc))
            .map(|arc| (arc, town.half(arc)))
            .collect();
        let free = Ruled { turns: Turns::default(), ..Ruled::new(seed) }.search(&starts);
        let costs = town.search(&starts);
        changed += usize::from(free != costs);
        let sources = Sources::new(&network, &linkage, Direction::FromFacility).unwrap();
        let mut space = SearchSpace::default();
        let nearest = sources.nearest_facility(&mut space);
        for segment in 0..town.roads.segments.len() {
            if segment == town.facility || town.roads.segments[segment].from == town.roads.segments[segment].to {
                continue;
            }
            let arcs = [(segment, false), (segment, true)].into_iter().filter(|arc| town.is_open(*arc));
            let to_middle = arcs.filter_map(|arc| Some(costs.get(&arc)? - town.whole(arc) + town.half(arc))).min();
            let ours = nearest.point(&middles(&town, &network, segment));
            let ours = ours.cost.is_reached().then_some(u64::from(ours.cost.0));
            reached += usize::from(to_middle.is_some());
            assert_eq!(ours, to_middle, "seed {seed}, segment {segment} of {:?}", town.turns);
        }
    }
    assert!(rules > 1000 && reached > 3000 && changed > 150, "{rules} rules, {reached} reached, {changed} changed");
}

/// The same the other way: people drive to the facility, by the rules of their way there.
#[test]
fn turns_on_the_way_to_a_facility_cost_the_same() {
    let (mut reached, mut differ) = (0, 0);
    for seed in 0..100 {
        let town = Ruled::new(seed);
        let network = RoadNetwork::build(&town.roads.clone().unfolded(&town.turns).roads, Metric::Time).unwrap();
        let linkage = linked(&network, &town, town.facility);
        let mut space = [SearchSpace::default(), SearchSpace::default()];
        let [to, from] =
            [Direction::ToFacility, Direction::FromFacility].map(|direction| Sources::new(&network, &linkage, direction).unwrap());
        let [to_space, from_space] = &mut space;
        let (to, from) = (to.nearest_facility(to_space), from.nearest_facility(from_space));
        for segment in (0..town.roads.segments.len()).filter(|segment| *segment != town.facility) {
            if town.roads.segments[segment].from == town.roads.segments[segment].to {
                continue;
            }
            let arcs = |segment| [(segment, false), (segment, true)].into_iter().filter(|arc| town.is_open(*arc));
            let starts: Vec<(Arc, u64)> = arcs(segment).map(|arc| (arc, town.half(arc))).collect();
            let costs = town.search(&starts);
            let judged = arcs(town.facility).filter_map(|arc| Some(costs.get(&arc)? - town.whole(arc) + town.half(arc))).min();
            let places = middles(&town, &network, segment);
            let ours = to.point(&places).cost;
            reached += usize::from(judged.is_some());
            differ += usize::from(ours != from.point(&places).cost);
            assert_eq!(ours.is_reached().then_some(u64::from(ours.0)), judged, "seed {seed}, segment {segment} of {:?}", town.turns);
        }
    }
    assert!(reached > 800 && differ > 400, "{reached} reached, {differ} cost another than the way back");
}

/// The facility on all copies of its segment.
fn linked(network: &RoadNetwork, town: &Ruled, segment: usize) -> Linkage {
    let rules = LinkRules { snap_m: 10_000.0, access_speed_m_s: 1e9, min_component: 1 };
    Linkage::new(&EdgeGrid::new(network, rules).unwrap(), &[place(town, segment)])
}
