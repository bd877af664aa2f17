//! Which ring is a hole in which.

use geo::{LineString, MultiPolygon, Polygon};

use super::segments::Role;
use super::trace::Ring;
use crate::osm::model::{ObjectId, Warning, WarningKind};
use crate::osm::positions::Position;

/// Joins rings to polygons. The rings do not cross. A role that contradicts the place of its ring wins, which means that the
/// ring changes nothing: an outer ring on ground that is area already, an inner ring on ground that is none.
pub(super) fn polygons(object: ObjectId, rings: Vec<Ring>, warnings: &mut Vec<Warning>) -> MultiPolygon<f64> {
    let mut placed: Vec<Placed> = rings.into_iter().map(Placed::new).collect();
    // Parents come before children.
    placed.sort_by_key(|ring| (std::cmp::Reverse(ring.area.abs()), ring.ring.way));
    let mut polygons: Vec<(LineString<f64>, Vec<LineString<f64>>)> = Vec::new();
    for i in 0..placed.len() {
        let (before, rest) = placed.split_at_mut(i);
        let ring = &mut rest[0];
        let parent = before.iter().rev().find(|outer| outer.encloses(ring));
        let around = parent.and_then(|parent| parent.polygon);
        let fills = match ring.ring.role {
            Role::Outer => true,
            Role::Inner => false,
            Role::Open => around.is_none(),
        };
        ring.polygon = match (fills, around) {
            (true, None) => {
                polygons.push((ring.line(true), Vec::new()));
                Some(polygons.len() - 1)
            }
            (false, Some(polygon)) => {
                polygons[polygon].1.push(ring.line(false));
                None
            }
            (_, unchanged) => {
                warnings.push(ring.conflict(object));
                unchanged
            }
        };
    }
    let polygons = polygons.into_iter();
    polygons.map(|(outer, holes)| Polygon::new(outer, holes)).collect()
}

struct Placed {
    ring: Ring,
    /// Twice the enclosed area in square 10⁻⁷ degrees, positive when the ring runs counter-clockwise.
    area: i128,
    /// West, east, south and north end.
    extent: [i32; 4],
    /// The polygon that the ground just inside belongs to.
    polygon: Option<usize>,
}

impl Placed {
    fn new(ring: Ring) -> Self {
        let area =
            edges(&ring.places).map(|(a, b)| i128::from(a.lon_e7) * i128::from(b.lat_e7) - i128::from(b.lon_e7) * i128::from(a.lat_e7));
        let lons = ring.places.iter().map(|place| place.lon_e7);
        let lats = ring.places.iter().map(|place| place.lat_e7);
        Placed {
            area: area.sum(),
            extent: [lons.clone().min().unwrap_or(0), lons.max().unwrap_or(0), lats.clone().min().unwrap_or(0), lats.max().unwrap_or(0)],
            polygon: None,
            ring,
        }
    }

    /// Whether the other ring, which does not cross this one, lies inside.
    fn encloses(&self, other: &Placed) -> bool {
        let [west, east, south, north] = self.extent;
        let [other_west, other_east, other_south, other_north] = other.extent;
        let extent_fits = west <= other_west && other_east <= east && south <= other_south && other_north <= north;
        // Rings may share places but not segments, so the middle of a segment is on one ring only.
        let middle = edges(&other.ring.places).next().map(|(a, b)| {
            let lon = i64::from(a.lon_e7) + i64::from(b.lon_e7);
            (lon, i64::from(a.lat_e7) + i64::from(b.lat_e7))
        });
        extent_fits && middle.is_some_and(|middle| self.holds(middle))
    }

    /// Whether the place, in doubled coordinates, is inside.
    fn holds(&self, (x, y): (i64, i64)) -> bool {
        let crossed = edges(&self.ring.places).filter(|(a, b)| {
            let (ax, ay) = (2 * i64::from(a.lon_e7), 2 * i64::from(a.lat_e7));
            let (bx, by) = (2 * i64::from(b.lon_e7), 2 * i64::from(b.lat_e7));
            let side = i128::from(bx - ax) * i128::from(y - ay) - i128::from(by - ay) * i128::from(x - ax);
            (ay > y) != (by > y) && if by > ay { side < 0 } else { side > 0 }
        });
        crossed.count() % 2 == 1
    }

    fn line(&self, counter_clockwise: bool) -> LineString<f64> {
        let mut line: Vec<_> = self.ring.places.iter().map(|place| place.coord()).collect();
        if (self.area > 0) != counter_clockwise {
            line.reverse();
        }
        line.extend(line.first().copied());
        LineString(line)
    }

    fn conflict(&self, object: ObjectId) -> Warning {
        let Ring { places, role, way } = &self.ring;
        let role = match role {
            Role::Outer => "outer, but lies in the area already",
            Role::Inner => "inner, but lies in no outer ring",
            Role::Open => "none",
        };
        let place = places.iter().min().map(|place| place.coord()).unwrap_or_default();
        let detail = format!("the ring of way {way} at {} {} has the role {role}", place.x, place.y);
        Warning::new(object.kind, object.id, WarningKind::RoleConflict, detail)
    }
}

fn edges(places: &[Position]) -> impl Iterator<Item = (Position, Position)> {
    let ends = places.iter().cycle().skip(1);
    places.iter().copied().zip(ends.copied())
}
