//! Small files, sound and broken, in every format.

use super::testing::{All, Block, Keyed, Lined, Message, Scene, blob, bzip2, gzip, pbf};
use super::*;

fn village() -> Scene {
    Scene::default()
        .place(-3, 14.5, 35.9, vec![("place", "village"), ("name", "Żejtun & \"co\"")])
        .node(1, 14.51, 35.9)
        .node(2, 14.52, -35.9)
        .place(7, -14.53, 35.91, vec![("amenity", "clinic")])
        .way(-10, &[-3, 1, 2], vec![("highway", "path")])
        .way(4, &[1, 2, 7, 1], vec![])
        .way(5, &[7, 2], vec![("barrier", "wall")])
        .relation(9, &[(Kind::Way, 4, "outer"), (Kind::Node, 7, "label"), (Kind::Way, 77, "")])
}

/// `read` of every way to write the scene; all must agree.
fn read_all(scene: &Scene, select: &impl Select) -> OsmData {
    let xml = scene.xml();
    let data = read(&xml, select).expect("xml");
    let others = [
        ("gzip", gzip(&xml)),
        ("bzip2", bzip2(&xml)),
        ("sorted", scene.sorted_pbf()),
        ("unsorted", scene.unsorted_pbf(&[])),
        ("falsely sorted", scene.unsorted_pbf(&["Sort.Type_then_ID"])),
        ("one blob", scene.one_blob_pbf()),
    ];
    for (name, bytes) in others {
        let other = read(&bytes, select).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(other, data, "{name}");
    }
    data
}

fn warnings(data: &OsmData) -> Vec<(String, WarningKind)> {
    let warnings = data.warnings.iter();
    warnings.map(|w| (w.object.to_string(), w.kind)).collect()
}

#[test]
fn a_village_in_every_format() {
    let data = read_all(&village(), &All);
    assert_eq!(data.counts, Counts { nodes: 4, ways: 3, relations: 1 });
    assert_eq!(data.nodes.len(), 2);
    assert_eq!((data.nodes[0].id, data.nodes[0].lon), (-3, 14.5));
    assert_eq!(data.nodes[0].tags.get("name"), Some("Żejtun & \"co\""));
    let ways: Vec<_> = data.ways.iter().map(|way| (way.id, way.selected)).collect();
    assert_eq!(ways, [(-10, true), (4, false), (5, true)]);
    assert_eq!(data.ways[0].refs, [-3, 1, 2]);
    assert_eq!(data.positions.len(), 4);
    assert_eq!(data.positions.get(2).map(|at| at.coord()), Some((14.52, -35.9).into()));
    assert_eq!(data.relations[0].members[1].role, "label");
    assert_eq!(data.header.writing_program.as_deref(), Some("test"));
    assert_eq!(data.warnings, []);
}

#[test]
fn lines_in_every_format() {
    let scene = village()
        .way(30, &[1, 1, 99, 7], vec![("highway", "path"), ("name", "no tag of lines")])
        .way(20, &[2, 7], vec![("foot", "yes"), ("highway", "path")])
        .way(6, &[2, 1], vec![("foot", "yes")])
        .way(20, &[7, 1], vec![("highway", "steps"), ("barrier", "wall")])
        .way(8, &[7], vec![("highway", "path")]);
    let data = read_all(&scene, &Lined("highway", &["barrier"]));
    let lines: Vec<_> = data.lines.iter().map(|line| (line.id, line.places().collect::<Vec<_>>())).collect();
    // positions: -3, 1, 2, 7
    let expected =
        [(-10, vec![Some(0), Some(1), Some(2)]), (8, vec![Some(3)]), (20, vec![Some(3), Some(1)]), (30, vec![Some(1), None, Some(3)])];
    assert_eq!(lines, expected);
    let tags = |line: usize| data.lines.iter().nth(line).map(|line| data.lines.sets()[line.set].iter().collect::<Vec<_>>());
    assert_eq!(tags(0), Some(vec![("highway", "path")]));
    assert_eq!((tags(2), tags(3)), (Some(vec![("highway", "steps")]), tags(0)));
    // what is selected too stands in both lists
    assert_eq!(data.ways.iter().map(|way| way.id).collect::<Vec<_>>(), [5, 20]);
    use WarningKind::{DuplicateId, MissingNodes, RepeatedNode, TooFewNodes};
    let expected = [("way 8", TooFewNodes), ("way 20", DuplicateId), ("way 30", MissingNodes), ("way 30", RepeatedNode)];
    assert_eq!(warnings(&data), expected.map(|(id, kind)| (id.to_owned(), kind)));
}

