use geo::{Coord, coord};

use super::super::{Crs, CrsError, Engine, Projector, geodesic_length_m, geodesic_lengths_m};
use super::{Seeded, crs, engines, farthest, from_wgs84};

/// Computed with Python's pyproj 3.7.2 (PROJ 9.5.1, always_xy): a second source for the build without PROJ.
const PYPROJ: [(&str, [f64; 2], [f64; 2]); 11] = [
    ("EPSG:32633", [14.5146, 35.8989], [456_196.116_466, 3_972_843.879_935]),
    ("EPSG:32651", [121.4737, 31.2304], [354_633.648_993, 3_456_140.529_642]),
    ("EPSG:31983", [-46.6333, -23.5505], [333_287.915_101, 7_394_588.318_637]),
    ("EPSG:32722", [-51.2287, -30.0277], [477_948.513_227, 6_678_123.233_043]),
    ("EPSG:4550", [121.4737, 31.2304], [354_575.479_184, 3_457_523.538_959]),
    ("EPSG:3035", [9.5209, 47.1410], [4_284_628.495_617, 2_669_833.261_402]),
    ("EPSG:2154", [7.4197, 43.7325], [1_055_965.144_666, 6_302_572.906_191]),
    ("EPSG:25832", [9.5209, 47.1410], [539_497.379_253, 5_220_964.735_042]),
    ("EPSG:3067", [24.9384, 60.1699], [385_611.316_685, 6_672_118.380_202]),
    ("+proj=laea +lat_0=35.9 +lon_0=14.4 +datum=WGS84 +units=m", [14.5146, 35.8989], [10_345.927_256, -116.012_598]),
    (
        "+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-96 +datum=WGS84 +units=m",
        [-87.6298, 41.8781],
        [688_894.544_224, 2_127_632.753_457],
    ),
];

#[test]
fn known_points_to_a_hundredth_of_a_millimetre() {
    for engine in engines() {
        for (text, [lon, lat], [x, y]) in PYPROJ {
            let projector = from_wgs84(text, engine);
            let mut point = [coord! { x: lon, y: lat }];
            projector.forward(&mut point).unwrap();
            assert!((point[0].x - x).hypot(point[0].y - y) < 1e-5, "{engine:?} {text}: {point:?}");
            projector.inverse(&mut point).unwrap();
            assert!((point[0].x - lon).hypot(point[0].y - lat) < 1e-8, "{engine:?} {text}: {point:?}");
        }
    }
}

#[test]
fn between_two_projected_crs_through_their_inverse() {
    for engine in engines() {
        let projector = Projector::with_engine(&crs("EPSG:4549"), &crs("EPSG:32651"), engine).unwrap();
        let mut point = [coord! { x: 640_412.315_037, y: 3_457_455.488_582 }];
        projector.forward(&mut point).unwrap();
        assert!(farthest(&point, &[coord! { x: 354_633.648_993, y: 3_456_140.529_642 }]) < 1e-5, "{engine:?}");
    }
}

#[test]
fn the_same_crs_changes_nothing_but_still_checks() {
    let projector = Projector::new(&Crs::wgs84(), &crs("OGC:CRS84")).unwrap();
    let mut point = [coord! { x: 14.5146, y: 35.8989 }];
    projector.forward(&mut point).unwrap();
    assert_eq!(point, [coord! { x: 14.5146, y: 35.8989 }]);
    assert!(projector.forward(&mut [coord! { x: 0.0, y: 91.0 }]).is_err());
}

#[test]
fn a_bad_coordinate_is_named_and_never_becomes_nan() {
    for engine in engines() {
        let projector = from_wgs84("EPSG:32633", engine);
        let cases = [
            (coord! { x: f64::NAN, y: 35.0 }, "finite"),
            (coord! { x: 14.0, y: f64::INFINITY }, "finite"),
            (coord! { x: 35.9, y: 114.5 }, "latitude is beyond ±90°"),
            (coord! { x: 456_196.0, y: 35.0 }, "longitude is beyond ±360°"),
        ];
        for (bad, part) in cases {
            let mut points = vec![coord! { x: 14.5, y: 35.9 }; 10_000];
            points[7_777] = bad;
            points[9_999] = bad;
            let error = projector.forward(&mut points).unwrap_err();
            let CrsError::Coordinate { index, .. } = error else { panic!("{error}") };
            assert_eq!(index, 7_777);
            let message = error.to_string();
            assert!(message.contains(part) && message.contains("EPSG:32633"), "{message}");
        }
    }
}

