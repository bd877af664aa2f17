//! Ground: the zones cut into cells, with the exact area that each holds of its zone.

use geo::{Area, BoundingRect, Coord, Intersects, MultiPolygon};
use serde::{Deserialize, Serialize};

use crate::cells::{Cell, Grid, Part, signed_area, split};
use crate::check::{self, AnalysisError, InputError};
use crate::extent::Extent;
use crate::ids::{EdgeId, ZoneId};
use crate::index::ZoneIndex;
use crate::input::Zone;
use crate::link::EdgeGrid;
use crate::mask::{Cutter, Mask, MaskCells, Piece};
use crate::outline::Patch;
use crate::progress::{Cancelled, Progress};
use crate::search::NearestFacility;
use crate::units::Limit;

/// Area, whole mm², so that sums do not depend on their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SquareMm(pub u128);

impl Serialize for SquareMm {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.m2())
    }
}

impl SquareMm {
    /// Square metres.
    pub fn m2(self) -> f64 {
        self.0 as f64 / 1e6
    }

    pub(crate) fn from_m2(area: f64) -> SquareMm {
        SquareMm((area * 1e6).round().max(0.0) as u128)
    }
}

impl std::ops::Add for SquareMm {
    type Output = SquareMm;

    fn add(self, other: SquareMm) -> SquareMm {
        SquareMm(self.0 + other.0)
    }
}

impl std::ops::AddAssign for SquareMm {
    fn add_assign(&mut self, other: SquareMm) {
        self.0 += other.0;
    }
}

/// A block of cells; positions in it run row by row from the south-west.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its south-western cell.
    pub low: Cell,
    /// Cells eastwards.
    pub columns: usize,
    /// Cells northwards.
    pub rows: usize,
}

impl Window {
    /// The block of cells around `bounds`, with `margin` more on every side.
    fn around(grid: Grid, bounds: geo::Rect<f64>, margin: i32) -> Window {
        let (low, high) = (grid.cell(bounds.min()), grid.cell(bounds.max()));
        Window {
            low: Cell { row: low.row.saturating_sub(margin), column: low.column.saturating_sub(margin) },
            columns: (i64::from(high.column) - i64::from(low.column) + 1 + 2 * i64::from(margin)) as usize,
            rows: (i64::from(high.row) - i64::from(low.row) + 1 + 2 * i64::from(margin)) as usize,
        }
    }

    /// The same with `margin` more cells on every side, as far as `whole` goes.
    pub(crate) fn grown(&self, margin: usize, whole: Window) -> Window {
        let grown = |low: i32, count: usize, whole_low: i32, whole_count: usize| {
            let (whole_low, margin) = (i64::from(whole_low), margin as i64);
            let first = (i64::from(low) - margin).max(whole_low);
            let end = (i64::from(low) + count as i64 + margin).min(whole_low + whole_count as i64);
            (first as i32, (end - first).max(0) as usize)
        };
        let (row, rows) = grown(self.low.row, self.rows, whole.low.row, whole.rows);
        let (column, columns) = grown(self.low.column, self.columns, whole.low.column, whole.columns);
        Window { low: Cell { row, column }, columns, rows }
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.columns * self.rows
    }

    /// Whether it holds no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cell at a position.
    pub fn cell(&self, position: usize) -> Cell {
        let (row, column) = ((position / self.columns) as i32, (position % self.columns) as i32);
        Cell { row: self.low.row.saturating_add(row), column: self.low.column.saturating_add(column) }
    }

    /// The position of a cell, if the window holds it.
    pub fn position(&self, cell: Cell) -> Option<usize> {
        let row = usize::try_from(i64::from(cell.row) - i64::from(self.low.row)).ok()?;
        let column = usize::try_from(i64::from(cell.column) - i64::from(self.low.column)).ok()?;
        (row < self.rows && column < self.columns).then_some(row * self.columns + column)
    }
}

/// How the ground is measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GroundRules {
    /// Side of a cell, metres.
    pub cell_m: f64,
}

/// The ground of all zones, cut into cells. Belongs to the zones alone; one serves all services of a study.
#[derive(Debug, Clone)]
pub struct Ground {
    grid: Grid,
    window: Window,
    pub(crate) zones: Vec<ZoneGround>,
    active: Vec<bool>,
    /// What the extent of the roads leaves of each zone: `None` where it leaves all of it.
    known: Vec<Option<MultiPolygon<f64>>>,
    /// What water leaves of that: `None` where it leaves all of it, nothing where no mask asks.
    land: Vec<Option<Piece>>,
    pub(crate) masks: Vec<MaskCells>,
    /// By mask, each zone's ground outside the extent of the roads.
    no_data: Vec<Vec<SquareMm>>,
}

