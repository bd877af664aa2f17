//! `[[access]]` and `[[referrals]]` of a run, on the town with answers by arithmetic.

use super::desk::{Desk, number};
use super::town::{EAST, PLAN, WEST};

const CLINICS: &str = "id,name,lon,lat,beds\nc1,West clinic,9.000,0,6\nc2,East clinic,9.010,0,8\nc3,No beds told,9.010,0.001,\n";

const ASKED: &str = r#"
[[access]]
id = "beds"
service = "walk"
limit = "5min"
supply = "beds"
pairs = true
[[access]]
id = "bands"
service = "walk"
method = "m2sfca"
bands = ["2min", "5min"]
weights = [1, 0.5]
per = 1
[[referrals]]
id = "next"
from = "clinics"
to = ["centre"]
limit = "15min"
[[referrals]]
id = "near"
from = "clinics"
to = ["centre"]
limit = "500m"
[[facilities]]
id = "centre"
source = "centre.csv"
"#;

fn town() -> Desk {
    let desk = Desk::town();
    let plan = PLAN.replace("source = \"clinics.csv\"", "source = \"clinics.csv\"\ncolumns = { amounts = { beds = \"beds\" } }");
    desk.put("town.toml", format!("{plan}{ASKED}")).put("clinics.csv", CLINICS);
    desk.put("centre.csv", "id,name,lon,lat\nm,Centre,9.005,0\n");
    desk
}

#[test]
fn people_draw_on_what_they_reach() {
    let desk = town();
    desk.works(&["run", "town.toml", "--out", "o"]);
    assert!(desk.text("o/report.md").contains("- beds: 2SFCA within 5 min"), "{}", desk.text("o/report.md"));
    // c1 shares 6 beds among corners 0 to 3, 15 people; c2 8 among 7 to 10, 1,920; c3's beds nobody knows
    let rows = desk.rows("o/access_facilities.csv");
    let shown: Vec<[String; 4]> = rows
        .iter()
        .filter(|row| row["access"] == "beds")
        .map(|row| ["facility_id", "supply", "people_in_reach", "ratio"].map(|c| row[c].clone()))
        .collect();
    assert_eq!(shown[0], ["c1", "6.0", "15.0", "400.0"]);
    assert_eq!(shown[1], ["c2", "8.0", "1920.0", "4.166666667"]);
    // from one block north there are two blocks left along the street: corners 8 to 10
    assert_eq!(shown[2], ["c3", "", "1792.0", ""]);
    assert_eq!(desk.findings("o", "supply_unknown").len(), 1);
    let rows = desk.rows("o/access.csv");
    let of = |zone: &str| rows.iter().find(|row| row["access"] == "beds" && row["zone_id"] == zone).unwrap();
    // west, 15 of 31 people draw on c1: 6 beds for 31; the 16 at corner 4 have none
    assert!((number(of(WEST), "score_mean") - 6000.0 / 31.0).abs() < 1e-6);
    assert_eq!([number(of(WEST), "people_without"), number(of(WEST), "score_most")], [16.0, 400.0]);
    assert!((number(of(EAST), "score_mean") - 8000.0 / 2016.0).abs() < 1e-6);
    // corners 5 and 6
    assert_eq!(number(of(EAST), "people_without"), 96.0);
    let summary = &desk.json("o/summary.json")["access"][0];
    assert_eq!((summary["supply_in_reach"].as_f64(), summary["people_times_score"].as_f64()), (Some(14.0), Some(14.0)));
    assert_eq!(
        (&summary["supply_holds"], &desk.json("o/summary.json")["access"][1]["supply_holds"]),
        (&true.into(), &serde_json::Value::Null)
    );
    // anybody can work it out again: who reaches what, at which cost
    let pairs = desk.rows("o/access_pairs.csv");
    assert_eq!(pairs.iter().filter(|row| row["facility_id"] == "c1").count(), 4);
    assert!(pairs.iter().all(|row| row["access"] == "beds" && number(row, "cost_s") <= 300.0));
    let points = desk.rows("o/access_points.csv");
    let total: f64 = points.iter().map(|row| number(row, "people") * number(row, "score")).sum();
    assert!((total - 14_000.0).abs() < 1e-6, "{total}");
    let features = desk.json("o/access.geojson");
    assert_eq!(features["features"].as_array().unwrap().len(), 4);
}

