//! People of rasters: a number a cell (WorldPop, GHSL), shared out by area where borders cut a cell.
//!
//! The raster is read frame by frame, in parallel, and only the box around the zones. What is kept of a cell is its demand points: large cells
//! are spread over parts of `people.cell_m`, small ones joined into points of about that side.

use catchment::geo::{BoundingRect, Coord, Densify, Euclidean, MultiPolygon};
use catchment::{Demand, Finding, FindingKind, Group, NoProgress, People, Progress, Stage, Zone, begin};
use rayon::prelude::*;

use super::people::{Given, sum_by_zone};
use super::raster::{Borders, Frame, Raster};
use super::raster_frames::{Part, Reader};
use super::shores::Shores;
use crate::crs::Projector;
use crate::error::{Error, data};
use crate::plan::PeoplePlan;
use crate::shape::{places, rebuilt};

/// The longest straight side of a zone that is turned into the raster's CRS by its ends alone, metres.
const STRAIGHT_M: f64 = 200.0;

/// People of a raster as points.
pub(super) struct Found {
    pub demand: Demand,
    /// People of the cells that touch a zone.
    pub read: People,
    /// People of the other cells in the box around the zones: not used.
    pub beyond: People,
}

/// Demand points of rasters, with their zones: `rasters` are that of the people and those of the plan's groups, of one grid. A zone's people
/// are then the sum of its points.
pub(super) fn rasters(
    zones: &mut [Zone],
    rasters: &[Raster<'_>],
    water: &[MultiPolygon<f64>],
    plan: &PeoplePlan,
    projector: &Projector,
    findings: &mut Vec<Finding>,
    progress: &dyn Progress,
) -> Result<Found, Error> {
    let [raster, ..] = rasters else { return Err(data("people.source", "", "no raster", "one")) };
    let mut all = Part::new(rasters.len());
    let group = |name: &String| Group { name: name.clone(), people: Vec::new() };
    all.demand.groups = plan.groups.iter().map(group).collect();
    let ask = Ask { zones, water, rasters, crs: plan.columns.crs.as_deref(), cell_m: plan.cell_m, projector };
    read(&ask, |part| all.add(part), findings, progress)?;
    all.odd.iter().zip(rasters).for_each(|(odd, raster)| odd.tell(&raster.name, findings));
    let file = raster.name.as_str();
    sum_by_zone(zones, &all.demand, file, Given::Cells, findings);
    if all.beyond_cells > 0 {
        let detail = format!(
            "{} cells with {:.1} people in the box around the zones touch none of them and are not used; cells beyond that box are not read",
            all.beyond_cells,
            all.beyond.as_f64()
        );
        findings.push(Finding::new(Stage::People, file, "", FindingKind::CellsBeyondZones, detail));
    }
    Ok(Found { demand: all.demand, read: all.read, beyond: all.beyond })
}

/// The people of a raster in each zone, then those of cells on borders outside all; its points are kept for one frame at a time.
pub(crate) fn sums(zones: &[Zone], raster: &Raster<'_>, projector: &Projector) -> Result<Vec<People>, Error> {
    let mut sums = vec![People::ZERO; zones.len() + 1];
    let add = |part: Part| {
        for (zone, people) in part.demand.zones.iter().zip(&part.demand.people) {
            sums[zone.map_or(zones.len(), |zone| zone.index())] += *people;
        }
    };
    let ask = Ask { zones, water: &[], rasters: std::slice::from_ref(raster), crs: None, cell_m: f64::MAX, projector };
    read(&ask, add, &mut Vec::new(), &NoProgress)?;
    Ok(sums)
}

/// What is asked of rasters.
struct Ask<'a, 's> {
    zones: &'a [Zone],
    /// Where no one lives.
    water: &'a [MultiPolygon<f64>],
    /// Of one grid.
    rasters: &'a [Raster<'s>],
    /// What the plan says of its CRS.
    crs: Option<&'a str>,
    cell_m: f64,
    /// From WGS84 to the working CRS, which zones are in.
    projector: &'a Projector,
}

