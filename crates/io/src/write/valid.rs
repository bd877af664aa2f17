//! Polygons that stay valid when their coordinates are rounded: rings that rounding has laid over themselves or each other are parted.

use std::collections::HashMap;

use catchment::geo::algorithm::bool_ops::FillRule;
use catchment::geo::{Area, BooleanOps, BoundingRect, Contains, Coord, InteriorPoint, Intersects, Line, LineString, MultiPolygon, Polygon};

/// A corner this near to a side is on it: what rounding to 8 decimals cannot tell, degrees.
const NEAR: f64 = 1e-8;
/// Rounds of repair: each rounds anew what the one before has parted.
const ROUNDS: usize = 6;

/// The polygons with all coordinates rounded by `round`, valid: parts and holes of less than `least` area are dropped.
pub(super) fn rounded(polygons: Vec<Polygon<f64>>, round: impl Fn(Coord<f64>) -> Coord<f64>, least: f64) -> Vec<Polygon<f64>> {
    let mut whole: Vec<Polygon<f64>> = polygons.into_iter().filter_map(|polygon| clean(polygon, &round, least)).collect();
    for turn in 0..ROUNDS {
        let meetings = meetings(&whole);
        if meetings.is_empty() {
            break;
        }
        let parted = if turn % 2 == 0 {
            let parted = MultiPolygon::new(whole).union_with_fill_rule(&MultiPolygon::empty(), FillRule::NonZero);
            rings(parted.into_iter().filter_map(|polygon| clean(polygon, &round, least)).collect())
        } else {
            // a corner nearer to a side than rounding can tell becomes a corner of that side too
            with_corners(rings(whole), &meetings)
        };
        whole = nested(loops(parted), least);
    }
    if is_nested(&whole) { whole } else { nested(rings(whole), least) }
}

fn rings(polygons: Vec<Polygon<f64>>) -> Vec<LineString<f64>> {
    let parts = polygons.into_iter().map(Polygon::into_inner);
    parts.flat_map(|(exterior, holes)| std::iter::once(exterior).chain(holes)).collect()
}

/// The rings, those that come back to one of their own corners parted there.
fn loops(rings: Vec<LineString<f64>>) -> Vec<LineString<f64>> {
    let mut found = Vec::new();
    for ring in rings {
        let mut open: Vec<Coord<f64>> = Vec::new();
        let mut seen: HashMap<(u64, u64), usize> = HashMap::new();
        for at in ring.0 {
            let key = (at.x.to_bits(), at.y.to_bits());
            if let Some(&first) = seen.get(&key) {
                let mut own: Vec<Coord<f64>> = open.drain(first..).collect();
                seen.retain(|_, place| *place < first);
                own.push(at);
                found.extend((own.len() >= 4).then_some(LineString(own)));
            }
            seen.insert(key, open.len());
            open.push(at);
        }
    }
    found
}

/// Polygons of rings that do not cross: those within an odd number of others are holes, of the smallest ring around them.
fn nested(rings: Vec<LineString<f64>>, least: f64) -> Vec<Polygon<f64>> {
    let mut shells: Vec<Polygon<f64>> = rings.into_iter().map(|ring| Polygon::new(ring, vec![])).collect();
    shells.retain(|shell| shell.unsigned_area() > least);
    shells.sort_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()));
    let boxes: Vec<_> = shells.iter().map(|shell| shell.bounding_rect()).collect();
    let inner: Vec<_> = shells.iter().map(|shell| shell.interior_point()).collect();
    let around = |i: usize| -> Vec<usize> {
        let Some(at) = inner[i] else { return Vec::new() };
        let near = (i + 1..shells.len()).filter(|&j| boxes[j].is_some_and(|b| b.contains(&at)));
        near.filter(|&j| shells[j].contains(&at)).collect()
    };
    let held: Vec<Vec<usize>> = (0..shells.len()).map(around).collect();
    let mut parts: Vec<Option<Polygon<f64>>> = shells
        .iter()
        .zip(&held)
        .map(|(shell, held)| {
            let outer = held.len().is_multiple_of(2);
            outer.then(|| wound(shell.exterior().clone(), 1.0, least)).flatten().map(|ring| Polygon::new(ring, vec![]))
        })
        .collect();
    for (shell, held) in shells.iter().zip(&held).filter(|(_, held)| !held.len().is_multiple_of(2)) {
        if let (Some(Some(part)), Some(hole)) = (held.first().map(|&own| &mut parts[own]), wound(shell.exterior().clone(), -1.0, least)) {
            part.interiors_push(hole);
        }
    }
    parts.into_iter().flatten().collect()
}

