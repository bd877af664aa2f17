//! The mixed-integer program that an exact solver outside is handed: solved by another crate, it has the optimum of brute force.

use catchment::*;
use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, SolveOutcome};

use crate::cases::{Kind, small};

/// A solver in pure Rust.
struct Micro;

impl ExactSolver for Micro {
    fn solve(&self, program: &Program, _: Option<f64>) -> Solved {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let columns: Vec<_> = program
            .columns
            .iter()
            .map(|own| match own.whole {
                true => problem.add_integer_var(own.worth, (own.low as i32, own.high as i32)),
                false => problem.add_var(own.worth, (own.low, own.high)),
            })
            .collect();
        for row in &program.rows {
            let terms: Vec<_> = row.terms.iter().map(|(j, factor)| (columns[*j as usize], *factor)).collect();
            row.low.into_iter().for_each(|low| problem.add_constraint(&terms[..], ComparisonOp::Ge, low));
            row.high.into_iter().for_each(|high| problem.add_constraint(&terms[..], ComparisonOp::Le, high));
        }
        match problem.solve() {
            Ok(SolveOutcome::Solution(found)) => {
                Solved::Optimal(columns[..program.sites].iter().map(|own| found[*own].round() as u32).collect())
            }
            Err(Error::Infeasible) => Solved::Infeasible,
            _ => Solved::Unknown,
        }
    }
}

/// With bounds alone and hardly any search, what is left to the solver is all that is hard.
#[test]
fn an_exact_solver_has_the_last_word_and_it_is_that_of_brute_force() {
    let options = SitingOptions { nodes: 0, tries: 0, ..SitingOptions::default() };
    let mut asked = 0;
    for kind in [
        Kind::SetCover,
        Kind::ShareCover,
        Kind::MaxCover,
        Kind::Median,
        Kind::Centre,
        Kind::Backup,
        Kind::WeightedBackup,
        Kind::DoubleStandard,
        Kind::ExpectedCover,
    ] {
        for seed in 0..120 {
            let small = small(kind, seed);
            let found = small.locate_with(&options, Some(&Micro), &NoProgress);
            match (small.optimum(), found) {
                (Some(best), Ok(found)) => {
                    asked += u32::from(found.outside);
                    assert!(found.proven && small.same(found.value, best), "{kind:?}, seed {seed}: {found:?}, the best is {best}");
                }
                (None, Err(error)) => assert!(!matches!(error, SitingError::NotFound { .. }), "{kind:?}, seed {seed}: {error}"),
                (best, found) => panic!("{kind:?}, seed {seed}: {found:?}, the best is {best:?}"),
            }
        }
    }
    assert!(asked > 20, "the solver was asked {asked} times");
}
