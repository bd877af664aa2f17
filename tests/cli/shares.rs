//! What area is a share of, and which limit applied where: in every output. On the town: see `town.rs` for the arithmetic.

use serde_json::{Value, json};

use super::desk::{Desk, find, number};
use super::town::{EAST, PLAN, WEST, collection, rectangle};

/// The west with 15 minutes, the east a new town with 10.
const RULE: &str = "limit = \"15min\"\nlimits = { new-town = \"10min\" }\n";

fn towns() -> Desk {
    let desk = Desk::town();
    let plan = PLAN.replace("limit = \"15min\"\n", RULE).replace("[people]", "table = \"towns.csv\"\n[people]");
    desk.put("town.toml", plan).put("towns.csv", format!("zone_id,class\n{WEST},main-city\n{EAST},new-town\n"));
    desk
}

#[test]
fn masks_stand_side_by_side_with_their_km2() {
    let desk = Desk::town();
    // the westernmost two thousandths of a degree
    desk.put("old-centre.geojson", collection(&[rectangle("1", "Centre", 8.9995, 9.0015)]));
    desk.put("town.toml", format!("{PLAN}[ground]\nmask = [\"land\", \"old-centre.geojson\", \"zone\"]\n"));
    let done = desk.works(&["run", "town.toml", "--out", "o", "--lang", "both"]);
    let rows = desk.rows("o/zones.csv");
    let (west, east) = (find(&rows, "walk", WEST), find(&rows, "walk", EAST));
    assert_eq!((west["mask"].as_str(), number(west, "area_zone_m2")), ("land", number(west, "mask_area_m2")));
    // 2 of 5 thousandths of a degree
    let centre = number(west, "area_old_centre_m2");
    assert!((centre / number(west, "area_m2") - 0.4).abs() < 1e-6, "{centre}");
    let share = number(west, "area_old_centre_covered_m2") / centre;
    assert!((number(west, "area_old_centre_share") - share).abs() < 1e-6 && share > 0.5);
    assert_eq!((number(east, "area_old_centre_m2"), east["area_old_centre_share"].as_str()), (0.0, ""));
    let summary = desk.json("o/summary.json")["services"][0].clone();
    let masks = summary["masks"].as_array().unwrap();
    assert_eq!(masks.iter().map(|m| m["mask"].as_str().unwrap()).collect::<Vec<_>>(), ["land", "old-centre", "zone"]);
    assert_eq!((&masks[0]["share"], &masks[0]["covered_m2"]), (&summary["area_share"], &summary["area"]["covered_m2"]));
    assert!((masks[1]["mask_m2"].as_f64().unwrap() - centre).abs() < 0.01 && summary["conservation"]["area_holds"] == true);
    // 222.6 × 1,216.3 m; 11 × 11 thousandths of a degree are 1,224.5 × 1,216.3 m
    for shown in ["of the land (0.681 of 1.488 km²) lies", "area % (land)", "land km²", "口径：陆域，0.681/1.488平方公里"] {
        assert!(done.out.contains(shown), "{shown:?} is not in\n{}", done.out);
    }
    let (readme, svg) = (desk.text("o/README.txt"), desk.text("o/map.svg"));
    assert!(
        desk.text("o/report.md").contains("- Area by mask: land 45.76% of 1.488 km²; old-centre ")
            && readme.contains("mask: land, 1.488 km²")
            && readme.contains("of 0.271 km²")
            && svg.contains("1.488")
    );
    // one mask alone needs no list
    desk.put("town.toml", format!("{PLAN}[ground]\nmask = [\"zone\"]\n"));
    let done = desk.works(&["run", "town.toml", "--no-map", "--out", "o"]);
    assert!(
        done.out.contains(" of all ground of the zones (0.681 of 1.488 km²) lies") && !desk.text("o/report.md").contains("Area by mask"),
        "{}",
        done.out
    );
    assert!(!desk.rows("o/zones.csv")[0].contains_key("area_zone_m2"));
}

