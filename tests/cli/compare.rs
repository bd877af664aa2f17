//! `catchment compare`, on the town with answers by arithmetic: in five minutes one walks three blocks.

use super::desk::{Desk, Row, number};
use super::town::{EAST, PLAN, WEST};

const CLINICS: &str = "id,name,lon,lat,status,opens,closes,beds
c1,West clinic,9.000,0,existing,,,6
c2,Old clinic,9.000,0.010,existing,,2028,4
c3,New clinic,9.010,0,规划,2026,,8
c4,Candidate,9.005,0,candidate,,,3
";

const SCENARIOS: &str = r#"
[[scenarios]]
id = "sites"
title = "两处"
changes = [
  { add = "n1", facilities = "clinics", name = "Corner 10", lon = 9.010, lat = 0 },
  { move = "c1", facilities = "clinics", lon = 9.005, lat = 0 },
  { change = "c1", facilities = "clinics", amounts = { beds = 20 } },
]
[[scenarios]]
id = "y2030"
year = 2030
[[scenarios]]
id = "fewer"
changes = [{ open = "c4", facilities = "clinics" }, { close = "c1", facilities = "clinics" }]
[[scenarios]]
id = "table"
new_build = "built.csv"
"#;

const RULES: &str = r#"
[[quantities]]
id = "beds"
facilities = "clinics"
sum = "beds"
[[quantities]]
id = "clinics"
facilities = "clinics"
new_build = ["clinics"]
[[norms]]
id = "one"
title = "A clinic a town"
have = "clinics"
need = [{ per = "zones", every = 1 }]
at_least = true
[[indicators]]
id = "coverage"
title = "People within five minutes, %"
numerator = "walk.people_covered"
denominator = "people"
per = 100
decimals = 2
target = { year = 2030, value = 85.84 }
[[indicators]]
id = "beds"
title = "Beds"
numerator = "beds"
target = { year = 2030, value = 20 }
[[indicators]]
id = "clinics"
title = "Clinics"
numerator = "clinics"
target = { year = 2030, value = 4 }
"#;

fn plan() -> String {
    let columns = r#"columns = { status = "status", opens = "opens", closes = "closes", amounts = { beds = "beds" } }"#;
    let plan = PLAN.replace("source = \"clinics.csv\"", &format!("source = \"clinics.csv\"\n{columns}")).replace("15min", "5min");
    format!("{plan}[planning]\nstandards = [\"rules.toml\"]\n[outputs]\nmap = false\n{SCENARIOS}")
}

fn town() -> Desk {
    let desk = Desk::town();
    desk.put("town.toml", plan()).put("clinics.csv", CLINICS).put("rules.toml", RULES);
    desk.put("built.csv", "街镇,clinics\n古美路街道,1（在建）\n莘庄镇,——\n合计,1\n");
    desk
}

fn of<'r>(rows: &'r [Row], scenario: &str, key: &str, value: &str) -> &'r Row {
    let found = rows.iter().find(|row| row["scenario"] == scenario && row[key] == value);
    found.unwrap_or_else(|| panic!("no {scenario}, {key} = {value}: {rows:?}"))
}

