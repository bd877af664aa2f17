//! Folders of results: other people's files stay, a folder holds one run or none, one process at a time writes there.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::desk::{Desk, data};
use super::town::PLAN;

const RUN: [&str; 6] = ["run", "town.toml", "--no-map", "-q", "--out", "o"];

/// A town with a scenario and a siting.
fn town() -> Desk {
    let desk = Desk::town();
    let more = "[siting]\nadd = 1\n[[scenarios]]\nid = \"second\"\nchanges = [{ add = \"n1\", facilities = \"clinics\", lon = 9.006, lat = 0.0 }]\n";
    desk.put("town.toml", format!("{PLAN}{more}"));
    desk
}

/// Every command that writes a folder of results into `o`, and a file that it writes there.
fn commands() -> Vec<(Vec<&'static str>, &'static str)> {
    vec![
        (RUN.to_vec(), "gaps.csv"),
        (vec!["compare", "town.toml", "--no-map", "-q", "--out", "o"], "second/zones.csv"),
        (vec!["site", "town.toml", "--no-map", "-q", "--out", "o"], "compare/comparison.csv"),
        (vec!["isochrones", "town.toml", "-q", "--out", "o"], "isochrones.geojson"),
        (vec!["reach", "town.toml", "-q", "--out", "o"], "reach.geojson"),
        (vec!["audit", "town.toml", "shape.geojson", "-q", "--out", "o"], "audit.geojson"),
        (vec!["norms", "town.toml", "--standards", "own.toml", "-q", "--out", "o"], "norms.csv"),
        (vec!["batch", "merge", "batch", "-q", "--out", "o"], "zones.csv"),
        (vec!["batch", "diff", "before", "before", "--out", "o"], "zones_diff.csv"),
    ]
}

pub(super) const NORMS: &str = r#"
title = "Own"
[[quantities]]
id = "clinics"
title = "Clinics"
facilities = "clinics"
[[norms]]
id = "one"
title = "One"
have = "clinics"
need = [{ per = "zones", every = 1 }]
"#;

/// What the commands read beside the town.
fn with_inputs(desk: &Desk) {
    desk.works(&["run", "town.toml", "--no-map", "-q", "--out", "before"]);
    fs::copy(desk.path("before/zones.geojson"), desk.path("shape.geojson")).unwrap();
    desk.put("own.toml", NORMS);
    desk.put("job.toml", "[batch]\nid = \"two\"\nplans = [\"town.toml\"]\n[[axes]]\nname = \"limit\"\nvalues = [\n\
              { id = \"ten\", set = { \"services.walk.limit\" = \"10min\" } },\n{ id = \"five\", set = { \"services.walk.limit\" = \"5min\" } },\n]\n");
    desk.works(&["batch", "plan", "job.toml", "-q", "--out", "batch"]);
    desk.works(&["batch", "run", "batch", "-q"]);
}

#[test]
fn files_of_others_are_neither_replaced_nor_deleted() {
    let desk = town();
    with_inputs(&desk);
    for (command, file) in commands() {
        let file = format!("o/{file}");
        desk.put(&file, "mine").put("o/notes.txt", "mine, too");
        let refused = desk.fails(&command, 2, &["--out", &file, "--force"]);
        assert!(refused.out.is_empty() && desk.text(&file) == "mine", "{command:?}");
        desk.works(&[&command[..], &["--force"]].concat());
        assert_ne!(desk.text(&file), "mine");
        // what is ours is replaced without a word, what is not stays
        desk.works(&command);
        assert_eq!(desk.text("o/notes.txt"), "mine, too", "{command:?}");
        // edited since: the user's again
        let edited = desk.text(&file) + "edited";
        desk.put(&file, &edited);
        desk.fails(&command, 2, &["--out", &file]);
        assert_eq!(desk.text(&file), edited, "{command:?}");
        fs::remove_dir_all(desk.path("o")).unwrap();
    }
}

