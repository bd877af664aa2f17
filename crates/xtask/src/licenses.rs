//! The licences of what is inside the `catchment` binary.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::graph::{Graph, Package};
use crate::run::root;

const FILE: &str = "crates/cli/assets/licenses.txt";
const BINARY: &str = "catchment-cli";

/// Writes the list of licences.
pub(crate) fn write() -> Result<()> {
    let path = root().join(FILE);
    let text = list()?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, &text).with_context(|| format!("cannot write {FILE}"))?;
    println!("{FILE}: {} packages", text.lines().count());
    Ok(())
}

/// Fails if the list does not fit the dependencies any more.
pub(crate) fn check() -> Result<()> {
    let found = fs::read_to_string(root().join(FILE)).with_context(|| format!("cannot read {FILE}: run `cargo xtask licenses`"))?;
    let expected = list()?;
    let differs = |a: &str, b: &str| a.lines().find(|line| !b.lines().any(|other| other == *line)).map(str::to_owned);
    ensure!(
        found == expected,
        "{FILE} is stale: run `cargo xtask licenses` (first line that is missing: {}; that is too much: {})",
        differs(&expected, &found).as_deref().unwrap_or("none"),
        differs(&found, &expected).as_deref().unwrap_or("none"),
    );
    println!("{FILE} is up to date: {} packages", expected.lines().count());
    Ok(())
}

/// One line a package, sorted: name version — licence — repository. Normal dependencies with default features, on every platform.
fn list() -> Result<String> {
    let graph = Graph::read(&[])?;
    let binary = graph.members.iter().filter(|id| graph.packages.get(*id).is_some_and(|package| package.name == BINARY));
    let reached = graph.reached(binary, &["normal"]);
    let mut lines: Vec<String> = reached
        .iter()
        .filter(|id| !graph.members.contains(**id))
        .filter_map(|id| graph.packages.get(*id))
        .map(line)
        .collect::<Result<_>>()?;
    ensure!(!lines.is_empty(), "no dependencies of {BINARY} found");
    lines.sort();
    lines.dedup();
    Ok(lines.join("\n") + "\n")
}

fn line(package: &Package) -> Result<String> {
    let Package { name, version, license, repository, .. } = package;
    let license = license.as_deref().with_context(|| format!("{name} {version} states no licence"))?;
    let repository = repository.as_deref().unwrap_or("no repository stated");
    Ok(format!("{name} {version} — {} — {repository}", license.replace('/', " OR ").replace("  ", " ")))
}
