//! `site`: where to build.

use std::path::PathBuf;

use catchment_io::map::Lang;
use catchment_io::plan::{ModelName, SitingPlan};
use catchment_io::{Cbc, Claim, Error, PlanError, SitingRun, site as sited, thousands, write};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::args::Common;
use crate::compare::{drawn, warnings};
use crate::job::Job;
use crate::shapes::check_own;
use crate::terminal::{Terminal, print, results_stand};

/// `site`
#[derive(Debug, Args)]
pub(crate) struct SiteArgs {
    /// The plan (TOML); flags stand above its [siting]. Its paths are relative to it.
    pub plan: PathBuf,
    #[command(flatten)]
    pub asked: Asked,
    #[command(flatten)]
    pub common: Common,
}

/// What stands above `[siting]`.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// What is best: lscp (the fewest that cover everybody, or --share), mclp (the most people covered), p-median (the least mean cost),
    /// p-centre (the least greatest cost), bacop1, bacop2 (covered twice), dsm (double standard), mexclp (vehicles that may be busy),
    /// capacitated-mclp, capacitated-p-median (sites with room for so many) [default: mclp].
    #[arg(long, value_parser = models(), hide_possible_values = true, value_name = "MODEL")]
    pub model: Option<ModelName>,
    /// How many to build.
    #[arg(long, value_name = "N")]
    pub add: Option<u32>,
    /// The service, where the plan has several.
    #[arg(long, value_name = "ID")]
    pub service: Option<String>,
    /// Where one may be built: junctions, grid, own (candidates and planned ones of the service's set), or a set of [[facilities]]
    /// [default: junctions].
    #[arg(long, value_name = "junctions|grid|own|SET")]
    pub candidates: Option<String>,
    /// Side of the grid of candidates, metres.
    #[arg(long, value_name = "METRES")]
    pub grid_m: Option<f64>,
    /// Whom it is for: people, a group of people.groups, or calls.
    #[arg(long = "for", value_name = "people|GROUP|calls")]
    pub whom: Option<String>,
    /// A layer of areas where nothing is built.
    #[arg(long, value_name = "FILE")]
    pub forbidden: Option<String>,
    /// A table of how many each town gets: a row a town, a column a kind.
    #[arg(long, value_name = "FILE")]
    pub counts: Option<String>,
    /// Every zone has at least so many, those that stand included.
    #[arg(long, value_name = "N")]
    pub min_by_zone: Option<u32>,
    /// So many of those that stand may move.
    #[arg(long = "move", value_name = "N")]
    pub moves: Option<u32>,
    /// Facilities that close, by id; * for all.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub close: Vec<String>,
    /// What all that is built may cost.
    #[arg(long, value_name = "SUM")]
    pub budget: Option<u64>,
    /// lscp: the share of all people to cover; dsm: the share within --near. 0 to 1.
    #[arg(long, value_name = "SHARE")]
    pub share: Option<f64>,
    /// bacop2: the weight of people covered once; the rest is that of people covered twice.
    #[arg(long, value_name = "SHARE")]
    pub theta: Option<f64>,
    /// dsm: the shorter limit, with its unit.
    #[arg(long, value_name = "LIMIT")]
    pub near: Option<String>,
    /// mexclp: how much of the time a vehicle is busy.
    #[arg(long, value_name = "SHARE")]
    pub busy: Option<f64>,
    /// dsm and mexclp: how many vehicles one site may have.
    #[arg(long, value_name = "N")]
    pub per_site: Option<u32>,
    /// capacitated models: the room of a new one, in people.
    #[arg(long, value_name = "PEOPLE")]
    pub room_new: Option<f64>,
    /// p-median and p-centre: how far is looked, with its unit [default: everywhere].
    #[arg(long, value_name = "LIMIT")]
    pub reach: Option<String>,
    /// Stop where the bound is this close, as a share of the value [default: 0].
    #[arg(long, value_name = "SHARE")]
    pub gap: Option<f64>,
    /// Search for so many seconds, and no longer, for the best plan so far and its bound; each question beside that has a twentieth of it.
    #[arg(long, value_name = "SECONDS")]
    pub time_limit: Option<f64>,
    /// Of the random choices: the same seed gives the same sites.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How many further plans within 1 % to look for [default: 3].
    #[arg(long, value_name = "N")]
    pub alternatives: Option<usize>,
    /// Do not look for the best plans with fewer sites.
    #[arg(long)]
    pub no_frontier: bool,
    /// Do not say what is lost where the best plan without a site is built (--alternatives 0 leaves out these plans, too).
    #[arg(long)]
    pub no_regret: bool,
    /// Where the search leaves a gap: the program cbc (COIN-OR), by name or path, has the last word.
    #[arg(long, value_name = "cbc|PATH")]
    pub solver: Option<String>,
    /// Hold a scenario of the plan, its sites or its counts by town, against the best plan of the same number.
    #[arg(long, value_name = "SCENARIO")]
    pub evaluate: Option<String>,
}

