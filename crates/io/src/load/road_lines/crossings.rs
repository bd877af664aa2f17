//! Where the insides of lines share a place.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use rstar::RTree;

use super::noding::{Line, Side, Spot, box_of};
use super::plane::{Shared, shared};
use crate::osm::Position;

/// A place that the insides of two lines of one level, or of one line twice, share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Crossing {
    pub place: Position,
    pub level: i32,
    /// The lines, and where on them.
    pub at: [(u32, Spot); 2],
    /// Whether it is an end of a stretch that lines have in common.
    pub overlap: bool,
}

/// A place where lines of these levels cross.
type Apart = (Position, i32, i32);

/// More crossings than lines of a road network have: so many, or so many for each side of a line, whichever is more.
const MOST: usize = 1_000_000;
const MOST_BY_SIDE: usize = 4;

/// All of them, and in how many places lines of different levels cross.
///
/// # Errors
///
/// How many crossings are too many, where there are more.
pub(super) fn crossings(lines: &[Line<'_>], tree: &RTree<Side>) -> Result<(Vec<Crossing>, usize), usize> {
    let most = MOST.max(MOST_BY_SIDE * tree.size());
    let count = AtomicUsize::new(0);
    let of_line = |l: usize| {
        let (mut joined, mut apart) = (Vec::new(), Vec::new());
        let mut counted = 0;
        for (side, pair) in lines[l].places.windows(2).enumerate() {
            let own = (l as u32, side as u32);
            for other in tree.locate_in_envelope_intersecting(box_of([pair[0], pair[1]])) {
                // each pair once; a side shares a place with the next one anyway
                if other.data <= own || other.data == (own.0, own.1 + 1) {
                    continue;
                }
                of_sides(lines, own, other.data, &mut joined, &mut apart);
            }
            let met = joined.len() + apart.len();
            if count.fetch_add(met - counted, Ordering::Relaxed) + met - counted > most {
                return Err(most);
            }
            counted = met;
        }
        Ok((joined, apart))
    };
    let found: Vec<(Vec<Crossing>, Vec<Apart>)> = (0..lines.len()).into_par_iter().map(of_line).collect::<Result<_, usize>>()?;
    let mut apart: Vec<Apart> = found.iter().flat_map(|(_, apart)| apart).copied().collect();
    apart.sort_unstable();
    apart.dedup();
    Ok((found.into_iter().flat_map(|(joined, _)| joined).collect(), apart.len()))
}

fn of_sides(lines: &[Line<'_>], first: (u32, u32), second: (u32, u32), joined: &mut Vec<Crossing>, apart: &mut Vec<Apart>) {
    let side = |(line, side): (u32, u32)| {
        let places = &lines[line as usize].places[side as usize..];
        [places[0], places[1]]
    };
    let places = shared(side(first), side(second));
    let overlap = places.len() > 1;
    for Shared { place, along } in places {
        let spot = |(line, side): (u32, u32), along| (line, Spot::new(&lines[line as usize], side, along, place));
        let at = [spot(first, along[0]), spot(second, along[1])];
        if at.iter().any(|(line, spot)| spot.is_end(&lines[*line as usize])) {
            continue;
        }
        match at.map(|(line, _)| lines[line as usize].level) {
            [level, other] if level == other => joined.push(Crossing { place, level, at, overlap }),
            [one, other] => apart.push((place, one.min(other), one.max(other))),
        }
    }
}
