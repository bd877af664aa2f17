//! People of rasters: shared by area at borders, sums exact.

use catchment::People;
use catchment::geo::Coord;
use catchment_io::{Error, Inputs};
use tiff::encoder::TiffEncoder;
use tiff::encoder::colortype::Gray64Float;
use tiff::tags::Tag;

use super::world::{PLAN, World, of_kind, only};

/// A raster in EPSG:32632 (9° E is 500,000 m east), its north-west corner given, its cells squares.
pub(crate) struct Picture {
    pub columns: u32,
    pub side: f64,
    pub corner: (f64, f64),
    pub crs: u16,
    pub values: Vec<f64>,
}

impl Picture {
    pub(crate) fn new(columns: u32, side: f64, corner: (f64, f64), values: Vec<f64>) -> Picture {
        Picture { columns, side, corner, crs: 32_632, values }
    }

    pub(crate) fn tiff(&self) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let rows = self.values.len() as u32 / self.columns;
        let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
        let mut image = encoder.new_image::<Gray64Float>(self.columns, rows).unwrap();
        let mut tag = |tag, value: &[f64]| image.encoder().write_tag(tag, value).unwrap();
        tag(Tag::ModelPixelScaleTag, &[self.side, self.side, 0.0]);
        tag(Tag::ModelTiepointTag, &[0.0, 0.0, 0.0, self.corner.0, self.corner.1, 0.0]);
        let (model, key) = if self.crs == 4326 { (2, 2048) } else { (1, 3072) };
        let keys: &[u16] = &[1, 1, 0, 3, 1024, 0, 1, model, 1025, 0, 1, 1, key, 0, 1, self.crs];
        image.encoder().write_tag(Tag::GeoKeyDirectoryTag, keys).unwrap();
        image.encoder().write_tag(Tag::GdalNodata, "-99999").unwrap();
        image.write_data(&self.values).unwrap();
        bytes.into_inner()
    }
}

/// Zones drawn in EPSG:32632, which is the working CRS too: nothing is bent.
fn plan(people: &str) -> String {
    let zones = "[zones]\nsource = \"towns.geojson\"\nid = \"id\"\ncrs = \"EPSG:32632\"";
    let plan = PLAN.replacen("[zones]\nsource = \"world.osm\"\nadmin_level = 8", zones, 1);
    let plan = plan.replace("title = \"World\"", "title = \"World\"\ncrs = \"EPSG:32632\"");
    plan.replace("method = \"spread\"", &format!("method = \"raster\"\n{people}"))
}

/// Rectangles west, south, east, north.
fn towns(rectangles: &[[f64; 4]]) -> String {
    let feature = |(id, [w, s, e, n]): (usize, &[f64; 4])| {
        format!(
            "{{\"type\": \"Feature\", \"properties\": {{\"id\": \"{id}\"}}, \"geometry\": {{\"type\": \"Polygon\", \"coordinates\": \
             [[[{w}, {s}], [{e}, {s}], [{e}, {n}], [{w}, {n}], [{w}, {s}]]]}}}}"
        )
    };
    let all: Vec<String> = rectangles.iter().enumerate().map(feature).collect();
    format!("{{\"type\": \"FeatureCollection\", \"features\": [{}]}}", all.join(","))
}

fn read(plan: &str, towns: &str, files: &[(&str, &[u8])]) -> Result<Inputs, Error> {
    let mut all = files.to_vec();
    all.push(("towns.geojson", towns.as_bytes()));
    World::street(40).with_files(plan, &all)
}

/// The points: zone (−1 outside), people, metres from (500,000; 0).
fn points(inputs: &Inputs) -> Vec<(i64, f64, f64, f64)> {
    let demand = &inputs.demand;
    let zone = |i: usize| demand.zones[i].map_or(-1, |zone| i64::from(zone.0));
    let round = |n: f64| (n * 1e3).round() / 1e3;
    let point = |(i, at): (usize, &Coord<f64>)| (zone(i), demand.people[i].as_f64(), round(at.x - 500_000.0), round(at.y));
    demand.locations.iter().enumerate().map(point).collect()
}

fn zone_people(inputs: &Inputs) -> Vec<f64> {
    inputs.zones.iter().map(|zone| zone.people.unwrap().as_f64()).collect()
}

