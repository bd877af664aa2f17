//! Figures by zone and year, from a table as yearbooks print them: a row a zone, a column a figure.

use std::collections::BTreeMap;

use catchment::geo::MultiPolygon;
use catchment::{Finding, FindingKind, People, Stage, Zone};

use crate::error::{Error, data};
use crate::load::usual::{PEOPLE, ZONE_ID, ZONE_NAME};
use crate::load::{Table, number};
use crate::plan::Columns;

const YEAR: [&str; 3] = ["year", "年份", "年度"];
const CLASS: [&str; 3] = ["class", "zone_class", "区域类别"];
const AREA: [&str; 4] = ["area_km2", "面积km²", "面积（平方公里）", "面积(平方公里)"];
/// What rows of all zones together are called.
pub(super) const ALL: [&str; 8] = ["all", "total", "合计", "总计", "全区", "全市", "全县", "全域"];

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
    /// Reads a table. Rows are those of `zones`; where there are none, the table itself says which there are.
    pub(super) fn read(bytes: &[u8], file: &str, columns: &Columns, zones: &[Zone]) -> Result<ReadFigures, Error> {
        let mut findings = Vec::new();
        let table = Table::read(bytes, file, columns, Stage::Zones, &mut findings)?;
        let id = table.column(columns.id.as_deref(), &ZONE_ID)?;
        let name = table.column(columns.name.as_deref(), &ZONE_NAME)?;
        let (year, class) = (table.column(None, &YEAR)?, table.column(None, &CLASS)?);
        let taken = [id, name, year, class];
        let own: Vec<(usize, String)> =
            (0..table.columns().len()).filter(|column| !taken.contains(&Some(*column))).map(|c| (c, quantity(table.name(c)))).collect();
        let mut found =
            Figures { file: file.to_owned(), values: BTreeMap::new(), names: own.iter().map(|(_, name)| name.clone()).collect() };
        let mut named: Vec<Zone> = zones.to_vec();
        for row in 0..table.len() {
            let label = table.zone_label(row, [id, name]).trim();
            let line = table.line(row);
            let mut finding = |kind: FindingKind, detail: String| findings.push(Finding::new(Stage::Zones, file, line, kind, detail));
            let place = if (id.is_none() && name.is_none()) || ALL.contains(&label.to_lowercase().as_str()) {
                None
            } else if let Some(zone) = position(&named, label) {
                Some(zone)
            } else if zones.is_empty() && !label.is_empty() {
                named.push(zone(&table, row, label, [id, name], class));
                Some(named.len() - 1)
            } else {
                finding(
                    FindingKind::UnmatchedRows,
                    format!("`{label}` is the id or the name of no zone, or of several; its figures are not used"),
                );
                continue;
            };
            let of = match table.text(row, year) {
                "" => None,
                text => match number(text.trim_end_matches('年')).filter(|year| year.fract() == 0.0 && (1800.0..2200.0).contains(year)) {
                    Some(year) => Some(year as i32),
                    None => {
                        finding(FindingKind::BadYear, format!("`{text}` is no year of 1800 to 2199; the row is not used"));
                        continue;
                    }
                },
            };
            if found.values.contains_key(&(place, of)) {
                finding(FindingKind::RepeatedRows, format!("`{label}` stands there again for the same year; the first row is used"));
                continue;
            }
            let mut values = BTreeMap::new();
            for (column, quantity) in &own {
                match table.text(row, Some(*column)).trim() {
                    "" | "-" | "–" | "—" | "——" => {}
                    text => match table.amount(text) {
                        Some(value) => {
                            values.insert(quantity.clone(), value);
                        }
                        None => finding(FindingKind::BadNumber, format!("{}: `{text}` is no number; it is unknown", table.name(*column))),
                    },
                }
            }
            found.values.insert((place, of), values);
        }
        if found.values.is_empty() {
            return Err(data(file, "", "no row of figures", "a row for each zone: zone_id or zone_name, and a column for each figure"));
        }
        let zones = if zones.is_empty() { named } else { Vec::new() };
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

/// The zone of an id, else of a name that no other has.
pub(crate) fn position(zones: &[Zone], label: &str) -> Option<usize> {
    let by_name = || {
        let mut named = zones.iter().enumerate().filter(|(_, zone)| zone.name == label).map(|(i, _)| i);
        named.next().filter(|_| named.next().is_none())
    };
    zones.iter().position(|zone| zone.id == label).or_else(by_name)
}

fn zone(table: &Table<'_>, row: usize, label: &str, [id, name]: [Option<usize>; 2], class: Option<usize>) -> Zone {
    let or = |text: &str| if text.is_empty() { label.to_owned() } else { text.to_owned() };
    let class = Some(table.text(row, class).trim().to_owned()).filter(|class| !class.is_empty());
    Zone {
        id: or(table.text(row, id)),
        name: or(table.text(row, name)),
        area: MultiPolygon::new(Vec::new()),
        people: None::<People>,
        class,
    }
}
