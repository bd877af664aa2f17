//! What theory says of any numbers.

use catchment::*;
use proptest::prelude::*;

const NEAR: f64 = 1e-9;

/// Towns: people, area, resource; every one has some of each.
fn towns() -> impl Strategy<Value = Vec<(f64, f64, f64)>> {
    proptest::collection::vec((1.0..1e5f64, 0.1..100.0f64, 0.5..500.0f64), 2..20)
}

fn columns(towns: &[(f64, f64, f64)]) -> [Vec<f64>; 3] {
    [towns.iter().map(|t| t.0).collect(), towns.iter().map(|t| t.1).collect(), towns.iter().map(|t| t.2).collect()]
}

fn measures(people: &[f64], resource: &[f64]) -> Vec<f64> {
    [
        gini(people, resource),
        theil_l(people, resource, LogBase::Ten),
        theil_t(people, resource, LogBase::Natural),
        variation(people, resource, true),
        max_min_ratio(people, resource),
        mean_absolute_deviation(people, resource),
        palma(people, resource),
    ]
    .map(Result::unwrap)
    .to_vec()
}

fn near(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= NEAR * b.abs().max(1.0))
}

/// Rows of facility by point: costs up to 60, some absent.
fn reach(points: usize) -> impl Strategy<Value = Vec<Vec<(DemandId, Cost)>>> {
    let row = proptest::collection::vec(proptest::option::weighted(0.6, 0u32..60), points);
    let rows = row.prop_map(|row| {
        row.into_iter().enumerate().filter_map(|(point, cost)| Some((DemandId(point as u32), Cost(cost?)))).collect::<Vec<_>>()
    });
    proptest::collection::vec(rows, 1..8)
}

fn rules() -> impl Strategy<Value = AccessRules> {
    let method = prop_oneof![Just(FloatingCatchment::TwoStep), Just(FloatingCatchment::Modified), Just(FloatingCatchment::ThreeStep)];
    let bands = Decay::Bands(vec![(Cost(10), 1.0), (Cost(20), 0.68), (Cost(30), 0.22)]);
    let decay = prop_oneof![Just(Decay::Uniform), Just(Decay::Gaussian), Just(Decay::Epanechnikov), Just(bands)];
    (method, decay, 1u32..60).prop_map(|(method, decay, limit)| AccessRules { method, decay, limit: Cost(limit) })
}

