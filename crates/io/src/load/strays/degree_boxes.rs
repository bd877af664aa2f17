//! Boxes of degrees and the ground between them: which of them form a group, and which lies farthest from the others.
//!
//! A geodesic is measured only where the sphere does not decide: a line on the ellipsoid is never shorter than the arc of the same
//! angle on the sphere of its least radius of curvature, nor longer than that on the sphere of its greatest.

use std::cell::Cell;

use catchment::geo::{Coord, Rect};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree, SelectionFunction};

use crate::crs::geodesic_length_m;

/// The least radius of curvature of WGS84, that of the meridian at the equator, rounded down, m.
const LEAST_RADIUS_M: f64 = 6_335_439.0;
/// The greatest, at the poles, rounded up, m.
const GREATEST_RADIUS_M: f64 = 6_399_594.0;

type DegreeBox = GeomWithData<Rectangle<[f64; 2]>, usize>;

/// Groups of boxes (places in the list, ascending) that lie more than `apart_m` from all others.
pub(super) fn groups(boxes: &[Rect<f64>], apart_m: f64) -> Vec<Vec<usize>> {
    let mut rest = tree(boxes);
    let mut is_grouped = vec![false; boxes.len()];
    let mut groups = Vec::new();
    for first in 0..boxes.len() {
        if is_grouped[first] {
            continue;
        }
        // each box leaves the tree as soon as its group reaches it, so that none is met twice
        let mut open = vec![first];
        let mut group = Vec::new();
        while let Some(next) = open.pop() {
            let near = Near { own: boxes[next], apart_m };
            let reached: Vec<usize> = rest.drain_with_selection_function(near).map(|other| other.data).collect();
            reached.iter().for_each(|other| is_grouped[*other] = true);
            open.extend(&reached);
            group.extend(reached);
        }
        group.sort_unstable();
        groups.push(group);
    }
    groups
}

/// The box (its place in the list) that lies farthest from the nearest of `others`, and how far that is, m; the first of several.
pub(super) fn farthest(boxes: &[Rect<f64>], others: &[Rect<f64>]) -> Option<(usize, f64)> {
    let around = others.iter().copied().reduce(joined)?;
    let index = tree(others);
    let mut order: Vec<(f64, usize)> = boxes.iter().enumerate().map(|(place, own)| (apart(own, &around), place)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut found: Option<(usize, f64)> = None;
    let mut nearest = 0;
    for (_, place) in order {
        let own = boxes[place];
        // a box that has one of the others as near as this is not the farthest
        let enough = found.map_or(f64::NEG_INFINITY, |(first, metres)| if place < first { metres.next_down() } else { metres });
        let best = Cell::new((apart(&own, &others[nearest]), nearest));
        // nothing is selected, so that one step goes through the tree
        let _ = index.locate_with_selection_function(Nearest { own, enough, best: &best }).next();
        let metres;
        (metres, nearest) = best.get();
        if metres > enough {
            found = Some((place, metres));
        }
    }
    found
}

fn tree(boxes: &[Rect<f64>]) -> RTree<DegreeBox> {
    let one = |(place, own): (usize, &Rect<f64>)| GeomWithData::new(Rectangle::from_corners(own.min().into(), own.max().into()), place);
    RTree::bulk_load(boxes.iter().enumerate().map(one).collect())
}

/// Selects boxes within a distance of one.
struct Near {
    own: Rect<f64>,
    apart_m: f64,
}

impl SelectionFunction<DegreeBox> for Near {
    fn should_unpack_parent(&self, envelope: &AABB<[f64; 2]>) -> bool {
        least_m(&self.own, &rect(envelope.lower(), envelope.upper())) <= self.apart_m
    }

    fn should_unpack_leaf(&self, leaf: &DegreeBox) -> bool {
        let line = Line::between(&self.own, &rect(leaf.geom().lower(), leaf.geom().upper()));
        let angle = line.angle();
        LEAST_RADIUS_M * angle <= self.apart_m && (GREATEST_RADIUS_M * angle <= self.apart_m || line.length_m() <= self.apart_m)
    }
}

/// Looks for the box nearest to one; selects nothing.
struct Nearest<'a> {
    own: Rect<f64>,
    /// A box as near as this ends the search, m.
    enough: f64,
    /// How far the nearest so far is, m, and its place in the list.
    best: &'a Cell<(f64, usize)>,
}