/// Of a group, those alone draw: half of corner 0, all of corner 3, nobody else.
#[test]
fn a_group_draws_by_itself() {
    let desk = town();
    let people = (0..11).fold("lon,lat,people,old\n".to_owned(), |text, k: u32| {
        let old = [0.5, 0.0, 0.0, 8.0].get(k as usize).copied().unwrap_or(0.0);
        format!("{text}9.{k:03},0,{},{old}\n", 1 << k)
    });
    let plan = desk.text("town.toml").replace("source = \"people.csv\"", "source = \"people.csv\"\ngroups = [\"old\"]");
    desk.put("people.csv", people).put("town.toml", plan.replace("supply = \"beds\"", "supply = \"beds\"\ndemand = \"old\""));
    desk.works(&["run", "town.toml", "--out", "o"]);
    let rows = desk.rows("o/access_facilities.csv");
    let of = |id: &str| rows.iter().find(|row| row["access"] == "beds" && row["facility_id"] == id).unwrap();
    // 6 beds for 8.5 of them; the east has nobody to share among, and says so
    assert_eq!(number(of("c1"), "people_in_reach"), 8.5);
    assert!((number(of("c1"), "ratio") - 6000.0 / 8.5).abs() < 1e-6);
    assert_eq!(of("c2")["ratio"], "");
    let summary = &desk.json("o/summary.json")["access"][0];
    assert_eq!(
        (summary["demand_of"].as_str(), summary["supply_in_reach"].as_f64(), summary["supply"].as_f64()),
        (Some("old"), Some(6.0), Some(14.0))
    );
}

/// Weights by bands, squared where supply is shared out: 2 min is one block (92.8 s), 5 min three.
#[test]
fn supply_is_lost_where_people_are_far() {
    let desk = town();
    desk.works(&["run", "town.toml", "--out", "o"]);
    let rows = desk.rows("o/access_facilities.csv");
    let ratio = |id: &str| number(rows.iter().find(|row| row["access"] == "bands" && row["facility_id"] == id).unwrap(), "ratio");
    // c1: (1 + 2) × 1 + (4 + 8) × ½ = 9
    assert!((ratio("c1") - 1.0 / 9.0).abs() < 1e-9);
    let rows = desk.rows("o/access.csv");
    let west = rows.iter().find(|row| row["access"] == "bands" && row["zone_id"] == WEST).unwrap();
    // (3 × 1 + 12 × ¼) / 9 of one clinic, for 31 people
    assert!((number(west, "score_mean") - 6.0 / 9.0 / 31.0).abs() < 1e-9, "{west:?}");
}

#[test]
fn the_nearest_of_the_next_tier() {
    let desk = town();
    desk.works(&["run", "town.toml", "--out", "o", "--lang", "zh"]);
    let rows = desk.rows("o/referrals.csv");
    let of = |id: &str, facility: &str| {
        let row = rows.iter().find(|row| row["referral"] == id && row["facility_id"] == facility).unwrap();
        ["nearest_id", "within_limit", "zone_id"].map(|column| row[column].clone())
    };
    // five blocks, 463.8 s and 556.6 m; c3 is one block farther
    assert_eq!(of("next", "c1"), ["m", "true", WEST]);
    assert_eq!(of("next", "c3"), ["m", "true", EAST]);
    assert_eq!(of("near", "c1"), ["m", "false", WEST]);
    let seconds = number(&rows[0], "cost_s");
    assert!((seconds - 463.83).abs() < 0.01, "{seconds}");
    let table = desk.text("o/table-12-next.csv");
    assert_eq!(table.lines().next(), Some("机构,街镇,最近centre,时间（分钟）,15 min内"));
    assert_eq!(table.lines().nth(1), Some("West clinic,古美路街道,Centre,7.7,是"));
    assert!(desk.text("o/report.md").contains("## 表12 分级转诊表 next"));
    let summary = &desk.json("o/summary.json")["referrals"];
    assert_eq!((summary[0]["within_limit"].as_u64(), summary[1]["within_limit"].as_u64()), (Some(3), Some(0)));
    assert_eq!(desk.json("o/referrals.geojson")["features"].as_array().unwrap().len(), 6);
    for name in desk.list("o") {
        let told = name == "README.txt" || name.starts_with("table-") || desk.text("o/README.txt").contains(&name);
        assert!(told, "README.txt is silent on {name}");
    }
}

