//! `compare`: a plan as it stands and with each of its scenarios.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use catchment::Finding;
use catchment_io::map::Lang;
use catchment_io::plan::BASELINE;
use catchment_io::{Claim, Error, compare as compared, thousands, warning_lines, write};
use clap::Args;
use comfy_table::CellAlignment;
use serde_json::Value;

use crate::args::Common;
use crate::job::Job;
use crate::shapes::check_own;
use crate::tables::plain_table;
use crate::terminal::{Terminal, print, results_stand};

/// `compare`
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The plan (TOML), with [[scenarios]]. Its paths are relative to it.
    pub plan: PathBuf,
    #[command(flatten)]
    pub common: Common,
}

pub(crate) fn compare(typed: &Compare) -> anyhow::Result<()> {
    let mut job = Job::of_plan(&typed.plan, &typed.common)?;
    if typed.common.out.is_none() {
        job.out = format!("catchment-{}-compare", job.plan.study.id).into();
    }
    let pool = crate::pool(typed.common.threads)?;
    let folder = job.claim(Claim::of_comparison(&job.plan))?;
    let terminal = Terminal::new(typed.common.quiet);
    job.notes.iter().for_each(|note| terminal.note(note));
    let (found, placed) = pool.install(|| {
        let found = compared(&job.plan, job.files.as_ref(), &terminal)?;
        catchment::begin(&terminal, "write", 0).map_err(Error::from)?;
        let placed = write(&found, folder)?;
        anyhow::Ok((found, placed))
    })?;
    terminal.finish();
    results_stand(&placed, &terminal);
    let summary = summary(&job.out)?;
    if typed.common.json {
        print(&summary);
    } else if !typed.common.quiet {
        print(&warnings(&found.findings(), job.plan.study.lang));
        print(&table(&summary, job.plan.study.lang == Lang::Zh)?);
        print(&format!("{} files in {}/ (README.txt explains every field)\n", placed.files.len(), job.out.display()));
    }
    found.runs().try_for_each(|(_, run)| check_own(&run.audits))
}

/// The warnings, before what they may make wrong.
pub(crate) fn warnings(findings: &[Finding], lang: Lang) -> String {
    let lines = warning_lines(&findings.iter().collect::<Vec<_>>(), lang);
    if lines.is_empty() { String::new() } else { format!("{}\n", lines.join("\n")) }
}

/// `summary.json` of a comparison.
pub(crate) fn summary(out: &Path) -> anyhow::Result<String> {
    let file = out.join("summary.json");
    fs::read_to_string(&file).with_context(|| file.display().to_string())
}

/// A line a service and scenario that changes who is covered.
pub(crate) fn lines(summary: &str, zh: bool) -> anyhow::Result<Vec<String>> {
    let summary: Value = serde_json::from_str(summary)?;
    let rows = summary.get("comparison").and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |row: &Value, key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |row: &Value, key: &str| row.get(key).and_then(Value::as_f64);
    let line = |row: &Value| {
        let [gained, lost] = ["people_gained", "people_lost"].map(|key| number(row, key).unwrap_or_default());
        let share = 100.0 * number(row, "people_share").unwrap_or_default();
        let (service, title) = (text(row, "service"), text(row, "title"));
        let [gained_text, lost_text] = [gained, lost].map(thousands);
        (gained > 0.0 || lost > 0.0).then(|| match zh {
            true => format!("{service}，{title}：新增覆盖{gained_text}人，失去{lost_text}人，人口覆盖率{share:.2}%"),
            false => format!("{service}, {title}: {gained_text} people gained, {lost_text} lost; {share:.1} % covered"),
        })
    };
    Ok(rows.iter().filter(|row| text(row, "scenario") != BASELINE).filter_map(line).collect())
}

/// The scenarios side by side, and what each step does.
pub(crate) fn table(summary: &str, zh: bool) -> anyhow::Result<String> {
    let summary: Value = serde_json::from_str(summary)?;
    let rows = |key: &str| summary.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |row: &Value, key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |row: &Value, key: &str| row.get(key).and_then(Value::as_f64);
    let people = |row: &Value, key: &str| number(row, key).map_or_else(|| "–".to_owned(), thousands);
    let percent = |row: &Value, key: &str| number(row, key).map_or_else(|| "–".to_owned(), |share| format!("{:.2}", 100.0 * share));
    let scenarios = rows("comparison")
        .iter()
        .map(|row| {
            let (scenario, title) = (text(row, "scenario"), text(row, "title"));
            let standing = if zh { "现状" } else { "as it stands" };
            let name = if title.is_empty() { scenario.clone() } else { title };
            [
                text(row, "service"),
                if scenario == BASELINE { standing.to_owned() } else { name },
                people(row, "facilities"),
                people(row, "people_covered"),
                percent(row, "people_share"),
                percent(row, "area_share"),
                number(row, "gini_of_zones").map_or_else(|| "–".to_owned(), |gini| format!("{gini:.4}")),
                people(row, "people_gained"),
                people(row, "people_lost"),
            ]
        })
        .collect::<Vec<_>>();
    let header = match zh {
        true => ["服务", "方案", "设施数", "覆盖人口", "人口覆盖率%", "面积覆盖率%", "基尼", "新增覆盖人口", "失去覆盖人口"],
        false => ["service", "scenario", "facilities", "covered", "people %", "area %", "Gini", "gained", "lost"],
    };
    let mut shown = drawn(header, scenarios, 2);
    let projects: Vec<[String; 7]> = rows("projects")
        .iter()
        .map(|row| {
            let name = text(row, "facility_name");
            [
                text(row, "scenario"),
                number(row, "order").map_or_else(String::new, |order| order.to_string()),
                format!("{} {}", text(row, "change"), if name.is_empty() { text(row, "facility_id") } else { name }),
                text(row, "zone_name"),
                people(row, "people_gained"),
                people(row, "people_lost"),
                percent(row, "people_share"),
            ]
        })
        .collect();
    if !projects.is_empty() {
        let header = match zh {
            true => ["方案", "序号", "项目", "街镇", "新增覆盖人口", "失去覆盖人口", "累计覆盖率%"],
            false => ["scenario", "step", "what", "zone", "gained", "lost", "covered so far %"],
        };
        shown += &drawn(header, projects, 4);
    }
    Ok(shown)
}

pub(crate) fn drawn<const N: usize>(header: [&str; N], rows: Vec<[String; N]>, first_number: usize) -> String {
    let mut table = plain_table();
    table.set_header(header);
    table.add_rows(rows);
    for column in first_number..N {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("\n{table}\n")
}
