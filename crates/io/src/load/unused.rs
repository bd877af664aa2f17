//! Rows of a table or layer that cannot be used: one finding a file, with what hangs on them.

use std::collections::HashMap;

use catchment::{Finding, FindingKind, People, Severity, Stage};

/// So many rows are shown.
const SHOWN: usize = 3;
/// Of fewer rows in all, a share tells nothing: two rows of which one is wrong are a slip.
const FEWEST: usize = 10;

/// The rows of one file that cannot be used.
pub(super) struct Unused<'f> {
    stage: Stage,
    file: &'f str,
    /// What findings call each, and its people if they can be read.
    rows: Vec<(String, Option<People>)>,
}

impl<'f> Unused<'f> {
    pub(super) fn new(stage: Stage, file: &'f str) -> Unused<'f> {
        Unused { stage, file, rows: Vec::new() }
    }

    /// The same with rows.
    pub(super) fn of(stage: Stage, file: &'f str, rows: Vec<(String, Option<People>)>) -> Unused<'f> {
        Unused { stage, file, rows }
    }

    /// Adds a row by the id of its findings.
    pub(super) fn add(&mut self, id: impl ToString, people: Option<People>) {
        self.rows.push((id.to_string(), people));
    }

    /// The finding, beside `used` rows with so many people; `findings` hold what is wrong with each row. Rows that are no rows of the table
    /// are among them and count.
    pub(super) fn finding(mut self, (used, used_people): (usize, People), findings: &[Finding]) -> Option<Finding> {
        let own = |finding: &&Finding| finding.stage == self.stage && finding.source == self.file;
        let ragged = findings.iter().filter(own).filter(|finding| finding.kind == FindingKind::RaggedRow);
        let ragged: Vec<(String, Option<People>)> = ragged.map(|finding| (finding.id.clone(), None)).collect();
        self.rows.extend(ragged);
        // the first finding of each row
        let mut why: HashMap<&str, &Finding> = HashMap::new();
        for finding in findings.iter().filter(own) {
            why.entry(&finding.id).or_insert(finding);
        }
        let shown: Vec<&str> =
            self.rows.iter().filter_map(|(id, _)| why.get(id.as_str())).map(|finding| in_short(&finding.detail)).take(SHOWN).collect();
        let people: People = self.rows.iter().filter_map(|(_, people)| *people).sum();
        let (unused, all) = (self.rows.len(), used + self.rows.len());
        let what = match self.stage {
            Stage::Facilities => "; their facilities are missing".to_owned(),
            _ => self.people_in_words(people),
        };
        let more = if unused > shown.len() { "; …" } else { "" };
        let detail = format!("{unused} of {all} rows cannot be used{what}: {}{more}", shown.join("; "));
        let most = 2 * unused > all || people > used_people;
        let finding = Finding::new(self.stage, self.file, "", FindingKind::RowsUnused, detail).rows(unused);
        let finding = if self.stage == Stage::Facilities { finding.facilities(unused) } else { finding.people(people) };
        let severity = if most && all >= FEWEST { Severity::Error } else { Severity::Warning };
        (unused > 0).then(|| finding.severity(severity))
    }

    fn people_in_words(&self, people: People) -> String {
        let unread = self.rows.iter().filter(|(_, people)| people.is_none()).count();
        let of = if unread > 0 { format!(", and {unread} without a number that can be read") } else { String::new() };
        format!("; {:.0} people are missing{of}", people.as_f64())
    }
}

/// The detail of a row's finding without what was done about it.
fn in_short(detail: &str) -> &str {
    ["; the row is not used", "; the polygon is not used", "; left out", "; it is not used"]
        .iter()
        .fold(detail, |detail, end| detail.strip_suffix(end).unwrap_or(detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(unused: &[Option<u64>], used: (usize, u64)) -> Option<Finding> {
        let mut rows = Unused::new(Stage::People, "people.csv");
        unused.iter().enumerate().for_each(|(row, people)| rows.add(row, people.map(People::persons)));
        let bad = Finding::new(Stage::People, "people.csv", 0, FindingKind::BadPlace, "line 2: nowhere; the row is not used");
        rows.finding((used.0, People::persons(used.1)), &[bad])
    }

    #[test]
    fn rows_and_people_are_counted_and_the_first_are_shown() {
        assert_eq!(finding(&[], (5, 10)), None);
        let found = finding(&[Some(7), None], (20, 100)).unwrap();
        assert_eq!((found.severity, found.rows, found.people), (Severity::Warning, 2, Some(People::persons(7))));
        assert_eq!(
            found.detail,
            "2 of 22 rows cannot be used; 7 people are missing, and 1 without a number that can be read: line 2: nowhere; …"
        );
    }

    #[test]
    fn more_than_half_of_the_rows_or_people_is_an_error() {
        let severity = |unused: &[Option<u64>], used| finding(unused, used).unwrap().severity;
        assert_eq!(severity(&[Some(1); 6], (5, 100)), Severity::Error);
        assert_eq!(severity(&[Some(1); 5], (5, 100)), Severity::Warning);
        assert_eq!(severity(&[Some(101)], (20, 100)), Severity::Error);
        assert_eq!(severity(&[Some(100)], (20, 100)), Severity::Warning);
        // two rows tell no share
        assert_eq!(severity(&[Some(1000)], (1, 5)), Severity::Warning);
    }
}