#[test]
fn only_what_is_asked_for_is_kept() {
    struct Names;
    impl Select for Names {
        fn looks_at(&self, _: Kind, key: &str) -> bool {
            matches!(key, "barrier" | "place")
        }
        fn keeps_key(&self, key: &str) -> bool {
            key == "name"
        }
    }
    let data = read_all(&village(), &Names);
    let ways: Vec<_> = data.ways.iter().map(|way| way.id).collect();
    assert_eq!(ways, [5]);
    assert_eq!((data.nodes.len(), data.nodes[0].tags.len()), (1, 1));
    assert_eq!(data.positions.iter().map(|(id, _)| id).collect::<Vec<_>>(), [2, 7]);
    assert!(data.relations.is_empty() && data.ways[0].tags.is_empty());
    let nothing = read_all(&village(), &Keyed(&["railway"]));
    assert!(nothing.ways.is_empty() && nothing.positions.is_empty());
    assert_eq!(nothing.counts.nodes, 4);
}

#[test]
fn faults_of_objects_are_warnings() {
    let road = || vec![("highway", "path")];
    let scene = Scene::default()
        .node(1, 0.0, 0.0)
        .node(2, 0.0, 0.0)
        .node(3, 0.1, 0.0)
        .node(4, 0.0, 91.0)
        .way(1, &[1, 2, 3], road())
        .way(2, &[1, 3, 3, 3], road())
        .way(3, &[3], road())
        .way(4, &[1, 99, 98, 3], road())
        .way(5, &[1, 4], road())
        .way(6, &[], road())
        .way(7, &[3, 3], road());
    let data = read_all(&scene, &All);
    let expected = [
        ("node 4", WarningKind::BadPosition),
        ("way 1", WarningKind::ZeroLengthEdge),
        ("way 2", WarningKind::RepeatedNode),
        ("way 3", WarningKind::TooFewNodes),
        ("way 4", WarningKind::MissingNodes),
        ("way 5", WarningKind::MissingNodes),
        ("way 6", WarningKind::TooFewNodes),
        ("way 7", WarningKind::TooFewNodes),
        ("way 7", WarningKind::RepeatedNode),
    ];
    assert_eq!(warnings(&data), expected.map(|(object, kind)| (object.to_owned(), kind)));
    assert_eq!(data.ways[1].refs, [1, 3]);
    assert!(data.warnings[4].detail.starts_with("2 of its nodes"), "{}", data.warnings[4].detail);
    assert!(data.warnings[4].detail.ends_with("node 99"));
}

#[test]
fn of_duplicates_the_last_is_used() {
    let scene = Scene::default()
        .place(1, 0.0, 0.0, vec![("name", "old")])
        .place(1, 0.5, 0.0, vec![("name", "new")])
        .node(2, 1.0, 0.0)
        .way(1, &[1, 2], vec![("name", "old")])
        .way(1, &[2, 1], vec![("name", "new")]);
    let data = read_all(&scene, &All);
    assert_eq!(data.nodes.len(), 1);
    assert_eq!((data.nodes[0].lon, data.nodes[0].tags.get("name")), (0.5, Some("new")));
    assert_eq!(data.positions.get(1).map(|at| at.lon()), Some(0.5));
    assert_eq!((data.ways.len(), &data.ways[0].refs[..]), (1, &[2, 1][..]));
    let kinds = [("node 1", WarningKind::DuplicateId), ("way 1", WarningKind::DuplicateId)];
    assert_eq!(warnings(&data), kinds.map(|(object, kind)| (object.to_owned(), kind)));
}

#[test]
fn negative_ids_may_count_down() {
    let scene = Scene::default()
        .node(-1, 0.1, 0.0)
        .node(-2, 0.2, 0.0)
        .node(-3, 0.3, 0.0)
        .way(-1, &[-3, -1], vec![("highway", "path")])
        .way(-2, &[-2, -3], vec![("highway", "path")]);
    let data = read_all(&scene, &All);
    assert_eq!(data.ways.iter().map(|way| way.id).collect::<Vec<_>>(), [-2, -1]);
    assert_eq!(data.positions.get(-2).map(|at| at.lon()), Some(0.2));
    assert_eq!(data.warnings, []);
}

#[test]
fn a_file_without_objects_is_an_empty_selection() {
    let data = read(&pbf(&["Sort.Type_then_ID"], []), &All).expect("an empty file");
    assert_eq!(data.counts, Counts::default());
    assert_eq!(read(b"<osm/>", &All).expect("an empty file").counts, Counts::default());
}

#[test]
fn history_files_are_refused() {
    let mut header = Message::default();
    header.bytes(4, b"HistoricalInformation");
    let file = blob("OSMHeader", &header.0, false);
    assert_eq!(read(&file, &All), Err(OsmError::History { object: None }));

    let deleted = Some(ObjectId { kind: Kind::Way, id: 8 });
    let mut way = Message::default();
    way.number(1, 8);
    let mut info = Message::default();
    info.number(6, 0);
    way.bytes(4, &info.0);
    let mut block = Block::default();
    block.group.bytes(3, &way.0);
    let file = pbf(&[], [block.message()]);
    assert_eq!(read(&file, &All), Err(OsmError::History { object: deleted }));

    let xml = b"<osm><way id='8' version='2' visible='false'/></osm>";
    assert_eq!(read(xml, &All), Err(OsmError::History { object: deleted }));

    let mut info = Message::default();
    info.packed(6, &[1, 0]);
    let mut dense = Message::default();
    dense.packed(1, &[2, 2]);
    dense.bytes(5, &info.0);
    dense.packed(8, &[2, 2]);
    dense.packed(9, &[2, 2]);
    let mut block = Block::default();
    block.group.bytes(2, &dense.0);
    let deleted = Some(ObjectId { kind: Kind::Node, id: 2 });
    let file = pbf(&["Sort.Type_then_ID"], [block.message()]);
    assert_eq!(read(&file, &All), Err(OsmError::History { object: deleted }));
}

