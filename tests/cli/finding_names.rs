//! Names of zones in tables, sums that tables print, and zones of unknown people: what is an error, and what goes on in silence.

use super::desk::{Desk, Done, Row, data, number};
use super::town::{EAST, PLAN, WEST, collection, rectangle};

/// The plan with people by zone: 550 and 660 of them, spread over the whole zones.
fn spread() -> String {
    let people = "[people]\nmethod = \"spread\"\ntotals = \"totals.csv\"\nover = [\"zone\"]";
    PLAN.replace("[people]\nmethod = \"points\"\nsource = \"people.csv\"", people) + "[outputs]\nmap = false\n"
}

/// The town with a table of totals.
fn town(totals: &str) -> Desk {
    let desk = Desk::town();
    desk.put("totals.csv", totals).put("town.toml", spread());
    desk
}

fn fails(desk: &Desk, words: &[&str]) -> Done {
    let done = desk.fails(&["run", "town.toml", "--out", "o"], 3, words);
    assert!(desk.list("o").is_empty(), "an error writes nothing");
    done
}

/// The lines that an error gives for the plan, put at its end.
fn with_aliases(desk: &Desk, plan: &str, said: &str) {
    let lines: Vec<&str> =
        said.lines().skip_while(|line| *line != "[zones.aliases]").take_while(|line| line.starts_with(['[', '"'])).collect();
    assert!(lines.len() > 1, "{said}");
    desk.put("town.toml", format!("{plan}{}\n", lines.join("\n")));
}

fn people(desk: &Desk) -> f64 {
    desk.json("o/summary.json")["services"][0]["people"]["total"].as_f64().unwrap()
}

fn only(desk: &Desk, kind: &str) -> Row {
    let found = desk.findings("o", kind);
    assert_eq!(found.len(), 1, "{kind}: {found:?}");
    found.into_iter().next().unwrap()
}

fn silent(desk: &Desk, kinds: &[&str]) {
    for kind in kinds {
        let found = desk.findings("o", kind);
        assert!(found.is_empty(), "{found:?}");
    }
}

const NAMES: [&str; 4] = ["unmatched_rows", "sum_differs", "total_twice", "zones_unknown"];

#[test]
fn a_total_under_another_name_is_an_error_that_gives_the_line_of_the_plan() {
    let desk = town("zone_name,people\n古美街道,550\n莘庄镇,660\n");
    let said = fails(
        &desk,
        &["unmatched_rows", "`古美街道` (line 2), which resembles 古美路街道", "their 550 people are in no number", "zones_unknown"],
    );
    with_aliases(&desk, &spread(), &said.err);
    assert!(desk.text("town.toml").ends_with("[zones.aliases]\n\"古美街道\" = \"古美路街道\"\n"));
    desk.works(&["run", "town.toml", "--out", "o"]);
    assert!((people(&desk) - 1210.0).abs() < 1e-6);
    silent(&desk, &NAMES);
    // accepted, it is a warning
    desk.put("town.toml", spread() + "[checks]\naccept = { unmatched_rows = \"1 row\", zones_unknown = \"60 %\" }\n");
    desk.works(&["run", "town.toml", "--out", "o"]);
    let row = only(&desk, "unmatched_rows");
    assert_eq!(["severity", "people", "rows", "accepted"].map(|column| row[column].as_str()), ["warning", "550.0", "1", "true"]);
}

#[test]
fn groups_come_with_their_totals() {
    let plan = spread().replace("over = [\"zone\"]", "over = [\"zone\"]\ngroups = [\"age60\"]");
    let desk = town("zone_name,people,age60\n古美街道,550,100\n莘庄镇,660,120\n");
    desk.put("town.toml", &plan);
    let said = fails(&desk, &["unmatched_rows"]);
    with_aliases(&desk, &plan, &said.err);
    desk.works(&["run", "town.toml", "--out", "o"]);
    let rows = desk.rows("o/zones.csv");
    let west = rows.iter().find(|row| row["zone_id"] == WEST).unwrap();
    assert_eq!(number(west, "people_age60_total"), 100.0);
    silent(&desk, &NAMES);
}

