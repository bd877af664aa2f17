//! Drawings on a grid of whole degrees whose areas can be counted.

use geo::{Area as _, Validation, Winding};

use super::*;
use crate::osm::read;
use crate::osm::testing::{All, Scene};

/// Nodes at every whole degree: (lon, lat) has the id `100 × lon + lat + 1`.
fn grid() -> Scene {
    let all = (0..13).flat_map(|lon| (0..13).map(move |lat| (lon, lat)));
    all.fold(Scene::default(), |scene, (lon, lat)| scene.node(at(lon, lat), lon as f64, lat as f64))
}

fn at(lon: i64, lat: i64) -> i64 {
    100 * lon + lat + 1
}

fn line(places: &[(i64, i64)]) -> Vec<i64> {
    places.iter().map(|&(lon, lat)| at(lon, lat)).collect()
}

/// A closed square from its lower left corner.
fn square(lon: i64, lat: i64, side: i64) -> Vec<i64> {
    let (right, top) = (lon + side, lat + side);
    line(&[(lon, lat), (right, lat), (right, top), (lon, top), (lon, lat)])
}

/// The relation of these ways, each with a role.
fn assemble_ways(ways: &[(&[i64], &'static str)]) -> Result<super::Area, RingError> {
    let mut scene = grid();
    let mut members = Vec::new();
    for (i, (refs, role)) in ways.iter().enumerate() {
        let id = i as i64 + 1;
        scene = scene.way(id, refs, vec![]);
        members.push((Kind::Way, id, *role));
    }
    assemble_scene(&scene.relation(1, &members))
}

fn assemble_scene(scene: &Scene) -> Result<super::Area, RingError> {
    let data = read(&scene.xml(), &All).expect("a sound scene");
    multipolygon(&data.relations[0], &data)
}

/// Area, polygons and holes of a result that must be valid and rightly wound.
fn measure(area: &super::Area) -> (f64, usize, usize) {
    for polygon in &area.polygons {
        assert!(polygon.exterior().is_ccw());
        assert!(polygon.interiors().iter().all(Winding::is_cw));
    }
    assert!(area.polygons.is_valid(), "{:?}", area.polygons);
    let holes = area.polygons.iter().map(|polygon| polygon.interiors().len());
    (area.polygons.signed_area(), area.polygons.0.len(), holes.sum())
}

fn kinds(area: &super::Area) -> Vec<WarningKind> {
    area.warnings.iter().map(|warning| warning.kind).collect()
}

#[test]
fn ways_in_any_order_and_direction() {
    let sides = [line(&[(0, 0), (4, 0), (4, 2)]), line(&[(0, 4), (0, 0)]), line(&[(0, 4), (4, 4)]), line(&[(4, 2), (4, 4)])];
    for order in [[0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 1, 0]] {
        for flip in 0..16 {
            let mut ways = order.map(|i| sides[i].clone());
            for (i, way) in ways.iter_mut().enumerate() {
                if flip >> i & 1 == 1 {
                    way.reverse();
                }
            }
            let ways = ways.each_ref().map(|way| (&way[..], "outer"));
            let area = assemble_ways(&ways).expect("a square");
            assert_eq!(measure(&area), (16.0, 1, 0));
            assert_eq!(area.warnings, []);
        }
    }
}

#[test]
fn outers_inners_and_islands_in_lakes() {
    for [outer, inner] in [["outer", "inner"], ["", ""], ["exclave", "enclave"]] {
        let area = assemble_ways(&[
            (&square(4, 4, 2), outer),
            (&square(3, 3, 5), inner),
            (&square(0, 0, 10), outer),
            (&square(1, 1, 1), inner),
            (&square(11, 0, 1), outer),
        ]);
        let area = area.expect("sound rings");
        assert_eq!(measure(&area), (100.0 - 25.0 + 4.0 - 1.0 + 1.0, 3, 2));
        assert_eq!(area.warnings, []);
    }
}

#[test]
fn rings_may_touch() {
    // A hole that touches the outer ring in one node, and one that touches it in the middle of a side without a node.
    let diamond = line(&[(0, 5), (2, 3), (4, 5), (2, 7), (0, 5)]);
    let corner = line(&[(0, 0), (10, 0), (10, 10), (0, 10), (0, 5), (0, 0)]);
    for outer in [&corner[..], &square(0, 0, 10)] {
        let area = assemble_ways(&[(outer, "outer"), (&diamond, "inner")]).expect("sound rings");
        assert_eq!(measure(&area), (92.0, 1, 1));
    }
    // Two outer rings that share a corner.
    let area = assemble_ways(&[(&square(0, 0, 2), "outer"), (&square(2, 2, 2), "outer")]);
    assert_eq!(measure(&area.expect("sound rings")), (8.0, 2, 0));
    // Two holes that share a corner.
    let area = assemble_ways(&[(&square(0, 0, 10), "outer"), (&square(2, 2, 2), "inner"), (&square(4, 4, 2), "inner")]);
    assert_eq!(measure(&area.expect("sound rings")), (92.0, 1, 2));
    // A hole that reaches from side to side leaves two polygons.
    let across = line(&[(0, 2), (2, 0), (4, 2), (2, 4), (0, 2)]);
    let area = assemble_ways(&[(&square(0, 0, 4), ""), (&across, "")]);
    assert_eq!(measure(&area.expect("sound rings")), (8.0, 4, 0));
    // A chain of holes that closes around an island.
    let area = assemble_ways(&[
        (&square(0, 0, 12), "outer"),
        (&line(&[(2, 2), (6, 2), (6, 4), (4, 4), (4, 6), (2, 6), (2, 2)]), ""),
        (&line(&[(6, 4), (8, 4), (8, 8), (4, 8), (4, 6), (6, 6), (6, 4)]), ""),
    ]);
    assert_eq!(measure(&area.expect("sound rings")), (144.0 - 12.0 - 12.0, 2, 1));
}

#[test]
fn a_figure_of_eight_is_two_rings() {
    let eight = line(&[(0, 0), (2, 2), (4, 0), (4, 4), (2, 2), (0, 4), (0, 0)]);
    let area = assemble_ways(&[(&eight, "outer")]).expect("sound rings");
    assert_eq!(measure(&area), (8.0, 2, 0));
}

#[test]
fn shared_sides_cancel_out() {
    let area = assemble_ways(&[(&square(0, 0, 10), "outer"), (&square(2, 2, 2), "inner"), (&square(4, 2, 3), "inner")]);
    let area = area.expect("sound rings");
    assert_eq!(measure(&area), (100.0 - 4.0 - 9.0, 1, 1));
    assert_eq!(kinds(&area), [WarningKind::OverlappingRings]);
    // A spike out and back is no area.
    let spike = line(&[(0, 0), (4, 0), (6, 0), (4, 0), (4, 4), (0, 4), (0, 0)]);
    let area = assemble_ways(&[(&spike, "outer")]).expect("a square");
    assert_eq!(measure(&area), (16.0, 1, 0));
    let error = assemble_ways(&[(&line(&[(0, 0), (4, 0), (0, 0)]), "outer")]);
    assert!(matches!(error, Err(RingError::NoArea { .. })), "{error:?}");
}

#[test]
fn the_same_way_twice_counts_once() {
    let scene = grid().way(1, &square(0, 0, 3), vec![]);
    let member = (Kind::Way, 1, "outer");
    let area = assemble_scene(&scene.relation(1, &[member, member])).expect("a square");
    assert_eq!(measure(&area), (9.0, 1, 0));
    assert_eq!(kinds(&area), [WarningKind::RepeatedMember]);
}

#[test]
fn roles_win_over_places() {
    let area = assemble_ways(&[(&square(0, 0, 4), "outer"), (&square(1, 1, 1), "outer")]);
    let area = area.expect("sound rings");
    assert_eq!((measure(&area), kinds(&area)), ((16.0, 1, 0), vec![WarningKind::RoleConflict]));
    let area = assemble_ways(&[(&square(0, 0, 4), "outer"), (&square(6, 6, 1), "inner")]);
    let area = area.expect("sound rings");
    assert_eq!((measure(&area), kinds(&area)), ((16.0, 1, 0), vec![WarningKind::RoleConflict]));
}

#[test]
fn open_rings_tell_where_and_how_far() {
    let error = assemble_ways(&[(&line(&[(0, 0), (4, 0), (4, 4)]), "outer"), (&line(&[(4, 4), (1, 4), (0, 1)]), "outer")]);
    let Err(RingError::NotClosed { gap, .. }) = error else {
        panic!("{error:?}");
    };
    assert_eq!((gap.way, gap.lon, gap.lat), (2, 0.0, 1.0));
    assert!((gap.metres - 111_195.0).abs() < 1.0, "{}", gap.metres);
}

#[test]
fn missing_members_tell_where_and_how_far() {
    let scene = grid().way(1, &line(&[(0, 0), (4, 0), (4, 4), (0, 4)]), vec![]);
    let scene = scene.relation(1, &[(Kind::Way, 9, ""), (Kind::Way, 1, ""), (Kind::Way, 8, "")]);
    let error = assemble_scene(&scene);
    let Err(RingError::MissingWays { first: 8, count: 2, gap: Some(gap), .. }) = error else {
        panic!("{error:?}");
    };
    assert_eq!((gap.way, gap.lon), (1, 0.0));
    assert!((gap.metres - 4.0 * 111_195.0).abs() < 4.0, "{}", gap.metres);
    let nothing = assemble_scene(&grid().relation(1, &[(Kind::Way, 9, "")]));
    assert!(matches!(nothing, Err(RingError::MissingWays { gap: None, .. })), "{nothing:?}");
    let nothing = assemble_scene(&grid().relation(1, &[(Kind::Node, 9, "")]));
    assert!(matches!(nothing, Err(RingError::NoMemberWays { .. })), "{nothing:?}");
}

#[test]
fn crossings_are_errors_with_the_place() {
    let bow = line(&[(0, 0), (4, 4), (4, 0), (0, 4), (0, 0)]);
    let error = assemble_ways(&[(&bow, "outer")]);
    let Err(RingError::Crossing { way: 1, other_way: 1, lon, lat, .. }) = error else {
        panic!("{error:?}");
    };
    assert_eq!((lon, lat), (2.0, 2.0));
    let error = assemble_ways(&[(&square(0, 0, 4), "outer"), (&square(2, 2, 4), "inner")]);
    assert!(matches!(error, Err(RingError::Crossing { way: 1, other_way: 2, .. })), "{error:?}");
}

#[test]
fn closed_ways() {
    let scene = grid().way(1, &square(0, 0, 2), vec![("building", "yes")]).way(2, &line(&[(0, 0), (1, 0)]), vec![("building", "yes")]).way(
        3,
        &[at(0, 0), 77, at(1, 1), at(0, 0)],
        vec![("building", "yes")],
    );
    let data = read(&scene.xml(), &All).expect("a sound scene");
    let area = way_area(&data.ways[0], &data).expect("a square");
    assert_eq!(measure(&area), (4.0, 1, 0));
    let open = way_area(&data.ways[1], &data);
    assert!(matches!(open, Err(RingError::NotClosed { .. })), "{open:?}");
    let missing = way_area(&data.ways[2], &data);
    assert!(matches!(missing, Err(RingError::MissingNode { way: 3, node: 77, .. })), "{missing:?}");
}

/// Whatever is drawn, what comes out is valid and has the area that the even-odd rule gives.
#[test]
fn random_drawings_are_valid_or_refused() {
    let mut state = 4_101_842_887_655_102_017_u64;
    let mut random = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below) as i64
    };
    let mut assembled = 0;
    for _ in 0..1500 {
        let rings = 1 + random(5);
        let rings: Vec<Vec<i64>> = (0..rings)
            .map(|_| {
                let (lon, lat) = (random(9), random(9));
                let (right, top) = (lon + 1 + random(3), lat + 1 + random(3));
                line(&[(lon, lat), (right, lat), (right, top), (lon, top), (lon, lat)])
            })
            .collect();
        let covered = |cell: (i64, i64)| {
            let odd = rings.iter().filter(|ring| {
                let (low, high) = (ring[0] - 1, ring[2] - 1);
                let lons = low / 100..high / 100;
                let lats = low % 100..high % 100;
                lons.contains(&cell.0) && lats.contains(&cell.1)
            });
            odd.count() % 2 == 1
        };
        let cells = (0..13).flat_map(|lon| (0..13).map(move |lat| (lon, lat)));
        let expected = cells.filter(|&cell| covered(cell)).count();
        let ways: Vec<(&[i64], &'static str)> = rings.iter().map(|ring| (&ring[..], "")).collect();
        match assemble_ways(&ways) {
            Ok(area) => {
                assembled += 1;
                assert_eq!(measure(&area).0, expected as f64);
            }
            Err(RingError::NoArea { .. }) => assert_eq!(expected, 0),
            Err(RingError::Crossing { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert!(assembled > 500, "{assembled}");
}
