//! Real files of planners' kinds, and what GDAL makes of them. Skipped where the shared data, or GDAL, are absent.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::desk::Desk;

/// A file of the shared data.
fn shared(name: &str) -> Option<PathBuf> {
    let folder =
        std::env::var_os("CATCHMENT_SHARED").map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into(), PathBuf::from);
    let file = folder.join("data").join(name);
    if !file.exists() {
        eprintln!("skipped: no {} (set CATCHMENT_SHARED)", file.display());
    }
    file.exists().then_some(file)
}

fn looked(desk: &Desk, args: &[&str]) -> Value {
    let done = desk.works(&[&["inspect", "--json"], args].concat());
    serde_json::from_str(&done.out).unwrap()
}

/// The sum of a field's numbers.
fn sum(found: &Value, field: &str) -> f64 {
    let own = found["fields"].as_array().unwrap().iter().find(|own| own["name"] == field).unwrap_or_else(|| panic!("no {field}: {found}"));
    own["numbers"][0].as_f64().unwrap()
}

/// Runs a program of GDAL in the desk's folder; nothing where there is none.
fn gdal(desk: &Desk, args: &[&str]) -> Option<String> {
    let Ok(done) = Command::new(args[0]).args(&args[1..]).current_dir(desk.path("")).output() else {
        eprintln!("skipped: no {} (Debian: gdal-bin)", args[0]);
        return None;
    };
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    Some(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// What `data/README.md` of the shared data counted in them.
#[test]
fn files_hold_what_was_counted_in_them() {
    let desk = Desk::new();
    let rows = |name: &str| shared(name).map(|file| looked(&desk, &[file.to_str().unwrap()]));
    if let Some(grid) = rows("porto_alegre/poa_hexgrid.csv") {
        assert_eq!((grid["rows"].as_u64(), sum(&grid, "population"), sum(&grid, "healthcare")), (Some(1227), 812_935.0, 141.0));
    }
    if let Some(posts) = rows("porto_alegre/poa_health_posts.csv") {
        assert_eq!((posts["rows"].as_u64(), posts["repeated_places"].as_u64()), (Some(148), Some(8)), "{posts}");
    }
    if let Some(areas) = rows("porto_alegre/poa_areas_ponderacao_42.geojson") {
        assert_eq!(areas["rows"].as_u64(), Some(42));
    }
    if let Some(facilities) = rows("shanghai/shanghai_osm_health_2026-05-19.geojson") {
        assert_eq!(facilities["rows"].as_u64(), Some(529));
    }
    if let Some(grid) = rows("helsinki/helsinki_population_grid_2020.gpkg") {
        assert_eq!(
            (grid["rows"].as_u64(), sum(&grid, "population"), &grid["crs"]),
            (Some(92), 71_724.0, &Value::from("EPSG:4326 (the file says so)"))
        );
    }
    if let Some(streets) = shared("shanghai/shanghai_central_drive_osmnx_2026-07.osm") {
        let folder = catchment_io::Folder(streets.parent().unwrap().to_owned());
        let plan = catchment_io::plan::RoadsPlan::new(streets.file_name().unwrap().to_str().unwrap());
        let profile = catchment_io::plan::built_in("ambulance", None).unwrap();
        let read = catchment_io::read_roads(&folder, &plan, &profile, None).unwrap();
        assert_eq!((read.counts.nodes, read.counts.ways, read.working.crs.to_string().as_str()), (2958, 796, "EPSG:32651"));
    }
}

/// A grid of people as a raster that GDAL makes of it (Deflate or LZW, tiled or not, predictors): the same people, in all and by zone.
#[test]
fn helsinki_s_grid_as_rasters_of_gdal_s() {
    let Some(grid) = shared("helsinki/helsinki_population_grid_2020.gpkg") else { return };
    let desk = Desk::new();
    let path = grid.to_str().unwrap();
    // the cells of 250 m lie along the axes of EPSG:3879
    let Some(_) = gdal(&desk, &["ogr2ogr", "-t_srs", "EPSG:3879", "grid.gpkg", path]) else { return };
    let town = r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "Helsinki"}, "geometry": {"type": "Polygon",
        "coordinates": [[[24.8, 60.1], [25.1, 60.1], [25.1, 60.3], [24.8, 60.3], [24.8, 60.1]]]}}]}"#;
    desk.put("town.geojson", town);
    for (name, kind, more) in [
        (
            "a.tif",
            "Float32",
            &["-co", "TILED=YES", "-co", "BLOCKXSIZE=16", "-co", "BLOCKYSIZE=16", "-co", "COMPRESS=LZW", "-co", "PREDICTOR=3"][..],
        ),
        ("b.tif", "UInt16", &["-co", "COMPRESS=DEFLATE", "-co", "PREDICTOR=2"]),
        ("c.tif", "Int32", &["-co", "BIGTIFF=YES"]),
    ] {
        let place = [
            "gdal_rasterize",
            "-q",
            "-a",
            "population",
            "-tr",
            "250",
            "250",
            "-te",
            "25494750",
            "6671249",
            "25497750",
            "6673749",
            "-ot",
            kind,
        ];
        if gdal(&desk, &[&place[..], more, &["grid.gpkg", name]].concat()).is_none() {
            return;
        }
        let found = looked(&desk, &[name, "--zones", "town.geojson"]);
        assert_eq!(
            (found["sum"].as_f64(), found["columns"].as_u64(), found["rows"].as_u64()),
            (Some(71_724.0), Some(12), Some(10)),
            "{found}"
        );
        assert_eq!(found["crs"], "EPSG:3879", "{found}");
        let people: Vec<f64> = found["zones"].as_array().unwrap().iter().map(|zone| zone["people"].as_f64().unwrap()).collect();
        assert_eq!(people, [71_724.0, 0.0]);
    }
}

/// Districts as a Shapefile that GDAL makes, in GB18030 and Gauss–Krüger metres: names and ground come back.
#[test]
fn districts_as_a_shapefile_of_gdal_s() {
    let Some(districts) = shared("shanghai/shanghai_districts_wgs84_from_gcj02.geojson") else { return };
    let desk = Desk::new();
    let args = ["ogr2ogr", "-t_srs", "EPSG:4549", "-lco", "ENCODING=GB18030", "d.shp", districts.to_str().unwrap()];
    let Some(_) = gdal(&desk, &args) else { return };
    desk.works(&["convert", "d.shp", "d.geojson", "--to", "EPSG:4326"]);
    let names = |value: &Value| -> Vec<String> {
        value["features"].as_array().unwrap().iter().map(|own| own["properties"]["name"].as_str().unwrap().to_owned()).collect()
    };
    let own: Value = serde_json::from_slice(&std::fs::read(&districts).unwrap()).unwrap();
    let back = desk.json("d.geojson");
    assert_eq!(names(&back), names(&own));
    assert!(names(&back).iter().any(|name| name.contains("闵行")));
    let box_of =
        |file: &str| looked(&desk, &[file])["extent"].as_array().unwrap().iter().map(|own| own.as_f64().unwrap()).collect::<Vec<f64>>();
    let [before, after] = [box_of(districts.to_str().unwrap()), box_of("d.geojson")];
    // a centimetre
    assert!(before.iter().zip(&after).all(|(a, b)| (a - b).abs() < 1e-7), "{before:?} {after:?}");
}
