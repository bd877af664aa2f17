//! What is fuzzed: every reader, by the public door that leads to it, and a whole study. `tests/corpus.rs` runs the same functions over the
//! committed corpora. A reader may refuse its bytes; it may not panic, overflow, take over 2 GB or over 25 s.
//!
//! What consists of several files is one input: the files stand one after another, each but the first behind [`NEXT_FILE`].

use std::io::{Cursor, Write};

use catchment::NoProgress;
use catchment_io::batch::Batch;
use catchment_io::crs::{Crs, Projector};
use catchment_io::planning::Standards;
use catchment_io::prepared::read_prepared;
use catchment_io::{Against, Error, InMemory, Inputs, Plan, check, inspect, inspect_raster, load, render, run};
use zip::write::{SimpleFileOptions, ZipWriter};

/// Runs one input.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: [(&str, Target); 20] = [
    ("osm_pbf", osm_pbf),
    ("osm_xml", osm_xml),
    ("csv", csv),
    ("xlsx", xlsx),
    ("ods", ods),
    ("geojson", geojson),
    ("geojson_sequence", geojson_sequence),
    ("shapefile", shapefile),
    ("prj", prj),
    ("geopackage", geopackage),
    ("flatgeobuf", flatgeobuf),
    ("geotiff", geotiff),
    ("prepared", prepared),
    ("plan", plan),
    ("standards", standards),
    ("batch_job", batch_job),
    ("crs", crs),
    ("control_points", control_points),
    ("h3_cells", h3_cells),
    ("study", study),
];

/// Stands between two files of one input.
pub const NEXT_FILE: &[u8] = b"\n== next file ==\n";

type File<'a> = (&'a str, &'a [u8]);

/// The sound town of `tests/broken`.
const PLAN: &str = include_str!("../../tests/broken/town/plan.toml");
const TOWN: [File<'static>; 4] = [
    ("town.osm", include_bytes!("../../tests/broken/town/town.osm")),
    ("zones.geojson", include_bytes!("../../tests/broken/town/zones.geojson")),
    ("people.csv", include_bytes!("../../tests/broken/town/people.csv")),
    ("clinics.csv", include_bytes!("../../tests/broken/town/clinics.csv")),
];

/// The town's plan with other lines.
fn town(lines: &[(&str, &str)]) -> Plan {
    let text = lines.iter().fold(PLAN.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is not in the town's plan");
        text.replacen(from, to, 1)
    });
    match Plan::parse(&text) {
        Ok(plan) => plan,
        Err(error) => unreachable!("{error}"),
    }
}

/// Loads the town with other lines of its plan and other files, which stand before its own.
fn load_town(lines: &[(&str, &str)], files: &[File<'_>]) -> Result<Inputs, Error> {
    load(&town(lines), &InMemory(&[files, &TOWN].concat()), &NoProgress)
}

/// As many files as there are names; those that are not there are empty.
fn files<'a, const N: usize>(names: [&'a str; N], mut bytes: &'a [u8]) -> [File<'a>; N] {
    names.map(|name| {
        let end = bytes.windows(NEXT_FILE.len()).position(|window| window == NEXT_FILE);
        let (file, rest) = end.map_or((bytes, &b""[..]), |end| (&bytes[..end], &bytes[end + NEXT_FILE.len()..]));
        bytes = rest;
        (name, file)
    })
}

