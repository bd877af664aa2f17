//! A block: the content of a data blob, some thousand objects that share a table of strings.

use super::corrupt;
use super::wire::{Fields, Malformed, Packed, Value};
use crate::osm::error::OsmError;
use crate::osm::positions::Position;

/// The numbers of the lists in a group.
pub(super) const NODES: u64 = 1;
pub(super) const DENSE_NODES: u64 = 2;
pub(super) const WAYS: u64 = 3;
pub(super) const RELATIONS: u64 = 4;

/// A block of more texts or groups holds no map: writers put some thousand objects into one.
const MOST_STRINGS: usize = 1 << 20;

/// A block with its tables; the objects stay encoded until asked for.
#[derive(Debug)]
pub(super) struct Block<'a> {
    /// Where the blob starts in the file.
    pub(super) at: u64,
    strings: Vec<&'a [u8]>,
    groups: Vec<&'a [u8]>,
    granularity: i64,
    lon_offset: i64,
    lat_offset: i64,
    date_granularity: i64,
}

/// Which kinds of objects a block holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kinds {
    pub(super) nodes: bool,
    pub(super) ways: bool,
    pub(super) relations: bool,
}

impl<'a> Block<'a> {
    pub(super) fn parse(at: u64, content: &'a [u8]) -> Result<Self, OsmError> {
        let mut block =
            Block { at, strings: Vec::new(), groups: Vec::new(), granularity: 100, lon_offset: 0, lat_offset: 0, date_granularity: 1000 };
        block.fill(content).map_err(|what| corrupt(at, what))?;
        Ok(block)
    }

    fn fill(&mut self, content: &'a [u8]) -> Result<(), Malformed> {
        for field in Fields::of(content) {
            match field? {
                (1, table) => self.add_strings(table.bytes()?)?,
                (2, _) if self.groups.len() == MOST_STRINGS => return Err("it holds more groups of objects than blobs do"),
                (2, group) => self.groups.push(group.bytes()?),
                (17, value) => self.granularity = value.signed()?,
                (18, value) => self.date_granularity = value.signed()?,
                (19, value) => self.lat_offset = value.signed()?,
                (20, value) => self.lon_offset = value.signed()?,
                _ => {}
            }
        }
        Ok(())
    }

    fn add_strings(&mut self, table: &'a [u8]) -> Result<(), Malformed> {
        for field in Fields::of(table) {
            if let (1, string) = field? {
                if self.strings.len() == MOST_STRINGS {
                    return Err("it holds more texts than blobs do");
                }
                self.strings.push(string.bytes()?);
            }
        }
        Ok(())
    }

    pub(super) fn kinds(&self) -> Result<Kinds, OsmError> {
        let mut kinds = Kinds::default();
        for field in self.entries() {
            match field.map_err(|what| corrupt(self.at, what))?.0 {
                NODES | DENSE_NODES => kinds.nodes = true,
                WAYS => kinds.ways = true,
                RELATIONS => kinds.relations = true,
                _ => {}
            }
        }
        Ok(kinds)
    }

    /// The messages of the groups, with the number of the list that each belongs to.
    pub(super) fn entries(&self) -> impl Iterator<Item = Result<(u64, Value<'a>), Malformed>> {
        self.groups.iter().flat_map(|group| Fields::of(group))
    }

    pub(super) fn string_count(&self) -> usize {
        self.strings.len()
    }

    pub(super) fn string(&self, index: usize) -> Result<&'a str, Malformed> {
        let string = self.strings.get(index);
        let string = string.ok_or("an object refers to a text that the block lacks")?;
        std::str::from_utf8(string).map_err(|_| "a text is not UTF-8")
    }

    /// From the block's own units.
    pub(super) fn position(&self, lon: i64, lat: i64) -> Option<Position> {
        let nano = |offset: i64, value: i64| {
            let scaled = value.checked_mul(self.granularity)?;
            scaled.checked_add(offset)
        };
        Position::from_nano(nano(self.lon_offset, lon)?, nano(self.lat_offset, lat)?)
    }

    /// From the block's own units to seconds since 1970.
    pub(super) fn seconds(&self, time: i64) -> i64 {
        time.saturating_mul(self.date_granularity).div_euclid(1000)
    }
}

/// A node, way or relation that is a message of its own; the lists are decoded only when asked for.
#[derive(Debug, Default)]
pub(super) struct Object<'a> {
    pub(super) id: i64,
    pub(super) keys: Packed<'a>,
    pub(super) values: Packed<'a>,
    info: &'a [u8],
    /// The fields 8, 9 and 10, whose meaning depends on the kind.
    own: [Option<Value<'a>>; 3],
}

/// An object's past.
#[derive(Debug, Default)]
pub(super) struct Info {
    pub(super) deleted: bool,
    /// In the block's own units.
    pub(super) time: Option<i64>,
}

impl<'a> Object<'a> {
    /// Nodes write their ids folded, ways and relations do not.
    pub(super) fn parse(message: Value<'a>, folded_id: bool) -> Result<Self, Malformed> {
        let mut object = Object::default();
        for field in Fields::of(message.bytes()?) {
            match field? {
                (1, value) if folded_id => object.id = value.zigzag()?,
                (1, value) => object.id = value.signed()?,
                (2, value) => object.keys = Packed(value.bytes()?),
                (3, value) => object.values = Packed(value.bytes()?),
                (4, value) => object.info = value.bytes()?,
                (number @ 8..=10, value) => object.own[number as usize - 8] = Some(value),
                _ => {}
            }
        }
        Ok(object)
    }

    pub(super) fn info(&self) -> Result<Info, Malformed> {
        let mut info = Info::default();
        for field in Fields::of(self.info) {
            match field? {
                (2, value) => info.time = Some(value.signed()?),
                (6, value) => info.deleted = value.number()? == 0,
                _ => {}
            }
        }
        Ok(info)
    }

    /// The packed numbers of field `8 + i`; empty when the field is absent.
    pub(super) fn list(&self, i: usize) -> Result<Packed<'a>, Malformed> {
        match self.own[i] {
            Some(value) => value.bytes().map(Packed),
            None => Ok(Packed::default()),
        }
    }

    /// The signed number of field `8 + i`.
    pub(super) fn number(&self, i: usize) -> Result<i64, Malformed> {
        self.own[i].ok_or("a node lacks its position")?.zigzag()
    }

    /// The tags as indices of strings.
    pub(super) fn tags(&self) -> TagIndices<'a> {
        TagIndices::Apart(self.keys, self.values)
    }
}

/// The tags of one object as indices of its block's strings.
#[derive(Debug, Clone, Copy)]
pub(super) enum TagIndices<'a> {
    /// Keys and values in two lists.
    Apart(Packed<'a>, Packed<'a>),
    /// Keys and values in turn, ended by a zero; more may follow for other objects.
    InTurn(Packed<'a>),
}

impl TagIndices<'_> {
    fn pair(&mut self) -> Option<Result<(usize, usize), Malformed>> {
        let (key, value) = match self {
            TagIndices::Apart(keys, values) => (keys.next()?, values.next()),
            TagIndices::InTurn(list) => match list.next()? {
                Ok(0) => return None,
                key => (key, list.next()),
            },
        };
        let pair = key.and_then(|key| {
            let value = value.unwrap_or(Err("a key has no value"))?;
            Ok((index(key), index(value)))
        });
        Some(pair)
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Iterator for TagIndices<'_> {
    type Item = Result<(usize, usize), Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        self.pair()
    }
}
