//! A PBF file as a row of blobs, and its header.

use std::borrow::Cow;

use flate2::{Decompress, FlushDecompress, Status};
use geo::{Coord, Rect};

use super::wire::{Fields, Malformed, Value};
use crate::osm::error::OsmError;
use crate::osm::model::Header;
use crate::osm::source::Source;

/// The format's own limits, in bytes.
const MAX_BLOB_HEADER: u64 = 64 * 1024;
const MAX_BLOB: u64 = 32 * 1024 * 1024;

/// Enough of a blob to hold its header as all writers make it.
const HEAD: u64 = 64;

/// A blob as it stands in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blob {
    /// Where it starts, with its length and header.
    pub(super) at: u64,
    is_header: bool,
    body: u64,
    size: u64,
}

/// What the first blob says, and where the others are.
#[derive(Debug)]
pub(super) struct File<'a> {
    source: &'a Source<'a>,
    pub(super) header: Header,
    /// Whether the writer promises nodes before ways before relations.
    pub(super) sorted: bool,
    pub(super) blobs: Vec<Blob>,
}

impl<'a> File<'a> {
    pub(super) fn open(source: &'a Source<'a>) -> Result<Self, OsmError> {
        let mut blobs = frames(source)?;
        if !blobs.first().is_some_and(|blob| blob.is_header) {
            return Err(corrupt(0, "the file does not start with a header blob"));
        }
        let first = blobs.remove(0);
        let content = first.content(source)?;
        let header = FileHeader::parse(&content).map_err(|what| corrupt(first.at, what))?;
        header.check()?;
        blobs.retain(|blob| !blob.is_header);
        Ok(File { source, sorted: header.optional.contains(&"Sort.Type_then_ID"), header: header.facts, blobs })
    }

    /// The uncompressed content of a blob.
    pub(super) fn content(&self, blob: &Blob) -> Result<Cow<'a, [u8]>, OsmError> {
        blob.content(self.source)
    }
}

pub(super) fn corrupt(at: u64, what: impl Into<String>) -> OsmError {
    OsmError::Corrupt { at, what: what.into() }
}

/// Cuts the file at the blobs; blobs of unknown types are passed over, as the format asks.
fn frames(source: &Source<'_>) -> Result<Vec<Blob>, OsmError> {
    let mut blobs = Vec::new();
    let mut at = 0;
    while at < source.length() {
        let (kind, blob) = frame(source, at)?;
        at = blob.body + blob.size;
        blobs.extend(kind.map(|is_header| Blob { is_header, ..blob }));
    }
    Ok(blobs)
}

/// The blob at `at`, and whether it is a header; none when it is of an unknown type.
fn frame(source: &Source<'_>, at: u64) -> Result<(Option<bool>, Blob), OsmError> {
    let left = source.length() - at;
    let truncated = |needed: u64| OsmError::Truncated { at, needed, left };
    let start = source.piece_of_osm(at, HEAD)?;
    let (length, _) = start.split_first_chunk::<4>().ok_or_else(|| truncated(4))?;
    let length = u64::from(u32::from_be_bytes(*length));
    if length > MAX_BLOB_HEADER {
        let what = format!("its header claims {length} bytes, {MAX_BLOB_HEADER} are allowed");
        return Err(corrupt(at, what));
    }
    if 4 + length > left {
        return Err(truncated(4 + length));
    }
    let whole = if 4 + length > HEAD { source.piece_of_osm(at, 4 + length)? } else { start };
    let (kind, size) = blob_header(&whole[4..4 + length as usize]).map_err(|what| corrupt(at, what))?;
    if size > MAX_BLOB {
        let what = format!("it claims {size} bytes, {MAX_BLOB} are allowed");
        return Err(corrupt(at, what));
    }
    if 4 + length + size > left {
        return Err(truncated(4 + length + size));
    }
    let kind = match kind {
        b"OSMHeader" => Some(true),
        b"OSMData" => Some(false),
        _ => None,
    };
    Ok((kind, Blob { at, is_header: false, body: at + 4 + length, size }))
}