#[test]
fn scenarios_side_by_side() {
    let desk = town();
    let said = desk.works(&["compare", "town.toml", "--out", "o"]).out;
    assert!(said.contains("两处") && said.contains("covered so far %"), "{said}");
    let rows = desk.rows("o/comparison.csv");
    let show = |scenario: &str| {
        let row = of(&rows, scenario, "service", "walk");
        let columns =
            ["facilities", "facilities_new", "facilities_closed", "facilities_moved", "people_covered", "people_gained", "people_lost"];
        columns.map(|column| row[column].clone())
    };
    // c1 at corner 0 has corners 0 to 3: 15 people; nobody lives where c2 is
    assert_eq!(show("baseline"), ["2", "0", "0", "0", "15.0", "", ""]);
    // corners 7 to 10 by the new one; from corner 5, c1 has 2 to 8: 1 + 2 are lost, 1920 + 112 gained
    assert_eq!(show("sites"), ["3", "1", "0", "1", "2044.0", "2032.0", "3.0"]);
    // c3 opens at corner 10, c2 closes: 1920 more
    assert_eq!(show("y2030"), ["2", "1", "1", "0", "1935.0", "1920.0", "0.0"]);
    // the candidate at corner 5 has 2 to 8, 508 people; c1's 1 + 2 are lost
    assert_eq!(show("fewer"), ["2", "1", "1", "0", "508.0", "496.0", "3.0"]);
    assert_eq!(show("table"), ["2", "0", "0", "0", "15.0", "0.0", "0.0"]);
    assert_eq!(number(of(&rows, "sites", "service", "walk"), "people_gained_per_new"), 2029.0);
    // by zone: west has corners 0 to 4, and gains and losses there do not cancel out
    let zones = desk.rows("o/zones_compared.csv");
    let west = of(&zones, "sites", "zone_id", WEST);
    assert_eq!([number(west, "people_gained"), number(west, "people_lost")], [16.0, 3.0]);
    let east = of(&zones, "sites", "zone_id", EAST);
    assert_eq!([number(east, "people_gained"), number(east, "people_lost")], [2016.0, 0.0]);
    // step by step: n1 first, then c1 moves, then it gets beds
    let steps: Vec<[String; 5]> = desk
        .rows("o/projects.csv")
        .into_iter()
        .filter(|row| row["scenario"] == "sites")
        .map(|row| ["order", "change", "people_gained", "people_lost", "people_covered"].map(|column| row[column].clone()))
        .collect();
    let expected =
        [["1", "add", "1920.0", "0.0", "1935.0"], ["2", "move", "112.0", "3.0", "2044.0"], ["3", "change", "0.0", "0.0", "2044.0"]];
    assert_eq!(steps, expected);
    // points: corners 4 to 10 gained, 0 and 1 lost
    let points = desk.json("o/people_changed.geojson");
    let moved = |scenario: &str, change: &str| {
        let own = |feature: &&serde_json::Value| feature["properties"]["scenario"] == scenario && feature["properties"]["change"] == change;
        points["features"].as_array().unwrap().iter().filter(own).map(|own| own["properties"]["people"].as_f64().unwrap()).sum::<f64>()
    };
    assert_eq!([moved("sites", "gained"), moved("sites", "lost"), moved("fewer", "lost")], [2032.0, 3.0, 3.0]);
    for name in desk.list("o").iter().filter(|name| name.contains('.')) {
        let told = name.starts_with("table-") || desk.text("o/README.txt").contains(name.as_str());
        assert!(told, "README.txt is silent on {name}");
    }
    assert_eq!(desk.list("o").iter().filter(|name| !name.contains('.')).count(), 5, "a folder each: {:?}", desk.list("o"));
}

#[test]
fn a_year_is_the_run_of_that_year() {
    let desk = town();
    desk.works(&["compare", "town.toml", "--out", "o"]);
    desk.put("later.toml", plan().replace("[planning]\n", "[planning]\nyear = 2030\n"));
    desk.works(&["run", "later.toml", "--out", "r"]);
    for name in
        ["zones.csv", "gaps.geojson", "coverage.geojson", "facilities.geojson", "norms.csv", "indicators.csv", "table-03-coverage.csv"]
    {
        assert!(desk.bytes(&format!("r/{name}")) == desk.bytes(&format!("o/y2030/{name}")), "{name}");
    }
    // and the study as it stands is a run of its own
    desk.works(&["run", "town.toml", "--out", "b"]);
    for name in ["zones.csv", "gaps.geojson", "summary.json", "issues.csv"] {
        assert!(desk.bytes(&format!("b/{name}")) == desk.bytes(&format!("o/baseline/{name}")), "{name}");
    }
}

