//! Zones that lie far from all others: a wrong coordinate, a zone of another place, or an island that is meant.
//!
//! They are looked at in degrees, before a working CRS is chosen: the box around all zones decides which one, and how much ground is cut
//! into cells.

use catchment::geo::{BoundingRect, Coord, MultiPolygon, Rect};
use catchment::{Checks, Finding, FindingKind, MOST_CELLS, Severity, Stage, Zone};
use petgraph::unionfind::UnionFind;

use super::Loader;
use super::rings::length;
use crate::crs::{AutoCrs, Projector, geodesic_length_m};
use crate::error::Error;

/// A box around a study that is so many times wider with its strays than without is absurd…
const TIMES_WIDER: f64 = 10.0;
/// …where it is also wider than this, m: no plane shows both ends true any more.
const WIDE_M: f64 = 1_000_000.0;
/// Metres in a degree of latitude, at the least: what is farther apart in latitude alone need not be measured.
const LEAST_DEGREE_M: f64 = 110_000.0;

/// Zones apart from most others.
#[derive(Debug, Clone, PartialEq)]
struct Strays {
    /// Their places in the list of zones.
    rows: Vec<usize>,
    /// The farthest of them, and how far it lies from the nearest other zone that is no stray, m.
    farthest: (usize, f64),
    /// The box around the other zones, and around all of them.
    boxes: [Rect<f64>; 2],
}

impl Strays {
    /// Zones that are farther than `apart_m` from the largest group of zones that are not.
    fn of(zones: &[Zone], apart_m: f64) -> Option<Strays> {
        let boxes: Vec<(usize, Rect<f64>)> =
            zones.iter().enumerate().filter_map(|(i, zone)| Some((i, zone.area.bounding_rect()?))).collect();
        let groups = groups(&boxes, apart_m);
        let most = groups.iter().max_by_key(|group| (group.len(), std::cmp::Reverse(group.first().copied())))?;
        let [main, far] = [true, false].map(|main| {
            let own = (0..boxes.len()).filter(|i| most.binary_search(i).is_ok() == main);
            own.map(|i| boxes[i]).collect::<Vec<(usize, Rect<f64>)>>()
        });
        let distance = |own: &Rect<f64>| main.iter().map(|(_, other)| apart(own, other)).fold(f64::INFINITY, f64::min);
        let farthest = far.iter().map(|(row, own)| (*row, distance(own))).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        let around = |all: &mut dyn Iterator<Item = Rect<f64>>| all.reduce(joined);
        let boxes = [around(&mut main.iter().map(|own| own.1))?, around(&mut boxes.iter().map(|own| own.1))?];
        Some(Strays { rows: far.into_iter().map(|(row, _)| row).collect(), farthest, boxes })
    }

    /// Whether the study's box is absurd because of them: more ground than can be cut into cells, or than any plane shows true.
    fn absurd(&self, cell_m: f64) -> bool {
        let [[own_width, own_height], [width, height]] = self.boxes.map(|own| sides(&own));
        let cells = |width: f64, height: f64| (width / cell_m + 1.0) * (height / cell_m + 1.0);
        let too_many = |width, height| cells(width, height) > MOST_CELLS as f64;
        let (own, all) = (own_width.hypot(own_height), width.hypot(height));
        (too_many(width, height) && !too_many(own_width, own_height)) || (all > WIDE_M && all > TIMES_WIDER * own)
    }

