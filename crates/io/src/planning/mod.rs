//! The planning office: norms, indicators, minimum amounts and fairness, from standards (TOML), figures (a table) and a study's facilities
//! and people. None of it needs roads.

mod command;
pub(crate) mod dictionary;
mod fairness;
mod figures;
mod indicators;
mod minimums;
mod new_build;
mod norms;
mod office;
mod standards;

use catchment::geo::Area;
use catchment::{Checks, Finding, FindingKind, NormStatus, Progress, Report, begin};

use crate::error::Error;
use crate::files::{Files, InputFile};
use crate::gate::{judged, stop_at_errors};
use crate::load::names::ZoneNames;
use crate::load::{Inputs, Scope, load_for};
use crate::plan::{Columns, Plan, PlanError, PlanningPlan, nearest, value};
use crate::response::ResponseRun;
use figures::{Figures, ReadFigures};

pub use command::{Ask, Found, Indicators, indicators, norms};
pub(crate) use command::{norm_layer, tables as indicator_rows};
pub use fairness::{AgglomerationRow, Fair, FairnessRow, LorenzRow};
pub(crate) use fairness::{Held, some_of};
pub use indicators::{IndicatorRow, IndicatorStatus};
pub use minimums::MinimumRow;
pub use new_build::{NewBuild, NewBuildRow, PrintedSums};
pub use norms::NormRow;
pub use office::{Basis, Office, Value};
pub use standards::{
    BUILT_IN, Every, Fairness, Indicator, Level, MayAdd, Minimum, Nature, NeedRule, Norm, Published, Quantity, Source, Standards,
    TargetRule,
};

/// Whether a name is that of standards in the program.
pub(crate) fn is_built_in(name: &str) -> bool {
    BUILT_IN.iter().any(|(own, _)| *own == name)
}

/// What an office is made of.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Files of standards, or names of those in the program.
    pub standards: Vec<String>,
    /// The table of figures.
    pub figures: Option<String>,
    /// Of that table.
    pub columns: Columns,
    /// The year of facilities and figures.
    pub year: Option<i32>,
    /// A plan's table of new facilities by town.
    pub new_build: Option<String>,
    /// What is accepted of findings.
    pub checks: Checks,
}

impl Sources {
    /// What a plan names.
    pub fn of_plan(plan: &Plan) -> Sources {
        let planning = plan.planning.clone().unwrap_or_default();
        let PlanningPlan { standards, figures, columns, year } = planning;
        Sources { standards, figures, columns, year, new_build: None, checks: plan.checks.clone() }
    }
}

/// An office, and the files that it was made of.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The office.
    pub office: Office,
    /// The study that it is of; none where figures are all there is.
    pub inputs: Option<Inputs>,
    /// Standards and figures that were read.
    pub files: Vec<InputFile>,
}

/// Opens the office of a plan: its zones, people and facilities are loaded, no roads.
///
/// # Errors
///
/// [`Error`] for a file that is missing or broken as a whole, and for standards that cannot be used.
pub fn office_of_plan(
    plan: &Plan,
    files: &dyn Files,
    sources: &Sources,
    own: &dyn Files,
    progress: &dyn Progress,
) -> Result<Opened, Error> {
    let mut plan = plan.clone();
    if let Some(year) = sources.year {
        plan.planning.get_or_insert_default().year = Some(year);
    }
    let scope = Scope { service: None, roads: false, responses: false };
    let inputs = load_for(&plan, files, scope, progress)?;
    let opened = office(Some(&inputs), sources, own, progress)?;
    Ok(Opened { inputs: Some(inputs), ..opened })
}

/// Opens an office from standards and figures; with a study's zones, people and facilities where there is one.
///
/// # Errors
///
/// As [`office_of_plan`]; and where there is neither a study nor a table of figures.
pub fn office(inputs: Option<&Inputs>, sources: &Sources, files: &dyn Files, progress: &dyn Progress) -> Result<Opened, Error> {
    begin(progress, "planning", 0)?;
    let mut read = Vec::new();
    let standards = standards_of(&sources.standards, files, &mut read)?;
    let (mut zones, mut findings) = (inputs.map_or_else(Vec::new, |inputs| inputs.zones.clone()), Vec::new());
    let mut figures = Figures::default();
    if let Some(file) = &sources.figures {
        let bytes = files.read(file)?;
        let ReadFigures { figures: found, zones: named, findings: more, rows } =
            Figures::read(&bytes, file, &sources.columns, inputs.map(|inputs| &inputs.zone_names))?;
        let mut input = InputFile::new(file, &bytes);
        input.rows.push(("figures".to_owned(), rows as u64));
        read.push(input);
        figures = found;
        findings.extend(more);
        if inputs.is_none() {
            zones = named;
        }
    } else if inputs.is_none() {
        let expected = "a plan, or a table of figures by zone: --figures FILE";
        return Err(Error::Plan { file: "the flags".to_owned(), source: value("PLAN", "missing", expected) });
    }
    let names = inputs.map_or_else(|| ZoneNames::new(&zones), |inputs| inputs.zone_names.clone());
    let mut office = Office::new(zones, standards, figures, sources.year);
    if let Some(inputs) = inputs {
        let areas: Vec<f64> = inputs.zones.iter().map(|zone| zone.area.unsigned_area()).collect();
        office = office.with_study(inputs, &areas);
    }
    if let Some(file) = &sources.new_build {
        let bytes = files.read(file)?;
        read.push(InputFile::new(file, &bytes));
        office.new_build = Some(NewBuild::read(&bytes, file, &names, &mut findings)?);
    }
    office.findings = judged(findings, &sources.checks);
    Ok(Opened { office, inputs: None, files: read })
}

