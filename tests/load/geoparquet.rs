//! GeoParquet, which geopandas made of the towns' GeoPackage (snappy, EPSG:32632 by PROJJSON).

use catchment::geo::Area;
use catchment_io::{Against, InMemory, inspect};

const TOWNS: &[u8] = include_bytes!("data/towns.parquet");

#[test]
fn towns_of_a_geoparquet() {
    let files = [("towns.parquet", TOWNS)];
    let found = inspect(&InMemory(&files), "towns.parquet", &Against::default()).unwrap();
    assert_eq!((found.format.as_str(), found.rows, found.crs.as_deref()), ("GeoParquet", 2, Some("EPSG:32632 (the file says so)")));
    let examples: Vec<(&str, &[String])> = found.fields.iter().map(|field| (field.name.as_str(), field.examples.as_slice())).collect();
    let text = |all: [&str; 2]| all.map(str::to_owned).to_vec();
    assert_eq!(
        examples,
        [("代码", text(["01", "02"]).as_slice()), ("名称", &text(["浦江镇", "莘庄镇"])), ("人口", &text(["120", "80.5"]))]
    );
    let plan = super::world::PLAN
        .replacen("[zones]\nsource = \"world.osm\"\nadmin_level = 8", "[zones]\nsource = \"towns.parquet\"\nid = \"代码\"", 1)
        .replace("method = \"spread\"", "method = \"points\"\nsource = \"people.csv\"");
    let all = [("towns.parquet", TOWNS), ("people.csv", b"x,y,people\n9.001,0,1\n".as_slice())];
    let zones = super::world::World::street(40).with_files(&plan, &all).unwrap().zones;
    // 0.025° × 0.02° less a hole of 0.01° × 0.003°, as in the Shapefile
    let degree_2 = 111_319.49 * 110_574.3;
    let expected = [0.025 * 0.02 * degree_2, (0.025 * 0.02 - 0.01 * 0.003) * degree_2];
    for (zone, area) in zones.iter().zip(expected) {
        assert!((zone.area.unsigned_area() / area - 1.0).abs() < 2e-3, "{}", zone.name);
    }
}

#[test]
fn broken_bytes_are_an_error_or_an_answer() {
    for at in 0..TOWNS.len() {
        let mut broken = TOWNS.to_vec();
        broken[at] ^= 0xff;
        let files = [("t.parquet", broken.as_slice())];
        let _ = inspect(&InMemory(&files), "t.parquet", &Against::default());
        let cut = [("t.parquet", &TOWNS[..at])];
        assert!(inspect(&InMemory(&cut), "t.parquet", &Against::default()).is_err(), "cut at {at}");
    }
}
