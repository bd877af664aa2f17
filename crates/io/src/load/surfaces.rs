//! What people are spread over: surfaces, the roads and buildings that tell where people live, and what was chosen in which zone.

use catchment::geo::{Coord, LineString, MultiPolygon};
use catchment::{
    Checks, Demand, Finding, FindingKind, Group, PassedOver, People, Progress, SpreadNote, SpreadRules, Stage, Surface, Surroundings,
    WhyPassedOver, Zone, spread,
};

use super::areas::{Wish, areas};
use super::people::people_issue;
use super::people_checks::listed;
use super::project_each;
use super::select::is_local_road;
use crate::crs::Projector;
use crate::error::Error;
use crate::osm::OsmData;
use crate::plan::{PeoplePlan, SurfaceName};

/// The name of the surface of buildings.
pub(super) const BUILDING: &str = "building";
/// People live within this distance of the roads that lead to their doors, metres.
const ALONG_ROADS_M: f64 = 75.0;

/// The polygons of one surface, in metres of the working CRS; the whole zone, and the ground along roads, need none.
pub(super) fn surface<'o>(
    name: SurfaceName,
    osm: impl FnOnce() -> Result<&'o OsmData, Error>,
    file: &str,
    projector: &Projector,
    findings: &mut Vec<Finding>,
) -> Result<Surface, Error> {
    let (label, key) = match name {
        SurfaceName::Zone => return Ok(Surface::WholeZone),
        SurfaceName::Roads => return Ok(Surface::AlongRoads(ALONG_ROADS_M)),
        SurfaceName::Residential => ("residential", "landuse"),
        SurfaceName::Building => (BUILDING, "building"),
    };
    let wanted = |tags: &crate::osm::Tags| match name {
        SurfaceName::Residential => tags.get(key) == Some("residential"),
        _ => tags.get(key).is_some_and(|value| value != "no"),
    };
    let wish = Wish { label, stage: Stage::People, file, wanted: &wanted };
    let polygons = areas(&wish, osm()?, projector, findings);
    Ok(Surface::Mapped { name: label.to_owned(), polygons })
}

/// The polygons of buildings, if a surface is of them.
pub(super) fn buildings(surface: &Surface) -> Option<&[MultiPolygon<f64>]> {
    match surface {
        Surface::Mapped { name, polygons } if name == BUILDING => Some(polygons),
        _ => None,
    }
}

/// The roads with front doors, in metres of the working CRS, without what the extract lacks of them.
pub(super) fn local_roads(osm: &OsmData, projector: &Projector) -> Vec<LineString<f64>> {
    let sets: Vec<bool> = osm.lines.sets().iter().map(|tags| is_local_road(tags.get("highway"))).collect();
    let mut places: Vec<Coord<f64>> = Vec::new();
    let mut ends = Vec::new();
    for line in osm.lines.iter().filter(|line| sets[line.set]) {
        places.extend(line.places().flatten().map(|place| osm.positions.at(place).coord()));
        ends.push(places.len());
    }
    let projected = project_each(projector, &places);
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let lines = starts.zip(&ends).map(|(start, end)| LineString(projected[start..*end].iter().flatten().copied().collect()));
    lines.filter(|line: &LineString<f64>| line.0.len() > 1).collect()
}

/// What totals are spread by, and whose findings speak.
pub(super) struct Spreading<'a> {
    pub plan: &'a PeoplePlan,
    pub checks: &'a Checks,
    pub surfaces: &'a [Surface],
    pub surroundings: Surroundings<'a>,
    pub file: &'a str,
}

