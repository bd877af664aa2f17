//! Which zones a part of a study answers for, and what around them it needs to know.

use geo::{BoundingRect, Coord, Rect};
use rayon::prelude::*;
use rstar::primitives::Rectangle;
use rstar::{AABB, RTree};

use crate::analysis::{Service, Study};
use crate::check::{self, InputError};
use crate::gaps::INHABITED_M;
use crate::ids::{DemandId, FacilityId, NodeId, ZoneId};
use crate::index::ZoneIndex;
use crate::units::Metric;

/// What a part of a study is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct TileScope {
    /// The zones that it answers for.
    pub zones: Vec<ZoneId>,
    /// Those and the zones around them, whose ground an outline may come in from.
    pub around: Vec<ZoneId>,
    /// The demand points that it needs, ascending.
    pub rows: Vec<DemandId>,
    /// Which of them it answers for: those of its zones; and those outside all zones that lie nearest to its zones.
    pub own: Vec<bool>,
    /// By service, the facilities whose catchments it finds, told by place as points are.
    pub facilities: Vec<Vec<FacilityId>>,
    /// By service, the places whose roads it needs: see [`RoadCutter`](crate::RoadCutter).
    pub near: Vec<Vec<Rect<f64>>>,
}

/// How far from a facility the roads and the people lie that decide about its catchment, metres of the plane: the greatest limit times the highest speed of any
/// road of the network, as far as the plane stretches roads, and three straight legs: the facility's, a point's, and that to the road that is truly nearest to a point
/// which another one could reach.
pub fn halo_m(service: &Service<'_>) -> f64 {
    // costs are rounded, and short edges tell less of how the plane stretches
    const SLACK: f64 = 1.002;
    const SLACK_M: f64 = 10.0;
    let limit = service.limits().greatest();
    let reach_m = match limit.metric {
        Metric::Distance => limit.as_f64(),
        Metric::Time => limit.as_f64() * fastest_m_s(service),
    };
    SLACK * stretch(service) * reach_m + 3.0 * service.link.snap_m + SLACK_M
}

/// By how much an edge is longer in the plane than it is, at most; 1 where none is.
fn stretch(service: &Service<'_>) -> f64 {
    /// Shorter ones are rounded too coarsely, millimetres.
    const LONG: u32 = 5_000;
    let network = service.network;
    let ratio = |edge: &crate::Edge| {
        let apart = network.location(edge.head) - network.location(edge.tail);
        if edge.length_mm >= LONG { apart.x.hypot(apart.y) * 1000.0 / f64::from(edge.length_mm) } else { 1.0 }
    };
    network.edges().par_iter().map(ratio).reduce(|| 1.0, f64::max)
}

/// The highest speed of any edge, metres a second.
fn fastest_m_s(service: &Service<'_>) -> f64 {
    let speed = |edge: &crate::Edge| {
        let cost = edge.forward.min(edge.backward);
        // what takes no time is shorter than what is rounded away
        if cost.is_reached() && cost.0 > 0 { f64::from(edge.length_mm) / f64::from(cost.0) } else { 0.0 }
    };
    service.network.edges().par_iter().map(speed).reduce(|| 0.0, f64::max)
}

/// Cuts a study into `count` parts of whole zones that lie together, with about as many road nodes each (of the first service's network); fewer where there are
/// fewer zones. `halos_m` are those of the services: [`halo_m`] or more. `margin` is how many squares of ground around a zone a part has: [`TILE_MARGIN`](crate::TILE_MARGIN),
/// or more where a part says that it is too little.
///
/// # Errors
///
/// [`InputError`] where there is not one halo a service, or the study or a service cannot be so.
///
/// # Complexity
///
/// O((nodes + points × parts) log zones).
pub fn tile_scopes(
    study: &Study<'_>,
    services: &[Service<'_>],
    count: usize,
    halos_m: &[f64],
    margin: usize,
) -> Result<Vec<TileScope>, InputError> {
    check::length("halos_m", halos_m.len(), "service", services.len())?;
    check::none_negative("halos_m", halos_m)?;
    study.check_rows()?;
    services.iter().try_for_each(|service| service.check_in(study.zones.len()))?;
    let index = ZoneIndex::new(study.zones);
    let boxes: Vec<Option<Rect<f64>>> = study.zones.iter().map(|zone| zone.area.bounding_rect()).collect();
    let tiles = groups(&weights(study, services, &index), &order(&boxes), count);
    let mut tile_of = vec![0; study.zones.len()];
    tiles.iter().enumerate().for_each(|(tile, zones)| zones.iter().for_each(|zone| tile_of[zone.index()] = tile));
    let home = |zone: Option<ZoneId>, at: Coord<f64>| tile_of[zone.map_or_else(|| nearest(&boxes, at), ZoneId::index)];
    let row_homes: Vec<usize> = study.demand.zones.par_iter().zip(&study.demand.locations).map(|(zone, at)| home(*zone, *at)).collect();
    let homes_of = |service: &Service<'_>| {
        let home = |at: Coord<f64>| home(index.locate(at), at);
        service.facilities.par_iter().map(|facility| home(facility.location)).collect()
    };
    let facility_homes: Vec<Vec<usize>> = services.iter().map(homes_of).collect();
    let cell_m = study.ground.grid().size;
    let around_m = (margin + 8) as f64 * cell_m + INHABITED_M;
    let scope = |(tile, zones): (usize, &Vec<ZoneId>)| {
        let own_boxes: Vec<Rect<f64>> = zones.iter().filter_map(|zone| boxes[zone.index()]).collect();
        let grown_boxes: Vec<Rect<f64>> = own_boxes.iter().map(|own| grown(*own, around_m)).collect();
        let zone_tree = tree(&grown_boxes);
        let meets = |zone: &usize| boxes[*zone].is_some_and(|own| is_met(&zone_tree, own));
        let around = (0..boxes.len()).filter(|zone| tile_of[*zone] == tile || meets(zone)).map(ZoneId::at).collect();
        let outsiders: Vec<Coord<f64>> = (0..study.demand.len())
            .filter(|row| row_homes[*row] == tile)
            .map(|row| study.demand.locations[row])
            .filter(|at| !is_met(&zone_tree, point(*at)))
            .collect();
        let mut wanted = grown_boxes.clone();
        let (mut facilities, mut near) = (Vec::new(), Vec::new());
        for ((service, halo_m), homes) in services.iter().zip(halos_m).zip(&facility_homes) {
            let own: Vec<FacilityId> = (0..homes.len()).filter(|facility| homes[*facility] == tile).map(FacilityId::at).collect();
            let reach: Vec<Rect<f64>> = own.iter().map(|id| grown(point(service.facilities[id.index()].location), *halo_m)).collect();
            let leg_m = service.link.snap_m + 1.0;
            let mut roads: Vec<Rect<f64>> = grown_boxes.iter().map(|own| grown(*own, leg_m)).collect();
            roads.extend(outsiders.iter().map(|at| grown(point(*at), leg_m)));
            roads.extend(&reach);
            wanted.extend(&reach);
            facilities.push(own);
            near.push(roads);
        }
        let wanted = tree(&wanted);
        let rows: Vec<usize> =
            (0..study.demand.len()).filter(|row| row_homes[*row] == tile || is_met(&wanted, point(study.demand.locations[*row]))).collect();
        TileScope {
            zones: zones.clone(),
            around,
            own: rows.iter().map(|row| row_homes[*row] == tile).collect(),
            rows: rows.into_iter().map(DemandId::at).collect(),
            facilities,
            near,
        }
    };
    Ok(tiles.par_iter().enumerate().map(scope).collect())
}

