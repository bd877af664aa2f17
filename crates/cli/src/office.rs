//! The planning office: `norms` and `indicators`.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use catchment::NormStatus;
use catchment_io::map::Lang;
use catchment_io::plan::{CsvEncoding, Format, Plan};
use catchment_io::planning::{self, Ask, Found, IndicatorRow, IndicatorStatus, Indicators, NormRow, Sources};
use catchment_io::{Claim, Error, Files, Folder, OutFolder, write};
use clap::Args;
use comfy_table::CellAlignment;

use crate::args::{CsvArg, LangArg, formats};
use crate::job::accept;
use crate::shapes::NotMet;
use crate::signals;
use crate::tables::plain_table;
use crate::terminal::{Terminal, print, results_stand};

/// What both commands take.
#[derive(Debug, Args)]
pub(crate) struct Office {
    /// The plan (TOML), for its zones, people and facilities; roads are not read. Without one, the table of figures says which zones there are.
    pub plan: Option<PathBuf>,
    /// Standards: a file (TOML), or a name of those in the program (shanghai-2025, minhang-2025, example); may be given several times [default: the plan's planning.standards].
    #[arg(long, value_name = "FILE|NAME")]
    pub standards: Vec<String>,
    /// A table with a row a zone (and year) and a column a figure: zone_id or zone_name, year, people, area_km2, beds, … [default: the plan's planning.figures].
    #[arg(long, value_name = "FILE")]
    pub figures: Option<String>,
    /// The year of facilities and figures [default: the plan's planning.year, else what exists and the newest figures].
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i32).range(1800..2200))]
    pub year: Option<i32>,
    /// A plan's table of new facilities: a row a town, a column a kind, a dash for none. They are counted with what there is; what was
    /// published before is not touched.
    #[arg(long, value_name = "FILE")]
    pub new_build: Option<String>,
    /// The folder for the results [default: catchment-STUDY-COMMAND].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The language of printed tables [default: the plan's, else en].
    #[arg(long, value_enum)]
    pub lang: Option<LangArg>,
    /// Formats of tables and layers [default: the plan's, else csv and geojson].
    #[arg(long, value_parser = formats(), value_delimiter = ',')]
    pub format: Vec<Format>,
    /// How CSV files are encoded: utf-8-bom and gb18030 are for Excel.
    #[arg(long, value_enum, value_name = "ENCODING")]
    pub csv_encoding: Option<CsvArg>,
    /// Accept an error up to a size, as [checks] accept of the plan: sum_differs="1 row"; may be given several times.
    #[arg(long, value_name = "KIND=SIZE")]
    pub accept: Vec<String>,
    /// Replace files in the folder of results that this program did not write, or that were edited since.
    #[arg(long)]
    pub force: bool,
    /// Print the rows as JSON instead of the table.
    #[arg(long)]
    pub json: bool,
    /// Say nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

/// `norms`
#[derive(Debug, Args)]
pub(crate) struct Norms {
    #[command(flatten)]
    pub office: Office,
    /// Exit code 1 where any norm is short of what it asks, above a ceiling, or not known.
    #[arg(long)]
    pub check: bool,
}

/// `indicators`
#[derive(Debug, Args)]
pub(crate) struct IndicatorsArgs {
    #[command(flatten)]
    pub office: Office,
    /// Exit code 1 where any target is not met, or any indicator with a target is not known.
    #[arg(long)]
    pub check: bool,
}

/// Files that flags name lie where the command is run; all others beside the plan.
struct Beside {
    named: Vec<String>,
    plan: Folder,
}

impl Files for Beside {
    fn read(&self, name: &str) -> Result<Cow<'_, [u8]>, Error> {
        if !self.named.iter().any(|own| own == name) {
            return self.plan.read(name);
        }
        Folder(PathBuf::new()).read(name).map(|bytes| Cow::Owned(bytes.into_owned()))
    }
}

