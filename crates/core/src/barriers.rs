//! Barriers: rivers, coasts, railways, motorways and walls that nobody crosses off the road.
//!
//! They cut straight legs and nothing else: a road over a river is a bridge. Lines and the rings of areas are cut into segments and put
//! into a uniform grid of buckets, so that a leg with no barrier near costs a look into one or two empty buckets.

mod buckets;
mod sides;

use std::collections::BTreeMap;

use geo::{BoundingRect, Coord, LineString, MultiLineString, MultiPolygon, Polygon, Rect};
use serde::{Deserialize, Serialize};

use buckets::{Grid, Rows};
use sides::Sides;

/// A barrier that a leg comes no nearer to than this at one of its ends is only touched there, metres.
const TOUCH_M: f64 = 0.01;
/// Segments are listed in all buckets this near, metres: more than [`TOUCH_M`], so that a place's own bucket holds all it touches.
const PAD_M: f64 = 0.02;

/// Something that cannot be crossed off the road.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Barrier {
    /// What it is, in the source's words (`water`, `railway`, …).
    pub kind: String,
    /// Where it is.
    pub shape: BarrierShape,
}

/// Where a barrier is, metres of the working CRS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BarrierShape {
    /// Lines: a leg may not pass from one side to the other.
    Lines(MultiLineString<f64>),
    /// Areas: a leg may neither pass through, nor begin or end in them.
    Areas(MultiPolygon<f64>),
}

/// All barriers of a study, built once; [`Barriers::default`] is none.
///
/// ```
/// use catchment::geo::{Coord, line_string};
/// use catchment::{Barrier, BarrierShape, Barriers};
///
/// let river = line_string![(x: 0.0, y: 0.0), (x: 100.0, y: 0.0)];
/// let river = Barrier { kind: "water".into(), shape: BarrierShape::Lines(river.into()) };
/// let barriers = Barriers::new(vec![river]);
/// let (south, bank, north) = (Coord { x: 50.0, y: -20.0 }, Coord { x: 50.0, y: 0.0 }, Coord { x: 50.0, y: 20.0 });
/// assert_eq!(barriers.between(south, north), Some("water"));
/// assert_eq!(barriers.between(south, bank), None);
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Barriers {
    kinds: Vec<String>,
    grid: Grid,
    /// From each bucket to the nearest with a segment or an area.
    steps: Vec<u8>,
    segments: Rows<Segment>,
    grounds: Rows<Ground>,
    areas: Vec<Area>,
}

/// A straight piece of a line or a ring.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Segment {
    a: Coord<f64>,
    b: Coord<f64>,
    barrier: u32,
    /// The area whose ring it is part of; [`NO_AREA`] for a line.
    area: u32,
}

const NO_AREA: u32 = u32::MAX;

/// An area that takes up a bucket, or a part of it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Ground {
    area: u32,
    whole: bool,
}

/// One polygon of a barrier.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Area {
    barrier: u32,
    sides: Sides,
}

impl Barriers {
    /// Puts barriers into buckets. Pieces with places that are not finite are passed over.
    ///
    /// # Complexity
    ///
    /// O(segments + buckets that they and the areas take up); at most about four buckets a segment, or 250,000.
    pub fn new(barriers: Vec<Barrier>) -> Barriers {
        let (mut segments, mut areas, mut polygons) = (Vec::new(), Vec::new(), Vec::new());
        for (i, barrier) in barriers.iter().enumerate() {
            let barrier_id = i as u32;
            match &barrier.shape {
                BarrierShape::Lines(lines) => lines.iter().for_each(|line| pieces(line, barrier_id, NO_AREA, &mut segments)),
                BarrierShape::Areas(parts) => {
                    for polygon in parts {
                        let start = segments.len();
                        rings(polygon).for_each(|ring| pieces(ring, barrier_id, areas.len() as u32, &mut segments));
                        areas.push(Area { barrier: barrier_id, sides: Sides::new(&segments[start..]) });
                        polygons.push(polygon);
                    }
                }
            }
        }
        let grid = Grid::around(&segments);
        let segments = Rows::fill(grid, |add| {
            for segment in &segments {
                grid.any_bucket(segment.a, segment.b, PAD_M, |bucket| {
                    add(bucket, *segment);
                    false
                });
            }
        });
        let grounds = grounds(grid, &segments, &areas, &polygons);
        let steps = grid.steps(|bucket| !(segments.of(bucket).is_empty() && grounds.of(bucket).is_empty()));
        Barriers { kinds: barriers.into_iter().map(|barrier| barrier.kind).collect(), grid, steps, segments, grounds, areas }
    }

