//! What became of every shard, from its files alone.

use std::collections::BTreeMap;
use std::path::PathBuf;

use catchment::{FindingKind, Severity};
use serde::Serialize;

use super::log::{What, events};
use super::shard::Receipt;
use super::{Batch, RECEIPT, RESULTS, of_json};

/// How a shard stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShardState {
    /// Its receipt matches.
    Done,
    /// Nobody has begun it.
    Waiting,
    /// Somebody has begun it and not ended: it runs, or was killed.
    Begun,
    /// It ended with an error.
    Failed,
    /// It was done with another plan, other inputs or another version.
    Outdated,
    /// A file of its results is missing or differs from the receipt.
    Altered,
    /// Its own file, `shard.json`, is missing, cannot be read or is not that of the batch: plan the batch again.
    Broken,
}

impl ShardState {
    /// The word in outputs.
    pub fn name(self) -> &'static str {
        match self {
            ShardState::Done => "done",
            ShardState::Waiting => "waiting",
            ShardState::Begun => "begun",
            ShardState::Failed => "failed",
            ShardState::Outdated => "outdated",
            ShardState::Altered => "altered",
            ShardState::Broken => "broken",
        }
    }
}

/// A shard, as its files tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShardStatus {
    /// Its number.
    pub shard: usize,
    /// Its name.
    pub name: String,
    /// How it stands.
    pub state: ShardState,
    /// How often somebody began it.
    pub begun: usize,
    /// How long it took, where it is done.
    pub milliseconds: Option<u64>,
    /// The files that are missing or differ; the error that it ended with.
    pub detail: String,
    /// The kinds of errors and warnings of its last end, each with the gravest. Tiles of a study have none: their whole is checked in one.
    pub kinds: BTreeMap<FindingKind, Severity>,
}

/// Which shards have a kind of finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindShards {
    /// Its gravest in any of them.
    pub severity: Severity,
    /// The kind.
    pub kind: FindingKind,
    /// The names of the shards, in their order.
    pub shards: Vec<String>,
}

/// The kinds of errors and warnings by shards: the gravest first, then the one of most shards.
pub fn kinds_by_shards(shards: &[ShardStatus]) -> Vec<KindShards> {
    let mut kinds: BTreeMap<FindingKind, KindShards> = BTreeMap::new();
    for shard in shards {
        for (&kind, &severity) in &shard.kinds {
            let own = kinds.entry(kind).or_insert_with(|| KindShards { severity, kind, shards: Vec::new() });
            own.severity = own.severity.min(severity);
            own.shards.push(shard.name.clone());
        }
    }
    let mut kinds: Vec<KindShards> = kinds.into_values().collect();
    kinds.sort_by_key(|own| (own.severity, std::cmp::Reverse(own.shards.len()), own.kind));
    kinds
}

impl Batch {
    /// How every shard stands. Reads files, and holds up nobody.
    pub fn status(&self) -> Vec<ShardStatus> {
        (0..self.len()).filter_map(|shard| self.status_of(shard)).collect()
    }

    /// How a shard stands; `None` where there is none of that number.
    pub fn status_of(&self, shard: usize) -> Option<ShardStatus> {
        let line = self.file.shards.get(shard)?;
        let folder = self.folder_of(line);
        let events = events(&folder);
        let last = events.last();
        let receipt: Option<Receipt> = of_json(&folder.join(RECEIPT)).ok().filter(Receipt::is_plain);
        // without its own file its plan and inputs are unknown
        let broken = self.shard(line).err();
        let altered = receipt.as_ref().map(|receipt| receipt.altered(&folder.join(RESULTS)));
        let (state, detail) = match (&receipt, last.map(|event| event.event)) {
            _ if broken.is_some() => (ShardState::Broken, broken.map_or_else(String::new, |error| error.to_string())),
            (Some(receipt), _) if receipt.key == line.key => match altered.unwrap_or_default() {
                none if none.is_empty() => (ShardState::Done, String::new()),
                some => (ShardState::Altered, some.join(", ")),
            },
            (_, Some(What::Began)) => {
                (ShardState::Begun, last.map_or_else(String::new, |e| format!("{} on {}, process {}", e.at, e.host, e.pid)))
            }
            (_, Some(What::Failed)) => (ShardState::Failed, last.and_then(|event| event.error.clone()).unwrap_or_default()),
            (Some(_), _) => (ShardState::Outdated, String::new()),
            (None, _) => (ShardState::Waiting, String::new()),
        };
        let milliseconds = last.filter(|event| event.event == What::Done && state == ShardState::Done).and_then(|event| event.milliseconds);
        let ended = last.filter(|_| matches!(state, ShardState::Done | ShardState::Failed));
        let kinds = ended.map(|event| event.kinds.clone()).unwrap_or_default();
        let begun = events.iter().filter(|event| event.event == What::Began).count();
        Some(ShardStatus { shard, name: line.name.clone(), state, begun, milliseconds, detail, kinds })
    }

    /// The folder with a shard's results.
    pub fn results(&self, shard: usize) -> Option<PathBuf> {
        self.file.shards.get(shard).map(|line| self.folder_of(line).join(RESULTS))
    }
}
