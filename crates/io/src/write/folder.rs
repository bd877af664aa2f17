//! The folder of a command that has layers, tables and printed tables beside sentences: all files of it from one description.

use catchment::Finding;
use serde_json::{Map, Value, json};

use super::{
    About, Cell, LayerOut, Paragraph, Printed, Sheet, TableOut, attribution, by_kind, csv, formats_of, inline, issues_table, loud, pretty,
    time, workbook,
};
use crate::error::Error;
use crate::files::InputFile;
use crate::load::Inputs;
use crate::map::Lang;
use crate::out::add_manifest;
use crate::plan::Format;

/// What is in the folder.
pub(crate) struct FolderOut<'a> {
    pub(crate) command: &'a str,
    pub(crate) inputs: &'a Inputs,
    pub(crate) layers: Vec<LayerOut>,
    /// Those without rows are left out.
    pub(crate) tables: Vec<TableOut>,
    pub(crate) printed: Vec<Printed>,
    /// What is said.
    pub(crate) lines: Vec<Paragraph>,
    /// How it was measured, as Markdown.
    pub(crate) method: String,
    pub(crate) findings: Vec<&'a Finding>,
    pub(crate) summary: Value,
    /// What `README.txt` says.
    pub(crate) readme: &'a str,
    /// Every file that was read; each is listed once.
    pub(crate) read: Vec<&'a InputFile>,
    /// Further keys of the manifest.
    pub(crate) facts: Vec<(&'a str, Value)>,
    /// Further files.
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

impl FolderOut<'_> {
    /// Every file by name, in memory: the formats that the plan asks for, `issues.csv`, `report.md`, `summary.json`, `README.txt`, and the
    /// manifest of them.
    pub(crate) fn render(mut self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let plan = &self.inputs.plan;
        let (formats, style) = (&plan.outputs.formats, plan.outputs.csv_style());
        self.tables.retain(|table| !table.rows.is_empty());
        let (attribution, time) = (attribution(self.inputs), time(self.inputs));
        let about = About { stem: &plan.study.id, attribution: attribution.as_deref(), styled: false, time: &time };
        let mut files = formats_of(&self.layers, &self.tables, formats, style, &about)?;
        if formats.contains(&Format::Csv) {
            files.extend(self.printed.iter().map(|table| (format!("{}.csv", table.file), table.csv(style))));
        }
        self.findings.sort();
        self.findings.dedup();
        if let Some(summary) = self.summary.as_object_mut() {
            summary.insert("findings".to_owned(), loud::summary(&self.findings));
        }
        let listed = issues_table(&self.findings);
        files.push(("issues.csv".to_owned(), csv(&listed, style)));
        if formats.contains(&Format::Xlsx) {
            let said = self.lines.iter().map(|line| vec![Cell::from(line.plain().as_str())]).collect();
            let mut sheets = vec![Sheet { name: "方法口径 Method".to_owned(), header: vec![plan.study.title.clone()], rows: said }];
            sheets.extend(self.printed.iter().map(Printed::sheet));
            sheets.extend(self.tables.iter().chain([&listed]).map(Sheet::from));
            files.push((format!("{}.xlsx", plan.study.id), workbook(&sheets, &about)?));
        }
        let mut report = format!("# {}\n\n", inline(&plan.study.title));
        report.extend(self.lines.iter().map(|line| format!("{}\n\n", line.markdown())));
        let warnings = loud::warnings_markdown(&self.findings, plan.study.lang);
        report += &if warnings.is_empty() { warnings } else { format!("{warnings}\n") };
        report.extend(self.printed.iter().map(Printed::markdown));
        let heading = if plan.study.lang == Lang::En { "Method" } else { "方法口径 Method" };
        report += &format!("## {heading}\n\n{}", self.method);
        files.push(("report.md".to_owned(), report.into_bytes()));
        files.push(("summary.json".to_owned(), pretty(&self.summary).into_bytes()));
        files.push(("README.txt".to_owned(), self.readme.as_bytes().to_vec()));
        files.append(&mut self.files);
        let mut read: Vec<&InputFile> = Vec::new();
        for file in &self.read {
            if !read.iter().any(|own| own.file == file.file) {
                read.push(file);
            }
        }
        let mut manifest = Map::new();
        let tool = json!({ "name": "catchment", "version": env!("CARGO_PKG_VERSION"), "command": self.command });
        manifest.insert("tool".to_owned(), tool);
        manifest.insert("plan".to_owned(), json!(plan));
        manifest.extend(self.facts.into_iter().map(|(key, value)| (key.to_owned(), value)));
        manifest.insert("inputs".to_owned(), json!(read));
        manifest.insert("issues".to_owned(), by_kind(&self.findings));
        add_manifest(Value::Object(manifest), &mut files);
        Ok(files)
    }
}