#[test]
fn a_coordinate_without_an_image_is_named_with_its_own_numbers() {
    // The opposite pole of an azimuthal projection has no image; neither has a plane point beyond its rim.
    for engine in engines() {
        let projector = from_wgs84("+proj=laea +lat_0=36 +lon_0=14 +datum=WGS84 +units=m", engine);
        let mut points = vec![coord! { x: 14.5, y: 35.9 }; 9_000];
        points[8_500] = coord! { x: -166.0, y: -36.0 };
        let error = projector.forward(&mut points).unwrap_err();
        assert!(matches!(error, CrsError::Coordinate { index: 8_500, x: -166.0, y: -36.0, .. }), "{engine:?} {error}");

        let mut points = vec![coord! { x: 100.0, y: 100.0 }; 9_000];
        points[300] = coord! { x: 3e7, y: 3e7 };
        let error = projector.inverse(&mut points).unwrap_err();
        assert!(matches!(error, CrsError::Coordinate { index: 300, x: 3e7, y: 3e7, .. }), "{engine:?} {error}");
    }
}

#[test]
fn the_result_does_not_depend_on_how_many_are_asked_at_once() {
    for engine in engines() {
        let projector = from_wgs84("EPSG:4549", engine);
        let mut together = Seeded(1).points([118.0, 25.0, 122.0, 40.0], 20_000);
        let mut alone: Vec<Coord<f64>> = together.iter().step_by(97).copied().collect();
        projector.forward(&mut together).unwrap();
        for point in &mut alone {
            *point = projector.forward_one(*point).unwrap();
        }
        assert!(together.iter().step_by(97).eq(&alone), "{engine:?}");
        projector.forward(&mut []).unwrap();
    }
}

#[test]
fn a_datum_shift_that_is_missing_is_refused_not_ignored() {
    // Xian 1980 without a published shift; NAD27 and NZGD49 with grids.
    for (text, part) in [("EPSG:2327", "6378140"), ("EPSG:26715", "NAD27"), ("EPSG:27200", "nzgd2kgrid0005.gsb")] {
        let error = match text.parse::<Crs>() {
            Ok(crs) => Projector::with_engine(&Crs::wgs84(), &crs, Engine::Proj4rs).unwrap_err(),
            Err(error) => error,
        };
        assert!(matches!(error, CrsError::NoDatumShift { .. }), "{error}");
        let message = error.to_string();
        assert!(message.contains(text) && message.contains(part) && message.contains("--features proj"), "{message}");
    }
}

#[test]
fn geodesic_lengths() {
    // pyproj 3.7.2, Geod(ellps="WGS84").
    let cases = [
        ([14.5146, 35.8989, 14.4097, 35.8884], 9_542.242_758_079),
        ([121.4737, 31.2304, 121.381, 31.112], 15_824.829_150_105),
        ([0.0, 0.0, 1.0, 0.0], 111_319.490_793_274),
        ([0.0, 0.0, 0.0, 1.0], 110_574.388_557_799),
        ([0.0, 0.0, 179.5, 0.5], 19_936_288.578_965_314),
        ([179.999, 0.0, -179.999, 0.0], 222.638_981_587),
        ([14.0, 36.0, 14.0, 36.0], 0.0),
    ];
    let segments = cases.map(|([a, b, c, d], _)| [coord! { x: a, y: b }, coord! { x: c, y: d }]);
    for ((segment, length), (_, expected)) in segments.iter().zip(geodesic_lengths_m(&segments)).zip(cases) {
        assert!((length - expected).abs() < 1e-8, "{segment:?}: {length}");
        assert_eq!(length, geodesic_length_m(segment[0], segment[1]));
    }
}
