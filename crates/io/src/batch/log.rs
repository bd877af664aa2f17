//! The log of a shard: who began and ended when. The process that runs the shard holds a lock on it, which the system takes back when the
//! process ends, however it ends.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use catchment::{Finding, FindingKind, Severity};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::files::iso_time;

pub(super) const LOG: &str = "log.jsonl";

/// A line of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    /// UTC.
    pub(super) at: String,
    pub(super) event: What,
    pub(super) host: String,
    pub(super) pid: u32,
    /// Of an end, how long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) milliseconds: Option<u64>,
    /// Of a failure, why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// Of an end, the kinds of its errors and warnings, each with the gravest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) kinds: Kinds,
}

/// Kinds of findings, each with the gravest of it.
pub(super) type Kinds = BTreeMap<FindingKind, Severity>;

/// The kinds of errors and warnings among findings.
pub(super) fn kinds<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Kinds {
    let mut kinds = Kinds::new();
    for finding in findings.into_iter().filter(|finding| finding.severity < Severity::Note) {
        let gravest = kinds.entry(finding.kind).or_insert(finding.severity);
        *gravest = (*gravest).min(finding.severity);
    }
    kinds
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum What {
    Began,
    Done,
    Failed,
}

/// The log, locked.
pub(super) struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    /// Locks the log in `folder`, which is made where it is missing.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] where another process holds it.
    pub(super) fn take(folder: &Path, shard: &str) -> Result<Log, Error> {
        let path = folder.join(LOG);
        let unwritten = |source| Error::Write { file: path.clone(), source };
        let file = OpenOptions::new().append(true).create(true).open(&path).map_err(unwritten)?;
        match file.try_lock() {
            Ok(()) => Ok(Log { path, file }),
            Err(TryLockError::WouldBlock) => Err(Error::Busy { what: format!("is running the shard {shard}") }),
            Err(TryLockError::Error(source)) => Err(unwritten(source)),
        }
    }

    /// Adds a line.
    pub(super) fn add(&mut self, event: What, milliseconds: Option<u64>, error: Option<String>, kinds: Kinds) -> Result<(), Error> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let line = Event { at: iso_time(now as i64), event, host: host(), pid: std::process::id(), milliseconds, error, kinds };
        let text = serde_json::to_string(&line).unwrap_or_default() + "\n";
        self.file.write_all(text.as_bytes()).map_err(|source| Error::Write { file: self.path.clone(), source })
    }
}

/// All lines of the log in `folder`; a line that a killed process left unfinished is passed over.
pub(super) fn events(folder: &Path) -> Vec<Event> {
    let text = std::fs::read_to_string(folder.join(LOG)).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The machine's name, where the system tells it.
fn host() -> String {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
    told.or_else(|| std::env::var("HOSTNAME").ok()).or_else(|| std::env::var("COMPUTERNAME").ok()).unwrap_or_default()
}
