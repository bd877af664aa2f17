//! The commands `norms` and `indicators`: from an office to files.

use std::path::Path;
use std::time::Instant;

use catchment::{Checks, Finding, Progress};
use serde_json::{Value, json};

use super::{Fair, IndicatorRow, MinimumRow, NormRow, Opened, Sources, office, office_of_plan, unknown};
use crate::error::Error;
use crate::files::Files;
use crate::gate::judged;
use crate::load::Inputs;
use crate::map::Lang;
use crate::out::{OutFolder, Results, add_manifest};
use crate::plan::{CsvStyle, Format, Plan};
use crate::write::{
    About, Cell, LayerOut, Printed, Sheet, TableOut, by_kind, csv, fair_tables, feature, formats_of, indicator_tables, inline,
    issues_table, item, new_build, norm_tables, table_rows, wgs84, workbook,
};

/// What is asked of the office.
pub struct Ask<'a> {
    /// The study, with the files that it names; figures alone where there is none.
    pub study: Option<(&'a Plan, &'a dyn Files)>,
    /// Standards, figures and year.
    pub sources: Sources,
    /// The files that `sources` names.
    pub files: &'a dyn Files,
    /// The language of tables that are printed.
    pub lang: Lang,
    /// Formats of layers and tables.
    pub formats: Vec<Format>,
    /// How CSV files are encoded.
    pub csv: CsvStyle,
}

/// What a command found, with its files.
#[derive(Debug, Clone)]
pub struct Found<T> {
    /// What it found.
    pub found: T,
    /// What should be looked at; also in `issues.csv`.
    pub findings: Vec<Finding>,
    files: Vec<(String, Vec<u8>)>,
}

impl<T> Results for Found<T> {
    fn stage(&self, folder: &mut OutFolder, inside: &Path) -> Result<(), Error> {
        folder.put(inside, &self.files)
    }
}

impl<T> Found<T> {
    /// Every file by name, in memory.
    pub fn files(&self) -> &[(String, Vec<u8>)] {
        &self.files
    }
}

/// Indicators, minimum amounts and fairness of an office.
#[derive(Debug, Clone, Default)]
pub struct Indicators {
    /// Indicators, of all zones together and by zone.
    pub indicators: Vec<IndicatorRow>,
    /// Facilities held against minimum amounts.
    pub minimums: Vec<MinimumRow>,
    /// How evenly resources are spread.
    pub fair: Fair,
}

fn open(ask: &Ask<'_>, progress: &dyn Progress) -> Result<Opened, Error> {
    let opened = match ask.study {
        Some((plan, files)) => office_of_plan(plan, files, &ask.sources, ask.files, progress),
        None => office(None, &ask.sources, ask.files, progress),
    };
    opened?.checked()
}

/// Holds zones against norms.
///
/// # Errors
///
/// [`Error`] for a file that is missing or broken as a whole, for standards that cannot be used, and for standards without a norm.
///
/// # Example
///
/// ```
/// use catchment::NoProgress;
/// use catchment_io::map::Lang;
/// use catchment_io::planning::{self, Ask, Sources};
/// use catchment_io::plan::CsvStyle;
/// use catchment_io::InMemory;
///
/// let figures = "zone_name,people,regional_centres\n闵行区,2653489,4\n";
/// let files = InMemory(&[("figures.csv", figures.as_bytes())]);
/// let sources = Sources {
///     standards: vec!["shanghai-2025".to_owned()], figures: Some("figures.csv".to_owned()), ..Sources::default()
/// };
/// let ask = Ask { study: None, sources, files: &files, lang: Lang::Zh, formats: vec![], csv: CsvStyle::default() };
/// let norms = planning::norms(&ask, &NoProgress)?.found;
/// let regional = norms.iter().find(|row| row.norm == "regional-centre").unwrap();
/// assert_eq!((regional.need_low, regional.need_high, regional.gap), (Some(6.0), Some(8.0), Some(2.0)));
/// # Ok::<(), catchment_io::Error>(())
/// ```
pub fn norms(ask: &Ask<'_>, progress: &dyn Progress) -> Result<Found<Vec<NormRow>>, Error> {
    let started = Instant::now();
    let opened = open(ask, progress)?;
    let (rows, mut findings) = opened.office.norms();
    if opened.office.standards().norms.is_empty() {
        return Err(nothing_asked("[[norms]]"));
    }
    findings.extend(unknown(&rows));
    let layers = opened.inputs.as_ref().map(|inputs| norm_layer(inputs, &rows)).transpose()?;
    let tables = vec![TableOut::of_rows("norms", table_rows(&rows))];
    made(
        ask,
        &opened,
        started,
        Output {
            command: "norms",
            found: rows.clone(),
            findings,
            layers: layers.into_iter().collect(),
            tables,
            printed: norm_tables(ask.lang, &rows),
        },
    )
}

