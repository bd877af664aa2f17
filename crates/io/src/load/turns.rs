//! Turn restrictions and barriers of an extract, as rules about its roads.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use catchment::{BarrierUse, Drive, Finding, FindingKind, Heading, Profile, Roads, Stage, TurnKind, TurnRule, Turns};

use super::needs::is_restriction_key;
use crate::osm::{Kind, OsmData, Relation, Tags};

/// Where the segments of ways are: several stretches where the file lacks nodes of a way.
pub(super) type Stretches = BTreeMap<i64, Vec<Range<u32>>>;

/// The ways that turn restrictions speak of.
pub(super) fn named_ways(data: &OsmData, drive: &Drive) -> BTreeSet<i64> {
    let members = restrictions(data, drive).flat_map(|relation| &relation.members);
    members.filter(|member| member.kind == Kind::Way).map(|member| member.id).collect()
}

fn restrictions<'d>(data: &'d OsmData, drive: &Drive) -> impl Iterator<Item = &'d Relation> {
    let obeyed = drive.turn_restrictions;
    let is_one = |tags: &Tags| tags.get("type") == Some("restriction") && tags.iter().any(|(key, _)| is_restriction_key(key));
    data.relations.iter().filter(move |relation| obeyed && is_one(&relation.tags))
}

/// What is known of an extract's roads.
pub(super) struct Found<'d> {
    pub data: &'d OsmData,
    pub file: &'d str,
    pub roads: &'d Roads,
    /// Of the ways that restrictions name.
    pub stretches: &'d Stretches,
    /// For each position its node of the roads, `u32::MAX` where no road comes by.
    pub rank: &'d [u32],
}

/// Why a restriction makes no rule.
enum Unused {
    /// It says nothing to this vehicle, or about roads that it does not use.
    Foreign,
    Conditional,
    Broken(&'static str),
}

impl Found<'_> {
    /// The rules for a vehicle, and what could not be used.
    pub(super) fn turns(&self, profile: &Profile, drive: &Drive) -> (Turns, Vec<Finding>) {
        let mut turns = Turns { turn_ms: (drive.turn_delay_s * 1000.0).round() as u32, ..Turns::default() };
        let mut findings = Vec::new();
        let (mut foreign, mut conditional) = (0usize, 0usize);
        for relation in restrictions(self.data, drive) {
            match self.rules(relation, drive) {
                Ok(rules) => turns.rules.extend(rules),
                Err(Unused::Foreign) => foreign += 1,
                Err(Unused::Conditional) => conditional += 1,
                Err(Unused::Broken(why)) => {
                    let id = format!("relation {}", relation.id);
                    findings.push(Finding::new(Stage::Roads, self.file, id, FindingKind::RestrictionNotUsed, why));
                }
            }
        }
        let mut count = |count: usize, kind: FindingKind, what: &str| {
            if count > 0 {
                findings.push(Finding::new(Stage::Roads, self.file, "", kind, format!("{count} {what}")));
            }
        };
        count(
            foreign,
            FindingKind::RestrictionsOfOthers,
            "turn restrictions are not for this vehicle, or speak of ways that it does not use",
        );
        count(conditional, FindingKind::RestrictionsByTime, "turn restrictions hold at some hours only: they are not obeyed");
        turns.blocked = self.nodes(|tags| drive.barrier(profile, |key| tags.get(key)) == BarrierUse::Closed);
        count(
            turns.blocked.len(),
            FindingKind::BarriersShutRoads,
            "barriers at nodes of roads let this vehicle not through (barrier=* and its access)",
        );
        (turns, findings)
    }

    /// Nodes of the roads whose tags are such.
    fn nodes(&self, such: impl Fn(&Tags) -> bool) -> Vec<u32> {
        let mut finder = self.data.positions.finder();
        let own = self.data.nodes.iter().filter(|node| such(&node.tags));
        own.filter_map(|node| Some(self.rank[finder.index(node.id)?])).filter(|node| *node != u32::MAX).collect()
    }

