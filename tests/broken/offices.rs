//! Rasters, FlatGeobufs, H3 cells, roads of a layer, control points.

use std::process::Command;

use super::case::{Case, file, plan, record, sound, works};
use super::check::check;

/// A file that the program itself makes of one of the town's.
fn converted(from: &str, to: &str) -> Vec<u8> {
    let desk = tempfile::tempdir().unwrap();
    std::fs::write(desk.path().join(from), sound(from)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_catchment"));
    let done = command.args(["convert", from, to, "-q"]).current_dir(desk.path()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    std::fs::read(desk.path().join(to)).unwrap()
}

fn altered(whole: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = whole.to_vec();
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

#[test]
fn flatgeobufs() {
    let whole = converted("zones.geojson", "zones.fgb");
    let with = |case: Case, bytes: &[u8]| case.without("zones.geojson").put("zones.fgb", bytes).plan("zones.geojson", "zones.fgb");
    check(
        "flatgeobuf",
        vec![
            with(works("sound"), &whole),
            with(file("an empty file"), b""),
            with(file("a text"), b"type,coordinates\n"),
            with(file("another version"), &altered(&whole, 3, &[9])),
            with(file("a header that claims a gigabyte"), &altered(&whole, 8, &(1u32 << 30).to_le_bytes())),
            with(file("a header of nothing"), &altered(&whole, 8, &0u32.to_le_bytes())),
            with(file("a header of noise"), &altered(&whole, 12, &[0xff; 16])),
            with(file("cut off in the header"), &whole[..40]),
            with(file("cut off in a feature"), &whole[..whole.len() - 20]),
            with(file("more behind the end"), &[&whole[..], b"more"].concat()),
        ],
    );
}

/// Three thousand zones, each with a column of its own: nine million cells of a table that is nearly empty.
#[test]
fn columns_of_nothing() {
    let feature = |i: u32| {
        format!(
            "{{\"type\": \"Feature\", \"properties\": {{\"c{i}\": 1}}, \"geometry\": {{\"type\": \"Point\", \"coordinates\": [100.001, 10.001]}}}}"
        )
    };
    let all: Vec<String> = (0..3000).map(feature).collect();
    let collection = format!("{{\"type\": \"FeatureCollection\", \"features\": [{}]}}", all.join(","));
    let desk = tempfile::tempdir().unwrap();
    std::fs::write(desk.path().join("a.geojson"), &collection).unwrap();
    let mut convert = std::process::Command::new(env!("CARGO_BIN_EXE_catchment"));
    let done = convert.args(["convert", "a.geojson", "a.fgb"]).current_dir(desk.path()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let bytes = std::fs::read(desk.path().join("a.fgb")).unwrap();
    let layer = file("a FlatGeobuf of columns of nothing").without("zones.geojson").put("zones.fgb", bytes);
    let table = file("people in columns of nothing").without("people.csv").put("people.geojson", collection);
    check("columns", vec![layer.plan("zones.geojson", "zones.fgb"), table.plan("people.csv", "people.geojson")]);
}

/// An entry of a TIFF's directory: tag, kind, count, and the value or where it lies.
type Entry = (u16, u16, u32, u32);

/// A GeoTIFF of two by two cells of bytes with people 1, 2, 4 and 8, 0.0025° each, from 99.9995, 10.0045; `keys` are its GeoKeys.
fn tiff(entries: &[Entry], data: &[u8]) -> Vec<u8> {
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(count.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend(0u32.to_le_bytes());
    file.extend(data);
    file
}

/// The entries of a sound one; what they point to lies behind them.
fn entries() -> Vec<Entry> {
    // eleven entries of 12 bytes behind 10, and 4 for the end
    let data = 10 + 11 * 12 + 4;
    vec![
        (256, 3, 1, 2),
        (257, 3, 1, 2),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, data),
        (277, 3, 1, 1),
        (279, 4, 1, 4),
        (33_550, 12, 3, data + 4),
        (33_922, 12, 6, data + 28),
        (34_735, 3, 16, data + 76),
    ]
}

fn data(cells: [u8; 4]) -> Vec<u8> {
    let doubles = [0.0025, 0.0025, 0.0, 0.0, 0.0, 0.0, 99.9995, 10.0045, 0.0];
    let keys: [u16; 16] = [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326];
    [
        cells.to_vec(),
        doubles.iter().flat_map(|own: &f64| own.to_le_bytes()).collect(),
        keys.iter().flat_map(|own| own.to_le_bytes()).collect(),
    ]
    .concat()
}

#[test]
fn rasters() {
    let people = "method = \"points\"\nsource = \"people.csv\"";
    let with = |case: Case, bytes: Vec<u8>| case.put("people.tif", bytes).plan(people, "method = \"raster\"\nsource = \"people.tif\"");
    let sound = || tiff(&entries(), &data([1, 2, 4, 8]));
    let other = |place: usize, entry: Entry| {
        let mut all = entries();
        all[place] = entry;
        tiff(&all, &data([1, 2, 4, 8]))
    };
    let shifted = |at: usize, number: f64| {
        let mut bytes = data([1, 2, 4, 8]);
        bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
        tiff(&entries(), &bytes)
    };
    let several = |changes: &[(usize, Entry)]| {
        let mut all = entries();
        changes.iter().for_each(|(place, entry)| all[*place] = *entry);
        tiff(&all, &data([1, 2, 4, 8]))
    };
    let large = [(0, (256, 3, 1, 4096)), (1, (257, 3, 1, 4096)), (3, (259, 3, 1, 8)), (6, (277, 3, 1, 65_535))];
    let without_keys = || {
        let mut all = entries();
        all[10] = (42_112, 2, 1, 0);
        tiff(&all, &data([1, 2, 4, 8]))
    };
    check(
        "raster",
        vec![
            with(works("sound"), sound()),
            with(file("an empty file"), Vec::new()),
            with(file("a text"), b"ncols 2\nnrows 2\n".to_vec()),
            with(file("a header alone"), b"II*\0\x08\0\0\0".to_vec()),
            with(file("a directory beyond the file"), b"II*\0\xff\xff\xff\x7f".to_vec()),
            with(file("cut off in the directory"), sound()[..60].to_vec()),
            with(file("cells beyond the file"), other(5, (273, 4, 1, 1 << 30))),
            with(file("pieces larger than the file"), other(7, (279, 4, 1, 100_000))),
            with(file("a raster whose CRS is missing"), without_keys()),
            with(works("a raster whose CRS the plan names"), without_keys())
                .plan("source = \"people.tif\"", "source = \"people.tif\"\ncolumns = { crs = \"EPSG:4326\" }"),
            with(plan("a CRS that is none"), without_keys())
                .plan("source = \"people.tif\"", "source = \"people.tif\"\ncolumns = { crs = \"EPSG:1\" }"),
            with(file("without a place"), other(9, (42_112, 2, 1, 0))),
            with(file("cells of no width"), shifted(4, 0.0)),
            with(file("cells of infinite width"), shifted(4, f64::INFINITY)),
            with(file("a place that is none"), shifted(4 + 24 + 24, f64::NAN)),
            with(file("elsewhere"), shifted(4 + 24 + 24, 10.0)),
            with(file("four billion columns"), other(0, (256, 4, 1, u32::MAX))),
            with(file("65,535 numbers a cell"), several(&large)),
            with(file("four billion rows"), other(1, (257, 4, 1, u32::MAX))),
            with(file("four billion rows of no bytes"), several(&[(1, (257, 4, 1, u32::MAX)), (7, (279, 4, 1, 0))])),
            with(file("strips that the list lacks"), several(&[(1, (257, 4, 1, 1 << 24)), (6, (278, 3, 1, 1))])),
            with(file("a billion strips in the list"), several(&[(5, (273, 4, 1 << 30, 146)), (7, (279, 4, 1 << 30, 146))])),
            with(file("a packing that is not known"), other(3, (259, 3, 1, 34_892))),
            with(file("bytes of three bits"), other(2, (258, 3, 1, 3))),
            with(file("a band that is not there"), sound()).plan("people.tif", "people.tif|band=2"),
            with(file("a folder in its place"), Vec::new())
                .without("people.tif")
                .then(|folder| std::fs::create_dir(folder.join("people.tif")).unwrap()),
            with(plan("no raster"), sound()).without("people.tif").plan("people.tif", "people.png"),
        ],
    );
}

#[test]
fn cells() {
    let people = "method = \"points\"\nsource = \"people.csv\"";
    let with = |case: Case, text: &str| case.put("cells.csv", text).plan(people, "method = \"cells\"\nsource = \"cells.csv\"");
    check(
        "cells",
        vec![
            with(file("an empty file"), ""),
            with(file("no column of cells"), "name,people\na,1\n"),
            with(file("no column of people"), "h3,number\n8928308280fffff,1\n"),
            with(file("ids that are none"), "h3,people\nnonsense,1\n123,2\n"),
            with(file("cells that lie elsewhere"), "h3,people\n8928308280fffff,5\n"),
        ],
    );
}

#[test]
fn roads_of_a_layer() {
    let street = |id: u32, class: &str, places: &str| {
        format!(
            "{{\"type\":\"Feature\",\"properties\":{{\"id\":{id},\"highway\":\"{class}\"}},\"geometry\":{{\"type\":\"LineString\",\"coordinates\":[{places}]}}}}"
        )
    };
    let all = |features: &[String]| format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", features.join(","));
    let main = street(1, "residential", "[100.0,10.0],[100.004,10.0]");
    let with = |case: Case, text: String| {
        let case = case.without("town.osm").put("roads.geojson", text).plan("town.osm", "roads.geojson");
        case.plan("[profiles.walk]", "[ground]\nmask = [\"zone\"]\n\n[profiles.walk]")
    };
    check(
        "roads",
        vec![
            with(file("no line"), all(&[])),
            with(file("classes that nobody knows"), all(&[street(1, "canal", "[100.0,10.0],[100.004,10.0]")])),
            with(file("a column that the layer lacks"), all(std::slice::from_ref(&main)))
                .plan("roads.geojson\"", "roads.geojson\"\ncolumns = { class = \"art\" }"),
            with(
                record("a line twice, one without length, one of an unknown class"),
                all(&[
                    main.clone(),
                    main.clone(),
                    street(3, "residential", "[100.001,10.0],[100.001,10.0]"),
                    street(4, "canal", "[100.002,10.0],[100.002,10.001]"),
                ]),
            ),
            with(
                record("an end that falls just short"),
                all(&[main.clone(), street(2, "residential", "[100.002,10.003],[100.002,10.000002]")]),
            ),
            with(plan("a tolerance below zero"), all(std::slice::from_ref(&main))).plan("roads.geojson\"", "roads.geojson\"\nsnap_m = -1"),
            with(plan("barriers of an extract"), all(std::slice::from_ref(&main)))
                .plan("[profiles.walk]", "[barriers]\nosm = [\"water\"]\n\n[profiles.walk]"),
            plan("columns of a layer beside an extract").plan("town.osm\"", "town.osm\"\nsnap_m = 1"),
        ],
    );
}

#[test]
fn control_points() {
    // metres of UTM zone 47N as a grid of its own
    let known = "name,x,y,lon,lat\nA,0,0,100.0,10.0\nB,438.5,0,100.004,10.0\nC,0,442.3,100.0,10.004\n";
    let with = |case: Case, control: &str| {
        let case = case.put("control.csv", control).put("local.csv", "id,name,x,y\n1,Clinic,5,5\n");
        case.plan("source = \"clinics.csv\"", "source = \"local.csv\"\ncolumns = { crs = \"town\" }")
            .plan("[profiles.walk]", "[grids.town]\npoints = \"control.csv\"\n\n[profiles.walk]")
    };
    check(
        "grids",
        vec![
            with(record("sound"), known),
            with(file("an empty file"), ""),
            with(file("no known places"), "name,x,y\nA,0,0\nB,1,0\nC,0,1\n"),
            with(file("two points"), "x,y,lon,lat\n0,0,100,10\n438,0,100.004,10\n"),
            with(file("three at one place"), "x,y,lon,lat\n0,0,100,10\n0,0,100,10\n0,0,100,10\n"),
            with(file("axes the other way round"), "x,y,lon,lat\n0,0,100.0,10.0\n0,438.5,100.004,10.0\n442.3,0,100.0,10.004\n"),
            with(record("a point that is wrong"), &format!("{known}D,438.5,452.3,100.004,10.004\n")),
            with(record("a row without a number"), &format!("{known}D,,442.3,100.004,10.004\n")),
            with(plan("a grid of the name of a CRS"), known).plan("[grids.town]", "[grids.gcj02]"),
            with(plan("a grid that is not there"), known).plan("crs = \"town\"", "crs = \"village\""),
            with(file("no file"), known).without("control.csv"),
        ],
    );
}
