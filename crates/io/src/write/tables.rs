//! The tables of every run: `zones`, `gaps`, `curve` and `issues`.

use catchment::Finding;
use serde_json::json;

use super::formats::TableOut;
use super::row::{Row, round, rows};
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

/// `issues`: every finding, the gravest first.
pub(crate) fn issues(findings: &[&Finding]) -> TableOut {
    let header = ["severity", "stage", "source", "id", "kind", "detail", "people", "rows", "remedy", "facilities", "area_m2", "accepted"];
    let count = |count: u64| json!((count > 0).then_some(count));
    let row = |finding: &&Finding| {
        let cells = [
            json!(finding.severity.name()),
            json!(finding.stage.name()),
            json!(finding.source),
            json!(finding.id),
            json!(finding.kind.name()),
            json!(finding.detail),
            json!(finding.people.map(|people| round(people.as_f64(), 6))),
            count(finding.rows),
            json!(finding.kind.remedy()),
            count(finding.facilities),
            count(finding.area_m2),
            json!(finding.accepted),
        ];
        header.iter().map(|key| (*key).to_owned()).zip(cells).collect::<Row>()
    };
    TableOut { name: "issues".to_owned(), header: header.map(str::to_owned).to_vec(), rows: findings.iter().map(row).collect() }
}