#[test]
fn spellings_of_one_name_are_silent() {
    for totals in [
        "zone_name,people\n 古美路街道 ,550\n\"莘庄 镇\",660\n",
        "zone_name,people\n古美路街道\u{200b},550\n莘庄\u{3000}镇,660\n",
        "zone_id,people\n３１０１１２００６０００１,550\n3101120060002,660\n",
    ] {
        let desk = town(totals);
        desk.works(&["run", "town.toml", "--out", "o"]);
        assert!((people(&desk) - 1210.0).abs() < 1e-6);
        silent(&desk, &NAMES);
    }
    // brackets of both widths; letters with accents in two pieces; both cases
    let desk = town("zone_name,people\nMU\u{308}NCHEN  SU\u{308}D,550\n莘庄镇（闵行）,660\n");
    desk.put(
        "zones.geojson",
        collection(&[rectangle(WEST, "München Süd", 8.9995, 9.0045), rectangle(EAST, "莘庄镇(闵行)", 9.0045, 9.0105)]),
    );
    desk.works(&["run", "town.toml", "--out", "o"]);
    assert!((people(&desk) - 1210.0).abs() < 1e-6);
    silent(&desk, &NAMES);
}

#[test]
fn a_national_table_is_one_note() {
    let others: String = (0..60).map(|k| format!("Somewhere {k},{}\n", 1000 + k)).collect();
    let desk = town(&format!("zone_name,people\n古美路街道,550\n莘庄镇,660\n{others}Total,{}\n", 1210 + 60 * 1000 + 59 * 30));
    desk.works(&["run", "town.toml", "--out", "o"]);
    let row = only(&desk, "unmatched_rows");
    assert_eq!((row["severity"].as_str(), row["rows"].as_str()), ("note", "60"));
    assert!(row["detail"].contains("`Somewhere 0`") && row["detail"].ends_with("and 55 more"), "{}", row["detail"]);
    silent(&desk, &NAMES[1..]);
}

#[test]
fn a_name_of_two_zones_wants_the_id() {
    let zones = collection(&[
        rectangle("1", "Ir-Rabat", 8.9995, 9.0045),
        rectangle("2", "Ir-Rabat", 9.0045, 9.0075),
        rectangle("3", "Valletta", 9.0075, 9.0105),
    ]);
    let desk = town("zone_name,people\nIr-Rabat,550\nIr-Rabat,440\nValletta,220\n");
    desk.put("zones.geojson", &zones);
    fails(&desk, &["2 rows name several zones", "`Ir-Rabat` (line 2): write the id, 1 (Ir-Rabat (1)), 2 (Ir-Rabat (2))", "990 people"]);
    for totals in ["zone_id,people\n1,550\n2,440\n3,220\n", "zone_name,people\nIr-Rabat (1),550\n2,440\nValletta,220\n"] {
        desk.put("totals.csv", totals).works(&["run", "town.toml", "--out", "o"]);
        assert!((people(&desk) - 1210.0).abs() < 1e-6);
        silent(&desk, &NAMES);
        let row = only(&desk, "repeated_names");
        assert_eq!(row["severity"], "note");
        assert!(row["detail"].contains("Ir-Rabat (1), Ir-Rabat (2)"), "{}", row["detail"]);
    }
    // every table and sentence tells them apart
    let named: Vec<String> = desk.rows("o/zones.csv").into_iter().map(|row| row["zone_name"].clone()).collect();
    for name in ["Ir-Rabat (1)", "Ir-Rabat (2)"] {
        assert!(named.iter().any(|own| own == name), "{named:?}");
        assert!(desk.text("o/table-03-coverage.csv").contains(name));
    }
    for file in ["o/report.md", "o/summary.json", "o/gaps.csv"] {
        let text = desk.text(file);
        assert!(text.contains("Ir-Rabat (") && !text.replace("Ir-Rabat (", "").contains("Ir-Rabat"), "{file}: {text}");
    }
}

#[test]
fn different_names_stay_as_they_are() {
    let desk = town("zone_name,people\n古美路街道,550\n莘庄镇,660\n合计,1210\n");
    desk.works(&["run", "town.toml", "--out", "o"]);
    silent(&desk, &["repeated_names"]);
    silent(&desk, &NAMES);
    assert!(!desk.text("o/zones.csv").contains(" ("));
}

#[test]
fn two_rows_of_one_zone_are_found_whatever_they_are_called() {
    let desk = town("zone_name,people\n古美街道,500\n古美路街道,550\n莘庄镇,660\n");
    desk.put("town.toml", spread() + "[zones.aliases]\n\"古美街道\" = \"3101120060001\"\n");
    desk.works(&["run", "town.toml", "--out", "o"]);
    let row = only(&desk, "total_twice");
    assert_eq!((row["severity"].as_str(), row["rows"].as_str()), ("warning", "2"));
    assert!(row["detail"].contains("古美路街道 (`古美街道` in line 2, `古美路街道` in line 3)"), "{}", row["detail"]);
}

