//! The folder of a siting: what to build, how good it is, what else would do; and beside it the study as it stands and as proposed.

use std::path::Path;

use catchment::geo::Point;
use catchment::{Finding, People};
use geojson::{Feature, Geometry};
use serde_json::{Value, json};

use super::{APART_M, PROPOSED, SitingRun, dictionary};
use crate::error::Error;
use crate::map::Lang;
use crate::out::{Claim, OutFolder, Results};
use crate::plan::{BASELINE, CALLS, GRID, JUNCTIONS, ModelName, OWN, PEOPLE, Plan, ServicePlan};
use crate::scenarios::{comparison_rows, metrics};
use crate::write::{
    FolderOut, LayerOut, Paragraph, Printed, Row, SiteTables, TableOut, accepted, attribution, basis, compared, feature, finding_summary,
    item, one_zh, round, table_rows, thousands, title, unit_zh,
};

const COMMAND: &str = "site";

/// The sites, and in `compare` the study as it stands and as proposed.
impl Results for SitingRun {
    fn stage(&self, folder: &mut OutFolder, inside: &Path) -> Result<(), Error> {
        self.comparison.iter().try_for_each(|own| own.stage(folder, &inside.join("compare")))?;
        folder.put(inside, &self.render()?)
    }
}

impl Claim {
    /// Of the demo: a run, the comparison with its scenarios, and a siting without one.
    pub fn of_demo(plan: &Plan) -> Claim {
        let scenarios = plan.scenarios.iter().map(|scenario| (Path::new("compare").join(&scenario.id), "run"));
        let folders = scenarios.chain([("compare".into(), "compare"), ("site".into(), COMMAND)]);
        Claim { folders: folders.collect(), ..Claim::of_run(plan) }
    }

    /// Of a siting: the comparison that it makes has a folder inside.
    pub fn of_siting(plan: &Plan) -> Claim {
        let runs = plan.scenarios.iter().map(|scenario| scenario.id.as_str()).chain([BASELINE, PROPOSED]);
        let folders = runs.map(|id| (Path::new("compare").join(id), "run")).chain([("compare".into(), "compare")]);
        Claim { folders: folders.collect(), ..Claim::new(COMMAND, &plan.study.id).writing(plan) }
    }
}

