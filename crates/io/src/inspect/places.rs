//! Places held against roads and zones.

use catchment::geo::{Coord, CoordsIter, InteriorPoint};
use catchment::{Checks, Finding, FindingKind, RoadNetwork, Stage, Zone, ZoneIndex};
use geojson::Feature;
use serde::Serialize;

use super::fields::cut;
use crate::crs::{Crs, Projector};
use crate::error::Error;
use crate::load::layer::{self, on_globe};
use crate::load::{Suspicion, edges_within, project_each, road_distances, shifted};

/// Farther from every road than this is far, metres: the snap limit of the walking profile.
const FAR_M: f64 = 300.0;
/// Distances are told up to this, metres.
const FARTHEST_M: f64 = 20_000.0;

/// How far places are from the roads of a network, and whether they look shifted.
pub(super) fn by_roads(
    degrees: &[Coord<f64>],
    network: &RoadNetwork,
    crs: &Crs,
    file: &str,
    of_people: bool,
) -> Result<(Vec<Finding>, Option<Suspicion>), Error> {
    let error = |source| Error::Crs { what: file.to_owned(), source };
    let projector = Projector::new(&Crs::wgs84(), crs).map_err(error)?;
    let all: Vec<Coord<f64>> = degrees.iter().copied().filter(|at| on_globe(*at)).collect();
    let places: Vec<Coord<f64>> = project_each(&projector, &all).into_iter().flatten().collect();
    let lost = all.len() - places.len();
    let distances = road_distances(&places, &edges_within(network, FARTHEST_M)?, FARTHEST_M);
    let mut far: Vec<f64> = distances.into_iter().filter(|metres| *metres > FAR_M).collect();
    // those that lie too far away to be measured are far, too
    far.resize(far.len() + lost, FARTHEST_M);
    let mut findings = Vec::new();
    if !far.is_empty() {
        let farthest = far.iter().copied().fold(0.0, f64::max);
        let more = if farthest >= FARTHEST_M { " and more" } else { "" };
        let detail =
            format!("{} of {} places lie more than {FAR_M} m from every road, the farthest {farthest:.0} m{more}", far.len(), all.len());
        findings.push(Finding::new(Stage::Output, file, "", FindingKind::FarFromRoads, detail));
    }
    // as a study does: people need not stand beside roads
    let shifted = if of_people { None } else { shifted(&places, network, &projector, Checks::default().shifted_p) };
    Ok((findings, shifted))
}

/// What lies in a zone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InZone {
    /// The zone's id; `outside` for what lies in none.
    pub zone_id: String,
    /// Its name.
    pub zone_name: String,
    /// Rows or features in it, each by its point (an area by one inside it); `None` of a raster, whose cells are shared out by area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<usize>,
    /// The people of these, where the file has a column of people.
    pub people: Option<f64>,
}

/// Rows and people by zone, in the order of the zones; then what lies outside.
pub(super) fn by_zone(zones: &[Zone], places: &[Option<Coord<f64>>], people: Option<&[Option<f64>]>) -> Vec<InZone> {
    let index = ZoneIndex::new(zones);
    let mut found: Vec<InZone> = zones
        .iter()
        .map(|zone| (zone.id.as_str(), zone.name.as_str()))
        .chain([("outside", "outside")])
        .map(|(id, name)| InZone { zone_id: cut(id), zone_name: cut(name), rows: Some(0), people: people.map(|_| 0.0) })
        .collect();
    for (row, place) in places.iter().enumerate() {
        let zone = place.and_then(|at| index.locate(at)).map_or(zones.len(), |zone| zone.index());
        found[zone].rows = found[zone].rows.map(|rows| rows + 1);
        if let (Some(sum), Some(own)) = (&mut found[zone].people, people.and_then(|people| people[row])) {
            *sum += own;
        }
    }
    found
}

/// A place for every feature: its point, or one inside it; nothing where it has none.
pub(super) fn points(features: &[Feature], file: &str) -> Result<Vec<Option<Coord<f64>>>, Error> {
    let is_finite = |at: Coord<f64>| at.x.is_finite() && at.y.is_finite();
    let point = |(row, feature): (usize, &Feature)| {
        let shape = layer::geometry(feature, file, &format!("feature {}", row + 1))?;
        // what is no number has no inside
        let shape = shape.filter(|shape| shape.coords_iter().all(is_finite));
        Ok(shape.and_then(|shape| shape.interior_point()).map(Coord::from).filter(|at| is_finite(*at)))
    };
    features.iter().enumerate().map(point).collect()
}
