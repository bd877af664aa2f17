//! Calls: places that ambulances were called to, as a weight beside people.

use catchment::{Demand, Finding, FindingKind, People, Stage, Zone, ZoneIndex};

use super::axes::InZones;
use super::table::Table;
use super::usual::CALLS;
use crate::crs::Projector;
use crate::error::Error;
use crate::plan::Columns;

/// The calls of a table with the zones that they came from, and its rows. Without a column of calls each row is one.
pub(super) fn calls(
    zones: &[Zone],
    table: &Table<'_>,
    columns: &Columns,
    (projector, far_m): (&Projector, f64),
    findings: &mut Vec<Finding>,
) -> Result<(Demand, u64), Error> {
    let file = table.file;
    let count = table.column(columns.people.as_deref(), &CALLS)?;
    let places = table.places(columns, projector, Stage::People, findings)?;
    findings.extend(places.amiss(table, &InZones::new(zones, far_m), Stage::People));
    let index = ZoneIndex::new(zones);
    let mut demand = Demand::default();
    for (row, at) in places.at().iter().enumerate() {
        let Some(at) = *at else { continue };
        let calls = match count {
            None => Some(People::persons(1)),
            Some(column) => table.number(row, column, Stage::People, findings).and_then(|calls| {
                let known = People::from_f64(calls);
                if known.is_none() {
                    let detail = format!("line {}: {calls} calls; the row is not used", table.line(row));
                    findings.push(Finding::new(Stage::People, file, table.line(row), FindingKind::BadNumber, detail));
                }
                known
            }),
        };
        let Some(calls) = calls else { continue };
        demand.locations.push(at);
        demand.zones.push(index.locate(at));
        demand.people.push(calls);
    }
    let outside = demand.zones.iter().filter(|zone| zone.is_none()).count();
    if outside > 0 {
        let detail = format!("{outside} rows of calls lie outside every zone: the row `outside`");
        findings.push(Finding::new(Stage::People, file, "", FindingKind::CallsOutside, detail));
    }
    Ok((demand, table.len() as u64))
}
