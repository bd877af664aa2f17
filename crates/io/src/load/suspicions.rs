//! Coordinates that are not what they are said to be: in the wrong order, in the wrong unit, or degrees of a Chinese map service.
//!
//! Facilities stand beside roads. Where more of a file's facilities come nearer to roads once a shift is taken back than chance explains,
//! that is a warning. Nothing is changed by itself: the plan names the CRS.

use std::collections::{BTreeMap, BTreeSet};

use catchment::geo::Coord;
use catchment::{EdgeGrid, Facility, Finding, FindingKind, InputError, LinkRules, RoadNetwork, Snaps, Stage};

use super::Loader;
use super::layer::on_globe;
use crate::crs::{Crs, Projector};
use crate::plan::is_osm;

/// More places tell no more: of more than these, every second or third or so is looked at.
const MOST: usize = 2000;
/// Farther from every road than this counts as this far, metres.
const FARTHEST_M: f64 = 1000.0;
/// Side of a square of places that move together, metres.
const BLOCK_M: f64 = 100.0;
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

/// The shifts that are looked for.
const SERVICES: [&str; 2] = ["gcj02", "bd09"];

/// Warns of places of one source, metres of the working CRS, that lie on the roads when their degrees are taken for shifted ones.
///
/// A sign test: were nothing shifted, a place would come nearer to a road by chance, in half of all cases. Places of a town may all lie away
/// from roads (in the middle of their blocks), and then any shift brings them nearer: so the shift must also do better than the same shift
/// turned by a quarter, a half and three quarters. Neighbours move together and count once. The probability by chance is that of the
/// weakest of these tests, twice, as two services are tried; it must be below `least_p`.
pub(crate) fn shifted(places: &[Coord<f64>], network: &RoadNetwork, projector: &Projector, least_p: f64) -> Option<Suspicion> {
    let places = one_a_block(places);
    let places: Vec<Coord<f64>> = places.iter().step_by(places.len().div_ceil(MOST).max(1)).copied().collect();
    let mut degrees = places.clone();
    projector.inverse(&mut degrees).ok()?;
    let edges = edges_within(network, FARTHEST_M).ok()?;
    let distances = |places: &[Coord<f64>]| road_distances(places, &edges, FARTHEST_M);
    let given = distances(&places);
    let candidate = |name: &'static str| {
        let own: Crs = name.parse().ok()?;
        let mut moved = degrees.clone();
        Projector::new(&own, projector.to()).ok()?.forward(&mut moved).ok()?;
        let found = distances(&moved);
        let turned = |[a, b, c, d]: [f64; 4]| -> Vec<Coord<f64>> {
            let turn = |(was, is): (&Coord<f64>, &Coord<f64>)| {
                let by = *is - *was;
                *was + Coord { x: a * by.x + b * by.y, y: c * by.x + d * by.y }
            };
            places.iter().zip(&moved).map(turn).collect()
        };
        let others = [[0.0, -1.0, 1.0, 0.0], [-1.0, 0.0, 0.0, -1.0], [0.0, 1.0, -1.0, 0.0]].map(|turn| distances(&turned(turn)));
        let chance = others.iter().chain([&given]).map(|other| chance(other, &found)).fold(0.0, f64::max);
        Some((SERVICES.len() as f64 * chance, name, found))
    };
    let (p, name, found) = SERVICES.into_iter().filter_map(candidate).min_by(|a, b| a.0.total_cmp(&b.0)).filter(|best| best.0 < least_p)?;
    let nearer = given.iter().zip(&found).filter(|(given, found)| found < given).count();
    let detail = format!(
        "these look like {name}: {nearer} of {} places come nearer to a road once its shift is taken back (half of them lie within {:.0} m \
         as they are, within {:.0} m as {name}; by chance {}); nothing was changed: name it, crs = \"{name}\", if that is what they are",
        given.len(),
        median(&given),
        median(&found),
        in_probability(p)
    );
    Some(Suspicion { kind: FindingKind::LikelyShifted, detail, swapped: false, crs: Some(name.to_owned()) })
}

