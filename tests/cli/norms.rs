//! Norms, indicators and fairness: 闵行's published figures, and the town.

use super::desk::{Desk, Row, data, number};
use super::town::{EAST, PLAN, WEST};

const MINHANG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/minhang/figures.csv");

fn of<'a>(rows: &'a [Row], column: &str, value: &str, zone: &str) -> &'a Row {
    let mut found = rows.iter().filter(|row| row[column] == value && row["zone_id"] == zone);
    let row = found.next().unwrap_or_else(|| panic!("no {column} {value} of {zone}"));
    assert!(found.next().is_none(), "{value} of {zone} twice");
    row
}

#[track_caller]
fn near(row: &Row, column: &str, expected: f64, within: f64) {
    let found = number(row, column);
    assert!((found - expected).abs() <= within, "{column}: {found}, not {expected}");
}

#[test]
fn minhang_against_the_city_s_norms() {
    let desk = Desk::new();
    let done = desk.works(&[
        "norms",
        "--standards",
        "shanghai-2025",
        "--figures",
        MINHANG,
        "--out",
        "o",
        "--lang",
        "both",
        "--format",
        "csv,xlsx",
    ]);
    assert!(done.out.contains("One regional medical centre per 300-500 thousand people"), "{}", done.out);
    let rows = desk.rows("o/norms.csv");
    // 2,653,489 people: 2.65 tertiary hospitals (how many there are, the plan does not say), 5.3 to 8.8 regional centres against 4 named
    let tertiary = of(&rows, "norm", "tertiary-hospital", "all");
    near(tertiary, "need_low_exact", 2.653_489, 1e-12);
    assert_eq!((tertiary["status"].as_str(), tertiary["have"].as_str()), ("unknown", ""));
    let regional = of(&rows, "norm", "regional-centre", "all");
    near(regional, "need_low_exact", 5.306_978, 1e-12);
    near(regional, "need_high_exact", 8.844_963_333, 1e-9);
    let shown = ["have", "need_low", "need_high", "gap", "status"].map(|column| regional[column].as_str());
    assert_eq!(shown, ["4.0", "6.0", "8.0", "2.0", "short"]);
    // 13 centres in 14 towns
    let centres = of(&rows, "norm", "community-centre", "闵行区");
    assert_eq!(
        ["have", "need_low", "need_high", "gap", "status"].map(|column| centres[column].as_str()),
        ["13.0", "14.0", "", "1.0", "short"]
    );
    // norms of classes that no zone has are left aside, and said
    assert_eq!(desk.findings("o", "norm_without_zones").len(), 4);
    assert_eq!(desk.findings("o", "norm_unknown").len(), 3);
    let report = desk.text("o/report.md");
    let line = "| 全域 all | 每30—50万人口配置1家区域性医疗中心 One regional medical centre per 300-500 thousand people | 4 | 6–8 | 5.31–8.84 | 向上取整 up | 2 | 不足 short |";
    assert!(report.contains(line) && report.contains("「每 30—50 万人口配置 1 家区域性医疗中心」"), "{report}");
    assert!(desk.text("o/table-04-norms.csv").starts_with("街镇 zone,规则 norm,现有 have,"));
    assert!(desk.list("o").contains(&"figures.xlsx".to_owned()));
    // asked to check, the answer is no
    desk.fails(
        &["norms", "--standards", "shanghai-2025", "--figures", MINHANG, "--out", "o", "--check"],
        1,
        &["2 of 5 norms are short, 3 not known"],
    );
}

