//! The switch from one run's files to another's, and how the next command ends one that was left halfway.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::manifest::MANIFEST;
use super::{Listed, digest_of, flags, unwritten};
use crate::error::Error;

/// The folder in which new files grow.
pub(super) const NEW: &str = ".catchment-new";
/// The journal of a switch that has begun.
const JOURNAL: &str = "journal.json";
/// The journal before it is whole.
const BEGUN: &str = "journal.part";
/// A file that shows whether files can be renamed from there.
pub(super) const PROBE: &str = "probe";

/// What a switch does; paths are relative to the folder of results.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Journal {
    /// New files and their digests.
    pub(super) files: Vec<(PathBuf, String)>,
    /// Files that were there, with the digests by which they are ours.
    old: Vec<(PathBuf, String)>,
    /// Manifests that were there.
    manifests: Vec<PathBuf>,
    /// Folders that go if nothing is left in them.
    gone: Vec<PathBuf>,
}

/// Whether a folder lies between two runs.
pub(crate) fn unfinished(out: &Path) -> bool {
    out.join(NEW).join(JOURNAL).exists()
}

/// Ends a switch that a killed process left, and takes away what was staged for one that never began. Returns files that stay because they were
/// edited.
///
/// # Errors
///
/// [`Error::Plan`] where a file that it would replace was changed since, unless `force`, or one stands among new files that is no result;
/// [`Error::Write`].
pub(super) fn end(out: &Path, force: bool, is_result: &dyn Fn(&str) -> bool) -> Result<Vec<PathBuf>, Error> {
    let new = out.join(NEW);
    if fs::symlink_metadata(&new).is_ok_and(|own| !own.is_dir()) {
        return Err(not_ours(out, &new));
    }
    let text = match fs::read(new.join(JOURNAL)) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            refuse_others(out, &new, is_result)?;
            remove_all(&new)?;
            return Ok(Vec::new());
        }
        text => text.map_err(unwritten(&new.join(JOURNAL)))?,
    };
    refuse_others(out, &new, is_result)?;
    let Ok(journal) = serde_json::from_slice::<Journal>(&text) else {
        let found = format!("`{}`, where a run was ended halfway and its journal cannot be read", out.display());
        return Err(flags("--out", &found, "another folder"));
    };
    let plain = |file: &Path| file.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    let all = || journal.files.iter().chain(&journal.old).map(|(file, _)| file).chain(&journal.manifests).chain(&journal.gone);
    let changed = journal
        .files
        .iter()
        .map(|(file, _)| file)
        .find(|file| new.join(file).exists() && fs::symlink_metadata(out.join(file)).is_ok() && !journal.holds(out, file) && !force);
    match (all().all(|file| plain(file)), changed) {
        (true, None) => journal.switch(out),
        (false, _) => Err(flags("--out", &format!("`{}`, whose journal names files elsewhere", out.display()), "another folder")),
        (_, Some(file)) => {
            let found = format!("`{}`, where a run was ended halfway and {} was changed since", out.display(), file.display());
            Err(flags("--out", &found, "another folder, or --force to replace it"))
        }
    }
}

