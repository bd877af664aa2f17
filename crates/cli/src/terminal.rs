//! What the terminal shows: progress on stderr, the table on stdout.

use std::borrow::Cow;
use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use catchment::{Metric, People, Progress, Status};
use catchment_io::map::Lang;
use catchment_io::plan::Mask;
use catchment_io::{Error, Placed, Run, km2, mask_zh, most_uncovered, people_sentence, sentence, steers, thousands, title, warning_lines};
use comfy_table::CellAlignment;
use indicatif::{ProgressBar, ProgressStyle};

use crate::shapes::{area_errors, own_audits};
use crate::signals;
use crate::tables::{curve_table, gap_table, plain_table};

/// A bar on a terminal, one line a stage otherwise, nothing when quiet.
pub(crate) struct Terminal {
    bar: Option<ProgressBar>,
    lines: bool,
}

impl Terminal {
    pub(crate) fn new(quiet: bool) -> Terminal {
        let bar = (!quiet && stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new_spinner();
            let style = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Terminal { lines: !quiet && bar.is_none(), bar }
    }

    /// Says a thing on stderr, unless quiet.
    pub(crate) fn note(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(harmless(text)),
            // a closed stderr is no reason to stop the run
            None if self.lines => drop(writeln!(stderr(), "{}", harmless(text))),
            None => {}
        }
    }

    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Terminal {
    fn stage(&self, name: &str, steps: usize) {
        if let Some(bar) = &self.bar {
            bar.set_length(steps as u64);
            bar.set_position(0);
            bar.set_message(harmless(name).into_owned());
        } else if self.lines {
            // a closed stderr is no reason to stop the run
            let _ = writeln!(stderr(), "{}", harmless(name));
        }
    }

    fn advance(&self, steps: usize) {
        if let Some(bar) = &self.bar {
            bar.inc(steps as u64);
        }
    }

    fn is_cancelled(&self) -> bool {
        signals::came()
    }
}

/// An error, on stderr; our own already say what lies behind them.
pub(crate) fn note(error: &anyhow::Error) {
    let text = error.downcast_ref::<Error>().map_or_else(|| format!("{error:#}"), Error::to_string);
    let _ = writeln!(stderr(), "catchment: {}", harmless(&text));
}

/// What was typed is no command, or asks for help: says so, and ends with 2, with 0, or with 4 where it cannot be said.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    let said = match harmless(&text) {
        // with its colours, where the terminal has them
        Cow::Borrowed(_) => error.print().and_then(|()| stdout().flush()),
        Cow::Owned(text) => stderr().write_all(text.as_bytes()),
    };
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    match said {
        Err(failed) if code == 0 && failed.kind() != ErrorKind::BrokenPipe => ExitCode::from(4),
        _ => ExitCode::from(code),
    }
}

/// Says that results are whole: signals end the process at once from here on. Files of an earlier run that were edited, and so stay, are named on
/// stderr, a line each.
pub(crate) fn results_stand(placed: &Placed, terminal: &Terminal) {
    signals::end_at_once();
    for file in &placed.kept {
        terminal.note(&format!("{}: edited since it was written, and left as it is; it belongs to an earlier run", file.display()));
    }
}

/// Text for a terminal: characters that would move its cursor, colour it or turn the direction of writing stand as `\u001b`. Strings of JSON
/// keep their meaning.
fn harmless(text: &str) -> Cow<'_, str> {
    let harms = |c: char| steers(c) && !matches!(c, '\n' | '\t');
    if !text.contains(harms) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match harms(c) {
            true => shown += &format!("\\u{:04x}", u32::from(c)),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Why standard output does not hold all that was printed.
static UNPRINTED: OnceLock<std::io::Error> = OnceLock::new();

/// Writes to stdout; a reader that has gone away is no error, any other fault ends the command with [`printed`].
pub(crate) fn print(text: &str) {
    let done = stdout().write_all(harmless(text).as_bytes()).and_then(|()| stdout().flush());
    if let Err(error) = done.or_else(|error| if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }) {
        let _ = UNPRINTED.set(error);
    }
}

/// Refuses to end well where something could not be printed.
pub(crate) fn printed() -> anyhow::Result<()> {
    match UNPRINTED.get() {
        Some(error) => {
            Err(Error::Write { file: "standard output".into(), source: std::io::Error::new(error.kind(), error.to_string()) }.into())
        }
        None => Ok(()),
    }
}

/// So many zones with most people who are not covered are in the table of a plan's only service, and of each of several.
const ZONES_OF_ONE: usize = 10;
const ZONES_OF_EACH: usize = 5;

