//! Sheets of Excel and LibreOffice as rows of text.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read as _};

use calamine::{Data, Reader, Sheets, StyleRange, open_workbook_auto_from_rs};
use zip::ZipArchive;

use super::table::shown;
use crate::error::{Error, data};

/// The signature of an old compound file, `.xls`; new ones with a password are one, too.
const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// A part of a workbook may unpack to this many bytes, whatever it is packed to.
const UNPACKED: u64 = 100_000_000;
/// A part that unpacks to more may not be more than so many times its packed size: tables never are.
const TIMES: u64 = 250;
/// More cells are no table for a workbook.
const MOST_CELLS: usize = 10_000_000;

/// Whether bytes begin like a workbook: a zip archive (.xlsx, .ods) or an old compound file (.xls).
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    is_zip(bytes) || bytes.starts_with(&COMPOUND)
}

fn is_zip(bytes: &[u8]) -> bool {
    // with files in it, or without any
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

const EXPECTED: &str = "a workbook of Excel or LibreOffice (.xlsx, .xls, .ods), without a password; or save the sheet as CSV";

/// What a sheet holds.
pub(super) struct SheetRows {
    /// Its rows with their numbers, the header first.
    pub rows: Vec<(u64, Vec<String>)>,
    /// The names of other sheets with rows.
    pub others: Vec<String>,
    /// What of it was left out, in words.
    pub left_out: Vec<String>,
}

type Book<'a> = Sheets<Cursor<&'a [u8]>>;

/// The rows of a sheet, each with its number: of the one named, else of the first that is not empty. Numbers come as numbers are written.
pub(super) fn rows(bytes: &[u8], named: Option<&str>, file: &str) -> Result<SheetRows, Error> {
    if let Some(found) = no_book(bytes) {
        return Err(data(file, "", found, EXPECTED));
    }
    let mut book: Book<'_> = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| data(file, "", damaged(&error), EXPECTED))?;
    let names = book.sheet_names();
    let wanted: Vec<String> = match named {
        Some(name) if names.iter().any(|own| own == name) => vec![name.to_owned()],
        Some(name) => return Err(data(file, "", format!("no sheet `{name}`"), format!("one of: {}", names.join(", ")))),
        None => names.clone(),
    };
    let mut chosen = None;
    let mut others = Vec::new();
    for name in &wanted {
        let cells = cells(&mut book, name).map_err(|found| data(file, format!("sheet `{name}`"), found, EXPECTED))?;
        match &chosen {
            _ if cells.is_empty() => {}
            None => chosen = Some(table(cells)),
            Some(_) => others.push(name.clone()),
        }
    }
    chosen
        .map(|(rows, left_out)| SheetRows { rows, others, left_out })
        .ok_or_else(|| data(file, "", "no sheet with a row", "a header row and rows of data"))
}

/// What bytes are that begin like a workbook and are none; nothing where they may be one.
fn no_book(bytes: &[u8]) -> Option<String> {
    if !is_zip(bytes) {
        let text: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let locked = bytes.windows(text.len()).any(|own| own == text);
        return locked.then(|| "a workbook with a password".to_owned());
    }
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return Some("a zip archive that is cut off or damaged".to_owned()) };
    if !["xl/workbook.xml", "xl/workbook.bin", "content.xml"].iter().any(|part| archive.index_for_name(part).is_some()) {
        let names: Vec<String> = archive.file_names().flatten().take(3).map(|name| name.into_owned()).collect();
        let holds = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        return Some(format!("a zip archive that is no workbook: it holds {holds}"));
    }
    let bomb = (0..archive.len()).find_map(|i| too_large(&mut archive, i))?;
    Some(format!("a workbook whose part {bomb} unpacks to more than {TIMES} times its size: a broken or hostile file"))
}

/// The name of a part that unpacks to more than it should; its own word for its size is not trusted.
fn too_large(archive: &mut ZipArchive<Cursor<&[u8]>>, i: usize) -> Option<String> {
    let part = archive.by_index(i).ok()?;
    let most = UNPACKED.max(part.compressed_size().saturating_mul(TIMES));
    let name = part.name().ok()?.into_owned();
    // no packing makes a thousandth of anything
    if part.compressed_size() < UNPACKED / 1100 {
        return None;
    }
    let unpacked = io::copy(&mut part.take(most + 1), &mut io::sink()).unwrap_or(0);
    (unpacked > most).then_some(name)
}

