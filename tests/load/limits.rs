//! Limits by zone: from properties, tags and tables.

use catchment::Limit;
use catchment_io::Inputs;

use super::world::{PLAN, World, of_kind, only};

/// Three towns with these tags.
fn world(tags: [&[(&str, &str)]; 3]) -> World {
    let mut world = World::default();
    world.node(400, 0, 0, &[("amenity", "clinic")]).node(1, 0, 0, &[]).node(2, 200, 0, &[]).way(1, &[1, 2], &[("highway", "residential")]);
    for (k, (name, own)) in ["A", "B", "C"].iter().zip(tags).enumerate() {
        let west = 100 * k as i64 - 10;
        world.town(1 + k as i64, west, west + 100, &[&[("name", *name)], own].concat());
    }
    world
}

fn plan(zones: &str, service: &str) -> String {
    PLAN.replace("admin_level = 8", &format!("admin_level = 8\n{zones}"))
        .replace("limit = \"15min\"", &format!("limit = \"15min\"\n{service}"))
}

/// The limits of the first service by zone.
fn limits(inputs: &Inputs) -> Vec<String> {
    inputs.zone_limits[0].iter().map(Limit::to_string).collect()
}

#[test]
fn a_class_has_the_limit_of_its_rule() {
    let world = world([&[("kind", "main-city")], &[("kind", "new-town")], &[]]);
    let inputs = world.load(&plan("class = \"kind\"", "limits = { \"new-town\" = \"30min\", village = \"1h\" }"), &[]);
    assert_eq!(limits(&inputs), ["15 min", "30 min", "15 min"]);
    assert_eq!(inputs.zones.iter().map(|z| z.class.as_deref()).collect::<Vec<_>>(), [Some("main-city"), Some("new-town"), None]);
    let unknown = only(&inputs.findings, "unknown_class");
    assert!(unknown.detail.contains("`village`") && unknown.detail.ends_with("the zones' classes are main-city, new-town"), "{unknown:?}");
    let without = only(&inputs.findings, "zones_without_class");
    assert!(without.detail.starts_with("1 zones have no class (`kind`); the limit of 15 min applies: C"), "{without:?}");
    // without rules, classes are for the table alone
    let plain = world.load(&plan("class = \"kind\"", ""), &[]);
    assert!(plain.zone_limits == [[]] && plain.zones[1].class.is_some());
}

#[test]
fn a_zone_s_own_limit_wins_over_the_rule() {
    let tags: [&[(&str, &str)]; 3] =
        [&[("kind", "new-town"), ("walk", "20 min")], &[("kind", "new-town")], &[("kind", "new-town"), ("walk", "soon")]];
    let zones = "class = \"kind\"\nlimit = \"walk\"";
    let inputs = world(tags).load(&plan(zones, "limits = { \"new-town\" = \"30min\" }"), &[]);
    assert_eq!(limits(&inputs), ["20 min", "30 min", "30 min"]);
    let bad = only(&inputs.findings, "bad_limit");
    assert!(bad.id == "3" && bad.detail.contains("`soon` is no limit with its unit"), "{bad:?}");
    // a service may pass the zones' own limits over
    let inputs = world(tags).load(&plan(zones, "limits = { \"new-town\" = \"30min\" }\nzone_limits = false"), &[]);
    assert_eq!(limits(&inputs), ["30 min"; 3]);
}

#[test]
fn a_limit_by_distance_is_none_for_a_service_by_time() {
    let inputs = world([&[("walk", "2km")], &[("walk", "10min")], &[]]).load(&plan("limit = \"walk\"", ""), &[]);
    assert_eq!(limits(&inputs), ["15 min", "10 min", "15 min"]);
    let other = only(&inputs.findings, "zone_limit_of_other_metric");
    assert!(other.detail.starts_with("the limits of 1 zones are not by time") && other.detail.ends_with(": A"), "{other:?}");
}

#[test]
fn a_table_stands_above_tags() {
    let world = world([&[("kind", "old")], &[("kind", "old")], &[]]);
    let table = "zone_id,zone_name,class,limit\n1,,new-town,\n,B,,25min\n,C,new-town,40min\n9,,x,1h\n";
    let plan = plan("class = \"kind\"\ntable = \"towns.csv\"", "limits = { \"new-town\" = \"30min\", old = \"10min\" }");
    let inputs = world.load(&plan, &[("towns.csv", table)]);
    assert_eq!(limits(&inputs), ["30 min", "25 min", "40 min"]);
    assert_eq!(inputs.zones.iter().map(|z| z.class.as_deref().unwrap()).collect::<Vec<_>>(), ["new-town", "old", "new-town"]);
    assert_eq!(only(&inputs.findings, "unmatched_rows").id, "9");
    assert!(of_kind(&inputs.findings, "unknown_class").is_empty());
    assert!(inputs.files.iter().any(|file| file.file == "towns.csv" && file.rows == [("rows".to_owned(), 4)]));
    for (table, found) in [("zone_id,kind\n1,x\n", "zone_id, kind"), ("class,limit\na,1h\n", "class, limit")] {
        let error = world.try_load(&plan, &[("towns.csv", table)]).unwrap_err().to_string();
        assert!(error.contains("towns.csv") && error.contains(found) && error.contains("`zone_name`"), "{error}");
    }
}

#[test]
fn the_columns_of_the_table_are_named() {
    let world = world([&[], &[], &[]]);
    let columns = "table = \"towns.csv\"\ncolumns = { name = \"town\", encoding = \"utf-8\" }";
    let inputs = world.load(&plan(columns, ""), &[("towns.csv", "town,zone_name,limit\nB,A,25min\n")]);
    assert_eq!(limits(&inputs), ["15 min", "25 min", "15 min"]);
    let error = world.try_load(&plan(columns, ""), &[("towns.csv", "zone_name,limit\nA,25min\n")]).unwrap_err().to_string();
    assert!(error.contains("no column `town`"), "{error}");
}

#[test]
fn properties_of_a_layer() {
    let town = |id: u8, west: f64, more: &str| {
        let east = west + 0.01;
        let ring = format!("[[{west},-0.001],[{east},-0.001],[{east},0.001],[{west},0.001],[{west},-0.001]]");
        format!(
            "{{\"type\":\"Feature\",\"id\":{id},\"properties\":{{{more}}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[{ring}]}}}}"
        )
    };
    let towns = [
        town(10, 8.999, "\"class\":\"core\""),
        town(9, 9.009, "\"class\":\"rim\",\"minutes\":\"20min\""),
        town(8, 9.019, "\"class\":null"),
    ];
    let layer = format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", towns.join(","));
    let plan = plan("class = \"class\"\nlimit = \"minutes\"", "limits = { core = \"10min\" }")
        .replace("[zones]\nsource = \"world.osm\"\nadmin_level = 8", "[zones]\nsource = \"towns.geojson\"");
    let inputs = world([&[], &[], &[]]).load(&plan, &[("towns.geojson", &layer)]);
    // by id: 8, 9, 10
    assert_eq!(limits(&inputs), ["15 min", "20 min", "10 min"]);
}
