//! The minimum supported Rust version.

use anyhow::{Context, Result, ensure};

use crate::graph::Graph;

/// Checks that no normal or build dependency, with all features, states a newer Rust than the workspace does.
pub(crate) fn check() -> Result<()> {
    let graph = Graph::read(&["--all-features"])?;
    let stated = graph
        .members
        .iter()
        .filter_map(|id| graph.packages.get(id)?.rust_version.as_deref())
        .min_by_key(|version| numbers(version))
        .context("the workspace states no rust-version")?;
    let reached = graph.reached(graph.members.iter(), &["normal", "build"]);
    let too_new: Vec<String> = reached
        .iter()
        .filter_map(|id| graph.packages.get(*id))
        .filter_map(|package| Some((package, package.rust_version.as_deref()?)))
        .filter(|(_, needed)| numbers(needed) > numbers(stated))
        .map(|(package, needed)| format!("{} {} needs Rust {needed}", package.name, package.version))
        .collect();
    ensure!(too_new.is_empty(), "rust-version is {stated}, but\n  {}", too_new.join("\n  "));
    println!("rust-version {stated} is enough for {} packages", reached.len());
    Ok(())
}

/// `1.90` and `1.90.0` are the same.
fn numbers(version: &str) -> [u32; 3] {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(numbers("1.100") > numbers("1.90"));
        assert!(numbers("1.90.1") > numbers("1.90"));
        assert_eq!(numbers("1.90.0"), numbers("1.90"));
    }
}
