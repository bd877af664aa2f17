//! The lock of a folder of results: one process at a time writes there. The system takes the lock back when the process ends, however it ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::flags;
use crate::error::Error;

const LOCK: &str = ".catchment-lock";

/// A folder that no other process writes into; what of its path was not there goes again if nothing is in it in the end.
#[derive(Debug)]
pub(super) struct Lock {
    file: Option<File>,
    path: PathBuf,
    /// Folders that were made for it, the deepest first.
    made: Vec<PathBuf>,
}

impl Lock {
    /// Makes the folder where it is missing, and locks it.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] while another process writes into it; [`Error::Plan`] where a file of its name is not ours; [`Error::Write`].
    pub(super) fn take(folder: &Path) -> Result<Lock, Error> {
        let unwritten = |source| Error::Write { file: folder.to_owned(), source };
        let path = folder.join(LOCK);
        let mut made: Vec<PathBuf> = Vec::new();
        loop {
            let missing = folder.ancestors().take_while(|own| !own.as_os_str().is_empty() && !own.exists());
            made.extend(missing.map(Path::to_owned));
            fs::create_dir_all(folder).map_err(unwritten)?;
            // ours is empty
            if fs::symlink_metadata(&path).is_ok_and(|own| !own.is_file() || own.len() > 0) {
                let found = format!("`{}`, where {} is not as this program wrote it", folder.display(), path.display());
                return Err(flags("--out", &found, "another folder, or that file under another name"));
            }
            let file = OpenOptions::new().append(true).create(true).open(&path).map_err(unwritten)?;
            let mut lock = Lock { file: None, path: path.clone(), made: std::mem::take(&mut made) };
            match file.try_lock() {
                Ok(()) if is_still(&file, &path) => lock.file = Some(file),
                // the process that had it took the file away
                Ok(()) => {
                    made = std::mem::take(&mut lock.made);
                    continue;
                }
                Err(TryLockError::WouldBlock) => {
                    lock.made.clear();
                    return Err(Error::Busy { what: format!("writes into {}", folder.display()) });
                }
                // a disk that knows no locks: nothing can be held there
                Err(TryLockError::Error(_)) => lock.file = Some(file),
            }
            return Ok(lock);
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if self.file.is_some() {
            // while it is held, so that a process that waits for this file sees that it is gone
            let _ = fs::remove_file(&self.path);
        }
        for folder in &self.made {
            // with anything in it, it stays
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Whether an open file is the one that has this name.
#[cfg(unix)]
pub(super) fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let of = |data: std::io::Result<fs::Metadata>| data.ok().map(|data| (data.dev(), data.ino()));
    of(file.metadata()).is_some_and(|own| of(fs::metadata(path)) == Some(own))
}

/// Elsewhere a file that is open cannot be taken away.
#[cfg(not(unix))]
pub(super) fn is_still(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time_and_nothing_stays_behind() {
        let desk = tempfile::tempdir().unwrap();
        let folder = desk.path().join("a/b");
        let held = Lock::take(&folder).unwrap();
        assert!(matches!(Lock::take(&folder), Err(Error::Busy { .. })));
        drop(held);
        assert!(!desk.path().join("a").exists());
        // with something in it, it stays; the lock does not
        let held = Lock::take(&folder).unwrap();
        fs::write(folder.join("x"), "x").unwrap();
        drop(held);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        drop(Lock::take(&folder).unwrap());
        assert!(folder.exists());
    }
}
