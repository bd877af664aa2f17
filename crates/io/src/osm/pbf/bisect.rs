//! Where the ways and the relations of a sorted file begin.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;

use super::block::{Block, Kinds};
use super::file::File;
use super::{BATCH, OsmError, Part, Stop};

/// Bytes of blobs that are kept from the bisection to the scan.
const MOST_HELD: usize = 1 << 26;

/// The blobs of a sorted file by the kind of their objects. A blob at a border may hold two kinds, or all three, and then
/// belongs to several stretches.
#[derive(Debug)]
pub(super) struct Stretches<'a> {
    pub(super) nodes: Range<usize>,
    pub(super) ways: Range<usize>,
    pub(super) relations: Range<usize>,
    file: &'a File<'a>,
    /// The blobs that the bisection had to look into, kept so that none is inflated twice; and how many bytes they are.
    seen: HashMap<usize, Cow<'a, [u8]>>,
    held: usize,
}

impl<'a> Stretches<'a> {
    /// Looks into O(log blobs) blobs.
    pub(super) fn find(file: &'a File<'a>) -> Result<Self, Stop> {
        let mut found = Stretches { nodes: 0..0, ways: 0..0, relations: 0..0, file, seen: HashMap::new(), held: 0 };
        let ways = found.first(|kinds| kinds.ways || kinds.relations)?;
        let relations = found.first(|kinds| kinds.relations)?;
        found.nodes = 0..found.end(ways, |kinds| kinds.nodes)?;
        found.ways = ways..found.end(relations, |kinds| kinds.ways)?;
        found.relations = relations..file.blobs.len();
        Ok(found)
    }

    /// Hands what `scan` finds in each blob of a stretch to `take`, in the order of the file, some blobs at a time; an error if a blob
    /// holds a kind that does not belong there.
    pub(super) fn scan(
        &self,
        stretch: &Range<usize>,
        scan: impl Fn(&Block<'_>) -> Result<Part, OsmError> + Sync,
        mut take: impl FnMut(Part),
    ) -> Result<(), Stop> {
        for start in stretch.clone().step_by(BATCH) {
            let batch = start..stretch.end.min(start + BATCH);
            let parts: Vec<Result<Part, Stop>> = batch.into_par_iter().map(|i| self.scan_one(i, &scan)).collect();
            for part in parts {
                take(part?);
            }
        }
        Ok(())
    }

    fn scan_one(&self, i: usize, scan: impl Fn(&Block<'_>) -> Result<Part, OsmError>) -> Result<Part, Stop> {
        let inflated;
        let content = match self.seen.get(&i) {
            Some(content) => content,
            None => {
                inflated = self.file.content(&self.file.blobs[i])?;
                &inflated
            }
        };
        let block = Block::parse(self.file.blobs[i].at, content)?;
        if self.allows(i, &block.kinds()?) { Ok(scan(&block)?) } else { Err(Stop::Disorder) }
    }

    fn allows(&self, i: usize, kinds: &Kinds) -> bool {
        (!kinds.nodes || self.nodes.contains(&i))
            && (!kinds.ways || self.ways.contains(&i))
            && (!kinds.relations || self.relations.contains(&i))
    }

    /// The first blob that holds what is asked for, if all before it do not and all after it do.
    fn first(&mut self, holds: impl Fn(&Kinds) -> bool) -> Result<usize, Stop> {
        let (mut low, mut high) = (0, self.file.blobs.len());
        while low < high {
            let middle = low.midpoint(high);
            if holds(&self.kinds(middle)?) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }

    /// `border`, or the blob after it when the blob at the border holds the earlier kind too.
    fn end(&mut self, border: usize, holds: impl Fn(&Kinds) -> bool) -> Result<usize, Stop> {
        let mixed = border < self.file.blobs.len() && holds(&self.kinds(border)?);
        Ok(border + usize::from(mixed))
    }

    fn kinds(&mut self, i: usize) -> Result<Kinds, Stop> {
        let blob = &self.file.blobs[i];
        let kinds = if let Some(content) = self.seen.get(&i) {
            Block::parse(blob.at, content)?.kinds()?
        } else {
            let content = self.file.content(blob)?;
            let kinds = Block::parse(blob.at, &content)?.kinds()?;
            if self.held + content.len() <= MOST_HELD {
                self.held += content.len();
                self.seen.insert(i, content);
            }
            kinds
        };
        if kinds == Kinds::default() {
            // An empty blob says nothing about the order.
            return Err(Stop::Disorder);
        }
        Ok(kinds)
    }
}
