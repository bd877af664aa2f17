//! `catchment site`, on the town with answers by arithmetic: in five minutes one walks three blocks, so that a site has seven corners.

use super::desk::{Desk, number};
use super::town::{EAST, PLAN, WEST, collection, rectangle};

/// The clinic at corner 0 has corners 0 to 3: 15 of 2,047 people.
fn town(siting: &str) -> Desk {
    let desk = Desk::town();
    let plan = PLAN.replace("15min", "5min");
    let scenario = "[[scenarios]]\nid = \"corner-10\"\nchanges = [{ add = \"n1\", facilities = \"clinics\", lon = 9.010, lat = 0 }]\n\
                    [[scenarios]]\nid = \"by-town\"\nnew_build = \"counts.csv\"\n";
    desk.put("town.toml", format!("{plan}[outputs]\nmap = false\n[siting]\n{siting}\n{scenario}"));
    desk.put("counts.csv", "街镇,卫生服务站\n古美路街道,1\n莘庄镇,——\n合计,1\n");
    desk
}

fn summary(desk: &Desk) -> [f64; 3] {
    let all = desk.json("o/summary.json");
    assert_eq!(all["proven"], true, "{all}");
    ["standing", "value", "bound"].map(|key| all[key].as_f64().unwrap())
}

#[test]
fn the_best_site_is_the_one_that_arithmetic_says() {
    let desk = town("add = 1");
    let said = desk.works(&["site", "town.toml", "--out", "o"]).out;
    assert!(said.contains("1 new by mclp: 2,047 people within 5 min, from 15 as it stands; no plan is better: proven"), "{said}");
    // corner 7 has corners 4 to 10: all who are left
    assert_eq!(summary(&desk), [15.0, 2047.0, 2047.0]);
    let sites = desk.rows("o/sites.csv");
    let [own] = sites.as_slice() else { panic!("{sites:?}") };
    assert_eq!([number(own, "lon"), number(own, "lat"), number(own, "road_m")], [9.007, 0.0, 0.0]);
    assert_eq!((own["zone_id"].as_str(), number(own, "people_gained"), number(own, "people_share")), (EAST, 2032.0, 1.0));
    // corner 10 is a bend, where no two roads meet: without a site within 300 m, the junction north of it with corners 8 to 10 is the best
    assert_eq!([number(own, "loss_without"), number(own, "regret")], [2032.0, 240.0]);
    // the study with it, measured as any run
    let compared = desk.rows("o/scenarios.csv");
    assert_eq!(number(&compared[1], "people_covered"), 2047.0);
    assert_eq!(desk.json("o/compare/proposed/summary.json")["services"][0]["people"]["covered"], 2047.0);
    let report = desk.text("o/report.md");
    for shown in ["limit 5 min", "1.2 m/s", "mclp (Church and ReVelle 1974)", "seed 1", "117 in a zone and on a road"] {
        assert!(report.contains(shown), "{shown:?} is not in {report}");
    }
    let table = desk.text("o/table-10-sites.csv");
    assert!(table.starts_with("order,what,zone,kind,candidate") && table.contains("\"lost without it, people\""), "{table}");
    assert!(table.lines().nth(1).is_some_and(|line| line.contains("莘庄镇")), "{table}");
    let told = |name: &&String| name.contains('.') && !name.starts_with("table-") && *name != "README.txt";
    for name in desk.list("o").iter().filter(told) {
        assert!(desk.text("o/README.txt").contains(name.as_str()), "README.txt is silent on {name}");
    }
    // the scenario that it writes is one that `compare` takes
    let plan = desk.text("town.toml") + &desk.text("o/scenario.toml");
    desk.put("next.toml", plan);
    desk.works(&["compare", "next.toml", "--out", "c"]);
    let rows = desk.rows("c/comparison.csv");
    assert_eq!(rows.iter().find(|row| row["scenario"] == "proposed").map(|row| number(row, "people_covered")), Some(2047.0));
}

#[test]
fn as_few_as_cover_everybody_and_the_frontier() {
    let desk = town("add = 3");
    desk.works(&["site", "town.toml", "--out", "o", "--model", "lscp", "--close", "*"]);
    // eleven corners, seven to a site
    let all = desk.json("o/summary.json");
    assert_eq!((all["value"].as_f64(), all["proven"].as_bool(), all["unit"].as_str()), (Some(2.0), Some(true), Some("sites")));
    assert_eq!(desk.rows("o/sites.csv")[0]["change"], "close");
    desk.works(&["site", "town.toml", "--out", "o", "--close", "c1", "--add", "3"]);
    let frontier: Vec<f64> = desk.rows("o/frontier.csv").iter().map(|row| number(row, "value")).collect();
    // corners 4 to 10; with another one all
    assert_eq!(frontier, [2032.0, 2047.0, 2047.0]);
}

