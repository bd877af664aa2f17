//! Contours: the ground where a field is above zero, as polygons with holes and parts.
//!
//! Marching squares over the cell centres, with linear interpolation between them. Every crossing belongs to one ring, inside on its
//! left, so rings never touch: the polygons are valid by construction. Saddles are joined where the mean of their corners is above zero;
//! where it is zero, as the field says: a field and its negative share no ground and leave none out if one of them joins.

use geo::{Area, BoundingRect, Contains, Coord, LineString, Polygon};

/// Values at cell centres, row by row from the south-west; the ground outside counts as below zero.
pub(crate) struct Field<'f> {
    pub columns: usize,
    pub rows: usize,
    pub values: &'f [f32],
    /// The place of the first centre.
    pub origin: Coord<f64>,
    pub step: f64,
    /// Whether a saddle of mean zero is joined.
    pub joins_at_zero: bool,
}

/// A piece of ground above zero, and the cells (positions in the field) whose centres its rings run between.
pub(crate) struct Piece {
    pub polygon: Polygon<f64>,
    pub near: Vec<u32>,
}

struct Ring {
    line: LineString<f64>,
    near: Vec<u32>,
}

const NONE: u32 = u32::MAX;
/// Crossings keep this far from cell centres, as a share of the step, so that no two rings meet.
const MARGIN: f32 = 0.02;

/// Traces the ground where the field is above zero.
pub(crate) fn pieces(field: &Field<'_>) -> Vec<Piece> {
    let mut outers: Vec<Piece> = Vec::new();
    let mut holes: Vec<Ring> = Vec::new();
    for ring in rings(field) {
        let polygon = Polygon::new(ring.line, vec![]);
        if polygon.signed_area() > 0.0 {
            outers.push(Piece { polygon, near: ring.near });
        } else {
            holes.push(Ring { line: polygon.into_inner().0, near: ring.near });
        }
    }
    // from the smallest: the first that holds a hole is its own
    let mut order: Vec<usize> = (0..outers.len()).collect();
    let areas: Vec<f64> = outers.iter().map(|o| o.polygon.unsigned_area()).collect();
    order.sort_by(|&a, &b| areas[a].total_cmp(&areas[b]));
    let boxes: Vec<_> = outers.iter().map(|o| o.polygon.bounding_rect()).collect();
    for hole in holes {
        let Some(&first) = hole.line.0.first() else { continue };
        let own = order.iter().copied().find(|&i| {
            boxes[i].is_some_and(|b| b.contains(&first)) && Polygon::new(outers[i].polygon.exterior().clone(), vec![]).contains(&first)
        });
        if let Some(own) = own {
            outers[own].polygon.interiors_push(hole.line);
            outers[own].near.extend(hole.near);
        }
    }
    outers
}

/// Closed rings, inside on the left: outer ones counter-clockwise, holes clockwise.
fn rings(field: &Field<'_>) -> Vec<Ring> {
    let mut next = links(field);
    let mut found = Vec::new();
    for start in 0..next.len() {
        if next[start] == NONE {
            continue;
        }
        let mut line = Vec::new();
        let mut near = Vec::new();
        let mut crossing = start;
        while next[crossing] != NONE {
            let (from, to) = ends(field, crossing);
            line.push(point(field, from, to));
            near.extend([from as u32, to as u32]);
            crossing = std::mem::replace(&mut next[crossing], NONE) as usize;
        }
        line.extend(line.first().copied());
        found.push(Ring { line: LineString(line), near });
    }
    found
}

/// For every crossed grid edge the one that its contour crosses next. Edge 2p runs east from centre p, edge 2p + 1 north.
fn links(field: &Field<'_>) -> Vec<u32> {
    let mut next = vec![NONE; 2 * field.columns * field.rows];
    let inside = |p: usize| field.values[p] > 0.0;
    for row in 0..field.rows.saturating_sub(1) {
        for column in 0..field.columns.saturating_sub(1) {
            let a = row * field.columns + column;
            let (b, d) = (a + 1, a + field.columns);
            let c = d + 1;
            let corners = [a, b, c, d];
            let state = corners.map(inside);
            if state == [true; 4] || state == [false; 4] {
                continue;
            }
            // the block's edges, counter-clockwise from the south
            let edges = [2 * a, 2 * b + 1, 2 * d, 2 * a + 1];
            let sum: f32 = corners.iter().map(|&p| field.values[p]).sum();
            let joined = sum > 0.0 || (field.joins_at_zero && sum == 0.0);
            for i in 0..4 {
                if state[i] && !state[(i + 1) % 4] {
                    // leaves the inside here; comes back at the next entry, or the one before it where a saddle is parted
                    let entry = |k: usize| !state[k % 4] && state[(k + 1) % 4];
                    let forward = (i + 1..i + 4).find(|&k| entry(k));
                    let backward = (i + 1..i + 4).rev().find(|&k| entry(k));
                    let chosen = if joined { forward } else { backward };
                    next[edges[i]] = chosen.map_or(NONE, |k| edges[k % 4] as u32);
                }
            }
        }
    }
    next
}

