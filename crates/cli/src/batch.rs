//! `batch`: many runs, planned as shards, run by any number of processes, merged and compared.

use std::collections::{BTreeMap, VecDeque};
use std::io::{IsTerminal, Write, stderr};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::Context;
use catchment_io::batch::{Batch, KindShards, Outcome, ShardState, ShardStatus, diff, kinds_by_shards, merge, run_shard};
use catchment_io::{Claim, OutFolder, thousands};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::pool;
use crate::signals;
use crate::terminal::{Terminal, print, results_stand};

#[derive(Debug, Subcommand)]
pub(crate) enum BatchCommand {
    /// Write the shards of a job into a folder. Where they were planned before, those whose plan and inputs are the same stay done.
    Plan(PlanArgs),
    /// Run shards that are not done: one of them, or all, several at a time.
    Run(RunArgs),
    /// How every shard stands, from the files of the folder alone.
    Status(StatusArgs),
    /// Put the results of all shards into one folder.
    Merge(MergeArgs),
    /// What moved between two runs: people gained and lost by zone, gaps opened and closed.
    Diff(DiffArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The job (TOML): plans and axes, or a list of runs. Its paths are relative to it.
    pub job: PathBuf,
    /// The folder of the batch.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How many threads [default: one a core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Say nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The folder of the batch.
    pub batch: PathBuf,
    /// Run this shard alone, in this process; shards are numbered from 0.
    #[arg(long, value_name = "K", conflicts_with = "jobs")]
    pub shard: Option<usize>,
    /// How many shards run at a time, each in a process of its own [default: one a core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// How many threads a shard runs on [default: all cores for one shard, its part of them for several].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// The most memory that the data of a shard's process may take, in megabytes: the system ends one that wants more (Unix).
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u32).range(16..))]
    pub memory: Option<u32>,
    /// With --shard: end at once when standard input closes, so that a shard does not outlive the process that began it.
    #[arg(long, requires = "shard")]
    pub with_stdin: bool,
    /// Say nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// The folder of the batch.
    pub batch: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// The folder of the batch.
    pub batch: PathBuf,
    /// The folder for the results.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace files in the folder of results that this program did not write, or that were edited since.
    #[arg(long)]
    pub force: bool,
    /// How many threads [default: one a core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Say nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The folder with the results of before: of `run`, of `batch merge`, or of one shard (BATCH/shards/NAME/results).
    pub before: PathBuf,
    /// The folder with the results of after.
    pub after: PathBuf,
    /// The folder for what moved.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace files in the folder of results that this program did not write, or that were edited since.
    #[arg(long)]
    pub force: bool,
}

/// Shards that are not done: exit code 3.
#[derive(Debug)]
pub(crate) struct Incomplete(String);

