//! What goes wrong says what, where and what to do, with the exit code of `catchment --help`; nothing panics.

use super::desk::{Desk, data};
use super::town::PLAN;

/// A town whose plan has `to` in place of `from`.
fn town(from: &str, to: &str) -> Desk {
    assert!(PLAN.contains(from), "{from}");
    let desk = Desk::town();
    desk.put("town.toml", PLAN.replace(from, to));
    desk
}

const RUN: [&str; 5] = ["run", "town.toml", "-q", "--out", "o"];

#[test]
fn unknown_plan_keys_name_the_nearest_known_one() {
    for (from, to, hint) in [
        ("facilities = \"clinics\"", "facilites = \"clinics\"", "did you mean `facilities`?"),
        ("[people]", "[peopel]", "did you mean `people`?"),
        ("title =", "titel =", "did you mean `title`?"),
        ("[[services]]", "[profiles.walk]\nsnap = 3\n[[services]]", "did you mean `snap_m`?"),
    ] {
        let desk = town(from, to);
        desk.fails(&RUN, 2, &["town.toml", hint]);
        assert!(desk.list("o").is_empty());
    }
}

#[test]
fn wrong_values_say_what_is_expected() {
    let desk = Desk::town();
    desk.fails(&["run", "town.toml", "--limit", "15"], 2, &["--limit", "`15`", "15min", "unit"]);
    desk.fails(&["run", "town.toml", "--limit=-5min"], 2, &["-5min"]);
    desk.fails(&["run", "town.toml", "--speed", "fast"], 2, &["--speed", "`fast`", "m/s"]);
    desk.fails(&["run", "town.toml", "--speed", "1000m/s"], 2, &["1000"]);
    desk.fails(&["run", "town.toml", "--threads", "two"], 2, &["--threads"]);
    town("limit = \"15min\"", "limit = \"15\"").fails(&RUN, 2, &["town.toml", "unit"]);
    town("facilities = \"clinics\"", "facilities = \"clinic\"").fails(&RUN, 2, &["town.toml", "did you mean `clinics`?"]);
    desk.fails(&["coverge"], 2, &["coverge", "'coverage'"]);
    desk.fails(&["coverage"], 2, &["--roads"]);
}

#[test]
fn missing_files_are_named_with_their_path() {
    let desk = Desk::town();
    // of the plan it is wrong usage, of what the plan names it is bad input
    desk.fails(&["run", "no-such-plan.toml"], 2, &["no-such-plan.toml"]);
    for file in ["town.osm", "zones.geojson", "people.csv", "clinics.csv"] {
        let desk = Desk::new();
        desk.put("sub/town.toml", PLAN);
        for other in ["town.osm", "zones.geojson", "people.csv", "clinics.csv"] {
            let bytes = Desk::town().bytes(other);
            if other != file {
                desk.put(&format!("sub/{other}"), bytes);
            }
        }
        desk.fails(&["run", "sub/town.toml", "-q", "--out", "o"], 3, &[&format!("sub/{file}")]);
        assert!(desk.list("o").is_empty());
    }
}

#[test]
fn broken_files_are_bad_input_and_no_panic() {
    let pbf = std::fs::read(data("liechtenstein/liechtenstein-2013-08-03.osm.pbf")).unwrap();
    let mut flipped = pbf.clone();
    flipped[100_000] ^= 0x55;
    let plan = PLAN.replace("town.osm", "town.osm.pbf");
    for (what, bytes) in [("cut", &pbf[..300_000]), ("flipped", &flipped), ("no PBF", b"not a PBF at all"), ("empty", b"")] {
        let desk = Desk::town();
        desk.put("town.toml", &plan).put("town.osm.pbf", bytes);
        let done = desk.fails(&RUN, 3, &["town.osm.pbf"]);
        assert!(desk.list("o").is_empty(), "{what}: {}", done.err);
    }
    let desk = Desk::town();
    desk.put("town.osm", "<osm><node id=\"1\" lon=\"9\" lat=\"0\"/>").fails(&RUN, 3, &["town.osm"]);
    let desk = Desk::town();
    desk.put("zones.geojson", "{\"type\": \"FeatureCollection\", \"features\": [").fails(&RUN, 3, &["zones.geojson"]);
    let desk = Desk::town();
    desk.put("clinics.csv", "id,name\n1,Clinic\n").fails(&RUN, 3, &["clinics.csv", "lon"]);
    // bytes that are no UTF-8 may be of another encoding: then a cell of them is a bad record, and the guess is told; not where the plan is sure
    let desk = Desk::town();
    desk.put("people.csv", b"lon,lat,people\n9,0,\xff\xfe\n9.001,0,1\n").works(&RUN);
    let findings = desk.text("o/issues.csv");
    assert!(findings.contains("encoding_guessed") && findings.contains("bad_number"), "{findings}");
    let sure = PLAN.replace("source = \"people.csv\"", "source = \"people.csv\"\ncolumns = { encoding = \"utf-8\" }");
    assert_ne!(sure, PLAN);
    let desk = Desk::town();
    desk.put("people.csv", b"lon,lat,people\n9,0,\xff\xfe\n").put("town.toml", sure).fails(&RUN, 3, &["people.csv", "UTF-8"]);
}

#[test]
fn an_extract_without_roads_says_so() {
    let desk = Desk::town();
    desk.put("town.osm", "<osm version=\"0.6\"><node id=\"1\" lon=\"9\" lat=\"0\"/></osm>");
    desk.fails(&RUN, 3, &["town.osm", "no road"]);
}

#[test]
fn what_is_no_folder_is_wrong_usage() {
    let desk = Desk::town();
    desk.put("file", "not a folder");
    desk.fails(&["run", "town.toml", "-q", "--no-map", "--out", "file/o"], 2, &["file/o", "file is a file", "a folder"]);
    desk.fails(&["run", "town.toml", "-q", "--no-map", "--out", "file"], 2, &["`file`, which is a file", "a folder"]);
    desk.fails(&["run", "town.toml", "-q", "--no-map", "--out", "file/"], 2, &["which is a file", "a folder"]);
    desk.put("job.toml", "[batch]\nid = \"one\"\nplans = [\"town.toml\"]\n");
    desk.fails(&["batch", "plan", "job.toml", "-q", "--out", "file"], 2, &["`file`, which is a file", "a folder"]);
    assert_eq!(desk.text("file"), "not a folder");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", desk.path("dangling")).unwrap();
        desk.fails(&["run", "town.toml", "-q", "--no-map", "--out", "dangling"], 2, &["dangling", "a link that leads nowhere", "a folder"]);
        assert!(!desk.path("nowhere").exists());
    }
    // a folder where a file must go: nothing half-written stays
    std::fs::create_dir_all(desk.path("o/zones.csv")).unwrap();
    desk.fails(&["run", "town.toml", "-q", "--no-map", "--out", "o"], 2, &["o/zones.csv is a folder"]);
    desk.fails(&["run", "town.toml", "-q", "--no-map", "--out", "o", "--force"], 2, &["o/zones.csv is a folder"]);
    std::fs::create_dir_all(desk.path("m/map.svg")).unwrap();
    desk.fails(&["run", "town.toml", "-q", "--out", "m"], 2, &["m/map.svg is a folder"]);
    assert_eq!(desk.list("m"), ["map.svg"]);
    assert!(desk.list("o").iter().all(|name| !name.ends_with(".part")), "{:?}", desk.list("o"));
    desk.fails(&["demo", "--save-plan", "file/plan.toml"], 4, &["file"]);
}
