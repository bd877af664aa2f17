//! The folder of a siting: what to build, how good it is, what else would do; and beside it the study as it stands and as proposed.

use std::path::{Path, PathBuf};

use catchment::Issue;
use catchment::geo::Point;
use geojson::{Feature, Geometry};
use serde_json::{Value, json};

use super::{PROPOSED, SitingRun, dictionary};
use crate::error::Error;
use crate::files::InputFile;
use crate::map::Lang;
use crate::plan::Format;
use crate::scenarios::{comparison_rows, metrics};
use crate::write::{
    About, Cell, LayerOut, Printed, Row, Sheet, TableOut, attribution, basis, by_kind, chosen, compared, csv, evaluated, feature,
    formats_of, frontier, issues_table, place, pretty, quota_prices, round, sha256, table_rows, thousands, time, title, workbook,
};

const COMMAND: &str = "site";

impl SitingRun {
    /// Writes the folder `out`, and in `compare` of it the study as it stands and as proposed.
    ///
    /// # Errors
    ///
    /// As [`write`](crate::write()); [`Error::Plan`] where the folder holds the results of another command.
    pub fn write(&self, out: &Path) -> Result<Vec<PathBuf>, Error> {
        crate::write::owned(out, COMMAND)?;
        let mut written = match &self.comparison {
            Some(comparison) => comparison.write(&out.join("compare"), true)?,
            None => Vec::new(),
        };
        written.extend(place(out, COMMAND, &self.render()?)?);
        Ok(written)
    }

    /// Everything that is known of the plan as a whole.
    pub fn summary(&self) -> Value {
        let (found, plan) = (&self.located, &self.inputs.plan);
        let added = self.standing.map(|standing| (found.value - standing).abs());
        json!({
            "study": plan.study.id,
            "title": plan.study.title,
            "service": plan.services[self.service].id,
            "model": self.siting.model.name(),
            "for": self.siting.whom,
            "unit": self.unit,
            "candidates": self.candidates,
            "distinct_sites": found.distinct_sites,
            "distinct_points": found.rows,
            "added": self.sites.iter().filter(|row| row.change == "add").count(),
            "standing": self.standing.map(|value| round(value, 6)),
            "value": round(found.value, 6),
            "bound": round(found.bound, 6),
            "gap": round(found.gap(), 8),
            "gap_of_added": added.filter(|added| *added > 0.0).map(|added| round((found.bound - found.value).abs() / added, 8)),
            "proven": found.proven,
            "nodes": found.nodes,
            "seed": self.siting.seed,
            "people_beyond_sites": round(found.beyond.as_f64(), 6),
            "proved_by": self.proved_by,
            "sites": self.sites,
            "frontier": self.frontier,
            "alternatives": self.alternatives,
            "evaluation": self.evaluation,
            "quotas": self.quotas,
        })
    }

