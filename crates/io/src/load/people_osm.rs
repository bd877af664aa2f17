//! Totals of zones from an extract: the boundary's own `population`, else that of its town, village and city nodes.
//!
//! A place's people count for a zone only if the place is of the zone's level or below ([`above`]): the node of a capital that stands for its
//! nation says nothing of the ward that it lies in.

use std::collections::BTreeMap;

use catchment::geo::{Area, Contains, Coord, MultiPolygon, Point};
use catchment::{Finding, FindingKind, People, Severity, Stage, Zone, ZoneIndex};

use super::people::people_issue;
use super::{project_each, project_polygons};
use crate::crs::Projector;
use crate::osm::{Kind, Node, OsmData, Relation, Tags, multipolygon};

/// A zone that holds less of a parent's ground than this is not all of it.
const MOST_OF_PARENT: f64 = 0.9;
/// From this admin_level on zones are parts of cities.
const PART_OF_CITY: u8 = 9;

/// Where totals come from.
pub(super) struct Totals<'a> {
    /// The extract with the boundaries, where zones come from one, and their admin_level.
    pub zone_data: Option<&'a OsmData>,
    pub level: Option<u8>,
    /// The extract with the places.
    pub places: &'a OsmData,
    pub file: &'a str,
    pub projector: &'a Projector,
}

/// A place node with a population: a town, village or city.
struct Place<'d> {
    node: &'d Node,
    name: &'d str,
    people: Option<People>,
    text: &'d str,
    /// The higher level that it is of, in words; its people do not count.
    above: Option<String>,
}

/// Whether a node is a place whose people may be those of a zone.
pub(super) fn is_place(place: Option<&str>) -> bool {
    matches!(place, Some("town" | "village" | "city"))
}

/// Whether a node stands for ground of a higher level than any town.
pub(super) fn is_higher_place(place: Option<&str>) -> bool {
    matches!(place, Some("country" | "state" | "region" | "province" | "district" | "county" | "municipality"))
}

/// Whether a boundary is of a higher level than the zones, and may tell which places are: it has a population, or is of the two levels above.
pub(super) fn is_parent<'t>(tag: impl Fn(&str) -> Option<&'t str>, level: Option<u8>) -> bool {
    let own = tag("admin_level").and_then(|own| own.parse::<u8>().ok()).filter(|own| level.is_none_or(|level| *own < level));
    let near = |own: u8| level.is_some_and(|level| own + 2 >= level);
    tag("boundary") == Some("administrative") && own.is_some_and(|own| tag("population").is_some() || near(own))
}

