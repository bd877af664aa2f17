//! Reach: what it costs from each cell of the ground.
//!
//! Area is measured on a grid: a cell's area is its exact intersection with the zone, its status is that of its centre. Cells next to one
//! of another status are measured again in [`REFINE`] × [`REFINE`] parts, so that the error is that of the finer grid where the
//! limit passes.

use rayon::prelude::*;

use crate::assess::{ByStatus, Status};
use crate::cells::{Cell, Grid, Part, signed_area, split};
use crate::far::Far;
use crate::ground::{Border, Ground, SquareMm, Window, ZoneGround};
use crate::ids::ZoneId;
use crate::limits::Limits;
use crate::link::{EdgeGrid, LinkStatus, Snaps};
use crate::progress::{Cancelled, Progress};
use crate::raster::CostRaster;
use crate::relief::Region;
use crate::search::NearestFacility;
use crate::units::{Cost, Limit};

/// Into how many parts, by side, a cell is divided where the limit passes.
pub const REFINE: i32 = 2;
const PARTS: usize = (REFINE * REFINE) as usize;

/// What it costs from the centre of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct CellCost(u32);

impl CellCost {
    /// Beyond the greatest limit that was asked about; how far is not known.
    const BEYOND: CellCost = CellCost(u32::MAX - 3);
    const UNMEASURED: CellCost = CellCost(u32::MAX - 2);
    const UNLINKED: CellCost = CellCost(u32::MAX - 1);

    /// The cost, if there is a way and its cost was asked for.
    pub fn cost(self) -> Option<Cost> {
        (self.0 < Self::BEYOND.0).then_some(Cost(self.0))
    }

    /// The status; `None` for a cell that no zone comes near.
    pub fn status(self, limit: Limit) -> Option<Status> {
        match self {
            CellCost::UNMEASURED => None,
            CellCost::UNLINKED => Some(Status::Unlinked),
            CellCost::BEYOND => Some(Status::Uncovered),
            CellCost(cost) if cost == Cost::UNREACHED.0 => Some(Status::Unreachable),
            CellCost(cost) if limit.admits(Cost(cost)) => Some(Status::Covered),
            CellCost(_) => Some(Status::Uncovered),
        }
    }
}

/// The cost of every cell that lies in a zone or next to one.
#[derive(Debug, Clone)]
pub struct CostField<'g> {
    ground: &'g Ground,
    /// The ground's; a part of it for a region.
    window: Window,
    costs: Vec<CellCost>,
    /// At most how far the nearest road is from each cell's centre, whole metres: [`UNMEASURED_M`], [`NO_ROAD_M`].
    roads_m: Vec<u16>,
}

/// A cell that was not measured.
const UNMEASURED_M: u16 = u16::MAX;
/// How far the nearest road is, is not known.
const NO_ROAD_M: u16 = u16::MAX - 1;

