//! One block, gone through for the objects of one kind.

use std::sync::atomic::{AtomicU64, Ordering};

use super::block::{Block, DENSE_NODES, NODES, Object, RELATIONS, TagIndices, WAYS};
use super::corrupt;
use super::keys::Keys;
use super::wire::{Fields, Malformed, Packed, Value};
use crate::osm::error::OsmError;
use crate::osm::gather::{MOST_PARTS, MOST_TEXT, Part, most_kept};
use crate::osm::model::{Kind, Member, ObjectId, Relation};
use crate::osm::positions::IdFinder;
use crate::osm::select::Select;

/// What to look for, the same for every block.
pub(super) struct Scan<'s, S> {
    select: &'s S,
    /// Whether the latest edit is wanted, because the header does not say from when the data is.
    needs_times: bool,
    /// How much is kept of all blobs that were scanned, and how much may be.
    kept: AtomicU64,
    most: u64,
}

/// Why a block cannot be read.
enum Fault {
    Malformed(Malformed),
    Deleted(Kind, i64),
}

impl From<Malformed> for Fault {
    fn from(what: Malformed) -> Self {
        Fault::Malformed(what)
    }
}

impl Fault {
    fn at(self, at: u64) -> OsmError {
        match self {
            Fault::Malformed(what) => corrupt(at, what),
            Fault::Deleted(kind, id) => OsmError::History { object: Some(ObjectId { kind, id }) },
        }
    }
}

impl<'s, S: Select> Scan<'s, S> {
    /// Of a file of so many bytes.
    pub(super) fn new(select: &'s S, needs_times: bool, bytes: u64) -> Self {
        Scan { select, needs_times, kept: AtomicU64::new(0), most: most_kept(bytes) }
    }

    /// A part that is kept; an error once all that are hold more than a file of its size can.
    fn keep(&self, part: Part) -> Result<Part, OsmError> {
        let before = self.kept.fetch_add(part.kept, Ordering::Relaxed);
        if before.saturating_add(part.kept) > self.most { Err(OsmError::TooMuch { most: self.most }) } else { Ok(part) }
    }

    /// The selected relations.
    pub(super) fn relations(&self, block: &Block<'_>) -> Result<Part, OsmError> {
        let mut part = Part::default();
        let mut keys = Keys::new(block, self.select, Kind::Relation);
        let mut each = |list: u64, message: Value<'_>| -> Result<(), Fault> {
            if list != RELATIONS {
                return Ok(());
            }
            part.counts.relations += 1;
            let object = Object::parse(message, false)?;
            self.check_info(block, Kind::Relation, &object, &mut part)?;
            if keys.selects(&mut object.tags())? {
                part.add_relation(Relation { id: object.id, members: members(block, &object)?, tags: keys.stored(object.tags())? });
            }
            Ok(part.check()?)
        };
        for_each(block, &mut each).map_err(|fault| fault.at(block.at))?;
        self.keep(part)
    }

    /// The lines, the selected ways and the `wanted` ones (ascending ids).
    pub(super) fn ways(&self, block: &Block<'_>, wanted: &[i64]) -> Result<Part, OsmError> {
        let mut part = Part::default();
        let mut keys = Keys::new(block, self.select, Kind::Way);
        let mut wanted = IdFinder::new(wanted);
        let mut each = |list: u64, message: Value<'_>| -> Result<(), Fault> {
            if list != WAYS {
                return Ok(());
            }
            part.counts.ways += 1;
            let object = Object::parse(message, false)?;
            self.check_info(block, Kind::Way, &object, &mut part)?;
            let selected = keys.selects(&mut object.tags())?;
            let line = keys.line(object.tags(), &mut part.lines)?;
            let whole = selected || wanted.find(object.id).is_some();
            if !whole && line.is_none() {
                return Ok(());
            }
            let list = object.list(0)?;
            let count = list.length();
            if count > MOST_PARTS {
                return Err("a way has more nodes than those of the map".into());
            }
            let mut refs = Vec::with_capacity(count);
            for node in list.running_sum() {
                refs.push(node?);
            }
            part.mend(object.id, &mut refs);
            if let Some(set) = line {
                part.add_line(object.id, set, &refs);
            }
            if whole {
                let tags = keys.stored(object.tags())?;
                part.add_way(object.id, refs, tags, selected);
            }
            Ok(part.check()?)
        };
        for_each(block, &mut each).map_err(|fault| fault.at(block.at))?;
        self.keep(part)
    }

    /// The selected nodes and the places of the `wanted` ones (ascending ids).
    pub(super) fn nodes(&self, block: &Block<'_>, wanted: &[i64]) -> Result<Part, OsmError> {
        let mut nodes = NodeScan {
            scan: self,
            block,
            keys: Keys::new(block, self.select, Kind::Node),
            wanted: IdFinder::new(wanted),
            part: Part::default(),
        };
        let mut each = |list: u64, message: Value<'_>| match list {
            NODES => nodes.single(message),
            DENSE_NODES => nodes.dense(message),
            _ => Ok(()),
        };
        for_each(block, &mut each).map_err(|fault| fault.at(block.at))?;
        self.keep(nodes.part)
    }

    fn check_info(&self, block: &Block<'_>, kind: Kind, object: &Object<'_>, part: &mut Part) -> Result<(), Fault> {
        let info = object.info()?;
        if info.deleted {
            return Err(Fault::Deleted(kind, object.id));
        }
        if self.needs_times {
            part.latest = part.latest.max(info.time.map(|time| block.seconds(time)));
        }
        Ok(())
    }
}

