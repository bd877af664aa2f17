//! Masks of an extract and of layers. The town is 110 × 20 units: areas are counted in units².

use super::world::{PLAN, World, of_kind, only};

const TOWN: f64 = 2200.0;

/// A rectangle and its tags.
type Tagged<'a> = ([i64; 4], &'a [(&'a str, &'a str)]);

/// A street within the town, and areas in it.
fn world(areas: &[Tagged<'_>]) -> World {
    let mut world = World::street(10);
    for (i, (corners, tags)) in areas.iter().enumerate() {
        world.rectangle(60 + i as i64, *corners, tags);
    }
    world
}

/// Units² of each mask, and the findings of the run.
fn masks(world: &World, masks: &str, more: &[(&str, &str)]) -> (Vec<f64>, Vec<catchment::Finding>) {
    let run = world.run(&format!("{PLAN}[ground]\nmask = [{masks}, \"zone\"]\n"), more);
    let (zone, rest) = run.mask_areas_m2.split_last().unwrap();
    // what is measured cell by cell is what the polygons hold
    let total = &run.reports[0].coverage.total;
    for (area, polygons) in [&total.area].into_iter().chain(&total.masks).zip(&run.mask_areas_m2) {
        assert!((area.total().m2() - polygons).abs() < 0.1, "{} m² of {polygons}", area.total().m2());
    }
    (rest.iter().map(|area| area / zone * TOWN).collect(), run.inputs.findings)
}

fn close(found: &[f64], expected: &[f64]) {
    let near = found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-3);
    assert!(near, "{found:?} are not {expected:?}");
}

#[test]
fn land_is_the_zone_without_mapped_water() {
    let mut world = world(&[
        // 50 + 50 with 25 in common
        ([0, 2, 10, 7], &[("natural", "water")]),
        ([5, 2, 15, 7], &[("waterway", "riverbank")]),
        ([20, 2, 25, 4], &[("landuse", "reservoir")]),
        ([30, 2, 35, 4], &[("landuse", "basin")]),
        ([40, 2, 45, 4], &[("waterway", "dock")]),
        // half of it outside the town
        ([95, 0, 105, 5], &[("natural", "water")]),
        // no water, or not as an area
        ([70, 2, 75, 7], &[("natural", "wetland")]),
        ([70, 2, 75, 7], &[("waterway", "river")]),
        ([70, 2, 75, 7], &[("natural", "coastline")]),
    ]);
    // 50 with an island of 4
    world.rectangle(90, [50, 2, 60, 7], &[]).rectangle(91, [52, 3, 54, 5], &[]);
    let lake = "<relation id=\"9\"><member type=\"way\" ref=\"90\" role=\"outer\"/><member type=\"way\" ref=\"91\" role=\"inner\"/>\
        <tag k=\"type\" v=\"multipolygon\"/><tag k=\"natural\" v=\"water\"/></relation>\n";
    world.raw(lake);
    // 75 + 10 + 10 + 10 + 25 + 46 = 176
    let (areas, findings) = masks(&world, "\"land\"", &[]);
    close(&areas, &[TOWN - 176.0]);
    assert!(of_kind(&findings, "broken_area").is_empty() && of_kind(&findings, "empty_mask").is_empty());
    // an area that does not close is listed
    world.node(700, 60, 2, &[]).node(701, 65, 2, &[]).node(702, 65, 7, &[]).way(70, &[700, 701, 702], &[("natural", "water")]);
    let (areas, findings) = masks(&world, "\"land\"", &[]);
    close(&areas, &[TOWN - 176.0]);
    let broken = only(&findings, "broken_area");
    assert!(broken.id == "way/70" && broken.detail.starts_with("water: "), "{broken:?}");
}

#[test]
fn without_water_the_land_is_the_zone_and_nothing_is_said() {
    let (areas, findings) = masks(&world(&[]), "\"land\"", &[]);
    close(&areas, &[TOWN]);
    assert!(findings.iter().all(|finding| finding.kind == "zones_unknown" || finding.kind == "no_surface"), "{findings:?}");
}