/// Road nodes in each zone, and one more.
fn weights(study: &Study<'_>, services: &[Service<'_>], index: &ZoneIndex<'_>) -> Vec<usize> {
    let mut weights = vec![1; study.zones.len()];
    let Some(service) = services.first() else { return weights };
    let zone = |node: usize| index.locate(service.network.location(NodeId::at(node)));
    let zones: Vec<Option<ZoneId>> = (0..service.network.node_count()).into_par_iter().map(zone).collect();
    zones.into_iter().flatten().for_each(|zone| weights[zone.index()] += 1);
    weights
}

/// Zones along a curve on which those that lie together follow one another.
fn order(boxes: &[Option<Rect<f64>>]) -> Vec<ZoneId> {
    let all = boxes.iter().flatten().copied().reduce(|a, b| {
        let low = Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
        Rect::new(low, Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) })
    });
    let place = |zone: usize| {
        let (Some(all), Some(own)) = (all, boxes[zone]) else { return 0 };
        let side = all.width().max(all.height()).max(1.0);
        let step = |v: f64| (v / side * 65_535.0) as u16;
        let at = own.center() - all.min();
        fast_hilbert::xy2h(step(at.x), step(at.y), 16)
    };
    let mut order: Vec<(u32, ZoneId)> = (0..boxes.len()).map(|zone| (place(zone), ZoneId::at(zone))).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, zone)| zone).collect()
}

/// Cuts the zones in order into `count` groups of about the same weight, at least one zone each.
fn groups(weights: &[usize], order: &[ZoneId], count: usize) -> Vec<Vec<ZoneId>> {
    let count = count.clamp(1, order.len().max(1));
    let whole: usize = weights.iter().sum();
    let mut groups: Vec<Vec<ZoneId>> = vec![Vec::new()];
    let mut given = 0;
    for (i, zone) in order.iter().enumerate() {
        let (filled, left) = (groups.len(), order.len() - i);
        let is_full = given * count >= whole * filled || left == count - filled;
        if filled < count && is_full && groups.last().is_some_and(|last| !last.is_empty()) {
            groups.push(Vec::new());
        }
        given += weights[zone.index()];
        groups.last_mut().into_iter().for_each(|last| last.push(*zone));
    }
    groups.iter_mut().for_each(|group| group.sort_unstable());
    groups.retain(|group| !group.is_empty());
    groups
}

/// The zone whose box is nearest to a place, the lowest of several.
fn nearest(boxes: &[Option<Rect<f64>>], at: Coord<f64>) -> usize {
    let away = |own: &Option<Rect<f64>>| {
        let Some(own) = own else { return f64::INFINITY };
        let beyond = |v: f64, low: f64, high: f64| (low - v).max(v - high).max(0.0);
        beyond(at.x, own.min().x, own.max().x).hypot(beyond(at.y, own.min().y, own.max().y))
    };
    boxes.iter().map(away).enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(zone, _)| zone)
}

fn point(at: Coord<f64>) -> Rect<f64> {
    Rect::new(at, at)
}

fn grown(own: Rect<f64>, by: f64) -> Rect<f64> {
    let by = Coord { x: by, y: by };
    Rect::new(own.min() - by, own.max() + by)
}

fn envelope(own: Rect<f64>) -> AABB<[f64; 2]> {
    AABB::from_corners([own.min().x, own.min().y], [own.max().x, own.max().y])
}

fn tree(boxes: &[Rect<f64>]) -> RTree<Rectangle<[f64; 2]>> {
    RTree::bulk_load(boxes.iter().map(|own| Rectangle::from_aabb(envelope(*own))).collect())
}

fn is_met(tree: &RTree<Rectangle<[f64; 2]>>, own: Rect<f64>) -> bool {
    tree.locate_in_envelope_intersecting(envelope(own)).next().is_some()
}
