//! Results in every format: the same by our own readers, and by GDAL where it is.

use std::process::Command;

use serde_json::Value;

use super::desk::Desk;

const LAYERS: [&str; 4] = ["gaps", "coverage", "facilities", "zones"];

fn town(more: &[&str]) -> Desk {
    let desk = Desk::town();
    desk.works(&[&["run", "town.toml", "-q", "--no-map", "--out", "o"], more].concat());
    desk
}

/// Features by what tells them apart, whatever their order.
fn sorted(mut features: Vec<Value>) -> Vec<Value> {
    let key = |feature: &Value| {
        let own = &feature["properties"];
        format!("{} {} {} {}", own["service"], own["rank"], own["zone_id"], own["facility_id"])
    };
    features.sort_by_key(key);
    features
}

fn collected(desk: &Desk, name: &str) -> Vec<Value> {
    sorted(desk.json(name)["features"].as_array().unwrap().clone())
}

/// All numbers of a shape.
fn places(value: &Value, found: &mut Vec<f64>) {
    match value {
        Value::Array(all) => all.iter().for_each(|own| places(own, found)),
        Value::Number(number) => found.push(number.as_f64().unwrap()),
        _ => {}
    }
}

/// Two layers hold the same: values to the last digit (truth may be 1, lists text), places within so many degrees.
fn same(own: &[Value], other: &[Value], what: &str, within: f64) {
    assert_eq!(own.len(), other.len(), "{what}");
    for (a, b) in own.iter().zip(other) {
        for (key, value) in a["properties"].as_object().unwrap() {
            let found = &b["properties"][key];
            let equal = match value {
                Value::Bool(truth) => *found == *value || found.as_i64() == Some(i64::from(*truth)),
                Value::Number(number) => number.as_f64() == found.as_f64(),
                // a list is text where the format has none; GDAL reads such a text as the list that it is
                Value::Array(_) => found.as_str().map(str::to_owned) == Some(value.to_string()) || found == value,
                value => value == found,
            };
            assert!(equal, "{what}: {key} is {found}, not {value}");
        }
        let [mut left, mut right] = [Vec::new(), Vec::new()];
        places(&a["geometry"]["coordinates"], &mut left);
        places(&b["geometry"]["coordinates"], &mut right);
        assert_eq!(left.len(), right.len(), "{what}");
        assert!(left.iter().zip(&right).all(|(a, b)| (a - b).abs() < within), "{what}");
    }
}

#[test]
fn every_format_holds_the_same() {
    let desk = town(&["--format", "geojson,geojsonl,gpkg,fgb,csv,xlsx"]);
    for layer in LAYERS {
        let own = collected(&desk, &format!("o/{layer}.geojson"));
        assert!(!own.is_empty());
        for (i, source) in
            [format!("o/{layer}.geojsonl"), format!("o/town.gpkg|layername={layer}"), format!("o/{layer}.fgb")].iter().enumerate()
        {
            let back = format!("{layer}{i}.geojson");
            desk.works(&["convert", source, &back, "-q"]);
            same(&own, &collected(&desk, &back), source, 1e-9);
        }
    }
    // the sheets behind those that are printed are the tables
    for table in ["zones", "gaps", "issues"] {
        desk.works(&["convert", "o/town.xlsx", &format!("{table}.csv"), "--sheet", table, "-q", "--force"]);
        let (own, found) = (desk.rows(&format!("o/{table}.csv")), desk.rows(&format!("{table}.csv")));
        assert_eq!(own.len(), found.len(), "{table}");
        for (a, b) in own.iter().zip(&found) {
            for (key, value) in a {
                let plain = |text: &str| text.parse::<f64>().map_or(text.to_owned(), |number| number.to_string());
                assert_eq!(plain(value), plain(&b[key]), "{table}, {key}");
            }
        }
    }
    let printed = |sheet: &str| {
        desk.works(&["convert", "o/town.xlsx", "printed.csv", "--sheet", sheet, "-q", "--force"]);
        desk.rows("printed.csv")
    };
    // of 2,047 people 1,023 live within 900 s (corners 0 to 9 at 92.766 s each): 49.98 %
    let total = &printed("Table 3 Coverage by zone")[2];
    assert_eq!((total["zone"].as_str(), total["people"].as_str(), total["people not covered"].as_str()), ("total", "2047", "1024"));
    assert!((total["people covered %"].parse::<f64>().unwrap() - 100.0 * 1023.0 / 2047.0).abs() < 1e-3, "{total:?}");
    assert_eq!(printed("Table 11 Gaps").len(), desk.rows("o/gaps.csv").len());
}

#[test]
fn results_are_the_same_bytes_again_in_every_format() {
    let desk = town(&["--format", "geojson,geojsonl,gpkg,fgb,csv,xlsx"]);
    desk.works(&["run", "town.toml", "-q", "--no-map", "--out", "p", "--threads", "1", "--format", "geojson,geojsonl,gpkg,fgb,csv,xlsx"]);
    desk.same("o", "p");
}

