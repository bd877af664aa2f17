//! Gaps: connected pieces of uncovered inhabited ground, cut at zone borders, ranked by the people in them.

use std::collections::BTreeMap;

use geo::{
    Area, BooleanOps, BoundingRect, Centroid, Coord, Distance, Euclidean, InteriorPoint, Intersects, MultiPolygon, Polygon, Rect,
    unary_union,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::analysis::Study;
use crate::assess::Assessment;
use crate::cells::Cell;
use crate::check::{self, AnalysisError, InputError};
use crate::coverage::CostSummary;
use crate::gap_facts::{GapFacts, GapSources, facts, is_somewhere};
use crate::ground::{Ground, Window};
use crate::ids::{FacilityId, ZoneId};
use crate::index::DemandIndex;
use crate::input::{Demand, Zone};
use crate::limits::Limits;
use crate::link::{EdgeGrid, distance};
use crate::mask::oriented;
use crate::outline::{Drawn, Patch, Shape, draw};
use crate::progress::{Cancelled, Progress};
use crate::reach::CostField;
use crate::relief::{Region, Relief, Surveyed};
use crate::search::NearestFacility;
use crate::units::{Cost, Limit, People};

/// Ground this near a demand point counts as inhabited, metres.
pub const INHABITED_M: f64 = 100.0;

/// Pieces smaller than this are rounding where two borders meet, and no gaps, m².
const SLIVER_M2: f64 = 1.0;

/// How many squares around its own a zone is first looked at with, where it is traced alone.
pub(crate) const MARGIN: usize = 1;

/// The ground that gaps are traced on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapGround {
    /// Within [`INHABITED_M`] of a demand point.
    Inhabited,
    /// Everywhere.
    All,
}

/// Which pieces are gaps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GapRules {
    /// The ground that they are traced on.
    pub ground: GapGround,
    /// Gaps of fewer people are counted, not listed. Those of unknown people are listed.
    pub min_people: f64,
    /// Smaller gaps are counted, not listed, m².
    pub min_area_m2: f64,
}

/// A blind spot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// 1 for the one with most people; gaps of unknown people come last, the largest first.
    pub rank: usize,
    /// The zone that it lies in.
    pub zone: ZoneId,
    /// Its ground, metres of the working CRS.
    pub polygon: Polygon<f64>,
    /// Its people; `None` in a zone of unknown people.
    pub people: Option<People>,
    /// Demand points in it.
    pub points: usize,
    /// Area of its polygon, m².
    pub area_m2: f64,
    /// Its people as a share of the zone's, 0 to 1.
    pub people_share_of_zone: Option<f64>,
    /// The facility nearest to most of its people; `None` where most can reach none.
    pub nearest: Option<FacilityId>,
    /// The least cost of its points that can reach a facility.
    pub cost_min: Option<Cost>,
    /// Their people-weighted mean.
    pub cost_mean: Option<Cost>,
    /// What a planner asks next about it.
    pub facts: GapFacts,
}

/// Gaps that a rule keeps off the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Unlisted {
    /// How many.
    pub gaps: usize,
    /// Their known people.
    pub people: People,
    /// Area of their polygons, m².
    pub area_m2: f64,
}

/// The gaps of a service, by rank, and the covered ground that they leave.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Gaps {
    /// By rank.
    pub gaps: Vec<Gap>,
    /// Covered ground by zone.
    pub covered: Vec<MultiPolygon<f64>>,
    /// Gaps of fewer than [`GapRules::min_people`].
    pub too_few: Unlisted,
    /// Gaps of enough people, smaller than [`GapRules::min_area_m2`].
    pub too_small: Unlisted,
    /// Other pieces without a demand point, smaller than a ground cell: hairs of the outline.
    pub hairs: Unlisted,
}

impl Gaps {
    /// Gaps that are not listed, for whatever reason.
    pub fn unlisted(&self) -> Unlisted {
        let all = [self.too_few, self.too_small, self.hairs];
        let area_m2 = all.iter().map(|part| part.area_m2).sum();
        Unlisted { gaps: all.iter().map(|part| part.gaps).sum(), people: all.iter().map(|part| part.people).sum(), area_m2 }
    }
}

/// What gaps are traced from.
pub struct Traced<'a> {
    /// The zones.
    pub zones: &'a [Zone],
    /// The points.
    pub demand: &'a Demand,
    /// What became of each.
    pub assessments: &'a [Assessment],
    /// The ground.
    pub ground: &'a Ground,
    /// The roads.
    pub edges: &'a EdgeGrid<'a>,
    /// What it costs from them.
    pub nearest: &'a NearestFacility<'a>,
    /// The limit of each zone.
    pub limits: Limits<'a>,
    /// Which pieces are gaps.
    pub rules: GapRules,
    /// What their facts are taken from.
    pub sources: GapSources<'a>,
}

