//! Linking against a scan over all edges: status, distance, place, and the cheapest of tied edges.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod common;

#[path = "linking/barriers.rs"]
mod barriers;

use catchment::geo::{Coord, Distance, Euclidean, Line, Point};
use catchment::*;

use common::at;
use common::random::Random;

/// Edges that differ by no more are tied, metres.
const TIE_M: f64 = 0.001;
/// What two ways of computing a distance may differ by, metres.
const NOISE_M: f64 = 1e-7;

/// Streets of a lattice (exact ties), a few long diagonals over many buckets, islands, loops and edges of no length.
fn roads(random: &mut Random, count: usize, side: f64) -> Roads {
    let lattice = random.one_in(2);
    let mut roads = Roads::default();
    for _ in 0..count {
        let mut coordinate = || {
            let v = random.between(0.0, side);
            if lattice { (v / 20.0).round() * 20.0 } else { v }
        };
        roads.nodes.push(at(coordinate(), coordinate()));
    }
    for from in 0..count {
        // to a near node; seldom to any
        let near = |to: usize| Euclidean.distance(&Point::from(roads.nodes[from]), &Point::from(roads.nodes[to]));
        let some: Vec<usize> = (0..8).map(|_| random.below(count)).collect();
        let to = if random.one_in(20) { some[0] } else { *some.iter().min_by(|a, b| near(**a).total_cmp(&near(**b))).unwrap() };
        let (backward_m_s, length_mm) = (if random.one_in(4) { None } else { Some(1.0) }, (near(to) * 1000.0).round() as u32);
        roads.segments.push(RoadSegment { from: from as u32, to: to as u32, length_mm, forward_m_s: Some(1.0), backward_m_s, delay_ms: 0 });
    }
    roads
}

/// Inside the network, at its nodes, midway between two nodes, and outside.
fn points(random: &mut Random, roads: &Roads, count: usize, side: f64) -> Vec<Coord<f64>> {
    let point = |i: usize| match i % 4 {
        0 => at(random.between(-side, 2.0 * side), random.between(-side, 2.0 * side)),
        1 => roads.nodes[random.below(roads.nodes.len())],
        2 => {
            let [a, b] = [random.below(roads.nodes.len()), random.below(roads.nodes.len())].map(|n| roads.nodes[n]);
            at((a.x + b.x) / 2.0, (a.y + b.y) / 2.0)
        }
        _ => at(random.between(0.0, side), random.between(0.0, side)),
    };
    (0..count).map(point).collect()
}

struct Scan<'n> {
    network: &'n RoadNetwork,
    rules: LinkRules,
    lines: Vec<Line<f64>>,
}

