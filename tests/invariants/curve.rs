//! The coverage curve: what full runs at those limits would say, and never less at a longer one.

use catchment::*;
use proptest::prelude::*;

use crate::plan::{cases, plan};

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_point_of_the_curve_is_a_full_run_at_that_limit(plan in plan(), limits in prop::collection::vec(0..900_000u32, 1..4)) {
        let mut scene = plan.scene();
        let own = scene.limit;
        scene.sweep = limits.iter().map(|&cost| Limit { cost: Cost(cost), ..own }).collect();
        let report = scene.analyse();
        prop_assert_eq!(report.curve.len(), limits.len());
        for point in &report.curve {
            scene.limit = point.limit;
            prop_assert_eq!(&scene.analyse().coverage, &point.coverage);
        }
        // and the sweep changes nothing in the result itself
        (scene.limit, scene.sweep) = (own, Vec::new());
        prop_assert_eq!(&scene.analyse().coverage, &report.coverage);
        prop_assert_eq!(&scene.cover(), &report.coverage);
    }

    #[test]
    fn a_longer_limit_covers_what_a_shorter_one_does(plan in plan(), mut limits in prop::collection::vec(0..900_000u32, 2..6)) {
        limits.sort_unstable();
        let mut scene = plan.scene();
        scene.sweep = limits.iter().map(|&cost| Limit { cost: Cost(cost), ..scene.limit }).collect();
        for pair in scene.analyse().curve.windows(2) {
            let [less, more] = [&pair[0].coverage, &pair[1].coverage];
            for (a, b) in less.zones.iter().chain([&less.total]).zip(more.zones.iter().chain([&more.total])) {
                prop_assert!(a.people.map(|p| p.covered) <= b.people.map(|p| p.covered) && a.area.covered <= b.area.covered);
                prop_assert_eq!((a.people.map(|p| p.total()), a.area.total()), (b.people.map(|p| p.total()), b.area.total()));
            }
        }
    }
}
