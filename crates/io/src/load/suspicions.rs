//! Coordinates that are not what they are said to be: in the wrong order, in the wrong unit, or degrees of a Chinese map service.
//!
//! Facilities stand beside roads. Where most of a set lie much nearer to roads once a shift is taken back, that is said. Nothing is changed
//! by itself: the plan names the CRS.

use std::collections::BTreeMap;

use catchment::geo::Coord;
use catchment::{Demand, EdgeGrid, Facility, Finding, FindingKind, LinkRules, RoadNetwork, Snaps, Stage};

use super::Loader;
use super::layer::on_globe;
use crate::crs::{Crs, Projector};
use crate::plan::{PeopleMethod, is_osm};

/// Fewer places tell nothing of a shift.
const FEWEST: usize = 8;
/// More places tell no more: of more than these, every second or third or so is looked at.
const MOST: usize = 2000;
/// Farther from every road than this counts as this far, metres.
const FARTHEST_M: f64 = 1000.0;
/// So many of the places must come nearer, and their median distance must fall to this share.
const NEARER: f64 = 0.7;
const SHARE: f64 = 0.6;
/// So many of the places must look alike before anything is said of their order or unit.
const ALIKE: f64 = 0.9;

/// What places look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suspicion {
    kind: FindingKind,
    detail: String,
    /// Whether x and y are to be swapped.
    pub swapped: bool,
    /// The CRS that they look like, where one can be named.
    pub crs: Option<String>,
}

impl Suspicion {
    pub(crate) fn finding(&self, stage: Stage, file: &str) -> Finding {
        Finding::new(stage, file, self.crs.as_deref().unwrap_or_default(), self.kind, self.detail.clone())
    }
}

/// What the coordinates of a file, as they are written, look like against what they are said to be.
pub(crate) fn suspicion(places: &[Coord<f64>], crs: &Crs) -> Option<Suspicion> {
    let first = *places.first()?;
    let most = |looks: fn(Coord<f64>) -> bool| places.iter().filter(|at| looks(**at)).count() as f64 >= ALIKE * places.len() as f64;
    let found = |kind, detail: &str, swapped| Some(Suspicion { kind, detail: detail.to_owned(), swapped, crs: None });
    if crs.is_geographic() {
        return if most(on_globe) {
            None
        } else if most(|at| on_globe(turned(at))) {
            found(FindingKind::Swapped, "x and y look swapped: latitudes stand where longitudes should", true)
        } else {
            Some(metres(first))
        };
    }
    if most(on_globe) {
        let detail = format!("these look like degrees, but their CRS is {crs}: name the one that they have, crs = \"EPSG:4326\"");
        return Some(Suspicion { kind: FindingKind::DegreesInMetres, detail, swapped: false, crs: Some("EPSG:4326".to_owned()) });
    }
    if most(|at| is_northing(at.x) && is_easting(at.y)) {
        return found(
            FindingKind::Swapped,
            "x and y look swapped: northings stand where eastings should, as surveys in China have them",
            true,
        );
    }
    None
}

fn turned(at: Coord<f64>) -> Coord<f64> {
    Coord { x: at.y, y: at.x }
}

fn is_easting(metres: f64) -> bool {
    (1e5..9e5).contains(&metres)
}

fn is_northing(metres: f64) -> bool {
    (1.5e6..6.5e6).contains(&metres)
}

/// Which metres these may be, which are said to be degrees.
fn metres(at: Coord<f64>) -> Suspicion {
    let found =
        |what: String, swapped, crs| Suspicion { kind: FindingKind::MetresInDegrees, detail: format!("no degrees; {what}"), swapped, crs };
    if at.x.abs() < 6e4 && at.y.abs() < 6e4 {
        let what = "metres around 0, as of a city's own grid (上海平面坐标系 and the like): fit it from control points, [grids]";
        return found(what.to_owned(), false, None);
    }
    let swapped = is_northing(at.x) && !is_northing(at.y);
    let (at, order) = if swapped { (turned(at), ", x and y swapped") } else { (at, "") };
    let zone = (at.x / 1e6).floor();
    let prefixed = is_northing(at.y) && is_easting(at.x - zone * 1e6);
    match zone as i64 {
        // EPSG 4513 to 4533: CGCS2000 / 3-degree Gauss-Kruger zone 25 to 45; 4491 to 4501: / Gauss-Kruger zone 13 to 23
        zone @ 25..=45 if prefixed => {
            let crs = format!("EPSG:{}", 4488 + zone);
            found(format!("Gauss–Krüger metres with the zone {zone} before them{order}: crs = \"{crs}\""), swapped, Some(crs))
        }
        zone @ 13..=23 if prefixed => {
            let crs = format!("EPSG:{}", 4478 + zone);
            let what =
                format!("Gauss–Krüger metres with the zone {zone} before them{order} (crs = \"{crs}\"), or Web Mercator (\"EPSG:3857\")");
            found(what, swapped, Some(crs))
        }
        0 if is_easting(at.x) && is_northing(at.y) => {
            let what = format!(
                "metres of UTM or Gauss–Krüger without a zone{order}: name it, crs = \"EPSG:326…\" (UTM) or \"EPSG:45…\" (CGCS2000)"
            );
            found(what, swapped, None)
        }
        _ => found("metres of some CRS: name it, crs = \"EPSG:…\"".to_owned(), false, None),
    }
}

