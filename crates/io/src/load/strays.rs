//! Zones that lie far from all others: a wrong coordinate, a zone of another place, or an island that is meant.
//!
//! They are looked at in degrees, before a working CRS is chosen: the box around all zones decides which one, and how much ground is cut
//! into cells.

mod degree_boxes;

use catchment::geo::{BoundingRect, Coord, MultiPolygon, Rect};
use catchment::{Checks, Finding, FindingKind, MOST_CELLS, Severity, Stage, Zone};

use super::Loader;
use super::rings::length;
use crate::crs::{AutoCrs, Projector, geodesic_length_m};
use crate::error::Error;
use degree_boxes::{farthest, groups, joined};

/// A box around a study that is so many times wider with its strays than without is absurd…
const TIMES_WIDER: f64 = 10.0;
/// …where it is also wider than this, m: no plane shows both ends true any more.
const WIDE_M: f64 = 1_000_000.0;

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
        let (rows, boxes): (Vec<usize>, Vec<Rect<f64>>) =
            zones.iter().enumerate().filter_map(|(row, zone)| Some((row, zone.area.bounding_rect()?))).unzip();
        let groups = groups(&boxes, apart_m);
        let most = groups.iter().max_by_key(|group| (group.len(), std::cmp::Reverse(group.first().copied())))?;
        let (main, far): (Vec<usize>, Vec<usize>) = (0..boxes.len()).partition(|place| most.binary_search(place).is_ok());
        let of = |places: &[usize]| places.iter().map(|place| boxes[*place]).collect::<Vec<Rect<f64>>>();
        let (place, metres) = farthest(&of(&far), &of(&main))?;
        let around = [of(&main).into_iter().reduce(joined)?, boxes.iter().copied().reduce(joined)?];
        let rows: Vec<usize> = far.into_iter().map(|place| rows[place]).collect();
        Some(Strays { farthest: (rows[place], metres), rows, boxes: around })
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

/// Width and height of a box of degrees, m, the width along its middle.
fn sides(own: &Rect<f64>) -> [f64; 2] {
    let middle = own.center();
    let height = geodesic_length_m(Coord { x: 0.0, y: own.min().y }, Coord { x: 0.0, y: own.max().y });
    // along a parallel, not the shorter way over a pole
    let degree = geodesic_length_m(Coord { x: 0.0, y: middle.y }, Coord { x: 1.0, y: middle.y });
    [degree * own.width(), height]
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
}
