//! Batches: shards that are run once however often, by whomever, whatever kills them; merged; compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::desk::{Desk, find, number};
use super::town::{EAST, WEST};

/// The town in two years and at two limits; in 2030 there is a clinic at the eastern end of its street, too.
///
/// The clinic in the west reaches corners 0 to 3 in 5 minutes (1 + 2 + 4 + 8 = 15 people), 0 to 9 in 15 (1,023). The one in the east
/// reaches 7 to 10 in 5 minutes (128 + 256 + 512 + 1,024 = 1,920), and whom the first leaves in 15 (1,024).
const JOB: &str = r#"
[batch]
id = "town-by-year"
plans = ["town.toml"]

[[axes]]
name = "year"
values = [{ id = "2026" }, { id = "2030", set = { "facilities.clinics.source" = "clinics-2030.csv" } }]

[[axes]]
name = "minutes"
values = [{ id = "5", set = { "services.walk.limit" = "5min" } }, { id = "15" }]
"#;

const COVERED: [(&str, &str, f64); 4] = [("2026", "5", 15.0), ("2026", "15", 1023.0), ("2030", "5", 1935.0), ("2030", "15", 2047.0)];

fn desk() -> Desk {
    let desk = Desk::town();
    desk.put("clinics-2030.csv", "id,name,lon,lat\nc1,West clinic,9.000,0\nc2,East clinic,9.010,0\n").put("job.toml", JOB);
    desk
}

fn planned() -> Desk {
    let desk = desk();
    desk.works(&["batch", "plan", "job.toml", "--out", "b"]);
    desk
}

/// Every file below a folder by its path, but for the logs of shards, which tell who ran them when.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().unwrap() != "log.jsonl" {
                files.insert(path.strip_prefix(root).unwrap().display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn same_tree(a: &Path, b: &Path) {
    let (a, b) = (tree(a), tree(b));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, bytes) in &a {
        assert!(bytes == &b[name], "{name} differs");
    }
}

/// How often each shard was begun.
fn begun(desk: &Desk) -> Vec<u64> {
    let status: serde_json::Value = serde_json::from_str(&desk.run(&["batch", "status", "b", "--json"]).out).unwrap();
    status["shards"].as_array().unwrap().iter().map(|shard| shard["begun"].as_u64().unwrap()).collect()
}

#[test]
fn a_matrix_is_run_merged_and_skipped() {
    let desk = planned();
    desk.fails(&["batch", "status", "b"], 3, &["4 of 4 shards are not done"]);
    desk.fails(&["batch", "merge", "b", "--out", "m"], 3, &["town.2026.5", "waiting", "catchment batch run b --shard 0"]);
    assert!(desk.list("m").is_empty());
    desk.works(&["batch", "run", "b", "--shard", "2"]);
    let all = desk.works(&["batch", "run", "b", "--jobs", "2"]);
    assert!(all.out.contains("4 shards done, 3 of them now"), "{}", all.out);
    desk.works(&["batch", "status", "b"]);
    desk.works(&["batch", "merge", "b", "--out", "m"]);
    let rows = desk.rows("m/zones.csv");
    assert_eq!(rows.len(), 8);
    for (year, minutes, people) in COVERED {
        let own: Vec<_> = rows.iter().filter(|row| row["year"] == year && row["minutes"] == minutes).collect();
        assert_eq!(own.iter().map(|row| number(row, "people_covered")).sum::<f64>(), people, "{year}, {minutes}");
        // a shard is a run
        let results = format!("b/shards/town.{year}.{minutes}/results");
        let clinics = if year == "2030" { "2030.toml" } else { "town.toml" };
        desk.put("2030.toml", desk.text("town.toml").replace("clinics.csv", "clinics-2030.csv"));
        let alone = format!("alone-{year}-{minutes}");
        desk.works(&["run", clinics, "--limit", &format!("{minutes}min"), "--out", &alone]);
        for name in desk.list(&results).iter().filter(|name| *name != "manifest.json") {
            assert!(desk.bytes(&format!("{results}/{name}")) == desk.bytes(&format!("{alone}/{name}")), "{name} of {year}, {minutes}");
        }
        assert_eq!(desk.list(&results), desk.list(&alone));
    }
    // features have the columns before their own
    let gaps = desk.json("m/gaps.geojson");
    let first = gaps["features"][0]["properties"].as_object().unwrap();
    assert_eq!(first.keys().take(3).collect::<Vec<_>>(), ["year", "minutes", "service"]);
    // nothing is left to do
    assert!(desk.works(&["batch", "run", "b", "--shard", "1"]).out.contains("done already"));
    desk.works(&["batch", "run", "b"]);
    assert_eq!(begun(&desk), [1, 1, 1, 1]);
    assert!(desk.works(&["batch", "plan", "job.toml", "--out", "b"]).out.contains("4 shards, 4 done already"));
}

