//! Rings that do not end where they begin: each is closed by a straight line, whose length says how much of the outline may be missing.

use catchment::geo::{Coord, LineString};
use catchment::{Checks, Finding, FindingKind, Severity, Stage};
use geojson::{Feature, GeometryValue};

use super::layer::walk;
use crate::crs::{Crs, geodesic_length_m};

/// A ring of a feature, by the two ends that a straight line joins, in the coordinates of its file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct OpenRing {
    /// The feature's row, from 0.
    row: usize,
    ends: [Coord<f64>; 2],
}

impl OpenRing {
    /// The ring of a row by its first and last place; nothing if these are one.
    pub(super) fn new(row: usize, first: Coord<f64>, last: Coord<f64>) -> Option<OpenRing> {
        (first != last).then_some(OpenRing { row, ends: [last, first] })
    }

    /// The same of a line of places.
    pub(super) fn of_line(row: usize, line: &LineString<f64>) -> Option<OpenRing> {
        let [first, .., last] = line.0.as_slice() else { return None };
        if line.0.len() > 2 { OpenRing::new(row, *first, *last) } else { None }
    }

    fn length_m(&self, crs: &Crs) -> f64 {
        let [last, first] = self.ends;
        if crs.is_geographic() { geodesic_length_m(last, first) } else { (last.x - first.x).hypot(last.y - first.y) }
    }
}

/// The open rings of GeoJSON features.
pub(crate) fn of_features(features: &[Feature]) -> Vec<OpenRing> {
    let shapes = features.iter().enumerate().filter_map(|(row, feature)| Some((row, feature.geometry.as_ref()?)));
    shapes.flat_map(|(row, geometry)| of_geometry(row, &geometry.value)).collect()
}

fn of_geometry(row: usize, geometry: &GeometryValue) -> Vec<OpenRing> {
    let mut open = Vec::new();
    walk(geometry, &mut |_| {}, &mut |ring| {
        if let ([first, _, .., last], true) = (ring, ring.len() > 2)
            && let (&[x, y, ..], &[end_x, end_y, ..]) = (first.as_slice(), last.as_slice())
        {
            open.extend(OpenRing::new(row, Coord { x, y }, Coord { x: end_x, y: end_y }));
        }
    });
    open
}

/// One finding for all open rings of a file, sized by the longest line that closes one.
pub(crate) fn not_closed(open: &[OpenRing], crs: &Crs, file: &str, stage: Stage) -> Option<Finding> {
    let measured = open.iter().map(|ring| (ring, ring.length_m(crs))).filter(|(_, metres)| metres.is_finite());
    let (longest, metres) = measured.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.row.cmp(&a.0.row)))?;
    let [last, first] = longest.ends;
    let place = format!("feature {}", longest.row + 1);
    let mut features: Vec<usize> = open.iter().map(|ring| ring.row + 1).collect();
    features.dedup();
    let rings = match open.len() {
        1 => format!("a ring of {place} does not end where it begins"),
        all => format!("{all} rings of {} do not end where they begin, the widest of {place}", in_words(&features)),
    };
    let detail = format!(
        "{rings}: closing it takes a straight line of {} from {}, {} to {}, {}; ground beyond that line is in or out by it alone",
        length(metres),
        last.x,
        last.y,
        first.x,
        first.y
    );
    Some(Finding::new(stage, file, place, FindingKind::RingNotClosed, detail).rows(features.len()).sized(metres))
}

fn in_words(features: &[usize]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = features.iter().take(SHOWN).map(usize::to_string).collect();
    let word = if features.len() == 1 { "feature" } else { "features" };
    format!("{word} {}{}", shown.join(", "), if features.len() > SHOWN { " …" } else { "" })
}

/// Metres as a sentence has them.
pub(crate) fn length(metres: f64) -> String {
    match metres {
        m if m >= 100_000.0 => format!("{:.0} km", m / 1000.0),
        m if m >= 1000.0 => format!("{:.2} km", m / 1000.0),
        m => format!("{m:.1} m"),
    }
}

/// What a study takes of such findings: a gap up to `ring_gap_m` is a note, a wider one an error.
pub(crate) fn graded(finding: Finding, checks: &Checks) -> Finding {
    match finding.kind {
        FindingKind::RingNotClosed if finding.size() > checks.ring_gap_m => finding.severity(Severity::Error),
        FindingKind::RingNotClosed => finding.severity(Severity::Note),
        _ => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(row: usize, (x, y): (f64, f64)) -> OpenRing {
        OpenRing::new(row, Coord { x: 0.0, y: 0.0 }, Coord { x, y }).unwrap()
    }

    #[test]
    fn the_longest_line_is_told_and_decides() {
        let metres: Crs = "EPSG:32632".parse().unwrap();
        let open = [ring(0, (3.0, 0.0)), ring(0, (0.0, 4.0)), ring(6, (3000.0, 4000.0))];
        let found = not_closed(&open, &metres, "zones.shp", Stage::Zones).unwrap();
        assert_eq!((found.id.as_str(), found.rows, found.size()), ("feature 7", 2, 5000.0));
        assert!(found.detail.starts_with("3 rings of features 1, 7 do not end where they begin, the widest of feature 7"), "{found:?}");
        assert!(found.detail.contains("a straight line of 5.00 km from 3000, 4000 to 0, 0"), "{found:?}");
        assert_eq!(graded(found, &Checks::default()).severity, Severity::Error);
        let small = not_closed(&open[..2], &metres, "zones.shp", Stage::Zones).unwrap();
        assert_eq!((small.size(), graded(small, &Checks::default()).severity), (4.0, Severity::Note));
        assert_eq!(not_closed(&[], &metres, "zones.shp", Stage::Zones), None);
    }

    /// A degree of the equator is 111,319.49 m long (a·π/180).
    #[test]
    fn degrees_are_measured_on_the_ellipsoid() {
        let found = not_closed(&[ring(0, (1.0, 0.0))], &Crs::wgs84(), "zones.geojson", Stage::Zones).unwrap();
        assert!((found.size() - 111_319.491).abs() < 0.01, "{}", found.size());
    }

    #[test]
    fn heights_alone_leave_no_ring_open() {
        let text = r#"{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[0,0,5],[1,0,5],[1,1,5],[0,0,6]]]}}"#;
        assert_eq!(of_features(&[text.parse().unwrap()]), []);
    }
}