impl Spreading<'_> {
    /// Spreads the zones' totals; zones of unknown people, and surfaces passed over, are findings.
    pub(super) fn spread(
        &self,
        zones: &[Zone],
        groups: &[Group],
        findings: &mut Vec<Finding>,
        progress: &dyn Progress,
    ) -> Result<(Demand, Vec<SpreadNote>), Error> {
        let rules = SpreadRules {
            cell_m: self.plan.cell_m,
            min_surface_ratio: self.plan.min_surface_ratio,
            roads_m: self.checks.surface_roads_m,
            near_m: self.checks.surface_near_m,
            near_share: self.checks.surface_share,
        };
        let (demand, notes) = spread(zones, groups, self.surfaces, self.surroundings, rules, progress)?;
        for (zone, note) in zones.iter().zip(&notes) {
            let mut add = |kind, detail: String| findings.push(people_issue(self.file, zone, kind, detail));
            // zones of unknown people are one finding together
            if zone.people == Some(People::ZERO) {
                add(FindingKind::Nobody, "its total is zero".to_owned());
            }
            if note.fallback {
                let detail = "none of the surfaces of people.over is where its people live; they are spread over the whole zone";
                add(FindingKind::NoSurface, detail.to_owned());
            }
            for passed in &note.passed_over {
                let detail = format!("{}; people are spread over {}", self.why(passed), note.surface);
                add(FindingKind::SurfacePassedOver, detail);
            }
            if let Some(people) = zone.people.filter(|people| note.on_water && *people > People::ZERO) {
                let detail =
                    format!("{}: all of it is mapped water; its {:.0} people are spread over the water", zone.name, people.as_f64());
                findings.push(Finding::new(Stage::People, self.file, &zone.id, FindingKind::PeopleOnWater, detail).people(people));
            }
        }
        findings.extend(self.misses_roads(zones, &notes));
        Ok((demand, notes))
    }

    /// Why a surface was passed over, in words.
    fn why(&self, passed: &PassedOver) -> String {
        let (surface, near_m) = (&passed.surface, self.checks.surface_near_m);
        match passed.why {
            WhyPassedOver::Sparse => format!("{surface} covers only {:.0} m² of it and is passed over", passed.area_m2),
            WhyPassedOver::MissesRoads { near_share, roads_m } => format!(
                "{:.0} % of its {:.1} km of residential and living streets lie within {near_m} m of {surface}, which is passed over",
                percent(near_share),
                roads_m / 1000.0
            ),
            WhyPassedOver::MissesBuildings { near_share } => {
                format!("{:.0} % of its buildings lie within {near_m} m of {surface}, which is passed over", percent(near_share))
            }
        }
    }

    /// Zones whose people were moved to another surface, as theirs is not where the roads are.
    fn misses_roads(&self, zones: &[Zone], notes: &[SpreadNote]) -> Option<Finding> {
        let missed = |note: &SpreadNote| {
            let shares = note.passed_over.iter().filter_map(|passed| match passed.why {
                WhyPassedOver::Sparse => None,
                WhyPassedOver::MissesRoads { near_share, roads_m } => {
                    Some(format!("{}: {:.0} % of {:.1} km", passed.surface, percent(near_share), roads_m / 1000.0))
                }
                WhyPassedOver::MissesBuildings { near_share } => {
                    Some(format!("{}: {:.0} % of buildings", passed.surface, percent(near_share)))
                }
            });
            shares.collect::<Vec<_>>()
        };
        let mut moved: Vec<(&Zone, People, String)> = Vec::new();
        for (zone, note) in zones.iter().zip(notes) {
            let shares = missed(note);
            if let Some(people) = zone.people.filter(|people| !shares.is_empty() && *people > People::ZERO) {
                moved.push((zone, people, format!("{} ({}; now {})", zone.name, shares.join(", "), note.surface)));
            }
        }
        moved.sort_by_key(|(zone, people, _)| (std::cmp::Reverse(*people), &zone.id));
        let people: People = moved.iter().map(|(_, people, _)| *people).sum();
        let all: People = zones.iter().filter_map(|zone| zone.people).sum();
        let detail = format!(
            "{} {} with {:.0} people: less than {:.0} % of the residential and living streets lie within {} m of the surface, so people are spread over the next one: \
             {}",
            moved.len(),
            if moved.len() == 1 { "zone" } else { "zones" },
            people.as_f64(),
            percent(self.checks.surface_share),
            self.checks.surface_near_m,
            listed(moved.iter().map(|(_, _, words)| words.clone()), moved.len())
        );
        let finding = Finding::new(Stage::People, self.file, "", FindingKind::SurfaceMissesRoads, detail);
        (!moved.is_empty()).then(|| finding.people(people).sized(people.as_f64() / all.as_f64()))
    }
}

fn percent(share: f64) -> f64 {
    100.0 * share
}
