//! The roads of an extract or a layer by themselves, for extracts of any size: memory follows the roads that are used.

use catchment::geo::{Coord, Rect};
use catchment::{Finding, Profile, Roads};

use super::needs::RoadNeeds;
use super::road_lines::{self, RoadLayer};
use super::roads::{none, roads};
use super::{AutoCrs, osm_issues};
use crate::crs::{Crs, Projector, auto_crs};
use crate::error::Error;
use crate::files::{Files, InputFile};
use crate::osm::{self, Counts, Header, Kind, OsmData, Select, TagView};
use crate::plan::{RoadsPlan, is_layer};

/// The roads of one profile.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtractRoads {
    /// The roads, metres of the working CRS.
    pub roads: Roads,
    /// The working CRS and why it was chosen.
    pub working: AutoCrs,
    /// What the file says about itself.
    pub header: Header,
    /// How much there was in the file.
    pub counts: Counts,
    /// Of a layer of lines: the files that were read.
    pub files: Vec<InputFile>,
    /// Faults of used roads, and classes of ways that the profile does not know.
    pub findings: Vec<Finding>,
}

/// Reads the roads that `profile` uses from what `plan` names: an OpenStreetMap file, of which nothing else is read, or a layer of lines.
///
/// They are the roads that [`crate::load`] finds. A PBF file in a [`crate::Folder`] is never in memory as a whole. Without `crs` the
/// working CRS is chosen for the box around the roads.
///
/// # Errors
///
/// [`Error`] for a file that is missing or broken as a whole or has no road that `profile` uses, and for a CRS that is not fit.
pub fn read_roads(files: &dyn Files, plan: &RoadsPlan, profile: &Profile, crs: Option<&Crs>) -> Result<ExtractRoads, Error> {
    let name = plan.source.as_str();
    let RoadLayer { data, files, findings: of_layer } = if is_layer(name) {
        road_lines::read(files, plan)?
    } else {
        let source = files.open(name)?;
        let read = osm::read_source(&source, &UsedBy(profile, RoadNeeds(vec![profile.clone()])));
        let data = read.map_err(|source| Error::Osm { file: name.to_owned(), source })?;
        RoadLayer { data, files: Vec::new(), findings: Vec::new() }
    };
    let working = working_crs(&data, name, crs)?;
    let projector = Projector::new(&Crs::wgs84(), &working.crs).map_err(|source| Error::Crs { what: name.to_owned(), source })?;
    let (roads, mut findings) = roads(&data, name, profile, &projector)?;
    if roads.segments.is_empty() {
        return Err(none(&data, name, "the profile"));
    }
    findings.extend(of_layer);
    findings.extend(osm_issues(&data, name));
    findings.sort();
    Ok(ExtractRoads { roads, working, header: data.header, counts: data.counts, files, findings })
}

fn working_crs(data: &OsmData, name: &str, crs: Option<&Crs>) -> Result<AutoCrs, Error> {
    let error = |source| Error::Crs { what: name.to_owned(), source };
    let bounds = bounds(data).ok_or_else(|| none(data, name, "the profile"))?;
    let Some(crs) = crs else { return auto_crs(bounds).map_err(error) };
    AutoCrs::given(crs.clone(), bounds).map_err(error)
}

/// The box around the nodes, degrees.
fn bounds(data: &OsmData) -> Option<Rect<f64>> {
    let mut places = data.positions.iter().map(|(_, place)| place);
    let first = places.next()?;
    let (low, high) = places.fold((first, first), |(mut low, mut high), at| {
        (low.lon_e7, low.lat_e7) = (low.lon_e7.min(at.lon_e7), low.lat_e7.min(at.lat_e7));
        (high.lon_e7, high.lat_e7) = (high.lon_e7.max(at.lon_e7), high.lat_e7.max(at.lat_e7));
        (low, high)
    });
    let (low, high): (Coord<f64>, Coord<f64>) = (low.coord(), high.coord());
    Some(Rect::new(low, high))
}

/// Wants the ways that a profile uses, those of a class that it does not know, to tell of them, and what it needs beside.
struct UsedBy<'p>(&'p Profile, RoadNeeds);

impl Select for UsedBy<'_> {
    fn looks_at(&self, kind: Kind, key: &str) -> bool {
        self.1.looks_at(kind, key)
    }

    fn selects(&self, kind: Kind, tags: TagView<'_>) -> bool {
        self.1.selects(kind, tags)
    }

    fn line_key(&self, key: &str) -> bool {
        self.1.line_key(key)
    }

    fn line(&self, tags: TagView<'_>) -> bool {
        let unknown = tags.get("highway").is_some_and(|class| !self.0.highway.contains_key(class));
        unknown || self.0.classify(|key| tags.get(key), || 1.0).is_open()
    }

    fn keeps_key(&self, key: &str) -> bool {
        self.1.keeps_key(key)
    }
}