impl Traced<'_> {
    fn check(&self) -> Result<(), InputError> {
        let (zones, points, network) = (self.zones.len(), self.demand.len(), self.nearest.network());
        Study { zones: self.zones, demand: self.demand, ground: self.ground, places: &[] }.check()?;
        check::assessments(self.assessments, points, None)?;
        check::length("straight", self.sources.straight.len(), "demand point", points)?;
        check::length("links", self.sources.links.len(), "demand point", points)?;
        self.sources.links.check("demand points", network)?;
        check::same_network("the edges", self.edges.network(), network)?;
        check::facilities(self.sources.facilities)?;
        self.limits.check_in(network.metric(), zones)?;
        self.rules.check()
    }
}

/// Traces, fills and ranks the gaps of every zone; `field` is what it costs from each cell.
///
/// # Errors
///
/// [`AnalysisError`] where columns are not of one length, a zone or a facility is not there, links or edges are of another network than
/// `nearest`, a limit counts something else than its costs; or through `progress`.
pub fn trace(traced: &Traced<'_>, field: &CostField<'_>, progress: &dyn Progress) -> Result<Gaps, AnalysisError> {
    traced.check()?;
    let points = points_by_zone(traced.zones.len(), &traced.demand.zones);
    let depths = depths(traced, field.window(), traced.demand.locations.iter().copied());
    let surveyed = Surveyed { field, edges: traced.edges, nearest: traced.nearest };
    // each limit has a relief of its own: a zone is drawn as if its limit were everybody's
    let reliefs: Vec<(Limit, Relief<'_>)> = traced.limits.all().into_iter().map(|limit| (limit, Relief::new(surveyed, &[limit]))).collect();
    let zone = |z: usize| {
        let limit = traced.limits.of(Some(ZoneId::at(z)));
        let relief = reliefs.iter().find(|(own, _)| *own == limit).map(|(_, relief)| relief);
        let patch = traced.ground.patch(z, &traced.zones[z]);
        let drawing = patch.as_ref().zip(relief).map(|(patch, relief)| Drawing { patch, relief, depths: &depths });
        Ok(zone_gaps(traced, z, &points[z], drawing))
    };
    let zones: Vec<usize> = (0..traced.zones.len()).collect();
    Ok(listed(each_zone(&zones, zone, progress)?, traced.rules, traced.ground.grid().cell_area()))
}

/// The covered ground of a zone, and its gaps before they have ranks.
pub(crate) type ZoneDrawn = (MultiPolygon<f64>, Vec<Gap>);

/// The same of some zones alone, at the price of these, before they are ranked; in the order of `zones`. `points` are the demand points by zone, `near` is
/// an index of all, `window` is that of the whole ground. `None` for a zone that is not known without looking more than `farthest` squares away.
pub(crate) fn trace_zones(
    traced: &Traced<'_>,
    zones: &[usize],
    points: &[Vec<usize>],
    near: &DemandIndex,
    (window, farthest): (Window, usize),
    progress: &dyn Progress,
) -> Result<Vec<Option<ZoneDrawn>>, Cancelled> {
    let (ground, grid) = (traced.ground, traced.ground.grid());
    let zone = |z: usize| {
        let limit = traced.limits.of(Some(ZoneId::at(z)));
        let Some(patch) = ground.patch(z, &traced.zones[z]) else { return Ok(Some(zone_gaps(traced, z, &points[z], None))) };
        let mut by = MARGIN.min(farthest);
        loop {
            let region = Region::around(&patch, by, window, traced.edges, grid);
            let field = CostField::of_region(ground, &region, traced.edges, traced.nearest, progress)?;
            let surveyed = Surveyed { field: &field, edges: traced.edges, nearest: traced.nearest };
            if let Some(relief) = Relief::of_region(surveyed, &region, limit, &patch) {
                let bounds = grid.bounds(region.window, INHABITED_M + 3.0 * grid.size);
                let depths = depths(traced, region.window, near.in_box(bounds).map(|point| traced.demand.locations[point.index()]));
                return Ok(Some(zone_gaps(traced, z, &points[z], Some(Drawing { patch: &patch, relief: &relief, depths: &depths }))));
            }
            if by == farthest {
                return Ok(None);
            }
            by = (2 * by + 1).min(farthest);
        }
    };
    each_zone(zones, zone, progress)
}

/// What `zone` finds of some zones, in parallel.
fn each_zone<T: Send>(
    zones: &[usize],
    zone: impl Fn(usize) -> Result<T, Cancelled> + Sync,
    progress: &dyn Progress,
) -> Result<Vec<T>, Cancelled> {
    let one = |z: &usize| {
        if progress.is_cancelled() {
            return Err(Cancelled);
        }
        let found = zone(*z);
        progress.advance(1);
        found
    };
    zones.par_iter().map(one).collect()
}

/// What was found of zones, ranked and listed.
pub(crate) fn listed(found: Vec<ZoneDrawn>, rules: GapRules, cell_m2: f64) -> Gaps {
    let mut gaps = Gaps::default();
    for (covered, found) in found {
        gaps.covered.push(covered);
        gaps.gaps.extend(found);
    }
    rank(&mut gaps.gaps);
    list(&mut gaps, rules, cell_m2);
    gaps
}

/// The demand points of each of `count` zones.
pub(crate) fn points_by_zone(count: usize, zones: &[Option<ZoneId>]) -> Vec<Vec<usize>> {
    let mut points: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (i, zone) in zones.iter().enumerate() {
        zone.and_then(|zone| points.get_mut(zone.index())).into_iter().for_each(|own| own.push(i));
    }
    points
}

/// Keeps the gaps that are large enough in people and in area, and numbers them; counts the others.
fn list(gaps: &mut Gaps, rules: GapRules, cell_m2: f64) {
    for mut gap in std::mem::take(&mut gaps.gaps) {
        let count = if gap.people.is_some_and(|people| people.as_f64() < rules.min_people) {
            &mut gaps.too_few
        } else if gap.area_m2 < rules.min_area_m2 {
            &mut gaps.too_small
        } else if gap.points == 0 && gap.area_m2 < cell_m2 {
            &mut gaps.hairs
        } else {
            gap.rank = gaps.gaps.len() + 1;
            gaps.gaps.push(gap);
            continue;
        };
        count.gaps += 1;
        count.people += gap.people.unwrap_or_default();
        count.area_m2 += gap.area_m2;
    }
}

fn rank(gaps: &mut [Gap]) {
    let place = |gap: &Gap| gap.polygon.centroid().map_or((0.0, 0.0), |c| c.x_y());
    gaps.sort_by(|a, b| {
        let by_people = b.people.cmp(&a.people);
        let (p, q) = (place(a), place(b));
        by_people.then(b.area_m2.total_cmp(&a.area_m2)).then(a.zone.cmp(&b.zone)).then(p.0.total_cmp(&q.0)).then(p.1.total_cmp(&q.1))
    });
}

/// By how many metres every cell's centre lies within the ground that gaps are traced on; negative outside it, at most a cell.
fn depths(traced: &Traced<'_>, window: Window, places: impl Iterator<Item = Coord<f64>>) -> Vec<f32> {
    let grid = traced.ground.grid();
    let side = grid.size as f32;
    if traced.rules.ground == GapGround::All {
        return vec![side; window.len()];
    }
    let mut depths = vec![-side; window.len()];
    let reach = (INHABITED_M / grid.size).ceil() as i32 + 1;
    for at in places {
        let middle = grid.cell(at);
        for row in middle.row.saturating_sub(reach)..=middle.row.saturating_add(reach) {
            for column in middle.column.saturating_sub(reach)..=middle.column.saturating_add(reach) {
                let cell = Cell { row, column };
                if let Some(position) = window.position(cell) {
                    let depth = (INHABITED_M - distance(grid.centre(cell), at)) as f32;
                    depths[position] = depths[position].max(depth.min(side));
                }
            }
        }
    }
    depths
}

/// The covered ground and the gaps of zone `z`, whose demand points are `points`; a zone without ground has no drawing.
fn zone_gaps(traced: &Traced<'_>, z: usize, points: &[usize], drawing: Option<Drawing<'_>>) -> ZoneDrawn {
    let points: Vec<usize> = points.iter().copied().filter(|&i| traced.assessments[i].status.is_gap()).collect();
    let nothing = || (MultiPolygon::new(vec![]), Vec::new());
    let (mut covered, mut parts) = drawing.map_or_else(nothing, |drawing| drawn(traced, z, &drawing));
    parts.retain(|part| part.unsigned_area() >= SLIVER_M2);
    if parts.is_empty() && !points.is_empty() {
        parts = squares_around(traced, z, &points);
        covered = oriented(&covered.difference(&MultiPolygon::new(parts.clone())));
    }
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); parts.len()];
    for i in points {
        if let Some(part) = nearest_part(&parts, traced.demand.locations[i]) {
            members[part].push(i);
        }
    }
    let gaps = parts.into_iter().zip(members).map(|(polygon, members)| gap(traced, z, polygon, &members)).collect();
    (covered, gaps)
}

