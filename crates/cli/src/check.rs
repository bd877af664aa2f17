//! `catchment check`: findings alone.

use std::path::Path;

use catchment::{Finding, Severity};
use catchment_io::map::Lang;
use catchment_io::{Error, Folder, Plan, check as findings_of, count, warning_lines};

use crate::args::Check;
use crate::job::accept;
use crate::pool;
use crate::shapes::NotMet;
use crate::terminal::{Terminal, print};

/// Looks at a plan and its files; errors end as those of a run, warnings only where they are asked to.
pub(crate) fn check(typed: &Check) -> anyhow::Result<()> {
    let mut plan = Plan::read(&typed.plan)?;
    accept(&mut plan.checks, &typed.accept)?;
    let lang = typed.lang.map_or(plan.study.lang, Lang::from);
    let terminal = Terminal::new(typed.quiet);
    let folder = Folder(typed.plan.parent().unwrap_or(Path::new("")).to_owned());
    let findings = pool(typed.threads)?.install(|| findings_of(&plan, &folder, &terminal))?;
    terminal.finish();
    if typed.json {
        print(&format!("{:#}\n", serde_json::to_value(&findings)?));
    } else if !typed.quiet {
        print(&said(&findings, typed.all, lang));
    }
    let errors: Vec<Finding> = findings.iter().filter(|finding| finding.is_error()).cloned().collect();
    if !errors.is_empty() {
        return Err(Error::Findings(errors).into());
    }
    let warnings = count(&findings, Severity::Warning);
    if typed.strict && warnings > 0 {
        return Err(NotMet(format!("{warnings} warnings, and --strict allows none")).into());
    }
    Ok(())
}

fn said(findings: &[Finding], all: bool, lang: Lang) -> String {
    if all {
        let line = |finding: &Finding| {
            let id = if finding.id.is_empty() { String::new() } else { format!(" {}", finding.id) };
            format!("{} {}: {}{id}: {}\n", finding.severity.name(), finding.kind, finding.source, finding.detail)
        };
        return findings.iter().map(line).collect();
    }
    let listed: Vec<&Finding> = findings.iter().collect();
    let lines = warning_lines(&listed, lang);
    let nothing = if lang == Lang::Zh { "未发现问题。" } else { "Nothing was found." };
    match (lines.is_empty(), findings.is_empty()) {
        (true, true) => format!("{nothing}\n"),
        // errors alone: they end the command
        (true, false) => String::new(),
        (false, _) => lines.join("\n").replace("issues.csv", "check --all") + "\n",
    }
}
