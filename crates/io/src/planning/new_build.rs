//! 新增建设规划表: how many facilities of each kind a plan gives each town, without saying where.

use catchment::{Finding, FindingKind, Stage, Zone};
use serde::Serialize;

use super::figures::{ALL, position};
use crate::error::{Error, data};
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
}

/// What a town gets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewBuildRow {
    /// The town, as the table names it.
    pub zone_name: String,
    /// By kind, how many; `None` where the table has a dash.
    pub counts: Vec<Option<f64>>,
    /// What stands beside a count in brackets (在建), or in a column of notes.
    pub note: String,
    /// The zone's position; none where no zone has that name.
    #[serde(skip)]
    pub zone: Option<usize>,
}

impl NewBuild {
    /// All of a kind.
    pub fn total(&self, kind: usize) -> f64 {
        self.rows.iter().filter_map(|row| row.counts[kind]).sum()
    }

    /// All of them.
    pub fn all(&self) -> f64 {
        (0..self.kinds.len()).map(|kind| self.total(kind)).sum()
    }

    /// How many of these kinds a zone gets; all zones together, where none is named.
    pub(super) fn of_zone(&self, kinds: &[String], zone: Option<usize>) -> f64 {
        let rows = self.rows.iter().filter(|row| row.zone.is_some() && (zone.is_none() || row.zone == zone));
        let counts = rows.flat_map(|row| self.kinds.iter().zip(&row.counts)).filter(|(kind, _)| kinds.contains(kind));
        counts.filter_map(|(_, count)| *count).sum()
    }

    /// Reads a table: a row a town, a column a kind. Sums that it prints are checked, and are not counted.
    pub(crate) fn read(bytes: &[u8], file: &str, zones: &[Zone], findings: &mut Vec<Finding>) -> Result<NewBuild, Error> {
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
        let mut plan =
            NewBuild { file: file.to_owned(), kinds: own.iter().map(|c| table.name(*c).trim().to_owned()).collect(), rows: Vec::new() };
        let mut sums: Option<(u64, Vec<Option<f64>>)> = None;
        for row in 0..table.len() {
            let line = table.line(row);
            let name = table.zone_label(row, label).trim().to_owned();
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
            let told = total.and_then(&mut read);
            let made: f64 = counts.iter().flatten().sum();
            if let Some(told) = told.filter(|told| (told - made).abs() > 1e-9) {
                let detail = format!("{name}: the table says {told} in all, its kinds make {made}");
                findings.push(Finding::new(Stage::Planning, file, line, FindingKind::SumDiffers, detail));
            }
            if name == "小计" {
                let detail = "a sum of some of the towns: it is not counted".to_owned();
                findings.push(Finding::new(Stage::Planning, file, line, FindingKind::Subtotal, detail));
                continue;
            }
            if ALL.contains(&name.to_lowercase().as_str()) {
                sums = Some((line, counts));
                continue;
            }
            let zone = position(zones, &name);
            notes.extend(Some(table.text(row, note).trim().to_owned()).filter(|text| !text.is_empty()));
            plan.rows.push(NewBuildRow { zone_name: name, counts, note: notes.join("; "), zone });
        }
        if plan.rows.is_empty() {
            return Err(data(file, "", "no row of a town", "a row for each town: its name, and how many of each kind"));
        }
        if let Some((line, sums)) = &sums {
            for (kind, told) in sums.iter().enumerate() {
                let made = plan.total(kind);
                if let Some(told) = told.filter(|told| (told - made).abs() > 1e-9) {
                    let detail = format!("{}: the table says {told} in all, its towns make {made}", plan.kinds[kind]);
                    findings.push(Finding::new(Stage::Planning, file, line, FindingKind::SumDiffers, detail));
                }
            }
        }
        plan.find_zones(zones, findings);
        Ok(plan)
    }

    /// Says which towns are no zone. Where the study has one zone and none of the towns is it, they are parts of it.
    fn find_zones(&mut self, zones: &[Zone], findings: &mut Vec<Finding>) {
        let unknown: Vec<&str> = self.rows.iter().filter(|row| row.zone.is_none()).map(|row| row.zone_name.as_str()).collect();
        if unknown.is_empty() {
            return;
        }
        let (kind, detail) = match zones {
            [one] if unknown.len() == self.rows.len() => {
                (FindingKind::PartsOfZone, format!("its {} towns are counted as parts of {}, the only zone", unknown.len(), one.name))
            }
            _ => (
                FindingKind::UnmatchedRows,
                format!("{} is the id or the name of no zone, or of several; what they get is not counted", unknown.join(", ")),
            ),
        };
        findings.push(Finding::new(Stage::Planning, &self.file, "", kind, detail));
        if kind == FindingKind::PartsOfZone {
            self.rows.iter_mut().for_each(|row| row.zone = Some(0));
        }
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
