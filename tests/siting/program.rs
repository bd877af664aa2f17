//! The mixed-integer program that an exact solver outside is handed: solved by another crate, it has the optimum of brute force.

use std::sync::atomic::{AtomicUsize, Ordering};

use catchment::*;
use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, SolveOutcome};

use crate::cases::{Kind, small};

/// A solver in pure Rust.
struct Micro;

impl ExactSolver for Micro {
    fn solve(&self, program: &Program, _: Option<f64>, _: &dyn Progress) -> Solved {
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
        Kind::CapacitatedCover,
        Kind::CapacitatedMedian,
    ] {
        for seed in 0..250 {
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

/// A solver that says what it is told to.
struct Liar {
    says: Solved,
    asked: AtomicUsize,
}

impl ExactSolver for Liar {
    fn solve(&self, _: &Program, _: Option<f64>, _: &dyn Progress) -> Solved {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.says.clone()
    }
}

/// Plans that are none are no answer, and whose time is up asks nobody.
#[test]
fn an_exact_solver_is_not_believed_in_what_cannot_be_and_not_asked_in_vain() {
    let options = SitingOptions { nodes: 0, tries: 0, ..SitingOptions::default() };
    let late = SitingOptions { seconds: Some(0.0), ..options };
    let mut asked = 0;
    let kinds = [Kind::MaxCover, Kind::Median, Kind::ExpectedCover, Kind::Backup];
    for (kind, seed) in kinds.into_iter().flat_map(|kind| (0..150).map(move |seed| (kind, seed))) {
        let small = small(kind, seed);
        let alone = small.locate(&options, &NoProgress);
        for says in [Solved::Optimal(Vec::new()), Solved::Optimal(vec![1000; 3]), Solved::Optimal(vec![7; 1000]), Solved::Unknown] {
            let liar = Liar { says, asked: AtomicUsize::new(0) };
            assert_eq!(small.locate_with(&options, Some(&liar), &NoProgress), alone, "{kind:?}, seed {seed}");
            asked += liar.asked.load(Ordering::Relaxed);
            let liar = Liar { asked: AtomicUsize::new(0), ..liar };
            let _ = small.locate_with(&late, Some(&liar), &NoProgress);
            assert_eq!(liar.asked.load(Ordering::Relaxed), 0, "{kind:?}, seed {seed}");
        }
    }
    assert!(asked > 20, "asked {asked} times");
}
