//! New files under names that a killed process may have left something at: nothing that is there is written into, and no link is followed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

/// A new file of this name, to write. A plain file of that name goes: whatever other names it has keep what is in it. `None` where another
/// process was faster.
///
/// # Errors
///
/// Of the disk; where the name is that of a link, a folder or a device, [`ErrorKind::AlreadyExists`].
pub(crate) fn new_file(file: &Path) -> io::Result<Option<File>> {
    match fs::symlink_metadata(file) {
        Ok(own) if own.is_file() => match fs::remove_file(file) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        },
        Ok(_) => return Err(ErrorKind::AlreadyExists.into()),
        Err(_) => {}
    }
    match OpenOptions::new().write(true).create_new(true).open(file) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        file => file.map(Some),
    }
}

/// A plain file that is there, to hold and not to write; `None` where there is none.
pub(super) fn open_plain(file: &Path) -> io::Result<Option<File>> {
    if !fs::symlink_metadata(file).is_ok_and(|own| own.is_file()) {
        return Ok(None);
    }
    match File::open(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        file => file.map(Some),
    }
}
