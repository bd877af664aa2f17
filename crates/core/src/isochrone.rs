//! Isochrones: the ground within a limit of one facility or of any, as polygons that separate reached from unreached road.

use geo::{Area, BooleanOps, InteriorPoint, Intersects, MultiPolygon, Polygon, Validation};
use rayon::prelude::*;
use serde::Serialize;

use crate::analysis::Service;
use crate::check;
use crate::ground::{Ground, GroundError};
use crate::ids::FacilityId;
use crate::link::EdgeGrid;
use crate::mask::oriented;
use crate::outline::{Patch, Shape, draw};
use crate::progress::{Cancelled, Progress};
use crate::reach::CostField;
use crate::reached::ReachedEdges;
use crate::relief::{Relief, Surveyed};
use crate::search::{NearestFacility, SearchSpace, Sources};
use crate::simplify::simplify;
use crate::units::{Cost, Limit};

/// Which isochrones are drawn, and how.
#[derive(Debug, Clone, Copy)]
pub struct IsochroneRules<'a> {
    /// The limits, in the service's metric; any order.
    pub limits: &'a [Limit],
    /// Side of a ground cell, metres; outlines are measured on a quarter of it, and exactly on roads.
    pub cell_m: f64,
    /// Whether every facility gets its own; else one shape serves all.
    pub per_facility: bool,
    /// Corners that lie this near the line without them are dropped, metres; 0 keeps all.
    pub simplify_m: f64,
}

/// Why an isochrone is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NothingReached {
    /// The facility (or every one of them) is tied to no road.
    FacilityUnlinked,
    /// Its straight leg alone takes longer than the limit, or no road leads to it.
    LimitTooShort,
    /// A ring: all that lies within its limit lies within the shorter one too.
    NothingBeyond,
}

/// The ground within a limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Isochrone {
    /// Whose; `None` for the nearest of all.
    pub facility: Option<FacilityId>,
    /// The limit.
    pub limit: Limit,
    /// For a ring, the limit that it starts beyond.
    pub beyond: Option<Limit>,
    /// The ground, metres of the working CRS: valid, outer rings counter-clockwise; all holes and parts.
    pub ground: MultiPolygon<f64>,
    /// Length of the roads within the limit (a ring: within it and beyond the other), mm, exact.
    pub road_mm: u64,
    /// Why there is no ground, where there is none.
    pub nothing: Option<NothingReached>,
}

/// Draws the isochrones of `service`, by facility and then by limit, on rayon's current thread pool.
///
/// Shapes of longer limits hold those of shorter ones. An outline crosses a road only where its cost is the limit, except within 0.25 m of
/// a place where roads of different status cross without a junction, and with `simplify_m` above zero within that many metres.
///
/// # Errors
///
/// [`GroundError::Input`] where the service or the rules cannot be so; another [`GroundError`] for a cell size out of range, more cells than memory is meant to hold, or an end through `progress`.
pub fn isochrones(service: &Service<'_>, rules: &IsochroneRules<'_>, progress: &dyn Progress) -> Result<Vec<Isochrone>, GroundError> {
    service.check()?;
    check::limits("limits", rules.limits, service.network.metric())?;
    check::not_negative("simplify_m", rules.simplify_m)?;
    let edges = service.edge_grid()?;
    let links = service.facility_links(&edges);
    let sources = Sources::new(service.network, &links, service.direction)?;
    let mut limits = rules.limits.to_vec();
    limits.sort_by_key(|limit| limit.cost);
    limits.dedup();
    let drawing = Drawing { edges: &edges, limits: &limits, rules };
    if !rules.per_facility {
        let mut space = SearchSpace::default();
        let linked = (0..links.len()).any(|i| !links.snaps(i).is_empty());
        return drawing.draw(None, linked, &sources.nearest_facility(&mut space), progress);
    }
    let each: Vec<Vec<Isochrone>> = (0..service.facilities.len())
        .into_par_iter()
        .map_init(SearchSpace::default, |space, i| {
            let facility = FacilityId::at(i);
            // without a bound: costs beyond the limit say where between two places the outline runs
            let nearest = sources.catchment(facility, Cost::UNREACHED, space);
            let own = drawing.draw(Some(facility), !links.snaps(i).is_empty(), &nearest, progress);
            progress.advance(1);
            own
        })
        .collect::<Result<_, _>>()?;
    Ok(each.into_iter().flatten().collect())
}

struct Drawing<'a> {
    edges: &'a EdgeGrid<'a>,
    limits: &'a [Limit],
    rules: &'a IsochroneRules<'a>,
}

