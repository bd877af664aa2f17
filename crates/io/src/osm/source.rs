//! Where the bytes of an extract are: in memory, or in a file of which only the piece at hand is read.

use std::borrow::Cow;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::error::OsmError;

/// The bytes of an extract.
#[derive(Debug)]
pub struct Source<'a>(Inner<'a>);

#[derive(Debug)]
enum Inner<'a> {
    Bytes(Cow<'a, [u8]>),
    File { file: Mutex<std::fs::File>, length: u64 },
}

impl<'a> From<Cow<'a, [u8]>> for Source<'a> {
    fn from(bytes: Cow<'a, [u8]>) -> Self {
        Source(Inner::Bytes(bytes))
    }
}

impl Source<'_> {
    /// A file on disk, read as it is asked for and never as a whole in memory (XML aside).
    ///
    /// # Errors
    ///
    /// [`io::Error`] where there is no such file or it cannot be opened.
    pub fn open(path: &Path) -> io::Result<Source<'static>> {
        let file = std::fs::File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Source(Inner::File { file: Mutex::new(file), length }))
    }

    /// How many bytes there are.
    #[must_use]
    pub fn length(&self) -> u64 {
        match &self.0 {
            Inner::Bytes(bytes) => bytes.len() as u64,
            Inner::File { length, .. } => *length,
        }
    }

    /// The `length` bytes from `at` on, or as many of them as there are.
    ///
    /// # Errors
    ///
    /// [`io::Error`] where the file cannot be read, or became shorter since it was opened.
    pub fn piece(&self, at: u64, length: u64) -> io::Result<Cow<'_, [u8]>> {
        let at = at.min(self.length());
        let length = length.min(self.length() - at) as usize;
        match &self.0 {
            Inner::Bytes(bytes) => Ok(Cow::Borrowed(&bytes[at as usize..at as usize + length])),
            Inner::File { file, .. } => {
                let mut piece = vec![0; length];
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(at))?;
                file.read_exact(&mut piece)?;
                Ok(Cow::Owned(piece))
            }
        }
    }

    /// All of it, from the start on.
    ///
    /// # Errors
    ///
    /// [`io::Error`] where the file cannot be read.
    pub fn reader(&self) -> io::Result<Box<dyn Read + '_>> {
        match &self.0 {
            Inner::Bytes(bytes) => Ok(Box::new(&bytes[..])),
            Inner::File { file, .. } => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner).try_clone()?;
                file.seek(SeekFrom::Start(0))?;
                Ok(Box::new(file))
            }
        }
    }

    pub(super) fn piece_of_osm(&self, at: u64, length: u64) -> Result<Cow<'_, [u8]>, OsmError> {
        self.piece(at, length).map_err(|error| OsmError::Read { at, what: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_reads_like_its_bytes() {
        let bytes: Vec<u8> = (0..=255).collect();
        let path = tempfile::NamedTempFile::new().expect("a place for files").into_temp_path();
        std::fs::write(&path, &bytes).expect("room");
        let (file, memory) = (Source::open(&path).expect("it is there"), Source::from(Cow::Borrowed(&bytes[..])));
        assert_eq!((file.length(), memory.length()), (256, 256));
        for (at, length) in [(0, 4), (10, 0), (250, 10), (300, 5), (0, u64::MAX)] {
            assert_eq!(file.piece(at, length).expect("sound"), memory.piece(at, length).expect("sound"), "{at} {length}");
        }
        std::fs::write(&path, b"short").expect("room");
        assert!(file.piece(0, 10).is_err());
        assert!(Source::open(Path::new("no/such/file")).is_err());
    }
}
