//! Zones that share ground: which of them keeps it, and what is said of that.

use std::collections::BTreeMap;

use catchment::geo::algorithm::buffer::{Buffer, BufferStyle, LineJoin};
use catchment::geo::{Area, BooleanOps, LineString, MultiPolygon, Polygon, unary_union};
use catchment::{Finding, FindingKind, Severity, Stage, Zone, ZoneId, ZoneIndex};
use rayon::prelude::*;

use super::{LEAST_M2, voids};
use crate::load::names::some;

/// Pieces smaller than this that are left of a zone are hairs along its border, m².
const SLIVER_M2: f64 = 1.0;
/// An overlap of more than this share of the smaller zone is no strip along a border.
const SHARED: f64 = 0.01;
/// What two zones share is taken away with this much around it, so that no hair is left along the border, m.
const MARGIN_M: f64 = 0.05;
/// Corners of such a border are at least this far apart, m.
const CRUMB_M: f64 = 0.02;
/// Overlaps smaller than this are the rounding of a common border, m².
const ROUNDING_M2: f64 = 0.01;
/// A zone that overlaps more zones than this has one finding for all of them.
const MOST_PAIRS: usize = 20;

/// What is left of a zone once the zones before it have theirs.
struct Rest {
    area: MultiPolygon<f64>,
    overlaps: Vec<Overlap>,
}

/// Ground that a zone shares with one before it.
struct Overlap {
    /// The other zone: its place in the list.
    with: usize,
    area_m2: f64,
    /// The zone's own area by then, m².
    of_m2: f64,
    /// Whether nothing is left of the zone.
    is_last: bool,
}

/// Makes zones disjoint, in metres of the working CRS: ground that two share, and who lives there, counts in the first only. What was
/// shared is reported, and what lies between zones and belongs to none.
pub(in crate::load) fn part(zones: &mut [Zone], file: &str) -> Vec<Finding> {
    let sum: f64 = zones.iter().map(|z| z.area.unsigned_area()).sum();
    let joined = unary_union(zones.iter().map(|z| &z.area));
    let mut findings = voids(zones, &joined, file);
    if sum - joined.unsigned_area() < 1.0 {
        return findings;
    }
    let index = ZoneIndex::new(zones);
    let rests: Vec<Option<Rest>> = (0..zones.len()).into_par_iter().map(|own| rest(zones, &index, own)).collect();
    let mut overlaps = Vec::new();
    for (own, rest) in rests.into_iter().enumerate() {
        if let Some(rest) = rest {
            zones[own].area = rest.area;
            overlaps.push((own, rest.overlaps));
        }
    }
    findings.extend(findings_of(zones, overlaps, file));
    findings
}

/// What is left of a zone; `None` if it shares nothing with the zones before it.
fn rest(zones: &[Zone], index: &ZoneIndex<'_>, own: usize) -> Option<Rest> {
    let mut rest = Rest { area: zones[own].area.clone(), overlaps: Vec::new() };
    for with in index.before(ZoneId::at(own)).into_iter().map(ZoneId::index) {
        let common = zones[with].area.intersection(&zones[own].area);
        let area_m2 = common.unsigned_area();
        if area_m2 <= ROUNDING_M2 {
            continue;
        }
        let of_m2 = rest.area.unsigned_area();
        let style = BufferStyle::new(MARGIN_M).line_join(LineJoin::Bevel);
        let mut left = rest.area.difference(&common.buffer_with_style(style));
        left.0.retain(|piece| piece.unsigned_area() > SLIVER_M2);
        rest.area = MultiPolygon(left.into_iter().map(without_crumbs).collect());
        let is_last = rest.area.0.is_empty();
        rest.overlaps.push(Overlap { with, area_m2, of_m2, is_last });
        // what is not there shares nothing with the others
        if is_last {
            break;
        }
    }
    (!rest.overlaps.is_empty()).then_some(rest)
}

/// What is said of overlaps, of each zone those with the zones before it: one finding for two zones, one for all that a zone swallows, and
/// one for a zone that overlaps very many.
fn findings_of(zones: &[Zone], overlaps: Vec<(usize, Vec<Overlap>)>, file: &str) -> Vec<Finding> {
    let mut swallowed: BTreeMap<usize, Vec<(usize, Overlap)>> = BTreeMap::new();
    let mut pairs: Vec<(usize, Overlap)> = Vec::new();
    let mut findings = Vec::new();
    for (own, mut overlaps) in overlaps {
        overlaps.retain(|overlap| overlap.area_m2 > LEAST_M2);
        if let Some(last) = overlaps.pop_if(|overlap| overlap.is_last) {
            swallowed.entry(last.with).or_default().push((own, last));
        }
        if overlaps.len() > MOST_PAIRS {
            findings.push(with_many(zones, own, overlaps, file));
        } else {
            pairs.extend(overlaps.into_iter().map(|overlap| (own, overlap)));
        }
    }
    for (with, mut own) in swallowed {
        match own.len() {
            1 => pairs.append(&mut own),
            _ => findings.push(swallows(zones, with, &own, file)),
        }
    }
    pairs.sort_by_key(|(own, overlap)| (overlap.with, *own));
    findings.extend(pairs.iter().map(|(own, overlap)| of_pair(zones, *own, overlap, file)));
    findings
}

/// A strip along a border is how borders are drawn; a piece of a zone is not.
fn severity(zones: &[Zone], overlap: &Overlap) -> Severity {
    let whole = zones[overlap.with].area.unsigned_area().min(overlap.of_m2);
    if overlap.area_m2 > SHARED * whole { Severity::Warning } else { Severity::Note }
}

