//! `convert`: tables and layers in another format, coordinate system or encoding.

use std::path::PathBuf;

use catchment::Finding;
use catchment_io::plan::Columns;
use catchment_io::{ConvertAsk, Converted, OutFile};
use clap::Args;

use crate::args::CsvArg;
use crate::prepare::split;
use crate::signals;
use crate::terminal::{Terminal, print};

#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// A table (.csv, .tsv, .txt, .xlsx, .ods) or a layer (.geojson, .geojsonl, .shp, .gpkg, .fgb; one of several:
    /// file.gpkg|layername=towns).
    pub source: PathBuf,
    /// The file to write; its name says the format: .geojson, .geojsonl, .gpkg, .fgb, .csv or .xlsx.
    pub result: PathBuf,
    /// The CRS of the source, above what it says itself: EPSG:4549, gcj02, bd09, a PROJ string [default: what a layer says; for tables
    /// longitude and latitude].
    #[arg(long, value_name = "CRS")]
    pub from: Option<String>,
    /// The CRS of the result [default: that of the source, where the format holds it, else WGS84].
    #[arg(long, value_name = "CRS")]
    pub to: Option<String>,
    /// A table of points that are known both in a local grid (x, y) and in WGS84 (lon, lat): it fixes the CRS `grid`, that of the source
    /// unless --from or --to say otherwise.
    #[arg(long, value_name = "FILE")]
    pub control: Option<PathBuf>,
    /// Of a table: the column of longitudes or eastings.
    #[arg(long, value_name = "COLUMN")]
    pub x: Option<String>,
    /// Of a table: the column of latitudes or northings.
    #[arg(long, value_name = "COLUMN")]
    pub y: Option<String>,
    /// Of a workbook: the sheet.
    #[arg(long, value_name = "SHEET")]
    pub sheet: Option<String>,
    /// Of a CSV: how it is encoded, where that is not found by itself.
    #[arg(long, value_name = "ENCODING")]
    pub encoding: Option<String>,
    /// How a CSV that is written is encoded: utf-8-bom and gb18030 are for Excel [default: utf-8].
    #[arg(long, value_enum, value_name = "ENCODING")]
    pub csv_encoding: Option<CsvArg>,
    /// Replace the result where it is there already.
    #[arg(long)]
    pub force: bool,
    /// Say nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

/// How many findings are told; the rest are counted.
const TOLD: usize = 20;

/// `convert`
pub(crate) fn convert(typed: &Convert) -> anyhow::Result<()> {
    let columns = Columns {
        x: typed.x.clone(),
        y: typed.y.clone(),
        sheet: typed.sheet.clone(),
        encoding: typed.encoding.clone(),
        ..Columns::default()
    };
    let csv_encoding = typed.csv_encoding.map(Into::into).unwrap_or_default();
    let control = typed.control.as_deref().map(std::path::absolute).transpose()?.map(|file| file.display().to_string());
    let ask = ConvertAsk { from: typed.from.clone(), to: typed.to.clone(), control, columns, csv_encoding };
    let (folder, name) = split(&typed.source);
    // a layer may have others beside it, and a control file is read, too
    let inputs: Vec<PathBuf> = std::iter::once(typed.source.clone()).chain(typed.control.clone()).map(without_layer).collect();
    let file = OutFile::claim("the result", &typed.result, &inputs, |_| false, typed.force)?;
    signals::end_with(file.part())?;
    let done = catchment_io::convert(&folder, &name, file, &ask)?;
    let terminal = Terminal::new(typed.quiet);
    told(&done.findings).iter().for_each(|line| terminal.note(line));
    if !typed.quiet {
        print(&format!("{}: {}\n", typed.result.display(), text(&name, &done)));
    }
    Ok(())
}

/// The file of `file.gpkg|layername=towns`.
fn without_layer(source: PathBuf) -> PathBuf {
    let text = source.display().to_string();
    text.split_once('|').map_or(source, |(file, _)| file.into())
}

fn told(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| format!("{} {}: {}", finding.source, finding.id, finding.detail);
    let mut lines: Vec<String> = findings.iter().take(TOLD).map(line).collect();
    lines.extend((findings.len() > TOLD).then(|| format!("and {} more", findings.len() - TOLD)));
    lines
}

fn text(name: &str, done: &Converted) -> String {
    let crs = match (&done.from, &done.to) {
        (Some(from), Some(to)) if from == to => format!(", in {to}"),
        (Some(from), Some(to)) => format!(", from {from} to {to}"),
        _ => ", without coordinates".to_owned(),
    };
    let without = done.rows - done.shapes;
    let shapes = if without > 0 && done.from.is_some() { format!(" ({without} without a shape)") } else { String::new() };
    format!("{} rows{shapes} of {name} ({}){crs}", done.rows, done.format)
}
