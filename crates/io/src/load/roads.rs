//! Roads: ways of an extract, classified by a profile, cut into straight segments of geodesic length.

use std::collections::BTreeMap;

use catchment::geo::Coord;
use catchment::{Issue, Profile, RoadSegment, Roads, Stage, WayUse};
use rayon::prelude::*;

use super::project;
use crate::crs::{Projector, geodesic_lengths_m};
use crate::error::Error;
use crate::osm::{OsmData, Way};

/// The roads of `data` that `profile` uses, in metres of `projector`'s target, and what was found on the way.
pub(super) fn roads(data: &OsmData, file: &str, profile: &Profile, projector: &Projector) -> Result<(Roads, Vec<Issue>), Error> {
    let used = used_ways(data, profile);
    let mut rank = vec![u32::MAX; data.positions.len()];
    let mut lonlat: Vec<Coord<f64>> = Vec::new();
    let mut segments: Vec<RoadSegment> = Vec::new();
    let mut cut_ends: Vec<u32> = Vec::new();
    let delays = signal_delays(data, profile);
    for (way, way_use) in &used {
        let mut before: Option<u32> = None;
        let mut missing = false;
        for place in way.places() {
            let Some(position) = place else {
                cut_ends.extend(before.filter(|_| !missing));
                (before, missing) = (None, true);
                continue;
            };
            let node = &mut rank[position];
            if *node == u32::MAX {
                *node = lonlat.len() as u32;
                lonlat.push(data.positions.at(position).coord());
            }
            let node = *node;
            if missing {
                cut_ends.push(node);
                missing = false;
            }
            if let Some(from) = before {
                segments.push(segment(from, node, way_use));
            }
            before = Some(node);
        }
    }
    measure(&mut segments, &lonlat, &delays, &rank, data);
    let mut places = lonlat;
    project(projector, &mut places, file)?;
    let cut_ends = cut_ends.into_iter().map(|node| places[node as usize]).collect();
    Ok((Roads { nodes: places, segments, cut_ends }, unknown_classes(data, profile, file)))
}

fn used_ways<'d>(data: &'d OsmData, profile: &Profile) -> Vec<(&'d Way, WayUse)> {
    let roads = data.ways.par_iter().filter(|way| way.selected && (way.tags.get("highway").is_some() || way.tags.get("route").is_some()));
    roads
        .map(|way| (way, profile.classify(|key| way.tags.get(key), || length_m(way, data))))
        .filter(|(_, way_use)| way_use.is_open())
        .collect()
}

fn length_m(way: &Way, data: &OsmData) -> f64 {
    let places: Vec<Coord<f64>> = way.refs.iter().filter_map(|id| data.positions.get(*id)).map(|p| p.coord()).collect();
    let pairs: Vec<[Coord<f64>; 2]> = places.windows(2).map(|w| [w[0], w[1]]).collect();
    geodesic_lengths_m(&pairs).iter().sum()
}

fn segment(from: u32, to: u32, way_use: &WayUse) -> RoadSegment {
    RoadSegment { from, to, length_mm: 0, forward_m_s: way_use.forward_m_s, backward_m_s: way_use.backward_m_s, delay_ms: 0 }
}

/// Half the waiting at a crossing with signals, by the position of its node; empty where nobody waits.
fn signal_delays(data: &OsmData, profile: &Profile) -> BTreeMap<i64, u32> {
    let half = (profile.crossing_delay_s * 500.0).round() as u32;
    let signal = |node: &&crate::osm::Node| {
        node.tags.get("highway") == Some("traffic_signals") || node.tags.get("crossing") == Some("traffic_signals")
    };
    if half == 0 { BTreeMap::new() } else { data.nodes.iter().filter(signal).map(|node| (node.id, half)).collect() }
}

fn measure(segments: &mut [RoadSegment], lonlat: &[Coord<f64>], delays: &BTreeMap<i64, u32>, rank: &[u32], data: &OsmData) {
    let ends: Vec<[Coord<f64>; 2]> = segments.iter().map(|s| [lonlat[s.from as usize], lonlat[s.to as usize]]).collect();
    for (segment, metres) in segments.iter_mut().zip(geodesic_lengths_m(&ends)) {
        segment.length_mm = (metres * 1000.0).round() as u32;
    }
    if delays.is_empty() {
        return;
    }
    let mut by_node = vec![0u32; lonlat.len()];
    for (position, (id, _)) in data.positions.iter().enumerate() {
        if let (Some(delay), Some(slot)) = (delays.get(&id), by_node.get_mut(rank[position] as usize)) {
            *slot = *delay;
        }
    }
    for segment in segments {
        segment.delay_ms = by_node[segment.from as usize] + by_node[segment.to as usize];
    }
}

/// Classes of ways that the profile does not know: closed, and said.
fn unknown_classes(data: &OsmData, profile: &Profile, file: &str) -> Vec<Issue> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for class in data.ways.iter().filter(|way| way.selected).filter_map(|way| way.tags.get("highway")) {
        if !profile.highway.contains_key(class) {
            *counts.entry(class).or_default() += 1;
        }
    }
    let issue = |(class, count): (&str, usize)| {
        let detail = format!("{count} ways of this class are not in the profile and are closed; open it with profiles.NAME.highway");
        Issue::new(Stage::Roads, file, format!("highway={class}"), "unknown_highway", detail)
    };
    counts.into_iter().map(issue).collect()
}