/// Reads the box around the zones frame by frame, in parallel, and hands out the parts in their order.
fn read(ask: &Ask<'_, '_>, mut keep: impl FnMut(Part), findings: &mut Vec<Finding>, progress: &dyn Progress) -> Result<(), Error> {
    let [raster, groups @ ..] = ask.rasters else { return Ok(()) };
    one_grid(raster, groups)?;
    let own = projector_of(raster, ask.crs, ask.projector)?;
    let areas: Vec<MultiPolygon<f64>> = ask.zones.iter().map(|zone| zone.area.clone()).collect();
    let within = window(ask.zones, &in_cells(&areas, raster, &own)?, raster, findings)?;
    let (frames, size) = raster.frames(within);
    let shores = Shores::new(ask.zones, ask.water);
    let borders = Borders::new(&in_cells(shores.areas(), raster, &own)?, (raster.columns, raster.rows), size);
    let sides = sides(raster, within, &own)?;
    let (parts, blocks) = (parts(sides, ask.cell_m), blocks(sides, ask.cell_m));
    let reader = Reader { rasters: ask.rasters, borders: &borders, shores: &shores, within, parts, blocks, own: &own };
    begin(progress, "raster", frames.len())?;
    for batch in frames.chunks(8 * rayon::current_num_threads()) {
        let read: Vec<Part> = batch.par_iter().map(|frame| reader.frame(*frame)).collect::<Result<_, _>>()?;
        read.into_iter().for_each(&mut keep);
        progress.advance(batch.len());
        if progress.is_cancelled() {
            return Err(catchment::Cancelled.into());
        }
    }
    Ok(())
}

fn one_grid(raster: &Raster<'_>, groups: &[Raster<'_>]) -> Result<(), Error> {
    for other in groups {
        let same_size = (raster.columns, raster.rows) == (other.columns, other.rows);
        if !same_size || !raster.lattice.is_same(&other.lattice, raster.columns, raster.rows) {
            let of = |own: &Raster<'_>| {
                let lattice = own.lattice;
                format!(
                    "{} × {} cells of {} × {} from {}, {}",
                    own.columns, own.rows, lattice.step.x, lattice.step.y, lattice.corner.x, lattice.corner.y
                )
            };
            let expected = format!("the grid of {}: {}; gdalwarp or gdal_translate -projwin makes it", raster.name, of(raster));
            return Err(data(&other.name, "", of(other), expected));
        }
    }
    Ok(())
}

/// From the raster's CRS to the working one.
fn projector_of(raster: &Raster<'_>, crs: Option<&str>, projector: &Projector) -> Result<Projector, Error> {
    let (crs, _) = raster.crs(crs)?;
    Projector::new(&crs, projector.to()).map_err(|source| Error::Crs { what: raster.name.clone(), source })
}

/// Areas in columns and rows of the raster.
fn in_cells(areas: &[MultiPolygon<f64>], raster: &Raster<'_>, own: &Projector) -> Result<Vec<MultiPolygon<f64>>, Error> {
    let dense: Vec<MultiPolygon<f64>> = areas.iter().map(|area| Euclidean.densify(area, STRAIGHT_M)).collect();
    let mut moved: Vec<Coord<f64>> = dense.iter().flat_map(places).collect();
    own.inverse(&mut moved).map_err(|source| Error::Crs { what: raster.name.clone(), source })?;
    let mut moved = moved.into_iter().map(|at| raster.lattice.cell(at));
    Ok(dense.iter().map(|area| rebuilt(area, &mut moved)).collect())
}