/// Inspects the first file, then loads it as the town's zones.
fn layer(files: &[File<'_>]) {
    let _ = inspect(&InMemory(files), files[0].0, &Against::default());
    let _ = load_town(&[("zones.geojson", files[0].0)], files);
}

fn extract(name: &str, bytes: &[u8]) {
    let files = [(name, bytes)];
    let roads = ("town.osm", name);
    let barriers = ("[people]", "[barriers]\nosm = [\"water\", \"coast\", \"railway\", \"wall\"]\n\n[people]");
    let _ = load_town(&[roads, barriers], &files);
    let zones = format!("source = \"{name}\"\nadmin_level = 8");
    let clinics = format!("source = \"{name}\"\nosm = [\"amenity=*\"]");
    let all = [
        roads,
        ("source = \"zones.geojson\"\nid = \"code\"\nname = \"name\"", &zones),
        ("method = \"points\"\nsource = \"people.csv\"", "method = \"spread\""),
        ("source = \"clinics.csv\"", &clinics),
        ("limit = \"5min\"", "limit = \"5min\"\nprofile = \"ambulance\""),
    ];
    let _ = load_town(&all, &files);
}

/// OpenStreetMap, PBF: roads, barriers, boundaries, surfaces and places.
pub fn osm_pbf(bytes: &[u8]) {
    extract("a.osm.pbf", bytes);
}

/// OpenStreetMap, XML: plain, gzip and bzip2.
pub fn osm_xml(bytes: &[u8]) {
    extract("a.osm", bytes);
}

/// A table of text in any encoding, then as the town's people.
pub fn csv(bytes: &[u8]) {
    let files = [("a.csv", bytes)];
    let _ = inspect(&InMemory(&files), "a.csv", &Against::default());
    for more in ["", "\ncolumns = { encoding = \"gb18030\" }", "\ncolumns = { encoding = \"utf-16le\" }"] {
        let _ = load_town(&[("source = \"people.csv\"", &format!("source = \"a.csv\"{more}"))], &files);
    }
}

/// A workbook: as it is where it begins as zips do, else zipped from its parts.
fn workbook<const N: usize>(name: &str, parts: [&str; N], bytes: &[u8]) {
    let packed = if bytes.starts_with(b"PK") { Ok(bytes.to_vec()) } else { zipped(&files(parts, bytes)) };
    let Ok(packed) = packed else { return };
    let files = [(name, &packed[..])];
    let _ = inspect(&InMemory(&files), name, &Against::default());
    let _ = load_town(&[("clinics.csv", name)], &files);
}

fn zipped(files: &[File<'_>]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored))?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// An Excel workbook, as the town's clinics.
pub fn xlsx(bytes: &[u8]) {
    let parts = ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"];
    workbook("a.xlsx", parts, bytes);
}

/// An OpenDocument workbook, as the town's clinics.
pub fn ods(bytes: &[u8]) {
    workbook("a.ods", ["content.xml", "mimetype", "META-INF/manifest.xml"], bytes);
}

/// GeoJSON: as a layer, as the town's zones, as its roads.
pub fn geojson(bytes: &[u8]) {
    layer(&[("a.geojson", bytes)]);
    let _ = load_town(&[("town.osm", "a.geojson"), ("[people]", "[ground]\nmask = [\"zone\"]\n\n[people]")], &[("a.geojson", bytes)]);
}

/// GeoJSON, a feature a line.
pub fn geojson_sequence(bytes: &[u8]) {
    layer(&[("a.geojsonl", bytes)]);
}

/// A Shapefile with what belongs to it.
pub fn shapefile(bytes: &[u8]) {
    layer(&files(["a.shp", "a.dbf", "a.prj", "a.cpg"], bytes));
}

/// The well-known text of a `.prj`, beside a sound Shapefile.
pub fn prj(bytes: &[u8]) {
    let shapes = include_bytes!("../../tests/load/data/towns.shp");
    let table = include_bytes!("../../tests/load/data/towns.dbf");
    layer(&[("a.shp", shapes), ("a.dbf", table), ("a.prj", bytes), ("a.cpg", b"UTF-8")]);
}

/// A GeoPackage.
pub fn geopackage(bytes: &[u8]) {
    layer(&[("a.gpkg", bytes)]);
}

/// A FlatGeobuf.
pub fn flatgeobuf(bytes: &[u8]) {
    layer(&[("a.fgb", bytes)]);
}

/// A GeoTIFF, then as the town's people.
pub fn geotiff(bytes: &[u8]) {
    let files = [("a.tif", bytes)];
    let _ = inspect_raster(&InMemory(&files), "a.tif", None);
    let _ = load_town(&[("method = \"points\"\nsource = \"people.csv\"", "method = \"raster\"\nsource = \"a.tif\"")], &files);
}

/// A prepared network, with its checksums as they are and made right; then as the town's roads.
pub fn prepared(bytes: &[u8]) {
    let _ = read_prepared(bytes, bytes.len() as u64);
    let Some(summed) = with_right_sums(bytes) else { return };
    let _ = read_prepared(&summed[..], summed.len() as u64);
    let lines = [("town.osm", "a.cnet"), ("[people]", "[ground]\nmask = [\"zone\"]\n\n[people]")];
    let _ = check(&town(&lines), &InMemory(&[&[("a.cnet", &summed[..])], &TOWN[..]].concat()), &NoProgress);
}

/// The file with the checksums and lengths that its header and its arrays ought to have, so that more than the checksums is tried.
fn with_right_sums(bytes: &[u8]) -> Option<Vec<u8>> {
    let number = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
    let start = usize::try_from(number(16)?).ok()?.checked_add(32)?;
    let mut header: serde_json::Value = serde_json::from_slice(bytes.get(32..start)?).ok()?;
    let mut body = &bytes[start..];
    for array in header.get_mut("arrays")?.as_array_mut()? {
        let length = array.get("items")?.as_u64()?.checked_mul(array.get("item_bytes")?.as_u64()?)?;
        let own = body.get(..usize::try_from(length).ok()?)?;
        array["crc32"] = crc32fast::hash(own).into();
        body = body.get(own.len().next_multiple_of(8)..)?;
    }
    let mut header = serde_json::to_vec(&header).ok()?;
    header.resize(header.len().next_multiple_of(8), b' ');
    let length = (32 + header.len() + bytes.len() - start) as u64;
    let sums = [&crc32fast::hash(&header).to_le_bytes()[..], &(header.len() as u64).to_le_bytes(), &length.to_le_bytes()].concat();
    Some([&bytes[..12], &sums, &header, &bytes[start..]].concat())
}

/// A plan; one that is sound can be written and read again.
pub fn plan(bytes: &[u8]) {
    let Some(plan) = std::str::from_utf8(bytes).ok().and_then(|text| Plan::parse(text).ok()) else { return };
    let again = plan.to_toml().map(|text| Plan::parse(&text));
    assert!(matches!(&again, Ok(Ok(again)) if *again == plan), "{plan:?} is written as {again:?}");
}

/// Standards.
pub fn standards(bytes: &[u8]) {
    let _ = Standards::parse(&String::from_utf8_lossy(bytes), "a.toml");
}

/// The job of a batch, beside the town.
pub fn batch_job(bytes: &[u8]) {
    let _ = planned(bytes);
}

fn planned(bytes: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
    let desk = tempfile::tempdir()?;
    for (name, bytes) in TOWN.into_iter().chain([("plan.toml", PLAN.as_bytes()), ("job.toml", bytes)]) {
        std::fs::write(desk.path().join(name), bytes)?;
    }
    Batch::plan(&desk.path().join("job.toml"), &desk.path().join("batch"), &NoProgress)?;
    Ok(())
}

/// The text of a CRS as plans name it; of one that is known, places there and back.
pub fn crs(bytes: &[u8]) {
    let Some(crs) = std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<Crs>().ok()) else { return };
    let _ = crs.check_working();
    let Ok(projector) = Projector::new(&Crs::wgs84(), &crs) else { return };
    for (x, y) in [(0.0, 0.0), (121.5, 31.2), (-180.0, -90.0)] {
        let there = projector.forward_one(catchment::geo::Coord { x, y });
        let _ = there.map(|place| projector.inverse(&mut [place]));
    }
}

/// The control points of a local grid that the town's clinics are in.
pub fn control_points(bytes: &[u8]) {
    let clinics = ("source = \"clinics.csv\"", "source = \"local.csv\"\ncolumns = { crs = \"town\" }");
    let grid = ("[profiles.walk]", "[grids.town]\npoints = \"control.csv\"\n\n[profiles.walk]");
    let _ = load_town(&[clinics, grid], &[("control.csv", bytes), ("local.csv", b"id,name,x,y\n1,Clinic,5,5\n")]);
}

/// People of H3 cells.
pub fn h3_cells(bytes: &[u8]) {
    let _ = load_town(&[("method = \"points\"\nsource = \"people.csv\"", "method = \"cells\"\nsource = \"a.csv\"")], &[("a.csv", bytes)]);
}

/// A whole study: zones, people, clinics and roads; its results are written.
pub fn study(bytes: &[u8]) {
    let files = files(["zones.geojson", "people.csv", "clinics.csv", "town.osm"], bytes);
    let plan = town(&[("[profiles.walk]", "[outputs]\nmap = false\nformats = [\"csv\", \"geojson\"]\n\n[profiles.walk]")]);
    let _ = run(&plan, &InMemory(&files), &NoProgress).and_then(|run| render(&run));
}