    fn finding(&self, zones: &[Zone], file: &str, error: bool) -> Finding {
        let (row, metres) = self.farthest;
        let names: Vec<&str> = self.rows.iter().take(3).map(|row| zones[*row].name.as_str()).collect();
        let more = if self.rows.len() > names.len() { " …" } else { "" };
        let [[own_width, own_height], [width, height]] = self.boxes.map(|own| sides(&own).map(|side| side / 1000.0));
        let what = match self.rows.len() {
            1 => format!("the zone {} lies {} from all others", names.join(""), length(metres)),
            all => {
                let far = length(metres);
                format!(
                    "{all} of {} zones ({}{more}) lie apart from all others, {} the farthest, {far} away",
                    zones.len(),
                    names.join(", "),
                    zones[row].name
                )
            }
        };
        let them = if self.rows.len() == 1 { "it" } else { "them" };
        let detail = format!(
            "{what}: with {them} the study's box is {width:.0} × {height:.0} km, without {them} {own_width:.0} × {own_height:.0} km{}",
            if error { "; no working CRS or no ground grid fits such a box" } else { "" }
        );
        let found = Finding::new(Stage::Zones, file, &zones[row].id, FindingKind::ZoneFarAway, detail);
        let severity = if error { Severity::Error } else { Severity::Warning };
        found.severity(severity).rows(self.rows.len()).sized(metres)
    }
}

/// Groups of boxes (places in the list, ascending) whose gaps are all wider than `apart_m`.
fn groups(boxes: &[(usize, Rect<f64>)], apart_m: f64) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..boxes.len()).collect();
    order.sort_by(|a, b| boxes[*a].1.min().y.total_cmp(&boxes[*b].1.min().y));
    let mut near: UnionFind<usize> = UnionFind::new(boxes.len());
    // of the boxes that begin farther south, those that may still be near
    let mut open: Vec<usize> = Vec::new();
    for &next in &order {
        let own = boxes[next].1;
        open.retain(|other| own.min().y - boxes[*other].1.max().y <= apart_m / LEAST_DEGREE_M);
        for &other in &open {
            if !near.equiv(other, next) && apart(&boxes[other].1, &own) <= apart_m {
                near.union(other, next);
            }
        }
        open.push(next);
    }
    let mut groups: std::collections::BTreeMap<usize, Vec<usize>> = std::collections::BTreeMap::new();
    for i in 0..boxes.len() {
        groups.entry(near.find(i)).or_default().push(i);
    }
    groups.into_values().collect()
}

/// The length of the gap between two boxes of degrees, m; across the 180th meridian where that is shorter.
fn apart(a: &Rect<f64>, b: &Rect<f64>) -> f64 {
    let gap = |a: [f64; 2], b: [f64; 2]| (b[0] - a[1]).max(a[0] - b[1]).max(0.0);
    let [x, other] = [[a.min().x, a.max().x], [b.min().x, b.max().x]];
    let turned = |by: f64| gap(x, other.map(|x| x + by));
    let width = turned(0.0).min(turned(360.0)).min(turned(-360.0));
    let height = gap([a.min().y, a.max().y], [b.min().y, b.max().y]);
    // the parallel on which both lie, or the nearest to the equator's other side of the gap
    let [low, high] = [a.min().y.max(b.min().y), a.max().y.min(b.max().y)];
    let base = if low.abs() > high.abs() { low } else { high };
    let other = base + if base > 0.0 { -height } else { height };
    geodesic_length_m(Coord { x: 0.0, y: base.clamp(-90.0, 90.0) }, Coord { x: width, y: other.clamp(-90.0, 90.0) })
}

/// Width and height of a box of degrees, m, the width along its middle.
fn sides(own: &Rect<f64>) -> [f64; 2] {
    let middle = own.center();
    let height = geodesic_length_m(Coord { x: 0.0, y: own.min().y }, Coord { x: 0.0, y: own.max().y });
    // along a parallel, not the shorter way over a pole
    let degree = geodesic_length_m(Coord { x: 0.0, y: middle.y }, Coord { x: 1.0, y: middle.y });
    [degree * own.width(), height]
}

fn joined(a: Rect<f64>, b: Rect<f64>) -> Rect<f64> {
    let low = (a.min().x.min(b.min().x), a.min().y.min(b.min().y));
    Rect::new(low, (a.max().x.max(b.max().x), a.max().y.max(b.max().y)))
}

fn accepted(finding: &Finding, checks: &Checks) -> bool {
    !checks.judged(finding.clone()).is_error()
}

