//! Whether people can be where they are said to be: outside the zones, at few points, too close together.

use catchment::geo::{Area, BoundingRect, Coord, Intersects, MultiPolygon, Rect};
use catchment::{Checks, Demand, Finding, FindingKind, People, Proximity, Severity, SpreadNote, Stage, Water, Zone};

use super::surfaces::BUILDING;

/// So many zones are named in a finding.
const NAMED: usize = 10;

/// People outside every zone: a note, and a warning where they live beside a border. `what` their places are.
pub(super) fn outside(zones: &[Zone], demand: &Demand, what: &str, file: &str, checks: &Checks) -> Option<Finding> {
    let outside: Vec<usize> = (0..demand.len()).filter(|i| demand.zones[*i].is_none()).collect();
    if outside.is_empty() {
        return None;
    }
    let people: People = outside.iter().map(|i| demand.people[*i]).sum();
    let boxes: Vec<Rect<f64>> =
        zones.iter().filter_map(|zone| zone.area.bounding_rect()).map(|own| wider(own, checks.people_outside_m)).collect();
    let candidates: Vec<usize> = outside
        .iter()
        .copied()
        .filter(|i| demand.people[*i] > People::ZERO && boxes.iter().any(|own| own.intersects(&demand.locations[*i])))
        .collect();
    let near = if candidates.is_empty() { People::ZERO } else { people_near(zones, demand, &candidates, checks.people_outside_m) };
    let beside = if near > People::ZERO {
        format!("; {:.1} of them within {} m of a border: do the zones end where the town does?", near.as_f64(), checks.people_outside_m)
    } else {
        String::new()
    };
    let detail = format!(
        "{} {what} with {:.1} people lie outside every zone: the row `outside`, in no total{beside}",
        outside.len(),
        people.as_f64()
    );
    let severity = if near > People::ZERO { Severity::Warning } else { Severity::Note };
    let finding = Finding::new(Stage::People, file, "", FindingKind::PeopleOutside, detail).rows(outside.len()).people(people);
    Some(finding.severity(severity))
}

fn wider(own: Rect<f64>, by: f64) -> Rect<f64> {
    let by = Coord { x: by, y: by };
    Rect::new(own.min() - by, own.max() + by)
}

fn people_near(zones: &[Zone], demand: &Demand, points: &[usize], metres: f64) -> People {
    let areas: Vec<MultiPolygon<f64>> = zones.iter().map(|zone| zone.area.clone()).collect();
    let borders = Proximity::new(&areas);
    points.iter().filter(|i| borders.within(demand.locations[**i], metres)).map(|i| demand.people[*i]).sum()
}

/// Zones whose people stand at few points: their shares jump.
pub(super) fn few_points(zones: &[Zone], demand: &Demand, file: &str, checks: &Checks) -> Option<Finding> {
    let mut points = vec![0usize; zones.len()];
    for (zone, people) in demand.zones.iter().zip(&demand.people) {
        if let Some(zone) = zone.filter(|_| *people > People::ZERO) {
            points[zone.index()] += 1;
        }
    }
    let mut few: Vec<(&Zone, usize, People)> = Vec::new();
    for (zone, points) in zones.iter().zip(points) {
        if let Some(people) = zone.people.filter(|people| *people > People::ZERO && points < checks.few_points) {
            few.push((zone, points, people));
        }
    }
    few.sort_by_key(|(zone, _, people)| (std::cmp::Reverse(*people), &zone.id));
    let people: People = few.iter().map(|(_, _, people)| *people).sum();
    let names = few.iter().map(|(zone, points, people)| format!("{} ({points} points, {:.0} people)", zone.name, people.as_f64()));
    let detail = format!(
        "{} {} fewer than {} points of people, so the share moves in large steps: {}",
        few.len(),
        if few.len() == 1 { "zone has" } else { "zones have" },
        checks.few_points,
        listed(names, few.len())
    );
    (!few.is_empty()).then(|| Finding::new(Stage::People, file, "", FindingKind::FewPoints, detail).people(people))
}

