//! What a Parquet file claims of its pages, held against its bytes before its reader takes memory for it.
//!
//! `parquet` 60 checks the lists of its footer, but trusts what a page says that it unpacks to and how many values a dictionary has, and unpacks
//! gzip and Zstandard to their end. The headers of pages are read here in Thrift's compact protocol, as far as numbers and lengths go.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use parquet::basic::Compression;
use parquet::file::metadata::ParquetMetaData;

/// A page may unpack to this many bytes: writers make them of a megabyte.
const LARGEST_PAGE: i64 = 1 << 26;
/// Encodings whose pages tell within, packed, how many values they have.
const DELTA: [i64; 2] = [6, 7];
/// Structures within structures: those of Parquet have some.
const DEEPEST: usize = 32;

/// The fields of a page's header, by their numbers (parquet.thrift).
const UNPACKED: [i64; 1] = [2];
const PACKED: [i64; 1] = [3];
const VALUES: [i64; 2] = [5, 1];
const ENCODING: [i64; 2] = [5, 2];
const DICTIONARY_VALUES: [i64; 2] = [7, 1];
const VALUES_V2: [i64; 2] = [8, 1];
const ENCODING_V2: [i64; 2] = [8, 4];
/// Bytes of the levels in front of a page's values, which are not packed.
const LEVELS_V2: [[i64; 2]; 2] = [[8, 5], [8, 6]];

/// What is wrong with the pages; else how many values they have in all, empty ones counted.
pub(super) fn values(bytes: &[u8], metadata: &ParquetMetaData) -> Result<usize, String> {
    let mut values = 0_usize;
    for column in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        let place = || format!("column `{}`", column.column_path().string());
        let beyond = || format!("pages of {} that end beyond the file", place());
        let start = column.dictionary_page_offset().unwrap_or(i64::MAX).min(column.data_page_offset());
        let range = usize::try_from(start).ok().zip(usize::try_from(column.compressed_size()).ok());
        let mut pages = range.and_then(|(at, size)| bytes.get(at..at.checked_add(size)?)).ok_or_else(beyond)?;
        while !pages.is_empty() {
            let page = Page::read(&mut pages).ok_or_else(beyond)?;
            if !(0..=LARGEST_PAGE).contains(&page.unpacked) {
                return Err(format!("a page of {} that claims to unpack to {} bytes, more than {LARGEST_PAGE}", place(), page.unpacked));
            }
            if page.unpacks_to_more(column.compression()) {
                return Err(format!("a page of {} that unpacks to more than the {} bytes that it claims", place(), page.unpacked));
            }
            if page.dictionary > page.unpacked {
                return Err(format!("a dictionary of {} that claims {} values in {} bytes", place(), page.dictionary, page.unpacked));
            }
            if DELTA.contains(&page.encoding) {
                return Err(format!("texts of {} in the encoding DELTA_BYTE_ARRAY", place()));
            }
            values =
                values.saturating_add(usize::try_from(page.values).map_err(|_| format!("a page of {} of less than no values", place()))?);
        }
    }
    Ok(values)
}

/// What a page's header says.
#[derive(Debug, Default, PartialEq)]
struct Page<'b> {
    unpacked: i64,
    packed: i64,
    levels: i64,
    body: &'b [u8],
    values: i64,
    dictionary: i64,
    encoding: i64,
}

impl<'b> Page<'b> {
    /// The page that bytes begin with, which then begin behind it.
    fn read(bytes: &mut &'b [u8]) -> Option<Page<'b>> {
        let mut page = Page::default();
        let mut thrift = Thrift(bytes);
        thrift.structure(&mut Vec::new(), &mut |path, number| {
            if path == UNPACKED {
                page.unpacked = number;
            } else if path == PACKED {
                page.packed = number;
            } else if path == VALUES || path == VALUES_V2 {
                page.values = number;
            } else if path == ENCODING || path == ENCODING_V2 {
                page.encoding = number;
            } else if LEVELS_V2.iter().any(|levels| path == levels) {
                page.levels = page.levels.saturating_add(number);
            } else if path == DICTIONARY_VALUES {
                page.dictionary = number;
            }
        })?;
        (page.body, *bytes) = thrift.0.split_at_checked(usize::try_from(page.packed).ok()?)?;
        Some(page)
    }

    /// Whether it unpacks to more than it claims; what cannot be unpacked is left to the reader.
    fn unpacks_to_more(&self, packing: Compression) -> bool {
        let packed = usize::try_from(self.levels).ok().and_then(|levels| self.body.get(levels..)).unwrap_or_default();
        let most = u64::try_from(self.unpacked).unwrap_or(0);
        let length = |unpacked: &mut dyn Read| io::copy(&mut unpacked.take(most + 1), &mut io::sink()).unwrap_or(0);
        match packing {
            Compression::GZIP(_) => length(&mut MultiGzDecoder::new(packed)) > most,
            Compression::ZSTD(_) => zstd::Decoder::with_buffer(packed).is_ok_and(|mut unpacked| length(&mut unpacked) > most),
            _ => false,
        }
    }
}

/// Thrift's compact protocol, stepped over.
struct Thrift<'b>(&'b [u8]);

