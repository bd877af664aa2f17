//! A case: what is broken, and how the run must end.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Done, and nothing to tell: what the cases of a group are made from is sound.
    Sound,
    /// Done, and every bad record is a finding.
    Record,
    /// Exit code 2: the plan.
    Plan,
    /// Exit code 3: a file.
    File,
    /// Exit code 4: the disk.
    Disk,
}

/// Something done to a case's folder.
pub(crate) type Odd = Box<dyn FnOnce(&Path)>;

/// The sound town with something broken.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// What is done to the folder once the files lie in it.
    pub(crate) then: Option<Odd>,
    /// Commands of the shell before the run.
    pub(crate) shell: &'static str,
    pub(crate) out: &'static str,
    pub(crate) end: End,
    /// Why it cannot be tried here.
    pub(crate) skipped: Option<&'static str>,
}

const TOWN: [&str; 5] = ["plan.toml", "town.osm", "zones.geojson", "people.csv", "clinics.csv"];

/// A file of the sound town, as text.
pub(crate) fn sound(file: &str) -> String {
    let path = format!("{}/../../tests/broken/town/{file}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A case of the sound town as it is, which ends as `end` says.
fn case(name: &str, end: End) -> Case {
    let files = TOWN.iter().map(|file| ((*file).to_owned(), sound(file).into_bytes())).collect();
    Case { name: name.to_owned(), files, then: None, shell: "", out: "results", end, skipped: None }
}

/// Sound, and nothing to tell.
pub(crate) fn works(name: &str) -> Case {
    case(name, End::Sound)
}

/// A record is broken: a finding, and the run goes on.
pub(crate) fn record(name: &str) -> Case {
    case(name, End::Record)
}

/// A file is broken: exit code 3.
pub(crate) fn file(name: &str) -> Case {
    case(name, End::File)
}

/// The plan is broken: exit code 2.
pub(crate) fn plan(name: &str) -> Case {
    case(name, End::Plan)
}

/// The disk does not take the results: exit code 4.
pub(crate) fn disk(name: &str) -> Case {
    case(name, End::Disk)
}

impl Case {
    /// With a file in the folder.
    pub(crate) fn put(mut self, file: &str, bytes: impl AsRef<[u8]>) -> Case {
        self.files.insert(file.to_owned(), bytes.as_ref().to_vec());
        self
    }

    /// Without a file.
    pub(crate) fn without(mut self, file: &str) -> Case {
        assert!(self.files.remove(file).is_some(), "{}: no {file}", self.name);
        self
    }

    /// With `to` in place of the first `from` of a text file.
    pub(crate) fn swap(mut self, file: &str, from: &str, to: &str) -> Case {
        let bytes = self.files.get_mut(file).unwrap_or_else(|| panic!("{}: no {file}", self.name));
        let text = String::from_utf8(std::mem::take(bytes)).unwrap();
        assert!(text.contains(from), "{}: `{from}` is not in {file}", self.name);
        *bytes = text.replacen(from, to, 1).into_bytes();
        self
    }

    /// With `to` in place of the first `from` of the plan.
    pub(crate) fn plan(self, from: &str, to: &str) -> Case {
        self.swap("plan.toml", from, to)
    }

    /// With something done to the folder: a link, a folder in place of a file.
    pub(crate) fn then(mut self, odd: impl FnOnce(&Path) + 'static) -> Case {
        self.then = Some(Box::new(odd));
        self
    }

    /// With commands of the shell that starts the program.
    pub(crate) fn shell(mut self, commands: &'static str) -> Case {
        self.shell = commands;
        self
    }

    /// Not tried where that is so; what it says stays as it is committed.
    pub(crate) fn unless(mut self, cannot: bool, why: &'static str) -> Case {
        self.skipped = self.skipped.or(cannot.then_some(why));
        self
    }

    /// With another place for the results than `results`.
    pub(crate) fn out(mut self, out: &'static str) -> Case {
        self.out = out;
        self
    }
}
