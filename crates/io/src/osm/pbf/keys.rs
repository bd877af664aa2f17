//! The caller's choice, asked once for each key of a block.

use std::collections::HashMap;

use super::block::{Block, TagIndices};
use super::wire::Malformed;
use crate::osm::gather::{MOST_TAGS, MOST_TEXT};
use crate::osm::lines::LineRefs;
use crate::osm::model::{Kind, Tags};
use crate::osm::select::{Select, TagView};

const ASKED: u8 = 1;
const LOOKED_AT: u8 = 2;
const ASKED_KEEP: u8 = 4;
const KEPT: u8 = 8;
const ASKED_LINE: u8 = 16;
const OF_LINES: u8 = 32;

const TOO_MANY: Malformed = "an object has more tags than those of the map";

/// What is known about each string of a block as a key of objects of one kind.
pub(super) struct Keys<'b, 'a, S> {
    block: &'b Block<'a>,
    select: &'b S,
    kind: Kind,
    answers: Vec<u8>,
    /// The tags of the object at hand.
    tags: Vec<(&'a str, &'a str)>,
    /// How long they are.
    bytes: usize,
    /// Those of them that tell lines apart, and what is known about each combination: the number of its set if lines are made of it.
    line_tags: Vec<(usize, usize)>,
    lines: HashMap<Vec<(usize, usize)>, Option<u32>>,
}

impl<'b, 'a, S: Select> Keys<'b, 'a, S> {
    pub(super) fn new(block: &'b Block<'a>, select: &'b S, kind: Kind) -> Self {
        Keys {
            block,
            select,
            kind,
            answers: vec![0; block.string_count()],
            tags: Vec::new(),
            bytes: 0,
            line_tags: Vec::new(),
            lines: HashMap::new(),
        }
    }

    /// Whether the object with these tags is selected. Also steps over all of its tags.
    #[inline]
    pub(super) fn selects(&mut self, tags: &mut TagIndices<'_>) -> Result<bool, Malformed> {
        let from_start = *tags;
        let mut candidate = false;
        for pair in tags {
            let (key, _) = pair?;
            candidate = candidate || self.looks_at(key)?;
        }
        if !candidate {
            return Ok(false);
        }
        self.clear();
        for pair in from_start {
            let (key, value) = pair?;
            self.push(key, value)?;
        }
        Ok(self.select.selects(self.kind, TagView(&self.tags)))
    }

    /// The tags that are to be stored.
    pub(super) fn stored(&mut self, tags: TagIndices<'_>) -> Result<Tags, Malformed> {
        self.clear();
        for pair in tags {
            let (key, value) = pair?;
            if self.keeps(key)? {
                self.push(key, value)?;
            }
        }
        Ok(self.tags.iter().copied().collect())
    }

    /// The number in `lines` of the way's set of tags, if the way is to be kept as a line.
    pub(super) fn line(&mut self, tags: TagIndices<'_>, lines: &mut LineRefs) -> Result<Option<u32>, Malformed> {
        self.line_tags.clear();
        for pair in tags {
            let (key, value) = pair?;
            if self.tells_lines(key)? {
                if self.line_tags.len() == MOST_TAGS {
                    return Err(TOO_MANY);
                }
                self.line_tags.push((key, value));
            }
        }
        if self.line_tags.is_empty() {
            return Ok(None);
        }
        if let Some(&known) = self.lines.get(&self.line_tags) {
            return Ok(known);
        }
        self.clear();
        for i in 0..self.line_tags.len() {
            let (key, value) = self.line_tags[i];
            self.push(key, value)?;
        }
        let kept = self.select.line(TagView(&self.tags));
        let number = kept.then(|| lines.set(self.tags.iter().copied().collect()));
        self.lines.insert(self.line_tags.clone(), number);
        Ok(number)
    }

    fn clear(&mut self) {
        self.tags.clear();
        self.bytes = 0;
    }

    fn push(&mut self, key: usize, value: usize) -> Result<(), Malformed> {
        let (key, value) = (self.block.string(key)?, self.block.string(value)?);
        self.bytes += key.len() + value.len();
        if self.tags.len() == MOST_TAGS || self.bytes > MOST_TEXT {
            return Err(TOO_MANY);
        }
        self.tags.push((key, value));
        Ok(())
    }

    fn tells_lines(&mut self, key: usize) -> Result<bool, Malformed> {
        let select = self.select;
        self.answer(key, ASKED_LINE, OF_LINES, |key| select.line_key(key))
    }

    fn looks_at(&mut self, key: usize) -> Result<bool, Malformed> {
        let (select, kind) = (self.select, self.kind);
        self.answer(key, ASKED, LOOKED_AT, |key| select.looks_at(kind, key))
    }

    fn keeps(&mut self, key: usize) -> Result<bool, Malformed> {
        let select = self.select;
        self.answer(key, ASKED_KEEP, KEPT, |key| select.keeps_key(key))
    }

    fn answer(&mut self, key: usize, asked: u8, yes: u8, ask: impl FnOnce(&str) -> bool) -> Result<bool, Malformed> {
        if let Some(&known) = self.answers.get(key)
            && known & asked != 0
        {
            return Ok(known & yes != 0);
        }
        let answer = ask(self.block.string(key)?);
        self.answers[key] |= if answer { asked | yes } else { asked };
        Ok(answer)
    }
}
