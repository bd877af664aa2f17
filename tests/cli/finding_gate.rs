//! One gate for every command: what `catchment check` refuses, no command answers; what is accepted is said by all of them; remedies that are
//! printed are followed.

use super::desk::{Desk, find, number};
use super::town::{EAST, PLAN, WEST, collection, people, rectangle};

const SITING: &str = "[siting]\nadd = 1\n";

/// Every command that searches, and the folder that it would write.
fn commands() -> Vec<(Vec<&'static str>, &'static str)> {
    vec![
        (vec!["run", "town.toml", "--no-map", "--out", "run"], "run"),
        (vec!["compare", "town.toml", "--no-map", "--out", "compare"], "compare"),
        (vec!["site", "town.toml", "--no-map", "--out", "site"], "site"),
        (vec!["isochrones", "town.toml", "--out", "isochrones"], "isochrones"),
        (vec!["reach", "town.toml", "--out", "reach"], "reach"),
        (vec!["audit", "town.toml", "shape.geojson", "--out", "audit"], "audit"),
    ]
}

/// The town with a scenario, a siting and a shape to audit.
fn town() -> Desk {
    let desk = Desk::town();
    let scenario = "[[scenarios]]\nid = \"second\"\nchanges = [{ add = \"n1\", facilities = \"clinics\", lon = 9.006, lat = 0.0 }]\n";
    desk.put("town.toml", format!("{PLAN}{SITING}{scenario}"));
    desk.put("shape.geojson", collection(&[rectangle("1", "shape", 8.9995, 9.0045)]));
    desk
}

