//! Batches: many runs, planned as shards, each run by any process on any machine, resumed where they stopped.
//!
//! The folder of a batch is the only truth:
//!
//! ```text
//! batch.json                 the shards, in order
//! shards/NAME/shard.json     the plan, the digests of its inputs, the key of both
//! shards/NAME/log.jsonl      who began and ended when; locked by the process that runs the shard
//! shards/NAME/results/       what a run writes
//! shards/NAME/receipt.json   the key and the digests of the results; written last
//! ```
//!
//! Of a study in tiles, `shards/NAME/tile.bin` is what a tile is made of, and its results are `part.bin`.
//!
//! A shard is done where its receipt bears its key and matches the files. All else (no receipt, another key, a file that differs) is run again.

mod diff;
mod files;
mod job;
mod log;
mod merge;
mod run;
mod shard;
mod status;
mod tiles;

use std::path::{Component, Path, PathBuf};

use catchment::Progress;

use crate::error::{Error, data};
use crate::files::Folder;
use crate::out::{flags, refuse_inputs, refuse_no_folder};
use files::{make_folder, part_of, refuse_link, replace};
use shard::{BatchFile, Digests, ShardFile, ShardLine, VERSION};

pub use diff::{Diff, DiffTotal, diff};
pub use merge::{Merged, merge};
pub use run::{Outcome, run_shard};
pub use status::{KindShards, ShardState, ShardStatus, kinds_by_shards};

/// A batch that was planned: its folder and its shards.
#[derive(Debug, Clone)]
pub struct Batch {
    folder: PathBuf,
    file: BatchFile,
}

/// What planning found.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The batch.
    pub batch: Batch,
    /// Shards of an earlier plan of the same folder that are not in this one: their folders stay as they are.
    pub left_over: Vec<String>,
}

impl Batch {
    /// Plans the job `file` in `folder`. Where a batch of the same id is there, its shards whose plan and inputs are the same keep their
    /// results.
    ///
    /// # Errors
    ///
    /// [`Error::Plan`] for a job or a plan that cannot be used, or a folder of another batch; [`Error::Write`], [`Error::Busy`].
    pub fn plan(file: &Path, folder: &Path, progress: &dyn Progress) -> Result<Planned, Error> {
        let described = job::read(file)?;
        refuse_no_folder(folder)?;
        for wanted in &described.shards {
            refuse_own_results(folder, &wanted.plan.files().iter().map(|name| wanted.folder.join(name)).collect::<Vec<_>>())?;
            run::refuse_links(&folder.join(SHARDS).join(&wanted.name))?;
        }
        refuse_link(&part_of(&folder.join(BATCH)))?;
        let before: Option<BatchFile> = if folder.join(BATCH).exists() { Some(of_json(&folder.join(BATCH))?) } else { None };
        before.iter().try_for_each(|before| before.check(&folder.join(BATCH)))?;
        if let Some(other) = before.as_ref().filter(|before| before.batch != described.id) {
            let found = format!("the folder of the batch `{}`", other.batch);
            return Err(Error::Plan {
                file: "the flags".to_owned(),
                source: crate::plan::value("--out", &found, &format!("a new folder, or that of `{}`", described.id)),
            });
        }
        let mut digests = Digests::default();
        let mut lines = Vec::new();
        let mut add = |shard: ShardFile, tile: Option<Vec<u8>>| -> Result<(), Error> {
            let own = folder.join(SHARDS).join(&shard.name);
            run::refuse_links(&own)?;
            make_folder(&own)?;
            if own.join(SHARD).exists() {
                // a file of that name that describes no shard belongs to the user
                of_json::<ShardFile>(&own.join(SHARD))?;
            }
            let text = json(&shard);
            let holds = |name: &str, bytes: &[u8]| std::fs::read(own.join(name)).is_ok_and(|old| old == bytes);
            let is_there = holds(SHARD, text.as_bytes()) && tile.as_ref().is_none_or(|bytes| holds(TILE, bytes));
            if !is_there {
                // nobody may be running what changes
                let _held = log::Log::take(&own, &shard.name)?;
                if let Some(bytes) = tile {
                    replace(&own.join(TILE), &bytes)?;
                }
                replace(&own.join(SHARD), text.as_bytes())?;
            }
            lines.push(ShardLine { shard: lines.len(), name: shard.name, key: shard.key });
            Ok(())
        };
        for wanted in &described.shards {
            let Some(asked) = described.tiles else {
                make_folder(folder)?;
                add(ShardFile::new(wanted, folder, &mut digests)?, None)?;
                continue;
            };
            let mut number = 0;
            tiles::cut((&wanted.plan, &Folder(wanted.folder.clone())), asked, progress, &mut |tile| {
                make_folder(folder)?;
                let bytes = tiles::to_bytes(tile, TILE)?;
                let shard = ShardFile::new(wanted, folder, &mut digests)?.tile(number, &bytes);
                number += 1;
                add(shard, Some(bytes))
            })?;
        }
        let file = BatchFile { version: VERSION.to_owned(), batch: described.id, shards: lines };
        replace(&folder.join(BATCH), json(&file).as_bytes())?;
        let batch = Batch { folder: folder.to_owned(), file };
        let kept = |name: &String| batch.file.shards.iter().any(|shard| shard.name == *name);
        let left_over = before.into_iter().flat_map(|before| before.shards).map(|shard| shard.name).filter(|name| !kept(name)).collect();
        Ok(Planned { batch, left_over })
    }