    /// Every file of the folder but for those in `compare`, by name, in memory.
    ///
    /// # Errors
    ///
    /// [`Error::Crs`] where a result cannot be turned back to WGS84.
    pub fn render(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let plan = &self.inputs.plan;
        let lang = plan.study.lang;
        let rows = table_rows(&self.sites);
        let mut scenarios = self.comparison.as_ref().map(comparison_rows).transpose()?.unwrap_or_default();
        let own = |row: &&mut Row| {
            let text = |key: &str| row.get(key).and_then(Value::as_str);
            text("scenario") == Some(PROPOSED) && text("service") == Some(plan.services[self.service].id.as_str())
        };
        for row in scenarios.iter_mut().filter(own) {
            let found = &self.located;
            for (key, value) in [
                ("model", json!(self.siting.model.name())),
                ("unit", json!(self.unit)),
                ("value", json!(round(found.value, 6))),
                ("bound", json!(round(found.bound, 6))),
                ("gap", json!(round(found.gap(), 8))),
            ] {
                row.insert(key.to_owned(), value);
            }
        }
        let mut printed: Vec<Printed> = self.comparison.iter().map(|all| compared(lang, &scenarios, metrics(all))).collect();
        printed.push(chosen(lang, &rows));
        let frontier_rows = table_rows(&self.frontier);
        let evaluation_rows = table_rows(&self.evaluation);
        let quota_rows = table_rows(&self.quotas);
        if !frontier_rows.is_empty() {
            printed.push(frontier(lang, &frontier_rows));
        }
        if !evaluation_rows.is_empty() {
            printed.push(evaluated(lang, &evaluation_rows));
        }
        if !quota_rows.is_empty() {
            printed.push(quota_prices(lang, &quota_rows));
        }
        let layers = [LayerOut::new("sites", "Sites in the order of building", rows.iter().map(site).collect())];
        let named = [
            ("sites", rows),
            ("scenarios", scenarios),
            ("frontier", frontier_rows),
            ("alternatives", table_rows(&self.alternatives)),
            ("evaluation", evaluation_rows),
            ("quotas", quota_rows),
        ];
        let mut tables: Vec<TableOut> = named.into_iter().map(|(name, rows)| TableOut::of_rows(name, rows)).collect();
        tables.retain(|table| !table.rows.is_empty());
        let attribution = attribution(&self.inputs);
        let time = time(&self.inputs);
        let about = About { stem: &plan.study.id, attribution: attribution.as_deref(), styled: false, time: &time };
        let mut files = formats_of(&layers, &tables, &plan.outputs.formats, plan.outputs.csv_encoding, &about)?;
        if plan.outputs.formats.contains(&Format::Csv) {
            files.extend(printed.iter().map(|table| (format!("{}.csv", table.file), table.csv(plan.outputs.csv_encoding))));
        }
        let issues: Vec<&Issue> = self.issues.iter().collect();
        let listed = issues_table(&issues);
        files.push(("issues.csv".to_owned(), csv(&listed, plan.outputs.csv_encoding)));
        let lines = self.sentences();
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
        if let Some(all) = &self.comparison {
            report += &format!("## {}\n\n{}", if lang == Lang::En { "Method" } else { "方法口径 Method" }, basis(&all.baseline));
        }
        files.push(("report.md".to_owned(), report.into_bytes()));
        files.push(("scenario.toml".to_owned(), self.scenario().into_bytes()));
        files.push(("summary.json".to_owned(), pretty(&self.summary()).into_bytes()));
        files.push(("README.txt".to_owned(), dictionary::README.as_bytes().to_vec()));
        let outputs: Vec<Value> =
            files.iter().map(|(name, bytes)| json!({ "file": name, "bytes": bytes.len(), "sha256": sha256(bytes) })).collect();
        let read: Vec<&InputFile> = self.inputs.files.iter().chain(&self.files).collect();
        let manifest = json!({
            "tool": { "name": "catchment", "version": env!("CARGO_PKG_VERSION"), "command": COMMAND },
            "plan": plan,
            "inputs": read,
            "issues": by_kind(&issues),
            "outputs": outputs,
        });
        files.push(("manifest.json".to_owned(), pretty(&manifest).into_bytes()));
        Ok(files)
    }

    /// What was found and how good it is, in a sentence or two.
    pub fn sentences(&self) -> Vec<String> {
        let plan = &self.inputs.plan;
        let zh = plan.study.lang != Lang::En;
        let found = &self.located;
        let (value, bound) = (thousands_of(found.value, self.unit), thousands_of(found.bound, self.unit));
        let count = self.sites.iter().filter(|row| row.change == "add").count();
        let service = title(&plan.services[self.service]);
        let model = self.siting.model.name();
        let standing = self.standing.map(|value| thousands_of(value, self.unit));
        let mut lines = Vec::new();
        let proof = match found.proven {
            true => "no plan is better: proven".to_owned(),
            false => format!("no plan can be better than {bound}: the gap is at most {:.2} %", 100.0 * found.gap()),
        };
        let from = standing.as_ref().map_or_else(String::new, |standing| format!(", from {standing} as it stands"));
        lines.push(format!("**{service}**: {count} new sites by {model}: {value} {}{from}; {proof}.", self.unit));
        if zh {
            let proof = match found.proven {
                true => "已证明最优".to_owned(),
                false => format!("优化上界 {bound}，差距不超过 {:.2}%", 100.0 * found.gap()),
            };
            let from = standing.map_or_else(String::new, |standing| format!("（现状 {standing}）"));
            lines.push(format!("{service}：按 {model} 模型新增 {count} 处，目标值 {value}{from}（单位 {}），{proof}。", self.unit));
        }
        lines
    }

    /// The plan's scenario, to put into a plan for `catchment compare`.
    fn scenario(&self) -> String {
        let own = self.inputs.plan.scenarios.iter().find(|own| own.id == PROPOSED);
        let list = toml::Table::from_iter([(
            "scenarios".to_owned(),
            toml::Value::try_from(own.into_iter().collect::<Vec<_>>()).unwrap_or(toml::Value::Array(Vec::new())),
        )]);
        let head = "# what `catchment site` chose: put it into the plan for `catchment compare`\n";
        format!("{head}{}", toml::to_string_pretty(&list).unwrap_or_default())
    }
}

/// People as whole numbers, other units with two decimals.
fn thousands_of(value: f64, unit: &str) -> String {
    if matches!(unit, "people" | "calls" | "sites" | "price") { thousands(value) } else { format!("{value:.2}") }
}

fn site(row: &Row) -> Feature {
    let at = |key: &str| row.get(key).and_then(Value::as_f64).unwrap_or_default();
    let place = Point::new(at("lon"), at("lat"));
    feature(Some(Geometry::from(&place)), row.clone())
}
