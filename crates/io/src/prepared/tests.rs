//! Files of prepared networks: whole, cut off, altered.

use catchment::geo::Coord;
use catchment::{Finding, Metric, Profile, RoadNetwork, RoadSegment, Roads, Stage};

use super::*;

fn prepared() -> PreparedNetwork {
    let nodes = (0..40).map(|i| Coord { x: 10.0 * f64::from(i % 8) + 0.1, y: 1e6 + 7.0 * f64::from(i / 8) }).collect();
    let segments = (0..60u32).map(|i| RoadSegment {
        from: i * 7 % 40,
        to: i * 11 % 40,
        length_mm: 10_000 + i,
        forward_m_s: Some(1.39),
        backward_m_s: (!i.is_multiple_of(5)).then_some(1.39),
        delay_ms: i,
    });
    let roads = Roads { nodes, segments: segments.collect(), cut_ends: Vec::new() };
    let about = About {
        program: "catchment".to_owned(),
        profile_name: "walk".to_owned(),
        profile: toml::to_string(&Profile { speed_m_s: 1.39, ..Profile::walk().unwrap() }).unwrap(),
        crs: "EPSG:32633".to_owned(),
        source: "town.osm.pbf".to_owned(),
        source_bytes: 17,
        source_sha256: "00".to_owned(),
        osm_timestamp: None,
        bbox_e7: Some([1, 2, 3, 4]),
        findings: vec![Finding::new(Stage::Roads, "town.osm.pbf", "way/1", catchment::FindingKind::MissingNodes, "one")],
    };
    PreparedNetwork {
        network: RoadNetwork::build(&roads, Metric::Time).unwrap().into(),
        cut_ends: vec![Coord { x: 0.1, y: 1e6 / 3.0 }],
        about,
    }
}

fn written() -> Vec<u8> {
    let mut bytes = Vec::new();
    write_prepared(&prepared(), &mut bytes).unwrap();
    bytes
}

#[test]
fn what_is_written_is_read() {
    let (bytes, whole) = (written(), prepared());
    let read = read_prepared(&bytes[..], bytes.len() as u64).unwrap();
    assert_eq!(read.network.to_parts(), whole.network.to_parts());
    assert_eq!((read.cut_ends, &read.about), (whole.cut_ends, &whole.about));
    assert_eq!(read.about.profile().unwrap().speed_m_s, 1.39);
    assert_eq!(bytes, written(), "the same bytes each time");
}

#[test]
fn a_file_that_was_cut_off_or_added_to_is_refused() {
    let bytes = written();
    for length in 0..bytes.len() {
        assert!(read_prepared(&bytes[..length], length as u64).is_err(), "{length} bytes");
        // and where the end goes missing while it is read
        assert!(read_prepared(&bytes[..length], bytes.len() as u64).is_err(), "{length} bytes");
    }
    let mut longer = bytes;
    longer.push(0);
    let error = read_prepared(&longer[..], longer.len() as u64).unwrap_err();
    assert!(matches!(error, PreparedError::Length { .. }), "{error}");
}

#[test]
fn a_file_that_was_altered_is_refused() {
    let bytes = written();
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1 << (at % 8);
        assert!(read_prepared(&altered[..], altered.len() as u64).is_err(), "byte {at}");
    }
}

#[test]
fn other_files_are_named_as_such() {
    let error = |bytes: &[u8]| read_prepared(bytes, bytes.len() as u64).unwrap_err().to_string();
    assert!(error(b"PK\x03\x04 something else altogether, long enough").contains("catchment prepare"));
    assert!(error(b"").contains("no prepared network"));
    let mut newer = written();
    newer[8] = 4;
    assert!(error(&newer).contains("version 4"), "{}", error(&newer));
}

/// A file with another header than it should have, whose sums are right.
fn with_header(change: impl Fn(&mut serde_json::Value)) -> Vec<u8> {
    let sound = written();
    let length = u64::from_le_bytes(sound[16..24].try_into().unwrap()) as usize;
    let mut header: serde_json::Value = serde_json::from_slice(&sound[32..32 + length]).unwrap();
    change(&mut header);
    let mut text = serde_json::to_vec(&header).unwrap();
    text.resize(text.len().next_multiple_of(8), b' ');
    let mut file = sound[..12].to_vec();
    file.extend(crc32fast::hash(&text).to_le_bytes());
    file.extend((text.len() as u64).to_le_bytes());
    file.extend(((32 + text.len() + sound.len() - 32 - length) as u64).to_le_bytes());
    file.extend(text);
    file.extend(&sound[32 + length..]);
    file
}

#[test]
fn a_header_that_lies_about_its_arrays_is_refused() {
    let error = |change: &dyn Fn(&mut serde_json::Value)| {
        let file = with_header(change);
        read_prepared(&file[..], file.len() as u64).unwrap_err()
    };
    let sound = with_header(|_| {});
    assert!(read_prepared(&sound[..], sound.len() as u64).is_ok());
    // sizes that are right only when they overflow
    let huge = |header: &mut serde_json::Value| {
        for array in header["arrays"].as_array_mut().unwrap().iter_mut().take(4) {
            (array["items"], array["item_bytes"]) = (serde_json::json!(1u64 << 60), serde_json::json!(4));
        }
    };
    let empty = |header: &mut serde_json::Value| header["arrays"] = serde_json::json!([]);
    let further = |header: &mut serde_json::Value| {
        let nothing = serde_json::json!({"name": "more", "items": 0, "item_bytes": 4, "crc32": 0});
        header["arrays"].as_array_mut().unwrap().push(nothing);
    };
    let renamed = |header: &mut serde_json::Value| header["arrays"][1]["name"] = serde_json::json!("borders");
    for change in [&huge as &dyn Fn(&mut serde_json::Value), &empty, &further, &renamed] {
        assert!(matches!(error(change), PreparedError::Header(_)), "{}", error(change));
    }
}

#[test]
fn distances_are_not_stored() {
    let by_distance = PreparedNetwork { network: RoadNetwork::clone(&prepared().network).by_distance().into(), ..prepared() };
    assert!(matches!(write_prepared(&by_distance, Vec::new()), Err(PreparedError::Header(_))));
}