/// 5.92 against the published 6.02, which stands for 160 facilities or 2.608 million people; 6.73 with the 32 new ones for 2.808 million; 1.65 by truncation.
#[test]
fn minhang_s_published_values_worked_out_again() {
    let desk = Desk::new();
    desk.works(&["indicators", "--standards", "minhang-2025", "--figures", MINHANG, "--out", "o", "--lang", "zh"]);
    let rows = desk.rows("o/indicators.csv");
    let posts = of(&rows, "indicator", "primary_care_per_100k", "all");
    assert_eq!(
        ["numerator", "value_rounded", "baseline", "baseline_recomputed", "status"].map(|c| posts[c].as_str()),
        ["157.0", "5.92", "6.02", "5.92", "not_met"]
    );
    near(posts, "baseline_implies_numerator", 159.74, 0.001);
    near(posts, "baseline_implies_denominator", 2_607_973.42, 0.01);
    near(posts, "needed_for_target", 22.0, 0.0);
    let hospitals = of(&rows, "indicator", "hospitals_per_100k", "all");
    assert_eq!((hospitals["value_rounded"].as_str(), hospitals["baseline"].as_str()), ("1.65", "1.65"));
    near(hospitals, "value", 1.658, 0.001);
    near(of(&rows, "indicator", "equipment_medical_share", "all"), "value", 89.007_988_674, 1e-9);
    // 573 institutions by three routes: 44 + 515 + 5 + 9; 174 + 399; and 515 in nine kinds. Nothing disagrees
    assert_eq!(desk.findings("o", "sum_differs").len(), 0);
    let wrong =
        std::fs::read_to_string(MINHANG).unwrap().replace(",573,174,399,", ",573,174,398,").replace(",13,17,77,50,", ",13,17,77,49,");
    desk.put("wrong.csv", wrong).works(&["indicators", "--standards", "minhang-2025", "--figures", "wrong.csv", "--out", "w"]);
    let told: Vec<String> = desk.findings("w", "sum_differs").into_iter().map(|row| row["detail"].clone()).collect();
    assert_eq!(told, ["闵行区: the figures say 573, its parts make 572", "闵行区: the figures say 515, its parts make 514"]);
    assert!(desk.findings("w", "sum_differs").iter().all(|row| row["severity"] == "warning"));
    // with the 32 that are planned, for the people of 2020 and for those that the target means
    let later = std::fs::read_to_string(MINHANG).unwrap().replace(",13,17,77,50,", ",19,17,103,50,");
    desk.put("later.csv", later).works(&["indicators", "--standards", "minhang-2025", "--figures", "later.csv", "--out", "l"]);
    let rows = desk.rows("l/indicators.csv");
    let posts = of(&rows, "indicator", "primary_care_per_100k", "all");
    assert_eq!(["numerator", "value_rounded", "status", "progress"].map(|c| posts[c].as_str()), ["189.0", "7.12", "met", "1.0"]);
    near(posts, "target_implies_denominator", 2_808_321.0, 1.0);
}

/// 表2: 6 centres and branches, 26 stations. With them 189 facilities for the people of 2020; what was published before them stays.
#[test]
fn minhang_s_new_facilities_by_town() {
    let desk = Desk::new();
    let built = data("minhang/new_build_2025.csv");
    let asked = ["indicators", "--standards", "minhang-2025", "--figures", MINHANG, "--lang", "zh", "--new-build"];
    desk.works(&[&asked[..], &[&built, "--out", "o"]].concat());
    let rows = desk.rows("o/indicators.csv");
    let posts = of(&rows, "indicator", "primary_care_per_100k", "all");
    assert_eq!(
        ["numerator", "value_rounded", "baseline_recomputed", "status"].map(|c| posts[c].as_str()),
        ["189.0", "7.12", "5.92", "met"]
    );
    assert!(posts["detail"].contains("32 more than as it stands"), "{}", posts["detail"]);
    near(posts, "target_implies_denominator", 2_808_321.0, 1.0);
    near(posts, "baseline_implies_numerator", 159.74, 0.001);
    assert_eq!((desk.findings("o", "sum_differs").len(), desk.findings("o", "parts_of_zone").len()), (0, 1));
    let table = desk.text("o/table-02-new-build.csv");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 1 + 14 + 1);
    assert_eq!(lines[0], "镇（街道、工业区）,中心及分中心,卫生服务站,合计,备注");
    assert_eq!((lines[1], lines[4], lines[5]), ("江川街道,1,2,3,", "华漕镇,——,——,——,", "虹桥镇,1,——,1,在建"));
    assert_eq!(lines[15], "合计,6,26,32,");
    // a sum that the table does not make is said
    let wrong = std::fs::read_to_string(&built).unwrap().replace("颛桥镇,——,9", "颛桥镇,——,8");
    let words = ["sum_differs", "卫生服务站: `合计` (line 16) says 26, its rows make 25"];
    desk.put("wrong.csv", wrong).fails(&[&asked[..], &["wrong.csv", "--out", "w"]].concat(), 3, &words);
    let idle = lines.iter().filter(|line| line.contains(",——,——,——,")).count();
    assert_eq!(idle, 4, "华漕, 马桥, 吴泾, 浦江");
}

