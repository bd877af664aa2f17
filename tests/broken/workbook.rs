//! Workbooks of Excel.

use std::io::Write as _;

use super::bytes::{Zipped, stored, zip};
use super::case::{Case, file, record, sound, works};
use super::check::check;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const SHEETS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// The people of the sound town as the rows of a sheet.
pub(crate) fn rows() -> String {
    let cell = |column: usize, row: usize, text: &str| {
        let at = format!("{}{row}", char::from(b'A' + column as u8));
        match text.parse::<f64>() {
            Ok(_) => format!("<c r=\"{at}\"><v>{text}</v></c>"),
            Err(_) => format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
        }
    };
    let row = |(i, line): (usize, &str)| {
        let cells: String = line.split(',').enumerate().map(|(column, text)| cell(column, i + 1, text)).collect();
        format!("<row r=\"{}\">{cells}</row>", i + 1)
    };
    sound("people.csv").lines().enumerate().map(row).collect()
}

pub(crate) fn sheet(rows: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"
    )
}

/// A workbook with this sheet.
fn book(sheet: Zipped) -> Vec<u8> {
    zip(&book_parts([sheet]))
}

/// The parts of a workbook with a sheet, and others.
pub(crate) fn book_parts(others: impl IntoIterator<Item = Zipped>) -> Vec<Zipped> {
    let files = [
        stored("[Content_Types].xml", TYPES),
        stored("_rels/.rels", RELATIONS),
        stored("xl/workbook.xml", BOOK),
        stored("xl/_rels/workbook.xml.rels", SHEETS),
    ];
    files.into_iter().chain(others).collect()
}

pub(crate) fn with_rows(rows: &str) -> Vec<u8> {
    book(stored("xl/worksheets/sheet1.xml", &sheet(rows)))
}

pub(crate) fn people(case: Case, bytes: impl AsRef<[u8]>) -> Case {
    case.without("people.csv").put("people.xlsx", bytes).plan("people.csv", "people.xlsx")
}

/// A sheet that repeats something for a quarter of a gigabyte, packed into some hundred kilobytes.
fn bomb(rows: &str, repeated: &str) -> Zipped {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    let (mut sum, mut size) = (crc32fast::Hasher::new(), 0);
    let mut put = |text: &[u8]| {
        encoder.write_all(text).unwrap();
        sum.update(text);
        size += text.len() as u32;
    };
    let whole = sheet("@");
    let (start, end) = whole.split_once('@').unwrap();
    put(start.as_bytes());
    put(rows.as_bytes());
    let repeated = repeated.repeat((1 << 20) / repeated.len());
    (0..256).for_each(|_| put(repeated.as_bytes()));
    put(end.as_bytes());
    Zipped { name: "xl/worksheets/sheet1.xml", bytes: encoder.finish().unwrap(), size, crc32: sum.finalize(), packed: true }
}