impl SelectionFunction<DegreeBox> for Nearest<'_> {
    fn should_unpack_parent(&self, envelope: &AABB<[f64; 2]>) -> bool {
        let best = self.best.get().0;
        best > self.enough && least_m(&self.own, &rect(envelope.lower(), envelope.upper())) < best
    }

    fn should_unpack_leaf(&self, leaf: &DegreeBox) -> bool {
        let best = self.best.get().0;
        let line = Line::between(&self.own, &rect(leaf.geom().lower(), leaf.geom().upper()));
        if best > self.enough && LEAST_RADIUS_M * line.angle() < best {
            let metres = line.length_m();
            if metres < best {
                self.best.set((metres, leaf.data));
            }
        }
        false
    }
}

fn rect(lower: [f64; 2], upper: [f64; 2]) -> Rect<f64> {
    Rect::new(Coord::from(lower), Coord::from(upper))
}

/// The distance between two boxes of degrees, m; across the 180th meridian where that is shorter.
pub(super) fn apart(a: &Rect<f64>, b: &Rect<f64>) -> f64 {
    Line::between(a, b).length_m()
}

/// Degrees between two boxes, in longitude (whichever way around is shorter) and in latitude.
fn between(a: &Rect<f64>, b: &Rect<f64>) -> [f64; 2] {
    let beyond = |a: [f64; 2], b: [f64; 2]| (b[0] - a[1]).max(a[0] - b[1]).max(0.0);
    let [x, other] = [[a.min().x, a.max().x], [b.min().x, b.max().x]];
    let turned = |by: f64| beyond(x, other.map(|x| x + by));
    let width = turned(0.0).min(turned(360.0)).min(turned(-360.0));
    [width, beyond([a.min().y, a.max().y], [b.min().y, b.max().y])]
}

/// A line from one box to another: latitudes of its ends, and degrees of longitude between them.
struct Line {
    from: f64,
    to: f64,
    width: f64,
}

impl Line {
    fn between(a: &Rect<f64>, b: &Rect<f64>) -> Line {
        let [width, height] = between(a, b);
        // the parallel on which both lie, or the sides that face each other
        let [low, high] = [a.min().y.max(b.min().y), a.max().y.min(b.max().y)];
        let from = if low.abs() > high.abs() { low } else { high };
        let to = from + if from > 0.0 { -height } else { height };
        Line { from: from.clamp(-90.0, 90.0), to, width }
    }

    fn length_m(&self) -> f64 {
        geodesic_length_m(Coord { x: 0.0, y: self.from }, Coord { x: self.width, y: self.to })
    }

    /// The angle between its ends on a sphere.
    fn angle(&self) -> f64 {
        angle(self.width, self.from - self.to, self.from.to_radians().cos() * self.to.to_radians().cos())
    }
}

/// By the haversine formula; `cosines` is the product of the cosines of both latitudes.
fn angle(width: f64, height: f64, cosines: f64) -> f64 {
    let squared = |degrees: f64| (degrees / 2.0).to_radians().sin().powi(2);
    2.0 * (squared(height) + cosines * squared(width)).clamp(0.0, 1.0).sqrt().asin()
}

/// A length that no box inside `around` is nearer to `own` than.
fn least_m(own: &Rect<f64>, around: &Rect<f64>) -> f64 {
    let [width, height] = between(own, around);
    // where meridians are nearest to each other
    let polar = [own.min().y, own.max().y, around.min().y, around.max().y].into_iter().map(f64::abs).fold(0.0, f64::max);
    LEAST_RADIUS_M * angle(width, height, polar.min(90.0).to_radians().cos().powi(2))
}

