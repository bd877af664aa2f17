//! The plan: one TOML file that says what a study is made of and what it asks.

mod barriers;
mod grids;
mod limits;
mod mask;
mod people;
mod profiles;
mod response;
mod roads;
mod selector;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use catchment::{Cost, Direction, GapGround, Limit, Metric, Profile};
use serde::{Deserialize, Serialize};

use crate::crs::CrsError;
use crate::map::Lang;
use crate::sweep::Sweep;

pub use barriers::{BarrierKind, BarriersPlan};
pub use grids::GridPlan;
pub(crate) use mask::DEVELOPED;
pub use mask::Mask;
pub use profiles::built_in;
use profiles::{changed, set_speed};
use response::RESERVED;
pub use response::{CALLS, FREE, PEOPLE, ResponsePlan};
pub use roads::{RoadColumns, RoadsPlan};
pub use selector::Selector;

/// What a study is made of and what it asks; every key, with its default.
///
/// ```
/// use catchment_io::Plan;
///
/// let error = Plan::parse("[study]\nid = \"x\"\ntitel = \"X\"").unwrap_err();
/// assert!(error.to_string().contains("did you mean `title`?"), "{error}");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The study as a whole.
    pub study: StudyPlan,
    /// Where roads come from.
    pub roads: RoadsPlan,
    /// Where towns come from.
    pub zones: ZonesPlan,
    /// Where people come from.
    pub people: PeoplePlan,
    /// Sets of facilities.
    pub facilities: Vec<FacilitiesPlan>,
    /// What nobody crosses off the road; nothing where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barriers: Option<BarriersPlan>,
    /// The questions.
    pub services: Vec<ServicePlan>,
    /// What differs from a built-in profile, by name.
    #[serde(default)]
    pub profiles: BTreeMap<String, toml::Table>,
    /// Local grids that data are in, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub grids: BTreeMap<String, GridPlan>,
    /// How area is measured.
    #[serde(default)]
    pub ground: GroundPlan,
    /// Which pieces of ground are gaps.
    #[serde(default)]
    pub gaps: GapsPlan,
    /// What is written.
    #[serde(default)]
    pub outputs: OutputsPlan,
}

/// `[study]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyPlan {
    /// Goes into file names: letters, digits, `-` and `_`.
    pub id: String,
    /// The title of the map and the report.
    pub title: String,
    /// The working CRS: `auto`, `EPSG:32633` or a PROJ string; metric and true to area within 0.1 %.
    #[serde(default = "auto")]
    pub crs: String,
    /// The language of the map and the summary.
    #[serde(default)]
    pub lang: Lang,
}

/// `[zones]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZonesPlan {
    /// An OpenStreetMap extract or a GeoJSON file of polygons.
    pub source: String,
    /// For OpenStreetMap: the `admin_level` of the boundaries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_level: Option<u8>,
    /// For GeoJSON: the property that holds the id (the feature's own id where none is named).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// For GeoJSON: the property that holds the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For layers: the CRS of their coordinates, where the file does not tell it or tells it wrongly (`gcj02`, `EPSG:4549`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// The property (for OpenStreetMap: the tag of the boundary) that holds the zone's class, which `services.limits` refer to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The property or tag that holds the zone's own limit with its unit, `30min`. Services of that metric use it before all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// A CSV with the columns `zone_id` or `zone_name`, and `class`, `limit` or both: it stands above properties and tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Of that table: its columns `id` and `name`, its encoding, its sheet.
    #[serde(default, skip_serializing_if = "Columns::is_empty")]
    pub columns: Columns,
}

