//! `inspect` of a raster, for people.

use catchment_io::RasterInspection;

use crate::prepare::in_zones;

/// What a raster is.
pub(crate) fn look(found: &RasterInspection) -> String {
    let crs = found.crs.as_deref().unwrap_or("a CRS that the file does not tell");
    let [wide, high] = found.cell;
    let bands = if found.bands == 1 { String::new() } else { format!(", {} bands (choose one by |band=2)", found.bands) };
    let nodata = found.nodata.map_or_else(|| "no mark for no data".to_owned(), |nodata| format!("{nodata} is no data"));
    let mut text = format!(
        "{}: {}, {} × {} cells of {wide} × {high}{bands}, in {crs}\n  {}, packed by {}, in pieces of {} × {}; {nodata}\n",
        found.file, found.format, found.columns, found.rows, found.kind, found.packing, found.chunk[0], found.chunk[1]
    );
    if let Some([west, south, east, north]) = found.extent {
        text += &format!("  from {west:.5}, {south:.5} to {east:.5}, {north:.5}\n");
    }
    let round = |number: f64| (number * 1e6).round() / 1e6;
    text += &match found.range {
        Some([least, greatest]) => {
            format!(
                "  {} cells with a number: sum {}, least {}, greatest {}\n",
                found.valid,
                round(found.sum),
                round(least),
                round(greatest)
            )
        }
        None => "  no cell with a number\n".to_owned(),
    };
    if found.negative > 0 {
        text += &format!("  {} cells are below zero: a run does not use them\n", found.negative);
    }
    text += &in_zones(&found.zones);
    for finding in &found.findings {
        text += &format!("{}: {}\n", finding.kind, finding.detail);
    }
    text + &format!("A plan reads it, if its cells hold people and not people a km², with:\n\n{}", found.plan)
}