#[test]
fn targets_norms_and_tables_by_scenario() {
    let desk = town();
    desk.works(&["compare", "town.toml", "--out", "o", "--lang", "zh"]);
    let targets = desk.rows("o/targets.csv");
    let show = |scenario: &str, indicator: &str| {
        let own = targets.iter().find(|row| row["scenario"] == scenario && row["indicator"] == indicator).unwrap();
        [own["value_rounded"].clone(), own["met"].clone()]
    };
    // 15, 2,044 and 1,935 of 2,047
    assert_eq!(show("baseline", "coverage"), ["0.73", "false"]);
    assert_eq!(show("sites", "coverage"), ["99.85", "true"]);
    assert_eq!(show("y2030", "coverage"), ["94.53", "true"]);
    // 6 + 4; 20 + 4 and a new one whose beds nobody told; 6 + 8
    assert_eq!(show("baseline", "beds"), ["10.0", "false"]);
    assert_eq!(show("sites", "beds"), ["", ""]);
    assert_eq!(show("y2030", "beds"), ["14.0", "false"]);
    // a table of counts adds one west; coverage does not know where
    assert_eq!(
        [show("baseline", "clinics"), show("table", "clinics"), show("sites", "clinics")].map(|own| own[0].clone()),
        ["2.0", "3.0", "3.0"]
    );
    let norms = desk.rows("o/norms_compared.csv");
    assert_eq!(
        ["baseline", "sites", "table"].map(|scenario| of(&norms, scenario, "norm", "one")["missing"].clone()),
        ["1.0", "0.0", "1.0"]
    );
    let table = desk.text("o/table-02-new-build-table.csv");
    assert_eq!(table, "镇（街道、工业区）,clinics,合计,备注\n古美路街道,1,1,在建\n莘庄镇,——,——,\n合计,1,1,\n");
    let table = desk.text("o/table-09-scenarios.csv");
    assert!(table.starts_with("服务,方案,新增数,撤并数,迁建数,人口覆盖率%,面积覆盖率%,"), "{table}");
    assert!(table.contains("\nwalk,现状,0,0,0,0.73,") && table.contains("\nwalk,两处,1,0,1,99.85,"), "{table}");
    let table = desk.text("o/table-10-sites.csv");
    assert!(table.contains("\nsites,walk,1,新建,Corner 10,莘庄镇,9.010000,0.000000,,1920,0,94.53\n"), "{table}");
    let report = desk.text("o/report.md");
    for shown in ["## 表9 方案比较表", "## 表10 新增点位清单", "## 表2 新增建设规划表 table", "99.85 (达标)"] {
        assert!(report.contains(shown), "{shown} is not in\n{report}");
    }
}

