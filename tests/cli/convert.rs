//! `convert`: every format there and back, coordinates against other programs' values, what is refused.

use serde_json::{Value, json};

use super::desk::Desk;
use super::town::{EAST, WEST, collection, rectangle, zones};

fn features(desk: &Desk, name: &str) -> Vec<Value> {
    desk.json(name)["features"].as_array().unwrap().clone()
}

/// Longitudes and latitudes of a shape, in its order.
fn places(feature: &Value) -> Vec<f64> {
    fn gather(value: &Value, found: &mut Vec<f64>) {
        match value {
            Value::Array(all) => all.iter().for_each(|own| gather(own, found)),
            other => found.push(other.as_f64().unwrap()),
        }
    }
    let mut found = Vec::new();
    gather(&feature["geometry"]["coordinates"], &mut found);
    found
}

#[test]
fn layers_go_there_and_back() {
    let desk = Desk::new();
    let island = r#"{"type": "Feature", "properties": {"code": 3, "name": "有孔", "share": 0.25, "open": true, "tags": ["a", "b"]},
        "geometry": {"type": "MultiPolygon", "coordinates": [[[[9.02, 0], [9.03, 0], [9.03, 0.01], [9.02, 0.01], [9.02, 0]],
        [[9.022, 0.002], [9.022, 0.004], [9.024, 0.004], [9.024, 0.002], [9.022, 0.002]]], [[[9.04, 0], [9.05, 0], [9.05, 0.01], [9.04, 0]]]]}}"#;
    let nowhere = r#"{"type": "Feature", "properties": {"code": 4, "name": null}, "geometry": null}"#;
    desk.put("z.geojson", collection(&[rectangle(WEST, "古美路街道", 8.9995, 9.0045), island.to_owned(), nowhere.to_owned()]));
    let own = features(&desk, "z.geojson");
    for end in ["geojsonl", "gpkg", "fgb"] {
        let (there, back) = (format!("z.{end}"), format!("back-{end}.geojson"));
        desk.works(&["convert", "z.geojson", &there]);
        desk.works(&["convert", &there, &back]);
        let found = features(&desk, &back);
        // a FlatGeobuf has no rows without a shape
        assert_eq!(found.len(), if end == "fgb" { 2 } else { 3 }, "{end}");
        for before in own.iter().filter(|before| end != "fgb" || !before["geometry"].is_null()) {
            let code = &before["properties"]["code"];
            let after = found.iter().find(|feature| &feature["properties"]["code"] == code).unwrap_or_else(|| panic!("{end}: no {code}"));
            for key in ["name", "share", "open"] {
                // SQLite knows no truth values but 1 and 0
                let expected =
                    if end == "gpkg" && before["properties"][key] == json!(true) { json!(1) } else { before["properties"][key].clone() };
                assert_eq!(after["properties"][key], expected, "{end}, {code}, {key}");
            }
            match before["geometry"].is_null() {
                true => assert!(after["geometry"].is_null(), "{end}: {after}"),
                false => assert_eq!(places(after), places(before), "{end}, {code}"),
            }
        }
    }
    // no temporary file stays
    assert_eq!(desk.list("").iter().filter(|name| name.contains("part")).count(), 0);
}

#[test]
fn tables_keep_their_ids_and_their_numbers() {
    let desk = Desk::new();
    desk.put("t.csv", "编号,名称,床位,建筑面积,电话,经度,纬度\n001,莘庄,12,\"1,234.5\",021-5,121.5,31.25\n002,浦江,,80,,121°30′,31.5\n003,马桥,7,9,,x,31\n");
    let done = desk.works(&["convert", "t.csv", "t.geojson"]);
    assert!(done.out.contains("3 rows (1 without a shape) of t.csv (table, UTF-8), in EPSG:4326"), "{}", done.out);
    assert!(done.err.contains("line 4, column `经度`: `x`"), "{}", done.err);
    let found = features(&desk, "t.geojson");
    let properties = |row: usize| found[row]["properties"].clone();
    // an id stays text, a column with a parted number too; what is empty is unknown
    assert_eq!(properties(0), json!({ "编号": "001", "名称": "莘庄", "床位": 12, "建筑面积": "1,234.5", "电话": "021-5" }));
    assert_eq!(properties(1), json!({ "编号": "002", "名称": "浦江", "床位": null, "建筑面积": "80", "电话": null }));
    assert_eq!((places(&found[1]), found[2]["geometry"].is_null()), (vec![121.5, 31.5], true));
    // through a workbook and a layer back to a table
    desk.works(&["convert", "t.geojson", "t.xlsx"]);
    desk.works(&["convert", "t.xlsx", "u.fgb"]);
    desk.works(&["convert", "u.fgb", "u.csv"]);
    let rows = desk.rows("u.csv");
    let row = rows.iter().find(|row| row["编号"] == "001").unwrap();
    assert_eq!(
        (row["lon"].as_str(), row["lat"].as_str(), row["床位"].as_str(), row["建筑面积"].as_str()),
        ("121.5", "31.25", "12", "1,234.5")
    );
}

