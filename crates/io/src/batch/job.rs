//! The job: a file that says which plans are run, with what changed in each.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use crate::error::Error;
use crate::plan::{Plan, PlanError, distinct, file_name, nearest, text_of, value};

/// The job file. Either `plans` and `axes`, every combination of which is a shard, or `runs`, each of which is one; or one plan in `tiles`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Job {
    batch: BatchTable,
    /// What is varied, the last one fastest.
    #[serde(default)]
    axes: Vec<Axis>,
    /// Shards one by one.
    #[serde(default)]
    runs: Vec<Variant>,
    /// One plan in parts.
    #[serde(default)]
    tiles: Option<Tiles>,
}

/// `[tiles]`
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tiles {
    /// How many.
    pub(super) count: usize,
    /// How far around a facility a tile knows roads and people, metres; what limits and roads make necessary where it is left out.
    #[serde(default)]
    pub(super) halo_m: Option<f64>,
    /// How many cells of ground around a zone a tile has. More are needed where a limit's line follows a strip of ground narrower than a cell for longer, such as the
    /// banks of a canal: the tile says so.
    #[serde(default = "margin")]
    pub(super) margin_cells: usize,
}

fn margin() -> usize {
    catchment::TILE_MARGIN
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchTable {
    id: String,
    /// Plans, relative to the job.
    #[serde(default)]
    plans: Vec<String>,
    /// A shard for each of these services of a plan, `["*"]` for each of all; all services in one shard where this is left out.
    #[serde(default)]
    services: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Axis {
    name: String,
    values: Vec<Variant>,
}

/// A value of an axis, or a run of a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    id: String,
    /// Of a run: its plan, relative to the job.
    #[serde(default)]
    plan: Option<String>,
    /// Keys of the plan by their path, `services.clinics.limit`, where a table of a list goes by its id.
    #[serde(default)]
    set: Table,
}

/// A shard as the job describes it.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Unique in the job, and the same whatever else is in it.
    pub(super) name: String,
    /// By column of merged results.
    pub(super) columns: Vec<(String, String)>,
    /// The plan's folder, to which its paths are relative.
    pub(super) folder: PathBuf,
    pub(super) plan: Plan,
}

/// What a job says.
pub(super) struct Described {
    pub(super) id: String,
    pub(super) shards: Vec<Wanted>,
    /// Where its one plan is cut into tiles.
    pub(super) tiles: Option<Tiles>,
}

/// Reads the job `file` and every plan that it names.
///
/// # Errors
///
/// [`Error::Plan`] names the file, the key, what was found and what was expected.
pub(super) fn read(file: &Path) -> Result<Described, Error> {
    let name = file.display().to_string();
    let refused = |source| Error::Plan { file: name.clone(), source };
    let text = text_of(file)?;
    let job: Job = toml::from_str(&text).map_err(|error| refused(PlanError::of_toml(&error, &text)))?;
    job.check().map_err(refused)?;
    let beside = file.parent().unwrap_or(Path::new(""));
    let mut shards = Vec::new();
    if job.runs.is_empty() {
        let plans = job.batch.plans.iter().map(|plan| Source::read(&beside.join(plan))).collect::<Result<Vec<_>, _>>()?;
        let studies: Vec<&str> = plans.iter().map(|plan| plan.study.as_str()).collect();
        distinct("study", &studies).map_err(refused)?;
        for plan in &plans {
            for chosen in combinations(&job.axes) {
                shards.extend(job.shards(plan, &chosen, plans.len() > 1).map_err(refused)?);
            }
        }
    } else {
        for run in &job.runs {
            let plan = Source::read(&beside.join(run.plan.as_deref().unwrap_or_default()))?;
            let plan_of_run = plan.with(&[run], None).map_err(refused)?;
            let columns = vec![("run".to_owned(), run.id.clone())];
            shards.push(Wanted { name: run.id.clone(), columns, folder: plan.folder, plan: plan_of_run });
        }
    }
    Ok(Described { id: job.batch.id, shards, tiles: job.tiles })
}

