//! Relief: the squares between cell centres that a limit passes through, in detail.
//!
//! A square is looked at closely where its corners differ in status, where a road in it differs from a corner, where a leg from a road
//! ends in it at the limit, or where the limit's line enters it from a neighbour. It then gets costs on a lattice of [`FINE`] × [`FINE`]
//! steps, and the roads in it, cut at the lattice's lines, with their own exact costs. [`crate::outline`] draws from that.

use geo::Coord;
use rayon::prelude::*;

use crate::cells::{Cell, Grid};
use crate::ground::Window;
use crate::ids::EdgeId;
use crate::link::{EdgeGrid, Snaps};
use crate::outline::Patch;
use crate::reach::{CellCost, CostField};
use crate::search::NearestFacility;
use crate::survey::Survey;
use crate::units::{Cost, Limit, Metric};

/// Steps of the fine lattice, by side of a square.
pub(crate) const FINE: i32 = 4;
/// Lattice points by side of a square.
pub(crate) const POINTS: usize = FINE as usize + 1;
/// Roads keep this far from lattice lines at their nodes, and from lattice points where they cross a line, m.
pub(crate) const OFF_LINE_M: f64 = 0.005;
/// The lattice lies so far north-east of the cells' centres, m: roads drawn on round coordinates do not run along its lines.
pub(crate) const SHIFT_M: f64 = 0.0137;

/// Where line `i` of a lattice runs, metres of the working CRS.
pub(crate) fn line(i: i64, step: f64) -> f64 {
    i as f64 * step + SHIFT_M
}

/// A side of a fine square, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    South,
    East,
    North,
    West,
    Inside,
}

/// An end of a piece of road: its place, its cost (units; infinite without a path) and the side of the fine square that it lies on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub at: Coord<f64>,
    pub cost: f64,
    pub side: Side,
}

/// A straight piece of road within one fine square.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    /// Position of the fine square in its square, row by row.
    pub fine: u8,
    pub from: End,
    pub to: End,
}

/// A square in detail.
#[derive(Debug, Clone)]
pub(crate) struct Detail {
    /// Costs of the lattice's points, row by row from the south-west; infinite where none can be walked to.
    pub costs: [f64; POINTS * POINTS],
    /// Roads, by fine square.
    pub pieces: Vec<Piece>,
}

/// The squares of a cost field, those in detail that the limits pass through.
pub(crate) struct Relief<'a> {
    pub field: &'a CostField<'a>,
    /// Metres of ground that a unit of cost is worth off the road.
    pub metres_a_unit: f64,
    index: Vec<u32>,
    details: Vec<Detail>,
}

const PLAIN: u32 = u32::MAX;
/// A square that is not in the region.
const OUTSIDE: u32 = u32::MAX - 1;

/// What a relief is made from.
#[derive(Clone, Copy)]
pub(crate) struct Surveyed<'a> {
    pub field: &'a CostField<'a>,
    pub edges: &'a EdgeGrid<'a>,
    pub nearest: &'a NearestFacility<'a>,
}

/// Some of a ground's squares, and the roads around them.
pub(crate) struct Region {
    pub window: Window,
    pub squares: Vec<bool>,
    /// The ground's window, beyond which there are no squares.
    whole: Window,
    pub roads: Vec<u32>,
}

impl Region {
    /// The squares of a patch and those that are up to `by` squares away from one, within the window of a ground.
    pub(crate) fn around(patch: &Patch, by: usize, whole: Window, edges: &EdgeGrid<'_>, grid: Grid) -> Region {
        let window = patch.window.grown(by, whole);
        let mut squares = vec![false; window.len()];
        for own in (0..patch.squares.len()).filter(|own| patch.squares[*own]) {
            let Some(at) = window.position(patch.window.cell(own)) else { continue };
            let (row, column) = (at / window.columns, at % window.columns);
            for row in row.saturating_sub(by)..=(row + by).min(window.rows - 1) {
                let first = row * window.columns;
                squares[first + column.saturating_sub(by)..=first + (column + by).min(window.columns - 1)].fill(true);
            }
        }
        squares.iter_mut().enumerate().for_each(|(square, held)| *held &= is_square(window, square));
        // a leg away, and more than the lattice lies off the cells and roads are moved off its lines
        let roads = edges.within(grid.bounds(window, edges.rules().snap_m + 1.0));
        Region { window, squares, whole, roads }
    }

