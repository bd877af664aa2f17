//! Numbers at the ends of their ranges, and such as have no exact float: nothing overflows, and nothing is a hair too little.

use catchment::*;

use crate::laws::{MODELS, seeded};
use crate::oracle::Small;

#[test]
fn numbers_at_the_ends_of_their_ranges_do_not_overflow() {
    for model in MODELS {
        let model = match model {
            SitingModel::Median { .. } => SitingModel::Median { unreached: Cost(u32::MAX) },
            SitingModel::CapacitatedMedian { .. } => SitingModel::CapacitatedMedian { unreached: Cost(u32::MAX) },
            SitingModel::DoubleStandard { .. } => SitingModel::DoubleStandard { near: Cost(u32::MAX - 1), share: 0.5 },
            other => other,
        };
        // ten thousand million persons a point, and sites that nobody can pay for
        let persons = 10_000_000_000 * People::PER_PERSON;
        let dear = Site { price: u64::MAX / 4, capacity: Some(People(u64::MAX)), ..Site::CANDIDATE };
        let small = Small {
            reach: vec![vec![Some(u32::MAX - 1), Some(1), None], vec![None, Some(2), Some(u32::MAX - 1)]],
            people: vec![persons, persons / 2, 1],
            within: vec![u32::MAX - 1; 3],
            sites: vec![dear; 2],
            quotas: Vec::new(),
            budget: Some(u64::MAX),
            model,
        };
        let found = small.locate(&seeded(1), &NoProgress).unwrap_or_else(|error| panic!("{model:?}: {error:?}"));
        let copies: u32 = found.copies.iter().sum();
        assert!(found.proven && copies <= 2 && found.value.is_finite() && found.bound.is_finite(), "{model:?}: {found:?}");
        if !matches!(model, SitingModel::SetCover { .. } | SitingModel::CapacitatedCover | SitingModel::CapacitatedMedian { .. }) {
            let (value, best) = (small.value(&found.copies).unwrap(), small.optimum().unwrap());
            assert!(
                (value - best).abs() <= 1e-9 * best.abs() && (value - found.value).abs() <= 1e-9 * best.abs(),
                "{model:?}: {found:?}, the best {best}"
            );
        }
    }
}

/// A share that is met to the person is met, though 0.07 has no exact float: 7 of 100 people.
#[test]
fn a_share_is_met_where_it_is_met_exactly() {
    for (share, people) in [(0.07, 7), (0.14, 14), (0.28, 28), (0.55, 55), (0.56, 56), (0.57, 57), (0.58, 58)] {
        let small = Small {
            reach: vec![vec![Some(1), None], vec![Some(1), Some(1)]],
            people: vec![people * 1_000_000, (100 - people) * 1_000_000],
            within: vec![1, 1],
            // the second covers all, at twice the price
            sites: vec![Site::CANDIDATE, Site { price: 2, ..Site::CANDIDATE }],
            quotas: Vec::new(),
            budget: None,
            model: SitingModel::SetCover { share },
        };
        assert_eq!(small.locate(&seeded(1), &NoProgress).map(|found| found.copies), Ok(vec![1, 0]), "{share}");
    }
}

/// Any number of copies is as many as the quota has room for.
#[test]
fn any_number_of_copies_is_as_many_as_quotas_allow() {
    for model in MODELS {
        let with = |at_most| {
            let sites = vec![Site { at_most, ..Site::CANDIDATE }; 3];
            let quotas = vec![Quota { name: "two".to_owned(), sites: vec![0, 1, 2], at_least: 0, at_most: 2 }];
            let (reach, people) = (vec![vec![Some(1), Some(1)]; 3], vec![3 * People::PER_PERSON, 5 * People::PER_PERSON]);
            Small { reach, people, within: vec![2, 2], sites, quotas, budget: None, model }
        };
        let (few, many) = (with(2).locate(&seeded(1), &NoProgress).unwrap(), with(u32::MAX).locate(&seeded(1), &NoProgress).unwrap());
        assert_eq!((few.value, few.proven), (many.value, many.proven), "{model:?}");
        let endless = Small { quotas: Vec::new(), ..with(u32::MAX) }.locate(&seeded(1), &NoProgress);
        assert!(matches!(endless, Err(SitingError::Value { .. })), "{model:?}: {endless:?}");
        let dear = vec![Site { at_most: 1_000_000, price: u64::MAX, ..Site::CANDIDATE }; 3];
        let dear = Small { sites: dear, quotas: Vec::new(), ..with(2) }.locate(&seeded(1), &NoProgress);
        assert!(matches!(dear, Err(SitingError::Value { .. })), "{model:?}: {dear:?}");
    }
}

/// Sites with little room for very many people: of whom one takes first, and what a part of them saves, is told by whole numbers still.
#[test]
fn little_room_for_very_many_people_does_not_overflow() {
    for (unreached, persons) in [(u32::MAX, 1_000_000_000), (7_200_000, 10_000_000_000), (1000, 1000)] {
        for model in [SitingModel::CapacitatedCover, SitingModel::CapacitatedMedian { unreached: Cost(unreached) }] {
            let small = Small {
                reach: vec![vec![Some(7), Some(3)], vec![Some(5), None]],
                people: vec![persons * People::PER_PERSON, persons / 2 * People::PER_PERSON],
                within: vec![9, 9],
                sites: vec![Site { capacity: Some(People::persons(100)), ..Site::CANDIDATE }; 2],
                quotas: vec![Quota { name: "one".to_owned(), sites: vec![0, 1], at_least: 1, at_most: 1 }],
                budget: None,
                model,
            };
            let found = small.locate(&seeded(1), &NoProgress).unwrap();
            // a hundred people find room; those of the second point are nearer to the first site
            let all = (persons + persons / 2) as f64;
            let best = match model {
                SitingModel::CapacitatedCover => 100.0,
                _ => f64::from(unreached) * (all - 100.0) + 300.0,
            };
            assert!(found.proven && (found.value - best).abs() <= 1e-9 * best, "{model:?}, {persons}: {found:?}, the best {best}");
        }
    }
}