#[test]
fn workbooks() {
    let rows = rows();
    let whole = with_rows(&rows);
    let altered = |case: Case, from: &str, to: &str| {
        assert!(rows.contains(from), "{from}");
        people(case, with_rows(&rows.replacen(from, to, 1)))
    };
    let mut flipped = whole.clone();
    let at = whole.windows(9).position(|bytes| bytes == b"<sheetDat").unwrap();
    flipped[at + 30] ^= 0x55;
    let old = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    check(
        "workbook",
        vec![
            people(works("sound"), &whole),
            people(file("a zip that is no workbook"), zip(&[stored("readme.txt", "not a workbook")])),
            people(file("a zip without a file"), zip(&[])),
            people(file("a zip of a layer"), zip(&[stored("zones.shp", "shapes"), stored("zones.dbf", "attributes")])),
            people(file("cut off"), &whole[..whole.len() / 2]),
            people(file("four bytes"), "PK\x03\x04"),
            people(file("a byte flipped in the sheet"), flipped),
            people(file("a text by the name of a workbook"), "<html>not a workbook</html>"),
            people(file("an old workbook that is none"), [&old[..], &[0; 600]].concat()),
            people(file("a password"), password()),
            people(file("no sheet with a row"), with_rows("")),
            people(file("a sheet that is not there"), &whole)
                .plan("source = \"people.xlsx\"", "source = \"people.xlsx\"\ncolumns = { sheet = \"2020\" }"),
            people(file("a sheet that the archive lacks"), book(stored("xl/worksheets/other.xml", &sheet(&rows)))),
            people(file("a sheet of a workbook, and the file is a text"), sound("people.csv"))
                .plan("source = \"people.xlsx\"", "source = \"people.xlsx\"\ncolumns = { sheet = \"People\" }"),
            people(file("a sheet that is cut off"), book(stored("xl/worksheets/sheet1.xml", &sheet(&rows)[..600]))),
            altered(record("a cell of #N/A"), "<c r=\"C5\"><v>8</v></c>", "<c r=\"C5\" t=\"e\"><v>#N/A</v></c>"),
            altered(record("a cell of #DIV/0!"), "<c r=\"C5\"><v>8</v></c>", "<c r=\"C5\" t=\"e\"><v>#DIV/0!</v></c>"),
            altered(record("a formula without its value"), "<c r=\"C5\"><v>8</v></c>", "<c r=\"C5\"><f>4+4</f></c>"),
            altered(record("a date for a number"), "<c r=\"C5\"><v>8</v></c>", "<c r=\"C5\" t=\"d\"><v>2020-01-01</v></c>"),
            altered(record("an empty cell"), "<c r=\"C5\"><v>8</v></c>", ""),
            altered(file("a shared text that is not there"), "<c r=\"C5\"><v>8</v></c>", "<c r=\"C5\" t=\"s\"><v>99</v></c>"),
            altered(works("a cell in the last column of Excel"), "</row>", "<c r=\"XFD1\"><v>1</v></c></row>"),
            altered(
                record("a cell in the last row and the last column of Excel"),
                "<row r=\"2\">",
                "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row><row r=\"2\">",
            ),
            people(file("a quarter of a gigabyte of rows"), book(bomb(&rows, "<row></row>"))),
            people(file("a quarter of a gigabyte of spaces"), book(bomb(&rows, " "))),
            people(file("a quarter of a gigabyte that claims to be a kilobyte"), book(Zipped { size: 1000, ..bomb(&rows, " ") })),
        ],
    );
}

/// What Excel makes of a workbook with a password: an old compound file with the parts `EncryptionInfo` and `EncryptedPackage`.
fn password() -> Vec<u8> {
    let mut file = vec![0; 512];
    file[..8].copy_from_slice(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    file[24..28].copy_from_slice(&[0x3e, 0, 3, 0]);
    file[28..32].copy_from_slice(&[0xfe, 0xff, 9, 0]);
    file[32] = 6;
    // one sector of the allocation table, the directory in sector 1, streams below 4096 bytes in the small ones, of which there are none
    let put = |file: &mut Vec<u8>, at: usize, number: u32| file[at..at + 4].copy_from_slice(&number.to_le_bytes());
    for (at, number) in [(44, 1), (48, 1), (56, 4096), (60, 0xffff_fffe), (68, 0xffff_fffe), (76, 0)] {
        put(&mut file, at, number);
    }
    file[80..512].fill(0xff);
    let mut table = vec![0xff; 512];
    put(&mut table, 0, 0xffff_fffd);
    put(&mut table, 4, 0xffff_fffe);
    let mut directory = vec![0; 512];
    for (i, (name, kind)) in [("Root Entry", 5), ("EncryptionInfo", 2), ("EncryptedPackage", 2)].into_iter().enumerate() {
        let at = 128 * i;
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        directory[at..at + units.len()].copy_from_slice(&units);
        directory[at + 64] = units.len() as u8 + 2;
        directory[at + 66] = kind;
        directory[at + 67] = 1;
        for (field, number) in [(68, u32::MAX), (72, u32::MAX), (76, u32::MAX), (116, 0xffff_fffe)] {
            put(&mut directory, at + field, number);
        }
    }
    put(&mut directory, 76, 1);
    put(&mut directory, 128 + 72, 2);
    [file, table, directory].concat()
}