/// `[people]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeoplePlan {
    /// How people become points.
    pub method: PeopleMethod,
    /// For `spread`: `osm` (the boundary's `population`, else that of its town, village and city nodes) or a CSV of zone totals with
    /// the columns `zone_id` or `zone_name`, `people`, and those of `groups`.
    #[serde(default = "osm")]
    pub totals: String,
    /// For `spread`: the surfaces, the first that is present in a zone being used there.
    #[serde(default = "surfaces")]
    pub over: Vec<SurfaceName>,
    /// For `spread`: the OpenStreetMap extract with the surfaces and places; the roads' where none is named. For `points`: the table. For
    /// `polygons`: the layer. For `raster`: the GeoTIFF, with its band where it has several (`people.tif|band=2`). For `cells`: the table or
    /// layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// For `raster`: the GeoTIFF of each group, of the same grid.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rasters: BTreeMap<String, String>,
    /// The side of the cells that people are spread over, metres; of a raster, smaller cells are joined to points of about that side.
    #[serde(default = "hundred")]
    pub cell_m: f64,
    /// For `spread`: a mapped surface is passed over in a zone where it covers less than this share of a later mapped one.
    #[serde(default = "tenth")]
    pub min_surface_ratio: f64,
    /// The columns of tables, the properties of layers.
    #[serde(default, skip_serializing_if = "Columns::is_empty")]
    pub columns: Columns,
    /// Further columns, of the points or of the CSV of totals, with the people of a group: ages, workers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// How people become points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PeopleMethod {
    /// Zone totals spread over the ground where people live.
    Spread,
    /// A table of points.
    Points,
    /// A layer of polygons with people: census units, cells of a grid.
    Polygons,
    /// A GeoTIFF with a number of people a cell: WorldPop, GHSL.
    Raster,
    /// H3 cells with people: a table or layer with their indexes.
    Cells,
}

/// A surface that people are spread over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SurfaceName {
    /// `landuse=residential`.
    Residential,
    /// `building=*`, but for `building=no`.
    Building,
    /// The whole zone.
    Zone,
}

/// Which columns of a table hold what. Those that are not named are looked for under their usual English names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// Longitude or easting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// Latitude or northing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// Identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Kind of facility.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// People.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<String>,
    /// Vehicles of an ambulance station; for OpenStreetMap: the tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vehicles: Option<String>,
    /// The CRS of `x` and `y`: `EPSG:4326` unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// How the text of a CSV is encoded; found by itself where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The sheet of a workbook; the first one with rows where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
}

impl Columns {
    fn is_empty(&self) -> bool {
        *self == Columns::default()
    }
}

/// `[[facilities]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacilitiesPlan {
    /// The name by which services refer to the set.
    pub id: String,
    /// An OpenStreetMap extract, a GeoJSON file or a CSV.
    pub source: String,
    /// For OpenStreetMap: any of these selectors, each `key=value`, `key=one|other` or `key=*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub osm: Vec<String>,
    /// For CSV: the columns; for GeoJSON: the properties.
    #[serde(default, skip_serializing_if = "Columns::is_empty")]
    pub columns: Columns,
    /// Facilities of the same name this near each other are one, metres.
    #[serde(default = "merge_within")]
    pub merge_within_m: f64,
    /// What these facilities stand in for, such as `ambulance stations`, where those are not known: every output says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stand_in_for: Option<String>,
}

/// `[[services]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServicePlan {
    /// The name in outputs.
    pub id: String,
    /// The title in words; the id where none is given.
    #[serde(default)]
    pub title: String,
    /// A set of facilities.
    pub facilities: String,
    /// A profile: a built-in one or one of `[profiles]`.
    #[serde(default = "walk")]
    pub profile: String,
    /// `"15min"` or `"3.5km"`: a unit is always written.
    pub limit: Limit,
    /// Another limit for zones of a class, of the same metric: `{ "new-town" = "30min" }`. Other classes keep `limit`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, Limit>,
    /// Whether a zone's own limit (`zones.limit`, or that of `zones.table`) stands above `limit` and `limits`.
    #[serde(default = "yes")]
    pub zone_limits: bool,
    /// Who travels.
    #[serde(default = "to_facility")]
    pub direction: Direction,
    /// Further limits or speeds to measure coverage at: `limit=5..30min/5`, `speed=1.0,1.2,1.39`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sweep: Vec<Sweep>,
    /// For ambulances: response times, service radius, stations, corridors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponsePlan>,
}

impl ServicePlan {
    /// What passes before anybody travels, in the metric of the limit.
    pub fn pre_travel(&self) -> Cost {
        let response = self.response.as_ref().filter(|_| self.limit.metric == Metric::Time);
        response.map_or(Cost::ZERO, ResponsePlan::pre_travel)
    }

    /// All limits of its sweeps, ascending, each once.
    pub fn swept_limits(&self) -> Vec<Limit> {
        let limits = self.sweep.iter().flat_map(|sweep| if let Sweep::Limits(limits) = sweep { limits.as_slice() } else { &[] });
        let mut limits: Vec<Limit> = limits.copied().collect();
        limits.sort_by_key(|limit| limit.cost);
        limits.dedup();
        limits
    }

