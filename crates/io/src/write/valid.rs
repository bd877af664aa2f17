//! Polygons that stay valid when their coordinates are rounded: rings that rounding has laid over themselves or each other are parted.

use std::collections::HashMap;

use catchment::geo::algorithm::bool_ops::FillRule;
use catchment::geo::{Area, BooleanOps, Coord, Intersects, Line, LineString, MultiPolygon, Polygon};

/// Rounds of repair: each rounds anew what the one before has parted.
const ROUNDS: usize = 4;

/// The polygons with all coordinates rounded by `round`, valid: parts and holes of less than `least` area are dropped.
pub(super) fn rounded(polygons: Vec<Polygon<f64>>, round: impl Fn(Coord<f64>) -> Coord<f64>, least: f64) -> Vec<Polygon<f64>> {
    let mut whole: Vec<Polygon<f64>> = polygons.into_iter().filter_map(|polygon| clean(polygon, &round, least)).collect();
    for _ in 0..ROUNDS {
        if !touches(&whole) {
            break;
        }
        let parted = MultiPolygon::new(whole).union_with_fill_rule(&MultiPolygon::empty(), FillRule::NonZero);
        whole = parted.into_iter().filter_map(|polygon| clean(polygon, &round, least)).collect();
    }
    whole
}

/// Rounds a polygon, drops points that this made equal and rings that it emptied, and winds its rings by the right-hand rule.
fn clean(polygon: Polygon<f64>, round: &impl Fn(Coord<f64>) -> Coord<f64>, least: f64) -> Option<Polygon<f64>> {
    let ring = |line: LineString<f64>| {
        let mut points: Vec<Coord<f64>> = line.0.into_iter().map(round).collect();
        points.dedup();
        (points.len() >= 4).then_some(LineString(points))
    };
    let (exterior, holes) = polygon.into_inner();
    let exterior = wound(ring(exterior)?, 1.0, least)?;
    Some(Polygon::new(exterior, holes.into_iter().filter_map(ring).filter_map(|hole| wound(hole, -1.0, least)).collect()))
}

/// The ring, counter-clockwise for 1, clockwise for −1, by its area: a hair at its lowest corner does not turn it. `None` where it has
/// next to no area.
fn wound(mut ring: LineString<f64>, sign: f64, least: f64) -> Option<LineString<f64>> {
    let area = Polygon::new(ring.clone(), vec![]).signed_area();
    if area * sign < 0.0 {
        ring.0.reverse();
    }
    (area.abs() > least).then_some(ring)
}

/// A side of a ring: the ring's number, its own number in it, how many there are.
type Numbered = (usize, usize, usize, Line<f64>);

/// Whether two sides of the rings meet anywhere but where one follows the other.
fn touches(polygons: &[Polygon<f64>]) -> bool {
    let rings = || polygons.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    let count: usize = rings().map(|ring| ring.0.len()).sum();
    let length: f64 = rings().flat_map(|ring| ring.lines()).map(|l| (l.end.x - l.start.x).abs().max((l.end.y - l.start.y).abs())).sum();
    let size = 2.0 * length / count.max(1) as f64;
    let mut buckets: HashMap<(i64, i64), Vec<Numbered>> = HashMap::new();
    for (r, ring) in rings().enumerate() {
        let sides = ring.0.len().saturating_sub(1);
        for (i, line) in ring.lines().enumerate() {
            let cell = |v: f64| (v / size).floor() as i64;
            let (columns, rows) = ((cell(line.start.x), cell(line.end.x)), (cell(line.start.y), cell(line.end.y)));
            for column in columns.0.min(columns.1)..=columns.0.max(columns.1) {
                for row in rows.0.min(rows.1)..=rows.0.max(rows.1) {
                    let here = buckets.entry((column, row)).or_default();
                    if here.iter().any(|other| meet((r, i, sides, line), *other)) {
                        return true;
                    }
                    here.push((r, i, sides, line));
                }
            }
        }
    }
    false
}

/// Whether two sides (their ring, place in it, the ring's sides) meet where they should not.
fn meet((ring, i, sides, a): Numbered, (other, j, _, b): Numbered) -> bool {
    if ring == other && i == j {
        return false;
    }
    let (follows, before) = (ring == other && (j + 1) % sides == i, ring == other && (i + 1) % sides == j);
    match (follows, before) {
        // three sides: each follows and leads the other; the ring has an area, so they do not fold
        (true, true) => false,
        (true, false) => folds(b, a),
        (false, true) => folds(a, b),
        (false, false) => a.intersects(&b),
    }
}

/// Whether a side runs back over the one before it.
fn folds(first: Line<f64>, second: Line<f64>) -> bool {
    first.intersects(&second.end) || second.intersects(&first.start)
}

#[cfg(test)]
mod tests {
    use catchment::geo::{Validation, polygon};

    use super::*;

    fn whole(c: Coord<f64>) -> Coord<f64> {
        Coord { x: c.x.round(), y: c.y.round() }
    }

    #[test]
    fn a_waist_that_rounding_closes_parts_the_polygon() {
        // an hourglass whose waist of 0.4 rounds to nothing: two triangles are left
        let glass = polygon![(x: 0., y: 0.), (x: 100., y: 0.), (x: 50.2, y: 50.), (x: 100., y: 100.), (x: 0., y: 100.), (x: 49.8, y: 50.)];
        let parts = rounded(vec![glass], whole, 0.0);
        assert_eq!(parts.iter().map(Area::unsigned_area).sum::<f64>(), 5000.0);
        assert!(MultiPolygon::new(parts).is_valid());
    }

    #[test]
    fn a_spike_is_cut_off() {
        // the spike's sides round onto each other
        let spiked = polygon![(x: 0., y: 0.), (x: 10., y: 0.), (x: 10., y: 4.9), (x: 30., y: 5.), (x: 10., y: 5.1), (x: 10., y: 10.), (x: 0., y: 10.)];
        let parts = rounded(vec![spiked], whole, 0.0);
        assert_eq!((parts.len(), parts[0].unsigned_area()), (1, 100.0));
        assert!(parts[0].is_valid());
    }

    #[test]
    fn sound_polygons_stay_as_they_are() {
        let hole = LineString::from(vec![(2., 2.), (2., 4.), (4., 4.), (4., 2.), (2., 2.)]);
        let square = Polygon::new(LineString::from(vec![(0., 0.), (9., 0.), (9., 9.), (0., 9.), (0., 0.)]), vec![hole]);
        assert_eq!(rounded(vec![square.clone()], whole, 0.0), vec![square.clone()]);
        // holes smaller than what counts go
        assert_eq!(rounded(vec![square], whole, 5.0)[0].interiors().len(), 0);
    }
}
