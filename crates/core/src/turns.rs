//! Turns: rules about the way on (turn restrictions), places where nobody gets through, and what a turn costs, written into the roads.
//!
//! A search knows where it is, not where it came from. So a node where that matters is taken apart: one node for each road that arrives, one
//! for each road that leaves, and a connector of no length for each turn that is allowed:
//!
//! ```text
//!            b                          b ↑ ↓
//!            │                        out b in b         in a ──→ out b      a turn left
//!     a ─────v───── c      a → in a            out c → c in a ──→ out c      straight on
//!                          a ← out a            in c ← c in c ──→ out a      …
//! ```
//!
//! Roads there are driven in two copies, one for each direction, as far as the next junction (or to where they become one-way), so that nobody
//! turns back in the middle of the road to get around a rule. Where a rule speaks of three or more roads in a row (*via* ways), the roads between get one more copy, for
//! those who come from the first one. The result is plain [`Roads`]: every search, sum and shape works on it as it is.

use std::collections::{BTreeMap, BTreeSet};

use geo::Coord;
use serde::{Deserialize, Serialize};

use crate::input::{RoadSegment, Roads};

/// A segment of road and the direction in which it is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Heading {
    /// Position of the segment in [`Roads::segments`].
    pub segment: u32,
    /// Whether it is driven from its last node to its first.
    pub against: bool,
}

/// Whether the way on is forbidden or the only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnKind {
    /// Nobody drives this way (`no_left_turn`, `no_u_turn`, …).
    No,
    /// Who starts on this way ends it (`only_straight_on`, …).
    Only,
}

/// A rule about the way on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnRule {
    /// What it says.
    pub kind: TurnKind,
    /// The segment driven before the turn, those between if there are any, and the one after it: each begins where the last one ends.
    pub way: Vec<Heading>,
}

/// What there is to know about turns, beside the roads.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Turns {
    /// Rules about the way on.
    pub rules: Vec<TurnRule>,
    /// Positions in [`Roads::nodes`] of places that nobody gets through.
    pub blocked: Vec<u32>,
    /// What a turn of more than [`TURN_DEGREES`] at a junction costs, milliseconds.
    pub turn_ms: u32,
}

/// A change of direction up to this is no turn.
pub const TURN_DEGREES: f64 = 45.0;

impl Turns {
    /// Whether they change anything.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.blocked.is_empty() && self.turn_ms == 0
    }
}

/// Roads with their turns written into them.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfolded {
    /// The roads: those that turns do not touch as they were, in their order.
    pub roads: Roads,
    /// Positions of rules that could not be used, since their segments do not follow one another or are shut in that direction.
    pub unused: Vec<usize>,
}

impl Roads {
    /// Writes turns into the roads.
    ///
    /// At a node that a rule is about, one turns back only where there is no other way on. Where turns cost nothing, one may turn back at
    /// any junction without a rule.
    ///
    /// ```
    /// use catchment::geo::Coord;
    /// use catchment::{Heading, Metric, NodeId, RoadNetwork, RoadSegment, Roads, TurnKind, TurnRule, Turns};
    ///
    /// // 100 m from west to east and 100 m more to the north; nobody turns left in the middle
    /// let places = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0)];
    /// let segment = |from, to| RoadSegment {
    ///     from, to, length_mm: 100_000, forward_m_s: Some(10.0), backward_m_s: Some(10.0), delay_ms: 0,
    /// };
    /// let nodes = places.iter().map(|&(x, y)| Coord { x, y }).collect();
    /// let roads = Roads { nodes, segments: vec![segment(0, 1), segment(1, 2)], ..Roads::default() };
    /// let way = [0, 1].map(|segment| Heading { segment, against: false }).to_vec();
    /// let turns = Turns { rules: vec![TurnRule { kind: TurnKind::No, way }], ..Turns::default() };
    /// let network = RoadNetwork::build(&roads.unfolded(&turns).roads, Metric::Time)?;
    /// let at = |(x, y)| (0..network.node_count() as u32).map(NodeId).find(|n| network.location(*n) == Coord { x, y }).unwrap();
    /// let (west, north) = (at(places[0]), at(places[2]));
    /// assert!(!petgraph::algo::dijkstra(&network, west, None, |arc| arc.cost.0).contains_key(&north));
    /// assert_eq!(petgraph::algo::dijkstra(&network, north, None, |arc| arc.cost.0)[&west], 20_000);
    /// # Ok::<(), catchment::NetworkError>(())
    /// ```
    ///
    /// # Complexity
    ///
    /// O(n log n) for the roads; what is added is in proportion to the roads around the nodes that rules are about, and to all junctions
    /// where turns cost something.
    pub fn unfolded(self, turns: &Turns) -> Unfolded {
        let nodes = self.nodes.len();
        // of a segment without its nodes the network will tell
        if turns.is_empty() || self.segments.iter().any(|s| s.from as usize >= nodes || s.to as usize >= nodes) {
            return Unfolded { roads: self, unused: Vec::new() };
        }
        let plan = Plan::new(&self, turns);
        let unused = plan.unused.clone();
        let (nodes, segments) = Writer::new(&self, &plan, turns).write();
        Unfolded { roads: Roads { nodes, segments, cut_ends: self.cut_ends }, unused }
    }
}

