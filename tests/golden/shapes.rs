//! Isochrones of Malta and Liechtenstein, as they are written: valid, right-handed, and on the right side of the roads.

use catchment::geo::{Area, BoundingRect, Intersects, MultiPolygon, Polygon, Validation};
use catchment::{Limit, NoProgress};
use catchment_io::{Ask, AuditAsk, Folder, IsochroneAsk, Plan, Points, audit_layer, isochrones, run};

fn plan(name: &str) -> (Plan, Folder) {
    let folder = format!("{}/../../data/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(format!("{folder}/plan.toml")).unwrap();
    (Plan::parse(&text).unwrap(), Folder(folder.into()))
}

fn limits() -> Vec<Limit> {
    ["5min", "10min", "15min"].map(|limit| limit.parse().unwrap()).to_vec()
}

fn drawn(name: &str, per_facility: bool, rings: bool, simplify_m: f64) -> Vec<u8> {
    let (plan, files) = plan(name);
    let service = Some(plan.services[0].id.clone());
    let ask = IsochroneAsk { ask: Ask { service, limits: limits() }, per_facility, rings, simplify_m, cell_m: None };
    let made = isochrones(&plan, &files, &ask, &NoProgress).unwrap();
    made.files().iter().find(|(name, _)| name == "isochrones.geojson").unwrap().1.clone()
}

/// The shapes of a layer, in degrees.
fn shapes(layer: &[u8]) -> Vec<MultiPolygon<f64>> {
    let text: geojson::GeoJson = std::str::from_utf8(layer).unwrap().parse().unwrap();
    let features = geojson::FeatureCollection::try_from(text).unwrap().features;
    let shape = |feature: geojson::Feature| match catchment::geo::Geometry::<f64>::try_from(feature.geometry?).unwrap() {
        catchment::geo::Geometry::Polygon(polygon) => Some(polygon.into()),
        catchment::geo::Geometry::MultiPolygon(polygons) => Some(polygons),
        other => panic!("{other:?}"),
    };
    features.into_iter().filter_map(shape).collect()
}

fn check(layer: &[u8], expected: usize) {
    let shapes = shapes(layer);
    assert_eq!(shapes.len(), expected);
    for shape in &shapes {
        assert!(shape.is_valid(), "{:?}", shape.check_validation());
        for polygon in shape {
            let area = |ring: &catchment::geo::LineString<f64>| Polygon::new(ring.clone(), vec![]).signed_area();
            assert!(area(polygon.exterior()) > 0.0 && polygon.interiors().iter().all(|hole| area(hole) < 0.0));
        }
    }
}

/// Places on the wrong side, crossings aside, and how many count.
fn wrong(name: &str, layer: &[u8], limit: Limit) -> (usize, usize) {
    let (plan, files) = plan(name);
    let points = Points { count: 100_000, seed: 7, leave_out: None };
    let ask = AuditAsk { file: "isochrones.geojson", bytes: layer, service: Some(&plan.services[0].id), limit: Some(limit), points };
    let audit = audit_layer(&plan, &files, &ask, &NoProgress).unwrap().found.audit;
    (audit.offenders.iter().filter(|offender| !offender.at_crossing).count(), audit.counted())
}

#[test]
fn malta() {
    let merged = drawn("malta", false, false, 0.0);
    check(&merged, 3);
    let (wrong, counted) = wrong("malta", &merged, limits()[2]);
    assert!(wrong == 0 && counted > 99_000, "{wrong} of {counted}");
    // 32 clinics, three limits each
    check(&drawn("malta", true, true, 0.0), 96);
    check(&drawn("malta", true, false, 5.0), 96);
}

#[test]
fn liechtenstein_simplified() {
    let simple = drawn("liechtenstein", false, false, 5.0);
    check(&simple, 3);
    let corners = |layer: &[u8]| shapes(layer).iter().map(catchment::geo::CoordsIter::coords_count).sum::<usize>();
    let whole = drawn("liechtenstein", false, false, 0.0);
    assert!(2 * corners(&simple) < corners(&whole), "{} of {}", corners(&simple), corners(&whole));
    // what lies within 5 s of the limit, 6 m of way, does not count: the tolerance of 5 m is not seen
    for limit in limits() {
        assert_eq!(wrong("liechtenstein", &simple, limit).0, 0, "{limit}");
    }
}

/// The ground that each of Malta's stand-in stations reaches first, against each resident's own nearest.
#[test]
fn malta_service_areas() {
    let (mut plan, files) = plan("malta");
    plan.services.remove(0);
    plan.access.clear();
    plan.siting = None;
    plan.outputs.map = false;
    let done = run(&plan, &files, &NoProgress).unwrap();
    let (demand, areas) = (&done.inputs.demand, &done.responses[0].areas);
    let boxes: Vec<_> = areas.iter().map(|area| area.bounding_rect().unwrap()).collect();
    let (mut asked, mut wrong) = (0, 0);
    for (i, assessment) in done.reports[0].assessments.iter().enumerate().filter(|(_, a)| a.label.cost.is_reached()) {
        let at = demand.locations[i];
        let held: Vec<usize> = (0..areas.len()).filter(|&a| boxes[a].intersects(&at) && areas[a].intersects(&at)).collect();
        asked += 1;
        wrong += usize::from(held != [assessment.label.facility.index()]);
    }
    eprintln!("{wrong} of {asked} residents' places lie in another area");
    assert!(asked > 8_000 && wrong * 500 < asked, "{wrong} of {asked}");
    for area in areas {
        assert!(area.is_valid());
    }
    // together they are the ground that cells call reached, however far
    let by_status = done.reports[0].coverage.total.area;
    let (drawn, measured): (f64, f64) = (areas.iter().map(Area::unsigned_area).sum(), (by_status.covered + by_status.uncovered).m2());
    assert!((drawn / measured - 1.0).abs() < 1e-3, "{drawn} and {measured}");
}
