//! The networks of a study: built from an extract's roads, or prepared beforehand.

use std::collections::BTreeMap;
use std::sync::Arc;

use catchment::geo::{BoundingRect, Coord, Rect};
use catchment::{Finding, FindingKind, Metric, Profile, RoadNetwork, Stage, Zone};

use super::{Loader, road_lines, roads};
use crate::crs::{AutoCrs, Crs, Projector, auto_crs};
use crate::error::{Error, data};
use crate::files::InputFile;
use crate::osm::OsmData;
use crate::plan::{PlanError, RoadsPlan, is_layer, is_osm};
use crate::prepared::{PreparedError, PreparedNetwork, read_prepared};

/// Keys of a profile that a network does not depend on: they tie points to it, or compare it with a straight line.
const FREE: [&str; 5] = ["access_speed_m_s", "range_m_s", "snap_m", "min_component", "detour_factor"];

/// The network of a profile, and where its source ends.
pub(super) struct Drawn {
    pub network: Arc<RoadNetwork>,
    /// Ends of roads that the source cuts off.
    pub ends: Vec<Coord<f64>>,
    /// The box that the source says it holds, degrees.
    pub bbox: Option<Rect<f64>>,
}

/// The roads of a profile at another time of the day.
#[derive(Debug, Clone)]
pub struct PeriodRoads {
    /// The profile's name.
    pub profile: String,
    /// What its speeds are multiplied by.
    pub factor: f64,
    /// The network, timed.
    pub network: RoadNetwork,
}

impl Loader<'_> {
    /// Reads the prepared network that the plan names for its roads.
    pub(super) fn read_prepared(&mut self) -> Result<(), Error> {
        let name = &self.plan.roads.source;
        let error = |source| Error::Prepared { file: name.clone(), source };
        let read = |source| Error::Read { file: name.clone(), source };
        let source = self.files.open(name)?;
        let mut input = InputFile::of_source(name, &source)?;
        let mut prepared = read_prepared(source.reader().map_err(read)?, source.length()).map_err(error)?;
        let network = &prepared.network;
        input.rows = vec![("nodes".to_owned(), network.node_count() as u64), ("edges".to_owned(), network.edge_count() as u64)];
        input.osm_timestamp = prepared.about.osm_timestamp.clone();
        input.from_osm = is_osm(&prepared.about.source);
        self.inputs.push(input);
        self.findings.append(&mut prepared.about.findings);
        self.prepared = Some(prepared);
        Ok(())
    }

    /// Reads the layer of lines that the plan names for its roads.
    pub(super) fn read_road_lines(&mut self) -> Result<(), Error> {
        let read = road_lines::read(self.files, &self.plan.roads)?;
        self.inputs.extend(read.files);
        self.findings.extend(read.findings);
        self.lines = Some(read.data);
        Ok(())
    }

    /// Whether roads come from a layer of lines, prepared or not.
    pub(super) fn roads_are_lines(&self) -> bool {
        let source = self.prepared.as_ref().map_or(&self.plan.roads.source, |prepared| &prepared.about.source);
        is_layer(source)
    }

    /// What roads are made of: an extract, or a layer of lines.
    fn road_data(&self) -> Result<&OsmData, Error> {
        self.lines.as_ref().map_or_else(|| self.osm_of(&self.plan.roads.source), Ok)
    }

    /// The working CRS of the plan; `auto` picks one for the zones, or takes that of the prepared network, and says so.
    pub(super) fn working_crs(&mut self, zones: &[Zone]) -> Result<(AutoCrs, Projector), Error> {
        let plan = self.plan;
        let error = |source| Error::Crs { what: "study.crs".to_owned(), source };
        let boxes = zones.iter().filter_map(|zone| zone.area.bounding_rect());
        let bounds = boxes.reduce(|a, b| {
            let low = (a.min().x.min(b.min().x), a.min().y.min(b.min().y));
            Rect::new(low, (a.max().x.max(b.max().x), a.max().y.max(b.max().y)))
        });
        let bounds = bounds.ok_or_else(|| data(&plan.zones.source, "", "zones without ground", "polygons"))?;
        let auto = plan.study.crs == "auto";
        let mut working = match auto {
            true => auto_crs(bounds).map_err(error)?,
            false => plan.study.crs.parse::<Crs>().and_then(|crs| AutoCrs::given(crs, bounds)).map_err(|source| {
                let source = PlanError::Crs { key: "study.crs".to_owned(), source: Box::new(source) };
                Error::Plan { file: plan.study.id.clone(), source }
            })?,
        };
        if let Some(prepared) = &self.prepared {
            let own: Crs = prepared.about.crs.parse().map_err(|source| Error::Crs { what: plan.roads.source.clone(), source })?;
            if own != working.crs {
                if !auto {
                    let expected = format!("one in {} as study.crs says: prepare it again with --crs, or leave study.crs out", working.crs);
                    return Err(data(&plan.roads.source, "", format!("a network in {own}"), expected));
                }
                let detail =
                    format!("the study works in {own}, as the prepared network does; for an extract it would choose {}", working.name);
                self.findings.push(Finding::new(Stage::Roads, &plan.roads.source, "", FindingKind::PreparedCrs, detail));
                working = AutoCrs::given(own, bounds).map_err(|source| Error::Crs { what: plan.roads.source.clone(), source })?;
                "that of the prepared network".clone_into(&mut working.reason);
            }
        }
        let projector = Projector::new(&Crs::wgs84(), &working.crs).map_err(error)?;
        Ok((working, projector))
    }

    /// The network of a profile of the plan.
    pub(super) fn drawn(&mut self, name: &str, profile: &Profile, projector: &Projector) -> Result<Drawn, Error> {
        let source = &self.plan.roads.source;
        let Some(prepared) = &self.prepared else {
            let osm = self.road_data()?;
            let (own, findings) = roads::roads(osm, source, profile, projector)?;
            if own.segments.is_empty() {
                return Err(roads::none(osm, source, &format!("the profile `{name}`")));
            }
            let network = Arc::new(RoadNetwork::build(&own, Metric::Time)?);
            let drawn = Drawn { network, ends: own.cut_ends, bbox: osm.header.bbox };
            self.findings.extend(findings);
            return Ok(drawn);
        };
        let theirs = prepared.about.profile().map_err(|error| Error::Prepared { file: source.clone(), source: error })?;
        if let Some((key, plan, file)) = difference(profile, &theirs) {
            let found = format!("prepared for `{}` with {key} = {file}", prepared.about.profile_name);
            let profiles: std::collections::BTreeSet<&str> = self.plan.services.iter().map(|service| service.profile.as_str()).collect();
            let several =
                if profiles.len() > 1 { "; a plan of several profiles needs an extract: a prepared network serves one" } else { "" };
            let expected = format!("{key} = {plan}, as the plan's profile `{name}` has it: prepare the network again for it{several}");
            return Err(data(source, "", found, expected));
        }
        let network = Arc::clone(&prepared.network);
        Ok(Drawn { network, ends: prepared.cut_ends.clone(), bbox: prepared.about.bbox() })
    }

    /// The networks of every profile at each of the speeds that are searched beside its own.
    pub(super) fn swept_roads(&self, projector: &Projector) -> Result<BTreeMap<String, Vec<(Profile, RoadNetwork)>>, Error> {
        let source = &self.plan.roads.source;
        let mut swept = BTreeMap::new();
        for (name, speeds) in self.plan.searched_speeds() {
            for (speed, is_swept) in speeds {
                if self.prepared.is_some() && !is_swept {
                    continue;
                }
                if self.prepared.is_some() {
                    let expected = "an extract for a sweep of speeds: a prepared network has one speed".to_owned();
                    return Err(data(source, "", format!("a prepared network, and a sweep of `{name}` at {speed} m/s"), expected));
                }
                let profile = self.plan.profile_at(&name, speed);
                let profile = profile.map_err(|source| Error::Plan { file: self.plan.study.id.clone(), source })?;
                let (roads, _) = roads::roads(self.road_data()?, source, &profile, projector)?;
                swept.entry(name.clone()).or_insert_with(Vec::new).push((profile, RoadNetwork::build(&roads, Metric::Time)?));
            }
        }
        Ok(swept)
    }

    /// The networks of the periods of services with a response, each profile and factor once.
    pub(super) fn period_roads(&mut self, projector: &Projector) -> Result<Vec<PeriodRoads>, Error> {
        let source = &self.plan.roads.source;
        let mut periods: Vec<PeriodRoads> = Vec::new();
        for service in &self.plan.services {
            for (name, &factor) in service.response.iter().flat_map(|response| &response.periods) {
                let known = |period: &PeriodRoads| period.profile == service.profile && period.factor == factor;
                if periods.iter().any(known) {
                    continue;
                }
                let mut profile =
                    self.plan.profile(&service.profile).map_err(|e| Error::Plan { file: self.plan.study.id.clone(), source: e })?;
                let reason = match (&mut profile.drive, &self.prepared) {
                    (None, _) => Some("the profile has no speeds by class of road"),
                    (Some(_), Some(_)) => Some("a prepared network has one speed: use an extract"),
                    (Some(drive), None) => {
                        drive.speed_factor *= factor;
                        None
                    }
                };
                if let Some(reason) = reason {
                    let detail = format!("response times at {factor} times the speed are not measured: {reason}");
                    self.findings.push(Finding::new(Stage::Roads, &service.id, name, FindingKind::PeriodNotMeasured, detail));
                    continue;
                }
                let (roads, _) = roads::roads(self.road_data()?, source, &profile, projector)?;
                let network = RoadNetwork::build(&roads, Metric::Time)?;
                periods.push(PeriodRoads { profile: service.profile.clone(), factor, network });
            }
        }
        Ok(periods)
    }
}

