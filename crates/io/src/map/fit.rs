//! From metres to the page: rectangles, the extent of a scene, and the fit of one into the other.

use geo::{BoundingRect, Coord, LineString, MultiPolygon, Polygon};

use super::scene::MapScene;

/// A rectangle on the page in pixels; `y` grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
}

impl Rect {
    /// The rectangle of a size around a centre.
    pub(super) fn around((x, y): (f64, f64), w: f64, h: f64) -> Self {
        Self { x: x - w / 2.0, y: y - h / 2.0, w, h }
    }

    pub(super) fn right(&self) -> f64 {
        self.x + self.w
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// The rectangle with its sides moved outwards by `d`.
    pub(super) fn grown(&self, d: f64) -> Self {
        Self { x: self.x - d, y: self.y - d, w: self.w + 2.0 * d, h: self.h + 2.0 * d }
    }

    pub(super) fn contains(&self, (x, y): (f64, f64)) -> bool {
        x >= self.x && x <= self.right() && y >= self.y && y <= self.bottom()
    }

    /// Whether `other` lies inside.
    pub(super) fn holds(&self, other: &Self) -> bool {
        self.contains((other.x, other.y)) && self.contains((other.right(), other.bottom()))
    }

    /// Whether the two share ground.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

/// Whether a coordinate can be drawn at all.
fn usable(c: Coord<f64>) -> bool {
    c.x.is_finite() && c.y.is_finite() && c.x.abs() < 1e9 && c.y.abs() < 1e9
}

/// What the map must show, in metres.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    min: Coord<f64>,
    max: Coord<f64>,
}

impl Extent {
    /// The extent of the towns and gaps; without them that of the covered ground, the facilities and the roads. At least
    /// 200 m wide and high, so that a point still gives a map.
    pub(super) fn of(scene: &MapScene<'_>) -> Self {
        let corners = |polygon: &MultiPolygon<f64>| polygon.0.iter().flat_map(box_corners).collect::<Vec<_>>();
        let zones = scene.zones.iter().flat_map(|z| corners(z.polygon));
        let mut extent = Self::around(zones.chain(scene.gaps.iter().flat_map(|g| corners(g.polygon))));
        if extent.is_none() {
            let facilities = scene.facilities.iter().map(|f| Coord { x: f.x, y: f.y });
            let roads = scene.roads.iter().flat_map(|line| [line.start, line.end]);
            extent = Self::around(scene.covered.iter().flat_map(corners).chain(facilities).chain(roads));
        }
        let none = Self { min: Coord { x: -500.0, y: -500.0 }, max: Coord { x: 500.0, y: 500.0 } };
        extent.unwrap_or(none).at_least(200.0)
    }

    fn around(coords: impl Iterator<Item = Coord<f64>>) -> Option<Self> {
        coords.filter(|&c| usable(c)).fold(None, |extent: Option<Self>, c| {
            let Self { min, max } = extent.unwrap_or(Self { min: c, max: c });
            Some(Self { min: Coord { x: min.x.min(c.x), y: min.y.min(c.y) }, max: Coord { x: max.x.max(c.x), y: max.y.max(c.y) } })
        })
    }

    fn at_least(self, side: f64) -> Self {
        let grow = |min: f64, max: f64| ((side - (max - min)) / 2.0).max(0.0);
        let (x, y) = (grow(self.min.x, self.max.x), grow(self.min.y, self.max.y));
        Self { min: Coord { x: self.min.x - x, y: self.min.y - y }, max: Coord { x: self.max.x + x, y: self.max.y + y } }
    }
}

/// The corners of the box around the usable points of a polygon.
fn box_corners(polygon: &Polygon<f64>) -> Vec<Coord<f64>> {
    let points: LineString<f64> = polygon.exterior().0.iter().copied().filter(|&c| usable(c)).collect();
    points.bounding_rect().map_or_else(Vec::new, |r| vec![r.min(), r.max()])
}

/// The same scale in both directions, the extent centred in its frame, north up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    /// Pixels a metre.
    pub(super) scale: f64,
    /// Where the map is drawn.
    pub(super) frame: Rect,
    centre: Coord<f64>,
}

impl Fit {
    /// Fits an extent into a frame with a margin of 3 % on each side.
    pub(super) fn new(extent: &Extent, frame: Rect) -> Self {
        let (w, h) = (extent.max.x - extent.min.x, extent.max.y - extent.min.y);
        let scale = (frame.w * 0.94 / w).min(frame.h * 0.94 / h);
        let centre = (extent.min + extent.max) / 2.0;
        Self { scale, frame, centre }
    }

    /// A place on the page in pixels; `None` for a coordinate that cannot be drawn.
    pub(super) fn point(&self, c: Coord<f64>) -> Option<(f64, f64)> {
        usable(c).then(|| {
            let x = self.frame.x + self.frame.w / 2.0 + (c.x - self.centre.x) * self.scale;
            let y = self.frame.y + self.frame.h / 2.0 - (c.y - self.centre.y) * self.scale;
            (x.clamp(-1e5, 1e5), y.clamp(-1e5, 1e5))
        })
    }

    /// The polygons on the page in pixels.
    pub(super) fn polygons(&self, shape: &MultiPolygon<f64>) -> Vec<Polygon<f64>> {
        let ring = |line: &LineString<f64>| -> LineString<f64> { line.0.iter().filter_map(|&c| self.point(c)).collect() };
        let polygon = |p: &Polygon<f64>| Polygon::new(ring(p.exterior()), p.interiors().iter().map(ring).collect());
        shape.0.iter().map(polygon).filter(|p| !p.exterior().0.is_empty()).collect()
    }
}
