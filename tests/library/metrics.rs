//! Limits that count something else than the network's costs.

use catchment::*;

use crate::street::*;

/// Of a distance on roads by time.
const BY_TIME: &str = "a limit by distance; costs count time here: expected a limit by time";

#[test]
fn sound_studies_are_answered_everywhere() {
    for sound in [street(), by_distance()] {
        assert_eq!(sound.covered(), Ok([4, 8]));
        assert!(sound.said_by_all().iter().all(|(_, said)| said.is_none()), "{:?}", sound.said_by_all());
    }
    // one limit for the zone itself: six minutes and a bit are 500 m, 6 people
    assert_eq!(Street { zone_limits: vec![limit("417s")], ..street() }.covered(), Ok([6, 8]));
}

#[test]
fn a_limit_of_another_metric_is_refused_everywhere() {
    let wrong = [
        ("service.limit is 500 m", Street { limit: limit("500m"), ..street() }),
        ("row 0 of service.zone_limits is 500 m", Street { zone_limits: vec![limit("500m")], ..street() }),
        ("row 1 of service.sweep is 2 km", Street { sweep: vec![limit("10min"), limit("2km")], ..street() }),
    ];
    for (what, wrong) in wrong {
        for (entry, said) in wrong.said_by_all() {
            assert_eq!(said, Some(format!("{what}, {BY_TIME}")), "{entry}");
        }
    }
    let said = Street { limit: limit("5min"), ..by_distance() }.covered().unwrap_err().to_string();
    assert_eq!(said, "service.limit is 5 min, a limit by time; costs count distance here: expected a limit by distance");
}

#[test]
fn a_radius_is_a_distance_and_so_is_that_of_stations() {
    let timed = street().ask(|study, service| assess_demand(study.demand, service).unwrap());
    let dry = Barriers::default();
    let limits = [limit("5min")];
    let of = |street: &Street, limits: &[Limit]| {
        street.ask(|study, service| {
            let radius = radius(study, service, &dry, &NoProgress).map(|found| found.target).map_err(|error| error.to_string());
            let stations = stations(study.demand, &timed, service, limits, &NoProgress);
            (radius, stations.map(|found| found.len()).map_err(|error| error.to_string()))
        })
    };
    assert_eq!(of(&by_distance(), &limits), (Ok(limit("360m")), Ok(1)));
    let (radius, stations) = of(&street(), &limits);
    assert_eq!(radius.unwrap_err(), "service.limit is 5 min, a limit by time; costs count distance here: expected a limit by distance");
    assert_eq!(stations.unwrap_err(), "the distance of stations needs a network by distance; the costs of this one count time");
    assert_eq!(of(&by_distance(), &[limit("1km")]).1.unwrap_err(), format!("row 0 of limits is 1 km, {BY_TIME}"));
    assert!(CostTable::new(1, &street().demand, &timed, &[limit("5min"), limit("1km")]).is_err());
}

#[test]
fn what_if_takes_limits_of_its_network_alone() {
    let street = street();
    street.ask(|study, service| {
        let edges = service.edge_grid().unwrap();
        let homes = Linkage::new(&edges, &study.demand.locations);
        let residents = Residents::new(service.network, service.direction, &homes, &study.demand.people).unwrap();
        let clinics = service.facility_links(&edges);
        let ask = |limits: Limits<'_>| {
            WhatIf::new(&residents, &clinics, &study.demand.zones, limits, Cost::UNREACHED).map(|found| found.covered_in_all())
        };
        assert_eq!(ask(service.limits()), Ok(People::persons(4)));
        assert_eq!(ask(Limits::same(limit("360m"))).unwrap_err().to_string(), format!("the limit is 360 m, {BY_TIME}"));
        assert!(Limits::by_zone(limit("5min"), &[limit("360m")]).is_err());
        let rules = |limits| IsochroneRules { limits, cell_m: 25.0, per_facility: true, simplify_m: 0.0 };
        let said = isochrones(service, &rules(&[limit("360m")]), &NoProgress).unwrap_err().to_string();
        assert_eq!(said, format!("row 0 of limits is 360 m, {BY_TIME}"));
    });
}

#[test]
fn findings_are_judged_by_the_checks_of_the_caller() {
    let checks: Checks = Checks::default();
    street().ask(|study, service| {
        let report = analyse(study, service, &checks, &NoProgress).unwrap();
        assert!(report.findings.is_sorted() && report.findings.iter().all(|finding| !finding.is_error()));
    });
}
