//! Malta and Liechtenstein, from `data/`.

use catchment::{Coverage, Metric, NoProgress, People, ZoneId};
use catchment_io::{Folder, Plan, Run, run};

use super::reference::{LIECHTENSTEIN, MALTA, Reference};

/// Percentage points.
const WITHIN: f64 = 0.5;

fn study(name: &str) -> Run {
    let folder = format!("{}/../../data/{name}", env!("CARGO_MANIFEST_DIR"));
    let plan = std::fs::read_to_string(format!("{folder}/plan.toml")).unwrap();
    run(&Plan::parse(&plan).unwrap(), &Folder(folder.into()), &NoProgress).unwrap()
}

fn compare(done: &Run, references: &[Reference]) {
    let table = &done.reports[0].coverage;
    let mut faults = Vec::new();
    for reference in references {
        let place = done.inputs.zones.iter().position(|zone| zone.id == reference.id);
        let (name, ours) = match place {
            Some(z) => (done.inputs.zones[z].name.as_str(), &table.zones[z]),
            None if reference.id.is_empty() => ("in all", &table.total),
            None => panic!("no zone {}", reference.id),
        };
        let people = ours.people.unwrap();
        assert_eq!(people.total().as_f64(), reference.people, "{name}: people");
        // the reference measures its own outlines: a tenth of a percent leaves room for two ways of projecting
        assert!((ours.area_m2 / reference.area_m2 - 1.0).abs() < 0.001, "{name}: {} m²", ours.area_m2);
        faults.extend(differences(name, ours, reference));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The reference measures all ground of the zones: the second mask of both plans.
fn differences(name: &str, ours: &Coverage, reference: &Reference) -> Vec<String> {
    let shares = [
        ("people", ours.people_share().unwrap(), reference.people_covered / reference.people),
        ("area", ours.masks[0].share().unwrap(), reference.area_covered_m2 / reference.area_m2),
    ];
    let percent = shares.map(|(what, ours, reference)| (what, 100.0 * ours, 100.0 * reference));
    let off = percent.into_iter().filter(|(_, ours, reference)| (ours - reference).abs() > WITHIN);
    off.map(|(what, ours, reference)| format!("{name}: {what} {ours:.3} %, reference {reference:.3} %")).collect()
}

#[test]
fn malta() {
    let done = study("malta");
    compare(&done, &MALTA);
    // facts of the extract and of the reference program, which merges the same records
    assert_eq!(done.inputs.zones.len(), 68);
    assert_eq!(done.inputs.zones.iter().filter(|zone| zone.people.is_none()).count(), 4);
    assert_eq!(done.inputs.facilities["clinics"].len(), 32);
    assert_eq!(done.reports[0].coverage.total.people.unwrap().total(), People::persons(428_591));
    points(&done, 8480);
    network(&done, [162_439, 175_466, 493, 129_575]);
}

#[test]
fn liechtenstein() {
    let done = study("liechtenstein");
    compare(&done, &LIECHTENSTEIN);
    assert_eq!(done.inputs.zones.len(), 11);
    assert_eq!(done.inputs.facilities["care"].len(), 5);
    assert_eq!(done.reports[0].coverage.total.people.unwrap().total(), People::persons(38_749));
    points(&done, 2392);
    network(&done, [28_194, 29_405, 14, 27_539]);
    let broken = done.inputs.findings.iter().filter(|finding| finding.kind == "broken_boundary").count();
    assert!(broken > 0, "the neighbours' municipalities are cut off at the border");
}

/// The reference's number of demand points, give or take half a percent: slivers at cell borders may fall either way. It makes none in
/// zones of unknown people, where ours are of nobody.
fn points(done: &Run, reference: usize) {
    let known = |zone: &ZoneId| done.inputs.zones[zone.index()].people.is_some();
    let ours = done.inputs.demand.zones.iter().flatten().filter(|zone| known(zone)).count();
    assert!(ours.abs_diff(reference) as f64 <= 0.005 * reference as f64, "{ours} points, reference {reference}");
}

/// Nodes, edges, connected pieces and nodes of the largest, as the reference counts them with scipy.
fn network(done: &Run, reference: [usize; 4]) {
    let facts = &done.networks[&("walk".to_owned(), Metric::Time)];
    assert_eq!([facts.nodes, facts.edges, facts.components, facts.largest_component as usize], reference);
}

#[test]
fn what_went_in_comes_out() {
    let done = study("liechtenstein");
    let table = &done.reports[0].coverage;
    let total = table.total.people.unwrap();
    assert_eq!(total.covered + total.uncovered + total.unreachable + total.unlinked, total.total());
    let by_zone: People = table.zones.iter().map(|zone| zone.people.unwrap().total()).sum();
    assert_eq!(by_zone, People::persons(38_749));
    // Σ people in gaps = people not covered, to the millionth of a person
    let in_gaps: People = done.reports[0].gaps.gaps.iter().map(|gap| gap.people.unwrap()).sum();
    assert_eq!(in_gaps, total.not_covered());
    let area: f64 = done.inputs.zones.iter().map(|zone| catchment::geo::Area::unsigned_area(&zone.area)).sum();
    let ground = table.total.masks[0].total().m2();
    assert!((ground - area).abs() < 1.0, "{ground} m² of ground, {area} m² of zones");
}
