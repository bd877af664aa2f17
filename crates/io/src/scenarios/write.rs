//! The folder of a comparison: one of a run for the study as it stands and for each scenario, and beside them what differs.

use std::path::{Path, PathBuf};

use catchment::Issue;
use geojson::{Feature, Geometry};
use serde_json::{Value, json};

use super::rows::{comparison, fairness, metrics, moved, norms, results, targets};
use super::{Comparison, dictionary};
use crate::error::Error;
use crate::files::InputFile;
use crate::map::Lang;
use crate::plan::Format;
use crate::write::{
    About, Cell, LayerOut, Printed, Row, Sheet, TableOut, as_it_stands, attribution, basis, by_kind, comparison_tables, csv, feature,
    formats_of, inverse, issues_table, manifest_of, place, pretty, render, sentence, sha256, stale, table_rows, time, title, workbook,
};

impl Comparison {
    /// Writes the folder `out`: one for each scenario, as [`write`](crate::write()) makes them, then what differs; and one for the study as
    /// it stands, unless its results lie somewhere already.
    ///
    /// # Errors
    ///
    /// As [`write`](crate::write()); [`Error::Plan`] where the folder holds the results of another command.
    pub fn write(&self, out: &Path, with_baseline: bool) -> Result<Vec<PathBuf>, Error> {
        self.owned(out)?;
        let gone = gone(out, &self.runs().map(|(id, _)| id).collect::<Vec<_>>());
        let mut written = Vec::new();
        for (id, run) in self.runs().skip(usize::from(!with_baseline)) {
            written.extend(place(&out.join(id), "run", &render(run)?)?);
        }
        written.extend(place(out, COMMAND, &self.render()?)?);
        for folder in gone {
            for file in stale(&folder, &[]).into_iter().chain([folder.join("manifest.json")]) {
                std::fs::remove_file(&file).map_err(|source| Error::Write { file, source })?;
            }
            // with files of somebody else in it, it stays
            let _ = std::fs::remove_dir(&folder);
        }
        Ok(written)
    }

    fn owned(&self, out: &Path) -> Result<(), Error> {
        crate::write::owned(out, COMMAND)?;
        self.runs().try_for_each(|(id, _)| crate::write::owned(&out.join(id), "run"))
    }

