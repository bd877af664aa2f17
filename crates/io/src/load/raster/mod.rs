//! GeoTIFF rasters, read frame by frame: strips or tiles; plain or packed by Deflate, LZW or PackBits; whole numbers or floats; either byte
//! order; BigTIFF.
//!
//! Only the chunks that a frame touches are read, and a file on disk is never in memory as a whole.

mod cut;
mod place;
mod source;
#[cfg(test)]
mod tests;
mod values;

use std::io::BufReader;

use catchment::geo::Coord;
use tiff::decoder::{ChunkType, Decoder};
use tiff::tags::{ByteOrder, PlanarConfiguration, Tag};
use tiff::{TiffError, TiffResult};

use super::formats::Told;
use crate::crs::Crs;
use crate::error::{Error, data};
use crate::osm::Source;
use source::Pieces;
use values::{Kind, Layout, Packing};

pub(crate) use cut::{Borders, Cells, Piece};
pub(crate) use place::Lattice;

/// What GDAL writes of single bands, as XML: scales and offsets are in it.
const GDAL_METADATA: Tag = Tag::Unknown(42_112);

/// The most cells that a chunk may hold, and the most bytes that they may take with all their bands: it is in memory as a whole.
const LARGEST_CHUNK: u64 = 1 << 24;
const LARGEST_CHUNK_BYTES: u64 = 1 << 26;

/// Strips of more cells that are not packed are read row by row.
const LARGE_STRIP: u64 = 1 << 20;

/// Columns and rows of a raster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    pub column: u32,
    pub row: u32,
    pub columns: u32,
    pub rows: u32,
}

/// A band of a GeoTIFF.
pub(crate) struct Raster<'s> {
    /// The name in the plan.
    pub name: String,
    pub columns: u32,
    pub rows: u32,
    /// Columns and rows of a chunk: a tile, or a strip.
    pub chunk: (u32, u32),
    pub bands: usize,
    pub lattice: Lattice,
    /// What the file says of its CRS.
    told: Option<Told>,
    layout: Layout,
    /// Whether each band has chunks of its own; then the chunks of the band that is read come behind so many others.
    before: usize,
    tiled: bool,
    /// Where each chunk lies in the file, and its bytes there; 0 for one that is left out as empty.
    chunks: Vec<(u64, u64)>,
    source: &'s Source<'s>,
}

type Head<'s> = Decoder<BufReader<Pieces<'s>>>;

/// The file that a name means, and its band from 1: `people.tif|band=2`.
pub(crate) fn parts(name: &str) -> Result<(&str, u16), Error> {
    let Some((file, rest)) = name.split_once('|') else { return Ok((name, 1)) };
    let band = rest.strip_prefix("band=").and_then(|text| text.parse().ok()).filter(|band| *band > 0);
    band.map(|band| (file, band)).ok_or_else(|| data(file, "", format!("`|{rest}` behind its name"), "a band, counted from 1: `|band=2`"))
}

