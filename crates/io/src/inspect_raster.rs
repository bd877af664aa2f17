//! What a raster is: the first look at a GeoTIFF of one's own.

use catchment::geo::{BoundingRect, Coord, Densify, Euclidean, LineString, MultiPolygon};
use catchment::{Finding, FindingKind, People, Stage, Zone};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;

use crate::crs::{Crs, Projector, auto_crs};
use crate::error::{Error, data};
use crate::files::Files;
use crate::inspect::InZone;
use crate::load::{Raster, STRAIGHT_DEG, project_polygons, raster_parts, raster_sums, zones_of_layer};

/// What was found in a band of a GeoTIFF.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RasterInspection {
    /// The file, with its band where one was named.
    pub file: String,
    /// `GeoTIFF`.
    pub format: String,
    /// Columns.
    pub columns: u32,
    /// Rows.
    pub rows: u32,
    /// Bands of the file.
    pub bands: usize,
    /// Width and height of a cell, in the unit of the CRS.
    pub cell: [f64; 2],
    /// What the file says of its CRS; `None` where it says nothing.
    pub crs: Option<String>,
    /// Whether a plan has to name the CRS, as the file does not tell one that is understood.
    pub crs_missing: bool,
    /// The value that stands for no data.
    pub nodata: Option<f64>,
    /// What numbers its cells are: `Float32`, `UInt8`, …
    pub kind: String,
    /// How they are packed: `none`, `Deflate`, `LZW` or `PackBits`.
    pub packing: String,
    /// Columns and rows of the pieces that it is read in: tiles or strips.
    pub chunk: [u32; 2],
    /// Cells with a number.
    pub valid: u64,
    /// Cells below zero among them.
    pub negative: u64,
    /// The sum of all numbers.
    pub sum: f64,
    /// The least and the greatest number, where there is one.
    pub range: Option<[f64; 2]>,
    /// West, south, east and north, degrees; `None` where its CRS is not known, or does not reach so far.
    pub extent: Option<[f64; 4]>,
    /// The people in each zone, where zones are given; cells are shared out by area at borders.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<InZone>,
    /// What was found amiss in the zones, or that they lie elsewhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The lines of a plan that would read it.
    pub plan: String,
}

/// Looks at a raster that a plan could name: `people.tif`, or `people.tif|band=2`. All of it is read, piece by piece, whatever its size; once
/// more around `zones`, a layer, to sum its people up in each.
///
/// # Errors
///
/// [`Error`] for a file that is missing, broken, or no GeoTIFF of numbers with a place.
pub fn inspect_raster(files: &dyn Files, name: &str, zones: Option<&str>) -> Result<RasterInspection, Error> {
    let (file, _) = raster_parts(name)?;
    let source = files.open(file)?;
    let raster = Raster::open(&source, name)?;
    let (frames, _) = raster.frames(raster.frame());
    let mut all = Numbers::default();
    for batch in frames.chunks(8 * rayon::current_num_threads()) {
        let read: Vec<Numbers> =
            batch.par_iter().map(|frame| raster.values(*frame).map(|values| Numbers::of(&values))).collect::<Result<_, _>>()?;
        read.into_iter().for_each(|numbers| all.add(numbers));
    }
    let mut findings = Vec::new();
    let mut found = Vec::new();
    if let Some(layer) = zones {
        let (own, of_layer) = zones_of_layer(files, layer)?;
        findings.extend(of_layer);
        match in_zones(own, layer, &raster) {
            Ok(zones) => found = zones,
            // what the raster is can be told all the same
            Err(error) => findings.push(Finding::new(Stage::Output, name, layer, FindingKind::ZonesNotSummed, error.to_string())),
        }
    }
    let crs = raster.crs(None).ok().map(|(crs, _)| crs);
    let missing = if crs.is_none() { "columns = { crs = \"EPSG:…\" }   # the file does not tell it\n" } else { "" };
    Ok(RasterInspection {
        file: name.to_owned(),
        format: "GeoTIFF".to_owned(),
        columns: raster.columns,
        rows: raster.rows,
        bands: raster.bands,
        cell: [raster.lattice.step.x.abs(), raster.lattice.step.y.abs()],
        crs: raster.crs_told(),
        crs_missing: crs.is_none(),
        nodata: raster.nodata().filter(|nodata| nodata.is_finite()),
        kind: raster.kind(),
        packing: raster.packing().to_owned(),
        chunk: [raster.chunk.0, raster.chunk.1],
        valid: all.valid,
        negative: all.negative,
        sum: all.sum,
        range: (all.valid > 0).then_some([all.least, all.greatest]),
        zones: found,
        findings,
        extent: crs.and_then(|crs| extent(&raster, &crs)),
        plan: format!("[people]\nmethod = \"raster\"\nsource = {}\n{missing}", Value::from(name)),
    })
}

