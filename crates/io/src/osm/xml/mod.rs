//! `.osm` files: XML, plain or compressed.
//!
//! The text is gone over three times, for relations, ways and nodes, since it lists them in the wrong order for a reader that
//! wants to keep few. A compressed file is unpacked on the way each time and never as a whole in memory.

mod document;

use std::io::{self, BufRead, BufReader, Read};

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;

use self::document::{Document, Object};
use super::error::OsmError;
use super::gather::{Gather, Part, most_kept};
use super::model::{Header, Kind, OsmData, Relation, Tags};
use super::positions::IdFinder;
use super::select::{Select, TagView};

/// Reads a `.osm` file, plain or compressed by gzip or bzip2.
///
/// # Errors
/// [`OsmError`] when the bytes are not XML, the document is cut off, malformed, not an `<osm>` document or a history file.
pub fn read_xml(bytes: &[u8], select: &impl Select) -> Result<OsmData, OsmError> {
    let file = File::of(bytes)?;
    let mut header = Header::default();
    let mut gather = Gather::default();

    let mut part = Part::default();
    file.pass(Kind::Relation, &mut header, &mut part, |object, part| {
        add_relation(object, select, part);
    })?;
    gather.add(part);

    let wanted = gather.wanted_ways();
    let mut finder = IdFinder::new(&wanted);
    let mut part = Part::default();
    file.pass(Kind::Way, &mut header, &mut part, |object, part| {
        add_way(object, select, &mut finder, part);
    })?;
    gather.add(part);

    let wanted = gather.wanted_nodes();
    let mut finder = IdFinder::new(&wanted);
    let mut part = Part::default();
    file.pass(Kind::Node, &mut header, &mut part, |object, part| {
        add_node(object, select, &mut finder, part);
    })?;
    gather.add(part);
    gather.place(wanted);
    Ok(gather.finish(header))
}

fn add_relation(object: Object, select: &impl Select, part: &mut Part) {
    part.counts.relations += 1;
    if let Some(tags) = selected_tags(Kind::Relation, &object, select) {
        part.add_relation(Relation { id: object.id, members: object.members, tags });
    }
}

fn add_way(mut object: Object, select: &impl Select, wanted: &mut IdFinder<'_>, part: &mut Part) {
    part.counts.ways += 1;
    let tags = selected_tags(Kind::Way, &object, select);
    let line = line_tags(&object, select);
    let selected = tags.is_some();
    let whole = selected || wanted.find(object.id).is_some();
    if !whole && line.is_none() {
        return;
    }
    part.mend(object.id, &mut object.refs);
    if let Some(tags) = line {
        let set = part.lines.set(tags);
        part.add_line(object.id, set, &object.refs);
    }
    if whole {
        let tags = tags.unwrap_or_else(|| stored_tags(&object, select));
        part.add_way(object.id, object.refs, tags, selected);
    }
}

fn add_node(object: Object, select: &impl Select, wanted: &mut IdFinder<'_>, part: &mut Part) {
    part.counts.nodes += 1;
    let index = wanted.find(object.id);
    let tags = selected_tags(Kind::Node, &object, select);
    if tags.is_some() || index.is_some() {
        part.add_node(object.id, object.place, index, tags);
    }
}

/// The tags to store if the object is selected.
fn selected_tags(kind: Kind, object: &Object, select: &impl Select) -> Option<Tags> {
    if !object.tags.iter().any(|(k, _)| select.looks_at(kind, k)) {
        return None;
    }
    let view: Vec<(&str, &str)> = pairs(object).collect();
    select.selects(kind, TagView(&view)).then(|| stored_tags(object, select))
}

/// The tags that the way has as a line, if it is to be kept as one.
fn line_tags(object: &Object, select: &impl Select) -> Option<Tags> {
    let tags: Vec<(&str, &str)> = pairs(object).filter(|(k, _)| select.line_key(k)).collect();
    (!tags.is_empty() && select.line(TagView(&tags))).then(|| tags.into_iter().collect())
}

fn stored_tags(object: &Object, select: &impl Select) -> Tags {
    pairs(object).filter(|(k, _)| select.keeps_key(k)).collect()
}

