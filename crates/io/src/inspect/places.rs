//! What coordinates look like: read in the wrong order, in the wrong unit, in a grid of a city's own, or far from the roads.

use catchment::geo::{Coord, InteriorPoint};
use catchment::{EdgeGrid, Issue, LinkRules, RoadNetwork, Snaps, Stage, Zone, ZoneIndex};
use geojson::Feature;
use serde::Serialize;

use crate::crs::{Crs, Projector};
use crate::error::Error;
use crate::load::layer::{self, on_globe};
use crate::load::{project_each, shifted};

/// So many of the places must look alike before anything is said.
const MOST: f64 = 0.9;
/// Farther from every road than this is far, metres: the snap limit of the walking profile.
const FAR_M: f64 = 300.0;
/// Distances are told up to this, metres.
const FARTHEST_M: f64 = 20_000.0;

/// What the coordinates of a file, as they are written, look like against what they are said to be.
pub(super) fn suspicions(places: &[Coord<f64>], crs: &Crs, file: &str) -> Vec<Issue> {
    if places.is_empty() {
        return Vec::new();
    }
    let most = |looks: fn(Coord<f64>) -> bool| places.iter().filter(|at| looks(**at)).count() as f64 >= MOST * places.len() as f64;
    let swapped = |at: Coord<f64>| Coord { x: at.y, y: at.x };
    let found = if crs.is_geographic() {
        if most(on_globe) {
            None
        } else if most(|at| on_globe(Coord { x: at.y, y: at.x })) {
            Some(("swapped", "x and y look swapped: latitudes stand where longitudes should".to_owned()))
        } else {
            Some(("metres_in_degrees", format!("no degrees; {}", metres(places.first().copied().unwrap_or_default(), swapped))))
        }
    } else if most(on_globe) {
        Some((
            "degrees_in_metres",
            format!("these look like degrees, but their CRS is {crs}: name the one that they have, crs = \"EPSG:4326\""),
        ))
    } else if most(|at| is_northing(at.x) && is_easting(at.y)) {
        Some(("swapped", "x and y look swapped: northings stand where eastings should, as surveys in China have them".to_owned()))
    } else {
        None
    };
    found.into_iter().map(|(kind, detail)| Issue::new(Stage::Output, file, "", kind, detail)).collect()
}

fn is_easting(metres: f64) -> bool {
    (1e5..9e5).contains(&metres)
}

fn is_northing(metres: f64) -> bool {
    (1.5e6..6.5e6).contains(&metres)
}

/// Which metres these may be.
fn metres(at: Coord<f64>, swapped: impl Fn(Coord<f64>) -> Coord<f64>) -> String {
    if at.x.abs() < 6e4 && at.y.abs() < 6e4 {
        return "metres around 0, as of a city's own grid (上海平面坐标系 and the like): fit it from control points, [grids]".to_owned();
    }
    let (at, turned) = if is_northing(at.x) && !is_northing(at.y) { (swapped(at), ", x and y swapped") } else { (at, "") };
    let zone = (at.x / 1e6).floor();
    let prefixed = is_northing(at.y) && is_easting(at.x - zone * 1e6);
    match zone as i64 {
        // EPSG 4513 to 4533: CGCS2000 / 3-degree Gauss-Kruger zone 25 to 45; 4491 to 4501: / Gauss-Kruger zone 13 to 23
        zone @ 25..=45 if prefixed => {
            format!("Gauss–Krüger metres with the zone {zone} before them{turned}: crs = \"EPSG:{}\"", 4488 + zone)
        }
        zone @ 13..=23 if prefixed => {
            format!(
                "Gauss–Krüger metres with the zone {zone} before them{turned} (crs = \"EPSG:{}\"), or Web Mercator (\"EPSG:3857\")",
                4478 + zone
            )
        }
        0 if is_easting(at.x) && is_northing(at.y) => {
            format!("metres of UTM or Gauss–Krüger without a zone{turned}: name it, crs = \"EPSG:326…\" (UTM) or \"EPSG:45…\" (CGCS2000)")
        }
        _ => "metres of some CRS: name it, crs = \"EPSG:…\"".to_owned(),
    }
}

