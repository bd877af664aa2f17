//! 新增建设规划表: how many facilities of each kind a plan gives each town, without saying where.

use catchment::{Finding, FindingKind, Stage};
use serde::Serialize;

use crate::error::{Error, data};
use crate::load::names::{Counted, Met, PrintedNumber, SumRow, ZoneNames, ZoneRows, sums_differ};
use crate::load::usual::{ZONE_ID, ZONE_NAME};
use crate::load::{Table, number};
use crate::plan::Columns;

/// The column that sums a row up.
const TOTAL: [&str; 3] = ["合计", "total", "小计"];
const NOTE: [&str; 3] = ["备注", "note", "notes"];

/// Counts by town and kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewBuild {
    /// The file.
    pub file: String,
    /// The kinds, as the table names them.
    pub kinds: Vec<String>,
    /// Its rows, in order, without that of the sum.
    pub rows: Vec<NewBuildRow>,
    /// Its row of the sum, as it is printed; `None` if it has none.
    pub sums: Option<PrintedSums>,
}

/// What a table prints as its sum.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PrintedSums {
    /// By kind; `None` where nothing stands.
    pub counts: Vec<Option<f64>>,
    /// Of all kinds; `None` where nothing stands.
    pub all: Option<f64>,
}

/// What a town gets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewBuildRow {
    /// The town, as the table names it.
    pub zone_name: String,
    /// By kind, how many; `None` where the table has a dash.
    pub counts: Vec<Option<f64>>,
    /// What the row prints as its sum; `None` where nothing stands.
    #[serde(skip)]
    pub all: Option<f64>,
    /// What stands beside a count in brackets (在建), or in a column of notes.
    pub note: String,
    /// The zone's position; `None` if no zone has that name.
    #[serde(skip)]
    pub zone: Option<usize>,
}

impl NewBuild {
    /// All of a kind, row by row.
    pub fn total(&self, kind: usize) -> f64 {
        self.rows.iter().filter_map(|row| row.counts[kind]).sum()
    }

    /// How many of these kinds a zone gets; all zones together, where none is named.
    pub(super) fn of_zone(&self, kinds: &[String], zone: Option<usize>) -> f64 {
        let rows = self.rows.iter().filter(|row| row.zone.is_some() && (zone.is_none() || row.zone == zone));
        let counts = rows.flat_map(|row| self.kinds.iter().zip(&row.counts)).filter(|(kind, _)| kinds.contains(kind));
        counts.filter_map(|(_, count)| *count).sum()
    }