#[test]
fn scenarios_that_cannot_be_are_said() {
    let desk = town();
    let fails = |scenario: &str, words: &[&str]| {
        let head = plan();
        let (head, _) = head.split_once("[[scenarios]]").unwrap();
        desk.put("bad.toml", format!("{head}\n[[scenarios]]\nid = \"x\"\n{scenario}\n"));
        desk.fails(&["compare", "bad.toml", "--out", "no"], 2, words);
    };
    fails("", &["scenarios.changes of `x` is missing", "a year, changes, or new_build"]);
    fails("changes = [{ facilities = \"clinics\" }]", &["without any of them", "one of add, open, close, move and change"]);
    fails("changes = [{ add = \"a\", close = \"c1\", facilities = \"clinics\" }]", &["with 2 of them"]);
    fails("changes = [{ add = \"a\", facilities = \"clinics\", lon = 9.0 }]", &["lon, lat of `a` is missing"]);
    fails("changes = [{ add = \"a\", facilities = \"clinics\", lon = 9.0, lat = 91 }]", &["9, 91; expected degrees of WGS84"]);
    fails("changes = [{ close = \"c1\", facilities = \"clinic\" }]", &["did you mean `clinics`?"]);
    fails("changes = [{ close = \"c9\", facilities = \"clinics\" }]", &["close = `c9`", "that is open", "did you mean `c"]);
    fails("changes = [{ close = \"c3\", facilities = \"clinics\" }]", &["close = `c3`", "that is open"]);
    fails("changes = [{ open = \"c1\", facilities = \"clinics\" }]", &["open = `c1`", "is planned, closed or a candidate"]);
    fails(
        "changes = [{ add = \"c4\", facilities = \"clinics\", lon = 9, lat = 0 }]",
        &["`c4`, which is there already", "`open` opens one"],
    );
    fails("changes = [{ close = \"c1\", facilities = \"clinics\", amounts = { beds = 3 } }]", &["use `change` for what it holds"]);
    fails("changes = [{ change = \"c1\", facilities = \"clinics\" }]", &["amounts of `c1` is missing"]);
    fails(
        "changes = [{ close = \"c1\", facilities = \"clinics\" }, { close = \"c2\", facilities = \"clinics\" }]",
        &["the end of all facilities of `clinics`"],
    );
    fails("changes = [{ change = \"c1\", facilities = \"clinics\", amounts = { bed = 3 } }]", &["`bed`", "did you mean `beds`?"]);
    fails("yaer = 2030", &["did you mean `year`?"]);
    desk.put("bad.toml", plan().replace("id = \"sites\"", "id = \"baseline\""));
    desk.fails(&["compare", "bad.toml"], 2, &["that one is the study as it stands"]);
    desk.put("none.toml", PLAN);
    desk.fails(&["compare", "none.toml"], 2, &["scenarios is missing", "[[scenarios]] in the plan"]);
    assert!(desk.list("no").is_empty());
    // a year in which nothing can differ
    let undated = PLAN.to_owned() + "[[scenarios]]\nid = \"x\"\nyear = 2030\n";
    desk.put("undated.toml", undated).works(&["compare", "undated.toml", "--out", "u"]);
    assert_eq!(desk.findings("u", "no_years").len(), 1);
    // figures that stand above what a scenario changes
    let figures = format!("zone_id,clinics\n{WEST},1\n{EAST},1\n");
    desk.put("figures.csv", figures).put("told.toml", plan().replace("[planning]\n", "[planning]\nfigures = \"figures.csv\"\n"));
    desk.works(&["compare", "told.toml", "--out", "v"]);
    let told: Vec<String> = desk.findings("v/sites", "figures_unmoved").into_iter().map(|row| row["detail"].clone()).collect();
    assert_eq!(told, ["the figures say 2, and are used; by the scenario's facilities it goes from 2 to 3"]);
    // all that is new is too far from any road: an error, unless it is accepted
    let far = "changes = [{ add = \"far\", facilities = \"clinics\", lon = 9.05, lat = 0 }]";
    let head = plan();
    let (head, _) = head.split_once("[[scenarios]]").unwrap();
    desk.put("far.toml", format!("{head}\n[[scenarios]]\nid = \"x\"\n{far}\n"));
    desk.fails(&["compare", "far.toml"], 3, &["project_unlinked", "(`far`)"]);
    let accepting = desk.text("far.toml") + "[checks]\naccept = { project_unlinked = \"1 row\" }\n";
    desk.put("far.toml", accepting).works(&["compare", "far.toml", "--out", "f"]);
    assert_eq!(desk.findings("f", "project_unlinked").len(), 1);
    // a table whose sums are wrong, with a town that is none and a count that is none
    desk.put("built.csv", "街镇,clinics,beds,合计\n古美路街道,2,1,4\n七宝镇,1,,1\n小计,3,1,4\n莘庄镇,x,,\n合计,4,1,5\n");
    let words =
        ["sum_differs", "`古美路街道` (line 2) says 4 in all, its kinds make 3", "clinics: `合计` (line 6) says 4, its rows make 3"];
    desk.fails(&["compare", "town.toml", "--out", "t"], 3, &words);
    desk.put("town.toml", plan() + "[checks]\naccept = { sum_differs = \"2 rows\" }\n").works(&["compare", "town.toml", "--out", "t"]);
    for kind in ["sum_differs", "unmatched_rows", "bad_number", "subtotal", "new_build_not_counted"] {
        assert_eq!(desk.findings("t", kind).len(), 1, "{kind}");
    }
}

