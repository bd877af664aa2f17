//! Merging: the results of all shards in one folder.

use std::collections::BTreeMap;
use std::path::Path;

use catchment::{Progress, TilePart};
use encoding_rs::{GB18030, UTF_8};
use geojson::{Feature, FeatureCollection, JsonObject};
use serde_json::{Value, json};

use super::shard::{Receipt, ShardFile, ShardLine};
use super::status::{KindShards, ShardState, kinds_by_shards};
use super::tiles::{join, of_bytes};
use super::{BATCH, Batch, PART, RECEIPT, RESULTS, SHARD, of_json};
use crate::error::{Error, data};
use crate::out::{Claim, OutFolder, Placed, add_manifest, write};
use crate::plan::{CsvStyle, Format, Plan};
use crate::run::{Run, run_with};
use crate::write::{About, LayerOut, TableOut, formats_of};

/// What merging wrote.
#[derive(Debug, Clone)]
pub struct Merged {
    /// The files.
    pub placed: Placed,
    /// Names of results that stay with their shards: pictures, workbooks, summaries.
    pub not_merged: Vec<String>,
    /// The kinds of errors and warnings by shards; of tiles, whose whole is checked in one, none.
    pub kinds: Vec<KindShards>,
}

/// Puts the layers and tables of all shards of `batch` into a folder: one file each, by shard, with a column for each axis before the others. Of tiles it
/// makes the files of a run of the whole study: what they leave to the whole (response times, sweeps of speeds, audits) is worked out here.
///
/// # Errors
///
/// [`Error::Data`] names a shard that is not done, or whose results are not as they were written; [`Error::Cancelled`].
pub fn merge(batch: &Batch, mut folder: OutFolder, progress: &dyn Progress) -> Result<Merged, Error> {
    let mut shards = Vec::new();
    for line in &batch.file.shards {
        batch.must_be_done(line)?;
        shards.push(batch.shard(line)?);
    }
    if let Some(first) = shards.first().filter(|shard| shard.tile.is_some()) {
        let placed = write(&joined(batch, first, progress)?, folder)?;
        return Ok(Merged { placed, not_merged: Vec::new(), kinds: Vec::new() });
    }
    let mut found = Found::default();
    catchment::begin(progress, "merge", shards.len())?;
    for (line, shard) in batch.file.shards.iter().zip(&shards) {
        if progress.is_cancelled() {
            return Err(catchment::Cancelled.into());
        }
        progress.advance(1);
        found.add(&batch.folder_of(line), shard)?;
    }
    catchment::begin(progress, "write", 0)?;
    let layers: Vec<LayerOut> = found.layers.into_iter().map(|(name, features)| LayerOut::new(&name, &name, features)).collect();
    let tables: Vec<TableOut> = found.tables.into_iter().map(|(name, rows)| TableOut::of_rows(&name, rows)).collect();
    let about = About { stem: batch.id(), attribution: found.attribution.as_deref(), styled: true, time: "1970-01-01T00:00:00.000Z" };
    let mut files = formats_of(&layers, &tables, &found.formats, found.style, &about)?;
    let listed: Vec<Value> = shards.iter().map(|shard| json!({ "name": shard.name, "key": shard.key })).collect();
    let known = json!({
        "tool": { "name": "catchment", "version": env!("CARGO_PKG_VERSION"), "command": COMMAND },
        "batch": batch.id(),
        "shards": listed,
    });
    let kinds = kinds_by_shards(&batch.status());
    add_manifest(known, &mut files);
    folder.put(Path::new(""), &files)?;
    catchment::begin(progress, "switch", 0)?;
    Ok(Merged { placed: folder.switch()?, not_merged: found.not_merged, kinds })
}

/// The run that the tiles of a study are parts of.
fn joined(batch: &Batch, first: &ShardFile, progress: &dyn Progress) -> Result<Run, Error> {
    let mut tiles: Vec<Vec<Option<TilePart>>> = Vec::new();
    for line in &batch.file.shards {
        let file = batch.folder_of(line).join(RESULTS).join(PART);
        let name = file.display().to_string();
        let bytes = std::fs::read(&file).map_err(|source| Error::Read { file: name.clone(), source })?;
        tiles.push(of_bytes::<Vec<TilePart>>(&bytes, &name)?.into_iter().map(Some).collect());
    }
    let (plan, files) = first.work(&batch.folder)?;
    let mut run = run_with(&plan, &files, progress, &mut |i, study, service| {
        let parts = tiles.iter_mut().filter_map(|tile| tile.get_mut(i)?.take()).collect();
        join(study, service, &plan.checks, parts, progress)
    })?;
    first.check(run.files())?;
    run.timings.clear();
    Ok(run)
}

const COMMAND: &str = "batch merge";

impl Claim {
    /// Of the results of all shards of a batch; those of tiles are a run.
    ///
    /// # Errors
    ///
    /// As [`merge`].
    pub fn of_merge(batch: &Batch) -> Result<Claim, Error> {
        let mut inputs = vec![batch.folder.join(BATCH)];
        inputs.extend(batch.file.shards.iter().map(|line| batch.folder_of(line).join(SHARD)));
        let first = batch.file.shards.first().map(|line| batch.shard(line)).transpose()?;
        let claim = match first.filter(|shard| shard.tile.is_some()) {
            Some(tile) => {
                // what tiles leave to the whole is worked out of the study's own files
                let (plan, folder) = tile.work(&batch.folder)?;
                inputs.extend(plan.files().into_iter().map(|name| folder.0.join(name)));
                Claim::of_run(&plan)
            }
            None => Claim::new(COMMAND, batch.id()),
        };
        Ok(Claim { inputs, ..claim })
    }
}