/// A facility is one of the set that is looked for where it is the same record at the same place, not where two tables number their lines alike.
#[test]
fn lines_of_two_tables_are_not_the_same() {
    let desk = town();
    desk.put("clinics.csv", "name,lon,lat,beds\nA,9.000,0,6\nB,9.005,0,8\n").put("centre.csv", "name,lon,lat\nM,9.003,0\nB,9.005,0\n");
    desk.works(&["run", "town.toml", "--out", "o"]);
    let rows = desk.rows("o/referrals.csv");
    let status: Vec<[&str; 3]> = rows
        .iter()
        .filter(|row| row["referral"] == "next")
        .map(|row| ["facility_id", "nearest_id", "status"].map(|column| row[column].as_str()))
        .collect();
    assert_eq!(status, [["line 2", "line 2", "covered"], ["line 3", "line 3", "itself"]]);
    assert_eq!(desk.json("o/summary.json")["referrals"][0]["facilities"], 1);
}

#[test]
fn what_cannot_be_asked_is_said() {
    let desk = town();
    let plan = desk.text("town.toml");
    for (from, to, words) in [
        ("supply = \"beds\"", "supply = \"bed\"", "one of the amounts of its facilities (beds)"),
        ("limit = \"5min\"\nsupply", "limit = \"500m\"\nsupply", "what the limit of its service counts"),
        ("weights = [1, 0.5]", "weights = [1]", "2 bands and 1 weights"),
        ("method = \"m2sfca\"", "method = \"2sfca\"", "2SFCA takes no bands"),
        ("method = \"m2sfca\"", "method = \"m2fsca\"", "did you mean `m2sfca`?"),
        ("to = [\"centre\"]\nlimit = \"15min\"", "to = [\"centres\"]\nlimit = \"15min\"", "did you mean `centre`?"),
        ("to = [\"centre\"]\nlimit = \"15min\"", "to = [\"centre\", \"centre\"]\nlimit = \"15min\"", "referrals.to of `next`"),
        ("weights = [1, 0.5]", "weights = [0, 0]", "one at least is above 0"),
        ("to = [\"centre\"]\nlimit = \"15min\"", "to = [\"clinics\"]\nlimit = \"15min\"", "the set that asks"),
    ] {
        assert!(plan.contains(from), "{from}");
        desk.put("bad.toml", plan.replacen(from, to, 1));
        desk.fails(&["run", "bad.toml", "--out", "no"], 2, &[words]);
    }
    assert!(desk.list("no").is_empty());
}

/// Tiers, services and owners out of one file, each with a mode and a limit of its own.
#[test]
fn tiers_tags_and_owners_are_sets_of_their_own() {
    let desk = Desk::town();
    desk.put(
        "clinics.csv",
        "id,lon,lat,tier,tags,owner\nc1,9.000,0,station,,市属\nc2,9.010,0,centre,儿科;发热,区属\nc3,9.005,0,Station,,区属\nc4,9.002,0,,,\n",
    );
    let columns = r#"columns = { tier = "tier", tags = "tags", owner = "owner" }"#;
    let (head, _) = PLAN.split_once("[[facilities]]").unwrap();
    let mut plan = head.to_owned();
    for (id, only, limit) in [
        ("stations", r#"tier = ["station"]"#, "5min"),
        ("centres", r#"tier = ["centre"]"#, "700m"),
        ("fever", r#"tags = ["发热"]"#, "5min"),
        ("own", r#"tier = ["station"], owner_not = ["市属"]"#, "5min"),
        ("known", r#"owner = ["区属", "市属"]"#, "5min"),
    ] {
        plan += &format!("[[facilities]]\nid = \"{id}\"\nsource = \"clinics.csv\"\n{columns}\nonly = {{ {only} }}\n");
        plan += &format!("[[services]]\nid = \"{id}\"\nfacilities = \"{id}\"\nlimit = \"{limit}\"\n");
    }
    desk.put("tiers.toml", format!("{plan}[outputs]\nmap = false\n"));
    desk.works(&["run", "tiers.toml", "--out", "o"]);
    let services = desk.json("o/summary.json")["services"].clone();
    let of = |i: usize| (services[i]["facilities"].as_u64().unwrap(), services[i]["people"]["covered"].as_f64().unwrap());
    // corners 0 to 3 and 2 to 8; in 700 m, six blocks, 4 to 10; 7 to 10; 2 to 8; 0 to 10
    assert_eq!([0, 1, 2, 3, 4].map(of), [(2, 511.0), (1, 2032.0), (1, 1920.0), (1, 508.0), (3, 2047.0)]);
    desk.put("none.toml", plan.replace("tier = [\"centre\"]", "tier = [\"hospital\"]"));
    desk.fails(&["run", "none.toml", "--out", "n"], 3, &["at least one facility in the set `centres`"]);
}