#[test]
fn medians_and_centres_are_what_a_run_of_their_sites_measures() {
    for (model, column) in [("p-median", "cost_mean_s"), ("p-centre", "cost_max_s")] {
        let desk = town("add = 2");
        desk.works(&["site", "town.toml", "--out", "o", "--model", model]);
        let measured = number(&desk.rows("o/scenarios.csv")[1], column);
        let value = summary(&desk)[1];
        assert!((measured - value).abs() < 0.002, "{model}: {value}, measured {measured}");
    }
}

#[test]
fn counts_by_town_and_what_they_cost() {
    let desk = town("counts = \"counts.csv\"");
    desk.works(&["site", "town.toml", "--out", "o"]);
    // of the west's corners, 4 has 4 to 7 more: 240
    assert_eq!(summary(&desk), [15.0, 255.0, 255.0]);
    assert_eq!(desk.rows("o/sites.csv")[0]["zone_id"], WEST);
    // anywhere, all would be covered
    let quotas = desk.rows("o/quotas.csv");
    assert_eq!((quotas[0]["zone_id"].as_str(), number(&quotas[0], "price")), (WEST, 1792.0));
    // the same counts, as a scenario to be held against the best of as many
    let desk = town("");
    desk.works(&["site", "town.toml", "--out", "o", "--evaluate", "by-town"]);
    let rows = desk.rows("o/evaluation.csv");
    let value = |plan: &str| number(rows.iter().find(|row| row["plan"] == plan).unwrap(), "value");
    assert_eq!(["standing", "best of the same counts by town", "best of the same number"].map(value), [15.0, 255.0, 2047.0]);
    assert_eq!(number(&rows[2], "better_by"), 1792.0);
}

#[test]
fn a_given_plan_is_held_against_the_best_of_as_many() {
    let desk = town("");
    let said = desk.works(&["site", "town.toml", "--out", "o", "--evaluate", "corner-10"]).out;
    assert!(said.contains("better by"), "{said}");
    let rows = desk.rows("o/evaluation.csv");
    let shown: Vec<(String, f64, f64)> =
        rows.iter().map(|row| (row["plan"].clone(), number(row, "added"), number(row, "people_covered"))).collect();
    let expected = [("standing", 0.0, 15.0), ("given", 1.0, 1935.0), ("best of the same number", 1.0, 2047.0)];
    assert_eq!(shown, expected.map(|(plan, added, people)| (plan.to_owned(), added, people)));
    assert_eq!(number(&rows[2], "better_by"), 112.0);
}

/// Two kinds at once, their counts by town, a least for every zone that what stands helps to meet; what each town's count costs.
#[test]
fn counts_by_kind_beside_a_least_for_every_zone() {
    let desk = town(
        "counts = \"counts.csv\"\nmin_by_zone = 1\n[siting.kinds]\n\"卫生服务站\" = { price = 2 }\n\"中心\" = { candidates = \"grid\" }",
    );
    desk.put("counts.csv", "街镇,卫生服务站,中心\n古美路街道,1,——\n莘庄镇,——,1\n");
    desk.works(&["site", "town.toml", "--out", "o", "--grid-m", "222"]);
    let sites = desk.rows("o/sites.csv");
    let mut kinds: Vec<(&str, &str)> = sites.iter().map(|row| (row["zone_id"].as_str(), row["kind"].as_str())).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [(WEST, "卫生服务站"), (EAST, "中心")]);
    assert_eq!(desk.rows("o/quotas.csv").len(), 2);
    // a zone with neither of them has what stands, or nothing: then the answer says who wants what
    desk.put("counts.csv", "街镇,卫生服务站,中心\n古美路街道,1,1\n莘庄镇,——,——\n");
    let done = desk.run(&["site", "town.toml", "--out", "p"]);
    assert_eq!(done.code, Some(2), "{}", done.err);
    assert!(done.err.contains("莘庄镇") && !done.err.contains("panicked"), "{}", done.err);
}