#[test]
fn built_up_is_developed_land_and_buildings() {
    let uses = ["commercial", "construction", "education", "fairground", "industrial", "institutional", "residential", "retail"];
    let mut world = World::street(10);
    for (k, landuse) in uses.iter().enumerate() {
        let west = 10 * k as i64;
        world.rectangle(60 + k as i64, [west, 2, west + 5, 4], &[("landuse", landuse)]);
    }
    for (id, corners, tags) in [
        // 4 of its own, and one within the residential land
        (70, [0, -4, 2, -2], ("building", "yes")),
        (71, [60, 2, 62, 4], ("building", "apartments")),
        (72, [10, -4, 12, -2], ("building", "no")),
        (73, [20, -8, 40, -2], ("landuse", "farmland")),
        (74, [45, -8, 50, -2], ("natural", "water")),
    ] {
        world.rectangle(id, corners, &[tags]);
    }
    // 8 × 10 + 4; 10; 30 of water
    let (areas, _) = masks(&world, "\"built-up\", \"residential\", \"land\"", &[]);
    close(&areas, &[84.0, 10.0, TOWN - 30.0]);
}

#[test]
fn a_layer_of_the_users_own() {
    let square = |west: f64, east: f64| format!("[[[{west},0],[{east},0],[{east},0.0005],[{west},0.0005],[{west},0]]]");
    let feature = |geometry: String| format!("{{\"type\":\"Feature\",\"properties\":{{}},\"geometry\":{geometry}}}");
    let polygon = |rings: String| feature(format!("{{\"type\":\"Polygon\",\"coordinates\":{rings}}}"));
    // 50 + 50 units² with 25 in common, the second clockwise; a bow tie of 2 × 12.5; half of 100 outside the town; and a point
    let turned = "[[[9.0005,0],[9.0005,0.0005],[9.0015,0.0005],[9.0015,0],[9.0005,0]]]".to_owned();
    let bow = "[[[9.003,0],[9.004,0.0005],[9.004,0],[9.003,0.0005],[9.003,0]]]".to_owned();
    let point = feature("{\"type\":\"Point\",\"coordinates\":[9,0]}".to_owned());
    let parts = [polygon(square(9.0, 9.001)), polygon(turned), polygon(bow), polygon(square(9.009, 9.011)), point];
    let layer = format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", parts.join(","));
    let (areas, findings) = masks(&world(&[]), "\"plans/centre.geojson\"", &[("plans/centre.geojson", &layer)]);
    close(&areas, &[75.0 + 25.0 + 50.0]);
    let kinds = ["polygon_repaired", "not_a_polygon"].map(|kind| only(&findings, kind).id.clone());
    assert_eq!(kinds, ["3", "5"]);
}

#[test]
fn a_mask_that_holds_nothing_is_said() {
    let (areas, findings) = masks(&world(&[]), "\"residential\"", &[]);
    close(&areas, &[0.0]);
    let finding = only(&findings, "empty_mask");
    assert!(finding.id == "residential" && finding.source == "world.osm" && finding.detail.contains("ground.source"), "{finding:?}");
    let empty = "{\"type\":\"FeatureCollection\",\"features\":[]}";
    let (_, findings) = masks(&world(&[]), "\"centre.json\"", &[("centre.json", empty)]);
    assert_eq!((only(&findings, "empty_mask").id.as_str(), only(&findings, "empty_mask").source.as_str()), ("centre", "centre.json"));
}

#[test]
fn masks_may_come_from_another_extract() {
    // roads without water here, water without roads there
    let lakes = world(&[([0, 2, 10, 7], &[("natural", "water")])]).xml();
    let plan = format!("{PLAN}[ground]\nmask = [\"land\", \"zone\"]\nsource = \"lakes.osm\"\n");
    let run = world(&[]).run(&plan, &[("lakes.osm", &lakes)]);
    close(&[run.mask_areas_m2[0] / run.mask_areas_m2[1] * TOWN], &[TOWN - 50.0]);
    let error = world(&[]).try_load(&plan, &[]).unwrap_err().to_string();
    assert!(error.contains("lakes.osm"), "{error}");
}