#[test]
fn tables_for_excel_are_encoded_as_it_wants_them() {
    let desk = Desk::new();
    desk.put("t.csv", "名称,lon,lat\n浦江镇,121.5,31\n");
    let text = "lon,lat,名称\n121.5,31.0,浦江镇\n";
    desk.works(&["convert", "t.csv", "bom.csv", "--csv-encoding", "utf-8-bom"]);
    assert_eq!(desk.bytes("bom.csv"), [b"\xef\xbb\xbf", text.as_bytes()].concat());
    desk.works(&["convert", "t.csv", "gb.csv", "--csv-encoding", "gb18030"]);
    assert_eq!(desk.bytes("gb.csv"), encoding_rs::GB18030.encode(text).0.into_owned());
    // and read back without being told
    desk.works(&["convert", "gb.csv", "again.csv"]);
    assert_eq!(desk.text("again.csv"), text);
}

#[test]
fn coordinates_are_those_of_other_programs() {
    let desk = Desk::new();
    // WGS84 (31.1774276, 121.5272106) is GCJ-02 (31.17530398364597, 121.531541859215): DOMAIN.md §4
    desk.put("gcj.csv", "lng,lat\n121.531541859215,31.17530398364597\n");
    desk.works(&["convert", "gcj.csv", "wgs.geojson", "--from", "gcj02"]);
    let found = places(&features(&desk, "wgs.geojson")[0]);
    assert!((found[0] - 121.527_210_6).abs() < 1e-8 && (found[1] - 31.177_427_6).abs() < 1e-8, "{found:?}");
    let done = desk.works(&["convert", "wgs.geojson", "back.geojson", "--to", "gcj02"]);
    assert!(done.err.contains("its coordinates are gcj02, which GeoJSON does not tell"), "{}", done.err);
    let back = places(&features(&desk, "back.geojson")[0]);
    assert!((back[0] - 121.531_541_859).abs() < 2e-9 && (back[1] - 31.175_303_984).abs() < 2e-9, "{back:?}");
    // EPSG:4549 (121.381, 31.112) → (631742.976, 3444212.295): DOMAIN.md §4
    desk.put("w.csv", "lon,lat\n121.381,31.112\n");
    desk.works(&["convert", "w.csv", "gk.csv", "--to", "EPSG:4549"]);
    let row = &desk.rows("gk.csv")[0];
    let [x, y] = ["x", "y"].map(|key| row[key].parse::<f64>().unwrap());
    assert!((x - 631_742.976).abs() < 1e-3 && (y - 3_444_212.295).abs() < 1e-3, "{row:?}");
    // a layer keeps its CRS where the format holds it
    desk.works(&["convert", "gk.csv", "gk.gpkg", "--from", "EPSG:4549"]);
    let done = desk.works(&["convert", "gk.gpkg", "gk.fgb"]);
    assert!(done.out.contains("(GeoPackage), in EPSG:4549"), "{}", done.out);
    desk.works(&["convert", "gk.fgb", "round.geojson"]);
    let round = places(&features(&desk, "round.geojson")[0]);
    assert!((round[0] - 121.381).abs() < 1e-8 && (round[1] - 31.112).abs() < 1e-8, "{round:?}");
}