/// By its own name, by another spelling, through a link, and with --force: a folder with a file that is read takes no results.
#[test]
#[cfg(unix)]
fn a_folder_with_an_input_is_refused_always() {
    let desk = town();
    with_inputs(&desk);
    let before: Vec<(String, Vec<u8>)> =
        desk.list(".").into_iter().filter(|name| desk.path(name).is_file()).map(|name| (name.clone(), desk.bytes(&name))).collect();
    std::os::unix::fs::symlink(desk.path("."), desk.path("link")).unwrap();
    for out in [".", "before/..", "link", "./before/../."] {
        for (command, _) in commands().into_iter().take(7) {
            let command: Vec<&str> = command.iter().map(|word| if *word == "o" { out } else { word }).chain(["--force"]).collect();
            desk.fails(&command, 2, &["--out", "a file that is read", "a folder of its own"]);
        }
    }
    desk.fails(&["batch", "merge", "batch", "--out", "batch", "--force"], 2, &["a file that is read"]);
    desk.fails(&["batch", "diff", "before", "before", "--out", "before", "--force"], 2, &["a file that is read"]);
    for (name, bytes) in before {
        assert!(desk.bytes(&name) == bytes, "{name}");
    }
}

/// Files that flags name, that a batch leads to, or that links lead through are read, too.
#[test]
#[cfg(unix)]
fn whatever_is_read_keeps_its_folder() {
    let desk = town();
    with_inputs(&desk);
    let read = "a file that is read";
    // through a folder that is not there yet
    desk.fails(&["run", "town.toml", "--no-map", "--out", "nothere/..", "--force"], 2, &[read]);
    assert!(!desk.path("nothere").exists());
    desk.put("g/sites.geojson", desk.bytes("shape.geojson")).put("g/audit.geojson", desk.bytes("shape.geojson"));
    desk.fails(&["site", "town.toml", "--no-map", "--forbidden", "g/sites.geojson", "--out", "g", "--force"], 2, &[read]);
    desk.fails(&["audit", "town.toml", "g/audit.geojson", "--out", "g", "--force"], 2, &[read]);
    assert!(desk.bytes("g/audit.geojson") == desk.bytes("shape.geojson"));
    // a batch reads its shards, tiles the study once more
    desk.fails(&["batch", "merge", "batch", "--out", "batch/shards/town.five", "--force"], 2, &[read]);
    desk.put("tiles.toml", "[batch]\nid = \"tiles\"\nplans = [\"town.toml\"]\n[tiles]\ncount = 2\n");
    fs::create_dir(desk.path("elsewhere")).unwrap();
    desk.works(&["batch", "plan", "tiles.toml", "-q", "--out", "elsewhere/tiles"]);
    desk.works(&["batch", "run", "elsewhere/tiles", "-q"]);
    desk.fails(&["batch", "merge", "elsewhere/tiles", "--out", ".", "--force"], 2, &[read]);
    // in the middle of a chain of links
    desk.put("real/zones.geojson", desk.bytes("zones.geojson"));
    fs::remove_file(desk.path("zones.geojson")).unwrap();
    fs::create_dir(desk.path("o")).unwrap();
    std::os::unix::fs::symlink(desk.path("real/zones.geojson"), desk.path("o/zones.geojson")).unwrap();
    std::os::unix::fs::symlink(desk.path("o/zones.geojson"), desk.path("zones.geojson")).unwrap();
    desk.fails(&["run", "town.toml", "--no-map", "--out", "o", "--force"], 2, &[read]);
}

/// A comparison is one folder with those inside: none of them is a link, another run's, or another process's.
#[test]
#[cfg(unix)]
fn folders_inside_belong_to_the_whole() {
    let desk = town();
    let compare = ["compare", "town.toml", "--no-map", "-q", "--out", "o"];
    desk.works(&compare);
    let whole = || ["o", "o/baseline", "o/second"].iter().all(|folder| is_whole(&desk.path(folder)));
    assert!(whole());
    desk.fails(&["run", "town.toml", "--no-map", "--out", "o/second"], 2, &["the results of another command", "a folder of its own"]);
    let held = fs::File::create(desk.path("o/second/.catchment-lock")).unwrap();
    held.lock().unwrap();
    desk.fails(&compare, 75, &["another process"]);
    drop(held);
    desk.works(&compare);
    fs::rename(desk.path("o/second"), desk.path("moved")).unwrap();
    std::os::unix::fs::symlink(desk.path("moved"), desk.path("o/second")).unwrap();
    desk.fails(&compare, 2, &["o/second is a link"]);
    assert!(whole());
}

/// Another command's folder, and a manifest of another program.
#[test]
fn folders_of_other_programs_are_refused() {
    let desk = town();
    desk.put("o/manifest.json", "{\"name\": \"a web page\"}");
    desk.fails(&RUN, 2, &["o/manifest.json"]);
    desk.put("o/manifest.json", "{\"tool\": {\"name\": \"another\"}, \"outputs\": [{\"file\": \"town.osm\", \"sha256\": \"0\"}]}");
    desk.fails(&RUN, 2, &["o/manifest.json"]);
}

