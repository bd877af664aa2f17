//! Small pieces of the network: which are used, and who is linked to them.

use geo::Coord;

use super::buckets::Buckets;
use super::{EdgeGrid, PointLink, Snaps};
use crate::ids::EdgeId;

impl EdgeGrid<'_> {
    /// The same grid, which uses the small pieces of the network that the nearest road of some facility lies on.
    ///
    /// # Complexity
    ///
    /// O(facilities × edges nearby), and one pass over the edges where a piece is used.
    #[must_use]
    pub fn with_facilities(self, places: &[Coord<f64>]) -> Self {
        let mut used = Vec::new();
        if !self.small.is_empty() {
            let (snap_m, mut snaps) = (self.rules.snap_m, Snaps::default());
            for &place in places {
                snaps.start();
                let limit = self.link_to(&self.large, place, (snap_m, snap_m), &mut snaps).unwrap_or(snap_m);
                let of_large = snaps.len();
                self.link_to(&self.small, place, (limit, limit), &mut snaps);
                used.extend(snaps[of_large..].iter().map(|snap| self.component(snap.edge)));
            }
        }
        self.with_islands(used)
    }

    /// The same grid, which uses these small pieces of its network, told by their components.
    #[must_use]
    pub fn with_islands(self, mut components: Vec<u32>) -> Self {
        components.sort_unstable();
        components.dedup();
        let is_used = |component: u32| components.binary_search(&component).is_ok();
        let edges = || Buckets::new(self.network, |edge| is_used(self.network.component(edge.tail)));
        EdgeGrid { used_edges: (!components.is_empty()).then(edges), used: components, ..self }
    }

    /// The small pieces of the network that it uses, ascending.
    pub fn islands(&self) -> &[u32] {
        &self.used
    }

    /// Whether an edge shapes what is reached: it lies on a large piece, or on a small one that is used.
    pub(crate) fn is_eligible(&self, edge: EdgeId) -> bool {
        let component = self.component(edge);
        self.network.component_nodes(self.network.edge(edge).tail) >= self.rules.min_component
            || self.used.binary_search(&component).is_ok()
    }

    /// The eligible edges in the buckets of a box; an edge may come more than once.
    pub(super) fn eligible_in(&self, low: Coord<f64>, high: Coord<f64>) -> impl Iterator<Item = u32> {
        let used = self.used_edges.iter().flat_map(move |edges| edges.within_box(low, high));
        self.large.within_box(low, high).chain(used)
    }

    /// Links one point; `snaps` receives its places.
    pub(super) fn link(&self, point: Coord<f64>, snaps: &mut Snaps) -> PointLink {
        PointLink {
            status: self.snap(point, snaps),
            beyond_barrier: snaps.beyond_barrier(),
            island: snaps.get(snaps.of_large).map(|snap| self.component(snap.edge)),
            on_large: snaps.of_large > 0,
        }
    }

    fn component(&self, edge: EdgeId) -> u32 {
        self.network.component(self.network.edge(edge).tail)
    }
}
