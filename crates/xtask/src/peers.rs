//! The engine's bench with its peers in Python, under a heading that says on what machine.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::run::{cargo, command, root};

const REQUIREMENTS: &str = "benches/peers/engine_requirements.txt";

/// Runs the bench with `arguments` (questions, `--max-nodes N`) on top of `--peers`.
pub(crate) fn bench(arguments: &[&str]) -> Result<()> {
    check_python()?;
    println!("{}\n", machine()?);
    let bench = ["bench", "--quiet", "-p", "catchment-io", "--bench", "engine", "--", "--peers"];
    command(&cargo(), &[&bench, arguments].concat(), &[])?;
    println!("\nload at the end: {}", load());
    Ok(())
}

/// Fails unless the peers are there in the versions that [`REQUIREMENTS`] pins.
fn check_python() -> Result<()> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let asked = std::fs::read_to_string(root().join(REQUIREMENTS)).with_context(|| format!("cannot read {REQUIREMENTS}"))?;
    let wrong: Vec<String> = asked.lines().filter_map(|line| line.split_once("==")).filter_map(|pin| differs(&python, pin)).collect();
    ensure!(
        wrong.is_empty(),
        "{python} has not the peers of this bench: {}\n\
         install them, best in an environment of their own (Python 3.11 is known to have wheels of all):\n  \
         python3 -m venv .venv && .venv/bin/pip install -r {REQUIREMENTS}\n\
         and name it: PYTHON=.venv/bin/python cargo xtask bench-peers",
        wrong.join(", "),
    );
    Ok(())
}

/// What is wrong with a pinned package; nothing if it is there.
fn differs(python: &str, (name, version): (&str, &str)) -> Option<String> {
    let script = format!("import importlib.metadata as m; print(m.version('{name}'))");
    let found = output(python, &["-c", &script]).unwrap_or_else(|| "not there".to_owned());
    (found != version).then(|| format!("{name} {version} ({found})"))
}

/// One line: processor, cores, compiler, date, load.
fn machine() -> Result<String> {
    let cores = std::thread::available_parallelism().context("cannot count cores")?;
    let compiler = output("rustc", &["--version"]).context("cannot start rustc")?;
    let date = output("date", &["-u", "+%Y-%m-%d %H:%M UTC"]).unwrap_or_default();
    Ok(format!("{}, {cores} cores; {compiler}; {date}; load {}", processor(), load()))
}

fn processor() -> String {
    let linux = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = linux.lines().find_map(|line| Some(line.strip_prefix("model name")?.trim_start_matches([' ', '\t', ':']).to_owned()));
    name.or_else(|| output("sysctl", &["-n", "machdep.cpu.brand_string"])).unwrap_or_else(|| "unknown processor".to_owned())
}

/// Load averages over 1, 5 and 15 minutes.
fn load() -> String {
    let linux = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let averages: Vec<&str> = linux.split(' ').take(3).collect();
    if averages.len() == 3 { averages.join(" ") } else { "unknown".to_owned() }
}

/// What a program prints; nothing where it does not run or fails.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