/// A link among the results is not ours, whatever it leads to.
#[test]
#[cfg(unix)]
fn links_are_not_followed() {
    let desk = town();
    desk.works(&RUN);
    desk.put("mine.csv", "mine");
    fs::remove_file(desk.path("o/zones.csv")).unwrap();
    std::os::unix::fs::symlink(desk.path("mine.csv"), desk.path("o/zones.csv")).unwrap();
    desk.fails(&RUN, 2, &["o/zones.csv"]);
    desk.works(&[&RUN[..], &["--force"]].concat());
    assert_eq!(desk.text("mine.csv"), "mine");
    assert!(desk.text("o/zones.csv").starts_with("service,"));
}

#[test]
fn edited_files_of_an_earlier_run_stay_and_are_told() {
    let desk = town();
    desk.works(&RUN);
    let edited = desk.text("o/zones.csv") + "my own row\n";
    desk.put("o/zones.csv", &edited);
    // without tables: those of before go, but for the one that was edited
    let run = ["run", "town.toml", "--no-map", "--format", "geojson", "--out", "o"];
    let done = desk.works(&run);
    assert!(done.err.contains("o/zones.csv: edited since it was written, and left as it is"), "{}", done.err);
    assert_eq!(desk.text("o/zones.csv"), edited);
    assert!(!desk.path("o/gaps.csv").exists() && desk.path("o/gaps.geojson").exists());
    // no manifest of ours lists it any more
    assert!(!desk.works(&run).err.contains("edited"));
    assert_eq!(desk.text("o/zones.csv"), edited);
}

/// A manifest says by its own digest whether it is as it was written: an edited one is the user's.
#[test]
fn an_edited_manifest_is_not_replaced() {
    let desk = town();
    with_inputs(&desk);
    for (command, _) in commands() {
        desk.works(&command);
        let written = desk.text("o/manifest.json");
        let own = desk.json("o/manifest.json")["sha256"].as_str().unwrap().to_owned();
        assert_eq!(sha256(written.replace(&own, &"0".repeat(64)).as_bytes()), own, "{command:?}");
        let without = written.replace(&format!("\"sha256\": \"{own}\""), "\"sha256\": null");
        for edited in [format!("{written}\n"), written.replace(&own, &own.replace(['a', 'b'], "c")), without] {
            desk.put("o/manifest.json", &edited);
            desk.fails(&command, 2, &["o/manifest.json is not as this program wrote it", "--force"]);
            assert_eq!(desk.text("o/manifest.json"), edited, "{command:?}");
        }
        desk.works(&[&command[..], &["--force"]].concat());
        desk.works(&command);
        fs::remove_dir_all(desk.path("o")).unwrap();
    }
}

/// The files of a folder are those that its manifest lists, with their digests.
fn is_whole(folder: &Path) -> bool {
    let Ok(text) = fs::read(folder.join("manifest.json")) else { return false };
    let manifest: Value = serde_json::from_slice(&text).unwrap();
    let listed = manifest["outputs"].as_array().unwrap();
    let holds = |own: &Value| {
        let bytes = fs::read(folder.join(own["file"].as_str().unwrap())).unwrap_or_default();
        let digest = sha256(&bytes);
        own["sha256"] == digest.as_str()
    };
    listed.iter().all(holds)
}

/// SHA-256 by the program itself would be no second opinion: `sha256sum` of the system.
fn sha256(bytes: &[u8]) -> String {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let done = child.wait_with_output().unwrap();
    String::from_utf8(done.stdout).unwrap().split_whitespace().next().unwrap().to_owned()
}

