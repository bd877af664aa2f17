//! Longitude and latitude in each other's place: told by places that lie in the zones once x and y are swapped, and far from them as they
//! are written.

use catchment::geo::{Coord, Rect};
use catchment::{Finding, FindingKind, Severity, Stage, Zone, ZoneIndex};

use super::layer::on_globe;
use super::project_each;
use super::zone_boxes::{ZoneBoxes, box_distance};
use crate::crs::Projector;

/// Places of a file or a plan, row by row: as they are written, and where that is in the working CRS.
pub(crate) struct Written {
    /// In the CRS of the file; `None` for a row without two numbers, or one that is not used.
    pub written: Vec<Option<Coord<f64>>>,
    /// In the working CRS; `None` for a place off the globe or too far to be projected.
    pub at: Vec<Option<Coord<f64>>>,
    /// From the CRS of the file to the working CRS.
    pub own: Projector,
}

impl Written {
    /// Places of a CRS that are still to be projected.
    pub(crate) fn new(written: Vec<Option<Coord<f64>>>, own: Projector) -> Written {
        let degrees = own.from().is_geographic();
        let usable: Vec<Option<Coord<f64>>> = written.iter().map(|at| at.filter(|at| !degrees || on_globe(*at))).collect();
        let at = projected(&usable, &own);
        Written { written, at, own }
    }

    /// Leaves a row out.
    pub(super) fn forget(&mut self, row: usize) {
        self.written[row] = None;
        self.at[row] = None;
    }

    /// Where the rows would lie with x and y swapped.
    fn swapped(&self, rows: &[usize]) -> Vec<Option<Coord<f64>>> {
        let degrees = self.own.from().is_geographic();
        let turned = |row: &usize| self.written[*row].map(|at| Coord { x: at.y, y: at.x }).filter(|at| !degrees || on_globe(*at));
        projected(&rows.iter().map(turned).collect::<Vec<_>>(), &self.own)
    }
}

/// Projects the places that there are.
pub(super) fn projected(places: &[Option<Coord<f64>>], projector: &Projector) -> Vec<Option<Coord<f64>>> {
    let all: Vec<Coord<f64>> = places.iter().flatten().copied().collect();
    let mut moved = project_each(projector, &all).into_iter();
    places.iter().map(|place| place.and_then(|_| moved.next().flatten())).collect()
}

/// How coordinates are written, and so how they are swapped.
pub(crate) enum Axes<'a> {
    /// In two columns of a table, x and y.
    Columns([&'a str; 2]),
    /// In the shapes of a layer.
    Shapes,
    /// In a change of a scenario.
    LonLat,
}

/// The zones that places are held against.
pub(crate) struct InZones<'z> {
    index: ZoneIndex<'z>,
    boxes: ZoneBoxes,
    far_m: f64,
}

