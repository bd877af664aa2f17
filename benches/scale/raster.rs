//! People of a national raster, summed by zone: 10,000 × 10,000 cells of 100 m, which is 1,000 × 1,000 km, in 100 zones.
//!
//! ```text
//! cargo bench -p catchment-io --bench raster                    # points of 1 km
//! cargo bench -p catchment-io --bench raster -- 100             # a point for every cell that has people
//! cargo bench -p catchment-io --bench raster -- 1000 other.tif  # another raster of the same numbers: gdal_translate makes strips of it
//! ```
//!
//! Where no raster is named, one is written first, tile by tile, and read by a process of its own: 32-bit floats, Deflate, EPSG:3035. Cell (row,
//! column) holds (7 row + 3 column) mod 11 people, so that all sums are known by arithmetic and checked. What is measured is `load` with a plan that has one street: clock, CPU time and the memory of the process at its peak (Linux alone).

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a bench prints, and stops where its own data is broken")]

use std::fs::{File, write};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use catchment::{NoProgress, People};
use catchment_io::{Folder, Plan, load};
use cpu_time::ProcessTime;
use flate2::write::ZlibEncoder;
use tiff::encoder::TiffEncoder;
use tiff::tags::Tag;

/// Cells along a side, and zones.
const SIDE: u32 = 10_000;
const ZONES: u32 = 10;

/// The corner of the raster in EPSG:3035, metres.
const WEST_NORTH: (u32, u32) = (4_000_000, 3_500_000);

fn people(row: u32, column: u32) -> u32 {
    (7 * row + 3 * column) % 11
}

/// Tiles of 256 × 256, packed one by one: the picture is never in memory.
fn make_raster(file: &Path) {
    const TILE: u32 = 256;
    let out = BufWriter::new(File::create(file).expect("room on the disk"));
    let mut encoder = TiffEncoder::new(out).expect("a head");
    let mut picture = encoder.image_directory().expect("a picture");
    let (mut places, mut sizes) = (Vec::new(), Vec::new());
    let corners = (0..SIDE).step_by(TILE as usize).flat_map(|row| (0..SIDE).step_by(TILE as usize).map(move |column| (row, column)));
    for (row, column) in corners {
        let mut packed = ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        for row in row..row + TILE {
            for column in column..column + TILE {
                packed.write_all(&(people(row, column) as f32).to_ne_bytes()).expect("memory");
            }
        }
        let packed = packed.finish().expect("memory");
        sizes.push(packed.len() as u32);
        places.push(picture.write_data(packed.as_slice()).expect("room on the disk") as u32);
    }
    let numbers = [(Tag::ImageWidth, SIDE), (Tag::ImageLength, SIDE), (Tag::TileWidth, TILE), (Tag::TileLength, TILE)];
    numbers.into_iter().for_each(|(tag, number)| picture.write_tag(tag, number).expect("a tag"));
    // deflated floats of 32 bits, black at zero
    let shorts: [(Tag, u16); 5] = [
        (Tag::Compression, 8),
        (Tag::SampleFormat, 3),
        (Tag::BitsPerSample, 32),
        (Tag::SamplesPerPixel, 1),
        (Tag::PhotometricInterpretation, 1),
    ];
    shorts.into_iter().for_each(|(tag, number)| picture.write_tag(tag, number).expect("a tag"));
    picture.write_tag(Tag::TileOffsets, places.as_slice()).expect("a tag");
    picture.write_tag(Tag::TileByteCounts, sizes.as_slice()).expect("a tag");
    picture.write_tag(Tag::ModelPixelScaleTag, &[100.0, 100.0, 0.0][..]).expect("a tag");
    let corner = [0.0, 0.0, 0.0, f64::from(WEST_NORTH.0), f64::from(WEST_NORTH.1), 0.0];
    picture.write_tag(Tag::ModelTiepointTag, &corner[..]).expect("a tag");
    let keys: &[u16] = &[1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 3035];
    picture.write_tag(Tag::GeoKeyDirectoryTag, keys).expect("a tag");
    picture.finish().expect("room on the disk");
}