impl Loader<'_> {
    /// The working CRS for the zones. Zones that lie far from all others are a finding; where they leave no CRS or no ground to work with,
    /// an error, and then their ground is taken away so that everything else is checked all the same.
    pub(super) fn placed_zones(&mut self, zones: &mut [Zone]) -> Result<(AutoCrs, Projector), Error> {
        let checks = &self.plan.checks;
        let Some(strays) = Strays::of(zones, checks.zone_far_m) else { return self.working_crs(zones) };
        let before = self.findings.len();
        let tried = self.working_crs(zones);
        let error = tried.is_err() || strays.absurd(self.plan.ground.cell_m);
        let finding = strays.finding(zones, &self.plan.zones.source, error);
        let stays = accepted(&finding, &self.plan.checks);
        if stays {
            self.findings.push(finding);
            return tried;
        }
        self.findings.truncate(before);
        self.findings.push(finding);
        strays.rows.iter().for_each(|row| zones[*row].area = MultiPolygon::new(Vec::new()));
        self.working_crs(zones)
    }
}

#[cfg(test)]
mod tests {
    use catchment::geo::Polygon;

    use super::*;

    /// A square of 0.02° whose south-western corner is this.
    fn zone(name: &str, x: f64, y: f64) -> Zone {
        let area: Polygon<f64> = Rect::new((x, y), (x + 0.02, y + 0.02)).to_polygon();
        Zone { id: name.to_owned(), name: name.to_owned(), area: area.into(), people: None, class: None }
    }

    fn strays(places: &[(f64, f64)]) -> Option<Strays> {
        let zones: Vec<Zone> = places.iter().enumerate().map(|(i, (x, y))| zone(&i.to_string(), *x, *y)).collect();
        Strays::of(&zones, 50_000.0)
    }

    #[test]
    fn neighbours_are_no_strays_nor_are_islands_in_a_row() {
        assert_eq!(strays(&[(9.0, 0.0)]), None);
        assert_eq!(strays(&[(9.0, 0.0), (9.02, 0.0), (9.3, 0.1)]), None);
        // 0.38° of the equator, 42 km, from each to the next
        assert_eq!(strays(&[(9.0, 0.0), (9.4, 0.0), (9.8, 0.0), (10.2, 0.0)]), None);
        // on both sides of the 180th meridian
        assert_eq!(strays(&[(179.9, -17.0), (-179.9, -17.0)]), None);
    }

    #[test]
    fn two_zones_that_share_a_mistake_are_both_strays() {
        let found = strays(&[(9.0, 0.0), (19.0, 0.0), (9.02, 0.0), (19.02, 0.0), (9.04, 0.0)]).unwrap();
        assert_eq!(found.rows, [1, 3]);
        assert_eq!(found.farthest.0, 3);
        // from 9.06° to 19.02° of the equator, 111,319.49 m each
        assert!((found.farthest.1 - 9.96 * 111_319.49).abs() < 1.0, "{found:?}");
    }

    #[test]
    fn boxes_are_absurd_where_no_plane_or_no_grid_fits() {
        let with = |x: f64, y: f64| strays(&[(9.0, 0.0), (9.02, 0.0), (x, y)]).unwrap();
        // 1° away: 100 km, at 25 m 5,000 × 5,000 cells at the most
        assert!(!with(10.0, 1.0).absurd(25.0));
        // at 5 m 22,700 × 22,600 = 513 million
        assert!(with(10.0, 1.0).absurd(5.0));
        // half around the equator: few cells, but no plane
        assert!(with(60.0, 0.0).absurd(25.0));
    }

    /// A degree of the 60th parallel is 55,800.0 m long (Rapp, Geometric Geodesy: a cos φ / √(1 − e² sin² φ) · π/180).
    #[test]
    fn gaps_are_measured_where_they_are() {
        let [a, b] = [Rect::new((10.0, 59.99), (10.1, 60.0)), Rect::new((11.1, 59.99), (11.2, 60.01))];
        let found = apart(&a, &b);
        assert!((found - 55_800.0).abs() < 30.0, "{found}");
        assert_eq!(apart(&a, &a), 0.0);
    }
}
