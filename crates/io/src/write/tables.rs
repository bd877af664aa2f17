//! `zones.csv`, `gaps.csv`, `curve.csv` and `issues.csv`.

use catchment::Issue;
use serde_json::Value;

use super::row::{Row, rows};
use super::{curve, gaps};
use crate::error::Error;
use crate::run::Run;

/// `zones.csv`: one row a service and zone, and `outside`; no total row.
pub(super) fn zones(run: &Run) -> Vec<u8> {
    let rows: Vec<Row> = rows(run).into_iter().map(|(_, row)| row).collect();
    of_rows(&rows)
}

/// `gaps.csv`: one row a service and gap.
pub(super) fn gaps(run: &Run) -> Result<Vec<u8>, Error> {
    let (header, rows) = gaps::table(run)?;
    Ok(of_columns(header, &rows))
}

/// `curve.csv`: one row a service, swept value and zone; `None` without a sweep.
pub(super) fn curve(run: &Run) -> Option<Vec<u8>> {
    let rows = curve::rows(run);
    (!rows.is_empty()).then(|| of_rows(&rows))
}

/// A table with every column of its rows.
pub(super) fn of_rows(rows: &[Row]) -> Vec<u8> {
    of_columns(columns(rows), rows)
}

/// Every column of some rows, once, in order of appearance.
pub(super) fn columns(rows: &[Row]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for key in rows.iter().flat_map(Row::keys) {
        if !columns.contains(key) {
            columns.push(key.clone());
        }
    }
    columns
}

fn of_columns(header: Vec<String>, rows: &[Row]) -> Vec<u8> {
    let cells = rows.iter().map(|row| header.iter().map(|key| row.get(key).map_or_else(String::new, cell)).collect());
    table(header.clone(), cells)
}

/// `issues.csv`.
pub(crate) fn issues(issues: &[&Issue]) -> Vec<u8> {
    let header = ["stage", "source", "id", "kind", "detail"].map(str::to_owned).to_vec();
    let cells = issues.iter().map(|i| vec![i.stage.name().to_owned(), i.source.clone(), i.id.clone(), i.kind.clone(), i.detail.clone()]);
    table(header, cells)
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// RFC 4180: cells quoted where they must be. Writing to memory does not fail.
fn table(header: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in std::iter::once(header).chain(rows) {
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}