#[test]
fn a_shard_with_an_error_fails_alone_and_kinds_are_listed_by_shards() {
    let desk = planned();
    // longitude and latitude of all clinics of 2030, at (9, 0), are swapped
    desk.put("clinics-2030.csv", "id,name,lon,lat\nc1,West clinic,0,9.000\nc2,East clinic,0,9.010\n");
    desk.works(&["batch", "plan", "job.toml", "--out", "b"]);
    desk.fails(&["batch", "run", "b"], 3, &["2 of 4 shards are not done", "axes_swapped"]);
    let status = desk.run(&["batch", "status", "b"]).out;
    assert!(status.contains("2 of 4 shards done"), "{status}");
    assert!(status.contains("error axes_swapped (shards: 2): town.2030.5, town.2030.15\n"), "{status}");
    let listed: serde_json::Value = serde_json::from_str(&desk.run(&["batch", "status", "b", "--json"]).out).unwrap();
    let swapped = &listed["kinds"][0];
    assert_eq!(
        (&swapped["kind"], &swapped["severity"], swapped["shards"].as_array().unwrap().len()),
        (&"axes_swapped".into(), &"error".into(), 2)
    );
}

#[test]
fn only_what_changed_is_run_again() {
    let desk = planned();
    desk.works(&["batch", "run", "b"]);
    // another clinic in 2030: two of the four shards depend on it
    desk.put("clinics-2030.csv", "id,name,lon,lat\nc1,West clinic,9.000,0\nc3,Middle clinic,9.005,0\n");
    assert!(desk.works(&["batch", "plan", "job.toml", "--out", "b"]).out.contains("4 shards, 2 done already"));
    desk.fails(&["batch", "merge", "b", "--out", "m"], 3, &["town.2030.5", "outdated"]);
    desk.works(&["batch", "run", "b"]);
    assert_eq!(begun(&desk), [1, 1, 2, 2]);
    // an input that changes behind the plan's back is no result
    desk.put("people.csv", "lon,lat,people\n9.000,0,1\n");
    desk.put("b/shards/town.2026.5/results/zones.csv", "");
    desk.fails(&["batch", "run", "b", "--shard", "0"], 3, &["people.csv", "changed since the batch was planned", "plan it again"]);
    assert!(desk.run(&["batch", "status", "b"]).out.contains("altered (zones.csv)"));
    // shards that leave the job keep their folders
    desk.put("job.toml", JOB.replace("{ id = \"2026\" }, ", ""));
    let planned = desk.works(&["batch", "plan", "job.toml", "--out", "b"]);
    assert!(planned.out.contains("left as they are: town.2026.5, town.2026.15"), "{}", planned.out);
    assert_eq!(desk.list("b/shards").len(), 4);
}

