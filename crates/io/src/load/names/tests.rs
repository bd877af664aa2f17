use catchment::People;
use catchment::geo::MultiPolygon;

use super::sums::{Part, SumRow, differing, sum_row};
use super::*;

fn zones(named: &[(&str, &str)]) -> Vec<Zone> {
    let zone = |(id, name): &(&str, &str)| Zone {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        area: MultiPolygon::new(Vec::new()),
        people: None,
        class: None,
    };
    named.iter().map(zone).collect()
}

fn aliases(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(alias, zone)| ((*alias).to_owned(), (*zone).to_owned())).collect()
}

#[test]
fn a_label_is_an_id_a_name_a_spelling_or_an_alias() {
    let zones = zones(&[("w1", "古美路街道(闵行)"), ("e1", "莘庄镇"), ("莘庄镇", "3"), ("3", "4")]);
    let names = ZoneNames::new(&zones).with_aliases(&aliases(&[("古美", "w1"), ("Old town", "莘庄 镇")]), "town").unwrap();
    for (label, by, zone) in [
        ("w1", By::Id, 0),
        (" W1 ", By::Name, 0),
        ("古美路街道（闵行）", By::Name, 0),
        ("古美", By::Name, 0),
        ("OLD  TOWN", By::Id, 2),
        // an id may be the name of another zone: the column decides
        ("莘庄镇", By::Name, 1),
        ("莘庄镇", By::Id, 2),
        ("3", By::Name, 2),
        ("3", By::Id, 3),
    ] {
        assert_eq!(names.find(label, by), Named::Zone(zone), "{label} {by:?}");
    }
    assert_eq!(names.find("古美街道", By::Name), Named::Unknown);
}

#[test]
fn an_alias_means_one_zone_and_is_no_zone_itself() {
    let names = ZoneNames::new(&zones(&[("1", "江川路街道"), ("2", "Rabat"), ("3", "Rabat")]));
    let error = |pairs: &[(&str, &str)]| names.clone().with_aliases(&aliases(pairs), "town").unwrap_err().to_string();
    let unknown = error(&[("江川街道", "江川路")]);
    assert!(unknown.contains("`江川街道` = `江川路`") && unknown.contains("did you mean `江川路街道`?"), "{unknown}");
    assert!(error(&[("R", "Rabat")]).contains("the id of one: 2 (Rabat), 3 (Rabat)"));
    assert!(error(&[("江川路街道", "2")]).contains("the name of a zone"));
    assert!(error(&[("R", "2"), ("r", "3")]).contains("each name once"));
    // a name of two zones is made sure by an alias
    let sure = names.with_aliases(&aliases(&[("Rabat", "3")]), "town").unwrap();
    assert_eq!(sure.find("rabat", By::Name), Named::Zone(2));
}

#[test]
fn zones_of_one_name_are_named_apart() {
    let mut own = zones(&[("1", "Ir-Rabat"), ("2", "Ir-Rabat"), ("3", "Żebbuġ"), ("4", "ŻEBBUĠ "), ("5", "Mosta")]);
    let (names, finding) = ZoneNames::told_apart(&mut own, "zones");
    let shown: Vec<&str> = own.iter().map(|zone| zone.name.as_str()).collect();
    assert_eq!(shown, ["Ir-Rabat (1)", "Ir-Rabat (2)", "Żebbuġ (3)", "ŻEBBUĠ  (4)", "Mosta"]);
    let finding = finding.unwrap();
    assert_eq!((finding.kind, finding.rows), (FindingKind::RepeatedNames, 4));
    assert_eq!(names.find("Ir-Rabat (1)", By::Name), Named::Zone(0));
    assert_eq!(names.find("Ir-Rabat", By::Name), Named::Several(vec![0, 1]));
    assert_eq!(names.find("2", By::Name), Named::Zone(1));
    assert!(ZoneNames::told_apart(&mut zones(&[("1", "A"), ("2", "B")]), "zones").1.is_none());
}