/// A scenario is what a run of an edited study says, whatever of the baseline it takes over: access, referrals and sets that share a facility.
#[test]
fn a_scenario_is_the_run_of_an_edited_study() {
    let desk = town();
    let both = |rows: &str| format!("id,name,lon,lat,beds,kind\n{rows}");
    let rows = "a,A,9.000,0,6,clinic\nb,B,9.003,0,4,hospital\nd,D,9.009,0,9,hospital\n";
    let set = |id: &str, only: &str| {
        format!("[[facilities]]\nid = \"{id}\"\nsource = \"all.csv\"\ncolumns = {{ amounts = {{ beds = \"beds\" }} }}\n{only}\n")
    };
    let service = |id: &str, set: &str, limit: &str| format!("[[services]]\nid = \"{id}\"\nfacilities = \"{set}\"\nlimit = \"{limit}\"\n");
    let (head, _) = PLAN.split_once("[[facilities]]").unwrap();
    let plan = [
        head.to_owned(),
        set("all", ""),
        set("hospitals", "only = { kind = [\"hospital\"] }"),
        set("clinics", "only = { kind = [\"clinic\"] }"),
        service("walk", "all", "5min"),
        service("ward", "hospitals", "400m"),
        service("posts", "clinics", "5min"),
    ]
    .concat();
    let asked = "[[access]]\nid = \"beds\"\nservice = \"walk\"\nsupply = \"beds\"\n[[access]]\nid = \"ward\"\nservice = \"ward\"\n\
                 [[referrals]]\nid = \"up\"\nfrom = \"clinics\"\nto = [\"hospitals\"]\nlimit = \"15min\"\n\
                 [planning]\nstandards = [\"rules.toml\"]\n[outputs]\nmap = false\n";
    let rules = "[[quantities]]\nid = \"places\"\ncount = {}\n[[quantities]]\nid = \"beds\"\ncount = {}\nsum = \"beds\"\n\
                 [[indicators]]\nid = \"places\"\nnumerator = \"places\"\n[[indicators]]\nid = \"beds\"\nnumerator = \"beds\"\n";
    desk.put("all.csv", both(rows)).put("rules.toml", rules);
    // b closes and d moves, in both of their sets; then d gets beds there
    let changes = "[[scenarios]]\nid = \"x\"\nchanges = [{ close = \"b\", facilities = \"all\" }, { move = \"d\", facilities = \"hospitals\", lon = 9.006, lat = 0 }, \
                   { change = \"d\", facilities = \"all\", amounts = { beds = 11 } }]\n";
    desk.put("town.toml", format!("{plan}{asked}{changes}"));
    desk.works(&["compare", "town.toml", "--out", "o"]);
    desk.put("edited.toml", format!("{plan}{asked}").replace("all.csv", "edited.csv"));
    desk.put("edited.csv", both("a,A,9.000,0,6,clinic\nd,D,9.006,0,11,hospital\n"));
    desk.works(&["run", "edited.toml", "--out", "r"]);
    let mut held = 0;
    for name in desk.list("r").iter().filter(|name| name.ends_with(".csv") || name.ends_with(".geojson")) {
        if name.contains("indicators") {
            continue;
        }
        assert!(desk.bytes(&format!("r/{name}")) == desk.bytes(&format!("o/x/{name}")), "{name}");
        held += 1;
    }
    assert!(held > 15, "{held} files");
    // indicators too, but that the scenario's say what differs from today
    let indicators =
        |folder: &str| desk.rows(&format!("{folder}/indicators.csv")).into_iter().map(|row| (row["value"].clone(), row["detail"].clone()));
    for ((own, _), (other, detail)) in indicators("r").zip(indicators("o/x")) {
        assert!(own == other && detail.contains("than as it stands"), "{own}, {other}, {detail}");
    }
    let rows = desk.rows("o/comparison.csv");
    let closed = |service: &str| of(&rows, "x", "service", service)["facilities_closed"].clone();
    assert_eq!(["walk", "ward", "posts"].map(closed), ["1", "1", "0"]);
    // each service's steps end where its run does
    let steps = desk.rows("o/projects.csv");
    for service in ["walk", "ward"] {
        let last = steps.iter().rfind(|row| row["service"] == service).unwrap();
        assert_eq!(last["people_covered"], of(&rows, "x", "service", service)["people_covered"], "{service}");
    }
    // a scenario that is given up takes its folder along, but nothing that is not ours
    desk.put("o/x/mine.txt", "mine");
    desk.put("town.toml", format!("{plan}{asked}{}", changes.replace("\"x\"", "\"y\"")));
    desk.works(&["compare", "town.toml", "--out", "o"]);
    assert_eq!((desk.list("o/x"), desk.list("o/y").len() > 15), (vec!["mine.txt".to_owned()], true));
    desk.works(&["run", "edited.toml", "--out", "p/baseline"]);
    desk.works(&["indicators", "edited.toml", "--out", "q/y"]);
    desk.fails(&["compare", "town.toml", "--out", "q"], 2, &["holds the results of `catchment indicators`"]);
    assert_eq!(desk.list("q"), ["y"]);
}