/// What the ground of a zone is drawn from.
struct Drawing<'a> {
    patch: &'a Patch,
    /// At the zone's limit.
    relief: &'a Relief<'a>,
    depths: &'a [f32],
}

/// The covered ground of zone `z`, and the pieces of its ground that are not.
fn drawn(traced: &Traced<'_>, z: usize, drawing: &Drawing<'_>) -> (MultiPolygon<f64>, Vec<Polygon<f64>>) {
    let zone = &traced.zones[z];
    let ground = traced.ground.drawn_on(z, zone);
    let limit = f64::from(traced.limits.of(Some(ZoneId::at(z))).cost.0);
    let within = |shape| within_ground(ground, draw(drawing.relief, drawing.patch, limit, shape));
    (within(Shape::Reached), within(Shape::Unreached { depth: drawing.depths }).0)
}

/// The parts of `drawn` within a zone's `ground`.
fn within_ground(ground: &MultiPolygon<f64>, drawn: Vec<Drawn>) -> MultiPolygon<f64> {
    let holes = ground.iter().any(|polygon| !polygon.interiors().is_empty());
    let (kept, cut): (Vec<Drawn>, Vec<Drawn>) = drawn.into_iter().partition(|piece| piece.whole && !holes);
    let mut kept: Vec<Polygon<f64>> = kept.into_iter().map(|piece| piece.polygon).collect();
    if !cut.is_empty() {
        let cut = MultiPolygon::new(cut.into_iter().map(|piece| piece.polygon).collect()).intersection(ground);
        kept.extend(oriented(&cut));
    }
    MultiPolygon::new(kept)
}