/// The people of a raster in each zone of a layer, then those of cells on borders outside all.
fn in_zones(mut zones: Vec<Zone>, layer: &str, raster: &Raster<'_>) -> Result<Vec<InZone>, Error> {
    let error = |source| Error::Crs { what: layer.to_owned(), source };
    let all: MultiPolygon<f64> = zones.iter().flat_map(|zone| zone.area.iter().cloned()).collect();
    let bounds = all.bounding_rect().ok_or_else(|| data(layer, "", "zones without ground", "polygons"))?;
    let projector = Projector::new(&Crs::wgs84(), &auto_crs(bounds).map_err(error)?.crs).map_err(error)?;
    let mut areas: Vec<MultiPolygon<f64>> = zones.iter().map(|zone| Euclidean.densify(&zone.area, STRAIGHT_DEG)).collect();
    project_polygons(&projector, &mut areas, layer)?;
    zones.iter_mut().zip(areas).for_each(|(zone, area)| zone.area = area);
    let sums = raster_sums(&zones, raster, &projector)?;
    let names = zones.iter().map(|zone| (zone.id.clone(), zone.name.clone())).chain([("outside".to_owned(), "outside".to_owned())]);
    let zone = |((zone_id, zone_name), people): ((String, String), People)| InZone {
        zone_id,
        zone_name,
        rows: None,
        people: Some(people.as_f64()),
    };
    Ok(names.zip(sums).map(zone).collect())
}

/// The numbers of some cells.
struct Numbers {
    valid: u64,
    negative: u64,
    sum: f64,
    least: f64,
    greatest: f64,
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers { valid: 0, negative: 0, sum: 0.0, least: f64::INFINITY, greatest: f64::NEG_INFINITY }
    }
}

impl Numbers {
    fn of(values: &[f64]) -> Numbers {
        values.iter().filter(|value| !value.is_nan()).fold(Numbers::default(), |all, value| Numbers {
            valid: all.valid + 1,
            negative: all.negative + u64::from(*value < 0.0),
            sum: all.sum + value,
            least: all.least.min(*value),
            greatest: all.greatest.max(*value),
        })
    }

    fn add(&mut self, other: Numbers) {
        self.valid += other.valid;
        self.negative += other.negative;
        self.sum += other.sum;
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
    }
}

/// The box of its edges in degrees, each edge taken at 32 places.
fn extent(raster: &Raster<'_>, crs: &Crs) -> Option<[f64; 4]> {
    let corners = raster.corners();
    let ring = LineString::from_iter(corners.into_iter().chain(corners.first().copied()));
    let [from, _, to, _] = corners;
    let side = (to.x - from.x).hypot(to.y - from.y) / 32.0;
    // cells so small that their numbers do not tell one edge from the other
    if side.is_nan() || side <= 0.0 {
        return None;
    }
    let mut places: Vec<Coord<f64>> = Euclidean.densify(&ring, side).0;
    Projector::new(crs, &Crs::wgs84()).ok()?.forward(&mut places).ok()?;
    let none = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    Some(places.iter().fold(none, |[w, s, e, n], at| [w.min(at.x), s.min(at.y), e.max(at.x), n.max(at.y)]))
}