/// Four columns and two rows of 100 m, powers of two; the towns part at a quarter of the second column and end at three quarters of the third.
#[test]
fn cells_are_shared_by_area_where_borders_cut_them() {
    let raster = Picture::new(4, 100.0, (500_000.0, 200.0), (0..8).map(|k| f64::from(1u32 << k)).collect());
    let towns = towns(&[[500_000.0, 0.0, 500_125.0, 200.0], [500_125.0, 0.0, 500_275.0, 200.0]]);
    let inputs = read(&plan("source = \"people.tif\""), &towns, &[("people.tif", &raster.tiff())]).unwrap();
    let expected = [
        (0, 1.0, 50.0, 150.0),
        (0, 0.5, 112.5, 150.0),
        (1, 1.5, 162.5, 150.0),
        (1, 3.0, 237.5, 150.0),
        (-1, 1.0, 287.5, 150.0),
        (0, 16.0, 50.0, 50.0),
        (0, 8.0, 112.5, 50.0),
        (1, 24.0, 162.5, 50.0),
        (1, 48.0, 237.5, 50.0),
        (-1, 16.0, 287.5, 50.0),
    ];
    let found = points(&inputs);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (a, b) in found.iter().zip(expected) {
        assert!(a.0 == b.0 && (a.1 - b.1).abs() < 2e-6 && (a.2, a.3) == (b.2, b.3), "{a:?} is not {b:?}");
    }
    // the fourth column touches no town: 8 + 128 are said, not used; the box ends with the third, so they are not even read
    assert_eq!(inputs.people_read, People::persons(119));
    assert_eq!(inputs.demand.total(), People::persons(119));
    assert_eq!(inputs.people_beyond, People::ZERO);
    assert!(only(&inputs.findings, "people_outside").detail.contains("17.0 people"));
    let sums = zone_people(&inputs);
    assert!((sums[0] - 25.5).abs() < 3e-6 && (sums[1] - 76.5).abs() < 3e-6, "{sums:?}");
}

/// A lake over the second column and the east of the first: rows of 100 m, 10 people a cell.
#[test]
fn no_one_is_on_the_water_of_a_cell_that_has_land() {
    let raster = Picture::new(3, 100.0, (500_000.0, 100.0), vec![8.0, 4.0, 2.0]);
    let towns = towns(&[[500_000.0, 0.0, 500_300.0, 100.0]]);
    let mut world = World::street(40);
    // 0.0001° are 11.1 m: the lake begins 55.66 m east of 9° E and ends at 200.4 m
    world.rectangle(70, [5, -1, 18, 10], &[("natural", "water")]);
    let files: [(&str, &[u8]); 2] = [("people.tif", &raster.tiff()), ("towns.geojson", towns.as_bytes())];
    let inputs = world.with_files(&plan("source = \"people.tif\""), &files).unwrap();
    let found = points(&inputs);
    let people: Vec<(i64, f64)> = found.iter().map(|point| (point.0, point.1)).collect();
    assert_eq!(people, [(0, 8.0), (0, 4.0), (0, 2.0)]);
    // a lake of 9.0005° to 9.0018°: 55.6 m to 200.3 m of UTM, so the first cell's land is 0 to 55.6 m; the second is all water and stays
    assert!((found[0].2 - 27.8).abs() < 0.1 && found[1].2 == 150.0 && (found[2].2 - 250.2).abs() < 0.2, "{found:?}");
}

#[test]
fn what_is_no_number_of_people_is_said() {
    let mut values: Vec<f64> = vec![1.0; 16];
    // no data by the tag and as NaN, nobody, two below zero, too many, without bound
    values[..7].copy_from_slice(&[-99_999.0, f64::NAN, 0.0, -2.0, -0.5, 1e11, f64::INFINITY]);
    // touches no town, but lies in the box around them
    values[15] = 64.0;
    let raster = Picture::new(4, 100.0, (500_000.0, 400.0), values);
    let towns = towns(&[[500_000.0, 0.0, 500_300.0, 400.0], [500_300.0, 200.0, 500_400.0, 400.0]]);
    let inputs = read(&plan("source = \"people.tif\""), &towns, &[("people.tif", &raster.tiff())]).unwrap();
    assert_eq!(inputs.people_read, People::persons(7));
    assert_eq!(inputs.demand.total(), People::persons(7));
    assert_eq!(inputs.people_beyond, People::persons(65));
    let detail = |kind: &str| only(&inputs.findings, kind).detail.clone();
    assert!(detail("negative_people").starts_with("2 cells below zero, -2.5 in all"), "{}", detail("negative_people"));
    assert!(detail("no_number_of_people").starts_with("2 cells"));
    assert!(detail("cells_beyond_zones").starts_with("2 cells with 65.0 people"), "{}", detail("cells_beyond_zones"));
    assert!(of_kind(&inputs.findings, "people_outside").is_empty());
    assert!(inputs.files.iter().any(|file| file.file == "people.tif"));
}