/// The cells of one zone, or of a part of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ZoneGround {
    pub area_m2: f64,
    pub full: Vec<u32>,
    pub partial: Vec<Border>,
}

/// What a border cell holds of its zone.
#[derive(Debug, Clone)]
pub(crate) struct Border {
    pub cell: u32,
    pub area: f64,
    pub rings: Vec<Vec<Coord<f64>>>,
}

/// Why ground cannot be cut into cells.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GroundError {
    /// More cells than are kept in memory.
    #[error(
        "the zones span {columns} × {rows} cells of {cell_m} m, more than {most}: does a zone lie far from the others, by a wrong coordinate? else choose a larger ground.cell_m or fewer zones"
    )]
    TooManyCells {
        /// Cells eastwards.
        columns: usize,
        /// Cells northwards.
        rows: usize,
        /// Their side, metres.
        cell_m: f64,
        /// How many there may be.
        most: usize,
    },
    /// A cell size that is none.
    #[error("ground.cell_m is {0}; expected 1 to 10,000 metres")]
    CellSize(f64),
    /// Input that cannot be what it is said to be.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The run was ended.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<AnalysisError> for GroundError {
    fn from(error: AnalysisError) -> GroundError {
        match error {
            AnalysisError::Input(input) => GroundError::Input(input),
            AnalysisError::Cancelled(cancelled) => GroundError::Cancelled(cancelled),
        }
    }
}

/// The most cells that the ground of a study is cut into.
pub const MOST_CELLS: usize = 400_000_000;

impl Ground {
    /// Cuts the ground of `zones` into cells; area is a share of all of it.
    ///
    /// # Errors
    ///
    /// [`GroundError`] for a cell size out of range, a corner that is nowhere, or more cells than memory is meant to hold.
    pub fn new(zones: &[Zone], rules: GroundRules, progress: &dyn Progress) -> Result<Ground, GroundError> {
        Ground::masked(zones, &[Mask::Zone], &[], None, rules, progress)
    }