/// A model by its name.
fn models() -> impl TypedValueParser<Value = ModelName> {
    let named = |name: String| {
        let name = if name == "p-center" { "p-centre".to_owned() } else { name };
        ModelName::ALL.iter().find(|(own, _)| *own == name).map(|(_, model)| *model).ok_or("no such model")
    };
    PossibleValuesParser::new(ModelName::ALL.iter().map(|(name, _)| *name).chain(["p-center"])).try_map(named)
}

impl Asked {
    /// Refuses what the model would pass over.
    fn of_other_models(&self, model: ModelName) -> Result<(), Error> {
        use ModelName::{Bacop2, Dsm, Lscp, Mexclp, PCentre, PMedian};
        let rooms = [ModelName::CapacitatedMclp, ModelName::CapacitatedPMedian];
        let flags: [(&str, bool, &[ModelName]); 7] = [
            ("--share", self.share.is_some(), &[Lscp, Dsm]),
            ("--theta", self.theta.is_some(), &[Bacop2]),
            ("--near", self.near.is_some(), &[Dsm]),
            ("--busy", self.busy.is_some(), &[Mexclp]),
            ("--per-site", self.per_site.is_some(), &[Dsm, Mexclp]),
            ("--room-new", self.room_new.is_some(), &rooms),
            ("--reach", self.reach.is_some(), &[PMedian, PCentre, rooms[1]]),
        ];
        match flags.into_iter().find(|(_, typed, models)| *typed && !models.contains(&model)) {
            None => Ok(()),
            Some((flag, _, models)) => {
                let names: Vec<&str> = models.iter().map(|model| model.name()).collect();
                let expected = format!("none: it is for --model {}", names.join(", "));
                let source =
                    PlanError::Value { key: flag.to_owned(), found: format!("a value beside the model {}", model.name()), expected };
                Err(Error::Plan { file: "the flags".to_owned(), source })
            }
        }
    }

    /// Puts what was typed above what the plan says.
    fn above(&self, siting: &mut SitingPlan) -> Result<(), Error> {
        let limit = |key: &str, text: &Option<String>| {
            let parse = |text: &String| {
                text.parse().map_err(|error: catchment::UnitError| Error::Plan {
                    file: "the flags".to_owned(),
                    source: PlanError::Value { key: key.to_owned(), found: format!("`{text}`"), expected: error.expected.to_owned() },
                })
            };
            text.as_ref().map(parse).transpose()
        };
        siting.near = limit("--near", &self.near)?.or(siting.near);
        siting.reach = limit("--reach", &self.reach)?.or(siting.reach);
        siting.model = self.model.unwrap_or(siting.model);
        self.of_other_models(siting.model)?;
        // how many is said by the model, or by what was typed
        if self.model == Some(ModelName::Lscp) || self.counts.is_some() {
            siting.add = None;
        }
        siting.add = self.add.or(siting.add);
        siting.service = self.service.clone().or(siting.service.take());
        siting.candidates = self.candidates.clone().unwrap_or(std::mem::take(&mut siting.candidates));
        siting.grid_m = self.grid_m.unwrap_or(siting.grid_m);
        siting.whom = self.whom.clone().unwrap_or(std::mem::take(&mut siting.whom));
        siting.forbidden = self.forbidden.clone().or(siting.forbidden.take());
        siting.counts = self.counts.clone().or(siting.counts.take());
        siting.min_by_zone = self.min_by_zone.or(siting.min_by_zone);
        siting.moves = self.moves.unwrap_or(siting.moves);
        if !self.close.is_empty() {
            siting.close.clone_from(&self.close);
        }
        siting.budget = self.budget.or(siting.budget);
        siting.share = self.share.unwrap_or(siting.share);
        siting.theta = self.theta.unwrap_or(siting.theta);
        siting.busy = self.busy.unwrap_or(siting.busy);
        siting.per_site = self.per_site.unwrap_or(siting.per_site);
        siting.room_new = self.room_new.or(siting.room_new);
        siting.gap = self.gap.unwrap_or(siting.gap);
        siting.time_limit_s = self.time_limit.or(siting.time_limit_s);
        siting.seed = self.seed.unwrap_or(siting.seed);
        siting.alternatives = self.alternatives.unwrap_or(siting.alternatives);
        siting.frontier &= !self.no_frontier;
        siting.regret &= !self.no_regret;
        siting.evaluate = self.evaluate.clone().or(siting.evaluate.take());
        Ok(())
    }
}