/// What a run found, on one screen: the headline of every service, the warnings, then a table of every service: the total, and the zones with
/// most people who are not covered. What else there is stands in `report.md`.
pub(crate) fn tables(run: &Run, out: &Path, files: usize) -> String {
    let plan = &run.inputs.plan;
    let lang = plan.study.lang;
    let zh = lang == Lang::Zh;
    let several = plan.services.len() > 1;
    let mut text = String::new();
    for (service, report) in plan.services.iter().zip(&run.reports) {
        text += &format!("{}\n", sentence(run, service, report, lang));
    }
    let warnings = warning_lines(&run.findings(), lang);
    if !warnings.is_empty() {
        text += &format!("\n{}\n", warnings.join("\n"));
    }
    text += &people_sentence(run, lang).map_or_else(String::new, |line| format!("\n{line}\n"));
    for (i, (service, report)) in plan.services.iter().zip(&run.reports).enumerate() {
        text += &if several { format!("\n{}\n", title(service)) } else { "\n".to_owned() };
        let mean = match (zh, service.limit.metric) {
            (false, Metric::Time) => "mean min",
            (false, Metric::Distance) => "mean m",
            (true, Metric::Time) => "平均（分钟）",
            (true, Metric::Distance) => "平均（米）",
        };
        let mut table = plain_table();
        let no_data = report.coverage.total.people_of(Status::NoData) > People::ZERO;
        table.set_header(header(plan.ground.mask.first().unwrap_or(&Mask::Zone), zh, no_data, mean));
        table.add_row(row(if zh { "合计" } else { "total" }, &report.coverage.total, no_data, service.limit.metric));
        let shown = if several { ZONES_OF_EACH } else { ZONES_OF_ONE };
        let worst = most_uncovered(report);
        for (zone, _) in worst.iter().take(shown) {
            table.add_row(row(&run.inputs.zones[*zone].name, &report.coverage.zones[*zone], no_data, service.limit.metric));
        }
        for column in 1..9 {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        text += &format!("{table}\n");
        let rest = run.inputs.zones.len() - worst.len().min(shown);
        if rest > 0 {
            text += &if zh { format!(" 其余{rest}个街镇见zones.csv\n") } else { format!(" {rest} more in zones.csv\n") };
        }
        if !several {
            text += &gap_table(run, i, zh);
        }
        text += &curve_table(run, i, zh);
    }
    text += &area_errors(run);
    text += &own_audits(&run.audits);
    let out = out.display();
    text + &match zh {
        true => format!("\n{out}/共{files}个文件：各表见report.md，字段说明见README.txt\n"),
        false => format!("\n{files} files in {out}/: report.md has all tables, README.txt explains every field\n"),
    }
}

/// The columns of the table: the share of area says of what, and its km² stand beside it. People of no data have one where there are any.
fn header(mask: &Mask, zh: bool, no_data: bool, mean: &str) -> Vec<String> {
    let (area, ground) = match zh {
        true => (format!("面积覆盖率%（{}）", mask_zh(mask)), format!("{}km²", mask_zh(mask))),
        false => (format!("area % ({})", mask.name()), format!("{} km²", mask.name())),
    };
    let names = if zh {
        ["街镇", "常住人口", "已覆盖", "未覆盖", "人口覆盖率%", &area, &ground, mean]
    } else {
        ["zone", "people", "covered", "not covered", "people %", &area, &ground, mean]
    };
    let mut names = names.map(str::to_owned).to_vec();
    if no_data {
        names.insert(NO_DATA_COLUMN, if zh { "无数据" } else { "no data" }.to_owned());
    }
    names
}

/// Where the table has people of no data: behind those not covered.
const NO_DATA_COLUMN: usize = 4;

fn row(name: &str, coverage: &catchment::Coverage, no_data: bool, metric: Metric) -> Vec<String> {
    let percent = |share: Option<f64>| share.map_or("–".to_owned(), |s| format!("{:.1}", 100.0 * s));
    let people = |pick: fn(&catchment::ByStatus<catchment::People>) -> catchment::People| {
        coverage.people.map_or("–".to_owned(), |p| thousands(pick(&p).as_f64()))
    };
    let mean = coverage.costs.mean.map_or("–".to_owned(), |cost| match metric {
        Metric::Time => format!("{:.1}", cost.as_f64() / 60.0),
        Metric::Distance => thousands(cost.as_f64()),
    });
    let mut cells = vec![
        name.to_owned(),
        people(|p| p.total()),
        people(|p| p.covered),
        people(|p| p.not_covered()),
        percent(coverage.people_share()),
        percent(coverage.area_share()),
        km2(coverage.area.known()),
        mean,
    ];
    if no_data {
        cells.insert(NO_DATA_COLUMN, people(|p| p.no_data));
    }
    cells
}
