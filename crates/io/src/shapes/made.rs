//! What a command on shapes made: facts for the terminal, and files.

use std::path::Path;
use std::time::Instant;

use catchment::{Finding, Limit, Metric};
use serde_json::{Map, Value, json};

use super::studied::Studied;
use crate::error::Error;
use crate::out::{OutFolder, Results, add_manifest};
use crate::plan::CsvEncoding;
use crate::write::{basis_of, by_kind, csv, issues_table, title, working};

/// What a command made, before it is written.
#[derive(Debug, Clone)]
pub struct Made<T> {
    /// What was found.
    pub found: T,
    /// What was not used, or should be looked at; also in `issues.csv`.
    pub findings: Vec<Finding>,
    files: Vec<(String, Vec<u8>)>,
}

impl<T> Results for Made<T> {
    fn stage(&self, folder: &mut OutFolder, inside: &Path) -> Result<(), Error> {
        folder.put(inside, &self.files)
    }
}

impl<T> Made<T> {
    /// Every file by name, in memory.
    pub fn files(&self) -> &[(String, Vec<u8>)] {
        &self.files
    }
}

/// A command at work.
pub(super) struct Command<'a> {
    pub name: &'static str,
    /// What was asked for, as the manifest tells it.
    pub asked: Value,
    /// What `README.txt` says of the files.
    pub about: &'a str,
    pub started: Instant,
}

impl Command<'_> {
    /// Adds `issues.csv`, `README.txt` and `manifest.json` to the command's own files.
    pub(super) fn made<T>(
        self,
        studied: &Studied,
        found: T,
        more: Vec<Finding>,
        mut files: Vec<(String, Vec<u8>)>,
    ) -> Result<Made<T>, Error> {
        let mut findings = studied.findings()?;
        findings.extend(more);
        findings.sort();
        let listed: Vec<&Finding> = findings.iter().collect();
        files.push(("issues.csv".to_owned(), csv(&issues_table(&listed), CsvEncoding::Utf8)));
        let plan = &studied.inputs.plan;
        let said =
            |ready: super::studied::Ready<'_>| Some(format!("{}: {}\n", title(ready.plan), basis_of(plan, ready.plan, plan.study.lang)?));
        let basis: String = studied.services().filter_map(said).collect();
        let readme = format!("{}\n{basis}\n{}", plan.study.title, self.about);
        files.push(("README.txt".to_owned(), readme.into_bytes()));
        add_manifest(self.known(studied, &listed), &mut files);
        Ok(Made { found, findings, files })
    }

    /// What is known of the files but for their digests; only the part `run` differs from one run to the next.
    fn known(&self, studied: &Studied, findings: &[&Finding]) -> Value {
        let inputs = &studied.inputs;
        let profile = |(name, (profile, _)): (&String, &(catchment::Profile, std::sync::Arc<catchment::RoadNetwork>))| {
            (name.clone(), serde_json::to_value(profile).unwrap_or_default())
        };
        json!({
            "tool": { "name": "catchment", "version": env!("CARGO_PKG_VERSION"), "command": self.name },
            "asked": self.asked,
            "plan": serde_json::to_value(&inputs.plan).unwrap_or_default(),
            "profiles": inputs.roads.iter().map(profile).collect::<Map<_, _>>(),
            "working_crs": working(inputs),
            "inputs": inputs.files,
            "issues": by_kind(findings),
            "run": { "threads": rayon::current_num_threads(), "seconds": self.started.elapsed().as_secs_f64() },
        })
    }
}

/// `limit_s` or `limit_m`, and the like.
pub(super) fn unit(name: &str, metric: Metric) -> String {
    format!("{name}_{}", metric.suffix())
}

/// Limits as the plan writes them.
pub(super) fn texts(limits: &[Limit]) -> Vec<String> {
    limits.iter().map(|limit| limit.to_string().replace(' ', "")).collect()
}

/// Millimetres as metres: three decimals are exact.
pub(super) fn metres(mm: u64) -> f64 {
    mm as f64 / 1000.0
}
