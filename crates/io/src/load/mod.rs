//! Loading: from a plan and its files to everything a run needs, in metres of the working CRS.

mod areas;
pub(crate) mod axes;
mod barriers;
mod calls;
mod corridors;
mod edges;
mod extract;
mod facilities;
mod formats;
mod grids;
mod known;
pub(crate) mod layer;
mod limits;
mod masks;
pub(crate) mod names;
mod needs;
mod network;
mod numbers;
mod people;
mod people_cells;
mod people_checks;
mod people_methods;
mod people_osm;
mod people_polygons;
mod people_raster;
mod placed;
mod places;
mod project;
mod raster;
mod raster_frames;
mod record;
mod responses;
mod rings;
mod road_lines;
mod roads;
mod rows;
mod select;
mod shores;
mod sites;
mod strays;
mod surfaces;
mod suspicions;
mod table;
mod tangles;
mod text;
mod turns;
mod unused;
pub(crate) mod usual;
mod workbook;
mod zone_axes;
pub(crate) mod zone_boxes;
mod zones;
mod zones_and_masks;

use std::collections::BTreeMap;
use std::sync::Arc;

use catchment::geo::{Densify, Euclidean, MultiPolygon};
use catchment::{
    Barriers, Demand, Facility, Finding, Limit, NodeId, People, Place, Profile, Progress, RoadNetwork, SpreadNote, Stage, Zone, begin,
};

use crate::crs::{AutoCrs, Projector};
use crate::error::{Error, data};
use crate::files::{Files, InputFile, iso_time};
use crate::gate::{judged, stop_at_errors};
use crate::osm::{self, OsmData};
use crate::plan::{PeopleMethod, Plan, ServicePlan, SitingPlan, is_layer, is_osm, is_prepared};
use crate::prepared::PreparedNetwork;
use axes::InZones;
use geojson::Feature;
use masks::Mapped;
use names::ZoneNames;
use needs::RoadNeeds;
use people_methods::LoadedPeople;
use project::{TOO_FAR, project};
use responses::OfResponses;
use select::{UNNAMED, Wanted, asks_local_roads, unnamed_source, water_of_people};

pub(crate) use facilities::id_order;
pub(crate) use formats::{as_it_is, read_own, sql_quoted};
pub(crate) use grids::fit as fit_grid;
pub(crate) use numbers::{Axis, degrees, number};
pub(crate) use people_raster::sums as raster_sums;
pub(crate) use project::{project_each, project_polygons};
pub(crate) use raster::{Raster, parts as raster_parts};
pub(crate) use rings::{length, not_closed, of_features as rings_of};
pub(crate) use sites::polygons_of_layer;
pub(crate) use suspicions::{Suspicion, edges_within, road_distances, shifted, suspicion};
pub(crate) use table::Table;
pub(crate) use zones::zones_of_layer;

pub use corridors::Corridor;
pub use extract::{ExtractRoads, read_roads};
pub(crate) use known::no_roads;
pub use known::{EXTENT_MARGIN_M, ExtentBasis, RoadExtent};
pub use masks::MaskPolygons;
pub use network::{PeriodRoads, prepare};

/// The longest edge of a zone that is projected by its ends alone, degrees: about 200 m, within which a millimetre is lost.
pub(crate) const STRAIGHT_DEG: f64 = 0.002;

/// Facilities by set.
pub(crate) type FacilitySets = BTreeMap<String, Vec<Facility>>;

