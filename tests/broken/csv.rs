//! Tables of text.

use super::bytes::{gb18030, utf16};
use super::case::{Case, file, record, sound, works};
use super::check::check;

/// A people table with `to` in place of `from`.
fn people(case: Case, from: &str, to: &str) -> Case {
    case.swap("people.csv", from, to)
}

/// The row of 8 people with another cell in place of its longitude, latitude or number.
const EIGHT: &str = "100.003,10.000,8";

#[test]
fn tables() {
    let named = |text: &str| sound("people.csv").replace("lon,lat,people", text);
    check(
        "csv",
        vec![
            works("the sound town"),
            works("a byte-order mark").put("people.csv", format!("\u{feff}{}", sound("people.csv"))),
            file("an empty file").put("people.csv", ""),
            file("spaces alone").put("people.csv", "  \n\n  \n"),
            file("a header and no row of clinics").put("clinics.csv", "id,name,lon,lat\n"),
            file("a header and no row of people").put("people.csv", "lon,lat,people\n"),
            file("no column of longitudes").put("people.csv", named("a,lat,people")),
            file("no column of people").put("people.csv", named("lon,lat,a")),
            file("a column that the plan names and the file lacks")
                .plan("source = \"people.csv\"", "source = \"people.csv\"\ncolumns = { people = \"residents\" }"),
            file("no header").put("people.csv", named("100.004,10.004,1024")),
            file("two columns of people")
                .put("people.csv", sound("people.csv").replace("people", "people,people").replace(",8\n", ",8,9\n")),
            works("two columns of one name that nobody asks for")
                .put("people.csv", "lon,lat,people,note,note\n100.001,10.000,2,a,b\n100.004,10.004,4,,\n"),
            people(record("a row too short"), EIGHT, "100.003,10.000"),
            people(record("a row too long"), EIGHT, "100.003,10.000,8,9"),
            people(record("longitude NaN"), EIGHT, "NaN,10.000,8"),
            people(record("latitude infinite"), EIGHT, "100.003,-inf,8"),
            people(record("longitude 1e999"), EIGHT, "1e999,10.000,8"),
            people(record("a longitude in words"), EIGHT, "east,10.000,8"),
            people(record("a longitude left empty"), EIGHT, ",10.000,8"),
            people(record("latitude 95"), EIGHT, "100.003,95,8"),
            people(file("longitude and latitude swapped"), EIGHT, "10.000,100.003,8"),
            people(record("a decimal comma in quotes"), EIGHT, "\"100,003\",10.000,8"),
            people(record("a decimal comma without quotes"), EIGHT, "100,003,10.000,8"),
            people(record("a place at zero and zero"), EIGHT, "0,0,8"),
            people(record("people 1,5"), EIGHT, "100.003,10.000,\"1,5\""),
            people(record("people less than none"), EIGHT, "100.003,10.000,-8"),
            people(record("people many"), EIGHT, "100.003,10.000,many"),
            people(record("people left empty"), EIGHT, "100.003,10.000,"),
            people(record("people NaN"), EIGHT, "100.003,10.000,NaN"),
            people(record("people 1e300"), EIGHT, "100.003,10.000,1e300"),
            people(record("thousands parted oddly"), EIGHT, "100.003,10.000,\"12,34,567\""),
            record("lines as Windows ends them").put("people.csv", sound("people.csv").replace(",8\n", ",many\n").replace('\n', "\r\n")),
            people(record("a row again"), EIGHT, "100.003,10.000,8\n100.003,10.000,8"),
            people(file("a quote that is not closed"), EIGHT, "100.003,10.000,\"8"),
            record("a quote that is closed rows below").put(
                "clinics.csv",
                sound("clinics.csv") + "3,\"North clinic,100.002,10.004\n4,South clinic,100.001,10.000\n5,\"Last clinic\",100.003,10.000\n",
            ),
            people(record("NUL bytes"), EIGHT, "100.003,10.000\0,8\0"),
            file("two encodings in one file").put("clinics.csv", {
                let mut bytes = "id,name,lon,lat\n1,西诊所,100.000,10.000\n".as_bytes().to_vec();
                bytes.extend(gb18030("2,东诊所,100.004,10.004\n"));
                bytes
            }),
            file("three encodings in one file").put("clinics.csv", {
                let mut bytes = "id,name,lon,lat\n1,西诊所,100.000,10.000\n".as_bytes().to_vec();
                bytes.extend(gb18030("2,东诊所,100.004,10.004\n"));
                bytes.extend(utf16("3,北诊所,100.002,10.004\n"));
                bytes
            }),
            record("GB18030").put(
                "clinics.csv",
                gb18030("id,name,lon,lat\n1,西区社区卫生服务中心,100.000,10.000\n2,东区社区卫生服务中心,100.004,10.004\n"),
            ),
            record("UTF-16 without a mark").put("people.csv", utf16(&sound("people.csv"))),
            file("half a character of UTF-16").put("people.csv", &utf16(&format!("\u{feff}{}", sound("people.csv")))[..101]),
            file("an encoding that is none")
                .plan("source = \"people.csv\"", "source = \"people.csv\"\ncolumns = { encoding = \"klingon\" }"),
            file("not the encoding that the plan names")
                .put("clinics.csv", gb18030("id,name,lon,lat\n1,西诊所,100.000,10.000\n"))
                .plan("source = \"clinics.csv\"", "source = \"clinics.csv\"\ncolumns = { encoding = \"utf-8\" }"),
            file("a picture").put("people.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde"),
            file("a page of the web").put("people.csv", "<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n"),
            file("clinics that all lie nowhere").put("clinics.csv", "id,name,lon,lat\n1,A,NaN,10\n2,B,,\n"),
            record("a clinic twice").put("clinics.csv", sound("clinics.csv") + "3,East clinic,100.004,10.004\n"),
            record("an id twice").put("clinics.csv", sound("clinics.csv") + "2,North clinic,100.002,10.004\n"),
            record("a clinic far from all roads").put("clinics.csv", sound("clinics.csv") + "3,Far clinic,101,11\n"),
        ],
    );
}
