//! R-tree indexes of points and zones.

use geo::{BoundingRect, Coord, Intersects, MultiPolygon, Rect};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, PointDistance, RTree};

use crate::ids::{DemandId, FacilityId, PlaceId, ZoneId};
use crate::input::{Demand, Facility, Place, Zone};

type Point = GeomWithData<[f64; 2], u32>;

/// An R-tree of points that answers nearest-k, within a radius, and inside a polygon.
///
/// Bulk-loaded once, in O(n log n); immutable. Answers come in a fixed order: by distance, then by id.
///
/// ```
/// use catchment::geo::Coord;
/// use catchment::{Facility, FacilityId, FacilityIndex, FacilityRecord};
///
/// let clinic = |id: &str, x: f64| Facility {
///     id: id.into(),
///     name: String::new(),
///     kind: "clinic".into(),
///     location: Coord { x, y: 0.0 },
///     twins: vec![],
///     vehicles: None,
///     record: FacilityRecord::default(),
/// };
/// let clinics = FacilityIndex::of_facilities(&[clinic("a", 0.0), clinic("b", 300.0), clinic("c", 900.0)]);
/// let here = Coord { x: 200.0, y: 0.0 };
/// assert_eq!(clinics.nearest(here, 1), [(FacilityId(1), 100.0)]);
/// assert_eq!(clinics.within(here, 250.0).len(), 2);
/// ```
#[derive(Debug, Clone)]
pub struct PointIndex<Id> {
    tree: RTree<Point>,
    id: fn(usize) -> Id,
}

/// An R-tree of clinics, ambulance stations or any other facilities.
pub type FacilityIndex = PointIndex<FacilityId>;

/// An R-tree of demand points: population cells, estates, calls.
pub type DemandIndex = PointIndex<DemandId>;

/// An R-tree of named places.
pub type PlaceIndex = PointIndex<PlaceId>;

impl FacilityIndex {
    /// Indexes facilities by their place.
    pub fn of_facilities(facilities: &[Facility]) -> FacilityIndex {
        PointIndex::new(facilities.iter().map(|f| f.location), FacilityId::at)
    }
}

impl DemandIndex {
    /// Indexes demand points.
    pub fn of_demand(demand: &Demand) -> DemandIndex {
        PointIndex::new(demand.locations.iter().copied(), DemandId::at)
    }
}

impl PlaceIndex {
    /// Indexes named places.
    pub fn of_places(places: &[Place]) -> PlaceIndex {
        PointIndex::new(places.iter().map(|p| p.location), PlaceId::at)
    }
}

