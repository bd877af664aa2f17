//! Where the roads of a study are known: the extent of their file, and what lies beyond it.

use std::collections::BTreeMap;
use std::sync::Arc;

use catchment::geo::{
    BoundingRect, Buffer, Contains, Coord, Densify, Euclidean, LineString, MultiLineString, MultiPolygon, Rect, unary_union,
};
use catchment::{Checks, Demand, Extent, Finding, FindingKind, NodeId, People, Profile, RoadNetwork, Severity, Stage, Zone};

use super::{Inputs, Loader, masks, project_polygons};
use crate::crs::Projector;
use crate::error::{Error, data};

/// Around the outline of roads, where their file does not say what it holds, metres.
pub const EXTENT_MARGIN_M: f64 = 500.0;
/// A box in degrees is a metre wider than it says, for rounding.
const ROUNDING_DEG: f64 = 1e-5;
/// A box reaches this far beyond the zones at most before it is projected, degrees.
const BEYOND_DEG: f64 = 1.0;
/// Of more nodes than this, only so many are held against a box.
const NODES: usize = 2000;
/// Squares of this side with people in them are inhabited ground, metres.
const INHABITED_SIDE_M: f64 = 100.0;
/// A square with a smaller share than this of the people of a mean one is not inhabited.
const CRUMB: f64 = 0.01;

/// Where the roads of a study are known, and by what.
#[derive(Debug, Clone, PartialEq)]
pub struct RoadExtent {
    /// The ground.
    pub extent: Extent,
    /// What tells it.
    pub basis: ExtentBasis,
}

/// What tells where roads are known.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtentBasis {
    /// The polygons that the plan names.
    Plan(String),
    /// The box in the header of the road file, and the ground that its roads serve beyond it.
    Header,
    /// The outline of the roads, and [`EXTENT_MARGIN_M`] around it.
    Outline,
}

impl ExtentBasis {
    /// In a sentence, behind "outside".
    pub fn name_en(&self) -> String {
        match self {
            ExtentBasis::Plan(file) => format!("the polygons of {file} (roads.extent)"),
            ExtentBasis::Header => "the box that the road file says it holds and the reach of its roads".to_owned(),
            ExtentBasis::Outline => format!("the outline of the roads and {EXTENT_MARGIN_M} m around it"),
        }
    }

    /// The same in Chinese.
    pub fn name_zh(&self) -> String {
        match self {
            ExtentBasis::Plan(file) => format!("{file}所划范围（roads.extent）"),
            ExtentBasis::Header => "道路文件声明的范围及其道路可及之处".to_owned(),
            ExtentBasis::Outline => format!("道路外轮廓及其外{EXTENT_MARGIN_M}米"),
        }
    }
}

impl Loader<'_> {
    /// The extent of the roads: the plan's polygons, else the box of the file's header, else the outline of the roads.
    pub(super) fn road_extent(
        &mut self,
        roads: &BTreeMap<String, (Profile, Arc<RoadNetwork>)>,
        header: Option<Rect<f64>>,
        zones: &[Zone],
        projector: &Projector,
    ) -> Result<Option<RoadExtent>, Error> {
        if let Some(file) = self.plan.roads.extent.clone() {
            let features = self.layer(&file, None, Stage::Roads, Some(projector))?;
            let polygons = masks::of_layer(features, &file, projector, &mut self.findings)?;
            if polygons.is_empty() {
                return Err(data(&file, "", "no polygon", "polygons that the roads are known in: roads.extent"));
            }
            return Ok(Some(RoadExtent { extent: Extent::new(unary_union(&polygons)), basis: ExtentBasis::Plan(file) }));
        }
        let networks = || roads.values().map(|(_, network)| network.as_ref());
        if roads.is_empty() {
            return Ok(None);
        }
        let boxed = header.and_then(|header| boxed(header, zones, projector));
        // a box that does not hold the roads is not theirs
        if let Some(extent) = boxed.filter(|extent| networks().all(|network| holds_most(extent, network, header, projector))) {
            let snap_m = roads.values().map(|(profile, _)| profile.snap_m).fold(0.0, f64::max);
            return Ok(Some(RoadExtent { extent: with_roads(extent, networks(), snap_m, zones), basis: ExtentBasis::Header }));
        }
        Ok(Some(RoadExtent { extent: Extent::around(networks(), EXTENT_MARGIN_M), basis: ExtentBasis::Outline }))
    }
}

