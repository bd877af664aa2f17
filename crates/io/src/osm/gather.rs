//! From the finds of single blobs to one selection; the same for every file format.
//!
//! A reader goes over the file for relations, then for ways, then for nodes, and hands over one [`Part`] a blob (or one for
//! the whole file) in the order of the file. Each step says which ids the next one has to look for.

use rayon::prelude::*;

use super::lines::LineRefs;
use super::model::{Counts, Header, Kind, NOWHERE, Node, ObjectId, OsmData, Relation, Tags, Warning, WarningKind, Way};
use super::positions::{Finder, Position, Positions};

/// An object of more nodes, members and tags than this is none of the map: the most that the server takes are some ten thousands.
pub(super) const MOST_PARTS: usize = 1 << 20;
/// An object of more tags, or of longer ones and longer roles in bytes, is none either.
pub(super) const MOST_TAGS: usize = 1 << 14;
pub(super) const MOST_TEXT: usize = 1 << 24;
/// Blobs hold some thousand objects: those of more to be kept are refused.
const MOST_IN_BLOB: u64 = 1 << 22;

/// How many objects, nodes of ways, members and tags may be kept of a file of so many bytes: a node alone takes some bytes there, however
/// well it is packed.
pub(super) fn most_kept(bytes: u64) -> u64 {
    (1 << 21) + bytes.saturating_mul(4)
}

/// What one blob adds to the selection.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) nodes: Vec<Node>,
    pub(super) ways: Vec<Way>,
    pub(super) lines: LineRefs,
    pub(super) relations: Vec<Relation>,
    /// Places of wanted nodes, by their index in the list of wanted ids.
    pub(super) places: Vec<(u32, Position)>,
    pub(super) counts: Counts,
    /// The latest edit, seconds since 1970.
    pub(super) latest: Option<i64>,
    pub(super) warnings: Vec<Warning>,
    /// How many objects, nodes of ways, members and tags it holds.
    pub(super) kept: u64,
}

/// What tags count for: long ones as several.
fn weight(tags: &Tags) -> u64 {
    tags.iter().map(|(key, value)| 1 + (key.len() + value.len()) as u64 / 32).sum()
}

impl Part {
    /// An error once a blob holds more than blobs do.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        if self.kept > MOST_IN_BLOB { Err("it holds more nodes of ways, members and tags than a blob of a map") } else { Ok(()) }
    }

    /// Stores a line whose nodes are mended.
    pub(super) fn add_line(&mut self, id: i64, set: u32, refs: &[i64]) {
        self.kept += 1 + refs.len() as u64;
        self.lines.push(id, set, refs);
    }

    /// Stores a relation.
    pub(super) fn add_relation(&mut self, relation: Relation) {
        let roles: usize = relation.members.iter().map(|member| member.role.len() / 32).sum();
        self.kept += 1 + (relation.members.len() + roles) as u64 + weight(&relation.tags);
        self.relations.push(relation);
    }

    /// Takes immediate repetitions out of a way's nodes, and tells of them and of ways that are no lines.
    pub(super) fn mend(&mut self, id: i64, refs: &mut Vec<i64>) {
        let before = refs.len();
        let mut repeated = None;
        refs.dedup_by(|node, previous| {
            let same = node == previous;
            if same && repeated.is_none() {
                repeated = Some(*node);
            }
            same
        });
        if let Some(node) = repeated {
            let detail = format!("names node {node} twice in a row; {} repetitions dropped", before - refs.len());
            self.warn(Kind::Way, id, WarningKind::RepeatedNode, detail);
        }
        if refs.len() < 2 {
            let detail = format!("has {} different nodes; a line needs two", refs.len());
            self.warn(Kind::Way, id, WarningKind::TooFewNodes, detail);
        }
    }

    /// Stores a way whose nodes are mended.
    pub(super) fn add_way(&mut self, id: i64, refs: Vec<i64>, tags: Tags, selected: bool) {
        self.kept += 1 + refs.len() as u64 + weight(&tags);
        self.ways.push(Way { id, refs, tags, selected, places: Vec::new() });
    }

    /// Stores a node that is selected (then `tags` are given), wanted (then its `index` is), or both.
    pub(super) fn add_node(&mut self, id: i64, place: Option<Position>, index: Option<usize>, tags: Option<Tags>) {
        let Some(place) = place else {
            let detail = "its position is not on the globe; taken as missing".to_owned();
            self.warn(Kind::Node, id, WarningKind::BadPosition, detail);
            return;
        };
        self.kept += 1 + tags.as_ref().map_or(0, weight);
        if let Some(index) = index {
            self.places.push((index as u32, place));
        }
        if let Some(tags) = tags {
            self.nodes.push(Node { id, lon: place.lon(), lat: place.lat(), tags });
        }
    }

    fn warn(&mut self, kind: Kind, id: i64, warning: WarningKind, detail: String) {
        self.kept += 4;
        self.warnings.push(Warning::new(kind, id, warning, detail));
    }
}

