//! What can be wrong with a prepared network.

use catchment::NetworkError;

/// A file that is no prepared network, or no longer a sound one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreparedError {
    /// It does not begin as one.
    #[error("this is no prepared network: it begins with {found:?}, expected `CATCHNET`; make one with `catchment prepare`")]
    Magic {
        /// Its first bytes.
        found: String,
    },
    /// Another layout.
    #[error("a prepared network of version {found}; this program reads version {expected}: prepare it again")]
    Version {
        /// The file's.
        found: u32,
        /// This program's.
        expected: u32,
    },
    /// Shorter or longer than it says.
    #[error("the prepared network has {found} bytes, expected {expected}: it was cut off or added to; prepare it again")]
    Length {
        /// What there is.
        found: u64,
        /// What its header says.
        expected: u64,
    },
    /// Bytes that are not those that were written.
    #[error("the prepared network was altered: the checksum of {part} does not match; prepare it again")]
    Checksum {
        /// The header, or which array.
        part: String,
    },
    /// A header that does not hold what it should.
    #[error("the header of the prepared network: {0}; prepare it again")]
    Header(String),
    /// A place that the earth has not.
    #[error("the prepared network: a {what} at {x}, {y}, beyond any plane of the earth; prepare it again")]
    OffPlane {
        /// A node, or an end of a road.
        what: &'static str,
        /// Metres of the working CRS.
        x: f64,
        /// The same.
        y: f64,
    },
    /// Arrays that do not fit together.
    #[error("the prepared network: {0}; prepare it again")]
    Network(#[from] NetworkError),
    /// Bytes that cannot be read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A machine whose numbers are the other way round.
    #[error("prepared networks are stored little-endian, and this machine is not: name the extract itself")]
    BigEndian,
}
