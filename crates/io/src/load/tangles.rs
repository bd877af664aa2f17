//! Polygons whose sides cross each other without end: cutting them at every crossing takes time and memory beyond all bounds.

use std::sync::atomic::{AtomicUsize, Ordering};

use catchment::geo::algorithm::line_intersection::{LineIntersection, line_intersection};
use catchment::geo::{Coord, Line, LinesIter, MultiPolygon};
use geojson::Feature;
use rayon::prelude::*;
use rstar::primitives::Line as Side;
use rstar::{RTree, RTreeObject as _};

use super::layer;
use crate::error::{Error, data};
use crate::write::thousands;

/// Sides may cross each other in so many places, or in as many as there are sides. A ring of 1,600 corners all of whose sides cross has
/// a million crossings.
const MOST: usize = 200_000;

/// Refuses a layer with polygons whose sides cross each other too often to be cut there.
///
/// # Errors
///
/// [`Error::Data`].
pub(super) fn check(features: &[Feature], file: &str) -> Result<(), Error> {
    // what is no polygon, or a broken one, is told by who uses them
    let drawn: Vec<MultiPolygon<f64>> = features.iter().filter_map(|feature| layer::polygons(feature, file, "").ok()?).collect();
    if !are_tangled(&drawn) {
        return Ok(());
    }
    let found = format!("polygons whose sides cross each other in more than {} places", thousands(MOST as f64));
    Err(data(file, "", found, "polygons whose sides do not cross: leave out what is no shape of an area"))
}

/// Whether sides of polygons cross each other too often.
pub(crate) fn are_tangled<'p, P: LinesIter<'p, Scalar = f64> + 'p>(polygons: impl IntoIterator<Item = &'p P>) -> bool {
    let corner = |at: Coord<f64>| [at.x, at.y];
    let sides: Vec<Side<[f64; 2]>> =
        polygons.into_iter().flat_map(LinesIter::lines_iter).map(|side| Side::new(corner(side.start), corner(side.end))).collect();
    let most = MOST.max(sides.len());
    if sides.len() * sides.len() / 2 <= most {
        return false;
    }
    let tree = RTree::bulk_load(sides);
    let found = AtomicUsize::new(0);
    let all: Vec<&Side<[f64; 2]>> = tree.iter().collect();
    all.par_iter().for_each(|side| {
        if found.load(Ordering::Relaxed) > 2 * most {
            return;
        }
        let near = tree.locate_in_envelope_intersecting(side.envelope());
        let own = near.filter(|other| cross(side, other)).take(2 * most + 1).count();
        found.fetch_add(own, Ordering::Relaxed);
    });
    // each crossing was met from both sides
    found.into_inner() > 2 * most
}

/// Whether the insides of two sides share one place.
fn cross(a: &Side<[f64; 2]>, b: &Side<[f64; 2]>) -> bool {
    let line = |side: &Side<[f64; 2]>| Line::new(Coord::from(side.from), Coord::from(side.to));
    matches!(line_intersection(line(a), line(b)), Some(LineIntersection::SinglePoint { is_proper: true, .. }))
}
