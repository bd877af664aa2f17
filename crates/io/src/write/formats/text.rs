//! CSV.

use encoding_rs::GB18030;

use super::TableOut;
use super::schema::text;
use crate::plan::CsvEncoding;

/// A table by RFC 4180: cells quoted where they must be, unknown values empty.
pub(crate) fn csv(table: &TableOut, encoding: CsvEncoding) -> Vec<u8> {
    let cells = |row: &geojson::JsonObject| table.header.iter().map(|key| row.get(key).map_or_else(String::new, text)).collect::<Vec<_>>();
    lines_of_csv(std::iter::once(table.header.clone()).chain(table.rows.iter().map(cells)), encoding)
}

/// The same, row by row: the header is the first.
pub(crate) fn lines_of_csv(rows: impl Iterator<Item = Vec<String>>, encoding: CsvEncoding) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        // writing to memory does not fail
        let _ = writer.write_record(row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    match encoding {
        CsvEncoding::Utf8 => bytes,
        CsvEncoding::Utf8Bom => [b"\xef\xbb\xbf".as_slice(), &bytes].concat(),
        CsvEncoding::Gb18030 => GB18030.encode(&String::from_utf8_lossy(&bytes)).0.into_owned(),
    }
}