fn for_each<'a>(block: &Block<'a>, each: &mut impl FnMut(u64, Value<'a>) -> Result<(), Fault>) -> Result<(), Fault> {
    for entry in block.entries() {
        let (list, message) = entry?;
        each(list, message)?;
    }
    Ok(())
}

fn members(block: &Block<'_>, object: &Object<'_>) -> Result<Vec<Member>, Malformed> {
    const UNEVEN: Malformed = "a relation has not as many roles as members";
    let (mut roles, ids, mut kinds) = (object.list(0)?, object.list(1)?, object.list(2)?);
    let count = ids.length();
    if count > MOST_PARTS {
        return Err("a relation has more members than those of the map");
    }
    let (mut members, mut text) = (Vec::with_capacity(count), 0);
    for id in ids.running_sum() {
        let role = roles.next().unwrap_or(Err(UNEVEN))?;
        let kind = match kinds.next().unwrap_or(Err(UNEVEN))? {
            0 => Kind::Node,
            1 => Kind::Way,
            2 => Kind::Relation,
            _ => return Err("a relation has a member of an unknown kind"),
        };
        let role = usize::try_from(role).map_err(|_| "a role is negative")?;
        let role = block.string(role)?;
        text += role.len();
        if text > MOST_TEXT {
            return Err("a relation has longer roles than those of the map");
        }
        members.push(Member { kind, id: id?, role: role.into() });
    }
    Ok(members)
}

struct NodeScan<'s, 'b, 'a, S> {
    scan: &'b Scan<'s, S>,
    block: &'b Block<'a>,
    keys: Keys<'b, 'a, S>,
    wanted: IdFinder<'b>,
    part: Part,
}

impl<S: Select> NodeScan<'_, '_, '_, S> {
    fn single(&mut self, message: Value<'_>) -> Result<(), Fault> {
        let object = Object::parse(message, true)?;
        self.scan.check_info(self.block, Kind::Node, &object, &mut self.part)?;
        let (lat, lon) = (object.number(0)?, object.number(1)?);
        self.take(object.id, lon, lat, &mut object.tags())?;
        Ok(())
    }

    fn dense(&mut self, message: Value<'_>) -> Result<(), Fault> {
        let dense = Dense::parse(message)?;
        if self.scan.needs_times {
            for time in dense.times.running_sum() {
                let seconds = self.block.seconds(time?);
                self.part.latest = self.part.latest.max(Some(seconds));
            }
        }
        let mut visible = dense.visible;
        let (mut lons, mut lats) = (dense.lons.running_sum(), dense.lats.running_sum());
        let mut tags = TagIndices::InTurn(dense.tags);
        for id in dense.ids.running_sum() {
            let id = id?;
            let (Some(lon), Some(lat)) = (lons.next(), lats.next()) else {
                return Err("a block has fewer positions than nodes".into());
            };
            if let Some(Ok(0)) = visible.next() {
                return Err(Fault::Deleted(Kind::Node, id));
            }
            self.take(id, lon?, lat?, &mut tags)?;
        }
        if lons.next().is_some() || lats.next().is_some() {
            return Err("a block has more positions than nodes".into());
        }
        Ok(())
    }

    #[inline]
    fn take(&mut self, id: i64, lon: i64, lat: i64, tags: &mut TagIndices<'_>) -> Result<(), Malformed> {
        self.part.counts.nodes += 1;
        let own_tags = *tags;
        let selected = self.keys.selects(tags)?;
        let index = self.wanted.find(id);
        if selected || index.is_some() {
            let tags = match selected {
                true => Some(self.keys.stored(own_tags)?),
                false => None,
            };
            let place = self.block.position(lon, lat);
            self.part.add_node(id, place, index, tags);
        }
        self.part.check()
    }
}

/// The lists of a group of nodes that are written column by column.
#[derive(Default)]
struct Dense<'a> {
    ids: Packed<'a>,
    lats: Packed<'a>,
    lons: Packed<'a>,
    tags: Packed<'a>,
    times: Packed<'a>,
    visible: Packed<'a>,
}

impl<'a> Dense<'a> {
    fn parse(message: Value<'a>) -> Result<Self, Malformed> {
        let mut dense = Dense::default();
        for field in Fields::of(message.bytes()?) {
            match field? {
                (1, value) => dense.ids = Packed(value.bytes()?),
                (5, value) => dense.add_info(value.bytes()?)?,
                (8, value) => dense.lats = Packed(value.bytes()?),
                (9, value) => dense.lons = Packed(value.bytes()?),
                (10, value) => dense.tags = Packed(value.bytes()?),
                _ => {}
            }
        }
        Ok(dense)
    }

    fn add_info(&mut self, info: &'a [u8]) -> Result<(), Malformed> {
        for field in Fields::of(info) {
            match field? {
                (2, value) => self.times = Packed(value.bytes()?),
                (6, value) => self.visible = Packed(value.bytes()?),
                _ => {}
            }
        }
        Ok(())
    }
}