/// The cells in the box around the zones; zones that reach beyond the raster are findings, and none that touches it is an error.
fn window(zones: &[Zone], areas: &[MultiPolygon<f64>], raster: &Raster<'_>, findings: &mut Vec<Finding>) -> Result<Frame, Error> {
    let (columns, rows) = (f64::from(raster.columns), f64::from(raster.rows));
    let (mut low, mut high) = (Coord { x: f64::MAX, y: f64::MAX }, Coord { x: f64::MIN, y: f64::MIN });
    // a thousandth of a cell over the edge is rounding
    let over = 1e-3;
    for (zone, area) in zones.iter().zip(areas) {
        let Some(bounds) = area.bounding_rect() else { continue };
        let (min, max) = (bounds.min(), bounds.max());
        (low, high) = (Coord { x: low.x.min(min.x), y: low.y.min(min.y) }, Coord { x: high.x.max(max.x), y: high.y.max(max.y) });
        if min.x < -over || min.y < -over || max.x > columns + over || max.y > rows + over {
            let detail = format!("{}: it reaches beyond the raster, which says nothing of the people there", zone.name);
            findings.push(Finding::new(Stage::People, &raster.name, &zone.id, FindingKind::ZoneBeyondRaster, detail));
        }
    }
    let range = |low: f64, high: f64, count: f64| (low.floor().clamp(0.0, count), high.ceil().clamp(0.0, count));
    let ((west, east), (north, south)) = (range(low.x, high.x, columns), range(low.y, high.y, rows));
    if west >= east || north >= south {
        let [from, _, to, _] = raster.corners();
        let found = format!("a raster from {}, {} to {}, {}, which touches no zone", from.x, from.y, to.x, to.y);
        return Err(data(
            &raster.name,
            "",
            found,
            "one that holds the zones; if it does, its CRS is wrong: columns = { crs = \"EPSG:…\" }",
        ));
    }
    Ok(Frame { column: west as u32, row: north as u32, columns: (east - west) as u32, rows: (south - north) as u32 })
}

/// Width and height of the cell in the middle of the window, metres.
fn sides(raster: &Raster<'_>, within: Frame, own: &Projector) -> Result<(f64, f64), Error> {
    let middle = Coord { x: f64::from(within.column + within.columns / 2), y: f64::from(within.row + within.rows / 2) };
    let mut corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)].map(|(x, y)| raster.lattice.place(middle + Coord { x, y }));
    own.forward(&mut corners).map_err(|source| Error::Crs { what: raster.name.clone(), source })?;
    let [corner, east, south] = corners;
    Ok(((east.x - corner.x).hypot(east.y - corner.y), (south.x - corner.x).hypot(south.y - corner.y)))
}

/// Into how many columns and rows a cell is divided, so that they are no larger than `cell_m`, but for a hundredth.
fn parts((wide, high): (f64, f64), cell_m: f64) -> (u32, u32) {
    let count = |side: f64| (0.99 * side / cell_m).ceil().clamp(1.0, 10_000.0) as u32;
    (count(wide), count(high))
}

/// How many columns and rows of cells are joined, so that they are no larger than `cell_m`, but for a hundredth.
fn blocks((wide, high): (f64, f64), cell_m: f64) -> (u32, u32) {
    let count = |side: f64| (1.01 * cell_m / side).floor().clamp(1.0, 1e6) as u32;
    (count(wide), count(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_divided_and_joined_by_their_sides() {
        // WorldPop's three seconds in Shanghai, GHSL's 100 m and 1 km, Meta's second, a cell at 60° north
        for (sides, divided, together) in [
            ((79.5, 92.4), (1, 1), (1, 1)),
            ((100.04, 99.97), (1, 1), (1, 1)),
            ((1000.4, 999.0), (10, 10), (1, 1)),
            ((30.9, 26.4), (1, 1), (3, 3)),
            ((46.4, 92.8), (1, 1), (2, 1)),
            ((250.0, 50.0), (3, 1), (1, 2)),
        ] {
            assert_eq!((parts(sides, 100.0), blocks(sides, 100.0)), (divided, together), "{sides:?}");
        }
    }
}
