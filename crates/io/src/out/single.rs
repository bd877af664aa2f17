//! Files that are written alone: whole or not at all, and in no other's place unless it may be replaced.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::fresh::{new_file, open_plain};
use super::lock::is_still;
use super::{flags, unwritten};
use crate::error::Error;

/// A file that grows under another name until it is whole. What a killed process left under that name goes; nothing that is there is written into.
#[derive(Debug)]
pub struct OutFile {
    to: PathBuf,
    part: PathBuf,
    file: BufWriter<File>,
    has_its_name: bool,
}

impl OutFile {
    /// A place for the file `to`, found before the work begins. `inputs` are files that are read: `to` may be none of them. A file that is
    /// there is replaced where `ours` says that this program wrote it, or with `force`; `key` is what the command calls it.
    ///
    /// # Errors
    ///
    /// [`Error::Plan`] where it may not be replaced; [`Error::Busy`] while another process writes it; [`Error::Write`].
    pub fn claim(key: &str, to: &Path, inputs: &[PathBuf], ours: fn(&Path) -> bool, force: bool) -> Result<OutFile, Error> {
        let same = |input: &&PathBuf| input.canonicalize().is_ok_and(|input| to.canonicalize().is_ok_and(|to| input == to));
        if let Some(input) = inputs.iter().find(same) {
            return Err(flags(key, &format!("`{}`, which is {}, a file that is read", to.display(), input.display()), "another name"));
        }
        let there = fs::symlink_metadata(to);
        if there.as_ref().is_ok_and(fs::Metadata::is_dir) {
            return Err(flags(key, &format!("`{}`, which is a folder", to.display()), "the name of a file"));
        }
        let is_there = there.is_ok();
        if is_there && !force && !ours(to) {
            return Err(flags(key, &format!("`{}`, which is there already", to.display()), "another name, or --force to replace it"));
        }
        let name = to.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let part = to.with_file_name(format!(".{name}.catchment-part"));
        let busy = || Error::Busy { what: format!("writes {}", to.display()) };
        let mut left: Option<File> = None;
        let file = loop {
            if fs::symlink_metadata(&part).is_ok_and(|own| !own.is_file()) {
                let found = format!("`{}`, where {} stands, which is no file of ours", to.display(), part.display());
                return Err(flags(key, &found, "another name"));
            }
            // a process that writes it holds it
            if let Some(old) = open_plain(&part).map_err(unwritten(to))? {
                match old.try_lock() {
                    Err(TryLockError::WouldBlock) => return Err(busy()),
                    Ok(()) if !is_still(&old, &part) => continue,
                    Ok(()) | Err(TryLockError::Error(_)) => left = Some(old),
                }
            }
            let Some(file) = new_file(&part).map_err(unwritten(to))? else { continue };
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Err(busy()),
                Ok(()) if !is_still(&file, &part) => {}
                // a disk that knows no locks holds nothing for us either
                Ok(()) | Err(TryLockError::Error(_)) => break file,
            }
        };
        drop(left);
        Ok(OutFile { to: to.to_owned(), part, file: BufWriter::new(file), has_its_name: false })
    }

    /// The name that the file gets.
    pub fn path(&self) -> &Path {
        &self.to
    }

    /// The name under which it grows.
    pub fn part(&self) -> &Path {
        &self.part
    }

    /// Waits until the disk has all of it, and gives it its name.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    pub fn finish(mut self) -> Result<(), Error> {
        let whole = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        whole.and_then(|()| fs::rename(&self.part, &self.to)).map_err(unwritten(&self.to))?;
        self.has_its_name = true;
        Ok(())
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for OutFile {
    fn drop(&mut self) {
        if !self.has_its_name {
            let _ = fs::remove_file(&self.part);
        }
    }
}