fn rows<'a>(names: &'a ZoneNames, labels: &[&str]) -> ZoneRows<'a> {
    let mut rows = ZoneRows::new(names, "t.csv", Stage::People, Counted::People);
    for (line, label) in labels.iter().enumerate() {
        rows.meet(line as u64 + 2, ["", label], None);
        rows.holds(100.0);
    }
    rows
}

#[test]
fn a_row_that_resembles_a_zone_without_one_is_an_error() {
    let names = ZoneNames::new(&zones(&[("1", "江川路街道"), ("2", "古美路街道"), ("3", "莘庄镇")]));
    let found = rows(&names, &["江川街道", "古美街道", "莘庄镇"]).findings("a total", "the last is used");
    let [error] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((error.is_error(), error.rows, error.people), (true, 2, Some(People::persons(200))));
    let plan = error.detail.split_once("\n").unwrap().1;
    assert_eq!(plan, "[zones.aliases]\n\"古美街道\" = \"古美路街道\"\n\"江川街道\" = \"江川路街道\"");
}

#[test]
fn rows_of_other_places_are_a_note() {
    let names = ZoneNames::new(&zones(&[("1", "Balzers"), ("2", "Vaduz")]));
    let national = ["Balzers", "Vaduz", "Bern", "Basel", "Chur", "Balzer", "Total"];
    let found = rows(&names, &national).findings("a total", "the last is used");
    let [note] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((note.severity, note.rows), (catchment::Severity::Note, 4));
    // no zone lacks a row, so that nothing resembles one that does
    assert!(!note.detail.contains("aliases"), "{}", note.detail);
    assert!(rows(&names, &["Balzers", "Vaduz", "total"]).findings("a total", "the last is used").is_empty());
}

#[test]
fn a_sum_of_our_zones_lacks_a_row_that_resembles_one_of_them() {
    let names = ZoneNames::new(&zones(&[("1", "Balzers"), ("2", "Vaduz")]));
    assert!(rows(&names, &["Balzers", "Vaduz", "Balzer", "Total"]).findings("a total", "the last is used")[0].is_error());
    assert!(!rows(&names, &["Balzers", "Vaduz", "Balzer"]).findings("a total", "the last is used")[0].is_error());
}

#[test]
fn sums_are_called_by_many_names() {
    for label in [
        "合计",
        " 总计 ",
        "合 计",
        "全区",
        "Total",
        "TOTAL:",
        "Grand total",
        "Insgesamt",
        "all",
        "Summe",
        "итого",
        "Total général",
        "total 2020",
    ] {
        assert_eq!(sum_row(label), Some(SumRow::All), "{label}");
    }
    for label in ["小计", "闵行区合计", "Sub-total", "Subtotal north", "Total Vaduz", "Zwischensumme"] {
        assert_eq!(sum_row(label), Some(SumRow::Some), "{label}");
    }
    for label in ["", "莘庄镇", "All Saints", "Vaduz", "Samtgemeinde", "Summerville"] {
        assert_eq!(sum_row(label), None, "{label}");
    }
}

fn of(texts: &[&str]) -> Vec<Option<PrintedNumber>> {
    texts.iter().map(|text| text.parse().ok().map(|value| PrintedNumber::new(value, text))).collect()
}