/// Rounds a polygon, drops points that this made equal and rings that it emptied, and winds its rings by the right-hand rule.
fn clean(polygon: Polygon<f64>, round: &impl Fn(Coord<f64>) -> Coord<f64>, least: f64) -> Option<Polygon<f64>> {
    let ring = |line: LineString<f64>| {
        let mut points: Vec<Coord<f64>> = line.0.into_iter().map(round).collect();
        points.dedup();
        (points.len() >= 4).then_some(LineString(points))
    };
    let (exterior, holes) = polygon.into_inner();
    let exterior = wound(ring(exterior)?, 1.0, least)?;
    Some(Polygon::new(exterior, holes.into_iter().filter_map(ring).filter_map(|hole| wound(hole, -1.0, least)).collect()))
}

/// The ring, counter-clockwise for 1, clockwise for −1, by its area: a hair at its lowest corner does not turn it. `None` where it has
/// next to no area.
fn wound(mut ring: LineString<f64>, sign: f64, least: f64) -> Option<LineString<f64>> {
    let area = Polygon::new(ring.clone(), vec![]).signed_area();
    if area * sign < 0.0 {
        ring.0.reverse();
    }
    (area.abs() > least).then_some(ring)
}

/// Whether every hole lies in its polygon: rings that do not meet lie wholly inside or wholly outside each other.
fn is_nested(polygons: &[Polygon<f64>]) -> bool {
    let holds = |polygon: &Polygon<f64>| {
        let shell = Polygon::new(polygon.exterior().clone(), vec![]);
        polygon.interiors().iter().all(|hole| hole.0.first().is_some_and(|at| shell.contains(at)))
    };
    polygons.iter().all(holds)
}

/// A side of a ring: the ring's number, its own number in it, how many there are.
type Numbered = (usize, usize, usize, Line<f64>);

/// Sides of the rings that meet anywhere but where one follows the other.
fn meetings(polygons: &[Polygon<f64>]) -> Vec<[Numbered; 2]> {
    let mut found = Vec::new();
    let rings = || polygons.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    let count: usize = rings().map(|ring| ring.0.len()).sum();
    let length: f64 = rings().flat_map(|ring| ring.lines()).map(|l| (l.end.x - l.start.x).abs().max((l.end.y - l.start.y).abs())).sum();
    let size = 2.0 * length / count.max(1) as f64;
    let mut sides: Vec<Numbered> = Vec::with_capacity(count);
    for (r, ring) in rings().enumerate() {
        sides.extend(ring.lines().enumerate().map(|(i, line)| (r, i, ring.0.len().saturating_sub(1), line)));
    }
    let mut cells: Vec<(i64, i64, usize)> = Vec::with_capacity(2 * count);
    for (place, (_, _, _, line)) in sides.iter().enumerate() {
        let cell = |v: f64| (v / size).floor() as i64;
        let (columns, rows) = ((cell(line.start.x), cell(line.end.x)), (cell(line.start.y), cell(line.end.y)));
        for column in columns.0.min(columns.1)..=columns.0.max(columns.1) {
            cells.extend((rows.0.min(rows.1)..=rows.0.max(rows.1)).map(|row| (column, row, place)));
        }
    }
    cells.sort_unstable();
    for here in cells.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        for (i, own) in here.iter().enumerate() {
            let others = here[..i].iter().map(|other| sides[other.2]);
            found.extend(others.filter(|other| meet(sides[own.2], *other)).map(|other| [sides[own.2], other]));
        }
    }
    found
}

