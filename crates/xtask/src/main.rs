//! Upkeep commands of the workspace: `cargo xtask <command>`. CI calls the same ones.

#![expect(clippy::print_stdout, reason = "these commands report on standard output")]

mod fuzz;
mod graph;
mod licenses;
mod msrv;
mod peers;
mod proj;
mod run;
mod soak;

use anyhow::{Context, Result, bail};

const USAGE: &str = "\
cargo xtask <command>

  ci                 everything that CI runs (.ci/run): tests, format, lints, docs, feature `proj`, upkeep checks
  test-proj          lints and tests of cargo feature `proj` in a target directory of their own (needs cmake)
  test-geoparquet    lints and tests of cargo feature `geoparquet`
  msrv               checks that no dependency needs a newer Rust than the workspace states
  bench-peers [...]  the engine's bench with scipy and pandana, and the machine's name; questions and --max-nodes as benches/engine.rs
                     has them (PYTHON: the interpreter that has benches/peers/engine_requirements.txt)
  fuzz [TARGET] --minutes N
                     runs the targets of fuzz/, or one, for so many minutes in all (needs nightly and cargo-fuzz)
  soak --minutes N   the laws of tests/invariants over ever new random towns, until one is broken
  licenses           writes crates/cli/assets/licenses.txt from the dependencies of the `catchment` binary
  licenses --check   fails if that file is stale";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["ci"] => run::command("bash", &[".ci/run"], &[]),
        ["test-proj"] => proj::test(),
        ["test-geoparquet"] => geoparquet(),
        ["msrv"] => msrv::check(),
        ["bench-peers", arguments @ ..] => peers::bench(arguments),
        ["fuzz", "--minutes", minutes] => fuzz::fuzz(None, number(minutes)?),
        ["fuzz", target, "--minutes", minutes] => fuzz::fuzz(Some(target), number(minutes)?),
        ["soak", "--minutes", minutes] => soak::soak(number(minutes)?),
        ["licenses"] => licenses::write(),
        ["licenses", "--check"] => licenses::check(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        other => bail!("no such command: {}\n\n{USAGE}", other.join(" ")),
    }
}

fn number(minutes: &str) -> Result<f64> {
    minutes.parse().with_context(|| format!("--minutes is `{minutes}`; expected a number"))
}

/// Lints and tests what feature `geoparquet` adds.
fn geoparquet() -> Result<()> {
    let feature = ["-p", "catchment-io", "-p", "catchment-cli", "--features", "geoparquet"];
    run::command(&run::cargo(), &[&["clippy"], &feature[..], &["--all-targets", "--", "-D", "warnings"]].concat(), &[])?;
    run::command(&run::cargo(), &[&["test"], &feature[..], &["--test", "load", "--test", "cli", "geoparquet"]].concat(), &[])
}
