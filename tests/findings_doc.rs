//! `docs/findings.md` says what the registry of findings says. `CATCHMENT_BLESS=1 cargo test -p catchment --test findings_doc` writes it.

use std::fmt::Write as _;
use std::path::Path;

use catchment::{Checks, FindingKind, Measure, Severity};

fn page() -> String {
    let mut text = String::from(
        "# Findings\n\n\
         What a study was not used as it stands, what cannot be true, what a planner should look at. This page is made from the program's\n\
         registry of findings.\n\n\
         - An **error** means that a number cannot be true. Nothing is written and the run ends with exit code 3, unless the plan accepts\n\
           the kind up to a size: `[checks] accept = { no_roads = \"25 %\" }`, or `--accept no_roads=25%`. A larger one is an error again. What\n\
           was accepted stands in the sentence of the result.\n\
         - A **warning** means that a number may be wrong. Warnings follow the headline, the one that most people hang on first.\n\
         - A **note** says what was not used as it stands, without consequence for the headline. Notes are in `issues.csv`.\n\n\
         `catchment check PLAN` finds all of them that need no search, and writes nothing.\n",
    );
    let errors: Vec<FindingKind> = FindingKind::ALL.iter().copied().filter(|kind| kind.may_be_error()).collect();
    let parts: [(&str, Vec<FindingKind>); 3] = [
        ("Kinds that may be errors", errors.clone()),
        ("Warnings", of(Severity::Warning, &errors)),
        ("Notes", of(Severity::Note, &errors)),
    ];
    for (title, kinds) in parts {
        let _ = write!(text, "\n## {title}\n\n| kind | size is accepted as | what it means | what to do |\n|---|---|---|---|\n");
        for kind in kinds {
            let size = if kind.may_be_error() { written(kind) } else { "" };
            let _ = writeln!(text, "| `{kind}` | {size} | {} | {} |", kind.meaning(), kind.remedy());
        }
    }
    text.push_str("\n## Thresholds\n\nKeys of `[checks]`, with their defaults; shares are from 0 to 1.\n\n| key | default |\n|---|---|\n");
    let defaults = serde_json::to_value(Checks::default()).unwrap_or_default();
    for (key, value) in defaults.as_object().into_iter().flatten() {
        let _ = writeln!(text, "| `{key}` | {value} |");
    }
    text
}

fn of(severity: Severity, errors: &[FindingKind]) -> Vec<FindingKind> {
    FindingKind::ALL.iter().copied().filter(|kind| kind.severity() == severity && !errors.contains(kind)).collect()
}

fn written(kind: FindingKind) -> &'static str {
    match kind.measure() {
        // no facility, or one
        _ if kind == FindingKind::NoUsableFacility => "`\"100 %\"`",
        Measure::Share => "`\"25 %\"`",
        Measure::Rows => "`\"3 rows\"`",
        Measure::Metres => "`\"120 m\"`",
        Measure::PerKm2 => "`\"2000000 /km2\"`, or `\"yes\"`",
        _ => "`\"yes\"`",
    }
}

#[test]
fn the_page_is_the_registry() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/findings.md");
    let page = page();
    if std::env::var_os("CATCHMENT_BLESS").is_some() {
        std::fs::write(&file, &page).expect("docs can be written");
    }
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(there == page, "docs/findings.md differs: CATCHMENT_BLESS=1 cargo test -p catchment --test findings_doc");
}