#[test]
fn an_alias_for_no_zone_is_an_error_of_the_plan() {
    let desk = town("zone_name,people\n古美路街道,550\n莘庄镇,660\n");
    desk.put("town.toml", spread() + "[zones.aliases]\n\"古美\" = \"古美街道\"\n");
    desk.fails(&["run", "town.toml", "--out", "o"], 2, &["zones.aliases is `古美` = `古美街道`", "did you mean `古美路街道`?"]);
    desk.put("town.toml", spread() + "[zones.aliases]\n\"莘庄镇\" = \"3101120060001\"\n");
    desk.fails(&["run", "town.toml", "--out", "o"], 2, &["zones.aliases is `莘庄镇`, the name of a zone"]);
}

#[test]
fn limits_by_zone_follow_the_same_rule() {
    let plan = PLAN.replace("name = \"name\"", "name = \"name\"\ntable = \"limits.csv\"") + "[outputs]\nmap = false\n";
    let desk = Desk::town();
    desk.put("limits.csv", "zone_name,limit\n古美街道,2min\n莘庄镇,15min\n").put("town.toml", &plan);
    let said = fails(&desk, &["unmatched_rows", "left without a class or a limit of this table", "\"古美街道\" = \"古美路街道\""]);
    with_aliases(&desk, &plan, &said.err);
    desk.works(&["run", "town.toml", "--out", "o"]);
    // two minutes are one block: corners 0 and 1 of the west; 15 are nine, corners 5 to 9 of the east
    assert_eq!(desk.covered("o"), f64::from(1 + 2 + 32 + 64 + 128 + 256 + 512));
    silent(&desk, &NAMES);
    // a table of exceptions says nothing of other zones
    desk.put("limits.csv", "zone_name,limit\n莘庄镇,15min\n").put("town.toml", &plan).works(&["run", "town.toml", "--out", "o"]);
    silent(&desk, &NAMES);
}

const RULES: &str = r#"
[[quantities]]
id = "beds"
column = "beds"
[[quantities]]
id = "clinics"
facilities = "clinics"
new_build = ["clinics"]
[[indicators]]
id = "beds"
title = "Beds per 1000"
numerator = "beds"
denominator = "people"
per = 1000
by_zone = true
decimals = 2
[[indicators]]
id = "clinics"
title = "Clinics"
numerator = "clinics"
"#;

fn with_figures(figures: &str) -> (Desk, String) {
    let plan = PLAN.to_owned() + "[planning]\nstandards = [\"rules.toml\"]\nfigures = \"figures.csv\"\n[outputs]\nmap = false\n";
    let desk = Desk::town();
    desk.put("rules.toml", RULES).put("figures.csv", figures).put("town.toml", &plan);
    (desk, plan)
}

#[test]
fn figures_by_zone_follow_the_same_rule() {
    let (desk, plan) = with_figures("zone_name,year,beds\n古美街道,2020,11\n莘庄镇,2020,13\n合计,2020,24\n");
    let said = fails(&desk, &["unmatched_rows", "`古美街道` (line 2), which resembles 古美路街道"]);
    desk.fails(&["indicators", "town.toml", "--out", "o"], 3, &["unmatched_rows", "\"古美街道\" = \"古美路街道\""]);
    with_aliases(&desk, &plan, &said.err);
    desk.works(&["run", "town.toml", "--out", "o"]);
    silent(&desk, &NAMES);
    let rows = desk.rows("o/indicators.csv");
    let west = rows.iter().find(|row| row["indicator"] == "beds" && row["zone_id"] == WEST).unwrap();
    assert_eq!(number(west, "numerator"), 11.0);
    // a zone needs a row of the year
    desk.put("figures.csv", "zone_name,year,beds\n古美路街道,2019,10\n莘庄镇,2019,12\n古美路街,2020,11\n莘庄镇,2020,13\n");
    desk.put("town.toml", &plan);
    std::fs::remove_dir_all(desk.path("o")).unwrap();
    fails(&desk, &["`古美路街` (line 4), which resembles 古美路街道"]);
}

