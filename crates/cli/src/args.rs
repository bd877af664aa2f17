//! What was typed: no work is done here.

use std::path::PathBuf;

use catchment_io::map::Lang;
use catchment_io::plan::{CsvEncoding, Format};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::batch::BatchCommand;
use crate::compare::Compare;
use crate::convert::Convert;
use crate::office::{IndicatorsArgs, Norms};
use crate::prepare::{Inspect, Prepare};
use crate::shape_args::{Audit, Isochrones, Reach};
use crate::site::SiteArgs;

/// Who cannot reach care, where are they, what would change that?
#[derive(Debug, Parser)]
#[command(name = "catchment", version, about, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 a check that was asked for (--audit, --require, --check, check --strict) is not met; 2 wrong usage or plan, or a folder with files that are not ours (--force); 3 bad input data, or findings that cannot be true; 4 disk or memory, or a standard output that is full; 75 another process has the folder or the shard, try again; 129, 130, 143 ended by SIGHUP, SIGINT (Ctrl-C), SIGTERM (with the old results or none, never a mix).";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the main job on the whole of Malta, which ships inside this program.
    Demo(Demo),
    /// Run a plan: all its services, all its outputs.
    Run(Run),
    /// Look at a plan and its files before a run: what cannot be true, what may be wrong. No search is made, nothing is written.
    Check(Check),
    /// The same from flags alone.
    Coverage(Coverage),
    /// Draw the ground within limits, of the nearest facility or of each, as polygons.
    Isochrones(Isochrones),
    /// The roads within limits, to the millimetre, as lines.
    Reach(Reach),
    /// Audit polygons, of this program or any other, against the roads: do they part the reached from the unreached?
    Audit(Audit),
    /// Read the roads of an extract or a layer once, and store them ordered and joined: a plan names the file in its place.
    Prepare(Prepare),
    /// What a file is: a table, a layer, a raster, a prepared network or the roads of an extract; and the lines of a plan that read it.
    Inspect(Inspect),
    /// Write a table or a layer in another format, coordinate system or encoding.
    Convert(Convert),
    /// Hold zones against allocation norms: have, need, gap. No roads are read.
    Norms(Norms),
    /// Indicators with their targets, minimum amounts, and how evenly resources are spread. No roads are read.
    Indicators(IndicatorsArgs),
    /// Run a plan as it stands and with each of its scenarios: who gains, who loses, what each step adds, which targets are met.
    Compare(Compare),
    /// Where to build: the best sites for a service, proven, and what else would do.
    Site(Box<SiteArgs>),
    /// Many runs: plan them as shards, run what is not done, merge, compare.
    #[command(subcommand)]
    Batch(BatchCommand),
    /// Print the licences of this program, its parts and the demo's data.
    Licenses,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub common: Common,
    /// Write the demo's plan to this file, with its data beside it, and run nothing.
    #[arg(long, value_name = "FILE")]
    pub save_plan: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The plan (TOML). Its paths are relative to it.
    pub plan: PathBuf,
    /// A service of the plan [default: all of them].
    #[arg(long, value_name = "ID")]
    pub service: Option<String>,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The plan (TOML). Its paths are relative to it.
    pub plan: PathBuf,
    /// Accept an error up to a size: no_roads=25%, unmatched_rows="3 rows"; may be given several times.
    #[arg(long, value_name = "KIND=SIZE")]
    pub accept: Vec<String>,
    /// End with exit code 1 if there are warnings.
    #[arg(long)]
    pub strict: bool,
    /// Print the findings as JSON.
    #[arg(long)]
    pub json: bool,
    /// Show every finding, notes too.
    #[arg(long)]
    pub all: bool,
    /// The language of what is printed.
    #[arg(long, value_enum)]
    pub lang: Option<LangArg>,
    /// How many threads [default: one a core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Say nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Coverage {
    /// Roads: an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz, .osm.bz2), a layer of lines (.geojson, .shp, .gpkg) or a prepared network (.cnet).
    #[arg(long, value_name = "FILE")]
    pub roads: PathBuf,
    /// Facilities: OpenStreetMap, a layer, or a table with lon, lat, name.
    #[arg(long, value_name = "FILE")]
    pub facilities: PathBuf,
    /// For facilities of OpenStreetMap: which tags to take, any of them.
    #[arg(long, value_name = "KEY=VALUE|…", default_values_t = TAGS.map(str::to_owned))]
    pub tags: Vec<String>,
    /// Zones: OpenStreetMap (with --admin-level) or a layer (GeoJSON, Shapefile, GeoPackage, FlatGeobuf).
    #[arg(long, value_name = "FILE")]
    pub zones: PathBuf,
    /// For zones of OpenStreetMap: the admin_level of the boundaries.
    #[arg(long, default_value_t = 8)]
    pub admin_level: u8,
    /// For zones of GeoJSON: the property that holds the id.
    #[arg(long, value_name = "PROPERTY")]
    pub zone_id: Option<String>,
    /// For zones of GeoJSON: the property that holds the name.
    #[arg(long, value_name = "PROPERTY")]
    pub zone_name: Option<String>,
    /// People: `osm` (population tags, spread over residential land), a table of zone totals (zone_id or zone_name, people), a table or
    /// layer of points, of polygons or of H3 cells with people, or a GeoTIFF of people a cell.
    #[arg(long, value_name = "osm|FILE", default_value = "osm")]
    pub people: String,
    /// Title of the map and the summary.
    #[arg(long, default_value = "Coverage")]
    pub title: String,
    #[command(flatten)]
    pub common: Common,
}