impl<'n> Scan<'n> {
    fn new(network: &'n RoadNetwork, rules: LinkRules) -> Scan<'n> {
        let lines = network.edges().iter().map(|e| Line::new(network.location(e.tail), network.location(e.head))).collect();
        Scan { network, rules, lines }
    }

    /// Distance and id of every edge: of those of large pieces of the network, and of those of small ones; each by distance.
    fn distances(&self, point: Coord<f64>) -> [Vec<(f64, u32)>; 2] {
        let mut found = [Vec::new(), Vec::new()];
        for (id, line) in self.lines.iter().enumerate() {
            let distance = Euclidean.distance(&Point::from(point), line);
            let is_small = self.network.component_nodes(self.network.edges()[id].tail) < self.rules.min_component;
            found[usize::from(is_small)].push((distance, id as u32));
        }
        found.iter_mut().for_each(|edges| edges.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))));
        found
    }

    fn component(&self, id: u32) -> u32 {
        self.network.component(self.network.edges()[id as usize].tail)
    }

    /// The small pieces that are used by some facilities and homes; `None` where rounding may decide.
    fn used(&self, facilities: &[Coord<f64>], homes: &[Coord<f64>]) -> Option<Vec<u32>> {
        let (mut used, mut settled) = (Vec::new(), Vec::new());
        for place in facilities {
            let (found, has_large) = self.nearest_small(*place, |_| true)?;
            if has_large { settled.extend(found) } else { used.extend(found) }
        }
        settled.retain(|component| !used.contains(component));
        for home in homes {
            used.extend(self.nearest_small(*home, |component| settled.contains(&component))?.0);
        }
        Some(used)
    }

    /// The small pieces among some that are nearest to a place and no farther than the nearest large one; whether one is within the limit.
    fn nearest_small(&self, place: Coord<f64>, is_asked: impl Fn(u32) -> bool) -> Option<(Vec<u32>, bool)> {
        let [large, mut small] = self.distances(place);
        small.retain(|(_, id)| is_asked(self.component(*id)));
        let first = |edges: &[(f64, u32)]| edges.first().map_or(f64::INFINITY, |(distance, _)| *distance);
        let (large, best, snap_m) = (first(&large), first(&small), self.rules.snap_m);
        let is_doubtful = [large, best].into_iter().any(|d| doubtful(d, snap_m)) || doubtful(best, large);
        if is_doubtful || small.iter().any(|(d, _)| doubtful(*d, best + TIE_M) || doubtful(*d, snap_m)) {
            return None;
        }
        let tied = small.iter().filter(|(d, _)| *d <= (best + TIE_M).min(snap_m) && best <= large);
        Some((tied.map(|(_, id)| self.component(*id)).collect(), large <= snap_m))
    }

    /// The edges that a point is linked to, by distance, where the small pieces `used` are; `None` where rounding may decide.
    fn linked(&self, point: Coord<f64>, used: &[u32]) -> Option<Vec<(f64, u32)>> {
        let [large, small] = self.distances(point);
        let used: Vec<(f64, u32)> = small.iter().copied().filter(|(_, id)| used.contains(&self.component(*id))).collect();
        // those tied with the nearest, up to a limit
        let tied = |edges: &[(f64, u32)], limit: f64| {
            let best = edges.first().map_or(f64::INFINITY, |(distance, _)| *distance);
            let is_sure = edges.iter().all(|(d, _)| !doubtful(*d, limit) && !doubtful(*d, best + TIE_M));
            is_sure.then(|| edges.iter().copied().filter(|(d, _)| *d <= (best + TIE_M).min(limit)).collect::<Vec<_>>())
        };
        let snap_m = self.rules.snap_m;
        let mut linked = tied(&large, snap_m)?;
        let limit = linked.first().map_or(snap_m, |(distance, _)| (distance + TIE_M).min(snap_m));
        linked.extend(tied(&used, limit)?);
        if linked.is_empty() { tied(&small, snap_m) } else { Some(linked) }
    }

    /// The place on an edge, by the angle between the edge and the way to the point.
    fn place(&self, point: Coord<f64>, distance: f64, id: u32) -> Snap {
        let (line, edge) = (self.lines[id as usize], self.network.edges()[id as usize]);
        let reach = Euclidean.distance(&Point::from(point), &line.start_point());
        let length = line.dx().hypot(line.dy());
        let towards = (point.x - line.start.x) * line.dx() + (point.y - line.start.y) * line.dy();
        // Pythagoras: the foot lies √(reach² − distance²) from the tail, unless the nearest place is an end
        let along =
            if towards <= 0.0 || length == 0.0 { 0.0 } else { (reach * reach - distance * distance).max(0.0).sqrt().min(length) / length };
        let at_head = Euclidean.distance(&Point::from(point), &line.end_point()) <= distance + 1e-12;
        let along = if at_head && towards > 0.0 { 1.0 } else { along };
        let offset_mm = (along * f64::from(edge.length_mm)).round() as u32;
        Snap { edge: EdgeId(id), offset_mm, leg: Cost::from_f64(distance), leg_m: distance as f32 }
    }
}

