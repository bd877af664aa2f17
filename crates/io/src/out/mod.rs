//! Folders of results: whose files lie in them, who writes into them, and how one run takes the place of another.
//!
//! A folder holds one run or none. New files grow in a folder of their own inside it and are switched in by renames: the old manifest goes
//! first, the new one comes last. Between the two a journal lies there, by which every later command knows that the switch is unfinished, and
//! the next one that writes ends it. Files that a manifest of ours does not list with the digest that they have belong to the user: they are
//! neither replaced nor deleted.

mod fresh;
mod lock;
mod manifest;
mod names;
mod single;
mod switch;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::Error;
use crate::plan::{Format, Plan, value};
use crate::write::sha256;
use lock::Lock;
use manifest::{MANIFEST, is_as_written};
use names::is_result;
use switch::{Journal, NEW, PROBE};

pub(crate) use fresh::new_file;
pub(crate) use manifest::{add_manifest, manifest_of};
pub use single::OutFile;
pub(crate) use switch::unfinished;

/// So many files are named in an error; the rest are counted.
const NAMED: usize = 8;

/// What a command wants to write where.
#[derive(Debug, Clone, Default)]
pub struct Claim {
    /// The command, as manifests name it.
    pub command: &'static str,
    /// Folders inside, with the commands whose results they hold.
    pub folders: Vec<(PathBuf, &'static str)>,
    /// The name of files that hold several layers or sheets: the study's id.
    pub study: String,
    /// The formats in which layers and tables are written.
    pub formats: Vec<Format>,
    /// Whether maps are drawn.
    pub pictures: bool,
    /// Files that the command reads: the folder may hold none of them.
    pub inputs: Vec<PathBuf>,
    /// Whether files that are not ours, or that were edited, may be replaced.
    pub force: bool,
}

impl Claim {
    /// Of a command that writes into one folder, in any format.
    pub fn new(command: &'static str, study: &str) -> Claim {
        let formats = Format::ALL.iter().map(|(_, format)| *format).collect();
        Claim { command, study: study.to_owned(), formats, pictures: true, ..Claim::default() }
    }

    /// The same of a run, and of others that write what a plan asks for.
    pub fn of_run(plan: &Plan) -> Claim {
        Claim::new("run", &plan.study.id).writing(plan)
    }

    /// The same in the formats of a plan.
    pub(crate) fn writing(self, plan: &Plan) -> Claim {
        Claim { formats: plan.outputs.formats.clone(), pictures: plan.outputs.map, ..self }
    }
}

/// A folder of results that this process has for itself until it is dropped.
#[derive(Debug)]
pub struct OutFolder {
    path: PathBuf,
    claim: Claim,
    staged: Vec<(PathBuf, String)>,
    /// Folders inside whose results are no longer among those that are written.
    gone: Vec<PathBuf>,
    /// Files that stayed when the switch of a killed process was ended.
    kept: Vec<PathBuf>,
    /// Whether all that grows beside the results is of this process.
    is_cleared: bool,
    /// Of the folders inside, then of the folder itself.
    _locks: Vec<Lock>,
}

/// The outcome of writing into a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placed {
    /// The files that were written.
    pub files: Vec<PathBuf>,
    /// Files of an earlier run that this one does not write, and that were edited since: they stay.
    pub kept: Vec<PathBuf>,
}

/// What can be written into a folder of results.
pub trait Results {
    /// Writes its files beside the results of `folder`, into the folder `inside` of it.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] names the file that the disk refused; [`Error::Crs`] where a result cannot be turned back to WGS84; [`Error::Map`]
    /// where a picture cannot be drawn.
    fn stage(&self, folder: &mut OutFolder, inside: &Path) -> Result<(), Error>;
}

/// Writes results into a folder, whole or not at all.
///
/// # Errors
///
/// As [`Results::stage`] and [`OutFolder::switch`].
pub fn write(results: &impl Results, mut folder: OutFolder) -> Result<Placed, Error> {
    results.stage(&mut folder, Path::new(""))?;
    folder.switch()
}