/// The selection while it grows: first the parts with relations, then those with ways, then those with nodes.
#[derive(Debug, Default)]
pub(super) struct Gather {
    data: OsmData,
    lines: LineRefs,
    latest: Option<i64>,
    /// Where the wanted nodes are, by their index in the list; [`Position::NONE`] until found.
    places: Vec<Position>,
    /// Wanted nodes that were found again.
    repeated: Vec<u32>,
}

impl Gather {
    pub(super) fn add(&mut self, part: Part) {
        for &(index, place) in &part.places {
            let slot = &mut self.places[index as usize];
            if std::mem::replace(slot, place) != Position::NONE {
                self.repeated.push(index);
            }
        }
        self.lines.append(&part.lines);
        self.data.nodes.extend(part.nodes);
        self.data.ways.extend(part.ways);
        self.data.relations.extend(part.relations);
        self.data.warnings.extend(part.warnings);
        self.data.counts.nodes += part.counts.nodes;
        self.data.counts.ways += part.counts.ways;
        self.data.counts.relations += part.counts.relations;
        self.latest = self.latest.max(part.latest);
    }

    /// The ids of the member ways of the relations, ascending; to be asked when all relations are there.
    pub(super) fn wanted_ways(&mut self) -> Vec<i64> {
        let OsmData { relations, warnings, .. } = &mut self.data;
        keep_last(relations, Kind::Relation, |relation| relation.id, warnings);
        sorted(self.members(Kind::Way).collect())
    }

    /// The ids of the nodes of the ways and lines and of the member nodes of the relations, ascending; to be asked when all ways are
    /// there. The indices in the parts of nodes refer to it.
    pub(super) fn wanted_nodes(&mut self) -> Vec<i64> {
        let OsmData { ways, warnings, .. } = &mut self.data;
        keep_last(ways, Kind::Way, |way| way.id, warnings);
        let repeated = self.lines.sort();
        warnings.extend(repeated.into_iter().map(|id| duplicate(Kind::Way, id)));
        let mut ids = self.lines.refs().to_vec();
        ids.extend(self.data.ways.iter().flat_map(|way| &way.refs).copied().chain(self.members(Kind::Node)));
        let wanted = sorted(ids);
        self.places = vec![Position::NONE; wanted.len()];
        wanted
    }

    /// Ties the places of nodes to their ids, `wanted` as [`Gather::wanted_nodes`] gave it.
    pub(super) fn place(&mut self, wanted: Vec<i64>) {
        let OsmData { nodes, warnings, .. } = &mut self.data;
        warnings.extend(self.repeated.iter().map(|index| duplicate(Kind::Node, wanted[*index as usize])));
        keep_last(nodes, Kind::Node, |node| node.id, warnings);
        self.data.positions = Positions::from_sorted(wanted, std::mem::take(&mut self.places));
    }

    pub(super) fn finish(mut self, mut header: Header) -> OsmData {
        header.timestamp = header.timestamp.or(self.latest);
        self.data.header = header;
        let faults = place_ways(&mut self.data);
        self.data.warnings.extend(faults);
        let faults = self.place_lines();
        self.data.warnings.extend(faults);
        self.data.warnings.sort_unstable();
        self.data.warnings.dedup();
        self.data
    }

