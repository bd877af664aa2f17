//! CSV tables: columns by name, numbers and places checked, bad rows listed.

use catchment::geo::Coord;
use catchment::{Issue, Stage, Zone};

use super::layer::on_globe;
use super::project;
use crate::crs::{Crs, Projector};
use crate::error::{Error, data};
use crate::plan::Columns;

const X: [&str; 6] = ["x", "lon", "lng", "longitude", "long", "easting"];
const Y: [&str; 5] = ["y", "lat", "latitude", "northing", "lat_dd"];
pub(super) const ID: [&str; 3] = ["id", "code", "facility_id"];
pub(super) const NAME: [&str; 2] = ["name", "title"];
pub(super) const KIND: [&str; 3] = ["kind", "type", "category"];
pub(super) const VEHICLES: [&str; 2] = ["vehicles", "ambulances"];
pub(super) const PEOPLE: [&str; 3] = ["people", "population", "pop"];

/// A CSV in memory.
pub(super) struct Table<'a> {
    pub file: &'a str,
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
    lines: Vec<u64>,
}

impl<'a> Table<'a> {
    /// Reads a CSV in UTF-8 with a header row. Rows of another length than the header's are issues and left out.
    pub(super) fn read(bytes: &[u8], file: &'a str, stage: Stage, issues: &mut Vec<Issue>) -> Result<Table<'a>, Error> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(bytes);
        let expected = "a CSV in UTF-8, separated by commas, with a header row";
        let header = reader.headers().map_err(|e| data(file, "header", e.to_string(), expected))?;
        let header: Vec<String> = header.iter().map(str::to_owned).collect();
        let mut table = Table { file, header, rows: Vec::new(), lines: Vec::new() };
        for record in reader.records() {
            let record = record.map_err(|e| data(file, "", e.to_string(), expected))?;
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() == table.header.len() {
                table.rows.push(record);
                table.lines.push(line);
            } else {
                let detail = format!("line {line} has {} cells, the header {}; the row is not used", record.len(), table.header.len());
                issues.push(Issue::new(stage, file, line, "ragged_row", detail));
            }
        }
        Ok(table)
    }

    /// The line of the file that a row begins on.
    pub(super) fn line(&self, row: usize) -> u64 {
        self.lines[row]
    }

    /// The name of a column.
    pub(super) fn name(&self, column: usize) -> &str {
        &self.header[column]
    }

    /// The names of all columns.
    pub(super) fn columns(&self) -> &[String] {
        &self.header
    }

    /// What a row calls its zone: the id where it has one, else the name; the columns of both are given.
    pub(super) fn zone_label(&self, row: usize, [id, name]: [Option<usize>; 2]) -> &str {
        match self.text(row, id) {
            "" => self.text(row, name),
            id => id,
        }
    }

    /// The zone of a row, by id or name; an issue of this kind where none or several fit.
    pub(super) fn zone(
        &self,
        row: usize,
        columns: [Option<usize>; 2],
        zones: &[Zone],
        stage: Stage,
        kind: &str,
        issues: &mut Vec<Issue>,
    ) -> Option<usize> {
        let label = self.zone_label(row, columns);
        let by_name = self.text(row, columns[0]).is_empty();
        let fits = |zone: &Zone| if by_name { zone.name == label } else { zone.id == label };
        let hits: Vec<usize> = (0..zones.len()).filter(|&z| fits(&zones[z])).collect();
        if let [hit] = hits.as_slice() {
            return Some(*hit);
        }
        let found = if hits.is_empty() { "no zone has this id or name" } else { "several zones have this name: use zone_id" };
        let detail = format!("line {}: {found}; the row is not used", self.line(row));
        issues.push(Issue::new(stage, self.file, label, kind, detail));
        None
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The column that the plan names, else the first with one of the usual names.
    pub(super) fn column(&self, named: Option<&str>, usual: &[&str]) -> Result<Option<usize>, Error> {
        let find = |name: &str| self.header.iter().position(|h| h.eq_ignore_ascii_case(name));
        match named {
            Some(name) => match find(name) {
                Some(column) => Ok(Some(column)),
                None => Err(data(self.file, "header", format!("no column `{name}`"), format!("one of: {}", self.header.join(", ")))),
            },
            None => Ok(usual.iter().find_map(|name| find(name))),
        }
    }

    /// The same, for a column that must be there.
    pub(super) fn required(&self, named: Option<&str>, usual: &[&str], key: &str) -> Result<usize, Error> {
        self.column(named, usual)?.ok_or_else(|| {
            let found = format!("the columns {}", self.header.join(", "));
            data(self.file, "header", found, format!("one of {}; or name it: columns = {{ {key} = \"…\" }}", usual.join(", ")))
        })
    }

    /// The text of a cell; nothing where there is none.
    pub(super) fn text(&self, row: usize, column: Option<usize>) -> &str {
        column.and_then(|c| self.rows[row].get(c)).unwrap_or_default()
    }

    /// A number, or an issue that says where there is none.
    pub(super) fn number(&self, row: usize, column: usize, stage: Stage, issues: &mut Vec<Issue>) -> Option<f64> {
        let text = self.text(row, Some(column));
        let number = text.parse().ok().filter(|n: &f64| n.is_finite());
        if number.is_none() {
            let detail = format!("line {}, column `{}`: `{text}` is no number; the row is not used", self.line(row), self.header[column]);
            issues.push(Issue::new(stage, self.file, self.line(row), "bad_number", detail));
        }
        number
    }

    /// The places of all rows in the working CRS; `None`, with an issue, where a row has none.
    pub(super) fn places(
        &self,
        columns: &Columns,
        projector: &Projector,
        stage: Stage,
        issues: &mut Vec<Issue>,
    ) -> Result<Vec<Option<Coord<f64>>>, Error> {
        let x = self.required(columns.x.as_deref(), &X, "x")?;
        let y = self.required(columns.y.as_deref(), &Y, "y")?;
        let crs = columns.crs.as_deref().unwrap_or("EPSG:4326");
        let error = |source| Error::Crs { what: format!("{}, columns.crs", self.file), source };
        let crs: Crs = crs.parse().map_err(error)?;
        let own = Projector::new(&crs, projector.to()).map_err(error)?;
        let mut kept: Vec<usize> = Vec::new();
        let mut places: Vec<Coord<f64>> = Vec::new();
        for row in 0..self.len() {
            let (Some(x), Some(y)) = (self.number(row, x, stage, issues), self.number(row, y, stage, issues)) else { continue };
            let at = Coord { x, y };
            if crs.is_geographic() && !on_globe(at) {
                let swapped = if on_globe(Coord { x: y, y: x }) { " (are x and y swapped?)" } else { "" };
                let detail = format!("line {}: {x}, {y} is no longitude, latitude{swapped}; the row is not used", self.line(row));
                issues.push(Issue::new(stage, self.file, self.line(row), "bad_place", detail));
                continue;
            }
            kept.push(row);
            places.push(at);
        }
        project(&own, &mut places, self.file)?;
        let mut all = vec![None; self.len()];
        for (row, place) in kept.into_iter().zip(places) {
            all[row] = Some(place);
        }
        Ok(all)
    }
}
