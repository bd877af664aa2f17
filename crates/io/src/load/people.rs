//! People: totals of zones, or points of a table.

use catchment::geo::{Area, BoundingRect, Coord, Intersects, Rect};
use catchment::{Demand, Finding, FindingKind, Group, People, Severity, Stage, Zone, ZoneIndex};

use super::axes::InZones;
use super::names::{Counted, Met, ZoneNames, ZoneRows, some, sums_differ};
use super::people_checks::listed;
use super::table::{Table, none_left};
use super::unused::Unused;
use super::usual::{PEOPLE, ZONE_ID, ZONE_NAME};
use crate::crs::Projector;
use crate::error::{Error, data};
use crate::plan::{PeoplePlan, Plan};

pub(super) fn people_issue(file: &str, zone: &Zone, kind: FindingKind, detail: String) -> Finding {
    Finding::new(Stage::People, file, &zone.id, kind, format!("{}: {detail}", zone.name))
}

/// A number of people in a cell, or a finding that says what was done without one.
pub(super) fn people_of(table: &Table<'_>, row: usize, column: usize, done: &str, findings: &mut Vec<Finding>) -> Option<People> {
    let count = table.people(row, column);
    if count.is_none() {
        let (line, name, cell) = (table.line(row), table.name(column), table.cell(row, column));
        let detail = format!("line {line}, column `{name}`: {cell} is no number of people; {done}");
        findings.push(Finding::new(Stage::People, table.file, line, FindingKind::BadNumber, detail));
    }
    count
}

/// A group of more people than there are: both numbers stay, and somebody should look at them.
fn group_above(table: &Table<'_>, row: usize, group: &str, of_group: People, all: People) -> Option<Finding> {
    let detail = format!(
        "line {}: {:.1} people in the group `{group}` of {:.1} in all; both are used as they are",
        table.line(row),
        of_group.as_f64(),
        all.as_f64()
    );
    (of_group > all).then(|| Finding::new(Stage::People, table.file, table.line(row), FindingKind::GroupAboveTotal, detail))
}

/// Takes the totals of zones that have no ground of their own left: their people can be nowhere, and are said to be unknown.
pub(super) fn without_ground(zones: &mut [Zone], file: &str, findings: &mut Vec<Finding>) {
    for zone in zones.iter_mut().filter(|zone| zone.area.0.is_empty()) {
        if let Some(people) = zone.people.take() {
            let detail = format!("no ground of its own is left of it; its {:.0} people are not counted", people.as_f64());
            findings.push(people_issue(file, zone, FindingKind::ZoneWithoutGround, detail));
        }
    }
}

/// Gives every zone its total, and those of the plan's groups, from a CSV.
pub(super) fn totals_from_csv(
    zones: &mut [Zone],
    names: &ZoneNames,
    bytes: &[u8],
    plan: &PeoplePlan,
    findings: &mut Vec<Finding>,
) -> Result<(Vec<Group>, u64), Error> {
    let file = plan.totals.as_str();
    let table = Table::read(bytes, file, &plan.columns, Stage::People, findings)?;
    let id = table.column(plan.columns.id.as_deref(), &ZONE_ID)?;
    let name = table.column(plan.columns.name.as_deref(), &ZONE_NAME)?;
    if id.is_none() && name.is_none() {
        table.required(None, &[ZONE_ID.as_slice(), &ZONE_NAME].concat(), "id")?;
    }
    let people = table.required(plan.columns.people.as_deref(), &PEOPLE, "people")?;
    let columns: Vec<usize> = plan.groups.iter().map(|name| table.required(Some(name), &[], name)).collect::<Result<_, _>>()?;
    let mut groups: Vec<Group> =
        plan.groups.iter().map(|name| Group { name: name.clone(), people: vec![People::ZERO; zones.len()] }).collect();
    let before = findings.len();
    let mut rows = ZoneRows::new(names, file, Stage::People, Counted::People);
    let mut unused = Unused::new(Stage::People, file);
    let mut used = 0;
    for row in 0..table.len() {
        let met = rows.meet(table.line(row), table.zone_labels(row, [id, name]), None);
        rows.holds(table.printed(row, people).map_or(0.0, |number| number.value));
        let Met::Zone(hit) = met else { continue };
        let Some(total) = people_of(&table, row, people, "the row is not used", findings) else {
            unused.add(table.line(row), None);
            continue;
        };
        used += 1;
        zones[hit].people = Some(total);
        for (group, column) in groups.iter_mut().zip(&columns) {
            group.people[hit] = people_of(&table, row, *column, "counted as 0", findings).unwrap_or_default();
            findings.extend(group_above(&table, row, &group.name, group.people[hit], total));
        }
    }
    findings.extend(rows.findings("a total", "the last of them is used"));
    let numbers = |column: usize| (0..table.len()).map(|row| table.printed(row, column)).collect::<Vec<_>>();
    let wrong = std::iter::once(&people).chain(&columns).flat_map(|column| rows.wrong_sums(table.name(*column), true, &numbers(*column)));
    findings.extend(sums_differ(Stage::People, file, &wrong.collect::<Vec<_>>()));
    if zones.iter().all(|zone| zone.people.is_none()) {
        return Err(no_total(zones, file, id.is_some(), &findings[before..]));
    }
    let total = zones.iter().filter_map(|zone| zone.people).sum();
    findings.extend(unused.finding((used, total), findings));
    Ok((groups, table.len() as u64))
}

