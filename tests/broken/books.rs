//! Workbooks that claim more than they hold; and workbooks of LibreOffice.

use std::io::Write as _;

use super::bytes::{Zipped, stored, zip};
use super::case::{Case, file, sound, works};
use super::check::check;
use super::workbook::{book_parts, people, rows, sheet, with_rows};

/// A part, packed.
fn packed(name: &'static str, text: &str) -> Zipped {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    let (size, crc32) = (text.len() as u32, crc32fast::hash(text.as_bytes()));
    Zipped { name, bytes: encoder.finish().unwrap(), size, crc32, packed: true }
}

/// A workbook of Excel with a sheet of these rows, and other parts.
fn excel(rows: &str, others: impl IntoIterator<Item = Zipped>) -> Vec<u8> {
    let own = packed("xl/worksheets/sheet1.xml", &sheet(rows));
    zip(&book_parts(std::iter::once(own).chain(others)))
}

/// Texts that cells share.
fn shared(claim: &str, texts: &str) -> Zipped {
    let space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    packed("xl/sharedStrings.xml", &format!("<?xml version=\"1.0\"?><sst xmlns=\"{space}\" uniqueCount=\"{claim}\">{texts}</sst>"))
}

const SPACES: &str = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"";

/// A workbook of LibreOffice with a sheet of these rows.
fn office(rows: &str) -> Vec<u8> {
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content {SPACES}><office:body><office:spreadsheet><table:table table:name=\"People\">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    let manifest = "<?xml version=\"1.0\"?><manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>";
    zip(&[
        stored("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        stored("META-INF/manifest.xml", manifest),
        packed("content.xml", &content),
    ])
}

/// A cell of LibreOffice that stands there so many times.
fn cell(text: &str, times: u32) -> String {
    let repeated = format!("table:number-columns-repeated=\"{times}\"");
    match text.parse::<f64>() {
        Ok(_) => format!("<table:table-cell {repeated} office:value-type=\"float\" office:value=\"{text}\"/>"),
        Err(_) if text.is_empty() => format!("<table:table-cell {repeated}/>"),
        Err(_) => format!("<table:table-cell {repeated} office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"),
    }
}

fn row(cells: &str, times: u32) -> String {
    format!("<table:table-row table:number-rows-repeated=\"{times}\">{cells}</table:table-row>")
}

/// The people of the sound town as the rows of a sheet of LibreOffice.
fn office_rows() -> String {
    sound("people.csv").lines().map(|line| row(&line.split(',').map(|text| cell(text, 1)).collect::<String>(), 1)).collect()
}

fn office_people(case: Case, rows: &str) -> Case {
    case.without("people.csv").put("people.ods", office(rows)).plan("people.csv", "people.ods")
}

/// An old compound file whose allocation table leads a sector to itself.
fn circle() -> Vec<u8> {
    let mut file = vec![0xff; 512];
    file[..8].copy_from_slice(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    file[8..76].fill(0);
    file[26..34].copy_from_slice(&[3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    let table = [1, 1].map(u32::to_le_bytes).concat();
    for (at, number) in [(44, 1), (48, 1), (56, 4096), (60, 0xffff_fffe), (68, 0xffff_fffe), (76, 0)] {
        file[at..at + 4].copy_from_slice(&u32::to_le_bytes(number));
    }
    [file, table, vec![0xff; 504], vec![0; 512]].concat()
}

#[test]
fn claims() {
    let rows = rows();
    let column = |number: u32| {
        let mut name = String::new();
        let mut left = number + 1;
        while left > 0 {
            name.insert(0, char::from(b'A' + ((left - 1) % 26) as u8));
            left = (left - 1) / 26;
        }
        name
    };
    let wide: String = (0..16_384).map(|i| format!("<c r=\"{}1\"><v>1</v></c>", column(i))).collect();
    let long: String = (2..40_000).map(|i| format!("<row r=\"{i}\"><c r=\"A{i}\"><v>1</v></c></row>")).collect();
    let megabyte = "a".repeat(1 << 20);
    let cells: String = (1..1000).map(|i| format!("<row r=\"{i}\"><c r=\"A{i}\" t=\"s\"><v>0</v></c></row>")).collect();
    let styles = format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", "<xf/>".repeat(1_000_000));
    let old = |case: Case, name: &str, bytes: Vec<u8>| case.without("people.csv").put(name, bytes).plan("people.csv", name);
    let binary = zip(&[stored("[Content_Types].xml", "<Types/>"), stored("xl/workbook.bin", "\u{83}\u{1}")]);
    let stray = [row(&cell("", 16_383), 1_048_575), row(&(cell("", 16_383) + &cell("1", 1)), 1)].concat();
    let empty = [row(&cell("", 16_384), 1_048_000)].concat();
    check(
        "workbook-claims",
        vec![
            old(file("an old workbook whose sectors go in a circle"), "people.xls", circle()),
            old(file("a binary workbook"), "people.xlsb", binary),
            people(works("the same, saved anew as .xlsx"), with_rows(&rows)),
            works("the same, saved anew as CSV"),
            people(works("texts that cells share"), excel(&rows, [shared("1", "<si><t>a</t></si>")])),
            people(file("four billion texts that cells share"), excel(&rows, [shared("4294967295", "<si><t>a</t></si>")])),
            people(file("six million texts that cells share"), excel(&rows, [shared("6000000", &"<si/>".repeat(6_000_000))])),
            people(
                file("a shared text of a megabyte in a thousand cells"),
                excel(&cells, [shared("1", &format!("<si><t>{megabyte}</t></si>"))]),
            ),
            people(file("forty thousand rows of 16,384 columns"), excel(&format!("<row r=\"1\">{wide}</row>{long}"), [])),
            people(file("a million styles"), excel(&rows, [packed("xl/styles.xml", &styles)])),
            office_people(works("a workbook of LibreOffice"), &office_rows()),
            office_people(works("empty cells below and beside it, repeated to the end"), &(office_rows() + &empty)),
            office_people(file("a stray cell in the last corner"), &(office_rows() + &stray)),
            office_people(file("a row of 16,384 cells, a million times"), &row(&cell("1", 16_384), 1_048_576)),
            office_people(file("a cell that claims four billion columns and rows"), &row(&cell("1", u32::MAX), u32::MAX)),
            office_people(file("a text of a megabyte, a thousand times"), &row(&cell(&megabyte, 1), 1000)),
            office_people(file("a text of a megabyte in a thousand columns"), &row(&cell(&megabyte, 1000), 1)),
            office_people(file("a thousand wide rows"), &row(&cell("1", 16_384), 1).repeat(1000)),
        ],
    );
}
