//! Tables (CSV in any encoding and with any usual separator, sheets of Excel and LibreOffice): columns by name, numbers and places checked,
//! bad rows listed.

use catchment::geo::{Coord, Geometry};
use catchment::{Finding, FindingKind, People, Stage};
use geojson::Feature;

use super::axes::{Axes, InZones, Written, projected};
use super::formats::{FILLED, sparse};
use super::layer::{self, on_globe};
use super::names::PrintedNumber;
use super::numbers::{Axis, degrees, half_width, number};
use super::rows::{self, Rows};
use super::usual::{SUM, X, Y};
use super::workbook::SheetRows;
use super::{TOO_FAR, text, workbook};
use crate::crs::{Crs, Projector};
use crate::error::{Error, data};
use crate::plan::Columns;

/// A table in memory.
pub(crate) struct Table<'a> {
    pub(crate) file: &'a str,
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
    lines: Vec<u64>,
    /// Of a layer: its points, WGS84 degrees; their rows have no columns of coordinates.
    points: Option<Vec<Option<Coord<f64>>>>,
    /// `table`, `workbook` or `layer`, and how its text was encoded.
    format: String,
    /// Columns are parted by semicolons: then a comma may be a decimal one.
    semicolons: bool,
}

impl<'a> Table<'a> {
    /// Reads a table with a header row. Rows of another length than the header's are findings and left out; so is an encoding that was guessed
    /// a finding.
    pub(crate) fn read(bytes: &[u8], file: &'a str, told: &Columns, stage: Stage, findings: &mut Vec<Finding>) -> Result<Table<'a>, Error> {
        let mut table =
            Table { file, header: Vec::new(), rows: Vec::new(), lines: Vec::new(), points: None, format: String::new(), semicolons: false };
        if workbook::is_workbook(bytes) {
            let SheetRows { rows, others, left_out } = workbook::rows(bytes, told.sheet.as_deref(), file)?;
            findings.extend(left_out.into_iter().map(|detail| Finding::new(stage, file, "", FindingKind::CellsLeftOut, detail)));
            if !others.is_empty() {
                let detail = format!(
                    "the first sheet with rows is read; if another is meant: columns = {{ sheet = \"…\" }}, one of {}",
                    others.join(", ")
                );
                findings.push(Finding::new(stage, file, "", FindingKind::SheetChosen, detail));
            }
            let mut rows = rows.into_iter();
            "workbook".clone_into(&mut table.format);
            table.header = rows.next().map(|(_, cells)| cells.iter().map(str::to_owned).collect()).unwrap_or_default();
            rows.for_each(|(line, cells)| table.add(line, cells, stage, findings));
            return Ok(table);
        }
        if bytes.is_empty() {
            return Err(data(file, "", "an empty file", rows::EXPECTED));
        }
        if let Some(sheet) = &told.sheet {
            return Err(data(file, "", "no workbook", format!("one of Excel or LibreOffice, as the sheet `{sheet}` is named")));
        }
        let decoded = text::decode(bytes, told.encoding.as_deref(), file)?;
        if decoded.guessed {
            let detail =
                format!("read as {}, which its bytes look like; if names look wrong: columns = {{ encoding = \"…\" }}", decoded.encoding);
            findings.push(Finding::new(stage, file, decoded.encoding, FindingKind::EncodingGuessed, detail));
        }
        table.format = format!("table, {}", decoded.encoding);
        let Rows { header, rows, delimiter } = rows::of_text(decoded.text, file, stage, findings)?;
        (table.header, table.semicolons) = (header, delimiter == b';');
        rows.into_iter().for_each(|(line, record)| table.add(line, record, stage, findings));
        Ok(table)
    }

    /// The properties of a layer's features as columns, their points as places.
    pub(crate) fn of_layer(features: &[Feature], file: &'a str) -> Result<Table<'a>, Error> {
        let properties = || features.iter().filter_map(|feature| feature.properties.as_ref());
        let header: Vec<String> = layer::keys(properties()).into_iter().map(str::to_owned).collect();
        if let Some(found) = sparse(features.len(), header.len(), properties().map(|own| own.len()).sum()) {
            return Err(data(file, "", found.replace("bytes", "properties"), FILLED));
        }
        let (mut rows, mut points) = (Vec::new(), Vec::new());
        for (row, feature) in features.iter().enumerate() {
            let cells = header.iter().map(|key| layer::property(feature, key).unwrap_or_default());
            rows.push(cells.collect());
            points.push(match layer::geometry(feature, file, &format!("feature {}", row + 1))? {
                Some(Geometry::Point(point)) => Some(point.into()),
                _ => None,
            });
        }
        let lines = (1..=features.len() as u64).collect();
        Ok(Table { file, header, rows, lines, points: Some(points), format: "layer".to_owned(), semicolons: false })
    }

    fn add(&mut self, line: u64, record: csv::StringRecord, stage: Stage, findings: &mut Vec<Finding>) {
        if record.len() == self.header.len() {
            self.rows.push(record);
            self.lines.push(line);
        } else {
            let lines = match rows::breaks(&record) {
                0 => format!("line {line} has"),
                more => format!("lines {line} to {} are one row (is a quote not closed?) and have", line + more),
            };
            let detail = format!("{lines} {} cells, the header {}; the row is not used", record.len(), self.header.len());
            findings.push(Finding::new(stage, self.file, line, FindingKind::RaggedRow, detail));
        }
    }

    /// What kind of file it is, and how its text was encoded.
    pub(crate) fn format(&self) -> &str {
        &self.format
    }

    /// The line of the file that a row begins on.
    pub(crate) fn line(&self, row: usize) -> u64 {
        self.lines[row]
    }

    /// The name of a column.
    pub(crate) fn name(&self, column: usize) -> &str {
        &self.header[column]
    }

    /// The names of all columns.
    pub(crate) fn columns(&self) -> &[String] {
        &self.header
    }

    /// What a row calls its zone: the texts of the columns of ids and of names.
    pub(crate) fn zone_labels(&self, row: usize, columns: [Option<usize>; 2]) -> [&str; 2] {
        columns.map(|column| self.text(row, column))
    }

    /// The number of a cell as it is printed; `None` if it holds none.
    pub(crate) fn printed(&self, row: usize, column: usize) -> Option<PrintedNumber> {
        let text = self.text(row, Some(column));
        self.amount(text).map(|value| PrintedNumber::new(value, text))
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The column that the plan names, else the first with one of the usual names.
    pub(crate) fn column(&self, named: Option<&str>, usual: &[&str]) -> Result<Option<usize>, Error> {
        match named {
            Some(name) => match self.find(name)? {
                Some(column) => Ok(Some(column)),
                None => Err(data(self.file, "header", format!("no column `{name}`"), format!("one of: {}", self.header.join(", ")))),
            },
            None => usual.iter().find_map(|name| self.find(name).transpose()).transpose(),
        }
    }

    /// The column of a name, written as it is or in other letters and widths.
    fn find(&self, name: &str) -> Result<Option<usize>, Error> {
        let plain = |name: &str| half_width(name).to_lowercase();
        let columns = |fits: &dyn Fn(&str) -> bool| (0..self.header.len()).filter(|c| fits(&self.header[*c])).collect::<Vec<usize>>();
        let exact = columns(&|own| own == name);
        let found = if exact.is_empty() { columns(&|own| plain(own) == plain(name)) } else { exact };
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            [first, ..] => {
                let found = format!("{} columns `{}`", found.len(), self.header[*first]);
                Err(data(self.file, "header", found, "one of that name: rename the others"))
            }
        }
    }

    /// The same, for a column that must be there.
    pub(crate) fn required(&self, named: Option<&str>, usual: &[&str], key: &str) -> Result<usize, Error> {
        self.column(named, usual)?.ok_or_else(|| {
            let numbers = self.header.iter().all(|name| number(name).is_some());
            let unnamed = if numbers { " (the first row holds numbers: is the header missing?)" } else { "" };
            let found = format!("no column for {key} among {}{unnamed}", shown(&self.header.join(", "), 200));
            data(self.file, "header", found, format!("one named {}; or name it: columns = {{ {key} = \"…\" }}", usual.join(", ")))
        })
    }

    /// The text of a cell; nothing where there is none.
    pub(crate) fn text(&self, row: usize, column: Option<usize>) -> &str {
        column.and_then(|c| self.rows[row].get(c)).unwrap_or_default()
    }

    /// A cell as a finding shows it.
    pub(crate) fn cell(&self, row: usize, column: usize) -> String {
        match self.text(row, Some(column)) {
            "" => "an empty cell".to_owned(),
            text => format!("`{}`", shown(text, 40)),
        }
    }

    /// A number; an invalid one is a finding that says where it stands.
    pub(crate) fn number(&self, row: usize, column: usize, stage: Stage, findings: &mut Vec<Finding>) -> Option<f64> {
        let text = self.text(row, Some(column));
        self.checked(row, column, self.amount(text), "number", stage, findings)
    }

    /// A number of people, if it can be read.
    pub(crate) fn people(&self, row: usize, column: usize) -> Option<People> {
        self.amount(self.text(row, Some(column))).and_then(People::from_f64)
    }

    /// Whether a row says nothing by itself: all its cells are empty, or it is the sum of the others.
    pub(crate) fn is_blank_or_sum(&self, row: usize) -> bool {
        let is_sum = |cell: &str| SUM.contains(&half_width(cell).to_lowercase().as_str());
        self.rows[row].iter().all(|cell| cell.trim().is_empty()) || self.rows[row].iter().any(is_sum)
    }

    /// A number as this table writes them: where semicolons part its columns, a comma may be a decimal one, and nothing is guessed.
    pub(crate) fn amount(&self, text: &str) -> Option<f64> {
        number(text).filter(|_| !(self.semicolons && text.contains(',')))
    }

    /// Degrees of longitude or latitude, or metres, or a finding that says where there are none.
    fn coordinate(
        &self,
        row: usize,
        (column, axis): (usize, Axis),
        geographic: bool,
        stage: Stage,
        findings: &mut Vec<Finding>,
    ) -> Option<f64> {
        let text = self.text(row, Some(column));
        let found = if geographic { degrees(text, axis) } else { self.amount(text) };
        self.checked(row, column, found, if geographic { "longitude or latitude" } else { "number" }, stage, findings)
    }

    fn checked(&self, row: usize, column: usize, found: Option<f64>, what: &str, stage: Stage, findings: &mut Vec<Finding>) -> Option<f64> {
        if found.is_none() {
            let cell = self.cell(row, column);
            let detail = format!("line {}, column `{}`: {cell} is no {what}; the row is not used", self.line(row), self.header[column]);
            findings.push(Finding::new(stage, self.file, self.line(row), FindingKind::BadNumber, detail));
        }
        found
    }

    fn points_of_layer(
        &self,
        points: &[Option<Coord<f64>>],
        projector: &Projector,
        stage: Stage,
        findings: &mut Vec<Finding>,
    ) -> Vec<Option<Coord<f64>>> {
        let without = points.iter().enumerate().filter(|(_, point)| point.is_none());
        findings.extend(without.map(|(row, _)| {
            let detail = format!("feature {} is no point; it is not used", row + 1);
            Finding::new(stage, self.file, self.line(row), FindingKind::NoPlace, detail)
        }));
        projected(points, projector)
    }

    /// The places of all rows in the working CRS; `None`, with a finding, where a row has none. Of a table with columns of coordinates also
    /// as they are written.
    pub(crate) fn places(
        &self,
        columns: &Columns,
        projector: &Projector,
        stage: Stage,
        findings: &mut Vec<Finding>,
    ) -> Result<Placed, Error> {
        if let Some(points) = &self.points {
            return Ok(Placed::OfLayer(self.points_of_layer(points, projector, stage, findings)));
        }
        let crs = columns.crs.as_deref().unwrap_or("EPSG:4326");
        let error = |source| Error::Crs { what: format!("{}, columns.crs", self.file), source };
        let crs: Crs = crs.parse().map_err(error)?;
        let own = Projector::new(&crs, projector.to()).map_err(error)?;
        let axes = self.axes(columns)?;
        let written = self.written(&crs, axes, stage, findings);
        let placed = Written::new(written, own);
        for (row, (written, place)) in placed.written.iter().zip(&placed.at).enumerate() {
            let (Some(written), None) = (written, place) else { continue };
            findings.push(self.off_globe(row, *written, &crs, stage).unwrap_or_else(|| {
                let detail = format!("line {}: {}, {} {TOO_FAR}; the row is not used", self.line(row), written.x, written.y);
                Finding::new(stage, self.file, self.line(row), FindingKind::BadPlace, detail)
            }));
        }
        Ok(Placed::OfColumns(Box::new(placed), axes))
    }

    /// The columns of x and y.
    fn axes(&self, columns: &Columns) -> Result<[usize; 2], Error> {
        Ok([self.required(columns.x.as_deref(), &X, "x")?, self.required(columns.y.as_deref(), &Y, "y")?])
    }

    /// The coordinates of all rows as they are written, on the globe or not; `None`, with a finding, where a row has none.
    fn written(&self, crs: &Crs, [x, y]: [usize; 2], stage: Stage, findings: &mut Vec<Finding>) -> Vec<Option<Coord<f64>>> {
        let mut of = |row, column| self.coordinate(row, column, crs.is_geographic(), stage, findings);
        let place = |row| {
            let [x, y] = [of(row, (x, Axis::East)), of(row, (y, Axis::North))];
            Some(Coord { x: x?, y: y? })
        };
        (0..self.len()).map(place).collect()
    }

    /// The finding that a place is not a longitude and latitude.
    fn off_globe(&self, row: usize, at: Coord<f64>, crs: &Crs, stage: Stage) -> Option<Finding> {
        let Coord { x, y } = at;
        let hint = match (on_globe(Coord { x: y, y: x }), x.abs().max(y.abs()) > 360.0) {
            (true, _) => " (are x and y swapped?)",
            (false, true) => " (are these metres? Name their CRS: columns = { crs = \"EPSG:…\" })",
            (false, false) => "",
        };
        let detail = format!("line {}: {x}, {y} is no longitude, latitude{hint}; the row is not used", self.line(row));
        (crs.is_geographic() && !on_globe(at)).then(|| Finding::new(stage, self.file, self.line(row), FindingKind::BadPlace, detail))
    }

    /// The places of all rows in a CRS that their columns are of; `None`, with a finding, where a row has none.
    pub(crate) fn own_places(
        &self,
        crs: &Crs,
        columns: &Columns,
        stage: Stage,
        findings: &mut Vec<Finding>,
    ) -> Result<Vec<Option<Coord<f64>>>, Error> {
        let mut all = self.written(crs, self.axes(columns)?, stage, findings);
        for (row, place) in all.iter_mut().enumerate() {
            let odd = place.and_then(|at| self.off_globe(row, at, crs, stage));
            *place = place.filter(|_| odd.is_none());
            findings.extend(odd);
        }
        Ok(all)
    }
}

/// The places of a table's rows.
pub(crate) enum Placed {
    /// By their columns, of which these are x and y.
    OfColumns(Box<Written>, [usize; 2]),
    /// By the points of a layer, metres of the working CRS.
    OfLayer(Vec<Option<Coord<f64>>>),
}

impl Placed {
    /// Metres of the working CRS.
    pub(crate) fn at(&self) -> &[Option<Coord<f64>>] {
        match self {
            Placed::OfColumns(written, _) => &written.at,
            Placed::OfLayer(at) => at,
        }
    }

    /// Leaves a row of columns out of what is asked of all of them.
    pub(super) fn forget(&mut self, row: usize) {
        if let Placed::OfColumns(written, _) = self {
            written.forget(row);
        }
    }

    /// What is amiss with where these places lie.
    pub(super) fn amiss(&self, table: &Table<'_>, zones: &InZones<'_>, stage: Stage) -> Option<Finding> {
        let Placed::OfColumns(written, [x, y]) = self else { return None };
        let axes = Axes::Columns([table.name(*x), table.name(*y)]);
        zones.amiss(written, &axes, &|row| format!("line {}", table.line(row)), (stage, table.file))
    }
}

/// Text in one line of at most `longest` letters, signs that cannot be seen made visible.
pub(super) fn shown(text: &str, longest: usize) -> String {
    let mut letters = text.chars();
    let mut line = String::new();
    for c in letters.by_ref().take(longest) {
        match c {
            c if c.is_control() => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
    if letters.next().is_some() { line + "…" } else { line }
}

/// Why nothing of a file is left: its first bad record.
pub(super) fn none_left(what: &str, findings: &[Finding]) -> String {
    let detail = findings.first().map_or("", |finding| finding.detail.as_str()).split("; the row is not used").next().unwrap_or_default();
    if detail.is_empty() { format!("no {what}") } else { format!("no {what} is left, for {} faults such as: {detail}", findings.len()) }
}