impl SitingRun {
    /// What was found of the siting and of the study: of its runs, where it was run as it stands and as proposed.
    pub fn all_findings(&self) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        match &self.comparison {
            Some(comparison) => findings.extend(comparison.findings()),
            None => findings.extend(self.inputs.findings.iter().cloned()),
        }
        findings.sort();
        findings.dedup();
        findings
    }

    /// Everything that is known of the plan as a whole.
    pub fn summary(&self) -> Value {
        let (found, plan) = (&self.located, &self.inputs.plan);
        let added = self.standing.map(|standing| (found.value - standing).abs());
        json!({
            "study": plan.study.id,
            "title": plan.study.title,
            "service": self.service().id,
            "limit": self.service().limit,
            "model": self.siting.model.name(),
            "for": self.siting.whom,
            "unit": self.unit,
            "candidates": self.candidates,
            "distinct_sites": found.distinct_sites,
            "distinct_points": found.rows,
            "added": self.sites.iter().filter(|row| row.change != "close").map(|row| row.copies).sum::<u32>(),
            "standing": self.standing.map(|value| round(value, 6)),
            "value": round(found.value, 6),
            "bound": round(found.bound, 6),
            "gap": round(found.gap(), 8),
            "gap_of_added": added.filter(|added| *added > 0.0).map(|added| round((found.bound - found.value).abs() / added, 8)),
            "proven": found.proven,
            "nodes": found.nodes,
            "seed": self.siting.seed,
            "people_beyond_sites": round(found.beyond.as_f64(), 6),
            "exact_solver": found.outside.then_some("cbc"),
            "interrupted": self.interrupted,
            "sites": self.sites,
            "frontier": self.frontier,
            "alternatives": self.alternatives,
            "evaluation": self.evaluation,
            "quotas": self.quotas,
            "findings": finding_summary(&self.all_findings().iter().collect::<Vec<_>>()),
        })
    }

    /// Every file of the folder but for those in `compare`, by name, in memory.
    ///
    /// # Errors
    ///
    /// [`Error::Crs`] where a result cannot be turned back to WGS84.
    pub fn render(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let plan = &self.inputs.plan;
        let sites = table_rows(&self.sites);
        let scenarios = self.scenarios()?;
        let (frontier, evaluation, quotas) = (table_rows(&self.frontier), table_rows(&self.evaluation), table_rows(&self.quotas));
        let tables = SiteTables { lang: plan.study.lang, unit: self.unit, whom: &self.siting.whom };
        let mut printed: Vec<Printed> = self.comparison.iter().map(|all| compared(plan.study.lang, &scenarios, metrics(all))).collect();
        printed.push(tables.chosen(&sites));
        printed.extend((!frontier.is_empty()).then(|| tables.frontier(&frontier)));
        printed.extend((!evaluation.is_empty()).then(|| tables.evaluated(&evaluation)));
        printed.extend((!quotas.is_empty()).then(|| tables.quota_prices(&quotas)));
        let mut method: String = self.method().iter().map(|line| item(line)).collect();
        method += "\n";
        method.extend(self.comparison.iter().map(|all| basis(&all.baseline)));
        let findings = self.all_findings();
        let folder = FolderOut {
            command: COMMAND,
            inputs: &self.inputs,
            layers: vec![LayerOut::new("sites", "Sites in the order of building", sites.iter().map(site).collect())],
            tables: [
                ("sites", sites),
                ("scenarios", scenarios),
                ("frontier", frontier),
                ("alternatives", table_rows(&self.alternatives)),
                ("evaluation", evaluation),
                ("quotas", quotas),
            ]
            .into_iter()
            .map(|(name, rows)| TableOut::of_rows(name, rows))
            .collect(),
            printed,
            lines: self.said(),
            method,
            findings: findings.iter().collect(),
            summary: self.summary(),
            readme: dictionary::README,
            read: self.inputs.files.iter().chain(&self.files).collect(),
            facts: Vec::new(),
            files: vec![("scenario.toml".to_owned(), self.scenario().into_bytes())],
        };
        folder.render()
    }

    /// 选址方案比较表, with value, bound and gap of what is proposed.
    fn scenarios(&self) -> Result<Vec<Row>, Error> {
        let service = self.service().id.as_str();
        let mut rows = self.comparison.as_ref().map(comparison_rows).transpose()?.unwrap_or_default();
        let own = |row: &&mut Row| {
            let text = |key: &str| row.get(key).and_then(Value::as_str);
            text("scenario") == Some(PROPOSED) && text("service") == Some(service)
        };
        let found = &self.located;
        for row in rows.iter_mut().filter(own) {
            row.insert("model".to_owned(), json!(self.siting.model.name()));
            row.insert("unit".to_owned(), json!(self.unit));
            row.insert("value".to_owned(), json!(round(found.value, 6)));
            row.insert("bound".to_owned(), json!(round(found.bound, 6)));
            row.insert("gap".to_owned(), json!(round(found.gap(), 8)));
        }
        Ok(rows)
    }

    fn service(&self) -> &ServicePlan {
        &self.inputs.plan.services[self.service]
    }

    /// What was found and how good it is, in a sentence, or in one of each language.
    pub fn sentences(&self) -> Vec<String> {
        self.said().iter().map(Paragraph::plain).collect()
    }

    /// The same, with the service in bold.
    fn said(&self) -> Vec<Paragraph> {
        let lang = self.inputs.plan.study.lang;
        let found = &self.located;
        let count = self.sites.iter().filter(|row| row.change != "close").map(|row| row.copies).sum::<u32>();
        let closed = self.sites.iter().filter(|row| row.change == "close").count();
        let (closed, closed_zh) = match closed {
            0 => (String::new(), String::new()),
            closed => (format!(", {closed} closed"), format!("、撤并{closed}处")),
        };
        let (service, model) = (title(self.service()), self.siting.model.name());
        let [value, bound] = [found.value, found.bound].map(|value| said_value(value, self.unit));
        let standing = self.standing.map(|value| said_value(value, self.unit));
        let [measure, measure_zh] = self.measure();
        let gap = 100.0 * found.gap();
        let all = self.all_findings();
        let mut lines = Vec::new();
        if lang != Lang::Zh {
            let proof = match found.proven {
                true => "no plan is better: proven".to_owned(),
                false => format!("no plan can be better than {bound}: the gap is at most {gap:.2} %"),
            };
            let from = standing.as_ref().map_or_else(String::new, |standing| format!(", from {standing} as it stands"));
            let accepted = accepted(all.iter(), Lang::En).map_or_else(String::new, |own| format!(" Accepted by the plan: {own}."));
            let strong = service.to_owned();
            lines
                .push(Paragraph { strong, text: format!(": {count} new{closed} by {model}: {value} {measure}{from}; {proof}.{accepted}") });
        }
        if lang != Lang::En {
            let proof = match found.proven {
                true => "已证明最优".to_owned(),
                false => format!("优化界{bound}，差距不超过{gap:.2}%"),
            };
            let from = standing.map_or_else(String::new, |standing| format!("（现状{standing}）"));
            let accepted = accepted(all.iter(), Lang::Zh).map_or_else(String::new, |own| format!("（已接受：{own}）"));
            let strong = service.to_owned();
            lines.push(Paragraph {
                strong,
                text: format!("：按{model}模型新增{count}处{closed_zh}，{measure_zh}{value}{from}，{proof}{accepted}。"),
            });
        }
        lines
    }

    /// Whom it is for, in Chinese.
    fn whom_zh(&self) -> &str {
        match self.siting.whom.as_str() {
            PEOPLE => "人口",
            CALLS => "呼叫",
            group => group,
        }
    }

    /// What the value is, behind it in English, before it in Chinese.
    fn measure(&self) -> [String; 2] {
        let (service, siting) = (self.service(), &self.siting);
        let differ = self.inputs.zone_limits[self.service].iter().any(|limit| *limit != service.limit);
        let limit = if differ { "the limits of their zones".to_owned() } else { service.limit.to_string() };
        let limit_zh = if differ { "各街镇限值".to_owned() } else { one_zh(service.limit) };
        let (whom, whom_zh, unit_zh) = (&siting.whom, self.whom_zh(), unit_zh(self.unit));
        let near = siting.near.map_or_else(String::new, |near| near.to_string());
        let near_zh = siting.near.map_or_else(String::new, one_zh);
        match siting.model {
            ModelName::Lscp if siting.share >= 1.0 => [
                format!("{}, to cover within {limit} everybody who can be", self.unit),
                format!("{limit_zh}内覆盖全部可覆盖{whom_zh}所需（{unit_zh}）"),
            ],
            ModelName::Lscp => {
                let share = 100.0 * siting.share;
                [
                    format!("{}, to cover {share:.2} % of {whom} within {limit}", self.unit),
                    format!("{limit_zh}内覆盖{share:.2}%的{whom_zh}所需（{unit_zh}）"),
                ]
            }
            ModelName::Mclp => [format!("{whom} within {limit}"), format!("{limit_zh}内覆盖{whom_zh}")],
            ModelName::CapacitatedMclp => [format!("{whom} with room within {limit}"), format!("{limit_zh}内有容量服务的{whom_zh}")],
            ModelName::Bacop1 => [format!("{whom} twice within {limit}"), format!("{limit_zh}内两次覆盖{whom_zh}")],
            ModelName::Bacop2 => [
                format!("{whom} within {limit}, once × {} and twice × {}", siting.theta, round(1.0 - siting.theta, 6)),
                format!("{limit_zh}内覆盖{whom_zh}（一次×{}，两次×{}）", siting.theta, round(1.0 - siting.theta, 6)),
            ],
            ModelName::Dsm => [format!("{whom} twice within {near}"), format!("{near_zh}内两次覆盖{whom_zh}")],
            ModelName::Mexclp => [
                format!("{whom} expected to find a vehicle free within {limit}, each busy {} of the time", siting.busy),
                format!("{limit_zh}内有空闲车辆的期望{whom_zh}（忙碌率{}）", siting.busy),
            ],
            ModelName::PMedian | ModelName::CapacitatedPMedian => {
                [format!("{} of all {whom}", self.unit), format!("全部{whom_zh}的目标值（{unit_zh}）")]
            }
            ModelName::PCentre => [format!("{} for whoever is farthest", self.unit), format!("最远者（{unit_zh}）")],
        }
    }

    /// How the sites were found, line by line.
    fn method(&self) -> Vec<String> {
        let (plan, service, siting, found) = (&self.inputs.plan, self.service(), &self.siting, &self.located);
        let say = |zh: String, en: String| match plan.study.lang {
            Lang::Zh => zh,
            Lang::En => en,
            Lang::Both => format!("{zh}。{en}"),
        };
        let speed = self.inputs.roads.get(&service.profile).map(|(profile, _)| profile).filter(|profile| profile.drive.is_none());
        let speed = speed.map_or_else(String::new, |profile| format!("{} m/s", profile.speed_m_s));
        let [speed_en, speed_zh] =
            if speed.is_empty() { ["by class of road".to_owned(), "按道路等级".to_owned()] } else { [format!("at {speed}"), speed] };
        let all: People = self.inputs.demand.people_in_total(self.inputs.zones.len()).into_iter().sum();
        let unknown = self.inputs.zones.iter().filter(|zone| zone.people.is_none()).count();
        let mut lines = vec![
            say(
                format!(
                    "服务 {}：路网成本，限值 {}，出行方式 {}，速度 {speed_zh}，直线接驳段计入",
                    service.id,
                    one_zh(service.limit),
                    service.profile
                ),
                format!(
                    "Service {}: costs of the road network, limit {}, profile `{}` {speed_en}, straight legs counted",
                    service.id, service.limit, service.profile
                ),
            ),
            say(
                format!("对象：{}；全部人口 {}，人口未知的街镇 {unknown} 个", self.whom_zh(), thousands(all.as_f64())),
                format!("For {}; {} people in all, those of {unknown} zones unknown", siting.whom, thousands(all.as_f64())),
            ),
            say(
                format!(
                    "备选点：{}，位于区内且接入路网 {} 个，服务对象各异者 {} 个",
                    match siting.candidates.as_str() {
                        JUNCTIONS => "道路交叉口",
                        GRID => "网格",
                        OWN => "本设施集的备选与规划点位",
                        set => set,
                    },
                    thousands(self.candidates as f64),
                    thousands(found.distinct_sites as f64)
                ),
                format!(
                    "Candidates: {}, {} in a zone and on a road; {} of them differ in whom they reach",
                    siting.candidates,
                    thousands(self.candidates as f64),
                    thousands(found.distinct_sites as f64)
                ),
            ),
            say(
                format!("模型：{}（{}）", siting.model.name(), siting.model.reference()),
                format!("Model: {} ({})", siting.model.name(), siting.model.reference()),
            ),
            say(
                format!("优化界：拉格朗日松弛与分支定界，整数运算；节点 {}，随机种子 {}", found.nodes, siting.seed),
                format!("Bound: Lagrangian relaxation and branch and bound, in whole numbers; {} nodes, seed {}", found.nodes, siting.seed),
            ),
            say(
                format!("替代方案：与被替代点相距至少 {APART_M} 米，为所找到的最优"),
                format!("Another place is at least {APART_M} m away; regret and alternatives are of the best plans that were found"),
            ),
        ];
        if found.outside {
            lines.push(say(
                "最优性由外部求解器 CBC 证明（容差约为目标值的百万分之一）".to_owned(),
                "The exact solver CBC had the last word, within its tolerances of about a millionth of the value".to_owned(),
            ));
        }
        if self.comparison.is_none() {
            // with one, its method says so
            let from = attribution(&self.inputs).map_or_else(String::new, |from| format!("{from}. "));
            lines.push(format!("{from}catchment {}", env!("CARGO_PKG_VERSION")));
        }
        if siting.model.has_rooms() {
            lines.push(say(
                "方案比较表与对比目录按限值统计覆盖人口，不计设施容量".to_owned(),
                "Scenarios and comparison count people within the limit, whether or not there is room for them".to_owned(),
            ));
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
fn said_value(value: f64, unit: &str) -> String {
    if matches!(unit, "people" | "calls" | "sites" | "price") { thousands(value) } else { format!("{value:.2}") }
}

fn site(row: &Row) -> Feature {
    let at = |key: &str| row.get(key).and_then(Value::as_f64).unwrap_or_default();
    let place = Point::new(at("lon"), at("lat"));
    feature(Some(Geometry::from(&place)), row.clone())
}