/// How far places are from the roads of a network.
pub(super) fn by_roads(degrees: &[Coord<f64>], network: &RoadNetwork, crs: &Crs, file: &str) -> Result<Vec<Issue>, Error> {
    let error = |source| Error::Crs { what: file.to_owned(), source };
    let projector = Projector::new(&Crs::wgs84(), crs).map_err(error)?;
    let all: Vec<Coord<f64>> = degrees.iter().copied().filter(|at| on_globe(*at)).collect();
    let places: Vec<Coord<f64>> = project_each(&projector, &all).into_iter().flatten().collect();
    let lost = all.len() - places.len();
    let grid = EdgeGrid::new(network, LinkRules { snap_m: FARTHEST_M, access_speed_m_s: 1.0, min_component: 1 });
    let mut snaps = Snaps::default();
    let distances = places.iter().map(|at| {
        grid.snap(*at, &mut snaps);
        snaps.first().map_or(FARTHEST_M, |snap| f64::from(snap.leg_m))
    });
    let mut far: Vec<f64> = distances.filter(|metres| *metres > FAR_M).collect();
    // those that lie too far away to be measured are far, too
    far.resize(far.len() + lost, FARTHEST_M);
    let mut issues = Vec::new();
    if !far.is_empty() {
        let farthest = far.iter().copied().fold(0.0, f64::max);
        let more = if farthest >= FARTHEST_M { " and more" } else { "" };
        let detail =
            format!("{} of {} places lie more than {FAR_M} m from every road, the farthest {farthest:.0} m{more}", far.len(), all.len());
        issues.push(Issue::new(Stage::Output, file, "", "far_from_roads", detail));
    }
    issues.extend(shifted(&places, network, &projector, Stage::Output, file));
    Ok(issues)
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
        .map(|(id, name)| InZone { zone_id: id.to_owned(), zone_name: name.to_owned(), rows: Some(0), people: people.map(|_| 0.0) })
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
    let point = |(row, feature): (usize, &Feature)| {
        let shape = layer::geometry(feature, file, &format!("feature {}", row + 1))?;
        Ok(shape.and_then(|shape| shape.interior_point()).map(Coord::from).filter(|at| at.x.is_finite() && at.y.is_finite()))
    };
    features.iter().enumerate().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(places: &[(f64, f64)], crs: &str) -> Vec<(String, String)> {
        let places: Vec<Coord<f64>> = places.iter().map(|(x, y)| Coord { x: *x, y: *y }).collect();
        suspicions(&places, &crs.parse().unwrap(), "t").into_iter().map(|issue| (issue.kind, issue.detail)).collect()
    }

    #[test]
    fn coordinates_that_are_not_what_they_are_said_to_be() {
        let wgs84 = "EPSG:4326";
        assert!(kinds(&[(121.4, 31.1)], wgs84).is_empty());
        assert!(kinds(&[(631_742.9, 3_444_212.3)], "EPSG:4549").is_empty());
        assert!(kinds(&[], wgs84).is_empty());
        for (place, crs, kind, part) in [
            ((31.1, 121.4), wgs84, "swapped", "latitudes"),
            ((3_444_212.3, 631_742.9), "EPSG:4549", "swapped", "northings"),
            ((121.4, 31.1), "EPSG:4549", "degrees_in_metres", "EPSG:4326"),
            ((631_742.9, 3_444_212.3), wgs84, "metres_in_degrees", "without a zone"),
            // zone 40 of three degrees is EPSG:4528, zone 21 of six is EPSG:4499
            ((40_631_742.9, 3_444_212.3), wgs84, "metres_in_degrees", "EPSG:4528"),
            ((21_346_000.0, 3_444_212.3), wgs84, "metres_in_degrees", "EPSG:4499"),
            ((3_444_212.3, 40_631_742.9), wgs84, "metres_in_degrees", "swapped: crs = \"EPSG:4528\""),
            ((-1200.0, 8400.0), wgs84, "metres_in_degrees", "a city's own grid"),
        ] {
            let found = kinds(&[place], crs);
            assert_eq!(found.len(), 1, "{place:?}");
            assert!(found[0].0 == kind && found[0].1.contains(part), "{place:?}: {found:?}");
        }
    }
}