/// A segment and a direction in one number.
type Arc = u32;

fn arc(heading: Heading) -> Arc {
    2 * heading.segment + u32::from(heading.against)
}

/// The segments at each node: those of node `v` are `rows[first[v] .. first[v + 1]]`, as arcs that leave it, shut ones among them.
struct Leaving {
    first: Vec<u32>,
    rows: Vec<Arc>,
}

impl Leaving {
    fn of(roads: &Roads) -> Leaving {
        let mut first = vec![0u32; roads.nodes.len() + 2];
        for segment in &roads.segments {
            first[segment.from as usize + 2] += 1;
            first[segment.to as usize + 2] += 1;
        }
        for i in 2..first.len() {
            first[i] += first[i - 1];
        }
        let mut rows = vec![0; 2 * roads.segments.len()];
        for (i, segment) in (0u32..).zip(&roads.segments) {
            for (node, arc) in [(segment.from, 2 * i), (segment.to, 2 * i + 1)] {
                let slot = &mut first[node as usize + 1];
                rows[*slot as usize] = arc;
                *slot += 1;
            }
        }
        first.pop();
        Leaving { first, rows }
    }

    fn at(&self, node: u32) -> &[Arc] {
        &self.rows[self.first[node as usize] as usize..self.first[node as usize + 1] as usize]
    }
}

/// Which nodes are taken apart, which segments are driven in two copies, and where the rules are.
struct Plan<'r> {
    roads: &'r Roads,
    leaving: Leaving,
    /// Of each node, whether turns are looked at.
    apart: Vec<bool>,
    /// Of each node, whether nobody gets through.
    blocked: Vec<bool>,
    /// Of each segment, whether its directions are two roads.
    split: Vec<bool>,
    /// Sequences of arcs that nobody drives.
    forbidden: BTreeSet<Vec<Arc>>,
    /// What one has to remember: the beginnings of forbidden sequences, of two arcs or more.
    remembered: BTreeSet<Vec<Arc>>,
    unused: Vec<usize>,
}

