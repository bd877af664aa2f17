//! The `<osm>` document, read as a stream for the objects of one kind.

use std::io::BufRead;
use std::str::FromStr;

use geo::{Coord, Rect};
use quick_xml::XmlVersion;
use quick_xml::escape::EscapeError;
use quick_xml::events::{BytesStart, Event};

use crate::osm::error::OsmError;
use crate::osm::gather::{MOST_PARTS, MOST_TAGS, MOST_TEXT};
use crate::osm::model::{Header, Kind, Member, ObjectId};
use crate::osm::positions::Position;

/// A node, way or relation with everything that stands in its element.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub(super) id: i64,
    /// Nodes only.
    pub(super) place: Option<Position>,
    /// Seconds since 1970 of its last edit.
    pub(super) time: Option<i64>,
    pub(super) tags: Vec<(String, String)>,
    /// Ways only.
    pub(super) refs: Vec<i64>,
    /// Relations only.
    pub(super) members: Vec<Member>,
    /// Bytes of its tags and roles.
    bytes: usize,
    /// Deleted in an editor, but not yet on the server.
    dropped: bool,
}

/// A stream of the objects of one kind. The header is complete at the end.
pub(super) struct Document<R> {
    reader: quick_xml::Reader<R>,
    kind: Kind,
    header: Header,
    /// How many elements are open.
    depth: usize,
    root_seen: bool,
    object: Option<Object>,
}

impl<R: BufRead> Document<R> {
    pub(super) fn new(text: R, kind: Kind) -> Self {
        Document { reader: quick_xml::Reader::from_reader(text), kind, header: Header::default(), depth: 0, root_seen: false, object: None }
    }

    pub(super) fn into_header(self) -> Header {
        self.header
    }

