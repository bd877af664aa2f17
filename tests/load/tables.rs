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
    assert_eq!(only(&read.findings, "encoding_guessed").id, "gb18030");
    // 7.2″ are 0.002°: twice as far from 9° as the other, which lies at 9.001°
    let [a, b] = [0, 1].map(|i| read.facilities["clinics"][i].location.x);
    let west = clinics(text.replace("９．００１", "9").as_bytes(), "").facilities["clinics"][0].location.x;
    assert!(((b - west) / (a - west) - 2.0).abs() < 1e-5, "{west} {a} {b}");
    // named, or with a mark, nothing is guessed; tabs and semicolons part columns as well
    let named = clinics(&gb18030, "columns = { encoding = \"gbk\" }");
    assert_eq!((told(&named), of_kind(&named.findings, "encoding_guessed").len()), (expected.to_vec(), 0));
    let utf16: Vec<u8> =
        "\u{feff}".chars().chain(text.replace(',', "\t").chars()).collect::<String>().encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [utf16, text.replace(',', ";").into_bytes(), format!("\u{feff}{text}").into_bytes()] {
        let read = clinics(&bytes, "");
        assert_eq!((told(&read), of_kind(&read.findings, "encoding_guessed").len()), (expected.to_vec(), 0));
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
        let bad: Vec<&str> = of_kind(&read.findings, "bad_number").iter().map(|finding| finding.detail.as_str()).collect();
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

/// Excel shows the number 1 as 001 where its format is `000`: that is the id which people know.
#[test]
fn ids_have_the_digits_that_their_format_shows() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let three = rust_xlsxwriter::Format::new().set_num_format("000");
    let money = rust_xlsxwriter::Format::new().set_num_format("0.00");
    for (column, name) in (0u16..).zip(["id", "name", "lon", "lat"]) {
        sheet.write(0, column, name).unwrap();
    }
    for (row, id, format) in [(1u32, 1.0, &three), (2, 1234.0, &three), (3, 7.0, &money)] {
        sheet.write_with_format(row, 0, id, format).unwrap();
        sheet.write(row, 1, format!("clinic {row}")).unwrap();
        sheet.write(row, 2, 9.0 + 0.01 * f64::from(row)).unwrap();
        sheet.write(row, 3, 0.0).unwrap();
    }
    let inputs = clinics(&book.save_to_buffer().unwrap(), "");
    let mut ids: Vec<&str> = inputs.facilities["clinics"].iter().map(|facility| facility.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["001", "1234", "7"]);
}

#[test]
fn places_of_a_map_service_are_where_they_are_meant() {
    // in GCJ-02 everything in Shanghai lies 456 to 501 m south-east of itself; on the equator at 9° E nothing is shifted
    let text = "id,lon,lat\na,9.001,0\n";
    let plain = clinics(text.as_bytes(), "").facilities["clinics"][0].location;
    let shifted = clinics(text.as_bytes(), "columns = { crs = \"gcj02\" }").facilities["clinics"][0].location;
    assert_eq!(plain, shifted);
    let unknown = catchment_io::Plan::parse(&plan("columns = { crs = \"gcj03\" }"));
    assert!(unknown.unwrap_err().to_string().contains("\"gcj02\", \"bd09\" or \"cgcs2000\""));
}

#[test]
fn people_with_thousands_parted() {
    let totals = "街镇\t常住人口\nTown\t\"12,345\"\n";
    let plan = PLAN.replace("method = \"spread\"", "method = \"spread\"\ntotals = \"totals.tsv\"");
    let inputs = World::street(10).load(&plan, &[("totals.tsv", totals)]);
    assert_eq!(inputs.people_read, catchment::People::persons(12_345));
}

/// A street of 4 km in 闵行 and clinics along it.
fn minhang(clinics: &str, columns: &str) -> Inputs {
    let mut world = World::default();
    let town = [(8, 121.37, 31.10), (9, 121.43, 31.10), (10, 121.43, 31.12), (11, 121.37, 31.12)];
    for (id, lon, lat) in town {
        world.at(id, lon, lat, &[]);
    }
    world.way(5, &[8, 9, 10, 11, 8], &[]);
    world.relation(
        1,
        &[5],
        &[("type", "boundary"), ("boundary", "administrative"), ("admin_level", "8"), ("name", "T"), ("population", "10")],
    );
    world.at(1, 121.38, 31.11, &[]).at(2, 121.42, 31.11, &[]).way(1, &[1, 2], &[("highway", "residential")]);
    world.with_files(&plan(columns), &[("clinics.csv", clinics.as_bytes())]).unwrap()
}

#[test]
fn places_that_look_shifted_are_warned_of_and_left_alone() {
    let gcj02 = catchment_io::crs::Projector::new(&"gcj02".parse().unwrap(), &catchment_io::crs::Crs::wgs84()).unwrap();
    let places: Vec<_> =
        (0..12).map(|i| catchment::geo::Coord { x: 121.382 + 0.003 * f64::from(i), y: 31.11 + 1e-4 * f64::from(i % 3) }).collect();
    let table = |places: &[catchment::geo::Coord<f64>]| {
        let rows = places.iter().enumerate().map(|(i, at)| format!("{i},{:.7},{:.7}\n", at.x, at.y));
        "id,lon,lat\n".to_owned() + &rows.collect::<String>()
    };
    let mut shifted = places.clone();
    gcj02.inverse(&mut shifted).unwrap();
    let warned = minhang(&table(&shifted), "");
    let finding = only(&warned.findings, "likely_shifted");
    assert_eq!(finding.id, "gcj02");
    assert!(finding.detail.contains("nothing was changed") && finding.detail.contains("12 of 12 places come nearer"), "{}", finding.detail);
    // told what they are, or in WGS84, nobody wonders
    let told = minhang(&table(&shifted), "columns = { crs = \"gcj02\" }");
    let plain = minhang(&table(&places), "");
    for inputs in [&told, &plain] {
        assert_eq!(of_kind(&inputs.findings, "likely_shifted").len(), 0);
    }
    let apart = |a: &Inputs, b: &Inputs| {
        let pairs = a.facilities["clinics"].iter().zip(&b.facilities["clinics"]);
        pairs.map(|(a, b)| (a.location.x - b.location.x).hypot(a.location.y - b.location.y)).fold(0.0, f64::max)
    };
    assert!(
        apart(&told, &plain) < 0.1 && (456.0..=501.0).contains(&apart(&warned, &plain)),
        "{} {}",
        apart(&told, &plain),
        apart(&warned, &plain)
    );
}