/// Why no zone has a total: what its rows may mean, or what was found first.
fn no_total(zones: &[Zone], file: &str, by_id: bool, findings: &[Finding]) -> Error {
    // without a total there is nothing to go on with, whatever is accepted
    if let Some(error) = findings.iter().filter(|finding| finding.is_error()).min() {
        return data(file, "", format!("no total is left: {}: {}", error.kind, error.detail), error.kind.remedy().trim_end_matches('.'));
    }
    let names: Vec<&str> = zones.iter().take(3).map(|zone| if by_id { zone.id.as_str() } else { zone.name.as_str() }).collect();
    let found = match findings {
        [one] => format!("no total is left: {}", one.detail),
        more => none_left("total", more),
    };
    data(file, "", found, format!("totals of the zones, which are called {}", names.join(", ")))
}

/// Zones of unknown people, together: their share of the zones and of the zones' area, whichever is larger, says how grave it is. The area is
/// that of the zones, water included: where in it people live is what is not known.
pub(super) fn zones_unknown(zones: &[Zone], plan: &Plan) -> Option<Finding> {
    let unknown: Vec<&Zone> = zones.iter().filter(|zone| zone.people.is_none()).collect();
    let names: Vec<&str> = unknown.iter().map(|zone| zone.name.as_str()).collect();
    let area = |zones: &mut dyn Iterator<Item = &Zone>| zones.map(|zone| zone.area.unsigned_area()).sum::<f64>();
    let (own, all) = (area(&mut unknown.iter().copied()), area(&mut zones.iter()));
    let of_zones = unknown.len() as f64 / zones.len().max(1) as f64;
    let of_area = if all > 0.0 { own / all } else { 0.0 };
    // where no people are known at all, no share of people is published that could be wrong
    let some_known = unknown.len() < zones.len();
    let known: People = zones.iter().filter_map(|zone| zone.people).sum();
    let effect = match some_known {
        true => format!("shares of people are those of the {:.0} people of the others", known.as_f64()),
        false => "no share of people can be given".to_owned(),
    };
    let detail = format!(
        "the people of {} of {} zones are unknown ({:.1} % of the zones, {:.1} % of their area, water included): {}; {}",
        unknown.len(),
        zones.len(),
        100.0 * of_zones,
        100.0 * of_area,
        some(&names),
        effect,
    );
    let share = of_zones.max(of_area);
    let severity = if some_known && share > plan.checks.zones_unknown_error + 1e-6 { Severity::Error } else { Severity::Warning };
    let people = &plan.people;
    let source = if people.totals == "osm" { people.source.as_ref().unwrap_or(&plan.roads.source) } else { &people.totals };
    let finding = Finding::new(Stage::People, source, "", FindingKind::ZonesUnknown, detail).severity(severity);
    (!unknown.is_empty()).then(|| finding.sized(share).area_m2(own))
}

/// Demand points of a table, with their zones; a zone's people are then the sum of its points.
pub(super) fn points(
    zones: &mut [Zone],
    table: &Table<'_>,
    plan: &PeoplePlan,
    (projector, far_m): (&Projector, f64),
    findings: &mut Vec<Finding>,
) -> Result<(Demand, u64), Error> {
    let file = table.file;
    let people = table.required(plan.columns.people.as_deref(), &PEOPLE, "people")?;
    let groups: Vec<usize> = plan.groups.iter().map(|name| table.required(Some(name), &[], name)).collect::<Result<_, _>>()?;
    let before = findings.len();
    let places = table.places(&plan.columns, projector, Stage::People, findings)?;
    findings.extend(places.amiss(table, &InZones::new(zones, far_m), Stage::People));
    let mut demand =
        Demand { groups: plan.groups.iter().map(|name| Group { name: name.clone(), people: vec![] }).collect(), ..Demand::default() };
    let index = ZoneIndex::new(zones);
    let mut unused = Unused::new(Stage::People, file);
    for (row, at) in places.at().iter().copied().enumerate() {
        let told = match at {
            None => table.people(row, people),
            Some(_) => people_of(table, row, people, "the row is not used", findings),
        };
        let (Some(at), Some(count)) = (at, told) else {
            if !table.is_blank_or_sum(row) {
                unused.add(table.line(row), told);
            }
            continue;
        };
        for (group, column) in demand.groups.iter_mut().zip(&groups) {
            let of_group = people_of(table, row, *column, "counted as 0", findings).unwrap_or_default();
            findings.extend(group_above(table, row, &group.name, of_group, count));
            group.people.push(of_group);
        }
        demand.locations.push(at);
        demand.zones.push(index.locate(at));
        demand.people.push(count);
    }
    if demand.people.is_empty() {
        return Err(data(
            file,
            "",
            none_left("row with people", &findings[before..]),
            "at least one row with a place and a number of people",
        ));
    }
    elsewhere(zones, &demand, file)?;
    findings.extend(repeated(&demand, file));
    sum_by_zone(zones, &demand, file, Given::Points, findings);
    findings.extend(unused.finding((demand.len(), demand.total()), findings));
    Ok((demand, table.len() as u64))
}

