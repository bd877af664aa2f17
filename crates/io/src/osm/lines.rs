//! Ways kept as lines: no tags of their own, but one of the few sets of tags that the lines of a file share.

use std::collections::HashMap;

use rayon::prelude::*;

use super::model::{Counts, NOWHERE, OsmData, Tags};
use super::positions::{Position, Positions};

/// Ways kept as lines, ascending by id; see [`super::Select::line`]. 4 bytes a node and 16 a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    list: Columns,
    /// Where each node stands in the positions; [`NOWHERE`] for those that the file lacks.
    places: Vec<u32>,
    sets: Vec<Tags>,
}

impl Lines {
    /// The number of lines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.ids.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sets of tags, each of which some lines have.
    #[must_use]
    pub fn sets(&self) -> &[Tags] {
        &self.sets
    }

    /// The lines in the order of ids.
    pub fn iter(&self) -> impl Iterator<Item = Line<'_>> {
        (0..self.len()).map(|i| self.line(i))
    }

    fn line(&self, i: usize) -> Line<'_> {
        Line { id: self.list.ids[i], set: self.list.sets[i] as usize, places: &self.places[self.list.range(i)] }
    }
}

impl OsmData {
    /// Lines that come from no OpenStreetMap file: nodes by where they are, and for each line its tags and its nodes. Nodes are numbered
    /// from 0 and lines from 1, in these orders.
    pub(crate) fn of_lines(places: Vec<Position>, lines: impl Iterator<Item = (Tags, Vec<u32>)>) -> OsmData {
        let mut refs = LineRefs::default();
        for ((tags, nodes), id) in lines.zip(1..) {
            let set = refs.set(tags);
            refs.push(id, set, &nodes.into_iter().map(i64::from).collect::<Vec<_>>());
        }
        let counts = Counts { nodes: places.len() as u64, ways: refs.list.ids.len() as u64, relations: 0 };
        let (lines, _) = refs.placed(|| |id| id as u32, |_, _, _| Vec::<()>::new());
        OsmData { lines, positions: Positions::from_sorted((0..places.len() as i64).collect(), places), counts, ..OsmData::default() }
    }
}

/// One of the [`Lines`].
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The way's number.
    pub id: i64,
    /// Which of [`Lines::sets`] its tags are.
    pub set: usize,
    places: &'a [u32],
}

impl<'a> Line<'a> {
    /// For each node where it stands in the positions, for [`super::Positions::at`]; none when the file lacks it.
    pub fn places(&self) -> impl ExactSizeIterator<Item = Option<usize>> + use<'a> {
        self.places.iter().map(|place| (*place != NOWHERE).then_some(*place as usize))
    }
}

/// What there is of each line beside its nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Columns {
    ids: Vec<i64>,
    sets: Vec<u32>,
    /// Where in the list of all nodes each line's nodes end.
    ends: Vec<u32>,
}

impl Columns {
    fn range(&self, i: usize) -> std::ops::Range<usize> {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        start as usize..self.ends[i] as usize
    }
}

/// Lines while they are read: nodes by their ids.
#[derive(Debug, Clone, Default)]
pub(super) struct LineRefs {
    list: Columns,
    refs: Vec<i64>,
    sets: Vec<Tags>,
    numbers: HashMap<Tags, u32>,
}

impl LineRefs {
    /// The number of a set of tags.
    pub(super) fn set(&mut self, tags: Tags) -> u32 {
        *self.numbers.entry(tags).or_insert_with_key(|tags| {
            self.sets.push(tags.clone());
            self.sets.len() as u32 - 1
        })
    }

    pub(super) fn push(&mut self, id: i64, set: u32, refs: &[i64]) {
        self.refs.extend_from_slice(refs);
        self.list.ids.push(id);
        self.list.sets.push(set);
        self.list.ends.push(self.refs.len() as u32);
    }

    pub(super) fn append(&mut self, other: &LineRefs) {
        let sets: Vec<u32> = other.sets.iter().map(|tags| self.set(tags.clone())).collect();
        let before = self.refs.len() as u32;
        self.refs.extend_from_slice(&other.refs);
        self.list.ids.extend_from_slice(&other.list.ids);
        self.list.sets.extend(other.list.sets.iter().map(|set| sets[*set as usize]));
        self.list.ends.extend(other.list.ends.iter().map(|end| before + end));
    }

    /// The ids of the nodes of all lines, line by line.
    pub(super) fn refs(&self) -> &[i64] {
        &self.refs
    }

    /// Sorts by id; of several lines with one id the last stays, and its id is told.
    pub(super) fn sort(&mut self) -> Vec<i64> {
        if self.list.ids.is_sorted_by(|a, b| a < b) {
            return Vec::new();
        }
        let mut order: Vec<usize> = (0..self.list.ids.len()).collect();
        order.sort_by_key(|i| self.list.ids[*i]);
        let unsorted = std::mem::take(&mut self.list);
        let refs = std::mem::take(&mut self.refs);
        let mut repeated = Vec::new();
        for (at, &i) in order.iter().enumerate() {
            let id = unsorted.ids[i];
            if order.get(at + 1).is_some_and(|next| unsorted.ids[*next] == id) {
                repeated.push(id);
            } else {
                self.push(id, unsorted.sets[i], &refs[unsorted.range(i)]);
            }
        }
        repeated
    }

    /// Looks every node up; `place` makes a look-up that remembers where it was, `judge` says what is wrong with a line, given its
    /// id, nodes and places.
    pub(super) fn placed<F, W>(self, place: impl Fn() -> F + Sync, judge: impl Fn(i64, &[i64], &[u32]) -> Vec<W> + Sync) -> (Lines, Vec<W>)
    where
        F: FnMut(i64) -> u32,
        W: Send,
    {
        const TASK: usize = 1 << 14;
        let mut places = vec![NOWHERE; self.refs.len()];
        places.par_chunks_mut(TASK).zip(self.refs.par_chunks(TASK)).for_each(|(places, refs)| {
            let mut find = place();
            for (place, id) in places.iter_mut().zip(refs) {
                *place = find(*id);
            }
        });
        let count = self.list.ids.len();
        let of_line = |i: usize| judge(self.list.ids[i], &self.refs[self.list.range(i)], &places[self.list.range(i)]);
        let faults = (0..count).into_par_iter().with_min_len(1024).flat_map_iter(of_line).collect();
        (Lines { list: self.list, places, sets: self.sets }, faults)
    }
}
