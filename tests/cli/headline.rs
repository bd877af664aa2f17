//! The headline of the town: see `town.rs` for the arithmetic. A corner every 111.319 m, 2^k people at corner k.

use super::desk::Desk;
use super::town::{PLAN, collection, rectangle};

/// The first line that a run prints, and the people covered.
fn headline(desk: &Desk, flags: &[&str]) -> (String, f64) {
    let out = desk.works(&[&["run", "town.toml", "--no-map", "--out", "o"], flags].concat()).out;
    (out.lines().next().unwrap().to_owned(), desk.covered("o"))
}

/// Speed and people covered, as `summary.json` has them.
fn range(desk: &Desk) -> Vec<(f64, f64)> {
    let summary = desk.json("o/summary.json");
    let points = summary["services"][0]["people_share_range"].as_array().unwrap().clone();
    points.iter().map(|own| (own["speed_m_s"].as_f64().unwrap(), own["people_covered"].as_f64().unwrap())).collect()
}

/// 900 s are 1,080 m at 1.2 m/s, 9.7 corners: 1,023 people; 900 m at 1.0 m/s, 8.1: 511; 1,251 m at 1.39 m/s, 11.2: all 2,047.
#[test]
fn a_slow_and_a_brisk_walk_stand_beside_the_share() {
    let desk = Desk::town();
    let (en, _) = headline(&desk, &[]);
    let first = "walk: 50.0 % of residents (1,023 of 2,047) live within 15 min; between 25 % at a slow walk (1.0 m/s) and 100.0 % at a brisk one \
                 (1.39 m/s). Of the other 1,024, all live in 莘庄镇.";
    assert!(en.starts_with(first), "{en}");
    assert!(en.contains(" % of the land (") && en.ends_with("of 1.488 km²) lies within the limit."), "{en}");
    assert_eq!(range(&desk), [(1.0, 511.0), (1.39, 2047.0)]);
    let (zh, _) = headline(&desk, &["--lang", "zh"]);
    assert!(zh.contains("常住人口覆盖率达49.98%，慢走（1.0米/秒）为24.96%，快走（1.39米/秒）为100.00%，覆盖盲区占比"), "{zh}");
    // the plan names other speeds, or none; a distance has none
    for (lines, said, covered) in [
        ("range_m_s = [0.6]", "live within 15 min; 1.5 % at a slow walk (0.6 m/s).", &[(0.6, 31.0)][..]),
        ("range_m_s = [1.39]", "live within 15 min; 100.0 % at a brisk walk (1.39 m/s).", &[(1.39, 2047.0)]),
        ("range_m_s = [0.6, 1.0]", "; between 1.5 % at 0.6 m/s and 25 % at 1.0 m/s.", &[(0.6, 31.0), (1.0, 511.0)]),
        ("range_m_s = []", "live within 15 min. ", &[]),
    ] {
        desk.put("town.toml", format!("{PLAN}[profiles.walk]\n{lines}\n"));
        let (en, _) = headline(&desk, &[]);
        assert!(en.contains(said), "{lines}: {en}");
        assert_eq!(range(&desk), covered, "{lines}");
    }
    desk.put("town.toml", PLAN);
    let (en, _) = headline(&desk, &["--limit", "500m"]);
    assert!(en.starts_with("walk: 1.5 % of residents (31 of 2,047) live within 500 m. Of"), "{en}");
}

/// A flag, the plan's profile and a sweep at one speed give one answer: legs and steps follow. The clinic stands 33.4 m off the road: 810 m at
/// 0.9 m/s less the leg are 6.98 corners, 127 people; with the leg at 1.2 m/s they would be 7.06, 255 people.
#[test]
fn one_speed_has_one_answer() {
    let desk = Desk::town();
    desk.put("clinics.csv", "id,name,lon,lat\nc1,West clinic,9.000,-0.0003\n");
    assert_eq!(headline(&desk, &["--speed", "0.9m/s"]).1, 127.0);
    let profile = |desk: &Desk| desk.json("o/manifest.json")["profiles"]["walk"].clone();
    let by_flag = profile(&desk);
    let of = |key: &str| by_flag[key].as_f64().unwrap();
    assert_eq!((of("speed_m_s"), of("access_speed_m_s"), of("steps_m_s")), (0.9, 0.9, 0.45));
    assert_eq!(by_flag["range_m_s"], serde_json::json!([0.75, 1.0425]));
    headline(&desk, &["--sweep", "speed=0.9"]);
    let swept = desk.rows("o/curve.csv").into_iter().find(|row| row["zone_id"] == "all").unwrap();
    assert_eq!(swept["people_covered"], "127.0");
    desk.put("town.toml", format!("{PLAN}[profiles.walk]\nspeed_m_s = 0.9\n"));
    assert_eq!(headline(&desk, &[]).1, 127.0);
    assert_eq!(profile(&desk), by_flag);
    // unless the plan sets them
    desk.put("town.toml", format!("{PLAN}[profiles.walk]\naccess_speed_m_s = 1.2\n"));
    assert_eq!(headline(&desk, &["--speed", "0.9m/s"]).1, 255.0);
}