#[test]
fn a_mask_that_is_not_there_is_an_error() {
    let desk = Desk::town();
    desk.put("town.toml", format!("{PLAN}[ground]\nmask = [\"centre.geojson\"]\n"));
    desk.fails(&["run", "town.toml", "-q", "--out", "o"], 3, &["centre.geojson"]);
    desk.put("town.toml", format!("{PLAN}[ground]\nmask = [\"water\"]\n"));
    desk.fails(&["run", "town.toml", "-q", "--out", "o"], 2, &["the mask `water` is not known", "built-up"]);
}

#[test]
fn outputs_say_which_limit_applied() {
    let desk = towns();
    let done = desk.works(&["run", "town.toml", "--out", "o", "--lang", "both"]);
    // west corners 0 to 4; east, within 600 s / 92.766 s = 6.5 corners, 5 and 6: 32 + 64
    assert_eq!(desk.covered("o"), 127.0);
    let rows = desk.rows("o/zones.csv");
    for (zone, covered, limit, class) in [(WEST, 31.0, 900.0, "main-city"), (EAST, 96.0, 600.0, "new-town")] {
        let row = find(&rows, "walk", zone);
        let found = (number(row, "people_covered"), number(row, "limit_s"), row["zone_class"].as_str());
        assert_eq!(found, (covered, limit, class));
    }
    for layer in ["gaps", "coverage", "zones"] {
        for feature in desk.json(&format!("o/{layer}.geojson"))["features"].as_array().unwrap() {
            let own = &feature["properties"];
            let (limit, contour) = if own["zone_id"] == WEST { (900.0, 15.0) } else { (600.0, 10.0) };
            assert_eq!(own["limit_s"], limit, "{layer}");
            assert!(layer == "zones" || own["contour"] == contour, "{layer}");
        }
    }
    let clinic = desk.json("o/facilities.geojson")["features"][0]["properties"].clone();
    assert_eq!((&clinic["limit_s"], &clinic["people_within_limit"]), (&Value::Null, &json!(127.0)));
    let summary = desk.json("o/summary.json")["services"][0].clone();
    assert_eq!(summary["limit_s"], 900.0);
    let limits = json!([
        { "zones": 1, "zone_classes": ["new-town"], "zone_ids": [EAST], "limit_s": 600.0 },
        { "zones": 1, "zone_classes": ["main-city"], "zone_ids": [WEST], "limit_s": 900.0 },
    ]);
    assert_eq!(summary["limits"], limits);
    let (en, zh) =
        ("within the limit of their zone (10 min in 1, 15 min in 1)", "居民步行分区限值（10分钟1个街镇、15分钟1个街镇）服务圈覆盖率为");
    assert!(done.out.contains(en) && done.out.contains(zh), "{}", done.out);
    assert!(desk.text("o/README.txt").contains("zone_class") && desk.text("o/map.svg").contains("10 min in 1"));
}

#[test]
fn the_flag_s_limit_is_that_of_every_zone_and_says_so() {
    let desk = towns();
    let done = desk.works(&["run", "town.toml", "--no-map", "--limit", "15min", "--out", "o"]);
    assert_eq!(desk.covered("o"), 1023.0);
    assert!(done.err.contains("--limit 15min") && done.err.contains("limits by zone are left aside"), "{}", done.err);
    let rows = desk.rows("o/zones.csv");
    assert!(rows.iter().all(|row| row["limit_s"] == "900.0" && !row["zone_class"].is_empty()), "{rows:?}");
    assert!(desk.json("o/summary.json")["services"][0].get("limits").is_none());
    // a plan of one limit has nothing to be told
    let plain = Desk::town().works(&["run", "town.toml", "--no-map", "--limit", "10min", "--out", "o"]);
    assert!(!plain.err.contains("--limit"), "{}", plain.err);
}

#[test]
fn a_rule_for_no_zone_is_listed() {
    let desk = towns();
    desk.put("towns.csv", format!("zone_id,class,limit\n{WEST},main-city,\n{EAST},new_town,1km\n"));
    desk.works(&["run", "town.toml", "--no-map", "-q", "--out", "o"]);
    assert_eq!(desk.covered("o"), 1023.0);
    assert!(desk.findings("o", "unknown_class")[0]["detail"].ends_with("the zones' classes are main-city, new_town"));
    assert_eq!(desk.findings("o", "zone_limit_of_other_metric").len(), 1);
}
