//! Which objects of an extract a plan needs: one reading serves all its parts.

use super::barriers;
use super::masks::Mapped;
use super::needs::RoadNeeds;
use super::people_osm::{is_higher_place, is_parent, is_place};
use super::places::{self, is_named};
use crate::osm::{Kind, Select, TagView};
use crate::plan::{BarrierKind, PeopleMethod, Plan, Selector, SurfaceName, is_osm};

/// What is wanted of one OpenStreetMap file.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub admin_level: Option<String>,
    /// Whether towns' people are wanted, and the boundaries above the zones that tell whose they are.
    pub places: bool,
    /// The zones' level.
    pub level: Option<u8>,
    pub names: bool,
    pub surfaces: Vec<SurfaceName>,
    /// Roads with front doors, which tell where people live.
    pub local_roads: bool,
    pub facilities: Vec<Selector>,
    /// Tags that say what a facility has.
    pub facility_tags: Vec<String>,
    /// Of the profiles that its roads are read for.
    pub needs: RoadNeeds,
    pub barriers: Vec<BarrierKind>,
    pub ground: Vec<Mapped>,
    pub zone_tags: Vec<String>,
}

impl Wanted {
    /// What `plan` wants of `file`.
    pub(super) fn of(plan: &Plan, file: &str, needs: &RoadNeeds) -> Wanted {
        let roads = plan.roads.source == file;
        let spread_here = spread_source(plan) == Some(file);
        let names = places::sources(plan).any(|source| source == file);
        let sets = plan.facilities.iter().filter(|set| set.source == file);
        Wanted {
            admin_level: plan.zones.admin_level.filter(|_| plan.zones.source == file).map(|level| level.to_string()),
            places: spread_here && plan.people.totals == "osm",
            level: plan.zones.admin_level,
            names,
            surfaces: if spread_here { wanted_surfaces(plan) } else { Vec::new() },
            local_roads: spread_here && asks_local_roads(plan),
            facility_tags: sets.clone().filter_map(|set| set.columns.vehicles.clone()).collect(),
            facilities: sets.flat_map(|set| &set.osm).filter_map(|text| Selector::parse(text).ok()).collect(),
            needs: if roads { needs.clone() } else { RoadNeeds::default() },
            barriers: wanted_barriers(plan, file, needs),
            ground: wanted_ground(plan, file),
            zone_tags: [&plan.zones.class, &plan.zones.limit].into_iter().flatten().cloned().collect(),
        }
    }

    /// Whether a mask may be made of areas with this key.
    fn looks_at_ground(&self, key: &str) -> bool {
        self.ground.iter().any(|kind| kind.keys().contains(&key))
    }

    fn surface(&self, name: SurfaceName) -> bool {
        self.surfaces.contains(&name)
    }
}

/// The extract that people are spread from; `None` if they are not spread.
fn spread_source(plan: &Plan) -> Option<&str> {
    let spread = plan.people.method == PeopleMethod::Spread;
    spread.then(|| plan.people.source.as_deref().unwrap_or(&plan.roads.source))
}

/// The surfaces of a plan, and buildings where they have to tell whether another is where people live.
fn wanted_surfaces(plan: &Plan) -> Vec<SurfaceName> {
    let over = &plan.people.over;
    let buildings = over.contains(&SurfaceName::Residential) && !over.contains(&SurfaceName::Building);
    over.iter().copied().chain(buildings.then_some(SurfaceName::Building)).collect()
}

/// Whether roads have to tell where people live.
pub(super) fn asks_local_roads(plan: &Plan) -> bool {
    plan.people.method == PeopleMethod::Spread && plan.people.over.iter().any(|surface| *surface != SurfaceName::Zone)
}

/// Whether a road leads to front doors.
pub(super) fn is_local_road(class: Option<&str>) -> bool {
    matches!(class, Some("residential" | "living_street"))
}

/// The extract that says where water is; `None` if no file of the plan holds any.
fn water_file(plan: &Plan) -> Option<&str> {
    let files = plan.ground.source.iter().chain([&plan.roads.source]).chain(&plan.people.source).chain([&plan.zones.source]);
    files.map(String::as_str).find(|file| is_osm(file))
}

/// The extract that says where water is, for the circles around ambulance stations; none where no service asks, or no file holds any.
pub(super) fn water_source(plan: &Plan) -> Option<&str> {
    water_file(plan).filter(|_| plan.services.iter().any(|service| service.response.is_some()))
}

/// The extract that says where water is, on which no one lives; none for people who come as points, or where no file holds any.
pub(super) fn water_of_people(plan: &Plan) -> Option<&str> {
    water_file(plan).filter(|_| plan.people.method != PeopleMethod::Points)
}

/// The ground that is read from a file: what masks are made of, and water that people are kept off.
fn wanted_ground(plan: &Plan, file: &str) -> Vec<Mapped> {
    let here = plan.ground.source.as_deref().unwrap_or(&plan.roads.source) == file;
    let masks = if here { Mapped::of(plan) } else { Vec::new() };
    let water = water_of_people(plan) == Some(file) && !masks.contains(&Mapped::Water);
    masks.into_iter().chain(water.then_some(Mapped::Water)).collect()
}

