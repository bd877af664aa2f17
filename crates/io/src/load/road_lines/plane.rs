//! Plane geometry of places in whole 10⁻⁷ degrees: crossings by exact arithmetic, distances in metres of the place at hand.
//!
//! A straight side of a layer is straight in degrees (RFC 7946), so that a crossing is that of the degrees; and a tolerance is metres, for
//! which the metres of a degree at the place itself are right to a millionth within any tolerance.

use rstar::AABB;

use crate::osm::Position;

/// WGS84.
const A_M: f64 = 6_378_137.0;
const E2: f64 = 6.694_379_990_141_33e-3;

/// Metres around a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    at: Position,
    /// Metres of 10⁻⁷ degrees of longitude and of latitude.
    scale: [f64; 2],
}

impl Frame {
    pub(super) fn new(at: Position) -> Frame {
        // no layer of roads reaches the poles, where a degree of longitude has no metres
        let lat = at.lat().clamp(-89.9, 89.9).to_radians();
        let w = 1.0 - E2 * lat.sin().powi(2);
        let radian = 1e-7_f64.to_radians();
        Frame { at, scale: [A_M * lat.cos() / w.sqrt() * radian, A_M * (1.0 - E2) / w.powf(1.5) * radian] }
    }

    /// East and north of the place, metres.
    pub(super) fn metres(&self, place: Position) -> [f64; 2] {
        let [east, north] = apart(self.at, place);
        [east as f64 * self.scale[0], north as f64 * self.scale[1]]
    }

    pub(super) fn distance(&self, place: Position) -> f64 {
        let [x, y] = self.metres(place);
        x.hypot(y)
    }