#[test]
fn candidates_of_the_own_set_open_and_ids_that_are_taken_get_another() {
    let desk = town("add = 1\ncandidates = \"own\"");
    let plan = desk.text("town.toml").replace("source = \"clinics.csv\"", "source = \"clinics.csv\"\ncolumns = { status = \"status\" }");
    desk.put("town.toml", plan.clone());
    desk.put(
        "clinics.csv",
        "id,name,lon,lat,status\nc1,West clinic,9.000,0,existing\nc2,Plot,9.010,0,candidate\nc3,Other,9.004,0,candidate\n",
    );
    desk.works(&["site", "town.toml", "--out", "o"]);
    let sites = desk.rows("o/sites.csv");
    assert_eq!((sites[0]["change"].as_str(), sites[0]["facility_id"].as_str()), ("open", "c2"));
    assert_eq!(number(&desk.rows("o/scenarios.csv")[1], "people_covered"), 1935.0);
    // plots whose ids are those of clinics
    let plots = "[[facilities]]\nid = \"plots\"\nsource = \"plots.csv\"\n";
    desk.put("town.toml", plan.replace("\"own\"", "\"plots\"").replace("[[services]]", &format!("{plots}[[services]]")));
    desk.put("plots.csv", "id,lon,lat\nc1,9.010,0\nc2,9.004,0\n");
    desk.works(&["site", "town.toml", "--out", "o"]);
    assert_eq!(desk.rows("o/sites.csv")[0]["facility_id"], "plots/c1");
    assert_eq!(number(&desk.rows("o/scenarios.csv")[1], "people_covered"), 1935.0);
}

/// A plan that closes one is held against the best that closes it, too; one that opens a candidate counts it.
#[test]
fn a_given_plan_that_closes_is_held_against_the_best_that_closes() {
    let desk = town("");
    let scenario = "[[scenarios]]\nid = \"moved\"\nchanges = [{ move = \"c1\", facilities = \"clinics\", lon = 9.010, lat = 0 }]\n";
    desk.put("town.toml", desk.text("town.toml") + scenario);
    desk.works(&["site", "town.toml", "--out", "o", "--evaluate", "moved"]);
    let rows = desk.rows("o/evaluation.csv");
    let shown: Vec<(&str, f64)> = rows.iter().map(|row| (row["plan"].as_str(), number(row, "value"))).collect();
    // corner 10 alone has corners 7 to 10; the best single site, corner 7, has 4 to 10
    assert_eq!(shown, [("standing", 15.0), ("given", 1920.0), ("best of the same number", 2032.0)]);
}

#[test]
fn a_group_or_calls_may_be_what_counts() {
    let desk = town("add = 1\nfor = \"old\"");
    desk.put("town.toml", desk.text("town.toml").replace("source = \"people.csv\"", "source = \"people.csv\"\ngroups = [\"old\"]"));
    // two old people at each of corners 1 to 5, nobody old farther east
    let rows = (0..11).map(|k| format!("9.{k:03},0,{},{}\n", 1 << k, if (1..6).contains(&k) { 1 } else { 0 }));
    desk.put("people.csv", "lon,lat,people,old\n".to_owned() + &rows.collect::<String>());
    let said = desk.works(&["site", "town.toml", "--out", "o"]).out;
    // c1 has corners 1 to 3: three of five
    assert!(said.contains("5 old within 5 min, from 3 as it stands"), "{said}");
    assert!(desk.text("o/table-10-sites.csv").contains("old gained"));
}

#[test]
fn nothing_is_built_where_it_is_forbidden_or_where_no_plot_is() {
    let desk = town("add = 1\nforbidden = \"shut.geojson\"");
    desk.put("shut.geojson", collection(&[rectangle("1", "shut", 9.0055, 9.0205)]));
    desk.works(&["site", "town.toml", "--out", "o"]);
    // corner 5 has corners 4 to 8 more: 496
    assert_eq!(summary(&desk)[1], 511.0);
    assert!(desk.text("o/issues.csv").contains("53 of 117 candidates lie in an area of siting.forbidden"));
    // plots of a table, with prices; the budget buys the second
    let desk = town("candidates = \"plots\"\nprice = \"price\"\nbudget = 5");
    let plots =
        "[[facilities]]\nid = \"plots\"\nsource = \"plots.csv\"\ncolumns = { status = \"status\", amounts = { price = \"price\" } }\n";
    desk.put("town.toml", desk.text("town.toml").replace("[[services]]", &format!("{plots}[[services]]")));
    desk.put("plots.csv", "id,name,lon,lat,status,price\na,Dear,9.007,0,candidate,9\nb,Fair,9.010,0,candidate,5\nc,Cheap,9.004,0,备选,1\n");
    desk.works(&["site", "town.toml", "--out", "o"]);
    assert_eq!(summary(&desk)[1], 1935.0);
    assert_eq!(desk.rows("o/sites.csv")[0]["name"], "Fair");
}

