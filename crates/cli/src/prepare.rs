//! `prepare` and `inspect`: roads into a prepared network; what such a network is, or a table or layer of one's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catchment::{EdgeGrid, Finding, FindingKind, LinkRules, Profile, RoadNetwork};
use catchment_io::crs::Crs;
use catchment_io::plan::{Columns, PlanError, RoadsPlan, built_in, is_layer, is_osm, is_prepared, is_raster, is_table};
use catchment_io::prepared::{PreparedError, PreparedNetwork, is_prepared_file, read_prepared, write_prepared};
use catchment_io::{Against, Error, Files, Folder, InZone, Inspection, OutFile};
use clap::Args;
use serde_json::json;

use crate::args::Common;
use crate::inspect_raster;
use crate::job::Job;
use crate::signals;
use crate::tables::plain_table;
use crate::terminal::{note, print};

#[derive(Debug, Args)]
pub(crate) struct Prepare {
    /// Roads: an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz, .osm.bz2), or a layer of lines (.geojson, .shp, .gpkg).
    pub roads: PathBuf,
    /// The file to write; a plan names it as roads.source. Its name ends in .cnet.
    #[arg(short, long, value_name = "FILE.cnet")]
    pub output: PathBuf,
    /// Who travels: a profile that ships with the program, or one of --plan.
    #[arg(long, default_value = "walk")]
    pub profile: String,
    /// The plan whose profile of that name is taken, and whose working CRS, where it has one; for a layer of lines what its [roads] says of
    /// columns, classes and CRS.
    #[arg(long, value_name = "PLAN")]
    pub plan: Option<PathBuf>,
    /// The profile's speed, with its unit: 1.0m/s, 4km/h. Legs and steps change by the same factor, unless the plan sets them.
    #[arg(long, value_name = "SPEED")]
    pub speed: Option<String>,
    /// The working CRS [default: the plan's, else the UTM zone of the roads, else an equal-area one around them].
    #[arg(long, value_name = "CRS")]
    pub crs: Option<String>,
    /// How many threads [default: one a core]. The file is the same.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Replace a file of that name that is no prepared network.
    #[arg(long)]
    pub force: bool,
    /// Say nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Tables (.csv, .tsv, .xlsx, …) and layers (.geojson, .shp, .gpkg, .fgb; one of several: file.gpkg|layername=towns): fields, extent, and the lines
    /// of a plan that read them. GeoTIFFs (.tif; a band of several: people.tif|band=2): size, CRS, sum. Prepared networks (.cnet), or OpenStreetMap extracts, whose roads are read as `prepare` does.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// For extracts: who travels.
    #[arg(long, default_value = "walk")]
    pub profile: String,
    /// Roads to hold places against (an extract or a prepared network): which lie far from them, and whether they look shifted.
    #[arg(long, value_name = "FILE")]
    pub roads: Option<PathBuf>,
    /// A layer of zones: rows and people in each.
    #[arg(long, value_name = "FILE")]
    pub zones: Option<PathBuf>,
    /// The CRS of the files, above what they say themselves: EPSG:4549, gcj02.
    #[arg(long, value_name = "CRS")]
    pub crs: Option<String>,
    /// Of workbooks: the sheet.
    #[arg(long, value_name = "SHEET")]
    pub sheet: Option<String>,
    /// Of CSV files: how they are encoded, where that is not found by itself.
    #[arg(long, value_name = "ENCODING")]
    pub encoding: Option<String>,
    /// Print JSON, one object a line.
    #[arg(long)]
    pub json: bool,
}

/// `prepare`
pub(crate) fn prepare(typed: &Prepare) -> anyhow::Result<()> {
    let wrong = |key: &str, found: String, expected: &str| {
        let source = PlanError::Value { key: key.to_owned(), found, expected: expected.to_owned() };
        anyhow::Error::from(Error::Plan { file: "the flags".to_owned(), source })
    };
    if !is_prepared(&typed.output.display().to_string()) {
        return Err(wrong("--output", format!("`{}`", typed.output.display()), "a name that ends in .cnet, by which plans know it"));
    }
    let speed =
        typed.speed.as_deref().map(|text| catchment::parse_speed(text).map_err(|e| wrong("--speed", format!("`{text}`"), e.expected)));
    let speed = speed.transpose()?;
    let plan = typed.plan.as_deref().map(|file| anyhow::Ok(Job::of_plan(file, &Common::default())?.plan)).transpose()?;
    let profile = match plan.clone() {
        None => built_in(&typed.profile, speed),
        Some(mut plan) => {
            speed.into_iter().for_each(|speed| plan.set_speed(&typed.profile, speed));
            plan.profile(&typed.profile)
        }
    };
    let profile = profile.map_err(|source| Error::Plan { file: "--profile".to_owned(), source })?;
    let crs = typed.crs.as_deref().or(plan.as_ref().map(|plan| plan.study.crs.as_str())).filter(|crs| *crs != "auto");
    let told_by = if typed.crs.is_some() { "--crs" } else { "study.crs of --plan" };
    let crs: Option<Crs> = crs.map(str::parse).transpose().map_err(|source| Error::Crs { what: told_by.to_owned(), source })?;
    let pool = crate::threads_of(typed.threads)?;
    let inputs: Vec<PathBuf> = std::iter::once(&typed.roads).chain(&typed.plan).cloned().collect();
    let mut place = OutFile::claim("--output", &typed.output, &inputs, is_prepared_file, typed.force)?;
    signals::end_with(place.part())?;
    let made = pool.install(|| made(&typed.roads, plan.map(|plan| plan.roads), &typed.profile, &profile, crs.as_ref()))?;
    write_prepared(&made, &mut place).map_err(|error| match error {
        PreparedError::Io(source) => Error::Write { file: typed.output.clone(), source },
        source => Error::Prepared { file: typed.output.display().to_string(), source },
    })?;
    place.finish()?;
    if !typed.quiet {
        print(&text(&typed.output, &facts(&made)));
    }
    Ok(())
}

