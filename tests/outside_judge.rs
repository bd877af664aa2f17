//! The judge that shares no code with the project, `tools/check_run.py` of the shared folder, on real runs; skipped, saying so, where it
//! or python3 is absent.

#[cfg(test)]
mod runs {
    use std::path::{Path, PathBuf};
    use std::process::Command;

    fn shared() -> PathBuf {
        let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
        std::env::var_os("CATCHMENT_SHARED").map_or_else(|| default.into(), PathBuf::from)
    }

    /// The judge, if it can be asked.
    fn judge() -> Option<PathBuf> {
        let script = shared().join("tools/check_run.py");
        if !script.exists() {
            eprintln!("skipped: no {} (set CATCHMENT_SHARED)", script.display());
            return None;
        }
        if Command::new("python3").arg("--version").output().is_err() {
            eprintln!("skipped: no python3");
            return None;
        }
        Some(script)
    }

    /// Runs the binary with `args` into a folder, and lets the judge look at it.
    fn judged(args: &[&str]) {
        let Some(script) = judge() else { return };
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let run = Command::new(env!("CARGO_BIN_EXE_catchment")).args(args).arg("-q").arg("--out").arg(&out).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        accepted(&script, &out);
        // the judge does see faults: one row less, and people in gaps no longer add up
        let zones = std::fs::read_to_string(out.join("zones.csv")).unwrap();
        let lines: Vec<&str> = zones.lines().collect();
        let blind = lines.iter().rposition(|line| !line.contains(",outside,") && !line.ends_with(",,,")).unwrap();
        let kept: Vec<&str> = lines.iter().enumerate().filter(|(i, _)| *i != blind).map(|(_, line)| *line).collect();
        std::fs::write(out.join("zones.csv"), kept.join("\n")).unwrap();
        let (code, said) = ask(&script, &out);
        assert_eq!(code, Some(1), "{said}");
    }

    fn ask(script: &Path, out: &Path) -> (Option<i32>, String) {
        let said = Command::new("python3").arg(script).arg(out).output().unwrap();
        (said.status.code(), String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr))
    }

    fn accepted(script: &Path, out: &Path) {
        let (code, said) = ask(script, out);
        assert!(code == Some(0) && said.ends_with("\n0 faults\n"), "{said}");
    }

    #[test]
    fn the_demo() {
        judged(&["demo"]);
    }

    #[test]
    fn liechtenstein() {
        judged(&["run", concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/liechtenstein/plan.toml")]);
    }

    #[test]
    fn porto_alegre() {
        let data = shared().join("data/porto_alegre");
        let file = |name: &str| data.join(name).display().to_string();
        if !data.exists() {
            eprintln!("skipped: no {} (set CATCHMENT_SHARED)", data.display());
            return;
        }
        // lon, lat and population, LONGITUDE and LATITUDE go by their own names
        let [roads, zones] = ["poa_osm.pbf", "poa_areas_ponderacao_42.geojson"].map(file);
        let [people, posts] = ["poa_hexgrid.csv", "poa_health_posts.csv"].map(file);
        let study = ["coverage", "--roads", &roads, "--zones", &zones, "--zone-id", "ID", "--people", &people, "--facilities", &posts];
        // the roads are those of the centre, the posts those of the whole city
        judged(&[&study[..], &["--accept", "facilities_unlinked=60%"]].concat());
    }
}