proptest! {
    #[test]
    fn the_order_of_towns_does_not_matter(towns in towns(), turn in 0usize..20) {
        let [people, area, resource] = columns(&towns);
        let mut turned = towns.clone();
        turned.rotate_left(turn % towns.len());
        turned.reverse();
        let [other_people, other_area, other_resource] = columns(&turned);
        prop_assert!(near(&measures(&people, &resource), &measures(&other_people, &other_resource)));
        prop_assert!((gini(&area, &resource).unwrap() - gini(&other_area, &other_resource).unwrap()).abs() < NEAR);
    }

    /// Two halves that hold the same a head are the town that they were: Gini, Theil and the others are measures of heads, not of borders.
    #[test]
    fn a_town_in_two_equal_halves_changes_nothing(towns in towns(), which in 0usize..20) {
        let which = which % towns.len();
        let (people, area, resource) = towns[which];
        let mut halves = towns.clone();
        halves[which] = (people / 2.0, area / 2.0, resource / 2.0);
        halves.push(halves[which]);
        let ([p, _, r], [hp, ha, hr]) = (columns(&towns), columns(&halves));
        prop_assert!(near(&measures(&p, &r), &measures(&hp, &hr)));
        // and where both halves are a group, all of Theil's index within it is what was there before: nothing
        let last = halves.len() - 1;
        let groups: Vec<usize> = (0..halves.len()).map(|unit| if unit == which || unit == last { 0 } else { unit + 1 }).collect();
        let parts = theil_parts(&hp, &hr, &groups, LogBase::Ten).unwrap();
        prop_assert!(parts.within.abs() < NEAR, "{parts:?}");
        prop_assert!((parts.between - theil_l(&p, &r, LogBase::Ten).unwrap()).abs() < NEAR);
        let gathered = agglomeration(&ha, &hp, &hr).unwrap();
        prop_assert!((gathered[which].unwrap().hrad - gathered[last].unwrap().hrad).abs() < NEAR);
    }

    #[test]
    fn what_is_even_has_no_inequality(towns in towns(), a_head in 0.01..10.0f64) {
        let [people, area, _] = columns(&towns);
        let resource: Vec<f64> = people.iter().map(|people| people * a_head).collect();
        let found = measures(&people, &resource);
        prop_assert!(near(&found[..4], &[0.0; 4]) && (found[4] - 1.0).abs() < NEAR && (found[6] - 0.25).abs() < NEAR, "{found:?}");
        let gathered = agglomeration(&area, &people, &resource).unwrap();
        prop_assert!(gathered.iter().flatten().all(|unit| (unit.ratio.unwrap() - 1.0).abs() < NEAR));
    }

    /// Thousands of units whose rates differ by the last bit are still in an order.
    #[test]
    fn many_units_of_nearly_one_rate(people in proptest::collection::vec(1.0..1e5f64, 200..2000), a_head in 0.01..10.0f64) {
        let resource: Vec<f64> = people.iter().map(|people| people * a_head).collect();
        prop_assert!(gini(&people, &resource).unwrap().abs() < NEAR);
        prop_assert!((palma(&people, &resource).unwrap() - 0.25).abs() < NEAR);
    }

    #[test]
    fn theil_comes_in_parts(towns in towns(), cut in 1usize..5) {
        let [people, _, resource] = columns(&towns);
        let groups: Vec<usize> = (0..towns.len()).map(|unit| unit % cut).collect();
        let parts = theil_parts(&people, &resource, &groups, LogBase::Natural).unwrap();
        prop_assert!((parts.total - theil_l(&people, &resource, LogBase::Natural).unwrap()).abs() < NEAR);
        prop_assert!(parts.between > -NEAR && parts.groups.iter().all(|group| group.weighted > -NEAR));
        let shares: f64 = parts.groups.iter().filter_map(|group| parts.contribution(group.weighted)).sum();
        if let Some(between) = parts.contribution(parts.between) {
            prop_assert!((shares + between - 1.0).abs() < 1e-6);
        }
    }

    /// Σ people × access is the supply in reach, M2SFCA aside, where it is never more.
    #[test]
    fn supply_is_handed_out_once(rows in reach(6), people in proptest::collection::vec(0.0..1e4f64, 6), rules in rules()) {
        let supply: Vec<f64> = (0..rows.len()).map(|facility| 1.0 + facility as f64).collect();
        let access = access(&ReachTable::new(rows), &supply, &people, &rules).unwrap();
        prop_assert!(access.scores.iter().all(|score| score.is_finite() && *score >= 0.0));
        match rules.method {
            FloatingCatchment::Modified => prop_assert!(access.handed_out <= access.supply_in_reach * (1.0 + NEAR)),
            _ => prop_assert!(access.conserves(), "{} of {}", access.handed_out, access.supply_in_reach),
        }
    }

    /// One more facility never lowers what 2SFCA hands out in all; and nobody loses by it.
    #[test]
    fn one_more_facility_never_lowers_access(rows in reach(6), people in proptest::collection::vec(0.0..1e4f64, 6), rules in rules()) {
        let rules = AccessRules { method: FloatingCatchment::TwoStep, ..rules };
        let supply: Vec<f64> = (0..rows.len()).map(|facility| 1.0 + facility as f64).collect();
        let all = access(&ReachTable::new(rows.clone()), &supply, &people, &rules).unwrap();
        let fewer = access(&ReachTable::new(rows[1..].to_vec()), &supply[1..], &people, &rules).unwrap();
        prop_assert!(all.handed_out >= fewer.handed_out * (1.0 - NEAR));
        prop_assert!(all.scores.iter().zip(&fewer.scores).all(|(more, less)| *more >= *less - NEAR));
    }

    /// With no limit that matters, everybody has the same: all supply over all people.
    #[test]
    fn without_borders_all_have_the_same(people in proptest::collection::vec(1.0..1e4f64, 1..9), supply in proptest::collection::vec(0.0..50.0f64, 1..6)) {
        let row: Vec<(DemandId, Cost)> = (0..people.len()).map(|point| (DemandId(point as u32), Cost(7))).collect();
        let rules = AccessRules { method: FloatingCatchment::TwoStep, decay: Decay::Uniform, limit: Cost(1000) };
        let access = access(&ReachTable::new(vec![row; supply.len()]), &supply, &people, &rules).unwrap();
        let mean = supply.iter().sum::<f64>() / people.iter().sum::<f64>();
        prop_assert!(access.scores.iter().all(|score| (score - mean).abs() <= NEAR * mean.max(1e-12)));
    }

    #[test]
    fn a_target_that_is_met_stays_met_by_the_increment(numerator in 0.0..1e6f64, denominator in 1.0..1e7f64, target in 0.0..1e3f64) {
        let ratio = Ratio { numerator: numerator.floor(), denominator: denominator.floor(), unit: 1e5 };
        let more = ratio.increment(target).unwrap();
        let at_least = Target { operator: Operator::AtLeast, value: target, tolerance: 0.0 };
        let then = Ratio { numerator: ratio.numerator + more, ..ratio };
        let one_fewer = Ratio { numerator: then.numerator - 1.0, ..ratio };
        prop_assert!(at_least.met(then.value().unwrap()));
        prop_assert!(more == 0.0 || !at_least.met(one_fewer.value().unwrap() - 1e-6 * target.max(1.0)));
    }
}
