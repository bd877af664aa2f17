//! A PBF file as a row of blobs, and its header.

use std::borrow::Cow;

use flate2::{Decompress, FlushDecompress, Status};
use geo::{Coord, Rect};

use super::wire::{Fields, Malformed, Value};
use crate::osm::error::OsmError;
use crate::osm::model::Header;

/// The format's own limits, in bytes.
const MAX_BLOB_HEADER: u64 = 64 * 1024;
const MAX_BLOB: u64 = 32 * 1024 * 1024;

/// A blob as it stands in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blob<'a> {
    /// Where it starts, with its length and header.
    pub(super) at: u64,
    is_header: bool,
    body: &'a [u8],
}

/// What the first blob says, and where the others are.
#[derive(Debug)]
pub(super) struct File<'a> {
    pub(super) header: Header,
    /// Whether the writer promises nodes before ways before relations.
    pub(super) sorted: bool,
    pub(super) blobs: Vec<Blob<'a>>,
}

impl<'a> File<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, OsmError> {
        let mut blobs = frames(bytes)?;
        if !blobs.first().is_some_and(|blob| blob.is_header) {
            return Err(corrupt(0, "the file does not start with a header blob"));
        }
        let first = blobs.remove(0);
        let content = first.content()?;
        let header = FileHeader::parse(&content).map_err(|what| corrupt(first.at, what))?;
        header.check()?;
        blobs.retain(|blob| !blob.is_header);
        Ok(File { sorted: header.optional.contains(&"Sort.Type_then_ID"), header: header.facts, blobs })
    }
}

pub(super) fn corrupt(at: u64, what: impl Into<String>) -> OsmError {
    OsmError::Corrupt { at, what: what.into() }
}

/// Cuts the file at the blobs; blobs of unknown types are passed over, as the format asks.
fn frames(bytes: &[u8]) -> Result<Vec<Blob<'_>>, OsmError> {
    let mut blobs = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let at = (bytes.len() - rest.len()) as u64;
        let (kind, body, after) = frame(at, rest)?;
        if let b"OSMHeader" | b"OSMData" = kind {
            blobs.push(Blob { at, is_header: kind == b"OSMHeader", body });
        }
        rest = after;
    }
    Ok(blobs)
}

type Frame<'a> = (&'a [u8], &'a [u8], &'a [u8]);

/// The type and the body of the first blob in `rest`, and what follows it.
fn frame(at: u64, rest: &[u8]) -> Result<Frame<'_>, OsmError> {
    let truncated = |needed: u64| OsmError::Truncated { at, needed, left: rest.len() as u64 };
    let (length, after) = rest.split_first_chunk::<4>().ok_or_else(|| truncated(4))?;
    let length = u64::from(u32::from_be_bytes(*length));
    if length > MAX_BLOB_HEADER {
        let what = format!("its header claims {length} bytes, {MAX_BLOB_HEADER} are allowed");
        return Err(corrupt(at, what));
    }
    let split = after.split_at_checked(length as usize);
    let (head, after) = split.ok_or_else(|| truncated(4 + length))?;
    let (kind, size) = blob_header(head).map_err(|what| corrupt(at, what))?;
    if size > MAX_BLOB {
        let what = format!("it claims {size} bytes, {MAX_BLOB} are allowed");
        return Err(corrupt(at, what));
    }
    let split = after.split_at_checked(size as usize);
    let (body, after) = split.ok_or_else(|| truncated(4 + length + size))?;
    Ok((kind, body, after))
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

impl<'a> Blob<'a> {
    /// The uncompressed content.
    pub(super) fn content(&self) -> Result<Cow<'a, [u8]>, OsmError> {
        let corrupt = |what: Malformed| corrupt(self.at, what);
        let mut size = None;
        let mut data = None;
        for field in Fields::of(self.body) {
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