/// `inspect`
pub(crate) fn inspect(typed: &Inspect) -> anyhow::Result<()> {
    let roads = typed.roads.as_deref().map(|roads| network(roads, &typed.profile)).transpose()?;
    let mut fault: Option<anyhow::Error> = None;
    for file in &typed.files {
        match looked_at(typed, file, roads.as_ref()) {
            Ok(text) => print(&text),
            // the others are looked at all the same; the last fault is what the command ends with
            Err(error) => fault.replace(error).iter().for_each(note),
        }
    }
    fault.map_or(Ok(()), Err)
}

/// What one file is.
fn looked_at(typed: &Inspect, file: &Path, roads: Option<&PreparedNetwork>) -> anyhow::Result<String> {
    let name = file.display().to_string();
    if is_prepared(&name) || is_osm(&name) {
        let facts = facts(&network(file, &typed.profile)?);
        return Ok(if typed.json { format!("{facts}\n") } else { text(file, &facts) });
    }
    let (folder, own) = split(file);
    let zones = zones_of(typed)?;
    if is_raster(&name) {
        let found = catchment_io::inspect_raster(&folder, &own, zones.as_deref())?;
        return Ok(if typed.json { format!("{}\n", serde_json::to_string(&found)?) } else { inspect_raster::look(&found) });
    }
    if !(is_layer(&name) || is_table(&name)) {
        let expected = "a table (.csv, .tsv, .txt, .xlsx, .ods), a layer (.geojson, .geojsonl, .shp, .gpkg, .fgb), a raster (.tif), an OpenStreetMap extract \
                        (.osm.pbf, .osm, .osm.gz, .osm.bz2) or a prepared network (.cnet)";
        let found = "none of what a plan reads, by its name".to_owned();
        return Err(Error::Data { file: name, place: String::new(), found, expected: expected.to_owned() }.into());
    }
    let columns = Columns { sheet: typed.sheet.clone(), encoding: typed.encoding.clone(), ..Columns::default() };
    let against = Against { roads, zones: zones.as_deref(), crs: typed.crs.as_deref(), columns: Some(&columns) };
    let found = catchment_io::inspect(&folder, &own, &against)?;
    Ok(if typed.json { format!("{}\n", serde_json::to_string(&found)?) } else { look(&found) })
}

/// The layer of zones, wherever the file lies that is looked at.
fn zones_of(typed: &Inspect) -> anyhow::Result<Option<String>> {
    Ok(typed.zones.as_deref().map(std::path::absolute).transpose()?.map(|zones| zones.display().to_string()))
}

/// The roads of an extract for a profile, or a prepared network.
fn network(roads: &Path, profile: &str) -> Result<PreparedNetwork, Error> {
    if is_prepared(&roads.display().to_string()) {
        return load(roads);
    }
    let own = built_in(profile, None).map_err(|source| Error::Plan { file: "--profile".to_owned(), source })?;
    made(roads, None, profile, &own, None)
}

/// The folder of a file, and its name there.
pub(crate) fn split(file: &Path) -> (Folder, String) {
    let folder = file.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    (Folder(folder), file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()))
}

/// The network of a file, of which a plan may say more.
fn made(roads: &Path, told: Option<RoadsPlan>, name: &str, profile: &Profile, crs: Option<&Crs>) -> Result<PreparedNetwork, Error> {
    let (folder, file) = split(roads);
    let told = told.map_or_else(|| RoadsPlan::new(&file), |told| RoadsPlan { source: file.clone(), ..told });
    catchment_io::prepare(&folder, &told, name, profile, crs)
}

fn load(file: &Path) -> Result<PreparedNetwork, Error> {
    let (folder, name) = split(file);
    let source = folder.open(&name)?;
    let read = |source| Error::Read { file: name.clone(), source };
    read_prepared(source.reader().map_err(read)?, source.length()).map_err(|source| Error::Prepared { file: name.clone(), source })
}

