//! From the bytes of a chunk to numbers: unpacked, differences summed up, one band picked.
//!
//! `tiff` 0.11 reads the tags; its own decoder is not used, as it refuses sound LZW tiles at the right edge (image-tiff's finding 395: "no lzw end
//! code found", 23 of 780 tiles that GDAL wrote for a trial).

use std::io::Read;

use flate2::read::ZlibDecoder;
use weezl::{BitOrder, LzwStatus, decode::Decoder as LzwDecoder};

use super::Frame;

/// How values are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Deflate,
    Lzw,
    PackBits,
}

impl Packing {
    /// By the number of TIFF's tag `Compression`; `Err` names the others.
    pub(super) fn of(compression: u16) -> Result<Packing, String> {
        Ok(match compression {
            1 => Packing::None,
            5 => Packing::Lzw,
            8 | 32_946 => Packing::Deflate,
            32_773 => Packing::PackBits,
            6 | 7 => return Err("JPEG".to_owned()),
            34_887 => return Err("LERC".to_owned()),
            34_925 => return Err("LZMA".to_owned()),
            50_000 => return Err("ZSTD".to_owned()),
            50_001 => return Err("WebP".to_owned()),
            other => return Err(format!("method {other}")),
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Packing::None => "none",
            Packing::Deflate => "Deflate",
            Packing::Lzw => "LZW",
            Packing::PackBits => "PackBits",
        }
    }

    /// Unpacks exactly `length` bytes; nothing where there are fewer.
    fn unpacked(self, bytes: &[u8], length: usize) -> Option<Vec<u8>> {
        let mut found = vec![0; length];
        let complete = match self {
            Packing::None => bytes.get(..length).map(|own| found.copy_from_slice(own)).is_some(),
            Packing::Deflate => ZlibDecoder::new(bytes).read_exact(&mut found).is_ok(),
            Packing::Lzw => unpack_lzw(bytes, &mut found) == length,
            Packing::PackBits => unpack_bits(bytes, &mut found) == length,
        };
        complete.then_some(found)
    }
}

/// Unpacks until `found` is full, whether or not an end is marked then; how many bytes there were.
fn unpack_lzw(mut bytes: &[u8], found: &mut [u8]) -> usize {
    let mut decoder = LzwDecoder::with_tiff_size_switch(BitOrder::Msb, 8);
    let mut at = 0;
    while at < found.len() {
        let step = decoder.decode_bytes(bytes, &mut found[at..]);
        bytes = &bytes[step.consumed_in..];
        at += step.consumed_out;
        let stands = step.consumed_in == 0 && step.consumed_out == 0;
        if stands || !matches!(step.status, Ok(LzwStatus::Ok)) {
            break;
        }
    }
    at
}

/// The same for runs of bytes.
fn unpack_bits(mut bytes: &[u8], found: &mut [u8]) -> usize {
    let mut at = 0;
    while let (Some((&head, rest)), true) = (bytes.split_first(), at < found.len()) {
        let room = found.len() - at;
        let (count, used) = match i8::from_ne_bytes([head]) {
            -128 => (0, 0),
            run @ ..0 => {
                let count = (1 - isize::from(run)).unsigned_abs().min(room);
                let Some(&byte) = rest.first() else { break };
                found[at..at + count].fill(byte);
                (count, 1)
            }
            plain => {
                let count = plain.unsigned_abs() as usize + 1;
                let Some(own) = rest.get(..count) else { break };
                let taken = count.min(room);
                found[at..at + taken].copy_from_slice(&own[..taken]);
                (taken, count)
            }
        };
        bytes = &rest[used..];
        at += count;
    }
    at
}

/// What numbers are, as they lie in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    UInt(u16),
    Int(u16),
    Float(u16),
}

impl Kind {
    /// By TIFF's tags `SampleFormat` and `BitsPerSample`; nothing for what is no number of 8 to 64 bits.
    pub(super) fn of(format: u16, bits: u16) -> Option<Kind> {
        match (format, bits) {
            (1 | 4, 8 | 16 | 32 | 64) => Some(Kind::UInt(bits)),
            (2, 8 | 16 | 32 | 64) => Some(Kind::Int(bits)),
            (3, 32 | 64) => Some(Kind::Float(bits)),
            _ => None,
        }
    }

    pub(super) fn name(self) -> String {
        match self {
            Kind::UInt(bits) => format!("UInt{bits}"),
            Kind::Int(bits) => format!("Int{bits}"),
            Kind::Float(bits) => format!("Float{bits}"),
        }
    }

    fn bytes(self) -> usize {
        let (Kind::UInt(bits) | Kind::Int(bits) | Kind::Float(bits)) = self;
        usize::from(bits / 8)
    }
}

/// How the chunks of a raster are to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub packing: Packing,
    pub kind: Kind,
    /// TIFF's `Predictor`: 1 none, 2 differences of whole numbers, 3 of floats.
    pub predictor: u16,
    pub big_endian: bool,
    /// Numbers a cell within a chunk, and which of them is read.
    pub bands: usize,
    pub band: usize,
    pub nodata: Option<f64>,
}

impl Layout {
    /// Bytes of so many cells, unpacked.
    pub(super) fn length(&self, cells: usize) -> usize {
        cells * self.bands * self.kind.bytes()
    }