impl<'z> InZones<'z> {
    /// Zones, and how far from all of their boxes a place is far, metres.
    pub(crate) fn new(zones: &'z [Zone], far_m: f64) -> InZones<'z> {
        InZones { index: ZoneIndex::new(zones), boxes: ZoneBoxes::new(zones), far_m }
    }

    fn is_far(&self, at: Coord<f64>) -> bool {
        self.distance(at) > self.far_m
    }

    /// How far a place lies from the nearest box of a zone, metres.
    fn distance(&self, at: Coord<f64>) -> f64 {
        self.boxes.distance(at)
    }

    /// Rows whose places lie in the zones once they are swapped, and do not as they are written.
    ///
    /// A row counts where it lies far from all zones as it is written. That alone may be chance in a list of a whole country near the line
    /// where longitude and latitude are equal: so at least half of the far rows must turn into the zones, or no row at all lies near them
    /// as written, or those that turn lie apart from all other rows. Rows that lie near the zones as written (again near that line) count
    /// where no row lies in the zones and half of all turn into them. Where rows count, those beside the zones do, too: far ones that lie
    /// much nearer to the zones once they are swapped.
    pub(crate) fn swapped_rows(&self, places: &Written) -> Vec<usize> {
        let in_zone = |at: &Option<Coord<f64>>| at.is_some_and(|at| self.index.locate(at).is_some());
        let rows = places.written.iter().filter(|at| at.is_some()).count();
        let outside: Vec<usize> = (0..places.at.len()).filter(|row| places.written[*row].is_some() && !in_zone(&places.at[*row])).collect();
        let turned = places.swapped(&outside);
        let (mut far, mut near, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (row, at) in outside.iter().zip(&turned) {
            let is_far = places.at[*row].is_none_or(|at| self.is_far(at));
            match (in_zone(at), is_far) {
                (true, true) => far.push(*row),
                (true, false) => near.push(*row),
                (false, true) => others.push(*row),
                (false, false) => {}
            }
        }
        let any_near = outside.len() < rows || far.len() + others.len() < outside.len();
        if !far.is_empty() && (far.len() >= others.len() || !any_near || self.apart(&far, places)) {
            let turned = places.swapped(&others);
            let nearer = |(row, at): &(usize, &Option<Coord<f64>>)| {
                let as_written = places.at[*row].map_or(f64::INFINITY, |at| self.distance(at));
                at.is_some_and(|at| 2.0 * self.distance(at) < as_written)
            };
            far.extend(others.iter().copied().zip(&turned).filter(nearer).map(|(row, _)| row));
            far.sort_unstable();
            return far;
        }
        let all = far.len() + near.len();
        if outside.len() == rows && all > 0 && 2 * all >= rows { [far, near].concat() } else { Vec::new() }
    }

    /// Whether these rows lie far from the box around all others, as they are written.
    fn apart(&self, own: &[usize], places: &Written) -> bool {
        let others = (0..places.at.len()).filter(|row| own.binary_search(row).is_err()).filter_map(|row| places.at[row]);
        let around = others.map(|at| Rect::new(at, at)).reduce(|a, b| {
            let low = (a.min().x.min(b.min().x), a.min().y.min(b.min().y));
            Rect::new(low, (a.max().x.max(b.max().x), a.max().y.max(b.max().y)))
        });
        let far = |row: &usize| places.at[*row].is_none_or(|at| around.is_none_or(|all| box_distance(&all, at) > self.far_m));
        own.iter().all(far)
    }

    /// What is amiss with where these places lie: they are swapped, else too far away to be projected; `name` of a row, such as `line 5`.
    pub(super) fn amiss(&self, places: &Written, axes: &Axes<'_>, name: &dyn Fn(usize) -> String, from: (Stage, &str)) -> Option<Finding> {
        self.swapped(places, axes, name, from).or_else(|| beyond(places, name, from))
    }

    /// The error that some of these places are swapped.
    pub(crate) fn swapped(
        &self,
        places: &Written,
        axes: &Axes<'_>,
        name: &dyn Fn(usize) -> String,
        from: (Stage, &str),
    ) -> Option<Finding> {
        let rows = self.swapped_rows(places);
        let (first, of) = (*rows.first()?, places.written.iter().filter(|at| at.is_some()).count());
        let at = places.written[first]?;
        let shown: Vec<String> = rows.iter().take(3).map(|row| name(*row)).collect();
        let more = if rows.len() > shown.len() { " …" } else { "" };
        let how = match axes {
            Axes::Columns([x, y]) if rows.len() == of => {
                format!("`{x}` is read as x (longitude) and `{y}` as y: write columns = {{ x = \"{y}\", y = \"{x}\" }}")
            }
            Axes::Columns([x, y]) => format!("swap the cells of `{x}` and `{y}` in these rows alone"),
            Axes::Shapes if rows.len() == of => "write the layer again with x for the longitude".to_owned(),
            Axes::Shapes => "swap x and y of these features alone".to_owned(),
            Axes::LonLat => format!("write lon = {}, lat = {}", at.y, at.x),
        };
        let what = if matches!(axes, Axes::LonLat) { "changes" } else { "rows" };
        let have = if rows.len() == 1 { "has" } else { "have" };
        let detail = format!(
            "{} of {of} {what} {have} x and y swapped ({}{more}): {}, {} as written lies far from all zones, {}, {} lies in one; {how}",
            rows.len(),
            shown.join(", "),
            at.x,
            at.y,
            at.y,
            at.x
        );
        let found = Finding::new(from.0, from.1, "", FindingKind::AxesSwapped, detail);
        Some(found.rows(rows.len()).sized(rows.len() as f64 / of as f64))
    }
}

/// The warning that some places lie so far away that the working CRS has no image of them, as null island has none in China; a note where
/// these are most of them.
fn beyond(places: &Written, name: &dyn Fn(usize) -> String, (stage, file): (Stage, &str)) -> Option<Finding> {
    let degrees = places.own.from().is_geographic();
    let rows = || places.written.iter().enumerate().filter_map(|(row, at)| Some((row, (*at)?)));
    let lost = |(row, at): &(usize, Coord<f64>)| places.at[*row].is_none() && (!degrees || on_globe(*at));
    let ((row, at), count, of) = (rows().find(lost)?, rows().filter(lost).count(), rows().count());
    let [lie, are] = if count == 1 { ["lies", "is"] } else { ["lie", "are"] };
    let detail = format!(
        "{count} of {of} rows {lie} too far away for the study's CRS, such as {} at {}, {}, and {are} not used",
        name(row),
        at.x,
        at.y
    );
    let severity = if 2 * count < of { Severity::Warning } else { Severity::Note };
    Some(Finding::new(stage, file, "", FindingKind::FarOutlier, detail).severity(severity).rows(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crs::Crs;

    const NONE: [usize; 0] = [];

    /// A zone of 0.2° by 0.2° around a place, in the UTM zone with its number.
    fn zones(x: f64, y: f64, projector: &Projector) -> Vec<Zone> {
        let area = Rect::new((x - 0.1, y - 0.1), (x + 0.1, y + 0.1)).to_polygon();
        let mut areas = [area.into()];
        crate::load::project_polygons(projector, &mut areas, "").unwrap();
        let [area] = areas;
        vec![Zone { id: "1".to_owned(), name: String::new(), area, people: None, class: None }]
    }

    fn rows(crs: &str, (x, y): (f64, f64), places: &[(f64, f64)]) -> Vec<usize> {
        let projector = Projector::new(&Crs::wgs84(), &crs.parse().unwrap()).unwrap();
        let zones = zones(x, y, &projector);
        let written = places.iter().map(|(x, y)| Some(Coord { x: *x, y: *y })).collect();
        InZones::new(&zones, 50_000.0).swapped_rows(&Written::new(written, projector))
    }

    #[test]
    fn swapped_places_turn_into_the_zones() {
        let liechtenstein = |places: &[(f64, f64)]| rows("EPSG:32632", (9.52, 47.14), places);
        assert_eq!(liechtenstein(&[(9.52, 47.14), (9.6, 47.2)]), NONE);
        assert_eq!(liechtenstein(&[(47.14, 9.52), (47.2, 9.6)]), [0, 1]);
        assert_eq!(liechtenstein(&[(9.52, 47.14), (47.2, 9.6), (9.5, 47.1)]), [1]);
        // a country's list around the study, one of its rows swapped
        let list = [(8.5, 47.4), (6.1, 46.2), (7.4, 46.9), (8.9, 46.0), (9.5, 47.1), (47.2, 9.6)];
        assert_eq!(liechtenstein(&list), [5]);
        // the whole of it swapped: one row turns into the zones, and none lies near them
        assert_eq!(liechtenstein(&list.map(|(x, y)| (y, x))[..5]), [0, 1, 2, 3, 4]);
        // one row turns into the zones, the other two to places beside them
        assert_eq!(liechtenstein(&[(47.14, 9.52), (47.0, 9.9), (47.4, 9.1)]), [0, 1, 2]);
        // far, but in no zone either way
        assert_eq!(liechtenstein(&[(9.52, 47.14), (2.35, 48.85)]), NONE);
        assert_eq!(liechtenstein(&[]), NONE);
    }

    /// Latitude 121 is off the globe, and is no place before it is swapped.
    #[test]
    fn latitudes_beyond_the_pole_count() {
        assert_eq!(rows("EPSG:32651", (121.4, 31.1), &[(31.1, 121.4), (121.45, 31.15)]), [0]);
    }

    /// Where longitude and latitude are nearly equal, neighbours lie where swapped places would.
    #[test]
    fn neighbours_across_the_diagonal_are_not_swapped() {
        // Gaziantep, 37.4 E 37.1 N; its mirror lies 42 km north-west of it
        let gaziantep = |places: &[(f64, f64)]| rows("EPSG:32637", (37.4, 37.1), places);
        assert_eq!(gaziantep(&[(37.4, 37.1), (37.1, 37.4), (37.38, 37.08)]), NONE);
        assert_eq!(gaziantep(&[(37.1, 37.4), (37.08, 37.38)]), [0, 1]);
        // Elazığ, 39.2 E 38.6 N, and a list of its surroundings: one far place has its mirror in the zone, three have not
        let surroundings = [(39.2, 38.6), (38.6, 39.2), (39.9, 39.6), (38.3, 38.0), (40.5, 38.9)];
        assert_eq!(rows("EPSG:32637", (39.2, 38.6), &surroundings), NONE);
    }

    #[test]
    fn metres_are_swapped_in_their_own_crs() {
        let working: Crs = "EPSG:32651".parse().unwrap();
        let zones = zones(121.4, 31.1, &Projector::new(&Crs::wgs84(), &working).unwrap());
        let own = Projector::new(&"EPSG:4528".parse().unwrap(), &working).unwrap();
        let mut at = [Coord { x: 121.4, y: 31.1 }];
        Projector::new(&Crs::wgs84(), own.from()).unwrap().forward(&mut at).unwrap();
        let [easting, northing] = [at[0].x, at[0].y];
        let found = |x, y| InZones::new(&zones, 50_000.0).swapped_rows(&Written::new(vec![Some(Coord { x, y })], own.clone()));
        assert_eq!((found(easting, northing), found(northing, easting)), (vec![], vec![0]));
    }
}