/// What a prepared network is.
fn facts(made: &PreparedNetwork) -> serde_json::Value {
    let PreparedNetwork { network, about, .. } = made;
    let nodes = network.node_count();
    let per_node = |bytes: usize| (bytes as f64 / nodes.max(1) as f64 * 10.0).round() / 10.0;
    let length_mm = network.length_mm();
    let index = link_index(network);
    json!({
        "profile": about.profile_name,
        "crs": about.crs,
        "source": about.source,
        "source_bytes": about.source_bytes,
        "source_sha256": about.source_sha256,
        "osm_timestamp": about.osm_timestamp,
        "program": about.program,
        "nodes": nodes,
        "junctions": network.junction_count(),
        "edges": network.edge_count(),
        "chains": network.chain_count(),
        "components": network.component_count(),
        "length_km": (length_mm as f64 / 1e6 * 1000.0).round() / 1000.0,
        "bytes": network.bytes(),
        "bytes_per_node": per_node(network.bytes()),
        "bytes_per_node_with_link_index": index.map(|index| per_node(network.bytes() + index)),
        "issues": about.findings.len(),
    })
}

/// Bytes of the index by which points are linked to the network.
fn link_index(network: &Arc<RoadNetwork>) -> Option<usize> {
    Some(EdgeGrid::new(network, LinkRules { snap_m: 300.0, access_speed_m_s: 1.0, min_component: 100 }).ok()?.bytes())
}

/// What a table or a layer is, for people.
fn look(found: &Inspection) -> String {
    let geometries: Vec<String> = found.geometries.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let kinds = if geometries.is_empty() { String::new() } else { format!(" ({})", geometries.join(", ")) };
    let crs = found.crs.as_ref().map_or_else(String::new, |crs| format!(", in {crs}"));
    let mut text = format!("{}: {}, {} rows{kinds}{crs}\n", found.file, found.format, found.rows);
    if let Some([west, south, east, north]) = found.extent {
        text += &format!("  from {west:.5}, {south:.5} to {east:.5}, {north:.5}; {} places come again\n", found.repeated_places);
    }
    if let Some((id, again)) = found.repeated_ids.as_ref().filter(|(_, again)| *again > 0) {
        text += &format!("  {again} values of `{id}` come again\n");
    }
    let mut table = plain_table();
    table.set_header(["column", "filled", "different", "sum", "least", "greatest", "examples"]);
    for field in &found.fields {
        let numbers =
            field.numbers.map_or([const { String::new() }; 3], |numbers| numbers.map(|number| format!("{}", (number * 1e6).round() / 1e6)));
        let [sum, least, greatest] = numbers;
        let (filled, distinct) = (field.filled.to_string(), field.distinct.to_string());
        table.add_row([field.name.clone(), filled, distinct, sum, least, greatest, field.examples.join(" | ")]);
    }
    text += &format!("{table}\n");
    if found.more_fields > 0 {
        text += &format!("  and {} more columns\n", found.more_fields);
    }
    text += &in_zones(&found.zones);
    text += &findings(&found.findings);
    text + &format!("A plan reads it with:\n\n{}", found.plan)
}

/// What was found amiss, the first few of each kind.
fn findings(all: &[Finding]) -> String {
    const MOST: usize = 20;
    let mut counts: BTreeMap<FindingKind, usize> = BTreeMap::new();
    let mut text = String::new();
    for finding in all {
        let count = counts.entry(finding.kind).or_default();
        *count += 1;
        if *count <= MOST {
            text += &format!("{}: {}\n", finding.kind, finding.detail);
        }
    }
    for (kind, count) in counts.iter().filter(|(_, count)| **count > MOST) {
        text += &format!("{kind}: and {} more\n", count - MOST);
    }
    text
}

/// Rows and people by zone; nothing where no zones are given.
pub(crate) fn in_zones(zones: &[InZone]) -> String {
    if zones.is_empty() {
        return String::new();
    }
    let mut table = plain_table();
    table.set_header(["zone", "name", "rows", "people"]);
    for zone in zones {
        let people = zone.people.map_or_else(String::new, |people| format!("{}", (people * 1e6).round() / 1e6));
        let rows = zone.rows.map_or_else(String::new, |rows| rows.to_string());
        table.add_row([zone.zone_id.clone(), zone.zone_name.clone(), rows, people]);
    }
    format!("{table}\n")
}

fn text(file: &Path, facts: &serde_json::Value) -> String {
    let field = |key: &str| match &facts[key] {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let time = facts["osm_timestamp"].as_str().unwrap_or("an unknown time");
    let as_of = if is_osm(&field("source")) { format!(" (OpenStreetMap as of {time})") } else { String::new() };
    format!(
        "{}: roads for `{}` out of {}{}, in {}\n  \
         {} km in {} pieces: {} nodes ({} junctions), {} edges in {} chains\n  \
         {} bytes a node in memory, {} with the index that ties points to roads; {} issues while reading\n",
        file.display(),
        field("profile"),
        field("source"),
        as_of,
        field("crs"),
        field("length_km"),
        field("components"),
        field("nodes"),
        field("junctions"),
        field("edges"),
        field("chains"),
        field("bytes_per_node"),
        field("bytes_per_node_with_link_index"),
        field("issues"),
    )
}
