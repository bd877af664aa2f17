//! Writing: the folder of results, each file written to a temporary name and renamed.

mod access;
mod area_error;
mod corridors;
mod curve;
mod details;
mod dictionary;
mod finding_words;
mod folder;
mod formats;
mod gaps;
mod geokeys;
mod headline;
mod layers;
mod loud;
mod markdown;
mod people_sums;
mod picture;
mod printed;
mod raster;
mod referrals;
mod response;
mod response_words;
mod row;
mod rules;
mod shares;
mod summary;
mod tables;
mod valid;
mod words;

use catchment::{Finding, FindingKind, Stage};
use geojson::Feature;

use crate::error::Error;
use crate::load::Inputs;
use crate::out::add_manifest;
use crate::plan::Format;
use crate::planning::{Indicators, indicator_rows, norm_layer};
use crate::run::Run;
use crate::shapes::audit_files;
pub(crate) use printed::{
    Printed, SiteTables, as_it_stands, basis, compared, comparison_tables, fair_tables, indicator_tables, new_build, norm_tables,
    rows as table_rows, unit_zh,
};
use printed::{printed, report, sheets};

pub use area_error::{AreaError, area_error};
pub use curve::{SweepPoint, sweep_points};
pub(crate) use folder::FolderOut;
#[cfg(feature = "geoparquet")]
pub(crate) use formats::geoparquet;
pub(crate) use formats::{
    About, Cell, LayerOut, Sheet, TableOut, collection, csv, files as formats_of, flatgeobuf, lines, package, workbook,
};
pub use headline::sentence;
pub(crate) use layers::{coverage as coverage_layer, feature, gaps as gap_layer, inverse, style, wgs84, zones as zone_layer};
pub use loud::warning_lines;
pub(crate) use loud::{accepted, summary as finding_summary};
pub(crate) use markdown::{Paragraph, inline, item};
pub use people_sums::people_sentence;
pub(crate) use response::set_stand_in;
pub(crate) use response_words::basis_of;
pub use response_words::response_sentences;
pub(crate) use row::{Row, round, rows as zone_rows};
pub(crate) use shares::one_zh;
pub use shares::{km2, mask_zh, side_by_side, side_by_side_zh};
pub(crate) use summary::{by_kind, norm_counts, pretty, sha256, working};
pub(crate) use tables::issues as issues_table;
pub use words::{most_uncovered, steers, thousands, title};

/// Every file of the folder, by name, in memory.
///
/// # Errors
///
/// [`Error::Crs`] where a result cannot be turned back to WGS84; [`Error::Map`] where the picture cannot be drawn.
pub fn render(run: &Run) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let plan = &run.inputs.plan;
    let outputs = &plan.outputs;
    let attribution = attribution(&run.inputs);
    let time = time(&run.inputs);
    let about = About { stem: &plan.study.id, attribution: attribution.as_deref(), styled: true, time: &time };
    let layers = if outputs.formats.iter().any(|format| format.holds_layers()) { layers_of(run)? } else { Vec::new() };
    let tables = tables_of(run)?;
    let print = printed(run, &tables);
    let mut files = formats::files(&layers, &tables, &outputs.formats, outputs.csv_style(), &about)?;
    let mut add = |name: &str, bytes: Vec<u8>| files.push((name.to_owned(), bytes));
    if plan.outputs.formats.contains(&Format::Geotiff) {
        for (service, report) in row::services(run) {
            if let Some(field) = &report.field {
                add(&format!("cost-{}.tif", service.id), raster::geotiff(run, service, field)?);
            }
        }
    }
    if plan.outputs.audit {
        for (name, bytes) in audit_files(run)? {
            add(&name, bytes);
        }
    }
    let mut missing = Vec::new();
    missing.extend(geokeys::untold(run));
    if plan.outputs.map {
        for (i, (service, report)) in row::services(run).enumerate() {
            let (svg, picture) = picture::draw(run, service, report)?;
            let stem = if i == 0 { "map".to_owned() } else { format!("map-{}", service.id) };
            add(&format!("{stem}.svg"), svg.into_bytes());
            add(&format!("{stem}.png"), picture.png);
            missing.extend(glyphs(&service.id, &picture.missing));
        }
    }
    let mut findings = run.findings();
    findings.extend(&missing);
    findings.sort();
    let listed = tables::issues(&findings);
    add("issues.csv", csv(&listed, outputs.csv_style()));
    if outputs.formats.contains(&Format::Xlsx) {
        add(&format!("{}.xlsx", plan.study.id), workbook(&sheets(run, &print, &tables, &listed), &about)?);
    }
    if outputs.formats.contains(&Format::Csv) {
        print.iter().for_each(|table| add(&format!("{}.csv", table.file), table.csv(outputs.csv_style())));
    }
    add("report.md", report(run, &print).into_bytes());
    add("README.txt", dictionary::readme(run).replace(|c| steers(c) && c != '\n', " ").into_bytes());
    add("summary.json", summary::summary(run, &findings).into_bytes());
    add_manifest(summary::known(run, &findings), &mut files);
    Ok(files)
}