/// Ground for people who are not covered where none of their zone's is drawn beyond the limit: a cell's square around each, cut at the border
/// of the zone's ground; larger squares where next to nothing of them lies within it. Squares alone only where the zone has no ground.
fn squares_around(traced: &Traced<'_>, z: usize, points: &[usize]) -> Vec<Polygon<f64>> {
    let zone = &traced.zones[z].area;
    let ground = Some(traced.ground.drawn_on(z, &traced.zones[z])).filter(|ground| !ground.0.is_empty()).unwrap_or(zone);
    let mut places: Vec<Coord<f64>> = points.iter().map(|&i| traced.demand.locations[i]).filter(|c| is_somewhere(*c)).collect();
    if places.is_empty() {
        places.extend(ground.interior_point().map(Coord::from));
    }
    let farthest = ground.bounding_rect().map_or(0.0, |bounds| {
        let away = |c: Coord<f64>| (c.x - bounds.center().x).abs().max((c.y - bounds.center().y).abs());
        places.iter().copied().map(away).fold(0.0, f64::max) + bounds.width().max(bounds.height())
    });
    let mut half = traced.ground.grid().size / 2.0;
    loop {
        let square = |c: Coord<f64>| Rect::new((c.x - half, c.y - half), (c.x + half, c.y + half)).to_polygon();
        let joined = unary_union(&places.iter().copied().map(square).collect::<Vec<_>>());
        let within = oriented(&joined.intersection(ground));
        if within.unsigned_area() >= SLIVER_M2 || half > farthest {
            return if within.0.is_empty() { joined.0 } else { within.0 };
        }
        half *= 2.0;
    }
}

/// The part that holds `at`, else the nearest.
fn nearest_part(parts: &[Polygon<f64>], at: Coord<f64>) -> Option<usize> {
    if let Some(holder) = parts.iter().position(|part| part.intersects(&at)) {
        return Some(holder);
    }
    let away = |part: &Polygon<f64>| Euclidean.distance(&geo::Point::from(at), part);
    let distances = parts.iter().map(away).enumerate();
    distances.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(part, _)| part)
}

fn gap(traced: &Traced<'_>, z: usize, polygon: Polygon<f64>, members: &[usize]) -> Gap {
    let zone = &traced.zones[z];
    let known = zone.people.is_some();
    let people: People = members.iter().map(|&i| traced.demand.people[i]).sum();
    // where people are unknown, each point weighs the same
    let weight = |i: usize| if known { traced.demand.people[i] } else { People::persons(1) };
    let label = |i: usize| traced.assessments[i].label;
    let mut nearest: BTreeMap<Option<FacilityId>, People> = BTreeMap::new();
    for &i in members {
        *nearest.entry(label(i).cost.is_reached().then(|| label(i).facility)).or_default() += weight(i);
    }
    let most = nearest.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
    let costs = CostSummary::new(members.iter().map(|&i| (label(i).cost, weight(i))).collect());
    let nearest = most.and_then(|(facility, _)| *facility);
    let limit = traced.limits.of(Some(ZoneId::at(z)));
    let facts = facts(traced, limit, &polygon, members, (nearest, costs.mean));
    Gap {
        rank: 0,
        zone: ZoneId::at(z),
        area_m2: polygon.unsigned_area(),
        polygon,
        people: known.then_some(people),
        points: members.len(),
        people_share_of_zone: zone.people.filter(|all| *all > People::ZERO).map(|all| people.as_f64() / all.as_f64()),
        nearest,
        cost_min: members.iter().map(|&i| label(i).cost).filter(|cost| cost.is_reached()).min(),
        cost_mean: costs.mean,
        facts,
    }
}
