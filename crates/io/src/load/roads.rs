//! Roads: ways of an extract, classified by a profile, cut into straight segments of geodesic length.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use catchment::geo::Coord;
use catchment::{BarrierUse, Finding, FindingKind, Profile, RoadSegment, Roads, Stage, WayUse};
use rayon::prelude::*;

use super::turns::{Found, Stretches, named_ways};
use super::{TOO_FAR, project, project_each, road_lines};
use crate::crs::{Projector, road_length_m};
use crate::error::{Error, data as error};
use crate::osm::{Line, OsmData};
use crate::plan::is_layer;

/// The roads among the lines of `data` that `profile` uses, in metres of `projector`'s target, and what was found on the way.
pub(super) fn roads(data: &OsmData, file: &str, profile: &Profile, projector: &Projector) -> Result<(Roads, Vec<Finding>), Error> {
    let mut findings = unknown_classes(data, profile, file);
    if is_layer(file) {
        findings.extend(road_lines::faster(data, profile, file));
    }
    let Cut { mut roads, rank, stretches } = match in_metres(data, file, profile, projector, &BTreeSet::new()) {
        Ok(cut) => cut,
        Err(_) => {
            let lost = too_far(data, projector);
            findings.extend(lost.first().map(|first| lost_nodes(data, file, lost.len(), *first)));
            in_metres(data, file, profile, projector, &lost)?
        }
    };
    if let Some(drive) = &profile.drive {
        let (turns, found) = Found { data, file, roads: &roads, stretches: &stretches, rank: &rank }.turns(profile, drive);
        findings.extend(found);
        roads = roads.unfolded(&turns).roads;
    }
    Ok((roads, findings))
}

/// Roads with their lengths and delays, projected; `lost` positions are as if the extract lacked them.
fn in_metres(data: &OsmData, file: &str, profile: &Profile, projector: &Projector, lost: &BTreeSet<usize>) -> Result<Cut, Error> {
    let named = profile.drive.as_ref().map(|drive| named_ways(data, drive)).unwrap_or_default();
    let mut cut = cut(data, profile, &named, lost);
    let roads = &mut cut.roads;
    measure(&mut roads.segments, &roads.nodes);
    delay(&mut roads.segments, &node_delays(data, profile), roads.nodes.len(), &cut.rank, data);
    project(projector, &mut roads.nodes, file)?;
    project(projector, &mut roads.cut_ends, file)?;
    Ok(cut)
}

/// The positions that lie too far from the study to be projected: those of a node at 0, 0, or of the far side of a continent.
fn too_far(data: &OsmData, projector: &Projector) -> BTreeSet<usize> {
    let places: Vec<Coord<f64>> = data.positions.iter().map(|(_, at)| at.coord()).collect();
    let images = project_each(projector, &places);
    images.iter().enumerate().filter(|(_, image)| image.is_none()).map(|(position, _)| position).collect()
}

fn lost_nodes(data: &OsmData, file: &str, count: usize, first: usize) -> Finding {
    let (id, at) = data.positions.iter().nth(first).map_or((0, Coord::default()), |(id, at)| (id, at.coord()));
    let detail =
        format!("{count} nodes of which each {TOO_FAR}, the first is node {id} at {}, {}; the roads there are left out", at.x, at.y);
    Finding::new(Stage::Roads, file, format!("node {id}"), FindingKind::TooFar, detail)
}

/// Roads without their lengths, in degrees.
struct Cut {
    roads: Roads,
    /// For each position its node, `u32::MAX` where no road comes by.
    rank: Vec<u32>,
    /// The segments of the ways that were named.
    stretches: Stretches,
}

fn cut(data: &OsmData, profile: &Profile, named: &BTreeSet<i64>, lost: &BTreeSet<usize>) -> Cut {
    let mut stretches = Stretches::new();
    let uses = Uses::of(data, profile);
    let open = || data.lines.iter().filter_map(|line| Some((line, uses.of_line(&line, data)?)));
    let mut rank = vec![u32::MAX; data.positions.len()];
    let mut roads = Roads::default();
    roads.nodes.reserve_exact(data.positions.len());
    roads.segments.reserve_exact(open().map(|(line, _)| line.places().len().saturating_sub(1)).sum());
    for (line, way_use) in open() {
        let mut before: Option<u32> = None;
        let mut missing = false;
        let first = roads.segments.len();
        for place in line.places() {
            let Some(position) = place.filter(|position| !lost.contains(position)) else {
                roads.cut_ends.extend(before.filter(|_| !missing).map(|node| roads.nodes[node as usize]));
                (before, missing) = (None, true);
                continue;
            };
            let node = &mut rank[position];
            if *node == u32::MAX {
                *node = roads.nodes.len() as u32;
                roads.nodes.push(data.positions.at(position).coord());
            }
            let node = *node;
            if missing {
                roads.cut_ends.push(roads.nodes[node as usize]);
                missing = false;
            }
            roads.segments.extend(before.map(|from| segment(from, node, &way_use)));
            before = Some(node);
        }
        if named.contains(&line.id) {
            stretches.insert(line.id, stretches_of(&roads.segments, first));
        }
    }
    Cut { roads, rank, stretches }
}

/// The segments from `first` on, in stretches that hang together.
fn stretches_of(segments: &[RoadSegment], first: usize) -> Vec<Range<u32>> {
    let mut found: Vec<Range<u32>> = Vec::new();
    for at in first..segments.len() {
        match found.last_mut() {
            Some(last) if segments[at - 1].to == segments[at].from => last.end = at as u32 + 1,
            _ => found.push(at as u32..at as u32 + 1),
        }
    }
    found
}