impl Office {
    fn run<T>(
        &self,
        command: &'static str,
        work: impl Fn(&Ask<'_>, &Terminal) -> Result<Found<T>, Error>,
    ) -> anyhow::Result<(Found<T>, PathBuf)> {
        let mut plan = self.plan.as_deref().map(Plan::read).transpose()?;
        if let Some(plan) = &mut plan {
            accept(&mut plan.checks, &self.accept)?;
        }
        let folder = Folder(self.plan.as_deref().and_then(Path::parent).map_or_else(PathBuf::new, Path::to_path_buf));
        let mut sources = plan.as_ref().map(Sources::of_plan).unwrap_or_default();
        accept(&mut sources.checks, &self.accept)?;
        let named: Vec<String> = self.standards.iter().chain(&self.figures).chain(&self.new_build).cloned().collect();
        if !self.standards.is_empty() {
            sources.standards.clone_from(&self.standards);
        }
        sources.figures = self.figures.clone().or(sources.figures);
        sources.year = self.year.or(sources.year);
        sources.new_build.clone_from(&self.new_build);
        let outputs = plan.as_ref().map(|plan| plan.outputs.clone());
        let formats = match (&self.format, &outputs) {
            (typed, _) if !typed.is_empty() => typed.clone(),
            (_, Some(outputs)) => outputs.formats.iter().copied().filter(|format| *format != Format::Geotiff).collect(),
            _ => vec![Format::Csv, Format::Geojson],
        };
        let lang = self.lang.map_or(plan.as_ref().map_or(Lang::En, |plan| plan.study.lang), Lang::from);
        let mut outputs = outputs.unwrap_or_default();
        outputs.csv_encoding = self.csv_encoding.map_or(outputs.csv_encoding, CsvEncoding::from);
        let out = self.out.clone().unwrap_or_else(|| {
            let study = plan.as_ref().map_or("figures", |plan| plan.study.id.as_str());
            format!("catchment-{study}-{command}").into()
        });
        let files = plan.iter().flat_map(|plan| plan.files()).map(|name| folder.0.join(name));
        let inputs = files.chain(self.plan.clone()).chain(named.iter().map(PathBuf::from)).collect();
        let study = plan.as_ref().map_or("figures", |plan| plan.study.id.as_str());
        let claim = Claim { inputs, force: self.force, formats: formats.clone(), pictures: false, ..Claim::new(command, study) };
        signals::watch()?;
        let place = OutFolder::claim(&out, claim)?;
        let beside = Beside { named, plan: folder.clone() };
        let study = plan.as_ref().map(|plan| (plan, &folder as &dyn Files));
        let terminal = Terminal::new(self.quiet);
        let found = work(&Ask { study, sources, files: &beside, lang, formats, csv: outputs.csv_style() }, &terminal)?;
        let placed = write(&found, place)?;
        terminal.finish();
        results_stand(&placed, &terminal);
        Ok((found, out))
    }

    fn say<T>(&self, text: &str, rows: &serde_json::Value, found: &Found<T>, out: &Path) {
        if self.json {
            print(&format!("{}\n", serde_json::to_string_pretty(rows).unwrap_or_default()));
        } else if !self.quiet {
            let (files, findings) = (found.files().len(), found.findings.len());
            print(&format!(
                "{text}{files} files in {}/ ({findings} findings in issues.csv; README.txt explains every field)\n",
                out.display()
            ));
        }
    }
}

pub(crate) fn norms(typed: &Norms) -> anyhow::Result<()> {
    let (found, out) = typed.office.run("norms", |ask, terminal| planning::norms(ask, terminal))?;
    let rows = &found.found;
    typed.office.say(&norm_table(rows), &serde_json::to_value(rows)?, &found, &out);
    let count = |status| rows.iter().filter(|row| row.status == status).count();
    let (short, unknown) = (count(NormStatus::Short), count(NormStatus::Unknown));
    let broken = rows.iter().filter(|row| row.ceiling && row.status == NormStatus::Over).count();
    let ceilings = if broken > 0 { format!(", {broken} above their ceiling") } else { String::new() };
    match typed.check && short + unknown + broken > 0 {
        true => {
            Err(NotMet(format!("{short} of {} norms are short, {unknown} not known{ceilings}; --check asks for all", rows.len())).into())
        }
        false => Ok(()),
    }
}

pub(crate) fn indicators(typed: &IndicatorsArgs) -> anyhow::Result<()> {
    let (found, out) = typed.office.run("indicators", |ask, terminal| planning::indicators(ask, terminal))?;
    let Indicators { indicators, minimums, fair } = &found.found;
    let rows = serde_json::json!({
        "indicators": indicators, "minimums": minimums, "fairness": fair.rows, "agglomeration": fair.zones, "lorenz": fair.lorenz,
    });
    typed.office.say(&(indicator_table(indicators) + &fairness_lines(fair)), &rows, &found, &out);
    let of_target = || indicators.iter().filter(|row| row.zone.is_none() && row.target.is_some());
    let count = |status| of_target().filter(|row| row.status == status).count();
    let (missed, unknown) = (count(IndicatorStatus::NotMet), count(IndicatorStatus::Unknown));
    match typed.check && missed + unknown > 0 {
        true => {
            let all = of_target().count();
            Err(NotMet(format!("{missed} of {all} targets are not met, {unknown} not known; --check asks for all")).into())
        }
        false => Ok(()),
    }
}

/// A line a norm: how many zones are short, met, over.
pub(crate) fn norm_table(rows: &[NormRow]) -> String {
    let mut norms: Vec<&NormRow> = Vec::new();
    for row in rows {
        if !norms.iter().any(|own| own.norm == row.norm) {
            norms.push(row);
        }
    }
    let lines = norms.iter().map(|norm| {
        let own = || rows.iter().filter(|row| row.norm == norm.norm);
        let count = |status| own().filter(|row| row.status == status).count().to_string();
        let missing = own().filter_map(|row| row.gap).fold(0.0, |sum, gap| sum + gap);
        let title = [&norm.title, &norm.title_zh, &norm.norm].into_iter().find(|title| !title.is_empty()).unwrap_or(&norm.norm);
        [
            title.clone(),
            own().count().to_string(),
            count(NormStatus::Short),
            count(NormStatus::Met),
            count(NormStatus::Over),
            count(NormStatus::Unknown),
            missing.to_string(),
        ]
    });
    table(["norm", "zones", "short", "met", "over", "unknown", "missing"], lines)
}

fn indicator_table(rows: &[IndicatorRow]) -> String {
    let known = |row: &&IndicatorRow| row.zone.is_none() && row.status != IndicatorStatus::Unknown;
    let lines: Vec<[String; 4]> = rows
        .iter()
        .filter(known)
        .map(|row| {
            let title = [&row.title, &row.title_zh, &row.indicator].into_iter().find(|title| !title.is_empty()).unwrap_or(&row.indicator);
            let status = match row.status {
                IndicatorStatus::Met => "met",
                IndicatorStatus::NotMet => "not met",
                IndicatorStatus::NoTarget | IndicatorStatus::Unknown => "",
            };
            let text = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
            [title.clone(), text(row.value_rounded), row.target.clone().unwrap_or_default(), status.to_owned()]
        })
        .collect();
    let unknown = rows.iter().filter(|row| row.zone.is_none() && row.status == IndicatorStatus::Unknown).count();
    let noun = if unknown == 1 { "indicator is" } else { "indicators are" };
    let more = if unknown > 0 { format!("{unknown} {noun} not known: indicators.csv says why\n") } else { String::new() };
    if lines.is_empty() { more } else { table(["indicator", "value", "target", ""], lines.into_iter()) + &more }
}

/// A line a resource.
pub(crate) fn fairness_lines(fair: &planning::Fair) -> String {
    let text = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"));
    let line = |row: &planning::FairnessRow| {
        let undefined = if row.detail.is_empty() { "" } else { " (see fairness.csv)" };
        let by_area = row.gini_area.map_or_else(String::new, |gini| format!(", {gini:.4} by area"));
        format!(
            "{}, {} people, over {}: {} in all; Gini {} by people{by_area}; Theil L (log10) {}; CV {}; max/min {}{undefined}\n",
            row.resource,
            if row.per == 1.0 { "share of".to_owned() } else { format!("per {}", row.per) },
            row.units,
            text(row.mean_per),
            text(row.gini_people),
            text(row.theil_l_log10),
            text(row.cv_people_weighted),
            text(row.max_min_ratio),
        )
    };
    fair.rows.iter().map(line).collect()
}

fn table<const N: usize>(header: [&str; N], lines: impl Iterator<Item = [String; N]>) -> String {
    let mut table = plain_table();
    table.set_header(header);
    for line in lines {
        table.add_row(line);
    }
    for column in 1..N {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("{table}\n")
}
