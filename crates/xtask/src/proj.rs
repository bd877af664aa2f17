//! Cargo feature `proj`: PROJ built from source.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::run::{cargo, command};

/// What the build of PROJ calls, and the Debian package that has it.
const TOOLS: [(&str, &str); 4] = [("cmake", "cmake"), ("sqlite3", "sqlite3"), ("c++", "g++"), ("pkg-config", "pkg-config")];

/// Lints and tests everything that feature `proj` changes.
pub(crate) fn test() -> Result<()> {
    let missing: Vec<&str> = TOOLS.iter().filter(|(tool, _)| !is_there(tool)).map(|(_, package)| *package).collect();
    ensure!(
        missing.is_empty(),
        "feature `proj` builds PROJ from source and misses {list}: \
         get it with `apt-get install {list} libsqlite3-dev` (Debian, Ubuntu) or `brew install cmake sqlite pkg-config` (macOS)",
        list = missing.join(" "),
    );
    let target = target_directory()?;
    println!("target directory: {}", target.display());
    let environment = [("CARGO_TARGET_DIR", target.as_os_str())];
    // Checkouts share the directory, and cargo tells their files apart by age alone: our own crates are always built anew.
    command(&cargo(), &["clean", "--quiet", "-p", "catchment", "-p", "catchment-io"], &environment)?;
    let feature = ["-p", "catchment-io", "--features", "proj"];
    command(&cargo(), &[&["test"], &feature[..], &["crs"]].concat(), &environment)?;
    command(&cargo(), &[&["clippy"], &feature[..], &["--all-targets", "--", "-D", "warnings"]].concat(), &environment)
}

fn is_there(tool: &str) -> bool {
    Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Outside of the checkout, so that PROJ is built once a machine: `$CATCHMENT_CI_CACHE`, else the user's cache folder.
fn target_directory() -> Result<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = variable("CATCHMENT_CI_CACHE")
        .or_else(|| variable("XDG_CACHE_HOME"))
        .or_else(|| Some(variable("HOME")?.join(".cache")))
        .context("no cache folder: set CATCHMENT_CI_CACHE")?;
    Ok(cache.join("catchment").join("target-proj"))
}