    /// All speeds of its sweeps, metres a second, ascending, each once.
    pub fn swept_speeds(&self) -> Vec<f64> {
        let speeds = self.sweep.iter().flat_map(|sweep| if let Sweep::Speeds(speeds) = sweep { speeds.as_slice() } else { &[] });
        let mut speeds: Vec<f64> = speeds.copied().collect();
        speeds.sort_by(f64::total_cmp);
        speeds.dedup();
        speeds
    }
}

/// `[ground]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GroundPlan {
    /// Side of a cell, metres.
    pub cell_m: f64,
    /// What area is a share of: one or several side by side. The first one is that of the sentence, the map and the table.
    pub mask: Vec<Mask>,
    /// The OpenStreetMap extract with the water and the land use of masks; the roads' where none is named. Where roads are a layer and
    /// none is named, nobody knows of water, and land is the whole zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// `[gaps]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GapsPlan {
    /// `inhabited` (within 100 m of a demand point) or `all`.
    pub ground: GapGround,
    /// Gaps of fewer people are counted, not listed.
    pub min_people: f64,
    /// Smaller gaps are counted, not listed, m².
    pub min_area_m2: f64,
}

/// `[outputs]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutputsPlan {
    /// Formats of tables and layers.
    pub formats: Vec<Format>,
    /// How CSV files are encoded.
    pub csv_encoding: CsvEncoding,
    /// Whether `map.svg` and `map.png` are drawn.
    pub map: bool,
    /// Whether `coverage.geojson` is audited against the roads: `audit.json` and `audit.geojson`.
    pub audit: bool,
    /// Whether covered area is measured again at half the cell, so that `summary.json` states by how much it differs.
    pub measure_error: bool,
}

/// A format of tables and layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Layers, a file each.
    Geojson,
    /// Layers, a file each, one feature a line and nothing else.
    Geojsonl,
    /// All layers in one GeoPackage, with styles for QGIS.
    Gpkg,
    /// Layers, a FlatGeobuf each.
    Fgb,
    /// Layers, a GeoParquet each.
    #[cfg(feature = "geoparquet")]
    Parquet,
    /// Tables, a file each.
    Csv,
    /// All tables in one workbook, those that are to be printed first.
    Xlsx,
    /// The cost of every ground cell, one picture a service.
    Geotiff,
}

impl Format {
    /// All formats by the names that plans and flags give them.
    pub const ALL: &[(&str, Format)] = &[
        ("geojson", Format::Geojson),
        ("geojsonl", Format::Geojsonl),
        ("gpkg", Format::Gpkg),
        ("fgb", Format::Fgb),
        #[cfg(feature = "geoparquet")]
        ("parquet", Format::Parquet),
        ("csv", Format::Csv),
        ("xlsx", Format::Xlsx),
        ("geotiff", Format::Geotiff),
    ];

    /// Whether layers are written in it.
    pub(crate) fn holds_layers(self) -> bool {
        !self.holds_tables() && self != Format::Geotiff
    }

    /// Whether tables are written in it.
    pub(crate) fn holds_tables(self) -> bool {
        matches!(self, Format::Csv | Format::Xlsx)
    }
}

/// How the text of CSV files is encoded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CsvEncoding {
    /// UTF-8, as programs want it.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-8 behind a mark by which Excel knows it.
    #[serde(rename = "utf-8-bom")]
    Utf8Bom,
    /// GB18030, as offices in China have it.
    #[serde(rename = "gb18030")]
    Gb18030,
}

impl Default for GroundPlan {
    fn default() -> GroundPlan {
        GroundPlan { cell_m: 25.0, mask: vec![Mask::Land], source: None }
    }
}

impl Default for GapsPlan {
    fn default() -> GapsPlan {
        GapsPlan { ground: GapGround::Inhabited, min_people: 0.0, min_area_m2: 0.0 }
    }
}

impl Default for OutputsPlan {
    fn default() -> OutputsPlan {
        OutputsPlan {
            formats: vec![Format::Geojson, Format::Csv],
            csv_encoding: CsvEncoding::Utf8,
            map: true,
            audit: false,
            measure_error: false,
        }
    }
}