impl<'r> Plan<'r> {
    fn new(roads: &'r Roads, turns: &Turns) -> Plan<'r> {
        let nodes = roads.nodes.len();
        let mut plan = Plan {
            roads,
            leaving: Leaving::of(roads),
            apart: vec![false; nodes],
            blocked: vec![false; nodes],
            split: vec![false; roads.segments.len()],
            forbidden: BTreeSet::new(),
            remembered: BTreeSet::new(),
            unused: Vec::new(),
        };
        for &node in &turns.blocked {
            if let Some(blocked) = plan.blocked.get_mut(node as usize) {
                *blocked = true;
            }
        }
        for (i, rule) in turns.rules.iter().enumerate() {
            let known = rule.way.iter().all(|on| (on.segment as usize) < roads.segments.len());
            let way: Vec<Arc> = if known { rule.way.iter().copied().map(arc).collect() } else { Vec::new() };
            match plan.is_way(&way) {
                true => plan.add(rule.kind, &way),
                false => plan.unused.push(i),
            }
        }
        if turns.turn_ms > 0 {
            for node in 0..nodes as u32 {
                plan.apart[node as usize] |= plan.open_ways(node) > 2;
            }
        }
        for node in 0..nodes {
            // nobody turns where nobody gets through
            plan.apart[node] &= !plan.blocked[node];
        }
        for node in 0..nodes as u32 {
            if plan.apart[node as usize] {
                plan.split_from(node);
            }
        }
        plan
    }

    /// Whether arcs follow one another and are open.
    fn is_way(&self, way: &[Arc]) -> bool {
        let joined = || way.windows(2).all(|pair| self.head(pair[0]) == self.tail(pair[1]));
        way.len() >= 2 && way.iter().all(|arc| self.is_open(*arc)) && joined()
    }

    fn add(&mut self, kind: TurnKind, way: &[Arc]) {
        match kind {
            TurnKind::No => {
                self.forbidden.insert(way.to_vec());
            }
            TurnKind::Only => {
                for at in 1..way.len() {
                    for &other in self.leaving.at(self.head(way[at - 1])) {
                        if other != way[at] && self.is_open(other) {
                            self.forbidden.insert([&way[..at], &[other]].concat());
                        }
                    }
                }
            }
        }
        for at in 1..way.len() {
            let node = self.head(way[at - 1]) as usize;
            self.apart[node] = true;
            if at >= 2 {
                self.remembered.insert(way[..at].to_vec());
            }
        }
    }

    /// Marks the roads at a node that is taken apart, as far as the next junction.
    fn split_from(&mut self, node: u32) {
        for i in self.leaving.first[node as usize]..self.leaving.first[node as usize + 1] {
            let mut arc = self.leaving.rows[i as usize];
            while self.is_open(arc) && self.is_open(arc ^ 1) && !std::mem::replace(&mut self.split[(arc / 2) as usize], true) {
                match self.onward(arc) {
                    Some(next) => arc = next,
                    None => break,
                }
            }
        }
    }

    /// The arc after this one, where that leads to a bend of the road.
    fn onward(&self, arc: Arc) -> Option<Arc> {
        let node = self.head(arc);
        if !self.is_bend(node) {
            return None;
        }
        self.leaving.at(node).iter().copied().find(|next| *next != arc ^ 1)
    }

    /// Whether a node only shapes a road: two segments meet there, and it has no rule.
    fn is_bend(&self, node: u32) -> bool {
        let here = self.leaving.at(node);
        matches!(here, [a, b] if a / 2 != b / 2) && !self.apart[node as usize] && !self.blocked[node as usize]
    }

    fn is_open(&self, arc: Arc) -> bool {
        let segment = &self.roads.segments[(arc / 2) as usize];
        if arc.is_multiple_of(2) { segment.forward_m_s.is_some() } else { segment.backward_m_s.is_some() }
    }

    fn tail(&self, arc: Arc) -> u32 {
        let segment = &self.roads.segments[(arc / 2) as usize];
        if arc.is_multiple_of(2) { segment.from } else { segment.to }
    }

    fn head(&self, arc: Arc) -> u32 {
        self.tail(arc ^ 1)
    }

    /// How many segments meet at a node that are open in some direction.
    fn open_ways(&self, node: u32) -> usize {
        self.leaving.at(node).iter().filter(|arc| self.is_open(**arc) || self.is_open(**arc ^ 1)).count()
    }

    /// Open arcs that leave a node.
    fn exits(&self, node: u32) -> impl Iterator<Item = Arc> + use<'_, 'r> {
        self.leaving.at(node).iter().copied().filter(|arc| self.is_open(*arc))
    }

    /// What is to be remembered after driving `next` with `memory` of the arcs before it: none where that is forbidden; else the longest
    /// remembered ending, or `next` alone.
    fn after(&self, memory: &[Arc], next: Arc) -> Option<Vec<Arc>> {
        let driven = [memory, &[next]].concat();
        if (0..driven.len()).any(|from| self.forbidden.contains(&driven[from..])) {
            return None;
        }
        let kept = (0..driven.len()).map(|from| &driven[from..]).find(|ending| self.remembered.contains(*ending));
        Some(kept.map_or_else(|| vec![next], <[Arc]>::to_vec))
    }
}

/// A node of the new roads: what of the old node it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// Where one arrives, with what is remembered (the last of it is the arc).
    In(Vec<Arc>),
    /// Where one sets out.
    Out(Vec<Arc>),
    /// A bend of a road whose directions are two roads: one arrives by this arc.
    Bend(Arc),
    /// The end of a segment at a place that nobody gets through: the arc leaves there.
    End(Arc),
}

/// Writes the new roads.
struct Writer<'p> {
    plan: &'p Plan<'p>,
    turn_ms: u32,
    nodes: Vec<Coord<f64>>,
    segments: Vec<RoadSegment>,
    parts: BTreeMap<Part, u32>,
}