#[test]
fn sums_of_figures_are_held_against_their_rows() {
    let (desk, _) = with_figures("zone_name,year,beds\n古美路街道,2020,11\n莘庄镇,2020,13\n合计,2020,29\n");
    fails(&desk, &["sum_differs", "beds: `合计` (line 4) says 29, its rows make 24"]);
    desk.fails(&["indicators", "town.toml", "--out", "o"], 3, &["sum_differs"]);
    // rates and means are no sums, and what is not known may be the difference
    for figures in [
        "zone_name,beds\n古美路街道,11\n莘庄镇,13\n合计,24\n",
        "zone_name,beds,床位每千人\n古美路街道,11,5.1\n莘庄镇,13,6.2\n合计,24,5.7\n",
        "zone_name,beds,life expectancy\n古美路街道,11,81\n莘庄镇,13,84\n合计,24,82\n",
        "zone_name,beds,doctors\n古美路街道,11,–\n莘庄镇,13,4\n全区,24,9\n",
        "zone_name,beds,area_km2\n古美路街道,11,1.15\n莘庄镇,13,1.15\n合计,24,2.3\n小计,24,2.3\n",
    ] {
        desk.put("figures.csv", figures).works(&["indicators", "town.toml", "--out", "o"]);
        silent(&desk, &NAMES);
    }
}

#[test]
fn a_table_of_new_facilities_follows_the_same_rule() {
    let scenario = "[[scenarios]]\nid = \"plan\"\ntitle = \"表2\"\nnew_build = \"built.csv\"\n";
    let (desk, plan) = with_figures("zone_name,beds\n古美路街道,11\n莘庄镇,13\n");
    let plan = plan + scenario;
    desk.put("town.toml", &plan).put("built.csv", "街镇,clinics\n古美街道,2\n莘庄镇,3\n合计,5\n");
    let lost = ["unmatched_rows", "their 2 facilities are in no number", "\"古美街道\" = \"古美路街道\""];
    let said = desk.fails(&["compare", "town.toml", "--out", "o"], 3, &lost);
    desk.fails(&["site", "town.toml", "--counts", "built.csv", "--out", "s"], 3, &lost);
    desk.fails(&["indicators", "town.toml", "--new-build", "built.csv", "--out", "i"], 3, &lost);
    with_aliases(&desk, &plan, &said.err);
    desk.works(&["compare", "town.toml", "--out", "o"]);
    silent(&desk, &NAMES);
    assert!(desk.text("o/table-02-new-build-plan.csv").contains("total,5,5,"));
    // accepted: the table says what is not counted
    desk.put("town.toml", format!("{plan}[checks]\naccept = {{ unmatched_rows = \"1 row\" }}\n"));
    desk.works(&["compare", "town.toml", "--out", "o"]);
    let table = desk.text("o/table-02-new-build-plan.csv");
    assert!(table.contains("古美街道,2,2,no such zone: not counted") && table.contains("total,5,5,"), "{table}");
}

#[test]
fn sums_of_new_facilities_are_held_against_their_rows() {
    let (desk, plan) = with_figures("zone_name,beds\n古美路街道,11\n莘庄镇,13\n");
    let plan = plan + "[[scenarios]]\nid = \"plan\"\ntitle = \"表2\"\nnew_build = \"built.csv\"\n";
    desk.put("town.toml", &plan);
    for (built, words) in [
        ("街镇,clinics\n古美路街道,2\n莘庄镇,3\n合计,6\n", "clinics: `合计` (line 4) says 6, its rows make 5"),
        ("街镇,clinics,posts,合计\n古美路街道,2,1,4\n莘庄镇,3,——,3\n合计,5,1,6\n", "`古美路街道` (line 2) says 4 in all, its kinds make 3"),
        ("街镇,clinics,posts,合计\n古美路街道,2,1,3\n莘庄镇,3,——,3\n合计,5,1,7\n", "`合计` (line 4) says 7 in all, its kinds make 6"),
    ] {
        desk.put("built.csv", built).fails(&["compare", "town.toml", "--out", "o"], 3, &["sum_differs", words]);
    }
    for built in [
        "街镇,clinics\n古美路街道,2\n莘庄镇,3\n合计,5\n",
        "街镇,clinics,posts,合计\n合计,5,1,6\n古美路街道,2,1,3\n小计,2,1,3\n莘庄镇,3,——,3\n",
    ] {
        desk.put("built.csv", built).works(&["compare", "town.toml", "--out", "o"]);
        silent(&desk, &NAMES);
    }
    // the plan's own sum is printed as the plan prints it
    desk.put("built.csv", "街镇,clinics\n古美路街道,2\n莘庄镇,3\n合计,6\n");
    desk.put("town.toml", format!("{plan}[checks]\naccept = {{ sum_differs = \"1 row\" }}\n")).works(&[
        "compare",
        "town.toml",
        "--out",
        "o",
    ]);
    let row = only(&desk, "sum_differs");
    assert_eq!((row["severity"].as_str(), row["accepted"].as_str()), ("warning", "true"));
    let table = desk.text("o/table-02-new-build-plan.csv");
    assert!(table.contains("total,6,6,not the sum of the rows 6≠5"), "{table}");
}

