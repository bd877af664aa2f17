//! A temporary folder with the binary at hand, and what it leaves there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The files of a run with one service, several zones and all outputs.
pub(crate) const FILES: [&str; 20] = [
    "README.txt",
    "agglomeration.csv",
    "coverage.geojson",
    "facilities.geojson",
    "fairness.csv",
    "gaps.csv",
    "gaps.geojson",
    "issues.csv",
    "lorenz.csv",
    "manifest.json",
    "map.png",
    "map.svg",
    "report.md",
    "summary.json",
    "table-03-coverage.csv",
    "table-06-fairness.csv",
    "table-06a-agglomeration.csv",
    "table-11-gaps.csv",
    "zones.csv",
    "zones.geojson",
];

/// A row of a CSV by column.
pub(crate) type Row = BTreeMap<String, String>;

pub(crate) struct Desk(TempDir);

/// What a run said and how it ended.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Desk {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_catchment"));
        command.args(args).current_dir(self.0.path());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Done {
        Done::of(self.command(args).output().unwrap())
    }

    /// The same, for a run that must succeed.
    pub(crate) fn works(&self, args: &[&str]) -> Done {
        let done = self.run(args);
        assert_eq!(done.code, Some(0), "{args:?}\n{}{}", done.out, done.err);
        done
    }

    /// The same, for a run that must fail with `code` and say each of `words` on stderr.
    pub(crate) fn fails(&self, args: &[&str], code: i32, words: &[&str]) -> Done {
        let done = self.run(args);
        assert_eq!(done.code, Some(code), "{args:?}\n{}{}", done.out, done.err);
        assert!(!done.err.contains("panicked"), "{}", done.err);
        for word in words {
            assert!(done.err.contains(word), "{word:?} is not in: {}", done.err);
        }
        done
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.bytes(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub(crate) fn rows(&self, name: &str) -> Vec<Row> {
        csv::Reader::from_path(self.path(name)).unwrap().deserialize().map(Result::unwrap).collect()
    }

    /// The findings of a folder that have this kind.
    pub(crate) fn findings(&self, out: &str, kind: &str) -> Vec<Row> {
        let rows = self.rows(&format!("{out}/issues.csv"));
        rows.into_iter().filter(|row| row["kind"] == kind).collect()
    }

    /// Names of the files of a folder, sorted; none where there is no folder.
    pub(crate) fn list(&self, folder: &str) -> Vec<String> {
        list(&self.path(folder))
    }

    /// The people covered by the only service of a folder, from `summary.json`.
    pub(crate) fn covered(&self, out: &str) -> f64 {
        self.json(&format!("{out}/summary.json"))["services"][0]["people"]["covered"].as_f64().unwrap()
    }

    /// All files of two folders are the same, but for the part `run` of the manifest and the digest over it.
    pub(crate) fn same(&self, left: &str, right: &str) {
        assert_eq!(self.list(left), self.list(right));
        for name in self.list(left) {
            let of = |folder: &str| format!("{folder}/{name}");
            if name == "manifest.json" {
                let without_run = |folder: &str| {
                    let mut manifest = self.json(&of(folder));
                    assert!(["run", "sha256"].iter().all(|key| manifest.as_object_mut().unwrap().remove(*key).is_some()));
                    manifest.to_string()
                };
                assert_eq!(without_run(left), without_run(right));
            } else {
                assert!(self.bytes(&of(left)) == self.bytes(&of(right)), "{name} differs between {left} and {right}");
            }
        }
    }
}

impl Done {
    pub(crate) fn of(output: Output) -> Done {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

pub(crate) fn list(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A file of the project's data, as a path to type.
pub(crate) fn data(name: &str) -> String {
    format!("{}/../../data/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A number of a row.
pub(crate) fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|e| panic!("{column} is {:?}: {e}", row[column]))
}

/// The row of a service and zone.
pub(crate) fn find<'r>(rows: &'r [Row], service: &str, zone: &str) -> &'r Row {
    rows.iter().find(|row| row["service"] == service && row["zone_id"] == zone).unwrap_or_else(|| panic!("no row {service}/{zone}"))
}
