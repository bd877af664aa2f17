//! From the finds of single blobs to one selection; the same for every file format.
//!
//! A reader goes over the file for relations, then for ways, then for nodes, and hands over one [`Part`] a blob (or one for
//! the whole file) in the order of the file. Each step says which ids the next one has to look for.

use rayon::prelude::*;

use super::model::{Counts, Header, Kind, NOWHERE, Node, ObjectId, OsmData, Relation, Tags, Warning, WarningKind, Way};
use super::positions::{Finder, Position, Positions};

/// What one blob adds to the selection.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) nodes: Vec<Node>,
    pub(super) ways: Vec<Way>,
    pub(super) relations: Vec<Relation>,
    /// Places of wanted nodes, by their index in the list of wanted ids.
    pub(super) places: Vec<(usize, Position)>,
    pub(super) counts: Counts,
    /// The latest edit, seconds since 1970.
    pub(super) latest: Option<i64>,
    pub(super) warnings: Vec<Warning>,
}

impl Part {
    /// Stores a way after taking immediate repetitions out of its nodes.
    pub(super) fn add_way(&mut self, id: i64, mut refs: Vec<i64>, tags: Tags, selected: bool) {
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
        self.ways.push(Way { id, refs, tags, selected, places: Vec::new() });
    }

    /// Stores a node that is selected (then `tags` are given), wanted (then its `index` is), or both.
    pub(super) fn add_node(&mut self, id: i64, place: Option<Position>, index: Option<usize>, tags: Option<Tags>) {
        let Some(place) = place else {
            let detail = "its position is not on the globe; taken as missing".to_owned();
            self.warn(Kind::Node, id, WarningKind::BadPosition, detail);
            return;
        };
        if let Some(index) = index {
            self.places.push((index, place));
        }
        if let Some(tags) = tags {
            self.nodes.push(Node { id, lon: place.lon(), lat: place.lat(), tags });
        }
    }

    fn warn(&mut self, kind: Kind, id: i64, warning: WarningKind, detail: String) {
        self.warnings.push(Warning::new(kind, id, warning, detail));
    }
}

/// The selection while it grows.
#[derive(Debug, Default)]
pub(super) struct Gather {
    data: OsmData,
    latest: Option<i64>,
}

impl Gather {
    pub(super) fn add_relations(&mut self, parts: Vec<Part>) {
        self.absorb(parts);
        let OsmData { relations, warnings, .. } = &mut self.data;
        keep_last(relations, Kind::Relation, |relation| relation.id, warnings);
    }

    /// The ids of the member ways of the relations, ascending.
    pub(super) fn wanted_ways(&self) -> Vec<i64> {
        sorted(self.members(Kind::Way).collect())
    }

    pub(super) fn add_ways(&mut self, parts: Vec<Part>) {
        self.absorb(parts);
        let OsmData { ways, warnings, .. } = &mut self.data;
        keep_last(ways, Kind::Way, |way| way.id, warnings);
    }

    /// The ids of the nodes of the ways and of the member nodes of the relations, ascending.
    pub(super) fn wanted_nodes(&self) -> Vec<i64> {
        let of_ways = self.data.ways.iter().flat_map(|way| &way.refs).copied();
        sorted(of_ways.chain(self.members(Kind::Node)).collect())
    }

    /// `wanted` as [`Gather::wanted_nodes`] gave it; the indices in the parts refer to it.
    pub(super) fn add_nodes(&mut self, wanted: Vec<i64>, parts: Vec<Part>) {
        let mut places = vec![None; wanted.len()];
        let found = parts.iter().flat_map(|part| &part.places);
        for &(index, place) in found {
            if places[index].replace(place).is_some() {
                self.data.warnings.push(duplicate(Kind::Node, wanted[index]));
            }
        }
        self.absorb(parts);
        self.data.positions = Positions::from_sorted(wanted, places);
        let OsmData { nodes, warnings, .. } = &mut self.data;
        keep_last(nodes, Kind::Node, |node| node.id, warnings);
    }

    pub(super) fn finish(mut self, mut header: Header) -> OsmData {
        header.timestamp = header.timestamp.or(self.latest);
        self.data.header = header;
        let faults = place_ways(&mut self.data);
        self.data.warnings.extend(faults);
        self.data.warnings.sort_unstable();
        self.data.warnings.dedup();
        self.data
    }

    fn absorb(&mut self, parts: Vec<Part>) {
        for part in parts {
            self.data.nodes.extend(part.nodes);
            self.data.ways.extend(part.ways);
            self.data.relations.extend(part.relations);
            self.data.warnings.extend(part.warnings);
            self.data.counts.nodes += part.counts.nodes;
            self.data.counts.ways += part.counts.ways;
            self.data.counts.relations += part.counts.relations;
            self.latest = self.latest.max(part.latest);
        }
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

fn place_way(way: &mut Way, positions: &Positions, finder: &mut Finder<'_>) -> impl Iterator<Item = Warning> + use<> {
    let mut missing = Tally::default();
    let mut zero = Tally::default();
    let mut previous = None;
    way.places.reserve_exact(way.refs.len());
    for &node in &way.refs {
        let index = finder.index(node);
        let place = index.map(|index| positions.at(index));
        if place.is_none() {
            missing.add(node);
        } else if place == previous {
            zero.add(node);
        }
        previous = place;
        way.places.push(index.map_or(NOWHERE, |index| index as u32));
    }
    let way = ObjectId { kind: Kind::Way, id: way.id };
    let missing = missing.warning(way, WarningKind::MissingNodes, |node, count| {
        format!("{count} of its nodes are not in the file, the first is node {node}")
    });
    let zero = zero
        .warning(way, WarningKind::ZeroLengthEdge, |node, count| format!("{count} edges have no length, the first ends at node {node}"));
    missing.into_iter().chain(zero)
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