#[test]
fn a_part_that_is_missing_or_altered_is_refused_and_made_again() {
    let desk = planned();
    desk.works(&["batch", "run", "b"]);
    let whole = tree(&desk.path("b"));
    let gaps = "b/shards/town.2030.15/results/gaps.geojson";
    fs::remove_file(desk.path(gaps)).unwrap();
    desk.fails(&["batch", "status", "b"], 3, &["1 of 4"]);
    desk.fails(&["batch", "merge", "b", "--out", "m"], 3, &["town.2030.15", "gaps.geojson"]);
    desk.works(&["batch", "run", "b"]);
    assert!(tree(&desk.path("b")) == whole);
    // one bit
    let zones = "b/shards/town.2026.5/results/zones.csv";
    let mut bytes = desk.bytes(zones);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    desk.put(zones, bytes);
    desk.fails(&["batch", "merge", "b", "--out", "m"], 3, &["town.2026.5", "zones.csv", "differ from the receipt"]);
    assert!(desk.list("m").is_empty());
    let altered = desk.bytes(zones);
    desk.works(&["batch", "run", "b", "--shard", "0"]);
    // what was not as it had been written is kept, and all else is as it was
    assert!(desk.bytes("b/shards/town.2026.5/kept/zones.csv") == altered);
    fs::remove_dir_all(desk.path("b/shards/town.2026.5/kept")).unwrap();
    assert!(tree(&desk.path("b")) == whole);
    desk.works(&["batch", "merge", "b", "--out", "m"]);
    assert_eq!(begun(&desk), [2, 1, 1, 2]);
}

#[test]
fn a_shard_that_another_process_runs_is_exit_75() {
    let desk = planned();
    let held = fs::File::create(desk.path("b/shards/town.2026.15/log.jsonl")).unwrap();
    held.lock().unwrap();
    desk.fails(&["batch", "run", "b", "--shard", "1"], 75, &["town.2026.15", "try again"]);
    desk.works(&["batch", "run", "b", "--shard", "0"]);
    drop(held);
    desk.works(&["batch", "run", "b", "--shard", "1"]);
}

/// A batch of another version is planned again, and all of it is run again; a shard that needs more memory than it may have says so.
#[test]
#[cfg(unix)]
fn versions_and_memory() {
    let desk = planned();
    desk.fails(&["batch", "run", "b", "--memory", "16"], 3, &["town.2026.5: it needs more than the 16 MB of --memory"]);
    let said = desk.works(&["batch", "run", "b", "--memory", "2000"]);
    assert!(said.err.contains("4 of 4: town."), "{}", said.err);
    desk.put("b/batch.json", desk.text("b/batch.json").replace("\"version\": \"", "\"version\": \"0.0.1-"));
    desk.fails(&["batch", "run", "b"], 3, &["batch.json", "planned by catchment 0.0.1", "plan it again"]);
    desk.works(&["batch", "plan", "job.toml", "--out", "b"]);
    desk.works(&["batch", "status", "b"]);
}

/// What any scheduler may do: the shards by number, two at a time; in any order, and twice, as schedulers that lose sight of a task do.
#[test]
#[cfg(unix)]
fn schedulers_give_the_same_bytes() {
    let here = planned();
    here.works(&["batch", "run", "b", "--jobs", "1"]);
    let program = env!("CARGO_BIN_EXE_catchment");
    let xargs = format!("seq 0 3 | xargs -P2 -n1 '{program}' batch run b --quiet --shard");
    let slurm = format!(
        "for k in 3 1 0 2 1; do SLURM_ARRAY_TASK_ID=$k sh -c '{program} batch run b --quiet --shard $SLURM_ARRAY_TASK_ID --threads 1' || exit 1; done"
    );
    let kubernetes = format!(
        "for k in 0 1 2 3 3; do JOB_COMPLETION_INDEX=$k sh -c '{program} batch run b --quiet --shard $JOB_COMPLETION_INDEX' || exit 1; done"
    );
    for line in [xargs, slurm, kubernetes] {
        let there = planned();
        assert!(Command::new("sh").args(["-c", &line]).current_dir(there.path(".")).status().unwrap().success(), "{line}");
        same_tree(&here.path("b"), &there.path("b"));
        assert_eq!(begun(&there), [1, 1, 1, 1], "{line}");
    }
}