/// Everything that a run needs: read, checked, projected.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The plan.
    pub plan: Plan,
    /// The working CRS and why it was chosen.
    pub working: AutoCrs,
    /// From WGS84 to the working CRS.
    pub projector: Projector,
    /// Towns, by id. Of those that share a name, each has one of its own.
    pub zones: Vec<Zone>,
    /// How tables call them.
    pub(crate) zone_names: ZoneNames,
    /// People.
    pub demand: Demand,
    /// People as the files tell them, before they are spread: what must come out again.
    pub people_read: People,
    /// Of a raster: people of cells in the box around the zones that touch none of them. They are not used, and not in `people_read`.
    pub people_beyond: People,
    /// What each zone's people were spread over; empty where people came as points.
    pub spread: Vec<SpreadNote>,
    /// By service of the plan, the limit of each zone; empty where the service's own holds everywhere.
    pub zone_limits: Vec<Vec<Limit>>,
    /// What masks are made of.
    pub masks: MaskPolygons,
    /// Facilities by set: those that are open in the plan's year.
    pub facilities: BTreeMap<String, Vec<Facility>>,
    /// The others, by set: planned, closed, or places where one could be.
    pub not_open: BTreeMap<String, Vec<Facility>>,
    /// Both of the study as it stands, where a scenario has changed them.
    pub(crate) standing: Option<Arc<[FacilitySets; 2]>>,
    /// What straight legs do not cross; none unless the plan names them.
    pub barriers: Barriers,
    /// Roads by profile, timed.
    pub roads: BTreeMap<String, (Profile, Arc<RoadNetwork>)>,
    /// Where the roads are known; `None` where no roads were read.
    pub extent: Option<RoadExtent>,
    /// By profile, the nodes within reach of the zones at which the road file cuts roads off.
    pub edge_nodes: BTreeMap<String, Vec<NodeId>>,
    /// Water, railways and motorways of an extract, where the plan names no barriers: what access legs may cross. They cut nothing off.
    pub unnamed_barriers: Option<Barriers>,
    /// Roads by profile at the speeds of its services' sweeps, ascending.
    pub swept_roads: BTreeMap<String, Vec<(Profile, RoadNetwork)>>,
    /// Roads of services with a response at other times of the day.
    pub periods: Vec<PeriodRoads>,
    /// Calls, by service with a response that names a file of them.
    pub calls: BTreeMap<String, Demand>,
    /// Corridors, by service with a response that names a file of them.
    pub corridors: BTreeMap<String, Vec<Corridor>>,
    /// Water and coasts, where a service with a response asks for them and an extract has them.
    pub water: Option<Barriers>,
    /// Named places of the extract.
    pub places: Vec<Place>,
    /// The files that were read.
    pub files: Vec<InputFile>,
    /// What was not used, or should be looked at.
    pub findings: Vec<Finding>,
}

/// Reads everything that `plan` names from `files`.
///
/// # Errors
///
/// [`Error`] for a file that is missing or broken as a whole; a bad record is a finding in [`Inputs::findings`].
pub fn load(plan: &Plan, files: &dyn Files, progress: &dyn Progress) -> Result<Inputs, Error> {
    load_for(plan, files, Scope { service: None, roads: true, responses: true }, progress)
}

/// What of a plan is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// One service alone: the roads of other profiles are not read.
    pub service: Option<&'a str>,
    /// Whether roads are read at all: what stands in which zone needs none.
    pub roads: bool,
    /// Whether what `[services.response]` names is read: times of the day, calls, corridors, water.
    pub responses: bool,
}

