//! The everyday closed way: a ring of few points that neither crosses nor touches itself, told without the general method.

use geo::{LineString, MultiPolygon, Polygon};

use super::super::positions::Position;

/// Rings of more points go the general way: pairs are compared one by one here.
const MOST: usize = 64;

/// The ring as a polygon, counter-clockwise; `None` where it is open, long, or not plainly simple.
pub(super) fn polygon(places: &[Position]) -> Option<MultiPolygon<f64>> {
    let (last, ring) = places.split_last()?;
    if ring.first() != Some(last) || !(3..=MOST).contains(&ring.len()) || !is_simple(ring) {
        return None;
    }
    let closed = ring.iter().chain([last]).map(|place| place.coord());
    let points: Vec<_> = if twice_area(ring) > 0 { closed.collect() } else { closed.rev().collect() };
    Some(Polygon::new(LineString(points), vec![]).into())
}

fn xy(place: Position) -> (i64, i64) {
    (i64::from(place.lon_e7), i64::from(place.lat_e7))
}

/// Twice the signed area in square 10⁻⁷ degrees.
fn twice_area(ring: &[Position]) -> i128 {
    let pairs = ring.iter().zip(ring.iter().cycle().skip(1)).map(|(a, b)| (xy(*a), xy(*b)));
    pairs.map(|((ax, ay), (bx, by))| i128::from(ax) * i128::from(by) - i128::from(bx) * i128::from(ay)).sum()
}

/// On which side of a–b the point c lies; zero on the line.
fn side(a: Position, b: Position, c: Position) -> i128 {
    let ((ax, ay), (bx, by), (cx, cy)) = (xy(a), xy(b), xy(c));
    (i128::from(bx - ax) * i128::from(cy - ay) - i128::from(by - ay) * i128::from(cx - ax)).signum()
}

/// Whether the boxes of two segments meet.
fn boxes_meet(a: Position, b: Position, c: Position, d: Position) -> bool {
    let meets = |a: i32, b: i32, c: i32, d: i32| a.min(b) <= c.max(d) && c.min(d) <= a.max(b);
    meets(a.lon_e7, b.lon_e7, c.lon_e7, d.lon_e7) && meets(a.lat_e7, b.lat_e7, c.lat_e7, d.lat_e7)
}

/// Whether two segments have any point in common.
fn meet(a: Position, b: Position, c: Position, d: Position) -> bool {
    boxes_meet(a, b, c, d) && side(a, b, c) * side(a, b, d) <= 0 && side(c, d, a) * side(c, d, b) <= 0
}

fn is_simple(ring: &[Position]) -> bool {
    let n = ring.len();
    let at = |i: usize| ring[i % n];
    (0..n).all(|i| {
        let (a, b) = (at(i), at(i + 1));
        // the next segment shares b and must not run back; those further on share nothing, but for the last with the first
        a != b
            && (side(a, b, at(i + 2)) != 0 || !boxes_meet(a, b, at(i + 2), at(i + 2)))
            && (i + 2..n).filter(|j| (j + 1) % n != i).all(|j| !meet(a, b, at(j), at(j + 1)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(points: &[(i32, i32)]) -> Vec<Position> {
        points.iter().map(|&(lon_e7, lat_e7)| Position { lon_e7, lat_e7 }).collect()
    }

    #[test]
    fn plain_rings_only() {
        let known = |points: &[(i32, i32)]| polygon(&places(points)).is_some();
        assert!(known(&[(0, 0), (9, 0), (9, 9), (0, 9), (0, 0)]));
        assert!(known(&[(0, 0), (4, 0), (9, 0), (9, 9), (0, 0)]), "a point along a side");
        assert!(!known(&[(0, 0), (9, 0), (9, 9), (0, 9)]), "open");
        assert!(!known(&[(0, 0), (9, 9), (9, 0), (0, 9), (0, 0)]), "crosses itself");
        assert!(!known(&[(0, 0), (9, 0), (9, 9), (4, 0), (0, 9), (0, 0)]), "touches itself");
        assert!(!known(&[(0, 0), (9, 0), (15, 0), (9, 0), (9, 9), (0, 0)]), "runs back");
        assert!(!known(&[(0, 0), (9, 0), (5, 0), (9, 9), (0, 0)]), "runs back part of the way");
        assert!(!known(&[(0, 0), (9, 0), (0, 0)]), "no area");
    }

    #[test]
    fn rings_come_out_counter_clockwise() {
        use geo::Area;
        let clockwise = polygon(&places(&[(0, 0), (0, 9), (9, 9), (9, 0), (0, 0)])).unwrap();
        assert!(clockwise.signed_area() > 0.0);
    }
}
