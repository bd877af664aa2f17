//! Corridors: lines along which a plan wants stations, each of one or several features of the same name.

use catchment::geo::{Coord, Densify, Euclidean, Geometry, LineString, MultiLineString};
use catchment::{Finding, FindingKind, Stage};
use geojson::Feature;

use super::{STRAIGHT_DEG, layer, project};
use crate::crs::{Projector, geodesic_length_m};
use crate::error::{Error, data};

/// A line along which stations are to lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Corridor {
    /// Its name.
    pub name: String,
    /// Its pieces, metres of the working CRS; those that touch with their ends are one. Pieces beside each other count each.
    pub pieces: Vec<LineString<f64>>,
    /// The length of each on the ellipsoid, metres.
    pub lengths_m: Vec<f64>,
}

/// Pieces whose ends are so near each other are one line, metres.
const JOINT_M: f64 = 1.0;

impl Corridor {
    fn is_empty(&self) -> bool {
        self.lengths_m.iter().sum::<f64>() <= 0.0
    }

    /// Joins pieces that touch with their ends, whichever way they are drawn: where a line was cut says nothing of gaps along it.
    fn join(&mut self) {
        let mut pieces = std::mem::take(&mut self.pieces).into_iter().zip(std::mem::take(&mut self.lengths_m)).collect::<Vec<_>>();
        let near = |a: Option<&Coord<f64>>, b: Option<&Coord<f64>>| a.zip(b).is_some_and(|(a, b)| (a.x - b.x).hypot(a.y - b.y) <= JOINT_M);
        pieces.reverse();
        while let Some((LineString(mut line), mut length_m)) = pieces.pop() {
            // a closed ring goes on nowhere
            while !near(line.first(), line.last()) {
                let touches = |(LineString(other), _): &(LineString<f64>, f64)| {
                    [other.first(), other.last()].into_iter().any(|end| near(line.first(), end) || near(line.last(), end))
                };
                let Some(next) = pieces.iter().rposition(touches) else { break };
                let (LineString(mut other), more_m) = pieces.remove(next);
                if near(line.first(), other.first()) || near(line.first(), other.last()) {
                    line.reverse();
                }
                if !near(line.last(), other.first()) {
                    other.reverse();
                }
                line.extend(other);
                length_m += more_m;
            }
            self.pieces.push(LineString(line));
            self.lengths_m.push(length_m);
        }
    }
}

/// The corridors of a layer, in the order in which their names first come.
pub(super) fn corridors(
    features: &[Feature],
    key: &str,
    file: &str,
    projector: &Projector,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Corridor>, Error> {
    let mut corridors: Vec<Corridor> = Vec::new();
    for (row, feature) in features.iter().enumerate() {
        let place = format!("feature {}", row + 1);
        let lines = match layer::geometry(feature, file, &place)? {
            Some(Geometry::LineString(line)) => MultiLineString::from(line),
            Some(Geometry::MultiLineString(lines)) => lines,
            _ => {
                let id = layer::feature_id(feature).unwrap_or_else(|| (row + 1).to_string());
                findings.push(Finding::new(Stage::Roads, file, id, FindingKind::NotACorridor, "no line; left out"));
                continue;
            }
        };
        let name = layer::property(feature, key).unwrap_or_else(|| place.clone());
        let position = corridors.iter().position(|corridor| corridor.name == name).unwrap_or_else(|| {
            corridors.push(Corridor { name, pieces: Vec::new(), lengths_m: Vec::new() });
            corridors.len() - 1
        });
        for line in lines.0.into_iter().filter(|line| line.0.len() > 1) {
            let length_m = line.lines().map(|part| geodesic_length_m(part.start, part.end)).sum();
            let mut places: Vec<Coord<f64>> = Euclidean.densify(&line, STRAIGHT_DEG).0;
            project(projector, &mut places, file)?;
            corridors[position].pieces.push(LineString(places));
            corridors[position].lengths_m.push(length_m);
        }
    }
    for corridor in &mut corridors {
        corridor.join();
    }
    let dots = corridors.iter().filter(|corridor| corridor.is_empty());
    findings
        .extend(dots.map(|dot| Finding::new(Stage::Roads, file, &dot.name, FindingKind::NotACorridor, "a line without length; left out")));
    corridors.retain(|corridor| !corridor.is_empty());
    match corridors.is_empty() {
        true => Err(data(file, "", "no corridor", "lines (LineString or MultiLineString)")),
        false => Ok(corridors),
    }
}
