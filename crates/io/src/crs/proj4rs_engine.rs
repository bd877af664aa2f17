//! The default engine: `proj4rs`, PROJ's formulas in pure Rust. Its geographic coordinates are radians.

use geo::Coord;
use proj4rs::Proj;
use proj4rs::proj::ProjType;
use rayon::prelude::*;

use super::definition::Kind;
use super::{Crs, CrsError, Fault};

/// Points converted at a time: small enough for the first-level cache, and no more than these are tried again to name a fault.
const BLOCK: usize = 256;
/// Points a task takes from the slice.
const TASK: usize = 16 * BLOCK;

/// A pair of CRSs ready to transform.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    from: Proj,
    to: Proj,
}

impl Pair {
    pub(super) fn new(from: &Crs, to: &Crs) -> Result<Self, CrsError> {
        for crs in [from, to] {
            if let Some(detail) = missing_datum_shift(crs.definition()) {
                return Err(CrsError::NoDatumShift { crs: crs.to_string(), detail });
            }
        }
        let open = |crs: &Crs| open(crs.definition()).map_err(|detail| CrsError::Unknown { given: crs.to_string(), detail });
        let pair = Self { from: open(from)?, to: open(to)? };
        for (crs, proj) in [(from, &pair.from), (to, &pair.to)] {
            if !proj.has_inverse() || !proj.has_forward() {
                let detail = format!("projection {} works in one direction only", proj.projname());
                return Err(CrsError::Unknown { given: crs.to_string(), detail });
            }
        }
        Ok(pair)
    }

    /// Transforms all coordinates in place on all threads; the fault of the lowest index wins.
    pub(super) fn run(&self, inverse: bool, coords: &mut [Coord<f64>]) -> Result<(), Fault> {
        let (from, to) = if inverse { (&self.to, &self.from) } else { (&self.from, &self.to) };
        if coords.len() <= TASK {
            return run_blocks(from, to, coords);
        }
        let first_fault = coords
            .par_chunks_mut(TASK)
            .enumerate()
            .filter_map(|(task, part)| Some(run_blocks(from, to, part).err()?.moved_by(task * TASK)))
            .min_by_key(|fault| fault.index);
        first_fault.map_or(Ok(()), Err)
    }
}

fn run_blocks(from: &Proj, to: &Proj, coords: &mut [Coord<f64>]) -> Result<(), Fault> {
    let mut buffer = [(0.0, 0.0); BLOCK];
    for (block, part) in coords.chunks_mut(BLOCK).enumerate() {
        let points = &mut buffer[..part.len()];
        if run_block(from, to, part, points).is_err() {
            return Err(find_fault(from, to, part).moved_by(block * BLOCK));
        }
        let scale = if to.is_latlong() { 1f64.to_degrees() } else { 1.0 };
        for (coord, &(x, y)) in part.iter_mut().zip(points.iter()) {
            *coord = Coord { x: x * scale, y: y * scale };
        }
    }
    Ok(())
}

/// Transforms `part` into `points`, leaving `part` as it was.
fn run_block(from: &Proj, to: &Proj, part: &[Coord<f64>], points: &mut [(f64, f64)]) -> Result<(), String> {
    let scale = if from.is_latlong() { 1f64.to_radians() } else { 1.0 };
    for (point, coord) in points.iter_mut().zip(part) {
        *point = (coord.x * scale, coord.y * scale);
    }
    proj4rs::transform::transform(from, to, points).map_err(|error| error.to_string())?;
    if points.iter().all(|(x, y)| x.is_finite() && y.is_finite()) {
        Ok(())
    } else {
        Err("it is outside the projection's domain".to_owned())
    }
}

/// The first coordinate of a failed block that fails by itself.
fn find_fault(from: &Proj, to: &Proj, part: &[Coord<f64>]) -> Fault {
    for (index, coord) in part.iter().enumerate() {
        if let Err(reason) = run_block(from, to, std::slice::from_ref(coord), &mut [(0.0, 0.0)]) {
            return Fault { index, coord: *coord, reason };
        }
    }
    let coord = part.first().copied().unwrap_or_default();
    Fault { index: 0, coord, reason: "the block that starts here failed, though none of its coordinates does alone".to_owned() }
}

/// What kind of CRS a definition is.
///
/// # Errors
/// The engine's words when it does not know the definition, or would take its unit for another.
pub(super) fn kind_of(definition: &str) -> Result<Kind, String> {
    if registered(definition).is_some_and(|def| def.wkt.starts_with("GEOGCS") && def.wkt.contains("UNIT[\"grad\"")) {
        return Err("its unit is the grad, not the degree".to_owned());
    }
    let proj = open(definition)?;
    Ok(match (proj.projection_type(), proj.projname()) {
        (ProjType::Latlong, _) => Kind::Geographic,
        (ProjType::Geocentric, _) => Kind::Geocentric,
        (_, "merc" | "webmerc" | "mill") => Kind::Mercator,
        _ if proj.to_meter() != 1.0 => Kind::OtherUnit(proj.units().to_owned()),
        _ => Kind::Metric,
    })
}

fn open(definition: &str) -> Result<Proj, String> {
    let text = proj_string(definition).ok_or("no such code in the built-in list")?;
    Proj::from_proj_string(text).map_err(|error| error.to_string())
}

/// The PROJ string of `EPSG:<code>`, or the definition itself.
fn proj_string(definition: &str) -> Option<&str> {
    if definition.starts_with("EPSG:") { registered(definition).map(|def| def.proj4) } else { Some(definition) }
}

fn registered(definition: &str) -> Option<crs_definitions::Def> {
    let code = definition.strip_prefix("EPSG:")?.parse().ok()?;
    crs_definitions::from_code(code)
}

/// What is missing to get from the datum of a registered CRS to WGS84, if anything.
///
/// Datums on the ellipsoids of WGS84 and GRS80 agree with WGS84 within a metre or so and count as equal. A PROJ string without a
/// datum is taken at its word. Shifts by three or seven published parameters are used, and are good to some metres.
pub(super) fn missing_datum_shift(definition: &str) -> Option<String> {
    let text = proj_string(definition)?;
    let value = |key: &str| text.split_whitespace().find_map(|part| part.strip_prefix(key)?.strip_prefix('='));
    if let Some(grid) = value("+nadgrids").filter(|grid| *grid != "@null") {
        return Some(format!("grid {grid}"));
    }
    if value("+datum") == Some("NAD27") {
        return Some("the grids of datum NAD27".to_owned());
    }
    let has_shift = ["+towgs84", "+datum", "+nadgrids"].iter().any(|key| value(key).is_some());
    let like_wgs84 = matches!(value("+ellps"), Some("WGS84" | "GRS80"));
    let registered = definition.starts_with("EPSG:");
    (registered && !has_shift && !like_wgs84)
        .then(|| format!("from the ellipsoid {}", value("+ellps").or_else(|| value("+a")).unwrap_or("of its own")))
}
