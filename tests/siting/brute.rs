//! `locate` against all plans: three hundred small cases of each model.

use std::panic::{AssertUnwindSafe, catch_unwind};

use catchment::*;

use crate::cases::{Kind, shrunk, small};
use crate::oracle::Small;

const SEEDS: std::ops::Range<u64> = 0..300;

/// How a case ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Best,
    /// There is no plan: by a quota or what stands alone, or all together.
    Alone,
    Together,
    /// There is no plan, which was not proven.
    NotFound,
}

/// How a case ended, or what was wrong with it.
fn ending(small: &Small, seed: u64) -> Result<Ending, String> {
    let options = SitingOptions { seed, ..SitingOptions::default() };
    let run = catch_unwind(AssertUnwindSafe(|| small.locate(&options, &NoProgress)));
    let Ok(found) = run else { return Err("panicked".to_owned()) };
    let optimum = small.optimum();
    match (optimum, found) {
        (None, Err(SitingError::Infeasible { .. } | SitingError::Within { .. })) => Ok(Ending::Together),
        (None, Err(SitingError::NotFound { .. })) => Ok(Ending::NotFound),
        (None, Err(SitingError::Quota { name, .. })) => {
            let own: Vec<Quota> = small.quotas.iter().filter(|quota| quota.name == name).cloned().collect();
            let alone =
                |quota| Small { quotas: vec![quota], budget: None, model: SitingModel::MaxCover, ..small.clone() }.optimum().is_none();
            if own.into_iter().any(alone) { Ok(Ending::Alone) } else { Err(format!("the quota {name} can be met alone")) }
        }
        (None, Err(SitingError::Budget { least, budget })) => {
            let stands: Vec<u32> = small.sites.iter().map(|site| site.at_least).collect();
            let right = least == small.price(&stands) && Some(budget) == small.budget && least > budget;
            if right { Ok(Ending::Alone) } else { Err(format!("{least} is not above the budget")) }
        }
        (None, other) => Err(format!("no plan exists, found {other:?}")),
        (Some(optimum), Err(error)) => Err(format!("the best plan is worth {optimum}, found {error:?}")),
        (Some(optimum), Ok(found)) => {
            let Some(value) = small.value(&found.copies) else { return Err(format!("not a plan that is allowed: {found:?}")) };
            let faults = [
                (!small.same(value, found.value), "its value is wrong"),
                (!small.same(optimum, value), "it is not the best"),
                (!found.proven, "it is not proven"),
                (!small.same(found.value, found.bound), "its bound is not its value"),
                (found.gap() != 0.0, "its gap is not 0"),
                (found.beyond.0 != small.beyond(), "others are beyond reach"),
            ];
            let wrong: Vec<&str> = faults.into_iter().filter(|(wrong, _)| *wrong).map(|(_, what)| what).collect();
            let all = wrong.join(", ");
            if wrong.is_empty() { Ok(Ending::Best) } else { Err(format!("{all}: worth {value}, the best {optimum}, {found:?}")) }
        }
    }
}

/// All cases of a kind end well, and there are some of each ending.
#[track_caller]
fn all_agree(kind: Kind) {
    let mut endings = Vec::new();
    let mut faults = Vec::new();
    for seed in SEEDS {
        let small = small(kind, seed);
        match ending(&small, seed) {
            Ok(ending) => {
                if ending == Ending::NotFound && !endings.contains(&ending) {
                    let least = shrunk(&small, &|other| self::ending(other, seed) == Ok(Ending::NotFound));
                    eprintln!("{kind:?}, seed {seed}: no plan exists, which is not proven\n  smaller: {least:?}");
                }
                endings.push(ending);
            }
            Err(what) => faults.push((seed, small, what)),
        }
    }
    let count = |of: Ending| endings.iter().filter(|own| **own == of).count();
    let (best, alone, together, open) = (count(Ending::Best), count(Ending::Alone), count(Ending::Together), count(Ending::NotFound));
    eprintln!("{kind:?}: {best} best, {alone} refused by one bound, {together} by all, {open} not found, {} wrong", faults.len());
    for (seed, small, what) in faults.iter().take(5) {
        let least = shrunk(small, &|other| ending(other, *seed).is_err());
        eprintln!("seed {seed}: {what}\n  smaller: {least:?}\n  there: {:?}, the best is {:?}", ending(&least, *seed), least.optimum());
    }
    let seeds: Vec<u64> = faults.iter().map(|fault| fault.0).collect();
    assert!(seeds.is_empty(), "{kind:?} is wrong for the seeds {seeds:?}");
    assert_eq!(open, 0, "{kind:?}: cases without a plan where that was not proven");
    assert!(best > 150 && alone > 0 && together > 0, "the cases are too much alike");
}

#[test]
fn a_cover_of_everybody_has_the_least_price_of_all_plans() {
    all_agree(Kind::SetCover);
}

#[test]
fn a_cover_of_a_share_has_the_least_price_of_all_plans() {
    all_agree(Kind::ShareCover);
}

#[test]
fn no_plan_covers_more() {
    all_agree(Kind::MaxCover);
}

#[test]
fn no_plan_has_a_lower_sum_of_costs() {
    all_agree(Kind::Median);
}

#[test]
fn no_plan_has_the_farthest_nearer() {
    all_agree(Kind::Centre);
}

#[test]
fn no_plan_that_covers_everybody_covers_more_twice() {
    all_agree(Kind::Backup);
}

#[test]
fn no_plan_has_a_greater_sum_of_first_and_second_coverage() {
    all_agree(Kind::WeightedBackup);
}

#[test]
fn no_plan_of_both_standards_covers_more_twice() {
    all_agree(Kind::DoubleStandard);
}

#[test]
fn no_plan_has_a_vehicle_free_for_more() {
    all_agree(Kind::ExpectedCover);
}

#[test]
fn no_plan_has_room_for_more() {
    all_agree(Kind::CapacitatedCover);
}

#[test]
fn no_plan_with_room_has_a_lower_sum_of_costs() {
    all_agree(Kind::CapacitatedMedian);
}
