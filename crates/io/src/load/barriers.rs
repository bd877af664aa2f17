//! Barriers: from OpenStreetMap tags and from a layer of the user's, in metres of the working CRS.
//!
//! | kind | OpenStreetMap | drawn as |
//! |---|---|---|
//! | `water` | `natural=water`, `waterway=riverbank`, `dock`, `landuse=reservoir`, `basin`: what `land` leaves out too | areas: closed ways and multipolygons |
//! | `water` | `waterway=river`, `canal` (not `stream`, `ditch`, `drain`) | lines |
//! | `coast` | `natural=coastline` | lines |
//! | `railway` | `railway=rail`, `light_rail`, `narrow_gauge` in use (not `disused=yes`, not `abandoned=yes`) | lines |
//! | `motorway` | `highway=motorway`, `motorway_link`; any `highway` with `motorroad=yes` | lines |
//! | `wall` | `barrier=wall`, `city_wall`, `retaining_wall`, `fence` | lines |
//!
//! What is on a bridge (`bridge`, but for `no`) or underground (`tunnel`, but for `no`; `covered=yes`; `location=underground`) is no
//! barrier there: one passes beneath or above it. Nor is a railway or motorway on a `layer` other than 0. Of water a `layer` says nothing:
//! it is often put below that of the bridges over it.

use catchment::geo::{Coord, CoordsIter, Densify, Euclidean, Geometry, LineString, MultiLineString};
use catchment::{Barrier, BarrierShape, Finding, FindingKind, Stage};
use geojson::Feature;

use super::areas::{Wish, areas};
use super::masks::Mapped;
use super::{STRAIGHT_DEG, TOO_FAR, layer, project, project_polygons};
use crate::crs::Projector;
use crate::error::{Error, data};
use crate::osm::{OsmData, Tags, Way};
use crate::plan::{BarrierKind, BarriersPlan};

/// The keys whose values [`meaning`] reads.
const KEYS: [&str; 14] = [
    "abandoned",
    "barrier",
    "bridge",
    "covered",
    "disused",
    "highway",
    "landuse",
    "layer",
    "location",
    "motorroad",
    "natural",
    "railway",
    "tunnel",
    "waterway",
];

/// How an object of OpenStreetMap is a barrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Line(BarrierKind),
    Area(BarrierKind),
}

/// Whether [`meaning`] reads the values of a key.
pub(super) fn reads(key: &str) -> bool {
    KEYS.contains(&key)
}

/// Whether a key can make something a barrier of this kind.
pub(super) fn makes(kind: BarrierKind, key: &str) -> bool {
    match kind {
        BarrierKind::Water => Mapped::Water.keys().contains(&key),
        BarrierKind::Coast => key == "natural",
        BarrierKind::Railway => key == "railway",
        BarrierKind::Motorway => key == "highway",
        BarrierKind::Wall => key == "barrier",
    }
}

/// Which of the `wanted` barriers an object with these tags is; the first where it is several.
pub(super) fn meaning<'t>(wanted: &[BarrierKind], tag: impl Fn(&str) -> Option<&'t str>) -> Option<Meaning> {
    let is_set = |key: &str| tag(key).is_some_and(|value| value != "no");
    if is_set("bridge") || is_set("tunnel") || tag("covered") == Some("yes") || tag("location") == Some("underground") {
        return None;
    }
    let on_ground = || tag("layer").is_none_or(|layer| layer == "0");
    let of = |kind: BarrierKind| match kind {
        BarrierKind::Water if Mapped::Water.holds(&tag) => Some(Meaning::Area(kind)),
        BarrierKind::Water => matches!(tag("waterway"), Some("river" | "canal")).then_some(Meaning::Line(kind)),
        BarrierKind::Coast => (tag("natural") == Some("coastline")).then_some(Meaning::Line(kind)),
        BarrierKind::Railway => {
            let in_use = tag("disused") != Some("yes") && tag("abandoned") != Some("yes");
            let rails = matches!(tag("railway"), Some("rail" | "light_rail" | "narrow_gauge"));
            (rails && in_use && on_ground()).then_some(Meaning::Line(kind))
        }
        BarrierKind::Motorway => {
            let class = tag("highway");
            let shut = matches!(class, Some("motorway" | "motorway_link")) || (class.is_some() && tag("motorroad") == Some("yes"));
            (shut && on_ground()).then_some(Meaning::Line(kind))
        }
        BarrierKind::Wall => {
            matches!(tag("barrier"), Some("wall" | "city_wall" | "retaining_wall" | "fence")).then_some(Meaning::Line(kind))
        }
    };
    wanted.iter().find_map(|kind| of(*kind))
}

