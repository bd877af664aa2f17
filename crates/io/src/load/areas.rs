//! Areas of an extract: closed ways and multipolygons with wanted tags, in metres of the working CRS.

use catchment::geo::MultiPolygon;
use catchment::{Issue, Stage};

use super::{TOO_FAR, project_polygons};
use crate::crs::Projector;
use crate::osm::{Area, OsmData, Tags, multipolygon, way_area};

/// Which areas, and how issues speak of them.
pub(super) struct Wish<'a> {
    pub label: &'a str,
    pub stage: Stage,
    pub file: &'a str,
    pub wanted: &'a dyn Fn(&Tags) -> bool,
}

/// What is wrong with an area that is known all the same.
pub(super) fn faults<'a>(area: &'a Area, stage: Stage, file: &'a str) -> impl Iterator<Item = Issue> + 'a {
    area.warnings.iter().map(move |fault| Issue::new(stage, file, fault.object, fault.kind.name(), fault.detail.clone()))
}

/// The polygons of all wanted areas; broken ones are issues and left out.
pub(super) fn areas(wish: &Wish<'_>, osm: &OsmData, projector: &Projector, issues: &mut Vec<Issue>) -> Vec<MultiPolygon<f64>> {
    let mut polygons: Vec<MultiPolygon<f64>> = Vec::new();
    let ways = osm.ways.iter().filter(|way| way.selected && (wish.wanted)(&way.tags)).map(|way| ("way", way.id, way_area(way, osm)));
    let relations = osm.relations.iter().filter(|r| r.tags.get("type") == Some("multipolygon") && (wish.wanted)(&r.tags));
    for (what, id, area) in ways.chain(relations.map(|r| ("relation", r.id, multipolygon(r, osm)))) {
        match area {
            Ok(area) => {
                issues.extend(faults(&area, wish.stage, wish.file));
                polygons.push(area.polygons);
            }
            Err(why) => {
                let detail = format!("{}: {why}; left out", wish.label);
                issues.push(Issue::new(wish.stage, wish.file, format!("{what}/{id}"), "broken_area", detail));
            }
        }
    }
    if project_polygons(projector, &mut polygons, wish.file).is_err() {
        let all = polygons.len();
        polygons.retain_mut(|polygon| project_polygons(projector, std::slice::from_mut(polygon), wish.file).is_ok());
        let detail = format!("{}: {} areas of which each {TOO_FAR}; left out", wish.label, all - polygons.len());
        issues.push(Issue::new(wish.stage, wish.file, "", "too_far", detail));
    }
    polygons
}
