//! Sweeps of limits and speeds, and the table of gaps, on the town: see `town.rs` for the arithmetic.

use super::desk::{Desk, Row, number};
use super::town::{EAST, PLAN, WEST};

fn sweep(desk: &Desk, specs: &[&str]) -> (Vec<Row>, String) {
    let flags: Vec<&str> = specs.iter().flat_map(|spec| ["--sweep", spec]).collect();
    let done = desk.works(&[&["run", "town.toml", "--no-map", "--out", "o"], &flags[..]].concat());
    (desk.rows("o/curve.csv"), done.out)
}

/// People covered in a zone by limit and speed.
fn covered(rows: &[Row], parameter: &str, zone: &str) -> Vec<(f64, f64, f64)> {
    let of = rows.iter().filter(|row| row["parameter"] == parameter && row["zone_id"] == zone);
    of.map(|row| (number(row, "limit_s"), number(row, "speed_m_s"), number(row, "people_covered"))).collect()
}

#[test]
fn limits_and_speeds_give_a_curve() {
    let desk = Desk::town();
    let (rows, out) = sweep(&desk, &["limit=5..15min/5", "speed=0.6,1.0"]);
    // 92.766 s a corner: 300 s reach 3.2 of them, 600 s 6.5, 900 s 9.7; the border runs between corners 4 and 5
    assert_eq!(covered(&rows, "limit", "all"), [(300.0, 1.2, 15.0), (600.0, 1.2, 127.0), (900.0, 1.2, 1023.0)]);
    assert_eq!(covered(&rows, "limit", WEST), [(300.0, 1.2, 15.0), (600.0, 1.2, 31.0), (900.0, 1.2, 31.0)]);
    assert_eq!(covered(&rows, "limit", EAST), [(300.0, 1.2, 0.0), (600.0, 1.2, 96.0), (900.0, 1.2, 992.0)]);
    // 900 s are 540 m at 0.6 m/s, 4.9 corners; 900 m at 1 m/s, 8.1
    assert_eq!(covered(&rows, "speed", "all"), [(900.0, 0.6, 31.0), (900.0, 1.0, 511.0)]);
    assert_eq!(rows.len(), 5 * 3);
    assert!(out.contains("10 min") && out.contains("1.00"), "{out}");
    // the result itself is that of the plan
    assert_eq!(desk.covered("o"), 1023.0);
    // what the plan's summary says at that speed or limit, the curve says too
    for (flags, parameter, limit, speed) in [
        (["--limit", "10min"], "limit", 600.0, 1.2),
        (["--speed", "0.6m/s"], "speed", 900.0, 0.6),
        (["--speed", "1m/s"], "speed", 900.0, 1.0),
    ] {
        desk.works(&[&["run", "town.toml", "--no-map", "-q", "--out", "full"], &flags[..]].concat());
        for full in desk.rows("full/zones.csv") {
            let same = |row: &&Row| {
                row["parameter"] == parameter
                    && (number(row, "limit_s"), number(row, "speed_m_s")) == (limit, speed)
                    && row["zone_id"] == full["zone_id"]
            };
            let row = rows.iter().find(same).unwrap();
            for column in ["people_total", "people_covered", "people_share", "mask_area_m2", "area_covered_m2", "area_share"] {
                assert_eq!(row[column], full[column], "{flags:?} {column}");
            }
        }
    }
    assert!(desk.text("o/README.txt").contains("curve.csv: coverage at the limits"));
    assert_eq!(desk.json("o/manifest.json")["plan"]["services"][0]["sweep"][0], "limit=5min,10min,15min");
    // without a sweep there is no curve, nor is one left behind
    desk.works(&["run", "town.toml", "--no-map", "-q", "--out", "o"]);
    assert!(!desk.list("o").contains(&"curve.csv".to_owned()));
}