/// Works out indicators, minimum amounts and fairness.
///
/// # Errors
///
/// As [`norms`].
pub fn indicators(ask: &Ask<'_>, progress: &dyn Progress) -> Result<Found<Indicators>, Error> {
    let started = Instant::now();
    let opened = open(ask, progress)?;
    let office = &opened.office;
    let standards = office.standards();
    if standards.indicators.is_empty() && standards.minimums.is_empty() && standards.fairness.is_empty() {
        return Err(nothing_asked("[[indicators]], [[minimums]] or [[fairness]]"));
    }
    let found = Indicators { indicators: office.indicators(), minimums: office.minimums(), fair: office.fairness() };
    let mut printed = indicator_tables(ask.lang, office, &found.indicators, &found.minimums);
    printed.extend(fair_tables(ask.lang, &found.fair));
    let tables = tables(&found.indicators, &found.minimums, &found.fair);
    made(ask, &opened, started, Output { command: "indicators", found, findings: Vec::new(), layers: Vec::new(), tables, printed })
}

/// The tables of indicators that have rows.
pub(crate) fn tables(indicators: &[IndicatorRow], minimums: &[MinimumRow], fair: &Fair) -> Vec<TableOut> {
    let mut tables = vec![
        TableOut::of_rows("indicators", table_rows(indicators)),
        TableOut::of_rows("minimums", table_rows(minimums)),
        TableOut::of_rows("fairness", table_rows(&fair.rows)),
        TableOut::of_rows("agglomeration", table_rows(&fair.zones)),
        TableOut::of_rows("lorenz", table_rows(&fair.lorenz)),
    ];
    tables.retain(|table| !table.rows.is_empty());
    tables
}

fn nothing_asked(what: &str) -> Error {
    let expected = format!("standards with {what}: --standards FILE, or planning.standards of the plan");
    Error::Plan { file: "the standards".to_owned(), source: crate::plan::value("standards", "without any", &expected) }
}

/// Every zone with every norm, where zones have ground; norms of all together have none.
pub(crate) fn norm_layer(inputs: &Inputs, norms: &[NormRow]) -> Result<LayerOut, Error> {
    let shapes: Vec<_> = inputs.zones.iter().map(|zone| wgs84(&inputs.projector, &zone.area)).collect::<Result<_, _>>()?;
    let of_zone = norms.iter().zip(table_rows(norms));
    let features = of_zone.map(|(row, properties)| feature(row.zone.and_then(|zone| shapes[zone].clone()), properties)).collect();
    Ok(LayerOut::new("norms", "Zones held against norms", features))
}

/// What a command found, before it is files.
struct Output<T> {
    command: &'static str,
    found: T,
    findings: Vec<Finding>,
    layers: Vec<LayerOut>,
    tables: Vec<TableOut>,
    printed: Vec<Printed>,
}

fn made<T>(ask: &Ask<'_>, opened: &Opened, started: Instant, output: Output<T>) -> Result<Found<T>, Error> {
    let mut findings = output.findings;
    findings.extend(opened.office.findings());
    findings.extend(opened.inputs.iter().flat_map(|inputs| inputs.findings.clone()));
    let checks = ask.study.map_or_else(Checks::default, |(plan, _)| plan.checks.clone());
    let findings = judged(findings, &checks);
    let listed: Vec<&Finding> = findings.iter().collect();
    let attribution = opened.inputs.as_ref().and_then(crate::write::attribution);
    let time = opened.inputs.as_ref().map_or_else(|| "1970-01-01T00:00:00.000Z".to_owned(), crate::write::time);
    let stem = ask.study.map_or("figures", |(plan, _)| plan.study.id.as_str());
    let about = About { stem, attribution: attribution.as_deref(), styled: false, time: &time };
    let mut files = formats_of(&output.layers, &output.tables, &ask.formats, ask.csv, &about)?;
    let method = method(ask, opened, output.command);
    let mut printed: Vec<Printed> = opened.office.new_build().map(|plan| new_build(ask.lang, "", plan)).into_iter().collect();
    printed.extend(output.printed);
    printed.sort_by(|a, b| a.file.cmp(&b.file));
    if ask.formats.contains(&Format::Csv) {
        files.extend(printed.iter().map(|table| (format!("{}.csv", table.file), table.csv(ask.csv))));
    }
    if ask.formats.contains(&Format::Xlsx) {
        let lines = method.iter().map(|line| vec![Cell::from(line.as_str())]).collect();
        let first =
            Sheet { name: said(ask.lang, "方法口径", "Method"), header: vec![said(ask.lang, "方法口径", "Method")], rows: lines };
        let mut sheets = vec![first];
        sheets.extend(printed.iter().map(Printed::sheet));
        sheets.extend(output.tables.iter().map(Sheet::from));
        files.push((format!("{stem}.xlsx"), workbook(&sheets, &about)?));
    }
    files.push(("report.md".to_owned(), report(ask, &method, &printed).into_bytes()));
    files.push(("issues.csv".to_owned(), csv(&issues_table(&listed), ask.csv)));
    files.push(("README.txt".to_owned(), super::dictionary::readme(output.command).into_bytes()));
    let inputs: Vec<Value> =
        opened.files.iter().chain(opened.inputs.iter().flat_map(|inputs| &inputs.files)).map(|file| json!(file)).collect();
    let known = json!({
        "tool": { "name": "catchment", "version": env!("CARGO_PKG_VERSION"), "command": output.command },
        "asked": { "standards": ask.sources.standards, "figures": ask.sources.figures, "year": ask.sources.year, "new_build": ask.sources.new_build },
        "plan": ask.study.map(|(plan, _)| serde_json::to_value(plan).unwrap_or_default()),
        "standards": serde_json::to_value(opened.office.standards()).unwrap_or_default(),
        "inputs": inputs,
        "issues": by_kind(&listed),
        "run": { "seconds": started.elapsed().as_secs_f64() },
    });
    add_manifest(known, &mut files);
    Ok(Found { found: output.found, findings, files })
}

