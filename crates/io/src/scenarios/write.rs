//! The folder of a comparison: one of a run for the study as it stands and for each scenario, and beside them what differs.

use std::path::Path;

use geojson::{Feature, Geometry};
use serde_json::{Value, json};

use super::rows::{comparison, fairness, metrics, moved, norms, results, targets};
use super::{Comparison, dictionary};
use crate::error::Error;
use crate::map::Lang;
use crate::out::{Claim, OutFolder, Results, manifest_of};
use crate::plan::{BASELINE, Plan};
use crate::write::{
    FolderOut, LayerOut, Paragraph, Row, TableOut, as_it_stands, basis, comparison_tables, feature, inverse, sentence, table_rows, title,
};

/// A comparison without the folder of the study as it stands, whose results lie elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct WithoutBaseline<'c>(pub &'c Comparison);

/// A folder for the study as it stands and one for each scenario, then what differs.
impl Results for Comparison {
    fn stage(&self, folder: &mut OutFolder, inside: &Path) -> Result<(), Error> {
        self.baseline.stage(folder, &inside.join(BASELINE))?;
        WithoutBaseline(self).stage(folder, inside)
    }
}

impl Results for WithoutBaseline<'_> {
    fn stage(&self, folder: &mut OutFolder, inside: &Path) -> Result<(), Error> {
        let WithoutBaseline(all) = self;
        for gone in gone(&folder.path().join(inside), &all.runs().map(|(id, _)| id).collect::<Vec<_>>()) {
            folder.leave(inside.join(gone));
        }
        for (id, run) in all.runs().skip(1) {
            run.stage(folder, &inside.join(id))?;
        }
        folder.put(inside, &all.render()?)
    }
}

impl Claim {
    /// Of a comparison: a folder for each run.
    pub fn of_comparison(plan: &Plan) -> Claim {
        let runs = plan.scenarios.iter().map(|scenario| scenario.id.as_str()).chain([BASELINE]);
        Claim { folders: runs.map(|id| (id.into(), "run")).collect(), ..Claim::new(COMMAND, &plan.study.id).writing(plan) }
    }
}

impl Comparison {
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
    fn sentences(&self, lang: Lang) -> Vec<Paragraph> {
        let mut lines = Vec::new();
        for (i, service) in self.baseline.inputs.plan.services.iter().enumerate() {
            lines.push(Paragraph { strong: title(service).to_owned(), ..Paragraph::default() });
            for (_, run) in self.runs() {
                let name = run.scenario.as_ref().map_or_else(|| as_it_stands(lang), |own| own.title().to_owned());
                let text = format!("{name}: {}", sentence(run, service, &run.reports[i], lang));
                lines.push(Paragraph { text, ..Paragraph::default() });
            }
        }
        lines
    }
}

const COMMAND: &str = "compare";

/// Folders of scenarios that an earlier comparison in `out` wrote and that are none any more.
fn gone(out: &Path, ids: &[&str]) -> Vec<String> {
    let manifest = manifest_of(out);
    let runs = manifest.as_ref().and_then(|manifest| manifest.get("runs")?.as_array()).map_or(&[][..], Vec::as_slice);
    let plain = |id: &&str| !id.contains(['/', '\\', '.']) && !ids.contains(id);
    let of_run = |id: &&str| {
        let command = manifest_of(&out.join(id)).and_then(|own| Some(own.get("tool")?.get("command")?.as_str()? == "run"));
        command == Some(true)
    };
    runs.iter().filter_map(Value::as_str).filter(plain).filter(of_run).map(str::to_owned).collect()
}

/// A project at its place.
fn project(row: &Row) -> Feature {
    let at = |key: &str| row.get(key).and_then(Value::as_f64).unwrap_or_default();
    let place = catchment::geo::Point::new(at("lon"), at("lat"));
    feature(Some(Geometry::from(&place)), row.clone())
}
