//! Small pieces of the network: which are used, and who is linked to them.

use std::collections::BTreeSet;

use geo::Coord;
use rayon::prelude::*;

use super::buckets::Buckets;
use super::{EdgeGrid, PointLink, Snaps};
use crate::ids::EdgeId;

impl EdgeGrid<'_> {
    /// The same grid, which uses the small pieces of the network that the nearest road of some of `facilities` lies on and that some of
    /// `homes` are no farther from than from a large one; or whose facility has no large one within the snap limit.
    ///
    /// # Complexity
    ///
    /// O(facilities × edges nearby); where one stands on a small piece, also one pass over the edges and O(homes × edges nearby).
    #[must_use]
    pub fn with_facilities(self, facilities: &[Coord<f64>], homes: &[Coord<f64>]) -> Self {
        let (mut used, mut settled) = (Vec::new(), Vec::new());
        if !self.small.is_empty() {
            let mut snaps = Snaps::default();
            for &place in facilities {
                let (found, has_large) = self.small_at(&self.small, place, &mut snaps);
                if has_large { settled.extend(found) } else { used.extend(found) }
            }
        }
        settled.retain(|component| !used.contains(component));
        if !settled.is_empty() {
            used.extend(self.inhabited(settled, homes));
        }
        self.with_islands(used)
    }

    /// Those of some small pieces that people live no farther from than from a large one.
    fn inhabited(&self, mut pieces: Vec<u32>, homes: &[Coord<f64>]) -> BTreeSet<u32> {
        pieces.sort_unstable();
        pieces.dedup();
        let edges = Buckets::new(self.network, |edge| pieces.binary_search(&self.network.component(edge.tail)).is_ok());
        let of_homes = |homes: &[Coord<f64>]| {
            let mut snaps = Snaps::default();
            homes.iter().flat_map(|home| self.small_at(&edges, *home, &mut snaps).0).collect::<BTreeSet<u32>>()
        };
        homes.par_chunks(4096).map(of_homes).reduce(BTreeSet::new, |a, b| &a | &b)
    }

    /// The small pieces among some edges that are nearest to a place, where they are no farther than the nearest large one; and, where some
    /// are, whether a large one is within the snap limit.
    fn small_at(&self, small: &Buckets, place: Coord<f64>, snaps: &mut Snaps) -> (Vec<u32>, bool) {
        let snap_m = self.rules.snap_m;
        snaps.start();
        let Some(metres) = self.link_to(small, place, (snap_m, snap_m), snaps) else { return (Vec::new(), false) };
        let found = snaps.iter().map(|snap| self.component(snap.edge)).collect();
        match self.link_to(&self.large, place, (snap_m, snap_m), snaps) {
            Some(large_m) if large_m < metres => (Vec::new(), true),
            large => (found, large.is_some()),
        }
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
