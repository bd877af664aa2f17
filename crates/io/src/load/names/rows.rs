//! The rows of a table that names zones: which zone each is of, and what to say of those that are of none.

use std::collections::{BTreeMap, HashSet};

use catchment::{Finding, FindingKind, People, Severity, Stage};

use super::alike::How;
use super::sums::{Differs, Part, PrintedNumber, SumRow, differing, sum_row};
use super::{By, Named, ZoneNames, quoted, some};

/// What a row is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    /// A zone.
    Zone(usize),
    /// Others, which it sums up.
    Sum(SumRow),
    /// No zone, or not one that is sure.
    Other,
}

/// What the numbers of a row count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    People,
    Facilities,
    /// Nothing that can be added up.
    Nothing,
}

/// The rows of a table, as they were met.
pub(crate) struct ZoneRows<'a> {
    names: &'a ZoneNames,
    file: &'a str,
    stage: Stage,
    counted: Counted,
    rows: Vec<Row>,
}

struct Row {
    label: String,
    /// Its name, where its id is the label.
    name: String,
    line: u64,
    /// Rows of one year are about one thing; a zone needs one in each.
    year: Option<i32>,
    met: Met,
    several: Vec<usize>,
    amount: f64,
}

/// What no zone is called.
#[derive(Default)]
struct Unmatched<'r> {
    /// Rows, each with the zone that it resembles.
    resembling: Vec<(&'r Row, usize)>,
    ambiguous: Vec<&'r Row>,
    others: Vec<&'r Row>,
}

