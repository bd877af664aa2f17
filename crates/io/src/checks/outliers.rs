//! Places far from all zones while most of their set lie near: a wrong coordinate, or a place of another study.

use catchment::geo::Coord;
use catchment::{Facility, Finding, FindingKind, People, Severity, Stage};
use rayon::prelude::*;

use super::is_swapped;
use crate::load::zone_boxes::ZoneBoxes;
use crate::load::{Inputs, length};
use crate::plan::{PeopleMethod, is_osm};

/// Places that lie far from all zones.
#[derive(Debug, PartialEq)]
struct Far {
    rows: Vec<usize>,
    /// The farthest, and how far it is from the nearest zone's box, m.
    farthest: (usize, f64),
    /// Whether they stand out: most places lie near, and no place lies between these and them.
    outliers: bool,
}

/// Which of these distances are far.
///
/// A list of a whole country has places at all distances, or most of them far away. Outliers are fewer than half, and the nearest of them
/// is at least half of `far_m` farther than the next place.
fn far(distances: &[f64], far_m: f64) -> Option<Far> {
    let mut order: Vec<usize> = (0..distances.len()).collect();
    order.sort_by(|a, b| distances[*a].total_cmp(&distances[*b]).then(a.cmp(b)));
    let first = order.iter().position(|row| distances[*row] > far_m)?;
    let apart = |at: usize| at > 0 && distances[order[at]] - distances[order[at - 1]] >= far_m / 2.0;
    let most_near = 2 * (order.len() - first) < order.len();
    let stands_out = (first..order.len()).find(|at| apart(*at)).filter(|_| most_near);
    let mut rows = order[stands_out.unwrap_or(first)..].to_vec();
    let farthest = *rows.last()?;
    rows.sort_unstable();
    Some(Far { rows, farthest: (farthest, distances[farthest]), outliers: stands_out.is_some() })
}

/// How far places lie from the nearest zone's box, metres.
fn distances(inputs: &Inputs, places: &[Coord<f64>]) -> Vec<f64> {
    let boxes = ZoneBoxes::new(&inputs.zones);
    places.par_iter().map(|at| boxes.distance(*at)).collect()
}

/// Facilities of tables and layers.
pub(super) fn of_facilities(inputs: &Inputs) -> Vec<Finding> {
    let mut findings = Vec::new();
    for set in inputs.plan.facilities.iter().filter(|set| !is_osm(&set.source) && !is_swapped(inputs, &set.source)) {
        let of_set = [&inputs.facilities, &inputs.not_open].into_iter().filter_map(|sets| sets.get(&set.id));
        let facilities: Vec<&Facility> = of_set.flatten().collect();
        let places: Vec<Coord<f64>> = facilities.iter().map(|own| own.location).collect();
        let Some(far) = far(&distances(inputs, &places), inputs.plan.checks.far_outlier_m) else { continue };
        let farthest = facilities[far.farthest.0];
        let name = if farthest.name.is_empty() { &farthest.id } else { &farthest.name };
        let what = Set { file: &set.source, id: &set.id, stage: Stage::Facilities, word: "facilities", of: places.len() };
        findings.push(finding(inputs, &what, &far, Some(name), farthest.location).facilities(far.rows.len()));
    }
    findings
}

/// People of tables and layers.
pub(super) fn of_people(inputs: &Inputs) -> Option<Finding> {
    let plan = &inputs.plan.people;
    let file = plan.source.as_ref().filter(|file| !is_swapped(inputs, file))?;
    if matches!(plan.method, PeopleMethod::Spread | PeopleMethod::Raster) {
        return None;
    }
    let demand = &inputs.demand;
    let far = far(&distances(inputs, &demand.locations), inputs.plan.checks.far_outlier_m)?;
    let people: People = far.rows.iter().map(|row| demand.people[*row]).sum();
    let what = Set { file, id: "", stage: Stage::People, word: "places with people", of: demand.len() };
    Some(finding(inputs, &what, &far, None, demand.locations[far.farthest.0]).people(people))
}

/// What places are of.
struct Set<'a> {
    file: &'a str,
    id: &'a str,
    stage: Stage,
    word: &'a str,
    of: usize,
}

fn finding(inputs: &Inputs, set: &Set<'_>, far: &Far, name: Option<&str>, at: Coord<f64>) -> Finding {
    let (count, beyond) = (far.rows.len(), length(inputs.plan.checks.far_outlier_m));
    let mut degrees = [at];
    let place = match inputs.projector.inverse(&mut degrees) {
        Ok(()) => format!("at {:.5}, {:.5}", degrees[0].x, degrees[0].y),
        Err(_) => String::new(),
    };
    let farthest = [name.map(|name| format!("`{name}`")).unwrap_or_default(), place].join(" ");
    let rest = if far.outliers { "while the others are near" } else { "as in the list of a wider area" };
    let lie = if count == 1 { "lies" } else { "lie" };
    let detail = format!(
        "{count} of {} {} {lie} more than {beyond} from all zones, {rest}; the farthest, {}, is {} away",
        set.of,
        set.word,
        farthest.trim(),
        length(far.farthest.1)
    );
    let severity = if far.outliers { Severity::Warning } else { Severity::Note };
    let found = Finding::new(set.stage, set.file, set.id, FindingKind::FarOutlier, detail);
    found.severity(severity).rows(count).sized(far.farthest.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kilometres: &[f64]) -> Option<(usize, bool)> {
        let metres: Vec<f64> = kilometres.iter().map(|km| 1000.0 * km).collect();
        far(&metres, 50_000.0).map(|far| (far.rows.len(), far.outliers))
    }

    #[test]
    fn outliers_are_few_and_stand_apart() {
        assert_eq!(of(&[0.0, 0.0, 49.0]), None);
        assert_eq!(of(&[0.0, 3.0, 100.0, 0.0]), Some((1, true)));
        assert_eq!(of(&[0.0, 3.0, 100.0, 0.0, 105.0]), Some((2, true)));
        // a region's list thins out; null island does not belong to it
        assert_eq!(of(&[0.0, 20.0, 40.0, 55.0, 0.0, 10.0]), Some((1, false)));
        assert_eq!(of(&[0.0, 20.0, 40.0, 55.0, 0.0, 10.0, 5300.0]), Some((1, true)));
        // a country's list
        assert_eq!(of(&[0.0, 100.0, 200.0, 300.0]), Some((3, false)));
        assert_eq!(of(&[]), None);
    }
}
