use geo::{Polygon, line_string, polygon};

use super::*;

fn at(x: f64, y: f64) -> Coord<f64> {
    Coord { x, y }
}

fn lines(kind: &str, lines: &[&[(f64, f64)]]) -> Barrier {
    let lines = lines.iter().map(|line| LineString::from(line.to_vec())).collect();
    Barrier { kind: kind.to_owned(), shape: BarrierShape::Lines(MultiLineString(lines)) }
}

fn area(kind: &str, polygon: Polygon<f64>) -> Barrier {
    Barrier { kind: kind.to_owned(), shape: BarrierShape::Areas(polygon.into()) }
}

/// A lake of 100 × 60 m with an island of 20 × 20 m in its middle.
fn lake() -> Barriers {
    let lake = polygon!(
        exterior: [(x: 0.0, y: 0.0), (x: 100.0, y: 0.0), (x: 100.0, y: 60.0), (x: 0.0, y: 60.0)],
        interiors: [[(x: 40.0, y: 20.0), (x: 40.0, y: 40.0), (x: 60.0, y: 40.0), (x: 60.0, y: 20.0)]],
    );
    Barriers::new(vec![area("water", lake)])
}

#[test]
fn without_barriers_every_way_is_clear() {
    let none = Barriers::default();
    assert!(none.is_empty() && Barriers::new(vec![]).is_empty());
    assert_eq!(none.between(at(0.0, 0.0), at(1e6, 1e6)), None);
    assert_eq!(Barriers::new(vec![lines("wall", &[])]).between(at(0.0, 0.0), at(100.0, 0.0)), None);
}

#[test]
fn a_line_is_crossed_between_its_ends_only() {
    let wall = Barriers::new(vec![lines("wall", &[&[(0.0, 0.0), (100.0, 0.0), (100.0, 50.0)]])]);
    let crossed = |a: (f64, f64), b: (f64, f64)| wall.between(at(a.0, a.1), at(b.0, b.1));
    assert_eq!(crossed((50.0, -1.0), (50.0, 1.0)), Some("wall"));
    assert_eq!(crossed((50.0, 1.0), (50.0, -1.0)), Some("wall"));
    assert_eq!(crossed((-0.1, -1.0), (-0.1, 1.0)), None);
    // through the corner, and past the end of the wall
    assert_eq!(crossed((90.0, 10.0), (110.0, -10.0)), Some("wall"));
    assert_eq!(crossed((99.0, 51.0), (101.0, 51.0)), None);
    // beside it, along it, and from far away to far away
    assert_eq!(crossed((0.0, 1.0), (99.0, 1.0)), None);
    assert_eq!(crossed((10.0, 0.0), (20.0, 0.0)), None);
    assert_eq!(crossed((-10_000.0, 25.0), (10_000.0, 25.0)), Some("wall"));
    assert_eq!(wall.between(at(f64::NAN, 0.0), at(1.0, 1.0)), None);
}

#[test]
fn what_an_end_touches_within_a_centimetre_is_not_crossed() {
    let wall = Barriers::new(vec![lines("wall", &[&[(0.0, 0.0), (100.0, 0.0)]])]);
    let to = |y: f64| wall.between(at(50.0, -10.0), at(50.0, y));
    assert_eq!([to(0.0), to(0.009), to(0.011)], [None, None, Some("wall")]);
    let from = |y: f64| wall.between(at(50.0, y), at(50.0, -10.0));
    assert_eq!([from(0.0), from(0.009), from(0.011)], [None, None, Some("wall")]);
    // a step of a centimetre is no way
    assert_eq!(wall.between(at(50.0, -0.005), at(50.0, 0.005)), None);
}

#[test]
fn the_first_barrier_on_the_way_is_named() {
    let both = vec![lines("railway", &[&[(0.0, 20.0), (100.0, 20.0)]]), lines("water", &[&[(0.0, 0.0), (100.0, 0.0)]])];
    let both = Barriers::new(both);
    assert_eq!(both.between(at(50.0, -5.0), at(50.0, 25.0)), Some("water"));
    assert_eq!(both.between(at(50.0, 25.0), at(50.0, -5.0)), Some("railway"));
    assert_eq!(both.counts(), BTreeMap::from([("railway", 1), ("water", 1)]));
    // drawn twice, the one that was given first
    let twice = vec![lines("first", &[&[(0.0, 0.0), (100.0, 0.0)]]), lines("second", &[&[(100.0, 0.0), (0.0, 0.0)]])];
    assert_eq!(Barriers::new(twice).between(at(50.0, -5.0), at(50.0, 5.0)), Some("first"));
}

