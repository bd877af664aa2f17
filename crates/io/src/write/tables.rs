//! `zones.csv`, `gaps.csv`, `curve.csv` and `issues.csv`.

use catchment::Issue;
use serde_json::Value;

use super::row::rows;
use super::{curve, gaps};
use crate::error::Error;
use crate::run::Run;

/// `zones.csv`: one row a service and zone, and `outside`; no total row.
pub(super) fn zones(run: &Run) -> Vec<u8> {
    let rows = rows(run);
    let header = rows.first().map(|(_, row)| row.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let cells = rows.iter().map(|(_, row)| row.values().map(cell).collect());
    table(header, cells)
}

/// `gaps.csv`: one row a service and gap.
pub(super) fn gaps(run: &Run) -> Result<Vec<u8>, Error> {
    let (header, rows) = gaps::table(run)?;
    let cells = rows.iter().map(|row| header.iter().map(|key| row.get(key).map_or_else(String::new, cell)).collect());
    Ok(table(header.clone(), cells))
}

/// `curve.csv`: one row a service, swept value and zone; `None` without a sweep.
pub(super) fn curve(run: &Run) -> Option<Vec<u8>> {
    let rows = curve::rows(run);
    let header = rows.first()?.keys().cloned().collect();
    Some(table(header, rows.iter().map(|row| row.values().map(cell).collect())))
}

/// `issues.csv`.
pub(crate) fn issues(issues: &[&Issue]) -> Vec<u8> {
    let header = ["stage", "source", "id", "kind", "detail"].map(str::to_owned).to_vec();
    let cells = issues.iter().map(|i| vec![i.stage.name().to_owned(), i.source.clone(), i.id.clone(), i.kind.clone(), i.detail.clone()]);
    table(header, cells)
}

pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// RFC 4180: cells quoted where they must be. Writing to memory does not fail.
pub(super) fn table(header: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in std::iter::once(header).chain(rows) {
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}