/// The ground that each zone's people live on, m²: the surface that they were spread over; of buildings the cells of that side that they
/// stand in; where people came as points or areas, the zone's land, as a point may stand for a village.
pub(super) fn inhabited_m2(zones: &[Zone], demand: &Demand, notes: &[SpreadNote], water: &Water<'_>, cell_m: f64) -> Vec<f64> {
    if notes.is_empty() {
        return zones.iter().map(|zone| water.land_or_all(&zone.area).0.unsigned_area()).collect();
    }
    let mut cells = vec![0usize; zones.len()];
    demand.zones.iter().flatten().for_each(|zone| cells[zone.index()] += 1);
    let of_zone = |(note, cells): (&SpreadNote, usize)| match note.surface.as_str() {
        BUILDING => (cells as f64 * cell_m * cell_m).min(zones[note.zone.index()].area.unsigned_area()).max(note.area_m2),
        _ => note.area_m2,
    };
    notes.iter().zip(cells).map(of_zone).collect()
}

/// Totals that cannot be, or can hardly be, those of their zones.
pub(super) fn density(zones: &[Zone], inhabited_m2: &[f64], file: &str, checks: &Checks) -> Vec<Finding> {
    let mut dense: Vec<(&Zone, People, f64)> = Vec::new();
    for (zone, m2) in zones.iter().zip(inhabited_m2) {
        let km2 = m2 / 1e6;
        if let Some(people) = zone.people.filter(|_| km2 >= checks.density_km2 && km2 > 0.0) {
            dense.push((zone, people, people.as_f64() / km2));
        }
    }
    dense.retain(|(_, _, density)| *density > checks.density_warning);
    dense.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| a.0.id.cmp(&b.0.id)));
    let (errors, warnings): (Vec<_>, Vec<_>) = dense.into_iter().partition(|(_, _, density)| *density > checks.density_error);
    let of = |found: &[(&Zone, People, f64)], severity, most: f64| {
        let names =
            found.iter().map(|(zone, people, density)| format!("{} ({:.0} people, {density:.0} a km²)", zone.name, people.as_f64()));
        let detail = format!("more than {most:.0} people a km² of the ground that they live on: {}", listed(names, found.len()));
        let people: People = found.iter().map(|(_, people, _)| *people).sum();
        let (first, _, densest) = found.first()?;
        let finding = Finding::new(Stage::People, file, &first.id, FindingKind::ImplausibleDensity, detail);
        Some(finding.severity(severity).people(people).sized(*densest))
    };
    let by_number = [of(&errors, Severity::Error, checks.density_error), of(&warnings, Severity::Warning, checks.density_warning)];
    by_number.into_iter().flatten().chain(in_one_zone(zones, inhabited_m2, file)).collect()
}

/// One zone that holds over half of all known people while most zones are unknown: it has another's total.
fn in_one_zone(zones: &[Zone], inhabited_m2: &[f64], file: &str) -> Option<Finding> {
    let unknown = zones.iter().filter(|zone| zone.people.is_none()).count();
    let all: People = zones.iter().filter_map(|zone| zone.people).sum();
    let holds = |(zone, _): &(&Zone, &f64)| zone.people.is_some_and(|people| 2 * u128::from(people.0) > u128::from(all.0));
    let (zone, m2) = zones.iter().zip(inhabited_m2).find(holds).filter(|_| 2 * unknown > zones.len())?;
    let people = zone.people?;
    let density = people.as_f64() / (m2 / 1e6).max(1e-6);
    let detail = format!(
        "{} holds {:.0} of {:.0} known people ({density:.0} a km²), and {unknown} of {} zones are unknown: is this the total of all of them?",
        zone.name,
        people.as_f64(),
        all.as_f64(),
        zones.len()
    );
    let finding = Finding::new(Stage::People, file, &zone.id, FindingKind::ImplausibleDensity, detail);
    Some(finding.severity(Severity::Error).people(people).of_any_size())
}

/// The first names of a list, and how many there are more.
pub(super) fn listed(names: impl Iterator<Item = String>, count: usize) -> String {
    let shown: Vec<String> = names.take(NAMED).collect();
    let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
