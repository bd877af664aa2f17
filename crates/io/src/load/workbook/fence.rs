//! What a workbook claims, held against its bytes before its reader takes memory for it.
//!
//! `calamine` reserves as many texts as `uniqueCount` says, lays a sheet of LibreOffice out as a dense table with every repetition written out,
//! and keeps all styles. So the parts that it keeps are counted here first.
//!
//! Workbooks in binary are refused. `calamine` follows the sector chains of `.xls` without an end and panics where one is cut off, lays every
//! sheet out as a dense table on opening, and panics on short records of `.xlsb` and `.xls`. A check that holds these off would have to read
//! both formats down to their cells: a second reader.

use std::io::{self, BufReader, Cursor, Read};

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

/// The signature of an old compound file, `.xls`; new ones with a password are one, too.
const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// A part of a workbook may unpack to this many bytes, whatever it is packed to.
const UNPACKED: u64 = 100_000_000;
/// A part that unpacks to more may not be more than so many times its packed size: tables never are.
const TIMES: u64 = 250;
/// All parts together may unpack to this many bytes.
const ALL_UNPACKED: u64 = 4_000_000_000;
/// The texts that cells share may unpack to this many bytes, and be so many: they are in memory as a whole.
const SHARED: u64 = 256 << 20;
const MOST_SHARED: u64 = 5_000_000;
/// Styles, names and links of sheets have fewer elements than this: Excel writes 65,490 styles at the most.
const MOST_ELEMENTS: u64 = 500_000;
/// A sheet of LibreOffice is in memory with its empty cells and all repetitions.
const MOST_DENSE: u64 = 5_000_000;
/// The texts of all sheets of LibreOffice, repetitions written out.
const MOST_REPEATED: u64 = 64 << 20;
/// The columns of a sheet, in Excel and LibreOffice.
pub(super) const COLUMNS: u64 = 16_384;
/// Its rows.
pub(super) const ROWS: u64 = 1_048_576;

pub(super) const EXPECTED: &str = "a workbook of Excel or LibreOffice (.xlsx, .ods), without a password; or save the sheet as CSV";
const ANEW: &str = "the same saved anew as .xlsx (in Excel or LibreOffice: Save as, .xlsx) or as CSV";
const SMALLER: &str = "only the table: save its sheet as CSV, without empty or repeated cells beside and below it";

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Xlsx,
    Ods,
}

