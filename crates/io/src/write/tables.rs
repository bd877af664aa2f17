//! The tables of every run: `zones`, `gaps`, `curve` and `issues`.

use catchment::Issue;
use serde_json::json;

use super::formats::TableOut;
use super::row::{Row, rows};
use super::{curve, gaps};
use crate::error::Error;
use crate::run::Run;

/// `zones`: one row a service and zone, and `outside`; no total row.
pub(super) fn zones(run: &Run) -> TableOut {
    TableOut::of_rows("zones", rows(run).into_iter().map(|(_, row)| row).collect())
}

/// `gaps`: one row a service and gap.
pub(super) fn gaps(run: &Run) -> Result<TableOut, Error> {
    // a service without gaps gives a row of nulls, for the names of its columns
    let mut table = TableOut::of_rows("gaps", gaps::rows(run, true)?);
    table.rows.retain(|row| row.get("rank").is_some_and(|rank| !rank.is_null()));
    Ok(table)
}

/// `curve`: one row a service, swept value and zone; `None` without a sweep.
pub(super) fn curve(run: &Run) -> Option<TableOut> {
    let rows = curve::rows(run);
    (!rows.is_empty()).then(|| TableOut::of_rows("curve", rows))
}

/// `issues`.
pub(crate) fn issues(issues: &[&Issue]) -> TableOut {
    let row = |issue: &&Issue| {
        let cells =
            [("stage", issue.stage.name()), ("source", &issue.source), ("id", &issue.id), ("kind", &issue.kind), ("detail", &issue.detail)];
        cells.into_iter().map(|(key, text)| (key.to_owned(), json!(text))).collect::<Row>()
    };
    let header = ["stage", "source", "id", "kind", "detail"].map(str::to_owned).to_vec();
    TableOut { name: "issues".to_owned(), header, rows: issues.iter().map(row).collect() }
}