#[test]
fn one_format_alone_and_the_encodings_of_excel() {
    let desk = town(&["--format", "xlsx"]);
    assert_eq!(desk.list("o"), ["README.txt", "issues.csv", "manifest.json", "report.md", "summary.json", "town.xlsx"]);
    assert!(desk.text("o/README.txt").contains("STUDY.xlsx"));
    // files of the run before go; the rest is as asked
    desk.works(&["run", "town.toml", "-q", "--no-map", "--out", "o", "--format", "csv", "--csv-encoding", "utf-8-bom"]);
    assert!(!desk.list("o").contains(&"town.xlsx".to_owned()));
    assert!(desk.bytes("o/zones.csv").starts_with(b"\xef\xbb\xbfservice,"));
    desk.works(&["run", "town.toml", "-q", "--no-map", "--out", "o", "--format", "csv", "--csv-encoding", "gb18030"]);
    let town = encoding_rs::GB18030.encode("古美路街道").0.into_owned();
    assert!(desk.bytes("o/zones.csv").windows(town.len()).any(|bytes| bytes == town));
    // the plan says it as well
    desk.put("p.toml", format!("{}[outputs]\nformats = [\"gpkg\"]\nmap = false\n", desk.text("town.toml")));
    desk.works(&["run", "p.toml", "-q", "--out", "q"]);
    assert!(desk.list("q").contains(&"town.gpkg".to_owned()) && !desk.list("q").contains(&"gaps.geojson".to_owned()));
}

/// GeoParquet is the one format that a build may lack.
#[test]
fn geoparquet_holds_the_same_or_is_refused() {
    let desk = town(&["--format", "geojson"]);
    if cfg!(not(feature = "geoparquet")) {
        desk.fails(&["run", "town.toml", "--format", "parquet"], 2, &["parquet"]);
        desk.fails(&["convert", "o/zones.geojson", "zones.parquet"], 2, &["zones.parquet", "--features geoparquet"]);
        desk.put("z.parquet", "PAR1");
        desk.fails(&["convert", "z.parquet", "z.geojson"], 3, &["z.parquet", "--features geoparquet"]);
        return;
    }
    desk.works(&["run", "town.toml", "-q", "--no-map", "--out", "p", "--format", "parquet"]);
    for layer in LAYERS {
        let back = format!("back-{layer}.geojson");
        desk.works(&["convert", &format!("p/{layer}.parquet"), &back, "-q"]);
        same(&collected(&desk, &format!("o/{layer}.geojson")), &collected(&desk, &back), layer, 1e-9);
    }
}

#[test]
fn gdal_reads_what_we_write() {
    if Command::new("ogr2ogr").arg("--version").output().is_err() {
        eprintln!("skipped: no ogr2ogr (Debian: gdal-bin)");
        return;
    }
    let desk = town(&["--format", "geojson,geojsonl,gpkg,fgb,geotiff"]);
    let gdal = |source: &str, layer: &str| -> Vec<Value> {
        let args = ["-f", "GeoJSONSeq", "-lco", "COORDINATE_PRECISION=9", "/vsistdout/", source, layer];
        let done = Command::new("ogr2ogr").args(args).current_dir(desk.path("o")).output().unwrap();
        assert!(done.status.success() && done.stderr.is_empty(), "{source}: {}", String::from_utf8_lossy(&done.stderr));
        let lines = String::from_utf8(done.stdout).unwrap();
        sorted(lines.lines().map(|line| serde_json::from_str(line.trim_start_matches('\u{1e}')).unwrap()).collect())
    };
    for layer in LAYERS {
        let own = collected(&desk, &format!("o/{layer}.geojson"));
        for source in [format!("{layer}.geojson"), format!("{layer}.geojsonl"), "town.gpkg".to_owned(), format!("{layer}.fgb")] {
            // GDAL writes 35.90799999 as 35.908 and 9.00000009 as 9: it takes such ends of a number for noise
            same(&own, &gdal(&source, layer), &source, 1e-7);
        }
    }
    let info = |args: &[&str]| {
        let done = Command::new(args[0]).args(&args[1..]).current_dir(desk.path("o")).output().unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    let package = info(&["ogrinfo", "town.gpkg"]);
    assert!(LAYERS.iter().all(|layer| package.contains(&format!(": {layer} ("))), "{package}");
    assert!(info(&["ogrinfo", "-so", "zones.fgb", "zones"]).contains("ID[\"EPSG\",4326]"));
    let raster = info(&["gdalinfo", "cost-walk.tif"]);
    assert!(raster.contains("NoData Value=-9999") && raster.contains("UTM zone 32N"), "{raster}");
}