/// Warns of a set of places, metres of the working CRS, that lie on the roads when their degrees are taken for shifted ones.
pub(crate) fn shifted(places: &[Coord<f64>], network: &RoadNetwork, projector: &Projector) -> Option<Suspicion> {
    if places.len() < FEWEST {
        return None;
    }
    let places: Vec<Coord<f64>> = places.iter().step_by(places.len().div_ceil(MOST)).copied().collect();
    let mut degrees = places.clone();
    projector.inverse(&mut degrees).ok()?;
    let given = road_distances(&places, network, FARTHEST_M);
    let candidate = |name: &'static str| {
        let own: Crs = name.parse().ok()?;
        let mut moved = degrees.clone();
        Projector::new(&own, projector.to()).ok()?.forward(&mut moved).ok()?;
        let found = road_distances(&moved, network, FARTHEST_M);
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
    Some(Suspicion { kind: FindingKind::LikelyShifted, detail, swapped: false, crs: Some(name.to_owned()) })
}

/// How far each place is from the nearest road, metres, told up to `farthest_m`.
pub(crate) fn road_distances(places: &[Coord<f64>], network: &RoadNetwork, farthest_m: f64) -> Vec<f64> {
    let grid = EdgeGrid::new(network, LinkRules { snap_m: farthest_m, access_speed_m_s: 1.0, min_component: 1 });
    let mut snaps = Snaps::default();
    let distance = |at: &Coord<f64>| {
        grid.snap(*at, &mut snaps);
        snaps.first().map_or(farthest_m, |snap| f64::from(snap.leg_m))
    };
    places.iter().map(distance).collect()
}

fn median(distances: &[f64]) -> f64 {
    let mut sorted = distances.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

impl Loader<'_> {
    /// Warns of places of tables and layers that look as if they were read in the wrong CRS.
    pub(super) fn suspicions(
        &mut self,
        facilities: &BTreeMap<String, Vec<Facility>>,
        demand: &Demand,
        network: Option<&RoadNetwork>,
        projector: &Projector,
    ) {
        let Some(network) = network else { return };
        let plan = self.plan;
        for set in plan.facilities.iter().filter(|set| !is_osm(&set.source)) {
            let places: Vec<Coord<f64>> = facilities.get(&set.id).into_iter().flatten().map(|facility| facility.location).collect();
            self.findings.extend(shifted(&places, network, projector).map(|found| found.finding(Stage::Facilities, &set.source)));
        }
        if let (PeopleMethod::Points, Some(file)) = (plan.people.method, &plan.people.source) {
            self.findings.extend(shifted(&demand.locations, network, projector).map(|found| found.finding(Stage::People, file)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(places: &[(f64, f64)], crs: &str) -> Option<Suspicion> {
        let places: Vec<Coord<f64>> = places.iter().map(|(x, y)| Coord { x: *x, y: *y }).collect();
        suspicion(&places, &crs.parse().unwrap())
    }

    #[test]
    fn coordinates_that_are_not_what_they_are_said_to_be() {
        let wgs84 = "EPSG:4326";
        assert_eq!(looks(&[(121.4, 31.1)], wgs84), None);
        assert_eq!(looks(&[(631_742.9, 3_444_212.3)], "EPSG:4549"), None);
        assert_eq!(looks(&[], wgs84), None);
        for (place, crs, kind, part) in [
            ((31.1, 121.4), wgs84, FindingKind::Swapped, "latitudes"),
            ((3_444_212.3, 631_742.9), "EPSG:4549", FindingKind::Swapped, "northings"),
            ((121.4, 31.1), "EPSG:4549", FindingKind::DegreesInMetres, "EPSG:4326"),
            ((631_742.9, 3_444_212.3), wgs84, FindingKind::MetresInDegrees, "without a zone"),
            // zone 40 of three degrees is EPSG:4528, zone 21 of six is EPSG:4499
            ((40_631_742.9, 3_444_212.3), wgs84, FindingKind::MetresInDegrees, "EPSG:4528"),
            ((21_346_000.0, 3_444_212.3), wgs84, FindingKind::MetresInDegrees, "EPSG:4499"),
            ((3_444_212.3, 40_631_742.9), wgs84, FindingKind::MetresInDegrees, "swapped: crs = \"EPSG:4528\""),
            ((-1200.0, 8400.0), wgs84, FindingKind::MetresInDegrees, "a city's own grid"),
        ] {
            let found = looks(&[place], crs).unwrap();
            assert!(found.kind == kind && found.detail.contains(part), "{place:?}: {found:?}");
            // what can be named is named apart, too
            assert_eq!(found.crs.is_some(), found.detail.contains("crs = \"EPSG:4") && !found.detail.contains('…'), "{found:?}");
            assert_eq!(found.swapped, found.detail.contains("swapped"), "{found:?}");
        }
    }
}
