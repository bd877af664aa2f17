//! The file of a prepared network: see the module above for its layout.

use std::io::{Read, Write};
use std::path::Path;

use bytemuck::{NoUninit, Pod, cast_slice, cast_slice_mut};
use catchment::geo::Coord;
use catchment::{Metric, NetworkParts, RoadNetwork};
use serde::{Deserialize, Serialize};

use super::{About, PreparedError, PreparedNetwork};
use crate::crs::on_plane;

const MAGIC: [u8; 8] = *b"CATCHNET";
const VERSION: u32 = 3;
const FIXED: u64 = 32;
/// Longer headers are none: findings are some hundred bytes each.
const LONGEST_HEADER: u64 = 1 << 30;
/// Bytes read and summed at a time, so that the sum is taken while they are in cache.
const PIECE: usize = 1 << 18;

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    about: About,
    common_arc: u32,
    arrays: Vec<Array>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Array {
    name: String,
    items: u64,
    item_bytes: u64,
    crc32: u32,
}

/// Whether a file is a prepared network by its header, which is whole; one of another version is, too.
pub fn is_prepared_file(file: &Path) -> bool {
    let Ok(mut open) = std::fs::File::open(file) else { return false };
    let Some(length) = open.metadata().ok().filter(std::fs::Metadata::is_file).map(|own| own.len()) else { return false };
    let Ok(start) = Start::read(&mut open) else { return false };
    let Ok(text) = start.text(&mut open, length) else { return false };
    let known = |header: &serde_json::Value| ["about", "arrays"].iter().all(|key| header.get(key).is_some());
    match start.version {
        VERSION => of_text(&text, length).is_ok(),
        _ => serde_json::from_slice(&text).is_ok_and(|header| known(&header)),
    }
}

/// Writes a prepared network.
///
/// # Errors
///
/// [`PreparedError::Io`] where the bytes find no place; [`PreparedError::Header`] where its costs are no times.
pub fn write_prepared(prepared: &PreparedNetwork, mut to: impl Write) -> Result<(), PreparedError> {
    little_endian()?;
    if prepared.network.metric() != Metric::Time {
        return Err(PreparedError::Header("costs are distances; expected times, from which distances follow".to_owned()));
    }
    let parts = prepared.network.to_parts();
    let cut_ends: Vec<[f64; 2]> = prepared.cut_ends.iter().map(|c| [c.x, c.y]).collect();
    let arrays: [(&str, usize, &[u8]); 13] = [
        ("locations", 16, bytes(&parts.locations)),
        ("edges", 20, bytes(&parts.edges)),
        ("first_edge", 4, bytes(&parts.first_edge)),
        ("bend_chain", 4, bytes(&parts.bend_chain)),
        ("first_arc", 4, bytes(&parts.first_arc)),
        ("arcs_out", 8, bytes(&parts.arcs_out)),
        ("arcs_into", 8, bytes(&parts.arcs_into)),
        ("arc_chain", 4, bytes(&parts.arc_chain)),
        ("component", 4, bytes(&parts.component)),
        ("component_nodes", 4, bytes(&parts.component_nodes)),
        ("edge_copies", 8, bytes(&parts.edge_copies)),
        ("node_copies", 8, bytes(&parts.node_copies)),
        ("cut_ends", 16, bytes(&cut_ends)),
    ];
    let listed = arrays.iter().map(|(name, item, bytes)| Array {
        name: (*name).to_owned(),
        items: (bytes.len() / item) as u64,
        item_bytes: *item as u64,
        crc32: crc32fast::hash(bytes),
    });
    let header = Header { about: prepared.about.clone(), common_arc: parts.common_arc, arrays: listed.collect() };
    let mut header = serde_json::to_vec(&header).map_err(|error| PreparedError::Header(error.to_string()))?;
    header.resize(header.len().next_multiple_of(8), b' ');
    let body: u64 = arrays.iter().map(|(_, _, bytes)| bytes.len().next_multiple_of(8) as u64).sum();
    to.write_all(&MAGIC)?;
    to.write_all(&VERSION.to_le_bytes())?;
    to.write_all(&crc32fast::hash(&header).to_le_bytes())?;
    to.write_all(&(header.len() as u64).to_le_bytes())?;
    to.write_all(&(FIXED + header.len() as u64 + body).to_le_bytes())?;
    to.write_all(&header)?;
    for (_, _, bytes) in arrays {
        to.write_all(bytes)?;
        to.write_all(&[0; 8][..bytes.len().next_multiple_of(8) - bytes.len()])?;
    }
    Ok(to.flush()?)
}

