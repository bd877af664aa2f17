//! The dependency graph, as `cargo metadata` tells it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::run::{cargo, root};

/// A package of the graph.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    pub(crate) repository: Option<String>,
    pub(crate) rust_version: Option<String>,
    /// Id of each dependency with its kinds: `normal`, `build`, `dev`.
    dependencies: Vec<(String, Vec<String>)>,
}

/// All packages by id, and which of them are ours.
pub(crate) struct Graph {
    pub(crate) packages: BTreeMap<String, Package>,
    pub(crate) members: BTreeSet<String>,
}

impl Graph {
    /// Asks cargo, with extra arguments such as `--all-features`.
    pub(crate) fn read(arguments: &[&str]) -> Result<Self> {
        let output = Command::new(cargo())
            .args(["metadata", "--format-version", "1"])
            .args(arguments)
            .current_dir(root())
            .output()
            .context("cannot start cargo metadata")?;
        ensure!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
        Self::parse(&serde_json::from_slice(&output.stdout)?)
    }

    fn parse(metadata: &Value) -> Result<Self> {
        let dependencies: BTreeMap<&str, &Value> =
            list(&metadata["resolve"]["nodes"])?.iter().filter_map(|node| Some((node["id"].as_str()?, &node["deps"]))).collect();
        let mut packages = BTreeMap::new();
        for package in list(&metadata["packages"])? {
            let id = text(&package["id"]).context("a package without id")?;
            let edges = dependencies.get(id.as_str()).map_or(Ok(&[][..]), |edges| list(edges))?;
            packages.insert(
                id,
                Package {
                    name: text(&package["name"]).context("a package without name")?,
                    version: text(&package["version"]).context("a package without version")?,
                    license: text(&package["license"]),
                    repository: text(&package["repository"]),
                    rust_version: text(&package["rust_version"]),
                    dependencies: edges.iter().filter_map(edge).collect(),
                },
            );
        }
        let members = list(&metadata["workspace_members"])?.iter().filter_map(text).collect();
        Ok(Self { packages, members })
    }

    /// Everything that is reached from these packages through dependencies of these kinds, themselves included.
    pub(crate) fn reached<'a>(&'a self, from: impl Iterator<Item = &'a String>, kinds: &[&str]) -> BTreeSet<&'a str> {
        let mut stack: Vec<&str> = from.map(String::as_str).collect();
        let mut reached = BTreeSet::new();
        while let Some(id) = stack.pop() {
            if reached.insert(id)
                && let Some(package) = self.packages.get(id)
            {
                let wanted = |edge: &&(String, Vec<String>)| edge.1.iter().any(|kind| kinds.contains(&kind.as_str()));
                stack.extend(package.dependencies.iter().filter(wanted).map(|(id, _)| id.as_str()));
            }
        }
        reached
    }
}

fn edge(value: &Value) -> Option<(String, Vec<String>)> {
    let kinds = value["dep_kinds"].as_array()?.iter();
    let kinds = kinds.map(|kind| kind["kind"].as_str().unwrap_or("normal").to_owned()).collect();
    Some((text(&value["pkg"])?, kinds))
}

fn list(value: &Value) -> Result<&[Value]> {
    Ok(value.as_array().context("cargo metadata has another form than expected")?)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