fn auto() -> String {
    "auto".to_owned()
}

fn osm() -> String {
    "osm".to_owned()
}

fn walk() -> String {
    "walk".to_owned()
}

fn yes() -> bool {
    true
}

fn to_facility() -> Direction {
    Direction::ToFacility
}

fn surfaces() -> Vec<SurfaceName> {
    vec![SurfaceName::Residential, SurfaceName::Building, SurfaceName::Zone]
}

fn hundred() -> f64 {
    100.0
}

fn tenth() -> f64 {
    0.1
}

fn merge_within() -> f64 {
    150.0
}

/// A plan that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Not TOML, or a key of the wrong name or kind.
    #[error("{message}{hint}")]
    Toml {
        /// What is wrong, with its line.
        message: String,
        /// The nearest known key, if one is near.
        hint: String,
    },
    /// A value that does not fit.
    #[error("{key} is {found}; expected {expected}")]
    Value {
        /// The key.
        key: String,
        /// What it holds.
        found: String,
        /// What it may hold.
        expected: String,
    },
    /// A coordinate reference system that is none, or not one for its use.
    #[error("{key}: {source}")]
    Crs {
        /// The key.
        key: String,
        /// What is wrong.
        source: Box<CrsError>,
    },
    /// A profile that cannot be used.
    #[error("[profiles.{name}]: {message}{hint}")]
    Profile {
        /// Its name.
        name: String,
        /// What is wrong.
        message: String,
        /// The nearest known key, if one is near.
        hint: String,
    },
}

impl Plan {
    /// Reads a plan and checks it.
    ///
    /// # Errors
    ///
    /// [`PlanError`] names the key, its line, what was found and what was expected; an unknown key comes with the nearest known one.
    pub fn parse(text: &str) -> Result<Plan, PlanError> {
        let plan: Plan =
            toml::from_str(text).map_err(|error| PlanError::Toml { message: shown(&error, text), hint: hint(error.message()) })?;
        plan.check()?;
        Ok(plan)
    }

    /// The plan as TOML, with every default written out.
    ///
    /// # Errors
    ///
    /// [`PlanError::Toml`] where a profile holds what TOML cannot.
    pub fn to_toml(&self) -> Result<String, PlanError> {
        toml::to_string_pretty(self).map_err(|error| PlanError::Toml { message: error.to_string(), hint: String::new() })
    }

    /// Checks what the shape alone does not say: references, ranges, names that are used twice.
    ///
    /// # Errors
    ///
    /// [`PlanError`] for the first thing found.
    pub fn check(&self) -> Result<(), PlanError> {
        file_name("study.id", &self.study.id)?;
        self.check_sources()?;
        positive("people.cell_m", self.people.cell_m, 1.0, 10_000.0)?;
        positive("people.min_surface_ratio", self.people.min_surface_ratio, 0.0, 1.0)?;
        positive("ground.cell_m", self.ground.cell_m, 1.0, 200.0)?;
        positive("gaps.min_people", self.gaps.min_people, 0.0, 1e12)?;
        positive("gaps.min_area_m2", self.gaps.min_area_m2, 0.0, 1e12)?;
        mask::check(self)?;
        roads::check(self)?;
        people::check(&self.people)?;
        let sets: Vec<&str> = self.facilities.iter().map(|f| f.id.as_str()).collect();
        distinct("facilities", &sets)?;
        for set in &self.facilities {
            positive("facilities.merge_within_m", set.merge_within_m, 0.0, 100_000.0)?;
            set.osm.iter().try_for_each(|text| Selector::parse(text).map(|_| ()))?;
        }
        self.barriers.as_ref().map_or(Ok(()), BarriersPlan::check)?;
        let services: Vec<&str> = self.services.iter().map(|s| s.id.as_str()).collect();
        if services.is_empty() {
            return Err(value("services", "empty", "at least one [[services]]"));
        }
        distinct("services", &services)?;
        for service in &self.services {
            file_name("services.id", &service.id)?;
            if !sets.contains(&service.facilities.as_str()) {
                let expected = format!("a set of [[facilities]]: {}{}", sets.join(", "), nearest(&service.facilities, &sets));
                return Err(value("services.facilities", &format!("`{}`", service.facilities), &expected));
            }
            self.profile(&service.profile)?;
            let limits = service.limits.values().chain([&service.limit]);
            if limits.into_iter().any(|limit| limit.cost.0 == 0) {
                return Err(value(&format!("a limit of services.id `{}`", service.id), "0", "limits above zero"));
            }
            limits::check(self, service)?;
            if let Some(response) = &service.response {
                response.check(service)?;
                if self.takes_speed(&service.profile) {
                    let expected = "a vehicle's profile beside [services.response]: \"ambulance\", or one with that as its base";
                    return Err(value(&format!("services.profile of `{}`", service.id), &format!("`{}`", service.profile), expected));
                }
                if let Some(name) = self.people.groups.iter().find(|name| RESERVED.contains(&name.as_str())) {
                    let expected = "another name of the group: response times are counted by `people` and by `calls`, too";
                    return Err(value("people.groups", &format!("`{name}`"), expected));
                }
            }
            if !service.swept_speeds().is_empty() && !self.takes_speed(&service.profile) {
                let expected = "none for a vehicle, which has a speed for each class of road: use response.periods";
                return Err(value(&format!("services.sweep of `{}`", service.id), "speeds", expected));
            }
            if let Some(sweep) = service.sweep.iter().find(|sweep| !sweep.fits(service.limit)) {
                let expected = format!("what its limit of {} counts: limits of the same kind; speeds for a limit of time", service.limit);
                return Err(value("services.sweep", &format!("`{sweep}`"), &expected));
            }
        }
        if self.outputs.measure_error {
            positive("ground.cell_m where outputs.measure_error halves it", self.ground.cell_m, 2.0, 200.0)?;
        }
        if self.outputs.audit && !self.outputs.formats.contains(&Format::Geojson) {
            return Err(value("outputs.audit", "true", "`geojson` among outputs.formats: coverage.geojson is what is audited"));
        }
        Ok(())
    }