/// A process that was killed in the middle of the switch leaves a journal: what is there is taken for no result, and the next run ends it.
#[test]
#[cfg(target_os = "linux")]
fn a_switch_that_was_killed_is_recognised_and_ended() {
    let desk = town();
    desk.works(&["run", "town.toml", "--no-map", "-q", "--limit", "2min", "--out", "old"]);
    desk.works(&["run", "town.toml", "--no-map", "-q", "--limit", "5min", "--format", "geojson", "--out", "new"]);
    let old: Vec<String> = desk.list("old");
    // after every number of renames that a kill may leave
    let manifest = desk.json("new/manifest.json");
    let mut names: Vec<String> =
        manifest["outputs"].as_array().unwrap().iter().map(|own| own["file"].as_str().unwrap().to_owned()).collect();
    names.push("manifest.json".to_owned());
    for renamed in 0..=names.len() {
        let _ = fs::remove_dir_all(desk.path("o"));
        for name in &old {
            desk.put(&format!("o/{name}"), desk.bytes(&format!("old/{name}")));
        }
        let digests = |folder: &str, names: &[String]| -> Vec<(String, String)> {
            names.iter().map(|name| (name.clone(), sha256(&desk.bytes(&format!("{folder}/{name}"))))).collect()
        };
        let journal = serde_json::json!({
            "files": digests("new", &names), "old": digests("old", &old), "manifests": ["manifest.json"], "gone": [],
        });
        fs::remove_file(desk.path("o/manifest.json")).unwrap();
        for (i, name) in names.iter().enumerate() {
            let folder = if i < renamed { "o" } else { "o/.catchment-new" };
            desk.put(&format!("{folder}/{name}"), desk.bytes(&format!("new/{name}")));
        }
        desk.put("o/.catchment-new/journal.json", journal.to_string());
        assert_eq!(is_whole(&desk.path("o")), renamed == names.len(), "after {renamed} renames it is no result");
        desk.fails(&["batch", "diff", "o", "new", "--out", "d"], 3, &["the files of two runs"]);
        // any run into the folder ends the switch first; this one is refused for its own reasons
        desk.put("o/notes.txt", "mine");
        desk.fails(&["run", "broken.toml", "--out", "o"], 2, &["broken.toml"]);
        let limit = ["run", "town.toml", "--no-map", "-q", "--limit", "5min", "--format", "geojson", "--out", "o"];
        desk.works(&limit);
        assert!(is_whole(&desk.path("o")), "after {renamed} renames");
        assert_eq!(desk.list("o"), {
            let mut all = [names.clone(), vec!["notes.txt".to_owned()]].concat();
            all.sort();
            all
        });
    }
}

/// What was edited before a switch that was killed stays when the next run ends the switch, and is told.
#[test]
#[cfg(target_os = "linux")]
fn an_ended_switch_tells_of_files_that_stay() {
    let desk = town();
    desk.works(&RUN);
    desk.works(&["run", "town.toml", "--no-map", "-q", "--format", "geojson", "--out", "new"]);
    let digests = |folder: &str| -> Vec<(String, String)> {
        desk.list(folder).into_iter().map(|name| (name.clone(), sha256(&desk.bytes(&format!("{folder}/{name}"))))).collect()
    };
    let journal = serde_json::json!({ "files": digests("new"), "old": digests("o"), "manifests": ["manifest.json"], "gone": [] });
    let edited = desk.text("o/zones.csv") + "my own row\n";
    desk.put("o/zones.csv", &edited).put("o/.catchment-new/journal.json", journal.to_string());
    for name in desk.list("new") {
        desk.put(&format!("o/.catchment-new/{name}"), desk.bytes(&format!("new/{name}")));
    }
    let done = desk.works(&["run", "town.toml", "--no-map", "--format", "geojson", "--limit", "5min", "--out", "o"]);
    assert!(done.err.contains("o/zones.csv: edited since it was written, and left as it is"), "{}", done.err);
    assert_eq!(desk.text("o/zones.csv"), edited);
    assert!(is_whole(&desk.path("o")) && !desk.path("o/gaps.csv").exists());
}