fn pairs(object: &Object) -> impl Iterator<Item = (&str, &str)> {
    object.tags.iter().map(|(k, v)| (k.as_str(), v.as_str()))
}

/// The bytes and how they are packed.
#[derive(Debug, Clone, Copy)]
struct File<'a> {
    bytes: &'a [u8],
    packing: Packing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Bzip2,
}

impl<'a> File<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, OsmError> {
        let packing = match bytes {
            [0x1f, 0x8b, ..] => Packing::Gzip,
            [b'B', b'Z', b'h', ..] => Packing::Bzip2,
            _ => Packing::Plain,
        };
        let file = File { bytes, packing };
        let mut start = Vec::new();
        let read = file.text().take(64).read_to_end(&mut start);
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
        match (text.trim_ascii_start().first(), read) {
            (Some(b'<'), _) => Ok(file),
            (_, Err(error)) => Err(OsmError::Packing { packing: packing.name(), what: error.to_string() }),
            (_, Ok(_)) => Err(OsmError::UnknownFormat { found: describe(packing, &start) }),
        }
    }

    fn text(self) -> Box<dyn BufRead + 'a> {
        match self.packing {
            Packing::Plain => Box::new(self.bytes),
            Packing::Gzip => Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(self.bytes))),
            Packing::Bzip2 => Box::new(BufReader::with_capacity(1 << 16, MultiBzDecoder::new(self.bytes))),
        }
    }

    /// Hands every object of one kind to `take`, in the order of the file.
    fn pass(self, kind: Kind, header: &mut Header, part: &mut Part, mut take: impl FnMut(Object, &mut Part)) -> Result<(), OsmError> {
        let mut document = Document::new(Bounded { text: self.text(), since: 0 }, kind);
        let most = most_kept(self.bytes.len() as u64);
        while let Some(object) = document.next_object().map_err(|error| self.placed(error))? {
            part.latest = part.latest.max(object.time);
            take(object, part);
            if part.kept > most {
                return Err(OsmError::TooMuch { most });
            }
        }
        *header = document.into_header();
        Ok(())
    }

    /// The error with what only the file knows: the line, how it is packed.
    fn placed(self, error: OsmError) -> OsmError {
        match error {
            OsmError::Xml { at, what, .. } => {
                let line = 1 + self.text().take(at).bytes().map_while(Result::ok).filter(|byte| *byte == b'\n').count() as u64;
                OsmError::Xml { at, line, what }
            }
            OsmError::Packing { what, .. } => OsmError::Packing { packing: self.packing.name(), what },
            other => other,
        }
    }
}

impl Packing {
    fn name(self) -> &'static str {
        match self {
            Packing::Plain => "plain",
            Packing::Gzip => "gzip",
            Packing::Bzip2 => "bzip2",
        }
    }
}

/// More than this between two tags is no map: whoever reads it keeps it in memory as one piece.
const LONGEST: usize = 16 << 20;

/// A text whose tags are never too far apart.
struct Bounded<R> {
    text: R,
    /// Bytes since the last tag began.
    since: usize,
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since > LONGEST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {LONGEST} bytes without a tag")));
        }
        // in pieces, so that a plain file, which is one, is not taken past the bound at once
        let text = self.text.fill_buf()?;
        Ok(&text[..text.len().min(1 << 20)])
    }

    fn consume(&mut self, count: usize) {
        // it is there still: the reader has just been handed it
        let tag = self.text.fill_buf().ok().and_then(|text| text.get(..count)?.iter().rposition(|byte| *byte == b'<'));
        self.since = tag.map_or(self.since + count, |at| count - at);
        self.text.consume(count);
    }
}

fn describe(packing: Packing, start: &[u8]) -> String {
    let inside = match start {
        [] => "an empty file".to_owned(),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "text in UTF-16: save it as UTF-8".to_owned(),
        start => {
            let start = &start[..start.len().min(16)];
            format!("bytes that start with \"{}\"", start.escape_ascii())
        }
    };
    match packing {
        Packing::Plain => inside,
        _ => format!("{} data that holds {inside}", packing.name()),
    }
}
