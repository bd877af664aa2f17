//! `cost-SERVICE.tif`: the cost of every ground cell as a GeoTIFF in the working CRS.

use std::io::Cursor;

use catchment::geo::Coord;
use catchment::{CostRaster, Metric};
use tiff::TiffResult;
use tiff::encoder::colortype::Gray32Float;
use tiff::encoder::compression::DeflateLevel;
use tiff::encoder::{Compression, TiffEncoder};
use tiff::tags::Tag;

use super::geokeys::GeoKeys;
use crate::error::Error;
use crate::plan::ServicePlan;
use crate::run::Run;

/// Stands where there is no way, no road nearby, or no zone.
const NODATA: f32 = -9999.0;

/// The picture of a service: minutes (distance services: metres) to the nearest facility, north up, a pixel a cell.
pub(super) fn geotiff(run: &Run, service: &ServicePlan, field: &CostRaster) -> Result<Vec<u8>, Error> {
    let error = |source| Error::Write { file: format!("cost-{}.tif", service.id).into(), source: std::io::Error::other(source) };
    let unit = if service.limit.metric == Metric::Time { "minutes" } else { "metres" };
    let about = format!(
        "Cost to the nearest facility, {unit}; limit {}; cells of {} m, each by its centre; {NODATA} is no way, no road nearby, or no zone",
        service.limit, field.grid.size
    );
    encode(field, service.limit.metric, &about, &GeoKeys::of(&run.inputs.working)).map_err(error)
}

fn encode(field: &CostRaster, metric: Metric, about: &str, keys: &GeoKeys) -> TiffResult<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    let (columns, rows) = (u32::try_from(field.window.columns)?, u32::try_from(field.window.rows)?);
    let mut encoder = TiffEncoder::new(&mut bytes)?.with_compression(Compression::Deflate(DeflateLevel::Balanced));
    let mut image = encoder.new_image::<Gray32Float>(columns, rows)?;
    let tags = image.encoder();
    tags.write_tag(Tag::ImageDescription, about)?;
    let west_north = north_west(field);
    let side = field.grid.size;
    tags.write_tag(Tag::ModelPixelScaleTag, &[side, side, 0.0][..])?;
    tags.write_tag(Tag::ModelTiepointTag, &[0.0, 0.0, 0.0, west_north.x, west_north.y, 0.0][..])?;
    tags.write_tag(Tag::GeoKeyDirectoryTag, &keys.directory[..])?;
    if !keys.doubles.is_empty() {
        tags.write_tag(Tag::GeoDoubleParamsTag, &keys.doubles[..])?;
    }
    tags.write_tag(Tag::GeoAsciiParamsTag, keys.text.as_str())?;
    tags.write_tag(Tag::GdalNodata, NODATA.to_string().as_str())?;
    image.write_data(&pixels(field, metric))?;
    Ok(bytes.into_inner())
}

/// The corner that pixels are counted from.
fn north_west(field: &CostRaster) -> Coord<f64> {
    let south_west = field.grid.corner(field.window.low);
    Coord { x: south_west.x, y: south_west.y + field.window.rows as f64 * field.grid.size }
}

/// Row by row from the north-west.
fn pixels(field: &CostRaster, metric: Metric) -> Vec<f32> {
    let unit = if metric == Metric::Time { 60.0 } else { 1.0 };
    let (columns, rows) = (field.window.columns, field.window.rows);
    let value = |position| field.cost(position).map_or(NODATA, |cost| (cost.as_f64() / unit) as f32);
    (0..rows).rev().flat_map(|row| (row * columns..(row + 1) * columns).map(value)).collect()
}
