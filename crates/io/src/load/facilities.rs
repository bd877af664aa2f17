//! Facilities: from OpenStreetMap tags, GeoJSON or CSV; records of the same facility merged and listed.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use catchment::geo::{BoundingRect, Centroid, Contains, Coord, Geometry, InteriorPoint, Intersects, MultiPolygon};
use catchment::{Facility, FacilityIndex, FacilityStatus, Finding, FindingKind, People, Stage};
use geojson::Feature;
use petgraph::unionfind::UnionFind;

use super::areas::faults;
use super::axes::InZones;
use super::numbers::number;
use super::record::{fill, record};
use super::table::Table;
use super::unused::Unused;
use super::usual::{ID, KIND, NAME, VEHICLES};
use super::{TOO_FAR, layer, project, project_polygons};
use crate::crs::Projector;
use crate::error::{Error, data};
use crate::osm::{OsmData, RingError, Tags, multipolygon, way_area};
use crate::plan::{FacilitiesPlan, Selector};

/// A facility and, where the source draws it as an area, its outline.
struct Record {
    facility: Facility,
    outline: Option<MultiPolygon<f64>>,
}

/// The facilities that the plan selects from an extract.
pub(super) fn from_osm(
    osm: &OsmData,
    plan: &FacilitiesPlan,
    projector: &Projector,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Facility>, Error> {
    let selectors: Vec<Selector> = plan.osm.iter().filter_map(|text| Selector::parse(text).ok()).collect();
    if selectors.is_empty() {
        return Err(data(&plan.source, "", "no selector", format!("facilities.osm of the set `{}`: which tags to take", plan.id)));
    }
    let wanted = |tags: &Tags| selectors.iter().any(|selector| selector.admits(tags.get(&selector.key)));
    let kind = |tags: &Tags| {
        let hit = selectors.iter().find(|selector| selector.admits(tags.get(&selector.key)));
        hit.and_then(|selector| tags.get(&selector.key)).unwrap_or_default().to_owned()
    };
    let mut records = Vec::new();
    let told = |tags: &Tags| plan.columns.vehicles.as_deref().and_then(|key| tags.get(key)).unwrap_or_default().to_owned();
    let vehicles = |tags: &Tags| count(&told(tags));
    let tagged =
        osm.nodes.iter().map(|n| ("node", n.id, &n.tags)).chain(osm.ways.iter().filter(|w| w.selected).map(|w| ("way", w.id, &w.tags)));
    let tagged = tagged.chain(osm.relations.iter().map(|r| ("relation", r.id, &r.tags)));
    for (what, id, tags) in tagged.filter(|(_, _, tags)| wanted(tags) && vehicles(tags).is_none()) {
        findings.extend(no_count(&plan.source, format!("{what}/{id}"), &told(tags)));
    }
    let facility = |id: String, tags: &Tags, location, findings: &mut Vec<Finding>| {
        let name = tags.get("name").unwrap_or_default().trim().to_owned();
        let record = record(&plan.columns, (&plan.source, &id), |key| tags.get(key).map(Cow::from), findings);
        Facility { id, name, kind: kind(tags), location, twins: Vec::new(), vehicles: vehicles(tags), record }
    };
    for node in osm.nodes.iter().filter(|node| wanted(&node.tags)) {
        let location = Coord { x: node.lon, y: node.lat };
        records.push(Record { facility: facility(format!("node/{}", node.id), &node.tags, location, findings), outline: None });
    }
    let ways = osm.ways.iter().filter(|way| way.selected && wanted(&way.tags)).map(|way| ("way", way.id, &way.tags, way_area(way, osm)));
    let relations = osm.relations.iter().filter(|r| wanted(&r.tags)).map(|r| ("relation", r.id, &r.tags, multipolygon(r, osm)));
    for (what, id, tags, area) in ways.chain(relations) {
        let id = format!("{what}/{id}");
        findings.extend(area.iter().flat_map(|area| faults(area, Stage::Facilities, &plan.source)));
        let inside = area.map_err(|e: RingError| e.to_string()).and_then(|area| {
            let at = point_inside(&area.polygons).ok_or("an area without a point inside")?;
            Ok((area.polygons, at))
        });
        match inside {
            Ok((polygons, at)) => {
                records.push(Record { facility: facility(id, tags, at, findings), outline: Some(polygons) });
            }
            Err(why) => {
                let name = tags.get("name").unwrap_or("(no name)");
                findings.push(Finding::new(
                    Stage::Facilities,
                    &plan.source,
                    id,
                    FindingKind::BrokenArea,
                    format!("{name}: {why}; left out"),
                ));
            }
        }
    }
    records.retain_mut(|record| {
        let at = record.facility.location;
        let placed = project(projector, std::slice::from_mut(&mut record.facility.location), &plan.source)
            .and_then(|()| project_polygons(projector, record.outline.as_mut_slice(), &plan.source));
        if placed.is_err() {
            let detail = format!("its place, {}, {}, {TOO_FAR}; left out", at.x, at.y);
            findings.push(Finding::new(Stage::Facilities, &plan.source, &record.facility.id, FindingKind::BadPlace, detail));
        }
        placed.is_ok()
    });
    Ok(merge(records, plan, findings))
}

/// A number of vehicles.
fn count(text: &str) -> Option<u32> {
    number(text).filter(|count| count.fract() == 0.0 && (0.0..1e6).contains(count)).map(|count| count as u32)
}

/// What is written where a number of vehicles should be; nothing is unknown, and no fault.
fn no_count(file: &str, id: impl ToString, text: &str) -> Option<Finding> {
    let detail = format!("`{text}` is no whole number of vehicles; they are unknown");
    (!text.trim().is_empty()).then(|| Finding::new(Stage::Facilities, file, id, FindingKind::BadNumber, detail))
}

/// The centroid where it lies inside, else a point that does.
fn point_inside(polygons: &MultiPolygon<f64>) -> Option<Coord<f64>> {
    let centroid = polygons.centroid()?;
    let inside = if polygons.contains(&centroid) { centroid } else { polygons.interior_point()? };
    Some(inside.into())
}

/// Facilities from a layer: points, or areas by a point inside.
pub(super) fn from_layer(
    features: &[Feature],
    plan: &FacilitiesPlan,
    projector: &Projector,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Facility>, Error> {
    let file = plan.source.as_str();
    let columns = &plan.columns;
    let named = [("id", &columns.id), ("name", &columns.name), ("kind", &columns.kind), ("vehicles", &columns.vehicles)];
    let named = named.into_iter().filter_map(|(key, property)| Some((key.to_owned(), property.as_deref()?)));
    for (key, property) in named.chain(columns.of_record()) {
        if !features.is_empty() && !layer::has(features, property) {
            return Err(layer::lacking(features, property, &format!("columns.{key}"), file));
        }
    }
    let mut records = Vec::new();
    let mut unused = Unused::new(Stage::Facilities, file);
    for (row, feature) in features.iter().enumerate() {
        let place = format!("feature {}", row + 1);
        let text = |named: &Option<String>, usual: &[&str]| {
            let keys: Vec<&str> = named.as_deref().map_or_else(|| usual.to_vec(), |key| vec![key]);
            keys.iter().find_map(|key| layer::property(feature, key))
        };
        let id = match &columns.id {
            Some(_) => text(&columns.id, &[]),
            None => layer::feature_id(feature).or_else(|| text(&None, &ID)),
        };
        let id = id.unwrap_or_else(|| (row + 1).to_string());
        let (location, mut outline) = match layer::geometry(feature, file, &place)? {
            Some(Geometry::Point(point)) => (Some(point.into()), None),
            Some(Geometry::Polygon(polygon)) => (point_inside(&polygon.clone().into()), Some(polygon.into())),
            Some(Geometry::MultiPolygon(polygons)) => (point_inside(&polygons), Some(polygons)),
            _ => (None, None),
        };
        let Some(mut location) = location else {
            let detail = "neither a point nor an area; left out";
            findings.push(Finding::new(Stage::Facilities, file, &id, FindingKind::NoPlace, detail));
            unused.add(id, None);
            continue;
        };
        project(projector, std::slice::from_mut(&mut location), file)?;
        if let Some(outline) = &mut outline {
            project_polygons(projector, std::slice::from_mut(outline), file)?;
        }
        let (name, kind) = (text(&columns.name, &NAME).unwrap_or_default(), text(&columns.kind, &KIND).unwrap_or_default());
        let told = text(&columns.vehicles, &VEHICLES);
        let vehicles = told.as_deref().and_then(count);
        findings.extend(told.filter(|_| vehicles.is_none()).and_then(|told| no_count(file, &id, &told)));
        let record = record(columns, (file, &id), |key| layer::property(feature, key).map(Cow::from), findings);
        let facility = Facility { id, name: name.trim().to_owned(), kind, location, twins: Vec::new(), vehicles, record };
        records.push(Record { facility, outline });
    }
    findings.extend(unused.finding((records.len(), People::ZERO), findings));
    Ok(merge(records, plan, findings))
}

/// Years of facilities that play no part: of those that exist, where the study has no year; and planned ones that never open.
pub(super) fn years_without_a_part(found: &[Facility], plan: &FacilitiesPlan, year: Option<i32>) -> Vec<Finding> {
    let count = |fits: fn(&Facility) -> bool| found.iter().filter(|own| fits(own)).count();
    let mut findings = Vec::new();
    let mut finding =
        |kind: FindingKind, detail: String| findings.push(Finding::new(Stage::Facilities, &plan.source, &plan.id, kind, detail));
    let dated = count(|own| own.record.status == FacilityStatus::Existing && (own.record.opens.is_some() || own.record.closes.is_some()));
    if year.is_none() && dated > 0 {
        finding(
            FindingKind::YearsNotUsed,
            format!("{dated} existing facilities say when they open or close; the study has no year (planning.year), so all of them count"),
        );
    }
    let never = count(|own| own.record.status == FacilityStatus::Planned && own.record.opens.is_none());
    if never > 0 {
        finding(FindingKind::PlannedWithoutYear, format!("{never} planned facilities say no year: they open in none"));
    }
    findings
}

/// Facilities from a table of points.
pub(super) fn from_table(
    bytes: &[u8],
    plan: &FacilitiesPlan,
    (zones, projector): (&InZones<'_>, &Projector),
    findings: &mut Vec<Finding>,
) -> Result<Vec<Facility>, Error> {
    let table = Table::read(bytes, &plan.source, &plan.columns, Stage::Facilities, findings)?;
    let columns = &plan.columns;
    let id = table.column(columns.id.as_deref(), &ID)?;
    let name = table.column(columns.name.as_deref(), &NAME)?;
    let kind = table.column(columns.kind.as_deref(), &KIND)?;
    let vehicles = table.column(columns.vehicles.as_deref(), &VEHICLES)?;
    let mut of_record: BTreeMap<&str, Option<usize>> = BTreeMap::new();
    for (_, column) in columns.of_record() {
        of_record.insert(column, table.column(Some(column), &[])?);
    }
    let mut places = table.places(columns, projector, Stage::Facilities, findings)?;
    let mut records = Vec::new();
    let mut unused = Unused::new(Stage::Facilities, table.file);
    for row in 0..table.len() {
        let Some(location) = places.at()[row] else {
            if !table.is_blank_or_sum(row) {
                unused.add(table.line(row), None);
            }
            continue;
        };
        let own = table.text(row, id);
        let told = table.text(row, vehicles);
        findings.extend(Some(told).filter(|told| count(told).is_none()).and_then(|told| no_count(&plan.source, table.line(row), told)));
        let id = if own.is_empty() { format!("line {}", table.line(row)) } else { own.to_owned() };
        let cell = |key: &str| Some(Cow::from(table.text(row, *of_record.get(key)?)));
        let record = record(columns, (&plan.source, &id), cell, findings);
        let facility = Facility {
            id,
            name: table.text(row, name).to_owned(),
            kind: table.text(row, kind).to_owned(),
            location,
            twins: Vec::new(),
            vehicles: count(told),
            record,
        };
        if !plan.only.admits(&facility) {
            places.forget(row);
        }
        records.push(Record { facility, outline: None });
    }
    findings.extend(places.amiss(&table, zones, Stage::Facilities));
    findings.extend(unused.finding((records.len(), People::ZERO), findings));
    Ok(merge(records, plan, findings))
}

/// Joins records of one facility: the same name within `merge_within_m`, or a point inside an outline of that name. The first record
/// stays (points before areas, as the source lists them); each twin is a finding.
fn merge(records: Vec<Record>, plan: &FacilitiesPlan, findings: &mut Vec<Finding>) -> Vec<Facility> {
    let wanted = records.into_iter().filter(|record| plan.only.admits(&record.facility)).collect();
    let mut records = without_repeats(wanted, plan, findings);
    distinct_ids(&mut records, plan, findings);
    let places: Vec<Facility> = records.iter().map(|r| r.facility.clone()).collect();
    let names: Vec<String> = places.iter().map(|place| place.name.to_lowercase()).collect();
    let mut of_name: HashMap<&str, Vec<usize>> = HashMap::new();
    names.iter().enumerate().filter(|(_, name)| !name.is_empty()).for_each(|(i, name)| of_name.entry(name).or_default().push(i));
    // each name by itself: thousands may stand at one place
    let indexed = of_name.into_iter().filter(|(_, own)| own.len() > 1).map(|(name, own)| {
        let alike: Vec<Facility> = own.iter().map(|i| places[*i].clone()).collect();
        (name, (own, FacilityIndex::of_facilities(&alike)))
    });
    let indexed: HashMap<&str, (Vec<usize>, FacilityIndex)> = indexed.collect();
    let mut same: UnionFind<usize> = UnionFind::new(records.len());
    let mut met: BTreeMap<(&str, u64, u64), usize> = BTreeMap::new();
    for (i, record) in records.iter().enumerate() {
        let name = names[i].as_str();
        let Some((alike, index)) = indexed.get(name) else { continue };
        let at = record.facility.location;
        if record.outline.is_none() {
            // another at this very place has all the same neighbours
            let first = *met.entry((name, at.x.to_bits(), at.y.to_bits())).or_insert(i);
            if first != i {
                same.union(i, first);
                continue;
            }
        }
        let mut near = index.within(record.facility.location, plan.merge_within_m);
        if let Some(bounds) = record.outline.as_ref().and_then(BoundingRect::bounding_rect) {
            let reach = bounds.width().hypot(bounds.height());
            let inside = index.within(record.facility.location, reach);
            let holds = |at: Coord<f64>| record.outline.as_ref().is_some_and(|outline| outline.intersects(&at));
            near.extend(inside.into_iter().filter(|(other, _)| holds(places[alike[other.index()]].location)));
        }
        for (other, _) in near {
            same.union(i, alike[other.index()]);
        }
    }
    let mut kept: BTreeMap<usize, Facility> = BTreeMap::new();
    for (i, facility) in places.into_iter().enumerate() {
        match kept.get_mut(&same.find(i)) {
            None => {
                kept.insert(same.find(i), facility);
            }
            Some(first) => {
                let metres = (first.location.x - facility.location.x).hypot(first.location.y - facility.location.y);
                let detail = format!("`{}` is {} again, {metres:.0} m away: one facility", facility.name, first.id);
                findings.push(Finding::new(Stage::Facilities, &plan.source, &facility.id, FindingKind::TwinMerged, detail));
                first.twins.push(facility.id);
                first.vehicles = first.vehicles.or(facility.vehicles);
                fill(&mut first.record, facility.record);
            }
        }
    }
    let mut facilities: Vec<Facility> = kept.into_values().collect();
    facilities.sort_by(|a, b| id_order(&a.id).cmp(&id_order(&b.id)));
    facilities
}

/// The records without those that say what another says, to the letter; one finding for each that stands there several times.
fn without_repeats(records: Vec<Record>, plan: &FacilitiesPlan, findings: &mut Vec<Finding>) -> Vec<Record> {
    let mut kept: Vec<(Record, usize)> = Vec::new();
    let mut met: BTreeMap<(String, String, String, u64, u64), usize> = BTreeMap::new();
    for record in records {
        let Facility { id, name, kind, location, .. } = &record.facility;
        let key = (id.clone(), name.clone(), kind.clone(), location.x.to_bits(), location.y.to_bits());
        match met.get(&key).filter(|i| kept[**i].0.facility == record.facility && record.outline.is_none()) {
            Some(i) => kept[*i].1 += 1,
            None => {
                met.insert(key, kept.len());
                kept.push((record, 1));
            }
        }
    }
    for (Record { facility, .. }, count) in kept.iter().filter(|(_, count)| *count > 1) {
        let detail = format!("`{}` stands there {count} times with one id, name and place: one facility", facility.name);
        findings.push(Finding::new(Stage::Facilities, &plan.source, &facility.id, FindingKind::RepeatedRows, detail));
    }
    kept.into_iter().map(|(record, _)| record).collect()
}

/// Nodes, ways, relations, each by number; then texts.
pub(crate) fn id_order(id: &str) -> (&str, i64, &str) {
    let (kind, number) = id.split_once('/').unwrap_or(("", id));
    (if kind == "way" { "o" } else { kind }, number.parse().unwrap_or(i64::MAX), id)
}

/// Numbers ids that the source uses twice, and says so.
fn distinct_ids(records: &mut [Record], plan: &FacilitiesPlan, findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for record in records {
        let count = seen.entry(record.facility.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            let own = format!("{}#{count}", record.facility.id);
            let detail = format!("the id `{}` is used again; this one is called `{own}`", record.facility.id);
            findings.push(Finding::new(Stage::Facilities, &plan.source, &own, FindingKind::RepeatedId, detail));
            record.facility.id = own;
        }
    }
}