impl<'g> CostField<'g> {
    /// Links every cell's centre to its nearest road and adds the legs, in parallel.
    ///
    /// Where `asked` is given, costs above it need not be known: cells that surely lie beyond it, tied to roads that reach a facility, get no
    /// cost of their own and are uncovered at any limit up to it.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] through `progress`.
    pub fn measure(
        ground: &'g Ground,
        edges: &EdgeGrid<'_>,
        nearest: &NearestFacility<'_>,
        asked: Option<Cost>,
        progress: &dyn Progress,
    ) -> Result<CostField<'g>, Cancelled> {
        let window = ground.window();
        let far = asked.filter(|_| !window.is_empty()).and_then(|limit| Far::new(ground.grid().bounds(window, 0.0), edges, nearest, limit));
        let (costs, roads_m) =
            measure(Cells { grid: ground.grid(), window, active: ground.active() }, far.as_ref(), edges, nearest, progress)?;
        Ok(CostField { ground, window, costs, roads_m })
    }

    /// The same at the corners of a region's squares alone, all costs known.
    pub(crate) fn of_region(
        ground: &'g Ground,
        region: &Region,
        edges: &EdgeGrid<'_>,
        nearest: &NearestFacility<'_>,
        progress: &dyn Progress,
    ) -> Result<CostField<'g>, Cancelled> {
        let window = region.window;
        let mut active = vec![false; window.len()];
        for square in (0..window.len()).filter(|square| region.squares[*square]) {
            [0, 1, window.columns, window.columns + 1].into_iter().for_each(|corner| active[square + corner] = true);
        }
        let on_ground = |position: usize| ground.window().position(window.cell(position)).is_some_and(|own| ground.is_active(own));
        active.iter_mut().enumerate().for_each(|(position, active)| *active &= on_ground(position));
        let (costs, roads_m) = measure(Cells { grid: ground.grid(), window, active: &active }, None, edges, nearest, progress)?;
        Ok(CostField { ground, window, costs, roads_m })
    }

    /// The cells that a zone touches, on their own.
    pub fn raster(&self) -> CostRaster {
        let cost = |(cost, held): (&CellCost, bool)| if held { *cost } else { CellCost::UNMEASURED };
        let costs = self.costs.iter().zip(self.ground.held()).map(cost).collect();
        CostRaster { grid: self.ground.grid(), window: self.ground.window(), costs }
    }

    /// The grid of its cells.
    pub fn grid(&self) -> Grid {
        self.ground.grid()
    }

    /// The block of its cells.
    pub fn window(&self) -> Window {
        self.window
    }

    /// The cost at a position of the window.
    pub(crate) fn cost_at(&self, position: usize) -> CellCost {
        self.costs[position]
    }

    /// At most how far the nearest road is from the centre of a cell, metres: infinite where that is not known, `None` where nothing was
    /// measured.
    pub(crate) fn road_within(&self, position: usize) -> Option<f64> {
        match self.roads_m[position] {
            UNMEASURED_M => None,
            NO_ROAD_M => Some(f64::INFINITY),
            metres => Some(f64::from(metres)),
        }
    }

    /// The cost of a cell; `None` for one that no zone comes near.
    pub fn at(&self, cell: Cell) -> Option<CellCost> {
        let position = self.window.position(cell)?;
        Some(self.costs[position]).filter(|cost| *cost != CellCost::UNMEASURED)
    }

    /// By mask, the area of each zone by status: cells refined where the zone's limit passes.
    pub fn areas(&self, edges: &EdgeGrid<'_>, nearest: &NearestFacility<'_>, limits: Limits<'_>) -> Vec<Vec<ByStatus<SquareMm>>> {
        let masks = self.ground.masks.len();
        let zone = |z: usize| {
            let limit = limits.of(Some(ZoneId::at(z)));
            let refined = self.refine(&self.ground.zones[z], edges, nearest, limit);
            let mut areas: Vec<ByStatus<SquareMm>> = Vec::with_capacity(masks);
            for mask in 0..masks {
                let cells = self.ground.mask_cells(mask, z);
                let same = (0..mask).find(|earlier| std::ptr::eq(self.ground.mask_cells(*earlier, z), cells));
                areas.push(same.map_or_else(|| self.sum(cells, &refined, limit), |earlier| areas[earlier]));
            }
            areas
        };
        let zones: Vec<Vec<ByStatus<SquareMm>>> = (0..self.ground.zones.len()).into_par_iter().map(zone).collect();
        (0..masks).map(|mask| zones.iter().map(|areas| areas[mask]).collect()).collect()
    }

    fn sum(&self, ground: &ZoneGround, refined: &Refined, limit: Limit) -> ByStatus<SquareMm> {
        let cell_area = self.ground.grid().cell_area();
        let (part, whole) = ([cell_area / f64::from(REFINE * REFINE); PARTS], SquareMm::from_m2(cell_area));
        let mut areas = ByStatus::default();
        let mut parts = refined.in_order();
        for &cell in &ground.full {
            match parts(cell) {
                Some(parts) => add_parts(&part, cell_area, parts, &mut areas),
                None => areas.add(self.status(cell, limit), whole),
            }
        }
        let mut parts = refined.in_order();
        for border in &ground.partial {
            match parts(border.cell) {
                Some(parts) => self.add_border(border, parts, &mut areas),
                None => areas.add(self.status(border.cell, limit), SquareMm::from_m2(border.area)),
            }
        }
        areas
    }

    fn status(&self, position: u32, limit: Limit) -> Status {
        self.costs[position as usize].status(limit).unwrap_or(Status::Unlinked)
    }

    fn add_border(&self, border: &Border, parts: &[Status], areas: &mut ByStatus<SquareMm>) {
        let fine = Grid { size: self.ground.grid().size / f64::from(REFINE) };
        let low = self.ground.window().cell(border.cell as usize);
        let mut found = [0.0f64; PARTS];
        for ring in &border.rings {
            let mut line = ring.clone();
            line.extend(ring.first());
            let outer = signed_area(ring) > 0.0;
            let sign = if outer { 1.0 } else { -1.0 };
            let polygon = geo::Polygon::new(geo::LineString(line), vec![]);
            split(&polygon.into(), fine, &mut |part| {
                let (cell, area) = match part {
                    Part::Full(cell) => (cell, fine.cell_area()),
                    Part::Hole(cell) => (cell, -fine.cell_area()),
                    Part::Ring(cell, ring) => (cell, signed_area(ring)),
                };
                let (row, column) = (cell.row - low.row * REFINE, cell.column - low.column * REFINE);
                let (row, column) = (row.clamp(0, REFINE - 1), column.clamp(0, REFINE - 1));
                found[(row * REFINE + column) as usize] += sign * area;
            });
        }
        add_parts(&found, border.area, parts, areas);
    }

    /// Measures the parts of every cell of a zone that borders on one of another status, the limit between them.
    fn refine(&self, zone: &ZoneGround, edges: &EdgeGrid<'_>, nearest: &NearestFacility<'_>, limit: Limit) -> Refined {
        let window = self.ground.window();
        let covered = |position: usize| self.costs[position].status(limit).map(|status| status == Status::Covered);
        let mixed = |position: usize| {
            let own = covered(position);
            let column = position % window.columns;
            let beside = [
                position.checked_sub(window.columns),
                (position + window.columns < window.len()).then(|| position + window.columns),
                (column > 0).then(|| position - 1),
                (column + 1 < window.columns).then(|| position + 1),
            ];
            own.is_some() && beside.into_iter().flatten().filter_map(covered).any(|other| Some(other) != own)
        };
        let held = zone.full.iter().copied().chain(zone.partial.iter().map(|border| border.cell));
        let mut cells: Vec<u32> = held.filter(|&cell| mixed(cell as usize)).collect();
        cells.sort_unstable();
        let fine = Grid { size: self.ground.grid().size / f64::from(REFINE) };
        let parts = cells
            .par_iter()
            .map(|&position| {
                let low = window.cell(position as usize);
                let mut snaps = Snaps::default();
                std::array::from_fn(|i| {
                    let row = low.row * REFINE + i as i32 / REFINE;
                    let column = low.column * REFINE + i as i32 % REFINE;
                    match edges.snap(fine.centre(Cell { row, column }), &mut snaps) {
                        LinkStatus::Linked => Status::of_label(nearest.point(&snaps), limit),
                        LinkStatus::TooFar | LinkStatus::BehindBarrier => Status::Unlinked,
                    }
                })
            })
            .collect();
        Refined { cells, parts }
    }
}