fn blob_header(bytes: &[u8]) -> Result<(&[u8], u64), Malformed> {
    let (mut kind, mut size) = (None, None);
    for field in Fields::of(bytes) {
        match field? {
            (1, value) => kind = Some(value.bytes()?),
            (3, value) => size = Some(value.number()?),
            _ => {}
        }
    }
    kind.zip(size).ok_or("its header lacks the type or the size")
}

impl Blob {
    fn content<'a>(&self, source: &'a Source<'_>) -> Result<Cow<'a, [u8]>, OsmError> {
        match source.piece_of_osm(self.body, self.size)? {
            Cow::Borrowed(body) => self.unpack(body),
            Cow::Owned(body) => Ok(Cow::Owned(self.unpack(&body)?.into_owned())),
        }
    }

    fn unpack<'a>(&self, body: &'a [u8]) -> Result<Cow<'a, [u8]>, OsmError> {
        let corrupt = |what: Malformed| corrupt(self.at, what);
        let mut size = None;
        let mut data = None;
        for field in Fields::of(body) {
            match field.map_err(corrupt)? {
                (2, value) => size = Some(value.number().map_err(corrupt)?),
                (number @ (1 | 3..=7), value) => data = Some((number, value)),
                _ => {}
            }
        }
        match data {
            Some((1, value)) => value.bytes().map(Cow::Borrowed).map_err(corrupt),
            Some((3, value)) => self.inflate(value, size).map(Cow::Owned),
            Some((number, _)) => Err(OsmError::Compression {
                at: self.at,
                method: match number {
                    4 => "LZMA",
                    5 => "bzip2",
                    6 => "LZ4",
                    _ => "Zstandard",
                },
            }),
            None => Err(corrupt("it is empty")),
        }
    }

    fn inflate(&self, value: Value<'_>, size: Option<u64>) -> Result<Vec<u8>, OsmError> {
        let data = value.bytes().map_err(|what| corrupt(self.at, what))?;
        let size = size.ok_or_else(|| corrupt(self.at, "it does not tell its size"))?;
        if size > MAX_BLOB {
            let what = format!("it claims {size} bytes uncompressed, {MAX_BLOB} are allowed");
            return Err(corrupt(self.at, what));
        }
        let mut content = Vec::with_capacity(size as usize);
        let status = Decompress::new(true).decompress_vec(data, &mut content, FlushDecompress::Finish);
        match status {
            Ok(Status::StreamEnd) if content.len() as u64 == size => Ok(content),
            Ok(_) => Err(corrupt(self.at, "its compressed data does not have the size that it claims")),
            Err(error) => Err(corrupt(self.at, error.to_string())),
        }
    }
}

#[derive(Debug, Default)]
struct FileHeader<'a> {
    facts: Header,
    required: Vec<&'a str>,
    optional: Vec<&'a str>,
}

impl<'a> FileHeader<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut header = FileHeader::default();
        for field in Fields::of(bytes) {
            match field? {
                (1, value) => header.facts.bbox = Some(bbox(value.bytes()?)?),
                (4, value) => header.required.push(value.text()?),
                (5, value) => header.optional.push(value.text()?),
                (16, value) => header.facts.writing_program = Some(value.text()?.to_owned()),
                (32, value) => header.facts.timestamp = Some(value.signed()?),
                _ => {}
            }
        }
        Ok(header)
    }

    /// Refuses files that cannot be read rightly.
    fn check(&self) -> Result<(), OsmError> {
        for &feature in &self.required {
            match feature {
                "OsmSchema-V0.6" | "DenseNodes" => {}
                "HistoricalInformation" => return Err(OsmError::History { object: None }),
                _ => {
                    let feature = feature.to_owned();
                    return Err(OsmError::RequiredFeature { feature });
                }
            }
        }
        Ok(())
    }
}

fn bbox(bytes: &[u8]) -> Result<Rect<f64>, Malformed> {
    let mut sides = [0.0; 4];
    for field in Fields::of(bytes) {
        if let (number @ 1..=4, value) = field? {
            // Whole 10⁻⁷ degrees, as in the XML files.
            sides[number as usize - 1] = (value.zigzag()? as f64 / 100.0).round() / 1e7;
        }
    }
    let [left, right, top, bottom] = sides;
    let low = Coord { x: left, y: bottom };
    Ok(Rect::new(low, Coord { x: right, y: top }))
}
