//! OpenStreetMap extracts in XML: streets, boundaries, packed and not.

use std::fmt::Write as _;
use std::io::Write as _;

use super::case::{Case, file, plan, record, sound, works};
use super::check::check;

fn swapped(case: Case, from: &str, to: &str) -> Case {
    case.swap("town.osm", from, to)
}

/// With this before the end of the document.
fn and(case: Case, element: &str) -> Case {
    swapped(case, "</osm>", &format!("{element}\n</osm>"))
}

fn named(case: Case, name: &str, bytes: impl AsRef<[u8]>) -> Case {
    case.without("town.osm").put(name, bytes).plan("town.osm", name)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A gigabyte of spaces within the document, packed.
fn bomb(pack: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let start = pack(b"<osm version=\"0.6\">");
    let spaces = pack(&vec![b' '; 1 << 24]);
    [start, spaces.repeat(64), pack(b"</osm>")].concat()
}

#[test]
fn streets() {
    let text = sound("town.osm");
    let mut flipped = gzip(text.as_bytes());
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x55;
    check(
        "xml",
        vec![
            named(works("gzip"), "town.osm.gz", gzip(text.as_bytes())),
            named(works("bzip2"), "town.osm.bz2", bzip2(text.as_bytes())),
            named(file("three million nodes of streets in some kilobytes of gzip"), "town.osm.gz", {
                let street = |id: u32| {
                    let refs = "<nd ref=\"11\"/><nd ref=\"12\"/>".repeat(500_000);
                    format!("<way id=\"{id}\">{refs}<tag k=\"highway\" v=\"residential\"/></way>")
                };
                let streets: String = (900..903).map(street).collect();
                gzip(text.replace("</osm>", &(streets + "</osm>")).as_bytes())
            }),
            named(file("gzip cut off"), "town.osm.gz", &gzip(text.as_bytes())[..200]),
            named(file("a byte of the gzip flipped"), "town.osm.gz", flipped),
            named(file("gzip that is none"), "town.osm.gz", b"\x1f\x8band then something else"),
            named(file("bzip2 cut off"), "town.osm.bz2", &bzip2(text.as_bytes())[..200]),
            named(file("bzip2 that is none"), "town.osm.bz2", "BZh9 and then something else"),
            named(file("a gigabyte of spaces in gzip"), "town.osm.gz", bomb(gzip)),
            named(file("a gigabyte of spaces in bzip2"), "town.osm.bz2", bomb(bzip2)),
            named(file("gzip of a picture"), "town.osm.gz", gzip(b"\x89PNG\r\n\x1a\n")),
            named(file("an empty file"), "town.osm", ""),
            swapped(file("a tag that is not closed"), "v=\"residential\"/></way>", "v=\"residential\"/>"),
            swapped(file("an end without a beginning"), "<way id=\"1\">", ""),
            swapped(file("cut off"), "</osm>", ""),
            named(file("cut off in a tag"), "town.osm", &text[..700]),
            named(file("another document"), "town.osm", "<?xml version=\"1.0\"?>\n<gpx version=\"1.1\"><wpt lat=\"1\" lon=\"2\"/></gpx>\n"),
            swapped(file("a million entities"), "<osm version=\"0.6\">", &entities()),
            swapped(file("an entity that nobody knows"), "v=\"residential\"", "v=\"&where;\""),
            named(
                file("not UTF-8"),
                "town.osm",
                text.replace("residential", "wohnstra\u{df}e").chars().map(|c| c as u8).collect::<Vec<u8>>(),
            ),
            named(file("UTF-16"), "town.osm", super::bytes::utf16(&format!("\u{feff}{text}"))),
            swapped(record("latitude NaN"), "lat=\"10.002\"", "lat=\"NaN\""),
            swapped(record("longitude infinite"), "lon=\"100.002\"", "lon=\"inf\""),
            swapped(file("a longitude in words"), "lon=\"100.002\"", "lon=\"east\""),
            swapped(record("no latitude"), "lat=\"10.002\"", ""),
            swapped(record("latitude 95"), "lat=\"10.002\"", "lat=\"95\""),
            swapped(record("a corner at zero and zero"), "lon=\"100.002\" lat=\"10.002\"", "lon=\"0\" lat=\"0\""),
            swapped(record("longitude and latitude swapped"), "lon=\"100.002\" lat=\"10.002\"", "lon=\"10.002\" lat=\"100.002\""),
            swapped(file("a node without an id"), "<node id=\"22\"", "<node"),
            swapped(file("a reference that is no number"), "<nd ref=\"22\"/>", "<nd ref=\"twenty-two\"/>"),
            swapped(record("a reference to nothing"), "<nd ref=\"33\"/>", "<nd ref=\"999\"/>"),
            and(record("a street of one node"), "<way id=\"99\"><nd ref=\"11\"/><tag k=\"highway\" v=\"residential\"/></way>"),
            and(record("a street twice"), "<way id=\"1\"><nd ref=\"11\"/><nd ref=\"12\"/><tag k=\"highway\" v=\"residential\"/></way>"),
            and(
                record("a street of a class that nobody knows"),
                "<way id=\"99\"><nd ref=\"11\"/><nd ref=\"22\"/><tag k=\"highway\" v=\"skyway\"/></way>",
            ),
            named(
                file("a way of two million nodes"),
                "town.osm",
                text.replace("<way id=\"1\">", &("<way id=\"1\">".to_owned() + &"<nd ref=\"11\"/>".repeat(2_000_000))),
            ),
            and(file("a deleted version"), "<node id=\"1\" lon=\"100\" lat=\"10\" visible=\"false\"/>"),
            and(file("a date that is none"), "<node id=\"1\" lon=\"100\" lat=\"10\" timestamp=\"yesterday\"/>"),
            swapped(
                file("bounds in words"),
                "<osm version=\"0.6\">",
                "<osm version=\"0.6\"><bounds minlon=\"west\" minlat=\"0\" maxlon=\"1\" maxlat=\"1\"/>",
            ),
            named(file("nested deep"), "town.osm", "<osm>".to_owned() + &"<a>".repeat(1_000_000)),
            named(file("no streets"), "town.osm", "<osm version=\"0.6\"><node id=\"1\" lon=\"100\" lat=\"10\"/></osm>"),
        ],
    );
}

/// A bomb of entities that refer to each other: a billion words, if anybody were to write them out.
fn entities() -> String {
    let mut text = "<!DOCTYPE osm [<!ENTITY e0 \"words\">".to_owned();
    for level in 1..10 {
        let _ = write!(text, "<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(10));
    }
    text + "]>\n<osm version=\"0.6\" generator=\"&e9;\">"
}

/// Zones by boundaries of the extract.
fn bounded(case: Case, boundaries: &str) -> Case {
    let corners = [
        (1, 99.9995, 9.9995),
        (2, 100.0025, 9.9995),
        (3, 100.0025, 10.0045),
        (4, 99.9995, 10.0045),
        (5, 100.0045, 9.9995),
        (6, 100.0045, 10.0045),
    ];
    let nodes =
        corners.iter().fold(String::new(), |text, (id, lon, lat)| format!("{text}<node id=\"{id}\" lon=\"{lon}\" lat=\"{lat}\"/>\n"));
    let case = case.plan("source = \"zones.geojson\"\nid = \"code\"\nname = \"name\"", "source = \"town.osm\"\nadmin_level = 8");
    and(case.without("zones.geojson"), &(nodes + boundaries))
}

const WEST: &str = "<way id=\"101\"><nd ref=\"1\"/><nd ref=\"2\"/><nd ref=\"3\"/><nd ref=\"4\"/><nd ref=\"1\"/></way>
<relation id=\"1\"><member type=\"way\" ref=\"101\" role=\"outer\"/><tag k=\"type\" v=\"boundary\"/><tag k=\"boundary\" v=\"administrative\"/><tag k=\"admin_level\" v=\"8\"/><tag k=\"name\" v=\"West\"/></relation>\n";
const EAST: &str = "<way id=\"102\"><nd ref=\"2\"/><nd ref=\"5\"/><nd ref=\"6\"/><nd ref=\"3\"/><nd ref=\"2\"/></way>
<relation id=\"2\"><member type=\"way\" ref=\"102\" role=\"outer\"/><tag k=\"type\" v=\"boundary\"/><tag k=\"boundary\" v=\"administrative\"/><tag k=\"admin_level\" v=\"8\"/><tag k=\"name\" v=\"East\"/></relation>\n";

#[test]
fn boundaries() {
    let altered = |case: Case, from: &str, to: &str| {
        assert!(EAST.contains(from), "{from}");
        bounded(case, &(WEST.to_owned() + &EAST.replacen(from, to, 1)))
    };
    check(
        "boundaries",
        vec![
            bounded(works("sound"), &(WEST.to_owned() + EAST)),
            altered(record("a ring that is not closed"), "<nd ref=\"3\"/><nd ref=\"2\"/></way>", "<nd ref=\"3\"/></way>"),
            altered(record("a ring of two corners"), "<nd ref=\"5\"/><nd ref=\"6\"/><nd ref=\"3\"/>", "<nd ref=\"5\"/>"),
            altered(
                record("a ring that crosses itself"),
                "<nd ref=\"5\"/><nd ref=\"6\"/><nd ref=\"3\"/>",
                "<nd ref=\"6\"/><nd ref=\"5\"/><nd ref=\"3\"/>",
            ),
            altered(record("a corner that is not there"), "<nd ref=\"6\"/>", "<nd ref=\"999\"/>"),
            altered(record("a side that is not there"), "ref=\"102\" role", "ref=\"999\" role"),
            altered(record("a relation without members"), "<member type=\"way\" ref=\"102\" role=\"outer\"/>", ""),
            altered(record("a relation of itself"), "<member type=\"way\" ref=\"102\"", "<member type=\"relation\" ref=\"2\""),
            altered(file("a member of no kind"), "<member type=\"way\"", "<member type=\"wey\""),
            altered(
                record("a hole outside"),
                "<member type=\"way\" ref=\"102\" role=\"outer\"/>",
                "<member type=\"way\" ref=\"102\" role=\"outer\"/><member type=\"way\" ref=\"101\" role=\"inner\"/>",
            ),
            altered(record("a boundary twice"), "ref=\"102\" role", "ref=\"101\" role"),
            altered(record("the same relation twice"), "<relation id=\"2\">", "<relation id=\"1\">"),
            bounded(file("no boundary"), ""),
            bounded(file("no boundary of the level that the plan names"), WEST).plan("admin_level = 8", "admin_level = 9"),
            bounded(plan("no admin_level in the plan"), WEST).plan("admin_level = 8\n", ""),
        ],
    );
}
