//! Sheets of Excel and LibreOffice as rows of text.

mod fence;

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Ods, Reader, Sheets, StyleRange, Xlsx};
use csv::StringRecord;
use smol_str::SmolStr;

use super::table::shown;
use crate::error::{Error, data};
use fence::{EXPECTED, Format};

pub(super) use fence::is_workbook;

/// More cells are no table for a workbook, whether they hold something or lie in a row and a column of the table.
const MOST_CELLS: usize = 10_000_000;
/// Bytes of the texts of a sheet, each as often as it stands there.
const MOST_TEXT: usize = 256 << 20;

/// What a sheet holds.
pub(super) struct SheetRows {
    /// Its rows with their numbers, the header first.
    pub rows: Vec<(u64, StringRecord)>,
    /// The names of other sheets with rows.
    pub others: Vec<String>,
    /// What of it was left out, in words.
    pub left_out: Vec<String>,
}

type Book<'a> = Sheets<Cursor<&'a [u8]>>;

/// The rows of a sheet, each with its number: of the one named, else of the first that is not empty. Numbers come as numbers are written.
pub(super) fn rows(bytes: &[u8], named: Option<&str>, file: &str) -> Result<SheetRows, Error> {
    let format = fence::checked(bytes).map_err(|(found, expected)| data(file, "", found, expected))?;
    let no_book = |error: &dyn std::error::Error| data(file, "", damaged(error), EXPECTED);
    let mut book: Book<'_> = match format {
        Format::Xlsx => Sheets::Xlsx(Xlsx::new(Cursor::new(bytes)).map_err(|error| no_book(&error))?),
        Format::Ods => Sheets::Ods(Ods::new(Cursor::new(bytes)).map_err(|error| no_book(&error))?),
    };
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
            None => chosen = Some(table(cells).map_err(|found| data(file, format!("sheet `{name}`"), found, TABLE))?),
            Some(_) => others.push(name.clone()),
        }
    }
    chosen
        .map(|(rows, left_out)| SheetRows { rows, others, left_out })
        .ok_or_else(|| data(file, "", "no sheet with a row", "a header row and rows of data"))
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
type Cells = BTreeMap<u32, BTreeMap<u32, SmolStr>>;

/// The rows of a table with their numbers, and what was left out.
type Rows = (Vec<(u64, StringRecord)>, Vec<String>);

const TABLE: &str = "a table with a header above it: save its sheet as CSV, without the cells beside and below it";

fn cells(book: &mut Book<'_>, name: &str) -> Result<Cells, String> {
    let styles = book.worksheet_style(name).map_err(|error| damaged(&error))?;
    let mut cells = Cells::new();
    let (mut count, mut bytes) = (0, 0);
    let mut add = |row: u32, column: u32, text: String| {
        if text.is_empty() {
            return Ok(());
        }
        (count, bytes) = (count + 1, bytes + text.len());
        if u64::from(row) >= fence::ROWS || u64::from(column) >= fence::COLUMNS {
            return Err(format!("a cell in row {} and column {}, which sheets do not have", row + 1, column + 1));
        }
        cells.entry(row).or_default().insert(column, SmolStr::from(text));
        match (count > MOST_CELLS, bytes > MOST_TEXT) {
            (true, _) => Err(format!("more than {MOST_CELLS} cells")),
            (_, true) => Err(format!("more than {MOST_TEXT} bytes of text, those that cells share written out")),
            _ => Ok(()),
        }
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
fn table(mut cells: Cells) -> Result<Rows, String> {
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
    let Some((Some(first), Some(last))) = header else { return Ok((Vec::new(), left)) };
    let columns = (last - first) as usize + 1;
    if cells.len().saturating_mul(columns) > MOST_CELLS {
        return Err(format!("{} rows of {columns} columns each, which are more than {MOST_CELLS} cells", cells.len()));
    }
    let beside = cells.values().flat_map(BTreeMap::keys).filter(|column| !(first..=last).contains(column)).count();
    if beside > 0 {
        left.push(format!("{beside} cells beside the columns of the header, which are not read"));
    }
    let row = |(row, mut cells): (u32, BTreeMap<u32, SmolStr>)| {
        let of_header: StringRecord = (first..=last).map(|column| cells.remove(&column).unwrap_or_default()).collect();
        (u64::from(row) + 1, of_header)
    };
    Ok((cells.into_iter().map(row).filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())).collect(), left))
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