#[test]
fn a_leg_may_neither_pass_through_water_nor_begin_or_end_in_it() {
    let lake = lake();
    let wet = |a: (f64, f64), b: (f64, f64)| lake.between(at(a.0, a.1), at(b.0, b.1)).is_some();
    assert!(wet((-5.0, 30.0), (5.0, 30.0)), "into it");
    assert!(wet((5.0, 30.0), (-5.0, 30.0)), "out of it");
    assert!(wet((10.0, 30.0), (30.0, 30.0)), "within it");
    assert!(wet((10.0, 30.0), (50.0, 30.0)), "to the island");
    assert!(!wet((45.0, 25.0), (55.0, 35.0)), "on the island");
    assert!(!wet((-5.0, 10.0), (-5.0, 50.0)), "on the shore");
    assert!(!wet((-5.0, 10.0), (0.0, 10.0)), "to the bank");
    assert!(wet((0.0, 10.0), (100.0, 10.0)), "from bank to bank");
    assert!(wet((0.0, 10.0), (5.0, 10.0)), "from the bank to a jetty");
    assert!(!wet((0.0, 10.0), (0.0, 30.0)), "along the bank");
    assert!(!wet((10.0, 30.0), (10.0, 30.009)), "a step on a bridge");
}

#[test]
fn places_in_an_area_are_held_up_to_its_edge() {
    let lake = lake();
    let held = [(10.0, 30.0), (0.011, 30.0), (0.009, 30.0), (-1.0, 30.0), (50.0, 30.0), (39.9, 30.0)];
    assert_eq!(held.map(|(x, y)| lake.hold(at(x, y))), [true, true, false, false, false, true]);
}

#[test]
fn a_lake_of_many_buckets_holds_its_middle() {
    let lake = polygon![(x: 0.0, y: 0.0), (x: 5000.0, y: 0.0), (x: 5000.0, y: 3000.0), (x: 0.0, y: 3000.0)];
    let lake = Barriers::new(vec![area("water", lake)]);
    for (x, y) in [(2500.0, 1500.0), (1.0, 1.0), (4999.0, 2999.0), (50.0, 50.0)] {
        assert_eq!(lake.between(at(x, y), at(x + 0.5, y)), Some("water"), "{x} {y}");
    }
    assert_eq!(lake.between(at(-1.0, 1500.0), at(-2.0, 1500.0)), None);
}

#[test]
fn nothing_is_nearer_than_the_clearance() {
    // a wall of 10 m and a pond of 100 × 100 m, 5 km apart: buckets of 50 m
    let pond = polygon![(x: 5000.0, y: 5000.0), (x: 5100.0, y: 5000.0), (x: 5100.0, y: 5100.0), (x: 5000.0, y: 5100.0)];
    let both = Barriers::new(vec![lines("wall", &[&[(0.0, 0.0), (10.0, 0.0)]]), area("water", pond)]);
    let clearance = |x: f64, y: f64| both.clearance(at(x, y));
    // beside them and in the pond's middle, which no segment comes near
    assert_eq!([clearance(5.0, 1.0), clearance(5050.0, 5050.0), clearance(-1.0, 5.0)], [0.0, 0.0, 0.98]);
    // 1,000 m from the wall and 4,123 m from the pond; 2,000 m outside of all that is known
    assert!((900.0..=1000.0).contains(&clearance(5.0, 1000.0)), "{}", clearance(5.0, 1000.0));
    assert!((900.0..=1000.0).contains(&clearance(1010.0, 1000.0)), "{}", clearance(1010.0, 1000.0));
    assert_eq!(clearance(5.0, -2000.0), 1999.98);
    // 255 steps are counted, no more
    assert!(clearance(0.0, 5000.0) <= 5000.0 && clearance(0.0, 5000.0) > 4800.0);
}

#[test]
fn overlapping_areas_and_places_that_are_not_finite_do_no_harm() {
    let square = |x: f64| polygon![(x: x, y: 0.0), (x: x + 20.0, y: 0.0), (x: x + 20.0, y: 20.0), (x: x, y: 20.0)];
    let shape = BarrierShape::Areas(MultiPolygon(vec![square(0.0), square(10.0)]));
    let both = Barriers::new(vec![Barrier { kind: "water".into(), shape }]);
    assert!([5.0, 15.0, 25.0].iter().all(|x| both.hold(at(*x, 10.0))));
    let broken = line_string![(x: f64::NAN, y: 0.0), (x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: f64::INFINITY, y: 0.0)];
    let broken = Barriers::new(vec![Barrier { kind: "wall".into(), shape: BarrierShape::Lines(broken.into()) }]);
    assert_eq!(broken.between(at(5.0, -1.0), at(5.0, 1.0)), Some("wall"));
    assert_eq!(broken.between(at(15.0, -1.0), at(15.0, 1.0)), None);
}
