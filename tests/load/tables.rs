//! Tables as offices have them: encodings, separators, Chinese headers, workbooks, degrees and numbers written by hand.

use catchment_io::Inputs;

use super::world::{PLAN, World, of_kind, only};

const WORKBOOK: &[u8] = include_bytes!("data/clinics.xlsx");

fn plan(columns: &str) -> String {
    PLAN.replace("source = \"world.osm\"\nosm = [\"amenity=clinic\"]", &format!("source = \"clinics.csv\"\n{columns}"))
}

fn clinics(bytes: &[u8], columns: &str) -> Inputs {
    World::bare_street(40).with_files(&plan(columns), &[("clinics.csv", bytes)]).unwrap()
}

/// Id, name, kind and vehicles of each clinic.
fn told(inputs: &Inputs) -> Vec<(String, String, String, Option<u32>)> {
    inputs.facilities["clinics"].iter().map(|f| (f.id.clone(), f.name.clone(), f.kind.clone(), f.vehicles)).collect()
}

#[test]
fn a_table_of_an_office_in_china() {
    let text =
        "编号,名称,类型,经度,纬度,救护车数\n001,浦江镇社区卫生服务中心,中心,９．００１,0,１\n002,莘庄镇社区卫生服务站,站,9°0′7.2″E,0,\n";
    let expected = [
        ("001".to_owned(), "浦江镇社区卫生服务中心".to_owned(), "中心".to_owned(), Some(1)),
        ("002".to_owned(), "莘庄镇社区卫生服务站".to_owned(), "站".to_owned(), None),
    ];
    let (gb18030, _, _) = encoding_rs::GB18030.encode(text);
    let read = clinics(&gb18030, "");
    assert_eq!(told(&read), expected);
    assert_eq!(only(&read.issues, "encoding_guessed").id, "gb18030");
    // 7.2″ are 0.002°: twice as far from 9° as the other, which lies at 9.001°
    let [a, b] = [0, 1].map(|i| read.facilities["clinics"][i].location.x);
    let west = clinics(text.replace("９．００１", "9").as_bytes(), "").facilities["clinics"][0].location.x;
    assert!(((b - west) / (a - west) - 2.0).abs() < 1e-5, "{west} {a} {b}");
    // named, or with a mark, nothing is guessed; tabs and semicolons part columns as well
    let named = clinics(&gb18030, "columns = { encoding = \"gbk\" }");
    assert_eq!((told(&named), of_kind(&named.issues, "encoding_guessed").len()), (expected.to_vec(), 0));
    let utf16: Vec<u8> =
        "\u{feff}".chars().chain(text.replace(',', "\t").chars()).collect::<String>().encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [utf16, text.replace(',', ";").into_bytes(), format!("\u{feff}{text}").into_bytes()] {
        let read = clinics(&bytes, "");
        assert_eq!((told(&read), of_kind(&read.issues, "encoding_guessed").len()), (expected.to_vec(), 0));
    }
}

#[test]
fn a_workbook_is_read_sheet_by_sheet() {
    let expected = [
        ("310112001".to_owned(), "浦江镇社区卫生服务中心".to_owned(), "中心".to_owned(), Some(3)),
        ("w-2".to_owned(), "莘庄镇社区卫生服务站".to_owned(), "站".to_owned(), None),
    ];
    for columns in ["", "columns = { sheet = \"设施\" }"] {
        let read = clinics(WORKBOOK, columns);
        assert_eq!(told(&read), expected);
        // the vehicles of one are no number, the place of another is none
        let bad: Vec<&str> = of_kind(&read.issues, "bad_number").iter().map(|issue| issue.detail.as_str()).collect();
        assert_eq!(bad.len(), 2, "{bad:?}");
        assert!(
            bad.iter().any(|detail| detail.contains("`两`")) && bad.iter().any(|detail| detail.contains("line 4, column `经度`")),
            "{bad:?}"
        );
    }
    let error =
        |bytes: &[u8], columns| World::bare_street(40).with_files(&plan(columns), &[("clinics.csv", bytes)]).unwrap_err().to_string();
    assert!(error(WORKBOOK, "columns = { sheet = \"Sheet1\" }").contains("no sheet `Sheet1`; expected one of: 说明, 设施"));
    assert!(error(WORKBOOK, "columns = { sheet = \"说明\" }").contains("no sheet with a row"));
    assert!(error(b"PK\x03\x04 no workbook", "").contains("clinics.csv"));
    assert!(error(b"id,x,y\n", "columns = { sheet = \"a\" }").contains("no workbook"));
}

#[test]
fn places_of_a_map_service_are_where_they_are_meant() {
    // in GCJ-02 everything in Shanghai lies 456 to 501 m south-east of itself; on the equator at 9° E nothing is shifted
    let text = "id,lon,lat\na,9.001,0\n";
    let plain = clinics(text.as_bytes(), "").facilities["clinics"][0].location;
    let shifted = clinics(text.as_bytes(), "columns = { crs = \"gcj02\" }").facilities["clinics"][0].location;
    assert_eq!(plain, shifted);
    let unknown = World::bare_street(40).with_files(&plan("columns = { crs = \"gcj03\" }"), &[("clinics.csv", text.as_bytes())]);
    assert!(unknown.unwrap_err().to_string().contains("\"gcj02\", \"bd09\" or \"cgcs2000\""));
}

#[test]
fn people_with_thousands_parted() {
    let totals = "街镇\t常住人口\nTown\t\"12,345\"\n";
    let plan = PLAN.replace("method = \"spread\"", "method = \"spread\"\ntotals = \"totals.tsv\"");
    let inputs = World::street(10).load(&plan, &[("totals.tsv", totals)]);
    assert_eq!(inputs.people_read, catchment::People::persons(12_345));
}
