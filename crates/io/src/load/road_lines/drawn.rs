//! The lines of a layer, each once, in an order that is not that of the file.

use catchment::geo::{Geometry, LineString};
use catchment::{Finding, FindingKind, Stage};
use geojson::Feature;

use super::columns::{Reader, Traits};
use crate::error::Error;
use crate::load::layer;
use crate::osm::Position;

/// A line: two or more places, none twice in a row; drawn from the end at which its places come first in their order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Drawn {
    pub places: Vec<Position>,
    pub traits: Traits,
    /// The row of its feature.
    pub row: usize,
}

impl Drawn {
    /// Nothing where the line has no length.
    fn new(line: &LineString<f64>, traits: &Traits, row: usize) -> Option<Drawn> {
        let mut places: Vec<Position> = line.0.iter().filter_map(|at| Position::from_degrees(at.x, at.y)).collect();
        places.dedup();
        if places.len() < 2 {
            return None;
        }
        let backwards = places.iter().rev().lt(places.iter());
        if backwards {
            places.reverse();
        }
        let traits = traits.clone();
        Some(Drawn { places, traits: if backwards { traits.reversed() } else { traits }, row })
    }
}

/// The lines of all features. What is no line, or a line for the second time, is a finding and left out.
pub(super) fn lines(features: &[Feature], file: &str, reader: &mut Reader<'_>, findings: &mut Vec<Finding>) -> Result<Vec<Drawn>, Error> {
    let mut lines: Vec<Drawn> = Vec::new();
    for (row, feature) in features.iter().enumerate() {
        let mut add = |kind: FindingKind, detail: &str| {
            let id = layer::feature_id(feature).unwrap_or_else(|| (row + 1).to_string());
            findings.push(Finding::new(Stage::Roads, file, id, kind, detail));
        };
        let parts = match layer::geometry(feature, file, &format!("feature {}", row + 1))? {
            Some(Geometry::LineString(line)) => vec![line],
            Some(Geometry::MultiLineString(lines)) => lines.0,
            Some(_) => {
                add(FindingKind::NotALine, "a shape that is no line; left out");
                continue;
            }
            None => {
                add(FindingKind::NotALine, "a feature without a shape; left out");
                continue;
            }
        };
        let before = lines.len();
        let traits = reader.traits(row);
        lines.extend(parts.iter().filter_map(|part| Drawn::new(part, &traits, row)));
        if lines.len() - before < parts.len().max(1) {
            add(FindingKind::LineWithoutLength, "a line, or a part of one, without length; left out");
        }
    }
    Ok(once(lines, file, findings))
}

/// Each line once, ordered by its places.
fn once(mut lines: Vec<Drawn>, file: &str, findings: &mut Vec<Finding>) -> Vec<Drawn> {
    lines.sort_unstable();
    let all = lines.len();
    lines.dedup_by(|next, kept| next.places == kept.places && next.traits == kept.traits);
    let twice = all - lines.len();
    let other = lines.windows(2).filter(|pair| pair[0].places == pair[1].places).count();
    if twice > 0 || other > 0 {
        let mut told = Vec::new();
        if twice > 0 {
            told.push(format!("{twice} lines are there already, with the same columns, and are left out"));
        }
        if other > 0 {
            told.push(format!("{other} lie on another line and differ from it in their columns; both are kept"));
        }
        findings.push(Finding::new(Stage::Roads, file, "", FindingKind::DuplicateLines, told.join("; ")));
    }
    lines
}