    fn rules(&self, relation: &Relation, drive: &Drive) -> Result<Vec<TurnRule>, Unused> {
        let kind = kind(&relation.tags, drive)?;
        let of_role = |role: &'static str| relation.members.iter().filter(move |member| member.role == role);
        let ways = |role| of_role(role).filter(|member| member.kind == Kind::Way).map(|member| member.id).collect::<Vec<i64>>();
        let (from, via, to) = (ways("from"), ways("via"), ways("to"));
        let nodes: Vec<i64> = of_role("via").filter(|member| member.kind == Kind::Node).map(|member| member.id).collect();
        if from.is_empty() || to.is_empty() || (via.is_empty() == nodes.is_empty()) || nodes.len() > 1 {
            return Err(Unused::Broken("it does not have a from, a to and one via node or via ways"));
        }
        // no_entry and no_exit may have several: each pair by itself
        let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to)));
        let (mut rules, mut faults) = (Vec::new(), Vec::new());
        for (from, to) in pairs {
            let used = [from, to].iter().chain(&via).all(|way| self.stretches.contains_key(way));
            let way = match nodes.first() {
                _ if !used => Err(Unused::Foreign),
                Some(node) => self.over_node(from, *node, to),
                None => self.over_ways(from, &via, to),
            };
            match way {
                Ok(way) => rules.push(TurnRule { kind, way }),
                Err(fault) => faults.push(fault),
            }
        }
        if kind == TurnKind::Only && rules.len() > 1 {
            return Err(Unused::Broken("it leaves only one way on, and names several"));
        }
        match faults.pop() {
            Some(fault) if rules.is_empty() => Err(fault),
            _ => Ok(rules),
        }
    }

    fn over_node(&self, from: i64, node: i64, to: i64) -> Result<Vec<Heading>, Unused> {
        let position = self.data.positions.finder().index(node);
        let node = position.map(|at| self.rank[at]).filter(|node| *node != u32::MAX).ok_or(Unused::Foreign)?;
        self.between(from, node, &[], node, to)?.ok_or(Unused::Broken("its ways do not meet at its via node, or go on beyond it"))
    }

    fn over_ways(&self, from: i64, via: &[i64], to: i64) -> Result<Vec<Heading>, Unused> {
        // each via way is driven from one end to the other, in one of two directions
        let (mut found, mut fault) = (Vec::new(), None);
        for first_against in [false, true] {
            let way = self.along(via, first_against).filter(|(between, _, _)| between.iter().all(|arc| self.is_open(arc)));
            match way.map(|(between, start, end)| self.between(from, start, &between, end, to)) {
                Some(Ok(way)) => found.extend(way),
                Some(Err(other)) => fault = Some(other),
                None => {}
            }
        }
        match found.len() {
            1 => Ok(found.remove(0)),
            0 if fault.is_some() => Err(fault.unwrap_or(Unused::Foreign)),
            _ => Err(Unused::Broken("its from, via and to ways do not follow one another from end to end in one way")),
        }
    }

    /// The ways in a row, the first in a direction; and where they begin and end.
    fn along(&self, via: &[i64], first_against: bool) -> Option<(Vec<Heading>, u32, u32)> {
        let mut driven: Vec<Heading> = Vec::new();
        let mut ends: Option<(u32, u32)> = None;
        for way in via {
            let [stretch] = &self.stretches[way][..] else { return None };
            let forward: Vec<Heading> = stretch.clone().map(|segment| Heading { segment, against: false }).collect();
            let backward: Vec<Heading> = stretch.clone().rev().map(|segment| Heading { segment, against: true }).collect();
            let (first, last) = (self.tail(*forward.first()?), self.head(*forward.last()?));
            let against = ends.map_or(first_against, |(_, end)| end != first);
            let (start, end) = if against { (last, first) } else { (first, last) };
            if ends.is_some_and(|(_, end)| end != start) {
                return None;
            }
            driven.extend(if against { backward } else { forward });
            ends = Some((ends.map_or(start, |(start, _)| start), end));
        }
        let (start, end) = ends?;
        Some((driven, start, end))
    }

    /// From the last segment of a way into `start`, along `between`, out of `end` into another way; none where they do not meet there.
    fn between(&self, from: i64, start: u32, between: &[Heading], end: u32, to: i64) -> Result<Option<Vec<Heading>>, Unused> {
        let arriving: Vec<Heading> = self.arcs(from).filter(|arc| self.head(*arc) == start).collect();
        let leaving: Vec<Heading> = self.arcs(to).filter(|arc| self.tail(*arc) == end).collect();
        if arriving.is_empty() || leaving.is_empty() {
            return Ok(None);
        }
        let arriving: Vec<Heading> = arriving.into_iter().filter(|arc| self.is_open(arc)).collect();
        let leaving: Vec<Heading> = leaving.into_iter().filter(|arc| self.is_open(arc)).collect();
        match (&arriving[..], &leaving[..]) {
            ([first], [last]) => Ok(Some([&[*first], between, &[*last]].concat())),
            // nobody drives there in that direction anyway
            ([], _) | (_, []) => Err(Unused::Foreign),
            _ => Ok(None),
        }
    }

    /// The segments of a way in both directions.
    fn arcs(&self, way: i64) -> impl Iterator<Item = Heading> {
        let segments = self.stretches.get(&way).into_iter().flatten().flat_map(Clone::clone);
        segments.flat_map(|segment| [false, true].map(|against| Heading { segment, against }))
    }

    fn is_open(&self, arc: &Heading) -> bool {
        let segment = &self.roads.segments[arc.segment as usize];
        if arc.against { segment.backward_m_s.is_some() } else { segment.forward_m_s.is_some() }
    }

    fn tail(&self, arc: Heading) -> u32 {
        let segment = &self.roads.segments[arc.segment as usize];
        if arc.against { segment.to } else { segment.from }
    }

    fn head(&self, arc: Heading) -> u32 {
        self.tail(Heading { against: !arc.against, ..arc })
    }
}

/// What a restriction says to a vehicle: the most special key that is there counts.
fn kind(tags: &Tags, drive: &Drive) -> Result<TurnKind, Unused> {
    let own = |name: &str| (name == "emergency" && drive.emergency) || drive.access_keys.iter().any(|key| key == name);
    if tags.get("except").is_some_and(|list| list.split(';').any(|name| own(name.trim()))) {
        return Err(Unused::Foreign);
    }
    let special = std::iter::once("emergency").filter(|_| drive.emergency).chain(drive.access_keys.iter().map(String::as_str));
    let value = special.map(|key| format!("restriction:{key}")).find_map(|key| tags.get(&key)).or(tags.get("restriction"));
    match value {
        Some(value) if value.starts_with("no_") => Ok(TurnKind::No),
        Some(value) if value.starts_with("only_") => Ok(TurnKind::Only),
        Some(_) => Err(Unused::Broken("it is neither no_* nor only_*")),
        None if tags.get("restriction:conditional").is_some() => Err(Unused::Conditional),
        None => Err(Unused::Foreign),
    }
}
