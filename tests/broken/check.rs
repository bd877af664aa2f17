//! Runs cases and holds what they say against the committed text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use super::case::{Case, End};

/// No case may take more memory (KB of addresses) or time (seconds of the processor) than this.
pub(crate) const LIMITS: &str = "ulimit -v 1000000; ulimit -t 30;";
/// So many findings of one kind are shown.
const SHOWN: usize = 3;

/// Runs the cases of a group; `tests/broken/expected/GROUP.txt` must hold what they say.
pub(crate) fn check(group: &str, cases: Vec<Case>) {
    let expected = PathBuf::from(format!("{}/../../tests/broken/expected/{group}.txt", env!("CARGO_MANIFEST_DIR")));
    let committed = fs::read_to_string(&expected).unwrap_or_default();
    let old: BTreeMap<&str, &str> = committed.split("\n## ").skip(1).filter_map(|case| case.split_once('\n')).collect();
    let desk = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("CATCHMENT_BROKEN").map(|folder| PathBuf::from(folder).join(group));
    let (mut said, mut faults) = (BTreeMap::new(), Vec::new());
    let mut text = format!("What the cases of `{group}` say: see tests/broken.rs.\n");
    for case in cases {
        let name = case.name.clone();
        if let Some(why) = case.skipped {
            eprintln!("skipped: {group}, {name}: {why}");
            let as_committed = old.get(name.as_str()).copied().unwrap_or_default().trim_end();
            let _ = write!(text, "\n## {name}\n{as_committed}\n");
            continue;
        }
        let folder = kept.as_ref().map_or(desk.path().to_owned(), Clone::clone).join(name.replace(' ', "_"));
        let of_case = run(case, &folder).unwrap_or_else(|fault| {
            faults.push(format!("{name}: {fault}"));
            format!("{fault}\n")
        });
        let _ = write!(text, "\n## {name}\n{of_case}");
        assert!(said.insert(name.clone(), of_case).is_none(), "two cases `{name}`");
        if kept.is_none() {
            fs::remove_dir_all(folder).unwrap();
        }
    }
    if std::env::var_os("CATCHMENT_BLESS").is_some() {
        fs::write(&expected, &text).unwrap();
        assert!(faults.is_empty(), "{group}:\n{}", faults.join("\n"));
        return;
    }
    assert!(faults.is_empty(), "{group}:\n{}", faults.join("\n"));
    assert!(
        committed == text,
        "{group}: other words than in {}; read them, and if they are right: CATCHMENT_BLESS=1 cargo test -p catchment-cli --test broken\n{}",
        expected.display(),
        differences(&old, &said)
    );
}

/// The cases that say something else than the committed text.
fn differences(old: &BTreeMap<&str, &str>, said: &BTreeMap<String, String>) -> String {
    let names: BTreeSet<&str> = old.keys().copied().chain(said.keys().map(String::as_str)).collect();
    names.into_iter().fold(String::new(), |mut text, name| {
        let (old, new) = (old.get(name).map_or("", |text| text.trim_end()), said.get(name).map_or("", |text| text.trim_end()));
        if old != new {
            let _ = writeln!(text, "\n## {name}\n--- committed\n{old}\n--- now\n{new}");
        }
        text
    })
}

/// Runs a case in `folder` and tells what it says; or how it went wrong.
fn run(case: Case, folder: &Path) -> Result<String, String> {
    fs::create_dir_all(folder).unwrap();
    for (file, bytes) in &case.files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    if let Some(then) = case.then {
        then(folder);
    }
    let before = listing(folder);
    let done = start(folder, case.shell, case.out);
    let [told, err] = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let code = match case.end {
        End::Sound | End::Record => 0,
        End::Plan => 2,
        End::File => 3,
        End::Disk => 4,
    };
    let fault = |what: String| Err(format!("{what}\n{told}{}", indented(&err)));
    if done.status.code() != Some(code) {
        let findings = if done.status.success() { findings(&folder.join(case.out)) } else { String::new() };
        return fault(format!("ended with {}, not with exit code {code}\n{}", done.status, indented(&findings)));
    }
    if code != 0 {
        let left: Vec<PathBuf> = listing(folder).symmetric_difference(&before).cloned().collect();
        return if left.is_empty() && told.is_empty() {
            Ok(format!("exit {code}\n{}", indented(&err)))
        } else {
            fault(format!("left {left:?}"))
        };
    }
    let results = folder.join(case.out);
    let findings = findings(&results);
    // a note has no consequence: that everybody is covered is one
    let is_sound = findings.lines().all(|line| line.starts_with("note | "));
    if !err.is_empty() || !told.is_empty() || (if case.end == End::Sound { !is_sound } else { findings.is_empty() }) {
        return fault(format!("other words than findings, or warnings where all is sound, or nothing\n{}", indented(&findings)));
    }
    adds_up(&results)?;
    Ok(format!("exit 0: {}\n{}", held(&results), indented(&findings)))
}