pub(crate) fn site(typed: &SiteArgs) -> anyhow::Result<()> {
    let mut job = Job::of_plan(&typed.plan, &typed.common)?;
    let mut siting = job.plan.siting.clone().unwrap_or_default();
    typed.asked.above(&mut siting)?;
    job.plan.siting = Some(siting);
    if typed.common.out.is_none() {
        job.out = format!("catchment-{}-site", job.plan.study.id).into();
    }
    let pool = crate::pool(typed.common.threads)?;
    let folder = job.claim(Claim::of_siting(&job.plan))?;
    let terminal = Terminal::new(typed.common.quiet);
    let solver = typed.asked.solver.as_deref().map(Cbc::new);
    job.notes.iter().for_each(|note| terminal.note(note));
    let (found, placed) = pool.install(|| {
        let found = sited(&job.plan, job.files.as_ref(), solver.as_ref(), &terminal)?;
        if !found.interrupted {
            catchment::begin(&terminal, "write", 0).map_err(Error::from)?;
        }
        let placed = write(&found, folder)?;
        anyhow::Ok((found, placed))
    })?;
    terminal.finish();
    results_stand(&placed, &terminal);
    if typed.common.json {
        print(&format!("{}\n", serde_json::to_string_pretty(&found.summary())?));
    } else if !typed.common.quiet {
        print(&warnings(&found.all_findings(), job.plan.study.lang));
        print(&table(&found, job.plan.study.lang == Lang::Zh));
        print(&format!("{} files in {}/ (README.txt explains every field)\n", placed.files.len(), job.out.display()));
    }
    if found.interrupted {
        return Err(Error::Cancelled(catchment::Cancelled).into());
    }
    found.comparison.iter().flat_map(|all| all.runs()).try_for_each(|(_, run)| check_own(&run.audits))
}

/// The sites in order, how good they are, and what a given plan gives away.
pub(crate) fn table(found: &SitingRun, zh: bool) -> String {
    let mut text = String::from("\n");
    for line in found.sentences() {
        text += &format!("{}\n", line);
    }
    let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), |share| format!("{:.2}", 100.0 * share));
    let row = |row: &catchment_io::SiteRow| {
        let name = if row.name.is_empty() { row.facility_id.clone() } else { format!("{} ({})", row.facility_id, row.name) };
        [
            row.order.to_string(),
            if row.change == "close" { format!("close {name}") } else { name },
            row.zone_name.clone(),
            thousands(row.people_gained),
            thousands(row.people_covered),
            share(row.people_share),
            row.regret.map_or_else(|| "–".to_owned(), thousands),
        ]
    };
    let (whom, unit) = (&found.siting.whom, found.unit);
    let [gained, regret] = [format!("{whom} gained"), format!("regret, {unit}")];
    let header = match zh {
        true => ["序号", "候选地块", "街镇", "新增覆盖人口", "累计覆盖人口", "累计覆盖率%", "最优替代则损失"],
        false => ["step", "site", "zone", &gained, "covered so far", "%", &regret],
    };
    text += &drawn(header, found.sites.iter().map(row).collect(), 3);
    if !found.evaluation.is_empty() {
        let row = |row: &catchment_io::EvaluationRow| {
            let better = row.better_by.map_or_else(|| "–".to_owned(), thousands);
            let [value, bound] = [row.value, row.bound].map(|value| value.map_or_else(|| "–".to_owned(), thousands));
            [row.plan.clone(), row.added.to_string(), value, bound, thousands(row.people_covered), better]
        };
        let value = format!("value, {unit}");
        let header = match zh {
            true => ["方案", "新增数", "目标值", "优化界", "覆盖人口", "优于该方案"],
            false => ["plan", "new", &value, "bound", "covered", "better by"],
        };
        text += &drawn(header, found.evaluation.iter().map(row).collect(), 1);
    }
    text
}
