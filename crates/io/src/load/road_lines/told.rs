//! What is told of the joining of lines.

use std::collections::HashMap;

use catchment::{Finding, FindingKind, Stage};
use petgraph::unionfind::UnionFind;

use super::drawn::Drawn;
use super::noding::{NEAR, Noded};
use super::plane::side_m;

/// What the findings speak of.
pub(super) struct Told<'a> {
    pub file: &'a str,
    pub snap_m: f64,
    pub lines: &'a [Drawn],
    pub noded: &'a Noded,
    /// What a row of the layer is called.
    pub called: &'a dyn Fn(usize) -> String,
    pub has_levels: bool,
}

impl Told<'_> {
    pub(super) fn findings(&self) -> Vec<Finding> {
        let all = [self.snapped(), self.crossings(), self.near(), self.other_level(), self.pieces()];
        let finding = |(kind, detail): (FindingKind, String)| Finding::new(Stage::Roads, self.file, "", kind, detail);
        all.into_iter().flatten().map(finding).collect()
    }

    fn snapped(&self) -> Option<(FindingKind, String)> {
        let facts = &self.noded.facts;
        let ends = format!(
            "{} ends of lines were moved to the line or end that they just miss or overshoot, by up to {:.2} m (roads.snap_m = {})",
            facts.snapped, facts.farthest_m, self.snap_m
        );
        let vanished = format!("{} lines are no longer than that and became a point", facts.vanished);
        let told = [(facts.snapped, ends), (facts.vanished, vanished)].into_iter().filter(|(count, _)| *count > 0);
        let told: Vec<String> = told.map(|(_, what)| what).collect();
        (!told.is_empty()).then(|| (FindingKind::EndsSnapped, told.join("; ")))
    }

    fn crossings(&self) -> Option<(FindingKind, String)> {
        let facts = &self.noded.facts;
        let detail = match self.has_levels {
            true => format!("{} crossings of one level were joined, {} of different levels were not", facts.joined, facts.apart),
            false => format!(
                "all {} crossings were joined, bridges and tunnels too: columns = {{ level = \"…\" }} would keep them apart",
                facts.joined
            ),
        };
        (facts.joined + facts.apart > 0).then_some((FindingKind::CrossingsJoined, detail))
    }

    fn near(&self) -> Option<(FindingKind, String)> {
        let near = &self.noded.facts.near;
        let (line, place, away) = near.iter().min_by(|a, b| a.2.total_cmp(&b.2).then(a.1.cmp(&b.1)))?;
        let detail = format!(
            "{} ends meet nothing and lie within {} m of a line that they may have been meant to meet: raise roads.snap_m, or mend the layer; \
             the nearest is {:.2} m away, at {:.6}, {:.6} ({})",
            near.len(),
            NEAR * self.snap_m,
            away,
            place.lon(),
            place.lat(),
            (self.called)(self.lines[*line].row)
        );
        Some((FindingKind::EndsNearLines, detail))
    }

    fn other_level(&self) -> Option<(FindingKind, String)> {
        let count = self.noded.facts.other_level;
        let detail = format!("{count} ends meet nothing and lie upon a line of another level, with which they are not joined");
        (count > 0).then_some((FindingKind::EndsAtOtherLevel, detail))
    }

    /// How many pieces the lines form, and how much of the length is in the largest.
    fn pieces(&self) -> Option<(FindingKind, String)> {
        let Noded { places, lines, .. } = self.noded;
        let mut nodes = UnionFind::<u32>::new(places.len());
        for pair in lines.iter().flat_map(|line| line.windows(2)) {
            nodes.union(pair[0], pair[1]);
        }
        let mut lengths: HashMap<u32, f64> = HashMap::new();
        for pair in lines.iter().flat_map(|line| line.windows(2)) {
            *lengths.entry(nodes.find(pair[0])).or_default() += side_m(places[pair[0] as usize], places[pair[1] as usize]);
        }
        let whole: f64 = lengths.values().sum();
        let largest = lengths.values().copied().fold(0.0, f64::max);
        let detail = format!(
            "the lines form {} pieces that do not hang together; the largest holds {:.2} % of their {:.1} km",
            lengths.len(),
            100.0 * largest / whole,
            whole / 1000.0
        );
        (lengths.len() > 1).then_some((FindingKind::RoadPieces, detail))
    }
}
