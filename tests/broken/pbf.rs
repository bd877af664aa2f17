//! OpenStreetMap extracts in PBF: the town's, with one thing of them made wrong.

use std::io::Write as _;

use super::case::{Case, file, record, works};
use super::check::check;

/// A protocol buffer message under construction.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(mut self, mut number: u64) -> Message {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
        self
    }

    fn number(self, field: u64, number: u64) -> Message {
        self.varint(field << 3).varint(number)
    }

    fn bytes(self, field: u64, bytes: &[u8]) -> Message {
        let mut message = self.varint(field << 3 | 2).varint(bytes.len() as u64);
        message.0.extend_from_slice(bytes);
        message
    }

    fn packed(self, field: u64, numbers: impl IntoIterator<Item = u64>) -> Message {
        let packed = numbers.into_iter().fold(Message::default(), Message::varint);
        self.bytes(field, &packed.0)
    }
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

/// Numbers as differences, as the format has them.
fn steps(numbers: &[i64]) -> Vec<u64> {
    let before = std::iter::once(0).chain(numbers.iter().copied());
    numbers.iter().zip(before).map(|(number, before)| zigzag(number.wrapping_sub(before))).collect()
}

fn zlib(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// The extract before it is bytes.
struct Extract {
    required: Vec<&'static str>,
    ids: Vec<i64>,
    /// 10⁻⁷ degrees.
    lats: Vec<i64>,
    lons: Vec<i64>,
    strings: Vec<&'static [u8]>,
    /// Keys and values by their place among the strings.
    tags: [Vec<u64>; 2],
    ways: Vec<(i64, Vec<i64>)>,
    relations: Vec<Message>,
}

/// Five by five corners, ten streets.
fn town() -> Extract {
    let corners = || (0..5).flat_map(|row| (0..5).map(move |column| (row, column)));
    let e7 = |degrees: i64, thousandth: i64| degrees * 10_000_000 + thousandth * 10_000;
    let along = (0..5).map(|i| (i + 1, (0..5).map(|k| 10 * (i + 1) + k + 1).collect()));
    let across = (0..5).map(|i| (i + 11, (0..5).map(|k| 10 * (k + 1) + i + 1).collect()));
    Extract {
        required: vec!["OsmSchema-V0.6", "DenseNodes"],
        ids: corners().map(|(row, column)| 10 * (row + 1) + column + 1).collect(),
        lats: corners().map(|(row, _)| e7(10, row)).collect(),
        lons: corners().map(|(_, column)| e7(100, column)).collect(),
        strings: vec![b"", b"highway", b"residential"],
        tags: [vec![1], vec![2]],
        ways: along.chain(across).collect(),
        relations: Vec::new(),
    }
}

impl Extract {
    fn header(&self) -> Vec<u8> {
        self.required.iter().fold(Message::default(), |message, feature| message.bytes(4, feature.as_bytes())).0
    }

    fn block(&self, group: &Message) -> Vec<u8> {
        let strings = self.strings.iter().fold(Message::default(), |message, string| message.bytes(1, string));
        Message::default().bytes(1, &strings.0).bytes(2, &group.0).0
    }

    fn nodes(&self) -> Vec<u8> {
        let dense = Message::default().packed(1, steps(&self.ids)).packed(8, steps(&self.lats)).packed(9, steps(&self.lons));
        self.block(&Message::default().bytes(2, &dense.0))
    }

    fn lines(&self) -> Vec<u8> {
        let way = |(id, refs): &(i64, Vec<i64>)| {
            let tags = Message::default().number(1, id.cast_unsigned()).packed(2, self.tags[0].clone()).packed(3, self.tags[1].clone());
            tags.packed(8, steps(refs))
        };
        self.block(&self.ways.iter().fold(Message::default(), |group, own| group.bytes(3, &way(own).0)))
    }

    fn relations(&self) -> Vec<u8> {
        self.block(&self.relations.iter().fold(Message::default(), |group, own| group.bytes(4, &own.0)))
    }

    fn file(&self) -> Vec<u8> {
        let mut file = blob("OSMHeader", &packed(&self.header()));
        file.extend(blob("OSMData", &packed(&self.nodes())));
        file.extend(blob("OSMData", &packed(&self.lines())));
        if !self.relations.is_empty() {
            file.extend(blob("OSMData", &packed(&self.relations())));
        }
        file
    }

    /// The file with another blob of streets.
    fn with_lines(&self, body: &Message) -> Vec<u8> {
        let mut file = blob("OSMHeader", &packed(&self.header()));
        file.extend(blob("OSMData", &packed(&self.nodes())));
        file.extend(blob("OSMData", body));
        file
    }
}

/// A blob's body, compressed.
fn packed(content: &[u8]) -> Message {
    Message::default().number(2, content.len() as u64).bytes(3, &zlib(content))
}

fn blob(kind: &str, body: &Message) -> Vec<u8> {
    sized_blob(kind, body.0.len() as u64, body)
}

/// A blob that claims so many bytes.
fn sized_blob(kind: &str, size: u64, body: &Message) -> Vec<u8> {
    let header = Message::default().bytes(1, kind.as_bytes()).number(3, size);
    [&(header.0.len() as u32).to_be_bytes()[..], &header.0, &body.0].concat()
}

fn with(case: Case, bytes: impl AsRef<[u8]>) -> Case {
    case.without("town.osm").put("town.osm.pbf", bytes).plan("town.osm", "town.osm.pbf")
}

/// The town with a change.
fn altered(case: Case, change: impl FnOnce(&mut Extract)) -> Case {
    let mut extract = town();
    change(&mut extract);
    with(case, extract.file())
}

/// A town whose street 99 goes to and fro so often.
fn to_and_fro(case: Case, streets: i64, times: usize) -> Case {
    altered(case, |extract| extract.ways.extend((0..streets).map(|i| (99 + i, [11, 12].repeat(times / 2)))))
}

/// Blobs of some kilobytes that unpack to more than any map holds.
#[test]
fn claims() {
    let many = 1 << 20;
    check(
        "pbf-claims",
        vec![
            to_and_fro(file("a street of a million nodes"), 1, many + 2),
            to_and_fro(file("three streets of nearly a million nodes"), 3, many),
            to_and_fro(file("six streets of nearly a million nodes"), 6, many),
            to_and_fro(works("a street of a hundred nodes"), 1, 100),
            altered(file("a boundary of a million members"), |extract| {
                extract.strings.extend([&b"type"[..], b"boundary", b"administrative", b"admin_level", b"8"]);
                let tags = Message::default().number(1, 5).packed(2, [3, 4, 6]).packed(3, [4, 5, 7]);
                let all = |number: u64| std::iter::repeat_n(number, many + 1);
                extract.relations.push(tags.packed(8, all(0)).packed(9, all(2)).packed(10, all(1)));
            })
            .plan("source = \"zones.geojson\"\nid = \"code\"\nname = \"name\"", "source = \"town.osm.pbf\"\nadmin_level = 8"),
            altered(file("a million texts"), |extract| extract.strings.resize(many + 4, b"")),
            altered(file("twenty thousand tags of a street"), |extract| extract.tags = [vec![1; 20_000], vec![2; 20_000]]),
            altered(file("a class of street of twenty megabytes"), |extract| {
                extract.strings[2] = Box::leak(vec![b'a'; 20 << 20].into_boxed_slice());
            }),
            altered(file("a node three million times"), |extract| {
                extract.ids.extend(vec![11; 3 * many]);
                extract.lats.extend(vec![100_000_000; 3 * many]);
                extract.lons.extend(vec![1_000_000_000; 3 * many]);
            }),
        ],
    );
}

#[test]
fn files() {
    let whole = town().file();
    let header = blob("OSMHeader", &packed(&town().header())).len();
    let nodes = header + blob("OSMData", &packed(&town().nodes())).len();
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        bytes
    };
    let zeros = packed(&vec![0; 30 << 20]);
    check(
        "pbf",
        vec![
            with(works("sound"), &whole),
            with(file("empty"), ""),
            with(file("one byte"), "\0"),
            with(file("cut in the header"), &whole[..header - 5]),
            with(file("cut in a blob"), &whole[..nodes - 20]),
            with(file("cut in the length of a blob"), &whole[..nodes + 2]),
            with(file("cut between blobs, so that no street is left"), &whole[..nodes]),
            with(file("cut at the header"), &whole[..header]),
            with(file("garbage behind the last blob"), [&whole[..], b"and then something else, longer than a header"].concat()),
            with(file("a page of the web"), "<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>\n"),
            with(file("a text"), "lon,lat\n1,2\n"),
            with(file("a zip"), "PK\x03\x04\x14\0\0\0\x08\0 and more of it, as long as a header of a blob must be at the least"),
            with(works("XML by another name"), super::case::sound("town.osm")),
            with(
                file("a blob that claims a gigabyte"),
                [&whole[..nodes], &sized_blob("OSMData", 1 << 30, &packed(&town().lines()))].concat(),
            ),
            with(file("a blob header that claims a gigabyte"), [&whole[..nodes], &(1u32 << 30).to_be_bytes()[..], b"more"].concat()),
            with(
                file("a blob that claims a gigabyte unpacked"),
                town().with_lines(&Message::default().number(2, 1 << 30).bytes(3, &zlib(&town().lines()))),
            ),
            with(
                file("a blob that unpacks to more than it claims"),
                town().with_lines(&Message::default().number(2, 100).bytes(3, &zlib(&town().lines()))),
            ),
            with(file("thirty megabytes of zeros in a blob"), town().with_lines(&zeros)),
            with(file("zlib that is none"), town().with_lines(&Message::default().number(2, 100).bytes(3, b"no zlib at all"))),
            with(file("a byte flipped in the zlib"), flipped(nodes + 40)),
            with(file("zstd"), town().with_lines(&Message::default().number(2, 100).bytes(7, b"\x28\xb5\x2f\xfd"))),
            with(file("a blob without content"), town().with_lines(&Message::default().number(2, 100))),
            altered(file("a feature that nobody knows"), |extract| extract.required.push("Telepathy")),
            altered(file("a history"), |extract| extract.required.push("HistoricalInformation")),
            with(file("no header"), &whole[header..]),
            altered(file("a tag beyond the strings"), |extract| extract.tags[1] = vec![77]),
            altered(file("more keys than values"), |extract| extract.tags[0] = vec![1, 1]),
            altered(file("more nodes than latitudes"), |extract| extract.lats.truncate(20)),
            altered(file("more longitudes than nodes"), |extract| extract.lons.push(1)),
            altered(record("a node at 95° north"), |extract| extract.lats[12] = 950_000_000),
            altered(record("a node beyond all numbers"), |extract| extract.lats[12] = i64::MAX / 100),
            altered(record("ids that overflow"), |extract| extract.ids[12..14].copy_from_slice(&[i64::MIN, i64::MAX])),
            altered(record("a street of nodes that are not there"), |extract| extract.ways.push((99, vec![11, 12_345, 12]))),
            altered(record("a street of one node"), |extract| extract.ways.push((99, vec![11]))),
            altered(record("a street without nodes"), |extract| extract.ways.push((99, vec![]))),
            altered(record("the same street twice"), |extract| extract.ways.push((1, vec![11, 12, 13, 14, 15]))),
            altered(record("the same node twice"), |extract| {
                extract.ids.push(55);
                extract.lats.push(100_000_000);
                extract.lons.push(1_000_010_000);
            }),
            altered(file("a tag that is not UTF-8"), |extract| extract.strings[2] = b"\xff\xfe"),
            altered(works("a relation that nobody asks for, whose member is of no kind"), |extract| {
                let relation = Message::default().number(1, 5).packed(8, [0]).packed(9, [2]).packed(10, [9]);
                extract.relations.push(relation);
            }),
        ],
    );
}