impl Batch {
    /// Refuses a shard that is not done, or whose results differ from its receipt.
    fn must_be_done(&self, line: &ShardLine) -> Result<(), Error> {
        let status = self.status_of(line.shard).filter(|status| status.state != ShardState::Done);
        let Some(status) = status else { return Ok(()) };
        let found = match status.state {
            ShardState::Altered => format!("its results differ from the receipt: {}", status.detail),
            other => other.name().to_owned(),
        };
        let name = self.folder_of(line).display().to_string();
        let expected = format!("a shard that is done: catchment batch run {} --shard {}", self.folder.display(), line.shard);
        Err(data(&name, "", found, &expected))
    }
}

/// What the shards hold, by the name of the file.
#[derive(Default)]
struct Found {
    layers: BTreeMap<String, Vec<Feature>>,
    tables: BTreeMap<String, Vec<JsonObject>>,
    formats: Vec<Format>,
    style: CsvStyle,
    attribution: Option<String>,
    not_merged: Vec<String>,
}

impl Found {
    /// Adds the results of a shard.
    fn add(&mut self, folder: &Path, shard: &ShardFile) -> Result<(), Error> {
        let plan = Plan::parse(&shard.plan).map_err(|source| Error::Plan { file: shard.name.clone(), source })?;
        let (layers, tables): (Vec<Format>, Vec<Format>) = plan.outputs.formats.iter().partition(|format| format.holds_layers());
        if !layers.is_empty() && !layers.contains(&Format::Geojson) {
            let found = "no geojson among outputs.formats".to_owned();
            return Err(data(&shard.name, "", found, "geojson beside the others: merged layers of every format are made from it"));
        }
        let merged = layers.iter().chain(tables.iter().filter(|format| **format == Format::Csv));
        let new: Vec<Format> = merged.filter(|format| !self.formats.contains(format)).copied().collect();
        self.formats.extend(new);
        self.style = plan.outputs.csv_style();
        let receipt: Receipt = of_json(&folder.join(RECEIPT))?;
        let results = folder.join(RESULTS);
        for name in self.names(&receipt) {
            let path = results.join(&name);
            let shown = path.display().to_string();
            let bytes = std::fs::read(&path).map_err(|source| Error::Read { file: shown.clone(), source })?;
            let columns = || shard.columns.iter().map(|(column, value)| (column.clone(), json!(value)));
            match name.rsplit_once('.') {
                Some((stem, "geojson")) => {
                    let broken = |error: String| data(&shown, "", error, "a collection as a shard writes it");
                    let collection: FeatureCollection = serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
                    let told =
                        collection.foreign_members.as_ref().and_then(|members| Some(members.get("attribution")?.as_str()?.to_owned()));
                    self.attribution = self.attribution.take().max(told);
                    let layer = self.layers.entry(stem.to_owned()).or_default();
                    for mut feature in collection.features {
                        let own = feature.properties.take().unwrap_or_default();
                        feature.properties = Some(with(columns(), own, &shown)?);
                        layer.push(feature);
                    }
                }
                Some((stem, "csv")) => {
                    let table = self.tables.entry(stem.to_owned()).or_default();
                    for row in rows_of_csv(&bytes, &shown)? {
                        table.push(with(columns(), row, &shown)?);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The files of a shard that its receipt lists, sorted; notes those that stay with it.
    fn names(&mut self, receipt: &Receipt) -> Vec<String> {
        let mut names: Vec<String> = receipt.files.keys().cloned().collect();
        for name in &names {
            let ending = name.rsplit_once('.').map(|(_, ending)| ending);
            let made = is_merged(name) && ending.is_some_and(|ending| self.formats.iter().any(|format| format.name() == ending));
            if !made && !self.not_merged.contains(name) {
                self.not_merged.push(name.clone());
            }
        }
        names.retain(|name| is_merged(name));
        names
    }
}

/// Whether the rows of a file go into one with those of other shards: printed tables, with sums and titles, stay as they are.
fn is_merged(name: &str) -> bool {
    !name.starts_with("table-")
}

/// The columns of the axes before those of a row.
fn with(columns: impl Iterator<Item = (String, Value)>, own: JsonObject, file: &str) -> Result<JsonObject, Error> {
    let mut all: JsonObject = columns.collect();
    if let Some(twice) = own.keys().find(|key| all.contains_key(*key)) {
        return Err(data(
            file,
            "",
            format!("a column `{twice}` of its own"),
            "another name for the axis: merged results would have it twice",
        ));
    }
    all.extend(own);
    Ok(all)
}

/// The rows of a CSV of ours by column, as text.
pub(super) fn rows_of_csv(bytes: &[u8], file: &str) -> Result<Vec<JsonObject>, Error> {
    let (text, _, broken) = UTF_8.decode(bytes);
    let text = if broken { GB18030.decode(bytes).0 } else { text };
    let broken = |error: csv::Error| data(file, "", error.to_string(), "a table as a shard writes it");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(broken)?.clone();
    let row = |record: csv::StringRecord| header.iter().zip(&record).map(|(key, cell)| (key.to_owned(), json!(cell))).collect();
    reader.records().map(|record| record.map(row).map_err(broken)).collect()
}
