//! Areas of an extract: closed ways and multipolygons with wanted tags, in metres of the working CRS.

use catchment::geo::MultiPolygon;
use catchment::{Finding, FindingKind, Stage};

use super::{TOO_FAR, project_polygons};
use crate::crs::Projector;
use crate::osm::{Area, OsmData, Tags, WarningKind, multipolygon, way_area};

/// Which areas, and how findings speak of them.
pub(super) struct Wish<'a> {
    pub label: &'a str,
    pub stage: Stage,
    pub file: &'a str,
    pub wanted: &'a dyn Fn(&Tags) -> bool,
}

/// What is wrong with an area that is known all the same.
pub(super) fn faults<'a>(area: &'a Area, stage: Stage, file: &'a str) -> impl Iterator<Item = Finding> + 'a {
    area.warnings.iter().map(move |fault| Finding::new(stage, file, fault.object, kind_of(fault.kind), fault.detail.clone()))
}

/// The polygons of all wanted areas; broken ones are findings and left out.
pub(super) fn areas(wish: &Wish<'_>, osm: &OsmData, projector: &Projector, findings: &mut Vec<Finding>) -> Vec<MultiPolygon<f64>> {
    let mut polygons: Vec<MultiPolygon<f64>> = Vec::new();
    let ways = osm.ways.iter().filter(|way| way.selected && (wish.wanted)(&way.tags)).map(|way| ("way", way.id, way_area(way, osm)));
    let relations = osm.relations.iter().filter(|r| r.tags.get("type") == Some("multipolygon") && (wish.wanted)(&r.tags));
    for (what, id, area) in ways.chain(relations.map(|r| ("relation", r.id, multipolygon(r, osm)))) {
        match area {
            Ok(area) => {
                findings.extend(faults(&area, wish.stage, wish.file));
                polygons.push(area.polygons);
            }
            Err(why) => {
                let detail = format!("{}: {why}; left out", wish.label);
                findings.push(Finding::new(wish.stage, wish.file, format!("{what}/{id}"), FindingKind::BrokenArea, detail));
            }
        }
    }
    if project_polygons(projector, &mut polygons, wish.file).is_err() {
        let all = polygons.len();
        polygons.retain_mut(|polygon| project_polygons(projector, std::slice::from_mut(polygon), wish.file).is_ok());
        let detail = format!("{}: {} areas of which each {TOO_FAR}; left out", wish.label, all - polygons.len());
        findings.push(Finding::new(wish.stage, wish.file, "", FindingKind::TooFar, detail));
    }
    polygons
}

/// What a fault of the reader is called among findings.
pub(super) fn kind_of(fault: WarningKind) -> FindingKind {
    match fault {
        WarningKind::DuplicateId => FindingKind::DuplicateId,
        WarningKind::MissingNodes => FindingKind::MissingNodes,
        WarningKind::TooFewNodes => FindingKind::TooFewNodes,
        WarningKind::RepeatedNode => FindingKind::RepeatedNode,
        WarningKind::ZeroLengthEdge => FindingKind::ZeroLengthEdge,
        WarningKind::BadPosition => FindingKind::BadPosition,
        WarningKind::RepeatedMember => FindingKind::RepeatedMember,
        WarningKind::OverlappingRings => FindingKind::OverlappingRings,
        WarningKind::RoleConflict => FindingKind::RoleConflict,
    }
}
