//! Layers that QGIS, ArcGIS and GDAL write: Shapefile, GeoPackage, FlatGeobuf, newline-delimited GeoJSON, shifted degrees.

use catchment::geo::Area;
use catchment_io::{Error, Inputs};

use super::world::{PLAN, World, of_kind, only};

const FILES: [(&str, &[u8]); 6] = [
    ("towns.shp", include_bytes!("data/towns.shp")),
    ("towns.dbf", include_bytes!("data/towns.dbf")),
    ("towns.prj", include_bytes!("data/towns.prj")),
    ("towns.cpg", include_bytes!("data/towns.cpg")),
    ("towns.gpkg", include_bytes!("data/towns.gpkg")),
    ("towns.fgb", include_bytes!("data/towns.fgb")),
];

fn plan(source: &str, more: &str) -> String {
    let plan = PLAN.replacen(
        "[zones]\nsource = \"world.osm\"\nadmin_level = 8",
        &format!("[zones]\nsource = \"{source}\"\nid = \"代码\"\n{more}"),
        1,
    );
    plan.replace("method = \"spread\"", "method = \"points\"\nsource = \"people.csv\"")
}

fn read(plan: &str, files: &[(&str, &[u8])]) -> Result<Inputs, Error> {
    let mut all = files.to_vec();
    all.push(("people.csv", b"x,y,people\n9.001,0,1\n"));
    World::street(40).with_files(plan, &all)
}

fn towns(source: &str, more: &str, files: &[(&str, &[u8])]) -> Vec<(String, String, f64)> {
    let read = read(&plan(source, more), files).unwrap();
    assert_eq!(of_kind(&read.findings, "encoding_guessed").len(), 0);
    read.zones.iter().map(|zone| (zone.id.clone(), zone.name.clone(), zone.area.unsigned_area())).collect()
}

/// Their area by the degrees that they were drawn in, m², before the working CRS has its say (0.1 %).
fn check(found: &[(String, String, f64)]) {
    let degree_2 = 111_319.49 * 110_574.3;
    let expected = [("01", "浦江镇", 0.025 * 0.02 * degree_2), ("02", "莘庄镇", (0.025 * 0.02 - 0.01 * 0.003) * degree_2)];
    for ((id, name, area), (own_id, own_name, own_area)) in found.iter().zip(expected) {
        assert_eq!((id.as_str(), name.as_str()), (own_id, own_name));
        assert!((area / own_area - 1.0).abs() < 2e-3, "{name}: {area} m², not {own_area}");
    }
    assert_eq!(found.len(), 2);
}

#[test]
fn towns_are_the_same_in_every_format() {
    let shapefile = towns("towns.shp", "", &FILES);
    check(&shapefile);
    let package = towns("towns.gpkg|layername=towns", "", &FILES);
    // GDAL made the FlatGeobuf of the package, in Gauss–Krüger metres
    for other in [package, towns("towns.fgb", "", &FILES)] {
        for (a, b) in shapefile.iter().zip(&other) {
            assert_eq!((&a.0, &a.1), (&b.0, &b.1));
            assert!((a.2 / b.2 - 1.0).abs() < 1e-9, "{a:?} {b:?}");
        }
    }
    // the manifest knows every file that was read
    let files: Vec<String> = read(&plan("towns.shp", ""), &FILES).unwrap().files.into_iter().map(|file| file.file).collect();
    for file in ["towns.shp", "towns.dbf", "towns.prj", "towns.cpg"] {
        assert!(files.iter().any(|own| own == file), "{files:?}");
    }
}

