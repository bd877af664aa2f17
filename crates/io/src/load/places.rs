//! Named places of an extract, to say where a gap is.

use std::collections::BTreeMap;

use catchment::Place;
use catchment::geo::Coord;

use super::{Loader, project_each};
use crate::crs::Projector;
use crate::osm::TagView;
use crate::plan::{Plan, is_osm};

/// Values of `place` by which people say where they live.
const KINDS: [&str; 9] = ["city", "town", "village", "hamlet", "suburb", "quarter", "neighbourhood", "isolated_dwelling", "locality"];

fn is_kind(value: Option<&str>) -> bool {
    value.is_some_and(|value| KINDS.contains(&value))
}

pub(super) fn is_named(tags: TagView<'_>) -> bool {
    is_kind(tags.get("place")) && tags.get("name").is_some()
}

/// The files of a plan that named places are taken from: the roads' extract and the people's; in place of a prepared network or a
/// layer of lines, which hold none, whatever other extract the plan names.
pub(super) fn sources(plan: &Plan) -> impl Iterator<Item = &str> {
    let others = [plan.ground.source.as_ref(), Some(&plan.zones.source)].into_iter().flatten();
    let others = others.filter(|_| !is_osm(&plan.roads.source));
    [Some(&plan.roads.source), plan.people.source.as_ref()].into_iter().flatten().chain(others).map(String::as_str)
}

impl Loader<'_> {
    /// The named places of the plan's extracts, by their number.
    pub(super) fn places(&self, projector: &Projector) -> Vec<Place> {
        let mut places: BTreeMap<i64, (&str, Coord<f64>)> = BTreeMap::new();
        for file in sources(self.plan) {
            let nodes = self.osm.get(file).map_or(&[][..], |osm| &osm.nodes);
            for node in nodes.iter().filter(|node| is_kind(node.tags.get("place"))) {
                if let Some(name) = node.tags.get("name") {
                    places.insert(node.id, (name, Coord { x: node.lon, y: node.lat }));
                }
            }
        }
        let at: Vec<Coord<f64>> = places.values().map(|(_, at)| *at).collect();
        // one too far away to be projected names nothing here
        let near = places.values().zip(project_each(projector, &at)).filter_map(|((name, _), at)| Some((name, at?)));
        near.map(|(name, location)| Place { name: (*name).to_owned(), location }).collect()
    }
}
