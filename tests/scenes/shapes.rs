//! Shapes: reached road to the millimetre, outlines that part it from the rest, holes and parts.

use std::f64::consts::PI;

use catchment::geo::{Area, Contains, MultiPolygon};
use catchment::*;

use crate::common::*;

/// Whether a shape holds each of some places.
fn holds<const N: usize>(ground: &MultiPolygon<f64>, places: [(f64, f64); N]) -> [bool; N] {
    places.map(|(x, y)| ground.contains(&at(x, y)))
}

/// No place on a road is on the wrong side, but for those within a quarter of a metre of the limit.
fn parts(scene: &Scene, shape: &Isochrone) {
    let audit = scene.audit(&shape.ground, shape.limit, 250);
    assert_eq!((audit.offenders.as_slice(), audit.points), (&[][..], 4000));
}

fn limit(text: &str) -> Limit {
    text.parse().unwrap()
}

/// Snapping as far as the scene goes.
fn wide(limit: &str) -> Scene {
    let mut scene = Scene::new(limit);
    scene.link.snap_m = 1000.0;
    scene
}

#[test]
fn a_limit_in_the_middle_of_the_only_edge() {
    let scene = wide("200m").street(&[(0.0, 0.0), (1000.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    let shape = scene.reach();
    assert_eq!((shape.road_mm, shape.nothing, shape.ground.0.len()), (200_000, None, 1));
    parts(&scene, &shape);
    // ahead x + |y| ≤ 200, a triangle of 400 × 200 / 2; behind half a disc of 200 m
    let exact = 40_000.0 + PI * 40_000.0 / 2.0;
    assert!((shape.ground.unsigned_area() / exact - 1.0).abs() < 0.002, "{}", shape.ground.unsigned_area());
    // one metre of it is a sliver, and no error
    let sliver = scene.limit("1m");
    let shape = sliver.reach();
    assert_eq!((shape.road_mm, shape.nothing), (1000, None));
    assert_eq!(holds(&shape.ground, [(0.5, 0.0), (2.0, 0.0)]), [true, false]);
}

#[test]
fn reached_road_comes_from_both_ends_and_from_within() {
    // a clinic 300 m along an edge of 1,000 m, whose ends a way of 250 + 250 m joins
    let mut scene = wide("250m").clinics(&[(300.0, 0.0)]);
    scene.piece((0.0, 0.0), (1000.0, 0.0), Some(1.0), Some(1.0));
    scene.piece((0.0, 0.0), (500.0, 300.0), Some(1.0), Some(1.0)).length_mm = 250_000;
    scene.piece((500.0, 300.0), (1000.0, 0.0), Some(1.0), Some(1.0)).length_mm = 250_000;
    let reached = |limit: &str| {
        let scene = scene.clone().limit(limit);
        scene.ask(|_, service| {
            let links = Linkage::new(&service.edge_grid(), &[service.facilities[0].location]);
            let sources = Sources::new(service.network, &links, service.direction);
            let mut space = SearchSpace::default();
            let nearest = sources.nearest_facility(&mut space);
            let reached = ReachedEdges::new(&nearest, service.limit.cost);
            let lines = reached.lines(&nearest);
            assert_eq!(lines.iter().map(|line| line.length_mm).sum::<u64>(), reached.length_mm());
            (reached.length_mm() / 1000, reached.intervals.len(), lines.len())
        })
    };
    // 250 m to either side
    assert_eq!(reached("250m"), (500, 1, 1));
    // 300 m to the near end and 100 m on; 400 m the other way
    assert_eq!(reached("400m"), (800, 2, 1));
    // the far end costs 700: 20 m back along the other way, of which 420 m come from the near end: 250 + 170, and a part of 60 m is left
    assert_eq!(reached("720m"), (1440, 4, 1));
    // and at 750 m nothing is left; a ring
    assert_eq!(reached("750m"), (1500, 3, 1));
}

#[test]
fn one_way_road_is_reached_against_its_direction() {
    // people walk to the clinic at x = 500 on a street that leads east only: nobody comes from the east
    let to = wide("200m").one_way(&[(0.0, 0.0), (500.0, 0.0), (1000.0, 0.0)]).clinics(&[(500.0, 0.0)]);
    let shape = to.reach();
    assert_eq!(shape.road_mm, 200_000);
    assert_eq!(holds(&shape.ground, [(400.0, 0.0), (290.0, 0.0), (501.0, 0.0), (600.0, 0.0)]), [true, false, false, false]);
    let from = to.direction(Direction::FromFacility).reach();
    assert_eq!(holds(&from.ground, [(400.0, 0.0), (499.0, 0.0), (600.0, 0.0), (710.0, 0.0)]), [false, false, true, false]);
}

#[test]
fn a_lake_is_a_hole() {
    // a block of 200 m; the lake's shores lie midway between points of the 6.25 m lattice
    let (low, high) = (11.5 * 6.25, 20.5 * 6.25);
    let scene = wide("1km").street(&[(0.0, 0.0), (200.0, 0.0), (200.0, 200.0), (0.0, 200.0), (0.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    let mut scene = scene;
    scene.barriers = vec![Barrier { kind: "water".into(), shape: BarrierShape::Areas(rect(low, low, high, high)) }];
    let shape = scene.reach();
    assert_eq!((shape.ground.0.len(), shape.ground.0[0].interiors().len()), (1, 1));
    let hole = catchment::geo::Polygon::new(shape.ground.0[0].interiors()[0].clone(), vec![]);
    // 56.25 m square; four corners of half a step are cut
    assert!((hole.unsigned_area() - (56.25 * 56.25 - 4.0 * 3.125 * 3.125 / 2.0)).abs() < 0.01, "{}", hole.unsigned_area());
    parts(&scene, &shape);
}

#[test]
fn a_hole_between_the_centres_of_cells() {
    // a block of 80 m with a clinic at each corner, on cells of 50 m whose centres lie 25 m beside its middle: a place within 40 m of the
    // middle of a side, t along it and d into the block, costs t + d, at most 60 where |x| + |y| ≥ 20 from the middle
    let mut scene = wide("60m").street(&[(60.0, 60.0), (140.0, 60.0), (140.0, 140.0), (60.0, 140.0), (60.0, 60.0)]).clinics(&[
        (60.0, 60.0),
        (140.0, 60.0),
        (140.0, 140.0),
        (60.0, 140.0),
    ]);
    scene.cell_m = 50.0;
    let shape = scene.reach();
    assert_eq!((shape.ground.0.len(), shape.ground.0[0].interiors().len()), (1, 1));
    let hole = catchment::geo::Polygon::new(shape.ground.0[0].interiors()[0].clone(), vec![]);
    // half of a square of 40 m
    assert!((hole.unsigned_area() - 800.0).abs() < 8.0, "{} m²", hole.unsigned_area());
    parts(&scene, &shape);
}

#[test]
fn parallel_roads_of_very_different_cost() {
    // twenty metres apart, joined at the far end only: 500 m reach half of the one and nothing of the other
    let scene = wide("500m").street(&[(0.0, 0.0), (1000.0, 0.0), (1000.0, 20.0), (0.0, 20.0)]).clinics(&[(0.0, 0.0)]);
    let shape = scene.reach();
    assert_eq!(shape.road_mm, 500_000);
    parts(&scene, &shape);
    assert_eq!(holds(&shape.ground, [(250.0, 0.0), (250.0, 6.0), (250.0, 14.0), (250.0, 20.0)]), [true, true, false, false]);
    // two metres apart the lattice sees nothing of it; the roads do
    let scene = wide("500m").street(&[(0.0, 0.0), (1000.0, 0.0), (1000.0, 2.0), (0.0, 2.0)]).clinics(&[(0.0, 0.0)]);
    let shape = scene.reach();
    parts(&scene, &shape);
    assert_eq!(holds(&shape.ground, [(251.0, 0.0), (251.0, 2.0)]), [true, false]);
}

#[test]
fn dead_ends_and_parts() {
    // a dead end of 80 m is reached to its end; a second clinic far away makes a second part
    let scene = wide("150m")
        .street(&[(0.0, 0.0), (100.0, 0.0), (100.0, 80.0)])
        .street(&[(100.0, 0.0), (2000.0, 0.0)])
        .clinics(&[(50.0, 0.0), (1500.0, 0.0)]);
    let shape = scene.reach();
    // west 50, east 150, the dead end 80; around the second clinic 150 each way
    assert_eq!((shape.road_mm, shape.ground.0.len()), (580_000, 2));
    parts(&scene, &shape);
    assert_eq!(holds(&shape.ground, [(100.0, 80.0), (1351.0, 0.0), (1349.0, 0.0)]), [true, true, false]);
    let each = scene.isochrones(&[scene.limit], true, 0.0);
    assert_eq!(each.iter().map(|shape| shape.road_mm).collect::<Vec<_>>(), [280_000, 300_000]);
    assert_eq!(each.iter().map(|shape| shape.facility).collect::<Vec<_>>(), [Some(FacilityId(0)), Some(FacilityId(1))]);
}

#[test]
fn a_river_with_one_bridge() {
    // banks at y = ±20; the bridge at x = 0; the clinic on the south bank's street at x = 300
    let river = || Barrier { kind: "water".into(), shape: BarrierShape::Areas(rect(-1000.0, -20.0, 1000.0, 20.0)) };
    let scene = wide("600m").street(&[(-500.0, -60.0), (0.0, -60.0), (500.0, -60.0)]).street(&[(-500.0, 60.0), (0.0, 60.0), (500.0, 60.0)]);
    let mut scene = scene.street(&[(0.0, -60.0), (0.0, 60.0)]).clinics(&[(300.0, -60.0)]);
    scene.barriers = vec![river()];
    let shape = scene.reach();
    parts(&scene, &shape);
    // the bridge; the north street 180 m to either side (300 + 120 + 180); the water beside the bridge; the south bank
    let north = [(170.0, 60.0), (190.0, 60.0), (-170.0, 60.0), (-190.0, 60.0)];
    assert_eq!(holds(&shape.ground, north), [true, false, true, false]);
    assert_eq!(holds(&shape.ground, [(0.0, 0.0), (60.0, 0.0), (250.0, -25.0), (250.0, 25.0)]), [true, false, true, false]);
    // without the river the south street serves the water's middle
    scene.barriers.clear();
    assert_eq!(holds(&scene.reach().ground, [(250.0, -10.0)]), [true]);
}

#[test]
fn a_motorway_with_an_underpass() {
    // the lane passes beneath at x = 0; the street south of the motorway has no other way across
    let scene = wide("200m").street(&[(-300.0, -15.0), (0.0, -15.0), (300.0, -15.0)]).street(&[(0.0, -15.0), (0.0, 200.0)]);
    let scene = scene.clinics(&[(0.0, -15.0)]).barrier("motorway", &[(-1000.0, 0.0), (1000.0, 0.0)]);
    let shape = scene.reach();
    parts(&scene, &shape);
    // 100 m east: south of it 100 + 10; north of it, 5 m from the motorway, 20 along the lane and 100 aside
    assert_eq!(holds(&shape.ground, [(100.0, -5.0), (100.0, 5.0), (190.0, -10.0), (190.0, 5.0)]), [true, true, true, false]);
    // the lane itself goes through
    assert_eq!(holds(&shape.ground, [(0.0, 0.0), (0.0, 180.0), (0.0, 190.0)]), [true, true, false]);
}

#[test]
fn a_walled_compound_with_one_gate() {
    // walls around 100 … 200; the way in at (100, 150) ends in the middle
    let walls = [(100.0, 150.0), (100.0, 100.0), (200.0, 100.0), (200.0, 200.0), (100.0, 200.0), (100.0, 150.0)];
    let scene = wide("300m").street(&[(90.0, 0.0), (90.0, 150.0), (90.0, 400.0)]).street(&[(90.0, 150.0), (150.0, 150.0)]);
    let scene = scene.clinics(&[(90.0, 0.0)]).barrier("wall", &walls);
    let shape = scene.reach();
    parts(&scene, &shape);
    // inside by the gate: 150 + 60 + 45; right outside the far wall there is no clear leg; inside a corner 150 + 60 + 45 √2
    assert_eq!(holds(&shape.ground, [(194.0, 150.0), (206.0, 150.0), (194.0, 106.0)]), [true, false, true]);
}

#[test]
fn a_facility_on_an_island_of_roads_reaches_the_island() {
    let mut scene = wide("500m").street(&[(0.0, 0.0), (100.0, 0.0)]).clinics(&[(50.0, 0.0)]);
    scene.link.min_component = 3;
    let shape = scene.reach();
    parts(&scene, &shape);
    assert_eq!((shape.ground.0.len(), shape.road_mm, shape.nothing), (1, 100_000, None));
    // farther from the road than the snap limit
    let off = Scene::new("500m").street(&[(0.0, 0.0), (100.0, 0.0)]).clinics(&[(50.0, 200.0)]).reach();
    assert_eq!((off.ground.0.len(), off.road_mm, off.nothing), (0, 0, Some(NothingReached::FacilityUnlinked)));
    // tied to a road, but by a leg that is longer than the limit
    let far = wide("10m").street(&[(0.0, 0.0), (100.0, 0.0)]).clinics(&[(50.0, 20.0)]).reach();
    assert_eq!((far.ground.0.len(), far.nothing), (0, Some(NothingReached::LimitTooShort)));
}

#[test]
fn roads_that_cross_without_a_junction() {
    // a path passes over the street at x = 103: it is reached, the street beneath is not
    let scene = wide("300m").street(&[(103.0, -200.0), (103.0, 300.0)]).street(&[(-500.0, 2.0), (500.0, 2.0)]).clinics(&[(103.0, -200.0)]);
    let shape = scene.reach();
    assert_eq!(shape.road_mm, 300_000);
    let audit = scene.audit(&shape.ground, shape.limit, 250);
    assert!(audit.offenders.iter().all(|o| o.at_crossing && (o.at.x - 103.0).abs() <= 0.3), "{:?}", audit.offenders);
    assert_eq!(holds(&shape.ground, [(103.0, 2.0), (102.5, 2.0), (103.5, 2.0)]), [true, false, false]);
}

#[test]
fn rings_leave_nothing_out_and_count_nothing_twice() {
    let scene = wide("300m").street(&[(0.0, 0.0), (1000.0, 0.0)]).clinics(&[(500.0, 0.0)]);
    let limits = ["100m", "200m", "300m"].map(limit);
    let disks = scene.isochrones(&limits, false, 0.0);
    let rings = rings(&disks);
    assert_eq!(rings.iter().map(|ring| ring.road_mm).collect::<Vec<_>>(), [200_000, 200_000, 200_000]);
    assert_eq!(rings.iter().map(|ring| ring.beyond).collect::<Vec<_>>(), [None, Some(limits[0]), Some(limits[1])]);
    let area: f64 = rings.iter().map(|ring| ring.ground.unsigned_area()).sum();
    assert!((area - disks[2].ground.unsigned_area()).abs() < 0.01);
}
