//! The reader against rasters that GDAL wrote (`tests/load/data/rasters/make_rasters.py`).

use std::borrow::Cow;

use super::*;

macro_rules! rasters {
    ($($name:literal)*) => {
        &[$(($name, include_bytes!(concat!("../../../../../tests/load/data/rasters/", $name)).as_slice())),*]
    };
}

/// All of the same numbers.
const SAME: &[(&str, &[u8])] = rasters! {
    "u8_strips.tif" "u16_tiles_lzw_2.tif" "i16_strips_packbits.tif" "u32_big_tiles_deflate.tif" "i32_strips_deflate_2.tif" "f32_tiles_deflate_3.tif"
    "f32_strips_lzw_swapped.tif" "f64_tiles_lzw_3.tif" "f32_tiles_deflate_2_swapped.tif" "bands_in_turns.tif" "bands_apart.tif" "point.tif"
};

const OTHERS: &[(&str, &[u8])] = rasters! {
    "sparse.tif" "mollweide.tif" "degrees.tif" "turned.tif" "zstd.tif" "no_crs.tif" "no_place.tif" "scaled.tif"
};

fn source(name: &str) -> Source<'static> {
    let (_, bytes) = SAME.iter().chain(OTHERS).find(|(own, _)| *own == name).unwrap();
    Source::from(Cow::Borrowed(*bytes))
}

/// What the script wrote there.
fn people(row: u32, column: u32) -> f64 {
    if (row, column) == (2, 3) { f64::NAN } else { f64::from(1 + (7 * row + 3 * column) % 11) }
}

fn check(raster: &Raster<'_>, frame: Frame) {
    let values = raster.values(frame).unwrap();
    for row in 0..frame.rows {
        for column in 0..frame.columns {
            let (found, expected) = (values[(row * frame.columns + column) as usize], people(frame.row + row, frame.column + column));
            assert!(
                found == expected || (found.is_nan() && expected.is_nan()),
                "{}: {found}, not {expected}, at {row}, {column} of {frame:?}",
                raster.name
            );
        }
    }
}

#[test]
fn every_kind_of_number_compression_and_layout_reads_the_same() {
    for (file, _) in SAME {
        let source = source(file);
        let name = if file.starts_with("bands") { format!("{file}|band=2") } else { (*file).to_owned() };
        let raster = Raster::open(&source, &name).unwrap();
        assert_eq!((raster.columns, raster.rows), (20, 18), "{name}");
        assert_eq!(raster.lattice, Lattice { corner: Coord { x: 500_000.0, y: 1800.0 }, step: Coord { x: 100.0, y: -100.0 } }, "{name}");
        assert_eq!(raster.crs(None).unwrap().0.to_string(), "EPSG:32632", "{name}");
        let values = raster.values(raster.frame()).unwrap();
        // gdalinfo -stats: a mean of 6.0222841225627 over 359 valid cells
        let valid: Vec<f64> = values.into_iter().filter(|value| !value.is_nan()).collect();
        assert_eq!((valid.len(), valid.iter().sum::<f64>()), (359, 2162.0), "{name}");
        check(&raster, raster.frame());
        for (column, row, columns, rows) in [(3, 2, 1, 1), (15, 15, 3, 3), (0, 16, 20, 2), (17, 0, 3, 18), (4, 4, 0, 2)] {
            check(&raster, Frame { column, row, columns, rows });
        }
    }
}

#[test]
fn what_a_raster_is_called() {
    let about = |name: &str| {
        let source = source(name.split('|').next().unwrap());
        let raster = Raster::open(&source, name).unwrap();
        (raster.kind(), raster.packing(), raster.bands, raster.chunk, raster.nodata())
    };
    assert_eq!(about("u8_strips.tif"), ("UInt8".to_owned(), "none", 1, (20, 5), Some(255.0)));
    assert_eq!(about("i16_strips_packbits.tif"), ("Int16".to_owned(), "PackBits", 1, (20, 3), Some(-99.0)));
    assert_eq!(about("f32_tiles_deflate_3.tif"), ("Float32".to_owned(), "Deflate", 1, (16, 16), Some(-3.402_823_466_385_288_6e38)));
    assert_eq!(about("bands_apart.tif|band=1"), ("UInt16".to_owned(), "Deflate", 2, (20, 18), Some(65_535.0)));
}