/// Kills at random moments of a re-run with other formats: the folder holds the old run, the new one, or a switch that is recognised.
#[test]
#[cfg(unix)]
fn kills_leave_no_mix() {
    let desk = town();
    let formats = ["geojson,csv", "geojson", "csv", "geojsonl,csv"];
    desk.works(&RUN);
    desk.put("o/notes.txt", "mine");
    let begun = std::time::Instant::now();
    desk.works(&RUN);
    let took = begun.elapsed();
    for k in 0..60_u32 {
        let format = formats[k as usize % formats.len()];
        let signal = ["-TERM", "-KILL", "-INT", "-HUP"][(k / 3) as usize % 4];
        let mut child = desk
            .command(&[&RUN[..], &["--format", format]].concat())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(took * (k * 37 % 60) / 50);
        let _ = std::process::Command::new("kill").args([signal, &child.id().to_string()]).output();
        let ended = child.wait().unwrap();
        let expected: &[Option<i32>] = match signal {
            "-TERM" => &[Some(143), Some(0)],
            "-INT" => &[Some(130), Some(0)],
            "-HUP" => &[Some(129), Some(0)],
            _ => &[None, Some(0)],
        };
        // before the handlers stand, a signal ends the process as it ends any
        assert!(expected.contains(&ended.code()) || ended.code().is_none(), "{signal}: {ended}");
        let unfinished = desk.path("o/.catchment-new/journal.json").exists();
        assert!(unfinished || is_whole(&desk.path("o")), "kill {k} with {signal} left a mix");
        assert_eq!(desk.text("o/notes.txt"), "mine");
    }
    desk.works(&RUN);
    let hidden: Vec<String> = fs::read_dir(desk.path("o"))
        .unwrap()
        .map(|own| own.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(is_whole(&desk.path("o")) && hidden.is_empty(), "{hidden:?}");
}

/// Two runs into one folder: the second ends with 75, and the folder is the first one's.
#[test]
fn a_second_run_into_a_folder_ends_with_75() {
    let desk = Desk::new();
    let plan = data("liechtenstein/plan.toml");
    let mut first = desk.command(&["run", &plan, "--no-map", "-q", "--out", "o"]).spawn().unwrap();
    while !desk.path("o/.catchment-lock").exists() {
        assert!(first.try_wait().unwrap().is_none(), "the first run ended before it was seen");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    desk.fails(&["run", &plan, "--no-map", "-q", "--limit", "5min", "--out", "o"], 75, &["another process", "try again"]);
    assert_eq!(first.wait().unwrap().code(), Some(0));
    assert!(is_whole(&desk.path("o")));
    assert_eq!(desk.json("o/summary.json")["services"][0]["limit_s"], 900.0);
}

/// What versions before left under temporary names goes with the next run.
#[test]
fn old_parts_are_swept() {
    let desk = town();
    desk.put("o/.gaps.csv.4711.part", "half")
        .put("o/.movie.7.part", "mine")
        .put("o/.gaps.csv..part", "mine")
        .put("o/.mine", "mine")
        .put("o/.catchment-new/gaps.csv", "half");
    desk.works(&RUN);
    assert!(!desk.path("o/.gaps.csv.4711.part").exists() && !desk.path("o/.catchment-new").exists());
    for name in [".mine", ".movie.7.part", ".gaps.csv..part"] {
        assert_eq!(desk.text(&format!("o/{name}")), "mine");
    }
}

#[test]
fn files_written_alone_replace_their_own_kind_only() {
    let desk = town();
    let prepare = ["prepare", "town.osm", "-q", "-o", "roads.cnet"];
    desk.works(&prepare);
    desk.works(&prepare);
    desk.put("roads.cnet", "a letter");
    desk.fails(&prepare, 2, &["--output", "roads.cnet", "--force"]);
    assert_eq!(desk.text("roads.cnet"), "a letter");
    desk.works(&[&prepare[..], &["--force"]].concat());
    // its own source, under whatever name
    fs::copy(desk.path("town.osm"), desk.path("town.cnet")).unwrap();
    desk.fails(&["prepare", "town.cnet", "-q", "-o", "./town.cnet", "--force"], 2, &["a file that is read"]);
    desk.works(&["convert", "zones.geojson", "z.csv", "-q"]);
    desk.fails(&["convert", "zones.geojson", "z.csv", "-q"], 2, &["z.csv", "--force"]);
    desk.fails(&["convert", "zones.geojson", "./zones.geojson", "--force"], 2, &["a file that is read"]);
    desk.works(&["convert", "zones.geojson", "z.csv", "-q", "--force"]);
    // a link where the file would grow is not followed
    #[cfg(unix)]
    {
        desk.put("mine.txt", "mine");
        std::os::unix::fs::symlink(desk.path("mine.txt"), desk.path(".q.csv.catchment-part")).unwrap();
        desk.fails(&["convert", "zones.geojson", "q.csv"], 2, &[".q.csv.catchment-part"]);
        assert_eq!(desk.text("mine.txt"), "mine");
        fs::remove_file(desk.path(".q.csv.catchment-part")).unwrap();
    }
    // the demo's plan and data
    desk.fails(&["demo", "--save-plan", "d2/LICENSE-ODbL.txt"], 2, &["the name of a file of the data"]);
    assert!(desk.list("d2").is_empty());
    desk.put("demo/malta-2024-03-13.osm.pbf", "mine");
    desk.fails(&["demo", "--save-plan", "demo/plan.toml"], 2, &["demo/malta-2024-03-13.osm.pbf"]);
    assert!(!desk.path("demo/plan.toml").exists());
    assert_eq!(desk.list("."), {
        let mut own = desk.list(".");
        own.retain(|name| !name.ends_with("part"));
        own
    });
}

/// A prepared network is known by its whole header, not by how it begins.
#[test]
fn a_file_that_begins_like_a_prepared_network_is_the_users() {
    let desk = town();
    let prepare = ["prepare", "town.osm", "-q", "-o", "m.cnet"];
    desk.works(&prepare);
    let whole = desk.bytes("m.cnet");
    let mut altered = whole.clone();
    altered[40] ^= 4;
    for mine in [&b"CATCHNETmy own notes\n"[..], b"CATCHNET", &whole[..100], &whole[..whole.len() - 1], &altered] {
        desk.put("m.cnet", mine);
        desk.fails(&prepare, 2, &["--output", "m.cnet", "--force"]);
        assert!(desk.bytes("m.cnet") == mine);
    }
    // of another version: the version is no part of the checksum
    let mut other = whole.clone();
    other[8] = 2;
    desk.put("m.cnet", other).works(&prepare);
    assert!(desk.bytes("m.cnet") == whole);
}

/// What stands under the name of a part is not written into, whatever other names it has.
#[test]
#[cfg(unix)]
fn parts_are_new_files() {
    let desk = town();
    desk.put("u.csv", "precious");
    fs::hard_link(desk.path("u.csv"), desk.path(".q.csv.catchment-part")).unwrap();
    desk.works(&["convert", "people.csv", "q.csv", "-q"]);
    assert_eq!(desk.text("u.csv"), "precious");
    assert!(desk.text("q.csv").starts_with("lon,lat,people") && !desk.path(".q.csv.catchment-part").exists());
    fs::hard_link(desk.path("u.csv"), desk.path(".q.csv.catchment-part")).unwrap();
    // and where the command fails
    desk.fails(&["convert", "nosuch.csv", "q.csv", "-q", "--force"], 3, &["nosuch.csv"]);
    assert_eq!(desk.text("u.csv"), "precious");
    for (name, is_link) in [(".r.csv.catchment-part", true), (".s.csv.catchment-part", false)] {
        match is_link {
            true => std::os::unix::fs::symlink(desk.path("nowhere"), desk.path(name)).unwrap(),
            false => fs::create_dir(desk.path(name)).unwrap(),
        }
        let to = &name[1..6];
        desk.fails(&["convert", "people.csv", to, "-q"], 2, &[name, "no file of ours"]);
        assert!(!desk.path("nowhere").exists() && !desk.path(to).exists());
    }
    // another process that writes it holds it
    let held = fs::File::create(desk.path(".t.csv.catchment-part")).unwrap();
    held.lock().unwrap();
    desk.fails(&["convert", "people.csv", "t.csv", "-q"], 75, &["another process"]);
    drop(held);
    desk.works(&["convert", "people.csv", "t.csv", "-q"]);
    fs::create_dir(desk.path("folder.csv")).unwrap();
    desk.fails(&["convert", "people.csv", "folder.csv", "-q", "--force"], 2, &["folder.csv", "which is a folder"]);
}

/// Names of the program's own in a folder of results: what it did not write there stays, and is told.
#[test]
fn reserved_names_hold_nothing_of_the_user() {
    for command in [&RUN[..], &["compare", "town.toml", "--no-map", "-q", "--out", "o"], &["isochrones", "town.toml", "-q", "--out", "o"]] {
        for name in [".catchment-lock", ".catchment-new", ".catchment-new/mine.txt", ".catchment-new/second/mine.txt", ".catchment-lock/x"]
        {
            let desk = town();
            let file = format!("o/{name}");
            desk.put(&file, "mine");
            let shown = if name.ends_with("/x") { "o/.catchment-lock" } else { &file };
            for force in [&[][..], &["--force"]] {
                desk.fails(&[command, force].concat(), 2, &["--out", shown, "is not as this program"]);
                assert_eq!(desk.text(&file), "mine", "{command:?} {name}");
            }
        }
        // a probe takes a name that is free
        let desk = town();
        desk.put("o/.catchment-probe", "mine").works(command);
        assert_eq!(desk.text("o/.catchment-probe"), "mine");
        assert_eq!(desk.list("o").iter().filter(|name| name.starts_with(".catchment")).count(), 1);
        // one that a killed process left is empty, and goes
        desk.put("o/.catchment-probe", "").works(command);
        assert!(!desk.path("o/.catchment-probe").exists());
    }
}

/// A link where new files grow is not followed, and what it leads to stays.
#[test]
#[cfg(unix)]
fn new_files_grow_behind_no_link() {
    let desk = town();
    desk.put("mine/gaps.csv", "mine").put("o/notes.txt", "mine");
    std::os::unix::fs::symlink(desk.path("mine"), desk.path("o/.catchment-new")).unwrap();
    desk.fails(&[&RUN[..], &["--force"]].concat(), 2, &["o/.catchment-new is not as this program"]);
    assert!(desk.path("o/.catchment-new").is_symlink() && desk.text("mine/gaps.csv") == "mine");
    fs::remove_file(desk.path("o/.catchment-new")).unwrap();
    fs::create_dir(desk.path("o/.catchment-new")).unwrap();
    std::os::unix::fs::symlink(desk.path("mine/gaps.csv"), desk.path("o/.catchment-new/gaps.csv")).unwrap();
    desk.fails(&RUN, 2, &["o/.catchment-new/gaps.csv"]);
    assert_eq!(desk.text("mine/gaps.csv"), "mine");
    fs::remove_dir_all(desk.path("o/.catchment-new")).unwrap();
    std::os::unix::fs::symlink(desk.path("mine/gaps.csv"), desk.path("o/.catchment-lock")).unwrap();
    desk.fails(&RUN, 2, &["o/.catchment-lock"]);
    assert_eq!((desk.text("mine/gaps.csv"), desk.text("o/notes.txt")), ("mine".to_owned(), "mine".to_owned()));
}

/// The plan of the demo is replaced with --force alone, its data never.
#[test]
fn a_saved_plan_replaces_what_it_is_told_to() {
    let desk = Desk::new();
    let save = ["demo", "--save-plan", "d/plan.toml"];
    desk.works(&save);
    let plan = desk.text("d/plan.toml");
    desk.put("d/plan.toml", "mine");
    desk.fails(&save, 2, &["--save-plan", "d/plan.toml", "--force to replace it"]);
    assert_eq!(desk.text("d/plan.toml"), "mine");
    desk.put("d/example.toml", "mine");
    for force in [&[][..], &["--force"]] {
        let done = desk.fails(&[&save[..], force].concat(), 2, &["d/example.toml is not the data of the demo", "another folder"]);
        assert!(!done.err.contains("--force"), "{}", done.err);
    }
    assert_eq!((desk.text("d/plan.toml"), desk.text("d/example.toml")), ("mine".to_owned(), "mine".to_owned()));
    fs::remove_file(desk.path("d/example.toml")).unwrap();
    desk.works(&[&save[..], &["--force"]].concat());
    assert_eq!(desk.text("d/plan.toml"), plan);
    assert_eq!(desk.list("d").len(), 4);
}

/// A disk that is full under standard output, and a file that may not grow.
#[test]
#[cfg(target_os = "linux")]
fn full_disks_end_with_4() {
    let desk = town();
    for command in [
        &["run", "town.toml", "--no-map", "--json", "--out", "o"][..],
        &["inspect", "people.csv", "--json"],
        &["licenses"],
        &["check", "town.toml"],
    ] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let done = desk.command(command).stdout(full).output().unwrap();
        assert_eq!(done.status.code(), Some(4), "{command:?}");
        assert!(String::from_utf8_lossy(&done.stderr).contains("standard output"), "{command:?}");
    }
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    assert_eq!(desk.command(&["--help"]).stdout(full).status().unwrap().code(), Some(4));
    // a journal that cannot be read is no reason to throw away what it tells of
    desk.put("o/.catchment-new/journal.json/x", "");
    desk.fails(&RUN, 4, &["journal.json"]);
    fs::remove_dir_all(desk.path("o/.catchment-new")).unwrap();
    desk.works(&RUN);
    let program = env!("CARGO_BIN_EXE_catchment");
    let done = std::process::Command::new("sh")
        .args(["-c", &format!("ulimit -f 4; {program} run town.toml --no-map -q --limit 2min --out o")])
        .current_dir(desk.path("."))
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(4), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(String::from_utf8_lossy(&done.stderr).contains("no file may be as large as that here"));
    assert!(is_whole(&desk.path("o")));
    assert_eq!(desk.json("o/summary.json")["services"][0]["limit_s"], 900.0);
}

/// A disk that fills up while results are written: the old run stays.
#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_fills_up_leaves_the_old_run() {
    let desk = town();
    desk.works(&["run", "town.toml", "--no-map", "-q", "--limit", "2min", "--format", "csv", "--out", "small"]);
    let program = env!("CARGO_BIN_EXE_catchment");
    let script = format!(
        "mkdir o && mount -t tmpfs -o size=120k none o && cp small/* o/ && {program} run town.toml --no-map -q --format geojson,csv,xlsx --out o; echo code $?; \
         ls -A o; mkdir after; cp o/* after/"
    );
    let done = std::process::Command::new("unshare").args(["-rm", "sh", "-c", &script]).current_dir(desk.path(".")).output();
    let Some(done) =
        done.ok().filter(|done| !String::from_utf8_lossy(&done.stderr).contains("unshare") && desk.path("after/manifest.json").exists())
    else {
        eprintln!("skipped: this system lets no test mount a small disk");
        return;
    };
    let (out, err) = (String::from_utf8_lossy(&done.stdout).into_owned(), String::from_utf8_lossy(&done.stderr).into_owned());
    assert!(out.starts_with("code 4") && err.contains("the disk is full"), "{out}{err}");
    assert!(!out.lines().any(|line| line.starts_with('.')), "{out}");
    assert!(is_whole(&desk.path("after")));
    assert_eq!(desk.json("after/summary.json")["services"][0]["limit_s"], 120.0);
}