impl<'p> Writer<'p> {
    fn new(roads: &Roads, plan: &'p Plan<'p>, turns: &Turns) -> Writer<'p> {
        let segments = Vec::with_capacity(roads.segments.len());
        Writer { plan, turn_ms: turns.turn_ms, nodes: roads.nodes.clone(), segments, parts: BTreeMap::new() }
    }

    fn write(mut self) -> (Vec<Coord<f64>>, Vec<RoadSegment>) {
        let plan = self.plan;
        for (i, segment) in (0u32..).zip(&plan.roads.segments) {
            let arcs = [2 * i, 2 * i + 1];
            if plan.split[i as usize] {
                arcs.into_iter().for_each(|arc| self.drive(&[arc]));
            } else {
                // one way, or between nodes that are whole
                let arc = if plan.is_open(arcs[0]) { arcs[0] } else { arcs[1] };
                let ends = [self.departure(&[arc]), self.arrival(&[arc])];
                let [from, to] = if arc == arcs[0] { ends } else { [ends[1], ends[0]] };
                self.segments.push(RoadSegment { from, to, ..*segment });
            }
        }
        for memory in &plan.remembered {
            self.drive(memory);
        }
        self.connect();
        (self.nodes, self.segments)
    }

    /// The last arc of what is remembered, as a one-way road.
    fn drive(&mut self, memory: &[Arc]) {
        let Some(&arc) = memory.last() else { return };
        let segment = self.plan.roads.segments[(arc / 2) as usize];
        let speed = if arc.is_multiple_of(2) { segment.forward_m_s } else { segment.backward_m_s };
        let (from, to) = (self.departure(memory), self.arrival(memory));
        self.segments.push(RoadSegment { from, to, forward_m_s: speed, backward_m_s: None, ..segment });
    }

    /// Connectors between arrivals and departures at the nodes that are taken apart.
    fn connect(&mut self) {
        let plan = self.plan;
        let arrivals: Vec<(Vec<Arc>, u32)> = self
            .parts
            .iter()
            .filter_map(|(part, node)| if let Part::In(memory) = part { Some((memory.clone(), *node)) } else { None })
            .collect();
        for (memory, from) in arrivals {
            let Some(&arrived) = memory.last() else { continue };
            let here = plan.head(arrived);
            let back = arrived ^ 1;
            let allowed = |exit: Arc| plan.after(&memory, exit).map(|next| (exit, next));
            let mut ways: Vec<(Arc, Vec<Arc>)> = plan.exits(here).filter(|exit| *exit != back).filter_map(allowed).collect();
            if ways.is_empty() && plan.is_open(back) {
                ways.extend(allowed(back));
            }
            for (exit, next) in ways {
                let to = self.departure(&next);
                let delay_ms = if self.turn_ms > 0 && self.is_turn(arrived, exit) { self.turn_ms } else { 0 };
                self.segments.push(RoadSegment { from, to, length_mm: 0, forward_m_s: Some(1.0), backward_m_s: None, delay_ms });
            }
        }
    }

    /// Where one sets out on the last arc of what is remembered.
    fn departure(&mut self, memory: &[Arc]) -> u32 {
        let Some(&arc) = memory.last() else { return 0 };
        let (plan, node) = (self.plan, self.plan.tail(arc));
        if plan.apart[node as usize] {
            return self.part(node, Part::Out(memory.to_vec()));
        }
        // at a bend, one came by the other segment
        let before = plan.leaving.at(node).iter().copied().find(|other| *other != arc).map(|other| other ^ 1);
        self.whole(node, arc, before)
    }

    /// Where one arrives by the last arc of what is remembered.
    fn arrival(&mut self, memory: &[Arc]) -> u32 {
        let Some(&arc) = memory.last() else { return 0 };
        let node = self.plan.head(arc);
        if self.plan.apart[node as usize] {
            return self.part(node, Part::In(memory.to_vec()));
        }
        self.whole(node, arc ^ 1, Some(arc))
    }

    /// A node that is not taken apart, at the segment of which arc `leaving` leaves there: one for all, but at blocked places and at bends of
    /// split roads, where `arriving` is how one gets there.
    fn whole(&mut self, node: u32, leaving: Arc, arriving: Option<Arc>) -> u32 {
        let plan = self.plan;
        if plan.blocked[node as usize] {
            return self.part(node, Part::End(leaving));
        }
        let split = |arc: &Arc| plan.split[(arc / 2) as usize];
        match arriving {
            Some(arriving) if plan.is_bend(node) && plan.leaving.at(node).iter().all(split) => self.part(node, Part::Bend(arriving)),
            _ => node,
        }
    }

    fn part(&mut self, node: u32, part: Part) -> u32 {
        let nodes = &mut self.nodes;
        *self.parts.entry(part).or_insert_with(|| {
            nodes.push(nodes[node as usize]);
            nodes.len() as u32 - 1
        })
    }

    /// Whether the way changes its direction by more than [`TURN_DEGREES`]; never where one of the two has no direction.
    fn is_turn(&self, arrived: Arc, exit: Arc) -> bool {
        let place = |node: u32| self.plan.roads.nodes[node as usize];
        let course = |arc: Arc| place(self.plan.head(arc)) - place(self.plan.tail(arc));
        let (before, after) = (course(arrived), course(exit));
        let lengths = before.x.hypot(before.y) * after.x.hypot(after.y);
        lengths > 0.0 && (before.x * after.x + before.y * after.y) / lengths < TURN_DEGREES.to_radians().cos()
    }
}