const TAGS: [&str; 2] = ["healthcare=hospital|clinic", "amenity=hospital|clinic"];

#[derive(Debug, Default, Args)]
pub(crate) struct Common {
    /// The folder for the results [default: catchment-demo for the demo, else catchment-STUDY].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The limit of every service in every zone, with its unit: 10min, 800m. Limits by zone of the plan are left aside.
    #[arg(long, value_name = "LIMIT")]
    pub limit: Option<String>,
    /// The speed of every profile, with its unit: 1.0m/s, 4km/h. Legs and steps change by the same factor, unless the plan sets them.
    #[arg(long, value_name = "SPEED")]
    pub speed: Option<String>,
    /// Coverage at further limits or speeds as well, in curve.csv; may be given several times: limit=5..30min/5, limit=5min,10min,
    /// speed=1.0,1.2,1.39 (m/s), speed=3..5km/h/0.5. Each goes to the services whose limit it can vary.
    #[arg(long, value_name = "SWEEP")]
    pub sweep: Vec<String>,
    /// How many threads [default: one a core]. The results are the same.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// The language of the map and the summary.
    #[arg(long, value_enum)]
    pub lang: Option<LangArg>,
    /// Formats of tables and layers.
    #[arg(long, value_parser = formats(), value_delimiter = ',')]
    pub format: Vec<Format>,
    /// How CSV files are encoded: utf-8-bom and gb18030 are for Excel.
    #[arg(long, value_enum, value_name = "ENCODING")]
    pub csv_encoding: Option<CsvArg>,
    /// Audit the covered ground of coverage.geojson against the roads: audit.json, audit.geojson, and exit code 1 where more than 0.01 %
    /// of the places are on the wrong side.
    #[arg(long)]
    pub audit: bool,
    /// Measure covered area again at half the cell, and say by how much it differs: summary.json and a line.
    #[arg(long)]
    pub measure_error: bool,
    /// Accept an error up to a size, as [checks] accept of the plan: no_roads=25%, unmatched_rows="3 rows"; may be given several times.
    #[arg(long, value_name = "KIND=SIZE")]
    pub accept: Vec<String>,
    /// Draw no map.
    #[arg(long)]
    pub no_map: bool,
    /// Print summary.json instead of the table.
    #[arg(long)]
    pub json: bool,
    /// Replace files in the folder of results that this program did not write, or that were edited since.
    #[arg(long)]
    pub force: bool,
    /// Say nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LangArg {
    En,
    Zh,
    Both,
}

impl From<LangArg> for Lang {
    fn from(typed: LangArg) -> Lang {
        match typed {
            LangArg::En => Lang::En,
            LangArg::Zh => Lang::Zh,
            LangArg::Both => Lang::Both,
        }
    }
}

/// A format by its name.
pub(crate) fn formats() -> impl TypedValueParser<Value = Format> {
    let named = |name: String| Format::ALL.iter().find(|(own, _)| *own == name).map(|(_, format)| *format).ok_or("no such format");
    PossibleValuesParser::new(Format::ALL.iter().map(|(name, _)| *name)).try_map(named)
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum CsvArg {
    #[value(name = "utf-8")]
    Utf8,
    #[value(name = "utf-8-bom")]
    Utf8Bom,
    Gb18030,
}

impl From<CsvArg> for CsvEncoding {
    fn from(typed: CsvArg) -> CsvEncoding {
        match typed {
            CsvArg::Utf8 => CsvEncoding::Utf8,
            CsvArg::Utf8Bom => CsvEncoding::Utf8Bom,
            CsvArg::Gb18030 => CsvEncoding::Gb18030,
        }
    }
}
