//! From what was typed to a checked job: a plan, its files, where results go.

use std::path::{Path, PathBuf};

use catchment::{Accepted, Checks, FindingKind};
use catchment_io::plan::{self, Plan, PlanError, ServicePlan};
use catchment_io::{Against, Claim, Error, Files, Folder, InMemory, OutFolder, Sweep};

use crate::args::{Common, Coverage};

/// The demo's plan and data, as they ship in the program.
pub(crate) const DEMO_PLAN: &str = include_str!("../demo/plan.toml");
pub(crate) const DEMO_FILES: [(&str, &[u8]); 3] = [
    ("malta-2024-03-13.osm.pbf", include_bytes!("../demo/malta-2024-03-13.osm.pbf")),
    ("example.toml", include_bytes!("../demo/example.toml")),
    ("LICENSE-ODbL.txt", include_bytes!("../demo/LICENSE-ODbL.txt")),
];

/// A job that is ready to run.
pub(crate) struct Job {
    pub plan: Plan,
    pub files: Box<dyn Files>,
    pub out: PathBuf,
    /// What flags made of the plan that is not plain from them.
    pub notes: Vec<String>,
    /// Where the files lie that the plan names, and its own file; `None` if they are part of the program.
    source: Option<(PathBuf, Option<PathBuf>)>,
    /// Files that are read beside those of the plan.
    pub also_read: Vec<PathBuf>,
    force: bool,
}

impl Job {
    pub(crate) fn demo(common: &Common) -> Result<Job, Error> {
        let plan = parse(DEMO_PLAN, "the demo's plan")?;
        Job::new(plan, Box::new(InMemory(&DEMO_FILES)), None, common, "catchment-demo".into())
    }

    pub(crate) fn of_plan(file: &Path, common: &Common) -> Result<Job, Error> {
        let folder = file.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let plan = Plan::read(file)?;
        let out = format!("catchment-{}", plan.study.id).into();
        let source = Some((folder.clone(), Some(file.to_owned())));
        Job::new(plan, Box::new(Folder(folder)), source, common, out)
    }

    /// The plan that the flags of `coverage` stand for.
    pub(crate) fn of_flags(flags: &Coverage) -> Result<Job, Error> {
        let path = |p: &Path| toml_text(&p.display().to_string());
        let osm_zones = is_osm(&flags.zones);
        let text = format!(
            "[study]\nid = \"coverage\"\ntitle = {title}\n[roads]\nsource = {roads}\n[zones]\nsource = {zones}\n{level}\n{id}\n{name}\n\
             [people]\n{people}\n[[facilities]]\nid = \"facilities\"\nsource = {facilities}\nosm = [{tags}]\n\
             [[services]]\nid = \"walk\"\ntitle = {title}\nfacilities = \"facilities\"\nlimit = \"15min\"\n",
            title = toml_text(&flags.title),
            roads = path(&flags.roads),
            zones = path(&flags.zones),
            level = if osm_zones { format!("admin_level = {}", flags.admin_level) } else { String::new() },
            id = key("id", flags.zone_id.as_deref()),
            name = key("name", flags.zone_name.as_deref()),
            people = people(&flags.people)?,
            facilities = path(&flags.facilities),
            tags = flags.tags.iter().map(|tag| toml_text(tag)).collect::<Vec<_>>().join(", "),
        );
        let here = PathBuf::new();
        Job::new(parse(&text, "the flags")?, Box::new(Folder(here.clone())), Some((here, None)), &flags.common, "catchment-coverage".into())
    }

    /// Applies the flags that override a plan.
    fn new(
        mut plan: Plan,
        files: Box<dyn Files>,
        source: Option<(PathBuf, Option<PathBuf>)>,
        common: &Common,
        out: PathBuf,
    ) -> Result<Job, Error> {
        let error = |key: &str, found: &str, expected: String| Error::Plan {
            file: "the flags".to_owned(),
            source: PlanError::Value { key: key.to_owned(), found: format!("`{found}`"), expected },
        };
        let mut notes = Vec::new();
        if let Some(text) = &common.limit {
            let limit = text.parse().map_err(|e: catchment::UnitError| error("--limit", text, e.expected.to_owned()))?;
            if plan.has_zone_limits() {
                notes.push(format!("--limit {text}: it is the limit of every zone; the plan's limits by zone are left aside"));
            }
            for id in plan.set_limit(limit) {
                notes.push(format!("--limit {text}: a distance; [services.response] of `{id}`, which counts time, is left aside"));
            }
        }
        if let Some(text) = &common.speed {
            let speed = catchment::parse_speed(text).map_err(|e| error("--speed", text, e.expected.to_owned()))?;
            let profiles = plan.services.iter().map(|service| service.profile.clone());
            let (walked, driven): (Vec<String>, Vec<String>) = profiles.partition(|name| plan.takes_speed(name));
            if walked.is_empty() {
                let expected = "a service of a profile with one speed: change drive.speed_factor of a vehicle's".to_owned();
                return Err(error("--speed", text, expected));
            }
            for name in walked {
                plan.set_speed(&name, speed);
            }
            for name in driven {
                notes.push(format!("--speed {text}: not for the profile `{name}`, which has a speed for each class of road"));
            }
        }
        accept(&mut plan.checks, &common.accept)?;
        sweeps(&mut plan, &common.sweep)?;
        if let Some(lang) = common.lang {
            plan.study.lang = lang.into();
        }
        if !common.format.is_empty() {
            plan.outputs.formats.clone_from(&common.format);
        }
        if let Some(encoding) = common.csv_encoding {
            plan.outputs.csv_encoding = encoding.into();
        }
        plan.outputs.audit |= common.audit;
        plan.outputs.measure_error |= common.measure_error;
        if common.no_map {
            plan.outputs.map = false;
        }
        Ok(Job { plan, files, out: common.out.clone().unwrap_or(out), notes, source, also_read: Vec::new(), force: common.force })
    }