    /// The same with masks, of which area is measured side by side, and the polygons of `water`, which [`Mask::Land`] leaves out.
    ///
    /// Unless the first mask is [`Mask::Zone`], gaps and covered ground are drawn on land alone. Ground outside `extent`, where the roads
    /// are known, is measured as no data, and nothing is drawn on it.
    ///
    /// # Errors
    ///
    /// As [`Ground::new`].
    pub fn masked(
        zones: &[Zone],
        masks: &[Mask<'_>],
        water: &[MultiPolygon<f64>],
        extent: Option<&Extent>,
        rules: GroundRules,
        progress: &dyn Progress,
    ) -> Result<Ground, GroundError> {
        let grid = Grid::new(rules.cell_m)?;
        check::zones(zones)?;
        let window = window(grid, zones.iter().filter_map(|z| z.area.bounding_rect()))?;
        let [inside, beyond] = Cutter { zones, grid, window, progress }.parted(extent)?;
        let no_data = match &beyond {
            Some(beyond) => Cutter { zones: beyond, grid, window, progress }.areas(masks, water)?,
            None => vec![vec![SquareMm::default(); zones.len()]; masks.len()],
        };
        let cut = |(inside, zone): (&Zone, &Zone)| (inside.area != zone.area).then(|| inside.area.clone());
        let known = match &inside {
            Some(inside) => inside.iter().zip(zones).map(cut).collect(),
            None => vec![None; zones.len()],
        };
        let zones = inside.as_deref().unwrap_or(zones);
        let cutter = Cutter { zones, grid, window, progress };
        let on_land = masks.first().is_some_and(|first| *first != Mask::Zone) || masks.contains(&Mask::Land);
        let land = if on_land { cutter.land(water)? } else { Vec::new() };
        let masks = cutter.masks(masks)?;
        let zones = cutter.cells()?;
        let active = active(&zones, window);
        Ok(Ground { grid, window, zones, active, known, land, masks, no_data })
    }

    /// The block of cells around zones, as [`Ground::new`] makes it.
    ///
    /// # Errors
    ///
    /// As [`Ground::new`].
    pub fn window_of(zones: &[Zone], rules: GroundRules) -> Result<Window, GroundError> {
        check::zones(zones)?;
        window(Grid::new(rules.cell_m)?, zones.iter().filter_map(|z| z.area.bounding_rect()))
    }

    /// The ground of some of its zones; the others have none.
    pub(crate) fn only(&self, own: &[ZoneId]) -> Ground {
        let is_own = |z: usize| own.contains(&ZoneId::at(z));
        let some = |cells: &[ZoneGround]| -> Vec<ZoneGround> {
            cells.iter().enumerate().map(|(z, cells)| if is_own(z) { cells.clone() } else { ZoneGround::default() }).collect()
        };
        let zones = some(&self.zones);
        let mask = |mask: &MaskCells| match mask {
            MaskCells::Within(cells) => MaskCells::Within(some(cells)),
            same => same.clone(),
        };
        let nothing = || Piece { polygons: MultiPolygon::new(Vec::new()), cells: ZoneGround::default() };
        let land = self.land.iter().enumerate().map(|(z, land)| if is_own(z) { land.clone() } else { Some(nothing()) });
        let no_data = |areas: &Vec<SquareMm>| {
            let own = |(z, area): (usize, &SquareMm)| if is_own(z) { *area } else { SquareMm::default() };
            areas.iter().enumerate().map(own).collect()
        };
        Ground {
            grid: self.grid,
            window: self.window,
            active: active(&zones, self.window),
            zones,
            known: self.known.clone(),
            land: land.collect(),
            masks: self.masks.iter().map(mask).collect(),
            no_data: self.no_data.iter().map(no_data).collect(),
        }
    }

    /// Area of each mask in all zones, m², by its polygons: what the ground by status must add up to.
    pub fn mask_areas_m2(&self) -> Vec<f64> {
        let area = |mask| (0..self.zones.len()).map(|z| self.mask_cells(mask, z).area_m2 + self.no_data[mask][z].m2()).sum();
        (0..self.masks.len()).map(area).collect()
    }

    /// Of each mask in all zones, the ground outside the extent of the roads, m².
    pub fn no_data_m2(&self) -> Vec<f64> {
        self.no_data.iter().map(|zones| zones.iter().map(|area| area.m2()).sum()).collect()
    }

    /// The ground of a zone that gaps and covered ground are drawn on: its land, or all of it where the first mask is the whole zone; within
    /// the extent of the roads.
    pub(crate) fn drawn_on<'a>(&'a self, z: usize, zone: &'a Zone) -> &'a MultiPolygon<f64> {
        let known = || self.known.get(z).and_then(Option::as_ref).unwrap_or(&zone.area);
        self.drawn_land(z).map_or_else(known, |land| &land.polygons)
    }

    fn drawn_land(&self, z: usize) -> Option<&Piece> {
        match self.masks.first() {
            Some(MaskCells::Zone) | None => None,
            Some(MaskCells::Land | MaskCells::Within(_)) => self.land.get(z)?.as_ref(),
        }
    }

    pub(crate) fn mask_cells(&self, mask: usize, z: usize) -> &ZoneGround {
        match &self.masks[mask] {
            MaskCells::Zone => &self.zones[z],
            MaskCells::Land => self.land[z].as_ref().map_or(&self.zones[z], |land| &land.cells),
            MaskCells::Within(zones) => &zones[z],
        }
    }

    /// Ground without zones: the cells that may lie within `limit` of a facility, by the roads that do.
    ///
    /// # Errors
    ///
    /// As [`Ground::new`].
    pub(crate) fn within(edges: &EdgeGrid<'_>, nearest: &NearestFacility<'_>, limit: Limit, cell_m: f64) -> Result<Ground, GroundError> {
        let grid = Grid::new(cell_m)?;
        let network = edges.network();
        let legs = (0..network.edges().len()).filter_map(|i| {
            let id = EdgeId::at(i);
            let edge = network.edge(id);
            let on_edge = nearest.on_edge(id).map(|(_, leg, _)| leg);
            let least = on_edge.chain([nearest.node(edge.tail).cost, nearest.node(edge.head).cost]).min()?;
            let left = f64::from(limit.cost.0.checked_sub(least.0)?) * edges.metres_a_unit();
            let leg = left.min(edges.rules().snap_m);
            let (a, b) = (network.location(edge.tail), network.location(edge.head));
            let bounds = geo::Rect::new(a, b);
            Some(geo::Rect::new(bounds.min() - Coord { x: leg, y: leg }, bounds.max() + Coord { x: leg, y: leg }))
        });
        let legs: Vec<geo::Rect<f64>> = legs.collect();
        let window = window(grid, legs.iter().copied())?;
        let mut active = vec![false; window.len()];
        for leg in &legs {
            let own = Window::around(grid, *leg, 1);
            for row in 0..own.rows {
                if let Some(first) = window.position(own.cell(row * own.columns)) {
                    active[first..first + own.columns].fill(true);
                }
            }
        }
        Ok(Ground { grid, window, zones: Vec::new(), active, known: Vec::new(), land: Vec::new(), masks: Vec::new(), no_data: Vec::new() })
    }

    /// The zone on whose drawn ground a place lies: covered ground and gaps say nothing of any other place, such as one on water where
    /// they are drawn on land. `zones` indexes the zones that this ground was made of.
    pub fn zone_at(&self, zones: &ZoneIndex<'_>, at: Coord<f64>) -> Option<ZoneId> {
        let zone = zones.locate(at)?;
        let known = self.known.get(zone.index()).and_then(Option::as_ref).is_none_or(|known| known.intersects(&at));
        let drawn = self.drawn_land(zone.index()).is_none_or(|land| land.polygons.intersects(&at));
        (known && drawn).then_some(zone)
    }

    /// The ground of zone `z` outside the extent of the roads, of one mask.
    pub(crate) fn no_data(&self, mask: usize, z: usize) -> SquareMm {
        self.no_data[mask][z]
    }

    /// Of each cell of the window, whether it lies in a zone or next to one.
    pub(crate) fn active(&self) -> &[bool] {
        &self.active
    }

    /// Whether the cell at a position of the window lies in a zone or next to one.
    pub(crate) fn is_active(&self, position: usize) -> bool {
        self.active[position]
    }

    /// By position of the window, whether a zone touches the cell.
    pub(crate) fn held(&self) -> Vec<bool> {
        held(&self.zones, self.window)
    }

    /// The grid.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// The block of cells around all zones.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Every cell of zone `z`'s ground (of the first mask), with the area that it holds of it.
    pub(crate) fn for_each_cell(&self, z: usize, mut visit: impl FnMut(Cell, SquareMm)) {
        if self.masks.is_empty() {
            return;
        }
        let cells = self.mask_cells(0, z);
        let whole = SquareMm::from_m2(self.grid.cell_area());
        cells.full.iter().for_each(|&cell| visit(self.window.cell(cell as usize), whole));
        cells.partial.iter().for_each(|border| visit(self.window.cell(border.cell as usize), SquareMm::from_m2(border.area)));
    }

    /// The squares that zone `z` touches, and its whole cells; `None` for a zone without ground.
    pub(crate) fn patch(&self, z: usize, zone: &Zone) -> Option<Patch> {
        let window = Window::around(self.grid, zone.area.bounding_rect()?, 2);
        let (mut squares, mut full) = (vec![false; window.len()], vec![false; window.len()]);
        let local = |position: u32| window.position(self.window.cell(position as usize));
        let drawn = self.drawn_land(z).map_or(&self.zones[z], |land| &land.cells);
        for &position in &drawn.full {
            local(position).into_iter().for_each(|p| full[p] = true);
        }
        for position in self.zones[z].full.iter().copied().chain(self.zones[z].partial.iter().map(|border| border.cell)) {
            if let Some(p) = local(position) {
                let around = [0, 1, window.columns, window.columns + 1].map(|back| p.checked_sub(back));
                around.into_iter().flatten().for_each(|square| squares[square] = true);
            }
        }
        Some(Patch { window, squares, full })
    }
}

impl Grid {
    fn new(cell_m: f64) -> Result<Grid, GroundError> {
        if (1.0..=10_000.0).contains(&cell_m) { Ok(Grid { size: cell_m }) } else { Err(GroundError::CellSize(cell_m)) }
    }