pub(super) fn joined(a: Rect<f64>, b: Rect<f64>) -> Rect<f64> {
    let low = (a.min().x.min(b.min().x), a.min().y.min(b.min().y));
    Rect::new(low, (a.max().x.max(b.max().x), a.max().y.max(b.max().y)))
}

#[cfg(test)]
mod tests {
    use petgraph::unionfind::UnionFind;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn any_box(scale: f64) -> impl Strategy<Value = Rect<f64>> {
        // on a grid, so that boxes touch, are equal and lie equally far apart
        (-36..36, -17..17, 0..3, 0..3).prop_map(move |(x, y, width, height)| {
            let [x, y] = [f64::from(x) * 5.0 * scale, f64::from(y) * 5.0 * scale];
            Rect::new((x, y), (x + f64::from(width) * 2.0 * scale, y + f64::from(height) * 2.0 * scale))
        })
    }

    /// Boxes all over the globe, or around the equator, or near the 180th meridian and the 70th parallel.
    fn boxes() -> impl Strategy<Value = Vec<Rect<f64>>> {
        let moved = |by: (f64, f64)| {
            let turned = move |x: f64| if x + by.0 > 180.0 { x + by.0 - 360.0 } else { x + by.0 };
            move |own: Rect<f64>| {
                let west = turned(own.min().x);
                Rect::new((west, own.min().y + by.1), (west + own.width(), own.max().y + by.1))
            }
        };
        prop_oneof![vec(any_box(1.0), 1..60), vec(any_box(0.05), 1..60), vec(any_box(0.05).prop_map(moved((179.0, 70.0))), 1..60),]
    }

    /// Every pair is measured.
    fn groups_by_pairs(boxes: &[Rect<f64>], apart_m: f64) -> Vec<Vec<usize>> {
        let mut near: UnionFind<usize> = UnionFind::new(boxes.len());
        for (i, a) in boxes.iter().enumerate() {
            for (j, b) in boxes.iter().enumerate().skip(i + 1) {
                if apart(a, b) <= apart_m {
                    near.union(i, j);
                }
            }
        }
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for i in 0..boxes.len() {
            match groups.iter_mut().find(|group| near.equiv(group[0], i)) {
                Some(group) => group.push(i),
                None => groups.push(vec![i]),
            }
        }
        groups
    }

    fn farthest_by_pairs(boxes: &[Rect<f64>], others: &[Rect<f64>]) -> Option<(usize, f64)> {
        let nearest = |own: &Rect<f64>| others.iter().map(|other| apart(own, other)).fold(f64::INFINITY, f64::min);
        boxes.iter().map(nearest).enumerate().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }

    proptest! {
        #[test]
        fn the_index_says_what_all_pairs_say(boxes in boxes(), km in prop_oneof![1.0..100.0, 100.0..3000.0], main in 1usize..60) {
            prop_assert_eq!(groups(&boxes, 1000.0 * km), groups_by_pairs(&boxes, 1000.0 * km));
            let (others, own) = boxes.split_at(main.min(boxes.len()));
            prop_assert_eq!(farthest(own, others), farthest_by_pairs(own, others));
        }
    }

    /// A degree of the 60th parallel is 55,800.0 m long (Rapp, Geometric Geodesy: a cos φ / √(1 − e² sin² φ) · π/180).
    #[test]
    fn distances_are_measured_where_they_are() {
        let [a, b] = [Rect::new((10.0, 59.99), (10.1, 60.0)), Rect::new((11.1, 59.99), (11.2, 60.01))];
        let found = apart(&a, &b);
        assert!((found - 55_800.0).abs() < 30.0, "{found}");
        assert_eq!(apart(&a, &a), 0.0);
    }
}