impl<Id: Copy + Ord> PointIndex<Id> {
    pub(crate) fn new(points: impl Iterator<Item = Coord<f64>>, id: fn(usize) -> Id) -> PointIndex<Id> {
        let rows = points.enumerate().map(|(i, c)| Point::new([c.x, c.y], i as u32)).collect();
        PointIndex { tree: RTree::bulk_load(rows), id }
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.tree.size()
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `k` nearest points and their straight-line distances in metres, nearest first.
    pub fn nearest(&self, at: Coord<f64>, k: usize) -> Vec<(Id, f64)> {
        let query = [at.x, at.y];
        let mut found: Vec<(f64, u32)> = Vec::new();
        for (point, distance_2) in self.tree.nearest_neighbor_iter_with_distance_2(query) {
            // points tied with the k-th all come in, so that the lowest id wins and not the tree's order
            if found.len() >= k && found.last().is_none_or(|(last, _)| distance_2 > *last) {
                break;
            }
            found.push((distance_2, point.data));
        }
        found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found.truncate(k);
        found.into_iter().map(|(distance_2, row)| ((self.id)(row as usize), distance_2.sqrt())).collect()
    }

    /// All points within `radius_m` (inclusive) and their straight-line distances in metres, nearest first.
    pub fn within(&self, at: Coord<f64>, radius_m: f64) -> Vec<(Id, f64)> {
        let query = [at.x, at.y];
        let mut found: Vec<(f64, u32)> =
            self.tree.locate_within_distance(query, radius_m * radius_m).map(|point| (point.distance_2(&query), point.data)).collect();
        found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found.into_iter().map(|(distance_2, row)| ((self.id)(row as usize), distance_2.sqrt())).collect()
    }

    /// Groups of points that lie more than `apart_m` from all others; ids in order, groups by their first.
    pub(crate) fn into_groups(mut self, apart_m: f64) -> Vec<Vec<Id>> {
        let mut places: Vec<(u32, [f64; 2])> = self.tree.iter().map(|point| (point.data, *point.geom())).collect();
        places.sort_unstable_by_key(|(row, _)| *row);
        let mut is_grouped = vec![false; places.len()];
        let mut groups = Vec::new();
        for (first, place) in places {
            if is_grouped[first as usize] {
                continue;
            }
            // each point leaves the tree as soon as its group reaches it, so that none is met twice
            let mut open = vec![place];
            let mut rows: Vec<u32> = Vec::new();
            while let Some(at) = open.pop() {
                for point in self.tree.drain_within_distance(at, apart_m * apart_m) {
                    is_grouped[point.data as usize] = true;
                    rows.push(point.data);
                    open.push(*point.geom());
                }
            }
            rows.sort_unstable();
            groups.push(rows.into_iter().map(|row| (self.id)(row as usize)).collect());
        }
        groups
    }

    /// All points in a box, in no order.
    pub(crate) fn in_box(&self, bounds: Rect<f64>) -> impl Iterator<Item = Id> {
        let envelope = AABB::from_corners(bounds.min().into(), bounds.max().into());
        self.tree.locate_in_envelope(envelope).map(|point| (self.id)(point.data as usize))
    }

    /// All points inside `polygon` or on its border, by id.
    pub fn inside(&self, polygon: &MultiPolygon<f64>) -> Vec<Id> {
        let Some(bounds) = polygon.bounding_rect() else { return Vec::new() };
        let envelope = AABB::from_corners(bounds.min().into(), bounds.max().into());
        let mut found: Vec<Id> = self
            .tree
            .locate_in_envelope(envelope)
            .filter(|point| polygon.intersects(&Coord::from(*point.geom())))
            .map(|point| (self.id)(point.data as usize))
            .collect();
        found.sort_unstable();
        found
    }
}

/// An R-tree of polygons' boxes.
#[derive(Debug)]
pub(crate) struct BoxIndex(RTree<GeomWithData<Rectangle<[f64; 2]>, u32>>);

impl BoxIndex {
    /// Indexes polygons by their boxes.
    pub(crate) fn new(polygons: &[MultiPolygon<f64>]) -> BoxIndex {
        let boxes = polygons.iter().enumerate().filter_map(|(i, polygon)| {
            let bounds = polygon.bounding_rect()?;
            Some(GeomWithData::new(Rectangle::from_corners(bounds.min().into(), bounds.max().into()), i as u32))
        });
        BoxIndex(RTree::bulk_load(boxes.collect()))
    }

    /// Positions of the polygons whose boxes meet `bounds`, in order.
    pub(crate) fn meeting(&self, bounds: Rect<f64>) -> Vec<usize> {
        let envelope = AABB::from_corners(bounds.min().into(), bounds.max().into());
        let mut meeting: Vec<usize> = self.0.locate_in_envelope_intersecting(envelope).map(|b| b.data as usize).collect();
        meeting.sort_unstable();
        meeting
    }
}

/// An R-tree of zones that tells which one a place lies in.
#[derive(Debug)]
pub struct ZoneIndex<'z> {
    tree: RTree<GeomWithData<Rectangle<[f64; 2]>, u32>>,
    zones: &'z [Zone],
}