/// One strip of all rows, as some programs write: read row by row.
#[test]
fn a_large_strip_that_is_not_packed_is_read_by_row() {
    let (columns, rows) = (1500u32, 800u32);
    let value = |row: u32, column: u32| (7 * row + 3 * column) % 251;
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes).unwrap();
    let mut image = encoder.new_image::<tiff::encoder::colortype::Gray8>(columns, rows).unwrap();
    image.rows_per_strip(rows).unwrap();
    image.encoder().write_tag(Tag::ModelPixelScaleTag, &[100.0, 100.0, 0.0][..]).unwrap();
    image.encoder().write_tag(Tag::ModelTiepointTag, &[0.0, 0.0, 0.0, 500_000.0, 0.0, 0.0][..]).unwrap();
    let values: Vec<u8> = (0..rows).flat_map(|row| (0..columns).map(move |column| value(row, column) as u8)).collect();
    image.write_data(&values).unwrap();
    let source = Source::from(Cow::Owned(bytes.into_inner()));
    let raster = Raster::open(&source, "one.tif").unwrap();
    assert_eq!((raster.chunk, raster.chunks.len()), ((1500, 1), 800));
    let found = raster.values(Frame { column: 1490, row: 795, columns: 10, rows: 5 }).unwrap();
    let expected: Vec<f64> = (795..800).flat_map(|row| (1490..1500).map(move |column| f64::from(value(row, column)))).collect();
    assert_eq!(found, expected);
}

#[test]
fn rows_of_strips_in_bands() {
    // two bands of five rows in strips of three and two, one too short, one left out
    let strips = [(100, 30), (200, 10), (300, 30), (400, 0)];
    let rows = by_row(strips.into_iter(), (5, 3), 10);
    let of = |at: u64| (at, 10);
    assert_eq!(rows, [of(100), of(110), of(120), of(200), (210, 1), of(300), of(310), of(320), (400, 0), (410, 0)]);
}

/// Chunks that GDAL left out as empty hold nobody.
#[test]
fn chunks_that_are_left_out_are_nothing() {
    let source = source("sparse.tif");
    let raster = Raster::open(&source, "sparse.tif").unwrap();
    let values = raster.values(raster.frame()).unwrap();
    assert_eq!(values.iter().filter(|value| value.is_nan()).count(), 20 * 18 - 16 * 16);
    assert_eq!(values.iter().filter(|value| !value.is_nan()).sum::<f64>(), 1537.0);
}

#[test]
fn mollweide_and_degrees_are_told_by_the_file() {
    for (name, crs) in [("mollweide.tif", "+proj=moll +lon_0=0 +x_0=0 +y_0=0 +datum=WGS84 +units=m"), ("degrees.tif", "EPSG:4326")] {
        let source = source(name);
        let raster = Raster::open(&source, name).unwrap();
        let (own, who) = raster.crs(None).unwrap();
        assert_eq!((own.to_string().as_str(), who), (crs, "the file"));
        assert_eq!(raster.crs(Some("EPSG:32632")).unwrap().0.to_string(), "EPSG:32632");
    }
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    for (name, words) in [
        ("turned.tif", ["turned or sheared", "gdalwarp"]),
        ("zstd.tif", ["packed by ZSTD", "COMPRESS=DEFLATE"]),
        ("no_place.tif", ["without a place", "ModelPixelScale"]),
        ("scaled.tif", ["scale 0.1", "-unscale"]),
        ("bands_apart.tif|band=3", ["2 band(s)", "|band=3"]),
        ("u8_strips.tif|2", ["`|2`", "|band=2"]),
        ("u8_strips.tif|band=0", ["`|band=0`", "counted from 1"]),
    ] {
        let source = source(name.split('|').next().unwrap());
        let Err(error) = Raster::open(&source, name) else { panic!("{name} is read") };
        assert!(words.iter().all(|word| error.to_string().contains(word)), "{error}");
    }
    let source = source("no_crs.tif");
    let error = Raster::open(&source, "no_crs.tif").unwrap().crs(None).unwrap_err().to_string();
    assert!(error.contains("no word of its CRS") && error.contains("columns = { crs"), "{error}");
}

/// Cut short anywhere, or with any byte changed: an error or other numbers, never a panic.
#[test]
fn broken_files_are_errors() {
    for (name, bytes) in SAME.iter().chain(OTHERS) {
        for length in (0..bytes.len()).step_by(7) {
            let source = Source::from(Cow::Borrowed(&bytes[..length]));
            let read = Raster::open(&source, name).and_then(|raster| raster.values(raster.frame()));
            assert!(read.is_err() || length > bytes.len() / 2, "{name} of {length} bytes");
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.to_vec();
            changed[at] ^= 0x55;
            let source = Source::from(Cow::Owned(changed));
            let _ = Raster::open(&source, name).and_then(|raster| raster.values(Frame { columns: 20, rows: 18, ..raster.frame() }));
        }
    }
    let source = Source::from(Cow::Borrowed(&b"no TIFF at all"[..]));
    assert!(Raster::open(&source, "x.tif").is_err_and(|error| error.to_string().contains("x.tif")));
}