/// A cell of 1 km, three quarters in the town, comes in points of 100 m; cells of 25 m come four by four.
#[test]
fn large_cells_are_spread_and_small_ones_joined() {
    let town = towns(&[[500_000.0, 0.0, 500_750.0, 1_000.0]]);
    let large = Picture::new(1, 1000.0, (500_000.0, 1000.0), vec![1000.0]).tiff();
    let inputs = read(&plan("source = \"people.tif\""), &town, &[("people.tif", &large)]).unwrap();
    let found = points(&inputs);
    // ten rows of seven whole parts, two halves and two wholes outside
    assert_eq!(found.len(), 110);
    assert!(found.iter().all(|(_, people, _, _)| (people - 10.0).abs() < 1e-5 || (people - 5.0).abs() < 1e-5), "{found:?}");
    assert!((zone_people(&inputs)[0] - 750.0).abs() < 1e-5);
    assert_eq!(inputs.demand.total(), People::persons(1000));

    let small: Vec<f64> = (0..32).map(|k| if k < 8 { 0.0 } else { 1.0 }).collect();
    let small = Picture::new(8, 25.0, (500_000.0, 100.0), small).tiff();
    let inputs = read(&plan("source = \"people.tif\""), &town, &[("people.tif", &small)]).unwrap();
    // the mean of the three lower rows
    assert_eq!(points(&inputs), [(0, 12.0, 50.0, 37.5), (0, 12.0, 150.0, 37.5)]);
    let inputs = read(&plan("source = \"people.tif\"\ncell_m = 25"), &town, &[("people.tif", &small)]).unwrap();
    assert_eq!(inputs.demand.len(), 24);
    // a millionth of a person on a border: one town has it, and no point is made for the other
    let two = towns(&[[500_000.0, 0.0, 500_012.0, 100.0], [500_012.0, 0.0, 500_200.0, 100.0]]);
    let least = Picture::new(1, 25.0, (500_000.0, 25.0), vec![1e-6]).tiff();
    let inputs = read(&plan("source = \"people.tif\""), &two, &[("people.tif", &least)]).unwrap();
    assert_eq!((inputs.demand.people.as_slice(), inputs.people_read), (&[People(1)][..], People(1)));
}

#[test]
fn groups_have_rasters_of_the_same_grid() {
    let town = towns(&[[500_000.0, 0.0, 500_150.0, 100.0]]);
    let of = |values: &[f64]| Picture::new(2, 100.0, (500_000.0, 100.0), values.to_vec()).tiff();
    let more = "source = \"people.tif\"\ngroups = [\"old\", \"night\"]\n[people.rasters]\nold = \"old.tif\"\nnight = \"night.tif\"";
    let (people, old, night) = (of(&[10.0, 20.0]), of(&[1.0, -4.0]), of(&[0.0, 8.0]));
    let inputs = read(&plan(more), &town, &[("people.tif", &people), ("old.tif", &old), ("night.tif", &night)]).unwrap();
    let names: Vec<&str> = inputs.demand.groups.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(names, ["old", "night"]);
    let of_group = |g: usize| inputs.demand.groups[g].people.iter().map(|people| people.as_f64().round()).collect::<Vec<_>>();
    assert_eq!((of_group(0), of_group(1)), (vec![1.0, 0.0, 0.0], vec![0.0, 4.0, 4.0]));
    assert!(only(&inputs.findings, "negative_people").source.contains("old.tif"));
    let shifted = Picture::new(2, 100.0, (500_050.0, 100.0), vec![1.0; 2]).tiff();
    let error = read(&plan(more), &town, &[("people.tif", &people), ("old.tif", &shifted), ("night.tif", &night)]).unwrap_err().to_string();
    assert!(error.contains("old.tif") && error.contains("500050") && error.contains("the grid of people.tif"), "{error}");
}