    /// The box around the centres of a window's cells and so many metres more, in metres of the working CRS.
    pub(crate) fn bounds(self, window: Window, margin_m: f64) -> geo::Rect<f64> {
        let last = window.cell(window.len().saturating_sub(1));
        let margin = Coord { x: margin_m, y: margin_m };
        geo::Rect::new(self.centre(window.low) - margin, self.centre(last) + margin)
    }
}

/// The block of cells around all of `boxes`, with room for an outline.
fn window(grid: Grid, boxes: impl Iterator<Item = geo::Rect<f64>>) -> Result<Window, GroundError> {
    let bounds = boxes.reduce(|a, b| {
        geo::Rect::new((a.min().x.min(b.min().x), a.min().y.min(b.min().y)), (a.max().x.max(b.max().x), a.max().y.max(b.max().y)))
    });
    let window = match bounds {
        Some(bounds) => Window::around(grid, bounds, 3),
        None => Window { low: Cell { row: 0, column: 0 }, columns: 0, rows: 0 },
    };
    if window.columns.saturating_mul(window.rows) > MOST_CELLS {
        let (columns, rows) = (window.columns, window.rows);
        return Err(GroundError::TooManyCells { columns, rows, cell_m: grid.size, most: MOST_CELLS });
    }
    Ok(window)
}

/// The cells of `area` within `window`.
pub(crate) fn zone_ground(area: &MultiPolygon<f64>, grid: Grid, window: Window) -> ZoneGround {
    let Some(bounds) = area.bounding_rect() else { return ZoneGround::default() };
    let own = Window::around(grid, bounds, 0);
    // one part may fill the cell, a hole take it away again and an island in the hole come back: only what is left counts
    let mut fills = vec![0i16; own.len()];
    let mut rings: Vec<(u32, Vec<Coord<f64>>)> = Vec::new();
    split(area, grid, &mut |part| match part {
        Part::Full(cell) => own.position(cell).into_iter().for_each(|p| fills[p] = fills[p].saturating_add(1)),
        Part::Hole(cell) => own.position(cell).into_iter().for_each(|p| fills[p] = fills[p].saturating_sub(1)),
        Part::Ring(cell, ring) => rings.extend(window.position(cell).map(|position| (position as u32, ring.to_vec()))),
    });
    rings.sort_by_key(|(cell, _)| *cell);
    let filled = fills.chunks(own.columns).enumerate().filter_map(|(row, fills)| {
        let first = window.position(own.cell(row * own.columns))?;
        Some(fills.iter().enumerate().filter(|(_, count)| **count > 0).map(move |(column, _)| (first + column) as u32))
    });
    let mut filled = filled.flatten().peekable();
    let mut ground = ZoneGround { area_m2: area.unsigned_area(), ..ZoneGround::default() };
    let mut rings = rings.into_iter().peekable();
    while let Some((cell, ring)) = rings.next() {
        while let Some(full) = filled.next_if(|full| *full < cell) {
            ground.full.push(full);
        }
        let mut pieces = vec![ring];
        while let Some((_, ring)) = rings.next_if(|(next, _)| *next == cell) {
            pieces.push(ring);
        }
        if filled.next_if_eq(&cell).is_some() {
            pieces.push(square(grid, window.cell(cell as usize)));
        }
        let area: f64 = pieces.iter().map(|ring| signed_area(ring)).sum();
        if (area - grid.cell_area()).abs() < 1e-9 * grid.cell_area() {
            ground.full.push(cell);
        } else if area > 1e-6 {
            ground.partial.push(Border { cell, area, rings: pieces });
        }
    }
    ground.full.extend(filled);
    ground
}

fn square(grid: Grid, cell: Cell) -> Vec<Coord<f64>> {
    let (low, side) = (grid.corner(cell), grid.size);
    [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)].map(|(x, y)| Coord { x: low.x + x, y: low.y + y }).to_vec()
}