#[test]
fn sums_are_held_against_their_rows_by_the_printed_digits() {
    use Part::{Other, Sum, Zone};
    let all = Sum(SumRow::All);
    let some = Sum(SumRow::Some);
    let made = |parts: &[Part], texts: &[&str]| differing(parts, &of(texts)).iter().map(|own| own.made).collect::<Vec<_>>();
    assert_eq!(made(&[Zone, Zone, all], &["550", "660", "1250"]), [1210.0]);
    assert!(made(&[Zone, Zone, all], &["550", "660", "1210"]).is_empty());
    // 0.05 + 0.05 + 0.5
    assert!(made(&[Zone, Zone, all], &["550.4", "660.4", "1211"]).is_empty());
    assert!(!made(&[Zone, Zone, all], &["550.4", "660.4", "1212"]).is_empty());
    // ten times 1.15, printed 1.2, is 11.5
    let tens: Vec<&str> = ["1.2"; 10].into_iter().chain(["11.5"]).collect();
    assert!(made(&[[Zone; 10].as_slice(), &[all]].concat(), &tens).is_empty());
    // the first row may be the sum, and blocks may have theirs
    assert!(made(&[all, Zone, Zone, some, Zone, some], &["6", "1", "2", "3", "3", "3"]).is_empty());
    assert_eq!(made(&[Zone, Zone, some, Zone, all], &["1", "2", "4", "3", "6"]), [3.0]);
    // a sum may be of the zones alone, or of more; where most rows are of other places it is theirs
    assert!(made(&[Zone, Zone, Other, all], &["1", "2", "3", "3"]).is_empty());
    assert!(made(&[Zone, Zone, Other, all], &["1", "2", "3", "6"]).is_empty());
    assert_eq!(made(&[Zone, Zone, Other, all], &["1", "2", "3", "7"]), [6.0]);
    assert!(made(&[Zone, Other, Other, all], &["1", "2", "3", "9"]).is_empty());
    // what is not known may be the difference
    assert!(made(&[Zone, Zone, all], &["1", "-", "3"]).is_empty());
}

#[test]
fn an_id_that_is_wrong_beside_a_right_name_is_an_error() {
    let names = ZoneNames::new(&zones(&[("3101120060001", "Balzers"), ("3101120060002", "Vaduz")]));
    let mut rows = ZoneRows::new(&names, "t.csv", Stage::People, Counted::People);
    rows.meet(2, ["3.10112E+12", "Balzers"], None);
    rows.meet(3, ["3101120060002", "Vaduz"], None);
    rows.meet(4, ["-", "Total"], None);
    let found = rows.findings("a total", "the last is used");
    let [error] = found.as_slice() else { panic!("{found:?}") };
    assert!(error.is_error() && error.detail.ends_with("\"3.10112E+12\" = \"Balzers\""), "{}", error.detail);
    // of codes that differ by a letter none is meant
    let codes = ZoneNames::new(&zones(&[("CH", "Schweiz"), ("LI", "Liechtenstein")]));
    let mut rows = ZoneRows::new(&codes, "t.csv", Stage::People, Counted::People);
    rows.meet(2, ["CN", ""], None);
    assert!(!rows.findings("a total", "the last is used")[0].is_error());
}

#[test]
fn a_zone_lacks_a_row_in_the_years_in_which_it_has_none() {
    let names = ZoneNames::new(&zones(&[("1", "Balzers"), ("2", "Triesen"), ("3", "Vaduz")]));
    let mut rows = ZoneRows::new(&names, "t.csv", Stage::People, Counted::People);
    // Vaduz has a row of no year, which counts in all; Balzers has one of 2020 alone
    rows.meet(2, ["", "Vaduz"], None);
    rows.meet(3, ["", "Balzers"], Some(2020));
    rows.meet(4, ["", "Balzerz"], Some(2020));
    rows.meet(5, ["", "Vaduzz"], Some(2020));
    rows.meet(6, ["", "Balzerz"], Some(2021));
    rows.meet(7, ["", "Vaduzz"], Some(2021));
    let found = rows.findings("a total", "the last is used");
    let [error, note] = found.as_slice() else { panic!("{found:?}") };
    assert!(error.is_error() && error.rows == 1 && error.detail.contains("`Balzerz` (line 6), which resembles Balzers"), "{error:?}");
    assert!(note.rows == 3 && note.detail.ends_with("one zone is left without a total"), "{note:?}");
}
