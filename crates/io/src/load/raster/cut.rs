//! The cells of a raster cut by the borders of zones. All sums are done in columns and rows, where every cell is a unit square.
//!
//! Borders are cut twice: by the frames that the raster is read in, once and for all; and frame by frame by cells. A frame far from every
//! border costs a zone's number a cell, whatever the zones look like.

use std::collections::BTreeMap;

use catchment::geo::{BoundingRect, Coord, LineString, MultiPolygon, Polygon};
use catchment::{Cell, Grid, Part, ZoneId, moments, split};

use super::Frame;

/// A share of a cell below which nobody lives there: borders that run along cells do so to a fraction of a millimetre only.
const SLIVER: f64 = 1e-4;

const UNIT: Grid = Grid { size: 1.0 };

/// A ring of a zone, or all of the square that it is a part of; to be taken away where it is that of a hole.
struct Side {
    zone: u32,
    hole: bool,
    /// Columns and rows from the corner of the square; open.
    ring: Option<Vec<Coord<f64>>>,
}

/// The borders of zones by frame.
pub(crate) struct Borders {
    /// Columns and rows of a frame.
    size: (u32, u32),
    frames: BTreeMap<Cell, Vec<Side>>,
}

impl Borders {
    /// Cuts `zones`, in columns and rows of a raster of so many, by frames of that size.
    pub(crate) fn new(zones: &[MultiPolygon<f64>], (columns, rows): (u32, u32), size: (u32, u32)) -> Borders {
        let mut borders = Borders { size, frames: BTreeMap::new() };
        for (zone, area) in zones.iter().enumerate() {
            for polygon in area {
                let holes = polygon.interiors().iter().map(|ring| (ring, true));
                for (ring, hole) in std::iter::once((polygon.exterior(), false)).chain(holes) {
                    borders.add(zone as u32, hole, within(&ring.0, f64::from(columns), f64::from(rows)));
                }
            }
        }
        borders
    }

    fn add(&mut self, zone: u32, hole: bool, ring: Vec<Coord<f64>>) {
        let (wide, high) = (f64::from(self.size.0), f64::from(self.size.1));
        let in_frames = ring.into_iter().map(|at| Coord { x: at.x / wide, y: at.y / high }).collect();
        squares(in_frames, &mut |cell, part| {
            let sides = self.frames.entry(cell).or_default();
            let whole = sides.iter().position(|side| side.zone == zone && !side.hole && side.ring.is_none());
            match (part, whole) {
                // all of the frame is in a hole
                (None, Some(whole)) if hole => drop(sides.remove(whole)),
                (part, _) => {
                    let ring = part.map(|ring| ring.iter().map(|at| Coord { x: at.x * wide, y: at.y * high }).collect());
                    sides.push(Side { zone, hole, ring });
                }
            }
        });
    }

    /// The cells of a frame.
    pub(crate) fn cells(&self, frame: Frame) -> Cells {
        let columns = frame.columns as usize;
        let mut cells = Cells { columns, owners: vec![NOBODY; columns * frame.rows as usize], sides: Vec::new() };
        let place = Cell { row: (frame.row / self.size.1) as i32, column: (frame.column / self.size.0) as i32 };
        for side in self.frames.get(&place).into_iter().flatten() {
            match &side.ring {
                None => (0..cells.owners.len()).for_each(|cell| cells.add(cell, side, None)),
                Some(ring) => squares(ring.clone(), &mut |cell, part| {
                    let inside = (0..frame.columns as i32).contains(&cell.column) && (0..frame.rows as i32).contains(&cell.row);
                    if inside {
                        cells.add(cell.row as usize * columns + cell.column as usize, side, part);
                    }
                }),
            }
        }
        cells.sides.sort_by_key(|(cell, _)| *cell);
        cells
    }
}

const NOBODY: u32 = u32::MAX;

/// The cells of a frame: which zone has all of it, and where borders run.
pub(crate) struct Cells {
    columns: usize,
    owners: Vec<u32>,
    /// By cell.
    sides: Vec<(usize, Side)>,
}

/// A part of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Piece {
    /// Its zone; `None` outside all.
    pub zone: Option<ZoneId>,
    /// Its share of the area of the cell.
    pub share: f64,
    /// Its centroid, columns and rows from the corner of the frame.
    pub at: Coord<f64>,
}