#[test]
fn a_shapefile_without_a_code_page_or_a_projection() {
    let without = |left_out: &str| FILES.into_iter().filter(|(name, _)| *name != left_out).collect::<Vec<_>>();
    let read_without = |left_out: &str, more: &str| read(&plan("towns.shp", more), &without(left_out));
    // the bytes of the names are GBK, which the header of the .dbf says too
    let guessed = read_without("towns.cpg", "").unwrap();
    assert_eq!(guessed.zones[0].name, "浦江镇");
    assert_eq!(only(&guessed.findings, "encoding_guessed").id, "GBK");
    // the plan may name the encoding, above what the files say
    let named = |name: &str, files: &[(&str, &'static [u8])]| read(&plan(&format!("towns.shp|encoding={name}"), ""), files);
    let told = named("gb18030", &without("towns.cpg")).unwrap();
    assert_eq!(told.zones[0].name, "浦江镇");
    assert!(told.findings.iter().all(|finding| finding.kind != "encoding_guessed"), "{:?}", told.findings);
    // above the .cpg, too: by another one the columns have other names
    assert!(named("utf-8", &FILES).unwrap_err().to_string().contains("no property `代码`"));
    assert!(named("klingon", &FILES).unwrap_err().to_string().contains("the encoding `klingon`"));
    let error = read(&plan("towns.gpkg|encoding=gb18030", ""), &FILES).unwrap_err().to_string();
    assert!(error.contains("`|encoding=gb18030` behind its name"), "{error}");
    let error = read_without("towns.prj", "").unwrap_err().to_string();
    assert!(error.contains("towns.shp") && error.contains("no word of its CRS") && error.contains("crs = \"EPSG:…\""), "{error}");
    check(&towns("towns.shp", "crs = \"EPSG:32632\"", &without("towns.prj")));
    let error = read_without("towns.dbf", "").unwrap_err().to_string();
    assert!(error.contains("no property `代码`"), "{error}");
}

#[test]
fn a_layer_of_a_package_is_named() {
    let error = |source: &str| read(&plan(source, ""), &FILES).unwrap_err().to_string();
    let several = error("towns.gpkg");
    assert!(several.contains("the layers corridors, towns") && several.contains("|layername="), "{several}");
    assert!(error("towns.gpkg|layername=roads").contains("no layer `roads`; expected one of: corridors, towns"));
    assert!(read(&plan("towns.gpkg|layername=corridors", ""), &FILES).is_err(), "lines are no towns");
}

#[test]
fn broken_layers_say_what_is_wrong() {
    let error = |name: &str, bytes: &[u8]| read(&plan(name, ""), &[(name, bytes)]).unwrap_err().to_string();
    let [shp, gpkg] = [FILES[0].1, FILES[4].1];
    for (name, bytes, part) in [
        ("a.shp", &b""[..], "a shapefile (.shp)"),
        ("a.shp", &shp[..150], "a shapefile (.shp)"),
        ("a.shp", b"PK\x03\x04 and then something else", "a shapefile (.shp)"),
        ("a.gpkg", b"", "no database of SQLite"),
        ("a.gpkg", &gpkg[..5000], "a GeoPackage (.gpkg)"),
        ("a.gpkg", b"SQLite format 3\0 and no more", "a GeoPackage (.gpkg)"),
        ("a.geojsonl", b"{\"type\": \"Feature\"", "line 1"),
        ("a.fgb", b"", "no FlatGeobuf"),
        ("a.fgb", &FILES[5].1[..60], "a header that ends beyond the file"),
        ("a.fgb", &FILES[5].1[..FILES[5].1.len() - 9], "it was cut off"),
    ] {
        let text = error(name, bytes);
        assert!(text.contains(name) && text.contains(part), "{name}: {text}");
    }
}

#[test]
fn features_a_line() {
    let town = |id: &str, west: f64, east: f64| {
        format!(
            "\u{1e}{{\"type\": \"Feature\", \"properties\": {{\"代码\": \"{id}\", \"街镇\": \"Town {id}\"}}, \"geometry\": {{\"type\": \"Polygon\", \
             \"coordinates\": [[[{west}, -0.01], [{east}, -0.01], [{east}, 0.01], [{west}, 0.01], [{west}, -0.01]]]}}}}\n"
        )
    };
    let lines = town("01", 8.99, 9.015) + "\n" + &town("02", 9.015, 9.04);
    let found = towns("towns.geojsonl", "", &[("towns.geojsonl", lines.as_bytes())]);
    assert_eq!(found.iter().map(|zone| zone.1.as_str()).collect::<Vec<_>>(), ["Town 01", "Town 02"]);
}

#[test]
fn corridors_of_a_package() {
    let response = "[services.response]\ncorridors = \"towns.gpkg|layername=corridors\"";
    let plan = plan("towns.gpkg|layername=towns", "")
        .replace("limit = \"15min\"", &format!("limit = \"12min\"\nprofile = \"ambulance\"\ndirection = \"from-facility\"\n{response}"));
    let inputs = read(&plan.replace("[profiles.walk]", "[profiles.ambulance]"), &FILES).unwrap();
    let corridor = &inputs.corridors["walk"][0];
    assert_eq!(corridor.name, "A");
    assert!((corridor.lengths_m[0] - 3339.58).abs() < 0.01, "{:?}", corridor.lengths_m);
}

/// Shanghai's districts in GCJ-02, and what another program made of them: the same ground to a metre.
#[test]
fn districts_of_shanghai_are_where_another_program_puts_them() {
    let shared = std::env::var_os("CATCHMENT_SHARED")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into(), std::path::PathBuf::from);
    let folder = shared.join("data/shanghai");
    let (Ok(gcj02), Ok(wgs84)) = (
        std::fs::read(folder.join("shanghai_districts_gcj02_echarts490.geojson")),
        std::fs::read(folder.join("shanghai_districts_wgs84_from_gcj02.geojson")),
    ) else {
        eprintln!("skipped: no data/shanghai in {} (set CATCHMENT_SHARED)", shared.display());
        return;
    };
    let zones = |bytes: &[u8], crs: &str| {
        let mut world = World::default();
        // a street in 闵行, so that there are roads and a clinic
        for (id, lon) in [(1, 121.38), (2, 121.381)] {
            world.at(id, lon, 31.11, &[("amenity", "clinic")]);
        }
        world.way(1, &[1, 2], &[("highway", "residential")]);
        let plan = PLAN.replacen("[zones]\nsource = \"world.osm\"\nadmin_level = 8", &format!("[zones]\nsource = \"d.geojson\"\n{crs}"), 1);
        let plan = plan
            .replace("method = \"spread\"", "method = \"points\"\nsource = \"people.csv\"")
            .replace("[study]\n", "[study]\ncrs = \"EPSG:4549\"\n");
        world.with_files(&plan, &[("d.geojson", bytes), ("people.csv", b"x,y,people\n121.38,31.11,1\n")]).unwrap().zones
    };
    let (ours, theirs) = (zones(&gcj02, "crs = \"gcj02\""), zones(&wgs84, ""));
    assert_eq!((ours.len(), theirs.len()), (16, 16));
    let mut worst: f64 = 0.0;
    for own in &ours {
        let other = theirs.iter().find(|zone| zone.name == own.name).unwrap();
        assert!((own.area.unsigned_area() / other.area.unsigned_area() - 1.0).abs() < 1e-3, "{}", own.name);
        let apart = catchment::geo::HausdorffDistance::hausdorff_distance(&own.area, &other.area);
        worst = worst.max(apart);
        let raw = zones(&gcj02, "").into_iter().find(|zone| zone.name == own.name).unwrap();
        assert!(catchment::geo::HausdorffDistance::hausdorff_distance(&raw.area, &other.area) > 400.0, "unshifted it is far off");
    }
    assert!(worst < 1.0, "{worst} m");
    // 闵行: 372.56 km² officially; the projection enlarges by 0.043 %
    let minhang = ours.iter().find(|zone| zone.name.contains("闵行")).unwrap();
    assert!((minhang.area.unsigned_area() / 1e6 - 372.6).abs() < 0.5, "{}", minhang.area.unsigned_area());
}

/// A world with one town of 0.04° × 0.002° and its clinic, and people in polygons.
fn people_of(layer: &str, more: &str) -> Inputs {
    let plan = PLAN.replace("method = \"spread\"", &format!("method = \"polygons\"\nsource = \"cells.geojson\"\ncell_m = 50\n{more}"));
    World::street(40).with_files(&plan, &[("cells.geojson", layer.as_bytes())]).unwrap()
}

fn cell(west: f64, east: f64, people: &str) -> String {
    format!(
        "{{\"type\": \"Feature\", \"properties\": {{\"常住人口\": {people}, \"old\": 10}}, \"geometry\": {{\"type\": \"Polygon\", \"coordinates\": \
         [[[{west}, -0.0005], [{east}, -0.0005], [{east}, 0.0005], [{west}, 0.0005], [{west}, -0.0005]]]}}}}"
    )
}

fn layer(cells: &[String]) -> String {
    format!("{{\"type\": \"FeatureCollection\", \"features\": [{}]}}", cells.join(","))
}

#[test]
fn people_of_polygons_are_shared_out_by_area_at_borders() {
    // the town ends at 9.04°: a quarter of the second cell lies beyond
    let cells = [cell(9.0, 9.002, "\"1,000\""), cell(9.037, 9.041, "400"), cell(9.01, 9.011, "\"many\""), cell(9.02, 9.021, "0.5")];
    let inputs = people_of(&layer(&cells), "groups = [\"old\"]");
    assert_eq!(inputs.people_read, catchment::People::from_f64(1400.5).unwrap());
    assert_eq!(inputs.demand.total(), inputs.people_read);
    let inside = inputs.zones[0].people.unwrap().as_f64();
    assert!((inside - 1300.5).abs() < 0.01, "{inside}");
    let old: catchment::People = inputs.demand.groups[0].people.iter().copied().sum();
    assert_eq!(old, catchment::People::persons(30));
    assert!(only(&inputs.findings, "bad_number").detail.contains("`many`"));
    assert!(only(&inputs.findings, "people_outside").detail.contains("100.0 people"));
    // a cell of 222 m is more than one point, none of them far from it
    assert!(inputs.demand.len() > 20, "{}", inputs.demand.len());
}

#[test]
fn groups_and_empty_polygons_of_a_layer_are_not_passed_over() {
    let empty = "{\"type\": \"Feature\", \"properties\": {\"常住人口\": 7, \"old\": 1}, \"geometry\": {\"type\": \"MultiPolygon\", \"coordinates\": []}}".to_owned();
    let without_group = cell(9.01, 9.012, "20").replace("\"old\": 10", "\"old\": \"?\"");
    let inputs = people_of(&layer(&[cell(9.0, 9.002, "100"), empty, without_group]), "groups = [\"OLD\"]");
    assert_eq!((inputs.people_read, inputs.demand.total()), (catchment::People::persons(120), catchment::People::persons(120)));
    assert!(only(&inputs.findings, "invalid_polygon").detail.contains("7.0 people are not used"));
    assert!(only(&inputs.findings, "bad_number").detail.contains("counted as 0"));
    let plan = PLAN.replace("method = \"spread\"", "method = \"polygons\"\nsource = \"cells.geojson\"\ngroups = [\"oldd\"]");
    let error =
        World::street(40).with_files(&plan, &[("cells.geojson", layer(&[cell(9.0, 9.002, "1")]).as_bytes())]).unwrap_err().to_string();
    assert!(error.contains("no property `oldd`"), "{error}");
}

#[test]
fn a_package_that_is_open_elsewhere_is_refused_and_a_marked_one_is_read() {
    let mut marked = FILES[4].1.to_vec();
    (marked[18], marked[19]) = (2, 2);
    check(&towns("towns.gpkg|layername=towns", "", &[("towns.gpkg", &marked)]));
    let open = read(&plan("towns.gpkg|layername=towns", ""), &[("towns.gpkg", &marked), ("towns.gpkg-wal", b"changes")]).unwrap_err();
    assert!(open.to_string().contains("close it in QGIS first"), "{open}");
}

/// One town whose coordinates are no metres of its CRS: a finding, and the others are read.
#[test]
fn a_feature_that_lies_nowhere_is_an_issue() {
    let polygon = |id: &str, x: f64, y: f64| {
        let ring =
            [(0.0, 0.0), (2000.0, 0.0), (2000.0, 2000.0), (0.0, 2000.0), (0.0, 0.0)].map(|(dx, dy)| format!("[{}, {}]", x + dx, y + dy));
        format!(
            "{{\"type\": \"Feature\", \"properties\": {{\"代码\": \"{id}\"}}, \"geometry\": {{\"type\": \"Polygon\", \"coordinates\": [[{}]]}}}}",
            ring.join(", ")
        )
    };
    let towns = layer(&[polygon("01", 499_000.0, -1000.0), polygon("02", 1e12, 1e12)]);
    let inputs = read(&plan("towns.geojson", "crs = \"EPSG:32632\""), &[("towns.geojson", towns.as_bytes())]).unwrap();
    assert_eq!(inputs.zones.len(), 1);
    assert_eq!(only(&inputs.findings, "bad_place").id, "feature 2");
}

#[test]
fn polygons_without_people_say_so() {
    let plan = PLAN.replace("method = \"spread\"", "method = \"polygons\"\nsource = \"cells.geojson\"");
    let without = layer(&[cell(9.0, 9.002, "1").replace("常住人口", "what")]);
    let error = World::street(40).with_files(&plan, &[("cells.geojson", without.as_bytes())]).unwrap_err().to_string();
    assert!(error.contains("no property with people"), "{error}");
    let error = catchment_io::Plan::parse(&plan.replace("cells.geojson", "cells.csv")).unwrap_err().to_string();
    assert!(error.contains("people.source is `cells.csv`") && error.contains("GeoPackage"), "{error}");
}

/// Helsinki's grid of 250 m, a GeoPackage: 71,724 people in 92 cells.
#[test]
fn helsinki_s_grid_keeps_its_people() {
    let shared = std::env::var_os("CATCHMENT_SHARED")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into(), std::path::PathBuf::from);
    let Ok(grid) = std::fs::read(shared.join("data/helsinki/helsinki_population_grid_2020.gpkg")) else {
        eprintln!("skipped: no data/helsinki in {} (set CATCHMENT_SHARED)", shared.display());
        return;
    };
    let mut world = World::default();
    for (id, lon) in [(1, 24.94), (2, 24.941)] {
        world.at(id, lon, 60.17, &[("amenity", "clinic")]);
    }
    world.way(1, &[1, 2], &[("highway", "residential")]);
    let town = "{\"type\": \"FeatureCollection\", \"features\": [{\"type\": \"Feature\", \"properties\": {\"name\": \"Helsinki\"}, \"geometry\": {\"type\": \
                \"Polygon\", \"coordinates\": [[[24.5, 60.0], [25.5, 60.0], [25.5, 60.4], [24.5, 60.4], [24.5, 60.0]]]}}]}";
    let plan = PLAN
        .replacen("[zones]\nsource = \"world.osm\"\nadmin_level = 8", "[zones]\nsource = \"town.geojson\"", 1)
        .replace("method = \"spread\"", "method = \"polygons\"\nsource = \"grid.gpkg\"\ncolumns = { people = \"population\" }");
    let inputs = world.with_files(&plan, &[("town.geojson", town.as_bytes()), ("grid.gpkg", &grid)]).unwrap();
    assert_eq!((inputs.people_read, inputs.demand.total()), (catchment::People::persons(71_724), catchment::People::persons(71_724)));
    // 92 cells of 250 m hold 5.75 km²: their points lie in a box of a few kilometres around the centre
    let centre = catchment::geo::Coord { x: 24.945, y: 60.17 };
    let middle = inputs.projector.forward_one(centre).unwrap();
    assert!(inputs.demand.locations.iter().all(|at| (at.x - middle.x).hypot(at.y - middle.y) < 5_000.0));
}

