//! Ctrl-C and readers that go away.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use super::desk::{Desk, Done, data};

#[test]
#[cfg(unix)]
fn an_interrupted_run_is_exit_130_and_leaves_no_file() {
    for stage in ["read", "cells", "gaps"] {
        let desk = Desk::new();
        let mut child = desk.command(&["demo", "--out", "o"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while line.trim() != stage {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "the run ended before the stage {stage}");
        }
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        let mut rest = String::new();
        said.read_to_string(&mut rest).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "at {stage}: {rest}");
        assert!(!rest.contains("panicked"), "{rest}");
        assert!(desk.list("o").is_empty(), "at {stage}: {:?}", desk.list("o"));
    }
}

/// A search for sites that is ended gives what it has found, with its bound.
#[test]
#[cfg(unix)]
fn an_interrupted_siting_is_exit_130_with_the_best_plan_so_far() {
    let desk = Desk::new();
    let plan = data("liechtenstein/plan.toml");
    let args = ["site", plan.as_str(), "--model", "p-median", "--add", "20", "--out", "o"];
    let mut child = desk.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while line.trim() != "siting" {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "the run ended before its search");
    }
    std::thread::sleep(std::time::Duration::from_secs(6));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    let found = desk.json("o/summary.json");
    assert_eq!(found["added"], 20, "{found}");
    assert!(found["bound"].as_f64() <= found["value"].as_f64(), "{found}");
    assert!(desk.text("o/issues.csv").contains("interrupted"));
    assert_eq!(desk.rows("o/sites.csv").len(), 20);
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let desk = Desk::town();
    let run = ["run", "town.toml", "--no-map", "--out", "o"];
    for args in [&run[..], &["run", "town.toml", "--no-map", "--json", "--out", "o"], &["licenses"], &["--help"]] {
        let mut child = desk.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let done = Done::of(child.wait_with_output().unwrap());
        assert_eq!(done.code, Some(0), "{args:?}: {}", done.err);
        assert!(!done.err.contains("panicked"), "{args:?}: {}", done.err);
    }
    assert!(desk.list("o").contains(&"summary.json".to_owned()));
    // nobody listens to the progress either
    let mut child = desk.command(&run).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