    /// The files that tell what differs, by name, in memory.
    ///
    /// # Errors
    ///
    /// [`Error::Crs`] where a result cannot be turned back to WGS84.
    pub fn render(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let inputs = &self.baseline.inputs;
        let (plan, lang) = (&inputs.plan, inputs.plan.study.lang);
        let before = results(&self.baseline)?;
        let mut at = inputs.demand.locations.clone();
        inverse(&inputs.projector, &mut at)?;
        let (mut all, mut zone_features) = (Vec::new(), Vec::new());
        for own in &self.scenarios {
            let (after, moved) = moved((&self.baseline, &before, &at), own)?;
            let shape = |key| after.shape(key).or_else(|| before.shape(key)).cloned();
            zone_features.extend(moved.zones.iter().filter_map(|(key, row)| Some(feature(Some(shape(key)?), row.clone()))));
            all.push(moved);
        }
        let rows = comparison(self, &all);
        let projects: Vec<Row> = self.scenarios.iter().flat_map(|own| table_rows(&own.projects)).collect();
        let (targets, norms) = (targets(self), norms(self));
        let printed = comparison_tables(self, &rows, &projects, &targets, metrics(self));
        let summary = json!({ "study": plan.study.id, "title": plan.study.title, "comparison": rows, "projects": projects, "targets": targets, "norms": norms });
        let gaps: Vec<Feature> =
            all.iter().flat_map(|moved| &moved.gaps).map(|gap| feature(gap.geometry.clone(), gap.row.clone())).collect();
        let points: Vec<Feature> = all.iter().flat_map(|moved| moved.points.clone()).collect();
        let layers = [
            LayerOut::new("zones_compared", "Zones by what a scenario changes", zone_features),
            LayerOut::new("gaps_compared", "Gaps opened, closed and kept", gaps),
            LayerOut::new("projects", "What is built, closed and moved", projects.iter().map(project).collect()),
            LayerOut::new("people_changed", "People who gain or lose coverage", points),
        ];
        let zone_rows: Vec<Row> = all.iter().flat_map(|moved| moved.zones.iter().map(|(_, row)| row.clone())).collect();
        let gap_rows: Vec<Row> = all.iter().flat_map(|moved| moved.gaps.iter().map(|gap| gap.row.clone())).collect();
        let named = [
            ("comparison", rows),
            ("projects", projects),
            ("zones_compared", zone_rows),
            ("gaps_compared", gap_rows),
            ("targets", targets),
            ("norms_compared", norms),
            ("fairness_compared", fairness(self)),
        ];
        let mut tables: Vec<TableOut> = named.into_iter().map(|(name, rows)| TableOut::of_rows(name, rows)).collect();
        tables.retain(|table| !table.rows.is_empty());
        let attribution = attribution(inputs);
        let time = time(inputs);
        let about = About { stem: &plan.study.id, attribution: attribution.as_deref(), styled: false, time: &time };
        let mut files = formats_of(&layers, &tables, &plan.outputs.formats, plan.outputs.csv_encoding, &about)?;
        if plan.outputs.formats.contains(&Format::Csv) {
            files.extend(printed.iter().map(|table| (format!("{}.csv", table.file), table.csv(plan.outputs.csv_encoding))));
        }
        let mut issues: Vec<&Issue> = self.scenarios.iter().flat_map(|own| &own.issues).collect();
        issues.extend(self.runs().flat_map(|(_, run)| run.office.iter().flat_map(|own| &own.issues)));
        issues.sort();
        issues.dedup();
        let listed = issues_table(&issues);
        files.push(("issues.csv".to_owned(), csv(&listed, plan.outputs.csv_encoding)));
        let lines: Vec<String> = self.sentences(lang);
        if plan.outputs.formats.contains(&Format::Xlsx) {
            let said = lines.iter().map(|line| vec![Cell::from(line.as_str())]).collect();
            let mut sheets = vec![Sheet { name: "方法口径 Method".to_owned(), header: vec![plan.study.title.clone()], rows: said }];
            sheets.extend(printed.iter().map(Printed::sheet));
            sheets.extend(tables.iter().chain([&listed]).map(Sheet::from));
            files.push((format!("{}.xlsx", plan.study.id), workbook(&sheets, &about)?));
        }
        let mut report = format!("# {}\n\n", plan.study.title);
        report.extend(lines.iter().map(|line| format!("{line}\n\n")));
        report.extend(printed.iter().map(Printed::markdown));
        report += &format!("## {}\n\n{}", if lang == Lang::En { "Method" } else { "方法口径 Method" }, basis(&self.baseline));
        files.push(("report.md".to_owned(), report.into_bytes()));
        files.push(("summary.json".to_owned(), pretty(&summary).into_bytes()));
        files.push(("README.txt".to_owned(), dictionary::README.as_bytes().to_vec()));
        let outputs: Vec<Value> =
            files.iter().map(|(name, bytes)| json!({ "file": name, "bytes": bytes.len(), "sha256": sha256(bytes) })).collect();
        let mut read: Vec<&InputFile> = Vec::new();
        for file in self.runs().flat_map(|(_, run)| run.files()) {
            if !read.iter().any(|own| own.file == file.file) {
                read.push(file);
            }
        }
        let runs: Vec<&str> = self.runs().map(|(id, _)| id).collect();
        let manifest = json!({
            "tool": { "name": "catchment", "version": env!("CARGO_PKG_VERSION"), "command": COMMAND },
            "plan": plan,
            "runs": runs,
            "inputs": read,
            "issues": by_kind(&issues),
            "outputs": outputs,
        });
        files.push(("manifest.json".to_owned(), pretty(&manifest).into_bytes()));
        Ok(files)
    }

    /// The sentence of every service, as it stands and in each scenario.
    fn sentences(&self, lang: Lang) -> Vec<String> {
        let mut lines = Vec::new();
        for (i, service) in self.baseline.inputs.plan.services.iter().enumerate() {
            lines.push(format!("**{}**", title(service)));
            for (_, run) in self.runs() {
                let name = run.scenario.as_ref().map_or_else(|| as_it_stands(lang), |own| own.title().to_owned());
                lines.push(format!("{name}: {}", sentence(run, service, &run.reports[i], lang)));
            }
        }
        lines
    }
}

const COMMAND: &str = "compare";

/// Folders of scenarios that an earlier comparison wrote and that are none any more.
fn gone(out: &Path, ids: &[&str]) -> Vec<PathBuf> {
    let manifest = manifest_of(out);
    let runs = manifest.as_ref().and_then(|manifest| manifest.get("runs")?.as_array()).map_or(&[][..], Vec::as_slice);
    let plain = |id: &&str| !id.contains(['/', '\\', '.']) && !ids.contains(id);
    let folders = runs.iter().filter_map(Value::as_str).filter(plain).map(|id| out.join(id));
    let of_run = |folder: &PathBuf| {
        let command = manifest_of(folder).and_then(|own| Some(own.get("tool")?.get("command")?.as_str()? == "run"));
        command == Some(true)
    };
    folders.filter(of_run).collect()
}

/// A project at its place.
fn project(row: &Row) -> Feature {
    let at = |key: &str| row.get(key).and_then(Value::as_f64).unwrap_or_default();
    let place = catchment::geo::Point::new(at("lon"), at("lat"));
    feature(Some(Geometry::from(&place)), row.clone())
}