fn of_pair(zones: &[Zone], own: usize, overlap: &Overlap, file: &str) -> Finding {
    let (first, other, area) = (&zones[overlap.with], &zones[own], overlap.area_m2);
    let left = if overlap.is_last { "; nothing is left of the other" } else { "" };
    let detail = format!("{} and {} ({}) share {area:.0} m²: that ground counts in the first only{left}", first.name, other.name, other.id);
    let finding = Finding::new(Stage::Zones, file, &first.id, FindingKind::ZonesOverlap, detail);
    finding.severity(severity(zones, overlap)).area_m2(area)
}

fn swallows(zones: &[Zone], with: usize, own: &[(usize, Overlap)], file: &str) -> Finding {
    let first = &zones[with];
    let names: Vec<String> = own.iter().map(|(own, _)| format!("{} ({})", zones[*own].name, zones[*own].id)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let area: f64 = own.iter().map(|(_, overlap)| overlap.area_m2).sum();
    let detail = format!(
        "{} shares {area:.0} m² with {} other zones: that ground counts in the first only; nothing is left of {}",
        first.name,
        own.len(),
        some(&names)
    );
    let finding = Finding::new(Stage::Zones, file, &first.id, FindingKind::ZonesOverlap, detail);
    finding.severity(Severity::Warning).area_m2(area).rows(own.len())
}

fn with_many(zones: &[Zone], own: usize, mut overlaps: Vec<Overlap>, file: &str) -> Finding {
    overlaps.sort_by(|a, b| b.area_m2.total_cmp(&a.area_m2).then(a.with.cmp(&b.with)));
    let names: Vec<String> = overlaps.iter().map(|overlap| format!("{} ({})", zones[overlap.with].name, zones[overlap.with].id)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let area: f64 = overlaps.iter().map(|overlap| overlap.area_m2).sum();
    let zone = &zones[own];
    let detail =
        format!("{} shares {area:.0} m² with {} zones: that ground does not count in it; {}", zone.name, overlaps.len(), some(&names));
    let gravest = overlaps.iter().map(|overlap| severity(zones, overlap)).min().unwrap_or(Severity::Note);
    let finding = Finding::new(Stage::Zones, file, &zone.id, FindingKind::ZonesOverlap, detail);
    finding.severity(gravest).area_m2(area).rows(overlaps.len())
}

/// The polygon without corners that lie within a step of the one before: written in degrees they would fall onto each other.
fn without_crumbs(polygon: Polygon<f64>) -> Polygon<f64> {
    let ring = |line: LineString<f64>| {
        let mut points = line.0;
        points.pop();
        points.dedup_by(|b, a| (b.x - a.x).hypot(b.y - a.y) < CRUMB_M);
        LineString(points)
    };
    let (exterior, holes) = polygon.into_inner();
    Polygon::new(ring(exterior), holes.into_iter().map(ring).filter(|hole| hole.0.len() > 2).collect())
}

#[cfg(test)]
mod tests {
    use catchment::geo::Rect;

    use super::*;

    fn zone(row: usize, west: f64, east: f64) -> Zone {
        let area = Rect::new((west, 0.0), (east, 100.0)).to_polygon().into();
        Zone { id: row.to_string(), name: format!("Zone {row}"), area, people: None, class: None }
    }

    fn parted(zones: &mut [Zone]) -> Vec<Finding> {
        part(zones, "zones.geojson")
    }

    #[test]
    fn equal_zones_are_one_finding() {
        let mut zones: Vec<Zone> = (0..300).map(|row| zone(row, 0.0, 100.0)).collect();
        let [found] = parted(&mut zones).try_into().unwrap();
        assert_eq!((found.id.as_str(), found.rows, found.area_m2, found.severity), ("0", 299, 2_990_000, Severity::Warning));
        assert!(found.detail.ends_with("Zone 5 (5) and 294 more") && found.detail.len() < 300, "{}", found.detail);
        assert!(zones.iter().skip(1).all(|zone| zone.area.0.is_empty()));
        assert_eq!(zones[0].area.unsigned_area(), 10_000.0);
    }

    #[test]
    fn zones_that_all_share_ground_are_one_finding_each() {
        // each lies two metres east of the one before: it keeps that strip
        let mut zones: Vec<Zone> = (0..40).map(|row| zone(row, 2.0 * row as f64, 100.0 + 2.0 * row as f64)).collect();
        let found = parted(&mut zones);
        // the zones of places 1 to 20 have as many pairs
        assert_eq!(found.len(), (1..=20).sum::<usize>() + 19);
        assert!(found.iter().all(|own| own.detail.len() < 200), "{found:?}");
        let widths: Vec<f64> = zones.iter().skip(1).map(|zone| zone.area.unsigned_area() / 100.0).collect();
        assert!(widths.iter().all(|width| (width - 1.95).abs() < 0.01), "{widths:?}");
    }

    #[test]
    fn a_pair_is_named() {
        let mut zones = [zone(0, 0.0, 100.0), zone(1, 60.0, 160.0), zone(2, 61.0, 99.0)];
        let details: Vec<String> = parted(&mut zones).into_iter().map(|own| own.detail).collect();
        let counts = "that ground counts in the first only";
        assert_eq!(
            details,
            [
                format!("Zone 0 and Zone 1 (1) share 4000 m²: {counts}"),
                format!("Zone 0 and Zone 2 (2) share 3800 m²: {counts}; nothing is left of the other"),
            ]
        );
    }
}
