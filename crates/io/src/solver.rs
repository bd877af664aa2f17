//! An exact solver outside: CBC, as a program that is handed a file.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

use catchment::{ExactSolver, Program, Progress, Solved};
use lp_solvers::lp_format::{Constraint, LpObjective, LpProblem};
use lp_solvers::problem::{Problem, StrExpression, Variable};
use lp_solvers::solvers::{CbcSolver, Solution, SolverProgram, SolverWithSolutionParsing, Status, WithMaxSeconds};

/// COIN-OR's `cbc`, by its name or its path.
///
/// It is asked for no gap at all. Its plans are evaluated by our own whole numbers; that none is better is its word, which holds within
/// the tolerances of its floating-point numbers: about a millionth of the value.
#[derive(Debug)]
pub struct Cbc {
    command: String,
    failed: Mutex<Option<String>>,
}

impl Cbc {
    /// The program of this name or at this path.
    pub fn new(command: &str) -> Cbc {
        Cbc { command: command.to_owned(), failed: Mutex::new(None) }
    }

    /// Why it gave no answer, where it failed.
    pub fn failure(&self) -> Option<String> {
        self.failed.lock().ok().and_then(|failed| failed.clone())
    }

    /// Runs it on a program; none where time was up, or somebody asked to stop, before it ended.
    fn run(&self, problem: &Problem, seconds: Option<f64>, progress: &dyn Progress) -> Result<Option<Solution>, String> {
        let mut solver = CbcSolver::new().command_name(self.command.clone());
        if let Some(seconds) = seconds {
            solver = solver.with_max_seconds(seconds.ceil().clamp(1.0, 1e9) as u32);
        }
        let model = problem.to_tmp_file().map_err(|why| format!("cannot write the program for {}: {why}", self.command))?;
        let folder = tempfile::tempdir().map_err(|why| format!("cannot make a folder for {}: {why}", self.command))?;
        let answer = folder.path().join("solution");
        let failed = |why: std::io::Error| format!("cannot run {}: {why}", self.command);
        let mut asked = Command::new(&self.command);
        asked.args(solver.arguments(model.path(), &answer)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = Running(asked.spawn().map_err(failed)?);
        // it counts its own seconds, and not all of them: it is given one more
        let end = seconds.and_then(|seconds| Instant::now().checked_add(Duration::try_from_secs_f64(seconds.max(0.0) + 1.0).ok()?));
        let status = loop {
            if let Some(status) = child.0.try_wait().map_err(failed)? {
                break Some(status);
            }
            if progress.is_cancelled() || end.is_some_and(|end| Instant::now() >= end) {
                break None;
            }
            sleep(Duration::from_millis(10));
        };
        let read = |status: ExitStatus| match status.success() {
            true => solver.read_solution_from_path(&answer, Some(problem)),
            false => Err(format!("{} ended with {status}", self.command)),
        };
        status.map(read).transpose()
    }

    fn fail(&self, why: String) -> Solved {
        if let Ok(mut failed) = self.failed.lock() {
            *failed = Some(why);
        }
        Solved::Unknown
    }
}

/// A process that ends when nobody waits for it any more.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // one that has ended already cannot be killed, and that is as well
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl ExactSolver for Cbc {
    fn solve(&self, program: &Program, seconds: Option<f64>, progress: &dyn Progress) -> Solved {
        let problem = problem(program);
        // what a program writes may be anything
        let solution = match catch_unwind(AssertUnwindSafe(|| self.run(&problem, seconds, progress))) {
            Ok(Ok(Some(solution))) => solution,
            Ok(Ok(None)) => return Solved::Unknown,
            Ok(Err(why)) => return self.fail(why),
            Err(_) => return self.fail(format!("{} wrote what nobody can read", self.command)),
        };
        match solution.status {
            // zeros are left out of its answer
            Status::Optimal => {
                let value = |j: usize| solution.results.get(&format!("x{j}")).map_or(0, |value| value.round().max(0.0) as u32);
                Solved::Optimal((0..program.sites).map(value).collect())
            }
            Status::Infeasible => Solved::Infeasible,
            _ => Solved::Unknown,
        }
    }
}

/// The program in the words of the format.
fn problem(program: &Program) -> Problem {
    let variables = program.columns.iter().enumerate().map(|(j, column)| Variable {
        name: format!("x{j}"),
        is_integer: column.whole,
        lower_bound: column.low,
        upper_bound: column.high,
    });
    let worth = (0..).zip(&program.columns).filter(|(_, column)| column.worth != 0.0).map(|(j, column)| (j, column.worth));
    let mut constraints = Vec::new();
    for row in program.rows.iter().filter(|row| !row.terms.is_empty()) {
        let mut add = |operator, rhs| constraints.push(Constraint { lhs: StrExpression(sum(row.terms.iter().copied())), operator, rhs });
        match (row.low, row.high) {
            (Some(low), Some(high)) if low == high => add(Ordering::Equal, low),
            (low, high) => {
                low.into_iter().for_each(|low| add(Ordering::Greater, low));
                high.into_iter().for_each(|high| add(Ordering::Less, high));
            }
        }
    }
    let objective = sum(worth);
    Problem {
        name: "siting".to_owned(),
        sense: LpObjective::Maximize,
        objective: StrExpression(if objective.is_empty() { "0 x0".to_owned() } else { objective }),
        variables: variables.collect(),
        constraints,
    }
}

fn sum(terms: impl Iterator<Item = (u32, f64)>) -> String {
    let mut text = String::new();
    for (j, factor) in terms {
        // a line of this format may not be as long as a row is
        let part = if text.len() - text.rfind('\n').unwrap_or(0) > 400 { "\n" } else { " " };
        let sign = if factor < 0.0 { '-' } else { '+' };
        let _ = write!(text, "{part}{sign} {} x{j}", factor.abs());
    }
    text
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::time::Instant;

    use catchment::{Column, NoProgress, ProgramRow};

    use super::*;

    /// Two sites of which one may open; the second is worth more.
    fn program() -> Program {
        let column = |worth| Column { worth, low: 0.0, high: 1.0, whole: true };
        let one = ProgramRow { terms: vec![(0, 1.0), (1, 1.0)], low: None, high: Some(1.0) };
        Program { columns: vec![column(3.0), column(5.0)], rows: vec![one], sites: 2 }
    }

    /// What a program that does as it is told makes of it: `{answer}` is the file that it has to write.
    fn said(does: &str, seconds: Option<f64>, progress: &dyn Progress) -> (Solved, Option<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cbc");
        fs::write(&path, format!("#!/bin/sh\nfor answer; do :; done\n{does}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let cbc = Cbc::new(path.to_str().unwrap());
        let solved = cbc.solve(&program(), seconds, progress);
        (solved, cbc.failure())
    }

    #[test]
    fn what_the_program_writes_is_what_it_says() {
        let of = |does: &str| said(does, None, &NoProgress);
        let optimal = "printf 'Optimal - objective value 5.0\\n 1 x1 1 5\\n' > \"$answer\"";
        assert_eq!(of(optimal), (Solved::Optimal(vec![0, 1]), None));
        for infeasible in ["Infeasible - objective value 0", "Integer infeasible - objective value 0"] {
            assert_eq!(of(&format!("echo '{infeasible}' > \"$answer\"")), (Solved::Infeasible, None));
        }
        assert_eq!(of("printf 'Stopped on time - objective value 3\\n 0 x0 1 3\\n' > \"$answer\""), (Solved::Unknown, None));
        for broken in
            ["exit 3", "true", "printf 'Optimal\\n nonsense\\n' > \"$answer\"", "printf 'Optimal\\n\\n' > \"$answer\"", ": > \"$answer\""]
        {
            let (solved, why) = of(broken);
            assert!(solved == Solved::Unknown && why.is_some(), "{broken}: {solved:?}, {why:?}");
        }
        let cbc = Cbc::new("./no-such-program");
        assert_eq!(cbc.solve(&program(), None, &NoProgress), Solved::Unknown);
        assert!(cbc.failure().is_some_and(|why| why.contains("cannot run ./no-such-program")));
    }

    /// A run that is cancelled.
    struct Ended;

    impl Progress for Ended {
        fn is_cancelled(&self) -> bool {
            true
        }
    }

    #[test]
    fn one_that_does_not_end_is_ended() {
        let start = Instant::now();
        let long = "exec sleep 600";
        assert_eq!(said(long, None, &Ended), (Solved::Unknown, None));
        assert_eq!(said(long, Some(0.0), &NoProgress), (Solved::Unknown, None));
        assert!(start.elapsed() < Duration::from_secs(300), "it ran on");
    }
}
