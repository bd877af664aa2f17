//! Polygons cut by a square grid: the exact area of each piece, and its centroid.
//!
//! A ring is halved along a grid line again and again until each part lies in one cell (Sutherland and Hodgman's clip against one line,
//! CACM 17, 1974). Clipped rings may run back and forth along cell borders; those runs enclose nothing, so areas and moments stay exact.

use geo::{BoundingRect, Coord, LineString, MultiPolygon};

/// A cell of a grid: column and row, counted from the origin of the working CRS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    /// Row, northwards. First, so that cells sort row by row.
    pub row: i32,
    /// Column, eastwards.
    pub column: i32,
}

/// Squares of `size` metres, aligned to whole multiples of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Side of a cell, metres.
    pub size: f64,
}

impl Grid {
    /// The centre of a cell.
    pub fn centre(&self, cell: Cell) -> Coord<f64> {
        Coord { x: (f64::from(cell.column) + 0.5) * self.size, y: (f64::from(cell.row) + 0.5) * self.size }
    }

    /// The cell that holds `at`.
    pub fn cell(&self, at: Coord<f64>) -> Cell {
        Cell { row: (at.y / self.size).floor() as i32, column: (at.x / self.size).floor() as i32 }
    }

    /// The lower left corner of a cell.
    pub fn corner(&self, cell: Cell) -> Coord<f64> {
        Coord { x: f64::from(cell.column) * self.size, y: f64::from(cell.row) * self.size }
    }

    /// Area of a whole cell, m².
    pub fn cell_area(&self) -> f64 {
        self.size * self.size
    }
}

/// A part of a polygon within one cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Part<'r> {
    /// A whole cell.
    Full(Cell),
    /// A ring clipped to the cell; open (the last point is not the first), counter-clockwise for outer rings, clockwise for holes.
    Ring(Cell, &'r [Coord<f64>]),
    /// A whole cell to be taken away (a hole covers it).
    Hole(Cell),
}

/// Cuts `polygons` by `grid` and hands every part to `visit`. A cell may come several times: its parts add up.
pub fn split(polygons: &MultiPolygon<f64>, grid: Grid, visit: &mut dyn FnMut(Part<'_>)) {
    for polygon in polygons {
        split_ring(polygon.exterior(), true, grid, visit);
        for hole in polygon.interiors() {
            split_ring(hole, false, grid, visit);
        }
    }
}

fn split_ring(ring: &LineString<f64>, outer: bool, grid: Grid, visit: &mut dyn FnMut(Part<'_>)) {
    let Some(bounds) = ring.bounding_rect() else { return };
    let mut points: Vec<Coord<f64>> = ring.0.clone();
    if points.first() == points.last() {
        points.pop();
    }
    if (signed_area(&points) > 0.0) != outer {
        points.reverse();
    }
    let (low, high) = (grid.cell(bounds.min()), grid.cell(bounds.max()));
    Splitter { grid, outer, visit, spare: Vec::new() }.halve(points, low, high);
}

/// Signed area of an open ring, m², about its first point: positive counter-clockwise.
pub fn signed_area(ring: &[Coord<f64>]) -> f64 {
    let Some(&origin) = ring.first() else { return 0.0 };
    let twice: f64 = ring.windows(2).map(|w| (w[0].x - origin.x) * (w[1].y - origin.y) - (w[1].x - origin.x) * (w[0].y - origin.y)).sum();
    twice / 2.0
}

/// Signed area of an open ring and its first moments ∫x dA and ∫y dA about `origin`.
pub fn moments(ring: &[Coord<f64>], origin: Coord<f64>) -> (f64, f64, f64) {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).fold((0.0, 0.0, 0.0), |(area, mx, my), (p, q)| {
        let (px, py, qx, qy) = (p.x - origin.x, p.y - origin.y, q.x - origin.x, q.y - origin.y);
        let cross = px * qy - qx * py;
        (area + cross / 2.0, mx + (px + qx) * cross / 6.0, my + (py + qy) * cross / 6.0)
    })
}

struct Splitter<'v> {
    grid: Grid,
    outer: bool,
    visit: &'v mut dyn FnMut(Part<'_>),
    spare: Vec<Vec<Coord<f64>>>,
}