fn ends(field: &Field<'_>, crossing: usize) -> (usize, usize) {
    let from = crossing / 2;
    (from, if crossing.is_multiple_of(2) { from + 1 } else { from + field.columns })
}

fn point(field: &Field<'_>, from: usize, to: usize) -> Coord<f64> {
    let (v, w) = (field.values[from], field.values[to]);
    let along = f64::from((v / (v - w)).clamp(MARGIN, 1.0 - MARGIN));
    let place = |p: usize| Coord {
        x: field.origin.x + (p % field.columns) as f64 * field.step,
        y: field.origin.y + (p / field.columns) as f64 * field.step,
    };
    let (a, b) = (place(from), place(to));
    Coord { x: a.x + along * (b.x - a.x), y: a.y + along * (b.y - a.y) }
}

#[cfg(test)]
mod tests {
    use geo::Validation;
    use proptest::prelude::*;

    use super::*;

    fn trace(columns: usize, values: &[f32]) -> Vec<Polygon<f64>> {
        trace_as(columns, values, false)
    }

    fn trace_as(columns: usize, values: &[f32], joins_at_zero: bool) -> Vec<Polygon<f64>> {
        let rows = values.len() / columns;
        let field = Field { columns, rows, values, origin: Coord { x: 0.0, y: 0.0 }, step: 10.0, joins_at_zero };
        pieces(&field).into_iter().map(|p| p.polygon).collect()
    }

    #[test]
    fn one_peak_is_a_diamond() {
        let found = trace(3, &[-1., -1., -1., -1., 1., -1., -1., -1., -1.]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].signed_area(), 50.0);
    }

    #[test]
    fn a_ring_keeps_its_hole() {
        let mut values = vec![-1.0f32; 49];
        for row in 1..6 {
            for column in 1..6 {
                values[row * 7 + column] = 1.0;
            }
        }
        values[3 * 7 + 3] = -1.0;
        let found = trace(7, &values);
        assert_eq!((found.len(), found[0].interiors().len()), (1, 1));
        assert_eq!(found[0].unsigned_area(), 2500.0 - 4.0 * 12.5 - 50.0);
    }

    #[test]
    fn saddles_are_joined_or_parted_by_their_mean() {
        let saddle = |high: f32| trace(4, &[-1., -1., -1., -1., -1., high, -1., -1., -1., -1., high, -1., -1., -1., -1., -1.]).len();
        assert_eq!((saddle(3.0), saddle(0.5)), (1, 2));
    }

    #[test]
    fn a_saddle_of_mean_zero_is_left_out_of_neither() {
        let values = [-1., -1., -1., -1., -1., 1., -1., -1., -1., -1., 1., -1., -1., -1., -1., -1.];
        // two diamonds of 50 m² each; joined, with the 50 m² between their corners
        let area = |joins| trace_as(4, &values, joins).iter().map(Area::unsigned_area).sum::<f64>();
        assert_eq!((area(false), area(true)), (100.0, 150.0));
    }

    proptest! {
        #[test]
        fn polygons_are_valid_and_hold_their_centres(inner in prop::collection::vec(-1.0..1.0f32, 100)) {
            let mut values = vec![-1.0f32; 144];
            for (i, v) in inner.iter().enumerate() {
                values[(i / 10 + 1) * 12 + i % 10 + 1] = *v;
            }
            let found = trace(12, &values);
            for polygon in &found {
                prop_assert!(polygon.is_valid());
            }
            for (i, v) in values.iter().enumerate() {
                let centre = geo::Point::new((i % 12) as f64 * 10.0, (i / 12) as f64 * 10.0);
                prop_assert_eq!(found.iter().any(|p| p.contains(&centre)), *v > 0.0);
            }
        }
    }
}
