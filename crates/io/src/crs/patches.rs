//! Patches: small squares on which a polynomial stands for a projection, to a tenth of a micrometre.
//!
//! A projection is a dozen sines and logarithms a point, and so smooth that over ten kilometres a polynomial of the fifth degree in
//! either coordinate (Chebyshev's interpolation) cannot be told from it. Which squares get one depends on how many of a slice's points
//! lie in them, so that all points of one place in a slice go to the same place.

use std::collections::BTreeMap;
use std::f64::consts::PI;

use geo::Coord;

/// Places along either axis that a polynomial goes through.
const NODES: usize = 6;
/// Fewest points in a square for which making a polynomial pays.
const WORTH: usize = 4 * NODES * NODES;
/// Farthest that a polynomial may lie off: metres, and degrees of about that.
const OFF_M: f64 = 1e-7;
const OFF_DEG: f64 = 1e-12;

type Key = (i64, i64);

/// The squares in which many of a slice's points lie, with their polynomials.
pub(super) struct Patches {
    side: f64,
    patches: BTreeMap<Key, Patch>,
}

/// One square's polynomial: coefficients of products of Chebyshev's polynomials, by row (of y), then by column (of x).
struct Patch {
    coefficients: [[[f64; 2]; NODES]; NODES],
}

/// Transforms in place; `false` where a coordinate has no image.
type Exact<'a> = dyn Fn(&mut [Coord<f64>]) -> bool + 'a;

impl Patches {
    /// The patches that pay for `coords`, degrees or metres (`from_degrees`), to be transformed to degrees or metres as `exact` does. Squares
    /// where a polynomial would be off, or some place has no image, get none.
    pub(super) fn new(coords: &[Coord<f64>], [from_degrees, to_degrees]: [bool; 2], exact: &Exact<'_>) -> Patches {
        let side = if from_degrees { 0.1 } else { 10_000.0 };
        let off = if to_degrees { OFF_DEG } else { OFF_M };
        let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
        if coords.len() >= WORTH {
            for same in coords.chunk_by(|a, b| key(*a, side) == key(*b, side)) {
                *counts.entry(key(same[0], side)).or_default() += same.len();
            }
        }
        let worth = counts.into_iter().filter(|(_, count)| *count >= WORTH);
        let patches = worth.filter_map(|(key, _)| Some((key, Patch::new(key, side, off, exact)?))).collect();
        Patches { side, patches }
    }

    /// Whether there is no patch.
    pub(super) fn is_empty(&self) -> bool {
        self.patches.is_empty()
    }

    /// Finds the places of points one after another: `None` for one outside all patches.
    pub(super) fn in_turn(&self) -> impl FnMut(Coord<f64>) -> Option<Coord<f64>> + use<'_> {
        let mut last: Option<(Key, Option<&Patch>)> = None;
        move |at| {
            let key = key(at, self.side);
            let patch = match last {
                Some((same, patch)) if same == key => patch,
                _ => self.patches.get(&key),
            };
            last = Some((key, patch));
            patch.map(|patch| patch.image(within(at, key, self.side)))
        }
    }
}

fn key(at: Coord<f64>, side: f64) -> Key {
    ((at.x / side).floor() as i64, (at.y / side).floor() as i64)
}

/// Where in its square a place lies, −1 to 1 along either axis.
fn within(at: Coord<f64>, key: Key, side: f64) -> [f64; 2] {
    [(at.x, key.0), (at.y, key.1)].map(|(v, k)| 2.0 * (v / side - k as f64) - 1.0)
}

