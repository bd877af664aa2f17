//! The laws of `tests/invariants` over random towns, for as long as wished.

use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};

use crate::run::{cargo, root};

/// Towns in a round, for every law: enough that starting it costs little, few enough that a short soak tries every law.
const TOWNS: u64 = 16;
const TEST: [&str; 4] = ["test", "--workspace", "--test", "invariants"];
/// Tests of fixed towns, large ones, that say the same in every round.
const FIXED: [&str; 5] = ["--", "--skip", "tiles::parts_", "--skip", "order::many_points_on_any_number_of_threads"];

/// Rounds of all laws, each of a seed of its own, for so many minutes or until one is broken.
pub(crate) fn soak(minutes: f64) -> Result<()> {
    let built = Command::new(cargo()).args(TEST).arg("--no-run").current_dir(root()).status().context("cannot start cargo")?;
    ensure!(built.success(), "the laws do not build");
    let limit = Duration::try_from_secs_f64(minutes * 60.0).context("--minutes: expected a number from 0 on")?;
    let first = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?.as_secs();
    let start = Instant::now();
    for (rounds, seed) in (1..).zip(first..) {
        let laws = round(seed)?;
        let towns = rounds * TOWNS;
        let so_far = start.elapsed();
        println!("seed {seed}: {laws} tests hold; {towns} towns each, {:.0} a minute", towns as f64 * 60.0 / so_far.as_secs_f64());
        if so_far >= limit {
            break;
        }
    }
    Ok(())
}

/// How many tests hold in the towns of a seed.
fn round(seed: u64) -> Result<u64> {
    let environment = [("PROPTEST_CASES", TOWNS), ("PROPTEST_RNG_SEED", seed)].map(|(name, value)| (name, value.to_string()));
    let output =
        Command::new(cargo()).args(TEST).args(FIXED).envs(environment).current_dir(root()).output().context("cannot start cargo")?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let again = format!("PROPTEST_CASES={TOWNS} PROPTEST_RNG_SEED={seed} cargo {}", TEST.join(" "));
        bail!("{}\nrun it again with: {again}", broken(&said).unwrap_or(&String::from_utf8_lossy(&output.stderr)));
    }
    Ok(said.lines().filter(|line| line.starts_with("test ") && line.ends_with("... ok")).count() as u64)
}

/// What the first law that is broken says, with the smallest town that breaks it.
fn broken(said: &str) -> Option<&str> {
    let (_, from) = said.split_once("\nfailures:\n\n")?;
    let end = from.get(4..)?.find("\n---- ").map(|end| end + 4).or_else(|| from.find("\nfailures:\n"));
    Some(from.get(..end.unwrap_or(from.len()))?.trim_end())
}
