//! People by H3 cells: a table or layer with their indexes. Each cell is a polygon with people.

use std::collections::{BTreeMap, BTreeSet};

use catchment::geo::{Coord, LineString, Polygon};
use catchment::{Finding, FindingKind, People, Stage};
use h3o::{CellIndex, Resolution};

use super::people::people_of;
use super::people_polygons::{Unit, project_units};
use super::table::Table;
use super::unused::Unused;
use super::usual::{H3, PEOPLE};
use crate::crs::Projector;
use crate::error::{Error, data};
use crate::plan::PeoplePlan;

/// The cells of a table as polygons; rows without a cell or a number, and those of a cell that came before, are findings and not used.
pub(super) fn units(table: &Table<'_>, plan: &PeoplePlan, projector: &Projector, findings: &mut Vec<Finding>) -> Result<Vec<Unit>, Error> {
    let file = table.file;
    let id = table.required(plan.columns.id.as_deref(), &H3, "id")?;
    let people = table.required(plan.columns.people.as_deref(), &PEOPLE, "people")?;
    let groups: Vec<usize> = plan.groups.iter().map(|name| table.required(Some(name), &[], name)).collect::<Result<_, _>>()?;
    let mut found: BTreeMap<CellIndex, People> = BTreeMap::new();
    let mut units = Vec::new();
    let mut unused = Unused::new(Stage::People, file);
    for row in 0..table.len() {
        let (text, line) = (table.text(row, Some(id)), table.line(row));
        let Some(cell) = cell(text) else {
            let detail = format!("line {line}, column `{}`: `{text}` is no index of an H3 cell; the row is not used", table.name(id));
            findings.push(Finding::new(Stage::People, file, line, FindingKind::BadCell, detail));
            if !table.is_blank_or_sum(row) {
                unused.add(line, table.people(row, people));
            }
            continue;
        };
        let Some(people) = people_of(table, row, people, "the row is not used", findings) else {
            unused.add(line, None);
            continue;
        };
        if found.contains_key(&cell) {
            let detail = format!("line {line}: the cell came before; the {:.1} people of this row are not used", people.as_f64());
            findings.push(Finding::new(Stage::People, file, cell, FindingKind::CellTwice, detail));
            unused.add(cell, Some(people));
            continue;
        }
        found.insert(cell, people);
        let groups = groups.iter().map(|column| people_of(table, row, *column, "counted as 0", findings).unwrap_or_default()).collect();
        units.push(Unit { area: hexagon(cell).into(), people, groups });
    }
    if units.is_empty() {
        return Err(data(
            file,
            "",
            "no row with a cell and its people",
            "indexes of H3 (such as 89a901291abffff), each with a number of people",
        ));
    }
    findings.extend(unused.finding((units.len(), found.values().copied().sum()), findings));
    resolutions(&found, file, findings);
    project_units(&mut units, projector, file)?;
    Ok(units)
}

/// An index as H3 writes it (`89a901291abffff`), or as databases do, a decimal number.
fn cell(text: &str) -> Option<CellIndex> {
    text.parse().ok().or_else(|| CellIndex::try_from(text.parse::<u64>().ok()?).ok())
}

/// The cell on the globe, degrees; beyond ±180° where it crosses that meridian.
fn hexagon(cell: CellIndex) -> Polygon<f64> {
    let mut ring: Vec<Coord<f64>> = cell.boundary().iter().map(|at| Coord { x: at.lng(), y: at.lat() }).collect();
    let (west, east) = ring.iter().fold((f64::MAX, f64::MIN), |(west, east), at| (west.min(at.x), east.max(at.x)));
    if east - west > 180.0 {
        ring.iter_mut().filter(|at| at.x < 0.0).for_each(|at| at.x += 360.0);
    }
    Polygon::new(LineString(ring), Vec::new())
}

/// Cells of several sizes may hold the same people: said, and how many do.
fn resolutions(found: &BTreeMap<CellIndex, People>, file: &str, findings: &mut Vec<Finding>) {
    let all: BTreeSet<Resolution> = found.keys().map(|cell| cell.resolution()).collect();
    if all.len() < 2 {
        return;
    }
    let names: Vec<String> = all.iter().map(ToString::to_string).collect();
    let detail = format!("cells of the resolutions {}; all of them are used", names.join(", "));
    findings.push(Finding::new(Stage::People, file, "", FindingKind::MixedResolutions, detail));
    let within = |cell: &CellIndex| {
        let larger = all.iter().filter(|own| **own < cell.resolution());
        larger.filter_map(|own| cell.parent(*own)).any(|parent| found.contains_key(&parent))
    };
    let inner: Vec<People> = found.iter().filter(|(cell, _)| within(cell)).map(|(_, people)| *people).collect();
    if !inner.is_empty() {
        let people: People = inner.iter().copied().sum();
        let detail = format!(
            "{} cells with {:.1} people lie in larger cells that have people too: if these hold them already, they are counted twice",
            inner.len(),
            people.as_f64()
        );
        findings.push(Finding::new(Stage::People, file, "", FindingKind::CellWithinCell, detail));
    }
}

#[cfg(test)]
mod tests {
    use catchment::geo::Area;

    use super::*;

    #[test]
    fn indexes_as_h3_and_as_databases_write_them() {
        let hex = cell("89a901291abffff").unwrap();
        assert_eq!(cell(&u64::from(hex).to_string()), Some(hex));
        assert_eq!(cell("89A901291ABFFFF"), Some(hex));
        // a vertex, a number of nothing, cut off by a workbook, words
        for text in ["2222597fffffffff", "12", "8.9e17", "89a901291abfff", "", "cell", "ffffffffffffffff"] {
            assert_eq!(cell(text), None, "{text}");
        }
    }

    /// As `h3.cell_to_boundary` of H3's own library 4.5.0 says.
    #[test]
    fn a_cell_lies_where_h3_says() {
        let ring = hexagon(cell("85283473fffffff").unwrap());
        let expected = [
            (-121.915_080_327_056, 37.271_355_866_732),
            (-121.862_223_289_025, 37.353_926_450_852),
            (-121.923_549_996_302, 37.428_341_186_094),
            (-122.037_734_964_270, 37.420_128_677_678),
            (-122.090_428_929_044, 37.337_556_084_353),
            (-122.029_101_309_190, 37.263_197_974_618),
        ];
        for (own, (x, y)) in ring.exterior().0.iter().zip(expected) {
            assert!((own.x - x).abs() < 1e-9 && (own.y - y).abs() < 1e-9, "{own:?}");
        }
        assert_eq!(ring.exterior().0.len(), 7);
    }

    #[test]
    fn a_cell_across_the_antimeridian_is_whole() {
        // Taveuni, Fiji: a cell of resolution 5 at 180°
        let across = hexagon(h3o::LatLng::new(-16.8, 180.0).unwrap().to_cell(Resolution::Five));
        assert!(across.unsigned_area() < 0.1, "{across:?}");
    }
}