    /// The nearest place of a side, how far along the side it is (0 to 1), and how far away, metres.
    pub(super) fn foot(&self, a: Position, b: Position) -> (Position, f64, f64) {
        let ([ax, ay], [bx, by]) = (self.metres(a), self.metres(b));
        let (dx, dy) = (bx - ax, by - ay);
        let t = (-(ax * dx + ay * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        (along(a, b, t), t, (ax + t * dx).hypot(ay + t * dy))
    }

    /// The box around the place, 10⁻⁷ degrees.
    pub(super) fn around(&self, metres: f64) -> AABB<[f64; 2]> {
        let [x, y] = [f64::from(self.at.lon_e7), f64::from(self.at.lat_e7)];
        let [dx, dy] = self.scale.map(|scale| metres / scale + 1.0);
        AABB::from_corners([x - dx, y - dy], [x + dx, y + dy])
    }
}

/// The length of a side, metres.
pub(super) fn side_m(a: Position, b: Position) -> f64 {
    let middle = Position { lon_e7: a.lon_e7, lat_e7: ((i64::from(a.lat_e7) + i64::from(b.lat_e7)) / 2) as i32 };
    let [east, north] = apart(a, b);
    let scale = Frame::new(middle).scale;
    (east as f64 * scale[0]).hypot(north as f64 * scale[1])
}

/// The place at share `over / under` of a side, rounded from the exact one, so that it is the same seen from whatever crosses it there.
fn part_of(a: Position, b: Position, over: i128, under: i128) -> Position {
    let [east, north] = apart(a, b);
    let at = |from: i32, step: i64| {
        let exact = (i128::from(from) * under + i128::from(step) * over) * under.signum();
        (2 * exact + under.abs()).div_euclid(2 * under.abs()) as i32
    };
    Position { lon_e7: at(a.lon_e7, east), lat_e7: at(a.lat_e7, north) }
}

/// The place at share `t` of a side.
fn along(a: Position, b: Position, t: f64) -> Position {
    let [east, north] = apart(a, b);
    let at = |from: i32, step: i64| (i64::from(from) + (step as f64 * t).round() as i64) as i32;
    Position { lon_e7: at(a.lon_e7, east), lat_e7: at(a.lat_e7, north) }
}

fn apart(a: Position, b: Position) -> [i64; 2] {
    [i64::from(b.lon_e7) - i64::from(a.lon_e7), i64::from(b.lat_e7) - i64::from(a.lat_e7)]
}

/// Twice the area of a triangle, exact; its sign says on which side of a → b the third place lies.
fn turn(a: Position, b: Position, c: Position) -> i128 {
    let ([x1, y1], [x2, y2]) = (apart(a, b), apart(a, c));
    i128::from(x1) * i128::from(y2) - i128::from(y1) * i128::from(x2)
}

/// Whether a place on the line through a side lies within its ends.
fn within(a: Position, b: Position, place: Position) -> bool {
    let between = |p: i32, q: i32, r: i32| p.min(q) <= r && r <= p.max(q);
    between(a.lon_e7, b.lon_e7, place.lon_e7) && between(a.lat_e7, b.lat_e7, place.lat_e7)
}

/// A place that two sides share, and how far along each it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shared {
    pub place: Position,
    pub along: [f64; 2],
}

/// What two sides share: nothing, a place, or the two ends of a stretch.
pub(super) fn shared([a, b]: [Position; 2], [c, d]: [Position; 2]) -> Vec<Shared> {
    let (c_side, d_side) = (turn(a, b, c), turn(a, b, d));
    let (a_side, b_side) = (turn(c, d, a), turn(c, d, b));
    let part = |one: i128, other: i128| one.signum() * other.signum() < 0;
    if part(c_side, d_side) && part(a_side, b_side) {
        let share = |from: i128, to: i128| from as f64 / (from - to) as f64;
        let place = part_of(a, b, a_side, a_side - b_side);
        return vec![Shared { place, along: [share(a_side, b_side), share(c_side, d_side)] }];
    }
    let mut found: Vec<Shared> = Vec::new();
    let on_first = [(c, 0.0, c_side), (d, 1.0, d_side)].map(|(place, u, side)| (side, [a, b], place, [share(a, b, place), u]));
    let on_second = [(a, 0.0, a_side), (b, 1.0, b_side)].map(|(place, t, side)| (side, [c, d], place, [t, share(c, d, place)]));
    for (side, [from, to], place, along) in on_first.into_iter().chain(on_second) {
        if side == 0 && within(from, to, place) && found.iter().all(|own| own.place != place) {
            found.push(Shared { place, along });
        }
    }
    found
}

/// How far along a side a place on it lies.
fn share(a: Position, b: Position, place: Position) -> f64 {
    let ([x, y], [px, py]) = (apart(a, b), apart(a, place));
    if x.abs() >= y.abs() { px as f64 / x as f64 } else { py as f64 / y as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lon_e7: i32, lat_e7: i32) -> Position {
        Position { lon_e7, lat_e7 }
    }

    #[test]
    fn metres_are_those_of_the_ellipsoid() {
        // 0.001° at the equator: 111.319 m and 110.574 m; at 60° a degree of longitude has 55,800 m (Snyder, table of WGS84: 55,801 m)
        let [x, y] = Frame::new(at(0, 0)).metres(at(10_000, 10_000));
        assert!((x - 111.319).abs() < 1e-3 && (y - 110.574).abs() < 1e-3, "{x} {y}");
        let [x, _] = Frame::new(at(0, 600_000_000)).metres(at(10_000_000, 600_000_000));
        assert!((x - 55_800.0).abs() < 2.0, "{x}");
        assert!((side_m(at(0, 0), at(10_000, 0)) - 111.319).abs() < 1e-3);
    }

    #[test]
    fn sides_share_what_they_share() {
        let cross = shared([at(0, 0), at(100, 0)], [at(20, -10), at(20, 30)]);
        assert_eq!(cross, [Shared { place: at(20, 0), along: [0.2, 0.25] }]);
        // a touch with an end; two stretches of one line; beside each other; in a row with a gap
        assert_eq!(shared([at(0, 0), at(100, 0)], [at(40, 0), at(40, 9)]), [Shared { place: at(40, 0), along: [0.4, 0.0] }]);
        let both = shared([at(0, 0), at(100, 0)], [at(50, 0), at(250, 0)]);
        assert_eq!(both, [Shared { place: at(50, 0), along: [0.5, 0.0] }, Shared { place: at(100, 0), along: [1.0, 0.25] }]);
        assert!(shared([at(0, 0), at(100, 0)], [at(0, 1), at(100, 1)]).is_empty());
        assert!(shared([at(0, 0), at(100, 0)], [at(101, 0), at(200, 0)]).is_empty());
        // half the earth, one unit apart: exact
        let (west, east) = (at(-1_800_000_000, -900_000_000), at(1_800_000_000, 900_000_000));
        assert!(shared([west, east], [at(1, 0), at(2, 0)]).is_empty());
        assert_eq!(shared([west, east], [at(0, 0), at(1, 0)]).len(), 1);
    }
}
