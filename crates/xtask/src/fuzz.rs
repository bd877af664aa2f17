//! The fuzz targets of `fuzz/`, one after another.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::run::root;

/// What a target may take of memory, and an input of time.
const LIMITS: [&str; 3] = ["-rss_limit_mb=2048", "-timeout=25", "-print_final_stats=1"];

/// Fuzzes one target, or all, for so many minutes in all, and prints a line for each. A target ends with its first find.
pub(crate) fn fuzz(target: Option<&str>, minutes: f64) -> Result<()> {
    check_tools()?;
    let all = targets()?;
    let chosen: Vec<&String> = all.iter().filter(|name| target.is_none_or(|target| target == *name)).collect();
    ensure!(!chosen.is_empty(), "no such target: {}; expected one of: {}", target.unwrap_or_default(), all.join(", "));
    cargo_fuzz(&["build"]).status().context("cannot start cargo-fuzz")?.success().then_some(()).context("the targets do not build")?;
    // 0 is without end to libFuzzer
    let seconds = (minutes * 60.0 / chosen.len() as f64).ceil().max(1.0);
    println!("{:<18} {:>12} {:>6}", "target", "executions", "finds");
    let mut finds = Vec::new();
    for name in chosen {
        let (executions, found) = one(name, seconds)?;
        println!("{name:<18} {executions:>12} {:>6}", found.len());
        finds.extend(found);
    }
    ensure!(finds.is_empty(), "finds, each with what it says beside it in .log:\n  {}", finds.join("\n  "));
    Ok(())
}

/// Executions of a target, and what broke it. What it learns stays in the target directory, the committed corpus as it is.
fn one(name: &str, seconds: f64) -> Result<(u64, Vec<String>)> {
    let learned = format!("fuzz/target/corpus/{name}");
    std::fs::create_dir_all(root().join(&learned)).with_context(|| format!("cannot make {learned}"))?;
    let artifacts = format!("fuzz/artifacts/{name}");
    let before = files(&root().join(&artifacts))?;
    let time = format!("-max_total_time={seconds}");
    let committed = format!("fuzz/corpus/{name}");
    let output = cargo_fuzz(&["run"])
        .args([name, &learned, &committed, "--", &time])
        .args(LIMITS)
        // one thread, so that an input takes the same way again
        .env("RAYON_NUM_THREADS", "1")
        .stdin(Stdio::null())
        .output()
        .context("cannot start cargo-fuzz")?;
    let said = String::from_utf8_lossy(&output.stderr);
    let found: Vec<String> = files(&root().join(&artifacts))?
        .into_iter()
        // a slow one is none: the timeout tells which are too slow
        .filter(|file| !before.contains(file) && !file.starts_with("slow-unit-"))
        .map(|file| format!("{artifacts}/{file}"))
        .collect();
    for find in &found {
        std::fs::write(root().join(format!("{find}.log")), &output.stderr).with_context(|| format!("cannot write {find}.log"))?;
    }
    let last: Vec<&str> = said.lines().rev().take(20).collect();
    ensure!(output.status.success() || !found.is_empty(), "{name} did not run:\n{}", last.into_iter().rev().collect::<Vec<_>>().join("\n"));
    Ok((executions(&said), found))
}

/// `cargo fuzz` without a sanitizer: our own code is safe, and they take several times the time and memory that the limits are about.
fn cargo_fuzz(command: &[&str]) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(["+nightly", "fuzz"]).args(command).args(["--sanitizer", "none"]).current_dir(root());
    // set by the cargo that runs us, and of another toolchain
    cargo.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN");
    cargo
}

/// From the statistics at the end; where a find ends a target, from its last line of progress, `#1234 NEW …`.
fn executions(said: &str) -> u64 {
    let last = said.lines().filter_map(|line| line.strip_prefix('#')?.split_whitespace().next()?.parse().ok()).next_back();
    let stated = said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:")?.trim().parse().ok());
    stated.or(last).unwrap_or(0)
}

fn targets() -> Result<Vec<String>> {
    let files = files(&root().join("fuzz/fuzz_targets"))?;
    Ok(files.iter().filter_map(|file| file.strip_suffix(".rs")).map(str::to_owned).collect())
}

/// The names of a folder's files, in order; empty where there is no folder.
fn files(folder: &Path) -> Result<Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<Result<_>>()?;
    names.sort();
    Ok(names)
}

/// Fails unless nightly and cargo-fuzz are there.
fn check_tools() -> Result<()> {
    let runs = |arguments: &[&str]| {
        let mut cargo = Command::new("cargo");
        cargo.args(arguments).env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN").stdout(Stdio::null()).stderr(Stdio::null());
        cargo.status().is_ok_and(|status| status.success())
    };
    ensure!(runs(&["+nightly", "--version"]), "fuzzing needs a nightly compiler: get it with `rustup toolchain install nightly`");
    ensure!(runs(&["fuzz", "--version"]), "fuzzing needs cargo-fuzz: get it with `cargo install cargo-fuzz`");
    Ok(())
}