#[test]
fn totals_of_a_table_are_held_against_its_sum() {
    let desk = town("zone_name,people\n古美路街道,550\n莘庄镇,660\n合计,1250\n");
    fails(&desk, &["sum_differs", "people: `合计` (line 4) says 1250, its rows make 1210"]);
    // 0.05 + 0.05 + 0.5 is what rounding may do to 550.4 + 660.4 and 1,211
    for (totals, sound) in [
        ("zone_name,people\n古美路街道,550.4\n莘庄镇,660.4\nTotal,1211\n", true),
        ("zone_name,people\n古美路街道,550.4\n莘庄镇,660.4\nTotal,1212\n", false),
        ("zone_name,people\n全区,1210\n古美路街道,550\n莘庄镇,660\n", true),
        ("zone_name,people\n古美路街道,550\n莘庄镇,660\nInsgesamt,1211\n", false),
    ] {
        desk.put("totals.csv", totals);
        if sound {
            desk.works(&["run", "town.toml", "--out", "o"]);
            silent(&desk, &NAMES);
            std::fs::remove_dir_all(desk.path("o")).unwrap();
        } else {
            fails(&desk, &["sum_differs"]);
        }
    }
}

#[test]
fn unknown_zones_are_a_warning_and_many_an_error() {
    let zones: Vec<String> = (0..4)
        .map(|k| {
            rectangle(
                &k.to_string(),
                &format!("Quarter {}", ["A", "B", "C", "D"][k]),
                8.9995 + 0.00275 * k as f64,
                8.9995 + 0.00275 * (k + 1) as f64,
            )
        })
        .collect();
    let desk = town("zone_id,people\n0,100\n1,100\n2,100\n");
    desk.put("zones.geojson", collection(&zones)).works(&["run", "town.toml", "--out", "o"]);
    let row = only(&desk, "zones_unknown");
    assert_eq!((row["severity"].as_str(), row["source"].as_str()), ("warning", "totals.csv"));
    assert!(
        row["detail"]
            .starts_with("the people of 1 of 4 zones are unknown (25.0 % of the zones, 25.0 % of their area, water included): Quarter D"),
        "{}",
        row["detail"]
    );
    assert!(row["detail"].contains("the 300 people of the others"), "{}", row["detail"]);
    desk.put("totals.csv", "zone_id,people\n0,100\n1,100\n");
    std::fs::remove_dir_all(desk.path("o")).unwrap();
    fails(&desk, &["zones_unknown", "2 of 4 zones", "Quarter C, Quarter D"]);
    desk.put("town.toml", spread() + "[checks]\nzones_unknown_error = 0.6\n").works(&["run", "town.toml", "--out", "o"]);
    assert_eq!(only(&desk, "zones_unknown")["severity"], "warning");
    desk.put("totals.csv", "zone_id,people\n0,100\n1,100\n2,100\n3,0\n").works(&["run", "town.toml", "--out", "o"]);
    silent(&desk, &NAMES);
}

#[test]
fn liechtenstein_without_a_letter() {
    let desk = Desk::new();
    let pbf = data("liechtenstein/liechtenstein-2013-08-03.osm.pbf");
    let residents = std::fs::read_to_string(data("liechtenstein/residents.csv")).unwrap();
    let asked = [
        "coverage",
        "--roads",
        &pbf,
        "--zones",
        &pbf,
        "--admin-level",
        "8",
        "--facilities",
        &pbf,
        "--tags",
        "amenity=hospital|clinic|doctors|pharmacy",
        "--limit",
        "15min",
        "--no-map",
        "--people",
        "r.csv",
        "--out",
        "o",
    ];
    desk.put("r.csv", residents.replace("Balzers", "Balzer"));
    desk.fails(&asked, 3, &["unmatched_rows", "`Balzer`", "which resembles Balzers", "their 4642 people", "\"Balzer\" = \"Balzers\""]);
}
