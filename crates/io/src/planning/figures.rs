//! Figures by zone and year, from a table as yearbooks print them: a row a zone, a column a figure.

use std::collections::{BTreeMap, HashSet};

use catchment::geo::MultiPolygon;
use catchment::{Finding, FindingKind, People, Stage, Zone};

use crate::error::{Error, data};
use crate::load::names::{Counted, Met, PrintedNumber, SumRow, ZoneNames, ZoneRows, is_rate, sum_row, sums_differ};
use crate::load::usual::{PEOPLE, ZONE_ID, ZONE_NAME};
use crate::load::{Table, number};
use crate::plan::Columns;

const YEAR: [&str; 3] = ["year", "年份", "年度"];
const CLASS: [&str; 3] = ["class", "zone_class", "区域类别"];
const AREA: [&str; 4] = ["area_km2", "面积km²", "面积（平方公里）", "面积(平方公里)"];
/// Figures by place and year: a zone's row, or none for all zones together.
#[derive(Debug, Clone, Default)]
pub(super) struct Figures {
    pub file: String,
    values: BTreeMap<(Option<usize>, Option<i32>), BTreeMap<String, f64>>,
    names: Vec<String>,
}

/// A table of figures that is read.
pub(super) struct ReadFigures {
    pub figures: Figures,
    /// The zones that it names, in order, where none were given.
    pub zones: Vec<Zone>,
    pub findings: Vec<Finding>,
    pub rows: usize,
}

impl Figures {
    /// Reads a table. Rows are those of the zones that `study` names; where there is none, the table itself says which there are.
    pub(super) fn read(bytes: &[u8], file: &str, columns: &Columns, study: Option<&ZoneNames>) -> Result<ReadFigures, Error> {
        let mut findings = Vec::new();
        let table = Table::read(bytes, file, columns, Stage::Zones, &mut findings)?;
        let label = [table.column(columns.id.as_deref(), &ZONE_ID)?, table.column(columns.name.as_deref(), &ZONE_NAME)?];
        let (year, class) = (table.column(None, &YEAR)?, table.column(None, &CLASS)?);
        let taken = [label[0], label[1], year, class];
        let own: Vec<(usize, String)> =
            (0..table.columns().len()).filter(|column| !taken.contains(&Some(*column))).map(|c| (c, quantity(table.name(c)))).collect();
        let mut found =
            Figures { file: file.to_owned(), values: BTreeMap::new(), names: own.iter().map(|(_, name)| name.clone()).collect() };
        let zones = if study.is_some() { Vec::new() } else { zones_of(&table, label, class) };
        let names = study.cloned().unwrap_or_else(|| ZoneNames::new(&zones));
        let mut rows = ZoneRows::new(&names, file, Stage::Zones, Counted::Nothing);
        let mut printed: Vec<Vec<Option<PrintedNumber>>> = vec![Vec::new(); own.len()];
        for row in 0..table.len() {
            let of = match year_of(&table, row, year) {
                Ok(of) => of,
                Err(text) => {
                    let detail = format!("`{text}` is no year of 1800 to 2199; the row is not used");
                    findings.push(Finding::new(Stage::Zones, file, table.line(row), FindingKind::BadYear, detail));
                    continue;
                }
            };
            let values: Vec<Option<PrintedNumber>> = own.iter().map(|(column, _)| figure(&table, row, *column, &mut findings)).collect();
            let place = if label == [None, None] {
                None
            } else {
                let met = rows.meet(table.line(row), table.zone_labels(row, label), of);
                printed.iter_mut().zip(&values).for_each(|(column, value)| column.push(*value));
                match met {
                    Met::Zone(zone) => Some(zone),
                    Met::Sum(SumRow::All) => None,
                    Met::Sum(SumRow::Some) => {
                        let detail = "a sum of some of the rows: it is not used";
                        findings.push(Finding::new(Stage::Zones, file, table.line(row), FindingKind::Subtotal, detail).rows(1));
                        continue;
                    }
                    Met::Other => continue,
                }
            };
            if found.values.contains_key(&(place, of)) {
                if place.is_none() {
                    let detail = "all zones together stand there again for the same year; the first row is used";
                    findings.push(Finding::new(Stage::Zones, file, table.line(row), FindingKind::RepeatedRows, detail).rows(1));
                }
                continue;
            }
            let values = own.iter().zip(values).filter_map(|((_, quantity), value)| Some((quantity.clone(), value?.value)));
            found.values.insert((place, of), values.collect());
        }
        findings.extend(rows.findings("figures of that year", "the first of them is used"));
        let wrong = own.iter().zip(&printed).filter(|((column, _), _)| !is_rate(table.name(*column)));
        let wrong: Vec<String> = wrong.flat_map(|((column, _), cells)| rows.wrong_sums(table.name(*column), false, cells)).collect();
        findings.extend(sums_differ(Stage::Zones, file, &wrong));
        if found.values.is_empty() {
            return Err(data(file, "", "no row of figures", "a row for each zone: zone_id or zone_name, and a column for each figure"));
        }
        Ok(ReadFigures { rows: found.values.len(), figures: found, zones, findings })
    }

