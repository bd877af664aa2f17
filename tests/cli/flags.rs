//! Flags that override a plan, on the town: see `town.rs` for the arithmetic.

use super::desk::{Desk, FILES};

/// People covered, and what was printed, with these flags.
fn covered(desk: &Desk, flags: &[&str]) -> (f64, String) {
    let done = desk.works(&[&["run", "town.toml", "--out", "o"], flags].concat());
    (desk.covered("o"), done.out)
}

#[test]
fn limit_and_speed_change_who_is_reached() {
    let desk = Desk::town();
    let people = |flags: &[&str]| covered(&desk, &[flags, &["--no-map"]].concat()).0;
    // 900 s / 92.766 s = 9.7 corners: 0 to 9, 2^10 − 1 people
    assert_eq!(people(&[]), 1023.0);
    // 600 s: 6.5 corners
    assert_eq!(people(&["--limit", "10min"]), 127.0);
    // 834.8 s to corner 9 and 834.9 s, written so that the last millisecond decides: 9 × 92,766 ms
    assert_eq!(people(&["--limit", "835s"]), 1023.0);
    assert_eq!(people(&["--limit", "834s"]), 511.0);
    // 800 m / 111.319 m = 7.2 corners
    assert_eq!(people(&["--limit", "800m"]), 255.0);
    // 900 m at 1 m/s: 8.1 corners
    assert_eq!(people(&["--speed", "1.0m/s"]), 511.0);
    // 3.6 km/h is 1 m/s
    assert_eq!(people(&["--speed", "3.6km/h"]), 511.0);
    assert_eq!(people(&["--speed", "1.0m/s", "--limit", "10min"]), 63.0);
}

#[test]
fn the_manifest_holds_the_plan_as_it_was_run() {
    let desk = Desk::town();
    covered(&desk, &["--limit", "10min", "--speed", "1.0m/s", "--no-map", "--lang", "zh", "--format", "csv"]);
    let manifest = desk.json("o/manifest.json");
    assert_eq!(manifest["profiles"]["walk"]["speed_m_s"], 1.0);
    assert_eq!(manifest["profiles"]["walk"]["steps_m_s"], 0.5, "steps change by the same factor");
    assert_eq!(manifest["plan"]["study"]["lang"], "zh");
    assert_eq!(
        manifest["plan"]["outputs"].to_string(),
        r#"{"formats":["csv"],"csv_encoding":"utf-8","map":false,"audit":false,"measure_error":false}"#
    );
    assert!(manifest["plan"]["services"][0]["limit"].to_string().contains("10"), "{}", manifest["plan"]["services"]);
}

#[test]
fn languages() {
    let desk = Desk::town();
    let english = "50.0 % of residents (1,023 of 2,047) live within 15 min";
    let chinese = "居民步行15分钟服务圈覆盖率为";
    let said = |lang: &str| covered(&desk, &["--lang", lang]).1;
    let (en, zh, both) = (said("en"), said("zh"), said("both"));
    assert!(en.contains(english) && !en.contains(chinese), "{en}");
    assert!(!zh.contains(english) && zh.contains(chinese) && zh.contains("合计") && zh.contains("常住人口覆盖率达49.98%"), "{zh}");
    assert!(both.contains(english) && both.contains(chinese), "{both}");
    assert!(desk.text("o/README.txt").contains(chinese));
    // whatever the language, the summary holds both
    let sentence = &desk.json("o/summary.json")["services"][0]["sentence"];
    assert!(sentence["en"].as_str().unwrap().contains(english) && sentence["zh"].as_str().unwrap().contains(chinese));
}

#[test]
fn formats_and_maps_can_be_left_out() {
    let desk = Desk::town();
    let files = |out: &str, flags: &[&str]| {
        desk.works(&[&["run", "town.toml", "--out", out], flags].concat());
        desk.list(out)
    };
    let but = |left_out: &[&str]| FILES.into_iter().filter(|f| !left_out.iter().any(|end| f.ends_with(end))).collect::<Vec<_>>();
    assert_eq!(files("all", &["--format", "geojson,csv"]), FILES);
    assert_eq!(files("csv", &["--format", "csv"]), but(&[".geojson"]));
    let layers = FILES.into_iter().filter(|name| !name.ends_with(".csv") || *name == "issues.csv").collect::<Vec<_>>();
    assert_eq!(files("geojson", &["--format", "geojson"]), layers);
    assert_eq!(files("no-map", &["--no-map"]), but(&["map.svg", "map.png"]));
    desk.fails(&["run", "town.toml", "--format", "shp"], 2, &["shp", "geojson"]);
}

#[test]
fn files_of_an_earlier_run_do_not_stand_beside_this_one_s() {
    let desk = Desk::town();
    desk.works(&["run", "town.toml", "-q", "--out", "o"]);
    desk.put("o/notes.txt", "mine");
    desk.works(&["run", "town.toml", "-q", "--limit", "10min", "--format", "csv", "--no-map", "--out", "o"]);
    // what is not ours stays
    let mut left: Vec<&str> = FILES.into_iter().filter(|name| !name.starts_with("map.") && !name.ends_with(".geojson")).collect();
    left.push("notes.txt");
    left.sort_unstable();
    assert_eq!(desk.list("o"), left);
}

#[test]
fn json_is_the_summary_and_quiet_is_silent() {
    let desk = Desk::town();
    let json = desk.works(&["run", "town.toml", "--no-map", "--json", "--out", "o"]);
    assert_eq!(json.out, desk.text("o/summary.json"));
    let quiet = desk.works(&["run", "town.toml", "--no-map", "-q", "--out", "o"]);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    let both = desk.works(&["run", "town.toml", "--no-map", "-q", "--json", "--out", "o"]);
    assert_eq!((both.out, both.err.as_str()), (json.out, ""));
}

#[test]
fn without_out_the_folder_is_named_after_the_study() {
    let desk = Desk::town();
    desk.works(&["run", "town.toml", "-q"]);
    assert_eq!(desk.list("catchment-town"), FILES);
}

#[test]
fn licences_of_program_data_font_and_crates() {
    let said = Desk::new().works(&["licenses"]).out;
    for part in ["MIT OR Apache-2.0", "Open Database License", "© OpenStreetMap contributors", "WenQuanYi", "\nrayon ", "\ngeo ", "\nclap "]
    {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
    // every crate with its licence
    let crates = said.split("Crates (").nth(1).unwrap();
    assert!(crates.lines().skip(1).all(|line| line.split(" — ").count() == 3), "{crates}");
}