/// Cells to be measured: the active ones of a window.
struct Cells<'a> {
    grid: Grid,
    window: Window,
    active: &'a [bool],
}

/// Links the centres of cells to their nearest roads and adds the legs, but for those that are surely `far`: costs, and metres to a road.
fn measure(
    cells: Cells<'_>,
    far: Option<&Far>,
    edges: &EdgeGrid<'_>,
    nearest: &NearestFacility<'_>,
    progress: &dyn Progress,
) -> Result<(Vec<CellCost>, Vec<u16>), Cancelled> {
    let Cells { grid, window, active } = cells;
    let mut costs = vec![CellCost::UNMEASURED; window.len()];
    let mut roads_m = vec![UNMEASURED_M; window.len()];
    let columns = window.columns.max(1);
    let rows = costs.par_chunks_mut(columns).zip(roads_m.par_chunks_mut(columns)).zip(active.par_chunks(columns));
    // where barriers may be between, a road that serves one place says nothing of the next
    let known = |metres: f64| {
        if edges.barriers().is_none() && metres.ceil() < f64::from(NO_ROAD_M) { metres.ceil() as u16 } else { NO_ROAD_M }
    };
    rows.enumerate().try_for_each(|(row, ((costs, roads_m), active))| {
        if progress.is_cancelled() {
            return Err(Cancelled);
        }
        let mut snaps = Snaps::default();
        // no road is farther from the last cell than this
        let (mut last, mut within_m) = (0, f64::INFINITY);
        let cells = costs.iter_mut().zip(roads_m).enumerate();
        for (column, (cost, road_m)) in cells.filter(|(column, _)| active[*column]) {
            let centre = grid.centre(window.cell(row * window.columns + column));
            within_m += (column - last) as f64 * grid.size;
            last = column;
            // a corner of a square that a limit passes through has its own cost: outlines are drawn from it
            let clear_m = far.map_or(0.0, |far| far.clear_m(centre));
            let clear_m = if clear_m < 1.5 * grid.size { 0.0 } else { clear_m.min(edges.rules().snap_m) };
            if within_m + 0.01 < clear_m {
                (*cost, *road_m) = (CellCost::BEYOND, known(within_m));
                continue;
            }
            (*cost, within_m) = match edges.snap(centre, &mut snaps) {
                LinkStatus::Linked => (CellCost(nearest.point(&snaps).cost.0), snaps.road_m()),
                LinkStatus::TooFar | LinkStatus::BehindBarrier => (CellCost::UNLINKED, f64::INFINITY),
            };
            *road_m = known(within_m);
        }
        Ok(())
    })?;
    Ok((costs, roads_m))
}

/// Adds the parts of a cell in whole mm² that make up `whole`, so that measuring in parts neither adds ground nor takes any away.
fn add_parts(parts: &[f64; PARTS], whole: f64, statuses: &[Status], areas: &mut ByStatus<SquareMm>) {
    let whole = SquareMm::from_m2(whole);
    let (mut sum, mut given) = (0.0, SquareMm(0));
    for (i, (part, &status)) in parts.iter().zip(statuses).enumerate() {
        sum += part.max(0.0);
        let up_to = if i + 1 == PARTS { whole } else { SquareMm::from_m2(sum).min(whole) };
        areas.add(status, SquareMm(up_to.0 - given.0));
        given = up_to;
    }
}

/// Cells measured in parts, by position.
struct Refined {
    cells: Vec<u32>,
    parts: Vec<[Status; PARTS]>,
}

impl Refined {
    /// Gives the parts of one cell after another, in ascending order; `None` for a cell that was not measured in parts.
    fn in_order<'r>(&'r self) -> impl FnMut(u32) -> Option<&'r [Status]> {
        let mut next = 0;
        move |cell| {
            next += self.cells[next..].iter().take_while(|own| **own < cell).count();
            (self.cells.get(next) == Some(&cell)).then(|| self.parts[next].as_slice())
        }
    }
}