/// The parts of a cell.
pub(crate) enum Pieces {
    /// It touches no zone.
    None,
    /// All of it lies in one, as most cells do.
    Whole(Piece),
    /// Row by row, by zone; what lies outside comes last.
    Several(Vec<Piece>),
}

impl Pieces {
    /// As a list.
    pub(crate) fn as_slice(&self) -> &[Piece] {
        match self {
            Pieces::None => &[],
            Pieces::Whole(piece) => std::slice::from_ref(piece),
            Pieces::Several(pieces) => pieces,
        }
    }
}

impl Cells {
    fn add(&mut self, cell: usize, side: &Side, ring: Option<&[Coord<f64>]>) {
        match (ring, self.owners[cell]) {
            (None, NOBODY) if !side.hole => self.owners[cell] = side.zone,
            (None, owner) if side.hole && owner == side.zone => self.owners[cell] = NOBODY,
            (ring, _) => self.sides.push((cell, Side { zone: side.zone, hole: side.hole, ring: ring.map(<[_]>::to_vec) })),
        }
    }

    /// The parts of a cell in zones and outside, each divided into so many columns and rows; none where it touches no zone.
    pub(crate) fn pieces(&self, cell: usize, parts: (u32, u32)) -> Pieces {
        let corner = Coord { x: (cell % self.columns) as f64, y: (cell / self.columns) as f64 };
        let first = self.sides.partition_point(|(own, _)| *own < cell);
        let mut sides = self.sides[first..].iter().take_while(|(own, _)| *own == cell).map(|(_, side)| side).peekable();
        match (sides.peek(), self.owners[cell]) {
            (None, NOBODY) => return Pieces::None,
            (None, owner) if parts == (1, 1) => {
                return Pieces::Whole(Piece { zone: Some(ZoneId(owner)), share: 1.0, at: Coord { x: corner.x + 0.5, y: corner.y + 0.5 } });
            }
            _ => {}
        }
        let mut sums = Sums { parts, found: BTreeMap::new() };
        if self.owners[cell] != NOBODY {
            sums.add(self.owners[cell], false, None);
        }
        sides.for_each(|side| sums.add(side.zone, side.hole, side.ring.as_deref()));
        let pieces = sums.pieces(corner);
        if pieces.iter().all(|piece| piece.zone.is_none()) { Pieces::None } else { Pieces::Several(pieces) }
    }
}

/// Area and moments by part of a cell and zone, the part being a unit square.
struct Sums {
    parts: (u32, u32),
    found: BTreeMap<(Cell, u32), [f64; 3]>,
}

impl Sums {
    fn add(&mut self, zone: u32, hole: bool, ring: Option<&[Coord<f64>]>) {
        let sign = if hole { -1.0 } else { 1.0 };
        let (columns, rows) = (f64::from(self.parts.0), f64::from(self.parts.1));
        let all = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|(x, y)| Coord { x, y });
        let ring = ring.unwrap_or(&all).iter().map(|at| Coord { x: at.x * columns, y: at.y * rows }).collect();
        squares(ring, &mut |cell, part| {
            let (area, x, y) = part.map_or((1.0, 0.5, 0.5), |ring| moments(ring, Coord { x: 0.0, y: 0.0 }));
            let sum = self.found.entry((cell, zone)).or_default();
            *sum = [sum[0] + sign * area, sum[1] + sign * x, sum[2] + sign * y];
        });
    }

    fn pieces(&self, corner: Coord<f64>) -> Vec<Piece> {
        let (columns, rows) = (f64::from(self.parts.0), f64::from(self.parts.1));
        let mut pieces = Vec::new();
        let mut add = |cell: Cell, zone: Option<ZoneId>, [area, x, y]: [f64; 3]| {
            if area > SLIVER {
                let (x, y) = (f64::from(cell.column) + x / area, f64::from(cell.row) + y / area);
                let at = Coord { x: corner.x + x / columns, y: corner.y + y / rows };
                pieces.push(Piece { zone, share: area / (columns * rows), at });
            }
        };
        for row in 0..self.parts.1 as i32 {
            for column in 0..self.parts.0 as i32 {
                let cell = Cell { row, column };
                let mut rest = [1.0, 0.5, 0.5];
                for ((_, zone), sum) in self.found.range((cell, 0)..=(cell, u32::MAX)) {
                    (0..3).for_each(|i| rest[i] -= sum[i]);
                    add(cell, Some(ZoneId(*zone)), *sum);
                }
                add(cell, None, rest);
            }
        }
        pieces
    }
}