#[test]
fn a_city_s_own_grid_by_control_points() {
    let desk = Desk::new();
    // the grid is EPSG:4549 less its place at 121.381, 31.112, turned by nothing; the known places of three points by that CRS
    desk.put("own.csv", "x,y\n631742.976,3444212.295\n634742.976,3444212.295\n631742.976,3447212.295\n");
    desk.works(&["convert", "own.csv", "known.csv", "--from", "EPSG:4549", "--to", "EPSG:4326"]);
    let known = desk.rows("known.csv");
    let grid = [(0, 0), (3000, 0), (0, 3000)];
    let control = known.iter().zip(grid).enumerate().fold("name,x,y,lon,lat\n".to_owned(), |text, (i, (row, (x, y)))| {
        format!("{text}P{},{x},{y},{},{}\n", i + 1, row["lon"], row["lat"])
    });
    desk.put("control.csv", &control).put("local.csv", "name,x,y\nclinic,1500,1500\n");
    let done = desk.works(&["convert", "local.csv", "local.geojson", "--control", "control.csv"]);
    // 1.39° off the central meridian EPSG:4549 is larger than the ground by (1.39° cos 31.1°)² / 2 = 0.000216 and turned by 1.39° sin 31.1° = 0.72°
    assert!(done.err.contains("3 control points: 0.99978") && done.err.contains("turned by -0.7"), "{}", done.err);
    desk.put("middle.csv", "x,y\n633242.976,3445712.295\n");
    desk.works(&["convert", "middle.csv", "middle.geojson", "--from", "EPSG:4549"]);
    let [found, expected] = ["local", "middle"].map(|name| places(&features(&desk, &format!("{name}.geojson"))[0]));
    // a centimetre
    assert!((found[0] - expected[0]).abs() < 1e-7 && (found[1] - expected[1]).abs() < 1e-7, "{found:?} {expected:?}");
    desk.works(&["convert", "middle.geojson", "back.csv", "--control", "control.csv", "--to", "grid"]);
    let row = &desk.rows("back.csv")[0];
    assert!(
        (row["x"].parse::<f64>().unwrap() - 1500.0).abs() < 0.01 && (row["y"].parse::<f64>().unwrap() - 1500.0).abs() < 0.01,
        "{row:?}"
    );
    // axes the other way round, a point that is wrong, too few
    let swapped = control.replace(",3000,0,", ",0,3000,,").replacen(",0,3000,1", ",3000,0,1", 1).replace(",,", ",");
    desk.put("swapped.csv", swapped);
    desk.fails(&["convert", "local.csv", "s.geojson", "--control", "swapped.csv"], 3, &["swapped.csv", "the wrong way round"]);
    desk.put("off.csv", format!("{control}P4,3000,3040,{},{}\n", known[1]["lon"], known[2]["lat"]));
    let off = desk.works(&["convert", "local.csv", "o.geojson", "--control", "off.csv"]);
    assert!(off.err.contains("m are left at P4") || off.err.contains("m are left at P"), "{}", off.err);
    desk.put("few.csv", control.lines().take(3).collect::<Vec<_>>().join("\n"));
    desk.fails(&["convert", "local.csv", "f.geojson", "--control", "few.csv"], 3, &["few.csv", "2 control points", "three or more"]);
}

#[test]
fn what_cannot_be_written_is_refused_and_leaves_nothing() {
    let desk = Desk::new();
    desk.put("z.geojson", zones()).put("t.csv", "name,people\nA,1\n");
    desk.put("there.gpkg", "mine");
    desk.fails(&["convert", "z.geojson", "there.gpkg"], 2, &["there.gpkg", "is there already", "--force"]);
    assert_eq!(desk.text("there.gpkg"), "mine");
    desk.works(&["convert", "z.geojson", "there.gpkg", "--force"]);
    for (args, code, words) in [
        (&["convert", "z.geojson", "z.shp"][..], 2, &["z.shp", ".gpkg"][..]),
        (&["convert", "z.geojson", "y.geojson", "--to", "EPSG:4549"], 2, &["EPSG:4549", "RFC 7946"]),
        (&["convert", "z.geojson", "y.gpkg", "--to", "gcj02"], 2, &["gcj02", "EPSG code"]),
        (&["convert", "z.geojson", "y.gpkg", "--to", "EPSG:1"], 3, &["--to", "EPSG:1"]),
        (&["convert", "t.csv", "y.geojson"], 3, &["t.csv", "no columns of coordinates", "--x"]),
        (&["convert", "z.docx", "y.geojson"], 3, &["z.docx", "by its name"]),
        (&["convert", "none.csv", "y.geojson"], 3, &["none.csv"]),
        (&["convert", "z.geojson", "no/folder/y.geojson"], 4, &["y.geojson"]),
    ] {
        desk.fails(args, code, words);
    }
    assert!(desk.list("").iter().all(|name| !name.starts_with("y.") && !name.contains(".part")), "{:?}", desk.list(""));
    // a table without coordinates goes to a table; shapes that are no points are told to be missing there
    desk.works(&["convert", "t.csv", "t.xlsx"]);
    let done = desk.works(&["convert", "z.geojson", "z.csv"]);
    assert!(done.err.contains("2 shapes that are no points are not in the table"), "{}", done.err);
    assert_eq!(desk.rows("z.csv").iter().map(|row| row["code"].clone()).collect::<Vec<_>>(), [WEST, EAST]);
}