impl<'s> Raster<'s> {
    /// Reads the head of a raster; `name` is that of the plan, with its band.
    pub(crate) fn open(source: &'s Source<'s>, name: &str) -> Result<Raster<'s>, Error> {
        let (_, band) = parts(name)?;
        let read = || {
            let mut decoder = Decoder::new(BufReader::new(Pieces::new(source)))?;
            Raster::head(&mut decoder, source, name, usize::from(band) - 1)
        };
        read().map_err(|error| broken(name, error))?
    }

    fn head(decoder: &mut Head<'s>, source: &'s Source<'s>, name: &str, band: usize) -> TiffResult<Result<Raster<'s>, Error>> {
        let (columns, rows) = decoder.dimensions()?;
        let tiled = decoder.get_chunk_type() == ChunkType::Tile;
        let (wide, high) = decoder.chunk_dimensions();
        let mut chunk = (wide, if tiled { high } else { high.min(rows) });
        let planar = number(decoder, Tag::PlanarConfiguration, 1)? == PlanarConfiguration::Planar.to_u16();
        let bands = usize::from(number(decoder, Tag::SamplesPerPixel, 1)?);
        let layout = match layout(decoder, name, if planar { (1, 0) } else { (bands, band) })? {
            Ok(layout) => layout,
            Err(error) => return Ok(Err(error)),
        };
        let strip = (!tiled && layout.packing == Packing::None && cells(chunk) > LARGE_STRIP).then_some(chunk.1);
        if strip.is_some() {
            chunk.1 = 1;
        }
        let cell_bytes = layout.length(1) as u64;
        if cells(chunk) > LARGEST_CHUNK.min(LARGEST_CHUNK_BYTES / cell_bytes.max(1)) {
            let (bands, size) = (layout.bands, cell_bytes / layout.bands.max(1) as u64);
            let found = format!(
                "pieces of {} × {} cells of {bands} number(s) of {size} byte(s), each of which would have to be in memory as a whole",
                chunk.0, chunk.1
            );
            return Ok(Err(data(name, "", found, "smaller ones: gdal_translate -co TILED=YES -co COMPRESS=DEFLATE")));
        }
        if band >= bands {
            return Ok(Err(data(name, "", format!("{bands} band(s)"), format!("one more than `|band={}` asks for", band + 1))));
        }
        let (lattice, told) = match place::read(decoder)? {
            Ok(found) => found,
            Err(none) => return Ok(Err(data(name, "", none.found, none.expected))),
        };
        let [places, sizes] = if tiled { [Tag::TileOffsets, Tag::TileByteCounts] } else { [Tag::StripOffsets, Tag::StripByteCounts] };
        let places: Vec<u64> = decoder.find_tag_unsigned_vec(places)?.unwrap_or_default();
        let sizes: Vec<u64> = decoder.find_tag_unsigned_vec(sizes)?.unwrap_or_default();
        let in_band = u64::from(columns.div_ceil(chunk.0.max(1))) * u64::from(rows.div_ceil(strip.unwrap_or(chunk.1).max(1)));
        let expected = in_band.saturating_mul(if planar { bands as u64 } else { 1 });
        if [places.len(), sizes.len()].iter().any(|found| *found as u64 != expected) {
            let found = format!("a list of {} pieces where {columns} × {rows} cells make {expected}", places.len().min(sizes.len()));
            return Ok(Err(data(name, "", found, WHOLE)));
        }
        // rows of what is not packed lie in the file, byte by byte
        if strip.is_some() && u64::from(rows) > source.length().max(LARGE_STRIP) {
            return Ok(Err(data(name, "", format!("{rows} rows in {} bytes", source.length()), WHOLE)));
        }
        // pieces that lie on one another would be unpacked again and again
        let claimed = sizes.iter().fold(0_u64, |sum, own| sum.saturating_add(*own));
        if claimed > source.length() {
            return Ok(Err(data(name, "", format!("pieces of {claimed} bytes in {}", source.length()), WHOLE)));
        }
        let before = if planar { band * columns.div_ceil(chunk.0) as usize * rows.div_ceil(chunk.1) as usize } else { 0 };
        let strips = places.into_iter().zip(sizes);
        let chunks = match strip {
            Some(high) => by_row(strips, (rows, high), layout.length(wide as usize) as u64),
            None => strips.collect(),
        };
        Ok(Ok(Raster { name: name.to_owned(), columns, rows, chunk, bands, lattice, told, layout, before, tiled, chunks, source }))
    }

    /// What its numbers are: `Float32`, `UInt8`, …
    pub(crate) fn kind(&self) -> String {
        self.layout.kind.name()
    }

    /// How they are packed: `none`, `Deflate`, `LZW` or `PackBits`.
    pub(crate) fn packing(&self) -> &'static str {
        self.layout.packing.name()
    }

    /// The value that stands for nothing.
    pub(crate) fn nodata(&self) -> Option<f64> {
        self.layout.nodata
    }

    /// The CRS that the plan names, else the file's own; and who says so.
    pub(crate) fn crs(&self, named: Option<&str>) -> Result<(Crs, &'static str), Error> {
        let expected = "one that the plan names: columns = { crs = \"EPSG:…\" }, or a PROJ string such as \"+proj=moll +datum=WGS84\"";
        match (named, &self.told) {
            (Some(text), _) => {
                let own = text.parse().map_err(|source| Error::Crs { what: format!("{}, columns.crs", self.name), source })?;
                Ok((own, "the plan"))
            }
            (None, Some(Told::Known(own))) => Ok((own.clone(), "the file")),
            (None, Some(Told::Unknown(text))) => Err(data(&self.name, "", format!("a CRS that is not understood: {text}"), expected)),
            (None, None) => Err(data(&self.name, "", "no word of its CRS", expected)),
        }
    }

    /// What the file says of its CRS, as a text.
    pub(crate) fn crs_told(&self) -> Option<String> {
        self.told.as_ref().map(|told| match told {
            Told::Known(crs) => crs.to_string(),
            Told::Unknown(text) => format!("not understood: {text}"),
        })
    }

    /// All of it.
    pub(crate) fn frame(&self) -> Frame {
        Frame { column: 0, row: 0, columns: self.columns, rows: self.rows }
    }

    /// The frames that one reads it in, each some hundred thousand cells, in whole chunks as far as that goes: all that meet `within`, row by
    /// row, and as many columns and rows as each but the last ones has.
    pub(crate) fn frames(&self, within: Frame) -> (Vec<Frame>, (u32, u32)) {
        const SIDE: u32 = 512;
        let whole = |count: u32, size: u32| count.max(1).saturating_mul(size);
        let wide = whole(SIDE / self.chunk.0, self.chunk.0).min(self.columns);
        let high = whole((SIDE * SIDE / wide) / self.chunk.1, self.chunk.1).min(self.rows);
        let starts = |from: u32, count: u32, step: u32| (from / step..=(from + count - 1) / step).map(move |i| i * step);
        let frame =
            |row: u32, column: u32| Frame { column, row, columns: wide.min(self.columns - column), rows: high.min(self.rows - row) };
        let rows = starts(within.row, within.rows, high);
        let all = rows.flat_map(|row| starts(within.column, within.columns, wide).map(move |column| (row, column)));
        (all.map(|(row, column)| frame(row, column)).collect(), (wide, high))
    }

    /// The values of a frame, row by row; what is nothing is NaN.
    pub(crate) fn values(&self, frame: Frame) -> Result<Vec<f64>, Error> {
        let mut found = vec![f64::NAN; frame.columns as usize * frame.rows as usize];
        if found.is_empty() {
            return Ok(found);
        }
        let across = self.columns.div_ceil(self.chunk.0) as usize;
        let last = (frame.column + frame.columns - 1, frame.row + frame.rows - 1);
        for row in frame.row / self.chunk.1..=last.1 / self.chunk.1 {
            for column in frame.column / self.chunk.0..=last.0 / self.chunk.0 {
                let index = self.before + row as usize * across + column as usize;
                let (at, size) = self.chunks.get(index).copied().unwrap_or_default();
                if size == 0 {
                    continue;
                }
                let (column, row) = (column * self.chunk.0, row * self.chunk.1);
                // tiles are whole, the last strip is not
                let rows = if self.tiled { self.chunk.1 } else { self.chunk.1.min(self.rows - row) };
                let own = Frame { column, row, columns: self.chunk.0, rows };
                let most = 2 * self.layout.length(own.columns as usize * rows as usize) as u64 + 65_536;
                let sound = size <= most && self.copy(at, size, own, frame, &mut found)?;
                if !sound {
                    let place = format!("the piece at column {column}, row {row}");
                    return Err(data(&self.name, place, "bytes that are broken or too few", WHOLE));
                }
            }
        }
        Ok(found)
    }

    fn copy(&self, at: u64, size: u64, own: Frame, wanted: Frame, into: &mut [f64]) -> Result<bool, Error> {
        let bytes = self.source.piece(at, size).map_err(|source| Error::Read { file: self.name.clone(), source })?;
        Ok(self.layout.copy(&bytes, own, wanted, into))
    }

    /// The four corners, in its CRS.
    pub(crate) fn corners(&self) -> [Coord<f64>; 4] {
        let (x, y) = (f64::from(self.columns), f64::from(self.rows));
        [(0.0, 0.0), (x, 0.0), (x, y), (0.0, y)].map(|(x, y)| self.lattice.place(Coord { x, y }))
    }
}