/// A box in degrees on the plane, as far as the zones reach and somewhat farther; `None` where it cannot be projected.
fn boxed(header: Rect<f64>, zones: &[Zone], projector: &Projector) -> Option<Extent> {
    let corners = zones.iter().filter_map(|zone| zone.area.bounding_rect()).flat_map(|bounds| {
        let (low, high) = (bounds.min(), bounds.max());
        [low, high, Coord { x: low.x, y: high.y }, Coord { x: high.x, y: low.y }]
    });
    let mut corners: Vec<Coord<f64>> = corners.collect();
    projector.inverse(&mut corners).ok()?;
    let around = corners.into_iter().map(|at| Rect::new(at, at)).reduce(|a, b| {
        let low = Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
        Rect::new(low, Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) })
    })?;
    let low = |pick: fn(Coord<f64>) -> f64| (pick(header.min()) - ROUNDING_DEG).max(pick(around.min()) - BEYOND_DEG);
    let high = |pick: fn(Coord<f64>) -> f64| (pick(header.max()) + ROUNDING_DEG).min(pick(around.max()) + BEYOND_DEG);
    let (west, south, east, north) = (low(|c| c.x), low(|c| c.y), high(|c| c.x), high(|c| c.y));
    if west >= east || south >= north {
        // the whole box lies elsewhere: nothing of the zones is known
        return Some(Extent::new(MultiPolygon::new(Vec::new())));
    }
    let area: MultiPolygon<f64> = Rect::new((west, south), (east, north)).to_polygon().into();
    let mut area = [Euclidean.densify(&area, (east - west).max(north - south) / 100.0)];
    project_polygons(projector, &mut area, "").ok()?;
    let [area] = area;
    Some(Extent::new(area))
}

/// An extent and the ground beyond it that its roads serve all the same: people beside a road have a way, on either side of the border, and an
/// extract keeps roads whole that lead out of its box. Only where zones reach beyond the extent.
fn with_roads<'n>(extent: Extent, networks: impl Iterator<Item = &'n RoadNetwork>, snap_m: f64, zones: &[Zone]) -> Extent {
    let around: Vec<Rect<f64>> = zones.iter().filter_map(|zone| zone.area.bounding_rect()).collect();
    if around.iter().all(|bounds| extent.area().contains(bounds)) {
        return extent;
    }
    let near = |at: Coord<f64>| {
        let within = |low: f64, high: f64, own: f64| (low - snap_m..=high + snap_m).contains(&own);
        around.iter().any(|own| within(own.min().x, own.max().x, at.x) && within(own.min().y, own.max().y, at.y))
    };
    // a place so far within a box or a polygon serves nothing beyond it
    let deep = |at: Coord<f64>| {
        let aside = [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)].map(|(x, y)| Coord { x: at.x + x * snap_m, y: at.y + y * snap_m });
        extent.holds(at) && aside.into_iter().all(|at| extent.holds(at))
    };
    let mut lines: Vec<LineString<f64>> = Vec::new();
    for network in networks {
        for edge in network.edges() {
            let ends = [edge.tail, edge.head].map(|node| network.location(node));
            if ends.iter().any(|at| near(*at)) && !ends.iter().all(|at| deep(*at)) {
                lines.push(LineString(ends.to_vec()));
            }
        }
    }
    if lines.is_empty() {
        return extent;
    }
    let served = MultiLineString(lines).buffer(snap_m);
    Extent::new(unary_union([extent.area(), &served]))
}

/// Whether the box of a header holds at least half of a network's nodes; an extent that is cut short around the zones says nothing of others.
fn holds_most(extent: &Extent, network: &RoadNetwork, header: Option<Rect<f64>>, projector: &Projector) -> bool {
    let step = network.node_count().div_ceil(NODES).max(1);
    let mut nodes: Vec<Coord<f64>> = (0..network.node_count()).step_by(step).map(|node| network.location(NodeId::at(node))).collect();
    let all = nodes.len();
    let on_plane = nodes.iter().filter(|at| extent.holds(**at)).count();
    if 2 * on_plane >= all {
        return true;
    }
    let within = |at: &&Coord<f64>| {
        header.is_some_and(|header| {
            (header.min().x - ROUNDING_DEG..=header.max().x + ROUNDING_DEG).contains(&at.x)
                && (header.min().y - ROUNDING_DEG..=header.max().y + ROUNDING_DEG).contains(&at.y)
        })
    };
    projector.inverse(&mut nodes).is_ok() && 2 * nodes.iter().filter(within).count() >= all
}