/// Reads a prepared network of `length` bytes.
///
/// # Errors
///
/// [`PreparedError`] says what is wrong with the file: not one of these, of another version, cut off, altered.
pub fn read_prepared(mut from: impl Read, length: u64) -> Result<PreparedNetwork, PreparedError> {
    little_endian()?;
    let header = header(&mut from, length)?;
    let mut arrays = Arrays { from, listed: header.arrays.into_iter() };
    let parts = NetworkParts {
        locations: arrays.next("locations")?,
        edges: arrays.next("edges")?,
        first_edge: arrays.next("first_edge")?,
        bend_chain: arrays.next("bend_chain")?,
        first_arc: arrays.next("first_arc")?,
        arcs_out: arrays.next("arcs_out")?,
        arcs_into: arrays.next("arcs_into")?,
        arc_chain: arrays.next("arc_chain")?,
        component: arrays.next("component")?,
        component_nodes: arrays.next("component_nodes")?,
        edge_copies: arrays.next("edge_copies")?,
        node_copies: arrays.next("node_copies")?,
        common_arc: header.common_arc,
    };
    let cut_ends: Vec<[f64; 2]> = arrays.next("cut_ends")?;
    for (what, places) in [("node", &parts.locations), ("end of a road", &cut_ends)] {
        if let Some([x, y]) = places.iter().find(|[x, y]| !on_plane(Coord { x: *x, y: *y })) {
            return Err(PreparedError::OffPlane { what, x: *x, y: *y });
        }
    }
    if let Some(further) = arrays.listed.next() {
        return Err(PreparedError::Header(format!("an array `{}` that this program does not know", further.name)));
    }
    let cut_ends = cut_ends.into_iter().map(|[x, y]| Coord { x, y }).collect();
    Ok(PreparedNetwork { network: RoadNetwork::from_parts(Metric::Time, parts)?.into(), cut_ends, about: header.about })
}

fn little_endian() -> Result<(), PreparedError> {
    if cfg!(target_endian = "little") { Ok(()) } else { Err(PreparedError::BigEndian) }
}

fn bytes<T: NoUninit>(items: &[T]) -> &[u8] {
    cast_slice(items)
}

/// The bytes before the header.
struct Start {
    version: u32,
    crc32: u32,
    header_length: u64,
    /// Of the whole file.
    length: u64,
}

impl Start {
    fn read(from: &mut impl Read) -> Result<Start, PreparedError> {
        let mut start = Vec::new();
        from.by_ref().take(FIXED).read_to_end(&mut start)?;
        if !start.starts_with(&MAGIC) {
            let found = String::from_utf8_lossy(&start[..start.len().min(8)]).into_owned();
            return Err(PreparedError::Magic { found });
        }
        let number = |at: usize, bytes: usize| {
            let mut value = [0; 8];
            value[..bytes].copy_from_slice(start.get(at..at + bytes)?);
            Some(u64::from_le_bytes(value))
        };
        let (Some(version), Some(crc32), Some(header_length), Some(length)) = (number(8, 4), number(12, 4), number(16, 8), number(24, 8))
        else {
            return Err(PreparedError::Length { found: start.len() as u64, expected: FIXED });
        };
        Ok(Start { version: version as u32, crc32: crc32 as u32, header_length, length })
    }

    /// The header of a file of `length` bytes, as it was written.
    fn text(&self, from: &mut impl Read, length: u64) -> Result<Vec<u8>, PreparedError> {
        if self.length != length {
            return Err(PreparedError::Length { found: length, expected: self.length });
        }
        if self.header_length > length.min(LONGEST_HEADER) {
            return Err(PreparedError::Header(format!("it claims to be {} bytes long", self.header_length)));
        }
        let mut text = Vec::new();
        from.by_ref().take(self.header_length).read_to_end(&mut text)?;
        if crc32fast::hash(&text) != self.crc32 {
            return Err(PreparedError::Checksum { part: "the header".to_owned() });
        }
        Ok(text)
    }
}

/// The header, and that the arrays that it lists fill the file.
fn header(from: &mut impl Read, length: u64) -> Result<Header, PreparedError> {
    let start = Start::read(from)?;
    if start.version != VERSION {
        return Err(PreparedError::Version { found: start.version, expected: VERSION });
    }
    of_text(&start.text(from, length)?, length)
}

/// The header of a file of `length` bytes.
fn of_text(text: &[u8], length: u64) -> Result<Header, PreparedError> {
    let header: Header = serde_json::from_slice(text).map_err(|error| PreparedError::Header(error.to_string()))?;
    let size = |array: &Array| array.items.checked_mul(array.item_bytes)?.checked_next_multiple_of(8);
    let whole = header.arrays.iter().try_fold(FIXED + text.len() as u64, |sum, array| sum.checked_add(size(array)?));
    if whole != Some(length) {
        return Err(PreparedError::Header("its arrays do not fill the file".to_owned()));
    }
    Ok(header)
}

/// The arrays of a file, one after another.
struct Arrays<R> {
    from: R,
    listed: std::vec::IntoIter<Array>,
}

impl<R: Read> Arrays<R> {
    /// The next array, which is called `name`, straight into its place.
    fn next<T: Pod>(&mut self, name: &str) -> Result<Vec<T>, PreparedError> {
        let listed = self.listed.next().filter(|array| array.name == name && array.item_bytes == size_of::<T>() as u64);
        let listed = listed.ok_or_else(|| PreparedError::Header(format!("no array `{name}` where one is expected")))?;
        let mut items = vec![T::zeroed(); listed.items as usize];
        let bytes: &mut [u8] = cast_slice_mut(&mut items);
        let mut sum = crc32fast::Hasher::new();
        let altered = || PreparedError::Checksum { part: format!("the array `{name}`") };
        for piece in bytes.chunks_mut(PIECE) {
            self.from.read_exact(piece)?;
            sum.update(piece);
        }
        if sum.finalize() != listed.crc32 {
            return Err(altered());
        }
        let mut padding = [0; 8];
        let padding = &mut padding[..bytes.len().next_multiple_of(8) - bytes.len()];
        self.from.read_exact(padding)?;
        if padding.iter().any(|byte| *byte != 0) {
            return Err(altered());
        }
        Ok(items)
    }
}