    /// Checks that every source has a name and every CRS a meaning.
    fn check_sources(&self) -> Result<(), PlanError> {
        let mut sources =
            vec![("roads.source", &self.roads.source), ("zones.source", &self.zones.source), ("people.totals", &self.people.totals)];
        sources.extend(self.people.source.as_ref().map(|source| ("people.source", source)));
        sources.extend(self.facilities.iter().map(|set| ("facilities.source", &set.source)));
        if let Some((key, _)) = sources.iter().find(|(_, source)| source.trim().is_empty()) {
            return Err(value(key, "empty", "the name of a file, relative to the plan"));
        }
        if is_osm(&self.zones.source) && self.zones.admin_level.is_none() {
            return Err(value(
                "zones.admin_level",
                "missing",
                "the level of the boundaries, such as 8, since zones.source is OpenStreetMap's",
            ));
        }
        grids::check(self)
    }

    /// The speeds of all sweeps by profile, ascending, each once.
    pub fn swept_speeds(&self) -> BTreeMap<String, Vec<f64>> {
        let mut swept: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for service in &self.services {
            swept.entry(service.profile.clone()).or_default().extend(service.swept_speeds());
        }
        for speeds in swept.values_mut() {
            speeds.sort_by(f64::total_cmp);
            speeds.dedup();
        }
        swept
    }

    /// A profile with another general speed, metres a second, as `--speed` sets it.
    ///
    /// # Errors
    ///
    /// [`PlanError`] as [`Plan::profile`].
    pub fn profile_at(&self, name: &str, metres_a_second: f64) -> Result<Profile, PlanError> {
        let mut plan = self.clone();
        plan.set_speed(name, metres_a_second);
        plan.profile(name)
    }

    /// Whether a profile has one general speed: a vehicle's has one for each class of road.
    pub fn takes_speed(&self, profile: &str) -> bool {
        self.profile(profile).is_ok_and(|profile| profile.drive.is_none())
    }

    /// Sets the general speed of a profile, metres a second, as `--speed` does.
    pub fn set_speed(&mut self, profile: &str, metres_a_second: f64) {
        set_speed(self.profiles.entry(profile.to_owned()).or_default(), metres_a_second);
    }

    /// The profile of that name: a built-in with the plan's changes, or one of the plan's own that says `base = "walk"`.
    ///
    /// # Errors
    ///
    /// [`PlanError`] for an unknown name, an unknown key, or a value out of its range.
    pub fn profile(&self, name: &str) -> Result<Profile, PlanError> {
        changed(name, self.profiles.get(name).cloned().unwrap_or_default())
    }
}

