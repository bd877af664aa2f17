//! Kinds of shapes; polygons taken apart into places and put together again, so that all of them are projected in one go.

use catchment::geo::{Coord, CoordsIter, Geometry, LineString, MultiPolygon, Polygon};

/// The kind of a shape, as GeoJSON and GeoParquet call it.
pub(crate) fn kind(shape: &Geometry<f64>) -> &'static str {
    match shape {
        Geometry::Point(_) => "Point",
        Geometry::Line(_) | Geometry::LineString(_) => "LineString",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
        Geometry::MultiPoint(_) => "MultiPoint",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        Geometry::GeometryCollection(_) => "GeometryCollection",
    }
}

/// All places of `polygons`, ring by ring.
pub(crate) fn places(polygons: &MultiPolygon<f64>) -> Vec<Coord<f64>> {
    polygons.coords_iter().collect()
}

/// `polygons` with the next of `places` in place of its own, in the order of [`places`].
pub(crate) fn rebuilt(polygons: &MultiPolygon<f64>, places: &mut impl Iterator<Item = Coord<f64>>) -> MultiPolygon<f64> {
    let mut ring = |old: &LineString<f64>| LineString(places.by_ref().take(old.0.len()).collect());
    let polygon = |old: &Polygon<f64>| {
        let exterior = ring(old.exterior());
        Polygon::new(exterior, old.interiors().iter().map(&mut ring).collect())
    };
    MultiPolygon::new(polygons.iter().map(polygon).collect())
}