#[test]
fn unknown_required_features_are_refused() {
    let mut header = Message::default();
    header.bytes(4, b"OsmSchema-V0.9");
    let error = read(&blob("OSMHeader", &header.0, true), &All);
    let feature = "OsmSchema-V0.9".to_owned();
    assert_eq!(error, Err(OsmError::RequiredFeature { feature }));
}

#[test]
fn corrupt_blobs_tell_where() {
    let start = pbf(&[], []);
    let at = start.len() as u64;
    let with = |bytes: Vec<u8>| read(&[start.clone(), bytes].concat(), &All);
    let mut compressed = Message::default();
    compressed.bytes(7, b"zstd");
    let mut header = Message::default();
    header.bytes(1, b"OSMData");
    header.number(3, compressed.0.len() as u64);
    let frame = [&(header.0.len() as u32).to_be_bytes()[..], &header.0, &compressed.0].concat();
    assert_eq!(with(frame), Err(OsmError::Compression { at, method: "Zstandard" }));

    let mut member = Message::default();
    member.number(1, 5);
    member.packed(8, &[0]);
    member.packed(9, &[2]);
    member.packed(10, &[3]);
    member.packed(2, &[0]);
    member.packed(3, &[0]);
    let mut block = Block::default();
    block.group.bytes(4, &member.0);
    let content = block.message();
    for bytes in [blob("OSMData", &content, true), vec![0, 2, 0, 0, 1], blob("OSMData", b"\xff", false)] {
        let error = with(bytes).expect_err("corrupt");
        assert!(matches!(error, OsmError::Corrupt { at: found, .. } if found == at), "{error}");
    }
    let unknown = with(blob("Somebody's index", b"anything", false));
    assert_eq!(unknown.expect("blobs of other types are passed over").counts, Counts::default());
}

#[test]
fn cut_files_are_errors_with_the_offset() {
    let whole = village().sorted_pbf();
    let complete: Vec<u64> = (1..whole.len())
        .filter_map(|length| match read(&whole[..length], &All) {
            Ok(_) => Some(length as u64),
            Err(OsmError::Truncated { at, left, needed }) => {
                assert_eq!(at + left, length as u64);
                assert!(needed > left);
                None
            }
            Err(OsmError::UnknownFormat { .. }) if length < 16 => None,
            Err(other) => panic!("{length}: {other}"),
        })
        .collect();
    // A cut between two blobs cannot be told from a smaller file.
    assert_eq!(complete.len(), 3);

    let xml = village().xml();
    for length in 1..xml.len() - 2 {
        assert!(read(&xml[..length], &All).is_err(), "{length}");
    }
    for packed in [gzip(&xml), bzip2(&xml)] {
        assert!(read(&packed[..packed.len() - 20], &All).is_err());
    }
}

#[test]
fn other_files_are_refused() {
    let found = |bytes: &[u8]| read(bytes, &All).expect_err("not OpenStreetMap").to_string();
    assert!(found(b"").ends_with("found an empty file"));
    assert!(found(b"PK\x03\x04").contains("PK\\x03\\x04"));
    assert!(found(&gzip(b"id,lon,lat")).contains("gzip data that holds bytes that start with \"id,lon,lat\""));
    assert!(found(b"<gpx></gpx>").contains("<gpx>"));
    assert!(found(b"<osm><node id='x'/></osm>").contains("\"x\" is not a valid id"));
    assert!(found(b"<osm><way id='1'><nd/></way></osm>").contains("ref"));
    assert!(found(b"<osm><way id='1'></osm>").contains("broken XML in line 1"));
}

#[test]
fn no_bytes_make_it_panic() {
    let scene = village();
    let mut state = 88_172_645_463_325_252_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    // Uncompressed, so that damage reaches the decoder instead of failing the checksum.
    let files = [scene.plain_pbf(true), scene.plain_pbf(false), scene.sorted_pbf(), scene.xml()];
    for file in &files {
        for _ in 0..4000 {
            let mut bytes = file.clone();
            for _ in 0..=random(3) {
                let at = random(bytes.len());
                match random(4) {
                    0 => bytes[at] ^= 1 << random(8),
                    1 => bytes[at] = random(256) as u8,
                    2 => bytes.truncate(at.max(1)),
                    _ => bytes[at] = 0xff,
                }
            }
            if let Ok(data) = read(&bytes, &All) {
                for relation in &data.relations {
                    let _ = multipolygon(relation, &data);
                }
                for way in &data.ways {
                    let _ = way_area(way, &data);
                }
            }
        }
    }
}