/// Farther than this from all zones nobody lives by chance, metres.
const ELSEWHERE_M: f64 = 100_000.0;

/// Refuses people who all live in another part of the world than the zones.
pub(super) fn elsewhere(zones: &[Zone], demand: &Demand, file: &str) -> Result<(), Error> {
    let wide = |own: Rect<f64>| {
        let (low, high) = (own.min(), own.max());
        Rect::new((low.x - ELSEWHERE_M, low.y - ELSEWHERE_M), (high.x + ELSEWHERE_M, high.y + ELSEWHERE_M))
    };
    let boxes: Vec<Rect<f64>> = zones.iter().filter_map(|zone| zone.area.bounding_rect()).map(wide).collect();
    let near = |at: &Coord<f64>| boxes.iter().any(|own| own.intersects(at));
    if demand.locations.is_empty() || demand.locations.iter().any(near) {
        return Ok(());
    }
    let found = format!("{} places with people, none of them within {:.0} km of a zone", demand.locations.len(), ELSEWHERE_M / 1000.0);
    Err(data(file, "", found, "places within the zones: is the CRS of both right?"))
}

/// Rows that say what another row says, if there are any: they count, as there are houses with many households.
fn repeated(demand: &Demand, file: &str) -> Option<Finding> {
    let mut rows: Vec<(u64, u64, u64)> =
        demand.locations.iter().zip(&demand.people).map(|(at, n)| (at.x.to_bits(), at.y.to_bits(), n.0)).collect();
    rows.sort_unstable();
    let again = rows.windows(2).filter(|pair| pair[0] == pair[1] && pair[0].2 > 0);
    let (count, people) = again.fold((0, People::ZERO), |(count, people), pair| (count + 1, people + People(pair[0].2)));
    let detail = format!(
        "{count} rows with {:.1} people repeat the place and number of another row; they are counted: is the table pasted twice?",
        people.as_f64()
    );
    let all: People = demand.people.iter().copied().sum();
    let severity = if people.as_f64() > REPEATED * all.as_f64() { Severity::Warning } else { Severity::Note };
    let finding = Finding::new(Stage::People, file, "", FindingKind::RepeatedRows, detail).severity(severity);
    (count > 0).then(|| finding.people(people).rows(count))
}

/// More than this share of all people in repeated rows is a warning: a table that stands twice in its file has half of them there.
const REPEATED: f64 = 0.25;

/// What the people of a study are given by, and so what it means that a zone has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// Points of people who live somewhere: a zone without any may be missing from the file.
    Points,
    /// Polygons, likewise.
    Polygons,
    /// A grid that covers the ground.
    Cells,
}

impl Given {
    fn name(self) -> &'static str {
        match self {
            Given::Points => "point",
            Given::Polygons => "polygon",
            Given::Cells => "cell",
        }
    }
}

/// Gives every zone the sum of the people in it. Zones without people are findings: a warning, all together, where no row of the file lies in
/// them.
pub(super) fn sum_by_zone(zones: &mut [Zone], demand: &Demand, file: &str, given: Given, findings: &mut Vec<Finding>) {
    let mut sums = vec![(0, People::ZERO); zones.len()];
    for (zone, people) in demand.zones.iter().zip(&demand.people) {
        if let Some(zone) = zone {
            let (rows, sum) = &mut sums[zone.index()];
            (*rows, *sum) = (*rows + 1, *sum + *people);
        }
    }
    for (zone, (_, sum)) in zones.iter_mut().zip(&sums) {
        zone.people = Some(*sum);
    }
    let what = given.name();
    let none = |(_, (rows, _)): &(&Zone, &(usize, People))| *rows == 0 && given != Given::Cells;
    let (missing, counted): (Vec<_>, Vec<_>) = zones.iter().zip(&sums).filter(|(_, (_, sum))| *sum == People::ZERO).partition(none);
    findings
        .extend(counted.iter().map(|(zone, _)| people_issue(file, zone, FindingKind::Nobody, format!("no people at any {what} in it"))));
    if let Some((first, _)) = missing.first() {
        let names = listed(missing.iter().map(|(zone, _)| zone.name.clone()), missing.len());
        let count = missing.len();
        let [zones, have, them] = if count == 1 { ["zone", "has", "counts"] } else { ["zones", "have", "count"] };
        let detail = format!("{count} {zones} {have} no {what} of people and {them} as 0 people: {names}; is the file whole?");
        findings.push(Finding::new(Stage::People, file, &first.id, FindingKind::Nobody, detail).severity(Severity::Warning));
    }
}