    /// The same of one service of the plan alone.
    pub(crate) fn of_service(mut self, id: &str) -> Result<Job, Error> {
        self.plan.keep_service(id, "--service").map_err(|source| Error::Plan { file: "the flags".to_owned(), source })?;
        Ok(self)
    }

    /// Takes the folder of results, before anything is read.
    pub(crate) fn claim(&self, claim: Claim) -> Result<OutFolder, Error> {
        let named = self.source.iter().flat_map(|(folder, _)| self.plan.files().into_iter().map(|name| folder.join(name)));
        let own = self.source.iter().filter_map(|(_, file)| file.clone());
        let inputs = named.chain(own).chain(self.also_read.iter().cloned()).collect();
        OutFolder::claim(&self.out, Claim { inputs, force: self.force, ..claim })
    }
}

/// Accepts errors up to the sizes of the flags, beside those of the plan.
pub(crate) fn accept(checks: &mut Checks, texts: &[String]) -> Result<(), Error> {
    let error = |source| Error::Plan { file: "the flags".to_owned(), source };
    for text in texts {
        let expected = "KIND=SIZE, such as no_roads=25%: docs/findings.md lists the kinds".to_owned();
        let wrong = || PlanError::Value { key: "--accept".to_owned(), found: format!("`{text}`"), expected: expected.clone() };
        let (kind, size) = text.split_once('=').ok_or_else(|| error(wrong()))?;
        let kind: FindingKind = kind.trim().parse().map_err(|_| error(wrong()))?;
        checks.accept.insert(kind, Accepted::new(size.trim()));
    }
    checks.check().map_err(|source| error(source.into()))
}

/// Puts the sweeps of the flags in the place of the plan's, each where it fits.
fn sweeps(plan: &mut Plan, texts: &[String]) -> Result<(), Error> {
    let error = |source| Error::Plan { file: "the flags".to_owned(), source };
    if !texts.is_empty() {
        plan.services.iter_mut().for_each(|service| service.sweep.clear());
    }
    for text in texts {
        let sweep: Sweep = text.parse().map_err(error)?;
        let profiles: Vec<String> =
            plan.services.iter().map(|service| service.profile.clone()).filter(|name| plan.takes_speed(name)).collect();
        let fits = |service: &&mut ServicePlan| {
            let speeds = matches!(sweep, Sweep::Speeds(_));
            sweep.fits(service.limit) && (!speeds || profiles.contains(&service.profile))
        };
        let mut fitting = plan.services.iter_mut().filter(fits).peekable();
        if fitting.peek().is_none() {
            let expected = "a service whose limit counts the same (speeds: a limit of time); the plan has none".to_owned();
            return Err(error(PlanError::Value { key: "--sweep".to_owned(), found: format!("`{text}`"), expected }));
        }
        fitting.for_each(|service| service.sweep.push(sweep.clone()));
    }
    Ok(())
}

fn parse(text: &str, name: &str) -> Result<Plan, Error> {
    Plan::parse(text).map_err(|source| Error::Plan { file: name.to_owned(), source })
}

fn is_osm(path: &Path) -> bool {
    plan::is_osm(&path.display().to_string())
}

fn key(name: &str, value: Option<&str>) -> String {
    value.map_or_else(String::new, |value| format!("{name} = {}", toml_text(value)))
}

/// Text as TOML writes it: a basic string knows the escapes of JSON.
fn toml_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// `[people]` for `osm`, a CSV of totals or a CSV of points: totals name a zone and no place.
fn people(source: &str) -> Result<String, Error> {
    if source == "osm" {
        return Ok("method = \"spread\"".to_owned());
    }
    let file = toml_text(source);
    let method = |method: &str| Ok(format!("method = \"{method}\"\nsource = {file}"));
    if plan::is_raster(source) {
        return method("raster");
    }
    // the file itself says what it is, as `inspect` would
    let found = catchment_io::inspect(&Folder(PathBuf::new()), source, &Against::default())?;
    if found.plan.contains("method = \"cells\"") {
        return method("cells");
    }
    if found.geometries.keys().any(|kind| kind.ends_with("Polygon")) {
        return method("polygons");
    }
    if found.plan.contains("method = \"spread\"") {
        return Ok(format!("method = \"spread\"\ntotals = {file}"));
    }
    method("points")
}
