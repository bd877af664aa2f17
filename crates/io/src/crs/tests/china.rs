use geo::{Coord, coord};

use super::truth::{china_coordinates, pair};
use super::{Seeded, crs, engines};
use crate::crs::{Crs, Projector};

fn to_wgs84(from: &str) -> Projector {
    Projector::new(&crs(from), &Crs::wgs84()).unwrap()
}

/// From latitude and longitude, as the file writes them.
fn place(value: &serde_json::Value) -> Coord<f64> {
    let [lat, lon] = pair(value);
    coord! { x: lon, y: lat }
}

fn off(a: Coord<f64>, b: Coord<f64>) -> f64 {
    (a.x - b.x).abs().max((a.y - b.y).abs())
}

#[test]
fn pairs_of_other_programs() {
    let Some(truth) = china_coordinates() else { return };
    let rows = |key: &str| truth[key].as_array().unwrap().clone();
    let gcj02 = to_wgs84("gcj02");
    for row in rows("wgs_to_gcj") {
        let mut at = [place(&row["wgs"])];
        gcj02.inverse(&mut at).unwrap();
        assert!(off(at[0], place(&row["gcj"])) < row["tol_deg"].as_f64().unwrap(), "{row}: {at:?}");
    }
    let bd09 = Projector::new(&crs("gcj02"), &crs("bd09")).unwrap();
    for row in rows("gcj_to_bd") {
        let at = bd09.forward_one(place(&row["gcj"])).unwrap();
        assert!(off(at, place(&row["bd"])) < 1e-9, "{row}: {at:?}");
    }
    for row in rows("gcj_to_wgs_exact") {
        let at = gcj02.forward_one(place(&row["gcj"])).unwrap();
        assert!(off(at, place(&row["wgs"])) < row["tol_deg"].as_f64().unwrap(), "{row}: {at:?}");
    }
    // what others find in one step is off by less than 2.3 m and 0.2 m
    for (key, from, to, tolerance) in [("gcj_to_wgs_one_step", "gcj", "wgs", 2.3e-5), ("bd_to_gcj_one_step", "bd", "gcj", 2e-6)] {
        let projector = match from {
            "gcj" => gcj02.clone(),
            _ => Projector::new(&crs("bd09"), &crs("gcj02")).unwrap(),
        };
        for row in rows(key) {
            let at = projector.forward_one(place(&row[from])).unwrap();
            assert!(off(at, place(&row[to])) < tolerance, "{row}: {at:?}");
        }
    }
}

#[test]
fn there_and_back_over_china() {
    let points = Seeded(6).points([73.6, 3.9, 135.0, 53.5], 10_000);
    for shifted in ["gcj02", "bd09"] {
        let projector = to_wgs84(shifted);
        let mut moved = points.clone();
        projector.inverse(&mut moved).unwrap();
        let least = points.iter().zip(&moved).map(|(a, b)| off(*a, *b)).fold(f64::INFINITY, f64::min);
        assert!(least > 1e-4, "everything is shifted: {least}");
        projector.forward(&mut moved).unwrap();
        let worst = points.iter().zip(&moved).map(|(a, b)| off(*a, *b)).fold(0.0, f64::max);
        assert!(worst < 1e-8, "{shifted}: {worst}");
    }
}

#[test]
fn shifted_degrees_are_projected_as_the_places_that_they_mean() {
    for engine in engines() {
        let metres = Projector::with_engine(&Crs::wgs84(), &crs("EPSG:4549"), engine).unwrap();
        let shifted = Projector::with_engine(&crs("GCJ-02"), &crs("EPSG:4549"), engine).unwrap();
        let wgs84 = coord! { x: 121.381, y: 31.112 };
        let mut gcj02 = [wgs84];
        to_wgs84("gcj02").inverse(&mut gcj02).unwrap();
        let [a, b] = [metres.forward_one(wgs84).unwrap(), shifted.forward_one(gcj02[0]).unwrap()];
        assert!((a.x - b.x).hypot(a.y - b.y) < 1e-3, "{a:?} {b:?}");
        // read as WGS84, the same numbers lie 456 to 501 m off in Shanghai
        let wrong = metres.forward_one(gcj02[0]).unwrap();
        assert!((456.0..=501.0).contains(&(a.x - wrong.x).hypot(a.y - wrong.y)));
    }
}

#[test]
fn outside_china_nothing_is_shifted() {
    let malta = coord! { x: 14.5, y: 35.9 };
    for shifted in ["gcj02", "bd09"] {
        assert_eq!(to_wgs84(shifted).forward_one(malta).unwrap(), malta);
    }
}

#[test]
fn names_of_chinese_degrees() {
    for (given, shown) in [("GCJ02", "gcj02"), ("gcj-02", "gcj02"), ("BD09", "bd09"), ("bd09ll", "bd09"), ("CGCS2000", "EPSG:4490")] {
        let read = crs(given);
        assert_eq!(read.to_string(), shown);
        assert!(read.is_geographic() && read.check_working().is_err());
        assert_eq!(crs(read.definition()), read);
    }
}