fn cells((columns, rows): (u32, u32)) -> u64 {
    u64::from(columns) * u64::from(rows)
}

/// The rows of strips that are not packed, as strips of their own: where they lie, and their bytes.
fn by_row(strips: impl Iterator<Item = (u64, u64)>, (rows, high): (u32, u32), row_bytes: u64) -> Vec<(u64, u64)> {
    let in_band = rows.div_ceil(high);
    let rows_of = |strip: u32| high.min(rows - strip % in_band * high);
    let row = |(at, size): (u64, u64), row: u32| {
        let from = u64::from(row) * row_bytes;
        // of a strip that is too short at least a byte, so that it is found broken; of one that is left out none
        (at.saturating_add(from), row_bytes.min(size.saturating_sub(from).max(1)).min(size))
    };
    strips.zip(0..).flat_map(|(strip, i)| (0..rows_of(i)).map(move |k| row(strip, k))).collect()
}

fn number(decoder: &mut Head<'_>, tag: Tag, usual: u16) -> TiffResult<u16> {
    Ok(decoder.find_tag_unsigned_vec(tag)?.and_then(|all| all.first().copied()).unwrap_or(usual))
}

/// How its numbers are to be read: so many a cell within a chunk, and which of them.
fn layout(decoder: &mut Head<'_>, name: &str, (bands, band): (usize, usize)) -> TiffResult<Result<Layout, Error>> {
    let packing = match Packing::of(number(decoder, Tag::Compression, 1)?) {
        Ok(packing) => packing,
        Err(method) => {
            let expected = "none, Deflate, LZW or PackBits: gdal_translate -co COMPRESS=DEFLATE -co TILED=YES";
            return Ok(Err(data(name, "", format!("values that are packed by {method}"), expected)));
        }
    };
    let (format, bits) = (number(decoder, Tag::SampleFormat, 1)?, number(decoder, Tag::BitsPerSample, 1)?);
    let predictor = number(decoder, Tag::Predictor, 1)?;
    let kind = Kind::of(format, bits).filter(|kind| predictor < 3 || matches!(kind, Kind::Float(_)));
    let Some(kind) = kind else {
        let found = format!("numbers of {bits} bits (SampleFormat {format}, Predictor {predictor})");
        return Ok(Err(data(name, "", found, "whole numbers of 8, 16, 32 or 64 bits, or floats of 32 or 64: gdal_translate -ot Float32")));
    };
    if let Some(scale) = scaled(decoder)? {
        let expected = "people as they are: gdal_translate -unscale -ot Float32";
        return Ok(Err(data(name, "", format!("values that are to be scaled ({scale})"), expected)));
    }
    let nodata = decoder.find_tag(Tag::GdalNodata)?.map_or(Ok(String::new()), |value| value.into_string())?;
    let nodata = nodata.trim_matches(['\0', ' ']).parse().ok();
    let big_endian = decoder.byte_order() == ByteOrder::BigEndian;
    Ok(Ok(Layout { packing, kind, predictor, big_endian, bands, band, nodata }))
}