impl Job {
    fn check(&self) -> Result<(), PlanError> {
        file_name("batch.id", &self.batch.id)?;
        match (self.batch.plans.is_empty(), self.runs.is_empty()) {
            (true, true) => return Err(value("batch.plans", "empty", "at least one plan, or [[runs]] with a plan each")),
            (false, false) => {
                return Err(value("runs", "there beside batch.plans", "one of the two: a matrix of plans and axes, or a list"));
            }
            _ => {}
        }
        if !self.runs.is_empty() && (!self.axes.is_empty() || !self.batch.services.is_empty()) {
            return Err(value("runs", "there beside axes or batch.services", "a list alone: each of its runs is one shard"));
        }
        if let Some(tiles) = self.tiles {
            if self.batch.plans.len() != 1 || !self.axes.is_empty() || !self.batch.services.is_empty() {
                return Err(value(
                    "tiles",
                    "there beside axes, services or several plans",
                    "one plan in batch.plans, and nothing else to vary",
                ));
            }
            if tiles.count == 0 {
                return Err(value("tiles.count", "0", "1 or more"));
            }
            if !(catchment::TILE_MARGIN..=100_000).contains(&tiles.margin_cells) {
                let expected = format!("{} to 100000", catchment::TILE_MARGIN);
                return Err(value("tiles.margin_cells", &tiles.margin_cells.to_string(), &expected));
            }
            if tiles.halo_m.is_some_and(|halo| !(0.0..1e7).contains(&halo)) {
                return Err(value("tiles.halo_m", &format!("{:?}", tiles.halo_m.unwrap_or_default()), "metres, 0 or more"));
            }
        }
        variants("runs", &self.runs)?;
        if let Some(run) = self.runs.iter().find(|run| run.plan.is_none()) {
            return Err(value(&format!("runs.plan of `{}`", run.id), "missing", "the plan's file, relative to the job"));
        }
        let names: Vec<&str> = self.axes.iter().map(|axis| axis.name.as_str()).collect();
        distinct("axes", &names)?;
        for axis in &self.axes {
            file_name("axes.name", &axis.name)?;
            if ["study", "run"].contains(&axis.name.as_str()) {
                return Err(value("axes.name", &format!("`{}`", axis.name), "another name: merged results have a column of that one"));
            }
            if axis.values.is_empty() {
                return Err(value(&format!("axes.values of `{}`", axis.name), "empty", "at least one value"));
            }
            variants(&format!("axes.values of `{}`", axis.name), &axis.values)?;
            if let Some(with) = axis.values.iter().find(|variant| variant.plan.is_some()) {
                return Err(value(
                    &format!("plan of `{}`", with.id),
                    "there",
                    "a plan of [[runs]] alone; those of a matrix are batch.plans",
                ));
            }
        }
        Ok(())
    }

    /// The shards of a plan with these values: one, or one a service.
    fn shards(&self, plan: &Source, chosen: &[(&str, &Variant)], several: bool) -> Result<Vec<Wanted>, PlanError> {
        let values: Vec<&Variant> = chosen.iter().map(|(_, variant)| *variant).collect();
        let whole = plan.with(&values, None)?;
        let services: Vec<Option<&str>> = match self.batch.services.as_slice() {
            [] => vec![None],
            [all] if all == "*" => whole.services.iter().map(|service| Some(service.id.as_str())).collect(),
            some => some.iter().map(|service| Some(service.as_str())).collect(),
        };
        let shard = |service: Option<&str>| {
            let parts = [Some(plan.study.as_str())].into_iter().chain(chosen.iter().map(|(_, variant)| Some(variant.id.as_str())));
            let name = parts.chain([service]).flatten().collect::<Vec<_>>().join(".");
            let study = several.then(|| ("study".to_owned(), plan.study.clone()));
            let columns = study.into_iter().chain(chosen.iter().map(|(axis, variant)| ((*axis).to_owned(), variant.id.clone()))).collect();
            Ok(Wanted { name, columns, folder: plan.folder.clone(), plan: plan.with(&values, service)? })
        };
        services.into_iter().map(shard).collect()
    }
}

