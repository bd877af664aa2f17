//! The boxes around zones in metres, indexed: how far a place is from the nearest, without a look at each of them.

use catchment::Zone;
use catchment::geo::{BoundingRect, Coord, Rect};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{PointDistance, RTree};

/// Squares of distances are compared with this much to spare, so that rounding decides nothing.
const SPARE: f64 = 1.0 + 1e-12;

/// An R-tree of the zones' boxes; zones without ground have none.
pub(crate) struct ZoneBoxes(RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>);

impl ZoneBoxes {
    pub(crate) fn new(zones: &[Zone]) -> ZoneBoxes {
        ZoneBoxes::of(zones.iter().map(|zone| zone.area.bounding_rect()))
    }

    fn of(boxes: impl Iterator<Item = Option<Rect<f64>>>) -> ZoneBoxes {
        let rectangle = |own: Rect<f64>| Rectangle::from_corners(own.min().into(), own.max().into());
        let boxes = boxes.enumerate().filter_map(|(row, own)| Some(GeomWithData::new(rectangle(own?), row)));
        ZoneBoxes(RTree::bulk_load(boxes.collect()))
    }

    /// The distance to the nearest box, metres: 0 inside one, infinite if there is none.
    pub(crate) fn distance(&self, at: Coord<f64>) -> f64 {
        let place = [at.x, at.y];
        let Some(nearest) = self.0.nearest_neighbor(place) else { return f64::INFINITY };
        let square = nearest.distance_2(&place);
        let ties = self.0.locate_within_distance(place, square * SPARE);
        ties.map(|other| box_distance(&rect(other.geom()), at)).fold(f64::INFINITY, f64::min)
    }

    /// Whether `holds` is true of some zone, given by its row, whose box is within `reach_m` of a place; the nearest boxes are tried first.
    pub(crate) fn any_within(&self, at: Coord<f64>, reach_m: f64, holds: impl Fn(usize) -> bool) -> bool {
        let near =
            self.0.nearest_neighbor_iter_with_distance_2([at.x, at.y]).take_while(|(_, square)| *square <= reach_m * reach_m * SPARE);
        let mut near = near.filter(|(own, _)| box_distance(&rect(own.geom()), at) <= reach_m);
        near.any(|(own, _)| holds(own.data))
    }
}

fn rect(own: &Rectangle<[f64; 2]>) -> Rect<f64> {
    Rect::new(Coord::from(own.lower()), Coord::from(own.upper()))
}

/// How far a place lies from a box, metres.
pub(crate) fn box_distance(own: &Rect<f64>, at: Coord<f64>) -> f64 {
    let beyond = |low: f64, high: f64, x: f64| (low - x).max(x - high).max(0.0);
    beyond(own.min().x, own.max().x, at.x).hypot(beyond(own.min().y, own.max().y, at.y))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// On a coarse grid, so that boxes touch, are equal and lie equally far away.
    fn place() -> impl Strategy<Value = Coord<f64>> {
        (-40..40, -40..40).prop_map(|(x, y)| Coord { x: f64::from(x) * 312.7, y: f64::from(y) * 312.7 })
    }

    proptest! {
        #[test]
        fn the_index_says_what_a_scan_of_all_boxes_says(
            boxes in vec(proptest::option::weighted(0.9, (place(), place())), 0..60),
            places in vec(place(), 1..20),
            reach_m in 0.0..9000.0,
        ) {
            let boxes: Vec<Option<Rect<f64>>> = boxes.into_iter().map(|own| own.map(|(a, b)| Rect::new(a, b))).collect();
            let index = ZoneBoxes::of(boxes.iter().copied());
            for at in places {
                let each = || boxes.iter().enumerate().filter_map(|(row, own)| Some((row, box_distance(&(*own)?, at))));
                let nearest = each().map(|(_, metres)| metres).fold(f64::INFINITY, f64::min);
                prop_assert_eq!(index.distance(at), nearest);
                // only one in three holds
                let holds = |row: usize| row.is_multiple_of(3);
                prop_assert_eq!(index.any_within(at, reach_m, holds), each().any(|(row, metres)| metres <= reach_m && holds(row)));
                // a reach that ends exactly at a box
                prop_assert_eq!(index.any_within(at, nearest, |_| true), nearest.is_finite());
            }
        }
    }
}
