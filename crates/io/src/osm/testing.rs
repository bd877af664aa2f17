//! Small scenes written as XML and as PBF, and ways to choose from them.

use std::fmt::Write as _;
use std::io::Write as _;

use super::{Kind, Select, TagView};

pub(super) type TagList = Vec<(&'static str, &'static str)>;
pub(super) type MemberList = Vec<(Kind, i64, &'static str)>;

/// Selects everything that has a tag.
pub(super) struct All;

impl Select for All {
    fn looks_at(&self, _: Kind, _: &str) -> bool {
        true
    }
}

/// Selects objects with one of these keys.
pub(super) struct Keyed(pub(super) &'static [&'static str]);

impl Select for Keyed {
    fn looks_at(&self, _: Kind, key: &str) -> bool {
        self.0.contains(&key)
    }
}

/// Keeps ways with this key as lines, and selects objects with one of these keys.
pub(super) struct Lined(pub(super) &'static str, pub(super) &'static [&'static str]);

impl Select for Lined {
    fn looks_at(&self, _: Kind, key: &str) -> bool {
        self.1.contains(&key)
    }

    fn line_key(&self, key: &str) -> bool {
        matches!(key, "highway" | "foot")
    }

    fn line(&self, tags: TagView<'_>) -> bool {
        tags.get(self.0).is_some()
    }
}

/// Selects relations that are boundaries of level 8.
pub(super) struct Municipalities;

impl Select for Municipalities {
    fn looks_at(&self, kind: Kind, key: &str) -> bool {
        kind == Kind::Relation && key == "admin_level"
    }

    fn selects(&self, _: Kind, tags: TagView<'_>) -> bool {
        tags.get("admin_level") == Some("8") && tags.get("boundary") == Some("administrative")
    }
}

/// A little world; positions are in degrees.
#[derive(Debug, Clone, Default)]
pub(super) struct Scene {
    pub(super) nodes: Vec<(i64, f64, f64, TagList)>,
    pub(super) ways: Vec<(i64, Vec<i64>, TagList)>,
    pub(super) relations: Vec<(i64, MemberList, TagList)>,
}

impl Scene {
    pub(super) fn node(mut self, id: i64, lon: f64, lat: f64) -> Self {
        self.nodes.push((id, lon, lat, vec![]));
        self
    }

    pub(super) fn place(mut self, id: i64, lon: f64, lat: f64, tags: TagList) -> Self {
        self.nodes.push((id, lon, lat, tags));
        self
    }

    pub(super) fn way(mut self, id: i64, refs: &[i64], tags: TagList) -> Self {
        self.ways.push((id, refs.to_vec(), tags));
        self
    }

    pub(super) fn relation(mut self, id: i64, members: &[(Kind, i64, &'static str)]) -> Self {
        let tags = vec![("type", "multipolygon"), ("landuse", "forest")];
        self.relations.push((id, members.to_vec(), tags));
        self
    }

    pub(super) fn xml(&self) -> Vec<u8> {
        let mut xml = String::from("<?xml version='1.0' encoding='UTF-8'?>\n<osm version=\"0.6\" generator=\"test\">\n");
        for (id, lon, lat, tags) in &self.nodes {
            let _ = write!(xml, "<node id=\"{id}\" lon=\"{lon:.7}\" lat=\"{lat:.7}\">");
            xml += &xml_tags(tags);
            xml += "</node>\n";
        }
        for (id, refs, tags) in &self.ways {
            let _ = write!(xml, "<way id=\"{id}\">");
            for node in refs {
                let _ = write!(xml, "<nd ref=\"{node}\"/>");
            }
            xml += &xml_tags(tags);
            xml += "</way>\n";
        }
        for (id, members, tags) in &self.relations {
            let _ = write!(xml, "<relation id=\"{id}\">");
            for (kind, member, role) in members {
                let _ = write!(xml, "<member type=\"{kind}\" ref=\"{member}\" role=\"{role}\"/>");
            }
            xml += &xml_tags(tags);
            xml += "</relation>\n";
        }
        xml += "</osm>\n";
        xml.into_bytes()
    }

    pub(super) fn sorted_pbf(&self) -> Vec<u8> {
        let blocks = [self.dense_block(), self.way_block(), self.relation_block()];
        let used = blocks.into_iter().filter(|block| !block.group.is_empty());
        pbf(&["Sort.Type_then_ID"], used.map(Block::message))
    }

    /// The blobs in the wrong order.
    pub(super) fn unsorted_pbf(&self, claims: &[&str]) -> Vec<u8> {
        let blocks = [self.relation_block(), self.node_block(), self.way_block()];
        pbf(claims, blocks.into_iter().map(Block::message))
    }

    /// Uncompressed blobs, sorted and dense or neither.
    pub(super) fn plain_pbf(&self, sorted: bool) -> Vec<u8> {
        let (mut file, blocks) = match sorted {
            true => (pbf(&["Sort.Type_then_ID"], []), [self.dense_block(), self.way_block(), self.relation_block()]),
            false => (pbf(&[], []), [self.relation_block(), self.way_block(), self.node_block()]),
        };
        for block in blocks {
            file.extend(blob("OSMData", &block.message(), false));
        }
        file
    }

    /// Everything in one blob.
    pub(super) fn one_blob_pbf(&self) -> Vec<u8> {
        let mut block = Block::default();
        self.add_nodes(&mut block);
        self.add_ways(&mut block);
        self.add_relations(&mut block);
        pbf(&["Sort.Type_then_ID"], [block.message()])
    }

    fn dense_block(&self) -> Block {
        let mut block = Block::default();
        if self.nodes.is_empty() {
            return block;
        }
        let mut dense = Message::default();
        dense.packed(1, &deltas(self.nodes.iter().map(|node| node.0)));
        dense.packed(8, &deltas(self.nodes.iter().map(|node| e7(node.2))));
        dense.packed(9, &deltas(self.nodes.iter().map(|node| e7(node.1))));
        let mut tags = Vec::new();
        for (_, _, _, of_node) in &self.nodes {
            for (k, v) in of_node {
                tags.extend([block.string(k), block.string(v)]);
            }
            tags.push(0);
        }
        dense.packed(10, &tags);
        block.group.bytes(2, &dense.0);
        block
    }

    fn node_block(&self) -> Block {
        let mut block = Block::default();
        self.add_nodes(&mut block);
        block
    }

    fn way_block(&self) -> Block {
        let mut block = Block::default();
        self.add_ways(&mut block);
        block
    }

    fn relation_block(&self) -> Block {
        let mut block = Block::default();
        self.add_relations(&mut block);
        block
    }

    fn add_nodes(&self, block: &mut Block) {
        for (id, lon, lat, tags) in &self.nodes {
            let mut node = Message::default();
            node.number(1, fold(*id));
            block.tags(&mut node, tags);
            node.number(8, fold(e7(*lat)));
            node.number(9, fold(e7(*lon)));
            block.group.bytes(1, &node.0);
        }
    }

    fn add_ways(&self, block: &mut Block) {
        for (id, refs, tags) in &self.ways {
            let mut way = Message::default();
            way.number(1, id.cast_unsigned());
            block.tags(&mut way, tags);
            way.packed(8, &deltas(refs.iter().copied()));
            block.group.bytes(3, &way.0);
        }
    }

    fn add_relations(&self, block: &mut Block) {
        for (id, members, tags) in &self.relations {
            let mut relation = Message::default();
            relation.number(1, id.cast_unsigned());
            block.tags(&mut relation, tags);
            let roles: Vec<u64> = members.iter().map(|m| block.string(m.2)).collect();
            relation.packed(8, &roles);
            relation.packed(9, &deltas(members.iter().map(|m| m.1)));
            let kinds: Vec<u64> = members.iter().map(|m| m.0 as u64).collect();
            relation.packed(10, &kinds);
            block.group.bytes(4, &relation.0);
        }
    }
}

fn xml_tags(tags: &TagList) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let tags = tags.iter().map(|(k, v)| format!("<tag k=\"{}\" v=\"{}\"/>", escape(k), escape(v)));
    tags.collect()
}

fn e7(degrees: f64) -> i64 {
    (degrees * 1e7).round() as i64
}

fn fold(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

fn deltas(numbers: impl Iterator<Item = i64>) -> Vec<u64> {
    let mut last = 0;
    let mut step = |number| fold(number - std::mem::replace(&mut last, number));
    numbers.map(&mut step).collect()
}

/// A protocol buffer message under construction.
#[derive(Debug, Clone, Default)]
pub(super) struct Message(pub(super) Vec<u8>);

impl Message {
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(super) fn number(&mut self, field: u64, number: u64) {
        self.varint(field << 3);
        self.varint(number);
    }

    pub(super) fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn packed(&mut self, field: u64, numbers: &[u64]) {
        let mut packed = Message::default();
        for &number in numbers {
            packed.varint(number);
        }
        self.bytes(field, &packed.0);
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A block under construction: one group and its strings.
#[derive(Debug, Default)]
pub(super) struct Block {
    strings: Vec<String>,
    pub(super) group: Message,
}

impl Block {
    fn string(&mut self, text: &str) -> u64 {
        if self.strings.is_empty() {
            self.strings.push(String::new());
        }
        let known = self.strings.iter().skip(1).position(|other| other == text);
        let index = known.map_or(self.strings.len(), |at| at + 1);
        if index == self.strings.len() {
            self.strings.push(text.to_owned());
        }
        index as u64
    }

    fn tags(&mut self, object: &mut Message, tags: &TagList) {
        let keys: Vec<u64> = tags.iter().map(|(k, _)| self.string(k)).collect();
        let values: Vec<u64> = tags.iter().map(|(_, v)| self.string(v)).collect();
        object.packed(2, &keys);
        object.packed(3, &values);
    }

    pub(super) fn message(self) -> Vec<u8> {
        let mut table = Message::default();
        for string in &self.strings {
            table.bytes(1, string.as_bytes());
        }
        let mut block = Message::default();
        block.bytes(1, &table.0);
        block.bytes(2, &self.group.0);
        block.0
    }
}

/// A file of a header with optional features, and data blobs.
pub(super) fn pbf(optional: &[&str], blocks: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut header = Message::default();
    header.bytes(4, b"OsmSchema-V0.6");
    header.bytes(4, b"DenseNodes");
    for feature in optional {
        header.bytes(5, feature.as_bytes());
    }
    header.bytes(16, b"test");
    let mut file = blob("OSMHeader", &header.0, true);
    for block in blocks {
        file.extend(blob("OSMData", &block, true));
    }
    file
}

pub(super) fn blob(kind: &str, content: &[u8], compressed: bool) -> Vec<u8> {
    let mut body = Message::default();
    if compressed {
        body.number(2, content.len() as u64);
        body.bytes(3, &zlib(content));
    } else {
        body.bytes(1, content);
    }
    let mut header = Message::default();
    header.bytes(1, kind.as_bytes());
    header.number(3, body.0.len() as u64);
    let mut blob = (header.0.len() as u32).to_be_bytes().to_vec();
    blob.extend(header.0);
    blob.extend(body.0);
    blob
}

fn zlib(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

pub(super) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

pub(super) fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}
