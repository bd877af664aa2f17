//! Zones whose longitude and latitude are in each other's place: the roads lie in them once the zones are swapped.

use catchment::geo::{BoundingRect, Coord, Intersects, Rect};
use catchment::{Finding, FindingKind, Stage, Zone};

use super::Loader;
use crate::plan::is_osm;

impl Loader<'_> {
    /// The error that all zones, still in degrees, have x and y swapped: no road lies in their box as they are written, and some do where it is
    /// swapped. Zones of extracts and roads of prepared networks are left out: the first have no columns to swap, the second no degrees.
    pub(super) fn zones_swapped(&self, zones: &[Zone]) -> Option<Finding> {
        let file = self.plan.zones.source.as_str();
        if is_osm(file) {
            return None;
        }
        let roads = self.osm.get(&self.plan.roads.source).or(self.lines.as_ref())?;
        let boxes = zones.iter().filter_map(|zone| zone.area.bounding_rect());
        let around = boxes.reduce(|a, b| {
            let low = Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
            Rect::new(low, Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) })
        })?;
        let turned = |at: Coord<f64>| Coord { x: at.y, y: at.x };
        let places = || roads.positions.iter().map(|(_, place)| place.coord());
        if places().any(|at| around.intersects(&at)) || !places().any(|at| around.intersects(&turned(at))) {
            return None;
        }
        let first = around.center();
        let detail = format!(
            "all {} zones have x and y swapped: no road lies where they are written, around {:.4}, {:.4}, and roads lie around {:.4}, {:.4}; write \
             the layer again with x for the longitude",
            zones.len(),
            first.x,
            first.y,
            first.y,
            first.x
        );
        Some(Finding::new(Stage::Zones, file, "", FindingKind::AxesSwapped, detail).rows(zones.len()).sized(1.0))
    }
}