impl<'a> ZoneRows<'a> {
    pub(crate) fn new(names: &'a ZoneNames, file: &'a str, stage: Stage, counted: Counted) -> ZoneRows<'a> {
        ZoneRows { names, file, stage, counted, rows: Vec::new() }
    }

    /// What a row is of, by its id where it has one, else by its name.
    pub(crate) fn meet(&mut self, line: u64, [id, name]: [&str; 2], year: Option<i32>) -> Met {
        let (id, name) = (id.trim(), name.trim());
        let (label, by) = if id.is_empty() { (name, By::Name) } else { (id, By::Id) };
        let named = self.names.find(label, by);
        let met = match &named {
            Named::Zone(zone) => Met::Zone(*zone),
            Named::Several(_) => Met::Other,
            Named::Unknown => sum_row(label).or_else(|| sum_row(name)).map_or(Met::Other, Met::Sum),
        };
        let several = if let Named::Several(zones) = named { zones } else { Vec::new() };
        self.rows.push(Row { label: label.to_owned(), name: name.to_owned(), line, year, met, several, amount: 0.0 });
        met
    }

    /// What the row that was met last is called.
    pub(crate) fn label(&self) -> &'_ str {
        self.rows.last().map_or("", |row| &row.label)
    }

    /// How much the row that was met last holds.
    pub(crate) fn holds(&mut self, amount: f64) {
        if let Some(row) = self.rows.last_mut() {
            row.amount = amount;
        }
    }

    /// What each row is to the table's sums. Where no row is of a zone, all are of its parts.
    fn parts(&self) -> Vec<Part> {
        let others = if self.any_zone() { Part::Other } else { Part::Zone };
        let part = |row: &Row| match row.met {
            Met::Zone(_) => Part::Zone,
            Met::Sum(sum) => Part::Sum(sum),
            Met::Other => others,
        };
        self.rows.iter().map(part).collect()
    }

    /// Whether some row is of a zone.
    pub(crate) fn any_zone(&self) -> bool {
        self.rows.iter().any(|row| matches!(row.met, Met::Zone(_)))
    }

    /// What to say of rows that are of no zone, and of zones with several rows. `lack` says what a zone without a row goes without,
    /// `a total`; `twice` what is done with several.
    pub(crate) fn findings(&self, lack: &str, twice: &str) -> Vec<Finding> {
        let found = self.unmatched();
        [self.not_sure(&found, lack), self.others(&found.others, lack), self.twice(twice)].into_iter().flatten().collect()
    }

    /// Zones with several rows of one year.
    fn twice(&self, done: &str) -> Option<Finding> {
        let mut lines: BTreeMap<(usize, Option<i32>), Vec<&Row>> = BTreeMap::new();
        for row in &self.rows {
            if let Met::Zone(zone) = row.met {
                lines.entry((zone, row.year)).or_default().push(row);
            }
        }
        lines.retain(|_, rows| rows.len() > 1);
        let said: Vec<String> = lines
            .iter()
            .map(|((zone, _), rows)| {
                let lines: Vec<String> = rows.iter().map(|row| format!("`{}` in line {}", row.label, row.line)).collect();
                format!("{} ({})", self.names.shown(*zone), lines.join(", "))
            })
            .collect();
        let first = lines.values().flatten().min_by_key(|row| row.line)?;
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        let rows = lines.values().map(Vec::len).sum();
        let noun = if said.len() == 1 { "one zone has".to_owned() } else { format!("{} zones have", said.len()) };
        let detail = format!("{noun} several rows, and {done}: {}", some(&said));
        Some(Finding::new(self.stage, self.file, &first.label, FindingKind::TotalTwice, detail).rows(rows))
    }

    /// The sums of a column that its rows do not add up to, in words. A column that may hold something else than counts is let be if its
    /// sum looks like a mean.
    pub(crate) fn wrong_sums(&self, column: &str, counts: bool, cells: &[Option<PrintedNumber>]) -> Vec<String> {
        let mut years: BTreeMap<Option<i32>, Vec<usize>> = BTreeMap::new();
        for (place, row) in self.rows.iter().enumerate() {
            years.entry(row.year).or_default().push(place);
        }
        let parts = self.parts();
        let mut said = Vec::new();
        for places in years.values() {
            let of_year: Vec<Part> = places.iter().map(|place| parts[*place]).collect();
            let numbers: Vec<Option<PrintedNumber>> = places.iter().map(|place| cells[*place]).collect();
            for Differs { row, declared, made, .. } in differing(&of_year, &numbers).into_iter().filter(|own| counts || !own.mean) {
                let Row { label, line, .. } = &self.rows[places[row]];
                said.push(format!("{column}: `{label}` (line {line}) says {}, its rows make {}", plain(declared), plain(made)));
            }
        }
        said
    }

    fn unmatched(&self) -> Unmatched<'_> {
        let mut years: BTreeMap<Option<i32>, Vec<&Row>> = BTreeMap::new();
        for row in &self.rows {
            years.entry(row.year).or_default().push(row);
        }
        let mut found = Unmatched::default();
        let of_no_year = zones_of(years.get(&None).into_iter().flatten().copied());
        for rows in years.values() {
            let own = zones_of(rows.iter().copied());
            let lacking: Vec<usize> = (0..self.names.len()).filter(|zone| !own.contains(zone) && !of_no_year.contains(zone)).collect();
            let unknown: Vec<&&Row> = rows.iter().filter(|row| row.met == Met::Other && row.several.is_empty()).collect();
            // about as many rows without a zone as zones without a row: then little says that they belong together
            let few = unknown.len() <= 2 * lacking.len();
            // a sum that is mostly of our zones lacks what any other row holds
            let of_ours = rows.iter().filter(|row| matches!(row.met, Met::Zone(_))).count();
            let summed = unknown.len() < of_ours && rows.iter().any(|row| row.met == Met::Sum(SumRow::All));
            found.ambiguous.extend(rows.iter().filter(|row| !row.several.is_empty()));
            for row in unknown {
                let labels = [row.label.as_str(), row.name.as_str()];
                let near =
                    labels.into_iter().filter_map(|label| self.names.nearest(label, lacking.iter().copied())).min_by_key(|(_, how)| *how);
                let near = near.filter(|(_, like)| few || like.how != How::Partly);
                let near = near.or_else(|| {
                    let any = self.names.nearest(&row.label, 0..self.names.len()).filter(|_| summed);
                    any.filter(|(_, like)| like.how != How::Partly)
                });
                match near {
                    Some((zone, _)) => found.resembling.push((row, zone)),
                    None => found.others.push(row),
                }
            }
        }
        found
    }

    /// Rows that may be of a zone: an error, with the lines of the plan that say of which.
    fn not_sure(&self, found: &Unmatched<'_>, lack: &str) -> Option<Finding> {
        const MOST: usize = 20;
        let rows: Vec<&Row> = found.resembling.iter().map(|(row, _)| *row).chain(found.ambiguous.iter().copied()).collect();
        let first = rows.first()?;
        let mut detail = Vec::new();
        let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
        if !found.resembling.is_empty() {
            let said: Vec<String> = found
                .resembling
                .iter()
                .map(|(row, zone)| format!("`{}` (line {}), which resembles {}", row.label, row.line, self.names.shown(*zone)))
                .collect();
            let said: Vec<&str> = said.iter().map(String::as_str).collect();
            detail.push(format!("{} no zone: {}", names(said.len()), some(&said)));
            lines.extend(found.resembling.iter().map(|(row, zone)| (row.label.as_str(), *zone)));
        }
        if !found.ambiguous.is_empty() {
            let said: Vec<String> = found
                .ambiguous
                .iter()
                .map(|row| format!("`{}` (line {}): write the id, {}", row.label, row.line, self.names.ids(&row.several)))
                .collect();
            let said: Vec<&str> = said.iter().map(String::as_str).collect();
            detail.push(format!("{} several zones: {}", names(said.len()), some(&said)));
        }
        detail.push(format!("{}, and the zones that are meant are left without {lack}", self.lost(&rows)));
        let mut detail = detail.join("; ");
        if !lines.is_empty() {
            let more = if lines.len() > MOST { format!("\n# and {} more", lines.len() - MOST) } else { String::new() };
            let line = |(label, zone): (&&str, &usize)| format!("\n{} = {}", quoted(label), quoted(self.names.sure_name(*zone)));
            let written: String = lines.iter().take(MOST).map(line).collect();
            detail += &format!(". If these zones are meant, add to the plan:\n[zones.aliases]{written}{more}");
        }
        let finding = Finding::new(self.stage, self.file, &first.label, FindingKind::UnmatchedRows, detail).severity(Severity::Error);
        let sum: f64 = rows.iter().map(|row| row.amount).sum();
        Some(match self.counted {
            Counted::People => finding.people(People::from_f64(sum).unwrap_or_default()),
            Counted::Facilities => finding.facilities(sum as usize),
            Counted::Nothing => finding,
        })
        .map(|finding| finding.rows(rows.len()))
    }

    /// What is lost with rows.
    fn lost(&self, rows: &[&Row]) -> String {
        let sum: f64 = rows.iter().map(|row| row.amount).sum();
        match self.counted {
            Counted::People => format!("their {sum:.0} people are in no number"),
            Counted::Facilities => format!("their {sum:.0} facilities are in no number"),
            Counted::Nothing => "what stands there is not used".to_owned(),
        }
    }

    /// Rows of other places: a note.
    fn others(&self, rows: &[&Row], lack: &str) -> Option<Finding> {
        let first = rows.first()?;
        let labels: Vec<String> = rows.iter().map(|row| format!("`{}`", row.label)).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let without = self.names.len() - zones_of(self.rows.iter()).len();
        let more = match without {
            0 => String::new(),
            1 => format!("; one zone is left without {lack}"),
            some => format!("; {some} zones are left without {lack}"),
        };
        let detail = format!(
            "{} no zone of the study and {} not used: {}{more}",
            names(rows.len()),
            if rows.len() == 1 { "is" } else { "are" },
            some(&labels)
        );
        Some(
            Finding::new(self.stage, self.file, &first.label, FindingKind::UnmatchedRows, detail).severity(Severity::Note).rows(rows.len()),
        )
    }
}

/// The zones that rows are of.
fn zones_of<'r>(rows: impl Iterator<Item = &'r Row>) -> HashSet<usize> {
    rows.filter_map(|row| if let Met::Zone(zone) = row.met { Some(zone) } else { None }).collect()
}

/// A table's own sums that are wrong, all together.
pub(crate) fn sums_differ(stage: Stage, file: &str, wrong: &[String]) -> Option<Finding> {
    let said: Vec<&str> = wrong.iter().map(String::as_str).collect();
    let noun = if said.len() == 1 {
        "a sum of the table is not that of its rows".to_owned()
    } else {
        format!("{} sums of the table are not those of their rows", said.len())
    };
    let detail = format!("{noun}: {}; a row may be missing, double or wrong", some(&said));
    (!said.is_empty()).then(|| Finding::new(stage, file, "", FindingKind::SumDiffers, detail).rows(said.len()))
}

/// A number without the digits that adding up leaves behind.
fn plain(number: f64) -> String {
    let rounded = (number * 1e6).round() / 1e6;
    rounded.to_string()
}

fn names(rows: usize) -> String {
    if rows == 1 { "one row names".to_owned() } else { format!("{rows} rows name") }
}
