//! petgraph's visit traits for `&RoadNetwork`, so that any petgraph algorithm runs on the road graph.

use petgraph::visit::{
    Data, EdgeRef, GraphBase, IntoEdgeReferences, IntoEdges, IntoNeighbors, IntoNodeIdentifiers, NodeCompactIndexable, NodeCount,
    NodeIndexable, VisitMap, Visitable,
};

use crate::ids::NodeId;
use crate::network::{Incidents, RoadNetwork};
use crate::units::Cost;

/// One direction of an edge as petgraph sees it: both ends, its cost, and a number of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArcRef {
    /// Where it starts.
    pub tail: NodeId,
    /// Where it leads.
    pub head: NodeId,
    /// What it costs.
    pub cost: Cost,
    number: u32,
}

/// Which nodes a walk has seen.
#[derive(Debug, Clone, Default)]
pub struct Visited(Vec<bool>);

impl VisitMap<NodeId> for Visited {
    fn visit(&mut self, node: NodeId) -> bool {
        !std::mem::replace(&mut self.0[node.index()], true)
    }

    fn is_visited(&self, node: &NodeId) -> bool {
        self.0[node.index()]
    }

    fn unvisit(&mut self, node: NodeId) -> bool {
        std::mem::replace(&mut self.0[node.index()], false)
    }
}

impl EdgeRef for ArcRef {
    type NodeId = NodeId;
    type EdgeId = u32;
    type Weight = Cost;

    fn source(&self) -> NodeId {
        self.tail
    }

    fn target(&self) -> NodeId {
        self.head
    }

    fn weight(&self) -> &Cost {
        &self.cost
    }

    fn id(&self) -> u32 {
        self.number
    }
}

impl GraphBase for RoadNetwork {
    type NodeId = NodeId;
    type EdgeId = u32;
}

impl Data for RoadNetwork {
    type NodeWeight = ();
    type EdgeWeight = Cost;
}

impl NodeCount for RoadNetwork {
    fn node_count(&self) -> usize {
        RoadNetwork::node_count(self)
    }
}

impl NodeIndexable for RoadNetwork {
    fn node_bound(&self) -> usize {
        RoadNetwork::node_count(self)
    }

    fn to_index(&self, node: NodeId) -> usize {
        node.index()
    }

    fn from_index(&self, index: usize) -> NodeId {
        NodeId::at(index)
    }
}

impl NodeCompactIndexable for RoadNetwork {}

impl Visitable for RoadNetwork {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        Visited(vec![false; RoadNetwork::node_count(self)])
    }

    fn reset_map(&self, map: &mut Visited) {
        *map = self.visit_map();
    }
}

/// The open arcs out of one node.
#[derive(Debug, Clone)]
pub struct Arcs<'n> {
    tail: NodeId,
    at: Incidents<'n>,
}

impl Iterator for Arcs<'_> {
    type Item = ArcRef;

    fn next(&mut self) -> Option<ArcRef> {
        let arc = self.at.find(|arc| arc.out.is_reached())?;
        Some(ArcRef { tail: self.tail, head: arc.other, cost: arc.out, number: 2 * arc.edge.0 + u32::from(arc.at_head) })
    }
}

/// The nodes that the arcs out of one node lead to.
#[derive(Debug, Clone)]
pub struct Neighbors<'n>(Arcs<'n>);

impl Iterator for Neighbors<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        self.0.next().map(|arc| arc.head)
    }
}

/// All nodes, in order.
#[derive(Debug, Clone)]
pub struct Nodes(std::ops::Range<u32>);

impl Iterator for Nodes {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        self.0.next().map(NodeId)
    }
}

/// All arcs, node by node.
#[derive(Debug, Clone)]
pub struct AllArcs<'n> {
    network: &'n RoadNetwork,
    nodes: Nodes,
    arcs: Option<Arcs<'n>>,
}

impl Iterator for AllArcs<'_> {
    type Item = ArcRef;

    fn next(&mut self) -> Option<ArcRef> {
        loop {
            if let Some(arc) = self.arcs.as_mut().and_then(Iterator::next) {
                return Some(arc);
            }
            self.arcs = Some(IntoEdges::edges(self.network, self.nodes.next()?));
        }
    }
}

impl<'n> IntoNeighbors for &'n RoadNetwork {
    type Neighbors = Neighbors<'n>;

    fn neighbors(self, node: NodeId) -> Neighbors<'n> {
        Neighbors(IntoEdges::edges(self, node))
    }
}

impl<'n> IntoEdgeReferences for &'n RoadNetwork {
    type EdgeRef = ArcRef;
    type EdgeReferences = AllArcs<'n>;

    fn edge_references(self) -> AllArcs<'n> {
        AllArcs { network: self, nodes: self.node_identifiers(), arcs: None }
    }
}

impl<'n> IntoEdges for &'n RoadNetwork {
    type Edges = Arcs<'n>;

    fn edges(self, node: NodeId) -> Arcs<'n> {
        Arcs { tail: node, at: self.incident(node) }
    }
}

impl IntoNodeIdentifiers for &RoadNetwork {
    type NodeIdentifiers = Nodes;

    fn node_identifiers(self) -> Nodes {
        Nodes(0..RoadNetwork::node_count(self) as u32)
    }
}