    /// Opens the batch in `folder`.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] where no batch was planned there, [`Error::Data`] where its file is broken or of another version.
    pub fn open(folder: &Path) -> Result<Batch, Error> {
        let file: BatchFile = of_json(&folder.join(BATCH))?;
        if file.version != VERSION {
            let name = folder.join(BATCH).display().to_string();
            let found = format!("planned by catchment {}", file.version);
            return Err(data(&name, "", found, format!("a batch of this version, {VERSION}: plan it again")));
        }
        file.check(&folder.join(BATCH))?;
        Ok(Batch { folder: folder.to_owned(), file })
    }

    /// Refuses links where its shards have files and folders of their own.
    ///
    /// # Errors
    ///
    /// [`Error::Plan`] names the link.
    pub fn refuse_links(&self) -> Result<(), Error> {
        self.file.shards.iter().try_for_each(|line| run::refuse_links(&self.folder_of(line)))
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.file.batch
    }

    /// How many shards it has, numbered from 0.
    pub fn len(&self) -> usize {
        self.file.shards.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.file.shards.is_empty()
    }

    /// The name of a shard, which is that of its folder in `shards`.
    pub fn name(&self, shard: usize) -> Option<&str> {
        self.file.shards.get(shard).map(|line| line.name.as_str())
    }

    fn line(&self, shard: usize) -> Result<&ShardLine, Error> {
        self.file.shards.get(shard).ok_or_else(|| Error::Plan {
            file: "the flags".to_owned(),
            source: crate::plan::value("--shard", &shard.to_string(), &format!("0 to {}", self.len().saturating_sub(1))),
        })
    }

    fn folder_of(&self, line: &ShardLine) -> PathBuf {
        self.folder.join(SHARDS).join(&line.name)
    }

    /// The shard's own file, which must be that of the plan.
    fn shard(&self, line: &ShardLine) -> Result<ShardFile, Error> {
        let file = self.folder_of(line).join(SHARD);
        let shard: ShardFile = of_json(&file)?;
        if shard.key != line.key {
            let found = "not the shard of batch.json".to_owned();
            return Err(data(&file.display().to_string(), "", found, "the file that was planned: plan the batch again"));
        }
        Ok(shard)
    }
}

/// Refuses inputs that lie in the folder of the batch, now or once it has run.
fn refuse_own_results(folder: &Path, inputs: &[PathBuf]) -> Result<(), Error> {
    refuse_inputs(folder, inputs)?;
    // of what is not there yet, the place that it will have
    let place = |path: &Path| {
        let path = std::path::absolute(path).ok()?;
        let (above, real) = path.ancestors().find_map(|own| Some((own, own.canonicalize().ok()?)))?;
        let mut place = real;
        for part in path.strip_prefix(above).ok()?.components() {
            match part {
                Component::ParentDir => _ = place.pop(),
                part => place.push(part),
            }
        }
        Some(place)
    };
    let own = place(folder);
    let lies = |input: &&PathBuf| own.as_ref().is_some_and(|own| place(input).is_some_and(|input| input.starts_with(own)));
    let Some(held) = inputs.iter().find(lies) else { return Ok(()) };
    let found = format!("`{}`, a folder that holds {}, a file that is read", folder.display(), held.display());
    Err(flags("--out", &found, "a folder of its own for the batch"))
}

const BATCH: &str = "batch.json";
const SHARDS: &str = "shards";
const SHARD: &str = "shard.json";
const TILE: &str = "tile.bin";
const PART: &str = "part.bin";
const RECEIPT: &str = "receipt.json";
const RESULTS: &str = "results";

fn json(value: &impl serde::Serialize) -> String {
    crate::write::pretty(&serde_json::to_value(value).unwrap_or_default())
}

fn of_json<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T, Error> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file).map_err(|source| Error::Read { file: name.clone(), source })?;
    let expected = "the file as `catchment batch` wrote it: plan the batch again";
    serde_json::from_slice(&bytes).map_err(|error| data(&name, "", error.to_string(), expected))
}