#[test]
fn people_and_calls_of_point_layers() {
    let point = |lon: f64, people: &str| {
        format!(
            "{{\"type\": \"Feature\", \"properties\": {{{people}}}, \"geometry\": {{\"type\": \"Point\", \"coordinates\": [{lon}, 0]}}}}\n"
        )
    };
    let people = point(9.001, "\"人口\": 5, \"old\": 2") + &point(9.002, "\"人口\": \"1,000\"");
    let calls = point(9.001, "\"calls\": 3") + "{\"type\": \"Feature\", \"properties\": {\"calls\": 1}, \"geometry\": null}\n";
    let plan = PLAN.replace("method = \"spread\"", "method = \"points\"\nsource = \"people.geojsonl\"\ngroups = [\"old\"]");
    let response = "direction = \"from-facility\"\nprofile = \"ambulance\"\n[services.response]\ncalls = \"calls.geojsonl\"";
    let plan = plan.replace("limit = \"15min\"", &format!("limit = \"15min\"\n{response}"));
    let inputs =
        World::street(40).with_files(&plan, &[("people.geojsonl", people.as_bytes()), ("calls.geojsonl", calls.as_bytes())]).unwrap();
    assert_eq!(inputs.people_read, catchment::People::persons(1005));
    assert_eq!(inputs.demand.groups[0].people.iter().copied().sum::<catchment::People>(), catchment::People::persons(2));
    assert_eq!(inputs.calls["walk"].total(), catchment::People::persons(3));
    assert!(only(&inputs.findings, "no_place").detail.contains("feature 2 is no point"));
}

