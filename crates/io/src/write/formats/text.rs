//! CSV.

use encoding_rs::GB18030;

use super::TableOut;
use super::schema::text;
use crate::plan::{CsvEncoding, CsvStyle};

/// A table by RFC 4180: cells quoted where they must be, unknown values empty.
pub(crate) fn csv(table: &TableOut, style: impl Into<CsvStyle>) -> Vec<u8> {
    let cells = |row: &geojson::JsonObject| table.header.iter().map(|key| row.get(key).map_or_else(String::new, text)).collect::<Vec<_>>();
    lines_of_csv(std::iter::once(table.header.clone()).chain(table.rows.iter().map(cells)), style)
}

/// The same, row by row: the header is the first.
pub(crate) fn lines_of_csv(rows: impl Iterator<Item = Vec<String>>, style: impl Into<CsvStyle>) -> Vec<u8> {
    let CsvStyle { encoding, apostrophes } = style.into();
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        // writing to memory does not fail
        let _ = if apostrophes { writer.write_record(row.into_iter().map(as_text)) } else { writer.write_record(row) };
    }
    let bytes = writer.into_inner().unwrap_or_default();
    match encoding {
        CsvEncoding::Utf8 => bytes,
        CsvEncoding::Utf8Bom => [b"\xef\xbb\xbf".as_slice(), &bytes].concat(),
        CsvEncoding::Gb18030 => GB18030.encode(&String::from_utf8_lossy(&bytes)).0.into_owned(),
    }
}

/// A cell with an apostrophe before it if a spreadsheet would compute it: what begins like a formula and is no number.
fn as_text(cell: String) -> String {
    let begins = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if begins && cell.parse::<f64>().is_err() { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_compute_gets_an_apostrophe() {
        let cells = ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "-5.25", "+7", "-1e-3", "a=b", "", "–"];
        let row = || std::iter::once(cells.map(str::to_owned).to_vec());
        let written = |style: CsvStyle| String::from_utf8(lines_of_csv(row(), style)).unwrap();
        assert_eq!(written(CsvEncoding::Utf8.into()), "=1+1,+1+1,-2+3,@SUM(A1),\t=1,-5.25,+7,-1e-3,a=b,,–\n");
        let guarded = "'=1+1,'+1+1,'-2+3,'@SUM(A1),'\t=1,-5.25,+7,-1e-3,a=b,,–\n";
        assert_eq!(written(CsvStyle { encoding: CsvEncoding::Utf8, apostrophes: true }), guarded);
        assert_eq!(written(CsvEncoding::Utf8Bom.into()), format!("\u{feff}{guarded}"));
    }
}