impl OutFolder {
    /// Takes the folder `path`, making it where it is missing. A switch that a killed process left is ended first.
    ///
    /// # Errors
    ///
    /// [`Error::Plan`] where it holds an input, the results of another command, or files that are not ours; [`Error::Busy`] while another
    /// process has it; [`Error::Write`].
    pub fn claim(path: &Path, claim: Claim) -> Result<OutFolder, Error> {
        refuse_no_folder(path)?;
        refuse_inputs(path, &claim.inputs)?;
        within_results(path, claim.force)?;
        let lock = Lock::take(path)?;
        // a way through a folder that was not there leads somewhere now
        refuse_inputs(path, &claim.inputs)?;
        let mut folder = OutFolder {
            path: path.to_owned(),
            claim,
            staged: Vec::new(),
            gone: Vec::new(),
            kept: Vec::new(),
            is_cleared: false,
            _locks: vec![lock],
        };
        for (own, _) in folder.parts().skip(1).collect::<Vec<_>>() {
            if fs::symlink_metadata(&own).is_ok_and(|data| data.is_symlink()) {
                let found = format!("`{}`, where {} is a link", path.display(), own.display());
                return Err(flags("--out", &found, "another folder: results are switched in by renames, which no link can hold"));
            }
            folder._locks.insert(0, Lock::take(&own)?);
        }
        // a run that was killed may have written other formats
        let any = Claim::new(folder.claim.command, &folder.claim.study);
        folder.kept = switch::end(&folder.path, folder.claim.force, &|name| is_result(name, &any))?;
        folder.is_cleared = true;
        for (own, command) in folder.parts() {
            of_command(&own, command)?;
        }
        let mut foreign = Vec::new();
        for (own, _) in folder.parts() {
            let ours = Listed::of(&own);
            if let Some(taken) = folders_in(&own)?.into_iter().find(|name| is_result(name, &folder.claim)) {
                return Err(is_folder(path, &own.join(taken)));
            }
            let names = regular(&own)?.into_iter().filter(|name| is_result(name, &folder.claim));
            foreign.extend(names.map(|name| own.join(name)).filter(|file| !ours.holds(file)));
        }
        folder.refuse(&foreign)?;
        for (own, _) in folder.parts() {
            switch::sweep(&own, |name| is_result(name, &folder.claim))?;
        }
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder itself and those inside, each with its command.
    fn parts(&self) -> impl Iterator<Item = (PathBuf, &'static str)> {
        let inside = self.claim.folders.iter().map(|(own, command)| (self.path.join(own), *command));
        std::iter::once((self.path.clone(), self.claim.command)).chain(inside)
    }

    /// Refuses to replace files that are not ours.
    fn refuse(&self, foreign: &[PathBuf]) -> Result<(), Error> {
        if foreign.is_empty() || self.claim.force {
            return Ok(());
        }
        let names: Vec<String> = foreign.iter().take(NAMED).map(|file| file.display().to_string()).collect();
        let more = if foreign.len() > NAMED { format!(" and {} more", foreign.len() - NAMED) } else { String::new() };
        let found = format!(
            "`{}`, where {}{more} {} not as this program wrote {}",
            self.path.display(),
            names.join(", "),
            if foreign.len() == 1 { "is" } else { "are" },
            if foreign.len() == 1 { "it" } else { "them" }
        );
        Err(flags("--out", &found, "another folder, or --force to replace what is there"))
    }

    /// Writes files beside the results, into the folder `inside` of them; nothing is replaced yet.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] names the file that the disk refused.
    pub(crate) fn put(&mut self, inside: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Error> {
        let folder = self.path.join(NEW).join(inside);
        fs::create_dir_all(&folder).map_err(unwritten(&folder))?;
        for (name, bytes) in files {
            debug_assert!(is_result(name, &self.claim), "{name} is not among the names of results");
            fs::write(folder.join(name), bytes).map_err(unwritten(&self.path.join(inside).join(name)))?;
            self.staged.push((inside.join(name), sha256(bytes)));
        }
        Ok(())
    }

    /// The results of a folder inside go with the switch.
    pub(crate) fn leave(&mut self, inside: PathBuf) {
        self.gone.push(inside);
    }

    /// Puts what was staged in the place of what was there.
    ///
    /// # Errors
    ///
    /// [`Error::Plan`] where a file would be replaced that is not ours; [`Error::Write`].
    pub fn switch(mut self) -> Result<Placed, Error> {
        let mut journal = Journal::new(std::mem::take(&mut self.staged));
        let mut foreign = Vec::new();
        for (inside, _) in self.claim.folders.iter().map(|(own, _)| (own.clone(), ())).chain([(PathBuf::new(), ())]) {
            let ours = Listed::of(&self.path.join(&inside));
            journal.add(&inside, &ours, false);
        }
        for inside in &self.gone {
            journal.add(inside, &Listed::of(&self.path.join(inside)), true);
        }
        for (file, _) in &journal.files {
            let target = self.path.join(file);
            match fs::symlink_metadata(&target) {
                // what cannot be renamed into place is known before anything is
                Ok(data) if data.is_dir() => return Err(is_folder(&self.path, &target)),
                Ok(_) if !journal.holds(&self.path, file) => foreign.push(target),
                _ => {}
            }
        }
        self.refuse(&foreign)?;
        self.parts().try_for_each(|(own, _)| takes_renames(&self.path, &own))?;
        let mut kept = std::mem::take(&mut self.kept);
        kept.extend(journal.switch(&self.path)?);
        kept.sort();
        kept.dedup();
        Ok(Placed { files: journal.files.iter().map(|(file, _)| self.path.join(file)).collect(), kept })
    }
}

impl Drop for OutFolder {
    fn drop(&mut self) {
        if self.is_cleared && !unfinished(&self.path) {
            // what was staged for a run that ended with an error
            let _ = fs::remove_dir_all(self.path.join(NEW));
        }
    }
}

/// The files that a manifest of ours lists, with their digests.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    digests: BTreeMap<PathBuf, String>,
}

impl Listed {
    /// Of a folder, by its manifest; a manifest that is not ours lists nothing.
    pub(crate) fn of(folder: &Path) -> Listed {
        let manifest = manifest_of(folder);
        let listed = manifest.as_ref().and_then(|own| own.get("outputs")?.as_array()).map_or(&[][..], Vec::as_slice);
        let one = |output: &Value| Some((output.get("file")?.as_str()?.to_owned(), output.get("sha256")?.as_str()?.to_owned()));
        // a name that leads out of the folder is nothing that was written there
        let plain = |(name, _): &(String, String)| !name.contains(['/', '\\']) && !matches!(name.as_str(), "." | "..");
        let mut digests: BTreeMap<PathBuf, String> =
            listed.iter().filter_map(one).filter(plain).map(|(name, digest)| (folder.join(name), digest)).collect();
        let file = folder.join(MANIFEST);
        if manifest.is_some() && is_as_written(&file) {
            digests.extend(digest_of(&file).map(|digest| (file, digest)));
        }
        Listed { digests }
    }

