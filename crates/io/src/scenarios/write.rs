//! The folder of a comparison: one of a run for the study as it stands and for each scenario, and beside them what differs.

use std::path::{Path, PathBuf};

use geojson::{Feature, Geometry};
use serde_json::{Value, json};

use super::rows::{comparison, fairness, metrics, moved, norms, results, targets};
use super::{Comparison, dictionary};
use crate::error::Error;
use crate::map::Lang;
use crate::write::{
    FolderOut, LayerOut, Row, TableOut, as_it_stands, basis, comparison_tables, feature, inverse, manifest_of, place, render, sentence,
    stale, table_rows, title,
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
        let findings = self.findings();
        let runs: Vec<&str> = self.runs().map(|(id, _)| id).collect();
        let folder = FolderOut {
            command: COMMAND,
            inputs,
            layers: layers.into(),
            tables: named.into_iter().map(|(name, rows)| TableOut::of_rows(name, rows)).collect(),
            printed,
            lines: self.sentences(lang),
            method: basis(&self.baseline),
            findings: findings.iter().collect(),
            summary,
            readme: dictionary::README,
            read: self.runs().flat_map(|(_, run)| run.files()).collect(),
            facts: vec![("runs", json!(runs))],
            files: Vec::new(),
        };
        folder.render()
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
