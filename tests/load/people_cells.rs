//! People of H3 cells.

use catchment::People;
use catchment_io::Inputs;

use super::world::{PLAN, World, of_kind, only};

fn plan(source: &str, more: &str) -> String {
    PLAN.replace("method = \"spread\"", &format!("method = \"cells\"\nsource = \"{source}\"\n{more}"))
}

/// The town goes from 8.999° to 9.04° E and from −0.001° to 0.001° N.
fn people_of(table: &str, more: &str) -> Inputs {
    World::street(40).with_files(&plan("cells.csv", more), &[("cells.csv", table.as_bytes())]).unwrap()
}

/// Shares of cells in the town by H3's own library 4.5.0 (`cell_to_boundary`) and a polygon cut by hand in Python.
#[test]
fn cells_are_shared_by_area_at_borders() {
    for (id, share) in [
        ("8982f5cde23ffff", 0.707_511_956),
        ("8982f5cde0fffff", 0.623_428_150),
        // the same as databases write it
        ("619297024672530431", 0.623_428_150),
        ("8982f5cd35bffff", 0.337_325_755),
        ("8882f5cde1fffff", 0.163_588_961),
    ] {
        let inputs = people_of(&format!("h3_index,people,old\n{id},1000,10\n"), "groups = [\"old\"]");
        assert_eq!((inputs.people_read, inputs.demand.total()), (People::persons(1000), People::persons(1000)));
        let inside = inputs.zones[0].people.unwrap().as_f64();
        assert!((inside - 1000.0 * share).abs() < 0.1, "{id}: {inside}");
        assert_eq!(inputs.demand.groups[0].people.iter().copied().sum::<People>(), People::persons(10));
        assert!(only(&inputs.findings, "people_outside").detail.contains("parts of cells with"));
    }
}

#[test]
fn bad_and_repeated_cells_are_said_and_not_used() {
    let table = "hex_id,pop\n8982f5cde23ffff,64\n8.98E+14,1\n8982f5cde23ffff,2\n8982f5cde0fffff,many\n8982f5cde0fffff,4\n";
    let inputs = people_of(table, "");
    assert_eq!((inputs.people_read, inputs.demand.total()), (People::persons(68), People::persons(68)));
    let bad = only(&inputs.findings, "bad_cell");
    assert!(bad.id == "3" && bad.detail.contains("`8.98E+14` is no index of an H3 cell"), "{bad:?}");
    let twice = only(&inputs.findings, "cell_twice");
    assert!(twice.id == "8982f5cde23ffff" && twice.detail.contains("2.0 people of this row are not used"), "{twice:?}");
    assert!(only(&inputs.findings, "bad_number").detail.contains("`many`"));
    assert!(of_kind(&inputs.findings, "mixed_resolutions").is_empty());
}

#[test]
fn cells_of_several_sizes_may_count_twice() {
    let inputs = people_of("h3,people\n8982f5cde0fffff,8\n8a82f5cde0c7fff,4\n8982f5cde23ffff,1\n", "");
    assert_eq!(inputs.people_read, People::persons(13));
    assert!(only(&inputs.findings, "mixed_resolutions").detail.contains("resolutions 9, 10"));
    assert!(only(&inputs.findings, "cell_within_cell").detail.starts_with("1 cells with 4.0 people lie in larger cells"));
    let inputs = people_of("h3,people\n8982f5cde23ffff,1\n8a82f5cde0c7fff,4\n", "");
    assert!(of_kind(&inputs.findings, "cell_within_cell").is_empty());
}

#[test]
fn a_layer_with_indexes_will_do() {
    let feature = |id: &str, people: u32| {
        format!("{{\"type\": \"Feature\", \"properties\": {{\"address\": \"{id}\", \"people\": {people}}}, \"geometry\": null}}")
    };
    let layer = format!(
        "{{\"type\": \"FeatureCollection\", \"features\": [{}, {}]}}",
        feature("8982f5cde23ffff", 16),
        feature("8982f5cde0fffff", 32)
    );
    let plan = plan("cells.geojson", "columns = { id = \"address\" }");
    let inputs = World::street(40).with_files(&plan, &[("cells.geojson", layer.as_bytes())]).unwrap();
    assert_eq!((inputs.people_read, inputs.demand.total()), (People::persons(48), People::persons(48)));
    let without = World::street(40).with_files(&plan.replace("address", "nothing"), &[("cells.geojson", layer.as_bytes())]);
    assert!(without.unwrap_err().to_string().contains("no column `nothing`"));
}

/// 1,227 cells with 812,935 people, of which 42 areas hold most.
#[test]
fn porto_alegre_keeps_its_people() {
    let shared = std::env::var_os("CATCHMENT_SHARED")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into(), std::path::PathBuf::from);
    let read = |name: &str| std::fs::read(shared.join("data/porto_alegre").join(name));
    let (Ok(cells), Ok(areas)) = (read("poa_hexgrid.csv"), read("poa_areas_ponderacao_42.geojson")) else {
        eprintln!("skipped: no data/porto_alegre in {} (set CATCHMENT_SHARED)", shared.display());
        return;
    };
    let mut world = World::default();
    for (id, lon) in [(1, -51.2), (2, -51.201)] {
        world.at(id, lon, -30.03, &[("amenity", "clinic")]);
    }
    world.way(1, &[1, 2], &[("highway", "residential")]);
    let zones = "[zones]\nsource = \"areas.geojson\"";
    let plan = plan("cells.csv", "groups = [\"jobs\"]").replacen("[zones]\nsource = \"world.osm\"\nadmin_level = 8", zones, 1);
    let inputs = world.with_files(&plan, &[("cells.csv", &cells), ("areas.geojson", &areas)]).unwrap();
    assert_eq!((inputs.people_read, inputs.demand.total()), (People::persons(812_935), People::persons(812_935)));
    // 1,196 of the 1,227 centroids lie in the areas: the rest is what is outside, but for cells at borders
    let inside: People = inputs.zones.iter().filter_map(|zone| zone.people).sum();
    assert!((0.9..1.0).contains(&(inside.as_f64() / 812_935.0)), "{inside:?}");
    assert!(of_kind(&inputs.findings, "bad_cell").is_empty() && of_kind(&inputs.findings, "cell_twice").is_empty());
}