/// How lines are used, by their set of tags.
struct Uses<'p> {
    profile: &'p Profile,
    by_set: Vec<SetUse>,
}

enum SetUse {
    Same(WayUse),
    /// It depends on the line's length.
    ByLength,
}

impl<'p> Uses<'p> {
    fn of(data: &OsmData, profile: &'p Profile) -> Self {
        let set_use = |tags: &crate::osm::Tags| {
            let asked = Cell::new(false);
            let length_m = || {
                asked.set(true);
                1.0
            };
            let way_use = profile.classify(|key| tags.get(key), length_m);
            if asked.get() { SetUse::ByLength } else { SetUse::Same(way_use) }
        };
        Uses { profile, by_set: data.lines.sets().iter().map(set_use).collect() }
    }

    /// None where the line is shut.
    fn of_line(&self, line: &Line<'_>, data: &OsmData) -> Option<WayUse> {
        let way_use = match &self.by_set[line.set] {
            SetUse::Same(way_use) => *way_use,
            SetUse::ByLength => self.profile.classify(|key| data.lines.sets()[line.set].get(key), || length_m(line, data)),
        };
        way_use.is_open().then_some(way_use)
    }
}

fn length_m(line: &Line<'_>, data: &OsmData) -> f64 {
    let places: Vec<Coord<f64>> = line.places().flatten().map(|place| data.positions.at(place).coord()).collect();
    places.windows(2).map(|ends| road_length_m(ends[0], ends[1])).sum()
}

fn segment(from: u32, to: u32, way_use: &WayUse) -> RoadSegment {
    RoadSegment { from, to, length_mm: 0, forward_m_s: way_use.forward_m_s, backward_m_s: way_use.backward_m_s, delay_ms: 0 }
}

fn measure(segments: &mut [RoadSegment], lonlat: &[Coord<f64>]) {
    segments.par_iter_mut().with_min_len(1024).for_each(|segment| {
        let metres = road_length_m(lonlat[segment.from as usize], lonlat[segment.to as usize]);
        segment.length_mm = (metres * 1000.0).round() as u32;
    });
}

/// Half the waiting at a crossing with signals or at a gate, by the number of its node; empty where nobody waits.
fn node_delays(data: &OsmData, profile: &Profile) -> BTreeMap<i64, u32> {
    let half = |seconds: f64| (seconds * 500.0).round() as u32;
    let signal = half(profile.crossing_delay_s);
    let drive = profile.drive.as_ref().filter(|drive| drive.gate_delay_s > 0.0);
    if signal == 0 && drive.is_none() {
        return BTreeMap::new();
    }
    let waiting = data.nodes.iter().map(|node| {
        let tag = |key: &str| node.tags.get(key);
        let gate = drive.filter(|drive| drive.barrier(profile, tag) == BarrierUse::Gate).map_or(0, |drive| half(drive.gate_delay_s));
        (node.id, if is_signal(tag) { signal + gate } else { gate })
    });
    waiting.filter(|(_, half)| *half > 0).collect()
}

/// Whether a node with these tags is a crossing with signals.
pub(super) fn is_signal<'t>(tag: impl Fn(&str) -> Option<&'t str>) -> bool {
    tag("highway") == Some("traffic_signals") || tag("crossing") == Some("traffic_signals")
}

fn delay(segments: &mut [RoadSegment], delays: &BTreeMap<i64, u32>, nodes: usize, rank: &[u32], data: &OsmData) {
    if delays.is_empty() {
        return;
    }
    let mut by_node = vec![0u32; nodes];
    for ((id, _), node) in data.positions.iter().zip(rank) {
        if let (Some(delay), Some(slot)) = (delays.get(&id), by_node.get_mut(*node as usize)) {
            *slot = *delay;
        }
    }
    for segment in segments {
        segment.delay_ms = by_node[segment.from as usize] + by_node[segment.to as usize];
    }
}

/// There is no road for somebody.
pub(super) fn none(data: &OsmData, file: &str, who: &str) -> Error {
    if is_layer(file) {
        return road_lines::no_road(data, file, who);
    }
    error(file, "", "no road", format!("ways that {who} may use: is this an extract with roads?"))
}

/// Classes of ways that the profile does not know: closed, and said.
fn unknown_classes(data: &OsmData, profile: &Profile, file: &str) -> Vec<Finding> {
    let mut by_set = vec![0usize; data.lines.sets().len()];
    for line in data.lines.iter() {
        by_set[line.set] += 1;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (tags, count) in data.lines.sets().iter().zip(by_set).filter(|(_, count)| *count > 0) {
        if let Some(class) = tags.get("highway").filter(|class| !profile.highway.contains_key(*class)) {
            *counts.entry(class).or_default() += count;
        }
    }
    let finding = |(class, count): (&str, usize)| {
        let detail = if is_layer(file) {
            format!(
                "{count} lines of this class are closed, as the profile does not know it: roads.classes = {{ \"{class}\" = \"residential\" }} \
                 says what it is, profiles.NAME.highway opens it as it is"
            )
        } else {
            format!("{count} ways of this class are not in the profile and are closed; open it with profiles.NAME.highway")
        };
        Finding::new(Stage::Roads, file, format!("highway={class}"), FindingKind::UnknownHighway, detail)
    };
    counts.into_iter().map(finding).collect()
}