/// The extract that says what access legs may cross, where the plan names no barriers; none where no file is one.
pub(super) fn unnamed_source(plan: &Plan) -> Option<&str> {
    let files = [Some(&plan.roads.source), plan.ground.source.as_ref(), Some(&plan.zones.source)];
    files.into_iter().flatten().map(String::as_str).find(|file| is_osm(file)).filter(|_| plan.barriers.is_none())
}

/// What few people cross off the road.
pub(super) const UNNAMED: [BarrierKind; 3] = [BarrierKind::Water, BarrierKind::Railway, BarrierKind::Motorway];

/// What parts a place from a station in the middle of a circle.
pub(super) const WATER: [BarrierKind; 2] = [BarrierKind::Water, BarrierKind::Coast];

/// The barriers that are read from a file: those of the plan, water, and those that the plan could name.
fn wanted_barriers(plan: &Plan, file: &str, needs: &RoadNeeds) -> Vec<BarrierKind> {
    let own = plan.barriers.as_ref().filter(|_| plan.roads.source == file).map(|plan| plan.osm.clone()).unwrap_or_default();
    let water = if water_source(plan) == Some(file) { &WATER[..] } else { &[] };
    let unnamed = if unnamed_source(plan) == Some(file) && !needs.0.is_empty() { &UNNAMED[..] } else { &[] };
    let mut wanted = own;
    for kind in water.iter().chain(unnamed) {
        if !wanted.contains(kind) {
            wanted.push(*kind);
        }
    }
    wanted
}

impl Select for Wanted {
    fn looks_at(&self, kind: Kind, key: &str) -> bool {
        let facility = self.facilities.iter().any(|selector| selector.key == key);
        let barrier = || kind != Kind::Node && self.barriers.iter().any(|barrier| barriers::makes(*barrier, key));
        facility
            || barrier()
            || self.needs.looks_at(kind, key)
            || match kind {
                Kind::Node => (self.places || self.names) && key == "place",
                Kind::Way => {
                    (self.surface(SurfaceName::Residential) && key == "landuse")
                        || (self.surface(SurfaceName::Building) && key == "building")
                        || self.looks_at_ground(key)
                }
                Kind::Relation => {
                    ((self.admin_level.is_some() || self.places) && key == "boundary")
                        || (self.surface(SurfaceName::Residential) && key == "landuse")
                        || (self.surface(SurfaceName::Building) && key == "building")
                        || self.looks_at_ground(key)
                }
            }
    }

    fn selects(&self, kind: Kind, tags: TagView<'_>) -> bool {
        if self.facilities.iter().any(|selector| selector.admits(tags.get(&selector.key))) || self.needs.selects(kind, tags) {
            return true;
        }
        let surface = || {
            (self.surface(SurfaceName::Residential) && tags.get("landuse") == Some("residential"))
                || (self.surface(SurfaceName::Building) && tags.get("building").is_some_and(|b| b != "no"))
                || self.ground.iter().any(|kind| kind.holds(|key| tags.get(key)))
        };
        let barrier = || barriers::meaning(&self.barriers, |key| tags.get(key));
        match kind {
            Kind::Node => {
                let place = tags.get("place");
                let people = is_place(place) || (is_higher_place(place) && tags.get("population").is_some());
                (self.places && people) || (self.names && is_named(tags))
            }
            Kind::Way => surface() || barrier().is_some(),
            Kind::Relation => {
                let boundary = self.admin_level.is_some()
                    && tags.get("boundary") == Some("administrative")
                    && tags.get("admin_level") == self.admin_level.as_deref();
                let area = || surface() || matches!(barrier(), Some(barriers::Meaning::Area(_)));
                let parent = self.places && is_parent(|key| tags.get(key), self.level);
                boundary || parent || (tags.get("type") == Some("multipolygon") && area())
            }
        }
    }

    fn line_key(&self, key: &str) -> bool {
        self.needs.line_key(key) || (self.local_roads && key == "highway")
    }

    fn line(&self, tags: TagView<'_>) -> bool {
        let class = tags.get("highway");
        let road = !self.needs.0.is_empty() && (class.is_some() || tags.get("route") == Some("ferry"));
        road || (self.local_roads && is_local_road(class))
    }

    fn keeps_key(&self, key: &str) -> bool {
        const KEPT: [&str; 12] = [
            "access",
            "admin_level",
            "area",
            "boundary",
            "building",
            "crossing",
            "highway",
            "landuse",
            "name",
            "place",
            "population",
            "type",
        ];
        KEPT.contains(&key)
            || self.needs.keeps_key(key)
            || (!self.barriers.is_empty() && barriers::reads(key))
            || self.looks_at_ground(key)
            || self.zone_tags.iter().chain(&self.facility_tags).any(|tag| tag == key)
            || self.facilities.iter().any(|selector| selector.key == key)
    }
}
