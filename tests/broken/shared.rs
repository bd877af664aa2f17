//! The hostile files that came with a report, where they lie beside the repository: `../shared/cases/breaker`, or below the folder that
//! `CATCHMENT_SHARED` names. Each kind of them is made by code in the other files of this folder.

use std::path::PathBuf;
use std::process::Command;

use super::check::LIMITS;

/// What each says.
const FILES: [(&str, &str); 7] = [
    ("02-xls.xls", "(.xls), which is not read"),
    ("03-cut-off.xls", "(.xls), which is not read"),
    ("04-rows-by-columns.xlsx", "rows of 16384 columns each"),
    ("05-shared-strings-count.xlsx", "where the workbook says 4294967295"),
    ("07-tiff.tif", "cells of 65535 number(s)"),
    ("08-way-of-31-million-refs.osm.pbf", "a way has more nodes than those of the map"),
    ("10-view-of-900-MB-cells.gpkg", "a value that is longer than the whole file"),
];

#[test]
#[cfg(target_os = "linux")]
fn files_of_a_report_end_with_exit_code_3_within_a_gigabyte() {
    const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let folder = std::env::var_os("CATCHMENT_SHARED").map_or_else(|| PathBuf::from(SHARED), PathBuf::from).join("cases/breaker");
    for (name, words) in FILES {
        let file = folder.join(name);
        if !file.exists() {
            eprintln!("skipped: {} is not there", file.display());
            continue;
        }
        let shell = format!("{LIMITS} exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        let done = command.args(["-c", &shell, env!("CARGO_BIN_EXE_catchment"), "inspect"]).arg(&file).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(3), "{name}: {said}");
        assert!(said.contains(words) && said.contains("expected") | said.contains("download"), "{name}: {said}");
    }
}
