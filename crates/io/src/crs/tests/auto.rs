use geo::Rect;

use super::super::{CrsError, MAX_AREAL_DISTORTION, Projector, auto_crs};
use super::{Engine, crs, engines, from_wgs84};

fn rect([west, south, east, north]: [f64; 4]) -> Rect<f64> {
    Rect::new((west, south), (east, north))
}

#[test]
fn areal_scale_as_published() {
    // truth/china_coordinates.json, and pyproj 3.7.2's Proj.get_factors(…).areal_scale for EPSG:32633. Web Mercator is 1.364 242 there,
    // on its own sphere; against the ground, which is the ellipsoid's, it is sec²φ·(1 − e²sin²φ)²/(1 − e²) = 1.368 531.
    for engine in engines() {
        for (text, lon, lat, expected, tolerance) in [
            ("EPSG:4549", 121.381, 31.112, 1.000_428, 1e-6),
            ("EPSG:4550", 121.381, 31.112, 1.000_588, 1e-6),
            ("EPSG:32651", 121.381, 31.112, 0.999_788, 1e-6),
            ("EPSG:3857", 121.381, 31.112, 1.368_531, 1e-6),
            ("+proj=tmerc +lon_0=121.466666666667 +k=1 +datum=WGS84", 121.381, 31.112, 1.000_001_6, 1e-7),
            ("EPSG:3035", 9.5209, 47.1410, 1.0, 1e-8),
            ("EPSG:32633", 14.5146, 35.8989, 0.999_247_427, 1e-8),
            ("EPSG:32633", 18.0, 0.1, 1.001_963_077, 1e-8),
        ] {
            let scale = from_wgs84(text, engine).areal_scale(lon, lat).unwrap();
            assert!((scale - expected).abs() < tolerance, "{engine:?} {text}: {scale}");
        }
    }
}

#[test]
fn areal_scale_starts_from_degrees() {
    let projector = Projector::new(&crs("EPSG:4549"), &crs("EPSG:4550")).unwrap();
    assert!(matches!(projector.areal_scale(0.0, 0.0), Err(CrsError::NotFromGeographic { .. })));
}

#[test]
fn distortion_is_checked_where_the_study_is() {
    let minhang = rect([121.25, 30.98, 121.57, 31.25]);
    assert!(from_wgs84("EPSG:4549", Engine::default()).check_distortion(minhang).unwrap() < 0.0007);
    let message = from_wgs84("EPSG:32633", Engine::default()).check_distortion(rect([8.0, 47.0, 9.0, 48.0])).unwrap_err();
    assert!(message.to_string().contains("EPSG:32633 distorts areas by up to"), "{message}");
}

#[test]
fn small_places_get_their_utm_zone() {
    for (place, bbox, expected) in [
        ("Malta", [14.18, 35.79, 14.58, 36.09], "UTM zone 33N (EPSG:32633)"),
        ("Monaco", [7.40, 43.72, 7.44, 43.75], "UTM zone 32N (EPSG:32632)"),
        ("Shanghai", [120.85, 30.66, 122.20, 31.90], "UTM zone 51N (EPSG:32651)"),
        ("Porto Alegre", [-51.31, -30.27, -51.00, -29.93], "UTM zone 22S (EPSG:32722)"),
        ("Suva, counted on", [177.0 + 360.0 - 360.0, -18.3, 177.9, -17.5], "UTM zone 60S (EPSG:32760)"),
        ("west of 180°", [-178.9, 51.4, -176.5, 52.0], "UTM zone 1N (EPSG:32601)"),
        ("Auckland in 0–360", [177.5, -39.0, 178.5, -37.5], "UTM zone 60S (EPSG:32760)"),
    ] {
        let auto = auto_crs(rect(bbox)).unwrap();
        assert_eq!(auto.name, expected, "{place}");
        assert!(auto.worst_areal_distortion <= MAX_AREAL_DISTORTION, "{place}");
        assert_eq!(auto.crs.check_working(), Ok(()));
    }
}

#[test]
fn large_places_get_an_equal_area_projection() {
    for (place, bbox, definition) in [
        ("France", [-5.2, 41.3, 9.6, 51.1], "+proj=laea +lat_0=46.2 +lon_0=2.2 +datum=WGS84 +units=m"),
        ("Brazil", [-74.0, -33.8, -34.7, 5.3], "+proj=laea +lat_0=-14.25 +lon_0=-54.35 +datum=WGS84 +units=m"),
        ("Fiji across 180°", [176.8, -19.3, 181.0, -15.7], "+proj=laea +lat_0=-17.5 +lon_0=178.9 +datum=WGS84 +units=m"),
        ("equator at a zone's edge", [17.5, -0.5, 18.5, 0.5], "+proj=laea +lat_0=0 +lon_0=18 +datum=WGS84 +units=m"),
        ("half of the world", [-90.0, -60.0, 90.0, 80.0], "+proj=laea +lat_0=10 +lon_0=0 +datum=WGS84 +units=m"),
        ("the pole", [-90.0, 80.0, 90.0, 90.0], "+proj=laea +lat_0=85 +lon_0=0 +datum=WGS84 +units=m"),
    ] {
        let auto = auto_crs(rect(bbox)).unwrap();
        assert_eq!(auto.crs.definition(), definition, "{place}");
        assert!(auto.worst_areal_distortion < 1e-6, "{place}: {}", auto.worst_areal_distortion);
        assert!(auto.reason.contains("would distort areas by"), "{place}: {}", auto.reason);
    }
}

#[test]
fn boxes_that_are_none_are_refused() {
    assert!(matches!(auto_crs(rect([-179.0, -19.0, 178.0, -16.0])), Err(CrsError::TooWide { .. })));
    assert!(matches!(auto_crs(rect([456_196.0, 3_972_843.0, 456_300.0, 3_973_000.0])), Err(CrsError::NotLonLat { .. })));
    assert!(matches!(auto_crs(rect([f64::NAN, 0.0, f64::NAN, 1.0])), Err(CrsError::NotLonLat { .. })));
}