/// Called with the numbers of the fields down to a number, and with the number.
type Each<'e> = dyn FnMut(&[i64], i64) + 'e;

impl Thrift<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.0 = self.0.get(count..)?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn number(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// A count of what follows, each at least a byte.
    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.varint()?).ok().filter(|count| *count <= self.0.len())
    }

    fn structure(&mut self, path: &mut Vec<i64>, each: &mut Each<'_>) -> Option<()> {
        if path.len() == DEEPEST {
            return None;
        }
        path.push(0);
        loop {
            let head = self.byte()?;
            if head == 0 {
                break;
            }
            let field = match head >> 4 {
                0 => self.number()?,
                step => path.last()?.checked_add(i64::from(step))?,
            };
            *path.last_mut()? = field;
            match head & 0x0f {
                // truth is in the head
                1 | 2 => {}
                kind => self.value(kind, path, each)?,
            }
        }
        path.pop();
        Some(())
    }

    fn value(&mut self, kind: u8, path: &mut Vec<i64>, each: &mut Each<'_>) -> Option<()> {
        match kind {
            1..=3 => self.skip(1),
            4..=6 => {
                let number = self.number()?;
                each(path, number);
                Some(())
            }
            7 => self.skip(8),
            8 => {
                let count = self.count()?;
                self.skip(count)
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = if head >> 4 == 15 { self.count()? } else { usize::from(head >> 4) };
                (0..count).try_for_each(|_| self.value(head & 0x0f, path, each))
            }
            11 => {
                let count = self.count()?;
                let kinds = if count == 0 { 0 } else { self.byte()? };
                (0..count).try_for_each(|_| {
                    self.value(kinds >> 4, path, each)?;
                    self.value(kinds & 0x0f, path, each)
                })
            }
            12 => self.structure(path, each),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_pages_sound_and_without_an_end() {
        // a data page: 10 bytes that unpack to 300, four values in plain encoding
        let head = [0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0x14, 0x2c, 0x15, 0x08, 0x15, 0x00, 0x00, 0x00];
        let bytes = [&head[..], &[9; 10], &[7]].concat();
        let mut rest = &bytes[..];
        assert_eq!(
            Page::read(&mut rest),
            Some(Page { unpacked: 300, packed: 10, values: 4, dictionary: 0, encoding: 0, levels: 0, body: &[9; 10] })
        );
        assert_eq!(rest, [7]);
        assert_eq!(Page::read(&mut &bytes[..20]), None);
        // structures without an end, and a text of two billion bytes
        for head in [&[0x1c; 1000][..], &[0x18, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00]] {
            assert_eq!(Page::read(&mut &head[..]), None);
        }
    }

    #[test]
    fn what_a_page_unpacks_to_is_measured() {
        use std::io::Write as _;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&[0; 100_000]).unwrap();
        let gzip = gzip.finish().unwrap();
        let zstd = zstd::encode_all(&[0; 100_000][..], 1).unwrap();
        for (body, packing) in [(gzip, Compression::GZIP(Default::default())), (zstd, Compression::ZSTD(Default::default()))] {
            let page = |unpacked| Page { unpacked, body: &body, ..Page::default() };
            assert!(page(99_999).unpacks_to_more(packing) && !page(100_000).unpacks_to_more(packing));
            assert!(!page(10).unpacks_to_more(Compression::SNAPPY), "the reader takes as many as it claims");
        }
    }
}