/// What is wrong with a text that is no plan, with its place; without the line where that would fill pages.
fn shown(error: &toml::de::Error, text: &str) -> String {
    const LONGEST: usize = 300;
    let message = error.to_string();
    if message.lines().all(|line| line.len() <= LONGEST) {
        return in_words(message.trim_end());
    }
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    in_words(&format!("TOML parse error at line {}: {}", before.matches('\n').count() + 1, error.message()))
}

/// A message of serde's, without the words of programmers.
fn in_words(message: &str) -> String {
    let pairs = [
        ("unknown field", "unknown key"),
        ("unknown variant", "unknown value"),
        ("missing field", "missing key"),
        ("expected u8", "expected a whole number of 0 to 255"),
        ("expected u32", "expected a whole number"),
        ("expected f64", "expected a number"),
    ];
    pairs.iter().fold(message.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// `; did you mean …?` for an unknown field, from the fields that serde lists behind it.
fn hint(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = message.contains("unknown field") || message.contains("unknown variant");
    match quoted.next() {
        Some(found) if unknown => nearest(found, &quoted.collect::<Vec<_>>()),
        _ => String::new(),
    }
}

fn nearest(found: &str, known: &[&str]) -> String {
    let near = |known: &&str| strsim::damerau_levenshtein(found, known);
    let best = known.iter().map(|k| (near(k), *k)).min();
    match best {
        Some((distance, best)) if distance <= 1 + found.chars().count() / 3 => format!("; did you mean `{best}`?"),
        _ => String::new(),
    }
}

fn value(key: &str, found: &str, expected: &str) -> PlanError {
    PlanError::Value { key: key.to_owned(), found: found.to_owned(), expected: expected.to_owned() }
}

fn positive(key: &str, number: f64, low: f64, high: f64) -> Result<(), PlanError> {
    let holds = (low..=high).contains(&number);
    if holds { Ok(()) } else { Err(value(key, &number.to_string(), &format!("{low} to {high}"))) }
}

fn file_name(key: &str, text: &str) -> Result<(), PlanError> {
    let fits = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    if fits { Ok(()) } else { Err(value(key, &format!("`{text}`"), "letters, digits, `-` and `_`")) }
}

fn distinct(key: &str, ids: &[&str]) -> Result<(), PlanError> {
    match ids.iter().enumerate().find(|(i, id)| ids[..*i].contains(id)) {
        Some((_, twice)) => Err(value(&format!("{key}.id"), &format!("`{twice}` twice"), "each id once")),
        None => Ok(()),
    }
}

/// Whether a file is an OpenStreetMap one, by its name.
pub fn is_osm(name: &str) -> bool {
    let name = name.to_lowercase();
    [".pbf", ".osm", ".osm.gz", ".osm.bz2"].iter().any(|end| name.ends_with(end))
}

/// Whether a name is that of a layer of shapes: GeoJSON, Shapefile, GeoPackage (`file.gpkg|layername=towns`), FlatGeobuf or GeoParquet.
pub fn is_layer(name: &str) -> bool {
    let file = name.split('|').next().unwrap_or_default().to_lowercase();
    ["json", ".geojsonl", ".geojsons", ".shp", ".gpkg", ".fgb", ".parquet"].iter().any(|end| file.ends_with(end))
}

/// Whether a name is that of a raster: a GeoTIFF, with its band where it has several (`people.tif|band=2`).
pub fn is_raster(name: &str) -> bool {
    let file = name.split('|').next().unwrap_or_default().to_lowercase();
    [".tif", ".tiff"].iter().any(|end| file.ends_with(end))
}

/// Whether a name is that of a table: text in columns, or a workbook.
pub fn is_table(name: &str) -> bool {
    let name = name.to_lowercase();
    [".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods"].iter().any(|end| name.ends_with(end))
}

/// What [`is_layer`] takes, in an error.
pub(crate) const LAYERS: &str =
    "a layer: GeoJSON (.geojson), Shapefile (.shp), GeoPackage (.gpkg), FlatGeobuf (.fgb) or GeoParquet (.parquet)";

/// Whether a file is a prepared network, by its name.
pub fn is_prepared(name: &str) -> bool {
    name.to_lowercase().ends_with(".cnet")
}