/// Squares of a hundred kilometres that fill the raster.
fn zones() -> String {
    let side = f64::from(SIDE / ZONES) * 100.0;
    let zone = |k: u32| {
        let (west, north) = (f64::from(WEST_NORTH.0) + side * f64::from(k % ZONES), f64::from(WEST_NORTH.1) - side * f64::from(k / ZONES));
        let (east, south) = (west + side, north - side);
        format!(
            "{{\"type\": \"Feature\", \"properties\": {{\"id\": {k}}}, \"geometry\": {{\"type\": \"Polygon\", \"coordinates\": \
             [[[{west}, {south}], [{east}, {south}], [{east}, {north}], [{west}, {north}], [{west}, {south}]]]}}}}"
        )
    };
    let all: Vec<String> = (0..ZONES * ZONES).map(zone).collect();
    format!("{{\"type\": \"FeatureCollection\", \"features\": [{}]}}", all.join(","))
}

const STREET: &str = "<osm version=\"0.6\"><node id=\"1\" lon=\"12\" lat=\"50\"><tag k=\"amenity\" v=\"clinic\"/></node><node id=\"2\" lon=\"12.001\" \
                      lat=\"50\"/><way id=\"1\"><nd ref=\"1\"/><nd ref=\"2\"/><tag k=\"highway\" v=\"residential\"/></way></osm>";

fn plan(raster: &str, cell_m: &str) -> Plan {
    let text = format!(
        "[study]\nid = \"x\"\ntitle = \"X\"\ncrs = \"EPSG:3035\"\n[roads]\nsource = \"street.osm\"\n[zones]\nsource = \"zones.geojson\"\nid = \"id\"\n\
         crs = \"EPSG:3035\"\n[people]\nmethod = \"raster\"\nsource = '{raster}'\ncell_m = {cell_m}\n[[facilities]]\nid = \"f\"\nsource = \
         \"street.osm\"\nosm = [\"amenity=clinic\"]\n[[services]]\nid = \"s\"\nfacilities = \"f\"\nlimit = \"15min\"\n[profiles.walk]\n\
         min_component = 2\n[ground]\nmask = [\"zone\"]\n"
    );
    Plan::parse(&text).expect("a sound plan")
}

/// The most memory that the process had, megabytes; 0 where the system does not say.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() * 1024 / 1_000_000
}

/// Sums the raster by zone and checks every sum.
fn measure(folder: &Path, raster: &str, cell_m: &str) {
    let (clock, cpu) = (Instant::now(), ProcessTime::now());
    let inputs = load(&plan(raster, cell_m), &Folder(folder.to_path_buf()), &NoProgress).expect("sound inputs");
    let (clock, cpu) = (clock.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64());
    let side = SIDE / ZONES;
    for zone in &inputs.zones {
        let k: u32 = zone.id.parse().expect("a number");
        let (row, column) = (k / ZONES * side, k % ZONES * side);
        let expected: u64 =
            (row..row + side).map(|row| (column..column + side).map(|column| u64::from(people(row, column))).sum::<u64>()).sum();
        assert_eq!(zone.people, Some(People::persons(expected)), "zone {k}");
    }
    assert_eq!(inputs.demand.total(), inputs.people_read, "nobody is lost");
    println!(
        "{SIDE} × {SIDE} cells, {} zones, {:.0} people, points of {cell_m} m: {} points; {clock:.1} s on the clock, {cpu:.1} s of CPU, {} MB at the peak",
        inputs.zones.len(),
        inputs.people_read.as_f64(),
        inputs.demand.len(),
        peak_mb()
    );
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let cell_m = words.first().map_or("1000", String::as_str);
    let folder = tempfile::tempdir().expect("a place for files");
    write(folder.path().join("street.osm"), STREET).expect("room on the disk");
    write(folder.path().join("zones.geojson"), zones()).expect("room on the disk");
    match words.get(1) {
        Some(raster) => {
            let raster = std::fs::canonicalize(raster).expect("the file is there");
            measure(folder.path(), &raster.to_string_lossy(), cell_m);
        }
        None => {
            let raster = folder.path().join("people.tif");
            let clock = Instant::now();
            make_raster(&raster);
            let megabytes = std::fs::metadata(&raster).map_or(0, |facts| facts.len()) / 1_000_000;
            println!("a raster of {megabytes} MB, written in {:.1} s", clock.elapsed().as_secs_f64());
            // the peak is that of a process which only reads
            let own = std::env::current_exe().expect("it runs");
            let status = std::process::Command::new(own).arg(cell_m).arg(&raster).status().expect("it starts");
            assert!(status.success(), "reading failed");
        }
    }
}