#[test]
fn one_that_stands_may_move_and_rooms_may_be_full() {
    let desk = town("add = 0\nmove = 1");
    let said = desk.works(&["site", "town.toml", "--out", "o"]).out;
    // c1 has corners 0 to 3; at corner 7 it has all the others
    assert_eq!(summary(&desk), [15.0, 2032.0, 2032.0]);
    assert!(said.contains("1 new, 1 closed by mclp: 2,032 people within 5 min, from 15 as it stands"), "{said}");
    let desk = town("add = 1\nmodel = \"capacitated-mclp\"\nroom_new = 1000");
    let said = desk.works(&["site", "town.toml", "--out", "o"]).out;
    assert_eq!(summary(&desk)[1], 1015.0);
    assert!(said.contains("1,015 people with room within 5 min"), "{said}");
    // there is room for a thousand of those within its limit
    let [own] = desk.rows("o/sites.csv").try_into().unwrap();
    assert_eq!(["people_gained", "people_covered"].map(|key| number(&own, key)), [1000.0, 1015.0]);
    assert!(number(&own, "people_in_reach") > 1000.0);
    assert!(desk.text("o/issues.csv").contains("no_room"));
}

#[test]
fn what_cannot_be_is_said() {
    let desk = town("add = 1");
    // c1 stands in the west: it wants one more, the east two
    desk.fails(
        &["site", "town.toml", "--out", "o", "--min-by-zone", "2"],
        2,
        &["1 new: room for 1", "3 are wanted by", "莘庄镇: at least 2"],
    );
    desk.fails(&["site", "town.toml", "--add", "200"], 2, &["200 new: at least 200 asked for", "its sites can give 117"]);
    desk.fails(&["site", "town.toml", "--candidates", "junction"], 2, &["did you mean `junctions`?"]);
    desk.fails(&["site", "town.toml", "--for", "calls"], 2, &["services.response.calls"]);
    desk.fails(&["site", "town.toml", "--model", "dsm"], 2, &["siting.near is missing"]);
    desk.fails(&["site", "town.toml", "--close", "c9"], 2, &["siting.close is `c9`"]);
    // what a model would pass over
    desk.fails(&["site", "town.toml", "--near", "2min"], 2, &["--near", "beside the model mclp", "it is for --model dsm"]);
    desk.fails(&["site", "town.toml", "--model", "p-median", "--share", "0.5"], 2, &["--share", "lscp, dsm"]);
    desk.fails(
        &["site", "town.toml", "--evaluate", "best"],
        2,
        &["siting.evaluate is `best`", "a scenario of the plan: corner-10, by-town"],
    );
}

/// What stands is what stands before anything closes; what covers everybody is worth nothing before it does.
#[test]
fn as_it_stands_is_before_anything_closes() {
    let desk = town("add = 1");
    let said = desk.works(&["site", "town.toml", "--out", "o", "--close", "c1", "--no-regret", "--alternatives", "0"]).out;
    assert!(said.contains("1 new, 1 closed by mclp: 2,032 people within 5 min, from 15 as it stands"), "{said}");
    let rows = desk.rows("o/sites.csv");
    assert_eq!(rows.iter().map(|row| row["change"].clone()).collect::<Vec<_>>(), ["close", "add"]);
    assert_eq!(number(&rows[1], "people_gained"), 2032.0);
    assert!(rows[1]["regret"].is_empty(), "{rows:?}");
    let said = desk.works(&["site", "town.toml", "--out", "l", "--model", "lscp"]).out;
    assert!(said.contains("1 new by lscp: 1 sites, to cover within 5 min everybody who can be; no plan is better: proven"), "{said}");
    let [own] = desk.rows("l/sites.csv").try_into().unwrap();
    assert!(own["loss_without"].is_empty() && desk.json("l/summary.json")["standing"].is_null(), "{own:?}");
}

/// With counts by flag, the plan's own number is none of theirs.
#[test]
fn counts_that_are_typed_stand_above_the_plan_s_number() {
    let desk = town("add = 3");
    desk.works(&["site", "town.toml", "--out", "o", "--counts", "counts.csv"]);
    assert_eq!(desk.rows("o/sites.csv").len(), 1);
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let desk = town("add = 3\nmodel = \"p-median\"");
    for (out, threads) in [("a", "1"), ("b", "2"), ("c", "4")] {
        desk.works(&["site", "town.toml", "--out", out, "--threads", threads, "--seed", "7"]);
    }
    for file in ["sites.csv", "summary.json", "alternatives.csv", "frontier.csv"] {
        assert_eq!(desk.text(&format!("a/{file}")), desk.text(&format!("b/{file}")), "{file}");
        assert_eq!(desk.text(&format!("a/{file}")), desk.text(&format!("c/{file}")), "{file}");
    }
}