#[test]
#[cfg(unix)]
fn killed_at_any_moment_it_goes_on_and_leaves_nothing() {
    let whole = planned();
    let begun = Instant::now();
    whole.works(&["batch", "run", "b", "--jobs", "2"]);
    let took = begun.elapsed();
    let mut seed: u64 = 20_261_127;
    let mut killed = 0;
    for round in 0..20 {
        let desk = planned();
        let mut child = desk.command(&["batch", "run", "b", "--jobs", "2"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(took.mul_f64((seed >> 33) as f64 / (1u64 << 31) as f64 * 0.8));
        killed += usize::from(child.try_wait().unwrap().is_none());
        // SIGKILL: nothing of it can tidy up
        child.kill().unwrap();
        child.wait().unwrap();
        if round % 2 == 0 {
            // and once more, at work on what was left
            let mut again =
                desk.command(&["batch", "run", "b", "--jobs", "2"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(took.mul_f64((seed >> 40) as f64 / (1u64 << 24) as f64 * 0.4));
            again.kill().unwrap();
            again.wait().unwrap();
        }
        desk.works(&["batch", "run", "b", "--jobs", "2"]);
        same_tree(&whole.path("b"), &desk.path("b"));
    }
    assert!(killed > 10, "{killed} of 20 were killed at work");
}

#[test]
fn jobs_that_cannot_be_used_say_why() {
    let desk = desk();
    let refused = |from: &str, to: &str, words: &[&str]| {
        desk.put("bad.toml", JOB.replace(from, to));
        desk.fails(&["batch", "plan", "bad.toml", "--out", "bad"], 2, words);
        assert!(desk.list("bad").is_empty());
    };
    refused("facilities.clinics.source", "facilities.clinic.source", &["clinic", "did you mean `clinics`?"]);
    refused("services.walk.limit", "services.walk.limit.x", &["set of `5`", "below `limit`"]);
    refused("services.walk.limit\" = \"5min", "services.walk.limit\" = \"5", &["town.toml with 2026, 5", "limit"]);
    refused("services.walk.limit\" = \"5min", "services.walk.limt\" = \"5min", &["town.toml with 2026, 5", "did you mean `limit`?"]);
    refused("plans = [\"town.toml\"]", "plans = [\"no.toml\"]", &["no.toml", "missing"]);
    refused("plans = [\"town.toml\"]", "", &["batch.plans", "[[runs]]"]);
    refused("name = \"year\"", "name = \"study\"", &["axes.name", "study"]);
    refused("id = \"2030\"", "id = \"2026\"", &["`2026` twice"]);
    refused("id = \"2030\"", "id = \"20/30\"", &["20/30", "letters, digits"]);
    refused("plans =", "plan =", &["unknown key", "did you mean `plans`?"]);
    refused("plans =", "services = [\"bus\"]\nplans =", &["batch.services", "`bus`", "walk"]);
    desk.fails(&["batch", "plan", "none.toml", "--out", "bad"], 2, &["none.toml", "missing"]);
    desk.fails(&["batch", "run", "nowhere"], 3, &["batch.json", "no such file"]);
    desk.works(&["batch", "plan", "job.toml", "--out", "b"]);
    desk.fails(&["batch", "run", "b", "--shard", "4"], 2, &["--shard", "0 to 3"]);
    desk.put("other.toml", JOB.replace("town-by-year", "other"));
    desk.fails(&["batch", "plan", "other.toml", "--out", "b"], 2, &["--out", "town-by-year"]);
}

/// Where a batch has files of its own, a link is not followed: what it leads to belongs to somebody else.
#[test]
#[cfg(unix)]
fn links_in_the_folder_of_a_batch_are_refused() {
    use std::os::unix::fs::symlink;
    let desk = desk();
    desk.put("mine/notes.txt", "mine").put("mine.txt", "mine");
    let intact = || desk.list("mine") == ["notes.txt"] && desk.text("mine/notes.txt") == "mine" && desk.text("mine.txt") == "mine";
    let plan = ["batch", "plan", "job.toml", "-q", "--out", "b"];
    let own = "b/shards/town.2026.5";
    fs::create_dir_all(desk.path(own)).unwrap();
    for name in ["b/.batch.json.part", &format!("{own}/.shard.json.part"), &format!("{own}/log.jsonl")] {
        symlink(desk.path("mine.txt"), desk.path(name)).unwrap();
        desk.fails(&plan, 2, &[name, "is a link"]);
        assert!(intact() && !desk.path("b/batch.json").exists(), "{name}");
        fs::remove_file(desk.path(name)).unwrap();
    }
    desk.works(&plan);
    for (name, to) in [
        ("log.jsonl", "mine.txt"),
        (".receipt.json.part", "mine.txt"),
        ("results", "mine"),
        ("kept", "mine"),
        (".results.old", "mine"),
        (".results.part", "mine"),
    ] {
        let link = desk.path(&format!("{own}/{name}"));
        let _ = fs::remove_file(&link);
        symlink(desk.path(to), &link).unwrap();
        for run in [&["batch", "run", "b", "-q"][..], &["batch", "run", "b", "-q", "--shard", "0"]] {
            desk.fails(run, 2, &[&format!("{own}/{name} is a link")]);
            assert!(intact() && link.is_symlink(), "{name}");
        }
        assert!(!desk.path("b/shards/town.2030.15/results").exists(), "nothing runs before all is seen");
        fs::remove_file(&link).unwrap();
    }
    fs::rename(desk.path(own), desk.path("moved")).unwrap();
    symlink(desk.path("moved"), desk.path(own)).unwrap();
    desk.fails(&["batch", "run", "b", "-q"], 2, &[&format!("{own} is a link")]);
    desk.fails(&plan, 2, &[&format!("{own} is a link")]);
    fs::remove_file(desk.path(own)).unwrap();
    fs::rename(desk.path("moved"), desk.path(own)).unwrap();
    // a second name of a user's file keeps what is in it
    fs::hard_link(desk.path("mine.txt"), desk.path(&format!("{own}/.receipt.json.part"))).unwrap();
    desk.works(&["batch", "run", "b", "-q"]);
    fs::hard_link(desk.path("mine.txt"), desk.path("b/.batch.json.part")).unwrap();
    desk.works(&plan);
    assert!(intact());
}

/// A batch reads nothing that it writes, whether it is there yet or not.
#[test]
fn a_batch_reads_none_of_its_own_results() {
    let desk = planned();
    desk.works(&["batch", "run", "b", "-q"]);
    let words = &["--out", "a file that is read", "a folder of its own"];
    for folder in ["b", "c"] {
        desk.put("again.toml", JOB.replace("clinics-2030.csv", &format!("{folder}/shards/town.2026.5/results/zones.csv")));
        desk.fails(&["batch", "plan", "again.toml", "-q", "--out", folder], 2, words);
        desk.fails(&["batch", "plan", "again.toml", "-q", "--out", &format!("./{folder}/../{folder}")], 2, words);
    }
    assert!(!desk.path("c").exists());
    desk.put("clinics-2030.csv", "id,name,lon,lat\nc1,West clinic,9.000,0\n");
    desk.works(&["batch", "plan", "job.toml", "-q", "--out", "c"]);
}

#[test]
fn runs_one_by_one_are_a_list() {
    let desk = desk();
    let runs = r#"
[batch]
id = "two"
[[runs]]
id = "now"
plan = "town.toml"
[[runs]]
id = "soon"
plan = "town.toml"
set = { "facilities.clinics.source" = "clinics-2030.csv", "profiles.walk.speed_m_s" = 2.4, "profiles.walk.access_speed_m_s" = 2.4 }
"#;
    desk.put("runs.toml", runs);
    desk.works(&["batch", "plan", "runs.toml", "--out", "b"]);
    desk.works(&["batch", "run", "b"]);
    desk.works(&["batch", "merge", "b", "--out", "m"]);
    let rows = desk.rows("m/zones.csv");
    let people = |run: &str| rows.iter().filter(|row| row["run"] == run).map(|row| number(row, "people_covered")).sum::<f64>();
    assert_eq!((people("now"), people("soon")), (1023.0, 2047.0));
}

#[test]
fn a_difference_is_told_by_zone_and_gap() {
    let desk = planned();
    desk.works(&["batch", "run", "b"]);
    let results = |name: &str| format!("b/shards/{name}/results");
    let said = desk.works(&["batch", "diff", &results("town.2026.5"), &results("town.2030.5"), "--out", "d"]);
    assert!(said.out.contains("walk: 1,920 people gained, 0 lost"), "{}", said.out);
    let rows = desk.rows("d/zones_diff.csv");
    let (west, east) = (find(&rows, "walk", WEST), find(&rows, "walk", EAST));
    assert_eq!((number(west, "people_gained"), number(east, "people_gained")), (0.0, 1920.0));
    assert_eq!((number(east, "people_covered_before"), number(east, "people_covered_after")), (0.0, 1920.0));
    assert_eq!(number(east, "limit_before_s"), 300.0);
    // and back: they are lost
    desk.works(&["batch", "diff", &results("town.2030.5"), &results("town.2026.5"), "--out", "d"]);
    let rows = desk.rows("d/zones_diff.csv");
    assert_eq!((number(find(&rows, "walk", EAST), "people_gained"), number(find(&rows, "walk", EAST), "people_lost")), (0.0, 1920.0));
    // in 15 minutes the east's one gap, of the 1,024 people at its end, closes
    desk.works(&["batch", "diff", &results("town.2026.15"), &results("town.2030.15"), "--out", "d"]);
    let gaps = desk.rows("d/gaps_diff.csv");
    let closed: Vec<_> = gaps.iter().filter(|row| row["change"] == "closed").collect();
    assert_eq!(closed.iter().map(|row| number(row, "people_before")).sum::<f64>(), 1024.0);
    let layer = desk.json("d/gaps_diff.geojson");
    assert_eq!(layer["features"].as_array().unwrap().len(), gaps.len());
    // merged runs are told apart by their axes
    desk.works(&["batch", "merge", "b", "--out", "m"]);
    let same = desk.works(&["batch", "diff", "m", "m", "--out", "d"]);
    assert!(same.out.contains("2030.15.walk: 0 people gained, 0 lost (by zone); 0 gaps opened, 0 closed"), "{}", same.out);
    desk.fails(&["batch", "diff", "b", "m", "--out", "d"], 3, &["zones.csv", "no such file"]);
}

/// Malta on foot and by ambulance, response times and all: in twelve tiles it is what it is as a whole, to the byte.
#[test]
fn malta_in_tiles_is_malta() {
    let desk = Desk::new();
    desk.works(&["demo", "--save-plan", "malta.toml"]);
    desk.put("whole.toml", "[batch]\nid = \"whole\"\nplans = [\"malta.toml\"]\n");
    desk.put("tiles.toml", "[batch]\nid = \"tiles\"\nplans = [\"malta.toml\"]\n[tiles]\ncount = 12\n");
    desk.works(&["batch", "plan", "whole.toml", "--out", "w"]);
    desk.works(&["batch", "run", "w"]);
    desk.works(&["batch", "plan", "tiles.toml", "--out", "t"]);
    assert_eq!(desk.list("t/shards").len(), 12);
    desk.works(&["batch", "run", "t", "--jobs", "2"]);
    desk.works(&["batch", "merge", "t", "--out", "m"]);
    same_tree(&desk.path("w/shards/malta/results"), &desk.path("m"));

    // a tile that is missing or altered
    fs::remove_file(desk.path("t/shards/tile-0003/results/part.bin")).unwrap();
    desk.fails(&["batch", "merge", "t", "--out", "m2"], 3, &["tile-0003", "part.bin"]);
    let mut made_of = desk.bytes("t/shards/tile-0003/tile.bin");
    made_of[1000] ^= 4;
    desk.put("t/shards/tile-0003/tile.bin", made_of);
    desk.fails(&["batch", "run", "t", "--shard", "3"], 3, &["tile.bin", "not the file that was planned"]);
    assert!(desk.list("m2").is_empty());
    // as the message says
    desk.works(&["batch", "plan", "tiles.toml", "--out", "t"]);
    desk.works(&["batch", "run", "t"]);
    desk.works(&["batch", "merge", "t", "--out", "m2"]);
    same_tree(&desk.path("m"), &desk.path("m2"));
}

/// People who come to a far town are nothing to the tiles of this one.
#[test]
fn tiles_that_know_nothing_of_a_change_stay_done() {
    let desk = Desk::town();
    // a second town far east of the first, with roads, people and zones of its own
    let far = |text: String| text.replace("9.0", "9.5").replace("<osm version=\"0.6\">", "").replace("</osm>", "");
    let second = far(super::town::roads())
        .replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "")
        .replace("id=\"", "id=\"9")
        .replace("ref=\"", "ref=\"9");
    desk.put("town.osm", super::town::roads().replace("</osm>", &format!("{second}</osm>")));
    let zones = [
        ("1", "West", 8.9995, 9.0045),
        ("2", "East", 9.0045, 9.0105),
        ("3", "Far west", 9.4995, 9.5045),
        ("4", "Far east", 9.5045, 9.5105),
    ];
    let zones: Vec<String> = zones.iter().map(|(id, name, west, east)| super::town::rectangle(id, name, *west, *east)).collect();
    desk.put("zones.geojson", super::town::collection(&zones));
    desk.put("people.csv", format!("{}9.503,0,5\n", super::town::people()));
    desk.put("tiles.toml", "[batch]\nid = \"tiles\"\nplans = [\"town.toml\"]\n[tiles]\ncount = 4\n");
    desk.works(&["batch", "plan", "tiles.toml", "--out", "t"]);
    desk.works(&["batch", "run", "t"]);
    desk.put("people.csv", desk.text("people.csv").replace("9.503,0,5", "9.503,0,7"));
    let planned = desk.works(&["batch", "plan", "tiles.toml", "--out", "t"]);
    assert!(planned.out.contains("4 shards, 2 done already"), "{}", planned.out);
    desk.works(&["batch", "run", "t"]);
    desk.works(&["batch", "merge", "t", "--out", "m"]);
    let rows = desk.rows("m/zones.csv");
    assert_eq!(number(find(&rows, "walk", "3"), "people_total"), 7.0);
    assert_eq!(number(find(&rows, "walk", "1"), "people_covered") + number(find(&rows, "walk", "2"), "people_covered"), 1023.0);
}

#[test]
fn tiles_that_would_not_be_exact_are_refused() {
    let desk = Desk::town();
    let job = "[batch]\nid = \"tiles\"\nplans = [\"town.toml\"]\n[tiles]\ncount = 2\n";
    let refused = |job: String, words: &[&str]| {
        desk.put("bad.toml", job);
        desk.fails(&["batch", "plan", "bad.toml", "--out", "bad"], 2, words);
        assert!(desk.list("bad").is_empty());
    };
    // 15 min at 1.2 m/s are 1,080 m; two legs of 300 m at most, and what a plane and rounding take
    refused(format!("{job}halo_m = 0\n"), &["tiles.halo_m is 0", "at least 1993", "`walk`"]);
    refused(format!("{job}halo_m = 1992\n"), &["at least 1993"]);
    refused(job.replace("count = 2", "count = 3"), &["tiles.count is 3", "at most 2", "whole zones"]);
    refused(job.replace("count = 2", "count = 0"), &["tiles.count"]);
    refused(format!("{job}[[axes]]\nname = \"a\"\nvalues = [{{ id = \"1\" }}]\n"), &["tiles", "nothing else to vary"]);
    desk.put("town.toml", format!("{}\n[outputs]\nformats = [\"geojson\", \"geotiff\"]\n", desk.text("town.toml")));
    refused(job.to_owned(), &["outputs.formats", "geotiff", "beside tiles"]);
}
