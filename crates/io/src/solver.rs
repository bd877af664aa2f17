//! An exact solver outside: CBC, as a program that is handed a file.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use catchment::{ExactSolver, Program, Solved};
use lp_solvers::lp_format::{Constraint, LpObjective};
use lp_solvers::problem::{Problem, StrExpression, Variable};
use lp_solvers::solvers::{CbcSolver, SolverTrait, Status, WithMaxSeconds};

/// COIN-OR's `cbc`, by its name or its path.
///
/// It is asked for no gap at all. Its plans are evaluated by our own whole numbers; that none is better is its word, which holds within
/// its tolerance of a millionth.
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

    fn fail(&self, why: String) -> Solved {
        if let Ok(mut failed) = self.failed.lock() {
            *failed = Some(why);
        }
        Solved::Unknown
    }
}

impl ExactSolver for Cbc {
    fn solve(&self, program: &Program, seconds: Option<f64>) -> Solved {
        let mut solver = CbcSolver::new().command_name(self.command.clone());
        if let Some(seconds) = seconds {
            solver = solver.with_max_seconds(seconds.ceil().clamp(1.0, 1e9) as u32);
        }
        let problem = problem(program);
        // what a program writes may be anything
        let said = catch_unwind(AssertUnwindSafe(|| solver.run(&problem)));
        let solution = match said {
            Ok(Ok(solution)) => solution,
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