/// Whatever happens to the bytes of a layer: an answer or an error, and no more memory than the file could need.
#[test]
fn no_byte_of_a_layer_makes_its_reader_panic() {
    for (name, step) in [("towns.fgb", 1), ("towns.shp", 1), ("towns.dbf", 1), ("towns.gpkg", 997)] {
        let bytes = FILES.iter().find(|(own, _)| *own == name).unwrap().1;
        let source = if name == "towns.dbf" { "towns.shp" } else { name };
        let source = if name == "towns.gpkg" { "towns.gpkg|layername=towns" } else { source };
        let mut answers = 0;
        for at in (0..bytes.len()).step_by(step) {
            for wrong in [0x00, 0xff, bytes[at] ^ 0x80] {
                let mut broken = bytes.to_vec();
                broken[at] = wrong;
                let files: Vec<(&str, &[u8])> =
                    FILES.iter().map(|(own, bytes)| (*own, if *own == name { broken.as_slice() } else { *bytes })).collect();
                answers += usize::from(catchment_io::inspect(&catchment_io::InMemory(&files), source, &Default::default()).is_ok());
            }
        }
        // most bytes are values, whose change is no fault that a reader can see
        assert!(answers > 0, "{name}");
    }
}

/// The number by which a package itself knows a feature is its id where no column is one.
#[test]
fn features_of_a_package_without_ids_are_numbered_by_it() {
    let plan = plan("towns.gpkg|layername=towns", "").replace("id = \"代码\"\n", "");
    let ids: Vec<String> = read(&plan, &FILES).unwrap().zones.into_iter().map(|zone| zone.id).collect();
    assert_eq!(ids, ["1", "2"]);
    let id = |source: &str| {
        let found = catchment_io::inspect(&catchment_io::InMemory(&FILES), source, &Default::default()).unwrap();
        (found.format, found.rows, found.crs)
    };
    assert_eq!(id("towns.fgb"), ("FlatGeobuf".to_owned(), 2, Some("EPSG:32632 (the file says so)".to_owned())));
}