/// Ids that can be part of a folder's name, each once.
fn variants(key: &str, variants: &[Variant]) -> Result<(), PlanError> {
    let ids: Vec<&str> = variants.iter().map(|variant| variant.id.as_str()).collect();
    ids.iter().try_for_each(|id| file_name(&format!("{key}: id"), id))?;
    distinct(key, &ids)
}

/// Every choice of one value of each axis, the last axis fastest.
fn combinations(axes: &[Axis]) -> Vec<Vec<(&str, &Variant)>> {
    axes.iter().fold(vec![Vec::new()], |before, axis| {
        let longer = |chosen: &Vec<_>| {
            axis.values.iter().map(|variant| [chosen.as_slice(), &[(axis.name.as_str(), variant)]].concat()).collect::<Vec<_>>()
        };
        before.iter().flat_map(longer).collect()
    })
}

/// A plan as it is written, before anything is changed in it.
struct Source {
    name: String,
    folder: PathBuf,
    study: String,
    table: Table,
}

impl Source {
    fn read(file: &Path) -> Result<Source, Error> {
        let name = file.display().to_string();
        let text = text_of(file)?;
        let refused = |source| Error::Plan { file: name.clone(), source };
        let plan = Plan::parse(&text).map_err(refused)?;
        let table: Table = toml::from_str(&text).map_err(|error| refused(PlanError::of_toml(&error, &text)))?;
        let folder = file.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        Ok(Source { name, folder, study: plan.study.id, table })
    }

    /// The plan with what the chosen values set, and of its services the one that is named.
    fn with(&self, chosen: &[&Variant], service: Option<&str>) -> Result<Plan, PlanError> {
        let mut table = self.table.clone();
        let mut by = Vec::new();
        for variant in chosen {
            for (path, new) in &variant.set {
                set(&mut table, path, new.clone()).map_err(|error| error.in_place(&format!("set of `{}`", variant.id)))?;
            }
            by.push(variant.id.as_str());
        }
        let within = |error: PlanError| error.in_place(&format!("{} with {}", self.name, by.join(", ")));
        let text = toml::to_string(&table).map_err(|error| value("the plan", &error.to_string(), "a plan in TOML"))?;
        let mut plan = Plan::parse(&text).map_err(within)?;
        if let Some(service) = service {
            plan.keep_service(service, "batch.services")?;
        }
        Ok(plan)
    }
}

/// Sets the key at `path`; tables on the way are made, tables of a list go by their id.
fn set(table: &mut Table, path: &str, new: Value) -> Result<(), PlanError> {
    let mut steps = path.split('.').peekable();
    let mut at = table;
    while let Some(step) = steps.next() {
        if steps.peek().is_none() {
            at.insert(step.to_owned(), new);
            return Ok(());
        }
        let next = at.entry(step).or_insert_with(|| Value::Table(Table::new()));
        at = match next {
            Value::Table(table) => table,
            Value::Array(list) => {
                let id = steps.next().unwrap_or_default();
                if steps.peek().is_none() {
                    return Err(value(&format!("`{path}`"), "a whole table of a list", "a key of it, or the whole list"));
                }
                let known: BTreeSet<String> = list.iter().filter_map(|one| Some(one.get("id")?.as_str()?.to_owned())).collect();
                let found = list.iter_mut().find(|one| one.get("id").and_then(Value::as_str) == Some(id)).and_then(Value::as_table_mut);
                let near = nearest(id, &known.iter().map(String::as_str).collect::<Vec<_>>());
                let expected = format!("an id of {step}: {}{near}", known.iter().cloned().collect::<Vec<_>>().join(", "));
                found.ok_or_else(|| value(&format!("`{path}`"), &format!("`{id}`"), &expected))?
            }
            other => {
                return Err(value(&format!("`{path}`"), &format!("below `{step}`, which is {}", other.type_str()), "a key of a table"));
            }
        };
    }
    Ok(())
}
