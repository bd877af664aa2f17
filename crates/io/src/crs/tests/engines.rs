//! Seeded points in ten CRSs over their areas of use: there and back with every engine, and PROJ against `proj4rs`.

#[cfg(feature = "proj")]
use super::super::Engine;
use super::{Seeded, engines, farthest, from_wgs84};

/// Areas of use (west, south, east, north) as the EPSG registry has them, of CRSs whose datum needs no shift.
const AREAS: [(&str, [f64; 4]); 14] = [
    ("EPSG:32633", [12.0, 0.0, 18.0, 84.0]),
    ("EPSG:32651", [120.0, 0.0, 126.0, 84.0]),
    ("EPSG:31983", [-48.0, -33.5, -42.0, 0.0]),
    ("EPSG:32722", [-54.0, -80.0, -48.0, 0.0]),
    ("EPSG:4549", [118.5, 24.43, 121.5, 53.33]),
    ("EPSG:4550", [121.5, 28.22, 124.5, 53.56]),
    ("EPSG:3035", [-16.1, 32.88, 40.18, 84.73]),
    ("EPSG:2154", [-9.86, 41.15, 10.38, 51.56]),
    ("EPSG:25832", [6.0, 38.76, 12.0, 84.33]),
    ("EPSG:3067", [19.08, 58.84, 31.59, 70.09]),
    ("+proj=laea +lat_0=-14.25 +lon_0=-54.35 +datum=WGS84 +units=m", [-74.0, -33.8, -34.7, 5.3]),
    ("+proj=laea +lat_0=0 +lon_0=18 +datum=WGS84 +units=m", [13.0, -5.0, 23.0, 5.0]),
    ("+proj=laea +lat_0=85 +lon_0=0 +datum=WGS84 +units=m", [-180.0, 70.0, 180.0, 90.0]),
    ("+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-96 +datum=WGS84 +units=m", [-124.8, 24.4, -66.9, 49.4]),
];
const POINTS: usize = 10_000;

#[test]
fn there_and_back_to_two_millimetres() {
    for engine in engines() {
        for (text, area) in AREAS {
            let projector = from_wgs84(text, engine);
            let degrees = Seeded(20_261_122).points(area, POINTS);
            let mut metres = degrees.clone();
            projector.forward(&mut metres).unwrap();
            let mut back = metres.clone();
            projector.inverse(&mut back).unwrap();
            projector.forward(&mut back).unwrap();
            let worst = farthest(&metres, &back);
            eprintln!("{engine:?} {text}: {worst:.1e} m there and back");
            assert!(worst < 2e-3, "{engine:?} {text}: {worst} m");
        }
    }
}

#[test]
#[cfg(feature = "proj")]
fn both_engines_agree_to_a_millimetre() {
    for (text, area) in AREAS {
        let degrees = Seeded(4_549).points(area, POINTS);
        let [pure, proj] = [Engine::Proj4rs, Engine::Proj].map(|engine| {
            let mut points = degrees.clone();
            from_wgs84(text, engine).forward(&mut points).unwrap();
            points
        });
        let worst = farthest(&pure, &proj);
        eprintln!("{text}: {worst:.1e} m at worst");
        assert!(worst < 1e-3, "{text}: {worst} m");

        let [pure, proj] = [Engine::Proj4rs, Engine::Proj].map(|engine| {
            let mut points = proj.clone();
            from_wgs84(text, engine).inverse(&mut points).unwrap();
            points
        });
        // A longitude of ±180° may come back with either sign.
        let worst = pure.iter().zip(&proj).map(|(a, b)| {
            let d_lon = (a.x - b.x + 540.0).rem_euclid(360.0) - 180.0;
            (d_lon * a.y.to_radians().cos()).hypot(a.y - b.y)
        });
        let worst = worst.fold(0.0, f64::max);
        eprintln!("{text}: {worst:.1e}° at worst on the way back");
        // 2e-8° is 2 mm: the authalic latitude of PROJ 9.6's laea and aea is a short series, that of proj4rs a longer one.
        assert!(worst < 2e-8, "{text}: {worst}°");
    }
}

#[test]
#[cfg(feature = "proj")]
fn proj_knows_what_the_pure_rust_engine_does_not() {
    use super::super::{Crs, CrsError};
    use super::crs;

    // Colombia's national grid; the expected values are pyproj 3.7.2's.
    let bogota = geo::coord! { x: -74.0721, y: 4.7110 };
    let point = from_wgs84("EPSG:9377", Engine::Proj).forward_one(bogota).unwrap();
    assert!((point.x - 4_881_143.148_692).hypot(point.y - 2_078_651.312_188) < 1e-5, "{point:?}");
    assert_eq!(crs("EPSG:9377").check_working(), Ok(()));
    let (wgs84, colombia) = (Crs::wgs84(), crs("EPSG:9377"));
    let refused = super::super::Projector::with_engine(&wgs84, &colombia, Engine::Proj4rs).unwrap_err();
    assert!(matches!(refused, CrsError::Unknown { .. }), "{refused}");

    assert!(crs("EPSG:8694").is_geographic()); // Camacupa 2015
    for (text, part) in [
        ("EPSG:9748", "US survey foot"), // Alabama East
        ("EPSG:4807", "grad"),           // NTF (Paris)
        ("EPSG:8697", "geocentric"),     // RSAO13
        ("EPSG:9286", "degrees"),        // ETRS89 and a height
    ] {
        let message = crs(text).check_working().unwrap_err().to_string();
        assert!(message.contains(part), "{text}: {message}");
    }
    assert!(matches!("EPSG:3855".parse::<Crs>(), Err(CrsError::Unknown { .. }))); // a height alone
}