/// All layers of a run.
fn layers_of(run: &Run) -> Result<Vec<LayerOut>, Error> {
    let mut layers = vec![
        LayerOut::new("gaps", "Gaps: ground beyond the limit where people live", layers::gaps(run)?),
        LayerOut::new("coverage", "Ground within the limit", layers::coverage(run)?),
        LayerOut::new("facilities", "Facilities", layers::facilities(run)?),
        LayerOut::new("zones", "Zones by the share of people within the limit", layers::zones(run)?),
    ];
    let no_data = layers::no_data(run)?;
    layers.extend((!no_data.is_empty()).then(|| LayerOut::new("no_data", "No data: ground outside the extent of the roads", no_data)));
    layers.extend(response::layers(run)?);
    layers.extend(access::layer(run)?);
    layers.extend(referrals::layer(run)?);
    if let Some(own) = run.office.as_ref().filter(|own| !own.norms.is_empty()) {
        layers.push(norm_layer(&run.inputs, &own.norms)?);
    }
    Ok(layers)
}

/// All tables of a run but for its findings.
fn tables_of(run: &Run) -> Result<Vec<TableOut>, Error> {
    let mut tables = vec![tables::zones(run), tables::gaps(run)?];
    tables.extend(tables::curve(run));
    tables.extend(response::tables(run)?);
    tables.extend(access::tables(run)?);
    tables.extend(referrals::table(run));
    let none = Indicators::default();
    let own = run.office.as_ref().map_or(&none, |own| &own.indicators);
    let norms = run.office.as_ref().map_or(&[][..], |own| &own.norms);
    tables.extend((!norms.is_empty()).then(|| TableOut::of_rows("norms", table_rows(norms))));
    tables.extend(indicator_rows(&own.indicators, &own.minimums, &run.fair));
    Ok(tables)
}

/// A collection of what was loaded.
pub(crate) fn collection_of(inputs: &Inputs, features: &[Feature]) -> String {
    formats::collection(features, attribution(inputs).as_deref())
}

/// The time of the data: that of its newest extract, else none that anybody would take for one.
pub(crate) fn time(inputs: &Inputs) -> String {
    let newest = inputs.files.iter().filter_map(|file| file.osm_timestamp.as_deref()).max();
    newest.unwrap_or("1970-01-01T00:00:00Z").replace('Z', ".000Z")
}

/// Whose data the results are made from; `None` where nothing came from OpenStreetMap.
pub(crate) fn attribution(inputs: &Inputs) -> Option<String> {
    let osm = inputs.files.iter().filter(|file| file.from_osm);
    let time = osm.map(|f| f.osm_timestamp.as_deref().unwrap_or("")).max()?;
    let date = if time.is_empty() { String::new() } else { format!(", {}", time.split('T').next().unwrap_or(time)) };
    Some(format!("© OpenStreetMap contributors, ODbL 1.0{date}"))
}

fn glyphs(service: &str, missing: &[char]) -> Option<Finding> {
    let text: String = missing.iter().collect();
    let detail = format!("the map's font has no glyph for {text}: drawn as empty boxes in the PNG");
    (!missing.is_empty()).then(|| Finding::new(Stage::Output, service, "map.png", FindingKind::MissingGlyphs, detail))
}