/// How probable it is that at least as many places are nearer to a road in `found` than in `other` by chance alone (binomial, one-sided).
fn chance(other: &[f64], found: &[f64]) -> f64 {
    let differ = || other.iter().zip(found).filter(|(other, found)| other != found);
    let (nearer, all) = (differ().filter(|(other, found)| found < other).count(), differ().count());
    // ln C(all, k) from one k to the next
    let (mut ln, mut sum) = (0.0, 0.0);
    for k in 0..=all {
        if k >= nearer {
            sum += f64::exp(ln - all as f64 * std::f64::consts::LN_2);
        }
        ln += ((all - k) as f64 / (k + 1) as f64).ln();
    }
    f64::min(sum, 1.0)
}

fn in_probability(p: f64) -> String {
    if p < 1e-6 { "p < 0.000001".to_owned() } else { format!("p = {p:.6}") }
}

/// The first place of each square of a block's size: those beside it would say the same again.
fn one_a_block(places: &[Coord<f64>]) -> Vec<Coord<f64>> {
    let mut met = BTreeSet::new();
    let square = |at: &Coord<f64>| [at.x, at.y].map(|x| (x / BLOCK_M).floor() as i64);
    places.iter().filter(|at| met.insert(square(at))).copied().collect()
}

/// The edges of a network, to measure distances up to `farthest_m` to.
pub(crate) fn edges_within(network: &RoadNetwork, farthest_m: f64) -> Result<EdgeGrid<'_>, InputError> {
    EdgeGrid::new(network, LinkRules { snap_m: farthest_m, access_speed_m_s: 1.0, min_component: 1 })
}

/// How far each place is from the nearest of the edges, metres, told up to `farthest_m`, for which they were made.
pub(crate) fn road_distances(places: &[Coord<f64>], grid: &EdgeGrid<'_>, farthest_m: f64) -> Vec<f64> {
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
    /// Warns of facilities of tables and layers that look as if they were read in the wrong CRS, all sets of one file together.
    ///
    /// People are not looked at: their points are the middles of quarters, cells and compounds, and nothing says that they stand beside
    /// roads. On the grid of a planned town they even lie in step with it, so that some shift always brings all of them nearer.
    pub(super) fn suspicions(
        &mut self,
        facilities: &BTreeMap<String, Vec<Facility>>,
        network: Option<&RoadNetwork>,
        projector: &Projector,
    ) {
        let Some(network) = network else { return };
        let plan = self.plan;
        let mut sources: BTreeMap<(&str, Option<&str>), Vec<Coord<f64>>> = BTreeMap::new();
        for set in plan.facilities.iter().filter(|set| !is_osm(&set.source)) {
            let places = facilities.get(&set.id).into_iter().flatten().map(|facility| facility.location);
            sources.entry((&set.source, set.columns.crs.as_deref())).or_default().extend(places);
        }
        for ((file, _), places) in sources {
            let found = shifted(&places, network, projector, plan.checks.shifted_p);
            self.findings.extend(found.map(|found| found.finding(Stage::Facilities, file).rows(places.len())));
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

    /// Of ten, eight or more nearer: 56/1024; of sixty, all: 2⁻⁶⁰; of 157, 91 or more, by Python: 0.027547, which is
    /// sum(comb(157, k) for k in range(91, 158)) / 2**157.
    #[test]
    fn the_sign_test_is_the_binomial_tail() {
        let of = |nearer: usize, all: usize| {
            let found: Vec<f64> = (0..all).map(|i| if i < nearer { 1.0 } else { 3.0 }).collect();
            chance(&vec![2.0; all], &found)
        };
        assert!((of(8, 10) - 56.0 / 1024.0).abs() < 1e-12);
        assert!((of(91, 157) - 0.027_547).abs() < 1e-6, "{}", of(91, 157));
        assert!((of(60, 60) / 2f64.powi(-60) - 1.0).abs() < 1e-9);
        assert_eq!((of(0, 10), of(0, 0)), (1.0, 1.0));
        assert!(of(1100, 2000) < 1e-5 && of(1000, 2000) > 0.5);
        // ties say nothing
        assert_eq!(chance(&[2.0, 2.0, 2.0], &[2.0, 2.0, 1.0]), 0.5);
    }

    #[test]
    fn neighbours_count_once() {
        let at = |x: f64, y: f64| Coord { x, y };
        assert_eq!(
            one_a_block(&[at(5.0, 5.0), at(95.0, 5.0), at(105.0, 5.0), at(-5.0, 5.0)]),
            [at(5.0, 5.0), at(105.0, 5.0), at(-5.0, 5.0)]
        );
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