/// The barriers of an extract of the kinds that are wanted.
pub(super) fn from_osm(
    osm: &OsmData,
    wanted: &[BarrierKind],
    file: &str,
    projector: &Projector,
    findings: &mut Vec<Finding>,
) -> Vec<Barrier> {
    let mut barriers = Vec::new();
    for way in osm.ways.iter().filter(|way| way.selected) {
        if let Some(Meaning::Line(kind)) = meaning(wanted, |key| way.tags.get(key)) {
            barriers.push(Barrier { kind: kind.name().to_owned(), shape: BarrierShape::Lines(lines(way, osm)) });
        }
    }
    let all = barriers.len();
    barriers.retain_mut(|barrier| into_metres(barrier, projector, file).is_ok());
    if barriers.len() < all {
        let detail = format!("{} lines of which each {TOO_FAR}; left out", all - barriers.len());
        findings.push(Finding::new(Stage::Barriers, file, "", FindingKind::TooFar, detail));
    }
    for kind in wanted {
        let is_area = |tags: &Tags| meaning(wanted, |key| tags.get(key)) == Some(Meaning::Area(*kind));
        let wish = Wish { label: kind.name(), stage: Stage::Barriers, file, wanted: &is_area };
        let areas = areas(&wish, osm, projector, findings);
        barriers.extend(areas.into_iter().map(|area| Barrier { kind: kind.name().to_owned(), shape: BarrierShape::Areas(area) }));
    }
    barriers
}

/// The line of a way, in pieces where the extract lacks a node.
fn lines(way: &Way, osm: &OsmData) -> MultiLineString<f64> {
    let places: Vec<Option<Coord<f64>>> = way.places().map(|place| Some(osm.positions.at(place?).coord())).collect();
    let pieces = places.split(Option::is_none).filter(|piece| piece.len() > 1);
    MultiLineString(pieces.map(|piece| LineString(piece.iter().flatten().copied().collect())).collect())
}

/// The lines and polygons of a layer.
pub(super) fn from_layer(
    features: &[Feature],
    plan: &BarriersPlan,
    file: &str,
    projector: &Projector,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Barrier>, Error> {
    let key = plan.kind.as_deref().unwrap_or("kind");
    let mut barriers = Vec::new();
    for (row, feature) in features.iter().enumerate() {
        let place = format!("feature {}", row + 1);
        let shape = match layer::geometry(feature, file, &place)? {
            Some(Geometry::LineString(line)) => BarrierShape::Lines(line.into()),
            Some(Geometry::MultiLineString(lines)) => BarrierShape::Lines(lines),
            Some(Geometry::Polygon(polygon)) => BarrierShape::Areas(polygon.into()),
            Some(Geometry::MultiPolygon(polygons)) => BarrierShape::Areas(polygons),
            _ => {
                let id = layer::feature_id(feature).unwrap_or_else(|| (row + 1).to_string());
                findings.push(Finding::new(Stage::Barriers, file, id, FindingKind::NotABarrier, "neither a line nor an area; left out"));
                continue;
            }
        };
        let kind = layer::property(feature, key).map_or_else(|| "barrier".to_owned(), |kind| kind.trim().to_owned());
        barriers.push(Barrier { kind, shape });
    }
    if barriers.is_empty() {
        return Err(data(file, "", "no barrier", "lines or polygons, or a plan without barriers.source"));
    }
    barriers.iter_mut().try_for_each(|barrier| into_metres(barrier, projector, file))?;
    Ok(barriers)
}

/// Projects a barrier, long straight pieces cut so that they stay where they are in degrees.
fn into_metres(barrier: &mut Barrier, projector: &Projector, file: &str) -> Result<(), Error> {
    match &mut barrier.shape {
        BarrierShape::Areas(polygons) => {
            *polygons = Euclidean.densify(&*polygons, STRAIGHT_DEG);
            project_polygons(projector, std::slice::from_mut(polygons), file)
        }
        BarrierShape::Lines(lines) => {
            *lines = Euclidean.densify(&*lines, STRAIGHT_DEG);
            let mut places: Vec<Coord<f64>> = lines.coords_iter().collect();
            project(projector, &mut places, file)?;
            let mut places = places.into_iter();
            lines.iter_mut().flat_map(|line| &mut line.0).zip(&mut places).for_each(|(old, new)| *old = new);
            Ok(())
        }
    }
}