const RULES: &str = r#"
title = "Town rules"
[[quantities]]
id = "clinics"
facilities = "clinics"
[[quantities]]
id = "stations"
count = { tier = ["station"] }
[[quantities]]
id = "beds"
facilities = "clinics"
sum = "beds"
[[norms]]
id = "one"
title = "One clinic a town"
have = "clinics"
need = [{ per = "zones", every = 1 }]
[[norms]]
id = "either"
title = "A station for 3 to 5 committees or 500 to 1000 people"
have = "stations"
need = [{ per = "committees", every = [3, 5] }, { per = "people", every = [500, 1000] }]
[[norms]]
id = "both"
title = "The same, both"
have = "stations"
combine = "both"
need = [{ per = "committees", every = [3, 5] }, { per = "people", every = [500, 1000] }]
[[norms]]
id = "cap"
title = "No more beds than in 2020"
have = "beds_told"
no_more_than_in = 2020
round = "exact"
[[norms]]
id = "rural"
title = "Villages"
have = "clinics"
class = ["village"]
need = [{ per = "zones", every = 1 }]
may_add = { count = 1, where = "area_km2", above = 0.8 }
[[indicators]]
id = "beds_per_1000"
title = "Beds per 1,000"
numerator = "beds"
denominator = "people"
per = 1000
by_zone = true
decimals = 2
target = { year = 2025, value = 7.5, operator = "about", tolerance = 0.5 }
[[minimums]]
id = "floor"
amount = "floor"
steps = [[0, 100], [1000, 300]]
served = "people"
[[fairness]]
resource = "clinics"
[[fairness]]
resource = "beds"
"#;

/// Three clinics and a station: one clinic and the station west, one clinic east; another east that opens in 2024.
const CLINICS: &str = "id,name,lon,lat,tier,status,opens,beds,floor
c1,West clinic,9.000,0,clinic,existing,,6,120
c2,East clinic,9.008,0,clinic,existing,,10,250
c3,New clinic,9.010,0,clinic,规划,2024,4,400
s1,West station,9.001,0,station,existing,,0,50
";

const FIGURES: &str = "zone_id,year,committees,beds_told,class\n3101120060001,2020,9,10,\n3101120060001,2023,9,12,\n3101120060002,2020,12,5,\n3101120060002,2023,12,5,\n";

fn town() -> Desk {
    let desk = Desk::town();
    let columns = r#"columns = { tier = "tier", status = "status", opens = "opens", amounts = { beds = "beds", floor = "floor" } }"#;
    let plan = PLAN.replace("source = \"clinics.csv\"", &format!("source = \"clinics.csv\"\n{columns}"));
    let plan = plan.replace("name = \"name\"", "name = \"name\"\ntable = \"classes.csv\"");
    desk.put("classes.csv", format!("zone_id,class\n{EAST},village\n{WEST},\n"));
    desk.put("town.toml", plan + "[planning]\nstandards = [\"rules.toml\"]\nfigures = \"figures.csv\"\nyear = 2023\n");
    desk.put("rules.toml", RULES).put("clinics.csv", CLINICS).put("figures.csv", FIGURES);
    desk
}