/// Takes a unit square, and a ring in it.
type Visit<'v> = dyn FnMut(Cell, Option<&[Coord<f64>]>) + 'v;

/// Hands out the unit squares that an open ring goes over: its part there from the square's corner, or nothing for all of it.
fn squares(ring: Vec<Coord<f64>>, visit: &mut Visit<'_>) {
    let polygon = MultiPolygon::from(Polygon::new(LineString(ring), Vec::new()));
    let mut local = Vec::new();
    split(&polygon, UNIT, &mut |part| match part {
        Part::Full(cell) | Part::Hole(cell) => visit(cell, None),
        Part::Ring(cell, ring) => {
            let corner = UNIT.corner(cell);
            local.clear();
            local.extend(ring.iter().map(|at| *at - corner));
            visit(cell, Some(&local));
        }
    });
}

/// A ring cut off at the edges of a raster (Sutherland and Hodgman, CACM 17, 1974); open. Runs along the edges enclose nothing.
fn within(ring: &[Coord<f64>], columns: f64, rows: f64) -> Vec<Coord<f64>> {
    let mut ring = ring.to_vec();
    if ring.first() == ring.last() {
        ring.pop();
    }
    let inside = LineString(ring.clone())
        .bounding_rect()
        .is_some_and(|bounds| bounds.min().x >= 0.0 && bounds.min().y >= 0.0 && bounds.max().x <= columns && bounds.max().y <= rows);
    if inside {
        return ring;
    }
    for (across, far, at) in [(true, false, 0.0), (true, true, columns), (false, false, 0.0), (false, true, rows)] {
        let axis = |c: &Coord<f64>| if across { c.x } else { c.y };
        let kept = |c: &Coord<f64>| if far { axis(c) <= at } else { axis(c) >= at };
        let Some(mut from) = ring.last().copied() else { break };
        let mut cut = Vec::with_capacity(ring.len());
        for to in ring {
            if kept(&from) != kept(&to) {
                let t = (at - axis(&from)) / (axis(&to) - axis(&from));
                let along = from + (to - from) * t;
                cut.push(if across { Coord { x: at, y: along.y } } else { Coord { x: along.x, y: at } });
            }
            if kept(&to) {
                cut.push(to);
            }
            from = to;
        }
        ring = cut;
    }
    ring
}

#[cfg(test)]
mod tests {
    use catchment::geo::{Rect, polygon};

    use super::*;

    fn square(x0: f64, y0: f64, x1: f64, y1: f64) -> MultiPolygon<f64> {
        Rect::new((x0, y0), (x1, y1)).to_polygon().into()
    }

    const FRAME: Frame = Frame { column: 0, row: 0, columns: 8, rows: 8 };

    fn cells(zones: &[MultiPolygon<f64>]) -> Cells {
        Borders::new(zones, (8, 8), (8, 8)).cells(FRAME)
    }

    /// Zone (−1 outside), share and place.
    fn pieces(cells: &Cells, cell: usize, parts: (u32, u32)) -> Vec<(i64, f64, f64, f64)> {
        let zone = |piece: &Piece| piece.zone.map_or(-1, |zone| i64::from(zone.0));
        cells.pieces(cell, parts).as_slice().iter().map(|piece| (zone(piece), piece.share, piece.at.x, piece.at.y)).collect()
    }

    #[test]
    fn a_border_through_a_cell_at_a_quarter() {
        let cells = cells(&[square(0.0, 0.0, 2.25, 8.0), square(2.25, 0.0, 4.0, 8.0)]);
        assert_eq!(pieces(&cells, 0, (1, 1)), [(0, 1.0, 0.5, 0.5)]);
        assert_eq!(pieces(&cells, 8 + 2, (1, 1)), [(0, 0.25, 2.125, 1.5), (1, 0.75, 2.625, 1.5)]);
        assert_eq!(pieces(&cells, 3, (1, 1)), [(1, 1.0, 3.5, 0.5)]);
        assert_eq!(pieces(&cells, 4, (1, 1)), [], "a cell that touches no zone");
    }

