//! Labels that are known from a search of a whole network, for a part of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{NearestFacility, Sources};
use crate::ids::{EdgeId, NodeId};
use crate::link::Linkage;
use crate::network::RoadCut;

/// What a search of a whole network says of the nodes of a part: their labels, and at the part's rims how long the rest of the way is.
///
/// With it, points of the part have the same nearest facility, cost and way as in the whole, however far away the facility is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownLabels {
    labels: Vec<u64>,
    /// By node, millimetres.
    rests: Vec<(NodeId, u64)>,
}

impl NearestFacility<'_> {
    /// What it says of the nodes of `cut`, a part of its network.
    ///
    /// # Complexity
    ///
    /// O(nodes of the part), and a way for each rim.
    pub fn known(&self, cut: &RoadCut) -> KnownLabels {
        let labels = cut.nodes.iter().map(|node| self.labels[node.index()]).collect();
        let rest = |rim: &NodeId| Some((*rim, self.way_from_mm(cut.nodes[rim.index()])?));
        KnownLabels { labels, rests: cut.rims.iter().filter_map(rest).collect() }
    }

    /// How long the rest of the way is from a node where roads of the whole network are missing, millimetres.
    pub(super) fn known_rest_mm(&self, node: NodeId) -> Option<u64> {
        let rests = self.rests;
        rests.binary_search_by_key(&node, |(rim, _)| *rim).ok().map(|at| rests[at].1)
    }
}

impl<'a> Sources<'a> {
    /// What a search of the whole network has found, where these are its facilities on a part: no search.
    ///
    /// # Panics
    ///
    /// Where `known` is of another part.
    pub fn with_labels<'s>(&'s self, known: &'s KnownLabels) -> NearestFacility<'s> {
        assert_eq!(known.labels.len(), self.network.node_count(), "a label for each node of the part");
        NearestFacility { sources: self, labels: &known.labels, only: None, rests: &known.rests }
    }
}

impl Linkage {
    /// The same points on a part of the network: they keep what lies on its edges.
    pub fn on_part(&self, cut: &RoadCut) -> Linkage {
        let new: BTreeMap<EdgeId, EdgeId> = cut.edges.iter().enumerate().map(|(new, old)| (*old, EdgeId::at(new))).collect();
        self.moved(|edge| new.get(&edge).copied())
    }
}
