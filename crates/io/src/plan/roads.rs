//! Roads, as the plan names them.

use std::collections::{BTreeMap, BTreeSet};

use catchment::Profile;
use serde::{Deserialize, Serialize};

use super::{Mask, PeopleMethod, Plan, PlanError, built_in, is_layer, nearest, positive, value};

/// `[roads]`. Every key but `source` and `extent` is for a layer of lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoadsPlan {
    /// An OpenStreetMap extract: `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`; a prepared network: `.cnet`; or a layer of lines: GeoJSON,
    /// Shapefile or GeoPackage.
    pub source: String,
    /// The CRS of the layer's coordinates, where the file does not tell it or tells it wrongly (`gcj02`, `EPSG:4549`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// A layer of polygons that the roads are known in, where the file does not say it itself: outside them people and ground are no data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extent: Option<String>,
    /// The layer's columns.
    #[serde(default, skip_serializing_if = "RoadColumns::is_empty")]
    pub columns: RoadColumns,
    /// The class of OpenStreetMap (`primary`, `residential`, …) that each of the layer's own classes is. It stands above the usual Chinese
    /// classes, which are known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub classes: BTreeMap<String, String>,
    /// The class of lines that tell none; [`RoadsPlan::DEFAULT_CLASS`] where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_class: Option<String>,
    /// Ends within this distance of one another, or of another line, are joined, metres; [`RoadsPlan::SNAP_M`] where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snap_m: Option<f64>,
}

/// Which columns of a layer of roads hold what. Those that are not named are looked for under their usual English and Chinese names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoadColumns {
    /// The class: one of OpenStreetMap, a usual Chinese one, or one of `roads.classes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The speed limit, km/h unless it says otherwise; it holds where it is below the speed that a profile has for the class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<String>,
    /// Whether vehicles go one way: `yes`, `1`, `true`, `FT`, `F` along the line as it is drawn; `-1`, `TF`, `T`, `reverse` against it;
    /// `no`, `0`, `false`, `B`, `both` or nothing: both ways.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oneway: Option<String>,
    /// The level, a number: bridges above 0, tunnels below it. Lines that cross at different levels are not joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// The name, by which findings speak of a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl RoadColumns {
    fn is_empty(&self) -> bool {
        *self == RoadColumns::default()
    }
}

impl RoadsPlan {
    /// Centrelines of offices are surveyed to a few decimetres, and pavements lie metres apart.
    pub const SNAP_M: f64 = 0.5;
    /// A street that anybody may use, at a modest speed.
    pub const DEFAULT_CLASS: &str = "residential";

    /// Roads of a file, with no further word of it.
    #[must_use]
    pub fn new(source: impl Into<String>) -> RoadsPlan {
        let (columns, classes) = (RoadColumns::default(), BTreeMap::new());
        RoadsPlan { source: source.into(), crs: None, extent: None, columns, classes, default_class: None, snap_m: None }
    }

    /// How near ends are joined, metres.
    pub fn snap_m(&self) -> f64 {
        self.snap_m.unwrap_or(RoadsPlan::SNAP_M)
    }

    /// The class of lines that tell none.
    pub fn default_class(&self) -> &str {
        self.default_class.as_deref().unwrap_or(RoadsPlan::DEFAULT_CLASS)
    }

    /// The keys that only a layer has a use for, of those that are there.
    fn of_layers(&self) -> Option<&'static str> {
        let there = [
            ("crs", self.crs.is_some()),
            ("columns", !self.columns.is_empty()),
            ("classes", !self.classes.is_empty()),
            ("default_class", self.default_class.is_some()),
            ("snap_m", self.snap_m.is_some()),
        ];
        there.into_iter().find_map(|(key, there)| there.then_some(key))
    }
}

/// What the shape of `[roads]` alone does not say; and what else of a plan wants an extract that a layer of roads is not.
pub(super) fn check(plan: &Plan) -> Result<(), PlanError> {
    let roads = &plan.roads;
    if !is_layer(&roads.source) {
        return match roads.of_layers() {
            Some(key) => {
                let found = format!("there, though roads.source is `{}`", roads.source);
                Err(value(&format!("roads.{key}"), &found, "it beside a layer of lines alone (GeoJSON, Shapefile, GeoPackage)"))
            }
            None => Ok(()),
        };
    }
    positive("roads.snap_m", roads.snap_m(), 0.02, 100.0)?;
    let known = known_classes(plan);
    let named = roads.classes.iter().map(|(own, class)| (format!("roads.classes.\"{own}\""), class.as_str()));
    for (key, class) in named.chain([("roads.default_class".to_owned(), roads.default_class())]) {
        if !known.contains(class) {
            let near = nearest(class, &known.iter().map(String::as_str).collect::<Vec<_>>());
            let expected = format!("a class of OpenStreetMap that a profile knows: primary, residential, footway, …{near}");
            return Err(value(&key, &format!("`{class}`"), &expected));
        }
    }
    without_extract(plan)
}

/// The classes of the profiles that ship with the program, and of those of the plan.
fn known_classes(plan: &Plan) -> BTreeSet<String> {
    let built_in = ["walk", "ambulance"].into_iter().filter_map(|name| built_in(name, None).ok());
    let own = plan.services.iter().filter_map(|service| plan.profile(&service.profile).ok());
    built_in.chain(own).flat_map(|profile: Profile| profile.highway.into_keys()).collect()
}

/// Refuses what is taken from the roads' extract where roads are a layer.
fn without_extract(plan: &Plan) -> Result<(), PlanError> {
    let why = format!("roads.source, `{}`, is a layer of lines and holds nothing else", plan.roads.source);
    if plan.barriers.as_ref().is_some_and(|barriers| !barriers.osm.is_empty()) {
        return Err(value("barriers.osm", "there", &format!("barriers.source, a layer of lines and polygons: {why}")));
    }
    let mapped = plan.ground.mask.iter().find(|mask| matches!(mask, Mask::BuiltUp | Mask::Residential));
    if let (Some(mask), None) = (mapped, &plan.ground.source) {
        let expected = format!("the OpenStreetMap extract that the mask `{}` is taken from: {why}", mask.name());
        return Err(value("ground.source", "missing", &expected));
    }
    let people = &plan.people;
    if people.method == PeopleMethod::Spread && people.source.is_none() {
        let expected = |what: &str| format!("the OpenStreetMap extract with {what}: {why}");
        if people.totals == "osm" {
            let what = "the people of towns (or people.totals, a table of them; or people.method = \"points\" or \"polygons\")";
            return Err(value("people.source", "missing", &expected(what)));
        }
        if people.over.iter().any(|surface| surface.is_area()) {
            let what = "residential land and buildings (or people.over = [\"roads\", \"zone\"], which needs none)";
            return Err(value("people.source", "missing", &expected(what)));
        }
    }
    Ok(())
}
