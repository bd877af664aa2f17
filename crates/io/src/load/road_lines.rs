//! Roads from a layer of lines: survey centrelines, registers of streets. They become the ways and nodes of an extract, so that whatever
//! is made of an extract's roads is made of them.

mod classes;
mod columns;
mod crossings;
mod drawn;
mod ends;
mod noding;
#[cfg(test)]
mod noding_tests;
mod plane;
mod told;

use std::collections::BTreeMap;

use catchment::{Finding, FindingKind, Profile, Stage};

use self::columns::Reader;
use self::noding::{Line, node};
use self::told::Told;
use super::formats;
use super::table::Table;
use crate::error::{Error, data as data_error};
use crate::files::{Files, InputFile};
use crate::osm::OsmData;
use crate::plan::RoadsPlan;
use crate::write::thousands;

/// A layer of roads.
pub(super) struct RoadLayer {
    /// Its lines as ways, without an extent: nobody knows what lies beyond them.
    pub data: OsmData,
    /// The files that were read.
    pub files: Vec<InputFile>,
    /// What was found amiss, and what was made of it.
    pub findings: Vec<Finding>,
}

/// Reads the layer that the plan names for its roads, and joins its lines.
pub(super) fn read(files: &dyn Files, plan: &RoadsPlan) -> Result<RoadLayer, Error> {
    let file = plan.source.as_str();
    let layer = formats::read(files, file, plan.crs.as_deref(), Stage::Roads)?;
    let mut findings = layer.findings;
    let table = Table::of_layer(&layer.features, file)?;
    let mut reader = Reader::new(plan, &table, &mut findings)?;
    let lines = drawn::lines(&layer.features, file, &mut reader, &mut findings)?;
    if lines.is_empty() {
        return Err(data_error(file, "", "no line", "lines (LineString or MultiLineString), the centrelines of roads"));
    }
    let shapes: Vec<Line<'_>> = lines.iter().map(|line| Line { places: &line.places, level: line.traits.level }).collect();
    let noded = node(&shapes, plan.snap_m()).map_err(|most| {
        let found = format!("lines that cross each other in more than {} places", thousands(most as f64));
        data_error(file, "", found, "the centrelines of roads alone: leave out what is no road")
    })?;
    let called = |row: usize| reader.called(row);
    let has_levels = reader.has_levels();
    findings.extend(Told { file, snap_m: plan.snap_m(), lines: &lines, noded: &noded, called: &called, has_levels }.findings());
    reader.finish(&mut findings);
    let ways = lines.iter().zip(noded.lines).filter(|(_, nodes)| !nodes.is_empty());
    let data = OsmData::of_lines(noded.places, ways.map(|(line, nodes)| (line.traits.tags(), nodes)));
    Ok(RoadLayer { data, files: layer.files, findings })
}

/// No line is of a class that the profile may use.
pub(super) fn no_road(data: &OsmData, file: &str, profile: &str) -> Error {
    let classes: Vec<&str> = data.lines.sets().iter().filter_map(|tags| tags.get("highway")).collect();
    let mut classes: Vec<String> = classes.into_iter().map(|class| format!("`{class}`")).collect();
    classes.sort();
    classes.dedup();
    let more = if classes.len() > 10 { ", …" } else { "" };
    let found = format!("lines of the classes {}{more} alone", classes[..classes.len().min(10)].join(", "));
    let expected = format!("some that {profile} uses: say what they are by roads.classes = {{ \"…\" = \"residential\" }}");
    data_error(file, "", found, expected)
}

/// Lines of which more is told than a profile believes: a speed above that of their class.
pub(super) fn faster(data: &OsmData, profile: &Profile, file: &str) -> Vec<Finding> {
    let Some(drive) = profile.drive.as_ref().filter(|drive| drive.maxspeed) else { return Vec::new() };
    let mut faster: BTreeMap<&str, usize> = BTreeMap::new();
    for line in data.lines.iter() {
        let tags = &data.lines.sets()[line.set];
        let told: Option<f64> = tags.get("maxspeed").and_then(|speed| speed.parse().ok());
        let class = tags.get("highway").and_then(|class| drive.speeds_km_h.get_key_value(class));
        if let Some((class, _)) = class.filter(|(_, speed)| told.is_some_and(|told| told > **speed)) {
            *faster.entry(class).or_default() += 1;
        }
    }
    let finding = |(class, lines): (&str, usize)| {
        let speed = drive.speeds_km_h.get(class).copied().unwrap_or_default();
        let detail = format!(
            "{lines} lines tell a speed above the {speed} km/h that the profile has for `{class}`, which holds: a limit is no travel speed; \
             profiles.NAME.drive.speeds_km_h raises it"
        );
        Finding::new(Stage::Roads, file, class, FindingKind::SpeedAboveClass, detail)
    };
    faster.into_iter().map(finding).collect()
}