/// Reads what `scope` asks of a plan.
pub(crate) fn load_for(plan: &Plan, files: &dyn Files, scope: Scope<'_>, progress: &dyn Progress) -> Result<Inputs, Error> {
    let plan_error = |source| Error::Plan { file: plan.study.id.clone(), source };
    plan.check().map_err(plan_error)?;
    let mut findings = Vec::new();
    let (resolved, inputs) = grids::resolved(plan, files, &mut findings)?;
    let plan = &resolved;
    let mut profiles: BTreeMap<String, Profile> = BTreeMap::new();
    let services = plan.services.iter().filter(|service| scope.service.is_none_or(|id| id == service.id)).map(|own| &own.profile);
    let asked = services.chain(plan.referrals.iter().map(|own| &own.profile).filter(|_| scope.responses));
    for profile in asked.filter(|_| scope.roads) {
        profiles.insert(profile.clone(), plan.profile(profile).map_err(plan_error)?);
    }
    let mut loader = Loader { plan, files, inputs, findings, osm: BTreeMap::new(), lines: None, prepared: None, unusable: None };
    begin(progress, "read", 0)?;
    loader.read_osm(&RoadNeeds(profiles.values().cloned().collect()), scope.roads)?;
    begin(progress, "zones", 0)?;
    let (mut zones, zone_names, told) = loader.zones()?;
    if let Some(swapped) = loader.zones_swapped(&zones) {
        // nothing can be held against zones that lie elsewhere
        loader.findings.push(swapped);
        loader.stop_at_errors()?;
    }
    let (working, projector) = loader.placed_zones(&mut zones)?;
    // a border that is straight in degrees is not quite straight in metres: gaps are cut along it and must not leave it
    let mut areas: Vec<MultiPolygon<f64>> = zones.iter().map(|zone| Euclidean.densify(&zone.area, STRAIGHT_DEG)).collect();
    project_polygons(&projector, &mut areas, &plan.zones.source)?;
    for (zone, area) in zones.iter_mut().zip(areas) {
        zone.area = area;
    }
    loader.findings.extend(zones::part(&mut zones, &plan.zones.source));
    let zone_limits = loader.zone_limits(&zones, &told);
    let masks = loader.masks(&projector)?;
    begin(progress, "people", zones.len())?;
    let LoadedPeople { demand, spread, read: people_read, beyond: people_beyond } =
        loader.people(&mut zones, &zone_names, &masks, &projector, progress).or_else(|error| loader.gravest(error))?;
    loader.findings.extend(people::zones_unknown(&zones, plan));
    begin(progress, "facilities", 0)?;
    let [facilities, not_open] = loader.facilities(&zones, &projector).or_else(|error| loader.gravest(error))?;
    let barriers = loader.barriers(&projector, progress)?;
    begin(progress, "roads", 0)?;
    let (mut roads, mut edge_nodes) = (BTreeMap::new(), BTreeMap::new());
    let mut header = None;
    for (name, profile) in profiles {
        let drawn = loader.drawn(&name, &profile, &projector)?;
        header = drawn.bbox;
        let (nodes, finding) = loader.cut_roads(&drawn, &zones, &zone_limits, &projector);
        loader.findings.extend(finding);
        edge_nodes.insert(name.clone(), nodes);
        roads.insert(name, (profile, drawn.network));
    }
    let extent = loader.road_extent(&roads, header, &zones, &projector)?;
    loader.suspicions(&facilities, roads.values().next().map(|(_, network)| network.as_ref()), &projector);
    let swept_roads = if scope.roads { loader.swept_roads(&projector)? } else { BTreeMap::new() };
    let mut periods = Vec::new();
    let (mut calls, mut corridors) = OfResponses::default();
    let (mut water, mut unnamed_barriers) = (None, None);
    if scope.responses {
        periods = loader.period_roads(&projector)?;
        (calls, corridors) = loader.of_responses(&zones, &projector)?;
        water = loader.water(&projector)?;
        unnamed_barriers = loader.unnamed_barriers(&projector);
    }
    let places = loader.places(&projector);
    loader.osm_warnings();
    let Loader { inputs, findings, unusable, .. } = loader;
    let findings = judged(findings, &plan.checks);
    if let Some(error) = unusable {
        stop_at_errors(&findings)?;
        return Err(error);
    }
    let plan = plan.clone();
    Ok(Inputs {
        plan,
        working,
        projector,
        people_read,
        people_beyond,
        zones,
        zone_names,
        demand,
        spread,
        zone_limits,
        masks,
        facilities,
        not_open,
        standing: None,
        barriers,
        roads,
        extent,
        edge_nodes,
        unnamed_barriers,
        swept_roads,
        periods,
        calls,
        corridors,
        water,
        places,
        files: inputs,
        findings,
    })
}

struct Loader<'a> {
    plan: &'a Plan,
    files: &'a dyn Files,
    inputs: Vec<InputFile>,
    findings: Vec<Finding>,
    osm: BTreeMap<String, OsmData>,
    /// The roads, where the plan names a layer of lines for them.
    lines: Option<OsmData>,
    /// The roads, where the plan names a prepared network for them.
    prepared: Option<PreparedNetwork>,
    /// Why the study cannot go on, where a finding that is an error says so better: all errors are to come together.
    unusable: Option<Error>,
}