    #[test]
    fn the_rest_lies_outside() {
        let cells = cells(&[square(0.5, 0.0, 2.0, 0.5)]);
        // an L of three quarters: its centroid by moments is (0.5 − 0.25 × 0.75) / 0.75 and (0.5 − 0.25 × 0.25) / 0.75 for the cut corner
        let expected = [(0, 0.25, 0.75, 0.25), (-1, 0.75, (0.5 - 0.25 * 0.75) / 0.75, (0.5 - 0.25 * 0.25) / 0.75)];
        for (found, expected) in pieces(&cells, 0, (1, 1)).into_iter().zip(expected) {
            assert_eq!((found.0, found.1), (expected.0, expected.1));
            assert!((found.2 - expected.2).abs() < 1e-12 && (found.3 - expected.3).abs() < 1e-12, "{found:?}");
        }
    }

    #[test]
    fn holes_and_what_lies_in_them() {
        let ring = polygon!(
            exterior: [(x: 0., y: 0.), (x: 8., y: 0.), (x: 8., y: 8.), (x: 0., y: 8.)],
            interiors: [[(x: 1.5, y: 1.), (x: 4., y: 1.), (x: 4., y: 4.), (x: 1.5, y: 4.)]],
        );
        let alone = cells(&[ring.clone().into()]);
        assert_eq!(pieces(&alone, 8 + 1, (1, 1)), [(0, 0.5, 1.25, 1.5), (-1, 0.5, 1.75, 1.5)]);
        assert_eq!(pieces(&alone, 8 + 2, (1, 1)), []);
        let filled = cells(&[ring.into(), square(1.5, 1.0, 4.0, 4.0)]);
        assert_eq!(pieces(&filled, 8 + 1, (1, 1)), [(0, 0.5, 1.25, 1.5), (1, 0.5, 1.75, 1.5)]);
        assert_eq!(pieces(&filled, 8 + 2, (1, 1)), [(1, 1.0, 2.5, 1.5)]);
    }

    #[test]
    fn a_large_cell_comes_in_parts() {
        let cells = cells(&[square(0.0, 0.0, 1.75, 8.0)]);
        assert_eq!(pieces(&cells, 0, (2, 1)), [(0, 0.5, 0.25, 0.5), (0, 0.5, 0.75, 0.5)]);
        assert_eq!(pieces(&cells, 1, (2, 1)), [(0, 0.5, 1.25, 0.5), (0, 0.25, 1.625, 0.5), (-1, 0.25, 1.875, 0.5)]);
    }

    /// Frames of any size, and zones that reach far beyond the raster, give the same shares.
    #[test]
    fn frames_do_not_matter() {
        let zones = [square(-1e7, -3.0, 5.3, 2.6), square(5.3, -1e9, 1e9, 6.7), MultiPolygon::new(Vec::new())];
        let whole = Borders::new(&zones, (8, 8), (8, 8)).cells(FRAME);
        for (wide, high) in [(8, 1), (3, 3), (1, 1), (5, 2)] {
            let borders = Borders::new(&zones, (8, 8), (wide, high));
            for cell in 0..64 {
                let (row, column) = (cell as u32 / 8, cell as u32 % 8);
                let (row, column) = (row / high * high, column / wide * wide);
                let frame = Frame { column, row, columns: wide.min(8 - column), rows: high.min(8 - row) };
                let own = (cell / 8 - row as usize) * frame.columns as usize + cell % 8 - column as usize;
                let (a, b) = (pieces(&whole, cell, (1, 1)), pieces(&borders.cells(frame), own, (1, 1)));
                assert_eq!(a.len(), b.len(), "cell {cell} in frames of {wide} × {high}");
                for (a, b) in a.iter().zip(b) {
                    assert!(a.0 == b.0 && (a.1 - b.1).abs() < 1e-9, "{a:?} {b:?}");
                }
            }
        }
    }
}