    /// Whether there is no barrier.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Number of barriers by kind.
    pub fn counts(&self) -> BTreeMap<&str, usize> {
        self.kinds.iter().fold(BTreeMap::new(), |mut counts, kind| {
            *counts.entry(kind.as_str()).or_default() += 1;
            counts
        })
    }

    /// The kind of the first barrier that the straight leg between two places crosses; `None` where the way is clear.
    ///
    /// A leg of at most a centimetre crosses nothing. A longer one crosses what it begins in (more than a centimetre from its edge),
    /// every line and edge of an area that it meets between its ends, but not one that an end of it lies on (within a centimetre: a
    /// road drawn along the bank), and an area that holds its middle.
    ///
    /// # Complexity
    ///
    /// O(buckets that the leg passes through + segments in them); for an area also O(its sides at that height).
    pub fn between(&self, from: Coord<f64>, to: Coord<f64>) -> Option<&str> {
        let first = self.first_between(from, to)?;
        self.kinds.get(first as usize).map(String::as_str)
    }

    /// The kinds of all barriers that the open straight leg crosses, as [`Barriers::between`] has it, each once, in the order met.
    pub fn all_between(&self, from: Coord<f64>, to: Coord<f64>) -> Vec<&str> {
        let Some(leg) = Leg::new(from, to) else { return Vec::new() };
        let areas = [(0.0, self.around(from)), (0.5, self.around(leg.middle()))];
        let mut met: Vec<(f64, u32)> = areas.into_iter().filter_map(|(along, barrier)| Some((along, barrier?))).collect();
        self.grid.any_bucket(from, to, 0.0, |bucket| {
            met.extend(self.segments.of(bucket).iter().filter_map(|segment| Some((leg.meets(segment)?, segment.barrier))));
            false
        });
        met.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut kinds: Vec<&str> = Vec::new();
        for kind in met.into_iter().filter_map(|(_, barrier)| self.kinds.get(barrier as usize)) {
            if !kinds.contains(&kind.as_str()) {
                kinds.push(kind);
            }
        }
        kinds
    }

    fn first_between(&self, from: Coord<f64>, to: Coord<f64>) -> Option<u32> {
        let leg = Leg::new(from, to)?;
        if let Some(here) = self.around(from) {
            return Some(here);
        }
        let mut first = self.around(leg.middle()).map(|barrier| (0.5, barrier));
        self.grid.any_bucket(from, to, 0.0, |bucket| {
            for segment in self.segments.of(bucket) {
                if let Some(met) = leg.meets(segment) {
                    let here = (met, segment.barrier);
                    first = Some(first.map_or(here, |known| if here < known { here } else { known }));
                }
            }
            false
        });
        first.map(|(_, barrier)| barrier)
    }

    /// Whether [`Barriers::between`] is none; in less time.
    pub(crate) fn are_clear(&self, from: Coord<f64>, to: Coord<f64>) -> bool {
        let Some(leg) = Leg::new(from, to) else { return true };
        let in_the_way = |bucket: usize| self.segments.of(bucket).iter().any(|segment| leg.meets(segment).is_some());
        !self.hold(from) && !self.grid.any_bucket(from, to, 0.0, in_the_way) && !self.hold(leg.middle())
    }

    /// How far around `at` every leg is clear for sure, metres.
    pub(crate) fn clearance(&self, at: Coord<f64>) -> f64 {
        self.grid.clearance(at, &self.steps)
    }

    /// Whether every leg of more than a centimetre from `at` is cut off: it lies in an area.
    pub(crate) fn hold(&self, at: Coord<f64>) -> bool {
        self.around(at).is_some()
    }

