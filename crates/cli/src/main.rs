//! `catchment`: what was typed → a checked job → a run → results.

mod args;
mod batch;
mod check;
mod compare;
mod convert;
mod inspect_raster;
mod job;
mod office;
mod prepare;
mod shape_args;
mod shapes;
mod signals;
mod site;
mod tables;
mod terminal;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use catchment_io::map::Lang;
use catchment_io::{Claim, Error, OutFile, PlanError, Results as _, Run, WithoutBaseline, run, write};
use clap::Parser;

use args::{Cli, Command, Common};
use job::Job;
use shapes::{NotMet, check_own};
use terminal::{Terminal, note, print, results_stand, tables};

const LICENSES: &str = include_str!("../assets/licenses.txt");

fn main() -> ExitCode {
    let typed = match Cli::try_parse() {
        Ok(typed) => typed,
        Err(error) => return terminal::usage(&error),
    };
    let done = dispatch(typed).and_then(|()| terminal::printed());
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(&error);
            ExitCode::from(code(&error))
        }
    }
}

/// The exit code of an error, as `catchment --help` lists them.
fn code(error: &anyhow::Error) -> u8 {
    match error.downcast_ref::<Error>() {
        Some(Error::Cancelled(_)) => signals::exit_code(),
        Some(Error::Plan { .. } | Error::Siting { .. } | Error::Profile(_) | Error::Ground(_)) => 2,
        Some(Error::Write { .. }) => 4,
        Some(Error::Busy { .. }) => 75,
        Some(_) => 3,
        None if error.downcast_ref::<NotMet>().is_some() => 1,
        None if error.downcast_ref::<batch::Incomplete>().is_some() => 3,
        None if error.downcast_ref::<std::io::Error>().is_some() => 4,
        None => 2,
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Demo(demo) => match &demo.save_plan {
            Some(file) => save_plan(file, demo.common.force),
            None => show(&Job::demo(&demo.common)?, &demo.common),
        },
        Command::Run(typed) => {
            let job = Job::of_plan(&typed.plan, &typed.common)?;
            execute(&typed.service.iter().try_fold(job, |job, id| job.of_service(id))?, &typed.common)
        }
        Command::Check(typed) => check::check(&typed),
        Command::Coverage(flags) => execute(&Job::of_flags(&flags)?, &flags.common),
        Command::Isochrones(typed) => shapes::isochrones(&typed),
        Command::Reach(typed) => shapes::reach(&typed),
        Command::Audit(typed) => shapes::audit(&typed),
        Command::Prepare(typed) => prepare::prepare(&typed),
        Command::Inspect(typed) => prepare::inspect(&typed),
        Command::Convert(typed) => convert::convert(&typed),
        Command::Norms(typed) => office::norms(&typed),
        Command::Indicators(typed) => office::indicators(&typed),
        Command::Compare(typed) => compare::compare(&typed),
        Command::Site(typed) => site::site(&typed),
        Command::Batch(command) => batch::batch(&command),
        Command::Licenses => {
            print(&licenses());
            Ok(())
        }
    }
}

/// Watches for signals that end the job, and makes the threads of a job.
fn pool(threads: Option<u16>) -> anyhow::Result<rayon::ThreadPool> {
    signals::watch()?;
    threads_of(threads)
}

fn threads_of(threads: Option<u16>) -> anyhow::Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new().num_threads(threads.map_or(0, usize::from)).build().context("--threads")
}

fn execute(job: &Job, common: &Common) -> anyhow::Result<()> {
    let pool = pool(common.threads)?;
    let folder = job.claim(Claim::of_run(&job.plan))?;
    let terminal = Terminal::new(common.quiet);
    job.notes.iter().for_each(|note| terminal.note(note));
    let (done, placed) = pool.install(|| {
        let done = run(&job.plan, job.files.as_ref(), &terminal)?;
        catchment::begin(&terminal, "write", 0).map_err(Error::from)?;
        let placed = write(&done, folder)?;
        anyhow::Ok((done, placed))
    })?;
    terminal.finish();
    results_stand(&placed, &terminal);
    said(&done, job, common, placed.files.len())?;
    check_own(&done.audits)
}