/// The first key on which a network depends and in which two profiles differ, with both values.
fn difference(plan: &Profile, file: &Profile) -> Option<(String, String, String)> {
    let [plan, file] = [plan, file].map(|profile| serde_json::to_value(profile).unwrap_or_default());
    let keys = plan.as_object()?.keys().filter(|key| !FREE.contains(&key.as_str()));
    let mut differing = keys.filter(|key| plan[key.as_str()] != file[key.as_str()]);
    differing.next().map(|key| (key.clone(), plan[key].to_string(), file[key].to_string()))
}

/// Reads the roads of one profile from an extract or a layer of lines and makes their network, to be stored with [`crate::prepared::write_prepared`].
///
/// Without `crs` the working CRS is chosen for the box around the roads.
///
/// # Errors
///
/// As [`crate::read_roads`].
pub fn prepare(
    files: &dyn crate::files::Files,
    roads: &RoadsPlan,
    profile_name: &str,
    profile: &Profile,
    crs: Option<&Crs>,
) -> Result<PreparedNetwork, Error> {
    let error = |source: PreparedError| Error::Prepared { file: roads.source.clone(), source };
    let read = super::read_roads(files, roads, profile, crs)?;
    let input = match read.files.first() {
        Some(of_layer) => of_layer.clone(),
        None => InputFile::of_source(&roads.source, &files.open(&roads.source)?)?,
    };
    let network = Arc::new(RoadNetwork::build(&read.roads, Metric::Time)?);
    let about = crate::prepared::About::new(&input, &read, profile_name, profile).map_err(error)?;
    Ok(PreparedNetwork { network, cut_ends: read.roads.cut_ends, about })
}