#[test]
fn a_town_by_its_own_rules() {
    let desk = town();
    desk.works(&["norms", "town.toml", "--out", "o"]);
    let rows = desk.rows("o/norms.csv");
    let show = |norm: &str, zone: &str| {
        let row = of(&rows, "norm", norm, zone);
        ["have", "need_low", "need_high", "gap", "status"].map(|column| row[column].clone())
    };
    // west: c1 and s1 are two "clinics" of the set; east: c2, as c3 opens in 2024
    assert_eq!(show("one", WEST), ["2.0", "1.0", "1.0", "0.0", "over"]);
    assert_eq!(show("one", EAST), ["1.0", "1.0", "1.0", "0.0", "met"]);
    // west: 9 committees ask for 1.8 to 3, 31 people for 0.031 to 0.062: either is met by one station, both ask for two
    assert_eq!(show("either", WEST), ["1.0", "1.0", "3.0", "0.0", "met"]);
    assert_eq!(show("both", WEST), ["1.0", "2.0", "2.0", "1.0", "short"]);
    // east: 12 committees ask for 2.4 to 4, 2,016 people for 2.016 to 4.032: none is there
    assert_eq!(show("either", EAST), ["0.0", "3.0", "4.0", "3.0", "short"]);
    assert_eq!(show("cap", WEST), ["12.0", "0.0", "10.0", "0.0", "over"]);
    assert_eq!(show("cap", EAST), ["5.0", "0.0", "5.0", "0.0", "met"]);
    // the eastern zone is a village of 0.006° × 0.011°, 0.81 km²: a second clinic has a place
    assert_eq!(show("rural", EAST), ["1.0", "1.0", "2.0", "0.0", "met"]);
    assert!(rows.iter().all(|row| row["norm"] != "rural" || row["zone_id"] == EAST));
    let features = desk.json("o/norms.geojson");
    assert_eq!(features["features"].as_array().unwrap().len(), rows.len());
    assert!(features["features"][0]["geometry"]["coordinates"].is_array());
    // a year later there are two clinics east: more than one has a place for, but for the village
    desk.works(&["norms", "town.toml", "--out", "o", "--year", "2024"]);
    let rows = desk.rows("o/norms.csv");
    assert_eq!(of(&rows, "norm", "one", EAST)["status"], "over");
    assert_eq!(of(&rows, "norm", "rural", EAST)["status"], "met");
    // there are no figures of 2024: what rests on them is not known, and the rest is
    assert_eq!(of(&rows, "norm", "cap", EAST)["status"], "unknown");
    assert!(of(&rows, "norm", "either", WEST)["detail"].contains("there is no figure of `committees` for 古美路街道 in 2024"));
}

#[test]
fn indicators_minimums_and_fairness_of_a_town() {
    let desk = town();
    desk.works(&["indicators", "town.toml", "--out", "o", "--format", "csv"]);
    let rows = desk.rows("o/indicators.csv");
    // 16 beds for 2,047 people; 6 for 31 west, 10 for 2,016 east
    let all = of(&rows, "indicator", "beds_per_1000", "all");
    near(all, "value", 16.0 / 2.047, 1e-12);
    assert_eq!((all["status"].as_str(), all["target"].as_str()), ("met", "7.5±0.5"));
    assert_eq!(of(&rows, "indicator", "beds_per_1000", WEST)["rank"], "1");
    assert_eq!(of(&rows, "indicator", "beds_per_1000", EAST)["rank"], "2");
    // by people of the zone: 100 m² west, 300 east
    let minimums = desk.rows("o/minimums.csv");
    let shown: Vec<_> =
        minimums.iter().map(|row| ["facility_id", "have", "asked", "gap", "met"].map(|column| row[column].as_str())).collect();
    assert_eq!(
        shown,
        [["c1", "120.0", "100.0", "0.0", "true"], ["c2", "250.0", "300.0", "50.0", "false"], ["s1", "50.0", "100.0", "50.0", "false"]]
    );
    let fair = desk.rows("o/fairness.csv");
    // Gini of two zones is the share of people less the share of the resource of those who hold less: 2016/2047 − 1/3
    near(&fair[0], "gini_people", 2016.0 / 2047.0 - 1.0 / 3.0, 1e-9);
    near(&fair[1], "gini_people", 2016.0 / 2047.0 - 10.0 / 16.0, 1e-9);
    // by area: 6/11 of the land east
    near(&fair[1], "gini_area", (10.0 / 16.0 - 6.0f64 / 11.0).abs(), 1e-4);
    let gathered = desk.rows("o/agglomeration.csv");
    let west = gathered.iter().find(|row| row["resource"] == "beds" && row["zone_id"] == WEST).unwrap();
    near(west, "hrad", 6.0 / 16.0 / (5.0 / 11.0), 1e-4);
    near(west, "hrad_over_pad", 6.0 / 31.0 / (16.0 / 2047.0), 1e-9);
    desk.fails(
        &["indicators", "town.toml", "--standards", "minhang-2025", "--out", "x", "--check"],
        1,
        &["0 of 19 targets are not met, 18 not known"],
    );
}

