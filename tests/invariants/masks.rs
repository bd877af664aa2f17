//! Masks and limits by zone: what is measured side by side fits together.

use catchment::geo::{Area, BooleanOps, MultiPolygon, unary_union};
use catchment::*;
use proptest::prelude::*;

use crate::common::*;
use crate::plan::{cases, plan};

/// Rectangles that overlap each other, the zones and what lies outside them.
fn rectangles() -> impl Strategy<Value = Vec<MultiPolygon<f64>>> {
    let rectangle = (-100.0..600.0f64, -100.0..500.0f64, 1.0..300.0f64, 1.0..300.0f64);
    prop::collection::vec(rectangle.prop_map(|(x, y, wide, high)| rect(x, y, x + wide, y + high)), 0..6)
}

/// How far two ways of cutting a zone of this random town may lie apart, m²: cells are rounded to mm², borders to some 10⁻⁶ m.
const ROUNDING_M2: f64 = 0.1;

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn masks_fit_together(plan in plan(), water in rectangles(), built in rectangles()) {
        let scene = plan.scene();
        let whole = scene.analyse();
        let shares = [Share::Land, Share::Within(built.clone()), Share::Within(water.clone()), Share::Zone];
        let mut masked = scene.clone().masks(&shares);
        masked.water = water.clone();
        let report = masked.analyse();
        let joined = |polygons: &[MultiPolygon<f64>]| unary_union(polygons);
        for (z, row) in report.coverage.zones.iter().enumerate() {
            let zone = &scene.zones[z].area;
            let [land, built_up, wet, all] = [row.area, row.masks[0], row.masks[1], row.masks[2]];
            // the zone's own ground is what it is without masks, to the square millimetre
            prop_assert_eq!(all, whole.coverage.zones[z].area);
            // by status, land and water make up the zone
            for status in Status::ALL {
                let parts = land.of(status).m2() + wet.of(status).m2();
                prop_assert!((parts - all.of(status).m2()).abs() < ROUNDING_M2, "{} {}: {} of {}", z, status.name(), parts, all.of(status).m2());
                prop_assert!(built_up.of(status).m2() <= all.of(status).m2() + ROUNDING_M2);
            }
            // by area, each is what its polygons hold
            let held = joined(&built).intersection(zone).unsigned_area();
            prop_assert!((built_up.total().m2() - held).abs() < ROUNDING_M2, "{} {} {}", z, built_up.total().m2(), held);
            let dry = zone.difference(&joined(&water)).unsigned_area();
            prop_assert!((land.total().m2() - dry).abs() < ROUNDING_M2, "{} {} {}", z, land.total().m2(), dry);
        }
        // zones add up to the total, and both to the polygons
        let rows = || report.coverage.zones.iter();
        let totals = [report.coverage.total.area].into_iter().chain(report.coverage.total.masks.clone());
        for (mask, (total, polygons)) in totals.zip(masked.ground().mask_areas_m2()).enumerate() {
            let mut sum = ByStatus::default();
            rows().for_each(|row| sum.merge(if mask == 0 { &row.area } else { &row.masks[mask - 1] }));
            prop_assert_eq!(sum, total);
            prop_assert!((total.total().m2() - polygons).abs() < ROUNDING_M2);
        }
        // people do not depend on masks, and nobody is lost from the gaps
        prop_assert_eq!(&report.assessments, &whole.assessments);
        let in_gaps: People = report.gaps.gaps.iter().filter_map(|gap| gap.people).sum();
        prop_assert_eq!(in_gaps, rows().filter_map(|row| row.people).map(|p| p.not_covered()).sum());
        for (zone, covered) in scene.zones.iter().zip(&report.gaps.covered) {
            let land = zone.area.difference(&joined(&water));
            prop_assert!(covered.difference(&land).unsigned_area() < ROUNDING_M2, "covered ground lies on land");
        }
    }

    #[test]
    fn a_zone_is_measured_as_if_its_limit_were_everybody_s(plan in plan(), more in 0..300_000u32) {
        let scene = plan.scene();
        let mut other = scene.clone();
        other.limit.cost = scene.limit.cost + Cost(more);
        let mut own = scene.clone();
        own.zone_limits = vec![scene.limit, other.limit];
        let (west, east, both) = (scene.analyse(), other.analyse(), own.analyse());
        for (z, alone) in [(0, &west), (1, &east)] {
            let (a, b) = (&alone.coverage.zones[z], &both.coverage.zones[z]);
            prop_assert_eq!(a, b);
            prop_assert_eq!(&alone.gaps.covered[z], &both.gaps.covered[z]);
            let gaps = |report: &Report| report.gaps.gaps.iter().filter(|g| g.zone.index() == z).map(|g| (g.people, g.points)).collect::<Vec<_>>();
            prop_assert_eq!(gaps(alone), gaps(&both));
        }
        // outside, the general limit
        prop_assert_eq!(&west.coverage.outside, &both.coverage.outside);
        // one limit for all zones, said zone by zone, is no other study
        let mut said = scene.clone();
        said.zone_limits = vec![scene.limit; 2];
        let said = said.analyse();
        prop_assert_eq!((&said.coverage, &said.gaps, &said.facilities), (&west.coverage, &west.gaps, &west.facilities));
    }
}
