//! Places that lie suspiciously: as if they were degrees of a Chinese map service, read as WGS84.
//!
//! Facilities stand beside roads. Where most of a set lie much nearer to roads once a shift is taken back, that is said, and nothing is
//! changed: the plan names the CRS.

use catchment::geo::Coord;
use catchment::{EdgeGrid, Issue, LinkRules, RoadNetwork, Snaps, Stage};

use crate::crs::{Crs, Projector};

/// Fewer places tell nothing.
const FEWEST: usize = 8;
/// More places tell no more: of more than these, every second or third or so is looked at.
const MOST: usize = 2000;
/// Farther from every road than this counts as this far, metres.
const FARTHEST_M: f64 = 1000.0;
/// So many of the places must come nearer, and their median distance must fall to this share.
const NEARER: f64 = 0.7;
const SHARE: f64 = 0.6;

/// Warns of a set of places, metres of the working CRS, that lie on the roads when their degrees are taken for shifted ones.
pub(crate) fn shifted(places: &[Coord<f64>], network: &RoadNetwork, projector: &Projector, stage: Stage, file: &str) -> Option<Issue> {
    if places.len() < FEWEST {
        return None;
    }
    let places: Vec<Coord<f64>> = places.iter().step_by(places.len().div_ceil(MOST)).copied().collect();
    let mut degrees = places.clone();
    projector.inverse(&mut degrees).ok()?;
    let given = distances(&places, network);
    let candidate = |name: &'static str| {
        let own: Crs = name.parse().ok()?;
        let mut moved = degrees.clone();
        Projector::new(&own, projector.to()).ok()?.forward(&mut moved).ok()?;
        let found = distances(&moved, network);
        let nearer = given.iter().zip(&found).filter(|(given, found)| found < given).count() as f64 / given.len() as f64;
        let [before, after] = [median(&given), median(&found)];
        (nearer >= NEARER && after < SHARE * before).then_some((after, before, nearer, name))
    };
    let best = ["gcj02", "bd09"].into_iter().filter_map(candidate).min_by(|a, b| a.0.total_cmp(&b.0));
    let (after, before, nearer, name) = best?;
    let detail = format!(
        "these look like {name}: half of them lie within {before:.0} m of a road as they are, within {after:.0} m as {name} ({:.0} % come nearer); \
         nothing was changed: name it, crs = \"{name}\", if that is what they are",
        100.0 * nearer
    );
    Some(Issue::new(stage, file, name, "likely_shifted", detail))
}

/// How far each place is from the nearest road, metres.
fn distances(places: &[Coord<f64>], network: &RoadNetwork) -> Vec<f64> {
    let grid = EdgeGrid::new(network, LinkRules { snap_m: FARTHEST_M, access_speed_m_s: 1.0, min_component: 1 });
    let mut snaps = Snaps::default();
    let distance = |at: &Coord<f64>| {
        grid.snap(*at, &mut snaps);
        snaps.first().map_or(FARTHEST_M, |snap| f64::from(snap.leg_m))
    };
    places.iter().map(distance).collect()
}

fn median(distances: &[f64]) -> f64 {
    let mut sorted = distances.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
