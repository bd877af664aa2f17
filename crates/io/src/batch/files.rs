//! Files that outlive a power cut: written under another name, flushed to the disk, renamed.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::out::{flags, new_file, unwritten};

/// Writes `bytes` into the new file `file`, in place of a plain file that is there, and waits until the disk has them.
pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<(), Error> {
    refuse_link(file)?;
    let taken = || std::io::Error::from(ErrorKind::AlreadyExists);
    let written = new_file(file).and_then(|open| {
        let mut open = open.ok_or_else(taken)?;
        open.write_all(bytes).and_then(|()| open.sync_all())
    });
    written.map_err(unwritten(file))
}

/// Writes `file` whole or not at all. The name under which it grows is always the same, so that what a killed process left goes.
pub(super) fn replace(file: &Path, bytes: &[u8]) -> Result<(), Error> {
    let part = part_of(file);
    write(&part, bytes)?;
    fs::rename(&part, file).map_err(unwritten(file))?;
    sync_folder(file.parent().unwrap_or(Path::new("")))
}

/// Refuses a link where a batch has a file or folder of its own: what it leads to belongs to somebody else.
pub(super) fn refuse_link(path: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(path) {
        Ok(own) if own.is_symlink() => {
            let found = format!("one where {} is a link", path.display());
            Err(flags(
                "the folder of the batch",
                &found,
                "files and folders of its own: take the link away, or plan the batch in another folder",
            ))
        }
        _ => Ok(()),
    }
}

/// The name under which a file or folder grows.
pub(super) fn part_of(file: &Path) -> PathBuf {
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    file.with_file_name(format!(".{name}.part"))
}

/// Makes a folder and those above it.
pub(super) fn make_folder(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(unwritten(folder))
}

/// The names in a folder, sorted; none if there is no folder.
pub(super) fn entries(folder: &Path) -> Result<Vec<OsString>, Error> {
    let names = fs::read_dir(folder).and_then(|all| all.map(|own| own.map(|own| own.file_name())).collect());
    let mut names: Vec<OsString> = match names {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        names => names.map_err(unwritten(folder))?,
    };
    names.sort();
    Ok(names)
}

/// Removes a file or a folder with all in it, where there is one.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(unwritten(path)(error)),
        _ => Ok(()),
    }
}

/// Renames a file or folder.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(unwritten(to))
}

/// Waits until the disk has the names of a folder. Only Unix can say so of a folder; elsewhere a rename is as far as one gets.
pub(super) fn sync_folder(folder: &Path) -> Result<(), Error> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder).and_then(|open| open.sync_all()).map_err(unwritten(folder))
}