#[test]
fn plans_that_name_no_raster_say_what_to_name() {
    let error = |people: &str| catchment_io::Plan::parse(&plan(people)).unwrap_err().to_string();
    assert!(error("").contains("people.source is missing") && error("").contains("GeoTIFF"));
    assert!(error("source = \"people.csv\"").contains("people.source is `people.csv`"));
    let groups = "source = \"p.tif\"\ngroups = [\"old\"]";
    assert!(error(groups).contains("people.rasters.old is missing"), "{}", error(groups));
    let other = format!("{groups}\n[people.rasters]\nold = \"o.tif\"\noldd = \"o.tif\"");
    assert!(error(&other).contains("people.rasters is `oldd`") && error(&other).contains("did you mean `old`"), "{}", error(&other));
    let layer = format!("{groups}\n[people.rasters]\nold = \"o.shp\"");
    assert!(error(&layer).contains("people.rasters.old is `o.shp`"));
    let points = plan("source = \"p.csv\"\n[people.rasters]\nold = \"o.tif\"").replace("\"raster\"", "\"points\"");
    assert!(catchment_io::Plan::parse(&points).unwrap_err().to_string().contains("people.rasters is set"));
}

#[test]
fn a_raster_elsewhere_is_an_error_and_a_town_beyond_it_an_issue() {
    let raster = Picture::new(2, 100.0, (500_000.0, 100.0), vec![1.0; 2]).tiff();
    let error = read(&plan("source = \"people.tif\""), &towns(&[[501_000.0, 0.0, 502_000.0, 100.0]]), &[("people.tif", &raster)]);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("touches no zone") && error.contains("its CRS is wrong"), "{error}");
    let inputs = read(&plan("source = \"people.tif\""), &towns(&[[500_100.0, 0.0, 502_000.0, 100.0]]), &[("people.tif", &raster)]).unwrap();
    assert_eq!(only(&inputs.findings, "zone_beyond_raster").id, "0");
    assert_eq!(zone_people(&inputs), [1.0]);
    let wrong = plan("source = \"people.tif\"\ncolumns = { crs = \"EPSG:99999\" }");
    let error = catchment_io::Plan::parse(&wrong).unwrap_err().to_string();
    assert!(error.contains("people.columns.crs") && error.contains("EPSG:99999"), "{error}");
}

/// The same people in degrees and in Mollweide's projection: 2,162 of them, all in the town, where GDAL puts them.
#[test]
fn degrees_and_mollweide_lie_where_gdal_puts_them() {
    for (bytes, expected) in [
        // gdalinfo: from 9, −0.009 to 9.02, 0.009; half a cell inwards are the middles of the outermost cells
        (include_bytes!("data/rasters/degrees.tif").as_slice(), [9.0005, -0.0085, 9.0195, 0.0085]),
        // gdaltransform -s_srs ESRI:54009 -t_srs EPSG:4326 of those middles, 901050 -750 and 902950 950
        (include_bytes!("data/rasters/mollweide.tif"), [SW.0, SW.1, NE.0, NE.1]),
    ] {
        let town = towns(&[[490_000.0, -9_000.0, 510_000.0, 9_000.0]]);
        let inputs = read(&plan("source = \"people.tif\"\ncell_m = 120"), &town, &[("people.tif", bytes)]).unwrap();
        assert_eq!((inputs.people_read, inputs.demand.total()), (People::persons(2162), People::persons(2162)));
        let mut places = inputs.demand.locations.clone();
        assert_eq!(places.len(), 359);
        inputs.projector.inverse(&mut places).unwrap();
        let none = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        let ends = places.iter().fold(none, |[w, s, e, n], at| [w.min(at.x), s.min(at.y), e.max(at.x), n.max(at.y)]);
        assert!(ends.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-7), "{ends:?} is not {expected:?}");
    }
}
const SW: (f64, f64) = (8.990_473_403_935_07, -0.006_065_759_309_437_21);
const NE: (f64, f64) = (9.009_431_193_657_61, 0.007_683_295_128_611_03);