/// Why a workbook is not read, and what is expected.
pub(super) type Refusal = (String, &'static str);

/// Whether bytes begin like a workbook: a zip archive (.xlsx, .ods) or a compound file (.xls).
pub(crate) fn is_workbook(bytes: &[u8]) -> bool {
    is_zip(bytes) || bytes.starts_with(&COMPOUND)
}

fn is_zip(bytes: &[u8]) -> bool {
    // with files in it, or without any
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The format of a workbook whose claims its bytes can hold.
pub(super) fn checked(bytes: &[u8]) -> Result<Format, Refusal> {
    if !is_zip(bytes) {
        let text: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let locked = bytes.windows(text.len()).any(|own| own == text);
        return Err(if locked {
            ("a workbook with a password".to_owned(), EXPECTED)
        } else {
            (
                "a workbook of Excel 97 to 2003 (.xls), which is not read: no check keeps a damaged one from taking all memory".to_owned(),
                ANEW,
            )
        });
    }
    let cut_off = |_| ("a zip archive that is cut off or damaged".to_owned(), EXPECTED);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(cut_off)?;
    let holds = |archive: &Archive<'_>, part| archive.index_for_name(part).is_some();
    let format = if holds(&archive, "xl/workbook.xml") {
        Format::Xlsx
    } else if holds(&archive, "content.xml") {
        Format::Ods
    } else if holds(&archive, "xl/workbook.bin") {
        return Err((
            "a binary workbook (.xlsb), which is not read: no check keeps a damaged one from ending the program".to_owned(),
            ANEW,
        ));
    } else {
        let names: Vec<String> = archive.file_names().flatten().take(3).map(|name| name.into_owned()).collect();
        let holds = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        return Err((format!("a zip archive that is no workbook: it holds {holds}"), EXPECTED));
    };
    let mut left = ALL_UNPACKED;
    for i in 0..archive.len() {
        part(&mut archive, i, &mut left)?;
    }
    Ok(format)
}

/// Checks a part; its own word for its size is not trusted. A part that cannot be unpacked is left to the reader.
fn part(archive: &mut Archive<'_>, i: usize, left: &mut u64) -> Result<(), Refusal> {
    let Ok(part) = archive.by_index(i) else { return Ok(()) };
    let Ok(name) = part.name().map(|name| name.into_owned()) else { return Ok(()) };
    let most = UNPACKED.max(part.compressed_size().saturating_mul(TIMES));
    let lower = name.to_lowercase();
    let own = lower.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = matches!(own, "styles.xml" | "workbook.xml" | "theme1.xml" | "[content_types].xml" | "manifest.xml" | "meta.xml");
    let most = if own == "sharedstrings.xml" { most.min(SHARED) } else { most };
    // no packing makes a thousandth of anything
    if !kept && !["sharedstrings.xml", "content.xml"].contains(&own) && !own.ends_with(".rels") && part.compressed_size() < UNPACKED / 1100
    {
        return Ok(());
    }
    let mut unpacked = Counted { inner: part, most: most.min(*left), count: 0 };
    let refusal = match own {
        "sharedstrings.xml" => shared(&mut unpacked),
        "content.xml" => dense(&mut unpacked),
        _ if kept || own.ends_with(".rels") => elements(&mut unpacked, &name),
        _ => None,
    };
    // the rest of it, which the walk may have left where it found something broken
    let _ = io::copy(&mut unpacked, &mut io::sink());
    let count = unpacked.count;
    if count > most {
        let found = format!("a workbook whose part {name} unpacks to more than {TIMES} times its size: a broken or hostile file");
        return Err((found, EXPECTED));
    }
    *left = left.checked_sub(count).ok_or_else(|| {
        let found = format!("a workbook whose parts unpack to more than {ALL_UNPACKED} bytes: a broken or hostile file");
        (found, EXPECTED)
    })?;
    refusal.map_or(Ok(()), Err)
}

/// A part while it unpacks, which ends a byte behind the most that it may be.
struct Counted<R> {
    inner: R,
    most: u64,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from((self.most + 1).saturating_sub(self.count)).unwrap_or(usize::MAX).min(into.len());
        let read = self.inner.read(&mut into[..room])?;
        self.count += read as u64;
        Ok(read)
    }
}

/// Calls `each` with every event, the end of the part as the last one, until it refuses or the part is broken.
fn walk(part: impl Read, mut each: impl FnMut(&Event<'_>) -> Option<Refusal>) -> Option<Refusal> {
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(part));
    reader.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Err(_) => return None,
            Ok(event) => {
                let refusal = each(&event);
                if refusal.is_some() || matches!(event, Event::Eof) {
                    return refusal;
                }
            }
        }
    }
}

fn elements(part: impl Read, name: &str) -> Option<Refusal> {
    let mut count = 0;
    walk(part, |event| {
        count += u64::from(matches!(event, Event::Start(_) | Event::Empty(_)));
        (count > MOST_ELEMENTS).then(|| (format!("a workbook whose part {name} has more than {MOST_ELEMENTS} elements"), SMALLER))
    })
}

/// The number in an attribute; what is no number is one, as readers take it.
fn number(element: &BytesStart<'_>, name: &str) -> u64 {
    element.try_get_attribute(name).ok().flatten().and_then(|own| own.value.trim().parse().ok()).unwrap_or(1)
}

/// Texts that cells share: as many as there are, and as they claim to be.
fn shared(part: impl Read) -> Option<Refusal> {
    let (mut claimed, mut count) = (0, 0);
    let refusal = walk(part, |event| {
        if let Event::Start(element) | Event::Empty(element) = event {
            match element.local_name().as_ref() {
                "sst" => claimed = claimed.max(number(element, "uniqueCount")),
                "si" => count += 1,
                _ => {}
            }
        }
        (count > MOST_SHARED).then(|| (format!("more than {MOST_SHARED} texts that cells share"), SMALLER))
    });
    // programs that count wrongly count some too many
    let lies = claimed > (2 * count).max(1000);
    refusal.or_else(|| lies.then(|| (format!("{count} texts that cells share, where the workbook says {claimed}: it is damaged"), ANEW)))
}