    /// Copies what `wanted` and the chunk `own` have in common into `into`, whose rows are those of `wanted`; what stands for nothing stays as
    /// it is there. False where the chunk is broken.
    pub(super) fn copy(&self, bytes: &[u8], own: Frame, wanted: Frame, into: &mut [f64]) -> bool {
        let length = self.length(own.columns as usize * own.rows as usize);
        let Some(mut bytes) = self.packing.unpacked(bytes, length) else { return false };
        for row in bytes.chunks_exact_mut(self.length(own.columns as usize).max(1)) {
            match (self.predictor, self.kind.bytes()) {
                (2, 1) => self.sum::<1>(row),
                (2, 2) => self.sum::<2>(row),
                (2, 4) => self.sum::<4>(row),
                (2, _) => self.sum::<8>(row),
                (3, size) => self.sum_of_floats(row, size),
                _ => {}
            }
        }
        let none = |value: f64| self.nodata == Some(value);
        // the text of the tag may have more digits than a float
        let none_f32 = |value: f64| self.nodata.is_some_and(|own| own as f32 == value as f32);
        let mut cells = Cells { layout: self, bytes: &bytes, own, wanted, into };
        match self.kind {
            Kind::UInt(8) => cells.copy(|b: [u8; 1]| f64::from(b[0]), none),
            Kind::UInt(16) => cells.copy(|b| f64::from(u16::from_be_bytes(b)), none),
            Kind::UInt(32) => cells.copy(|b| f64::from(u32::from_be_bytes(b)), none),
            Kind::UInt(_) => cells.copy(|b| u64::from_be_bytes(b) as f64, none),
            Kind::Int(8) => cells.copy(|b| f64::from(i8::from_be_bytes(b)), none),
            Kind::Int(16) => cells.copy(|b| f64::from(i16::from_be_bytes(b)), none),
            Kind::Int(32) => cells.copy(|b| f64::from(i32::from_be_bytes(b)), none),
            Kind::Int(_) => cells.copy(|b| i64::from_be_bytes(b) as f64, none),
            Kind::Float(32) => cells.copy(|b| f64::from(f32::from_be_bytes(b)), none_f32),
            Kind::Float(_) => cells.copy(f64::from_be_bytes, none),
        }
        true
    }

    /// Whole numbers out of their differences to the one before, band by band.
    fn sum<const N: usize>(&self, row: &mut [u8]) {
        let step = N * self.bands;
        for at in (step..row.len()).step_by(N) {
            let mut carry = 0u16;
            for k in 0..N {
                // from the lowest byte on
                let k = if self.big_endian { N - 1 - k } else { k };
                carry += u16::from(row[at + k]) + u16::from(row[at + k - step]);
                row[at + k] = carry as u8;
                carry >>= 8;
            }
        }
    }

    /// Floats out of differences of bytes, which lie sorted by their weight (Adobe, TIFF Technical Note 3); then the highest byte comes first.
    fn sum_of_floats(&self, row: &mut [u8], size: usize) {
        for at in self.bands..row.len() {
            row[at] = row[at].wrapping_add(row[at - self.bands]);
        }
        let sorted = row.to_vec();
        let count = row.len() / size;
        for (at, number) in row.chunks_exact_mut(size).enumerate() {
            number.iter_mut().enumerate().for_each(|(k, byte)| *byte = sorted[k * count + at]);
        }
    }
}

struct Cells<'v> {
    layout: &'v Layout,
    bytes: &'v [u8],
    own: Frame,
    wanted: Frame,
    into: &'v mut [f64],
}

impl Cells<'_> {
    fn copy<const N: usize>(&mut self, number: impl Fn([u8; N]) -> f64, none: impl Fn(f64) -> bool) {
        let (own, wanted) = (self.own, self.wanted);
        let highest_first = self.layout.big_endian || self.layout.predictor == 3;
        let columns = own.column.max(wanted.column)..(own.column + own.columns).min(wanted.column + wanted.columns);
        for row in own.row.max(wanted.row)..(own.row + own.rows).min(wanted.row + wanted.rows) {
            let from = (row - own.row) as usize * own.columns as usize;
            let to = (row - wanted.row) as usize * wanted.columns as usize;
            for column in columns.clone() {
                let at = N * ((from + (column - own.column) as usize) * self.layout.bands + self.layout.band);
                let Some(mut bytes) = self.bytes.get(at..at + N).and_then(|own| <[u8; N]>::try_from(own).ok()) else { continue };
                if !highest_first {
                    bytes.reverse();
                }
                let value = number(bytes);
                if !none(value) {
                    self.into[to + (column - wanted.column) as usize] = value;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_bytes() {
        // the example of Apple's Technical Note 1023
        let packed = [0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0xfd, 0xaa, 0x03, 0x80, 0x00, 0x2a, 0x22, 0xf7, 0xaa];
        let expected = [
            0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0x22, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
            0xaa, 0xaa, 0xaa,
        ];
        assert_eq!(Packing::PackBits.unpacked(&packed, 24).as_deref(), Some(&expected[..]));
        assert_eq!(Packing::PackBits.unpacked(&packed, 9).as_deref(), Some(&expected[..9]));
        assert_eq!(Packing::PackBits.unpacked(&packed, 25), None);
        assert_eq!(Packing::PackBits.unpacked(&packed[..14], 24), None);
    }

    #[test]
    fn differences_of_two_bands_with_carries() {
        let layout =
            |big_endian| Layout { packing: Packing::None, kind: Kind::UInt(16), predictor: 2, big_endian, bands: 2, band: 0, nodata: None };
        // 255, 1, then 255 + 2 and 1 − 1
        let mut row = [255, 0, 1, 0, 2, 0, 255, 255];
        layout(false).sum::<2>(&mut row);
        assert_eq!(row, [255, 0, 1, 0, 1, 1, 0, 0]);
        let mut row = [0, 255, 0, 1, 0, 2, 255, 255];
        layout(true).sum::<2>(&mut row);
        assert_eq!(row, [0, 255, 0, 1, 1, 1, 0, 0]);
    }
}
