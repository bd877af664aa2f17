//! Gaps and covered ground are sound polygons, and tell what was measured.

use catchment::geo::{Area, BooleanOps, Contains, Coord, Euclidean, Intersects, Length, MultiPolygon, Validation};
use catchment::*;
use proptest::prelude::*;

use crate::common::*;
use crate::plan::{cases, plan};

/// What two polygons may share though they should not: rounding along borders of a few kilometres, m².
const ROUNDING_M2: f64 = 1e-2;

fn shared(a: &MultiPolygon<f64>, b: &MultiPolygon<f64>) -> f64 {
    a.intersection(b).unsigned_area()
}

fn border(ground: &MultiPolygon<f64>) -> f64 {
    ground.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors())).map(|ring| Euclidean.length(ring)).sum()
}

/// The statuses of the four cell centres around a place.
fn around(scene: &Scene, place: Coord<f64>, nearest: &NearestFacility<'_>, grid: &EdgeGrid<'_>) -> [Status; 4] {
    let side = scene.cell_m;
    let low = [(place.x / side - 0.5).floor(), (place.y / side - 0.5).floor()];
    [(0.5, 0.5), (1.5, 0.5), (0.5, 1.5), (1.5, 1.5)].map(|(dx, dy)| {
        let mut snaps = Snaps::default();
        match grid.snap(at((low[0] + dx) * side, (low[1] + dy) * side), &mut snaps) {
            LinkStatus::Linked => Status::of_label(nearest.point(&snaps), scene.limit),
            LinkStatus::TooFar | LinkStatus::BehindBarrier | LinkStatus::NoData => Status::Unlinked,
        }
    })
}

/// Statuses of the ground within a cell of a place, every eighth of a cell, and of the roads within one and a half.
fn nearby(scene: &Scene, place: Coord<f64>, nearest: &NearestFacility<'_>, grid: &EdgeGrid<'_>) -> Vec<Status> {
    let cell = scene.cell_m;
    let lattice = (0..17 * 17).map(|i| at(place.x + f64::from(i % 17 - 8) * cell / 8.0, place.y + f64::from(i / 17 - 8) * cell / 8.0));
    let network = nearest.network();
    let on_roads = network.edges().iter().flat_map(|edge| {
        let (a, b) = (network.location(edge.tail), network.location(edge.head));
        (0..=40).map(move |k| at(a.x + f64::from(k) / 40.0 * (b.x - a.x), a.y + f64::from(k) / 40.0 * (b.y - a.y)))
    });
    let close = |c: &Coord<f64>| (c.x - place.x).abs().max((c.y - place.y).abs()) <= 1.5 * cell;
    let mut snaps = Snaps::default();
    let mut status = |c: Coord<f64>| match grid.snap(c, &mut snaps) {
        LinkStatus::Linked => Status::of_label(nearest.point(&snaps), scene.limit),
        _ => Status::Unlinked,
    };
    lattice.chain(on_roads.filter(close)).map(&mut status).collect()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn gaps_and_covered_ground_are_sound(plan in plan()) {
        let scene = plan.scene();
        let report = scene.analyse();
        prop_assert_eq!(report.gaps.covered.len(), scene.zones.len());
        let ground = |gap: &Gap| MultiPolygon::from(gap.polygon.clone());
        for (i, gap) in report.gaps.gaps.iter().enumerate() {
            let zone = &scene.zones[gap.zone.index()].area;
            let why = gap.polygon.check_validation();
            prop_assert!(why.is_ok(), "gap {}: {:?}", i, why);
            prop_assert!((gap.polygon.unsigned_area() - gap.area_m2).abs() < 1e-9 * gap.area_m2);
            prop_assert!(ground(gap).difference(zone).unsigned_area() < ROUNDING_M2, "gap {} leaves its zone", i);
            prop_assert!(shared(&ground(gap), &report.gaps.covered[gap.zone.index()]) < ROUNDING_M2, "gap {} is covered", i);
            for other in &report.gaps.gaps[..i] {
                prop_assert!(shared(&ground(gap), &ground(other)) < ROUNDING_M2, "gap {} overlaps", i);
            }
        }
        for (zone, covered) in scene.zones.iter().zip(&report.gaps.covered) {
            let why = covered.check_validation();
            prop_assert!(why.is_ok(), "{}: {:?}", zone.id, why);
            prop_assert!(covered.difference(&zone.area).unsigned_area() < ROUNDING_M2);
        }
    }

    #[test]
    fn the_drawn_ground_is_as_large_as_the_measured_one(plan in plan()) {
        let scene = plan.scene();
        let report = scene.analyse();
        let cell = scene.cell_m;
        for (z, row) in report.coverage.zones.iter().enumerate() {
            let covered = &report.gaps.covered[z];
            let (drawn, measured) = (covered.unsigned_area(), row.area.covered.m2());
            prop_assert!((drawn - measured).abs() <= border(covered) * cell + cell * cell, "drawn {} m², measured {}", drawn, measured);
        }
        // on all ground, what is not covered is drawn as gaps, but for pieces under 1 m², fewer than cells
        if scene.gaps.ground == GapGround::All {
            let covered: f64 = report.gaps.covered.iter().map(|ground| ground.unsigned_area()).sum();
            let listed: f64 = report.gaps.gaps.iter().map(|g| g.area_m2).sum();
            let (drawn, all) = (covered + listed + report.gaps.hairs.area_m2, report.coverage.total.area_m2);
            prop_assert!((drawn - all).abs() <= all / (cell * cell) + 100.0, "{} of {}", drawn, all);
            prop_assert!(report.gaps.gaps.iter().all(|g| g.points > 0 || g.area_m2 >= cell * cell));
        }
    }

    #[test]
    fn who_lives_well_inside_a_gap_lies_in_it(plan in plan()) {
        let scene = plan.scene();
        let report = scene.analyse();
        let network = scene.network();
        let grid = EdgeGrid::new(&network, scene.link);
        let places: Vec<_> = scene.facilities.iter().map(|f| f.location).collect();
        let links = Linkage::new(&grid, &places);
        let sources = Sources::new(&network, &links, scene.direction);
        let mut space = SearchSpace::default();
        let nearest = sources.nearest_facility(&mut space);
        for (i, &place) in scene.demand.locations.iter().enumerate() {
            // two metres inside the zone: pieces of ground under 1 m² are nobody's
            let Some(zone) = scene.demand.zones[i] else { continue };
            let whole = &scene.zones[zone.index()].area;
            let inside = [(2.0, 2.0), (2.0, -2.0), (-2.0, 2.0), (-2.0, -2.0)].iter().all(|(dx, dy)| whole.contains(&at(place.x + dx, place.y + dy)));
            if !inside {
                continue;
            }
            let in_gap = report.gaps.gaps.iter().any(|g| g.zone == zone && g.polygon.intersects(&place));
            let covered = report.gaps.covered[zone.index()].intersects(&place);
            let corners = around(&scene, place, &nearest, &grid);
            // roads between the corners may be reached, and their ground with them
            let beyond = || nearby(&scene, place, &nearest, &grid).iter().all(|s| *s != Status::Covered);
            if corners.iter().all(|s| *s != Status::Covered) && beyond() {
                prop_assert!(in_gap && !covered, "point {} at {:?}", i, place);
            }
            if corners.iter().all(|s| *s == Status::Covered) {
                // unless it is so near to somebody who is not covered that their square holds it too
                prop_assert!(covered || in_gap, "point {} at {:?}", i, place);
            }
        }
    }
}
