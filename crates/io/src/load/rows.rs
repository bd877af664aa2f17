//! Rows of a table of text. One is a line, or several where a cell in quotes goes over lines; a quote that is not closed where it should be
//! swallows rows, and that is said.

use catchment::{Finding, FindingKind, Stage};

use super::text;
use crate::error::{Error, data};

/// What a table of text should be.
pub(super) const EXPECTED: &str = "a table with a header row, its columns parted by commas, tabs, semicolons or bars";

/// A row of its own behind the last one. Where it is not met as one, the end lies within quotes.
const END: &str = "\u{1}";

/// The rows of a text, each with the line that it begins on.
pub(super) struct Rows {
    pub header: Vec<String>,
    pub rows: Vec<(u64, csv::StringRecord)>,
    /// What parts their cells.
    pub delimiter: u8,
}

/// Cuts a text into rows.
///
/// # Errors
///
/// [`Error::Data`] for a text without a header, and for one that ends within quotes.
pub(super) fn of_text(mut text: String, file: &str, stage: Stage, findings: &mut Vec<Finding>) -> Result<Rows, Error> {
    text.push('\n');
    text.push_str(END);
    let delimiter = text::delimiter(&text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| data(file, "header", e.to_string(), EXPECTED))?;
    let header: Vec<String> = header.iter().map(str::to_owned).collect();
    if header.iter().all(|name| name.is_empty() || name == END) {
        return Err(data(file, "", "nothing but spaces", EXPECTED));
    }
    let (mut rows, mut closed, mut line) = (Vec::new(), false, 1);
    for record in reader.records() {
        let record = record.map_err(|e| data(file, "", e.to_string(), EXPECTED))?;
        if record.len() == 1 && &record[0] == END {
            closed = true;
            continue;
        }
        line = record.position().map_or(0, |at| at.line() + empty_lines(&text, at.byte()));
        if swallows_rows(&record, char::from(delimiter), header.len()) {
            let last = line + breaks(&record);
            let detail = format!("lines {line} to {last} are one row, as a quote is not closed where it should be; none of them is used");
            findings.push(Finding::new(stage, file, line, FindingKind::RaggedRow, detail));
        } else {
            rows.push((line, record));
        }
    }
    if closed {
        return Ok(Rows { header, rows, delimiter });
    }
    let found = "a quote that is not closed: the file ends within a cell";
    Err(data(file, format!("line {line}"), found, "a second quote where that cell ends"))
}

/// How many lines end before the row at `at` begins: the reader takes the rest of the line break before it, and empty lines, for its start.
fn empty_lines(text: &str, at: u64) -> u64 {
    let rest = text.as_bytes().get(at as usize..).unwrap_or_default();
    rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count() as u64
}

/// Whether a cell of several lines holds whole rows: with its first line the row would be complete, or a line of it is a row by itself.
fn swallows_rows(record: &csv::StringRecord, delimiter: char, columns: usize) -> bool {
    let cells = |line: &str| line.split(delimiter).count();
    let of_rows = |(column, cell): (usize, &str)| {
        let mut lines = cell.lines();
        let first = lines.next().map_or(0, cells);
        let mut more = lines.peekable();
        more.peek().is_some() && ((column + 1 < columns && column + first == columns) || more.any(|line| cells(line) == columns))
    };
    columns > 2 && record.iter().enumerate().any(of_rows)
}

/// How many line breaks are in a row.
pub(super) fn breaks(record: &csv::StringRecord) -> u64 {
    record.iter().map(|cell| cell.matches('\n').count() as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<(Vec<u64>, usize), String> {
        let mut findings = Vec::new();
        let read = of_text(text.to_owned(), "t.csv", Stage::People, &mut findings).map_err(|error| error.to_string())?;
        Ok((read.rows.iter().map(|(line, _)| *line).collect(), findings.len()))
    }

    #[test]
    fn cells_over_lines_are_cells() {
        let address = "id,name,address\n1,A,\"Main street 1\n2000 Town, North\"\n2,\"B\nand C\",\"x, y\"\n";
        assert_eq!(rows(address), Ok((vec![2, 4], 0)));
        assert_eq!(rows("a,b,c\n1,2,3"), Ok((vec![2], 0)));
        // lines as an editor counts them, of any system, empty ones too
        assert_eq!(rows("a,b,c\r\n1,2,3\r\n\r\n4,5,6\r\n"), Ok((vec![2, 4], 0)));
        assert_eq!(rows("\na,b,c\n\n\n1,2,3\n4,5,6\n"), Ok((vec![5, 6], 0)));
        assert_eq!(rows("a,b,c\r\n1,\"say \"\"so\"\"\",3\r\n"), Ok((vec![2], 0)));
    }

    #[test]
    fn quotes_that_are_not_closed_are_told() {
        // with the first line of its cell the row is complete
        assert_eq!(rows("a,b,c\n1,\"x,2\n3,y\",4\n5,6,7\n"), Ok((vec![4], 1)));
        // a line of its cell is a row
        assert_eq!(rows("a,b,c\n1,2,\"x\n3,y,4\n5,6,z\"\n7,8,9\n"), Ok((vec![5], 1)));
        for (text, line) in [("a,b,c\n1,2,\"3\n4,5,6\n", 2), ("a,\"b,c\n1,2,3\n", 1)] {
            assert!(rows(text).unwrap_err().contains(&format!("line {line}: a quote that is not closed")), "{text}");
        }
    }
}
