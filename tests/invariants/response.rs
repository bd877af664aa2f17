//! Response: nobody is lost between tables, stations and areas, whatever the town.

use catchment::geo::{Area, BooleanOps, Validation};
use catchment::*;
use proptest::prelude::*;

use crate::plan::{cases, plan};

/// What polygons may share, or lack, by rounding along borders of a few kilometres, m².
const ROUNDING_M2: f64 = 1e-2;

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_passes_before_the_drive_shifts_every_cost_and_nothing_else(plan in plan(), wait in 0..400_000u32) {
        let mut scene = plan.scene();
        let plain = scene.analyse();
        scene.pre_travel = Cost(wait);
        scene.limit.cost = scene.limit.cost + Cost(wait);
        let later = scene.analyse();
        for (a, b) in plain.assessments.iter().zip(&later.assessments) {
            prop_assert_eq!((a.status, a.label.facility), (b.status, b.label.facility));
            prop_assert_eq!(a.label.cost + Cost(wait), b.label.cost);
        }
        let areas = |report: &Report| report.coverage.zones.iter().map(|zone| zone.area).collect::<Vec<_>>();
        prop_assert_eq!(areas(&plain), areas(&later));
    }

    #[test]
    fn tables_and_stations_hold_everybody_once(plan in plan(), limits in prop::collection::vec(0..900_000u32, 1..4)) {
        let scene = plan.scene();
        // a response is a time
        prop_assume!(scene.limit.metric == Metric::Time);
        let limits: Vec<Limit> = limits.iter().map(|&cost| Limit { cost: Cost(cost), ..scene.limit }).collect();
        scene.ask(|study, service| {
            let assessments = assess_demand(study.demand, service).unwrap();
            let table = CostTable::new(study.zones.len(), study.demand, &assessments, &limits).unwrap();
            let rows = || table.zones.iter();
            let sum = |pick: fn(&CostRow) -> People| rows().map(pick).sum::<People>();
            let outside = |pick: fn(&CostRow) -> People| table.outside.as_ref().map_or(People::ZERO, pick);
            prop_assert_eq!(sum(|row| row.weight) + outside(|row| row.weight), study.demand.total());
            prop_assert_eq!(sum(|row| row.weight), table.total.weight);
            prop_assert_eq!(sum(CostRow::reached), table.total.reached());
            for i in 0..limits.len() {
                prop_assert_eq!(rows().map(|row| row.within[i]).sum::<People>(), table.total.within[i]);
                prop_assert!(table.total.within[i] <= table.total.reached());
            }
            // the same scene by distance: a station's people are those whom it reaches first, and it reaches them
            let network = scene.clone().limit("1000m").network();
            let by_distance = Service { network: &network, limit: "1000m".parse().unwrap(), zone_limits: &[], sweep: &[], ..*service };
            let found = stations(study.demand, &assessments, &by_distance, &limits, &NoProgress).unwrap();
            prop_assert_eq!(found.iter().map(|station| station.response.weight).sum::<People>(), table.total.reached() + outside(CostRow::reached));
            for station in found.iter().filter(|station| station.response.weight > People::ZERO) {
                prop_assert!(station.distance.p90.is_some_and(Cost::is_reached));
            }
            Ok(())
        })?;
    }

    #[test]
    fn service_areas_are_sound_and_apart(plan in plan()) {
        plan.scene().ask(|study, service| {
            let areas = service_areas(study, service, &NoProgress).unwrap();
            prop_assert_eq!(areas.len(), service.facilities.len());
            let whole = study.drawn_ground();
            // what cells call reached, but for what lies between their centres
            let measured = cover(study, service, &NoProgress).unwrap().total.area;
            let (drawn, measured): (f64, f64) = (areas.iter().map(Area::unsigned_area).sum(), (measured.covered + measured.uncovered).m2());
            let between = 0.1 * measured + 20.0 * study.ground.grid().size.powi(2);
            prop_assert!((drawn - measured).abs() <= between, "{drawn} and {measured}");
            for (i, area) in areas.iter().enumerate() {
                prop_assert!(area.is_valid(), "{area:?}");
                prop_assert!(area.difference(&whole).unsigned_area() < ROUNDING_M2);
                for other in &areas[i + 1..] {
                    prop_assert!(area.intersection(other).unsigned_area() < ROUNDING_M2);
                }
            }
            Ok(())
        })?;
    }
}