/// Cells of a zone.
fn held(zones: &[ZoneGround], window: Window) -> Vec<bool> {
    let mut held = vec![false; window.len()];
    for zone in zones {
        zone.full.iter().copied().chain(zone.partial.iter().map(|border| border.cell)).for_each(|cell| held[cell as usize] = true);
    }
    held
}

/// Cells of a zone, and the two rows around them that an outline looks at. (A border along cell sides leaves no cell cut by it.)
fn active(zones: &[ZoneGround], window: Window) -> Vec<bool> {
    let held = held(zones, window);
    let mut active = held.clone();
    for (position, _) in held.iter().enumerate().filter(|(_, held)| **held) {
        let (row, column) = (position / window.columns, position % window.columns);
        let rows = row.saturating_sub(1)..=(row + 1).min(window.rows - 1);
        let columns = column.saturating_sub(1)..=(column + 1).min(window.columns - 1);
        if rows.clone().all(|r| held[r * window.columns..][columns.clone()].iter().all(|held| *held)) {
            continue;
        }
        for r in row.saturating_sub(2)..=(row + 2).min(window.rows - 1) {
            active[r * window.columns + column.saturating_sub(2)..=r * window.columns + (column + 2).min(window.columns - 1)].fill(true);
        }
    }
    active
}