    /// The barrier in whose area `at` lies, more than [`TOUCH_M`] from its edge.
    fn around(&self, at: Coord<f64>) -> Option<u32> {
        let bucket = self.grid.bucket(at)?;
        let holds = |ground: &&Ground| {
            ground.whole
                || (self.areas[ground.area as usize].sides.hold(at)
                    && !self.segments.of(bucket).iter().any(|s| s.area == ground.area && s.is_touched(at)))
        };
        self.grounds.of(bucket).iter().find(holds).map(|ground| self.areas[ground.area as usize].barrier)
    }
}

fn rings(polygon: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

fn pieces(line: &LineString<f64>, barrier: u32, area: u32, segments: &mut Vec<Segment>) {
    let finite = |c: &Coord<f64>| c.x.is_finite() && c.y.is_finite();
    let lines = line.lines().filter(|l| finite(&l.start) && finite(&l.end));
    segments.extend(lines.map(|l| Segment { a: l.start, b: l.end, barrier, area }));
}

/// The areas by bucket, lower ids first: in part where a ring passes, wholly within.
fn grounds(grid: Grid, segments: &Rows<Segment>, areas: &[Area], polygons: &[&Polygon<f64>]) -> Rows<Ground> {
    Rows::fill(grid, |add| {
        for (i, polygon) in polygons.iter().enumerate() {
            let Some(bounds) = polygon.bounding_rect() else { continue };
            let area = i as u32;
            grid.for_each_within(bounds, |bucket, centre| {
                let passed = segments.of(bucket).iter().any(|s| s.area == area);
                if passed || areas[i].sides.hold(centre) {
                    add(bucket, Ground { area, whole: !passed });
                }
            });
        }
    })
}

/// A straight way longer than [`TOUCH_M`].
struct Leg {
    from: Coord<f64>,
    to: Coord<f64>,
    step: Coord<f64>,
}

impl Leg {
    fn new(from: Coord<f64>, to: Coord<f64>) -> Option<Leg> {
        let step = Coord { x: to.x - from.x, y: to.y - from.y };
        let length_2 = step.x * step.x + step.y * step.y;
        (length_2 > TOUCH_M * TOUCH_M && length_2.is_finite()).then_some(Leg { from, to, step })
    }

    fn middle(&self) -> Coord<f64> {
        Coord { x: self.from.x + self.step.x / 2.0, y: self.from.y + self.step.y / 2.0 }
    }

    /// Where along the leg, 0 to 1, it crosses a segment that neither of its ends touches.
    ///
    /// A corner of a barrier lies on one side of the leg for both segments that share it: no leg slips between them.
    fn meets(&self, segment: &Segment) -> Option<f64> {
        let side = |c: Coord<f64>| self.step.x * (c.y - self.from.y) - self.step.y * (c.x - self.from.x);
        let (a, b) = (side(segment.a), side(segment.b));
        if (a > 0.0 && b > 0.0) || (a < 0.0 && b < 0.0) || a == b {
            return None;
        }
        let part = a / (a - b);
        let met = Coord {
            x: segment.a.x + part * (segment.b.x - segment.a.x) - self.from.x,
            y: segment.a.y + part * (segment.b.y - segment.a.y) - self.from.y,
        };
        let along = (met.x * self.step.x + met.y * self.step.y) / (self.step.x * self.step.x + self.step.y * self.step.y);
        let between = along > 0.0 && along < 1.0 && !segment.is_touched(self.from) && !segment.is_touched(self.to);
        between.then_some(along)
    }
}

impl Segment {
    /// Whether `at` lies within [`TOUCH_M`] of it.
    fn is_touched(&self, at: Coord<f64>) -> bool {
        let (dx, dy) = (self.b.x - self.a.x, self.b.y - self.a.y);
        let (px, py) = (at.x - self.a.x, at.y - self.a.y);
        let length_2 = dx * dx + dy * dy;
        let along = if length_2 > 0.0 { ((px * dx + py * dy) / length_2).clamp(0.0, 1.0) } else { 0.0 };
        let (ex, ey) = (px - along * dx, py - along * dy);
        ex * ex + ey * ey <= TOUCH_M * TOUCH_M
    }

    fn bounds(&self) -> Rect<f64> {
        Rect::new(self.a, self.b)
    }
}

#[cfg(test)]
mod tests;