    /// Reads a table: a row a town, a column a kind. Sums that it prints are checked, and are not counted.
    pub(crate) fn read(bytes: &[u8], file: &str, names: &ZoneNames, findings: &mut Vec<Finding>) -> Result<NewBuild, Error> {
        let columns = Columns::default();
        let table = Table::read(bytes, file, &columns, Stage::Planning, findings)?;
        let found = [table.column(None, &ZONE_ID)?, table.column(None, &ZONE_NAME)?];
        // 「镇（街道、工业区）」: whatever it is called, towns stand first
        let label = if found == [None, None] { [None, Some(0)] } else { found };
        let (total, note) = (table.column(None, &TOTAL)?, table.column(None, &NOTE)?);
        let taken = [label[0], label[1], total, note];
        let own: Vec<usize> = (0..table.columns().len()).filter(|column| !taken.contains(&Some(*column))).collect();
        if own.is_empty() {
            return Err(data(file, "", "no column of counts", "a row a town, and a column for each kind: 中心及分中心, 卫生服务站"));
        }
        let kinds = own.iter().map(|c| table.name(*c).trim().to_owned()).collect();
        let mut plan = NewBuild { file: file.to_owned(), kinds, ..NewBuild::default() };
        let mut rows = ZoneRows::new(names, file, Stage::Planning, Counted::Facilities);
        let mut printed: Vec<Vec<Option<PrintedNumber>>> = vec![Vec::new(); own.len()];
        let mut wrong = Vec::new();
        for row in 0..table.len() {
            let line = table.line(row);
            let met = rows.meet(line, table.zone_labels(row, label), None);
            let mut notes: Vec<String> = Vec::new();
            let mut read = |column: usize| {
                let (count, aside) = count(table.text(row, Some(column)));
                notes.extend(aside);
                count.unwrap_or_else(|text| {
                    let detail = format!("{}: `{text}` is no whole number; none is counted", table.name(column));
                    findings.push(Finding::new(Stage::Planning, file, line, FindingKind::BadNumber, detail));
                    None
                })
            };
            let counts: Vec<Option<f64>> = own.iter().map(|column| read(*column)).collect();
            let all = total.and_then(&mut read);
            let made: f64 = counts.iter().flatten().sum();
            rows.holds(made);
            for (column, count) in printed.iter_mut().zip(&counts) {
                column.push(Some(PrintedNumber { value: count.unwrap_or(0.0), decimals: 0 }));
            }
            let name = rows.label();
            // whole numbers are not rounded
            wrong.extend(
                all.filter(|all| *all != made).map(|all| format!("`{name}` (line {line}) says {all} in all, its kinds make {made}")),
            );
            let zone = match met {
                Met::Sum(SumRow::Some) => {
                    let detail = "a sum of some of the towns: it is not counted";
                    findings.push(Finding::new(Stage::Planning, file, line, FindingKind::Subtotal, detail).rows(1));
                    continue;
                }
                Met::Sum(SumRow::All) => {
                    plan.sums = Some(PrintedSums { counts, all });
                    continue;
                }
                Met::Zone(zone) => Some(zone),
                Met::Other => None,
            };
            notes.extend(Some(table.text(row, note).trim().to_owned()).filter(|text| !text.is_empty()));
            plan.rows.push(NewBuildRow { zone_name: name.to_owned(), counts, all, note: notes.join("; "), zone });
        }
        if plan.rows.is_empty() {
            return Err(data(file, "", "no row of a town", "a row for each town: its name, and how many of each kind"));
        }
        wrong.extend(own.iter().zip(&printed).flat_map(|(column, cells)| rows.wrong_sums(table.name(*column).trim(), true, cells)));
        findings.extend(sums_differ(Stage::Planning, file, &wrong));
        if names.len() == 1 && !rows.any_zone() {
            plan.are_parts(names.shown(0), findings);
        } else {
            findings.extend(rows.findings("new facilities", "all of them are counted"));
        }
        Ok(plan)
    }

    /// Where the study has one zone and none of the towns is it, they are parts of it.
    fn are_parts(&mut self, only: &str, findings: &mut Vec<Finding>) {
        let detail = format!("its {} towns are counted as parts of {only}, the only zone", self.rows.len());
        findings.push(Finding::new(Stage::Planning, &self.file, "", FindingKind::PartsOfZone, detail).rows(self.rows.len()));
        self.rows.iter_mut().for_each(|row| row.zone = Some(0));
    }
}

/// A count and what stands beside it in brackets: `1（在建）`. A dash is none.
fn count(text: &str) -> (Result<Option<f64>, String>, Option<String>) {
    let text = text.trim();
    let (number_text, aside) = match text.find(['(', '（']) {
        Some(at) => (text[..at].trim(), Some(text[at..].trim_matches(['(', '（', ')', '）', ' ']).to_owned())),
        None => (text, None),
    };
    let dash = number_text.chars().all(|sign| matches!(sign, '-' | '–' | '—' | '―' | '/'));
    if dash {
        return (Ok(None), aside);
    }
    let count = number(number_text).filter(|count| *count >= 0.0 && count.fract() == 0.0);
    (count.map(Some).ok_or_else(|| text.to_owned()), aside.filter(|aside| !aside.is_empty()))
}
