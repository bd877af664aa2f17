//! Sheets of Excel and LibreOffice as rows of text.

use std::io::Cursor;

use calamine::{Data, Reader, StyleRange, open_workbook_auto_from_rs};

use crate::error::{Error, data};

/// Whether bytes begin like a workbook: a zip archive (.xlsx, .ods) or an old compound file (.xls).
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
}

/// Rows with their numbers; and the names of other sheets with rows.
type Rows = (Vec<(u64, Vec<String>)>, Vec<String>);

/// The rows of a sheet, each with its number: of the one named, else of the first that is not empty. Numbers come as numbers are written.
pub(super) fn rows(bytes: &[u8], named: Option<&str>, file: &str) -> Result<Rows, Error> {
    const EXPECTED: &str = "a workbook of Excel or LibreOffice (.xlsx, .xls, .ods), without a password";
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| data(file, "", error.to_string(), EXPECTED))?;
    let names = book.sheet_names();
    let wanted: Vec<String> = match named {
        Some(name) if names.iter().any(|own| own == name) => vec![name.to_owned()],
        Some(name) => return Err(data(file, "", format!("no sheet `{name}`"), format!("one of: {}", names.join(", ")))),
        None => names.clone(),
    };
    let mut chosen: Option<Vec<(u64, Vec<String>)>> = None;
    let mut others = Vec::new();
    for name in &wanted {
        let sheet = book.worksheet_range(name).map_err(|error| data(file, format!("sheet `{name}`"), error.to_string(), EXPECTED))?;
        let styles = book.worksheet_style(name).map_err(|error| data(file, format!("sheet `{name}`"), error.to_string(), EXPECTED))?;
        let (first, left) = sheet.start().unwrap_or_default();
        let text = |(row, cells): (u32, &[Data])| {
            let cells: Vec<String> = (left..).zip(cells).map(|(column, cell)| text(cell, &styles, (row, column))).collect();
            (u64::from(row) + 1, cells)
        };
        let rows: Vec<(u64, Vec<String>)> =
            (first..).zip(sheet.rows()).map(text).filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())).collect();
        match &chosen {
            _ if rows.is_empty() => {}
            None => chosen = Some(rows),
            Some(_) => others.push(name.clone()),
        }
    }
    chosen.map(|rows| (rows, others)).ok_or_else(|| data(file, "", "no sheet with a row", "a header row and rows of data"))
}

fn text(cell: &Data, styles: &StyleRange, place: (u32, u32)) -> String {
    match cell {
        Data::Empty => String::new(),
        // an id that Excel took for a number stays as it is shown: its format may say how many digits it has
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:0width$.0}", width = digits(styles, place)),
        other => other.to_string().trim().to_owned(),
    }
}

/// How many digits the format of a cell asks for: 3 of `000`; none of any other.
fn digits(styles: &StyleRange, place: (u32, u32)) -> usize {
    let format = styles.get(place).and_then(|style| style.number_format.as_ref()).map_or("", |format| format.format_code.as_str());
    if !format.is_empty() && format.bytes().all(|byte| byte == b'0') { format.len() } else { 0 }
}