#[test]
fn what_opened_can_move_and_what_closed_can_open_again() {
    let desk = town();
    let (head, _) = plan().split_once("[[scenarios]]").map(|(head, rest)| (head.to_owned(), rest.to_owned())).unwrap();
    let changes = "[[scenarios]]\nid = \"x\"\nchanges = [{ add = \"n\", facilities = \"clinics\", lon = 9.010, lat = 0 }, \
        { move = \"n\", facilities = \"clinics\", lon = 9.009, lat = 0 }, { close = \"c1\", facilities = \"clinics\" }, \
        { open = \"c1\", facilities = \"clinics\" }, { close = \"n\", facilities = \"clinics\" }]\n";
    desk.put("town.toml", format!("{head}{changes}")).works(&["compare", "town.toml", "--out", "o", "--audit"]);
    let steps: Vec<[String; 4]> = desk
        .rows("o/projects.csv")
        .iter()
        .map(|row| ["change", "people_gained", "people_lost", "people_covered"].map(|column| row[column].clone()))
        .collect();
    // corners 7 to 10; one nearer brings corner 6; c1 has 0 to 3
    let expected = [
        ["add", "1920.0", "0.0", "1935.0"],
        ["move", "64.0", "0.0", "1999.0"],
        ["close", "0.0", "15.0", "1984.0"],
        ["open", "15.0", "0.0", "1999.0"],
        ["close", "0.0", "1984.0", "15.0"],
    ];
    assert_eq!(steps, expected);
    assert!(desk.list("o/x").contains(&"audit.json".to_owned()));
}

/// A ceiling is that of the study as it stood, and so is what was published: no scenario lifts it.
#[test]
fn no_scenario_changes_the_past() {
    let desk = town();
    let rules = "[[quantities]]\nid = \"clinics\"\nfacilities = \"clinics\"\nnew_build = [\"clinics\"]\n[[norms]]\nid = \"cap\"\nhave = \"clinics\"\nno_more_than_in = 2020\n\
                 [[indicators]]\nid = \"clinics\"\nnumerator = \"clinics\"\ndenominator = \"people\"\nper = 1000\nbaseline = { year = 2020, value = 1 }\ndecimals = 4\n\
                 [[indicators]]\nid = \"coverage\"\nnumerator = \"walk.people_covered\"\ndenominator = \"people\"\nper = 100\nbaseline = { year = 2020, value = 1 }\n";
    desk.put("rules.toml", rules).works(&["compare", "town.toml", "--out", "o"]);
    let status = |scenario: &str, zone: &str| {
        let rows = desk.rows(&format!("o/{scenario}/norms.csv"));
        let row = rows.iter().find(|row| row["zone_id"] == zone).unwrap();
        [row["have"].clone(), row["need_high"].clone(), row["status"].clone()]
    };
    // west had c1 and c2 in 2020, east none
    assert_eq!(status("baseline", EAST), ["0.0", "0.0", "met"]);
    assert_eq!(status("sites", EAST), ["2.0", "0.0", "over"]);
    assert_eq!(status("table", WEST), ["3.0", "2.0", "over"]);
    for scenario in ["baseline", "sites", "fewer", "table"] {
        let rows = desk.rows(&format!("o/{scenario}/indicators.csv"));
        let recomputed = |id: &str| rows.iter().find(|row| row["indicator"] == id).unwrap()["baseline_recomputed"].clone();
        // 2 for 2,047 people; what a run measures is of no year before
        assert_eq!([recomputed("clinics"), recomputed("coverage")], ["0.977".to_owned(), String::new()], "{scenario}");
    }
}
