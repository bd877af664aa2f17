//! Timing in turns, and the table.

use std::time::Instant;

use cpu_time::ProcessTime;

/// Seconds of one run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seconds {
    /// On all cores together.
    pub(crate) cpu: f64,
    /// On the clock; as much as `cpu` where another process did the work.
    pub(crate) wall: f64,
}

impl Seconds {
    /// Of a sample, scaled up to the whole.
    pub(crate) fn times(self, factor: f64) -> Seconds {
        Seconds { cpu: self.cpu * factor, wall: self.wall * factor }
    }
}

/// Runs `work` and says how long it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Seconds, T) {
    let (cpu, wall) = (ProcessTime::now(), Instant::now());
    let result = std::hint::black_box(work());
    (Seconds { cpu: cpu.elapsed().as_secs_f64(), wall: wall.elapsed().as_secs_f64() }, result)
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Which way a ratio goes, and what it must be, if anything.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bar {
    /// Their time over ours: at least.
    Peer(Option<f64>),
    /// Our time over theirs: at most.
    Over(Option<f64>),
}

/// Somebody who answers a question: its name, what the ratio must be, and one timed run, which checks its own answer.
pub(crate) struct Contender<'a> {
    pub(crate) name: String,
    pub(crate) bar: Bar,
    pub(crate) run: Box<dyn FnMut() -> Seconds + 'a>,
}

impl<'a> Contender<'a> {
    pub(crate) fn new(name: impl Into<String>, bar: Bar, run: impl FnMut() -> Seconds + 'a) -> Contender<'a> {
        Contender { name: name.into(), bar, run: Box::new(run) }
    }
}

/// The table, row by row.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<[String; 7]>,
}

impl Table {
    /// `rounds` rounds, in each of which everybody runs once, ours first; one row for each of the others.
    pub(crate) fn compete(&mut self, question: &str, rounds: usize, ours: impl FnMut() -> Seconds, others: Vec<Contender<'_>>) -> Seconds {
        let mut all = vec![Contender::new("ours", Bar::Peer(None), ours)];
        all.extend(others);
        let mut times = vec![Vec::new(); all.len()];
        for _ in 0..rounds {
            for (contender, times) in all.iter_mut().zip(&mut times) {
                times.push((contender.run)());
            }
        }
        let ours = of_median(&times[0]);
        for (contender, theirs) in all.iter().zip(&times).skip(1) {
            let quotient = |(own, their): (&Seconds, &Seconds)| match contender.bar {
                Bar::Over(_) => own.cpu / their.cpu,
                Bar::Peer(_) => their.cpu / own.cpu,
            };
            let ratio = median(times[0].iter().zip(theirs).map(quotient).collect());
            self.row(question, ours, &contender.name, of_median(theirs), ratio, contender.bar);
        }
        ours
    }

    /// A row of times.
    pub(crate) fn row(&mut self, question: &str, ours: Seconds, against: &str, theirs: Seconds, ratio: f64, bar: Bar) {
        let ms = |s: Seconds| format!("{} ({})", figure(1e3 * s.cpu), figure(1e3 * s.wall));
        self.told(question, &ms(ours), against, &ms(theirs), ratio, bar);
    }

    /// A row of any figures.
    pub(crate) fn told(&mut self, question: &str, ours: &str, against: &str, theirs: &str, ratio: f64, bar: Bar) {
        let (bar, verdict) = match bar {
            Bar::Peer(None) | Bar::Over(None) => (String::new(), String::new()),
            Bar::Peer(Some(least)) => (format!("≥ {least}"), verdict(ratio >= least, 1.0 - ratio / least)),
            Bar::Over(Some(most)) => (format!("≤ {most}"), verdict(ratio <= most, ratio / most - 1.0)),
        };
        eprintln!("  {question}: ours {ours}, {against} {theirs}, ratio {} {verdict}", figure(ratio));
        self.rows.push([question.into(), ours.into(), against.into(), theirs.into(), figure(ratio), bar, verdict]);
    }

    /// A row for what was not measured, and why.
    pub(crate) fn left_out(&mut self, question: &str, why: &str) {
        eprintln!("  {question}: {why}");
        self.rows.push([question.into(), String::new(), String::new(), String::new(), String::new(), String::new(), why.into()]);
    }

    /// The table in Markdown.
    pub(crate) fn print(&self) {
        println!("| question | ours, ms CPU (clock) | against | theirs, ms CPU (clock) | ratio | bar | |");
        println!("|---|---:|---|---:|---:|---:|---|");
        for row in &self.rows {
            println!("| {} |", row.join(" | "));
        }
    }
}

fn verdict(met: bool, by: f64) -> String {
    if met { "met".into() } else { format!("missed by {:.0} %", 100.0 * by) }
}

fn of_median(times: &[Seconds]) -> Seconds {
    Seconds { cpu: median(times.iter().map(|t| t.cpu).collect()), wall: median(times.iter().map(|t| t.wall).collect()) }
}

/// Three figures.
pub(crate) fn figure(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        v if v >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}