/// Half the people in the west of a slanted border, by area: a triangle of 300 m × 200 m and what is left of 400 m × 200 m.
#[test]
fn a_slanted_border() {
    let raster = Picture::new(4, 100.0, (500_000.0, 200.0), vec![1_000.0; 8]).tiff();
    let ring = |points: &[(f64, f64)]| points.iter().map(|(x, y)| format!("[{x}, {y}]")).collect::<Vec<_>>().join(",");
    let feature = |id: &str, points: &[(f64, f64)]| {
        format!(
            "{{\"type\": \"Feature\", \"properties\": {{\"id\": \"{id}\"}}, \"geometry\": {{\"type\": \"Polygon\", \"coordinates\": [[{}]]}}}}",
            ring(points)
        )
    };
    let (sw, se, ne, nw) = ((500_000.0, 0.0), (500_400.0, 0.0), (500_400.0, 200.0), (500_000.0, 200.0));
    let border = [(500_300.0, 0.0)];
    let west = feature("a", &[sw, border[0], nw, sw]);
    let east = feature("b", &[border[0], se, ne, nw, border[0]]);
    let towns = format!("{{\"type\": \"FeatureCollection\", \"features\": [{west},{east}]}}");
    let inputs = read(&plan("source = \"people.tif\""), &towns, &[("people.tif", &raster)]).unwrap();
    let sums = zone_people(&inputs);
    // 30,000 of 80,000 m²; straight sides are cut every 200 m and lie in degrees between, within a millimetre
    assert!((sums[0] - 3000.0).abs() < 0.1 && (sums[1] - 5000.0).abs() < 0.1, "{sums:?}");
    assert_eq!(inputs.demand.total(), People::persons(8000));
}

/// Any towns: what comes in comes out, by town and in all, whatever the raster's CRS.
mod conserved {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn people_in_are_people_out(
            values in prop::collection::vec(prop_oneof![3 => 0.0..500.0f64, 1 => Just(0.0), 1 => -5.0..0.0f64], 144),
            star in prop::collection::vec(200.0..900.0f64, 5..12),
            split in -300.0..300.0f64,
            side in prop_oneof![Just(100.0), Just(60.0), Just(230.0)],
            degrees in any::<bool>(),
        ) {
            let middle = 6.0 * side;
            let (side, corner, crs) = if degrees { (side / 111_000.0, (9.0, middle / 111_000.0), 4326) } else { (side, (500_000.0, middle), 32_632) };
            let raster = Picture { columns: 12, side, corner, crs, values: values.clone() };
            let ring: Vec<String> = (0..=star.len()).map(|k| {
                let angle = k as f64 / star.len() as f64 * std::f64::consts::TAU;
                let radius = star[k % star.len()];
                format!("[{}, {}]", 500_000.0 + middle + radius * angle.cos(), radius * angle.sin())
            }).collect();
            let star = format!("{{\"type\": \"Feature\", \"properties\": {{\"id\": \"star\"}}, \"geometry\": {{\"type\": \"Polygon\", \"coordinates\": [[{}]]}}}}", ring.join(","));
            // a second town over the first one's half: what both share is the first one's
            let second = towns(&[[500_000.0 + middle + split, -400.0, 500_000.0 + middle + split + 300.0, 400.0]]);
            let towns = second.replace("\"features\": [", &format!("\"features\": [{star},"));
            let inputs = read(&plan("source = \"people.tif\""), &towns, &[("people.tif", &raster.tiff())]).unwrap();
            prop_assert_eq!(inputs.demand.total(), inputs.people_read);
            let by_zone: People = inputs.zones.iter().filter_map(|zone| zone.people).sum();
            let outside: People = inputs.demand.zones.iter().zip(&inputs.demand.people).filter(|(zone, _)| zone.is_none()).map(|(_, p)| *p).sum();
            prop_assert_eq!(by_zone + outside, inputs.people_read);
            let all: f64 = values.iter().filter(|value| **value > 0.0).sum();
            let told = (inputs.people_read + inputs.people_beyond).as_f64();
            prop_assert!(told <= all + 1e-3, "{} of {}", told, all);
            // nobody lies outside but within a cell of a border
            prop_assert!(inputs.demand.people.iter().all(|people| people.as_f64() <= 500.0));
        }
    }
}