impl Patch {
    fn new(key: Key, side: f64, off: f64, exact: &Exact<'_>) -> Option<Patch> {
        let place = |[u, v]: [f64; 2]| Coord { x: (key.0 as f64 + (u + 1.0) / 2.0) * side, y: (key.1 as f64 + (v + 1.0) / 2.0) * side };
        let images = |at: &[[f64; 2]]| {
            let mut places: Vec<Coord<f64>> = at.iter().copied().map(place).collect();
            exact(&mut places).then_some(places)
        };
        let nodes: [f64; NODES] = std::array::from_fn(|i| (PI * (i as f64 + 0.5) / NODES as f64).cos());
        let grid: Vec<[f64; 2]> = nodes.iter().flat_map(|v| nodes.iter().map(move |u| [*u, *v])).collect();
        let values = images(&grid)?;
        let mut coefficients = [[[0.0; 2]; NODES]; NODES];
        for ([u, v], value) in grid.iter().zip(&values) {
            let (along_u, along_v) = (chebyshev(*u), chebyshev(*v));
            for (row, tv) in coefficients.iter_mut().zip(along_v) {
                for (coefficient, tu) in row.iter_mut().zip(along_u) {
                    coefficient[0] += value.x * tu * tv;
                    coefficient[1] += value.y * tu * tv;
                }
            }
        }
        let weight = |k: usize| if k == 0 { 1.0 } else { 2.0 } / NODES as f64;
        for (l, row) in coefficients.iter_mut().enumerate() {
            for (k, coefficient) in row.iter_mut().enumerate() {
                *coefficient = coefficient.map(|c| c * weight(k) * weight(l));
            }
        }
        let patch = Patch { coefficients };
        // where such a polynomial lies farthest off
        let tried = [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0], [0.0, 0.0], [-1.0, 0.0], [0.0, 1.0]];
        let close = |(at, image): (&[f64; 2], &Coord<f64>)| {
            let own = patch.image(*at);
            (own.x - image.x).abs() <= off && (own.y - image.y).abs() <= off
        };
        images(&tried)?.iter().zip(&tried).map(|(image, at)| (at, image)).all(close).then_some(patch)
    }

    fn image(&self, [u, v]: [f64; 2]) -> Coord<f64> {
        let (along_u, along_v) = (chebyshev(u), chebyshev(v));
        let mut image = [0.0; 2];
        for l in 0..NODES {
            let row = &self.coefficients[l];
            let mut own = [0.0; 2];
            for k in 0..NODES {
                own[0] += row[k][0] * along_u[k];
                own[1] += row[k][1] * along_u[k];
            }
            image[0] += own[0] * along_v[l];
            image[1] += own[1] * along_v[l];
        }
        Coord { x: image[0], y: image[1] }
    }
}

/// Chebyshev's polynomials at `v`, from the zeroth.
fn chebyshev(v: f64) -> [f64; NODES] {
    let mut values = [1.0, v, 0.0, 0.0, 0.0, 0.0];
    for k in 2..NODES {
        values[k] = 2.0 * v * values[k - 1] - values[k - 2];
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points of a square, many enough for a patch.
    fn points(low: Coord<f64>, side: f64) -> Vec<Coord<f64>> {
        let at = |i: i32, n: i32| f64::from(i * 37 % n) / f64::from(n) * side;
        (0..400).map(|i| Coord { x: low.x + at(i, 101), y: low.y + at(i, 97) }).collect()
    }

    #[test]
    fn a_smooth_map_is_met_and_one_place_goes_to_one_place() {
        // metres on a sphere, by Mercator's formula
        let exact = |coords: &mut [Coord<f64>]| {
            for c in coords.iter_mut() {
                *c = Coord { x: c.x.to_radians() * 6_378_137.0, y: c.y.to_radians().tan().asinh() * 6_378_137.0 };
            }
            true
        };
        for latitude in [0.0, 35.8, -33.1, 64.1] {
            let coords = points(Coord { x: 14.4, y: latitude }, 0.1);
            let patches = Patches::new(&coords, [true, false], &exact);
            let mut place = patches.in_turn();
            let mut truth = coords.clone();
            exact(&mut truth);
            let mut met = 0;
            for (at, truth) in coords.iter().zip(&truth) {
                if let Some(own) = place(*at) {
                    assert!((own.x - truth.x).abs() < 2e-8 && (own.y - truth.y).abs() < 2e-8, "{at:?}: {own:?}, not {truth:?}");
                    met += 1;
                }
            }
            assert!(met > 300, "{met} at {latitude}°");
        }
    }

    #[test]
    fn few_points_a_kink_and_a_hole_get_no_patch() {
        let coords = points(Coord { x: 0.0, y: 0.0 }, 9_999.0);
        let same = |_: &mut [Coord<f64>]| true;
        assert!(!Patches::new(&coords, [false; 2], &same).is_empty());
        assert!(Patches::new(&coords[..100], [false; 2], &same).is_empty());
        let kinked = |coords: &mut [Coord<f64>]| {
            coords.iter_mut().for_each(|c| c.x = c.x.max(4_000.0));
            true
        };
        assert!(Patches::new(&coords, [false; 2], &kinked).is_empty());
        assert!(Patches::new(&coords, [false; 2], &|_: &mut [Coord<f64>]| false).is_empty());
    }
}
