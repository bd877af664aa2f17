//! Running a shard: as often as one likes, by whom one likes; it is done once.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::Instant;

use catchment::Progress;

use super::files::{entries, make_folder, part_of, refuse_link, remove, rename, replace, sync_folder, write};
use super::log::{Kinds, LOG, Log, What, kinds};
use super::shard::Receipt;
use super::tiles::{answer, to_bytes};
use super::{Batch, PART, RECEIPT, RESULTS, SHARD, TILE, json, of_json};
use crate::error::Error;
use crate::out::Listed;
use crate::run::run;
use crate::write::render;

/// What became of a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done already: its results are those of its plan and inputs.
    Skipped,
    /// It was run.
    Done,
}

/// Where files go that stood among the results of a shard and were not as it had written them.
const KEPT: &str = "kept";
/// Where the results of before lie until those that take their place have a receipt.
const OLD: &str = ".results.old";

/// Refuses links in the folder of a shard where it has files and folders of its own, and a link in its place.
pub(super) fn refuse_links(shard: &Path) -> Result<(), Error> {
    refuse_link(shard)?;
    [LOG, RESULTS, KEPT, OLD].iter().try_for_each(|name| refuse_link(&shard.join(name)))?;
    [SHARD, TILE, RECEIPT, RESULTS].iter().try_for_each(|name| refuse_link(&part_of(&shard.join(name))))
}

/// Moves files out of `results` that neither the receipt nor the manifest lists with their digests: they were edited or added since.
fn put_aside(results: &Path, receipt: Option<&Receipt>, is_tile: bool, kept: &Path) -> Result<(), Error> {
    let ours = Listed::of(results);
    let altered = receipt.map(|own| own.altered(results)).unwrap_or_default();
    let is_ours = |name: &OsString| {
        let text = name.to_string_lossy().into_owned();
        let of_receipt = receipt.is_some_and(|own| own.files.contains_key(&text) && !altered.contains(&text));
        of_receipt || (is_tile && text == PART) || ours.holds(&results.join(name))
    };
    for name in entries(results)?.into_iter().filter(|name| !is_ours(name)) {
        make_folder(kept)?;
        let numbered = |n: u32| {
            let mut other = OsString::from(if n == 0 { String::new() } else { format!("{n}-") });
            other.push(&name);
            kept.join(other)
        };
        let free = (0..).map(numbered).find(|path| fs::symlink_metadata(path).is_err());
        rename(&results.join(&name), &free.unwrap_or_else(|| kept.join(&name)))?;
    }
    Ok(())
}

/// Runs shard `number` of `batch`, unless it is done, on rayon's current thread pool.
///
/// Results that were edited since move into the shard's folder `kept`. New ones grow beside their place and are flushed to the disk before they are renamed into it; the receipt comes last. A process that is
/// killed leaves what the next one clears away.
///
/// # Errors
///
/// [`Error::Busy`] while another process runs it; [`Error::Plan`] where a link stands in the place of a file of the shard;
/// [`Error::Data`] where an input is not the one that was planned with; else as [`run`].
pub fn run_shard(batch: &Batch, number: usize, progress: &dyn Progress) -> Result<Outcome, Error> {
    let line = batch.line(number)?;
    let folder = batch.folder_of(line);
    refuse_links(&folder)?;
    let mut log = Log::take(&folder, &line.name)?;
    let (receipt, results) = (folder.join(RECEIPT), folder.join(RESULTS));
    let (part, old) = (part_of(&results), folder.join(OLD));
    remove(&part_of(&receipt))?;
    remove(&part)?;
    // all of it was the program's own
    remove(&old)?;
    // only now: another process may have ended it a moment ago
    let shard = batch.shard(line)?;
    if of_json::<Receipt>(&receipt).is_ok_and(|old| old.key == shard.key && old.altered(&results).is_empty()) {
        return Ok(Outcome::Skipped);
    }
    log.add(What::Began, None, None, Kinds::new())?;
    let begun = Instant::now();
    let work = || {
        let (plan, files) = shard.work(&batch.folder)?;
        let (rendered, found) = match &shard.tile {
            Some(digest) => {
                let parts = answer(&plan, shard.tile_file(digest, &folder)?, &shard.name, progress)?;
                (vec![(PART.to_owned(), to_bytes(&parts, PART)?)], Kinds::new())
            }
            None => {
                let mut done = run(&plan, &files, progress)?;
                shard.check(done.files())?;
                // what differs from one run to the next is in the log
                done.timings.clear();
                (render(&done)?, kinds(done.findings()))
            }
        };
        catchment::begin(progress, "write", 0)?;
        make_folder(&part)?;
        rendered.iter().try_for_each(|(name, bytes)| write(&part.join(name), bytes))?;
        sync_folder(&part)?;
        put_aside(&results, of_json::<Receipt>(&receipt).ok().as_ref(), shard.tile.is_some(), &folder.join(KEPT))?;
        if results.exists() {
            rename(&results, &old)?;
        }
        remove(&receipt)?;
        rename(&part, &results)?;
        remove(&old)?;
        sync_folder(&folder)?;
        replace(&receipt, json(&Receipt::new(&shard.key, &rendered)).as_bytes())?;
        Ok(found)
    };
    let ended = work();
    let took = Some(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
    match ended {
        Ok(found) => log.add(What::Done, took, None, found).map(|()| Outcome::Done),
        Err(error) => {
            // best effort, both: the error that led here is the one to tell
            let _ = remove(&part);
            let found = if let Error::Findings(errors) = &error { kinds(errors) } else { Kinds::new() };
            let _ = log.add(What::Failed, took, Some(error.to_string()), found);
            Err(error)
        }
    }
}