/// People and inhabited ground in and outside an extent.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Beyond {
    /// People in the zones.
    pub people: People,
    /// Of them, those outside the extent.
    pub people_beyond: People,
    /// Inhabited squares in the zones.
    pub squares: usize,
    /// Of them, those outside the extent.
    pub squares_beyond: usize,
}

impl Beyond {
    fn of(demand: &Demand, extent: &Extent) -> Beyond {
        let mut found = Beyond::default();
        let mut squares: BTreeMap<(i64, i64), (People, bool)> = BTreeMap::new();
        let square = |at: Coord<f64>| ((at.x / INHABITED_SIDE_M).floor() as i64, (at.y / INHABITED_SIDE_M).floor() as i64);
        for ((at, people), _) in demand.locations.iter().zip(&demand.people).zip(&demand.zones).filter(|(_, zone)| zone.is_some()) {
            let beyond = !extent.holds(*at);
            found.people += *people;
            if beyond {
                found.people_beyond += *people;
            }
            squares.entry(square(*at)).or_insert((People::ZERO, beyond)).0 += *people;
        }
        // totals that are spread leave crumbs of people in squares along a border
        let least = found.people.as_f64() / squares.len().max(1) as f64 * CRUMB;
        for (_, beyond) in squares.into_values().filter(|(people, _)| people.as_f64() > least) {
            found.squares += 1;
            found.squares_beyond += usize::from(beyond);
        }
        found
    }

    /// The greater of both shares.
    fn share(&self) -> f64 {
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let people = share(self.people_beyond.as_f64(), self.people.as_f64());
        people.max(share(self.squares_beyond as f64, self.squares as f64))
    }
}

/// What lies outside the extent of the roads; `None` if nothing does. `ground` is what of the zones' ground lies outside, and all of it,
/// m², where it was measured.
pub(crate) fn no_roads(inputs: &Inputs, ground: Option<[f64; 2]>) -> Option<Finding> {
    let [no_data_m2, all_m2] = ground.unwrap_or_default();
    let RoadExtent { extent, basis } = inputs.extent.as_ref()?;
    let found = Beyond::of(&inputs.demand, extent);
    if found.squares_beyond == 0 && no_data_m2 < 1.0 {
        return None;
    }
    let share = found.share();
    let percent = |part: f64, whole: f64| if whole > 0.0 { 100.0 * part / whole } else { 0.0 };
    let (people, beyond) = (found.people.as_f64(), found.people_beyond.as_f64());
    let inhabited = percent(found.squares_beyond as f64, found.squares as f64);
    let inhabited = match ground {
        Some(_) => format!(", {inhabited:.1} % of the inhabited ground and {:.1} of {:.1} km²", no_data_m2 / 1e6, all_m2 / 1e6),
        None => format!(" and {inhabited:.1} % of the inhabited ground"),
    };
    let detail = format!(
        "{beyond:.0} of {people:.0} people ({:.1} %){inhabited} lie outside {}: they are no data, in no share and in no gap",
        percent(beyond, people),
        basis.name_en(),
    );
    let finding = Finding::new(Stage::Roads, &inputs.plan.roads.source, "", FindingKind::NoRoads, detail);
    let checks = &inputs.plan.checks;
    // much ground of no data makes every share of ground one of a part, even where few people are known to live on it
    let ground = if all_m2 > 0.0 && no_data_m2 > checks.no_roads_error * all_m2 { Severity::Warning } else { Severity::Note };
    let finding = finding.severity(graded(share, checks).min(ground)).people(found.people_beyond).area_m2(no_data_m2);
    Some(finding.sized(share))
}

fn graded(share: f64, checks: &Checks) -> Severity {
    match share {
        share if share > checks.no_roads_error => Severity::Error,
        share if share > checks.no_roads_warning => Severity::Warning,
        _ => Severity::Note,
    }
}
