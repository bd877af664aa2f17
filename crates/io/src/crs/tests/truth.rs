use std::path::Path;

use geo::coord;

use super::{engines, from_wgs84};

/// The project's folder of external truth, when it is there.
pub(super) fn china_coordinates() -> Option<serde_json::Value> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("CATCHMENT_SHARED").map_or(beside, Into::into);
    let file = folder.join("truth/china_coordinates.json");
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) => {
            eprintln!("skipped: {}: {error} (set CATCHMENT_SHARED)", file.display());
            None
        }
    }
}

pub(super) fn pair(value: &serde_json::Value) -> [f64; 2] {
    serde_json::from_value(value.clone()).unwrap()
}

#[test]
fn chinese_projections_to_a_millimetre() {
    let Some(truth) = china_coordinates() else {
        return;
    };
    let rows = truth["projected_pyproj_9.5.1"].as_array().unwrap();
    assert_eq!(rows.len(), 5);
    for engine in engines() {
        for row in rows {
            let ([lon, lat], [x, y]) = (pair(&row["lonlat"]), pair(&row["xy"]));
            let point = from_wgs84(&format!("EPSG:{}", row["epsg"]), engine).forward_one(coord! { x: lon, y: lat }).unwrap();
            assert!((point.x - x).hypot(point.y - y) < 1e-3, "{engine:?} {row}: {point:?}");
        }
    }
}

#[test]
fn chinese_projections_as_retyped_facts() {
    // Values of truth/china_coordinates.json, for checkouts without it.
    for engine in engines() {
        for (text, [lon, lat], [x, y]) in [
            ("EPSG:4549", [121.4737, 31.2304], [640_412.315_036_627_2, 3_457_455.488_582_12]),
            ("EPSG:4549", [121.381, 31.112], [631_742.975_656_416_4, 3_444_212.295_064_705_4]),
            ("EPSG:4550", [121.381, 31.112], [345_549.957_924_262_04, 3_444_519.536_649_673]),
            ("EPSG:32651", [121.381, 31.112], [345_611.737_941_771_5, 3_443_141.728_932_828]),
            ("EPSG:3857", [121.381, 31.112], [13_512_071.111_978_339, 3_647_303.033_419_645_4]),
        ] {
            let point = from_wgs84(text, engine).forward_one(coord! { x: lon, y: lat }).unwrap();
            assert!((point.x - x).hypot(point.y - y) < 1e-6, "{engine:?} {text}: {point:?}");
        }
    }
}