impl Drawing<'_> {
    fn draw(
        &self,
        facility: Option<FacilityId>,
        linked: bool,
        nearest: &NearestFacility<'_>,
        progress: &dyn Progress,
    ) -> Result<Vec<Isochrone>, GroundError> {
        if progress.is_cancelled() {
            return Err(Cancelled.into());
        }
        let longest = self.limits.last().copied();
        let Some(longest) = longest else { return Ok(Vec::new()) };
        let ground = Ground::within(self.edges, nearest, longest, self.rules.cell_m)?;
        let field = CostField::measure(&ground, self.edges, nearest, None, progress)?;
        let relief = Relief::new(Surveyed { field: &field, edges: self.edges, nearest }, self.limits);
        let patch = Patch::all(field.window());
        let shapes = self.limits.iter().map(|limit| {
            let drawn = draw(&relief, &patch, f64::from(limit.cost.0), Shape::Reached);
            MultiPolygon::new(drawn.into_iter().map(|d| d.polygon).collect())
        });
        let mut shapes: Vec<MultiPolygon<f64>> = shapes.collect();
        if self.rules.simplify_m > 0.0 {
            simplify(&mut shapes, self.limits, self.edges, nearest, self.rules.simplify_m);
        }
        let isochrone = |(limit, ground): (&Limit, MultiPolygon<f64>)| Isochrone {
            facility,
            limit: *limit,
            beyond: None,
            road_mm: ReachedEdges::new(nearest, limit.cost).length_mm(),
            nothing: match (ground.0.is_empty(), linked) {
                (false, _) => None,
                (true, false) => Some(NothingReached::FacilityUnlinked),
                (true, true) => Some(NothingReached::LimitTooShort),
            },
            ground,
        };
        Ok(self.limits.iter().zip(shapes).map(isochrone).collect())
    }
}

/// Turns isochrones, as [`isochrones`] returns them, into rings: each without the next shorter one of the same facility.
pub fn rings(disks: &[Isochrone]) -> Vec<Isochrone> {
    let ring = |i: usize| {
        let disk = &disks[i];
        match i.checked_sub(1).map(|before| &disks[before]).filter(|inner| inner.facility == disk.facility) {
            None => disk.clone(),
            Some(inner) => {
                let ground = without(&disk.ground, &inner.ground);
                let nothing = disk.nothing.or(ground.0.is_empty().then_some(NothingReached::NothingBeyond));
                Isochrone { beyond: Some(inner.limit), road_mm: disk.road_mm - inner.road_mm, ground, nothing, ..disk.clone() }
            }
        }
    };
    (0..disks.len()).into_par_iter().map(ring).collect()
}

/// `outer` without `inner`, valid.
fn without(outer: &MultiPolygon<f64>, inner: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    let ground = oriented(&outer.difference(inner));
    if ground.is_valid() { ground } else { nested(ground) }
}

/// The same parts and holes, each hole in the smallest part around it: the overlay may hand it to a part that it does not lie in.
fn nested(ground: MultiPolygon<f64>) -> MultiPolygon<f64> {
    let (mut parts, mut holes) = (Vec::new(), Vec::new());
    for polygon in ground {
        let (exterior, interiors) = polygon.into_inner();
        parts.push(Polygon::new(exterior, vec![]));
        holes.extend(interiors.into_iter().map(|hole| Polygon::new(hole, vec![])));
    }
    parts.sort_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()));
    let bare = parts.clone();
    for hole in holes {
        let (area, within) = (hole.unsigned_area(), hole.interior_point());
        let around = |part: &Polygon<f64>| part.unsigned_area() > area && within.is_some_and(|at| part.intersects(&at));
        if let Some(own) = bare.iter().position(around) {
            parts[own].interiors_push(hole.into_inner().0);
        }
    }
    MultiPolygon::new(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_goes_to_the_part_that_it_lies_in() {
        let square = |low: f64, high: f64| geo::Rect::new((low, low), (high, high)).to_polygon();
        // a frame from 0 to 10 with a hole from 1 to 9; in it an island from 2 to 8 with a hole from 4 to 5; the holes given away wrongly
        let mut far = square(20.0, 21.0);
        far.interiors_push(square(4.0, 5.0).into_inner().0);
        let mut island = square(2.0, 8.0);
        island.interiors_push(square(1.0, 9.0).into_inner().0);
        let wrong = MultiPolygon::new(vec![square(0.0, 10.0), island, far]);
        assert!(!wrong.is_valid());
        let right = nested(wrong);
        assert!(right.is_valid());
        assert_eq!(right.unsigned_area(), (100.0 - 64.0) + (36.0 - 1.0) + 1.0);
    }
}
