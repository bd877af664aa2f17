//! Ambulances: response times, service radius, what falls to each station, corridors; by arithmetic.

use catchment::geo::{Area, Contains, LineString, Point};
use catchment::*;

use crate::common::{Scene, at, rect};

/// A street of 1,000 m in a town of 1,100 × 100 m, a station at either end.
fn street() -> Scene {
    let mut scene = Scene::new("5min").zone("town", rect(-50.0, -50.0, 1050.0, 50.0)).street(&[(0.0, 0.0), (1000.0, 0.0)]);
    scene.direction = Direction::FromFacility;
    scene
}

fn minutes(count: u32) -> Limit {
    Limit { metric: Metric::Time, cost: Cost(count * 60_000) }
}

#[test]
fn what_passes_before_the_drive_counts_towards_the_limit() {
    // 300 s less 120 s before the wheels turn: 180 m
    let mut scene = street().people(&[(170.0, 0.0), (190.0, 0.0), (290.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    scene.pre_travel = Cost(120_000);
    assert_eq!(scene.sums(), [1, 6, 0, 0]);
    assert_eq!(scene.costs(), [Some(290_000), Some(310_000), Some(410_000)]);
    // ground too: 100 m wide, as far as the leg and the street together take 180 s
    let report = scene.analyse();
    let [near, far] = [170.0, 190.0].map(|x| report.gaps.covered[0].contains(&Point::new(x, 0.0)));
    assert!(near && !far);
    // and isochrones; a limit that is over before the drive begins has none
    let shapes = scene.isochrones(&[minutes(1), minutes(5)], false, 0.0);
    assert_eq!(shapes[0].nothing, Some(NothingReached::LimitTooShort));
    assert_eq!(shapes[1].road_mm, 180_000);
    // the straight-line comparison drives no longer than the road
    assert_eq!(report.coverage.total.straight_line, People::persons(1));
}

#[test]
fn shares_count_those_without_a_way_and_means_do_not() {
    // 10, 20, 30 s away for 1, 2, 4 people; 8 on a road of their own; 16 far from any
    let mut scene = street()
        .people(&[(10.0, 0.0), (20.0, 0.0), (30.0, 0.0), (500.0, 40.0), (800.0, -50.0)])
        .clinics(&[(0.0, 0.0)])
        .street(&[(480.0, 40.0), (520.0, 40.0)]);
    scene.link.snap_m = 45.0;
    scene.pre_travel = Cost(60_000);
    let limits = [Limit { metric: Metric::Time, cost: Cost(80_000) }, minutes(5)];
    let table =
        scene.ask(|study, service| CostTable::new(1, study.demand, &assess_demand(study.demand, service).unwrap(), &limits).unwrap());
    let total = &table.total;
    assert_eq!((total.weight, total.reached()), (People::persons(31), People::persons(7)));
    assert_eq!((total.unreachable, total.unlinked), (People::persons(8), People::persons(16)));
    // (70 + 2 × 80 + 4 × 90) / 7 = 84.286 s; four of seven are the first to make up half
    let costs = CostSummary { mean: Some(Cost(84_286)), p50: Some(Cost(90_000)), p90: Some(Cost(90_000)) };
    assert_eq!(total.costs, costs);
    assert_eq!(total.within, [People::persons(3), People::persons(7)]);
    assert_eq!(total.share(total.within[1]), Some(7.0 / 31.0));
    assert_eq!((table.zones[0].zone, table.outside), (Some(ZoneId(0)), None));
    assert_eq!(CostRow { zone: None, ..table.zones[0].clone() }, *total);
}

/// A station in the west, people 1,000 m east of it: straight on at 1 m/s, or 1,400 m round at 10 m/s.
fn fast_way_round() -> Scene {
    let mut scene = Scene::new("15min").zone("town", rect(-50.0, -50.0, 1050.0, 250.0)).people(&[(1000.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    scene = scene.street(&[(0.0, 0.0), (1000.0, 0.0)]);
    for (a, b) in [((0.0, 0.0), (0.0, 200.0)), ((0.0, 200.0), (1000.0, 200.0)), ((1000.0, 200.0), (1000.0, 0.0))] {
        scene.piece(a, b, Some(10.0), Some(10.0));
    }
    scene.direction(Direction::FromFacility)
}

#[test]
fn a_radius_is_the_shortest_way_and_not_the_length_of_the_fastest() {
    let scene = fast_way_round();
    assert_eq!(scene.costs(), [Some(140_000)]);
    let timed = scene.ask(|study, service| assess_demand(study.demand, service).unwrap());
    let by_distance = scene.clone().limit("1000m");
    by_distance.ask(|study, service| {
        let found = radius(study, service, &Barriers::default(), &NoProgress).unwrap();
        assert_eq!(found.coverage.total.costs.mean, Some(Cost(1_000_000)));
        assert_eq!(found.coverage.total.people.unwrap().covered, People::persons(1));
        let farthest = found.farthest_of_all.unwrap();
        assert_eq!((farthest.cost, farthest.at, farthest.facility), (Cost(1_000_000), at(1000.0, 0.0), FacilityId(0)));
        assert_eq!(found.farthest, [Some(farthest)]);
        let reports = stations(study.demand, &timed, service, &[minutes(2), minutes(3)], &NoProgress).unwrap();
        assert_eq!(reports[0].distance.mean, Some(Cost(1_000_000)));
        assert_eq!(
            (reports[0].response.costs.mean, &reports[0].response.within[..]),
            (Some(Cost(140_000)), &[People::ZERO, People::persons(1)][..])
        );
    });
}

#[test]
fn people_fall_to_the_station_that_is_there_first_and_distances_are_from_it() {
    // the western station has the fast road: of six places between them it is first at all but the last
    let mut scene = Scene::new("15min").zone("town", rect(-50.0, -50.0, 1050.0, 50.0));
    scene.piece((0.0, 0.0), (1000.0, 0.0), Some(10.0), Some(1.0));
    let scene = scene
        .people(&[(100.0, 0.0), (500.0, 0.0), (800.0, 0.0), (950.0, 0.0)])
        .clinics(&[(0.0, 0.0), (1000.0, 0.0)])
        .direction(Direction::FromFacility);
    // met where x / 10 = (1000 − x) / 1: at 909 m
    let timed = scene.ask(|study, service| assess_demand(study.demand, service).unwrap());
    scene.clone().limit("3.5km").ask(|study, service| {
        let reports = stations(study.demand, &timed, service, &[], &NoProgress).unwrap();
        assert_eq!(reports.iter().map(|r| r.response.weight).collect::<Vec<_>>(), [People::persons(7), People::persons(8)]);
        // (100 + 2 × 500 + 4 × 800) / 7 m; the nearest station of those at 800 m is the other one
        assert_eq!(reports.iter().map(|r| r.distance.mean).collect::<Vec<_>>(), [Some(Cost(614_286)), Some(Cost(50_000))]);
        assert_eq!(reports[1].response.costs.mean, Some(Cost(50_000)));
    });
    let areas = scene.ask(|study, service| service_areas(study, service, &NoProgress).unwrap());
    // a place's own leg counts for both stations: the line between them is straight, at 909.09 m; half a disc of 50 m at either end,
    // drawn by chords of a quarter of a cell
    let half_disc = std::f64::consts::PI * 1250.0;
    for (area, along) in areas.iter().zip([909.09, 90.91]) {
        let found = area.unsigned_area();
        assert!((found - 100.0 * along - half_disc).abs() < 15.0, "{found}");
    }
    let line = |x: f64| areas[0].contains(&Point::new(x, 20.0));
    assert!(line(909.0) && !line(909.2));
}

#[test]
fn someone_farther_than_the_first_bound_is_reached_too() {
    let scene = Scene::new("24h")
        .zone("valley", rect(-50.0, -50.0, 70_050.0, 50.0))
        .street(&[(0.0, 0.0), (70_000.0, 0.0)])
        .people(&[(70_000.0, 0.0)])
        .clinics(&[(0.0, 0.0)])
        .direction(Direction::FromFacility);
    let timed = scene.ask(|study, service| assess_demand(study.demand, service).unwrap());
    let by_distance = Scene { cell_m: 100.0, ..scene.limit("3.5km") };
    by_distance.ask(|study, service| {
        let reports = stations(study.demand, &timed, service, &[], &NoProgress).unwrap();
        assert_eq!(reports[0].distance.p50, Some(Cost(70_000_000)));
    });
}

#[test]
fn circles_overstate_across_water() {
    // a river from 200 to 300 m; the bridge is 1,000 m north
    let scene = Scene::new("400m")
        .zone("west", rect(0.0, -50.0, 200.0, 50.0))
        .people(&[(100.0, 0.0)])
        .zone("east", rect(300.0, -50.0, 400.0, 50.0))
        .people(&[(350.0, 0.0)])
        .street(&[(0.0, 0.0), (200.0, 0.0), (200.0, 1000.0), (300.0, 1000.0), (300.0, 0.0), (400.0, 0.0)])
        .clinics(&[(0.0, 0.0)])
        .direction(Direction::FromFacility);
    let river = Barrier { kind: "water".to_owned(), shape: BarrierShape::Areas(rect(210.0, -100.0, 290.0, 900.0)) };
    let found = scene.ask(|study, service| radius(study, service, &Barriers::new(vec![river]), &NoProgress).unwrap());
    let west = found.circles[0];
    assert_eq!((west.people, west.people_overstated, west.people_across_water), (People::persons(1), People::ZERO, People::ZERO));
    let east = found.circles[1];
    assert_eq!([east.people, east.people_overstated, east.people_across_water], [People::persons(2); 3]);
    // all of the east lies within 400 m of the station (its centres at most 388 m east and 38 m north), the river before it
    let m2 = |area: SquareMm| area.m2();
    assert_eq!([east.area, east.area_overstated, east.area_across_water].map(m2), [10_000.0; 3]);
    assert_eq!([west.area, west.area_overstated, west.area_across_water].map(m2), [20_000.0, 0.0, 0.0]);
    assert_eq!(found.circles_of_all.people, People::persons(3));
    assert_eq!(m2(found.circles_of_all.area_overstated), 10_000.0);
    assert_eq!(found.coverage.total.people.unwrap().covered, People::persons(1));
    // without a river it is the detour alone that the circle does not see
    let dry = scene.ask(|study, service| radius(study, service, &Barriers::default(), &NoProgress).unwrap());
    assert_eq!(dry.circles[1].people_across_water, People::ZERO);
    assert_eq!(dry.circles[1].people_overstated, People::persons(2));
}

#[test]
fn service_areas_part_the_ground_that_is_reached_and_nothing_else() {
    // three stations on a star of streets, and a street without any
    let scene = Scene::new("5min")
        .zone("town", rect(-500.0, -500.0, 500.0, 500.0))
        .street(&[(0.0, 0.0), (400.0, 0.0)])
        .street(&[(0.0, 0.0), (-400.0, 0.0)])
        .street(&[(0.0, 0.0), (0.0, 400.0)])
        .street(&[(-400.0, -400.0), (400.0, -400.0)])
        .clinics(&[(400.0, 0.0), (-400.0, 0.0), (0.0, 400.0)]);
    let mut scene = scene.direction(Direction::FromFacility);
    scene.link.snap_m = 100.0;
    let areas = scene.ask(|study, service| service_areas(study, service, &NoProgress).unwrap());
    let holds = |x: f64, y: f64| areas.iter().map(|area| area.contains(&Point::new(x, y))).collect::<Vec<_>>();
    assert_eq!(holds(10.0, -50.0), [true, false, false]);
    assert_eq!(holds(-10.0, -50.0), [false, true, false]);
    // beside the streets in the corner between them: tied to the nearer one
    assert_eq!(holds(60.0, 50.0), [true, false, false]);
    assert_eq!(holds(50.0, 60.0), [false, false, true]);
    // 250 m from any street, and on the street without a station
    assert_eq!((holds(250.0, 250.0), holds(0.0, -400.0)), (vec![false; 3], vec![false; 3]));
    let [east, west, _] = [0, 1, 2].map(|i| areas[i].unsigned_area());
    assert!((east - west).abs() < 5.0, "{east} and {west}");
    for (i, a) in areas.iter().enumerate() {
        for b in &areas[i + 1..] {
            assert!(geo::BooleanOps::intersection(a, b).unsigned_area() < 1e-6);
        }
    }
}

#[test]
fn a_corridor_is_parted_where_the_limit_passes() {
    // stations at 0 and 1,000 m reach 300 m each; the corridor leaves the roads at 1,000 m and goes on for 200 m
    let scene = street().clinics(&[(0.0, 0.0), (1000.0, 0.0)]);
    let corridor = LineString::from(vec![(0.0, 0.0), (1000.0, 0.0), (1200.0, 0.0)]);
    let found = scene.ask(|study, service| stretches(&[corridor], service, study.zones).unwrap());
    let ends: Vec<(f64, f64, Status)> = found.iter().map(|s| (s.from_m.round(), s.to_m.round(), s.status)).collect();
    let expected = [
        (0.0, 300.0, Status::Covered),
        (300.0, 700.0, Status::Uncovered),
        (700.0, 1050.0, Status::Covered),
        (1050.0, 1200.0, Status::Unlinked),
    ];
    assert_eq!(ends, expected);
    assert!((found[0].to_m - 300.0).abs() < 0.02, "{}", found[0].to_m);
    // the middle is the farthest from both
    assert_eq!((found[1].worst.cost, found[3].worst), (Cost(500_000), Label::UNREACHED));
    assert_eq!(found[1].line.0.first(), found[0].line.0.last());
}
