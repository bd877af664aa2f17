//! The bytes of a raster, as a reader that goes back and forth.

use std::io::{self, Read, Seek, SeekFrom};

use crate::osm::Source;

/// A place in a source.
pub(super) struct Pieces<'s> {
    source: &'s Source<'s>,
    at: u64,
}

impl<'s> Pieces<'s> {
    pub(super) fn new(source: &'s Source<'s>) -> Pieces<'s> {
        Pieces { source, at: 0 }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = self.source.piece(self.at, buffer.len() as u64)?;
        buffer[..piece.len()].copy_from_slice(&piece);
        self.at += piece.len() as u64;
        Ok(piece.len())
    }
}

impl Seek for Pieces<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.source.length().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a place before the beginning of the file"))?;
        Ok(self.at)
    }
}