/// Runs the demo: its plan as it stands; beside it the comparison with its scenario, and where to build.
fn show(job: &Job, common: &Common) -> anyhow::Result<()> {
    let pool = pool(common.threads)?;
    let mut folder = job.claim(Claim::of_demo(&job.plan))?;
    let terminal = Terminal::new(common.quiet);
    job.notes.iter().for_each(|note| terminal.note(note));
    let (done, placed, sites) = pool.install(|| {
        let found = catchment_io::compare(&job.plan, job.files.as_ref(), &terminal)?;
        let sites = catchment_io::sited(found.baseline.inputs.clone(), job.files.as_ref(), None, &terminal)?;
        catchment::begin(&terminal, "write", 0).map_err(Error::from)?;
        WithoutBaseline(&found).stage(&mut folder, Path::new("compare"))?;
        sites.stage(&mut folder, Path::new("site"))?;
        let placed = write(&found.baseline, folder)?;
        anyhow::Ok((found.baseline, placed, sites))
    })?;
    terminal.finish();
    results_stand(&placed, &terminal);
    let own = placed.files.iter().filter(|file| file.parent() == Some(&job.out)).count();
    said(&done, job, common, own)?;
    if !common.json && !common.quiet {
        let zh = job.plan.study.lang == Lang::Zh;
        let folder = job.out.join("compare");
        for line in compare::lines(&compare::summary(&folder)?, zh)? {
            print(&format!("{}/: {line}\n", folder.display()));
        }
        for line in sites.sentences() {
            print(&format!("{}/: {}\n", job.out.join("site").display(), line));
        }
    }
    check_own(&done.audits)
}

/// Prints what a run found.
fn said(done: &Run, job: &Job, common: &Common, files: usize) -> anyhow::Result<()> {
    if common.json {
        let summary = job.out.join("summary.json");
        print(&fs::read_to_string(&summary).with_context(|| summary.display().to_string())?);
    } else if !common.quiet {
        print(&tables(done, &job.out, files));
    }
    Ok(())
}

/// Writes the demo's plan to `file` and its data beside it. `force` replaces the plan that is there, and no data.
fn save_plan(file: &Path, force: bool) -> anyhow::Result<()> {
    let folder = file.parent().unwrap_or(Path::new(""));
    if !folder.as_os_str().is_empty() {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let data = job::DEMO_FILES.map(|(name, bytes)| (folder.join(name), bytes));
    let refused = |found: String, expected: &str| {
        let source = PlanError::Value { key: "--save-plan".to_owned(), found, expected: expected.to_owned() };
        Error::Plan { file: "the flags".to_owned(), source }
    };
    if data.iter().any(|(path, _)| path.file_name() == file.file_name()) {
        return Err(refused(format!("`{}`, the name of a file of the data", file.display()), "another name").into());
    }
    let other = |(path, bytes): &&(PathBuf, &[u8])| fs::symlink_metadata(path).is_ok() && !fs::read(path).is_ok_and(|own| own == *bytes);
    if let Some((path, _)) = data.iter().find(other) {
        let found = format!("`{}`, where {} is not the data of the demo", file.display(), path.display());
        return Err(refused(found, "another folder: the data lies beside the plan").into());
    }
    // the same data may be there already; all names are free before the first file is written
    let files = std::iter::once((file.to_owned(), job::DEMO_PLAN.as_bytes())).chain(data);
    let new = files.filter(|(path, bytes)| !fs::read(path).is_ok_and(|own| own == *bytes));
    let claimed = new.map(|(path, bytes)| Ok((OutFile::claim("--save-plan", &path, &[], |_| false, force)?, bytes)));
    for (mut to, bytes) in claimed.collect::<Result<Vec<_>, Error>>()? {
        to.write_all(bytes).map_err(|source| Error::Write { file: to.path().to_owned(), source })?;
        to.finish()?;
    }
    print(&format!("{0}: edit it, then: catchment run {0}\n", file.display()));
    Ok(())
}

fn licenses() -> String {
    format!(
        "catchment {}: MIT OR Apache-2.0\n\n\
         The demo's data: OpenStreetMap extract of Malta, 2024-03-13, © OpenStreetMap contributors, Open Database License 1.0\n\
         (https://www.openstreetmap.org/copyright, https://opendatacommons.org/licenses/odbl/1-0/)\n\n\
         The map's font: WenQuanYi Micro Hei (a subset), Apache License 2.0\n\n\
         Crates (name version — licence — repository):\n{LICENSES}",
        env!("CARGO_PKG_VERSION")
    )
}
