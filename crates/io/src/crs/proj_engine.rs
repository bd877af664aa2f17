//! PROJ itself, behind cargo feature `proj`. Its objects belong to one thread: each thread keeps its own, by pair of CRSs.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use geo::Coord;
use proj::Proj;

use super::definition::{Kind, kind_by_proj4rs};
use super::{Crs, CrsError, Fault};

/// Points converted at a time.
const BLOCK: usize = 4096;

thread_local! {
    /// Transformations of this thread by definition of source and target: making one costs 0.05 to 0.3 s.
    static TRANSFORMATIONS: RefCell<HashMap<(String, String), Proj>> = RefCell::default();
}

/// The definitions of a pair of CRSs that PROJ is known to have a transformation for.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    from: String,
    to: String,
}

impl Pair {
    pub(super) fn new(from: &Crs, to: &Crs) -> Result<Self, CrsError> {
        let pair = Self { from: from.definition().to_owned(), to: to.definition().to_owned() };
        with_transformation(&pair.from, &pair.to, |_| ())
            .map_err(|detail| CrsError::Unknown { given: format!("{from} → {to}"), detail })?;
        Ok(pair)
    }

    /// Transforms all coordinates in place on the calling thread.
    pub(super) fn run(&self, inverse: bool, coords: &mut [Coord<f64>]) -> Result<(), Fault> {
        let (from, to) = if inverse { (&self.to, &self.from) } else { (&self.from, &self.to) };
        let first = coords.first().copied().unwrap_or_default();
        with_transformation(from, to, |proj| run_blocks(proj, coords))
            .unwrap_or_else(|reason| Err(Fault { index: 0, coord: first, reason }))
    }
}

/// Lends this thread's transformation, made at its first use; axes are always (longitude, latitude) and (easting, northing).
fn with_transformation<T>(from: &str, to: &str, use_it: impl FnOnce(&Proj) -> T) -> Result<T, String> {
    TRANSFORMATIONS.with_borrow_mut(|known| match known.entry((from.to_owned(), to.to_owned())) {
        Entry::Occupied(entry) => Ok(use_it(entry.get())),
        Entry::Vacant(entry) => {
            let proj = Proj::new_known_crs(from, to, None).map_err(|error| error.to_string())?;
            Ok(use_it(entry.insert(proj)))
        }
    })
}

fn run_blocks(proj: &Proj, coords: &mut [Coord<f64>]) -> Result<(), Fault> {
    let mut points = Vec::with_capacity(BLOCK.min(coords.len()));
    for (block, part) in coords.chunks_mut(BLOCK).enumerate() {
        points.clear();
        points.extend(part.iter().map(|coord| (coord.x, coord.y)));
        let done = proj.convert_array(&mut points).is_ok();
        if !done || points.iter().any(|(x, y)| !(x.is_finite() && y.is_finite())) {
            return Err(find_fault(proj, part).moved_by(block * BLOCK));
        }
        for (coord, &(x, y)) in part.iter_mut().zip(&points) {
            *coord = Coord { x, y };
        }
    }
    Ok(())
}

/// The first coordinate of a failed block that fails by itself.
fn find_fault(proj: &Proj, part: &[Coord<f64>]) -> Fault {
    for (index, coord) in part.iter().enumerate() {
        let reason = match proj.convert((coord.x, coord.y)) {
            Ok((x, y)) if x.is_finite() && y.is_finite() => continue,
            Ok(_) => "it is outside the projection's domain".to_owned(),
            Err(error) => error.to_string(),
        };
        return Fault { index, coord: *coord, reason };
    }
    let coord = part.first().copied().unwrap_or_default();
    Fault { index: 0, coord, reason: "the block that starts here failed, though none of its coordinates does alone".to_owned() }
}

/// What kind of CRS a definition is: the pure Rust engine's answer where it has one, else from PROJ's own description.
///
/// # Errors
/// PROJ's words when it does not know the definition.
pub(super) fn kind_of(definition: &str) -> Result<Kind, String> {
    if let Some(kind) = kind_by_proj4rs(definition) {
        return Ok(kind);
    }
    let text = if definition.starts_with('+') { format!("{definition} +type=crs") } else { definition.to_owned() };
    let proj = Proj::new(&text).map_err(|error| error.to_string())?;
    let json = proj.to_projjson(Some(false), None, None).map_err(|error| error.to_string())?;
    let description: serde_json::Value = serde_json::from_str(&json).map_err(|error| error.to_string())?;
    kind_in(&description).ok_or_else(|| "it is no horizontal CRS".to_owned())
}

/// Reads PROJJSON: <https://proj.org/en/stable/specifications/projjson.html>.
fn kind_in(description: &serde_json::Value) -> Option<Kind> {
    let coordinates = &description["coordinate_system"];
    let unit = &coordinates["axis"][0]["unit"];
    let other_unit = || Kind::OtherUnit(unit["name"].as_str().or(unit.as_str()).unwrap_or("unknown").to_owned());
    match description["type"].as_str()? {
        "BoundCRS" => kind_in(&description["source_crs"]),
        "CompoundCRS" => kind_in(&description["components"][0]),
        "GeographicCRS" | "GeodeticCRS" if coordinates["subtype"] == "Cartesian" => Some(Kind::Geocentric),
        "GeographicCRS" | "GeodeticCRS" if unit == "degree" => Some(Kind::Geographic),
        "GeographicCRS" | "GeodeticCRS" => Some(other_unit()),
        "ProjectedCRS" => {
            let method = description["conversion"]["method"]["name"].as_str().unwrap_or_default();
            Some(if method.contains("Mercator") && !method.contains("Transverse") && !method.contains("Oblique") {
                Kind::Mercator
            } else if unit == "metre" {
                Kind::Metric
            } else {
                other_unit()
            })
        }
        _ => None,
    }
}