impl Totals<'_> {
    /// Gives every zone its total; what is wrong with one is a finding.
    pub(super) fn give(&self, zones: &mut [Zone], findings: &mut Vec<Finding>) {
        let parents = self.parents();
        let mut inside = self.places_by_zone(zones, &parents);
        let mut refused = Vec::new();
        for (i, zone) in zones.iter_mut().enumerate() {
            let own = self.zone_data.and_then(|data| data.relations.iter().find(|r| r.id.to_string() == zone.id));
            let own = own.and_then(|relation| relation.tags.get("population"));
            zone.people = own.and_then(count);
            if let (Some(text), None) = (own, zone.people) {
                let detail = format!("population `{text}` of the boundary is no number");
                findings.push(people_issue(self.file, zone, FindingKind::BadNumber, detail));
            }
            let (above, places): (Vec<_>, Vec<_>) =
                inside.remove(&i).unwrap_or_default().into_iter().partition(|place| place.above.is_some());
            if zone.people.is_none() {
                zone.people = sum_of_places(zone, &places, self.file, findings);
                refused.extend(above.into_iter().map(|place| (i, place)));
            }
            findings.extend(zone.people.and_then(|people| self.of_parent(zone, people, &places, &parents)));
        }
        findings.extend(self.refused(zones, &refused));
    }

    fn parents(&self) -> Vec<Parent<'_>> {
        let boundaries = self.places.relations.iter().filter(|r| is_parent(|key| r.tags.get(key), self.level));
        boundaries.map(|relation| Parent { relation, area: multipolygon(relation, self.places).ok().map(|area| area.polygons) }).collect()
    }

    fn places_by_zone(&self, zones: &[Zone], parents: &[Parent<'_>]) -> BTreeMap<usize, Vec<Place<'_>>> {
        let index = ZoneIndex::new(zones);
        let nodes: Vec<&Node> = self.places.nodes.iter().filter(|node| is_place(node.tags.get("place"))).collect();
        let at: Vec<Coord<f64>> = nodes.iter().map(|node| Coord { x: node.lon, y: node.lat }).collect();
        let mut inside: BTreeMap<usize, Vec<Place<'_>>> = BTreeMap::new();
        for (node, at) in nodes.into_iter().zip(project_each(self.projector, &at)) {
            let (Some(text), Some(zone)) = (node.tags.get("population"), at.and_then(|at| index.locate(at))) else { continue };
            let name = node.tags.get("name").unwrap_or("(no name)");
            let above = self.level.and_then(|level| above(node, &zones[zone.index()], level, parents));
            inside.entry(zone.index()).or_default().push(Place { node, name, people: count(text), text, above });
        }
        inside
    }

    /// A total that is the very total of ground of a higher level, of which the zone is a part.
    fn of_parent(&self, zone: &Zone, people: People, places: &[Place<'_>], parents: &[Parent<'_>]) -> Option<Finding> {
        let of_boundary = parents.iter().filter(|parent| parent.people() == Some(people)).find(|parent| {
            let named = places.iter().any(|place| parent.names(place.node));
            named || parent.holds_more_than(zone, self.projector)
        });
        let by_node = || {
            let higher = self.places.nodes.iter().filter(|node| is_higher_place(node.tags.get("place")));
            let at: Vec<(&Node, Coord<f64>)> = higher.map(|node| (node, Coord { x: node.lon, y: node.lat })).collect();
            let projected = project_each(self.projector, &at.iter().map(|(_, at)| *at).collect::<Vec<_>>());
            at.into_iter().zip(projected).find_map(|((node, _), at)| {
                let same = node.tags.get("population").and_then(count) == Some(people);
                let named = places.iter().any(|place| node.tags.get("name") == Some(place.name));
                (same && (named || at.is_some_and(|at| zone.area.contains(&Point(at))))).then_some(&node.tags)
            })
        };
        let tags = of_boundary.map(|parent| &parent.relation.tags).or_else(by_node)?;
        let density = density(zone, people);
        let detail = format!(
            "{}: its total of {:.0} people is the very total of {} ({}), of which it is a part; {density:.0} people a km²",
            zone.name,
            people.as_f64(),
            tags.get("name").unwrap_or("a larger one"),
            level_in_words(tags),
        );
        let finding = Finding::new(Stage::People, self.file, &zone.id, FindingKind::ImplausibleDensity, detail);
        Some(finding.severity(Severity::Error).people(people).of_any_size())
    }

    /// Places of a higher level in zones that are left without a total: an error where they would hold over half of all people.
    fn refused(&self, zones: &[Zone], refused: &[(usize, Place<'_>)]) -> Vec<Finding> {
        let known: People = zones.iter().filter_map(|zone| zone.people).sum();
        let left = refused.iter().filter(|(zone, _)| zones[*zone].people.is_none());
        let finding = |(zone, place): &(usize, Place<'_>)| {
            let (zone, people) = (&zones[*zone], place.people?);
            let density = density(zone, people);
            let detail = format!(
                "{}: the place {} in it has {:.0} people and is of a higher level ({}): {density:.0} people a km²; they are not counted there, \
                 and the zone's people are unknown",
                zone.name,
                place.name,
                people.as_f64(),
                place.above.as_deref().unwrap_or_default(),
            );
            let severity = if people > known { Severity::Error } else { Severity::Warning };
            let finding = Finding::new(Stage::People, self.file, &zone.id, FindingKind::ImplausibleDensity, detail);
            Some(finding.severity(severity).people(people).of_any_size())
        };
        left.filter_map(finding).collect()
    }
}

/// A boundary of a higher level than the zones.
struct Parent<'d> {
    relation: &'d Relation,
    /// Degrees; `None` where the extract does not hold all of it.
    area: Option<MultiPolygon<f64>>,
}

impl Parent<'_> {
    fn people(&self) -> Option<People> {
        self.relation.tags.get("population").and_then(count)
    }

    /// Whether a place is its centre or its label.
    fn names(&self, node: &Node) -> bool {
        self.relation.members.iter().any(|member| member.kind == Kind::Node && member.id == node.id)
    }

    fn holds(&self, node: &Node) -> bool {
        self.names(node) || self.area.as_ref().is_some_and(|area| area.contains(&Point::new(node.lon, node.lat)))
    }

    /// Whether a zone is a part of it and not all.
    fn holds_more_than(&self, zone: &Zone, projector: &Projector) -> bool {
        let Some(mut area) = self.area.clone() else { return false };
        let projected = project_polygons(projector, std::slice::from_mut(&mut area), "").is_ok();
        let own = zone.area.unsigned_area();
        let common = || catchment::geo::BooleanOps::intersection(&area, &zone.area).unsigned_area();
        projected && own < MOST_OF_PARENT * area.unsigned_area() && common() > own / 2.0
    }
}

/// The higher level that a place is of, in words: that of a boundary that holds it and has its name, and a population that is not another's;
/// else that of its `admin_level`; or that of a city, where zones are parts of cities. A place with the zone's name is of its level.
fn above(node: &Node, zone: &Zone, level: u8, parents: &[Parent<'_>]) -> Option<String> {
    let name = node.tags.get("name").filter(|name| *name != zone.name)?;
    let own = node.tags.get("population").and_then(count)?;
    let alike = |other: People| other.0 <= own.0.saturating_mul(2) && own.0 <= other.0.saturating_mul(2);
    let stands_for =
        |parent: &&Parent<'_>| parent.relation.tags.get("name") == Some(name) && parent.people().is_none_or(alike) && parent.holds(node);
    if let Some(parent) = parents.iter().find(stands_for) {
        return Some(format!("the boundary {name}, {}", level_in_words(&parent.relation.tags)));
    }
    let named_after = zone
        .name
        .split_whitespace()
        .collect::<Vec<_>>()
        .windows(name.split_whitespace().count().max(1))
        .any(|words| words.join(" ") == name);
    let by_tag = node.tags.get("admin_level").and_then(|own| own.parse::<u8>().ok()).is_some_and(|own| own < level);
    let by_kind = level >= PART_OF_CITY && node.tags.get("place") == Some("city");
    ((by_tag || by_kind) && !named_after).then(|| level_in_words(&node.tags))
}

fn level_in_words(tags: &Tags) -> String {
    match (tags.get("admin_level"), tags.get("place")) {
        (Some(level), _) => format!("admin_level {level}"),
        (None, place) => format!("place={}", place.unwrap_or_default()),
    }
}

/// People a km² of the zone.
fn density(zone: &Zone, people: People) -> f64 {
    people.as_f64() / (zone.area.unsigned_area() / 1e6).max(1e-6)
}

fn sum_of_places(zone: &Zone, places: &[Place<'_>], file: &str, findings: &mut Vec<Finding>) -> Option<People> {
    for bad in places.iter().filter(|n| n.people.is_none()) {
        findings.push(people_issue(file, zone, FindingKind::BadNumber, format!("population `{}` of {} is no number", bad.text, bad.name)));
    }
    let known: Vec<(&str, People)> = places.iter().filter_map(|n| Some((n.name, n.people?))).collect();
    if known.len() > 1 {
        let names: Vec<String> = known.iter().map(|(name, people)| format!("{name} {:.0}", people.as_f64())).collect();
        let detail = format!("the total is the sum of {}; one of them may already hold the others", names.join(", "));
        findings.push(people_issue(file, zone, FindingKind::TotalOfSeveralPlaces, detail));
    }
    (!known.is_empty()).then(|| known.iter().map(|(_, people)| *people).sum())
}

/// A whole or decimal number of people; thousands may be parted by commas or spaces.
fn count(text: &str) -> Option<People> {
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | ' ' | '\u{a0}' | '\u{202f}')).collect();
    plain.parse().ok().and_then(People::from_f64)
}