    /// Whether the ground goes on beyond a side of a square.
    fn is_open(&self, square: usize, [row, column]: [i32; 2]) -> bool {
        let at = self.window.cell(square);
        let beside = Cell { row: at.row.saturating_add(row), column: at.column.saturating_add(column) };
        let held = self.window.position(beside).is_some_and(|beside| self.squares[beside]);
        !held && self.whole.position(beside).is_some_and(|beside| is_square(self.whole, beside))
    }
}

/// The sides of a square: rows and columns to the square beside it, the first of its lattice points, and how far it is to the next.
const BESIDE: [([i32; 2], [usize; 2]); 4] =
    [([-1, 0], [0, 1]), ([1, 0], [POINTS * (POINTS - 1), 1]), ([0, -1], [0, POINTS]), ([0, 1], [POINTS - 1, POINTS])];

/// Whether any of `limits` passes between some of these costs.
fn is_crossed(costs: [f64; POINTS], limits: &[Limit]) -> bool {
    limits.iter().any(|limit| {
        let within = |cost: &f64| *cost <= f64::from(limit.cost.0);
        costs.iter().any(within) != costs.iter().all(within)
    })
}

impl<'a> Relief<'a> {
    /// Surveys the squares that any of `limits` passes through.
    pub(crate) fn new(surveyed: Surveyed<'a>, limits: &[Limit]) -> Relief<'a> {
        let survey = Survey::new(surveyed, None);
        let mut relief = Relief::lattices(&survey, limits);
        relief.roads(&survey);
        relief
    }

    /// The same of a region's squares alone; `None` where the limit's line may come in from beyond the region as far as to a square of
    /// `patch`: only a larger region says whether it does.
    pub(crate) fn of_region(surveyed: Surveyed<'a>, region: &'a Region, limit: Limit, patch: &Patch) -> Option<Relief<'a>> {
        let survey = Survey::new(surveyed, Some(region));
        let mut relief = Relief::lattices(&survey, &[limit]);
        let known = relief.details.len() as u32;
        let doors = relief.doors(&survey, region, limit);
        relief.spread(&survey, doors, &[limit]);
        let is_drawn = |square: usize| patch.window.position(region.window.cell(square)).is_some_and(|own| patch.squares[own]);
        let is_doubtful = |square: usize| (known..OUTSIDE).contains(&relief.index[square]) && is_drawn(square);
        if (0..relief.index.len()).any(is_doubtful) {
            return None;
        }
        relief.roads(&survey);
        Some(relief)
    }

