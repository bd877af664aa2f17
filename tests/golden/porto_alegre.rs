//! Porto Alegre, from the shared folder: people as points, facilities as a table, zones as a layer. Skipped, saying so, without it.

use std::path::PathBuf;

use catchment::{NoProgress, People};
use catchment_io::{Folder, Plan, Run, run};

/// The plan, with absolute paths.
pub(crate) fn plan() -> Option<String> {
    let shared = std::env::var_os("CATCHMENT_SHARED").map_or_else(|| PathBuf::from(DEFAULT), PathBuf::from);
    let data = shared.join("data/porto_alegre");
    let Ok(data) = data.canonicalize() else {
        eprintln!("skipped: no {} (set CATCHMENT_SHARED)", data.display());
        return None;
    };
    let path = |name: &str| format!("{:?}", data.join(name).display().to_string());
    Some(format!(
        r#"
        [study]
        id = "porto-alegre"
        title = "Porto Alegre: health posts on foot"
        [roads]
        source = {roads}
        [zones]
        source = {zones}
        id = "ID"
        [people]
        method = "points"
        source = {people}
        columns = {{ x = "lon", y = "lat", people = "population" }}
        [[facilities]]
        id = "posts"
        source = {posts}
        columns = {{ x = "LONGITUDE", y = "LATITUDE", name = "NOME", id = "CO_CNES" }}
        [[services]]
        id = "walk"
        facilities = "posts"
        limit = "15min"
        # the roads are those of the centre, zones and posts those of the whole city
        [checks]
        accept = {{ facilities_unlinked = "60 %", no_roads = "100 %" }}
        "#,
        roads = path("poa_osm.pbf"),
        zones = path("poa_areas_ponderacao_42.geojson"),
        people = path("poa_hexgrid.csv"),
        posts = path("poa_health_posts.csv"),
    ))
}

fn study() -> Option<Run> {
    let plan = Plan::parse(&plan()?).unwrap();
    Some(run(&plan, &Folder(PathBuf::new()), &NoProgress).unwrap())
}

pub(crate) const DEFAULT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");

#[test]
fn people_are_conserved() {
    let Some(done) = study() else { return };
    let demand = &done.inputs.demand;
    // counted by hand: 1,227 centroids, 812,935 people, 1,196 centroids inside one of the 42 areas
    assert_eq!((demand.len(), demand.total()), (1227, People::persons(812_935)));
    assert_eq!(demand.zones.iter().filter(|zone| zone.is_some()).count(), 1196);
    assert_eq!(done.inputs.zones.len(), 42);
    let table = &done.reports[0].coverage;
    let total = table.total.people.unwrap();
    assert_eq!(total.covered + total.uncovered + total.unreachable + total.unlinked + total.no_data, total.total());
    let outside = table.outside.as_ref().unwrap().people.unwrap();
    let inside: People = table.zones.iter().map(|zone| zone.people.unwrap().total()).sum();
    assert_eq!((inside, inside + outside.total()), (total.total(), People::persons(812_935)));
    // people in gaps are those of zones who are not covered
    let blind: People = table.zones.iter().map(|zone| zone.people.unwrap().not_covered()).sum();
    let in_gaps: People = done.reports[0].gaps.gaps.iter().filter_map(|gap| gap.people).sum();
    assert_eq!(in_gaps, blind);
    let area: f64 = done.inputs.zones.iter().map(|zone| catchment::geo::Area::unsigned_area(&zone.area)).sum();
    let ground = table.total.area.total().m2();
    assert!((ground / area - 1.0).abs() < 1e-6, "{ground} m² of ground, {area} m² of zones");
}

#[test]
fn rows_are_facilities_or_issues() {
    let Some(done) = study() else { return };
    // 148 rows; each is a facility, the twin of one, or a finding
    let posts = &done.inputs.facilities["posts"];
    let merged: usize = posts.iter().map(|post| post.twins.len()).sum();
    let listed = |kind: &str| done.inputs.findings.iter().filter(|finding| finding.kind == kind).count();
    assert_eq!(posts.len() + merged + listed("bad_place") + listed("bad_number"), 148);
    assert_eq!(merged, listed("twin_merged"));
    // ids of 13 digits stay text
    assert!(done.inputs.zones.iter().all(|zone| zone.id.len() == 13 && zone.id.starts_with("4314902")));
    // 75 posts lie in the roads' box; the rest cannot be tied to a road
    let linked = done.reports[0].facilities.iter().filter(|f| f.status == catchment::LinkStatus::Linked).count();
    assert!((50..=75).contains(&linked), "{linked}");
}

#[test]
fn overlaps_and_voids_are_measured_and_no_ground_counts_twice() {
    let Some(done) = study() else { return };
    // shapely, in EPSG:32722: 97 pairs of areas share over 100 m², 18 voids of over 100 m² lie between them, and together they cover
    // 489,107,981 m² (their sum is 489,177,204)
    let listed = |kind: &str| done.inputs.findings.iter().filter(|finding| finding.kind == kind).count();
    assert_eq!((listed("zones_overlap"), listed("void_between_zones")), (97, 18));
    let sum: f64 = done.inputs.zones.iter().map(|zone| catchment::geo::Area::unsigned_area(&zone.area)).sum();
    // five centimetres around what was shared are given up: 69,226 m² of strips half a metre wide are 140 km of them, 14,000 m²
    assert!((489_107_981.0 - 25_000.0..=489_107_981.0 + 10.0).contains(&sum), "{sum}");
}
