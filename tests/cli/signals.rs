//! Ctrl-C and readers that go away.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use super::desk::{Desk, Done, data};
use super::folders::NORMS;

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

/// Each command is ended once its file or folder is there.
#[test]
#[cfg(target_os = "linux")]
fn every_command_ends_by_a_signal_with_its_code() {
    let desk = Desk::town();
    desk.put("own.toml", NORMS);
    desk.works(&["run", "town.toml", "--no-map", "-q", "--out", "before"]);
    // large enough that each takes a while
    let (gaps, rows) = (desk.text("before/gaps.csv"), desk.text("people.csv"));
    let many = |text: &str, count: usize| {
        let (header, rows) = text.split_once('\n').unwrap();
        format!("{header}\n{}", rows.repeat(count))
    };
    desk.put("before/gaps.csv", many(&gaps, 20_000)).put("rows.csv", many(&rows, 200_000));
    let plan = data("liechtenstein/plan.toml");
    let commands: [(&str, &[&str]); 3] = [
        ("o/.catchment-lock", &["norms", &plan, "--standards", "own.toml", "-q", "--out", "o"]),
        ("o/.catchment-lock", &["batch", "diff", "before", "before", "--out", "o"]),
        ("o/.rows.geojson.catchment-part", &["convert", "rows.csv", "o/rows.geojson", "-q"]),
    ];
    // what is run under nohup outlives its terminal, and so do its children
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let ignored = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok()).unwrap();
    let signals = [("-INT", 130), ("-TERM", 143), ("-HUP", 129)].into_iter().filter(|(name, _)| *name != "-HUP" || ignored & 1 == 0);
    for (begun, command) in commands {
        for (signal, code) in signals.clone() {
            // a fast machine may be done before the signal comes, or so early that nobody watches yet
            let ended_by_it = (0..20).any(|_| {
                let _ = std::fs::remove_dir_all(desk.path("o"));
                std::fs::create_dir_all(desk.path("o")).unwrap();
                let mut child = desk.command(command).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
                while !desk.path(begun).exists() && child.try_wait().unwrap().is_none() {
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
                let _ = Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status();
                let done = Done::of(child.wait_with_output().unwrap());
                assert!([None, Some(0), Some(code)].contains(&done.code), "{command:?} {signal}: {:?} {}", done.code, done.err);
                done.code == Some(code) && desk.list("o").is_empty()
            });
            assert!(ended_by_it, "{command:?} {signal}");
        }
    }
}

/// A run whose reader does not read has its results in place, and ends by a signal.
#[test]
#[cfg(target_os = "linux")]
fn a_run_that_waits_for_its_reader_ends_by_a_signal() {
    let desk = Desk::town();
    let (reader, mut writer) = std::io::pipe().unwrap();
    // more than any pipe holds: it stays full until the reader goes away
    let own = writer.try_clone().unwrap();
    let filled = std::thread::spawn(move || writer.write_all(&[b' '; 1 << 22]));
    std::thread::sleep(std::time::Duration::from_millis(200));
    let mut child = desk.command(&["run", "town.toml", "--no-map", "--out", "o"]).stderr(Stdio::null()).stdout(own).spawn().unwrap();
    while !desk.path("o/manifest.json").exists() || desk.path("o/.catchment-lock").exists() {
        assert!(child.try_wait().unwrap().is_none(), "the run ended before its reader read");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert!(child.try_wait().unwrap().is_none(), "the run did not wait");
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    drop(reader);
    assert!(filled.join().unwrap().is_err(), "the pipe was not full");
    assert!(desk.list("o").contains(&"gaps.geojson".to_owned()));
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