/// A batch's own files are believed no further than they can be.
#[test]
fn batches_believe_no_name_that_leads_out() {
    let desk = town();
    with_inputs(&desk);
    // a stray file among a shard's results is in no merge
    desk.put("batch/shards/town.five/results/stray.csv", "service\nstray\n");
    desk.works(&["batch", "merge", "batch", "-q", "--out", "o"]);
    assert!(!desk.path("o/stray.csv").exists());
    // it stays where a shard is run again
    desk.put("batch/shards/town.five/results/zones.csv", "edited\n");
    desk.fails(&["batch", "merge", "batch", "-q", "--out", "o"], 3, &["town.five", "differ"]);
    desk.works(&["batch", "run", "batch", "-q"]);
    assert_eq!(desk.text("batch/shards/town.five/kept/stray.csv"), "service\nstray\n");
    assert_eq!(desk.text("batch/shards/town.five/kept/zones.csv"), "edited\n");
    // a name that is ours elsewhere, and one that is no text
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt as _;
        let odd = std::ffi::OsStr::from_bytes(b"n\xff.txt");
        desk.put("batch/shards/town.five/results/part.bin", "mine");
        fs::write(desk.path("batch/shards/town.five/results").join(odd), "mine").unwrap();
        desk.put("batch/shards/town.five/results/gaps.csv", "edited\n");
        desk.works(&["batch", "run", "batch", "-q"]);
        assert_eq!(desk.text("batch/shards/town.five/kept/part.bin"), "mine");
        assert_eq!(fs::read(desk.path("batch/shards/town.five/kept").join(odd)).unwrap(), b"mine");
    }
    // a shard without its own file is not done
    let own = desk.text("batch/shards/town.five/shard.json");
    desk.put("batch/shards/town.five/shard.json", &own[..own.len() / 2]);
    let status = desk.run(&["batch", "status", "batch", "--json"]);
    assert_eq!(status.code, Some(3));
    let found: Value = serde_json::from_str(&status.out).unwrap();
    assert!(found["shards"].as_array().unwrap().iter().any(|own| own["name"] == "town.five" && own["state"] == "broken"), "{found}");
    // a name that leads out of the folder
    let text = desk.text("batch/batch.json").replace("\"town.five\"", "\"../../victim\"");
    desk.put("batch/batch.json", text).put("victim/shard.json", own);
    for command in [
        &["batch", "status", "batch"][..],
        &["batch", "run", "batch"],
        &["batch", "merge", "batch", "--out", "m"],
        &["batch", "plan", "job.toml", "--out", "batch"],
    ] {
        desk.fails(command, 3, &["batch.json", "../../victim"]);
    }
    assert_eq!(desk.list("victim"), ["shard.json"]);
}