    fn place_lines(&mut self) -> Vec<Warning> {
        let positions = &self.data.positions;
        let place = || {
            let mut finder = positions.finder();
            move |id| finder.index(id).map_or(NOWHERE, |index| index as u32)
        };
        let judge = |id, refs: &[i64], places: &[u32]| faults(id, refs, places, positions);
        let (lines, faults) = std::mem::take(&mut self.lines).placed(place, judge);
        self.data.lines = lines;
        faults
    }

    fn members(&self, kind: Kind) -> impl Iterator<Item = i64> {
        let members = self.data.relations.iter().flat_map(|r| &r.members);
        members.filter(move |m| m.kind == kind).map(|m| m.id)
    }
}

fn sorted(mut ids: Vec<i64>) -> Vec<i64> {
    ids.par_sort_unstable();
    ids.dedup();
    ids.shrink_to_fit();
    ids
}

/// Sorts by id; of several objects with one id the last one of the file stays.
fn keep_last<T>(objects: &mut Vec<T>, kind: Kind, id: impl Fn(&T) -> i64, warnings: &mut Vec<Warning>) {
    objects.sort_by_key(&id);
    objects.dedup_by(|next, kept| {
        let same = id(next) == id(kept);
        if same {
            warnings.push(duplicate(kind, id(next)));
            std::mem::swap(next, kept);
        }
        same
    });
}

fn duplicate(kind: Kind, id: i64) -> Warning {
    let detail = "occurs more than once in the file; the last one is used".to_owned();
    Warning::new(kind, id, WarningKind::DuplicateId, detail)
}

/// Ties ways to the positions of their nodes, and tells what is wrong with them.
fn place_ways(data: &mut OsmData) -> Vec<Warning> {
    let positions = &data.positions;
    let by_chunk: Vec<Vec<Warning>> = data
        .ways
        .par_chunks_mut(1024)
        .map(|ways| {
            let mut finder = positions.finder();
            let faults = ways.iter_mut().flat_map(|way| place_way(way, positions, &mut finder));
            faults.collect()
        })
        .collect();
    by_chunk.into_iter().flatten().collect()
}

fn place_way(way: &mut Way, positions: &Positions, finder: &mut Finder<'_>) -> Vec<Warning> {
    way.places = way.refs.iter().map(|node| finder.index(*node).map_or(NOWHERE, |index| index as u32)).collect();
    faults(way.id, &way.refs, &way.places, positions)
}

/// What is wrong with a way whose nodes `refs` stand at `places` in the positions.
fn faults(way: i64, refs: &[i64], places: &[u32], positions: &Positions) -> Vec<Warning> {
    let mut missing = Tally::default();
    let mut zero = Tally::default();
    let mut previous = None;
    for (&node, &place) in refs.iter().zip(places) {
        let place = (place != NOWHERE).then(|| positions.at(place as usize));
        if place.is_none() {
            missing.add(node);
        } else if place == previous {
            zero.add(node);
        }
        previous = place;
    }
    let way = ObjectId { kind: Kind::Way, id: way };
    let missing = missing.warning(way, WarningKind::MissingNodes, |node, count| {
        format!("{count} of its nodes are not in the file, the first is node {node}")
    });
    let zero = zero
        .warning(way, WarningKind::ZeroLengthEdge, |node, count| format!("{count} edges have no length, the first ends at node {node}"));
    missing.into_iter().chain(zero).collect()
}

/// How often a fault was met, and at which node first.
#[derive(Default)]
struct Tally {
    first: Option<i64>,
    count: usize,
}

impl Tally {
    fn add(&mut self, node: i64) {
        self.first.get_or_insert(node);
        self.count += 1;
    }

    fn warning(self, object: ObjectId, kind: WarningKind, detail: impl Fn(i64, usize) -> String) -> Option<Warning> {
        let first = self.first?;
        Some(Warning { object, kind, detail: detail(first, self.count) })
    }
}
