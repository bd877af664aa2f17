//! Tables as planners print them: headers in the language of the study, numbers with the decimals that are read. As sheets, as Markdown and
//! as CSV.

mod comparison;
mod of_run;
mod planning;
mod sites;

use std::fmt::Write as _;

use super::formats::{Cell, Sheet, lines_of_csv};
use super::markdown::inline;
use super::row::{Row, round};
use super::words::thousands;
use crate::map::Lang;
use crate::plan::CsvStyle;

pub(crate) use comparison::{as_it_stands, compared, comparison_tables, new_build};
pub(crate) use of_run::basis;
pub(super) use of_run::{printed, report, sheets};
pub(crate) use planning::{fair_tables, indicator_tables, norm_tables, rows};
pub(crate) use sites::{SiteTables, unit_zh};

/// A printed table.
pub(crate) struct Printed {
    /// Its name in Chinese and English.
    pub title: [String; 2],
    /// The name of its file, without an ending.
    pub file: String,
    lang: Lang,
    header: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Printed {
    fn new(lang: Lang, file: &str, title: [&str; 2], columns: &[Column], rows: &[Row]) -> Printed {
        let row = |row: &Row| columns.iter().map(|column| (column.cell)(row)).collect();
        let header = columns.iter().map(|column| column.name.clone()).collect();
        Printed { title: title.map(str::to_owned), file: file.to_owned(), lang, header, rows: rows.iter().map(row).collect() }
    }

    /// Its title in the language of the study.
    pub(crate) fn name(&self) -> String {
        said(self.lang, &self.title[0], &self.title[1])
    }

    /// As a sheet of a workbook.
    pub(crate) fn sheet(&self) -> Sheet {
        Sheet { name: self.name(), header: self.header.clone(), rows: self.rows.clone() }
    }

    /// As a CSV file.
    pub(crate) fn csv(&self, style: impl Into<CsvStyle>) -> Vec<u8> {
        let rows = self.rows.iter().map(|row| row.iter().map(|cell| shown(cell, false)).collect());
        lines_of_csv(std::iter::once(self.header.clone()).chain(rows), style)
    }

    /// As Markdown, with its title above.
    pub(crate) fn markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.iter().map(|text| inline(text)).collect::<Vec<_>>().join(" | "));
        let mut text = format!("## {}\n\n{}", inline(&self.name()), line(self.header.clone()));
        let numbers = |column: usize| {
            let cells = || self.rows.iter().filter_map(|row| row.get(column)).filter(|cell| **cell != Cell::Empty);
            cells().next().is_some() && cells().all(|cell| matches!(cell, Cell::Number(_) | Cell::Fixed(..)))
        };
        let rule: String = (0..self.header.len()).map(|column| if numbers(column) { " ---: |" } else { " --- |" }).collect();
        let _ = writeln!(text, "|{rule}");
        text.extend(self.rows.iter().map(|row| line(row.iter().map(|cell| shown(cell, true)).collect())));
        text + "\n"
    }
}

/// A cell as text; with thousands parted where it is to be read.
fn shown(cell: &Cell, parted: bool) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Fixed(number, 0) if parted => thousands(*number),
        Cell::Fixed(number, decimals) => format!("{number:.decimals$}"),
    }
}

/// Words in the language of the study, or in both.
fn said(lang: Lang, zh: &str, en: &str) -> String {
    match lang {
        Lang::En => en.to_owned(),
        Lang::Zh => zh.to_owned(),
        Lang::Both if zh == en => zh.to_owned(),
        Lang::Both => format!("{zh} {en}"),
    }
}

/// A column of a printed table: its name, and what it shows of a row.
struct Column {
    name: String,
    cell: Box<dyn Fn(&Row) -> Cell>,
}

/// Makes columns in a language.
struct Maker(Lang);

impl Maker {
    /// A value as it is: the first of these that is known.
    fn text<const N: usize>(&self, zh: &str, en: &str, keys: [&str; N]) -> Column {
        let keys = keys.map(str::to_owned);
        let known =
            move |row: &Row| keys.iter().filter_map(|key| row.get(key)).find(|value| !value.is_null()).map_or(Cell::Empty, Cell::from);
        Column { name: said(self.0, zh, en), cell: Box::new(known) }
    }

    /// The sum of values in another unit, so many decimals; nothing where any of them is unknown.
    fn number(&self, zh: &str, en: &str, keys: &[&str], (scale, decimals): (f64, usize)) -> Column {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let sum = move |row: &Row| keys.iter().map(|key| row.get(key)?.as_f64()).sum::<Option<f64>>();
        let shown = move |row: &Row| sum(row).map(|sum| round(sum * scale, 6));
        Column { name: said(self.0, zh, en), cell: Box::new(move |row| Cell::fixed(shown(row), decimals)) }
    }
}

const KM2: (f64, usize) = (1e-6, 3);
const PERCENT: (f64, usize) = (100.0, 2);
const WHOLE: (f64, usize) = (1.0, 0);
const MINUTES: (f64, usize) = (1.0 / 60.0, 1);
const KM: (f64, usize) = (1e-3, 2);