/// Whether a rule's threshold lies within the noise of this distance.
fn doubtful(distance: f64, threshold: f64) -> bool {
    (distance - threshold).abs() < NOISE_M
}

#[derive(Debug, Default)]
struct Seen {
    linked: usize,
    tied: usize,
    too_far: usize,
    on_small: usize,
    on_both: usize,
    doubtful: usize,
}

fn compare(seed: u64, count: usize, side: f64, asked: usize, seen: &mut Seen) {
    let mut random = Random::new(seed);
    let roads = roads(&mut random, count, side);
    let network = RoadNetwork::build(&roads, Metric::Distance).unwrap();
    let snap_m = [5.0, 30.0, 100.0, 400.0, 5000.0][random.below(5)];
    let rules = LinkRules { snap_m, access_speed_m_s: 1.0, min_component: [1, 3, 6][random.below(3)] };
    let points = points(&mut random, &roads, asked, side);
    let scan = Scan::new(&network, rules);
    // in every other network small pieces are used, by four clinics
    let (places, homes) = if seed.is_multiple_of(2) { (&points[..4], &points[4..12]) } else { (&[][..], &[][..]) };
    let Some(used) = scan.used(places, homes) else { return };
    let grid = EdgeGrid::new(&network, rules).with_facilities(places, homes);
    let linkage = Linkage::new(&grid, &points);
    let clinics = Linkage::new(&grid, &points[..4]);
    let sources = Sources::new(&network, &clinics, Direction::ToFacility);
    let mut space = SearchSpace::default();
    let nearest = sources.nearest_facility(&mut space);
    assert_eq!(linkage.len(), points.len());
    for (i, &point) in points.iter().enumerate() {
        let Some(tied) = scan.linked(point, &used) else {
            seen.doubtful += 1;
            continue;
        };
        let expected = if tied.is_empty() { LinkStatus::TooFar } else { LinkStatus::Linked };
        let (snaps, context) = (linkage.snaps(i), format!("seed {seed}, point {i} at {point:?}"));
        assert_eq!(linkage.status(i), expected, "{context}");
        assert_eq!(snaps.is_empty(), tied.is_empty(), "{context}");
        let is_small = |id: u32| network.component_nodes(network.edges()[id as usize].tail) < rules.min_component;
        // those on large pieces first, each by their ids
        assert!(snaps.windows(2).all(|w| (is_small(w[0].edge.0), w[0].edge) < (is_small(w[1].edge.0), w[1].edge)), "{context}");
        for snap in snaps {
            let Some((distance, id)) = tied.iter().find(|(_, id)| *id == snap.edge.0) else {
                panic!("{context}: {snap:?} is none of the nearest, {tied:?}");
            };
            let place = scan.place(point, *distance, *id);
            assert!((f64::from(snap.leg_m) - distance).abs() < 1e-4 * (1.0 + distance / 100.0), "{context}");
            // two ways of computing, each rounded to whole millimetres
            assert!(
                snap.leg.0.abs_diff(place.leg.0) <= 1 && snap.offset_mm.abs_diff(place.offset_mm) <= 1,
                "{context}: {snap:?}, {place:?}"
            );
        }
        // edges that are left out would not have been cheaper: all tied edges together cost what the kept ones cost
        let all: Vec<Snap> = tied.iter().map(|(distance, id)| scan.place(point, *distance, *id)).collect();
        let (ours, theirs) = (nearest.point(snaps).cost, nearest.point(&all).cost);
        assert!(ours.is_reached() == theirs.is_reached() && ours.0.abs_diff(theirs.0) <= 4, "{context}: {ours:?}, {theirs:?}");
        match expected {
            LinkStatus::Linked => seen.linked += 1,
            LinkStatus::TooFar => seen.too_far += 1,
            LinkStatus::BehindBarrier => unreachable!("there is no barrier"),
        }
        seen.tied += usize::from(tied.len() > 1);
        let on_small = tied.iter().filter(|(_, id)| is_small(*id)).count();
        seen.on_small += usize::from(on_small > 0);
        seen.on_both += usize::from(on_small > 0 && on_small < tied.len());
    }
}