    /// A figure of a place in a year; without a year, of the newest row that has it.
    pub(super) fn get(&self, quantity: &str, place: Option<usize>, year: Option<i32>) -> Option<f64> {
        let of = |year: Option<i32>| self.values.get(&(place, year))?.get(quantity).copied();
        match year {
            Some(_) => of(year).or_else(|| of(None)),
            None => self.values.range((place, None)..=(place, Some(i32::MAX))).rev().find_map(|(_, values)| values.get(quantity).copied()),
        }
    }

    /// Whether the table has a column of that name.
    pub(super) fn has(&self, quantity: &str) -> bool {
        self.names.iter().any(|name| name == quantity)
    }
}

/// The name of a column as a quantity.
fn quantity(column: &str) -> String {
    let plain = column.trim();
    let lower = plain.to_lowercase();
    match (PEOPLE.contains(&lower.as_str()), AREA.contains(&lower.as_str())) {
        (true, _) => "people".to_owned(),
        (_, true) => "area_km2".to_owned(),
        _ => plain.to_owned(),
    }
}

/// The year of a row; its text if it is not a year.
fn year_of<'t>(table: &'t Table<'_>, row: usize, column: Option<usize>) -> Result<Option<i32>, &'t str> {
    match table.text(row, column) {
        "" => Ok(None),
        text => {
            let year = number(text.trim_end_matches('年')).filter(|year| year.fract() == 0.0 && (1800.0..2200.0).contains(year));
            year.map(|year| Some(year as i32)).ok_or(text)
        }
    }
}

/// The figure of a cell; a dash, or nothing, is an unknown one.
fn figure(table: &Table<'_>, row: usize, column: usize, findings: &mut Vec<Finding>) -> Option<PrintedNumber> {
    let text = table.text(row, Some(column)).trim();
    if matches!(text, "" | "-" | "–" | "—" | "——") {
        return None;
    }
    let found = table.printed(row, column);
    if found.is_none() {
        let detail = format!("{}: `{text}` is no number; it is unknown", table.name(column));
        findings.push(Finding::new(Stage::Zones, table.file, table.line(row), FindingKind::BadNumber, detail));
    }
    found
}

/// The zones that a table names, in order.
fn zones_of(table: &Table<'_>, columns: [Option<usize>; 2], class: Option<usize>) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    let (mut ids, mut names): (HashSet<&str>, HashSet<&str>) = Default::default();
    for row in 0..table.len() {
        let [id, name] = table.zone_labels(row, columns).map(str::trim);
        let label = if id.is_empty() { name } else { id };
        let known = ids.contains(label) || (id.is_empty() && names.contains(label));
        if label.is_empty() || known || sum_row(label).is_some() {
            continue;
        }
        let class = Some(table.text(row, class).trim().to_owned()).filter(|class| !class.is_empty());
        let name = if name.is_empty() { label } else { name };
        ids.insert(label);
        names.insert(name);
        zones.push(Zone {
            id: label.to_owned(),
            name: name.to_owned(),
            area: MultiPolygon::new(Vec::new()),
            people: None::<People>,
            class,
        });
    }
    zones
}