impl Loader<'_> {
    /// Reads every OpenStreetMap file of the plan once, for all that is wanted of it.
    fn read_osm(&mut self, needs: &RoadNeeds, roads: bool) -> Result<(), Error> {
        let plan = self.plan;
        let mut names = vec![plan.roads.source.as_str(), plan.zones.source.as_str()];
        names.extend(plan.people.source.as_deref().filter(|_| plan.people.method == PeopleMethod::Spread));
        names.extend(plan.ground.source.as_deref().filter(|_| !Mapped::of(plan).is_empty()));
        names.extend(water_of_people(plan));
        names.extend(plan.facilities.iter().map(|set| set.source.as_str()));
        if roads && is_prepared(&plan.roads.source) {
            self.read_prepared()?;
        } else if is_layer(&plan.roads.source) && (roads || (plan.people.source.is_none() && asks_local_roads(plan))) {
            self.read_road_lines()?;
        }
        for name in names {
            if self.osm.contains_key(name) || !is_osm(name) {
                continue;
            }
            let source = self.files.open(name)?;
            let mut input = InputFile::of_source(name, &source)?;
            let error = |source| Error::Osm { file: name.to_owned(), source };
            let osm = osm::read_source(&source, &Wanted::of(plan, name, needs)).map_err(error)?;
            input.rows = vec![
                ("nodes".to_owned(), osm.counts.nodes),
                ("ways".to_owned(), osm.counts.ways),
                ("relations".to_owned(), osm.counts.relations),
            ];
            input.from_osm = true;
            input.osm_timestamp = osm.header.timestamp.map(iso_time);
            self.inputs.push(input);
            self.osm.insert(name.to_owned(), osm);
        }
        Ok(())
    }

    fn osm_of(&self, name: &str) -> Result<&OsmData, Error> {
        self.osm.get(name).ok_or_else(|| match is_prepared(name) {
            true => data(
                name,
                "",
                "a prepared network, which holds roads and nothing else",
                "an OpenStreetMap file for the rest: name it as zones.source, people.source, ground.source (barriers: as a layer)",
            ),
            false => {
                let more =
                    if name == self.plan.roads.source { "; for roads also a layer of lines, or a prepared network (.cnet)" } else { "" };
                data(name, "", "not an OpenStreetMap file by its name", format!("`.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`{more}"))
            }
        })
    }

    fn table(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let bytes = self.files.read(name)?.into_owned();
        self.inputs.push(InputFile::new(name, &bytes));
        Ok(bytes)
    }

    /// The features of a layer, WGS84 degrees; `crs` is what the plan says of it. Shapes that `projector` has no image of are findings and gone.
    fn layer(&mut self, name: &str, crs: Option<&str>, stage: Stage, projector: Option<&Projector>) -> Result<Vec<Feature>, Error> {
        let read = formats::read(self.files, name, crs, stage)?;
        Ok(self.taken(read, name, stage, projector))
    }

    fn taken(&mut self, mut read: formats::Layer, name: &str, stage: Stage, projector: Option<&Projector>) -> Vec<Feature> {
        if let Some(projector) = projector {
            layer::near(&mut read.features, projector, name, stage, &mut read.findings);
        }
        self.inputs.extend(read.files);
        self.findings.extend(read.findings.into_iter().map(|own| rings::graded(own, &self.plan.checks)));
        read.features
    }

    fn count_rows(&mut self, what: &str, rows: u64) {
        if let Some(input) = self.inputs.last_mut() {
            input.rows.push((what.to_owned(), rows));
        }
    }

    fn facilities(&mut self, zones: &[Zone], projector: &Projector) -> Result<[BTreeMap<String, Vec<Facility>>; 2], Error> {
        let year = self.plan.planning.as_ref().and_then(|planning| planning.year);
        let [mut sets, mut others] = [BTreeMap::new(), BTreeMap::new()];
        for plan in &self.plan.facilities {
            let (mut findings, before) = (Vec::new(), self.findings.len());
            let found = if is_osm(&plan.source) {
                facilities::from_osm(self.osm_of(&plan.source)?, plan, projector, &mut findings)?
            } else if is_layer(&plan.source) {
                let features = self.placed_layer(&plan.source, plan.columns.crs.as_deref(), Stage::Facilities, (zones, projector))?;
                facilities::from_layer(&features, plan, projector, &mut findings)?
            } else {
                let bytes = self.table(&plan.source)?;
                let in_zones = InZones::new(zones, self.plan.checks.far_outlier_m);
                let found = facilities::from_table(&bytes, plan, (&in_zones, projector), &mut findings)?;
                self.count_rows("facilities", found.iter().map(|f| 1 + f.twins.len() as u64).sum());
                found
            };
            self.findings.extend(facilities::years_without_a_part(&found, plan, year));
            let (found, not_open): (Vec<Facility>, Vec<Facility>) = found.into_iter().partition(|facility| facility.is_open(year));
            let asked = self.plan.services.iter().any(|own| own.facilities == plan.id)
                || self.plan.referrals.iter().any(|own| own.from == plan.id || own.to.contains(&plan.id));
            let only_sites = !asked && self.plan.siting.iter().flat_map(SitingPlan::sources).any(|source| source == plan.id);
            if found.is_empty() && (not_open.is_empty() || !only_sites) {
                let expected = match (not_open.len(), year) {
                    (0, _) => format!("at least one facility in the set `{}`: check its tags, columns, `only` or file", plan.id),
                    (_, None) => format!("at least one facility in the set `{}` that exists; or name a year: planning.year", plan.id),
                    (_, Some(year)) => format!("at least one facility in the set `{}` that is open in {year}", plan.id),
                };
                let error = data(&plan.source, "", table::none_left("facility", &findings), expected);
                self.findings.append(&mut findings);
                self.unusable_since(before, error)?;
            }
            self.findings.extend(findings);
            sets.insert(plan.id.clone(), found);
            others.insert(plan.id.clone(), not_open);
        }
        Ok([sets, others])
    }

    /// The barriers that the plan could name and does not.
    fn unnamed_barriers(&self, projector: &Projector) -> Option<Barriers> {
        let file = unnamed_source(self.plan)?;
        // what is wrong with them is said where a plan names them
        Some(Barriers::new(barriers::from_osm(self.osm.get(file)?, &UNNAMED, file, projector, &mut Vec::new())))
    }

    fn barriers(&mut self, projector: &Projector, progress: &dyn Progress) -> Result<Barriers, Error> {
        let Some(plan) = &self.plan.barriers else { return Ok(Barriers::default()) };
        begin(progress, "barriers", 0)?;
        let mut findings = Vec::new();
        let mut found = Vec::new();
        if !plan.osm.is_empty() {
            let file = &self.plan.roads.source;
            found = barriers::from_osm(self.osm_of(file)?, &plan.osm, file, projector, &mut findings);
        }
        if let Some(file) = &plan.source {
            let features = self.layer(file, plan.crs.as_deref(), Stage::Barriers, Some(projector))?;
            found.extend(barriers::from_layer(&features, plan, file, projector, &mut findings)?);
        }
        self.findings.extend(findings);
        Ok(Barriers::new(found))
    }

    /// The errors that were found before a file ended loading, as they tell why it could not be used; that file's own without any.
    fn gravest<T>(&self, error: Error) -> Result<T, Error> {
        self.stop_at_errors()?;
        Err(error)
    }

    /// Refuses what was found so far with an error among it.
    fn stop_at_errors(&self) -> Result<(), Error> {
        stop_at_errors(&judged(self.findings.iter().cloned(), &self.plan.checks))
    }

    fn osm_warnings(&mut self) {
        for (file, osm) in &self.osm {
            self.findings.extend(osm_issues(osm, file));
        }
    }
}

/// How far the longest limit of a service, of which zones may have their own, goes by a straight line, metres.
pub(crate) fn reach_m(plan: &Plan, service: &ServicePlan, own: &[Limit]) -> f64 {
    let own = own.iter().fold(service.limit, |longest, own| if own.cost > longest.cost { *own } else { longest });
    let limit = service.swept_limits().iter().map(Limit::as_f64).fold(own.as_f64(), f64::max);
    let speed = plan.profile(&service.profile).map_or(0.0, |profile| profile.speed_m_s);
    match own.metric {
        catchment::Metric::Time => {
            (limit - service.pre_travel().as_f64()).max(0.0) * service.swept_speeds().into_iter().fold(speed, f64::max)
        }
        catchment::Metric::Distance => limit,
    }
}

/// What the reader found wrong with single objects.
fn osm_issues(osm: &OsmData, file: &str) -> impl Iterator<Item = Finding> {
    osm.warnings.iter().map(move |warning| {
        let (id, kind) = (warning.object.to_string(), areas::kind_of(warning.kind));
        Finding::new(Stage::Roads, file, id, kind, warning.detail.clone())
    })
}