#[test]
fn the_plan_may_hold_the_sweep_and_flags_replace_it() {
    let desk = Desk::town();
    desk.put("town.toml", PLAN.replace("limit = \"15min\"", "limit = \"15min\"\nsweep = [\"limit=10min\"]"));
    assert_eq!(covered(&sweep(&desk, &[]).0, "limit", "all"), [(600.0, 1.2, 127.0)]);
    assert_eq!(covered(&sweep(&desk, &["limit=300s"]).0, "limit", "all"), [(300.0, 1.2, 15.0)]);
}

#[test]
fn sweeps_that_cannot_be_are_refused() {
    let desk = Desk::town();
    let fails = |flags: &[&str], words: &[&str]| {
        desk.fails(&[&["run", "town.toml", "--no-map", "-q", "--out", "o"], flags].concat(), 2, words);
    };
    fails(&["--sweep", "15min"], &["sweep is `15min`", "limit=5..30min/5"]);
    fails(&["--sweep", "limit=5..30min"], &["FROM..TO"]);
    fails(&["--sweep", "limit=500m"], &["--sweep", "`limit=500m`", "counts the same"]);
    fails(&["--limit", "800m", "--sweep", "speed=1.0"], &["a limit of time"]);
    assert!(desk.list("o").is_empty());
}

#[test]
fn the_table_of_gaps_tells_where_and_how_far() {
    let desk = Desk::town();
    let done = desk.works(&["run", "town.toml", "--no-map", "--limit", "5min", "--out", "o"]);
    // corners 4 (16 people) in the west, 5 to 10 (2,016) in the east
    let rows = desk.rows("o/gaps.csv");
    let (east, west) = (&rows[0], &rows[1]);
    assert_eq!((number(east, "people"), number(west, "people")), (2016.0, 16.0));
    assert_eq!((west["zone_id"].as_str(), west["rank"].as_str(), west["nearest_facility_id"].as_str()), (WEST, "2", "c1"));
    // corner 4 is 371.064 s and 445.278 m from the clinic, along a straight street
    for (column, expected, within) in [
        ("cost_max_s", 371.064, 0.01),
        ("excess_mean_s", 71.064, 0.01),
        ("excess_max_s", 71.064, 0.01),
        ("road_m", 445.278, 0.1),
        ("detour", 1.0, 0.001),
        ("lon", 9.004, 1e-7),
        ("lat", 0.0, 1e-7),
    ] {
        assert!((number(west, column) - expected).abs() <= within, "{column} is {}", west[column]);
    }
    // 300 s are 360 m: nobody of them lives within that of the clinic
    assert_eq!((number(west, "straight_line_share"), west["place_name"].as_str()), (0.0, ""));
    // the layer says the same
    let layer = desk.json("o/gaps.geojson")["features"].clone();
    for (row, feature) in rows.iter().zip(layer.as_array().unwrap()) {
        for (column, cell) in row {
            let value = &feature["properties"][column.as_str()];
            let text = if value.is_null() { String::new() } else { value.as_str().map_or(value.to_string(), str::to_owned) };
            assert_eq!(&text, cell, "{column}");
        }
    }
    assert!(done.out.contains("min beyond") && done.out.contains("West clinic"), "{}", done.out);
}

#[test]
fn a_table_without_gaps_keeps_its_columns() {
    let desk = Desk::town();
    desk.put("town.toml", PLAN.replace("[[services]]", "[gaps]\nmin_people = 1e6\n[[services]]"));
    desk.works(&["run", "town.toml", "--no-map", "-q", "--out", "o"]);
    let text = desk.text("o/gaps.csv");
    assert!(text.starts_with("service,rank,zone_id,zone_name,place_name,") && text.lines().count() == 1, "{text}");
    let service = &desk.json("o/summary.json")["services"][0];
    assert_eq!(service["people_in_gaps_unlisted"], 1024.0);
    assert_eq!(service["gaps_unlisted_by_reason"]["min_people"]["people"], 1024.0);
    assert_eq!(service["gaps_unlisted_by_reason"]["min_area_m2"]["gaps"], 0);
    assert_eq!(service["conservation"]["gaps_hold"], true);
}