/// Refuses a folder of new files that holds anything but results, in whatever folders: it would be deleted.
fn refuse_others(out: &Path, new: &Path, is_result: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    let mut folders = vec![new.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            entries => entries.map_err(unwritten(&folder))?,
        };
        for entry in entries {
            let entry = entry.map_err(unwritten(&folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let ours = is_result(&name) || (folder == new && [JOURNAL, BEGUN, PROBE].contains(&name.as_str()));
            match entry.file_type().map_err(unwritten(&folder))? {
                kind if kind.is_dir() => folders.push(entry.path()),
                kind if kind.is_file() && ours => {}
                _ => return Err(not_ours(out, &entry.path())),
            }
        }
    }
    Ok(())
}

fn not_ours(out: &Path, file: &Path) -> Error {
    let found = format!("`{}`, where {} is not as this program writes it", out.display(), file.display());
    flags("--out", &found, "another folder, or that file at another place")
}

/// Takes away files that versions before the journal left in `folder` when they were killed: `.NAME.PID.part`.
pub(super) fn sweep(folder: &Path, is_result: impl Fn(&str) -> bool) -> Result<(), Error> {
    for name in super::regular(folder)? {
        let own = name.strip_prefix('.').and_then(|name| name.strip_suffix(".part")?.rsplit_once('.'));
        if own.is_some_and(|(own, process)| is_result(own) && !process.is_empty() && process.bytes().all(|byte| byte.is_ascii_digit())) {
            remove(&folder.join(name))?;
        }
    }
    Ok(())
}

impl Journal {
    /// Of files that were staged, with their digests.
    pub(super) fn new(files: Vec<(PathBuf, String)>) -> Journal {
        Journal { files, ..Journal::default() }
    }

    /// Adds what lies in a folder inside: files that this switch does not write are taken away, all of them where the folder is `gone`.
    pub(super) fn add(&mut self, inside: &Path, ours: &Listed, gone: bool) {
        let manifest = inside.join(MANIFEST);
        for (file, digest) in &ours.digests {
            let Some(name) = file.file_name() else { continue };
            if inside.join(name) == manifest {
                self.manifests.push(manifest.clone());
            }
            self.old.push((inside.join(name), digest.clone()));
        }
        if gone {
            self.gone.push(inside.to_owned());
        }
    }

    /// Whether a file that a new one replaces is ours: as it was written before, or as it is written now.
    pub(super) fn holds(&self, out: &Path, file: &Path) -> bool {
        let digest = digest_of(&out.join(file));
        self.old.iter().chain(&self.files).any(|(own, known)| own == file && digest.as_ref() == Some(known))
    }

    /// Makes the switch, or what is left of it; returns the files of the earlier run that stay because they were edited.
    pub(super) fn switch(&self, out: &Path) -> Result<Vec<PathBuf>, Error> {
        let new = out.join(NEW);
        let is_manifest = |file: &Path| file.file_name().is_some_and(|name| name == MANIFEST);
        // digests are taken before anything moves: what is between two runs is so for as short a time as can be
        let (mut stale, mut kept) = (Vec::new(), Vec::new());
        let goes = |file: &Path| !is_manifest(file) && !self.files.iter().any(|(own, _)| own == file);
        for (file, digest) in self.old.iter().filter(|(file, _)| goes(file)) {
            let path = out.join(file);
            match digest_of(&path) {
                Some(own) if own == *digest => stale.push(path),
                Some(_) => kept.push(path),
                None => {}
            }
        }
        let text = serde_json::to_vec(self).unwrap_or_default();
        let (begun, journal) = (new.join(BEGUN), new.join(JOURNAL));
        fs::create_dir_all(&new).map_err(unwritten(&new))?;
        fs::write(&begun, text).and_then(|()| fs::rename(&begun, &journal)).map_err(unwritten(&journal))?;
        for manifest in &self.manifests {
            // one that is in place already, or was written since, is not the old one
            let digest = digest_of(&out.join(manifest));
            if self.old.iter().any(|(own, known)| own == manifest && digest.as_ref() == Some(known)) {
                remove(&out.join(manifest))?;
            }
        }
        for (file, _) in self.files.iter().filter(|(file, _)| !is_manifest(file)) {
            put(&new, out, file)?;
        }
        stale.iter().try_for_each(|file| remove(file))?;
        for folder in &self.gone {
            // with other files in it, it stays
            let _ = fs::remove_dir(out.join(folder));
        }
        // the folder's own manifest comes last
        let mut manifests: Vec<&PathBuf> = self.files.iter().map(|(file, _)| file).filter(|file| is_manifest(file)).collect();
        manifests.sort_by_key(|file| std::cmp::Reverse(file.components().count()));
        manifests.into_iter().try_for_each(|file| put(&new, out, file))?;
        remove(&journal)?;
        remove_all(&new)?;
        Ok(kept)
    }
}

/// Renames a staged file into place; one that is there no more was renamed before.
fn put(new: &Path, out: &Path, file: &Path) -> Result<(), Error> {
    let (from, to) = (new.join(file), out.join(file));
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(unwritten(folder))?;
    }
    if from.exists() {
        // a rename onto a file waits until the disk has what takes its place, and the switch is to be short
        remove(&to)?;
    }
    match fs::rename(&from, &to) {
        // renamed before the process was killed
        Err(error) if error.kind() == ErrorKind::NotFound && to.exists() => Ok(()),
        other => other.map_err(unwritten(&to)),
    }
}

fn remove(file: &Path) -> Result<(), Error> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(unwritten(file)(error)),
        _ => Ok(()),
    }
}

fn remove_all(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(unwritten(folder)(error)),
        _ => Ok(()),
    }
}
