//! `.osm.pbf` files.
//!
//! In a sorted file the borders between node, way and relation blobs are found by bisection, and the three stretches are
//! then decoded last to first, each blob once and the blobs of a stretch in parallel. A file that is not sorted, or that
//! only claims to be, is gone over from end to end for its relations, noting what each blob holds, and then once more
//! through the blobs with ways and those with nodes.
//!
//! The decoder is our own since blocks hold some thousand objects of which few are wanted: it steps over an object without
//! building it, and checks every number that it adds or looks up.

mod bisect;
mod block;
mod file;
mod keys;
mod scan;
mod wire;

use rayon::prelude::*;

use self::bisect::Stretches;
use self::block::Block;
use self::file::{Blob, File, corrupt};
use self::scan::Scan;
use super::error::OsmError;
use super::gather::{Gather, Part};
use super::model::OsmData;
use super::select::Select;
use super::source::Source;

/// Blobs that are read and decoded at a time, in parallel: what they hold is in memory together.
const BATCH: usize = 256;

/// Reads a `.osm.pbf` file.
///
/// Runs in the current rayon pool. The answer does not depend on the number of threads.
///
/// # Errors
/// [`OsmError`] when the file is cut off, corrupt, a history file, or needs something that is not supported.
pub fn read_pbf(source: &Source<'_>, select: &impl Select) -> Result<OsmData, OsmError> {
    let file = File::open(source)?;
    let scan = Scan::new(select, file.header.timestamp.is_none(), source.length());
    let gather = match read_sorted(&file, &scan) {
        Err(Stop::Disorder) => read_unsorted(&file, &scan)?,
        Err(Stop::Error(error)) => return Err(error),
        Ok(gather) => gather,
    };
    Ok(gather.finish(file.header))
}

/// Whether the bytes look like a PBF file: the length of a blob header, then the type of the first blob.
pub(super) fn is_pbf(bytes: &[u8]) -> bool {
    matches!(bytes, [0, 0, _, _, 0x0a, 9, kind @ ..] if kind.starts_with(b"OSMHeader"))
}

/// Why the way through a sorted file ends early.
enum Stop {
    /// The blobs are not in the order of kinds, or the file does not claim it.
    Disorder,
    Error(OsmError),
}

impl From<OsmError> for Stop {
    fn from(error: OsmError) -> Self {
        Stop::Error(error)
    }
}

fn read_sorted<S: Select>(file: &File<'_>, scan: &Scan<'_, S>) -> Result<Gather, Stop> {
    if !file.sorted {
        return Err(Stop::Disorder);
    }
    let stretches = Stretches::find(file)?;
    let mut gather = Gather::default();
    stretches.scan(&stretches.relations, |block| scan.relations(block), |part| gather.add(part))?;
    let wanted = gather.wanted_ways();
    stretches.scan(&stretches.ways, |block| scan.ways(block, &wanted), |part| gather.add(part))?;
    let wanted = gather.wanted_nodes();
    stretches.scan(&stretches.nodes, |block| scan.nodes(block, &wanted), |part| gather.add(part))?;
    gather.place(wanted);
    Ok(gather)
}

fn read_unsorted<S: Select>(file: &File<'_>, scan: &Scan<'_, S>) -> Result<Gather, OsmError> {
    let mut gather = Gather::default();
    let mut kinds = Vec::with_capacity(file.blobs.len());
    in_parallel(
        file,
        &file.blobs,
        |block| Ok((block.kinds()?, scan.relations(block)?)),
        |(kind, part)| {
            kinds.push(kind);
            gather.add(part);
        },
    )?;
    let with = |wanted: fn(&block::Kinds) -> bool| -> Vec<Blob> {
        let blobs = file.blobs.iter().zip(&kinds);
        blobs.filter(|(_, kinds)| wanted(kinds)).map(|(blob, _)| *blob).collect()
    };
    let wanted = gather.wanted_ways();
    in_parallel(file, &with(|kinds| kinds.ways), |block| scan.ways(block, &wanted), |part| gather.add(part))?;
    let wanted = gather.wanted_nodes();
    in_parallel(file, &with(|kinds| kinds.nodes), |block| scan.nodes(block, &wanted), |part| gather.add(part))?;
    gather.place(wanted);
    Ok(gather)
}

/// Hands what `scan` finds in each blob to `take`, in the order of the blobs; of several errors the first in the file.
fn in_parallel<T: Send>(
    file: &File<'_>,
    blobs: &[Blob],
    scan: impl Fn(&Block<'_>) -> Result<T, OsmError> + Sync,
    mut take: impl FnMut(T),
) -> Result<(), OsmError> {
    for batch in blobs.chunks(BATCH) {
        let finds: Vec<Result<T, OsmError>> = batch
            .par_iter()
            .map(|blob| {
                let content = file.content(blob)?;
                scan(&Block::parse(blob.at, &content)?)
            })
            .collect();
        for find in finds {
            take(find?);
        }
    }
    Ok(())
}
