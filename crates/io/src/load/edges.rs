//! Where the road file ends: ends of roads that it cuts off, told apart from coasts and from true dead ends.
//!
//! A road is cut off where the extract lacks its next node; where it ends within 30 m of a side of the extract's box, or would leave the box
//! within 30 m if it went on for as long as its last piece (the file was cut at nodes); and in a file without a box, where three roads or more end upon one
//! side of the box around all roads, or upon a border of the zones, to the metre (the lines were clipped). A coast does none of this.

use std::collections::BTreeSet;

use catchment::geo::{BoundingRect, Coord, Rect};
use catchment::{Finding, FindingKind, Limit, NodeId, RoadNetwork, Stage, Zone};
use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::{Line, Rectangle};

use super::Loader;
use super::network::Drawn;
use super::reach_m;
use crate::crs::Projector;

/// A road that ends this near to a side of the box is cut off there, metres.
const EDGE_M: f64 = 30.0;
/// A road goes on for as long as its last piece, but for no more than this, metres.
const ON_M: f64 = 200.0;
/// A clipped line ends upon the line that it was clipped by, metres.
const CLIPPED_M: f64 = 1.0;
/// So many ends on one line are no chance.
const CLIPPED: usize = 3;
/// Metres a degree of latitude, at the least.
const METRES_A_DEGREE: f64 = 110_574.0;

/// The end of a road: its place, and that of the node before it.
struct End {
    at: Coord<f64>,
    before: Coord<f64>,
}

impl Loader<'_> {
    /// The nodes at which roads are cut off within reach of the zones; and how many, for those who look near the edge.
    pub(super) fn cut_roads(
        &self,
        drawn: &Drawn,
        zones: &[Zone],
        limits: &[Vec<Limit>],
        projector: &Projector,
    ) -> (Vec<NodeId>, Option<Finding>) {
        let reach = self.plan.services.iter().zip(limits).map(|(service, own)| reach_m(self.plan, service, own)).fold(0.0, f64::max);
        let mut ends = drawn.ends.clone();
        ends.extend(match drawn.bbox {
            Some(bbox) => at_box(&drawn.network, bbox, projector),
            None => clipped(&drawn.network, zones),
        });
        let within_reach =
            |b: Rect<f64>| Rectangle::from_corners([b.min().x - reach, b.min().y - reach], [b.max().x + reach, b.max().y + reach]);
        let boxes = RTree::bulk_load(zones.iter().filter_map(|zone| zone.area.bounding_rect().map(within_reach)).collect());
        ends.retain(|at| boxes.locate_at_point([at.x, at.y]).is_some());
        if ends.is_empty() {
            return (Vec::new(), None);
        }
        let detail = format!(
            "{} roads end at the extract's edge within {reach:.0} m of the zones: what lies beyond (facilities too) is not counted",
            ends.len()
        );
        let finding = Finding::new(Stage::Roads, &self.plan.roads.source, "", FindingKind::RoadsCutOff, detail);
        (nodes_at(&drawn.network, &ends), Some(finding.severity(catchment::Severity::Note).rows(ends.len())))
    }
}

/// The nodes of a network at some places.
fn nodes_at(network: &RoadNetwork, places: &[Coord<f64>]) -> Vec<NodeId> {
    let bits = |at: Coord<f64>| (at.x.to_bits(), at.y.to_bits());
    let wanted: BTreeSet<(u64, u64)> = places.iter().map(|at| bits(*at)).collect();
    let is_there = |node: &NodeId| wanted.contains(&bits(network.location(*node)));
    (0..network.node_count()).into_par_iter().with_min_len(1024).map(NodeId::at).filter(is_there).collect()
}

/// The ends of roads that only one edge touches.
fn dead_ends(network: &RoadNetwork) -> Vec<End> {
    let end = |node: NodeId| {
        let mut incident = network.incident(node);
        let only = incident.next().filter(|_| incident.next().is_none())?;
        Some(End { at: network.location(node), before: network.location(only.other) })
    };
    (0..network.junction_count()).map(NodeId::at).filter_map(end).collect()
}

/// Dead ends at the sides of the box that an extract holds, degrees.
fn at_box(network: &RoadNetwork, bbox: Rect<f64>, projector: &Projector) -> Vec<Coord<f64>> {
    let ends = dead_ends(network);
    let on = |end: &End| {
        let step = end.at - end.before;
        let length = step.x.hypot(step.y).max(0.001);
        end.at + step * ((length.min(ON_M) + EDGE_M) / length)
    };
    let mut degrees: Vec<Coord<f64>> = ends.iter().flat_map(|end| [end.at, on(end)]).collect();
    // a study that the CRS does not lead back from has no ends that can be told
    if projector.inverse(&mut degrees).is_err() {
        return Vec::new();
    }
    let is_cut = |places: &[Coord<f64>]| {
        let [at, on] = [places[0], places[1]];
        let narrow = at.y.to_radians().cos().max(1e-6);
        let side_m = |a: f64, b: f64, per: f64| (a - b).abs() * METRES_A_DEGREE * per;
        let sides = [
            side_m(at.x, bbox.min().x, narrow),
            side_m(at.x, bbox.max().x, narrow),
            side_m(at.y, bbox.min().y, 1.0),
            side_m(at.y, bbox.max().y, 1.0),
        ];
        let is_within = |c: Coord<f64>| (bbox.min().x..=bbox.max().x).contains(&c.x) && (bbox.min().y..=bbox.max().y).contains(&c.y);
        sides.into_iter().any(|side| side < EDGE_M) || (is_within(at) && !is_within(on))
    };
    ends.iter().zip(degrees.chunks(2)).filter(|(_, places)| is_cut(places)).map(|(end, _)| end.at).collect()
}

/// Dead ends of lines that were clipped: by a box, or by the borders of the zones.
fn clipped(network: &RoadNetwork, zones: &[Zone]) -> Vec<Coord<f64>> {
    let ends: Vec<Coord<f64>> = dead_ends(network).into_iter().map(|end| end.at).collect();
    let Some(bounds) = network.bounds() else { return Vec::new() };
    let (low, high) = (bounds.min(), bounds.max());
    let sides = [(true, low.x), (true, high.x), (false, low.y), (false, high.y)];
    let value = |is_x: bool, at: &Coord<f64>| if is_x { at.x } else { at.y };
    let mut cut: Vec<Coord<f64>> = Vec::new();
    for (is_x, side) in sides {
        let width = if is_x { high.x - low.x } else { high.y - low.y };
        if width <= 2.0 * CLIPPED_M {
            // roads along one line, which is no side
            continue;
        }
        let on_side: Vec<Coord<f64>> = ends.iter().copied().filter(|c| (value(is_x, c) - side).abs() <= CLIPPED_M).collect();
        if on_side.len() >= CLIPPED {
            cut.extend(on_side);
        }
    }
    let rings = zones.iter().flat_map(|zone| &zone.area).flat_map(|area| std::iter::once(area.exterior()).chain(area.interiors()));
    let pieces: Vec<Line<[f64; 2]>> =
        rings.flat_map(|ring| ring.lines()).map(|line| Line::new([line.start.x, line.start.y], [line.end.x, line.end.y])).collect();
    let borders = RTree::bulk_load(pieces);
    let is_on_border = |c: &&Coord<f64>| borders.locate_within_distance([c.x, c.y], CLIPPED_M * CLIPPED_M).next().is_some();
    let on_border: Vec<Coord<f64>> = ends.iter().filter(is_on_border).copied().collect();
    if on_border.len() >= CLIPPED {
        cut.extend(on_border);
    }
    cut.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    cut.dedup();
    cut
}
