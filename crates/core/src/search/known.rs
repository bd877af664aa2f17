//! Labels that are known from a search of a whole network, for a part of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::label::unpacked;
use super::{NearestFacility, Sources};
use crate::check::{self, InputError};
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
    ///
    /// # Errors
    ///
    /// [`InputError::OtherNetwork`] where `cut` is a part of another network.
    pub fn known(&self, cut: &RoadCut) -> Result<KnownLabels, InputError> {
        cut.check_whole(self.network().stamp())?;
        let labels = cut.nodes.iter().map(|node| self.labels[node.index()]).collect();
        let rest = |rim: &NodeId| Some((*rim, self.way_from_mm(cut.nodes[rim.index()])?));
        Ok(KnownLabels { labels, rests: cut.rims.iter().filter_map(rest).collect() })
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
    /// # Errors
    ///
    /// [`InputError`] where `known` is of another part: it has not a label for each node, or names facilities that are not there.
    pub fn with_labels<'s>(&'s self, known: &'s KnownLabels) -> Result<NearestFacility<'s>, InputError> {
        check::length("known labels", known.labels.len(), "node of the part", self.network.node_count())?;
        let facility = |label: &u64| Some(unpacked(*label)).filter(|label| label.cost.is_reached()).map(|label| label.facility.index());
        check::ids("known labels", "facility", self.linkage.len(), known.labels.iter().map(facility))?;
        Ok(NearestFacility { sources: self, labels: &known.labels, only: None, rests: &known.rests })
    }
}

impl Linkage {
    /// The same points on a part of the network: they keep what lies on its edges.
    ///
    /// # Errors
    ///
    /// [`InputError::OtherNetwork`] where `cut` is a part of another network than that to which they are linked.
    pub fn on_part(&self, cut: &RoadCut) -> Result<Linkage, InputError> {
        self.network.map_or(Ok(()), |own| cut.check_whole(own))?;
        let new: BTreeMap<EdgeId, EdgeId> = cut.edges.iter().enumerate().map(|(new, old)| (*old, EdgeId::at(new))).collect();
        Ok(self.moved(&cut.network, |edge| new.get(&edge).copied()))
    }
}