#[test]
fn small_networks_equal_a_scan() {
    let mut seen = Seen::default();
    for seed in 0..200 {
        compare(seed, 2 + seed as usize % 30, 500.0, 60, &mut seen);
    }
    assert!(
        seen.linked > 2000 && seen.tied > 1000 && seen.too_far > 1000 && seen.on_small > 100 && seen.on_both > 20 && seen.doubtful < 1000,
        "{seen:?}"
    );
}

#[test]
fn large_networks_equal_a_scan() {
    let mut seen = Seen::default();
    for seed in 1000..1006 {
        compare(seed, 1500, 8000.0, 600, &mut seen);
    }
    assert!(seen.linked > 500 && seen.too_far > 500 && seen.doubtful < 300, "{seen:?}");
}

#[test]
fn networks_as_wide_as_a_continent_equal_a_scan() {
    // buckets of kilometres, so that what is kept of an edge in them is off by tens of metres
    let mut seen = Seen::default();
    for seed in 2000..2010 {
        compare(seed, 400, 2_000_000.0, 400, &mut seen);
    }
    assert!(seen.linked > 500 && seen.tied > 200 && seen.doubtful < 400, "{seen:?}");
}

#[test]
fn a_thin_network_is_found_from_afar() {
    // one street of 100 km: buckets are as wide as they must be, and a point 90 km off is tied where the rules allow it
    let mut scene = common::Scene::new("1km").street(&[(0.0, 0.0), (100_000.0, 0.0)]);
    scene.link.snap_m = 90_000.0;
    let network = scene.network();
    let grid = EdgeGrid::new(&network, scene.link);
    let linkage = Linkage::new(&grid, &[at(50_000.0, 90_000.0), at(50_000.0, 90_000.001), at(190_000.0, 0.0), at(-90_000.001, 0.0)]);
    let found: Vec<_> = (0..4).map(|i| linkage.snaps(i).first().map(|s| (s.offset_mm.min(100_000_000 - s.offset_mm), s.leg.0))).collect();
    assert_eq!(found, [Some((50_000_000, 90_000_000)), None, Some((0, 90_000_000)), None]);
}

#[test]
fn many_points_in_no_order_are_tied_as_each_by_itself() {
    let mut random = Random::new(3);
    let side = 6000.0;
    let roads = roads(&mut random, 2000, side);
    let network = RoadNetwork::build(&roads, Metric::Distance).unwrap();
    let grid = EdgeGrid::new(&network, LinkRules { snap_m: 100.0, access_speed_m_s: 1.0, min_component: 3 });
    let points = points(&mut random, &roads, 6000, side);
    let together = Linkage::new(&grid, &points);
    for (i, point) in points.iter().enumerate() {
        let alone = Linkage::new(&grid, std::slice::from_ref(point));
        assert_eq!((together.status(i), together.snaps(i)), (alone.status(0), alone.snaps(0)), "point {i}");
    }
}

#[test]
fn points_that_are_nowhere_are_too_far() {
    let scene = common::Scene::new("1km").street(&[(0.0, 0.0), (100.0, 0.0)]);
    let network = scene.network();
    let grid = EdgeGrid::new(&network, scene.link);
    let linkage = Linkage::new(&grid, &[at(f64::NAN, 0.0), at(f64::INFINITY, 0.0), at(1e300, -1e300), at(50.0, 0.0)]);
    let found: Vec<_> = (0..4).map(|i| linkage.status(i)).collect();
    assert_eq!(found, [LinkStatus::TooFar, LinkStatus::TooFar, LinkStatus::TooFar, LinkStatus::Linked]);
}