impl std::fmt::Display for Incomplete {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Incomplete {}

/// `batch`
pub(crate) fn batch(command: &BatchCommand) -> anyhow::Result<()> {
    match command {
        BatchCommand::Plan(typed) => plan(typed),
        BatchCommand::Run(typed) => match typed.shard {
            Some(shard) => run_one(typed, shard),
            None => run_all(typed),
        },
        BatchCommand::Status(typed) => status(typed),
        BatchCommand::Diff(typed) => {
            let claim = Claim { force: typed.force, ..Claim::of_diff(&typed.before, &typed.after) };
            signals::watch()?;
            let terminal = Terminal::new(false);
            let found = diff(&typed.before, &typed.after, OutFolder::claim(&typed.out, claim)?, &terminal)?;
            terminal.finish();
            results_stand(&found.placed, &terminal);
            for total in &found.totals {
                let (gained, lost) = (thousands(total.people_gained), thousands(total.people_lost));
                let (opened, closed) = (total.gaps_opened, total.gaps_closed);
                print(&format!(
                    "{}: {gained} people gained, {lost} lost (by zone); {opened} gaps opened, {closed} closed\n",
                    total.service
                ));
            }
            print(&format!("{} files in {}\n", found.placed.files.len(), typed.out.display()));
            Ok(())
        }
        BatchCommand::Merge(typed) => {
            let terminal = Terminal::new(typed.quiet);
            let batch = Batch::open(&typed.batch)?;
            let claim = Claim { force: typed.force, ..Claim::of_merge(&batch)? };
            let folder = OutFolder::claim(&typed.out, claim)?;
            let merged = pool(typed.threads)?.install(|| merge(&batch, folder, &terminal))?;
            terminal.finish();
            results_stand(&merged.placed, &terminal);
            if typed.quiet {
                return Ok(());
            }
            print(&format!("{} files in {}\n", merged.placed.files.len(), typed.out.display()));
            if !merged.not_merged.is_empty() {
                print(&format!("left with each shard: {}\n", merged.not_merged.join(", ")));
            }
            print(&kinds_text(&merged.kinds));
            Ok(())
        }
    }
}

fn plan(typed: &PlanArgs) -> anyhow::Result<()> {
    let terminal = Terminal::new(typed.quiet);
    let planned = pool(typed.threads)?.install(|| Batch::plan(&typed.job, &typed.out, &terminal))?;
    terminal.finish();
    if typed.quiet {
        return Ok(());
    }
    let done = planned.batch.status().iter().filter(|shard| shard.state == ShardState::Done).count();
    let folder = typed.out.display();
    print(&format!("{folder}: {} shards, {done} done already; next: catchment batch run {folder}\n", planned.batch.len()));
    if !planned.left_over.is_empty() {
        print(&format!("no longer in the job, their folders left as they are: {}\n", planned.left_over.join(", ")));
    }
    Ok(())
}

fn run_one(typed: &RunArgs, shard: usize) -> anyhow::Result<()> {
    let batch = Batch::open(&typed.batch)?;
    if typed.with_stdin {
        std::thread::spawn(|| {
            // whatever comes in, until nothing can any more
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            std::process::exit(130);
        });
    }
    bound(typed.memory)?;
    let pool = pool(typed.threads)?;
    let terminal = Terminal::new(typed.quiet);
    let outcome = pool.install(|| run_shard(&batch, shard, &terminal))?;
    terminal.finish();
    if !typed.quiet {
        let what = match outcome {
            Outcome::Done => "done",
            Outcome::Skipped => "done already",
        };
        print(&format!("{}: {what}\n", batch.name(shard).unwrap_or_default()));
    }
    Ok(())
}

/// Bounds the memory of this process's data.
#[cfg(unix)]
fn bound(megabytes: Option<u32>) -> anyhow::Result<()> {
    let Some(megabytes) = megabytes else { return Ok(()) };
    let bytes = u64::from(megabytes) * 1_000_000;
    rlimit::setrlimit(rlimit::Resource::DATA, bytes, bytes).context("--memory")
}

#[cfg(not(unix))]
fn bound(megabytes: Option<u32>) -> anyhow::Result<()> {
    anyhow::ensure!(megabytes.is_none(), "--memory: this system knows no bound of a process's own; leave it out");
    Ok(())
}

fn run_all(typed: &RunArgs) -> anyhow::Result<()> {
    signals::watch()?;
    let batch = Batch::open(&typed.batch)?;
    batch.refuse_links()?;
    let open: VecDeque<usize> = batch.status().iter().filter(|shard| shard.state != ShardState::Done).map(|shard| shard.shard).collect();
    let (total, todo) = (batch.len(), open.len());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = typed.jobs.map_or(cores, usize::from).min(todo.max(1));
    let threads = typed.threads.map_or((cores / jobs).max(1), usize::from);
    let program = std::env::current_exe().context("this program's own file")?;
    let worker = Worker { typed, threads, program, held: Mutex::default() };
    let bar = Bar::new(typed.quiet, total, total - todo);
    let queue = Mutex::new(Queue { open, failed: Vec::new() });
    std::thread::scope(|scope| {
        let at_work: Vec<_> = (0..jobs).map(|_| scope.spawn(|| worker.work(&batch, &queue, &bar))).collect();
        while at_work.iter().any(|worker| !worker.is_finished()) {
            if signals::came() {
                worker.release();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    bar.finish();
    let mut failed = queue.into_inner().map_or_else(|broken| broken.into_inner().failed, |queue| queue.failed);
    if signals::came() {
        return Err(catchment_io::Error::Cancelled(catchment::Cancelled).into());
    }
    if !failed.is_empty() {
        failed.sort_unstable();
        let lines: Vec<&str> = failed.iter().map(|(_, line)| line.as_str()).collect();
        let text = format!("{} of {total} shards are not done:\n  {}", lines.len(), lines.join("\n  "));
        return Err(Incomplete(text).into());
    }
    if !typed.quiet {
        print(&format!("{total} shards done, {todo} of them now; next: catchment batch merge {} --out DIR\n", typed.batch.display()));
    }
    Ok(())
}

/// Shards that nobody has begun, and why others are not done.
struct Queue {
    open: VecDeque<usize>,
    failed: Vec<(usize, String)>,
}

/// Starts processes, one after another.
struct Worker<'a> {
    typed: &'a RunArgs,
    threads: usize,
    program: PathBuf,
    /// Standard input of the processes at work, by process: each ends when its own closes.
    held: Mutex<BTreeMap<u32, ChildStdin>>,
}

impl Worker<'_> {
    /// Runs shards until there are no more.
    fn work(&self, batch: &Batch, queue: &Mutex<Queue>, bar: &Bar) {
        loop {
            let next = queue.lock().ok().and_then(|mut queue| queue.open.pop_front());
            let Some(shard) = next.filter(|_| !signals::came()) else { return };
            match self.run(shard) {
                Ok(()) => bar.done(batch.name(shard).unwrap_or_default()),
                Err(why) => {
                    if let Ok(mut queue) = queue.lock() {
                        queue.failed.push((shard, format!("{}: {why}", batch.name(shard).unwrap_or_default())));
                    }
                }
            }
        }
    }

    /// Runs a shard in a process of its own, which ends with this one; waits while another process has it.
    fn run(&self, shard: usize) -> Result<(), String> {
        const PATIENCE: Duration = Duration::from_secs(60);
        let begun = Instant::now();
        loop {
            let mut child = self.start(shard).map_err(|error| format!("cannot start {}: {error}", self.program.display()))?;
            let ended = self.wait(&mut child).map_err(|error| error.to_string())?;
            let said = ended.1.trim().trim_start_matches("catchment: ").to_owned();
            match ended.0.code() {
                Some(0) => return Ok(()),
                Some(75) if begun.elapsed() < PATIENCE && !signals::came() => std::thread::sleep(Duration::from_millis(200)),
                Some(_) => return Err(said),
                None => return Err(self.why(ended.0, &said)),
            }
        }
    }

    /// Why a process ended that did not end by itself.
    fn why(&self, ended: ExitStatus, said: &str) -> String {
        let first = said.lines().next().unwrap_or_default();
        match self.typed.memory {
            Some(megabytes) if first.starts_with("memory allocation") => format!("it needs more than the {megabytes} MB of --memory"),
            _ => format!("its process was ended ({ended}) {first}").trim_end().to_owned(),
        }
    }

    /// How a process ended, and what it said on stderr. Its standard input stays open until then, or until a signal comes.
    fn wait(&self, child: &mut Child) -> std::io::Result<(ExitStatus, String)> {
        if let (Some(stdin), Ok(mut held)) = (child.stdin.take(), self.held.lock()) {
            held.insert(child.id(), stdin);
        }
        let mut said = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            std::io::Read::read_to_string(&mut stderr, &mut said)?;
        }
        let status = child.wait()?;
        if let Ok(mut held) = self.held.lock() {
            held.remove(&child.id());
        }
        Ok((status, said))
    }

    /// Ends the processes at work.
    fn release(&self) {
        if let Ok(mut held) = self.held.lock() {
            held.clear();
        }
    }

    fn start(&self, shard: usize) -> std::io::Result<Child> {
        let mut command = Command::new(&self.program);
        command.args(["batch", "run", "--quiet", "--with-stdin", "--shard", &shard.to_string(), "--threads", &self.threads.to_string()]);
        if let Some(megabytes) = self.typed.memory {
            command.args(["--memory", &megabytes.to_string()]);
        }
        command.arg("--").arg(&self.typed.batch);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()
    }
}

/// A bar on a terminal, a line a shard elsewhere, nothing when quiet.
struct Bar {
    bar: ProgressBar,
    lines: bool,
}

impl Bar {
    fn new(quiet: bool, total: usize, done: usize) -> Bar {
        let bar = ProgressBar::new(total as u64).with_position(done as u64);
        if quiet || !stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let style = ProgressStyle::with_template("{pos} of {len} shards {wide_bar} {elapsed}, {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.reset_eta();
        Bar { bar, lines: !quiet && !stderr().is_terminal() }
    }

    fn done(&self, shard: &str) {
        self.bar.inc(1);
        if self.lines {
            let (at, of, left) = (self.bar.position(), self.bar.length().unwrap_or_default(), self.bar.eta().as_secs());
            // a closed stderr is no reason to stop
            let _ = writeln!(stderr(), "{at} of {of}: {shard}, some {left} s left");
        }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn status(typed: &StatusArgs) -> anyhow::Result<()> {
    let batch = Batch::open(&typed.batch)?;
    let shards = batch.status();
    if typed.json {
        print(&format!("{:#}\n", serde_json::json!({ "batch": batch.id(), "shards": shards, "kinds": kinds_by_shards(&shards) })));
    } else {
        print(&status_text(&typed.batch, &shards));
    }
    let open = shards.iter().filter(|shard| shard.state != ShardState::Done).count();
    if open > 0 { Err(Incomplete(format!("{open} of {} shards are not done", shards.len())).into()) } else { Ok(()) }
}

fn status_text(folder: &Path, shards: &[ShardStatus]) -> String {
    let mut text = String::new();
    for shard in shards.iter().filter(|shard| shard.state != ShardState::Done) {
        let detail = shard.detail.replace('\n', "\n         ");
        let detail = if detail.is_empty() { detail } else { format!(" ({detail})") };
        text += &format!("{:>6} {}: {}{detail}\n", shard.shard, shard.name, shard.state.name());
    }
    let done: Vec<&ShardStatus> = shards.iter().filter(|shard| shard.state == ShardState::Done).collect();
    let seconds = done.iter().filter_map(|shard| shard.milliseconds).sum::<u64>() as f64 / 1000.0;
    let mean = if done.is_empty() { String::new() } else { format!(", {:.1} s each", seconds / done.len() as f64) };
    text += &kinds_text(&kinds_by_shards(shards));
    text + &format!("{}: {} of {} shards done{mean}\n", folder.display(), done.len(), shards.len())
}

/// Kinds of findings, each with the shards that have it.
fn kinds_text(kinds: &[KindShards]) -> String {
    const SHOWN: usize = 5;
    let line = |own: &KindShards| {
        let shown: Vec<&str> = own.shards.iter().take(SHOWN).map(String::as_str).collect();
        let more = if own.shards.len() > SHOWN { ", …" } else { "" };
        format!("{} {} (shards: {}): {}{more}\n", own.severity.name(), own.kind, own.shards.len(), shown.join(", "))
    };
    kinds.iter().map(line).collect()
}
