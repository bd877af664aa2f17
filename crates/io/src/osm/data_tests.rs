//! Whole countries, against numbers known from elsewhere and against the `osmpbf` crate.

use std::collections::HashMap;
use std::path::Path;

use geo::Area as _;

use super::testing::{All, Keyed, Lined, Municipalities};
use super::*;

const MALTA: &str = "malta/malta-2024-03-13.osm.pbf";
const LIECHTENSTEIN: &str = "liechtenstein/liechtenstein-2013-08-03.osm.pbf";

fn file(name: &str) -> Vec<u8> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    std::fs::read(data.join(name)).expect("the data is in the repository")
}

#[test]
fn malta_counts() {
    let data = read(&file(MALTA), &Keyed(&["highway"])).expect("Malta is sound");
    assert_eq!(data.counts.nodes, 540_026);
    assert_eq!(data.counts.ways, 89_991);
    let highways = data.ways.iter().filter(|way| way.selected);
    assert_eq!(highways.count(), 32_862);
    assert!(data.header.timestamp.is_some() && data.header.bbox.is_some());
}

#[test]
fn lines_are_the_ways_without_most_tags() {
    for name in [LIECHTENSTEIN, MALTA] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data").join(name);
        let whole = read(&file(name), &Keyed(&["highway"])).expect("a sound file");
        let lined = read_source(&Source::open(&path).expect("it is there"), &Lined("highway", &[])).expect("a sound file");
        let ways: Vec<_> = whole.ways.iter().filter(|way| way.selected).collect();
        assert_eq!(lined.lines.len(), ways.len());
        for (way, line) in ways.into_iter().zip(lined.lines.iter()) {
            assert_eq!(way.id, line.id);
            let places = |data: &OsmData, places: &mut dyn Iterator<Item = Option<usize>>| -> Vec<Option<Position>> {
                places.map(|place| Some(data.positions.at(place?))).collect()
            };
            assert_eq!(places(&whole, &mut way.places()), places(&lined, &mut line.places()), "{}", way.id);
            let tags = &lined.lines.sets()[line.set];
            assert_eq!((way.tags.get("highway"), way.tags.get("foot")), (tags.get("highway"), tags.get("foot")));
        }
    }
}

#[test]
fn malta_municipalities_assemble() {
    let data = read(&file(MALTA), &Municipalities).expect("Malta is sound");
    assert_eq!(data.relations.len(), 68);
    for relation in &data.relations {
        let area = multipolygon(relation, &data).unwrap_or_else(|error| panic!("{error}"));
        assert!(area.polygons.signed_area() > 0.0);
        assert_eq!(area.warnings, []);
    }
}

#[test]
fn liechtenstein_is_whole_and_its_neighbours_are_cut() {
    let data = read(&file(LIECHTENSTEIN), &Municipalities).expect("Liechtenstein is sound");
    let (whole, cut): (Vec<_>, Vec<_>) = data.relations.iter().map(|relation| multipolygon(relation, &data)).partition(Result::is_ok);
    assert_eq!(whole.len(), 11);
    assert!(!cut.is_empty());
    for error in cut {
        assert!(matches!(error, Err(RingError::MissingWays { .. })), "{error:?}");
    }
}

/// Everything that we keep, `osmpbf` reads alike.
#[test]
fn osmpbf_agrees() {
    for name in [LIECHTENSTEIN, MALTA] {
        let bytes = file(name);
        let data = read(&bytes, &All).expect("a sound file");
        let mut ways = HashMap::new();
        let mut places = HashMap::new();
        let mut tagged_nodes = 0;
        let mut tagged_relations = 0;
        let owned = |(k, v): (&str, &str)| (k.to_owned(), v.to_owned());
        osmpbf::ElementReader::new(&bytes[..])
            .for_each(|element| match element {
                osmpbf::Element::Way(way) => {
                    let tags: Vec<(String, String)> = way.tags().map(owned).collect();
                    let refs: Vec<i64> = way.refs().collect();
                    ways.insert(way.id(), (refs, tags));
                }
                osmpbf::Element::DenseNode(node) => {
                    places.insert(node.id(), (node.decimicro_lon(), node.decimicro_lat()));
                    tagged_nodes += usize::from(node.tags().len() > 0);
                }
                osmpbf::Element::Node(node) => {
                    places.insert(node.id(), (node.decimicro_lon(), node.decimicro_lat()));
                    tagged_nodes += usize::from(node.tags().len() > 0);
                }
                osmpbf::Element::Relation(relation) => {
                    tagged_relations += usize::from(relation.tags().len() > 0);
                }
            })
            .expect("a sound file");
        assert_eq!(data.counts.nodes as usize, places.len());
        assert_eq!(data.counts.ways as usize, ways.len());
        assert_eq!(data.nodes.len(), tagged_nodes);
        assert_eq!(data.relations.len(), tagged_relations);
        for way in &data.ways {
            let (refs, tags) = &ways[&way.id];
            let mut refs = refs.clone();
            refs.dedup();
            assert_eq!(&way.refs, &refs);
            assert_eq!(&way.tags.iter().map(owned).collect::<Vec<_>>(), tags);
        }
        for (id, at) in data.positions.iter() {
            assert_eq!(places[&id], (at.lon_e7, at.lat_e7));
        }
        for node in &data.nodes {
            let (lon, lat) = places[&node.id];
            assert_eq!((node.lon, node.lat), (f64::from(lon) / 1e7, f64::from(lat) / 1e7));
        }
    }
}

#[test]
fn threads_do_not_matter() {
    let bytes = file(LIECHTENSTEIN);
    let read_with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("threads").install(|| read(&bytes, &All))
    };
    assert_eq!(read_with(1), read_with(3));
}