/// What GDAL says of a file of the desk; nothing where there is no GDAL.
fn gdal(desk: &Desk, args: &[&str]) -> Option<String> {
    let done = std::process::Command::new(args[0]).args(&args[1..]).current_dir(desk.path("")).output();
    let Ok(done) = done else {
        eprintln!("skipped: no {} (Debian: gdal-bin)", args[0]);
        return None;
    };
    let err = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success() && !err.contains("ERROR") && !err.contains("Fatal"), "{args:?}: {err}");
    Some(String::from_utf8_lossy(&done.stdout).into_owned())
}

#[test]
fn gdal_reads_lines_and_rows_without_a_shape() {
    let desk = Desk::new();
    let line = |id: u32| {
        let (a, b) = (f64::from(id), f64::from(id) + 0.5);
        format!(
            r#"{{"type": "Feature", "properties": {{"id": {id}}}, "geometry": {{"type": "LineString", "coordinates": [[{a}, 0], [{b}, 1]]}}}}"#
        )
    };
    let nowhere = r#"{"type": "Feature", "properties": {"id": 9}, "geometry": null}"#.to_owned();
    desk.put("lines.geojson", collection(&[line(1), nowhere.clone(), line(2)]));
    desk.put("none.geojson", collection(&[]));
    desk.put("both.geojson", collection(&[line(1), rectangle("3", "P", 9.0, 9.1)]));
    let done = desk.works(&["convert", "lines.geojson", "lines.fgb"]);
    assert!(done.err.contains("1 rows without a shape are left out"), "{}", done.err);
    for (name, count) in [("lines", 2), ("none", 0), ("both", 2)] {
        desk.works(&["convert", &format!("{name}.geojson"), &format!("{name}.fgb"), "--force"]);
        let Some(told) = gdal(&desk, &["ogrinfo", "-al", &format!("{name}.fgb")]) else { return };
        assert_eq!(told.matches("OGRFeature(").count(), count, "{name}: {told}");
    }
    desk.works(&["convert", "lines.geojson", "lines.gpkg"]);
    assert_eq!(gdal(&desk, &["ogrinfo", "-al", "lines.gpkg"]).map(|told| told.matches("OGRFeature(").count()), Some(3));
    let several = r#"{"type": "Feature", "properties": {}, "geometry": {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}]}}"#;
    desk.put("several.geojson", collection(&[several.to_owned()]));
    desk.fails(&["convert", "several.geojson", "several.fgb"], 3, &["feature 1", "a collection of shapes"]);
    // a layer that happens to be called as ours has no style of ours
    desk.put("zones.geojson", zones());
    desk.works(&["convert", "zones.geojson", "zones.gpkg"]);
    assert!(!desk.bytes("zones.gpkg").windows(12).any(|bytes| bytes == b"layer_styles"));
}