    pub(super) fn next_object(&mut self) -> Result<Option<Object>, OsmError> {
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let event = self.reader.read_event_into(&mut buffer);
            let at = self.reader.buffer_position();
            let complete = match event.map_err(|error| unreadable(at, &error))? {
                Event::Start(element) => {
                    self.open(&element).map_err(|fault| fault.at(at))?;
                    self.depth += 1;
                    None
                }
                Event::Empty(element) => {
                    self.open(&element).map_err(|fault| fault.at(at))?;
                    self.finished()
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    self.finished()
                }
                Event::Eof if self.root_seen && self.depth == 0 => return Ok(None),
                Event::Eof => return Err(broken(at, "the document ends before </osm>: it is cut off")),
                _ => None,
            };
            if let Some(object) = complete
                && !object.dropped
            {
                return Ok(Some(object));
            }
        }
    }

    /// The object at hand, if the element that just ended was its own.
    fn finished(&mut self) -> Option<Object> {
        if self.depth == 1 { self.object.take() } else { None }
    }

    fn open(&mut self, element: &BytesStart<'_>) -> Result<(), Fault> {
        let name = element.name();
        let name: &str = name.as_ref();
        match (self.depth, name) {
            (0, "osm") => {
                self.root_seen = true;
                self.header.writing_program = text(element, "generator")?;
                self.header.timestamp = time(element, "timestamp")?;
            }
            (0, _) => return Err(Fault::Root(name.to_owned())),
            (1, "bounds") => self.header.bbox = Some(bounds(element)?),
            (1, "meta") => {
                self.header.timestamp = self.header.timestamp.or(time(element, "osm_base")?);
            }
            (1, "node") if self.kind == Kind::Node => self.object = Some(node(element)?),
            (1, "way") if self.kind == Kind::Way => self.object = Some(object(element, Kind::Way)?),
            (1, "relation") if self.kind == Kind::Relation => {
                self.object = Some(object(element, Kind::Relation)?);
            }
            (2, _) => {
                if let Some(object) = &mut self.object {
                    object.add(name, element)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Object {
    fn add(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), Fault> {
        if self.tags.len() + self.refs.len() + self.members.len() > MOST_PARTS {
            return Err(Fault::Xml(format!("an object of more than {MOST_PARTS} tags, nodes and members")));
        }
        match name {
            "tag" => {
                let key = text(element, "k")?.ok_or(Fault::Lacks("a tag", "k"))?;
                let value = text(element, "v")?.ok_or(Fault::Lacks("a tag", "v"))?;
                self.bytes += key.len() + value.len();
                self.tags.push((key, value));
            }
            "nd" => {
                let node = number(element, "ref")?;
                self.refs.push(node.ok_or(Fault::Lacks("an nd", "ref"))?);
            }
            "member" => {
                let member = member(element)?;
                self.bytes += member.role.len();
                self.members.push(member);
            }
            _ => {}
        }
        if self.tags.len() > MOST_TAGS || self.bytes > MOST_TEXT {
            return Err(Fault::Xml(format!("an object of more than {MOST_TAGS} tags, or of more than {MOST_TEXT} bytes of them")));
        }
        Ok(())
    }
}

fn object(element: &BytesStart<'_>, kind: Kind) -> Result<Object, Fault> {
    let id = number(element, "id")?.ok_or(Fault::Lacks("an object", "id"))?;
    if text(element, "visible")?.as_deref() == Some("false") {
        return Err(Fault::Deleted(ObjectId { kind, id }));
    }
    Ok(Object {
        id,
        time: time(element, "timestamp")?,
        dropped: text(element, "action")?.as_deref() == Some("delete"),
        ..Object::default()
    })
}

fn node(element: &BytesStart<'_>) -> Result<Object, Fault> {
    let mut node = object(element, Kind::Node)?;
    let place = number(element, "lon")?.zip(number(element, "lat")?);
    node.place = place.and_then(|(lon, lat)| Position::from_degrees(lon, lat));
    Ok(node)
}

fn member(element: &BytesStart<'_>) -> Result<Member, Fault> {
    let kind = match text(element, "type")?.as_deref() {
        Some("node") => Kind::Node,
        Some("way") => Kind::Way,
        Some("relation") => Kind::Relation,
        Some(other) => return Err(Fault::NotA("type of a member", other.to_owned())),
        None => return Err(Fault::Lacks("a member", "type")),
    };
    Ok(Member {
        kind,
        id: number(element, "ref")?.ok_or(Fault::Lacks("a member", "ref"))?,
        role: text(element, "role")?.unwrap_or_default().into(),
    })
}

fn bounds(element: &BytesStart<'_>) -> Result<Rect<f64>, Fault> {
    let side = |name| {
        let degrees: Option<f64> = number(element, name)?;
        degrees.ok_or(Fault::Lacks("bounds", name))
    };
    let (x, y) = (side("minlon")?, side("minlat")?);
    let high = Coord { x: side("maxlon")?, y: side("maxlat")? };
    Ok(Rect::new(Coord { x, y }, high))
}

/// The value of an attribute with its entities resolved.
fn text(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, Fault> {
    let attribute = element.try_get_attribute(name).map_err(Fault::xml)?;
    let Some(attribute) = attribute else {
        return Ok(None);
    };
    let value = attribute.normalized_value(XmlVersion::Implicit1_0);
    value.map(|value| Some(value.into_owned())).map_err(|error| match error {
        quick_xml::Error::Escape(EscapeError::UnrecognizedEntity(_, entity)) => {
            Fault::Xml(format!("the entity `&{entity};` is none of XML's own"))
        }
        other => Fault::xml(other),
    })
}

fn number<T: FromStr>(element: &BytesStart<'_>, name: &'static str) -> Result<Option<T>, Fault> {
    let attribute = element.try_get_attribute(name).map_err(Fault::xml)?;
    let Some(attribute) = attribute else {
        return Ok(None);
    };
    let value = attribute.value.trim();
    let number = value.parse().map_err(|_| Fault::NotA(name, value.to_owned()));
    number.map(Some)
}

fn time(element: &BytesStart<'_>, name: &'static str) -> Result<Option<i64>, Fault> {
    let Some(value) = text(element, name)? else {
        return Ok(None);
    };
    match seconds(&value) {
        Some(seconds) => Ok(Some(seconds)),
        None => Err(Fault::NotA(name, value)),
    }
}

/// Seconds since 1970 of a time like `2024-03-13T20:21:22Z`.
fn seconds(time: &str) -> Option<i64> {
    let (date, clock) = time.trim_end_matches('Z').split_once('T')?;
    let [year, month, day] = parts(date, '-')?;
    let [hour, minute, second] = parts(clock, ':')?;
    let valid = (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !valid || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Years that start in March put the leap day at the end.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

fn parts(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut parts = text.split(separator).map(|part| part.parse::<u16>().ok());
    let mut next = || parts.next().flatten().map(i64::from);
    let all = [next()?, next()?, next()?];
    parts.next().is_none().then_some(all)
}

/// What can be wrong with an element.
enum Fault {
    Xml(String),
    Lacks(&'static str, &'static str),
    NotA(&'static str, String),
    Root(String),
    Deleted(ObjectId),
}

impl Fault {
    fn xml(error: impl std::fmt::Display) -> Self {
        Fault::Xml(error.to_string())
    }

    fn at(self, at: u64) -> OsmError {
        match self {
            Fault::Xml(what) => broken(at, what),
            Fault::Lacks(what, name) => broken(at, format!("{what} has no attribute {name:?}")),
            Fault::NotA(name, value) => broken(at, format!("{value:?} is not a valid {name}")),
            Fault::Root(found) => OsmError::XmlRoot { found },
            Fault::Deleted(object) => OsmError::History { object: Some(object) },
        }
    }
}

/// Its line is not known here.
fn broken(at: u64, what: impl std::fmt::Display) -> OsmError {
    OsmError::Xml { at, line: 0, what: what.to_string() }
}

fn unreadable(at: u64, error: &quick_xml::Error) -> OsmError {
    match error {
        quick_xml::Error::Io(error) if error.kind() == std::io::ErrorKind::FileTooLarge => broken(at, error),
        quick_xml::Error::Io(error) => OsmError::Packing { packing: "", what: error.to_string() },
        quick_xml::Error::Encoding(_) => broken(at, "text that is not UTF-8; save it as UTF-8"),
        other => broken(at, other),
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn times() {
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2024-02-29T12:00:00Z"), Some(1_709_208_000));
        assert_eq!(seconds("2024-03-13T20:21:22Z"), Some(1_710_361_282));
        for wrong in ["", "2024-03-13", "2024-13-01T00:00:00Z", "2024-03-13T20:21Z", "0-1-1T0:0:0"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
