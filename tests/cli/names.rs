//! Names that mean something to a terminal, a browser or a spreadsheet: what goes out shows them, and does nothing.

use super::desk::Desk;
use super::town::{EAST, PLAN, WEST, collection, rectangle};

/// Names as files may hold them, in JSON and in CSV.
const NAMES: [(&str, &str); 6] = [
    ("<svg onload=alert(1)>\\u001b[2J\\nTown | x | </text>", "=cmd|' /C calc'!A0"),
    ("[link](javascript:alert(1))\\u009b31m", "@SUM(1+1)*cmd"),
    ("\\u202ereversed\\u0007", "+1+1"),
    ("![p](http://evil/p.png)`*", "\u{1b}[31m<script>alert(1)</script>"),
    ("\\\\[click\\\\](http://evil.example) **b** _i_ ~~s~~", "\\[click\\](http://evil.example) **b**"),
    ("a\\u200b\\u200e\\u200f\\u2028\\u2029\\u2060\\ufeffb", "a\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{2060}\u{feff}b"),
];

fn town(zone: &str, clinic: &str) -> Desk {
    let desk = Desk::town();
    desk.put("zones.geojson", collection(&[rectangle(WEST, zone, 8.9995, 9.0045), rectangle(EAST, "East", 9.0045, 9.0105)]));
    let quoted = clinic.replace('"', "\"\"");
    desk.put("clinics.csv", format!("id,name,lon,lat\n\"{quoted}\",\"{quoted}\",9.000,0\nc2,\"{quoted}\",9.300,0.3\n"));
    desk.put("town.toml", PLAN.replace("A town on the equator", "<b>Town</b> \\u001b[31m | x"));
    desk
}

fn harms(text: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let unseen = |c: char| "\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{2060}\u{feff}".contains(c);
    text.contains(|c: char| (c.is_control() && c != '\n') || turns(c) || unseen(c))
}

#[test]
fn nothing_that_moves_a_cursor_reaches_a_terminal() {
    for (zone, clinic) in NAMES {
        let desk = town(zone, clinic);
        for command in [
            &["run", "town.toml", "--out", "o"][..],
            &["run", "town.toml", "--json", "--no-map", "--out", "o"],
            &["check", "town.toml", "--all"],
            &["inspect", "clinics.csv", "zones.geojson"],
            &["inspect", "clinics.csv", "--json"],
            &["isochrones", "town.toml", "--out", "i"],
            &["run", "no\u{1b}[2Jsuch.toml"],
            &["run", "town.toml", "x\u{1b}[31m"],
            &["x\u{1b}[31m"],
        ] {
            let done = desk.run(command);
            assert!(!harms(&done.out) && !harms(&done.err), "{command:?}: {:?} {:?}", done.out, done.err);
        }
        let json = desk.works(&["run", "town.toml", "--json", "--no-map", "-q", "--out", "o"]).out;
        assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{json}");
    }
}