/// Where costs do not scale with the walking speed, another search tells what a run at that speed would.
#[test]
fn ranges_are_those_of_runs_at_these_speeds() {
    let desk = Desk::town();
    desk.put("clinics.csv", "id,name,lon,lat\nc1,West clinic,9.000,-0.0003\n");
    for lines in ["", "access_speed_m_s = 0.1", "steps_m_s = 0.6", "ferry = true", "crossing_delay_s = 5"] {
        desk.put("town.toml", format!("{PLAN}[profiles.walk]\n{lines}\n"));
        headline(&desk, &[]);
        let found = range(&desk);
        let of_run = |speed: f64| (speed, headline(&desk, &["--speed", &format!("{speed}m/s")]).1);
        assert_eq!(found, [1.0, 1.39].map(of_run), "{lines}");
    }
}

/// Towns that hold half of the people who are not covered, the one with most first, and at most three; the Chinese sentence counts ground, and
/// names three to five.
#[test]
fn towns_are_named_by_what_the_sentence_counts() {
    let desk = Desk::town();
    // a strip for each corner but the first two; 4, 8, … 1,024 people; all are beyond 20 s but those of corner 0
    let edge = |k: u32| 8.9995 + 0.001 * f64::from(k);
    let strips = [(0, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 8), (8, 9), (9, 10), (10, 13)];
    let zones: Vec<String> =
        strips.iter().map(|(from, to)| rectangle(&from.to_string(), &format!("T{from}"), edge(*from), edge(*to))).collect();
    desk.put("zones.geojson", collection(&zones));
    let said = |flags: &[&str]| headline(&desk, &[&["--limit", "20s"], flags].concat()).0;
    // half of 2,046 people live in the town of 1,024
    assert!(said(&[]).contains("Of the other 2,046, 50 % live in T10. "), "{}", said(&[]));
    // the strips of three and two columns have most ground; with two of the eight others they hold seven columns of thirteen
    let zh = said(&["--lang", "zh"]);
    assert!(zh.contains("，主要位于T10、T0、") && zh.matches('、').count() == 2, "{zh}");
    // with as many people everywhere half of them are in five towns
    let alike = (0..11).fold("lon,lat,people\n".to_owned(), |text, k| format!("{text}9.{k:03},0,100\n"));
    desk.put("people.csv", alike);
    assert!(said(&[]).contains("Of the other 1,000, 50 % live in T0, T2, T3 and 2 more. "), "{}", said(&[]));
}

/// Where people live is a model unless points say it.
#[test]
fn estimates_are_called_so() {
    let desk = Desk::town();
    desk.put(
        "town.toml",
        PLAN.replace("method = \"points\"\nsource = \"people.csv\"", "method = \"spread\"\ntotals = \"totals.csv\"\nover = [\"zone\"]"),
    );
    desk.put("totals.csv", "zone_id,people\n3101120060001,1000\n3101120060002,1000\n");
    let (en, _) = headline(&desk, &[]);
    assert!(en.contains(" of estimated residents (") && en.contains(" of 2,000) live within"), "{en}");
    let (zh, _) = headline(&desk, &["--lang", "zh"]);
    assert!(zh.contains("常住人口覆盖率（推算）达"), "{zh}");
}

/// `run --service`: one service, and what asks about it.
#[test]
fn a_run_of_one_service() {
    let desk = Desk::town();
    let second = "[[services]]\nid = \"far\"\nfacilities = \"clinics\"\nlimit = \"30min\"\n[[access]]\nid = \"own\"\nservice = \"walk\"\n[siting]\nservice = \"walk\"\nadd = 1\n";
    desk.put("town.toml", format!("{PLAN}{second}"));
    let out = desk.works(&["run", "town.toml", "--service", "far", "--no-map", "--out", "o"]).out;
    assert!(out.starts_with("far: ") && !out.contains("walk: "), "{out}");
    let summary = desk.json("o/summary.json");
    assert_eq!(summary["services"].as_array().unwrap().len(), 1);
    desk.fails(&["run", "town.toml", "--service", "fra", "--out", "o"], 2, &["--service is `fra`", "walk, far", "did you mean `far`?"]);
}