    /// Whether a file is as it was written.
    pub(crate) fn holds(&self, file: &Path) -> bool {
        self.digests.get(file).is_some_and(|digest| digest_of(file).as_ref() == Some(digest))
    }
}

/// SHA-256 of a file; `None` if it is none, or a link to one.
pub(super) fn digest_of(file: &Path) -> Option<String> {
    fs::symlink_metadata(file).ok().filter(fs::Metadata::is_file)?;
    Some(sha256(&fs::read(file).ok()?))
}

/// Names of files and links in a folder; none if there is no folder.
fn regular(folder: &Path) -> Result<Vec<String>, Error> {
    entries(folder, false)
}

/// Names of folders in a folder; none if there is no folder.
fn folders_in(folder: &Path) -> Result<Vec<String>, Error> {
    entries(folder, true)
}

/// Names in a folder, those of folders or those of all else, sorted.
fn entries(folder: &Path, of_folders: bool) -> Result<Vec<String>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unwritten(folder)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(unwritten(folder))?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) == of_folders {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Refuses a path that is no folder and cannot become one: a file, a link that leads nowhere, or what lies below them.
pub(crate) fn refuse_no_folder(out: &Path) -> Result<(), Error> {
    // without a slash at its end, which would lead through a link
    let out = out.components().as_path();
    let mut above = out.ancestors().filter(|own| !own.as_os_str().is_empty());
    let Some((nearest, is_link)) = above.find_map(|own| Some((own, fs::symlink_metadata(own).ok()?.is_symlink()))) else { return Ok(()) };
    let what = match fs::metadata(nearest) {
        Ok(own) if own.is_dir() => return Ok(()),
        Ok(_) => "a file",
        Err(_) if is_link => "a link that leads nowhere",
        Err(_) => return Ok(()),
    };
    let found = match nearest == out {
        true => format!("`{}`, which is {what}", out.display()),
        false => format!("`{}`, where {} is {what}", out.display(), nearest.display()),
    };
    Err(flags("--out", &found, "a folder"))
}

/// A folder that has the name of a file of the results.
fn is_folder(out: &Path, taken: &Path) -> Error {
    let found = format!("`{}`, where {} is a folder", out.display(), taken.display());
    flags("--out", &found, "another folder: a file of that name is written there")
}

/// Refuses a folder that holds a file that is read, by whatever way both are written.
pub(crate) fn refuse_inputs(out: &Path, inputs: &[PathBuf]) -> Result<(), Error> {
    // a folder that is not there holds nothing
    let Ok(folder) = out.canonicalize() else { return Ok(()) };
    let lies = |path: &Path| path.canonicalize().is_ok_and(|path| path.starts_with(&folder));
    // a link lies where its name is, and where each name lies to which it leads
    let is_held = |file: &&PathBuf| lies(file) || (file.exists() && hops(file).iter().any(|hop| lies(hop)));
    let Some(held) = inputs.iter().find(is_held) else { return Ok(()) };
    let found = format!("`{}`, which holds {}, a file that is read", out.display(), held.display());
    Err(flags("--out", &found, "a folder of its own for the results"))
}

/// The folders of a name and of every name that links lead to from there.
fn hops(file: &Path) -> Vec<PathBuf> {
    const MOST: usize = 40;
    let mut folders = Vec::new();
    let mut name = file.to_owned();
    for _ in 0..MOST {
        let folder = name.parent().map_or_else(PathBuf::new, Path::to_owned);
        let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
        let next = fs::read_link(&name).ok().map(|to| folder.join(to));
        folders.push(folder);
        match next {
            Some(next) => name = next,
            None => break,
        }
    }
    folders
}

/// Refuses a folder inside the results of a command that has folders of its own inside: they would be part of what it compares.
fn within_results(out: &Path, force: bool) -> Result<(), Error> {
    let whole = std::path::absolute(out).map_err(unwritten(out))?;
    let above = whole.canonicalize().unwrap_or(whole);
    let holds = |folder: &&Path| {
        let command = manifest_of(folder).and_then(|own| Some(own.get("tool")?.get("command")?.as_str()?.to_owned()));
        matches!(command.as_deref(), Some("compare" | "site"))
    };
    match above.ancestors().skip(1).take(2).find(holds) {
        Some(folder) if !force => {
            let found = format!("`{}`, which lies in {}, the results of another command", out.display(), folder.display());
            Err(flags("--out", &found, "a folder of its own, or --force"))
        }
        _ => Ok(()),
    }
}

/// Tries whether files can be renamed from where they grow into a folder: not onto another disk, and not without permission.
fn takes_renames(out: &Path, folder: &Path) -> Result<(), Error> {
    if !folder.exists() {
        return Ok(());
    }
    // a name that is free, or that of an empty file, which a process left that was killed here
    let is_free = |name: &PathBuf| match fs::symlink_metadata(name) {
        Ok(own) => own.is_file() && own.len() == 0,
        Err(_) => true,
    };
    let mut names = (1_u32..).map(|n| folder.join(if n == 1 { ".catchment-probe".to_owned() } else { format!(".catchment-probe-{n}") }));
    let (from, to) = (out.join(NEW).join(PROBE), names.find(is_free).unwrap_or_default());
    fs::create_dir_all(out.join(NEW)).and_then(|()| new_file(&from)).map_err(unwritten(folder))?;
    fs::rename(&from, &to).and_then(|()| fs::remove_file(&to)).map_err(unwritten(folder))
}

/// Refuses a folder that holds the results of another command: they would go, or stand beside a manifest that does not know them.
fn of_command(folder: &Path, command: &str) -> Result<(), Error> {
    let Some(manifest) = manifest_of(folder) else { return Ok(()) };
    let other = manifest.get("tool").and_then(|tool| tool.get("command")?.as_str()).unwrap_or("run");
    if other == command {
        return Ok(());
    }
    let found = format!("`{}`, which holds the results of `catchment {other}`", folder.display());
    Err(flags("--out", &found, "a folder of its own for every command"))
}

pub(crate) fn flags(key: &str, found: &str, expected: &str) -> Error {
    Error::Plan { file: "the flags".to_owned(), source: value(key, found, expected) }
}

/// An error of writing `file`.
pub(crate) fn unwritten(file: &Path) -> impl FnOnce(std::io::Error) -> Error + use<> {
    let file = file.to_owned();
    move |source| Error::Write { file, source }
}