/// In Markdown no name is HTML, a link, a picture or a column; in SVG none is markup, and the file is XML.
#[test]
fn names_are_no_markup() {
    for (zone, clinic) in NAMES {
        let desk = town(zone, clinic);
        desk.works(&["run", "town.toml", "-q", "--out", "o"]);
        let report = desk.text("o/report.md");
        assert!(!report.contains('<') && !harms(&report), "{report}");
        // an even number of backslashes before a mark leaves it a mark
        let is_mark = |at: usize| report[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0;
        let live = report.match_indices(['[', ']', '*', '`', '~']).find(|(at, _)| is_mark(*at));
        assert!(live.is_none(), "{live:?} in {report}");
        for line in report.lines().filter(|line| line.starts_with('|')) {
            // a bar that is no border is escaped
            let inside = line.trim_start_matches("| ").trim_end_matches(" |").replace(" | ", "");
            assert!(
                inside
                    .match_indices('|')
                    .all(|(at, _)| inside[..at].ends_with('\\') || inside.starts_with("---") || inside.contains("---")),
                "{line}"
            );
        }
        let svg = desk.text("o/map.svg");
        assert!(!svg.contains("<svg onload") && !svg.contains("<script") && !harms(&svg), "{svg}");
        let mut reader = quick_xml::Reader::from_str(&svg);
        while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
    }
}

/// Names without marks stand as they are, in prose and in cells; letters that join others keep what joins them.
#[test]
fn plain_names_stay_as_they_are() {
    for name in ["St. John's-on-Sea (North)", "Ħ'Attard", "می\u{200c}خواهم", "क्\u{200d}ष"] {
        let desk = town("West", "c1");
        desk.put("zones.geojson", collection(&[rectangle(WEST, "West", 8.9995, 9.0045), rectangle(EAST, name, 9.0045, 9.0105)]));
        desk.works(&["run", "town.toml", "-q", "--no-map", "--out", "o"]);
        let report = desk.text("o/report.md");
        assert!(report.lines().nth(2).is_some_and(|line| line.contains(name)), "{report}");
        assert!(report.contains(&format!("| {name} |")) && desk.text("o/zones.csv").contains(name), "{report}");
    }
}

/// The Markdown of reports is our own: the service in bold, headings, lists, tables.
#[test]
fn reports_keep_their_own_markup() {
    let desk = town("West", "c1");
    let title = "title = \"# [Clinics](http://evil.example) *\"\n";
    desk.put("town.toml", format!("{PLAN}{title}[siting]\nadd = 1\n[[scenarios]]\nid = \"second\"\nchanges = [{{ add = \"n1\", facilities = \"clinics\", lon = 9.006, lat = 0.0 }}]\n"));
    let shown = "# \\[Clinics\\](http://evil.example) \\*";
    desk.works(&["run", "town.toml", "-q", "--no-map", "--out", "o"]);
    let report = desk.text("o/report.md");
    assert!(report.lines().nth(2).is_some_and(|line| line.starts_with(&format!("\\{shown}: 50.0 % of residents"))), "{report}");
    assert!(report.starts_with("# A town on the equator\n") && report.contains("\n## Table 3 Coverage by zone\n\n| service |"), "{report}");
    assert!(report.contains("\n## Method\n") && report.contains("\n- "), "{report}");
    for command in ["site", "compare"] {
        desk.works(&[command, "town.toml", "-q", "--no-map", "--out", command]);
        let report = desk.text(&format!("{command}/report.md"));
        assert!(report.contains(&format!("\n**{shown}**")), "{report}");
    }
    let said = desk.works(&["site", "town.toml", "--no-map", "--out", "site"]).out;
    assert!(said.contains("# [Clinics](http://evil.example) *: 1 new by mclp") && !said.contains("**"), "{said}");
}

/// A name of thousands of letters is cut where it would fill the page: in the headline and on the map.
#[test]
fn long_names_are_cut_in_sentences_and_on_the_map() {
    let desk = Desk::town();
    let long = "x".repeat(100_000);
    desk.put("zones.geojson", collection(&[rectangle(WEST, "West", 8.9995, 9.0045), rectangle(EAST, &long, 9.0045, 9.0105)]));
    let out = desk.works(&["run", "town.toml", "--out", "o"]).out;
    let headline = out.lines().next().unwrap();
    assert!(headline.contains(&format!("all live in {}….", "x".repeat(80))), "{headline}");
    assert!(desk.rows("o/zones.csv").iter().any(|row| row["zone_name"] == long), "files have the whole name");
    // a service's title, and the study's, are on the map alone
    desk.put("town.toml", PLAN.replace("A town on the equator", &long));
    desk.works(&["run", "town.toml", "-q", "--out", "o"]);
    assert!(desk.list("o").contains(&"map.png".to_owned()));
}

/// Cells are written as they are, for programs; with an apostrophe before what Excel would compute where the file is for Excel.
#[test]
fn formulas_are_text_where_excel_reads() {
    let desk = town("=1+1", "=cmd|' /C calc'!A0");
    let begins = |folder: &str, cell: &str| {
        let bytes = desk.bytes(&format!("{folder}/zones.csv"));
        let text = encoding_rs::UTF_8.decode(&bytes).0.into_owned();
        text.contains(&format!(",{cell},"))
    };
    let run = |more: &[&str]| desk.works(&[&["run", "town.toml", "--no-map", "-q", "--force", "--out", "o"], more].concat());
    run(&[]);
    assert!(begins("o", "=1+1"));
    run(&["--csv-encoding", "utf-8-bom"]);
    assert!(begins("o", "'=1+1") && !begins("o", "=1+1"));
    for (key, encoding, cell) in [("true", "utf-8", "'=1+1"), ("false", "utf-8-bom", "=1+1")] {
        desk.put("town.toml", format!("{PLAN}[outputs]\ncsv_apostrophes = {key}\ncsv_encoding = \"{encoding}\"\n"));
        run(&[]);
        assert!(begins("o", cell), "{key} {encoding}");
    }
}