/// The rings with corners that lie on another side, or so near that rounding takes them for it, put into that side.
fn with_corners(mut rings: Vec<LineString<f64>>, meetings: &[[Numbered; 2]]) -> Vec<LineString<f64>> {
    let mut added: Vec<(usize, usize, f64, Coord<f64>)> = Vec::new();
    for [a, b] in meetings {
        for (corner, side) in [(a.3.start, b), (a.3.end, b), (b.3.start, a), (b.3.end, a)] {
            let (line, step) = (side.3, side.3.delta());
            let length_2 = step.x * step.x + step.y * step.y;
            let along = ((corner.x - line.start.x) * step.x + (corner.y - line.start.y) * step.y) / length_2;
            let off = (corner.x - line.start.x - along * step.x).hypot(corner.y - line.start.y - along * step.y);
            if corner != line.start && corner != line.end && (0.0..1.0).contains(&along) && off <= NEAR {
                added.push((side.0, side.1, along, corner));
            }
        }
    }
    added.sort_by(|p, q| (q.0, q.1).cmp(&(p.0, p.1)).then(q.2.total_cmp(&p.2)));
    added.dedup_by(|p, q| (p.0, p.1, p.3) == (q.0, q.1, q.3));
    // from the last: places before stay what they are
    for (ring, side, _, corner) in added {
        rings[ring].0.insert(side + 1, corner);
    }
    rings
}

/// Whether two sides (their ring, place in it, the ring's sides) meet where they should not.
fn meet((ring, i, sides, a): Numbered, (other, j, _, b): Numbered) -> bool {
    if ring == other && i == j {
        return false;
    }
    let (follows, before) = (ring == other && (j + 1) % sides == i, ring == other && (i + 1) % sides == j);
    match (follows, before) {
        // three sides: each follows and leads the other; the ring has an area, so they do not fold
        (true, true) => false,
        (true, false) => folds(b, a),
        (false, true) => folds(a, b),
        // rings may meet in a corner
        (false, false) if ring != other && corner(a, b) => false,
        (false, false) => a.intersects(&b),
    }
}

/// Whether two sides share one corner, and neither's other end lies on the other.
fn corner(a: Line<f64>, b: Line<f64>) -> bool {
    let shared = |at: Coord<f64>, line: Line<f64>| at == line.start || at == line.end;
    let ends = [(a.start, b), (a.end, b), (b.start, a), (b.end, a)];
    ends.iter().any(|(at, line)| shared(*at, *line))
        && ends.iter().all(|(at, line)| shared(*at, *line) || !line.intersects(at))
        && ends.iter().filter(|(at, line)| shared(*at, *line)).count() == 2
}

/// Whether a side runs back over the one before it.
fn folds(first: Line<f64>, second: Line<f64>) -> bool {
    first.intersects(&second.end) || second.intersects(&first.start)
}

#[cfg(test)]
mod tests {
    use catchment::geo::{Validation, polygon};

    use super::*;

    fn whole(c: Coord<f64>) -> Coord<f64> {
        Coord { x: c.x.round(), y: c.y.round() }
    }

    #[test]
    fn a_waist_that_rounding_closes_parts_the_polygon() {
        // an hourglass whose waist of 0.4 rounds to nothing: two triangles are left
        let glass = polygon![(x: 0., y: 0.), (x: 100., y: 0.), (x: 50.2, y: 50.), (x: 100., y: 100.), (x: 0., y: 100.), (x: 49.8, y: 50.)];
        let parts = rounded(vec![glass], whole, 0.0);
        assert_eq!(parts.iter().map(Area::unsigned_area).sum::<f64>(), 5000.0);
        assert!(MultiPolygon::new(parts).is_valid());
    }

    #[test]
    fn a_spike_is_cut_off() {
        // the spike's sides round onto each other
        let spiked = polygon![(x: 0., y: 0.), (x: 10., y: 0.), (x: 10., y: 4.9), (x: 30., y: 5.), (x: 10., y: 5.1), (x: 10., y: 10.), (x: 0., y: 10.)];
        let parts = rounded(vec![spiked], whole, 0.0);
        assert_eq!((parts.len(), parts[0].unsigned_area()), (1, 100.0));
        assert!(parts[0].is_valid());
    }

    #[test]
    fn sound_polygons_stay_as_they_are() {
        let hole = LineString::from(vec![(2., 2.), (2., 4.), (4., 4.), (4., 2.), (2., 2.)]);
        let square = Polygon::new(LineString::from(vec![(0., 0.), (9., 0.), (9., 9.), (0., 9.), (0., 0.)]), vec![hole]);
        assert_eq!(rounded(vec![square.clone()], whole, 0.0), vec![square.clone()]);
        // holes smaller than what counts go
        assert_eq!(rounded(vec![square], whole, 5.0)[0].interiors().len(), 0);
    }
}