    /// The lattices of the squares that any of `limits` passes through.
    fn lattices(survey: &Survey<'a>, limits: &[Limit]) -> Relief<'a> {
        let mut active = vec![false; survey.window.len()];
        for &limit in limits {
            survey.mark(limit, &mut active);
            survey.mark_rims(limit, &mut active);
        }
        let index = (0..active.len()).map(|square| if survey.holds(square) { PLAIN } else { OUTSIDE }).collect();
        let metres_a_unit = survey.from.edges.metres_a_unit();
        let mut relief = Relief { field: survey.from.field, metres_a_unit, index, details: Vec::new() };
        let wave = (0..active.len() as u32).filter(|&square| active[square as usize] && survey.holds(square as usize)).collect();
        relief.spread(survey, wave, limits);
        relief
    }

    /// Adds lattices to the squares of `wave`, to those that a line enters from there, and so on.
    fn spread(&mut self, survey: &Survey<'_>, mut wave: Vec<u32>, limits: &[Limit]) {
        while !wave.is_empty() {
            self.survey(survey, &wave);
            wave = self.entered(&wave, limits);
        }
    }

    /// The squares without detail that the limit's line would enter from beyond the region, if it were there.
    fn doors(&self, survey: &Survey<'_>, region: &Region, limit: Limit) -> Vec<u32> {
        let mut snaps = Snaps::default();
        let mut is_door = |square: &u32| {
            let open = BESIDE.iter().filter(|(beside, _)| region.is_open(*square as usize, *beside));
            open.into_iter().any(|(_, [first, stride])| {
                is_crossed(std::array::from_fn(|i| survey.lattice_cost(*square as usize, first + i * stride, &mut snaps)), &[limit])
            })
        };
        (0..self.index.len() as u32).filter(|square| self.index[*square as usize] == PLAIN && is_door(square)).collect()
    }

    pub(crate) fn window(&self) -> Window {
        self.field.window()
    }

    /// The side of a fine square, metres.
    pub(crate) fn step(&self) -> f64 {
        self.field.grid().size / f64::from(FINE)
    }

    /// The detail of a square; `None` where no limit passes.
    pub(crate) fn detail(&self, square: usize) -> Option<&Detail> {
        self.index.get(square).filter(|i| **i < OUTSIDE).and_then(|i| self.details.get(*i as usize))
    }

    /// The cost at a cell's centre; infinite where there is no way or nothing was measured.
    pub(crate) fn corner(&self, position: usize) -> f64 {
        units(self.field.cost_at(position))
    }

    /// Adds costs on the lattice of each square of `wave`.
    fn survey(&mut self, survey: &Survey<'_>, wave: &[u32]) {
        for (i, &square) in wave.iter().enumerate() {
            self.index[square as usize] = (self.details.len() + i) as u32;
        }
        self.details.par_extend(wave.par_iter().with_min_len(64).map_init(Snaps::default, |snaps, &square| survey.lattice(square, snaps)));
    }

    /// Squares without detail that a limit's line enters from one of `wave`.
    fn entered(&self, wave: &[u32], limits: &[Limit]) -> Vec<u32> {
        let columns = self.window().columns as i64;
        let mut found = Vec::new();
        for &square in wave {
            let Some(detail) = self.detail(square as usize) else { continue };
            for ([row, column], [first, stride]) in BESIDE {
                let crossed = is_crossed(std::array::from_fn(|i| detail.costs[first + i * stride]), limits);
                let beside = usize::try_from(i64::from(square) + i64::from(row) * columns + i64::from(column)).ok();
                if let (true, Some(beside)) = (crossed, beside.filter(|b| self.index.get(*b) == Some(&PLAIN))) {
                    found.push(beside as u32);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found.retain(|&square| is_square(self.window(), square as usize));
        found
    }

    /// Adds the roads to all details.
    fn roads(&mut self, survey: &Survey<'_>) {
        let index = &self.index;
        let parts: Vec<Vec<(u32, Piece)>> = survey
            .roads
            .par_chunks(8192)
            .map(|chunk| {
                let mut found = Vec::new();
                for id in chunk.iter().map(|id| EdgeId(*id)) {
                    if !survey.squares_around(id).any(|square| index.get(square).is_some_and(|detail| *detail < OUTSIDE)) {
                        continue;
                    }
                    survey.walk(id, &mut |square, piece| {
                        let detail = index.get(square).copied().unwrap_or(OUTSIDE);
                        if detail < OUTSIDE {
                            found.push((detail, piece));
                        }
                    });
                }
                found
            })
            .collect();
        for (detail, piece) in parts.into_iter().flatten() {
            if let Some(detail) = self.details.get_mut(detail as usize) {
                detail.pieces.push(piece);
            }
        }
        for detail in &mut self.details {
            detail.pieces.sort_by_key(|piece| piece.fine);
        }
    }
}

/// Whether the cell at `position` is the south-western corner of a square.
pub(crate) fn is_square(window: Window, position: usize) -> bool {
    position % window.columns + 1 < window.columns && position / window.columns + 1 < window.rows
}

/// Units as a real number; infinite without a path.
pub(crate) fn units(cost: CellCost) -> f64 {
    cost.cost().map_or(f64::INFINITY, |cost| f64::from(cost.0))
}

/// The lattice point at the centre of a cell: column, row.
pub(crate) fn fine_low(cell: Cell) -> [i64; 2] {
    let at = |v: i32| i64::from(v) * i64::from(FINE) + i64::from(FINE / 2);
    [at(cell.column), at(cell.row)]
}

pub(crate) fn real(cost: Cost) -> f64 {
    if cost.is_reached() { f64::from(cost.0) } else { f64::INFINITY }
}

impl EdgeGrid<'_> {
    /// Metres of ground that a unit of cost is worth off the road.
    pub(crate) fn metres_a_unit(&self) -> f64 {
        match self.network().metric() {
            Metric::Time => self.rules().access_speed_m_s / 1000.0,
            Metric::Distance => 0.001,
        }
    }
}