impl<'z> ZoneIndex<'z> {
    /// Indexes zones by their boxes.
    pub fn new(zones: &'z [Zone]) -> ZoneIndex<'z> {
        let boxes = zones.iter().enumerate().filter_map(|(i, zone)| {
            let bounds = zone.area.bounding_rect()?;
            Some(GeomWithData::new(Rectangle::from_corners(bounds.min().into(), bounds.max().into()), i as u32))
        });
        ZoneIndex { tree: RTree::bulk_load(boxes.collect()), zones }
    }

    /// The zone that `at` lies in or on the border of; the lowest id where several hold it.
    pub fn locate(&self, at: Coord<f64>) -> Option<ZoneId> {
        let mut candidates: Vec<u32> = self.tree.locate_all_at_point([at.x, at.y]).map(|zone_box| zone_box.data).collect();
        candidates.sort_unstable();
        candidates.into_iter().find(|&i| self.zones[i as usize].area.intersects(&at)).map(ZoneId)
    }

    /// Zones whose boxes meet `bounds`, with their boxes.
    pub(crate) fn meeting(&self, bounds: Rect<f64>) -> impl Iterator<Item = (ZoneId, Rect<f64>)> {
        let envelope = AABB::from_corners(bounds.min().into(), bounds.max().into());
        self.tree.locate_in_envelope_intersecting(envelope).map(|zone_box| {
            let (low, high) = (zone_box.geom().lower(), zone_box.geom().upper());
            (ZoneId(zone_box.data), Rect::new(Coord::from(low), Coord::from(high)))
        })
    }

    /// Zones of a lower id whose boxes meet that of a zone, in order.
    pub fn before(&self, zone: ZoneId) -> Vec<ZoneId> {
        let Some(bounds) = self.zones[zone.index()].area.bounding_rect() else { return Vec::new() };
        let mut before: Vec<ZoneId> = self.meeting(bounds).map(|(other, _)| other).filter(|other| *other < zone).collect();
        before.sort_unstable();
        before
    }
}

#[cfg(test)]
mod tests {
    use geo::coord;

    use super::*;

    fn grid() -> DemandIndex {
        let locations = (0..100).map(|i| coord! { x: f64::from(i % 10), y: f64::from(i / 10) }).collect();
        DemandIndex::of_demand(&Demand { locations, ..Demand::default() })
    }

    #[test]
    fn ties_go_to_the_lowest_id() {
        let nearest = grid().nearest(coord! { x: 4.5, y: 4.5 }, 2);
        assert_eq!(nearest.iter().map(|(id, _)| id.0).collect::<Vec<_>>(), [44, 45]);
    }

    #[test]
    fn a_radius_is_inclusive() {
        assert_eq!(grid().within(coord! { x: 5.0, y: 5.0 }, 1.0).len(), 5);
        assert_eq!(grid().within(coord! { x: 5.0, y: 5.0 }, 0.999).len(), 1);
    }

    #[test]
    fn groups_are_chains_of_near_points() {
        let at = |x: f64| coord! { x: x, y: 0.0 };
        let places = [0.0, 100.0, 2.0, 1.0, 100.0, 50.0, 2.0, 101.1].map(at);
        let groups = PointIndex::new(places.into_iter(), DemandId::at).into_groups(1.0);
        assert_eq!(groups, [vec![0, 2, 3, 6], vec![1, 4], vec![5], vec![7]].map(|rows| rows.into_iter().map(DemandId).collect::<Vec<_>>()));
    }

    #[test]
    fn a_border_belongs_to_its_polygon() {
        let square = MultiPolygon::from(Rect::new((2.0, 2.0), (3.0, 3.0)).to_polygon());
        assert_eq!(grid().inside(&square), [22, 23, 32, 33].map(DemandId));
    }

    #[test]
    fn a_shared_border_belongs_to_the_lower_zone() {
        let zone = |x: f64| Zone {
            id: x.to_string(),
            name: String::new(),
            area: MultiPolygon::from(Rect::new((x, 0.0), (x + 1.0, 1.0)).to_polygon()),
            people: None,
            class: None,
        };
        let zones = [zone(0.0), zone(1.0)];
        let index = ZoneIndex::new(&zones);
        assert_eq!(index.locate(coord! { x: 1.0, y: 0.5 }), Some(ZoneId(0)));
        assert_eq!(index.locate(coord! { x: 1.5, y: 0.5 }), Some(ZoneId(1)));
        assert_eq!(index.locate(coord! { x: 2.5, y: 0.5 }), None);
        assert_eq!((index.before(ZoneId(0)), index.before(ZoneId(1))), (vec![], vec![ZoneId(0)]));
    }
}