/// What the office says of a run.
#[derive(Debug, Clone)]
pub struct OfficeRun {
    /// The office; it knows what the run measured.
    pub office: Office,
    /// Zones held against norms.
    pub norms: Vec<NormRow>,
    /// Indicators, minimum amounts and fairness.
    pub indicators: Indicators,
    /// Standards and figures that were read.
    pub files: Vec<InputFile>,
    /// What should be looked at.
    pub findings: Vec<Finding>,
}

/// Opens the office of a run, where its plan names standards or its scenario a table of new facilities.
pub(crate) fn opened_for_run(
    inputs: &Inputs,
    new_build: Option<&str>,
    files: &dyn Files,
    progress: &dyn Progress,
) -> Result<Option<Opened>, Error> {
    let sources = Sources { new_build: new_build.map(str::to_owned), ..Sources::of_plan(&inputs.plan) };
    if sources.standards.is_empty() && new_build.is_none() {
        return Ok(None);
    }
    office(Some(inputs), &sources, files, progress).map(Some)
}

impl Opened {
    /// What reading standards, figures and tables of new facilities found.
    pub(crate) fn read_findings(&self) -> &[Finding] {
        &self.office.findings
    }

    /// Refuses errors of the study, its standards and its figures, all together.
    ///
    /// # Errors
    ///
    /// [`Error::Findings`].
    fn checked(self) -> Result<Opened, Error> {
        stop_at_errors(self.inputs.iter().flat_map(|inputs| &inputs.findings).chain(self.read_findings()))?;
        Ok(self)
    }

    /// What the office says, with what the run measured.
    pub(crate) fn answers(self, plan: &Plan, reports: &[Report], responses: &[ResponseRun]) -> OfficeRun {
        let Opened { mut office, files, .. } = self;
        office.know_results(plan, reports, responses);
        let (norms, mut findings) = office.norms();
        findings.extend(unknown(&norms));
        findings.extend(office.findings());
        let indicators = Indicators { indicators: office.indicators(), minimums: office.minimums(), fair: office.fairness() };
        findings.sort();
        findings.dedup();
        OfficeRun { office, norms, indicators, files, findings }
    }
}

/// Norms that nobody can hold anything against.
fn unknown(rows: &[NormRow]) -> Vec<Finding> {
    let unknown = rows.iter().filter(|row| row.status == NormStatus::Unknown);
    let finding = |row: &NormRow| {
        let detail = format!("{}: {}", row.zone_name, row.detail);
        Finding::new(catchment::Stage::Planning, "planning", &row.norm, FindingKind::NormUnknown, detail)
    };
    unknown.map(finding).collect()
}

fn standards_of(names: &[String], files: &dyn Files, read: &mut Vec<InputFile>) -> Result<Standards, Error> {
    let error = |name: &str, source| Error::Plan { file: name.to_owned(), source };
    let mut all = Vec::new();
    for name in names {
        if let Some((_, text)) = BUILT_IN.iter().find(|(own, _)| own == name) {
            all.push(Standards::parse(text, name)?);
            continue;
        }
        if !name.contains('.') {
            let known = BUILT_IN.map(|(own, _)| own);
            let expected = format!("a file (….toml), or standards of the program: {}{}", known.join(", "), nearest(name, &known));
            return Err(error(name, value("planning.standards", &format!("`{name}`"), &expected)));
        }
        let bytes = files.read(name)?;
        read.push(InputFile::new(name, &bytes));
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| error(name, value("the file", "not text in UTF-8", "standards in TOML, saved as UTF-8")))?;
        all.push(Standards::parse(text, name)?);
    }
    Standards::joined(all).map_err(|source: PlanError| error(&names.join(" and "), source))
}

impl Office {
    /// What figures and facilities do not agree on, what was not read, and facilities outside all zones.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.before().discrepancies();
        findings.extend(self.unmoved());
        findings.extend(self.kinds_not_counted());
        findings.sort();
        findings.dedup();
        findings
    }

    /// New facilities of a kind that no quantity of the standards takes.
    fn kinds_not_counted(&self) -> Option<Finding> {
        let plan = self.new_build.as_ref()?;
        let taken = |kind: &&String| !self.standards.quantities.iter().any(|own| own.new_build.contains(kind));
        let left: Vec<&str> = plan.kinds.iter().filter(taken).map(String::as_str).collect();
        let detail = format!("no quantity of the standards counts {}: name the column in a quantity's new_build", left.join(", "));
        (!left.is_empty())
            .then(|| Finding::new(catchment::Stage::Planning, &plan.file, left.join(", "), FindingKind::NewBuildNotCounted, detail))
    }

    /// A plan's new facilities by town, where a table of them was given.
    pub fn new_build(&self) -> Option<&NewBuild> {
        self.new_build.as_ref()
    }

    /// The year that it is the office of.
    pub fn year(&self) -> Option<i32> {
        self.year
    }

    /// Its standards.
    pub fn standards(&self) -> &Standards {
        &self.standards
    }

    /// Its zones.
    pub fn zones(&self) -> &[catchment::Zone] {
        &self.zones
    }
}