/// What the reader of workbooks says, without its own name.
fn damaged(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    format!("a damaged workbook ({inner})")
}

/// The cells that hold something, by row and column.
type Cells = BTreeMap<u32, BTreeMap<u32, String>>;

fn cells(book: &mut Book<'_>, name: &str) -> Result<Cells, String> {
    let styles = book.worksheet_style(name).map_err(|error| damaged(&error))?;
    let mut cells = Cells::new();
    let mut count = 0;
    let mut add = |row: u32, column: u32, text: String| {
        count += usize::from(!text.is_empty());
        if !text.is_empty() {
            cells.entry(row).or_default().insert(column, text);
        }
        if count > MOST_CELLS { Err(format!("more than {MOST_CELLS} cells")) } else { Ok(()) }
    };
    if let Sheets::Xlsx(book) = book {
        // cell by cell: a stray cell in the last corner makes no block of 16,384 columns
        let mut reader = book.worksheet_cells_reader(name).map_err(|error| damaged(&error))?;
        while let Some(found) = reader.next_cell().map_err(|error| damaged(&error))? {
            let (row, column) = found.get_position();
            add(row, column, text(&Data::from(found.get_value().clone()), &styles, (row, column)))?;
        }
    } else {
        let sheet = book.worksheet_range(name).map_err(|error| damaged(&error))?;
        let (first_row, first_column) = sheet.start().unwrap_or_default();
        for (row, column, value) in sheet.used_cells() {
            let place = (first_row + row as u32, first_column + column as u32);
            add(place.0, place.1, text(value, &styles, place))?;
        }
    }
    Ok(cells)
}

/// The columns that the header names, all rows below it with something in them; and what was left out. The header is the first row with
/// something in it, but for a title above: a single cell over a table of several columns.
fn table(mut cells: Cells) -> (Vec<(u64, Vec<String>)>, Vec<String>) {
    let mut left = Vec::new();
    let mut titles = Vec::new();
    while cells.len() > 2
        && cells.values().next().is_some_and(|row| row.len() == 1)
        && cells.values().take(LOOKED_AT).any(|row| row.len() > 1)
        && let Some((row, title)) = cells.pop_first()
    {
        titles.extend(title.into_values().map(|title| format!("row {}: `{}`", row + 1, shown(&title, 40))));
    }
    if !titles.is_empty() {
        left.push(format!("taken for titles above the table: {}", titles.join(", ")));
    }
    let header = cells.values().next().map(|row| (row.keys().next().copied(), row.keys().last().copied()));
    let Some((Some(first), Some(last))) = header else { return (Vec::new(), left) };
    let beside = cells.values().flat_map(BTreeMap::keys).filter(|column| !(first..=last).contains(column)).count();
    if beside > 0 {
        left.push(format!("{beside} cells beside the columns of the header, which are not read"));
    }
    let row = |(row, mut cells): (u32, BTreeMap<u32, String>)| {
        let of_header: Vec<String> = (first..=last).map(|column| cells.remove(&column).unwrap_or_default()).collect();
        (u64::from(row) + 1, of_header)
    };
    (cells.into_iter().map(row).filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())).collect(), left)
}

/// A title stands so many rows above a table at the most.
const LOOKED_AT: usize = 6;

fn text(cell: &Data, styles: &StyleRange, place: (u32, u32)) -> String {
    match cell {
        Data::Empty => String::new(),
        // an id that Excel took for a number stays as it is shown: its format may say how many digits it has
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:0width$.0}", width = digits(styles, place)),
        Data::DateTime(time) if time.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date}T{hour:02}:{minute:02}:{second:02}") }
        }
        other => other.to_string().trim().to_owned(),
    }
}

/// How many digits the format of a cell asks for: 3 of `000`; none of any other.
fn digits(styles: &StyleRange, place: (u32, u32)) -> usize {
    let format = styles.get(place).and_then(|style| style.number_format.as_ref()).map_or("", |format| format.format_code.as_str());
    if !format.is_empty() && format.bytes().all(|byte| byte == b'0') { format.len() } else { 0 }
}
