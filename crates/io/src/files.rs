//! Where a plan's files come from: a folder, or the binary itself.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::osm::Source;

/// Gives the bytes of the files that a plan names.
pub trait Files: Sync {
    /// The bytes of the file that the plan calls `name`.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] where there is no such file or it cannot be read.
    fn read(&self, name: &str) -> Result<Cow<'_, [u8]>, Error>;

    /// The extract that the plan calls `name`, to be read piece by piece where it lies on disk.
    ///
    /// # Errors
    ///
    /// As [`Files::read`].
    fn open(&self, name: &str) -> Result<Source<'_>, Error> {
        self.read(name).map(Source::from)
    }
}

/// Files of a folder: paths are relative to it.
#[derive(Debug, Clone)]
pub struct Folder(pub PathBuf);

impl Files for Folder {
    fn read(&self, name: &str) -> Result<Cow<'_, [u8]>, Error> {
        let path = self.0.join(name);
        let bytes = plain(&path).and_then(|()| std::fs::read(&path));
        bytes.map(Cow::Owned).map_err(|source| Error::Read { file: path.display().to_string(), source })
    }

    fn open(&self, name: &str) -> Result<Source<'_>, Error> {
        let path = self.0.join(name);
        plain(&path).and_then(|()| Source::open(&path)).map_err(|source| Error::Read { file: path.display().to_string(), source })
    }
}

/// Refuses what is no file with an end: a folder, a device, a pipe.
fn plain(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path)?.file_type() {
        kind if kind.is_file() => Ok(()),
        kind if kind.is_dir() => Err(ErrorKind::IsADirectory.into()),
        _ => Err(io::Error::other("it is a device or a pipe, expected a file")),
    }
}

/// Files in memory, by name.
#[derive(Debug, Clone, Copy)]
pub struct InMemory<'a>(pub &'a [(&'a str, &'a [u8])]);

impl Files for InMemory<'_> {
    fn read(&self, name: &str) -> Result<Cow<'_, [u8]>, Error> {
        match self.0.iter().find(|(n, _)| *n == name) {
            Some((_, bytes)) => Ok(Cow::Borrowed(bytes)),
            None => {
                let source = std::io::Error::new(std::io::ErrorKind::NotFound, "no such file in memory");
                Err(Error::Read { file: name.to_owned(), source })
            }
        }
    }
}

/// An input as the manifest tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputFile {
    /// The name in the plan.
    pub file: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Rows, features or objects that it holds, by kind.
    pub rows: Vec<(String, u64)>,
    /// The time up to which OpenStreetMap changes are in it, if it says so: UTC, ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub osm_timestamp: Option<String>,
    /// Whether it is made from OpenStreetMap's data, whose contributors every result then names.
    #[serde(skip)]
    pub from_osm: bool,
}

impl InputFile {
    pub(crate) fn new(file: &str, bytes: &[u8]) -> InputFile {
        InputFile::with_digest(file, bytes.len() as u64, &Sha256::digest(bytes))
    }

    /// An extract, read once for its digest.
    pub(crate) fn of_source(file: &str, source: &Source<'_>) -> Result<InputFile, Error> {
        const PIECE: u64 = 1 << 20;
        let mut digest = Sha256::new();
        for at in (0..source.length()).step_by(PIECE as usize) {
            let piece = source.piece(at, PIECE).map_err(|source| Error::Read { file: file.to_owned(), source })?;
            digest.update(&piece);
        }
        Ok(InputFile::with_digest(file, source.length(), &digest.finalize()))
    }

    fn with_digest(file: &str, bytes: u64, digest: &[u8]) -> InputFile {
        let sha256 = digest.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        InputFile { file: file.to_owned(), bytes, sha256, rows: Vec::new(), osm_timestamp: None, from_osm: false }
    }
}

/// UTC time of `seconds` since 1970, ISO 8601.
pub(crate) fn iso_time(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // civil from days: Hinnant, "chrono-Compatible Low-Level Date Algorithms"
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_by_the_calendar() {
        assert_eq!(iso_time(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso_time(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(iso_time(951_868_800), "2000-03-01T00:00:00Z");
        assert_eq!(iso_time(1_710_288_000), "2024-03-13T00:00:00Z");
    }

    #[test]
    fn the_digest_of_nothing_is_the_standard_one() {
        let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(InputFile::new("x", b"").sha256, sha256);
        assert_eq!(
            InputFile::of_source("x", &Source::from(Cow::Borrowed(&b""[..]))).map(|input| input.sha256).ok().as_deref(),
            Some(sha256)
        );
    }
}
