//! Shapes of random towns: they part reached from unreached road, nest, add up, and do not depend on threads or on where they are cut.

use catchment::geo::{Area, BooleanOps, Distance, Euclidean, MultiPolygon, Point, Validation, unary_union};
use catchment::*;
use proptest::prelude::*;

use crate::common::*;
use crate::plan::{cases, plan, zones};

/// Metres of road on either side of the limit that are not judged: the outline keeps a hair from every corner of a road.
const MARGIN_MM: u32 = 250;

/// Roads and outlines that cross at a sharp angle lie side by side so near each other, m.
const HAND_M: f64 = 0.1;

/// Rounding of polygons' areas, m².
const HAIR_M2: f64 = 1e-3;

fn apart(a: &MultiPolygon<f64>, b: &MultiPolygon<f64>) -> f64 {
    a.xor(b).unsigned_area()
}

/// Offenders, but for crossings of roads without a junction, and places within a hand's breadth of the outline.
fn wrong(audit: &Audit, ground: &MultiPolygon<f64>) -> Vec<Offender> {
    let rings: Vec<_> = ground.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors())).collect();
    let near = |o: &Offender| rings.iter().any(|ring| Euclidean.distance(&Point::from(o.at), *ring) < HAND_M);
    audit.offenders.iter().copied().filter(|o| !o.at_crossing && !near(o)).collect()
}

/// The scene's limit and one that is longer by `more` units.
fn two_limits(scene: &Scene, more: u32) -> [Limit; 2] {
    [scene.limit, Limit { cost: scene.limit.cost + Cost(more), ..scene.limit }]
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn shapes_part_reached_from_unreached_road(plan in plan(), more in 1..300_000u32, simplify_m in prop_oneof![Just(0.0), Just(1.0), Just(8.0)]) {
        let scene = plan.scene();
        let limits = two_limits(&scene, more);
        let shapes = scene.isochrones(&limits, false, simplify_m);
        for shape in &shapes {
            prop_assert!(shape.ground.check_validation().is_ok(), "{:?}", shape.ground.check_validation());
            for polygon in &shape.ground {
                prop_assert!(Polygons::outward(polygon), "outer rings counter-clockwise, holes clockwise");
            }
            prop_assert_eq!(shape.ground.0.is_empty(), shape.nothing.is_some());
            let audit = scene.audit(&shape.ground, shape.limit, MARGIN_MM + (simplify_m * 1000.0) as u32);
            prop_assert_eq!(wrong(&audit, &shape.ground), vec![]);
        }
        prop_assert!(shapes[0].ground.difference(&shapes[1].ground).unsigned_area() < HAIR_M2, "a longer limit holds the shorter one's ground");
        prop_assert!(shapes[0].road_mm <= shapes[1].road_mm);
    }

    #[test]
    fn one_facility_by_itself_is_drawn_as_the_nearest_of_one(plan in plan()) {
        let mut scene = plan.scene();
        scene.facilities.truncate(1);
        let limits = two_limits(&scene, 60_000);
        for (merged, own) in scene.isochrones(&limits, false, 0.0).iter().zip(scene.isochrones(&limits, true, 0.0)) {
            prop_assert_eq!(merged.road_mm, own.road_mm);
            prop_assert!(apart(&merged.ground, &own.ground) < HAIR_M2, "{} m²", apart(&merged.ground, &own.ground));
        }
    }

    #[test]
    fn all_facilities_together_reach_what_each_does(plan in plan()) {
        let scene = plan.scene();
        let (merged, each) = (scene.reach(), scene.isochrones(&[scene.limit], true, 0.0));
        let union = unary_union(each.iter().map(|shape| &shape.ground));
        // on roads to the hand's breadth; on the ground but for what lies between points of the lattice: a square of it, where the limit is
        // a few metres and the shapes are smaller than that
        let square_m2 = (scene.cell_m / 4.0).powi(2);
        prop_assert_eq!(wrong(&scene.audit(&union, scene.limit, MARGIN_MM), &union), vec![]);
        prop_assert!(union.difference(&merged.ground).unsigned_area() <= 0.02 * merged.ground.unsigned_area() + square_m2);
        prop_assert!(merged.ground.difference(&union).unsigned_area() <= 0.02 * merged.ground.unsigned_area() + 50.0);
    }

    #[test]
    fn where_it_is_cut_does_not_matter(plan in plan(), threads in 1..4usize) {
        let mut scene = plan.scene();
        scene.gaps.ground = GapGround::All;
        let whole = scene.reach();
        // by zone, on windows of their own, and all at once: the same ground
        let report = scene.analyse();
        for (zone, covered) in zones().iter().zip(&report.gaps.covered) {
            prop_assert!(apart(covered, &whole.ground.intersection(zone)) < 1.0);
        }
        let pool = rayon_pool(threads);
        prop_assert_eq!(&pool.install(|| scene.reach()), &whole);
    }
}

fn rayon_pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// The right-hand rule of RFC 7946.
struct Polygons;

impl Polygons {
    fn outward(polygon: &catchment::geo::Polygon<f64>) -> bool {
        use catchment::geo::Winding;
        polygon.exterior().is_ccw() && polygon.interiors().iter().all(|hole| hole.is_cw())
    }
}