fn start(folder: &Path, shell: &str, out: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_catchment");
    let mut command = Command::new(program);
    if cfg!(target_os = "linux") {
        command = Command::new("sh");
        command.args(["-c", &format!("{LIMITS} {shell} exec \"$0\" \"$@\""), program]);
    }
    command.args(["run", "plan.toml", "-q", "--no-map", "--threads", "1", "--out", out]).current_dir(folder).output().unwrap()
}

/// Every file and folder below, links not followed.
fn listing(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        found.insert(entry.path());
        if entry.file_type().unwrap().is_dir() {
            found.extend(listing(&entry.path()));
        }
    }
    found
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |all, line| all + "  " + line + "\n")
}

/// The findings, one a line; of many of one kind only some.
fn findings(results: &Path) -> String {
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut text = String::new();
    for row in csv_of(results, "issues.csv") {
        let count = seen.entry((row["source"].clone(), row["kind"].clone())).or_default();
        *count += 1;
        if *count <= SHOWN {
            let id = Some(&row["id"]).filter(|id| !id.is_empty()).map_or_else(String::new, |id| format!(" {id}"));
            let _ = writeln!(text, "{} | {} | {}{id} | {} | {}", row["severity"], row["stage"], row["source"], row["kind"], row["detail"]);
        }
    }
    for ((source, kind), count) in seen.into_iter().filter(|(_, count)| *count > SHOWN) {
        let _ = writeln!(text, "… {source} | {kind} | {count} of them");
    }
    text
}

fn csv_of(results: &Path, file: &str) -> Vec<BTreeMap<String, String>> {
    ::csv::Reader::from_path(results.join(file)).unwrap().deserialize().map(Result::unwrap).collect()
}

/// How many zones, clinics and people the results hold. The k-th point of the sound town has 2^k people: the sum says who is missing.
fn held(results: &Path) -> String {
    let rows = csv_of(results, "zones.csv");
    let people: f64 = rows.iter().map(|row| row["people_total"].parse::<f64>().unwrap_or(0.0)).sum();
    let zones = rows.iter().filter(|row| row["zone_id"] != "outside").count();
    let layer: Value = serde_json::from_slice(&fs::read(results.join("facilities.geojson")).unwrap()).unwrap();
    let clinics = layer["features"].as_array().unwrap().len();
    format!("{zones} zones, {clinics} clinics, {people} people")
}

/// Whether people and area of every zone are the sum of their parts.
fn adds_up(results: &Path) -> Result<(), String> {
    for row in csv_of(results, "zones.csv") {
        let number = |column: &str| row[column].parse::<f64>().unwrap_or(0.0);
        for (total, parts, within) in [
            ("people_total", ["people_covered", "people_uncovered", "people_unreachable", "people_unlinked", "people_no_data"], 1e-6),
            ("mask_area_m2", ["area_covered_m2", "area_uncovered_m2", "area_unreachable_m2", "area_unlinked_m2", "area_no_data_m2"], 1e-3),
        ] {
            let sum: f64 = parts.iter().map(|part| number(part)).sum();
            if (sum - number(total)).abs() > within * number(total).max(1.0) {
                return Err(format!("{total} is not the sum of its parts: {row:?}"));
            }
        }
    }
    Ok(())
}