/// What a sheet of LibreOffice takes as a dense table.
#[derive(Default)]
struct Dense {
    /// Cells of the rows as they stand there, repeated within a row.
    cells: u64,
    /// Rows up to the last one with something in it, and the widest of them.
    rows: u64,
    last: u64,
    width: u64,
    /// Of the row at hand: how often it stands there, its cells, those up to the last one with something in it.
    repeated: u64,
    at: u64,
    filled: u64,
    /// Bytes of its texts, repetitions written out.
    text: u64,
    /// How often the cell at hand stands there.
    cell: u64,
}

/// Sheets of LibreOffice, as their reader lays them out. It looks without an end for the end of a table or a comment that has none, so every
/// element has to end in its turn.
fn dense(part: impl Read) -> Option<Refusal> {
    let (mut sheet, mut tables, mut text) = (Dense::default(), 0, 0);
    let mut open = Vec::new();
    walk(part, |event| {
        let closed = match event {
            Event::Start(element) => {
                open.push(element.name().as_ref().to_owned());
                true
            }
            Event::End(element) => open.pop().is_some_and(|name| name == element.name().as_ref()),
            Event::Eof => open.is_empty(),
            _ => true,
        };
        if !closed {
            return Some(("a workbook whose part content.xml is cut off or damaged".to_owned(), ANEW));
        }
        match event {
            Event::Start(element) | Event::Empty(element) => match element.name().as_ref() {
                "table:table" => {
                    tables += sheet.last.saturating_mul(sheet.width);
                    sheet = Dense::default();
                }
                "table:table-row" => {
                    let repeated = number(element, "table:number-rows-repeated").min(ROWS.saturating_sub(sheet.rows));
                    sheet.rows += repeated;
                    (sheet.repeated, sheet.at, sheet.filled, sheet.text) = (repeated, 0, 0, 0);
                }
                "table:table-cell" | "table:covered-table-cell" => sheet.cell(element),
                // spaces, written out even where the cell itself lies beyond the last column
                "text:s" => sheet.text = sheet.text.saturating_add(sheet.cell.max(1).saturating_mul(number(element, "text:c"))),
                _ => {}
            },
            Event::Text(own) => sheet.text += sheet.cell * own.len() as u64,
            Event::End(element) if element.name().as_ref() == "table:table-row" => {
                text += sheet.text.saturating_mul(sheet.repeated);
                sheet.row();
            }
            _ => {}
        }
        let cells = tables.max(sheet.cells).saturating_add(sheet.last.saturating_mul(sheet.width));
        if cells > MOST_DENSE {
            return Some((format!("sheets of {cells} cells with the empty and repeated ones, more than {MOST_DENSE}"), SMALLER));
        }
        let repeated = text.saturating_add(sheet.text);
        (repeated > MOST_REPEATED).then(|| (format!("sheets of more than {MOST_REPEATED} bytes of text, repetitions written out"), SMALLER))
    })
}

impl Dense {
    fn cell(&mut self, element: &BytesStart<'_>) {
        self.cell = number(element, "table:number-columns-repeated").min(COLUMNS.saturating_sub(self.at));
        self.at += self.cell;
        let mut filled = false;
        for own in element.attributes().flatten() {
            match own.key.as_ref() {
                "office:value-type" | "office:value" | "office:boolean-value" | "calcext:value-type" => filled = true,
                "office:string-value" | "office:date-value" | "office:time-value" | "table:formula" => {
                    filled = true;
                    self.text += self.cell * own.value.len() as u64;
                }
                _ => {}
            }
        }
        if filled {
            self.filled = self.at;
        }
    }

    /// The row at hand ends.
    fn row(&mut self) {
        self.cells += self.filled;
        if self.filled > 0 {
            self.last = self.rows;
            self.width = self.width.max(self.filled);
        }
        self.cell = 0;
    }
}