impl Splitter<'_> {
    fn halve(&mut self, ring: Vec<Coord<f64>>, low: Cell, high: Cell) {
        let (columns, rows) = (i64::from(high.column) - i64::from(low.column) + 1, i64::from(high.row) - i64::from(low.row) + 1);
        let cells = columns * rows;
        if ring.len() < 3 {
            self.spare.push(ring);
        } else if self.fills(&ring, cells) {
            self.fill(low, high);
            self.spare.push(ring);
        } else if cells == 1 {
            (self.visit)(Part::Ring(low, &ring));
            self.spare.push(ring);
        } else if columns >= rows {
            let middle = low.column + (columns / 2) as i32;
            let (west, east) = self.cut(&ring, f64::from(middle) * self.grid.size, |c| c.x, |c, v| c.x = v);
            self.spare.push(ring);
            self.halve(west, low, Cell { column: middle - 1, ..high });
            self.halve(east, Cell { column: middle, ..low }, high);
        } else {
            let middle = low.row + (rows / 2) as i32;
            let (south, north) = self.cut(&ring, f64::from(middle) * self.grid.size, |c| c.y, |c, v| c.y = v);
            self.spare.push(ring);
            self.halve(south, low, Cell { row: middle - 1, ..high });
            self.halve(north, Cell { row: middle, ..low }, high);
        }
    }

    /// Whether the ring is the whole block of `cells` cells.
    fn fills(&self, ring: &[Coord<f64>], cells: i64) -> bool {
        let block = cells as f64 * self.grid.cell_area();
        ring.len() < 64 && (signed_area(ring).abs() - block).abs() <= 1e-9 * block
    }

    fn fill(&mut self, low: Cell, high: Cell) {
        for row in low.row..=high.row {
            for column in low.column..=high.column {
                let cell = Cell { row, column };
                (self.visit)(if self.outer { Part::Full(cell) } else { Part::Hole(cell) });
            }
        }
    }

    /// Both sides of a ring cut along the line where `axis` is `at`: the lower, then the upper.
    fn cut(
        &mut self,
        ring: &[Coord<f64>],
        at: f64,
        axis: impl Fn(&Coord<f64>) -> f64,
        set: impl Fn(&mut Coord<f64>, f64),
    ) -> (Vec<Coord<f64>>, Vec<Coord<f64>>) {
        let (mut lower, mut upper) = (self.buffer(), self.buffer());
        let Some(&last) = ring.last() else { return (lower, upper) };
        let mut p = last;
        for &q in ring {
            let (vp, vq) = (axis(&p), axis(&q));
            if (vp < at && vq > at) || (vp > at && vq < at) {
                // always from the lower to the upper end, so that a line shared by two rings is cut at the same place
                let (a, b) = if vp < vq { (p, q) } else { (q, p) };
                let t = (at - axis(&a)) / (axis(&b) - axis(&a));
                let mut crossing = Coord { x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) };
                set(&mut crossing, at);
                lower.push(crossing);
                upper.push(crossing);
            }
            if vq <= at {
                lower.push(q);
            }
            if vq >= at {
                upper.push(q);
            }
            p = q;
        }
        for side in [&mut lower, &mut upper] {
            if side.iter().all(|c| axis(c) == at) {
                side.clear();
            }
        }
        (lower, upper)
    }

    fn buffer(&mut self) -> Vec<Coord<f64>> {
        let mut buffer = self.spare.pop().unwrap_or_default();
        buffer.clear();
        buffer
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use geo::{Area, polygon};
    use proptest::prelude::*;

    use super::*;

    fn areas(polygons: &MultiPolygon<f64>, size: f64) -> BTreeMap<Cell, f64> {
        let mut found: BTreeMap<Cell, f64> = BTreeMap::new();
        let grid = Grid { size };
        split(polygons, grid, &mut |part| match part {
            Part::Full(cell) => *found.entry(cell).or_default() += grid.cell_area(),
            Part::Hole(cell) => *found.entry(cell).or_default() -= grid.cell_area(),
            Part::Ring(cell, ring) => *found.entry(cell).or_default() += signed_area(ring),
        });
        found.retain(|_, area| area.abs() > 1e-9);
        found
    }

    #[test]
    fn a_square_with_a_hole() {
        let square = polygon!(
            exterior: [(x: 0., y: 0.), (x: 30., y: 0.), (x: 30., y: 30.), (x: 0., y: 30.)],
            interiors: [[(x: 5., y: 5.), (x: 25., y: 5.), (x: 25., y: 25.), (x: 5., y: 25.)]],
        );
        let found = areas(&square.into(), 10.0);
        assert_eq!(found.len(), 8, "the middle cell is all hole");
        assert_eq!(found[&Cell { row: 0, column: 0 }], 75.0);
        assert_eq!(found[&Cell { row: 0, column: 1 }], 50.0);
    }

    #[test]
    fn a_triangle_by_hand() {
        let triangle = polygon![(x: 0., y: 0.), (x: 20., y: 0.), (x: 0., y: 20.)];
        let found = areas(&triangle.into(), 10.0);
        let cell = |row, column| Cell { row, column };
        assert_eq!(found, BTreeMap::from([(cell(0, 0), 100.0), (cell(0, 1), 50.0), (cell(1, 0), 50.0)]));
    }

    #[test]
    fn moments_give_the_centroid() {
        let ring = [(0., 0.), (6., 0.), (0., 3.)].map(|(x, y)| Coord { x, y });
        let (area, mx, my) = moments(&ring, Coord { x: 100.0, y: 100.0 });
        assert_eq!((area, mx / area + 100.0, my / area + 100.0), (9.0, 2.0, 1.0));
    }

    proptest! {
        #[test]
        fn pieces_add_up(radii in prop::collection::vec(5.0..80.0f64, 3..40), x in -200.0..200.0f64, size in 3.0..40.0f64) {
            let n = radii.len() as f64;
            let star: Vec<_> = radii.iter().enumerate().map(|(i, r)| {
                let angle = i as f64 / n * std::f64::consts::TAU;
                Coord { x: x + r * angle.cos(), y: r * angle.sin() }
            }).collect();
            let star = geo::Polygon::new(LineString(star), vec![]);
            let whole = star.unsigned_area();
            let found = areas(&star.into(), size);
            prop_assert!((found.values().sum::<f64>() - whole).abs() < 1e-6 * whole);
            prop_assert!(found.values().all(|a| *a > -1e-6 && *a < size * size + 1e-6));
        }
    }
}
