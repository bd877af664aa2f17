//! People by polygons: census units, or the cells of a grid with people. Each is cut by the zones' borders and its people shared out by area.

use catchment::geo::{Area, BooleanOps, BoundingRect, Densify, Euclidean, Intersects, MultiPolygon, Rect, unary_union};
use catchment::{
    Demand, Finding, FindingKind, Group, People, Progress, Severity, SpreadRules, Stage, Surface, Surroundings, Water, Zone, ZoneId,
    ZoneIndex, apportion, spread,
};
use geojson::Feature;
use rayon::prelude::*;

use super::numbers::number;
use super::people::{Given, elsewhere, sum_by_zone};
use super::unused::Unused;
use super::usual::PEOPLE;
use super::zones::repair;
use super::{STRAIGHT_DEG, layer, project_polygons, tangles};
use crate::crs::Projector;
use crate::error::{Error, data};
use crate::plan::PeoplePlan;

/// A polygon with the people and groups in it, metres of the working CRS.
pub(super) struct Unit {
    pub area: MultiPolygon<f64>,
    pub people: People,
    pub groups: Vec<People>,
}

/// A part of a unit in one zone, or outside all.
struct Part {
    zone: Option<ZoneId>,
    area: MultiPolygon<f64>,
    people: People,
    groups: Vec<People>,
}

/// Demand points of polygons, with their zones, and the people as the polygons tell them; a zone's people are then the sum of its points.
pub(super) fn shared(
    zones: &mut [Zone],
    units: &[Unit],
    water: &[MultiPolygon<f64>],
    plan: &PeoplePlan,
    file: &str,
    findings: &mut Vec<Finding>,
    progress: &dyn Progress,
) -> Result<(Demand, People), Error> {
    let kept_off = Water::new(water);
    let told = units.iter().map(|unit| unit.people).sum();
    let index = ZoneIndex::new(zones);
    let boxes: Vec<Option<Rect<f64>>> = zones.iter().map(|zone| zone.area.bounding_rect()).collect();
    let cut = |unit: &Unit| {
        let (land, wet) = kept_off.land_or_all(&unit.area);
        (parts(unit, &land, zones, &boxes, &index), wet && unit.people > People::ZERO)
    };
    let cut: Vec<(Vec<Part>, bool)> = units.par_iter().map(cut).collect();
    let wet: Vec<People> = units.iter().zip(&cut).filter(|(_, (_, wet))| *wet).map(|(unit, _)| unit.people).collect();
    findings.extend(on_water(&wet, file));
    let parts: Vec<Part> = cut.into_iter().flat_map(|(parts, _)| parts).collect();
    let pieces: Vec<Zone> = parts
        .iter()
        .enumerate()
        .map(|(i, part)| Zone { id: i.to_string(), name: String::new(), area: part.area.clone(), people: Some(part.people), class: None })
        .collect();
    let group = |(g, name): (usize, &String)| Group { name: name.clone(), people: parts.iter().map(|part| part.groups[g]).collect() };
    let groups: Vec<Group> = plan.groups.iter().enumerate().map(group).collect();
    let rules = SpreadRules { cell_m: plan.cell_m, ..SpreadRules::default() };
    let surroundings = Surroundings { water, ..Surroundings::default() };
    let (mut demand, _) = spread(&pieces, &groups, &[Surface::WholeZone], surroundings, rules, progress)?;
    let mut spread_over = vec![false; parts.len()];
    demand.zones.iter().flatten().for_each(|piece| spread_over[piece.index()] = true);
    for zone in &mut demand.zones {
        *zone = zone.and_then(|piece| parts[piece.index()].zone);
    }
    // a part too thin for a cell: everybody where it begins
    for part in parts.iter().zip(spread_over).filter(|(_, done)| !done).map(|(part, _)| part) {
        let Some(at) = part.area.0.first().and_then(|polygon| polygon.exterior().0.first()) else { continue };
        demand.locations.push(*at);
        demand.zones.push(part.zone);
        demand.people.push(part.people);
        demand.groups.iter_mut().zip(&part.groups).for_each(|(group, people)| group.people.push(*people));
    }
    elsewhere(zones, &demand, file)?;
    sum_by_zone(zones, &demand, file, Given::Polygons, findings);
    Ok((demand, told))
}