/// The flags that an error offers, each as a shell would part them.
fn offered(error: &str) -> Vec<String> {
    let (_, flags) = error.rsplit_once(" }, or ").unwrap_or_else(|| panic!("{error}"));
    flags.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn no_command_answers_what_check_refuses() {
    let far = "id,name,lon,lat\nc1,West clinic,9.030,0.0\n";
    // the clinic lies 2.2 km east of the last road, within the reach of the limit
    let unusable = ("no_usable_facility", "clinics.csv", far.to_owned());
    // 9.200 lies 21 km beyond the roads, in the eastern zone as it is drawn here
    let beyond = ("no_roads", "people.csv", "lon,lat,people\n9.000,0,10\n9.200,0,90\n".to_owned());
    for (kind, file, text) in [unusable, beyond] {
        let desk = town();
        desk.put("zones.geojson", collection(&[rectangle(WEST, "West", 8.9995, 9.0045), rectangle(EAST, "East", 9.0045, 9.2105)]));
        desk.put("people.csv", "lon,lat,people\n9.000,0,10\n9.005,0,90\n").put(file, text);
        let refused = desk.fails(&["check", "town.toml"], 3, &[kind]);
        assert!(!refused.out.contains("Nothing was found"), "{}", refused.out);
        for (command, folder) in commands() {
            let done = desk.fails(&command, 3, &[kind]);
            assert!(done.out.is_empty() && !desk.path(folder).exists(), "{command:?}: {}", done.out);
            // what the error offers is taken by the same command, and said in its findings
            let accepted = [command.iter().map(|own| (*own).to_owned()).collect(), offered(&done.err)].concat();
            desk.works(&accepted.iter().map(String::as_str).collect::<Vec<_>>());
            let found = desk.findings(folder, kind);
            assert!(found.iter().any(|own| own["accepted"] == "true"), "{command:?}: {found:?}");
        }
        for folder in ["run", "compare", "site"] {
            let report = desk.text(&format!("{folder}/report.md"));
            assert!(report.contains("Accepted by the plan: ") && report.contains(&format!("{kind}, accepted")), "{folder}: {report}");
            assert_eq!(desk.json(&format!("{folder}/summary.json"))["findings"]["warnings"][0]["accepted"], true, "{folder}");
        }
        // tiles are cut of the whole study
        desk.put("job.toml", "[batch]\nid = \"tiles\"\nplans = [\"town.toml\"]\n[tiles]\ncount = 2\n");
        desk.fails(&["batch", "plan", "job.toml", "--out", "batch"], 3, &[kind]);
    }
}

/// Eleven points of people in two zones are few; nothing else is said of the town.
#[test]
fn sound_towns_pass_every_command() {
    let desk = town();
    let warned =
        |out: &str| out.lines().filter(|line| line.starts_with("  ") && line.contains(": ")).map(str::to_owned).collect::<Vec<_>>();
    let all = [vec![(vec!["check", "town.toml"], "")], commands()].concat();
    for (command, folder) in all {
        let done = desk.works(&command);
        let warnings = warned(&done.out);
        assert!(warnings.iter().all(|line| line.starts_with("  few_points")), "{command:?}: {warnings:?}");
        if !folder.is_empty() {
            let rows = desk.rows(&format!("{folder}/issues.csv"));
            assert!(rows.iter().all(|row| row["severity"] != "error" && row["accepted"] != "true"), "{command:?}");
        }
    }
}

/// A scenario is a study of its own: what would be an error of a plan is one of the scenario.
#[test]
fn a_scenario_left_with_facilities_without_roads_is_an_error() {
    let desk = Desk::town();
    desk.put("clinics.csv", "id,name,lon,lat\nc1,West clinic,9.000,0\nc2,Lost clinic,9.0145,0\n");
    let scenario = "[[scenarios]]\nid = \"shut\"\nchanges = [{ close = \"c1\", facilities = \"clinics\" }]\n";
    desk.put("town.toml", format!("{PLAN}{scenario}"));
    desk.works(&["run", "town.toml", "--no-map", "--out", "run"]);
    let words = ["no_usable_facility", "in the scenario `shut`, all 1 facilities in reach of the zones are linked to no road"];
    for command in [&["compare", "town.toml", "--no-map", "--out", "compare"][..], &["check", "town.toml"]] {
        desk.fails(command, 3, &words);
    }
    // closing the lost one leaves a sound study
    desk.put("town.toml", format!("{PLAN}{}", scenario.replace("\"c1\"", "\"c2\"")));
    desk.works(&["compare", "town.toml", "--no-map", "--out", "compare"]);
    assert!(desk.findings("compare/shut", "facilities_unlinked").is_empty());
    assert_eq!(desk.findings("compare/baseline", "facilities_unlinked").len(), 1);
}

/// People of no data are in no share: not in those of fairness either.
#[test]
fn everyone_who_is_known_is_covered_evenly() {
    let desk = Desk::town();
    let zones = [rectangle(WEST, "West", 8.9995, 9.0045), rectangle(EAST, "East", 9.0045, 9.2105)];
    desk.put("zones.geojson", collection(&zones)).put("people.csv", "lon,lat,people\n9.000,0,10\n9.005,0,10\n9.200,0,20\n");
    let done = desk.works(&["run", "town.toml", "--no-map", "--accept", "no_roads=60%", "--out", "out"]);
    assert!(
        done.out.contains("walk: 100.0 % of residents inside the road data (20 of 20) live within 15 min; the same at 1.0 to 1.39 m/s."),
        "{}",
        done.out
    );
    assert_eq!(desk.findings("out", "everything_covered").len(), 1);
    let rows = desk.rows("out/fairness.csv");
    let row = rows.iter().find(|row| row["resource"] == "walk.people_covered").unwrap();
    assert_eq!((number(row, "mean_per"), number(row, "gini_people")), (1.0, 0.0), "{row:?}");
    assert_eq!(number(find(&desk.rows("out/zones.csv"), "walk", EAST), "people_share"), 1.0);
    // the share of ground says of which ground it is
    assert!(done.out.contains(" of the land inside the road data ("), "{}", done.out);
}

/// A town without a known number of people has a share of ground, and no "0 of 0".
#[test]
fn a_study_of_unknown_people_gives_no_share_of_people() {
    let desk = Desk::town();
    desk.put("town.toml", PLAN.replace("method = \"points\"\nsource = \"people.csv\"", "method = \"spread\"\ntotals = \"osm\""));
    let done = desk.works(&["run", "town.toml", "--no-map", "--out", "out"]);
    let first = done.out.lines().next().unwrap();
    assert!(first.ends_with(" km²) lies within 15 min.") && first.contains("% of the land ("), "{first}");
    assert!(!first.contains("0 of 0") && first.starts_with("The people of 古美路街道 and 莘庄镇 are not known. walk: "), "{first}");
}

/// A table that was pasted twice has half of its people in rows that repeat others; houses with two households have few.
#[test]
fn a_table_pasted_twice_is_a_warning() {
    let desk = Desk::town();
    let rows = people().split_once('\n').unwrap().1.to_owned();
    for (more, severity) in [(rows.as_str(), "warning"), ("9.000,0,1\n", "note")] {
        desk.put("people.csv", people() + more);
        desk.works(&["run", "town.toml", "--no-map", "--out", "out"]);
        let found = desk.findings("out", "repeated_rows");
        assert_eq!(found.iter().map(|own| own["severity"].as_str()).collect::<Vec<_>>(), [severity]);
    }
}

/// A zone that the table of points leaves out counts 0 people: a warning. A zone whose points have 0 people is a note.
#[test]
fn zones_that_the_table_leaves_out_are_a_warning() {
    let desk = Desk::town();
    for (east, severity, words) in [("", "warning", "莘庄镇; is the file whole?"), ("9.006,0,0\n", "note", "no people at any point")] {
        desk.put("people.csv", format!("lon,lat,people\n9.000,0,10\n9.001,0,10\n{east}"));
        let done = desk.works(&["run", "town.toml", "--no-map", "--out", "out"]);
        let found = desk.findings("out", "nobody");
        assert_eq!(found.iter().map(|own| own["severity"].as_str()).collect::<Vec<_>>(), [severity], "{found:?}");
        assert!(found[0]["detail"].contains(words), "{found:?}");
        assert_eq!(done.out.contains("  nobody"), severity == "warning", "{}", done.out);
    }
}
