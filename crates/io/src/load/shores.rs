//! Zones parted from the water in them, for cells of people that lie on both.

use catchment::geo::{BooleanOps, Coord, MultiPolygon, unary_union};
use catchment::{Water, Zone, ZoneId};

/// The land of zones, then the water in each, then the water outside all. Without water the zones as they are.
pub(super) struct Shores<'w> {
    water: Water<'w>,
    zones: usize,
    areas: Vec<MultiPolygon<f64>>,
}

/// Ground as [`Shores`] number it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    /// Land of a zone.
    Land(ZoneId),
    /// Water in a zone.
    Water(ZoneId),
    /// Water outside every zone.
    OutsideWater,
}

impl<'w> Shores<'w> {
    /// Parts zones from `polygons` of water, all in metres of the working CRS.
    pub(super) fn new(zones: &[Zone], polygons: &'w [MultiPolygon<f64>]) -> Shores<'w> {
        let water = Water::new(polygons);
        let lands = zones.iter().map(|zone| water.land(&zone.area).unwrap_or_else(|| zone.area.clone()));
        let mut areas: Vec<MultiPolygon<f64>> = lands.collect();
        let wet: Vec<Option<MultiPolygon<f64>>> = zones.iter().map(|zone| water.within(&zone.area)).collect();
        if wet.iter().any(Option::is_some) {
            areas.extend(wet.into_iter().map(|own| own.unwrap_or_else(|| MultiPolygon::new(Vec::new()))));
            let all = unary_union(zones.iter().map(|zone| &zone.area));
            areas.push(unary_union(polygons).difference(&all));
        }
        Shores { water, zones: zones.len(), areas }
    }

    /// All ground in the order of its numbers.
    pub(super) fn areas(&self) -> &[MultiPolygon<f64>] {
        &self.areas
    }

    /// What ground has a number.
    pub(super) fn ground(&self, number: ZoneId) -> Ground {
        match number.index() {
            own if own < self.zones => Ground::Land(number),
            own if own < 2 * self.zones => Ground::Water(ZoneId::at(own - self.zones)),
            _ => Ground::OutsideWater,
        }
    }

    /// The zone of a number, and where people at `at` on that ground are: on its land, unless all that they have is water.
    pub(super) fn settled(&self, number: Option<ZoneId>, at: Coord<f64>) -> (Option<ZoneId>, Coord<f64>) {
        match number.map(|number| self.ground(number)) {
            Some(Ground::Land(zone)) => (Some(zone), self.water.ashore(at, &self.areas[zone.index()])),
            Some(Ground::Water(zone)) => (Some(zone), at),
            Some(Ground::OutsideWater) | None => (None, at),
        }
    }
}
