//! Linking before barriers against a scan over all edges and all barriers.

use catchment::geo::line_intersection::{LineIntersection, line_intersection};
use catchment::geo::{
    Closest, ClosestPoint, Contains, Coord, Distance, Euclidean, Line, LineString, LinesIter, MultiPolygon, Point, Polygon,
};
use catchment::*;

use super::common::random::Random;
use super::common::{self, at};
use super::{Scan, TIE_M, doubtful, points, roads};

/// An end of a leg this near a barrier lies on it, metres.
const TOUCH_M: f64 = 0.01;

/// Bent lines and triangles `span` metres wide, and a lake with an island; some from node to node of the roads, some on round places.
fn barriers(random: &mut Random, roads: &Roads, count: usize, span: f64, side: f64) -> Vec<Barrier> {
    let lattice = random.one_in(2);
    let mut place = |low: Coord<f64>, span: f64| {
        let (x, y) = (low.x + random.between(0.0, span), low.y + random.between(0.0, span));
        match (random.below(if span < side { 1000 } else { 6 }), lattice) {
            (0, _) => roads.nodes[random.below(roads.nodes.len())],
            (_, true) => at((x / 10.0).round() * 10.0, (y / 10.0).round() * 10.0),
            (_, false) => at(x, y),
        }
    };
    let mut all: Vec<Barrier> = (0..count)
        .map(|i| {
            let low = place(at(0.0, 0.0), side - span);
            let corners: Vec<Coord<f64>> = (0..2 + i % 4).map(|_| place(low, span)).collect();
            let shape = if corners.len() == 3 {
                BarrierShape::Areas(Polygon::new(LineString(corners), vec![]).into())
            } else {
                BarrierShape::Lines(LineString(corners).into())
            };
            Barrier { kind: format!("b{i}"), shape }
        })
        .collect();
    let (low, high) = (place(at(0.0, 0.0), side), side / 4.0);
    let square = |inset: f64| {
        let (x0, y0, x1, y1) = (low.x + inset, low.y + inset, low.x + high - inset, low.y + high - inset);
        LineString::from(vec![(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    };
    let lake = MultiPolygon::from(Polygon::new(square(0.0), vec![square(high / 3.0)]));
    all.push(Barrier { kind: "lake".into(), shape: BarrierShape::Areas(lake) });
    all
}

/// Whether the leg is cut off; `None` where rounding may decide.
fn cut(barriers: &[Barrier], from: Coord<f64>, to: Coord<f64>) -> Option<bool> {
    let leg = Line::new(from, to);
    let length = Euclidean.distance(from, to);
    if doubtful(length, TOUCH_M) {
        return None;
    }
    let mut found = false;
    for barrier in barriers {
        let lines: Vec<Line<f64>> = match &barrier.shape {
            BarrierShape::Lines(lines) => lines.lines_iter().collect(),
            BarrierShape::Areas(areas) => areas.lines_iter().collect(),
        };
        let away = |c: Coord<f64>| lines.iter().map(|line| Euclidean.distance(&Point::from(c), line)).fold(f64::INFINITY, f64::min);
        for c in [from, leg.start + leg.delta() / 2.0] {
            if let BarrierShape::Areas(areas) = &barrier.shape {
                let (edge, inside) = (away(c), areas.contains(&c));
                if doubtful(edge, TOUCH_M) {
                    return None;
                }
                found |= inside && edge > TOUCH_M;
            }
        }
        for line in &lines {
            let ends = [from, to].map(|c| Euclidean.distance(&Point::from(c), line));
            let corners = [line.start, line.end].map(|c| Euclidean.distance(&Point::from(c), &leg));
            if ends.iter().any(|end| doubtful(*end, TOUCH_M)) {
                return None;
            }
            if ends.iter().any(|end| *end < TOUCH_M) {
                continue;
            }
            if corners.iter().any(|corner| *corner < 1e-6) {
                return None;
            }
            found |= matches!(line_intersection(leg, *line), Some(LineIntersection::SinglePoint { .. }));
        }
    }
    Some(found && length > TOUCH_M)
}

#[derive(Debug, Default)]
struct Seen {
    clear: usize,
    farther: usize,
    behind: usize,
    on_small: usize,
    doubtful: usize,
}

fn compare(seed: u64, count: usize, (walls, span): (usize, f64), side: f64, seen: &mut Seen) {
    let mut random = Random::new(seed);
    let roads = roads(&mut random, count, side);
    let network = RoadNetwork::build(&roads, Metric::Distance).unwrap();
    let rules = LinkRules { snap_m: [20.0, 60.0, 200.0][random.below(3)], access_speed_m_s: 1.0, min_component: [1, 3][random.below(2)] };
    let walls = barriers(&mut random, &roads, walls, span, side);
    let index = Barriers::new(walls.clone());
    let points = points(&mut random, &roads, 120, side);
    let linkage = Linkage::new(&EdgeGrid::new(&network, rules).with_barriers(&index), &points);
    let scan = Scan::new(&network, rules);
    for (i, &point) in points.iter().enumerate() {
        // small pieces are looked at only where no way to a larger one is clear: here the large ones alone are held against the scan
        let [open, small] = scan.distances(point);
        let on_small = linkage.snaps(i).iter().any(|snap| small.iter().any(|(_, id)| *id == snap.edge.0));
        let near: Vec<(f64, u32)> = open.into_iter().filter(|(distance, _)| *distance <= rules.snap_m + 1.0).collect();
        if small.first().is_some_and(|(distance, _)| *distance <= rules.snap_m + 1.0) && (on_small || linkage.snaps(i).is_empty()) {
            // no way to a large piece was clear
            let is_clear = |(distance, id): &(f64, u32)| {
                *distance <= rules.snap_m - 1.0 && {
                    let foot = match scan.lines[*id as usize].closest_point(&Point::from(point)) {
                        Closest::SinglePoint(foot) | Closest::Intersection(foot) => foot.into(),
                        Closest::Indeterminate => scan.lines[*id as usize].start,
                    };
                    cut(&walls, point, foot) == Some(false)
                }
            };
            assert!(!near.iter().any(is_clear), "seed {seed}, point {i}");
            seen.on_small += usize::from(on_small);
            continue;
        }
        let foot = |id: u32| match scan.lines[id as usize].closest_point(&Point::from(point)) {
            Closest::SinglePoint(foot) | Closest::Intersection(foot) => foot.into(),
            // an edge of no length
            Closest::Indeterminate => scan.lines[id as usize].start,
        };
        let clear: Option<Vec<(f64, u32, bool)>> =
            near.iter().map(|(distance, id)| Some((*distance, *id, !cut(&walls, point, foot(*id))?))).collect();
        let Some(clear) = clear else {
            seen.doubtful += 1;
            continue;
        };
        for (_, id, clear) in &clear {
            assert_eq!(index.between(point, foot(*id)).is_none(), *clear, "seed {seed}, from {point:?} to edge {id}");
        }
        let nearest = near.first().map_or(f64::INFINITY, |(distance, _)| *distance);
        let first = clear.iter().find(|(_, _, clear)| *clear).map_or(f64::INFINITY, |(distance, _, _)| *distance);
        if near.iter().any(|(d, _)| doubtful(*d, rules.snap_m) || doubtful(*d, nearest + TIE_M) || doubtful(*d, first + TIE_M)) {
            seen.doubtful += 1;
            continue;
        }
        let context = format!("seed {seed}, point {i} at {point:?}: {clear:?}");
        let beyond = nearest <= rules.snap_m && first > nearest + TIE_M;
        assert_eq!(linkage.beyond_barrier(i), beyond, "{context}");
        if first <= rules.snap_m {
            assert_eq!(linkage.status(i), LinkStatus::Linked, "{context}");
            assert!(!linkage.snaps(i).is_empty(), "{context}");
            for snap in linkage.snaps(i) {
                let known = clear.iter().find(|(_, id, _)| *id == snap.edge.0);
                let Some((distance, _, true)) = known else { panic!("{context}: {snap:?} is cut off") };
                assert!(*distance <= first + TIE_M && (f64::from(snap.leg_m) - distance).abs() < 1e-4, "{context}: {snap:?}");
            }
            seen.farther += usize::from(beyond);
            seen.clear += usize::from(!beyond);
        } else if nearest <= rules.snap_m {
            assert_eq!(linkage.status(i), LinkStatus::BehindBarrier, "{context}");
            assert!(linkage.snaps(i).is_empty(), "{context}");
            seen.behind += 1;
        } else {
            assert_eq!(linkage.status(i), LinkStatus::TooFar, "{context}");
        }
    }
}

#[test]
fn small_networks_with_barriers_equal_a_scan() {
    let mut seen = Seen::default();
    for seed in 0..200 {
        compare(seed, 2 + seed as usize % 30, (2 + seed as usize % 9, 300.0), 300.0, &mut seen);
    }
    assert!(seen.clear > 2000 && seen.farther > 300 && seen.behind > 300 && seen.on_small > 100 && seen.doubtful < 2000, "{seen:?}");
}

#[test]
fn large_networks_with_barriers_equal_a_scan() {
    let mut seen = Seen::default();
    for seed in 1000..1015 {
        compare(seed, 400, (500, 80.0), 1500.0, &mut seen);
    }
    assert!(seen.clear > 300 && seen.farther > 50 && seen.behind > 50 && seen.doubtful < 500, "{seen:?}");
}

#[test]
fn barriers_that_cut_nothing_change_nothing() {
    // the answers, to the millimetre, and in which order the points are asked
    let mut random = Random::new(7);
    let roads = roads(&mut random, 300, 2000.0);
    let network = RoadNetwork::build(&roads, Metric::Distance).unwrap();
    let rules = LinkRules { snap_m: 100.0, access_speed_m_s: 1.0, min_component: 2 };
    let points = points(&mut random, &roads, 2000, 2000.0);
    let far = LineString::from(vec![(-9000.0, -9000.0), (-9000.0, 9000.0)]);
    let far = Barriers::new(vec![Barrier { kind: "wall".into(), shape: BarrierShape::Lines(far.into()) }]);
    let plain = Linkage::new(&EdgeGrid::new(&network, rules), &points);
    let walled = Linkage::new(&EdgeGrid::new(&network, rules).with_barriers(&far), &points);
    for i in 0..points.len() {
        assert_eq!((plain.status(i), plain.snaps(i)), (walled.status(i), walled.snaps(i)));
        assert!(!walled.beyond_barrier(i));
    }
    assert!((0..points.len()).filter(|&i| walled.status(i) == LinkStatus::Linked).count() > 500);
}

#[test]
fn a_point_cut_off_does_not_spoil_the_next() {
    // a street along a wall: the first point is cut off from it and tied to the far street, the next stands beside it
    let scene = common::Scene::new("1km").street(&[(0.0, 40.0), (0.0, 0.0), (100.0, 0.0)]).barrier("wall", &[(5.0, 10.0), (100.0, 10.0)]);
    let (network, barriers) = (scene.network(), Barriers::new(scene.barriers.clone()));
    let grid = EdgeGrid::new(&network, scene.link).with_barriers(&barriers);
    let mut snaps = Snaps::default();
    let mut tie = |x: f64, y: f64| (grid.snap(at(x, y), &mut snaps), snaps.beyond_barrier(), snaps.first().map(|s| s.leg.0));
    assert_eq!(tie(30.0, 15.0), (LinkStatus::Linked, true, Some(30_000)));
    assert_eq!(tie(60.0, 15.0), (LinkStatus::BehindBarrier, true, None));
    assert_eq!(tie(60.0, 9.0), (LinkStatus::Linked, false, Some(9_000)));
    assert_eq!(tie(30.0, 15.0), (LinkStatus::Linked, true, Some(30_000)));
    assert_eq!(tie(500.0, 15.0), (LinkStatus::TooFar, false, None));
}
