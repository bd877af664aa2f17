//! The cost field as a GeoTIFF. The street runs along the equator from 9° E, the central meridian of UTM zone 32: the clinic is at
//! (500,000, 0) there, where a metre on the ground is 0.9996 m on the map.

use std::io::Cursor;

use catchment_io::{Run, render};
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;

use super::world::{PLAN, World};

struct Picture {
    values: Vec<f32>,
    columns: usize,
    west: f64,
    north: f64,
    cell: f64,
    keys: Vec<u16>,
    nodata: String,
}

fn picture(run: &Run) -> Picture {
    let files = render(run).unwrap();
    let (_, bytes) = files.iter().find(|(name, _)| name == "cost-walk.tif").unwrap();
    let mut decoder = Decoder::new(Cursor::new(bytes)).unwrap();
    let (columns, rows) = decoder.dimensions().unwrap();
    let scale = decoder.get_tag_f64_vec(Tag::ModelPixelScaleTag).unwrap();
    let tie = decoder.get_tag_f64_vec(Tag::ModelTiepointTag).unwrap();
    assert_eq!((scale[0], &tie[..3], scale[2]), (scale[1], &[0.0; 3][..], 0.0));
    let keys = decoder.get_tag_u16_vec(Tag::GeoKeyDirectoryTag).unwrap();
    let nodata = decoder.get_tag_ascii_string(Tag::GdalNodata).unwrap();
    let DecodingResult::F32(values) = decoder.read_image().unwrap() else { panic!("not 32-bit floats") };
    assert_eq!(values.len(), (columns * rows) as usize);
    Picture { values, columns: columns as usize, west: tie[3], north: tie[4], cell: scale[0], keys, nodata }
}

impl Picture {
    /// Metres east and north of the clinic of every pixel's middle, on the ground, and its value.
    fn pixels(&self) -> impl Iterator<Item = (f64, f64, f32)> {
        self.values.iter().enumerate().map(|(i, value)| {
            let (row, column) = ((i / self.columns) as f64, (i % self.columns) as f64);
            let x = self.west + (column + 0.5) * self.cell;
            let y = self.north - (row + 0.5) * self.cell;
            ((x - 500_000.0) / 0.9996, y / 0.9996, *value)
        })
    }
}

fn world(limit: &str) -> Run {
    let plan = PLAN.replace("\"15min\"", limit) + "[outputs]\nformats = [\"geotiff\"]\nmap = false\n";
    World::street(10).run(&plan, &[])
}

#[test]
fn every_pixel_holds_what_its_place_costs() {
    let picture = picture(&world("\"15min\""));
    assert_eq!((picture.cell, picture.nodata.as_str()), (25.0, "-9999"));
    // model projected, pixel is area, EPSG:32632
    let key = |key: u16| picture.keys.chunks(4).find(|entry| entry[0] == key).map(|entry| entry[3]);
    assert_eq!([1024, 1025, 3072].map(key), [1, 1, 32_632].map(Some));
    let (mut inside, mut outside) = (0, 0);
    for (east, north, value) in picture.pixels() {
        // the town is 1,224.5 × 221.1 m around the street of 1,001.9 m; cells on its border may be of it or not
        let within = east > -95.0 && east < 1095.0 && north.abs() < 95.0;
        let beyond = !(-130.0..=1131.0).contains(&east) || north.abs() > 129.0;
        if within {
            let along = east.clamp(0.0, 1001.9);
            let minutes = (along + (east - along).hypot(north)) / 1.2 / 60.0;
            assert!((f64::from(value) - minutes).abs() < 0.01, "{value} is not {minutes} at {east}, {north}");
            inside += 1;
        } else if beyond {
            assert_eq!(value, -9999.0, "at {east}, {north}");
            outside += 1;
        }
    }
    assert!(inside > 300 && outside > 100, "{inside} in, {outside} out");
}

#[test]
fn limits_of_distance_have_metres() {
    let picture = picture(&world("\"800m\""));
    let (mut found, mut pixels) = (0, picture.pixels());
    assert!(pixels.all(|(east, north, value)| {
        let within = east > 0.0 && east < 1000.0 && north.abs() < 95.0;
        found += usize::from(within);
        !within || (f64::from(value) - east - north.abs()).abs() < 0.7
    }));
    assert!(found > 200);
}

#[test]
fn a_crs_that_the_keys_cannot_tell_is_an_issue() {
    let crs = "title = \"World\"\ncrs = \"+proj=tmerc +lat_0=0 +lon_0=9 +k=1 +x_0=0 +y_0=0 +ellps=GRS80 +units=m\"";
    let plan = |crs: &str| PLAN.replace("title = \"World\"", crs) + "[outputs]\nformats = [\"geotiff\"]\nmap = false\n";
    let findings = |crs: &str| {
        let files = render(&World::street(10).run(&plan(crs), &[])).unwrap();
        let (_, bytes) = files.into_iter().find(|(name, _)| name == "issues.csv").unwrap();
        String::from_utf8(bytes).unwrap()
    };
    assert!(findings(crs).contains("crs_not_in_geotiff"));
    assert!(!findings(&crs.replace("ellps=GRS80", "datum=WGS84")).contains("crs_not_in_geotiff"));
}
