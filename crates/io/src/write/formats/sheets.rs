//! Workbooks (.xlsx): sheets with a header, numbers as numbers.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use serde_json::Value;

use super::schema::text;
use super::{About, TableOut};
use crate::error::{Error, data};

/// A sheet as it is to look.
pub(crate) struct Sheet {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub header: Vec<String>,
    /// Its rows, cell by cell.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing is known.
    Empty,
    /// Text.
    Text(String),
    /// A number as it is.
    Number(f64),
    /// A number, shown with so many decimals.
    Fixed(f64, usize),
}

impl Cell {
    /// A number with so many decimals, or nothing.
    pub(crate) fn fixed(number: Option<f64>, decimals: usize) -> Cell {
        number.map_or(Cell::Empty, |number| Cell::Fixed(number, decimals))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
    }
}

impl From<&Value> for Cell {
    fn from(value: &Value) -> Cell {
        match value {
            Value::Null => Cell::Empty,
            // Excel keeps 15 digits
            Value::Number(number) if number.as_f64().is_some_and(|own| own.abs() < 1e15 || own.fract() != 0.0) => {
                number.as_f64().map_or(Cell::Empty, Cell::Number)
            }
            other => Cell::from(text(other).as_str()),
        }
    }
}

impl From<&TableOut> for Sheet {
    fn from(table: &TableOut) -> Sheet {
        let row = |row: &geojson::JsonObject| table.header.iter().map(|key| row.get(key).map_or(Cell::Empty, Cell::from)).collect();
        Sheet { name: table.name.clone(), header: table.header.clone(), rows: table.rows.iter().map(row).collect() }
    }
}

/// All sheets in one workbook.
///
/// # Errors
///
/// [`Error::Data`] where a sheet is larger than Excel's are: 1,048,576 rows, 16,384 columns.
pub(crate) fn workbook(sheets: &[Sheet], about: &About<'_>) -> Result<Vec<u8>, Error> {
    let wrong = |error: XlsxError| data(&format!("{}.xlsx", about.stem), "", error.to_string(), "tables that a sheet of Excel holds");
    let mut book = Workbook::new();
    let time = ExcelDateTime::parse_from_str(about.time).map_err(wrong)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&time).set_comment(about.attribution.unwrap_or_default()));
    let mut names: Vec<String> = Vec::new();
    for sheet in sheets {
        let name = sheet_name(&sheet.name, &names);
        fill(book.add_worksheet().set_name(&name).map_err(wrong)?, sheet).map_err(wrong)?;
        names.push(name);
    }
    book.save_to_buffer().map_err(wrong)
}

/// A name that Excel takes, of its own: 31 characters, without signs of its own.
fn sheet_name(name: &str, taken: &[String]) -> String {
    let plain: String = name.chars().map(|c| if "[]:*?/\\".contains(c) { '_' } else { c }).collect();
    let plain = plain.trim_matches('\'');
    let short = |suffix: &str| plain.chars().take(31 - suffix.chars().count()).collect::<String>() + suffix;
    let all = std::iter::once(short("")).chain((2..).map(|number| short(&format!(" {number}"))));
    let is_free = |name: &String| !name.is_empty() && !taken.iter().any(|own| own.eq_ignore_ascii_case(name));
    all.into_iter().find(is_free).unwrap_or_default()
}

fn fill(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    for (column, name) in (0u16..).zip(&sheet.header) {
        page.write_string_with_format(0, column, name, &head)?;
    }
    for (row, cells) in (1u32..).zip(&sheet.rows) {
        for (column, cell) in (0u16..).zip(cells) {
            match cell {
                Cell::Empty => continue,
                Cell::Text(text) => page.write_string(row, column, text)?,
                Cell::Number(number) => page.write_number(row, column, *number)?,
                Cell::Fixed(number, decimals) => page.write_number_with_format(row, column, *number, &fixed(*decimals))?,
            };
        }
    }
    page.set_freeze_panes(1, 0)?;
    page.autofit();
    Ok(())
}

fn fixed(decimals: usize) -> Format {
    let places = if decimals == 0 { String::new() } else { format!(".{}", "0".repeat(decimals)) };
    Format::new().set_num_format(format!("#,##0{places}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sheets_are_short_and_their_own() {
        assert_eq!(sheet_name("a/b", &[]), "a_b");
        assert_eq!(sheet_name("Zones", &["zones".to_owned()]), "Zones 2");
        let long = "街".repeat(40);
        assert_eq!(sheet_name(&long, &[]).chars().count(), 31);
        assert_eq!(sheet_name(&long, &[sheet_name(&long, &[])]), format!("{} 2", "街".repeat(29)));
    }
}