fn said(lang: Lang, zh: &str, en: &str) -> String {
    match lang {
        Lang::En => en.to_owned(),
        Lang::Zh => zh.to_owned(),
        Lang::Both => format!("{zh} {en}"),
    }
}

/// 方法口径: what the numbers are made of.
fn method(ask: &Ask<'_>, opened: &Opened, command: &str) -> Vec<String> {
    let office = &opened.office;
    let standards = office.standards();
    let mut lines = Vec::new();
    let mut say = |zh: String, en: String| lines.push(said(ask.lang, &zh, &en));
    say(format!("标准：{}", standards.title_zh), format!("Standards: {}", standards.title));
    if let Some(file) = &ask.sources.figures {
        say(
            format!("数据表：{file}（表中有的数以表为准）"),
            format!("Figures: {file} (what stands there is used before anything counted)"),
        );
    }
    if let Some(file) = &ask.sources.new_build {
        say(
            format!("新增建设：{file}（计入现值与配置，不计入公布值）"),
            format!("New facilities: {file} (counted in values and norms, not in what was published)"),
        );
    }
    match office.year() {
        Some(year) => say(format!("年份：{year}"), format!("Year: {year}")),
        None => say("年份：最新数据，现有机构".to_owned(), "Year: newest figures, facilities that exist".to_owned()),
    }
    let of_norms = standards.norms.iter().filter(|_| command == "norms").map(|own| (&own.title_zh, &own.title, &own.source));
    let of_others = standards.indicators.iter().map(|own| (&own.title_zh, &own.title, &own.source));
    let of_others = of_others.chain(standards.minimums.iter().map(|own| (&own.title_zh, &own.title, &own.source)));
    for (zh, en, source) in of_norms.chain(of_others.filter(|_| command == "indicators")) {
        if let Some(source) = source {
            say(format!("{zh}：「{}」（{}）", source.phrase, source.file), format!("{en}: “{}” ({})", source.phrase, source.file));
        }
    }
    if command == "indicators" && !standards.fairness.is_empty() {
        say(
            "基尼系数按人口、按面积；泰尔指数为L型（平均对数离差），对数底10；变异系数按人口加权".to_owned(),
            "Gini by people and by area; Theil is L (mean log deviation) to base 10; CV weighted by people".to_owned(),
        );
    }
    lines.extend(opened.inputs.as_ref().and_then(crate::write::attribution));
    lines.push(format!("catchment {}", env!("CARGO_PKG_VERSION")));
    lines
}

/// `report.md`: the printed tables, and how they were made.
fn report(ask: &Ask<'_>, method: &[String], tables: &[Printed]) -> String {
    let title = ask.study.map(|(plan, _)| plan.study.title.clone()).unwrap_or_default();
    let head = if title.is_empty() { said(ask.lang, "配置与指标", "Norms and indicators") } else { title };
    let tables: String = tables.iter().map(Printed::markdown).collect();
    let method: String = method.iter().map(|line| item(line)).collect();
    format!("# {}\n\n{tables}## {}\n\n{method}", inline(&head), said(ask.lang, "方法口径", "Method"))
}