/// The polygons with their people; what is no polygon or has no number is a finding.
pub(super) fn units(
    features: &[Feature],
    plan: &PeoplePlan,
    file: &str,
    projector: &Projector,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Unit>, Error> {
    let own = |name: &str| {
        let keys = features.iter().filter_map(|feature| feature.properties.as_ref()).flat_map(|own| own.keys());
        keys.into_iter().find(|key| key.eq_ignore_ascii_case(name)).cloned()
    };
    if features.is_empty() {
        return Err(data(file, "", "no feature", "polygons with a number of people each"));
    }
    let named = |name: &str, key: &str| own(name).ok_or_else(|| layer::lacking(features, name, key, file));
    let key = match &plan.columns.people {
        Some(key) => named(key, "columns.people")?,
        None => PEOPLE.iter().find_map(|name| own(name)).ok_or_else(|| {
            data(file, "", "no property with people", format!("one of {}; or name it: columns = {{ people = \"…\" }}", PEOPLE.join(", ")))
        })?,
    };
    let groups: Vec<String> = plan.groups.iter().map(|name| named(name, "people.groups")).collect::<Result<_, _>>()?;
    tangles::check(features, file)?;
    let mut units = Vec::new();
    let mut unused = Vec::new();
    for (row, feature) in features.iter().enumerate() {
        let id = layer::feature_id(feature).unwrap_or_else(|| (row + 1).to_string());
        let mut add = |kind: FindingKind, detail: String| findings.push(Finding::new(Stage::People, file, &id, kind, detail));
        let count = |key: &str| layer::property(feature, key).as_deref().and_then(number).and_then(People::from_f64);
        let Some(drawn) = layer::polygons(feature, file, &format!("feature {}", row + 1))? else {
            add(FindingKind::NotAPolygon, "without a polygon; its people are not used".to_owned());
            unused.push((id, count(&key)));
            continue;
        };
        let Some(people) = count(&key) else {
            add(
                FindingKind::BadNumber,
                format!("property `{key}`: {} is no number of people; the polygon is not used", layer::value(feature, &key)),
            );
            unused.push((id, None));
            continue;
        };
        let (area, wrong) = repair(drawn);
        match wrong {
            what if area.0.is_empty() => {
                let what = what.unwrap_or_else(|| "an empty polygon".to_owned());
                add(FindingKind::InvalidPolygon, format!("{what}; its {:.1} people are not used", people.as_f64()));
                unused.push((id, Some(people)));
                continue;
            }
            Some(what) => add(FindingKind::PolygonRepaired, format!("{what}; mended by joining its parts")),
            None => {}
        }
        let mut of_group = |key: &String| {
            let told = count(key);
            if told.is_none() {
                add(
                    FindingKind::BadNumber,
                    format!("property `{key}`: {} is no number of people; counted as 0", layer::value(feature, key)),
                );
            }
            told.unwrap_or_default()
        };
        let groups = groups.iter().map(&mut of_group).collect();
        units.push(Unit { area, people, groups });
    }
    let used = units.iter().map(|unit| unit.people).sum();
    findings.extend(Unused::of(Stage::People, file, unused).finding((units.len(), used), findings));
    project_units(&mut units, projector, file)?;
    Ok(units)
}

/// Units that lie wholly on mapped water, by their people, which stay there.
fn on_water(people: &[People], file: &str) -> Option<Finding> {
    let all: People = people.iter().copied().sum();
    let detail = format!("{} units with {:.1} people lie wholly on mapped water; their people stay there", people.len(), all.as_f64());
    let finding = Finding::new(Stage::People, file, "", FindingKind::PeopleOnWater, detail).severity(Severity::Note);
    (!people.is_empty()).then(|| finding.rows(people.len()).people(all))
}

/// From WGS84 degrees to metres, long straight sides cut so that they stay where they are.
pub(super) fn project_units(units: &mut [Unit], projector: &Projector, file: &str) -> Result<(), Error> {
    let mut areas: Vec<MultiPolygon<f64>> = units.iter().map(|unit| Euclidean.densify(&unit.area, STRAIGHT_DEG)).collect();
    project_polygons(projector, &mut areas, file)?;
    units.iter_mut().zip(areas).for_each(|(unit, area)| unit.area = area);
    Ok(())
}

/// A unit's land cut by zones, its people by area; what lies in no zone is a part of its own.
fn parts(unit: &Unit, land: &MultiPolygon<f64>, zones: &[Zone], boxes: &[Option<Rect<f64>>], index: &ZoneIndex<'_>) -> Vec<Part> {
    let Some(bounds) = land.bounding_rect() else { return Vec::new() };
    let near: Vec<usize> = (0..zones.len()).filter(|z| boxes[*z].is_some_and(|own| own.intersects(&bounds))).collect();
    let inside = |z: usize| (Some(ZoneId::at(z)), zones[z].area.intersection(land));
    let mut pieces: Vec<(Option<ZoneId>, MultiPolygon<f64>)> = near.iter().map(|z| inside(*z)).collect();
    let covered = unary_union(near.iter().map(|z| &zones[*z].area));
    pieces.push((None, land.difference(&covered)));
    // slivers of rounding along a border hold nobody
    let least = 1e-6 * land.unsigned_area();
    pieces.retain(|(_, area)| area.unsigned_area() > least);
    if pieces.is_empty() {
        // too thin to be cut: all of it where it begins
        let zone = land.0.first().and_then(|polygon| polygon.exterior().0.first()).and_then(|at| index.locate(*at));
        pieces.push((zone, land.clone()));
    }
    let weights: Vec<u64> = pieces.iter().map(|(_, area)| (area.unsigned_area() * 1e6) as u64 + 1).collect();
    let people = apportion(unit.people, &weights);
    let groups: Vec<Vec<People>> = unit.groups.iter().map(|group| apportion(*group, &weights)).collect();
    let part = |(i, (zone, area))| Part { zone, area, people: people[i], groups: groups.iter().map(|own| own[i]).collect() };
    pieces.into_iter().enumerate().map(part).collect()
}