/// What planners would otherwise read past: each is a finding, an unknown or a no.
#[test]
fn what_would_be_read_past_is_said() {
    let desk = town();
    // the rules of city and district together, on facilities of which none has the tier that is counted
    let plain = PLAN.replace("[[services]]", "[[services]]\ncare = \"clinics\"");
    desk.put("plain.toml", plain);
    desk.works(&["norms", "plain.toml", "--standards", "shanghai-2025", "--standards", "minhang-2025", "--out", "b"]);
    let rows = desk.rows("b/norms.csv");
    let centre = rows.iter().find(|row| row["quantity"] == "community_centres").unwrap();
    assert_eq!((centre["have"].as_str(), centre["status"].as_str()), ("", "unknown"));
    assert!(centre["detail"].contains("by their tier, and none has any: columns.tier of the plan"), "{}", centre["detail"]);
    // a ceiling that is exceeded is no excess
    desk.put("cap.toml", "[[norms]]\nid = \"cap\"\nhave = \"beds_told\"\nno_more_than_in = 2020\nround = \"exact\"\n");
    desk.fails(
        &["norms", "town.toml", "--standards", "cap.toml", "--out", "c", "--check"],
        1,
        &["0 of 2 norms are short, 0 not known, 1 above their ceiling"],
    );
    // years that nobody asks for, and plans without one
    let undated = desk.text("town.toml").replace("year = 2023\n", "");
    desk.put("undated.toml", undated)
        .put("clinics.csv", CLINICS.replace("规划,2024,4", "规划,,4").replace("existing,,6", "existing,2035,6"));
    desk.works(&["norms", "undated.toml", "--out", "y"]);
    assert_eq!(["years_not_used", "planned_without_year"].map(|kind| desk.findings("y", kind).len()), [1, 1]);
    // figures that tell of all zones something else than the zones do
    desk.put("all.csv", format!("{FIGURES}all,2023,99,17,\n"));
    let words = ["sum_differs", "committees: `all` (line 6) says 99, its rows make 21"];
    desk.fails(&["norms", "town.toml", "--figures", "all.csv", "--out", "f"], 3, &words);
}

#[test]
fn what_cannot_be_used_is_said() {
    let desk = town();
    desk.fails(&["norms"], 2, &["PLAN is missing", "--figures FILE"]);
    desk.fails(&["norms", "--figures", MINHANG], 2, &["--standards FILE, or planning.standards of the plan"]);
    desk.fails(&["norms", "--figures", MINHANG, "--standards", "shanghai-2052"], 2, &["did you mean `shanghai-2025`?"]);
    let put = |text: &str| desk.put("bad.toml", text);
    for (text, words) in [
        ("[[norms]]\nid = \"a\"\nhave = \"x\"", "norms.need or no_more_than_in of `a` is neither"),
        (
            "[[norms]]\nid = \"a\"\nhave = \"x\"\nneed = [{ per = \"people\", every = [5, 3] }]",
            "5 to 3; expected numbers above zero, the lesser first",
        ),
        ("[[norms]]\nid = \"a\"\nhve = \"x\"", "did you mean `have`?"),
        ("[[quantities]]\nid = \"a\"\nof = [\"b\"]\n[[quantities]]\nid = \"b\"\nof = [\"a\"]", "a sum that holds itself"),
        ("[[indicators]]\nid = \"a\"\nnumerator = \"x\"\nper = 1000", "expected both, or none"),
        ("[[minimums]]\nid = \"a\"\namount = \"x\"", "minimums.least or steps of `a` is neither"),
    ] {
        put(text);
        desk.fails(&["norms", "--figures", MINHANG, "--standards", "bad.toml", "--out", "x"], 2, &["bad.toml", words]);
    }
    assert!(desk.list("x").is_empty());
    // figures that are none, rows of no zone, years that are none: each is said, none is used
    desk.put("figures.csv", "zone_id,year,committees\n3101120060001,2023,many\nnowhere,2023,5\n3101120060002,soon,5\n3101120060002,2023,5\n3101120060002,2023,6\n");
    desk.works(&["norms", "town.toml", "--out", "o"]);
    for kind in ["bad_number", "unmatched_rows", "bad_year", "total_twice"] {
        assert_eq!(desk.findings("o", kind).len(), 1, "{kind}");
    }
    // words that the records of facilities do not know
    desk.put("clinics.csv", CLINICS.replace("规划,2024,4", "dreamt,late,four"));
    desk.works(&["norms", "town.toml", "--out", "o"]);
    let kinds: Vec<String> = ["bad_status", "bad_year", "bad_number"].map(|kind| desk.findings("o", kind).len().to_string()).to_vec();
    assert_eq!(kinds, ["1", "2", "2"]);
}