/// A scale or offset that the values have in GDAL's metadata, if it is not 1 and 0.
fn scaled(decoder: &mut Head<'_>) -> TiffResult<Option<String>> {
    let xml = decoder.find_tag(GDAL_METADATA)?.map_or(Ok(String::new()), |value| value.into_string())?;
    let own = xml.split("<Item ").filter_map(|item| {
        let (usual, what) = if item.contains("role=\"scale\"") { (1.0, "scale") } else { (0.0, "offset") };
        let value = item.split_once('>')?.1.split('<').next()?.trim();
        let told = item.contains(&format!("role=\"{what}\""));
        (told && value.parse::<f64>() != Ok(usual)).then(|| format!("{what} {value}"))
    });
    Ok(own.into_iter().next())
}

/// Bytes that are no TIFF are the file's fault; what the disk refuses is not.
fn broken(name: &str, error: TiffError) -> Error {
    use std::io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    match error {
        TiffError::IoError(source) if source.kind() == UnexpectedEof => data(name, "", "a TIFF that ends too early", WHOLE),
        TiffError::IoError(source) if ![InvalidData, InvalidInput, Other].contains(&source.kind()) => {
            Error::Read { file: name.to_owned(), source }
        }
        other => data(name, "", other.to_string(), WHOLE),
    }
}

const WHOLE: &str = "a whole GeoTIFF: gdalinfo -checksum says whether it is";