/// Shapefiles as GDAL writes them: numbers are numbers, ids keep their zeros, an empty date is empty.
#[test]
fn shapefiles_of_gdal_s_with_dates_and_numbers() {
    let desk = Desk::new();
    desk.put("d.csv", "id,pop,rate,opened,lon,lat\n001,120,0.5,2024/02/29,9,1\n002,80,0.25,,9.1,1\n");
    desk.put("d.csvt", "String,Integer,Real,Date,Real,Real\n");
    let args = ["ogr2ogr", "-oo", "X_POSSIBLE_NAMES=lon", "-oo", "Y_POSSIBLE_NAMES=lat", "-a_srs", "EPSG:4326", "d.shp", "d.csv"];
    let Some(_) = gdal(&desk, &args) else { return };
    desk.works(&["convert", "d.shp", "d.geojson"]);
    let own: Vec<Value> = features(&desk, "d.geojson").iter().map(|feature| feature["properties"].clone()).collect();
    assert_eq!((own[0]["id"].clone(), own[0]["pop"].clone(), own[0]["rate"].clone()), (json!("001"), json!(120), json!(0.5)));
    assert_eq!((own[0]["opened"].clone(), own[1]["opened"].clone()), (json!("2024-02-29"), Value::Null), "{own:?}");
}

#[test]
fn nothing_of_a_table_is_lost_without_a_word() {
    let desk = Desk::new();
    desk.put("t.csv", "lon,lat,电话,电话,,number,id\n9,1,111,222,p,1.10,310112198001011234\nunknown,2,333,444,q,1.1,310112198001011235\n");
    let done = desk.works(&["convert", "t.csv", "t.geojson"]);
    assert!(done.err.contains("are called 电话_2, column_5") && done.err.contains("written without a place"), "{}", done.err);
    let own: Vec<Value> = features(&desk, "t.geojson").iter().map(|feature| feature["properties"].clone()).collect();
    // ids that differ by a zero or in their last digit stay different; coordinates that are none are kept as they are written
    assert_eq!(own[0], json!({ "电话": 111, "电话_2": 222, "column_5": "p", "number": "1.10", "id": "310112198001011234" }));
    assert_eq!((own[1]["lon"].clone(), own[1]["lat"].clone(), own[1]["number"].clone()), (json!("unknown"), json!(2), json!("1.1")));
    desk.works(&["convert", "t.csv", "t.xlsx"]);
    desk.works(&["convert", "t.xlsx", "again.csv"]);
    assert_eq!(desk.rows("again.csv")[1]["id"], "310112198001011235");
    // metres that are said to be degrees: no result
    desk.put("m.csv", "x,y\n631742,3444212\n631743,3444213\n");
    desk.fails(&["convert", "m.csv", "m.geojson"], 3, &["m.csv", "no row with a place", "--from"]);
    assert!(!desk.path("m.geojson").exists());
    // flags that have nothing to do
    desk.put("z.geojson", zones());
    desk.fails(&["convert", "z.geojson", "z.fgb", "--sheet", "a"], 2, &["--sheet", "for tables"]);
    desk.fails(&["convert", "z.geojson", "z.fgb", "--csv-encoding", "gb18030"], 2, &["--csv-encoding"]);
    // degrees of a map service stay what they are in a table
    desk.put("g.csv", "lon,lat\n121.5,31.1\n");
    desk.works(&["convert", "g.csv", "g2.csv", "--from", "gcj02"]);
    assert_eq!(desk.text("g2.csv"), "lon,lat\n121.5,31.1\n");
}

/// A title above a table, as offices have it, and cells beside it.
#[test]
fn titles_of_sheets_are_told_from_tables() {
    let desk = Desk::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "闵行区医疗机构一览表").unwrap();
    for (row, cells) in [["名称", "经度", "纬度"], ["莘庄", "121.5", "31.1"], ["浦江", "121.6", "31.2"]].iter().enumerate() {
        for (column, cell) in (0u16..).zip(cells) {
            sheet.write(row as u32 + 1, column, *cell).unwrap();
        }
    }
    sheet.write(3, 5, "beside").unwrap();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    sheet.write(1, 3, "日期").unwrap();
    sheet.write_with_format(2, 3, rust_xlsxwriter::ExcelDateTime::from_ymd(2024, 1, 2).unwrap(), &date).unwrap();
    desk.put("t.xlsx", book.save_to_buffer().unwrap());
    let done = desk.works(&["convert", "t.xlsx", "t.csv"]);
    assert!(done.err.contains("row 1: `闵行区医疗机构一览表`") && done.err.contains("1 cells beside"), "{}", done.err);
    assert_eq!(desk.text("t.csv"), "lon,lat,名称,日期\n121.5,31.1,莘庄,2024-01-02\n121.6,31.2,浦江,\n");
}
