//! Facts about a gap beyond its people and its ground: who they are, how far beyond the limit, what is near, which way they go.

use geo::{Coord, InteriorPoint, Polygon};
use serde::{Deserialize, Serialize};

use crate::gaps::Traced;
use crate::ids::{FacilityId, PlaceId};
use crate::index::PlaceIndex;
use crate::input::Facility;
use crate::link::{Linkage, distance};
use crate::units::{Cost, Limit, People};

/// What the facts of gaps are taken from.
pub struct GapSources<'a> {
    /// The service's facilities.
    pub facilities: &'a [Facility],
    /// How each demand point is tied to the roads.
    pub links: &'a Linkage,
    /// Whether each demand point's nearest facility lies within its limit by a straight line; and with the detour.
    pub straight: &'a [[bool; 2]],
    /// Named places.
    pub places: &'a PlaceIndex,
}

/// What a planner asks next about a gap.
///
/// Its centre is the people-weighted mean of its demand points (each weighs the same where people are unknown or none). Ways are
/// measured from one point that stands for it: of the demand points whose nearest facility is the gap's own, the one nearest to the
/// centre; of all its points where no facility can be reached; a point of its ground where it has no points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapFacts {
    /// People of each of the demand's groups.
    pub groups: Vec<People>,
    /// The greatest cost of its points that can reach a facility.
    pub cost_max: Option<Cost>,
    /// By how much their people-weighted mean lies beyond the limit.
    pub excess_mean: Option<Cost>,
    /// By how much the greatest lies beyond the limit.
    pub excess_max: Option<Cost>,
    /// The point that stands for it, metres of the working CRS.
    pub at: Coord<f64>,
    /// The named place nearest to its centre.
    pub place: Option<NearPlace>,
    /// Straight line from the point that stands for it to the gap's nearest facility, metres.
    pub straight_m: Option<f64>,
    /// Length of the cheapest way between them, both straight legs counted, metres.
    pub road_m: Option<f64>,
    /// The kinds of the barriers that this straight line crosses, in the order met: why the way may be so much longer.
    pub barriers: Vec<String>,
    /// Its people whose straight line to their nearest facility is within the limit's walk, as a share, 0 to 1: a rule of thumb would have
    /// called them covered.
    pub straight_line_share: Option<f64>,
}

/// A named place and how far away it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NearPlace {
    /// The place.
    pub place: PlaceId,
    /// Straight-line distance, metres.
    pub metres: f64,
}

impl GapFacts {
    /// The way over the straight line; `None` where one of them is not known, or the facility is right there.
    pub fn detour(&self) -> Option<f64> {
        let straight = self.straight_m.filter(|metres| *metres > 0.0)?;
        Some(self.road_m? / straight)
    }
}

/// The facts of a gap: `limit` is its zone's, `members` are its demand points, `nearest` is its nearest facility, `cost_mean` the mean of
/// its costs.
pub(crate) fn facts(
    traced: &Traced<'_>,
    limit: Limit,
    polygon: &Polygon<f64>,
    members: &[usize],
    (nearest, cost_mean): (Option<FacilityId>, Option<Cost>),
) -> GapFacts {
    let (demand, sources) = (traced.demand, &traced.sources);
    let placed: Vec<usize> = members.iter().copied().filter(|&i| is_somewhere(demand.locations[i])).collect();
    let middle = centre(traced, &placed);
    let stands_for_it = representative(traced, &placed, nearest, middle);
    let anywhere = || polygon.interior_point().or(polygon.exterior().points().next()).map_or(Coord { x: 0.0, y: 0.0 }, Coord::from);
    let at = stands_for_it.map_or_else(anywhere, |i| demand.locations[i]);
    let costs = members.iter().map(|&i| traced.assessments[i].label.cost).filter(|cost| cost.is_reached());
    let cost_max = costs.max();
    let place = sources.places.nearest(middle.unwrap_or(at), 1).first().map(|&(place, metres)| NearPlace { place, metres });
    let facility = nearest.and_then(|facility| sources.facilities.get(facility.index()));
    let way_mm = stands_for_it.filter(|_| facility.is_some()).and_then(|i| traced.nearest.way_mm(sources.links.snaps(i)));
    GapFacts {
        groups: demand.groups.iter().map(|group| members.iter().map(|&i| group.people[i]).sum()).collect(),
        cost_max,
        excess_mean: cost_mean.map(|cost| beyond(cost, limit)),
        excess_max: cost_max.map(|cost| beyond(cost, limit)),
        at,
        place,
        straight_m: facility.map(|facility| distance(at, facility.location)),
        barriers: facility.map_or_else(Vec::new, |facility| {
            let crossed = traced.edges.barriers().map_or_else(Vec::new, |barriers| barriers.all_between(at, facility.location));
            crossed.into_iter().map(str::to_owned).collect()
        }),
        road_m: way_mm.map(|mm| mm as f64 / 1000.0),
        straight_line_share: straight_line_share(traced, members),
    }
}

/// Whether a place is one at all: on a plane of the Earth.
pub(crate) fn is_somewhere(at: Coord<f64>) -> bool {
    at.x.abs() < 1e9 && at.y.abs() < 1e9
}

fn beyond(cost: Cost, limit: Limit) -> Cost {
    Cost(cost.0.saturating_sub(limit.cost.0))
}

/// The people-weighted mean place of points, in whole millimetres, so that their order does not matter; `None` without points.
fn centre(traced: &Traced<'_>, members: &[usize]) -> Option<Coord<f64>> {
    let demand = traced.demand;
    let somebody = members.iter().any(|&i| demand.people[i] > People::ZERO);
    let weight = |i: usize| if somebody { i128::from(demand.people[i].0) } else { 1 };
    let whole: i128 = members.iter().map(|&i| weight(i)).sum();
    let mean = |of: fn(Coord<f64>) -> f64| {
        let sum: i128 = members.iter().map(|&i| (of(demand.locations[i]) * 1000.0).round() as i128 * weight(i)).sum();
        sum as f64 / whole as f64 / 1000.0
    };
    (whole > 0).then(|| Coord { x: mean(|c| c.x), y: mean(|c| c.y) })
}

/// The point that stands for a gap: see [`GapFacts`]. Of points at one distance, the western, then the southern.
fn representative(traced: &Traced<'_>, members: &[usize], nearest: Option<FacilityId>, middle: Option<Coord<f64>>) -> Option<usize> {
    let middle = middle?;
    let own = |i: &usize| {
        let label = traced.assessments[*i].label;
        nearest.is_none_or(|nearest| label.cost.is_reached() && label.facility == nearest)
    };
    let at = |i: usize| traced.demand.locations[i];
    members.iter().copied().filter(own).min_by(|&i, &j| {
        let (p, q) = (at(i), at(j));
        let by_distance = distance(p, middle).total_cmp(&distance(q, middle));
        by_distance.then(p.x.total_cmp(&q.x)).then(p.y.total_cmp(&q.y)).then(i.cmp(&j))
    })
}

/// The share of people to whom a facility is nearer, by a straight line, than the limit's walk.
fn straight_line_share(traced: &Traced<'_>, members: &[usize]) -> Option<f64> {
    let people = |i: &usize| traced.demand.people[*i];
    let all: People = members.iter().map(people).sum();
    let near: People = members.iter().filter(|i| traced.sources.straight[**i][0]).map(people).sum();
    (all > People::ZERO).then(|| near.as_f64() / all.as_f64())
}
