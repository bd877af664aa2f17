//! What holds for every town: more never covers less, order and threads do not matter, nobody and no ground vanishes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod common;

#[path = "invariants/curve.rs"]
mod curve;
#[path = "invariants/ground.rs"]
mod ground;
#[path = "invariants/masks.rs"]
mod masks;
#[path = "invariants/order.rs"]
mod order;
#[path = "invariants/plan.rs"]
mod plan;
#[path = "invariants/response.rs"]
mod response;
#[path = "invariants/shapes.rs"]
mod shapes;
#[path = "invariants/tiles.rs"]
mod tiles;
#[path = "invariants/zone_gaps.rs"]
mod zone_gaps;

use catchment::*;
use proptest::prelude::*;

use plan::{cases, plan};

/// Point by point, zone by zone: `more` covers all that `less` does.
fn covers_no_less(less: &Report, more: &Report) -> Result<(), TestCaseError> {
    for (a, b) in less.assessments.iter().zip(&more.assessments) {
        prop_assert!(b.label.cost <= a.label.cost);
        prop_assert!(a.status != Status::Covered || b.status == Status::Covered);
    }
    let rows = |report: &Report| [report.coverage.zones.clone(), vec![report.coverage.total.clone()]].concat();
    for (a, b) in rows(less).iter().zip(rows(more)) {
        prop_assert!(b.area.covered >= a.area.covered, "{} < {} m²", b.area.covered.m2(), a.area.covered.m2());
        prop_assert!(b.people.map(|p| p.covered) >= a.people.map(|p| p.covered));
        for (a, b) in a.groups.iter().zip(&b.groups) {
            prop_assert!(b.covered >= a.covered);
        }
        prop_assert!(b.straight_line >= a.straight_line && b.straight_line_detour >= a.straight_line_detour);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_longer_limit_never_covers_less(plan in plan(), more in 1..200_000u32) {
        let scene = plan.scene();
        let mut longer = scene.clone();
        longer.limit.cost = scene.limit.cost + Cost(more);
        let (a, b) = (scene.analyse(), longer.analyse());
        covers_no_less(&a, &b)?;
        for (a, b) in a.facilities.iter().zip(&b.facilities) {
            prop_assert!(b.people_within_limit >= a.people_within_limit && b.points_within_limit >= a.points_within_limit);
        }
    }

    #[test]
    fn one_more_facility_never_covers_less(plan in plan(), x in -50.0..650.0f64, y in -50.0..550.0f64) {
        let scene = plan.scene();
        let more = scene.clone().clinics(&[(x, y)]);
        covers_no_less(&scene.analyse(), &more.analyse())?;
    }

    #[test]
    fn nobody_and_no_ground_vanishes(plan in plan()) {
        let scene = plan.scene();
        let report = scene.analyse();
        let mut whole = [People::ZERO; 4];
        for (z, row) in report.coverage.zones.iter().enumerate() {
            let points = || (0..scene.demand.len()).filter(|&i| scene.demand.zones[i] == Some(ZoneId::at(z)));
            let all: People = points().map(|i| scene.demand.people[i]).sum();
            prop_assert_eq!(row.people.map(|p| p.total()), scene.zones[z].people.map(|_| all));
            for (group, found) in scene.demand.groups.iter().zip(&row.groups) {
                prop_assert_eq!(found.total(), points().map(|i| group.people[i]).sum());
            }
            // by status, from the points themselves
            for (status, sum) in Status::ALL.into_iter().zip(&mut whole) {
                let own: People = points().filter(|&i| report.assessments[i].status == status).map(|i| scene.demand.people[i]).sum();
                prop_assert_eq!(row.people_of(status), own);
                *sum += own;
            }
            // at most half a mm² for each of 16 parts of each cell
            let cells = (700.0 / scene.cell_m + 3.0) * (600.0 / scene.cell_m + 3.0);
            prop_assert!((row.area.total().m2() - row.area_m2).abs() <= cells * 16.0 * 0.5e-6 + 1e-9 * row.area_m2);
        }
        let outside = report.coverage.outside.as_ref();
        for (status, sum) in Status::ALL.into_iter().zip(whole) {
            prop_assert_eq!(report.coverage.total.people_of(status), sum);
        }
        let beyond = |pick: fn(&ByStatus<People>) -> People| outside.and_then(|row| row.people).map_or(People::ZERO, |people| pick(&people));
        let total = report.coverage.total.people.unwrap();
        prop_assert_eq!(total.total() + beyond(ByStatus::total), scene.demand.total());
        // everyone who is covered, in a zone or outside, is nearest to one facility
        let nearest: People = report.facilities.iter().map(|f| f.people_nearest).sum();
        prop_assert_eq!(nearest, total.covered + beyond(|people| people.covered));
    }

    #[test]
    fn people_in_gaps_are_the_people_who_are_not_covered(plan in plan(), min_people in 0.0..40.0f64, min_area_m2 in 0.0..20_000.0f64) {
        let mut scene = plan.scene();
        (scene.gaps.min_people, scene.gaps.min_area_m2) = (min_people, min_area_m2);
        let report = scene.analyse();
        let mut points = vec![0; scene.zones.len()];
        let mut people = vec![People::ZERO; scene.zones.len()];
        for gap in &report.gaps.gaps {
            points[gap.zone.index()] += gap.points;
            people[gap.zone.index()] += gap.people.unwrap_or(People::ZERO);
            prop_assert!(gap.people.is_none_or(|p| p.as_f64() >= min_people) && gap.area_m2 >= min_area_m2);
        }
        let not_covered: People = report.coverage.zones.iter().filter_map(|row| row.people).map(|p| p.not_covered()).sum();
        prop_assert_eq!(people.iter().copied().sum::<People>() + report.gaps.unlisted().people, not_covered);
        if report.gaps.unlisted().gaps == 0 {
            for (z, row) in report.coverage.zones.iter().enumerate() {
                prop_assert_eq!(people[z], row.people.map_or(People::ZERO, |p| p.not_covered()));
                let uncovered = |i: &usize| scene.demand.zones[*i] == Some(ZoneId::at(z)) && report.assessments[*i].status.is_gap();
                prop_assert_eq!(points[z], (0..scene.demand.len()).filter(uncovered).count());
            }
        }
        // ranks count on from 1, by people; the unknown ones last
        prop_assert!(report.gaps.gaps.iter().enumerate().all(|(i, gap)| gap.rank == i + 1));
        prop_assert!(report.gaps.gaps.windows(2).all(|w| w[0].people >= w[1].people));
    }

    #[test]
    fn a_facilitys_own_catchment_is_what_it_covers_alone(plan in plan()) {
        let scene = plan.scene();
        let together = scene.analyse();
        for (facility, report) in scene.facilities.iter().zip(&together.facilities) {
            let mut alone = scene.clone();
            alone.facilities = vec![facility.clone()];
            let alone = alone.analyse();
            let rows = [Some(&alone.coverage.total), alone.coverage.outside.as_ref()];
            let covered: People = rows.into_iter().flatten().map(|row| row.people_of(Status::Covered)).sum();
            prop_assert_eq!(report.people_within_limit, covered);
            prop_assert_eq!(report.points_within_limit, alone.assessments.iter().filter(|a| a.status == Status::Covered).count());
        }
    }
}
