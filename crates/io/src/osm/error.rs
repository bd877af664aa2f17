//! What makes a whole file unreadable.

use super::model::ObjectId;

/// Why an OpenStreetMap file cannot be read. Byte offsets count from the start of the file (for a compressed XML file, from
/// the start of its text).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OsmError {
    /// The bytes are neither PBF nor XML.
    #[error("not an OpenStreetMap file: expected .osm.pbf, or .osm plain, .gz or .bz2, found {found}")]
    UnknownFormat {
        /// What the bytes look like.
        found: String,
    },
    /// The file stops before the blob that it announces is complete.
    #[error("the file is cut off: the blob at byte {at} needs {needed} bytes, only {left} are left; download it again")]
    Truncated {
        /// Where the blob starts.
        at: u64,
        /// How many bytes the blob should have, as far as can be told.
        needed: u64,
        /// How many bytes the file has from there on.
        left: u64,
    },
    /// The disk does not give what the file should hold.
    #[error("the file cannot be read at byte {at}: {what}")]
    Read {
        /// Where the reading started.
        at: u64,
        /// What the system says.
        what: String,
    },
    /// The content of a PBF blob contradicts the format.
    #[error("the blob at byte {at} is corrupt: {what}; download the file again")]
    Corrupt {
        /// Where the blob starts.
        at: u64,
        /// What was found.
        what: String,
    },
    /// A blob is compressed by something other than zlib.
    #[error("the blob at byte {at} is compressed with {method}, only zlib is read; rewrite the file with `osmium cat`")]
    Compression {
        /// Where the blob starts.
        at: u64,
        /// The name of the compression.
        method: &'static str,
    },
    /// The file says that its reader must know a feature that this one does not.
    #[error(
        "the file requires the feature {feature:?} of its reader, which this one does not know; write it again without, by `osmium cat`"
    )]
    RequiredFeature {
        /// The feature as the header spells it.
        feature: String,
    },
    /// The file holds past versions of objects, so that reading it would mix points in time.
    #[error("this is a history file ({}); cut one moment out of it with `osmium time-filter`", history_sign(.object))]
    History {
        /// The first deleted version met; none when the header already says so.
        object: Option<ObjectId>,
    },
    /// The XML is not well formed, or an attribute is missing or not a number.
    #[error("broken XML in line {line} (byte {at}): {what}")]
    Xml {
        /// How far the reader had come.
        at: u64,
        /// The line of the text that this is in.
        line: u64,
        /// What was found.
        what: String,
    },
    /// The bytes of a packed file do not unpack.
    #[error("the file is damaged or cut off: its {packing} data cannot be unpacked ({what}); download it again")]
    Packing {
        /// How it is packed.
        packing: &'static str,
        /// What the unpacker says.
        what: String,
    },
    /// A small file that unpacks to more than maps of its size hold.
    #[error("the file holds more than {most} nodes of ways, members and tags to be kept, which no map of its size does; download it again")]
    TooMuch {
        /// How many may be kept of a file of its size.
        most: u64,
    },
    /// The XML is well formed, but its root is not `<osm>`.
    #[error("expected an <osm> document, found <{found}>")]
    XmlRoot {
        /// The name of the root element.
        found: String,
    },
}

fn history_sign(object: &Option<ObjectId>) -> String {
    match object {
        Some(object) => format!("{object} is a deleted version"),
        None => "its header requires HistoricalInformation".to_owned(),
    }
}
